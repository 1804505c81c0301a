//! How people prove to the console who they are: passwords, code generators, one-time links. Knows digests of secrets
//! only, and the secret of a code generator, which cannot be checked otherwise.

use serde_json::json;
use sqlx::any::AnyRow;
use sqlx::{Any, Transaction};

use super::people::{self, PeopleFault};
use super::row::{self, Columns as _, ms};
use super::{Ledger, LedgerFault, Role, audit};
use crate::base::{Digest, Timestamp};

/// How a person logs in.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    pub person: String,
    /// Argon2id, in the notation of PHC.
    pub password: String,
    pub password_set: Timestamp,
    /// In base32.
    pub code_secret: Option<String>,
    /// The last half minute since 1970 that a code was taken of: none is taken twice.
    pub code_step: u64,
}

/// Secrets stay out of logs.
impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Login").field("person", &self.person).finish_non_exhaustive()
    }
}

/// A one-time link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginLink {
    /// None: whoever opens it becomes the first engineer.
    pub person: Option<String>,
    pub expires: Timestamp,
}

/// Why a link does nothing.
#[derive(Debug, thiserror::Error)]
pub enum LinkFault {
    #[error("this link was used, has ended, or was never given; ask an engineer for another")]
    Spent,
    #[error(transparent)]
    People(#[from] PeopleFault),
    #[error(transparent)]
    Ledger(#[from] LedgerFault),
}

impl From<sqlx::Error> for LinkFault {
    fn from(error: sqlx::Error) -> LinkFault {
        LinkFault::Ledger(error.into())
    }
}

impl Ledger {
    /// How a person logs in; none where they never chose a password, or have retired.
    pub async fn login(&self, person: &str) -> Result<Option<Login>, LedgerFault> {
        let row = sqlx::query(
            "SELECT logins.* FROM logins JOIN people ON people.name = logins.person \
             WHERE logins.person = $1 AND people.retired IS NULL",
        )
        .bind(person.to_owned())
        .fetch_optional(&self.readers)
        .await?;
        row.as_ref().map(read).transpose()
    }

    /// The people who can log in, and whether each has a code generator.
    pub async fn logins(&self) -> Result<Vec<(String, bool)>, LedgerFault> {
        let rows = sqlx::query(
            "SELECT logins.person, logins.code_secret FROM logins JOIN people ON people.name = logins.person \
             WHERE people.retired IS NULL ORDER BY logins.person",
        )
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(|row| Ok((row.text("person")?, row.text_or_none("code_secret")?.is_some()))).collect()
    }

    /// A person chooses a new password, knowing the old one. Their other sessions end; `keep` is the one they sit at.
    pub async fn change_password(
        &self,
        person: &str,
        password: &str,
        keep: Digest,
        now: Timestamp,
    ) -> Result<(), LedgerFault> {
        let mut tx = self.write().await?;
        put_password(&mut tx, person, password, now).await?;
        let ended = sqlx::query("DELETE FROM sessions WHERE person = $1 AND token <> $2")
            .bind(person.to_owned())
            .bind(keep.to_string())
            .execute(&mut *tx)
            .await?
            .rows_affected();
        audit::append(&mut tx, person, "change password", &json!({ "person": person, "sessions_ended": ended }), now)
            .await?;
        Ok(tx.commit().await?)
    }

    /// A person's code generator, once it has shown a code; the session that set it up counts as begun with one.
    pub async fn set_code(
        &self,
        person: &str,
        (secret, step): (&str, u64),
        session: Digest,
        now: Timestamp,
    ) -> Result<(), LedgerFault> {
        let mut tx = self.write().await?;
        let before = had_code(&mut tx, person).await?;
        sqlx::query("UPDATE logins SET code_secret = $1, code_step = $2 WHERE person = $3")
            .bind(secret.to_owned())
            .bind(row::signed(step))
            .bind(person.to_owned())
            .execute(&mut *tx)
            .await?;
        sqlx::query("UPDATE sessions SET with_code = CASE WHEN token = $1 THEN 1 ELSE 0 END WHERE person = $2")
            .bind(session.to_string())
            .bind(person.to_owned())
            .execute(&mut *tx)
            .await?;
        let detail = json!({ "person": person, "before": before, "after": true });
        audit::append(&mut tx, person, "set code generator", &detail, now).await?;
        Ok(tx.commit().await?)
    }

    /// Forgets a person's code generator, as when a telephone is lost. Their sessions end. Whoever it was, an emergency
    /// filed before now is confirmed by somebody else: an engineer must not take an approver's place at once.
    pub async fn forget_code(&self, person: &str, by: &str, now: Timestamp) -> Result<(), PeopleFault> {
        let mut tx = self.write().await?;
        if !had_code(&mut tx, person).await? {
            return Err(PeopleFault::Unknown(person.to_owned()));
        }
        sqlx::query("UPDATE logins SET code_secret = NULL WHERE person = $1")
            .bind(person.to_owned())
            .execute(&mut *tx)
            .await?;
        sqlx::query("UPDATE people SET added = $1 WHERE name = $2")
            .bind(ms(now))
            .bind(person.to_owned())
            .execute(&mut *tx)
            .await?;
        end_all(&mut tx, person).await?;
        let detail = json!({ "person": person, "before": true, "after": false });
        audit::append(&mut tx, by, "forget code generator", &detail, now).await?;
        Ok(tx.commit().await?)
    }

    /// Takes a code of this half minute. False when one of it or of a later one was taken before.
    pub async fn take_code(&self, person: &str, step: u64) -> Result<bool, LedgerFault> {
        let mut tx = self.write().await?;
        let done = sqlx::query("UPDATE logins SET code_step = $1 WHERE person = $2 AND code_step < $1")
            .bind(row::signed(step))
            .bind(person.to_owned())
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(done.rows_affected() > 0)
    }

    /// Keeps a one-time link; one of the same person that was not used is void from now on. With no `person`, the link
    /// of a new county.
    ///
    /// Errors: there is no such person.
    pub async fn make_link(
        &self,
        token: Digest,
        person: Option<&str>,
        by: &str,
        (now, expires): (Timestamp, Timestamp),
    ) -> Result<(), PeopleFault> {
        let mut tx = self.write().await?;
        if let Some(name) = person
            && people::find(&mut tx, name).await?.is_none_or(|person| person.retired.is_some())
        {
            return Err(PeopleFault::Unknown(name.to_owned()));
        }
        sqlx::query("DELETE FROM login_links WHERE COALESCE(person, '') = $1 AND used_at IS NULL")
            .bind(person.unwrap_or_default().to_owned())
            .execute(&mut *tx)
            .await?;
        sqlx::query("INSERT INTO login_links (token, person, made_by, made_at, expires) VALUES ($1, $2, $3, $4, $5)")
            .bind(token.to_string())
            .bind(person.map(str::to_owned))
            .bind(by.to_owned())
            .bind(ms(now))
            .bind(ms(expires))
            .execute(&mut *tx)
            .await?;
        let detail = json!({ "person": person, "expires": expires });
        audit::append(&mut tx, by, "make login link", &detail, now).await?;
        Ok(tx.commit().await?)
    }

    /// What a link is for, while it works.
    pub async fn link(&self, token: Digest, now: Timestamp) -> Result<Option<LoginLink>, LedgerFault> {
        let row = sqlx::query("SELECT * FROM login_links WHERE token = $1 AND used_at IS NULL AND expires > $2")
            .bind(token.to_string())
            .bind(ms(now))
            .fetch_optional(&self.readers)
            .await?;
        row.as_ref().map(read_link).transpose()
    }

    /// Uses a link: the person it is for has this password from now on, and their sessions end. The link of a new
    /// county makes `name` its engineer, or gives the engineer of that name their password.
    ///
    /// Errors: the link was used or has ended; the name is taken by somebody who is no engineer.
    pub async fn use_link(
        &self,
        token: Digest,
        name: &str,
        password: &str,
        now: Timestamp,
    ) -> Result<String, LinkFault> {
        let mut tx = self.write().await?;
        let row = sqlx::query("SELECT * FROM login_links WHERE token = $1 AND used_at IS NULL AND expires > $2")
            .bind(token.to_string())
            .bind(ms(now))
            .fetch_optional(&mut *tx)
            .await?;
        let link = row.as_ref().map(read_link).transpose()?.ok_or(LinkFault::Spent)?;
        let person = match link.person {
            Some(person) => person,
            None => {
                match people::find(&mut tx, name).await? {
                    Some(person) if person.retired.is_none() && person.roles.contains(&Role::Engineer) => {}
                    Some(_) => return Err(PeopleFault::NameTaken(name.to_owned()).into()),
                    None => people::insert(&mut tx, name, None, &[Role::Engineer].into(), name, now).await?,
                }
                name.to_owned()
            }
        };
        if people::find(&mut tx, &person).await?.is_none_or(|person| person.retired.is_some()) {
            return Err(LinkFault::Spent);
        }
        sqlx::query("UPDATE login_links SET used_at = $1 WHERE token = $2")
            .bind(ms(now))
            .bind(token.to_string())
            .execute(&mut *tx)
            .await?;
        put_password(&mut tx, &person, password, now).await?;
        let ended = end_all(&mut tx, &person).await?;
        let detail = json!({ "person": person, "sessions_ended": ended });
        audit::append(&mut tx, &person, "use login link", &detail, now).await?;
        tx.commit().await?;
        Ok(person)
    }
}

async fn put_password(
    tx: &mut Transaction<'_, Any>,
    person: &str,
    password: &str,
    now: Timestamp,
) -> Result<(), LedgerFault> {
    sqlx::query(
        "INSERT INTO logins (person, password, password_set) VALUES ($1, $2, $3) \
         ON CONFLICT (person) DO UPDATE SET password = excluded.password, password_set = excluded.password_set",
    )
    .bind(person.to_owned())
    .bind(password.to_owned())
    .bind(ms(now))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn had_code(tx: &mut Transaction<'_, Any>, person: &str) -> Result<bool, LedgerFault> {
    let row = sqlx::query("SELECT code_secret FROM logins WHERE person = $1")
        .bind(person.to_owned())
        .fetch_optional(&mut **tx)
        .await?;
    Ok(row.map(|row| row.text_or_none("code_secret")).transpose()?.flatten().is_some())
}

/// Ends every session of a person. How many those were.
pub(super) async fn end_all(tx: &mut Transaction<'_, Any>, person: &str) -> Result<u64, LedgerFault> {
    let done = sqlx::query("DELETE FROM sessions WHERE person = $1").bind(person.to_owned()).execute(&mut **tx).await?;
    Ok(done.rows_affected())
}

fn read(row: &AnyRow) -> Result<Login, LedgerFault> {
    Ok(Login {
        person: row.text("person")?,
        password: row.text("password")?,
        password_set: row.time("password_set")?,
        code_secret: row.text_or_none("code_secret")?,
        code_step: row.count("code_step")?,
    })
}

fn read_link(row: &AnyRow) -> Result<LoginLink, LedgerFault> {
    Ok(LoginLink { person: row.text_or_none("person")?, expires: row.time("expires")? })
}
