//! What can be wrong with a text that parses: a table of rules over one message in one language beside its source.
//!
//! Pure: texts in, faults out. One file a family of rules; `docs/ref/lint.md` lists them all.

mod against;
mod allowed;
mod argument;
mod encoding;
mod facts;
mod fix;
mod folder;
mod lisu;
mod names;
mod numbers;
mod rule;
mod script;
mod structure;
mod syllables;
mod tibetan;

use std::cell::RefCell;

pub use allowed::WORDS as ALLOWED_WORDS;
pub use argument::argument;
pub use fix::{apply, mend};
pub use folder::{File, files};
pub use rule::Rule;
pub use structure::{ATTRIBUTES, sample_arguments};

use crate::base::{Id, Problem};
use crate::lang::Bundle;
use crate::lang::language::SOURCE;
use crate::lang::lint::facts::Facts;
use crate::lang::lint::rule::{Report, Subject};
use crate::lang::lint::syllables::Syllables;
use crate::lang::topic::Entry;

/// The families, in the order in which they are told of one place.
const FAMILIES: [&[Rule]; 8] = [
    encoding::RULES,
    script::RULES,
    lisu::RULES,
    tibetan::RULES,
    numbers::RULES,
    structure::RULES,
    against::RULES,
    &[against::MISSING],
];

/// Every rule.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    FAMILIES.iter().copied().flatten()
}

/// The faults of every message and term of `bundle`. It is held against `source`, where that is another language and
/// has any text.
pub fn lint(bundle: &Bundle, source: Option<&Bundle>) -> Vec<Problem> {
    lint_some(bundle, source, |_| true)
}

/// As [`lint`], of one message alone: for a text that somebody is typing.
pub fn lint_message(bundle: &Bundle, source: Option<&Bundle>, message: &Id) -> Vec<Problem> {
    lint_some(bundle, source, |entry| !entry.is_term && entry.id == *message)
}

fn lint_some(bundle: &Bundle, source: Option<&Bundle>, wanted: impl Fn(&Entry) -> bool) -> Vec<Problem> {
    let source = source.filter(|_| bundle.language != SOURCE);
    let of_language: Vec<&'static Rule> = rules().filter(|rule| rule.is_for(bundle.language)).collect();
    let syllables = RefCell::new(Syllables::default());
    let mut problems = Vec::new();
    for entry in bundle.entries().chain(bundle.terms()).filter(|entry| wanted(entry)) {
        let subject = Subject {
            language: bundle.language,
            bundle,
            entry,
            source,
            original: source.and_then(|source| original(source, entry)),
            facts: facts_of(bundle, entry),
            syllables: &syllables,
        };
        for rule in &of_language {
            if let Some(check) = rule.check {
                check(&subject, &mut Report::new(entry, rule, &mut problems));
            }
        }
    }
    problems
}

fn original<'a>(source: &'a Bundle, entry: &Entry) -> Option<&'a Entry> {
    if entry.is_term { source.term(entry.id.as_str()) } else { source.entry(&entry.id) }
}

fn facts_of(bundle: &Bundle, entry: &Entry) -> Vec<Facts> {
    let mut gloss_left = allowed::glosses(bundle.language);
    entry.texts().map(|(_, text)| Facts::of(&text.characters, bundle.language, &mut gloss_left)).collect()
}
