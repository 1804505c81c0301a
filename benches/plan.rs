//! Planning a province: every rundown expanded, held against clashes, written and sealed (P20 to P22).
//!
//! Each round measures, one after the other: the floor (Ed25519 signatures over documents of the same sizes, nothing
//! else), ours (catalog and orders to sealed rundowns, everything), and, when `CUNXIANG_BENCH_PYTHON` names a Python
//! with dateutil, `dateutil.rrule` expanding the same rules for as many stations, nothing else. Printed are medians of
//! rounds, ratios inside rounds, the exponent of growth between sizes, and memory. Times are CPU time of one thread.
//!
//! `cargo bench --bench plan` · `cargo bench --bench plan -- quick` (small sizes, two rounds)

use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::{Command, Stdio};

use cunxiang::audio::canonical::Facts;
use cunxiang::base::{Digest, Id, Tag, Timestamp};
use cunxiang::catalog::{Catalog, Files, load};
use cunxiang::planner::{Planner, Registry};
use cunxiang::rundown::document::Edge;
use cunxiang::rundown::seal::{Envelope, RUNDOWN_TYPE, Signer};
use rustix::time::{ClockId, clock_gettime};

const BROADCASTS: usize = 20;
/// Stations that are alike come in this many groups, unless no two are.
const GROUPS: usize = 50;
const ROUNDS: usize = 5;
/// The instant that plans are made at: a Tuesday, 06:00 in Shanghai.
const NOW: &str = "2026-11-23T22:00:00Z";

/// A county of `stations`, with `days` of airings ahead.
#[derive(Debug, Clone, Copy)]
struct Case {
    stations: usize,
    days: u32,
    /// Whether stations come in groups that are alike.
    grouped: bool,
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|a| a == "memory") {
        let number = |n: usize| arguments[at + n].parse::<usize>().expect("a number follows");
        return memory(Case { stations: number(1), days: number(2) as u32, grouped: number(3) == 1 });
    }
    let quick = arguments.iter().any(|a| a == "quick");
    let sizes: &[usize] = if quick { &[50, 500] } else { &[100, 1_000, 10_000] };
    let rounds = if quick { 2 } else { ROUNDS };
    for (days, grouped) in [(7, true), (14, true), (7, false)] {
        let alike = if grouped { "in 50 groups that are alike" } else { "no two alike" };
        println!("\n{BROADCASTS} broadcasts x {days} days, stations {alike}");
        println!(
            "{:>8} {:>9} {:>9} {:>9} {:>9} {:>9} {:>7} {:>8} {:>9}",
            "stations", "airings", "KB each", "floor ms", "ours ms", "rrule ms", "x floor", "x rrule", "MB grown"
        );
        let figures: Vec<Figures> =
            sizes.iter().map(|&stations| measure(Case { stations, days, grouped }, rounds)).collect();
        for pair in figures.windows(2) {
            let (a, b) = (&pair[0], &pair[1]);
            let exponent = |x: f64, y: f64| (y / x).ln() / (b.stations as f64 / a.stations as f64).ln();
            let (time, memory) = (exponent(a.ours_ms, b.ours_ms), exponent(a.grown_mb.max(0.1), b.grown_mb.max(0.1)));
            println!("growth from {} to {} stations: time ^{time:.3}, memory ^{memory:.3}", a.stations, b.stations);
        }
    }
}

struct Figures {
    stations: usize,
    ours_ms: f64,
    grown_mb: f64,
}

fn measure(case: Case, rounds: usize) -> Figures {
    let catalog = county(case);
    let registry = registry(&catalog);
    let signer = Signer::from_secret(&[7; 32]);
    let mut sizes = Vec::new();
    let airings = all(&catalog, &registry, &signer, |envelope| sizes.push(envelope.payload.len()));
    let bytes = sizes.iter().sum::<usize>();
    let (mut floors, mut ours, mut rrules) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        floors.push(timed(|| {
            for size in &sizes {
                std::hint::black_box(Envelope::seal(RUNDOWN_TYPE, vec![b' '; *size], &[&signer]));
            }
        }));
        ours.push(timed(|| {
            all(&catalog, &registry, &signer, |envelope| {
                std::hint::black_box(envelope);
            });
        }));
        rrules.extend(dateutil(case));
    }
    let ratio = |others: &[f64]| median(ours.iter().zip(others).map(|(a, b)| a / b).collect());
    let or_none = |value: Option<f64>, digits: usize| value.map_or("-".to_owned(), |v| format!("{v:.digits$}"));
    let rrule = (!rrules.is_empty()).then(|| median(rrules.clone()));
    let grown_mb = memory_of(case);
    println!(
        "{:>8} {airings:>9} {:>9.1} {:>9.1} {:>9.1} {:>9} {:>7.2} {:>8} {grown_mb:>9.1}",
        case.stations,
        bytes as f64 / 1024.0 / case.stations as f64,
        median(floors.clone()),
        median(ours.clone()),
        or_none(rrule, 0),
        ratio(&floors),
        or_none(rrule.map(|_| ratio(&rrules)), 3),
    );
    Figures { stations: case.stations, ours_ms: median(ours), grown_mb }
}

/// Plans, writes and seals every station's rundown; the number of airings.
fn all(catalog: &Catalog, registry: &Registry, signer: &Signer, mut take: impl FnMut(Envelope)) -> usize {
    let planner = Planner::new(catalog, &[], registry, now());
    let mut airings = 0;
    for station in catalog.stations.keys() {
        let plan = planner.station(station).expect("the station is the catalog's");
        airings += plan.airings.len();
        let rundown = plan.rundown(Edge { epoch: 1, version: 1 }, now());
        let payload = serde_json::to_vec(&rundown).expect("a rundown is JSON");
        take(Envelope::seal(RUNDOWN_TYPE, payload, &[signer]));
    }
    airings
}

fn registry(catalog: &Catalog) -> Registry {
    let first_seen = catalog.broadcasts.keys().map(|id| (id.clone(), now())).collect();
    Registry { broadcasts_first_seen: first_seen, ..Registry::default() }
}

/// How much the peak of memory grows while everything is planned, in MB, measured in a process of its own. What
/// reading the files left free is used first, so that a small plan shows as nothing.
fn memory_of(case: Case) -> f64 {
    let numbers = [case.stations, case.days as usize, usize::from(case.grouped)].map(|n| n.to_string());
    let bench = std::env::current_exe().expect("a bench knows its file");
    let output = Command::new(bench).arg("memory").args(numbers).output().expect("the bench runs again");
    String::from_utf8_lossy(&output.stdout).trim().parse().expect("it prints a number")
}

fn memory(case: Case) {
    let catalog = county(case);
    let registry = registry(&catalog);
    let signer = Signer::from_secret(&[7; 32]);
    // Forgets the peak of reading the files (proc(5), clear_refs).
    std::fs::write("/proc/self/clear_refs", "5").expect("Linux lets a process reset its own peak");
    let before = peak_kb();
    all(&catalog, &registry, &signer, |envelope| {
        std::hint::black_box(envelope);
    });
    println!("{:.2}", (peak_kb() - before) as f64 / 1024.0);
}

fn peak_kb() -> i64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux shows it");
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).expect("Linux shows the peak");
    line.split_whitespace().nth(1).and_then(|kb| kb.parse().ok()).expect("the peak is a number of kB")
}

/// Times and days of a broadcast: two twice a day, most on two days a week, the rest a cron on weekdays. Together
/// twelve airings a day at each station.
fn times(n: usize) -> (Vec<String>, &'static str) {
    let time = |k: usize| format!("{:02}:{:02}", 7 + (n + 7 * k) % 13, (n * 3) % 60);
    match n {
        0..2 => (vec![time(0), time(1)], "mon,tue,wed,thu,fri,sat,sun"),
        2..14 => (vec![time(0)], ["mon,thu", "tue,fri", "wed,sat"][n % 3]),
        _ => (vec![time(0)], "mon,tue,wed,thu,fri"),
    }
}

fn when(n: usize) -> String {
    let (times, days) = times(n);
    if n >= 14 {
        let (hour, minute) = times[0].split_once(':').expect("a time has a colon");
        return format!("cron = \"0 {minute} {hour} * * Mon-Fri\"\n");
    }
    let quoted = |list: &[&str]| list.iter().map(|item| format!("\"{item}\"")).collect::<Vec<_>>().join(", ");
    let times: Vec<&str> = times.iter().map(String::as_str).collect();
    format!("at = [{}]\ndays = [{}]\n", quoted(&times), quoted(&days.split(',').collect::<Vec<_>>()))
}

/// The county as files, read by the catalog.
fn county(case: Case) -> Catalog {
    let today = now().with_timezone(&chrono_tz::Asia::Shanghai).date_naive();
    let until = today + chrono::TimeDelta::days(i64::from(case.days) - 1);
    let mut files = Files::default().with_text("config/chats.toml", "").with_text(
        "config/county.toml",
        "[county]\nid = \"bench\"\nname = { zh-CN = \"县\" }\ntime_zone = \"Asia/Shanghai\"\nsample = true\n\
         [quiet]\nfrom = \"21:00\"\nuntil = \"07:00\"\n[review]\nrequired = false\n",
    );
    let mut stations = String::from("[[township]]\nid = \"town\"\nname = { zh-CN = \"乡\" }\n");
    for n in 0..case.stations {
        let group = if case.grouped { n % GROUPS } else { n };
        stations += &format!(
            "[[station]]\nid = \"station-{n:05}\"\nname = {{ zh-CN = \"村\" }}\ntownship = \"town\"\n\
             languages = [\"bo\", \"zh-CN\"]\nvoices = {{ bo = [\"khg\", \"v{group}\"] }}\n"
        );
    }
    files = files.with_text("config/stations.toml", &stations);
    for (language, said) in [("zh-CN", "请大家戴好口罩。"), ("bo", "ཁ་རས་གོན་རོགས།")]
    {
        let one = |n: usize| format!("{} = {said}\n    .title = {said}\n    .short = {said}\n", message(n));
        let text: String = (0..BROADCASTS).map(one).collect();
        files =
            files.with_text(&format!("locales/{language}/bench.ftl"), &format!("### review = \"source\"\n\n{text}"));
    }
    for n in 0..BROADCASTS {
        let text = format!(
            "title = \"t\"\nstate = \"ready\"\nmessages = [\"{}\"]\nclass = \"daily\"\n[when]\n{}until = {until}\n\
             [where]\nstations = [\"all\"]\n[how]\nrepeat = 2\nlate = \"10m\"\nmissing_language = \"skip\"\n",
            message(n),
            when(n),
        );
        files = files.with_text(&format!("broadcasts/broadcast-{n:02}.toml"), &text);
    }
    record(files)
}

fn message(n: usize) -> String {
    format!("message-{n}")
}

/// Adds a recording of every message in both languages.
fn record(mut files: Files) -> Catalog {
    let draft = loaded(&files);
    let any = draft.broadcasts.values().next().expect("there are broadcasts");
    let mut recordings = String::new();
    for n in 0..BROADCASTS {
        for (language, voice) in [("zh-CN", ""), ("bo", "voice = \"khg\"\n")] {
            let (id, tag): (Id, Tag) = (message(n).parse().expect("an id"), language.parse().expect("a tag"));
            let text = draft.spoken_text(any, &id, &tag).expect("the text renders").digest;
            let file = format!("clips/{id}.{language}.opus");
            let clip = Digest::of(file.as_bytes());
            recordings += &format!(
                "[[recording]]\nfile = \"{file}\"\nmessage = \"{id}\"\nlanguage = \"{language}\"\n{voice}text = \"{text}\"\n\
                 clip = \"{clip}\"\nframes = 960000\nbytes = 80000\nkind = \"person\"\n"
            );
            let facts = Facts { digest: clip, bytes: 80_000, frames: 960_000 };
            files = files.with_clip(&format!("broadcasts/{file}"), facts);
        }
    }
    loaded(&files.with_text("broadcasts/recordings.toml", &recordings))
}

fn loaded(files: &Files) -> Catalog {
    let loaded = load(files, &BTreeMap::new());
    loaded.catalog.unwrap_or_else(|| panic!("the county has faults: {:#?}", loaded.problems))
}

const PYTHON: &str = r#"
import sys, time, datetime
from dateutil.rrule import rrule, WEEKLY
DAYS = dict(mon=0, tue=1, wed=2, thu=3, fri=4, sat=5, sun=6)
stations, days, *rules = sys.stdin.read().split("\n")
start = datetime.datetime(2026, 11, 24)
until = start + datetime.timedelta(days=int(days)) - datetime.timedelta(seconds=1)
rules = [r.split(";") for r in rules if r]
begun = time.process_time()
count = 0
for _ in range(int(stations)):
    for times, on in rules:
        on = [DAYS[d] for d in on.split(",")]
        for t in times.split(","):
            hour, minute = t.split(":")
            count += len(list(rrule(WEEKLY, dtstart=start, until=until, byweekday=on, byhour=int(hour), byminute=int(minute), bysecond=0)))
print((time.process_time() - begun) * 1000)
"#;

/// Milliseconds dateutil takes to expand the same rules for each station; none without a Python that has it.
fn dateutil(case: Case) -> Option<f64> {
    let python = std::env::var_os("CUNXIANG_BENCH_PYTHON")?;
    let mut command = Command::new(python);
    command.args(["-c", PYTHON]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().expect("the Python starts");
    let mut rules = format!("{}\n{}\n", case.stations, case.days);
    for (times, days) in (0..BROADCASTS).map(times) {
        rules += &format!("{};{days}\n", times.join(","));
    }
    child.stdin.take().expect("it is piped").write_all(rules.as_bytes()).expect("the Python reads");
    let output = child.wait_with_output().expect("the Python ends");
    Some(String::from_utf8_lossy(&output.stdout).trim().parse().expect("the Python prints milliseconds"))
}

fn now() -> Timestamp {
    NOW.parse().expect("an instant")
}

/// Milliseconds of this thread's CPU: other work on the machine does not count.
fn timed(work: impl FnOnce()) -> f64 {
    let cpu_ms = || {
        let t = clock_gettime(ClockId::ThreadCPUTime);
        t.tv_sec as f64 * 1e3 + t.tv_nsec as f64 / 1e6
    };
    let begun = cpu_ms();
    work();
    cpu_ms() - begun
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
