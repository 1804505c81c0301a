//! A box: the real link on a real folder, with a loudspeaker that writes down what it is told and when what it airs ended.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use chrono::TimeDelta;
use cunxiang::base::clock::SimulatedClock;
use cunxiang::base::{Clock, Id, Timestamp};
use cunxiang::link::proof;
use cunxiang::link::village::calls::Calls;
use cunxiang::link::village::county::{County as _, Fault};
use cunxiang::link::village::folder::Membership;
use cunxiang::link::village::{Folder, Link, Options, Past, Station, Timekeeper, tasks};
use cunxiang::link::wire::{self, EnrolAsk, StationStatus, Status};
use cunxiang::rundown::chain;
use cunxiang::rundown::document::Edge;
use cunxiang::rundown::seal::{Envelope, KeyId};
use cunxiang::rundown::{AiringId, Outcome, Receipt, Rundown};
use cunxiang::store::Store;

use crate::county::County;
use crate::dice::Dice;
use crate::line::Line;

/// Receipts of one question.
const BATCH: usize = 20;
/// How often a loudspeaker looks what has ended.
const LOOK: Duration = Duration::from_secs(5);
/// How often a box that could not join tries again.
const JOIN_AGAIN: Duration = Duration::from_secs(20);

/// A fault of ours, planted to see that it is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mutation {
    None,
    /// A box that dies loses the last receipt it wrote.
    LosesReceipts,
    /// A box that dies forgets which rundown it held, and is then told its first one again.
    TakesOldRundowns,
}

pub struct Village {
    n: usize,
    home: tempfile::TempDir,
    county: Arc<County>,
    clock: Arc<SimulatedClock>,
    pub line: Line,
    notes: Arc<Mutex<Notes>>,
    mutation: Mutation,
    code: String,
}

/// What outlives the box's process: the loudspeaker's journal, and ours.
#[derive(Default)]
struct Notes {
    key: Option<KeyId>,
    starts: u64,
    rundown: Option<Arc<Rundown>>,
    highest: Edge,
    offered: u64,
    receipts: Vec<Receipt>,
    acknowledged: u64,
    broken: Option<String>,
}

impl Village {
    pub fn new(n: usize, seed: u64, county: &Arc<County>, clock: Arc<SimulatedClock>, mutation: Mutation) -> Village {
        let home = tempfile::tempdir().expect("the temporary folder can be written");
        let line = Line::new(Dice::new(seed, 3 + n as u64));
        let (county, notes, code) = (county.clone(), Arc::default(), county.code(n));
        Village { n, home, county, clock, line, notes, mutation, code }
    }

    fn notes(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().expect("nobody panics with it")
    }

    /// The first promise that did not hold.
    pub fn broken(&self) -> Result<(), String> {
        self.notes().broken.clone().map_or(Ok(()), |why| Err(format!("box {}: {why}", self.n)))
    }

    /// How many rundowns its loudspeaker was offered, and how many receipts that wrote.
    pub fn counts(&self) -> (u64, u64) {
        let notes = self.notes();
        (notes.offered, notes.receipts.len() as u64)
    }

    /// What it does as long as it runs.
    pub async fn run(self: Arc<Self>) -> turmoil::Result {
        let folder = Folder::new(self.home.path());
        folder.finish_join()?;
        while folder.membership().is_err() {
            if let Err(fault) = self.join(&folder).await {
                assert!(matches!(fault, Fault::Unreachable(_)), "box {}: {fault}", self.n);
                tokio::time::sleep(JOIN_AGAIN).await;
            }
        }
        let membership = folder.membership()?;
        self.start();
        let loudspeaker = Loudspeaker { county: self.county.clone(), n: self.n, notes: self.notes.clone() };
        let store = Store::open(self.home.path().join("clips"))?;
        let options = Options { stations: membership.stations, root: membership.root, disk_bytes_max: 1 << 30 };
        let signer = Arc::new(folder.key()?);
        let clock = Arc::new(Known(self.clock.clone()));
        let calls = Calls::new(self.line.clone(), signer, &options.root, clock.clone());
        let link = Arc::new(Link::open(calls, loudspeaker, clock, (folder, store), options)?);
        let _tasks = tasks::start(&link, crate::chance);
        loop {
            tokio::time::sleep(LOOK).await;
            if self.write_receipts() {
                link.ring();
            }
        }
    }

    async fn join(&self, folder: &Folder) -> Result<(), Fault> {
        let signer = folder.key_to_join(&self.code).expect("the folder can be written");
        let calls = Calls::to_join(self.line.clone(), self.clock.clone());
        let public = signer.public();
        let signature = proof::sign(&signer, &wire::enrol_message(&self.code, &public));
        let ask = EnrolAsk { code: self.code.clone(), public, signature, version: "1".to_owned() };
        let enrolled = calls.enrol(&ask).await?;
        let url = "https://county".to_owned();
        let membership = Membership { url, ca: None, root: enrolled.root, stations: enrolled.stations };
        folder.join(&self.code, &membership, &enrolled.keys).expect("the folder can be written");
        self.county.confirm(self.n, signer.id());
        self.notes().key = Some(signer.id().clone());
        Ok(())
    }

    /// What a start finds that was planted while it was off.
    fn start(&self) {
        let mut notes = self.notes();
        notes.starts += 1;
        if notes.starts == 1 {
            return;
        }
        match self.mutation {
            Mutation::None => {}
            Mutation::LosesReceipts => drop(notes.receipts.pop()),
            Mutation::TakesOldRundowns => {
                let _ = std::fs::remove_dir_all(self.home.path().join("rundowns"));
                notes.rundown = None;
                self.line.begins_again();
            }
        }
    }

    /// What has ended since the last look. True where something has.
    fn write_receipts(&self) -> bool {
        let mut notes = self.notes();
        let Some(rundown) = notes.rundown.clone() else { return false };
        let now = self.clock.now();
        let known: Vec<AiringId> = notes.receipts.iter().map(|receipt| receipt.airing.clone()).collect();
        let ended = rundown.airings.iter().filter(|airing| airing.at <= now && airing.at >= rundown.issued);
        let ended = ended.filter(|airing| !known.contains(&airing.id)).map(|airing| airing.id.clone());
        let before = notes.receipts.len();
        for airing in ended {
            let number = notes.receipts.len() as u64 + 1;
            notes.receipts.push(Receipt {
                number,
                airing,
                at: now,
                outcome: Outcome::Played,
                started: Some(now),
                frames: 48_000,
                frames_planned: 48_000,
                parts: Vec::new(),
                volume: 80,
                sink: "null".to_owned(),
                detail: None,
            });
        }
        notes.receipts.len() > before
    }

    /// Holds what must hold after a calm.
    ///
    /// Errors: the promise that does not, in words.
    pub fn settled(&self, newest: Edge, is_revoked: bool, county: &County) -> Result<(), String> {
        let fail = |why: String| Err(format!("box {}: {why}", self.n));
        self.broken()?;
        let notes = self.notes();
        let key = notes.key.clone().ok_or_else(|| format!("box {} never joined", self.n))?;
        if is_revoked {
            let is_held = notes.highest <= newest;
            return if is_held { Ok(()) } else { fail(format!("was told {:?} after it was revoked", notes.highest)) };
        }
        let held = notes.rundown.clone().ok_or_else(|| format!("box {} holds no rundown", self.n))?;
        if held.edge != newest {
            return fail(format!("holds {:?}, and the county has {newest:?}", held.edge));
        }
        if county.believes(self.n) != Some(newest) {
            return fail(format!("holds {newest:?}, and the county believes {:?}", county.believes(self.n)));
        }
        let store = Store::open(self.home.path().join("clips")).expect("the folder can be read");
        if let Some(missing) = held.keep.iter().find(|keep| store.read(&keep.clip).is_err()) {
            return fail(format!("has no clip {}", missing.clip));
        }
        let (there, mut ended) = county.heard(self.n, &key);
        let texts = notes.receipts.iter().map(wire::receipt_text);
        let head = texts.fold(chain::begin(), |head, text| chain::next(&head, text.get()));
        if (there.number, there.head) != (notes.receipts.len() as u64, head) {
            return fail(format!("wrote {} receipts, and the county has {}", notes.receipts.len(), there.number));
        }
        let mut written: Vec<AiringId> = notes.receipts.iter().map(|receipt| receipt.airing.clone()).collect();
        written.sort();
        ended.sort();
        if written != ended {
            return fail(format!("ended {} airings by its receipts, {} by the ledger", written.len(), ended.len()));
        }
        Ok(())
    }
}

/// The loudspeaker, as the link meets it.
struct Loudspeaker {
    county: Arc<County>,
    n: usize,
    notes: Arc<Mutex<Notes>>,
}

impl Loudspeaker {
    fn notes(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().expect("nobody panics with it")
    }

    fn station(&self) -> &Id {
        self.county.station(self.n)
    }
}

impl Station for Loudspeaker {
    fn offer(&self, envelope: Arc<Envelope>) {
        let rundown: Rundown = serde_json::from_slice(&envelope.payload).expect("it was verified");
        let mut notes = self.notes();
        let why = if !self.county.has_sealed(&envelope) {
            Some("was offered what the county never sealed".to_owned())
        } else if rundown.station != *self.station() {
            Some(format!("was offered the rundown of {}", rundown.station))
        } else if rundown.edge < notes.highest {
            Some(format!("was offered {:?}, older than {:?}", rundown.edge, notes.highest))
        } else {
            None
        };
        if notes.broken.is_none() {
            notes.broken = why;
        }
        notes.offered += 1;
        notes.highest = rundown.edge.max(notes.highest);
        notes.rundown = Some(Arc::new(rundown));
    }

    fn renew_keys(&self, _: Envelope) {}

    fn receipts(&self, after: u64) -> Option<Vec<Receipt>> {
        let after = usize::try_from(after).ok()?;
        Some(self.notes().receipts.iter().skip(after).take(BATCH).cloned().collect())
    }

    fn acknowledge(&self, number: u64) {
        let mut notes = self.notes();
        notes.acknowledged = number.max(notes.acknowledged);
    }

    fn status(&self) -> Status {
        let held = self.notes().rundown.as_ref().map(|rundown| rundown.edge).unwrap_or_default();
        let station = StationStatus {
            station: self.station().clone(),
            sink: "null".to_owned(),
            device: "closed".to_owned(),
            sounding: None,
            held,
            refusal: None,
            unready: Vec::new(),
            starved_frames: 0,
            muted: None,
            volume_max: 100,
        };
        Status {
            version: "1".to_owned(),
            at: Timestamp::UNIX_EPOCH,
            clock_trusted: true,
            clock_offset_ms: 0,
            run: String::new(),
            uptime_s: 0,
            disk_free_bytes: None,
            temperature_c: None,
            journal_fault: None,
            amnesia: false,
            stations: vec![station],
        }
    }

    fn settle(&self, _: Past) {}

    fn has_amnesia(&self) -> bool {
        false
    }
}

/// A clock that is right.
struct Known(Arc<SimulatedClock>);

impl Clock for Known {
    fn now(&self) -> Timestamp {
        self.0.now()
    }

    fn monotonic(&self) -> Duration {
        self.0.monotonic()
    }
}

impl Timekeeper for Known {
    fn set(&self, _: Timestamp, _: Duration, _: Duration) -> Result<(), String> {
        Ok(())
    }

    fn is_known(&self) -> bool {
        true
    }

    fn offset(&self) -> TimeDelta {
        TimeDelta::zero()
    }
}
