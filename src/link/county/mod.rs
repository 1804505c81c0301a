//! The county's end of the link: who may ask, what is in force for whom, what boxes said. Knows no planner and no
//! catalog: the county offers each sealed rundown here once it is on disk.

mod asked;
mod bounds;
pub mod code;
mod member;
mod places;
mod router;
mod runs;
mod served;
mod serving;
pub mod tls;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use chrono::TimeDelta;
use tokio::sync::watch;
use tracing::{info, warn};

use self::bounds::Shares;
use self::member::Member;
use self::served::{InForce, KeysInForce, Packer};
use crate::base::{Clock, Id, Timestamp};
use crate::ledger::{BoxRow, BoxState, Ledger, LedgerFault};
use crate::link::proof::Proofs;
use crate::link::wire;
use crate::rundown::document::Edge;
use crate::rundown::seal::{Envelope, KeyId, PublicKey, Signer};
use crate::rundown::{AiringId, Outcome, Receipt};
use crate::store::Store;

pub use member::{SILENT_AFTER, Seen};
pub use router::router;
pub use serving::{CONNECTIONS_MAX, Options, ServeFault, Serving, Transport, listen, listen_for};

/// No epoch lies further ahead of the county's clock: a box with a broken disk, or a stolen one, must not push the
/// county's own beyond reason. More than a clock is off that a county released by and lost its ledger after.
const EPOCH_AHEAD_MAX: TimeDelta = TimeDelta::days(30);

/// What the county vouches with.
pub struct Keys {
    pub root: PublicKey,
    /// The keys document under the root's signature, and its version.
    pub document: Envelope,
    pub version: u64,
    /// None in a county whose keys are older than the link, until its root key is at hand.
    pub time: Option<Signer>,
}

/// A station has accepted a rundown that the county never made, as after a restored backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Newer {
    /// The box that says so.
    pub key: KeyId,
    pub fingerprint: String,
    pub station: Id,
    pub held: Edge,
    pub ours: Edge,
}

/// The boxes, as one look at the ledger showed them.
#[derive(Default)]
struct Known {
    members: HashMap<KeyId, Arc<Member>>,
    /// The number of that look.
    look: u64,
}

/// The county's end.
pub struct Gate {
    ledger: Ledger,
    store: Store,
    clock: Arc<dyn Clock>,
    root: PublicKey,
    time: Mutex<Option<Arc<Signer>>>,
    keys: RwLock<Arc<KeysInForce>>,
    /// One channel a station, so that a changed rundown wakes those who wait for it and nobody else.
    in_force: RwLock<BTreeMap<Id, watch::Sender<Option<Arc<InForce>>>>>,
    packer: Mutex<Packer>,
    boxes: RwLock<Known>,
    /// Looks at the ledger's boxes that were begun.
    looks: AtomicU64,
    /// Moves when keys, HOLD or boxes change: everybody who waits looks again.
    changes: watch::Sender<u64>,
    proofs: Mutex<Proofs>,
    attempts: Mutex<Shares>,
    times: Mutex<Shares>,
    held: AtomicBool,
    newer: Mutex<Option<Newer>>,
    /// Why airings left their lists, where an order took them off: boxes know nothing of orders.
    explained: RwLock<Arc<BTreeMap<AiringId, String>>>,
    /// How airings ended, as boxes said, until the county counted them.
    ended: Mutex<Vec<Outcome>>,
    /// Rung when the county should make a pass at once.
    bell: Box<dyn Fn() + Send + Sync>,
}

impl Gate {
    /// Takes up the boxes of the ledger.
    ///
    /// Errors: the ledger cannot be read.
    pub async fn open(
        ledger: Ledger,
        store: Store,
        clock: Arc<dyn Clock>,
        keys: Keys,
        bell: Box<dyn Fn() + Send + Sync>,
    ) -> Result<Gate, LedgerFault> {
        let monotonic = clock.monotonic();
        let gate = Gate {
            ledger,
            store,
            time: Mutex::new(keys.time.map(Arc::new)),
            keys: RwLock::new(Arc::new(KeysInForce { version: keys.version, document: keys.document })),
            in_force: RwLock::default(),
            packer: Mutex::default(),
            boxes: RwLock::default(),
            looks: AtomicU64::new(0),
            changes: watch::Sender::new(0),
            proofs: Mutex::new(Proofs::of(keys.root.id())),
            root: keys.root,
            attempts: Mutex::new(Shares::enrolling(monotonic)),
            times: Mutex::new(Shares::asking_time(monotonic)),
            held: AtomicBool::new(false),
            newer: Mutex::default(),
            explained: RwLock::default(),
            ended: Mutex::default(),
            bell,
            clock,
        };
        gate.reload().await?;
        Ok(gate)
    }

    /// Puts a rundown in force. It is on disk already.
    pub fn offer(&self, station: &Id, envelope: Arc<Envelope>, edge: Edge) {
        if let Some(sender) = read(&self.in_force).get(station) {
            let before = sender.borrow().clone();
            let in_force = InForce::new(envelope, edge, before.as_deref(), &mut lock(&self.packer));
            sender.send_replace(Some(Arc::new(in_force)));
            return;
        }
        let fresh = Some(Arc::new(InForce::new(envelope, edge, None, &mut lock(&self.packer))));
        let mut all = self.in_force.write().unwrap_or_else(PoisonError::into_inner);
        all.entry(station.clone()).or_insert_with(|| watch::Sender::new(None)).send_replace(fresh);
    }

    /// Puts a keys document in force.
    pub fn renew_keys(&self, document: Envelope, version: u64, time: Option<Signer>) {
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(KeysInForce { version, document });
        *lock(&self.time) = time.map(Arc::new);
        self.changed();
    }

    /// In HOLD nothing is let in and no rundown goes out; what boxes report is still taken.
    pub fn set_hold(&self, held: bool) {
        if self.held.swap(held, Ordering::SeqCst) != held {
            self.changed();
        }
    }

    /// A box reported a rundown newer than the county's own; nothing goes out until this was taken up with
    /// [`Gate::newer_is_known`].
    pub fn newer(&self) -> Option<Newer> {
        lock(&self.newer).clone()
    }

    /// The county is in HOLD for it, on disk.
    pub fn newer_is_known(&self) {
        *lock(&self.newer) = None;
    }

    /// Says from now on with the receipts of boxes why these airings left their lists.
    pub fn explain(&self, explained: BTreeMap<AiringId, String>) {
        *self.explained.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(explained);
    }

    /// How airings ended since the last call.
    pub fn take_ended(&self) -> Vec<Outcome> {
        std::mem::take(&mut *lock(&self.ended))
    }

    /// Whether a box was let in and its key taken back since.
    pub fn is_revoked(&self, key: &KeyId) -> bool {
        read(&self.boxes).members.get(key).is_some_and(|member| member.state == BoxState::Revoked)
    }

    /// Looks at the ledger's boxes anew, after one was let in, confirmed or revoked.
    ///
    /// Errors: the ledger cannot be read; what was known stays.
    pub async fn reload(&self) -> Result<(), LedgerFault> {
        let look = self.looks.fetch_add(1, Ordering::SeqCst) + 1;
        let rows = self.ledger.boxes().await?;
        self.take_up(look, rows);
        Ok(())
    }

    /// Takes up what a look showed, unless one that was begun after it was taken up already: the older one may not know
    /// of a revocation, and would put the box back.
    fn take_up(&self, look: u64, rows: Vec<BoxRow>) {
        let (monotonic, now) = (self.clock.monotonic(), self.clock.now());
        let mut boxes = self.boxes.write().unwrap_or_else(PoisonError::into_inner);
        if look < boxes.look {
            return;
        }
        let fresh = rows.into_iter().map(|row| {
            let before = boxes.members.get(&row.key).cloned();
            (row.key.clone(), Arc::new(Member::new(row, before.as_deref(), monotonic, now)))
        });
        *boxes = Known { members: fresh.collect(), look };
        drop(boxes);
        self.changed();
    }

    /// The stations that have a confirmed box.
    pub fn stations(&self) -> BTreeSet<Id> {
        let boxes = read(&self.boxes);
        let confirmed = boxes.members.values().filter(|member| member.state == BoxState::Confirmed);
        confirmed.flat_map(|member| member.stations.iter().cloned()).collect()
    }

    /// Every box.
    pub fn seen(&self) -> Vec<Seen> {
        let mut seen: Vec<Seen> = read(&self.boxes).members.values().map(|member| member.seen()).collect();
        seen.sort_by(|a, b| (&a.stations, &a.key).cmp(&(&b.stations, &b.key)));
        seen
    }

    /// How many questions for a rundown wait for a newer one.
    pub fn waiting(&self) -> usize {
        read(&self.in_force).values().map(watch::Sender::receiver_count).sum()
    }

    pub fn root(&self) -> &PublicKey {
        &self.root
    }

    /// One pass a minute: keeps when boxes were heard, and tells the log once who fell silent and who is there
    /// again. `county::duty` tells people.
    ///
    /// Errors: the ledger cannot be written; it is tried again at the next pass.
    pub async fn turn(&self, now: Timestamp) -> Result<(), LedgerFault> {
        let members: Vec<Arc<Member>> = read(&self.boxes).members.values().cloned().collect();
        for member in &members {
            let stations = names(&member.stations);
            match member.changed(now) {
                Some(true) => warn!(
                    "the box of {stations} has not been heard for {} minutes; look at its power and its line",
                    SILENT_AFTER.num_minutes()
                ),
                Some(false) => info!("the box of {stations} is heard again"),
                None => {}
            }
        }
        let heard: Vec<_> = members.iter().filter_map(|member| member.unsaved()).collect();
        let kept = self.ledger.record_heard(&heard).await;
        if kept.is_err() {
            let unsaved = members.iter().filter(|member| heard.iter().any(|heard| heard.key == member.key));
            unsaved.for_each(|member| member.still_unsaved());
        }
        kept
    }

    fn changed(&self) {
        self.changes.send_modify(|count| *count += 1);
    }

    fn is_held(&self) -> bool {
        self.held.load(Ordering::SeqCst) || lock(&self.newer).is_some()
    }

    fn airings_ended(&self, receipts: Vec<Receipt>) {
        for receipt in &receipts {
            let detail = receipt.detail.as_deref().unwrap_or("");
            info!(airing = %receipt.airing, outcome = %receipt.outcome, detail, "ended");
        }
        lock(&self.ended).extend(receipts.into_iter().map(|receipt| receipt.outcome));
    }

    fn edge_in_force(&self, station: &Id) -> Option<Edge> {
        read(&self.in_force).get(station).and_then(|sender| sender.borrow().as_ref().map(|in_force| in_force.edge))
    }

    /// Whether a county could have made a rundown of this number. One that none could have made is noted for people, and
    /// changes nothing here.
    fn is_plausible(&self, member: &Member, station: &Id, named: Edge) -> bool {
        let most = (self.clock.now() + EPOCH_AHEAD_MAX).timestamp_millis().unsigned_abs();
        let ours = self.edge_in_force(station).unwrap_or_default();
        let fits = named <= ours || (named.epoch <= most && named.version <= u64::from(u32::MAX));
        if !fits {
            member.names_nonsense(format!("{station}: names rundown {}.{}", named.epoch, named.version));
        }
        fits
    }

    /// Compares what a station holds with what is in force here.
    fn compare(&self, member: &Member, station: &Id, held: Edge) {
        let Some(ours) = self.edge_in_force(station) else { return };
        // While the county waits already, it is known.
        if held <= ours || self.is_held() {
            return;
        }
        warn!(
            "{station} holds rundown {}.{}, newer than the county's {}.{}: was a backup restored?",
            held.epoch, held.version, ours.epoch, ours.version
        );
        let (key, fingerprint) = (member.key.clone(), wire::fingerprint(&self.root, &member.public));
        *lock(&self.newer) = Some(Newer { key, fingerprint, station: station.clone(), held, ours });
        self.changed();
        (self.bell)();
    }
}

fn names(stations: &[Id]) -> String {
    stations.iter().map(Id::as_str).collect::<Vec<_>>().join(", ")
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn read<T>(lock: &RwLock<T>) -> std::sync::RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
