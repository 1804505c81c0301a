//! What a box holds of its county: whom it trusts, and the rundowns in force.
//!
//! Nothing gets in here that did not pass every check of the seal; it is on disk before the station is told. The station
//! has it at once, whatever clips are still to come: there each airing waits for its own clips, and holds up no other.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::folder::{Folder, FolderFault, Stamp};
use super::keys::{self, Kept};
use super::wanted::{self, Want};
use crate::base::{Digest, Id, Timestamp};
use crate::rundown::Rundown;
use crate::rundown::document::Edge;
use crate::rundown::seal::{Envelope, Keys, PublicKey, Refusal, Trust};

/// Trust, and what was accepted under it.
#[derive(Debug)]
pub struct Held {
    folder: Folder,
    root: PublicKey,
    trust: Trust,
    /// What is trusted, under the root's signature; none until there is one.
    document: Option<Envelope>,
    /// What was wrong with the keys document on disk, until it was told.
    keys_fault: Option<String>,
    /// The file that was looked at.
    keys_seen: Option<Stamp>,
    stations: BTreeMap<Id, Accepted>,
    refusals: BTreeMap<Id, String>,
    /// Files that were read and are held: they need not be read again.
    seen: BTreeMap<Id, Stamp>,
}

#[derive(Debug)]
struct Accepted {
    envelope: Arc<Envelope>,
    rundown: Rundown,
    offered: bool,
}

/// Why something was not taken.
#[derive(Debug, thiserror::Error)]
pub enum NotTaken {
    #[error("refused: {0}")]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Folder(#[from] FolderFault),
}

impl Held {
    /// Takes up what was accepted before. A rundown that no longer passes, for its age or for a clock that is not set, is
    /// left out; the county or a later look brings it back.
    pub fn open(folder: Folder, root: &PublicKey, stations: &[Id], now: Timestamp) -> Held {
        let mut held = Held {
            folder,
            root: root.clone(),
            trust: Trust::in_nobody(root),
            document: None,
            keys_fault: None,
            keys_seen: None,
            stations: BTreeMap::new(),
            refusals: BTreeMap::new(),
            seen: BTreeMap::new(),
        };
        held.look(stations, now);
        held
    }

    pub fn trust(&self) -> &Trust {
        &self.trust
    }

    pub fn keys(&self) -> &Keys {
        self.trust.keys()
    }

    /// Reads what is on disk and not held: at a start, once the clock is right, and after a stick was read in by another
    /// process. Returns newer keys, and whether a rundown came.
    pub fn look(&mut self, stations: &[Id], now: Timestamp) -> (Option<Envelope>, bool) {
        let renewed = self.look_at_keys();
        let mut came = false;
        for station in stations {
            let stamp = self.folder.rundown_stamp(station);
            if stamp.is_none() || stamp.as_ref() == self.seen.get(station) {
                continue;
            }
            let Some(envelope) = self.folder.rundown(station) else { continue };
            let held = self.stations.get(station);
            if held.is_some_and(|held| *held.envelope == envelope) {
                self.seen.extend(stamp.map(|stamp| (station.clone(), stamp)));
                continue;
            }
            let edge = held.map_or_else(Edge::default, |held| held.rundown.edge);
            if let Ok(rundown) = self.trust.open(&envelope, station, edge, now) {
                self.enter(station, envelope, rundown);
                self.seen.extend(stamp.map(|stamp| (station.clone(), stamp)));
                came = true;
            }
        }
        (renewed, came)
    }

    /// Newer keys, where the disk has any. A document there that is not the pinned root's, or is older than what is held,
    /// is written anew from the one that is held: whatever befalls the file, the box goes on under the last good keys.
    fn look_at_keys(&mut self) -> Option<Envelope> {
        let stamp = self.folder.keys_stamp();
        if stamp.is_some() && stamp == self.keys_seen {
            return None;
        }
        let Kept { trust, document, fault } = keys::look(&self.folder, &self.root);
        if let Some(fault) = fault {
            if self.keys_fault.as_ref() != Some(&fault) {
                tracing::error!("{fault}");
            }
            self.keys_fault = Some(fault);
        }
        let newer = document.filter(|_| self.document.is_none() || trust.keys().version > self.trust.keys().version);
        if let Some(document) = &newer {
            (self.trust, self.document) = (trust, Some(document.clone()));
        }
        if let Some(document) = &self.document {
            // A disk that is full keeps the copy that was good.
            let _ = self.folder.write_keys(document);
        }
        self.keys_seen = self.folder.keys_stamp();
        newer
    }

    /// What was wrong with the keys document on disk.
    pub fn keys_fault(&self) -> Option<&String> {
        self.keys_fault.as_ref()
    }

    /// The county knows what was wrong, and the file is as it should be.
    pub fn keys_fault_was_told(&mut self, told: &str) {
        self.keys_fault.take_if(|fault| fault == told && self.document.is_some());
    }

    /// Takes a newer keys document that came with the rundown of a station: durable when this returns.
    pub fn renew(&mut self, station: &Id, keys: &Envelope) -> Result<(), NotTaken> {
        let result = self.renew_unnoted(keys);
        if let Err(why) = &result {
            self.refusals.insert(station.clone(), format!("its keys document: {why}"));
        }
        result
    }

    fn renew_unnoted(&mut self, keys: &Envelope) -> Result<(), NotTaken> {
        let mut trust = self.trust.clone();
        trust.renew(keys)?;
        self.folder.write_keys(keys)?;
        self.keys_seen = self.folder.keys_stamp();
        (self.trust, self.document) = (trust, Some(keys.clone()));
        Ok(())
    }

    /// Takes a rundown that passes every check: durable when this returns. The highest of what the station, the disk and
    /// this box hold is what it must not be older than.
    pub fn accept(
        &mut self,
        station: &Id,
        envelope: Envelope,
        station_edge: Edge,
        now: Timestamp,
    ) -> Result<bool, NotTaken> {
        let result = self.accept_unnoted(station, envelope, station_edge, now);
        match &result {
            Ok(_) => self.refusals.remove(station),
            Err(why) => self.refusals.insert(station.clone(), why.to_string()),
        };
        result
    }

    fn accept_unnoted(
        &mut self,
        station: &Id,
        envelope: Envelope,
        station_edge: Edge,
        now: Timestamp,
    ) -> Result<bool, NotTaken> {
        let lock = self.folder.hold_rundowns()?;
        let edge = self.edge(station).max(station_edge).max(self.folder.edge(station));
        let rundown = self.trust.open(&envelope, station, edge, now)?;
        if self.stations.get(station).is_some_and(|held| *held.envelope == envelope) {
            return Ok(false);
        }
        self.folder.write_rundown(station, &envelope, &lock)?;
        self.enter(station, envelope, rundown);
        Ok(true)
    }

    fn enter(&mut self, station: &Id, envelope: Envelope, rundown: Rundown) {
        let accepted = Accepted { envelope: Arc::new(envelope), rundown, offered: false };
        self.stations.insert(station.clone(), accepted);
    }

    /// The highest accepted rundown.
    pub fn edge(&self, station: &Id) -> Edge {
        self.stations.get(station).map_or_else(Edge::default, |held| held.rundown.edge)
    }

    pub fn envelope(&self, station: &Id) -> Option<Arc<Envelope>> {
        self.stations.get(station).map(|held| held.envelope.clone())
    }

    pub fn refusal(&self, station: &Id) -> Option<&String> {
        self.refusals.get(station)
    }

    /// The rundowns that the station has not had yet. Each once.
    pub fn offers(&mut self) -> Vec<Arc<Envelope>> {
        let mut offers = Vec::new();
        for held in self.stations.values_mut().filter(|held| !held.offered) {
            held.offered = true;
            offers.push(held.envelope.clone());
        }
        offers
    }

    /// What is to be fetched, the most urgent first.
    pub fn wanted(&self, now: Timestamp, is_here: &dyn Fn(&Digest) -> bool) -> Vec<Want> {
        wanted::wanted(self.stations.values().map(|held| &held.rundown), now, is_here)
    }

    /// Every clip that a held rundown names.
    pub fn kept(&self) -> BTreeSet<Digest> {
        wanted::kept(self.stations.values().map(|held| &held.rundown))
    }
}
