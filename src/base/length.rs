//! Lengths of time as people write them in files: `500ms`, `2s`, `5m`, `12h`, `14d`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A length of time in whole milliseconds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Length {
    pub ms: u64,
}

/// A text that is no [`Length`].
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is no length of time: write a whole number and a unit, as 500ms, 2s, 5m, 12h or 14d")]
pub struct BadLength(pub String);

/// The longest that may be written: a year. Anything longer is a slip of the pen.
const LENGTH_MAX_MS: u64 = 366 * 86_400_000;

const UNITS: [(&str, u64); 5] = [("d", 86_400_000), ("h", 3_600_000), ("ms", 1), ("m", 60_000), ("s", 1000)];

impl Length {
    pub const fn ms(ms: u64) -> Length {
        Length { ms }
    }

    pub const fn seconds(seconds: u64) -> Length {
        Length { ms: seconds * 1000 }
    }

    pub const fn minutes(minutes: u64) -> Length {
        Length { ms: minutes * 60_000 }
    }

    pub fn delta(self) -> chrono::TimeDelta {
        chrono::TimeDelta::milliseconds(i64::try_from(self.ms).unwrap_or(i64::MAX / 2))
    }

    pub fn duration(self) -> std::time::Duration {
        std::time::Duration::from_millis(self.ms)
    }
}

impl FromStr for Length {
    type Err = BadLength;

    fn from_str(text: &str) -> Result<Length, BadLength> {
        let bad = || BadLength(text.to_owned());
        let digits = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(bad)?;
        let number: u64 = text[..digits].parse().map_err(|_| bad())?;
        let (_, unit_ms) = UNITS.iter().find(|(unit, _)| *unit == &text[digits..]).ok_or_else(bad)?;
        let ms = number.checked_mul(*unit_ms).filter(|ms| *ms <= LENGTH_MAX_MS).ok_or_else(bad)?;
        Ok(Length { ms })
    }
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (unit, unit_ms) = UNITS
            .iter()
            .filter(|(_, unit_ms)| self.ms.is_multiple_of(*unit_ms) && self.ms >= *unit_ms)
            .max_by_key(|(_, unit_ms)| *unit_ms)
            .unwrap_or(&("s", 1000));
        write!(f, "{}{unit}", self.ms / unit_ms)
    }
}

impl fmt::Debug for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl Serialize for Length {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Length {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Length, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes_lengths() {
        for text in ["500ms", "2s", "5m", "12h", "14d", "90s", "0s"] {
            assert_eq!(text.parse::<Length>().unwrap().to_string(), text);
        }
        for text in ["", "5", "m", "-5m", "5 m", "5min", "1.5h", "99999999999999999999s", "400d"] {
            assert!(text.parse::<Length>().is_err(), "{text}");
        }
    }
}
