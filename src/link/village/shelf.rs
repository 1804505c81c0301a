//! Which clips a box lets go of: those that no held rundown names, 30 days after one last did, or before that where they
//! take too much of the disk.

use std::collections::BTreeSet;

use chrono::TimeDelta;

use crate::base::{Digest, Timestamp};
use crate::store::{Store, StoreFault};

/// A clip that comes back within this time need not come over the line again.
const SPARE_FOR: TimeDelta = TimeDelta::days(30);

/// A clip on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shelved {
    pub clip: Digest,
    pub bytes: u64,
    /// When a held rundown last named it, as far as this box looked.
    pub kept_at: Timestamp,
}

/// The clips to remove, so that all others take at most `bytes_max`; never one of `kept`, even where these alone take more.
pub fn spare(shelved: &[Shelved], kept: &BTreeSet<Digest>, now: Timestamp, bytes_max: u64) -> Vec<Digest> {
    let mut bytes: u64 = shelved.iter().map(|clip| clip.bytes).sum();
    let mut others: Vec<&Shelved> = shelved.iter().filter(|clip| !kept.contains(&clip.clip)).collect();
    others.sort_by_key(|clip| (clip.kept_at, clip.clip));
    let mut spared = Vec::new();
    for clip in others {
        if bytes > bytes_max || now - clip.kept_at > SPARE_FOR {
            bytes -= clip.bytes;
            spared.push(clip.clip);
        }
    }
    spared
}

/// How much the clips of a box may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    /// All of them.
    BytesMax(u64),
    /// This much less than now, as far as there is one that nobody needs: the disk is full.
    Less(u64),
}

/// Removes what nobody needs. Returns how many clips.
pub fn clear(store: &Store, kept: &BTreeSet<Digest>, now: Timestamp, room: Room) -> Result<usize, StoreFault> {
    let mut shelved = Vec::new();
    for clip in store.list()? {
        let Ok(file) = store.get(&clip) else { continue };
        if kept.contains(&clip) {
            // How long ago it was last needed, for the time when it is not.
            let _ = file.set_modified(now.into());
        }
        let Ok(metadata) = file.metadata() else { continue };
        let kept_at = metadata.modified().map_or(now, Timestamp::from).min(now);
        shelved.push(Shelved { clip, bytes: metadata.len(), kept_at });
    }
    let bytes_max = match room {
        Room::BytesMax(bytes_max) => bytes_max,
        Room::Less(bytes) => shelved.iter().map(|clip| clip.bytes).sum::<u64>().saturating_sub(bytes),
    };
    let spare = spare(&shelved, kept, now, bytes_max);
    for clip in &spare {
        store.remove(clip)?;
    }
    Ok(spare.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_go_first_and_none_that_is_kept() {
        let now = Timestamp::from_timestamp(1_800_000_000, 0).unwrap();
        let clips = [1u8, 2, 3, 4].map(|n| Digest([n; 32]));
        let days = [40, 20, 10, 31];
        let shelved: Vec<Shelved> = clips
            .iter()
            .zip(days)
            .map(|(clip, days)| Shelved { clip: *clip, bytes: 10, kept_at: now - TimeDelta::days(days) })
            .collect();
        let check = |kept: &[usize], bytes_max, expected: &[usize]| {
            let kept = kept.iter().map(|i| clips[*i]).collect();
            let found = spare(&shelved, &kept, now, bytes_max);
            assert_eq!(found, expected.iter().map(|i| clips[*i]).collect::<Vec<_>>(), "{bytes_max}");
        };
        check(&[], 1000, &[0, 3]);
        check(&[0], 1000, &[3]);
        check(&[], 15, &[0, 3, 1]);
        check(&[0], 15, &[3, 1, 2]);
        check(&[0, 1, 2, 3], 0, &[]);
    }
}
