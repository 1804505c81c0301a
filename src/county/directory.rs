//! Takes a group that asked for notices into `config/chats.toml`, comments kept, through the same checks that `check`
//! makes. The file first: what the ledger calls accepted is in the directory.

use std::io;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, Value, value};

use crate::base::{Id, Problem, Tag, durable};
use crate::catalog::{self, files::Files, load::Texts};
use crate::ledger::ChatRequest;

/// The directory of groups, below the home folder.
pub const CHATS: &str = "config/chats.toml";

/// Two who take groups in at once write one after the other.
static WRITING: Mutex<()> = Mutex::new(());

/// How a group is to stand in the directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What it is called in files and logs; never given twice.
    pub id: Id,
    /// What people call it, in Chinese; none: what it calls itself.
    pub name: Option<String>,
    /// The village whose group it is ...
    pub station: Option<Id>,
    /// ... or the township; with neither, it is the whole county's.
    pub township: Option<Id>,
    /// In this order.
    pub languages: Vec<Tag>,
    /// `text`, `voice`, `card`.
    pub send: Vec<String>,
}

/// Why a group does not come into the directory, which stays as it was.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryFault {
    #[error("{CHATS} cannot be read or written: {0}")]
    Io(#[from] io::Error),
    #[error("{CHATS} has a fault; `cunxiang check` tells it: {0}")]
    Text(#[from] toml_edit::TomlError),
    #[error("`chat` in {CHATS} is no [[chat]]")]
    NoTables,
    #[error("the request names no group of a service")]
    NoGroup,
    /// The files would have these faults.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Faults(Vec<Problem>),
}

/// Writes the group of a request into the directory. Blocks: reads every file of the county.
///
/// Errors: the file cannot be read or written, or it would have a fault that is not there now.
pub fn take_in(home: &Path, entry: &Entry, request: &ChatRequest) -> Result<(), DirectoryFault> {
    let _one = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
    let path = home.join(CHATS);
    let mut document: DocumentMut = std::fs::read_to_string(&path)?.parse()?;
    let tables = document.entry("chat").or_insert(Item::ArrayOfTables(toml_edit::ArrayOfTables::new()));
    let tables = tables.as_array_of_tables_mut().ok_or(DirectoryFault::NoTables)?;
    tables.push(table(entry, request)?);
    let written = document.to_string();
    let problems = new_faults(home, &written)?;
    if !problems.is_empty() {
        return Err(DirectoryFault::Faults(problems));
    }
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&path)?.permissions());
    Ok(durable::write(&path, written.as_bytes(), mode & 0o777)?)
}

fn table(entry: &Entry, request: &ChatRequest) -> Result<Table, DirectoryFault> {
    let mut table = Table::new();
    table.decor_mut().set_prefix("\n");
    table.insert("id", value(entry.id.as_str()));
    let mut name = InlineTable::new();
    name.insert("zh-CN", entry.name.clone().unwrap_or_else(|| one_line(&request.title)).into());
    table.insert("name", value(name));
    if let Some(station) = &entry.station {
        table.insert("station", value(station.as_str()));
    }
    if let Some(township) = &entry.township {
        table.insert("township", value(township.as_str()));
    }
    table.insert("languages", value(entry.languages.iter().map(Tag::as_str).collect::<Array>()));
    table.insert("send", value(entry.send.iter().map(String::as_str).collect::<Array>()));
    let number = request.address["chat"].as_i64().ok_or(DirectoryFault::NoGroup)?;
    let mut channel = InlineTable::new();
    channel.insert("kind", request.channel.as_str().into());
    channel.insert("chat", Value::from(number));
    table.insert("channel", value(channel));
    Ok(table)
}

/// A stranger's text in one line: no line breaks, no control codes.
pub fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// What `written` would bring that is not at fault now.
fn new_faults(home: &Path, written: &str) -> Result<Vec<Problem>, DirectoryFault> {
    let mut files = Files::read(home, None)?;
    let errors = |files: &Files| {
        let mut problems = catalog::load(files, &Texts::new()).problems;
        problems.retain(Problem::is_error);
        problems
    };
    let before = errors(&files);
    let file = files.texts.get_mut(CHATS).ok_or(io::Error::from(io::ErrorKind::NotFound))?;
    file.text = Ok(written.into());
    Ok(errors(&files).into_iter().filter(|problem| !before.contains(problem)).collect())
}
