//! An Apprise API server on loopback that answers as it is told, written from the documentation of its interface.

#![allow(dead_code, reason = "each test that uses it needs another part")]

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

pub const KEY: &str = "a-key-that-nobody-guesses-42";
pub const PASSWORD: &str = "the-login-of-apprise";

#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    PassesOn,
    /// Passed on, and then the server answers with this.
    StatusAfter(u16),
    Status(u16),
    Later(u16, u32),
    CutAfter,
    Hangs,
    Page,
    Words,
    Redirect,
}

/// What was passed on.
#[derive(Debug, Clone, PartialEq)]
pub struct Passed {
    pub body: String,
    pub kind: String,
    pub tag: Option<String>,
    /// Name and bytes of what was attached.
    pub file: Option<(String, Vec<u8>)>,
}

pub struct FakeApprise {
    /// `http://localhost:<port>`
    pub url: String,
    shared: Arc<Shared>,
    server: tokio::task::JoinHandle<()>,
}

#[derive(Default)]
struct Shared {
    script: Mutex<VecDeque<Reply>>,
    received: Mutex<usize>,
    passed: Mutex<Vec<Passed>>,
}

impl FakeApprise {
    pub async fn start() -> FakeApprise {
        let shared = Arc::new(Shared::default());
        let app = Router::new().fallback(answer).layer(DefaultBodyLimit::max(64 << 20)).with_state(shared.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://localhost:{}", listener.local_addr().unwrap().port());
        let server = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        FakeApprise { url, shared, server }
    }

    pub fn script(&self, replies: impl IntoIterator<Item = Reply>) {
        self.shared.script.lock().unwrap().extend(replies);
    }

    pub fn received(&self) -> usize {
        *self.shared.received.lock().unwrap()
    }

    pub fn passed(&self) -> Vec<Passed> {
        self.shared.passed.lock().unwrap().clone()
    }

    /// Texts, and the bytes of files.
    pub fn seen(&self) -> Vec<Vec<u8>> {
        self.passed()
            .into_iter()
            .map(|passed| passed.file.map_or(passed.body.into_bytes(), |(_, bytes)| bytes))
            .collect()
    }
}

impl Drop for FakeApprise {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn answer(State(shared): State<Arc<Shared>>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    *shared.received.lock().unwrap() += 1;
    let json = |status: u16, text: &'static str| {
        let status = StatusCode::from_u16(status).unwrap();
        (status, [(header::CONTENT_TYPE, "application/json")], text).into_response()
    };
    match uri.path().strip_prefix("/notify/") {
        None => return StatusCode::NOT_FOUND.into_response(),
        Some(key) if key != KEY => return StatusCode::NO_CONTENT.into_response(),
        Some(_) => {}
    }
    let reply = shared.script.lock().unwrap().pop_front().unwrap_or(Reply::PassesOn);
    if matches!(reply, Reply::PassesOn | Reply::StatusAfter(_) | Reply::CutAfter | Reply::Hangs | Reply::Words) {
        shared.passed.lock().unwrap().push(read(&headers, &body));
    }
    match reply {
        Reply::PassesOn => json(200, "{\"error\": null, \"details\": []}"),
        Reply::StatusAfter(status) | Reply::Status(status) => json(status, "{\"error\": \"x\"}"),
        Reply::Later(status, seconds) => {
            let status = StatusCode::from_u16(status).unwrap();
            (status, [(header::RETRY_AFTER, seconds.to_string())]).into_response()
        }
        Reply::CutAfter => {
            let broken = futures::stream::iter([Ok("{\"err"), Err(std::io::Error::other("cut"))]);
            (StatusCode::OK, Body::from_stream(broken)).into_response()
        }
        Reply::Hangs => std::future::pending().await,
        Reply::Page => {
            ([(header::CONTENT_TYPE, "text/html")], "<html>Please log in to this network</html>").into_response()
        }
        Reply::Words => ([(header::CONTENT_TYPE, "text/plain")], "2026-11-24 INFO - Sent").into_response(),
        Reply::Redirect => {
            (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, "http://example.org/")]).into_response()
        }
    }
}

fn read(headers: &HeaderMap, body: &[u8]) -> Passed {
    let content_type = headers[header::CONTENT_TYPE].to_str().unwrap();
    let mut passed = Passed { body: String::new(), kind: String::new(), tag: None, file: None };
    let Some((_, boundary)) = content_type.split_once("boundary=") else {
        let said: Value = serde_json::from_slice(body).unwrap();
        assert_eq!(said["format"], "text");
        passed.body = said["body"].as_str().unwrap().to_owned();
        passed.kind = said["type"].as_str().unwrap().to_owned();
        passed.tag = said["tag"].as_str().map(str::to_owned);
        return passed;
    };
    for (name, value) in crate::fake_telegram::form(body, boundary.trim_matches('"')) {
        let text = || String::from_utf8(value.clone()).unwrap();
        match name.as_str() {
            "body" => passed.body = text(),
            "type" => passed.kind = text(),
            "tag" => passed.tag = Some(text()),
            "attach" => passed.file = Some((name, value)),
            "format" => assert_eq!(text(), "text"),
            other => panic!("the interface knows no field {other}"),
        }
    }
    passed
}
