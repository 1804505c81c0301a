//! A box as the county's end of the link knows it: its key, its stations, when it was heard.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::TimeDelta;

use super::bounds::{Bucket, REQUESTS_BURST, REQUESTS_PER_SECOND};
use super::runs::Runs;
use crate::base::{Id, Timestamp};
use crate::ledger::{BoxRow, BoxState, Heard};
use crate::link::wire::Status;
use crate::rundown::seal::{KeyId, PublicKey};

/// A box that says nothing for this long is silent: it asks every minute at the least, and a line that is bad for a
/// quarter of an hour is worth a telephone call.
pub const SILENT_AFTER: TimeDelta = TimeDelta::minutes(10);

/// What the ledger says of a box, with what only this process knows.
pub struct Member {
    pub key: KeyId,
    pub public: PublicKey,
    pub stations: Vec<Id>,
    pub state: BoxState,
    now: Mutex<Now>,
}

struct Now {
    bucket: Bucket,
    /// None while it was never heard.
    heard_at: Option<Timestamp>,
    status: Option<Status>,
    /// What of these the ledger does not have yet.
    unsaved: bool,
    unsaved_status: bool,
    /// It was told that this box is silent.
    silent: bool,
    /// Silence counts from here where it was never heard.
    since: Timestamp,
    /// What it names that no county can have made.
    nonsense: Option<String>,
    runs: Runs,
    /// Another box speaks under the same key.
    copied: bool,
}

/// A box as others may look at it.
#[derive(Debug, Clone)]
pub struct Seen {
    pub key: KeyId,
    pub public: PublicKey,
    pub stations: Vec<Id>,
    pub state: BoxState,
    pub heard_at: Option<Timestamp>,
    pub status: Option<Status>,
    pub silent: bool,
    /// A rundown it names that no county can have made.
    pub nonsense: Option<String>,
    /// Another box speaks under the same key: its disk was copied.
    pub copied: bool,
}

impl Member {
    /// `before` is the same box as it was known until now.
    pub fn new(row: BoxRow, before: Option<&Member>, monotonic: Duration, now: Timestamp) -> Member {
        let fresh = || Now {
            bucket: Bucket::new(REQUESTS_BURST, f64::from(REQUESTS_PER_SECOND), monotonic),
            heard_at: row.last_heard,
            status: row.last_status.as_deref().and_then(|text| serde_json::from_str(text).ok()),
            unsaved: false,
            unsaved_status: false,
            silent: false,
            // A county that was off itself cannot say who was silent meanwhile.
            since: now,
            nonsense: None,
            runs: Runs::default(),
            copied: false,
        };
        let before = before.map(|before| {
            let was = before.now();
            Now {
                bucket: was.bucket.clone(),
                heard_at: was.heard_at,
                status: was.status.clone(),
                unsaved: was.unsaved,
                unsaved_status: was.unsaved_status,
                silent: was.silent,
                since: if before.state == row.state { was.since } else { now },
                nonsense: was.nonsense.clone(),
                runs: was.runs.clone(),
                copied: was.copied,
            }
        });
        let state = before.unwrap_or_else(fresh);
        Member { key: row.key, public: row.public, stations: row.stations, state: row.state, now: Mutex::new(state) }
    }

    fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// False when it asks too often.
    pub fn may_ask(&self, monotonic: Duration) -> bool {
        self.now().bucket.take(monotonic)
    }

    pub fn heard(&self, at: Timestamp, status: Option<Status>) {
        let mut now = self.now();
        (now.heard_at, now.unsaved) = (Some(at), true);
        if status.is_some() {
            (now.status, now.unsaved_status) = (status, true);
        }
    }

    /// Which start of the box's program said how it is. True when two boxes turn out to speak under this key.
    pub fn said_by(&self, run: &str, monotonic: Duration) -> bool {
        let mut now = self.now();
        now.runs.hear(run, monotonic);
        let was = now.copied;
        now.copied = now.runs.are_two(monotonic);
        now.copied && !was
    }

    pub fn names_nonsense(&self, what: String) {
        self.now().nonsense = Some(what);
    }

    pub fn names_sense(&self) {
        self.now().nonsense = None;
    }

    /// What is to be kept of it, if anything is new.
    pub fn unsaved(&self) -> Option<Heard> {
        let mut now = self.now();
        if !std::mem::take(&mut now.unsaved) {
            return None;
        }
        let with_status = std::mem::take(&mut now.unsaved_status);
        let status = now.status.as_ref().filter(|_| with_status);
        let status = status.map(|status| serde_json::to_string(status).expect("a status has text keys and no NaN"));
        Some(Heard { key: self.key.clone(), at: now.heard_at?, status })
    }

    /// Puts back what could not be kept.
    pub fn still_unsaved(&self) {
        let mut now = self.now();
        (now.unsaved, now.unsaved_status) = (true, now.status.is_some());
    }

    /// True when it has just fallen silent, false when it has just been heard again.
    pub fn changed(&self, at: Timestamp) -> Option<bool> {
        let mut now = self.now();
        let last = now.heard_at.map_or(now.since, |heard| heard.max(now.since));
        let is_silent = self.state == BoxState::Confirmed && at - last >= SILENT_AFTER;
        if is_silent == now.silent {
            return None;
        }
        now.silent = is_silent;
        // One that was revoked while it was silent is not there again: nothing is told of it.
        (self.state == BoxState::Confirmed).then_some(is_silent)
    }

    pub fn seen(&self) -> Seen {
        let now = self.now();
        Seen {
            key: self.key.clone(),
            public: self.public.clone(),
            stations: self.stations.clone(),
            state: self.state,
            heard_at: now.heard_at,
            status: now.status.clone(),
            silent: now.silent,
            nonsense: now.nonsense.clone(),
            copied: now.copied,
        }
    }
}
