//! One `.ftl` file, parsed: what the lint and the bundle need of it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use fluent_bundle::FluentResource;
use fluent_syntax::ast;

use crate::base::problem::Place;
use crate::base::{Id, Problem};
use crate::lang::notes::Notes;
use crate::lang::source::SourceDigest;

/// One file of messages of one language.
pub struct Topic {
    pub path: Arc<str>,
    pub(super) resource: Arc<FluentResource>,
    pub(super) entries: Vec<Entry>,
    /// `review = "draft"` in a `###` comment.
    pub draft: bool,
}

/// A message of a topic.
#[derive(Debug, Clone)]
pub struct Entry {
    pub id: Id,
    pub place: Place,
    /// The value under "", each attribute under its name.
    pub patterns: BTreeMap<String, Pattern>,
    /// The message as it stands in the file, for the edition's exact bytes.
    pub source: Arc<str>,
    /// Of a translation, the digest of the source text it was made from: `# @source` above it.
    pub made_from: Option<SourceDigest>,
    /// Who translated or wrote it, as its comment or its file's says; nobody reviews a text of his own.
    pub author: Option<String>,
}

/// What a pattern refers to.
#[derive(Debug, Clone, Default)]
pub struct Pattern {
    pub variables: BTreeSet<String>,
    /// Other messages, as `id` or `id.attribute`.
    pub messages: BTreeSet<String>,
    /// Terms, without their hyphen.
    pub terms: BTreeSet<String>,
    /// Functions, such as NUMBER.
    pub functions: BTreeSet<String>,
    /// Keys of its selectors.
    pub selector_keys: BTreeSet<String>,
    /// Its plain characters, placeables left out.
    pub characters: String,
}

impl Topic {
    /// Parses a file. A file with any fault of syntax is refused whole: Fluent would cut the message at the fault and
    /// air the rest.
    ///
    /// Errors: every fault of syntax, with its place.
    pub fn parse(path: &str, text: &str) -> Result<Topic, Vec<Problem>> {
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
        let starts = entry_starts(text);
        let of_file = Notes::of_file(text);
        let mut entries = Vec::new();
        let mut problems = Vec::new();
        for entry in resource.entries() {
            let ast::Entry::Message(message) = entry else { continue };
            let Some(range) = starts.get(message.id.name) else { continue };
            let place = Place::of_byte(path, text, range.start);
            let Ok(id) = message.id.name.parse::<Id>() else {
                let what = format!("`{}` is no id of a message", message.id.name);
                problems.push(Problem::error("bad-id", place, what, "use small letters, digits and hyphens"));
                continue;
            };
            let mut patterns = BTreeMap::new();
            if let Some(value) = &message.value {
                patterns.insert(String::new(), Pattern::of(value));
            }
            for attribute in &message.attributes {
                patterns.insert(attribute.id.name.to_owned(), Pattern::of(&attribute.value));
            }
            let notes = Notes::above(text, range.start);
            let (made_from, author) = (notes.source, notes.author.or_else(|| of_file.author.clone()));
            entries.push(Entry {
                id,
                place,
                patterns,
                source: text[range.clone()].trim_end().into(),
                made_from,
                author,
            });
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let draft = text.lines().any(|line| line.trim() == "### review = \"draft\"");
        Ok(Topic { path: path.into(), resource: Arc::new(resource), entries, draft })
    }

    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }
}

fn first_ink(text: &str, from: usize) -> usize {
    let from = from.min(text.len());
    from + text[from..].find(|c: char| !c.is_whitespace()).unwrap_or(0)
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

impl Pattern {
    fn of(pattern: &ast::Pattern<&str>) -> Pattern {
        let mut found = Pattern::default();
        found.add_pattern(pattern);
        found
    }

    fn add_pattern(&mut self, pattern: &ast::Pattern<&str>) {
        for element in &pattern.elements {
            match element {
                ast::PatternElement::TextElement { value } => self.characters.push_str(value),
                ast::PatternElement::Placeable { expression } => self.add_expression(expression),
            }
        }
    }

    fn add_expression(&mut self, expression: &ast::Expression<&str>) {
        match expression {
            ast::Expression::Inline(inline) => self.add_inline(inline),
            ast::Expression::Select { selector, variants } => {
                self.add_inline(selector);
                for variant in variants {
                    let (ast::VariantKey::Identifier { name } | ast::VariantKey::NumberLiteral { value: name }) =
                        variant.key;
                    self.selector_keys.insert(name.to_owned());
                    self.add_pattern(&variant.value);
                }
            }
        }
    }

    fn add_inline(&mut self, inline: &ast::InlineExpression<&str>) {
        match inline {
            ast::InlineExpression::VariableReference { id } => {
                self.variables.insert(id.name.to_owned());
            }
            ast::InlineExpression::MessageReference { id, attribute } => {
                let attribute = attribute.as_ref().map(|a| format!(".{}", a.name)).unwrap_or_default();
                self.messages.insert(format!("{}{attribute}", id.name));
            }
            ast::InlineExpression::TermReference { id, arguments, .. } => {
                self.terms.insert(id.name.to_owned());
                arguments.iter().for_each(|arguments| self.add_arguments(arguments));
            }
            ast::InlineExpression::FunctionReference { id, arguments } => {
                self.functions.insert(id.name.to_owned());
                self.add_arguments(arguments);
            }
            ast::InlineExpression::Placeable { expression } => self.add_expression(expression),
            ast::InlineExpression::StringLiteral { value } => self.characters.push_str(value),
            ast::InlineExpression::NumberLiteral { value } => self.characters.push_str(value),
        }
    }

    fn add_arguments(&mut self, arguments: &ast::CallArguments<&str>) {
        arguments.positional.iter().for_each(|argument| self.add_inline(argument));
        arguments.named.iter().for_each(|argument| self.add_inline(&argument.value));
    }
}
