//! The stations and their boxes: how each is, one station's page with its log, and letting boxes in, comparing their
//! fingerprints, revoking them. For engineers.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use maud::{Markup, html};

use super::super::asked::{Answered, Asked};
use super::super::layout::name;
use super::super::site::{Health, StationSeen};
use super::super::words::Words;
use super::places::Places;
use crate::base::{Id, Timestamp};
use crate::catalog::{Catalog, Station};
use crate::console::control::Ask;
use crate::county::boxes::BoxShown;
use crate::ledger::BoxState;

mod enrol;
mod one;

pub use enrol::{confirm, enrol, revoke};
pub use one::show as show_one;

/// Stations on one page, those that are not well first.
const ROWS_MAX: usize = 150;
/// Boxes that wait, on one page.
const PENDING_MAX: usize = 20;

/// What is known of a station, beside the directory.
fn seen_by_id(asked: &Asked) -> BTreeMap<Id, StationSeen> {
    asked.site.village().into_iter().map(|seen| (seen.station.clone(), seen)).collect()
}

/// Every box, revoked ones too; none where no box can reach this machine.
fn boxes(asked: &Asked) -> Option<Vec<BoxShown>> {
    asked.site.control.boxes.as_ref().map(|boxes| boxes.list(true))
}

fn local(asked: &Asked, at: Timestamp) -> String {
    let zone = asked.site.control.board.read().catalog.county.zone;
    at.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string()
}

fn health_word(words: Words, health: Health) -> String {
    words.say_with("today-health", &[("health", health.word())])
}

/// As people read it: milliseconds below a second, else seconds or more.
fn offset(ms: i64) -> String {
    let length = TimeDelta::milliseconds(ms.saturating_abs());
    let sign = if ms < 0 { "−" } else { "+" };
    match length.num_minutes() {
        _ if ms.unsigned_abs() < 1000 => format!("{sign}{} ms", ms.unsigned_abs()),
        0 => format!("{sign}{} s", length.num_seconds()),
        minutes => format!("{sign}{minutes} min"),
    }
}

pub async fn show(asked: Asked) -> Answered {
    let (catalog, words) = (asked.site.catalog(), asked.words);
    let places = Places::read(&asked.query);
    let wanted = Health::ALL.into_iter().find(|health| health.word() == asked.query.one("health"));
    let (seen, boxes) = (seen_by_id(&asked), boxes(&asked));
    let health_of = |id: &Id| seen.get(id).map_or(Health::NoBox, |seen| seen.health);
    let mut counts: BTreeMap<Health, usize> = BTreeMap::new();
    let mut rows: Vec<(&Station, Health)> = Vec::new();
    for station in catalog.stations.values().filter(|station| places.holds(&catalog, &station.id)) {
        let health = health_of(&station.id);
        *counts.entry(health).or_default() += 1;
        if wanted.is_none_or(|wanted| wanted == health) {
            rows.push((station, health));
        }
    }
    // A station without a box is known to be so; one that fell silent is news.
    rows.sort_by_key(|(station, health)| (*health == Health::NoBox, std::cmp::Reverse(*health), &station.id));
    let all = rows.len();
    rows.truncate(ROWS_MAX);
    let pending: Vec<&BoxShown> = boxes.iter().flatten().filter(|one| one.state == BoxState::Pending).collect();
    let body = html! {
        @if boxes.is_none() { p.mark { (words.say("stations-no-link")) } }
        @if !pending.is_empty() {
            h2 { (words.say("stations-pending")) " (" (pending.len()) ")" }
            @for one in pending.iter().take(PENDING_MAX) { (enrol::compare(&asked, &catalog, one)) }
        }
        form.filter method="get" action="/stations" {
            (places.fields(&catalog, words))
            label { (words.say("stations-health"))
                select name="health" {
                    option value="" { (words.say("layout-all")) }
                    @for health in Health::ALL {
                        option value=(health.word()) selected[wanted == Some(health)] { (health_word(words, health)) }
                    }
                }
            }
            button.main { (words.say("layout-show")) }
        }
        p { @for (health, count) in &counts {
            span.one { span.good[*health == Health::Well].bad[*health != Health::Well] { (health_word(words, *health)) } " " b { (count) } } " "
        } }
        table.cards {
            thead { tr {
                th scope="col" { (words.say("layout-station")) }
                th scope="col" { (words.say("stations-health")) }
                th scope="col" { (words.say("stations-heard")) }
                th scope="col" { (words.say("stations-clock")) }
                th scope="col" { (words.say("stations-ready")) }
            } }
            tbody { @for (station, health) in &rows { (row(&asked, &catalog, station, *health, seen.get(&station.id))) } }
        }
        @if all > rows.len() { p.mark { (words.say_with("stations-cut", &[("count", &(all - rows.len()).to_string())])) } }
    };
    asked.page("stations-title", &body)
}

fn row(asked: &Asked, catalog: &Catalog, station: &Station, health: Health, seen: Option<&StationSeen>) -> Markup {
    let words = asked.words;
    let township = catalog.townships.get(&station.township);
    html! { tr {
        td { a href={ "/stations/" (station.id) } { (name(&station.name, words.language())) }
            @if let Some(township) = township { " " small { (name(&township.name, words.language())) } } }
        td { span.good[health == Health::Well].bad[health != Health::Well] { (health_word(words, health)) }
            @if seen.is_some_and(|seen| seen.sounding.is_some()) { " ♪" } }
        td { (heard(asked, seen)) }
        td.number { @match seen.and_then(|seen| seen.clock_offset_ms) { Some(ms) => (offset(ms)), None => "–" } }
        td { @match (seen, health) {
            (None, _) => "–",
            (_, Health::Unready) => span.bad { (words.say("stations-not-ready")) },
            (_, Health::Silent) => (words.say("stations-not-known")),
            _ => span.good { (words.say("stations-is-ready")) },
        } }
    } }
}

/// When it was last heard; a loudspeaker of this machine always is.
fn heard(asked: &Asked, seen: Option<&StationSeen>) -> Markup {
    html! { @match seen {
        None => "–",
        Some(StationSeen { heard: Some(at), .. }) => (local(asked, *at)),
        Some(StationSeen { health: Health::Silent, .. }) => (asked.words.say("stations-never")),
        Some(_) => (asked.words.say("stations-here")),
    } }
}
