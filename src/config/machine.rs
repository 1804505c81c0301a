//! Reads `config/machine.toml`.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use super::loudspeaker::loudspeakers;
use super::page::Page;
use crate::base::table::{Document, Field, Table};
use crate::base::{Id, Problem};
use crate::card;
use crate::link::county as link;
use crate::outbox;
use crate::station;

/// Its name below the home folder.
pub const PATH: &str = "config/machine.toml";

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    Text,
    Json,
}

/// What this machine adds to the county's content.
#[derive(Debug)]
pub struct Machine {
    /// Where `/healthz` and `/metrics` are served; loopback only.
    pub listen: SocketAddr,
    pub log_format: LogFormat,
    /// A filter in tracing's own words, such as `info` or `cunxiang=debug`.
    pub log_filter: String,
    pub loudspeakers: Vec<station::Loudspeaker>,
    pub outbox: outbox::Options,
    /// Whether the robot of Telegram groups answers residents, too.
    pub bot: bool,
    pub cards: card::Options,
    /// None where no village box is to reach this machine.
    pub link: Option<link::Options>,
    /// None where notices have no public pages.
    pub page: Option<Page>,
    /// Where browsers reach the console; none where there is none.
    pub console: Option<link::Options>,
}

/// Where the file is, and how messages name it: `--machine`, or the one below the home folder.
pub fn place(home: &Path, named: Option<&Path>) -> (PathBuf, String) {
    let path = named.map_or_else(|| home.join(PATH), Path::to_owned);
    let shown = path.strip_prefix(home).unwrap_or(&path).display().to_string();
    (path, shown)
}

/// Reads the file's text. `home` is what relative paths in it start from; `is_station` knows the county's stations,
/// where they are known.
///
/// Errors: every fault of the file, a loudspeaker of no station among them.
pub fn read(
    file: &str,
    text: &str,
    home: &Path,
    is_station: Option<&dyn Fn(&Id) -> bool>,
) -> Result<Machine, Vec<Problem>> {
    let document = Document::parse(file, text);
    let root = document.root();
    let listen = root.get("listen").map_or_else(|| "127.0.0.1:8320".parse().ok(), |field| listen(&field));
    let (log_format, log_filter) = root.table("log").map_or((LogFormat::Text, "info".to_owned()), log);
    let loudspeakers = loudspeakers(&root, home, is_station);
    let outbox =
        root.table("channel").map_or_else(outbox::Options::default, |table| super::channels::channels(table, home));
    let bot = root.table("bot").is_none_or(answers);
    let cards = root.table("fonts").map_or_else(card::Options::default, |table| fonts(table, home));
    let link = root.table("link").map(|table| super::link::options(table, home));
    let page = root.table("page").and_then(super::page::page);
    let console = root.table("console").map(|table| super::link::console(table, home));
    root.done();
    let problems = document.problems();
    match listen {
        Some(listen) if !problems.iter().any(Problem::is_error) => {
            let (link, console) = (link.flatten(), console.flatten());
            Ok(Machine { listen, log_format, log_filter, loudspeakers, outbox, bot, cards, link, page, console })
        }
        _ => Err(problems),
    }
}

fn listen(field: &Field<'_>) -> Option<SocketAddr> {
    let text = field.text()?;
    match text.parse::<SocketAddr>() {
        Ok(address) if address.ip().is_loopback() => Some(address),
        Ok(_) => {
            field.fault(
                "bad-value",
                format!("`listen` = {text} is not on loopback"),
                "write \"127.0.0.1:8320\": these pages have no login",
            );
            None
        }
        Err(_) => {
            field.fault("bad-value", format!("`listen` = {text} is no address"), "write \"127.0.0.1:8320\"");
            None
        }
    }
}

pub(super) fn log(table: Table<'_>) -> (LogFormat, String) {
    let format =
        table.get("format").and_then(|field| field.word(&[("text", LogFormat::Text), ("json", LogFormat::Json)]));
    let filter = table.get("filter").and_then(|field| field.text());
    table.done();
    (format.unwrap_or(LogFormat::Text), filter.unwrap_or("info").to_owned())
}

/// Whether residents are answered.
fn answers(table: Table<'_>) -> bool {
    let answers = table.get("answers").is_none_or(|field| field.bool().unwrap_or(true));
    table.done();
    answers
}

/// Folders of fonts take the place of the usual one.
fn fonts(table: Table<'_>, home: &Path) -> card::Options {
    let folders = table.get("folders").map(|field| {
        let items = field.items();
        if items.is_empty() {
            field.fault("bad-value", "`folders` names no folder".to_owned(), "write it as [\"/usr/share/fonts\"]");
        }
        items.iter().filter_map(|item| item.text()).map(|text| home.join(text)).collect()
    });
    table.done();
    folders.map_or_else(card::Options::default, |folders| card::Options { folders })
}
