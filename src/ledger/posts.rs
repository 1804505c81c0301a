//! Posts: what chat groups get, each once, with the calls it takes.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{Any, AssertSqlSafe, Transaction};

use super::calls::{self, Call, CallState, NewCall};
use super::row::{self, Columns as _, ms};
use super::{Ledger, LedgerFault, many};
use crate::base::{Id, Timestamp};
use crate::rundown::Post;

/// A post and the calls it takes.
#[derive(Debug, Clone, PartialEq)]
pub struct NewPost {
    pub post: Post,
    pub calls: Vec<NewCall>,
}

/// A post and what became of its calls.
#[derive(Debug, Clone, PartialEq)]
pub struct PostRow {
    pub post: Post,
    pub enqueued: Timestamp,
    /// By position, repeats after what they repeat.
    pub calls: Vec<Call>,
}

/// Which posts to read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PostFilter {
    /// Enqueued at or after this.
    pub since: Option<Timestamp>,
    /// Enqueued before this.
    pub until: Option<Timestamp>,
    pub chat: Option<Id>,
    pub broadcast: Option<Id>,
    /// Only those with a call in one of these states; none named means all.
    pub states: Vec<CallState>,
}

/// The most posts one read returns, the newest first: a page of a log.
pub const POSTS_READ_MAX: u32 = 1000;

impl Ledger {
    /// Takes posts into the outbox; one whose id is there already is left as it is. Returns how many were new. One
    /// commit.
    pub async fn enqueue(&self, posts: &[NewPost], now: Timestamp) -> Result<usize, LedgerFault> {
        if posts.is_empty() {
            return Ok(0);
        }
        let mut tx = self.write().await?;
        let mut new_count = 0;
        for piece in many::pieces(posts) {
            let mut new = insert_new(&mut tx, piece, now).await?;
            new_count += new.len();
            // The same post twice is one.
            let is_new = |post: &&(String, &[NewCall])| new.remove(&post.0);
            let of_piece: Vec<(String, &[NewCall])> = piece.iter().map(|new| (new.post.id(), &new.calls[..])).collect();
            let calls =
                of_piece.iter().filter(is_new).flat_map(|(id, calls)| calls.iter().map(move |call| (&**id, call)));
            calls::insert_all(&mut tx, &calls.collect::<Vec<_>>(), now).await?;
        }
        tx.commit().await?;
        Ok(new_count)
    }

    /// Takes back every post due from `from` on that nobody began to send and that `planned` does not hold just the
    /// same: its broadcast was changed, paused or taken away. It may come in again under its id. Returns how many. One
    /// commit.
    pub async fn withdraw_unsent(&self, planned: &[Post], from: Timestamp) -> Result<usize, LedgerFault> {
        let planned: BTreeMap<String, &Post> = planned.iter().map(|post| (post.id(), post)).collect();
        let mut tx = self.write().await?;
        let rows = sqlx::query(
            "SELECT id, body FROM posts p WHERE EXISTS (SELECT 1 FROM calls c WHERE c.post = p.id AND c.state = 'waiting' \
             AND c.due >= $1) AND NOT EXISTS (SELECT 1 FROM calls c WHERE c.post = p.id \
             AND (c.state <> 'waiting' OR c.attempts > 0))",
        )
        .bind(ms(from))
        .fetch_all(&mut *tx)
        .await?;
        let mut withdrawn = 0;
        for row in &rows {
            let (id, post): (String, Post) = (row.text("id")?, row.json("body")?);
            if post.is_ours() || post.amends() || planned.get(&id).is_some_and(|same| **same == post) {
                continue;
            }
            for table in ["DELETE FROM calls WHERE post = $1", "DELETE FROM posts WHERE id = $1"] {
                sqlx::query(table).bind(id.clone()).execute(&mut *tx).await?;
            }
            withdrawn += 1;
        }
        tx.commit().await?;
        Ok(withdrawn)
    }

    /// Posts, the newest first, at most [`POSTS_READ_MAX`].
    pub async fn posts(&self, filter: &PostFilter) -> Result<Vec<PostRow>, LedgerFault> {
        let rows = sqlx::query(
            "SELECT id, body, enqueued FROM posts WHERE enqueued >= $1 \
             AND id LIKE $2 AND id LIKE $3 AND ($4 = '' OR EXISTS (SELECT 1 FROM calls c WHERE c.post = posts.id \
             AND $4 LIKE '%' || c.state || '%')) AND enqueued < $5 ORDER BY enqueued DESC, id LIMIT $6",
        )
        .bind(filter.since.map_or(i64::MIN, ms))
        // Ids hold neither `%` nor `_` nor dots, so this matches whole parts of `<broadcast>.<occasion>.<chat>`.
        .bind(filter.broadcast.as_ref().map_or_else(|| "%".to_owned(), |id| format!("{id}.%")))
        .bind(filter.chat.as_ref().map_or_else(|| "%".to_owned(), |id| format!("%.{id}")))
        .bind(filter.states.iter().map(|state| state.word()).collect::<Vec<_>>().join(" "))
        .bind(filter.until.map_or(i64::MAX, ms))
        .bind(i64::from(POSTS_READ_MAX))
        .fetch_all(&self.readers)
        .await?;
        let mut posts = Vec::with_capacity(rows.len());
        for row in &rows {
            let calls = self.calls_of(&row.text("id")?).await?;
            posts.push(PostRow { post: row.json("body")?, enqueued: row.time("enqueued")?, calls });
        }
        Ok(posts)
    }
}

/// Whether it is new.
pub(super) async fn insert_post(
    tx: &mut Transaction<'_, Any>,
    post: &Post,
    now: Timestamp,
) -> Result<bool, LedgerFault> {
    let post = NewPost { post: post.clone(), calls: Vec::new() };
    Ok(!insert_new(tx, &[post], now).await?.is_empty())
}

/// The ids of those of these posts, a piece of them, that are new.
async fn insert_new(
    tx: &mut Transaction<'_, Any>,
    posts: &[NewPost],
    now: Timestamp,
) -> Result<BTreeSet<String>, LedgerFault> {
    const COLUMNS: usize = 3;
    let sql = format!(
        "INSERT INTO posts (id, body, enqueued) VALUES {} ON CONFLICT (id) DO NOTHING RETURNING id",
        many::rows(1, posts.len(), COLUMNS, ""),
    );
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for NewPost { post, .. } in posts {
        query = query.bind(post.id()).bind(row::json(post)).bind(ms(now));
    }
    query.fetch_all(&mut **tx).await?.iter().map(|row| row.text("id")).collect()
}
