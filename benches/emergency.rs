//! From a second person's word to sound: an emergency at 50 loudspeakers of one machine, by the real daemon. Each is an
//! IP loudspeaker on loopback, so what counts is the first packet with sound in it, seen from outside. It begins before
//! the program that confirms is started.
//!
//! Goal: the 99th of a hundred loudspeakers sounds within a second, with its clips in the store. Needs root, for two
//! accounts to confirm each other.
#![allow(clippy::disallowed_methods)] // A benchmark reads the real clock.
#![allow(clippy::unwrap_used)]

#[path = "../tests/county/mod.rs"]
mod county;
#[allow(dead_code)] // Shared; not all of it is of use here.
mod village;

use std::fmt::Write as _;
use std::net::UdpSocket;
use std::os::unix::process::CommandExt as _;
use std::process::Command;
use std::time::{Duration, Instant};

use county::{Home, eventually, text};
use village::{goal, median};

const LOUDSPEAKERS: usize = 50;
const ROUNDS: usize = 20;
/// What has not sounded by then was missed.
const WAIT_MAX: Duration = Duration::from_secs(20);
const RTP_HEAD_BYTES: usize = 12;
/// Accounts that every Debian machine has.
const NOBODY: u32 = 65_534;
const DAEMON: u32 = 1;

fn say_as(home: &Home, uid: u32, arguments: &[&str]) -> String {
    let mut command = Command::new(home.program());
    command.arg("--home").arg(home.path("")).args(arguments).uid(uid).gid(0);
    let output = command.output().unwrap();
    let told = text(&output.stdout) + &text(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {told}");
    told
}

/// A county of so many stations, each with a loudspeaker at one of these ports.
fn home(sockets: &[UdpSocket]) -> Home {
    let home = Home::new();
    let mut stations = "[[township]]\nid = \"north\"\nname = { zh-CN = \"北乡\" }\n".to_owned();
    let mut machine = "listen = \"127.0.0.1:0\"\n[channel.folder]\nfolder = \"posts\"\n".to_owned();
    for (n, socket) in sockets.iter().enumerate() {
        writeln!(stations, "[[station]]\nid = \"village-{n}\"\nname = {{ zh-CN = \"{n}村\" }}").unwrap();
        writeln!(stations, "township = \"north\"\nlanguages = [\"bo\", \"zh-CN\"]").unwrap();
        let address = socket.local_addr().unwrap();
        writeln!(machine, "[[loudspeaker]]\nstation = \"village-{n}\"").unwrap();
        writeln!(machine, "sink = {{ kind = \"rtp\", address = \"{address}\", codec = \"l16\" }}").unwrap();
    }
    let chats = home.read("config/chats.toml");
    home.write("config/chats.toml", chats.split("[[chat]]\nid = \"group\"").next().unwrap());
    home.write("config/stations.toml", &stations);
    home.write("config/machine.toml", &machine);
    home.on_order("flood", "flood-warning", "emergency", "I", "repeat = 10\ngap = \"5s\"\npost = \"once\"");
    home
}

fn has_sound(packet: &[u8]) -> bool {
    packet.get(RTP_HEAD_BYTES..).is_some_and(|sound| sound.iter().any(|byte| *byte != 0))
}

/// Milliseconds until the first sound at each loudspeaker.
fn first_sounds(sockets: &[UdpSocket], begun: Instant) -> Vec<f64> {
    let mut heard = vec![None; sockets.len()];
    let mut buffer = [0; 2048];
    while heard.iter().any(Option::is_none) && begun.elapsed() < WAIT_MAX {
        for (socket, heard) in sockets.iter().zip(&mut heard) {
            while let Ok(length) = socket.recv(&mut buffer) {
                if heard.is_none() && has_sound(&buffer[..length]) {
                    *heard = Some(begun.elapsed().as_secs_f64() * 1e3);
                }
            }
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    heard.into_iter().flatten().collect()
}

fn drain(sockets: &[UdpSocket]) -> bool {
    let mut buffer = [0; 2048];
    sockets.iter().filter(|socket| std::iter::from_fn(|| socket.recv(&mut buffer).ok()).count() > 0).count() == 0
}

fn main() {
    if !rustix::process::geteuid().is_root() {
        println!("emergency: not measured: two accounts confirm each other, which needs root");
        return;
    }
    let sockets: Vec<UdpSocket> = (0..LOUDSPEAKERS).map(|_| UdpSocket::bind("127.0.0.1:0").unwrap()).collect();
    sockets.iter().for_each(|socket| socket.set_nonblocking(true).unwrap());
    let home = home(&sockets);
    let _daemon = home.start("2026-11-24T09:00:00+08:00");
    home.set_mode("", 0o755);
    for (name, account) in [("卓玛", "nobody"), ("阿普", "daemon")] {
        home.say(&["people", "add", name, "--account", account, "--role", "approver"]);
    }
    // An order's instant is a whole second; one before the very first start of a station is not its to air.
    std::thread::sleep(Duration::from_secs(1));
    let (mut all, mut last, mut missed) = (Vec::new(), Vec::new(), 0);
    for _ in 0..ROUNDS {
        let told = say_as(&home, NOBODY, &["announce", "flood"]);
        let order = told.split("`cunxiang confirm ").nth(1).and_then(|rest| rest.split('`').next()).unwrap().to_owned();
        let begun = Instant::now();
        let heard = std::thread::scope(|scope| {
            let listening = scope.spawn(|| first_sounds(&sockets, begun));
            say_as(&home, DAEMON, &["confirm", &order]);
            listening.join().unwrap()
        });
        missed += LOUDSPEAKERS - heard.len();
        last.push(heard.iter().copied().fold(0.0, f64::max));
        all.extend(heard);
        say_as(&home, NOBODY, &["cancel", &order]);
        eventually("it is quiet", || {
            drain(&sockets);
            std::thread::sleep(Duration::from_millis(200));
            drain(&sockets).then_some(())
        });
    }
    all.sort_by(f64::total_cmp);
    let p99 = all.get(all.len() * 99 / 100).copied().unwrap_or(f64::NAN);
    println!("{LOUDSPEAKERS} loudspeakers, {ROUNDS} emergencies: confirmed to first sound");
    println!("  median {:.0} ms, p99 {p99:.0} ms, the last of a round {:.0} ms (median)", median(&all), median(&last));
    goal("p99, ms", p99, 1_000.0);
    goal("missed", missed as f64, 0.0);
}
