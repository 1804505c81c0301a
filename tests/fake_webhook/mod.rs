//! A receiver of webhooks on loopback, written from docs/ref/webhook.md: checks what is signed, takes each id once.

#![allow(dead_code, reason = "each test that uses it needs another part")]

use std::collections::{BTreeSet, VecDeque};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, Mac as _};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

pub const SECRET: &str = "the-secret-both-sides-know-0123";

#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    Takes,
    FailsAfterTaking,
    CutAfterTaking,
    SlowAfterTaking,
    Status(u16),
    Later(u32),
    Redirect,
}

/// Says how to answer a call, from its body.
pub type Judge = Box<dyn FnMut(&[u8]) -> Reply + Send>;

pub struct FakeWebhook {
    /// `http://localhost:<port>`: a name, so that somebody is asked where it is.
    pub url: String,
    shared: Arc<Shared>,
    server: tokio::task::JoinHandle<()>,
}

struct Shared {
    now: AtomicI64,
    script: Mutex<VecDeque<Reply>>,
    judge: Mutex<Option<Judge>>,
    received: Mutex<usize>,
    taken: Mutex<(BTreeSet<String>, Vec<Value>)>,
}

impl FakeWebhook {
    pub async fn start(now: i64) -> FakeWebhook {
        let (script, judge) = (Mutex::default(), Mutex::default());
        let (received, taken) = (Mutex::default(), Mutex::default());
        let shared = Arc::new(Shared { now: now.into(), script, judge, received, taken });
        let app = Router::new().fallback(answer).layer(DefaultBodyLimit::max(64 << 20)).with_state(shared.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://localhost:{}", listener.local_addr().unwrap().port());
        let server = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        FakeWebhook { url, shared, server }
    }

    pub fn script(&self, replies: impl IntoIterator<Item = Reply>) {
        self.shared.script.lock().unwrap().extend(replies);
    }

    /// Where the script has no reply, this says it.
    pub fn judge(&self, judge: Judge) {
        *self.shared.judge.lock().unwrap() = Some(judge);
    }

    pub fn set_clock(&self, now: i64) {
        self.shared.now.store(now, Ordering::SeqCst);
    }

    pub fn received(&self) -> usize {
        *self.shared.received.lock().unwrap()
    }

    pub fn taken(&self) -> Vec<Value> {
        self.shared.taken.lock().unwrap().1.clone()
    }

    /// What people get: texts, and the bytes of files.
    pub fn seen(&self) -> Vec<Vec<u8>> {
        let bytes = |call: Value| match call["text"].as_str() {
            Some(text) => text.as_bytes().to_vec(),
            None => {
                let bytes = BASE64_STANDARD.decode(call["media"]["base64"].as_str().unwrap()).unwrap();
                assert_eq!(call["media"]["sha256"], hexadecimal(&Sha256::digest(&bytes)));
                bytes
            }
        };
        self.taken().into_iter().map(bytes).collect()
    }
}

impl Drop for FakeWebhook {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn answer(State(shared): State<Arc<Shared>>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    *shared.received.lock().unwrap() += 1;
    let get = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let timestamp = get("x-cunxiang-timestamp");
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(timestamp.as_bytes());
    mac.update(b".");
    mac.update(&body);
    let is_signed = get("x-cunxiang-signature") == format!("sha256={}", hexadecimal(&mac.finalize().into_bytes()));
    if !is_signed || (timestamp.parse::<i64>().unwrap_or(0) - shared.now.load(Ordering::SeqCst)).abs() > 300 {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let take = || {
        let call: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(call["id"], get("x-cunxiang-id"));
        let mut taken = shared.taken.lock().unwrap();
        if taken.0.insert(get("x-cunxiang-id")) {
            taken.1.push(call);
        }
    };
    let scripted = shared.script.lock().unwrap().pop_front();
    let judged = || shared.judge.lock().unwrap().as_mut().map(|judge| judge(&body));
    let reply = scripted.or_else(judged).unwrap_or(Reply::Takes);
    match reply {
        Reply::Takes => {
            take();
            StatusCode::NO_CONTENT.into_response()
        }
        Reply::FailsAfterTaking => {
            take();
            (StatusCode::BAD_GATEWAY, "<html>").into_response()
        }
        Reply::CutAfterTaking => {
            take();
            let broken = futures::stream::iter([Ok("o"), Err(std::io::Error::other("cut"))]);
            Body::from_stream(broken).into_response()
        }
        Reply::SlowAfterTaking => {
            take();
            std::future::pending().await
        }
        Reply::Status(status) => StatusCode::from_u16(status).unwrap().into_response(),
        Reply::Later(seconds) => {
            (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, seconds.to_string())]).into_response()
        }
        Reply::Redirect => (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, uri.to_string())]).into_response(),
    }
}
