//! Any bytes as what comes over the link to a county: receipts under a rightful proof, a box that asks to be let in, a
//! proof. Nothing panics, nothing is answered as the county's own fault, and what is taken is what was sent. Shared by the
//! fuzz targets and the test that replays their seeds.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderValue, Request, header};
use chrono::TimeDelta;
use cunxiang::base::clock::SimulatedClock;
use cunxiang::base::{Clock, Id, Timestamp};
use cunxiang::ledger::Ledger;
use cunxiang::link::county::{Gate, Keys, code, router};
use cunxiang::link::{proof, wire};
use cunxiang::rundown::chain::Acknowledged;
use cunxiang::rundown::seal::{Envelope, KEYS_TYPE, KeyId, Signer};
use cunxiang::store::Store;
use tower::ServiceExt;

/// What lets a box in, as a person types it.
const CODE: &str = "0123-4567-89AB-CDEF-GHJK";
/// Between two questions: a county takes no more of them in a minute than this allows.
const PAUSE: Duration = Duration::from_secs(3);

/// A county with one confirmed box for `upper`, and a code for another for `lower`.
struct County {
    runtime: tokio::runtime::Runtime,
    router: Router,
    clock: Arc<SimulatedClock>,
    ours: Signer,
    /// The id of the root key.
    root: KeyId,
}

thread_local! {
    /// Made anew once something was taken.
    static COUNTY: RefCell<Option<County>> = const { RefCell::new(None) };
}

fn with_county(ask: impl Fn(&County) -> bool) -> bool {
    COUNTY.with_borrow_mut(|county| {
        let taken = ask(county.get_or_insert_with(County::new));
        if taken {
            *county = None;
        }
        taken
    })
}

impl County {
    fn new() -> County {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().expect("threads are to be had");
        let (ours, root) = (Signer::from_secret(&[1; 32]), Signer::from_secret(&[2; 32]));
        let clock = SimulatedClock::at(Timestamp::from_timestamp(1_800_000_000, 0).expect("a valid instant"));
        let router = runtime.block_on(async {
            let ledger = Ledger::in_memory().await.expect("memory is to be had");
            let store = Store::open(std::env::temp_dir().join("cunxiang-fuzz-clips")).expect("a folder can be made");
            let document = Envelope::seal(KEYS_TYPE, b"{}".to_vec(), &[&root]);
            let keys = Keys { root: root.public(), document, version: 1, time: None };
            let gate = Gate::open(ledger.clone(), store, clock.clone(), keys, Box::new(|| ())).await;
            let gate = Arc::new(gate.expect("an empty ledger reads"));
            for (station, typed) in [("upper", "first"), ("lower", CODE)] {
                let stations: Vec<Id> = vec![station.parse().expect("an id")];
                let made = ledger.make_code(code::digest(typed), &stations, "fuzz", clock.now()).await;
                made.expect("a code is made");
            }
            ledger.enrol(code::digest("first"), &ours.public(), clock.now()).await.expect("the code is right");
            ledger.confirm_box(ours.id(), "fuzz", clock.now()).await.expect("it is there");
            gate.reload().await.expect("the ledger reads");
            router(gate)
        });
        County { runtime, router, clock, ours, root: root.id().clone() }
    }

    /// Status and body of an answer. Fails where the county calls something its own fault.
    fn ask(&self, request: Request<Body>) -> (u16, Vec<u8>) {
        self.clock.advance(PAUSE);
        self.clock.step(-TimeDelta::from_std(PAUSE).expect("seconds fit"));
        self.runtime.block_on(async {
            let Ok(response) = self.router.clone().oneshot(request).await;
            let status = response.status().as_u16();
            assert!((200..500).contains(&status), "{status}");
            (status, to_bytes(response.into_body(), usize::MAX).await.expect("it is in memory").to_vec())
        })
    }

    fn post(&self, path: &str, body: &[u8]) -> (u16, Vec<u8>) {
        let proof = proof::make(&self.ours, &self.root, ("POST", path, body), self.clock.now());
        let request = Request::post(path).header(header::AUTHORIZATION, format!("Bearer {proof}"));
        self.ask(request.body(Body::from(body.to_vec())).expect("a request"))
    }
}

/// True if the bytes were taken as a batch of receipts.
pub fn receipts(bytes: &[u8]) -> bool {
    with_county(|county| {
        let (status, body) = county.post(wire::RECEIPTS, bytes);
        if status != 200 {
            return false;
        }
        let taken: Acknowledged = serde_json::from_slice(&body).expect("an acknowledgement");
        let sent: wire::Receipts = serde_json::from_slice(bytes).expect("it was read");
        let head = sent.receipts.iter().fold(sent.before, |head, text| wire::chain(&head, text.get()));
        if !sent.receipts.is_empty() {
            assert_eq!(taken, Acknowledged { number: sent.first + sent.receipts.len() as u64 - 1, head });
        }
        assert_eq!(county.post(wire::RECEIPTS, bytes), (status, body), "the same again is the same");
        true
    })
}

/// True if the bytes let a box in: as the whole question, or as the code of one that is rightly signed. As a proof they
/// open nothing.
pub fn enrolment(bytes: &[u8]) -> bool {
    with_county(|county| {
        let enrol = |body: Vec<u8>| {
            let (status, _) = county.ask(Request::post(wire::ENROL).body(Body::from(body)).expect("a request"));
            assert_ne!(status, 429, "it asks too often to say anything");
            status == 200
        };
        let mut taken = enrol(bytes.to_vec());
        if let Ok(code) = std::str::from_utf8(bytes) {
            let new = Signer::from_secret(&[3; 32]);
            let signature = proof::sign(&new, &wire::enrol_message(code, &new.public()));
            let public = new.public();
            let ask = wire::EnrolAsk { code: code.to_owned(), public, signature, version: "0".to_owned() };
            taken |= enrol(serde_json::to_vec(&ask).expect("a question is always written"));
        }
        if let Ok(token) = HeaderValue::from_bytes(&[b"Bearer ", bytes].concat()) {
            let request = Request::get(wire::RUNDOWN).header(header::AUTHORIZATION, token);
            let (status, _) = county.ask(request.body(Body::empty()).expect("a request"));
            assert_eq!(status, 401, "a proof that nobody signed");
        }
        taken
    })
}
