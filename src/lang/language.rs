//! The languages of notices, as a table.

use unicode_script::Script;

/// A language that notices are written in.
#[derive(Debug, PartialEq, Eq)]
pub struct Language {
    /// BCP-47; also the name of its folder in `locales/`. `lis` means the Fraser script; `lis-Latn` is another language.
    pub tag: &'static str,
    /// In English, for faults.
    pub name: &'static str,
    /// The script its texts stand in (ISO 15924).
    pub script: Script,
    /// The characters that end a sentence in it.
    pub sentence_ends: &'static [char],
}

/// The source language first: what the others are translated from.
pub const LANGUAGES: &[Language] = &[
    Language { tag: "zh-CN", name: "Chinese", script: Script::Han, sentence_ends: &['。', '！', '？', '；'] },
    Language {
        tag: "bo", name: "Tibetan", script: Script::Tibetan, sentence_ends: &['།', '༎', '༏', '༑', '༔']
    },
    Language { tag: "lis", name: "Lisu", script: Script::Lisu, sentence_ends: &['\u{A4FF}', '?', '!'] },
];

/// The language people write first.
pub const SOURCE: &Language = &LANGUAGES[0];

impl Language {
    pub fn of(tag: &str) -> Option<&'static Language> {
        LANGUAGES.iter().find(|language| language.tag == tag)
    }

    /// The tags, for a fault that lists what could be written.
    pub fn known() -> String {
        LANGUAGES.iter().map(|language| language.tag).collect::<Vec<_>>().join(", ")
    }
}
