//! Every path, and every reason to refuse, without a socket.

mod asking;
mod hold;
mod patched;
mod writes;

use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use chrono::TimeDelta;
use serde::de::DeserializeOwned;
use serde_json::json;
use tower::ServiceExt as _;

use super::*;
use crate::base::Digest;
use crate::base::clock::SimulatedClock;
use crate::ledger::PlannedAiring;
use crate::link::proof;
use crate::link::wire::{self, Claims, Enrolled, Refused, Served, Time, Why};
use crate::rundown::chain::Acknowledged;
use crate::rundown::seal::{KEYS_TYPE, RUNDOWN_TYPE};
use crate::rundown::{AiringId, Class, Outcome, Receipt};

/// A county's end with a box for `s1` and `s2`, confirmed, and whatever else a test adds.
struct Place {
    gate: Arc<Gate>,
    router: Router,
    ledger: Ledger,
    store: Store,
    clock: Arc<SimulatedClock>,
    ours: Signer,
    rang: Arc<AtomicBool>,
    _folder: tempfile::TempDir,
}

struct Reply {
    status: StatusCode,
    headers: axum::http::HeaderMap,
    body: Vec<u8>,
}

impl Reply {
    fn read<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&self.body)))
    }

    fn etag(&self) -> String {
        self.headers[header::ETAG].to_str().unwrap().to_owned()
    }

    #[track_caller]
    fn refused(&self, why: Why, status: u16) -> Refused {
        let refused: Refused = self.read();
        assert_eq!((refused.why, self.status.as_u16()), (why, status), "{}", refused.say);
        refused
    }
}

fn signer(number: u8) -> Signer {
    Signer::from_secret(&[number; 32])
}

fn id(text: &str) -> Id {
    text.parse().unwrap()
}

fn start() -> Timestamp {
    Timestamp::from_timestamp(1_800_000_000, 0).unwrap()
}

async fn place() -> Place {
    let folder = tempfile::tempdir().unwrap();
    let (ledger, clock) = (Ledger::in_memory().await.unwrap(), SimulatedClock::at(start()));
    let store = Store::open(folder.path().join("clips")).unwrap();
    let rang = Arc::new(AtomicBool::new(false));
    let bell = rang.clone();
    let keys = Keys {
        root: signer(100).public(),
        document: Envelope::seal(KEYS_TYPE, b"{}".to_vec(), &[&signer(100)]),
        version: 3,
        time: Some(signer(101)),
    };
    let ring = Box::new(move || bell.store(true, Ordering::SeqCst));
    let gate = Gate::open(ledger.clone(), store.clone(), clock.clone(), keys, ring).await.unwrap();
    let gate = Arc::new(gate);
    let router = router(gate.clone());
    let place = Place { gate, router, ledger, store, clock, ours: signer(1), rang, _folder: folder };
    place.let_in(&signer(1), &["s1", "s2"]).await;
    place.ledger.confirm_box(signer(1).id(), "tashi", start()).await.unwrap();
    place.gate.reload().await.unwrap();
    place
}

fn enrol_ask(signer: &Signer, code: &str) -> serde_json::Value {
    let signature = proof::sign(signer, &wire::enrol_message(code, &signer.public()));
    json!({ "code": code, "public": signer.public().to_string(), "signature": signature, "version": "1" })
}

impl Place {
    async fn let_in(&self, signer: &Signer, stations: &[&str]) {
        let stations: Vec<Id> = stations.iter().map(|text| id(text)).collect();
        let code = code::make();
        self.ledger.make_code(code::digest(&code), &stations, "tashi", self.clock.now()).await.unwrap();
        let reply = self.enrol(&enrol_ask(signer, &code)).await;
        assert_eq!(reply.status, 200);
        let enrolled: Enrolled = reply.read();
        assert_eq!((enrolled.stations, &enrolled.root), (stations, &signer_root()));
    }

    async fn send(&self, request: Request<Body>) -> Reply {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Reply { status: parts.status, headers: parts.headers, body }
    }

    async fn enrol(&self, ask: &serde_json::Value) -> Reply {
        self.send(Request::post(wire::ENROL).body(Body::from(ask.to_string())).unwrap()).await
    }

    async fn ask_as(&self, signer: &Signer, method: &str, path: &str, body: &str, headers: &[(&str, &str)]) -> Reply {
        let proof = proof::make(signer, &self.gate.root().id(), (method, path, body.as_bytes()), self.clock.now());
        let mut request = Request::builder().method(method).uri(path);
        request = request.header(header::AUTHORIZATION, format!("Bearer {proof}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    async fn get(&self, path: &str) -> Reply {
        self.ask_as(&self.ours, "GET", path, "", &[]).await
    }

    async fn post(&self, path: &str, body: &serde_json::Value) -> Reply {
        self.ask_as(&self.ours, "POST", path, &body.to_string(), &[]).await
    }

    fn offer(&self, station: &str, version: u64) -> Arc<Envelope> {
        let payload = format!("{{\"station\":\"{station}\",\"version\":{version}}}");
        let envelope = Arc::new(Envelope::seal(RUNDOWN_TYPE, payload.into_bytes(), &[&signer(102)]));
        self.gate.offer(&id(station), envelope.clone(), Edge { epoch: 7, version });
        envelope
    }
}

fn signer_root() -> PublicKey {
    signer(100).public()
}

fn receipt(number: u64, station: &str) -> Receipt {
    let instant = start() + TimeDelta::minutes(number as i64);
    Receipt {
        number,
        airing: AiringId { broadcast: id("x"), instant, station: id(station) },
        at: instant,
        outcome: Outcome::Played,
        started: Some(instant),
        frames: 1,
        frames_planned: 1,
        parts: Vec::new(),
        volume: 80,
        sink: "null".into(),
        detail: None,
    }
}

fn status(station: &str, held: Edge) -> serde_json::Value {
    json!({
        "version": "1", "at": start(), "clock_trusted": true, "clock_offset_ms": 12,
        "stations": [{ "station": station, "sink": "null", "device": "open", "held": held }],
    })
}

#[tokio::test]
async fn a_box_is_let_in_by_a_code_and_waits_for_a_person() {
    let place = place().await;
    let new = signer(2);
    place.enrol(&enrol_ask(&new, "WRNG-CODE")).await.refused(Why::BadCode, 403);
    place.enrol(&json!({ "code": 1 })).await.refused(Why::BadRequest, 400);
    let mut other = enrol_ask(&new, "0000");
    other["public"] = json!(signer(3).public().to_string());
    place.enrol(&other).await.refused(Why::BadProof, 401);

    place.let_in(&new, &["s3"]).await;
    place.offer("s3", 1);
    let ask = || place.ask_as(&new, "GET", "/link/v1/rundown?station=s3", "", &[]);
    ask().await.refused(Why::Pending, 403);
    place.ledger.confirm_box(new.id(), "tashi", start()).await.unwrap();
    place.gate.reload().await.unwrap();
    assert_eq!(ask().await.status, 200);
    assert!(place.gate.stations().contains(&id("s3")));
    place.ledger.revoke_box(new.id(), "tashi", start()).await.unwrap();
    place.gate.reload().await.unwrap();
    ask().await.refused(Why::Revoked, 403);
    let receipts = json!({ "before": wire::chain_begin(), "first": 1, "receipts": [receipt(1, "s3")] });
    let late = place.ask_as(&new, "POST", wire::RECEIPTS, &receipts.to_string(), &[]).await;
    late.refused(Why::Revoked, 403);
    assert!(!place.gate.stations().contains(&id("s3")));
}

#[tokio::test]
async fn codes_are_not_guessed_at_leisure() {
    let place = place().await;
    let (mut tried, ask) = (0, enrol_ask(&signer(2), "WRNG-CODE"));
    while place.enrol(&ask).await.status != 429 {
        tried += 1;
        assert!(tried < 100, "there is no end to it");
    }
    assert_eq!(tried, bounds::ENROL_PER_MINUTE - 1, "one was used by the box of this test");
    place.enrol(&ask).await.refused(Why::TooMany, 429);
    place.clock.advance(Duration::from_secs(60));
    place.enrol(&ask).await.refused(Why::BadCode, 403);
}

#[tokio::test]
async fn a_rundown_is_served_once_and_then_waited_for() {
    let place = place().await;
    place.get("/link/v1/rundown?station=s1").await.refused(Why::NotFound, 404);
    place.get("/link/v1/rundown?station=s9").await.refused(Why::NotFound, 404);
    place.get("/link/v1/rundown?stations=s1").await.refused(Why::BadRequest, 400);
    place.get("/link/v1/rundown?station=s1&epoch=99999999999999999").await.refused(Why::BadRequest, 400);
    let envelope = place.offer("s1", 1);
    let first = place.get("/link/v1/rundown?station=s1&wait=55&keys=2").await;
    let served: Served = first.read();
    assert_eq!((&served.rundown, served.keys.is_some()), (&*envelope, true));
    let same = |path| {
        let etag = first.etag();
        let place = &place;
        async move { place.ask_as(&place.ours, "GET", path, "", &[("if-none-match", &etag)]).await }
    };
    let unchanged = same("/link/v1/rundown?station=s1&wait=0&epoch=7&version=1&keys=3").await;
    assert_eq!((unchanged.status.as_u16(), unchanged.etag()), (304, first.etag()));
    assert!(unchanged.body.is_empty());

    // The packed form holds the same, and is made once.
    let packed =
        place.ask_as(&place.ours, "GET", "/link/v1/rundown?station=s1&keys=3", "", &[("accept-encoding", "gzip")]);
    let packed = packed.await;
    assert_eq!(packed.headers[header::CONTENT_ENCODING], "gzip");
    let plain: Served = serde_json::from_reader(flate2::read::GzDecoder::new(&*packed.body)).unwrap();
    assert_eq!((&plain.rundown, plain.keys.is_none()), (&*envelope, true));

    // One who waits is woken by the new one of that station, and by nothing of another.
    let path = "/link/v1/rundown?station=s1&wait=55&epoch=7&version=1&keys=3";
    let waiting = same(path);
    tokio::pin!(waiting);
    assert!(futures::poll!(&mut waiting).is_pending());
    place.offer("s2", 1);
    assert!(futures::poll!(&mut waiting).is_pending());
    let second = place.offer("s1", 2);
    assert_eq!(waiting.await.read::<Served>().rundown, *second);

    // New keys, too, wake everybody, and come with it.
    let etag = place.get("/link/v1/rundown?station=s1&keys=3").await.etag();
    let headers = [("if-none-match", etag.as_str())];
    let waiting = place.ask_as(&place.ours, "GET", path, "", &headers);
    tokio::pin!(waiting);
    assert!(futures::poll!(&mut waiting).is_pending());
    place.gate.renew_keys(Envelope::seal(KEYS_TYPE, b"{}".to_vec(), &[&signer(100)]), 4, Some(signer(101)));
    assert!(waiting.await.read::<Served>().keys.is_some());

    // A key that is taken back ends the wait.
    let etag = place.get("/link/v1/rundown?station=s1&keys=4").await.etag();
    let headers = [("if-none-match", etag.as_str())];
    let waiting = place.ask_as(&place.ours, "GET", "/link/v1/rundown?station=s1&wait=55&keys=4", "", &headers);
    tokio::pin!(waiting);
    assert!(futures::poll!(&mut waiting).is_pending());
    place.ledger.revoke_box(place.ours.id(), "tashi", start()).await.unwrap();
    place.gate.reload().await.unwrap();
    waiting.await.refused(Why::Revoked, 403);
}

#[tokio::test]
async fn clips_come_whole_and_in_pieces() {
    let place = place().await;
    let clip = place.store.put(b"0123456789").unwrap();
    let path = format!("{}/{clip}", wire::CLIPS);
    let whole = place.get(&path).await;
    assert_eq!((whole.status.as_u16(), &whole.body[..]), (200, &b"0123456789"[..]));
    assert!(whole.headers[header::CACHE_CONTROL].to_str().unwrap().contains("immutable"));
    let piece = place.ask_as(&place.ours, "GET", &path, "", &[("range", "bytes=4-6")]).await;
    assert_eq!((piece.status.as_u16(), &piece.body[..]), (206, &b"456"[..]));
    assert_eq!(piece.headers[header::CONTENT_RANGE], "bytes 4-6/10");
    let beyond = place.ask_as(&place.ours, "GET", &path, "", &[("range", "bytes=40-")]).await;
    assert_eq!(beyond.status, 416);
    for none in [Digest::of(b"another").to_string(), "..%2f..%2fledger.db".to_owned(), "x".to_owned()] {
        place.get(&format!("{}/{none}", wire::CLIPS)).await.refused(Why::NotFound, 404);
    }
}

#[tokio::test]
async fn receipts_are_acknowledged_from_disk_and_told_back_as_claims() {
    let place = place().await;
    let begin = wire::chain_begin();
    let send = |before: Digest, first: u64, receipts: Vec<Receipt>| {
        let body = json!({ "before": before, "first": first, "receipts": receipts });
        let place = &place;
        async move { place.post(wire::RECEIPTS, &body).await }
    };
    let gap = send(begin, 2, vec![receipt(2, "s1")]).await.refused(Why::OutOfOrder, 409);
    assert_eq!(gap.acknowledged, Some(Acknowledged { number: 0, head: begin }));
    let many = (1..=wire::RECEIPTS_MAX as u64 + 1).map(|n| receipt(n, "s1")).collect();
    send(begin, 1, many).await.refused(Why::BadRequest, 400);
    let text = wire::receipt_text(&receipt(1, "s1"));
    let head = wire::chain(&begin, text.get());
    let raw = wire::Receipts { before: begin, first: 1, gap: false, receipts: vec![text] };
    let body = serde_json::to_string(&raw).unwrap();
    for _ in 0..2 {
        let taken = place.ask_as(&place.ours, "POST", wire::RECEIPTS, &body, &[]).await;
        assert_eq!(taken.read::<Acknowledged>(), Acknowledged { number: 1, head });
    }
    // The county counts it as one of its own, once.
    assert_eq!((place.gate.take_ended(), place.gate.take_ended()), (vec![Outcome::Played], vec![]));
    let planned = PlannedAiring {
        id: receipt(5, "s1").airing,
        at: start(),
        until: start(),
        class: Class::Daily,
        level: None,
        notice: None,
        languages: Vec::new(),
        order: None,
    };
    place.ledger.plan_airings(&[planned]).await.unwrap();
    let claims: Claims = place.get("/link/v1/claims?station=s1").await.read();
    let first = receipt(1, "s1");
    assert_eq!(claims.ended, [(first.airing, first.started)], "what is planned has not ended");
    assert_eq!(claims.acknowledged, Acknowledged { number: 1, head });
    assert_eq!(claims.floor, Edge::default(), "nothing was served");
    place.get("/link/v1/claims?station=s9").await.refused(Why::NotFound, 404);
    place.get("/link/v1/claims").await.refused(Why::BadRequest, 400);
    let long = "x".repeat(wire::BODY_BYTES_MAX + 1);
    place.ask_as(&place.ours, "POST", wire::RECEIPTS, &long, &[]).await.refused(Why::BadRequest, 400);
}

#[tokio::test]
async fn the_time_is_sealed_with_the_asked_nonce() {
    let place = place().await;
    let get = |path: String| place.send(Request::get(path).body(Body::empty()).unwrap());
    let nonce = "0123456789abcdef0123456789ABCDEF";
    let envelope: Envelope = get(format!("{}?nonce={nonce}", wire::TIME)).await.read();
    let time: Time = serde_json::from_slice(&envelope.payload).unwrap();
    assert_eq!(time, Time { nonce: nonce.to_owned(), at: start() });
    assert_eq!(envelope, Envelope::seal(wire::TIME_TYPE, envelope.payload.clone(), &[&signer(101)]));
    for bad in ["?nonce=1234", "", "?nonce=0123456789abcdef0123456789abcdeg"] {
        get(format!("{}{bad}", wire::TIME)).await.refused(Why::BadRequest, 400);
    }
    place.gate.renew_keys(Envelope::seal(KEYS_TYPE, b"{}".to_vec(), &[]), 4, None);
    get(format!("{}?nonce={nonce}", wire::TIME)).await.refused(Why::Unavailable, 503);
}

#[tokio::test]
async fn who_falls_silent_is_told_once_and_when_it_is_there_again() {
    let place = place().await;
    assert_eq!(place.post(wire::STATUS, &status("s9", Edge::default())).await.status, 404);
    assert_eq!(place.post(wire::STATUS, &status("s1", Edge::default())).await.status, 204);
    let silent = |gate: &Gate| gate.seen()[0].silent;
    let minutes = |count: u64| Duration::from_secs(60 * count);
    for (wait, expected) in [(minutes(9), false), (minutes(1), true), (minutes(50), true)] {
        place.clock.advance(wait);
        place.gate.turn(place.clock.now()).await.unwrap();
        assert_eq!(silent(&place.gate), expected, "{wait:?}");
    }
    // It is kept, and a county that starts anew begins to count then.
    let rows = place.ledger.boxes().await.unwrap();
    assert_eq!(rows[0].last_heard, Some(start()));
    assert!(rows[0].last_status.as_ref().unwrap().contains("\"clock_offset_ms\":12"));
    assert_eq!(place.gate.seen()[0].status.as_ref().unwrap().clock_offset_ms, 12);
    assert_eq!(place.post(wire::STATUS, &status("s1", Edge::default())).await.status, 204);
    place.gate.turn(place.clock.now()).await.unwrap();
    assert!(!silent(&place.gate));
}

#[tokio::test]
async fn a_copied_disk_shows_within_minutes_and_a_restart_does_not() {
    let place = place().await;
    let say = async |run: &str| {
        let mut status = status("s1", Edge::default());
        status["run"] = json!(run);
        assert_eq!(place.post(wire::STATUS, &status).await.status, 204);
        place.clock.advance(Duration::from_secs(30));
        place.gate.seen()[0].copied
    };
    for (run, copied) in [("a", false), ("b", false), ("c", false), ("c", false), ("d", false)] {
        assert_eq!(say(run).await, copied, "a box that starts again and again: {run}");
    }
    for (run, copied) in [("c", false), ("d", true), ("c", true)] {
        assert_eq!(say(run).await, copied, "two boxes take turns: {run}");
    }
    // One of them is switched off.
    place.clock.advance(Duration::from_secs(3600));
    for _ in 0..3 {
        assert!(!say("d").await);
    }
}
