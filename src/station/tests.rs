//! A whole station under a clock that the test moves: sealed rundowns in, WAV files and receipts out.

mod approved;
mod late_clips;
mod many;
mod village;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use chrono::{NaiveTime, TimeDelta};

use super::machine::{Loudspeaker, Machine, Options};
use super::sink;
use super::sink::wav::HEAD_FRAMES;
use crate::base::clock::SimulatedClock;
use crate::base::{Clock, Digest, Length, Timestamp};
use crate::rundown::document::{Edge, FORMAT};
use crate::rundown::quiet::Quiet;
use crate::rundown::seal::{Envelope, KEYS_TYPE, Key, Keys, RUNDOWN_TYPE, Signer, Trust, Use};
use crate::rundown::{Airing, AiringId, Class, Level, Outcome, Part, Programme, Reason, Receipt, Rundown};
use crate::store::Store;

/// 2026-11-24 07:30:00 in Deqin.
pub(super) const DUE: i64 = 1_795_476_600;

pub(super) fn at(second: f64) -> Timestamp {
    Timestamp::from_timestamp_nanos((DUE as f64 * 1e9) as i64) + TimeDelta::nanoseconds((second * 1e9) as i64)
}

/// A county with one key, and stations fed by it.
pub(super) struct World {
    pub folder: tempfile::TempDir,
    pub clock: Arc<SimulatedClock>,
    pub store: Store,
    root: Signer,
    worker: Signer,
    version: u64,
}

/// What a clip sounds like: a tone that no other clip has, beginning and ending at full level.
pub(super) fn tone(hz: f32, frames: usize) -> Vec<f32> {
    (0..frames).map(|i| 0.4 * (i as f32 * hz * std::f32::consts::TAU / 48_000.0).sin()).collect()
}

impl World {
    pub fn new() -> World {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path().join("clips")).unwrap();
        let (root, worker) = (Signer::from_secret(&[1; 32]), Signer::from_secret(&[2; 32]));
        World { folder, clock: SimulatedClock::at(at(-600.0)), store, root, worker, version: 0 }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn keys(&self, version: u64, from: u32, until: u32) -> Envelope {
        let time = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
        let quiet = Quiet { from: time(from), until: time(until), zone: chrono_tz::Asia::Shanghai };
        let key = Key {
            id: self.worker.id().clone(),
            purpose: Use::Rundown,
            public: self.worker.public(),
            not_before: at(-1e6),
            not_after: at(1e7),
            revoked: false,
            person: None,
        };
        let keys = Keys { version, keys: vec![key], quiet };
        Envelope::seal(KEYS_TYPE, serde_json::to_vec(&keys).unwrap(), &[&self.root])
    }

    pub fn trust(&self) -> Trust {
        Trust::begin(&self.root.public(), &self.keys(1, 21, 7)).unwrap()
    }

    pub fn part(&self, message: Option<&str>, language: Option<&str>, hz: f32, frames: usize) -> Part {
        let clip = self.store.put(&crate::audio::encode(&tone(hz, frames)).unwrap()).unwrap();
        let (message, language) = (message.map(|m| m.parse().unwrap()), language.map(|l| l.parse().unwrap()));
        Part { message, language, voice: None, clip, frames: frames as u64 }
    }

    /// Chime, then Tibetan and Chinese, twice.
    pub fn programme(&self) -> Programme {
        Programme {
            edition: Digest::of(b"edition"),
            notice: None,
            chime: Some(self.part(None, None, 880.0, 24_000)),
            parts: vec![
                self.part(Some("wear-mask"), Some("bo"), 330.0, 48_000),
                self.part(Some("wear-mask"), Some("zh-CN"), 523.0, 36_001),
            ],
            repeat: 2,
            gap: Length::ms(500),
        }
    }

    pub fn rundown(&mut self, station: &str, programmes: Vec<Programme>, airings: Vec<Airing>) -> Rundown {
        self.version += 1;
        Rundown {
            format: FORMAT,
            station: station.parse().unwrap(),
            edge: Edge { epoch: 1, version: self.version },
            issued: at(-900.0),
            valid_until: at(1e6),
            programmes,
            airings,
            stop: vec![],
            keep: vec![],
            min_gap: Length::minutes(30),
            airings_per_day_max: 6,
            orders: vec![],
            must: vec![],
        }
    }

    pub fn seal(&self, rundown: &Rundown) -> Arc<Envelope> {
        Arc::new(Envelope::seal(RUNDOWN_TYPE, serde_json::to_vec(rundown).unwrap(), &[&self.worker]))
    }

    pub fn wav(&self, station: &str) -> Loudspeaker {
        loudspeaker(station, sink::Options::Wav { folder: self.path("out"), keep_days: 14 })
    }

    pub fn machine(&self, loudspeakers: Vec<Loudspeaker>) -> Machine {
        let options = Options { journal: self.path("journal"), loudspeakers, remote: false };
        Machine::new(options, self.clock.clone(), self.store.clone(), self.trust()).unwrap()
    }

    /// Lets time pass until `until`, waking the machine whenever it asked for it.
    pub fn run(&self, machine: &mut Machine, until: Timestamp) {
        while self.clock.now() < until {
            let next = machine.turn().unwrap_or(until).min(until).min(self.clock.now() + TimeDelta::seconds(30));
            assert!(next >= self.clock.now(), "a wake in the past would spin");
            self.clock.advance_to(next.max(self.clock.now() + TimeDelta::nanoseconds(1)));
        }
        machine.turn();
    }
}

pub(super) fn loudspeaker(station: &str, sink: sink::Options) -> Loudspeaker {
    Loudspeaker {
        station: station.parse().unwrap(),
        sink,
        power_on: vec![],
        power_off: vec![],
        power_lead: Length::ms(0),
        gain_db: 0.0,
    }
}

pub(super) fn airing(broadcast: &str, station: &str, second: f64, class: Class, level: Option<Level>) -> Airing {
    let id = AiringId {
        broadcast: broadcast.parse().unwrap(),
        instant: at(second.floor()),
        station: station.parse().unwrap(),
    };
    Airing {
        id,
        at: at(second),
        programme: 0,
        late: Length::minutes(5),
        expires: None,
        class,
        level,
        volume: 100,
        order: None,
    }
}

pub(super) fn daily(broadcast: &str, station: &str, second: f64) -> Airing {
    airing(broadcast, station, second, Class::Daily, None)
}

/// A clock on which time passes between any two looks at it.
struct Creeping(Arc<SimulatedClock>);

impl Clock for Creeping {
    fn now(&self) -> Timestamp {
        self.0.advance(Duration::from_nanos(900));
        self.0.now()
    }

    fn monotonic(&self) -> Duration {
        self.0.advance(Duration::from_nanos(900));
        self.0.monotonic()
    }
}

fn samples(path: &Path) -> Vec<f32> {
    let mut wav = hound::WavReader::open(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let spec = wav.spec();
    assert_eq!((spec.channels, spec.sample_rate, spec.bits_per_sample), (1, 48_000, 16));
    wav.samples::<i16>().map(|s| f32::from(s.unwrap()) / 32_767.0).collect()
}

/// What a programme decodes to, clip by clip.
pub(super) fn decoded(store: &Store, part: &Part) -> Vec<f32> {
    let bytes = store.read(&part.clip).unwrap();
    let mut clip = crate::audio::ClipDecoder::open(std::io::Cursor::new(bytes)).unwrap();
    let mut out = vec![0.0; part.frames as usize];
    assert_eq!(clip.read(&mut out).unwrap(), out.len());
    out
}

fn whole(store: &Store, programme: &Programme) -> Vec<f32> {
    use crate::rundown::programme::Stretch;
    programme
        .sequence()
        .flat_map(|stretch| match stretch {
            Stretch::Part(part) => decoded(store, part),
            Stretch::Gap(frames) => vec![0.0; frames as usize],
        })
        .collect()
}

/// Compares sample by sample: rounding to 16 bit is all that may differ.
fn assert_same(found: &[f32], expected: &[f32]) {
    assert_eq!(found.len(), expected.len());
    for (i, (f, e)) in found.iter().zip(expected).enumerate() {
        assert!((f - e).abs() < 1.0 / 32_000.0, "sample {i}: {f} for {e}");
    }
}

fn outcomes(receipts: &[Receipt]) -> Vec<(String, Outcome)> {
    receipts.iter().map(|r| (r.airing.broadcast.to_string(), r.outcome)).collect()
}

#[test]
fn an_airing_sounds_on_its_frame_and_in_its_order() {
    let mut world = World::new();
    let programme = world.programme();
    let rundown = world.rundown("a", vec![programme.clone()], vec![daily("masks", "a", 0.0)]);
    let mut machine = world.machine(vec![world.wav("a")]);
    machine.offer(world.seal(&rundown));
    world.run(&mut machine, at(60.0));

    let receipts = machine.receipts();
    assert_eq!(outcomes(&receipts), [("masks".to_owned(), Outcome::Played)]);
    let receipt = &receipts[0];
    assert_eq!((receipt.number, receipt.started), (1, Some(at(0.0))));
    assert_eq!((receipt.frames, receipt.frames_planned), (programme.frames(), programme.frames()));
    let parts: Vec<_> = receipt.parts.iter().map(|p| (p.frames, p.frames_planned)).collect();
    assert_eq!(parts, [(24_000, 24_000), (96_000, 96_000), (72_002, 72_002)]);
    let sound = samples(&world.path("out").join(format!("{}.wav", receipt.airing)));
    assert!(sound[..HEAD_FRAMES as usize].iter().all(|s| *s == 0.0));
    assert_same(&sound[HEAD_FRAMES as usize..], &whole(&world.store, &programme));
    // The edge, the claim and the outcome: one commit each.
    assert_eq!(machine.commits().0, 1 + 3);
}

#[test]
fn a_start_is_told_to_the_nearest_millisecond() {
    for creeps in [false, true] {
        let mut world = World::new();
        let programme = Programme { repeat: 1, chime: None, ..world.programme() };
        let seconds = [0.0, 1900.333, 4000.0009];
        let airings = seconds.iter().map(|second| daily("masks", "a", *second)).collect();
        let rundown = world.rundown("a", vec![programme], airings);
        let clock: Arc<dyn Clock> = if creeps { Arc::new(Creeping(world.clock.clone())) } else { world.clock.clone() };
        let options = Options { journal: world.path("journal"), loudspeakers: vec![world.wav("a")], remote: false };
        let mut machine = Machine::new(options, clock, world.store.clone(), world.trust()).unwrap();
        machine.offer(world.seal(&rundown));
        world.run(&mut machine, at(4100.0));
        let started: Vec<_> = machine.receipts().iter().map(|r| r.started.unwrap()).collect();
        assert_eq!(started, [at(0.0), at(1900.333), at(4000.001)], "{creeps}");
    }
}

#[test]
fn what_was_prepared_and_dropped_is_forgotten() {
    let mut world = World::new();
    let programme = world.programme();
    let mut rundown = world.rundown("a", vec![programme], vec![daily("masks", "a", 0.0), daily("hands", "a", 120.0)]);
    let mut machine = world.machine(vec![world.wav("a")]);
    machine.offer(world.seal(&rundown));
    world.run(&mut machine, at(-3.0));
    assert_eq!(machine.loaded_count(), 1);
    rundown.edge.version += 1;
    rundown.airings.remove(0);
    machine.offer(world.seal(&rundown));
    world.run(&mut machine, at(-2.0));
    assert_eq!(machine.loaded_count(), 0);
    world.run(&mut machine, at(200.0));
    assert_eq!(machine.loaded_count(), 0);
    let expected = [("masks".to_owned(), Outcome::Cancelled(Reason::Unlisted)), ("hands".to_owned(), Outcome::Played)];
    assert_eq!(outcomes(&machine.receipts()), expected);
}

#[test]
fn an_airing_that_is_cut_keeps_what_sounded() {
    let mut world = World::new();
    let programme = world.programme();
    let mut rundown = world.rundown("a", vec![programme.clone()], vec![daily("masks", "a", 0.0)]);
    let mut machine = world.machine(vec![world.wav("a")]);
    machine.offer(world.seal(&rundown));
    world.run(&mut machine, at(2.0));
    let id = rundown.airings[0].id.clone();
    assert_eq!(machine.status()[0].sounding, Some(id.clone()));
    rundown.edge.version += 1;
    rundown.airings.clear();
    rundown.stop = vec![id.clone()];
    machine.offer(world.seal(&rundown));
    world.run(&mut machine, at(10.0));
    let receipts = machine.receipts();
    assert_eq!(outcomes(&receipts), [("masks".to_owned(), Outcome::Partial(Reason::Cancelled))]);
    let sound = samples(&world.path("out").join(format!("{id}.wav")));
    let sounded = sound.len() as u64 - HEAD_FRAMES;
    assert_eq!(sounded, receipts[0].frames);
    // Two seconds, a block under way, and the fade.
    assert!((105_600..=106_560).contains(&sounded), "{sounded}");
    let expected = whole(&world.store, &programme);
    assert_same(&sound[48_000..48_000 + 95_000], &expected[..95_000]);
    assert!(sound[sound.len() - 480..].iter().all(|s| s.abs() < 0.03));
}

#[test]
fn two_loudspeakers_begin_together_in_one_commit() {
    let mut world = World::new();
    let programme = world.programme();
    let mut machine = world.machine(vec![world.wav("a"), world.wav("b")]);
    for station in ["a", "b"] {
        let rundown = world.rundown(station, vec![programme.clone()], vec![daily("masks", station, 0.0)]);
        machine.offer(world.seal(&rundown));
    }
    world.run(&mut machine, at(-1.5));
    let before = machine.commits();
    world.run(&mut machine, at(1.0));
    let after = machine.commits();
    assert_eq!((after.0 - before.0, after.1 - before.1), (1, 2), "one commit, one fdatasync a copy");
    world.run(&mut machine, at(60.0));
    let receipts = machine.receipts();
    assert!(receipts.iter().all(|r| r.outcome == Outcome::Played && r.started == Some(at(0.0))), "{receipts:#?}");
    let sounds: Vec<_> =
        receipts.iter().map(|r| samples(&world.path("out").join(format!("{}.wav", r.airing)))).collect();
    assert_eq!(sounds.len(), 2);
    assert!(sounds[0] == sounds[1]);
}

#[test]
fn volume_is_the_square_of_the_amplitude() {
    let mut world = World::new();
    let programme = Programme { repeat: 1, chime: None, ..world.programme() };
    let quiet = Airing { volume: 50, ..daily("masks", "a", 0.0) };
    let rundown = world.rundown("a", vec![programme.clone()], vec![quiet]);
    let mut machine = world.machine(vec![world.wav("a")]);
    machine.offer(world.seal(&rundown));
    world.run(&mut machine, at(60.0));
    let sound = samples(&world.path("out").join(format!("{}.wav", rundown.airings[0].id)));
    let expected: Vec<f32> = whole(&world.store, &programme).iter().map(|s| s * 0.25).collect();
    assert_same(&sound[48_000..], &expected);
}

#[test]
fn an_emergency_cuts_and_a_restart_does_not_repeat() {
    let mut world = World::new();
    let programme = world.programme();
    let emergency = airing("flood", "a", 2.0, Class::Emergency, Some(Level::I));
    let rundown = world.rundown("a", vec![programme.clone()], vec![daily("masks", "a", 0.0), emergency]);
    let mut machine = world.machine(vec![world.wav("a")]);
    machine.offer(world.seal(&rundown));
    world.run(&mut machine, at(3.0));
    let expected = [("masks".to_owned(), Outcome::Partial(Reason::PreEmpted))];
    assert_eq!(outcomes(&machine.receipts()), expected);
    // The process dies here; another begins.
    drop(machine);
    let mut machine = world.machine(vec![world.wav("a")]);
    machine.offer(world.seal(&rundown));
    world.run(&mut machine, at(400.0));
    let receipts = machine.receipts();
    let mut expected = expected.to_vec();
    expected.push(("flood".to_owned(), Outcome::Partial(Reason::Crash)));
    assert_eq!(outcomes(&receipts), expected);
    let masks = samples(&world.path("out").join(format!("{}.wav", rundown.airings[0].id)));
    // The fade ends on the very frame on which the emergency begins.
    assert_eq!(masks.len() as u64, HEAD_FRAMES + 96_000);
    machine.acknowledge(1);
    world.run(&mut machine, at(401.0));
    assert_eq!(machine.receipts().len(), 1);
}

#[test]
fn a_shutdown_fades_and_a_clip_that_is_not_there_is_told() {
    let mut world = World::new();
    let programme = world.programme();
    let mut gone = programme.clone();
    gone.parts[0].clip = Digest::of(b"never recorded");
    let mut missing = daily("gone", "a", -120.0);
    (missing.programme, missing.late) = (1, Length::minutes(1));
    let rundown = world.rundown("a", vec![programme, gone], vec![missing, daily("masks", "a", 0.0)]);
    let mut machine = world.machine(vec![world.wav("a")]);
    machine.offer(world.seal(&rundown));
    world.run(&mut machine, at(1.0));
    machine.shutdown();
    world.run(&mut machine, at(1.5));
    let expected = [
        ("gone".to_owned(), Outcome::Missed(Reason::ClipMissing)),
        ("masks".to_owned(), Outcome::Partial(Reason::Shutdown)),
    ];
    assert_eq!(outcomes(&machine.receipts()), expected);
}

#[test]
fn a_program_is_given_every_sample() {
    let mut world = World::new();
    let programme = Programme { repeat: 1, ..world.programme() };
    let rundown = world.rundown("a", vec![programme.clone()], vec![daily("masks", "a", 0.0)]);
    let out = world.path("pcm");
    let argv = vec!["sh".to_owned(), "-c".to_owned(), format!("exec cat > {}", out.display())];
    let mut machine = world.machine(vec![loudspeaker("a", sink::Options::Command { argv })]);
    machine.offer(world.seal(&rundown));
    // The pipe takes a second of sound; `cat` needs real time to take it out.
    while machine.receipts().is_empty() && world.clock.now() < at(60.0) {
        world.run(&mut machine, world.clock.now() + TimeDelta::milliseconds(200));
        wait_real(Duration::from_millis(2));
    }
    assert_eq!(outcomes(&machine.receipts()), [("masks".to_owned(), Outcome::Played)]);
    world.run(&mut machine, world.clock.now() + TimeDelta::seconds(40));
    let expected = whole(&world.store, &programme);
    let sound = eventually(|| {
        let bytes = std::fs::read(&out).ok()?;
        let sound: Vec<f32> =
            bytes.chunks_exact(2).map(|b| f32::from(i16::from_le_bytes([b[0], b[1]])) / 32_767.0).collect();
        let from = sound.iter().position(|s| *s != 0.0)?;
        (sound.len() >= from + expected.len() - 10).then_some((sound, from))
    });
    let (sound, from) = sound;
    let lead = expected.iter().position(|s| sink::to_i16(*s) != 0).unwrap();
    let from = from - lead;
    assert_same(&sound[from..from + expected.len()], &expected);
}

/// For what another process does in its own time.
pub(super) fn eventually<T>(mut look: impl FnMut() -> Option<T>) -> T {
    for _ in 0..500 {
        if let Some(found) = look() {
            return found;
        }
        wait_real(Duration::from_millis(20));
    }
    panic!("it did not come about within 10 s");
}

pub(super) fn wait_real(length: Duration) {
    let clock = crate::base::clock::RealClock::default();
    let alarm = crate::base::clock::Alarm::new().unwrap();
    alarm.wait(&clock, Some(clock.now() + TimeDelta::from_std(length).unwrap()));
}
