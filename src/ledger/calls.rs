//! Calls to chat services: one row is one call.
//!
//! A call is `sending` on disk before it leaves, and final states stay. The ledger knows no service: addresses and
//! bodies are JSON to it.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::any::AnyRow;
use sqlx::{Any, AssertSqlSafe, Transaction};

use super::row::{self, Columns as _, ms};
use super::{Ledger, LedgerFault, digests, many};
use crate::base::{Id, Timestamp};
use crate::rundown::Post;

/// Names a call.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CallId {
    /// The id of its post.
    pub post: String,
    /// From 0; the calls of a post go out in this order.
    pub position: u32,
    /// 0, or the how-many-th time an emergency is sent again because nobody knows whether it arrived.
    pub repeat: u32,
}

/// `<post>#<position>`, and `~<repeat>` where it is one; positions count from 1 for people.
impl fmt::Display for CallId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.post, self.position + 1)?;
        if self.repeat > 0 { write!(f, "~{}", self.repeat) } else { Ok(()) }
    }
}

/// Emergencies go first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lane {
    Emergency,
    Ordinary,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CallState {
    Waiting,
    /// It may be on its way.
    Sending,
    Delivered,
    Refused,
    Expired,
    /// It may have arrived; never sent again by itself.
    Unknown,
    /// A person has it as a task; delivered once they say so, else expired.
    Handed,
    /// A digest carries it; it ends as that does.
    Digested,
    /// It was unknown, and a person saw that it never arrived.
    Lost,
}

impl CallState {
    /// As the ledger and every output write it.
    pub const ALL: [CallState; 9] = [
        CallState::Waiting,
        CallState::Sending,
        CallState::Delivered,
        CallState::Refused,
        CallState::Expired,
        CallState::Unknown,
        CallState::Handed,
        CallState::Digested,
        CallState::Lost,
    ];

    pub fn is_final(self) -> bool {
        !matches!(self, CallState::Waiting | CallState::Sending | CallState::Handed | CallState::Digested)
    }

    pub fn word(self) -> String {
        row::word(&self)
    }
}

/// `<post>#<position>[~<repeat>]`, as it is printed.
impl std::str::FromStr for CallId {
    type Err = String;

    fn from_str(text: &str) -> Result<CallId, String> {
        let wrong = || format!("`{text}` names no call; write it as `cunxiang posts list` prints it");
        let (post, rest) = text.rsplit_once('#').ok_or_else(wrong)?;
        let (position, repeat) = rest.split_once('~').unwrap_or((rest, "0"));
        let position: u32 = position.parse().map_err(|_| wrong())?;
        let position = position.checked_sub(1).ok_or_else(wrong)?;
        Ok(CallId { post: post.to_owned(), position, repeat: repeat.parse().map_err(|_| wrong())? })
    }
}

/// A call that is not in the ledger yet.
#[derive(Debug, Clone, PartialEq)]
pub struct NewCall {
    pub position: u32,
    pub repeat: u32,
    pub lane: Lane,
    /// Whose budget it uses.
    pub robot: String,
    pub chat: Id,
    /// The kind of service.
    pub channel: String,
    pub address: Value,
    pub body: Value,
    /// A voice note or a picture: few of them are on their way at a time.
    pub heavy: bool,
    /// Whether it does no harm to make it twice: to change or delete a message does not.
    pub harmless: bool,
    pub due: Timestamp,
    pub expires: Timestamp,
}

/// A call as the ledger has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    pub id: CallId,
    pub lane: Lane,
    pub robot: String,
    pub chat: Id,
    pub channel: String,
    pub address: Value,
    pub body: Value,
    pub due: Timestamp,
    pub expires: Timestamp,
    pub state: CallState,
    /// How often it was claimed.
    pub attempts: u32,
    /// Whether it followed its group to another address already.
    pub moved: bool,
    /// What the service calls what it took.
    pub ids: Vec<String>,
    pub code: Option<String>,
    pub detail: Option<String>,
    pub heavy: bool,
    pub harmless: bool,
    /// The post that carried it with others, where one did.
    pub digest: Option<String>,
    /// Who posted it by hand or looked into the group, and when.
    pub settled: Option<(String, Timestamp)>,
    /// The order that took it back: it is not sent any more.
    pub taken_back: Option<u64>,
    pub updated: Timestamp,
}

/// The code of a call that waits and of which an earlier attempt may have arrived: whatever comes, it does not end as one
/// that surely did not.
pub const MAY_HAVE_ARRIVED: &str = "may-have-arrived";

impl Call {
    /// Whether an attempt before the last one may have arrived.
    pub fn may_have_arrived(&self) -> bool {
        self.code.as_deref() == Some(MAY_HAVE_ARRIVED)
    }
}

/// What a budget asks about a call that may go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    pub lane: Lane,
    pub robot: String,
    pub chat: Id,
    pub channel: String,
    pub heavy: bool,
}

/// A claimed call and the post it belongs to.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    pub call: Call,
    pub post: Post,
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq)]
pub enum CallEnd {
    Delivered {
        ids: Vec<String>,
    },
    /// A person has it as a task now, under these names.
    Handed {
        ids: Vec<String>,
    },
    /// It did not go out; try again not before `due`.
    Again {
        due: Timestamp,
        code: String,
        detail: String,
    },
    /// It cannot be done; this is sent in its place.
    Instead {
        body: Value,
        /// Whether that does no harm twice either.
        harmless: bool,
        code: String,
        detail: String,
    },
    /// The group has another address now; it did not go out. Followed once, for all waiting calls to that group.
    Moved {
        address: Value,
    },
    Refused {
        code: String,
        detail: String,
    },
    Unknown {
        code: String,
        detail: String,
    },
}

/// An attempt that ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Finished {
    pub id: CallId,
    /// Which attempt: an answer to an older one changes nothing.
    pub attempt: u32,
    pub end: CallEnd,
}

/// Which claims are taken for lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leases {
    /// Those whose time is up.
    Expired,
    /// All: at the start of the only daemon on this ledger.
    All,
}

/// What became of claims whose claimer is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Recovered {
    /// Waiting again: harmless ones, and those on channels that take the same call twice as one.
    pub waiting: u64,
    pub unknown: u64,
}

/// A group that has another address now.
#[derive(Debug, Clone, PartialEq)]
pub struct Move {
    pub channel: String,
    pub address: Value,
    pub new_address: Value,
    pub at: Timestamp,
}

impl Ledger {
    /// Emergency calls that ended `unknown` before they expired and were repeated less than `repeats_max` times, with
    /// no repeat yet.
    pub async fn unrepeated(&self, now: Timestamp, repeats_max: u32) -> Result<Vec<Claim>, LedgerFault> {
        let rows = sqlx::query(
            "SELECT c.*, p.body AS post_body FROM calls c JOIN posts p ON p.id = c.post \
             WHERE c.state = 'unknown' AND c.lane = 0 AND c.expires > $1 AND c.repeat < $2 AND c.taken_back IS NULL \
             AND NOT EXISTS (SELECT 1 FROM calls n WHERE n.post = c.post AND n.position = c.position AND n.repeat > c.repeat)",
        )
        .bind(ms(now))
        .bind(i64::from(repeats_max))
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(|row| Ok(Claim { call: read(row)?, post: row.json("post_body")? })).collect()
    }

    /// Adds calls to posts that are there; one that is there already is left as it is. One commit.
    pub async fn add_calls(&self, calls: &[(String, NewCall)], now: Timestamp) -> Result<(), LedgerFault> {
        if calls.is_empty() {
            return Ok(());
        }
        let mut tx = self.write().await?;
        for (post, call) in calls {
            insert(&mut tx, post, call, now).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Robot, chat, lane and instant of each claim since `since`: what a budget must count after a restart.
    pub async fn claimed_since(&self, since: Timestamp) -> Result<Vec<(String, Id, Lane, Timestamp)>, LedgerFault> {
        let rows = sqlx::query("SELECT robot, chat, lane, claimed FROM calls WHERE claimed >= $1 ORDER BY claimed")
            .bind(ms(since))
            .fetch_all(&self.readers)
            .await?;
        rows.iter()
            .map(|row| Ok((row.text("robot")?, row.parsed("chat")?, lane(row.number("lane")?), row.time("claimed")?)))
            .collect()
    }

    /// Groups that have another address now, the oldest first.
    pub async fn moves(&self) -> Result<Vec<Move>, LedgerFault> {
        let rows = sqlx::query("SELECT * FROM moves ORDER BY at, channel, address").fetch_all(&self.readers).await?;
        rows.iter()
            .map(|row| {
                Ok(Move {
                    channel: row.text("channel")?,
                    address: row.json("address")?,
                    new_address: row.json("new_address")?,
                    at: row.time("at")?,
                })
            })
            .collect()
    }

    /// Settles every open call that was due before `before` as unknown: after a restore nobody knows whether it went
    /// out. Returns how many. One commit.
    pub async fn disown_calls(&self, before: Timestamp) -> Result<u64, LedgerFault> {
        let mut tx = self.write().await?;
        let done = sqlx::query(
            "UPDATE calls SET state = 'unknown', code = 'restored', updated = $1, \
             detail = 'due before a restore was released; it may have gone out' \
             WHERE state IN ('waiting', 'sending', 'handed') AND due < $1",
        )
        .bind(ms(before))
        .execute(&mut *tx)
        .await?;
        digests::end(&mut tx, before).await?;
        tx.commit().await?;
        Ok(done.rows_affected())
    }

    /// How many calls are in each state.
    pub async fn call_counts(&self) -> Result<Vec<(CallState, u64)>, LedgerFault> {
        let rows = sqlx::query("SELECT state, COUNT(*) AS count FROM calls GROUP BY state ORDER BY state")
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(|row| Ok((row::read_word(&row.text("state")?)?, row.count("count")?))).collect()
    }

    /// How many calls may or may not have arrived, and nobody has said which.
    pub async fn unknown_count(&self) -> Result<u64, LedgerFault> {
        let row =
            sqlx::query("SELECT COUNT(*) AS count FROM calls WHERE state = 'unknown'").fetch_one(&self.readers).await?;
        row.count("count")
    }

    /// One call; none when there is no such.
    pub async fn call(&self, id: &CallId) -> Result<Option<Call>, LedgerFault> {
        Ok(self.calls_of(&id.post).await?.into_iter().find(|call| call.id == *id))
    }

    pub(super) async fn calls_of(&self, post: &str) -> Result<Vec<Call>, LedgerFault> {
        let rows = sqlx::query("SELECT * FROM calls WHERE post = $1 ORDER BY position, repeat")
            .bind(post.to_owned())
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(read).collect()
    }
}

pub(super) async fn insert(
    tx: &mut Transaction<'_, Any>,
    post: &str,
    call: &NewCall,
    now: Timestamp,
) -> Result<(), LedgerFault> {
    insert_all(tx, &[(post, call)], now).await
}

/// Calls and the ids of their posts; one that is there already is left as it is.
pub(super) async fn insert_all(
    tx: &mut Transaction<'_, Any>,
    calls: &[(&str, &NewCall)],
    now: Timestamp,
) -> Result<(), LedgerFault> {
    const COLUMNS: usize = 15;
    for piece in many::pieces(calls) {
        let sql = format!(
            "INSERT INTO calls (post, position, repeat, lane, robot, chat, channel, address, body, due, expires, updated, \
             line, heavy, harmless, state, attempts, moved, ids) VALUES {} ON CONFLICT (post, position, repeat) DO NOTHING",
            many::rows(1, piece.len(), COLUMNS, ", 'waiting', 0, 0, '[]'"),
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (post, call) in piece {
            query = query
                .bind((*post).to_owned())
                .bind(i64::from(call.position))
                .bind(i64::from(call.repeat))
                .bind(i64::from(call.lane == Lane::Ordinary))
                .bind(call.robot.clone())
                .bind(call.chat.to_string())
                .bind(call.channel.clone())
                .bind(row::json(&call.address))
                .bind(row::json(&call.body))
                .bind(ms(call.due))
                .bind(ms(call.expires))
                .bind(ms(now))
                .bind(format!("{} {}", call.chat, call.robot))
                .bind(i32::from(call.heavy))
                .bind(i32::from(call.harmless));
        }
        query.execute(&mut **tx).await?;
    }
    Ok(())
}

pub(super) fn lane(number: i64) -> Lane {
    if number == 0 { Lane::Emergency } else { Lane::Ordinary }
}

pub(super) fn read(row: &AnyRow) -> Result<Call, LedgerFault> {
    Ok(Call {
        id: CallId { post: row.text("post")?, position: row.small("position")?, repeat: row.small("repeat")? },
        lane: lane(row.number("lane")?),
        robot: row.text("robot")?,
        chat: row.parsed("chat")?,
        channel: row.text("channel")?,
        address: row.json("address")?,
        body: row.json("body")?,
        due: row.time("due")?,
        expires: row.time("expires")?,
        state: row::read_word(&row.text("state")?)?,
        attempts: row.small("attempts")?,
        moved: row.number("moved")? != 0,
        ids: row.json("ids")?,
        code: row.text_or_none("code")?,
        detail: row.text_or_none("detail")?,
        heavy: row.number("heavy")? != 0,
        harmless: row.number("harmless")? != 0,
        digest: row.text_or_none("digest")?,
        settled: row.text_or_none("settled_by")?.zip(row.time_or_none("settled_at")?),
        taken_back: row.number_or_none("taken_back")?.map(i64::unsigned_abs),
        updated: row.time("updated")?,
    })
}
