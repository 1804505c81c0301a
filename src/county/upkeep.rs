//! What the ledger needs now and then: airings that nobody reported, its log folded in, old rows to the archive.

use std::path::Path;

use chrono::TimeDelta;
use tracing::{info, warn};

use crate::base::Timestamp;
use crate::ledger::{self, Ledger, LedgerFault};

/// An airing whose late window closed this long ago, and of which nobody reported, is `unreported`.
const UNREPORTED_AFTER: TimeDelta = TimeDelta::minutes(15);
/// The ledger's write-ahead log is folded in this often.
const CHECKPOINT_EVERY: TimeDelta = TimeDelta::hours(1);
/// Rows grow old by the day.
const ARCHIVE_EVERY: TimeDelta = TimeDelta::days(1);

/// When it was done last.
pub struct Upkeep {
    checkpointed_at: Timestamp,
    /// None until the first time, and while a batch was full.
    archived_at: Option<Timestamp>,
}

impl Upkeep {
    pub fn new(now: Timestamp) -> Upkeep {
        Upkeep { checkpointed_at: now, archived_at: None }
    }

    /// One pass; archives one batch at most. True when there is more of it to do at once.
    ///
    /// Errors: the ledger cannot be read or written. An archive that cannot be written is told, and tried again a day
    /// later: nothing leaves the ledger for it.
    pub async fn turn(&mut self, ledger: &Ledger, archive: &Path, now: Timestamp) -> Result<bool, LedgerFault> {
        ledger.mark_unreported(now - UNREPORTED_AFTER).await?;
        if now - self.checkpointed_at >= CHECKPOINT_EVERY {
            self.checkpointed_at = now;
            ledger.checkpoint().await?;
        }
        if self.archived_at.is_some_and(|at| at <= now && now - at < ARCHIVE_EVERY) {
            return Ok(false);
        }
        self.archived_at = Some(now);
        match ledger.archive(archive, now - ledger::KEPT).await {
            Ok(moved) => {
                let (airings, posts, audit) = (moved.airings, moved.posts, moved.audit);
                if airings + posts + audit > 0 {
                    info!(airings, posts, audit, "old rows went to {}", archive.display());
                }
                if moved.more {
                    self.archived_at = None;
                }
                Ok(moved.more)
            }
            Err(fault @ LedgerFault::Archive { .. }) => {
                warn!("{fault}");
                Ok(false)
            }
            Err(fault) => Err(fault),
        }
    }
}
