//! The as-run log: what it shows, what its table says to office programs, the proof sheet, and that re-air is ordered.

use chrono::TimeDelta;

use super::world::{World, sample};
use crate::base::Timestamp;
use crate::console::web::Options;
use crate::ledger::{PlannedAiring, Role};
use crate::rundown::outcome::PartPlayed;
use crate::rundown::{AiringId, Class, OrderKind, Outcome, Reason, Receipt};

/// One that planned and ended: station, broadcast, when, how (none: not yet), how much of each language of 1,000 frames.
type Aired<'a> = (&'a str, &'a str, &'a str, Option<Outcome>, &'a [(&'a str, u64)]);

/// Puts airings into the ledger, as the county and a box do.
pub async fn plant(world: &World, airings: &[Aired<'_>]) {
    let ledger = world.site.ledger();
    for (number, (station, broadcast, at, outcome, parts)) in (1..).zip(airings) {
        let at: Timestamp = at.parse().unwrap();
        let id = AiringId { broadcast: broadcast.parse().unwrap(), instant: at, station: station.parse().unwrap() };
        let planned = PlannedAiring {
            id: id.clone(),
            at,
            until: at + TimeDelta::minutes(5),
            class: Class::Daily,
            level: None,
            notice: Some("2026-0412".to_owned()),
            languages: vec!["bo".parse().unwrap(), "zh-CN".parse().unwrap()],
            order: None,
        };
        ledger.plan_airings(&[planned]).await.unwrap();
        let Some(outcome) = *outcome else { continue };
        let part = |(language, frames): &(&str, u64)| PartPlayed {
            message: None,
            language: Some(language.parse().unwrap()),
            frames: *frames,
            frames_planned: 1000,
        };
        let began = matches!(outcome, Outcome::Played | Outcome::Partial(_));
        let receipt = Receipt {
            number,
            airing: id,
            at: at + TimeDelta::seconds(30),
            outcome,
            started: began.then(|| at + TimeDelta::seconds(3)),
            frames: parts.iter().map(|(_, frames)| frames).sum(),
            frames_planned: 2000,
            parts: parts.iter().map(part).collect(),
            volume: 80,
            sink: "null".to_owned(),
            detail: Some("=cmd|' /C calc'!A0".to_owned()),
        };
        ledger.record_receipts("box", &[receipt]).await.unwrap();
    }
}

/// What a county had by noon: two townships, four ends, one yet to come.
pub const DAY: [Aired<'static>; 5] = [
    (
        "benzilan-xiashe",
        "epidemic-daily",
        "2026-11-23T23:30:00Z",
        Some(Outcome::Played),
        &[("bo", 1000), ("zh-CN", 1000)],
    ),
    (
        "benzilan-shusong",
        "epidemic-daily",
        "2026-11-23T23:30:00Z",
        Some(Outcome::Partial(Reason::DeviceLost)),
        &[("bo", 1000), ("zh-CN", 10)],
    ),
    ("foshan-nagu", "epidemic-daily", "2026-11-23T23:30:00Z", Some(Outcome::Missed(Reason::Down)), &[]),
    ("shengping-xiancheng", "hotlines", "2026-11-23T10:30:00Z", Some(Outcome::Refused(Reason::BadRundown)), &[]),
    ("benzilan-xiashe", "epidemic-daily", "2026-11-24T10:30:00Z", None, &[]),
];

async fn world() -> World {
    let world = World::new().await;
    plant(&world, &DAY).await;
    world
}

#[tokio::test]
async fn it_tells_what_was_planned_and_what_sounded() {
    let world = world().await;
    world.person("tashi", &[Role::Translator]).await;
    let browser = world.browser("tashi", false).await;
    let cases: [(&str, &[&str], &[&str]); 8] = [
        (
            "",
            &[
                "疫情防控每日播报",
                "没有播完",
                "声音设备断开",
                "07:30:03",
                "漏播",
                "当时没有运行",
                "被拒播",
                "2026-0412",
                "（4次）",
            ],
            &["18:30:03", "补播</button>"],
        ),
        ("from=2026-11-24", &["（3次）"], &["被拒播</span>"]),
        ("township=foshan", &["（1次）", "漏播</span>"], &["没有播完</span>"]),
        ("township=benzilan&village=%E4%B9%A6%E6%9D%BE", &["（1次）", "没有播完</span>"], &[]),
        ("village=nagu", &["（1次）"], &[]),
        ("broadcast=hotlines", &["（1次）", "被拒播</span>"], &[]),
        ("outcome=planned", &["（1次）", "11-24 18:30"], &[]),
        ("outcome=played&language=lis", &["没有符合的播出"], &["<table"]),
    ];
    for (asked, there, not_there) in cases {
        let page = world.get(&browser, &format!("/as-run?{asked}")).await;
        assert_eq!(page.status, 200, "{asked}");
        for text in there {
            assert!(page.text.contains(text), "{asked}: {text}\n{}", page.text);
        }
        for text in not_there {
            assert!(!page.text.contains(text), "{asked}: {text}\n{}", page.text);
        }
        assert!(page.text.len() < 100 << 10);
    }
    // Planned against played: by notice, by language (of the one that was cut Tibetan was whole), by village.
    let page = world.get(&browser, "/as-run?lang=en&from=2026-11-24").await.text;
    let row = |name: &str| {
        let row = page
            .split("<tr><th scope=\"row\">")
            .skip(1)
            .find(|row| row.contains(name))
            .unwrap_or_else(|| panic!("{name}"));
        let cells = row.split("</tr>").next().unwrap().split("<td").skip(1).map(|cell| cell.split_once('>').unwrap().1);
        cells.map(|cell| cell.split('<').next().unwrap()).collect::<Vec<_>>().join(" ")
    };
    // planned played late partial missed cancelled expired refused unreported open
    assert_eq!(row("疫情防控每日播报"), "3 1 2 1 1 – – – – –");
    assert_eq!(row("Tibetan"), "3 2 2 – 1 – – – – –");
    assert_eq!(row("Chinese"), "3 1 2 1 1 – – – – –");
    assert_eq!(row("书松"), "1 – 1 1 – – – – – –");
}

#[tokio::test]
async fn who_may_re_airs_what_did_not_sound_whole() {
    let world = world().await;
    world.person("drolma", &[Role::Writer]).await;
    world.person("tashi", &[Role::Reviewer]).await;
    let (drolma, tashi) = (world.browser("drolma", false).await, world.browser("tashi", false).await);
    let page = world.get(&drolma, "/as-run").await.text;
    assert_eq!(page.matches("补播</button>").count(), 3, "partial, missed, refused");
    assert!(!world.get(&tashi, "/as-run").await.text.contains("补播</button>"));
    let missed = "epidemic-daily.20261123T233000Z.foshan-nagu";
    assert!(page.contains(&format!("value=\"{missed}\"")));

    let fields = [("airing", missed), ("back", "township=foshan&x=%0d%0aSet-Cookie:a=b")];
    assert_eq!(world.post(&tashi, "/as-run/reair", &fields).await.status, 403);
    let done = world.post(&drolma, "/as-run/reair", &fields).await;
    assert!(done.to().starts_with("/as-run?from=2026-11-23&to=2026-11-24&township=foshan&said="), "{}", done.to());
    let order = world.site.ledger().order(1).await.unwrap().unwrap();
    assert_eq!((order.filed_by.as_str(), order.kind), ("drolma", OrderKind::Reair { airing: missed.parse().unwrap() }));
    let page = world.get(&drolma, done.to()).await.text;
    assert!(page.contains("已下令补播。") && page.contains("已下令补播（1号）") && !page.contains("补播</button>"));

    // What the control socket refuses is refused here.
    let played = [("airing", "epidemic-daily.20261123T233000Z.benzilan-xiashe")];
    assert_eq!(world.post(&drolma, "/as-run/reair", &played).await.status, 409);
    assert_eq!(world.post(&drolma, "/as-run/reair", &[("airing", "x")]).await.status, 403);
    assert!(world.site.ledger().order(2).await.unwrap().is_none());
}

#[tokio::test]
async fn the_table_is_for_office_programs_and_no_cell_is_a_formula() {
    let mut catalog = sample();
    catalog.broadcasts.get_mut("epidemic-daily").unwrap().title = "=HYPERLINK(\"http://evil\",\"x\")".to_owned();
    let world = World::of(catalog, Options::default()).await;
    plant(&world, &DAY).await;
    world.person("tashi", &[Role::Writer]).await;
    let browser = world.browser("tashi", false).await;
    let page = world.get(&browser, "/as-run.csv?township=benzilan&lang=en").await;
    assert_eq!(page.headers["content-type"], "text/csv; charset=utf-8");
    assert_eq!(page.headers["content-disposition"], "attachment; filename=\"as-run-2026-11-23-2026-11-24.csv\"");
    let text = page.text.strip_prefix('\u{FEFF}').expect("Excel takes it for UTF-8");
    let lines: Vec<&str> = text.split_terminator("\r\n").collect();
    assert_eq!(
        lines[0],
        "Due,Township,Village,Broadcast,Notice,Class,Level,Languages,Outcome,Reason,Began,Ended,Each language,Detail,Airing"
    );
    assert_eq!(lines.len(), 3, "{text}");
    assert_eq!(
        lines[1],
        "2026-11-24T07:30:00+08:00,奔子栏镇,书松,\"'=HYPERLINK(\"\"http://evil\"\",\"\"x\"\")\",2026-0412,daily,,bo zh-CN,cut,\
         the sound device failed while it played,2026-11-24T07:30:03+08:00,2026-11-24T07:30:30+08:00,\
         \"bo played, zh-CN cut\",'=cmd|' /C calc'!A0,epidemic-daily.20261123T233000Z.benzilan-shusong"
    );
    for line in &lines {
        for cell in line.split(',') {
            assert!(!cell.trim_matches('"').starts_with(['=', '+', '-', '@']), "{cell}");
        }
    }
}

#[tokio::test]
async fn the_proof_sheet_is_by_day_and_says_what_it_leaves_out() {
    let world = world().await;
    world.person("tashi", &[Role::Writer]).await;
    let browser = world.browser("tashi", false).await;
    let page = world.get(&browser, "/as-run/proof").await.text;
    let (first, second) = (page.find("<caption>2026-11-23").unwrap(), page.find("<caption>2026-11-24").unwrap());
    assert!(first < second);
    for text in ["2026-11-23 至 2026-11-24", "第1张，共1张", "制表时间 2026-11-24 12:00", "制表人", "审核人", "tashi"]
    {
        assert!(page.contains(text), "{text}");
    }
    assert_eq!(page.matches("<tr><td").count(), 4);
    let page = world.get(&browser, "/as-run/proof?township=foshan&outcome=missed").await.text;
    assert!(page.contains(" · 佛山乡") && page.contains(" · 漏播"), "{page}");
    assert_eq!(page.matches("<tr><td").count(), 1);
}

/// A large county: pages stay small, and what is not on them is said.
#[tokio::test]
async fn a_long_log_comes_in_pages() {
    let world = World::new().await;
    let stations: Vec<String> = sample().stations.keys().map(ToString::to_string).collect();
    let times: Vec<String> = (0..12).map(|n| format!("2026-11-23T{n:02}:15:00Z")).collect();
    let of = |station| times.iter().map(move |at| (station, "hotlines", at.as_str(), None, &[][..]));
    let all: Vec<Aired<'_>> = stations.iter().flat_map(|station| of(station.as_str())).collect();
    plant(&world, &all).await;
    world.person("tashi", &[Role::Writer]).await;
    let browser = world.browser("tashi", false).await;
    let pages = all.len().div_ceil(100);
    let (mut found, mut shown) = (0, Vec::new());
    for page in 1..=pages + 1 {
        let page = world.get(&browser, &format!("/as-run?page={page}")).await.text;
        assert!(page.len() < 100 << 10, "{}", page.len());
        assert!(page.contains(&format!("（{}次）", all.len())));
        found += page.matches("<tr><td").count();
        shown.push(page.contains("下一页"));
    }
    assert_eq!(found, all.len());
    assert_eq!(shown.iter().filter(|more| **more).count(), pages - 1);
    for path in ["/as-run/proof", "/as-run/proof?page=2"] {
        let page = world.get(&browser, path).await.text;
        assert!(page.len() < 100 << 10, "{}", page.len());
    }
    let csv = world.get(&browser, "/as-run.csv").await.text;
    assert_eq!(csv.matches("\r\n").count(), all.len() + 1);
}
