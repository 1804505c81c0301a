//! Escapes in string literals of FTL, as far as the parser cannot be trusted with them.

/// Where in a file `\u` or `\U` has too few hexadecimal digits and a character beyond ASCII behind them: fluent-syntax
/// 0.12 cuts that character in two and panics (`skip_unicode_escape_sequence`). In bytes, of the backslash.
pub(super) fn cut_short(text: &str) -> Option<usize> {
    let escapes = [("\\u", 4), ("\\U", 6)];
    let cut = escapes.into_iter().flat_map(|(escape, length)| {
        text.match_indices(escape).filter(move |(at, _)| {
            let behind = text[at + escape.len()..].chars().take(length);
            let next = behind.into_iter().find(|c| !c.is_ascii_hexdigit());
            next.is_some_and(|c| !c.is_ascii())
        })
    });
    cut.map(|(at, _)| at).min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_escape_that_is_cut_short_is_found() {
        for (text, at) in [
            ("m = { \"\\u0f0b\" }", None),
            ("m = { \"\\u12\" }", None),
            ("m = { \"\\u中\" }", Some(7)),
            ("m = { \"\\u0f0中\" }", Some(7)),
            ("m = { \"\\U01F60\u{e000}\" }", Some(7)),
            ("m = { \"\\U01F602中\" } \\u4e2d中", None),
        ] {
            assert_eq!(cut_short(text), at, "{text}");
            assert_eq!(super::super::source::wordings(text).is_none(), at.is_some() || text.contains("u12"), "{text}");
        }
    }
}
