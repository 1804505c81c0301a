//! The ledger: what was asked for, planned and heard, kept so that it can be proved afterwards. The only SQL.
//!
//! Every function that writes returns only after its commit is on disk; every function that reads sees all commits
//! that returned before. Knows no catalog, planner, chat service or wire; reads no clock.
//!
//! SQLite today. The texts are written for PostgreSQL as well (`$1`, TEXT, BIGINT, INTEGER); what differs between the
//! two sits in `open.rs`.

mod agenda;
mod airings;
mod archive;
mod audit;
mod backup;
mod boxes;
mod calls;
mod claims;
mod digests;
mod drafts;
mod editions;
mod ends;
mod fault;
mod file_changes;
mod logins;
mod many;
mod meta;
mod open;
mod orders;
mod people;
mod posts;
mod receipts;
mod residents;
mod reviews;
mod row;
mod rundowns;
mod sessions;
mod settle;
mod taken_back;
pub mod tally;
mod upgrade;

pub use agenda::Agenda;
pub use airings::{AIRINGS_READ_MAX, AiringFilter, AiringRow, PlannedAiring};
pub use archive::{Archived, KEPT};
pub use audit::{AuditCheck, AuditRow};
pub use boxes::{BoxFault, BoxRow, BoxState, CODE_VALID_FOR, Heard};
pub use calls::{
    Call, CallEnd, CallId, CallState, Claim, Due, Finished, Lane, Leases, MAY_HAVE_ARRIVED, Move, NewCall, Recovered,
};
pub use claims::Room;
pub use digests::Backlog;
pub use drafts::{DRAFTS_OF_ONE_MAX, Draft, DraftFault};
pub use editions::{NewEdition, Registered};
pub use fault::LedgerFault;
pub use file_changes::{FileChange, NewFileChange};
pub use logins::{LinkFault, Login, LoginLink};
pub use meta::Hold;
pub use orders::{CONFIRM_WITHIN, OrderFault};
pub use people::{PeopleFault, Person, Role};
pub use posts::{NewPost, POSTS_READ_MAX, PostFilter, PostRow};
pub use receipts::{Chained, ReceiptFault, Taken};
pub use residents::{ChatRequest, ChatSettings, RequestFault, RequestState};
pub use reviews::NewReview;
pub use rundowns::{RUNDOWNS_KEPT, SavedRundown};
pub use sessions::{SESSIONS_OF_ONE_MAX, SessionRow};
pub use settle::SettleFault;
pub use taken_back::TakeBack;

use sqlx::{Any, AnyPool, Transaction};

/// A ledger. Cheap to clone; clones share their connections.
#[derive(Clone, Debug)]
pub struct Ledger {
    /// One connection: SQLite has one writer, and waiting for it here is fairer than in the file.
    writer: AnyPool,
    readers: AnyPool,
    /// Transactions begun since it was opened: no more commits than this have been made.
    writes: std::sync::Arc<std::sync::atomic::AtomicU64>,
}

impl Ledger {
    /// A transaction that holds the write lock from its start, so that what it read cannot change under it.
    async fn write(&self) -> Result<Transaction<'static, Any>, LedgerFault> {
        self.writes.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        match self.writer.begin_with(open::BEGIN).await {
            Ok(transaction) => Ok(transaction),
            Err(error) if error.as_database_error().is_some() => Err(error.into()),
            Err(_) => {
                // A BEGIN or COMMIT that failed, as on a full disk, leaves the connection believing that it is inside
                // a transaction for ever: it is ended, and the next one begins afresh.
                if let Ok(connection) = self.writer.acquire().await {
                    let _ = connection.close().await;
                }
                Ok(self.writer.begin_with(open::BEGIN).await?)
            }
        }
    }

    /// How many transactions were begun since it was opened; each commit is one wait for the disk.
    pub fn write_count(&self) -> u64 {
        self.writes.load(std::sync::atomic::Ordering::Relaxed)
    }

    /// Ends the connections; waits for what is under way.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

#[cfg(test)]
mod tests;
