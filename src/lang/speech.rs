//! How long a text takes to read aloud: units of speech and pauses counted from the characters, and paces as a table.
//! Knows no recordings; what a county's own speakers do is the catalog's to learn.

use unicode_script::{Script, UnicodeScript};

use crate::lang::Language;

/// How a language is read over a loudspeaker. Rates are units a minute, pauses left out.
#[derive(Debug, PartialEq)]
pub struct Pace {
    /// The language's tag.
    pub tag: &'static str,
    /// What is counted, for people.
    pub unit: &'static str,
    /// Where nobody's own pace is known.
    pub per_minute: f64,
    /// Slower or faster than this is another text, or a part of it.
    pub range: (f64, f64),
    /// What a digit counts: numbers are read longer than they are written.
    digit_units: f64,
    clause_marks: &'static [char],
}

/// Chinese news is read at 250 characters and more; over a loudspeaker, for people with little schooling, 170 is what
/// they can follow. For Tibetan and Lisu no figures are published: these are guesses, until a county's own clips tell.
pub const PACES: &[Pace] = &[
    Pace {
        tag: "zh-CN",
        unit: "characters",
        per_minute: 170.0,
        range: (150.0, 200.0),
        digit_units: 1.0,
        clause_marks: &['，', '、', '：', ','],
    },
    Pace {
        tag: "bo",
        unit: "syllables",
        per_minute: 180.0,
        range: (150.0, 220.0),
        digit_units: 1.5,
        clause_marks: &[],
    },
    Pace {
        tag: "lis",
        unit: "syllables",
        per_minute: 170.0,
        range: (140.0, 200.0),
        digit_units: 1.0,
        clause_marks: &['\u{A4FE}'],
    },
];

/// The pause of a clause and of a sentence, in seconds.
const CLAUSE_PAUSE: f64 = 0.35;
const SENTENCE_PAUSE: f64 = 0.7;
/// How far from an estimate a length may be by itself.
const MARGIN: f64 = 0.25;

impl Language {
    pub fn pace(&self) -> &'static Pace {
        PACES.iter().find(|pace| pace.tag == self.tag).expect("every language has a pace: a test holds it")
    }
}

/// Rates within the margin of an estimate around `range`.
pub fn widened(range: (f64, f64)) -> (f64, f64) {
    (range.0 * (1.0 - MARGIN), range.1 * (1.0 + MARGIN))
}

/// What there is to say of a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measure {
    /// Han characters, Tibetan syllables between tshegs, Lisu syllables, digits, Latin letters.
    pub units: f64,
    /// Pauses inside the text, in seconds. The one after the last word is silence that a clip does not have.
    pub pauses: f64,
}

impl Measure {
    /// The length in seconds at a rate of units a minute.
    pub fn seconds(&self, per_minute: f64) -> f64 {
        self.units / per_minute * 60.0 + self.pauses
    }

    /// The rate in units a minute of somebody who took this many seconds; infinite when the pauses alone take longer.
    pub fn per_minute(&self, seconds: f64) -> f64 {
        let speaking = seconds - self.pauses;
        if speaking > 0.0 { self.units / speaking * 60.0 } else { f64::INFINITY }
    }
}

/// Counts what is read aloud of `text`.
pub fn measure(language: &Language, text: &str) -> Measure {
    let pace = language.pace();
    let mut found = Measure { units: 0.0, pauses: 0.0 };
    let mut pause = 0.0_f64;
    // Inside a syllable that is counted already; and whether its last letter is one after which a shad is not written.
    let (mut inside, mut bare_end) = (false, false);
    for c in text.chars() {
        let units = match c {
            '0'..='9' | '\u{0F20}'..='\u{0F29}' => {
                inside = false;
                pace.digit_units
            }
            // The letters that a syllable of each script has at least one of.
            '\u{0F40}'..='\u{0F6C}' | '\u{A4D0}'..='\u{A4F7}' => {
                bare_end = matches!(c, '\u{0F40}' | '\u{0F42}');
                if std::mem::replace(&mut inside, true) { 0.0 } else { 1.0 }
            }
            // Vowels, subjoined letters and tones go on with it.
            '\u{0F39}' | '\u{0F71}'..='\u{0F84}' | '\u{0F90}'..='\u{0FBC}' | '\u{A4F8}'..='\u{A4FD}' | 'ʼ' | 'ˍ' => {
                bare_end = false;
                0.0
            }
            c if c.script() == Script::Han => {
                inside = false;
                1.0
            }
            // An abbreviation, spelt out.
            c if c.is_ascii_alphabetic() => {
                inside = false;
                1.0
            }
            c => {
                let ends = language.sentence_ends.contains(&c) || c == '\n' || (c == ' ' && inside && bare_end);
                if ends {
                    pause = SENTENCE_PAUSE;
                } else if pace.clause_marks.contains(&c) {
                    pause = pause.max(CLAUSE_PAUSE);
                }
                inside = false;
                0.0
            }
        };
        if units > 0.0 {
            // Marks that follow one another are one pause; before the first word there is none.
            found.pauses += if found.units > 0.0 { pause } else { 0.0 };
            found.units += units;
            pause = 0.0;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::LANGUAGES;

    #[test]
    fn every_language_has_a_pace_within_its_own_range() {
        assert_eq!(PACES.len(), LANGUAGES.len());
        for pace in LANGUAGES.iter().map(Language::pace) {
            assert!(pace.range.0 < pace.per_minute && pace.per_minute < pace.range.1, "{pace:?}");
        }
    }

    #[test]
    fn units_and_pauses_are_those_of_the_script() {
        for (language, text, units, pauses) in [
            ("zh-CN", "请戴口罩。", 4.0, 0.0),
            ("zh-CN", "乡亲们，请戴口罩。谢谢！", 9.0, 1.05),
            // Digits one by one, letters one by one, marks in a row once.
            ("zh-CN", "请拨打12320。", 8.0, 0.0),
            ("zh-CN", "N95口罩。”……请戴。", 7.0, 0.7),
            ("bo", "ཁ་རས་གྱོན་རོགས།", 4.0, 0.0),
            ("bo", "བསྒྲུབས་རྐྱེན", 2.0, 0.0),
            ("bo", "མཐུ། །དམན་ཡང་", 3.0, 0.7),
            ("bo", "ཁ་པར་12320ལ་གཏོང་།", 2.0 + 7.5 + 2.0, 0.0),
            ("bo", "ཁ་པར་༡༢ལ", 2.0 + 3.0 + 1.0, 0.0),
            // After KA and GA the shad is left out, the space stays.
            ("bo", "ཅིག བློ་", 2.0, 0.7),
            ("bo", "ཅིང བློ་", 2.0, 0.0),
            ("lis", "ꓘꓳ ꓚꓳ ꓬꓰ ꓠꓯꓹˍ ꓡꓳ꓿", 5.0, 0.0),
            ("lis", "ꓡꓲ-ꓢꓴ꓾ ꓕꓽ ꓬꓰ꓿ ꓡꓳ", 5.0, 1.05),
            // A tone by itself is no syllable.
            ("lis", "ꓸ ꓹ", 0.0, 0.0),
        ] {
            let found = measure(Language::of(language).unwrap(), text);
            assert!((found.units - units).abs() < 1e-9, "{text}: {found:?}");
            assert!((found.pauses - pauses).abs() < 1e-9, "{text}: {found:?}");
        }
    }

    #[test]
    fn a_length_and_a_rate_are_each_others_inverse() {
        let text = measure(Language::of("zh-CN").unwrap(), "乡亲们，出门请戴好口罩，遮住口鼻，脏了湿了要及时换。");
        assert!((text.per_minute(text.seconds(170.0)) - 170.0).abs() < 1e-9);
        // 22 characters and three commas: 7.8 s and 1.1 s.
        assert!((text.seconds(170.0) - 8.8).abs() < 0.1, "{}", text.seconds(170.0));
        assert_eq!(text.per_minute(1.0), f64::INFINITY);
    }
}
