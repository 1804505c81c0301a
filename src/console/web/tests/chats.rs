//! Chats: tasks with their files, what is unknown settled, groups let in and refused, tests, withdraw and correct.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::world::{World, sample};
use crate::base::Id;
use crate::console::web::form::encoded;
use crate::ledger::{CallEnd, CallState, Finished, Lane, NewCall, NewPost, PostFilter, RequestState, Role};
use crate::rundown::{Class, OrderKind, Post, PostPart};

fn id(text: &str) -> Id {
    text.parse().unwrap()
}

/// A post with a call for each end, which ended so a moment ago.
async fn posted(world: &World, broadcast: &str, channel: &str, ends: Vec<CallEnd>) {
    let (ledger, now) = (world.site.ledger(), world.now());
    let text = |n: usize| PostPart::Text { language: "bo".parse().unwrap(), text: format!("part {n}") };
    let post = Post {
        broadcast: id(broadcast),
        occasion: "20261124".into(),
        chat: id("foshan-residents"),
        class: Class::Daily,
        level: None,
        notice: Some("2026-0412".into()),
        due: now,
        expires: now + TimeDelta::hours(6),
        parts: (0..ends.len()).map(text).collect(),
        order: None,
    };
    let call = |position: usize| NewCall {
        position: position as u32,
        repeat: 0,
        lane: Lane::Ordinary,
        robot: channel.into(),
        chat: post.chat.clone(),
        channel: channel.into(),
        address: json!({ "kind": channel, "person": "扎西<b>" }),
        body: json!({}),
        heavy: false,
        harmless: false,
        due: now,
        expires: post.expires,
    };
    let calls = (0..ends.len()).map(call).collect();
    ledger.enqueue(&[NewPost { post: post.clone(), calls }], now).await.unwrap();
    for end in ends {
        // The calls of a post go one after the other.
        let claims = ledger.claim_calls(now, now + TimeDelta::minutes(3), 1, |_| true).await.unwrap();
        let call = &claims[0].call;
        let finished = Finished { id: call.id.clone(), attempt: call.attempts, end };
        ledger.finish_calls(&[finished], now).await.unwrap();
    }
}

fn unknown() -> CallEnd {
    CallEnd::Unknown { code: "timeout".into(), detail: "no <answer> came".into() }
}

async fn states(world: &World) -> Vec<CallState> {
    let rows = world.site.ledger().posts(&PostFilter::default()).await.unwrap();
    rows.iter().flat_map(|row| &row.calls).map(|call| call.state).collect()
}

async fn world() -> World {
    let world = World::new().await;
    world.person("drolma", &[Role::Writer]).await;
    world.person("tashi", &[Role::Reviewer]).await;
    world
}

#[tokio::test]
async fn a_task_has_its_text_card_and_voice_and_is_ticked() {
    let world = world().await;
    let folder = world.site.home.join("tasks");
    std::fs::create_dir_all(&folder).unwrap();
    let files = [("01-bo.txt", "བོད་ཡིག <script>\n".as_bytes()), ("02-bo.png", b"card"), ("03-bo.opus", b"OggS")];
    let mut ends = Vec::new();
    for (name, bytes) in files {
        std::fs::write(folder.join(name), bytes).unwrap();
        ends.push(CallEnd::Handed { ids: vec![folder.join(name).display().to_string()] });
    }
    posted(&world, "epidemic-daily", "manual", ends).await;
    let (drolma, tashi) = (world.browser("drolma", false).await, world.browser("tashi", false).await);
    let page = world.get(&drolma, "/chats").await.text;
    for text in [
        "疫情防控每日播报",
        "佛山乡村民群",
        "扎西&lt;b&gt;",
        "11-24 18:00 前转发",
        "lang=\"bo\"",
        "བོད་ཡིག &lt;script&gt;",
        "复制文字",
        "02-bo.png",
    ] {
        assert!(page.contains(text), "{text}\n{page}");
    }
    let post = "epidemic-daily.20261124.foshan-residents";
    let file = |n: u32| format!("/chats/file?call={}", encoded(&format!("{post}#{n}")));
    for (n, kind) in [(1, "text/plain; charset=utf-8"), (2, "image/png"), (3, "audio/ogg")] {
        assert_eq!(world.get(&tashi, &file(n)).await.headers["content-type"], kind);
    }
    for address in [file(4), "/chats/file".to_owned(), "/chats/file?call=../../etc/passwd%231".to_owned()] {
        assert_eq!(world.get(&drolma, &address).await.status, 404, "{address}");
    }
    assert!(!world.get(&tashi, "/chats").await.text.contains("已转发"));
    assert_eq!(world.post(&tashi, "/chats/done", &[("name", post)]).await.status, 403);
    let done = world.post(&drolma, "/chats/done", &[("name", post)]).await;
    assert!(world.get(&drolma, done.to()).await.text.contains("已记为转发。"));
    assert_eq!(states(&world).await, [CallState::Delivered; 3]);
    assert_eq!(world.post(&drolma, "/chats/done", &[("name", post)]).await.status, 409);
}

/// A file is shown because the outbox handed it to a person, and for no other reason.
#[tokio::test]
async fn no_other_call_gives_a_file() {
    let world = world().await;
    let path = world.site.home.join("config.txt");
    std::fs::write(&path, "secret").unwrap();
    posted(&world, "hotlines", "folder", vec![CallEnd::Delivered { ids: vec![path.display().to_string()] }]).await;
    let browser = world.browser("drolma", false).await;
    let call = encoded("hotlines.20261124.foshan-residents#1");
    assert_eq!(world.get(&browser, &format!("/chats/file?call={call}")).await.status, 404);
}

#[tokio::test]
async fn what_may_have_arrived_is_settled() {
    let world = world().await;
    posted(&world, "epidemic-daily", "telegram", vec![unknown()]).await;
    posted(&world, "hotlines", "telegram", vec![unknown()]).await;
    let (drolma, tashi) = (world.browser("drolma", false).await, world.browser("tashi", false).await);
    let page = world.get(&drolma, "/chats").await.text;
    assert!(
        page.contains("不知是否送达") && page.contains("no &lt;answer&gt; came") && page.contains("没有，重发"),
        "{page}"
    );
    assert!(!world.get(&tashi, "/chats").await.text.contains("没有，重发"));
    let of = |broadcast: &str| format!("{broadcast}.20261124.foshan-residents");
    for action in ["seen", "resend"] {
        let fields = [("name", of("hotlines"))].map(|(name, value)| (name, value));
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(world.post(&tashi, &format!("/chats/{action}"), &fields).await.status, 403);
    }
    let (seen, lost) = (of("epidemic-daily"), of("hotlines"));
    world.post(&drolma, "/chats/seen", &[("name", &seen)]).await;
    world.post(&drolma, "/chats/resend", &[("name", &lost)]).await;
    let mut found = states(&world).await;
    found.sort();
    assert_eq!(found, [CallState::Waiting, CallState::Delivered, CallState::Lost]);
    let page = world.get(&drolma, "/chats/posts?state=lost").await.text;
    assert!(page.contains("健康热线") && !page.contains("疫情防控每日播报</span> <small>"), "{page}");
    assert!(world.get(&drolma, "/chats/posts?broadcast=village-cleaning").await.text.contains("没有符合的发送"));
    assert_eq!(world.post(&drolma, "/chats/seen", &[("name", "nothing")]).await.status, 409);
}

#[tokio::test]
async fn a_group_is_taken_into_the_directory_or_refused() {
    let world = world().await;
    let ledger = world.site.ledger();
    for (chat, title) in [(-100, "外转村<b>群\n第二行"), (-200, "广告群")] {
        let address: Value = json!({ "kind": "telegram", "chat": chat });
        assert!(ledger.request_chat("telegram", &address, (title, "扎西"), world.now()).await.unwrap());
    }
    let (drolma, tashi) = (world.browser("drolma", false).await, world.browser("tashi", false).await);
    let page = world.get(&drolma, "/chats").await.text;
    assert!(page.contains("外转村&lt;b&gt;群 第二行") && page.contains("广告群"), "{page}");
    let fields = |chat: &'static str, township: &'static str| {
        let known = [("request", "1"), ("id", chat), ("name", "外转村村民群"), ("township", township)];
        let more = [("station", ""), ("language", "bo"), ("language", "zh-CN"), ("send", "text"), ("send", "voice")];
        known.into_iter().chain(more).collect::<Vec<_>>()
    };
    let path = world.site.home.join("config/chats.toml");
    let before = std::fs::read_to_string(&path).unwrap();
    assert_eq!(world.post(&tashi, "/chats/accept", &fields("waizhuan", "foshan")).await.status, 403);
    // Ids that are there, or are none, and townships that are not: told, and nothing is written.
    for (chat, township) in [("foshan-residents", "foshan"), ("waizhuan", "atlantis"), ("Wai Zhuan", "foshan")] {
        let page = world.post(&drolma, "/chats/accept", &fields(chat, township)).await;
        assert!(page.text.contains("没有加入，名录没有改动"), "{chat} {township}: {}", page.text);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), before);
    }
    let done = world.post(&drolma, "/chats/accept", &fields("waizhuan", "foshan")).await;
    assert!(world.get(&drolma, done.to()).await.text.contains("已加入名录"));
    let written = std::fs::read_to_string(&path).unwrap();
    let added = written.strip_prefix(before.trim_end()).expect("comments and groups are kept").trim();
    assert_eq!(
        added,
        "[[chat]]\nid = \"waizhuan\"\nname = { zh-CN = \"外转村村民群\" }\ntownship = \"foshan\"\nlanguages = [\"bo\", \
         \"zh-CN\"]\nsend = [\"text\", \"voice\"]\nchannel = { kind = \"telegram\", chat = -100 }"
    );
    world.post(&drolma, "/chats/refuse", &[("request", "2")]).await;
    let settled = ledger.chat_requests(true).await.unwrap();
    let found: Vec<_> = settled.iter().map(|one| (one.number, one.state, one.settled_by.as_deref())).collect();
    assert!(
        found.contains(&(1, RequestState::Accepted, Some("drolma")))
            && found.contains(&(2, RequestState::Refused, Some("drolma"))),
        "{found:?}"
    );
    assert_eq!(world.post(&drolma, "/chats/accept", &fields("waizhuan-2", "foshan")).await.status, 409);
}

#[tokio::test]
async fn the_directory_lists_groups_and_tries_the_way_to_one() {
    let world = world().await;
    let (drolma, tashi) = (world.browser("drolma", false).await, world.browser("tashi", false).await);
    let page = world.get(&drolma, "/chats/directory").await.text;
    assert_eq!(page.matches("试发</button>").count(), sample().chats.len());
    let page = world.get(&tashi, "/chats/directory?township=foshan").await.text;
    assert!(page.contains("佛山乡村民群") && !page.contains("奔子栏镇村民群") && !page.contains("试发</button>"));
    assert_eq!(world.post(&tashi, "/chats/test", &[("chat", "foshan-residents")]).await.status, 403);
    let page = world.post(&drolma, "/chats/test", &[("chat", "foshan-residents")]).await.text;
    assert!(page.contains("试发成功") && page.contains("took it as 7"), "{page}");
    let page = world.post(&drolma, "/chats/test", &[("chat", "benzilan-residents")]).await.text;
    assert!(page.contains("没有发出") && page.contains("no such &lt;channel&gt;"), "{page}");
    assert_eq!(world.post(&drolma, "/chats/test", &[("chat", "nobody")]).await.status, 409);
    let audit = world.site.ledger().audit_rows(2).await.unwrap();
    assert!(audit.iter().all(|row| row.action == "test chat" && row.who == "drolma"), "{audit:?}");
}

#[tokio::test]
async fn a_notice_is_withdrawn_and_one_that_is_as_it_was_is_not_corrected() {
    let world = world().await;
    let (drolma, tashi) = (world.browser("drolma", false).await, world.browser("tashi", false).await);
    let fields = [("broadcast", "hotlines"), ("sure", "yes")];
    assert_eq!(world.post(&tashi, "/chats/withdraw", &fields).await.status, 403);
    assert_eq!(world.post(&drolma, "/chats/withdraw", &fields[..1]).await.status, 403, "nobody said that it is meant");
    let done = world.post(&drolma, "/chats/withdraw", &fields).await;
    assert!(world.get(&drolma, done.to()).await.text.contains("已下令撤回。"));
    let order = world.site.ledger().order(1).await.unwrap().unwrap();
    assert_eq!((order.filed_by.as_str(), order.kind), ("drolma", OrderKind::Withdraw { broadcast: id("hotlines") }));
    assert_eq!(world.post(&drolma, "/chats/withdraw", &fields).await.status, 409, "it is withdrawn already");
    let done = world.post(&drolma, "/chats/correct", &fields[..1]).await;
    assert!(world.get(&drolma, done.to()).await.text.contains("已下令更正。"), "{}", done.text);
    assert_eq!(world.post(&drolma, "/chats/correct", &[("broadcast", "nothing")]).await.status, 409);
}
