//! What every loudspeaker of this machine does next: a state machine over all of them.
//!
//! Knows no files, devices, threads or clocks: [`Player::step`] takes what happened and when, and answers with what is
//! to be done. The order of things for one airing is fixed: verify its clips and open the device, switch the amplifier
//! on, make the claim durable, and only then arm the first audible sample.

mod speaker;
mod told;
mod track;

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use chrono::TimeDelta;

use crate::base::{Id, Timestamp};
use crate::rundown::document::Edge;
use crate::rundown::quiet::Quiet;
use crate::rundown::{AiringId, Outcome, Reason, Receipt};
use speaker::Speaker;
pub use speaker::{NoCheck, TONE};
pub use told::{Claim, Effect, Event, Limit, Memory, SpeakerOptions};

/// A device is opened this long before the first audible sample: what a sound server needs until its frame clock runs
/// evenly, with room for one retry.
pub const OPEN_LEAD: TimeDelta = TimeDelta::seconds(5);
/// A claim is made this long before the first audible sample; a slow disk has this long to write it.
pub const CLAIM_LEAD: TimeDelta = TimeDelta::seconds(1);
/// A device stays open this long after an airing, in case that another follows.
pub const CLOSE_AFTER: TimeDelta = TimeDelta::seconds(30);
/// The amplifier stays on this long after the last sample was handed over: what a device may still hold.
pub const POWER_TAIL: TimeDelta = TimeDelta::seconds(1);
/// How long a fade takes when sound is cut: short enough to be at once, long enough not to click.
pub const FADE: Duration = Duration::from_millis(200);
/// A device that does not open is tried again after this ...
pub const REOPEN_AFTER: TimeDelta = TimeDelta::seconds(1);
/// ... this many times, then more slowly, until the late window closes.
pub const REOPEN_QUICK_TRIES: u32 = 3;
/// The slower pace.
pub const REOPEN_SLOWLY: TimeDelta = TimeDelta::seconds(5);
/// Claims and outcomes are remembered this long: a rundown may be in force for 14 days, and lists a day before its own. A
/// shorter memory ends an airing a second time when a box starts again late in a fortnight without a line.
pub const MEMORY: TimeDelta = TimeDelta::days(16);

/// Which loudspeaker: its place in the options.
pub type SpeakerIndex = usize;
/// One preparation of an airing; a new one for every try.
pub type VoiceId = u64;

/// What a loudspeaker is doing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Doing {
    pub sounding: Option<AiringId>,
    pub next: Option<(AiringId, Timestamp)>,
    pub edge: Edge,
    pub limit: Limit,
}

/// The state machine over all loudspeakers.
pub struct Player {
    speakers: Vec<Speaker>,
    shared: Shared,
    /// When each loudspeaker wants to be looked at again.
    wakes: BTreeSet<(Timestamp, SpeakerIndex)>,
    /// The wake of each loudspeaker that is in `wakes`.
    wake_of: HashMap<SpeakerIndex, Timestamp>,
}

/// What the rules of one loudspeaker share with the others, and where they leave their effects.
struct Shared {
    quiet: Quiet,
    voice_next: VoiceId,
    stopping: bool,
    hold: Option<Reason>,
    effects: Vec<Effect>,
    claims: Vec<(SpeakerIndex, VoiceId, Claim)>,
}

impl Player {
    /// Begins with what the journal remembered. A claim without an outcome was cut short by a crash: its receipt is
    /// among the effects.
    pub fn new(options: Vec<SpeakerOptions>, quiet: Quiet, memory: Memory, now: Timestamp) -> (Player, Vec<Effect>) {
        let ended: std::collections::HashSet<_> = memory.ended.iter().collect();
        let crashed = |claim: &&Claim| !ended.contains(&claim.airing);
        let sink_of: HashMap<&Id, &str> = options.iter().map(|o| (&o.station, o.sink.as_str())).collect();
        let effects = memory
            .claims
            .iter()
            .filter(crashed)
            .map(|claim| Effect::Receipt(crash_receipt(claim, sink_of.get(&claim.airing.station).copied(), now)))
            .collect();
        let speakers: Vec<_> =
            options.iter().enumerate().map(|(i, o)| Speaker::new(i, o.clone(), &memory, now)).collect();
        let shared = Shared { quiet, voice_next: 1, stopping: false, hold: None, effects: vec![], claims: vec![] };
        (Player { speakers, shared, wakes: BTreeSet::new(), wake_of: HashMap::new() }, effects)
    }

    /// Takes what happened up to `now`; answers with what is to be done, in order, all claims together at the end.
    pub fn step(&mut self, events: impl IntoIterator<Item = Event>, now: Timestamp) -> Vec<Effect> {
        for event in events {
            self.take(event, now);
        }
        while let Some(&(wake, speaker)) = self.wakes.first().filter(|(wake, _)| *wake <= now) {
            self.wakes.remove(&(wake, speaker));
            self.wake_of.remove(&speaker);
            self.look_at(speaker, now);
        }
        let mut effects = std::mem::take(&mut self.shared.effects);
        if !self.shared.claims.is_empty() {
            effects.push(Effect::Claim(std::mem::take(&mut self.shared.claims)));
        }
        effects
    }

    fn take(&mut self, event: Event, now: Timestamp) {
        let shared = &mut self.shared;
        match event {
            Event::Tick => {}
            Event::Renewed(quiet) => {
                shared.quiet = quiet;
                self.look_at_all(now);
            }
            Event::Hold(hold) => {
                for speaker in self.speakers.iter_mut().filter(|_| hold.is_none()) {
                    speaker.note_hold(shared.hold, now);
                }
                shared.hold = hold;
                self.look_at_all(now);
            }
            Event::Settled { ended, floors } => {
                for speaker in &mut self.speakers {
                    speaker.settle_past(&ended, &floors, shared, now);
                }
                self.look_at_all(now);
            }
            Event::Limited { speaker, limit } => self.at(speaker, now, |s, x| s.limited(limit, x, now)),
            Event::Shutdown => {
                shared.stopping = true;
                for speaker in &mut self.speakers {
                    speaker.stop(shared, now);
                }
                self.look_at_all(now);
            }
            Event::Abandon => {
                for speaker in &mut self.speakers {
                    speaker.abandon(shared, now);
                }
            }
            Event::Claimed { voices, durable } => {
                let fault = durable.err();
                for (speaker, voice) in voices {
                    self.at(speaker, now, |s, x| s.claimed(voice, fault.as_deref(), x, now));
                }
            }
            Event::Accepted { speaker, rundown, warrants } => {
                self.at(speaker, now, |s, x| s.accept(rundown, warrants, x, now));
            }
            Event::Warranted { speaker, warrants } => self.at(speaker, now, |s, _| s.warranted(warrants)),
            Event::Prepared { speaker, voice } => self.at(speaker, now, |s, _| s.prepared(voice)),
            Event::Unplayable { speaker, voice, reason, detail } => {
                self.at(speaker, now, |s, x| s.unplayable(voice, reason, detail, x, now));
            }
            Event::Opened { speaker } => self.at(speaker, now, |s, _| s.opened()),
            Event::OpenFailed { speaker, detail } => self.at(speaker, now, |s, _| s.open_failed(detail, now)),
            Event::Lost { speaker, detail, left } => {
                self.at(speaker, now, |s, x| s.lost(&detail, &left, x, now));
            }
            Event::Powered { speaker, detail } => self.at(speaker, now, |s, _| s.powered(detail, now)),
            Event::Started { speaker, voice, at } => self.at(speaker, now, |s, _| s.started(voice, at)),
            Event::Ended { speaker, voice, frames, elapsed, starved_frames } => {
                self.at(speaker, now, |s, x| s.ended(voice, frames, elapsed, starved_frames, x, now));
            }
        }
    }

    /// Begins a sound check, or says why not; what it takes is in the next step.
    pub fn check(&mut self, speaker: SpeakerIndex, now: Timestamp) -> Result<(), NoCheck> {
        self.speakers[speaker].check(&mut self.shared, now).map(|()| self.look_at(speaker, now))
    }

    /// When to step again at the latest, though nothing happens.
    pub fn next_wake(&self) -> Option<Timestamp> {
        self.wakes.first().map(|(wake, _)| *wake)
    }

    /// The highest edge that a loudspeaker accepted.
    pub fn edge(&self, speaker: SpeakerIndex) -> Edge {
        self.speakers[speaker].edge
    }

    /// Whether any airing holds a claim and has no outcome yet.
    pub fn holds_claims(&self) -> bool {
        self.speakers.iter().any(Speaker::holds_claims)
    }

    pub fn doing(&self, speaker: SpeakerIndex) -> Doing {
        self.speakers[speaker].doing()
    }

    fn at(&mut self, speaker: SpeakerIndex, now: Timestamp, change: impl FnOnce(&mut Speaker, &mut Shared)) {
        change(&mut self.speakers[speaker], &mut self.shared);
        self.look_at(speaker, now);
    }

    fn look_at_all(&mut self, now: Timestamp) {
        for speaker in 0..self.speakers.len() {
            self.look_at(speaker, now);
        }
    }

    fn look_at(&mut self, speaker: SpeakerIndex, now: Timestamp) {
        let wake = self.speakers[speaker].advance(&mut self.shared, now);
        let old = match wake {
            Some(wake) => self.wake_of.insert(speaker, wake),
            None => self.wake_of.remove(&speaker),
        };
        if let Some(old) = old {
            self.wakes.remove(&(old, speaker));
        }
        if let Some(wake) = wake {
            self.wakes.insert((wake, speaker));
        }
    }
}

impl Shared {
    fn voice(&mut self) -> VoiceId {
        self.voice_next += 1;
        self.voice_next - 1
    }
}

fn crash_receipt(claim: &Claim, sink: Option<&str>, now: Timestamp) -> Receipt {
    Receipt {
        number: 0,
        airing: claim.airing.clone(),
        // A box that boots in 1970 did not end it before it began.
        at: now.max(claim.start),
        outcome: Outcome::Partial(Reason::Crash),
        started: None,
        frames: 0,
        frames_planned: claim.frames_planned,
        parts: vec![],
        volume: claim.volume,
        sink: sink.unwrap_or("unknown").to_owned(),
        detail: Some("the program ended while this was being played; how much sounded is not known".to_owned()),
    }
}

#[cfg(test)]
mod tests;
