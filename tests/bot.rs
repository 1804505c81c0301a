//! The robot and its service over a real socket: what happens in Telegram chats goes in, answers come out.

#[path = "fake_telegram/mod.rs"]
mod fake_telegram;

use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;

use cunxiang::base::clock::SimulatedClock;
use cunxiang::base::{Id, Tag, Timestamp};
use cunxiang::bot::telegram::{Deaf, Line};
use cunxiang::bot::{Bot, Group, Notice, Noticeboard, Township, Village};
use cunxiang::ledger::{Ledger, RequestState};
use cunxiang::outbox::telegram;
use fake_telegram::{FakeTelegram, Received, Reply};
use serde_json::{Value, json};

const TOKEN: &str = "123456:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw";
const NOW: i64 = 1_795_482_000;

/// A county with a village and a group.
struct Board;

impl Noticeboard for Board {
    fn county(&self, _: &Tag) -> String {
        "德钦县".to_owned()
    }

    fn zone(&self) -> chrono_tz::Tz {
        chrono_tz::Asia::Shanghai
    }

    fn languages(&self) -> Vec<Tag> {
        ["zh-CN", "bo"].map(|tag| tag.parse().unwrap()).into()
    }

    fn townships(&self) -> Vec<Township> {
        vec![Township { id: "benzilan".parse().unwrap(), names: Default::default() }]
    }

    fn villages(&self) -> Vec<Village> {
        let (id, township): (Id, Id) = ("xiashe".parse().unwrap(), "benzilan".parse().unwrap());
        vec![Village { id, township, names: Default::default() }]
    }

    fn group(&self, address: &Value, _: Option<&str>) -> Option<Group> {
        let languages = self.languages();
        let villages = [self.villages()[0].id.clone()].into();
        (address["chat"] == -100).then(|| Group { id: "border".parse().unwrap(), languages, villages })
    }

    fn notice(&self, _: &Id, _: &Id, _: &Tag) -> Option<Notice> {
        None
    }
}

struct County {
    service: FakeTelegram,
    line: Line,
    ledger: Ledger,
    _folder: tempfile::TempDir,
}

async fn county() -> County {
    let service = FakeTelegram::start(TOKEN).await;
    let folder = tempfile::tempdir().unwrap();
    let token_file = folder.path().join("token");
    std::fs::write(&token_file, TOKEN).unwrap();
    std::fs::set_permissions(&token_file, std::fs::Permissions::from_mode(0o600)).unwrap();
    let options = telegram::Options {
        token_file,
        api_url: Some(service.url.clone()),
        proxy: None,
        timeout: telegram::TIMEOUT_MAX,
    };
    let ledger = Ledger::in_memory().await.unwrap();
    let clock = SimulatedClock::at(Timestamp::from_timestamp(NOW, 0).unwrap());
    let connect = Arc::new(telegram::Telegram::open(&options).unwrap()).connect();
    let line = Line::new(Bot::new(ledger.clone(), Arc::new(Board)), connect, telegram::pieces, clock);
    County { service, line, ledger, _folder: folder }
}

fn private(person: i64) -> Value {
    json!({ "id": person, "type": "private", "first_name": "Drolma" })
}

fn group(number: i64) -> Value {
    json!({ "id": number, "type": "supergroup", "title": "奔子栏村民群" })
}

fn user(person: i64) -> Value {
    json!({ "id": person, "is_bot": false, "first_name": "Drolma", "language_code": "bo" })
}

fn message(chat: Value, text: &str, date: i64) -> Value {
    json!({ "message": { "message_id": 5, "date": date, "chat": chat, "from": user(7), "text": text,
        "entities": [{ "type": "bot_command", "offset": 0, "length": text.len() }] } })
}

fn membership(chat: Value, before: &str, after: &str) -> Value {
    let member = |status: &str| {
        let robot = json!({ "id": 1, "is_bot": true, "first_name": "村响", "username": "cunxiang_bot" });
        match status {
            "kicked" => json!({ "status": status, "user": robot, "until_date": 0 }),
            _ => json!({ "status": status, "user": robot }),
        }
    };
    json!({ "my_chat_member": { "chat": chat, "from": user(7), "date": NOW,
        "old_chat_member": member(before), "new_chat_member": member(after) } })
}

fn pressed(chat: Value, person: i64, button: &str) -> Value {
    json!({ "callback_query": { "id": "99", "from": user(person), "chat_instance": "1", "data": button,
        "message": { "message_id": 5, "date": NOW, "chat": chat, "text": "choose" } } })
}

impl County {
    /// Something happens, and the robot says this.
    async fn says(&mut self, update: Value) -> Vec<Received> {
        let before = self.service.received().len();
        self.service.happens(update);
        assert_eq!(self.line.turn().await, Ok(1));
        self.service.received().split_off(before)
    }
}

fn texts(received: &[Received]) -> Vec<(&str, &str)> {
    received.iter().map(|call| (call.chat.as_str(), call.text.lines().next().unwrap_or_default())).collect()
}

#[tokio::test]
async fn what_happens_in_chats_is_heard_and_answered() {
    let mut county = county().await;
    let said = county.says(message(private(7), "/start", NOW)).await;
    assert_eq!(texts(&said), [("7", "བཀྲ་ཤིས་བདེ་ལེགས། 德钦县 བརྡ་ཐོ།"), ("7", "请选择语言 / སྐད་ཡིག་འདེམས་རོགས།")]);
    // Long ago, for another robot, no command, and edited texts: nothing.
    for (text, date) in
        [("/help", NOW - 3600), ("/help@other_bot", NOW), ("hello", NOW), ("/help@cunxiang_bot extra", NOW - 301)]
    {
        assert_eq!(county.says(message(private(7), text, date)).await, [], "{text}");
    }
    assert_eq!(county.says(message(private(7), "/help@cunxiang_bot", NOW)).await.len(), 1);
    assert_eq!(county.says(json!({ "edited_message": message(private(7), "/help", NOW)["message"] })).await, []);
    // What a later version of the service says, and nobody here can read.
    assert_eq!(county.says(json!({ "hologram": { "depth": 3 } })).await, []);
    // A call that does not go out holds up nobody.
    county.service.script([Reply::Error(403, "Forbidden: bot was blocked by the user")]);
    assert_eq!(county.says(message(private(8), "/help", NOW)).await.len(), 1);
    assert_eq!(county.says(message(private(9), "/help", NOW)).await.len(), 1);
}

#[tokio::test]
async fn groups_come_choose_move_and_go() {
    let mut county = county().await;
    let said = county.says(membership(group(-555), "left", "member")).await;
    assert_eq!(texts(&said), [("-555", "本群还没有在县里登记，已经报告县里。登记以后，这里会收到通知。")]);
    let asked = county.ledger.chat_requests(false).await.unwrap();
    assert_eq!((asked[0].title.as_str(), asked[0].asked_by.as_str()), ("奔子栏村民群", "7"));

    // Only an administrator chooses for a group that the county knows.
    assert_eq!(texts(&county.says(pressed(group(-100), 7, "l:bo")).await), [("-100", "请群管理员选择语言。")]);
    county.service.make_administrator(7);
    assert_eq!(texts(&county.says(pressed(group(-100), 7, "l:zh-CN")).await), [("-100", "བདམས་ཟིན། བོད་ཡིག")]);
    let chosen = county.ledger.group_settings("telegram").await.unwrap();
    assert_eq!(chosen[0].languages, ["bo".parse::<Tag>().unwrap()]);

    let moved = json!({ "message": { "message_id": 6, "date": NOW, "chat": { "id": -100, "type": "group", "title": "x" },
        "from": user(7), "migrate_to_chat_id": -100_200 } });
    assert_eq!(county.says(moved).await, []);
    assert_eq!(county.ledger.moves().await.unwrap()[0].new_address, json!({ "chat": -100_200 }));
    assert_eq!(county.ledger.group_settings("telegram").await.unwrap()[0].address, json!({ "chat": -100_200 }));

    assert_eq!(county.says(membership(group(-100_200), "administrator_gone", "kicked")).await, []);
    county.says(membership(group(-100_200), "member", "kicked")).await;
    assert!(county.ledger.group_settings("telegram").await.unwrap()[0].gone_at.is_some());
    county.says(membership(group(-555), "member", "left")).await;
    assert_eq!(county.ledger.chat_requests(true).await.unwrap()[0].state, RequestState::Gone);
}

#[tokio::test]
async fn it_says_why_it_hears_nothing_without_the_token_and_hears_again() {
    let mut county = county().await;
    county.service.happens(message(private(7), "/help", NOW));
    for (status, words, expected) in [
        (
            409,
            "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
            Deaf::Other,
        ),
        (409, "Conflict: something new", Deaf::Other),
        (401, "Unauthorized", Deaf::Token),
    ] {
        county.service.deafen([(status, words)]);
        let fault = county.line.turn().await.unwrap_err();
        assert_eq!(fault, expected, "{words}");
        assert!(!fault.to_string().contains("AAHdqTcvCH1"), "{fault}");
    }
    assert_eq!(county.line.turn().await, Ok(1));
    assert_eq!(county.service.received().len(), 1, "asked once, answered once");
}
