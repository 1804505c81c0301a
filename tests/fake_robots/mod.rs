//! The chat services with group robots, on loopback: their real paths, signatures, limits and codes. Each answers as it is
//! told and remembers what it was sent.

#![allow(dead_code, reason = "each test that uses it needs another part")]

use std::collections::{HashMap, VecDeque};
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
use md5::Digest as _;
use serde_json::{Value, json};
use sha2::Sha256;

use crate::fake_telegram::form;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    Wecom,
    Dingtalk,
    Feishu,
}

pub const TOKEN: &str = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa";
pub const SIGNING: &str = "SECthis-is-the-signing-secret-of-the-robot";

/// How to answer one call.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    Arrives,
    /// It arrives, and then the server fails.
    FailsAfterArrival,
    /// It arrives, and the connection is cut before the answer is complete.
    CutAfterArrival,
    /// It arrives, and the answer never comes.
    SlowAfterArrival,
    /// The service's own code and words, at this status.
    Code(u16, i64, &'static str),
    /// The same with a header.
    CodeWith(u16, i64, &'static str, (&'static str, &'static str)),
    /// Anything: a status, a body.
    Raw(u16, &'static str),
    /// A gateway's 429 without words of the service.
    Flood(u32),
    Redirect(u16),
    /// The head, and a body that never ends.
    Endless,
}

/// Says how to answer a call, from its body.
pub type Judge = Box<dyn FnMut(&[u8]) -> Reply + Send>;

/// A message as the group sees it: a text, or the bytes of a file or a picture.
pub struct FakeRobots {
    /// `http://127.0.0.1:<port>`
    pub url: String,
    pub service: Service,
    shared: Arc<Shared>,
    server: tokio::task::JoinHandle<()>,
}

struct Shared {
    service: Service,
    /// What the service's clock says.
    now_ms: AtomicI64,
    signs: bool,
    keyword: Option<&'static str>,
    script: Mutex<VecDeque<Reply>>,
    judge: Mutex<Option<Judge>>,
    /// What was asked for: path and body.
    received: Mutex<Vec<(String, Vec<u8>)>>,
    arrived: Mutex<Vec<Vec<u8>>>,
    media: Mutex<HashMap<String, Vec<u8>>>,
}

impl FakeRobots {
    pub async fn start(service: Service, now_ms: i64) -> FakeRobots {
        Self::start_with(service, now_ms, None).await
    }

    pub async fn start_with(service: Service, now_ms: i64, keyword: Option<&'static str>) -> FakeRobots {
        let shared = Arc::new(Shared {
            service,
            now_ms: now_ms.into(),
            judge: Mutex::default(),
            signs: service != Service::Wecom,
            keyword,
            script: Mutex::default(),
            received: Mutex::default(),
            arrived: Mutex::default(),
            media: Mutex::default(),
        });
        let app = Router::new().fallback(answer).layer(DefaultBodyLimit::max(64 << 20)).with_state(shared.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        FakeRobots { url, service, shared, server }
    }

    /// Adds replies; without one a call arrives, if the service takes it.
    pub fn script(&self, replies: impl IntoIterator<Item = Reply>) {
        self.shared.script.lock().unwrap().extend(replies);
    }

    /// Where the script has no reply, this says it.
    pub fn judge(&self, judge: Judge) {
        *self.shared.judge.lock().unwrap() = Some(judge);
    }

    pub fn set_clock(&self, now_ms: i64) {
        self.shared.now_ms.store(now_ms, Ordering::SeqCst);
    }

    /// The paths that were asked for.
    pub fn received(&self) -> Vec<String> {
        self.shared.received.lock().unwrap().iter().map(|(path, _)| path.clone()).collect()
    }

    /// What people in the group see.
    pub fn arrived(&self) -> Vec<Vec<u8>> {
        self.shared.arrived.lock().unwrap().clone()
    }
}

impl Drop for FakeRobots {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn answer(State(shared): State<Arc<Shared>>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    shared.received.lock().unwrap().push((uri.path().to_owned(), body.to_vec()));
    let (code, words) = match shared.service {
        Service::Wecom => ("errcode", "errmsg"),
        Service::Dingtalk => ("errcode", "errmsg"),
        Service::Feishu => ("code", "msg"),
    };
    let said = |status: u16, number: i64, text: &str| {
        let body = json!({ code: number, words: text }).to_string();
        (StatusCode::from_u16(status).unwrap(), [(header::CONTENT_TYPE, "application/json")], body).into_response()
    };
    let scripted = shared.script.lock().unwrap().pop_front();
    let judged = || shared.judge.lock().unwrap().as_mut().map(|judge| judge(&body));
    let reply = scripted.or_else(judged).unwrap_or(Reply::Arrives);
    let taken = || match take(&shared, &uri, &headers, &body) {
        Taken::Message(bytes) => {
            shared.arrived.lock().unwrap().push(bytes);
            said(200, 0, "ok")
        }
        Taken::Media(answer) => axum::Json(answer).into_response(),
        Taken::Refused(status, number, text) => said(status, number, &text),
    };
    match reply {
        Reply::Arrives => taken(),
        Reply::FailsAfterArrival => {
            taken();
            (StatusCode::BAD_GATEWAY, "<html><h1>502 Bad Gateway</h1></html>").into_response()
        }
        Reply::CutAfterArrival => {
            taken();
            let broken = futures::stream::iter([Ok("{\"errcode\":0,"), Err(std::io::Error::other("cut"))]);
            (StatusCode::OK, Body::from_stream(broken)).into_response()
        }
        Reply::SlowAfterArrival => {
            taken();
            std::future::pending().await
        }
        Reply::Code(status, number, text) => said(status, number, text),
        Reply::CodeWith(status, number, text, (name, value)) => {
            let mut response = said(status, number, text);
            response.headers_mut().insert(name, value.parse().unwrap());
            response
        }
        Reply::Raw(status, body) => (StatusCode::from_u16(status).unwrap(), body).into_response(),
        Reply::Flood(seconds) => {
            (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, seconds.to_string())], "slow down").into_response()
        }
        // To where the message would arrive.
        Reply::Redirect(status) => {
            (StatusCode::from_u16(status).unwrap(), [(header::LOCATION, uri.to_string())], "").into_response()
        }
        Reply::Endless => {
            let chunk = || Ok::<_, std::io::Error>(Bytes::from_static(&[b' '; 4096]));
            Body::from_stream(futures::stream::repeat_with(chunk)).into_response()
        }
    }
}

enum Taken {
    Message(Vec<u8>),
    Media(Value),
    Refused(u16, i64, String),
}

fn take(shared: &Shared, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Taken {
    match shared.service {
        Service::Wecom => wecom(shared, uri, headers, body),
        Service::Dingtalk => dingtalk(shared, uri, body),
        Service::Feishu => feishu(shared, uri, body),
    }
}

fn query(uri: &Uri) -> HashMap<String, String> {
    let decode = |text: &str| {
        let mut bytes = Vec::new();
        let mut rest = text.bytes();
        while let Some(byte) = rest.next() {
            match byte {
                b'+' => bytes.push(b' '),
                b'%' => {
                    let digits = [rest.next().unwrap(), rest.next().unwrap()];
                    bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap());
                }
                byte => bytes.push(byte),
            }
        }
        String::from_utf8(bytes).unwrap()
    };
    let pairs = uri.query().unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (decode(name), decode(value))).collect()
}

fn refused(number: i64, text: &str) -> Taken {
    Taken::Refused(200, number, text.to_owned())
}

fn wecom(shared: &Shared, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Taken {
    let query = query(uri);
    if query.get("key").map(String::as_str) != Some(TOKEN) {
        return refused(93000, "invalid webhook url, hint: [1795000000], from ip: 127.0.0.1");
    }
    if uri.path() == "/cgi-bin/webhook/upload_media" {
        let boundary = headers[header::CONTENT_TYPE].to_str().unwrap().split_once("boundary=").unwrap().1.to_owned();
        let fields = form(body, &boundary);
        let Some((_, bytes)) = fields.into_iter().find(|(name, _)| name == "media") else {
            return refused(41005, "media data missing");
        };
        if !(5..=20 << 20).contains(&bytes.len()) || query.get("type").map(String::as_str) != Some("file") {
            return refused(40006, "invalid meida size");
        }
        let id = format!("3a8asd892asd8asd-{}", shared.media.lock().unwrap().len());
        shared.media.lock().unwrap().insert(id.clone(), bytes);
        return Taken::Media(json!({ "errcode": 0, "errmsg": "", "type": "file", "media_id": id, "created_at": "1" }));
    }
    let Ok(message) = serde_json::from_slice::<Value>(body) else { return refused(40058, "invalid JSON") };
    if uri.path() != "/cgi-bin/webhook/send" {
        return Taken::Refused(404, 404, "no such path".into());
    }
    match message["msgtype"].as_str() {
        Some("text") => match message["text"]["content"].as_str().unwrap_or_default() {
            "" => refused(44004, "empty content"),
            text if text.len() > 2048 => {
                refused(40058, "text.content exceed max length 2048. invalid Request Parameter")
            }
            text => Taken::Message(text.as_bytes().to_vec()),
        },
        Some("image") => {
            let image = BASE64_STANDARD.decode(message["image"]["base64"].as_str().unwrap_or_default()).unwrap();
            let md5: String = md5::Md5::digest(&image).iter().map(|byte| format!("{byte:02x}")).collect();
            match &message["image"]["md5"] {
                given if *given != json!(md5) => refused(301019, "image md5 not match"),
                _ if image.len() > 2 << 20 => refused(40009, "invalid image size"),
                _ => Taken::Message(image),
            }
        }
        Some("file") => {
            let media = shared.media.lock().unwrap();
            match media.get(message["file"]["media_id"].as_str().unwrap_or_default()) {
                Some(bytes) => Taken::Message(bytes.clone()),
                None => refused(40007, "invalid media_id"),
            }
        }
        _ => refused(40008, "invalid message type"),
    }
}

fn mac(key: &[u8], message: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(message);
    BASE64_STANDARD.encode(mac.finalize().into_bytes())
}

fn within_an_hour(shared: &Shared, ms: i64) -> bool {
    (shared.now_ms.load(Ordering::SeqCst) - ms).abs() <= 3_600_000
}

fn dingtalk(shared: &Shared, uri: &Uri, body: &[u8]) -> Taken {
    let query = query(uri);
    let get = |name: &str| query.get(name).map(String::as_str).unwrap_or_default();
    if uri.path() != "/robot/send" {
        return Taken::Refused(404, 404, "no such path".into());
    }
    if get("access_token") != TOKEN {
        return refused(300_001, "token is not exist");
    }
    if shared.signs {
        let ms: i64 = get("timestamp").parse().unwrap_or(0);
        if !within_an_hour(shared, ms) {
            return refused(
                310_000,
                "description:机器人发送签名过期;solution:签名生成时间和发送时间请保持在 timestampms 以内",
            );
        }
        if get("sign") != mac(SIGNING.as_bytes(), format!("{ms}\n{SIGNING}").as_bytes()) {
            return refused(
                310_000,
                "description:机器人发送签名不匹配;solution:请确认签名和生成签名的时间戳必须都放在调用的网址中",
            );
        }
    }
    if body.len() > 20_000 {
        return refused(460_101, "message too long, exceed 20000 bytes");
    }
    let message: Value = serde_json::from_slice(body).unwrap_or_default();
    let text = message["text"]["content"].as_str().unwrap_or_default();
    match message["msgtype"].as_str() {
        Some("text") if text.is_empty() => refused(40035, "缺少参数 text.content"),
        Some("text") if shared.keyword.is_some_and(|keyword| !text.contains(keyword)) => {
            refused(310_000, "keywords not in content, more: [https://ding-doc.dingtalk.com/doc#/serverapi2/qf2nxq]")
        }
        Some("text") => Taken::Message(text.as_bytes().to_vec()),
        _ => refused(400_105, "unsupported message type"),
    }
}

fn feishu(shared: &Shared, uri: &Uri, body: &[u8]) -> Taken {
    let Some(token) = uri.path().strip_prefix("/open-apis/bot/v2/hook/") else {
        return Taken::Refused(404, 404, "no such path".into());
    };
    if token != TOKEN {
        return refused(19001, "param invalid: incoming webhook access token invalid");
    }
    let message: Value = serde_json::from_slice(body).unwrap_or_default();
    if shared.signs {
        let seconds = message["timestamp"].as_str().unwrap_or_default();
        let fits = within_an_hour(shared, seconds.parse::<i64>().unwrap_or(0) * 1000);
        if !fits || message["sign"] != json!(mac(format!("{seconds}\n{SIGNING}").as_bytes(), b"")) {
            return refused(19021, "sign match fail or timestamp is not within one hour from current time");
        }
    }
    if body.len() > 20 << 10 {
        return Taken::Refused(400, 9499, "Bad Request".into());
    }
    let text = message["content"]["text"].as_str().unwrap_or_default();
    match message["msg_type"].as_str() {
        Some("text") if text.is_empty() => Taken::Refused(400, 9499, "Bad Request".into()),
        Some("text") if shared.keyword.is_some_and(|keyword| !text.contains(keyword)) => {
            refused(19024, "Key Words Not Found")
        }
        Some("text") => Taken::Message(text.as_bytes().to_vec()),
        _ => refused(19002, "params error, msg_type need"),
    }
}
