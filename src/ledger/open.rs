//! Opening a ledger. All that differs between database engines is here.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sqlx::any::{AnyPoolOptions, install_default_drivers};
use sqlx::{AnyConnection, AnyPool, Connection as _, Executor as _};

use super::{Ledger, LedgerFault, upgrade};

/// Takes SQLite's write lock at once: a transaction that reads first and locks later fails without waiting when
/// another wrote in between (SQLITE_BUSY_SNAPSHOT). PostgreSQL wants a plain BEGIN.
pub(super) const BEGIN: &str = "BEGIN IMMEDIATE";

/// Readers do not wait for the writer; two serve a console and a query beside it on a small machine.
const READERS: u32 = 2;
/// The longest a caller waits for its turn; a transaction takes milliseconds, so longer means a stuck disk.
const WAIT_MAX: Duration = Duration::from_secs(30);

/// WAL keeps readers out of the writer's way; FULL syncs it at each commit, so that a commit survives a power cut. Moving
/// it into the file waits for the disk twice more: not with each 4 MB that are written, but with 32, half of what it may
/// take up.
const WRITER_PRAGMAS: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
                              PRAGMA busy_timeout = 5000; PRAGMA wal_autocheckpoint = 8000; \
                              PRAGMA journal_size_limit = 67108864";
const READER_PRAGMAS: &str = "PRAGMA busy_timeout = 5000; PRAGMA query_only = ON";

impl Ledger {
    /// Opens the ledger at `path`, makes it if there is none, and brings an older one to this version.
    ///
    /// Errors: not a ledger, of a newer version, in a folder that is missing or read-only, damaged, disk full.
    pub async fn open(path: &Path) -> Result<Ledger, LedgerFault> {
        let url = format!("{}?mode=rwc", url_of(path)?);
        try_once(&url).await.map_err(|error| explain(path, error))?;
        let writer = pool(&url, 1, WRITER_PRAGMAS).await.map_err(|error| explain(path, error))?;
        upgrade::to_current(&writer, path).await?;
        let readers = pool(&url, READERS, READER_PRAGMAS).await.map_err(|error| explain(path, error))?;
        Ok(Ledger { writer, readers, writes: Arc::default() })
    }

    /// A ledger that is gone when closed, for tests: one connection, otherwise the same.
    pub async fn in_memory() -> Result<Ledger, LedgerFault> {
        let writer = pool("sqlite::memory:", 1, "PRAGMA foreign_keys = ON").await?;
        upgrade::to_current(&writer, Path::new(":memory:")).await?;
        Ok(Ledger { readers: writer.clone(), writer, writes: Arc::default() })
    }

    /// Whether the file is whole. Reads all of it.
    pub async fn integrity_check(&self) -> Result<(), LedgerFault> {
        check(&mut *self.readers.acquire().await?).await
    }

    /// Moves what the write-ahead log holds into the file, so that the log does not grow for ever; to be called
    /// hourly.
    pub async fn checkpoint(&self) -> Result<(), LedgerFault> {
        self.writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").await?;
        Ok(())
    }
}

pub(super) async fn check(connection: &mut AnyConnection) -> Result<(), LedgerFault> {
    let (answer,): (String,) = sqlx::query_as("PRAGMA integrity_check(1)").fetch_one(connection).await?;
    if answer == "ok" { Ok(()) } else { Err(LedgerFault::Damaged(answer)) }
}

/// Makes the file if there is none, and says what is wrong with it: a pool would try again until its time is up and
/// say only that.
async fn try_once(url: &str) -> Result<(), sqlx::Error> {
    install_default_drivers();
    let mut connection = AnyConnection::connect(url).await?;
    let result = sqlx::raw_sql(WRITER_PRAGMAS).execute(&mut connection).await;
    connection.close().await?;
    result.map(drop)
}

async fn pool(url: &str, connections_max: u32, pragmas: &'static str) -> Result<AnyPool, sqlx::Error> {
    install_default_drivers();
    AnyPoolOptions::new()
        .max_connections(connections_max)
        .acquire_timeout(WAIT_MAX)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .after_connect(move |connection, _| {
            Box::pin(async move {
                sqlx::raw_sql(pragmas).execute(connection).await?;
                Ok(())
            })
        })
        .connect(url)
        .await
}

/// `sqlite://` and the absolute path, percent-encoded (RFC 3986): folders here have Chinese names.
pub(super) fn url_of(path: &Path) -> Result<String, LedgerFault> {
    let cannot = |why: &str| LedgerFault::CannotOpen { path: path.to_owned(), why: why.to_owned() };
    let absolute: PathBuf = std::path::absolute(path).map_err(|e| cannot(&e.to_string()))?;
    let text = absolute.to_str().ok_or_else(|| cannot("its name is not UTF-8"))?;
    let mut url = String::from("sqlite://");
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte) {
            url.push(char::from(byte));
        } else {
            url.push_str(&format!("%{byte:02X}"));
        }
    }
    Ok(url)
}

fn explain(path: &Path, error: sqlx::Error) -> LedgerFault {
    match LedgerFault::from(error) {
        LedgerFault::Damaged(_) => LedgerFault::NotALedger(path.to_owned()),
        LedgerFault::Database(why) => LedgerFault::CannotOpen { path: path.to_owned(), why },
        fault => fault,
    }
}
