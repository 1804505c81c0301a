//! The county's end of the link: what an answer costs beside nginx (P30), what a change costs on the wire (P31), and how
//! many receipts a second go to disk beside bare commits of SQLite.
//!
//! Ours are the real gate and server, in a process with the daemon's two threads; each request carries its own proof and
//! has it verified, which nginx does not. Compared is processor time of the server: it does not depend on who asks.
//!
//! `cargo bench --bench link`; needs nginx and python3 for what they are to be beside.

#[allow(dead_code)] // Shared; not all of it is of use here.
mod crowd;
#[allow(dead_code)]
mod village;
#[allow(dead_code)]
mod waiting;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};

use chrono::TimeDelta;
use cunxiang::base::clock::RealClock;
use cunxiang::base::{Clock as _, Digest};
use cunxiang::link::{proof, wire};
use cunxiang::rundown::{AiringId, Outcome, Receipt};

use crowd::{Crowd, Whole, account, connect};
use village::{goal, median, pause};
use waiting::ours::{Ours, Server, question, tags};

const ROUNDS: usize = 5;
/// Each asks so often in a round; of one box more in a second are refused.
const ASKS: usize = 8;
const BOXES: usize = 500;
const RECEIPTS: usize = 8_000;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    let number = |n: usize| args[n].parse::<usize>().expect("a number");
    crowd::raise_files();
    if args.first().is_some_and(|word| word == "serve") {
        return waiting::serve(number(1), number(2) as i64, args[3].parse().expect("a kind of change"));
    }
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!("load {}", load.trim());
    deltas();
    answers();
    receipts();
}

fn deltas() {
    println!("\nP31: bytes of one answer, head and body");
    for days in [7, 15] {
        for change in ["emergency", "recording", "time"] {
            let mut ours = Ours::start(1, days, change);
            let (mut crowd, mut held) = ours.held(1);
            let whole = crowd.got(0).len();
            ours.deliver(&mut crowd, &mut held, "offer");
            let changed = ours.deliver(&mut crowd, &mut held, "offer").bytes;
            let what = format!("{days} days, {change}: {changed} of {whole}");
            goal(&what, changed as f64 / whole as f64, 0.1);
        }
    }
}

/// A server of the same bytes; its worker is what is accounted for.
fn nginx(folder: &Path, body: usize) -> Option<(Server, u32)> {
    let port = TcpListener::bind("127.0.0.1:0").expect("loopback works").local_addr().expect("it is bound").port();
    let at = folder.display();
    std::fs::write(folder.join("plan"), vec![b'x'; body]).expect("the folder can be written");
    let kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
    let temporary: String = kinds.iter().map(|kind| format!("{kind}_temp_path {at}/t;")).collect();
    let config = format!(
        "user root; worker_processes 1; daemon off; pid {at}/pid; error_log {at}/err;\n\
         events {{ worker_connections 4096; }}\nhttp {{ access_log off; keepalive_requests 1000000; \
         open_file_cache max=100; {temporary} server {{ listen 127.0.0.1:{port} backlog=4096; root {at}; }} }}\n"
    );
    std::fs::write(folder.join("conf"), config).expect("the folder can be written");
    let mut command = Command::new("nginx");
    command.arg("-c").arg(folder.join("conf")).arg("-e").arg(folder.join("err")).stderr(Stdio::null());
    let child = command.spawn().ok()?;
    drop(connect(port));
    pause(300);
    let children = std::fs::read_to_string(format!("/proc/{0}/task/{0}/children", child.id())).ok()?;
    let worker = children.split_whitespace().next()?.parse().ok()?;
    Some((Server { child, port }, worker))
}

/// Processor time of an answer, in us, each connection having asked so often.
fn cost(pid: u32, crowd: &mut Crowd, mut ask: impl FnMut(usize) -> Vec<u8>) -> f64 {
    let mut ns = 0;
    for _ in 0..ASKS {
        let asks: Vec<Vec<u8>> = (0..crowd.len()).map(&mut ask).collect();
        let before = account(pid).0;
        asks.iter().enumerate().for_each(|(n, ask)| crowd.send(n, ask));
        assert_eq!(crowd.deliver(|| {}).missed, 0, "each gets an answer");
        ns += account(pid).0 - before;
    }
    ns as f64 / 1e3 / (ASKS * crowd.len()) as f64
}

fn answers() {
    let mut ours = Ours::start(BOXES, 15, "emergency");
    let pid = ours.server.child.id();
    let (mut crowd, _) = ours.held(BOXES);
    let held = tags(&crowd);
    let folder = tempfile::tempdir().expect("the temporary folder can be written");
    let nginx = nginx(folder.path(), crowd.got(0).len() - 250);
    let mut rows: [Vec<f64>; 5] = Default::default();
    for _ in 0..ROUNDS {
        rows[0].push(cost(pid, &mut crowd, |n| question(n, &held[n], 0)));
        assert!(crowd.got(0).starts_with(b"HTTP/1.1 304"), "{}", String::from_utf8_lossy(crowd.got(0)));
        rows[1].push(cost(pid, &mut crowd, |n| question(n, "", 0)));
        assert!(crowd.got(0).starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(crowd.got(0)));
        rows[2].push(verifying());
        let Some((server, worker)) = &nginx else { continue };
        let mut others = Crowd::new((0..BOXES).map(|_| connect(server.port)).collect(), Whole::Http);
        let plain = b"GET /plan HTTP/1.1\r\nhost: county\r\n\r\n".to_vec();
        rows[4].push(cost(*worker, &mut others, |_| plain.clone()));
        let tag = tags(&others).swap_remove(0);
        let asks = format!("GET /plan HTTP/1.1\r\nhost: county\r\nif-none-match: {tag}\r\n\r\n").into_bytes();
        rows[3].push(cost(*worker, &mut others, |_| asks.clone()));
    }
    println!("\nP30: processor time of the server for an answer, {ROUNDS} rounds of {ASKS} x {BOXES}");
    let names = ["ours, 304", "ours, 200", "  of which the proof", "nginx, 304", "nginx, 200"];
    for (row, name) in rows.iter().zip(names).filter(|(row, _)| !row.is_empty()) {
        let (low, high) = (row.iter().copied().fold(f64::NAN, f64::min), row.iter().copied().fold(f64::NAN, f64::max));
        println!("  {name:22} {:8.1} us ({low:.1}..{high:.1})", median(row));
    }
    let over = |ours: usize, nginx: usize| median(&rows[ours]) / median(&rows[nginx]);
    goal("P30, 304 over nginx's", over(0, 3), 2.0);
    goal("P30, 200 over nginx's", over(1, 4), 2.0);
    // 100,000 stations that ask once a minute.
    goal("part of a core for 100,000 stations a minute", median(&rows[0]) * 100_000.0 / 60e6, 0.025);
}

/// What taking one proof costs, alone.
fn verifying() -> f64 {
    const COUNT: usize = 500;
    let (key, now) = (waiting::key(0), RealClock::default().now());
    let (county, request): (_, (_, _, &[u8])) = (waiting::root().id().clone(), ("GET", wire::RUNDOWN, b""));
    let made: Vec<String> = (0..COUNT).map(|_| proof::make(&key, &county, request, now)).collect();
    let mut proofs = proof::Proofs::of(county);
    let before = account(std::process::id()).0;
    for proof in &made {
        proofs.take(proof, &key.public(), request, now).expect("a proof is taken");
    }
    (account(std::process::id()).0 - before) as f64 / 1e3 / COUNT as f64
}

fn receipt(number: u64) -> Receipt {
    let at = RealClock::default().now() - TimeDelta::days(1) + TimeDelta::seconds(number as i64);
    let station = waiting::station(0).parse().expect("an id");
    Receipt {
        number,
        airing: AiringId { broadcast: "broadcast-1".parse().expect("an id"), instant: at, station },
        at,
        outcome: Outcome::Played,
        started: Some(at),
        frames: 960_000,
        frames_planned: 960_000,
        parts: Vec::new(),
        volume: 80,
        sink: "sound-card default".to_owned(),
        detail: None,
    }
}

/// Rows a second that bare commits of SQLite reach, WAL and FULL as the ledger has it.
const PYTHON: &str = r#"
import sqlite3, sys, time
batch, count = int(sys.argv[2]), int(sys.argv[3])
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("PRAGMA journal_mode=WAL"); db.execute("PRAGMA synchronous=FULL")
db.execute("CREATE TABLE r (id TEXT PRIMARY KEY, station TEXT, at INTEGER, receipt TEXT)")
rows = [("broadcast-1.%016d.village-00000" % n, "village-00000", n, "x" * 200) for n in range(count)]
begun = time.perf_counter()
for n in range(0, count, batch):
    db.execute("BEGIN IMMEDIATE")
    db.executemany("INSERT INTO r VALUES (?, ?, ?, ?)", rows[n:n + batch])
    db.execute("COMMIT")
print(count / (time.perf_counter() - begun))
"#;

fn bare(batch: usize) -> Option<f64> {
    let folder = tempfile::tempdir().expect("the temporary folder can be written");
    let python = std::env::var_os("CUNXIANG_BENCH_PYTHON").unwrap_or_else(|| "python3".into());
    let mut command = Command::new(python);
    command.args(["-c", PYTHON]).arg(folder.path().join("db")).args([batch.to_string(), RECEIPTS.to_string()]);
    let mut said = String::new();
    let mut child = command.stdout(Stdio::piped()).spawn().ok()?;
    BufReader::new(child.stdout.take()?).read_line(&mut said).ok()?;
    let _ = child.wait();
    said.trim().parse().ok()
}

/// Receipts a second over the link: proof, chain, ledger, acknowledgement.
fn ours_per_s(batch: usize) -> f64 {
    let ours = Ours::start(1, 7, "emergency");
    let mut county = connect(ours.server.port);
    let mut before = wire::chain_begin();
    let mut bodies = Vec::new();
    for first in (1..=RECEIPTS).step_by(batch) {
        let texts: Vec<_> = (first..first + batch).map(|n| wire::receipt_text(&receipt(n as u64))).collect();
        let after = texts.iter().fold(before, |head: Digest, text| wire::chain(&head, text.get()));
        let sent = wire::Receipts { before, first: first as u64, receipts: texts, gap: false };
        bodies.push(serde_json::to_vec(&sent).expect("receipts are plain data"));
        before = after;
    }
    let asks: Vec<Vec<u8>> = bodies
        .into_iter()
        .map(|body| {
            let request: (_, _, &[u8]) = ("POST", wire::RECEIPTS, &body);
            let proof = proof::make(&waiting::key(0), waiting::root().id(), request, RealClock::default().now());
            let head = format!("POST {} HTTP/1.1\r\nhost: county\r\nauthorization: Bearer {proof}\r\n", wire::RECEIPTS);
            let head = format!("{head}content-type: application/json\r\ncontent-length: {}\r\n\r\n", body.len());
            [head.into_bytes(), body].concat()
        })
        .collect();
    let begun = RealClock::default().monotonic();
    let mut answer = [0; 4096];
    for ask in &asks {
        county.write_all(ask).expect("the county reads");
        let count = county.read(&mut answer).expect("the county answers");
        assert!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer[..count]));
    }
    RECEIPTS as f64 / (RealClock::default().monotonic() - begun).as_secs_f64()
}

fn receipts() {
    println!("\nreceipts a second, one box, {ROUNDS} rounds; beside rows a second of bare commits");
    for batch in [32, 1000] {
        let (mut ours, mut ratios, mut others) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let per_s = ours_per_s(batch);
            ours.push(per_s);
            if let Some(other) = bare(batch) {
                others.push(other);
                ratios.push(per_s / other);
            }
        }
        println!("  batches of {batch}: ours {:.0}, bare {:.0}", median(&ours), median(&others));
        // A goal here is a least.
        goal("bare commits over ours", 1.0 / median(&ratios), 2.0);
    }
}
