//! What a rule is, what it looks at, and how it tells what it found.

use std::cell::RefCell;

use crate::base::problem::Fix;
use crate::base::{Problem, Severity};
use crate::lang::Bundle;
use crate::lang::language::Language;
use crate::lang::lint::facts::Facts;
use crate::lang::lint::syllables::Syllables;
use crate::lang::topic::{Entry, Text};

/// What can be wrong with a text, and what that means.
#[derive(Debug)]
pub struct Rule {
    /// A stable name that scripts and editors match.
    pub id: &'static str,
    /// An error holds the message back in that language.
    pub severity: Severity,
    /// The tags it is for; none: all languages.
    pub languages: &'static [&'static str],
    /// Why it matters: goes on from what was found.
    pub why: &'static str,
    /// None where it is found while the files are read.
    pub(super) check: Option<Check>,
}

pub(super) type Check = fn(&Subject<'_>, &mut Report<'_>);

pub(super) const ALL: &[&str] = &[];

pub(super) const fn error(id: &'static str, languages: &'static [&'static str], why: &'static str, f: Check) -> Rule {
    Rule { id, severity: Severity::Error, languages, why, check: Some(f) }
}

pub(super) const fn warns(id: &'static str, languages: &'static [&'static str], why: &'static str, f: Check) -> Rule {
    Rule { id, severity: Severity::Warning, languages, why, check: Some(f) }
}

impl Rule {
    pub(super) fn is_for(&self, language: &Language) -> bool {
        self.languages.is_empty() || self.languages.contains(&language.tag)
    }
}

/// One message or term in one language.
pub(super) struct Subject<'a> {
    pub language: &'static Language,
    pub bundle: &'a Bundle,
    pub entry: &'a Entry,
    /// The source language, where it is another one and there is any of it.
    pub source: Option<&'a Bundle>,
    /// The message it is a translation of.
    pub original: Option<&'a Entry>,
    /// Of each text, in the order of [`Entry::texts`].
    pub facts: Vec<Facts>,
    pub syllables: &'a RefCell<Syllables>,
}

impl<'a> Subject<'a> {
    /// Every text with the name of its attribute and what is known of it.
    pub fn texts(&self) -> impl Iterator<Item = (&'a str, &'a Text, &Facts)> {
        self.entry.texts().zip(&self.facts).map(|((name, text), facts)| (name, text, facts))
    }
}

/// Findings of one message and rule are told up to here: a text that is wrong throughout says so early enough.
/// Certain fixes are told all, else they would not all be made.
const TOLD_MAX: usize = 20;

/// Collects what the rules find in one message.
pub(super) struct Report<'a> {
    entry: &'a Entry,
    rule: &'static Rule,
    told: usize,
    problems: &'a mut Vec<Problem>,
}

impl<'a> Report<'a> {
    pub fn new(entry: &'a Entry, rule: &'static Rule, problems: &'a mut Vec<Problem>) -> Report<'a> {
        Report { entry, rule, told: 0, problems }
    }

    /// Tells a fault at a byte of the entry: what is wrong, and what to do.
    pub fn tell(&mut self, byte: usize, what: impl AsRef<str>, help: impl Into<String>) {
        self.told += 1;
        if self.told <= TOLD_MAX {
            self.push(byte, what.as_ref(), help.into(), None);
        }
    }

    /// Tells a fault in `start..end` of a text that only `replacement` mends.
    pub fn fix(&mut self, text: &Text, start: usize, end: usize, replacement: &str, what: &str, help: &str) {
        let byte = text.byte_of(start);
        let first = self.entry.at + byte;
        let fix = text
            .is_literal(start, end)
            .then(|| Box::new(Fix { start: first, end: first + (end - start), text: replacement.to_owned() }));
        let help = if fix.is_some() { format!("{help}; `cunxiang check --fix` does it") } else { help.to_owned() };
        self.push(byte, what, help, fix);
    }

    fn push(&mut self, byte: usize, what: &str, help: String, fix: Option<Box<Fix>>) {
        let kind = if self.entry.is_term { "term `-" } else { "message `" };
        let message = format!("{kind}{}`: {what} ({})", self.entry.id, self.rule.why);
        let place = self.entry.place_of(byte);
        let problem = Problem::error(self.rule.id, place, message, help);
        self.problems.push(Problem { severity: self.rule.severity, fix, ..problem });
    }
}

/// `its text` or `its .title`.
pub(super) fn piece(name: &str) -> String {
    if name.is_empty() { "its text".to_owned() } else { format!("its .{name}") }
}
