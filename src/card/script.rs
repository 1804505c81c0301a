//! The scripts of notices as data: how large, how far apart, and which characters each one's font draws. Knows no font.

use std::ops::Range;

use unicode_script::{Script as Property, UnicodeScript};

use crate::lang::Language;

/// A script that has a font of its own. Digits, Latin letters and Chinese punctuation are drawn with the Han font: the
/// Noto fonts for Tibetan and Lisu have none of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Script {
    Tibetan,
    Lisu,
    Han,
}

impl Script {
    pub(super) fn of(language: &Language) -> Script {
        match language.script {
            Property::Tibetan => Script::Tibetan,
            Property::Lisu => Script::Lisu,
            _ => Script::Han,
        }
    }

    /// Its size beside Han of size 1. Tibetan letters fill less of their square than Han does.
    pub(super) fn scale(self) -> f32 {
        match self {
            Script::Tibetan => 1.2,
            Script::Lisu | Script::Han => 1.0,
        }
    }

    /// Room above the base line, in parts of its own size. Measured: the highest common Tibetan stack rises 1.16.
    pub(super) fn up(self) -> f32 {
        match self {
            Script::Tibetan => 1.2,
            Script::Lisu => 1.05,
            Script::Han => 1.18,
        }
    }

    /// Room below the base line. Measured: the deepest common Tibetan stack falls 0.69. What a font itself asks for is
    /// not taken: Noto Serif Tibetan asks for 2.8 of line height in all, where 1.95 is right.
    pub(super) fn down(self) -> f32 {
        match self {
            Script::Tibetan => 0.75,
            Script::Lisu => 0.45,
            Script::Han => 0.42,
        }
    }
}

/// Which script's font draws `character` after a character of `current`.
fn font_of(character: char, current: Script) -> Script {
    match character {
        '\u{A4D0}'..='\u{A4FF}' | '\u{02BC}' | '\u{02CD}' => Script::Lisu,
        ' ' | '\u{00A0}' => current,
        '-' | '\u{2010}' if current != Script::Han => current,
        '《' | '》' if current == Script::Lisu => Script::Lisu,
        _ => match character.script() {
            Property::Tibetan => Script::Tibetan,
            Property::Lisu => Script::Lisu,
            // A mark is drawn with the letter before it.
            Property::Inherited => current,
            _ => Script::Han,
        },
    }
}

/// The runs of `text` that one font draws each; `base` is what spaces at its start belong to.
pub(super) fn runs(text: &str, base: Script) -> Vec<(Range<usize>, Script)> {
    let mut runs: Vec<(Range<usize>, Script)> = Vec::new();
    let mut current = base;
    for (at, character) in text.char_indices() {
        current = font_of(character, current);
        let end = at + character.len_utf8();
        match runs.last_mut() {
            Some((range, script)) if *script == current => range.end = end,
            _ => runs.push((at..end, current)),
        }
    }
    runs
}

/// The text as it is set: without isolating marks, which no font has, and with the space before a Lisu comma or full stop
/// unbreakable: by the general rules of line breaking (Unicode Standard Annex 14) a line could begin with either.
pub(super) fn settable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\u{2066}'..='\u{2069}' => {}
            '\t' => out.push(' '),
            '\u{A4FE}' | '\u{A4FF}' => {
                let kept = out.trim_end_matches(' ').len();
                let spaces = out.len() - kept;
                out.truncate(kept);
                out.extend(std::iter::repeat_n('\u{00A0}', spaces));
                out.push(character);
            }
            _ => out.push(character),
        }
    }
    out
}

/// The first Tibetan vowel sign or subjoined letter that follows no letter. A shaper sets it on a circle of dots, but after
/// a tsheg, a digit or a letter of another script it may be drawn as if it were right.
pub(super) fn orphan(text: &str) -> Option<Range<usize>> {
    let is_sign = |c: char| matches!(c, '\u{0F71}'..='\u{0F84}' | '\u{0F90}'..='\u{0FBC}');
    let carries = |c: char| is_sign(c) || matches!(c, '\u{0F00}' | '\u{0F40}'..='\u{0F6C}' | '\u{0F88}'..='\u{0F8F}');
    let mut before = None;
    for (at, character) in text.char_indices() {
        if is_sign(character) && !before.is_some_and(carries) {
            return Some(at..at + character.len_utf8());
        }
        before = Some(character);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, base: Script, wanted: &[(&str, Script)]) {
        let found: Vec<(&str, Script)> =
            runs(text, base).into_iter().map(|(range, script)| (&text[range], script)).collect();
        assert_eq!(found, wanted, "{text}");
    }

    #[test]
    fn each_character_goes_to_the_font_that_has_it() {
        use Script::{Han, Lisu, Tibetan};
        check("ཉིན་ 14 ལ་", Tibetan, &[("ཉིན་ ", Tibetan), ("14 ", Han), ("ལ་", Tibetan)]);
        check("ꓠꓯꓹˍ ꓡꓳ꓿ 12119", Lisu, &[("ꓠꓯꓹˍ ꓡꓳ꓿ ", Lisu), ("12119", Han)]);
        check("ꓡꓲ-ꓢꓴ 《ꓡꓲ》", Lisu, &[("ꓡꓲ-ꓢꓴ 《ꓡꓲ》", Lisu)]);
        check("请拨打12320《书》", Han, &[("请拨打12320《书》", Han)]);
        check("德钦 བདེ་ཆེན།", Han, &[("德钦 ", Han), ("བདེ་ཆེན།", Tibetan)]);
    }

    #[test]
    fn marks_go_and_a_lisu_comma_keeps_its_word() {
        assert_eq!(settable("去\u{2068}村\u{2069}口"), "去村口");
        assert_eq!(settable("ꓟꓳ ꓾ ꓮ ꓿"), "ꓟꓳ\u{A0}꓾ ꓮ\u{A0}꓿");
        assert_eq!(settable("ꓟꓳ꓾ ꓮ"), "ꓟꓳ꓾ ꓮ");
    }
}
