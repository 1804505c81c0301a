//! Why a broadcast is as it is at a minute: plain data for whoever tells it in a language, and the words of the commands.

use chrono::{NaiveDate, Weekday};

use crate::base::{Id, Timestamp};
use crate::catalog::model::County;
use crate::planner::timetable::Why;
use crate::rundown::{Class, Level};

/// Why one broadcast is as it is at a minute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    Airs {
        asked: Asked,
        from: Timestamp,
        until: Timestamp,
    },
    /// It waited, and sounds.
    Waited {
        asked: Asked,
        behind: Other,
        from: Timestamp,
        until: Timestamp,
    },
    /// The other cuts it at `until`.
    Cut {
        asked: Asked,
        by: Other,
        from: Timestamp,
        until: Timestamp,
    },
    /// It waits, and starts at `from`.
    Waits {
        asked: Asked,
        behind: Other,
        from: Timestamp,
    },
    /// The other holds the loudspeaker until it is too late.
    Missed {
        asked: Asked,
        by: Other,
        too_late: Timestamp,
    },
    /// The plan knows of it and does not list it; an order asks for it where there is one.
    LeftOut {
        order: Option<u64>,
        why: Why,
    },
    /// Its times name this minute of the day, and all of this keeps it from it.
    NotPlanned(Vec<Bar>),
}

/// Whose word an airing is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    Order {
        order: u64,
        at: Timestamp,
    },
    /// The quiet hours moved it from this instant.
    MovedOrder {
        order: u64,
        from: Timestamp,
    },
    /// Its times name this, which may be a slot of the county.
    Times {
        at: Timestamp,
        slot: Option<Id>,
    },
    Cron {
        text: String,
        at: Timestamp,
    },
    Dates {
        at: Timestamp,
    },
    /// Only an order airs it.
    Nobody,
    /// It is in no file any more.
    Gone,
}

/// Another airing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Other {
    pub broadcast: Id,
    pub instant: Timestamp,
    pub first: First,
}

/// Why the other goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum First {
    /// An emergency of this level.
    Level(Level),
    /// One of this class goes before one of that.
    Class(Class, Class),
    BeganBefore,
    Earlier,
    /// Equals go by name.
    Name,
}

/// What keeps a broadcast from a minute that its times name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bar {
    /// It has more times that day than a plan holds.
    Crowded(usize),
    Draft,
    Paused,
    OtherStations,
    Begins(NaiveDate),
    Ended(NaiveDate),
    Exception(NaiveDate),
    OtherDays(Weekday),
    /// Its dates and days together.
    DatesAndDays,
}

impl Cause {
    /// As `cunxiang explain` prints it.
    pub fn in_words(&self, county: &County) -> String {
        let time = |at: &Timestamp| at.with_timezone(&county.zone).format("%H:%M:%S").to_string();
        let other = |other: &Other| format!("{} of {}", other.broadcast, time(&other.instant));
        let ranked = |one: &Other| format!("{} ({})", other(one), one.first.in_words());
        match self {
            Cause::Airs { asked, from, until } => {
                format!("{}; from {} to {}", asked.in_words(county), time(from), time(until))
            }
            Cause::Waited { asked, behind, from, until } => format!(
                "{}; it waited for {} and sounds from {} to {}",
                asked.in_words(county),
                ranked(behind),
                time(from),
                time(until)
            ),
            Cause::Cut { asked, by, from, until } => format!(
                "{}; from {} until {} cuts it at {}",
                asked.in_words(county),
                time(from),
                other(by),
                time(until)
            ),
            Cause::Waits { asked, behind, from } => {
                format!("{}; it waits for {} and starts at {}", asked.in_words(county), ranked(behind), time(from))
            }
            Cause::Missed { asked, by, too_late } => format!(
                "{}; {} holds the loudspeaker until it is too late at {}",
                asked.in_words(county),
                ranked(by),
                time(too_late)
            ),
            Cause::LeftOut { order, why } => {
                let asked = order.map_or_else(String::new, |order| format!("order {order} asks for it, but "));
                asked + &left_out(why, county)
            }
            Cause::NotPlanned(bars) => bars.iter().map(Bar::in_words).collect::<Vec<_>>().join("; "),
        }
    }
}

impl Asked {
    fn in_words(&self, county: &County) -> String {
        let local = |at: &Timestamp| at.with_timezone(&county.zone).naive_local();
        let time = |at: &Timestamp| local(at).format("%H:%M:%S").to_string();
        match self {
            Asked::Order { order, at } => format!("order {order} asks for it at {}", time(at)),
            Asked::MovedOrder { order, from } => {
                format!("order {order} asked for it at {}, and the quiet hours moved it", time(from))
            }
            Asked::Times { at, slot: Some(slot) } => format!("its times name {} ({slot})", time(at)),
            Asked::Times { at, slot: None } => format!("its times name {}", time(at)),
            Asked::Cron { text, at } => format!("its cron \"{text}\" names {}", time(at)),
            Asked::Dates { at } => format!("its dates name {}", local(at).format("%Y-%m-%d %H:%M:%S")),
            Asked::Nobody => "only an order airs it".to_owned(),
            Asked::Gone => String::new(),
        }
    }
}

impl First {
    fn in_words(self) -> String {
        match self {
            First::Level(level) => format!("an emergency of level {level} goes first"),
            First::Class(first, then) => format!("a {first} airing goes before a {then}"),
            First::BeganBefore => "it began before".to_owned(),
            First::Earlier => "the earlier goes first".to_owned(),
            First::Name => "equals go by name".to_owned(),
        }
    }
}

impl Bar {
    fn in_words(&self) -> String {
        match self {
            Bar::Crowded(max) => {
                format!("it has more than {max} times that day, and the plan holds the first of them")
            }
            Bar::Draft => "it is a draft".to_owned(),
            Bar::Paused => "it is paused".to_owned(),
            Bar::OtherStations => "it is not for this station".to_owned(),
            Bar::Begins(first) => format!("it begins on {first}"),
            Bar::Ended(last) => format!("it ended on {last}"),
            Bar::Exception(day) => format!("{day} is among its exceptions"),
            Bar::OtherDays(day) => {
                let name = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
                    [day.num_days_from_monday() as usize];
                format!("{name} is not among its days")
            }
            Bar::DatesAndDays => "its times name this minute, and its dates and days do not let them".to_owned(),
        }
    }
}

fn left_out(why: &Why, county: &County) -> String {
    match why {
        Why::QuietHours => format!(
            "the quiet hours are from {} to {}",
            county.quiet.from.format("%H:%M"),
            county.quiet.until.format("%H:%M")
        ),
        Why::TooSoon(last) => format!(
            "it airs at {} and again no sooner than {} later (min_gap)",
            last.with_timezone(&county.zone).format("%H:%M:%S"),
            county.min_gap
        ),
        Why::TooMany => format!("it airs {} times that day already (airings_per_day_max)", county.airings_per_day_max),
        Why::NotKnownYet => "it became ready after this minute".to_owned(),
        Why::NotApprovedYet => "it was approved after this minute".to_owned(),
        Why::Gaps(gaps) => {
            let gaps: Vec<String> = gaps.iter().map(ToString::to_string).collect();
            format!("it is held here: {}", gaps.join(", "))
        }
        Why::Silenced(order) => format!("order {order} silences this station then"),
        Why::Skipped(order) => format!("order {order} skips it"),
        Why::Cancelled(order) => format!("order {order} takes it back"),
        Why::ExpiresFirst => "it expires before the quiet hours end".to_owned(),
        Why::Merged => "it falls together with another airing of the same broadcast".to_owned(),
    }
}
