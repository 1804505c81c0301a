//! The text of a message or of one of its attributes: its plain characters with their places, and what it refers to.

use std::collections::BTreeSet;

use fluent_syntax::ast;
use fluent_syntax::unicode::unescape_unicode_to_string;

/// Stands in [`Text::characters`] where a placeable does.
pub const PLACEABLE: char = '\u{FFFC}';

/// A pattern. Bytes count from the beginning of its entry.
#[derive(Debug, Clone, Default)]
pub struct Pattern {
    /// Where the entry's or the attribute's name begins.
    pub at: usize,
    pub variables: BTreeSet<String>,
    /// Other messages, as `id` or `id.attribute`.
    pub messages: BTreeSet<String>,
    /// Terms, without their hyphen.
    pub terms: BTreeSet<String>,
    /// Each thing it refers to, in order.
    pub references: Vec<Reference>,
    /// The text itself, then the texts of each selector's variants.
    pub texts: Vec<Text>,
}

/// Something a pattern refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    pub what: What,
    pub name: String,
    pub at: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    Variable,
    /// As `id` or `id.attribute`.
    Message,
    Term,
    Function,
    /// A key of a selector.
    Key,
    /// The key of a selector's default, which is a [`What::Key`] too.
    Default,
    /// The variable a selector selects on, which is a [`What::Variable`] too.
    Selector,
}

/// A stretch of plain text without selectors.
#[derive(Debug, Clone, Default)]
pub struct Text {
    /// Its characters, with [`PLACEABLE`] where a placeable stands.
    pub characters: String,
    /// Whether the rendered text ends with it.
    pub closes: bool,
    runs: Vec<Run>,
}

/// Characters that stand together in the file.
#[derive(Debug, Clone, Copy)]
struct Run {
    /// Its first byte in `characters`.
    start: usize,
    /// The same byte in the entry.
    at: usize,
    /// A string literal with escapes: only its beginning is known.
    escaped: bool,
}

impl Text {
    /// Where a byte of `characters` stands in the entry.
    pub fn byte_of(&self, byte: usize) -> usize {
        match self.run_of(byte) {
            Some(run) if run.escaped => run.at,
            Some(run) => run.at + (byte - run.start),
            None => self.runs.first().map_or(0, |run| run.at),
        }
    }

    /// Whether these bytes of `characters` stand in the file just so, in one piece.
    pub fn is_literal(&self, start: usize, end: usize) -> bool {
        let run = self.runs.partition_point(|run| run.start <= start);
        let reaches = self.runs.get(run).is_none_or(|next| next.start >= end);
        run > 0 && reaches && !self.runs[run - 1].escaped
    }

    /// The pieces that stand in the file together, each with its first byte in `characters`.
    pub fn pieces(&self) -> impl Iterator<Item = (usize, &str)> {
        let ends = self.runs.iter().skip(1).map(|run| run.start).chain([self.characters.len()]);
        self.runs.iter().zip(ends).map(|(run, end)| (run.start, &self.characters[run.start..end]))
    }

    fn run_of(&self, byte: usize) -> Option<Run> {
        self.runs.partition_point(|run| run.start <= byte).checked_sub(1).map(|i| self.runs[i])
    }

    fn push(&mut self, slice: &str, at: usize, escaped: bool) {
        self.runs.push(Run { start: self.characters.len(), at, escaped });
        // The mark of a placeable may not be forged: what stands in the file is looked up there.
        if slice.contains(PLACEABLE) {
            self.characters.push_str(&slice.replace(PLACEABLE, "\u{FFFD}"));
        } else {
            self.characters.push_str(slice);
        }
    }
}

impl Pattern {
    /// `start` is where the entry's first byte lies in memory; the pattern's slices lie behind it.
    pub(super) fn of(pattern: &ast::Pattern<&str>, start: usize, at: usize) -> Pattern {
        let mut found = Pattern { at, ..Pattern::default() };
        found.add_pattern(pattern, start, true);
        found
    }

    fn add_pattern(&mut self, pattern: &ast::Pattern<&str>, start: usize, closes: bool) {
        let index = self.texts.len();
        self.texts.push(Text::default());
        let mut text = Text { closes, ..Text::default() };
        let last = pattern.elements.len().saturating_sub(1);
        for (i, element) in pattern.elements.iter().enumerate() {
            match element {
                ast::PatternElement::TextElement { value } => text.push(value, value.as_ptr() as usize - start, false),
                ast::PatternElement::Placeable { expression } => {
                    self.add_expression(expression, start, closes && i == last, &mut text);
                }
            }
        }
        self.texts[index] = text;
    }

    fn add_expression(&mut self, expression: &ast::Expression<&str>, start: usize, closes: bool, text: &mut Text) {
        match expression {
            ast::Expression::Inline(ast::InlineExpression::StringLiteral { value }) => {
                let at = value.as_ptr() as usize - start;
                text.push(&unescape_unicode_to_string(value), at, value.contains('\\'));
            }
            ast::Expression::Inline(ast::InlineExpression::NumberLiteral { value }) => {
                text.push(value, value.as_ptr() as usize - start, false);
            }
            ast::Expression::Inline(ast::InlineExpression::Placeable { expression }) => {
                self.add_expression(expression, start, closes, text);
            }
            ast::Expression::Inline(inline) => {
                text.characters.push(PLACEABLE);
                self.add_inline(inline, start);
            }
            ast::Expression::Select { selector, variants } => {
                text.characters.push(PLACEABLE);
                if let ast::InlineExpression::VariableReference { id } = selector {
                    self.refer(What::Selector, id.name, start);
                }
                self.add_inline(selector, start);
                for variant in variants {
                    let (ast::VariantKey::Identifier { name } | ast::VariantKey::NumberLiteral { value: name }) =
                        variant.key;
                    self.refer(What::Key, name, start);
                    if variant.default {
                        self.refer(What::Default, name, start);
                    }
                    self.add_pattern(&variant.value, start, closes);
                }
            }
        }
    }

    fn refer(&mut self, what: What, name: &str, start: usize) {
        self.references.push(Reference { what, name: name.to_owned(), at: name.as_ptr() as usize - start });
    }

    fn add_inline(&mut self, inline: &ast::InlineExpression<&str>, start: usize) {
        match inline {
            ast::InlineExpression::VariableReference { id } => {
                self.variables.insert(id.name.to_owned());
                self.refer(What::Variable, id.name, start);
            }
            ast::InlineExpression::MessageReference { id, attribute } => {
                let attribute = attribute.as_ref().map(|a| format!(".{}", a.name)).unwrap_or_default();
                let name = format!("{}{attribute}", id.name);
                self.references.push(Reference {
                    what: What::Message,
                    name: name.clone(),
                    at: id.name.as_ptr() as usize - start,
                });
                self.messages.insert(name);
            }
            ast::InlineExpression::TermReference { id, arguments, .. } => {
                self.terms.insert(id.name.to_owned());
                self.refer(What::Term, id.name, start);
                arguments.iter().for_each(|arguments| self.add_arguments(arguments, start));
            }
            ast::InlineExpression::FunctionReference { id, arguments } => {
                self.refer(What::Function, id.name, start);
                self.add_arguments(arguments, start);
            }
            ast::InlineExpression::Placeable { expression } => {
                self.add_expression(expression, start, false, &mut Text::default());
            }
            ast::InlineExpression::StringLiteral { .. } | ast::InlineExpression::NumberLiteral { .. } => {}
        }
    }

    fn add_arguments(&mut self, arguments: &ast::CallArguments<&str>, start: usize) {
        arguments.positional.iter().for_each(|argument| self.add_inline(argument, start));
        arguments.named.iter().for_each(|argument| self.add_inline(&argument.value, start));
    }
}
