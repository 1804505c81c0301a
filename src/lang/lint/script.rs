//! Whether a text is in the script of its language at all, and what of it is not.

use unicode_script::Script;

use crate::lang::lint::facts::{Facts, belongs};
use crate::lang::lint::lisu;
use crate::lang::lint::names::named;
use crate::lang::lint::rule::{ALL, Report, Rule, Subject, error, piece, warns};
use crate::lang::pattern::{PLACEABLE, Text};

pub(super) const RULES: &[Rule] = &[
    error("wrong-script", ALL, "those who read this language cannot read it", wrong_script),
    warns("foreign-letters", ALL, "readers of this language may stumble over them", foreign_letters),
    error("mixed-token", &["lis"], "a syllable is wholly in Lisu letters, and Latin ones look alike", mixed_token),
];

/// Below this share of letters of its own, a Tibetan or Lisu text is not in its script.
const OWN_MIN: f64 = 0.60;
/// Below this share a text is worth a look.
const OWN_WANTED: f64 = 0.90;
/// The same for Chinese, which names much in Latin letters.
const OWN_WANTED_HAN: f64 = 0.70;
/// A text of fewer letters must have all of them in its script: a share says little of it.
const SHORT_LETTERS: u32 = 6;

/// The letters of one attribute together.
struct Count<'a> {
    name: &'a str,
    own: u32,
    foreign: u32,
    /// Where the first foreign one stands.
    first: Option<(&'a Text, usize)>,
}

impl Count<'_> {
    fn share(&self) -> f64 {
        f64::from(self.own) / f64::from(self.own + self.foreign)
    }

    fn is_wrong(&self, subject: &Subject<'_>) -> bool {
        let is_han = subject.language.script == Script::Han;
        // A Chinese text may take a name as it is, such as WeChat, but not consist of one.
        if is_han && subject.entry.is_term {
            return false;
        }
        let is_short = self.own + self.foreign < SHORT_LETTERS;
        self.foreign > 0 && (self.own == 0 || (!is_han && (is_short || self.share() < OWN_MIN)))
    }
}

fn counts<'a>(subject: &Subject<'a>) -> Vec<Count<'a>> {
    let mut found: Vec<Count<'a>> = Vec::new();
    if subject.facts.iter().all(|facts| facts.foreign == 0) {
        return found;
    }
    for (name, text, Facts { own, foreign, first_foreign, .. }) in subject.texts() {
        let first = first_foreign.map(|byte| (text, byte));
        match found.last_mut().filter(|count| count.name == name) {
            Some(count) => {
                count.own += own;
                count.foreign += foreign;
                count.first = count.first.or(first);
            }
            None => found.push(Count { name, own: *own, foreign: *foreign, first }),
        }
    }
    found
}

fn wrong_script(subject: &Subject<'_>, report: &mut Report<'_>) {
    for count in counts(subject).iter().filter(|count| count.is_wrong(subject)) {
        let Some((text, byte)) = count.first else { continue };
        if subject.language.script == Script::Lisu && lisu::typed(&text.characters).is_some() {
            continue; // Told as what it is, with what it may mean.
        }
        let language = subject.language.name;
        let what = match (count.own, first_char(text, byte)) {
            (0, c) => format!("{} holds no {language} letter, but {}", piece(count.name), named(c)),
            (own, c) => format!(
                "{own} of the {} letters of {} are {language}; one of the others is {}",
                own + count.foreign,
                piece(count.name),
                named(c)
            ),
        };
        report.tell(text.byte_of(byte), what, "put the text of this language here");
    }
}

fn foreign_letters(subject: &Subject<'_>, report: &mut Report<'_>) {
    let is_han = subject.language.script == Script::Han;
    let wanted = if is_han { OWN_WANTED_HAN } else { OWN_WANTED };
    if is_han && subject.entry.is_term {
        return;
    }
    for count in counts(subject).iter().filter(|count| !count.is_wrong(subject) && count.share() < wanted) {
        let Some((text, byte)) = count.first else { continue };
        let what = format!(
            "{} of the {} letters of {} are not {}, the first {}",
            count.foreign,
            count.own + count.foreign,
            piece(count.name),
            subject.language.name,
            named(first_char(text, byte))
        );
        report.tell(text.byte_of(byte), what, "write them in this language, or keep them if nobody can");
    }
}

fn first_char(text: &Text, byte: usize) -> char {
    text.characters[byte..].chars().next().expect("a letter was counted there")
}

fn mixed_token(subject: &Subject<'_>, report: &mut Report<'_>) {
    for (name, text, facts) in subject.texts().filter(|(_, _, facts)| facts.has_latin) {
        if facts.foreign == 0 {
            continue;
        }
        let mut start = 0;
        for token in text.characters.split_inclusive(|c: char| c.is_whitespace() || c == PLACEABLE) {
            let word = token.trim_end_matches(|c: char| c.is_whitespace() || c == PLACEABLE);
            let latin = word.char_indices().find(|(_, c)| belongs(*c, Script::Latin) == Some(true));
            if let Some((at, c)) = latin.filter(|_| word.chars().any(lisu::is_letter)) {
                let what = format!("`{word}` in {} has {} among Lisu letters", piece(name), named(c));
                let meant = lisu::converted(word);
                report.tell(text.byte_of(start + at), what, format!("write {meant} if that is what is meant"));
            }
            start += token.len();
        }
    }
}
