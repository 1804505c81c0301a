//! Three boxes and their county, each killed again and again at random moments of a busy minute: nothing sounds twice,
//! every airing ends in one state, and the county hears of all.
//!
//! `CUNXIANG_CRASH_SEED` repeats a run's choices, `CUNXIANG_CRASH_COUNT` says how often a box is killed.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use chrono::TimeDelta;
use cunxiang::base::clock::RealClock;
use cunxiang::base::{Clock, Timestamp};

use crate::county::{eventually, instant, wait};
use crate::village::{Certificate, Village, county_of_boxes, free_port, villages};

const KILLS: usize = 200;
const BEGIN: &str = "2026-11-24T09:00:00+08:00";
/// One airing a second at every station, broadcasts in turn.
const BROADCASTS: i64 = 20;
const ROUNDS: i64 = 3;
/// Longer than a restart, so that what was due meanwhile still sounds.
const LATE_S: i64 = 20;
/// The county lives this long between two kills.
const COUNTY_LIVES: Duration = Duration::from_secs(5);

/// The county's time goes on at the pace of the machine's, through every restart.
struct Pace {
    clock: RealClock,
    begun: Duration,
    at: Timestamp,
}

impl Pace {
    fn now(&self) -> Timestamp {
        self.at + TimeDelta::from_std(self.clock.monotonic() - self.begun).unwrap()
    }
}

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.parse().unwrap())
}

/// Pseudo-random numbers below `bound`.
fn random(state: &mut u64, bound: u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    (*state >> 16) % bound
}

/// What sounded since the last look, each as often as a file of it was begun; the files are taken away.
fn sounded(village: &Village, counts: &mut BTreeMap<String, usize>) {
    for entry in std::fs::read_dir(village.path("aired")).into_iter().flatten() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if name != ".trial" {
            *counts.entry(name.trim_start_matches('.').trim_end_matches(".wav").to_owned()).or_default() += 1;
        }
        std::fs::remove_file(path).unwrap();
    }
}

/// Starts a box and kills it, `count` times; what began to sound meanwhile.
fn kill(village: &Village, pace: &Pace, mut seed: u64, count: usize) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for i in 0..count {
        let runs = village.boot(&pace.now().to_rfc3339());
        if i % 2 == 1 {
            runs.wait_for("ready");
        }
        // From a claim to its first sample a second may pass: some live long enough to be killed while they sound.
        let (least, span) = if i % 5 == 1 { (500, 1300) } else { (10, 260) };
        wait(Duration::from_millis(least + random(&mut seed, span)));
        runs.kill();
        sounded(village, &mut counts);
    }
    counts
}

#[test]
fn boxes_killed_at_any_moment_neither_repeat_nor_forget() {
    let kills = number("CUNXIANG_CRASH_COUNT", KILLS as u64) as usize;
    let clock = RealClock::default();
    let seed = number("CUNXIANG_CRASH_SEED", clock.now().timestamp_micros() as u64) | 1;
    println!("CUNXIANG_CRASH_SEED={seed} CUNXIANG_CRASH_COUNT={kills}");
    let (certificate, port) = (Certificate::new(), free_port());
    let home = county_of_boxes(port, port, Some(&certificate));
    let begin = instant(BEGIN);
    for i in 0..BROADCASTS {
        let local = |second| (begin + TimeDelta::seconds(second)).with_timezone(&chrono_tz::Asia::Shanghai);
        let on = (0..ROUNDS).map(|round| local(i + round * BROADCASTS).format("%Y-%m-%dT%H:%M:%S").to_string());
        let when = format!("on = [{}]", on.collect::<Vec<_>>().join(", "));
        let how = format!("late = \"{LATE_S}s\"\ngap = \"0s\"\npost = \"none\"");
        let text = format!(
            "title = \"{i}\"\nstate = \"ready\"\nmessages = [\"wear-mask\"]\nclass = \"daily\"\n[when]\n{when}\n\
             [where]\nstations = [\"all\"]\nchats = []\n[how]\nmissing_language = \"hold\"\n{how}\n"
        );
        home.write(&format!("broadcasts/busy-{i}.toml"), &text);
    }
    home.record();

    // Everything is at the boxes before any of it is due.
    let pace = Pace { clock, begun: clock.monotonic(), at: begin - TimeDelta::minutes(10) };
    let daemon = home.start(&pace.now().to_rfc3339());
    let villages = villages(&certificate.ca);
    villages.iter().for_each(|village| village.enter(&home));
    let runs: Vec<_> = villages.iter().map(|village| village.boot(&pace.now().to_rfc3339())).collect();
    villages.iter().for_each(|village| village.is_ready());
    runs.into_iter().for_each(|runs| runs.stop());
    daemon.kill();

    let pace = Pace { clock, begun: clock.monotonic(), at: begin - TimeDelta::seconds(1) };
    let (pace, left) = (&pace, &AtomicUsize::new(villages.len()));
    let each = kills.div_ceil(villages.len());
    let mut counts: Vec<BTreeMap<String, usize>> = std::thread::scope(|scope| {
        let killing: Vec<_> = villages
            .iter()
            .zip(1..)
            .map(|(village, i)| {
                scope.spawn(move || {
                    let counts = kill(village, pace, seed.wrapping_mul(2 * i + 1), each);
                    left.fetch_sub(1, Ordering::SeqCst);
                    counts
                })
            })
            .collect();
        while left.load(Ordering::SeqCst) > 0 {
            let daemon = home.start(&pace.now().to_rfc3339());
            wait(COUNTY_LIVES);
            daemon.kill();
        }
        killing.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let killed_for = pace.now() - begin;
    let begun: usize = counts.iter().map(BTreeMap::len).sum();
    assert!(begun > 0 || kills < 20, "no airing ever sounded before a kill: this proves nothing");

    // Left alone, they bring everything to its end.
    let last = begin + TimeDelta::seconds(BROADCASTS * ROUNDS);
    let now = pace.now().max(last).to_rfc3339();
    let _daemon = home.start(&now);
    let runs: Vec<_> = villages.iter().map(|village| village.boot(&now)).collect();
    let log = eventually("everything has ended", || {
        let log = home.json(&["log", "--to", &(last + TimeDelta::hours(1)).to_rfc3339()]);
        let is_whole = log.len() == (BROADCASTS * ROUNDS) as usize * villages.len();
        (is_whole && log.iter().all(|row| row["state"] == "ended")).then_some(log)
    });
    runs.into_iter().for_each(|runs| runs.stop());

    let mut outcomes: BTreeMap<String, usize> = BTreeMap::new();
    for (village, counts) in villages.iter().zip(&mut counts) {
        sounded(village, counts);
        let twice: Vec<_> = counts.iter().filter(|(_, count)| **count > 1).collect();
        assert!(twice.is_empty(), "sounded more than once: {twice:?}");
        for row in log.iter().filter(|row| row["station"] == village.station) {
            let outcome = format!("{} {}", row["outcome"].as_str().unwrap(), row["reason"].as_str().unwrap_or("-"));
            let has_sounded = counts.contains_key(row["airing"].as_str().unwrap());
            match outcome.as_str() {
                "played -" => assert!(has_sounded, "{row}"),
                // A claim whose first frame never left is not told apart from one that broke off in it.
                "partial crash" | "partial shutdown" => {}
                "missed down" | "missed clash" => assert!(!has_sounded, "{row}"),
                other => panic!("{other}: {row}"),
            }
            *outcomes.entry(outcome).or_default() += 1;
        }
    }
    for needed in ["played -", "partial crash"] {
        assert!(kills < 20 || outcomes.contains_key(needed), "{needed} never came: {outcomes:?}");
    }
    println!("{} kills in {killed_for}, {begun} airings began to sound meanwhile; {outcomes:?}", each * villages.len());
}
