//! Voices: which spoken languages and dialects read a written language aloud, and when a voice is one that was asked
//! for. The written language is one thing and the voice another: written Tibetan is shared, spoken Tibetan is not.

use unicode_script::UnicodeScript;

use crate::base::Tag;
use crate::lang::Language;

/// For each language of notices the primary subtags of the voices that read it. A voice may go on with a country
/// (`zh-CN`) or a name of our own (`zh-x-yunnan`), never with a script: a voice has none.
///
/// Written Chinese is read in the languages that ISO 639-3 puts under `zho`, written Tibetan in Central (`bod`), Khams
/// (`khg`) and Amdo (`adx`), which do not understand one another.
const VOICES: &[(&str, &[&str])] = &[
    ("zh-CN", &["zh", "cmn", "cdo", "cjy", "cpx", "czh", "czo", "gan", "hak", "hsn", "mnp", "nan", "wuu", "yue"]),
    ("bo", &["khg", "bod", "adx", "bo"]),
    ("lis", &["lis"]),
];

/// How much of a text's letters a machine's voice must be able to read. A voice given another script spells out the
/// names of its letters, in English.
const READABLE_MIN: f64 = 0.5;

/// Why a voice does not read a text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VoiceFault {
    /// Not a voice of this language; with the voices that are.
    #[error("`{voice}` is no voice that reads {language}")]
    OtherLanguage { voice: Tag, language: &'static str, known: String },
    /// A machine would spell the letters out.
    #[error("a machine's {language} voice cannot read this text: its letters are of another script")]
    OtherScript { language: &'static str },
}

impl VoiceFault {
    /// What to do about it.
    pub fn help(&self) -> String {
        match self {
            VoiceFault::OtherLanguage { known, .. } => {
                format!("write one of {known}, with -x-NAME for a place's own way")
            }
            VoiceFault::OtherScript { .. } => "have a person read it".to_owned(),
        }
    }
}

/// Whether `voice` reads texts of `language`.
///
/// Errors: it is a voice of another language, or none that is known.
pub fn check(language: &Language, voice: &Tag) -> Result<(), VoiceFault> {
    let known = voices_of(language);
    let mut parts = voice.as_str().split('-');
    let primary = parts.next().unwrap_or_default().to_ascii_lowercase();
    // What stands before an `x` is the registry's, what follows it our own (RFC 5646, section 2.2.7).
    let is_country = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_alphabetic());
    let fits = parts.by_ref().take_while(|part| !part.eq_ignore_ascii_case("x")).all(is_country);
    if fits && known.contains(&primary.as_str()) {
        return Ok(());
    }
    let known = known.iter().take(3).copied().collect::<Vec<_>>().join(", ");
    Err(VoiceFault::OtherLanguage { voice: voice.clone(), language: language.name, known })
}

/// Whether a machine's voice of `language` can read `text` at all.
///
/// Errors: most of its letters are of another script.
pub fn check_readable(language: &Language, text: &str) -> Result<(), VoiceFault> {
    let letters = text.chars().filter(|c| c.is_alphabetic());
    let (mut all, mut own) = (0.0, 0.0);
    for letter in letters {
        all += 1.0;
        own += f64::from(u8::from(letter.script_extension().contains_script(language.script)));
    }
    if own >= all * READABLE_MIN { Ok(()) } else { Err(VoiceFault::OtherScript { language: language.name }) }
}

/// Whether a recording in `voice` is what somebody who asks for `wanted` wants to hear. Nobody asking means that any
/// voice will do. Who asks for `khg` gets `khg-x-deqin` too, and not the other way round (RFC 4647, section 3.3.1).
pub fn counts(wanted: &[Tag], voice: Option<&Tag>) -> bool {
    let answers = |wanted: &Tag, voice: &Tag| {
        let (wanted, voice) = (wanted.as_str(), voice.as_str());
        let head = voice.get(..wanted.len()).is_some_and(|head| head.eq_ignore_ascii_case(wanted));
        head && matches!(voice.as_bytes().get(wanted.len()), None | Some(b'-'))
    };
    wanted.is_empty() || voice.is_some_and(|voice| wanted.iter().any(|wanted| answers(wanted, voice)))
}

fn voices_of(language: &Language) -> &'static [&'static str] {
    VOICES.iter().find(|(tag, _)| *tag == language.tag).map_or(&[], |(_, voices)| voices)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::LANGUAGES;

    fn tag(text: &str) -> Tag {
        text.parse().unwrap()
    }

    #[test]
    fn every_language_has_voices_and_no_voice_has_two() {
        for language in LANGUAGES {
            assert!(!voices_of(language).is_empty(), "{}", language.tag);
        }
        let all: Vec<_> = VOICES.iter().flat_map(|(_, voices)| voices.iter()).collect();
        let each: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!(all.len(), each.len());
    }

    #[test]
    fn a_voice_reads_its_own_language_only() {
        for (language, voice, fits) in [
            ("bo", "khg", true),
            ("bo", "adx", true),
            ("bo", "bod", true),
            ("bo", "khg-x-deqin", true),
            ("bo", "KHG", true),
            ("zh-CN", "zh-x-yunnan", true),
            ("zh-CN", "zh-CN", true),
            ("zh-CN", "cmn", true),
            ("lis", "lis", true),
            ("lis", "lis-CN-x-nujiang", true),
            // Another language, another script, another country's Tibetan, a voice nobody knows.
            ("bo", "cmn", false),
            ("bo", "dz", false),
            ("bo", "lis", false),
            ("lis", "lis-Latn", false),
            ("lis", "khg", false),
            ("zh-CN", "bo", false),
            ("zh-CN", "x-yunnan", false),
            ("bo", "khams", false),
        ] {
            let language = Language::of(language).unwrap();
            assert_eq!(check(language, &tag(voice)).is_ok(), fits, "{} {voice}", language.tag);
        }
    }

    #[test]
    fn another_dialect_is_not_what_was_asked_for() {
        for (wanted, voice, counted) in [
            (&["khg"][..], Some("khg"), true),
            (&["khg"], Some("khg-x-deqin"), true),
            (&["khg", "adx"], Some("adx"), true),
            (&["khg-x-deqin"], Some("khg"), false),
            (&["khg"], Some("bod"), false),
            (&["khg"], Some("khgx"), false),
            (&["khg"], None, false),
            (&[], Some("bod"), true),
            (&[], None, true),
        ] {
            let wanted: Vec<Tag> = wanted.iter().map(|text| tag(text)).collect();
            assert_eq!(counts(&wanted, voice.map(tag).as_ref()), counted, "{wanted:?} {voice:?}");
        }
    }

    #[test]
    fn a_machine_reads_no_script_but_its_own() {
        for (language, text, reads) in [
            ("zh-CN", "请拨打12320。", true),
            ("zh-CN", "请接种COVID-19疫苗，保护自己和家人。", true),
            ("zh-CN", "ཁ་རས་གྱོན་རོགས།", false),
            ("bo", "请戴口罩", false),
            ("bo", "ཁ་རས་གྱོན་རོགས།", true),
            ("lis", "ꓘꓳ ꓚꓳ ꓬꓰ꓿", true),
            ("lis", "YI. BE N.", false),
        ] {
            assert_eq!(check_readable(Language::of(language).unwrap(), text).is_ok(), reads, "{language} {text}");
        }
    }
}
