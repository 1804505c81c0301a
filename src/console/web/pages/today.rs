//! What sounds now and next in each township, how the stations are, what needs a person. Small for a county of any size: a
//! township is a row; what is well is counted, what is not is named.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use chrono_tz::Tz;
use maud::{Markup, html};

use super::super::asked::{Answered, Asked};
use super::super::layout::name;
use super::super::site::{Health, Site, StationSeen};
use super::super::words::Words;
use crate::base::{Id, Timestamp};
use crate::catalog::{Catalog, Names};
use crate::ledger::{AiringFilter, CallState, LedgerFault, PostFilter, RequestState};
use crate::rundown::{OrderState, Reason};

/// How far ahead "next" looks, and how far back "missed".
const AHEAD: TimeDelta = TimeDelta::hours(24);
const BACK: TimeDelta = TimeDelta::hours(24);
/// An emergency that nobody confirmed within this is void.
const CONFIRM_WITHIN: TimeDelta = crate::ledger::CONFIRM_WITHIN;
/// Stations that are not well, named in a township; the rest is counted.
const NAMED_MAX: usize = 8;
/// Lines of what needs a person, of one kind.
const LINES_MAX: usize = 10;

/// What the page shows, in no language.
#[derive(Debug, Clone, PartialEq)]
pub struct Today {
    pub zone: Tz,
    pub townships: Vec<Row>,
    pub needs: Needs,
}

/// A township.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub id: Id,
    pub name: Names,
    pub stations: usize,
    pub well: usize,
    /// Titles that sound now, and at how many stations.
    pub now: Vec<(String, usize)>,
    /// What comes next: when, titles, at how many stations.
    pub next: Option<(Timestamp, Vec<String>, usize)>,
    /// The first that are not well, the worst first.
    pub unwell: Vec<Unwell>,
    pub unwell_more: usize,
}

/// A station that is not well: its name, what is wrong, when it was last heard.
type Unwell = (Names, Health, Option<Timestamp>);

/// A row while it is put together: all that are not well, and at how many stations each title sounds.
type Gathered = (Row, Vec<Unwell>, BTreeMap<String, usize>);

/// What needs a person.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Needs {
    pub hold: bool,
    /// Numbers of emergencies that wait for a second person.
    pub confirm: Vec<u64>,
    /// Titles.
    pub review: Vec<String>,
    /// Titles of broadcasts that lack a text or a recording somewhere.
    pub gaps: Vec<String>,
    /// When, title, at how many stations, and the word of how it ended.
    pub missed: Vec<(Timestamp, String, usize, &'static str)>,
    pub posts_unknown: usize,
    pub tasks: usize,
    pub requests: usize,
    pub faults: usize,
}

/// What the ledger knows of it, which changes more slowly than stations do.
#[derive(Debug, Clone, Default)]
pub struct Recorded {
    /// By township: the next instant, the broadcasts, the stations.
    next: BTreeMap<Id, (Timestamp, Vec<Id>, usize)>,
    needs: Needs,
}

/// Asks the ledger.
///
/// Errors: it cannot be read.
pub async fn recorded(site: &Site) -> Result<Recorded, LedgerFault> {
    let (now, ledger, catalog) = (site.now(), site.ledger(), site.catalog());
    let planned =
        AiringFilter { from: now, to: now + AHEAD, station: None, broadcast: None, state: Some("planned".to_owned()) };
    let mut next: BTreeMap<Id, (Timestamp, Vec<Id>, usize)> = BTreeMap::new();
    for row in ledger.airings(&planned).await? {
        let Some(station) = catalog.stations.get(&row.id.station) else { continue };
        let (at, broadcasts, count) = next.entry(station.township.clone()).or_insert((row.at, Vec::new(), 0));
        if *at == row.at {
            *count += 1;
            if !broadcasts.contains(&row.id.broadcast) {
                broadcasts.push(row.id.broadcast);
            }
        }
    }
    let mut needs = Needs::default();
    let mut missed: BTreeMap<(Timestamp, Id, &'static str), usize> = BTreeMap::new();
    for row in ledger.ended_badly(now - BACK).await? {
        let outcome = row.outcome.filter(|outcome| !is_wanted(outcome.reason()));
        if let Some(outcome) = outcome {
            *missed.entry((row.at, row.id.broadcast, outcome.word())).or_default() += 1;
        }
    }
    let lines = missed.into_iter().rev().take(LINES_MAX);
    needs.missed = lines.map(|((at, id, word), count)| (at, title(&catalog, &id), count, word)).collect();
    let waits = ledger.orders(now - CONFIRM_WITHIN).await?.into_iter();
    needs.confirm = waits
        .filter(|order| order.state == OrderState::Filed && order.kind.needs_two_people())
        .map(|order| order.id)
        .collect();
    let of_state = |state| PostFilter { states: vec![state], ..PostFilter::default() };
    needs.posts_unknown = ledger.posts(&of_state(CallState::Unknown)).await?.len();
    needs.tasks = ledger.posts(&of_state(CallState::Handed)).await?.len();
    let requests = ledger.chat_requests(false).await?;
    needs.requests = requests.iter().filter(|request| request.state == RequestState::Open).count();
    Ok(Recorded { next, needs })
}

/// What a person asked for, or what goes first by rule, needs nobody.
fn is_wanted(reason: Option<Reason>) -> bool {
    use Reason::{Cancelled, PreEmpted, Silenced, Skipped, Unlisted};
    reason.is_some_and(|reason| [Cancelled, PreEmpted, Silenced, Skipped, Unlisted].contains(&reason))
}

/// Puts together what is recorded and how the stations are now.
pub fn today(site: &Site, recorded: &Recorded) -> Today {
    let village = site.village();
    let board = site.control.board.read();
    let catalog = &board.catalog;
    let mut needs = recorded.needs.clone();
    needs.hold = board.hold.is_some();
    needs.faults = board.problems.iter().filter(|problem| problem.is_error() && problem.rule != "gap").count();
    let of_rule = |rule: &str| {
        let files = board.problems.iter().filter(|problem| problem.rule == rule).map(|problem| &*problem.file);
        let mut titles: Vec<String> = files
            .filter_map(|file| file.strip_prefix("broadcasts/")?.strip_suffix(".toml")?.parse::<Id>().ok())
            .map(|id| title(catalog, &id))
            .collect();
        titles.sort();
        titles.dedup();
        titles
    };
    needs.review = of_rule("waits-for-review");
    needs.gaps = of_rule("gap");
    Today { zone: catalog.county.zone, townships: townships(catalog, &village, recorded), needs }
}

fn townships(catalog: &Catalog, village: &[StationSeen], recorded: &Recorded) -> Vec<Row> {
    let seen: BTreeMap<&Id, &StationSeen> = village.iter().map(|seen| (&seen.station, seen)).collect();
    let mut rows: BTreeMap<&Id, Gathered> = catalog
        .townships
        .values()
        .map(|one| {
            let next = recorded
                .next
                .get(&one.id)
                .map(|(at, broadcasts, count)| (*at, broadcasts.iter().map(|id| title(catalog, id)).collect(), *count));
            let row = Row {
                id: one.id.clone(),
                name: one.name.clone(),
                stations: 0,
                well: 0,
                now: Vec::new(),
                next,
                unwell: Vec::new(),
                unwell_more: 0,
            };
            (&one.id, (row, Vec::new(), BTreeMap::new()))
        })
        .collect();
    for station in catalog.stations.values() {
        let Some((row, unwell, sounding)) = rows.get_mut(&station.township) else { continue };
        row.stations += 1;
        let seen = seen.get(&station.id);
        match seen.map_or(Health::NoBox, |seen| seen.health) {
            Health::Well => row.well += 1,
            health => unwell.push((station.name.clone(), health, seen.and_then(|seen| seen.heard))),
        }
        if let Some(airing) = seen.and_then(|seen| seen.sounding.as_ref()) {
            *sounding.entry(title(catalog, &airing.broadcast)).or_default() += 1;
        }
    }
    let done = rows.into_values().map(|(mut row, mut unwell, sounding)| {
        // A station without a box is known to be so; one that fell silent is news.
        unwell.sort_by_key(|(_, health, _)| (*health == Health::NoBox, std::cmp::Reverse(*health)));
        row.unwell_more = unwell.len().saturating_sub(NAMED_MAX);
        unwell.truncate(NAMED_MAX);
        row.unwell = unwell;
        row.now = sounding.into_iter().collect();
        row
    });
    done.filter(|row| row.stations > 0).collect()
}

/// What the people who plan call a broadcast; its id where it is in no file any more.
pub fn title(catalog: &Catalog, broadcast: &Id) -> String {
    catalog.broadcasts.get(broadcast).map_or_else(|| broadcast.to_string(), |found| found.title.clone())
}

pub async fn show(asked: Asked) -> Answered {
    let sections = asked.site.live.sections(&asked.site, asked.words).await?;
    let body = html! {
        @for (id, section) in sections.iter() {
            section id=(id) { (maud::PreEscaped(&**section)) }
        }
        noscript { p { a href="/" { (asked.words.say("today-reload")) } } }
    };
    asked.page_with("today-title", &body, &["live.js"])
}

/// The parts of the page that change by themselves, by their ids.
pub fn sections(today: &Today, words: Words) -> [(&'static str, Markup); 2] {
    [("needs", needs(today, words)), ("board", board(today, words))]
}

fn needs(today: &Today, words: Words) -> Markup {
    let needs = &today.needs;
    let clock = |at: &Timestamp| at.with_timezone(&today.zone).format("%m-%d %H:%M").to_string();
    let counted = |what: &str, count: usize| {
        let text = words.say_with("today-need", &[("what", what)]);
        let is_of_chats = ["unknown", "tasks", "requests"].contains(&what);
        html! { @if count > 0 {
            li { @if is_of_chats { a href="/chats" { (text) } } @else { (text) } " " b { (count) } }
        } }
    };
    let listed = |what: &str, titles: &[String]| {
        html! { @if !titles.is_empty() {
            li { (words.say_with("today-need", &[("what", what)])) " " b { (titles.len()) } " "
                span lang="zh-CN" { (titles.iter().take(LINES_MAX).map(String::as_str).collect::<Vec<_>>().join("、")) }
                @if titles.len() > LINES_MAX { " …" } }
        } }
    };
    let confirm: Vec<String> = needs.confirm.iter().map(|order| format!("#{order}")).collect();
    html! {
        h2 { (words.say("today-needs")) }
        @if *needs == Needs::default() { p.good { (words.say("today-needs-nothing")) } } @else {
            ul.needs {
                @if needs.hold { li.bad { (words.say_with("today-need", &[("what", "hold")])) } }
                @if !confirm.is_empty() { li.bad { (words.say_with("today-need", &[("what", "confirm")])) " " b { (confirm.join(" ")) } } }
                @for (at, title, count, word) in &needs.missed {
                    li { (clock(at)) " " span lang="zh-CN" { (title) } " " span.bad { (words.say_with("today-outcome", &[("outcome", word)])) }
                        " " (words.say_with("today-stations", &[("count", &count.to_string())])) }
                }
                (listed("review", &needs.review))
                (listed("gaps", &needs.gaps))
                (counted("unknown", needs.posts_unknown))
                (counted("tasks", needs.tasks))
                (counted("requests", needs.requests))
                (counted("faults", needs.faults))
            }
        }
    }
}

fn board(today: &Today, words: Words) -> Markup {
    let clock = |at: &Timestamp| at.with_timezone(&today.zone).format("%H:%M").to_string();
    html! {
        h2 { (words.say("today-board")) }
        table.board {
            thead { tr {
                th scope="col" { (words.say("today-township")) }
                th scope="col" { (words.say("today-well")) }
                th scope="col" { (words.say("today-now")) }
                th scope="col" { (words.say("today-next")) }
            } }
            tbody { @for row in &today.townships {
                tr {
                    th scope="row" { (name(&row.name, words.language())) }
                    td.number.bad[row.well < row.stations].good[row.well == row.stations] { (row.well) "/" (row.stations) }
                    td.now[!row.now.is_empty()] { @for (title, count) in &row.now {
                        div { "♪ " span lang="zh-CN" { (title) } " " (words.say_with("today-stations", &[("count", &count.to_string())])) }
                    } @if row.now.is_empty() { "–" } }
                    td { @match &row.next {
                        Some((at, titles, count)) => {
                            b { (clock(at)) } " " span lang="zh-CN" { (titles.join("、")) } " "
                            (words.say_with("today-stations", &[("count", &count.to_string())]))
                        }
                        None => { "–" }
                    } }
                }
                @if !row.unwell.is_empty() {
                    tr.unwell { td colspan="4" {
                        @for (names, health, heard) in &row.unwell {
                            span.one { (name(names, words.language())) " "
                                span.bad { (words.say_with("today-health", &[("health", health.word())])) }
                                @if let (Health::Silent, Some(heard)) = (health, heard) { " " (heard.with_timezone(&today.zone).format("%m-%d %H:%M")) } }
                            " "
                        }
                        @if row.unwell_more > 0 { (words.say_with("today-more", &[("count", &row.unwell_more.to_string())])) }
                    } }
                }
            } }
        }
    }
}
