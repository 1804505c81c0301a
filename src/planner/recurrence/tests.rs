//! Rules against an independent oracle, over many zones and years: gaps, overlaps, month ends, leap days.

use std::collections::BTreeSet;

use chrono::{DateTime, Offset, Weekday};
use proptest::prelude::*;

use super::*;
use crate::catalog::model::Day as DayOfWeek;

/// Zones with every kind of change of the clock since 1990: none, an hour, half an hour, two hours, at midnight, at a
/// minute past midnight, around Ramadan, a change of offset for good, and a day left out (Apia and Kwajalein).
const ZONES: [&str; 16] = [
    "Asia/Shanghai",
    "America/New_York",
    "Europe/London",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Kwajalein",
    "Asia/Kathmandu",
    "Africa/Casablanca",
    "America/Santiago",
    "Antarctica/Troll",
    "Asia/Gaza",
    "America/Havana",
    "Asia/Tehran",
    "America/Caracas",
    "Asia/Pyongyang",
    "Europe/Volgograd",
];

fn zone(name: &str) -> Tz {
    name.parse().unwrap()
}

fn instant(text: &str) -> Timestamp {
    text.parse::<DateTime<chrono::FixedOffset>>().unwrap().to_utc()
}

fn when(rule: Rule) -> When {
    When { rule, from: None, until: None, except: BTreeSet::new() }
}

fn at(times: &[&str], days: &[Weekday]) -> When {
    let all = [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];
    let days = if days.is_empty() { &all } else { days };
    let mut times: Vec<NaiveTime> = times.iter().map(|t| t.parse().unwrap()).collect();
    times.sort();
    when(Rule::At { times, days: days.iter().map(|d| DayOfWeek::from(*d)).collect() })
}

fn cron(text: &str) -> When {
    crate::catalog::cron::check(text).unwrap();
    when(Rule::Cron(text.to_owned()))
}

fn on(instants: &[&str]) -> When {
    when(Rule::On(instants.iter().map(|t| t.parse().unwrap()).collect()))
}

/// The independent oracle: lets a wall clock run minute by minute from UTC, and airs whatever wall time it shows for
/// the first time, or has jumped over. It shares no code with the planner: neither dates nor the crate's cron.
fn oracle(
    wall_times_in: impl Fn(NaiveDateTime, NaiveDateTime) -> Vec<NaiveDateTime>,
    zone: Tz,
    from: Timestamp,
    until: Timestamp,
) -> Vec<Timestamp> {
    let minute = TimeDelta::minutes(1);
    let mut t = from - TimeDelta::hours(30);
    t -= TimeDelta::seconds(t.timestamp().rem_euclid(60)) + TimeDelta::nanoseconds(t.timestamp_subsec_nanos().into());
    let mut shown_until = t.with_timezone(&zone).naive_local();
    let mut aired = BTreeSet::new();
    while t < until {
        let shown = t.with_timezone(&zone).naive_local();
        if shown + minute > shown_until {
            if shown > shown_until {
                aired.extend(wall_times_in(shown_until, shown).first().map(|_| t));
            }
            for time in wall_times_in(shown.max(shown_until), shown + minute) {
                aired.insert(t + (time - shown));
            }
            shown_until = shown + minute;
        }
        t += minute;
    }
    aired.into_iter().filter(|at| from <= *at && *at < until).collect()
}

/// What `when` says of wall time, date by date and second by second where it must.
fn oracle_of(when: &When, fields: Option<&Fields>, zone: Tz, from: Timestamp, until: Timestamp) -> Vec<Timestamp> {
    let dated = |date: NaiveDate| {
        when.from.is_none_or(|f| f <= date) && when.until.is_none_or(|u| date <= u) && !when.except.contains(&date)
    };
    let wall_times_in = |a: NaiveDateTime, b: NaiveDateTime| {
        let mut found: Vec<NaiveDateTime> = match &when.rule {
            Rule::At { times, days } => (0..=(b.date() - a.date()).num_days())
                .map(|n| a.date() + TimeDelta::days(n))
                .filter(|date| days.contains(&date.weekday().into()))
                .flat_map(|date| times.iter().map(move |t| date.and_time(*t)))
                .collect(),
            Rule::On(instants) => instants.clone(),
            Rule::Cron(_) => fields.unwrap().between(a, b),
        };
        found.retain(|t| a <= *t && *t < b && dated(t.date()));
        found.sort();
        found
    };
    oracle(wall_times_in, zone, from, until)
}

/// A cron expression as the sets its fields mean.
#[derive(Debug, Clone)]
struct Fields {
    seconds: BTreeSet<u32>,
    minutes: BTreeSet<u32>,
    hours: BTreeSet<u32>,
    days: BTreeSet<u32>,
    months: BTreeSet<u32>,
    weekdays: BTreeSet<u32>,
}

impl Fields {
    fn between(&self, a: NaiveDateTime, b: NaiveDateTime) -> Vec<NaiveDateTime> {
        let mut found = Vec::new();
        let mut minute = a.with_second(0).unwrap();
        while minute < b {
            if self.minutes.contains(&minute.minute())
                && self.hours.contains(&minute.hour())
                && self.days.contains(&minute.day())
                && self.months.contains(&minute.month())
                && self.weekdays.contains(&minute.weekday().num_days_from_monday())
            {
                found.extend(self.seconds.iter().map(|s| minute.with_second(*s).unwrap()));
            }
            minute += TimeDelta::minutes(1);
        }
        found
    }
}

fn field(range: std::ops::RangeInclusive<u32>, most: usize) -> impl Strategy<Value = (BTreeSet<u32>, String)> {
    let (low, high) = (*range.start(), *range.end());
    let list = proptest::collection::btree_set(range.clone(), 1..=most).prop_map(|set| {
        let text: Vec<String> = set.iter().map(u32::to_string).collect();
        (set, text.join(","))
    });
    let span = (range.clone(), 0..most as u32).prop_map(move |(a, n)| {
        let b = (a + n).min(high);
        ((a..=b).collect::<BTreeSet<u32>>(), if a == b { a.to_string() } else { format!("{a}-{b}") })
    });
    let least_step = (high - low + 1).div_ceil(most as u32);
    let step = (least_step..=high.max(least_step))
        .prop_map(move |step| ((low..=high).step_by(step as usize).collect(), format!("*/{step}")));
    prop_oneof![list, span, step]
}

fn any_cron() -> impl Strategy<Value = (Fields, String)> {
    let days = prop_oneof![Just(((1..=31).collect(), "*".to_owned())), field(1..=31, 12)];
    let months = prop_oneof![3 => Just(((1..=12).collect(), "*".to_owned())), 1 => field(1..=12, 6)];
    const NAMES: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let weekdays = prop_oneof![
        Just(((0..=6).collect(), "*".to_owned())),
        proptest::collection::btree_set(0u32..=6, 1..=5).prop_map(|set| {
            let text: Vec<&str> = set.iter().map(|d| NAMES[*d as usize]).collect();
            (set, text.join(","))
        }),
        (0usize..=5).prop_map(|d| (
            (d as u32..=5).collect(),
            if d == 5 { "Sat".to_owned() } else { format!("{}-Sat", NAMES[d]) }
        )),
    ];
    (field(0..=59, 2), field(0..=59, 4), field(0..=23, 8), days, months, weekdays).prop_map(|(s, m, h, d, mo, w)| {
        let text = [s.1, m.1, h.1, d.1, mo.1, w.1].join(" ");
        (Fields { seconds: s.0, minutes: m.0, hours: h.0, days: d.0, months: mo.0, weekdays: w.0 }, text)
    })
}

/// The days of a year on which the clock is changed.
fn changes(zone: Tz, year: i32) -> Vec<NaiveDate> {
    let offset = |date: NaiveDate| zone.offset_from_utc_datetime(&date.and_time(NaiveTime::MIN)).fix();
    let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap();
    first.iter_days().take(365).filter(|d| offset(*d) != offset(d.succ_opt().unwrap())).collect()
}

/// A zone, and a span of a few days, mostly about a change of the clock.
fn any_span() -> impl Strategy<Value = (Tz, Timestamp, Timestamp)> {
    (0..ZONES.len(), 1990i32..=2037, 0usize..8, 0i64..364, -40i64..24, 1i64..120, 0i64..3600).prop_map(
        |(zone, year, which, day, back_hours, hours, seconds)| {
            let zone = self::zone(ZONES[zone]);
            let changes = changes(zone, year);
            let date = match changes.get(which % (changes.len() + 1)) {
                Some(date) => *date,
                None => NaiveDate::from_ymd_opt(year, 1, 1).unwrap() + TimeDelta::days(day),
            };
            let from =
                date.and_time(NaiveTime::MIN).and_utc() + TimeDelta::hours(back_hours) + TimeDelta::seconds(seconds);
            (zone, from, from + TimeDelta::hours(hours))
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(160))]

    #[test]
    fn times_of_day_agree_with_a_running_wall_clock(
        (zone, from, until) in any_span(),
        times in proptest::collection::btree_set(0u32..(24 * 60 * 2), 1..7),
        days in proptest::collection::btree_set(0u8..7, 1..8),
        (first, last, except) in (-3i64..2, 0i64..6, 0i64..4),
    ) {
        let times = times.iter().map(|t| NaiveTime::from_num_seconds_from_midnight_opt(t * 30, 0).unwrap()).collect();
        let days = days.iter().map(|d| DayOfWeek::from(Weekday::try_from(*d).unwrap())).collect();
        let mut when = when(Rule::At { times, days });
        let date = from.date_naive();
        when.from = (first > -3).then(|| date + TimeDelta::days(first));
        when.until = (last > 0).then(|| date + TimeDelta::days(last));
        when.except = (except > 0).then(|| date + TimeDelta::days(except)).into_iter().collect();
        prop_assert_eq!(occurrences(&when, zone, from, until).instants, oracle_of(&when, None, zone, from, until));
    }

    #[test]
    fn crons_agree_with_a_running_wall_clock((zone, from, until) in any_span(), (fields, text) in any_cron()) {
        // A day that never comes is refused, not planned.
        prop_assume!(crate::catalog::cron::check(&text).is_ok());
        let when = when(Rule::Cron(text));
        prop_assert_eq!(occurrences(&when, zone, from, until).instants, oracle_of(&when, Some(&fields), zone, from, until));
    }

    #[test]
    fn a_span_is_the_sum_of_its_parts((zone, from, until) in any_span(), (_, text) in any_cron(), cut in 0i64..100) {
        prop_assume!(crate::catalog::cron::check(&text).is_ok());
        let when = when(Rule::Cron(text));
        let middle = from + (until - from) * cut as i32 / 100;
        let mut parts = occurrences(&when, zone, from, middle).instants;
        parts.extend(occurrences(&when, zone, middle, until).instants);
        prop_assert_eq!(occurrences(&when, zone, from, until).instants, parts);
    }
}

#[test]
fn every_change_of_the_clock_since_1990_is_passed_as_a_wall_clock_passes_it() {
    let when = at(&["00:00", "00:30", "01:30", "02:00", "02:15", "02:30", "03:00", "23:30", "23:59:59"], &[]);
    let mut count = 0;
    for name in ZONES {
        let zone = zone(name);
        for date in (1990..=2037).flat_map(|year| changes(zone, year)) {
            let from = date.and_time(NaiveTime::MIN).and_utc();
            let until = from + TimeDelta::days(2);
            let wanted = oracle_of(&when, None, zone, from, until);
            assert_eq!(occurrences(&when, zone, from, until).instants, wanted, "{name} {date}");
            count += 1;
        }
    }
    assert!(count > 800, "only {count} changes were seen");
}

fn check(when: &When, zone: &str, from: &str, until: &str, wanted: &[&str]) {
    let zone = self::zone(zone);
    let found = occurrences(when, zone, instant(from), instant(until)).instants;
    let found: Vec<String> =
        found.iter().map(|t| t.with_timezone(&zone).to_rfc3339_opts(chrono::SecondsFormat::Secs, true)).collect();
    assert_eq!(found, wanted, "{when:?}");
}

#[test]
fn gaps_overlaps_month_ends_and_leap_days() {
    let half_past_two = at(&["02:30"], &[]);
    check(
        &half_past_two,
        "America/New_York",
        "2027-03-13T00:00:00-05:00",
        "2027-03-16T00:00:00-04:00",
        &["2027-03-13T02:30:00-05:00", "2027-03-14T03:00:00-04:00", "2027-03-15T02:30:00-04:00"],
    );
    // Every ten minutes of the hour that is left out is one airing, and the one at three o'clock is the same.
    check(
        &cron("0 */10 2-3 * * *"),
        "America/New_York",
        "2027-03-14T00:00:00-05:00",
        "2027-03-14T03:15:00-04:00",
        &["2027-03-14T03:00:00-04:00", "2027-03-14T03:10:00-04:00"],
    );
    check(
        &at(&["01:30"], &[]),
        "America/New_York",
        "2027-11-07T00:00:00-04:00",
        "2027-11-08T00:00:00-05:00",
        &["2027-11-07T01:30:00-04:00"],
    );
    check(
        &cron("0 0,30 1-2 * * *"),
        "America/New_York",
        "2027-11-07T00:00:00-04:00",
        "2027-11-08T00:00:00-05:00",
        &[
            "2027-11-07T01:00:00-04:00",
            "2027-11-07T01:30:00-04:00",
            "2027-11-07T02:00:00-05:00",
            "2027-11-07T02:30:00-05:00",
        ],
    );
    check(
        &at(&["09:00", "21:00"], &[]),
        "Pacific/Apia",
        "2011-12-29T00:00:00-10:00",
        "2012-01-01T00:00:00+14:00",
        &[
            "2011-12-29T09:00:00-10:00",
            "2011-12-29T21:00:00-10:00",
            "2011-12-31T00:00:00+14:00",
            "2011-12-31T09:00:00+14:00",
            "2011-12-31T21:00:00+14:00",
        ],
    );
    // Midnight does not exist on this day in Santiago.
    check(
        &at(&["00:00"], &[Weekday::Sun]),
        "America/Santiago",
        "2027-09-04T00:00:00-04:00",
        "2027-09-07T00:00:00-03:00",
        &["2027-09-05T01:00:00-03:00"],
    );
    check(
        &cron("0 0 8 29 Feb *"),
        "Asia/Shanghai",
        "2026-01-01T00:00:00+08:00",
        "2033-01-01T00:00:00+08:00",
        &["2028-02-29T08:00:00+08:00", "2032-02-29T08:00:00+08:00"],
    );
    check(
        &cron("0 0 8 31 * *"),
        "Asia/Shanghai",
        "2026-01-01T00:00:00+08:00",
        "2026-06-01T00:00:00+08:00",
        &["2026-01-31T08:00:00+08:00", "2026-03-31T08:00:00+08:00", "2026-05-31T08:00:00+08:00"],
    );
    let mut dated = at(&["07:30"], &[Weekday::Mon, Weekday::Wed]);
    dated.from = Some("2026-11-23".parse().unwrap());
    dated.until = Some("2026-12-02".parse().unwrap());
    dated.except = ["2026-11-25".parse().unwrap()].into();
    check(
        &dated,
        "Asia/Shanghai",
        "2026-11-01T00:00:00+08:00",
        "2027-01-01T00:00:00+08:00",
        &["2026-11-23T07:30:00+08:00", "2026-11-30T07:30:00+08:00", "2026-12-02T07:30:00+08:00"],
    );
    check(
        &on(&["2026-11-25T09:00:00", "2026-12-25T09:00:00"]),
        "Asia/Shanghai",
        "2026-11-25T09:00:00+08:00",
        "2026-12-25T09:00:00+08:00",
        &["2026-11-25T09:00:00+08:00"],
    );
    check(&half_past_two, "Asia/Shanghai", "2026-11-25T09:00:00+08:00", "2026-11-25T09:00:00+08:00", &[]);
}

#[test]
fn a_mad_cron_is_cut_short_and_told() {
    let shanghai = zone("Asia/Shanghai");
    let (from, until) = (instant("2026-11-23T12:00:00+08:00"), instant("2026-11-30T00:00:00+08:00"));
    let found = occurrences(&cron("* * 12 * * *"), shanghai, from, until);
    assert_eq!(found.instants.len(), 7 * TIMES_PER_DAY_MAX);
    assert_eq!(found.crowded, Some("2026-11-23".parse().unwrap()));
    let found = occurrences(&cron("0 */15 * * * *"), shanghai, instant("2026-11-23T00:00:00+08:00"), until);
    assert_eq!((found.instants.len(), found.crowded), (7 * 96, None));
}
