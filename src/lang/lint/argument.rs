//! The value that a broadcast gives a variable: it stands in the texts of every language, and goes on air with them.

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

use crate::lang::lint::encoding::is_invisible;
use crate::lang::lint::names::named;

/// What is wrong with a value, and what to do about it; none where nothing is.
pub fn argument(value: &str) -> Option<(String, String)> {
    if value.trim().is_empty() {
        return Some(("it is empty, and nothing would be said in its place".into(), "write what is to be said".into()));
    }
    let told = |what: String, help: &str| Some((what, help.to_owned()));
    value.chars().find_map(|c| match c {
        '{' | '}' => told(
            format!("it holds {}, which would be read and shown as it is", named(c)),
            "write the value itself; a text takes { $name } in, a value does not",
        ),
        c if c.is_control() || is_invisible(c) => {
            told(format!("it holds {}, which nobody sees", named(c)), "delete it")
        }
        c if !c.is_ascii() && c.general_category() == GeneralCategory::DecimalNumber => told(
            format!("it holds {}, and a telephone shows 0 to 9", named(c)),
            "write all its digits in 0 to 9, which every language here reads",
        ),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_not_be_said_or_dialled_is_told() {
        let check = |value: &str, wanted: &str| {
            let told = argument(value).map(|(what, _)| what).unwrap_or_default();
            assert!(told.contains(wanted) && told.is_empty() == wanted.is_empty(), "{value}: {told}");
        };
        for good in ["12320", "0887-8412345", "2026-11-25", "རྒྱལ་ཐང", "ꓐꓯ ꓠꓯ", "卫生院", "第三", "A 4"]
        {
            check(good, "");
        }
        check("", "empty");
        check(" \u{3000}", "empty");
        check("{ $phone", "U+007B LEFT CURLY BRACKET");
        check("phone }", "U+007D RIGHT CURLY BRACKET");
        check("12\n320", "U+000A");
        check("123\u{200b}20", "U+200B ZERO WIDTH SPACE");
        check("１２３２０", "U+FF11 FULLWIDTH DIGIT ONE");
        check("༡༢༠", "U+0F21 TIBETAN DIGIT ONE");
    }
}
