//! A county with many boxes, each with one station, and what its rundowns are made of: the county's end of the link in a
//! process of its own, driven over its standard input. Boxes have keys that both processes can make.

pub mod ours;

use std::io::{BufRead as _, Write as _};
use std::path::Path;
use std::sync::Arc;

use chrono::TimeDelta;
use cunxiang::base::clock::RealClock;
use cunxiang::base::{Clock, Digest, Id, Length, Timestamp};
use cunxiang::ledger::{Ledger, SavedRundown};
use cunxiang::link::county::{Gate, Keys, Options, Transport, listen, router};
use cunxiang::rundown::document::{Edge, FORMAT, Keep};
use cunxiang::rundown::seal::{Envelope, KEYS_TYPE, RUNDOWN_TYPE, Signer};
use cunxiang::rundown::{Airing, AiringId, Class, Level, Part, Programme, Rundown};
use cunxiang::store::Store;

/// The version of the keys document.
pub const KEYS_VERSION: u64 = 1;
/// Broadcasts on air at a station, two languages each.
const BROADCASTS: usize = 12;
/// Starts a day of each.
const TIMES: [i64; 1] = [7];
const CLIP_BYTES: usize = 256 * 1024;

pub fn station(n: usize) -> String {
    format!("village-{n:05}")
}

/// The key of a box.
pub fn key(n: usize) -> Signer {
    let mut secret = [7; 32];
    secret[..8].copy_from_slice(&(n as u64).to_le_bytes());
    Signer::from_secret(&secret)
}

/// The clip that everybody may fetch.
pub fn clip() -> Vec<u8> {
    (0..CLIP_BYTES).map(|n| (n * 31 % 251) as u8).collect()
}

fn programme(n: usize) -> Programme {
    let part = |language: &str| Part {
        message: Some(format!("message-{n}").parse().expect("an id")),
        language: Some(language.parse().expect("a tag")),
        voice: None,
        clip: Digest::of(format!("{n} {language}").as_bytes()),
        frames: 960_000 + n as u64,
    };
    Programme {
        edition: Digest::of(format!("edition {n}").as_bytes()),
        notice: Some(format!("2026-{n:04}")),
        chime: Some(part("zh-CN")),
        parts: vec![part("bo"), part("zh-CN")],
        repeat: 2,
        gap: Length::seconds(2),
    }
}

fn airing(broadcast: &str, at: Timestamp, station: &Id, programme: usize, level: Option<Level>) -> Airing {
    let at = Timestamp::from_timestamp(at.timestamp(), 0).expect("a time soon");
    Airing {
        id: AiringId { broadcast: broadcast.parse().expect("an id"), instant: at, station: station.clone() },
        at,
        programme: programme as u32,
        late: Length::seconds(300),
        expires: None,
        class: if level.is_some() { Class::Emergency } else { Class::Daily },
        level,
        volume: 80,
        order: level.is_some().then_some(7),
    }
}

/// What differs from one version to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// One more emergency.
    Emergency,
    /// One broadcast is read anew.
    Recording,
    /// One broadcast airs a minute later each day.
    Time,
}

impl std::str::FromStr for Change {
    type Err = ();

    fn from_str(word: &str) -> Result<Change, ()> {
        let all = [("emergency", Change::Emergency), ("recording", Change::Recording), ("time", Change::Time)];
        all.into_iter().find_map(|(name, change)| (name == word).then_some(change)).ok_or(())
    }
}

/// What a station airs over so many days.
pub fn rundown(n: usize, version: u64, (days, change): (i64, Change), now: Timestamp) -> Rundown {
    let station: Id = station(n).parse().expect("an id");
    let midnight = now - TimeDelta::seconds(now.timestamp() % 86_400);
    let mut airings: Vec<Airing> = Vec::new();
    for day in 0..days {
        for broadcast in 0..BROADCASTS {
            for time in TIMES {
                let moved = if change == Change::Time && broadcast == 3 { version as i64 } else { 0 };
                let minutes = time * 60 + broadcast as i64 * 45 + moved;
                let at = midnight + TimeDelta::days(day) + TimeDelta::minutes(minutes);
                airings.push(airing(&format!("broadcast-{broadcast}"), at, &station, broadcast, None));
            }
        }
    }
    let mut programmes: Vec<Programme> = (0..BROADCASTS).map(programme).collect();
    if change == Change::Recording {
        programmes[3] = programme(100 + version as usize);
    }
    for order in (1..version).filter(|_| change == Change::Emergency) {
        programmes.push(programme(100 + order as usize));
        let at = now + TimeDelta::seconds(order as i64);
        airings.push(airing(&format!("emergency-{order}"), at, &station, programmes.len() - 1, Some(Level::I)));
    }
    airings.sort_by_key(|airing| airing.at);
    let keep = programmes.iter().flat_map(Programme::clips).map(|part| Keep { clip: part.clip, bytes: 80_000 });
    Rundown {
        format: FORMAT,
        edge: Edge { epoch: 1, version },
        issued: now,
        valid_until: now + TimeDelta::days(15),
        keep: keep.collect(),
        stop: vec![],
        orders: vec![],
        min_gap: Length::minutes(30),
        airings_per_day_max: 6,
        must: vec![],
        station,
        programmes,
        airings,
    }
}

pub fn seal(rundown: &Rundown, worker: &Signer) -> Arc<Envelope> {
    let payload = serde_json::to_vec(rundown).expect("a rundown is plain data");
    Arc::new(Envelope::seal(RUNDOWN_TYPE, payload, &[worker]))
}

/// Lets every box in, confirmed, in one commit: through the front door, ten thousand take minutes.
async fn let_in(path: &Path, boxes: usize, now: Timestamp) {
    use sqlx::Connection as _;
    let url = format!("sqlite://{}", path.display());
    let mut connection = sqlx::AnyConnection::connect(&url).await.expect("the ledger opens");
    let mut tx = connection.begin().await.expect("a transaction begins");
    for n in 0..boxes {
        let key = key(n);
        sqlx::query(
            "INSERT INTO boxes (key_id, public_key, stations, state, enrolled_at, confirmed_by, confirmed_at) \
             VALUES ($1, $2, $3, 'confirmed', $4, 'bench', $4)",
        )
        .bind(key.id().to_string())
        .bind(key.public().to_string())
        .bind(format!("[\"{}\"]", station(n)))
        .bind(now.timestamp_millis())
        .execute(&mut *tx)
        .await
        .expect("a box is let in");
    }
    tx.commit().await.expect("it is on disk");
}

/// The county's root key, which those who ask know as well.
pub fn root() -> Signer {
    Signer::from_secret(&[0xFF; 32])
}

/// The county's end, until its standard input ends. Takes `prepare`, `offer`, `change` and `waiting`, a line each.
pub fn serve(boxes: usize, days: i64, change: Change) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("threads can be had").block_on(serving(boxes, (days, change)));
}

async fn serving(boxes: usize, plan: (i64, Change)) {
    let folder = tempfile::tempdir().expect("the temporary folder can be written");
    let clock: Arc<dyn Clock> = Arc::new(RealClock::default());
    let path = folder.path().join("ledger.db");
    let ledger = Ledger::open(&path).await.expect("a ledger can be made");
    let_in(&path, boxes, clock.now()).await;
    let store = Store::open(folder.path().join("clips")).expect("a store can be made");
    let clip = store.put(&clip()).expect("the store can be written");
    let (root, worker) = (root(), Signer::generate());
    let keys = Keys {
        root: root.public(),
        document: Envelope::seal(KEYS_TYPE, b"{}".to_vec(), &[&root]),
        version: KEYS_VERSION,
        time: Some(Signer::generate()),
    };
    let gate = Gate::open(ledger.clone(), store, clock.clone(), keys, Box::new(|| {})).await.expect("the ledger reads");
    let gate = Arc::new(gate);
    let options =
        Options { listen: "127.0.0.1:0".parse().expect("an address"), transport: Transport::Plain, url: None };
    let serving = listen(&options).expect("loopback works");
    let address = serving.address();
    tokio::spawn(serving.serve(router(gate.clone())));
    let begun = clock.now();
    let sealed = |version| (0..boxes).map(|n| seal(&rundown(n, version, plan, begun), &worker)).collect::<Vec<_>>();
    let offer = |envelopes: Vec<Arc<Envelope>>, version| {
        for (n, envelope) in envelopes.into_iter().enumerate() {
            gate.offer(&station(n).parse().expect("an id"), envelope, Edge { epoch: 1, version });
        }
    };
    let mut version = 1;
    offer(sealed(version), version);
    let mut prepared = Vec::new();
    println!("{} {clip}", address.port());
    let (say, mut lines) = tokio::sync::mpsc::unbounded_channel();
    std::thread::spawn(move || std::io::stdin().lock().lines().map_while(Result::ok).try_for_each(|l| say.send(l)));
    while let Some(line) = lines.recv().await {
        match line.as_str() {
            "prepare" => prepared = sealed(version + 1),
            "offer" => {
                version += 1;
                offer(std::mem::take(&mut prepared), version);
            }
            // As the county does: written, sealed, on disk, then in force.
            "change" => {
                version += 1;
                let envelopes = sealed(version);
                let saved = envelopes.iter().enumerate().map(|(n, envelope)| SavedRundown {
                    station: station(n).parse().expect("an id"),
                    edge: Edge { epoch: 1, version },
                    digest: envelope.digest(),
                    envelope: serde_json::to_vec(&**envelope).expect("an envelope is plain data"),
                });
                ledger.save_rundowns(&saved.collect::<Vec<_>>()).await.expect("the ledger can be written");
                offer(envelopes, version);
            }
            _ => {}
        }
        println!("{}", gate.waiting());
        std::io::stdout().flush().expect("somebody listens");
    }
}
