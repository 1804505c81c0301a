//! Quiet hours: when nothing but the gravest emergency may sound.

use chrono::{NaiveTime, TimeDelta, TimeZone};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::base::Timestamp;
use crate::rundown::{Class, Level};

/// A daily span of local time, such as 21:00 to 07:00; it may pass midnight. Equal ends mean no quiet hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quiet {
    pub from: NaiveTime,
    pub until: NaiveTime,
    /// The county's zone (IANA time zone database).
    pub zone: Tz,
}

impl Quiet {
    /// No hour is for anything but the gravest emergency. China has one zone.
    pub const ALWAYS: Quiet = Quiet {
        from: NaiveTime::MIN,
        until: NaiveTime::from_hms_nano_opt(23, 59, 59, 999_999_999).expect("the last moment of a day is one"),
        zone: chrono_tz::Asia::Shanghai,
    };

    pub fn holds(&self, at: Timestamp) -> bool {
        self.holds_local(at.with_timezone(&self.zone).time())
    }

    /// Whether a local time of day is quiet; `from` is, `until` no longer is.
    pub fn holds_local(&self, time: NaiveTime) -> bool {
        if self.from <= self.until {
            self.from <= time && time < self.until
        } else {
            time >= self.from || time < self.until
        }
    }

    /// The first instant from `at` on that is not quiet.
    pub fn ends(&self, at: Timestamp) -> Timestamp {
        if !self.holds(at) {
            return at;
        }
        let local = at.with_timezone(&self.zone);
        let mut date = local.date_naive();
        if local.time() >= self.until {
            date = date.succ_opt().unwrap_or(date);
        }
        let wanted = date.and_time(self.until);
        // An end inside a daylight-saving gap is an hour or less away; a repeated one ends at its second occurrence,
        // the quieter reading.
        let end = (0..=3)
            .find_map(|hours| self.zone.from_local_datetime(&(wanted + TimeDelta::hours(hours))).latest())
            .map_or(at + TimeDelta::days(1), |end| end.to_utc());
        if end > at { end } else { at }
    }

    /// Whether an airing of this class may sound at `at`.
    pub fn allows(&self, class: Class, level: Option<Level>, at: Timestamp) -> bool {
        class.sounds_in_quiet_hours(level) || !self.holds(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_night_passes_midnight() {
        let quiet = Quiet {
            from: NaiveTime::from_hms_opt(21, 0, 0).unwrap(),
            until: NaiveTime::from_hms_opt(7, 0, 0).unwrap(),
            zone: chrono_tz::Asia::Shanghai,
        };
        let at = |text: &str| text.parse::<chrono::DateTime<chrono::FixedOffset>>().unwrap().to_utc();
        for (text, is_quiet) in [
            ("2026-11-24T20:59:59+08:00", false),
            ("2026-11-24T21:00:00+08:00", true),
            ("2026-11-25T00:00:00+08:00", true),
            ("2026-11-25T06:59:59+08:00", true),
            ("2026-11-25T07:00:00+08:00", false),
        ] {
            assert_eq!(quiet.holds(at(text)), is_quiet, "{text}");
        }
        let morning = at("2026-11-25T07:00:00+08:00");
        assert_eq!(quiet.ends(at("2026-11-24T21:00:00+08:00")), morning);
        assert_eq!(quiet.ends(at("2026-11-25T03:00:00+08:00")), morning);
        assert_eq!(quiet.ends(morning), morning);
        assert!(quiet.allows(Class::Emergency, Some(Level::II), at("2026-11-25T03:00:00+08:00")));
        assert!(!quiet.allows(Class::Emergency, Some(Level::III), at("2026-11-25T03:00:00+08:00")));
    }
}
