//! The county as one station sees it: rundowns that are numbered and signed, orders, restores, and who listens to receipts.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{NaiveTime, TimeDelta, TimeZone};
use cunxiang::base::{Digest, Id, Length, Timestamp};
use cunxiang::rundown::document::{Edge, FORMAT};
use cunxiang::rundown::quiet::Quiet;
use cunxiang::rundown::{Airing, AiringId, Class, Level, Part, Programme, Receipt, Rundown};

use crate::Dice;

/// Local times and late windows (minutes) of what airs each day; the last is a slip into the quiet hours.
const SLOTS: [(&str, u32, u32, u64); 4] =
    [("masks", 8, 0, 5), ("hands", 12, 0, 5), ("masks", 18, 30, 20), ("night", 23, 0, 5)];
/// How long every programme sounds.
pub const PROGRAMME_MS: i64 = 45_000;

/// A rundown as the county sealed it. The seal itself is tested elsewhere; here it holds or does not.
#[derive(Clone)]
pub struct Sealed {
    pub rundown: Arc<Rundown>,
    pub signed: bool,
}

/// What a backup holds.
#[derive(Clone, Default)]
struct Orders {
    /// Emergencies and drills, with when they were taken back.
    urgent: Vec<(Airing, Option<Timestamp>)>,
    skipped: BTreeSet<AiringId>,
    silent_until: Option<Timestamp>,
}

pub struct County {
    station: Id,
    epoch: u64,
    version: u64,
    orders: Orders,
    backup: Orders,
    stop: Vec<AiringId>,
    pub quiet: Quiet,
    pub issued: Vec<Sealed>,
    /// By number, as they came.
    pub receipts: BTreeMap<u64, Receipt>,
}

fn quiet(from: u32) -> Quiet {
    let time = |hour| NaiveTime::from_hms_opt(hour, 0, 0).expect("an hour");
    Quiet { from: time(from), until: time(7), zone: chrono_tz::Asia::Shanghai }
}

impl County {
    pub fn new(now: Timestamp) -> County {
        let station = "a".parse().expect("an id");
        let (orders, epoch) = (Orders::default(), now.timestamp_millis() as u64);
        let (backup, stop, issued, receipts) = (orders.clone(), vec![], vec![], BTreeMap::new());
        County { station, epoch, version: 0, orders, backup, stop, quiet: quiet(21), issued, receipts }
    }

    /// Something is asked for or happens at the county, and a new rundown is sealed.
    pub fn change(&mut self, dice: &mut Dice, now: Timestamp) -> Sealed {
        self.stop.clear();
        match dice.below(12) {
            0 => self.announce(Class::Emergency, Some(Level::I), dice, now),
            1 => self.announce(Class::Emergency, Some(Level::III), dice, now),
            2 => self.announce(Class::Drill, Some(Level::II), dice, now),
            3 | 4 => {
                for (airing, taken_back) in &mut self.orders.urgent {
                    if taken_back.is_none() {
                        *taken_back = Some(now);
                        self.stop.push(airing.id.clone());
                    }
                }
            }
            5 => self.orders.silent_until = Some(now + TimeDelta::hours(dice.below(30))),
            6 => self.orders.skipped.extend(self.next_daily(now)),
            7 => self.orders.skipped.clear(),
            8 => self.quiet = quiet(20 + dice.below(3) as u32),
            9 => self.backup = self.orders.clone(),
            10 if dice.one_in(4) => {
                // A restore: what was asked for since is forgotten, and a new epoch begins.
                self.orders = self.backup.clone();
                (self.epoch, self.version) = (now.timestamp_millis() as u64, 0);
            }
            _ => {}
        }
        self.seal(now)
    }

    fn announce(&mut self, class: Class, level: Option<Level>, dice: &mut Dice, now: Timestamp) {
        let filed = Timestamp::from_timestamp(now.timestamp(), 0).expect("now is a valid time");
        let expires = filed + TimeDelta::minutes(10 + dice.below(90));
        let broadcast = format!("order-{}", self.orders.urgent.len());
        for repeat in 0..1 + dice.below(5) as i32 {
            let at = filed + TimeDelta::minutes(10) * repeat;
            let mut airing = self.airing(&broadcast, at, 10);
            (airing.class, airing.level, airing.order) = (class, level, Some(7));
            airing.expires = (class == Class::Emergency).then_some(expires);
            self.orders.urgent.push((airing, None));
        }
    }

    fn airing(&self, broadcast: &str, at: Timestamp, late_minutes: u64) -> Airing {
        Airing {
            id: AiringId { broadcast: broadcast.parse().expect("an id"), instant: at, station: self.station.clone() },
            at,
            programme: 0,
            late: Length::minutes(late_minutes),
            expires: None,
            class: Class::Daily,
            level: None,
            volume: 80,
            order: None,
        }
    }

    fn daily(&self, now: Timestamp) -> impl Iterator<Item = Airing> {
        let today = now.with_timezone(&self.quiet.zone).date_naive();
        (-1..=14i64).flat_map(move |day| {
            SLOTS.iter().filter(move |(name, ..)| *name != "night" || day % 7 == 3).filter_map(
                move |(name, hour, minute, late)| {
                    let local = (today + TimeDelta::days(day)).and_hms_opt(*hour, *minute, 0)?;
                    let at = self.quiet.zone.from_local_datetime(&local).earliest()?.to_utc();
                    Some(self.airing(name, at, *late))
                },
            )
        })
    }

    fn next_daily(&self, now: Timestamp) -> Option<AiringId> {
        self.daily(now).find(|airing| airing.at > now).map(|airing| airing.id)
    }

    fn seal(&mut self, now: Timestamp) -> Sealed {
        self.version += 1;
        let silent = |airing: &Airing| {
            airing.class != Class::Emergency
                && airing.at > now
                && self.orders.silent_until.is_some_and(|until| airing.at < until)
        };
        let back = now - TimeDelta::hours(24);
        let mut airings: Vec<Airing> =
            self.daily(now).filter(|a| a.at <= now || !self.orders.skipped.contains(&a.id)).collect();
        airings
            .extend(self.orders.urgent.iter().filter(|(_, taken_back)| taken_back.is_none()).map(|(a, _)| a.clone()));
        airings.retain(|airing| airing.at > back && !silent(airing));
        airings.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
        let part = Part {
            message: None,
            language: None,
            voice: None,
            clip: Digest::of(b"clip"),
            frames: PROGRAMME_MS as u64 * 48,
        };
        let rundown = Rundown {
            format: FORMAT,
            station: self.station.clone(),
            edge: Edge { epoch: self.epoch, version: self.version },
            issued: now,
            valid_until: now + TimeDelta::days(14),
            programmes: vec![Programme {
                edition: Digest::of(b"edition"),
                notice: None,
                chime: None,
                parts: vec![part],
                repeat: 1,
                gap: Length::ms(0),
            }],
            airings,
            stop: self.stop.clone(),
            keep: vec![],
            min_gap: Length::minutes(30),
            airings_per_day_max: 2,
            orders: vec![],
            must: vec![],
        };
        let sealed = Sealed { rundown: Arc::new(rundown), signed: true };
        self.issued.push(sealed.clone());
        sealed
    }

    /// Takes receipts; a number that leaves a hole is a broken promise.
    pub fn receive(&mut self, receipts: &[Receipt]) -> Result<u64, String> {
        for receipt in receipts {
            let last = self.receipts.keys().next_back().copied().unwrap_or(0);
            if receipt.number > last + 1 {
                return Err(format!("receipts: number {} comes after {last}", receipt.number));
            }
            self.receipts.entry(receipt.number).or_insert_with(|| receipt.clone());
        }
        Ok(self.receipts.keys().next_back().copied().unwrap_or(0))
    }

    /// What a station is told of its past.
    pub fn claims(&self) -> (Vec<(AiringId, Option<Timestamp>)>, u64) {
        let ended = self.receipts.values().map(|receipt| (receipt.airing.clone(), receipt.started)).collect();
        (ended, self.receipts.keys().next_back().copied().unwrap_or(0) + 1)
    }
}
