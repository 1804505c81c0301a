//! Parts of pages that show texts of the county: what changed, what was found.

use maud::{Markup, html};

use super::super::words::Words;
use crate::base::Problem;
use crate::lang::difference::{Part, lines, parts};
use crate::lang::source::Wording;

/// Faults shown of one text; the rest is counted.
const FINDINGS_MAX: usize = 30;
/// Characters of a comparison: more would be a page of its own.
const CHANGED_CHARS_MAX: usize = 20_000;

/// Two texts as one, what went and what came marked.
pub fn changed(old: &str, new: &str, language: &str) -> Markup {
    marked(parts(old, new), language)
}

/// As [`changed`], line by line, for files.
pub fn changed_lines(old: &str, new: &str) -> Markup {
    marked(lines(old, new), "")
}

fn marked(parts: Vec<Part>, language: &str) -> Markup {
    let mut left = CHANGED_CHARS_MAX;
    let mut cut = |text: &str| {
        let shown: String = text.chars().take(left).collect();
        left = left.saturating_sub(shown.chars().count());
        shown
    };
    html! {
        div.changed lang=[(!language.is_empty()).then_some(language)] dir="ltr" {
            @for part in &parts { @match part {
                Part::Same(text) => (cut(text)),
                Part::Gone(text) => del { (cut(text)) },
                Part::Come(text) => ins { (cut(text)) },
            } }
        }
    }
}

/// Two wordings of a message, piece by piece; pieces that are the same are left out.
pub fn changed_wording(words: Words, old: &Wording, new: &Wording, language: &str) -> Markup {
    let piece = |wording: &Wording, name: &str| wording.piece(name).unwrap_or_default().to_owned();
    let names = crate::console::edit::message::PIECES;
    html! {
        @for name in names.into_iter().filter(|name| piece(old, name) != piece(new, name)) {
            div { small { (piece_word(words, name)) } (changed(&piece(old, name), &piece(new, name), language)) }
        }
    }
}

/// A part of a message in words.
pub fn piece_word(words: Words, piece: &str) -> String {
    words.say_with("notices-piece", &[("piece", if piece.is_empty() { "text" } else { piece })])
}

/// What is wrong with a text: what it is about in the page's language, and the details as every tool tells them.
pub fn findings(words: Words, problems: &[Problem]) -> Markup {
    if problems.is_empty() {
        return html! { p.good { (words.say("notices-clean")) } };
    }
    html! {
        ul.findings {
            @for problem in problems.iter().take(FINDINGS_MAX) {
                li.bad[problem.is_error()] {
                    b { (words.say_with("notices-finding", &[("what", about(problem.rule))])) }
                    " – " (words.say_with("notices-severity", &[("how", if problem.is_error() { "error" } else { "warning" })]))
                    details { summary { small { code { (problem.rule) } } }
                        p lang="en" dir="ltr" { (problem.message) "; " (problem.help) } }
                }
            }
        }
        @if problems.len() > FINDINGS_MAX { p { "+" (problems.len() - FINDINGS_MAX) } }
    }
}

/// What a rule is about, as `notices-finding` chooses by it.
fn about(rule: &str) -> &'static str {
    match rule {
        "wrong-script" | "foreign-letters" | "mixed-token" | "typed-fraser" | "typed-lisu-token" | "bad-character"
        | "not-nfc" | "invisible" | "orphan-mark" | "deprecated-vowel" | "unknown-syllable" | "long-run" => "letters",
        "ascii-punctuation" | "space-before-stop" | "stray-tone" | "no-final-stop" | "bar-as-shad" | "double-tsheg"
        | "tsheg-before-shad" | "breakable-tsheg" | "stray-space" | "no-final-shad" => "marks",
        "mixed-digits" | "phone-digits" | "missing-number" | "extra-number" | "voice-number" => "numbers",
        "unknown-variable" | "missing-variable" | "missing-term" | "unknown-term" | "unknown-reference"
        | "unknown-function" | "glued-argument" | "glued-particle" => "names",
        "no-body" | "missing-attribute" | "empty-text" | "placeholder-text" | "untranslated" | "no-source"
        | "missing-message" | "missing-key" => "parts",
        "gap" | "silent" => "yet",
        _ => "form",
    }
}
