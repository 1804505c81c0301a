//! The answers to "why does this air, and that not?".

use expect_test::{Expect, expect};

use super::county::{Content, announce, at, id, order, registry, silence};
use crate::planner::explain;
use crate::planner::plan::Planner;
use crate::rundown::{AiringId, Class, Order, OrderKind};

fn check(content: &Content, orders: &[Order], station: &str, minute: &str, wanted: Expect) {
    let catalog = content.catalog();
    let known = registry(&catalog);
    let planner = Planner::new(&catalog, orders, &known, at("24T06:00"));
    wanted.assert_eq(&explain(&planner, &id(station), at(minute)).unwrap().to_string());
}

#[test]
fn what_sounds_waits_and_is_missed() {
    let content = Content::new()
        .daily("a", "long", "at = [\"morning\"]", "")
        .daily("b", "short", "cron = \"0 30 7 * * *\"", "late = \"20m\"")
        .daily("c", "short", "on = [2026-11-24T07:31:00]", "late = \"1m\"")
        .on_order("flood", "short", "emergency", "I");
    check(
        &content,
        &[],
        "n1",
        "24T07:31",
        expect![[r#"
            n1 at 2026-11-24 07:31 (Asia/Shanghai):
              a sounds: its times name 07:30:00 (morning); from 07:30:00 to 07:43:22
              b waits: its cron "0 30 7 * * *" names 07:30:00; it waits for a of 07:30:00 (equals go by name) and starts at 07:43:22
              c is missed: its dates name 2026-11-24 07:31:00; a of 07:30:00 (the earlier goes first) holds the loudspeaker until it is too late at 07:32:00
        "#]],
    );
    check(
        &content,
        &[],
        "n1",
        "24T07:43",
        expect![[r#"
            n1 at 2026-11-24 07:43 (Asia/Shanghai):
              a sounds: its times name 07:30:00 (morning); from 07:30:00 to 07:43:22
              b sounds: its cron "0 30 7 * * *" names 07:30:00; it waited for a of 07:30:00 (equals go by name) and sounds from 07:43:22 to 07:44:04
        "#]],
    );
    check(
        &content,
        &[],
        "n1",
        "24T09:00",
        expect![[r#"
        n1 at 2026-11-24 09:00 (Asia/Shanghai):
          nothing is asked for: no broadcast's times and no order name this minute
    "#]],
    );
    let flood = order(3, "24T07:35", announce("flood", &[], Class::Emergency));
    check(
        &content,
        &[flood],
        "n1",
        "24T07:35",
        expect![[r#"
            n1 at 2026-11-24 07:35 (Asia/Shanghai):
              a sounds: its times name 07:30:00 (morning); from 07:30:00 until flood of 07:35:00 cuts it at 07:35:00
              b sounds: its cron "0 30 7 * * *" names 07:30:00; it waited for flood of 07:35:00 (an emergency of level I goes first) and sounds from 07:35:42 to 07:36:24
              flood sounds: order 3 asks for it at 07:35:00; from 07:35:00 to 07:35:42
        "#]],
    );
}

#[test]
fn what_does_not_air() {
    let content = Content::new()
        .daily("a", "short", "at = [\"08:00\"]\ndays = [\"wed\"]", "")
        .daily("b", "short", "at = [\"08:00\"]\nfrom = 2026-11-25\nexcept = [2026-11-24]", "")
        .daily("c", "short", "cron = \"0 0 8 * * *\"\nuntil = 2026-11-23", "")
        .daily("d", "short", "at = [\"07:45\", \"08:00\"]", "")
        .daily("e", "short", "at = [\"08:00\"]", "")
        .replace("broadcasts/e.toml", "\"ready\"", "\"draft\"")
        .daily("f", "short", "at = [\"08:00\"]", "")
        .replace("broadcasts/f.toml", "stations = [\"all\"]", "stations = [\"s1\"]")
        .daily("g", "chinese-only", "at = [\"08:00\"]", "")
        .replace("broadcasts/g.toml", "\"skip\"", "\"hold\"")
        .daily("h", "short", "cron = \"0 0 3-8 * * *\"", "")
        .replace("config/county.toml", "until = \"07:00\"", "until = \"04:00\"")
        .replace("config/county.toml", "airings_per_day_max = 6", "airings_per_day_max = 4")
        .daily("i", "short", "at = [\"08:00\"]", "");
    let skip = AiringId { broadcast: id("i"), instant: at("24T08:00"), station: id("n1") };
    check(
        &content,
        &[order(5, "24T05:00", OrderKind::Skip { airing: skip })],
        "n1",
        "24T08:00",
        expect![[r#"
        n1 at 2026-11-24 08:00 (Asia/Shanghai):
          a does not air: Tuesday is not among its days
          b does not air: it begins on 2026-11-25; 2026-11-24 is among its exceptions
          c does not air: it ended on 2026-11-23
          d does not air: it airs at 07:45:00 and again no sooner than 30m later (min_gap)
          e does not air: it is a draft
          f does not air: it is not for this station
          g does not air: it is held here: `chinese-only` in bo has no recording
          h does not air: it airs 4 times that day already (airings_per_day_max)
          i does not air: order 5 skips it
    "#]],
    );
    check(
        &content,
        &[order(6, "24T07:59", silence(&["n1"], "24T08:10"))],
        "n1",
        "24T08:00:40",
        expect![[r#"
        n1 at 2026-11-24 08:00 (Asia/Shanghai):
          a does not air: Tuesday is not among its days
          b does not air: it begins on 2026-11-25; 2026-11-24 is among its exceptions
          c does not air: it ended on 2026-11-23
          d does not air: it airs at 07:45:00 and again no sooner than 30m later (min_gap)
          e does not air: it is a draft
          f does not air: it is not for this station
          g does not air: it is held here: `chinese-only` in bo has no recording
          h does not air: it airs 4 times that day already (airings_per_day_max)
          i does not air: order 6 silences this station then
    "#]],
    );
    check(
        &content,
        &[],
        "n1",
        "24T03:00",
        expect![[r#"
        n1 at 2026-11-24 03:00 (Asia/Shanghai):
          h does not air: the quiet hours are from 21:00 to 04:00
    "#]],
    );
    // Whenever it is: long before and long after the plan.
    let catalog = content.catalog();
    let known = registry(&catalog);
    let planner = Planner::new(&catalog, &[], &known, at("01T06:00"));
    expect![[r#"
        s1 at 2026-11-24 08:00 (Asia/Shanghai):
          f sounds: its times name 08:00:00; from 08:00:00 to 08:00:20
          g sounds: its times name 08:00:00; it waited for f of 08:00:00 (equals go by name) and sounds from 08:00:20 to 08:00:40
          i sounds: its times name 08:00:00; it waited for g of 08:00:00 (equals go by name) and sounds from 08:00:40 to 08:01:00
          a does not air: Tuesday is not among its days
          b does not air: it begins on 2026-11-25; 2026-11-24 is among its exceptions
          c does not air: it ended on 2026-11-23
          d does not air: it airs at 07:45:00 and again no sooner than 30m later (min_gap)
          e does not air: it is a draft
          h does not air: it airs 4 times that day already (airings_per_day_max)
    "#]].assert_eq(&explain(&planner, &id("s1"), at("24T08:00")).unwrap().to_string());
    let crowded = Content::new().daily("a", "short", "cron = \"0 * 8-10 * * *\"", "");
    check(
        &crowded,
        &[],
        "n1",
        "24T10:00",
        expect![[r#"
        n1 at 2026-11-24 10:00 (Asia/Shanghai):
          a does not air: it has more than 96 times that day, and the plan holds the first of them
    "#]],
    );
    assert_eq!(explain(&planner, &id("nowhere"), at("24T08:00")), None);
}
