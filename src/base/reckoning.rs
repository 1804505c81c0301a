//! What time it is on a box that may have no clock battery, and whether that is known. Pure: the readings are arguments.
//!
//! Known time is *anchored* to monotonic time, which never steps: whatever sets the machine's clock afterwards, rightly or
//! not, moves nothing. See `docs/design/time.md`.

use std::time::Duration;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::Timestamp;

/// The machine's clock may lag what was anchored by this much before the anchor counts as wrong: slewing and rounding.
const BACK_MAX: TimeDelta = TimeDelta::minutes(2);

/// Who vouches for the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// A time that the county signed, in this boot.
    County,
    /// The kernel said, in this boot, that something keeps its clock synchronised.
    Ntp,
    /// A clock with a battery, as the box's settings say.
    Battery,
}

/// What the machine says at one moment.
#[derive(Debug, Clone, Copy)]
pub struct Reading {
    pub wall: Timestamp,
    /// Since the boot, suspend counted.
    pub monotonic: Duration,
    /// Whether the kernel says that its clock is synchronised.
    pub synchronised: bool,
}

/// What outlives the process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// The boot that `anchor` is of.
    pub boot: String,
    /// Known time less monotonic time, in ms since 1970, and who vouched for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub anchor: Option<(i64, Source)>,
    /// It was at least this late once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Timestamp>,
}

/// The state machine of a box's time.
#[derive(Debug, Clone)]
pub struct Reckoning {
    kept: Kept,
    battery: bool,
}

impl Reckoning {
    /// Begins in `boot`; an anchor of another boot is worth nothing, but that the time has not gone back since holds.
    pub fn new(boot: String, battery: bool, before: Option<Kept>) -> Reckoning {
        let anchor = before.as_ref().filter(|kept| kept.boot == boot).and_then(|kept| kept.anchor);
        Reckoning { kept: Kept { boot, anchor, last: before.and_then(|kept| kept.last) }, battery }
    }

    /// The county's signed time was `at`, at `monotonic`. It overrules whatever was believed.
    pub fn set(&mut self, at: Timestamp, monotonic: Duration) {
        self.kept.anchor = Some((at.timestamp_millis() - millis(monotonic), Source::County));
        self.kept.last = Some(at);
    }

    /// Takes note of what the machine says. To be called every second or so.
    pub fn look(&mut self, reading: Reading) {
        let early = self.kept.last.is_some_and(|last| reading.wall < last);
        match self.kept.anchor {
            Some((_, Source::County)) => {}
            _ if reading.synchronised && !early => {
                let offset = reading.wall.timestamp_millis() - millis(reading.monotonic);
                self.kept.anchor = Some((offset, Source::Ntp));
            }
            // What set the clock takes back what it said: nobody knows which of the two is right.
            Some(_) if reading.synchronised && reading.wall + BACK_MAX < self.time(reading).0 => {
                self.kept.anchor = None
            }
            _ => {}
        }
        if let (now, Some(_)) = self.time(reading) {
            self.kept.last = self.kept.last.max(Some(now));
        }
    }

    /// The time, as good as it is known, and who vouches for it; nobody: it is not known.
    pub fn time(&self, reading: Reading) -> (Timestamp, Option<Source>) {
        if let Some((offset, source)) = self.kept.anchor {
            let since = TimeDelta::from_std(reading.monotonic).unwrap_or(TimeDelta::MAX);
            let known = Timestamp::from_timestamp_millis(offset).and_then(|anchor| anchor.checked_add_signed(since));
            if let Some(now) = known {
                return (now, Some(source));
            }
        }
        let late_enough = self.kept.last.is_none_or(|last| reading.wall >= last);
        (reading.wall, (self.battery && late_enough).then_some(Source::Battery))
    }

    pub fn kept(&self) -> &Kept {
        &self.kept
    }
}

fn millis(monotonic: Duration) -> i64 {
    i64::try_from(monotonic.as_millis()).unwrap_or(i64::MAX / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: i64 = 1_795_492_800;

    fn reading(wall: i64, monotonic: u64, synchronised: bool) -> Reading {
        let wall = Timestamp::from_timestamp(wall, 0).unwrap();
        Reading { wall, monotonic: Duration::from_secs(monotonic), synchronised }
    }

    #[track_caller]
    fn check(reckoning: &mut Reckoning, reading: Reading, expected: (i64, Option<Source>)) {
        reckoning.look(reading);
        let (now, source) = reckoning.time(reading);
        assert_eq!((now.timestamp(), source), expected);
    }

    #[test]
    fn a_box_without_a_battery_knows_the_time_from_the_county_until_it_boots_again() {
        let mut first = Reckoning::new("a".into(), false, None);
        check(&mut first, reading(5, 5, false), (5, None));
        first.set(Timestamp::from_timestamp(NOON, 0).unwrap(), Duration::from_secs(10));
        check(&mut first, reading(20, 20, false), (NOON + 10, Some(Source::County)));
        // Whatever sets the machine's clock, a day ahead, a day back or right, moves nothing.
        for wall in [NOON + 86_400, NOON - 86_400, NOON + 20, 20] {
            for synchronised in [true, false] {
                check(&mut first, reading(wall, 30, synchronised), (NOON + 20, Some(Source::County)));
            }
        }
        // The process starts again in the same boot, then in another.
        let mut again = Reckoning::new("a".into(), false, Some(first.kept().clone()));
        check(&mut again, reading(7, 60, false), (NOON + 50, Some(Source::County)));
        let mut booted = Reckoning::new("b".into(), false, Some(again.kept().clone()));
        check(&mut booted, reading(5, 5, false), (5, None));
        // Synchronised, and yet before a time that has been.
        check(&mut booted, reading(NOON, 6, true), (NOON, None));
        check(&mut booted, reading(NOON + 90, 7, true), (NOON + 90, Some(Source::Ntp)));
        // The line is cut and the kernel no longer vouches: monotonic time carries on.
        check(&mut booted, reading(NOON + 40_000, 39_917, false), (NOON + 40_000, Some(Source::Ntp)));
        check(&mut booted, reading(3, 39_918, false), (NOON + 40_001, Some(Source::Ntp)));
    }

    #[test]
    fn what_set_the_clock_and_takes_it_back_is_believed_no_more() {
        let mut reckoning = Reckoning::new("a".into(), false, None);
        check(&mut reckoning, reading(NOON, 10, true), (NOON, Some(Source::Ntp)));
        check(&mut reckoning, reading(NOON - 3571, 39, true), (NOON - 3571, None));
        // A quarter of a second is slewing.
        let mut slewed = Reckoning::new("a".into(), false, None);
        check(&mut slewed, reading(NOON, 10, true), (NOON, Some(Source::Ntp)));
        check(&mut slewed, reading(NOON - 1, 10, true), (NOON, Some(Source::Ntp)));
        // The county ends the doubt, also backwards.
        reckoning.set(Timestamp::from_timestamp(NOON - 3500, 0).unwrap(), Duration::from_secs(40));
        check(&mut reckoning, reading(NOON, 50, true), (NOON - 3490, Some(Source::County)));
    }

    #[test]
    fn a_battery_is_believed_until_it_is_flat() {
        let mut reckoning = Reckoning::new("a".into(), true, None);
        check(&mut reckoning, reading(NOON, 10, false), (NOON, Some(Source::Battery)));
        let mut booted = Reckoning::new("b".into(), true, Some(reckoning.kept().clone()));
        check(&mut booted, reading(1, 1, false), (1, None));
        check(&mut booted, reading(NOON + 5, 10, false), (NOON + 5, Some(Source::Battery)));
        check(&mut booted, reading(NOON - 86_400, 10, false), (NOON - 86_400, None));
    }
}
