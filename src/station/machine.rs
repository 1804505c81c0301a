//! Puts the parts of a station together: as threads for real, or in one hand for a test that moves the clock itself.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::TimeDelta;

use super::decode::{self, Decoder};
use super::driver::{Driver, FADE_WAIT, Links, Parts, Shared, Status};
use super::journal::{Found, JournalFault};
use super::limits::Limits;
use super::pump::Pump;
use super::sink::{self, Paced, sound_card};
use crate::base::clock::{Alarm, Bell, wake_exactly};
use crate::base::{Clock, Id, Length, Timestamp};
use crate::rundown::Receipt;
use crate::rundown::seal::{Envelope, Trust};
use crate::store::Store;

mod told;
pub use told::Listed;

/// A loudspeaker attached to this machine.
#[derive(Debug, Clone, PartialEq)]
pub struct Loudspeaker {
    pub station: Id,
    pub sink: sink::Options,
    /// A program and its arguments that switches the amplifier on; empty: there is none.
    pub power_on: Vec<String>,
    pub power_off: Vec<String>,
    /// From the end of `power_on` to the first audible sample.
    pub power_lead: Length,
    /// Added to every airing's volume, in dB.
    pub gain_db: f32,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    pub journal: PathBuf,
    pub loudspeakers: Vec<Loudspeaker>,
    /// A box away from the county's machine: with a journal that is new or was lost it waits for [`Running::settle`]
    /// before it airs anything.
    pub remote: bool,
}

/// Why a station cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartFault {
    #[error(transparent)]
    Journal(#[from] JournalFault),
    #[error("the station cannot start a thread or open a timer ({0}); the machine is out of resources")]
    Resources(#[from] std::io::Error),
    #[error("station {0} has two loudspeakers on this machine; name each station once")]
    Twice(Id),
}

/// Everything built, nothing running.
struct Assembly {
    driver: Driver,
    pump: Pump,
    decoder: Decoder,
    cards: Vec<sound_card::Card>,
    shared: Arc<Shared>,
    alarm: Alarm,
    pump_alarm: Alarm,
}

fn assemble(
    options: Options,
    clock: &Arc<dyn Clock>,
    store: Store,
    trust: Trust,
    on_receipt: Box<dyn Fn() + Send + Sync>,
    sink_of: &dyn Fn(&Loudspeaker) -> Option<Paced>,
) -> Result<Assembly, StartFault> {
    let (alarm, pump_alarm) = (Alarm::new()?, Alarm::new()?);
    let (requests_in, requests) = channel();
    let (answers_in, answers) = channel();
    let (pump_in, pump_requests) = channel();
    let (news_in, news) = channel();
    let (limits, fault) = Limits::open(&options.journal);
    if let Some(fault) = fault {
        tracing::error!("what people on the spot set is lost: {fault}");
    }
    let shared = Arc::new(Shared { limits: Mutex::new(limits), ..Shared::default() });
    let (mut sinks, mut cards, mut card_links) = (HashMap::new(), Vec::new(), HashMap::new());
    let mut stations = std::collections::HashSet::new();
    for (speaker, loudspeaker) in options.loudspeakers.iter().enumerate() {
        if !stations.insert(&loudspeaker.station) {
            return Err(StartFault::Twice(loudspeaker.station.clone()));
        }
        if let sink::Options::SoundCard { device } = &loudspeaker.sink {
            let (card_in, requests) = channel();
            card_links.insert(speaker, card_in);
            let (device, clock) = (device.clone(), clock.clone());
            let card = sound_card::Card { device, speaker, clock, requests, news: news_in.clone(), bell: alarm.bell() };
            cards.push(card);
        } else {
            let paced = sink_of(loudspeaker).expect("every sink but a sound card is in the table");
            sinks.insert(speaker, paced);
        }
    }
    let pump = Pump::new(sinks, pump_requests, news_in, alarm.bell());
    let decoder = Decoder::new(store, requests, answers_in, alarm.bell());
    let links =
        Links { decoder: requests_in, answers, pump: pump_in, pump_bell: pump_alarm.bell(), cards: card_links, news };
    let (driver, found) = Driver::new(Parts {
        clock: clock.clone(),
        journal_folder: options.journal,
        remote: options.remote,
        loudspeakers: options.loudspeakers,
        trust,
        links,
        shared: shared.clone(),
        on_receipt,
    })?;
    if found == Found::Lost {
        tracing::error!(
            "both copies of the journal are unreadable: what sounded before is not known, and nothing that was due \
             before this start will be aired; compare with the county's log"
        );
    } else if found == Found::Repaired {
        tracing::warn!("a copy of the journal was damaged and has been written anew from the other; check the disk");
    }
    Ok(Assembly { driver, pump, decoder, cards, shared, alarm, pump_alarm })
}

/// A station that runs.
pub struct Running {
    shared: Arc<Shared>,
    bell: Arc<Bell>,
    clock: Arc<dyn Clock>,
    store: Store,
    beat_ms: Arc<AtomicI64>,
    ended: Mutex<Receiver<()>>,
}

/// Starts the station: the scheduling thread, the decoder, the pump, and one thread for each sound card.
///
/// `on_receipt` is called on the scheduling thread when receipts became durable: it may ring something, never wait.
///
/// Errors: the journal cannot be written or is in use, or the machine has no threads or descriptors left.
pub fn start(
    options: Options,
    clock: Arc<dyn Clock>,
    store: Store,
    trust: Trust,
    on_receipt: Box<dyn Fn() + Send + Sync>,
) -> Result<Running, StartFault> {
    start_with(options, clock, store, trust, on_receipt, &|loudspeaker| loudspeaker.sink.paced())
}

/// As [`start`], with sinks of the caller's own making: `sink_of` is asked for every loudspeaker but sound cards.
pub fn start_with(
    options: Options,
    clock: Arc<dyn Clock>,
    store: Store,
    trust: Trust,
    on_receipt: Box<dyn Fn() + Send + Sync>,
    sink_of: &dyn Fn(&Loudspeaker) -> Option<Paced>,
) -> Result<Running, StartFault> {
    let Assembly { driver, pump, decoder, cards, shared, alarm, pump_alarm } =
        assemble(options, &clock, store.clone(), trust, on_receipt, sink_of)?;
    let bell = alarm.bell();
    let beat_ms = Arc::new(AtomicI64::new(clock.now().timestamp_millis()));
    let spawn =
        |name: &str, work: Box<dyn FnOnce() + Send>| std::thread::Builder::new().name(name.to_owned()).spawn(work);
    spawn("decode", Box::new(move || decoder.run()))?;
    for card in cards {
        spawn("sound-card", Box::new(move || card.run()))?;
    }
    let pumping = {
        let (clock, shared) = (clock.clone(), shared.clone());
        spawn("pump", Box::new(move || run_pump(pump, &pump_alarm, &*clock, &shared)))?
    };
    let (ended_in, ended) = channel();
    let scheduling = {
        let (shared, beat_ms, clock) = (shared.clone(), beat_ms.clone(), clock.clone());
        let work = move || {
            run_driver(driver, &alarm, &*clock, &shared, &beat_ms);
            let _ = pumping.join();
            let _ = ended_in.send(());
        };
        spawn("station", Box::new(work))?
    };
    drop(scheduling);
    Ok(Running { shared, bell, clock, store, beat_ms, ended: Mutex::new(ended) })
}

fn run_driver(mut driver: Driver, alarm: &Alarm, clock: &dyn Clock, shared: &Shared, beat_ms: &AtomicI64) {
    wake_exactly();
    let mut stopping = false;
    loop {
        stopping |= shared.inbox.lock().expect("no holder of the inbox panics").shutdown;
        let (next, _) = driver.turn();
        beat_ms.store(clock.now().timestamp_millis(), Ordering::Relaxed);
        if stopping && driver.settled() {
            break;
        }
        alarm.wait(clock, next);
    }
    driver.close();
    shared.board.lock().expect("no holder of the board panics").stopped = true;
    driver.ring_pump();
}

fn run_pump(mut pump: Pump, alarm: &Alarm, clock: &dyn Clock, shared: &Shared) {
    wake_exactly();
    while !shared.board.lock().expect("no holder of the board panics").stopped {
        let now = clock.monotonic();
        let next = pump.turn(now);
        let left =
            |next: Duration| TimeDelta::nanoseconds(next.as_nanos() as i64 - clock.monotonic().as_nanos() as i64);
        alarm.wait(clock, next.map(|next| clock.now() + left(next)));
    }
    pump.close();
}

impl Running {
    /// The journal's commits, and its `fdatasync` calls, so far.
    pub fn commits(&self) -> (u64, u64) {
        self.shared.board.lock().expect("no holder of the board panics").counts
    }

    /// Offers sealed rundowns. Each is verified here; a refused one changes nothing and shows in the status.
    pub fn offer(&self, envelopes: Vec<Arc<Envelope>>) {
        self.shared.inbox.lock().expect("no holder of the inbox panics").offers.extend(envelopes);
        self.bell.ring();
    }

    /// Offers a newer keys document.
    pub fn renew_keys(&self, keys: Envelope) {
        self.shared.inbox.lock().expect("no holder of the inbox panics").keys.push(keys);
        self.bell.ring();
    }

    /// The oldest receipts that nobody acknowledged, a bounded batch.
    pub fn receipts(&self) -> Vec<Receipt> {
        self.shared.board.lock().expect("no holder of the board panics").receipts.clone()
    }

    /// Receipts up to this number are on disk elsewhere.
    pub fn acknowledge(&self, number: u64) {
        let mut inbox = self.shared.inbox.lock().expect("no holder of the inbox panics");
        inbox.acknowledged = inbox.acknowledged.max(number);
        drop(inbox);
        self.bell.ring();
    }

    pub fn status(&self) -> Vec<Status> {
        self.shared.board.lock().expect("no holder of the board panics").status.clone()
    }

    /// What is wrong with the journal, if anything is.
    pub fn journal_fault(&self) -> Option<String> {
        self.shared.board.lock().expect("no holder of the board panics").journal.clone()
    }

    /// When the scheduling thread last went round; it does so at least each [`crate::base::clock::WAIT_MAX`].
    pub fn beat(&self) -> Timestamp {
        Timestamp::from_timestamp_millis(self.beat_ms.load(Ordering::Relaxed)).unwrap_or_default()
    }

    /// Fades what sounds, makes its outcome durable, lets go of the devices; gives up after `deadline`.
    pub fn shutdown(&self, deadline: Duration) {
        let ended = self.ended.lock().expect("no holder of this panics");
        self.shared.inbox.lock().expect("no holder of the inbox panics").shutdown = true;
        self.bell.ring();
        let gentle = deadline.saturating_sub(FADE_WAIT).max(deadline / 2);
        if ended.recv_timeout(gentle).is_err() {
            self.shared.inbox.lock().expect("no holder of the inbox panics").abandon = true;
            self.bell.ring();
            let _ = ended.recv_timeout(deadline - gentle);
        }
    }
}

/// The same station without threads, for a clock that somebody moves by hand. Sound cards never open in it.
pub struct Machine {
    driver: Driver,
    pump: Pump,
    decoder: Decoder,
    _cards: Vec<sound_card::Card>,
    shared: Arc<Shared>,
    clock: Arc<dyn Clock>,
    store: Store,
}

impl Machine {
    pub fn new(options: Options, clock: Arc<dyn Clock>, store: Store, trust: Trust) -> Result<Machine, StartFault> {
        let parts = assemble(options, &clock, store.clone(), trust, Box::new(|| {}), &|l| l.sink.paced())?;
        let Assembly { driver, pump, decoder, cards, shared, .. } = parts;
        Ok(Machine { driver, pump, decoder, _cards: cards, shared, clock, store })
    }

    pub fn offer(&mut self, envelope: Arc<Envelope>) {
        self.shared.inbox.lock().expect("no holder of the inbox panics").offers.push(envelope);
    }

    pub fn renew_keys(&mut self, keys: Envelope) {
        self.shared.inbox.lock().expect("no holder of the inbox panics").keys.push(keys);
    }

    pub fn acknowledge(&mut self, number: u64) {
        self.shared.inbox.lock().expect("no holder of the inbox panics").acknowledged = number;
    }

    pub fn shutdown(&mut self) {
        self.shared.inbox.lock().expect("no holder of the inbox panics").shutdown = true;
    }

    pub fn receipts(&self) -> Vec<Receipt> {
        self.shared.board.lock().expect("no holder of the board panics").receipts.clone()
    }

    pub fn status(&self) -> Vec<Status> {
        self.shared.board.lock().expect("no holder of the board panics").status.clone()
    }

    /// The journal's commits and its `fdatasync` calls so far.
    pub fn commits(&self) -> (u64, u64) {
        self.shared.board.lock().expect("no holder of the board panics").counts
    }

    #[cfg(test)]
    pub(super) fn loaded_count(&self) -> usize {
        self.driver.loaded_count()
    }

    /// Does everything that is due now. Says when to come back.
    pub fn turn(&mut self) -> Option<Timestamp> {
        let mut idle_count = 0;
        loop {
            let (next, busy) = self.driver.turn();
            let decoding = self.decoder.turn();
            let pulled = self.pump.turn(self.clock.monotonic());
            // What the pump and the decoder told after the driver's turn is taken in the next one.
            idle_count = if busy { 0 } else { idle_count + 1 };
            if idle_count < 2 {
                continue;
            }
            let now = self.clock.now();
            let refill = decoding.then(|| now + TimeDelta::from_std(decode::REFILL_EVERY).expect("a refill is soon"));
            let wall = |at: Duration| {
                let ns = at.as_nanos() as i64 - self.clock.monotonic().as_nanos() as i64;
                // A simulated clock must not come back a fraction of a nanosecond too soon.
                now + TimeDelta::nanoseconds(ns.max(1))
            };
            return [next, refill, pulled.map(wall)].into_iter().flatten().min();
        }
    }
}
