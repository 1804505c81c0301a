//! What an order takes back of what chat groups got: what was not sent is not sent any more, and what is to be done about
//! the rest goes into the queue. One commit, so that a crash leaves all of it or nothing.

use serde_json::json;

use super::calls;
use super::posts::{self, NewPost, PostRow};
use super::row::{Columns as _, ms, signed};
use super::{Ledger, LedgerFault, audit};
use crate::base::{Id, Timestamp};
use crate::rundown::Order;

/// The code of a call that was taken back before it was sent.
const CODE: &str = "withdrawn";

/// What is taken back.
#[derive(Debug, Clone)]
pub struct TakeBack {
    pub order: u64,
    pub broadcast: Id,
    /// Posts taken in before this are left as they are.
    pub since: Timestamp,
}

impl Ledger {
    /// Released withdrawals and corrections that [`Ledger::take_back`] was not called for yet, in the order of filing.
    pub async fn to_carry_out(&self) -> Result<Vec<Order>, LedgerFault> {
        let rows = sqlx::query(
            "SELECT id FROM orders WHERE state = 'released' AND carried_out IS NULL AND cancelled_by IS NULL \
             AND (kind LIKE '{\"kind\":\"withdraw\"%' OR kind LIKE '{\"kind\":\"correct\"%') ORDER BY id",
        )
        .fetch_all(&self.readers)
        .await?;
        let mut orders = Vec::new();
        for row in &rows {
            orders.extend(self.order(row.count("id")?).await?);
        }
        Ok(orders)
    }

    /// Ends every call of a broadcast that waits as refused, keeps those on their way from being tried again, takes
    /// digests apart that carry it and were not begun, and asks `compose` what to post instead. Its posts, the newest
    /// first, have [`calls::Call::taken_back`] set where this order did it; what changes earlier messages (harmless) is
    /// left to go on. Returns how many calls never go out. One commit; a second call for the same order does nothing.
    pub async fn take_back(
        &self,
        what: &TakeBack,
        now: Timestamp,
        compose: impl FnOnce(&[PostRow]) -> Vec<NewPost> + Send,
    ) -> Result<u64, LedgerFault> {
        let mut tx = self.write().await?;
        let done = sqlx::query("SELECT 1 FROM orders WHERE id = $1 AND carried_out IS NOT NULL")
            .bind(signed(what.order))
            .fetch_optional(&mut *tx)
            .await?;
        if done.is_some() {
            return Ok(0);
        }
        // Ids hold neither `%` nor `_` nor dots.
        let of_it = format!("{}.%", what.broadcast);
        take_digests_apart(&mut tx, &of_it, now).await?;
        let never = sqlx::query(
            "UPDATE calls SET state = CASE WHEN code = 'may-have-arrived' THEN 'unknown' ELSE 'refused' END, \
             code = $1, detail = $2, updated = $3, taken_back = $4 \
             WHERE post LIKE $5 AND state = 'waiting' AND harmless = 0",
        )
        .bind(CODE.to_owned())
        .bind(format!("taken back by order {} before it was sent", what.order))
        .bind(ms(now))
        .bind(signed(what.order))
        .bind(of_it.clone())
        .execute(&mut *tx)
        .await?
        .rows_affected();
        sqlx::query(
            "UPDATE calls SET state = 'unknown', code = $1, detail = $2, updated = $3 WHERE post LIKE $4 AND state = 'handed'",
        )
        .bind(CODE.to_owned())
        .bind(format!("a person had it as a task when order {} took it back; it may be in the group", what.order))
        .bind(ms(now))
        .bind(of_it.clone())
        .execute(&mut *tx)
        .await?;
        sqlx::query(
            "UPDATE calls SET taken_back = $1 WHERE post LIKE $2 AND taken_back IS NULL AND harmless = 0 \
             AND post IN (SELECT id FROM posts WHERE enqueued >= $3)",
        )
        .bind(signed(what.order))
        .bind(of_it.clone())
        .bind(ms(what.since))
        .execute(&mut *tx)
        .await?;
        let rows = sqlx::query(
            "SELECT id, body, enqueued FROM posts WHERE id LIKE $1 AND enqueued >= $2 ORDER BY enqueued DESC, id",
        )
        .bind(of_it)
        .bind(ms(what.since))
        .fetch_all(&mut *tx)
        .await?;
        let mut found = Vec::with_capacity(rows.len());
        for row in &rows {
            let calls = sqlx::query("SELECT * FROM calls WHERE post = $1 ORDER BY position, repeat")
                .bind(row.text("id")?)
                .fetch_all(&mut *tx)
                .await?;
            let calls = calls.iter().map(calls::read).collect::<Result<Vec<_>, _>>()?;
            found.push(PostRow { post: row.json("body")?, enqueued: row.time("enqueued")?, calls });
        }
        let new = compose(&found);
        for NewPost { post, calls } in &new {
            if posts::insert_post(&mut tx, post, now).await? {
                for call in calls {
                    calls::insert(&mut tx, &post.id(), call, now).await?;
                }
            }
        }
        sqlx::query("UPDATE orders SET carried_out = $1 WHERE id = $2")
            .bind(ms(now))
            .bind(signed(what.order))
            .execute(&mut *tx)
            .await?;
        let names: Vec<String> = new.iter().map(|new| new.post.id()).collect();
        let detail = json!({ "order": what.order, "never_sent": never, "posts": names });
        audit::append(&mut tx, "cunxiang", "take back posts", &detail, now).await?;
        tx.commit().await?;
        Ok(never)
    }
}

/// Of digests that nobody began to send: what they carry waits by itself again.
async fn take_digests_apart(
    tx: &mut sqlx::Transaction<'_, sqlx::Any>,
    of_it: &str,
    now: Timestamp,
) -> Result<(), LedgerFault> {
    let digests = sqlx::query(
        "SELECT DISTINCT c.digest FROM calls c WHERE c.post LIKE $1 AND c.state = 'digested' AND NOT EXISTS \
         (SELECT 1 FROM calls d WHERE d.post = c.digest AND (d.state <> 'waiting' OR d.attempts > 0))",
    )
    .bind(of_it.to_owned())
    .fetch_all(&mut **tx)
    .await?;
    for row in &digests {
        let digest = row.text("digest")?;
        sqlx::query("UPDATE calls SET state = 'waiting', digest = NULL, updated = $1 WHERE digest = $2")
            .bind(ms(now))
            .bind(digest.clone())
            .execute(&mut **tx)
            .await?;
        for table in ["DELETE FROM calls WHERE post = $1", "DELETE FROM posts WHERE id = $1"] {
            sqlx::query(table).bind(digest.clone()).execute(&mut **tx).await?;
        }
    }
    Ok(())
}
