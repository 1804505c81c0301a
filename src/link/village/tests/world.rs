//! A small world for tests: a county that is a script, a station that takes notes, and the clock between them.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::TimeDelta;

use super::super::county::{County, Fault, Fresh, Piece, RundownAsk};
use super::super::errand::{Link, Options};
use super::super::folder::{Folder, Membership};
use super::super::{Past, Station, Timekeeper};
use crate::base::clock::SimulatedClock;
use crate::base::{Clock, Digest, Id, Length, Timestamp};
use crate::link::wire::{
    self, Acknowledged, Claims, EnrolAsk, Enrolled, Receipts, Refused, Served, StationStatus, Status, TIME_TYPE, Time,
    Why,
};
use crate::rundown::document::{Edge, FORMAT, Keep};
use crate::rundown::programme::{Part, Programme};
use crate::rundown::quiet::Quiet;
use crate::rundown::seal::{Envelope, KEYS_TYPE, Key, Keys, RUNDOWN_TYPE, Signer, Use};
use crate::rundown::{Airing, AiringId, Class, Level, Receipt, Rundown};
use crate::store::Store;

/// What the county says and has heard.
#[derive(Default)]
pub(super) struct Script {
    pub served: VecDeque<Served>,
    pub clips: BTreeMap<Digest, Vec<u8>>,
    /// Faults that come before any answer.
    pub faults: VecDeque<Fault>,
    /// Bytes after which the line breaks, for each piece.
    pub line_bytes: Option<usize>,
    /// Spoils the next piece.
    pub spoil: bool,
    pub polls: Vec<RundownAsk>,
    pub fetched: Vec<(Digest, u64)>,
    pub chain: Option<Acknowledged>,
    pub received: Vec<Receipt>,
    /// What boxes said is lost.
    pub gaps: Vec<(u64, u64)>,
    pub statuses: Vec<Status>,
    pub time: Option<Envelope>,
    pub claims: Vec<AiringId>,
}

#[derive(Clone, Default)]
pub(super) struct Scripted(pub Arc<Mutex<Script>>);

impl Scripted {
    fn script<T>(&self, with: impl FnOnce(&mut Script) -> Result<T, Fault>) -> Result<T, Fault> {
        let mut script = self.0.lock().unwrap();
        match script.faults.pop_front() {
            Some(fault) => Err(fault),
            None => with(&mut script),
        }
    }
}

pub(super) fn refused(why: Why, acknowledged: Option<Acknowledged>) -> Fault {
    Fault::Refused(Refused { why, say: "no".to_owned(), acknowledged })
}

impl County for Scripted {
    async fn enrol(&self, _: &EnrolAsk) -> Result<Enrolled, Fault> {
        Err(refused(Why::BadCode, None))
    }

    async fn rundown(&self, ask: &RundownAsk) -> Result<Option<Fresh>, Fault> {
        self.script(|script| {
            script.polls.push(ask.clone());
            let etag = Some(format!("\"{}\"", script.polls.len()));
            Ok(script.served.pop_front().map(|served| Fresh { served, etag }))
        })
    }

    async fn clip(&self, clip: &Digest, from: u64, bytes_max: u64) -> Result<Piece, Fault> {
        self.script(|script| {
            script.fetched.push((*clip, from));
            let whole = script.clips.get(clip).ok_or_else(|| refused(Why::NotFound, None))?;
            let end = (from + bytes_max).min(whole.len() as u64) as usize;
            let mut bytes = whole[from as usize..end].to_vec();
            bytes.truncate(script.line_bytes.unwrap_or(usize::MAX));
            if std::mem::take(&mut script.spoil) {
                bytes[0] ^= 1;
            }
            Ok(Piece { from, bytes, total: Some(whole.len() as u64) })
        })
    }

    async fn receipts(&self, batch: &Receipts) -> Result<Acknowledged, Fault> {
        self.script(|script| {
            let begin = Acknowledged { number: 0, head: wire::chain_begin() };
            let mut chain = script.chain.clone().unwrap_or(begin);
            let is_gap = batch.gap && batch.first > chain.number + 1;
            if chain.head != batch.before || !(is_gap || batch.first == chain.number + 1) {
                return Err(refused(Why::OutOfOrder, Some(chain)));
            }
            if is_gap {
                script.gaps.push((chain.number + 1, batch.first - 1));
                chain.number = batch.first - 1;
            }
            for text in &batch.receipts {
                chain = Acknowledged { number: chain.number + 1, head: wire::chain(&chain.head, text.get()) };
                script.received.push(serde_json::from_str(text.get()).unwrap());
            }
            script.chain = Some(chain.clone());
            Ok(chain)
        })
    }

    async fn status(&self, status: &Status) -> Result<(), Fault> {
        self.script(|script| {
            script.statuses.push(status.clone());
            Ok(())
        })
    }

    async fn time(&self, nonce: &str) -> Result<Envelope, Fault> {
        self.script(|script| {
            let canned = script.time.take();
            Ok(canned.unwrap_or_else(|| time(nonce, start(), &signer(3))))
        })
    }

    async fn claims(&self, _: &Id) -> Result<Claims, Fault> {
        self.script(|script| {
            let ended = script.claims.iter().map(|id| (id.clone(), None)).collect();
            let acknowledged = script.chain.clone().unwrap();
            Ok(Claims { ended, acknowledged, floor: Edge { epoch: 1, version: 7 } })
        })
    }
}

/// A station that notes what it is told.
#[derive(Clone, Default)]
pub(super) struct Noted(pub Arc<Mutex<Notes>>);

#[derive(Default)]
pub(super) struct Notes {
    pub offered: Vec<Edge>,
    pub keys: usize,
    /// All that the journal has.
    pub receipts: Vec<Receipt>,
    pub acknowledged: u64,
    pub amnesia: bool,
    pub settled: Option<Past>,
}

impl Station for Noted {
    fn offer(&self, rundown: Arc<Envelope>) {
        let body: Rundown = serde_json::from_slice(&rundown.payload).unwrap();
        self.0.lock().unwrap().offered.push(body.edge);
    }

    fn renew_keys(&self, _: Envelope) {
        self.0.lock().unwrap().keys += 1;
    }

    fn receipts(&self, after: u64) -> Option<Vec<Receipt>> {
        let receipts = &self.0.lock().unwrap().receipts;
        Some(receipts.iter().filter(|receipt| receipt.number > after).cloned().collect())
    }

    fn acknowledge(&self, number: u64) {
        let acknowledged = &mut self.0.lock().unwrap().acknowledged;
        *acknowledged = number.max(*acknowledged);
    }

    fn status(&self) -> Status {
        let station = StationStatus {
            station: id("upper"),
            sink: "null".to_owned(),
            device: "closed".to_owned(),
            sounding: None,
            held: Edge::default(),
            refusal: None,
            unready: Vec::new(),
            starved_frames: 0,
            muted: None,
            volume_max: 100,
        };
        Status {
            version: "1".to_owned(),
            at: start(),
            clock_trusted: true,
            clock_offset_ms: 0,
            run: String::new(),
            uptime_s: 0,
            disk_free_bytes: None,
            temperature_c: None,
            journal_fault: None,
            amnesia: self.0.lock().unwrap().amnesia,
            stations: vec![station],
        }
    }

    fn has_amnesia(&self) -> bool {
        self.0.lock().unwrap().amnesia
    }

    fn settle(&self, past: Past) {
        let mut notes = self.0.lock().unwrap();
        (notes.settled, notes.amnesia) = (Some(past), false);
    }
}

/// A simulated clock that can be set, and is kept unless the disk is full.
pub(super) struct Set(Arc<SimulatedClock>, Arc<AtomicBool>);

impl Clock for Set {
    fn now(&self) -> Timestamp {
        self.0.now()
    }

    fn monotonic(&self) -> Duration {
        self.0.monotonic()
    }
}

impl Timekeeper for Set {
    fn set(&self, at: Timestamp, asked: Duration, answered: Duration) -> Result<(), String> {
        self.0.step(at + TimeDelta::from_std((answered - asked) / 2).unwrap() - self.0.now());
        if self.1.load(Ordering::SeqCst) { Err("the disk is full".to_owned()) } else { Ok(()) }
    }

    fn is_known(&self) -> bool {
        true
    }

    fn offset(&self) -> TimeDelta {
        TimeDelta::zero()
    }
}

pub(super) fn id(text: &str) -> Id {
    text.parse().unwrap()
}

pub(super) fn start() -> Timestamp {
    Timestamp::from_timestamp(1_800_000_000, 0).unwrap()
}

/// 1: root, 2: rundowns, 3: time, 4: nobody's.
pub(super) fn signer(n: u8) -> Signer {
    Signer::from_secret(&[n; 32])
}

pub(super) fn keys(version: u64, root: u8) -> Envelope {
    let key = |n: u8, purpose| Key {
        id: signer(n).id().clone(),
        purpose,
        public: signer(n).public(),
        not_before: start() - TimeDelta::days(1),
        not_after: start() + TimeDelta::days(400),
        revoked: false,
        person: None,
    };
    let none = chrono::NaiveTime::from_hms_opt(3, 0, 0).unwrap();
    let quiet = Quiet { from: none, until: none, zone: chrono_tz::UTC };
    let body = Keys { version, keys: vec![key(2, Use::Rundown), key(3, Use::Time)], quiet };
    Envelope::seal(KEYS_TYPE, serde_json::to_vec(&body).unwrap(), &[&signer(root)])
}

pub(super) fn time(nonce: &str, at: Timestamp, signer: &Signer) -> Envelope {
    let body = Time { nonce: nonce.to_owned(), at };
    Envelope::seal(TIME_TYPE, serde_json::to_vec(&body).unwrap(), &[signer])
}

/// What a clip of this name sounds like: a little more than one piece.
pub(super) fn sound(name: &str) -> Vec<u8> {
    name.bytes().cycle().take(70_000).collect()
}

pub(super) fn clip(name: &str) -> Digest {
    Digest::of(&sound(name))
}

/// A rundown of `upper`: airings as (clip, minutes from the start, class).
pub(super) fn rundown(version: u64, airings: &[(&str, i64, Class)]) -> Rundown {
    let part = |name: &str| Part { message: None, language: None, voice: None, clip: clip(name), frames: 1 };
    let programme = |name: &str| Programme {
        edition: Digest::of(b"edition"),
        notice: None,
        chime: None,
        parts: vec![part(name)],
        repeat: 1,
        gap: Length::default(),
    };
    let airing = |(i, (name, minutes, class)): (usize, &(&str, i64, Class))| {
        let at = start() + TimeDelta::minutes(*minutes);
        Airing {
            id: AiringId { broadcast: id(name), instant: at, station: id("upper") },
            at,
            programme: i as u32,
            late: Length::minutes(5),
            expires: None,
            class: *class,
            level: (*class == Class::Emergency).then_some(Level::I),
            volume: 80,
            order: None,
        }
    };
    Rundown {
        format: FORMAT,
        station: id("upper"),
        edge: Edge { epoch: 1, version },
        issued: start(),
        valid_until: start() + TimeDelta::days(14),
        programmes: airings.iter().map(|(name, ..)| programme(name)).collect(),
        airings: airings.iter().enumerate().map(airing).collect(),
        stop: Vec::new(),
        keep: airings.iter().map(|(name, ..)| Keep { clip: clip(name), bytes: 70_000 }).collect(),
        min_gap: Length::default(),
        airings_per_day_max: 96,
        orders: Vec::new(),
        must: Vec::new(),
    }
}

pub(super) fn sealed(rundown: &Rundown) -> Envelope {
    Envelope::seal(RUNDOWN_TYPE, serde_json::to_vec(rundown).unwrap(), &[&signer(2)])
}

/// A box, its county, and the clock between them.
pub(super) struct World {
    pub home: tempfile::TempDir,
    pub county: Scripted,
    pub station: Noted,
    pub clock: Arc<SimulatedClock>,
    pub full: Arc<AtomicBool>,
}

impl World {
    pub fn new() -> World {
        let home = tempfile::tempdir().unwrap();
        let world = World {
            home,
            county: Scripted::default(),
            station: Noted::default(),
            clock: SimulatedClock::at(start()),
            full: Arc::default(),
        };
        world.folder().join("code", &world.membership(), &keys(1, 1)).unwrap();
        let mut script = world.county.0.lock().unwrap();
        script.clips = ["a", "b", "c"].map(|name| (clip(name), sound(name))).into();
        drop(script);
        world
    }

    pub fn folder(&self) -> Folder {
        Folder::new(self.home.path())
    }

    pub fn store(&self) -> Store {
        Store::open(self.home.path().join("clips")).unwrap()
    }

    pub fn membership(&self) -> Membership {
        let (url, root) = ("https://county.example".to_owned(), signer(1).public());
        Membership { url, ca: None, root, stations: vec![id("upper")] }
    }

    /// As after a start.
    pub fn link(&self) -> Link<Scripted, Noted> {
        let options = Options { stations: vec![id("upper")], root: signer(1).public(), disk_bytes_max: 1 << 30 };
        let clock = Arc::new(Set(self.clock.clone(), self.full.clone()));
        Link::open(self.county.clone(), self.station.clone(), clock, (self.folder(), self.store()), options).unwrap()
    }

    pub fn serve(&self, rundown: Envelope, keys: Option<Envelope>) {
        self.county.0.lock().unwrap().served.push_back(Served { keys, rundown });
    }

    pub fn offered(&self) -> Vec<u64> {
        self.station.0.lock().unwrap().offered.iter().map(|edge| edge.version).collect()
    }
}
