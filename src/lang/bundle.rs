//! All topics of one language together: looks up a message and renders it. Never falls back to another language.

use std::collections::BTreeMap;
use std::sync::Arc;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::resolver::ResolverError;
use fluent_bundle::resolver::errors::ReferenceKind;
use fluent_bundle::{FluentArgs, FluentError, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

use crate::base::{Id, Problem};
use crate::lang::calendar::Calendar;
use crate::lang::language::Language;
use crate::lang::topic::{Entry, Topic};
use crate::lang::{functions, telephone};

/// What Fluent keeps of one language's texts.
pub(super) type MessageBundle = FluentBundle<Arc<FluentResource>>;

/// The value of a variable.
#[derive(Debug, Clone, PartialEq)]
pub enum Argument {
    Text(String),
    Number(i64),
}

/// Variables and their values, without the `$`.
pub type Arguments = BTreeMap<String, Argument>;

/// Which pattern of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece {
    /// What residents read.
    Body,
    Title,
    /// For a card.
    Short,
    /// What is read aloud: `.voice` where there is one, else the body; telephone numbers digit by digit.
    Spoken,
}

/// Why a message does not render. Nothing of it may be used then: Fluent would leave braces in the text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RenderFault {
    #[error("there is no such message")]
    NoMessage,
    #[error("it has no .{0}")]
    NoPiece(&'static str),
    #[error("{0}")]
    Fluent(String),
    #[error("the rendered text is empty")]
    Empty,
}

/// The messages of one language.
pub struct Bundle {
    pub language: &'static Language,
    bundle: MessageBundle,
    entries: BTreeMap<Id, (Arc<Entry>, bool)>,
    terms: BTreeMap<Id, Arc<Entry>>,
}

impl Bundle {
    /// Puts topics together. A message that stands twice is a fault of its second place; the first one counts.
    pub fn build(language: &'static Language, topics: &[Arc<Topic>]) -> (Bundle, Vec<Problem>) {
        let mut bundle = new_bundle(language.tag);
        let mut entries: BTreeMap<Id, (Arc<Entry>, bool)> = BTreeMap::new();
        let mut terms: BTreeMap<Id, Arc<Entry>> = BTreeMap::new();
        let mut problems = Vec::new();
        let twice = |kind: &str, entry: &Entry, first: &Entry| {
            let what = format!("{kind}{}` stands already in {}:{}", entry.id, first.place.file, first.place.line);
            Problem::error("duplicate-id", entry.place.clone(), what, "remove one, or give this one a new id")
        };
        for topic in topics {
            for term in &topic.terms {
                match terms.get(&term.id) {
                    Some(first) => problems.push(twice("term `-", term, first)),
                    None => drop(terms.insert(term.id.clone(), term.clone())),
                }
            }
            for entry in &topic.entries {
                match entries.get(&entry.id) {
                    Some((first, _)) => problems.push(twice("message `", entry, first)),
                    None => drop(entries.insert(entry.id.clone(), (entry.clone(), topic.draft))),
                }
            }
            // Duplicates were told above, in words and with both places.
            let _ = bundle.add_resource(topic.resource.clone());
        }
        (Bundle { language, bundle, entries, terms }, problems)
    }

    pub fn entry(&self, message: &Id) -> Option<&Entry> {
        self.entries.get(message).map(|(entry, _)| &**entry)
    }

    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values().map(|(entry, _)| &**entry)
    }

    /// A term, by its name without the hyphen.
    pub fn term(&self, name: &str) -> Option<&Entry> {
        self.terms.get(name).map(|entry| &**entry)
    }

    pub fn terms(&self) -> impl Iterator<Item = &Entry> {
        self.terms.values().map(|entry| &**entry)
    }

    /// Whether the message's text was never reviewed by a native speaker.
    pub fn is_draft(&self, message: &Id) -> bool {
        self.entries.get(message).is_some_and(|(_, draft)| *draft)
    }

    /// Renders a piece of a message. Any error of Fluent is a fault: there are no half texts.
    pub fn render(&self, message: &str, piece: Piece, arguments: &Arguments) -> Result<String, RenderFault> {
        let found = self.bundle.get_message(message).ok_or(RenderFault::NoMessage)?;
        let attribute = |name: &'static str| {
            found.get_attribute(name).map(|attribute| attribute.value()).ok_or(RenderFault::NoPiece(name))
        };
        let body = || found.value().ok_or(RenderFault::NoPiece("body"));
        let pattern = match piece {
            Piece::Body => body()?,
            Piece::Title => attribute("title")?,
            Piece::Short => attribute("short")?,
            Piece::Spoken => attribute("voice").or_else(|_| body())?,
        };
        let mut errors = Vec::new();
        let arguments = fluent_arguments(arguments);
        let text = self.bundle.format_pattern(pattern, arguments.as_ref(), &mut errors).into_owned();
        if !errors.is_empty() {
            let told: Vec<String> = errors.iter().map(plain).collect();
            return Err(RenderFault::Fluent(told.join(", ")));
        }
        let failed = functions::faults(&text);
        if !failed.is_empty() {
            return Err(RenderFault::Fluent(failed.join(", ")));
        }
        if text.trim().is_empty() {
            return Err(RenderFault::Empty);
        }
        Ok(match piece {
            Piece::Spoken => telephone::read_aloud(&text, self.language.tag).into_owned(),
            Piece::Body | Piece::Title | Piece::Short => text,
        })
    }
}

/// What Fluent found, in words for people who write messages.
fn plain(error: &FluentError) -> String {
    let FluentError::ResolverError(error) = error else { return error.to_string() };
    match error {
        ResolverError::Reference(ReferenceKind::Variable { id }) => format!("nothing gives ${id} a value"),
        ResolverError::Reference(ReferenceKind::Message { id, attribute: None }) => {
            format!("there is no message `{id}`")
        }
        ResolverError::Reference(ReferenceKind::Term { id, attribute: None }) => format!("there is no term `-{id}`"),
        ResolverError::Reference(ReferenceKind::Message { id, attribute: Some(name) }) => {
            format!("there is no `{id}.{name}`")
        }
        ResolverError::Reference(ReferenceKind::Term { id, attribute: Some(name) }) => {
            format!("there is no `-{id}.{name}`")
        }
        ResolverError::Reference(ReferenceKind::Function { id }) => format!("there is no function {id}()"),
        ResolverError::NoValue(id) => format!("`{id}` has no text"),
        ResolverError::MissingDefault => "a choice has no `*[other]`".to_owned(),
        ResolverError::Cyclic => "it refers to itself, at once or by what it refers to".to_owned(),
        ResolverError::TooManyPlaceables => "it has too many parts in braces".to_owned(),
    }
}

/// A bundle without isolating marks: they would show as boxes in a chat and be read aloud.
pub(super) fn new_bundle(tag: &str) -> MessageBundle {
    let identifier: LanguageIdentifier = tag.parse().expect("the tags of the table are BCP-47");
    let mut bundle = FluentBundle::new_concurrent(vec![identifier]);
    bundle.set_use_isolating(false);
    functions::add(&mut bundle, Calendar::of(tag).expect("every language has its calendar"));
    bundle
}

pub(super) fn fluent_arguments(arguments: &Arguments) -> Option<FluentArgs<'_>> {
    if arguments.is_empty() {
        return None;
    }
    let mut args = FluentArgs::with_capacity(arguments.len());
    for (name, value) in arguments {
        match value {
            Argument::Text(text) => args.set(name.as_str(), FluentValue::from(text.as_str())),
            Argument::Number(number) => args.set(name.as_str(), FluentValue::from(*number)),
        }
    }
    Some(args)
}

/// Reads arguments given on a command line as `name=value`: always texts, so that `007` stays `007`.
pub fn argument_of(text: &str) -> Result<(String, Argument), String> {
    let (name, value) =
        text.split_once('=').ok_or_else(|| format!("`{text}` is no argument: write it as name=value"))?;
    Ok((name.trim().to_owned(), Argument::Text(value.to_owned())))
}
