//! The list of a station's airings: what the county seals and a station verifies.

use chrono::Datelike;
use serde::{Deserialize, Serialize};

use crate::base::{Digest, Id, Timestamp};
use crate::rundown::seal::Envelope;
use crate::rundown::{Airing, AiringId, Programme};

/// The format this version writes; it reads this one and the one before.
pub const FORMAT: u16 = 1;

/// A rundown covers this many days back ...
pub const DAYS_BACK: i64 = 1;
/// ... and from today this many local days on.
pub const DAYS_AHEAD: i64 = 14;

/// No programme is longer than a day.
const FRAMES_MAX: u64 = 86_400 * super::programme::FRAMES_PER_SECOND as u64;
/// The years in which an airing can be meant: sums with them never overflow.
const YEARS: std::ops::Range<i32> = 2000..2200;

/// Where a rundown stands in the order of all rundowns of a station: a station never goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Edge {
    /// UTC milliseconds of a release: the county's first start, or the end of a HOLD.
    pub epoch: u64,
    pub version: u64,
}

/// A clip that a station must keep.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keep {
    pub clip: Digest,
    pub bytes: u64,
}

/// What a station airs, from a day back to the local midnight 14 days on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rundown {
    pub format: u16,
    pub station: Id,
    #[serde(flatten)]
    pub edge: Edge,
    /// Nothing sounds before this.
    pub issued: Timestamp,
    pub valid_until: Timestamp,
    /// Airings name these by index.
    pub programmes: Vec<Programme>,
    /// In order of instant. An unstarted airing that is no longer listed is cancelled.
    pub airings: Vec<Airing>,
    /// Sounding airings to stop at once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stop: Vec<AiringId>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keep: Vec<Keep>,
    /// What approvers signed of the emergencies that are listed: [`Statement`](super::Statement)s. A station of before
    /// there were any ignores them: to name this in `must` would silence its emergencies.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub orders: Vec<Envelope>,
    /// The least time between two starts of the same daily broadcast here.
    pub min_gap: crate::base::Length,
    /// The most starts of the same daily broadcast here in a local day.
    pub airings_per_day_max: u32,
    /// Names of fields a station must understand or refuse the rundown; unknown others are ignored.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub must: Vec<String>,
}

impl Rundown {
    /// What is wrong with it as a document, whoever signed it; none when nothing is.
    pub fn fault(&self) -> Option<String> {
        if self.format != FORMAT {
            return Some(format!("format {} is not understood here", self.format));
        }
        if let Some(name) = self.must.first() {
            return Some(format!("`{name}` must be understood and is not"));
        }
        for (i, programme) in self.programmes.iter().enumerate() {
            // Each part first, so that their sum cannot overflow.
            let long = programme.clips().any(|part| part.frames > FRAMES_MAX) || programme.frames() > FRAMES_MAX;
            if long || programme.parts.is_empty() || programme.repeat == 0 {
                return Some(format!("programme {i} is empty, or longer than a day"));
            }
        }
        for airing in &self.airings {
            let times = [Some(airing.id.instant), Some(airing.at), airing.expires];
            if times.into_iter().flatten().any(|at| !YEARS.contains(&at.year())) {
                return Some(format!("{} is at no time that can be meant", airing.id));
            }
            if airing.id.station != self.station {
                return Some(format!("{} is of another station", airing.id));
            }
            if self.programmes.get(airing.programme as usize).is_none() {
                return Some(format!("{} names programme {}, which is not here", airing.id, airing.programme));
            }
            if airing.volume > 100 {
                return Some(format!("{} has volume {}", airing.id, airing.volume));
            }
        }
        None
    }
}
