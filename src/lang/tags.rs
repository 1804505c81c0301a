//! BCP-47 tags as people and programs write them, and which language of ours each one means. Nothing here guesses:
//! scripts and neighbours that only look alike are other languages.

use unic_langid::LanguageIdentifier;

use crate::lang::language::{Language, SOURCE};

/// Tags that mean a language of ours.
struct Meaning {
    /// The tag we write.
    tag: &'static str,
    /// Its subtags of language: ISO 639-1, 639-2/T and 639-2/B, 639-3.
    languages: &'static [&'static str],
    /// The one script (ISO 15924) it may name.
    script: &'static str,
    /// The regions whose usual script that is; none named: all of them.
    regions: &'static [&'static str],
}

const MEANINGS: &[Meaning] = &[
    Meaning { tag: "zh-CN", languages: &["zh", "zho", "chi", "cmn"], script: "Hans", regions: &["CN", "SG", "MY"] },
    Meaning { tag: "bo", languages: &["bo", "bod", "tib"], script: "Tibt", regions: &[] },
    Meaning { tag: "lis", languages: &["lis"], script: "Lisu", regions: &[] },
    Meaning { tag: "en", languages: &["en", "eng"], script: "Latn", regions: &[] },
];

/// Languages that are taken for one of ours, and are none: subtag, the script that makes it so, what to know.
const TAKEN_FOR: &[(&str, Option<&str>, &str)] = &[
    ("dz", None, "Dzongkha is another language than Tibetan (bo), with other names of days"),
    ("dzo", None, "Dzongkha is another language than Tibetan (bo), with other names of days"),
    ("lis", Some("Latn"), "new Lisu in Latin letters has other readers than Lisu in Fraser script (lis)"),
    ("khg", None, "Khams is a voice; its text is written Tibetan (bo)"),
    ("adx", None, "Amdo is a voice; its text is written Tibetan (bo)"),
    ("zh", None, "Chinese is in simplified characters here (zh-CN)"),
    ("cmn", None, "Chinese is in simplified characters here (zh-CN)"),
];

/// A tag that means no language of notices.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no language `{tag}` here; {help}")]
pub struct UnknownLanguage {
    pub tag: String,
    pub help: String,
}

impl Language {
    /// The language of notices that a tag means: `bo-CN`, `bod` and `tib` are `bo`; `lis-Lisu-CN` is `lis`, and `lis-Latn`
    /// is not.
    ///
    /// Errors: it means none of ours, with what to write.
    pub fn meant_by(tag: &str) -> Result<&'static Language, UnknownLanguage> {
        meaning(tag).and_then(Language::of).ok_or_else(|| UnknownLanguage { tag: tag.to_owned(), help: help(tag) })
    }
}

/// What to write in a file, where a tag stands in one form only.
pub fn help(tag: &str) -> String {
    if let Some(meant) = meaning(tag).and_then(Language::of) {
        return format!("write it as {}", meant.tag);
    }
    let known = format!("write one of {}", Language::known());
    let parsed = tag.parse::<LanguageIdentifier>().ok();
    let taken = parsed.and_then(|parsed| {
        let script = parsed.script.map(|script| script.as_str().to_owned());
        TAKEN_FOR.iter().find(|(language, other, _)| {
            *language == parsed.language.as_str() && other.is_none_or(|other| script.as_deref() == Some(other))
        })
    });
    taken.map_or(known.clone(), |(_, _, why)| format!("{known}: {why}"))
}

/// The interface languages to look a word up in, first one first, for tags in the order a person asked for them. Words
/// of the program may fall back to Chinese; a text that is aired or posted never does.
pub fn interface_chain(requested: &[&str]) -> Vec<&'static str> {
    let mut chain = Vec::new();
    for tag in requested.iter().filter_map(|tag| meaning(tag)).chain([SOURCE.tag]) {
        if !chain.contains(&tag) {
            chain.push(tag);
        }
    }
    chain
}

fn meaning(tag: &str) -> Option<&'static str> {
    let asked: LanguageIdentifier = tag.parse().ok()?;
    let fits = |meaning: &&Meaning| {
        meaning.languages.contains(&asked.language.as_str())
            && match (asked.script, asked.region) {
                (Some(script), _) => script.as_str() == meaning.script,
                (None, Some(region)) => meaning.regions.is_empty() || meaning.regions.contains(&region.as_str()),
                (None, None) => true,
            }
    };
    MEANINGS.iter().find(fits).map(|meaning| meaning.tag)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::words;

    #[test]
    fn a_tag_means_one_language_of_notices_or_none() {
        for (tag, meant) in [
            ("zh-CN", Some("zh-CN")),
            ("zh", Some("zh-CN")),
            ("cmn", Some("zh-CN")),
            ("zh-Hans", Some("zh-CN")),
            ("zh-Hans-CN", Some("zh-CN")),
            ("zh-Hans-TW", Some("zh-CN")),
            ("zh_CN", Some("zh-CN")),
            ("ZH-cn", Some("zh-CN")),
            ("zh-Hant", None),
            ("zh-TW", None),
            ("zh-HK", None),
            ("zh-cmn-Hans-CN", None),
            ("yue", None),
            ("bo", Some("bo")),
            ("bo-CN", Some("bo")),
            ("bo-IN", Some("bo")),
            ("bo-Tibt-CN", Some("bo")),
            ("bod", Some("bo")),
            ("tib", Some("bo")),
            ("bo-Latn", None),
            ("dz", None),
            ("dz-BT", None),
            ("khg", None),
            ("khg-Tibt-CN", None),
            ("lis", Some("lis")),
            ("lis-CN", Some("lis")),
            ("lis-Lisu", Some("lis")),
            ("lis-Lisu-CN", Some("lis")),
            ("lis-Latn", None),
            ("lis-Latn-CN", None),
            ("lisu", None),
            ("en", None),
            ("", None),
            ("藏语", None),
        ] {
            assert_eq!(Language::meant_by(tag).ok().map(|language| language.tag), meant, "{tag}");
        }
    }

    #[test]
    fn what_is_none_of_ours_says_what_to_write() {
        for (tag, told) in [
            ("en", "there is no language `en` here; write one of zh-CN, bo, lis"),
            ("dz-BT", "write one of zh-CN, bo, lis: Dzongkha is another language than Tibetan (bo)"),
            ("lis-Latn", "new Lisu in Latin letters has other readers"),
            ("zh-TW", "Chinese is in simplified characters here (zh-CN)"),
            ("khg", "Khams is a voice"),
        ] {
            let error = Language::meant_by(tag).unwrap_err().to_string();
            assert!(error.contains(told), "{tag}: {error}");
        }
        assert_eq!(help("bod"), "write it as bo");
    }

    #[test]
    fn words_of_the_program_fall_back_to_chinese_alone() {
        for (requested, chain) in [
            (&["bo-CN"][..], &["bo", "zh-CN"][..]),
            (&["bo-IN"], &["bo", "zh-CN"]),
            (&["lis-Lisu-CN"], &["lis", "zh-CN"]),
            (&["lis-Latn"], &["zh-CN"]),
            (&["dz"], &["zh-CN"]),
            (&["zh-TW"], &["zh-CN"]),
            (&["en-GB", "bo"], &["en", "bo", "zh-CN"]),
            (&["zh", "bo"], &["zh-CN", "bo"]),
            (&[], &["zh-CN"]),
        ] {
            assert_eq!(interface_chain(requested), chain, "{requested:?}");
        }
        for meaning in MEANINGS {
            assert!(words::FILES.iter().any(|(tag, _)| *tag == meaning.tag), "{} has words", meaning.tag);
        }
    }
}
