//! Single values, HOLD and the epoch.

use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::{Any, Transaction};

use super::row::{self, Columns as _};
use super::{Ledger, LedgerFault, audit};
use crate::base::Timestamp;

/// Why nothing is released at the moment, and since when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    pub reason: String,
    pub since: Timestamp,
}

const HOLD: &str = "hold";
const EPOCH: &str = "epoch";

impl Ledger {
    pub async fn meta_get(&self, key: &str) -> Result<Option<String>, LedgerFault> {
        let row = sqlx::query("SELECT value FROM meta WHERE key = $1")
            .bind(key.to_owned())
            .fetch_optional(&self.readers)
            .await?;
        row.map(|row| row.text("value")).transpose()
    }

    pub async fn meta_set(&self, key: &str, value: &str) -> Result<(), LedgerFault> {
        let mut tx = self.write().await?;
        set(&mut tx, key, value).await?;
        Ok(tx.commit().await?)
    }

    /// Whether the county is in HOLD: nothing is released, planned anew or sent until a person says so.
    pub async fn hold(&self) -> Result<Option<Hold>, LedgerFault> {
        self.meta_get(HOLD).await?.map(|text| row::read_json(&text)).transpose()
    }

    /// Begins HOLD for a reason, or ends it with none. A hold that holds keeps its first reason.
    pub async fn set_hold(&self, reason: Option<&str>, by: &str, now: Timestamp) -> Result<(), LedgerFault> {
        let mut tx = self.write().await?;
        let held = get(&mut tx, HOLD).await?;
        match (reason, held) {
            (Some(_), Some(_)) | (None, None) => return Ok(()),
            (Some(reason), None) => {
                let hold = Hold { reason: reason.to_owned(), since: now };
                set(&mut tx, HOLD, &row::json(&hold)).await?;
                audit::append(&mut tx, by, "hold", &json!({ "reason": reason }), now).await?;
            }
            (None, Some(_)) => {
                sqlx::query("DELETE FROM meta WHERE key = $1").bind(HOLD).execute(&mut *tx).await?;
                audit::append(&mut tx, by, "release hold", &json!({}), now).await?;
            }
        }
        Ok(tx.commit().await?)
    }

    /// The epoch rundowns are numbered in (UTC milliseconds of a release); none before the first.
    pub async fn epoch(&self) -> Result<Option<u64>, LedgerFault> {
        let text = self.meta_get(EPOCH).await?;
        text.map(|text| text.parse().map_err(|_| LedgerFault::Damaged(format!("epoch is `{text}`")))).transpose()
    }

    /// Begins an epoch that is greater than the present one and than `above` (the greatest any station has reported):
    /// `now` in milliseconds, or one more than those where the clock is behind them. Returns it.
    pub async fn begin_epoch(&self, above: u64, now: Timestamp) -> Result<u64, LedgerFault> {
        let mut tx = self.write().await?;
        let held = get(&mut tx, EPOCH).await?.and_then(|text| text.parse().ok()).unwrap_or(0);
        let epoch = u64::try_from(row::ms(now)).unwrap_or(0).max(above.max(held) + 1);
        set(&mut tx, EPOCH, &epoch.to_string()).await?;
        tx.commit().await?;
        Ok(epoch)
    }
}

pub(super) async fn is_held(tx: &mut Transaction<'_, Any>) -> Result<bool, LedgerFault> {
    Ok(get(tx, HOLD).await?.is_some())
}

async fn get(tx: &mut Transaction<'_, Any>, key: &'static str) -> Result<Option<String>, LedgerFault> {
    let row = sqlx::query("SELECT value FROM meta WHERE key = $1").bind(key).fetch_optional(&mut **tx).await?;
    row.map(|row| row.text("value")).transpose()
}

pub(super) async fn set(tx: &mut Transaction<'_, Any>, key: &str, value: &str) -> Result<(), LedgerFault> {
    sqlx::query("INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value")
        .bind(key.to_owned())
        .bind(value.to_owned())
        .execute(&mut **tx)
        .await?;
    Ok(())
}
