//! The errands of a box, each as one pass that a test drives by hand: ask for a rundown, bring receipts, say how it is,
//! ask the time; [`clips`](super::clips) has those that clips need. None of them waits, and none repeats itself: that is
//! the tasks' part.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

use super::county::{County, Fault, Fresh, RundownAsk};
use super::folder::{Brought, Folder, FolderFault};
use super::held::{Held, NotTaken};
use super::parts::{PartFault, Parts, Step};
use super::wanted::Want;
use super::{Past, Station, Timekeeper};
use crate::base::{Digest, Id, Timestamp};
use crate::link::wire::{self, Why};
use crate::rundown::document::Edge;
use crate::rundown::seal::PublicKey;
use crate::store::{Store, StoreFault};

#[derive(Debug, Clone)]
pub struct Options {
    pub stations: Vec<Id>,
    pub root: PublicKey,
    /// Clips that nobody needs any more are let go of when all take more than this.
    pub disk_bytes_max: u64,
}

/// Why an errand came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum ErrandFault {
    #[error(transparent)]
    County(#[from] Fault),
    #[error("a document of the county was not taken: {0}")]
    NotTaken(#[from] NotTaken),
    #[error(transparent)]
    Folder(#[from] FolderFault),
    #[error(transparent)]
    Part(#[from] PartFault),
    #[error(transparent)]
    Store(#[from] StoreFault),
    #[error("the time was not taken: {0}")]
    Time(String),
    #[error("the county's chain of receipts is not this box's: {0}; compare `cunxiang log` with the village")]
    Chain(String),
}

/// How the link is, for people.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// When the county last answered.
    pub contact: Option<Timestamp>,
    /// Why it last did not; none while it does.
    pub fault: Option<String>,
    /// By errand, why it came to nothing last; not those that went.
    #[serde(default)]
    pub faults: BTreeMap<String, String>,
    /// Clips still to come.
    pub clips_wanted: usize,
}

/// What one poll brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Polled {
    Nothing,
    /// What is held already.
    Same,
    New,
}

/// What one fetch brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fetched {
    /// Nothing is wanted, or nothing before this much time.
    Idle(Option<Duration>),
    Piece(Digest, Step),
}

/// The box's end of the link.
pub struct Link<C, S> {
    pub county: C,
    pub station: S,
    pub(super) clock: Arc<dyn Timekeeper>,
    pub(super) folder: Folder,
    pub(super) store: Store,
    pub(super) parts: Parts,
    pub(super) options: Options,
    state: Mutex<State>,
    pub(super) bells: Bells,
}

/// What calls for an errand before its time.
#[derive(Default)]
pub struct Bells {
    pub clips: Notify,
    pub receipts: Notify,
    pub status: Notify,
    /// The county called a proof too old or too new: one of the two clocks was set.
    pub time: Notify,
}

pub(super) struct State {
    pub(super) held: Held,
    etags: BTreeMap<Id, String>,
    health: Health,
    /// Clips that failed: how often, and until when on the monotonic clock they wait.
    pub(super) failed: BTreeMap<Digest, (u32, Duration)>,
}

impl<C: County, S: Station> Link<C, S> {
    /// Takes up what the box holds, and offers it to the station.
    pub fn open(
        county: C,
        station: S,
        clock: Arc<dyn Timekeeper>,
        (folder, store): (Folder, Store),
        options: Options,
    ) -> Result<Link<C, S>, ErrandFault> {
        let parts = Parts::open(folder.data().join("parts"))?;
        let held = Held::open(folder.clone(), &options.root, &options.stations, clock.now());
        let state = State { held, etags: BTreeMap::new(), health: Health::default(), failed: BTreeMap::new() };
        let (state, bells) = (Mutex::new(state), Bells::default());
        let link = Link { county, station, clock, folder, store, parts, options, state, bells };
        link.check_clips();
        link.offer();
        Ok(link)
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no holder of the link's state panics")
    }

    fn is_here(&self) -> impl Fn(&Digest) -> bool {
        let store = self.store.clone();
        move |clip| store.contains(clip)
    }

    /// A receipt became durable at the station, or something about it changed.
    pub fn ring(&self) {
        self.bells.receipts.notify_one();
        self.bells.status.notify_one();
    }

    pub fn health(&self) -> Health {
        let mut health = self.state().health.clone();
        health.clips_wanted = self.wanted().len();
        health
    }

    /// Takes note of how a call went, for people.
    pub(super) fn note(&self, result: Result<(), &ErrandFault>) {
        let now = self.clock.now();
        let health = &mut self.state().health;
        match result {
            Ok(()) => {
                health.contact = Some(now);
                if health.fault.take().is_some() {
                    self.bells.status.notify_one();
                }
            }
            Err(fault) => {
                health.fault = Some(fault.to_string());
                // The county is to know at once who sends what is not its own.
                if matches!(fault, ErrandFault::NotTaken(_)) {
                    self.bells.status.notify_one();
                }
                if matches!(fault, ErrandFault::County(fault) if fault.why() == Some(Why::BadProof)) {
                    self.bells.time.notify_one();
                }
            }
        }
    }

    /// Takes note of how an errand went.
    pub(super) fn note_errand(&self, what: &str, fault: Option<String>) {
        let faults = &mut self.state().health.faults;
        match fault {
            Some(fault) => drop(faults.insert(what.to_owned(), fault)),
            None => drop(faults.remove(what)),
        }
    }

    pub(super) fn wanted(&self) -> Vec<Want> {
        self.state().held.wanted(self.clock.now(), &self.is_here())
    }

    /// Hands the station what it has not had yet.
    fn offer(&self) {
        let offers = self.state().held.offers();
        offers.into_iter().for_each(|envelope| self.station.offer(envelope));
    }

    /// Looks for what another process read in from a stick, and for what a wrong clock had left out.
    pub fn look(&self) {
        let (keys, came) = self.state().held.look(&self.options.stations, self.clock.now());
        if let Some(keys) = keys {
            self.station.renew_keys(keys);
        }
        if came {
            self.news();
        }
    }

    fn news(&self) {
        self.offer();
        self.bells.clips.notify_one();
        self.bells.status.notify_one();
    }

    /// One long poll.
    pub async fn poll(&self, station: &Id, wait_s: u64) -> Result<Polled, ErrandFault> {
        let at_station = self.held_at_station(station);
        let ask = {
            let state = self.state();
            RundownAsk {
                station: station.clone(),
                wait_s,
                held: state.held.edge(station).max(at_station).max(self.folder.edge(station)),
                keys: state.held.keys().version,
                etag: state.etags.get(station).cloned(),
                base: state.held.envelope(station),
            }
        };
        let polled = self.take(station, at_station, self.county.rundown(&ask).await);
        if matches!(polled, Err(ErrandFault::County(Fault::Unreadable(_)) | ErrandFault::NotTaken(_))) {
            // Perhaps only what changed was sent, and does not fit: the whole is asked for.
            self.state().etags.remove(station);
        }
        polled
    }

    fn take(
        &self,
        station: &Id,
        at_station: Edge,
        answer: Result<Option<Fresh>, Fault>,
    ) -> Result<Polled, ErrandFault> {
        let Some(fresh) = answer? else { return Ok(Polled::Nothing) };
        if let Some(keys) = &fresh.served.keys {
            self.state().held.renew(station, keys)?;
            self.station.renew_keys(keys.clone());
        }
        let now = self.clock.now();
        let is_new = {
            let mut state = self.state();
            let is_new = state.held.accept(station, fresh.served.rundown, at_station, now)?;
            // Kept only now: what was refused is asked for again.
            match fresh.etag {
                Some(etag) => state.etags.insert(station.clone(), etag),
                None => state.etags.remove(station),
            };
            is_new
        };
        if is_new {
            self.news();
        }
        Ok(if is_new { Polled::New } else { Polled::Same })
    }

    fn held_at_station(&self, station: &Id) -> Edge {
        let status = self.station.status();
        status.stations.iter().find(|s| s.station == *station).map_or_else(Edge::default, |s| s.held)
    }

    /// How the box is, with what the link knows.
    pub fn status(&self) -> wire::Status {
        let mut status = self.station.status();
        status.clock_trusted = self.clock.is_known();
        status.clock_offset_ms = self.clock.offset().num_milliseconds();
        let state = self.state();
        for station in &mut status.stations {
            station.held = station.held.max(state.held.edge(&station.station));
            if station.refusal.is_none() {
                station.refusal = state.held.refusal(&station.station).or(state.held.keys_fault()).cloned();
            }
        }
        status
    }

    /// Says how the box is.
    pub async fn report(&self) -> Result<(), ErrandFault> {
        let told = self.state().held.keys_fault().cloned();
        self.county.status(&self.status()).await?;
        if let Some(told) = told {
            self.state().held.keys_fault_was_told(&told);
        }
        Ok(())
    }

    /// Asks the county for what it knows of this box's past, where the box does not. True when it was asked.
    pub async fn recall(&self) -> Result<bool, ErrandFault> {
        if !self.station.has_amnesia() {
            return Ok(false);
        }
        let mut past = Past::default();
        let mut acknowledged = None;
        for station in &self.options.stations {
            let claims = self.county.claims(station).await?;
            past.ended.extend(claims.ended);
            past.floors.push((station.clone(), claims.floor));
            acknowledged = Some(claims.acknowledged);
        }
        let Some(county) = acknowledged else { return Ok(false) };
        past.acknowledged = county.number;
        self.folder.write_brought(&Brought { county, offset: 0 })?;
        self.station.settle(past);
        Ok(true)
    }
}
