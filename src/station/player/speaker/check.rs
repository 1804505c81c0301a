//! A sound check, asked for by a person at the loudspeaker: a short tone. It is no airing: nothing is claimed or recorded,
//! and it gives way to everything.

use super::*;

/// How long the tone is.
pub const TONE: TimeDelta = TimeDelta::seconds(2);
/// A device that has not opened after this, once the amplifier is warm, will not for this check.
const WAIT: TimeDelta = TimeDelta::seconds(15);

/// Why no tone sounds now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoCheck {
    #[error("the time is not known here, so nobody can say whether these are quiet hours; give the box a line")]
    ClockUntrusted,
    #[error("these are quiet hours; try again when they are over")]
    QuietHours,
    #[error("this loudspeaker is muted; take the mute back first")]
    Muted,
    #[error("something sounds or is about to; try again in a minute")]
    Busy,
    #[error("the program is stopping; start it again")]
    Stopping,
    #[error("no loudspeaker of this station is attached to this machine")]
    NotHere,
}

/// A tone on its way.
#[derive(Debug)]
pub(super) struct Check {
    pub voice: VoiceId,
    armed: bool,
    /// It is given up then.
    until: Timestamp,
}

impl Speaker {
    /// Begins a sound check, where nothing speaks against it.
    pub fn check(&mut self, shared: &mut Shared, now: Timestamp) -> Result<(), NoCheck> {
        let until = now + self.lead() + WAIT;
        // What is due while the past is not known does not sound either.
        let due = self.waiting.keys().next().filter(|_| shared.hold.is_none());
        let is_quiet = |at| !shared.quiet.allows(Class::Daily, None, at);
        let no = match () {
            () if shared.stopping => NoCheck::Stopping,
            () if shared.hold == Some(Reason::ClockUntrusted) => NoCheck::ClockUntrusted,
            () if self.limit.muted.is_some() => NoCheck::Muted,
            () if is_quiet(now) || is_quiet(until + TONE) => NoCheck::QuietHours,
            () if self.check.is_some() || !self.tracks.is_empty() => NoCheck::Busy,
            () if due.is_some_and(|(at, _)| *at <= until + TONE + self.lead()) => NoCheck::Busy,
            () => {
                self.check = Some(Check { voice: shared.voice(), armed: false, until });
                return Ok(());
            }
        };
        Err(no)
    }

    /// Does what is due of a sound check.
    pub(super) fn advance_check(&mut self, shared: &mut Shared, now: Timestamp) {
        let Some(check) = &self.check else { return };
        let over = if check.armed { check.until + TONE + WAIT } else { check.until };
        let may = shared.quiet.allows(Class::Daily, None, now) && self.limit.muted.is_none() && !shared.stopping;
        if !self.tracks.is_empty() || !may || now > over {
            return self.end_check(shared, now);
        }
        if check.armed || self.ready_from().is_none_or(|ready| ready > now) {
            return;
        }
        let (voice, until) = (check.voice, check.until);
        let volume = TONE_VOLUME.min(self.limit.volume_max);
        shared.effects.push(Effect::Tone { speaker: self.index, voice, until, volume });
        self.check.iter_mut().for_each(|check| check.armed = true);
    }

    /// Fades a tone, or forgets it where it has not begun.
    pub(super) fn end_check(&mut self, shared: &mut Shared, now: Timestamp) {
        let Some(check) = self.check.take() else { return };
        self.idle_since = now;
        if check.armed {
            let by = now + TimeDelta::from_std(FADE).expect("a fade is short");
            shared.effects.push(Effect::Cut { speaker: self.index, voice: check.voice, by });
        }
    }

    /// When a sound check is to be looked at again.
    pub(super) fn check_wakes(&self) -> impl Iterator<Item = Timestamp> {
        let ready = self.ready_from().filter(|_| self.check.as_ref().is_some_and(|check| !check.armed));
        let over = self.check.as_ref().map(|check| if check.armed { check.until + TONE + WAIT } else { check.until });
        ready.into_iter().chain(over.map(|over| over + TICK))
    }
}

/// As an airing is that says nothing else.
const TONE_VOLUME: u8 = 80;
