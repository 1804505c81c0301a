//! The queue: claims calls, lets channels send them, records how they went. The only place that waits and tries again.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chrono::TimeDelta;
use tokio::sync::{Mutex, Notify};
use tokio::task::JoinSet;

use super::budget::{Budget, WINDOW_MAX};
use super::channel::{Answer, Channel, Parcel};
use super::compose::{self, Chat, Enqueued, NoContent};
use crate::base::clock::WAIT_MAX;
use crate::base::{Clock, Id, Timestamp};
use crate::ledger::{Call, CallEnd, CallId, Claim, Due, Finished, Lane, Leases, Ledger, LedgerFault};
use crate::rundown::Post;
use crate::store::Store;

/// Calls on their way at once: a slow upload on a bad line holds up few others, and an emergency finds room.
const IN_FLIGHT_MAX: usize = 8;
/// Of these, ordinary calls take no more than this.
const IN_FLIGHT_ORDINARY_MAX: usize = 6;
/// A claim is answered within a channel's bound on a call (two minutes for a voice note) or its claimer is gone.
const LEASE: TimeDelta = TimeDelta::minutes(5);
/// How often an emergency is sent again when nobody knows whether it arrived.
const REPEATS_MAX: u32 = 2;
/// The first wait before another try, and the longest: a line that is back is noticed within minutes.
const BACK_OFF_MIN_MS: i64 = 5_000;
const BACK_OFF_MAX_MS: i64 = 300_000;

/// A person has to set the channel up and start again.
const NO_CHANNEL_RETRY: TimeDelta = TimeDelta::minutes(5);

/// The outbox. Shared by reference or `Arc`.
pub struct Outbox {
    ledger: Ledger,
    store: Store,
    channels: BTreeMap<&'static str, Arc<dyn Channel>>,
    state: Mutex<State>,
    /// Rung when a call was answered or a post came in.
    bell: Arc<Notify>,
    counters: Counters,
}

struct State {
    budget: Budget,
    in_flight: JoinSet<Answered>,
    ordinary_in_flight: usize,
    /// Answered, not recorded yet: kept while the ledger fails.
    answered: Vec<Answered>,
    stopping: bool,
}

struct Answered {
    call: Call,
    answer: Answer,
}

#[derive(Default)]
struct Counters {
    delivered: AtomicU64,
    retried: AtomicU64,
    moved: AtomicU64,
    refused: AtomicU64,
    unknown: AtomicU64,
    expired: AtomicU64,
    repeated: AtomicU64,
    in_flight: AtomicU64,
}

/// What happened since the start, in calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    pub delivered: u64,
    pub retried: u64,
    pub moved: u64,
    pub refused: u64,
    pub unknown: u64,
    pub expired: u64,
    /// Emergencies posted again because nobody knew whether they had arrived.
    pub repeated: u64,
    /// On their way now.
    pub in_flight: u64,
}

impl Outbox {
    /// Opens the outbox of the only daemon on this ledger: what was on its way when the last one ended is settled.
    pub async fn open(
        ledger: Ledger,
        store: Store,
        channels: Vec<Arc<dyn Channel>>,
        now: Timestamp,
    ) -> Result<Outbox, LedgerFault> {
        let channels: BTreeMap<_, _> = channels.into_iter().map(|channel| (channel.kind(), channel)).collect();
        let outbox = Outbox {
            state: Mutex::new(State {
                budget: Budget::of(ledger.claimed_since(now - WINDOW_MAX).await?),
                in_flight: JoinSet::new(),
                ordinary_in_flight: 0,
                answered: Vec::new(),
                stopping: false,
            }),
            ledger,
            store,
            channels,
            bell: Arc::new(Notify::new()),
            counters: Counters::default(),
        };
        outbox.recover(now, Leases::All).await?;
        Ok(outbox)
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
        let moves = self.ledger.moves().await?;
        let mut new = Vec::with_capacity(posts.len());
        for post in posts {
            let id = post.id();
            match compose::compose(post, chats, |kind| self.channels.get(kind).cloned(), &moves) {
                Ok(post) => new.push(post),
                Err(why) => enqueued.refused.push((id, why)),
            }
        }
        enqueued.new_count = self.ledger.enqueue(&new, now).await?;
        self.bell.notify_one();
        Ok(enqueued)
    }

    /// One pass: records what was answered, settles what expired or was lost, lets go what is due. Never waits for a
    /// chat service. Returns when to come back at the latest; [`Outbox::changed`] may ask for it sooner.
    pub async fn turn(&self, now: Timestamp) -> Result<Option<Timestamp>, LedgerFault> {
        let mut state = self.state.lock().await;
        self.record(&mut state, now).await?;
        self.recover(now, Leases::Expired).await?;
        let expired = self.ledger.expire_calls(now).await?;
        self.counters.expired.fetch_add(expired, Ordering::Relaxed);
        let lost = self.ledger.unrepeated(now, REPEATS_MAX).await?;
        let repeats: Vec<_> = lost.iter().map(|claim| compose::repeat(claim, now)).collect();
        self.ledger.add_calls(&repeats, now).await?;
        self.counters.repeated.fetch_add(repeats.len() as u64, Ordering::Relaxed);

        if state.stopping || self.ledger.hold().await?.is_some() {
            return Ok(None);
        }
        let free = self.let_go(&mut state, now).await?;
        let due = self.ledger.next_due(now).await?;
        Ok(free.into_iter().chain(due).min())
    }

    /// Claims and sends what may go now. Returns when the first call that a budget held back may go.
    async fn let_go(&self, state: &mut State, now: Timestamp) -> Result<Option<Timestamp>, LedgerFault> {
        let mut free: Option<Timestamp> = None;
        let room = IN_FLIGHT_MAX.saturating_sub(state.in_flight.len());
        let mut ordinary = state.ordinary_in_flight;
        let budget = &mut state.budget;
        let admit = |call: &Due| {
            let is_ordinary = call.lane == Lane::Ordinary;
            if is_ordinary && ordinary >= IN_FLIGHT_ORDINARY_MAX {
                return false;
            }
            let limits = self.channels.get(call.channel.as_str()).map_or(&[][..], |channel| channel.budget());
            match budget.admit(call, limits, now) {
                Ok(()) => {
                    ordinary += usize::from(is_ordinary);
                    true
                }
                Err(at) => {
                    free = Some(free.map_or(at, |held| held.min(at)));
                    false
                }
            }
        };
        for claim in self.ledger.claim_calls(now, now + LEASE, room, admit).await? {
            self.send(state, claim, now);
        }
        Ok(free)
    }

    fn send(&self, state: &mut State, Claim { call, post }: Claim, now: Timestamp) {
        let channel = self.channels.get(call.channel.as_str()).cloned();
        let (store, bell) = (self.store.clone(), self.bell.clone());
        state.ordinary_in_flight += usize::from(call.lane == Lane::Ordinary);
        self.counters.in_flight.fetch_add(1, Ordering::Relaxed);
        state.in_flight.spawn(async move {
            let answer = match channel {
                Some(channel) => send_once(&*channel, &call, post, store, now).await,
                // Until it is set up, or until they expire, its posts wait.
                None => Answer::Retry {
                    after: Some(NO_CHANNEL_RETRY),
                    code: "no-channel".into(),
                    detail: format!("{} is not set up on this machine; see config/machine.toml", call.channel),
                },
            };
            bell.notify_one();
            Answered { call, answer }
        });
    }

    /// Writes down every answer there is, in one commit.
    async fn record(&self, state: &mut State, now: Timestamp) -> Result<(), LedgerFault> {
        while let Some(joined) = state.in_flight.try_join_next() {
            self.take(state, joined);
        }
        if state.answered.is_empty() {
            return Ok(());
        }
        let finished: Vec<Finished> = state
            .answered
            .iter()
            .map(|Answered { call, answer }| Finished {
                id: call.id.clone(),
                attempt: call.attempts,
                end: end_of(call, answer, now),
            })
            .collect();
        self.ledger.finish_calls(&finished, now).await?;
        for Answered { call, answer } in std::mem::take(&mut state.answered) {
            if let Answer::Retry { after: Some(after), .. } = answer {
                state.budget.pause(&call.robot, &call.chat, now + after);
            }
            self.counters.of(&answer).fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    }

    fn take(&self, state: &mut State, joined: Result<Answered, tokio::task::JoinError>) {
        self.counters.in_flight.fetch_sub(1, Ordering::Relaxed);
        match joined {
            Ok(answered) => {
                state.ordinary_in_flight -= usize::from(answered.call.lane == Lane::Ordinary);
                state.answered.push(answered);
            }
            // A channel that panicked told nothing: its call is taken for lost when the lease ends. Which lane it was
            // in is lost with it, so the count is made afresh once nothing is on its way.
            Err(_) if state.in_flight.is_empty() => state.ordinary_in_flight = 0,
            Err(_) => {}
        }
    }

    async fn recover(&self, now: Timestamp, leases: Leases) -> Result<(), LedgerFault> {
        let idempotent: Vec<&str> =
            self.channels.values().filter(|channel| channel.idempotent()).map(|channel| channel.kind()).collect();
        let recovered = self.ledger.recover_calls(now, leases, &idempotent).await?;
        self.counters.unknown.fetch_add(recovered.unknown, Ordering::Relaxed);
        Ok(())
    }

    /// Resolves when another [`Outbox::turn`] has something to do before the instant the last one named.
    pub async fn changed(&self) {
        self.bell.notified().await;
    }

    /// Waits until everything on its way is answered; the next turn records it.
    pub async fn settle(&self) {
        let mut state = self.state.lock().await;
        while let Some(joined) = state.in_flight.join_next().await {
            self.take(&mut state, joined);
        }
    }

    /// Claims nothing more, waits for what is on its way for at most `bound`, records it. What is not answered by then
    /// stays `sending`, and the next start takes it for unknown.
    pub async fn stop(&self, bound: Duration, clock: &dyn Clock) -> Result<(), LedgerFault> {
        self.state.lock().await.stopping = true;
        let _ = tokio::time::timeout(bound, self.settle()).await;
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
        }
    }

    /// What is wrong with robots, for people.
    pub fn faults(&self) -> Vec<String> {
        self.channels.values().flat_map(|channel| channel.faults()).collect()
    }

    pub fn counts(&self) -> Counts {
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Counts {
            delivered: get(&self.counters.delivered),
            retried: get(&self.counters.retried),
            moved: get(&self.counters.moved),
            refused: get(&self.counters.refused),
            unknown: get(&self.counters.unknown),
            expired: get(&self.counters.expired),
            repeated: get(&self.counters.repeated),
            in_flight: get(&self.counters.in_flight),
        }
    }
}

impl Counters {
    fn of(&self, answer: &Answer) -> &AtomicU64 {
        match answer {
            Answer::Sent { .. } => &self.delivered,
            Answer::Retry { .. } => &self.retried,
            Answer::Moved { .. } => &self.moved,
            Answer::Refused { .. } => &self.refused,
            Answer::Unknown { .. } => &self.unknown,
        }
    }
}

async fn send_once(channel: &dyn Channel, call: &Call, post: Post, store: Store, at: Timestamp) -> Answer {
    let read = {
        let (call, post) = (call.clone(), post.clone());
        tokio::task::spawn_blocking(move || compose::content(&call, &post, &store)).await
    };
    let content = match read {
        Ok(Ok(content)) => content,
        Ok(Err(NoContent::Broken(detail))) => return Answer::Refused { code: "no-clip".into(), detail },
        Ok(Err(NoContent::Store(detail))) => return Answer::Retry { after: None, code: "store".into(), detail },
        Err(_) => {
            let detail = "reading the clip was interrupted".to_owned();
            return Answer::Retry { after: None, code: "store".into(), detail };
        }
    };
    let (id, chat, address) = (call.id.clone(), call.chat.clone(), call.address.clone());
    channel.send(&Parcel { id, chat, address, content, post, at }).await
}

fn end_of(call: &Call, answer: &Answer, now: Timestamp) -> CallEnd {
    match answer.clone() {
        Answer::Sent { ids } => CallEnd::Delivered { ids },
        Answer::Retry { after, code, detail } => {
            let wait = after.unwrap_or_else(|| back_off(&call.id, call.attempts));
            CallEnd::Again { due: now + wait, code, detail }
        }
        Answer::Moved { address } => CallEnd::Moved { address },
        Answer::Refused { code, detail } => CallEnd::Refused { code, detail },
        Answer::Unknown { code, detail } => CallEnd::Unknown { code, detail },
    }
}

/// Doubles with each attempt, up to a bound, and is up to a quarter longer or shorter, so that groups that failed
/// together do not come back together. The same call and attempt wait equally long each time.
fn back_off(id: &CallId, attempt: u32) -> TimeDelta {
    let base = (BACK_OFF_MIN_MS << attempt.saturating_sub(1).min(10)).min(BACK_OFF_MAX_MS);
    let noise = i64::from(crc32fast::hash(format!("{id} {attempt}").as_bytes()) % 1000);
    TimeDelta::milliseconds(base * 3 / 4 + base / 2 * noise / 1000)
}

#[cfg(test)]
mod tests;
