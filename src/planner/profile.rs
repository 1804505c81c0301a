//! What sounds at stations that are alike: same broadcasts, languages, voices and orders. Worked out once for all of
//! them; a station's plan then only puts its name on it.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::TimeDelta;

use crate::base::{Digest, Id, Timestamp};
use crate::catalog::model::{Broadcast, County, Gap};
use crate::planner::approval::Bound;
use crate::planner::forecast::{Forecast, Turn, forecast};
use crate::planner::orders::{Act, ActKind};
use crate::planner::timetable::{LeftOut, Spacing, Timetable, Why, Window};
use crate::rundown::document::Keep;
use crate::rundown::{Class, Programme, Rank};

/// A broadcast as it sounds in some languages and voices.
pub struct Sounding {
    pub programme: Option<Programme>,
    pub gaps: Arc<[Gap]>,
    pub length: TimeDelta,
    pub keep: Vec<Keep>,
    /// What its times name before this is left out; none where no review is required.
    pub begins: Option<Timestamp>,
}

/// An airing, but for its station.
#[derive(Debug, Clone)]
pub struct Cue {
    /// Among the ready broadcasts.
    pub broadcast: usize,
    pub instant: Timestamp,
    pub at: Timestamp,
    pub expires: Option<Timestamp>,
    pub order: Option<u64>,
    /// The order that binds what sounds, when the edition changed since.
    pub bound: Option<u64>,
    /// Among the profile's programmes.
    pub programme: u32,
}

/// What stations that are alike have in common.
pub struct Profile {
    /// In order of `at`.
    pub cues: Vec<Cue>,
    /// One for each cue.
    pub forecasts: Arc<[Forecast]>,
    pub programmes: Arc<[Programme]>,
    pub keep: Arc<[Keep]>,
    pub left_out: Arc<[LeftOut]>,
    /// Languages that are left out, or hold a broadcast back, by broadcast.
    pub gaps: Arc<[(Id, Arc<[Gap]>)]>,
    /// Broadcast and instant of airings to stop at once.
    pub stop: Vec<(usize, Timestamp)>,
}

/// A ready broadcast and its own airings.
pub struct Planned<'a> {
    pub broadcast: &'a Broadcast,
    pub timetable: Timetable,
}

/// What a profile is worked out from.
pub struct Source<'s, 'a> {
    pub county: &'a County,
    pub window: Window,
    pub planned: &'s [Planned<'a>],
    /// Indexes of the broadcasts that are for these stations.
    pub broadcasts: &'s [usize],
    /// Orders that work at these stations.
    pub acts: Vec<&'s Act<'a>>,
    pub sounding: &'s dyn Fn(usize, Option<Bound<'_>>) -> Arc<Sounding>,
}

impl Profile {
    pub fn of(source: &Source<'_, '_>) -> Profile {
        let mut build =
            Build { source, soundings: BTreeMap::new(), cues: Vec::new(), left_out: Vec::new(), stop: Vec::new() };
        for &broadcast in source.broadcasts {
            build.timetable(broadcast);
        }
        build.skips();
        build.announcements();
        build.silences();
        build.space_what_was_ordered();
        build.finish()
    }
}

struct Build<'b, 's, 'a> {
    source: &'b Source<'s, 'a>,
    /// By broadcast and the order that binds it.
    soundings: BTreeMap<(usize, Option<u64>), Arc<Sounding>>,
    cues: Vec<Cue>,
    left_out: Vec<LeftOut>,
    stop: Vec<(usize, Timestamp)>,
}

impl Build<'_, '_, '_> {
    fn broadcast(&self, index: usize) -> &Broadcast {
        self.source.planned[index].broadcast
    }

    fn sounding(&mut self, index: usize, bound: Option<Bound<'_>>) -> Arc<Sounding> {
        let key = (index, bound.map(|bound| bound.order));
        self.soundings.entry(key).or_insert_with(|| (self.source.sounding)(index, bound)).clone()
    }

    fn leave_out(&mut self, broadcast: usize, instant: Timestamp, order: Option<u64>, why: Why) {
        let broadcast = self.broadcast(broadcast).id.clone();
        self.left_out.push(LeftOut { broadcast, instant, order, why });
    }

    fn timetable(&mut self, index: usize) {
        let sounding = self.sounding(index, None);
        let table = &self.source.planned[index].timetable;
        for (at, why) in &table.left_out {
            self.leave_out(index, *at, None, why.clone());
        }
        if sounding.programme.is_none() {
            for at in &table.kept {
                self.leave_out(index, *at, None, Why::Gaps(sounding.gaps.clone()));
            }
            return;
        }
        for &at in &table.kept {
            if sounding.begins.is_some_and(|begins| at < begins) {
                self.leave_out(index, at, None, Why::NotApprovedYet);
            } else {
                let (expires, order, bound) = (None, None, None);
                self.cues.push(Cue { broadcast: index, instant: at, at, expires, order, bound, programme: 0 });
            }
        }
    }

    fn skips(&mut self) {
        for act in &self.source.acts {
            if let ActKind::Skip { broadcast, instant } = act.kind {
                self.remove(|cue| {
                    (cue.broadcast == broadcast && cue.instant == instant).then_some(Why::Skipped(act.id))
                });
            }
        }
    }

    /// Silence also holds what people order while it lasts, emergencies excepted; a withdrawal holds those of its
    /// broadcast, too.
    fn silences(&mut self) {
        for act in &self.source.acts {
            let lifted = act.cancelled.map(|(by, _)| by);
            match act.kind {
                ActKind::Silence { from, until } => self.silence(None, (from, until), Why::Silenced(act.id), lifted),
                ActKind::Withdraw { broadcast, from, until } => {
                    self.silence(Some(broadcast), (from, until), Why::Cancelled(act.id), lifted);
                }
                // What is announced after it is of the new text.
                ActKind::Correct { broadcast, from, .. } => {
                    self.silence(Some(broadcast), (from, from), Why::Cancelled(act.id), Some(act.id));
                }
                _ => {}
            }
        }
    }

    /// Takes out daily airings and drills, or all of one broadcast, that would start inside `[from, until)`, those that
    /// may be waiting or sounding at `from` among them; the latter are stopped too. What was ordered after it was
    /// lifted is left: its instant is the beginning of its second, which may lie before the silence itself.
    fn silence(
        &mut self,
        only: Option<usize>,
        (from, until): (Timestamp, Timestamp),
        why: Why,
        lifted_by: Option<u64>,
    ) {
        let mut stop = Vec::new();
        let classes: Vec<Class> = self.source.planned.iter().map(|planned| planned.broadcast.class).collect();
        let is_later = |cue: &Cue| lifted_by.is_some_and(|by| cue.order.is_some_and(|order| order > by));
        let is_meant = |cue: &Cue| {
            let is_it = only.map_or(classes[cue.broadcast] != Class::Emergency, |only| only == cue.broadcast);
            is_it && !is_later(cue)
        };
        for cue in self.cues.iter().filter(|cue| is_meant(cue)) {
            let broadcast = self.broadcast(cue.broadcast);
            let longest = broadcast.how.late.delta() + self.soundings[&(cue.broadcast, cue.bound)].length;
            if cue.at < from && from <= cue.at + longest {
                stop.push((cue.broadcast, cue.instant));
            }
        }
        self.remove(|cue| {
            let is_now = stop.contains(&(cue.broadcast, cue.instant));
            let is_inside = from <= cue.at && cue.at < until;
            (is_meant(cue) && (is_now || is_inside)).then(|| why.clone())
        });
        self.stop.extend(stop);
    }

    fn remove(&mut self, why: impl Fn(&Cue) -> Option<Why>) {
        let mut removed = Vec::new();
        self.cues.retain(|cue| match why(cue) {
            Some(why) => {
                removed.push((cue.broadcast, cue.instant, cue.order, why));
                false
            }
            None => true,
        });
        for (broadcast, instant, order, why) in removed {
            self.leave_out(broadcast, instant, order, why);
        }
    }

    fn announcements(&mut self) {
        for act in &self.source.acts {
            let (broadcast, instants, expires, delay) = match &act.kind {
                ActKind::Announce { broadcast, instants, expires, delay, .. } => {
                    (*broadcast, instants.clone(), *expires, *delay)
                }
                ActKind::Reair { broadcast, instant, expires, .. } => {
                    (*broadcast, vec![*instant], *expires, TimeDelta::zero())
                }
                ActKind::Skip { .. } | ActKind::Silence { .. } | ActKind::Withdraw { .. } | ActKind::Correct { .. } => {
                    continue;
                }
            };
            if let Some((by, taken_back)) = act.cancelled {
                for instant in instants {
                    if instant <= taken_back {
                        self.stop.push((broadcast, instant));
                    }
                    self.leave_out(broadcast, instant, Some(act.id), Why::Cancelled(by));
                }
                continue;
            }
            self.announce(act, broadcast, &instants, (expires, delay));
        }
    }

    fn announce(
        &mut self,
        act: &Act<'_>,
        index: usize,
        instants: &[Timestamp],
        (expires, delay): (Option<Timestamp>, TimeDelta),
    ) {
        let (order, bound) = (act.id, act.bound.map(|bound| bound.order));
        let sounding = self.sounding(index, act.bound);
        let broadcast = self.broadcast(index);
        let (class, level) = (broadcast.class, broadcast.level);
        let quiet = &self.source.county.quiet;
        for (n, &instant) in instants.iter().enumerate() {
            let begins = |instant: Timestamp| {
                let due = instant + delay;
                if quiet.allows(class, level, due) { due } else { quiet.ends(due) }
            };
            let at = begins(instant);
            let next_at = instants.get(n + 1).map(|&next| begins(next));
            let why = if sounding.programme.is_none() {
                Some(Why::Gaps(sounding.gaps.clone()))
            } else if sounding.begins.is_some_and(|begins| at < begins) {
                Some(Why::NotApprovedYet)
            } else if at != instant + delay && class != Class::Emergency {
                Some(Why::QuietHours)
            } else if expires.is_some_and(|expires| at >= expires) {
                Some(Why::ExpiresFirst)
            } else if next_at == Some(at) {
                Some(Why::Merged)
            } else {
                None
            };
            match why {
                Some(why) => self.leave_out(index, instant, Some(order), why),
                None => {
                    let order = Some(order);
                    self.cues.push(Cue { broadcast: index, instant, at, expires, order, bound, programme: 0 });
                }
            }
        }
    }

    /// Holds the spacing of daily broadcasts over timetable and orders together: the later one gives way. An airing
    /// that somebody wants to hear again does not count: it did not sound as it should.
    fn space_what_was_ordered(&mut self) {
        self.cues.sort_by_key(|cue| (cue.at, cue.broadcast, cue.order.is_some()));
        let again: Vec<(usize, Timestamp)> = self
            .source
            .acts
            .iter()
            .filter_map(|act| match act.kind {
                ActKind::Reair { broadcast, of, .. } if act.cancelled.is_none() => Some((broadcast, of)),
                _ => None,
            })
            .collect();
        let mut ordered: Vec<usize> =
            self.cues.iter().filter(|cue| cue.order.is_some()).map(|cue| cue.broadcast).collect();
        ordered.sort_unstable();
        ordered.dedup();
        for index in ordered {
            let is_daily = self.broadcast(index).class == Class::Daily;
            let mut spacing = Spacing::default();
            let mut seen: Option<Timestamp> = None;
            let mut removed = Vec::new();
            let county = self.source.county;
            self.cues.retain(|cue| {
                if cue.broadcast != index || again.contains(&(index, cue.instant)) {
                    return true;
                }
                let verdict = if is_daily {
                    spacing.admit(cue.at, county)
                } else if seen == Some(cue.instant) {
                    // Two orders of one second are one airing.
                    Err(Why::Merged)
                } else {
                    Ok(())
                };
                seen = Some(cue.instant);
                verdict.map_err(|why| removed.push((cue.instant, cue.order, why))).is_ok()
            });
            for (instant, order, why) in removed {
                self.leave_out(index, instant, order, why);
            }
        }
    }

    fn finish(mut self) -> Profile {
        let mut programmes = Vec::new();
        let mut numbers: BTreeMap<(usize, Option<u64>), u32> = BTreeMap::new();
        let mut used: Vec<(usize, Option<u64>)> = self.cues.iter().map(|cue| (cue.broadcast, cue.bound)).collect();
        used.sort_unstable();
        used.dedup();
        for index in used {
            numbers.insert(index, programmes.len() as u32);
            programmes.extend(self.soundings[&index].programme.clone());
        }
        for cue in &mut self.cues {
            cue.programme = numbers[&(cue.broadcast, cue.bound)];
        }
        let mut keep: Vec<Keep> = self.soundings.values().flat_map(|sounding| sounding.keep.iter().cloned()).collect();
        keep.sort_unstable_by_key(|keep| keep.clip);
        keep.dedup_by_key(|keep| keep.clip);
        let gaps = self.soundings.iter().filter(|(_, sounding)| !sounding.gaps.is_empty());
        let gaps =
            gaps.map(|((index, _), sounding)| (self.broadcast(*index).id.clone(), sounding.gaps.clone())).collect();
        self.stop.retain(|(_, instant)| self.source.window.holds(*instant));
        self.stop.sort_unstable();
        self.stop.dedup();
        self.left_out.sort_by(|a, b| (a.instant, &a.broadcast, a.order).cmp(&(b.instant, &b.broadcast, b.order)));
        let turns: Vec<Turn> = self.cues.iter().map(|cue| self.turn(cue)).collect();
        Profile {
            forecasts: forecast(&turns).into(),
            cues: self.cues,
            programmes: programmes.into(),
            keep: keep.into(),
            left_out: self.left_out.into(),
            gaps,
            stop: self.stop,
        }
    }

    fn turn(&self, cue: &Cue) -> Turn {
        let broadcast = self.broadcast(cue.broadcast);
        let late = cue.at + broadcast.how.late.delta();
        Turn {
            rank: Rank::of(broadcast.class, broadcast.level),
            at: cue.at,
            until: cue.expires.map_or(late, |expires| late.min(expires)),
            broadcast: broadcast.id.clone(),
            length: self.soundings[&(cue.broadcast, cue.bound)].length,
            expires: cue.expires,
        }
    }
}

/// The clips of a programme with their sizes, in order, each once.
pub fn keep_of(programme: &Programme, bytes: impl Fn(&Digest) -> Option<u64>) -> Vec<Keep> {
    let mut clips: Vec<Digest> = programme.clips().map(|part| part.clip).collect();
    clips.sort_unstable();
    clips.dedup();
    clips.into_iter().filter_map(|clip| Some(Keep { clip, bytes: bytes(&clip)? })).collect()
}
