//! Digests: one post that carries several notices of a group that waited for long. What it carries ends as it does.

use sqlx::{Any, Transaction};

use super::calls::{self, Call};
use super::posts::{self, NewPost};
use super::row::{self, Columns as _, ms};
use super::{Ledger, LedgerFault};
use crate::base::Timestamp;
use crate::rundown::Post;
use crate::rundown::post::DIGEST;

/// How the id of a digest begins.
pub(super) const PREFIX: &str = "digest.";

/// So many calls a post, when the posts of a line are looked for.
const CALLS_LOOKED_AT: usize = 8;

/// A line whose posts wait: the oldest of them that nobody began to send.
#[derive(Debug, Clone, PartialEq)]
pub struct Backlog {
    /// One of its calls, for who sends where.
    pub like: Call,
    pub posts: Vec<Post>,
}

impl Ledger {
    /// Lines of ordinary posts of which `count_min` or more, none of them begun, were due before `before`: with at most
    /// `count_max` of these each, the oldest first. Digests themselves are not among them.
    pub async fn backlogs(
        &self,
        before: Timestamp,
        (count_min, count_max): (usize, usize),
    ) -> Result<Vec<Backlog>, LedgerFault> {
        // A line is looked into no further than this, however long it is.
        let rows_max = row::signed((count_max * CALLS_LOOKED_AT) as u64);
        let lines = sqlx::query(
            "WITH RECURSIVE lines (line) AS (SELECT MIN(line) FROM calls WHERE state = 'waiting' AND lane = 1 \
             UNION ALL SELECT (SELECT MIN(n.line) FROM calls n WHERE n.state = 'waiting' AND n.lane = 1 AND n.line > lines.line) \
             FROM lines WHERE lines.line IS NOT NULL) \
             SELECT line FROM lines WHERE line IS NOT NULL AND (SELECT COUNT(DISTINCT post) FROM \
             (SELECT c.post FROM calls c WHERE c.state = 'waiting' AND c.lane = 1 AND c.line = lines.line AND c.due < $1 \
             LIMIT $2) w) >= $3 ORDER BY line",
        )
        .bind(ms(before))
        .bind(rows_max)
        .bind(row::signed(count_min as u64))
        .fetch_all(&self.readers)
        .await?;
        let mut backlogs = Vec::new();
        for line in &lines {
            let rows = sqlx::query(
                "SELECT p.id, p.body FROM (SELECT post, MIN(due) AS due FROM (SELECT post, due FROM calls \
                 WHERE state = 'waiting' AND lane = 1 AND line = $1 AND due < $2 ORDER BY due, post LIMIT $3) w \
                 GROUP BY post) c JOIN posts p ON p.id = c.post \
                 WHERE NOT EXISTS (SELECT 1 FROM calls b WHERE b.post = p.id AND (b.state <> 'waiting' OR b.attempts > 0)) \
                 ORDER BY c.due, c.post LIMIT $4",
            )
            .bind(line.text("line")?)
            .bind(ms(before))
            .bind(rows_max)
            .bind(row::signed(count_max as u64))
            .fetch_all(&self.readers)
            .await?;
            let Some(first) = rows.first() else { continue };
            let like = self.calls_of(&first.text("id")?).await?.into_iter().next();
            let posts = rows.iter().map(|row| row.json("body")).collect::<Result<Vec<Post>, _>>()?;
            backlogs.extend(like.map(|like| Backlog { like, posts }));
        }
        Ok(backlogs)
    }

    /// Puts a digest in the place of posts that nobody began to send, in one commit. False, and nothing is changed, when
    /// one of them was begun or taken back meanwhile.
    pub async fn digest(&self, digest: &NewPost, of: &[String], now: Timestamp) -> Result<bool, LedgerFault> {
        let mut tx = self.write().await?;
        if !posts::insert_post(&mut tx, &digest.post, now).await? {
            return Ok(false);
        }
        for call in &digest.calls {
            calls::insert(&mut tx, &digest.post.id(), call, now).await?;
        }
        for post in of {
            let begun =
                sqlx::query("SELECT 1 FROM calls WHERE post = $1 AND (state <> 'waiting' OR attempts > 0) LIMIT 1")
                    .bind(post.clone())
                    .fetch_optional(&mut *tx)
                    .await?;
            let done = sqlx::query(
                "UPDATE calls SET state = 'digested', digest = $1, updated = $2 WHERE post = $3 AND state = 'waiting'",
            )
            .bind(digest.post.id())
            .bind(ms(now))
            .bind(post.clone())
            .execute(&mut *tx)
            .await?;
            if begun.is_some() || done.rows_affected() == 0 {
                return Ok(false);
            }
        }
        tx.commit().await?;
        Ok(true)
    }
}

/// Ends what digests carried that are over: unknown if any of its calls may have arrived, else refused or expired if any
/// was, else delivered.
pub(super) async fn end(tx: &mut Transaction<'_, Any>, now: Timestamp) -> Result<(), LedgerFault> {
    let any =
        |state: &str| format!("EXISTS (SELECT 1 FROM calls d WHERE d.post = calls.digest AND d.state = '{state}')");
    let text = format!(
        "UPDATE calls SET state = CASE WHEN {} THEN 'unknown' WHEN {} THEN 'refused' WHEN {} THEN 'expired' \
         ELSE 'delivered' END, code = 'digest', detail = digest, updated = $1 WHERE state = 'digested' AND NOT EXISTS \
         (SELECT 1 FROM calls d WHERE d.post = calls.digest AND d.state IN ('waiting', 'sending', 'handed'))",
        any("unknown"),
        any("refused"),
        any("expired"),
    );
    debug_assert_eq!(PREFIX.strip_suffix('.'), Some(DIGEST));
    sqlx::query(sqlx::AssertSqlSafe(text)).bind(ms(now)).execute(&mut **tx).await?;
    Ok(())
}
