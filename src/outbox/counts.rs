//! What the queue did, counted.

use std::sync::atomic::{AtomicU64, Ordering};

use super::channel::Answer;

#[derive(Default)]
pub(super) struct Counters {
    pub delivered: AtomicU64,
    pub handed: AtomicU64,
    pub retried: AtomicU64,
    pub moved: AtomicU64,
    pub refused: AtomicU64,
    pub unknown: AtomicU64,
    pub expired: AtomicU64,
    pub repeated: AtomicU64,
    pub digested: AtomicU64,
    pub in_flight: AtomicU64,
    pub unsettled: AtomicU64,
}

/// What happened since the start, in calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    pub delivered: u64,
    /// To people, as tasks.
    pub handed: u64,
    pub retried: u64,
    pub moved: u64,
    pub refused: u64,
    pub unknown: u64,
    pub expired: u64,
    /// Emergencies posted again because nobody knew whether they had arrived.
    pub repeated: u64,
    /// Posts that went out in a digest with others.
    pub digested: u64,
    /// On their way now.
    pub in_flight: u64,
    /// Unknown, since whenever, and nobody has settled them: a person is to look into the group.
    pub unsettled: u64,
}

impl Counters {
    /// The one that an answer counts in.
    pub fn of(&self, answer: &Answer) -> &AtomicU64 {
        match answer {
            Answer::Sent { .. } => &self.delivered,
            Answer::Handed { .. } => &self.handed,
            Answer::Retry { .. } | Answer::Doubtful { .. } => &self.retried,
            Answer::Moved { .. } => &self.moved,
            Answer::Refused { .. } => &self.refused,
            Answer::Unknown { .. } => &self.unknown,
        }
    }

    pub fn read(&self) -> Counts {
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Counts {
            delivered: get(&self.delivered),
            handed: get(&self.handed),
            retried: get(&self.retried),
            moved: get(&self.moved),
            refused: get(&self.refused),
            unknown: get(&self.unknown),
            expired: get(&self.expired),
            repeated: get(&self.repeated),
            digested: get(&self.digested),
            in_flight: get(&self.in_flight),
            unsettled: get(&self.unsettled),
        }
    }
}
