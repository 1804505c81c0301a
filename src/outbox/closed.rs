//! Robots that have many groups and may send nothing for the moment: their lines need not be looked at one by one.

use std::collections::BTreeMap;

use crate::base::Timestamp;
use crate::ledger::{Due, Lane};

/// A robot refused to so many groups in one pass is worth being passed over; one of a single group is not.
const REFUSED_MIN: usize = 8;
/// As many as one question to the ledger names.
const CLOSED_MAX: usize = 4;

/// What a budget refused lately, by lane and robot.
#[derive(Debug, Default)]
pub(super) struct Closed {
    /// In this pass.
    refused: BTreeMap<(Lane, String), usize>,
    /// Since when, and until when.
    closed: BTreeMap<(Lane, String), (Timestamp, Timestamp)>,
}

impl Closed {
    /// Begins a pass: what is closed during it.
    pub fn now(&mut self, now: Timestamp) -> Vec<(Lane, String)> {
        self.refused.clear();
        // A clock that went back says nothing of what is ahead.
        self.closed.retain(|_, (since, until)| *since <= now && now < *until);
        self.closed.keys().cloned().collect()
    }

    /// When the first of them may send again.
    pub fn until(&self) -> Option<Timestamp> {
        self.closed.values().map(|(_, until)| *until).min()
    }

    /// A budget refused a call. `closed_until` says until when its robot as a whole may send nothing, if it may not.
    pub fn refused(&mut self, call: &Due, now: Timestamp, closed_until: impl FnOnce() -> Option<Timestamp>) {
        let key = (call.lane, call.robot.clone());
        let count = self.refused.entry(key.clone()).or_default();
        *count += 1;
        if *count == REFUSED_MIN
            && self.closed.len() < CLOSED_MAX
            && let Some(until) = closed_until()
        {
            self.closed.insert(key, (now, until));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_timestamp(1_795_000_000 + seconds, 0).unwrap()
    }

    #[test]
    fn a_robot_of_many_groups_is_passed_over_until_it_may_send() {
        let mut closed = Closed::default();
        let mut pass = |now: i64, robot: &str, refusals: usize, until: Option<i64>| {
            let before = closed.now(at(now)).into_iter().map(|(_, robot)| robot).collect::<Vec<_>>();
            for n in 0..refusals {
                let (robot, chat) = (robot.to_owned(), format!("c{n}").parse().unwrap());
                let call = Due { lane: Lane::Ordinary, robot, chat, channel: "fake".into(), heavy: false };
                closed.refused(&call, at(now), || until.map(at));
            }
            (before.join(" "), closed.until())
        };
        assert_eq!(pass(0, "few", 7, Some(9)), (String::new(), None));
        assert_eq!(pass(1, "few", 7, Some(9)), (String::new(), None), "each pass counts for itself");
        assert_eq!(pass(1, "chats", 20, None), (String::new(), None), "its groups are full, not the robot");
        assert_eq!(pass(2, "many", 8, Some(5)), (String::new(), Some(at(5))));
        assert_eq!(pass(4, "many", 0, None), ("many".to_owned(), Some(at(5))));
        assert_eq!(pass(5, "many", 8, Some(7)), (String::new(), Some(at(7))));
        assert_eq!(pass(-60, "many", 0, None), (String::new(), None), "the clock went back");
    }
}
