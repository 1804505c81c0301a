//! The chain of a box's receipts: each is chained to the ones before by SHA-256, so that one changed, left out or put in
//! later shows at the county.

use serde::{Deserialize, Serialize};

use crate::base::Digest;

/// How far the receipts of a box have come, with the head of the chain there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledged {
    /// Receipts up to this number are on the county's disk, and need not be sent again.
    pub number: u64,
    /// The head of the chain after it.
    pub head: Digest,
}

/// The head of the chain before any receipt.
pub fn begin() -> Digest {
    Digest::of(b"cunxiang-receipts-v1")
}

/// The head after one more receipt: SHA-256 over the head before it, in hex, a line feed, and the receipt's text.
pub fn next(head: &Digest, receipt: &str) -> Digest {
    Digest::of(format!("{head}\n{receipt}").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_a_left_out_and_a_swapped_receipt_are_told() {
        let head = |texts: &[&str]| texts.iter().fold(begin(), |head, text| next(&head, text));
        let whole = head(&["{1}", "{2}", "{3}"]);
        for other in [&["{1}", "{2}", "{4}"][..], &["{1}", "{3}"], &["{2}", "{1}", "{3}"], &["{1}", "{2}{3}"]] {
            assert_ne!(head(other), whole);
        }
    }
}
