//! Cuts a text that is too long for one message where a reader would pause.

use unicode_segmentation::UnicodeSegmentation as _;

use super::channel::TextMax;

/// Room for `(12/34) `, in any unit: it is ASCII.
const NUMBER_SIZE: usize = 10;

/// How good a place to cut is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// Inside a syllable, a word or a number: only where the whole of it does not fit.
    Inside,
    /// Between two characters that stand for themselves, as Chinese ones do.
    Character,
    /// Between words or clauses, or Tibetan syllables.
    Word,
    Sentence,
    Line,
}

/// Parts of `text` of at most `max` each, as its service counts. One part stays as it is; several begin with `(1/2) `
/// and so on. Nothing is lost but white space at the cuts.
pub(super) fn split(text: &str, max: TextMax) -> Vec<String> {
    if max.holds(text) {
        return vec![text.to_owned()];
    }
    let room = TextMax { size: max.size.saturating_sub(NUMBER_SIZE).max(1), ..max };
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

/// As much of the beginning of `text` as fits into `max`: a caption, whose whole text stands elsewhere.
pub(super) fn head(text: &str, max: TextMax) -> &str {
    if max.holds(text) { text } else { text[..cut(text, max)].trim_end() }
}

/// The byte at which to cut, so that what is before it fits into `room`: after a line or a sentence that leaves little
/// room unused, else after a word, clause or syllable, else between characters, else wherever it must be.
fn cut(text: &str, room: TextMax) -> usize {
    // The last place of each kind, and whether it leaves too much room unused.
    let mut last: [Option<usize>; 5] = [None; 5];
    let (mut used, mut before) = (0, None);
    for (at, grapheme) in text.grapheme_indices(true) {
        used += room.unit.size_of(grapheme);
        if used > room.size {
            let character = grapheme.chars().next().expect("a grapheme has a character");
            return best(last, text, room).unwrap_or(at.max(head_of(grapheme, room).max(character.len_utf8())));
        }
        let end = at + grapheme.len();
        if !text[end..].is_empty() {
            last[place(before, grapheme, &text[end..]) as usize] = Some(end);
        }
        before = Some(grapheme);
    }
    text.len()
}

/// Bytes of one grapheme that fit, where it alone is too long: a character with a heap of marks.
fn head_of(grapheme: &str, room: TextMax) -> usize {
    let mut used = 0;
    let fits = grapheme.char_indices().take_while(|(_, c)| {
        used += room.unit.size_of(c.encode_utf8(&mut [0; 4]));
        used <= room.size
    });
    fits.last().map_or(0, |(at, c)| at + c.len_utf8())
}

fn best(last: [Option<usize>; 5], text: &str, room: TextMax) -> Option<usize> {
    let of = |place: Place, share: usize| {
        last[place as usize].filter(|end| room.unit.size_of(&text[..*end]) * share >= room.size)
    };
    // A cut far too early makes many tiny parts.
    of(Place::Line, 2)
        .or_else(|| of(Place::Sentence, 4))
        .or_else(|| of(Place::Line, 4))
        .or_else(|| of(Place::Word, 4))
        .or_else(|| last[Place::Sentence as usize].max(last[Place::Line as usize]).max(last[Place::Word as usize]))
        .or(last[Place::Character as usize])
        .or(last[Place::Inside as usize])
}

/// What a cut after `grapheme` would be, with `before` in front of it and `rest` behind.
fn place(before: Option<&str>, grapheme: &str, rest: &str) -> Place {
    let last = |text: &str| text.chars().next_back();
    let (Some(c), Some(next)) = (last(grapheme), rest.chars().next()) else { return Place::Inside };
    let following = rest.trim_start_matches([' ', '\u{a0}', '\u{3000}']);
    // A stop, a closing quote or a second shad belongs to what is before it, over a space too.
    if following.starts_with(closes) || opens(c) {
        return Place::Inside;
    }
    if next == '\n' || next == '\r' {
        return Place::Line;
    }
    if c.is_whitespace() || c == '\u{f0c}' {
        // The cut was before the space; U+0F0C is a tsheg at which no line breaks.
        return Place::Inside;
    }
    let ends = |c: char| is_stop(c) || (next.is_whitespace() && matches!(c, '.' | '!' | '?' | ';'));
    let behind_quote = is_quote_end(c).then(|| before.and_then(last)).flatten();
    if ends(c) || behind_quote.is_some_and(ends) {
        return Place::Sentence;
    }
    if next.is_whitespace() {
        // A Tibetan sentence that ends in ག or ཀ has no shad, only the space.
        return if next == ' ' && matches!(c, 'ག' | 'ཀ') { Place::Sentence } else { Place::Word };
    }
    match c {
        '，' | '、' | '：' | '\u{a4fe}' | '\u{f0b}' => Place::Word,
        _ if is_part_of_word(c) && is_part_of_word(next) => Place::Inside,
        // A number stays with its sign or unit.
        _ if c.is_ascii_punctuation() || next.is_ascii_punctuation() => Place::Inside,
        _ => Place::Character,
    }
}

/// Chinese; Tibetan shad and its kin (U+0F0D to U+0F11, U+0F14); Lisu full stop (U+A4FF).
fn is_stop(c: char) -> bool {
    matches!(c, '。' | '！' | '？' | '；' | '…' | '\u{f0d}'..='\u{f11}' | '\u{f14}' | '\u{a4ff}')
}

fn is_quote_end(c: char) -> bool {
    matches!(c, '」' | '』' | '”' | '’' | '）' | '》' | '】' | ')' | ']' | '"')
}

fn closes(c: char) -> bool {
    is_stop(c)
        || is_quote_end(c)
        || matches!(c, '，' | '、' | '：' | '%' | '\u{a4fe}' | '\u{f0b}' | '\u{f0c}' | '.' | ',')
}

fn opens(c: char) -> bool {
    matches!(c, '「' | '『' | '“' | '‘' | '（' | '《' | '【' | '(' | '[' | '\u{f3a}' | '\u{f3c}')
}

/// Whether its neighbours belong to the same word, syllable or number: letters of Tibetan, Lisu (with tones) and
/// Latin, digits; not Chinese characters.
fn is_part_of_word(c: char) -> bool {
    c.is_alphanumeric() && !matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
        || matches!(c, '\u{f71}'..='\u{f84}' | '\u{f90}'..='\u{fbc}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outbox::channel::Unit;

    fn utf16(size: usize) -> TextMax {
        TextMax { size, unit: Unit::Utf16 }
    }

    fn check(text: &str, max: TextMax, expected: &[&str]) {
        assert_eq!(split(text, max), expected);
    }

    #[test]
    fn cuts_at_the_ends_of_sentences() {
        check("请戴口罩。", utf16(5), &["请戴口罩。"]);
        check(
            "请戴好口罩出门。请勤洗手，保健康。请多通风。",
            utf16(20),
            &["(1/3) 请戴好口罩出门。", "(2/3) 请勤洗手，保健康。", "(3/3) 请多通风。"],
        );
        check("ཁ་རས་གོན་རོགས། ལག་པ་འཁྲུད་རོགས།", utf16(28), &["(1/2) ཁ་རས་གོན་རོགས།", "(2/2) ལག་པ་འཁྲུད་རོགས།"]);
        check("ꓡꓲ ꓢꓴ꓿ ꓝꓬꓰ ꓛꓰ꓿ ꓡꓲ ꓢꓴ꓿", utf16(20), &["(1/3) ꓡꓲ ꓢꓴ꓿", "(2/3) ꓝꓬꓰ ꓛꓰ꓿", "(3/3) ꓡꓲ ꓢꓴ꓿"]);
        check("一\n二二二二二二二", utf16(17), &["一\n二二二二二二二"]);
        check(
            "他对我们大家说：“都请进来吧。”我们就都进去了，坐下了。",
            utf16(27),
            &["(1/2) 他对我们大家说：“都请进来吧。”", "(2/2) 我们就都进去了，坐下了。"],
        );
        // A second shad stays with the first.
        check("མཐུས་དམན། །ཡང་ནས་འགྲོ།", utf16(21), &["(1/2) མཐུས་དམན། །", "(2/2) ཡང་ནས་འགྲོ།"]);
        // Services that count bytes: three for each of these.
        let bytes = TextMax { size: 40, unit: Unit::Bytes };
        check("请戴口罩。请勤洗手。", bytes, &["请戴口罩。请勤洗手。"]);
        check("请戴口罩。请勤洗手。请通风。", bytes, &["(1/2) 请戴口罩。请勤洗手。", "(2/2) 请通风。"]);
    }

    #[test]
    fn keeps_syllables_words_and_numbers_whole() {
        check(
            "请在十分钟之内打电话12320报告。情况要说清楚。",
            utf16(24),
            &["(1/3) 请在十分钟之内打电话", "(2/3) 12320报告。", "(3/3) 情况要说清楚。"],
        );
        check("བསྒྲུབས་རྐྱེན་བསྒྲུབས་རྐྱེན", utf16(24), &["(1/2) བསྒྲུབས་རྐྱེན་", "(2/2) བསྒྲུབས་རྐྱེན"]);
        check("ꓡꓲꓸ ꓢꓴꓹ ꓝꓬꓰꓻ ꓛꓰꓽ ꓡꓲꓸ", utf16(18), &["(1/3) ꓡꓲꓸ ꓢꓴꓹ", "(2/3) ꓝꓬꓰꓻ ꓛꓰꓽ", "(3/3) ꓡꓲꓸ"]);
        assert_eq!(head("请戴好口罩出门，请勤洗手。", utf16(10)), "请戴好口罩出门，");
    }

    #[test]
    fn never_tears_a_character_apart() {
        // A stack of Tibetan vowels with nowhere to pause, and letters beyond the first plane (two units each).
        for text in ["ཀི".repeat(40), "😷".repeat(40), "a".repeat(99), "。".repeat(99), "ཀ".to_owned() + &"ི".repeat(99)]
        {
            for max in [13, 21, 50] {
                for unit in [Unit::Utf16, Unit::Bytes] {
                    let max = TextMax { size: if unit == Unit::Bytes { max + 6 } else { max }, unit };
                    let parts = split(&text, max);
                    assert!(parts.iter().all(|part| max.holds(part)), "{parts:?}");
                    let joined: String = parts.iter().map(|p| p.split_once(' ').unwrap().1).collect();
                    assert_eq!(joined, text);
                }
            }
        }
        let parts = split(&"ཀི".repeat(40), utf16(21));
        assert!(parts.iter().all(|p| p.ends_with('ི')), "{parts:?}");
    }

    /// The parts without their numbers.
    fn bare(parts: &[String]) -> Vec<&str> {
        match parts {
            [one] => vec![one],
            parts => parts.iter().map(|part| part.split_once(' ').unwrap().1).collect(),
        }
    }

    proptest::proptest! {
        #[test]
        fn loses_nothing(text in "[a 。，\n་།ཀི😷]{0,300}", size in 22..160usize, bytes: bool) {
            let max = TextMax { size, unit: if bytes { Unit::Bytes } else { Unit::Utf16 } };
            let parts = split(&text, max);
            let strip = |text: &str| text.split_whitespace().collect::<String>();
            proptest::prop_assert_eq!(strip(&bare(&parts).concat()), strip(&text));
            // A character with marks without end is the one thing that may be torn.
            proptest::prop_assert!(parts.iter().all(|part| max.holds(part)), "{:?}", parts);
        }

        /// Whatever the words and the room: no cut inside a Tibetan syllable, a Lisu word or a number, as long as each
        /// of them fits.
        #[test]
        fn no_syllable_is_torn(
            words in proptest::collection::vec(
                proptest::sample::select(vec!["བསྒྲུབས་", "རྐྱེན་", "རོགས། ", "ག ", "ꓡꓲꓸ ", "ꓢꓴꓹ꓿ ", "ꓝꓬꓰꓻ꓾ ", "请", "戴", "。", "12320", "，"]),
                1..120,
            ),
            size in 62..200usize,
            bytes: bool,
        ) {
            let text = words.concat();
            let unit = if bytes { Unit::Bytes } else { Unit::Utf16 };
            let parts = split(&text, TextMax { size, unit });
            let mut at = 0;
            for part in bare(&parts) {
                let part = part.trim();
                at += text[at..].find(part).expect("each part is there, in order") + part.len();
                let (left, right) = (text[..at].chars().next_back(), text[at..].chars().next());
                if let (Some(left), Some(right)) = (left, right) {
                    let torn = is_part_of_word(left) && is_part_of_word(right) && !is_stop(left);
                    // Two numbers side by side are one; it may be longer than any part.
                    proptest::prop_assert!(!torn || (left.is_ascii_digit() && right.is_ascii_digit()), "{:?}", parts);
                    proptest::prop_assert!(!closes(right), "{:?}", parts);
                }
            }
        }
    }
}
