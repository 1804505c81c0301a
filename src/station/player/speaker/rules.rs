//! Which airing may start, and when: quiet hours, distances, late windows, and who goes first.

use std::sync::Arc;

use super::*;

/// An airing whose clip is not here, or cannot be read, is tried again this often while its window is open: a link may be bringing it. Longer
/// than it takes to read what another airing has, which this one puts off for as long.
pub(super) const LOOK_AGAIN: TimeDelta = TimeDelta::seconds(3);

/// How an airing ends whose last chance is over: by its expiry, if that closed its window.
pub(super) fn window_closed(airing: &Airing, reason: Reason) -> Outcome {
    match airing.expires {
        Some(expires) if expires <= airing.at + airing.late.delta() => Outcome::Expired,
        _ => Outcome::Missed(reason),
    }
}

impl Speaker {
    /// The first instant at which the rules let an airing start.
    pub(super) fn opens(&self, rundown: &Rundown, airing: &Airing, quiet: &Quiet, now: Timestamp) -> Timestamp {
        let mut opens = airing.at;
        if airing.class == Class::Daily && airing.order.is_none() {
            let same = self.starts.iter().filter(|(broadcast, _)| *broadcast == airing.id.broadcast);
            // A start after the instant, in a clock that was set back, is as close as one before it.
            if let Some(last) = same.map(|(_, start)| *start).max() {
                opens = opens.max(last + rundown.min_gap.delta());
            }
        }
        if airing.class == Class::Emergency && !airing.class.sounds_in_quiet_hours(airing.level) {
            opens = quiet.ends(opens.max(now));
        }
        opens
    }

    /// Why an airing must not start at `start`, and not later either, if it must not.
    pub(super) fn refusal(
        &self,
        rundown: &Rundown,
        airing: &Airing,
        quiet: &Quiet,
        start: Timestamp,
    ) -> Option<Outcome> {
        if let Some((_, reason)) = self.silent_before.filter(|(before, _)| airing.at < *before) {
            return Some(Outcome::Missed(reason));
        }
        if self.limit.muted.is_some() && self.opens(rundown, airing, quiet, start) <= start {
            return Some(Outcome::Refused(Reason::Muted));
        }
        if airing.at > rundown.valid_until {
            return Some(Outcome::Refused(Reason::BadRundown));
        }
        if airing.class != Class::Emergency && !quiet.allows(airing.class, airing.level, start) {
            return Some(Outcome::Refused(Reason::QuietHours));
        }
        if self.warrants.allow(rundown, airing, start).is_err() {
            return Some(Outcome::Refused(Reason::Unsigned));
        }
        if airing.class == Class::Daily && airing.order.is_none() {
            let day = |at: Timestamp| at.with_timezone(&quiet.zone).date_naive();
            let same = |(broadcast, at): &&(Id, Timestamp)| *broadcast == airing.id.broadcast && day(*at) == day(start);
            if self.starts.iter().filter(same).count() >= rundown.airings_per_day_max as usize {
                return Some(Outcome::Refused(Reason::TooMany));
            }
            if self.opens(rundown, airing, quiet, start) > airing.until() {
                return Some(Outcome::Refused(Reason::TooSoon));
            }
        }
        None
    }

    pub(super) fn settle_what_cannot_start(&mut self, rundown: &Arc<Rundown>, shared: &mut Shared, now: Timestamp) {
        let due: Vec<(Timestamp, AiringId)> = self.waiting.keys().take_while(|(at, _)| *at <= now).cloned().collect();
        for key in due {
            let airing = &rundown.airings[self.waiting[&key].index];
            let refusal = self.refusal(rundown, airing, &shared.quiet, now);
            if airing.until() >= now && refusal.is_none() {
                continue;
            }
            let waiting = self.waiting.remove(&key).expect("its key was just read");
            if let Some(at) = self.tracks.iter().position(|t| t.claimed == Claimed::No && t.airing().id == key.1) {
                let track = self.tracks.remove(at);
                shared.effects.push(Effect::Discard { speaker: self.index, voice: track.voice });
            }
            match refusal.filter(|_| airing.until() >= now) {
                Some(outcome) => {
                    let detail = self.said(rundown, airing, outcome, now);
                    self.settle(rundown, airing, outcome, detail, shared, now);
                }
                None => self.settle_waiting(rundown, waiting, shared, now),
            }
        }
    }

    /// What the reason of an outcome does not say: why this loudspeaker is muted, what the signatures lack.
    fn said(&self, rundown: &Rundown, airing: &Airing, outcome: Outcome, now: Timestamp) -> Option<String> {
        match outcome.reason()? {
            Reason::Muted => self.limit.muted.clone(),
            Reason::Unsigned => self.warrants.allow(rundown, airing, now).err().map(|lack| lack.to_string()),
            _ => None,
        }
    }

    /// The late window of an airing closed.
    pub(super) fn settle_waiting(
        &mut self,
        rundown: &Arc<Rundown>,
        waiting: Waiting,
        shared: &mut Shared,
        now: Timestamp,
    ) {
        let airing = &rundown.airings[waiting.index];
        // It could not have sounded even if nothing had been in its way.
        let quiet = airing.class == Class::Emergency
            && !airing.class.sounds_in_quiet_hours(airing.level)
            && shared.quiet.ends(airing.at) > airing.until();
        let (reason, detail) = match waiting.why {
            _ if quiet => (Reason::QuietHours, None),
            why => why.unwrap_or((Reason::Down, None)),
        };
        self.settle(rundown, airing, window_closed(airing, reason), detail, shared, now);
    }

    /// Chooses the airing that is to start next, by the rule that the planner uses too, and begins to prepare it.
    pub(super) fn choose(&mut self, rundown: &Arc<Rundown>, shared: &mut Shared, now: Timestamp) {
        let holding = self.holding();
        let near = now + self.lead();
        let mut keys = Vec::new();
        let mut bids = Vec::new();
        for (key, waiting) in self.waiting.range(..) {
            if key.0 > near {
                break;
            }
            // In a clock that was set back, the pause is no longer than it was.
            if waiting.look.is_some_and(|look| now < look && look <= now + LOOK_AGAIN) {
                continue;
            }
            let airing = &rundown.airings[waiting.index];
            let at = self.opens(rundown, airing, &shared.quiet, now);
            let may = self.refusal(rundown, airing, &shared.quiet, now.max(at)).is_none();
            if at <= near && airing.until() >= now.max(at) && may {
                keys.push(key.clone());
                bids.push(Bid {
                    rank: airing.rank(),
                    at,
                    until: airing.until(),
                    broadcast: airing.id.broadcast.clone(),
                });
            }
        }
        let can = |bid: &&Bid| holding.is_none_or(|rank| bid.rank.cuts(rank));
        let first = bids.iter().filter(can).map(|bid| bid.at).min();
        let chosen = first.and_then(|at| decide(now.max(at), holding, &bids).start);
        for (_, key) in keys.iter().enumerate().filter(|(i, key)| Some(*i) != chosen && key.0 <= now) {
            let waiting = self.waiting.get_mut(key).expect("its key was just read");
            waiting.why.get_or_insert((Reason::Clash, None));
        }
        let candidate = self.tracks.iter().find(|t| t.claimed == Claimed::No).map(|t| t.airing().id.clone());
        let chosen = chosen.map(|i| &keys[i]);
        if candidate.as_ref() == chosen.map(|(_, id)| id) {
            return;
        }
        self.drop_candidate(shared);
        if let Some(key) = chosen {
            let voice = shared.voice();
            let Waiting { index, .. } = self.waiting[key];
            let (speaker, lacked) = (self.index, self.waiting[key].lacks_clip());
            shared.effects.push(Effect::Prepare { speaker, voice, rundown: rundown.clone(), airing: index });
            self.tracks.push(Track {
                rundown: rundown.clone(),
                index,
                voice,
                prepared: false,
                lacked,
                claimed: Claimed::No,
                start: None,
                volume: rundown.airings[index].volume.min(self.limit.volume_max),
                armed: false,
                started: None,
                kept: None,
                cut: None,
                detail: None,
            });
        }
    }
}
