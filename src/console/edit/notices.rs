//! Every message in every language, as it stands in the files now: what the pages of notices show, and what a change of
//! one is based on.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::base::table::Document;
use crate::base::{Digest, Id, Problem};
use crate::catalog::Files;
use crate::catalog::sources::{self, MadeFrom, OldSources};
use crate::lang::language::{LANGUAGES, Language, SOURCE};
use crate::lang::source::{SourceDigest, Wording};
use crate::lang::topic::{Entry, Topic};

/// A message in one language.
#[derive(Debug, Clone)]
pub struct Text {
    pub path: Arc<str>,
    pub entry: Arc<Entry>,
    pub wording: Wording,
    /// Its file is marked as a draft.
    pub draft: bool,
}

impl Text {
    /// What a change of it names as what it was based on.
    pub fn digest(&self) -> Digest {
        Digest::of(self.entry.source.as_bytes())
    }
}

/// A message in all its languages.
#[derive(Debug, Clone)]
pub struct Notice {
    pub id: Id,
    pub source: Text,
    /// By tag of language, without the source.
    pub translations: BTreeMap<&'static str, Text>,
}

/// How a translation stands to its Chinese text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Missing,
    Outdated,
    /// Nobody said which text it was made from.
    Unsaid,
    Present,
}

impl Standing {
    /// As the words' files choose by it.
    pub fn word(self) -> &'static str {
        match self {
            Standing::Missing => "missing",
            Standing::Outdated => "outdated",
            Standing::Unsaid => "unsaid",
            Standing::Present => "present",
        }
    }
}

impl Notice {
    pub fn text(&self, language: &Language) -> Option<&Text> {
        if *language == *SOURCE { Some(&self.source) } else { self.translations.get(language.tag) }
    }

    pub fn made_from(&self, language: &Language) -> Option<MadeFrom> {
        let text = self.translations.get(language.tag)?;
        Some(match text.entry.made_from {
            None => MadeFrom::Unsaid,
            Some(digest) if digest == self.source.wording.digest() => MadeFrom::Present,
            Some(digest) => MadeFrom::Older(digest),
        })
    }

    pub fn standing(&self, language: &Language) -> Standing {
        match self.made_from(language) {
            None => Standing::Missing,
            Some(MadeFrom::Older(_)) => Standing::Outdated,
            Some(MadeFrom::Unsaid) => Standing::Unsaid,
            Some(MadeFrom::Present) => Standing::Present,
        }
    }

    /// What the Chinese text was when a translation was made from it, where that is known and another.
    pub fn old_source<'n>(&self, language: &Language, notices: &'n Notices) -> Option<&'n Wording> {
        match self.made_from(language)? {
            MadeFrom::Older(digest) => notices.old_sources.get(&digest).map(|old| &old.wording),
            MadeFrom::Present | MadeFrom::Unsaid => None,
        }
    }
}

/// A name or constant that messages refer to, in the languages that have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    pub id: Id,
    /// As it stands in the file, by tag of language.
    pub texts: BTreeMap<&'static str, String>,
}

/// All of them.
#[derive(Debug, Clone, Default)]
pub struct Notices {
    /// In order of file and place of the Chinese text.
    pub all: Vec<Notice>,
    pub terms: Vec<Term>,
    /// The files of the Chinese texts.
    pub topics: Vec<Arc<str>>,
    /// Files with a fault of syntax: what they have is not in here.
    pub faulty: Vec<Problem>,
    pub old_sources: OldSources,
}

impl Notices {
    pub fn read(files: &Files) -> Notices {
        let mut notices = Notices::default();
        let mut others: BTreeMap<(&'static str, Id), Text> = BTreeMap::new();
        let mut terms: BTreeMap<Id, BTreeMap<&'static str, String>> = BTreeMap::new();
        for language in LANGUAGES {
            let folder = format!("locales/{}/", language.tag);
            for path in files.texts.keys().filter(|path| path.starts_with(&folder) && path.ends_with(".ftl")) {
                if *language == *SOURCE {
                    notices.topics.push(path.clone());
                }
                let Some(text) = files.text(path) else { continue };
                let topic = match Topic::parse(path, text) {
                    Ok(topic) => topic,
                    Err(faults) => {
                        notices.faulty.extend(faults);
                        continue;
                    }
                };
                for term in topic.terms() {
                    let text = term.source.split_once('=').map_or("", |(_, text)| text.trim());
                    terms.entry(term.id.clone()).or_default().insert(language.tag, text.to_owned());
                }
                for entry in topic.entries() {
                    let wording = Wording::of(&entry.source).unwrap_or_default();
                    let text = Text { path: path.clone(), entry: entry.clone(), wording, draft: topic.draft };
                    if *language == *SOURCE {
                        let translations = BTreeMap::new();
                        notices.all.push(Notice { id: entry.id.clone(), source: text, translations });
                    } else {
                        others.entry((language.tag, entry.id.clone())).or_insert(text);
                    }
                }
            }
        }
        for notice in &mut notices.all {
            for language in LANGUAGES {
                if let Some(text) = others.remove(&(language.tag, notice.id.clone())) {
                    notice.translations.insert(language.tag, text);
                }
            }
        }
        notices.terms = terms.into_iter().map(|(id, texts)| Term { id, texts }).collect();
        if let Some(text) = files.text(sources::PATH) {
            notices.old_sources = sources::read(&Document::parse(sources::PATH, text));
        }
        notices
    }

    pub fn find(&self, id: &str) -> Option<&Notice> {
        self.all.iter().find(|notice| notice.id.as_str() == id)
    }

    /// The terms that a Chinese text names or says, with how a language says them.
    pub fn terms_of<'n>(&'n self, source: &str, language: &Language) -> Vec<(&'n str, Option<&'n str>)> {
        let says = |term: &&Term| {
            let text = term.texts.get(SOURCE.tag);
            source.contains(&format!("-{} ", term.id))
                || text.is_some_and(|text| !text.is_empty() && source.contains(text.as_str()))
        };
        let found = self.terms.iter().filter(says);
        found
            .map(|term| {
                let of = |tag: &str| term.texts.get(tag).map(String::as_str);
                (of(SOURCE.tag).unwrap_or(term.id.as_str()), of(language.tag))
            })
            .collect()
    }

    /// The nearest message before one in the Chinese file that stands in a file of another language.
    pub fn below(&self, notice: &Notice, language: &Language, path: &str) -> Option<String> {
        let before = self.all.iter().filter(|other| other.source.path == notice.source.path);
        let before: Vec<&Notice> = before.take_while(|other| other.id != notice.id).collect();
        let stands = |other: &&&Notice| other.text(language).is_some_and(|text| *text.path == *path);
        before.iter().rev().find(stands).map(|other| other.id.to_string())
    }
}

/// The digest of the Chinese text of a message, as translations name it.
pub fn source_digest(notice: &Notice) -> SourceDigest {
    notice.source.wording.digest()
}
