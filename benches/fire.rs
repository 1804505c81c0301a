//! How late are N airings that are due at one instant, claimed durably? Goals P1-P4.
//!
//! Ours is the real path: sealed rundowns in, due list, claims on disk, first block handed to the sink. In the same
//! rounds, interleaved: the limit (an absolute `clock_nanosleep` and a loop) and, where `CUNXIANG_BENCH_PYTHON` names a
//! Python that has them, APScheduler in memory and with its SQLAlchemy/SQLite store.
//!
//! `cargo bench --bench fire [-- ROUNDS [N ...]]`
#![allow(clippy::unwrap_used)]

use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{NaiveTime, TimeDelta};
use cunxiang::base::clock::{RealClock, wake_exactly};
use cunxiang::base::{Clock, Digest, Id, Length, Timestamp};
use cunxiang::rundown::document::{Edge, FORMAT};
use cunxiang::rundown::quiet::Quiet;
use cunxiang::rundown::seal::{Envelope, KEYS_TYPE, Key, Keys, RUNDOWN_TYPE, Signer, Trust, Use};
use cunxiang::rundown::{Airing, AiringId, Class, Level, Outcome, Part, Programme, Rundown};
use cunxiang::station::sink::{Paced, Sink, SinkFault};
use cunxiang::station::{self, Loudspeaker, Options, sink};
use cunxiang::store::Store;

/// A tenth of a second: what is measured is the start.
const CLIP_FRAMES: usize = 4_800;

/// Lateness of each of N starts, in µs, sorted.
struct Late(Vec<i64>);

impl Late {
    fn new(mut late_us: Vec<i64>) -> Late {
        late_us.sort_unstable();
        Late(late_us)
    }
    fn median_ms(&self) -> f64 {
        self.0.get(self.0.len() / 2).map_or(f64::NAN, |us| *us as f64 / 1e3)
    }
    fn last_ms(&self) -> f64 {
        self.0.last().map_or(f64::NAN, |us| *us as f64 / 1e3)
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
            self.0.lock().unwrap().push(RealClock::default().now());
        }
        Ok(())
    }
    fn write(&mut self, _: &[f32]) -> Result<(), SinkFault> {
        Ok(())
    }
    fn close(&mut self) {}
}

fn sleep_until(at: Timestamp) {
    let spec = rustix::time::Timespec { tv_sec: at.timestamp(), tv_nsec: at.timestamp_subsec_nanos().into() };
    while rustix::thread::clock_nanosleep_absolute(rustix::thread::ClockId::Realtime, &spec).is_err() {}
}

/// The next whole second at least `ahead` away.
fn due_in(ahead: TimeDelta) -> Timestamp {
    let at = RealClock::default().now() + ahead;
    Timestamp::from_timestamp(at.timestamp() + 1, 0).unwrap()
}

fn limit(count: usize) -> Late {
    wake_exactly();
    let due = due_in(TimeDelta::milliseconds(200));
    let mut at = Vec::with_capacity(count);
    sleep_until(due);
    at.extend((0..count).map(|_| RealClock::default().now()));
    Late::new(at.into_iter().map(|t| (t - due).num_microseconds().unwrap()).collect())
}

fn sealed(count: usize, due: Timestamp, part: &Part, worker: &Signer) -> Vec<Arc<Envelope>> {
    (0..count)
        .map(|i| {
            let station: Id = format!("s{i}").parse().unwrap();
            let airing = Airing {
                id: AiringId { broadcast: "bench".parse().unwrap(), instant: due, station: station.clone() },
                at: due,
                programme: 0,
                late: Length::seconds(60),
                expires: None,
                class: Class::Emergency,
                level: Some(Level::I),
                volume: 80,
                order: None,
            };
            let programme = Programme {
                edition: Digest::of(b"bench"),
                notice: None,
                chime: None,
                parts: vec![part.clone()],
                repeat: 1,
                gap: Length::ms(0),
            };
            let rundown = Rundown {
                format: FORMAT,
                station,
                edge: Edge { epoch: 1, version: 1 },
                issued: due - TimeDelta::minutes(5),
                valid_until: due + TimeDelta::days(1),
                programmes: vec![programme],
                airings: vec![airing],
                stop: vec![],
                keep: vec![],
                min_gap: Length::minutes(30),
                airings_per_day_max: 6,
                must: vec![],
            };
            Arc::new(Envelope::seal(RUNDOWN_TYPE, serde_json::to_vec(&rundown).unwrap(), &[worker]))
        })
        .collect()
}

/// One round of the real path. Panics when any airing is lost, doubled or not played.
fn ours(count: usize) -> (Late, (u64, u64)) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("clips")).unwrap();
    let tone: Vec<f32> = (0..CLIP_FRAMES).map(|i| 0.4 * (i as f32 * 0.05).sin()).collect();
    let clip = store.put(&cunxiang::audio::encode(&tone).unwrap()).unwrap();
    let part = Part { message: None, language: None, voice: None, clip, frames: CLIP_FRAMES as u64 };
    let (root, worker) = (Signer::generate(), Signer::generate());
    let now = RealClock::default().now();
    let key = Key {
        id: worker.id().clone(),
        purpose: Use::Rundown,
        public: worker.public(),
        not_before: now - TimeDelta::days(1),
        not_after: now + TimeDelta::days(1),
        revoked: false,
    };
    let noon = NaiveTime::from_hms_opt(12, 0, 0).unwrap();
    let quiet = Quiet { from: noon, until: noon, zone: chrono_tz::Asia::Shanghai };
    let keys = serde_json::to_vec(&Keys { version: 1, keys: vec![key], quiet }).unwrap();
    let trust = Trust::begin(&root.public(), &Envelope::seal(KEYS_TYPE, keys, &[&root])).unwrap();
    let loudspeakers = (0..count)
        .map(|i| Loudspeaker {
            station: format!("s{i}").parse().unwrap(),
            sink: sink::Options::Null,
            power_on: vec![],
            power_off: vec![],
            power_lead: Length::ms(0),
            gain_db: 0.0,
        })
        .collect();
    let options = Options { journal: folder.path().join("journal"), loudspeakers };
    let stamps = Arc::new(Mutex::new(Vec::with_capacity(count)));
    let into = stamps.clone();
    let sink_of = move |_: &Loudspeaker| Some(Paced { sink: Box::new(Stamp(into.clone())), fed_when_idle: false });
    let clock: Arc<dyn Clock> = Arc::new(RealClock::default());
    let running = station::start_with(options, clock, store, trust, Box::new(|| {}), &sink_of).unwrap();
    // Verifying, preparing and decoding take their time before the instant, as they do in a village.
    let due = due_in(TimeDelta::seconds(8) + TimeDelta::microseconds(800 * count as i64));
    running.offer(sealed(count, due, &part, &worker));
    sleep_until(due - TimeDelta::milliseconds(1_100));
    let before = running.commits();
    sleep_until(due + TimeDelta::milliseconds(20));
    let after = running.commits();
    let mut played = std::collections::HashSet::new();
    for _ in 0..600 {
        let receipts = running.receipts();
        for receipt in &receipts {
            assert_eq!(receipt.outcome, Outcome::Played, "{receipt:?}");
            assert!(played.insert(receipt.airing.clone()), "{} is told twice", receipt.airing);
        }
        if let Some(last) = receipts.last() {
            running.acknowledge(last.number);
        }
        if played.len() == count {
            break;
        }
        while !receipts.is_empty() && running.receipts().first().map(|r| r.number) == Some(receipts[0].number) {
            sleep_until(RealClock::default().now() + TimeDelta::milliseconds(5));
        }
        sleep_until(RealClock::default().now() + TimeDelta::milliseconds(20));
    }
    assert_eq!(played.len(), count, "airings without a receipt");
    running.shutdown(Duration::from_secs(5));
    let stamps = std::mem::take(&mut *stamps.lock().unwrap());
    assert_eq!(stamps.len(), count, "every airing starts once");
    let late = Late::new(stamps.into_iter().map(|t| (t - due).num_microseconds().unwrap()).collect());
    (late, (after.0 - before.0, after.1 - before.1))
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
s.resume()
while len(late) < n and time.time() < t0 + 60: time.sleep(.05)
print(" ".join(map(str, late)), flush=True); os._exit(0)
"#;

fn peer(python: &str, count: usize, kind: &str) -> Option<Late> {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("peer.py");
    std::fs::write(&script, PEER).unwrap();
    // Adding jobs takes it up to 3 ms each in its durable store.
    let due = due_in(TimeDelta::seconds(4) + TimeDelta::microseconds(5_000 * count as i64));
    let output = Command::new(python)
        .arg(&script)
        .args([&count.to_string(), &due.timestamp().to_string(), kind])
        .arg(folder.path().join("jobs.db"))
        .stderr(Stdio::inherit())
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let late: Vec<i64> = text.split_whitespace().map(|t| t.parse().unwrap()).collect();
    (!late.is_empty()).then(|| Late::new(late))
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

fn main() {
    let numbers: Vec<usize> = std::env::args().skip(1).filter_map(|a| a.parse().ok()).collect();
    let round_count = numbers.first().copied().unwrap_or(5);
    let counts = if numbers.len() > 1 { numbers[1..].to_vec() } else { vec![1, 1_000, 10_000] };
    let python = std::env::var("CUNXIANG_BENCH_PYTHON").ok();
    if python.is_none() {
        println!("APScheduler is not measured: CUNXIANG_BENCH_PYTHON names no Python that has it");
    }
    println!(
        "lateness in ms, medians of {round_count} interleaved rounds; commits and fdatasyncs from 1.1 s before to 20 ms after"
    );
    for count in counts {
        let mut rows: Vec<(&str, Vec<(f64, f64)>)> =
            vec![("limit", vec![]), ("ours, durable", vec![]), ("APScheduler", vec![]), ("APScheduler+SQLite", vec![])];
        let mut commits = (0, 0);
        for _ in 0..round_count {
            let mut note = |row: usize, late: Late| {
                rows[row].1.push((late.median_ms(), late.last_ms()));
            };
            note(0, limit(count));
            let (late, seen) = ours(count);
            note(1, late);
            commits = seen;
            if let Some(python) = &python {
                peer(python, count, "memory").map(|late| note(2, late));
                // Minutes for ten thousand: one commit a job.
                (count <= 1_000).then(|| peer(python, count, "sqlite").map(|late| note(3, late)));
            }
        }
        println!("N = {count}: claims in {} commit(s), {} fdatasync(s)", commits.0, commits.1);
        let ours_last = median(rows[1].1.iter().map(|r| r.1).collect());
        for (name, rounds) in rows.iter().filter(|(_, rounds)| !rounds.is_empty()) {
            let middle = median(rounds.iter().map(|r| r.0).collect());
            let last = median(rounds.iter().map(|r| r.1).collect());
            println!("  {name:20} median {middle:9.3}  last {last:9.3}  ours/this (last) {:.4}", ours_last / last);
        }
    }
}
