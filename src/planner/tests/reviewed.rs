//! What nobody approved neither airs nor is posted, and an order airs what was agreed to: at its stations, in its texts.

use super::county::{Content, at, id, listed, order, registry, shown};
use crate::base::Tag;
use crate::catalog::Catalog;
use crate::planner::plan::{Planner, Registry};
use crate::rundown::{Agreed, AgreedLanguage, Class, Order, OrderKind, Review, Verdict};

fn content(missing_language: &str) -> Content {
    let content = Content::new()
        .daily("a", "short", "at = [\"08:00\", \"12:00\"]\nfrom = 2026-11-24\nuntil = 2026-11-24", "")
        .on_order("flood", "short", "emergency", "I")
        .replace("config/county.toml", "required = false", "required = true");
    content.replace("broadcasts/a.toml", "\"skip\"", &format!("\"{missing_language}\""))
}

/// `plan tashi 24T09:00` or `bo drolma 24T09:00 no`.
fn reviewed(catalog: &Catalog, broadcast: &str, reviews: &[&str]) -> Registry {
    let edition = catalog.editions[broadcast].digest;
    let read = |text: &&str| {
        let words: Vec<&str> = text.split(' ').collect();
        Review {
            edition,
            language: (words[0] != "plan").then(|| words[0].parse().unwrap()),
            reviewer: words[1].to_owned(),
            verdict: if words.len() > 3 { Verdict::Rejected } else { Verdict::Approved },
            comment: words.get(3).map(|word| (*word).to_owned()),
            at: at(words[2]),
        }
    };
    let mut known = registry(catalog);
    known.reviews.insert(edition, reviews.iter().map(read).collect());
    known
}

/// What n1 airs of the broadcasts, in which languages; and what is told of reviews.
fn airs(catalog: &Catalog, known: &Registry, orders: &[Order], now: &str) -> (Vec<String>, Vec<String>) {
    let planner = Planner::new(catalog, orders, known, at(now));
    let plan = planner.station(&id("n1")).unwrap();
    let languages = |programme: u32| {
        let languages = plan.programmes[programme as usize].languages();
        languages.iter().map(Tag::to_string).collect::<Vec<_>>().join(" ")
    };
    let airings = listed(&plan).into_iter().zip(&plan.airings);
    let shown = airings.map(|(name, airing)| format!("{name} {}", languages(airing.programme))).collect();
    let told = planner.problems().into_iter().filter(|p| p.rule.contains("review") || p.rule.ends_with("order"));
    (shown, told.map(|problem| problem.message).collect())
}

fn check(missing_language: &str, reviews: &[&str], now: &str, wanted: &[&str], told: &str) {
    let catalog = content(missing_language).catalog();
    let known = reviewed(&catalog, "a", reviews);
    let (shown, problems) = airs(&catalog, &known, &[], now);
    assert_eq!(shown, wanted, "{reviews:?}");
    let of_a: Vec<&String> = problems.iter().filter(|problem| problem.starts_with("`a`")).collect();
    let told = (!told.is_empty()).then(|| format!("`a` waits for review: {told}"));
    assert_eq!(of_a, told.iter().collect::<Vec<_>>(), "{reviews:?}");
}

#[test]
fn what_nobody_approved_does_not_air() {
    let all = "when, where and how; bo, zh-CN";
    check("skip", &[], "24T07:00", &[], all);
    check("skip", &["bo tashi 23T09:00", "zh-CN tashi 23T09:00"], "24T07:00", &[], "when, where and how");
    let both = ["24T08:00 a bo zh-CN", "24T12:00 a bo zh-CN"];
    let plan = "plan tashi 23T09:00";
    check("skip", &[plan, "bo tashi 23T09:00", "zh-CN tashi 23T09:00"], "24T07:00", &both, "");
    // A language that is not approved is missing, as one without a recording is.
    check("skip", &[plan, "zh-CN tashi 23T09:00"], "24T07:00", &["24T08:00 a zh-CN", "24T12:00 a zh-CN"], "bo");
    check("hold", &[plan, "zh-CN tashi 23T09:00"], "24T07:00", &[], "bo");
    let rejected = [plan, "zh-CN tashi 23T09:00", "bo tashi 23T09:00", "bo drolma 23T10:00 dialect"];
    check("hold", &rejected, "24T07:00", &[], "bo");
    // What its times named before it was approved was never planned.
    check("hold", &[plan, "bo tashi 24T09:00", "zh-CN tashi 23T09:00"], "24T09:01", &["24T12:00 a bo zh-CN"], "");
}

#[test]
fn explain_and_posts_say_and_hold_the_same() {
    let catalog = content("hold").catalog();
    let known = reviewed(&catalog, "a", &["plan tashi 23T09:00", "zh-CN tashi 24T09:00"]);
    let planner = Planner::new(&catalog, &[], &known, at("24T09:30"));
    let told = |minute: &str| crate::planner::explain(&planner, &id("n1"), at(minute)).unwrap().to_string();
    assert!(told("24T12:00").contains("it is held here: `short` in bo waits for review"), "{}", told("24T12:00"));
    let at_s1 = crate::planner::explain(&planner, &id("s1"), at("24T08:00")).unwrap().to_string();
    assert!(at_s1.contains("it was approved after this minute"), "{at_s1}");
    // The groups read Chinese, which was approved at nine: posted with the first airing after.
    let due: Vec<String> =
        planner.posts().iter().filter(|p| p.chat == id("south-chat")).map(|p| shown(p.due)).collect();
    assert_eq!(due, ["24T12:00"]);
    let nobody = registry(&catalog);
    assert!(Planner::new(&catalog, &[], &nobody, at("24T09:30")).posts().is_empty());
}

/// The order as `announce` files it for n1 and s1.
fn flood(catalog: &Catalog, released: &str) -> Order {
    let edition = &catalog.editions["flood"];
    let station = &catalog.stations["n1"];
    let parts = catalog.programme(&catalog.broadcasts["flood"], &station.languages, &station.voices).0.unwrap().parts;
    let languages = ["bo", "zh-CN"].map(|tag| tag.parse::<Tag>().unwrap()).into_iter().filter_map(|tag| {
        let of_it = parts.iter().filter(|part| part.language.as_ref() == Some(&tag));
        let clips: std::collections::BTreeSet<_> = of_it.map(|part| part.clip).collect();
        let texts = *edition.languages.get(&tag)?;
        (!clips.is_empty()).then_some((tag, AgreedLanguage { texts, clips }))
    });
    let agreed = Agreed {
        edition: edition.digest,
        plan: edition.plan,
        languages: languages.collect(),
        stations: vec![id("n1"), id("s1")],
    };
    let (broadcast, stations) = (id("flood"), vec!["all".to_owned()]);
    order(7, released, OrderKind::Announce { broadcast, stations, class: Class::Emergency, agreed: Some(agreed) })
}

fn free() -> Content {
    Content::new().on_order("flood", "short", "emergency", "I").replace(
        "broadcasts/flood.toml",
        "expires = \"6h\"",
        "expires = \"25m\"",
    )
}

const REPEATS: [&str; 3] = ["24T10:00 flood", "24T10:10 flood", "24T10:20 flood"];

/// What n1 airs of the order after an edit.
fn after_edit(content: &Content, languages: &str, told: &[&str]) {
    let order = flood(&free().catalog(), "24T10:00");
    let catalog = content.catalog();
    let known = registry(&catalog);
    let (shown, problems) = airs(&catalog, &known, std::slice::from_ref(&order), "24T10:05");
    let wanted: Vec<String> = REPEATS.iter().map(|repeat| format!("{repeat} {languages}")).collect();
    assert_eq!(shown, if languages.is_empty() { Vec::new() } else { wanted });
    assert_eq!(problems, told);
    // Nobody hears about it when the order is over.
    assert_eq!(airs(&catalog, &known, &[order], "24T12:00").1, Vec::<String>::new());
}

#[test]
fn an_order_airs_what_was_agreed_to() {
    after_edit(&free(), "bo zh-CN", &[]);
    let file = "broadcasts/flood.toml";
    for (from, to) in [("title = \"flood\"", "title = \"x\""), ("stations = [\"all\"]", "stations = [\"s1\"]")] {
        after_edit(&free().replace(file, from, to), "bo zh-CN", &[]);
    }
    after_edit(
        &free().replace(file, "missing_language = \"skip\"", "missing_language = \"skip\"\nvolume = 100"),
        "",
        &["order 7 does nothing with `flood`: how it airs changed since the order was agreed to"],
    );
    after_edit(
        &free().replace("locales/bo/test.ftl", "ཁ་རས་གོན་རོགས།", "ཁ་རས་གོན།"),
        "zh-CN",
        &["order 7 does not air `flood` in bo any more: it changed since the order was agreed to"],
    );
}

#[test]
fn an_order_airs_at_its_stations_only() {
    let order = flood(&free().catalog(), "24T10:00");
    let more = free().replace(
        "config/stations.toml",
        "[[station]]\nid = \"s1\"",
        "[[station]]\nid = \"n0\"\nname = { zh-CN = \"北零\" }\ntownship = \"north\"\nlanguages = [\"zh-CN\"]\n[[station]]\nid = \"s1\"",
    );
    let catalog = more.catalog();
    assert_eq!(catalog.editions["flood"].digest, free().catalog().editions["flood"].digest);
    let known = registry(&catalog);
    let orders = [order];
    let planner = Planner::new(&catalog, &orders, &known, at("24T10:05"));
    let count = |station: &str| planner.station(&id(station)).unwrap().airings.len();
    assert_eq!(["n0", "n1", "n2", "s1"].map(count), [0, 3, 0, 3]);
}

#[test]
fn a_language_that_was_missing_joins_and_what_was_agreed_stays() {
    // Filed while the Tibetan text was missing.
    let message = "short = ཁ་རས་གོན་རོགས།\n    .title = ཁ་རས་གོན་རོགས།\n    .short = ཁ་རས་གོན་རོགས།\n";
    let mut order = flood(&free().catalog(), "24T10:00");
    let OrderKind::Announce { agreed: Some(agreed), .. } = &mut order.kind else { unreachable!() };
    agreed.edition = crate::base::Digest::of(b"of before");
    agreed.languages.retain(|tag, _| tag.as_str() == "zh-CN");
    let agreed_clips = agreed.languages["zh-CN"].clips.clone();
    let catalog = free().catalog();
    assert!(free().0["locales/bo/test.ftl"].contains(message));
    let orders = [order];
    assert_eq!(airs(&catalog, &registry(&catalog), &orders, "24T10:05").0[1], "24T10:10 flood bo zh-CN");
    // With review, the language that joins is one that was approved, and what was agreed goes on without.
    let strict = free().replace("config/county.toml", "required = false", "required = true").catalog();
    let OrderKind::Announce { agreed: Some(agreed), .. } = &orders[0].kind else { unreachable!() };
    let mut known =
        reviewed(&strict, "flood", &["plan tashi 24T09:00", "plan drolma 24T09:00", "zh-CN tashi 24T09:00"]);
    let of_now = known.reviews.remove(&strict.editions["flood"].digest).unwrap();
    known.reviews.insert(agreed.edition, of_now.clone());
    assert_eq!(airs(&strict, &known, &orders, "24T10:05").0, REPEATS.map(|repeat| format!("{repeat} zh-CN")));
    let mut all = of_now;
    all.push(Review { language: Some("bo".parse().unwrap()), at: at("24T10:07"), ..all[0].clone() });
    known.reviews.insert(strict.editions["flood"].digest, all);
    let found = airs(&strict, &known, &orders, "24T10:08").0;
    assert_eq!(found, REPEATS.map(|repeat| format!("{repeat} bo zh-CN")));
    let station = Planner::new(&strict, &orders, &known, at("24T10:08")).station(&id("n1")).unwrap();
    assert!(agreed_clips.iter().all(|clip| station.keep.iter().any(|keep| keep.clip == *clip)));
}

#[test]
fn an_emergency_takes_two_approvers_ahead_of_time() {
    let catalog = content("skip").catalog();
    let order = flood(&free().catalog(), "24T10:00");
    let OrderKind::Announce { agreed: Some(agreed), .. } = &order.kind else { unreachable!() };
    let mut agreed = agreed.clone();
    (agreed.edition, agreed.plan) = (catalog.editions["flood"].digest, catalog.editions["flood"].plan);
    let kind = OrderKind::Announce {
        broadcast: id("flood"),
        stations: Vec::new(),
        class: Class::Emergency,
        agreed: Some(agreed),
    };
    let orders = [Order { kind, ..order }];
    let languages = ["bo norbu 23T09:00", "zh-CN norbu 23T09:00"];
    for (approvers, airs_at_all) in [
        (&[][..], false),
        (&["plan tashi 23T09:00"], false),
        (&["plan tashi 23T09:00", "plan tashi 23T10:00"], false),
        (&["plan tashi 23T09:00", "plan drolma 23T10:00"], true),
    ] {
        let reviews = [approvers, &languages].concat();
        let known = reviewed(&catalog, "flood", &reviews);
        let (shown, told) = airs(&catalog, &known, &orders, "24T10:05");
        assert_eq!(shown.iter().any(|line| line.contains("flood")), airs_at_all, "{approvers:?}");
        let held = "order 7 does not air `flood` at 2 stations (n1, s1): it waits for review".to_owned();
        assert_eq!(told.contains(&held), !airs_at_all, "{told:?}");
    }
}

/// With any one change of the texts, nothing that was approved airs any more in any language.
#[test]
fn any_change_lapses_the_approval() {
    let before = content("skip").catalog();
    let reviews = ["plan tashi 23T09:00", "bo tashi 23T09:00", "zh-CN tashi 23T09:00"];
    let mut known = reviewed(&before, "a", &reviews);
    assert_eq!(airs(&before, &known, &[], "24T07:00").0.len(), 2);
    for (path, from, to) in [
        ("locales/bo/test.ftl", "ཁ་རས་གོན་རོགས།", "ཁ་རས་གོན།"),
        ("locales/zh-CN/test.ftl", "请大家戴好口罩。", "请大家戴口罩。"),
        ("broadcasts/a.toml", "12:00", "12:01"),
        ("broadcasts/a.toml", "chats = [\"all\"]", "chats = []"),
        ("broadcasts/a.toml", "until = 2026-11-24", "until = 2026-11-25"),
    ] {
        let after = content("skip").replace(path, from, to).catalog();
        known.editions = registry(&after).editions;
        assert_eq!(airs(&after, &known, &[], "24T07:00").0, Vec::<String>::new(), "{path}: {to}");
    }
    let paused_and_back =
        content("skip").replace("broadcasts/a.toml", "state = \"ready\"", "state =  \"ready\"  # again");
    assert_eq!(airs(&paused_and_back.catalog(), &known, &[], "24T07:00").0.len(), 2);
}
