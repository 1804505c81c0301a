//! People: who may do what. Each change is in the audit.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::any::AnyRow;
use sqlx::{Any, Transaction};

use super::row::{self, Columns as _, ms};
use super::{Ledger, LedgerFault, audit, logins};
use crate::base::{Tag, Timestamp};

/// What a person may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Writes notices, imports recordings, files daily orders and drills.
    Writer,
    /// Translates and reads.
    Translator,
    /// Reviews editions.
    Reviewer,
    /// Files and confirms emergencies.
    Approver,
    /// Installs, restores, ends HOLD, adds people.
    Engineer,
}

impl Role {
    pub const ALL: [Role; 5] = [Role::Writer, Role::Translator, Role::Reviewer, Role::Approver, Role::Engineer];
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&row::word(self))
    }
}

/// A text that is no [`Role`].
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is no role: writer, translator, reviewer, approver or engineer")]
pub struct BadRole(pub String);

impl FromStr for Role {
    type Err = BadRole;

    fn from_str(text: &str) -> Result<Role, BadRole> {
        Role::ALL.into_iter().find(|role| row::word(role) == text).ok_or_else(|| BadRole(text.to_owned()))
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Never given to another person, nor changed.
    pub name: String,
    /// The account on this machine they work with.
    pub os_user: Option<String>,
    pub roles: BTreeSet<Role>,
    /// When they became one of the people, or were last given the right to approve or review: who is added after an
    /// emergency was filed may not confirm it.
    pub added: Timestamp,
    pub retired: Option<Timestamp>,
    /// The languages a translator works on; none named: every one.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub languages: BTreeSet<Tag>,
}

impl Person {
    /// Whether they translate into this language.
    pub fn translates(&self, language: &Tag) -> bool {
        self.roles.contains(&Role::Translator) && (self.languages.is_empty() || self.languages.contains(language))
    }
}

/// Why a change of people is refused.
#[derive(Debug, thiserror::Error)]
pub enum PeopleFault {
    #[error("the name {0} has been given before, and names are never given twice; add something to it")]
    NameTaken(String),
    #[error("the account {0} belongs to another person; retire that person first")]
    AccountTaken(String),
    #[error("there is no {0} among the people; `cunxiang people list` shows them")]
    Unknown(String),
    #[error(transparent)]
    Ledger(#[from] LedgerFault),
}

impl From<sqlx::Error> for PeopleFault {
    fn from(error: sqlx::Error) -> PeopleFault {
        PeopleFault::Ledger(error.into())
    }
}

impl Ledger {
    /// Adds a person; `by` says who did.
    ///
    /// Errors: the name or the account is taken.
    pub async fn add_person(
        &self,
        name: &str,
        os_user: Option<&str>,
        roles: &BTreeSet<Role>,
        by: &str,
        now: Timestamp,
    ) -> Result<(), PeopleFault> {
        let mut tx = self.write().await?;
        insert(&mut tx, name, os_user, roles, by, now).await?;
        Ok(tx.commit().await?)
    }

    /// Gives a person these roles and languages in the place of those they had. Who is given the right to approve or
    /// review counts as added now.
    ///
    /// Errors: there is no such person.
    pub async fn change_person(
        &self,
        name: &str,
        (roles, languages): (&BTreeSet<Role>, &BTreeSet<Tag>),
        by: &str,
        now: Timestamp,
    ) -> Result<(), PeopleFault> {
        let mut tx = self.write().await?;
        let unknown = || PeopleFault::Unknown(name.to_owned());
        let before = find(&mut tx, name).await?.filter(|person| person.retired.is_none()).ok_or_else(unknown)?;
        if before.roles == *roles && before.languages == *languages {
            return Ok(());
        }
        let gains = |role| roles.contains(&role) && !before.roles.contains(&role);
        let added = if gains(Role::Approver) || gains(Role::Reviewer) { now } else { before.added };
        sqlx::query("UPDATE people SET roles = $1, languages = $2, added = $3 WHERE name = $4")
            .bind(row::json(roles))
            .bind(row::json(languages))
            .bind(ms(added))
            .bind(name.to_owned())
            .execute(&mut *tx)
            .await?;
        let detail = json!({
            "name": name,
            "before": { "roles": before.roles, "languages": before.languages },
            "after": { "roles": roles, "languages": languages },
        });
        audit::append(&mut tx, by, "change person", &detail, now).await?;
        Ok(tx.commit().await?)
    }

    /// Takes a person's roles, account and login away. The name stays, so that old records keep their meaning.
    pub async fn retire_person(&self, name: &str, by: &str, now: Timestamp) -> Result<(), PeopleFault> {
        let mut tx = self.write().await?;
        let done = sqlx::query("UPDATE people SET retired = $1, os_user = NULL WHERE name = $2 AND retired IS NULL")
            .bind(ms(now))
            .bind(name.to_owned())
            .execute(&mut *tx)
            .await?;
        if done.rows_affected() == 0 {
            return Err(PeopleFault::Unknown(name.to_owned()));
        }
        sqlx::query("DELETE FROM logins WHERE person = $1").bind(name.to_owned()).execute(&mut *tx).await?;
        logins::end_all(&mut tx, name).await?;
        audit::append(&mut tx, by, "retire person", &json!({ "name": name }), now).await?;
        Ok(tx.commit().await?)
    }

    /// Everybody, the retired among them, by name.
    pub async fn people(&self) -> Result<Vec<Person>, LedgerFault> {
        let rows = sqlx::query("SELECT * FROM people ORDER BY name").fetch_all(&self.readers).await?;
        rows.iter().map(read).collect()
    }

    /// Who works with this account of the machine.
    pub async fn person_by_os_user(&self, os_user: &str) -> Result<Option<Person>, LedgerFault> {
        let row = sqlx::query("SELECT * FROM people WHERE os_user = $1 AND retired IS NULL")
            .bind(os_user.to_owned())
            .fetch_optional(&self.readers)
            .await?;
        row.as_ref().map(read).transpose()
    }
}

/// Adds a person in a transaction of something larger.
pub(super) async fn insert(
    tx: &mut Transaction<'_, Any>,
    name: &str,
    os_user: Option<&str>,
    roles: &BTreeSet<Role>,
    by: &str,
    now: Timestamp,
) -> Result<(), PeopleFault> {
    let taken = sqlx::query("SELECT name FROM people WHERE name = $1 OR os_user = $2")
        .bind(name.to_owned())
        .bind(os_user.map(str::to_owned))
        .fetch_all(&mut **tx)
        .await?;
    for row in &taken {
        if row.text("name")? == name {
            return Err(PeopleFault::NameTaken(name.to_owned()));
        }
    }
    if let (false, Some(account)) = (taken.is_empty(), os_user) {
        return Err(PeopleFault::AccountTaken(account.to_owned()));
    }
    sqlx::query("INSERT INTO people (name, os_user, roles, added) VALUES ($1, $2, $3, $4)")
        .bind(name.to_owned())
        .bind(os_user.map(str::to_owned))
        .bind(row::json(roles))
        .bind(ms(now))
        .execute(&mut **tx)
        .await?;
    let detail = json!({ "name": name, "os_user": os_user, "roles": roles });
    Ok(audit::append(tx, by, "add person", &detail, now).await?)
}

pub(super) async fn find(tx: &mut Transaction<'_, Any>, name: &str) -> Result<Option<Person>, LedgerFault> {
    let row =
        sqlx::query("SELECT * FROM people WHERE name = $1").bind(name.to_owned()).fetch_optional(&mut **tx).await?;
    row.as_ref().map(read).transpose()
}

pub(super) fn read(row: &AnyRow) -> Result<Person, LedgerFault> {
    Ok(Person {
        name: row.text("name")?,
        os_user: row.text_or_none("os_user")?,
        roles: row.json("roles")?,
        added: row.time("added")?,
        retired: row.time_or_none("retired")?,
        languages: row.json("languages")?,
    })
}
