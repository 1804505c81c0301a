//! What orders do to a station's plan: scenarios, each a table row.

use super::county::{Content, announce, at, id, listed, order, registry, shown, silence, station};
use crate::planner::plan::Planner;
use crate::rundown::{AiringId, Class, Order, OrderKind, OrderState};

fn content() -> Content {
    Content::new()
        .daily("a", "short", "at = [\"08:00\", \"12:00\"]\nfrom = 2026-11-24\nuntil = 2026-11-24", "")
        .daily("long", "long", "on = [2026-11-24T09:00:00]", "")
        .on_order("drill", "short", "drill", "IV")
        .on_order("flood", "short", "emergency", "II")
        .on_order("wind", "short", "emergency", "III")
}

fn airing(text: &str, broadcast: &str, station: &str) -> AiringId {
    AiringId { broadcast: id(broadcast), instant: at(text), station: id(station) }
}

/// The whole of n1's plan at `now`: what is listed from `now`'s day on, and what is to stop.
fn check(orders: &[Order], now: &str, wanted: &[&str], stop: &[&str]) {
    let plan = station(&content().catalog(), orders, now, "n1");
    assert_eq!(listed(&plan), wanted, "{orders:?}");
    let found: Vec<String> = plan.stop.iter().map(|id| format!("{} {}", shown(id.instant), id.broadcast)).collect();
    assert_eq!(found, stop, "{orders:?}");
}

const TIMETABLE: [&str; 3] = ["24T08:00 a", "24T09:00 long", "24T12:00 a"];

#[test]
fn an_order_works_when_it_is_released_and_where_it_is_for() {
    let skip = |id| order(id, "24T07:10", OrderKind::Skip { airing: airing("24T08:00", "a", "n1") });
    check(&[], "24T07:15", &TIMETABLE, &[]);
    check(&[skip(1)], "24T07:15", &["24T09:00 long", "24T12:00 a"], &[]);
    check(&[Order { state: OrderState::Filed, ..skip(1) }], "24T07:15", &TIMETABLE, &[]);
    check(&[Order { state: OrderState::Confirmed, ..skip(1) }], "24T07:15", &TIMETABLE, &[]);
    let elsewhere = order(1, "24T07:10", OrderKind::Skip { airing: airing("24T08:00", "a", "n2") });
    check(&[elsewhere], "24T07:15", &TIMETABLE, &[]);
    // A skip that is taken back skips nothing.
    check(&[skip(1), order(2, "24T07:12", OrderKind::Cancel { order: 1 })], "24T07:15", &TIMETABLE, &[]);
}

#[test]
fn a_daily_notice_is_announced_once_and_keeps_its_distance() {
    let now = |id, released| order(id, released, announce("a", &[], Class::Daily));
    check(
        &[now(1, "24T10:00:07")],
        "24T10:00:08",
        &["24T08:00 a", "24T09:00 long", "24T10:00:07 a", "24T12:00 a"],
        &[],
    );
    // The timetable's airing 20 minutes after it gives way; so does an announcement 20 minutes after the timetable's.
    check(&[now(1, "24T11:40")], "24T11:41", &["24T08:00 a", "24T09:00 long", "24T11:40 a"], &[]);
    check(&[now(1, "24T08:20")], "24T08:21", &TIMETABLE, &[]);
    // In the quiet hours it is left out, as is a drill.
    check(&[now(1, "24T21:30")], "24T21:31", &TIMETABLE, &[]);
    check(&[order(1, "24T21:30", announce("drill", &[], Class::Drill))], "24T21:31", &TIMETABLE, &[]);
    // Other targets than its own.
    check(&[order(1, "24T10:00", announce("a", &["township:south"], Class::Daily))], "24T10:01", &TIMETABLE, &[]);
    let north = ["24T08:00 a", "24T09:00 long", "24T10:00 a", "24T12:00 a"];
    check(&[order(1, "24T10:00", announce("a", &["s1", "n1"], Class::Daily))], "24T10:01", &north, &[]);
    // Aired again: the airing that failed ten minutes before does not count.
    let again = order(1, "24T08:10", OrderKind::Reair { airing: airing("24T08:00", "a", "n1") });
    check(&[again], "24T08:11", &["24T08:00 a", "24T08:10 a", "24T09:00 long", "24T12:00 a"], &[]);
}

#[test]
fn an_emergency_repeats_until_it_expires_or_is_cancelled() {
    let flood = order(1, "24T22:00:30", announce("flood", &[], Class::Emergency));
    let repeats: Vec<String> =
        (0..36).map(|n| shown(at("24T22:00:30") + chrono::TimeDelta::minutes(10 * n)) + " flood").collect();
    let wanted: Vec<&str> = TIMETABLE.into_iter().chain(repeats.iter().map(String::as_str)).collect();
    check(std::slice::from_ref(&flood), "24T22:01", &wanted, &[]);
    // Yesterday's repeats stay listed today.
    check(std::slice::from_ref(&flood), "25T05:00", &wanted, &[]);
    let cancel = order(2, "24T22:15", OrderKind::Cancel { order: 1 });
    check(&[flood, cancel], "24T22:16", &TIMETABLE, &["24T22:00:30 flood", "24T22:10:30 flood"]);
}

#[test]
fn an_announcement_in_the_second_of_a_cancelled_repeat_sounds() {
    let flood = |id, released| order(id, released, announce("flood", &[], Class::Emergency));
    let mut orders = vec![flood(1, "24T10:00:30"), order(2, "24T10:05", OrderKind::Cancel { order: 1 })];
    let floods = |orders: &[Order], now: &str| {
        let plan = station(&content().catalog(), orders, now, "n1");
        let all = plan.airings.into_iter().filter(|airing| airing.id.broadcast == id("flood"));
        all.collect::<Vec<_>>()
    };
    let taken_back: Vec<AiringId> = floods(&orders[..1], "24T10:01").into_iter().map(|airing| airing.id).collect();
    assert_eq!(taken_back.len(), 36);
    // Twice in seconds that the first one named; the second time, the second before is taken, too.
    for (n, second) in [(3, "24T10:20:30"), (5, "24T10:30:30")] {
        let told = floods(&[&orders[..], &[flood(n, second)]].concat(), second);
        assert_eq!((told.len(), told[0].at), (36, at(second)));
        assert!(told.iter().all(|airing| !taken_back.contains(&airing.id)), "{told:?}");
        let earlier = floods(&[&orders[..], &[flood(n, second)]].concat(), "25T01:00");
        assert_eq!(told, earlier, "what an airing is called does not change");
        orders.extend([flood(n, second), order(n + 1, "24T10:31", OrderKind::Cancel { order: n })]);
    }
    // In another second it is called what it is.
    let told = floods(&[&orders[..], &[flood(7, "24T10:32:11")]].concat(), "24T10:33");
    assert_eq!((told[0].at, told[0].id.instant), (at("24T10:32:11"), at("24T10:32:11")));
}

#[test]
fn lesser_emergencies_wait_for_the_morning_and_sound_once_then() {
    let wind = |released: &str| order(1, released, announce("wind", &[], Class::Emergency));
    let of_morning = |released: &str| -> Vec<String> {
        let plan = station(&content().catalog(), &[wind(released)], "25T00:00", "n1");
        let airings = plan.airings.iter().filter(|airing| airing.id.broadcast == id("wind"));
        airings.map(|airing| format!("{} as {}", shown(airing.at), shown(airing.id.instant))).collect()
    };
    // The repeats of the night are one at seven; then each ten minutes until six hours are over.
    let found = of_morning("25T03:05");
    assert_eq!(&found[..2], ["25T07:00 as 25T06:55", "25T07:05 as 25T07:05"]);
    assert_eq!((found.len(), found.last().unwrap().as_str()), (13, "25T08:55 as 25T08:55"));
    // A repeat at seven itself stands for them all.
    assert_eq!(of_morning("25T03:00")[0], "25T07:00 as 25T07:00");
    // Over before the morning.
    assert_eq!(of_morning("24T23:30"), Vec::<String>::new());
    let evening = of_morning("24T20:45");
    assert_eq!(evening, ["24T20:45 as 24T20:45", "24T20:55 as 24T20:55"]);
}

#[test]
fn silence_holds_daily_airings_and_drills_and_no_emergency() {
    let quiet = |id, released, until| order(id, released, silence(&["all"], until));
    check(&[quiet(1, "24T08:30", "24T11:00")], "24T08:31", &["24T08:00 a", "24T12:00 a"], &[]);
    // What may be sounding is stopped: the long one lasts 13 minutes and may start 5 late.
    check(&[quiet(1, "24T09:10", "24T11:00")], "24T09:11", &["24T08:00 a", "24T12:00 a"], &["24T09:00 long"]);
    check(&[quiet(1, "24T09:19", "24T11:00")], "24T09:20", &TIMETABLE, &[]);
    // Lifted at eleven by a cancel, not at one.
    let lift = order(2, "24T11:00", OrderKind::Cancel { order: 1 });
    check(&[quiet(1, "24T08:30", "24T13:00")], "24T11:01", &["24T08:00 a"], &[]);
    check(&[quiet(1, "24T08:30", "24T13:00"), lift], "24T11:01", &["24T08:00 a", "24T12:00 a"], &[]);
    // Other stations.
    check(&[order(1, "24T08:30", silence(&["s1"], "24T11:00"))], "24T08:31", &TIMETABLE, &[]);
    let flood = order(2, "24T08:40", announce("flood", &["n1"], Class::Emergency));
    let drill = order(3, "24T08:40", announce("drill", &[], Class::Drill));
    let daily = order(4, "24T10:30", announce("a", &[], Class::Daily));
    let plan =
        station(&content().catalog(), &[quiet(1, "24T08:30", "24T11:00"), flood, drill, daily], "24T08:41", "n1");
    let in_silence: Vec<String> =
        listed(&plan).into_iter().filter(|line| ("24T08:30".."24T11:00").contains(&line.as_str())).collect();
    assert_eq!(in_silence.len(), 14);
    assert!(in_silence.iter().all(|line| line.ends_with(" flood")), "{in_silence:?}");
}

#[test]
fn what_is_withdrawn_stops_and_airs_no_more_until_that_is_taken_back() {
    let withdraw = |id, released, broadcast: &str| {
        order(id, released, OrderKind::Withdraw { broadcast: super::county::id(broadcast) })
    };
    check(&[withdraw(1, "24T08:30", "a")], "24T08:31", &["24T08:00 a", "24T09:00 long"], &[]);
    // What may be sounding is stopped, of this broadcast alone.
    check(&[withdraw(1, "24T09:10", "long")], "24T09:11", &["24T08:00 a", "24T12:00 a"], &["24T09:00 long"]);
    check(&[withdraw(1, "24T09:10", "a")], "24T09:11", &["24T08:00 a", "24T09:00 long"], &[]);
    // What was announced, too; emergencies as well.
    let flood = order(1, "24T10:00", announce("flood", &[], Class::Emergency));
    let plan = station(&content().catalog(), &[flood.clone(), withdraw(2, "24T10:05", "flood")], "24T10:06", "n1");
    assert!(listed(&plan).iter().all(|line| !line.ends_with("flood") || line.as_str() < "24T10:05"));
    assert!(plan.stop.iter().any(|id| id.broadcast.as_str() == "flood"), "{:?}", plan.stop);
    // Taken back: what is to come airs again.
    let lift = order(2, "24T11:00", OrderKind::Cancel { order: 1 });
    check(&[withdraw(1, "24T07:30", "a"), lift], "24T11:01", &["24T09:00 long", "24T12:00 a"], &[]);
    // A correction stops what sounds of the old text, and nothing else.
    let texts = crate::base::Digest::of(b"new");
    let correct = |id, released, broadcast: &str| {
        order(id, released, OrderKind::Correct { broadcast: super::county::id(broadcast), texts })
    };
    check(&[correct(1, "24T09:10", "long")], "24T09:11", &["24T08:00 a", "24T12:00 a"], &["24T09:00 long"]);
    check(&[correct(1, "24T10:10", "a")], "24T10:11", &TIMETABLE, &[]);
}

/// Silence, its end and an announcement within a few seconds, to the millisecond: what is asked for while it lasts is
/// held, and what is asked for after it is aired, though an order's instant is the beginning of its second.
#[test]
fn what_is_ordered_after_a_silence_airs_however_soon() {
    use chrono::TimeDelta;
    let catalog = content().catalog();
    let begin = at("24T10:30");
    let ordered = |id, ms: i64, kind| Order {
        released_at: Some(begin + TimeDelta::milliseconds(ms)),
        ..order(id, "24T10:30", kind)
    };
    let airs = |orders: &[Order]| {
        let plan = station(&catalog, orders, "24T10:31", "n1");
        plan.airings.iter().any(|airing| airing.id.broadcast.as_str() == "a" && airing.order.is_some())
    };
    let asked = || announce("a", &["n1"], Class::Daily);
    proptest::proptest!(proptest::prelude::ProptestConfig::with_cases(200), |(from in 0..1000_i64, lasts in 1..2500_i64, said in 0..2500_i64)| {
        let quiet = ordered(1, from, silence(&["all"], "24T13:00"));
        let lift = OrderKind::Cancel { order: 1 };
        let is_after = said >= lasts;
        let orders = match is_after {
            true => [quiet, ordered(2, from + lasts, lift), ordered(3, from + said, asked())],
            false => [quiet, ordered(2, from + said, asked()), ordered(3, from + lasts, lift)],
        };
        proptest::prop_assert_eq!(airs(&orders), is_after, "{:?}", orders);
        // The same where it ends by itself, at a time that is no whole second.
        let lasts = lasts + 1000;
        let until = begin + TimeDelta::milliseconds(from + lasts);
        let quiet = ordered(1, from, OrderKind::Silence { stations: vec!["all".to_owned()], until });
        let is_over = said >= lasts;
        let orders = [quiet, ordered(2, from + said, asked())];
        proptest::prop_assert!(airs(&orders) || !is_over, "{:?}", orders);
    });
}

#[test]
fn nobody_alone_makes_an_emergency_sound() {
    // Ordered as a daily notice by one person; then the file says that it is an emergency.
    let edited = content().on_order("a", "short", "emergency", "I").catalog();
    let orders = [order(1, "24T10:00", announce("a", &[], Class::Daily))];
    assert_eq!(listed(&station(&edited, &orders, "24T10:01", "n1")), ["24T09:00 long"]);
    let known = registry(&edited);
    let problems = Planner::new(&edited, &orders, &known, at("24T10:01")).problems();
    assert!(
        problems.iter().any(|p| p.message.contains("it was ordered as daily and is now emergency")),
        "{problems:?}"
    );
    // One person airs an emergency again only while the order of two stands.
    let flood = order(1, "24T10:00", announce("flood", &["n1"], Class::Emergency));
    let again = |released| order(2, released, OrderKind::Reair { airing: airing("24T10:00", "flood", "n1") });
    let count = |orders: &[Order]| {
        let plan = station(&content().catalog(), orders, "24T17:00", "n1");
        plan.airings.iter().filter(|airing| airing.order == Some(2)).count()
    };
    assert_eq!(count(&[flood.clone(), again("24T10:05")]), 1);
    assert_eq!(count(&[again("24T10:05")]), 0);
    assert_eq!(count(&[flood.clone(), again("24T16:05")]), 0, "expired at 16:00");
    let cancel = order(3, "24T10:04", OrderKind::Cancel { order: 1 });
    assert_eq!(count(&[flood, again("24T10:05"), cancel]), 0);
}

#[test]
fn an_order_for_what_may_not_air_is_told() {
    let catalog = content().replace("broadcasts/a.toml", "\"ready\"", "\"paused\"").catalog();
    let known = registry(&catalog);
    let orders = [
        order(1, "24T10:00", announce("a", &[], Class::Daily)),
        order(2, "24T10:00", announce("nothing", &[], Class::Daily)),
        order(3, "24T21:30", announce("drill", &["n1"], Class::Drill)),
    ];
    let planner = Planner::new(&catalog, &orders, &known, at("24T21:31"));
    let found: Vec<String> =
        planner.problems().iter().filter(|p| p.rule.ends_with("order")).map(|p| p.message.clone()).collect();
    assert_eq!(
        found,
        [
            "order 1 does nothing with `a`: the broadcast is paused",
            "order 3 does not air `drill` at `n1`: it falls inside the quiet hours",
            "order 2 does nothing with `nothing`: there is no such broadcast",
        ]
    );
}

#[test]
fn stations_that_are_alike_share_one_plan_until_an_order_parts_them() {
    let catalog = content().catalog();
    let known = registry(&catalog);
    let shared = |orders: &[Order]| {
        let planner = Planner::new(&catalog, orders, &known, at("24T07:15"));
        let plan = |name: &str| planner.station(&id(name)).unwrap();
        std::sync::Arc::ptr_eq(&plan("n1").programmes, &plan("n2").programmes)
    };
    assert!(shared(&[]));
    assert!(shared(&[order(1, "24T07:00", silence(&["township:north"], "24T09:00"))]));
    assert!(!shared(&[order(1, "24T07:00", silence(&["n1"], "24T09:00"))]));
}
