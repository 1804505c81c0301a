//! Cuts a text that is too long for one message where a reader would pause.

use unicode_normalization::char::is_combining_mark;

/// Room for `(12/34) `.
const NUMBER_UNITS: usize = 10;

/// Parts of `text` of at most `max` UTF-16 units each, the way chat services count. One part stays as it is; several
/// begin with `(1/2) ` and so on. Nothing is lost but white space at the cuts.
pub(super) fn split(text: &str, max: usize) -> Vec<String> {
    if units(text) <= max {
        return vec![text.to_owned()];
    }
    let room = max.saturating_sub(NUMBER_UNITS).max(1);
    let mut parts = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (part, tail) = rest.split_at(cut(rest, room));
        parts.push(part.trim_end());
        rest = tail.trim_start();
    }
    let count = parts.len();
    parts.iter().enumerate().map(|(i, part)| format!("({}/{count}) {part}", i + 1)).collect()
}

pub(super) fn units(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// The byte at which to cut, so that what is before it fits into `room` units: after a line, else a sentence, else a
/// word or syllable, else a whole character with its marks.
fn cut(text: &str, room: usize) -> usize {
    let (mut used, mut best, mut best_rank, mut last_whole) = (0, 0, 0, 0);
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        used += c.len_utf16();
        if used > room {
            // A cut far too early would make many tiny parts: it has to leave half of the room used.
            let early = units(&text[..best]) * 2 < room;
            let fallback = if last_whole > 0 { last_whole } else { at.max(c.len_utf8()) };
            return if best_rank == 0 || early { fallback } else { best };
        }
        let end = at + c.len_utf8();
        let next = chars.peek().map(|(_, next)| *next);
        if next.is_none_or(|next| !is_combining_mark(next)) {
            last_whole = end;
        }
        let rank = rank(c);
        // A closing quote belongs to the sentence before it.
        let closes_here = next.is_none_or(|next| !matches!(next, '」' | '』' | '”' | '’' | '）' | '》' | ')'));
        if rank > 0 && closes_here && (rank >= best_rank || units(&text[..best]) * 2 < room) {
            (best, best_rank) = (end, rank);
        }
    }
    text.len()
}

/// How good a place to cut the end of this character is; 0 is none.
fn rank(c: char) -> u8 {
    match c {
        '\n' => 3,
        // Chinese; Tibetan shad and its kin (U+0F0D to U+0F11); Lisu comma and full stop (U+A4FE, U+A4FF).
        '。' | '！' | '？' | '；' | '\u{0f0d}'..='\u{0f11}' | '\u{a4ff}' | '.' | '!' | '?' => 2,
        // Between words, and between Tibetan syllables (tsheg).
        ' ' | '，' | '、' | '\u{a4fe}' | '\u{0f0b}' => 1,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, max: usize, expected: &[&str]) {
        assert_eq!(split(text, max), expected);
    }

    #[test]
    fn cuts_at_the_ends_of_sentences() {
        check("请戴口罩。", 5, &["请戴口罩。"]);
        check(
            "请戴好口罩出门。请勤洗手，保健康。请多通风。",
            20,
            &["(1/3) 请戴好口罩出门。", "(2/3) 请勤洗手，保健康。", "(3/3) 请多通风。"],
        );
        check("ཁ་རས་གོན་རོགས། ལག་པ་འཁྲུད་རོགས།", 28, &["(1/2) ཁ་རས་གོན་རོགས།", "(2/2) ལག་པ་འཁྲུད་རོགས།"]);
        check("ꓡꓲ ꓢꓴ꓿ ꓝꓬꓰ ꓛꓰ꓿ ꓡꓲ ꓢꓴ꓿", 20, &["(1/3) ꓡꓲ ꓢꓴ꓿", "(2/3) ꓝꓬꓰ ꓛꓰ꓿", "(3/3) ꓡꓲ ꓢꓴ꓿"]);
        check("一\n二二二二二二二", 17, &["一\n二二二二二二二"]);
    }

    #[test]
    fn never_tears_a_character_apart() {
        // A stack of Tibetan vowels with nowhere to pause, and letters beyond the first plane (two units each).
        for text in ["ཀི".repeat(40), "😷".repeat(40), "a".repeat(99), "。".repeat(99), "ཀ".to_owned() + &"ི".repeat(99)]
        {
            for max in [12, 13, 21, 50] {
                let parts = split(&text, max);
                assert!(parts.iter().all(|part| units(part) <= max), "{parts:?}");
                let joined: String = parts.iter().map(|p| p.split_once(' ').unwrap().1).collect();
                assert_eq!(joined, text);
            }
        }
        let parts = split(&"ཀི".repeat(40), 21);
        assert!(parts.iter().all(|p| p.ends_with('ི')), "{parts:?}");
    }

    proptest::proptest! {
        #[test]
        fn loses_nothing(text in "[a 。，\n་།ཀི😷]{0,300}", max in 12..80usize) {
            let parts = split(&text, max);
            proptest::prop_assert!(parts.iter().all(|part| units(part) <= max));
            let strip = |text: &str| text.split_whitespace().collect::<String>();
            let joined: String = if parts.len() == 1 {
                parts[0].clone()
            } else {
                parts.iter().map(|part| part.split_once(' ').unwrap().1).collect()
            };
            proptest::prop_assert_eq!(strip(&joined), strip(&text));
        }
    }
}
