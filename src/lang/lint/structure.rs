//! The parts of a message and what it refers to: whether Fluent can make a text of it.

use unicode_script::Script;

use crate::base::Severity;
use crate::lang::bundle::{Argument, Arguments, Piece, RenderFault};
use crate::lang::functions::FUNCTIONS;
use crate::lang::lint::facts::{Facts, belongs};
use crate::lang::lint::rule::{ALL, Report, Rule, Subject, error, piece};
use crate::lang::pattern::PLACEABLE;
use crate::lang::topic::{Pattern, Reference, What};

/// The attributes a message may have beside its body.
pub const ATTRIBUTES: [&str; 3] = ["title", "short", "voice"];
/// The attributes every message must have.
const REQUIRED: [&str; 2] = ["title", "short"];
/// Keys of plural forms (CLDR), which Chinese, Tibetan and Lisu do not have; `other` stands for all numbers.
const PLURALS: [&str; 5] = ["zero", "one", "two", "few", "many"];

/// Found while a file is read, or while the files of a language are put together.
const fn while_read(id: &'static str, why: &'static str) -> Rule {
    Rule { id, severity: Severity::Error, languages: ALL, why, check: None }
}

pub(super) const RULES: &[Rule] = &[
    while_read("ftl-syntax", "Fluent would cut the message there and use the rest, so the whole file is refused"),
    while_read("bad-id", "other files name the message by it"),
    while_read("duplicate-id", "only one of them would be used"),
    error("duplicate-attribute", ALL, "only one of them is used", duplicate_attribute),
    error("no-body", ALL, "residents would get a heading and nothing under it", no_body),
    error("missing-attribute", ALL, "posts begin with the title, and cards show the short text", missing_attribute),
    error("unknown-attribute", ALL, "nothing would show it", unknown_attribute),
    error("empty-text", ALL, "nothing would be read or heard", empty_text),
    error("placeholder-text", ALL, "it stands for a text that is still to be written", placeholder_text),
    error("value-is-id", ALL, "it is the message's name, not its text", value_is_id),
    error("unknown-function", ALL, "Fluent would leave it in braces", unknown_function),
    error("unknown-reference", ALL, "Fluent would leave it in braces", unknown_reference),
    error("unknown-term", ALL, "Fluent would leave it in braces", unknown_term),
    error("plural-keyword", ALL, "these languages have no plural forms", plural_keyword),
    error("no-other-variant", ALL, "the default is what is said of everything else, and its name is `other`", no_other),
    error("unrenderable", ALL, "a half text must not go out", unrenderable),
];

fn duplicate_attribute(subject: &Subject<'_>, report: &mut Report<'_>) {
    for (name, at) in &subject.entry.doubled {
        report.tell(*at, format!("`.{name}` stands twice"), "keep one of them");
    }
}

fn no_body(subject: &Subject<'_>, report: &mut Report<'_>) {
    if !subject.entry.patterns.contains_key("") {
        report.tell(0, "it has no text", "write the text after the =");
    }
}

fn missing_attribute(subject: &Subject<'_>, report: &mut Report<'_>) {
    for name in REQUIRED.iter().filter(|name| !subject.entry.is_term && !subject.entry.patterns.contains_key(**name)) {
        report.tell(0, format!("it has no .{name}"), "add an indented line .title = ... or .short = ...");
    }
}

fn unknown_attribute(subject: &Subject<'_>, report: &mut Report<'_>) {
    let is_known = |name: &str| subject.entry.is_term || name.is_empty() || ATTRIBUTES.contains(&name);
    for (name, pattern) in subject.entry.patterns.iter().filter(|(name, _)| !is_known(name)) {
        let help = "the parts of a message are its text, .title, .short and .voice";
        report.tell(pattern.at, format!("`.{name}` is not known"), help);
    }
}

fn empty_text(subject: &Subject<'_>, report: &mut Report<'_>) {
    for (name, pattern) in &subject.entry.patterns {
        let is_blank = |text: &crate::lang::topic::Text| text.characters.trim().is_empty();
        for text in pattern.texts.iter().filter(|text| is_blank(text)) {
            // A variant may say nothing where there is text around its selector.
            if pattern.texts[0].characters.trim_matches(PLACEABLE).trim().is_empty() {
                report.tell(text.byte_of(0).max(pattern.at), format!("{} is empty", piece(name)), "write the text");
                break;
            }
        }
    }
}

/// What people write where a text is still to come.
fn placeholder(text: &str) -> Option<usize> {
    // In two halves, so that a search for what is left undone does not find this line.
    const UNDONE: &str = concat!("TO", "DO");
    let words = ["待翻译", "???", "？？？"];
    let found = words.iter().filter_map(|word| text.find(word)).min();
    let is_word = |token: &str| {
        token.eq_ignore_ascii_case(UNDONE) || (token.len() > 2 && token.bytes().all(|b| matches!(b, b'x' | b'X')))
    };
    let mut tokens = text.split(|c: char| !c.is_ascii_alphanumeric());
    found.or_else(|| tokens.find(|token| is_word(token)).map(|token| token.as_ptr() as usize - text.as_ptr() as usize))
}

fn placeholder_text(subject: &Subject<'_>, report: &mut Report<'_>) {
    for (name, text, facts) in subject.texts() {
        let may_be = facts.has_latin || text.characters.contains(['?', '？', '待']);
        if let Some(byte) = placeholder(&text.characters).filter(|_| may_be) {
            let word: String = text.characters[byte..].chars().take(4).collect();
            report.tell(
                text.byte_of(byte),
                format!("{} holds `{word}`", piece(name)),
                "write the text, or remove the message",
            );
        }
    }
}

fn value_is_id(subject: &Subject<'_>, report: &mut Report<'_>) {
    let plain =
        |text: &str| -> String { text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase() };
    let may_be = |facts: &Facts| facts.has_latin && facts.own == 0 && !subject.entry.is_term;
    for (name, text, _) in subject.texts().filter(|(_, _, facts)| may_be(facts)) {
        if plain(&text.characters) == plain(subject.entry.id.as_str()) {
            report.tell(text.byte_of(0), format!("{} is `{}`", piece(name), text.characters), "write the text");
        }
    }
}

/// Every reference of a kind, with the name of its attribute.
fn references<'a>(subject: &Subject<'a>, what: What) -> impl Iterator<Item = (&'a str, &'a Reference)> + use<'a> {
    let of = move |pattern: &'a Pattern| pattern.references.iter().filter(move |reference| reference.what == what);
    subject.entry.patterns.iter().flat_map(move |(name, pattern)| of(pattern).map(move |found| (name.as_str(), found)))
}

fn is_known_function(name: &str) -> bool {
    FUNCTIONS.iter().any(|known| known.name == name)
}

fn unknown_function(subject: &Subject<'_>, report: &mut Report<'_>) {
    for (_, found) in references(subject, What::Function).filter(|(_, found)| !is_known_function(&found.name)) {
        let known: Vec<&str> = FUNCTIONS.iter().map(|known| known.name).collect();
        let help = format!("use one of {}, or write the value as an argument", known.join(", "));
        report.tell(found.at, format!("the function {} is not known", found.name), help);
    }
}

fn is_known_message(subject: &Subject<'_>, name: &str) -> bool {
    let (id, attribute) = name.split_once('.').unwrap_or((name, ""));
    let Ok(id) = id.parse() else { return false };
    subject.bundle.entry(&id).is_some_and(|entry| entry.patterns.contains_key(attribute))
}

fn unknown_reference(subject: &Subject<'_>, report: &mut Report<'_>) {
    for (name, found) in references(subject, What::Message).filter(|(_, found)| !is_known_message(subject, &found.name))
    {
        let what = format!(
            "{} uses {{ {} }}, and there is no such message in {}",
            piece(name),
            found.name,
            subject.language.name
        );
        report.tell(found.at, what, "correct the name, write that message, or put a $ before it if it is a variable");
    }
}

fn unknown_term(subject: &Subject<'_>, report: &mut Report<'_>) {
    for (name, found) in references(subject, What::Term).filter(|(_, found)| subject.bundle.term(&found.name).is_none())
    {
        let what = format!(
            "{} uses {{ -{} }}, and there is no such term in {}",
            piece(name),
            found.name,
            subject.language.name
        );
        report.tell(found.at, what, format!("write the line -{} = ... in a file of this language", found.name));
    }
}

fn plural_keyword(subject: &Subject<'_>, report: &mut Report<'_>) {
    for (_, found) in references(subject, What::Key).filter(|(_, found)| PLURALS.contains(&found.name.as_str())) {
        let what = format!("the selector key [{}] never fits", found.name);
        report.tell(found.at, what, "use *[other] or exact numbers, as [0] [1]");
    }
}

fn no_other(subject: &Subject<'_>, report: &mut Report<'_>) {
    let is_wrong = |found: &Reference| found.name != "other" && !PLURALS.contains(&found.name.as_str());
    for (_, found) in references(subject, What::Default).filter(|(_, found)| is_wrong(found)) {
        report.tell(
            found.at,
            format!("the default of the selector is [{}]", found.name),
            "add a last variant *[other]",
        );
    }
}

/// Values that variables have in a trial, by name; others get the last one.
const SAMPLES: [(&str, &str); 8] = [
    ("phone", "12320"),
    ("month", "11"),
    ("day", "23"),
    ("date", "2026-11-23"),
    ("time", "07:30"),
    ("start", "9"),
    ("end", "18"),
    ("", "1"),
];

/// A value for each variable of a pattern, such as a broadcast would give: what is given to a function is one that it
/// takes.
pub fn sample_arguments(pattern: &Pattern) -> Arguments {
    let text = |value: &str| Argument::Text(value.to_owned());
    let value = |name: &str| {
        let (_, value) =
            SAMPLES.iter().find(|(known, _)| known.is_empty() || *known == name).expect("the last fits all");
        text(value)
    };
    let mut arguments: Arguments = pattern.variables.iter().map(|name| (name.clone(), value(name))).collect();
    for pair in pattern.references.windows(2).filter(|pair| pair[0].what == What::Function) {
        let function = FUNCTIONS.iter().find(|known| known.name == pair[0].name);
        if let Some(function) = function.filter(|_| pair[1].what == What::Variable) {
            arguments.insert(pair[1].name.clone(), text(function.sample));
        }
    }
    arguments
}

/// The sample arguments, and for each key of a selector those that choose it.
fn trials(pattern: &Pattern) -> Vec<Arguments> {
    let sample = sample_arguments(pattern);
    let mut trials = Vec::new();
    let mut selector = None;
    for reference in &pattern.references {
        match (reference.what, selector) {
            (What::Selector, _) => selector = Some(&reference.name),
            (What::Key, Some(variable)) => {
                let name = &reference.name;
                let value = name.parse().map_or_else(|_| Argument::Text(name.clone()), Argument::Number);
                let mut chosen = sample.clone();
                chosen.insert(variable.clone(), value);
                trials.push(chosen);
            }
            _ => {}
        }
    }
    trials.push(sample);
    trials
}

fn unrenderable(subject: &Subject<'_>, report: &mut Report<'_>) {
    let entry = subject.entry;
    let is_told = references(subject, What::Function).any(|(_, found)| !is_known_function(&found.name))
        || references(subject, What::Message).any(|(_, found)| !is_known_message(subject, &found.name))
        || references(subject, What::Term).any(|(_, found)| subject.bundle.term(&found.name).is_none());
    if is_told || entry.is_term {
        return;
    }
    // Isolating marks that somebody wrote are told as what they are.
    let is_left_over = |c: char| matches!(c, '{' | '}' | '\u{2066}'..='\u{2069}');
    let is_written = |c: char| c > '}' && entry.texts().any(|(_, text)| text.characters.contains(c));
    for (name, kind) in [("", Piece::Body), ("title", Piece::Title), ("short", Piece::Short), ("voice", Piece::Spoken)]
    {
        let Some(pattern) = entry.patterns.get(name) else { continue };
        for arguments in trials(pattern) {
            let why = match subject.bundle.render(entry.id.as_str(), kind, &arguments) {
                Ok(text) => match text.chars().find(|c| is_left_over(*c) && !is_written(*c)) {
                    Some(c) => format!("{} would go out with {}", piece(name), super::names::named(c)),
                    None => continue,
                },
                Err(RenderFault::Empty) => continue,
                Err(fault) => format!("{} cannot be made a text: {fault}", piece(name)),
            };
            report.tell(pattern.at, why, "mend what it refers to");
            break;
        }
    }
}

/// Whether a pattern has any letter of a script.
pub(super) fn has_letter_of(pattern: &Pattern, script: Script) -> bool {
    pattern.texts.iter().flat_map(|text| text.characters.chars()).any(|c| belongs(c, script) == Some(true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_for_a_text_is_found() {
        let undone = concat!("TO", "DO");
        for (text, wanted) in [
            ("待翻译", Some(0)),
            ("ཁ་པར་???", Some(15)),
            ("xxx", Some(0)),
            ("电话 XXXX。", Some(7)),
            (undone, Some(0)),
            ("请问?", None),
            ("xx", None),
            ("xxxa", None),
            ("N95", None),
        ] {
            assert_eq!(placeholder(text), wanted, "{text}");
        }
    }
}
