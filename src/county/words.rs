//! The words that posts of the program's own carry, from `locales/<language>/ui.ftl`.

use crate::base::Tag;
use crate::lang::words::word;
use crate::outbox::Words;

/// What the outbox adds to texts.
pub const WORDS: Words = Words { repeat, digest };

fn repeat(language: &Tag, notice: Option<&str>) -> String {
    marked(language, "ui-repeat-mark", notice)
}

fn digest(language: &Tag, count: usize) -> String {
    word(language.as_str(), "ui-digest-head", &[("count", &count.to_string())])
}

/// `【重发 2026-0412】`.
pub(super) fn marked(language: &Tag, id: &str, notice: Option<&str>) -> String {
    let mark = word(language.as_str(), id, &[]);
    notice.map_or_else(|| format!("【{mark}】"), |notice| format!("【{mark} {notice}】"))
}
