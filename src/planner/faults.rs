//! What will not air as it is written, told at check time: grouped, with counts, never once a station.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;

use crate::base::problem::Place;
use crate::base::{Id, Problem, Tag, Timestamp};
use crate::catalog::broadcast;
use crate::catalog::model::{Broadcast, GapReason, Rule, State};
use crate::catalog::spoken::Permit;
use crate::planner::approval::Bound;
use crate::planner::forecast::Forecast;
use crate::planner::orders::ActKind;
use crate::planner::plan::Planner;
use crate::planner::recurrence::{TIMES_PER_DAY_MAX, day_begins, occurrences};
use crate::planner::timetable::{Timetable, Why, Window, stretches};
use crate::rundown::document::DAYS_AHEAD;

/// A rule without an occurrence in this time airs no more: two leap days lie at most eight years apart.
const SEARCH_MAX: TimeDelta = TimeDelta::days(9 * 366);

/// A problem names this many stations.
const EXAMPLES: usize = 3;

pub fn problems(planner: &Planner) -> Vec<Problem> {
    let mut problems = Vec::new();
    for broadcast in planner.catalog.broadcasts.values().filter(|broadcast| broadcast.state == State::Ready) {
        schedule(planner, broadcast, &mut problems);
        review(planner, broadcast, &mut problems);
    }
    clashes(planner, &mut problems);
    ordered(planner, &mut problems);
    problems.sort();
    problems
}

/// What is wrong with a broadcast's own times, whenever they begin: in the first days that have any.
fn schedule(planner: &Planner, broadcast: &Broadcast, problems: &mut Vec<Problem>) {
    let Some(when) = &broadcast.when else { return };
    // It says itself that only orders air it, as an all-clear is.
    if matches!(&when.rule, Rule::On(instants) if instants.is_empty()) {
        return;
    }
    let county = &planner.catalog.county;
    let place = || broadcast.when_place.clone();
    let ahead = stretches(planner.now, planner.now + SEARCH_MAX);
    let Some(next) =
        ahead.into_iter().find_map(|(a, b)| occurrences(when, county.zone, a, b).instants.first().copied())
    else {
        let what = format!("`{}` has no airing any more: its dates are over", broadcast.id);
        let help = "give it new dates, or write state = \"paused\"";
        problems.push(Problem::warning("no-airing", place(), what, help));
        return;
    };
    let window = if next < planner.window.until {
        Window { from: planner.now, until: planner.window.until }
    } else {
        let first = next.with_timezone(&county.zone).date_naive();
        Window { from: next, until: day_begins(first + TimeDelta::days(DAYS_AHEAD), county.zone) }
    };
    let table = Timetable::of(broadcast, county, window.from, window);
    let shown = |at: Timestamp| at.with_timezone(&county.zone).format("%Y-%m-%d %H:%M").to_string();
    let tell = |matches: &dyn Fn(&Why) -> bool| {
        let mut found = table.left_out.iter().filter(|(_, why)| matches(why));
        let first = found.next()?;
        Some((shown(first.0), found.count() + 1, first.1.clone()))
    };
    if let Some((first, count, _)) = tell(&|why| *why == Why::QuietHours) {
        let (from, until) = (county.quiet.from.format("%H:%M"), county.quiet.until.format("%H:%M"));
        let what = format!(
            "`{}` would air inside the quiet hours ({from} to {until}), first at {first}: {} left out",
            broadcast.id,
            airings(count)
        );
        let help = format!("choose a time between {until} and {from}");
        problems.push(Problem::error("quiet-hours", place(), what, help));
    }
    if let Some((first, count, why)) = tell(&|why| matches!(why, Why::TooSoon(_) | Why::TooMany)) {
        let rule = match why {
            Why::TooSoon(_) => format!("less than {} after its last airing", county.min_gap),
            _ => format!("more than {} times a day", county.airings_per_day_max),
        };
        let what = format!("`{}` would air {rule}, first at {first}: {} left out", broadcast.id, airings(count));
        let help = "choose fewer times, or change min_gap or airings_per_day_max in config/county.toml";
        problems.push(Problem::warning("too-often", place(), what, help));
    }
    if let Some(day) = table.crowded {
        let what = format!(
            "`{}` has more than {TIMES_PER_DAY_MAX} times on {day}: the rest of the day is left out",
            broadcast.id
        );
        let help = "check the schedule: the first field of a cron is the second";
        problems.push(Problem::error("crowded-day", place(), what, help));
    }
}

/// What of a broadcast nobody approved yet, where review is required.
fn review(planner: &Planner, broadcast: &Broadcast, problems: &mut Vec<Problem>) {
    if let Some(waiting) = planner.approval(broadcast, None).waiting() {
        let what = format!("`{}` waits for review: {waiting}", broadcast.id);
        let help = "it neither airs nor is posted without; `cunxiang review list` says who may review it";
        problems.push(Problem::warning("waits-for-review", broadcast::place(&broadcast.id), what, help));
    }
}

/// What will be missed because another holds the loudspeaker: a problem a pair of broadcasts.
fn clashes(planner: &Planner, problems: &mut Vec<Problem>) {
    #[derive(Default)]
    struct Clash<'a> {
        airings: usize,
        stations: BTreeSet<&'a Id>,
        first: Option<Timestamp>,
    }
    let mut clashes: BTreeMap<(usize, usize), Clash> = BTreeMap::new();
    for (profile, stations) in planner.profiles() {
        for (cue, forecast) in profile.cues.iter().zip(profile.forecasts.iter()) {
            let Forecast::Missed { by } = *forecast else { continue };
            let other = &profile.cues[by];
            // What an order displaces is what the order is for.
            if cue.at < planner.now || cue.order.is_some() || other.order.is_some() {
                continue;
            }
            let clash = clashes.entry((cue.broadcast, other.broadcast)).or_default();
            clash.airings += stations.len();
            clash.stations.extend(&stations);
            clash.first = Some(clash.first.map_or(cue.at, |first| first.min(cue.at)));
        }
    }
    for ((missed, by), clash) in clashes {
        let (missed, by) = (planner.planned[missed].broadcast, planner.planned[by].broadcast);
        let zone = planner.catalog.county.zone;
        let first =
            clash.first.map(|at| at.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string()).unwrap_or_default();
        let what = format!(
            "`{}` will be missed {} in the next {DAYS_AHEAD} days, first on {first}, because `{}` holds the loudspeaker at {}",
            missed.id,
            times(clash.airings),
            by.id,
            places(&clash.stations.into_iter().collect::<Vec<_>>()),
        );
        let help = "move one of them, or give this one a longer `late`";
        problems.push(Problem::warning("clash", missed.when_place.clone(), what, help));
    }
}

/// What people asked for and will not hear.
fn ordered(planner: &Planner, problems: &mut Vec<Problem>) {
    let place = |broadcast: &Id| match planner.catalog.broadcasts.get(broadcast) {
        Some(broadcast) => broadcast.when_place.clone(),
        None => Place::file(&format!("broadcasts/{broadcast}.toml")),
    };
    changed(planner, problems);
    unsigned(planner, problems);
    for idle in planner.idle.iter().filter(|idle| idle.until > planner.now) {
        let what = format!("order {} does nothing with `{}`: {}", idle.order, idle.broadcast, idle.why);
        problems.push(Problem::warning(
            "idle-order",
            place(&idle.broadcast),
            what,
            "cancel it, or make the broadcast fit and order it anew",
        ));
    }
    let mut held: BTreeMap<(u64, &Id, &'static str), BTreeSet<&Id>> = BTreeMap::new();
    let profiles = planner.profiles();
    for (profile, stations) in &profiles {
        for left_out in profile.left_out.iter().filter(|left_out| left_out.instant >= planner.window.from) {
            let why = match left_out.why {
                Why::QuietHours => "it falls inside the quiet hours",
                Why::TooSoon(_) => "the same broadcast airs too shortly before",
                Why::TooMany => "the same broadcast airs often enough that day",
                // Told of the order as a whole.
                Why::Gaps(ref gaps)
                    if gaps
                        .iter()
                        .all(|gap| matches!(gap.why, GapReason::ChangedSince(_) | GapReason::NotSigned(_))) =>
                {
                    continue;
                }
                Why::Gaps(ref gaps) if gaps.iter().all(|gap| matches!(gap.why, GapReason::NotApproved(_))) => {
                    "it waits for review"
                }
                Why::Gaps(_) => "a language is missing there",
                Why::NotApprovedYet => "it was not approved yet",
                Why::ExpiresFirst => "it expires before the quiet hours end",
                _ => continue,
            };
            if let Some(order) = left_out.order {
                held.entry((order, &left_out.broadcast, why)).or_default().extend(stations);
            }
        }
    }
    for ((order, broadcast, why), stations) in held {
        let stations: Vec<&Id> = stations.into_iter().collect();
        let what = format!("order {order} does not air `{broadcast}` at {}: {why}", places(&stations));
        problems.push(Problem::warning(
            "held-order",
            place(broadcast),
            what,
            "ask `explain` for the station and the minute",
        ));
    }
}

/// Announcements that are still at work, of which a language is left out because it changed since.
fn changed(planner: &Planner, problems: &mut Vec<Problem>) {
    for act in &planner.acts {
        let (ActKind::Announce { broadcast, instants, .. }, Some(bound)) = (&act.kind, act.bound) else { continue };
        if act.cancelled.is_some() || instants.last().is_none_or(|last| *last < planner.now) {
            continue;
        }
        let broadcast = planner.planned[*broadcast].broadcast;
        let approval = planner.approval(broadcast, Some(bound));
        let changed = |language: &&Tag| matches!(approval.bar(language), Some(GapReason::ChangedSince(_)));
        let languages: Vec<&str> = bound.agreed.languages.keys().filter(changed).map(Tag::as_str).collect();
        if !languages.is_empty() {
            let (order, id) = (act.id, &broadcast.id);
            let what = format!(
                "order {order} does not air `{id}` in {} any more: it changed since the order was agreed to",
                languages.join(", ")
            );
            let help = "put it back as it was, or cancel the order and announce it anew";
            problems.push(Problem::warning("changed-order", broadcast::place(id), what, help));
        }
    }
}

/// Emergencies at work, of which a language waits for a new order: it was recorded, or approved, after the signing.
fn unsigned(planner: &Planner, problems: &mut Vec<Problem>) {
    for act in &planner.acts {
        let (ActKind::Announce { broadcast, instants, .. }, Some(bound)) = (&act.kind, act.bound) else { continue };
        let is_past = act.cancelled.is_some() || instants.last().is_none_or(|last| *last < planner.now);
        if bound.signed.is_none() || is_past {
            continue;
        }
        let broadcast = planner.planned[*broadcast].broadcast;
        let free = planner.approval(broadcast, Some(Bound { signed: None, ..bound }));
        let mut waiting = BTreeSet::new();
        for station in &act.stations {
            for language in station.languages.iter().filter(|tag| !bound.agreed.languages.contains_key(*tag)) {
                let sounds = || {
                    let only = std::slice::from_ref(language);
                    planner.catalog.programme_within(broadcast, only, &station.voices, &free).0.is_some()
                };
                if !waiting.contains(language) && sounds() {
                    waiting.insert(language);
                }
            }
        }
        if !waiting.is_empty() {
            let (order, id) = (act.id, &broadcast.id);
            let languages: Vec<&str> = waiting.into_iter().map(Tag::as_str).collect();
            let what = format!(
                "order {order} does not air `{id}` in {}: two approvers signed it before that could sound",
                languages.join(", ")
            );
            let help = "announce it anew, so that it is signed with that language, and cancel the first order";
            problems.push(Problem::warning("unsigned-language", broadcast::place(id), what, help));
        }
    }
}

fn airings(count: usize) -> String {
    if count == 1 { "that airing is".to_owned() } else { format!("{count} airings are") }
}

fn times(count: usize) -> String {
    if count == 1 { "once".to_owned() } else { format!("{count} times") }
}

/// `benzilan-xiayi`, or `12 stations (a, b, c, ...)`.
fn places(stations: &[&Id]) -> String {
    match stations {
        [one] => format!("`{one}`"),
        many => {
            let some: Vec<&str> = many.iter().take(EXAMPLES).map(|id| id.as_str()).collect();
            let more = if many.len() > EXAMPLES { ", ..." } else { "" };
            format!("{} stations ({}{more})", many.len(), some.join(", "))
        }
    }
}
