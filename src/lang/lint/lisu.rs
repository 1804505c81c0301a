//! Lisu in Fraser letters: what is typed with Latin ones, and where tones, stops and spaces stand.
//!
//! The letters and their Latin look-alikes: Unicode, chapter 18, Lisu.

use crate::lang::lint::allowed;
use crate::lang::lint::names::named;
use crate::lang::lint::rule::{Report, Rule, Subject, error, piece, warns};
use crate::lang::pattern::PLACEABLE;

const LIS: &[&str] = &["lis"];

pub(super) const RULES: &[Rule] = &[
    error("typed-fraser", LIS, "it is Lisu typed with Latin capitals, and shows as such", typed_fraser),
    warns("typed-lisu-token", LIS, "it may be Lisu typed with Latin capitals", typed_token),
    error("ascii-punctuation", LIS, "Lisu has its own tone marks and stops", ascii_punctuation),
    warns("space-before-stop", LIS, "a line may break there, and begin with the stop", space_before_stop),
    warns("stray-tone", LIS, "a tone mark ends a syllable", stray_tone),
    warns(
        "glued-argument",
        LIS,
        "syllables are parted by spaces, and an argument is one or more of them",
        glued_argument,
    ),
    warns("no-final-stop", LIS, "the announcer does not see whether the text is whole", no_final_stop),
];

/// Latin capitals and the Lisu letters of the same shape. Q has none; turned letters cannot be typed so.
const LETTERS: [(char, char); 25] = [
    ('A', 'ꓮ'),
    ('B', 'ꓐ'),
    ('C', 'ꓚ'),
    ('D', 'ꓓ'),
    ('E', 'ꓰ'),
    ('F', 'ꓝ'),
    ('G', 'ꓖ'),
    ('H', 'ꓧ'),
    ('I', 'ꓲ'),
    ('J', 'ꓙ'),
    ('K', 'ꓗ'),
    ('L', 'ꓡ'),
    ('M', 'ꓟ'),
    ('N', 'ꓠ'),
    ('O', 'ꓳ'),
    ('P', 'ꓑ'),
    ('R', 'ꓣ'),
    ('S', 'ꓢ'),
    ('T', 'ꓔ'),
    ('U', 'ꓴ'),
    ('V', 'ꓦ'),
    ('W', 'ꓪ'),
    ('X', 'ꓫ'),
    ('Y', 'ꓬ'),
    ('Z', 'ꓜ'),
];

/// What is typed for tone marks and stops, the longer ones first.
const MARKS: [(&str, char); 10] = [
    ("..", 'ꓺ'),
    (".,", 'ꓻ'),
    ("-.", '꓾'),
    (".", 'ꓸ'),
    (",", 'ꓹ'),
    (";", 'ꓼ'),
    (":", 'ꓽ'),
    ("=", '꓿'),
    ("_", 'ˍ'),
    ("'", 'ʼ'),
];

/// Tokens from which on a text can be told to be typed, and the share of them that must look so, in percent.
const TYPED_TOKENS_MIN: usize = 3;
const TYPED_PERCENT: usize = 80;

/// A consonant or vowel.
pub(super) fn is_letter(c: char) -> bool {
    matches!(c, '\u{A4D0}'..='\u{A4F7}' | '\u{11FB0}')
}

/// A tone mark, the nasal mark or the A-glide: each follows a letter.
fn is_tone(c: char) -> bool {
    matches!(c, '\u{A4F8}'..='\u{A4FD}' | '\u{2BC}' | '\u{2CD}')
}

fn is_stop(c: char) -> bool {
    matches!(c, '\u{A4FE}' | '\u{A4FF}')
}

/// The text in Lisu letters: a proposal, for a turned letter typed upright stays upright.
pub(super) fn converted(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if let Some((typed, mark)) = MARKS.iter().find(|(typed, _)| rest.starts_with(typed)) {
            out.push(*mark);
            rest = &rest[typed.len()..];
        } else {
            out.push(LETTERS.iter().find(|(latin, _)| *latin == c).map_or(c, |(_, lisu)| *lisu));
            rest = &rest[c.len_utf8()..];
        }
    }
    out
}

/// Capitals, each with marks behind it, and a stop at the end at most.
fn looks_typed(token: &str) -> bool {
    let body = token.strip_suffix("-.").or_else(|| token.strip_suffix('=')).unwrap_or(token);
    body.starts_with(|c: char| c.is_ascii_uppercase())
        && body.chars().all(|c| c.is_ascii_uppercase() || ".,;:'_".contains(c))
}

/// The first token of a text that is Lisu typed with Latin capitals, as its byte; None where it is not.
pub(super) fn typed(text: &str) -> Option<usize> {
    let tokens = || text.split(|c: char| c.is_whitespace() || c == PLACEABLE).filter(|token| !token.is_empty());
    let typed = tokens().filter(|token| looks_typed(token)).count();
    let all = tokens().count();
    let first = tokens().find(|token| looks_typed(token))?;
    let is_typed = all >= TYPED_TOKENS_MIN && typed * 100 >= all * TYPED_PERCENT;
    is_typed.then(|| first.as_ptr() as usize - text.as_ptr() as usize)
}

fn typed_fraser(subject: &Subject<'_>, report: &mut Report<'_>) {
    for (name, text, _) in subject.texts().filter(|(_, _, facts)| facts.has_latin) {
        let Some(byte) = typed(&text.characters) else { continue };
        let proposal = converted(&text.characters).replace(PLACEABLE, "{...}");
        let c = text.characters[byte..].chars().next().map(named).unwrap_or_default();
        report.tell(
            text.byte_of(byte),
            format!("{} begins with {c}", piece(name)),
            format!(
                "a person who reads Lisu may begin from this, in which turned letters are still upright: {proposal}"
            ),
        );
    }
}

/// Single tokens in a text that is in Lisu letters otherwise. A name in capitals looks the same, so a person decides.
fn typed_token(subject: &Subject<'_>, report: &mut Report<'_>) {
    let has_lisu = subject.texts().any(|(_, text, _)| text.characters.chars().any(is_letter));
    for (name, text, _) in subject.texts().filter(|(_, _, facts)| has_lisu && facts.has_latin && facts.foreign > 0) {
        if typed(&text.characters).is_some() {
            continue; // Told as a whole.
        }
        let allowed = allowed::ranges(&text.characters, true, &mut 0);
        for token in text.characters.split(|c: char| c.is_whitespace() || c == PLACEABLE) {
            let byte = token.as_ptr() as usize - text.characters.as_ptr() as usize;
            if !looks_typed(token) || allowed.iter().any(|range| range.contains(&byte)) {
                continue;
            }
            let what = format!("{} has `{token}` among Lisu words", piece(name));
            let help = format!("write {} if that is what is meant, or keep it if it is a name", converted(token));
            report.tell(text.byte_of(byte), what, help);
        }
    }
}

/// Calls `tell` for each character with the one before it, in every text.
fn each_pair(subject: &Subject<'_>, mut tell: impl FnMut(&str, usize, char, char)) {
    for (name, text, _) in subject.texts() {
        let mut before = ' ';
        for (byte, c) in text.characters.char_indices() {
            tell(name, text.byte_of(byte), before, c);
            before = c;
        }
    }
}

fn ascii_punctuation(subject: &Subject<'_>, report: &mut Report<'_>) {
    each_pair(subject, |name, byte, before, c| {
        if !c.is_ascii_punctuation() || !(is_letter(before) || is_tone(before)) {
            return;
        }
        let rest = &subject.entry.source[byte..];
        if let Some((typed, mark)) = MARKS.iter().find(|(typed, _)| rest.starts_with(typed)) {
            let what = format!("{} has {} directly after {}", piece(name), named(c), named(before));
            report.tell(byte, what, format!("write {mark} ({}) for {typed} if that is what is meant", named(*mark)));
        }
    });
}

fn space_before_stop(subject: &Subject<'_>, report: &mut Report<'_>) {
    each_pair(subject, |name, byte, before, c| {
        if is_stop(c) && before == ' ' && byte > 0 {
            let what = format!("{} has a space before {}", piece(name), named(c));
            report.tell(byte, what, "delete the space");
        }
    });
}

fn stray_tone(subject: &Subject<'_>, report: &mut Report<'_>) {
    each_pair(subject, |name, byte, before, c| {
        if is_tone(c) && !is_letter(before) && !is_tone(before) {
            let what = format!("{} has {} where no syllable goes before it", piece(name), named(c));
            report.tell(byte, what, "put it behind its syllable, or delete it");
        }
    });
}

fn glued_argument(subject: &Subject<'_>, report: &mut Report<'_>) {
    each_pair(subject, |name, byte, before, c| {
        let is_of_syllable = |c: char| is_letter(c) || is_tone(c);
        let letter = match (before, c) {
            (PLACEABLE, letter) | (letter, PLACEABLE) if is_of_syllable(letter) => letter,
            _ => return,
        };
        let what = format!("{} has {} and an argument without a space between", piece(name), named(letter));
        report.tell(byte, what, "put a space between them");
    });
}

fn no_final_stop(subject: &Subject<'_>, report: &mut Report<'_>) {
    if subject.entry.is_term {
        return;
    }
    for (name, text, _) in subject.texts().filter(|(name, text, _)| text.closes && ["", "voice"].contains(name)) {
        let end = text.characters.trim_end_matches(|c: char| c.is_whitespace() || ")）》」』”’".contains(c));
        if let Some((byte, c)) = end.char_indices().next_back().filter(|(_, c)| is_letter(*c) || is_tone(*c)) {
            let what = format!("{} ends with {} and no stop", piece(name), named(c));
            report.tell(text.byte_of(byte), what, "end it with ꓿ (U+A4FF), ? or !");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_lisu_is_told_from_names_in_capitals() {
        let check = |text: &str, wanted: Option<usize>, lisu: &str| {
            assert_eq!((typed(text), converted(text).as_str()), (wanted, lisu), "{text}");
        };
        check("YI.B:KW BE N.", Some(0), "ꓬꓲꓸꓐꓽꓗꓪ ꓐꓰ ꓠꓸ");
        check("12 YI. B: KW N. BE=", Some(3), "12 ꓬꓲꓸ ꓐꓽ ꓗꓪ ꓠꓸ ꓐꓰ꓿");
        check("M., T.. K-. Q", Some(0), "ꓟꓻ ꓔꓺ ꓗ꓾ Q");
        check("WHO N95", None, "ꓪꓧꓳ ꓠ95");
        check("Wear a mask. Now.", None, "ꓪear a maskꓸ ꓠowꓸ");
        check("", None, "");
    }
}
