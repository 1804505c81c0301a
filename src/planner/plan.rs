//! The plan: handed out one station at a time, so that an emergency waits for no other station's plan.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock};

use chrono::TimeDelta;

use crate::base::{Digest, Id, Length, Problem, Tag, Timestamp};
use crate::catalog::Catalog;
use crate::catalog::model::{Broadcast, Gap, State, Station};
use crate::planner::approval::{Approval, Bound};
use crate::planner::forecast::Forecast;
use crate::planner::orders::{Act, Idle, acts};
use crate::planner::profile::{Planned, Profile, Sounding, Source, keep_of};
use crate::planner::timetable::{LeftOut, Timetable, Window, has_grown};
use crate::planner::{faults, posts};
use crate::rundown::document::{Edge, FORMAT, Keep};
use crate::rundown::seal::Envelope;
use crate::rundown::{Airing, AiringId, Order, Post, Programme, Review, Rundown};

/// What the ledger remembers of the catalog. What is not in it is seen for the first time now.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Registry {
    pub editions: BTreeMap<Digest, Registered>,
    /// When each broadcast came to be ready.
    pub broadcasts_first_seen: BTreeMap<Id, Timestamp>,
    /// What reviewers said of the editions there are and of those that orders are for, in the order they said it.
    pub reviews: BTreeMap<Digest, Vec<Review>>,
    /// Whether stations air an emergency only on the signatures of two approvers.
    pub signatures_required: bool,
    /// The languages that groups chose for themselves, in place of the directory's.
    pub chosen: BTreeMap<Id, Vec<Tag>>,
    /// Broadcasts that are withdrawn, and the order that did it.
    pub withdrawn: BTreeMap<Id, u64>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registered {
    /// The notice number, such as `2026-0412`.
    pub notice: String,
    pub first_seen: Timestamp,
}

/// Everything at once. A county plans station by station with a [`Planner`].
pub struct Plan {
    /// In order of id.
    pub stations: Vec<StationPlan>,
    /// In order of due instant.
    pub posts: Vec<Post>,
    pub problems: Vec<Problem>,
}

/// What one station airs. The shared parts are the same memory for all stations that are alike.
#[derive(Debug, Clone)]
pub struct StationPlan {
    pub station: Id,
    pub valid_until: Timestamp,
    pub programmes: Arc<[Programme]>,
    /// In order of `at`.
    pub airings: Vec<Airing>,
    /// What becomes of each airing.
    pub forecasts: Arc<[Forecast]>,
    pub stop: Vec<AiringId>,
    pub keep: Arc<[Keep]>,
    /// What approvers signed of the emergencies among the airings.
    pub orders: Vec<Envelope>,
    /// What was asked for and is not listed, and why.
    pub left_out: Arc<[LeftOut]>,
    /// By broadcast.
    pub gaps: Arc<[(Id, Arc<[Gap]>)]>,
    pub min_gap: Length,
    pub airings_per_day_max: u32,
}

impl StationPlan {
    pub fn rundown(&self, edge: Edge, issued: Timestamp) -> Rundown {
        Rundown {
            format: FORMAT,
            station: self.station.clone(),
            edge,
            issued,
            valid_until: self.valid_until,
            programmes: self.programmes.to_vec(),
            airings: self.airings.clone(),
            stop: self.stop.clone(),
            keep: self.keep.to_vec(),
            min_gap: self.min_gap,
            airings_per_day_max: self.airings_per_day_max,
            orders: self.orders.clone(),
            must: Vec::new(),
        }
    }
}

/// Plans everything.
pub fn plan(catalog: &Catalog, orders: &[Order], registry: &Registry, now: Timestamp) -> Plan {
    let planner = Planner::new(catalog, orders, registry, now);
    let stations = catalog.stations.keys().filter_map(|station| planner.station(station)).collect();
    Plan { stations, posts: planner.posts(), problems: planner.problems() }
}

/// Stations that are alike: the key of a [`Profile`].
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Key {
    listener: usize,
    broadcasts: Vec<usize>,
    acts: Vec<usize>,
}

/// Languages and voices of stations.
type Listener<'a> = (&'a [Tag], &'a BTreeMap<Tag, Vec<Tag>>);

/// Works out once what stations share, each piece when it is first asked for.
pub struct Planner<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) registry: &'a Registry,
    orders: &'a [Order],
    pub(super) now: Timestamp,
    pub(super) window: Window,
    pub(super) planned: Vec<Planned<'a>>,
    pub(super) acts: Vec<Act<'a>>,
    pub(super) idle: Vec<Idle>,
    listeners: Vec<Listener<'a>>,
    /// `listener * planned.len() + broadcast`.
    soundings: Vec<OnceLock<Arc<Sounding>>>,
    profiles: Vec<(Key, OnceLock<Profile>)>,
    /// In order of id, with the profile.
    stations: Vec<(&'a Station, usize)>,
    /// The same, looking at the day before: for stations whose lists have not grown yet.
    day_before: OnceLock<Box<Planner<'a>>>,
}

impl<'a> Planner<'a> {
    pub fn new(catalog: &'a Catalog, orders: &'a [Order], registry: &'a Registry, now: Timestamp) -> Planner<'a> {
        Planner::with_window(catalog, orders, registry, now, Window::around(now, catalog.county.zone))
    }

    /// The same people, orders and memory, looking at the days about another instant.
    pub(super) fn looking_at(&self, at: Timestamp) -> Planner<'a> {
        let window = Window::around(at, self.catalog.county.zone);
        Planner::with_window(self.catalog, self.orders, self.registry, self.now, window)
    }

    fn with_window(
        catalog: &'a Catalog,
        orders: &'a [Order],
        registry: &'a Registry,
        now: Timestamp,
        window: Window,
    ) -> Planner<'a> {
        let ready: Vec<&Broadcast> = catalog.broadcasts.values().filter(|b| b.state == State::Ready).collect();
        let (acts, idle) = acts(catalog, &ready, orders, registry.signatures_required, window);
        let planned: Vec<Planned> = ready
            .iter()
            .map(|&broadcast| {
                let first_seen = registry.broadcasts_first_seen.get(&broadcast.id).copied().unwrap_or(now);
                Planned { broadcast, timetable: Timetable::of(broadcast, &catalog.county, first_seen, window) }
            })
            .collect();
        let mut planner = Planner {
            catalog,
            registry,
            orders,
            now,
            window,
            planned,
            acts,
            idle,
            listeners: Vec::new(),
            soundings: Vec::new(),
            profiles: Vec::new(),
            stations: Vec::new(),
            day_before: OnceLock::new(),
        };
        planner.sort_stations();
        planner
    }

    /// Finds out which stations are alike.
    fn sort_stations(&mut self) {
        let stations: Vec<&'a Station> = self.catalog.stations.values().collect();
        let targets = |of: &[&Station], what: usize, into: &mut [Vec<usize>]| {
            // Both lists are in order of id.
            let mut at = 0;
            for target in of {
                at += stations[at..].iter().position(|s| s.id == target.id).expect("a target is one of the stations");
                into[at].push(what);
            }
        };
        let mut broadcasts = vec![Vec::new(); stations.len()];
        for (i, planned) in self.planned.iter().enumerate() {
            targets(&self.catalog.stations_of(&planned.broadcast.stations), i, &mut broadcasts);
        }
        let mut acting = vec![Vec::new(); stations.len()];
        for (i, act) in self.acts.iter().enumerate() {
            targets(&act.stations, i, &mut acting);
        }
        let mut listeners: HashMap<Listener<'a>, usize> = HashMap::new();
        let mut profiles: HashMap<Key, usize> = HashMap::new();
        for ((station, broadcasts), acts) in stations.iter().zip(broadcasts).zip(acting) {
            let listener: Listener<'a> = (&station.languages, &station.voices);
            let listener = *listeners.entry(listener).or_insert_with(|| {
                self.listeners.push(listener);
                self.listeners.len() - 1
            });
            let profile = *profiles.entry(Key { listener, broadcasts, acts }).or_insert_with_key(|key| {
                self.profiles.push((key.clone(), OnceLock::new()));
                self.profiles.len() - 1
            });
            self.stations.push((*station, profile));
        }
        self.soundings.resize_with(self.listeners.len() * self.planned.len(), OnceLock::new);
    }

    pub fn now(&self) -> Timestamp {
        self.now
    }

    pub fn window(&self) -> Window {
        self.window
    }

    pub fn catalog(&self) -> &'a Catalog {
        self.catalog
    }

    /// What is sealed for a station: [`Planner::station`], but for some hours after midnight, in which one after the
    /// other grows by a day.
    pub fn served(&self, station: &Id) -> Option<StationPlan> {
        if has_grown(station, self.now, self.catalog.county.zone) {
            return self.station(station);
        }
        let before = || Box::new(self.looking_at(self.now - TimeDelta::days(1)));
        self.day_before.get_or_init(before).station(station)
    }

    /// What a station airs; none when there is no such station.
    pub fn station(&self, station: &Id) -> Option<StationPlan> {
        let found = self.stations.binary_search_by(|(s, _)| s.id.cmp(station)).ok()?;
        let (station, profile) = self.stations[found];
        let profile = self.profile(profile);
        let airing = |cue: &crate::planner::profile::Cue| {
            let broadcast = self.planned[cue.broadcast].broadcast;
            Airing {
                id: AiringId { broadcast: broadcast.id.clone(), instant: cue.instant, station: station.id.clone() },
                at: cue.at,
                programme: cue.programme,
                late: broadcast.how.late,
                expires: cue.expires,
                class: broadcast.class,
                level: broadcast.level,
                volume: broadcast.how.volume,
                order: cue.order,
            }
        };
        let signed = self.orders.iter().filter_map(|order| Some((order.id, &order.signed.as_ref()?.envelope)));
        let is_listed = |order: u64| profile.cues.iter().any(|cue| cue.order == Some(order));
        let signed = signed.filter(|(order, _)| is_listed(*order)).map(|(_, envelope)| envelope);
        let stop = profile.stop.iter().map(|(broadcast, instant)| AiringId {
            broadcast: self.planned[*broadcast].broadcast.id.clone(),
            instant: *instant,
            station: station.id.clone(),
        });
        Some(StationPlan {
            station: station.id.clone(),
            valid_until: self.window.until,
            programmes: profile.programmes.clone(),
            airings: profile.cues.iter().map(airing).collect(),
            forecasts: profile.forecasts.clone(),
            stop: stop.collect(),
            keep: profile.keep.clone(),
            orders: signed.cloned().collect(),
            left_out: profile.left_out.clone(),
            gaps: profile.gaps.clone(),
            min_gap: self.catalog.county.min_gap,
            airings_per_day_max: self.catalog.county.airings_per_day_max,
        })
    }

    /// Posts due in the last and the next 24 h, in order of due instant.
    pub fn posts(&self) -> Vec<Post> {
        posts::posts(self)
    }

    /// What groups are to get in the place of what they got of a broadcast, by an order to correct it.
    pub fn corrections(&self, order: u64) -> Vec<Post> {
        posts::corrections(self, order)
    }

    /// What will not air as it is written, in order of place.
    pub fn problems(&self) -> Vec<Problem> {
        faults::problems(self)
    }

    /// Each profile with its stations, in order of id.
    pub(super) fn profiles(&self) -> Vec<(&Profile, Vec<&'a Id>)> {
        let mut stations = vec![Vec::new(); self.profiles.len()];
        for (station, profile) in &self.stations {
            stations[*profile].push(&station.id);
        }
        stations.into_iter().enumerate().map(|(i, stations)| (self.profile(i), stations)).collect()
    }

    fn profile(&self, index: usize) -> &Profile {
        let (key, cell) = &self.profiles[index];
        cell.get_or_init(|| {
            Profile::of(&Source {
                county: &self.catalog.county,
                window: self.window,
                planned: &self.planned,
                broadcasts: &key.broadcasts,
                acts: key.acts.iter().map(|act| &self.acts[*act]).collect(),
                sounding: &|broadcast, bound| self.sounding(key.listener, broadcast, bound),
            })
        })
    }

    fn sounding(&self, listener: usize, broadcast: usize, bound: Option<Bound<'_>>) -> Arc<Sounding> {
        let sound = || Arc::new(self.sound(self.listeners[listener], self.planned[broadcast].broadcast, bound));
        match bound {
            // Rare, and shared by the stations that are alike.
            Some(_) => sound(),
            None => self.soundings[listener * self.planned.len() + broadcast].get_or_init(sound).clone(),
        }
    }

    /// What reviews and, where there is one, the order behind it hold back.
    pub(super) fn approval<'p>(&'p self, broadcast: &'p Broadcast, bound: Option<Bound<'p>>) -> Approval<'p> {
        Approval::of(self.catalog, self.registry, broadcast, bound)
    }

    fn sound(&self, (languages, voices): Listener<'a>, broadcast: &Broadcast, bound: Option<Bound<'_>>) -> Sounding {
        let approval = self.approval(broadcast, bound);
        let (mut programme, gaps) = self.catalog.programme_within(broadcast, languages, voices, &approval);
        if let Some(programme) = &mut programme {
            programme.notice = self.registry.editions.get(&programme.edition).map(|edition| edition.notice.clone());
        }
        let length = programme.as_ref().map_or(TimeDelta::zero(), |programme| programme.length().delta());
        let keep = programme.as_ref().map(|programme| keep_of(programme, |clip| self.catalog.clip_bytes(clip)));
        let begins = programme.as_ref().and_then(|programme| approval.begins(programme));
        Sounding { programme, gaps: gaps.into(), length, keep: keep.unwrap_or_default(), begins }
    }
}
