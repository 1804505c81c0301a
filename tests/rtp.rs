//! RTP as a receiver hears it: a tone is aired through a whole station and received by ffmpeg, by multicast too.
#![allow(clippy::unwrap_used)]

#[path = "../benches/village/mod.rs"]
#[allow(dead_code)]
mod village;

use std::io::Read;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::TimeDelta;
use cunxiang::base::Clock;
use cunxiang::base::clock::{Alarm, RealClock};
use cunxiang::rundown::{Outcome, Part};
use cunxiang::station::sink::Options as Sink;
use cunxiang::station::sink::rtp::{Codec, RtpOptions, sdp};
use cunxiang::station::{self, Options};
use village::{County, due_in, loudspeaker};

/// 2.5 s: no whole number of any packet.
const TONE_FRAMES: usize = 120_007;
const LEVEL: f32 = 0.4;

fn wait(ms: i64) {
    let clock = RealClock::default();
    let until = clock.now() + TimeDelta::milliseconds(ms);
    let alarm = Alarm::new().unwrap();
    while clock.now() < until {
        alarm.wait(&clock, Some(until));
    }
}

fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    for _ in 0..600 {
        if let Some(found) = look() {
            return found;
        }
        wait(50);
    }
    panic!("{what}: not within 30 s");
}

fn tone(hz: f64) -> Vec<f32> {
    let step = hz / 48_000.0 * std::f64::consts::TAU;
    (0..TONE_FRAMES).map(|i| (i as f64 * step).sin() as f32 * LEVEL).collect()
}

/// A port that is free now, with the next one, which ffmpeg takes for RTCP.
fn free_ports() -> u16 {
    eventually("two free ports", || {
        let first = UdpSocket::bind("127.0.0.1:0").ok()?;
        let port = first.local_addr().ok()?.port();
        (port % 2 == 0 && UdpSocket::bind(("127.0.0.1", port + 1)).is_ok()).then_some(port)
    })
}

fn rtp(address: &str, codec: Codec, sample_rate: u32) -> RtpOptions {
    let packet_ms = if codec == Codec::L16 && sample_rate > 24_000 { 10 } else { 20 };
    RtpOptions { address: address.parse().unwrap(), codec, sample_rate, packet_ms, ttl: 1, interface: None }
}

/// ffmpeg, told by our own description where to listen; what it decoded so far.
struct Receiver {
    child: Child,
    heard: Arc<Mutex<Vec<f32>>>,
}

impl Receiver {
    fn start(folder: &Path, options: &RtpOptions) -> Receiver {
        let port = options.address.port();
        let file = folder.join(format!("{port}.sdp"));
        std::fs::write(&file, sdp::describe(&"a".parse().unwrap(), options)).unwrap();
        let mut command = Command::new("ffmpeg");
        command.args(["-nostdin", "-v", "error", "-protocol_whitelist", "file,udp,rtp"]);
        if options.address.ip().is_multicast() {
            command.args(["-localaddr", "127.0.0.1"]);
        }
        let mut child = command
            .arg("-i")
            .arg(&file)
            .args(["-f", "s16le", "-flush_packets", "1", "pipe:1"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("`ffmpeg` is missing: apt-get install ffmpeg");
        let mut out = child.stdout.take().unwrap();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let into = heard.clone();
        std::thread::spawn(move || {
            let mut bytes = [0u8; 2];
            while out.read_exact(&mut bytes).is_ok() {
                into.lock().unwrap().push(f32::from(i16::from_le_bytes(bytes)) / 32_768.0);
            }
        });
        let listens = format!(":{port:04X} ");
        eventually("ffmpeg listens", || {
            let sockets = std::fs::read_to_string("/proc/net/udp").ok()?;
            sockets.contains(&listens).then_some(())
        });
        Receiver { child, heard }
    }

    /// All of it, once nothing more comes.
    fn all(&self) -> Vec<f32> {
        let mut before = 0;
        eventually("the stream is over", || {
            wait(500);
            let now = self.heard.lock().unwrap().len();
            (std::mem::replace(&mut before, now) == now && now > 0).then_some(())
        });
        self.heard.lock().unwrap().clone()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Airs one part at every one of these loudspeakers, in one process; all are played.
fn air(county: &County, sinks: &[RtpOptions], part: &Part) {
    let names: Vec<String> = (0..sinks.len()).map(|i| format!("speaker-{i}")).collect();
    let loudspeakers = names.iter().zip(sinks).map(|(name, sink)| loudspeaker(name, Sink::Rtp(sink.clone()))).collect();
    let journal = county.folder.path().join(format!("journal-{}", sinks[0].address.port()));
    let options = Options { journal, loudspeakers, remote: false };
    let clock = Arc::new(RealClock::default());
    let running = station::start(options, clock, county.store.clone(), county.trust(), Box::new(|| {})).unwrap();
    let due = due_in(TimeDelta::seconds(2));
    running.offer(names.iter().map(|name| county.sealed(name, 1, due, part)).collect());
    let receipts = eventually("all are aired", || {
        let receipts = running.receipts();
        (receipts.len() == sinks.len()).then_some(receipts)
    });
    for receipt in receipts {
        assert_eq!(receipt.outcome, Outcome::Played, "{receipt:?}");
        assert_eq!(receipt.frames, TONE_FRAMES as u64);
    }
    running.shutdown(Duration::from_secs(5));
}

/// The amplitude of one frequency.
fn amplitude(samples: &[f32], rate: u32, hz: f64) -> f64 {
    let step = hz / f64::from(rate) * std::f64::consts::TAU;
    let (mut a, mut b) = (0.0, 0.0);
    for (i, sample) in samples.iter().enumerate() {
        // A window, so that neighbours do not count.
        let place = (i as f64 + 0.5) / samples.len() as f64 * std::f64::consts::TAU;
        let weighted = f64::from(*sample) * (1.0 - place.cos());
        a += weighted * (i as f64 * step).cos();
        b += weighted * (i as f64 * step).sin();
    }
    2.0 * a.hypot(b) / samples.len() as f64
}

fn rms(samples: &[f32]) -> f64 {
    (samples.iter().map(|s| f64::from(*s).powi(2)).sum::<f64>() / samples.len() as f64).sqrt()
}

/// All of a 1 kHz tone at its own level and nothing else, as long as it was, and for what fills the last packet.
fn check(heard: &[f32], options: &RtpOptions) {
    let rate = options.sample_rate;
    let what = format!("{:?} {rate}", options.codec);
    let packet = (rate * options.packet_ms / 1000) as usize;
    let frames = (TONE_FRAMES as u64 * u64::from(rate)).div_ceil(48_000) as usize;
    assert_eq!(heard.len(), frames.div_ceil(packet) * packet, "{what}: length");
    let middle = &heard[frames / 10..frames - frames / 10];
    let level = amplitude(middle, rate, 1000.0);
    assert!((level / f64::from(LEVEL) - 1.0).abs() < 0.03, "{what}: level {level}");
    // One frequency holds all of the energy: no other tone, no gap, no sample out of its place.
    let alone = (rms(middle) * std::f64::consts::SQRT_2 / level - 1.0).abs();
    assert!(alone < 0.01, "{what}: {alone} is something else");
    // Silence behind the end, and no sound missing before it. A clip's last 10 ms may ring.
    let tail = &heard[frames - rate as usize / 20..frames - rate as usize / 50];
    assert!(rms(tail) > 0.8 * f64::from(LEVEL) / std::f64::consts::SQRT_2, "{what}: the end is missing");
    let head = &heard[rate as usize / 50..rate as usize / 20];
    assert!(rms(head) > 0.8 * f64::from(LEVEL) / std::f64::consts::SQRT_2, "{what}: the beginning is missing");
}

#[test]
fn ffmpeg_hears_what_three_loudspeakers_of_one_process_are_sent() {
    let county = County::new();
    let sinks = [(Codec::L16, 48_000), (Codec::Pcma, 8_000), (Codec::Pcmu, 8_000), (Codec::L16, 16_000)]
        .map(|(codec, rate)| rtp(&format!("127.0.0.1:{}", free_ports()), codec, rate));
    let receivers: Vec<Receiver> = sinks.iter().map(|options| Receiver::start(county.folder.path(), options)).collect();
    air(&county, &sinks, &county.part(&tone(1000.0)));
    for (receiver, options) in receivers.iter().zip(&sinks) {
        check(&receiver.all(), options);
    }
}

#[test]
fn ffmpeg_hears_a_multicast_group() {
    let county = County::new();
    let mut options = rtp(&format!("239.255.77.{}:{}", 1 + free_ports() % 250, free_ports()), Codec::L16, 48_000);
    options.interface = Some("lo".to_owned());
    let receiver = Receiver::start(county.folder.path(), &options);
    air(&county, std::slice::from_ref(&options), &county.part(&tone(1000.0)));
    check(&receiver.all(), &options);
}

#[test]
fn what_a_telephone_codec_cannot_carry_does_not_come_back_as_another_tone() {
    let county = County::new();
    let options = rtp(&format!("127.0.0.1:{}", free_ports()), Codec::Pcma, 8_000);
    let receiver = Receiver::start(county.folder.path(), &options);
    air(&county, std::slice::from_ref(&options), &county.part(&tone(7000.0)));
    let heard = receiver.all();
    assert!(heard.len() > 19_000, "{}", heard.len());
    let middle = &heard[2_000..18_000];
    // 7 kHz would fold to 1 kHz. 40 dB are a factor of 100.
    let folded = amplitude(middle, 8_000, 1000.0).max(rms(middle));
    assert!(folded < f64::from(LEVEL) / 100.0, "{} dB", 20.0 * (folded / f64::from(LEVEL)).log10());
}

/// Packets of one airing leave at their own pace: no receiver starves, and none is flooded.
#[test]
fn packets_come_one_by_one() {
    let county = County::new();
    let group = Ipv4Addr::new(239, 255, 78, 1);
    let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
    socket.join_multicast_v4(&group, &Ipv4Addr::LOCALHOST).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(1))).unwrap();
    let address = SocketAddr::from((group, socket.local_addr().unwrap().port()));
    let mut options = rtp(&address.to_string(), Codec::Pcma, 8_000);
    options.interface = Some("lo".to_owned());
    let listener = std::thread::spawn(move || {
        let clock = RealClock::default();
        let mut at = Vec::new();
        let mut bytes = [0; 2048];
        loop {
            match socket.recv(&mut bytes) {
                Ok(length) => at.push((clock.monotonic(), u16::from_be_bytes([bytes[2], bytes[3]]), length)),
                Err(_) if at.is_empty() => {}
                Err(_) => return at,
            }
        }
    });
    air(&county, std::slice::from_ref(&options), &county.part(&tone(1000.0)));
    let came = listener.join().unwrap();
    // 2.5 s and 7 frames: 126 packets of 20 ms.
    assert_eq!(came.len(), 126);
    assert!(came.iter().all(|(_, _, length)| *length == 172));
    assert!(came.windows(2).all(|two| two[1].1 == two[0].1.wrapping_add(1)), "in order, none missing");
    let whole = came.last().unwrap().0 - came[0].0;
    // A pump that began late makes up for 200 ms at most; what it does when it is later, a unit test says.
    assert!(whole > Duration::from_millis(2_200), "{whole:?}");
}
