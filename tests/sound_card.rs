//! A real sound device: ALSA to a PulseAudio null sink, recorded from its monitor.
#![allow(clippy::unwrap_used)]

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{NaiveTime, TimeDelta};
use cunxiang::base::clock::{Alarm, RealClock};
use cunxiang::base::{Clock, Digest, Length, Timestamp};
use cunxiang::rundown::document::{Edge, FORMAT};
use cunxiang::rundown::quiet::Quiet;
use cunxiang::rundown::seal::{Envelope, KEYS_TYPE, Key, Keys, RUNDOWN_TYPE, Signer, Trust, Use};
use cunxiang::rundown::{Airing, AiringId, Class, Level, Outcome, Part, Programme, Reason, Receipt, Rundown};
use cunxiang::station::{self, Loudspeaker, Options, Running, sink};
use cunxiang::store::Store;

/// What the test needs, and the Debian package that has it.
const PROGRAMS: [(&str, &str); 3] =
    [("pulseaudio", "pulseaudio"), ("pactl", "pulseaudio-utils"), ("parec", "pulseaudio-utils")];

fn wait(length: Duration) {
    let clock = RealClock::default();
    let until = clock.monotonic() + length;
    let alarm = Alarm::new().unwrap();
    while clock.monotonic() < until {
        let left = until - clock.monotonic();
        alarm.wait(&clock, Some(clock.now() + TimeDelta::from_std(left).unwrap()));
    }
}

fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    for _ in 0..400 {
        if let Some(found) = look() {
            return found;
        }
        wait(Duration::from_millis(50));
    }
    panic!("{what}: not within 20 s");
}

/// A sound server of our own, killed when dropped.
struct Server {
    child: Child,
    socket: PathBuf,
}

impl Server {
    fn start(folder: &Path) -> Server {
        for (program, package) in PROGRAMS {
            let found = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
            assert!(found.is_ok(), "`{program}` is missing: apt-get install {package} libasound2-plugins");
        }
        let socket = folder.join("sound.sock");
        let _ = std::fs::remove_file(&socket);
        let script = folder.join("pulse.pa");
        let text = format!(
            "load-module module-native-protocol-unix socket={} auth-anonymous=1\n\
             load-module module-null-sink sink_name=village rate=48000 channels=2 format=s16le\n\
             set-default-sink village\n",
            socket.display()
        );
        std::fs::write(&script, text).unwrap();
        let child = Command::new("pulseaudio")
            .args(["-n", "-F"])
            .arg(&script)
            .args(["--exit-idle-time=-1", "--daemonize=no", "--use-pid-file=no"])
            .env("HOME", folder)
            .env("XDG_RUNTIME_DIR", folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let server = Server { child, socket };
        eventually("the sound server answers", || {
            let mut pactl = server.client("pactl");
            pactl.args(["list", "short", "sinks"]).stderr(Stdio::null());
            let listed = pactl.output().ok()?;
            String::from_utf8_lossy(&listed.stdout).contains("village").then_some(())
        });
        server
    }

    fn client(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env("PULSE_SERVER", format!("unix:{}", self.socket.display()));
        command
    }

    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What the monitor of the null sink heard so far: left channel.
struct Recorder {
    child: Child,
    heard: Arc<Mutex<Vec<f32>>>,
}

impl Recorder {
    fn start(server: &Server) -> Recorder {
        let mut parec = server.client("parec");
        parec.args(["-d", "village.monitor", "--rate=48000", "--channels=1", "--format=s16le", "--latency-msec=50"]);
        let mut child = parec.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut out = child.stdout.take().unwrap();
        let heard = Arc::new(Mutex::new(vec![]));
        let into = heard.clone();
        std::thread::spawn(move || {
            let mut bytes = [0u8; 9600];
            while out.read_exact(&mut bytes).is_ok() {
                let samples = bytes.chunks_exact(2).map(|b| f32::from(i16::from_le_bytes([b[0], b[1]])) / 32_768.0);
                into.lock().unwrap().extend(samples);
            }
        });
        Recorder { child, heard }
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

struct County {
    worker: Signer,
    trust: Trust,
    version: u64,
    store: Store,
}

impl County {
    fn new(folder: &Path, now: Timestamp) -> County {
        let (root, worker) = (Signer::generate(), Signer::generate());
        let noon = NaiveTime::from_hms_opt(12, 0, 0).unwrap();
        let key = Key {
            id: worker.id().clone(),
            purpose: Use::Rundown,
            public: worker.public(),
            not_before: now - TimeDelta::days(1),
            not_after: now + TimeDelta::days(1),
            revoked: false,
            person: None,
        };
        let quiet = Quiet { from: noon, until: noon, zone: chrono_tz::Asia::Shanghai };
        let keys = serde_json::to_vec(&Keys { version: 1, keys: vec![key], quiet }).unwrap();
        let keys = Envelope::seal(KEYS_TYPE, keys, &[&root]);
        let trust = Trust::begin(&root.public(), &keys).unwrap();
        County { worker, trust, version: 0, store: Store::open(folder.join("clips")).unwrap() }
    }

    /// A part of speech-like noise, so that its place can be told to the sample.
    fn part(&self, seed: u32, frames: usize) -> (Part, Vec<f32>) {
        let mut state = seed;
        let mut last = 0.0f32;
        let sound: Vec<f32> = (0..frames)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                last = 0.9 * last + 0.1 * ((state >> 8) as f32 / (1 << 23) as f32 - 1.0);
                last
            })
            .collect();
        let bytes = cunxiang::audio::encode(&sound).unwrap();
        let mut clip = cunxiang::audio::ClipDecoder::open(std::io::Cursor::new(&bytes)).unwrap();
        let mut decoded = vec![0.0; frames];
        clip.read(&mut decoded).unwrap();
        let clip = self.store.put(&bytes).unwrap();
        let part = Part { message: None, language: None, voice: None, clip, frames: frames as u64 };
        (part, decoded)
    }

    fn airing(&mut self, name: &str, at: Timestamp, part: &Part, now: Timestamp) -> Arc<Envelope> {
        self.version += 1;
        let id = AiringId {
            broadcast: name.parse().unwrap(),
            instant: Timestamp::from_timestamp(at.timestamp(), 0).unwrap(),
            station: "a".parse().unwrap(),
        };
        let airing = Airing {
            id,
            at,
            programme: 0,
            late: Length::seconds(15),
            expires: None,
            class: Class::Emergency,
            level: Some(Level::I),
            volume: 100,
            order: Some(1),
        };
        let programme = Programme {
            edition: Digest::of(b"edition"),
            notice: None,
            chime: None,
            parts: vec![part.clone()],
            repeat: 1,
            gap: Length::ms(0),
        };
        let rundown = Rundown {
            format: FORMAT,
            station: "a".parse().unwrap(),
            edge: Edge { epoch: 1, version: self.version },
            issued: now - TimeDelta::seconds(1),
            valid_until: now + TimeDelta::days(1),
            programmes: vec![programme],
            airings: vec![airing],
            stop: vec![],
            keep: vec![],
            min_gap: Length::minutes(30),
            airings_per_day_max: 9,
            orders: vec![],
            must: vec![],
        };
        Arc::new(Envelope::seal(RUNDOWN_TYPE, serde_json::to_vec(&rundown).unwrap(), &[&self.worker]))
    }
}

fn outcome(running: &Running, name: &str) -> Receipt {
    eventually(name, || running.receipts().into_iter().find(|r| r.airing.broadcast.as_str() == name))
}

/// Processor time of this process.
fn cpu() -> Duration {
    let t = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(t.tv_sec as u64, t.tv_nsec as u32)
}

/// How well `clip` fits into `heard`, at its best place: 1 is all of it.
fn likeness(heard: &[f32], clip: &[f32]) -> f32 {
    // The loudest place is found with a short piece, then the whole clip is compared there.
    let from = clip.len() / 3;
    let piece = &clip[from..from + 2_400];
    let fit = |at: usize, piece: &[f32]| -> f32 {
        let (mut both, mut a, mut b) = (0.0, 1e-9, 1e-9);
        for (x, y) in heard[at..].iter().zip(piece) {
            both += x * y;
            a += x * x;
            b += y * y;
        }
        both / (a * b).sqrt()
    };
    let last = heard.len().saturating_sub(clip.len());
    let best = (0..last).map(|at| (fit(at + from, piece), at)).max_by(|a, b| a.0.total_cmp(&b.0));
    best.map_or(0.0, |(_, at)| fit(at, clip))
}

#[test]
fn a_clip_is_heard_and_a_dead_server_is_survived() {
    let folder = tempfile::tempdir().unwrap();
    let asound = folder.path().join("asound.conf");
    std::fs::write(&asound, "</usr/share/alsa/alsa.conf>\npcm.!default { type pulse }\nctl.!default { type pulse }\n")
        .unwrap();
    let mut server = Server::start(folder.path());
    // SAFETY: the only test of this program; no other thread reads the environment yet.
    unsafe {
        std::env::set_var("ALSA_CONFIG_PATH", &asound);
        std::env::set_var("PULSE_SERVER", format!("unix:{}", server.socket.display()));
    }
    let clock = Arc::new(RealClock::default());
    let mut county = County::new(folder.path(), clock.now());
    let (short, decoded) = county.part(1, 48_000);
    let (long, _) = county.part(2, 8 * 48_000);
    let loudspeaker = Loudspeaker {
        station: "a".parse().unwrap(),
        sink: sink::Options::SoundCard { device: "default".to_owned() },
        power_on: vec![],
        power_off: vec![],
        power_lead: Length::ms(0),
        gain_db: 0.0,
    };
    let options = Options { journal: folder.path().join("journal"), loudspeakers: vec![loudspeaker], remote: false };
    let running =
        station::start(options, clock.clone(), county.store.clone(), county.trust.clone(), Box::new(|| {})).unwrap();
    let recorder = Recorder::start(&server);

    let soon = clock.now() + TimeDelta::milliseconds(2_500);
    running.offer(vec![county.airing("heard", soon, &short, clock.now())]);
    let receipt = outcome(&running, "heard");
    assert_eq!(receipt.outcome, Outcome::Played, "{receipt:?}");
    let late = receipt.started.unwrap() - soon;
    assert!(late.num_milliseconds().abs() < 50, "it began {late} late");
    let fit = eventually("the recording holds the clip", || {
        let heard = recorder.heard.lock().unwrap().clone();
        let from = heard.iter().position(|s| *s != 0.0)?.saturating_sub(480);
        let heard = &heard[from..];
        (heard.len() > decoded.len() + 9_600).then(|| likeness(&heard[..decoded.len() + 9_600], &decoded))
    });
    assert!(fit > 0.99, "likeness {fit}");
    drop(recorder);

    running.offer(vec![county.airing("cut", clock.now() + TimeDelta::seconds(1), &long, clock.now())]);
    eventually("it sounds", || running.status()[0].sounding.clone());
    wait(Duration::from_millis(1_200));
    server.kill();
    let before = cpu();
    let receipt = outcome(&running, "cut");
    assert_eq!(receipt.outcome, Outcome::Partial(Reason::DeviceLost), "{receipt:?}");
    assert!(receipt.frames > 0 && receipt.frames < receipt.frames_planned, "{receipt:?}");
    wait(Duration::from_millis(1_500));
    let spent = cpu() - before;
    assert!(spent < Duration::from_millis(900), "a dead device costs {spent:?} of processor time");

    running.offer(vec![county.airing("again", clock.now(), &short, clock.now())]);
    wait(Duration::from_millis(1_000));
    let server = Server::start(folder.path());
    // A server that has only just started may drop its first stream; an airing after that must play.
    let mut ends = vec![outcome(&running, "again").outcome];
    for name in ["again-2", "again-3"] {
        if ends.last() != Some(&Outcome::Played) {
            running.offer(vec![county.airing(name, clock.now() + TimeDelta::seconds(2), &short, clock.now())]);
            ends.push(outcome(&running, name).outcome);
        }
    }
    assert_eq!(ends.last(), Some(&Outcome::Played), "{ends:?}");
    running.shutdown(Duration::from_secs(3));
    drop(server);
}
