//! From a chosen airing to its first sample: device, amplifier, claim, start; and letting go afterwards.

use super::rules::LOOK_AGAIN;
use super::*;

impl Speaker {
    pub fn prepared(&mut self, voice: VoiceId) {
        let Some(track) = self.tracks.iter_mut().find(|t| t.voice == voice) else { return };
        track.prepared = true;
        let airing = track.airing();
        if let Some(waiting) = self.waiting.get_mut(&(airing.at, airing.id.clone())).filter(|w| w.lacks_clip()) {
            // They came: whatever keeps it from starting now is something else.
            waiting.why = None;
        }
    }

    /// A clip cannot be played: the airing is missed, or cut when it has begun. One that is not here may still come, and one
    /// that the machine cannot read may be read in a moment, as long as the window is open; what has its clips goes first
    /// meanwhile.
    pub fn unplayable(&mut self, voice: VoiceId, reason: Reason, detail: String, shared: &mut Shared, now: Timestamp) {
        let Some(at) = self.tracks.iter().position(|t| t.voice == voice) else { return };
        let track = &mut self.tracks[at];
        let key = (track.airing().at, track.airing().id.clone());
        let may_come = may_come(reason) && track.claimed == Claimed::No;
        if let Some(waiting) = self.waiting.get_mut(&key).filter(|_| may_come) {
            (waiting.why, waiting.look) = (Some((reason, Some(detail))), Some(now + LOOK_AGAIN));
            shared.effects.push(Effect::Discard { speaker: self.index, voice });
            self.tracks.remove(at);
            return;
        }
        track.detail = Some(detail);
        if track.started.is_some() || track.armed {
            // The voice ends by itself when its decoded sound is used up.
            track.cut.get_or_insert(reason);
            return;
        }
        self.finish(at, Outcome::Missed(reason), 0, shared, now);
    }

    pub(super) fn open_and_power(&mut self, shared: &mut Shared, now: Timestamp) {
        let wanted = self.tracks.iter().any(|t| t.cut.is_none() && (t.prepared || !t.lacked)) || self.check.is_some();
        if !wanted || shared.stopping {
            return;
        }
        let open = match self.device {
            Device::Closed => true,
            Device::Waiting { retry, .. } => retry <= now,
            Device::Opening | Device::Open => false,
        };
        if open {
            let tries = self.tries();
            self.device =
                if tries > 0 { Device::Waiting { retry: Timestamp::MAX_UTC, tries } } else { Device::Opening };
            shared.effects.push(Effect::Open { speaker: self.index });
        }
        if self.options.powered && self.power == Power::Off {
            self.power = Power::Asked;
            shared.effects.push(Effect::PowerOn { speaker: self.index });
        }
    }

    /// When sound may begin, if it may: the device runs and the amplifier is warm.
    pub(super) fn ready_from(&self) -> Option<Timestamp> {
        let powered = match self.power {
            _ if !self.options.powered => Some(Timestamp::MIN_UTC),
            Power::On { from } => Some(from),
            Power::Off | Power::Asked => None,
        };
        powered.filter(|_| self.device == Device::Open)
    }

    pub(super) fn claim_and_arm(&mut self, shared: &mut Shared, now: Timestamp) {
        for at in (0..self.tracks.len()).rev() {
            let track = &self.tracks[at];
            let airing = track.airing();
            let over = airing.expires.is_some_and(|expires| expires < now);
            if track.started.is_some() && over && track.cut.is_none() {
                self.tracks[at].detail = Some("its expiry came while it sounded".to_owned());
                let id = self.tracks[at].airing().id.clone();
                self.cut(&id, Reason::Cancelled, shared, now);
                continue;
            }
            if track.armed || track.claimed == Claimed::Asked {
                continue;
            }
            if track.cut.is_some() {
                continue;
            }
            if track.claimed == Claimed::Held && airing.until() < now {
                let silent = if self.device == Device::Open { Reason::Down } else { Reason::NoDevice };
                let reason = track.kept.unwrap_or(silent);
                let outcome = if over { Outcome::Expired } else { Outcome::Missed(reason) };
                self.finish(at, outcome, 0, shared, now);
                continue;
            }
            let Some(ready) = self.ready_from().filter(|_| track.prepared) else {
                self.note_what_is_missing(at, now);
                continue;
            };
            let start = match track.start {
                Some(start) => start.max(ready),
                None => self.opens(&track.rundown, airing, &shared.quiet, now).max(ready).max(now),
            };
            // A clock that was set back since the airing was chosen changes nothing: no sound before `issued`.
            let start = start.max(track.rundown.issued);
            // One that was claimed before its device was lost may come back later than it was to begin.
            if !shared.quiet.allows(airing.class, airing.level, start.max(now)) {
                self.tracks[at].kept = Some(Reason::QuietHours);
                continue;
            }
            if track.claimed == Claimed::Held {
                self.arm(at, start, shared, now);
            } else if start - CLAIM_LEAD <= now
                && start <= airing.until()
                && self.refusal(&track.rundown, airing, &shared.quiet, start).is_none()
            {
                let volume = airing.volume.min(self.limit.volume_max);
                let track = &mut self.tracks[at];
                track.volume = volume;
                let claim = track.claim(start);
                (track.claimed, track.start) = (Claimed::Asked, Some(start));
                self.settled.insert(claim.airing.clone());
                self.waiting.remove(&(track.airing().at, claim.airing.clone()));
                shared.claims.push((self.index, track.voice, claim));
            }
        }
    }

    /// What was cut between its claim and its arming never sounds.
    pub(super) fn end_what_never_began(&mut self, shared: &mut Shared, now: Timestamp) {
        for at in (0..self.tracks.len()).rev() {
            let track = &self.tracks[at];
            if let Some(reason) = track.cut.filter(|_| track.claimed == Claimed::Held && !track.armed) {
                self.finish(at, Outcome::Partial(reason), 0, shared, now);
            }
        }
    }

    /// Lets the first sample leave at `start`; what it goes before fades out just before.
    pub(super) fn arm(&mut self, at: usize, start: Timestamp, shared: &mut Shared, now: Timestamp) {
        let (rank, voice) = (self.tracks[at].airing().rank(), self.tracks[at].voice);
        let fade = TimeDelta::from_std(FADE).expect("a fade is short");
        let mut start = start;
        for i in (0..self.tracks.len()).rev() {
            let other = &mut self.tracks[i];
            if i == at || other.claimed == Claimed::No || !rank.cuts(other.airing().rank()) {
                continue;
            }
            if other.armed {
                start = start.max(now + fade);
                if other.cut.is_none() {
                    other.cut = Some(Reason::PreEmpted);
                    shared.effects.push(Effect::Cut { speaker: self.index, voice: other.voice, by: start });
                }
            } else {
                other.cut.get_or_insert(Reason::PreEmpted);
            }
        }
        let track = &mut self.tracks[at];
        track.armed = true;
        track.start = Some(start);
        let (volume, until) = (track.volume, track.airing().until());
        shared.effects.push(Effect::Arm { speaker: self.index, voice, start, until, volume });
    }

    /// Remembers why a due airing has not begun, for the day that its window closes.
    pub(super) fn note_what_is_missing(&mut self, at: usize, now: Timestamp) {
        let track = &mut self.tracks[at];
        if track.claimed == Claimed::Held {
            // Claimed with a device that ran: it was lost since, or what it had is not prepared again yet.
            track.kept = Some(Reason::NoDevice);
        }
        let track = &self.tracks[at];
        let airing = track.airing();
        if airing.at <= now && matches!(self.device, Device::Waiting { .. } | Device::Opening) {
            let why = Some((Reason::NoDevice, track.detail.clone()));
            if let Some(waiting) = self.waiting.get_mut(&(airing.at, airing.id.clone())) {
                waiting.why = why;
            }
        }
    }

    pub(super) fn release(&mut self, shared: &mut Shared, now: Timestamp) {
        if !self.tracks.is_empty() || self.check.is_some() {
            return;
        }
        if self.power != Power::Off && now >= self.idle_since + POWER_TAIL {
            self.power = Power::Off;
            self.power_detail = None;
            shared.effects.push(Effect::PowerOff { speaker: self.index });
        }
        let open = matches!(self.device, Device::Open | Device::Opening);
        if open && (now >= self.idle_since + CLOSE_AFTER || now < self.idle_since) {
            shared.effects.push(Effect::Close { speaker: self.index });
            self.device = Device::Closed;
        } else if matches!(self.device, Device::Waiting { .. }) {
            self.device = Device::Closed;
        }
    }
}
