//! The village's side of the link: a box asks its county for rundowns, clips and the time, and brings it receipts.
//!
//! Knows no sound and no planning. What it brings is verified here under the pinned root, kept on the box's own disk, and
//! offered to the [`Station`], which verifies it once more. Each errand is one pass ([`errand`]) on what the box holds
//! ([`held`]), with a few lines of task around it ([`tasks`]).

pub mod backoff;
pub mod calls;
mod clips;
pub mod county;
pub mod errand;
pub mod folder;
pub mod held;
mod hour;
pub mod https;
mod joining;
pub mod keys;
pub mod parts;
pub mod receipts;
pub mod shelf;
pub mod stick;
pub mod tasks;
mod tls;
pub mod wanted;

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;

use crate::base::{Clock, Id, Timestamp};
use crate::link::wire;
use crate::rundown::document::Edge;
use crate::rundown::seal::Envelope;
use crate::rundown::{AiringId, Receipt};

pub use county::{County, Fault};
pub use errand::{Link, Options};
pub use folder::{Brought, Folder, FolderFault};
pub use tls::Dates;

/// The player of this box, as the link meets it: the real one, or a test's.
pub trait Station: Send + Sync + 'static {
    /// A sealed rundown that was verified here; the station verifies it again. Its clips may still be on their way.
    fn offer(&self, rundown: Arc<Envelope>);
    fn renew_keys(&self, keys: Envelope);
    /// The oldest receipts after number `after` that are here still, acknowledged or not: a bounded batch in order. None
    /// while they are looked for; who is rung for receipts is rung when they are there.
    fn receipts(&self, after: u64) -> Option<Vec<Receipt>>;
    /// Receipts up to this number are on the county's disk.
    fn acknowledge(&self, number: u64);
    /// How box and loudspeakers are; clock offset and refusals are filled in here.
    fn status(&self) -> wire::Status;
    /// What the county knows of a past that this box does not.
    fn settle(&self, past: Past);
    /// Whether what sounded is not known here.
    fn has_amnesia(&self) -> bool;
    /// The time may be known now.
    fn clock_was_set(&self) {}
}

/// What the county knows of a box's past.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Past {
    /// What has ended, with when it began.
    pub ended: Vec<(AiringId, Option<Timestamp>)>,
    /// Rundowns older than these are refused from now on: the box may have accepted them.
    pub floors: Vec<(Id, Edge)>,
    /// The number of the box's last receipt.
    pub acknowledged: u64,
}

/// The box's clock, as the link sets it.
pub trait Timekeeper: Clock {
    /// The county signed `at` between the monotonic times `asked` and `answered`.
    ///
    /// Errors: in words, why it was not taken or not kept.
    fn set(&self, at: Timestamp, asked: Duration, answered: Duration) -> Result<(), String>;
    /// Whether the time is known.
    fn is_known(&self) -> bool;
    /// Known time less the machine's.
    fn offset(&self) -> TimeDelta;
    /// Writes down, now and then, that time has passed; to be called each few seconds.
    ///
    /// Errors: in words, why it cannot be written.
    fn keep(&self) -> Result<(), String> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
