//! How an attempt ended, and what that makes of its call.

use serde_json::Value;
use sqlx::{Any, AssertSqlSafe, Transaction};

use super::calls::{CallEnd, CallId, CallState, Finished, read};
use super::row::{self, ms};
use super::{LedgerFault, digests, many};
use crate::base::Timestamp;

/// Groups move rarely and once; a longer chain is a service gone mad.
const MOVED_TWICE: (&str, &str) = ("moved-twice", "the group moved again right after it had moved");

/// Writes down how attempts ended. An answer to an older attempt changes nothing.
pub(super) async fn finish(
    tx: &mut Transaction<'_, Any>,
    finished: &[Finished],
    now: Timestamp,
) -> Result<(), LedgerFault> {
    let mut of_digest = false;
    let mut delivered = Vec::new();
    for one in finished {
        let Finished { id, attempt, end } = one;
        of_digest |= id.post.starts_with(digests::PREFIX);
        match end {
            CallEnd::Delivered { ids } => delivered.push((id, *attempt, ids)),
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
    deliver(tx, &delivered, now).await?;
    if of_digest {
        digests::end(tx, now).await?;
    }
    Ok(())
}

/// What nearly all attempts come to, together.
async fn deliver(
    tx: &mut Transaction<'_, Any>,
    delivered: &[(&CallId, u32, &Vec<String>)],
    now: Timestamp,
) -> Result<(), LedgerFault> {
    const COLUMNS: usize = 5;
    for piece in many::pieces(delivered) {
        let sql = format!(
            "UPDATE calls SET state = 'delivered', ids = v.column5, code = NULL, detail = NULL, updated = $1 \
             FROM (VALUES {}) AS v WHERE calls.post = v.column1 AND calls.position = v.column2 \
             AND calls.repeat = v.column3 AND calls.attempts = v.column4 AND calls.state IN ('sending', 'unknown')",
            many::rows(2, piece.len(), COLUMNS, ""),
        );
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(ms(now));
        for (id, attempt, ids) in piece {
            query = query
                .bind(id.post.clone())
                .bind(i64::from(id.position))
                .bind(i64::from(id.repeat))
                .bind(i64::from(*attempt))
                .bind(row::json(*ids));
        }
        query.execute(&mut **tx).await?;
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
/// What an order took back meanwhile does not wait: it will not arrive any more.
async fn wait_again(
    tx: &mut Transaction<'_, Any>,
    id: &CallId,
    attempt: u32,
    due: Timestamp,
    why: Option<(&str, &str)>,
    now: Timestamp,
) -> Result<bool, LedgerFault> {
    let done = sqlx::query(
        "UPDATE calls SET state = CASE WHEN taken_back IS NULL THEN 'waiting' WHEN $2 = 'may-have-arrived' THEN 'unknown' \
         ELSE 'refused' END, due = $1, \
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
