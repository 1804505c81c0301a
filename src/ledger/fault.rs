//! Why the ledger could not do what it was asked.

use std::path::PathBuf;

/// A fault of the ledger or of the disk under it.
#[derive(Debug, thiserror::Error)]
pub enum LedgerFault {
    #[error("{0} is not a ledger; move that file away, or restore a backup over it")]
    NotALedger(PathBuf),
    #[error(
        "the ledger has schema version {found}, this program knows versions up to {known}; run a newer cunxiang, or \
         restore a backup made by this one"
    )]
    Newer { found: u32, known: u32 },
    #[error(
        "the ledger {path} cannot be opened ({why}); check that its folder exists and that this user may write there"
    )]
    CannotOpen { path: PathBuf, why: String },
    #[error("the ledger cannot be written: its file or folder is read-only; give this user the right to write there")]
    ReadOnly,
    #[error("the disk is full, nothing was recorded; free some space")]
    DiskFull,
    #[error("the ledger has been in use by another program for too long; end that program")]
    Busy,
    #[error("the ledger is damaged ({0}); stop, keep a copy of the file, and restore the last backup")]
    Damaged(String),
    /// What is kept already differs from what is to be kept under the same name.
    #[error("the ledger already holds something else: {0}")]
    Conflict(String),
    #[error("{0} is not text in UTF-8 and cannot be kept in the ledger")]
    NotText(String),
    #[error("a backup to {path} failed: {why}")]
    Backup { path: PathBuf, why: String },
    #[error(
        "{path} cannot be written ({why}); old rows stay in the ledger until it can: make room, and let this user write"
    )]
    Archive { path: PathBuf, why: String },
    #[error("the ledger's database failed: {0}")]
    Database(String),
}

/// Result codes of SQLite, without their extension (<https://www.sqlite.org/rescode.html>).
const SQLITE_BUSY: i64 = 5;
const SQLITE_READONLY: i64 = 8;
const SQLITE_CORRUPT: i64 = 11;
const SQLITE_FULL: i64 = 13;
const SQLITE_NOTADB: i64 = 26;

impl From<sqlx::Error> for LedgerFault {
    fn from(error: sqlx::Error) -> LedgerFault {
        if matches!(error, sqlx::Error::PoolTimedOut) {
            return LedgerFault::Busy;
        }
        let code = error.as_database_error().and_then(|e| e.code()).and_then(|code| code.parse::<i64>().ok());
        match code.map(|code| code & 0xff) {
            Some(SQLITE_FULL) => LedgerFault::DiskFull,
            Some(SQLITE_READONLY) => LedgerFault::ReadOnly,
            Some(SQLITE_BUSY) => LedgerFault::Busy,
            Some(SQLITE_CORRUPT | SQLITE_NOTADB) => LedgerFault::Damaged(error.to_string()),
            _ => LedgerFault::Database(error.to_string()),
        }
    }
}
