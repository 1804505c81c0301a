//! Telephone numbers in a text, and how they are read aloud: digit by digit, in Chinese with 幺 for one.

use std::borrow::Cow;
use std::ops::Range;

/// The short numbers that people are told to call. Source: the telecommunications numbering plan of the ministry of
/// industry and information technology, 2017 edition (《电信网编号计划》), sections on 1XX and 12XXX numbers.
const EMERGENCY: [&str; 4] = ["110", "119", "120", "122"];

/// A run of digits before one of these is a quantity.
const COUNTERS: &str = "个人名位户家条辆次天日月年岁元块米里度时点分秒公千百万亿%％℃只头亩吨斤号";

/// Chinese digits as they are read over the telephone and the radio.
const SPOKEN: [&str; 10] = ["零", "幺", "二", "三", "四", "五", "六", "七", "八", "九"];

/// Where telephone numbers stand, in bytes, in order.
pub fn numbers(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..].find(|c: char| c.is_ascii_digit()).map(|offset| at + offset) {
        let run = text[start..].find(|c: char| !c.is_ascii_digit() && c != '-').map_or(text.len(), |len| start + len);
        let end = start + text[start..run].trim_end_matches('-').len();
        if is_alone(text, start, end) && is_telephone(&text[start..end]) {
            found.push(start..end);
        }
        at = run;
    }
    found
}

/// Whether digits are neither part of a word nor the count of something.
fn is_alone(text: &str, start: usize, end: usize) -> bool {
    let before = text[..start].chars().next_back();
    let after = text[end..].trim_start_matches(' ').chars().next();
    !before.is_some_and(|c| c.is_ascii_alphabetic() || c == '.' || c == ':')
        && !after.is_some_and(|c| c.is_ascii_alphabetic() || COUNTERS.contains(c))
}

/// The telephone numbers that are heard where `text` is read aloud: in digits together or apart and, in Chinese, as
/// words for single digits. Each with its first byte, in ASCII digits alone.
pub fn heard(text: &str, language: &str) -> Vec<(usize, String)> {
    let together = numbers(text).into_iter();
    let mut found: Vec<(usize, String)> = together.map(|range| (range.start, digits_of(&text[range]))).collect();
    let mut run: Option<(usize, usize, String)> = None;
    let mut close = |run: &mut Option<(usize, usize, String)>| {
        let Some((start, end, digits)) = run.take() else { return };
        if is_alone(text, start, end) && is_telephone(&digits) && !found.iter().any(|(at, _)| *at == start) {
            found.push((start, digits));
        }
    };
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        let is_next = run.as_ref().is_some_and(|(_, end, _)| *end == at || text[*end..at] == *" ");
        match (said_digit(text, at, c, language), &mut run) {
            (Some(digit), Some((_, last, digits))) if is_next => {
                *last = end;
                digits.push(digit);
            }
            (Some(digit), _) => {
                close(&mut run);
                run = Some((at, end, digit.to_string()));
            }
            (None, _) if c == ' ' => {}
            (None, _) => close(&mut run),
        }
    }
    close(&mut run);
    found.sort();
    found
}

/// The digits of a number without its hyphens.
pub fn digits_of(number: &str) -> String {
    number.chars().filter(char::is_ascii_digit).collect()
}

/// The digit that a character by itself is read as.
fn said_digit(text: &str, at: usize, c: char, language: &str) -> Option<char> {
    let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    if c.is_ascii_digit() {
        let is_single = !is_digit(text[..at].chars().next_back()) && !is_digit(text[at + 1..].chars().next());
        return Some(c).filter(|_| is_single);
    }
    let word = match c {
        '一' => '幺',
        '〇' => '零',
        c => c,
    };
    let value = SPOKEN.iter().position(|spoken| spoken.starts_with(word)).filter(|_| language == "zh-CN")?;
    char::from_digit(value as u32, 10)
}

/// Emergency numbers, five-digit service numbers (12320, 12119, 95xxx, 96xxx), mobile numbers, and landline numbers with
/// their area code.
fn is_telephone(run: &str) -> bool {
    if let Some((area, local)) = run.split_once('-') {
        return area.starts_with('0')
            && (3..=4).contains(&area.len())
            && (7..=8).contains(&local.len())
            && !local.contains('-');
    }
    match run.len() {
        3 => EMERGENCY.contains(&run),
        5 => ["12", "95", "96"].iter().any(|prefix| run.starts_with(prefix)),
        11 if run.starts_with('1') => matches!(run.as_bytes()[1], b'3'..=b'9'),
        10..=12 => run.starts_with('0'),
        _ => false,
    }
}

/// The text as a person reads it aloud: telephone numbers digit by digit. In Chinese as words (12320 is 幺二三二零);
/// in the other languages the digits stand apart, because nobody has attested the words for them.
pub fn read_aloud<'a>(text: &'a str, language: &str) -> Cow<'a, str> {
    let found = numbers(text);
    if found.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut said = String::with_capacity(text.len() * 2);
    let mut at = 0;
    for range in found {
        said.push_str(&text[at..range.start]);
        let digits = text[range.clone()].chars().filter_map(|c| c.to_digit(10));
        if language == "zh-CN" {
            said.extend(digits.map(|digit| SPOKEN[digit as usize]));
        } else {
            let apart: Vec<String> = digits.map(|digit| digit.to_string()).collect();
            said.push_str(&apart.join(" "));
        }
        at = range.end;
    }
    said.push_str(&text[at..]);
    Cow::Owned(said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn telephone_numbers_are_read_digit_by_digit_and_quantities_are_not() {
        for (language, text, wanted) in [
            ("zh-CN", "请拨打卫生热线12320；急救电话120。", "请拨打卫生热线幺二三二零；急救电话幺二零。"),
            ("zh-CN", "火警电话12119。", "火警电话幺二幺幺九。"),
            (
                "zh-CN",
                "手机13988712345，座机0887-8412345。",
                "手机幺三九八八七幺二三四五，座机零八八七八四幺二三四五。",
            ),
            ("zh-CN", "在家观察14天，共120人，12000元。", "在家观察14天，共120人，12000元。"),
            ("zh-CN", "2026年11月25日18:30", "2026年11月25日18:30"),
            ("zh-CN", "120 人", "120 人"),
            ("zh-CN", "N95口罩，37.3℃", "N95口罩，37.3℃"),
            ("zh-CN", "共300公里，115米", "共300公里，115米"),
            ("bo", "ཁ་པར་ 12119 ལ་གཏོང་རོགས།", "ཁ་པར་ 1 2 1 1 9 ལ་གཏོང་རོགས།"),
            ("lis", "120 ꓗꓪ ꓐꓯ ꓠꓯꓹˍ ꓡꓳ꓿", "1 2 0 ꓗꓪ ꓐꓯ ꓠꓯꓹˍ ꓡꓳ꓿"),
            ("bo", "ཉིན་ 14 ལ་", "ཉིན་ 14 ལ་"),
        ] {
            assert_eq!(read_aloud(text, language), wanted);
        }
    }

    #[test]
    fn telephone_numbers_are_heard_in_digits_and_in_words() {
        let check = |language: &str, text: &str, wanted: &[&str]| {
            let found: Vec<String> = heard(text, language).into_iter().map(|(_, digits)| digits).collect();
            assert_eq!(found, wanted, "{text}");
        };
        check("zh-CN", "急救电话幺二零，热线12320，火警一一九。", &["120", "12320", "119"]);
        check("zh-CN", "座机零八八七八四幺二三四五，0887-8412345", &["08878412345", "08878412345"]);
        check("zh-CN", "二〇二六年，一百二十人，三五天，十一二三", &[]);
        check("zh-CN", "一二〇人，120人，幺 二 零", &["120"]);
        check("bo", "ཁ་པར་ 1 2 1 1 9 ལ་ 120 ལ་ 幺二零", &["12119", "120"]);
        check("bo", "ཉིན་ 1 4 ལ་", &[]);
        for number in ["120", "12320", "13988712345", "0887-8412345"] {
            for language in ["zh-CN", "bo", "lis"] {
                check(language, &read_aloud(number, language), &[&digits_of(number)]);
            }
        }
    }
}
