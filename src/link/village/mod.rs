//! The village's side of the link: a box asks its county for rundowns, clips and the time, and brings it receipts.
//!
//! Knows no sound and no planning. What it brings is verified here under the pinned root, kept on the box's own disk, and
//! offered to the [`Station`], which verifies it once more. Each errand is one pass ([`errand`]) on what the box holds
//! ([`held`]), with a few lines of task around it ([`tasks`]).

pub mod backoff;
pub mod county;
pub mod errand;
pub mod folder;
pub mod held;
mod hour;
pub mod https;
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

use crate::base::{Clock, Timestamp};
use crate::link::wire;
use crate::rundown::seal::Envelope;
use crate::rundown::{AiringId, Receipt};

pub use county::{County, Fault};
pub use errand::{Link, Options};
pub use folder::{Folder, FolderFault};

/// The player of this box, as the link meets it: the real one, or a test's.
pub trait Station: Send + Sync + 'static {
    /// A sealed rundown that was verified here; the station verifies it again.
    fn offer(&self, rundown: Arc<Envelope>);
    fn renew_keys(&self, keys: Envelope);
    /// The oldest receipts that nobody acknowledged, a bounded batch in order.
    fn receipts(&self) -> Vec<Receipt>;
    /// Receipts up to this number are on the county's disk.
    fn acknowledge(&self, number: u64);
    /// How box and loudspeakers are; clock offset and refusals are filled in here.
    fn status(&self) -> wire::Status;
    /// What the county knows of a past that this box does not: what has ended, with when it began, and the number of its
    /// last receipt.
    fn settle(&self, ended: Vec<(AiringId, Option<Timestamp>)>, acknowledged: u64);
    /// Whether what sounded is not known here.
    fn has_amnesia(&self) -> bool;
    /// The time may be known now.
    fn clock_was_set(&self) {}
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
