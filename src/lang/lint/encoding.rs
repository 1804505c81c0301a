//! Characters that must not be in any text: another normal form, invisible ones, and ones that mean nothing.

use unicode_normalization::{UnicodeNormalization, is_nfc};
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};
use unicode_segmentation::UnicodeSegmentation;

use crate::lang::lint::names::{all_named, named};
use crate::lang::lint::rule::{ALL, Report, Rule, Subject, error, piece};

pub(super) const RULES: &[Rule] = &[
    error("not-nfc", ALL, "the same text in other bytes is not found, and does not match its recording", not_nfc),
    error("invisible", ALL, "nobody sees it, and it changes how the text is cut, searched and read aloud", invisible),
    error("bad-character", ALL, "it shows as a box or means something else on another machine", bad_character),
];

fn not_nfc(subject: &Subject<'_>, report: &mut Report<'_>) {
    for (name, text, _) in subject.texts().filter(|(_, _, facts)| facts.may_not_be_nfc) {
        for (start, run) in text.pieces() {
            if is_nfc(run) {
                continue;
            }
            let mut tell = |at: usize, old: &str, new: &str| {
                let (start, end) = (start + at, start + at + old.len());
                let what = format!("{} has {} where NFC has {}", piece(name), all_named(old), all_named(new));
                report.fix(text, start, end, new, &what, "save it in Unicode normal form NFC");
            };
            let clusters: Vec<(usize, &str, String)> =
                run.grapheme_indices(true).map(|(at, old)| (at, old, old.nfc().collect())).collect();
            let whole: String = run.nfc().collect();
            if clusters.iter().map(|(_, _, new)| new.as_str()).collect::<String>() == whole {
                clusters.iter().filter(|(_, old, new)| old != new).for_each(|(at, old, new)| tell(*at, old, new));
            } else {
                // Something composes over the border of two clusters.
                tell(0, run, &whole);
            }
        }
    }
}

/// Zero-width, direction and control characters, which no notice needs and which hide what is written
/// (Unicode, chapter 23). U+00A0 and U+0F0C are wanted in Tibetan.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}' | '\u{AD}')
        || (c.is_control() && c != '\n')
}

fn invisible(subject: &Subject<'_>, report: &mut Report<'_>) {
    each_unusual(subject, report, is_invisible, |name, c| {
        (format!("{} holds {}", piece(name), named(c)), "delete it".to_owned())
    });
}

fn bad_character(subject: &Subject<'_>, report: &mut Report<'_>) {
    let is_bad = |c: char| {
        matches!(c, '\u{FFFD}' | '\u{25CC}')
            || matches!(c.general_category(), GeneralCategory::PrivateUse | GeneralCategory::Unassigned)
    };
    each_unusual(subject, report, is_bad, |name, c| {
        let help = match c {
            '\u{25CC}' => "it stands for a missing letter: write the letter its mark belongs to".to_owned(),
            c if c.general_category() == GeneralCategory::PrivateUse => {
                "it comes from a font of before Unicode: type the text anew with a Unicode keyboard".to_owned()
            }
            _ => "type the text anew".to_owned(),
        };
        (format!("{} holds {}", piece(name), named(c)), help)
    });
}

fn each_unusual(
    subject: &Subject<'_>,
    report: &mut Report<'_>,
    is_it: impl Fn(char) -> bool,
    say: impl Fn(&str, char) -> (String, String),
) {
    for (name, text, _) in subject.texts().filter(|(_, _, facts)| facts.is_unusual) {
        for (start, run) in text.pieces() {
            for (at, found) in run.char_indices().filter(|(_, c)| is_it(*c)) {
                let byte = text.byte_of(start + at);
                // The replacement character stands for another one that is told as it is in the file.
                let in_file = subject.entry.source.get(byte..).and_then(|rest| rest.chars().next());
                let shown = in_file.filter(|_| found == '\u{FFFD}' && text.is_literal(start + at, start + at + 3));
                let (what, help) = say(name, shown.unwrap_or(found));
                report.tell(byte, what, help);
            }
        }
    }
}
