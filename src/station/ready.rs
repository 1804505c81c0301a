//! Which airings could not sound as things are: a cheap look at the clips, long before they are due.
//!
//! Whether a clip is the bytes that its digest names is checked when it is prepared.

use std::collections::HashMap;
use std::time::Duration;

use chrono::TimeDelta;

use crate::base::{Digest, Timestamp};
use crate::rundown::{AiringId, Rundown};

/// The airings of a rundown due within `within` of `now` that lack a clip; `bytes_of` says how large a clip here is.
pub(super) fn unready(
    rundown: &Rundown,
    now: Timestamp,
    within: Duration,
    mut bytes_of: impl FnMut(&Digest) -> Option<u64>,
) -> Vec<AiringId> {
    let until = now.checked_add_signed(TimeDelta::from_std(within).unwrap_or(TimeDelta::MAX));
    let until = until.unwrap_or(Timestamp::MAX_UTC);
    let wanted: HashMap<&Digest, u64> = rundown.keep.iter().map(|keep| (&keep.clip, keep.bytes)).collect();
    let mut known: HashMap<&Digest, bool> = HashMap::new();
    let mut lacking = Vec::new();
    for airing in rundown.airings.iter().filter(|a| a.until() >= now && a.at <= until) {
        let programme = &rundown.programmes[airing.programme as usize];
        let ready = programme.clips().all(|part| {
            *known.entry(&part.clip).or_insert_with(|| {
                bytes_of(&part.clip).is_some_and(|bytes| wanted.get(&part.clip).is_none_or(|wanted| bytes == *wanted))
            })
        });
        if !ready {
            lacking.push(airing.id.clone());
        }
    }
    lacking
}
