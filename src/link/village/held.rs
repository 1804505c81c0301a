//! What a box holds of its county: whom it trusts, the rundowns in force, and one that waits for its clips.
//!
//! Nothing gets in here that did not pass every check of the seal; it is on disk before the station is told.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::TimeDelta;

use super::folder::{Folder, FolderFault, Stamp};
use super::wanted::{self, Want};
use crate::base::{Digest, Id, Timestamp};
use crate::rundown::Rundown;
use crate::rundown::document::Edge;
use crate::rundown::seal::{Envelope, Keys, PublicKey, Refusal, Trust};

/// What is due within this time and lacks clips may hold a rundown back until they are here: once the station has the
/// rundown, an airing without its clips is missed.
const SOON: TimeDelta = TimeDelta::minutes(2);
/// A rundown that waits for clips is offered this long before the first window ends, so that what is whole still sounds.
const OFFER_LEAD: TimeDelta = TimeDelta::seconds(5);
/// However wide the windows are: other airings, too, wait for their new plan.
const OFFER_WAIT_MAX: TimeDelta = TimeDelta::minutes(3);

/// Trust, and what was accepted under it.
#[derive(Debug)]
pub struct Held {
    folder: Folder,
    trust: Trust,
    stations: BTreeMap<Id, Accepted>,
    refusals: BTreeMap<Id, String>,
    /// Files that were read and are held: they need not be read again.
    seen: BTreeMap<Id, Stamp>,
}

#[derive(Debug)]
struct Accepted {
    envelope: Arc<Envelope>,
    rundown: Rundown,
    /// Offered to the station at this instant at the latest; none: it was.
    offer_by: Option<Timestamp>,
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
    ///
    /// Errors: the keys document is not the pinned root's.
    pub fn open(folder: Folder, root: &PublicKey, stations: &[Id], now: Timestamp) -> Result<Held, NotTaken> {
        let trust = Trust::begin(root, &folder.keys()?)?;
        let mut held =
            Held { folder, trust, stations: BTreeMap::new(), refusals: BTreeMap::new(), seen: BTreeMap::new() };
        held.look(stations, now, &|_| true);
        Ok(held)
    }

    pub fn trust(&self) -> &Trust {
        &self.trust
    }

    pub fn keys(&self) -> &Keys {
        self.trust.keys()
    }

    /// Reads what is on disk and not held: at a start, once the clock is right, and after a stick was read in by another
    /// process. Returns newer keys, and whether a rundown came.
    pub fn look(
        &mut self,
        stations: &[Id],
        now: Timestamp,
        is_here: &dyn Fn(&Digest) -> bool,
    ) -> (Option<Envelope>, bool) {
        let mut renewed = None;
        if let Ok(keys) = self.folder.keys() {
            let before = self.trust.keys().version;
            if self.trust.renew(&keys).is_ok() && self.trust.keys().version > before {
                renewed = Some(keys);
            }
        }
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
                self.enter(station, envelope, rundown, now, is_here);
                self.seen.extend(stamp.map(|stamp| (station.clone(), stamp)));
                came = true;
            }
        }
        (renewed, came)
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
        self.trust = trust;
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
        is_here: &dyn Fn(&Digest) -> bool,
    ) -> Result<bool, NotTaken> {
        let result = self.accept_unnoted(station, envelope, station_edge, now, is_here);
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
        is_here: &dyn Fn(&Digest) -> bool,
    ) -> Result<bool, NotTaken> {
        let lock = self.folder.hold_rundowns()?;
        let edge = self.edge(station).max(station_edge).max(self.folder.edge(station));
        let rundown = self.trust.open(&envelope, station, edge, now)?;
        if self.stations.get(station).is_some_and(|held| *held.envelope == envelope) {
            return Ok(false);
        }
        self.folder.write_rundown(station, &envelope, &lock)?;
        self.enter(station, envelope, rundown, now, is_here);
        Ok(true)
    }

    fn enter(
        &mut self,
        station: &Id,
        envelope: Envelope,
        rundown: Rundown,
        now: Timestamp,
        is_here: &dyn Fn(&Digest) -> bool,
    ) {
        let before = self.stations.get(station).map(|held| &held.rundown);
        let offer_by = Some(offer_by(&rundown, before, now, is_here));
        self.stations.insert(station.clone(), Accepted { envelope: Arc::new(envelope), rundown, offer_by });
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

    /// The rundowns that the station is to have now: those whose clips are here, and those that wait no longer. Each once.
    pub fn offers(&mut self, now: Timestamp, is_here: &dyn Fn(&Digest) -> bool) -> Vec<Arc<Envelope>> {
        let mut offers = Vec::new();
        for held in self.stations.values_mut() {
            let Some(by) = held.offer_by else { continue };
            if by <= now || lacking(&held.rundown, now, is_here).is_none() {
                held.offer_by = None;
                offers.push(held.envelope.clone());
            }
        }
        offers
    }

    /// When [`offers`](Self::offers) is to be asked again at the latest.
    pub fn offer_next(&self) -> Option<Timestamp> {
        self.stations.values().filter_map(|held| held.offer_by).min()
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

/// The end of the first window of what is due soon and lacks clips.
fn lacking(rundown: &Rundown, now: Timestamp, is_here: &dyn Fn(&Digest) -> bool) -> Option<Timestamp> {
    let soon = rundown.airings.iter().filter(|airing| airing.at <= now + SOON && airing.until() >= now);
    let lacks = soon.filter(|airing| {
        let programme = rundown.programmes.get(airing.programme as usize);
        programme.is_some_and(|programme| programme.clips().any(|part| !is_here(&part.clip)))
    });
    lacks.map(|airing| airing.until()).min()
}

/// Until when a new rundown may wait for its clips: not at all where it stops or takes back something.
fn offer_by(new: &Rundown, before: Option<&Rundown>, now: Timestamp, is_here: &dyn Fn(&Digest) -> bool) -> Timestamp {
    let listed: BTreeSet<_> = new.airings.iter().map(|airing| &airing.id).collect();
    let takes_back = before.is_some_and(|before| {
        let mut soon = before.airings.iter().filter(|airing| airing.at <= now + SOON && airing.until() >= now);
        soon.any(|airing| !listed.contains(&airing.id))
    });
    match lacking(new, now, is_here) {
        Some(until) if new.stop.is_empty() && !takes_back => (until - OFFER_LEAD).min(now + OFFER_WAIT_MAX),
        _ => now,
    }
}
