//! Village boxes: let in with a code, confirmed by a person, revoked. Each change is in the audit.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::any::AnyRow;
use sqlx::{Any, Transaction};

use super::row::{self, Columns as _, ms};
use super::{Ledger, LedgerFault, audit};
use crate::base::{Digest, Id, Timestamp};
use crate::rundown::seal::{KeyId, PublicKey};

/// A code is good for this long: time to walk to the box, not to lose the note.
pub const CODE_VALID_FOR: TimeDelta = TimeDelta::minutes(15);

/// Where a box stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BoxState {
    /// It waits for a person to compare fingerprints; it is told nothing.
    Pending,
    Confirmed,
    /// For good: another key has to be enrolled.
    Revoked,
}

/// A box as the ledger has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoxRow {
    pub key: KeyId,
    pub public: PublicKey,
    pub stations: Vec<Id>,
    pub state: BoxState,
    pub enrolled_at: Timestamp,
    pub confirmed_by: Option<String>,
    pub confirmed_at: Option<Timestamp>,
    pub revoked_by: Option<String>,
    pub revoked_at: Option<Timestamp>,
    /// As of the last [`Ledger::record_heard`].
    pub last_heard: Option<Timestamp>,
    /// What it said of itself, as it said it.
    pub last_status: Option<String>,
}

/// That a box was heard, to be kept.
#[derive(Debug, Clone)]
pub struct Heard {
    pub key: KeyId,
    pub at: Timestamp,
    pub status: Option<String>,
}

/// Why a box is not let in, confirmed or revoked.
#[derive(Debug, thiserror::Error)]
pub enum BoxFault {
    #[error("this code is unknown, used or over; make another with `cunxiang enrol`")]
    BadCode,
    #[error("this key is known here already; have another code made, and join with it: that makes a new key")]
    KeyTaken,
    #[error("no box with the key {0} waits to be confirmed; `cunxiang stations` lists them")]
    NotPending(KeyId),
    #[error("there is no box with the key {0} that could be revoked; `cunxiang stations` lists them")]
    NotThere(KeyId),
    #[error(transparent)]
    Ledger(#[from] LedgerFault),
}

impl From<sqlx::Error> for BoxFault {
    fn from(error: sqlx::Error) -> BoxFault {
        BoxFault::Ledger(error.into())
    }
}

impl Ledger {
    /// Keeps the digest of a new code for a box of these stations. Returns until when it is good.
    pub async fn make_code(
        &self,
        code: Digest,
        stations: &[Id],
        by: &str,
        now: Timestamp,
    ) -> Result<Timestamp, LedgerFault> {
        let mut tx = self.write().await?;
        let expires = now + CODE_VALID_FOR;
        // What is over is of no use to anybody.
        sqlx::query("DELETE FROM enrolment_codes WHERE expires < $1")
            .bind(ms(now - CODE_VALID_FOR))
            .execute(&mut *tx)
            .await?;
        sqlx::query(
            "INSERT INTO enrolment_codes (code, stations, made_by, made_at, expires) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(code.to_string())
        .bind(row::json(stations))
        .bind(by.to_owned())
        .bind(ms(now))
        .bind(ms(expires))
        .execute(&mut *tx)
        .await?;
        audit::append(&mut tx, by, "make enrolment code", &json!({ "stations": stations }), now).await?;
        tx.commit().await?;
        row::time(ms(expires))
    }

    /// Lets a box in with a code, as pending; the code is used then. The same box may ask again with the same code: its
    /// answer may have been lost. Returns its stations.
    ///
    /// Errors: the code is unknown, over or used by another; the key was let in before.
    pub async fn enrol(&self, code: Digest, public: &PublicKey, now: Timestamp) -> Result<Vec<Id>, BoxFault> {
        let key = public.id();
        let mut tx = self.write().await?;
        let found = sqlx::query("SELECT * FROM enrolment_codes WHERE code = $1 AND made_at <= $2 AND expires >= $2")
            .bind(code.to_string())
            .bind(ms(now))
            .fetch_optional(&mut *tx)
            .await?
            .ok_or(BoxFault::BadCode)?;
        let stations: Vec<Id> = found.json("stations")?;
        match found.text_or_none("used_by")? {
            Some(by) if by == key.to_string() => return Ok(stations),
            Some(_) => return Err(BoxFault::BadCode),
            None => {}
        }
        let taken = sqlx::query("SELECT key_id FROM boxes WHERE key_id = $1")
            .bind(key.to_string())
            .fetch_optional(&mut *tx)
            .await?;
        if taken.is_some() {
            return Err(BoxFault::KeyTaken);
        }
        sqlx::query("UPDATE enrolment_codes SET used_at = $1, used_by = $2 WHERE code = $3")
            .bind(ms(now))
            .bind(key.to_string())
            .bind(code.to_string())
            .execute(&mut *tx)
            .await?;
        sqlx::query("INSERT INTO boxes (key_id, public_key, stations, state, enrolled_at) VALUES ($1, $2, $3, $4, $5)")
            .bind(key.to_string())
            .bind(public.to_string())
            .bind(row::json(&stations))
            .bind(row::word(&BoxState::Pending))
            .bind(ms(now))
            .execute(&mut *tx)
            .await?;
        let detail = json!({ "key": key, "public": public.to_string(), "stations": stations });
        audit::append(&mut tx, "cunxiang", "enrol box", &detail, now).await?;
        tx.commit().await?;
        Ok(stations)
    }

    /// Confirms a pending box. Whatever box had one of its stations before is revoked with it: one commit. Returns the
    /// keys of those.
    ///
    /// Errors: it is not pending.
    pub async fn confirm_box(&self, key: &KeyId, by: &str, now: Timestamp) -> Result<Vec<KeyId>, BoxFault> {
        let mut tx = self.write().await?;
        let all = read_all(&mut tx).await?;
        let new = all.iter().find(|row| row.key == *key && row.state == BoxState::Pending);
        let new = new.ok_or_else(|| BoxFault::NotPending(key.clone()))?;
        let has_one = |row: &&BoxRow| row.stations.iter().any(|station| new.stations.contains(station));
        let before: Vec<KeyId> = all
            .iter()
            .filter(|row| row.state == BoxState::Confirmed)
            .filter(has_one)
            .map(|row| row.key.clone())
            .collect();
        for old in &before {
            revoke(&mut tx, old, by, now).await?;
        }
        sqlx::query("UPDATE boxes SET state = $1, confirmed_by = $2, confirmed_at = $3 WHERE key_id = $4")
            .bind(row::word(&BoxState::Confirmed))
            .bind(by.to_owned())
            .bind(ms(now))
            .bind(key.to_string())
            .execute(&mut *tx)
            .await?;
        let detail = json!({ "key": key, "stations": new.stations });
        audit::append(&mut tx, by, "confirm box", &detail, now).await?;
        tx.commit().await?;
        Ok(before)
    }

    /// Revokes a box, pending or confirmed, for good.
    ///
    /// Errors: there is none, or it is revoked already.
    pub async fn revoke_box(&self, key: &KeyId, by: &str, now: Timestamp) -> Result<(), BoxFault> {
        let mut tx = self.write().await?;
        if !revoke(&mut tx, key, by, now).await? {
            return Err(BoxFault::NotThere(key.clone()));
        }
        Ok(tx.commit().await?)
    }

    /// Every box, revoked ones among them, in the order they were let in.
    pub async fn boxes(&self) -> Result<Vec<BoxRow>, LedgerFault> {
        let rows = sqlx::query("SELECT * FROM boxes ORDER BY enrolled_at, key_id").fetch_all(&self.readers).await?;
        rows.iter().map(read).collect()
    }

    /// Keeps when boxes were heard and what they said of themselves; one commit. Not audited: it comes each minute.
    pub async fn record_heard(&self, heard: &[Heard]) -> Result<(), LedgerFault> {
        if heard.is_empty() {
            return Ok(());
        }
        let mut tx = self.write().await?;
        for one in heard {
            sqlx::query("UPDATE boxes SET last_heard = $1, last_status = COALESCE($2, last_status) WHERE key_id = $3")
                .bind(ms(one.at))
                .bind(one.status.clone())
                .bind(one.key.to_string())
                .execute(&mut *tx)
                .await?;
        }
        Ok(tx.commit().await?)
    }
}

/// The stations of a confirmed box; none where no box with this key is confirmed.
pub(super) async fn confirmed_stations(
    tx: &mut Transaction<'_, Any>,
    key: &KeyId,
) -> Result<Option<Vec<Id>>, LedgerFault> {
    let row = sqlx::query("SELECT stations FROM boxes WHERE key_id = $1 AND state = $2")
        .bind(key.to_string())
        .bind(row::word(&BoxState::Confirmed))
        .fetch_optional(&mut **tx)
        .await?;
    row.map(|row| row.json("stations")).transpose()
}

/// False where there is nothing to revoke.
async fn revoke(tx: &mut Transaction<'_, Any>, key: &KeyId, by: &str, now: Timestamp) -> Result<bool, LedgerFault> {
    let done =
        sqlx::query("UPDATE boxes SET state = $1, revoked_by = $2, revoked_at = $3 WHERE key_id = $4 AND state <> $1")
            .bind(row::word(&BoxState::Revoked))
            .bind(by.to_owned())
            .bind(ms(now))
            .bind(key.to_string())
            .execute(&mut **tx)
            .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    audit::append(tx, by, "revoke box", &json!({ "key": key }), now).await?;
    Ok(true)
}

async fn read_all(tx: &mut Transaction<'_, Any>) -> Result<Vec<BoxRow>, LedgerFault> {
    let rows = sqlx::query("SELECT * FROM boxes ORDER BY enrolled_at, key_id").fetch_all(&mut **tx).await?;
    rows.iter().map(read).collect()
}

fn read(row: &AnyRow) -> Result<BoxRow, LedgerFault> {
    Ok(BoxRow {
        key: row::read_word(&row.text("key_id")?)?,
        public: row.parsed("public_key")?,
        stations: row.json("stations")?,
        state: row::read_word(&row.text("state")?)?,
        enrolled_at: row.time("enrolled_at")?,
        confirmed_by: row.text_or_none("confirmed_by")?,
        confirmed_at: row.time_or_none("confirmed_at")?,
        revoked_by: row.text_or_none("revoked_by")?,
        revoked_at: row.time_or_none("revoked_at")?,
        last_heard: row.time_or_none("last_heard")?,
        last_status: row.text_or_none("last_status")?,
    })
}
