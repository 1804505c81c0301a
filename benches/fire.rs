//! How late are N airings that are due at one instant, claimed durably? Goals P1-P4.
//!
//! Ours is the real path: sealed rundowns in, due list, claims on disk, first block handed to the sink. In the same
//! rounds, interleaved: the limit (an absolute `clock_nanosleep` and a loop) and, where `CUNXIANG_BENCH_PYTHON` names a
//! Python that has them, APScheduler in memory and with its SQLAlchemy/SQLite store.
//!
//! `cargo bench --bench fire [-- ROUNDS [N ...]]`; under three minutes as it stands.

mod village;

use std::collections::HashSet;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::TimeDelta;
use cunxiang::base::clock::{RealClock, wake_exactly};
use cunxiang::base::{Clock, Timestamp};
use cunxiang::rundown::{AiringId, Outcome};
use cunxiang::station::sink::{LATE_MAX, Paced, Sink, SinkFault};
use cunxiang::station::{self, Loudspeaker, Options, sink};
use village::{County, due_in, goal, loudspeaker, median, now, pause, sleep_until};

/// A tenth of a second: what is measured is the start.
const CLIP_FRAMES: usize = 4_800;
/// How many are due together, and in how many rounds.
const ROUNDS: [(usize, usize); 3] = [(1, 5), (1_000, 2), (10_000, 2)];
/// A durable job store makes a commit a job: ten thousand would take minutes.
const SQLITE_MAX: usize = 1_000;

/// Lateness of each of N starts, in ms: the median and the last.
#[derive(Clone, Copy)]
struct Late {
    median: f64,
    last: f64,
}

impl Late {
    fn of(due: Timestamp, at: &[Timestamp]) -> Late {
        let late_ms = |at: &Timestamp| (*at - due).num_microseconds().expect("a run is short") as f64 / 1e3;
        Late::new(&at.iter().map(late_ms).collect::<Vec<_>>())
    }

    fn new(late_ms: &[f64]) -> Late {
        Late { median: median(late_ms), last: late_ms.iter().copied().fold(f64::NAN, f64::max) }
    }
}

/// Notes when the first block of an airing arrives.
struct Stamp(Arc<Mutex<Vec<Timestamp>>>);

impl Sink for Stamp {
    fn open(&mut self) -> Result<(), SinkFault> {
        Ok(())
    }

    fn mark(&mut self, airing: Option<&AiringId>) -> Result<(), SinkFault> {
        if airing.is_some() {
            self.0.lock().expect("no holder panics").push(now());
        }
        Ok(())
    }

    fn write(&mut self, _: &[f32]) -> Result<(), SinkFault> {
        Ok(())
    }

    fn close(&mut self) {}
}

fn limit(count: usize) -> Late {
    wake_exactly();
    let due = due_in(TimeDelta::milliseconds(200));
    let mut at = Vec::with_capacity(count);
    sleep_until(due);
    at.extend((0..count).map(|_| now()));
    Late::of(due, &at)
}

/// One round of the real path, and the commits and `fdatasync` calls around the instant. Panics when any airing is lost,
/// doubled or not played (goal P4).
fn ours(count: usize) -> (Late, (u64, u64)) {
    let county = County::new();
    let tone: Vec<f32> = (0..CLIP_FRAMES).map(|i| 0.4 * (i as f32 * 0.05).sin()).collect();
    let part = county.part(&tone);
    let stations: Vec<String> = (0..count).map(|i| format!("s{i}")).collect();
    let loudspeakers = stations.iter().map(|station| loudspeaker(station, sink::Options::Null)).collect();
    let options = Options { journal: county.folder.path().join("journal"), loudspeakers, remote: false };
    let stamps = Arc::new(Mutex::new(Vec::with_capacity(count)));
    let into = stamps.clone();
    let sink_of = move |_: &Loudspeaker| {
        Some(Paced { sink: Box::new(Stamp(into.clone())), fed_when_idle: false, late_max: LATE_MAX })
    };
    let clock: Arc<dyn Clock> = Arc::new(RealClock::default());
    let (store, trust) = (county.store.clone(), county.trust());
    let running = station::start_with(options, clock, store, trust, Box::new(|| {}), &sink_of).expect("it starts");
    // Signing here, verifying and preparing there take their time before the instant, as they do in a county.
    let due = due_in(TimeDelta::seconds(2) + TimeDelta::microseconds(900 * count as i64));
    running.offer(stations.iter().map(|station| county.sealed(station, 1, due, &part)).collect());
    sleep_until(due - TimeDelta::milliseconds(1_100));
    let before = running.commits();
    sleep_until(due + TimeDelta::milliseconds(20));
    let after = running.commits();
    let mut played = HashSet::new();
    for _ in 0..2_000 {
        let receipts = running.receipts();
        for receipt in &receipts {
            assert_eq!(receipt.outcome, Outcome::Played, "{receipt:?}");
            played.insert(receipt.airing.clone());
        }
        if let Some(last) = receipts.last() {
            running.acknowledge(last.number);
        }
        if played.len() == count {
            break;
        }
        pause(10);
    }
    assert_eq!(played.len(), count, "airings without a receipt");
    running.shutdown(Duration::from_secs(5));
    let stamps = std::mem::take(&mut *stamps.lock().expect("no holder panics"));
    assert_eq!(stamps.len(), count, "every airing starts once");
    (Late::of(due, &stamps), (after.0 - before.0, after.1 - before.1))
}

const PEER: &str = r#"
import sys, time, datetime as dt, logging, os
from apscheduler.schedulers.background import BackgroundScheduler
n, t0, kind = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
logging.disable(logging.CRITICAL)
late = []
def fire(): late.append(time.time_ns() // 1000 - t0 * 10**6)
kw = {}
if kind == "sqlite": kw["jobstores"] = {"default": dict(type="sqlalchemy", url="sqlite:///" + sys.argv[4])}
s = BackgroundScheduler(timezone="UTC", **kw); s.start(paused=True)
when = dt.datetime.fromtimestamp(t0, dt.timezone.utc)
for i in range(n): s.add_job("__main__:fire", "date", run_date=when, misfire_grace_time=None)
if time.time() > t0 - .2: sys.exit("adding the jobs took longer than there was time for")
s.resume()
while len(late) < n and time.time() < t0 + 20: time.sleep(.05)
if len(late) < n: sys.exit(f"only {len(late)} of {n} fired")
print(" ".join(map(str, late)), flush=True); os._exit(0)
"#;

/// Lateness by an APScheduler of its own process; none, with the reason on the screen, when it could not be measured.
fn peer(python: &str, count: usize, kind: &str) -> Option<Late> {
    let folder = tempfile::tempdir().expect("the temporary folder can be written");
    let script = folder.path().join("peer.py");
    std::fs::write(&script, PEER).expect("the temporary folder can be written");
    // Adding a job takes 5 ms in the durable store.
    let each_us = if kind == "sqlite" { 7_000 } else { 400 };
    let due = due_in(TimeDelta::seconds(2) + TimeDelta::microseconds(each_us * count as i64));
    let output = Command::new(python)
        .arg(&script)
        .args([&count.to_string(), &due.timestamp().to_string(), kind])
        .arg(folder.path().join("jobs.db"))
        .stderr(Stdio::inherit())
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let late: Vec<f64> = text.split_whitespace().filter_map(|us| Some(us.parse::<f64>().ok()? / 1e3)).collect();
    (late.len() == count).then(|| Late::new(&late))
}

fn main() {
    let numbers: Vec<usize> = std::env::args().skip(1).filter_map(|a| a.parse().ok()).collect();
    let rounds: Vec<(usize, usize)> = match numbers.split_first() {
        None => ROUNDS.to_vec(),
        Some((rounds, [])) => ROUNDS.iter().map(|(count, _)| (*count, *rounds)).collect(),
        Some((rounds, counts)) => counts.iter().map(|count| (*count, *rounds)).collect(),
    };
    let python = std::env::var("CUNXIANG_BENCH_PYTHON").ok();
    if python.is_none() {
        println!(
            "APScheduler is not measured: set CUNXIANG_BENCH_PYTHON to a Python that has apscheduler and sqlalchemy"
        );
    }
    println!("lateness of N airings due together, in ms: medians over interleaved rounds (lowest to highest last)");
    for (count, round_count) in rounds {
        measure(count, round_count, python.as_deref());
    }
}

fn measure(count: usize, round_count: usize, python: Option<&str>) {
    const NAMES: [&str; 4] = ["limit: absolute sleep", "ours, durable", "APScheduler, memory", "APScheduler, SQLite"];
    let mut rows: [Vec<Late>; 4] = Default::default();
    let mut commits = HashSet::new();
    for _ in 0..round_count {
        rows[0].push(limit(count));
        let (late, seen) = ours(count);
        rows[1].push(late);
        commits.insert(seen);
        if let Some(python) = python {
            rows[2].extend(peer(python, count, "memory"));
            rows[3].extend((count <= SQLITE_MAX).then(|| peer(python, count, "sqlite")).flatten());
        }
    }
    println!("\nN = {count}, {round_count} rounds; every airing played, each once (goal P4)");
    println!("  commits and fdatasyncs from 1.1 s before the instant to 20 ms after: {commits:?}");
    let middle = |row: usize| median(&rows[row].iter().map(|late| late.median).collect::<Vec<_>>());
    let last = |row: usize| median(&rows[row].iter().map(|late| late.last).collect::<Vec<_>>());
    for (row, name) in NAMES.iter().enumerate() {
        if rows[row].is_empty() {
            println!("  {name:24} not measured");
            continue;
        }
        let lasts = rows[row].iter().map(|late| late.last);
        let (low, high) = (lasts.clone().fold(f64::NAN, f64::min), lasts.fold(f64::NAN, f64::max));
        let ratio = last(1) / last(row);
        println!(
            "  {name:24} median {:9.3}  last {:9.3} ({low:.3}..{high:.3})  ours/this {:.4} {ratio:.4}",
            middle(row),
            last(row),
            middle(1) / middle(row),
        );
    }
    match count {
        1 => {
            goal("P1, median over APScheduler's", middle(1) / middle(2), 0.5);
            goal("P1, median over the limit's", middle(1) / middle(0), 2.0);
        }
        1_000 => {
            goal("P2, last over APScheduler's in memory", last(1) / last(2), 0.5);
            goal("P2, last over APScheduler's on SQLite", last(1) / last(3), 0.02);
        }
        10_000 => goal("P3, last over APScheduler's in memory", last(1) / last(2), 0.3),
        _ => {}
    }
}
