//! A notice that is withdrawn or corrected: what a group sees afterwards.

use std::sync::atomic::AtomicBool;

use super::*;
use crate::outbox::Taking;
use crate::outbox::channel::{Amendment, Change};
use crate::rundown::OrderKind;

/// A group that shows what it was sent, under numbers.
#[derive(Default)]
struct Group {
    amends: bool,
    shown: Mutex<BTreeMap<u32, String>>,
    count: Mutex<u32>,
    /// How the next calls are answered; without one they arrive.
    script: Mutex<VecDeque<Answer>>,
    /// Whether what a scripted answer says of arriving is untrue: it arrived.
    arrives_anyway: AtomicBool,
    amended: Mutex<Vec<String>>,
}

impl Group {
    fn new(amends: bool) -> Arc<Group> {
        Arc::new(Group { amends, ..Group::default() })
    }

    fn script(&self, answers: impl IntoIterator<Item = Answer>) {
        self.script.lock().unwrap().extend(answers);
    }

    fn shown(&self) -> Vec<String> {
        self.shown.lock().unwrap().values().cloned().collect()
    }
}

impl Channel for Group {
    fn kind(&self) -> &'static str {
        "fake"
    }

    fn robot(&self, _: &serde_json::Value) -> String {
        "robot".to_owned()
    }

    fn idempotent(&self) -> bool {
        false
    }

    fn budget(&self) -> &'static [Limit] {
        &[]
    }

    fn text_max(&self) -> TextMax {
        TextMax { size: 148, unit: Unit::Utf16 }
    }

    fn send<'a>(&'a self, parcel: &'a Parcel) -> BoxFuture<'a, Answer> {
        let what = match &parcel.content {
            Content::Text { text, .. } => text.clone(),
            Content::Voice { title, .. } | Content::Card { title, .. } => format!("♪ {title}"),
        };
        let scripted = self.script.lock().unwrap().pop_front();
        if scripted.is_none() || self.arrives_anyway.load(Ordering::Relaxed) {
            let mut count = self.count.lock().unwrap();
            *count += 1;
            self.shown.lock().unwrap().insert(*count, what);
            let sent = Answer::Sent { ids: vec![count.to_string()] };
            return std::future::ready(scripted.unwrap_or(sent)).boxed();
        }
        std::future::ready(scripted.unwrap()).boxed()
    }

    fn amends(&self) -> bool {
        self.amends
    }

    fn amend<'a>(&'a self, amendment: &'a Amendment) -> BoxFuture<'a, Answer> {
        self.amended.lock().unwrap().push(format!("{:?} {}", amendment.change, amendment.message));
        if let Some(answer) = self.script.lock().unwrap().pop_front() {
            return std::future::ready(answer).boxed();
        }
        let number: u32 = amendment.message.parse().unwrap();
        let mut shown = self.shown.lock().unwrap();
        match &amendment.change {
            Change::Delete => drop(shown.remove(&number)),
            Change::Text(text) | Change::Caption(text) => drop(shown.insert(number, text.clone())),
        }
        std::future::ready(Answer::Sent { ids: vec![amendment.message.clone()] }).boxed()
    }
}

struct Town {
    ledger: Ledger,
    store: Store,
    clock: Arc<SimulatedClock>,
    group: Arc<Group>,
    outbox: Outbox,
    chats: BTreeMap<Id, Chat>,
    _folder: tempfile::TempDir,
}

fn refused(detail: &str) -> Answer {
    Answer::Refused { code: "400".into(), detail: detail.into() }
}

fn lost() -> Answer {
    Answer::Unknown { code: "timeout".into(), detail: "no answer".into() }
}

impl Town {
    async fn new(amends: bool) -> Town {
        let folder = tempfile::tempdir().unwrap();
        let (ledger, store) = (Ledger::in_memory().await.unwrap(), Store::open(folder.path()).unwrap());
        let clock = SimulatedClock::at(Timestamp::from_timestamp(1_795_000_000, 0).unwrap());
        let id: Id = "a".parse().unwrap();
        let chat = Chat { id: id.clone(), name: "a".into(), channel: "fake".into(), address: json!({ "chat": "a" }) };
        let group = Group::new(amends);
        let outbox = Town::open(&ledger, &store, &group, &clock).await;
        Town { ledger, store, clock, group, outbox, chats: [(id, chat)].into(), _folder: folder }
    }

    async fn open(ledger: &Ledger, store: &Store, group: &Arc<Group>, clock: &SimulatedClock) -> Outbox {
        let channels: Vec<Arc<dyn Channel>> = vec![group.clone()];
        Outbox::open(ledger.clone(), store.clone(), channels, WORDS, clock.now()).await.unwrap()
    }

    /// A notice of a text and, where `voice` says so, a voice note, in Tibetan.
    fn notice(&self, occasion: &str, text: &str, voice: bool) -> Post {
        let language: crate::base::Tag = "bo".parse().unwrap();
        let clip = self.store.put(b"OggS and so on").unwrap();
        let note =
            PostPart::Voice { language: language.clone(), clip, frames: 48_000, title: "ཁ་རས།".into() };
        let text = PostPart::Text { language, text: text.to_owned() };
        Post {
            broadcast: "masks".parse().unwrap(),
            occasion: occasion.into(),
            chat: "a".parse().unwrap(),
            class: Class::Daily,
            level: None,
            notice: Some(format!("2026-{occasion}")),
            due: self.clock.now(),
            expires: self.clock.now() + TimeDelta::hours(1),
            parts: if voice { vec![text, note] } else { vec![text] },
            order: None,
        }
    }

    async fn post(&self, posts: Vec<Post>) {
        self.outbox.enqueue(posts, &self.chats, self.clock.now()).await.unwrap();
    }

    async fn run(&self, seconds: i64) {
        let end = self.clock.now() + TimeDelta::seconds(seconds);
        loop {
            let mut next = None;
            for _ in 0..12 {
                next = self.outbox.turn(self.clock.now()).await.unwrap();
                self.outbox.settle(self.clock.now()).await;
            }
            match next.filter(|next| *next <= end && *next > self.clock.now()) {
                Some(next) => self.clock.advance_to(next),
                None => break,
            }
        }
        self.clock.advance_to(end);
        self.outbox.turn(self.clock.now()).await.unwrap();
    }

    /// Files and releases an order, and carries it out twice: the second time does nothing.
    async fn order(&self, corrected: Option<Vec<Post>>) -> u64 {
        let broadcast: Id = "masks".parse().unwrap();
        let kind = match corrected {
            None => OrderKind::Withdraw { broadcast: broadcast.clone() },
            Some(_) => OrderKind::Correct { broadcast: broadcast.clone(), texts: Digest::of(b"new") },
        };
        let order = self.ledger.file_order(kind, "tashi", self.clock.now()).await.unwrap();
        self.ledger.release_orders(self.clock.now()).await.unwrap();
        assert_eq!(self.ledger.to_carry_out().await.unwrap().len(), 1);
        let corrected = corrected.map(|posts| {
            let occasion = format!("corrected-{}", order.id);
            posts.into_iter().map(|post| Post { occasion: occasion.clone(), order: Some(order.id), ..post }).collect()
        });
        let taking = Taking { order: order.id, broadcast, corrected };
        self.outbox.take_back(&taking, &self.chats, self.clock.now()).await.unwrap();
        assert!(self.ledger.to_carry_out().await.unwrap().is_empty());
        let before = self.ledger.posts(&PostFilter::default()).await.unwrap();
        self.outbox.take_back(&taking, &self.chats, self.clock.now()).await.unwrap();
        assert_eq!(self.ledger.posts(&PostFilter::default()).await.unwrap(), before);
        order.id
    }

    /// Name, state, code and what took it back, of every call of posts whose occasion begins so.
    async fn calls(&self, occasion: &str) -> Vec<(CallState, Option<String>, Option<u64>)> {
        let rows = self.ledger.posts(&PostFilter::default()).await.unwrap();
        let rows = rows.into_iter().filter(|row| row.post.occasion.starts_with(occasion));
        rows.flat_map(|row| row.calls).map(|call| (call.state, call.code, call.taken_back)).collect()
    }
}

#[tokio::test]
async fn what_was_posted_is_changed_and_deleted_where_that_can_be() {
    let town = Town::new(true).await;
    town.post(vec![town.notice("1", "【演练】\nཁ་རས།\nགོན།", true)]).await;
    town.run(1).await;
    assert_eq!(town.group.shown().len(), 2);
    town.order(None).await;
    town.run(1).await;
    assert_eq!(town.group.shown(), ["【更正】ཁ་རས། 2026-1 bo"], "the text says so, the voice note is gone");
    assert_eq!(town.calls("1").await, vec![(CallState::Delivered, None, Some(1)); 2]);
    assert_eq!(town.calls("withdrawn-").await, vec![(CallState::Delivered, None, None); 2]);
    // Mended, it stands in the same message, and the note comes anew.
    town.order(Some(vec![town.notice("2", "གསར་པ།", true)])).await;
    town.run(1).await;
    assert_eq!(town.group.shown(), ["【更正 2026-1 bo】\nགསར་པ།", "♪ ཁ་རས།"]);
    // And withdrawn for good.
    town.order(None).await;
    town.run(1).await;
    assert_eq!(town.group.shown(), ["【更正】གསར་པ། 2026-2 bo"]);
}

#[tokio::test]
async fn a_service_that_changes_nothing_gets_a_correction() {
    let town = Town::new(false).await;
    town.post(vec![town.notice("1", "ཁ་རས།", true)]).await;
    town.run(1).await;
    town.order(None).await;
    town.run(1).await;
    assert_eq!(town.group.shown(), ["ཁ་རས།", "♪ ཁ་རས།", "【更正】ཁ་རས། 2026-1 bo"]);
    town.order(Some(vec![town.notice("2", "གསར་པ།", false)])).await;
    town.run(1).await;
    assert_eq!(town.group.shown()[3..], ["【更正 2026-1 bo】\nགསར་པ།"]);
    assert!(town.group.amended.lock().unwrap().is_empty());
}

#[tokio::test]
async fn what_waits_never_goes_out_and_needs_no_correction() {
    let town = Town::new(true).await;
    town.group.script([Answer::Retry { after: Some(TimeDelta::minutes(5)), code: "429".into(), detail: "x".into() }]);
    let later = town.clock.now() + TimeDelta::hours(2);
    let tomorrow = Post { due: later, expires: later + TimeDelta::hours(1), ..town.notice("2", "2", false) };
    town.post(vec![town.notice("1", "1", true), tomorrow]).await;
    town.run(1).await;
    let order = town.order(None).await;
    town.run(4 * 3600).await;
    assert_eq!(town.group.shown(), [""; 0]);
    for occasion in ["1", "2"] {
        for call in town.calls(occasion).await {
            assert_eq!(call, (CallState::Refused, Some("withdrawn".into()), Some(order)));
        }
    }
    assert!(town.calls("withdrawn-").await.is_empty());
    // A group that got nothing of it gets the mended text as any other.
    town.order(Some(vec![town.notice("3", "གསར་པ།", false)])).await;
    town.run(1).await;
    assert_eq!(town.group.shown(), ["གསར་པ།"]);
    // The timetable's plan takes none of this back.
    town.ledger.withdraw_unsent(&[], town.clock.now() - TimeDelta::hours(20)).await.unwrap();
    assert_eq!(town.calls("corrected-").await.len(), 1);
}

#[tokio::test]
async fn what_may_have_arrived_is_named_and_never_sent_again() {
    for (class, repeats) in [(Class::Daily, 0), (Class::Emergency, 1)] {
        let town = Town::new(true).await;
        town.group.arrives_anyway.store(true, Ordering::Relaxed);
        town.group.script([lost()]);
        town.post(vec![Post { class, ..town.notice("1", "ཁ་རས།", false) }]).await;
        town.run(1).await;
        assert_eq!(town.calls("1").await[0].0, CallState::Unknown);
        let order = town.order(None).await;
        town.run(600).await;
        assert_eq!(town.group.shown(), ["ཁ་རས།", "【更正】ཁ་རས། 2026-1 bo"], "{class:?}");
        assert_eq!(town.calls("1").await.len(), 1 + repeats, "the repeat was planned before");
        assert!(town.calls("1").await[1..].iter().all(|call| call.0 == CallState::Refused), "and never went out");
        let again = town.ledger.settle_lost("masks.1.a#1", "tashi", town.clock.now()).await.unwrap();
        assert!(again.is_empty(), "nobody sends it again either");
        assert_eq!(town.calls("1").await[0], (CallState::Lost, Some("timeout".into()), Some(order)));
    }
}

/// On its way while it was withdrawn: whatever the answer says, it is settled.
#[tokio::test]
async fn what_is_on_its_way_is_taken_back_when_it_is_known() {
    let retry = Answer::Retry { after: None, code: "unreachable".into(), detail: "x".into() };
    for (answer, shown, state) in [
        (None, vec!["【更正】ཁ་རས། 2026-1 bo"], CallState::Delivered),
        (Some(retry), vec!["【更正】ཁ་རས། 2026-1 bo"], CallState::Refused),
        (Some(refused("no")), vec!["【更正】ཁ་རས། 2026-1 bo"], CallState::Refused),
    ] {
        let town = Town::new(true).await;
        town.group.script(answer.clone());
        town.post(vec![town.notice("1", "ཁ་རས།", false)]).await;
        // It leaves, and its answer is not taken in yet.
        town.outbox.turn(town.clock.now()).await.unwrap();
        assert_eq!(town.calls("1").await[0].0, CallState::Sending);
        town.order(None).await;
        town.run(60).await;
        assert_eq!(town.group.shown(), shown, "{answer:?}");
        assert_eq!(town.calls("1").await[0].0, state, "{answer:?}");
    }
}

#[tokio::test]
async fn a_refused_change_ends_in_words_and_a_doubtful_one_is_made_again() {
    let town = Town::new(true).await;
    town.post(vec![town.notice("1", "ཁ་རས།", true)]).await;
    town.run(1).await;
    town.group.script([lost(), refused("message can't be edited")]);
    town.order(None).await;
    town.run(60).await;
    assert_eq!(town.group.shown(), ["ཁ་རས།", "【更正】ཁ་རས། 2026-1 bo"], "posted instead; the note is deleted");
    let town = Town::new(true).await;
    town.post(vec![town.notice("1", "ཁ་རས།", true)]).await;
    town.run(1).await;
    // The text is changed; the note is too old to be deleted, so what stands under it says it.
    town.group.script([Answer::Sent { ids: vec!["1".into()] }, refused("message can't be deleted")]);
    town.order(None).await;
    town.run(60).await;
    assert_eq!(town.group.shown(), ["ཁ་རས།", "【更正】ཁ་རས། 2026-1 bo"]);
    let amended = town.group.amended.lock().unwrap().clone();
    assert!(amended[1].starts_with("Delete 2") && amended[2].starts_with("Caption("), "{amended:?}");
}

/// A crash at any step: the order is carried out once, and what was to be changed is changed.
#[tokio::test]
async fn a_crash_in_between_loses_nothing() {
    let mut town = Town::new(true).await;
    town.post(vec![town.notice("1", "ཁ་རས།", true)]).await;
    town.run(1).await;
    town.order(None).await;
    // The first change leaves, and the program ends before the answer is written down.
    town.outbox.turn(town.clock.now()).await.unwrap();
    tokio::task::yield_now().await;
    town.outbox = Town::open(&town.ledger, &town.store, &town.group, &town.clock).await;
    town.run(60).await;
    assert_eq!(town.group.shown(), ["【更正】ཁ་རས། 2026-1 bo"]);
    assert_eq!(town.calls("withdrawn-").await, vec![(CallState::Delivered, None, None); 2]);
    assert_eq!(town.ledger.unknown_count().await.unwrap(), 0);
}

/// A digest that waits is taken apart: the other notices come by themselves.
#[tokio::test]
async fn a_digest_that_carries_it_goes_out_without_it() {
    let town = Town::new(true).await;
    let flood = Answer::Retry { after: Some(TimeDelta::minutes(20)), code: "429".into(), detail: "x".into() };
    town.group.script([flood]);
    let other = |id: &str| Post { broadcast: id.parse().unwrap(), ..town.notice("1", &format!("{id}\nx"), false) };
    town.post(vec![other("first")]).await;
    town.run(1).await;
    town.post(vec![town.notice("1", "ཁ་རས།", false), other("x"), other("y"), other("z")]).await;
    town.run(11 * 60).await;
    assert!(town.calls("1").await.iter().any(|call| call.0 == CallState::Digested), "they wait as a digest");
    town.order(None).await;
    town.run(20 * 60).await;
    let shown = town.group.shown().join("|");
    assert!(!shown.contains("ཁ་རས།"), "{shown}");
    for id in ["first", "x", "y", "z"] {
        assert_eq!(shown.matches(&format!("{id}\nx")).count(), 1, "{shown}");
    }
}
