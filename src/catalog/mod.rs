//! locales + broadcasts + recordings + directory -> ([`Catalog`], faults).
//!
//! Parsing is pure: [`files::Files`] in, data out; only `files` reads the disk. Knows no clock, no network, no ledger.

pub mod binding;
pub mod broadcast;
pub mod changes;
pub mod county;
pub mod coverage;
pub mod cron;
pub mod directory;
pub mod edition;
pub mod files;
pub mod load;
pub mod model;
pub mod post;
pub mod recordings;
mod references;
pub mod sources;
pub mod spoken;
mod texts;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use edition::{Edition, Written};
pub use files::Files;
pub use load::{Loaded, load};
pub use model::*;

use crate::base::{Digest, Id, Tag};
use crate::catalog::recordings::Recordings;
use crate::catalog::sources::OldSources;
use crate::catalog::spoken::Spoken;
use crate::lang::Bundle;
use crate::lang::source::SourceDigest;

/// Everything people wrote, checked and bound together. A fault of one file is told beside it, and is not in here.
pub struct Catalog {
    pub county: County,
    pub townships: BTreeMap<Id, Township>,
    pub stations: BTreeMap<Id, Station>,
    pub chats: BTreeMap<Id, Chat>,
    pub broadcasts: BTreeMap<Id, Broadcast>,
    /// By broadcast.
    pub editions: BTreeMap<Id, Edition>,
    pub recordings: Recordings,
    /// By tag of language.
    bundles: BTreeMap<Tag, Arc<Bundle>>,
    /// Texts that have a fault, by language and message: held back, with what is wrong.
    held: BTreeMap<(Tag, Id), String>,
    /// Of the source language's messages, as they are now.
    source_digests: BTreeMap<Id, SourceDigest>,
    /// Source texts that translations were made from.
    pub old_sources: OldSources,
    /// By broadcast: what is read aloud.
    spoken: BTreeMap<Id, Spoken>,
}

impl Catalog {
    /// The stations of `targets`, in order of id, each once.
    pub fn stations_of(&self, targets: &[Target]) -> Vec<&Station> {
        let wanted = |station: &&Station| {
            targets.iter().any(|target| match target {
                Target::All => true,
                Target::Township(id) => station.township == *id,
                Target::Group(id) => station.groups.contains(id),
                Target::One(id) => station.id == *id,
            })
        };
        self.stations.values().filter(wanted).collect()
    }

    /// The chats of `targets`, in order of id, each once.
    pub fn chats_of(&self, targets: &[Target]) -> Vec<&Chat> {
        let wanted = |chat: &&Chat| {
            targets.iter().any(|target| match target {
                Target::All => true,
                Target::Township(id) => chat.township.as_ref() == Some(id),
                Target::Group(_) => false,
                Target::One(id) => chat.id == *id,
            })
        };
        self.chats.values().filter(wanted).collect()
    }

    pub fn bundle(&self, language: &str) -> Option<&Arc<Bundle>> {
        self.bundles.get(language)
    }

    /// The size of a clip that a recording or a chime names.
    pub fn clip_bytes(&self, clip: &Digest) -> Option<u64> {
        let recordings = self.recordings.recordings.iter().map(|r| (&r.clip, r.bytes));
        recordings
            .chain(self.recordings.chimes.values().map(|c| (&c.clip, c.bytes)))
            .find(|(c, _)| *c == clip)
            .map(|(_, b)| b)
    }

    /// Where below `broadcasts/` each clip stands.
    pub fn clip_files(&self) -> BTreeMap<Digest, &str> {
        let recordings = self.recordings.recordings.iter().map(|r| (r.clip, r.file.as_str()));
        recordings.chain(self.recordings.chimes.values().map(|c| (c.clip, c.file.as_str()))).collect()
    }

    /// What is wrong with a text, when something is.
    pub fn held_text(&self, language: &Tag, message: &Id) -> Option<&str> {
        self.held.get(&(language.clone(), message.clone())).map(String::as_str)
    }
}
