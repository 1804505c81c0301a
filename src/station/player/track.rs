//! One airing on its way through a loudspeaker, and how its end is judged.

use std::sync::Arc;
use std::time::Duration;

use super::{Claim, SpeakerOptions, VoiceId};
use crate::base::Timestamp;
use crate::rundown::outcome::PartPlayed;
use crate::rundown::programme::{FRAMES_PER_SECOND, Stretch};
use crate::rundown::{Airing, Class, Outcome, Programme, Reason, Receipt, Rundown};

/// `played` needs this share of the frames ...
const FRAMES_PERCENT_MIN: u64 = 99;
/// ... within this of their time.
const PACE_PERCENT_MAX: f64 = 2.0;

/// How far the claim of a track is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Claimed {
    No,
    Asked,
    Held,
}

/// An airing that was chosen, from its preparation to its outcome.
#[derive(Debug)]
pub(super) struct Track {
    pub rundown: Arc<Rundown>,
    pub index: usize,
    pub voice: VoiceId,
    pub prepared: bool,
    /// A clip of it was not here before: device and amplifier are left alone until all are.
    pub lacked: bool,
    pub claimed: Claimed,
    /// When its first audible sample is due; known from the claim on.
    pub start: Option<Timestamp>,
    /// The airing's, or less where a person on the spot set a bound.
    pub volume: u8,
    pub armed: bool,
    pub started: Option<Timestamp>,
    /// What kept it from being armed, once it was claimed.
    pub kept: Option<Reason>,
    /// Why it is being cut.
    pub cut: Option<Reason>,
    pub detail: Option<String>,
}

impl Track {
    pub fn airing(&self) -> &Airing {
        &self.rundown.airings[self.index]
    }

    pub fn programme(&self) -> &Programme {
        programme(&self.rundown, self.airing())
    }

    pub fn claim(&self, start: Timestamp) -> Claim {
        let airing = self.airing();
        Claim {
            airing: airing.id.clone(),
            start,
            daily: airing.class == Class::Daily,
            frames_planned: self.programme().frames(),
            volume: self.volume,
        }
    }

    /// How an airing ended of which `frames` left the sink in `elapsed`.
    pub fn judge(&self, frames: u64, elapsed: Duration) -> Outcome {
        let planned = self.programme().frames();
        if let Some(reason) = self.cut {
            return Outcome::Partial(reason);
        }
        let enough = frames * 100 >= planned * FRAMES_PERCENT_MIN;
        let due_s = planned as f64 / f64::from(FRAMES_PER_SECOND);
        let in_time = (elapsed.as_secs_f64() - due_s).abs() * 100.0 <= due_s * PACE_PERCENT_MAX;
        if enough && in_time { Outcome::Played } else { Outcome::Partial(Reason::Pace) }
    }

    pub fn receipt(&self, outcome: Outcome, frames: u64, at: Timestamp, options: &SpeakerOptions) -> Receipt {
        Receipt {
            started: self.started,
            frames,
            parts: parts_played(self.programme(), frames),
            volume: self.volume,
            detail: self.detail.clone(),
            ..silent_receipt(&self.rundown, self.airing(), outcome, at, options)
        }
    }
}

pub(super) fn programme<'a>(rundown: &'a Rundown, airing: &Airing) -> &'a Programme {
    // `Rundown::fault` refuses a rundown with an airing of an unknown programme.
    &rundown.programmes[airing.programme as usize]
}

/// The receipt of an airing of which nothing sounded.
pub(super) fn silent_receipt(
    rundown: &Rundown,
    airing: &Airing,
    outcome: Outcome,
    at: Timestamp,
    options: &SpeakerOptions,
) -> Receipt {
    Receipt {
        number: 0,
        airing: airing.id.clone(),
        at,
        outcome,
        started: None,
        frames: 0,
        frames_planned: programme(rundown, airing).frames(),
        parts: vec![],
        volume: airing.volume,
        sink: options.sink.clone(),
        detail: None,
    }
}

/// Which parts the first `frames` of a programme hold.
fn parts_played(programme: &Programme, frames: u64) -> Vec<PartPlayed> {
    let mut parts: Vec<PartPlayed> = programme
        .clips()
        .map(|part| PartPlayed {
            message: part.message.clone(),
            language: part.language.clone(),
            frames: 0,
            frames_planned: 0,
        })
        .collect();
    let chimes = usize::from(programme.chime.is_some());
    let (mut left, mut sounded) = (frames, 0);
    for stretch in programme.sequence() {
        let length = match stretch {
            Stretch::Gap(frames) => frames,
            Stretch::Part(part) => part.frames,
        };
        let here = length.min(left);
        left -= here;
        if let Stretch::Part(_) = stretch {
            let i = if sounded < chimes { sounded } else { chimes + (sounded - chimes) % programme.parts.len() };
            parts[i].frames += here;
            parts[i].frames_planned += length;
            sounded += 1;
        }
    }
    parts
}
