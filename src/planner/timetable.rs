//! Which instants of a broadcast's rule are kept, before anybody looks at a station.

use std::sync::Arc;

use chrono::{NaiveDate, TimeDelta};
use chrono_tz::Tz;

use crate::base::{Digest, Id, Length, Timestamp};
use crate::catalog::model::{Broadcast, County, Gap};
use crate::planner::recurrence::{self, day_begins, occurrences};
use crate::rundown::document::{DAYS_AHEAD, DAYS_BACK};

/// What a plan covers: whole local days, so that a rundown's content changes at midnight and when people change it,
/// not with every airing that passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The local midnight [`DAYS_BACK`] days before today's: at least 24 h back.
    pub from: Timestamp,
    /// The local midnight [`DAYS_AHEAD`] days after today's.
    pub until: Timestamp,
}

impl Window {
    pub fn around(now: Timestamp, zone: Tz) -> Window {
        let today = now.with_timezone(&zone).date_naive();
        Window {
            from: day_begins(today - TimeDelta::days(DAYS_BACK), zone),
            until: day_begins(today + TimeDelta::days(DAYS_AHEAD), zone),
        }
    }

    pub fn holds(&self, at: Timestamp) -> bool {
        self.from <= at && at < self.until
    }
}

/// After midnight the lists grow by a day, each station's at a second of its own within this: thousands of them are
/// not sealed, and fetched, at once.
const GROWTH_SPREAD: Length = Length::seconds(4 * 3600);

/// Whether a station's list has grown by the day that began last.
pub(super) fn has_grown(station: &Id, now: Timestamp, zone: Tz) -> bool {
    let midnight = day_begins(now.with_timezone(&zone).date_naive(), zone);
    now >= midnight + Length::seconds(number_of(station) % (GROWTH_SPREAD.ms / 1000)).delta()
}

/// A number that an id always gives, on every machine.
pub(super) fn number_of(id: &Id) -> u64 {
    let digest = Digest::of(id.as_str().as_bytes());
    digest.0[..8].iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// Why an airing that a rule or an order asks for is not listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// Inside quiet hours.
    QuietHours,
    /// The same broadcast airs less than `min_gap` earlier, at this instant.
    TooSoon(Timestamp),
    /// The same broadcast airs `airings_per_day_max` times on that day already.
    TooMany,
    /// The broadcast was not known yet then.
    NotKnownYet,
    /// It was not approved yet then.
    NotApprovedYet,
    /// It does not sound at this station, for these gaps.
    Gaps(Arc<[Gap]>),
    /// This order holds it.
    Silenced(u64),
    Skipped(u64),
    Cancelled(u64),
    /// It would expire before it may sound.
    ExpiresFirst,
    /// The quiet hours moved several repeats of an order to the same morning; one of them airs.
    Merged,
}

/// An airing that a rule or an order asks for and that is not listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    pub broadcast: Id,
    pub instant: Timestamp,
    pub order: Option<u64>,
    pub why: Why,
}

/// Holds `min_gap` and `airings_per_day_max` over the airings of one daily broadcast, shown to it in order.
#[derive(Debug, Default)]
pub struct Spacing {
    last: Option<Timestamp>,
    day: NaiveDate,
    count: u32,
}

impl Spacing {
    pub fn admit(&mut self, at: Timestamp, county: &County) -> Result<(), Why> {
        let day = at.with_timezone(&county.zone).date_naive();
        if day != self.day {
            (self.day, self.count) = (day, 0);
        }
        if let Some(last) = self.last.filter(|last| at <= *last || at - *last < county.min_gap.delta()) {
            return Err(Why::TooSoon(last));
        }
        if self.count >= county.airings_per_day_max {
            return Err(Why::TooMany);
        }
        self.last = Some(at);
        self.count += 1;
        Ok(())
    }
}

/// A broadcast's own airings, the same at every station.
#[derive(Debug, Default)]
pub struct Timetable {
    /// In order, inside the window.
    pub kept: Vec<Timestamp>,
    /// In order, inside the window.
    pub left_out: Vec<(Timestamp, Why)>,
    /// A local day with more times than a plan holds.
    pub crowded: Option<NaiveDate>,
}

impl Timetable {
    /// `first_seen`: when this broadcast came to be known. What its rule names before was never planned, so that
    /// nothing is missed that nobody expected.
    ///
    /// The spacing begins a day before the window. Its result does not depend on where it begins, because any pause of
    /// `min_gap` or more (the night) begins it afresh.
    pub fn of(broadcast: &Broadcast, county: &County, first_seen: Timestamp, window: Window) -> Timetable {
        let mut table = Timetable::default();
        let Some(when) = &broadcast.when else { return table };
        let found = occurrences(when, county.zone, window.from - TimeDelta::days(1), window.until);
        table.crowded = found.crowded;
        let mut spacing = Spacing::default();
        for at in found.instants {
            let verdict = if at < first_seen {
                Err(Why::NotKnownYet)
            } else if !county.quiet.allows(broadcast.class, broadcast.level, at) {
                Err(Why::QuietHours)
            } else {
                spacing.admit(at, county)
            };
            match verdict {
                _ if !window.holds(at) => {}
                Ok(()) => table.kept.push(at),
                Err(why) => table.left_out.push((at, why)),
            }
        }
        table
    }
}

/// The first instant from `from` on, before `until`, that the rule names and that is not quiet.
pub fn first_after(broadcast: &Broadcast, county: &County, from: Timestamp, until: Timestamp) -> Option<Timestamp> {
    let when = broadcast.when.as_ref()?;
    let allowed = |at: &Timestamp| county.quiet.allows(broadcast.class, broadcast.level, *at);
    stretches(from, until)
        .find_map(|(a, b)| recurrence::occurrences(when, county.zone, a, b).instants.into_iter().find(allowed))
}

/// Ever longer stretches that cover `[from, until)`: most rules answer in the first.
pub fn stretches(from: Timestamp, until: Timestamp) -> impl Iterator<Item = (Timestamp, Timestamp)> {
    let mut start = from;
    let mut days = 2;
    std::iter::from_fn(move || {
        let stretch = (start, (start + TimeDelta::days(days)).min(until));
        start = stretch.1;
        days = (days * 2).min(366);
        (stretch.0 < stretch.1).then_some(stretch)
    })
}
