//! The rules of one loudspeaker.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;

use super::track::{Claimed, Track, programme, silent_receipt};
use super::{
    CLAIM_LEAD, CLOSE_AFTER, Claim, Doing, Effect, FADE, Limit, MEMORY, Memory, OPEN_LEAD, POWER_TAIL, REOPEN_AFTER,
    REOPEN_QUICK_TRIES, REOPEN_SLOWLY, Shared, SpeakerIndex, SpeakerOptions, VoiceId,
};
use crate::base::{Id, Timestamp};
use crate::rundown::document::Edge;
use crate::rundown::precedence::{Bid, decide};
use crate::rundown::quiet::Quiet;
use crate::rundown::statement::Warrants;
use crate::rundown::{Airing, AiringId, Class, Outcome, Rank, Reason, Receipt, Rundown};

mod check;
mod device;
mod held;
mod listed;
mod rules;
mod starting;
mod waking;

use check::Check;
pub use check::{NoCheck, TONE};
use rules::window_closed;

/// Whether a clip that failed so may be had a moment later.
fn may_come(reason: Reason) -> bool {
    matches!(reason, Reason::ClipMissing | Reason::ClipUnreadable)
}

const TICK: TimeDelta = TimeDelta::milliseconds(1);

/// The device, as the player knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Device {
    Closed,
    Opening,
    Open,
    /// It did not open, or was lost; try again then.
    Waiting {
        retry: Timestamp,
        tries: u32,
    },
}

/// The amplifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Power {
    Off,
    Asked,
    /// Sound may begin from then on.
    On {
        from: Timestamp,
    },
}

/// An unstarted airing of the rundown that is held.
#[derive(Debug, Default)]
struct Waiting {
    /// Its place in the rundown.
    index: usize,
    /// What kept it from starting, if anything did.
    why: Option<(Reason, Option<String>)>,
    /// A clip is not here yet, or cannot be read: not tried again before this.
    look: Option<Timestamp>,
}

impl Waiting {
    /// Whether it failed for a clip that was not here, or could not be read, when it was last looked for.
    fn lacks_clip(&self) -> bool {
        matches!(self.why, Some((reason, _)) if may_come(reason))
    }
}

pub(super) struct Speaker {
    index: SpeakerIndex,
    options: SpeakerOptions,
    pub edge: Edge,
    rundown: Option<Arc<Rundown>>,
    /// By instant, then name.
    waiting: BTreeMap<(Timestamp, AiringId), Waiting>,
    /// What the rundown in force no longer lists, with the receipt it ends in at its instant. Until then a newer
    /// rundown may list it again: a broadcast paused and made ready, a skip taken back.
    dropped: BTreeMap<(Timestamp, AiringId), Receipt>,
    /// Airings with a claim or an outcome: never again.
    settled: HashSet<AiringId>,
    /// Starts of daily broadcasts, for `min_gap` and `airings_per_day_max`.
    starts: Vec<(Id, Timestamp)>,
    /// At most one without a claim, one that holds the loudspeaker, and those that fade.
    tracks: Vec<Track>,
    device: Device,
    power: Power,
    power_detail: Option<String>,
    /// When the last sound ended.
    idle_since: Timestamp,
    /// Due before this: not this station's to answer for.
    since: Option<Timestamp>,
    /// Due before this: may have sounded already, stays silent.
    silent_before: Option<(Timestamp, Reason)>,
    limit: Limit,
    check: Option<Check>,
    /// What approvers let sound of the rundown that is held.
    warrants: Arc<Warrants>,
}

impl Speaker {
    pub fn new(index: SpeakerIndex, options: SpeakerOptions, memory: &Memory, now: Timestamp) -> Speaker {
        let here = |id: &&AiringId| id.station == options.station;
        let claims: Vec<&Claim> = memory.claims.iter().filter(|c| c.airing.station == options.station).collect();
        let told = memory.started.iter().filter(|(id, _)| here(&id)).map(|(id, at)| (id.broadcast.clone(), *at));
        let edge = memory.edges.iter().find(|(station, ..)| *station == options.station);
        let floors = memory.floors.iter().filter(|(station, _)| *station == options.station).map(|(_, floor)| *floor);
        Speaker {
            index,
            edge: floors.chain(edge.map(|(_, edge, _)| *edge)).max().unwrap_or_default(),
            rundown: None,
            dropped: BTreeMap::new(),
            waiting: BTreeMap::new(),
            settled: memory.ended.iter().filter(here).chain(claims.iter().map(|c| &c.airing)).cloned().collect(),
            starts: claims
                .iter()
                .filter(|c| c.daily)
                .map(|c| (c.airing.broadcast.clone(), c.start))
                .chain(told)
                .collect(),
            tracks: vec![],
            device: Device::Closed,
            power: Power::Off,
            power_detail: None,
            idle_since: now,
            since: edge.map(|(_, _, since)| *since),
            silent_before: match memory.silent_before {
                Some(at) => Some((at, Reason::Amnesia)),
                None => memory.empty.then_some((now, Reason::Down)),
            },
            limit: Limit::default(),
            check: None,
            warrants: Arc::default(),
            options,
        }
    }

    pub fn holds_claims(&self) -> bool {
        self.tracks.iter().any(|t| t.claimed != Claimed::No)
    }

    pub fn doing(&self) -> Doing {
        let sounding = self.tracks.iter().find(|t| t.started.is_some()).map(|t| t.airing().id.clone());
        let chosen = self.tracks.iter().find(|t| t.started.is_none()).map(Track::airing);
        let next = chosen.map(|a| (a.id.clone(), a.at));
        let next = next.or_else(|| self.waiting.keys().next().map(|(at, id)| (id.clone(), *at)));
        Doing { sounding, next, edge: self.edge, limit: self.limit.clone() }
    }

    pub fn claimed(&mut self, voice: VoiceId, fault: Option<&str>, shared: &mut Shared, now: Timestamp) {
        let Some(at) = self.tracks.iter().position(|t| t.voice == voice) else { return };
        if let Some(fault) = fault {
            self.tracks[at].detail = Some(fault.to_owned());
            return self.finish(at, Outcome::Missed(Reason::JournalUnwritable), 0, shared, now);
        }
        let track = &mut self.tracks[at];
        track.claimed = Claimed::Held;
        if track.airing().until() < now {
            let said = "its claim was on disk only after its window had closed: the disk or the machine stood still";
            track.detail = Some(said.to_owned());
        }
        let claim = self.tracks[at].claim(self.tracks[at].start.unwrap_or(now));
        if claim.daily {
            self.starts.push((claim.airing.broadcast, claim.start));
        }
    }

    pub fn started(&mut self, voice: VoiceId, at: Timestamp) {
        if let Some(track) = self.track(voice) {
            track.started = Some(at);
        }
    }

    pub fn ended(
        &mut self,
        voice: VoiceId,
        frames: u64,
        elapsed: Duration,
        starved_frames: u64,
        shared: &mut Shared,
        now: Timestamp,
    ) {
        if self.check.take_if(|check| check.voice == voice).is_some() {
            self.idle_since = now;
        }
        let Some(at) = self.tracks.iter().position(|t| t.voice == voice) else { return };
        let track = &mut self.tracks[at];
        if starved_frames > 0 {
            let said = format!("{starved_frames} frames of silence stood in for sound that was not decoded in time");
            track.detail.get_or_insert(said);
        }
        let outcome = if track.started.is_none() && track.cut.is_none() {
            // Armed in time, and the machine stood still until the window had closed.
            track.detail.get_or_insert_with(|| "the machine stood still while this was due".to_owned());
            window_closed(track.airing(), Reason::Down)
        } else {
            track.judge(frames, elapsed)
        };
        self.finish(at, outcome, frames, shared, now);
    }

    /// Fades what sounds; what holds no claim is forgotten, so that the next start may still air it.
    pub fn stop(&mut self, shared: &mut Shared, now: Timestamp) {
        self.drop_candidate(shared);
        let ids: Vec<AiringId> = self.tracks.iter().map(|t| t.airing().id.clone()).collect();
        for id in ids {
            self.cut(&id, Reason::Shutdown, shared, now);
        }
    }

    pub fn abandon(&mut self, shared: &mut Shared, now: Timestamp) {
        for at in (0..self.tracks.len()).rev() {
            let track = &self.tracks[at];
            let reason = track.cut.unwrap_or(Reason::Shutdown);
            if track.claimed != Claimed::No {
                self.finish(at, Outcome::Partial(reason), 0, shared, now);
            }
        }
    }

    /// Does whatever is due at `now`; says when to look again.
    pub fn advance(&mut self, shared: &mut Shared, now: Timestamp) -> Option<Timestamp> {
        // Nothing plays before its rundown was issued: a clock that says so is wrong.
        if shared.hold.is_some() {
            self.drop_candidate(shared);
        } else {
            if let Some(rundown) = self.rundown.clone().filter(|r| !shared.stopping && r.issued <= now) {
                self.settle_what_cannot_start(&rundown, shared, now);
                self.choose(&rundown, shared, now);
            }
            self.end_what_was_dropped(shared, now);
        }
        self.open_and_power(shared, now);
        if shared.hold.is_none() {
            self.claim_and_arm(shared, now);
        }
        self.end_what_never_began(shared, now);
        self.advance_check(shared, now);
        self.release(shared, now);
        self.wake(shared, now)
    }

    fn lead(&self) -> TimeDelta {
        OPEN_LEAD + if self.options.powered { self.options.power_lead.delta() } else { TimeDelta::zero() }
    }

    fn tries(&self) -> u32 {
        if let Device::Waiting { tries, .. } = self.device { tries } else { 0 }
    }

    fn track(&mut self, voice: VoiceId) -> Option<&mut Track> {
        self.tracks.iter_mut().find(|t| t.voice == voice)
    }

    /// The rank of what holds the loudspeaker by a claim.
    fn holding(&self) -> Option<Rank> {
        self.tracks.iter().filter(|t| t.claimed != Claimed::No && t.cut.is_none()).map(|t| t.airing().rank()).min()
    }

    fn settle(
        &mut self,
        rundown: &Rundown,
        airing: &Airing,
        outcome: Outcome,
        detail: Option<String>,
        shared: &mut Shared,
        now: Timestamp,
    ) {
        self.settled.insert(airing.id.clone());
        let receipt = silent_receipt(rundown, airing, outcome, now, &self.options);
        shared.effects.push(Effect::Receipt(Receipt { detail, ..receipt }));
    }

    /// Ends a track.
    fn finish(&mut self, at: usize, outcome: Outcome, frames: u64, shared: &mut Shared, now: Timestamp) {
        let mut track = self.tracks.remove(at);
        if !track.armed {
            shared.effects.push(Effect::Discard { speaker: self.index, voice: track.voice });
        }
        if let Some(said) = self.power_detail.clone() {
            track.detail = Some(track.detail.map_or(said.clone(), |detail| format!("{detail}; {said}")));
        }
        let id = track.airing().id.clone();
        self.waiting.remove(&(track.airing().at, id.clone()));
        self.settled.insert(id);
        self.idle_since = now;
        shared.effects.push(Effect::Receipt(track.receipt(outcome, frames, now, &self.options)));
    }

    fn drop_candidate(&mut self, shared: &mut Shared) {
        if let Some(at) = self.tracks.iter().position(|t| t.claimed == Claimed::No) {
            let track = self.tracks.remove(at);
            shared.effects.push(Effect::Discard { speaker: self.index, voice: track.voice });
        }
    }

    /// Stops an airing that holds a claim.
    fn cut(&mut self, id: &AiringId, reason: Reason, shared: &mut Shared, now: Timestamp) {
        let index = self.index;
        let Some(at) = self.tracks.iter().position(|t| t.airing().id == *id && t.claimed != Claimed::No) else {
            return;
        };
        let track = &mut self.tracks[at];
        if track.cut.is_some() {
            return;
        }
        track.cut = Some(reason);
        if track.armed {
            let by = now + TimeDelta::from_std(FADE).expect("a fade is short");
            shared.effects.push(Effect::Cut { speaker: index, voice: track.voice, by });
        } else if track.claimed == Claimed::Held {
            self.finish(at, Outcome::Partial(reason), 0, shared, now);
        }
    }
}
