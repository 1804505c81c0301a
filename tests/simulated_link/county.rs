//! The county: the real gate over a real ledger and store, served on the simulated network, with rundowns that change.
//!
//! A question that touches the ledger is answered within one tick, on a runtime of its own: the ledger's threads know no
//! simulated time. Long polls wait in the simulation.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, Response};
use chrono::TimeDelta;
use cunxiang::base::clock::SimulatedClock;
use cunxiang::base::{Clock as _, Digest, Id, Length, Timestamp};
use cunxiang::ledger::{AiringFilter, Ledger};
use cunxiang::link::county::{Gate, Keys, code, router};
use cunxiang::link::wire;
use cunxiang::rundown::chain::Acknowledged;
use cunxiang::rundown::document::{Edge, FORMAT, Keep};
use cunxiang::rundown::quiet::Quiet;
use cunxiang::rundown::seal::{self, Envelope, KEYS_TYPE, KeyId, RUNDOWN_TYPE, Signer, Use};
use cunxiang::rundown::{Airing, AiringId, Class, Part, Programme, Rundown};
use cunxiang::store::Store;
use http_body_util::BodyExt as _;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tower::ServiceExt as _;
use turmoil::net::TcpListener;

use crate::dice::Dice;

/// Different recordings that rundowns name.
const CLIPS: usize = 8;
/// A little more than one piece of a clip, or less.
const CLIP_BYTES: usize = 20_000;
/// How often something airs.
const EVERY: TimeDelta = TimeDelta::minutes(3);

pub struct County {
    clock: Arc<SimulatedClock>,
    home: tempfile::TempDir,
    root: Signer,
    rundowns: Signer,
    rundown_key: seal::Key,
    time: [u8; 32],
    pub keys: Envelope,
    store: Store,
    stations: Vec<Id>,
    /// What was sealed last for each station: as it would be on disk.
    sealed: Mutex<Vec<(Arc<Envelope>, Edge)>>,
    /// While it runs.
    gate: Mutex<Option<Arc<Gate>>>,
    members: Mutex<Vec<Option<KeyId>>>,
    runtime: tokio::runtime::Runtime,
}

fn sound(n: usize) -> Vec<u8> {
    (0..CLIP_BYTES * (n + 1)).map(|at| (at * (31 + n) % 251) as u8).collect()
}

impl County {
    pub fn new(clock: Arc<SimulatedClock>, boxes: usize) -> County {
        let (root, rundowns, time) = (Signer::generate(), Signer::generate(), [9; 32]);
        let now = clock.now();
        let key = |signer: &Signer, purpose| seal::Key {
            id: signer.id().clone(),
            purpose,
            public: signer.public(),
            not_before: now - TimeDelta::days(1),
            not_after: now + TimeDelta::days(400),
            revoked: false,
            person: None,
        };
        let none = chrono::NaiveTime::from_hms_opt(3, 0, 0).expect("an hour");
        let quiet = Quiet { from: none, until: none, zone: chrono_tz::UTC };
        let rundown_key = key(&rundowns, Use::Rundown);
        let keys = vec![rundown_key.clone(), key(&Signer::from_secret(&time), Use::Time)];
        let body = serde_json::to_vec(&seal::Keys { version: 1, keys, quiet }).expect("plain data");
        let keys = Envelope::seal(KEYS_TYPE, body, &[&root]);
        let home = tempfile::tempdir().expect("the temporary folder can be written");
        let store = Store::open(home.path().join("clips")).expect("a store can be made");
        for n in 0..CLIPS {
            store.put(&sound(n)).expect("the store can be written");
        }
        let stations: Vec<Id> = (0..boxes).map(|n| format!("village-{n}").parse().expect("an id")).collect();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let county = County {
            clock,
            home,
            root,
            rundowns,
            rundown_key,
            time,
            keys,
            store,
            sealed: Mutex::default(),
            gate: Mutex::default(),
            members: Mutex::new(vec![None; boxes]),
            runtime: runtime.expect("a thread can be had"),
            stations,
        };
        let first = (0..boxes).map(|n| county.seal(n, Edge { epoch: 1, version: 1 }, 0)).collect();
        *county.sealed.lock().expect("nobody panics with it") = first;
        county
    }

    pub fn station(&self, n: usize) -> &Id {
        &self.stations[n]
    }

    /// Whether this county's rundown key signed it.
    pub fn has_sealed(&self, envelope: &Envelope) -> bool {
        envelope.is_signed_by(&self.rundown_key)
    }

    pub fn edge(&self, n: usize) -> Edge {
        self.sealed.lock().expect("nobody panics with it")[n].1
    }

    fn seal(&self, n: usize, edge: Edge, of: usize) -> (Arc<Envelope>, Edge) {
        let now = self.clock.now();
        let station = &self.stations[n];
        let part = |clip: usize| Part {
            message: None,
            language: None,
            voice: None,
            clip: Digest::of(&sound(clip)),
            frames: 48_000,
        };
        let clips: Vec<usize> = (0..3).map(|k| (of + k) % CLIPS).collect();
        let programme = |clip: &usize| Programme {
            edition: Digest::of(b"edition"),
            notice: None,
            chime: None,
            parts: vec![part(*clip)],
            repeat: 1,
            gap: Length::default(),
        };
        let begin = Timestamp::from_timestamp_millis(crate::START_MS).expect("a date of this century");
        let airings = (0..60).map(|k| {
            let at = begin + EVERY * k;
            Airing {
                id: AiringId { broadcast: "masks".parse().expect("an id"), instant: at, station: station.clone() },
                at,
                programme: (k % 3) as u32,
                late: Length::minutes(5),
                expires: None,
                class: Class::Daily,
                level: None,
                volume: 80,
                order: None,
            }
        });
        let rundown = Rundown {
            format: FORMAT,
            station: station.clone(),
            edge,
            issued: now,
            valid_until: now + TimeDelta::days(14),
            programmes: clips.iter().map(programme).collect(),
            airings: airings.collect(),
            stop: Vec::new(),
            keep: clips.iter().map(|n| Keep { clip: Digest::of(&sound(*n)), bytes: sound(*n).len() as u64 }).collect(),
            min_gap: Length::default(),
            airings_per_day_max: 500,
            orders: Vec::new(),
            must: Vec::new(),
        };
        let payload = serde_json::to_vec(&rundown).expect("plain data");
        (Arc::new(Envelope::seal(RUNDOWN_TYPE, payload, &[&self.rundowns])), edge)
    }

    /// A new rundown for a station; while the county is down it comes out at its next start.
    pub fn change(&self, n: usize, dice: &mut Dice) {
        let edge = Edge { version: self.edge(n).version + 1, ..self.edge(n) };
        let fresh = self.seal(n, edge, dice.below(CLIPS as i64) as usize);
        self.sealed.lock().expect("nobody panics with it")[n] = fresh.clone();
        if let Some(gate) = &*self.gate.lock().expect("nobody panics with it") {
            gate.offer(&self.stations[n], fresh.0, fresh.1);
        }
    }

    /// Runs on threads that know no simulated time; the simulation stands still meanwhile.
    fn at_once<T: Send>(&self, work: impl Future<Output = T> + Send) -> T {
        let runtime = self.runtime.handle();
        std::thread::scope(|scope| scope.spawn(|| runtime.block_on(work)).join().expect("it does not panic"))
    }

    async fn ledger(&self) -> Ledger {
        Ledger::open(&self.home.path().join("ledger.db")).await.expect("a ledger can be made")
    }

    /// What it does as long as it runs.
    pub async fn serve(self: Arc<Self>) -> turmoil::Result {
        let gate = self.at_once(async {
            let keys = Keys {
                root: self.root.public(),
                document: self.keys.clone(),
                version: 1,
                time: Some(Signer::from_secret(&self.time)),
            };
            Gate::open(self.ledger().await, self.store.clone(), self.clock.clone(), keys, Box::new(|| {})).await
        });
        let gate = Arc::new(gate.expect("the ledger reads"));
        for (station, (envelope, edge)) in self.stations.iter().zip(&*self.sealed.lock().expect("nobody panics")) {
            gate.offer(station, envelope.clone(), *edge);
        }
        *self.gate.lock().expect("nobody panics with it") = Some(gate.clone());
        let listener = TcpListener::bind(("0.0.0.0", 80)).await?;
        let router = router(gate);
        loop {
            let (stream, _) = listener.accept().await?;
            let (county, router) = (self.clone(), router.clone());
            let answer = service_fn(move |request: Request<hyper::body::Incoming>| {
                county.clone().answer(router.clone(), request.map(Body::new))
            });
            let mut http = hyper::server::conn::http1::Builder::new();
            http.timer(TokioTimer::new()).header_read_timeout(Duration::from_secs(90));
            tokio::spawn(http.serve_connection(TokioIo::new(stream), answer));
        }
    }

    async fn answer(
        self: Arc<Self>,
        router: axum::Router,
        request: Request<Body>,
    ) -> Result<Response<Body>, std::convert::Infallible> {
        if request.uri().path() == wire::RUNDOWN {
            return router.oneshot(request).await;
        }
        // All of it comes in simulated time first.
        let (head, body) = request.into_parts();
        let Ok(body) = body.collect().await else { return Ok(Response::new(Body::empty())) };
        let request = Request::from_parts(head, Body::from(body.to_bytes()));
        Ok(self.at_once(async {
            let Ok(answer) = router.oneshot(request).await;
            let (head, body) = answer.into_parts();
            let body = body.collect().await.expect("an answer is whole").to_bytes();
            Response::from_parts(head, Body::from(body))
        }))
    }

    /// A one-time code for a station, as `enrol` makes it.
    pub fn code(&self, n: usize) -> String {
        let code = code::make();
        self.at_once(async {
            let made = self.ledger().await;
            made.make_code(code::digest(&code), &self.stations[n..=n], "a", self.clock.now()).await
        })
        .expect("the ledger can be written");
        code
    }

    /// A person compared the fingerprints.
    pub fn confirm(&self, n: usize, key: &KeyId) {
        self.at_once(async {
            self.ledger().await.confirm_box(key, "a", self.clock.now()).await.expect("it waits for that");
            self.reload().await;
        });
        self.members.lock().expect("nobody panics with it")[n] = Some(key.clone());
    }

    /// Takes a box's key back. What it may hold at the most from now on.
    pub fn revoke(&self, n: usize) -> Edge {
        let key = self.members.lock().expect("nobody panics with it")[n].clone();
        if let Some(key) = key {
            self.at_once(async {
                self.ledger().await.revoke_box(&key, "a", self.clock.now()).await.expect("it was confirmed");
                self.reload().await;
            });
        }
        self.edge(n)
    }

    async fn reload(&self) {
        let gate = self.gate.lock().expect("nobody panics with it").clone();
        if let Some(gate) = gate {
            gate.reload().await.expect("the ledger reads");
        }
    }

    /// Where the receipts of a box stand, and which airings of its station have ended.
    pub fn heard(&self, n: usize, key: &KeyId) -> (Acknowledged, Vec<AiringId>) {
        self.at_once(async {
            let ledger = self.ledger().await;
            let filter = AiringFilter {
                from: Timestamp::UNIX_EPOCH,
                to: self.clock.now() + TimeDelta::days(1),
                station: Some(self.stations[n].clone()),
                broadcast: None,
                state: Some("played".to_owned()),
            };
            let rows = ledger.airings(&filter).await.expect("the ledger reads");
            let acknowledged = ledger.acknowledged(key).await.expect("the ledger reads");
            (acknowledged, rows.into_iter().map(|row| row.id).collect())
        })
    }

    /// Which rundown the county believes a box to hold.
    pub fn believes(&self, n: usize) -> Option<Edge> {
        let gate = self.gate.lock().expect("nobody panics with it").clone()?;
        let seen = gate.seen().into_iter().find(|seen| seen.stations.contains(&self.stations[n]))?;
        seen.status?.stations.first().map(|station| station.held)
    }
}
