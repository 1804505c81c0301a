//! Numbers: one system of digits in a message, telephone numbers that can be dialled, and the same numbers in every
//! language.

use std::collections::{BTreeMap, BTreeSet};

use crate::lang::lint::facts::Facts;
use crate::lang::lint::names::named;
use crate::lang::lint::rule::{ALL, Report, Rule, Subject, error, piece, warns};
use crate::lang::telephone;
use crate::lang::topic::{Pattern, Text, What};

const TRANSLATIONS: &[&str] = &["bo", "lis"];

pub(super) const RULES: &[Rule] = &[
    error("mixed-digits", ALL, "a reader of one kind of digits misses the others", mixed_digits),
    error("phone-digits", ALL, "a telephone shows 0 to 9, and the number is dialled by comparing", phone_digits),
    error("missing-number", TRANSLATIONS, "a wrong number sends people to a wrong place, day or telephone", missing),
    warns("extra-number", TRANSLATIONS, "it may be a wrong one", extra),
    error("voice-number", ALL, "people dial what they hear", voice_number),
];

/// The value of a digit in any of the systems that texts here use.
fn digit(c: char) -> Option<char> {
    let zero = match c {
        '0'..='9' => return Some(c),
        '\u{F20}'..='\u{F29}' => '\u{F20}',
        '\u{FF10}'..='\u{FF19}' => '\u{FF10}',
        _ => return None,
    };
    char::from_digit(c as u32 - zero as u32, 10)
}

/// The numbers of a text in ASCII digits, each with its first byte.
fn numbers(text: &Text) -> Vec<(usize, String)> {
    let mut found: Vec<(usize, String)> = Vec::new();
    let mut end = None;
    for (byte, c) in text.characters.char_indices() {
        let Some(digit) = digit(c) else { continue };
        match found.last_mut().filter(|_| end == Some(byte)) {
            Some((_, number)) => number.push(digit),
            None => found.push((byte, digit.to_string())),
        }
        end = Some(byte + c.len_utf8());
    }
    found
}

fn mixed_digits(subject: &Subject<'_>, report: &mut Report<'_>) {
    let has = |is_it: fn(&Facts) -> bool| subject.facts.iter().any(is_it);
    if !has(|facts| facts.has_tibetan_digits) || !has(|facts| facts.has_ascii_digits) {
        return;
    }
    let first = |is_it: fn(char) -> bool| {
        subject.texts().find_map(|(name, text, _)| {
            text.characters.char_indices().find(|(_, c)| is_it(*c)).map(|(byte, c)| (name, text.byte_of(byte), c))
        })
    };
    let (Some((name, byte, tibetan)), Some((_, _, ascii))) =
        (first(|c| matches!(c, '\u{F20}'..='\u{F29}')), first(|c| c.is_ascii_digit()))
    else {
        return;
    };
    let what = format!("{} has {}, and the message has {} too", piece(name), named(tibetan), named(ascii));
    report.tell(byte, what, "write all numbers of a message in 0 to 9");
}

/// Whether a number has the form of a telephone number here: 110, 12320, 955xx, a line or a mobile phone.
fn is_phone(number: &str) -> bool {
    let is_service = matches!(number.len(), 3 | 5) && (number.starts_with('1') || number.starts_with("95"));
    is_service || (7..=12).contains(&number.len())
}

fn phone_digits(subject: &Subject<'_>, report: &mut Report<'_>) {
    for (name, text, facts) in subject.texts() {
        if !facts.has_tibetan_digits && !facts.has_wide_digits {
            continue;
        }
        for (byte, number) in numbers(text).iter().filter(|(_, number)| is_phone(number)) {
            let c = text.characters[*byte..].chars().next().filter(|c| !c.is_ascii_digit());
            if let Some(c) = c {
                let what = format!("{} has the number {number} beginning with {}", piece(name), named(c));
                report.tell(text.byte_of(*byte), what, format!("write {number}"));
            }
        }
    }
}

/// How often each number stands in a pattern, and where first. With selectors, once: a variant stands for another.
fn counted(pattern: &Pattern) -> BTreeMap<String, (usize, usize)> {
    let mut found: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for text in &pattern.texts {
        for (byte, number) in numbers(text) {
            found.entry(number).or_insert((0, text.byte_of(byte))).0 += 1;
        }
    }
    if pattern.references.iter().any(|reference| reference.what == What::Key) {
        found.values_mut().for_each(|(count, _)| *count = 1);
    }
    found
}

/// Each attribute of a translation beside the one of the source that says the same: where either is told in numbers.
fn each_pair<'a>(subject: &Subject<'a>, mut tell: impl FnMut(&'a str, &'a Pattern, Counted, Counted)) {
    let Some(original) = subject.original else { return };
    for (name, pattern) in &subject.entry.patterns {
        // What is read aloud differs: Chinese spells its numbers there, in letters.
        let Some(source) = original.patterns.get(name) else { continue };
        let has_digits =
            |pattern: &Pattern| pattern.texts.iter().any(|t| t.characters.chars().any(|c| digit(c).is_some()));
        if has_digits(source) || has_digits(pattern) {
            tell(name, pattern, counted(source), counted(pattern));
        }
    }
}

type Counted = BTreeMap<String, (usize, usize)>;

fn missing(subject: &Subject<'_>, report: &mut Report<'_>) {
    each_pair(subject, |name, pattern, source, here| {
        for (number, (wanted, _)) in &source {
            let (count, at) = here.get(number).copied().unwrap_or((0, pattern.at));
            if count == 0 {
                let what = format!("{} has no {number}, which the Chinese has", piece(name));
                report.tell(at, what, "put the number in, or correct the one that stands for it");
            } else if count < *wanted {
                let what =
                    format!("{} has {number} less often than the Chinese, {count} of {wanted} times", piece(name));
                report.tell(at, what, "put the number in where it is left out");
            }
        }
    });
}

fn extra(subject: &Subject<'_>, report: &mut Report<'_>) {
    each_pair(subject, |name, _, source, here| {
        // Where the Chinese spells its numbers in letters, those cannot be compared.
        if name == "voice" && source.is_empty() {
            return;
        }
        for (number, (_, at)) in here.iter().filter(|(number, _)| !source.contains_key(*number)) {
            let what = format!("{} has {number}, which the Chinese has not", piece(name));
            report.tell(*at, what, "correct it, or leave it if the Chinese says it in words");
        }
    });
}

/// Holds the telephone numbers of what is read aloud against those of what is read.
fn voice_number(subject: &Subject<'_>, report: &mut Report<'_>) {
    let patterns = &subject.entry.patterns;
    let (Some(body), Some(voice)) = (patterns.get(""), patterns.get("voice")) else { return };
    let heard_in = |pattern: &Pattern| -> Vec<(usize, String)> {
        let of_text = |text: &Text| {
            let heard = telephone::heard(&text.characters, subject.language.tag);
            heard.into_iter().map(|(byte, number)| (text.byte_of(byte), number)).collect::<Vec<_>>()
        };
        pattern.texts.iter().flat_map(of_text).collect()
    };
    let (written, said) = (heard_in(body), heard_in(voice));
    let has = |numbers: &[(usize, String)], number: &String| numbers.iter().any(|(_, other)| other == number);
    let missing: BTreeSet<&String> =
        written.iter().map(|(_, number)| number).filter(|number| !has(&said, number)).collect();
    for number in missing {
        let spoken = telephone::read_aloud(number, subject.language.tag);
        let what = format!("its .voice does not say the number {number} of its text");
        report.tell(voice.at, what, format!("put {number} or {spoken} in, or correct the one that stands for it"));
    }
    for (at, number) in said.iter().filter(|(_, number)| !has(&written, number)) {
        let what = format!("its .voice says the number {number}, which its text does not have");
        report.tell(*at, what, "correct it, or put the number in the text, too");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_telephone_number_is_told_from_a_year() {
        for phone in ["110", "120", "12320", "95598", "8412345", "13888712345", "08878412345"] {
            assert!(is_phone(phone), "{phone}");
        }
        for other in ["7", "14", "2026", "300", "500", "10000", "100000"] {
            assert_eq!(is_phone(other), other == "10000", "{other}");
        }
    }
}
