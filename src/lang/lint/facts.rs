//! What one look at a text tells: most texts are faultless, and most rules need look no further.

use unicode_script::{Script, UnicodeScript};

use crate::lang::language::Language;
use crate::lang::lint::allowed;
use crate::lang::pattern::PLACEABLE;

/// Of one text.
#[derive(Debug, Default)]
pub(super) struct Facts {
    /// Letters of the language's script, and of others; what is allowed anywhere left out.
    pub own: u32,
    pub foreign: u32,
    /// The byte of the first foreign letter.
    pub first_foreign: Option<usize>,
    /// Some character is none of the everyday ones: rules about odd characters must look.
    pub is_unusual: bool,
    /// It may be in another form than NFC.
    pub may_not_be_nfc: bool,
    pub has_ascii_digits: bool,
    pub has_tibetan_digits: bool,
    pub has_wide_digits: bool,
    pub has_latin: bool,
    pub has_space: bool,
}

impl Facts {
    /// `gloss_left` is the number of Chinese glosses in brackets that may still be left out.
    pub fn of(text: &str, language: &Language, gloss_left: &mut usize) -> Facts {
        let mut facts = Facts::default();
        let mut after_mark = false;
        for c in text.chars() {
            match c {
                'A'..='Z' | 'a'..='z' => facts.has_latin = true,
                '0'..='9' => facts.has_ascii_digits = true,
                ' ' | '\u{A0}' => facts.has_space = true,
                '\n' | '!'..='~' | PLACEABLE => {}
                '\u{F20}'..='\u{F33}' => facts.has_tibetan_digits = true,
                // Common letters, marks and stops. What composes or is deprecated stays unusual.
                '\u{F0B}'..='\u{F12}'
                | '\u{F14}'
                | '\u{F40}'..='\u{F6C}'
                | '\u{F71}'..='\u{F84}'
                | '\u{F90}'..='\u{FBC}' => {
                    // Marks in a row have an order, and some letters stand for two.
                    let is_mark = matches!(c, '\u{F71}'..='\u{F84}');
                    let is_composed =
                        matches!(c, '\u{F43}' | '\u{F4D}' | '\u{F52}' | '\u{F57}' | '\u{F5C}' | '\u{F69}')
                            || matches!(c, '\u{F73}' | '\u{F75}' | '\u{F76}' | '\u{F78}' | '\u{F81}')
                            || matches!(c, '\u{F93}' | '\u{F9D}' | '\u{FA2}' | '\u{FA7}' | '\u{FAC}' | '\u{FB9}');
                    facts.may_not_be_nfc |= is_composed || (is_mark && after_mark);
                    facts.is_unusual |= matches!(c, '\u{F48}' | '\u{F98}' | '\u{FBD}');
                    after_mark = is_mark;
                    continue;
                }
                '\u{FF10}'..='\u{FF19}' => facts.has_wide_digits = true,
                '\u{A4D0}'..='\u{A4FF}' | '\u{2BC}' | '\u{2CD}' => {}
                '\u{4E00}'..='\u{9FEF}' | '\u{3001}'..='\u{3003}' | '\u{3008}'..='\u{3011}' => {}
                '\u{2013}'..='\u{201D}' | '\u{2026}' | '\u{2103}' | '\u{FF01}'..='\u{FF5E}' => {}
                _ => facts.is_unusual = true,
            }
            after_mark = false;
        }
        facts.may_not_be_nfc |= facts.is_unusual;
        facts.count(text, language, gloss_left);
        facts
    }

    fn count(&mut self, text: &str, language: &Language, gloss_left: &mut usize) {
        let skipped = allowed::ranges(text, self.has_latin, gloss_left);
        let mut next = skipped.iter().peekable();
        for (byte, c) in text.char_indices() {
            if c.is_ascii() && !c.is_ascii_alphabetic() {
                continue;
            }
            while next.peek().is_some_and(|range| range.end <= byte) {
                next.next();
            }
            if next.peek().is_some_and(|range| range.contains(&byte)) {
                continue;
            }
            match belongs(c, language.script) {
                Some(true) => self.own += 1,
                Some(false) => {
                    self.foreign += 1;
                    self.first_foreign.get_or_insert(byte);
                }
                None => {}
            }
        }
    }
}

/// Whether a character is of the script; None where it belongs to no script of its own, as digits and stops.
pub(super) fn belongs(c: char, script: Script) -> Option<bool> {
    let of_block = match c {
        'A'..='Z' | 'a'..='z' => Script::Latin,
        '\u{4E00}'..='\u{9FEF}' => Script::Han,
        '\u{F40}'..='\u{F6C}' => Script::Tibetan,
        '\u{A4D0}'..='\u{A4FF}' => Script::Lisu,
        _ => match c.script() {
            Script::Common | Script::Inherited | Script::Unknown => return None,
            _ => return Some(c.script_extension().contains_script(script)),
        },
    };
    Some(of_block == script)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::lang::LANGUAGES;

    proptest! {
        #[test]
        fn what_looks_normal_is_in_normal_form(text in "[\\u{F0B}-\\u{FC6}\\u{A4D0}-\\u{A4FF}\\u{4E00}-\\u{4E20}a-c ]{0,12}") {
            let facts = Facts::of(&text, &LANGUAGES[1], &mut 0);
            prop_assert!(facts.may_not_be_nfc || unicode_normalization::is_nfc(&text));
        }
    }

    #[test]
    fn marks_shared_with_latin_count_for_nobody() {
        assert_eq!(belongs('\u{2BC}', Script::Lisu), None);
        assert_eq!(belongs('\u{2CD}', Script::Lisu), None);
    }
}
