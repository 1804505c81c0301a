//! The audit: who did what, each row chained to the one before, so that a change made later shows.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::{Any, Transaction};

use super::row::{self, Columns as _, next_number, signed};
use super::{Ledger, LedgerFault};
use crate::base::{Digest, Timestamp};

/// One thing that was done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AuditRow {
    /// From 1, without holes.
    pub number: u64,
    pub at: Timestamp,
    pub who: String,
    pub action: String,
    pub detail: Value,
}

/// What became of the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuditCheck {
    /// Every row is as it was written. The digest of the last one vouches for all; kept elsewhere it also shows a
    /// chain that was made anew.
    Whole { rows: u64, head: Digest },
    /// This row is the first that was changed, is missing or does not belong.
    Broken { number: u64 },
}

/// In `meta`: number and digest of the last row that went to the archive. The chain goes on from there.
pub(super) const ARCHIVED: &str = "audit-archived";

/// What the first row is chained to.
const GENESIS: Digest = Digest([0; 32]);
/// Rows read at a time while verifying, so that a long chain needs little memory.
const ROWS_PER_READ: i64 = 1000;

impl Ledger {
    pub async fn audit_append(
        &self,
        who: &str,
        action: &str,
        detail: &Value,
        now: Timestamp,
    ) -> Result<(), LedgerFault> {
        let mut tx = self.write().await?;
        append(&mut tx, who, action, detail, now).await?;
        Ok(tx.commit().await?)
    }

    /// Reads the whole chain, from where the archive ends, and recomputes it.
    pub async fn audit_verify(&self) -> Result<AuditCheck, LedgerFault> {
        let (mut rows, mut head) = self.audit_archived().await?;
        loop {
            let read = sqlx::query("SELECT number, row, digest FROM audit WHERE number > $1 ORDER BY number LIMIT $2")
                .bind(signed(rows))
                .bind(ROWS_PER_READ)
                .fetch_all(&self.readers)
                .await?;
            if read.is_empty() {
                break;
            }
            for row in &read {
                let number = row.number("number")?;
                let text = row.text("row")?;
                let digest = chain(head, &text);
                let belongs = serde_json::from_str::<AuditRow>(&text).is_ok_and(|row| signed(row.number) == number);
                if number != signed(rows + 1) || row.text("digest")? != digest.to_string() || !belongs {
                    return Ok(AuditCheck::Broken { number: rows + 1 });
                }
                (rows, head) = (rows + 1, digest);
            }
        }
        let given =
            sqlx::query("SELECT value FROM counters WHERE name = 'audit'").fetch_optional(&self.readers).await?;
        let given = given.map(|row| row.count("value")).transpose()?.unwrap_or(0);
        Ok(if given == rows { AuditCheck::Whole { rows, head } } else { AuditCheck::Broken { number: rows + 1 } })
    }

    /// The number and digest of the last row in the archive; none yet is number 0.
    async fn audit_archived(&self) -> Result<(u64, Digest), LedgerFault> {
        self.meta_get(ARCHIVED).await?.map_or(Ok((0, GENESIS)), |text| row::read_json(&text))
    }

    /// The last `count` rows, the newest first.
    pub async fn audit_rows(&self, count: u32) -> Result<Vec<AuditRow>, LedgerFault> {
        let rows = sqlx::query("SELECT row FROM audit ORDER BY number DESC LIMIT $1")
            .bind(i64::from(count))
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(|row| row.json("row")).collect()
    }
}

/// Adds a row in the transaction of what it records: both are kept or neither.
pub(super) async fn append(
    tx: &mut Transaction<'_, Any>,
    who: &str,
    action: &str,
    detail: &Value,
    now: Timestamp,
) -> Result<(), LedgerFault> {
    let number = next_number(tx, "audit").await?;
    let previous = sqlx::query("SELECT digest FROM audit WHERE number = $1")
        .bind(signed(number) - 1)
        .fetch_optional(&mut **tx)
        .await?;
    let previous = previous.map_or(Ok(GENESIS), |row| row.parsed("digest"))?;
    let text = row::json(&AuditRow {
        number,
        at: row::time(row::ms(now))?,
        who: who.to_owned(),
        action: action.to_owned(),
        detail: detail.clone(),
    });
    let digest = chain(previous, &text);
    sqlx::query("INSERT INTO audit (number, row, digest) VALUES ($1, $2, $3)")
        .bind(signed(number))
        .bind(text)
        .bind(digest.to_string())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

fn chain(previous: Digest, row: &str) -> Digest {
    Digest::of(&[&previous.0, row.as_bytes()].concat())
}
