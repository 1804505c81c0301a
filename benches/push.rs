//! Durable posts a second beside Apprise, python-telegram-bot and huey (P16), how often the disk is waited for (P17), how
//! soon an emergency leaves behind a backlog (P18), what a kill loses and doubles (P19), and the time of a claim when a
//! million calls wait.
//!
//! Ours is the real path: posts in the ledger before they count, each `sending` on disk before it leaves, each answer on
//! disk before it counts as delivered; the channel is `telegram`, for P16 and P19 without its limits, which would be all
//! that is measured. All speak with the same nginx on loopback. The peers keep their connections and, but for huey,
//! nothing on disk.
//!
//! `cargo bench --bench push [-- COUNT]`; needs nginx and strace, and in `CUNXIANG_BENCH_PYTHON` a Python that has the
//! peers.

#[allow(dead_code)] // Shared; not all of it is of use here.
mod crowd;
mod posts;
#[allow(dead_code)]
mod village;

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use chrono::TimeDelta;
use cunxiang::base::clock::RealClock;
use cunxiang::base::{Clock as _, Timestamp};
use cunxiang::ledger::{CallEnd, CallState, Finished, Lane, Ledger, NewCall, NewPost, PostFilter};
use cunxiang::rundown::Class;
use serde_json::json;

use posts::{CHATS, County, Server, chat};
use village::{goal, median, now, pause};

/// Notices of a contender in a round.
const COUNT: usize = 3_000;
const ROUNDS: usize = 5;
const BACKLOG: usize = 10_000;
const URGENT: usize = 40;
const KILLS: usize = 5;
/// The service's own limit of one group, at three quarters: docs/ref/chats.md.
const CHAT_PAUSE: TimeDelta = TimeDelta::milliseconds(1334);
const CLAIMED_AT_ONCE: usize = 32;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    let text = |n: usize| args[n].as_str();
    if args.first().is_some_and(|word| word == "send") {
        let count = text(3).parse().expect("a number");
        return runtime().block_on(send(Path::new(text(1)), text(2), count));
    }
    let count = args.first().and_then(|count| count.parse().ok()).unwrap_or(COUNT);
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!("load {}", load.trim());
    let folder = tempfile::tempdir().expect("the temporary folder can be written");
    let Some(nginx) = Nginx::start(folder.path()) else {
        return println!("nothing is measured: nginx is missing");
    };
    rate(&nginx, count);
    syncs(&nginx, count);
    urgent();
    kills(count);
    claims();
}

/// As the daemon has it.
fn runtime() -> tokio::runtime::Runtime {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(2).enable_all().build().expect("threads can be made")
}

/// Ours, in a process of its own: prints how many arrived, the seconds, the seconds of processor time and the commits.
async fn send(folder: &Path, url: &str, count: usize) {
    let county = County::open(folder, url, false).await;
    let (begun, cpu, commits) = (now(), crowd::account(std::process::id()).0, county.ledger.write_count());
    let running = county.run();
    for first in (0..count).step_by(CHATS) {
        county.enqueue(first..count.min(first + CHATS)).await;
    }
    while county.outbox.counts().delivered < count as u64 && now() - begun < TimeDelta::minutes(2) {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let wall = (now() - begun).as_seconds_f64();
    let cpu = (crowd::account(std::process::id()).0 - cpu) as f64 / 1e9;
    println!("{} {wall} {cpu} {}", county.outbox.counts().delivered, county.ledger.write_count() - commits);
    running.abort();
}

/// One run of a contender.
#[derive(Clone, Copy)]
struct Run {
    per_s: f64,
    cpu_us: f64,
}

fn read(output: &[u8], count: usize) -> Option<Run> {
    let text = String::from_utf8_lossy(output);
    let fields: Vec<f64> = text.split_whitespace().filter_map(|field| field.parse().ok()).collect();
    let (arrived, wall, cpu) = (*fields.first()?, *fields.get(1)?, *fields.get(2)?);
    assert_eq!(arrived as usize, count, "every notice arrives");
    Some(Run { per_s: count as f64 / wall, cpu_us: cpu / count as f64 * 1e6 })
}

fn me(folder: &Path, url: &str, count: usize) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this program has a path"));
    command.arg("send").arg(folder).args([url, &count.to_string()]);
    command
}

fn ours(nginx: &Nginx, count: usize) -> Run {
    let folder = tempfile::tempdir().expect("the temporary folder can be written");
    let output = me(folder.path(), &nginx.url(), count).stderr(Stdio::inherit()).output().expect("this program runs");
    read(&output.stdout, count).expect("it says how it went")
}

fn peer(python: &str, kind: &str, nginx: &Nginx, count: usize) -> Option<Run> {
    let folder = tempfile::tempdir().expect("the temporary folder can be written");
    let script = folder.path().join("peers.py");
    std::fs::write(&script, include_str!("posts/peers.py")).expect("the temporary folder can be written");
    let mut command = Command::new(python);
    command.arg(script).args([kind, &nginx.port.to_string(), &count.to_string()]).arg(folder.path());
    let output = command.stderr(Stdio::inherit()).output().ok()?;
    read(&output.stdout, count)
}

fn rate(nginx: &Nginx, count: usize) {
    const PEERS: [(&str, &str); 4] = [
        ("apprise", "Apprise, not durable"),
        ("telegram", "python-telegram-bot, one, not durable"),
        ("telegram-32", "python-telegram-bot, 32, not durable"),
        ("huey", "huey, SQLite"),
    ];
    let python = std::env::var("CUNXIANG_BENCH_PYTHON").ok();
    if python.is_none() {
        println!("the peers are not measured: set CUNXIANG_BENCH_PYTHON to a Python that has them");
    }
    let mut rows: [Vec<Run>; 5] = Default::default();
    for _ in 0..ROUNDS {
        rows[0].push(ours(nginx, count));
        for (row, (kind, _)) in rows[1..].iter_mut().zip(PEERS) {
            // The slow ones with fewer, so that a round is short.
            row.extend(python.as_deref().and_then(|python| peer(python, kind, nginx, count / 4)));
        }
    }
    println!("\nP16: posts a second, and processor time of each, us: medians over {ROUNDS} interleaved rounds");
    let names = ["ours, durable"].into_iter().chain(PEERS.map(|(_, name)| name));
    let per_s = |row: &[Run]| median(&row.iter().map(|run| run.per_s).collect::<Vec<_>>());
    let cpu_us = |row: &[Run]| median(&row.iter().map(|run| run.cpu_us).collect::<Vec<_>>());
    for (row, name) in rows.iter().zip(names) {
        println!("  {name:40} {:9.0} {:9.1}", per_s(row), cpu_us(row));
    }
    // The better of the two.
    let telegram = per_s(&rows[2]).max(per_s(&rows[3]));
    goal("P16, Apprise's rate over ours", per_s(&rows[1]) / per_s(&rows[0]), 1.0 / 5.0);
    goal("P16, python-telegram-bot's rate over ours", telegram / per_s(&rows[0]), 1.0 / 5.0);
    goal("P16, huey's rate over ours", per_s(&rows[4]) / per_s(&rows[0]), 1.0 / 8.0);
    goal("P16, processor time over python-telegram-bot's", cpu_us(&rows[0]) / cpu_us(&rows[2]), 0.15);
}

/// Waits for the disk while `count` posts come in and go out, as strace counts them.
fn syncs(nginx: &Nginx, count: usize) {
    let folder = tempfile::tempdir().expect("the temporary folder can be written");
    let told = folder.path().join("strace");
    let ours = me(folder.path(), &nginx.url(), count);
    let mut strace = Command::new("strace");
    strace.args(["-f", "--seccomp-bpf", "-c", "-U", "calls,name", "-e", "trace=fdatasync,fsync", "-o"]).arg(&told);
    strace.arg(ours.get_program()).args(ours.get_args());
    println!("\nP17: waits for the disk of {count} posts");
    let Ok(output) = strace.stderr(Stdio::null()).output() else {
        return println!("  not measured: strace is missing");
    };
    let run = read(&output.stdout, count).expect("it says how it went");
    let table = std::fs::read_to_string(told).unwrap_or_default();
    let calls: u64 = table
        .lines()
        .filter(|line| line.ends_with("sync"))
        .filter_map(|line| line.split_whitespace().next()?.parse::<u64>().ok())
        .sum();
    println!("  {calls} calls at {:.0} posts a second", run.per_s);
    goal("P17, calls of fdatasync and fsync for 32 posts", calls as f64 * 32.0 / count as f64, 1.1);
}

/// Emergencies one by one, in groups with a backlog and in groups without, while the service's limits hold the rest.
fn urgent() {
    let server = Server::start();
    let folder = tempfile::tempdir().expect("the temporary folder can be written");
    let runtime = runtime();
    let late = |quiet: bool, county: &County| -> Vec<f64> {
        let mut late = Vec::new();
        for k in 0..URGENT / 2 {
            let n = BACKLOG + 2 * k + usize::from(quiet);
            let number = if quiet { CHATS + k } else { k };
            let began = now();
            runtime.block_on(county.enqueue_all(vec![county.post(n, number, Class::Emergency)]));
            let at = loop {
                if let Some(at) = server.heard().get(&n) {
                    break at[0];
                }
                pause(1);
            };
            // Its token is there once the group was left alone for long enough.
            let claimed = runtime.block_on(county.ledger.claimed_since(began - CHAT_PAUSE)).expect("it can be read");
            let before = claimed.iter().filter(|(_, id, lane, _)| *id == chat(number) && *lane == Lane::Ordinary);
            let token = before.map(|(.., at)| *at + CHAT_PAUSE).filter(|token| *token <= at).max();
            let free = token.map_or(began, |token| token.max(began));
            late.push(ms(at - free));
            pause(300);
        }
        late
    };
    let county = runtime.block_on(async {
        let county = County::open(folder.path(), &server.url, true).await;
        for first in (0..BACKLOG).step_by(1_000) {
            county.enqueue(first..BACKLOG.min(first + 1_000)).await;
        }
        county
    });
    let entered = runtime.enter();
    let running = county.run();
    drop(entered);
    pause(3_000);
    println!("\nP18: an emergency behind a backlog of {BACKLOG}, from its token to its first byte, ms");
    for (quiet, what) in [(true, "groups without a backlog"), (false, "groups with one")] {
        let late = late(quiet, &county);
        let worst = late.iter().copied().fold(f64::NAN, f64::max);
        println!("  {what}: median {:.2}, worst {worst:.2} of {}", median(&late), late.len());
        goal(&format!("P18, {what}, worst ms"), worst, 10.0);
    }
    running.abort();
}

fn ms(span: TimeDelta) -> f64 {
    span.num_microseconds().expect("it is short") as f64 / 1e3
}

/// Kills the process while it sends, again and again, and lets the next one end the work.
fn kills(count: usize) {
    let (mut lost, mut doubled, mut unknown) = (0, 0, 0);
    for round in 0..KILLS {
        let server = Server::start();
        let folder = tempfile::tempdir().expect("the temporary folder can be written");
        let mut child = me(folder.path(), &server.url, count).stdout(Stdio::null()).spawn().expect("it runs");
        pause(300 + 100 * round as i64);
        child.kill().expect("it can be killed");
        child.wait().expect("it was spawned");
        runtime().block_on(async {
            let county = County::open(folder.path(), &server.url, false).await;
            let running = county.run();
            let rows = loop {
                tokio::time::sleep(Duration::from_millis(50)).await;
                let counts = county.ledger.call_counts().await.expect("it can be read");
                if counts.iter().all(|(state, _)| state.is_final()) {
                    break every(&county.ledger).await;
                }
            };
            running.abort();
            let heard = server.heard();
            for (n, state) in rows {
                let times = heard.get(&n).map_or(0, Vec::len);
                lost += usize::from(times == 0 && state != CallState::Unknown);
                doubled += usize::from(times > 1);
                unknown += usize::from(state == CallState::Unknown);
            }
        });
    }
    println!("\nP19: {KILLS} kills while up to {count} posts come in and go out");
    println!("  {unknown} were on their way and are unknown, for people to settle");
    goal("P19, lost", lost as f64, 0.0);
    goal("P19, doubled", doubled as f64, 0.0);
}

/// Every post by its number, and how its call ended.
async fn every(ledger: &Ledger) -> Vec<(usize, CallState)> {
    let mut rows = Vec::new();
    for n in 0..CHATS {
        let filter = PostFilter { chat: Some(chat(n)), ..PostFilter::default() };
        let found = ledger.posts(&filter).await.expect("it can be read");
        rows.extend(found.iter().map(|row| (row.post.occasion.parse().expect("a number"), row.calls[0].state)));
    }
    rows
}

/// The time of a claim when few wait and when a million do.
fn claims() {
    const SIZES: [usize; 2] = [1_000, 1_000_000];
    const CLAIMS: usize = 24;
    let folder = tempfile::tempdir().expect("the temporary folder can be written");
    let mut times: [Vec<f64>; 2] = Default::default();
    runtime().block_on(async {
        let mut ledgers = Vec::new();
        for size in SIZES {
            let ledger = Ledger::open(&folder.path().join(format!("{size}.db"))).await.expect("it can be made");
            fill(&ledger, size).await;
            ledgers.push(ledger);
        }
        for _ in 0..CLAIMS {
            for (ledger, times) in ledgers.iter().zip(&mut times) {
                let (at, began) = (now(), RealClock::default().monotonic());
                let until = at + TimeDelta::minutes(5);
                let claims = ledger.claim_calls(at, until, CLAIMED_AT_ONCE, |_| true).await.expect("a claim");
                times.push((RealClock::default().monotonic() - began).as_secs_f64() * 1e3);
                assert_eq!(claims.len(), CLAIMED_AT_ONCE, "enough wait");
                let finished = claims.into_iter().map(|claim| Finished {
                    id: claim.call.id,
                    attempt: claim.call.attempts,
                    end: CallEnd::Delivered { ids: vec![] },
                });
                ledger.finish_calls(&finished.collect::<Vec<_>>(), at).await.expect("they were on their way");
            }
        }
    });
    println!(
        "\nThe time of a claim of {CLAIMED_AT_ONCE}, ms: {:.2} with 1,000, {:.2} with 1,000,000 waiting",
        median(&times[0]),
        median(&times[1])
    );
    goal("claim time at 1,000,000 over 1,000", median(&times[1]) / median(&times[0]), 1.5);
}

async fn fill(ledger: &Ledger, size: usize) {
    const AT_ONCE: usize = 10_000;
    let at = now() - TimeDelta::minutes(1);
    for first in (0..size).step_by(AT_ONCE) {
        let posts: Vec<NewPost> = (first..size.min(first + AT_ONCE)).map(|n| waiting(n, at)).collect();
        ledger.enqueue(&posts, at).await.expect("the disk takes them");
    }
}

fn waiting(n: usize, at: Timestamp) -> NewPost {
    let call = NewCall {
        position: 0,
        repeat: 0,
        lane: Lane::Ordinary,
        robot: "telegram:1".into(),
        chat: chat(n % CHATS),
        channel: "telegram".into(),
        address: json!({ "chat": -100 }),
        body: json!({ "kind": "text", "language": "zh-CN", "text": "x" }),
        heavy: false,
        harmless: false,
        due: at,
        expires: at + TimeDelta::days(1),
    };
    let post = cunxiang::rundown::Post {
        broadcast: "bench".parse().expect("a name"),
        occasion: n.to_string(),
        chat: chat(n % CHATS),
        class: Class::Daily,
        level: None,
        notice: None,
        due: at,
        expires: at + TimeDelta::days(1),
        parts: vec![],
        order: None,
    };
    NewPost { post, calls: vec![call] }
}

/// Answers every call as Telegram does one that arrived.
struct Nginx {
    child: Child,
    port: u16,
}

impl Nginx {
    fn start(folder: &Path) -> Option<Nginx> {
        let port = TcpListener::bind("127.0.0.1:0").expect("loopback works").local_addr().expect("it is bound").port();
        let at = folder.display();
        let kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
        let temporary: String = kinds.iter().map(|kind| format!("{kind}_temp_path {at}/t;")).collect();
        let robot = r#"{"ok":true,"result":{"id":1,"is_bot":true,"first_name":"x","username":"x_bot"}}"#;
        let config = format!(
            "user root; worker_processes 1; daemon off; pid {at}/pid; error_log {at}/err;\n\
             events {{ worker_connections 4096; }}\nhttp {{ access_log off; keepalive_requests 100000000; \
             default_type application/json; {temporary} server {{ listen 127.0.0.1:{port} backlog=4096; \
             location ~* getMe {{ return 200 '{robot}'; }} location / {{ return 200 '{}'; }} }} }}\n",
            posts::reply()
        );
        std::fs::write(folder.join("conf"), config).expect("the folder can be written");
        let mut command = Command::new("nginx");
        command.arg("-c").arg(folder.join("conf")).arg("-e").arg(folder.join("err")).stderr(Stdio::null());
        let child = command.spawn().ok()?;
        drop(crowd::connect(port));
        Some(Nginx { child, port })
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // nginx ends its worker when it is asked to.
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}
