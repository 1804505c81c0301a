//! Changes of the content files by people in a browser: what they were based on, the texts they lead to, and the checks
//! that these must pass. Pure but for [`folder`], which reads and writes.
//!
//! A change says what its maker saw. Where that is another by now it is a conflict: shown, never overwritten. What is
//! written passed the checks of `cunxiang check`; what did not stays with its maker, as a draft.

pub mod broadcast;
pub mod check;
pub mod findings;
pub mod folder;
pub mod message;
pub mod notices;
pub mod recording;

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

pub use folder::{Folder, Saved};
pub use message::MessageChange;
pub use notices::Notices;

use crate::base::{Problem, durable};
use crate::catalog::files::ClipFacts;
use crate::ledger::LedgerFault;

/// The texts that files are to have, by path below the home folder.
pub type Texts = BTreeMap<Arc<str>, String>;

/// A file that is no text: a clip with what it is, or what was imported.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    pub path: Arc<str>,
    pub bytes: Vec<u8>,
    pub facts: Option<ClipFacts>,
}

/// What a change leads to, before it is checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposed {
    /// In this order they are written: what others refer to comes first.
    pub texts: Vec<(Arc<str>, String)>,
    /// Before all texts; one that is there already is the same, as its name has its digest.
    pub sounds: Vec<Written>,
    /// The file it is about, and what of it; nothing for the whole.
    pub path: Arc<str>,
    pub item: String,
    pub before: Option<String>,
    pub after: String,
}

/// Why a change is not made. Nothing of it is then.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// Somebody changed it meanwhile: as it stands now, or none where it is gone.
    #[error("somebody else changed it meanwhile")]
    Conflict(Option<String>),
    /// The Chinese text changed meanwhile.
    #[error("the Chinese text changed meanwhile")]
    SourceChanged,
    /// Every fault it would bring.
    #[error("it has {} faults", .0.len())]
    Faulty(Vec<Problem>),
    #[error("nothing is changed")]
    Same,
    #[error("there is no such text")]
    Unknown,
    #[error("the files cannot be read or written: {}", durable::told(.0))]
    Io(#[from] io::Error),
    #[error(transparent)]
    Ledger(#[from] LedgerFault),
}

/// A text as people type it: line ends as in the files, no blank at its ends.
pub fn tidied(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(|line| line.trim_end_matches([' ', '\t', '\r'])).collect();
    lines.join("\n").trim_matches([' ', '\t', '\n']).to_owned()
}

#[cfg(test)]
mod tests;
