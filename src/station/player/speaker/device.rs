//! What the device and the amplifier say.

use super::*;

impl Speaker {
    pub fn opened(&mut self) {
        self.device = Device::Open;
    }

    pub fn open_failed(&mut self, detail: String, now: Timestamp) {
        let tries = if let Device::Waiting { tries, .. } = self.device { tries + 1 } else { self.tries() + 1 };
        let pause = if tries < REOPEN_QUICK_TRIES { REOPEN_AFTER } else { REOPEN_SLOWLY };
        self.device = Device::Waiting { retry: now + pause, tries };
        for track in &mut self.tracks {
            track.detail = Some(detail.clone());
        }
    }

    /// The device failed: what had begun is partial; what had not is prepared again, for it never sounded.
    pub fn lost(&mut self, detail: &str, left: &[(VoiceId, u64)], shared: &mut Shared, now: Timestamp) {
        self.device = Device::Waiting { retry: now + REOPEN_AFTER, tries: 0 };
        self.check = None;
        for at in (0..self.tracks.len()).rev() {
            let index = self.index;
            let track = &mut self.tracks[at];
            track.detail = Some(detail.to_owned());
            let frames = left.iter().find(|(voice, _)| *voice == track.voice).map_or(0, |(_, frames)| *frames);
            if track.started.is_some() || frames > 0 {
                let reason = track.cut.unwrap_or(Reason::DeviceLost);
                self.finish(at, Outcome::Partial(reason), frames, shared, now);
            } else if let Some(reason) = track.cut {
                self.finish(at, Outcome::Partial(reason), 0, shared, now);
            } else if track.armed {
                (track.armed, track.prepared, track.voice) = (false, false, shared.voice());
                let (voice, rundown, airing) = (track.voice, track.rundown.clone(), track.index);
                shared.effects.push(Effect::Prepare { speaker: index, voice, rundown, airing });
            }
        }
    }

    pub fn powered(&mut self, detail: Option<String>, now: Timestamp) {
        if self.power == Power::Asked {
            self.power = Power::On { from: now + self.options.power_lead.delta() };
            self.power_detail = detail;
        }
    }
}
