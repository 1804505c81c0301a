//! What can be wrong with a text that parses: one function a rule, over one message in one language beside its source.

use unicode_normalization::is_nfc;
use unicode_script::{Script, UnicodeScript};

use crate::base::Problem;
use crate::lang::Bundle;
use crate::lang::functions::FUNCTIONS;
use crate::lang::language::SOURCE;
use crate::lang::topic::Entry;

/// The attributes a message may have beside its body.
pub const ATTRIBUTES: [&str; 3] = ["title", "short", "voice"];
/// The attributes every message must have.
const REQUIRED: [&str; 2] = ["title", "short"];

/// The faults of every message of `bundle`, compared with the source language's.
pub fn lint(bundle: &Bundle, source: &Bundle) -> Vec<Problem> {
    let mut problems = Vec::new();
    for entry in bundle.entries() {
        let mut tell = |rule, what: String, help: &str| {
            problems.push(Problem::error(rule, entry.place.clone(), format!("message `{}`: {what}", entry.id), help));
        };
        pieces(entry, &mut tell);
        characters(entry, bundle, &mut tell);
        references(entry, &mut tell);
        if bundle.language == SOURCE {
            continue;
        }
        match source.entry(&entry.id) {
            Some(original) => against_source(entry, original, &mut tell),
            None => tell(
                "no-source",
                format!("there is no {} message of that id", SOURCE.name),
                "write the Chinese text first, or remove this one",
            ),
        }
    }
    problems
}

type Tell<'a> = &'a mut dyn FnMut(&'static str, String, &str);

fn pieces(entry: &Entry, tell: Tell<'_>) {
    if !entry.patterns.contains_key("") {
        tell("no-body", "it has no text".into(), "write the text after the =");
    }
    for name in REQUIRED.iter().filter(|name| !entry.patterns.contains_key(**name)) {
        tell("missing-attribute", format!("it has no .{name}"), "add an indented line .title = ... or .short = ...");
    }
    for name in entry.patterns.keys().filter(|name| !name.is_empty() && !ATTRIBUTES.contains(&name.as_str())) {
        tell(
            "unknown-attribute",
            format!("`.{name}` is not known"),
            "the parts of a message are its text, .title, .short and .voice",
        );
    }
}

fn characters(entry: &Entry, bundle: &Bundle, tell: Tell<'_>) {
    for (name, pattern) in &entry.patterns {
        let place = if name.is_empty() { "text".to_owned() } else { format!(".{name}") };
        let text = &pattern.characters;
        if !is_nfc(text) {
            tell(
                "not-nfc",
                format!("its {place} is not in Unicode normal form NFC"),
                "save it normalised; type the text anew if unsure",
            );
        }
        if let Some(c) = text.chars().find(|c| is_invisible(*c)) {
            tell("invisible", format!("its {place} holds the invisible character U+{:04X}", c as u32), "delete it");
        }
        let has_letters = text.chars().any(|c| !matches!(c.script(), Script::Common | Script::Inherited));
        if has_letters && !text.chars().any(|c| c.script() == bundle.language.script) {
            tell(
                "wrong-script",
                format!("its {place} holds no {} letter", bundle.language.name),
                "put the text of this language here",
            );
        }
    }
}

/// Zero-width, direction and control characters, which no notice needs and which hide what is written
/// (Unicode, chapter 23). U+00A0 and U+0F0C are wanted in Tibetan.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}' | '\u{AD}')
        || (c.is_control() && c != '\n')
}

fn references(entry: &Entry, tell: Tell<'_>) {
    for pattern in entry.patterns.values() {
        for function in pattern.functions.iter().filter(|name| !FUNCTIONS.iter().any(|known| known.name == **name)) {
            tell(
                "unknown-function",
                format!("the function {function} is not known"),
                "use NUMBER, DATE, TIME, WEEKDAY or DURATION, or write the value as an argument",
            );
        }
        for key in
            pattern.selector_keys.iter().filter(|key| ["zero", "one", "two", "few", "many"].contains(&key.as_str()))
        {
            tell(
                "plural-keyword",
                format!("the selector key [{key}] never fits: this language has no plural forms"),
                "use *[other] or exact numbers, as [0] [1]",
            );
        }
    }
}

fn against_source(entry: &Entry, original: &Entry, tell: Tell<'_>) {
    for (name, pattern) in &entry.patterns {
        let Some(source) =
            original.patterns.get(name).or_else(|| (name == "voice").then(|| original.patterns.get("")).flatten())
        else {
            continue;
        };
        for variable in pattern.variables.difference(&source.variables) {
            tell(
                "unknown-variable",
                format!("it uses {{ ${variable} }}, which the Chinese text does not have"),
                "use the variables of the Chinese text",
            );
        }
        for variable in source.variables.difference(&pattern.variables) {
            tell(
                "missing-variable",
                format!("it leaves out {{ ${variable} }}, which the Chinese text has"),
                "put the variable in",
            );
        }
        let letters = |text: &str| text.chars().filter(|c| c.is_alphabetic()).collect::<String>();
        if !letters(&source.characters).is_empty() && letters(&source.characters) == letters(&pattern.characters) {
            tell(
                "untranslated",
                "it is the Chinese text".into(),
                "translate it, or remove the message until it is translated",
            );
        }
    }
}
