//! The queue against channels that answer as they are told, under a clock that a test moves.

use std::collections::VecDeque;
use std::sync::Mutex;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use serde_json::json;

use super::*;
use crate::base::Digest;
use crate::base::clock::SimulatedClock;
use crate::ledger::{CallId, CallState, PostFilter};
use crate::outbox::channel::{Content, Limit, Parcel, Scope, TextMax, Unit};
use crate::rundown::{Class, PostPart};

/// What a scripted channel does with one call.
#[derive(Debug, Clone)]
enum Do {
    Answer(Answer),
    Hang,
    Panic,
}

struct Scripted {
    kind: &'static str,
    idempotent: bool,
    budget: &'static [Limit],
    script: Mutex<VecDeque<Do>>,
    /// Chat, and what was sent, in order.
    sent: Mutex<Vec<(String, String)>>,
}

impl Scripted {
    fn new(kind: &'static str, idempotent: bool, budget: &'static [Limit]) -> Arc<Scripted> {
        Arc::new(Scripted { kind, idempotent, budget, script: Mutex::default(), sent: Mutex::default() })
    }

    fn script(&self, steps: impl IntoIterator<Item = Do>) {
        self.script.lock().unwrap().extend(steps);
    }

    fn sent(&self) -> Vec<(String, String)> {
        self.sent.lock().unwrap().clone()
    }

    fn texts(&self) -> Vec<String> {
        self.sent().into_iter().map(|(_, text)| text).collect()
    }
}

impl Channel for Scripted {
    fn kind(&self) -> &'static str {
        self.kind
    }

    fn robot(&self, _: &serde_json::Value) -> String {
        "robot".to_owned()
    }

    fn idempotent(&self) -> bool {
        self.idempotent
    }

    fn budget(&self) -> &'static [Limit] {
        self.budget
    }

    fn text_max(&self) -> TextMax {
        TextMax { size: 148, unit: Unit::Utf16 }
    }

    fn send<'a>(&'a self, parcel: &'a Parcel) -> BoxFuture<'a, Answer> {
        let what = match &parcel.content {
            Content::Text { text, .. } => text.clone(),
            Content::Voice { title, bytes, .. } | Content::Card { title, bytes, .. } => {
                format!("{title} {}", bytes.len())
            }
        };
        let chat = parcel.address["chat"].as_str().unwrap_or_default().to_owned();
        let step = self.script.lock().unwrap().pop_front().unwrap_or(Do::Answer(sent()));
        self.sent.lock().unwrap().push((chat, what));
        async move {
            match step {
                Do::Answer(answer) => answer,
                Do::Hang => std::future::pending().await,
                Do::Panic => panic!("a channel's own bug"),
            }
        }
        .boxed()
    }
}

fn sent() -> Answer {
    Answer::Sent { ids: vec!["1".into()] }
}

fn retry(after: Option<TimeDelta>) -> Do {
    Do::Answer(Answer::Retry { after, code: "429".into(), detail: "flood".into() })
}

fn unknown() -> Do {
    Do::Answer(Answer::Unknown { code: "timeout".into(), detail: "no answer".into() })
}

const WORDS: Words = Words {
    repeat: |language, notice| format!("【重发 {} {language}】", notice.unwrap_or("-")),
    digest: |language, count| format!("{count} {language}"),
    correction: |language, notice| format!("【更正 {} {language}】\n", notice.unwrap_or("-")),
    withdrawn: |language, title, notice| format!("【更正】{title} {} {language}", notice.unwrap_or("-")),
    page: |language, link| format!("{link} {language}"),
};

/// An outbox with everything around it; [`Place::restart`] is a crash and a new start.
struct Place {
    ledger: Ledger,
    store: Store,
    clock: Arc<SimulatedClock>,
    channel: Arc<Scripted>,
    outbox: Outbox,
    chats: BTreeMap<Id, Chat>,
    _folder: tempfile::TempDir,
}

async fn place(channel: Arc<Scripted>) -> Place {
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::in_memory().await.unwrap();
    let store = Store::open(folder.path()).unwrap();
    let clock = SimulatedClock::at(Timestamp::from_timestamp(1_795_000_000, 0).unwrap());
    let chat = |id: &str| Chat {
        id: id.parse().unwrap(),
        name: id.into(),
        channel: channel.kind.into(),
        address: json!({ "chat": id }),
    };
    let chats = ["a", "b", "c"].map(chat).into_iter().map(|chat| (chat.id.clone(), chat)).collect();
    let outbox = open(&ledger, &store, &channel, &clock).await;
    Place { ledger, store, clock, channel, outbox, chats, _folder: folder }
}

async fn open(ledger: &Ledger, store: &Store, channel: &Arc<Scripted>, clock: &SimulatedClock) -> Outbox {
    let channels: Vec<Arc<dyn Channel>> = vec![channel.clone()];
    Outbox::open(ledger.clone(), store.clone(), channels, WORDS, clock.now()).await.unwrap()
}

impl Place {
    fn post(&self, broadcast: &str, chat: &str, class: Class, texts: &[&str]) -> Post {
        let text = |text: &&str| PostPart::Text { language: "bo".parse().unwrap(), text: (*text).to_owned() };
        Post {
            broadcast: broadcast.parse().unwrap(),
            occasion: "20261124".into(),
            chat: chat.parse().unwrap(),
            class,
            level: None,
            notice: Some("2026-0412".into()),
            due: self.clock.now(),
            expires: self.clock.now() + TimeDelta::hours(1),
            parts: texts.iter().map(text).collect(),
            order: None,
        }
    }

    async fn enqueue(&self, posts: Vec<Post>) -> Enqueued {
        self.outbox.enqueue(posts, &self.chats, self.clock.now()).await.unwrap()
    }

    /// Turns at this instant until nothing moves. Returns when to come back.
    async fn now(&self) -> Option<Timestamp> {
        loop {
            let before = (self.channel.sent().len(), self.outbox.counts());
            let next = self.outbox.turn(self.clock.now()).await.unwrap();
            self.outbox.settle(self.clock.now()).await;
            self.outbox.turn(self.clock.now()).await.unwrap();
            self.outbox.settle(self.clock.now()).await;
            if before == (self.channel.sent().len(), self.outbox.counts()) {
                return next;
            }
        }
    }

    /// Goes from wake to wake for `seconds`.
    async fn for_seconds(&self, seconds: i64) {
        let end = self.clock.now() + TimeDelta::seconds(seconds);
        while let Some(next) = self.now().await.filter(|next| *next <= end) {
            assert!(next > self.clock.now(), "a wake-up that is already past would spin");
            self.clock.advance_to(next);
        }
        self.clock.advance_to(end);
        self.now().await;
    }

    async fn restart(&mut self) {
        self.outbox = open(&self.ledger, &self.store, &self.channel, &self.clock).await;
    }

    async fn states(&self) -> Vec<(String, CallState)> {
        let posts = self.ledger.posts(&PostFilter::default()).await.unwrap();
        let mut states: Vec<_> =
            posts.iter().flat_map(|row| &row.calls).map(|call| (call.id.to_string(), call.state)).collect();
        states.sort();
        states
    }

    async fn all(&self, state: CallState) -> bool {
        self.states().await.iter().all(|(_, held)| *held == state)
    }
}

#[tokio::test]
async fn a_post_goes_out_whole_and_in_order() {
    let place = place(Scripted::new("fake", false, &[])).await;
    let clip = place.store.put(b"OggS and so on").unwrap();
    let mut post = place.post("x", "a", Class::Daily, &[&"请戴口罩。".repeat(30)]);
    let language: crate::base::Tag = "bo".parse().unwrap();
    post.parts.push(PostPart::Voice { language, clip, frames: 48_000, title: "ཁ་རས།".into() });
    assert_eq!(place.enqueue(vec![post.clone(), post]).await, Enqueued { new_count: 1, refused: vec![] });
    assert_eq!(place.now().await, None);
    let texts = place.channel.texts();
    assert_eq!(texts.len(), 3, "{texts:?}");
    assert!(texts[0].starts_with("(1/2) 请") && texts[1].starts_with("(2/2) 请"), "{texts:?}");
    assert_eq!(texts[2], "ཁ་རས། 14");
    assert!(place.all(CallState::Delivered).await);
    assert_eq!(place.outbox.counts(), Counts { delivered: 3, ..Counts::default() });
}

#[tokio::test]
async fn what_did_not_leave_is_tried_again_later() {
    let place = place(Scripted::new("fake", false, &[])).await;
    place.channel.script([retry(None), retry(None), retry(Some(TimeDelta::seconds(90)))]);
    place.enqueue(vec![place.post("x", "a", Class::Daily, &["1", "2"])]).await;
    let start = place.clock.now();
    let mut waits = Vec::new();
    while let Some(next) = place.now().await {
        waits.push((next - place.clock.now()).num_milliseconds());
        place.clock.advance_to(next);
    }
    assert!((3_750..=6_250).contains(&waits[0]) && (7_500..=12_500).contains(&waits[1]), "{waits:?}");
    assert_eq!(waits[2..], [90_000], "as long as the service asks");
    assert_eq!(place.channel.texts(), ["1", "1", "1", "1", "2"]);
    assert!(place.all(CallState::Delivered).await);

    // For ever unreachable: it ends when the post's time is over, after a bounded number of tries.
    place.channel.script((0..1000).map(|_| retry(None)));
    place.enqueue(vec![place.post("y", "a", Class::Daily, &["3"])]).await;
    place.for_seconds(3601).await;
    assert_eq!(place.states().await[2].1, CallState::Expired);
    let tries = place.channel.sent().len() - 5;
    assert!((12..=25).contains(&tries), "{tries} tries in an hour");
    assert!(start < place.clock.now());
}

#[tokio::test]
async fn unknown_is_never_repeated_for_a_daily_notice() {
    let place = place(Scripted::new("fake", false, &[])).await;
    place.channel.script([unknown()]);
    place.enqueue(vec![place.post("x", "a", Class::Daily, &["1", "2"])]).await;
    place.for_seconds(3600).await;
    assert_eq!(place.channel.texts(), ["1", "2"], "the other part still goes out");
    assert_eq!(place.states().await[0].1, CallState::Unknown);
}

#[tokio::test]
async fn an_unknown_emergency_is_posted_again_and_marked() {
    let place = place(Scripted::new("fake", false, &[])).await;
    place.channel.script([unknown(), unknown(), unknown(), unknown()]);
    place.enqueue(vec![place.post("flood", "a", Class::Emergency, &["洪水！"])]).await;
    place.now().await;
    assert_eq!(place.channel.texts(), ["洪水！"]);
    place.for_seconds(3600).await;
    let again = "【重发 2026-0412 bo】洪水！";
    assert_eq!(place.channel.texts(), ["洪水！", again, again], "twice and no more");
    assert_eq!(place.outbox.counts().repeated, 2);
}

/// The daemon dies between a claim and its answer, at each kind of channel.
#[tokio::test]
async fn a_crash_loses_nothing_and_repeats_nothing() {
    for (idempotent, class, texts) in [
        (false, Class::Daily, vec!["1", "2"]),
        (true, Class::Daily, vec!["1", "1", "2"]),
        (false, Class::Emergency, vec!["1", "2", "【重发 2026-0412 bo】1"]),
        (true, Class::Emergency, vec!["1", "1", "2"]),
    ] {
        let mut place = place(Scripted::new("fake", idempotent, &[])).await;
        place.channel.script([Do::Hang]);
        place.enqueue(vec![place.post("x", "a", class, &["1", "2"])]).await;
        place.outbox.turn(place.clock.now()).await.unwrap();
        while place.channel.sent().is_empty() {
            tokio::task::yield_now().await;
        }
        place.restart().await;
        place.for_seconds(600).await;
        assert_eq!(place.channel.texts(), texts, "{class} idempotent {idempotent}");
        let open = [CallState::Waiting, CallState::Sending];
        assert!(place.states().await.iter().all(|(_, state)| !open.contains(state)));
    }
}

#[tokio::test]
async fn a_channel_that_panics_holds_nothing_else_up() {
    let place = place(Scripted::new("fake", false, &[])).await;
    place.channel.script([Do::Panic]);
    place.enqueue(vec![place.post("x", "a", Class::Daily, &["1"]), place.post("y", "a", Class::Daily, &["2"])]).await;
    place.for_seconds(299).await;
    assert_eq!(place.channel.texts(), ["1"], "it may have arrived, so its chat waits for the lease");
    place.for_seconds(5).await;
    assert_eq!(place.channel.texts(), ["1", "2"]);
    assert_eq!(place.states().await[0].1, CallState::Unknown);
}

#[tokio::test]
async fn a_group_that_hangs_holds_up_no_other_and_no_emergency() {
    let place = place(Scripted::new("fake", false, &[])).await;
    place.channel.script([Do::Hang]);
    place.enqueue(vec![place.post("x", "a", Class::Daily, &["1", "2"])]).await;
    place.outbox.turn(place.clock.now()).await.unwrap();
    while place.channel.sent().is_empty() {
        tokio::task::yield_now().await;
    }
    place
        .enqueue(vec![
            place.post("y", "b", Class::Daily, &["other"]),
            place.post("z", "a", Class::Emergency, &["flood"]),
        ])
        .await;
    while place.outbox.counts().delivered < 2 {
        place.outbox.turn(place.clock.now()).await.unwrap();
        tokio::task::yield_now().await;
    }
    assert_eq!(place.channel.texts()[0], "1");
    let mut rest = place.channel.texts()[1..].to_vec();
    rest.sort();
    assert_eq!(rest, ["flood", "other"]);

    // A stop waits no longer than told; what hangs is unknown after the next start.
    place.outbox.stop(Duration::from_millis(1), &*place.clock).await.unwrap();
    assert_eq!(place.outbox.turn(place.clock.now()).await.unwrap(), None);
    let mut place = place;
    place.restart().await;
    assert_eq!(place.states().await[0], ("x.20261124.a#1".to_owned(), CallState::Unknown));
}

const BUDGET: &[Limit] = &[
    Limit { scope: Scope::Robot, calls: 9, per: TimeDelta::seconds(10) },
    Limit { scope: Scope::Chat, calls: 3, per: TimeDelta::seconds(60) },
];

#[tokio::test]
async fn the_budget_holds_over_a_restart_and_emergencies_go_first() {
    let mut place = place(Scripted::new("fake", false, BUDGET)).await;
    let daily = |place: &Place| {
        let posts = (0..3).flat_map(|i| ["a", "b", "c"].map(|chat| (format!("x{i}"), chat)));
        posts.map(|(name, chat)| place.post(&name, chat, Class::Daily, &["daily"])).collect::<Vec<_>>()
    };
    place.enqueue(daily(&place)).await;
    let next = place.now().await.unwrap();
    assert_eq!(place.channel.sent().len(), 6, "two of three in each group's minute");
    assert_eq!(next - place.clock.now(), TimeDelta::seconds(60));
    place.restart().await;
    place.enqueue(vec![place.post("flood", "a", Class::Emergency, &["flood"])]).await;
    place.now().await;
    assert_eq!(place.channel.texts()[6..], ["flood"], "the third is kept for it");
    place.for_seconds(59).await;
    assert_eq!(place.channel.sent().len(), 7);
    place.for_seconds(1).await;
    assert_eq!(place.channel.sent().len(), 10);
    assert!(place.all(CallState::Delivered).await);
}

#[tokio::test]
async fn a_moved_group_gets_its_posts_at_the_new_address() {
    let place = place(Scripted::new("fake", false, &[])).await;
    place.channel.script([Do::Answer(Answer::Moved { address: json!({ "chat": "new" }) })]);
    place.enqueue(vec![place.post("x", "a", Class::Daily, &["1"])]).await;
    place.now().await;
    place.enqueue(vec![place.post("y", "a", Class::Daily, &["2"]), place.post("y", "b", Class::Daily, &["3"])]).await;
    place.now().await;
    let mut sent = place.channel.sent();
    sent[2..].sort();
    let expected = [("a", "1"), ("new", "1"), ("b", "3"), ("new", "2")];
    assert_eq!(sent, expected.map(|(chat, text)| (chat.to_owned(), text.to_owned())));
    assert_eq!(place.ledger.moves().await.unwrap().len(), 1, "for people to see");
}

#[tokio::test]
async fn what_cannot_go_says_why() {
    let mut place = place(Scripted::new("fake", false, &[])).await;
    let elsewhere = Chat {
        id: "d".parse().unwrap(),
        name: "d".into(),
        channel: "telegram".into(),
        address: json!({ "chat": "d" }),
    };
    place.chats.insert(elsewhere.id.clone(), elsewhere);
    let mut no_clip = place.post("clip", "a", Class::Daily, &[]);
    let (language, clip) = ("bo".parse().unwrap(), Digest::of(b"nowhere"));
    no_clip.parts.push(PostPart::Voice { language, clip, frames: 1, title: String::new() });
    let long = "。".repeat(99 * 50);
    let posts = vec![
        no_clip,
        place.post("x", "d", Class::Daily, &["1"]),
        place.post("x", "nobody", Class::Daily, &["1"]),
        place.post("x", "a", Class::Daily, &[&long]),
    ];
    let enqueued = place.enqueue(posts).await;
    assert_eq!(enqueued.new_count, 2);
    assert!(enqueued.refused[0].1.contains("config/chats.toml"), "{enqueued:?}");
    assert!(enqueued.refused[1].1.contains("shorter"), "{enqueued:?}");
    place.now().await;
    let posts = place.ledger.posts(&PostFilter::default()).await.unwrap();
    let mut why: Vec<_> = posts
        .iter()
        .flat_map(|row| &row.calls)
        .map(|call| (call.code.clone().unwrap(), call.detail.clone().unwrap()))
        .collect();
    why.sort();
    assert_eq!((why[0].0.as_str(), why[1].0.as_str()), ("no-channel", "no-clip"));
    assert!(why[0].1.contains("config/machine.toml") && why[1].1.contains("import it again"), "{why:?}");
    assert!(place.channel.sent().is_empty());
}

#[tokio::test]
async fn hold_sends_nothing_and_loses_nothing() {
    let place = place(Scripted::new("fake", false, &[])).await;
    place.ledger.set_hold(Some("restored"), "tashi", place.clock.now()).await.unwrap();
    place.enqueue(vec![place.post("x", "a", Class::Emergency, &["1"])]).await;
    place.for_seconds(60).await;
    assert!(place.channel.sent().is_empty());
    place.ledger.set_hold(None, "tashi", place.clock.now()).await.unwrap();
    place.now().await;
    assert_eq!(place.channel.texts(), ["1"]);
}

mod amend;
mod cards;
mod doubt;
mod load;
mod page;
