//! The way of a call through the queue: claimed, sent by somebody, ended; or its claimer is gone.

use serde_json::Value;
use sqlx::{Any, Transaction};

use super::calls::{CallEnd, CallId, CallState, Claim, Due, Finished, Leases, Recovered, lane, read};
use super::row::{self, Columns as _, ms};
use super::{Ledger, LedgerFault, digests};
use crate::base::Timestamp;

/// Groups move rarely and once; a longer chain is a service gone mad.
const MOVED_TWICE: (&str, &str) = ("moved-twice", "the group moved again right after it had moved");

/// The head of each line of a lane: due, not expired, no earlier part of its post still open (a repeat holds up no first
/// try), and nothing of the same line on its way, so that a group reads everything in order. Steps from line to line and
/// seeks the head of each, so that it takes as long with a million calls waiting as with a thousand. Only what a budget
/// asks for is read.
pub(super) const HEADS: &str = "WITH RECURSIVE lines (line) AS (\
    SELECT MIN(line) FROM calls WHERE state = 'waiting' AND lane = $2 \
    UNION ALL SELECT (SELECT MIN(n.line) FROM calls n WHERE n.state = 'waiting' AND n.lane = $2 AND n.line > lines.line) \
    FROM lines WHERE lines.line IS NOT NULL) \
    SELECT c.post, c.position, c.repeat, c.lane, c.robot, c.chat, c.channel, c.heavy \
    FROM lines JOIN calls c ON (c.post, c.position, c.repeat) = (SELECT h.post, h.position, h.repeat FROM calls h \
    WHERE h.state = 'waiting' AND h.lane = $2 AND h.line = lines.line AND h.due <= $1 AND h.expires > $1 \
    ORDER BY h.due, h.post, h.position, h.repeat LIMIT 1) \
    WHERE lines.line IS NOT NULL \
    AND NOT EXISTS (SELECT 1 FROM calls e WHERE e.post = c.post AND e.position < c.position AND e.repeat <= c.repeat AND e.state IN ('waiting', 'sending')) \
    AND NOT EXISTS (SELECT 1 FROM calls s WHERE s.state = 'sending' AND s.lane = $2 AND s.line = lines.line) \
    ORDER BY c.due, c.post, c.position";

/// How many calls may be claimed, and until when whoever claims answers for them.
#[derive(Debug, Clone, Copy)]
pub struct Room {
    pub max: usize,
    pub lease_until: Timestamp,
}

impl Ledger {
    /// Claims calls for sending: marks up to `max` of those that may go `sending`, emergencies first, then by due
    /// instant, each as `admit` allows (a budget), in one commit. Whoever claims answers with [`Ledger::finish_calls`]
    /// before `lease_until`.
    pub async fn claim_calls(
        &self,
        now: Timestamp,
        lease_until: Timestamp,
        max: usize,
        admit: impl FnMut(&Due) -> bool,
    ) -> Result<Vec<Claim>, LedgerFault> {
        self.finish_and_claim(&[], Room { max, lease_until }, now, admit).await
    }

    /// Records how attempts ended, in one commit. A call that was taken for `unknown` meanwhile still learns that it
    /// was delivered or refused; nothing changes a call that is delivered, or answers for another attempt.
    pub async fn finish_calls(&self, finished: &[Finished], now: Timestamp) -> Result<(), LedgerFault> {
        self.finish_and_claim(finished, Room { max: 0, lease_until: now }, now, |_| false).await.map(drop)
    }

    /// [`Ledger::finish_calls`] and [`Ledger::claim_calls`] in one commit: under load each commit ends a batch and begins
    /// the next.
    pub async fn finish_and_claim(
        &self,
        finished: &[Finished],
        room: Room,
        now: Timestamp,
        mut admit: impl FnMut(&Due) -> bool,
    ) -> Result<Vec<Claim>, LedgerFault> {
        let mut claims = Vec::new();
        // Most passes find nothing; they need no write lock. What is finished may make room for the next of its line.
        if finished.is_empty() && (room.max == 0 || !self.anything_due(now).await?) {
            return Ok(claims);
        }
        let mut tx = self.write().await?;
        finish(&mut tx, finished, now).await?;
        for lane_number in [0, 1] {
            if claims.len() >= room.max {
                break;
            }
            let rows = sqlx::query(HEADS).bind(ms(now)).bind(lane_number).fetch_all(&mut *tx).await?;
            for row in &rows {
                if claims.len() == room.max {
                    break;
                }
                let due = Due {
                    lane: lane(row.number("lane")?),
                    robot: row.text("robot")?,
                    chat: row.parsed("chat")?,
                    channel: row.text("channel")?,
                    heavy: row.number("heavy")? != 0,
                };
                if admit(&due) {
                    let id = CallId {
                        post: row.text("post")?,
                        position: row.small("position")?,
                        repeat: row.small("repeat")?,
                    };
                    claims.push(claim(&mut tx, &id, now, room.lease_until).await?);
                }
            }
        }
        if !finished.is_empty() || !claims.is_empty() {
            tx.commit().await?;
        }
        Ok(claims)
    }

    async fn anything_due(&self, now: Timestamp) -> Result<bool, LedgerFault> {
        let found = sqlx::query("SELECT 1 FROM calls WHERE state = 'waiting' AND due <= $1 LIMIT 1")
            .bind(ms(now))
            .fetch_optional(&self.readers)
            .await?;
        Ok(found.is_some())
    }

    /// Takes claims for lost: a call that may have left becomes `unknown`, or waits again where it is harmless or its
    /// channel takes the same call twice as one (`idempotent`).
    pub async fn recover_calls(
        &self,
        now: Timestamp,
        leases: Leases,
        idempotent: &[&str],
    ) -> Result<Recovered, LedgerFault> {
        let until = if leases == Leases::All { i64::MAX } else { ms(now) };
        let lost = sqlx::query("SELECT 1 FROM calls WHERE state = 'sending' AND lease_until <= $1 LIMIT 1")
            .bind(until)
            .fetch_optional(&self.readers)
            .await?;
        let mut recovered = Recovered::default();
        if lost.is_none() {
            return Ok(recovered);
        }
        let mut tx = self.write().await?;
        // What was taken back meanwhile is not sent again.
        let again = "UPDATE calls SET state = 'waiting', updated = $1 \
                     WHERE state = 'sending' AND lease_until <= $2 AND taken_back IS NULL";
        for channel in idempotent {
            let done = sqlx::query(sqlx::AssertSqlSafe(format!("{again} AND channel = $3")))
                .bind(ms(now))
                .bind(until)
                .bind((*channel).to_owned())
                .execute(&mut *tx)
                .await?;
            recovered.waiting += done.rows_affected();
        }
        let done = sqlx::query(sqlx::AssertSqlSafe(format!("{again} AND harmless = 1")))
            .bind(ms(now))
            .bind(until)
            .execute(&mut *tx)
            .await?;
        recovered.waiting += done.rows_affected();
        let done = sqlx::query(
            "UPDATE calls SET state = 'unknown', code = 'interrupted', \
             detail = 'the program ended before the answer came', updated = $1 \
             WHERE state = 'sending' AND lease_until <= $2",
        )
        .bind(ms(now))
        .bind(until)
        .execute(&mut *tx)
        .await?;
        recovered.unknown = done.rows_affected();
        digests::end(&mut tx, now).await?;
        tx.commit().await?;
        Ok(recovered)
    }

    /// Ends the calls whose time is over before they were sent, or before a person said that the task was done. Returns
    /// how many.
    pub async fn expire_calls(&self, now: Timestamp) -> Result<u64, LedgerFault> {
        let over = sqlx::query(
            "SELECT 1 FROM calls WHERE state = 'waiting' AND expires <= $1 UNION ALL \
             SELECT 1 FROM calls WHERE state = 'handed' AND expires <= $1 LIMIT 1",
        )
        .bind(ms(now))
        .fetch_optional(&self.readers)
        .await?;
        if over.is_none() {
            return Ok(0);
        }
        let mut tx = self.write().await?;
        let mut expired = 0;
        for end in [
            "UPDATE calls SET state = 'expired', updated = $1 WHERE state = 'waiting' AND expires <= $1",
            "UPDATE calls SET state = 'expired', code = 'not-done', detail = 'nobody said that the task was done', \
             updated = $1 WHERE state = 'handed' AND expires <= $1",
        ] {
            expired += sqlx::query(end).bind(ms(now)).execute(&mut *tx).await?.rows_affected();
        }
        digests::end(&mut tx, now).await?;
        tx.commit().await?;
        Ok(expired)
    }
}

async fn finish(tx: &mut Transaction<'_, Any>, finished: &[Finished], now: Timestamp) -> Result<(), LedgerFault> {
    let mut of_digest = false;
    for Finished { id, attempt, end } in finished {
        of_digest |= id.post.starts_with(digests::PREFIX);
        match end {
            CallEnd::Delivered { ids } => {
                end_call(tx, id, *attempt, CallState::Delivered, ids, None, now).await?;
            }
            CallEnd::Handed { ids } => {
                end_call(tx, id, *attempt, CallState::Handed, ids, None, now).await?;
            }
            CallEnd::Refused { code, detail } => {
                end_call(tx, id, *attempt, CallState::Refused, &[], Some((code, detail)), now).await?;
            }
            CallEnd::Unknown { code, detail } => {
                end_call(tx, id, *attempt, CallState::Unknown, &[], Some((code, detail)), now).await?;
            }
            CallEnd::Again { due, code, detail } => {
                wait_again(tx, id, *attempt, *due, Some((code, detail)), now).await?;
            }
            CallEnd::Instead { body, harmless, code, detail } => {
                instead(tx, id, *attempt, (body, *harmless), (code, detail), now).await?;
            }
            CallEnd::Moved { address } => follow(tx, id, *attempt, address, now).await?,
        }
    }
    if of_digest {
        digests::end(tx, now).await?;
    }
    Ok(())
}

/// The same call with another body, from `sending`: what it was to do cannot be done.
async fn instead(
    tx: &mut Transaction<'_, Any>,
    id: &CallId,
    attempt: u32,
    (body, harmless): (&Value, bool),
    why: (&str, &str),
    now: Timestamp,
) -> Result<(), LedgerFault> {
    if wait_again(tx, id, attempt, now, Some(why), now).await? {
        sqlx::query("UPDATE calls SET body = $1, harmless = $5 WHERE post = $2 AND position = $3 AND repeat = $4")
            .bind(row::json(body))
            .bind(id.post.clone())
            .bind(i64::from(id.position))
            .bind(i64::from(id.repeat))
            .bind(i32::from(harmless))
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

async fn claim(
    tx: &mut Transaction<'_, Any>,
    id: &CallId,
    now: Timestamp,
    lease_until: Timestamp,
) -> Result<Claim, LedgerFault> {
    let row = sqlx::query(
        "UPDATE calls SET state = 'sending', attempts = attempts + 1, claimed = $1, lease_until = $2, updated = $1 \
         WHERE post = $3 AND position = $4 AND repeat = $5 \
         RETURNING *, (SELECT p.body FROM posts p WHERE p.id = calls.post) AS post_body",
    )
    .bind(ms(now))
    .bind(ms(lease_until))
    .bind(id.post.clone())
    .bind(i64::from(id.position))
    .bind(i64::from(id.repeat))
    .fetch_one(&mut **tx)
    .await?;
    Ok(Claim { call: read(&row)?, post: row.json("post_body")? })
}

async fn end_call(
    tx: &mut Transaction<'_, Any>,
    id: &CallId,
    attempt: u32,
    state: CallState,
    ids: &[String],
    why: Option<(&str, &str)>,
    now: Timestamp,
) -> Result<(), LedgerFault> {
    sqlx::query(
        "UPDATE calls SET state = $1, ids = $2, code = $3, detail = $4, updated = $5 \
         WHERE post = $6 AND position = $7 AND repeat = $8 AND attempts = $9 AND state IN ('sending', 'unknown')",
    )
    .bind(row::word(&state))
    .bind(row::json(ids))
    .bind(why.map(|(code, _)| code.to_owned()))
    .bind(why.map(|(_, detail)| detail.to_owned()))
    .bind(ms(now))
    .bind(id.post.clone())
    .bind(i64::from(id.position))
    .bind(i64::from(id.repeat))
    .bind(i64::from(attempt))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Only from `sending`: a call that was taken for unknown meanwhile has been shown to people, and stays.
/// What an order took back meanwhile does not wait: it surely did not arrive, and never will.
async fn wait_again(
    tx: &mut Transaction<'_, Any>,
    id: &CallId,
    attempt: u32,
    due: Timestamp,
    why: Option<(&str, &str)>,
    now: Timestamp,
) -> Result<bool, LedgerFault> {
    let done = sqlx::query(
        "UPDATE calls SET state = CASE WHEN taken_back IS NULL THEN 'waiting' ELSE 'refused' END, due = $1, \
         code = CASE WHEN taken_back IS NULL THEN $2 ELSE 'withdrawn' END, detail = $3, updated = $4 \
         WHERE post = $5 AND position = $6 AND repeat = $7 AND attempts = $8 AND state = 'sending'",
    )
    .bind(ms(due))
    .bind(why.map(|(code, _)| code.to_owned()))
    .bind(why.map(|(_, detail)| detail.to_owned()))
    .bind(ms(now))
    .bind(id.post.clone())
    .bind(i64::from(id.position))
    .bind(i64::from(id.repeat))
    .bind(i64::from(attempt))
    .execute(&mut **tx)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    // The later parts wait with it, behind it: the head of a line is never one that may not go.
    sqlx::query(
        "UPDATE calls SET due = $1 WHERE post = $2 AND position > $3 AND repeat >= $4 AND state = 'waiting' AND due < $1",
    )
    .bind(ms(due))
    .bind(id.post.clone())
    .bind(i64::from(id.position))
    .bind(i64::from(id.repeat))
    .execute(&mut **tx)
    .await?;
    Ok(true)
}

async fn follow(
    tx: &mut Transaction<'_, Any>,
    id: &CallId,
    attempt: u32,
    new_address: &Value,
    now: Timestamp,
) -> Result<(), LedgerFault> {
    let row = sqlx::query("SELECT * FROM calls WHERE post = $1 AND position = $2 AND repeat = $3")
        .bind(id.post.clone())
        .bind(i64::from(id.position))
        .bind(i64::from(id.repeat))
        .fetch_one(&mut **tx)
        .await?;
    let call = read(&row)?;
    if call.moved {
        return end_call(tx, id, attempt, CallState::Refused, &[], Some(MOVED_TWICE), now).await;
    }
    if !wait_again(tx, id, attempt, call.due, None, now).await? {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO moves (channel, address, new_address, at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (channel, address) DO UPDATE SET new_address = excluded.new_address, at = excluded.at",
    )
    .bind(call.channel.clone())
    .bind(row::json(&call.address))
    .bind(row::json(new_address))
    .bind(ms(now))
    .execute(&mut **tx)
    .await?;
    sqlx::query("UPDATE calls SET moved = 1 WHERE post = $1 AND position = $2 AND repeat = $3")
        .bind(id.post.clone())
        .bind(i64::from(id.position))
        .bind(i64::from(id.repeat))
        .execute(&mut **tx)
        .await?;
    sqlx::query("UPDATE calls SET address = $1 WHERE state = 'waiting' AND channel = $2 AND address = $3")
        .bind(row::json(new_address))
        .bind(call.channel.clone())
        .bind(row::json(&call.address))
        .execute(&mut **tx)
        .await?;
    Ok(())
}
