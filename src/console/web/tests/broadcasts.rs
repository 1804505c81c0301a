//! Broadcasts: made, changed in their files with comments kept, refused with every fault, taken back.

use super::world::{Browser, Page, World};
use crate::console::edit::broadcast::{Fields, fields_of};
use crate::ledger::Role;

const DAILY: &str = "broadcasts/epidemic-daily.toml";

fn based_on(page: &Page) -> String {
    page.text.split("name=\"based_on\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

/// What the form of a broadcast sends, with some fields otherwise.
async fn send(world: &World, browser: &Browser, page: &Page, fields: &[(&str, &str)]) -> Page {
    let based_on = based_on(page);
    let mut all: Vec<(&str, &str)> = vec![
        ("based_on", &based_on),
        ("title", "疫情防控每日播报"),
        ("state", "ready"),
        ("messages", "wear-mask"),
        ("messages", ""),
        ("class", "daily"),
        ("when.rule", "at"),
        ("when.slot", "morning"),
        ("when.slot", "noon"),
        ("when.slot", "evening"),
        ("stations", "all"),
        ("chats", "all"),
        ("how.chime", "chime"),
        ("how.repeat", "2"),
        ("how.gap", "2s"),
        ("how.volume", "80"),
        ("how.late", "5m"),
        ("how.missing_language", "hold"),
        ("how.post", "daily"),
        ("how.post_expires", "12h"),
        ("do", "save"),
    ];
    for (name, _) in fields {
        all.retain(|(found, _)| found != name);
    }
    all.extend(fields);
    world.post(browser, "/broadcasts/epidemic-daily", &all).await
}

async fn world() -> (World, Browser) {
    let world = World::new().await;
    world.person("Li", &[Role::Writer]).await;
    let li = world.browser("Li", false).await;
    (world, li)
}

#[tokio::test]
async fn what_is_saved_keeps_the_files_comments() {
    let (world, li) = world().await;
    let before = world.file(DAILY);
    let list = world.get(&li, "/broadcasts").await;
    assert!(list.text.contains("疫情防控每日播报") && list.text.contains("11-24 12:00") && list.text.len() < 100 << 10);
    let page = world.get(&li, "/broadcasts/epidemic-daily").await;
    assert!(page.text.contains("2026-11-24 18:30") && page.text.matches("<li>2026-").count() == 10, "{}", page.text);
    assert!(page.text.len() < 100 << 10, "{}", page.text.len());
    let same = send(&world, &li, &page, &[]).await;
    assert!(same.to().ends_with("notices-said-same"), "{} {}", same.text, world.file(DAILY));

    let days = [
        ("when.slot", "noon"),
        ("when.day", "mon"),
        ("when.day", "fri"),
        ("stations", "township:benzilan"),
        ("how.volume", "60"),
    ];
    let done = send(&world, &li, &page, &days).await;
    assert_eq!(done.to(), "/broadcasts/epidemic-daily?said=notices-said-saved", "{}", done.text);
    let wanted = before
        .replacen("[\"morning\", \"noon\", \"evening\"]", "[\"noon\"]", 1)
        .replacen("every day, open-ended\n", "every day, open-ended\ndays = [\"mon\", \"fri\"]\n", 1)
        .replacen("stations = [\"all\"]", "stations = [\"township:benzilan\"]", 1)
        .replacen("volume = 80", "volume = 60", 1)
        .replacen("class = \"daily\"\n", "class = \"daily\"\nwritten_by = \"Li\"\n", 1);
    assert_eq!(world.file(DAILY), wanted);
    let audit = &world.site.ledger().audit_rows(1).await.unwrap()[0];
    assert!(audit.detail["before"] == before.as_str() && audit.detail["after"] == wanted.as_str());

    // To pause it changes nothing that was approved; whose it is stays.
    world.person("Wang", &[Role::Writer]).await;
    let wang = world.browser("Wang", false).await;
    let page = world.get(&wang, "/broadcasts/epidemic-daily").await;
    let done = send(&world, &wang, &page, &[&days[..], &[("state", "paused")]].concat()).await;
    assert!(done.to().ends_with("notices-said-saved"), "{}", done.text);
    assert_eq!(world.file(DAILY), wanted.replacen("\"ready\"", "\"paused\"", 1));

    // An older version comes back by the same form.
    let page = world.get(&li, "/broadcasts/epidemic-daily").await;
    assert!(page.text.contains("?restore=1") && page.text.contains("<del>"));
    let page = world.get(&li, "/broadcasts/epidemic-daily?restore=1").await;
    assert!(page.text.contains("value=\"ready\" selected"), "{}", page.text);
}

#[tokio::test]
async fn every_fault_is_told_at_once_and_kept_as_a_draft() {
    let (world, li) = world().await;
    let before = world.file(DAILY);
    let page = world.get(&li, "/broadcasts/epidemic-daily").await;
    let wrong = [("how.gap", "soon"), ("how.volume", "loud"), ("title", "</textarea><script>x")];
    let refused = send(&world, &li, &page, &wrong).await;
    assert!(refused.text.contains("有2处错误") && !refused.text.contains("<script>x"), "{}", refused.text);
    for rule in ["bad-value", "wrong-type"] {
        assert!(refused.text.contains(rule), "{rule}: {}", refused.text);
    }
    assert_eq!(world.file(DAILY), before);
    let page = world.get(&li, "/broadcasts/epidemic-daily").await;
    assert!(page.text.contains("的草稿") && page.text.contains("value=\"loud\""));
    assert!(world.get(&li, "/broadcasts").await.text.contains("草稿："));
    let dropped = send(&world, &li, &page, &[("do", "drop")]).await;
    assert!(dropped.to().ends_with("notices-said-dropped"));
    // In the quiet hours nothing airs, and nothing is planned to.
    let page = world.get(&li, "/broadcasts/epidemic-daily").await;
    let refused = send(&world, &li, &page, &[("when.times", "23:00")]).await;
    assert!(refused.text.contains("quiet-hours"), "{}", refused.text);
    for (field, typed, rule) in [("when.times", "25:00", "bad-time"), ("messages", "no-such", "unknown-message")] {
        let page = world.get(&li, "/broadcasts/epidemic-daily").await;
        let refused = send(&world, &li, &page, &[(field, typed)]).await;
        assert!(refused.text.contains(rule), "{rule}: {}", refused.text);
    }
    assert_eq!(world.file(DAILY), before);
}

#[tokio::test]
async fn a_conflict_overwrites_nothing() {
    let (world, li) = world().await;
    let page = world.get(&li, "/broadcasts/epidemic-daily").await;
    let theirs = world.file(DAILY).replacen("volume = 80", "volume = 70", 1);
    std::fs::write(world.site.home.join(DAILY), &theirs).unwrap();
    let refused = send(&world, &li, &page, &[("how.volume", "60")]).await;
    assert!(refused.text.contains("别人改了这段文字") && refused.text.contains("<del>"), "{}", refused.text);
    assert_eq!(world.file(DAILY), theirs);
    let done = send(&world, &li, &refused, &[("how.volume", "60")]).await;
    assert!(done.to().ends_with("notices-said-saved"), "{}", done.text);
    assert!(world.file(DAILY).contains("volume = 60"));
}

#[tokio::test]
async fn the_next_airings_show_while_one_types() {
    let (world, li) = world().await;
    let fields = [
        ("title", "x"),
        ("state", "draft"),
        ("class", "daily"),
        ("messages", "wear-mask"),
        ("when.rule", "on"),
        ("when.on", "2026-12-01 9:00, 2026-12-02 09:00"),
        ("stations", "township:benzilan"),
        ("how.missing_language", "hold"),
    ];
    for path in ["/broadcasts/epidemic-daily/look", "/new-broadcast/look"] {
        let page = world.post(&li, path, &fields).await;
        assert!(page.text.contains("2026-12-01 09:00 周二") && page.text.contains("2026-12-02 09:00"), "{}", page.text);
        assert_eq!(page.text.matches("<li>2026-").count(), 2);
        assert!(!page.text.contains("<html"));
    }
    assert!(world.site.ledger().drafts().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_new_broadcast_is_made() {
    let (world, li) = world().await;
    let fields = |id: &'static str| {
        vec![
            ("id", id),
            ("based_on", ""),
            ("do", "save"),
            ("title", "新的"),
            ("state", "ready"),
            ("class", "daily"),
            ("messages", "wash-hands"),
            ("when.rule", "at"),
            ("when.times", "10:00"),
            ("stations", "shengping-xiancheng"),
            ("how.missing_language", "skip"),
        ]
    };
    assert!(world.get(&li, "/new-broadcast").await.text.contains("action=\"/new-broadcast\""));
    for (id, why) in [("Bad Id", "小写字母"), ("epidemic-daily", "用过了")] {
        assert!(world.post(&li, "/new-broadcast", &fields(id)).await.text.contains(why), "{id}");
    }
    let page = world.post(&li, "/new-broadcast", &fields("washing")).await;
    assert_eq!(page.to(), "/broadcasts/washing?said=notices-said-saved", "{}", page.text);
    let text = world.file("broadcasts/washing.toml");
    let read: Fields = fields_of(&text).unwrap();
    assert_eq!(
        (&*read["when.at"], &*read["where.stations"], &*read["written_by"]),
        ("10:00", "shengping-xiancheng", "Li"),
        "{text}"
    );
    // A name that a file has which is not on air yet is taken as well.
    let again = world.post(&li, "/new-broadcast", &fields("washing")).await;
    assert_eq!(again.status, 200);
    assert_eq!(world.file("broadcasts/washing.toml"), text);
    world.person("Drolma", &[Role::Translator]).await;
    let drolma = world.browser("Drolma", false).await;
    let page = world.get(&drolma, "/broadcasts/washing").await;
    assert!(page.status == 200 && !page.text.contains("action=\"/broadcasts"), "others look");
    assert_eq!(world.post(&drolma, "/broadcasts/washing", &fields("washing")).await.status, 403);
}
