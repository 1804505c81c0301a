//! Residents ask, and are told what is theirs to know.

use std::sync::Mutex;

use super::*;
use crate::ledger::{CallEnd, Finished, Lane, NewCall, NewPost, PlannedAiring, RequestState};
use crate::rundown::{AiringId, Class, Outcome, Post, Receipt};

/// A county of two townships and three villages; the border's group is in its directory.
#[derive(Default)]
struct Board {
    /// Notices that are not there in a language.
    missing: Mutex<BTreeSet<(Id, Tag)>>,
}

fn id(text: &str) -> Id {
    text.parse().unwrap()
}

fn tag(text: &str) -> Tag {
    text.parse().unwrap()
}

fn at(s: i64) -> Timestamp {
    // 2026-11-24 09:00 in Shanghai.
    Timestamp::from_timestamp(1_795_482_000 + s, 0).unwrap()
}

fn names(names: &[(&str, &str)]) -> Names {
    names.iter().map(|(language, name)| (tag(language), (*name).to_owned())).collect()
}

impl Noticeboard for Board {
    fn county(&self, _: &Tag) -> String {
        "德钦县".to_owned()
    }

    fn zone(&self) -> chrono_tz::Tz {
        chrono_tz::Asia::Shanghai
    }

    fn languages(&self) -> Vec<Tag> {
        vec![tag("zh-CN"), tag("bo")]
    }

    fn townships(&self) -> Vec<Township> {
        vec![
            Township { id: id("benzilan"), names: names(&[("zh-CN", "奔子栏镇")]) },
            Township { id: id("tuoding"), names: names(&[("zh-CN", "拖顶乡")]) },
        ]
    }

    fn villages(&self) -> Vec<Village> {
        let village = |village: &str, township: &str, name: &str| Village {
            id: id(village),
            township: id(township),
            names: names(&[("zh-CN", name)]),
        };
        vec![
            village("xiashe", "benzilan", "下社"),
            village("shangshe", "benzilan", "上社"),
            village("tuoding-cun", "tuoding", "拖顶村"),
        ]
    }

    fn group(&self, address: &Value, name: Option<&str>) -> Option<Group> {
        (*address == json!({ "chat": -100 }) || name == Some("@border")).then(|| Group {
            id: id("border"),
            languages: vec![tag("bo"), tag("zh-CN")],
            villages: BTreeSet::from([id("xiashe"), id("shangshe")]),
        })
    }

    fn notice(&self, broadcast: &Id, village: &Id, language: &Tag) -> Option<Notice> {
        if self.missing.lock().unwrap().contains(&(broadcast.clone(), language.clone())) {
            return None;
        }
        Some(Notice { title: format!("{broadcast}:{language}"), text: format!("{broadcast}@{village} in {language}") })
    }
}

struct Residents {
    bot: Bot,
    board: Arc<Board>,
    ledger: Ledger,
    now: Timestamp,
}

fn person(number: i64) -> Chat {
    Chat { number, kind: ChatKind::Person, title: String::new(), name: None }
}

fn group(number: i64) -> Chat {
    Chat { number, kind: ChatKind::Group, title: "边境群".to_owned(), name: None }
}

impl Residents {
    async fn begin() -> Residents {
        let ledger = Ledger::in_memory().await.unwrap();
        let board = Arc::new(Board::default());
        Residents { bot: Bot::new(ledger.clone(), board.clone()), board, ledger, now: at(0) }
    }

    async fn hear(&mut self, event: Event) -> Vec<Say> {
        // Nobody here asks faster than they are answered: pace has its own test.
        self.now += TimeDelta::minutes(2);
        self.bot.hear(&event, self.now).await.unwrap()
    }

    async fn ask(&mut self, chat: &Chat, command: Command) -> Vec<String> {
        let says = self.hear(Event::Asked { chat: chat.clone(), command, speaks: None }).await;
        says.into_iter().map(|say| shown(chat, say)).collect()
    }

    async fn press(&mut self, chat: &Chat, button: &str, may_choose: bool) -> Vec<String> {
        let (query, by) = ("q".to_owned(), "@drolma".to_owned());
        let event = Event::Pressed { chat: chat.clone(), query, button: button.to_owned(), by, may_choose };
        let mut says = self.hear(event).await;
        assert_eq!(says.remove(0), Say::Pressed { query: "q".to_owned() });
        says.into_iter().map(|say| shown(chat, say)).collect()
    }

    /// Plans an airing, and ends it where an outcome is given.
    async fn airing(&self, broadcast: &str, station: &str, due: Timestamp, outcome: Option<Outcome>) {
        let airing = AiringId { broadcast: id(broadcast), instant: due, station: id(station) };
        let planned = PlannedAiring {
            id: airing.clone(),
            at: due,
            until: due,
            class: Class::Daily,
            level: None,
            notice: None,
            languages: vec![tag("bo")],
            order: None,
        };
        self.ledger.plan_airings(&[planned]).await.unwrap();
        if let Some(outcome) = outcome {
            let number = u64::try_from(due.timestamp()).unwrap();
            let receipt = Receipt {
                number,
                airing,
                at: due,
                outcome,
                started: Some(due),
                frames: 0,
                frames_planned: 0,
                parts: Vec::new(),
                volume: 80,
                sink: "wav".into(),
                detail: None,
            };
            self.ledger.record_receipts(station, &[receipt]).await.unwrap();
        }
    }
}

/// A text and its buttons, as in `text [label=button]`.
fn shown(chat: &Chat, say: Say) -> String {
    match say {
        Say::Text { chat: to, text, buttons } => {
            assert_eq!(to, chat.number);
            let labels = buttons.iter().flatten().map(|(label, button)| {
                assert!(button.len() <= 64, "the service takes 64 bytes");
                format!(" [{label}={}]", button.split(':').next().unwrap())
            });
            format!("{text}{}", labels.collect::<String>())
        }
        Say::Pressed { .. } => panic!("pressed once"),
    }
}

/// The button of a keyboard with this label.
fn button(says: &[Say], label: &str) -> String {
    let keyboards = says.iter().filter_map(|say| match say {
        Say::Text { buttons, .. } => Some(buttons),
        Say::Pressed { .. } => None,
    });
    let found = keyboards.flatten().flatten().find(|(found, _)| found == label);
    found.map(|(_, button)| button.clone()).unwrap_or_else(|| panic!("no button {label} in {says:?}"))
}

#[tokio::test]
async fn somebody_new_chooses_a_language_and_a_village_and_hears_of_it_alone() {
    let mut residents = Residents::begin().await;
    let me = person(7);
    let told = residents.ask(&me, Command::Start).await;
    assert_eq!(told.len(), 2);
    assert!(told[0].contains("德钦县") && told[0].lines().count() == 2, "{told:?}");
    assert_eq!(told[1], "请选择语言 / སྐད་ཡིག་འདེམས་རོགས། [中文=l] [བོད་ཡིག=l]");

    let told = residents.press(&me, "l:bo", true).await;
    assert_eq!(told, ["བདམས་ཟིན། བོད་ཡིག", "གྲོང་ཚོ་འདེམས་རོགས། [奔子栏镇=t] [拖顶乡=t]"]);
    let says = residents.hear(Event::Asked { chat: me.clone(), command: Command::Villages, speaks: None }).await;
    let township = button(&says, "奔子栏镇");
    let told = residents.press(&me, &township, true).await;
    assert_eq!(told, ["གྲོང་ཚོ་འདེམས་རོགས། [下社=v] [上社=v]"]);
    let village = format!("v:{}", crate::base::Digest::of(b"xiashe").short());
    let told = residents.press(&me, &village, true).await;
    assert!(told[0].starts_with("བདམས་ཟིན། 下社"), "{told:?}");

    let (early, late) = (at(-7200), at(-3600));
    residents.airing("wash-hands", "xiashe", early, Some(Outcome::Played)).await;
    residents.airing("wear-mask", "xiashe", late, Some(Outcome::Played)).await;
    residents.airing("elsewhere", "tuoding-cun", late, Some(Outcome::Played)).await;
    let told = residents.ask(&me, Command::Latest).await;
    assert_eq!(told, ["wear-mask@xiashe in bo", "wash-hands@xiashe in bo"]);
    // What is not there in Tibetan is not told in Chinese.
    residents.board.missing.lock().unwrap().insert((id("wear-mask"), tag("bo")));
    assert_eq!(residents.ask(&me, Command::Latest).await, ["wash-hands@xiashe in bo"]);

    residents.airing("wash-hands", "xiashe", at(9 * 3600), None).await;
    residents.airing("elsewhere", "tuoding-cun", at(9 * 3600), None).await;
    residents.airing("wash-hands", "xiashe", at(30 * 3600), None).await;
    assert_eq!(residents.ask(&me, Command::Next).await, ["18:00 wash-hands:bo"]);
    // Somebody else knows nothing of it, and is asked where they are.
    let told = residents.ask(&person(8), Command::Latest).await;
    assert!(told[0].starts_with("请选择村子"), "{told:?}");
}

#[tokio::test]
async fn a_telephone_says_its_language() {
    let mut residents = Residents::begin().await;
    for (speaks, expected) in [(Some("bo"), 1), (Some("zh-CN"), 1), (Some("lis"), 2), (None, 2)] {
        let event = Event::Asked { chat: person(9), command: Command::Help, speaks: speaks.map(tag) };
        let says = residents.hear(event).await;
        let Say::Text { text, .. } = &says[0] else { panic!() };
        assert_eq!(text.matches("/latest").count(), expected, "{speaks:?}: {text}");
    }
}

#[tokio::test]
async fn a_group_waits_until_the_county_takes_it() {
    let mut residents = Residents::begin().await;
    let chat = group(-555);
    let told = residents.hear(Event::Added { chat: chat.clone(), by: "@drolma".into() }).await;
    assert!(matches!(&told[..], [Say::Text { text, .. }] if text.contains("已经报告县里")));
    // Added twice, it waits once.
    assert_eq!(residents.hear(Event::Added { chat: chat.clone(), by: "@drolma".into() }).await, []);
    let requests = residents.ledger.chat_requests(false).await.unwrap();
    assert_eq!(requests.len(), 1);
    assert_eq!((requests[0].title.as_str(), &requests[0].address), ("边境群", &json!({ "chat": -555 })));
    for command in [Command::Latest, Command::Next, Command::Villages, Command::Language, Command::Start] {
        let told = residents.ask(&chat, command).await;
        assert!(told.len() == 1 && told[0].contains("已经报告县里"), "{command:?}: {told:?}");
    }
    assert_eq!(residents.press(&chat, "l:bo", true).await, Vec::<String>::new());

    // It is moved while it waits, and then leaves.
    residents.hear(Event::Moved { from: -555, to: -100_555 }).await;
    let requests = residents.ledger.chat_requests(false).await.unwrap();
    assert_eq!(requests[0].address, json!({ "chat": -100_555 }));
    residents.hear(Event::Removed { chat: group(-100_555) }).await;
    assert_eq!(residents.ledger.chat_requests(false).await.unwrap(), []);
    let all = residents.ledger.chat_requests(true).await.unwrap();
    assert_eq!(all[0].state, RequestState::Gone);
}

#[tokio::test]
async fn a_request_is_settled_once() {
    let mut residents = Residents::begin().await;
    residents.hear(Event::Added { chat: group(-1), by: "1".into() }).await;
    residents.hear(Event::Added { chat: group(-2), by: "2".into() }).await;
    let ledger = &residents.ledger;
    let taken = ledger.settle_request(1, Some(&id("north")), "Tashi", at(1)).await.unwrap();
    assert_eq!((taken.state, taken.chat), (RequestState::Accepted, Some(id("north"))));
    let refused = ledger.settle_request(2, None, "Tashi", at(1)).await.unwrap();
    assert_eq!(refused.state, RequestState::Refused);
    let again = ledger.settle_request(1, None, "Tashi", at(2)).await.unwrap_err();
    assert_eq!(again.to_string(), "request 1 was settled before");
    let unknown = ledger.settle_request(3, None, "Tashi", at(2)).await.unwrap_err();
    assert_eq!(unknown.to_string(), "there is no request 3; `cunxiang chats requests` lists them");
    // Whoever was refused and adds the robot again asks again.
    residents.hear(Event::Added { chat: group(-2), by: "2".into() }).await;
    assert_eq!(residents.ledger.chat_requests(false).await.unwrap()[0].number, 3);
}

#[tokio::test]
async fn a_group_hears_of_its_own_posts_alone() {
    let mut residents = Residents::begin().await;
    for (broadcast, chat, arrives) in
        [("flood", "border", true), ("secret", "duty", true), ("lost", "border", false), ("fire", "border", true)]
    {
        let text = |language: &str| PostPart::Text { language: tag(language), text: format!("{broadcast} {language}") };
        let post = Post {
            broadcast: id(broadcast),
            occasion: "1".into(),
            chat: id(chat),
            class: Class::Daily,
            level: None,
            notice: None,
            due: residents.now,
            expires: residents.now + TimeDelta::hours(12),
            parts: vec![text("bo"), text("zh-CN")],
            order: None,
        };
        residents.now += TimeDelta::minutes(1);
        deliver(&residents.ledger, post, arrives, residents.now).await;
    }
    let told = residents.ask(&group(-100), Command::Latest).await;
    assert_eq!(told, ["fire bo", "fire zh-CN", "flood bo", "flood zh-CN"]);
    // Under its public name, and after it moved, too.
    let by_name = Chat { name: Some("@border".into()), ..group(-77) };
    assert_eq!(residents.ask(&by_name, Command::Latest).await.len(), 4);
    residents.hear(Event::Moved { from: -100, to: -200 }).await;
    assert_eq!(residents.ask(&group(-200), Command::Latest).await.len(), 4);
    // A township's villages hear the same: told once.
    for village in ["xiashe", "shangshe", "tuoding-cun"] {
        residents.airing("fire", village, at(9 * 3600), None).await;
    }
    residents.airing("flood", "tuoding-cun", at(9 * 3600), None).await;
    assert_eq!(residents.ask(&group(-200), Command::Next).await, ["18:00 fire:bo · fire:zh-CN"]);
    assert_eq!(residents.ask(&group(-200), Command::Villages).await, ["下社 · 上社"]);
}

async fn deliver(ledger: &Ledger, post: Post, arrives: bool, now: Timestamp) {
    let call = NewCall {
        position: 0,
        repeat: 0,
        lane: Lane::Ordinary,
        robot: "telegram:1".into(),
        chat: post.chat.clone(),
        channel: CHANNEL.into(),
        address: json!({ "chat": -100 }),
        body: json!({}),
        heavy: false,
        harmless: false,
        due: post.due,
        expires: post.expires,
    };
    ledger.enqueue(&[NewPost { post, calls: vec![call] }], now).await.unwrap();
    let claimed = ledger.claim_calls(now, now + TimeDelta::minutes(5), 10, |_| true).await.unwrap();
    let end = match arrives {
        true => CallEnd::Delivered { ids: vec!["1".into()] },
        false => CallEnd::Refused { code: "403".into(), detail: String::new() },
    };
    let call = &claimed[0].call;
    let finished = Finished { id: call.id.clone(), attempt: call.attempts, end };
    ledger.finish_calls(&[finished], now).await.unwrap();
}

#[tokio::test]
async fn an_administrator_chooses_for_a_group() {
    let mut residents = Residents::begin().await;
    let chat = group(-100);
    assert_eq!(residents.press(&chat, "l:bo", false).await.len(), 1, "told who may");
    assert_eq!(residents.ledger.group_settings(CHANNEL).await.unwrap(), []);
    // It has both; one is taken away, and the last one stays.
    assert_eq!(residents.press(&chat, "l:zh-CN", true).await, ["བདམས་ཟིན། བོད་ཡིག"]);
    assert_eq!(residents.press(&chat, "l:bo", true).await, ["བདམས་ཟིན། བོད་ཡིག"]);
    assert_eq!(residents.press(&chat, "l:zh-CN", true).await, ["བདམས་ཟིན། བོད་ཡིག · 中文"]);
    let held = residents.ledger.group_settings(CHANNEL).await.unwrap();
    assert_eq!(held[0].languages, [tag("bo"), tag("zh-CN")]);
    // Made-up buttons do nothing.
    for made_up in
        ["", "l:", "l:en", "l:lis", "v:x", "t:x", "t::99999999999999999999", "t:x:18446744073709551615", "x:y"]
    {
        let told = residents.press(&chat, made_up, true).await;
        assert!(told.is_empty() || told[0] == "下社 · 上社", "{made_up}: {told:?}");
    }
    let audit = residents.ledger.audit_rows(10).await.unwrap();
    assert!(audit.iter().all(|row| row.who == "telegram: @drolma"), "{audit:?}");
    assert_eq!(audit.len(), 3);
}

#[tokio::test]
async fn nobody_is_flooded() {
    let mut residents = Residents::begin().await;
    let now = at(0);
    let mut answered = 0;
    for _ in 0..20 {
        let event = Event::Asked { chat: group(-100), command: Command::Help, speaks: None };
        answered += residents.bot.hear(&event, now).await.unwrap().len();
    }
    assert_eq!(answered, 4);
}
