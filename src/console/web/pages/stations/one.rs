//! One station: what it is, how it is, its boxes, and its log.

use maud::{Markup, html};

use super::super::super::asked::{Answered, Asked, Stop};
use super::super::super::layout::{language_name, name};
use super::enrol::{compare, form, revoke_form, station_name};
use super::{
    BoxShown, BoxState, Catalog, Health, Id, Station, TimeDelta, boxes, health_word, heard, local, offset, seen_by_id,
};
use crate::ledger::{AiringFilter, AuditRow};

/// Airings in its log: the newest of the last week.
const AIRINGS_MAX: usize = 20;
const AIRINGS_BACK: TimeDelta = TimeDelta::days(7);
/// Rows of the audit that are looked through for what people did to its boxes, and shown.
const AUDIT_READ: u32 = 2000;
const AUDIT_MAX: usize = 15;

pub async fn show(asked: Asked) -> Answered {
    let (catalog, words) = (asked.site.catalog(), asked.words);
    let id: Id = asked.param("station").parse().map_err(|_| Stop::NotFound)?;
    let Some(station) = catalog.stations.get(&id) else { return Err(Stop::NotFound) };
    let all = boxes(&asked);
    let ours: Vec<&BoxShown> = all.iter().flatten().filter(|one| one.stations.contains(&id)).collect();
    let filter = AiringFilter {
        from: asked.now - AIRINGS_BACK,
        to: asked.now,
        station: Some(id.clone()),
        broadcast: None,
        state: None,
    };
    let mut airings = asked.site.ledger().airings(&filter).await?;
    airings.reverse();
    airings.truncate(AIRINGS_MAX);
    let audit = asked.site.ledger().audit_rows(AUDIT_READ).await?;
    let body = html! {
        (what(&asked, &catalog, station))
        @for one in ours.iter().filter(|one| one.state == BoxState::Pending) { (compare(&asked, &catalog, one)) }
        @for one in ours.iter().filter(|one| one.state != BoxState::Pending) { (of_box(&asked, &catalog, one)) }
        @if all.is_some() { section.card { h2 { (words.say("stations-enrol")) } (form(&asked, &catalog, station)) } }
        @else { p.mark { (words.say("stations-no-link")) } }
        h2 { (words.say("stations-log")) }
        @if airings.is_empty() { p { (words.say("as-run-none")) } }
        ul.plain { @for row in &airings { li {
            (local(&asked, row.at)) " " span lang="zh-CN" { (super::super::today::title(&catalog, &row.id.broadcast)) } " "
            (words.say_with("as-run-outcome", &[("outcome", row.outcome.map_or("planned", |outcome| outcome.word()))]))
            @if let Some(reason) = row.outcome.and_then(|outcome| outcome.reason()) {
                " " (words.say_with("as-run-reason", &[("reason", &reason.to_string())])) }
        } } }
        p { a href={ "/as-run?village=" (id) } { (words.say("layout-nav-as-run")) } " · "
            a href={ "/timetable?by=village&village=" (id) } { (words.say("layout-nav-timetable")) } }
        (people_did(&asked, &id, &ours, &audit))
    };
    asked.page("stations-one", &body)
}

fn what(asked: &Asked, catalog: &Catalog, station: &Station) -> Markup {
    let words = asked.words;
    let language = words.language();
    let seen = seen_by_id(asked);
    let seen = seen.get(&station.id);
    let health = seen.map_or(Health::NoBox, |seen| seen.health);
    html! {
        h2 { (name(&station.name, language)) " " small { code { (station.id) } } }
        dl {
            dt { (words.say("layout-township")) }
            dd { @if let Some(township) = catalog.townships.get(&station.township) { (name(&township.name, language)) } }
            dt { (words.say("layout-language")) }
            dd { @for tag in &station.languages { span.one { (language_name(words, tag.as_str()))
                @if let Some(voices) = station.voices.get(tag) { " (" @for voice in voices { (voice) " " } ")" } } " " } }
            dt { (words.say("stations-health")) }
            dd { span.good[health == Health::Well].bad[health != Health::Well] { (health_word(words, health)) } }
            dt { (words.say("stations-heard")) }
            dd { (heard(asked, seen)) }
            @if let Some(airing) = seen.and_then(|seen| seen.sounding.as_ref()) {
                dt { (words.say("today-now")) }
                dd { "♪ " span lang="zh-CN" { (super::super::today::title(catalog, &airing.broadcast)) } }
            }
        }
    }
}

fn of_box(asked: &Asked, catalog: &Catalog, one: &BoxShown) -> Markup {
    let words = asked.words;
    let state = match one.state {
        BoxState::Pending => "pending",
        BoxState::Confirmed => "confirmed",
        BoxState::Revoked => "revoked",
    };
    let is_here = one.state == BoxState::Confirmed;
    html! {
        section.card {
            h3 { (words.say_with("stations-box", &[("state", state)])) }
            dl {
                dt { (words.say("stations-fingerprint-of")) }
                dd { code lang="en" { (one.fingerprint) } }
                @if let Some(at) = one.last_heard { dt { (words.say("stations-heard")) } dd { (local(asked, at)) } }
                @if is_here {
                    @if let Some(version) = &one.version { dt { (words.say("stations-version")) } dd { code { (version) } } }
                    @if let Some(ms) = one.clock_offset_ms { dt { (words.say("stations-clock")) } dd { (offset(ms)) } }
                    @if let Some(s) = one.uptime_s { dt { (words.say("stations-uptime")) } dd { (s / 3600) " h" } }
                    @if let Some(bytes) = one.disk_free_bytes { dt { (words.say("stations-disk")) } dd { (bytes >> 20) " MiB" } }
                    @if let Some(degrees) = one.temperature_c { dt { (words.say("stations-temperature")) } dd { (format!("{degrees:.0} °C")) } }
                }
            }
            @if is_here {
                @for speaker in &one.loudspeakers {
                    dl {
                        @if one.loudspeakers.len() > 1 { dt { (words.say("layout-station")) } dd { (station_name(catalog, &speaker.station, words.language())) } }
                        dt { (words.say("stations-sink")) }
                        dd { code { (speaker.sink) } " " span lang="en" { (speaker.device) } }
                        dt { (words.say("stations-volume")) }
                        dd { (speaker.volume_max) " %" }
                        dt { (words.say("stations-ready")) }
                        dd { @if speaker.unready == 0 { span.good { (words.say("stations-is-ready")) } } @else {
                            span.bad { (words.say_with("stations-unready", &[("count", &speaker.unready.to_string())])) } } }
                        @for (_, edge) in one.held.iter().filter(|(station, _)| *station == speaker.station) {
                            dt { (words.say("stations-rundown")) }
                            dd { code { (edge) } }
                        }
                    }
                }
                @if !one.problems.is_empty() { ul { @for problem in &one.problems { li.bad lang="en" { (problem) } } } }
                @if let Some(first) = one.stations.first() { (revoke_form(asked, first)) }
            }
        }
    }
}

/// Who let its boxes in, confirmed and revoked them, and when.
fn people_did(asked: &Asked, id: &Id, boxes: &[&BoxShown], audit: &[AuditRow]) -> Markup {
    let words = asked.words;
    let (quoted, keys) = (format!("\"{id}\""), boxes.iter().map(|one| one.key.to_string()).collect::<Vec<_>>());
    let about = |row: &&AuditRow| {
        let known = ["make enrolment code", "enrol box", "confirm box", "revoke box"].contains(&row.action.as_str());
        let detail = row.detail.to_string();
        known && (detail.contains(&quoted) || keys.iter().any(|key| detail.contains(key)))
    };
    let rows: Vec<&AuditRow> = audit.iter().filter(about).take(AUDIT_MAX).collect();
    html! { @if !rows.is_empty() {
        h2 { (words.say("stations-people-did")) }
        ul.plain { @for row in rows { li {
            (local(asked, row.at)) " " (row.who) " "
            (words.say_with("stations-did", &[("action", &row.action.replace(' ', "-"))]))
        } } }
    } }
}
