//! The way of a call through the queue: claimed, sent by somebody, ended; or its claimer is gone.

use serde_json::Value;
use sqlx::{Any, Transaction};

use super::calls::{CallEnd, CallId, CallState, Claim, Due, Finished, Leases, Recovered, lane, read};
use super::row::{self, Columns as _, ms};
use super::{Ledger, LedgerFault};
use crate::base::Timestamp;

/// Groups move rarely and once; a longer chain is a service gone mad.
const MOVED_TWICE: (&str, &str) = ("moved-twice", "the group moved again right after it had moved");

/// The head of each lane of each chat: due, not expired, no earlier part of its post still open (a repeat holds
/// up no first try), and nothing of the same lane on its way to the same chat, so that a group reads everything in order.
/// Only what a budget asks for is read: a flood of waiting calls is looked through at each turn.
const CLAIMABLE: &str = "SELECT post, position, repeat, lane, robot, chat, channel FROM (\
    SELECT c.post, c.position, c.repeat, c.lane, c.robot, c.chat, c.channel, c.due, \
    ROW_NUMBER() OVER (PARTITION BY c.robot, c.chat, c.lane ORDER BY c.due, c.post, c.position, c.repeat) AS turn \
    FROM calls c WHERE c.state = 'waiting' AND c.due <= $1 AND c.expires > $1 \
    AND NOT EXISTS (SELECT 1 FROM calls e WHERE e.post = c.post AND e.position < c.position AND e.repeat <= c.repeat AND e.state IN ('waiting', 'sending')) \
    AND NOT EXISTS (SELECT 1 FROM calls s WHERE s.state = 'sending' AND s.robot = c.robot AND s.chat = c.chat AND s.lane = c.lane)\
    ) w WHERE w.turn = 1 ORDER BY lane, due, post, position";

impl Ledger {
    /// Claims calls for sending: marks up to `max` of those that may go `sending`, emergencies first, then by due
    /// instant, each as `admit` allows (a budget), in one commit. Whoever claims answers with [`Ledger::finish_calls`]
    /// before `lease_until`.
    pub async fn claim_calls(
        &self,
        now: Timestamp,
        lease_until: Timestamp,
        max: usize,
        mut admit: impl FnMut(&Due) -> bool,
    ) -> Result<Vec<Claim>, LedgerFault> {
        let mut claims = Vec::new();
        // Most passes find nothing; they need no write lock.
        let anything = sqlx::query("SELECT 1 FROM calls WHERE state = 'waiting' AND due <= $1 LIMIT 1")
            .bind(ms(now))
            .fetch_optional(&self.readers)
            .await?;
        if max == 0 || anything.is_none() {
            return Ok(claims);
        }
        let mut tx = self.write().await?;
        let rows = sqlx::query(CLAIMABLE).bind(ms(now)).fetch_all(&mut *tx).await?;
        for row in &rows {
            if claims.len() == max {
                break;
            }
            let due = Due {
                lane: lane(row.number("lane")?),
                robot: row.text("robot")?,
                chat: row.parsed("chat")?,
                channel: row.text("channel")?,
            };
            if admit(&due) {
                let id =
                    CallId { post: row.text("post")?, position: row.small("position")?, repeat: row.small("repeat")? };
                claims.push(claim(&mut tx, &id, now, lease_until).await?);
            }
        }
        tx.commit().await?;
        Ok(claims)
    }

    /// Records how attempts ended, in one commit. A call that was taken for `unknown` meanwhile still learns that it
    /// was delivered or refused; nothing changes a call that is delivered, or answers for another attempt.
    pub async fn finish_calls(&self, finished: &[Finished], now: Timestamp) -> Result<(), LedgerFault> {
        if finished.is_empty() {
            return Ok(());
        }
        let mut tx = self.write().await?;
        for Finished { id, attempt, end } in finished {
            match end {
                CallEnd::Delivered { ids } => {
                    end_call(&mut tx, id, *attempt, CallState::Delivered, ids, None, now).await?;
                }
                CallEnd::Refused { code, detail } => {
                    end_call(&mut tx, id, *attempt, CallState::Refused, &[], Some((code, detail)), now).await?;
                }
                CallEnd::Unknown { code, detail } => {
                    end_call(&mut tx, id, *attempt, CallState::Unknown, &[], Some((code, detail)), now).await?;
                }
                CallEnd::Again { due, code, detail } => {
                    wait_again(&mut tx, id, *attempt, *due, Some((code, detail)), now).await?;
                }
                CallEnd::Moved { address } => follow(&mut tx, id, *attempt, address, now).await?,
            }
        }
        Ok(tx.commit().await?)
    }

    /// Takes claims for lost: a call that may have left becomes `unknown`, or waits again where its channel takes the
    /// same call twice as one (`idempotent`).
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
        for channel in idempotent {
            let done = sqlx::query(
                "UPDATE calls SET state = 'waiting', updated = $1 \
                 WHERE state = 'sending' AND lease_until <= $2 AND channel = $3",
            )
            .bind(ms(now))
            .bind(until)
            .bind((*channel).to_owned())
            .execute(&mut *tx)
            .await?;
            recovered.waiting += done.rows_affected();
        }
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
        tx.commit().await?;
        Ok(recovered)
    }

    /// Ends the calls whose time is over before they were sent. Returns how many.
    pub async fn expire_calls(&self, now: Timestamp) -> Result<u64, LedgerFault> {
        let over = sqlx::query("SELECT 1 FROM calls WHERE state = 'waiting' AND expires <= $1 LIMIT 1")
            .bind(ms(now))
            .fetch_optional(&self.readers)
            .await?;
        if over.is_none() {
            return Ok(0);
        }
        let mut tx = self.write().await?;
        let done =
            sqlx::query("UPDATE calls SET state = 'expired', updated = $1 WHERE state = 'waiting' AND expires <= $1")
                .bind(ms(now))
                .execute(&mut *tx)
                .await?;
        tx.commit().await?;
        Ok(done.rows_affected())
    }
}

async fn claim(
    tx: &mut Transaction<'_, Any>,
    id: &CallId,
    now: Timestamp,
    lease_until: Timestamp,
) -> Result<Claim, LedgerFault> {
    sqlx::query(
        "UPDATE calls SET state = 'sending', attempts = attempts + 1, claimed = $1, lease_until = $2, updated = $1 \
         WHERE post = $3 AND position = $4 AND repeat = $5",
    )
    .bind(ms(now))
    .bind(ms(lease_until))
    .bind(id.post.clone())
    .bind(i64::from(id.position))
    .bind(i64::from(id.repeat))
    .execute(&mut **tx)
    .await?;
    let row = sqlx::query(
        "SELECT c.*, p.body AS post_body FROM calls c JOIN posts p ON p.id = c.post \
         WHERE c.post = $1 AND c.position = $2 AND c.repeat = $3",
    )
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
async fn wait_again(
    tx: &mut Transaction<'_, Any>,
    id: &CallId,
    attempt: u32,
    due: Timestamp,
    why: Option<(&str, &str)>,
    now: Timestamp,
) -> Result<bool, LedgerFault> {
    let done = sqlx::query(
        "UPDATE calls SET state = 'waiting', due = $1, code = $2, detail = $3, updated = $4 \
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
    Ok(done.rows_affected() == 1)
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
