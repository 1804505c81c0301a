//! What may stand in a text of any script: a few Latin names that nobody translates, addresses on the web, and one Chinese
//! gloss in brackets in a Tibetan message.

use std::ops::Range;

use unicode_script::Script;

use crate::lang::language::Language;
use crate::lang::lint::facts::belongs;

/// Words that stay as they are in every language.
pub const WORDS: [&str; 6] = ["COVID-19", "N95", "WHO", "5G", "km", "℃"];

/// How an address on the web begins.
const ADDRESSES: [&str; 3] = ["https://", "http://", "www."];

/// The brackets of a gloss.
const BRACKETS: [(char, char); 2] = [('(', ')'), ('（', '）')];

/// Glosses left out of the count in a message of this language.
pub(super) fn glosses(language: &Language) -> usize {
    usize::from(language.script == Script::Tibetan)
}

/// The bytes of `text` to leave out when letters are counted, in order.
pub(super) fn ranges(text: &str, has_latin: bool, gloss_left: &mut usize) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    if has_latin {
        for address in ADDRESSES {
            for (start, _) in text.match_indices(address) {
                let end =
                    text[start..].find(|c: char| !c.is_ascii_graphic()).map_or(text.len(), |length| start + length);
                found.push(start..end);
            }
        }
        for word in WORDS {
            found.extend(text.match_indices(word).map(|(start, _)| start..start + word.len()).filter(|range| {
                let is_part = |c: char| c.is_ascii_alphanumeric();
                !text[..range.start].ends_with(is_part) && !text[range.end..].starts_with(is_part)
            }));
        }
    }
    if *gloss_left > 0 {
        let gloss = BRACKETS.into_iter().filter_map(|brackets| gloss(text, brackets)).min_by_key(|range| range.start);
        *gloss_left -= usize::from(gloss.is_some());
        found.extend(gloss);
    }
    found.sort_by_key(|range| (range.start, range.end));
    found
}

/// The first pair of brackets that holds Chinese and no other letters.
fn gloss(text: &str, (open, close): (char, char)) -> Option<Range<usize>> {
    text.match_indices(open).find_map(|(start, _)| {
        let end = start + text[start..].find(close)?;
        let inside = &text[start + open.len_utf8()..end];
        let mut letters = inside.chars().filter_map(|c| belongs(c, Script::Han)).peekable();
        (letters.peek().is_some() && letters.all(|is_han| is_han)).then_some(start..end)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_words_and_one_gloss_are_left_out() {
        let check = |text: &str, language: &str, wanted: &[&str]| {
            let language = Language::of(language).unwrap();
            let found = ranges(text, true, &mut glosses(language));
            let found: Vec<&str> = found.into_iter().map(|range| &text[range]).collect();
            assert_eq!(found, wanted, "{text}");
        };
        check("COVID-19 N95 5G WHO", "lis", &["COVID-19", "N95", "5G", "WHO"]);
        check("xN95 N955 WHOM 10km km", "bo", &["km"]);
        check("见https://a.cn/b?c。www.x.cn", "zh-CN", &["https://a.cn/b?c", "www.x.cn"]);
        check("ཚ་བ(发热)གློ(咳嗽)", "bo", &["(发热"]);
        check("ཚ་བ（发热、咳嗽）", "bo", &["（发热、咳嗽"]);
        check("ཚ་བ(fever)(12)", "bo", &[]);
        check("ꓠꓻ(发热)", "lis", &[]);
    }
}
