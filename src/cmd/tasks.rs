//! `cunxiang tasks`: posts to groups without a robot, which people make by hand.

use std::path::Path;

use clap::Subcommand;
use serde_json::json;

use crate::base::Timestamp;
use crate::cmd::{FAULTS, FINE, Format, Place, on_air, order, page, posts};
use crate::console::control::Ask;
use crate::ledger::{Call, CallState, PostFilter, PostRow};
use crate::outbox::manual;
use crate::planner::rows::local_time;

#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: TasksCommand,
}

#[derive(Subcommand)]
enum TasksCommand {
    /// Print what people are to post, where its files are and until when, the most urgent first
    List {
        #[arg(long, value_enum, default_value = "table")]
        format: Format,
    },
    /// It is in the group: it was delivered
    Done {
        /// A post, or one call of it, as `tasks list` prints it
        name: String,
    },
}

/// What a person is to post to a group.
struct Task<'a> {
    row: &'a PostRow,
    first: &'a Call,
    until: Timestamp,
}

pub fn run(place: &Place, args: &Args) -> anyhow::Result<u8> {
    match &args.command {
        TasksCommand::List { format } => list(place, *format),
        TasksCommand::Done { name } => order::say(place, &Ask::TaskDone { name: name.clone() }),
    }
}

fn list(place: &Place, format: Format) -> anyhow::Result<u8> {
    let filter = PostFilter { states: vec![CallState::Handed], ..PostFilter::default() };
    let rows = posts::read(place, &filter)?;
    let Some(catalog) = on_air::read(place)? else { return Ok(FAULTS) };
    let zone = catalog.county.zone;
    let mut tasks: Vec<Task<'_>> = rows.iter().filter_map(Task::of).collect();
    tasks.sort_by_key(|task| task.until);
    if format == Format::Json {
        let tasks: Vec<serde_json::Value> = tasks
            .iter()
            .map(|task| {
                let calls = task.row.calls.iter();
                let files = calls.map(|call| json!({ "name": call.id.to_string(), "file": call.ids.first() }));
                json!({
                    "post": task.first.id.post, "broadcast": task.row.post.broadcast, "chat": task.row.post.chat,
                    "notice": task.row.post.notice, "person": task.person(), "until": local_time(task.until, zone),
                    "folder": task.folder(), "files": files.collect::<Vec<_>>(),
                })
            })
            .collect();
        page::json(&tasks)?;
        return Ok(FINE);
    }
    let cells: Vec<Vec<String>> = tasks
        .iter()
        .map(|task| {
            let chat = catalog.chats.get(&task.row.post.chat).and_then(|chat| chat.name.values().next());
            let chat = chat.map_or_else(|| task.row.post.chat.to_string(), Clone::clone);
            let until = local_time(task.until, zone);
            vec![until, task.person().to_owned(), chat, task.first.id.post.clone(), task.folder().to_owned()]
        })
        .collect();
    page::table(&["UNTIL", "PERSON", "CHAT", "NAME", "FILES"], &cells);
    anstream::println!("{}", page::count(tasks.len(), "task"));
    if !tasks.is_empty() {
        anstream::println!("Once it is in the group: `cunxiang tasks done NAME`");
    }
    Ok(FINE)
}

impl Task<'_> {
    fn of(row: &PostRow) -> Option<Task<'_>> {
        let first = row.calls.first()?;
        let until = row.calls.iter().map(|call| call.expires).min()?;
        Some(Task { row, first, until })
    }

    fn person(&self) -> &str {
        manual::person_of(&self.first.address).unwrap_or_default()
    }

    fn folder(&self) -> &str {
        let file = self.first.ids.first().map(Path::new);
        file.and_then(Path::parent).and_then(Path::to_str).unwrap_or_default()
    }
}
