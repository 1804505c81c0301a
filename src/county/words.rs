//! The words that posts of the program's own carry, from `locales/<language>/ui.ftl`.

use crate::base::Tag;
use crate::lang::words::word;
use crate::outbox::Words;

/// What the outbox adds to texts.
pub const WORDS: Words = Words { repeat, digest, correction, withdrawn, page };

fn repeat(language: &Tag, notice: Option<&str>) -> String {
    marked(language, "ui-repeat-mark", notice)
}

fn digest(language: &Tag, count: usize) -> String {
    word(language.as_str(), "ui-digest-head", &[("count", &count.to_string())])
}

fn correction(language: &Tag, notice: Option<&str>) -> String {
    marked(language, "ui-correction-mark", notice) + "\n"
}

/// The mark, the title, the notice's number, and that it is withdrawn, each in a line of its own.
fn withdrawn(language: &Tag, title: &str, notice: Option<&str>) -> String {
    let tag = language.as_str();
    let number = notice.map(|number| word(tag, "ui-notice-number", &[("number", number)]));
    let lines = [Some(marked(language, "ui-correction-mark", None)), Some(title.to_owned()).filter(|t| !t.is_empty())];
    let lines = lines.into_iter().chain([number, Some(word(tag, "ui-withdrawn", &[]))]);
    lines.flatten().collect::<Vec<_>>().join("\n")
}

fn page(language: &Tag, link: &str) -> String {
    word(language.as_str(), "ui-page-link", &[("link", link)])
}

/// `【重发 2026-0412】`.
pub(super) fn marked(language: &Tag, id: &str, notice: Option<&str>) -> String {
    let mark = word(language.as_str(), id, &[]);
    notice.map_or_else(|| format!("【{mark}】"), |notice| format!("【{mark} {notice}】"))
}
