//! What changed from one text to the next, so that a thin line carries the change and not the whole. Pure.
//!
//! A wrong patch does no harm: what comes out is verified under its seal like anything that was sent whole.

use std::collections::HashMap;

use rustc_hash::FxBuildHasher;
use serde::{Deserialize, Serialize};

/// Pieces of the old text are found again in steps of this many bytes: shorter ones cost more to name than to send.
const STEP: usize = 16;
/// No text is longer, whatever a patch says: as much as a box takes of any answer.
const BYTES_MAX: usize = 16 << 20;

/// The new text, in order: pieces of the old one, and what is new.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Patch(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
enum Piece {
    /// Where it begins in the old text, and how many bytes it has.
    Old(usize, usize),
    New(String),
}

impl Patch {
    /// What leads from `old` to `new`; none where `new` is no text.
    pub fn between(old: &[u8], new: &[u8]) -> Option<Patch> {
        let text = std::str::from_utf8(new).ok()?;
        let mut patch = Patch(Vec::new());
        // What is alike at both ends is most of it.
        let (.., head) = whole_characters(text, 0, 0, alike(old, new));
        let tail = alike_at_end(&old[head..], &new[head..]);
        let (old_end, new_end) = (old.len() - tail, new.len() - tail);
        let (steps, _) = old[head..old_end].as_chunks::<STEP>();
        // The texts are the county's own: nobody chooses them so that their hashes clash.
        let mut places: HashMap<&[u8; STEP], usize, FxBuildHasher> =
            HashMap::with_capacity_and_hasher(steps.len(), FxBuildHasher);
        if head < new_end {
            for (number, step) in steps.iter().enumerate() {
                places.entry(step).or_insert(head + number * STEP);
            }
        }
        let (mut at, mut told) = (head, head);
        patch.old(0, head);
        while at + STEP <= new_end {
            let step = new[at..].first_chunk::<STEP>().expect("the loop ends before");
            let Some(&found) = places.get(step) else {
                at += 1;
                continue;
            };
            // The step may begin inside of what is alike.
            let before = alike_at_end(&old[..found], &new[told..at]);
            let length = before + alike(&old[found..], &new[at..new_end]);
            let (from, begin) = (found - before, at - before);
            at = begin + length;
            // A text is cut between characters only.
            let (from, begin, end) = whole_characters(text, from, begin, at);
            if begin >= end {
                continue;
            }
            patch.new_text(&text[told..begin]);
            patch.old(from, end - begin);
            told = end;
        }
        let (from, begin, _) = whole_characters(text, old_end, new_end, new.len());
        patch.new_text(&text[told..begin]);
        patch.old(from, new.len() - begin);
        Some(patch)
    }

    fn old(&mut self, from: usize, length: usize) {
        if length > 0 {
            self.0.push(Piece::Old(from, length));
        }
    }

    fn new_text(&mut self, text: &str) {
        if !text.is_empty() {
            self.0.push(Piece::New(text.to_owned()));
        }
    }

    /// The new text; none where the patch is of another old one.
    pub fn apply(&self, old: &[u8]) -> Option<Vec<u8>> {
        let mut new = Vec::new();
        for piece in &self.0 {
            let bytes = match piece {
                Piece::Old(from, length) => old.get(*from..from.checked_add(*length)?)?,
                Piece::New(text) => text.as_bytes(),
            };
            if new.len() + bytes.len() > BYTES_MAX {
                return None;
            }
            new.extend_from_slice(bytes);
        }
        Some(new)
    }
}

/// Compared at once; most of two rundowns is alike, and there may be ten thousand of them.
const STRIDE: usize = 64;

/// How many bytes are alike from the beginning.
fn alike(a: &[u8], b: &[u8]) -> usize {
    let strides = a.chunks_exact(STRIDE).zip(b.chunks_exact(STRIDE)).take_while(|(a, b)| a == b).count();
    let begin = strides * STRIDE;
    begin + a[begin..].iter().zip(&b[begin..]).take_while(|(a, b)| a == b).count()
}

fn alike_at_end(a: &[u8], b: &[u8]) -> usize {
    let strides = a.rchunks_exact(STRIDE).zip(b.rchunks_exact(STRIDE)).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[..a.len() - strides * STRIDE], &b[..b.len() - strides * STRIDE]);
    strides * STRIDE + a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count()
}

/// Moves the ends of `begin..end` inwards to where characters begin; `from` goes with `begin`.
fn whole_characters(text: &str, from: usize, begin: usize, end: usize) -> (usize, usize, usize) {
    let inwards = (begin..=end).find(|at| text.is_char_boundary(*at)).unwrap_or(end);
    let end = (inwards..=end).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(inwards);
    (from + inwards - begin, inwards, end)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(old: &str, new: &str) -> Patch {
        let patch = Patch::between(old.as_bytes(), new.as_bytes()).unwrap();
        let text = serde_json::to_string(&patch).unwrap();
        let read: Patch = serde_json::from_str(&text).unwrap();
        assert_eq!(read, patch);
        assert_eq!(read.apply(old.as_bytes()).as_deref(), Some(new.as_bytes()), "{text}");
        patch
    }

    #[test]
    fn pieces_that_stayed_are_named_and_not_sent() {
        let lines: Vec<String> = (0..100).map(|n| format!("{{\"id\":\"broadcast-{n}\",\"volume\":80}},")).collect();
        let old = lines.concat();
        assert_eq!(check(&old, &old).0, [Piece::Old(0, old.len())]);
        let mut moved = lines.clone();
        let one = moved.remove(70);
        moved.insert(10, one);
        moved[50] = "{\"id\":\"新\",\"volume\":100},".to_owned();
        let text = serde_json::to_string(&check(&old, &moved.concat())).unwrap();
        assert!(text.len() < 200, "{text}");
        assert!(Patch::between(old.as_bytes(), b"\xff\xfe").is_none(), "no text");
    }

    #[test]
    fn what_does_not_fit_gives_nothing() {
        let of = |text: &str| serde_json::from_str::<Patch>(text).unwrap();
        assert_eq!(of("[[0,5]]").apply(b"1234"), None);
        assert_eq!(of(&format!("[[1,{}]]", usize::MAX)).apply(b"1234"), None);
        let bomb = Patch(vec![Piece::Old(0, 1 << 20); 20]);
        assert_eq!(bomb.apply(&vec![0; 1 << 20]), None);
    }

    proptest! {
        #[test]
        fn any_text_comes_out_as_it_was(
            old in "[ab村响]{0,300}",
            cuts in prop::collection::vec((0usize..300, 0usize..300, "[ab响\"\\\\]{0,20}"), 0..6),
        ) {
            let mut new: Vec<char> = old.chars().collect();
            for (at, length, text) in cuts {
                let at = at.min(new.len());
                let end = (at + length % 40).min(new.len());
                new.splice(at..end, text.chars());
                let by = length.min(new.len());
                new.rotate_left(by);
            }
            check(&old, &new.into_iter().collect::<String>());
        }
    }
}
