//! For any station and minute: what sounds and why, what does not and why not.

use std::collections::BTreeSet;
use std::fmt;

use chrono::{DurationRound, TimeDelta};
use chrono_tz::Tz;

use crate::base::{Id, Timestamp};
use crate::catalog::model::{Broadcast, Day, Rule, State, Station, When};
use crate::planner::forecast::Forecast;
use crate::planner::orders::FIRST_BACK_MAX_S;
use crate::planner::plan::{Planner, StationPlan};
use crate::planner::recurrence::{TIMES_PER_DAY_MAX, occurrences};
use crate::planner::timetable::{LeftOut, Why};
use crate::rundown::{Airing, AiringId, Class};

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
    fn time(&self, at: Timestamp) -> String {
        at.with_timezone(&self.planner.catalog().county.zone).format("%H:%M:%S").to_string()
    }

    fn name(&self, airing: &Airing) -> String {
        format!("{} of {}", airing.id.broadcast, self.time(airing.id.instant))
    }

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
        let (verdict, why) = match forecast {
            Forecast::Airs { until } if is_sounding => {
                (Verdict::Sounds, format!("{asked}; from {} to {}", self.time(airing.at), self.time(until)))
            }
            Forecast::Waits { behind, from, until } if is_sounding => (
                Verdict::Sounds,
                format!(
                    "{asked}; it waited for {} and sounds from {} to {}",
                    self.rank(airing, other(behind)),
                    self.time(from),
                    self.time(until)
                ),
            ),
            Forecast::Cut { by, from, until } if is_sounding => (
                Verdict::Sounds,
                format!(
                    "{asked}; from {} until {} cuts it at {}",
                    self.time(from),
                    self.name(other(by)),
                    self.time(until)
                ),
            ),
            Forecast::Waits { behind, from, .. } if is_waiting => (
                Verdict::Waits,
                format!("{asked}; it waits for {} and starts at {}", self.rank(airing, other(behind)), self.time(from)),
            ),
            Forecast::Missed { by } if is_waiting || self.holds(airing.at) => (
                Verdict::Missed,
                format!(
                    "{asked}; {} holds the loudspeaker until it is too late at {}",
                    self.rank(airing, other(by)),
                    self.time(airing.until())
                ),
            ),
            _ => return None,
        };
        Some(Line { broadcast: airing.id.broadcast.clone(), verdict, why })
    }

    /// Whose word an airing is on.
    fn asked(&self, airing: &Airing) -> String {
        let (planner, id) = (self.planner, &airing.id);
        match airing.order {
            // By some seconds its name may be earlier than it is.
            Some(order) if airing.at - id.instant > TimeDelta::seconds(FIRST_BACK_MAX_S) => {
                format!("order {order} asked for it at {}, and the quiet hours moved it", self.time(id.instant))
            }
            Some(order) => format!("order {order} asks for it at {}", self.time(airing.at)),
            None => {
                let broadcast = planner.catalog().broadcasts.get(&id.broadcast);
                broadcast.map_or_else(String::new, |broadcast| self.rule(broadcast, id))
            }
        }
    }

    /// The rule that gives an instant: a slot, a time, a cron, a date.
    fn rule(&self, broadcast: &Broadcast, id: &AiringId) -> String {
        let county = &self.planner.catalog().county;
        let local = id.instant.with_timezone(&county.zone).naive_local();
        match broadcast.when.as_ref().map(|when| &when.rule) {
            Some(Rule::At { .. }) => match county.slots.iter().find(|(_, time)| **time == local.time()) {
                Some((slot, _)) => format!("its times name {} ({slot})", local.format("%H:%M:%S")),
                None => format!("its times name {}", local.format("%H:%M:%S")),
            },
            Some(Rule::Cron(text)) => format!("its cron \"{text}\" names {}", local.format("%H:%M:%S")),
            Some(Rule::On(_)) => format!("its dates name {}", local.format("%Y-%m-%d %H:%M:%S")),
            None => "only an order airs it".to_owned(),
        }
    }

    /// The other airing, and why it goes first.
    fn rank(&self, airing: &Airing, other: &Airing) -> String {
        let why = if other.rank() < airing.rank() {
            match (other.class, other.level) {
                (Class::Emergency, Some(level)) => format!("an emergency of level {level} goes first"),
                (class, _) => format!("a {class} airing goes before a {}", airing.class),
            }
        } else if other.rank() > airing.rank() {
            "it began before".to_owned()
        } else if other.at != airing.at {
            "the earlier goes first".to_owned()
        } else {
            "equals go by name".to_owned()
        };
        format!("{} ({why})", self.name(other))
    }

    /// What the plan knows of and does not list.
    fn left_out(&self) -> Vec<Line> {
        let found = self.plan.left_out.iter().filter(|left_out| self.holds(left_out.instant));
        found
            .map(|left_out| Line {
                broadcast: left_out.broadcast.clone(),
                verdict: Verdict::LeftOut,
                why: self.why(left_out),
            })
            .collect()
    }

    fn why(&self, left_out: &LeftOut) -> String {
        let county = &self.planner.catalog().county;
        let asked = left_out.order.map_or_else(String::new, |order| format!("order {order} asks for it, but "));
        let why = match &left_out.why {
            Why::QuietHours => {
                format!(
                    "the quiet hours are from {} to {}",
                    county.quiet.from.format("%H:%M"),
                    county.quiet.until.format("%H:%M")
                )
            }
            Why::TooSoon(last) => {
                format!("it airs at {} and again no sooner than {} later (min_gap)", self.time(*last), county.min_gap)
            }
            Why::TooMany => {
                format!("it airs {} times that day already (airings_per_day_max)", county.airings_per_day_max)
            }
            Why::NotKnownYet => "it became ready after this minute".to_owned(),
            Why::NotApprovedYet => "it was approved after this minute".to_owned(),
            Why::Gaps(gaps) => {
                let gaps: Vec<String> = gaps.iter().map(|gap| gap.to_string()).collect();
                format!("it is held here: {}", gaps.join(", "))
            }
            Why::Silenced(order) => format!("order {order} silences this station then"),
            Why::Skipped(order) => format!("order {order} skips it"),
            Why::Cancelled(order) => format!("order {order} takes it back"),
            Why::ExpiresFirst => "it expires before the quiet hours end".to_owned(),
            Why::Merged => "it falls together with another airing of the same broadcast".to_owned(),
        };
        asked + &why
    }

    /// What would air in this minute, were it not for its state, its dates, its days, or its stations.
    fn not_planned(&self, told: &[Line]) -> Vec<Line> {
        let told: BTreeSet<&Id> = told.iter().map(|line| &line.broadcast).collect();
        let others = self.planner.catalog().broadcasts.values().filter(|broadcast| !told.contains(&broadcast.id));
        let lines = others.filter_map(|broadcast| {
            let why = self.why_not(broadcast)?;
            Some(Line { broadcast: broadcast.id.clone(), verdict: Verdict::LeftOut, why })
        });
        lines.collect()
    }

    /// None when nothing of the broadcast names this minute of the day.
    fn why_not(&self, broadcast: &Broadcast) -> Option<String> {
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
            let crowded =
                format!("it has more than {TIMES_PER_DAY_MAX} times that day, and the plan holds the first of them");
            return found(&free).crowded.map(|_| crowded);
        }
        let on = self.from.with_timezone(&zone);
        let mut whys = Vec::new();
        match broadcast.state {
            State::Draft => whys.push("it is a draft".to_owned()),
            State::Paused => whys.push("it is paused".to_owned()),
            State::Ready => {}
        }
        let here = catalog.stations_of(&broadcast.stations).iter().any(|station| station.id == self.station.id);
        if !here {
            whys.push("it is not for this station".to_owned());
        }
        if let Some(first) = when.from.filter(|_| !hits(&When { from: when.from, ..free.clone() })) {
            whys.push(format!("it begins on {first}"));
        }
        if let Some(last) = when.until.filter(|_| !hits(&When { until: when.until, ..free.clone() })) {
            whys.push(format!("it ended on {last}"));
        }
        if !hits(&When { except: when.except.clone(), ..free.clone() }) {
            whys.push(format!("{} is among its exceptions", on.date_naive()));
        }
        if !hits(&When { rule: when.rule.clone(), ..free }) {
            whys.push(format!("{} is not among its days", on.format("%A")));
        }
        // Two wall times that a gap of daylight saving makes one instant may each lack something else.
        if whys.is_empty() {
            whys.push("its times name this minute, and its dates and days do not let them".to_owned());
        }
        Some(whys.join("; "))
    }
}
