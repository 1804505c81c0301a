//! The timetable: what airs in a day or a week, by township, village or broadcast, with what clashes and what the quiet
//! hours hold. An airing leads to why it is so (`why`), and there it is skipped, or aired now.

use chrono::{Datelike, NaiveDate, NaiveTime, TimeDelta, Weekday};
use maud::{Markup, html};

use super::super::asked::{Answered, Asked, Stop};
use super::super::layout::name;
use super::super::words::Words;
use super::today::title;
use crate::base::{Id, Timestamp};
use crate::catalog::Catalog;
use crate::county::ORDERS_BACK;
use crate::planner::Registry;
use crate::rundown::quiet::Quiet;
use crate::rundown::{Class, Order};

pub mod model;
pub mod why;

use model::{By, Cell, Known, Question, Row, Section, Timetable};

/// What the ledger and the board know beside the content.
struct Beside {
    orders: Vec<Order>,
    registry: Registry,
}

impl Beside {
    async fn of(asked: &Asked) -> Result<Beside, Stop> {
        let orders = asked.site.ledger().orders(asked.now - ORDERS_BACK).await?;
        let registry = asked.site.control.board.read().registry.clone();
        Ok(Beside { orders, registry })
    }
}

/// A plan of thousands of stations is not made between the answers to others.
async fn away<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Stop> {
    tokio::task::spawn_blocking(work).await.map_err(|_| Stop::Late)
}

pub async fn show(asked: Asked) -> Answered {
    let (catalog, words, now) = (asked.site.catalog(), asked.words, asked.now);
    let zone = catalog.county.zone;
    let question = Question::read(&asked.query, now.with_timezone(&zone).date_naive());
    let known_from = model::known_from(now, zone);
    let Beside { orders, registry } = Beside::of(&asked).await?;
    let (of_plan, asked_for) = (catalog.clone(), question.clone());
    let timetable = away(move || {
        let known = Known { catalog: &of_plan, orders: &orders, registry: &registry, now };
        model::timetable(&known, &asked_for)
    })
    .await?;
    let days = question.days();
    let last = *days.last().expect("a day at the least");
    let body = html! {
        (form(&catalog, &question, words))
        (steps(&question, words))
        @let quiet = catalog.county.quiet;
        @if quiet.from != quiet.until {
            p { small { (words.say_with("timetable-quiet", &[("from", &clock(quiet.from)), ("until", &clock(quiet.until))])) } }
        }
        @if question.first < known_from {
            p.mark { (words.say("timetable-past")) " "
                a href={ "/as-run?from=" (question.first) "&to=" (last.min(known_from)) } { (words.say("layout-nav-as-run")) } }
        }
        @if timetable.sections.is_empty() && last >= known_from { p { (words.say("timetable-none")) } }
        @for section in &timetable.sections {
            h2 { (heading(&catalog, &question, &section.id, words)) }
            @if question.is_week { (week(&catalog, &question, section, &days, words)) } @else {
                (day(&catalog, &question, section, words))
            }
        }
        (cut(&timetable, words))
    };
    asked.page("timetable-title", &body)
}

fn weekday_name(words: Words, day: Weekday) -> String {
    words.say_with("timetable-weekday", &[("day", &day.to_string().to_lowercase())])
}

fn clock(time: NaiveTime) -> String {
    time.format("%H:%M").to_string()
}

fn form(catalog: &Catalog, question: &Question, words: Words) -> Markup {
    html! {
        form.filter method="get" action="/timetable" {
            label { (words.say("timetable-view"))
                select name="view" {
                    @for (value, chosen) in [("day", !question.is_week), ("week", question.is_week)] {
                        option value=(value) selected[chosen] { (words.say_with("timetable-view-of", &[("view", value)])) }
                    }
                }
            }
            label { (words.say("timetable-date")) input type="date" name="date" value=(question.first); }
            label { (words.say("timetable-by"))
                select name="by" { @for (by, word) in By::ALL {
                    option value=(word) selected[by == question.by] { (words.say_with("timetable-by-what", &[("by", word)])) }
                } }
            }
            (question.places.fields(catalog, words))
            @if let Some(id) = &question.broadcast {
                label.tick { input type="checkbox" name="broadcast" value=(id) checked; " " span lang="zh-CN" { (title(catalog, id)) } }
            }
            button.main { (words.say("layout-show")) }
        }
    }
}

/// To the days, or weeks, before and after.
fn steps(question: &Question, words: Words) -> Markup {
    let step = TimeDelta::days(if question.is_week { 7 } else { 1 });
    let to = |date: NaiveDate| format!("/timetable?{}", question.query(question.is_week, date));
    let weekday = |date: NaiveDate| weekday_name(words, date.weekday());
    html! {
        p.pager {
            a rel="prev" href=(to(question.first - step)) { (words.say("timetable-before")) }
            b { (question.first) " " (weekday(question.first)) @if question.is_week { " – " (question.first + TimeDelta::days(6)) } }
            a rel="next" href=(to(question.first + step)) { (words.say("timetable-after")) }
        }
    }
}

fn heading(catalog: &Catalog, question: &Question, id: &Id, words: Words) -> Markup {
    let language = words.language();
    match question.by {
        By::Township => match catalog.townships.get(id) {
            Some(township) => name(&township.name, language),
            None => html! { (id) },
        },
        By::Village => match catalog.stations.get(id) {
            Some(station) => {
                let township = catalog.townships.get(&station.township);
                html! { (name(&station.name, language)) @if let Some(township) = township { " " small { (name(&township.name, language)) } } }
            }
            None => html! { (id) },
        },
        By::Broadcast => html! { span lang="zh-CN" { (title(catalog, id)) } },
    }
}

/// A row's broadcast, where the section is not the broadcast.
fn broadcast(catalog: &Catalog, row: &Row, words: Words) -> Markup {
    html! {
        @if row.class != Class::Daily { b.bad[row.class == Class::Emergency] { (words.say_with("layout-class", &[("class", &row.class.to_string())])) } " " }
        span lang="zh-CN" { (title(catalog, &row.broadcast)) }
    }
}

fn day(catalog: &Catalog, question: &Question, section: &Section, words: Words) -> Markup {
    let quiet = quiet_rows(&catalog.county.quiet);
    let quiet_row = |(from, until): (&str, &str)| {
        html! { tr.quiet { td.number { (from) "–" (until) } td colspan="2" { (words.say("timetable-quiet-row")) } } }
    };
    html! {
        table.cards {
            thead { tr {
                th scope="col" { (words.say("timetable-time")) }
                th scope="col" { (words.say("layout-broadcast")) }
                th scope="col" { (words.say("timetable-becomes")) }
            } }
            tbody {
                @for (n, row) in section.rows.iter().enumerate() {
                    @let since = n.checked_sub(1).map_or(String::new(), |before| clock(section.rows[before].time));
                    @for (from, until) in quiet.iter().filter(|(from, _)| since < *from && *from <= clock(row.time)) { (quiet_row((from, until))) }
                    tr {
                        td.number { b { (clock(row.time)) } }
                        td { (broadcast(catalog, row, words)) }
                        td { @for cell in &row.cells { (link(question, section, row, cell, &states(question, cell, words))) } }
                    }
                }
                @let last = section.rows.last().map_or(String::new(), |row| clock(row.time));
                @for (from, until) in quiet.iter().filter(|(from, _)| last < *from) { (quiet_row((from, until))) }
            }
        }
    }
}

/// The quiet hours within a day, as `HH:MM`.
fn quiet_rows(quiet: &Quiet) -> Vec<(String, String)> {
    let (from, until) = (clock(quiet.from), clock(quiet.until));
    match from.cmp(&until) {
        std::cmp::Ordering::Equal => Vec::new(),
        std::cmp::Ordering::Less => vec![(from, until)],
        std::cmp::Ordering::Greater => {
            let rows = [("00:00".to_owned(), until), (from, "24:00".to_owned())];
            rows.into_iter().filter(|(from, until)| from != until).collect()
        }
    }
}

/// What becomes of it, and at how many villages where there are several.
fn states(question: &Question, cell: &Cell, words: Words) -> Markup {
    html! { @for (state, count) in &cell.states {
        span.one.bad[["missed", "cut", "too-soon", "too-many", "gaps"].contains(state)].good[*state == "airs"] {
            (words.say_with("timetable-state", &[("state", state)]))
            @if question.by != By::Village { " " (words.say_with("today-stations", &[("count", &count.to_string())])) }
        } " "
    } }
}

/// Leads to why: of one station at once, of several by their list.
fn link(question: &Question, section: &Section, row: &Row, cell: &Cell, shown: &Markup) -> Markup {
    let Some((station, at)) = &cell.one else { return html! { "–" } };
    let count: usize = cell.states.values().sum();
    let address = if count == 1 {
        format!("/timetable/why?station={station}&at={}", instant(*at))
    } else {
        let township = match question.by {
            By::Township => Some(&section.id),
            _ => question.places.township.as_ref(),
        };
        let township = township.map_or_else(String::new, |id| format!("&township={id}"));
        format!("/timetable?view=day&date={}&by=village{township}&broadcast={}", question.first, row.broadcast)
    };
    html! { a href=(address) { (shown) } }
}

/// As an address has it: what follows a `+` there would be lost.
fn instant(at: Timestamp) -> String {
    at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn week(catalog: &Catalog, question: &Question, section: &Section, days: &[NaiveDate], words: Words) -> Markup {
    let label = words.say("timetable-title");
    html! {
        div.wide tabindex="0" role="region" aria-label=(label) { table.counts {
            thead { tr {
                th scope="col" { (words.say("layout-broadcast")) }
                @for day in days { th scope="col" {
                    a href={ "/timetable?" (question.query(false, *day)) } {
                        (weekday_name(words, day.weekday())) br; (day.format("%m-%d")) }
                } }
            } }
            tbody { @for row in &section.rows { tr {
                th scope="row" { b { (clock(row.time)) } " " (broadcast(catalog, row, words)) }
                @for cell in &row.cells { td.number { (of_week(question, cell, words)) } }
            } } }
        } }
    }
}

/// At how many villages it sounds, marked where something clashes or is left out.
fn of_week(question: &Question, cell: &Cell, words: Words) -> Markup {
    let (sounding, all) = (cell.sounding(), cell.states.values().sum::<usize>());
    let Some((station, at)) = &cell.one else { return html! { "–" } };
    let shown = match (sounding == all, question.by) {
        (true, By::Village) => "✓".to_owned(),
        (true, _) => sounding.to_string(),
        (false, By::Village) => "✗".to_owned(),
        (false, _) => format!("{sounding}/{all}"),
    };
    let title: Vec<String> =
        cell.states.keys().map(|state| words.say_with("timetable-state", &[("state", state)])).collect();
    let is_bad = cell.clashes() || sounding < all;
    html! {
        @if question.by == By::Village {
            a.bad[is_bad] href={ "/timetable/why?station=" (station) "&at=" (instant(*at)) } aria-label=(title.join(" ")) { (shown) }
        } @else { span.bad[is_bad] title=[is_bad.then(|| title.join(" "))] { (shown) } }
        @if cell.clashes() { " ⚠" }
    }
}

fn cut(timetable: &Timetable, words: Words) -> Markup {
    html! { @if timetable.sections_cut + timetable.rows_cut > 0 {
        p.mark { (words.say_with("timetable-cut", &[
            ("sections", &timetable.sections_cut.to_string()), ("rows", &timetable.rows_cut.to_string()),
        ])) }
    } }
}
