//! Making the certain fixes: those that alter no word, and that any reader of the language would make the same.

use crate::base::Problem;
use crate::base::problem::Fix;
use crate::lang::lint::folder::{File, files};

/// `text` with the fixes made. One that overlaps an earlier one, or does not lie in the text, is left out.
pub fn apply<'f>(text: &str, fixes: impl IntoIterator<Item = &'f Fix>) -> String {
    let mut fixes: Vec<&Fix> = fixes.into_iter().collect();
    fixes.sort();
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for fix in fixes {
        if fix.start >= done && fix.start <= fix.end && text.get(fix.start..fix.end).is_some() {
            out.push_str(&text[done..fix.start]);
            out.push_str(&fix.text);
            done = fix.end;
        }
    }
    out.push_str(&text[done..]);
    out
}

/// Mends a file by itself until no certain fix is left, and tells each one made, as it stood in the text it was found
/// in. Every other byte stays.
pub fn mend(file: File<'_>) -> (String, Vec<Problem>) {
    // One fix may show another, as marks put in order show a syllable's end; none undoes another.
    const PASSES_MAX: usize = 8;
    let mut text = file.text.to_owned();
    let mut made = Vec::new();
    for _ in 0..PASSES_MAX {
        let found: Vec<Problem> =
            files(&[File { text: &text, ..file }]).into_iter().filter(|problem| problem.fix.is_some()).collect();
        if found.is_empty() {
            break;
        }
        text = apply(&text, found.iter().filter_map(|problem| problem.fix.as_deref()));
        made.extend(found);
    }
    (text, made)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fixes_that_overlap_or_lie_outside_are_left_out() {
        let fix = |start, end, text: &str| Fix { start, end, text: text.to_owned() };
        let check = |fixes: &[Fix], wanted: &str| assert_eq!(apply("abcdé", fixes), wanted, "{fixes:?}");
        check(&[], "abcdé");
        check(&[fix(3, 4, "D"), fix(0, 1, "")], "bcDé");
        check(&[fix(0, 3, "x"), fix(2, 4, "y")], "xdé");
        check(&[fix(5, 6, "e"), fix(9, 12, "z"), fix(2, 1, "y")], "abcdé");
    }
}
