//! What the player is told and what it answers: what happened, what is to be done, and what it begins with. Plain data.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{SpeakerIndex, VoiceId};
use crate::base::{Id, Length, Timestamp};
use crate::rundown::document::Edge;
use crate::rundown::quiet::Quiet;
use crate::rundown::statement::Warrants;
use crate::rundown::{AiringId, Reason, Receipt, Rundown};

/// What the player must know of a loudspeaker.
#[derive(Debug, Clone)]
pub struct SpeakerOptions {
    pub station: Id,
    /// As receipts name it.
    pub sink: String,
    /// Whether an amplifier has to be switched on and off.
    pub powered: bool,
    /// From the end of the power-on command to the first audible sample.
    pub power_lead: Length,
}

/// The durable record, made before the first sound, that an airing is being played.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    pub airing: AiringId,
    /// When the first audible sample is to leave.
    pub start: Timestamp,
    /// Whether it counts for `min_gap` and `airings_per_day_max`.
    pub daily: bool,
    pub frames_planned: u64,
    pub volume: u8,
}

/// What a person on the spot set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// Nothing sounds, emergencies neither; with the reason that was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub muted: Option<String>,
    /// No airing is louder than this, of 100.
    pub volume_max: u8,
}

impl Default for Limit {
    fn default() -> Limit {
        Limit { muted: None, volume_max: 100 }
    }
}

/// What the journal remembered.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    pub claims: Vec<Claim>,
    /// Airings with a final outcome.
    pub ended: Vec<AiringId>,
    /// The highest accepted edge of each station, and when its first rundown ever was issued.
    pub edges: Vec<(Id, Edge, Timestamp)>,
    /// Nothing is remembered: a new machine, or one that lost its journal. Whatever was due before the start stays
    /// silent then, because it may have sounded.
    pub empty: bool,
    /// What was due before this stays silent: a past that was lost, and that the county told.
    pub silent_before: Option<Timestamp>,
    /// Starts that the county told of.
    pub started: Vec<(AiringId, Timestamp)>,
    /// Rundowns older than these are refused: this machine may have accepted them, and has forgotten.
    pub floors: Vec<(Id, Edge)>,
}

/// What happened.
#[derive(Debug, Clone)]
pub enum Event {
    Tick,
    /// A rundown passed every check.
    Accepted {
        speaker: SpeakerIndex,
        rundown: Arc<Rundown>,
        /// What its approvers let sound.
        warrants: Arc<Warrants>,
    },
    /// Newer keys: what the approvers of the rundown in force let sound now.
    Warranted {
        speaker: SpeakerIndex,
        warrants: Arc<Warrants>,
    },
    /// Newer quiet hours.
    Renewed(Quiet),
    /// Begin nothing and end nothing by the clock, for this reason; none: go on.
    Hold(Option<Reason>),
    /// The county told what has ended here, with when it began, and which rundown no older one may follow: what is due
    /// from now on may sound.
    Settled {
        ended: Vec<(AiringId, Option<Timestamp>)>,
        floors: Vec<(Id, Edge)>,
    },
    /// What a person on the spot set.
    Limited {
        speaker: SpeakerIndex,
        limit: Limit,
    },
    /// The clips are verified and their head is decoded.
    Prepared {
        speaker: SpeakerIndex,
        voice: VoiceId,
    },
    /// A clip is missing or damaged; also while it sounds. A missing one may still come.
    Unplayable {
        speaker: SpeakerIndex,
        voice: VoiceId,
        reason: Reason,
        detail: String,
    },
    Opened {
        speaker: SpeakerIndex,
    },
    OpenFailed {
        speaker: SpeakerIndex,
        detail: String,
    },
    /// The device failed. `frames` of the voice that was sounding had left by then.
    Lost {
        speaker: SpeakerIndex,
        detail: String,
        left: Vec<(VoiceId, u64)>,
    },
    /// The power-on command ended; `detail` says it if it ended badly.
    Powered {
        speaker: SpeakerIndex,
        detail: Option<String>,
    },
    /// The claims are durable, or could not be written.
    Claimed {
        voices: Vec<(SpeakerIndex, VoiceId)>,
        durable: Result<(), String>,
    },
    Started {
        speaker: SpeakerIndex,
        voice: VoiceId,
        at: Timestamp,
    },
    Ended {
        speaker: SpeakerIndex,
        voice: VoiceId,
        frames: u64,
        elapsed: Duration,
        starved_frames: u64,
    },
    /// Fade what sounds, begin nothing more.
    Shutdown,
    /// The time for fading is over: whatever has no outcome gets one now.
    Abandon,
}

/// What is to be done.
#[derive(Debug, Clone)]
pub enum Effect {
    /// Verify the clips and decode their head.
    Prepare {
        speaker: SpeakerIndex,
        voice: VoiceId,
        rundown: Arc<Rundown>,
        airing: usize,
    },
    /// Forget a voice that was not armed.
    Discard {
        speaker: SpeakerIndex,
        voice: VoiceId,
    },
    Open {
        speaker: SpeakerIndex,
    },
    Close {
        speaker: SpeakerIndex,
    },
    PowerOn {
        speaker: SpeakerIndex,
    },
    PowerOff {
        speaker: SpeakerIndex,
    },
    /// Make all of these durable, in one commit.
    Claim(Vec<(SpeakerIndex, VoiceId, Claim)>),
    /// The first audible sample leaves at `start`; at once when that is past, and never after `until`.
    Arm {
        speaker: SpeakerIndex,
        voice: VoiceId,
        start: Timestamp,
        until: Timestamp,
        volume: u8,
    },
    /// The tone of a sound check begins at once, and never after `until`.
    Tone {
        speaker: SpeakerIndex,
        voice: VoiceId,
        until: Timestamp,
        volume: u8,
    },
    /// Fade out so that silence is reached at `by`; at once when that is past.
    Cut {
        speaker: SpeakerIndex,
        voice: VoiceId,
        by: Timestamp,
    },
    /// Make it durable; its number is given then.
    Receipt(Receipt),
}
