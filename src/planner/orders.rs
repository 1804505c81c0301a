//! What people asked for beside the timetable, as far as it works: released orders, with who took them back.

use std::collections::BTreeMap;

use chrono::{SubsecRound, TimeDelta};

use crate::base::{Id, Length, Timestamp};
use crate::catalog::Catalog;
use crate::catalog::model::{Broadcast, State, Station, Target};
use crate::planner::timetable::Window;
use crate::rundown::{AiringId, Class, Order, OrderKind, OrderState};

/// An announcement repeats no more often than this before it must be ordered again: each five minutes for a day.
const REPEATS_MAX: i32 = 288;

/// Repeats are at least this far apart: an airing is known by its second.
const REPEAT_EVERY_MIN: Length = Length::seconds(1);

/// An order at work.
pub struct Act<'a> {
    pub id: u64,
    pub kind: ActKind,
    /// Where it works.
    pub stations: Vec<&'a Station>,
    /// The order that took this one back, and when.
    pub cancelled: Option<(u64, Timestamp)>,
}

/// Broadcasts are named by their index among the ready ones.
pub enum ActKind {
    Announce {
        broadcast: usize,
        start: Timestamp,
        instants: Vec<Timestamp>,
        expires: Option<Timestamp>,
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
}

/// A released order that does nothing, and why, in words.
pub struct Idle {
    pub order: u64,
    pub broadcast: Id,
    pub why: String,
}

/// The orders at work in `window`, in order of id. `ready` are the broadcasts that may air, in order of id.
pub fn acts<'a>(
    catalog: &'a Catalog,
    ready: &[&'a Broadcast],
    orders: &[Order],
    window: Window,
) -> (Vec<Act<'a>>, Vec<Idle>) {
    let mut released: Vec<(&Order, Timestamp)> = orders
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
    let reader = Reader { catalog, ready, released: &released, cancelled: &cancelled, window };
    let mut acts = Vec::new();
    let mut idle = Vec::new();
    for (order, at) in &released {
        match reader.act(order, *at) {
            Ok(act) => acts.extend(act),
            Err((broadcast, why)) => idle.push(Idle { order: order.id, broadcast, why }),
        }
    }
    (acts, idle)
}

struct Reader<'a, 'o> {
    catalog: &'a Catalog,
    ready: &'o [&'a Broadcast],
    released: &'o [(&'o Order, Timestamp)],
    cancelled: &'o BTreeMap<u64, (u64, Timestamp)>,
    window: Window,
}

impl<'a> Reader<'a, '_> {
    /// None when the order does nothing inside the window. Errors: the broadcast, and why it may not air.
    fn act(&self, order: &Order, released: Timestamp) -> Result<Option<Act<'a>>, (Id, String)> {
        let cancelled = self.cancelled.get(&order.id).copied();
        let start = released.trunc_subsecs(0);
        let (kind, stations) = match &order.kind {
            OrderKind::Cancel { .. } => return Ok(None),
            OrderKind::Announce { broadcast, stations, class } => {
                let index = self.ready(broadcast)?;
                let found = self.ready[index];
                // What was agreed to by one person as a daily notice may not turn into an emergency by an edit.
                if found.class != *class {
                    let why = format!("it was ordered as {class} and is now {}", found.class);
                    return Err((broadcast.clone(), why));
                }
                let (instants, expires) = repeats(found, start, self.window);
                let stations = match stations.as_slice() {
                    [] => self.catalog.stations_of(&found.stations),
                    targets => self.stations(targets),
                };
                (ActKind::Announce { broadcast: index, start, instants, expires }, stations)
            }
            OrderKind::Reair { airing } => {
                let index = self.ready(&airing.broadcast)?;
                let expires = self.second_time(airing, self.ready[index], start)?;
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
                let until = cancelled.map_or(*until, |(_, lifted)| lifted.min(*until));
                if until <= released {
                    return Ok(None);
                }
                (ActKind::Silence { from: released, until }, self.stations(stations))
            }
        };
        let works = match &kind {
            ActKind::Announce { instants, .. } => !instants.is_empty(),
            ActKind::Reair { instant, .. } | ActKind::Skip { instant, .. } => self.window.holds(*instant),
            ActKind::Silence { from, until } => *until > self.window.from && *from < self.window.until,
        };
        Ok(works.then_some(Act { id: order.id, kind, stations, cancelled }))
    }

    fn ready(&self, id: &Id) -> Result<usize, (Id, String)> {
        self.ready.binary_search_by(|broadcast| broadcast.id.cmp(id)).map_err(|_| {
            let why = match self.catalog.broadcasts.get(id).map(|broadcast| broadcast.state) {
                Some(State::Draft) => "the broadcast is a draft",
                Some(State::Paused) => "the broadcast is paused",
                Some(State::Ready) | None => "there is no such broadcast",
            };
            (id.clone(), why.to_owned())
        })
    }

    /// When a second airing of `airing` expires. One person may ask for it; so an emergency sounds again only while
    /// the order that two people agreed to still stands.
    fn second_time(
        &self,
        airing: &AiringId,
        broadcast: &Broadcast,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, (Id, String)> {
        if broadcast.class != Class::Emergency {
            return Ok(None);
        }
        let stands = self.released.iter().find_map(|(order, released)| {
            let OrderKind::Announce { broadcast: announced, class: Class::Emergency, .. } = &order.kind else {
                return None;
            };
            let start = released.trunc_subsecs(0);
            let expires = broadcast.repeat.map(|repeat| start + repeat.expires.delta());
            let is_of =
                *announced == broadcast.id && start <= airing.instant && expires.is_none_or(|e| airing.instant < e);
            let holds = !self.cancelled.contains_key(&order.id) && expires.is_none_or(|e| now < e);
            (is_of && holds).then_some(expires)
        });
        let why = "an emergency is aired again only while its own order stands; announce it anew";
        stands.ok_or_else(|| (broadcast.id.clone(), why.to_owned()))
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

/// The instants of an announcement inside the window, and when it expires.
fn repeats(broadcast: &Broadcast, start: Timestamp, window: Window) -> (Vec<Timestamp>, Option<Timestamp>) {
    let Some(repeat) = broadcast.repeat else {
        return (Some(start).filter(|start| window.holds(*start)).into_iter().collect(), None);
    };
    let every: TimeDelta = repeat.every.max(REPEAT_EVERY_MIN).delta();
    let expires = start + repeat.expires.delta();
    let instants = (0..REPEATS_MAX)
        .map(|n| (start + every * n).trunc_subsecs(0))
        .take_while(|at| *at < expires)
        .filter(|at| window.holds(*at))
        .collect();
    (instants, Some(expires))
}
