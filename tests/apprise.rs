//! The channel `apprise` against the real library behind its interface, down to what a service behind it gets.
#![allow(clippy::unwrap_used)]

use std::collections::VecDeque;
use std::io::BufRead as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use chrono::TimeDelta;
use cunxiang::base::Timestamp;
use cunxiang::ledger::CallId;
use cunxiang::outbox::channel::{self, Answer, Channel, Content, Parcel};
use cunxiang::outbox::{Options, apprise};
use cunxiang::rundown::{Class, Post};
use serde_json::{Value, json};

const KEY: &str = "a-key-that-nobody-guesses-42";

/// A service behind the server, as Apprise's own `json://` speaks with it.
#[derive(Default)]
struct Service {
    fails: Mutex<VecDeque<bool>>,
    got: Mutex<Vec<Value>>,
}

async fn service() -> (Arc<Service>, u16) {
    let shared = Arc::new(Service::default());
    let app = Router::new().fallback(take).layer(DefaultBodyLimit::max(64 << 20)).with_state(shared.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    (shared, port)
}

async fn take(State(service): State<Arc<Service>>, body: Bytes) -> StatusCode {
    if service.fails.lock().unwrap().pop_front().unwrap_or(false) {
        return StatusCode::INTERNAL_SERVER_ERROR;
    }
    service.got.lock().unwrap().push(serde_json::from_slice(&body).unwrap());
    StatusCode::OK
}

struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What `scripts/test-venv.sh` makes.
fn python() -> PathBuf {
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/test-venv/bin/python");
    let has_it = Command::new(&python).args(["-c", "import apprise"]).stderr(Stdio::null()).status();
    assert!(has_it.is_ok_and(|status| status.success()), "there is no Apprise; run scripts/test-venv.sh");
    python
}

fn parcel(class: Class, tag: Option<&str>, content: Content) -> Parcel {
    let at = Timestamp::from_timestamp(1_795_000_000, 0).unwrap();
    let post = Post {
        broadcast: "wear-mask".parse().unwrap(),
        occasion: "20261124".into(),
        chat: "benzilan".parse().unwrap(),
        class,
        level: None,
        notice: Some("2026-0412".into()),
        due: at,
        expires: at + TimeDelta::hours(1),
        parts: vec![],
        order: None,
    };
    let id = CallId { post: post.id(), position: 0, repeat: 0 };
    let address = json!({ "kind": "apprise", "server": "office", "tag": tag });
    Parcel { id, chat: post.chat.clone(), address, content, post, at }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_reaches_the_services_behind_a_real_apprise() {
    let python = python();
    let (service, port) = service().await;
    let (other, other_port) = self::service().await;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join(KEY),
        format!("benzilan=json://127.0.0.1:{port}/\nbenzilan,two=json://127.0.0.1:{other_port}/\n"),
    )
    .unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/apprise/server.py");
    let mut command = Command::new(python);
    let child = command.arg("-W").arg("ignore").arg(script).arg(folder.path()).stdout(Stdio::piped()).spawn().unwrap();
    let mut server = Server(child);
    let mut line = String::new();
    std::io::BufReader::new(server.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let url = format!("http://localhost:{}", line.trim());

    let key_file = folder.path().join("office.apprise");
    std::fs::write(&key_file, KEY).unwrap();
    std::fs::set_permissions(&key_file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let office = apprise::Server { url, secret_file: key_file };
    let options = apprise::Options {
        servers: [("office".parse().unwrap(), office)].into(),
        private_hosts: ["localhost".to_owned()].into(),
        proxy: None,
        timeout: Duration::from_secs(60),
    };
    let (mut channels, faults) = channel::open(&Options { apprise: Some(options), ..Options::default() });
    assert!(faults.is_empty(), "{faults:?}");
    let channel: Arc<dyn Channel> = channels.pop().unwrap();
    let language: cunxiang::base::Tag = "bo".parse().unwrap();
    let words = "ཁ་རས་གོན་རོགས།\n请戴口罩。<b>*_[";
    let text = Content::Text { language: language.clone(), text: words.into() };

    let answer = channel.send(&parcel(Class::Emergency, Some("benzilan"), text.clone())).await;
    assert_eq!(answer, Answer::Sent { ids: vec![] });
    let got = service.got.lock().unwrap()[0].clone();
    assert_eq!((&got["message"], &got["type"]), (&json!(words), &json!("warning")));
    assert_eq!(other.got.lock().unwrap().len(), 1);

    // A voice note and a card arrive byte for byte.
    let noise: Vec<u8> = b"OggS".iter().copied().chain((0..300_000_u32).map(|i| (i * 7) as u8)).collect();
    let title = "ཁ་རས།".to_owned();
    let voice =
        Content::Voice { language: language.clone(), title: title.clone(), frames: 48_000, bytes: noise.clone() };
    let card = Content::Card { language, title, bytes: noise.clone() };
    for (content, mime, name) in [(voice, "audio/ogg", "bo.ogg"), (card, "image/png", "bo.png")] {
        let answer = channel.send(&parcel(Class::Daily, Some("two"), content)).await;
        assert_eq!(answer, Answer::Sent { ids: vec![] });
        let got = other.got.lock().unwrap().last().unwrap().clone();
        assert_eq!((&got["message"], &got["type"]), (&json!("ཁ་རས།"), &json!("info")));
        let file = &got["attachments"][0];
        assert_eq!((&file["mimetype"], &file["filename"]), (&json!(mime), &json!(name)));
        assert!(BASE64_STANDARD.decode(file["base64"].as_str().unwrap()).unwrap() == noise);
    }
    assert_eq!((service.got.lock().unwrap().len(), other.got.lock().unwrap().len()), (1, 3), "by their tags");

    // One of two services fails: the other has it, so nobody sends it again by itself.
    service.fails.lock().unwrap().push_back(true);
    let answer = channel.send(&parcel(Class::Daily, Some("benzilan"), text.clone())).await;
    assert!(matches!(&answer, Answer::Unknown { code, .. } if code == "424"), "{answer:?}");
    assert_eq!((service.got.lock().unwrap().len(), other.got.lock().unwrap().len()), (1, 4));
    // A tag that no service has.
    let answer = channel.send(&parcel(Class::Daily, Some("nobody"), text.clone())).await;
    assert!(matches!(&answer, Answer::Unknown { code, .. } if code == "424"), "{answer:?}");
    // A key that the server does not have: the post waits until it is mended.
    std::fs::rename(folder.path().join(KEY), folder.path().join("another")).unwrap();
    let answer = channel.send(&parcel(Class::Daily, Some("benzilan"), text)).await;
    assert!(matches!(&answer, Answer::Retry { code, .. } if code == "204"), "{answer:?}");
    let said = format!("{answer:?}{:?}{:?}", channel.faults(), channel.notes());
    assert!(said.contains("no configuration of this key") && !said.contains(KEY), "{said}");
}
