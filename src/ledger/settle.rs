//! What a person says of calls: of those that may or may not have arrived, and of those that are the person's task.

use serde_json::json;

use super::calls::{self, Call, CallId, CallState, NewCall};
use super::row::{self, Columns as _, ms};
use super::{Ledger, LedgerFault, audit, digests};
use crate::base::Timestamp;

/// Why nothing can be settled.
#[derive(Debug, thiserror::Error)]
pub enum SettleFault {
    #[error("there is no post or call `{0}`; `cunxiang posts list` prints their names")]
    NoSuch(String),
    #[error("`{0}` is not unknown ({1}); only what may or may not have arrived is settled by a person")]
    NotUnknown(String, String),
    #[error("`{0}` is no open task ({1}); `cunxiang tasks list` prints those that are")]
    NotHanded(String, String),
    #[error(transparent)]
    Ledger(#[from] LedgerFault),
}

impl From<sqlx::Error> for SettleFault {
    fn from(error: sqlx::Error) -> SettleFault {
        SettleFault::Ledger(error.into())
    }
}

/// A call that is sent anew expires no sooner than this.
const RESEND_FOR: chrono::TimeDelta = chrono::TimeDelta::hours(6);

/// A task expires with its post; one that stood open for longer than this is not looked for.
const TASK_OPEN_MAX: chrono::TimeDelta = chrono::TimeDelta::days(3);

impl Ledger {
    /// Posts whose tasks nobody said a word of until they expired, at or after `since`: one call of each.
    pub async fn tasks_left(&self, since: Timestamp) -> Result<Vec<Call>, LedgerFault> {
        let rows = sqlx::query(
            "SELECT * FROM calls WHERE claimed >= $1 AND state = 'expired' AND code = 'not-done' AND updated >= $2 \
             ORDER BY post, position, repeat",
        )
        .bind(ms(since - TASK_OPEN_MAX))
        .bind(ms(since))
        .fetch_all(&self.readers)
        .await?;
        let mut calls = rows.iter().map(calls::read).collect::<Result<Vec<Call>, _>>()?;
        calls.dedup_by(|a, b| a.id.post == b.id.post);
        Ok(calls)
    }

    /// Settles the unknown calls of a post, or one call, as delivered: `by` saw them in the group. One commit, in the
    /// audit.
    ///
    /// Errors: no such thing, or none of it is unknown.
    pub async fn settle_seen(&self, name: &str, by: &str, now: Timestamp) -> Result<Vec<CallId>, SettleFault> {
        self.settle_delivered(name, CallState::Unknown, ("posts seen", by), now).await
    }

    /// Settles the open tasks of a post, or one call, as delivered: `by` says that they are in the group. One commit, in
    /// the audit.
    ///
    /// Errors: no such thing, or none of it is an open task.
    pub async fn settle_done(&self, name: &str, by: &str, now: Timestamp) -> Result<Vec<CallId>, SettleFault> {
        self.settle_delivered(name, CallState::Handed, ("tasks done", by), now).await
    }

    async fn settle_delivered(
        &self,
        name: &str,
        from: CallState,
        (action, by): (&str, &str),
        now: Timestamp,
    ) -> Result<Vec<CallId>, SettleFault> {
        let mut tx = self.write().await?;
        let calls = calls_in(&mut tx, name, from).await?;
        for call in &calls {
            settle(&mut tx, &call.id, "delivered", by, now).await?;
        }
        carried(&mut tx, &calls, now).await?;
        let ids: Vec<CallId> = calls.into_iter().map(|call| call.id).collect();
        let names: Vec<String> = ids.iter().map(ToString::to_string).collect();
        audit::append(&mut tx, by, action, &json!({ "calls": names }), now).await?;
        tx.commit().await?;
        Ok(ids)
    }

    /// Settles the unknown calls of a post, or one call, as lost, and sends each anew, marked as a repeat. One commit,
    /// in the audit. Returns the calls that are to be sent.
    ///
    /// Errors: no such thing, or none of it is unknown.
    pub async fn settle_lost(&self, name: &str, by: &str, now: Timestamp) -> Result<Vec<CallId>, SettleFault> {
        let mut tx = self.write().await?;
        let mut again: Vec<CallId> = Vec::new();
        let mut names = Vec::new();
        let unknown = calls_in(&mut tx, name, CallState::Unknown).await?;
        for call in unknown.clone() {
            settle(&mut tx, &call.id, "lost", by, now).await?;
            names.push(call.id.to_string());
            // An emergency repeats itself: what is unknown twice is sent anew once.
            // And of what was taken back nothing is.
            if call.taken_back.is_some() || again.iter().any(|id| id.position == call.id.position) {
                continue;
            }
            let found = sqlx::query("SELECT MAX(repeat) AS last FROM calls WHERE post = $1 AND position = $2")
                .bind(call.id.post.clone())
                .bind(i64::from(call.id.position))
                .fetch_one(&mut *tx)
                .await?;
            let id = CallId { repeat: found.small("last")? + 1, ..call.id.clone() };
            let moved = sqlx::query("SELECT new_address FROM moves WHERE channel = $1 AND address = $2")
                .bind(call.channel.clone())
                .bind(row::json(&call.address))
                .fetch_optional(&mut *tx)
                .await?;
            let address = moved.map(|row| row.json("new_address")).transpose()?.unwrap_or(call.address);
            let new = NewCall {
                position: id.position,
                repeat: id.repeat,
                lane: call.lane,
                robot: call.robot,
                chat: call.chat,
                channel: call.channel,
                address,
                body: call.body,
                heavy: call.heavy,
                harmless: call.harmless,
                due: now,
                expires: call.expires.max(now + RESEND_FOR),
            };
            calls::insert(&mut tx, &id.post, &new, now).await?;
            again.push(id);
        }
        carried(&mut tx, &unknown, now).await?;
        audit::append(&mut tx, by, "posts resend", &json!({ "calls": names }), now).await?;
        tx.commit().await?;
        Ok(again)
    }
}

/// The calls of a post, or the one call, that are in a state.
async fn calls_in(
    tx: &mut sqlx::Transaction<'_, sqlx::Any>,
    name: &str,
    state: CallState,
) -> Result<Vec<Call>, SettleFault> {
    let one: Option<CallId> = name.parse().ok();
    let post = one.as_ref().map_or(name, |id| id.post.as_str());
    let rows = sqlx::query("SELECT * FROM calls WHERE post = $1 ORDER BY position, repeat")
        .bind(post.to_owned())
        .fetch_all(&mut **tx)
        .await?;
    let calls = rows.iter().map(calls::read).collect::<Result<Vec<Call>, _>>()?;
    let mut named: Vec<Call> = calls.into_iter().filter(|call| one.as_ref().is_none_or(|id| call.id == *id)).collect();
    if named.is_empty() {
        return Err(SettleFault::NoSuch(name.to_owned()));
    }
    let mut states: Vec<String> = named.iter().map(|call| call.state.word()).collect();
    named.retain(|call| call.state == state);
    if named.is_empty() {
        states.dedup();
        let fault = if state == CallState::Handed { SettleFault::NotHanded } else { SettleFault::NotUnknown };
        return Err(fault(name.to_owned(), states.join(", ")));
    }
    Ok(named)
}

/// What a digest among them carries ends as that does now.
async fn carried(
    tx: &mut sqlx::Transaction<'_, sqlx::Any>,
    settled: &[Call],
    now: Timestamp,
) -> Result<(), LedgerFault> {
    for call in settled {
        sqlx::query("UPDATE calls SET state = 'digested' WHERE digest = $1 AND state = 'unknown'")
            .bind(call.id.post.clone())
            .execute(&mut **tx)
            .await?;
    }
    digests::end(tx, now).await
}

async fn settle(
    tx: &mut sqlx::Transaction<'_, sqlx::Any>,
    id: &CallId,
    state: &'static str,
    by: &str,
    now: Timestamp,
) -> Result<(), LedgerFault> {
    sqlx::query(
        "UPDATE calls SET state = $1, settled_by = $2, settled_at = $3, updated = $3 \
         WHERE post = $4 AND position = $5 AND repeat = $6",
    )
    .bind(state)
    .bind(by.to_owned())
    .bind(ms(now))
    .bind(id.post.clone())
    .bind(i64::from(id.position))
    .bind(i64::from(id.repeat))
    .execute(&mut **tx)
    .await?;
    Ok(())
}
