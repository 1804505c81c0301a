//! A Telegram server on loopback that answers as it is told, and remembers what it was sent.

#![allow(dead_code, reason = "each test that uses it needs another part")]

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// How to answer one call. Only those that say so let the message arrive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// It arrives.
    Arrives,
    /// It arrives, and the answer has fields of a later version that do not read.
    ArrivesInNewWords,
    /// It arrives, and then the server fails.
    FailsAfterArrival,
    /// It arrives, and the connection is cut before the answer is complete.
    CutAfterArrival,
    /// It arrives, and the answer never comes.
    SlowAfterArrival,
    /// 429 with `retry_after`.
    Flood(u32),
    /// The group has this number now.
    Moved(i64),
    /// An error with this number and description.
    Error(u16, &'static str),
    /// The same with fields of a later version.
    ErrorInNewWords(u16, &'static str),
    /// A proxy's page instead of an answer.
    HtmlBadGateway,
    /// Never answers.
    Hangs,
}

/// Says how to answer a call, from its body.
pub type Judge = Box<dyn FnMut(&[u8]) -> Reply + Send>;

/// A call as it came in.
#[derive(Debug, Clone, PartialEq)]
pub struct Received {
    /// In small letters, such as `sendmessage`.
    pub method: String,
    pub chat: String,
    /// The text, or the caption.
    pub text: String,
    /// A voice note, or a picture.
    pub voice: Option<Vec<u8>>,
    /// What it was sent by, when that is the name of media uploaded before.
    pub file_id: Option<String>,
    /// Whether people in the group see it.
    pub arrived: bool,
    /// The message that it changes or deletes.
    pub message: Option<usize>,
    /// Whether it was deleted since.
    pub gone: bool,
}

pub struct FakeTelegram {
    /// `http://127.0.0.1:<port>`
    pub url: String,
    shared: Arc<Shared>,
    server: tokio::task::JoinHandle<()>,
}

struct Shared {
    token: String,
    /// What happened in chats and was not asked for yet.
    updates: Mutex<Vec<Value>>,
    updated: tokio::sync::Notify,
    /// Answers to the next questions for updates, before any is given.
    deafness: Mutex<VecDeque<(u16, &'static str)>>,
    /// By person, whether they are administrators of every group.
    administrators: Mutex<Vec<i64>>,
    script: Mutex<VecDeque<Reply>>,
    judge: Mutex<Option<Judge>>,
    received: Mutex<Vec<Received>>,
    /// What was uploaded; `file-0` is the first.
    media: Mutex<Vec<Vec<u8>>>,
}

/// Clips are small; this is far above them.
const BODY_BYTES_MAX: usize = 64 << 20;

impl FakeTelegram {
    pub async fn start(token: &str) -> FakeTelegram {
        let shared = Arc::new(Shared {
            token: token.into(),
            updates: Mutex::default(),
            updated: tokio::sync::Notify::new(),
            deafness: Mutex::default(),
            administrators: Mutex::default(),
            script: Mutex::default(),
            judge: Mutex::default(),
            received: Mutex::default(),
            media: Mutex::default(),
        });
        let app =
            Router::new().fallback(answer).layer(DefaultBodyLimit::max(BODY_BYTES_MAX)).with_state(shared.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        FakeTelegram { url, shared, server }
    }

    /// Adds replies; without one a call arrives.
    pub fn script(&self, replies: impl IntoIterator<Item = Reply>) {
        self.shared.script.lock().unwrap().extend(replies);
    }

    /// Where the script has no reply, this says it.
    pub fn judge(&self, judge: Judge) {
        *self.shared.judge.lock().unwrap() = Some(judge);
    }

    /// Something happens in a chat: an update without its number.
    pub fn happens(&self, mut update: Value) {
        let mut updates = self.shared.updates.lock().unwrap();
        update["update_id"] = json!(updates.last().map_or(1, |last| last["update_id"].as_i64().unwrap() + 1));
        updates.push(update);
        self.shared.updated.notify_one();
    }

    /// The next questions for updates are answered with these.
    pub fn deafen(&self, answers: impl IntoIterator<Item = (u16, &'static str)>) {
        self.shared.deafness.lock().unwrap().extend(answers);
    }

    pub fn make_administrator(&self, person: i64) {
        self.shared.administrators.lock().unwrap().push(person);
    }

    pub fn received(&self) -> Vec<Received> {
        self.shared.received.lock().unwrap().clone()
    }

    /// Forgets what was uploaded.
    pub fn forget_media(&self) {
        self.shared.media.lock().unwrap().iter_mut().for_each(Vec::clear);
    }

    /// The messages that came to the groups, as they are now.
    pub fn arrived(&self) -> Vec<Received> {
        self.received().into_iter().filter(|call| call.arrived && call.message.is_none()).collect()
    }

    /// Those of them that are there.
    pub fn shown(&self) -> Vec<Received> {
        self.arrived().into_iter().filter(|call| !call.gone).collect()
    }
}

impl Drop for FakeTelegram {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn answer(State(shared): State<Arc<Shared>>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let mut path = uri.path().trim_start_matches('/').splitn(2, '/');
    let (token, method) = (path.next().unwrap_or_default(), path.next().unwrap_or_default().to_lowercase());
    if token.strip_prefix("bot") != Some(&shared.token) {
        return fault(401, "Unauthorized", Value::Null);
    }
    if let Some(answer) = listening(&shared, &method, &body).await {
        return answer;
    }
    let scripted = shared.script.lock().unwrap().pop_front();
    let judged = || shared.judge.lock().unwrap().as_mut().map(|judge| judge(&body));
    let reply = scripted.or_else(judged).unwrap_or(Reply::Arrives);
    let arrived = matches!(
        reply,
        Reply::Arrives
            | Reply::ArrivesInNewWords
            | Reply::FailsAfterArrival
            | Reply::CutAfterArrival
            | Reply::SlowAfterArrival
    );
    let mut call = Received { arrived, ..read(&headers, &body, method) };
    let number_of_media = {
        let mut media = shared.media.lock().unwrap();
        match (&call.file_id, &call.voice) {
            (Some(id), _) => {
                let number = id.strip_prefix("file-").and_then(|number| number.parse().ok()).unwrap_or(usize::MAX);
                match media.get(number).filter(|bytes| !bytes.is_empty()) {
                    Some(bytes) => call.voice = Some(bytes.clone()),
                    None => {
                        call.arrived = false;
                        shared.received.lock().unwrap().push(call);
                        return fault(400, "Bad Request: wrong file identifier/HTTP URL specified", Value::Null);
                    }
                }
                number
            }
            (None, Some(bytes)) => {
                media.push(bytes.clone());
                media.len() - 1
            }
            (None, None) => 0,
        }
    };
    let mut number = {
        let mut received = shared.received.lock().unwrap();
        received.push(call.clone());
        received.len()
    };
    if let Some(message) = call.message.filter(|_| arrived) {
        if let Err(why) = amend(&mut shared.received.lock().unwrap(), message, &call) {
            return fault(400, why, Value::Null);
        }
        number = message;
    }
    match reply {
        Reply::Arrives if call.method == "deletemessage" => ok(json!(true)),
        Reply::Arrives => ok(message(&call, number, number_of_media)),
        Reply::ArrivesInNewWords => ok(json!({ "message_id": number, "when": "later" })),
        Reply::FailsAfterArrival => fault(500, "Internal Server Error", Value::Null),
        Reply::CutAfterArrival => {
            let broken = futures::stream::iter([Ok("{\"ok\":tr"), Err(std::io::Error::other("cut"))]);
            (StatusCode::OK, Body::from_stream(broken)).into_response()
        }
        Reply::Flood(seconds) => {
            let words = format!("Too Many Requests: retry after {seconds}");
            fault(429, &words, json!({ "retry_after": seconds }))
        }
        Reply::Moved(chat) => {
            let words = "Bad Request: group chat was upgraded to a supergroup chat";
            fault(400, words, json!({ "migrate_to_chat_id": chat }))
        }
        Reply::ErrorInNewWords(status, description) => fault(status, description, json!({})),
        Reply::Error(status, description) => fault(status, description, Value::Null),
        Reply::HtmlBadGateway => (StatusCode::BAD_GATEWAY, "<html><h1>502 Bad Gateway</h1></html>").into_response(),
        Reply::SlowAfterArrival | Reply::Hangs => std::future::pending().await,
    }
}

/// Changes or deletes a message, as the service does.
fn amend(received: &mut [Received], message: usize, call: &Received) -> Result<(), &'static str> {
    let is_it = |of: &&mut Received| of.arrived && of.message.is_none() && !of.gone;
    let found = received.get_mut(message.wrapping_sub(1)).filter(is_it);
    match (call.method.as_str(), found) {
        ("deletemessage", None) => Err("Bad Request: message to delete not found"),
        (_, None) => Err("Bad Request: message to edit not found"),
        ("deletemessage", Some(found)) => {
            found.gone = true;
            Ok(())
        }
        (_, Some(found)) if found.text == call.text => Err(
            "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message",
        ),
        (_, Some(found)) => {
            found.text.clone_from(&call.text);
            Ok(())
        }
    }
}

/// What a robot asks that listens; none for what it says.
async fn listening(shared: &Shared, method: &str, body: &[u8]) -> Option<Response> {
    let asked: Value = serde_json::from_slice(body).unwrap_or_default();
    match method {
        "getme" => Some(ok(json!({
            "id": 1, "is_bot": true, "first_name": "村响", "username": "cunxiang_bot", "can_join_groups": true,
            "can_read_all_group_messages": false, "supports_inline_queries": false, "can_connect_to_business": false,
            "has_main_web_app": false,
        }))),
        "setmycommands" | "answercallbackquery" => Some(ok(json!(true))),
        "getchatmember" => {
            let person = asked["user_id"].as_i64().unwrap_or_default();
            let is_administrator = shared.administrators.lock().unwrap().contains(&person);
            let user = json!({ "id": person, "is_bot": false, "first_name": "x" });
            Some(ok(match is_administrator {
                true => json!({ "status": "creator", "user": user, "is_anonymous": false }),
                false => json!({ "status": "member", "user": user }),
            }))
        }
        "getupdates" => {
            if let Some((status, words)) = shared.deafness.lock().unwrap().pop_front() {
                return Some(fault(status, words, Value::Null));
            }
            let from = asked["offset"].as_i64().unwrap_or_default();
            loop {
                let updates: Vec<Value> = {
                    let all = shared.updates.lock().unwrap();
                    all.iter().filter(|update| update["update_id"].as_i64() >= Some(from)).cloned().collect()
                };
                if !updates.is_empty() {
                    return Some(ok(json!(updates)));
                }
                shared.updated.notified().await;
            }
        }
        _ => None,
    }
}

fn ok(result: Value) -> Response {
    json_response(StatusCode::OK, &json!({ "ok": true, "result": result }))
}

fn fault(status: u16, description: &str, parameters: Value) -> Response {
    let mut body = json!({ "ok": false, "error_code": status, "description": description });
    if !parameters.is_null() {
        body["parameters"] = parameters;
    }
    json_response(StatusCode::from_u16(status).unwrap(), &body)
}

fn json_response(status: StatusCode, body: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

fn message(call: &Received, number: usize, media: usize) -> Value {
    let chat = json!({ "id": call.chat.parse::<i64>().unwrap_or(-1), "type": "supergroup", "title": "a group" });
    let mut message = json!({ "message_id": number, "date": 1_795_000_000, "chat": chat });
    if call.voice.is_some() {
        let file = json!({ "file_id": format!("file-{media}"), "file_unique_id": "u" });
        let with = |more: Value| {
            let mut file = file.clone();
            file.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            file
        };
        if call.method == "sendphoto" {
            let mut small = with(json!({ "width": 90, "height": 120 }));
            small["file_id"] = json!("small");
            message["photo"] = json!([small, with(json!({ "width": 1080, "height": 1440 }))]);
        } else {
            message["voice"] = with(json!({ "duration": 1, "mime_type": "audio/ogg" }));
        }
        message["caption"] = json!(call.text);
    } else {
        message["text"] = json!(call.text);
    }
    message
}

fn read(headers: &HeaderMap, body: &[u8], method: String) -> Received {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let mut call = Received {
        method,
        chat: String::new(),
        text: String::new(),
        voice: None,
        file_id: None,
        arrived: false,
        message: None,
        gone: false,
    };
    if let Some((_, boundary)) = content_type.split_once("boundary=") {
        for (name, value) in form(body, boundary.trim_matches('"')) {
            let text = || String::from_utf8_lossy(&value).into_owned();
            match name.as_str() {
                "chat_id" => call.chat = text(),
                "text" | "caption" => call.text = text(),
                "message_id" => call.message = text().parse().ok(),
                "voice" if value.starts_with(b"attach://") => {}
                "photo" if value.starts_with(b"attach://") => {}
                "voice" | "photo" if !value.starts_with(b"OggS") && !value.starts_with(b"\x89PNG") => {
                    call.file_id = Some(text());
                }
                _ if value.starts_with(b"OggS") || value.starts_with(b"\x89PNG") => call.voice = Some(value),
                _ => {}
            }
        }
    } else if let Ok(value) = serde_json::from_slice::<Value>(body) {
        call.chat = value["chat_id"].to_string().trim_matches('"').to_owned();
        call.text = value["text"].as_str().or(value["caption"].as_str()).unwrap_or_default().to_owned();
        call.message = value["message_id"].as_u64().map(|number| number as usize);
    }
    call
}

/// The fields of a form (RFC 7578), by name.
pub fn form(body: &[u8], boundary: &str) -> Vec<(String, Vec<u8>)> {
    let find = |haystack: &[u8], needle: &[u8]| haystack.windows(needle.len()).position(|window| window == needle);
    let delimiter = format!("--{boundary}");
    let mut fields = Vec::new();
    let mut rest = body;
    while let Some(start) = find(rest, delimiter.as_bytes()) {
        rest = &rest[start + delimiter.len()..];
        let Some(end) = find(rest, format!("\r\n{delimiter}").as_bytes()) else { break };
        let field = &rest[..end];
        if let Some(head_end) = find(field, b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&field[..head_end]);
            let name = head.split_once("name=\"").and_then(|(_, name)| name.split_once('"')).map(|(name, _)| name);
            fields.push((name.unwrap_or_default().to_owned(), field[head_end + 4..].to_vec()));
        }
        rest = &rest[end..];
    }
    fields
}
