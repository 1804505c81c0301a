//! A rundown comes: what it lists waits, what it no longer lists ends at its instant, what it stops is cut.

use std::collections::HashMap;

use super::*;

impl Speaker {
    /// Takes a rundown that passed every check.
    pub fn accept(&mut self, rundown: Arc<Rundown>, warrants: Arc<Warrants>, shared: &mut Shared, now: Timestamp) {
        // Two may have come at once, each newer than what was held then.
        if rundown.edge < self.edge {
            return;
        }
        (self.edge, self.warrants) = (rundown.edge, warrants);
        let since = *self.since.get_or_insert(rundown.issued);
        self.keep_or_drop_candidate(&rundown, shared);
        let mut before = std::mem::take(&mut self.waiting);
        let mut was: HashMap<AiringId, Waiting> =
            std::mem::take(&mut before).into_iter().map(|((_, id), waiting)| (id, waiting)).collect();
        for (index, airing) in rundown.airings.iter().enumerate() {
            if self.settled.contains(&airing.id) || airing.until() < since {
                continue;
            }
            let why = was.remove(&airing.id).and_then(|waiting| waiting.why);
            self.waiting.insert((airing.at, airing.id.clone()), Waiting { index, why, look: None });
        }
        let waiting = &self.waiting;
        self.dropped.retain(|key, _| !waiting.contains_key(key));
        let old = self.rundown.replace(rundown.clone());
        let mut gone: Vec<(AiringId, Waiting)> = was.into_iter().collect();
        gone.sort_by(|a, b| a.0.cmp(&b.0));
        for (id, waiting) in gone {
            let old = old.as_ref().expect("what waited was listed in a rundown");
            let reason = if rundown.stop.contains(&id) { Reason::Cancelled } else { Reason::Unlisted };
            let airing = &old.airings[waiting.index];
            // Its window had closed before the news came: that it was cancelled would be the wrong reason.
            if airing.until() < now {
                self.settle_waiting(&old.clone(), waiting, shared, now);
            } else {
                let receipt = silent_receipt(old, airing, Outcome::Cancelled(reason), now, &self.options);
                self.dropped.insert((airing.at, id), receipt);
            }
        }
        for id in &rundown.stop {
            self.cut(id, Reason::Cancelled, shared, now);
        }
        let oldest = now - MEMORY;
        self.settled.retain(|id| id.instant > oldest || rundown.airings.iter().any(|a| a.id == *id));
        self.starts.retain(|(_, start)| *start > oldest);
    }

    /// Ends what is due and was taken out of the rundown before.
    pub(super) fn end_what_was_dropped(&mut self, shared: &mut Shared, now: Timestamp) {
        while let Some(entry) = self.dropped.first_entry().filter(|entry| entry.key().0 <= now) {
            let ((_, id), receipt) = entry.remove_entry();
            // Listed again at another instant, or ended there.
            if self.settled.contains(&id) || self.waiting.keys().any(|(_, waiting)| *waiting == id) {
                continue;
            }
            self.settled.insert(id);
            shared.effects.push(Effect::Receipt(Receipt { at: now, ..receipt }));
        }
    }

    /// What is being prepared goes on being prepared when the new rundown lists it just the same.
    fn keep_or_drop_candidate(&mut self, rundown: &Arc<Rundown>, shared: &mut Shared) {
        let Some(track) = self.tracks.iter_mut().find(|t| t.claimed == Claimed::No) else { return };
        let same = |airing: &Airing| {
            airing.id == track.airing().id
                && airing.at == track.airing().at
                && programme(rundown, airing) == track.programme()
        };
        match rundown.airings.iter().position(same) {
            Some(index) => (track.rundown, track.index) = (rundown.clone(), index),
            None => self.drop_candidate(shared),
        }
    }
}
