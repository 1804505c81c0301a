//! What a village box asks its station and tells it: a lost past, what is not ready, what people on the spot set.

use super::*;
use crate::base::{Digest, Tag};
use crate::rundown::{Airing, AiringId, Outcome};
use crate::station::driver::{BATCH_MAX, Past};
use crate::station::limits::LimitFault;
use crate::station::player::{Limit, NoCheck};
use crate::station::ready;

/// The scheduling thread answers within one turn; a slow disk may hold that up.
const ANSWER_MAX: Duration = Duration::from_secs(2);

/// An airing of an accepted rundown.
#[derive(Debug, Clone)]
pub struct Listed {
    pub airing: Airing,
    pub languages: Vec<Tag>,
    /// None while it has not ended.
    pub outcome: Option<Outcome>,
}

impl Running {
    /// The airings due from `from` until before `until`, by instant.
    pub fn listed(&self, from: Timestamp, until: Timestamp) -> Vec<Listed> {
        let board = self.shared.board.lock().expect("no holder of the board panics");
        let mut listed: Vec<Listed> = Vec::new();
        for rundown in board.rundowns.values() {
            let due = rundown.airings.iter().filter(|airing| airing.at >= from && airing.at < until);
            listed.extend(due.map(|airing| Listed {
                airing: airing.clone(),
                languages: rundown.programmes[airing.programme as usize].languages(),
                outcome: board.ended.get(&airing.id).copied(),
            }));
        }
        listed.sort_by(|a, b| (a.airing.at, &a.airing.id).cmp(&(b.airing.at, &b.airing.id)));
        listed
    }

    /// Plays a short tone, by the loudspeaker's own rules: not in quiet hours, not while it is muted, not over an airing
    /// or just before one. Waits for the scheduling thread, two seconds at the most.
    pub fn sound_check(&self, station: &Id) -> Result<(), NoCheck> {
        let (answer, answered) = channel();
        self.shared.inbox.lock().expect("no holder of the inbox panics").checks.push((station.clone(), answer));
        self.bell.ring();
        answered.recv_timeout(ANSWER_MAX).unwrap_or(Err(NoCheck::Busy))
    }

    /// Whether this box knows nothing of its past: its journal is new or was lost, and [`settle`](Self::settle) has not
    /// been durable yet. It airs nothing and makes no receipt until then.
    pub fn amnesia(&self) -> bool {
        self.shared.board.lock().expect("no holder of the board panics").amnesia
    }

    /// What the county knows of the past of all stations of this box. Takes effect once the time is known; from then on
    /// only what is due later sounds, and a second start remembers. Without effect where nothing was forgotten.
    pub fn settle(&self, past: Past) {
        self.shared.inbox.lock().expect("no holder of the inbox panics").settle = Some(past);
        self.bell.ring();
    }

    /// The oldest receipts after number `after`, acknowledged or not, a bounded batch in order. None while the scheduling
    /// thread looks for them; `on_receipt` is called when they are there.
    pub fn receipts_after(&self, after: u64) -> Option<Vec<Receipt>> {
        let found = receipts_after(&self.shared, after);
        if found.is_none() {
            self.bell.ring();
        }
        found
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

    pub fn settle(&mut self, past: Past) {
        self.shared.inbox.lock().expect("no holder of the inbox panics").settle = Some(past);
    }

    /// The answer comes with the next turn.
    pub fn sound_check(&mut self, station: &Id) -> Receiver<Result<(), NoCheck>> {
        let (answer, answered) = channel();
        self.shared.inbox.lock().expect("no holder of the inbox panics").checks.push((station.clone(), answer));
        answered
    }

    pub fn receipts_after(&mut self, after: u64) -> Option<Vec<Receipt>> {
        receipts_after(&self.shared, after)
    }

    pub fn unready(&self, within: Duration) -> Vec<AiringId> {
        unready(&self.shared, &*self.clock, &self.store, within)
    }

    pub fn set_limit(&mut self, station: &Id, limit: Limit) -> Result<(), LimitFault> {
        set_limit(&self.shared, station, limit)
    }
}

fn receipts_after(shared: &Shared, after: u64) -> Option<Vec<Receipt>> {
    let board = shared.board.lock().expect("no holder of the board panics");
    if after >= board.receipts_after {
        let fresh: Vec<Receipt> = board.receipts.iter().filter(|receipt| receipt.number > after).cloned().collect();
        // A full board of which nothing is left says nothing of what comes after it.
        if !fresh.is_empty() || board.receipts.len() < BATCH_MAX {
            return Some(fresh);
        }
    }
    drop(board);
    shared.inbox.lock().expect("no holder of the inbox panics").receipts_after = Some(after);
    None
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
