//! Characters by code point and name, as a fault names them.

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// `U+0F0B TIBETAN MARK INTERSYLLABIC TSHEG`.
pub(super) fn named(c: char) -> String {
    let code = format!("U+{:04X}", c as u32);
    match unicode_names2::name(c) {
        Some(name) => format!("{code} {name}"),
        None => match c.general_category() {
            GeneralCategory::Control => format!("{code} (a control character)"),
            GeneralCategory::PrivateUse => format!("{code} (private use)"),
            _ => format!("{code} (unassigned)"),
        },
    }
}

/// As [`named`], for each character; the first few of a long text.
pub(super) fn all_named(text: &str) -> String {
    const SHOWN_MAX: usize = 6;
    let mut shown: Vec<String> = text.chars().take(SHOWN_MAX).map(named).collect();
    if text.chars().nth(SHOWN_MAX).is_some() {
        shown.push("...".to_owned());
    }
    shown.join(", ")
}
