//! A change of one message in one language: every other byte of its file stays.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::notices::{Notice, Text, source_digest};
use super::{Notices, Proposed, Refusal, tidied};
use crate::base::problem::Place;
use crate::base::{Digest, Id, Problem};
use crate::catalog::Files;
use crate::catalog::sources;
use crate::lang::edit::{Edit, EditFault, edited};
use crate::lang::language::{Language, SOURCE};
use crate::lang::notes;
use crate::lang::source::{SourceDigest, Wording, canonical_pattern, wordings};

/// The parts of a message in their order: its text, then its attributes.
pub const PIECES: [&str; 4] = ["", "title", "short", "voice"];
const WRITTEN_BY: &str = "written-by";

/// What somebody wants a message to say.
#[derive(Debug, Clone)]
pub struct MessageChange {
    pub language: &'static Language,
    pub message: Id,
    /// The file of a Chinese message that is new.
    pub topic: Option<Arc<str>>,
    /// The message as it stood on the page; none: there was none.
    pub based_on: Option<Digest>,
    /// Of a translation: the Chinese text that stood beside it.
    pub beside: Option<SourceDigest>,
    /// It says what that Chinese text says.
    pub is_its_translation: bool,
    /// As typed, by the names of [`PIECES`]; one that is empty is to be away.
    pub pieces: BTreeMap<String, String>,
    /// For translators, above a message that is new.
    pub comment: String,
    pub author: String,
}

impl MessageChange {
    /// The texts it leads to.
    ///
    /// Errors: a conflict, no change, a text that is no Fluent.
    pub fn proposed(&self, files: &Files, notices: &Notices) -> Result<Proposed, Refusal> {
        let notice = notices.find(self.message.as_str());
        let now = notice.and_then(|notice| notice.text(self.language));
        if now.map(Text::digest) != self.based_on {
            return Err(Refusal::Conflict(now.map(|text| text.entry.source.to_string())));
        }
        let is_source = *self.language == *SOURCE;
        let notice_of = || notice.ok_or(Refusal::Unknown);
        if !is_source && self.beside != Some(source_digest(notice_of()?)) {
            return Err(Refusal::SourceChanged);
        }
        let path = match (now, notice) {
            (Some(text), _) => text.path.clone(),
            (None, Some(notice)) => beside(notice, self.language),
            (None, None) => self.topic.clone().filter(|path| notices.topics.contains(path)).ok_or(Refusal::Unknown)?,
        };
        let text = match files.texts.get(&path) {
            None => "",
            Some(file) => file.text.as_deref().map_err(|why| self.fault("ftl-syntax", &path, why))?,
        };
        let edits = match now {
            Some(now) => self.edits(now),
            None => vec![self.addition(notices, notice, &path)],
        };
        if edits.is_empty() {
            return Err(Refusal::Same);
        }
        let after = edited(text, &edits).map_err(|fault| self.told(&path, &fault))?;
        let mut texts = Vec::new();
        if let (false, Some(notice)) = (is_source || !self.is_its_translation, notice) {
            texts.extend(remembered(files, notices, notice, (&path, &after)));
        }
        let before = now.map(|text| text.entry.source.to_string());
        let said = said(&after, &path, &self.message).unwrap_or_default();
        texts.push((path.clone(), after));
        Ok(Proposed { texts, sounds: Vec::new(), path, item: self.message.to_string(), before, after: said })
    }

    /// Of a message that stands there.
    fn edits(&self, now: &Text) -> Vec<Edit> {
        let message = self.message.to_string();
        let mut edits = Vec::new();
        for piece in PIECES {
            let typed = self.pieces.get(piece).map(|text| tidied(text)).unwrap_or_default();
            let before = now.wording.piece(piece);
            if typed.is_empty() {
                // A message without a text is a fault that is told, and no removal.
                match before {
                    Some(_) if piece.is_empty() => edits.push(self.pattern(piece, "{ \"\" }".to_owned())),
                    Some(_) => edits.push(Edit::Remove { message: message.clone(), piece: piece.to_owned() }),
                    None => {}
                }
            } else if canonical_pattern(&typed).as_deref() != before {
                edits.push(self.pattern(piece, typed));
            }
        }
        let note = |name, value: String| Edit::Note { message: message.clone(), name, value };
        let is_source = *self.language == *SOURCE;
        if !edits.is_empty() && now.entry.author.as_deref() != Some(&self.author) {
            let name = if is_source { WRITTEN_BY } else { notes::TRANSLATED_BY };
            edits.push(note(name, self.author.clone()));
        }
        if let (true, Some(digest)) = (self.is_its_translation && !is_source, self.beside)
            && now.entry.made_from != Some(digest)
        {
            edits.push(note(notes::SOURCE, digest.to_string()));
        }
        edits
    }

    fn pattern(&self, piece: &str, pattern: String) -> Edit {
        Edit::Pattern { message: self.message.to_string(), piece: piece.to_owned(), pattern }
    }

    /// Of one that is new in its language.
    fn addition(&self, notices: &Notices, notice: Option<&Notice>, path: &str) -> Edit {
        let typed = self.pieces.iter().map(|(name, text)| (name.clone(), tidied(text)));
        let wording = Wording(typed.filter(|(_, text)| !text.is_empty()).collect());
        let mut comment: Vec<String> = tidied(&self.comment).lines().map(str::to_owned).collect();
        let below = match notice {
            Some(notice) => {
                comment
                    .extend(self.beside.filter(|_| self.is_its_translation).map(|d| format!("@{} {d}", notes::SOURCE)));
                comment.push(format!("@{} {}", notes::TRANSLATED_BY, self.author));
                notices.below(notice, self.language, path)
            }
            None => {
                comment.push(format!("@{WRITTEN_BY} {}", self.author));
                let last = notices.all.iter().rev().find(|other| *other.source.path == *path);
                last.map(|other| other.id.to_string())
            }
        };
        Edit::Message { message: self.message.to_string(), wording, comment, below }
    }

    fn told(&self, path: &str, fault: &EditFault) -> Refusal {
        let told = fault.to_string();
        let rule = if matches!(fault, EditFault::Layout) { "layout" } else { "ftl-syntax" };
        self.fault(rule, path, &told)
    }

    fn fault(&self, rule: &'static str, path: &str, told: &str) -> Refusal {
        let (what, help) = told.split_once("; ").unwrap_or((told, "mend the text"));
        let problem = Problem { rule, ..Problem::error("ftl-syntax", Place::file(path), what, help) };
        Refusal::Faulty(vec![problem])
    }
}

/// The file of a language that has the name of the Chinese one.
fn beside(notice: &Notice, language: &Language) -> Arc<str> {
    let name = notice.source.path.rsplit('/').next().unwrap_or_default();
    format!("locales/{}/{name}", language.tag).into()
}

/// The file of source texts, where a translation names one that is not in there.
fn remembered(
    files: &Files,
    notices: &Notices,
    notice: &Notice,
    (path, after): (&Arc<str>, &str),
) -> Option<(Arc<str>, String)> {
    let mut texts: BTreeMap<Arc<str>, Arc<str>> = BTreeMap::new();
    for (name, file) in files.texts.iter().filter(|(name, _)| name.starts_with("locales/") && name.ends_with(".ftl")) {
        // Of a file that cannot be read nobody knows what it names: then all are kept.
        texts.insert(name.clone(), file.text.clone().unwrap_or_else(|_| "\u{0}".into()));
    }
    texts.insert(path.clone(), after.into());
    let new = [(notice.id.clone(), notice.source.wording.clone())];
    let kept = sources::kept(&notices.old_sources, new, &texts);
    (kept != notices.old_sources).then(|| (sources::PATH.into(), sources::written(&kept)))
}

/// A message as it stands in a file.
fn said(text: &str, path: &str, message: &Id) -> Option<String> {
    let topic = crate::lang::Topic::parse(path, text).ok()?;
    topic.entries().iter().find(|entry| entry.id == *message).map(|entry| entry.source.to_string())
}

/// The pieces of a message as it stood in a file, to be typed anew.
pub fn pieces_of(source: &str) -> BTreeMap<String, String> {
    wordings(source).and_then(|mut all| all.pop_first()).map(|(_, wording)| wording.0).unwrap_or_default()
}
