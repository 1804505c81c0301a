//! Which clips are fetched first: those of emergencies, then what is due soonest, then what a rundown keeps for later.

use std::collections::BTreeMap;

use crate::base::{Digest, Timestamp};
use crate::rundown::{Class, Rundown};

/// A clip that is to be here and is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Want {
    pub clip: Digest,
    /// How long it is, as the rundown says.
    pub bytes: Option<u64>,
    pub urgency: Urgency,
}

/// Lower goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// An emergency, due then.
    Emergency(Timestamp),
    /// Needed first then.
    Due(Timestamp),
    /// Kept for what may come.
    Kept,
}

/// The clips of these rundowns that are not here, the most urgent first. What is over wants nothing.
pub fn wanted<'a>(
    rundowns: impl IntoIterator<Item = &'a Rundown>,
    now: Timestamp,
    is_here: impl Fn(&Digest) -> bool,
) -> Vec<Want> {
    let mut wants: BTreeMap<Digest, (Option<u64>, Urgency)> = BTreeMap::new();
    let mut want = |clip: Digest, bytes: Option<u64>, urgency: Urgency| {
        let known = wants.entry(clip).or_insert((bytes, urgency));
        *known = (known.0.or(bytes), known.1.min(urgency));
    };
    for rundown in rundowns {
        for airing in rundown.airings.iter().filter(|airing| airing.until() >= now) {
            let urgency = match airing.class {
                Class::Emergency => Urgency::Emergency(airing.at),
                _ => Urgency::Due(airing.at),
            };
            let programme = rundown.programmes.get(airing.programme as usize);
            for part in programme.into_iter().flat_map(|programme| programme.clips()) {
                want(part.clip, None, urgency);
            }
        }
        for keep in &rundown.keep {
            want(keep.clip, Some(keep.bytes), Urgency::Kept);
        }
    }
    let mut wants: Vec<Want> = wants
        .into_iter()
        .filter(|(clip, _)| !is_here(clip))
        .map(|(clip, (bytes, urgency))| Want { clip, bytes, urgency })
        .collect();
    wants.sort_by_key(|want| (want.urgency, want.clip));
    wants
}

/// Every clip that these rundowns name.
pub fn kept<'a>(rundowns: impl IntoIterator<Item = &'a Rundown>) -> std::collections::BTreeSet<Digest> {
    let of = |rundown: &'a Rundown| {
        let parts = rundown.programmes.iter().flat_map(|programme| programme.clips()).map(|part| part.clip);
        parts.chain(rundown.keep.iter().map(|keep| keep.clip))
    };
    rundowns.into_iter().flat_map(of).collect()
}
