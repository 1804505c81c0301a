//! How many calls a robot may make: exact sliding windows, so that no burst ever passes a service's limit.

use std::collections::{HashMap, VecDeque};

use chrono::TimeDelta;

use crate::base::{Id, Timestamp};
use crate::ledger::{Due, Lane};
use crate::outbox::channel::{Limit, Scope};

/// The longest window any channel counts in; a restart reads this much back from the ledger.
pub(super) const WINDOW_MAX: TimeDelta = TimeDelta::minutes(10);

/// What each robot has sent lately.
#[derive(Debug, Default)]
pub(super) struct Budget {
    sent: HashMap<Key, Sent>,
    /// Until when a service told us to leave a chat alone.
    paused: HashMap<Key, Timestamp>,
}

/// When calls left, in order.
#[derive(Debug, Default)]
struct Sent {
    all: VecDeque<Timestamp>,
    ordinary: VecDeque<Timestamp>,
}

/// A robot, and a chat where it is counted by chat.
type Key = (String, Option<Id>);

impl Budget {
    /// From what was sent before a restart.
    pub fn of(sent: Vec<(String, Id, Lane, Timestamp)>) -> Budget {
        let mut budget = Budget::default();
        for (robot, chat, lane, at) in sent {
            budget.count(&robot, &chat, lane, at);
        }
        budget
    }

    /// Counts a call as sent, if it may go now.
    ///
    /// Errors: when it may go at the earliest.
    pub fn admit(&mut self, call: &Due, limits: &[Limit], now: Timestamp) -> Result<(), Timestamp> {
        let chat_key = (call.robot.clone(), Some(call.chat.clone()));
        if let Some(until) = self.paused.get(&chat_key).copied().filter(|until| *until > now) {
            return Err(until);
        }
        self.paused.remove(&chat_key);
        let free = limits.iter().filter_map(|limit| {
            let key = match limit.scope {
                Scope::Robot => (call.robot.clone(), None),
                Scope::Chat => chat_key.clone(),
            };
            self.free_at(&key, limit, call.lane, now)
        });
        match free.max() {
            Some(at) => Err(at),
            None => {
                self.count(&call.robot, &call.chat, call.lane, now);
                Ok(())
            }
        }
    }

    /// Until when a robot as a whole may send nothing more of a lane; none when it may now.
    pub fn closed(&mut self, robot: &str, lane: Lane, limits: &[Limit], now: Timestamp) -> Option<Timestamp> {
        let key = (robot.to_owned(), None);
        let of_robot = limits.iter().filter(|limit| limit.scope == Scope::Robot);
        of_robot.filter_map(|limit| self.free_at(&key, limit, lane, now)).max()
    }

    /// Leaves a chat alone until an instant, as its service asked.
    pub fn pause(&mut self, robot: &str, chat: &Id, until: Timestamp) {
        let held = self.paused.entry((robot.to_owned(), Some(chat.clone()))).or_insert(until);
        *held = (*held).max(until);
    }

    /// When the window of `limit` has room again; none when it has room now.
    fn free_at(&mut self, key: &Key, limit: &Limit, lane: Lane, now: Timestamp) -> Option<Timestamp> {
        let sent = self.sent.get_mut(key)?;
        let full = room_at(&mut sent.all, limit.calls as usize, limit.per, now);
        // What is left over is for emergencies: a day's notices never make one wait.
        let share = limit.ordinary_calls() as usize;
        full.or_else(|| {
            let ordinary = lane == Lane::Ordinary;
            ordinary.then(|| room_at(&mut sent.ordinary, share, limit.per, now)).flatten()
        })
    }

    fn count(&mut self, robot: &str, chat: &Id, lane: Lane, at: Timestamp) {
        for key in [(robot.to_owned(), None), (robot.to_owned(), Some(chat.clone()))] {
            let sent = self.sent.entry(key).or_default();
            sent.all.push_back(at);
            if lane == Lane::Ordinary {
                sent.ordinary.push_back(at);
            }
            // Also where no limit ever asks.
            forget(&mut sent.all, at);
            forget(&mut sent.ordinary, at);
        }
    }
}

/// When fewer than `allowed` of these lie in the span before; none when that is so now. They are in order.
fn room_at(sent: &mut VecDeque<Timestamp>, allowed: usize, per: TimeDelta, now: Timestamp) -> Option<Timestamp> {
    if sent.back().is_some_and(|at| *at > now) {
        // The clock went back: what seems to lie ahead was just now.
        sent.iter_mut().for_each(|at| *at = (*at).min(now));
    }
    forget(sent, now);
    let inside = sent.len() - sent.partition_point(|at| *at + per <= now);
    (inside >= allowed).then(|| sent[sent.len() - allowed] + per)
}

/// Drops what no window holds any more.
fn forget(sent: &mut VecDeque<Timestamp>, now: Timestamp) {
    while sent.front().is_some_and(|at| *at + WINDOW_MAX <= now) {
        sent.pop_front();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: &[Limit] = &[
        Limit { scope: Scope::Robot, calls: 6, per: TimeDelta::seconds(10) },
        Limit { scope: Scope::Chat, calls: 3, per: TimeDelta::seconds(60) },
    ];

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_timestamp(1_795_000_000 + seconds, 0).unwrap()
    }

    fn call(chat: &str, lane: Lane) -> Due {
        Due { lane, robot: "r".into(), chat: chat.parse().unwrap(), channel: "fake".into(), heavy: false }
    }

    #[test]
    fn emergencies_have_room_that_a_days_notices_leave() {
        let mut budget = Budget::default();
        let mut go = |chat, lane, seconds| budget.admit(&call(chat, lane), LIMITS, at(seconds));
        assert_eq!(go("a", Lane::Ordinary, 0), Ok(()));
        assert_eq!(go("a", Lane::Ordinary, 1), Ok(()));
        assert_eq!(go("a", Lane::Ordinary, 2), Err(at(60)), "two thirds of the chat's three");
        assert_eq!(go("a", Lane::Emergency, 2), Ok(()));
        assert_eq!(go("a", Lane::Emergency, 2), Err(at(60)), "all three are used");
        assert_eq!(go("b", Lane::Ordinary, 2), Ok(()));
        assert_eq!(go("c", Lane::Ordinary, 2), Ok(()));
        assert_eq!(go("d", Lane::Ordinary, 2), Err(at(10)), "two thirds of the robot's six");
        assert_eq!(go("d", Lane::Emergency, 2), Ok(()));
        assert_eq!(go("d", Lane::Emergency, 3), Err(at(10)));
        let mut closed = |lane, seconds| budget.closed("r", lane, LIMITS, at(seconds));
        assert_eq!(closed(Lane::Ordinary, 9), Some(at(10)), "whichever chat asks");
        assert_eq!(closed(Lane::Emergency, 9), Some(at(10)));
        assert_eq!(closed(Lane::Emergency, 10), None);
        assert_eq!(budget.admit(&call("d", Lane::Ordinary), LIMITS, at(10)), Ok(()));
    }

    #[test]
    fn a_pause_and_a_restart_and_a_clock_that_goes_back() {
        let chat: Id = "a".parse().unwrap();
        let mut budget = Budget::of(vec![("r".into(), chat.clone(), Lane::Emergency, at(0)); 3]);
        assert_eq!(budget.admit(&call("a", Lane::Emergency), LIMITS, at(5)), Err(at(60)), "a restart forgets nothing");
        assert_eq!(budget.admit(&call("a", Lane::Emergency), LIMITS, at(-3600)), Err(at(-3540)));
        budget.pause("r", &chat, at(-3000));
        assert_eq!(budget.admit(&call("a", Lane::Emergency), LIMITS, at(-3500)), Err(at(-3000)));
        assert_eq!(budget.admit(&call("a", Lane::Emergency), LIMITS, at(-3000)), Ok(()));
    }

    #[test]
    fn what_no_window_holds_is_forgotten() {
        let mut budget = Budget::default();
        for seconds in 0..10_000 {
            assert_eq!(budget.admit(&call("a", Lane::Ordinary), &[], at(seconds)), Ok(()), "without a limit");
        }
        assert!(budget.sent.values().all(|sent| sent.all.len() == 600 && sent.ordinary.len() == 600));
    }

    proptest::proptest! {
        /// Whatever is asked for when, no window ever holds more than its limit.
        #[test]
        fn no_window_is_ever_passed(steps in proptest::collection::vec((0..20i64, 0..3u8, proptest::bool::ANY), 1..200)) {
            let mut budget = Budget::default();
            let mut now = 0;
            let mut gone: Vec<(i64, u8)> = Vec::new();
            for (wait, chat, emergency) in steps {
                now += wait;
                let lane = if emergency { Lane::Emergency } else { Lane::Ordinary };
                match budget.admit(&call(&format!("c{chat}"), lane), LIMITS, at(now)) {
                    Ok(()) => gone.push((now, chat)),
                    Err(free) => proptest::prop_assert!(free > at(now)),
                }
                let robot = gone.iter().filter(|(t, _)| now - t < 10).count();
                let here = gone.iter().filter(|(t, c)| now - t < 60 && *c == chat).count();
                proptest::prop_assert!(robot <= 6 && here <= 3);
            }
        }
    }
}
