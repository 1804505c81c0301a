//! What the people on duty are told: what is wrong and what works again, grouped, each thing once.
//!
//! Pure: [`Alarms::turn`] takes what is wrong now and answers with a text, if there is one to send. What was told is
//! kept by the caller, so that a start says nothing twice.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::base::Timestamp;
use crate::lang::words::word;

/// What lasts shorter than this is no alarm, and what is over for less is not over: devices and links flap.
const SETTLE: TimeDelta = TimeDelta::seconds(60);
/// Further news waits this long after a message, so that a bad night is a few messages and not a hundred.
const GROUP: TimeDelta = TimeDelta::minutes(5);
/// A message has no more lines than this; the rest is counted.
const LINES_MAX: usize = 20;
/// What ended badly is remembered this long as told.
pub const REMEMBERED: TimeDelta = TimeDelta::hours(26);
/// Alarms are in Chinese: the people on duty read it, and drafts in other languages are not for a bad night.
const LANGUAGE: &str = "zh-CN";

/// What is wrong now. Keys stay the same while a thing is the same.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// What lasts until it is mended: the key, with a dot where it is of one place among many, and a line for people.
    pub states: BTreeMap<String, String>,
    /// What happened and is past, as an airing that was missed: the key, how often (stations, say), and a line.
    pub events: BTreeMap<String, (u64, String)>,
    /// The events that wait for nothing: what is about to happen is told now or too late.
    pub urgent: BTreeSet<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct State {
    line: String,
    since: Timestamp,
    told: bool,
    /// Since when it is over.
    over: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Event {
    first: Timestamp,
    seen: Timestamp,
    told: u64,
}

/// What was told, and when.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alarms {
    states: BTreeMap<String, State>,
    events: BTreeMap<String, Event>,
    told_at: Option<Timestamp>,
}

impl Alarms {
    /// Takes what is wrong now. The lines to send, if it is time to send any; they count as told from then on.
    pub fn turn(&mut self, facts: &Facts, now: Timestamp) -> Option<Vec<String>> {
        self.notice(facts, now);
        let settled = |since: Timestamp| now - since >= SETTLE || now < since;
        let waits = self.told_at.is_some_and(|at| now - at < GROUP && now >= at);
        let (mut lines, mut past) = (Vec::new(), Vec::new());
        for (key, (count, line)) in &facts.events {
            let event = self.events.get_mut(key).expect("every event was noticed");
            let urgent = facts.urgent.contains(key);
            if event.told < *count && (urgent || (!waits && settled(event.first))) {
                event.told = *count;
                let told = if urgent { &mut lines } else { &mut past };
                told.push(word(LANGUAGE, "ui-alarm-wrong", &[("what", line)]));
            }
        }
        // What can still be helped comes first, then what lasts, then what is past: the end of a long message is cut.
        if !waits {
            self.tell_states(&settled, &mut lines);
        }
        lines.append(&mut past);
        if lines.is_empty() {
            return None;
        }
        if !waits {
            self.told_at = Some(now);
        }
        if let Some(more) = lines.len().checked_sub(LINES_MAX).filter(|more| *more > 0) {
            lines.truncate(LINES_MAX);
            lines.push(word(LANGUAGE, "ui-alarm-more", &[("count", &more.to_string())]));
        }
        Some(lines)
    }

    /// Whether something that lasts was told and is not over.
    pub fn is_told(&self, key: &str) -> bool {
        self.states.get(key).is_some_and(|state| state.told)
    }

    fn tell_states(&mut self, settled: &dyn Fn(Timestamp) -> bool, lines: &mut Vec<String>) {
        let mut new: Vec<(&String, &mut State)> =
            self.states.iter_mut().filter(|(_, state)| !state.told && state.over.is_none()).collect();
        // What is wrong with the county as a whole, such as HOLD, before what is wrong at one place.
        new.sort_by_key(|(key, _)| key.contains('.'));
        for (_, state) in new {
            if settled(state.since) {
                state.told = true;
                lines.push(word(LANGUAGE, "ui-alarm-wrong", &[("what", &state.line)]));
            }
        }
        self.states.retain(|_, state| {
            let is_over = state.over.is_some_and(settled);
            if is_over && state.told {
                lines.push(word(LANGUAGE, "ui-alarm-over", &[("what", &state.line)]));
            }
            !is_over
        });
    }

    fn notice(&mut self, facts: &Facts, now: Timestamp) {
        for (key, line) in &facts.states {
            let new = || State { line: line.clone(), since: now, told: false, over: None };
            let state = self.states.entry(key.clone()).or_insert_with(new);
            if state.over.take().is_some() && !state.told {
                state.since = now;
            }
            state.line = line.clone();
        }
        for (key, state) in &mut self.states {
            if !facts.states.contains_key(key) {
                state.over.get_or_insert(now);
            }
        }
        for key in facts.events.keys() {
            let event = self.events.entry(key.clone()).or_insert(Event { first: now, seen: now, told: 0 });
            event.seen = now;
        }
        self.events.retain(|_, event| now - event.seen < REMEMBERED);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const T: i64 = 1_800_000_000;

    /// Looks each 30 s from `from`, for so many looks; the seconds at which something was told, with the lines.
    fn run(alarms: &mut Alarms, facts: &Facts, from: i64, looks: i64) -> Vec<(i64, Vec<String>)> {
        let looks = (0..looks).map(|n| from + n * 30);
        let told = looks.filter_map(|s| {
            let now = Timestamp::from_timestamp(T + s, 0).unwrap();
            alarms.turn(facts, now).map(|lines| (s, lines))
        });
        told.collect()
    }

    fn facts(states: &[&str], events: &[(&str, u64)]) -> Facts {
        Facts {
            states: states.iter().map(|key| ((*key).to_owned(), format!("{key} fails"))).collect(),
            events: events.iter().map(|(key, n)| ((*key).to_owned(), (*n, format!("{key} {n}")))).collect(),
            urgent: BTreeSet::new(),
        }
    }

    #[test]
    fn a_thing_is_told_once_when_it_lasts_and_once_when_it_is_over() {
        let mut alarms = Alarms::default();
        let told = run(&mut alarms, &facts(&["a"], &[]), 0, 100);
        assert_eq!(told, [(60, vec!["· a fails".to_owned()])]);
        // Kept and read back, as over a restart.
        let mut alarms: Alarms = serde_json::from_str(&serde_json::to_string(&alarms).unwrap()).unwrap();
        assert_eq!(run(&mut alarms, &facts(&["a"], &[]), 3000, 20), []);
        let told = run(&mut alarms, &facts(&[], &[]), 3600, 100);
        assert_eq!(told, [(3660, vec!["· 已恢复：a fails".to_owned()])]);
    }

    #[test]
    fn what_flaps_is_quiet() {
        let mut alarms = Alarms::default();
        for n in 0..50 {
            let states: &[&str] = if n % 2 == 0 { &["a"] } else { &[] };
            assert_eq!(run(&mut alarms, &facts(states, &[]), n * 30, 1), []);
        }
        // Told, then over for a moment only: nothing more is said.
        assert_eq!(run(&mut alarms, &facts(&["b"], &[]), 3000, 5).len(), 1);
        assert_eq!(run(&mut alarms, &facts(&[], &[]), 3150, 1), []);
        assert_eq!(run(&mut alarms, &facts(&["b"], &[]), 3180, 100), []);
    }

    #[test]
    fn news_is_grouped_and_more_of_the_same_is_told_again() {
        let mut alarms = Alarms::default();
        let told = run(&mut alarms, &facts(&["a", "b"], &[("missed", 2)]), 0, 20);
        assert_eq!(told, [(60, vec!["· a fails".to_owned(), "· b fails".to_owned(), "· missed 2".to_owned()])]);
        // A third station, and a third thing, right after: not before five minutes are over.
        let told = run(&mut alarms, &facts(&["a", "b", "c"], &[("missed", 3)]), 90, 20);
        assert_eq!(told, [(360, vec!["· c fails".to_owned(), "· missed 3".to_owned()])]);
        // It stays in the list for a day and is not told again.
        assert_eq!(run(&mut alarms, &facts(&["a", "b", "c"], &[("missed", 3)]), 700, 2000), []);
    }

    #[test]
    fn what_is_urgent_waits_for_nothing_and_holds_nothing_up() {
        let mut alarms = Alarms::default();
        assert_eq!(run(&mut alarms, &facts(&["a"], &[]), 0, 3).len(), 1);
        let mut soon = facts(&["a", "b"], &[("unready", 1)]);
        soon.urgent.insert("unready".to_owned());
        // A minute after a message, at the first look.
        assert_eq!(run(&mut alarms, &soon, 120, 4), [(120, vec!["· unready 1".to_owned()])]);
        // The rest comes when it would have.
        assert_eq!(run(&mut alarms, &facts(&["a", "b"], &[]), 240, 20), [(360, vec!["· b fails".to_owned()])]);
    }

    #[test]
    fn no_bad_night_cuts_off_that_the_county_holds() {
        let (missed, silent): (Vec<String>, Vec<String>) =
            (0..50).map(|n| (format!("a-missed-{n}"), format!("a-silent.{n}"))).unzip();
        let states: Vec<&str> = silent.iter().map(String::as_str).chain(["hold"]).collect();
        let events: Vec<(&str, u64)> = missed.iter().map(|key| (key.as_str(), 1)).collect();
        let mut wrong = facts(&states, &events);
        wrong.urgent.insert("a-missed-49".to_owned());
        let told = run(&mut Alarms::default(), &wrong, 0, 3);
        // What is about to happen did not wait.
        assert_eq!(told[0], (0, vec!["· a-missed-49 1".to_owned()]));
        let mut alarms = Alarms::default();
        wrong.urgent.clear();
        let told = run(&mut alarms, &wrong, 0, 3);
        assert_eq!(told[0].1[..2], ["· hold fails", "· a-silent.0 fails"]);
        assert!(told[0].1[..LINES_MAX].iter().all(|line| line.ends_with("fails")), "{told:?}");
    }

    #[test]
    fn a_message_has_a_bound() {
        let names: Vec<String> = (0..100).map(|n| format!("s{n:03}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let told = run(&mut Alarms::default(), &facts(&names, &[]), 0, 3);
        assert_eq!(told[0].1.len(), LINES_MAX + 1);
        assert_eq!(told[0].1[LINES_MAX], "· 另有80项，请运行 cunxiang status 和 cunxiang log 查看");
    }
}
