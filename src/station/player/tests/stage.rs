//! What a player stands on in its tests.

use std::collections::HashMap;

use super::*;

/// A loudspeaker, a disk and a clock that do as they are told.
pub struct Stage {
    /// Never steps.
    pub monotonic_ms: i64,
    /// Added to it, wall time.
    pub wall_ms: i64,
    pub player: Player,
    pub memory: Memory,
    pub rundown: Option<Arc<Rundown>>,
    /// What will happen, in monotonic time.
    pub coming: Vec<(i64, Event)>,
    /// Voices that were prepared: their airing.
    pub voices: HashMap<VoiceId, Airing>,
    pub sounding: Vec<(VoiceId, AiringId, i64)>,
    pub device_works: bool,
    pub disk_works: bool,
    /// How long a claim takes to be durable.
    pub claim_ms: i64,
    pub open: bool,
    /// The process dies before it performs this many effects more.
    pub dies_after: Option<usize>,
    pub dead: bool,
    pub log: Vec<String>,
    pub outcomes: Vec<(AiringId, Outcome)>,
    /// Daily sound that began inside quiet hours, or anything without a claim.
    pub faults: Vec<String>,
}

impl Stage {
    pub fn new(start: Timestamp) -> Stage {
        let wall_ms = start.timestamp_millis();
        let memory =
            Memory { edges: vec![("a".parse().unwrap(), Edge::default(), at(-86_400_000))], ..Memory::default() };
        let (player, _) = Player::new(Stage::options(), quiet(), memory.clone(), start);
        Stage {
            monotonic_ms: 0,
            wall_ms,
            player,
            memory,
            rundown: None,
            coming: vec![],
            voices: HashMap::new(),
            sounding: vec![],
            device_works: true,
            disk_works: true,
            claim_ms: 0,
            open: false,
            dies_after: None,
            dead: false,
            log: vec![],
            outcomes: vec![],
            faults: vec![],
        }
    }

    pub fn options() -> Vec<SpeakerOptions> {
        let sink = "null".to_owned();
        vec![SpeakerOptions { station: "a".parse().unwrap(), sink, powered: false, power_lead: Length::ms(0) }]
    }

    pub fn now(&self) -> Timestamp {
        Timestamp::from_timestamp_millis(self.monotonic_ms + self.wall_ms).unwrap()
    }

    pub fn say(&mut self, what: String) {
        self.log
            .push(format!("{} {what}", self.now().with_timezone(&chrono_tz::Asia::Shanghai).format("%H:%M:%S%.3f")));
    }

    pub fn step(&mut self, event: Event) {
        let effects = self.player.step([event], self.now());
        self.perform(effects);
    }

    pub fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            if self.dies_after == Some(0) {
                self.dead = true;
                return;
            }
            self.dies_after = self.dies_after.map(|n| n - 1);
            self.perform_one(effect);
            if self.dead {
                return;
            }
        }
    }

    pub fn perform_one(&mut self, effect: Effect) {
        let soon = self.monotonic_ms + 40;
        match effect {
            Effect::Prepare { speaker, voice, rundown, airing } => {
                let airing = rundown.airings[airing].clone();
                self.say(format!("prepare {}", airing.id.broadcast));
                self.voices.insert(voice, airing);
                self.coming.push((soon, Event::Prepared { speaker, voice }));
            }
            Effect::Discard { voice, .. } => drop(self.voices.remove(&voice)),
            Effect::Open { speaker } => {
                self.say("open".to_owned());
                self.open = self.device_works;
                let failed = Event::OpenFailed { speaker, detail: "unplugged".to_owned() };
                self.coming.push((soon, if self.device_works { Event::Opened { speaker } } else { failed }));
            }
            Effect::Close { .. } => {
                self.say("close".to_owned());
                self.open = false;
            }
            Effect::PowerOn { speaker } => self.coming.push((soon, Event::Powered { speaker, detail: None })),
            Effect::PowerOff { .. } => self.say("power off".to_owned()),
            Effect::Claim(claims) => {
                for (.., claim) in claims.iter().filter(|_| self.disk_works) {
                    self.memory.claims.push(claim.clone());
                }
                let names: Vec<_> = claims.iter().map(|(.., claim)| claim.airing.broadcast.as_str()).collect();
                self.say(format!("claim {}", names.join(" ")));
                let voices = claims.iter().map(|(speaker, voice, _)| (*speaker, *voice)).collect();
                let durable = if self.disk_works { Ok(()) } else { Err("disk full".to_owned()) };
                self.monotonic_ms += self.claim_ms;
                // As in the driver: the answer comes in the same turn.
                self.step(Event::Claimed { voices, durable });
            }
            Effect::Arm { speaker, voice, start, .. } => {
                let airing = self.voices[&voice].clone();
                self.say(format!("arm {} in {} ms", airing.id.broadcast, (start - self.now()).num_milliseconds()));
                self.arm(speaker, voice, &airing, start);
            }
            Effect::Cut { speaker, voice, by } => {
                let by = self.monotonic_ms + (by - self.now()).num_milliseconds().max(0);
                if let Some(place) = self.sounding.iter().position(|(v, ..)| *v == voice) {
                    let (_, _, start) = self.sounding.remove(place);
                    self.coming.retain(|(_, e)| !matches!(e, Event::Ended { voice: v, .. } if *v == voice));
                    if start > by {
                        self.coming.retain(|(_, e)| !matches!(e, Event::Started { voice: v, .. } if *v == voice));
                    }
                    let ms = (by - start).max(0) as u64;
                    let elapsed = Duration::from_millis(ms);
                    let ended = Event::Ended { speaker, voice, frames: ms * 48, elapsed, starved_frames: 0 };
                    self.coming.push((by.max(self.monotonic_ms), ended));
                }
            }
            Effect::Tone { .. } => self.say("tone".to_owned()),
            Effect::Receipt(receipt) => {
                self.say(format!("{} {}", receipt.airing.broadcast, receipt.outcome));
                self.memory.ended.push(receipt.airing.clone());
                self.outcomes.push((receipt.airing, receipt.outcome));
            }
        }
    }

    pub fn arm(&mut self, speaker: SpeakerIndex, voice: VoiceId, airing: &Airing, start: Timestamp) {
        let id = &airing.id;
        if !self.memory.claims.iter().any(|claim| claim.airing == *id) {
            self.faults.push(format!("{id} is armed without a claim"));
        }
        let heard = start.max(self.now());
        if !quiet().allows(airing.class, airing.level, heard) {
            self.faults.push(format!("{id} sounds in quiet hours, at {heard}"));
        }
        let rundown = self.rundown.as_ref().expect("nothing is armed without a rundown");
        if heard < rundown.issued {
            self.faults.push(format!("{id} sounds before its rundown was issued"));
        }
        if !self.open {
            self.faults.push(format!("{id} is armed on a closed device"));
        }
        let start_ms = self.monotonic_ms + (start - self.now()).num_milliseconds().max(0);
        self.sounding.push((voice, id.clone(), start_ms));
        self.coming.push((start_ms, Event::Started { speaker, voice, at: start }));
        let elapsed = Duration::from_millis(PROGRAMME_MS as u64);
        let frames = PROGRAMME_MS as u64 * 48;
        let ended = Event::Ended { speaker, voice, frames, elapsed, starved_frames: 0 };
        self.coming.push((start_ms + PROGRAMME_MS, ended));
    }

    pub fn offer(&mut self, rundown: Rundown) {
        let rundown = Arc::new(rundown);
        self.rundown = Some(rundown.clone());
        self.step(Event::Accepted { speaker: 0, rundown, warrants: Arc::default() });
        self.restart_if_dead();
    }

    pub fn break_device(&mut self) {
        self.device_works = false;
        if std::mem::take(&mut self.open) {
            let now = self.monotonic_ms;
            let left = self.sounding.drain(..).map(|(v, _, start)| (v, (now - start).max(0) as u64 * 48)).collect();
            self.coming
                .retain(|(_, e)| !matches!(e, Event::Started { .. } | Event::Ended { .. } | Event::Opened { .. }));
            self.step(Event::Lost { speaker: 0, detail: "unplugged".to_owned(), left });
        }
        self.restart_if_dead();
    }

    /// The process died: what sounded stops, what was durable is remembered.
    pub fn restart_if_dead(&mut self) {
        while self.dead {
            (self.dead, self.dies_after, self.open) = (false, None, false);
            self.say("restart".to_owned());
            self.coming.clear();
            self.sounding.clear();
            let (player, effects) = Player::new(Stage::options(), quiet(), self.memory.clone(), self.now());
            self.player = player;
            self.perform(effects);
            if let Some(rundown) = self.rundown.clone() {
                self.step(Event::Accepted { speaker: 0, rundown, warrants: Arc::default() });
            }
        }
    }

    /// Lets `ms` pass on both clocks, waking the player when it asked for it, and each 30 s.
    pub fn run(&mut self, ms: i64) {
        let until = self.monotonic_ms + ms;
        let mut turns = 0;
        while self.monotonic_ms < until {
            turns += 1;
            assert!(turns < 100_000, "the player spins: {:?}", self.log.last());
            let wake = self.player.next_wake().map_or(i64::MAX, |t| t.timestamp_millis() - self.wall_ms);
            let next = self.coming.iter().map(|(t, _)| *t).min().unwrap_or(i64::MAX).min(wake);
            self.monotonic_ms = next.clamp(self.monotonic_ms, until.min(self.monotonic_ms + 30_000));
            self.wake();
            if next <= self.monotonic_ms && self.player.next_wake().is_some_and(|t| t <= self.now()) {
                panic!("a wake in the past: {:?}", self.player.next_wake());
            }
        }
    }

    pub fn wake(&mut self) {
        let now = self.monotonic_ms;
        let (mut due, later): (Vec<_>, Vec<_>) = self.coming.drain(..).partition(|(t, _)| *t <= now);
        self.coming = later;
        due.sort_by_key(|(t, _)| *t);
        for (_, event) in due {
            if let Event::Ended { voice, .. } = event {
                self.sounding.retain(|(v, ..)| *v != voice);
            }
            self.step(event);
            if self.dead {
                return self.restart_if_dead();
            }
        }
        self.step(Event::Tick);
        self.restart_if_dead();
    }

    pub fn run_to(&mut self, text: &str) {
        let ms = (clock(text) - self.now()).num_milliseconds();
        self.run(ms);
    }
}
