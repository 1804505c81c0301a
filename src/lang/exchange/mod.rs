//! Texts on their way to an office that translates, and back: as gettext PO or as a spreadsheet. A row is one piece of
//! one message; what comes back is checked whole before a file changes.

pub mod merge;
pub mod po;
pub mod sheet;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::base::Problem;
use crate::base::problem::Place;
use crate::lang::Topic;
use crate::lang::edit::PIECES;
use crate::lang::notes::{comment_above, note};
use crate::lang::source::{SourceDigest, Wording};
use crate::lang::topic::Entry;

/// Files by path below the home folder.
pub type Texts = BTreeMap<Arc<str>, Arc<str>>;

/// How a translation stands to the source text as it is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Translated,
    /// Its source text changed since.
    Outdated,
    /// Nobody said which source text it was made from.
    Unchecked,
    Untranslated,
}

impl State {
    pub const ALL: [(&str, State); 4] = [
        ("translated", State::Translated),
        ("outdated", State::Outdated),
        ("unchecked", State::Unchecked),
        ("untranslated", State::Untranslated),
    ];

    pub fn word(self) -> &'static str {
        State::ALL.iter().find(|(_, state)| *state == self).expect("the table has every state").0
    }
}

/// One piece of one message, on its way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub message: String,
    /// "" is the value, else the name of an attribute.
    pub piece: String,
    pub source: String,
    /// Empty where there is none yet.
    pub translation: String,
    pub state: State,
    /// For the translator, from the comment of the source message.
    pub comment: Vec<String>,
    /// Where the source text stands.
    pub place: Place,
    /// Of the whole source message, as the row shows it.
    pub digest: SourceDigest,
    /// The source text that an outdated translation was made from, where it is known.
    pub previous: Option<String>,
}

/// One piece of one message, on its way back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub message: String,
    pub piece: String,
    pub source: String,
    pub translation: String,
    pub said: Said,
    /// Of the source message as it was when the row went out.
    pub digest: Option<SourceDigest>,
    /// In the file that came back.
    pub line: u32,
}

/// What the translator says of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// This is the translation of that source text.
    Done,
    /// It still needs work.
    Undone,
    /// Nothing: who changed the text has translated it.
    Nothing,
}

/// A message as it stands in its file.
struct Found {
    path: Arc<str>,
    entry: Arc<Entry>,
    wording: Wording,
    /// Without its notes.
    comment: Vec<String>,
}

/// Every message of some files, in order of file and place.
///
/// Errors: every fault of syntax.
fn messages(files: &Texts) -> Result<Vec<Found>, Vec<Problem>> {
    let (mut found, mut problems) = (Vec::new(), Vec::new());
    for (path, text) in files {
        let topic = match Topic::parse(path, text) {
            Ok(topic) => topic,
            Err(faults) => {
                problems.extend(faults);
                continue;
            }
        };
        for entry in topic.entries() {
            let lines = comment_above(text, entry.at).lines().map(|line| line.trim_start_matches('#'));
            let comment = lines.filter(|line| note(line).is_none()).map(|line| line.trim().to_owned()).collect();
            let wording = Wording::of(&entry.source).unwrap_or_default();
            found.push(Found { path: path.clone(), entry: entry.clone(), wording, comment });
        }
    }
    if problems.is_empty() { Ok(found) } else { Err(problems) }
}

/// What goes out: every piece of every source message beside its translation. `old` knows source texts that were.
///
/// Errors: every fault of syntax, in either language.
pub fn rows(sources: &Texts, targets: &Texts, old: &BTreeMap<SourceDigest, Wording>) -> Result<Vec<Row>, Vec<Problem>> {
    let (sources, targets) = match (messages(sources), messages(targets)) {
        (Ok(sources), Ok(targets)) => (sources, targets),
        (sources, targets) => {
            return Err(sources.err().into_iter().chain(targets.err()).flatten().collect());
        }
    };
    let targets: BTreeMap<&str, &Found> = targets.iter().map(|found| (found.entry.id.as_str(), found)).collect();
    Ok(sources.iter().flat_map(|source| rows_of(source, targets.get(source.entry.id.as_str()).copied(), old)).collect())
}

fn rows_of(source: &Found, target: Option<&Found>, old: &BTreeMap<SourceDigest, Wording>) -> Vec<Row> {
    let digest = source.wording.digest();
    let made_from = target.and_then(|target| target.entry.made_from);
    let before = made_from.filter(|made_from| *made_from != digest).map(|made_from| old.get(&made_from));
    let mut names: Vec<&String> = source.wording.0.keys().collect();
    names.extend(target.iter().flat_map(|t| t.wording.0.keys()).filter(|name| source.wording.piece(name).is_none()));
    names.sort_by_key(|name| PIECES.iter().position(|piece| piece == name).unwrap_or(PIECES.len()));
    let mut rows: Vec<Row> = names
        .into_iter()
        .map(|name| {
            let now = source.wording.piece(name);
            let translation = target.and_then(|target| target.wording.piece(name));
            let same = before.flatten().is_some_and(|before| before.piece(name) == now);
            let state = match (translation, made_from, before) {
                (None, ..) => State::Untranslated,
                (_, None, _) => State::Unchecked,
                (_, _, Some(_)) if !same => State::Outdated,
                _ => State::Translated,
            };
            let previous = before.flatten().and_then(|before| before.piece(name)).filter(|_| state == State::Outdated);
            Row {
                message: source.entry.id.to_string(),
                piece: name.clone(),
                // What only the translation has, such as a text to be read aloud, is made from the body.
                source: now.or_else(|| source.wording.piece("")).unwrap_or_default().to_owned(),
                translation: translation.unwrap_or_default().to_owned(),
                state,
                comment: source.comment.clone(),
                place: source.entry.place.clone(),
                digest,
                previous: previous.map(str::to_owned),
            }
        })
        .collect();
    // When the change is of a piece that is not translated, or is gone, somebody still has to look.
    if before.is_some()
        && rows.iter().all(|row| row.state != State::Outdated)
        && let Some(first) = rows.iter_mut().find(|row| row.state == State::Translated)
    {
        first.state = State::Outdated;
    }
    rows
}

#[cfg(test)]
mod tests;
