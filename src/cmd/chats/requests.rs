//! Groups that asked for notices through the robot, and the county's answer.

use anyhow::{Context, bail};
use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, Value, value};

use crate::base::{Id, Problem, Tag, durable};
use crate::catalog::{self, files::Files, load::Texts};
use crate::cmd::order::ask_daemon;
use crate::cmd::{FAULTS, FINE, Format, Place, check, page, status};
use crate::console::control::{Answer, Ask};
use crate::ledger::{ChatRequest, RequestState};

/// The directory of groups, below the home folder.
const CHATS: &str = "config/chats.toml";

#[derive(clap::Args)]
pub(super) struct Accept {
    request: u64,
    /// What the group is called in files and logs; never given twice
    #[arg(long)]
    id: Id,
    /// What people call it, in Chinese [default: what it calls itself]
    #[arg(long)]
    name: Option<String>,
    /// The village whose group it is
    #[arg(long, value_name = "STATION")]
    station: Option<Id>,
    /// The township whose group it is; with neither, it is the whole county's
    #[arg(long, conflicts_with = "station")]
    township: Option<Id>,
    /// In this order
    #[arg(long, value_delimiter = ',', required = true, value_name = "TAG,TAG")]
    languages: Vec<Tag>,
    /// text, voice, card
    #[arg(long, value_delimiter = ',', default_value = "text,voice", value_name = "PART,PART")]
    send: Vec<String>,
}

fn requests(place: &Place, all: bool) -> anyhow::Result<Vec<ChatRequest>> {
    match ask_daemon(place, &Ask::ChatRequests { all })? {
        Answer::ChatRequests(requests) => Ok(requests),
        Answer::Refused(why) => bail!("{why}"),
        _ => bail!("the daemon answers something else; is it of the same version?"),
    }
}

pub(super) fn list(place: &Place, all: bool, format: Format) -> anyhow::Result<u8> {
    let requests = requests(place, all)?;
    if format == Format::Json {
        page::json(&requests)?;
        return Ok(FINE);
    }
    let zone = status::ask(place)?.time_zone;
    let row = |request: &ChatRequest| {
        let state = match (&request.state, &request.chat, &request.settled_by) {
            (RequestState::Open, ..) => "open".to_owned(),
            (RequestState::Accepted, Some(chat), Some(by)) => format!("accepted by {by} as {chat}"),
            (RequestState::Refused, _, Some(by)) => format!("refused by {by}"),
            (RequestState::Gone, ..) => "gone: the robot was taken out".to_owned(),
            (state, ..) => format!("{state:?}").to_lowercase(),
        };
        vec![
            request.number.to_string(),
            one_line(&request.title),
            request.channel.clone(),
            request.asked_by.clone(),
            request.asked_at.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string(),
            state,
        ]
    };
    page::table(
        &["REQUEST", "GROUP", "CHANNEL", "ADDED BY", "AT", "STATE"],
        &requests.iter().map(row).collect::<Vec<_>>(),
    );
    Ok(FINE)
}

/// A stranger's text, as a terminal can show it: no line breaks, no control codes.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// The file first: what the ledger calls accepted is in the directory.
pub(super) fn accept(place: &Place, accept: &Accept) -> anyhow::Result<u8> {
    let open = requests(place, false)?;
    let request = open.iter().find(|request| request.number == accept.request);
    let request = request.with_context(|| {
        format!("there is no open request {}; `cunxiang chats requests` lists them", accept.request)
    })?;
    let path = place.home.join(CHATS);
    let text = std::fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    let mut document: DocumentMut =
        text.parse().with_context(|| format!("{CHATS} has a fault; `cunxiang check` tells it"))?;
    let tables = document.entry("chat").or_insert(Item::ArrayOfTables(toml_edit::ArrayOfTables::new()));
    let tables = tables.as_array_of_tables_mut().context("`chat` in config/chats.toml is no [[chat]]")?;
    tables.push(entry(accept, request)?);
    let written = document.to_string();
    let problems = new_faults(place, &written)?;
    if !problems.is_empty() {
        page::problems(&problems);
        anstream::println!("{CHATS} stays as it was");
        return Ok(FAULTS);
    }
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&path)?.permissions());
    durable::write(&path, written.as_bytes(), mode & 0o777)
        .with_context(|| format!("{} cannot be written", path.display()))?;
    settle(place, accept.request, Some(accept.id.clone()))
}

fn entry(accept: &Accept, request: &ChatRequest) -> anyhow::Result<Table> {
    let mut table = Table::new();
    table.decor_mut().set_prefix("\n");
    table.insert("id", value(accept.id.as_str()));
    let mut name = InlineTable::new();
    name.insert("zh-CN", accept.name.clone().unwrap_or_else(|| one_line(&request.title)).into());
    table.insert("name", value(name));
    if let Some(station) = &accept.station {
        table.insert("station", value(station.as_str()));
    }
    if let Some(township) = &accept.township {
        table.insert("township", value(township.as_str()));
    }
    table.insert("languages", value(accept.languages.iter().map(Tag::as_str).collect::<Array>()));
    table.insert("send", value(accept.send.iter().map(String::as_str).collect::<Array>()));
    let number = request.address["chat"].as_i64().context("the request names no group of a service")?;
    let mut channel = InlineTable::new();
    channel.insert("kind", request.channel.as_str().into());
    channel.insert("chat", Value::from(number));
    table.insert("channel", value(channel));
    Ok(table)
}

/// What `written` would bring that is not at fault now.
fn new_faults(place: &Place, written: &str) -> anyhow::Result<Vec<Problem>> {
    let mut files = check::read(place)?;
    let errors = |files: &Files| {
        let mut problems = catalog::load(files, &Texts::new()).problems;
        problems.retain(Problem::is_error);
        problems
    };
    let before = errors(&files);
    let file = files.texts.get_mut(CHATS).with_context(|| format!("there is no {CHATS}"))?;
    file.text = Ok(written.into());
    Ok(errors(&files).into_iter().filter(|problem| !before.contains(problem)).collect())
}

pub(super) fn settle(place: &Place, request: u64, chat: Option<Id>) -> anyhow::Result<u8> {
    match ask_daemon(place, &Ask::SettleChat { request, chat })? {
        Answer::Done(text) => {
            anstream::println!("{text}");
            Ok(FINE)
        }
        Answer::Refused(why) => bail!("{why}"),
        _ => bail!("the daemon answers something else; is it of the same version?"),
    }
}
