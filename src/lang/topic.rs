//! One `.ftl` file, parsed: what the lint and the bundle need of it.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use fluent_bundle::FluentResource;
use fluent_syntax::ast;

use crate::base::problem::Place;
use crate::base::{Id, Problem};
use crate::lang::escape;
use crate::lang::notes::Notes;
pub use crate::lang::pattern::{Pattern, Reference, Text, What};
use crate::lang::source::SourceDigest;

/// One file of messages of one language.
pub struct Topic {
    pub path: Arc<str>,
    pub(super) resource: Arc<FluentResource>,
    pub(super) entries: Vec<Arc<Entry>>,
    /// Names and constants that messages refer to as `{ -name }`.
    pub(super) terms: Vec<Arc<Entry>>,
    /// `review = "draft"` in a `###` comment.
    pub draft: bool,
}

/// A message or a term of a topic.
#[derive(Debug, Clone)]
pub struct Entry {
    /// A term's is without its hyphen.
    pub id: Id,
    pub is_term: bool,
    pub place: Place,
    /// Its first byte in the file.
    pub at: usize,
    /// The value under "", each attribute under its name.
    pub patterns: BTreeMap<String, Pattern>,
    /// Attributes that stand twice, with the byte of the second one in [`Self::source`].
    pub doubled: Vec<(String, usize)>,
    /// The message as it stands in the file, for the edition's exact bytes.
    pub source: Arc<str>,
    /// Of a translation, the digest of the source text it was made from: `# @source` above it.
    pub made_from: Option<SourceDigest>,
    /// Who translated or wrote it, as its comment or its file's says; nobody reviews a text of his own.
    pub author: Option<String>,
}

impl Entry {
    /// The place of a byte of [`Self::source`].
    pub fn place_of(&self, byte: usize) -> Place {
        let Place { line, column, .. } = Place::of_byte("", &self.source, byte);
        let column = if line == 1 { self.place.column + column - 1 } else { column };
        Place { file: self.place.file.clone(), line: self.place.line + line - 1, column }
    }

    /// Its last line in the file.
    pub fn last_line(&self) -> u32 {
        self.place.line + self.source.matches('\n').count() as u32
    }

    /// Every piece of plain text, with the name of its attribute ("" for the value).
    pub fn texts(&self) -> impl Iterator<Item = (&str, &Text)> {
        self.patterns.iter().flat_map(|(name, pattern)| pattern.texts.iter().map(|text| (name.as_str(), text)))
    }
}

impl Topic {
    /// Parses a file. A file with any fault of syntax is refused whole: Fluent would cut the message at the fault and
    /// air the rest.
    ///
    /// Errors: every fault of syntax, with its place.
    pub fn parse(path: &str, text: &str) -> Result<Topic, Vec<Problem>> {
        if let Some(at) = escape::cut_short(text) {
            return Err(vec![Problem::error(
                "ftl-syntax",
                Place::of_byte(path, text, at),
                "this escape has too few digits",
                "write four hexadecimal digits behind \\u and six behind \\U, or the character itself",
            )]);
        }
        let resource = FluentResource::try_new(text.to_owned()).map_err(|(_, errors)| {
            let tell = |error: fluent_syntax::parser::ParserError| {
                // The slice begins with the entry at fault; the position may already lie in the next one.
                let start = error.slice.as_ref().map_or(error.pos.start, |slice| slice.start.min(error.pos.start));
                let at = Place::of_byte(path, text, first_ink(text, start));
                let what = format!("this message cannot be read: {}", error.kind);
                Problem::error(
                    "ftl-syntax",
                    at,
                    what,
                    "mend it; text that goes on on the next line is indented and does not begin with [ * . or }",
                )
            };
            errors.into_iter().map(tell).collect::<Vec<_>>()
        })?;
        let (starts, of_file) = (starts_of(text), Notes::of_file(text));
        let reader = Reader { path: path.into(), text: resource.source(), starts, of_file };
        let (mut entries, mut terms, mut problems) = (Vec::new(), Vec::new(), Vec::new());
        for entry in resource.entries() {
            let (read, list) = match entry {
                ast::Entry::Message(m) => {
                    (reader.entry(m.id.name, false, m.value.as_ref(), &m.attributes), &mut entries)
                }
                ast::Entry::Term(t) => (reader.entry(t.id.name, true, Some(&t.value), &t.attributes), &mut terms),
                _ => continue,
            };
            match read {
                Ok(entry) => list.push(Arc::new(entry)),
                Err(problem) => problems.push(problem),
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let draft = text.lines().any(|line| line.trim() == "### review = \"draft\"");
        Ok(Topic { path: path.into(), resource: Arc::new(resource), entries, terms, draft })
    }

    pub fn entries(&self) -> &[Arc<Entry>] {
        &self.entries
    }

    pub fn terms(&self) -> &[Arc<Entry>] {
        &self.terms
    }
}

/// Puts places to what the parser found: every name and text it gives is a slice of the file.
struct Reader<'t> {
    path: Arc<str>,
    text: &'t str,
    /// By the first byte of a line that begins an entry or a comment: its number.
    starts: Vec<(usize, u32)>,
    of_file: Notes,
}

impl Reader<'_> {
    fn entry(
        &self,
        name: &str,
        is_term: bool,
        value: Option<&ast::Pattern<&str>>,
        attributes: &[ast::Attribute<&str>],
    ) -> Result<Entry, Problem> {
        // A term's name is given without the hyphen it begins with.
        let at = self.byte_of(name) - usize::from(is_term);
        let next = self.starts.partition_point(|(start, _)| *start <= at);
        let end = self.starts.get(next).map_or(self.text.len(), |(start, _)| *start);
        let line = next.checked_sub(1).map_or(1, |i| self.starts[i].1);
        let place = Place { file: self.path.clone(), line, column: 1 };
        let Ok(id) = name.parse::<Id>() else {
            let what = format!("`{name}` is no id of a message");
            return Err(Problem::error("bad-id", place, what, "use small letters, digits and hyphens"));
        };
        let mut patterns = BTreeMap::new();
        let mut doubled = Vec::new();
        let start = self.text.as_ptr() as usize + at;
        if let Some(value) = value {
            patterns.insert(String::new(), Pattern::of(value, start, 0));
        }
        for attribute in attributes {
            let at = self.byte_of(attribute.id.name) - at;
            let pattern = Pattern::of(&attribute.value, start, at);
            if patterns.insert(attribute.id.name.to_owned(), pattern).is_some() {
                doubled.push((attribute.id.name.to_owned(), at));
            }
        }
        let source = self.text[at..end].trim_end().into();
        let notes = Notes::above(self.text, at);
        let author = notes.author.or_else(|| self.of_file.author.clone());
        Ok(Entry { id, is_term, place, at, patterns, doubled, source, made_from: notes.source, author })
    }

    fn byte_of(&self, slice: &str) -> usize {
        slice.as_ptr() as usize - self.text.as_ptr() as usize
    }
}

fn first_ink(text: &str, from: usize) -> usize {
    let from = from.min(text.len());
    from + text[from..].find(|c: char| !c.is_whitespace()).unwrap_or(0)
}

/// Where each message, term and comment of a file without faults begins, with its line. An entry begins in the first
/// column of a line; what belongs to it is indented, or is the `}` that closes a selector (Fluent syntax 1.0, section
/// Entries).
fn starts_of(text: &str) -> Vec<(usize, u32)> {
    let mut starts = Vec::new();
    let mut at = 0;
    for (line, number) in text.split_inclusive('\n').zip(1..) {
        if line.starts_with(|c: char| c.is_ascii_alphabetic() || c == '-' || c == '#') {
            starts.push((at, number));
        }
        at += line.len();
    }
    starts
}

/// Where each message and term of a file without faults stands, from its id to the next entry or comment. An entry
/// begins in the first column of a line; what belongs to it is indented, or is the `}` that closes a selector (Fluent
/// syntax 1.0, section Entries).
pub(super) fn entry_starts(text: &str) -> BTreeMap<&str, Range<usize>> {
    let mut starts: BTreeMap<&str, Range<usize>> = BTreeMap::new();
    let mut open: Option<&str> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if line.starts_with(|c: char| c.is_ascii_alphabetic() || c == '-') {
            let name = line.split(|c: char| c == '=' || c.is_whitespace()).next().unwrap_or("");
            if starts.contains_key(name) {
                open = None;
            } else {
                starts.insert(name, at..at);
                open = Some(name);
            }
        } else if line.starts_with('#') {
            open = None;
        }
        at += line.len();
        if let Some(range) = open.and_then(|name| starts.get_mut(name)) {
            range.end = at;
        }
    }
    starts
}
