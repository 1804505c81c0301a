//! The player as timelines, and its promises under random clocks, crashes and faults.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::NaiveTime;
use proptest::prelude::*;

use super::*;
use crate::base::Digest;
use crate::rundown::document::FORMAT;
use crate::rundown::{Airing, Class, Level, Part, Programme};

/// 2026-11-24 06:00:00 in Deqin: quiet until seven.
const SIX: i64 = 1_795_471_200;
/// How long every programme is.
const PROGRAMME_MS: i64 = 20_000;

fn at(ms: i64) -> Timestamp {
    Timestamp::from_timestamp_millis(SIX * 1000 + ms).unwrap()
}

/// `07:29:55` or `07:29:55.500`, the day of the test.
fn clock(text: &str) -> Timestamp {
    let time: NaiveTime = text.parse().unwrap();
    at((time - NaiveTime::from_hms_opt(6, 0, 0).unwrap()).num_milliseconds())
}

fn quiet() -> Quiet {
    let time = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
    Quiet { from: time(21), until: time(7), zone: chrono_tz::Asia::Shanghai }
}

fn airing(broadcast: &str, due: Timestamp, class: Class, level: Option<Level>, late_s: u64) -> Airing {
    Airing {
        id: AiringId { broadcast: broadcast.parse().unwrap(), instant: due, station: "a".parse().unwrap() },
        at: due,
        programme: 0,
        late: Length::seconds(late_s),
        expires: None,
        class,
        level,
        volume: 80,
        order: None,
    }
}

fn rundown(version: u64, mut airings: Vec<Airing>) -> Rundown {
    airings.sort_by_key(|a| a.at);
    let part = Part {
        message: Some("m".parse().unwrap()),
        language: None,
        voice: None,
        clip: Digest::of(b"clip"),
        frames: PROGRAMME_MS as u64 * 48,
    };
    Rundown {
        format: FORMAT,
        station: "a".parse().unwrap(),
        edge: Edge { epoch: 1, version },
        issued: at(-3_600_000),
        valid_until: at(86_400_000),
        programmes: vec![Programme {
            edition: Digest::of(b"edition"),
            notice: None,
            chime: None,
            parts: vec![part],
            repeat: 1,
            gap: Length::ms(0),
        }],
        airings,
        stop: vec![],
        keep: vec![],
        min_gap: Length::minutes(30),
        airings_per_day_max: 2,
        orders: vec![],
        must: vec![],
    }
}

/// A loudspeaker, a disk and a clock that do as they are told.
struct Stage {
    /// Never steps.
    monotonic_ms: i64,
    /// Added to it, wall time.
    wall_ms: i64,
    player: Player,
    memory: Memory,
    rundown: Option<Arc<Rundown>>,
    /// What will happen, in monotonic time.
    coming: Vec<(i64, Event)>,
    /// Voices that were prepared: their airing.
    voices: HashMap<VoiceId, Airing>,
    sounding: Vec<(VoiceId, AiringId, i64)>,
    device_works: bool,
    disk_works: bool,
    /// How long a claim takes to be durable.
    claim_ms: i64,
    open: bool,
    /// The process dies before it performs this many effects more.
    dies_after: Option<usize>,
    dead: bool,
    log: Vec<String>,
    outcomes: Vec<(AiringId, Outcome)>,
    /// Daily sound that began inside quiet hours, or anything without a claim.
    faults: Vec<String>,
}

impl Stage {
    fn new(start: Timestamp) -> Stage {
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

    fn options() -> Vec<SpeakerOptions> {
        let sink = "null".to_owned();
        vec![SpeakerOptions { station: "a".parse().unwrap(), sink, powered: false, power_lead: Length::ms(0) }]
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_timestamp_millis(self.monotonic_ms + self.wall_ms).unwrap()
    }

    fn say(&mut self, what: String) {
        self.log
            .push(format!("{} {what}", self.now().with_timezone(&chrono_tz::Asia::Shanghai).format("%H:%M:%S%.3f")));
    }

    fn step(&mut self, event: Event) {
        let effects = self.player.step([event], self.now());
        self.perform(effects);
    }

    fn perform(&mut self, effects: Vec<Effect>) {
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

    fn perform_one(&mut self, effect: Effect) {
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

    fn arm(&mut self, speaker: SpeakerIndex, voice: VoiceId, airing: &Airing, start: Timestamp) {
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

    fn offer(&mut self, rundown: Rundown) {
        let rundown = Arc::new(rundown);
        self.rundown = Some(rundown.clone());
        self.step(Event::Accepted { speaker: 0, rundown, warrants: Arc::default() });
        self.restart_if_dead();
    }

    fn break_device(&mut self) {
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
    fn restart_if_dead(&mut self) {
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
    fn run(&mut self, ms: i64) {
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

    fn wake(&mut self) {
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

    fn run_to(&mut self, text: &str) {
        let ms = (clock(text) - self.now()).num_milliseconds();
        self.run(ms);
    }
}

#[track_caller]
fn check(stage: &Stage, expected: &[&str]) {
    assert_eq!(stage.log, expected, "\n{}", stage.log.join("\n"));
    assert_eq!(stage.faults, Vec::<String>::new());
}

fn daily(name: &str, due: &str) -> Airing {
    airing(name, clock(due), Class::Daily, None, 300)
}

fn emergency(name: &str, due: &str, level: Level) -> Airing {
    airing(name, clock(due), Class::Emergency, Some(level), 300)
}

fn stage(start: &str, airings: Vec<Airing>) -> Stage {
    let mut stage = Stage::new(clock(start));
    stage.offer(rundown(1, airings));
    stage
}

#[test]
fn a_daily_airing_in_its_order() {
    let mut stage = stage("07:00:00", vec![daily("masks", "07:30:00")]);
    stage.run_to("07:40:00");
    check(
        &stage,
        &[
            "07:29:55.000 prepare masks",
            "07:29:55.000 open",
            "07:29:59.000 claim masks",
            "07:29:59.000 arm masks in 1000 ms",
            "07:30:20.000 masks played",
            "07:30:50.000 close",
        ],
    );
}

#[test]
fn what_comes_together_waits_or_is_cut() {
    let mut stage = stage(
        "07:00:00",
        vec![
            daily("b", "07:30:00"),
            daily("a", "07:30:00"),
            airing("short", clock("07:30:00"), Class::Daily, None, 5),
            emergency("flood", "07:30:30", Level::II),
        ],
    );
    stage.run_to("07:32:00");
    check(
        &stage,
        &[
            "07:29:55.000 prepare a",
            "07:29:55.000 open",
            "07:29:59.000 claim a",
            "07:29:59.000 arm a in 1000 ms",
            "07:30:05.001 short missed(clash)",
            "07:30:20.000 a played",
            "07:30:20.000 prepare b",
            "07:30:20.040 claim b",
            "07:30:20.040 arm b in 0 ms",
            "07:30:25.000 prepare flood",
            "07:30:29.000 claim flood",
            "07:30:29.000 arm flood in 1000 ms",
            "07:30:30.000 b partial(pre-empted)",
            "07:30:50.000 flood played",
            "07:31:20.000 close",
        ],
    );
}

#[test]
fn quiet_hours_hold_but_for_the_gravest() {
    let mut late = emergency("wildfire", "06:10:00", Level::III);
    late.late = Length::seconds(3600);
    let mut over = emergency("flood", "06:20:00", Level::IV);
    over.expires = Some(clock("06:30:00"));
    over.late = Length::seconds(86_400);
    let airings = vec![
        daily("masks", "06:59:00"),
        emergency("quake", "06:05:00", Level::I),
        late,
        over,
        // Its five minutes are over before the morning comes.
        emergency("frost", "06:40:00", Level::III),
    ];
    let mut stage = stage("06:00:00", airings);
    stage.run_to("07:01:00");
    check(
        &stage,
        &[
            "06:04:55.000 prepare quake",
            "06:04:55.000 open",
            "06:04:59.000 claim quake",
            "06:04:59.000 arm quake in 1000 ms",
            "06:05:20.000 quake played",
            "06:05:50.000 close",
            "06:30:00.001 flood expired",
            "06:45:00.001 frost missed(quiet-hours)",
            "06:59:00.000 masks refused(quiet-hours)",
            "06:59:55.000 prepare wildfire",
            "06:59:55.000 open",
            "06:59:59.000 claim wildfire",
            "06:59:59.000 arm wildfire in 1000 ms",
            "07:00:20.000 wildfire played",
            "07:00:50.000 close",
        ],
    );
}

#[test]
fn a_device_that_comes_back_inside_the_late_window_still_airs() {
    let mut stage = stage("07:00:00", vec![daily("masks", "07:30:00")]);
    stage.device_works = false;
    stage.run_to("07:30:30");
    stage.device_works = true;
    stage.run_to("07:31:00");
    assert_eq!(stage.outcomes.last().map(|(_, o)| *o), Some(Outcome::Played));
    stage.device_works = false;
    stage.offer(rundown(2, vec![daily("hands", "08:30:00")]));
    stage.run_to("08:40:00");
    assert_eq!(stage.outcomes.last().map(|(_, o)| *o), Some(Outcome::Missed(Reason::NoDevice)));
}

#[test]
fn a_device_lost_before_the_first_sample_is_opened_again_and_after_it_is_not() {
    let mut stage = stage("07:00:00", vec![daily("masks", "07:30:00"), daily("hands", "07:40:00")]);
    stage.run_to("07:29:59.500");
    stage.break_device();
    stage.device_works = true;
    stage.run_to("07:31:00");
    assert_eq!(stage.outcomes.last().map(|(_, o)| *o), Some(Outcome::Played));
    assert_eq!(stage.memory.claims.len(), 1);
    stage.run_to("07:40:05");
    stage.break_device();
    stage.run_to("07:50:00");
    assert_eq!(stage.outcomes.last().map(|(_, o)| *o), Some(Outcome::Partial(Reason::DeviceLost)));
    assert_eq!(stage.faults, Vec::<String>::new());
}

#[test]
fn a_full_disk_misses_and_a_stepped_clock_repeats_nothing() {
    let mut stage = stage("07:00:00", vec![daily("masks", "07:30:00"), daily("hands", "07:40:00")]);
    stage.disk_works = false;
    stage.run_to("07:31:00");
    stage.disk_works = true;
    stage.run_to("07:50:00");
    stage.wall_ms -= 3_600_000;
    stage.run_to("07:55:00");
    stage.wall_ms -= 60 * 365 * 86_400_000;
    stage.run(7_200_000);
    stage.wall_ms += 60 * 365 * 86_400_000;
    stage.run(1000);
    let outcomes: Vec<_> = stage.outcomes.iter().map(|(id, o)| format!("{} {o}", id.broadcast)).collect();
    assert_eq!(outcomes, ["masks missed(journal-unwritable)", "hands played"]);
}

#[test]
fn what_was_claimed_and_never_began_says_what_kept_it() {
    let check = |due: &str, happens: &dyn Fn(&mut Stage), expected: Reason| {
        let mut stage = stage("07:00:00", vec![daily("masks", due)]);
        happens(&mut stage);
        stage.run(3_600_000);
        let outcomes: Vec<_> = stage.outcomes.iter().map(|(_, outcome)| *outcome).collect();
        assert_eq!(outcomes, [Outcome::Missed(expected)], "\n{}", stage.log.join("\n"));
        assert_eq!((stage.memory.claims.len(), stage.faults), (1, vec![]));
    };
    let lose = |stage: &mut Stage, at: &str| {
        stage.run_to(at);
        stage.break_device();
    };
    // A disk that takes ten minutes for a claim.
    check("07:30:00", &|stage| stage.claim_ms = 600_000, Reason::Down);
    check("07:30:00", &|stage| lose(stage, "07:29:59.500"), Reason::NoDevice);
    let time_is_lost = |stage: &mut Stage| {
        lose(stage, "07:29:59.500");
        stage.step(Event::Hold(Some(Reason::ClockUntrusted)));
        stage.device_works = true;
        stage.run_to("07:50:00");
        stage.step(Event::Hold(None));
    };
    check("07:30:00", &time_is_lost, Reason::ClockUntrusted);
    let night_falls = |stage: &mut Stage| {
        lose(stage, "20:59:58.500");
        stage.run_to("21:00:10");
        stage.device_works = true;
    };
    check("20:59:59", &night_falls, Reason::QuietHours);
}

#[test]
fn a_night_asleep_makes_no_burst() {
    let airings = (0..6).map(|i| daily(&format!("n{i}"), &format!("07:{:02}:00", 10 * i))).collect();
    let mut stage = stage("07:00:01", airings);
    stage.run_to("07:01:00");
    stage.monotonic_ms += 3_000_000;
    stage.run_to("08:30:00");
    let outcomes: Vec<_> = stage.outcomes.iter().map(|(id, o)| format!("{} {o}", id.broadcast)).collect();
    let missed = |i: usize| format!("n{i} missed(down)");
    let mut expected = vec!["n0 played".to_owned()];
    expected.extend((1..5).map(missed));
    expected.push("n5 played".to_owned());
    assert_eq!(outcomes, expected);
}

#[test]
fn the_same_daily_broadcast_keeps_its_distance_and_its_number() {
    let same = |due: &str, late| airing("masks", clock(due), Class::Daily, None, late);
    let airings = vec![same("07:10:00", 60), same("07:20:00", 60), same("07:35:00", 600), same("08:20:00", 60)];
    let mut stage = stage("07:00:00", airings);
    stage.run_to("08:30:00");
    let outcomes: Vec<_> =
        stage.log.iter().filter(|l| l.contains("masks ") && !l.contains(" arm ")).map(String::as_str).collect();
    assert_eq!(
        outcomes,
        [
            "07:10:20.000 masks played",
            "07:20:00.000 masks refused(too-soon)",
            "07:40:20.000 masks played",
            "08:20:00.000 masks refused(too-many)",
        ]
    );
}

#[test]
fn what_is_no_longer_listed_is_cancelled_and_what_sounds_goes_on() {
    let mut stage = stage("07:00:00", vec![daily("masks", "07:30:00"), daily("hands", "07:40:00")]);
    stage.run_to("07:30:05");
    stage.offer(rundown(2, vec![]));
    stage.run_to("07:50:00");
    let outcomes: Vec<_> = stage.outcomes.iter().map(|(id, o)| format!("{} {o}", id.broadcast)).collect();
    assert_eq!(outcomes, ["masks played", "hands cancelled(unlisted)"]);
}

#[test]
fn what_is_listed_again_before_its_instant_airs() {
    let listed = || vec![daily("masks", "07:30:00"), daily("hands", "07:40:00")];
    let mut stage = stage("07:00:00", listed());
    stage.run_to("07:10:00");
    stage.offer(rundown(2, vec![]));
    stage.run_to("07:20:00");
    stage.offer(rundown(3, listed()));
    stage.run_to("07:35:00");
    stage.offer(rundown(4, vec![]));
    stage.run_to("07:50:00");
    stage.offer(rundown(5, listed()));
    stage.run_to("08:00:00");
    let outcomes: Vec<_> = stage.outcomes.iter().map(|(id, o)| format!("{} {o}", id.broadcast)).collect();
    assert_eq!(outcomes, ["masks played", "hands cancelled(unlisted)"]);
}

#[test]
fn a_lost_journal_airs_nothing_that_was_due_before() {
    let mut stage = stage("07:00:00", vec![]);
    stage.memory = Memory { empty: true, ..Memory::default() };
    stage.wall_ms += 1_860_000;
    stage.dead = true;
    stage.rundown = Some(Arc::new(rundown(2, vec![daily("masks", "07:30:00"), daily("hands", "07:40:00")])));
    stage.restart_if_dead();
    stage.run_to("07:50:00");
    let outcomes: Vec<_> = stage.outcomes.iter().map(|(id, o)| format!("{} {o}", id.broadcast)).collect();
    assert_eq!(outcomes, ["masks missed(down)", "hands played"]);
}

#[test]
fn too_fast_or_too_short_is_not_played() {
    let mut stage = stage("07:00:00", vec![daily("masks", "07:30:00")]);
    stage.run_to("07:30:01");
    for (_, event) in &mut stage.coming {
        if let Event::Ended { elapsed, .. } = event {
            *elapsed = Duration::from_millis(20);
        }
    }
    stage.run_to("07:31:00");
    assert_eq!(stage.outcomes.last().map(|(_, o)| *o), Some(Outcome::Partial(Reason::Pace)));
}

#[derive(Debug, Clone)]
enum Op {
    Run(i64),
    Step(i64),
    Sleep(i64),
    DieAfter(usize),
    BreakDevice,
    MendDevice,
    BreakDisk,
    MendDisk,
    /// A new rundown without those whose number has a bit here.
    Relist(u16),
}

fn ops() -> impl Strategy<Value = Op> {
    prop_oneof![
        8 => (1_000..1_800_000i64).prop_map(Op::Run),
        2 => (-5_400_000..5_400_000i64).prop_map(Op::Step),
        1 => Just(Op::Step(-55 * 365 * 86_400_000)),
        1 => Just(Op::Step(55 * 365 * 86_400_000)),
        1 => (1_000..3_600_000i64).prop_map(Op::Sleep),
        4 => (0..12usize).prop_map(Op::DieAfter),
        1 => Just(Op::BreakDevice),
        2 => Just(Op::MendDevice),
        1 => Just(Op::BreakDisk),
        2 => Just(Op::MendDisk),
        2 => any::<u16>().prop_map(Op::Relist),
    ]
}

fn airings() -> impl Strategy<Value = Vec<Airing>> {
    let one = (0..4usize, 0..480i64, 0..6u8, 1..900u64, proptest::option::of(1..900i64));
    proptest::collection::vec(one, 1..14).prop_map(|specs| {
        let mut listed = BTreeMap::new();
        for (name, half_minute, kind, late_s, expires_s) in specs {
            let due = at(half_minute * 30_000);
            let (class, level) = match kind {
                0..3 => (Class::Daily, None),
                3 => (Class::Drill, Some(Level::II)),
                4 => (Class::Emergency, Some(Level::I)),
                _ => (Class::Emergency, Some(Level::III)),
            };
            let mut airing = airing(&format!("n{name}-{}", kind.min(3)), due, class, level, late_s);
            airing.expires = expires_s.filter(|_| kind > 3).map(|s| due + TimeDelta::seconds(s));
            listed.insert(airing.id.clone(), airing);
        }
        listed.into_values().collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_promises_hold_whatever_the_clock_and_the_power_do(
        listed in airings(),
        ops in proptest::collection::vec(ops(), 0..24),
    ) {
        let mut stage = Stage::new(at(-60_000));
        let mut version = 1;
        let mut still = listed.clone();
        stage.offer(rundown(version, still.clone()));
        for op in &ops {
            match op {
                Op::Run(ms) => stage.run(*ms),
                Op::Step(ms) => stage.wall_ms = (stage.wall_ms + ms).clamp(0, at(100 * 86_400_000).timestamp_millis()),
                Op::Sleep(ms) => stage.monotonic_ms += ms,
                Op::DieAfter(effects) => stage.dies_after = Some(*effects),
                Op::BreakDevice => stage.break_device(),
                Op::MendDevice => stage.device_works = true,
                Op::BreakDisk => stage.disk_works = false,
                Op::MendDisk => stage.disk_works = true,
                Op::Relist(gone) => {
                    version += 1;
                    let now = stage.now();
                    let mut i = 0;
                    // As the county does: only what is still to come is taken out.
                    still.retain(|a| { i += 1; a.at <= now || gone >> (i % 16) & 1 == 0 });
                    stage.offer(rundown(version, still.clone()));
                }
            }
        }
        // The clock is set right, everything works, the day goes by.
        (stage.device_works, stage.disk_works, stage.dies_after) = (true, true, None);
        stage.wall_ms = (at(-60_000).timestamp_millis()).max(stage.wall_ms.min(at(0).timestamp_millis()));
        stage.run(2_000);
        let rest = at(6 * 3_600_000) - stage.now();
        stage.run(rest.num_milliseconds().max(0) + 60_000);

        prop_assert!(stage.faults.is_empty(), "{:?}\n{}", stage.faults, stage.log.join("\n"));
        let mut claimed = HashSet::new();
        for claim in &stage.memory.claims {
            prop_assert!(claimed.insert(&claim.airing), "{} is claimed twice\n{}", claim.airing, stage.log.join("\n"));
        }
        let mut ended = HashSet::new();
        for (id, _) in &stage.outcomes {
            prop_assert!(ended.insert(id), "{id} ends twice\n{}", stage.log.join("\n"));
        }
        for airing in &still {
            prop_assert!(ended.contains(&airing.id), "{} has no outcome\n{}", airing.id, stage.log.join("\n"));
        }
        for claim in &claimed {
            prop_assert!(ended.contains(claim), "{claim} is claimed and has no outcome");
        }
        let mut starts: BTreeMap<Id, Vec<Timestamp>> = BTreeMap::new();
        for claim in stage.memory.claims.iter().filter(|claim| claim.daily) {
            starts.entry(claim.airing.broadcast.clone()).or_default().push(claim.start);
        }
        for (broadcast, mut starts) in starts {
            starts.sort();
            for pair in starts.windows(2) {
                prop_assert!(pair[1] - pair[0] >= TimeDelta::minutes(30), "{broadcast} at {pair:?}");
            }
            let mut days: BTreeMap<_, usize> = BTreeMap::new();
            for start in &starts {
                *days.entry(start.with_timezone(&chrono_tz::Asia::Shanghai).date_naive()).or_default() += 1;
            }
            prop_assert!(days.values().all(|count| *count <= 2), "{broadcast}: {days:?}");
        }
    }
}
