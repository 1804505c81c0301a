//! What keeps every loudspeaker silent: an unknown time, a lost past. And what people on the spot set.

use super::*;

/// Envelopes of one loudspeaker that wait to be verified: what is on the disk, and what comes over the link meanwhile.
const HELD_BACK_MAX: usize = 4;

impl Driver {
    /// Keeps an envelope for a better moment; the oldest goes when there are too many.
    pub(super) fn hold_back(&mut self, speaker: SpeakerIndex, envelope: Arc<Envelope>) {
        let held = self.held_back.entry(speaker).or_default();
        held.push(envelope);
        if held.len() > HELD_BACK_MAX {
            held.remove(0);
        }
    }

    /// What the player is to be told when the time became known or unknown, or the past did.
    pub(super) fn hold_changes(&mut self, trusted: bool, now: Timestamp) -> Vec<Event> {
        let mut events = Vec::new();
        let told =
            self.settle.is_some() || self.shared.inbox.lock().expect("no holder of the inbox panics").settle.is_some();
        if self.amnesia && trusted && told {
            events.extend(self.settle_past(now));
        }
        let hold = match (trusted, self.amnesia) {
            (false, _) => Some(Reason::ClockUntrusted),
            (true, true) => Some(Reason::Amnesia),
            (true, false) => None,
        };
        if hold != self.hold {
            if !trusted {
                tracing::warn!("the time is not known: nothing is aired until the county or NTP says it");
            } else if self.hold == Some(Reason::ClockUntrusted) {
                tracing::info!("the time is known");
                // What could not be judged without it is looked at now.
                self.retry_at = Some(now);
            }
            self.hold = hold;
            events.push(Event::Hold(hold));
        }
        events
    }

    fn settle_past(&mut self, now: Timestamp) -> Option<Event> {
        let newer = self.shared.inbox.lock().expect("no holder of the inbox panics").settle.take();
        let mut past = newer.or(self.settle.take())?;
        past.ended.retain(|(id, _)| id.instant > now - MEMORY);
        let Past { ended, floors, number_next } = past.clone();
        let record = Record::Settled(Settled { at: now, ended, floors, number_next });
        match self.commit(vec![record], now) {
            Ok(()) => {
                self.amnesia = false;
                tracing::info!("the county told what sounded here before: {} airings", past.ended.len());
                self.changed.extend(0..self.outlets.len());
                Some(Event::Settled { ended: past.ended, floors: past.floors })
            }
            Err(fault) => {
                tracing::error!("what the county told of the past cannot be written: {fault}");
                self.settle = Some(past);
                None
            }
        }
    }

    /// The hold of the first moment.
    pub(super) fn hold_or_go_on(&mut self, now: Timestamp) {
        let changes = self.hold_changes(self.clock.trusted(), now);
        let effects = self.player.step(changes, now);
        self.perform(effects, now);
    }

    /// Tells the player what people set before this start.
    pub(super) fn limit_as_kept(&mut self, now: Timestamp) {
        let limits = self.shared.limits.lock().expect("no holder of the limits panics");
        let kept =
            |(speaker, outlet): (usize, &Outlet)| Event::Limited { speaker, limit: limits.of(&outlet.options.station) };
        let events: Vec<Event> = self.outlets.iter().enumerate().map(kept).collect();
        drop(limits);
        let effects = self.player.step(events, now);
        self.perform(effects, now);
    }
}
