//! A hundred thousand posts through every service, with all that goes wrong on the way, and a queue that dies again and
//! again: none arrives twice by itself, what may have arrived is `unknown`, and no window of a service is passed.
//!
//! Two hours of a clock that the test moves; services answer over loopback. `FLOOD_SEED=N cargo test --test flood` runs
//! another seed.

#[path = "../dice/mod.rs"]
mod dice;
#[path = "../fake_robots/mod.rs"]
mod fake_robots;
#[path = "../fake_telegram/mod.rs"]
mod fake_telegram;
#[path = "../fake_webhook/mod.rs"]
mod fake_webhook;
mod services;

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use cunxiang::base::clock::SimulatedClock;
use cunxiang::base::{Clock as _, Id, Timestamp};
use cunxiang::ledger::{CallState, Ledger, PostFilter};
use cunxiang::outbox::channel::{self, Channel};
use cunxiang::outbox::{Chat, Options, Outbox, Words, robots, telegram, webhook};
use cunxiang::rundown::{Class, Level, Post, PostPart};
use cunxiang::store::Store;
use dice::Dice;
use fake_robots::Service;
use serde_json::json;
use services::{Ear, Fate, Heard, Services, mark, posts_in};

/// What comes in each minute, by chat service, just below what ordinary posts may use of it: a hundred thousand over
/// these minutes.
const A_MINUTE: [(&str, usize); 5] =
    [("telegram", 780), ("feishu", 44), ("webhook", 25), ("wecom", 8), ("dingtalk", 8)];
const MINUTES: usize = 116;
/// Groups of Telegram.
const GROUPS: usize = 390;
/// In these minutes one group gets so many at once that they become digests.
const FLOOD: std::ops::Range<usize> = 3..6;
const FLOOD_POSTS: usize = 130;
/// The queue dies in every so many minutes, with calls on their way.
const DIES_EVERY: usize = 9;
/// One post of so many is an emergency.
const EMERGENCY: i64 = 40;
/// What a service has to answer within, in real time: few calls of a run wait for it.
const ANSWER_MAX: Duration = Duration::from_millis(500);
/// Before a text that is sent again after nobody knew whether it arrived.
const AGAIN: &str = "AGAIN";
/// So many calls may be on their way when the queue dies.
const IN_FLIGHT_MAX: usize = 96;
const START_S: i64 = 1_795_000_000;
const SEED: u64 = 7;

const WORDS: Words = Words {
    repeat: |_, _| AGAIN.to_owned(),
    digest: |_, count| format!("{count}:"),
    correction: |_, _| String::new(),
    withdrawn: |_, _, _| String::new(),
    page: |_, _| String::new(),
};

/// What the services allow: calls in a span, of the whole robot or of one chat.
/// Sources: docs/ref/chats.md.
const ALLOWED: &[(&str, bool, usize, i64)] = &[
    ("telegram", false, 30, 1_000),
    ("telegram", true, 20, 60_000),
    ("telegram", true, 1, 1_000),
    ("wecom", false, 20, 60_000),
    ("dingtalk", false, 20, 60_000),
    ("feishu", false, 100, 60_000),
    ("feishu", false, 5, 1_000),
];

struct County {
    ledger: Ledger,
    store: Store,
    clock: Arc<SimulatedClock>,
    channels: Vec<Arc<dyn Channel>>,
    chats: BTreeMap<Id, Chat>,
    outbox: Outbox,
    services: Services,
}

fn secret(folder: &Path, name: &str, text: &str) -> std::path::PathBuf {
    use std::os::unix::fs::PermissionsExt as _;
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    path
}

fn options(folder: &Path, services: &Services) -> Options {
    let robots = |n: usize, text: &str| {
        let robot = &services.robots[n];
        let name = services::name(robot.service);
        let robots =
            [("robot".parse().unwrap(), robots::Robot { secret_file: secret(folder, name, text), keyword: None })];
        robots::Options { robots: robots.into(), api_url: Some(robot.url.clone()), proxy: None, timeout: ANSWER_MAX }
    };
    let (token, signing) = (fake_robots::TOKEN, fake_robots::SIGNING);
    let hook =
        webhook::Hook { url: services.webhook.url.clone(), secret_file: secret(folder, "hook", fake_webhook::SECRET) };
    Options {
        telegram: Some(telegram::Options {
            token_file: secret(folder, "telegram", services::TOKEN),
            api_url: Some(services.telegram.url.clone()),
            proxy: None,
            timeout: ANSWER_MAX,
        }),
        wecom: Some(robots(0, &format!("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={token}\n"))),
        dingtalk: Some(robots(1, &format!("https://oapi.dingtalk.com/robot/send?access_token={token}\n{signing}\n"))),
        feishu: Some(robots(2, &format!("https://open.feishu.cn/open-apis/bot/v2/hook/{token}\n{signing}\n"))),
        webhook: Some(webhook::Options {
            hooks: [("hook".parse().unwrap(), hook)].into(),
            private_hosts: ["localhost".to_owned()].into(),
            proxy: None,
            timeout: ANSWER_MAX,
        }),
        ..Options::default()
    }
}

fn chats() -> BTreeMap<Id, Chat> {
    let groups = (0..GROUPS).map(|n| ("telegram", format!("telegram-{n}"), json!({ "chat": -100_000_000 - n as i64 })));
    let robots = [Service::Wecom, Service::Dingtalk, Service::Feishu].map(services::name);
    let robots = robots.map(|name| (name, name.to_owned(), json!({ "robot": "robot" })));
    let hook = [("webhook", "webhook".to_owned(), json!({ "hook": "hook" }))];
    let all = groups.chain(robots).chain(hook);
    let chat = all.map(|(kind, id, address)| {
        let id: Id = id.parse().unwrap();
        (id.clone(), Chat { id, name: String::new(), channel: kind.into(), address })
    });
    chat.collect()
}

impl County {
    async fn new(folder: &Path, services: Services, clock: Arc<SimulatedClock>) -> County {
        let (channels, faults) = channel::open(&options(folder, &services));
        assert!(faults.is_empty(), "{faults:?}");
        let ledger = Ledger::in_memory().await.unwrap();
        let store = Store::open(folder.join("clips")).unwrap();
        let outbox = open(&ledger, &store, &channels, clock.now()).await;
        County { ledger, store, clock, channels, chats: chats(), outbox, services }
    }

    fn post(&self, n: usize, chat: String, dice: &mut Dice) -> Post {
        let emergency = dice.one_in(EMERGENCY);
        let now = self.clock.now();
        let text = format!("{} ཁ་རས་གྱོན་དགོས། 请戴口罩。", mark(n));
        Post {
            broadcast: "flood".parse().unwrap(),
            occasion: format!("{n}"),
            chat: chat.parse().unwrap(),
            class: if emergency { Class::Emergency } else { Class::Daily },
            level: emergency.then_some(Level::I),
            notice: None,
            due: now,
            expires: now + TimeDelta::hours(6),
            parts: vec![PostPart::Text { language: "bo".parse().unwrap(), text }],
            order: None,
        }
    }

    /// Goes from wake to wake until `end`, or until nothing waits any more.
    async fn live_until(&self, end: Timestamp) {
        loop {
            let now = self.clock.now();
            self.services.set_clocks(now.timestamp_millis());
            let mut next = self.outbox.turn(now).await.unwrap();
            loop {
                self.outbox.settle(now).await;
                let before = self.outbox.counts().in_flight;
                next = self.outbox.turn(now).await.unwrap().or(next);
                if self.outbox.counts().in_flight == 0 && before == 0 {
                    break;
                }
            }
            match next {
                Some(next) if next <= end => {
                    assert!(next > now, "a wake-up that is already past would spin");
                    self.clock.advance_to(next);
                }
                _ => break,
            }
        }
        self.clock.advance_to(end);
    }

    /// Dies with calls on their way, and starts again.
    async fn die(&mut self) {
        self.outbox.turn(self.clock.now()).await.unwrap();
        self.outbox = open(&self.ledger, &self.store, &self.channels, self.clock.now()).await;
    }
}

async fn open(ledger: &Ledger, store: &Store, channels: &[Arc<dyn Channel>], now: Timestamp) -> Outbox {
    Outbox::open(ledger.clone(), store.clone(), channels.to_vec(), WORDS, now).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_thousand_posts_arrive_once_or_somebody_knows() {
    let seed = std::env::var("FLOOD_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(SEED);
    let mut dice = Dice::new(seed, 2);
    let folder = tempfile::tempdir().unwrap();
    let clock = SimulatedClock::at(Timestamp::from_timestamp(START_S, 0).unwrap());
    let ear = Ear::new(seed, clock.clone());
    let services = Services::start(&ear).await;
    let mut county = County::new(folder.path(), services, clock.clone()).await;
    let mut count = 0;
    for minute in 0..MINUTES {
        let mut posts = Vec::new();
        let mut add = |chat: String| {
            posts.push(county.post(count, chat, &mut dice));
            count += 1;
        };
        for (service, posts) in A_MINUTE {
            for n in 0..posts {
                add(if service == "telegram" { format!("telegram-{}", n % GROUPS) } else { service.to_owned() });
            }
        }
        if FLOOD.contains(&minute) {
            (0..FLOOD_POSTS).for_each(|_| add("telegram-0".to_owned()));
        }
        let enqueued = county.outbox.enqueue(posts, &county.chats, clock.now()).await.unwrap();
        assert!(enqueued.refused.is_empty(), "{:?}", enqueued.refused);
        if dies_in(minute) {
            county.die().await;
        }
        county.live_until(clock.now() + TimeDelta::minutes(1)).await;
    }
    county.live_until(clock.now() + TimeDelta::hours(7)).await;
    assert!(count > 100_000, "{count}");
    check(&county, &ear.heard(), count, seed).await;
}

/// Whether the queue dies as this minute begins.
fn dies_in(minute: usize) -> bool {
    minute < MINUTES && minute % DIES_EVERY == DIES_EVERY - 1
}

/// What became of each post, by its own calls.
async fn ends(county: &County) -> HashMap<usize, Vec<CallState>> {
    let mut ends: HashMap<usize, Vec<CallState>> = HashMap::new();
    let mut since = Timestamp::from_timestamp(START_S, 0).unwrap();
    while since <= county.clock.now() {
        let until = since + TimeDelta::seconds(60);
        let filter = PostFilter { since: Some(since), until: Some(until), ..PostFilter::default() };
        let rows = county.ledger.posts(&filter).await.unwrap();
        assert!(rows.len() < 1000, "a page of posts is not whole");
        for row in rows.iter().filter(|row| row.post.broadcast.to_string() == "flood") {
            let calls = row.calls.iter().map(|call| call.state).collect();
            ends.insert(row.post.occasion.parse().unwrap(), calls);
        }
        since = until;
    }
    ends
}

async fn check(county: &County, heard: &[Heard], count: usize, seed: u64) {
    let mut broken: Vec<String> = Vec::new();
    let (mut by_itself, mut again) = (vec![0u32; count], vec![0u32; count]);
    let mut carried_by_digests = 0;
    for text in county.services.seen() {
        carried_by_digests += Some(posts_in(&text).len()).filter(|posts| *posts > 1).unwrap_or_default();
        let seen = if text.contains(AGAIN) { &mut again } else { &mut by_itself };
        posts_in(&text).into_iter().for_each(|n| seen[n] += 1);
    }
    let mut doubtful = vec![false; count];
    for call in heard.iter().filter(|call| call.fate.is_doubtful() && call.service != "webhook") {
        call.posts.iter().for_each(|n| doubtful[*n] = true);
    }
    let ends = ends(county).await;
    let mut tally: BTreeMap<String, usize> = BTreeMap::new();
    // Unknown for nothing but a death of the queue.
    let mut cut_off = 0;
    for n in 0..count {
        let Some(calls) = ends.get(&n) else {
            broken.push(format!("post {n} is lost"));
            continue;
        };
        calls.iter().for_each(|state| *tally.entry(state.word()).or_default() += 1);
        let has = |state| calls.contains(&state);
        let what = format!("post {n} ({calls:?}) was seen {} times, and {} marked", by_itself[n], again[n]);
        let is_open = has(CallState::Waiting) || has(CallState::Sending);
        let is_digest = has(CallState::Digested);
        let is_told = has(CallState::Delivered) && !has(CallState::Unknown);
        let is_none = calls.iter().all(|state| matches!(state, CallState::Refused | CallState::Expired));
        if is_open || by_itself[n] > 1 || (is_told && by_itself[n] != 1) || (is_none && by_itself[n] > 0) {
            broken.push(what.clone());
        }
        if doubtful[n] && !has(CallState::Unknown) && !is_digest {
            broken.push(format!("{what}; nobody can tell whether it arrived"));
        }
        cut_off += usize::from(has(CallState::Unknown) && !doubtful[n]);
    }
    if cut_off > MINUTES / DIES_EVERY * IN_FLIGHT_MAX {
        broken.push(format!("{cut_off} are unknown though their services answered"));
    }
    broken.extend(bursts(heard));
    println!("{count} posts, {} calls heard; {tally:?}", heard.len());
    let shown: Vec<&String> = broken.iter().take(20).collect();
    assert!(broken.is_empty(), "seed {seed}: {} promises broken, such as {shown:#?}", broken.len());
    for word in ["delivered", "refused", "unknown"] {
        assert!(tally.get(word).is_some_and(|count| *count >= 10), "hardly anything is {word}: {tally:?}");
    }
    assert!(carried_by_digests >= 100, "digests carry only {carried_by_digests} posts");
    assert!(again.iter().any(|count| *count > 0), "no emergency was sent again");
}

/// Windows with more calls than their service allows, and chats that were not left alone.
fn bursts(heard: &[Heard]) -> Vec<String> {
    let mut broken = Vec::new();
    for (service, by_chat, calls, span_ms) in ALLOWED {
        let mut by_key: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
        for call in heard.iter().filter(|call| call.service == *service) {
            by_key.entry(if *by_chat { call.chat.as_str() } else { "" }).or_default().push(call.at_ms);
        }
        for (chat, times) in by_key {
            let burst = times.windows(calls + 1).find(|window| window[*calls] - window[0] < *span_ms);
            broken.extend(burst.map(|window| format!("{service} {chat}: more than {calls} calls from {}", window[0])));
        }
    }
    let mut left_alone: HashMap<(&str, &str), (i64, i64)> = HashMap::new();
    for call in heard {
        let key = (call.service, call.chat.as_str());
        if let Some((told, until)) =
            left_alone.get(&key).filter(|(told, until)| *told < call.at_ms && call.at_ms < *until)
        {
            broken.push(format!("{key:?} was told at {told} to wait until {until}, and called at {}", call.at_ms));
        }
        // What a service said to a queue that died then is said to nobody.
        let minute = usize::try_from((call.at_ms / 1000 - START_S) / 60).expect("nothing was heard before");
        let is_heard = !(dies_in(minute) && (call.at_ms / 1000 - START_S) % 60 == 0);
        if call.fate == Fate::Later && is_heard {
            left_alone.insert(key, (call.at_ms, call.at_ms + i64::from(services::LATER_S) * 1000));
        }
    }
    broken
}
