//! The outbox of a county with many groups, as its daemon runs it, and a Telegram server that counts.

use std::collections::{BTreeMap, HashMap};
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::TimeDelta;
use cunxiang::base::clock::RealClock;
use cunxiang::base::{Clock as _, Id, Timestamp};
use cunxiang::ledger::Ledger;
use cunxiang::outbox::channel::{Answer, Channel, Limit, Parcel, TextMax};
use cunxiang::outbox::{Chat, Outbox, Words, telegram};
use cunxiang::rundown::{Class, Level, Post, PostPart};
use cunxiang::store::Store;
use futures::future::BoxFuture;
use serde_json::json;

/// Groups of the county: a notice goes to each of them. A county of 300 village groups has more.
pub const CHATS: usize = 128;
const TOKEN: &str = "123456789:AAF7-g0gYncWnm5IyfZlpPRqRRv6kNAGlao";
const TEXT: &str = "【村响】今天下午三点在村委会召开护林防火会议，请每户派一人参加。";

const WORDS: Words = Words {
    repeat: |_, _| "【重发】".to_owned(),
    digest: |_, count| format!("{count}："),
    correction: |_, _| "【更正】".to_owned(),
    withdrawn: |_, title, _| format!("【撤回】{title}"),
    page: |_, link| link.to_owned(),
};

/// The channel `telegram` without the service's limits, which would be all that is measured.
struct Unlimited(telegram::Telegram);

impl Channel for Unlimited {
    fn kind(&self) -> &'static str {
        self.0.kind()
    }

    fn robot(&self, address: &serde_json::Value) -> String {
        self.0.robot(address)
    }

    fn idempotent(&self) -> bool {
        self.0.idempotent()
    }

    fn budget(&self) -> &'static [Limit] {
        &[]
    }

    fn text_max(&self) -> TextMax {
        self.0.text_max()
    }

    fn send<'a>(&'a self, parcel: &'a Parcel) -> BoxFuture<'a, Answer> {
        self.0.send(parcel)
    }
}

pub struct County {
    pub ledger: Ledger,
    pub outbox: Arc<Outbox>,
    chats: BTreeMap<Id, Chat>,
    clock: RealClock,
}

impl County {
    /// Opens what the folder holds, or begins. With the limits of the service, or without.
    pub async fn open(folder: &Path, url: &str, limited: bool) -> County {
        let token_file = folder.join("token");
        if !token_file.exists() {
            let mut file = std::fs::OpenOptions::new();
            let file = file.write(true).create(true).truncate(true).mode(0o600).open(&token_file);
            file.and_then(|mut file| file.write_all(TOKEN.as_bytes())).expect("the folder can be written");
        }
        let options = telegram::Options {
            token_file,
            api_url: Some(url.to_owned()),
            proxy: None,
            timeout: Duration::from_secs(30),
        };
        let telegram = telegram::Telegram::open(&options).expect("there is a token");
        let channel: Arc<dyn Channel> = if limited { Arc::new(telegram) } else { Arc::new(Unlimited(telegram)) };
        let ledger = Ledger::open(&folder.join("ledger.db")).await.expect("a ledger can be made");
        let store = Store::open(folder.join("clips")).expect("a store can be made");
        let clock = RealClock::default();
        let outbox = Outbox::open(ledger.clone(), store, vec![channel], WORDS, clock.now()).await.expect("it opens");
        let chat = |n: usize| {
            let (id, address): (Id, _) = (chat(n), json!({ "chat": -1_000 - n as i64 }));
            (id.clone(), Chat { id, name: String::new(), channel: "telegram".into(), address })
        };
        // As many again with nothing to do.
        let chats = (0..2 * CHATS).map(chat).collect();
        County { ledger, outbox: Arc::new(outbox), chats, clock }
    }

    /// What one group gets: the n-th post, known by its mark.
    pub fn post(&self, n: usize, chat_number: usize, class: Class) -> Post {
        let now = self.clock.now();
        let emergency = class == Class::Emergency;
        Post {
            broadcast: "bench".parse().expect("a name"),
            occasion: n.to_string(),
            chat: chat(chat_number),
            class,
            level: emergency.then_some(Level::I),
            notice: None,
            due: now,
            expires: now + TimeDelta::hours(6),
            parts: vec![PostPart::Text {
                language: "zh-CN".parse().expect("a tag"),
                text: format!("{TEXT}{}", mark(n)),
            }],
            order: None,
        }
    }

    /// Takes the n-th to the m-th post in, one to each group in turn. They are on disk when this returns.
    pub async fn enqueue(&self, numbers: std::ops::Range<usize>) {
        self.enqueue_all(numbers.map(|n| self.post(n, n % CHATS, Class::Daily)).collect()).await;
    }

    pub async fn enqueue_all(&self, posts: Vec<Post>) {
        let enqueued = self.outbox.enqueue(posts, &self.chats, self.clock.now()).await.expect("the disk takes them");
        assert!(enqueued.refused.is_empty(), "{:?}", enqueued.refused);
    }

    /// Runs the outbox until the task is aborted.
    pub fn run(&self) -> tokio::task::JoinHandle<()> {
        let (outbox, clock) = (self.outbox.clone(), self.clock);
        tokio::spawn(async move { outbox.run(&clock, std::future::pending()).await })
    }
}

pub fn chat(n: usize) -> Id {
    format!("group-{n}").parse().expect("a name")
}

pub fn mark(n: usize) -> String {
    format!("<{n:07}>")
}

/// When each mark came in, as often as it did.
type Heard = Arc<Mutex<HashMap<usize, Vec<Timestamp>>>>;

/// A Telegram server in this process: a thread for each connection.
pub struct Server {
    pub url: String,
    heard: Heard,
}

impl Server {
    pub fn start() -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback works");
        let url = format!("http://{}", listener.local_addr().expect("it is bound"));
        let heard = Heard::default();
        let hears = heard.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let hears = hears.clone();
                // A caller that is killed cuts its connections.
                std::thread::spawn(move || drop(answer(stream, &hears)));
            }
        });
        Server { url, heard }
    }

    pub fn heard(&self) -> HashMap<usize, Vec<Timestamp>> {
        self.heard.lock().expect("no holder panics").clone()
    }
}

fn answer(mut stream: TcpStream, heard: &Heard) -> std::io::Result<()> {
    let mut got = Vec::new();
    let mut buffer = [0; 4096];
    let mut first = None;
    loop {
        let count = stream.read(&mut buffer)?;
        if count == 0 {
            return Ok(());
        }
        let at = *first.get_or_insert_with(|| RealClock::default().now());
        got.extend_from_slice(&buffer[..count]);
        let Some(head) = got.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let text = String::from_utf8_lossy(&got[..head]).to_lowercase();
        let length = text.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
        if got.len() < head + 4 + length.unwrap_or(0) {
            continue;
        }
        let body = String::from_utf8_lossy(&got[head + 4..]).into_owned();
        let mark = body.split('<').nth(1).and_then(|rest| rest.get(..7)?.parse::<usize>().ok());
        if let Some(mark) = mark {
            heard.lock().expect("no holder panics").entry(mark).or_default().push(at);
        }
        let reply = reply();
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{reply}",
            reply.len()
        );
        stream.write_all(head.as_bytes())?;
        got.clear();
        first = None;
    }
}

/// What the service says of a message that it took.
pub fn reply() -> String {
    let chat = json!({ "id": -100, "type": "supergroup", "title": "x" });
    let message = json!({ "message_id": 1, "date": 1_700_000_000, "chat": chat, "text": "x" });
    json!({ "ok": true, "result": message }).to_string()
}
