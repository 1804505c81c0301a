//! The sealed rundowns last made for each station.

use super::row::{Columns as _, signed};
use super::{Ledger, LedgerFault};
use crate::base::{Digest, Id};
use crate::rundown::document::Edge;

/// A sealed rundown, as it is served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedRundown {
    pub station: Id,
    pub edge: Edge,
    /// Of the payload: equal content needs no new version.
    pub digest: Digest,
    /// The envelope as JSON: UTF-8 text.
    pub envelope: Vec<u8>,
}

/// Per station: the one in use, the one before it for whoever asks what changed, and one more.
pub const RUNDOWNS_KEPT: u32 = 3;

impl Ledger {
    /// Keeps new rundowns and lets old ones of the same stations go. One commit, before any is served.
    ///
    /// Errors: another rundown was kept under the same station, epoch and version.
    pub async fn save_rundowns(&self, rundowns: &[SavedRundown]) -> Result<(), LedgerFault> {
        if rundowns.is_empty() {
            return Ok(());
        }
        let mut tx = self.write().await?;
        for rundown in rundowns {
            let envelope = String::from_utf8(rundown.envelope.clone())
                .map_err(|_| LedgerFault::NotText(format!("the rundown of {}", rundown.station)))?;
            let kept = sqlx::query(
                "INSERT INTO rundowns (station, epoch, version, digest, envelope) VALUES ($1, $2, $3, $4, $5) \
                 ON CONFLICT (station, epoch, version) DO UPDATE SET digest = excluded.digest \
                 WHERE rundowns.digest = excluded.digest",
            )
            .bind(rundown.station.to_string())
            .bind(signed(rundown.edge.epoch))
            .bind(signed(rundown.edge.version))
            .bind(rundown.digest.to_string())
            .bind(envelope)
            .execute(&mut *tx)
            .await?;
            if kept.rows_affected() == 0 {
                let Edge { epoch, version } = rundown.edge;
                return Err(LedgerFault::Conflict(format!("rundown {epoch}/{version} of {}", rundown.station)));
            }
            sqlx::query(
                "DELETE FROM rundowns WHERE station = $1 AND (epoch, version) NOT IN \
                 (SELECT epoch, version FROM rundowns WHERE station = $1 ORDER BY epoch DESC, version DESC LIMIT $2)",
            )
            .bind(rundown.station.to_string())
            .bind(i64::from(RUNDOWNS_KEPT))
            .execute(&mut *tx)
            .await?;
        }
        Ok(tx.commit().await?)
    }

    /// The newest rundown of each station, by station.
    pub async fn latest_rundowns(&self) -> Result<Vec<SavedRundown>, LedgerFault> {
        let rows = sqlx::query(
            "SELECT * FROM rundowns r WHERE NOT EXISTS (SELECT 1 FROM rundowns n WHERE n.station = r.station \
             AND (n.epoch > r.epoch OR (n.epoch = r.epoch AND n.version > r.version))) ORDER BY station",
        )
        .fetch_all(&self.readers)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(SavedRundown {
                    station: row.parsed("station")?,
                    edge: Edge { epoch: row.count("epoch")?, version: row.count("version")? },
                    digest: row.parsed("digest")?,
                    envelope: row.text("envelope")?.into_bytes(),
                })
            })
            .collect()
    }
}
