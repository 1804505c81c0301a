//! What chat groups get, and when.

use super::county::{Content, announce, at, id, order, registry, shown};
use crate::planner::plan::{Planner, Registered, Registry};
use crate::rundown::{Class, Order, OrderKind, Post};

fn posts(content: &Content, orders: &[Order], now: &str) -> Vec<Post> {
    let catalog = content.catalog();
    let known = registry(&catalog);
    Planner::new(&catalog, orders, &known, at(now)).posts()
}

/// `due broadcast occasion chat`.
fn lines(posts: &[Post]) -> Vec<String> {
    posts.iter().map(|p| format!("{} {} {} {}", shown(p.due), p.broadcast, p.occasion, p.chat)).collect()
}

fn daily(post: &str) -> Content {
    Content::new().daily("a", "short", "at = [\"08:00\", \"12:00\"]", &format!("post = \"{post}\""))
}

/// Of `chat`, with the occasion.
fn check(post: &str, now: &str, chat: &str, wanted: &[&str]) {
    let mut found = posts(&daily(post), &[], now);
    found.retain(|post| post.chat.as_str() == chat);
    assert_eq!(found.iter().map(|p| format!("{} {}", shown(p.due), p.occasion)).collect::<Vec<_>>(), wanted);
}

#[test]
fn each_daily_and_none() {
    check(
        "each",
        "24T09:00",
        "south-chat",
        &[
            "23T12:00 20261123T040000Z",
            "24T08:00 20261124T000000Z",
            "24T12:00 20261124T040000Z",
            "25T08:00 20261125T000000Z",
        ],
    );
    check("daily", "24T09:00", "south-chat", &["24T08:00 20261124", "25T08:00 20261125"]);
    check("none", "24T09:00", "south-chat", &[]);
    // A group on a channel with a budget gets it some fixed minutes later.
    let found = posts(&daily("daily"), &[], "24T09:00");
    let north: Vec<_> = found.iter().filter(|post| post.chat == id("north-chat")).map(|post| post.due).collect();
    let late = north[0] - at("24T08:00");
    assert!((2..=8).contains(&late.num_minutes()), "{late}");
    assert_eq!(north[1] - at("25T08:00"), late);
    let post = &found[0];
    assert_eq!(post.expires - post.due, chrono::TimeDelta::hours(12));
    assert_eq!(post.notice.as_deref(), Some("2026-0000"));
    assert!(!post.parts.is_empty());
}

/// Everybody's timers go off at the full and the half hour; ours do not, but in an emergency.
#[test]
fn no_day_s_notice_goes_out_at_the_full_or_the_half_hour() {
    use chrono::Timelike as _;
    let due_of = |when: &str, chat: &str| {
        let content = Content::new().daily("a", "short", &format!("at = [\"{when}\"]"), "post = \"daily\"");
        let found = posts(&content, &[], "24T07:30");
        found.iter().find(|post| post.chat == id(chat) && post.due > at("24T07:30")).unwrap().due
    };
    let late = due_of("08:00", "north-chat") - at("24T08:00");
    let mut shifted = 0;
    for minute in 0..60 {
        let due = due_of(&format!("10:{minute:02}"), "north-chat");
        assert!(![0, 1].contains(&(due.minute() % 30)), "10:{minute:02} is posted at {}", shown(due));
        let more = due - at(&format!("24T10:{minute:02}")) - late;
        assert!([0, 2].contains(&more.num_minutes()), "{more}");
        shifted += usize::from(!more.is_zero());
    }
    assert_eq!(shifted, 4, "two minutes of each half hour would have been hit");
    assert_eq!(shown(due_of("10:00", "south-chat")), "24T10:00", "files hurt nobody");
    let content = daily("none").on_order("flood", "short", "emergency", "III");
    let flood = order(7, "24T10:00", announce("flood", &[], Class::Emergency));
    assert!(posts(&content, &[flood], "24T10:01").iter().all(|post| shown(post.due) == "24T10:00"));
}

#[test]
fn once_goes_out_with_the_first_airing_of_an_edition() {
    let catalog = daily("once").catalog();
    let edition = &catalog.editions[&id("a")];
    let of = |first_seen: &str, now: &str| {
        let known = Registry {
            editions: [(edition.digest, Registered { notice: "2026-0001".to_owned(), first_seen: at(first_seen) })]
                .into(),
            ..registry(&catalog)
        };
        let mut posts = Planner::new(&catalog, &[], &known, at(now)).posts();
        posts.retain(|post| post.chat == id("south-chat"));
        assert!(posts.iter().all(|post| post.occasion == edition.text_digest.short()));
        posts.iter().map(|post| shown(post.due)).collect::<Vec<_>>()
    };
    assert_eq!(of("24T09:00", "24T09:00"), ["24T12:00"]);
    assert_eq!(of("24T09:00", "24T20:00"), ["24T12:00"]);
    assert_eq!(of("24T09:00", "25T11:00"), ["24T12:00"]);
    assert_eq!(of("24T09:00", "25T13:00"), Vec::<String>::new(), "more than a day ago");
    assert_eq!(of("10T09:00", "24T09:00"), Vec::<String>::new(), "posted two weeks ago");
}

#[test]
fn an_order_is_posted_at_once_where_it_concerns_somebody() {
    let content =
        daily("none").on_order("flood", "short", "emergency", "III").on_order("drill", "short", "drill", "IV");
    let flood = |stations: &[&str]| order(7, "24T10:00:05", announce("flood", stations, Class::Emergency));
    let all = [
        "24T10:00:05 flood order-7 all-chat",
        "24T10:00:05 flood order-7 north-chat",
        "24T10:00:05 flood order-7 south-chat",
    ];
    assert_eq!(lines(&posts(&content, &[flood(&[])], "24T10:01")), all);
    assert_eq!(lines(&posts(&content, &[flood(&["all"])], "24T10:01")), all);
    assert_eq!(lines(&posts(&content, &[flood(&["n2"])], "24T10:01")), all[1..2]);
    let cancel = order(8, "24T10:00:20", OrderKind::Cancel { order: 7 });
    assert_eq!(lines(&posts(&content, &[flood(&[]), cancel], "24T10:01")), Vec::<String>::new());
    // At night the group reads at once what the loudspeaker says in the morning; a drill does neither.
    let night = order(7, "24T22:00", announce("flood", &["s1"], Class::Emergency));
    assert_eq!(lines(&posts(&content, &[night], "24T22:01")), ["24T22:00 flood order-7 south-chat"]);
    let night = order(7, "24T22:00", announce("drill", &["s1"], Class::Drill));
    assert_eq!(lines(&posts(&content, &[night], "24T22:01")), Vec::<String>::new());
}

#[test]
fn a_villages_group_reads_its_name_and_nobody_elses_news() {
    let mut content = daily("daily").on_order("flood", "long", "emergency", "III");
    for (path, said) in [("locales/zh-CN/test.ftl", "请大家戴好口罩。"), ("locales/bo/test.ftl", "ཁ་རས་གོན་རོགས།")]
    {
        let from = format!("short = {said}\n    .title");
        content =
            content.replace(path, &from, &format!("short = {{ $village }} {said}\n    .voice = {said}\n    .title"));
    }
    let chat = "channel = { kind = \"folder\" }\n[[chat]]\nid = \"n1-chat\"\nname = { zh-CN = \"北一群\" }\n\
                station = \"n1\"\nlanguages = [\"zh-CN\"]\nsend = [\"text\"]\nchannel = { kind = \"folder\" }\n[[chat]]\n\
                id = \"north-chat\"";
    let content =
        content.replace("config/chats.toml", "channel = { kind = \"folder\" }\n[[chat]]\nid = \"north-chat\"", chat);
    assert_eq!(content.catalog().chats[&id("n1-chat")].township, Some(id("north")));
    let found: Vec<Post> = posts(&content, &[], "24T09:00").into_iter().filter(|p| p.broadcast == id("a")).collect();
    // Groups that are no village's have no name to read, and nobody reads half a text.
    assert!(!found.is_empty() && found.iter().all(|post| post.chat == id("n1-chat")), "{:?}", lines(&found));
    let crate::rundown::PostPart::Text { text, .. } = &found[0].parts[0] else { panic!("{:?}", found[0].parts) };
    assert!(text.contains("北一 请大家戴好口罩。"), "{text}");

    let flood = |stations: &[&str]| {
        let order = order(7, "24T10:00:05", announce("flood", stations, Class::Emergency));
        let mut found = posts(&content, &[order], "24T10:01");
        found.retain(|post| post.broadcast == id("flood"));
        found.iter().map(|post| post.chat.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(flood(&["n1"]), ["n1-chat", "north-chat"]);
    assert_eq!(flood(&["n2"]), ["north-chat"]);
}

#[test]
fn a_card_says_its_day_and_stands_below_the_text() {
    let content = daily("daily").replace("config/chats.toml", "send = [\"text\"]", "send = [\"card\", \"text\"]");
    let cards = |now: &str| {
        let mut found = posts(&content, &[], now);
        found.retain(|post| post.chat == id("south-chat"));
        let card = |post: &Post| match &post.parts[..] {
            [crate::rundown::PostPart::Text { text, .. }, crate::rundown::PostPart::Card { title, card, .. }] => {
                assert!(text.contains(&card.items[0].0) && *title == card.items[0].0, "{text} {card:?}");
                (card.date.clone().unwrap(), card.items.clone())
            }
            parts => panic!("{parts:?}"),
        };
        found.iter().map(card).collect::<Vec<_>>()
    };
    let found = cards("24T09:00");
    assert_eq!(found.len(), 2);
    assert!(found[0].0.contains("24") && found[1].0.contains("25"), "{found:?}");
    assert_eq!(found[0].1, found[1].1);
    // Planned again later, it is the same post: nothing is taken back and sent anew.
    assert_eq!(cards("24T09:10"), found);
}
