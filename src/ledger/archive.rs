//! What is older than the ledger has to answer for goes to files: compressed lines of JSON, one file a year. A row is
//! in its file, on disk, before it leaves the ledger.
//!
//! A batch is one gzip member at the end of its year's file, and the ledger knows how long the file is with it. A file of
//! another length, as after a crash in the middle of a batch or a restore, is left as it is, and the next one of that year
//! is begun: what is there is never cut or written over, and at the worst a row stands in two files.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use chrono::{Datelike as _, TimeDelta};
use flate2::{Compression, write::GzEncoder};
use serde_json::{Map, Value, json};
use sqlx::any::AnyRow;
use sqlx::{Any, Transaction};

use super::audit::{self, AuditRow};
use super::row::{self, Columns as _, ms, signed};
use super::{Ledger, LedgerFault, meta};
use crate::base::{Timestamp, durable};

/// As-run rows, posts and audit stay in the ledger at least this long (a year, and time to ask about it).
pub const KEPT: TimeDelta = TimeDelta::days(400);
/// Rows of a table that one batch moves: some hundred ms of work, and an emergency waits for no more.
const BATCH_ROWS: i64 = 2000;

const AIRING_TEXTS: [&str; 13] = [
    "id",
    "station",
    "broadcast",
    "class",
    "level",
    "notice",
    "languages",
    "state",
    "reason",
    "parts",
    "sink",
    "detail",
    "machine",
];
const AIRING_NUMBERS: [&str; 9] =
    ["at", "until", "order_id", "started", "ended", "frames", "frames_planned", "volume", "receipt"];
const CALL_TEXTS: [&str; 11] =
    ["robot", "chat", "channel", "address", "body", "state", "ids", "code", "detail", "digest", "settled_by"];
const CALL_NUMBERS: [&str; 12] = [
    "position",
    "repeat",
    "lane",
    "due",
    "expires",
    "attempts",
    "claimed",
    "lease_until",
    "moved",
    "updated",
    "settled_at",
    "taken_back",
];

/// How many rows a batch moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Archived {
    pub airings: u64,
    pub posts: u64,
    pub audit: u64,
    /// Whether the batch was full: there may be more.
    pub more: bool,
}

/// What a batch moves.
#[derive(Default)]
struct Batch {
    /// By year, UTC: of the instant an airing was due, a post came in, a thing was done.
    lines: BTreeMap<i32, Vec<Value>>,
    airings: Vec<String>,
    posts: Vec<String>,
    /// The last row of the audit that goes.
    audit: Option<(u64, String)>,
    audit_count: u64,
}

impl Ledger {
    /// Moves one batch of what is of before `before` to files in `folder`; what has not ended stays.
    ///
    /// Errors: the files cannot be written; nothing has left the ledger then.
    pub async fn archive(&self, folder: &Path, before: Timestamp) -> Result<Archived, LedgerFault> {
        let mut batch = Batch::default();
        self.read_airings(&mut batch, before).await?;
        self.read_posts(&mut batch, before).await?;
        self.read_audit(&mut batch, before).await?;
        if batch.lines.is_empty() {
            return Ok(Archived::default());
        }
        let mut written = Vec::new();
        for (year, lines) in &batch.lines {
            written.push(self.append(folder, *year, lines).await?);
        }
        let mut tx = self.write().await?;
        for (key, length) in written {
            meta::set(&mut tx, &key, &length.to_string()).await?;
        }
        delete(&mut tx, &batch).await?;
        tx.commit().await?;
        let counts = [batch.airings.len() as u64, batch.posts.len() as u64, batch.audit_count];
        let [airings, posts, audit] = counts;
        let more = counts.iter().any(|count| signed(*count) == BATCH_ROWS);
        Ok(Archived { airings, posts, audit, more })
    }

    async fn read_airings(&self, batch: &mut Batch, before: Timestamp) -> Result<(), LedgerFault> {
        let rows = sqlx::query("SELECT * FROM airings WHERE at < $1 AND state <> 'planned' ORDER BY at, id LIMIT $2")
            .bind(ms(before))
            .bind(BATCH_ROWS)
            .fetch_all(&self.readers)
            .await?;
        for row in &rows {
            let mut line = values(row, &AIRING_TEXTS, &AIRING_NUMBERS)?;
            line.insert("table".to_owned(), json!("airings"));
            batch.lines.entry(row.time("at")?.year()).or_default().push(line.into());
            batch.airings.push(row.text("id")?);
        }
        Ok(())
    }

    async fn read_posts(&self, batch: &mut Batch, before: Timestamp) -> Result<(), LedgerFault> {
        let rows = sqlx::query(
            "SELECT id, body, enqueued FROM posts p WHERE enqueued < $1 AND NOT EXISTS (SELECT 1 FROM calls c \
             WHERE c.post = p.id AND c.state IN ('waiting', 'sending', 'handed', 'digested')) ORDER BY enqueued, id LIMIT $2",
        )
        .bind(ms(before))
        .bind(BATCH_ROWS)
        .fetch_all(&self.readers)
        .await?;
        for row in &rows {
            let id = row.text("id")?;
            let calls = sqlx::query("SELECT * FROM calls WHERE post = $1 ORDER BY position, repeat")
                .bind(id.clone())
                .fetch_all(&self.readers)
                .await?;
            let calls: Vec<Map<String, Value>> =
                calls.iter().map(|call| values(call, &CALL_TEXTS, &CALL_NUMBERS)).collect::<Result<_, _>>()?;
            let enqueued = row.time("enqueued")?;
            let line = json!({
                "table": "posts", "id": id, "body": row.text("body")?, "enqueued": ms(enqueued), "calls": calls,
            });
            batch.lines.entry(enqueued.year()).or_default().push(line);
            batch.posts.push(id);
        }
        Ok(())
    }

    /// The oldest rows, as far as each is old: the chain is cut in one place. The newest row stays, for the next one to
    /// be chained to.
    async fn read_audit(&self, batch: &mut Batch, before: Timestamp) -> Result<(), LedgerFault> {
        let rows = sqlx::query(
            "SELECT number, row, digest FROM audit WHERE number < (SELECT MAX(number) FROM audit) ORDER BY number LIMIT $1",
        )
        .bind(BATCH_ROWS)
        .fetch_all(&self.readers)
        .await?;
        for row in &rows {
            let (number, digest) = (row.count("number")?, row.text("digest")?);
            let done: AuditRow = row.json("row")?;
            if done.at >= before {
                break;
            }
            let line = json!({ "table": "audit", "number": number, "row": row.text("row")?, "digest": digest });
            batch.lines.entry(done.at.year()).or_default().push(line);
            batch.audit = Some((number, digest));
            batch.audit_count += 1;
        }
        Ok(())
    }

    /// Adds lines to the file of a year, on disk when this returns. The key under which the ledger keeps the file's
    /// length, and that length.
    async fn append(&self, folder: &Path, year: i32, lines: &[Value]) -> Result<(String, u64), LedgerFault> {
        let mut number = 1u32;
        let (path, key) = loop {
            let name = if number == 1 { format!("{year}.jsonl.gz") } else { format!("{year}-{number}.jsonl.gz") };
            let (path, key) = (folder.join(&name), format!("archive {name}"));
            let known = self.meta_get(&key).await?.and_then(|text| text.parse().ok()).unwrap_or(0u64);
            match std::fs::metadata(&path) {
                Ok(metadata) if metadata.len() == known => break (path, key),
                Err(error) if error.kind() == io::ErrorKind::NotFound && known == 0 => break (path, key),
                // Torn, somebody's, or carried away: it is not touched.
                Ok(_) => number += 1,
                Err(error) if error.kind() == io::ErrorKind::NotFound => number += 1,
                Err(error) => return Err(LedgerFault::Archive { path, why: durable::told(&error) }),
            }
        };
        let length = write(&path, lines).map_err(|error| LedgerFault::Archive { path, why: durable::told(&error) })?;
        Ok((key, length))
    }
}

fn write(path: &Path, lines: &[Value]) -> io::Result<u64> {
    let mut member = GzEncoder::new(Vec::new(), Compression::default());
    for line in lines {
        serde_json::to_writer(&mut member, line)?;
        member.write_all(b"\n")?;
    }
    let member = member.finish()?;
    let folder: PathBuf = path.parent().ok_or(io::ErrorKind::InvalidInput)?.to_owned();
    std::fs::create_dir_all(&folder)?;
    let mut file = File::options().create(true).append(true).open(path)?;
    file.write_all(&member)?;
    file.sync_all()?;
    File::open(folder)?.sync_all()?;
    Ok(file.metadata()?.len())
}

async fn delete(tx: &mut Transaction<'_, Any>, batch: &Batch) -> Result<(), LedgerFault> {
    let by_id = [
        ("DELETE FROM airings WHERE id = $1", &batch.airings),
        ("DELETE FROM calls WHERE post = $1", &batch.posts),
        ("DELETE FROM posts WHERE id = $1", &batch.posts),
    ];
    for (sql, ids) in by_id {
        for id in ids {
            sqlx::query(sql).bind(id.clone()).execute(&mut **tx).await?;
        }
    }
    if let Some((number, digest)) = &batch.audit {
        sqlx::query("DELETE FROM audit WHERE number <= $1").bind(signed(*number)).execute(&mut **tx).await?;
        meta::set(tx, audit::ARCHIVED, &row::json(&(number, digest))).await?;
    }
    Ok(())
}

/// Columns by name; those that hold nothing are left out.
fn values(row: &AnyRow, texts: &[&str], numbers: &[&str]) -> Result<Map<String, Value>, LedgerFault> {
    let mut values = Map::new();
    for name in texts {
        values.extend(row.text_or_none(name)?.map(|text| ((*name).to_owned(), json!(text))));
    }
    for name in numbers {
        values.extend(row.number_or_none(name)?.map(|number| ((*name).to_owned(), json!(number))));
    }
    Ok(values)
}
