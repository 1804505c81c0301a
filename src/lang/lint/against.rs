//! A translation beside its Chinese: the same variables and terms, and a text of its own.

use crate::lang::language::SOURCE;
use crate::lang::lint::rule::{Report, Rule, Subject, error, piece};
use crate::lang::lint::structure::has_letter_of;
use crate::lang::topic::{Pattern, What};

const TRANSLATIONS: &[&str] = &["bo", "lis"];

pub(super) const RULES: &[Rule] = &[
    error("no-source", TRANSLATIONS, "nobody can hold it against what it should say", no_source),
    error("unknown-variable", TRANSLATIONS, "no broadcast gives it a value", unknown_variable),
    error("missing-variable", TRANSLATIONS, "what it stands for would not be said", missing_variable),
    error("missing-term", TRANSLATIONS, "what it stands for would not be said", missing_term),
    error("untranslated", TRANSLATIONS, "it is not in this language", untranslated),
];

/// Told where a folder of texts is looked at by itself: a county's broadcasts say which of its texts they miss.
pub(super) const MISSING: Rule = Rule {
    id: "missing-message",
    severity: crate::base::Severity::Warning,
    languages: TRANSLATIONS,
    why: "those who read that language do not learn it",
    check: None,
};

fn no_source(subject: &Subject<'_>, report: &mut Report<'_>) {
    if subject.source.is_some() && subject.original.is_none() && !subject.entry.is_term {
        let what = format!("there is no {} message of that id", SOURCE.name);
        report.tell(0, what, "write the Chinese text first, or remove this one");
    }
}

/// Each pattern beside the Chinese one; what is read aloud, beside what is read there, or else the body.
fn each_pair<'a>(subject: &Subject<'a>) -> impl Iterator<Item = (&'a str, &'a Pattern, &'a Pattern)> + use<'a> {
    let original = subject.original;
    subject.entry.patterns.iter().filter_map(move |(name, pattern)| {
        let sources = &original?.patterns;
        let source = sources.get(name).or_else(|| if name == "voice" { sources.get("") } else { None })?;
        Some((name.as_str(), pattern, source))
    })
}

fn unknown_variable(subject: &Subject<'_>, report: &mut Report<'_>) {
    for (name, pattern, source) in each_pair(subject) {
        let mut told: Vec<&str> = Vec::new();
        let used = pattern.references.iter().filter(|reference| reference.what == What::Variable);
        for variable in used.filter(|variable| !source.variables.contains(&variable.name)) {
            if !told.contains(&variable.name.as_str()) {
                let what = format!("{} uses {{ ${} }}, which the Chinese does not have", piece(name), variable.name);
                report.tell(variable.at, what, "use the variables of the Chinese text");
                told.push(&variable.name);
            }
        }
    }
}

fn missing_variable(subject: &Subject<'_>, report: &mut Report<'_>) {
    for (name, pattern, source) in each_pair(subject) {
        for variable in source.variables.difference(&pattern.variables) {
            let what = format!("{} leaves out {{ ${variable} }}, which the Chinese has", piece(name));
            report.tell(pattern.at, what, "put the variable in");
        }
    }
}

fn missing_term(subject: &Subject<'_>, report: &mut Report<'_>) {
    for (name, pattern, source) in each_pair(subject) {
        for term in source.terms.difference(&pattern.terms) {
            let what = format!("{} leaves out {{ -{term} }}, which the Chinese has", piece(name));
            report.tell(pattern.at, what, "put the term in");
        }
    }
}

fn untranslated(subject: &Subject<'_>, report: &mut Report<'_>) {
    for (name, pattern, source) in each_pair(subject) {
        if letters(pattern).eq(letters(source)) && has_letter_of(source, SOURCE.script) {
            let what = format!("{} is the Chinese text", piece(name));
            report.tell(pattern.at, what, "translate it, or remove the message until it is translated");
        }
    }
}

fn letters(pattern: &Pattern) -> impl Iterator<Item = char> {
    pattern.texts.iter().flat_map(|text| text.characters.chars()).filter(|c| c.is_alphabetic())
}
