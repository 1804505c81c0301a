//! One broadcast at one instant at one station.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, NaiveDate, Timelike};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::base::{Id, Length, Timestamp};
use crate::rundown::{Class, Level, Rank};

/// `<broadcast>.<YYYYMMDDTHHMMSSZ>.<station>`: the same for ever, so that a thing once claimed is never played again.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AiringId {
    pub broadcast: Id,
    /// Whole seconds.
    pub instant: Timestamp,
    pub station: Id,
}

/// A text that is no [`AiringId`].
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is no airing: write it as broadcast.YYYYMMDDTHHMMSSZ.station, the way `plan` prints it")]
pub struct BadAiringId(pub String);

/// An airing as a rundown lists it: resolved, so that a station needs to know nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Airing {
    pub id: AiringId,
    /// When the first audible sound is due. Equal to the id's instant, but for a repeat moved by quiet hours.
    #[serde(serialize_with = "serialize_time")]
    pub at: Timestamp,
    /// The key of a programme of the same rundown.
    pub programme: u32,
    /// How late it may still start.
    pub late: Length,
    /// After this it neither starts nor goes on, whatever the late window says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Timestamp>,
    pub class: Class,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// 0 to 100; amplitude is `(volume / 100)^2`.
    pub volume: u8,
    /// The order that asked for it; none for what the timetable asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<u64>,
}

impl Airing {
    pub fn rank(&self) -> Rank {
        Rank::of(self.class, self.level)
    }

    /// The last instant at which it may start.
    pub fn until(&self) -> Timestamp {
        let late = self.at + self.late.delta();
        self.expires.map_or(late, |expires| late.min(expires))
    }
}

/// Writes `YYYYMMDDTHHMMSSZ` (ISO 8601 basic form, UTC).
pub fn write_instant(at: Timestamp, out: &mut impl fmt::Write) -> fmt::Result {
    let mut text = *b"00000000T000000Z";
    put_digits(&mut text, [0, 4, 6, 9, 11, 13], at);
    out.write_str(std::str::from_utf8(&text).expect("digits are ASCII"))
}

/// Puts year, month, day, hour, minute and second at `places`.
fn put_digits(text: &mut [u8], places: [usize; 6], at: Timestamp) {
    let (date, time) = (at.date_naive(), at.time());
    let numbers = [date.year() as u32, date.month(), date.day(), time.hour(), time.minute(), time.second()];
    for (n, (place, mut number)) in places.into_iter().zip(numbers).enumerate() {
        let width = if n == 0 { 4 } else { 2 };
        for digit in text[place..place + width].iter_mut().rev() {
            *digit = b'0' + (number % 10) as u8;
            number /= 10;
        }
    }
}

/// Writes RFC 3339 as chrono does, which takes ten times as long: a county seals a million airings at a time.
fn serialize_time<S: Serializer>(at: &Timestamp, s: S) -> Result<S::Ok, S::Error> {
    if at.nanosecond() != 0 || !(0..=9999).contains(&at.year()) {
        return at.serialize(s);
    }
    let mut text = *b"0000-00-00T00:00:00Z";
    put_digits(&mut text, [0, 5, 8, 11, 14, 17], *at);
    s.serialize_str(std::str::from_utf8(&text).expect("digits are ASCII"))
}

/// `YYYYMMDDTHHMMSSZ`, as ids hold it.
pub fn instant_text(at: Timestamp) -> String {
    let mut text = String::with_capacity(16);
    write_instant(at, &mut text).expect("a String takes any text");
    text
}

/// Reads `YYYYMMDDTHHMMSSZ`.
pub fn read_instant(text: &str) -> Option<Timestamp> {
    let digits = |range: std::ops::Range<usize>| -> Option<u32> {
        let part = text.get(range)?;
        part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse().ok()).flatten()
    };
    if text.len() != 16 || text.as_bytes()[8] != b'T' || text.as_bytes()[15] != b'Z' {
        return None;
    }
    let date = NaiveDate::from_ymd_opt(digits(0..4)? as i32, digits(4..6)?, digits(6..8)?)?;
    let time = date.and_hms_opt(digits(9..11)?, digits(11..13)?, digits(13..15)?)?;
    Some(DateTime::from_naive_utc_and_offset(time, chrono::Utc))
}

impl fmt::Display for AiringId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.broadcast.as_str())?;
        f.write_str(".")?;
        write_instant(self.instant, f)?;
        f.write_str(".")?;
        f.write_str(self.station.as_str())
    }
}

impl FromStr for AiringId {
    type Err = BadAiringId;

    fn from_str(text: &str) -> Result<AiringId, BadAiringId> {
        let bad = || BadAiringId(text.to_owned());
        let mut parts = text.split('.');
        let (Some(broadcast), Some(instant), Some(station), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(bad());
        };
        Ok(AiringId {
            broadcast: broadcast.parse().map_err(|_| bad())?,
            instant: read_instant(instant).ok_or_else(bad)?,
            station: station.parse().map_err(|_| bad())?,
        })
    }
}

impl Serialize for AiringId {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        use fmt::Write as _;
        let mut text = String::with_capacity(self.broadcast.as_str().len() + self.station.as_str().len() + 18);
        write!(text, "{self}").expect("a String takes any text");
        s.serialize_str(&text)
    }
}

impl<'de> Deserialize<'de> for AiringId {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<AiringId, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_chrono_writes_them() {
        #[derive(Serialize)]
        struct Both {
            #[serde(serialize_with = "serialize_time")]
            at: Timestamp,
        }
        for text in [
            "1970-01-01T00:00:00Z",
            "2026-11-24T23:30:05Z",
            "2028-02-29T00:00:00.25Z",
            "2026-11-24T23:30:05.000000001Z",
            "9999-12-31T23:59:59Z",
            "+10000-01-01T00:00:00Z",
        ] {
            let at: Timestamp = text.parse().unwrap();
            assert_eq!(serde_json::to_value(Both { at }).unwrap()["at"], serde_json::to_value(at).unwrap());
        }
    }

    #[test]
    fn an_id_reads_back() {
        let id: AiringId = "epidemic-daily.20261124T233000Z.benzilan-xiayi".parse().unwrap();
        assert_eq!(id.to_string(), "epidemic-daily.20261124T233000Z.benzilan-xiayi");
        for bad in [
            "",
            "a.b.c",
            "a.20261324T233000Z.c",
            "a.20261124T233000Z",
            "a.20261124T233000Z.c.d",
            "A.20261124T233000Z.c",
        ] {
            assert!(bad.parse::<AiringId>().is_err(), "{bad}");
        }
    }
}
