//! How an airing ended, and the record of it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::base::{Id, Tag, Timestamp};
use crate::rundown::AiringId;

/// The one final state of an airing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "outcome", content = "reason")]
pub enum Outcome {
    /// At least 99 % of the frames left, within 2 % of the time. Says nothing of whether anybody heard it.
    Played,
    /// It began and did not end as it should; never played again by itself.
    Partial(Reason),
    /// It never began.
    Missed(Reason),
    /// An order or a new rundown took it away before it began.
    Cancelled(Reason),
    /// Its expiry came first.
    Expired,
    /// The station would not air it.
    Refused(Reason),
    /// The county never heard how it ended; a later receipt corrects this.
    Unreported,
}

/// Why an airing ended other than `played`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// Something that goes first held the loudspeaker for the whole late window.
    Clash,
    /// The station was not running, or its machine slept, for the whole late window.
    Down,
    /// A clip is not on this station.
    ClipMissing,
    /// A clip is not the bytes its digest names, or does not decode.
    ClipDamaged,
    /// A clip could not be read: the machine has no memory or no file descriptors left, or its disk fails. Of the clip
    /// itself that says nothing.
    ClipUnreadable,
    /// The sound device could not be opened.
    NoDevice,
    /// The sound device failed while it played.
    DeviceLost,
    /// The station cannot write its claims: disk full or broken.
    JournalUnwritable,
    /// The station's process ended while it played.
    Crash,
    /// The station was told to stop while it played.
    Shutdown,
    /// Something that goes first cut it.
    PreEmpted,
    /// An order cancelled it.
    Cancelled,
    /// `silence` held it or stopped it.
    Silenced,
    /// An order skipped it.
    Skipped,
    /// A newer rundown no longer lists it.
    Unlisted,
    /// It fell inside the station's quiet hours.
    QuietHours,
    /// The same broadcast aired here less than `min_gap` before.
    TooSoon,
    /// The same broadcast aired here `airings_per_day_max` times already.
    TooMany,
    /// It sounded too short or too long for its frames.
    Pace,
    /// The rundown itself is at fault.
    BadRundown,
    /// Somebody on the spot had muted the loudspeaker.
    Muted,
    /// The box did not know the time.
    ClockUntrusted,
    /// The box had lost its record of what it played, and waited for the county's.
    Amnesia,
    /// An emergency that two approvers' signatures do not cover.
    Unsigned,
}

/// How much of a part left the sink.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartPlayed {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Id>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Tag>,
    /// Over all repeats.
    pub frames: u64,
    pub frames_planned: u64,
}

/// A station's record of one ended airing: numbered, on its disk before it is sent, sent until acknowledged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Counts up per machine, from 1, without holes.
    pub number: u64,
    pub airing: AiringId,
    /// When it ended, or when it was decided that it never begins.
    pub at: Timestamp,
    #[serde(flatten)]
    pub outcome: Outcome,
    /// When the first audible frame left; none when nothing did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<Timestamp>,
    /// Frames that left the sink, of those planned.
    pub frames: u64,
    pub frames_planned: u64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<PartPlayed>,
    pub volume: u8,
    /// The kind of sink and its device, such as `wav` or `sound-card default`.
    pub sink: String,
    /// What happened, in words, where the reason alone does not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

impl Outcome {
    /// `played`, `partial` and so on, without the reason.
    pub fn word(&self) -> &'static str {
        match self {
            Outcome::Played => "played",
            Outcome::Partial(_) => "partial",
            Outcome::Missed(_) => "missed",
            Outcome::Cancelled(_) => "cancelled",
            Outcome::Expired => "expired",
            Outcome::Refused(_) => "refused",
            Outcome::Unreported => "unreported",
        }
    }

    pub fn reason(&self) -> Option<Reason> {
        match *self {
            Outcome::Partial(r) | Outcome::Missed(r) | Outcome::Cancelled(r) | Outcome::Refused(r) => Some(r),
            Outcome::Played | Outcome::Expired | Outcome::Unreported => None,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Serde holds the kebab-case names; one table of them is enough.
        self.serialize(f)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.reason() {
            Some(reason) => f.pad(&format!("{}({reason})", self.word())),
            None => f.pad(self.word()),
        }
    }
}
