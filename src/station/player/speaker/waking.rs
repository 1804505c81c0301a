//! When a loudspeaker is to be looked at again.

use super::*;

impl Speaker {
    /// When to look again at the latest.
    pub(super) fn wake(&self, shared: &Shared, now: Timestamp) -> Option<Timestamp> {
        let mut wake: Option<Timestamp> = None;
        let mut at = |t: Timestamp| {
            if t > now {
                wake = Some(wake.map_or(t, |w: Timestamp| w.min(t)));
            }
        };
        let lead = self.lead();
        if let Some(rundown) = self.rundown.as_ref().filter(|_| !shared.stopping && shared.hold.is_none()) {
            at(rundown.issued);
            for ((due, _), waiting) in &self.waiting {
                let airing = &rundown.airings[waiting.index];
                at(*due - lead);
                at(*due);
                if *due > now + lead {
                    break;
                }
                let opens = self.opens(rundown, airing, &shared.quiet, now);
                at(opens - lead);
                at(opens);
                at(airing.until() + TICK);
                waiting.look.into_iter().for_each(&mut at);
            }
        }
        if let Some((due, _)) = self.dropped.keys().next().filter(|_| shared.hold.is_none()) {
            at(*due);
        }
        for track in &self.tracks {
            let airing = track.airing();
            if let Some(expires) = airing.expires {
                at(expires + TICK);
            }
            at(airing.until() + TICK);
            at(self.opens(&track.rundown, airing, &shared.quiet, now) - CLAIM_LEAD);
            if let Some(ready) = self.ready_from() {
                at(ready.max(airing.at) - CLAIM_LEAD);
            }
        }
        self.check_wakes().for_each(&mut at);
        if let Device::Waiting { retry, .. } = self.device {
            at(retry);
        }
        if self.tracks.is_empty() {
            at(self.idle_since + POWER_TAIL);
            at(self.idle_since + CLOSE_AFTER);
        }
        wake
    }
}
