//! A county with one key, for benches that air something on loudspeakers of this machine.

use std::sync::Arc;

use chrono::{NaiveTime, TimeDelta};
use cunxiang::base::clock::RealClock;
use cunxiang::base::{Clock, Digest, Id, Length, Timestamp};
use cunxiang::rundown::document::{Edge, FORMAT};
use cunxiang::rundown::quiet::Quiet;
use cunxiang::rundown::seal::{Envelope, KEYS_TYPE, Key, Keys, RUNDOWN_TYPE, Signer, Trust, Use};
use cunxiang::rundown::{Airing, AiringId, Class, Level, Part, Programme, Rundown};
use cunxiang::station::{Loudspeaker, sink};
use cunxiang::store::Store;
use tempfile::TempDir;

pub struct County {
    pub folder: TempDir,
    pub store: Store,
    root: Signer,
    worker: Signer,
}

impl County {
    pub fn new() -> County {
        let folder = tempfile::tempdir().expect("the temporary folder can be written");
        let store = Store::open(folder.path().join("clips")).expect("a store can be made");
        County { folder, store, root: Signer::generate(), worker: Signer::generate() }
    }

    /// Trusts the one key; no hour is quiet.
    pub fn trust(&self) -> Trust {
        let now = now();
        let key = Key {
            id: self.worker.id().clone(),
            purpose: Use::Rundown,
            public: self.worker.public(),
            not_before: now - TimeDelta::days(1),
            not_after: now + TimeDelta::days(1),
            revoked: false,
            person: None,
        };
        let noon = NaiveTime::from_hms_opt(12, 0, 0).expect("noon is a time");
        let quiet = Quiet { from: noon, until: noon, zone: chrono_tz::Asia::Shanghai };
        let keys = serde_json::to_vec(&Keys { version: 1, keys: vec![key], quiet }).expect("keys are plain data");
        Trust::begin(&self.root.public(), &Envelope::seal(KEYS_TYPE, keys, &[&self.root]))
            .expect("the root signed them")
    }

    /// A clip of this sound, in the store.
    pub fn part(&self, sound: &[f32]) -> Part {
        let clip = cunxiang::audio::encode(sound).expect("sound can be encoded");
        let clip = self.store.put(&clip).expect("the store can be written");
        Part { message: None, language: None, voice: None, clip, frames: sound.len() as u64 }
    }

    /// The sealed rundown of a station that airs one part at `due`, at full volume.
    pub fn sealed(&self, station: &str, version: u64, due: Timestamp, part: &Part) -> Arc<Envelope> {
        let station: Id = station.parse().expect("the name of a station");
        let airing = Airing {
            id: AiringId { broadcast: "bench".parse().expect("a name"), instant: due, station: station.clone() },
            at: due,
            programme: 0,
            late: Length::seconds(60),
            expires: None,
            class: Class::Emergency,
            level: Some(Level::I),
            volume: 100,
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
            edge: Edge { epoch: 1, version },
            issued: due - TimeDelta::minutes(5),
            valid_until: due + TimeDelta::days(1),
            programmes: vec![programme],
            airings: vec![airing],
            stop: vec![],
            keep: vec![],
            min_gap: Length::minutes(30),
            airings_per_day_max: 6,
            orders: vec![],
            must: vec![],
        };
        let body = serde_json::to_vec(&rundown).expect("a rundown is plain data");
        Arc::new(Envelope::seal(RUNDOWN_TYPE, body, &[&self.worker]))
    }
}

pub fn loudspeaker(station: &str, sink: sink::Options) -> Loudspeaker {
    Loudspeaker {
        station: station.parse().expect("the name of a station"),
        sink,
        power_on: vec![],
        power_off: vec![],
        power_lead: Length::ms(0),
        gain_db: 0.0,
    }
}

pub fn now() -> Timestamp {
    RealClock::default().now()
}

/// As exactly as the kernel can; see `wake_exactly` too.
pub fn sleep_until(at: Timestamp) {
    let spec = rustix::time::Timespec { tv_sec: at.timestamp(), tv_nsec: at.timestamp_subsec_nanos().into() };
    while rustix::thread::clock_nanosleep_absolute(rustix::thread::ClockId::Realtime, &spec).is_err() {}
}

pub fn pause(ms: i64) {
    sleep_until(now() + TimeDelta::milliseconds(ms));
}

/// The first whole second that is at least `ahead` away.
pub fn due_in(ahead: TimeDelta) -> Timestamp {
    Timestamp::from_timestamp((now() + ahead).timestamp() + 1, 0).expect("a time soon")
}

pub fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Prints a goal and whether this run met it; a goal without its peer is neither.
pub fn goal(what: &str, value: f64, most: f64) {
    let verdict = match value {
        v if v.is_nan() => "not measured",
        v if v <= most => "met",
        _ => "NOT met",
    };
    println!("  {what}: {value:.4} (at most {most}): {verdict}");
}
