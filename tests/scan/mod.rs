//! Finds which paths a Rust file names: `crate::x`, chains of `super::`, grouped `use crate::{a, b}`, outside crates.
//!
//! It reads tokens, not types: comments and texts in quotes are passed over, inline modules are counted, and what
//! a macro would make is not seen. That is enough to hold who may name whom.

#![allow(dead_code, reason = "each test that stands on this uses a part of it")]

use std::collections::BTreeSet;

/// A path as a file names it, resolved against the crate's root: `["rundown", "seal", "open"]`. An empty path, or one
/// that begins with `*`, is the root as a whole.
pub type Path = Vec<String>;

/// What a file names.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// Paths inside this crate.
    pub inside: BTreeSet<Path>,
    /// First segments of paths that begin with neither `crate`, `super` nor `self`, and that no `use` of the file
    /// brought in from this crate: outside crates, and types, which begin with a capital.
    pub outside: BTreeSet<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Word(String),
    /// `::`
    Path,
    /// A text in quotes, escapes as they stand, or a character.
    Quoted(String),
    Mark(char),
}

/// Reads a file that stands at `module`, the path of the module it is: `["planner", "plan"]` for `planner/plan.rs`.
pub fn named(module: &[&str], text: &str) -> Named {
    let tokens = tokens(text);
    let mut found = Named::default();
    let mut brought_in = BTreeSet::new();
    // The inline modules that are open, with the depth of braces inside them.
    let mut inline: Vec<(String, usize)> = Vec::new();
    let mut depth = 0;
    let mut at = 0;
    while at < tokens.len() {
        match &tokens[at] {
            Token::Mark('{') => {
                depth += 1;
                if let [.., Token::Word(word), Token::Word(name)] = &tokens[..at]
                    && word == "mod"
                {
                    inline.push((name.clone(), depth));
                }
            }
            Token::Mark('}') => {
                inline.pop_if(|(_, inside)| *inside == depth);
                depth = depth.saturating_sub(1);
            }
            Token::Word(word) if begins_a_path(&tokens, at) => {
                let here: Path =
                    module.iter().map(ToString::to_string).chain(inline.iter().map(|(name, _)| name.clone())).collect();
                if let Some((base, next)) = base(&tokens, at, here) {
                    let (paths, end) = tree(&tokens, next, base);
                    let is_use = matches!(tokens[..at].last(), Some(Token::Word(word)) if word == "use");
                    brought_in.extend(paths.iter().filter(|_| is_use).filter_map(|path| path.last().cloned()));
                    found.inside.extend(paths);
                    at = end;
                    continue;
                }
                if tokens.get(at + 1) == Some(&Token::Path) {
                    found.outside.insert(word.clone());
                }
            }
            _ => {}
        }
        at += 1;
    }
    found.outside.retain(|name| !brought_in.contains(name));
    found
}

fn begins_a_path(tokens: &[Token], at: usize) -> bool {
    !matches!(at.checked_sub(1).and_then(|before| tokens.get(before)), Some(Token::Path | Token::Mark('.')))
}

/// What `crate`, `self`, or a chain of `super` stands for, and where the path goes on. None when it is none of them,
/// or stands alone, as in `pub(crate)`.
fn base(tokens: &[Token], mut at: usize, here: Path) -> Option<(Path, usize)> {
    let word = |at: usize| match tokens.get(at) {
        Some(Token::Word(word)) => word.as_str(),
        _ => "",
    };
    let mut base = match word(at) {
        "crate" => Path::new(),
        "self" | "super" => here,
        _ => return None,
    };
    if word(at) == "super" {
        base.pop();
        while tokens.get(at + 1) == Some(&Token::Path) && word(at + 2) == "super" {
            base.pop();
            at += 2;
        }
    }
    (tokens.get(at + 1) == Some(&Token::Path)).then_some((base, at + 1))
}

/// Reads what follows a `::`: names, then perhaps a group of such trees. `at` is the `::`.
fn tree(tokens: &[Token], mut at: usize, mut path: Path) -> (Vec<Path>, usize) {
    while tokens.get(at) == Some(&Token::Path) {
        match tokens.get(at + 1) {
            Some(Token::Word(word)) => {
                path.push(word.clone());
                at += 2;
            }
            Some(Token::Mark('*')) => {
                path.push("*".to_owned());
                return (vec![path], at + 2);
            }
            Some(Token::Mark('{')) => return group(tokens, at + 2, &path),
            // A turbofish: what stands in it is read on its own.
            _ => return (vec![path], at + 1),
        }
    }
    (vec![path], at)
}

/// Reads the inside of a group up to its `}`. `at` is the first token after the `{`.
fn group(tokens: &[Token], mut at: usize, path: &Path) -> (Vec<Path>, usize) {
    let mut found = Vec::new();
    loop {
        match tokens.get(at) {
            None => return (found, at),
            Some(Token::Mark('}')) => return (found, at + 1),
            Some(Token::Word(word)) if word == "as" => at += 2,
            Some(Token::Word(word)) => {
                let mut inner = path.clone();
                if word != "self" {
                    inner.push(word.clone());
                }
                let (paths, end) = tree(tokens, at + 1, inner);
                found.extend(paths);
                at = end;
            }
            Some(Token::Mark('*')) => {
                let mut inner = path.clone();
                inner.push("*".to_owned());
                found.push(inner);
                at += 1;
            }
            Some(_) => at += 1,
        }
    }
}

/// The texts in quotes that are the first argument of a call of one of `calls`, `if` with texts in its arms included.
pub fn first_arguments(text: &str, calls: &[&str]) -> BTreeSet<String> {
    let tokens = tokens(text);
    let mut found = BTreeSet::new();
    for (at, pair) in tokens.windows(2).enumerate() {
        let [Token::Word(word), Token::Mark('(')] = pair else { continue };
        if !calls.contains(&word.as_str()) {
            continue;
        }
        match tokens.get(at + 2) {
            Some(Token::Quoted(text)) => {
                found.insert(text.clone());
            }
            Some(Token::Word(word)) if word == "if" => {
                let argument = tokens[at + 2..].iter().take_while(|token| **token != Token::Mark(','));
                let argument: Vec<&Token> = argument.collect();
                let arms = argument.windows(3).filter_map(|three| match three {
                    [Token::Mark('{'), Token::Quoted(text), Token::Mark('}')] => Some(text.clone()),
                    _ => None,
                });
                found.extend(arms);
            }
            _ => {}
        }
    }
    found
}

fn tokens(text: &str) -> Vec<Token> {
    let chars: Vec<char> = text.chars().collect();
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut found = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let rest = &chars[at..];
        match rest {
            ['/', '/', ..] => at += rest.iter().position(|c| *c == '\n').unwrap_or(rest.len()),
            ['/', '*', ..] => at += block_comment(rest),
            ['"', ..] => {
                let length = string(rest);
                found.push(Token::Quoted(rest[1..length.saturating_sub(1).max(1)].iter().collect()));
                at += length;
            }
            ['r' | 'b' | 'c', ..] if raw_string(rest).is_some() && (at == 0 || !is_word(chars[at - 1])) => {
                let (open, length) = raw_string(rest).expect("the guard just saw it");
                let inside: String = rest[open..length].iter().collect();
                found.push(Token::Quoted(inside.trim_end_matches('#').trim_end_matches('"').to_owned()));
                at += length;
            }
            ['\'', '\\', ..] => {
                // The quote may be the escaped character itself.
                at += 3 + rest[3..].iter().position(|c| *c == '\'').map_or(0, |end| end + 1);
                found.push(Token::Quoted(String::new()));
            }
            ['\'', _, '\'', ..] => {
                found.push(Token::Quoted(String::new()));
                at += 3;
            }
            [':', ':', ..] => {
                found.push(Token::Path);
                at += 2;
            }
            [c, ..] if is_word(*c) => {
                let end = rest.iter().position(|c| !is_word(*c)).unwrap_or(rest.len());
                found.push(Token::Word(rest[..end].iter().collect()));
                at += end;
            }
            [c, ..] => {
                if !c.is_whitespace() {
                    found.push(Token::Mark(*c));
                }
                at += 1;
            }
            [] => break,
        }
    }
    found
}

/// The length of a comment, which may hold others.
fn block_comment(rest: &[char]) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        match rest[at..] {
            ['/', '*', ..] => (depth, at) = (depth + 1, at + 2),
            ['*', '/', ..] => {
                (depth, at) = (depth - 1, at + 2);
                if depth == 0 {
                    return at;
                }
            }
            _ => at += 1,
        }
    }
    rest.len()
}

/// The length of a text in quotes, quotes included.
fn string(rest: &[char]) -> usize {
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            '\\' => at += 2,
            '"' => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

/// `r"..."`, `br#"..."#`, and `b"..."`: the lengths of what opens it and of the whole.
fn raw_string(rest: &[char]) -> Option<(usize, usize)> {
    let prefix = rest.iter().position(|c| !matches!(c, 'r' | 'b' | 'c'))?;
    if prefix > 2 {
        return None;
    }
    let is_raw = rest[..prefix].contains(&'r');
    let hashes = rest[prefix..].iter().position(|c| *c != '#')?;
    if rest.get(prefix + hashes) != Some(&'"') || (hashes > 0 && !is_raw) {
        return None;
    }
    let open = prefix + hashes + 1;
    if !is_raw {
        return Some((open, prefix + string(&rest[prefix..])));
    }
    let mut at = open;
    while at < rest.len() {
        if rest[at] == '"' && rest[at + 1..].iter().take(hashes).filter(|c| **c == '#').count() == hashes {
            return Some((open, at + 1 + hashes));
        }
        at += 1;
    }
    Some((open, rest.len()))
}
