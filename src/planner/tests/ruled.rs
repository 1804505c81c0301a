//! What the timetable gives: spacing, quiet hours, languages, clashes, and what is told of them.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::county::{Content, at, id, listed, registry, shown, station};
use crate::base::{Id, Timestamp};
use crate::catalog::Catalog;
use crate::planner::forecast::Forecast;
use crate::planner::plan::{Planner, Registry, StationPlan, plan};
use crate::planner::rows::rows;
use crate::planner::timetable::Window;
use crate::rundown::document::Edge;
use crate::rundown::{Airing, Class};

/// What airs at `n1` on the 24th and 25th.
fn check(content: Content, wanted: &[&str]) {
    let plan = station(&content.catalog(), &[], "24T06:00", "n1");
    let near = |line: &&String| line.starts_with("24") || line.starts_with("25");
    let listed = listed(&plan);
    assert_eq!(listed.iter().filter(near).collect::<Vec<_>>(), wanted);
}

#[test]
fn the_timetable_keeps_its_rules() {
    check(
        Content::new().daily("a", "short", "at = [\"morning\", \"12:00\"]", ""),
        &["24T07:30 a", "24T12:00 a", "25T07:30 a", "25T12:00 a"],
    );
    check(
        Content::new().daily("a", "short", "at = [\"07:30\"]\ndays = [\"wed\"]", "").daily(
            "b",
            "short",
            "on = [2026-11-24T09:00:00]",
            "",
        ),
        &["24T09:00 b", "25T07:30 a"],
    );
    // Inside the quiet hours, which end at 07:00.
    check(
        Content::new().daily("a", "short", "at = [\"06:59\", \"07:00\", \"20:59\", \"21:00\"]\nuntil = 2026-11-24", ""),
        &["24T07:00 a", "24T20:59 a"],
    );
    // Half an hour apart, and no more than six a day.
    check(
        Content::new().daily(
            "a",
            "short",
            "at = [\"08:00\", \"08:20\", \"08:30\", \"08:59\", \"09:00\"]\nuntil = 2026-11-24",
            "",
        ),
        &["24T08:00 a", "24T08:30 a", "24T09:00 a"],
    );
    check(
        Content::new().daily("a", "short", "cron = \"0 0 * * * *\"\nuntil = 2026-11-24", ""),
        &["24T07:00 a", "24T08:00 a", "24T09:00 a", "24T10:00 a", "24T11:00 a", "24T12:00 a"],
    );
    // A draft airs nothing; a language that is not recorded holds a broadcast that says so.
    check(
        Content::new().daily("a", "short", "at = [\"08:00\"]", "").replace(
            "broadcasts/a.toml",
            "\"ready\"",
            "\"draft\"",
        ),
        &[],
    );
    check(Content::new().daily("a", "chinese-only", "at = [\"08:00\"]\nuntil = 2026-11-24", ""), &["24T08:00 a"]);
    check(
        Content::new().daily("a", "chinese-only", "at = [\"08:00\"]", "").replace(
            "broadcasts/a.toml",
            "\"skip\"",
            "\"hold\"",
        ),
        &[],
    );
    // For other stations.
    check(
        Content::new().daily("a", "short", "at = [\"08:00\"]", "").replace(
            "broadcasts/a.toml",
            "stations = [\"all\"]",
            "stations = [\"township:south\"]",
        ),
        &[],
    );
}

#[test]
fn a_plan_goes_from_yesterday_up_to_midnight_two_weeks_on() {
    let catalog = Content::new().daily("a", "short", "at = [\"12:00\"]", "").catalog();
    let plan = station(&catalog, &[], "10T15:00", "n1");
    assert_eq!(plan.valid_until, at("24T00:00"));
    let days: Vec<String> = (9..24).map(|day| format!("{day:02}T12:00 a")).collect();
    assert_eq!(listed(&plan), days);
    // What was not known yet is not missed.
    let planner_registry =
        Registry { broadcasts_first_seen: [(id("a"), at("10T12:00:01"))].into(), ..registry(&catalog) };
    let plan = Planner::new(&catalog, &[], &planner_registry, at("10T15:00")).station(&id("n1")).unwrap();
    assert_eq!(listed(&plan)[0], "11T12:00 a");
}

#[test]
fn a_rundown_holds_what_a_station_needs() {
    let catalog = Content::new()
        .daily("a", "short", "at = [\"12:00\"]", "")
        .on_order("siren", "long", "emergency", "II")
        .catalog();
    let plan = station(&catalog, &[], "10T15:00", "n1");
    let rundown = plan.rundown(Edge { epoch: 1, version: 2 }, at("10T15:00"));
    assert_eq!(rundown.fault(), None);
    assert_eq!(rundown.programmes.len(), 1, "what no airing uses is not listed");
    assert_eq!(rundown.programmes[0].notice.as_deref(), Some("2026-0000"));
    assert_eq!(rundown.programmes[0].languages().iter().map(|l| l.as_str()).collect::<Vec<_>>(), ["bo", "zh-CN"]);
    assert_eq!(rundown.keep.len(), 4, "the clips of an emergency are there before it is");
    let rows = rows(&plan, at("10T00:00"), at("12T00:00"), catalog.county.zone);
    assert_eq!(
        serde_json::to_string(&rows[1]).unwrap(),
        r#"{"airing":"a.20261111T040000Z.n1","broadcast":"a","station":"n1","at":"2026-11-11T12:00:00+08:00","until":"2026-11-11T12:05:00+08:00","class":"daily","level":null,"state":"airs","languages":["bo","zh-CN"],"notice":"2026-0000"}"#
    );
    assert_eq!(rows.len(), 2);
}

fn problems(content: &Content, now: &str) -> Vec<String> {
    let catalog = content.catalog();
    let registry = registry(&catalog);
    Planner::new(&catalog, &[], &registry, at(now)).problems().iter().map(ToString::to_string).collect()
}

#[test]
fn faults_are_told_at_check_time() {
    let tell = |content: Content, wanted: &str| {
        let found = problems(&content, "24T06:00");
        if wanted.is_empty() {
            assert!(found.is_empty(), "{found:#?}");
        } else {
            assert!(found.len() == 1 && found[0].contains(wanted), "wanted {wanted:?}, found {found:#?}");
        }
    };
    let a = |when: &str| Content::new().daily("a", "short", when, "");
    tell(a("at = [\"08:00\"]"), "");
    tell(
        a("at = [\"06:30\", \"08:00\"]"),
        "broadcasts/a.toml:5:1: `a` would air inside the quiet hours (21:00 to 07:00), first at 2026-11-24 06:30: 14 airings are left out; choose a time between 07:00 and 21:00",
    );
    // Also when it begins only next year.
    tell(a("at = [\"06:30\", \"08:00\"]\nfrom = 2027-05-01"), "first at 2027-05-01 06:30");
    tell(a("at = [\"08:00\", \"08:10\"]"), "less than 30m after its last airing, first at 2026-11-24 08:10");
    tell(a("cron = \"0 0 7-15 * * *\""), "more than 6 times a day, first at 2026-11-24 13:00");
    tell(a("at = [\"08:00\"]\nuntil = 2026-11-23"), "no airing any more");
    let patient = Content::new().daily("a", "short", "at = [\"08:00\"]", "late = \"10m\"");
    tell(patient.daily("b", "long", "at = [\"07:55\"]", ""), "");
    let clash = a("at = [\"08:00\"]").daily("b", "long", "at = [\"07:55\"]", "");
    let found = problems(&clash, "24T06:00");
    // 400 s of Tibetan and 400 s of Chinese in the north, 400 s of Chinese in the south: that ends within five minutes.
    assert_eq!(
        found,
        [
            "broadcasts/a.toml:5:1: `a` will be missed 28 times in the next 14 days, first on 2026-11-24 08:00, because `b` holds the loudspeaker at 2 stations (n1, n2); move one of them, or give this one a longer `late`"
        ]
    );
    let mad = a("cron = \"0 * 8 * * *\"");
    assert!(problems(&mad, "24T06:00").iter().any(|p| p.contains("less than 30m")), "{:?}", problems(&mad, "24T06:00"));
    let madder = a("cron = \"0 * 8-9 * * *\"");
    assert!(
        problems(&madder, "24T06:00").iter().any(|p| p.contains("more than 96 times on 2026-11-23")),
        "{:?}",
        problems(&madder, "24T06:00")
    );
}

#[test]
fn who_waits_and_who_is_missed() {
    let content = Content::new()
        .daily("a", "long", "at = [\"08:00\"]\nuntil = 2026-11-24", "")
        .daily("b", "short", "at = [\"08:00\"]\nuntil = 2026-11-24", "late = \"20m\"")
        .daily("c", "short", "at = [\"08:01\"]\nuntil = 2026-11-24", "late = \"1m\"");
    let plan = station(&content.catalog(), &[], "24T06:00", "n1");
    let of_day: Vec<(String, Forecast)> = plan
        .airings
        .iter()
        .zip(plan.forecasts.iter())
        .filter(|(airing, _)| airing.at >= at("24T00:00"))
        .map(|(airing, forecast)| (airing.id.broadcast.to_string(), *forecast))
        .collect();
    let first = plan.airings.len() - 3;
    // Twice 400 s, and 2 s between them.
    let over = at("24T08:13:22");
    assert_eq!(
        of_day,
        [
            ("a".to_owned(), Forecast::Airs { until: over }),
            (
                "b".to_owned(),
                Forecast::Waits { behind: first, from: over, until: over + chrono::TimeDelta::seconds(42) }
            ),
            ("c".to_owned(), Forecast::Missed { by: first }),
        ]
    );
}

/// The spacing and the quiet hours hold, whatever is written.
fn holds(catalog: &Catalog, plan: &StationPlan) {
    let county = &catalog.county;
    let mut of_broadcast: BTreeMap<&Id, Vec<&Airing>> = BTreeMap::new();
    for airing in &plan.airings {
        assert!(county.quiet.allows(airing.class, airing.level, airing.at), "{} is quiet", airing.id);
        of_broadcast.entry(&airing.id.broadcast).or_default().push(airing);
    }
    for airings in of_broadcast.values().filter(|airings| airings[0].class == Class::Daily) {
        let mut days: BTreeMap<String, u32> = BTreeMap::new();
        for pair in airings.windows(2) {
            assert!(pair[1].at - pair[0].at >= county.min_gap.delta(), "{} after {}", pair[1].id, pair[0].id);
        }
        for airing in airings {
            *days.entry(shown(airing.at)[..2].to_owned()).or_default() += 1;
        }
        assert!(days.values().all(|count| *count <= county.airings_per_day_max), "{days:?}");
    }
    let ids: BTreeSet<_> = plan.airings.iter().map(|airing| &airing.id).collect();
    assert_eq!(ids.len(), plan.airings.len(), "an airing stands twice");
    assert!(plan.airings.is_sorted_by_key(|airing| airing.at));
}

fn ids_from(plan: &StationPlan, from: Timestamp) -> Vec<String> {
    plan.airings.iter().filter(|airing| airing.at >= from).map(|airing| airing.id.to_string()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_timetable_nags_a_village(
        times in proptest::collection::btree_set(0u32..1440, 1..30),
        minutes in 1u32..60,
        (quiet_from, quiet_until) in (0u32..24, 0u32..24),
        gap in 1u32..120,
        max in 1u32..20,
        now_minutes in 0i64..5000,
    ) {
        let times: Vec<String> = times.iter().map(|t| format!("\"{:02}:{:02}\"", t / 60, t % 60)).collect();
        let content = Content::new()
            .daily("a", "short", &format!("at = [{}]", times.join(",")), "")
            .daily("b", "long", &format!("cron = \"0 */{minutes} * * * *\""), "")
            .replace("config/county.toml", "from = \"21:00\"", &format!("from = \"{quiet_from:02}:00\""))
            .replace("config/county.toml", "until = \"07:00\"", &format!("until = \"{quiet_until:02}:00\""))
            .replace("config/county.toml", "\"30m\"", &format!("\"{gap}m\""));
        let content = content.replace("config/county.toml", "airings_per_day_max = 6", &format!("airings_per_day_max = {max}"));
        let catalog = content.catalog();
        let registry = registry(&catalog);
        let now = at("10T00:00") + chrono::TimeDelta::minutes(now_minutes);
        let planner = Planner::new(&catalog, &[], &registry, now);
        for station in catalog.stations.keys() {
            let plan = planner.station(station).unwrap();
            holds(&catalog, &plan);
            // The same again, and the same a second later as far as both go.
            let again = Planner::new(&catalog, &[], &registry, now).station(station).unwrap();
            prop_assert_eq!(&plan.airings, &again.airings);
            let later = now + chrono::TimeDelta::seconds(1);
            let then = Planner::new(&catalog, &[], &registry, later).station(station).unwrap();
            let both = Window::around(now, catalog.county.zone).until;
            let known: Vec<String> = ids_from(&plan, later);
            prop_assert_eq!(&known[..], &ids_from(&then, later)[..known.len()]);
            prop_assert!(then.airings.iter().filter(|a| a.at < both && a.at >= later).count() == known.len());
        }
    }
}

#[test]
fn one_edited_broadcast_changes_the_rundowns_it_touches_and_no_others() {
    let content = Content::new()
        .daily("a", "short", "at = [\"08:00\"]", "")
        .daily("b", "short", "at = [\"09:00\"]", "")
        .replace("broadcasts/b.toml", "stations = [\"all\"]", "stations = [\"township:north\"]");
    let before = content.catalog();
    let after = content.replace("broadcasts/b.toml", "09:00", "10:00").catalog();
    let known = registry(&before);
    let rundowns = |catalog: &Catalog| -> Vec<String> {
        let planned = plan(catalog, &[], &known, at("10T15:00"));
        let sealed =
            |plan: &StationPlan| serde_json::to_string(&plan.rundown(Edge::default(), at("10T15:00"))).unwrap();
        planned.stations.iter().map(sealed).collect()
    };
    let (before, after) = (rundowns(&before), rundowns(&after));
    let changed: Vec<bool> = before.iter().zip(&after).map(|(a, b)| a != b).collect();
    assert_eq!(changed, [true, true, false], "n1 and n2 lie in the north, s1 does not");
}

#[test]
fn lists_grow_by_a_day_one_after_the_other() {
    let content = Content::new().daily("a", "short", "at = [\"08:00\"]", "");
    let catalog = content.catalog();
    let known = registry(&catalog);
    let until = |station: &str, now: &str| {
        let planner = Planner::new(&catalog, &[], &known, at(now));
        let served = planner.served(&id(station)).unwrap();
        assert!(served.airings.iter().all(|airing| airing.at < served.valid_until));
        assert_eq!(planner.station(&id(station)).unwrap().valid_until, planner.window().until);
        served.valid_until
    };
    let (before, after) = (until("n1", "24T23:59"), until("n1", "25T12:00"));
    assert_eq!(after - before, chrono::TimeDelta::days(1));
    let mut grown_at = std::collections::BTreeSet::new();
    for station in ["n1", "n2", "s1"] {
        let minutes: Vec<String> = (0..=240).map(|m| format!("25T{:02}:{:02}", m / 60, m % 60)).collect();
        let found: Vec<_> = minutes.iter().map(|minute| until(station, minute)).collect();
        let grown = found.iter().position(|found| *found == after).expect("within four hours");
        assert!(found[..grown].iter().all(|found| *found == before), "{station}");
        assert!(found[grown..].iter().all(|found| *found == after), "{station}");
        grown_at.insert(grown);
    }
    assert_eq!(grown_at.len(), 3, "each at a time of its own: {grown_at:?}");
}
