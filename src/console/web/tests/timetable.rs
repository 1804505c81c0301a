//! The timetable: what it shows of clashes and quiet hours, that a minute is explained, that skip and air-now are ordered.

use super::world::{World, sample};
use crate::base::Id;
use crate::catalog::Catalog;
use crate::catalog::model::{Broadcast, Day, Rule};
use crate::console::web::Options;
use crate::ledger::Role;
use crate::rundown::{Class, OrderKind};

fn at(broadcast: &mut Broadcast, time: &str) {
    let when = broadcast.when.as_mut().unwrap();
    (when.from, when.until) = (None, None);
    when.except.clear();
    let Rule::At { times, days } = &mut when.rule else { panic!("it has times") };
    *times = vec![time.parse().unwrap()];
    days.extend((0..7).map(|day: u8| Day::from(chrono::Weekday::try_from(day).unwrap())));
}

/// Two notices want the loudspeaker at 18:30, and one is asked for in the quiet hours.
fn clashing() -> Catalog {
    let mut catalog = sample();
    at(catalog.broadcasts.get_mut("hotlines").unwrap(), "18:30:00");
    at(catalog.broadcasts.get_mut("home-care").unwrap(), "22:15:00");
    catalog
}

async fn world() -> World {
    let world = World::of(clashing(), Options::default()).await;
    world.person("drolma", &[Role::Writer]).await;
    world.person("tashi", &[Role::Translator]).await;
    world
}

#[tokio::test]
async fn a_day_shows_clashes_and_quiet_hours() {
    let world = world().await;
    let browser = world.browser("tashi", false).await;
    let cases: [(&str, &[&str], &[&str]); 6] = [
        ("", &["奔子栏镇", "静音时段 21:00–07:00", "稍等再播", "静音时段不播", "21:00–24:00"], &["跳过"]),
        (
            "township=benzilan&by=village",
            &["书松", "健康热线", "/timetable/why?station=benzilan-shusong"],
            &["佛山乡</h2>", "纳古"],
        ),
        ("village=nagu&by=village", &["纳古"], &["书松"]),
        ("broadcast=home-care", &["居家防护与就诊提示", "静音时段不播"], &["健康热线"]),
        ("by=broadcast&date=2026-11-25", &["2026-11-25", "周三", "07:30", "健康热线"], &[]),
        ("date=2026-11-20", &["更早的看", "/as-run?from=2026-11-20"], &["没有安排播出"]),
    ];
    for (asked, there, not_there) in cases {
        let page = world.get(&browser, &format!("/timetable?{asked}")).await;
        assert_eq!(page.status, 200, "{asked}");
        let main = page.text.split_once("<h1>").unwrap().1;
        for text in there {
            assert!(main.contains(text), "{asked}: {text}\n{main}");
        }
        for text in not_there {
            assert!(!main.contains(text), "{asked}: {text}\n{main}");
        }
        assert!(page.text.len() < 100 << 10, "{asked}: {}", page.text.len());
    }
}

#[tokio::test]
async fn a_week_counts_villages_and_marks_what_clashes() {
    let world = world().await;
    let browser = world.browser("tashi", false).await;
    let all = clashing().stations.len();
    let page = world.get(&browser, "/timetable?view=week&by=broadcast&date=2026-11-26&lang=en").await.text;
    assert!(page.contains("<b>2026-11-23 Mon – 2026-11-29</b>"), "{page}");
    // Tuesday is today: what is due at 18:30 clashes; who is asked for at night is nowhere.
    let row = |title: &str| {
        let row = page
            .split("<tr>")
            .map(|row| row.split("</tr>").next().unwrap())
            .find(|row| row.contains("scope=\"row\"") && row.contains(title))
            .unwrap();
        row.split("<td").skip(1).map(|cell| cell.matches('⚠').count()).collect::<Vec<_>>()
    };
    assert_eq!(row("健康热线"), [0, 1, 1, 1, 1, 1, 1]);
    assert!(page.contains(&format!("0/{all}")), "{page}");
    let page = world.get(&browser, "/timetable?view=week&by=village&village=nagu").await.text;
    assert!(page.contains("✓") && page.contains("✗") && page.contains("/timetable/why?station=foshan-nagu"), "{page}");
}

#[tokio::test]
async fn a_minute_is_explained_and_an_airing_skipped() {
    let world = world().await;
    let (drolma, tashi) = (world.browser("drolma", false).await, world.browser("tashi", false).await);
    let minute = "/timetable/why?station=foshan-nagu&at=2026-11-24T18:30";
    let page = world.get(&drolma, minute).await.text;
    for text in [
        "纳古",
        "2026-11-24 18:30",
        "疫情防控每日播报",
        "时间表定在 11-24 18:30:00",
        "evening",
        "它让给",
        "（按编号顺序）",
        "跳过这一次",
    ] {
        assert!(page.contains(text), "{text}\n{page}");
    }
    let seen = world.get(&tashi, minute).await.text;
    assert!(seen.contains("它让给") && !seen.contains("跳过这一次") && !seen.contains("马上播"));
    let night = world.get(&tashi, "/timetable/why?station=foshan-nagu&at=2026-11-24T14:15:30Z").await.text;
    assert!(night.contains("静音时段（21:00–07:00）内不播") && night.contains("居家防护与就诊提示"), "{night}");
    let past = world.get(&drolma, "/timetable/why?station=foshan-nagu&at=2026-11-24T03:00").await.text;
    assert!(past.contains("没有任何播出单或指令"));

    let airing = "hotlines.20261124T103000Z.foshan-nagu";
    assert!(page.contains(airing));
    let fields = [("airing", airing), ("station", "foshan-nagu"), ("at", "2026-11-24T10:30:00Z")];
    assert_eq!(world.post(&tashi, "/timetable/skip", &fields).await.status, 403);
    let done = world.post(&drolma, "/timetable/skip", &fields).await;
    assert!(world.get(&drolma, done.to()).await.text.contains("已下令跳过。"));
    // Once the county took it up.
    world.site.ledger().release_orders(world.now()).await.unwrap();
    let page = world.get(&drolma, minute).await.text;
    assert!(page.contains("1号指令跳过") && !page.contains(airing), "{page}");
    let order = world.site.ledger().order(1).await.unwrap().unwrap();
    assert_eq!(order.kind, OrderKind::Skip { airing: airing.parse().unwrap() });
    // One that is past is not skipped, as over the control socket.
    let past = [("airing", "epidemic-daily.20261123T233000Z.foshan-nagu"), ("station", "foshan-nagu"), ("at", "")];
    assert_eq!(world.post(&drolma, "/timetable/skip", &past).await.status, 409);
    // A village by a part of its name; one that nobody has.
    assert!(world.get(&drolma, "/timetable/why?station=%E7%BA%B3%E5%8F%A4").await.text.contains("foshan-nagu"));
    assert_eq!(world.get(&drolma, "/timetable/why?station=atlantis").await.status, 404);
}

#[tokio::test]
async fn a_daily_notice_is_aired_now_and_an_emergency_is_not() {
    let world = world().await;
    let browser = world.browser("drolma", false).await;
    let fields = |broadcast: &'static str, place: &'static str| {
        [("broadcast", broadcast), ("where", place), ("station", "foshan-nagu"), ("at", "2026-11-24T04:00:00Z")]
    };
    let done = world.post(&browser, "/timetable/air", &fields("epidemic-daily", "township:foshan")).await;
    assert!(world.get(&browser, done.to()).await.text.contains("已下令播出。"));
    let order = world.site.ledger().order(1).await.unwrap().unwrap();
    let OrderKind::Announce { broadcast, stations, class, agreed } = order.kind else { panic!("{:?}", order.kind) };
    assert_eq!(
        (broadcast.as_str(), stations, class),
        ("epidemic-daily", vec!["township:foshan".to_owned()], Class::Daily)
    );
    assert!(agreed.unwrap().stations.iter().all(|id| id.as_str().starts_with("foshan-")));
    for (broadcast, place) in [("flood-emergency", "foshan-nagu"), ("evacuation-drill", ""), ("nothing", "")] {
        assert_eq!(world.post(&browser, "/timetable/air", &fields(broadcast, place)).await.status, 403, "{broadcast}");
    }
    assert_eq!(world.post(&browser, "/timetable/air", &fields("epidemic-daily", "atlantis")).await.status, 409);
    assert!(world.site.ledger().order(2).await.unwrap().is_none());
}

/// Two thousand villages: a page stays a page.
#[tokio::test]
async fn a_large_county_fits_on_a_page_and_what_is_cut_is_said() {
    let mut catalog = clashing();
    let model = catalog.stations["foshan-nagu"].clone();
    let township = catalog.townships["foshan"].clone();
    for n in 0..60 {
        let id: Id = format!("town-{n:02}").parse().unwrap();
        catalog.townships.insert(id.clone(), crate::catalog::Township { id: id.clone(), ..township.clone() });
        for m in 0..33 {
            let station: Id = format!("{id}-{m:02}").parse().unwrap();
            let one = crate::catalog::Station { id: station.clone(), township: id.clone(), ..model.clone() };
            catalog.stations.insert(station, one);
        }
    }
    let world = World::of(catalog, Options::default()).await;
    world.person("drolma", &[Role::Writer]).await;
    let browser = world.browser("drolma", false).await;
    for asked in ["", "view=week", "by=village", "by=village&view=week", "by=broadcast", "by=broadcast&view=week"] {
        let page = world.get(&browser, &format!("/timetable?date=2026-11-25&{asked}")).await.text;
        assert!(page.len() < 100 << 10, "{asked}: {}", page.len());
        assert_eq!(page.contains("没有列出"), !asked.contains("broadcast"), "{asked}");
    }
}
