//! Printing for people: tables whose columns fit wide characters, faults with colour on a terminal only.

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr;

use crate::base::{Problem, Severity};

const RED: Style = AnsiColor::Red.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default();

/// Prints faults, one a line.
pub fn problems(problems: &[Problem]) {
    for problem in problems {
        let (style, word) = shown(problem);
        anstream::println!("{style}{word}{style:#} {problem}");
    }
}

/// Prints faults on standard error: beside a result, or in its place.
pub fn problems_aside(problems: &[Problem]) {
    for problem in problems {
        let (style, word) = shown(problem);
        anstream::eprintln!("{style}{word}{style:#} {problem}");
    }
}

fn shown(problem: &Problem) -> (Style, &'static str) {
    match problem.severity {
        Severity::Error => (RED, "error"),
        Severity::Warning => (YELLOW, "warning"),
    }
}

/// Prints rows under a heading, columns as wide as their widest cell. Chinese counts two columns a character
/// (Unicode Standard Annex 11).
pub fn table(heading: &[&str], rows: &[Vec<String>]) {
    let mut widths: Vec<usize> = heading.iter().map(|cell| cell.width()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.width());
        }
    }
    let line = |cells: &mut dyn Iterator<Item = &str>| -> String {
        let padded: Vec<String> =
            cells.zip(&widths).map(|(cell, width)| format!("{cell}{}", " ".repeat(width - cell.width()))).collect();
        padded.join("  ").trim_end().to_owned()
    };
    let bold = Style::new().bold();
    anstream::println!("{bold}{}{bold:#}", line(&mut heading.iter().copied()));
    for row in rows {
        anstream::println!("{}", line(&mut row.iter().map(String::as_str)));
    }
}

/// Prints a result for programs.
///
/// Errors: it cannot be written as JSON.
pub fn json(value: &impl serde::Serialize) -> serde_json::Result<()> {
    anstream::println!("{}", serde_json::to_string_pretty(value)?);
    Ok(())
}

/// `1 fault`, `3 faults`.
pub fn count(number: usize, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") }
}
