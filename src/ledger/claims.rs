//! The way of a call through the queue: claimed, sent by somebody, ended; or its claimer is gone.

use std::collections::HashMap;

use sqlx::{Any, AssertSqlSafe, Transaction};

use super::calls::{self, CallId, Claim, Due, Finished, Lane, Leases, MAY_HAVE_ARRIVED, Recovered, lane, read};
use super::row::{Columns as _, ms};
use super::{Ledger, LedgerFault, digests, ends, many};
use crate::base::Timestamp;

/// The head of each line of a lane: due, not expired, no earlier part of its post still open (a repeat holds up no first
/// try), and nothing of the same line on its way, so that a group reads everything in order. Steps from line to line and
/// seeks the head of each, so that it takes as long with a million calls waiting as with a thousand; over the lines of
/// so many robots that may send nothing now it only steps. Only what a budget asks for is read.
pub(super) fn heads(closed_count: usize) -> String {
    let closed: String = (0..closed_count).map(|n| format!("AND lines.line NOT LIKE ${} ", n + 3)).collect();
    format!(
        "WITH RECURSIVE lines (line) AS (\
         SELECT MIN(line) FROM calls WHERE state = 'waiting' AND lane = $2 \
         UNION ALL SELECT (SELECT MIN(n.line) FROM calls n WHERE n.state = 'waiting' AND n.lane = $2 AND n.line > lines.line) \
         FROM lines WHERE lines.line IS NOT NULL) \
         SELECT c.post, c.position, c.repeat, c.lane, c.robot, c.chat, c.channel, c.heavy \
         FROM lines JOIN calls c ON (c.post, c.position, c.repeat) = (SELECT h.post, h.position, h.repeat FROM calls h \
         WHERE h.state = 'waiting' AND h.lane = $2 AND h.line = lines.line AND h.due <= $1 AND h.expires > $1 \
         ORDER BY h.due, h.post, h.position, h.repeat LIMIT 1) \
         WHERE lines.line IS NOT NULL {closed}\
         AND NOT EXISTS (SELECT 1 FROM calls e WHERE e.post = c.post AND e.position < c.position AND e.repeat <= c.repeat AND e.state IN ('waiting', 'sending')) \
         AND NOT EXISTS (SELECT 1 FROM calls s WHERE s.state = 'sending' AND s.lane = $2 AND s.line = lines.line) \
         ORDER BY c.due, c.post, c.position",
    )
}

/// What is said of a call whose claimer is gone.
const INTERRUPTED: &str = "the program ended before the answer came";

/// How many calls may be claimed, and until when whoever claims answers for them.
#[derive(Debug, Clone, Copy)]
pub struct Room<'a> {
    pub max: usize,
    pub lease_until: Timestamp,
    /// Robots that may send nothing of a lane: their lines are passed over.
    pub closed: &'a [(Lane, String)],
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
        self.finish_and_claim(&[], Room { max, lease_until, closed: &[] }, now, admit).await
    }

    /// Records how attempts ended, in one commit. A call that was taken for `unknown` meanwhile still learns that it
    /// was delivered or refused; nothing changes a call that is delivered, or answers for another attempt.
    pub async fn finish_calls(&self, finished: &[Finished], now: Timestamp) -> Result<(), LedgerFault> {
        self.finish_and_claim(finished, Room { max: 0, lease_until: now, closed: &[] }, now, |_| false).await.map(drop)
    }

    /// [`Ledger::finish_calls`] and [`Ledger::claim_calls`] in one commit: under load each commit ends a batch and begins
    /// the next.
    pub async fn finish_and_claim(
        &self,
        finished: &[Finished],
        room: Room<'_>,
        now: Timestamp,
        mut admit: impl FnMut(&Due) -> bool,
    ) -> Result<Vec<Claim>, LedgerFault> {
        let mut claims = Vec::new();
        // Most passes find nothing; they need no write lock. What is finished may make room for the next of its line.
        if finished.is_empty() && (room.max == 0 || !self.anything_due(now).await?) {
            return Ok(claims);
        }
        let mut tx = self.write().await?;
        ends::finish(&mut tx, finished, now).await?;
        for lane_number in [0, 1] {
            if claims.len() >= room.max {
                break;
            }
            let closed = room.closed.iter().filter(|(closed, _)| calls::lane(lane_number) == *closed);
            let closed: Vec<&str> = closed.map(|(_, robot)| robot.as_str()).collect();
            let mut query = sqlx::query(AssertSqlSafe(heads(closed.len()))).bind(ms(now)).bind(lane_number);
            for robot in closed {
                query = query.bind(format!("% {robot}"));
            }
            let mut ids = Vec::new();
            for row in &query.fetch_all(&mut *tx).await? {
                if claims.len() + ids.len() == room.max {
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
                    ids.push(CallId {
                        post: row.text("post")?,
                        position: row.small("position")?,
                        repeat: row.small("repeat")?,
                    });
                }
            }
            claims.extend(claim(&mut tx, &ids, now, room.lease_until).await?);
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
        let doubtful = again.replace(" WHERE", ", code = $4, detail = $5 WHERE");
        for channel in idempotent {
            let done = sqlx::query(AssertSqlSafe(format!("{doubtful} AND channel = $3 AND harmless = 0")))
                .bind(ms(now))
                .bind(until)
                .bind((*channel).to_owned())
                .bind(MAY_HAVE_ARRIVED.to_owned())
                .bind(INTERRUPTED.to_owned())
                .execute(&mut *tx)
                .await?;
            recovered.waiting += done.rows_affected();
        }
        let done = sqlx::query(AssertSqlSafe(format!("{again} AND harmless = 1")))
            .bind(ms(now))
            .bind(until)
            .execute(&mut *tx)
            .await?;
        recovered.waiting += done.rows_affected();
        let done = sqlx::query(
            "UPDATE calls SET state = 'unknown', code = 'interrupted', detail = $3, updated = $1 \
             WHERE state = 'sending' AND lease_until <= $2",
        )
        .bind(ms(now))
        .bind(until)
        .bind(INTERRUPTED.to_owned())
        .execute(&mut *tx)
        .await?;
        recovered.unknown = done.rows_affected();
        digests::end(&mut tx, now).await?;
        tx.commit().await?;
        Ok(recovered)
    }

    /// Ends the calls whose time is over before they were sent, or before a person said that the task was done; unknown
    /// where an attempt may have arrived. Returns how many.
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
            "UPDATE calls SET state = CASE WHEN code = 'may-have-arrived' THEN 'unknown' ELSE 'expired' END, updated = $1 \
             WHERE state = 'waiting' AND expires <= $1",
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

/// Marks these `sending`; in their order. Each waits, and each is named once.
async fn claim(
    tx: &mut Transaction<'_, Any>,
    ids: &[CallId],
    now: Timestamp,
    lease_until: Timestamp,
) -> Result<Vec<Claim>, LedgerFault> {
    const COLUMNS: usize = 3;
    let mut claims = Vec::with_capacity(ids.len());
    for piece in many::pieces(ids) {
        let sql = format!(
            "UPDATE calls SET state = 'sending', attempts = attempts + 1, claimed = $1, lease_until = $2, updated = $1 \
             WHERE (post, position, repeat) IN (VALUES {}) \
             RETURNING *, (SELECT p.body FROM posts p WHERE p.id = calls.post) AS post_body",
            many::rows(3, piece.len(), COLUMNS, ""),
        );
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(ms(now)).bind(ms(lease_until));
        for id in piece {
            query = query.bind(id.post.clone()).bind(i64::from(id.position)).bind(i64::from(id.repeat));
        }
        for row in query.fetch_all(&mut **tx).await? {
            claims.push(Claim { call: read(&row)?, post: row.json("post_body")? });
        }
    }
    let place: HashMap<&CallId, usize> = ids.iter().enumerate().map(|(place, id)| (id, place)).collect();
    claims.sort_by_key(|claim| place.get(&claim.call.id).copied());
    Ok(claims)
}
