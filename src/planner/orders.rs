//! What people asked for beside the timetable, as far as it works: released orders, with who took them back.

use std::collections::BTreeMap;

use chrono::{SubsecRound, TimeDelta};

use crate::base::{Digest, Id, Length, Timestamp};
use crate::catalog::Catalog;
use crate::catalog::model::{Broadcast, State, Station, Target};
use crate::planner::approval::Bound;
use crate::planner::timetable::Window;
use crate::rundown::{Agreed, AiringId, Class, Order, OrderKind, OrderState, Statement};

/// An announcement repeats no more often than this before it must be ordered again: each five minutes for a day.
const REPEATS_MAX: i32 = 288;

/// Repeats are at least this far apart: an airing is known by its second.
const REPEAT_EVERY_MIN: Length = Length::seconds(1);
/// So many seconds before it begins may an announcement's first instant lie: fewer are announced within a minute.
pub const FIRST_BACK_MAX_S: i64 = 60;

/// An order at work.
pub struct Act<'a> {
    pub id: u64,
    pub kind: ActKind,
    /// Where it works.
    pub stations: Vec<&'a Station>,
    /// The order that took this one back, and when.
    pub cancelled: Option<(u64, Timestamp)>,
    /// What it may air, when the edition is not the one that was agreed to any more.
    pub bound: Option<Bound<'a>>,
}

/// Broadcasts are named by their index among the ready ones.
pub enum ActKind {
    Announce {
        broadcast: usize,
        start: Timestamp,
        instants: Vec<Timestamp>,
        expires: Option<Timestamp>,
        /// Each begins so long after its instant: a second person signed so late.
        delay: TimeDelta,
    },
    Reair {
        broadcast: usize,
        of: Timestamp,
        instant: Timestamp,
        expires: Option<Timestamp>,
    },
    Skip {
        broadcast: usize,
        instant: Timestamp,
    },
    /// `[from, until)`.
    Silence {
        from: Timestamp,
        until: Timestamp,
    },
    /// `[from, until)`: of one broadcast, whatever its class.
    Withdraw {
        broadcast: usize,
        from: Timestamp,
        until: Timestamp,
    },
    /// What sounds of it then is of the old text.
    Correct {
        broadcast: usize,
        from: Timestamp,
        texts: Digest,
    },
}

/// A released order that does nothing, and why, in words.
pub struct Idle {
    pub order: u64,
    pub broadcast: Id,
    pub why: String,
    /// After this it would not do anything anyhow.
    pub until: Timestamp,
}

/// The orders at work in `window`, in order of id. `ready` are the broadcasts that may air, in order of id.
pub fn acts<'a>(
    catalog: &'a Catalog,
    ready: &[&'a Broadcast],
    orders: &'a [Order],
    signatures_required: bool,
    window: Window,
) -> (Vec<Act<'a>>, Vec<Idle>) {
    let mut released: Vec<(&'a Order, Timestamp)> = orders
        .iter()
        .filter(|order| order.state == OrderState::Released)
        .filter_map(|order| Some((order, order.released_at?)))
        .collect();
    released.sort_by_key(|(order, _)| order.id);
    let mut cancelled: BTreeMap<u64, (u64, Timestamp)> = BTreeMap::new();
    for (order, at) in &released {
        if let OrderKind::Cancel { order: target } = order.kind {
            cancelled.entry(target).or_insert((order.id, *at));
        }
    }
    let reader = Reader { catalog, ready, released: &released, cancelled: &cancelled, signatures_required, window };
    let mut acts = Vec::new();
    let mut idle = Vec::new();
    let mut named: BTreeMap<&Id, Vec<Named>> = BTreeMap::new();
    for (order, at) in &released {
        match reader.act(order, *at, &mut named) {
            Ok(act) => acts.extend(act),
            Err(Why { broadcast, why, until }) => idle.push(Idle { order: order.id, broadcast, why, until }),
        }
    }
    (acts, idle)
}

/// Why an order does nothing.
struct Why {
    broadcast: Id,
    why: String,
    until: Timestamp,
}

fn idle<T>(broadcast: &Id, why: impl Into<String>) -> Result<T, Why> {
    Err(Why { broadcast: broadcast.clone(), why: why.into(), until: Timestamp::MAX_UTC })
}

struct Reader<'a, 'o> {
    catalog: &'a Catalog,
    ready: &'o [&'a Broadcast],
    released: &'o [(&'a Order, Timestamp)],
    cancelled: &'o BTreeMap<u64, (u64, Timestamp)>,
    signatures_required: bool,
    window: Window,
}

impl<'a> Reader<'a, '_> {
    /// None when the order does nothing inside the window.
    ///
    /// Errors: the broadcast, and why it may not air.
    fn act(
        &self,
        order: &'a Order,
        released: Timestamp,
        named: &mut BTreeMap<&'a Id, Vec<Named>>,
    ) -> Result<Option<Act<'a>>, Why> {
        let cancelled = self.cancelled.get(&order.id).copied();
        let start = released.trunc_subsecs(0);
        let mut bound = None;
        let (kind, stations) = match &order.kind {
            OrderKind::Cancel { .. } => return Ok(None),
            OrderKind::Announce { broadcast, stations, class, agreed } => {
                let index = self.ready(broadcast)?;
                let found = self.ready[index];
                // What was agreed to by one person as a daily notice may not turn into an emergency by an edit.
                if found.class != *class {
                    return idle(broadcast, format!("it was ordered as {class} and is now {}", found.class));
                }
                let signed = order.signed.as_ref().map(|signed| &signed.statement);
                if self.signatures_required && *class == Class::Emergency && signed.is_none() {
                    return idle(broadcast, "two approvers are to sign an emergency, and nobody signed this one");
                }
                bound = self.bound(order.id, found, (agreed.as_ref(), signed), start)?;
                let before = named.entry(broadcast).or_default();
                let Repeats { instants, expires, delay } = match signed {
                    Some(signed) => signed_repeats(signed, start, self.window),
                    None => repeats(found, start, first_instant(found, start, before), self.window),
                };
                before.push(match signed {
                    Some(signed) => Named::of_statement(signed),
                    None => Named { first: start - delay, every: every(found), until: expires.unwrap_or(start) },
                });
                let stations = match (agreed, stations.as_slice()) {
                    (Some(agreed), _) => agreed.stations.iter().flat_map(|station| self.one(station)).collect(),
                    (None, []) => self.catalog.stations_of(&found.stations),
                    (None, targets) => self.stations(targets),
                };
                (ActKind::Announce { broadcast: index, start, instants, expires, delay }, stations)
            }
            OrderKind::Reair { airing } => {
                let index = self.ready(&airing.broadcast)?;
                let (expires, of) = self.second_time(airing, self.ready[index], start)?;
                bound = of;
                (
                    ActKind::Reair { broadcast: index, of: airing.instant, instant: start, expires },
                    self.one(&airing.station),
                )
            }
            OrderKind::Skip { airing } => {
                // A broadcast that is not ready has nothing to skip.
                let Ok(broadcast) = self.ready(&airing.broadcast) else { return Ok(None) };
                if cancelled.is_some() {
                    return Ok(None);
                }
                (ActKind::Skip { broadcast, instant: airing.instant }, self.one(&airing.station))
            }
            OrderKind::Silence { stations, until } => {
                // An order's instant is its second's beginning: what is ordered right after the end must not fall into it.
                let until = until.trunc_subsecs(0);
                let until = cancelled.map_or(until, |(_, lifted)| lifted.min(until));
                if until <= released {
                    return Ok(None);
                }
                (ActKind::Silence { from: released, until }, self.stations(stations))
            }
            // What is not ready does not air anyhow. It may have been announced at any station.
            OrderKind::Withdraw { broadcast } => {
                let Ok(broadcast) = self.ready(broadcast) else { return Ok(None) };
                let until = cancelled.map_or(Timestamp::MAX_UTC, |(_, lifted)| lifted);
                (ActKind::Withdraw { broadcast, from: released, until }, self.everywhere())
            }
            OrderKind::Correct { broadcast, texts } => {
                let Ok(broadcast) = self.ready(broadcast) else { return Ok(None) };
                (ActKind::Correct { broadcast, from: released, texts: *texts }, self.everywhere())
            }
        };
        let works = match &kind {
            ActKind::Announce { instants, .. } => !instants.is_empty(),
            ActKind::Reair { instant, .. } | ActKind::Skip { instant, .. } => self.window.holds(*instant),
            ActKind::Silence { from, until } | ActKind::Withdraw { from, until, .. } => {
                *until > self.window.from && *from < self.window.until
            }
            // It says what was posted for as long as it is known.
            ActKind::Correct { .. } => true,
        };
        Ok(works.then_some(Act { id: order.id, kind, stations, cancelled, bound }))
    }

    /// What an order may air: none when the edition is still the one that was agreed to, or nobody kept which it was.
    ///
    /// Errors: how it airs is not what was agreed to; what it says may be so in some languages.
    fn bound(
        &self,
        order: u64,
        broadcast: &Broadcast,
        (agreed, signed): (Option<&'a Agreed>, Option<&'a Statement>),
        start: Timestamp,
    ) -> Result<Option<Bound<'a>>, Why> {
        let (Some(agreed), Some(edition)) = (agreed, self.catalog.editions.get(&broadcast.id)) else { return Ok(None) };
        let bound = Bound { order, agreed, signed };
        if agreed.edition == edition.digest {
            return Ok(signed.map(|_| bound));
        }
        if agreed.plan != edition.plan {
            let until = start + broadcast.repeat.map_or(broadcast.how.late, |repeat| repeat.expires).delta();
            let why = "how it airs changed since the order was agreed to".to_owned();
            return Err(Why { broadcast: broadcast.id.clone(), why, until });
        }
        Ok(Some(bound))
    }

    fn ready(&self, id: &Id) -> Result<usize, Why> {
        self.ready.binary_search_by(|broadcast| broadcast.id.cmp(id)).or_else(|_| {
            let why = match self.catalog.broadcasts.get(id).map(|broadcast| broadcast.state) {
                Some(State::Draft) => "the broadcast is a draft",
                Some(State::Paused) => "the broadcast is paused",
                Some(State::Ready) | None => "there is no such broadcast",
            };
            idle(id, why)
        })
    }

    /// When a second airing of `airing` expires, and what it may say. One person may ask for it; so an emergency sounds again only while
    /// the order that two people agreed to still stands.
    fn second_time(
        &self,
        airing: &AiringId,
        broadcast: &Broadcast,
        now: Timestamp,
    ) -> Result<(Option<Timestamp>, Option<Bound<'a>>), Why> {
        if broadcast.class != Class::Emergency {
            return Ok((None, None));
        }
        if self.signatures_required {
            return idle(
                &broadcast.id,
                "an emergency that two approvers sign is repeated by itself and not aired again; announce it anew",
            );
        }
        let stands = self.released.iter().find_map(|(order, released)| {
            let OrderKind::Announce { broadcast: announced, class: Class::Emergency, agreed, .. } = &order.kind else {
                return None;
            };
            let start = released.trunc_subsecs(0);
            let expires = broadcast.repeat.map(|repeat| start + repeat.expires.delta());
            let first = start - TimeDelta::seconds(FIRST_BACK_MAX_S);
            let is_of =
                *announced == broadcast.id && first <= airing.instant && expires.is_none_or(|e| airing.instant < e);
            let holds = !self.cancelled.contains_key(&order.id) && expires.is_none_or(|e| now < e);
            (is_of && holds).then_some((order.id, agreed.as_ref(), start, expires))
        });
        let Some((order, agreed, start, expires)) = stands else {
            return idle(
                &broadcast.id,
                "an emergency is aired again only while its own order stands; announce it anew",
            );
        };
        Ok((expires, self.bound(order, broadcast, (agreed, None), start)?))
    }

    fn everywhere(&self) -> Vec<&'a Station> {
        self.catalog.stations.values().collect()
    }

    fn one(&self, station: &Id) -> Vec<&'a Station> {
        self.catalog.stations.get(station).into_iter().collect()
    }

    fn stations(&self, targets: &[String]) -> Vec<&'a Station> {
        // A target that does not read was refused when the order was filed.
        let targets: Vec<Target> = targets.iter().filter_map(|target| target.parse().ok()).collect();
        self.catalog.stations_of(&targets)
    }
}

/// The instants of an announcement inside the window, when it expires, and how long after each it begins.
struct Repeats {
    instants: Vec<Timestamp>,
    expires: Option<Timestamp>,
    delay: TimeDelta,
}

/// What was signed names instants from the filing on. The one before `start` is the first that airs, and each as long
/// after its instant as the first: so repeats are as far apart as they should be.
fn signed_repeats(signed: &Statement, start: Timestamp, window: Window) -> Repeats {
    let since = (start - signed.filed).max(TimeDelta::zero());
    let every = signed.every.map(|every| every.max(REPEAT_EVERY_MIN).delta());
    let past = every.map_or(0, |every| (since.num_milliseconds() / every.num_milliseconds()) as i32);
    let instant = |n: i32| signed.filed + every.unwrap_or_default() * n;
    let count = if every.is_some() { REPEATS_MAX } else { 1 };
    let instants = (past..past + count).map(instant).take_while(|at| *at < signed.expires);
    let instants = instants.filter(|at| window.holds(*at)).collect();
    Repeats { instants, expires: Some(signed.expires), delay: start.max(signed.filed) - instant(past) }
}

/// The instants that an announcement names, whether they air or not.
#[derive(Debug, Clone, Copy)]
pub struct Named {
    first: Timestamp,
    every: Option<TimeDelta>,
    until: Timestamp,
}

impl Named {
    pub fn of_statement(signed: &Statement) -> Named {
        let every = signed.every.map(|every| every.max(REPEAT_EVERY_MIN).delta());
        Named { first: signed.filed, every, until: signed.expires }
    }

    fn holds(&self, instant: Timestamp) -> bool {
        let apart = (instant - self.first).num_milliseconds();
        instant <= self.until && self.every.map_or(apart == 0, |every| apart % every.num_milliseconds() == 0)
    }
}

/// What earlier announcements of a broadcast that were signed, or wait for that, name.
pub fn named_by_statements<'o>(orders: &'o [Order], broadcast: &'o Id) -> impl Iterator<Item = Named> + 'o {
    let signed = orders.iter().filter_map(|order| order.signed.as_ref());
    signed
        .filter(|signed| signed.statement.broadcast == *broadcast)
        .map(|signed| Named::of_statement(&signed.statement))
}

/// What an announcement from `start` on calls its first instant: the last whole second that no earlier announcement of
/// the broadcast named. An airing is known by broadcast, instant and station, and one that was taken back never sounds:
/// an announcement in the very second of a repeat that was cancelled would not.
pub fn first_instant(broadcast: &Broadcast, start: Timestamp, before: &[Named]) -> Timestamp {
    let seconds = (0..FIRST_BACK_MAX_S).map(|back| start.trunc_subsecs(0) - TimeDelta::seconds(back));
    // Its own repeats may meet theirs as well: where their first does not, none does.
    let every = every(broadcast);
    let is_free = |first: &Timestamp| {
        let own = Named { first: *first, every, until: Timestamp::MAX_UTC };
        !before.iter().any(|before| before.holds(*first) || (before.until >= *first && own.holds(before.first)))
    };
    seconds.clone().find(is_free).unwrap_or(start)
}

fn every(broadcast: &Broadcast) -> Option<TimeDelta> {
    broadcast.repeat.map(|repeat| repeat.every.max(REPEAT_EVERY_MIN).delta())
}

/// Each of them begins as long after its instant as `start` is after the first.
fn repeats(broadcast: &Broadcast, start: Timestamp, first: Timestamp, window: Window) -> Repeats {
    let delay = start - first;
    let (Some(every), Some(repeat)) = (every(broadcast), broadcast.repeat) else {
        let instants = Some(first).filter(|first| window.holds(*first)).into_iter().collect();
        return Repeats { instants, expires: None, delay };
    };
    let expires = start + repeat.expires.delta();
    let instants = (0..REPEATS_MAX)
        .map(|n| (first + every * n).trunc_subsecs(0))
        .take_while(|at| *at + delay < expires)
        .filter(|at| window.holds(*at))
        .collect();
    Repeats { instants, expires: Some(expires), delay }
}
