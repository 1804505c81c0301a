//! Changes of a `.ftl` file that touch no other byte: text in, text out. What comes out is parsed again, and refused
//! unless it says exactly what was asked for.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::lang::notes::{comment_above, note};
use crate::lang::source::{Wording, canonical_pattern, laid_out, wordings};
use crate::lang::topic::entry_starts;

/// One change of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// Another pattern for a piece of a message: "" is its value, else an attribute, which is added when it is not there.
    Pattern { message: String, piece: String, pattern: String },
    /// A message loses an attribute.
    Remove { message: String, piece: String },
    /// A message that is not there yet, below one that is, or else above all. Several at one place stand in the order
    /// they are given.
    Message { message: String, wording: Wording, comment: Vec<String>, below: Option<String> },
    /// `# @name value` above a message, in the place of the one that is there.
    Note { message: String, name: &'static str, value: String },
}

/// Why a file cannot be changed so. Nothing of it is changed then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditFault {
    #[error("the file has a fault of syntax; mend that first")]
    Unreadable,
    #[error("there is no message `{0}` in this file")]
    NoMessage(String),
    #[error("message `{0}` stands already in this file")]
    Exists(String),
    #[error("the text of `{0}` is not Fluent: {1}")]
    BadPattern(String, String),
    #[error("the file is laid out in a way that cannot be changed by itself; change it by hand")]
    Layout,
}

/// The order in which pieces of a message are written.
pub(super) const PIECES: [&str; 4] = ["", "title", "short", "voice"];
const INDENT: &str = "    ";

/// Makes every change at once.
///
/// Errors: the first change that cannot be made.
pub fn edited(text: &str, edits: &[Edit]) -> Result<String, EditFault> {
    let mut wanted = wordings(text).ok_or(EditFault::Unreadable)?;
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let file = File { text, newline, starts: entry_starts(text) };
    let mut splices: Vec<Splice> = Vec::new();
    for edit in edits {
        match edit {
            Edit::Pattern { message, piece, pattern } => {
                let canonical = canonical(message, piece, pattern)?;
                let wording = wanted.get_mut(message).ok_or_else(|| EditFault::NoMessage(message.clone()))?;
                splices.push(file.pattern(message, piece, &canonical)?);
                wording.0.insert(piece.clone(), canonical);
            }
            Edit::Remove { message, piece } => {
                let wording = wanted.get_mut(message).ok_or_else(|| EditFault::NoMessage(message.clone()))?;
                splices.push(file.removal(message, piece)?);
                wording.0.remove(piece);
            }
            Edit::Message { message, wording, comment, below } => {
                if wanted.contains_key(message) {
                    return Err(EditFault::Exists(message.clone()));
                }
                let mut pieces = BTreeMap::new();
                for (piece, pattern) in &wording.0 {
                    pieces.insert(piece.clone(), canonical(message, piece, pattern)?);
                }
                let wording = Wording(pieces);
                splices.push(file.message(message, &wording, comment, below.as_deref())?);
                wanted.insert(message.clone(), wording);
            }
            Edit::Note { message, name, value } => splices.push(file.note(message, name, value)?),
        }
    }
    let result = spliced(text, splices).ok_or(EditFault::Layout)?;
    if wordings(&result).as_ref() == Some(&wanted) { Ok(result) } else { Err(EditFault::Layout) }
}

fn canonical(message: &str, piece: &str, pattern: &str) -> Result<String, EditFault> {
    canonical_pattern(pattern).ok_or_else(|| {
        let place = if piece.is_empty() { message.to_owned() } else { format!("{message}.{piece}") };
        EditFault::BadPattern(place, pattern.to_owned())
    })
}

/// A text for the place of a range. At one place a message goes on before another one begins, and that one's note stands
/// directly above it.
struct Splice {
    range: Range<usize>,
    order: Order,
    with: String,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Order {
    Pattern,
    Message,
    Note,
}

struct File<'t> {
    text: &'t str,
    newline: &'static str,
    starts: BTreeMap<&'t str, Range<usize>>,
}

impl File<'_> {
    /// Where a message stands, to the end of its last line: the blank lines below it are left out.
    fn range(&self, message: &str) -> Result<Range<usize>, EditFault> {
        let range = self.starts.get(message).ok_or_else(|| EditFault::NoMessage(message.to_owned()))?;
        let ink = range.start + inked(&self.text[range.clone()]);
        let blank = self.text[ink..].len() - self.text[ink..].trim_start_matches(' ').len();
        Ok(range.start..ink + blank)
    }

    fn pattern(&self, message: &str, piece: &str, pattern: &str) -> Result<Splice, EditFault> {
        let range = self.range(message)?;
        let own = &self.text[range.clone()];
        let pieces = pieces(own).ok_or(EditFault::Layout)?;
        if let Some((_, indent, place)) = pieces.iter().find(|(name, ..)| *name == piece) {
            let indent = format!("{indent}{INDENT}");
            let place = range.start + place.start..range.start + place.end;
            return Ok(Splice { range: place, order: Order::Pattern, with: laid_out(pattern, self.newline, &indent) });
        }
        let indent = pieces.iter().map(|(_, indent, _)| *indent).find(|indent| !indent.is_empty()).unwrap_or(INDENT);
        let lines = laid_out(pattern, self.newline, &format!("{indent}{INDENT}"));
        let with = format!("{}{indent}.{piece} ={lines}", self.newline);
        Ok(Splice { range: range.end..range.end, order: Order::Pattern, with })
    }

    /// Takes away an attribute from the end of what stands before it: its own lines, and nothing below.
    fn removal(&self, message: &str, piece: &str) -> Result<Splice, EditFault> {
        let range = self.range(message)?;
        let pieces = pieces(&self.text[range.clone()]).ok_or(EditFault::Layout)?;
        let index = pieces.iter().position(|(name, ..)| *name == piece && !piece.is_empty());
        let index = index.ok_or(EditFault::Layout)?;
        let (_, _, place) = &pieces[index];
        let (_, _, before) = &pieces[index - 1];
        Ok(Splice {
            range: range.start + before.end..range.start + place.end,
            order: Order::Pattern,
            with: String::new(),
        })
    }

    fn message(
        &self,
        message: &str,
        wording: &Wording,
        comment: &[String],
        below: Option<&str>,
    ) -> Result<Splice, EditFault> {
        let newline = self.newline;
        let mut block = String::new();
        for line in comment {
            block.push_str(format!("# {line}").trim_end());
            block.push_str(newline);
        }
        block.push_str(&format!("{message} ="));
        let others = wording.0.keys().map(String::as_str).filter(|name| !PIECES.contains(name));
        for piece in PIECES.into_iter().chain(others) {
            let Some(pattern) = wording.piece(piece) else { continue };
            let indent = if piece.is_empty() {
                INDENT.to_owned()
            } else {
                block.push_str(&format!("{newline}{INDENT}.{piece} ="));
                INDENT.repeat(2)
            };
            block.push_str(&laid_out(pattern, newline, &indent));
        }
        if let Some(below) = below {
            let end = self.range(below)?.end;
            let with = format!("{newline}{newline}{block}");
            return Ok(Splice { range: end..end, order: Order::Message, with });
        }
        let first = self.starts.values().map(|range| range.start).min();
        let (at, with) = match first {
            Some(first) => {
                let begin = first - comment_above(self.text, first).len();
                (begin, format!("{block}{newline}{newline}"))
            }
            None => {
                let end = inked(self.text);
                let before = if end == 0 { String::new() } else { newline.repeat(2) };
                let after = if self.text[end..].is_empty() { newline } else { "" };
                (end, format!("{before}{block}{after}"))
            }
        };
        Ok(Splice { range: at..at, order: Order::Message, with })
    }

    fn note(&self, message: &str, name: &str, value: &str) -> Result<Splice, EditFault> {
        let start = self.range(message)?.start;
        let comment = comment_above(self.text, start);
        let mut at = start - comment.len();
        let mut place = None;
        for line in comment.split_inclusive('\n') {
            let ink = line.trim_end_matches(['\r', '\n']);
            if note(ink.trim_start_matches('#')).is_some_and(|(found, _)| found == name) {
                place = Some(at..at + ink.len());
            }
            at += line.len();
        }
        let (range, end) = place.map_or((start..start, self.newline), |place| (place, ""));
        Ok(Splice { range, order: Order::Note, with: format!("# @{name} {value}{end}") })
    }
}

/// How many bytes of a text come before the blank at its end. What Fluent takes for blank is ASCII.
fn inked(text: &str) -> usize {
    text.trim_end_matches([' ', '\n', '\r']).len()
}

/// The pieces of a message as it stands in its file: name, indent, and where the pattern stands behind its `=`. A line
/// that begins with a dot is an attribute: text never does, and nothing else of Fluent can.
fn pieces(message: &str) -> Option<Vec<(&str, &str, Range<usize>)>> {
    let mut pieces: Vec<(&str, &str, Range<usize>)> = Vec::new();
    let mut at = 0;
    for line in message.split_inclusive('\n') {
        let ink = line.trim_start_matches(' ');
        let name = if at == 0 { Some("") } else { ink.strip_prefix('.') };
        if let Some(rest) = name {
            if let Some((_, _, before)) = pieces.last_mut() {
                before.end = before.start + inked(&message[before.start..at]);
            }
            let equals = line.find('=')?;
            let name = if at == 0 { "" } else { rest.split('=').next()?.trim_end_matches(' ') };
            let start = at + equals + 1;
            pieces.push((name, &line[..line.len() - ink.len()], start..start + inked(&message[start..])));
        }
        at += line.len();
    }
    Some(pieces)
}

/// Puts texts in the places of ranges; those at one place in the order they are given. None when ranges overlap.
fn spliced(text: &str, mut splices: Vec<Splice>) -> Option<String> {
    splices.sort_by_key(|splice| (splice.range.start, splice.order));
    let mut result = String::with_capacity(text.len());
    let mut at = 0;
    for Splice { range, with, .. } in splices {
        result.push_str(text.get(at..range.start)?);
        result.push_str(&with);
        at = range.end;
    }
    result.push_str(&text[at..]);
    Some(result)
}

#[cfg(test)]
mod tests;
