//! The page of a village box, for a person who stands at the loudspeaker: what airs today, how the box is, and four things
//! to do. The same four as commands, over a socket of the box.
//!
//! Knows no station and no link: whoever runs them says what is [`Seen`] and does what is asked for.

pub mod page;
pub mod serve;
pub mod socket;

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::base::{Id, Tag, Timestamp};
use crate::rundown::{AiringId, Class, Outcome};

/// A reason for a mute has at most this many characters: it is read on a telephone.
pub const REASON_CHARS_MAX: usize = 200;

/// How the box is.
#[derive(Debug, Clone)]
pub struct Seen {
    pub at: Timestamp,
    pub zone: Tz,
    pub version: String,
    /// When the county last answered.
    pub contact: Option<Timestamp>,
    /// Why it last did not.
    pub link_fault: Option<String>,
    pub clips_wanted: usize,
    pub clock_known: bool,
    /// County time less system time.
    pub clock_offset_ms: i64,
    pub disk_free_bytes: Option<u64>,
    /// What is wrong with the journal of claims.
    pub journal_fault: Option<String>,
    pub stations: Vec<SeenStation>,
}

/// How one loudspeaker is.
#[derive(Debug, Clone)]
pub struct SeenStation {
    pub station: Id,
    pub sink: String,
    /// What the device said when it failed.
    pub device_fault: Option<String>,
    pub muted: Option<String>,
    pub volume_max: u8,
    /// Why the last rundown was refused.
    pub refusal: Option<String>,
    /// Those of today, by instant.
    pub airings: Vec<SeenAiring>,
}

#[derive(Debug, Clone)]
pub struct SeenAiring {
    pub id: AiringId,
    pub at: Timestamp,
    pub class: Class,
    pub languages: Vec<Tag>,
    pub state: State,
}

/// Where an airing stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Waits,
    /// It waits, and clips are missing.
    Unready,
    Sounds,
    Ended(Outcome),
}

/// What a person asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "kebab-case")]
pub enum Wish {
    Mute { station: Id, reason: String },
    Unmute { station: Id },
    Volume { station: Id, volume: u8 },
    SoundCheck { station: Id },
}

/// How it went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    pub what: What,
    /// In plain words, for a command or a log.
    pub say: String,
}

/// The page has words of its own for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    Done,
    /// A mute needs a reason.
    NoReason,
    QuietHours,
    Muted,
    Busy,
    ClockUntrusted,
    Failed,
}

impl What {
    pub const ALL: [What; 7] =
        [What::Done, What::NoReason, What::QuietHours, What::Muted, What::Busy, What::ClockUntrusted, What::Failed];

    /// As it is written in an address and in the words' files.
    pub fn name(self) -> &'static str {
        match self {
            What::Done => "done",
            What::NoReason => "no-reason",
            What::QuietHours => "quiet-hours",
            What::Muted => "muted",
            What::Busy => "busy",
            What::ClockUntrusted => "clock-untrusted",
            What::Failed => "failed",
        }
    }
}

/// The box behind page and socket. Its calls may wait for a disk, or for the scheduling thread a moment.
pub trait Spot: Send + Sync + 'static {
    fn seen(&self) -> Seen;
    /// Done and durable when this returns. A mute's reason was checked.
    fn wish(&self, wish: &Wish) -> Said;
}

/// Does what is asked for, once it may be: a mute has a reason of a bounded length.
pub fn wish(spot: &dyn Spot, wish: Wish) -> Said {
    let wish = match wish {
        Wish::Mute { station, reason } => {
            let reason = reason.trim().to_owned();
            if reason.is_empty() || reason.chars().count() > REASON_CHARS_MAX {
                let say = format!(
                    "a mute needs a reason of 1 to {REASON_CHARS_MAX} characters: it is reported to the county"
                );
                return Said { what: What::NoReason, say };
            }
            Wish::Mute { station, reason }
        }
        wish => wish,
    };
    let said = spot.wish(&wish);
    tracing::info!(?wish, done = said.what == What::Done, "asked on the spot");
    said
}

#[cfg(test)]
mod tests;
