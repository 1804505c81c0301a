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
use super::journal::{Found, Journal, JournalFault, Record};
use super::machine::Loudspeaker;
use super::player::{Effect, Event, FADE, Player, SpeakerIndex, SpeakerOptions};
use super::power::{LOOK_EVERY, Switch};
use super::pump::{self, News};
use super::sink::sound_card;
use crate::base::clock::Bell;
use crate::base::{Clock, Id, Timestamp};
use crate::rundown::document::Edge;
use crate::rundown::seal::{Envelope, Refusal, Trust};
use crate::rundown::{AiringId, Receipt, Rundown};

/// A refused envelope is tried again this often: the clock that refused it may have been wrong.
const RETRY_EVERY: TimeDelta = TimeDelta::seconds(30);
/// Receipts handed out at a time.
pub(super) const BATCH_MAX: usize = 1000;
/// A journal that failed is tried again after this.
const REWRITE_AFTER: TimeDelta = TimeDelta::seconds(5);

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
}

/// What other threads leave for the driver.
#[derive(Default)]
pub(super) struct Inbox {
    pub offers: Vec<Arc<Envelope>>,
    pub keys: Vec<Envelope>,
    pub acknowledged: u64,
    pub shutdown: bool,
    pub abandon: bool,
}

/// What the driver leaves for other threads.
#[derive(Default)]
pub(super) struct Board {
    pub receipts: Vec<Receipt>,
    pub status: Vec<Status>,
    /// What is wrong with the journal, if anything is.
    pub journal: Option<String>,
    pub counts: (u64, u64),
    pub stopped: bool,
}

/// Where the driver meets the other threads.
#[derive(Default)]
pub(super) struct Shared {
    pub inbox: Mutex<Inbox>,
    pub board: Mutex<Board>,
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

/// One loudspeaker as the driver handles it.
struct Outlet {
    options: Loudspeaker,
    desk: Option<Handle>,
    /// Decoded heads of voices that are not armed.
    loaded: HashMap<u64, Consumer<f32>>,
    /// The programme of each voice: its length, its name.
    voices: HashMap<u64, (u64, AiringId)>,
    switch: Option<Switch>,
    state: DeviceState,
    starved_frames: u64,
    refusal: Option<Refusal>,
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
    held_back: HashMap<SpeakerIndex, Arc<Envelope>>,
    retry_at: Option<Timestamp>,
    /// To be made durable at the end of this turn.
    records: Vec<Record>,
    rewrite_at: Option<Timestamp>,
    changed: Vec<SpeakerIndex>,
    /// Switches that turn off and are only waited for.
    switches_off: Vec<Switch>,
}

pub(super) struct Parts {
    pub clock: Arc<dyn Clock>,
    pub journal_folder: PathBuf,
    pub loudspeakers: Vec<Loudspeaker>,
    pub trust: Trust,
    pub links: Links,
    pub shared: Arc<Shared>,
    pub on_receipt: Box<dyn Fn() + Send + Sync>,
}

impl Driver {
    /// Opens the journal and begins where it ends.
    pub fn new(parts: Parts) -> Result<(Driver, Found), JournalFault> {
        let Parts { clock, journal_folder, loudspeakers, trust, links, shared, on_receipt } = parts;
        let now = clock.now();
        let (journal, found) = Journal::open(&journal_folder, now)?;
        let mut memory = journal.memory();
        memory.empty = matches!(found, Found::Nothing | Found::Lost);
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
            records: vec![],
            rewrite_at: None,
            changed: (0..outlets.len()).collect(),
            switches_off: vec![],
            outlets,
        };
        driver.perform(effects, now);
        driver.write(now);
        driver.publish();
        Ok((driver, found))
    }

    /// Takes what happened, decides, performs. Says when to come back, and whether anything was done.
    pub fn turn(&mut self) -> (Option<Timestamp>, bool) {
        let now = self.clock.now();
        let mut events = self.events(now);
        let mut busy = !events.is_empty();
        events.push(Event::Tick);
        for event in events {
            let effects = self.player.step(event, now);
            busy |= !effects.is_empty();
            self.perform(effects, now);
        }
        busy |= self.write(now);
        self.publish();
        let looks = self.outlets.iter().any(|o| o.switch.is_some()) || !self.switches_off.is_empty();
        let wakes = [
            self.player.next_wake(),
            self.retry_at.filter(|_| !self.held_back.is_empty()),
            self.rewrite_at,
            looks.then_some(now + LOOK_EVERY),
        ];
        (wakes.into_iter().flatten().min(), busy)
    }

    /// Whether everything that was claimed has its outcome on disk.
    pub fn settled(&self) -> bool {
        !self.player.holds_claims() && self.records.is_empty()
    }

    fn events(&mut self, now: Timestamp) -> Vec<Event> {
        let inbox = std::mem::take(&mut *self.shared.inbox.lock().expect("no holder of the inbox panics"));
        let mut events = Vec::new();
        for keys in inbox.keys {
            match self.trust.renew(&keys) {
                Ok(()) => {
                    events.push(Event::Renewed(*self.trust.quiet()));
                    self.retry_at = Some(now);
                }
                Err(refusal) => tracing::warn!("a keys document is refused: {refusal}"),
            }
        }
        for envelope in inbox.offers {
            self.offered(envelope, now, &mut events);
        }
        if self.retry_at.is_some_and(|at| at <= now || at > now + RETRY_EVERY) {
            self.retry_at = Some(now + RETRY_EVERY);
            for (_, envelope) in std::mem::take(&mut self.held_back) {
                self.offered(envelope, now, &mut events);
            }
        }
        if inbox.acknowledged > self.journal.acknowledged() {
            self.records.push(Record::Acknowledged(inbox.acknowledged));
        }
        self.heard(&mut events, now);
        if inbox.shutdown {
            events.push(Event::Shutdown);
        }
        if inbox.abandon {
            events.push(Event::Abandon);
        }
        events
    }

    /// What the desks, the devices, the decoder and the switches have to say.
    fn heard(&mut self, events: &mut Vec<Event>, now: Timestamp) {
        let monotonic = self.clock.monotonic();
        while let Ok(answer) = self.links.answers.try_recv() {
            events.push(match answer {
                Answer::Ready((speaker, voice)) => Event::Prepared { speaker, voice },
                Answer::Failed { key: (speaker, voice), reason, detail } => {
                    Event::Unplayable { speaker, voice, reason, detail }
                }
            });
        }
        for speaker in 0..self.outlets.len() {
            self.outlets[speaker].heard(speaker, events, now, monotonic);
        }
        while let Ok(news) = self.links.news.try_recv() {
            let (speaker, event, state) = match news {
                News::Opened(speaker) => (speaker, Event::Opened { speaker }, DeviceState::Open),
                News::OpenFailed(speaker, detail) => {
                    self.outlets[speaker].desk = None;
                    let event = Event::OpenFailed { speaker, detail: detail.clone() };
                    (speaker, event, DeviceState::Failed(detail))
                }
                News::Lost(speaker, detail) => {
                    let outlet = &mut self.outlets[speaker];
                    // What the desk told before it died comes first.
                    outlet.heard(speaker, events, now, monotonic);
                    let left = outlet.desk.take().map(|desk| desk.progress.left()).unwrap_or_default();
                    let event = Event::Lost { speaker, detail: detail.clone(), left };
                    (speaker, event, DeviceState::Failed(detail))
                }
            };
            self.outlets[speaker].state = state;
            events.push(event);
        }
        self.switches_off.retain_mut(|switch| switch.look(monotonic).is_none());
        for event in events.iter() {
            self.changed.extend(speaker_of(event));
        }
    }

    /// Verifies an envelope for the loudspeaker it is for.
    fn offered(&mut self, envelope: Arc<Envelope>, now: Timestamp, events: &mut Vec<Event>) {
        // The station is read before the signature is checked, to know for whom to check it.
        #[derive(serde::Deserialize)]
        struct Addressed {
            station: Id,
        }
        let Ok(Addressed { station }) = serde_json::from_slice(&envelope.payload) else {
            tracing::warn!("a sealed document is refused: it names no station");
            return;
        };
        let Some(&speaker) = self.by_station.get(&station) else {
            tracing::debug!(%station, "a rundown of a station that is not attached here");
            return;
        };
        self.changed.push(speaker);
        match self.trust.open(&envelope, &station, self.player.edge(speaker), now) {
            Ok(rundown) => {
                self.outlets[speaker].refusal = None;
                if rundown.edge > self.player.edge(speaker) {
                    let Rundown { edge, issued, .. } = rundown;
                    self.records.push(Record::Edge { station, edge, since: issued });
                }
                events.push(Event::Accepted { speaker, rundown: Arc::new(rundown) });
            }
            Err(refusal) => {
                let outlet = &mut self.outlets[speaker];
                if outlet.refusal.as_ref() != Some(&refusal) {
                    tracing::warn!(%station, "a rundown is refused: {refusal}; the last good one stays");
                }
                outlet.refusal = Some(refusal.clone());
                // Only these may end by waiting: the clock was wrong, or newer keys are on their way.
                if matches!(refusal, Refusal::FromTheFuture | Refusal::NoTrustedSignature) {
                    self.held_back.insert(speaker, envelope);
                    self.retry_at.get_or_insert(now + RETRY_EVERY);
                }
            }
        }
    }

    fn perform(&mut self, effects: Vec<Effect>, now: Timestamp) {
        let mut pump_rings = false;
        for effect in effects {
            match effect {
                Effect::Prepare { speaker, voice, rundown, airing } => self.prepare((speaker, voice), rundown, airing),
                Effect::Discard { speaker, voice } => {
                    self.outlets[speaker].loaded.remove(&voice);
                    let _ = self.links.decoder.send(decode::Request::Forget((speaker, voice)));
                }
                Effect::Open { speaker } => {
                    self.changed.push(speaker);
                    let (handle, desk) = desk::desk();
                    let progress = handle.progress.clone();
                    self.outlets[speaker].desk = Some(handle);
                    self.outlets[speaker].state = DeviceState::Opening;
                    match self.links.cards.get(&speaker) {
                        Some(card) => drop(card.send(sound_card::Request::Open(desk, progress))),
                        None => drop(self.links.pump.send(pump::Request::Open { speaker, desk })),
                    }
                    pump_rings = true;
                }
                Effect::Close { speaker } => {
                    self.changed.push(speaker);
                    self.outlets[speaker].close();
                    match self.links.cards.get(&speaker) {
                        Some(card) => drop(card.send(sound_card::Request::Close)),
                        None => drop(self.links.pump.send(pump::Request::Close { speaker })),
                    }
                    pump_rings = true;
                }
                Effect::PowerOn { speaker } => {
                    let outlet = &mut self.outlets[speaker];
                    outlet.switch = Some(Switch::start(&outlet.options.power_on, self.clock.monotonic()));
                }
                Effect::PowerOff { speaker } => {
                    let argv = &self.outlets[speaker].options.power_off;
                    if !argv.is_empty() {
                        self.switches_off.push(Switch::start(argv, self.clock.monotonic()));
                    }
                }
                Effect::Claim(claims) => self.claim(claims, now),
                Effect::Arm { speaker, voice, start, volume } => {
                    self.arm(speaker, voice, start, volume);
                    pump_rings = true;
                }
                Effect::Cut { speaker, voice, by } => {
                    let by = monotonic_of(&*self.clock, by);
                    if let Some(desk) = &mut self.outlets[speaker].desk {
                        let _ = desk.commands.push(Command::Cut { voice, by });
                    }
                    pump_rings = true;
                }
                Effect::Receipt(receipt) => self.records.push(Record::Outcome(receipt)),
            }
        }
        if pump_rings {
            self.links.pump_bell.ring();
        }
    }

    fn prepare(&mut self, key: Key, rundown: Arc<Rundown>, airing: usize) {
        let (sound, head) = rtrb::RingBuffer::new(AHEAD_FRAMES);
        let outlet = &mut self.outlets[key.0];
        let listed = &rundown.airings[airing];
        let frames = rundown.programmes[listed.programme as usize].frames();
        outlet.loaded.insert(key.1, head);
        outlet.voices.insert(key.1, (frames, listed.id.clone()));
        let _ = self.links.decoder.send(decode::Request::Load { key, rundown, airing, sound });
    }

    /// One commit for all claims of this turn, and for whatever else waits to be durable.
    fn claim(&mut self, claims: Vec<(SpeakerIndex, u64, super::player::Claim)>, now: Timestamp) {
        let waiting = std::mem::take(&mut self.records);
        let records: Vec<Record> =
            waiting.iter().cloned().chain(claims.iter().map(|(.., claim)| Record::Claim(claim.clone()))).collect();
        let durable = self.commit(records, now).map_err(|fault| fault.to_string());
        if let Err(fault) = &durable {
            tracing::error!("{} airings cannot be claimed: {fault}", claims.len());
            self.records = waiting;
        }
        let voices = claims.iter().map(|(speaker, voice, _)| (*speaker, *voice)).collect();
        let effects = self.player.step(Event::Claimed { voices, durable }, self.clock.now());
        self.perform(effects, now);
    }

    fn arm(&mut self, speaker: SpeakerIndex, voice: u64, start: Timestamp, volume: u8) {
        let start = monotonic_of(&*self.clock, start);
        let outlet = &mut self.outlets[speaker];
        let (Some(desk), Some(sound)) = (&mut outlet.desk, outlet.loaded.remove(&voice)) else { return };
        let (frames, airing) = outlet.voices[&voice].clone();
        if !self.links.cards.contains_key(&speaker) {
            let _ = self.links.pump.send(pump::Request::Name { speaker, voice, airing });
        }
        let amplitude = (f32::from(volume) / 100.0).powi(2) * 10f32.powf(outlet.options.gain_db / 20.0);
        let armed =
            Voice { id: voice, start, gain: amplitude, frames, sound, started: None, left: 0, starved_frames: 0 };
        // The ring takes more commands than the player gives before the desk reads them.
        let _ = desk.commands.push(Command::Arm(Box::new(armed)));
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
            if receipts || acknowledges {
                board.receipts = self.journal.unacknowledged().take(BATCH_MAX).cloned().collect();
            }
            drop(board);
            if receipts {
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
        if board.status.is_empty() {
            board.status = self.outlets.iter().map(Outlet::status).collect();
            board.receipts = self.journal.unacknowledged().take(BATCH_MAX).cloned().collect();
        }
        for speaker in self.changed.drain(..) {
            let doing = self.player.doing(speaker);
            let status = self.outlets[speaker].status();
            board.status[speaker] = Status { sounding: doing.sounding, next: doing.next, held: doing.edge, ..status };
        }
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

impl Outlet {
    fn new(options: Loudspeaker) -> Outlet {
        Outlet {
            options,
            desk: None,
            loaded: HashMap::new(),
            voices: HashMap::new(),
            switch: None,
            state: DeviceState::Closed,
            starved_frames: 0,
            refusal: None,
        }
    }

    fn close(&mut self) {
        self.desk = None;
        self.state = DeviceState::Closed;
    }

    fn heard(&mut self, speaker: SpeakerIndex, events: &mut Vec<Event>, now: Timestamp, monotonic: Duration) {
        let wall = |at: Duration| now + TimeDelta::nanoseconds(at.as_nanos() as i64 - monotonic.as_nanos() as i64);
        while let Some(event) = self.desk.as_mut().and_then(|desk| desk.events.pop().ok()) {
            events.push(match event {
                desk::Event::Started { voice, at, .. } => Event::Started { speaker, voice, at: wall(at) },
                desk::Event::Done { voice, at, .. } => {
                    self.voices.remove(&voice.id);
                    self.starved_frames += voice.starved_frames;
                    Event::Ended {
                        speaker,
                        voice: voice.id,
                        frames: voice.left,
                        elapsed: voice.started.map_or(Duration::ZERO, |started| at.saturating_sub(started)),
                        starved_frames: voice.starved_frames,
                    }
                }
            });
        }
        if let Some(detail) = self.switch.as_mut().and_then(|switch| switch.look(monotonic)) {
            self.switch = None;
            events.push(Event::Powered { speaker, detail });
        }
    }

    fn status(&self) -> Status {
        let sounding = self.desk.as_ref().map_or(0, |desk| desk.progress.starved_frames.load(Ordering::Relaxed));
        Status {
            station: self.options.station.clone(),
            sink: self.options.sink.name(),
            device: self.state.clone(),
            sounding: None,
            next: None,
            held: Edge::default(),
            starved_frames: self.starved_frames.max(sounding),
            refusal: self.refusal.as_ref().map(Refusal::to_string),
        }
    }
}

fn monotonic_of(clock: &dyn Clock, at: Timestamp) -> Duration {
    // Both scales are read here, so that a step since the turn began does not move the start.
    let (wall, monotonic) = (clock.now(), clock.monotonic());
    let ns = (at - wall).num_nanoseconds().unwrap_or(i64::MAX / 2);
    Duration::from_nanos((monotonic.as_nanos() as i128 + i128::from(ns)).max(0) as u64)
}

fn speaker_of(event: &Event) -> Option<SpeakerIndex> {
    match event {
        Event::Accepted { speaker, .. }
        | Event::Prepared { speaker, .. }
        | Event::Unplayable { speaker, .. }
        | Event::Opened { speaker }
        | Event::OpenFailed { speaker, .. }
        | Event::Lost { speaker, .. }
        | Event::Powered { speaker, .. }
        | Event::Started { speaker, .. }
        | Event::Ended { speaker, .. } => Some(*speaker),
        Event::Tick | Event::Renewed(_) | Event::Claimed { .. } | Event::Shutdown | Event::Abandon => None,
    }
}

/// How long a shutdown needs at least: the fade, and a block on its way.
pub(super) const FADE_WAIT: Duration = FADE.saturating_add(Duration::from_millis(100));
