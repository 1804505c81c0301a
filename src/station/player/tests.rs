//! The player as timelines.

mod promises;
mod stage;

use std::sync::Arc;

use chrono::NaiveTime;
use stage::Stage;

use super::*;
use crate::base::{Digest, Length};
use crate::rundown::document::FORMAT;
use crate::rundown::{Airing, Class, Level, Part, Programme, Rundown};

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
