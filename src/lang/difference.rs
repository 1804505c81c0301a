//! What changed from one text to another, word by word, on one line for people: `戴好[-口罩-]{+N95 口罩+}`.

use std::fmt::Write;

use similar::{Algorithm, DiffOp, capture_diff_slices};
use unicode_segmentation::UnicodeSegmentation;

/// Words kept on either side of a change; what is left out between two changes shows as `…`.
const CONTEXT: usize = 8;
/// Longer texts are not compared: it would take too long, and nobody would read it.
const WORDS_MAX: usize = 5_000;

/// The difference of two texts, what went in `[-…-]`, what came in `{+…+}`. Empty when they are the same.
pub fn words(old: &str, new: &str) -> String {
    if old == new {
        return String::new();
    }
    let (old, new) = (split(old), split(new));
    if old.len().max(new.len()) > WORDS_MAX {
        return "the whole text".to_owned();
    }
    let mut shown = String::new();
    let changes = capture_diff_slices(Algorithm::Myers, &old, &new);
    for (i, change) in changes.iter().enumerate() {
        if let DiffOp::Equal { new_index, len, .. } = *change {
            keep(&mut shown, &new[new_index..new_index + len], i > 0, i + 1 < changes.len());
            continue;
        }
        let (gone, come) = (old[change.old_range()].concat(), new[change.new_range()].concat());
        if !gone.is_empty() {
            write!(shown, "[-{gone}-]").expect("a string takes all");
        }
        if !come.is_empty() {
            write!(shown, "{{+{come}+}}").expect("a string takes all");
        }
    }
    shown.replace('\n', " ")
}

/// A stretch of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    Same(String),
    Gone(String),
    Come(String),
}

/// The whole of two texts, word by word: what stayed, went and came. A text too long to compare went whole.
pub fn parts(old: &str, new: &str) -> Vec<Part> {
    compared(&split(old), &split(new))
}

/// As [`parts`], line by line, for files.
pub fn lines(old: &str, new: &str) -> Vec<Part> {
    let split = |text: &str| text.split_inclusive('\n').map(str::to_owned).collect::<Vec<String>>();
    compared(&split(old), &split(new))
}

fn compared(old: &[String], new: &[String]) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut add = |text: String, part: fn(String) -> Part| {
        if !text.is_empty() {
            parts.push(part(text));
        }
    };
    if old.len().max(new.len()) > WORDS_MAX {
        add(old.concat(), Part::Gone);
        add(new.concat(), Part::Come);
        return parts;
    }
    for change in capture_diff_slices(Algorithm::Myers, old, new) {
        if let DiffOp::Equal { new_index, len, .. } = change {
            add(new[new_index..new_index + len].concat(), Part::Same);
        } else {
            add(old[change.old_range()].concat(), Part::Gone);
            add(new[change.new_range()].concat(), Part::Come);
        }
    }
    parts
}

/// The first characters of a difference, for where a line has a bound; `…` says that there is more.
pub fn clipped(difference: &str, chars_max: usize) -> String {
    match difference.char_indices().nth(chars_max) {
        Some(_) => difference.chars().take(chars_max.saturating_sub(1)).chain(['…']).collect(),
        None => difference.to_owned(),
    }
}

/// Words that stayed: all of a few, else those beside a change.
fn keep(shown: &mut String, words: &[String], after_change: bool, before_change: bool) {
    let (head, tail) = (usize::from(after_change) * CONTEXT, usize::from(before_change) * CONTEXT);
    if words.len() <= head + tail {
        return shown.push_str(&words.concat());
    }
    shown.push_str(&words[..head].concat());
    shown.push('…');
    shown.push_str(&words[words.len() - tail..].concat());
}

/// The words of Unicode Standard Annex 29; a tsheg stays with the syllable it ends.
fn split(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in text.split_word_bounds() {
        match words.last_mut() {
            Some(last) if word.starts_with(['\u{0F0B}', '\u{0F0C}']) => last.push_str(word),
            _ => words.push(word.to_owned()),
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_shown_with_the_words_beside_it() {
        for (old, new, shown) in [
            ("出门请戴口罩。", "出门请戴口罩。", ""),
            ("请拨打12320。", "请拨打120。", "请拨打[-12320-]{+120+}。"),
            ("出门请戴口罩。", "出门请戴好口罩。", "出门请戴{+好+}口罩。"),
            ("ཁ་རས་གྱོན་རོགས།", "ཁ་རས་གོན་རོགས།", "ཁ་རས་[-གྱོན་-]{+གོན་+}རོགས།"),
            ("ꓘꓳ ꓚꓳ ꓬꓰ꓿", "ꓘꓳ ꓬꓰ꓿", "ꓘꓳ [-ꓚꓳ -]ꓬꓰ꓿"),
            ("one\ntwo", "one\nthree", "one [-two-]{+three+}"),
            (
                "一二三四五六七八九十甲乙丙丁戊己庚辛壬癸",
                "零一二三四五六七八九十甲乙丙丁戊己庚辛壬子",
                "{+零+}一二三四五六七八…乙丙丁戊己庚辛壬[-癸-]{+子+}",
            ),
        ] {
            assert_eq!(words(old, new), shown);
        }
    }

    #[test]
    fn a_text_too_long_to_compare_is_said_to_differ() {
        let long = "字".repeat(WORDS_MAX + 1);
        assert_eq!(words(&long, "字"), "the whole text");
        assert_eq!(clipped("{+长长长+}", 4), "{+长…");
        assert_eq!(clipped("{+长+}", 5), "{+长+}");
    }

    proptest::proptest! {
        /// Taking away what came gives the old text, taking away what went the new one.
        #[test]
        fn nothing_is_lost(old in "[ab་ཁ字 ]{0,12}", new in "[ab་ཁ字 ]{0,12}") {
            let shown = words(&old, &new);
            if old == new {
                proptest::prop_assert!(shown.is_empty());
            } else {
                proptest::prop_assert_eq!(without(&shown, "{+", "+}").replace("[-", "").replace("-]", ""), old);
                proptest::prop_assert_eq!(without(&shown, "[-", "-]").replace("{+", "").replace("+}", ""), new);
            }
        }
    }

    fn without(text: &str, open: &str, close: &str) -> String {
        let mut parts = text.split(open);
        let first = parts.next().unwrap().to_owned();
        parts.fold(first, |kept, part| kept + part.split_once(close).unwrap().1)
    }

    #[test]
    fn parts_put_together_are_the_two_texts() {
        let same = |text: &str| Part::Same(text.to_owned());
        assert_eq!(
            parts("请拨打12320。", "请拨打120。"),
            [same("请拨打"), Part::Gone("12320".into()), Part::Come("120".into()), same("。")]
        );
        assert_eq!(lines("a\nb\n", "a\nc\n"), [same("a\n"), Part::Gone("b\n".into()), Part::Come("c\n".into())]);
        let long = "山 ".repeat(WORDS_MAX);
        assert_eq!(parts(&long, "水"), [Part::Gone(long.clone()), Part::Come("水".into())]);
        assert_eq!(parts("", ""), []);
    }
}
