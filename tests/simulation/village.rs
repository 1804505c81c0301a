//! One box: the real player and the real reckoning of time over a disk, a device, a clock and a line that fail.
//!
//! What the driver does around the player (commits, holds, what waits to be verified) is done here in the same order, so
//! that a process can be killed between any two effects.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use cunxiang::base::reckoning::{Reading, Reckoning};
use cunxiang::base::{Length, Timestamp};
use cunxiang::rundown::document::Edge;
use cunxiang::rundown::{Airing, AiringId, Class, Reason, Receipt, Rundown};
use cunxiang::station::Limit;
use cunxiang::station::player::{Claim, Effect, Event, MEMORY, Memory, Player, SpeakerOptions, VoiceId};

use crate::Dice;
use crate::county::{County, PROGRAMME_MS, Sealed};

/// 2026-11-24 06:00 in Deqin.
const START_MS: i64 = 1_795_471_200_000;
const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A fault of ours, planted to see that it is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mutation {
    None,
    /// The journal loses its last claims when the process is killed.
    ForgetsClaims,
    /// A restart forgets which rundown was accepted.
    ForgetsEdges,
    /// A lost journal counts as that of a machine that never played.
    ForgetsItsPast,
    /// The claim is answered before it is on disk.
    ArmsUnclaimed,
}

/// What happened, over all stations: a simulation in which nothing happens proves nothing.
#[derive(Debug, Default)]
pub struct Tally {
    pub days: i64,
    sounded: u64,
    receipts: u64,
    kills: u64,
    killed_while_sounding: u64,
    boots_in_1970: u64,
    steps: u64,
    fortnights: u64,
    amnesias: u64,
    refused: u64,
    lost_devices: u64,
    full_disks: u64,
    mutes: u64,
    pub held_hours: u64,
}

impl Tally {
    pub fn add(&mut self, other: &Tally) {
        self.days += other.days;
        self.held_hours += other.held_hours;
        self.sounded += other.sounded;
        self.receipts += other.receipts;
        self.kills += other.kills;
        self.killed_while_sounding += other.killed_while_sounding;
        self.boots_in_1970 += other.boots_in_1970;
        self.steps += other.steps;
        self.fortnights += other.fortnights;
        self.amnesias += other.amnesias;
        self.refused += other.refused;
        self.lost_devices += other.lost_devices;
        self.full_disks += other.full_disks;
        self.mutes += other.mutes;
    }

    pub fn counts(&self) -> [(&'static str, u64); 12] {
        [
            ("sound", self.sounded),
            ("a receipt", self.receipts),
            ("a kill", self.kills),
            ("a kill while something sounds", self.killed_while_sounding),
            ("a boot in 1970", self.boots_in_1970),
            ("a step of the clock", self.steps),
            ("a fortnight without a line", self.fortnights),
            ("amnesia", self.amnesias),
            ("a refused rundown", self.refused),
            ("a lost device", self.lost_devices),
            ("a full disk", self.full_disks),
            ("a mute", self.mutes),
        ]
    }
}

/// Airings that have ended, with when they began.
type Ended = Vec<(AiringId, Option<Timestamp>)>;

/// What is on the box's disk.
#[derive(Default)]
struct Disk {
    claims: Vec<Claim>,
    outcomes: Vec<Receipt>,
    edge: Option<(Edge, Timestamp)>,
    settled: Option<(Timestamp, Ended)>,
    number_next: u64,
    /// Claims of the last commit, for a journal that forgets.
    last: usize,
    limit: Limit,
    /// The village's copy of the rundown; no part of the journal.
    rundown: Option<Sealed>,
}

/// What waits for the end of the turn.
enum Pending {
    Edge(Edge, Timestamp),
    Outcome(Receipt),
}

pub struct Village {
    dice: Dice,
    mutation: Mutation,
    county: County,
    /// True time since the start.
    t: i64,
    /// The machine's clock less true time, and when it booted.
    wrong: i64,
    booted: i64,
    boots: u64,
    synchronised: bool,
    has_battery: bool,
    has_ntp: bool,
    reckoning: Reckoning,
    disk: Disk,
    disk_works: bool,
    pending: Vec<Pending>,
    player: Player,
    hold: Option<Reason>,
    amnesia: bool,
    told: Option<(Ended, u64)>,
    held_back: Vec<Sealed>,
    held: Option<Arc<Rundown>>,
    up: bool,
    stopping: bool,
    up_since: i64,
    dies_after: Option<i64>,
    link: bool,
    link_back: i64,
    device_works: bool,
    clip_good: bool,
    coming: Vec<(i64, Event)>,
    voices: HashMap<VoiceId, (Airing, Timestamp)>,
    sounding: Vec<(VoiceId, i64)>,
    sounded: HashSet<AiringId>,
    ended: HashSet<AiringId>,
    accepted: Edge,
    tally: Tally,
    broken: Option<String>,
    log: Vec<String>,
}

impl Village {
    pub fn new(seed: u64, station: u64, mutation: Mutation) -> Village {
        let start = Timestamp::from_timestamp_millis(START_MS).expect("a valid instant");
        let county = County::new(start);
        let (player, _) = Player::new(Village::options(), county.quiet, Memory::default(), start);
        Village {
            dice: Dice::new(seed, station),
            mutation,
            county,
            t: 0,
            wrong: 0,
            booted: 0,
            boots: 0,
            synchronised: false,
            has_battery: station.is_multiple_of(3),
            has_ntp: station % 3 == 1,
            reckoning: Reckoning::new("0".to_owned(), false, None),
            disk: Disk { number_next: 1, ..Disk::default() },
            disk_works: true,
            pending: vec![],
            player,
            hold: None,
            amnesia: true,
            told: None,
            held_back: vec![],
            held: None,
            up: false,
            stopping: false,
            up_since: 0,
            dies_after: None,
            link: true,
            link_back: 0,
            device_works: true,
            clip_good: true,
            coming: vec![],
            voices: HashMap::new(),
            sounding: vec![],
            sounded: HashSet::new(),
            ended: HashSet::new(),
            accepted: Edge::default(),
            tally: Tally::default(),
            broken: None,
            log: vec![],
        }
    }

    fn options() -> Vec<SpeakerOptions> {
        let (station, sink) = ("a".parse().expect("an id"), "null".to_owned());
        vec![SpeakerOptions { station, sink, powered: false, power_lead: Length::ms(0) }]
    }

    /// Lives through `days`; the first broken promise ends it.
    pub fn live(mut self, days: i64) -> Result<Tally, String> {
        self.boot();
        let mut happens = 0;
        let mut checks = 0;
        while self.t < days * DAY && self.broken.is_none() {
            if self.t >= happens {
                self.happen();
                // A process that died is often back at once, inside the window of what it was killed in.
                let soon = !self.up && self.dice.one_in(2);
                happens = self.t + 1 + self.dice.below(if soon { 2 * MINUTE } else { 8 * HOUR });
            }
            if self.t >= checks {
                self.check_terminal();
                self.tally.held_hours += u64::from(self.hold.is_some()) * 6;
                checks = self.t + 6 * HOUR;
            }
            let ends = [happens, checks, days * DAY];
            let mut next = ends.into_iter().min().expect("there are some");
            if self.up {
                let wake = self.player.next_wake().map(|wake| self.t + (wake - self.now()).num_milliseconds());
                let event = self.coming.iter().map(|(t, _)| *t).min();
                next = [wake, event].into_iter().flatten().fold(next, i64::min);
            }
            self.t = next.max(self.t + 1);
            self.wake();
        }
        self.tally.days = days;
        match self.broken {
            None => Ok(self.tally),
            Some(why) => {
                let from = self.log.len().saturating_sub(40);
                Err(format!("{why}\n{}", self.log[from..].join("\n")))
            }
        }
    }

    fn true_now(&self) -> Timestamp {
        Timestamp::from_timestamp_millis(START_MS + self.t).expect("a valid instant")
    }

    fn reading(&self) -> Reading {
        Reading {
            wall: Timestamp::from_timestamp_millis(START_MS + self.t + self.wrong).expect("a valid instant"),
            monotonic: Duration::from_millis((self.t - self.booted) as u64),
            synchronised: self.synchronised,
        }
    }

    fn now(&self) -> Timestamp {
        self.reckoning.time(self.reading()).0
    }

    fn say(&mut self, what: impl FnOnce() -> String) {
        let line = format!("{} (box {}) {}", self.true_now(), self.now(), what());
        self.log.push(line);
    }

    fn broke(&mut self, why: String) {
        self.say(|| why.clone());
        self.broken.get_or_insert(why);
    }

    /// The machine is switched on: without a battery in 1970.
    fn boot(&mut self) {
        (self.booted, self.boots, self.synchronised) = (self.t, self.boots + 1, false);
        if !self.has_battery {
            self.wrong = -START_MS - self.t;
            self.tally.boots_in_1970 += 1;
        }
        let kept = self.reckoning.kept().clone();
        self.reckoning = Reckoning::new(self.boots.to_string(), self.has_battery, Some(kept));
        self.start();
    }

    /// The process starts, with what the disk remembers.
    fn start(&mut self) {
        self.say(|| "starts".to_owned());
        (self.up, self.up_since, self.dies_after, self.stopping) = (true, self.t, None, false);
        let mut memory = Memory {
            claims: self.disk.claims.clone(),
            ended: self.disk.outcomes.iter().map(|receipt| receipt.airing.clone()).collect(),
            ..Memory::default()
        };
        if self.mutation == Mutation::ForgetsEdges {
            self.disk.edge = None;
        }
        memory.edges.extend(self.disk.edge.map(|(edge, since)| ("a".parse().expect("an id"), edge, since)));
        if let Some((at, ended)) = &self.disk.settled {
            memory.silent_before = Some(*at);
            memory.ended.extend(ended.iter().map(|(id, _)| id.clone()));
            memory.started.extend(ended.iter().filter_map(|(id, at)| at.map(|at| (id.clone(), at))));
        }
        self.amnesia = self.disk.settled.is_none() && self.mutation != Mutation::ForgetsItsPast;
        (self.hold, self.told, self.held) = (None, None, None);
        let (player, effects) = Player::new(Village::options(), self.county.quiet, memory, self.now());
        self.player = player;
        let limited = Event::Limited { speaker: 0, limit: self.disk.limit.clone() };
        self.perform(effects);
        self.held_back = self.disk.rundown.iter().cloned().collect();
        self.turn(vec![limited]);
        if self.link {
            self.meet();
        }
    }

    fn die(&mut self) {
        if !self.up {
            return;
        }
        self.say(|| "is killed".to_owned());
        self.tally.kills += 1;
        self.tally.killed_while_sounding += u64::from(self.sounding.iter().any(|(_, start)| *start <= self.t));
        self.up = false;
        self.coming.clear();
        self.voices.clear();
        self.sounding.clear();
        self.pending.clear();
        if self.mutation == Mutation::ForgetsClaims {
            let kept = self.disk.claims.len() - self.disk.last.min(self.disk.claims.len());
            self.disk.claims.truncate(kept);
        }
    }

    fn wake(&mut self) {
        if !self.up {
            return;
        }
        let now = self.t;
        let (mut due, later): (Vec<_>, Vec<_>) = self.coming.drain(..).partition(|(t, _)| *t <= now);
        self.coming = later;
        due.sort_by_key(|(t, _)| *t);
        for (_, event) in &due {
            match event {
                Event::Started { voice, .. } => self.audible(*voice),
                Event::Ended { voice, .. } => self.sounding.retain(|(v, _)| v != voice),
                _ => {}
            }
        }
        self.turn(due.into_iter().map(|(_, event)| event).collect());
    }

    /// A first audible sample leaves.
    fn audible(&mut self, voice: VoiceId) {
        let Some((airing, issued)) = self.voices.get(&voice).cloned() else { return };
        self.tally.sounded += 1;
        self.say(|| format!("{} sounds", airing.id));
        if !self.sounded.insert(airing.id.clone()) {
            self.broke(format!("I1: {} sounds twice", airing.id));
        }
        if !self.disk.claims.iter().any(|claim| claim.airing == airing.id) {
            self.broke(format!("I2: {} sounds without a durable claim", airing.id));
        }
        if self.now() < issued {
            self.broke(format!("{} sounds before its rundown was issued", airing.id));
        }
        let quiet = self.county.quiet;
        if airing.class != Class::Emergency && !quiet.allows(airing.class, airing.level, self.now()) {
            self.broke(format!("I6: {} sounds in quiet hours, {} to {}", airing.id, quiet.from, quiet.until));
        }
        if !self.has_battery && (self.now() - self.true_now()).abs() > TimeDelta::minutes(1) {
            self.broke(format!("{} sounds by a wrong clock", airing.id));
        }
        if self.disk.limit.muted.is_some() {
            self.broke(format!("{} sounds in spite of a mute", airing.id));
        }
    }

    /// As `Driver::turn`.
    fn turn(&mut self, mut events: Vec<Event>) {
        if !self.up {
            return;
        }
        let reading = self.reading();
        self.reckoning.look(reading);
        let (now, source) = self.reckoning.time(reading);
        let mut changes = vec![];
        if self.amnesia
            && source.is_some()
            && self.disk_works
            && let Some((ended, number_next)) = self.told.take()
        {
            self.disk.settled = Some((now, ended.clone()));
            self.disk.number_next = self.disk.number_next.max(number_next);
            self.amnesia = false;
            changes.push(Event::Settled { ended, floors: vec![] });
        }
        let hold = match (source.is_some(), self.amnesia) {
            (false, _) => Some(Reason::ClockUntrusted),
            (true, true) => Some(Reason::Amnesia),
            (true, false) => None,
        };
        if hold != self.hold {
            self.hold = hold;
            changes.push(Event::Hold(hold));
        }
        if source.is_some() {
            for sealed in std::mem::take(&mut self.held_back) {
                self.offered(sealed, now, &mut events);
            }
        }
        events.extend(changes);
        self.stopping |= events.iter().any(|event| matches!(event, Event::Shutdown));
        events.push(Event::Tick);
        let effects = self.player.step(events, now);
        self.perform(effects);
        self.flush();
        // As a service that is stopped: when everything that was claimed has its end on disk.
        if self.stopping && !self.player.holds_claims() && self.pending.is_empty() {
            self.die();
        }
    }

    fn offered(&mut self, sealed: Sealed, now: Timestamp, events: &mut Vec<Event>) {
        let rundown = sealed.rundown.clone();
        // What was accepted earlier in this turn counts already.
        let held = events.iter().fold(self.player.edge(0), |held, event| match event {
            Event::Accepted { rundown, .. } => held.max(rundown.edge),
            _ => held,
        });
        let dated = rundown.issued <= now + TimeDelta::minutes(2) && rundown.valid_until >= now;
        if !sealed.signed || rundown.edge < held || !dated {
            self.tally.refused += 1;
            return;
        }
        if rundown.edge < self.accepted {
            self.broke(format!("I5: {:?} is accepted after {:?}", rundown.edge, self.accepted));
        }
        if rundown.edge > held {
            self.pending.push(Pending::Edge(rundown.edge, rundown.issued));
        }
        self.disk.rundown = Some(sealed);
        self.held = Some(rundown.clone());
        events.push(Event::Accepted { speaker: 0, rundown, warrants: Arc::default() });
    }

    /// Makes what waits durable, if the disk lets it.
    fn flush(&mut self) -> bool {
        if !self.up || !self.disk_works {
            return self.up && self.pending.is_empty();
        }
        for pending in std::mem::take(&mut self.pending) {
            match pending {
                Pending::Edge(edge, issued) => {
                    let since = self.disk.edge.map_or(issued, |(_, since)| since.min(issued));
                    self.disk.edge = Some((edge, since));
                    self.accepted = self.accepted.max(edge);
                }
                Pending::Outcome(mut receipt) => {
                    receipt.number = self.disk.number_next;
                    self.disk.number_next += 1;
                    self.tally.receipts += 1;
                    if !self.ended.insert(receipt.airing.clone()) {
                        self.broke(format!("{} ends twice", receipt.airing));
                    }
                    self.say(|| format!("{} {}", receipt.airing, receipt.outcome));
                    self.disk.outcomes.push(receipt);
                }
            }
        }
        true
    }

    fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            if self.dies() {
                return;
            }
            self.perform_one(effect);
            if !self.up {
                return;
            }
        }
    }

    /// Whether the process is killed just here.
    fn dies(&mut self) -> bool {
        let Some(left) = self.dies_after else { return false };
        self.dies_after = Some(left - 1);
        if left == 0 {
            self.die();
        }
        left == 0
    }

    fn perform_one(&mut self, effect: Effect) {
        let slow = if self.dice.one_in(50) { 8_000 } else { 40 };
        let soon = self.t + slow;
        match effect {
            Effect::Prepare { speaker, voice, rundown, airing } => {
                let known = self.county.issued.iter().any(|s| s.signed && s.rundown.edge == rundown.edge);
                if !known {
                    self.broke(format!("I4: {} is of no rundown of the county", rundown.airings[airing].id));
                }
                self.voices.insert(voice, (rundown.airings[airing].clone(), rundown.issued));
                let (reason, detail) = (Reason::ClipDamaged, "a flipped bit".to_owned());
                let event = match self.clip_good {
                    true => Event::Prepared { speaker, voice },
                    false => Event::Unplayable { speaker, voice, reason, detail },
                };
                self.coming.push((soon, event));
            }
            Effect::Discard { voice, .. } => drop(self.voices.remove(&voice)),
            Effect::Open { speaker } => {
                let failed = Event::OpenFailed { speaker, detail: "unplugged".to_owned() };
                self.coming.push((soon, if self.device_works { Event::Opened { speaker } } else { failed }));
            }
            Effect::Close { .. } | Effect::PowerOff { .. } => {}
            Effect::PowerOn { speaker } => self.coming.push((soon, Event::Powered { speaker, detail: None })),
            Effect::Claim(claims) => self.claim(claims),
            Effect::Arm { speaker, voice, start, until, .. } => self.arm(speaker, voice, start, until),
            Effect::Tone { .. } => unreachable!("nobody asks for a sound check"),
            Effect::Cut { speaker, voice, by } => self.cut(speaker, voice, by),
            Effect::Receipt(receipt) => self.pending.push(Pending::Outcome(receipt)),
        }
    }

    fn claim(&mut self, claims: Vec<(usize, VoiceId, Claim)>) {
        let written = self.flush() && self.disk_works;
        if written && self.mutation != Mutation::ArmsUnclaimed {
            self.disk.last = claims.len();
            self.disk.claims.extend(claims.iter().map(|(.., claim)| claim.clone()));
        }
        // Killed with the claim on disk and nobody told.
        if self.dies() {
            return;
        }
        let voices = claims.iter().map(|(speaker, voice, _)| (*speaker, *voice)).collect();
        let durable = if written { Ok(()) } else { Err("the disk is full".to_owned()) };
        let effects = self.player.step([Event::Claimed { voices, durable }], self.now());
        self.perform(effects);
    }

    fn arm(&mut self, speaker: usize, voice: VoiceId, start: Timestamp, until: Timestamp) {
        let now = self.now();
        let start_t = self.t + (start - now).num_milliseconds().max(0);
        let ms = if self.dice.one_in(40) { PROGRAMME_MS / 3 } else { PROGRAMME_MS };
        let (frames, elapsed) = (ms as u64 * 48, Duration::from_millis(ms as u64));
        if now > until + TimeDelta::seconds(1) {
            let ended = Event::Ended { speaker, voice, frames: 0, elapsed: Duration::ZERO, starved_frames: 0 };
            return self.coming.push((self.t, ended));
        }
        self.sounding.push((voice, start_t));
        self.coming.push((start_t, Event::Started { speaker, voice, at: start.max(now) }));
        self.coming.push((start_t + ms, Event::Ended { speaker, voice, frames, elapsed, starved_frames: 0 }));
    }

    fn cut(&mut self, speaker: usize, voice: VoiceId, by: Timestamp) {
        let by = self.t + (by - self.now()).num_milliseconds().max(0);
        let Some(place) = self.sounding.iter().position(|(v, _)| *v == voice) else { return };
        let start = self.sounding[place].1;
        self.coming.retain(|(_, e)| !matches!(e, Event::Ended { voice: v, .. } if *v == voice));
        if start > by {
            self.sounding.remove(place);
            self.coming.retain(|(_, e)| !matches!(e, Event::Started { voice: v, .. } if *v == voice));
        }
        let ms = (by - start).max(0) as u64;
        let elapsed = Duration::from_millis(ms);
        self.coming.push((by, Event::Ended { speaker, voice, frames: ms * 48, elapsed, starved_frames: 0 }));
    }
}

mod fate;
