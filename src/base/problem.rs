//! Faults of content and configuration: data, collected whole, never the first one only.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

/// How bad a [`Problem`] is: an error holds back what depends on it, a warning is told and goes on air.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Error,
    Warning,
}

/// One fault: where it is, what is wrong, and what to do next, in plain words.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Problem {
    /// The path below the home folder.
    pub file: Arc<str>,
    /// From 1; 0 when the fault is of the file as a whole.
    pub line: u32,
    /// From 1, in characters; 0 with line 0.
    pub column: u32,
    pub severity: Severity,
    /// A stable name, such as `unknown-key`, that a script or an editor may match.
    pub rule: &'static str,
    pub message: String,
    pub help: String,
    /// The change that mends it, where only one is possible and it alters no word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<Box<Fix>>,
}

/// Bytes of a file to be replaced.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Fix {
    /// The first byte, from 0.
    pub start: usize,
    /// The byte after the last one.
    pub end: usize,
    pub text: String,
}

impl Problem {
    pub fn error(rule: &'static str, at: Place, message: impl Into<String>, help: impl Into<String>) -> Problem {
        let Place { file, line, column } = at;
        let (message, help) = (message.into(), help.into());
        Problem { file, line, column, severity: Severity::Error, rule, message, help, fix: None }
    }

    pub fn warning(rule: &'static str, at: Place, message: impl Into<String>, help: impl Into<String>) -> Problem {
        Problem { severity: Severity::Warning, ..Problem::error(rule, at, message, help) }
    }

    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// `file:line:column: what; what to do`, the form editors can jump to.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if self.line > 0 {
            write!(f, ":{}:{}", self.line, self.column)?;
        }
        write!(f, ": {}; {}", self.message, self.help)
    }
}

/// A place in a file. Lines and columns count from 1, columns in characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    pub file: Arc<str>,
    pub line: u32,
    pub column: u32,
}

impl Place {
    /// The file as a whole.
    pub fn file(file: &str) -> Place {
        Place { file: file.into(), line: 0, column: 0 }
    }

    /// The place of a byte of `text`, which is the content of `file`.
    pub fn of_byte(file: &str, text: &str, byte: usize) -> Place {
        let mut byte = byte.min(text.len());
        while !text.is_char_boundary(byte) {
            byte -= 1;
        }
        let before = &text[..byte];
        let start = before.rfind('\n').map_or(0, |i| i + 1);
        let line = before.matches('\n').count() as u32 + 1;
        let column = before[start..].chars().count() as u32 + 1;
        Place { file: file.into(), line, column }
    }
}
