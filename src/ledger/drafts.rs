//! Drafts of the console: what somebody typed and did not save into the files, kept until it is saved or dropped.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sqlx::any::AnyRow;
use sqlx::{Any, Transaction};

use super::row::{self, Columns as _, ms};
use super::{Ledger, LedgerFault};
use crate::base::Timestamp;

/// Drafts one person keeps: more are forgotten ones, and a page lists them all.
pub const DRAFTS_OF_ONE_MAX: u64 = 500;

/// What somebody typed and did not save.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// The file it is to go to.
    pub path: String,
    /// What of the file: a message, or nothing for the whole.
    pub item: String,
    pub person: String,
    /// The fields of the form by name.
    pub fields: BTreeMap<String, String>,
    pub saved: Timestamp,
}

/// Why a draft is not kept.
#[derive(Debug, thiserror::Error)]
pub enum DraftFault {
    #[error("{0} has {DRAFTS_OF_ONE_MAX} drafts already; save or drop some of them")]
    TooMany(String),
    #[error(transparent)]
    Ledger(#[from] LedgerFault),
}

impl From<sqlx::Error> for DraftFault {
    fn from(error: sqlx::Error) -> DraftFault {
        DraftFault::Ledger(error.into())
    }
}

impl Ledger {
    /// Keeps a draft in the place of the one the person has of the same.
    ///
    /// Errors: they have too many.
    pub async fn keep_draft(&self, draft: &Draft) -> Result<(), DraftFault> {
        let mut tx = self.write().await?;
        let row = sqlx::query("SELECT COUNT(*) AS n FROM drafts WHERE person = $1 AND NOT (path = $2 AND item = $3)")
            .bind(draft.person.clone())
            .bind(draft.path.clone())
            .bind(draft.item.clone())
            .fetch_one(&mut *tx)
            .await?;
        if row.count("n")? >= DRAFTS_OF_ONE_MAX {
            return Err(DraftFault::TooMany(draft.person.clone()));
        }
        sqlx::query(
            "INSERT INTO drafts (path, item, person, fields, saved) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (path, item, person) DO UPDATE SET fields = excluded.fields, saved = excluded.saved",
        )
        .bind(draft.path.clone())
        .bind(draft.item.clone())
        .bind(draft.person.clone())
        .bind(row::json(&draft.fields))
        .bind(ms(draft.saved))
        .execute(&mut *tx)
        .await?;
        Ok(tx.commit().await?)
    }

    /// Everybody's drafts, the newest first.
    pub async fn drafts(&self) -> Result<Vec<Draft>, LedgerFault> {
        let rows = sqlx::query("SELECT * FROM drafts ORDER BY saved DESC, path, item").fetch_all(&self.readers).await?;
        rows.iter().map(read).collect()
    }

    /// Forgets a person's draft; true when there was one.
    pub async fn drop_draft(&self, path: &str, item: &str, person: &str) -> Result<bool, LedgerFault> {
        let mut tx = self.write().await?;
        let dropped = forget(&mut tx, path, item, person).await?;
        tx.commit().await?;
        Ok(dropped)
    }
}

/// Forgets a person's draft in a transaction of something larger.
pub(super) async fn forget(
    tx: &mut Transaction<'_, Any>,
    path: &str,
    item: &str,
    person: &str,
) -> Result<bool, LedgerFault> {
    let done = sqlx::query("DELETE FROM drafts WHERE path = $1 AND item = $2 AND person = $3")
        .bind(path.to_owned())
        .bind(item.to_owned())
        .bind(person.to_owned())
        .execute(&mut **tx)
        .await?;
    Ok(done.rows_affected() > 0)
}

fn read(row: &AnyRow) -> Result<Draft, LedgerFault> {
    Ok(Draft {
        path: row.text("path")?,
        item: row.text("item")?,
        person: row.text("person")?,
        fields: row.json("fields")?,
        saved: row.time("saved")?,
    })
}
