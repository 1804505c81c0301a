//! What leaves: claimed as budgets and the line allow, each in a task of its own.

use std::sync::atomic::Ordering;

use super::sending::send_once;
use super::{Answered, LEASE, NO_CHANNEL_RETRY, Outbox, State, finished};
use crate::base::Timestamp;
use crate::ledger::{Claim, Due, Lane, LedgerFault, Room};
use crate::outbox::channel::Answer;
use crate::outbox::pace;

impl Outbox {
    /// Claims and sends what may go now. Returns when the first call that a budget held back may go.
    pub(super) async fn let_go(&self, state: &mut State, now: Timestamp) -> Result<Option<Timestamp>, LedgerFault> {
        let room = state.pace.in_flight_max().saturating_sub(state.in_flight.len());
        let (mut ordinary, ordinary_max) = (state.ordinary_in_flight, state.pace.ordinary_max());
        let mut heavy = state.heavy_in_flight;
        let finished = finished(&state.answered, now);
        let closed = state.closed.now(now);
        let mut free: Option<Timestamp> = state.closed.until();
        let (budget, closing) = (&mut state.budget, &mut state.closed);
        let limits = |call: &Due| self.channels.get(call.channel.as_str()).map_or(&[][..], |channel| channel.budget());
        let admit = |call: &Due| {
            let is_ordinary = call.lane == Lane::Ordinary;
            if is_ordinary && (ordinary >= ordinary_max || (call.heavy && heavy >= pace::HEAVY_MAX)) {
                return false;
            }
            match budget.admit(call, limits(call), now) {
                Ok(()) => {
                    ordinary += usize::from(is_ordinary);
                    heavy += usize::from(call.heavy);
                    true
                }
                Err(at) => {
                    free = Some(free.map_or(at, |held| held.min(at)));
                    closing.refused(call, now, || budget.closed(&call.robot, call.lane, limits(call), now));
                    false
                }
            }
        };
        let room = Room { max: room, lease_until: now + LEASE, closed: &closed };
        let claims = self.ledger.finish_and_claim(&finished, room, now, admit).await?;
        self.recorded(state);
        for claim in claims {
            self.send(state, claim, now);
        }
        Ok(free)
    }

    fn send(&self, state: &mut State, Claim { call, post }: Claim, now: Timestamp) {
        let channel = self.channels.get(call.channel.as_str()).cloned();
        let from = (self.ledger.clone(), self.store.clone(), self.words, self.draw.clone());
        let (bell, urgent, unanswered) = (self.bell.clone(), self.urgent.clone(), self.unanswered.clone());
        state.ordinary_in_flight += usize::from(call.lane == Lane::Ordinary);
        state.heavy_in_flight += usize::from(call.heavy);
        unanswered.fetch_add(1, Ordering::Relaxed);
        self.counters.in_flight.fetch_add(1, Ordering::Relaxed);
        state.in_flight.spawn(async move {
            let answer = match channel {
                Some(channel) => send_once(&*channel, &call, post, from, now).await,
                // Until it is set up, or until they expire, its posts wait.
                None => Answer::Retry {
                    after: Some(NO_CHANNEL_RETRY),
                    code: "no-channel".into(),
                    detail: format!("{} is not set up on this machine; see config/machine.toml", call.channel),
                },
            };
            bell.notify_one();
            if unanswered.fetch_sub(1, Ordering::Relaxed) == 1 {
                urgent.notify_one();
            }
            Answered { call, answer }
        });
    }
}
