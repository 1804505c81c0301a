//! What a village box asks its station and tells it: a lost past, what is not ready, what people on the spot set.

use super::*;
use crate::base::Digest;
use crate::rundown::AiringId;
use crate::station::limits::LimitFault;
use crate::station::player::Limit;
use crate::station::ready;

impl Running {
    /// Whether this box knows nothing of its past: its journal is new or was lost, and [`settle`](Self::settle) has not
    /// been durable yet. It airs nothing and makes no receipt until then.
    pub fn amnesia(&self) -> bool {
        self.shared.board.lock().expect("no holder of the board panics").amnesia
    }

    /// What the county knows of the past: `ended` airings with when they began, of all stations of this box, and the
    /// number its next receipt is to have. Takes effect once the time is known; from then on only what is due later
    /// sounds, and a second start remembers. Without effect where nothing was forgotten.
    pub fn settle(&self, ended: Vec<(AiringId, Option<Timestamp>)>, number_next: u64) {
        self.shared.inbox.lock().expect("no holder of the inbox panics").settle = Some((ended, number_next));
        self.bell.ring();
    }

    /// Whether the time is known, as the scheduling thread last saw it. While it is not, nothing begins.
    pub fn clock_trusted(&self) -> bool {
        self.shared.board.lock().expect("no holder of the board panics").clock_trusted
    }

    /// Rings the scheduling thread: the time may be known now. It looks by itself every 30 s.
    pub fn look(&self) {
        self.bell.ring();
    }

    /// Airings due within `within` whose clips are missing or have the wrong size. Reads the store's folder, no clip.
    pub fn unready(&self, within: Duration) -> Vec<AiringId> {
        unready(&self.shared, &*self.clock, &self.store, within)
    }

    /// Mutes a loudspeaker, with the reason given on the spot, or bounds its volume. Durable when this returns. A mute
    /// stops what sounds, an emergency too, and what is due while it holds is `refused(muted)`; a bound holds from the next
    /// airing on.
    pub fn set_limit(&self, station: &Id, limit: Limit) -> Result<(), LimitFault> {
        set_limit(&self.shared, station, limit)?;
        self.bell.ring();
        Ok(())
    }
}

/// The same for a station without threads.
impl Machine {
    pub fn amnesia(&self) -> bool {
        self.shared.board.lock().expect("no holder of the board panics").amnesia
    }

    pub fn settle(&mut self, ended: Vec<(AiringId, Option<Timestamp>)>, number_next: u64) {
        self.shared.inbox.lock().expect("no holder of the inbox panics").settle = Some((ended, number_next));
    }

    pub fn unready(&self, within: Duration) -> Vec<AiringId> {
        unready(&self.shared, &*self.clock, &self.store, within)
    }

    pub fn set_limit(&mut self, station: &Id, limit: Limit) -> Result<(), LimitFault> {
        set_limit(&self.shared, station, limit)
    }
}

fn unready(shared: &Shared, clock: &dyn Clock, store: &Store, within: Duration) -> Vec<AiringId> {
    let held: Vec<_> = shared.board.lock().expect("no holder of the board panics").rundowns.values().cloned().collect();
    let now = clock.now();
    let bytes_of = |digest: &Digest| {
        std::fs::metadata(store.path(digest)).ok().filter(std::fs::Metadata::is_file).map(|file| file.len())
    };
    held.iter().flat_map(|rundown| ready::unready(rundown, now, within, bytes_of)).collect()
}

fn set_limit(shared: &Shared, station: &Id, limit: Limit) -> Result<(), LimitFault> {
    let here = shared.board.lock().expect("no holder of the board panics").status.iter().any(|s| s.station == *station);
    if !here {
        return Err(LimitFault::NotHere(station.clone()));
    }
    // Held while the file is written: two people at two pages must not undo each other.
    let mut limits = shared.limits.lock().expect("no holder of the limits panics");
    limits.set(station, limit.clone())?;
    shared.inbox.lock().expect("no holder of the inbox panics").limits.push((station.clone(), limit));
    Ok(())
}
