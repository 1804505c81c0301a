//! The text of a message as a translator works from it, and the digest it is known by: comments, layout and the order
//! of attributes do not count.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use fluent_syntax::{ast, parser, serializer};

use super::escape;
use crate::base::Digest;

/// The first 64 bits of the SHA-256 of a message's text, as 16 hex digits in a comment. It tells one wording of a
/// message from another, and nobody gains by a collision: the texts are the county's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceDigest([u8; 8]);

impl fmt::Display for SourceDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// A text that is not 16 lower-case hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the digest of a source text is 16 hex digits, small letters")]
pub struct BadSourceDigest;

impl FromStr for SourceDigest {
    type Err = BadSourceDigest;

    fn from_str(text: &str) -> Result<SourceDigest, BadSourceDigest> {
        let is_hex = |c: u8| c.is_ascii_digit() || (b'a'..=b'f').contains(&c);
        if text.len() != 16 || !text.bytes().all(is_hex) {
            return Err(BadSourceDigest);
        }
        let number = u64::from_str_radix(text, 16).map_err(|_| BadSourceDigest)?;
        Ok(SourceDigest(number.to_be_bytes()))
    }
}

/// The patterns of a message in FTL, laid out in one way only: the value under "", each attribute under its name.
/// Lines after the first stand in the first column, or deeper where the text says so.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wording(pub BTreeMap<String, String>);

impl Wording {
    /// The wording of a message given as it stands in its file.
    pub fn of(message: &str) -> Option<Wording> {
        let resource = parsed(message)?;
        resource.body.iter().find_map(|entry| match entry {
            ast::Entry::Message(message) => Some(Wording::of_message(message)),
            _ => None,
        })
    }

    fn of_message(message: &ast::Message<&str>) -> Wording {
        let mut pieces = BTreeMap::new();
        if let Some(value) = &message.value {
            pieces.insert(String::new(), pattern_source(value));
        }
        for attribute in &message.attributes {
            pieces.insert(attribute.id.name.to_owned(), pattern_source(&attribute.value));
        }
        Wording(pieces)
    }

    pub fn digest(&self) -> SourceDigest {
        let mut bytes = Vec::new();
        for (name, pattern) in &self.0 {
            // A NUL stands in no FTL, so two wordings never have the same bytes.
            for part in [name, pattern] {
                bytes.extend_from_slice(part.as_bytes());
                bytes.push(0);
            }
        }
        let digest = Digest::of(&bytes).0;
        SourceDigest(std::array::from_fn(|i| digest[i]))
    }

    pub fn piece(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

fn parsed(text: &str) -> Option<ast::Resource<&str>> {
    escape::cut_short(text).is_none().then(|| parser::parse(text).ok())?
}

/// The wording of every message of a file; none when the file has a fault of syntax.
pub fn wordings(file: &str) -> Option<BTreeMap<String, Wording>> {
    let resource = parsed(file)?;
    let messages = resource.body.iter().filter_map(|entry| match entry {
        ast::Entry::Message(message) => Some((message.id.name.to_owned(), Wording::of_message(message))),
        _ => None,
    });
    Some(messages.collect())
}

/// A pattern in the one layout. None when `text` is no pattern, or more than one.
pub fn canonical_pattern(text: &str) -> Option<String> {
    let wording = Wording::of(&format!("m ={}", laid_out(text, "\n", "    ")))?;
    let mut pieces = wording.0.into_iter();
    let (Some((name, pattern)), None) = (pieces.next(), pieces.next()) else { return None };
    name.is_empty().then_some(pattern)
}

/// A pattern as it is written after `=`: on the same line, or on lines of its own below it.
pub(super) fn laid_out(pattern: &str, newline: &str, indent: &str) -> String {
    let lines: Vec<&str> = pattern.split('\n').map(|line| line.trim_end_matches('\r')).collect();
    // What begins so is text behind a `=`, and syntax on a line of its own.
    let is_syntax = |line: &str| line.starts_with(['.', '*', '[', '}']);
    let mut written = String::new();
    for (i, line) in lines.iter().enumerate() {
        if i == 0 && (lines.len() == 1 || is_syntax(line)) {
            written.push(' ');
        } else {
            written.push_str(newline);
            if !line.is_empty() {
                written.push_str(indent);
            }
        }
        written.push_str(line);
    }
    written
}

/// Writes a pattern by itself, by way of a message that has nothing else.
fn pattern_source(pattern: &ast::Pattern<&str>) -> String {
    let message = ast::Message {
        id: ast::Identifier { name: "m" },
        value: Some(pattern.clone()),
        attributes: Vec::new(),
        comment: None,
    };
    let resource = ast::Resource { body: vec![ast::Entry::Message(message)] };
    let written = serializer::serialize(&resource).replace("\r\n", "\n");
    let pattern = written.strip_prefix("m =").unwrap_or(&written);
    let lines: Vec<&str> = match pattern.strip_prefix('\n') {
        Some(below) => {
            below.trim_end_matches('\n').lines().map(|line| line.strip_prefix("    ").unwrap_or(line)).collect()
        }
        None => pattern.trim_start_matches(' ').trim_end_matches('\n').lines().collect(),
    };
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(message: &str) -> String {
        Wording::of(message).unwrap().digest().to_string()
    }

    #[test]
    fn layout_comments_and_order_do_not_count() {
        let one = "call = 请打 { $phone }。\n    .title = 电话\n    .short = 打{ $phone }\n";
        for same in [
            "call=请打 {$phone}。\n .short =打{  $phone }\n .title=电话",
            "# Ask for a call.\n# @source 0123456789abcdef\ncall =\n    请打 { $phone }。\n    .title =\n        电话\n    .short = 打{ $phone }\n",
            "call = 请打 { $phone }。\r\n    .title = 电话\r\n    .short = 打{ $phone }\r\n",
        ] {
            assert_eq!(digest(same), digest(one), "{same}");
        }
        for other in [
            "call = 请打 { $phone }!\n    .title = 电话\n    .short = 打{ $phone }\n",
            "call = 请打 { $tel }。\n    .title = 电话\n    .short = 打{ $phone }\n",
            "call = 请打 { $phone }。\n    .title = 打{ $phone }\n    .short = 电话\n",
            "call = 请打 { $phone }。\n    .title = 电话\n",
        ] {
            assert_ne!(digest(other), digest(one), "{other}");
        }
        // The digest stands in files: a change of it would make every translation look outdated.
        assert_eq!(digest("wear-mask = 请戴口罩。\n    .title = 口罩\n"), "e3d713503f1fc03f");
    }

    #[test]
    fn a_pattern_has_one_layout() {
        let select = "{ $level ->\n    [1] 红\n   *[other] 黄\n}";
        for (written, canonical) in [
            ("戴口罩", Some("戴口罩")),
            ("请打 {$phone}", Some("请打 { $phone }")),
            ("一\n二", Some("一\n二")),
            ("一\n\n二", Some("一\n\n二")),
            (".开头", Some(".开头")),
            ("{$level ->\n [1] 红 \n *[other]\n  黄\n }", Some(select)),
            (select, Some(select)),
            ("{ $level", None),
            ("一\n.title = 二", None),
            ("一\n# 二\n三", Some("一\n# 二\n三")),
            ("", None),
        ] {
            assert_eq!(canonical_pattern(written).as_deref(), canonical, "{written:?}");
        }
    }
}
