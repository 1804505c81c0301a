//! Why a minute at a village is as it is, as `cunxiang explain` tells it; there an airing is skipped, and a broadcast aired
//! now.

use chrono::{NaiveDateTime, TimeZone as _};
use chrono_tz::Tz;
use maud::{Markup, html};

use super::super::super::asked::{Answered, Asked, Stop};
use super::super::super::layout::{language_name, name};
use super::super::super::words::Words;
use super::super::places::Places;
use super::super::today::title;
use super::model::{Known, word_of};
use super::{Beside, away, clock, instant, weekday_name};
use crate::base::{Id, Timestamp};
use crate::catalog::model::State;
use crate::catalog::{Catalog, Station};
use crate::console::control::Ask;
use crate::ledger::Role;
use crate::planner::explain::{self, Bar, Cause, First, Line, Other, Verdict, explain};
use crate::planner::{Explanation, Why};
use crate::rundown::{AiringId, Class};

/// Who skips and airs, as the control socket has it.
const MAY_ORDER: [Role; 3] = [Role::Writer, Role::Approver, Role::Engineer];
/// Gaps of one broadcast that are named.
const GAPS_MAX: usize = 6;

pub async fn show(asked: Asked) -> Answered {
    let (catalog, words, now) = (asked.site.catalog(), asked.words, asked.now);
    let zone = catalog.county.zone;
    let at = when(asked.query.one("at"), zone).unwrap_or(now);
    let station = match asked.query.one("station") {
        // Nobody said which: somebody is to choose.
        "" => catalog.stations.values().next(),
        typed => typed.parse::<Id>().ok().and_then(|id| catalog.stations.get(&id)).or_else(|| named(&catalog, typed)),
    };
    let Some(station) = station else { return Err(Stop::NotFound) };
    let Beside { orders, registry } = Beside::of(&asked).await?;
    let (of_plan, id) = (catalog.clone(), station.id.clone());
    let explanation = away(move || {
        let known = Known { catalog: &of_plan, orders: &orders, registry: &registry, now };
        explain(&known.planner(now.with_timezone(&zone).date_naive(), 1), &id, at)
    })
    .await?;
    let Some(explanation) = explanation else { return Err(Stop::NotFound) };
    let may = asked.who().may(&MAY_ORDER);
    let local = explanation.minute.with_timezone(&zone);
    let body = html! {
        form.filter method="get" action="/timetable/why" {
            label { (words.say("layout-village")) input name="station" value=(station.id) required; }
            label { (words.say("timetable-minute"))
                input type="datetime-local" name="at" required value=(local.format("%Y-%m-%dT%H:%M")); }
            button { (words.say("layout-show")) }
        }
        h2 { (name(&station.name, words.language())) " · " (local.format("%Y-%m-%d %H:%M")) }
        @if explanation.lines.is_empty() { p { (words.say("timetable-nothing")) } }
        @for line in &explanation.lines { (told(&asked, &catalog, &explanation, line, may)) }
        @if may { (air_form(&asked, &catalog, station)) }
        p { a href={ "/timetable?view=day&by=village&date=" (local.date_naive()) "&village=" (station.id) } { (words.say("timetable-title")) } }
    };
    asked.page("timetable-why", &body)
}

/// `2026-11-24T07:30` in the county's time, or an instant of ours.
fn when(text: &str, zone: Tz) -> Option<Timestamp> {
    if let Ok(at) = text.parse::<chrono::DateTime<chrono::FixedOffset>>() {
        return Some(at.to_utc());
    }
    let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M").ok()?;
    zone.from_local_datetime(&local).earliest().map(|at| at.to_utc())
}

/// The one village of which this is a part of the name.
fn named<'c>(catalog: &'c Catalog, typed: &str) -> Option<&'c Station> {
    let places = Places { township: None, village: typed.to_owned() };
    match places.stations(catalog)[..] {
        [one] => catalog.stations.get(one),
        _ => None,
    }
}

fn told(asked: &Asked, catalog: &Catalog, explanation: &Explanation, line: &Line, may: bool) -> Markup {
    let words = asked.words;
    let verdict = match line.verdict {
        Verdict::Sounds => "sounds",
        Verdict::Waits => "waits",
        Verdict::Missed => "missed",
        Verdict::LeftOut => "left-out",
    };
    let skips = line.airing.as_ref().filter(|airing| may && airing.instant > asked.now);
    let class = catalog.broadcasts.get(&line.broadcast).map(|broadcast| broadcast.class);
    html! {
        section.card {
            h3 { span lang="zh-CN" { (title(catalog, &line.broadcast)) } " "
                span.good[verdict == "sounds"].bad[verdict == "missed"] { (words.say_with("timetable-verdict", &[("verdict", verdict)])) } }
            (cause(catalog, words, &line.cause))
            @if let Some(airing) = skips {
                form method="post" action="/timetable/skip" {
                    (asked.token())
                    (back(explanation))
                    input type="hidden" name="airing" value=(airing);
                    button.stop { (words.say("timetable-skip")) }
                }
            }
            @if class == Some(Class::Emergency) { p { small { (words.say("timetable-emergency")) } } }
        }
    }
}

/// Where a form leads back to.
fn back(explanation: &Explanation) -> Markup {
    html! {
        input type="hidden" name="station" value=(explanation.station);
        input type="hidden" name="at" value=(instant(explanation.minute));
    }
}

/// Airs a daily broadcast now: here, in the township, or where it says.
fn air_form(asked: &Asked, catalog: &Catalog, station: &Station) -> Markup {
    let words = asked.words;
    let ready = catalog.broadcasts.values().filter(|one| one.state == State::Ready && one.class == Class::Daily);
    let chosen = asked.query.one("broadcast");
    html! {
        section.card {
            h2 { (words.say("timetable-air")) }
            form method="post" action="/timetable/air" {
                (asked.token())
                input type="hidden" name="station" value=(station.id);
                label { (words.say("layout-broadcast"))
                    select name="broadcast" required {
                        option value="" { "–" }
                        @for one in ready { option value=(one.id) lang="zh-CN" selected[one.id.as_str() == chosen] { (one.title) } }
                    }
                }
                label { (words.say("timetable-air-where"))
                    select name="where" {
                        option value=(station.id) { (name(&station.name, words.language())) }
                        option value={ "township:" (station.township) } {
                            @if let Some(township) = catalog.townships.get(&station.township) { (name(&township.name, words.language())) }
                        }
                        option value="" { (words.say("timetable-air-all")) }
                    }
                }
                button.main { (words.say("timetable-air")) }
            }
        }
    }
}

/// The cause in the page's language. What it names of the content stays as it was written.
fn cause(catalog: &Catalog, words: Words, cause: &Cause) -> Markup {
    let zone = catalog.county.zone;
    let time = |at: &Timestamp| at.with_timezone(&zone).format("%H:%M:%S").to_string();
    let span = |from: &Timestamp, until: &Timestamp| {
        words.say_with("timetable-from-until", &[("from", &time(from)), ("until", &time(until))])
    };
    let at = |id: &str, at: &Timestamp| words.say_with(id, &[("at", &time(at))]);
    html! {
        @match cause {
            Cause::Airs { asked, from, until } => { (asked_by(words, zone, asked)) p { (span(from, until)) } }
            Cause::Waited { asked, behind, from, until } => {
                (asked_by(words, zone, asked)) (other(catalog, words, "waited", behind)) p { (span(from, until)) }
            }
            Cause::Cut { asked, by, from, until } => {
                (asked_by(words, zone, asked)) (other(catalog, words, "cut", by)) p { (span(from, until)) }
            }
            Cause::Waits { asked, behind, from } => {
                (asked_by(words, zone, asked)) (other(catalog, words, "waits", behind)) p { (at("timetable-starts", from)) }
            }
            Cause::Missed { asked, by, too_late } => {
                (asked_by(words, zone, asked)) (other(catalog, words, "missed", by)) p { (at("timetable-too-late", too_late)) }
            }
            Cause::LeftOut { order, why } => {
                @if let Some(order) = order { p { (words.say_with("timetable-order", &[("order", &order.to_string())])) } }
                (left_out(catalog, words, why))
            }
            Cause::NotPlanned(bars) => { ul { @for bar in bars { li { (barred(words, *bar)) } } } }
        }
    }
}

/// Whose word it is on.
fn asked_by(words: Words, zone: Tz, asked: &explain::Asked) -> Markup {
    use explain::Asked;
    let said = |rule: &str, order: &str, at: Option<&Timestamp>| {
        let at = at.map_or_else(String::new, |at| at.with_timezone(&zone).format("%m-%d %H:%M:%S").to_string());
        words.say_with("timetable-asked", &[("rule", rule), ("order", order), ("at", &at)])
    };
    html! { p { @match asked {
        Asked::Order { order, at } => { (said("order", &order.to_string(), Some(at))) }
        Asked::MovedOrder { order, from } => { (said("moved-order", &order.to_string(), Some(from))) }
        Asked::Times { at, slot } => {
            (said("times", "", Some(at))) @if let Some(slot) = slot { " " code { (slot) } }
        }
        Asked::Cron { text, at } => { (said("cron", "", Some(at))) " " code { (text) } }
        Asked::Dates { at } => { (said("dates", "", Some(at))) }
        Asked::Nobody | Asked::Gone => { (said("nobody", "", None)) }
    } } }
}

/// The other airing, what it does to this one, and why it goes first.
fn other(catalog: &Catalog, words: Words, how: &str, other: &Other) -> Markup {
    let at = other.instant.with_timezone(&catalog.county.zone).time();
    let (first, level) = match other.first {
        First::Level(level) => ("level", level.to_string()),
        First::Class(..) => ("class", String::new()),
        First::BeganBefore => ("began", String::new()),
        First::Earlier => ("earlier", String::new()),
        First::Name => ("name", String::new()),
    };
    html! { p {
        (words.say_with("timetable-other", &[("how", how)])) " "
        b { (clock(at)) " " span lang="zh-CN" { (title(catalog, &other.broadcast)) } } " "
        (words.say_with("timetable-first", &[("first", first), ("level", &level)]))
    } }
}

fn left_out(catalog: &Catalog, words: Words, why: &Why) -> Markup {
    let (county, zone) = (&catalog.county, catalog.county.zone);
    let mut fact = String::new();
    match why {
        Why::QuietHours => fact = format!("{}–{}", clock(county.quiet.from), clock(county.quiet.until)),
        Why::TooSoon(last) => fact = format!("{} + {}", last.with_timezone(&zone).format("%H:%M:%S"), county.min_gap),
        Why::TooMany => fact = county.airings_per_day_max.to_string(),
        Why::Silenced(order) | Why::Skipped(order) | Why::Cancelled(order) => fact = order.to_string(),
        _ => {}
    }
    html! {
        p { (words.say_with("timetable-why-not", &[("why", word_of(why)), ("fact", &fact)])) }
        @if let Why::Gaps(gaps) = why { ul {
            @for gap in gaps.iter().take(GAPS_MAX) {
                li { code { (gap.message) } " · " (language_name(words, gap.language.as_str())) " · "
                    (words.say_with("timetable-gap", &[("gap", gap.why.word())])) }
            }
            @if gaps.len() > GAPS_MAX { li { (words.say_with("today-more", &[("count", &(gaps.len() - GAPS_MAX).to_string())])) } }
        } }
    }
}

fn barred(words: Words, bar: Bar) -> String {
    let (word, fact) = match bar {
        Bar::Crowded(max) => ("crowded", max.to_string()),
        Bar::Draft => ("draft", String::new()),
        Bar::Paused => ("paused", String::new()),
        Bar::OtherStations => ("other-stations", String::new()),
        Bar::Begins(day) => ("begins", day.to_string()),
        Bar::Ended(day) => ("ended", day.to_string()),
        Bar::Exception(day) => ("exception", day.to_string()),
        Bar::OtherDays(day) => ("other-days", weekday_name(words, day)),
        Bar::DatesAndDays => ("dates-and-days", String::new()),
    };
    words.say_with("timetable-bar", &[("bar", word), ("fact", &fact)])
}

/// Leaves one airing out, as `cunxiang skip` does.
pub async fn skip(asked: Asked) -> Answered {
    let airing: AiringId = asked.form.one("airing").parse().map_err(|_| Stop::Foreign)?;
    asked.order(Ask::Skip { airing }).await?;
    done(&asked, "timetable-said-skipped")
}

/// Airs a broadcast now, as `cunxiang announce` does. What takes two people is not ordered from here.
pub async fn air(asked: Asked) -> Answered {
    let broadcast: Id = asked.form.one("broadcast").parse().map_err(|_| Stop::Foreign)?;
    let catalog = asked.site.catalog();
    if catalog.broadcasts.get(&broadcast).is_none_or(|found| found.class != Class::Daily) {
        return Err(Stop::Foreign);
    }
    let stations = match asked.form.one("where") {
        "" if asked.form.has("where") => Vec::new(),
        "" => return Err(Stop::Foreign),
        place => vec![place.to_owned()],
    };
    asked.order(Ask::Announce { broadcast, stations }).await?;
    done(&asked, "timetable-said-airs")
}

/// Back to the village and minute that the form came from.
fn done(asked: &Asked, said: &str) -> Answered {
    let Ok(station) = asked.form.one("station").parse::<Id>() else { return Err(Stop::Foreign) };
    let at = when(asked.form.one("at"), asked.site.catalog().county.zone).unwrap_or(asked.now);
    asked.redirect(&format!("/timetable/why?station={station}&at={}&said={said}", instant(at)))
}
