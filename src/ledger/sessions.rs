//! Who is logged in to the console, where, and until when.

use std::collections::BTreeSet;

use serde_json::json;
use sqlx::any::AnyRow;

use super::row::{Columns as _, ms};
use super::{Ledger, LedgerFault, Person, audit, people};
use crate::base::{Digest, Timestamp};

/// The newest sessions of one person that stay: an older one ends when there are more.
pub const SESSIONS_OF_ONE_MAX: usize = 10;

/// A session, as the ledger holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// SHA-256 of what the browser holds.
    pub token: Digest,
    pub person: String,
    /// A code was given beside the password.
    pub with_code: bool,
    pub begun: Timestamp,
    /// When the person last asked for something, to the minute.
    pub seen: Timestamp,
    /// However busy they are.
    pub expires: Timestamp,
    /// Where it was begun from, and with what, as the browser says.
    pub address: String,
    pub browser: String,
}

impl Ledger {
    /// Begins a session. Expired ones go, and the oldest of a person who has too many.
    pub async fn begin_session(&self, session: &SessionRow) -> Result<(), LedgerFault> {
        let mut tx = self.write().await?;
        sqlx::query("DELETE FROM sessions WHERE expires <= $1").bind(ms(session.begun)).execute(&mut *tx).await?;
        sqlx::query(
            "INSERT INTO sessions (token, person, with_code, begun, seen, expires, address, browser) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(session.token.to_string())
        .bind(session.person.clone())
        .bind(i32::from(session.with_code))
        .bind(ms(session.begun))
        .bind(ms(session.seen))
        .bind(ms(session.expires))
        .bind(session.address.clone())
        .bind(session.browser.clone())
        .execute(&mut *tx)
        .await?;
        sqlx::query(
            "DELETE FROM sessions WHERE person = $1 AND token NOT IN \
             (SELECT token FROM sessions WHERE person = $1 ORDER BY begun DESC, token LIMIT $2)",
        )
        .bind(session.person.clone())
        .bind(SESSIONS_OF_ONE_MAX as i64)
        .execute(&mut *tx)
        .await?;
        let detail = json!({ "address": session.address, "with_code": session.with_code });
        audit::append(&mut tx, &session.person, "log in", &detail, session.begun).await?;
        Ok(tx.commit().await?)
    }

    /// A session and its person, unless it has ended or the person has retired. Says nothing of how long it is unused.
    pub async fn session(&self, token: Digest, now: Timestamp) -> Result<Option<(SessionRow, Person)>, LedgerFault> {
        let row = sqlx::query(
            "SELECT sessions.*, people.* FROM sessions JOIN people ON people.name = sessions.person \
             WHERE token = $1 AND expires > $2 AND retired IS NULL",
        )
        .bind(token.to_string())
        .bind(ms(now))
        .fetch_optional(&self.readers)
        .await?;
        row.as_ref().map(|row| Ok((read(row)?, people::read(row)?))).transpose()
    }

    /// The person was here.
    pub async fn touch_session(&self, token: Digest, now: Timestamp) -> Result<(), LedgerFault> {
        let mut tx = self.write().await?;
        sqlx::query("UPDATE sessions SET seen = $1 WHERE token = $2")
            .bind(ms(now))
            .bind(token.to_string())
            .execute(&mut *tx)
            .await?;
        Ok(tx.commit().await?)
    }

    /// The sessions of a person that have not expired, the newest first.
    pub async fn sessions_of(&self, person: &str, now: Timestamp) -> Result<Vec<SessionRow>, LedgerFault> {
        let rows = sqlx::query("SELECT * FROM sessions WHERE person = $1 AND expires > $2 ORDER BY begun DESC, token")
            .bind(person.to_owned())
            .bind(ms(now))
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(read).collect()
    }

    /// Who has a session.
    pub async fn people_logged_in(&self, now: Timestamp) -> Result<BTreeSet<String>, LedgerFault> {
        let rows = sqlx::query("SELECT DISTINCT person FROM sessions WHERE expires > $1")
            .bind(ms(now))
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(|row| row.text("person")).collect()
    }

    /// Ends a session of `person`, or with none named all of theirs. How many that were.
    pub async fn end_sessions(
        &self,
        person: &str,
        session: Option<Digest>,
        by: &str,
        now: Timestamp,
    ) -> Result<u64, LedgerFault> {
        let mut tx = self.write().await?;
        let ended = sqlx::query("DELETE FROM sessions WHERE person = $1 AND token = COALESCE($2, token)")
            .bind(person.to_owned())
            .bind(session.map(|token| token.to_string()))
            .execute(&mut *tx)
            .await?
            .rows_affected();
        if ended > 0 {
            audit::append(&mut tx, by, "log out", &json!({ "person": person, "sessions_ended": ended }), now).await?;
        }
        tx.commit().await?;
        Ok(ended)
    }
}

fn read(row: &AnyRow) -> Result<SessionRow, LedgerFault> {
    Ok(SessionRow {
        token: row.text("token")?.parse().map_err(|_| LedgerFault::Damaged("a session's digest".to_owned()))?,
        person: row.text("person")?,
        with_code: row.number("with_code")? != 0,
        begun: row.time("begun")?,
        seen: row.time("seen")?,
        expires: row.time("expires")?,
        address: row.text("address")?,
        browser: row.text("browser")?,
    })
}
