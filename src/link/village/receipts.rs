//! Which receipts go to the county next, chained so that one changed or left out shows.

use super::Station;
use super::county::{County, Fault};
use super::errand::{ErrandFault, Link};
use super::folder::Brought;
use crate::base::Digest;
use crate::link::wire::{self, Acknowledged, BODY_BYTES_MAX, RECEIPTS_MAX, Receipts, Why};
use crate::rundown::Receipt;

/// A batch on the way, with the head of the chain after each of its receipts.
#[derive(Debug, Clone)]
pub struct Batch {
    pub body: Receipts,
    heads: Vec<Digest>,
}

/// Room for what stands around the receipts of a question.
const FRAME_BYTES: usize = 4096;

/// The next batch after what the county has; none when it has everything.
pub fn batch(known: &Acknowledged, receipts: &[Receipt]) -> Option<Batch> {
    let mut fresh = receipts.iter().filter(|receipt| receipt.number > known.number).peekable();
    let first = fresh.peek()?.number;
    let (mut head, mut heads, mut texts, mut bytes) = (known.head, Vec::new(), Vec::new(), FRAME_BYTES);
    for (receipt, number) in fresh.zip(first..) {
        let text = wire::receipt_text(receipt);
        bytes += text.get().len() + 1;
        // What does not follow on belongs to another question, as does what no longer fits; one always goes.
        let is_full = texts.len() == RECEIPTS_MAX || bytes > BODY_BYTES_MAX;
        if receipt.number != number || (is_full && !texts.is_empty()) {
            break;
        }
        head = wire::chain(&head, text.get());
        heads.push(head);
        texts.push(text);
    }
    let gap = first > known.number + 1;
    Some(Batch { body: Receipts { before: known.head, first, gap, receipts: texts }, heads })
}

impl Batch {
    /// Whether the county's answer is about these receipts as they were sent.
    pub fn is_acknowledged_by(&self, answer: &Acknowledged) -> bool {
        let at = answer.number.checked_sub(self.body.first).and_then(|at| usize::try_from(at).ok());
        at.and_then(|at| self.heads.get(at)) == Some(&answer.head)
    }
}

impl<C: County, S: Station> Link<C, S> {
    /// Brings the county one batch of receipts, from where it stands. True when there are more.
    pub async fn bring_receipts(&self) -> Result<bool, ErrandFault> {
        let brought = self.folder.brought();
        let known = &brought.county;
        let after = brought.here(known.number);
        let Some(here) = self.station.receipts(after) else { return Ok(false) };
        let last = here.last().map_or(after, |receipt| receipt.number);
        let numbered = here.into_iter().filter_map(|receipt| {
            let number = brought.there(receipt.number)?;
            Some(Receipt { number, ..receipt })
        });
        let Some(batch) = batch(known, &numbered.collect::<Vec<_>>()) else { return Ok(false) };
        if batch.body.gap {
            let (from, to) = (known.number + 1, batch.body.first - 1);
            tracing::warn!("receipts {from} to {to} are neither at the county nor here; the county is told so");
        }
        let answer = match self.county.receipts(&batch.body).await {
            Ok(answer) if batch.is_acknowledged_by(&answer) => answer,
            Ok(answer) => return Err(ErrandFault::Chain(format!("it answers with another head at {}", answer.number))),
            Err(Fault::Refused(refused)) if refused.why == Why::OutOfOrder => match refused.acknowledged {
                // Where the county stands is where it goes on: a restored backup, or an answer that was lost. What it
                // has beyond the last receipt here is of a disk that went back: what is here comes after it.
                Some(theirs) if theirs != *known => {
                    let is_beyond = brought.here(theirs.number) > last;
                    let apart = i64::try_from(after).ok().zip(i64::try_from(theirs.number).ok());
                    let offset = apart.filter(|_| is_beyond).map_or(brought.offset, |(here, there)| here - there);
                    self.folder.write_brought(&Brought { county: theirs, offset })?;
                    return Ok(true);
                }
                _ => return Err(ErrandFault::Chain(refused.say)),
            },
            Err(fault) => return Err(fault.into()),
        };
        let number = brought.here(answer.number);
        self.folder.write_brought(&Brought { county: answer, ..brought })?;
        self.station.acknowledge(number);
        Ok(last > number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Timestamp;
    use crate::rundown::Outcome;

    fn receipt(number: u64) -> Receipt {
        Receipt {
            number,
            airing: "masks.20261124T000000Z.upper".parse().unwrap(),
            at: Timestamp::UNIX_EPOCH,
            outcome: Outcome::Played,
            started: None,
            frames: 1,
            frames_planned: 1,
            parts: Vec::new(),
            volume: 80,
            sink: "null".to_owned(),
            detail: None,
        }
    }

    #[test]
    fn a_batch_goes_on_from_what_the_county_has_without_a_hole() {
        let begin = Acknowledged { number: 0, head: wire::chain_begin() };
        let check = |known: &Acknowledged, numbers: &[u64], expected: Option<(u64, usize)>| {
            let receipts: Vec<Receipt> = numbers.iter().map(|number| receipt(*number)).collect();
            let batch = batch(known, &receipts);
            assert_eq!(batch.as_ref().map(|b| (b.body.first, b.body.receipts.len())), expected, "{numbers:?}");
            batch
        };
        check(&begin, &[], None);
        let three = check(&begin, &[1, 2, 3], Some((1, 3))).unwrap();
        check(&begin, &[1, 2, 4], Some((1, 2)));
        assert!(!three.body.gap);
        // What is not to be had any more is named as such.
        assert!(check(&begin, &[3, 4], Some((3, 2))).unwrap().body.gap);
        let texts = three.body.receipts.iter().map(|text| text.get());
        let head = texts.fold(wire::chain_begin(), |head, text| wire::chain(&head, text));
        let all = Acknowledged { number: 3, head };
        assert!(three.is_acknowledged_by(&all));
        assert!(!three.is_acknowledged_by(&Acknowledged { number: 2, head }));
        assert!(!three.is_acknowledged_by(&Acknowledged { number: 4, head }));
        assert!(!three.is_acknowledged_by(&begin));
        check(&all, &[2, 3], None);
        assert_eq!(check(&all, &[3, 4, 5], Some((4, 2))).unwrap().body.before, head);
        let many: Vec<u64> = (1..=1500).collect();
        check(&begin, &many, Some((1, RECEIPTS_MAX)));
    }
}
