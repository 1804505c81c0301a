//! What keeps a loudspeaker silent from outside its rundown: an unknown time, a lost past, a person on the spot.

use super::*;

impl Speaker {
    /// A hold ends: what came due meanwhile and is too late now was kept by it.
    pub fn note_hold(&mut self, hold: Option<Reason>, now: Timestamp) {
        let Some(reason) = hold else { return };
        for (_, waiting) in self.waiting.iter_mut().take_while(|((at, _), _)| *at <= now) {
            waiting.why.get_or_insert((reason, None));
        }
        for track in self.tracks.iter_mut().filter(|track| track.claimed == Claimed::Held && !track.armed) {
            track.kept = Some(reason);
        }
    }

    /// The county told what it knows of a past that was lost. What was due before now may have sounded all the same, and
    /// stays silent.
    pub fn settle_past(
        &mut self,
        ended: &[(AiringId, Option<Timestamp>)],
        floors: &[(Id, Edge)],
        shared: &mut Shared,
        now: Timestamp,
    ) {
        self.silent_before = Some((now, Reason::Amnesia));
        let floor =
            floors.iter().filter(|(station, _)| *station == self.options.station).map(|(_, floor)| *floor).max();
        if let Some(floor) = floor.filter(|floor| *floor > self.edge) {
            // What was taken meanwhile is older than what this loudspeaker knew: its airings may have been taken back.
            self.edge = floor;
            self.drop_candidate(shared);
            self.rundown = None;
            self.waiting.clear();
            self.dropped.clear();
        }
        for (id, started) in ended.iter().filter(|(id, _)| id.station == self.options.station) {
            self.waiting.retain(|(_, waiting), _| waiting != id);
            if self.settled.insert(id.clone()) {
                self.starts.extend(started.map(|at| (id.broadcast.clone(), at)));
            }
        }
    }

    /// Newer keys came. What sounds already goes on: to end it takes an order.
    pub fn warranted(&mut self, warrants: Arc<Warrants>) {
        self.warrants = warrants;
    }

    /// Somebody set what may sound here. A mute also stops what sounds.
    pub fn limited(&mut self, limit: Limit, shared: &mut Shared, now: Timestamp) {
        if limit.muted.is_some() {
            let ids: Vec<AiringId> = self.tracks.iter().map(|t| t.airing().id.clone()).collect();
            for id in ids {
                self.cut(&id, Reason::Muted, shared, now);
            }
        }
        self.limit = limit;
    }
}
