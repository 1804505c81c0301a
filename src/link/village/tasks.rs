//! The tasks of a running link: each does one errand again and again, and waits as long as it is told.
//!
//! Each timer wakes a processor that has nothing else to do, a far one two or three times as it draws near. So nothing here
//! goes round in less than a minute where all is well; what is looked at every few seconds (`Link::look`) hangs on the one
//! short timer of whoever runs the box.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use super::Station;
use super::backoff::Backoff;
use super::county::County;
use super::errand::{ErrandFault, Fetched, Link, Polled};
use crate::base::Id;
use crate::link::wire::{WAIT_MAX_S, Why};

/// A long poll is asked to wait up to this much less than it may, so that boxes do not ask in step.
const WAIT_JITTER_S: f64 = 10.0;
/// An answer without news that came sooner than this did not wait: something between answers by itself.
const POLL_MIN: Duration = Duration::from_secs(1);
/// While nobody has confirmed the fingerprint; whoever confirms it stands there and waits.
const PENDING_EVERY: Duration = Duration::from_secs(10);
/// A box whose key was taken back asks this often whether that was a mistake.
const REVOKED_EVERY: Duration = Duration::from_secs(3600);
/// The time is asked again this often: a cheap crystal loses some 0.2 s meanwhile.
const TIME_EVERY: Duration = Duration::from_secs(3600);
const TIME_PAUSE: Duration = Duration::from_secs(5);
const STATUS_EVERY: Duration = Duration::from_secs(60);
/// Changes come in bursts, at the start of an airing as at its end.
const STATUS_SETTLE: Duration = Duration::from_secs(2);
/// Receipts ring; this is for what a ring missed.
const RECEIPTS_EVERY: Duration = Duration::from_secs(60);
/// Asked once more where the county's word on the past did not take effect: the time is not known, the disk is full.
const RECALL_AGAIN: Duration = Duration::from_secs(5);
const CLIPS_EVERY: Duration = Duration::from_secs(60);
/// Clips are read again, and spare ones let go of, this often.
const TIDY_EVERY: Duration = Duration::from_secs(24 * 3600);
/// After the start, when the time is known and the rundowns are there.
const TIDY_FIRST: Duration = Duration::from_secs(600);

/// As it is told of.
const TIDYING: &str = "tidying clips";

/// Between 0 and 1: chance, or what a seed decides.
pub type Dice = fn() -> f64;

/// Starts the tasks. They run until the set is dropped or shut down; none of them ends by itself.
pub fn start<C: County, S: Station>(link: &Arc<Link<C, S>>, dice: Dice) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    for station in link.options.stations.clone() {
        tasks.spawn(poll(link.clone(), station, dice));
    }
    tasks.spawn(fetch(link.clone(), dice));
    tasks.spawn(receipts(link.clone(), dice));
    tasks.spawn(status(link.clone(), dice));
    tasks.spawn(time(link.clone(), dice));
    tasks.spawn(recall(link.clone(), dice));
    tasks.spawn(tidy(link.clone()));
    tasks
}

/// How long to wait after a failure, and what to say of it: each kind once, until the errand succeeds.
struct Care {
    what: String,
    backoff: Backoff,
    dice: Dice,
    said: Option<String>,
}

impl Care {
    fn new(what: impl Into<String>, dice: Dice) -> Care {
        Care { what: what.into(), backoff: Backoff::default(), dice, said: None }
    }

    fn failed<C: County, S: Station>(&mut self, link: &Link<C, S>, fault: &ErrandFault) -> Duration {
        let told = fault.to_string();
        link.note_errand(&self.what, Some(told.clone()));
        if self.said.as_ref() != Some(&told) {
            tracing::warn!("{}: {told}", self.what);
            self.said = Some(told);
        }
        let wait = self.backoff.failed((self.dice)());
        match fault {
            ErrandFault::County(fault) if fault.why() == Some(Why::Pending) => PENDING_EVERY,
            ErrandFault::County(fault) if fault.why() == Some(Why::Revoked) => REVOKED_EVERY,
            _ => wait,
        }
    }

    fn succeeded<C: County, S: Station>(&mut self, link: &Link<C, S>) {
        if self.said.take().is_some() {
            link.note_errand(&self.what, None);
            tracing::info!("{}: it goes again", self.what);
        }
        self.backoff.succeeded();
    }
}

async fn poll<C: County, S: Station>(link: Arc<Link<C, S>>, station: Id, dice: Dice) {
    let mut care = Care::new(format!("asking for the rundown of {station}"), dice);
    let mut is_first = true;
    loop {
        // The first answer is wanted at once.
        let wait_s = if is_first { 0 } else { WAIT_MAX_S - (dice() * WAIT_JITTER_S) as u64 };
        let asked = link.clock.monotonic();
        let result = link.poll(&station, wait_s).await;
        link.note(result.as_ref().map(drop));
        let pause = match result {
            Ok(polled) => {
                care.succeeded(&link);
                let took = link.clock.monotonic().saturating_sub(asked);
                let is_hasty = polled != Polled::New && took < POLL_MIN && !is_first;
                is_first = false;
                if is_hasty { POLL_MIN } else { Duration::ZERO }
            }
            Err(fault) => care.failed(&link, &fault),
        };
        tokio::time::sleep(pause).await;
    }
}

async fn fetch<C: County, S: Station>(link: Arc<Link<C, S>>, dice: Dice) {
    let mut care = Care::new("fetching clips", dice);
    loop {
        let pause = match link.fetch().await {
            Ok(Fetched::Idle(wait)) => {
                if wait.is_none() {
                    // What failed is not wanted any more.
                    care.succeeded(&link);
                }
                wait.unwrap_or(CLIPS_EVERY).min(CLIPS_EVERY)
            }
            Ok(Fetched::Piece(..)) => {
                care.succeeded(&link);
                Duration::ZERO
            }
            Err(fault) => care.failed(&link, &fault),
        };
        if !pause.is_zero() {
            ring_or(&link.bells.clips, pause).await;
        }
    }
}

async fn receipts<C: County, S: Station>(link: Arc<Link<C, S>>, dice: Dice) {
    let mut care = Care::new("bringing receipts", dice);
    loop {
        match link.bring_receipts().await {
            Ok(more) => {
                care.succeeded(&link);
                if !more {
                    ring_or(&link.bells.receipts, RECEIPTS_EVERY).await;
                }
            }
            Err(fault) => tokio::time::sleep(care.failed(&link, &fault)).await,
        }
    }
}

async fn status<C: County, S: Station>(link: Arc<Link<C, S>>, dice: Dice) {
    let mut care = Care::new("saying how this box is", dice);
    loop {
        match link.report().await {
            Ok(()) => {
                care.succeeded(&link);
                ring_or(&link.bells.status, STATUS_EVERY).await;
                tokio::time::sleep(STATUS_SETTLE).await;
            }
            Err(fault) => tokio::time::sleep(care.failed(&link, &fault)).await,
        }
    }
}

async fn time<C: County, S: Station>(link: Arc<Link<C, S>>, dice: Dice) {
    let mut care = Care::new("asking the time", dice);
    loop {
        let pause = match link.ask_time().await {
            Ok(()) => {
                care.succeeded(&link);
                // Not at once again, whatever the county says of proofs.
                tokio::time::sleep(TIME_PAUSE).await;
                TIME_EVERY
            }
            Err(fault) => care.failed(&link, &fault),
        };
        ring_or(&link.bells.time, pause).await;
    }
}

async fn recall<C: County, S: Station>(link: Arc<Link<C, S>>, dice: Dice) {
    let mut care = Care::new("asking what sounded here before", dice);
    loop {
        let pause = match link.recall().await {
            Ok(true) => {
                care.succeeded(&link);
                RECALL_AGAIN
            }
            Ok(false) => {
                care.succeeded(&link);
                // Whether a past is known is settled when the journal is opened: it stays known.
                return std::future::pending().await;
            }
            Err(fault) => care.failed(&link, &fault),
        };
        tokio::time::sleep(pause).await;
    }
}

async fn tidy<C: County, S: Station>(link: Arc<Link<C, S>>) {
    tokio::time::sleep(TIDY_FIRST).await;
    loop {
        let (blocking, keeping) = (link.clone(), TIDY_EVERY);
        let tidied = tokio::task::spawn_blocking(move || {
            blocking.check_clips();
            blocking.tidy()
        });
        match tidied.await {
            Ok(Ok(count)) => {
                link.note_errand(TIDYING, None);
                if count > 0 {
                    tracing::info!(clips = count, "let go of clips that nobody needs any more");
                }
            }
            Ok(Err(fault)) => {
                tracing::warn!("{TIDYING}: {fault}");
                link.note_errand(TIDYING, Some(fault.to_string()));
            }
            Err(_) => {}
        }
        tokio::time::sleep(keeping).await;
    }
}

async fn ring_or(bell: &tokio::sync::Notify, wait: Duration) {
    let _ = tokio::time::timeout(wait, bell.notified()).await;
}
