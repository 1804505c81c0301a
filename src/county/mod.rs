//! The loop: load, plan, seal, post, receive. An order is a ledger row, handed to the next plan: the loop closes here
//! and nowhere else.
//!
//! [`County::turn`] makes one pass; who calls it again, and when, is the caller's.

pub mod alarm;
pub mod boxes;
pub mod cards;
pub mod content;
pub mod directory;
pub mod duty;
pub mod keys;
mod linked;
pub mod noticeboard;
mod planning;
pub mod public;
pub mod reach;
pub mod register;
mod rekeyed;
pub mod sealing;
pub mod snapshot;
mod taken;
mod told;
mod unlisted;
mod upkeep;
mod words;

pub use words::WORDS;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::TimeDelta;
use tracing::{info, warn};

use crate::base::{Clock, Digest, Id, Problem, Timestamp};
use crate::catalog::Catalog;
use crate::county::content::{Content, ContentFault};
use crate::county::duty::{Duty, SnapshotFacts, StationFaults};
use crate::county::keys::{Ceremony, CountyKeys, KeysFault};
use crate::county::linked::Linked;
use crate::county::noticeboard::Residents;
use crate::county::reach::Reach;
use crate::county::sealing::Sealing;
use crate::county::snapshot::{Board, Snapshot};
use crate::county::told::tell;
use crate::county::unlisted::Unlisted;
use crate::county::upkeep::Upkeep;
use crate::ledger::{Ledger, LedgerFault};
use crate::outbox::{self, Outbox};
use crate::planner::Registry;
use crate::rundown::seal::{Envelope, Trust};
use crate::rundown::{Order, Receipt};
use crate::store::{Store, StoreFault};

/// Content is compared with the disk at least this often, whatever the watch says.
const LOOK_EVERY: TimeDelta = TimeDelta::seconds(60);
/// Airings are recorded as planned when they are due within this.
const RECORD_AHEAD: TimeDelta = TimeDelta::hours(24);
/// The plan is looked at anew this often though nothing changed: posts come due, days roll over.
const PLAN_EVERY: TimeDelta = TimeDelta::minutes(10);
/// A post that waits in a queue past its instant is still taken back when its notice changed, this long.
const WITHDRAW_BACK: TimeDelta = TimeDelta::hours(20);
/// Orders older than this have no effect any more: an emergency lives a week at the most, a skip two.
pub const ORDERS_BACK: TimeDelta = TimeDelta::days(30);

/// Receipts come in bounded batches; the next one is looked for this much later.
const MORE_AFTER: TimeDelta = TimeDelta::milliseconds(100);

/// In the ledger: `wanted` from a restore until its HOLD is released.
pub const NEW_EPOCH: &str = "new-epoch";
/// In the ledger, ms since 1970: airings and posts due before this are not ours to air or send. A restored ledger does
/// not know what went out between the backup and the release.
const NOT_BEFORE: &str = "not-before";

/// The name under which this machine's own receipts are kept.
pub const LOCAL_MACHINE: &str = "local";

/// The stations whose sound leaves this machine, as the county sees them. A trait so that a test can drive a whole
/// county in one thread.
pub trait Stations: Send + Sync {
    /// Hands over sealed rundowns; each is verified there.
    fn offer(&self, rundowns: Vec<Arc<Envelope>>);
    fn renew_keys(&self, document: Envelope);
    /// Receipts that are not acknowledged yet, in order; a bounded batch.
    fn receipts(&self) -> Vec<Receipt>;
    /// Says that receipts up to this number are on disk here.
    fn acknowledge(&self, number: u64);
    /// What those on duty should know of devices and disk.
    fn faults(&self) -> StationFaults;
}

impl Stations for crate::station::Running {
    fn offer(&self, rundowns: Vec<Arc<Envelope>>) {
        crate::station::Running::offer(self, rundowns);
    }

    fn renew_keys(&self, document: Envelope) {
        crate::station::Running::renew_keys(self, document);
    }

    fn receipts(&self) -> Vec<Receipt> {
        crate::station::Running::receipts(self)
    }

    fn acknowledge(&self, number: u64) {
        crate::station::Running::acknowledge(self, number);
    }

    fn faults(&self) -> StationFaults {
        let devices = self.status().into_iter().filter_map(|status| match status.device {
            crate::station::DeviceState::Failed(why) => Some((status.station, why)),
            _ => None,
        });
        StationFaults { devices: devices.collect(), journal: self.journal_fault() }
    }
}

/// Where a county's things are.
#[derive(Debug, Clone)]
pub struct Options {
    pub home: PathBuf,
    pub data: PathBuf,
    /// Stations attached to this machine.
    pub local: Vec<Id>,
}

/// What stops a county.
#[derive(Debug, thiserror::Error)]
pub enum CountyFault {
    #[error(transparent)]
    Content(#[from] ContentFault),
    #[error(transparent)]
    Keys(#[from] KeysFault),
    #[error(transparent)]
    Ledger(#[from] LedgerFault),
    #[error("the county's own keys are refused: {0}")]
    Trust(#[from] crate::rundown::seal::Refusal),
    #[error("the clips cannot be kept: {0}")]
    Store(#[from] StoreFault),
}

/// The publicity group's side of everything.
pub struct County {
    options: Options,
    clock: Arc<dyn Clock>,
    ledger: Ledger,
    store: Store,
    content: Content,
    keys: CountyKeys,
    /// Why the keys document on disk is not taken up, when it is not.
    keys_fault: Option<String>,
    sealing: Sealing,
    outbox: Arc<Outbox>,
    registry: Registry,
    orders: Vec<Order>,
    /// How many reviews there were at the last look.
    reviews: u64,
    board: Arc<Board>,
    looked_at: Timestamp,
    planned_at: Option<Timestamp>,
    upkeep: Upkeep,
    duty: Duty,
    plan_problems: Vec<Problem>,
    /// Receipts of this machine up to this number are on disk here.
    acknowledged: u64,
    unlisted: Unlisted,
    not_before: Option<Timestamp>,
    linked: Linked,
    /// Whether content was read that is not in the store and the ledger yet.
    untaken: bool,
}

impl County {
    /// Reads content, opens keys, takes up where the ledger left off.
    ///
    /// Errors: no content at all, keys that cannot be used, a ledger that cannot be read.
    pub async fn open(
        options: Options,
        clock: Arc<dyn Clock>,
        ledger: Ledger,
        store: Store,
        outbox: Arc<Outbox>,
    ) -> Result<County, CountyFault> {
        let now = clock.now();
        let content = Content::open(&options.home, &content::kept_in(&options.data))?;
        let (keys, ceremony) = CountyKeys::open(&options.data.join("keys"), content.catalog.county.quiet, now)?;
        tell(ceremony, &options);
        let epoch = match ledger.epoch().await? {
            Some(epoch) => epoch,
            None => ledger.begin_epoch(0, now).await?,
        };
        let sealing = Sealing::resume(epoch, ledger.latest_rundowns().await?);
        reach::keep_local(&ledger, &options.local).await?;
        let reach = Reach::of_machine(&options.local);
        // Whoever asks before the first pass is to know of a HOLD, too.
        let hold = ledger.hold().await?;
        let board = Arc::new(Board::new(Snapshot { reach, hold, ..Snapshot::new(content.catalog.clone()) }));
        let mut county = County {
            options,
            clock,
            ledger,
            store,
            content,
            keys,
            keys_fault: None,
            sealing,
            outbox,
            registry: Registry::default(),
            orders: Vec::new(),
            reviews: 0,
            board,
            looked_at: now,
            planned_at: None,
            upkeep: Upkeep::new(now),
            duty: Duty::default(),
            plan_problems: Vec::new(),
            acknowledged: 0,
            unlisted: Unlisted::default(),
            not_before: None,
            linked: Linked::default(),
            untaken: false,
        };
        county.take_content(now).await?;
        Ok(county)
    }

    /// What the stations of this machine begin with.
    pub fn trust(&self) -> Result<Trust, CountyFault> {
        Ok(self.keys.trust()?)
    }

    /// The state others may look at.
    pub fn board(&self) -> Arc<Board> {
        self.board.clone()
    }

    /// Signatures made since the start: one a changed rundown.
    pub fn signatures(&self) -> u64 {
        self.sealing.signatures
    }

    /// One pass: looks for new content and orders, plans and seals what changed, fills the outbox, takes in receipts.
    /// Returns when to come back at the latest.
    ///
    /// Errors: the ledger or the store cannot be written. Whatever was on air stays; the pass may be made again.
    pub async fn turn(&mut self, look: bool, stations: &dyn Stations) -> Result<Timestamp, CountyFault> {
        let now = self.clock.now();
        let more = self.receive(stations).await?;
        self.hear_link(now).await?;
        self.take_keys(now, stations).await?;
        let mut replan = self.planned_at.is_none_or(|at| now - at >= PLAN_EVERY || now < at);
        if look || now - self.looked_at >= LOOK_EVERY || now < self.looked_at {
            self.looked_at = now;
            let certificate = self.linked.certificate();
            self.board.update(|snapshot| snapshot.certificate = certificate);
            replan |= self.look(now, stations).await?;
        }
        replan |= !self.ledger.release_orders(now).await?.is_empty();
        replan |= self.linked.stations_changed();
        let reviews = self.ledger.reviews_count().await?;
        replan |= reviews != self.reviews;
        let hold = self.ledger.hold().await?;
        if hold != self.board.read().hold {
            replan = true;
        }
        self.board.update(|snapshot| snapshot.hold = hold.clone());
        if replan {
            self.orders = self.ledger.orders(now - ORDERS_BACK).await?;
            self.registry.reviews = register::reviews(&self.ledger, &self.content.catalog, &self.orders).await?;
            self.registry.withdrawn = register::withdrawn(&self.orders);
            self.registry.chosen = register::chosen(&self.ledger, &Residents(self.board.clone())).await?;
            if hold.is_none() {
                self.leave_hold(now).await?;
                self.plan(now, stations).await?;
            } else {
                // Nothing goes out; what is told of keys and certificate goes on.
                self.publish();
            }
            (self.planned_at, self.reviews) = (Some(now), reviews);
        }
        // After the plan: nothing of the old epoch goes out at the end of a HOLD.
        self.linked.set_hold(hold.is_some());
        let facts = SnapshotFacts::of(&self.board.read());
        self.duty.turn(&self.ledger, &self.outbox, (&facts, stations.faults(), &self.options.data), now).await?;
        let archive = self.options.data.join("archive");
        let more = self.upkeep.turn(&self.ledger, &archive, now).await? || more;
        Ok(now + if more { MORE_AFTER } else { LOOK_EVERY.min(PLAN_EVERY) })
    }

    /// Takes in what the stations report: on disk here first, acknowledged after. True when there may be more.
    async fn receive(&mut self, stations: &dyn Stations) -> Result<bool, CountyFault> {
        // A station shows what was acknowledged until it has noticed.
        let mut receipts = stations.receipts();
        receipts.retain(|receipt| receipt.number > self.acknowledged);
        receipts.iter_mut().for_each(|receipt| self.unlisted.explain(receipt));
        if receipts.is_empty() {
            return Ok(false);
        }
        self.acknowledged = self.ledger.record_receipts(LOCAL_MACHINE, &receipts).await?;
        for receipt in &receipts {
            self.board.count(&receipt.outcome);
            let detail = receipt.detail.as_deref().unwrap_or("");
            info!(airing = %receipt.airing, outcome = %receipt.outcome, detail, "ended");
        }
        stations.acknowledge(self.acknowledged);
        Ok(true)
    }

    /// Looks at the content; true when it changed. Faults of `config/` leave everything as it was, and are told.
    async fn look(&mut self, now: Timestamp, stations: &dyn Stations) -> Result<bool, CountyFault> {
        match self.content.refresh() {
            Ok(changed) => {
                // What was read and not taken whole, because the disk was full, say, is taken at the next look.
                self.untaken |= changed;
                if !self.untaken {
                    return Ok(false);
                }
                self.take_content(now).await?;
                let ceremony = self.keys.renew(self.content.catalog.county.quiet, now)?;
                tell(ceremony, &self.options);
                if ceremony == Ceremony::Renewed {
                    stations.renew_keys(self.keys.document.clone());
                    self.linked.renew_keys(&self.keys);
                }
                self.untaken = false;
                Ok(true)
            }
            Err(ContentFault::Config(problems)) => {
                for problem in problems.iter().filter(|problem| problem.is_error()) {
                    warn!("{problem}");
                }
                self.board.update(|snapshot| snapshot.problems = problems);
                Ok(false)
            }
            Err(fault) => {
                warn!("{fault}; what was on air stays");
                Ok(false)
            }
        }
    }

    /// Takes up the content just read: its clips into the store, its editions into the ledger.
    async fn take_content(&mut self, now: Timestamp) -> Result<(), CountyFault> {
        for problem in self.content.problems.iter().filter(|problem| problem.is_error()) {
            warn!("{problem}");
        }
        for name in self.content.in_last_good_form() {
            warn!("{name} stays on air in its last good form until its faults are mended");
        }
        let catalog = self.content.catalog.clone();
        for (clip, file) in catalog.clip_files() {
            if !self.store.contains(&clip) {
                // A file changed or gone since it was looked at is found at the next look.
                match std::fs::read(self.options.home.join("broadcasts").join(file)) {
                    Ok(bytes) if Digest::of(&bytes) == clip => drop(self.store.put(&bytes)?),
                    Ok(_) => {}
                    Err(error) => warn!("broadcasts/{file} cannot be read: {error}"),
                }
            }
        }
        self.registry = register::register(&self.ledger, &catalog, now).await?;
        let required_before = self.board.read().catalog.county.review_required;
        register::note_review_rule(&self.ledger, required_before, catalog.county.review_required, now).await?;
        info!(
            broadcasts = catalog.broadcasts.len(),
            stations = catalog.stations.len(),
            faults = self.content.problems.iter().filter(|problem| problem.is_error()).count(),
            "content loaded"
        );
        self.planned_at = None;
        self.publish();
        Ok(())
    }

    fn publish(&self) {
        let mut problems = self.content.problems.clone();
        problems.extend(self.plan_problems.iter().cloned());
        problems.sort();
        let certificate = self.linked.certificate();
        self.board.update(|snapshot| {
            snapshot.certificate = certificate;
            snapshot.catalog = self.content.catalog.clone();
            snapshot.problems = problems;
            snapshot.registry = self.registry.clone();
            snapshot.key_expires = self.keys.expires();
            snapshot.keys = Some(self.keys.keys().clone());
        });
    }
}

/// The chat groups, as the outbox needs them.
fn directory(catalog: &Catalog) -> BTreeMap<Id, outbox::Chat> {
    let chats = catalog.chats.values().map(|chat| {
        let name = chat.name.values().next().cloned().unwrap_or_default();
        let (id, channel, address) = (chat.id.clone(), chat.channel.clone(), chat.address.clone().into());
        (chat.id.clone(), outbox::Chat { id, name, channel, address })
    });
    chats.collect()
}
