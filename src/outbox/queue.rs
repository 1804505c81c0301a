//! The queue: claims calls, lets channels send them, records how they went. The only place that waits and tries again.

mod leaving;
mod sending;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use chrono::TimeDelta;
use tokio::sync::{Mutex, Notify};
use tokio::task::JoinSet;

use super::budget::{Budget, WINDOW_MAX};
use super::channel::{Answer, Channel};
use super::closed::Closed;
use super::compose::{self, Chat, Enqueued, Page};
use super::counts::Counters;
use super::pace::{self, Pace};
use super::{Counts, Draw, Link, Words, digest};
use crate::base::clock::WAIT_MAX;
use crate::base::{Clock, Id, Timestamp};
use crate::ledger::{Call, Finished, Lane, Leases, Ledger, LedgerFault};
use crate::rundown::{Class, Post};
use crate::store::Store;
use sending::end_of;

/// A claim is answered within a channel's bound on a call (two minutes for a voice note) or its claimer is gone.
const LEASE: TimeDelta = TimeDelta::minutes(5);
/// How often an emergency is sent again when nobody knows whether it arrived.
const REPEATS_MAX: u32 = 2;
/// The first wait before another try, and the longest: a line that is back is noticed within minutes.
const BACK_OFF_MIN_MS: i64 = 5_000;
const BACK_OFF_MAX_MS: i64 = 300_000;

/// Under load, answers of so long are written down together: one wait for the disk for many. An emergency does not wait.
const GATHER: Duration = Duration::from_millis(3);
/// What nobody has settled is counted again this often, for what changed without the queue.
const COUNT_EVERY: TimeDelta = TimeDelta::seconds(60);

/// A person has to set the channel up and start again.
const NO_CHANNEL_RETRY: TimeDelta = TimeDelta::minutes(5);

/// The outbox. Shared by reference or `Arc`.
pub struct Outbox {
    ledger: Ledger,
    store: Store,
    channels: BTreeMap<&'static str, Arc<dyn Channel>>,
    words: Words,
    draw: Draw,
    link: Link,
    state: Mutex<State>,
    /// Rung when a call was answered or a post came in.
    bell: Arc<Notify>,
    /// Rung when there is nothing more to gather, or an emergency came in.
    urgent: Arc<Notify>,
    /// Calls on their way that are not answered yet.
    unanswered: Arc<AtomicUsize>,
    counters: Counters,
}

struct State {
    budget: Budget,
    in_flight: JoinSet<Answered>,
    ordinary_in_flight: usize,
    heavy_in_flight: usize,
    pace: Pace,
    closed: Closed,
    digests_looked_at: Option<Timestamp>,
    counted_at: Option<Timestamp>,
    /// Answered, not recorded yet: kept while the ledger fails.
    answered: Vec<Answered>,
    stopping: bool,
}

struct Answered {
    call: Call,
    answer: Answer,
}

impl Outbox {
    /// Opens the outbox of the only daemon on this ledger: what was on its way when the last one ended is settled.
    pub async fn open(
        ledger: Ledger,
        store: Store,
        channels: Vec<Arc<dyn Channel>>,
        words: Words,
        now: Timestamp,
    ) -> Result<Outbox, LedgerFault> {
        let channels: BTreeMap<_, _> = channels.into_iter().map(|channel| (channel.kind(), channel)).collect();
        let outbox = Outbox {
            state: Mutex::new(State {
                budget: Budget::of(ledger.claimed_since(now - WINDOW_MAX).await?),
                in_flight: JoinSet::new(),
                ordinary_in_flight: 0,
                heavy_in_flight: 0,
                pace: Pace::default(),
                closed: Closed::default(),
                digests_looked_at: None,
                counted_at: None,
                answered: Vec::new(),
                stopping: false,
            }),
            ledger,
            store,
            channels,
            words,
            draw: super::words::draws_nothing(),
            link: Arc::new(|_| None),
            bell: Arc::default(),
            urgent: Arc::default(),
            unanswered: Arc::default(),
            counters: Counters::default(),
        };
        outbox.recover(now, Leases::All).await?;
        Ok(outbox)
    }

    /// With what draws its cards.
    pub fn drawing(self, draw: Draw) -> Outbox {
        Outbox { draw, ..self }
    }

    /// With what leads to the public pages of notices.
    pub fn linking(self, link: Link) -> Outbox {
        Outbox { link, ..self }
    }

    pub(super) fn page(&self) -> Page<'_> {
        Page { link: &*self.link, words: self.words }
    }

    /// Takes posts in; one that is in already is left as it is. They are on disk when this returns.
    pub async fn enqueue(
        &self,
        posts: Vec<Post>,
        chats: &BTreeMap<Id, Chat>,
        now: Timestamp,
    ) -> Result<Enqueued, LedgerFault> {
        let mut enqueued = Enqueued::default();
        if posts.is_empty() {
            return Ok(enqueued);
        }
        let emergency = posts.iter().any(|post| post.class == Class::Emergency);
        let moves = self.ledger.moves().await?;
        let mut new = Vec::with_capacity(posts.len());
        for post in posts {
            let id = post.id();
            match compose::compose(post, chats, |kind| self.channels.get(kind).cloned(), &moves, Some(&self.page())) {
                Ok(post) => new.push(post),
                Err(why) => enqueued.refused.push((id, why)),
            }
        }
        enqueued.new_count = self.ledger.enqueue(&new, now).await?;
        self.bell.notify_one();
        if emergency {
            self.urgent.notify_one();
        }
        Ok(enqueued)
    }

    /// Rung by whoever changed calls in the ledger, so that the queue looks at once.
    pub fn bell(&self) -> Arc<Notify> {
        self.bell.clone()
    }

    pub(super) fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    pub(super) fn words(&self) -> Words {
        self.words
    }

    pub(super) fn channel(&self, kind: &str) -> Option<Arc<dyn Channel>> {
        self.channels.get(kind).cloned()
    }

    /// Something new waits, and not for long.
    pub(super) fn ring(&self) {
        self.bell.notify_one();
        self.urgent.notify_one();
    }

    /// One pass: records what was answered, settles what expired or was lost, lets go what is due. Never waits for a
    /// chat service. Returns when to come back at the latest; [`Outbox::changed`] may ask for it sooner.
    pub async fn turn(&self, now: Timestamp) -> Result<Option<Timestamp>, LedgerFault> {
        let mut state = self.state.lock().await;
        while let Some(joined) = state.in_flight.try_join_next() {
            self.take(&mut state, joined, now);
        }
        let agenda = self.ledger.agenda(now).await?;
        let stopped = state.stopping || agenda.is_held;
        let lost = |answered: &Answered| {
            answered.call.lane == Lane::Emergency && matches!(answered.answer, Answer::Unknown { .. })
        };
        let lost = state.answered.iter().any(lost);
        if stopped || lost {
            self.record(&mut state, now).await?;
        }
        if agenda.has_lapsed {
            self.recover(now, Leases::Expired).await?;
        }
        if agenda.has_expired {
            let expired = self.ledger.expire_calls(now).await?;
            self.counters.expired.fetch_add(expired, Ordering::Relaxed);
        }
        // What lapsed may be an emergency.
        if lost || agenda.is_in_doubt || agenda.has_lapsed {
            self.repeat(now).await?;
        }
        if state.counted_at.is_none_or(|at| now - at >= COUNT_EVERY || now < at) {
            state.counted_at = Some(now);
            self.counters.unsettled.store(self.ledger.unknown_count().await?, Ordering::Relaxed);
        }
        if stopped {
            return Ok(None);
        }
        if state.digests_looked_at.is_none_or(|at| now - at >= digest::LOOK_EVERY || now < at) {
            state.digests_looked_at = Some(now);
            self.digest(now).await?;
        }
        let free = self.let_go(&mut state, now).await?;
        let next = self.ledger.agenda(now).await?.next;
        Ok(free.into_iter().chain(next).min())
    }

    /// Posts emergencies again of which nobody knows whether they arrived.
    async fn repeat(&self, now: Timestamp) -> Result<(), LedgerFault> {
        let lost = self.ledger.unrepeated(now, REPEATS_MAX).await?;
        let repeats: Vec<_> = lost.iter().map(|claim| compose::repeat(claim, now)).collect();
        self.ledger.add_calls(&repeats, now).await?;
        self.counters.repeated.fetch_add(repeats.len() as u64, Ordering::Relaxed);
        Ok(())
    }

    /// Makes digests of what waited too long.
    async fn digest(&self, now: Timestamp) -> Result<(), LedgerFault> {
        let bounds = (digest::POSTS_MIN, digest::POSTS_MAX);
        for backlog in self.ledger.backlogs(now - digest::AFTER, bounds).await? {
            let like = &backlog.like;
            let channel = self.channels.get(like.channel.as_str());
            let text_max = compose::text_max(channel.map(|channel| &**channel));
            let Some((post, of)) = digest::of(&backlog, text_max, &self.words, now) else { continue };
            let (id, name) = (like.chat.clone(), String::new());
            let chat = Chat { id: id.clone(), name, channel: like.channel.clone(), address: like.address.clone() };
            let chats = BTreeMap::from([(id, chat)]);
            // One that would take too many calls is none: the posts go one by one.
            let Ok(digest) = compose::compose(post, &chats, |kind| self.channels.get(kind).cloned(), &[], None) else {
                continue;
            };
            if self.ledger.digest(&digest, &of, now).await? {
                self.counters.digested.fetch_add(of.len() as u64, Ordering::Relaxed);
            }
        }
        Ok(())
    }

    /// Writes down every answer there is, in one commit.
    async fn record(&self, state: &mut State, now: Timestamp) -> Result<(), LedgerFault> {
        self.ledger.finish_calls(&finished(&state.answered, now), now).await?;
        self.recorded(state);
        Ok(())
    }

    /// Every answer there is stands in the ledger.
    fn recorded(&self, state: &mut State) {
        for Answered { answer, .. } in std::mem::take(&mut state.answered) {
            if matches!(answer, Answer::Unknown { .. }) {
                state.counted_at = None;
            }
            self.counters.of(&answer).fetch_add(1, Ordering::Relaxed);
        }
    }

    fn take(&self, state: &mut State, joined: Result<Answered, tokio::task::JoinError>, now: Timestamp) {
        self.counters.in_flight.fetch_sub(1, Ordering::Relaxed);
        match joined {
            Ok(answered) => {
                let Answered { call, answer } = &answered;
                state.ordinary_in_flight -= usize::from(call.lane == Lane::Ordinary);
                state.heavy_in_flight -= usize::from(call.heavy);
                state.pace.learn(answer);
                if let Answer::Retry { after: Some(after), .. } | Answer::Doubtful { after: Some(after), .. } = answer {
                    state.budget.pause(&call.robot, &call.chat, now + *after);
                }
                state.answered.push(answered);
            }
            // A channel that panicked told nothing: its call is taken for lost when the lease ends. Which lane it was
            // in is lost with it, so the count is made afresh once nothing is on its way.
            Err(_) if state.in_flight.is_empty() => {
                (state.ordinary_in_flight, state.heavy_in_flight) = (0, 0);
                self.unanswered.store(0, Ordering::Relaxed);
            }
            Err(_) => {}
        }
    }

    async fn recover(&self, now: Timestamp, leases: Leases) -> Result<(), LedgerFault> {
        let idempotent: Vec<&str> =
            self.channels.values().filter(|channel| channel.idempotent()).map(|channel| channel.kind()).collect();
        let recovered = self.ledger.recover_calls(now, leases, &idempotent).await?;
        if recovered.unknown > 0 {
            self.counters.unsettled.fetch_add(recovered.unknown, Ordering::Relaxed);
        }
        self.counters.unknown.fetch_add(recovered.unknown, Ordering::Relaxed);
        Ok(())
    }

    /// Resolves when another [`Outbox::turn`] has something to do before the instant the last one named.
    pub async fn changed(&self) {
        self.bell.notified().await;
    }

    /// Waits until everything on its way is answered; the next turn records it.
    pub async fn settle(&self, now: Timestamp) {
        let mut state = self.state.lock().await;
        while let Some(joined) = state.in_flight.join_next().await {
            self.take(&mut state, joined, now);
        }
    }

    /// Claims nothing more, waits for what is on its way for at most `bound`, records it. What is not answered by then
    /// stays `sending`, and the next start takes it for unknown.
    pub async fn stop(&self, bound: Duration, clock: &dyn Clock) -> Result<(), LedgerFault> {
        self.state.lock().await.stopping = true;
        let _ = tokio::time::timeout(bound, self.settle(clock.now())).await;
        let mut state = self.state.lock().await;
        self.record(&mut state, clock.now()).await?;
        state.in_flight.abort_all();
        Ok(())
    }

    /// Turns until `stop` resolves; then [`Outbox::stop`] is the caller's to call.
    pub async fn run(&self, clock: &dyn Clock, stop: impl Future<Output = ()>) {
        let mut stop = std::pin::pin!(stop);
        let mut told: Option<String> = None;
        loop {
            let now = clock.now();
            let wait = match self.turn(now).await {
                Ok(next) => {
                    told = None;
                    next.map_or(WAIT_MAX, |next| (next - now).min(WAIT_MAX))
                }
                Err(fault) => {
                    let text = fault.to_string();
                    // The same fault is told once, not with every pass.
                    if told.as_ref() != Some(&text) {
                        tracing::error!("chat posts wait: {text}");
                        told = Some(text);
                    }
                    TimeDelta::milliseconds(BACK_OFF_MIN_MS)
                }
            };
            tokio::select! {
                () = &mut stop => return,
                () = self.changed() => {}
                () = tokio::time::sleep(wait.to_std().unwrap_or_default()) => {}
            }
            if self.unanswered.load(Ordering::Relaxed) >= pace::IN_FLIGHT_MIN {
                tokio::select! {
                    () = &mut stop => return,
                    () = self.urgent.notified() => {}
                    () = tokio::time::sleep(GATHER) => {}
                }
            }
        }
    }

    /// What is wrong with robots, for people.
    pub fn faults(&self) -> Vec<String> {
        self.channels.values().flat_map(|channel| channel.faults()).collect()
    }

    pub fn counts(&self) -> Counts {
        self.counters.read()
    }
}

fn finished(answered: &[Answered], now: Timestamp) -> Vec<Finished> {
    let finished = answered.iter().map(|Answered { call, answer }| Finished {
        id: call.id.clone(),
        attempt: call.attempts,
        end: end_of(call, answer, now),
    });
    finished.collect()
}

#[cfg(test)]
mod tests;
