//! Classes and levels of broadcasts, and the rank they give an airing.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What kind of thing is aired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    Daily,
    Drill,
    Emergency,
}

/// The level of an emergency or drill: I 特别重大, II 重大, III 较大, IV 一般
/// (中华人民共和国突发事件应对法, article on the grades of incidents).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Level {
    I,
    II,
    III,
    IV,
}

/// Who goes first: emergency I, II, III, IV, then drills, then daily. Smaller goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rank(u8);

impl Rank {
    pub fn of(class: Class, level: Option<Level>) -> Rank {
        Rank(match (class, level) {
            (Class::Emergency, Some(Level::I)) => 0,
            (Class::Emergency, Some(Level::II)) => 1,
            (Class::Emergency, Some(Level::III)) => 2,
            (Class::Emergency, Some(Level::IV) | None) => 3,
            (Class::Drill, _) => 4,
            (Class::Daily, _) => 5,
        })
    }

    /// Whether an airing of this rank cuts one of `other` that is sounding. Only emergencies cut; a drill is not
    /// worth half a notice.
    pub fn cuts(self, other: Rank) -> bool {
        self < Rank(4) && self < other
    }
}

impl Class {
    /// Whether an airing may sound inside quiet hours: emergencies I and II at any hour; III and IV wait for the morning.
    pub fn sounds_in_quiet_hours(self, level: Option<Level>) -> bool {
        self == Class::Emergency && matches!(level, Some(Level::I | Level::II))
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Class::Daily => "daily",
            Class::Drill => "drill",
            Class::Emergency => "emergency",
        })
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Level::I => "I",
            Level::II => "II",
            Level::III => "III",
            Level::IV => "IV",
        })
    }
}
