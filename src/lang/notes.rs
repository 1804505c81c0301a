//! What the comments of a `.ftl` file say to the program: lines such as `# @source 0123456789abcdef` above a message, or
//! `### @translated-by Drolma` for a whole file. Everything else in a comment is for people.

use crate::lang::source::SourceDigest;

/// The notes of one comment. What a message does not say, its file says for all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Notes {
    /// `@source`: the digest of the source text a translation was made from.
    pub source: Option<SourceDigest>,
    /// `@translated-by`, else `@written-by`: whoever may not review the text.
    pub author: Option<String>,
}

/// The name of the note that holds the digest of the source text.
pub const SOURCE: &str = "source";
/// The name of the note that holds who translated it.
pub const TRANSLATED_BY: &str = "translated-by";
const WRITTEN_BY: &str = "written-by";

impl Notes {
    /// The notes of the comment directly above the message that begins at byte `start` of `text`.
    pub fn above(text: &str, start: usize) -> Notes {
        Notes::of(comment_above(text, start).lines().filter_map(|line| line.strip_prefix('#')))
    }

    /// The notes of the file's `###` comments.
    pub fn of_file(text: &str) -> Notes {
        Notes::of(text.lines().filter_map(|line| line.strip_prefix("###")))
    }

    fn of<'t>(lines: impl Iterator<Item = &'t str>) -> Notes {
        let mut notes = Notes::default();
        let mut writer = None;
        for (name, value) in lines.filter_map(note) {
            match name {
                SOURCE => notes.source = value.parse().ok(),
                TRANSLATED_BY => notes.author = Some(value.to_owned()),
                WRITTEN_BY => writer = Some(value.to_owned()),
                _ => {}
            }
        }
        notes.author = notes.author.or(writer);
        notes
    }
}

/// `@name value` of a comment's line without its `#`.
pub(super) fn note(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.trim().strip_prefix('@')?.split_once(char::is_whitespace)?;
    Some((name, value.trim()))
}

/// The `#` lines directly above byte `start`, which begins a line: with a blank line between them they are nobody's.
pub(super) fn comment_above(text: &str, start: usize) -> &str {
    let mut begin = start;
    while begin > 0 {
        let line = text[..begin - 1].rfind('\n').map_or(0, |i| i + 1);
        if !text[line..].starts_with('#') || text[line..].starts_with("##") {
            break;
        }
        begin = line;
    }
    &text[begin..start]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::Topic;

    #[test]
    fn a_message_says_more_than_its_file() {
        let text = "### @translated-by Drolma\n### @written-by Li\n\n# Wear a mask.\n# @source 0123456789abcdef\n\
                    one = 1\n# @translated-by Tsering Drolma\n#\ntwo = 2\n# @source 0123\n\nthree = 3\n\
                    ## @source 0123456789abcdef\nfour = 4\n#@written-by Axi\nfive = 5\n    # @source 0123456789abcdef\n";
        let topic = Topic::parse("t.ftl", text).unwrap();
        let found: Vec<_> =
            topic.entries().iter().map(|e| (e.made_from.map(|d| d.to_string()), e.author.clone())).collect();
        let author = |name: &str| Some(name.to_owned());
        assert_eq!(
            found,
            [
                (Some("0123456789abcdef".into()), author("Drolma")),
                (None, author("Tsering Drolma")),
                (None, author("Drolma")),
                (None, author("Drolma")),
                (None, author("Axi")),
            ]
        );
        assert_eq!(Notes::of_file("### @written-by Li\n").author, author("Li"));
        assert_eq!(Notes::of_file("# @written-by Li\n").author, None);
    }
}
