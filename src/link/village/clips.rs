//! The errands that clips need: fetch a piece, read them again, let go of those that nobody needs.
//!
//! What is wrong with one clip, or with its file, holds up no other.

use std::time::Duration;

use super::Station;
use super::county::{County, Fault};
use super::errand::{ErrandFault, Fetched, Link};
use super::parts::{PartFault, Step};
use super::shelf::{self, Room};
use super::wanted::Want;
use crate::base::Digest;
use crate::link::wire::Why;
use crate::store::StoreFault;

/// A clip is fetched in pieces of this size: between two of them something more urgent goes first. 8 s at 64 kbit/s.
const PIECE_BYTES: u64 = 64 << 10;
/// A clip that came corrupt, that the county does not have, or that cannot be kept, waits this long after the first time,
/// and longer after each further one: the others go first.
const CLIP_WAIT: Duration = Duration::from_secs(2);
const CLIP_WAIT_MAX: Duration = Duration::from_secs(600);
/// While a clip becomes whole it is on the disk twice, as its part and in the store; the rest is for the file system.
const ROOM_TIMES: u64 = 2;
/// What a clip is taken for whose length is not known: 4 minutes at 32 kbit/s.
const CLIP_BYTES_USUAL: u64 = 1 << 20;

impl<C: County, S: Station> Link<C, S> {
    /// Fetches one piece of the most urgent clip.
    pub async fn fetch(&self) -> Result<Fetched, ErrandFault> {
        let wanted = self.wanted();
        let monotonic = self.clock.monotonic();
        let (want, wait) = {
            let failed = &mut self.state().failed;
            failed.retain(|clip, _| wanted.iter().any(|want| want.clip == *clip));
            let waits = |want: &&Want| failed.get(&want.clip).is_some_and(|(_, until)| *until > monotonic);
            let next = failed.values().map(|(_, until)| until.saturating_sub(monotonic)).min();
            (wanted.iter().find(|want| !waits(want)).copied(), next)
        };
        let Some(want) = want else { return Ok(Fetched::Idle(wait)) };
        let step = match self.fetch_piece(&want).await {
            Ok(step) => step,
            Err(fault) => {
                if is_full(&fault) && self.make_room(&want) {
                    tracing::info!("the disk is full; clips that nobody needs were let go of");
                } else if is_of_clip(&fault) {
                    self.clip_failed(&want.clip);
                }
                return Err(fault);
            }
        };
        match step {
            Step::More => {}
            Step::Whole => {
                self.state().failed.remove(&want.clip);
                if self.wanted().is_empty() {
                    self.bells.status.notify_one();
                }
            }
            Step::Corrupt => {
                tracing::warn!("clip {} came corrupt; it is thrown away and asked for again", want.clip);
                self.clip_failed(&want.clip);
            }
        }
        Ok(Fetched::Piece(want.clip, step))
    }

    async fn fetch_piece(&self, want: &Want) -> Result<Step, ErrandFault> {
        let (parts, store, want) = (self.parts.clone(), self.store.clone(), *want);
        let from = parts.len(&want.clip);
        // All of it came, and the power went, or the disk was full, before it was in the store.
        let is_all = want.bytes.is_some_and(|bytes| from > 0 && from >= bytes);
        let piece = if is_all { Err(Fault::PastEnd) } else { self.county.clip(&want.clip, from, PIECE_BYTES).await };
        let kept = match piece {
            Ok(piece) => tokio::task::spawn_blocking(move || parts.add(&want.clip, &piece, want.bytes, &store)),
            Err(Fault::PastEnd) if from > 0 => tokio::task::spawn_blocking(move || parts.finish(&want.clip, &store)),
            Err(fault) => {
                // The county has not (yet) what it lists.
                if matches!(fault.why(), Some(Why::NotFound | Why::BadRequest)) {
                    parts.drop_part(&want.clip)?;
                }
                return Err(fault.into());
            }
        };
        Ok(kept.await.expect("keeping a piece does not panic")?)
    }

    fn clip_failed(&self, clip: &Digest) {
        let monotonic = self.clock.monotonic();
        let failed = &mut self.state().failed;
        let (count, until) = failed.entry(*clip).or_default();
        *until = monotonic + CLIP_WAIT.saturating_mul(1 << (*count).min(16)).min(CLIP_WAIT_MAX);
        *count += 1;
    }

    /// Lets go of as many clips that nobody needs as this one needs room. False when there was none.
    fn make_room(&self, want: &Want) -> bool {
        self.clear(Room::Less(want.bytes.unwrap_or(CLIP_BYTES_USUAL) * ROOM_TIMES)).is_ok_and(|count| count > 0)
    }

    /// Reads every clip that a rundown names; a damaged one is removed, and fetched again.
    pub fn check_clips(&self) {
        let kept = self.state().held.kept();
        for clip in kept.iter().filter(|clip| self.store.contains(clip)) {
            if let Err(StoreFault::Damaged { .. } | StoreFault::TooLarge { .. }) = self.store.verify(clip) {
                tracing::warn!("clip {clip} is damaged here; it is fetched again");
                let _ = self.store.remove(clip);
            }
        }
        self.bells.clips.notify_one();
    }

    /// Lets go of clips that nobody needs, and of parts that nobody waits for. Returns how many clips.
    pub fn tidy(&self) -> Result<usize, ErrandFault> {
        self.clear(Room::BytesMax(self.options.disk_bytes_max))
    }

    fn clear(&self, room: Room) -> Result<usize, ErrandFault> {
        let wanted = self.wanted();
        self.parts.sweep(|clip| wanted.iter().any(|want| want.clip == *clip));
        // A clock that is not set would call everything old, and no rundown in force.
        if !self.clock.is_known() {
            return Ok(0);
        }
        let kept = self.state().held.kept();
        Ok(shelf::clear(&self.store, &kept, self.clock.now(), room)?)
    }
}

/// Whether it lies with one clip, or with its file, rather than with the line: others may fare better.
fn is_of_clip(fault: &ErrandFault) -> bool {
    match fault {
        ErrandFault::Part(_) | ErrandFault::Store(_) => true,
        ErrandFault::County(Fault::Unreadable(_) | Fault::PastEnd) => true,
        ErrandFault::County(fault) => matches!(fault.why(), Some(Why::NotFound | Why::BadRequest)),
        _ => false,
    }
}

fn is_full(fault: &ErrandFault) -> bool {
    use std::io::ErrorKind::{QuotaExceeded, StorageFull};
    let ErrandFault::Part(PartFault::Io { source, .. } | PartFault::Store(StoreFault::Io { source, .. })) = fault
    else {
        return false;
    };
    matches!(source.kind(), StorageFull | QuotaExceeded)
}
