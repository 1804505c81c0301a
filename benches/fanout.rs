//! A changed rundown to 1,000 and 10,000 waiting boxes: until the last has it (P12 to P15). Beside it, in the same
//! interleaved rounds and with as many bytes: a loop of bare sends, which is the limit, nats-server and mosquitto (QoS 1).
//! No TLS on any of them. Ours are the real gate and server, in a process with the daemon's two threads; boxes prove
//! themselves as they do, and get what changed since the rundown they hold, each its own. The others send one message to
//! all, which is kinder to them.
//!
//! `cargo bench --bench fanout [-- COUNT...]`; needs nats-server, mosquitto and strace for what they are to be beside.

#[allow(dead_code)] // Shared; not all of it is of use here.
mod crowd;
#[allow(dead_code)] // Shared; not all of it is of use here.
mod village;
#[allow(dead_code)]
mod waiting;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};

use cunxiang::base::Clock as _;
use cunxiang::base::clock::RealClock;
use cunxiang::link::{proof, wire};

use crowd::{Crowd, Delivery, Whole, account, connect};
use village::{goal, median, pause};
use waiting::ours::{Ours, Server, tags as fresh_tags};

/// Rounds, and the deliveries in each after one that warms up.
#[derive(Clone, Copy)]
struct Effort {
    rounds: usize,
    deliveries: usize,
}

/// 21 deliveries in all; where each takes ten seconds, because every box of thousands first asks with a proof of its own,
/// three, so that the whole takes minutes.
fn effort(boxes: usize) -> Effort {
    if boxes > 1_000 { Effort { rounds: 1, deliveries: 3 } } else { Effort { rounds: 3, deliveries: 7 } }
}

/// A rundown covers a fortnight, and the day before it.
const DAYS: i64 = 15;
/// The contenders, in this order everywhere.
const NAMES: [&str; 5] = ["limit: send()", "ours", "ours, sealed+saved", "nats-server", "mosquitto QoS 1"];

/// Sends to all it accepted what comes on the last one.
fn raw(boxes: usize, bytes: usize) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback works");
    println!("{}", listener.local_addr().expect("it is bound").port());
    let mut streams: Vec<TcpStream> = (0..=boxes).map(|_| listener.accept().expect("they come").0).collect();
    streams.iter().for_each(|stream| stream.set_nodelay(true).expect("TCP has that"));
    let mut publisher = streams.pop().expect("the last is the publisher");
    let mut message = vec![0; bytes];
    while publisher.read_exact(&mut message).is_ok() {
        for stream in &mut streams {
            let _ = stream.write(&message);
        }
    }
}

fn peer(command: &mut Command, port: u16) -> Option<Server> {
    let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok()?;
    Some(Server { child, port })
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").expect("loopback works").local_addr().expect("it is bound").port()
}

/// How to speak with a peer: what a subscriber says and hears, what is published, and what arrives of it.
struct Speech {
    greet: fn(&mut TcpStream, bool),
    publish: fn(usize) -> Vec<u8>,
    arrives: fn(usize) -> usize,
    /// What a subscriber says to a message.
    acknowledge: Option<&'static [u8]>,
    /// What a server says of itself some time after a subscriber came, and what that says to it.
    settles: Option<(i64, &'static [u8])>,
}

const RAW: Speech =
    Speech { greet: |_, _| {}, publish: |bytes| vec![b'x'; bytes], arrives: |n| n, acknowledge: None, settles: None };

const NATS: Speech = Speech {
    greet: |stream, subscribes| {
        let subscription = if subscribes { "SUB e 1\r\n" } else { "" };
        let hello = format!("CONNECT {{\"verbose\":false}}\r\n{subscription}PING\r\n");
        stream.write_all(hello.as_bytes()).expect("nats-server reads");
        let mut heard = Vec::new();
        let mut buffer = [0; 4096];
        while !heard.ends_with(b"PONG\r\n") {
            let count = stream.read(&mut buffer).expect("nats-server answers");
            heard.extend_from_slice(&buffer[..count]);
        }
    },
    publish: |bytes| [format!("PUB e {bytes}\r\n").as_bytes(), &vec![b'x'; bytes], b"\r\n"].concat(),
    arrives: |bytes| format!("MSG e 1 {bytes}\r\n").len() + bytes + 2,
    acknowledge: None,
    // Two seconds after a client came, and then every two minutes.
    settles: Some((2_500, b"PONG\r\n")),
};

const MQTT: Speech = Speech {
    greet: |stream, subscribes| {
        let address = stream.local_addr().expect("it is connected").port().to_string();
        let mut hello = b"\x00\x04MQTT\x04\x02\x00\x00\x00".to_vec();
        hello.push(address.len() as u8);
        hello.extend_from_slice(address.as_bytes());
        stream.write_all(&mqtt(0x10, &hello)).expect("mosquitto reads");
        stream.read_exact(&mut [0; 4]).expect("mosquitto answers");
        if subscribes {
            stream.write_all(&mqtt(0x82, b"\x00\x01\x00\x01e\x01")).expect("mosquitto reads");
            stream.read_exact(&mut [0; 5]).expect("mosquitto answers");
        }
    },
    publish: |bytes| mqtt(0x32, &[b"\x00\x01e\x00\x01", vec![b'x'; bytes].as_slice()].concat()),
    arrives: |bytes| mqtt(0x32, &vec![b'x'; bytes + 5]).len(),
    // The number of the message goes into the last two.
    acknowledge: Some(b"\x40\x02\x00\x00"),
    settles: None,
};

/// A packet of MQTT 3.1.1 with its length (2.2.3).
fn mqtt(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut packet = vec![kind];
    let mut length = body.len();
    loop {
        let more = length >= 128;
        packet.push((length % 128) as u8 | if more { 128 } else { 0 });
        length /= 128;
        if !more {
            break;
        }
    }
    [&packet, body].concat()
}

/// A round of a contender that knows no rundowns: connects, greets, and sends a message to all again and again.
fn broadcast(server: &Server, speech: &Speech, boxes: usize, bytes: usize, row: &mut Row) {
    let before = account(server.child.id()).1;
    let greeted = |subscribes| {
        let mut stream = connect(server.port);
        (speech.greet)(&mut stream, subscribes);
        stream
    };
    let streams = (0..boxes).map(|_| greeted(true)).collect();
    let mut publisher = greeted(false);
    let mut crowd = Crowd::new(streams, Whole::Bytes((speech.arrives)(bytes)));
    if let Some((wait_ms, answer)) = speech.settles {
        pause(wait_ms);
        crowd.settle(answer);
        pause(100);
    }
    let message = (speech.publish)(bytes);
    for n in 0..=effort(boxes).deliveries {
        let ns = account(server.child.id()).0;
        let delivery = crowd.deliver(|| publisher.write_all(&message).expect("the server reads"));
        if let Some(word) = speech.acknowledge.filter(|_| delivery.missed == 0) {
            for n in 0..boxes {
                // Behind the head of two or three bytes and the topic's three.
                let head = crowd.got(n).len() - bytes - 5 + 3;
                let word = [&word[..2], &crowd.got(n)[head..head + 2]].concat();
                crowd.send(n, &word);
            }
        }
        pause(50);
        row.note(n > 0, delivery, account(server.child.id()).0 - ns, boxes);
    }
    row.pss_kib = (account(server.child.id()).1.saturating_sub(before)) as f64 / 1024.0 / boxes as f64;
}

#[derive(Default)]
struct Row {
    last_ms: Vec<f64>,
    cpu_us: Vec<f64>,
    missed: usize,
    bytes: usize,
    pss_kib: f64,
}

impl Row {
    fn note(&mut self, counts: bool, delivery: Delivery, ns: u64, boxes: usize) {
        self.missed += delivery.missed;
        self.bytes = delivery.bytes;
        if counts {
            self.last_ms.push(delivery.last_ms);
            self.cpu_us.push(ns as f64 / 1e3 / boxes as f64);
        }
    }
}

/// Writes to sockets of a process while something is delivered, as strace counts them. A bare write(2) is none of
/// them: threads wake each other with it.
fn writes(pid: u32, deliver: impl FnOnce()) -> Option<usize> {
    let mut strace = Command::new("strace");
    strace.args(["-f", "-c", "-U", "calls,name", "-e", "trace=writev,sendto,sendmsg", "-p", &pid.to_string()]);
    let strace = strace.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().ok()?;
    pause(1500);
    deliver();
    let _ = Command::new("kill").args(["-INT", &strace.id().to_string()]).status();
    let told = strace.wait_with_output().ok()?;
    let told = String::from_utf8_lossy(&told.stderr).into_owned();
    let rows = told.lines().filter(|line| ["writev", "sendto", "sendmsg"].iter().any(|n| line.ends_with(n)));
    Some(rows.filter_map(|line| line.split_whitespace().next()?.parse::<usize>().ok()).sum())
}

fn measure(boxes: usize) {
    let mut rows: [Row; NAMES.len()] = Default::default();
    let mut ours = Ours::start(boxes, DAYS, "emergency");
    let pid = ours.server.child.id();
    // A first look at what is sent, so that the others send as much.
    let (mut crowd, mut tags) = ours.held(boxes.min(50));
    let bytes = {
        ours.deliver(&mut crowd, &mut tags, "offer");
        ours.deliver(&mut crowd, &mut tags, "offer").bytes
    };
    drop(crowd);
    pause(500);
    let nats_port = free_port();
    let nats = peer(Command::new("nats-server").args(["-a", "127.0.0.1", "-p", &nats_port.to_string()]), nats_port);
    let folder = tempfile::tempdir().expect("the temporary folder can be written");
    let (mosquitto_port, config) = (free_port(), folder.path().join("mosquitto.conf"));
    let text = format!("listener {mosquitto_port} 127.0.0.1\nallow_anonymous true\npersistence false\n");
    std::fs::write(&config, text).expect("the folder can be written");
    let mosquitto = peer(Command::new("mosquitto").arg("-c").arg(&config), mosquitto_port);
    for _ in 0..effort(boxes).rounds {
        let mut limit = Command::new(std::env::current_exe().expect("this program has a path"));
        limit.args(["raw", &boxes.to_string(), &bytes.to_string()]).stdout(Stdio::piped());
        let mut child = limit.spawn().expect("this program starts again");
        let mut line = String::new();
        let said = child.stdout.take().expect("it is piped");
        BufReader::new(said).read_line(&mut line).expect("it says its port");
        let port = line.trim().parse().expect("a port");
        broadcast(&Server { child, port }, &RAW, boxes, bytes, &mut rows[0]);
        for (row, word) in [(1, "offer"), (2, "change")] {
            let before = account(pid).1;
            let (mut crowd, mut tags) = ours.held(boxes);
            for n in 0..=effort(boxes).deliveries {
                let ns = account(pid).0;
                let delivery = ours.deliver(&mut crowd, &mut tags, word);
                rows[row].note(n > 0, delivery, account(pid).0 - ns, boxes);
            }
            ours.wait(&mut crowd, &tags);
            rows[row].pss_kib = account(pid).1.saturating_sub(before) as f64 / 1024.0 / boxes as f64;
        }
        for (row, server, speech) in [(3, &nats, &NATS), (4, &mosquitto, &MQTT)] {
            if let Some(server) = server {
                broadcast(server, speech, boxes, bytes, &mut rows[row]);
            }
        }
    }
    print(boxes, bytes, &rows);
    if boxes <= 1_000 {
        overtaking(&mut ours, boxes, median(&rows[1].last_ms));
        let (mut crowd, mut tags) = ours.held(boxes);
        ours.order("prepare");
        ours.answer();
        ours.wait(&mut crowd, &tags);
        let counted = writes(pid, || {
            let delivery = crowd.deliver(|| ours.order("offer"));
            ours.answer();
            assert_eq!(delivery.missed, 0);
            tags.clear();
        });
        match counted {
            Some(count) => goal("P13, writes for each box (strace)", count as f64 / boxes as f64, 1.05),
            None => println!("  P13 is not measured here: strace is missing; a test counts them"),
        }
    }
}

/// P15: a change goes out while every box has just asked for a piece of a clip.
fn overtaking(ours: &mut Ours, boxes: usize, idle_ms: f64) {
    let (mut crowd, mut tags) = ours.held(boxes);
    let mut bulk = ours.crowd(boxes);
    let mut beside = Vec::new();
    for _ in 0..effort(boxes).deliveries {
        ours.order("prepare");
        ours.answer();
        ours.wait(&mut crowd, &tags);
        let path = format!("{}/{}", wire::CLIPS, ours.clip);
        let asks: Vec<Vec<u8>> = (0..boxes)
            .map(|n| {
                let proof = proof::make(
                    &waiting::key(n),
                    waiting::root().id(),
                    ("GET", &path, b""),
                    RealClock::default().now(),
                );
                let head = format!("GET {path} HTTP/1.1\r\nhost: county\r\nauthorization: Bearer {proof}\r\n");
                format!("{head}range: bytes=0-65535\r\n\r\n").into_bytes()
            })
            .collect();
        asks.iter().enumerate().for_each(|(n, ask)| bulk.send(n, ask));
        beside.push(crowd.deliver(|| ours.order("offer")).last_ms);
        ours.answer();
        tags = fresh_tags(&crowd);
        assert_eq!(bulk.deliver(|| {}).missed, 0, "bulk comes, too");
    }
    println!("  with {boxes} pieces of clips asked for: the last has it after {:.1} ms", median(&beside));
    goal("P15, beside bulk over idle", median(&beside) / idle_ms, 2.0);
}

fn print(boxes: usize, bytes: usize, rows: &[Row; NAMES.len()]) {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let Effort { rounds, deliveries } = effort(boxes);
    println!("\n{boxes} boxes, {bytes} bytes each, {rounds} x {deliveries} deliveries, load {}", load.trim());
    println!(
        "  {:20}{:>34}{:>9}{:>12}{:>12}{:>8}",
        "", "last has it, ms", "x limit", "CPU us/box", "KiB/box", "missed"
    );
    let of = |row: &Row| median(&row.last_ms);
    for (row, name) in rows.iter().zip(NAMES).filter(|(row, _)| !row.last_ms.is_empty()) {
        let low = row.last_ms.iter().copied().fold(f64::NAN, f64::min);
        let high = row.last_ms.iter().copied().fold(f64::NAN, f64::max);
        let spread = format!("{:.1} ({low:.1}..{high:.1})", of(row));
        let (ratio, cpu) = (of(row) / of(&rows[0]), median(&row.cpu_us));
        println!("  {name:20}{spread:>34}{ratio:9.2}{cpu:12.1}{:12.1}{:8}", row.pss_kib, row.missed);
    }
    goal("P12, last over the limit's", of(&rows[1]) / of(&rows[0]), 1.25);
    goal("P12, last over nats-server's", of(&rows[1]) / of(&rows[3]), 1.0);
    goal("P12, last over mosquitto's", of(&rows[1]) / of(&rows[4]), 0.45);
    goal("P13, missed", (rows[1].missed + rows[2].missed) as f64, 0.0);
    goal("P14, KiB of the county's memory for each box", rows[1].pss_kib, 8.0);
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    let number = |n: usize| args[n].parse::<usize>().expect("a number");
    crowd::raise_files();
    match args.first().map(String::as_str) {
        Some("serve") => waiting::serve(number(1), number(2) as i64, args[3].parse().expect("a kind of change")),
        Some("raw") => raw(number(1), number(2)),
        Some(_) => (0..args.len()).for_each(|n| measure(number(n))),
        None => [1_000, 10_000].into_iter().for_each(measure),
    }
}
