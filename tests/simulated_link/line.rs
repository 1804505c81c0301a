//! The line of one box: HTTP over the simulated network, and something on the way that lies now and then.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::http::header::{CONTENT_LENGTH, HOST, TRANSFER_ENCODING};
use axum::http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use cunxiang::link::village::calls::{Carrier, Flow, Terms};
use cunxiang::link::village::county::Fault;
use cunxiang::link::wire;
use futures::StreamExt as _;
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::TokioIo;
use tokio::time::{Instant, timeout_at};
use turmoil::net::TcpStream;

use crate::dice::Dice;

/// One answer of so many is an old one, and one has a bit flipped.
const LIES: i64 = 6;

type Answer = (StatusCode, HeaderMap, Vec<u8>);

/// Cheap to clone: what it remembers outlives the box's process.
#[derive(Clone)]
pub struct Line(Arc<Way>);

struct Way {
    dice: Mutex<Dice>,
    lies: AtomicBool,
    is_oldest_next: AtomicBool,
    old: Mutex<Vec<Answer>>,
    old_answers: AtomicU64,
    flipped: AtomicU64,
}

impl Line {
    pub fn new(dice: Dice) -> Line {
        let (dice, lies, old) = (Mutex::new(dice), true.into(), Mutex::default());
        let (old_answers, flipped) = (0.into(), 0.into());
        Line(Arc::new(Way { dice, lies, is_oldest_next: false.into(), old, old_answers, flipped }))
    }

    /// The next answer will be the oldest it remembers.
    pub fn begins_again(&self) {
        self.0.is_oldest_next.store(true, Ordering::SeqCst);
    }

    pub fn behaves(&self) {
        self.0.lies.store(false, Ordering::SeqCst);
    }

    pub fn old_answers(&self) -> u64 {
        self.0.old_answers.load(Ordering::SeqCst)
    }

    pub fn flipped(&self) -> u64 {
        self.0.flipped.load(Ordering::SeqCst)
    }

    async fn ask(&self, mut question: Request<Vec<u8>>, end: Instant) -> Result<Response<Flow>, Fault> {
        let gone = |error: &dyn std::fmt::Display| Fault::Unreachable(error.to_string());
        let is_rundown = question.uri().path() == wire::RUNDOWN;
        question.headers_mut().insert(HOST, HeaderValue::from_static("county"));
        let stream = TcpStream::connect(("county", 80)).await.map_err(|error| gone(&error))?;
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(|error| gone(&error))?;
        tokio::spawn(connection);
        let answer = sender.send_request(question.map(|body| Full::new(Bytes::from(body)))).await;
        let (head, body) = answer.map_err(|error| gone(&error))?.into_parts();
        if !is_rundown {
            let flow =
                futures::stream::unfold((body.into_data_stream(), sender), move |(mut body, sender)| async move {
                    let chunk = timeout_at(end, body.next()).await;
                    let chunk = chunk.map_or(Some(Err("no answer in time".to_owned())), |chunk| {
                        chunk.map(|chunk| chunk.map_err(|error| error.to_string()))
                    });
                    Some((chunk?.map_err(Fault::Unreachable), (body, sender)))
                });
            return Ok(Response::from_parts(head, flow.boxed()));
        }
        let bytes = body.collect().await.map_err(|error| gone(&error))?.to_bytes().to_vec();
        let (status, headers, bytes) = self.on_the_way((head.status, head.headers, bytes));
        let mut response = Response::new(futures::stream::iter([Ok(Bytes::from(bytes))]).boxed());
        (*response.status_mut(), *response.headers_mut()) = (status, headers);
        Ok(response)
    }

    /// An answer about rundowns as it comes out at the other end.
    fn on_the_way(&self, answer: Answer) -> Answer {
        let mut dice = self.0.dice.lock().expect("nobody panics with it");
        let mut old = self.0.old.lock().expect("nobody panics with it");
        let (status, mut headers, mut bytes) = answer.clone();
        if status == StatusCode::OK && old.len() < 50 {
            old.push(answer);
        }
        if !self.0.lies.load(Ordering::SeqCst) {
            return (status, headers, bytes);
        }
        if let Some(oldest) = old.first()
            && self.0.is_oldest_next.swap(false, Ordering::SeqCst)
        {
            return oldest.clone();
        }
        if dice.one_in(LIES) && !old.is_empty() {
            self.0.old_answers.fetch_add(1, Ordering::SeqCst);
            return old[dice.below(old.len() as i64) as usize].clone();
        }
        if dice.one_in(LIES) && !bytes.is_empty() {
            self.0.flipped.fetch_add(1, Ordering::SeqCst);
            let at = dice.below(bytes.len() as i64) as usize;
            bytes[at] ^= 1 << dice.below(8);
        }
        headers.remove(CONTENT_LENGTH);
        headers.remove(TRANSFER_ENCODING);
        (status, headers, bytes)
    }
}

impl Carrier for Line {
    async fn carry(&self, question: Request<Vec<u8>>, terms: Terms) -> Result<Response<Flow>, Fault> {
        let end = Instant::now() + terms.within;
        let answer = timeout_at(end, self.ask(question, end)).await;
        answer.unwrap_or_else(|_| Err(Fault::Unreachable("no answer in time".to_owned())))
    }
}
