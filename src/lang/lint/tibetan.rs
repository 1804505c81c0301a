//! Tibetan: letters that stack, the tsheg between syllables, the shad that ends a clause, and the spaces around it.
//!
//! How they stand together: W3C, Tibetan Layout Requirements (tlreq); the characters: Unicode, chapter 13, Tibetan.

use unicode_segmentation::UnicodeSegmentation;

use crate::lang::lint::names::{all_named, named};
use crate::lang::lint::rule::{Report, Rule, Subject, error, piece, warns};
use crate::lang::pattern::{PLACEABLE, Text};

const BO: &[&str] = &["bo"];

pub(super) const RULES: &[Rule] = &[
    error("orphan-mark", BO, "it has no letter to stand on, and shows on a dotted circle", orphan_mark),
    error("bar-as-shad", BO, "it looks like a shad, and is cut, searched and read as something else", bar_as_shad),
    error(
        "deprecated-vowel",
        BO,
        "Unicode strongly discourages it, and programs draw it in different ways",
        deprecated,
    ),
    error("double-tsheg", BO, "one tsheg parts two syllables", double_tsheg),
    warns(
        "tsheg-before-shad",
        BO,
        "a clause ends with the shad alone, but for one that ends in NGA",
        tsheg_before_shad,
    ),
    warns("breakable-tsheg", BO, "a line may break there, and begin with the shad", breakable_tsheg),
    warns("stray-space", BO, "words are not parted by spaces in Tibetan", stray_space),
    warns("unknown-syllable", BO, "it keeps no rule of Tibetan spelling", unknown_syllable),
    warns("long-run", BO, "no syllable is as long: a tsheg is missing", long_run),
    warns("glued-particle", BO, "its form goes by the letter before it, and an argument ends with any", glued_particle),
    warns("no-final-shad", BO, "the announcer does not see whether the text is whole", no_final_shad),
];

/// A stretch without tsheg of more grapheme clusters than this is more than one syllable.
const CLUSTERS_MAX: usize = 12;

const TSHEG: char = '\u{F0B}';
const TSHEG_NO_BREAK: char = '\u{F0C}';
const NGA: char = '\u{F44}';

fn is_tsheg(c: char) -> bool {
    matches!(c, TSHEG | TSHEG_NO_BREAK)
}

fn is_shad(c: char) -> bool {
    matches!(c, '\u{F0D}'..='\u{F12}' | '\u{F14}')
}

fn is_base(c: char) -> bool {
    matches!(c, '\u{F40}'..='\u{F47}' | '\u{F49}'..='\u{F6C}' | '\u{F88}'..='\u{F8C}')
}

fn is_subjoined(c: char) -> bool {
    matches!(c, '\u{F8D}'..='\u{FBC}')
}

/// Vowel signs and the marks written like them.
fn is_vowel(c: char) -> bool {
    matches!(c, '\u{F71}'..='\u{F84}')
}

/// Whatever a syllable is made of.
fn is_of_syllable(c: char) -> bool {
    is_base(c) || is_subjoined(c) || is_vowel(c) || matches!(c, '\u{F35}' | '\u{F37}' | '\u{F39}')
}

/// Calls `tell` for each character with the one before it, in every text.
fn each_pair(subject: &Subject<'_>, mut tell: impl FnMut(&str, &Text, usize, char, char)) {
    for (name, text, _) in subject.texts() {
        let mut before = '\n';
        for (byte, c) in text.characters.char_indices() {
            tell(name, text, byte, before, c);
            before = c;
        }
    }
}

fn orphan_mark(subject: &Subject<'_>, report: &mut Report<'_>) {
    each_pair(subject, |name, text, byte, before, c| {
        // Vowels stand on a whole stack; what is subjoined stands on letters only.
        let on_letters = is_base(before) || is_subjoined(before) || before == '\u{F39}';
        let on_stack = on_letters || is_vowel(before) || matches!(before, '\u{F35}' | '\u{F37}');
        let is_mark = matches!(c, '\u{F71}'..='\u{F7D}' | '\u{F80}' | '\u{F81}');
        if (is_mark && !on_stack) || (is_subjoined(c) && !on_letters) {
            let what = format!("{} has {} without a letter to carry it", piece(name), named(c));
            report.tell(text.byte_of(byte), what, "write the letter it belongs to, or delete it");
        }
    });
}

fn bar_as_shad(subject: &Subject<'_>, report: &mut Report<'_>) {
    each_pair(subject, |name, text, byte, _, c| {
        if matches!(c, '|' | '\u{964}') {
            let what = format!("{} has {}", piece(name), named(c));
            report.tell(text.byte_of(byte), what, "write the shad ། (U+0F0D)");
        }
    });
}

fn deprecated(subject: &Subject<'_>, report: &mut Report<'_>) {
    each_pair(subject, |name, text, byte, _, c| {
        let instead = match c {
            '\u{F77}' => "\u{FB2}\u{F71}\u{F80}",
            '\u{F79}' => "\u{FB3}\u{F71}\u{F80}",
            _ => return,
        };
        let what = format!("{} has {}", piece(name), named(c));
        report.tell(text.byte_of(byte), what, format!("write {} in its place", all_named(instead)));
    });
}

fn double_tsheg(subject: &Subject<'_>, report: &mut Report<'_>) {
    each_pair(subject, |name, text, byte, before, c| {
        if is_tsheg(before) && is_tsheg(c) {
            let what = format!("{} has {} after another tsheg", piece(name), named(c));
            report.tell(text.byte_of(byte), what, "delete one of them");
        }
    });
}

/// Calls `tell` for each tsheg with a shad behind it, with the letter before it, vowels and signs passed over.
fn each_tsheg_before_shad(subject: &Subject<'_>, mut tell: impl FnMut(&str, &Text, usize, char, char)) {
    let mut last = '\n';
    let mut tsheg: Option<(usize, char)> = None;
    for (name, text, _) in subject.texts() {
        for (byte, c) in text.characters.char_indices() {
            if let Some((byte, tsheg)) = tsheg.filter(|_| is_shad(c)) {
                tell(name, text, byte, last, tsheg);
            }
            tsheg = is_tsheg(c).then_some((byte, c));
            if !is_tsheg(c) && !is_vowel(c) {
                last = c;
            }
        }
        (last, tsheg) = ('\n', None);
    }
}

fn tsheg_before_shad(subject: &Subject<'_>, report: &mut Report<'_>) {
    each_tsheg_before_shad(subject, |name, text, byte, letter, tsheg| {
        if letter != NGA {
            let what = format!("{} has {} before a shad", piece(name), named(tsheg));
            report.tell(text.byte_of(byte), what, "delete the tsheg");
        }
    });
}

fn breakable_tsheg(subject: &Subject<'_>, report: &mut Report<'_>) {
    each_tsheg_before_shad(subject, |name, text, byte, _, tsheg| {
        if tsheg == TSHEG && text.characters[..byte].ends_with(NGA) {
            let end = byte + TSHEG.len_utf8();
            let what = format!("{} has {} between NGA and a shad", piece(name), named(TSHEG));
            let help = format!("write {} in its place", named(TSHEG_NO_BREAK));
            report.fix(text, byte, end, &TSHEG_NO_BREAK.to_string(), &what, &help);
        }
    });
}

fn stray_space(subject: &Subject<'_>, report: &mut Report<'_>) {
    for (name, text, _) in subject.texts().filter(|(_, _, facts)| facts.has_space) {
        let mut last = '\n';
        let mut before = '\n';
        let mut chars = text.characters.char_indices().peekable();
        while let Some((byte, c)) = chars.next() {
            let next = chars.peek().map_or('\n', |(_, c)| *c);
            // Only between two pieces of Tibetan: beside digits, brackets and arguments a space is wanted. After KA and
            // GA the shad is dropped, and its space stays.
            let is_space = matches!(c, ' ' | '\u{A0}');
            let after_ka_or_ga = matches!(last, '\u{F40}' | '\u{F42}') && !is_tsheg(before);
            if is_space && (is_tsheg(before) || is_of_syllable(before)) && is_of_syllable(next) && !after_ka_or_ga {
                let what = format!("{} has {} after {}", piece(name), named(c), named(before));
                report.tell(text.byte_of(byte), what, "delete it, or end the clause with a shad before it");
            }
            before = c;
            if !is_vowel(c) {
                last = c;
            }
        }
    }
}

/// The stretches of letters and marks between tshegs, shads, spaces and whatever else, each with its first byte.
fn syllables(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split(|c: char| !is_of_syllable(c))
        .filter(|syllable| !syllable.is_empty())
        .map(|syllable| (syllable.as_ptr() as usize - text.as_ptr() as usize, syllable))
}

fn is_long(syllable: &str) -> bool {
    // A letter of this block has three bytes, so most are told by their length.
    syllable.len() > 3 * CLUSTERS_MAX && syllable.graphemes(true).count() > CLUSTERS_MAX
}

fn unknown_syllable(subject: &Subject<'_>, report: &mut Report<'_>) {
    let mut known = subject.syllables.borrow_mut();
    for (name, text, facts) in subject.texts() {
        // What is no NFC is told as such, and no rule of spelling knows it.
        if facts.may_not_be_nfc && !unicode_normalization::is_nfc(&text.characters) {
            continue;
        }
        for (byte, syllable) in syllables(&text.characters) {
            let is_told = syllable.contains(['\u{F77}', '\u{F79}']);
            if !is_told && !known.is_legal(syllable) && !is_long(syllable) && syllable.starts_with(is_base) {
                let what = format!("`{syllable}` in {} is {}", piece(name), all_named(syllable));
                report.tell(
                    text.byte_of(byte),
                    what,
                    "look at its letters, and whether a tsheg is missing; a foreign name may stay",
                );
            }
        }
    }
}

fn long_run(subject: &Subject<'_>, report: &mut Report<'_>) {
    for (name, text, _) in subject.texts() {
        for (byte, run) in syllables(&text.characters).filter(|(_, run)| is_long(run)) {
            let first = run.chars().next().map(named).unwrap_or_default();
            let what = format!(
                "{} letters of {} stand together, beginning with {first}",
                run.graphemes(true).count(),
                piece(name)
            );
            report.tell(text.byte_of(byte), what, "put a tsheg ་ (U+0F0B) between the syllables");
        }
    }
}

/// Particles whose form goes by the letter before them: of, by, to, or, too.
const PARTICLES: [&str; 24] = [
    "གི",
    "ཀྱི",
    "གྱི",
    "ཡི",
    "འི",
    "གིས",
    "ཀྱིས",
    "གྱིས",
    "ཡིས",
    "ས",
    "ར",
    "རུ",
    "སུ",
    "ཏུ",
    "དུ",
    "འམ",
    "གམ",
    "ངམ",
    "དམ",
    "ནམ",
    "བམ",
    "མམ",
    "འང",
    "ཡང",
];

fn glued_particle(subject: &Subject<'_>, report: &mut Report<'_>) {
    for (name, text, _) in subject.texts() {
        for (byte, _) in text.characters.match_indices(PLACEABLE) {
            let after = &text.characters[byte + PLACEABLE.len_utf8()..];
            let syllable = after.split(|c: char| !is_of_syllable(c)).next().unwrap_or_default();
            if let Some(c) = syllable.chars().next().filter(|_| PARTICLES.contains(&syllable)) {
                let what = format!("{} has `{syllable}` ({}) directly after an argument", piece(name), named(c));
                let at = text.byte_of(byte + PLACEABLE.len_utf8());
                report.tell(at, what, "put a noun between them, such as གྲོང་ཚོ་ after the name of a village");
            }
        }
    }
}

fn no_final_shad(subject: &Subject<'_>, report: &mut Report<'_>) {
    if subject.entry.is_term {
        return;
    }
    for (name, text, _) in subject.texts().filter(|(name, text, _)| text.closes && ["", "voice"].contains(name)) {
        let end = text.characters.trim_end_matches(|c: char| c.is_whitespace() || ")）》」』”’".contains(c));
        let Some((byte, c)) = end.char_indices().next_back() else { continue };
        let letter = end.chars().rev().find(|c| !is_vowel(*c));
        let is_open = c != PLACEABLE && (is_of_syllable(c) || is_tsheg(c));
        if is_open && !matches!(letter, Some('\u{F40}' | '\u{F42}')) {
            let what = format!("{} ends with {} and no shad", piece(name), named(c));
            report.tell(text.byte_of(byte), what, "end it with ། (U+0F0D)");
        }
    }
}
