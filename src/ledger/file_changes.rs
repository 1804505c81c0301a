//! What the console changed in the files: who, when, before and after. Rows are added and never changed; each is in the
//! audit.

use serde_json::json;
use sqlx::any::AnyRow;

use super::row::{Columns as _, ms, next_number, signed};
use super::{Ledger, LedgerFault, audit, drafts};
use crate::base::Timestamp;

/// A change that was written to a file.
#[derive(Debug, Clone, Copy)]
pub struct NewFileChange<'a> {
    pub path: &'a str,
    /// What of the file: a message, or nothing for the whole.
    pub item: &'a str,
    /// None: it was not there.
    pub before: Option<&'a str>,
    pub after: &'a str,
}

/// One such change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    /// From 1, without holes.
    pub number: u64,
    pub at: Timestamp,
    pub person: String,
    pub path: String,
    pub item: String,
    pub before: Option<String>,
    pub after: String,
}

impl Ledger {
    /// Records what somebody changed; their draft of it is forgotten. One commit.
    pub async fn record_file_change(
        &self,
        change: NewFileChange<'_>,
        person: &str,
        now: Timestamp,
    ) -> Result<(), LedgerFault> {
        let NewFileChange { path, item, before, after } = change;
        let mut tx = self.write().await?;
        let number = next_number(&mut tx, "file-change").await?;
        sqlx::query(
            "INSERT INTO file_changes (number, at, person, path, item, text_before, text_after) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(signed(number))
        .bind(ms(now))
        .bind(person.to_owned())
        .bind(path.to_owned())
        .bind(item.to_owned())
        .bind(before.map(str::to_owned))
        .bind(after.to_owned())
        .execute(&mut *tx)
        .await?;
        drafts::forget(&mut tx, path, item, person).await?;
        let detail = json!({ "change": number, "path": path, "item": item, "before": before, "after": after });
        audit::append(&mut tx, person, "change file", &detail, now).await?;
        Ok(tx.commit().await?)
    }

    /// The last `count` changes of something in a file, the newest first.
    pub async fn file_changes_of(&self, path: &str, item: &str, count: u32) -> Result<Vec<FileChange>, LedgerFault> {
        let rows =
            sqlx::query("SELECT * FROM file_changes WHERE path = $1 AND item = $2 ORDER BY number DESC LIMIT $3")
                .bind(path.to_owned())
                .bind(item.to_owned())
                .bind(i64::from(count))
                .fetch_all(&self.readers)
                .await?;
        rows.iter().map(read).collect()
    }

    pub async fn file_change(&self, number: u64) -> Result<Option<FileChange>, LedgerFault> {
        let row = sqlx::query("SELECT * FROM file_changes WHERE number = $1")
            .bind(signed(number))
            .fetch_optional(&self.readers)
            .await?;
        row.as_ref().map(read).transpose()
    }
}

fn read(row: &AnyRow) -> Result<FileChange, LedgerFault> {
    Ok(FileChange {
        number: row.count("number")?,
        at: row.time("at")?,
        person: row.text("person")?,
        path: row.text("path")?,
        item: row.text("item")?,
        before: row.text_or_none("text_before")?,
        after: row.text("text_after")?,
    })
}
