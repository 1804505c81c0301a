//! Editions: each broadcast as it was written, under its digest, with the number residents know it by.

use std::collections::BTreeMap;

use sqlx::{Any, Transaction};

use super::row::{Columns as _, ms, next_number};
use super::{Ledger, LedgerFault};
use crate::base::{Digest, Id, Timestamp};

/// An edition that may be new.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEdition {
    pub digest: Digest,
    pub broadcast: Id,
    /// The exact bytes under the digest: UTF-8 text.
    pub bytes: Vec<u8>,
}

/// What the ledger says of an edition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registered {
    /// Such as `2026-0412`: the year it was first seen in, and its number in that year.
    pub notice: String,
    pub first_seen: Timestamp,
}

impl Ledger {
    /// Gives each new edition its notice number, in the order given, and keeps its bytes; one it knows keeps what it
    /// has. `year` is the local year. One commit; numbers have no holes.
    ///
    /// Errors: bytes that are not UTF-8; then nothing is registered.
    pub async fn register_editions(
        &self,
        editions: &[NewEdition],
        now: Timestamp,
        year: i32,
    ) -> Result<BTreeMap<Digest, Registered>, LedgerFault> {
        let mut registered = BTreeMap::new();
        if editions.is_empty() {
            return Ok(registered);
        }
        let mut tx = self.write().await?;
        for edition in editions {
            let entry = keep(&mut tx, edition, now, year).await?;
            sqlx::query(
                "INSERT INTO broadcasts_seen (broadcast, first_seen) VALUES ($1, $2) ON CONFLICT (broadcast) DO NOTHING",
            )
            .bind(edition.broadcast.to_string())
            .bind(ms(now))
            .execute(&mut *tx)
            .await?;
            registered.insert(edition.digest, entry);
        }
        tx.commit().await?;
        Ok(registered)
    }

    /// The broadcast and the exact bytes of an edition.
    pub async fn edition(&self, digest: Digest) -> Result<Option<NewEdition>, LedgerFault> {
        let row = sqlx::query("SELECT broadcast, content FROM editions WHERE digest = $1")
            .bind(digest.to_string())
            .fetch_optional(&self.readers)
            .await?;
        row.map(|row| {
            Ok(NewEdition { digest, broadcast: row.parsed("broadcast")?, bytes: row.text("content")?.into_bytes() })
        })
        .transpose()
    }

    /// What is known of an edition; none when it was never registered.
    pub async fn registered(&self, digest: Digest) -> Result<Option<Registered>, LedgerFault> {
        let row = sqlx::query("SELECT notice, first_seen FROM editions WHERE digest = $1")
            .bind(digest.to_string())
            .fetch_optional(&self.readers)
            .await?;
        row.map(|row| Ok(Registered { notice: row.text("notice")?, first_seen: row.time("first_seen")? })).transpose()
    }

    /// The broadcast of a notice number, and when that edition was first seen; none when the number was never given.
    pub async fn notice(&self, number: &str) -> Result<Option<(Id, Timestamp)>, LedgerFault> {
        let row = sqlx::query("SELECT broadcast, first_seen FROM editions WHERE notice = $1")
            .bind(number.to_owned())
            .fetch_optional(&self.readers)
            .await?;
        row.map(|row| Ok((row.parsed("broadcast")?, row.time("first_seen")?))).transpose()
    }

    /// When each broadcast id was first seen, for ever: an id is never used for another broadcast.
    pub async fn broadcasts_first_seen(&self) -> Result<BTreeMap<Id, Timestamp>, LedgerFault> {
        let rows = sqlx::query("SELECT broadcast, first_seen FROM broadcasts_seen").fetch_all(&self.readers).await?;
        rows.iter().map(|row| Ok((row.parsed("broadcast")?, row.time("first_seen")?))).collect()
    }
}

/// Keeps the bytes of an edition and gives it its notice number; one that is known keeps what it has.
pub(super) async fn keep(
    tx: &mut Transaction<'_, Any>,
    edition: &NewEdition,
    now: Timestamp,
    year: i32,
) -> Result<Registered, LedgerFault> {
    let known = sqlx::query("SELECT notice, first_seen FROM editions WHERE digest = $1")
        .bind(edition.digest.to_string())
        .fetch_optional(&mut **tx)
        .await?;
    if let Some(row) = known {
        return Ok(Registered { notice: row.text("notice")?, first_seen: row.time("first_seen")? });
    }
    let content = String::from_utf8(edition.bytes.clone())
        .map_err(|_| LedgerFault::NotText(format!("the edition of {}", edition.broadcast)))?;
    let number = next_number(tx, &format!("notice-{year}")).await?;
    let notice = format!("{year}-{number:04}");
    sqlx::query("INSERT INTO editions (digest, broadcast, notice, content, first_seen) VALUES ($1, $2, $3, $4, $5)")
        .bind(edition.digest.to_string())
        .bind(edition.broadcast.to_string())
        .bind(notice.clone())
        .bind(content)
        .bind(ms(now))
        .execute(&mut **tx)
        .await?;
    // The same precision as a later call reads back.
    Ok(Registered { notice, first_seen: super::row::time(ms(now))? })
}
