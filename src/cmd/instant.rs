//! Instants as people write them on a command line: one reader for every option.

use std::str::FromStr;

use anyhow::Context;
use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeZone};
use chrono_tz::Tz;

use crate::base::Timestamp;
use crate::planner::recurrence::day_begins;

/// The forms, for help texts and messages.
const FORMS: &str = "2026-11-24T07:30:00+08:00, or the county's time as \"2026-11-24 07:30\", 2026-11-24T07:30:15, 2026-11-24, or today's 07:30";

/// An instant as it was written. What it is in UTC depends on the county's time zone, and for a mere time of day on what
/// day it is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instant {
    Exact(Timestamp),
    Local(NaiveDateTime),
    /// The beginning of a day.
    Day(NaiveDate),
    /// A time of today.
    Today(NaiveTime),
}

/// A text that is no instant in any of the forms.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is no instant; write it as {FORMS}")]
pub struct BadInstant(String);

impl FromStr for Instant {
    type Err = BadInstant;

    fn from_str(text: &str) -> Result<Instant, BadInstant> {
        // Between date and time people write a space as often as a T.
        let spaced = text.trim().replacen(['T', 't'], " ", 1);
        let exact = ["%Y-%m-%d %H:%M:%S%.f%#z", "%Y-%m-%d %H:%M%#z"];
        let local = ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M"];
        let times = ["%H:%M:%S", "%H:%M"];
        let found = exact
            .iter()
            .find_map(|form| DateTime::<FixedOffset>::parse_from_str(&spaced, form).ok())
            .map(|at| Instant::Exact(at.to_utc()))
            .or_else(|| {
                let local = local.iter().find_map(|form| NaiveDateTime::parse_from_str(&spaced, form).ok());
                local.map(Instant::Local)
            })
            .or_else(|| NaiveDate::parse_from_str(&spaced, "%Y-%m-%d").ok().map(Instant::Day))
            .or_else(|| {
                let time = times.iter().find_map(|form| NaiveTime::parse_from_str(&spaced, form).ok());
                time.map(Instant::Today)
            });
        found.ok_or_else(|| BadInstant(text.to_owned()))
    }
}

impl Instant {
    /// What was written, where nothing but the text is needed to know it.
    pub fn exact(self) -> Option<Timestamp> {
        match self {
            Instant::Exact(at) => Some(at),
            _ => None,
        }
    }

    /// The instant in a county whose zone is `zone`, when it is `now`. A local time that comes twice is its first.
    ///
    /// Errors: the local time does not exist there.
    pub fn in_zone(self, zone: Tz, now: Timestamp) -> anyhow::Result<Timestamp> {
        let local = match self {
            Instant::Exact(at) => return Ok(at),
            Instant::Day(day) => return Ok(day_begins(day, zone)),
            Instant::Local(local) => local,
            Instant::Today(time) => now.with_timezone(&zone).date_naive().and_time(time),
        };
        let at = zone.from_local_datetime(&local).earliest();
        at.map(|at| at.to_utc())
            .with_context(|| format!("{local} does not exist in {zone}: the clock is put forward over it"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2026-11-24T02:00:00Z";

    fn read(text: &str, zone: Tz) -> String {
        let instant = match text.parse::<Instant>() {
            Ok(instant) => instant,
            Err(error) => return error.to_string(),
        };
        match instant.in_zone(zone, NOW.parse().unwrap()) {
            Ok(at) => at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn every_form_is_read() {
        for (text, wanted) in [
            ("2026-11-24T07:30:00+08:00", "2026-11-23T23:30:00Z"),
            ("2026-11-24T07:30:00.250+08:00", "2026-11-23T23:30:00.250Z"),
            ("2026-11-24T07:30+08:00", "2026-11-23T23:30:00Z"),
            ("2026-11-24 07:30+08:00", "2026-11-23T23:30:00Z"),
            ("2026-11-23T23:30:00Z", "2026-11-23T23:30:00Z"),
            ("2026-11-23T23:30Z", "2026-11-23T23:30:00Z"),
            ("2026-11-24T07:30:15", "2026-11-23T23:30:15Z"),
            ("2026-11-24 07:30:15", "2026-11-23T23:30:15Z"),
            ("2026-11-24T07:30", "2026-11-23T23:30:00Z"),
            ("2026-11-24 07:30", "2026-11-23T23:30:00Z"),
            ("2026-11-24", "2026-11-23T16:00:00Z"),
            ("07:30", "2026-11-23T23:30:00Z"),
            ("07:30:15", "2026-11-23T23:30:15Z"),
            ("7:30", "2026-11-23T23:30:00Z"),
        ] {
            assert_eq!(read(text, chrono_tz::Asia::Shanghai), wanted, "{text}");
        }
    }

    #[test]
    fn what_is_no_instant_is_told_with_the_forms() {
        for text in ["", "tomorrow", "25:00", "2026-11-31", "2026-11-24T07", "2026-11-24 07:30 +08:00x", "24.11.2026"] {
            let told = read(text, chrono_tz::Asia::Shanghai);
            assert!(told.contains(&format!("`{text}` is no instant; write it as 2026-11-24T07:30:00+08:00")), "{told}");
        }
    }

    #[test]
    fn a_time_that_does_not_exist_is_told_and_one_that_comes_twice_is_its_first() {
        let zone = chrono_tz::Europe::Berlin;
        let told = read("2026-03-29 02:30", zone);
        assert!(told.contains("does not exist in Europe/Berlin"), "{told}");
        assert_eq!(read("2026-10-25 02:30", zone), "2026-10-25T00:30:00Z");
    }
}
