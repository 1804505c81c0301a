//! For any station and minute: what sounds and why, what does not and why not.

mod cause;

use std::collections::BTreeSet;
use std::fmt;

use chrono::{Datelike, DurationRound, TimeDelta};
use chrono_tz::Tz;

use crate::base::{Id, Timestamp};
use crate::catalog::model::{Broadcast, Day, Rule, State, Station, When};
use crate::planner::forecast::Forecast;
use crate::planner::orders::FIRST_BACK_MAX_S;
use crate::planner::plan::{Planner, StationPlan};
use crate::planner::recurrence::{TIMES_PER_DAY_MAX, occurrences};
use crate::rundown::{Airing, AiringId, Class};

pub use cause::{Asked, Bar, Cause, First, Other};

/// Why a minute at a station is as it is. Printed one line a fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    pub station: Id,
    /// The start of the minute.
    pub minute: Timestamp,
    pub lines: Vec<Line>,
    zone: Tz,
}

/// One broadcast at that minute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub broadcast: Id,
    pub verdict: Verdict,
    /// In words.
    pub why: String,
    pub cause: Cause,
    /// The airing, where the plan lists one.
    pub airing: Option<AiringId>,
}

/// What becomes of a broadcast at a minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    Sounds,
    Waits,
    Missed,
    LeftOut,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Verdict::Sounds => "sounds",
            Verdict::Waits => "waits",
            Verdict::Missed => "is missed",
            Verdict::LeftOut => "does not air",
        })
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minute = self.minute.with_timezone(&self.zone).format("%Y-%m-%d %H:%M");
        writeln!(f, "{} at {minute} ({}):", self.station, self.zone)?;
        for line in &self.lines {
            writeln!(f, "  {} {}: {}", line.broadcast, line.verdict, line.why)?;
        }
        if self.lines.is_empty() {
            writeln!(f, "  nothing is asked for: no broadcast's times and no order name this minute")?;
        }
        Ok(())
    }
}

/// Explains the minute of `at` at a station, whenever it is; none when there is no such station.
pub fn explain(planner: &Planner, station: &Id, at: Timestamp) -> Option<Explanation> {
    if !planner.window().holds(at) {
        return explain(&planner.looking_at(at), station, at);
    }
    let plan = planner.station(station)?;
    let found = planner.catalog().stations.get(station)?;
    let minute = at.duration_trunc(TimeDelta::minutes(1)).unwrap_or(at);
    let teller = Teller { planner, plan: &plan, station: found, from: minute, until: minute + TimeDelta::minutes(1) };
    let mut lines = teller.listed();
    lines.extend(teller.left_out());
    lines.extend(teller.not_planned(&lines));
    lines.sort_by(|a, b| (a.verdict, &a.broadcast).cmp(&(b.verdict, &b.broadcast)));
    Some(Explanation { station: station.clone(), minute, lines, zone: planner.catalog().county.zone })
}

struct Teller<'t, 'a> {
    planner: &'t Planner<'a>,
    plan: &'t StationPlan,
    station: &'t Station,
    from: Timestamp,
    until: Timestamp,
}

impl Teller<'_, '_> {
    fn holds(&self, at: Timestamp) -> bool {
        self.from <= at && at < self.until
    }

    /// Airings of the plan that begin, wait or sound in this minute.
    fn listed(&self) -> Vec<Line> {
        let airings = self.plan.airings.iter().zip(self.plan.forecasts.iter());
        airings.filter_map(|(airing, forecast)| self.listed_line(airing, *forecast)).collect()
    }

    fn listed_line(&self, airing: &Airing, forecast: Forecast) -> Option<Line> {
        let other = |index: usize| &self.plan.airings[index];
        let sounds = forecast.sounds(airing.at);
        let waits_until = sounds.map_or(airing.until(), |(from, _)| from);
        // What is cut at the instant this minute begins is told, too.
        let is_sounding = sounds.is_some_and(|(from, until)| match forecast {
            Forecast::Cut { .. } => from < self.until && self.from <= until,
            _ => from < self.until && self.from < until.max(from + TimeDelta::milliseconds(1)),
        });
        let is_waiting = airing.at < self.until && self.from <= waits_until && waits_until > airing.at;
        let asked = self.asked(airing);
        let (verdict, cause) = match forecast {
            Forecast::Airs { until } if is_sounding => (Verdict::Sounds, Cause::Airs { asked, from: airing.at, until }),
            Forecast::Waits { behind, from, until } if is_sounding => {
                (Verdict::Sounds, Cause::Waited { asked, behind: rank(airing, other(behind)), from, until })
            }
            Forecast::Cut { by, from, until } if is_sounding => {
                (Verdict::Sounds, Cause::Cut { asked, by: rank(airing, other(by)), from, until })
            }
            Forecast::Waits { behind, from, .. } if is_waiting => {
                (Verdict::Waits, Cause::Waits { asked, behind: rank(airing, other(behind)), from })
            }
            Forecast::Missed { by } if is_waiting || self.holds(airing.at) => {
                (Verdict::Missed, Cause::Missed { asked, by: rank(airing, other(by)), too_late: airing.until() })
            }
            _ => return None,
        };
        Some(self.line(&airing.id.broadcast, verdict, cause, Some(&airing.id)))
    }

    fn line(&self, broadcast: &Id, verdict: Verdict, cause: Cause, airing: Option<&AiringId>) -> Line {
        let why = cause.in_words(&self.planner.catalog().county);
        Line { broadcast: broadcast.clone(), verdict, why, cause, airing: airing.cloned() }
    }

    /// Whose word an airing is on.
    fn asked(&self, airing: &Airing) -> Asked {
        let (planner, id) = (self.planner, &airing.id);
        match airing.order {
            // By some seconds its name may be earlier than it is.
            Some(order) if airing.at - id.instant > TimeDelta::seconds(FIRST_BACK_MAX_S) => {
                Asked::MovedOrder { order, from: id.instant }
            }
            Some(order) => Asked::Order { order, at: airing.at },
            None => {
                let broadcast = planner.catalog().broadcasts.get(&id.broadcast);
                broadcast.map_or(Asked::Gone, |broadcast| self.rule(broadcast, id))
            }
        }
    }

    /// The rule that gives an instant: a slot, a time, a cron, a date.
    fn rule(&self, broadcast: &Broadcast, id: &AiringId) -> Asked {
        let county = &self.planner.catalog().county;
        let (at, local) = (id.instant, id.instant.with_timezone(&county.zone).naive_local());
        match broadcast.when.as_ref().map(|when| &when.rule) {
            Some(Rule::At { .. }) => {
                let slot = county.slots.iter().find(|(_, time)| **time == local.time()).map(|(slot, _)| slot.clone());
                Asked::Times { at, slot }
            }
            Some(Rule::Cron(text)) => Asked::Cron { text: text.clone(), at },
            Some(Rule::On(_)) => Asked::Dates { at },
            None => Asked::Nobody,
        }
    }

    /// What the plan knows of and does not list.
    fn left_out(&self) -> Vec<Line> {
        let found = self.plan.left_out.iter().filter(|left_out| self.holds(left_out.instant));
        found
            .map(|left_out| {
                let cause = Cause::LeftOut { order: left_out.order, why: left_out.why.clone() };
                self.line(&left_out.broadcast, Verdict::LeftOut, cause, None)
            })
            .collect()
    }

    /// What would air in this minute, were it not for its state, its dates, its days, or its stations.
    fn not_planned(&self, told: &[Line]) -> Vec<Line> {
        let told: BTreeSet<&Id> = told.iter().map(|line| &line.broadcast).collect();
        let others = self.planner.catalog().broadcasts.values().filter(|broadcast| !told.contains(&broadcast.id));
        let lines = others.filter_map(|broadcast| {
            let bars = self.why_not(broadcast)?;
            Some(self.line(&broadcast.id, Verdict::LeftOut, Cause::NotPlanned(bars), None))
        });
        lines.collect()
    }

    /// None when nothing of the broadcast names this minute of the day.
    fn why_not(&self, broadcast: &Broadcast) -> Option<Vec<Bar>> {
        let catalog = self.planner.catalog();
        let when = broadcast.when.as_ref()?;
        let zone = catalog.county.zone;
        let found = |when: &When| occurrences(when, zone, self.from, self.until);
        let hits = |when: &When| !found(when).instants.is_empty();
        let any_day: BTreeSet<Day> = {
            use chrono::Weekday::{Fri, Mon, Sat, Sun, Thu, Tue, Wed};
            [Mon, Tue, Wed, Thu, Fri, Sat, Sun].map(Day::from).into()
        };
        let rule = match &when.rule {
            Rule::At { times, .. } => Rule::At { times: times.clone(), days: any_day },
            other => other.clone(),
        };
        let free = When { rule, from: None, until: None, except: BTreeSet::new() };
        if !hits(&free) {
            return found(&free).crowded.map(|_| vec![Bar::Crowded(TIMES_PER_DAY_MAX)]);
        }
        let on = self.from.with_timezone(&zone);
        let mut whys = Vec::new();
        match broadcast.state {
            State::Draft => whys.push(Bar::Draft),
            State::Paused => whys.push(Bar::Paused),
            State::Ready => {}
        }
        let here = catalog.stations_of(&broadcast.stations).iter().any(|station| station.id == self.station.id);
        if !here {
            whys.push(Bar::OtherStations);
        }
        if let Some(first) = when.from.filter(|_| !hits(&When { from: when.from, ..free.clone() })) {
            whys.push(Bar::Begins(first));
        }
        if let Some(last) = when.until.filter(|_| !hits(&When { until: when.until, ..free.clone() })) {
            whys.push(Bar::Ended(last));
        }
        if !hits(&When { except: when.except.clone(), ..free.clone() }) {
            whys.push(Bar::Exception(on.date_naive()));
        }
        if !hits(&When { rule: when.rule.clone(), ..free }) {
            whys.push(Bar::OtherDays(on.weekday()));
        }
        // Two wall times that a gap of daylight saving makes one instant may each lack something else.
        if whys.is_empty() {
            whys.push(Bar::DatesAndDays);
        }
        Some(whys)
    }
}

/// The other airing, and why it goes first.
fn rank(airing: &Airing, other: &Airing) -> Other {
    let first = if other.rank() < airing.rank() {
        match (other.class, other.level) {
            (Class::Emergency, Some(level)) => First::Level(level),
            (class, _) => First::Class(class, airing.class),
        }
    } else if other.rank() > airing.rank() {
        First::BeganBefore
    } else if other.at != airing.at {
        First::Earlier
    } else {
        First::Name
    };
    Other { broadcast: other.id.broadcast.clone(), instant: other.id.instant, first }
}
