//! Which broadcasts, stations and chats a coverage looks at.

use std::collections::BTreeSet;

use crate::base::{Id, Tag};
use crate::catalog::Catalog;
use crate::catalog::model::{Broadcast, Chat, Send, State, Station};

/// Everything that is ready to air, or a part of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Scope {
    /// This broadcast alone, in whatever state it is.
    pub broadcast: Option<Id>,
    /// These stations alone, and no chats.
    pub stations: Option<BTreeSet<Id>>,
}

impl Scope {
    pub fn is_everything(&self) -> bool {
        *self == Scope::default()
    }

    pub(super) fn broadcasts<'c>(&self, catalog: &'c Catalog) -> Vec<&'c Broadcast> {
        let is_in = |broadcast: &&Broadcast| match &self.broadcast {
            Some(id) => broadcast.id == *id,
            None => broadcast.state == State::Ready,
        };
        catalog.broadcasts.values().filter(is_in).collect()
    }

    /// The stations that a broadcast is for.
    pub(super) fn stations<'c>(&self, catalog: &'c Catalog, broadcast: &Broadcast) -> Vec<&'c Station> {
        let is_in = |station: &&Station| self.stations.as_ref().is_none_or(|stations| stations.contains(&station.id));
        catalog.stations_of(&broadcast.stations).into_iter().filter(is_in).collect()
    }

    /// The languages in which chats get voice notes of a broadcast.
    pub(super) fn voice_note_languages(&self, catalog: &Catalog, broadcast: &Broadcast) -> BTreeSet<Tag> {
        if self.stations.is_some() {
            return BTreeSet::new();
        }
        let chats = catalog.chats_of(&broadcast.chats).into_iter();
        let get_voice = |chat: &&Chat| chat.send.contains(&Send::Voice);
        chats.filter(get_voice).flat_map(|chat| chat.languages.iter().cloned()).collect()
    }
}
