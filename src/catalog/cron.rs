//! The `cron` crate behind guards, in local time only: the one file that names it.
//!
//! Two habits of the crate shape this file (both measured with 0.17). It numbers weekdays 1 = Sunday to 7 = Saturday,
//! so that the common `1` for Monday would air on Sundays: weekdays are written by name here. And in a zone with
//! daylight saving it skips a time inside a gap, doubles one that repeats and gives instants out of order: so it is
//! only ever asked in wall time, as though every day had 24 hours, and the planner maps wall time to instants.

use std::str::FromStr;

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

/// An expression that parses and has an occurrence in some year.
#[derive(Debug, Clone)]
pub struct Cron(cron::Schedule);

const EXAMPLE: &str = "write six fields: second, minute, hour, day, month, weekday, as in \"0 30 7 * * Mon-Fri\"";

/// The place of the weekdays among the fields.
const WEEKDAY_FIELD: usize = 5;

/// Whether a broadcast may have this as its `cron`.
///
/// Errors: what is wrong and what to write instead, in words.
pub fn check(text: &str) -> Result<(), String> {
    Cron::parse(text).map(drop)
}

impl Cron {
    /// Errors: as [`check`], what and what to do with `; ` between them.
    pub fn parse(text: &str) -> Result<Cron, String> {
        let fields: Vec<&str> = text.split_ascii_whitespace().collect();
        match fields.len() {
            6 | 7 => {}
            5 => {
                return Err(format!(
                    "`{text}` has five fields, and the seconds come first here; write \"0 {}\"",
                    fields.join(" ")
                ));
            }
            _ => return Err(format!("`{text}` is no cron expression; {EXAMPLE}")),
        }
        if let Some(field) = fields.iter().find(|field| !is_field(field)) {
            return Err(format!("`{field}` in `{text}` is no field of a cron expression; {EXAMPLE}"));
        }
        if names_weekday_by_number(fields[WEEKDAY_FIELD]) {
            return Err(format!(
                "`{}` in `{text}` numbers the weekdays, and programs disagree on which day 1 is; write names, as in Mon-Fri or Sat,Sun",
                fields[WEEKDAY_FIELD]
            ));
        }
        // The crate explains itself in a drawing of many lines; the fields are few, so the rule is told instead.
        let schedule = cron::Schedule::from_str(&fields.join(" "))
            .map_err(|_| format!("`{text}` has a number or name that is out of its field's range; {EXAMPLE}"))?;
        let cron = Cron(schedule);
        let airs = cron.since(FIRST_DAY.and_time(NaiveTime::MIN)).next().is_some();
        if !airs {
            return Err(format!("`{text}` names a day that no calendar has, so it would never air; {EXAMPLE}"));
        }
        Ok(cron)
    }

    /// Local times from `start` on, in order, in whole seconds.
    pub fn since(&self, start: NaiveDateTime) -> impl Iterator<Item = NaiveDateTime> {
        // The crate begins a second after what it is given, and drops what is below a second.
        let before = (start - TimeDelta::nanoseconds(1)).and_utc();
        self.0
            .after(&before)
            .map(|at| at.naive_utc())
            .skip_while(move |at| *at < start)
            .take_while(|at| at.year() <= YEAR_MAX)
    }
}

/// The years that the crate knows.
const FIRST_DAY: NaiveDate = NaiveDate::from_ymd_opt(1970, 1, 1).expect("the calendar has this day");
const YEAR_MAX: i32 = 2100;

/// Whether a field is a list of `*`, `?`, a name or number or a range of them, each with or without a step: the
/// crate's grammar reads some fields that run into each other, which then mean something else than they look.
fn is_field(field: &str) -> bool {
    let is_atom = |atom: &str| {
        !atom.is_empty() && (atom.bytes().all(|b| b.is_ascii_digit()) || atom.bytes().all(|b| b.is_ascii_alphabetic()))
    };
    field.split(',').all(|item| {
        let (base, step) = item.split_once('/').unwrap_or((item, "1"));
        let fits = match base.split_once('-') {
            Some((low, high)) => is_atom(low) && is_atom(high),
            None => base == "*" || base == "?" || is_atom(base),
        };
        fits && step.bytes().all(|b| b.is_ascii_digit()) && step.parse::<u32>().is_ok_and(|step| step > 0)
    })
}

/// A step may be a number, a day may not.
fn names_weekday_by_number(field: &str) -> bool {
    field.split(',').any(|item| item.split('/').next().is_some_and(|base| base.bytes().any(|b| b.is_ascii_digit())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_what_to_write_instead() {
        for (text, says) in [
            ("0 30 7 * * Mon-Fri", ""),
            ("0 30 7 * * Mon-Fri 2026-2030", ""),
            ("0 0 8,12,18 1,15 Jan,Jul ?", ""),
            ("  0 */20 8-9 * * Sat,Sun\n", ""),
            ("0 0 9 29 2 *", ""),
            ("30 7 * * Mon-Fri", "write \"0 30 7 * * Mon-Fri\""),
            ("0 30 7 * * 1-5", "write names"),
            ("0 30 7 * * Mon,3", "write names"),
            ("0 0 9 31 2 *", "would never air"),
            ("0 0 9 30 Feb *", "would never air"),
            ("0 60 7 * * *", "out of its field's range"),
            ("0 30 24 * * *", "out of its field's range"),
            ("0 30 7 * * Mo", "out of its field's range"),
            ("0 30 7 * * Mon 1969", "out of its field's range"),
            ("0 30 7* * * Mon *", "`7*`"),
            ("0 30 */0 * * Mon", "`*/0`"),
            ("0 30 7 1, 2 * Mon", "`1,`"),
            ("@daily", "write six fields"),
            ("", "write six fields"),
            ("0 0 9 L * *", "out of its field's range"),
        ] {
            match check(text) {
                Ok(()) => assert_eq!(says, "", "{text} was taken"),
                Err(e) => assert!(!says.is_empty() && e.contains(says), "{text}: {e}"),
            }
        }
    }

    #[test]
    fn the_start_counts() {
        let at = |text: &str| text.parse::<NaiveDateTime>().unwrap();
        let cron = Cron::parse("0 30 7 * * Mon-Fri").unwrap();
        let two = |start: &str| cron.since(at(start)).take(2).map(|t| t.to_string()).collect::<Vec<_>>();
        assert_eq!(two("2026-11-20T07:30:00"), ["2026-11-20 07:30:00", "2026-11-23 07:30:00"]);
        assert_eq!(two("2026-11-20T07:30:00.5"), ["2026-11-23 07:30:00", "2026-11-24 07:30:00"]);
        assert_eq!(two("2099-12-31T07:30:01"), ["2100-01-01 07:30:00", "2100-01-04 07:30:00"]);
    }
}
