//! How often a chat is answered: nobody makes the robot flood a group, or uses up what notices need.

use std::collections::{BTreeMap, VecDeque};

use chrono::TimeDelta;

use crate::base::Timestamp;

/// A chat is answered this often in [`SPAN`]: with the outbox's fifteen it stays below the service's twenty.
const PER_CHAT: usize = 4;
/// All chats together: of the service's thirty a second the outbox takes twenty-two.
const ALL: usize = 240;
const SPAN: TimeDelta = TimeDelta::minutes(1);

#[derive(Default)]
pub struct Pace {
    chats: BTreeMap<i64, VecDeque<Timestamp>>,
    all: VecDeque<Timestamp>,
}

impl Pace {
    /// Whether this chat is answered now; counts it when it is.
    pub fn allows(&mut self, chat: i64, now: Timestamp) -> bool {
        let is_past = |at: &Timestamp| *at <= now - SPAN || *at > now;
        self.all.retain(|at| !is_past(at));
        if self.all.len() >= ALL {
            return false;
        }
        // Only chats answered within the span are held: never more than `ALL`.
        self.chats.retain(|_, answered| {
            answered.retain(|at| !is_past(at));
            !answered.is_empty()
        });
        let answered = self.chats.entry(chat).or_default();
        if answered.len() >= PER_CHAT {
            return false;
        }
        answered.push_back(now);
        self.all.push_back(now);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_answered_too_often() {
        let at = |s: i64| Timestamp::from_timestamp(1_800_000_000 + s, 0).unwrap();
        let mut pace = Pace::default();
        let answered = (0..60).filter(|s| pace.allows(7, at(*s))).count();
        assert_eq!(answered, PER_CHAT);
        assert!(pace.allows(8, at(59)), "another chat is another chat");
        assert!(pace.allows(7, at(60)), "the first is a minute ago");
        // A clock that was set back forgets rather than shuts everybody out.
        assert!(pace.allows(7, at(-3600)));

        let mut pace = Pace::default();
        let answered = (0..10_000).filter(|chat| pace.allows(*chat, at(0))).count();
        assert_eq!(answered, ALL);
    }
}
