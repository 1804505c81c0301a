//! The languages of the program's pages.

/// Each with its own name; the first where nobody says.
pub const LANGUAGES: [(&str, &str); 4] = [("zh-CN", "中文"), ("bo", "བོད་ཡིག"), ("lis", "ꓡꓲ-ꓢꓴ"), ("en", "English")];

/// Written by no native speaker, and reviewed by none: pages say so.
pub const DRAFTS: [&str; 2] = ["bo", "lis"];

/// The language of pages that a tag asks for: `zh`, `zh-Hans` and `ZH-cn` all ask for Chinese.
pub fn known(text: &str) -> Option<&'static str> {
    let text = text.trim().to_ascii_lowercase();
    let first = text.split('-').next().unwrap_or_default();
    LANGUAGES.iter().map(|(tag, _)| *tag).find(|tag| tag.to_ascii_lowercase().split('-').next() == Some(first))
}
