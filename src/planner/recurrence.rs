//! From a rule in wall time to instants. Knows no station and no order.
//!
//! A wall time that does not exist airs at the first instant after the gap; one that repeats airs once, at its first
//! occurrence; several that fall to the same instant air once.

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Timelike};
use chrono_tz::{GapInfo, Tz};

use crate::base::Timestamp;
use crate::catalog::cron::Cron;
use crate::catalog::model::{Rule, When};

/// A rule gives no more wall times a day than this: four an hour, twice what the usual `min_gap` of half an hour lets
/// air. A slip in a cron (`* * 7 * * *` is 3,600 times) costs neither memory nor time.
pub const TIMES_PER_DAY_MAX: usize = 96;

/// The longest stretch of wall time that a zone has left out: Samoa had no 30 December 2011.
const GAP_MAX: TimeDelta = TimeDelta::days(1);

/// What a rule gives between two instants.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Occurrences {
    /// In order, each once, in whole seconds.
    pub instants: Vec<Timestamp>,
    /// The first local day on which the rule has more than [`TIMES_PER_DAY_MAX`] times; the first of them are given.
    pub crowded: Option<NaiveDate>,
}

/// The instants of `when` in `[from, until)`.
pub fn occurrences(when: &When, zone: Tz, from: Timestamp, until: Timestamp) -> Occurrences {
    let mut found = Occurrences::default();
    if from >= until {
        return found;
    }
    // A wall time inside a gap moves forward by up to the gap's length, and so into the span.
    let day_one = from.with_timezone(&zone).date_naive();
    let first = day_one - GAP_MAX;
    let last = until.with_timezone(&zone).date_naive();
    let first = when.from.map_or(first, |day| day.max(first));
    let last = when.until.map_or(last, |day| day.min(last));
    if first > last {
        return found;
    }
    let mut day = Day { date: first, times: 0 };
    let mut take = |time: NaiveDateTime| {
        if day.date != time.date() {
            day = Day { date: time.date(), times: 0 };
        }
        day.times += 1;
        if day.times > TIMES_PER_DAY_MAX {
            if day.date >= day_one {
                found.crowded.get_or_insert(day.date);
            }
            return false;
        }
        if !when.except.contains(&day.date) {
            let at = first_instant(time, zone);
            if from <= at && at < until {
                found.instants.push(at);
            }
        }
        true
    };
    match &when.rule {
        Rule::At { times, days } => {
            for date in first.iter_days().take_while(|date| *date <= last) {
                if days.contains(&date.weekday().into()) {
                    let _ = times.iter().all(|time| take(date.and_time(whole_second(*time))));
                }
            }
        }
        Rule::Cron(text) => {
            // The catalog took it only because it parses.
            let cron = Cron::parse(text).expect("a cron of the catalog parses");
            let mut start = first.and_time(NaiveTime::MIN);
            // Each turn of this loop passes a day at least; a crowded day is left at its limit.
            while let Some(crowded) = cron.since(start).take_while(|t| t.date() <= last).find(|t| !take(*t)) {
                start = (crowded.date() + TimeDelta::days(1)).and_time(NaiveTime::MIN);
            }
        }
        Rule::On(instants) => {
            for time in instants.iter().filter(|t| first <= t.date() && t.date() <= last) {
                take(time.date().and_time(whole_second(time.time())));
            }
        }
    }
    found.instants.sort_unstable();
    found.instants.dedup();
    found
}

struct Day {
    date: NaiveDate,
    times: usize,
}

fn whole_second(time: NaiveTime) -> NaiveTime {
    time.with_nanosecond(0).expect("zero is below a second")
}

/// The instant at which clocks in `zone` first show `local`, or at which they first show a later time where they
/// never show it.
pub fn first_instant(local: NaiveDateTime, zone: Tz) -> Timestamp {
    if let Some(at) = zone.from_local_datetime(&local).earliest() {
        return at.to_utc();
    }
    match GapInfo::new(&local, &zone).and_then(|gap| gap.end) {
        Some(end) => end.to_utc(),
        // Where two changes of the clock lie close together, the end itself may show twice: look for it.
        None => (1..=GAP_MAX.num_minutes())
            .find_map(|minutes| {
                let later = (local + TimeDelta::minutes(minutes)).with_second(0)?;
                zone.from_local_datetime(&later).earliest()
            })
            .map_or(local.and_utc(), |at| at.to_utc()),
    }
}

/// The local day's first instant.
pub fn day_begins(date: NaiveDate, zone: Tz) -> Timestamp {
    first_instant(date.and_time(NaiveTime::MIN), zone)
}

#[cfg(test)]
mod tests;
