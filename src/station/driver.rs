//! Performs what the player decides: one thread, one clock, no timer for any single airing.
//!
//! [`Driver::turn`] takes what happened meanwhile, lets the player decide, makes everything durable that has to be, in one
//! commit, and says when to come back.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::TimeDelta;
use rtrb::Consumer;

use super::decode::{self, AHEAD_FRAMES, Answer, Key};
use super::desk::{self, Command, Handle, Voice};
use super::journal::{Found, Journal, JournalFault, Record, Settled};
use super::limits::Limits;
use super::machine::Loudspeaker;
use super::player::{Effect, Event, FADE, Limit, MEMORY, NoCheck, Player, SpeakerIndex, SpeakerOptions, VoiceId};
use super::power::{LOOK_EVERY, Switch};
use super::pump::{self, News};
use super::sink::sound_card;
use crate::base::clock::{Bell, both_scales};
use crate::base::{Clock, Id, Timestamp};
use crate::rundown::document::Edge;
use crate::rundown::seal::{Envelope, Refusal, Trust};
use crate::rundown::{AiringId, Outcome, Reason, Receipt, Rundown};

mod hearing;
mod holding;
mod outlet;
mod performing;
use outlet::{Loaded, Outlet};

/// A refused envelope is tried again this often: the clock that refused it may have been wrong.
const RETRY_EVERY: TimeDelta = TimeDelta::seconds(30);
/// Receipts handed out at a time.
pub(super) const BATCH_MAX: usize = 1000;
/// Rundowns verified in one turn, some 30 ms of work: an airing that is due does not wait for all that a county offers.
const OFFERS_MAX: usize = 256;
/// A device that is late by its own doing, by this much at most, does not cost an airing its window.
const START_GRACE: Duration = Duration::from_secs(1);
/// A journal that failed is tried again after this.
const REWRITE_AFTER: TimeDelta = TimeDelta::seconds(5);

/// How airings ended is shown this long after their instant: all of a local day.
const SHOWN: TimeDelta = TimeDelta::days(2);

/// What a device is doing, for people.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum DeviceState {
    #[default]
    Closed,
    Opening,
    Open,
    /// With what it said.
    Failed(String),
}

/// How one loudspeaker is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    pub station: Id,
    pub sink: String,
    pub device: DeviceState,
    pub sounding: Option<AiringId>,
    pub next: Option<(AiringId, Timestamp)>,
    /// The highest accepted rundown.
    pub held: Edge,
    /// Frames of silence that stood in for sound, since the start.
    pub starved_frames: u64,
    /// Why the last offered rundown was refused; none when it was taken.
    pub refusal: Option<String>,
    /// The reason given by whoever muted it on the spot.
    pub muted: Option<String>,
    /// The most volume a person on the spot allows; 100 when nobody changed it.
    pub volume_max: u8,
}

/// What the county knows of a past that this machine does not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Past {
    /// Airings that have ended, with when they began.
    pub ended: Vec<(AiringId, Option<Timestamp>)>,
    /// Rundowns older than these are refused from now on.
    pub floors: Vec<(Id, Edge)>,
    /// The number of the next receipt.
    pub number_next: u64,
}

/// What other threads leave for the driver.
#[derive(Default)]
pub(super) struct Inbox {
    pub offers: Vec<Arc<Envelope>>,
    pub keys: Vec<Envelope>,
    pub acknowledged: u64,
    pub settle: Option<Past>,
    /// Receipts after this number are wanted on the board.
    pub receipts_after: Option<u64>,
    pub limits: Vec<(Id, Limit)>,
    /// Who asks for a sound check, with where the answer goes.
    pub checks: Vec<(Id, Sender<Result<(), NoCheck>>)>,
    pub shutdown: bool,
    pub abandon: bool,
}

/// What the driver leaves for other threads.
#[derive(Default)]
pub(super) struct Board {
    /// The oldest after the number `receipts_after`, at most [`BATCH_MAX`].
    pub receipts: Vec<Receipt>,
    pub receipts_after: u64,
    /// How the airings of these days ended.
    pub ended: HashMap<AiringId, Outcome>,
    pub status: Vec<Status>,
    /// What is wrong with the journal, if anything is.
    pub journal: Option<String>,
    pub counts: (u64, u64),
    pub amnesia: bool,
    pub clock_trusted: bool,
    /// The accepted rundowns.
    pub rundowns: HashMap<SpeakerIndex, Arc<Rundown>>,
    pub stopped: bool,
}

/// Where the driver meets the other threads.
#[derive(Default)]
pub(super) struct Shared {
    pub inbox: Mutex<Inbox>,
    pub board: Mutex<Board>,
    pub limits: Mutex<Limits>,
}

/// The threads around the driver, as it reaches them.
pub(super) struct Links {
    pub decoder: Sender<decode::Request>,
    pub answers: Receiver<Answer>,
    pub pump: Sender<pump::Request>,
    pub pump_bell: Arc<Bell>,
    pub cards: HashMap<SpeakerIndex, Sender<sound_card::Request>>,
    pub news: Receiver<News>,
}

pub(super) struct Driver {
    clock: Arc<dyn Clock>,
    journal: Journal,
    player: Player,
    trust: Trust,
    outlets: Vec<Outlet>,
    by_station: HashMap<Id, SpeakerIndex>,
    links: Links,
    shared: Arc<Shared>,
    on_receipt: Box<dyn Fn() + Send + Sync>,
    /// Refused for now, by station.
    held_back: HashMap<SpeakerIndex, Vec<Arc<Envelope>>>,
    retry_at: Option<Timestamp>,
    /// Knows nothing of its past and waits for the county's word on it ...
    amnesia: bool,
    /// ... which came and is not durable yet.
    settle: Option<Past>,
    /// Why the player holds everything, as it was last told.
    hold: Option<Reason>,
    /// To be made durable at the end of this turn.
    records: Vec<Record>,
    rewrite_at: Option<Timestamp>,
    changed: Vec<SpeakerIndex>,
    /// Offers are left for the next turn.
    offers_wait: bool,
    /// Loudspeakers whose amplifier is being switched on.
    switching: Vec<SpeakerIndex>,
    /// Switches that turn off and are only waited for.
    switches_off: Vec<Switch>,
}

pub(super) struct Parts {
    pub clock: Arc<dyn Clock>,
    pub journal_folder: PathBuf,
    pub remote: bool,
    pub loudspeakers: Vec<Loudspeaker>,
    pub trust: Trust,
    pub links: Links,
    pub shared: Arc<Shared>,
    pub on_receipt: Box<dyn Fn() + Send + Sync>,
}

impl Driver {
    /// Opens the journal and begins where it ends.
    pub fn new(parts: Parts) -> Result<(Driver, Found), JournalFault> {
        let Parts { clock, journal_folder, remote, loudspeakers, trust, links, shared, on_receipt } = parts;
        let now = clock.now();
        let (journal, found) = Journal::open(&journal_folder, now)?;
        let mut memory = journal.memory();
        memory.empty = !remote && matches!(found, Found::Nothing | Found::Lost);
        let amnesia = remote && !journal.is_settled();
        let options = loudspeakers
            .iter()
            .map(|l| SpeakerOptions {
                station: l.station.clone(),
                sink: l.sink.name(),
                powered: !l.power_on.is_empty(),
                power_lead: l.power_lead,
            })
            .collect();
        let (player, effects) = Player::new(options, *trust.quiet(), memory, now);
        let by_station = loudspeakers.iter().enumerate().map(|(i, l)| (l.station.clone(), i)).collect();
        let outlets: Vec<Outlet> = loudspeakers.into_iter().map(Outlet::new).collect();
        let mut driver = Driver {
            clock,
            journal,
            player,
            trust,
            by_station,
            links,
            shared,
            on_receipt,
            held_back: HashMap::new(),
            retry_at: None,
            amnesia,
            settle: None,
            hold: None,
            records: vec![],
            rewrite_at: None,
            changed: (0..outlets.len()).collect(),
            offers_wait: false,
            switching: vec![],
            switches_off: vec![],
            outlets,
        };
        driver.perform(effects, now);
        driver.limit_as_kept(now);
        driver.hold_or_go_on(now);
        driver.write(now);
        driver.publish();
        Ok((driver, found))
    }

    /// Takes what happened, decides, performs. Says when to come back, and whether anything was done.
    pub fn turn(&mut self) -> (Option<Timestamp>, bool) {
        // Before the time: a time that becomes known in between is then still the known one.
        let trusted = self.clock.trusted();
        let now = self.clock.now();
        let changed = self.hold_changes(trusted, now);
        // A hold that begins is heard first, so that nothing begins before it is; one that ends comes last, when all that
        // happened meanwhile is known.
        let (mut events, ends): (Vec<Event>, Vec<Event>) =
            changed.into_iter().partition(|change| matches!(change, Event::Hold(Some(_))));
        events.extend(self.events(now));
        events.extend(ends);
        let mut busy = !events.is_empty();
        events.push(Event::Tick);
        // All in one step, so that whatever may be claimed now is claimed in one commit.
        let effects = self.player.step(events, now);
        busy |= !effects.is_empty();
        self.perform(effects, now);
        busy |= self.write(now);
        self.publish();
        let looks = !self.switching.is_empty() || !self.switches_off.is_empty();
        let wakes = [
            self.player.next_wake(),
            self.retry_at.filter(|_| !self.held_back.is_empty() && self.hold != Some(Reason::ClockUntrusted)),
            self.rewrite_at,
            self.offers_wait.then_some(now),
            looks.then_some(now + LOOK_EVERY),
        ];
        (wakes.into_iter().flatten().min(), busy)
    }

    /// Whether everything that was claimed has its outcome on disk.
    pub fn settled(&self) -> bool {
        !self.player.holds_claims() && self.records.is_empty()
    }

    /// Makes what waits durable. True when something was written.
    fn write(&mut self, now: Timestamp) -> bool {
        let due = self.rewrite_at.is_none_or(|at| at <= now || at > now + REWRITE_AFTER);
        if self.records.is_empty() || !due {
            return false;
        }
        let records = std::mem::take(&mut self.records);
        match self.commit(records.clone(), now) {
            Ok(()) => true,
            Err(fault) => {
                if self.rewrite_at.is_none() {
                    tracing::error!("outcomes wait to be written: {fault}");
                }
                self.rewrite_at = Some(now + REWRITE_AFTER);
                self.records = records;
                false
            }
        }
    }

    /// Puts receipts on the board from another number on: the county may have lost some that it acknowledged.
    fn show_receipts_after(&mut self, after: u64) {
        let mut board = self.shared.board.lock().expect("no holder of the board panics");
        board.receipts = self.journal.receipts_after(after).take(BATCH_MAX).cloned().collect();
        board.receipts_after = after;
        drop(board);
        (self.on_receipt)();
    }

    /// Numbers the receipts and commits.
    fn commit(&mut self, mut records: Vec<Record>, now: Timestamp) -> Result<(), JournalFault> {
        let mut number = self.journal.number_next();
        let mut receipts = false;
        for record in &mut records {
            if let Record::Outcome(receipt) = record {
                receipt.number = number;
                number += 1;
                receipts = true;
                let speaker = self.by_station.get(&receipt.airing.station);
                self.changed.extend(speaker);
            }
        }
        let result = self.journal.commit(&records, now);
        let mut board = self.shared.board.lock().expect("no holder of the board panics");
        board.counts = self.journal.counts();
        board.journal = match &result {
            Err(fault) => Some(fault.to_string()),
            Ok(()) if self.journal.copy_count() < 2 => {
                Some("one of the journal's two copies cannot be written; check the disk".to_owned())
            }
            Ok(()) => None,
        };
        if result.is_ok() {
            self.rewrite_at = None;
            let acknowledges = records.iter().any(|record| matches!(record, Record::Acknowledged(_)));
            if acknowledges {
                board.receipts_after = board.receipts_after.max(self.journal.acknowledged());
            }
            if receipts {
                let ended = records.iter().filter_map(ended);
                board.ended.extend(ended);
                board.ended.retain(|airing, _| airing.instant > now - SHOWN);
            }
            if receipts || acknowledges {
                board.receipts = self.journal.receipts_after(board.receipts_after).take(BATCH_MAX).cloned().collect();
            }
            let more = !board.receipts.is_empty();
            drop(board);
            if receipts || (acknowledges && more) {
                (self.on_receipt)();
            }
        }
        result
    }

    /// Tells the others how each loudspeaker is that changed.
    fn publish(&mut self) {
        self.changed.sort_unstable();
        self.changed.dedup();
        let mut board = self.shared.board.lock().expect("no holder of the board panics");
        (board.amnesia, board.clock_trusted) = (self.amnesia, self.hold != Some(Reason::ClockUntrusted));
        if board.status.is_empty() {
            board.status = self.outlets.iter().map(Outlet::status).collect();
            let now = self.clock.now();
            let known = self.journal.receipts_after(0).filter(|receipt| receipt.airing.instant > now - SHOWN);
            board.ended = known.map(|receipt| (receipt.airing.clone(), receipt.outcome)).collect();
            board.receipts_after = self.journal.acknowledged();
            board.receipts = self.journal.receipts_after(board.receipts_after).take(BATCH_MAX).cloned().collect();
        }
        for speaker in self.changed.drain(..) {
            let doing = self.player.doing(speaker);
            let status = self.outlets[speaker].status();
            let Limit { muted, volume_max } = doing.limit;
            let (sounding, next, held) = (doing.sounding, doing.next, doing.edge);
            board.status[speaker] = Status { sounding, next, held, muted, volume_max, ..status };
        }
    }

    #[cfg(test)]
    pub fn loaded_count(&self) -> usize {
        self.outlets.iter().map(|outlet| outlet.loaded.len()).sum()
    }

    pub fn ring_pump(&self) {
        self.links.pump_bell.ring();
    }

    /// Lets go of every device.
    pub fn close(&mut self) {
        for outlet in &mut self.outlets {
            outlet.close();
            if let Some(argv) = Some(&outlet.options.power_off).filter(|argv| !argv.is_empty()) {
                self.switches_off.push(Switch::start(argv, self.clock.monotonic()));
            }
        }
    }
}

fn ended(record: &Record) -> Option<(AiringId, Outcome)> {
    match record {
        Record::Outcome(receipt) => Some((receipt.airing.clone(), receipt.outcome)),
        _ => None,
    }
}

/// Monotonic time as wall time, to the nearest millisecond: what frames and two clocks round is no news.
fn wall_of((wall, monotonic): (Timestamp, Duration), at: Duration) -> Timestamp {
    let exact = wall + TimeDelta::nanoseconds(at.as_nanos() as i64 - monotonic.as_nanos() as i64);
    Timestamp::from_timestamp_millis((exact + TimeDelta::microseconds(500)).timestamp_millis()).unwrap_or(exact)
}

fn monotonic_of(clock: &dyn Clock, at: Timestamp) -> Duration {
    // Both scales are read here, so that a step since the turn began does not move the start.
    let (wall, monotonic) = both_scales(clock);
    let ns = (at - wall).num_nanoseconds().unwrap_or(i64::MAX / 2);
    Duration::from_nanos((monotonic.as_nanos() as i128 + i128::from(ns)).max(0) as u64)
}

fn speaker_of(event: &Event) -> Option<SpeakerIndex> {
    match event {
        Event::Accepted { speaker, .. }
        | Event::Warranted { speaker, .. }
        | Event::Prepared { speaker, .. }
        | Event::Unplayable { speaker, .. }
        | Event::Opened { speaker }
        | Event::OpenFailed { speaker, .. }
        | Event::Lost { speaker, .. }
        | Event::Powered { speaker, .. }
        | Event::Started { speaker, .. }
        | Event::Ended { speaker, .. } => Some(*speaker),
        Event::Limited { speaker, .. } => Some(*speaker),
        Event::Tick
        | Event::Renewed(_)
        | Event::Hold(_)
        | Event::Settled { .. }
        | Event::Claimed { .. }
        | Event::Shutdown
        | Event::Abandon => None,
    }
}

/// How long a shutdown needs at least: the fade, and a block on its way.
pub(super) const FADE_WAIT: Duration = FADE.saturating_add(Duration::from_millis(100));
