//! Makes a new ledger, and brings an older one to this version, one step and one transaction at a time.

use std::path::Path;

use sqlx::{AnyPool, Row as _};

use super::{LedgerFault, open};

/// What a new ledger is made of.
pub(super) const SCHEMA: &str = include_str!("../schema.sql");

/// Step `i` leads from version `i + 1` to `i + 2`.
pub(super) const STEPS: &[&str] = &[
    include_str!("to-2.sql"),
    include_str!("to-3.sql"),
    include_str!("to-4.sql"),
    include_str!("to-5.sql"),
    include_str!("to-6.sql"),
    include_str!("to-7.sql"),
    include_str!("to-8.sql"),
    include_str!("to-9.sql"),
    include_str!("to-10.sql"),
];

pub(super) async fn to_current(writer: &AnyPool, path: &Path) -> Result<(), LedgerFault> {
    run(writer, path, SCHEMA, STEPS).await
}

/// `schema` is the text of version `steps.len() + 1`.
pub(super) async fn run(
    writer: &AnyPool,
    path: &Path,
    schema: &'static str,
    steps: &[&'static str],
) -> Result<(), LedgerFault> {
    let known = steps.len() as u32 + 1;
    let found = match version(writer, path).await? {
        Some(found) => found,
        None => return install(writer, schema, known).await,
    };
    if found > known {
        return Err(LedgerFault::Newer { found, known });
    }
    for version in found..known {
        install(writer, steps[version as usize - 1], version + 1).await?;
    }
    Ok(())
}

/// Runs one text and records the version it leads to: both or neither.
async fn install(writer: &AnyPool, text: &'static str, version: u32) -> Result<(), LedgerFault> {
    let mut tx = writer.begin_with(open::BEGIN).await?;
    sqlx::raw_sql(text).execute(&mut *tx).await?;
    sqlx::query(
        "INSERT INTO meta (key, value) VALUES ('schema', $1) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    )
    .bind(version.to_string())
    .execute(&mut *tx)
    .await?;
    Ok(tx.commit().await?)
}

/// The version of the ledger in this database; none when the database is empty.
async fn version(writer: &AnyPool, path: &Path) -> Result<Option<u32>, LedgerFault> {
    let tables: Vec<String> = sqlx::query("SELECT name FROM sqlite_master WHERE type = 'table'")
        .fetch_all(writer)
        .await?
        .iter()
        .map(|row| row.try_get(0))
        .collect::<Result<_, _>>()?;
    if tables.is_empty() {
        return Ok(None);
    }
    let foreign = || LedgerFault::NotALedger(path.to_owned());
    if !tables.iter().any(|name| name == "meta") {
        return Err(foreign());
    }
    let row = sqlx::query("SELECT value FROM meta WHERE key = 'schema'").fetch_optional(writer).await;
    let text: String = row.ok().flatten().ok_or_else(foreign)?.try_get(0).map_err(|_| foreign())?;
    text.parse().map(Some).map_err(|_| foreign())
}
