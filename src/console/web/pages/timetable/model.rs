//! The plan as a timetable: airings of the days asked for, put together by township, village or broadcast, and bounded,
//! however large the county is. Pure; nothing of HTML.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate, NaiveTime, TimeDelta};
use chrono_tz::Tz;

use super::super::super::form::Form;
use super::super::places::Places;
use crate::base::{Id, Timestamp};
use crate::catalog::Catalog;
use crate::planner::recurrence::day_begins;
use crate::planner::{Planner, Registry, Why};
use crate::rundown::{Class, Order};

/// Rows on one page of a day, of a week in which each cell is a link, and of another week: each fills a page of its size.
const ROWS_OF_DAY_MAX: usize = 180;
const ROWS_OF_LINKED_WEEK_MAX: usize = 70;
const ROWS_OF_WEEK_MAX: usize = 130;
/// Sections on one page.
const SECTIONS_MAX: usize = 40;
/// How far ahead somebody looks.
const AHEAD: TimeDelta = TimeDelta::days(366);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    Township,
    Village,
    Broadcast,
}

impl By {
    pub const ALL: [(By, &'static str); 3] =
        [(By::Township, "township"), (By::Village, "village"), (By::Broadcast, "broadcast")];

    pub fn word(self) -> &'static str {
        By::ALL.iter().find(|(by, _)| *by == self).map_or("", |(_, word)| word)
    }
}

/// What the address asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    pub is_week: bool,
    /// Of a week, its Monday.
    pub first: NaiveDate,
    pub by: By,
    pub places: Places,
    pub broadcast: Option<Id>,
}

impl Question {
    pub fn read(query: &Form, today: NaiveDate) -> Question {
        let date = query.one("date").parse::<NaiveDate>().unwrap_or(today).min(today + AHEAD).max(today - AHEAD);
        let is_week = query.one("view") == "week";
        let monday = date - TimeDelta::days(i64::from(date.weekday().num_days_from_monday()));
        Question {
            is_week,
            first: if is_week { monday } else { date },
            by: By::ALL.iter().find(|(_, word)| *word == query.one("by")).map_or(By::Township, |(by, _)| *by),
            places: Places::read(query),
            broadcast: query.one("broadcast").parse().ok(),
        }
    }

    pub fn days(&self) -> Vec<NaiveDate> {
        (0..if self.is_week { 7 } else { 1 }).map(|day| self.first + TimeDelta::days(day)).collect()
    }

    /// The same on another day, as an address has it.
    pub fn query(&self, is_week: bool, date: NaiveDate) -> String {
        let broadcast = self.broadcast.as_ref().map_or_else(String::new, |id| format!("&broadcast={id}"));
        let view = if is_week { "week" } else { "day" };
        format!("view={view}&date={date}&by={}{}{broadcast}", self.by.word(), self.places.query())
    }
}

/// What becomes of a broadcast at a time of a day at some stations.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cell {
    /// By word: `airs`, `waits`, `cut`, `missed`, and for what is not listed the word of why; at how many stations.
    pub states: BTreeMap<&'static str, usize>,
    /// One of the stations, and when.
    pub one: Option<(Id, Timestamp)>,
}

impl Cell {
    fn add(&mut self, word: &'static str, station: &Id, at: Timestamp) {
        *self.states.entry(word).or_default() += 1;
        self.one.get_or_insert_with(|| (station.clone(), at));
    }

    /// At how many stations it sounds.
    pub fn sounding(&self) -> usize {
        ["airs", "waits", "cut"].iter().filter_map(|word| self.states.get(word)).sum()
    }

    pub fn clashes(&self) -> bool {
        ["waits", "cut", "missed"].iter().any(|word| self.states.contains_key(word))
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub time: NaiveTime,
    pub broadcast: Id,
    pub class: Class,
    /// One a day.
    pub cells: Vec<Cell>,
}

/// A township, a village or a broadcast.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    pub id: Id,
    /// By time, then name.
    pub rows: Vec<Row>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Timetable {
    pub sections: Vec<Section>,
    /// Sections, and rows, that are not on the page.
    pub sections_cut: usize,
    pub rows_cut: usize,
}

/// What the plan is made of.
pub struct Known<'k> {
    pub catalog: &'k Catalog,
    pub orders: &'k [Order],
    pub registry: &'k Registry,
    pub now: Timestamp,
}

impl Known<'_> {
    /// Plans the days from `first` on: as it stands now, or as it would be on the day, where that is far off.
    pub fn planner(&self, first: NaiveDate, days: usize) -> Planner<'_> {
        let zone = self.catalog.county.zone;
        let planner = Planner::new(self.catalog, self.orders, self.registry, self.now);
        let last = day_begins(first + TimeDelta::days(days as i64 - 1), zone);
        if last < planner.window().until {
            return planner;
        }
        Planner::new(self.catalog, self.orders, self.registry, day_begins(first, zone))
    }
}

/// The first day of which a plan is known; what aired before is in the as-run log.
pub fn known_from(now: Timestamp, zone: Tz) -> NaiveDate {
    now.with_timezone(&zone).date_naive() - TimeDelta::days(1)
}

/// Puts the timetable together.
pub fn timetable(known: &Known<'_>, question: &Question) -> Timetable {
    let (catalog, zone) = (known.catalog, known.catalog.county.zone);
    let days = question.days();
    let planner = known.planner(question.first, days.len());
    let from = day_begins(question.first.max(known_from(known.now, zone)), zone);
    let until = day_begins(question.first + TimeDelta::days(days.len() as i64), zone);
    let mut found: BTreeMap<Id, BTreeMap<(NaiveTime, Id), Vec<Cell>>> = BTreeMap::new();
    for station in question.places.stations(catalog) {
        let Some(plan) = planner.station(station) else { continue };
        let township = catalog.stations.get(station).map(|station| &station.township);
        let listed = plan.airings.iter().zip(plan.forecasts.iter());
        let listed = listed.map(|(airing, forecast)| (&airing.id.broadcast, airing.at, forecast.word()));
        let left_out = plan.left_out.iter().map(|left| (&left.broadcast, left.instant, word_of(&left.why)));
        for (broadcast, at, word) in listed.chain(left_out) {
            let is_asked = question.broadcast.as_ref().is_none_or(|asked| asked == broadcast);
            if !is_asked || at < from || until <= at {
                continue;
            }
            let section = match question.by {
                By::Township => township.unwrap_or(station),
                By::Village => station,
                By::Broadcast => broadcast,
            };
            let local = at.with_timezone(&zone).naive_local();
            let rows = found.entry(section.clone()).or_default();
            let cells =
                rows.entry((local.time(), broadcast.clone())).or_insert_with(|| vec![Cell::default(); days.len()]);
            let day = (local.date() - question.first).num_days();
            if let Some(cell) = usize::try_from(day).ok().and_then(|day| cells.get_mut(day)) {
                cell.add(word, station, at);
            }
        }
    }
    bounded(found, catalog, question)
}

fn bounded(
    found: BTreeMap<Id, BTreeMap<(NaiveTime, Id), Vec<Cell>>>,
    catalog: &Catalog,
    question: &Question,
) -> Timetable {
    let rows_max = match (question.is_week, question.by) {
        (false, _) => ROWS_OF_DAY_MAX,
        (true, By::Village) => ROWS_OF_LINKED_WEEK_MAX,
        (true, _) => ROWS_OF_WEEK_MAX,
    };
    let mut timetable = Timetable { sections_cut: found.len().saturating_sub(SECTIONS_MAX), ..Timetable::default() };
    let mut left = rows_max;
    for (id, rows) in found.into_iter().take(SECTIONS_MAX) {
        let shown = rows.len().min(left);
        timetable.rows_cut += rows.len() - shown;
        left -= shown;
        if shown == 0 {
            timetable.sections_cut += 1;
            continue;
        }
        let class = |id: &Id| catalog.broadcasts.get(id).map_or(Class::Daily, |broadcast| broadcast.class);
        let rows = rows.into_iter().take(shown).map(|((time, broadcast), cells)| {
            let class = class(&broadcast);
            Row { time, broadcast, class, cells }
        });
        timetable.sections.push(Section { id, rows: rows.collect() });
    }
    timetable
}

/// Why an airing is not listed, as the words choose by it.
pub fn word_of(why: &Why) -> &'static str {
    match why {
        Why::QuietHours => "quiet-hours",
        Why::TooSoon(_) => "too-soon",
        Why::TooMany => "too-many",
        Why::NotKnownYet => "not-known",
        Why::NotApprovedYet => "not-approved",
        Why::Gaps(_) => "gaps",
        Why::Silenced(_) => "silenced",
        Why::Skipped(_) => "skipped",
        Why::Cancelled(_) => "cancelled",
        Why::ExpiresFirst => "expires",
        Why::Merged => "merged",
    }
}
