//! `cunxiang chats`: tries the way to a group, past the outbox; groups that ask for notices.

mod requests;

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use chrono::TimeDelta;

use crate::base::clock::RealClock;
use crate::base::{Clock, Id, Timestamp, near};
use crate::catalog::{Catalog, model::Chat};
use crate::cmd::{FAULTS, FINE, Format, Place, check, on_air, page};
use crate::console::web::Tried;
use crate::lang::words::word;
use crate::ledger::CallId;
use crate::outbox::channel::{self, Answer, Content, Parcel};
use crate::rundown::airing::instant_text;
use crate::rundown::{Class, Post};

#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: ChatsCommand,
}

#[derive(clap::Subcommand)]
enum ChatsCommand {
    /// Send a message that says it is a test, and print what the service answers
    Test {
        /// The id of a group, as in config/chats.toml
        chat: Id,
        /// This machine's file [default: config/machine.toml below the home folder]
        #[arg(long, value_name = "FILE")]
        machine: Option<PathBuf>,
    },
    /// Groups that the robot was added to and that ask for notices
    Requests {
        /// Settled ones, too
        #[arg(long)]
        all: bool,
        #[arg(long, value_enum, default_value = "table")]
        format: Format,
    },
    /// Take a group into config/chats.toml; it gets notices from then on
    Accept(requests::Accept),
    /// Say no; the group gets nothing
    Refuse { request: u64 },
}

/// In place of a broadcast's id.
const TEST: &str = "test";

pub fn run(place: &Place, args: &Args) -> anyhow::Result<u8> {
    match &args.command {
        ChatsCommand::Test { chat, machine } => test(place, chat, machine.as_deref()),
        ChatsCommand::Requests { all, format } => requests::list(place, *all, *format),
        ChatsCommand::Accept(accept) => requests::accept(place, accept),
        ChatsCommand::Refuse { request } => requests::settle(place, *request, None),
    }
}

fn test(place: &Place, chat: &Id, machine: Option<&Path>) -> anyhow::Result<u8> {
    let Some(catalog) = on_air::read(place)? else { return Ok(FAULTS) };
    let Some(chat) = catalog.chats.get(chat) else {
        let hint = near::hint(chat.as_str(), catalog.chats.keys().map(Id::as_str));
        bail!("there is no chat `{chat}` in config/chats.toml{hint}");
    };
    let mut problems = Vec::new();
    let machine = check::machine(place, machine, None, &mut problems)?;
    if !problems.is_empty() {
        page::problems(&problems);
        return Ok(FAULTS);
    }
    let options = machine.context("there is no config/machine.toml; write it as docs/ref/machine.md says")?.outbox;
    let Some((robot, tried)) = try_chat(&catalog, chat, &options, RealClock::default().now())? else {
        bail!("the channel is not open");
    };
    anstream::println!("{} by {robot}: {}; {}", chat.id, tried.word, tried.detail);
    Ok(if tried.is_good() { FINE } else { FAULTS })
}

/// Sends the test at once; the robot that sends it, and what the service answers. Blocks.
///
/// Errors: the group's address, or what the machine says of its channel, is at fault.
pub fn try_chat(
    catalog: &Catalog,
    chat: &Chat,
    options: &channel::Options,
    now: Timestamp,
) -> anyhow::Result<Option<(String, Tried)>> {
    let kind = channel::kind(&chat.channel);
    let kind = kind.with_context(|| format!("there is no channel `{}`; `cunxiang check` tells more", chat.channel))?;
    let address = serde_json::Value::from(chat.address.clone());
    if let Some(why) = (kind.check_address)(&address).err().or_else(|| kind.lacking(options, &address)) {
        bail!("{why}");
    }
    let (channels, faults) = channel::open(options);
    if let Some(fault) = faults.iter().find(|fault| fault.kind == kind.name) {
        bail!("{fault}");
    }
    let Some(channel) = channels.into_iter().find(|channel| channel.kind() == kind.name) else { return Ok(None) };
    let parcel = parcel(catalog, chat, address, now)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let answer = runtime.block_on(channel.send(&parcel));
    Ok(Some((channel.robot(&parcel.address), tried(chat, answer))))
}

/// The test, in every language of the group.
fn parcel(catalog: &Catalog, chat: &Chat, address: serde_json::Value, now: Timestamp) -> anyhow::Result<Parcel> {
    let at = now.with_timezone(&catalog.county.zone).format("%Y-%m-%d %H:%M:%S");
    let words = chat.languages.iter().map(|language| word(language.as_str(), "ui-test", &[]));
    let text = words.chain([at.to_string()]).collect::<Vec<_>>().join("\n");
    let language = chat.languages.first().context("the chat has no language")?.clone();
    let post = Post {
        broadcast: TEST.parse().expect("it is an id"),
        occasion: instant_text(now),
        chat: chat.id.clone(),
        class: Class::Daily,
        level: None,
        notice: None,
        due: now,
        expires: now + TimeDelta::minutes(5),
        parts: Vec::new(),
        order: None,
    };
    let id = CallId { post: post.id(), position: 0, repeat: 0 };
    let content = Content::Text { language, text };
    Ok(Parcel { id, chat: chat.id.clone(), address, content, post, at: now })
}

fn tried(chat: &Chat, answer: Answer) -> Tried {
    let (word, detail) = match answer {
        Answer::Sent { ids } if ids.is_empty() => ("sent", "the service took it".to_owned()),
        Answer::Sent { ids } => ("sent", format!("the service took it as {}", ids.join(", "))),
        Answer::Handed { ids } => {
            let person = &chat.address["person"];
            ("handed", format!("{} is to post {}", person.as_str().unwrap_or("a person"), ids.join(", ")))
        }
        Answer::Moved { address } => {
            ("moved", format!("the group is at {address} now; write that into config/chats.toml"))
        }
        Answer::Retry { code, detail, .. } => ("not sent", format!("{code}: {detail}")),
        Answer::Refused { code, detail } => ("refused", format!("{code}: {detail}")),
        Answer::Unknown { code, detail } | Answer::Doubtful { code, detail, .. } => {
            ("unknown", format!("{code}: {detail}; look into the group"))
        }
    };
    Tried { word, detail }
}
