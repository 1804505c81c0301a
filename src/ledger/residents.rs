//! What residents asked of the bot: groups that want notices, and the languages and villages they chose. Nothing is kept
//! of a person but the number of their chat and what they chose.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::any::AnyRow;
use sqlx::{Any, Transaction};

use super::row::{self, Columns as _, ms, next_number};
use super::{Ledger, LedgerFault, audit};
use crate::base::{Id, Tag, Timestamp};

/// Open requests; beyond them nobody's is taken: it is a county's worth of groups, and an attacker's are endless.
pub const REQUESTS_OPEN_MAX: u64 = 500;
/// Chats whose choices are kept; beyond them nothing new is chosen.
pub const SETTINGS_MAX: u64 = 200_000;

/// What became of a group's wish to get notices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RequestState {
    Open,
    Accepted,
    Refused,
    /// The robot was taken out of the group before anybody answered.
    Gone,
}

/// A group that the robot was added to, and that the county may take into its directory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChatRequest {
    pub number: u64,
    /// The kind of service.
    pub channel: String,
    /// As the channel understands it.
    pub address: Value,
    /// What the group calls itself: anybody may write anything there.
    pub title: String,
    /// Who added the robot, as the service names them.
    pub asked_by: String,
    pub asked_at: Timestamp,
    pub state: RequestState,
    pub settled_by: Option<String>,
    pub settled_at: Option<Timestamp>,
    /// The id it has in the directory since.
    pub chat: Option<Id>,
}

/// What one chat on a service chose.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChatSettings {
    pub channel: String,
    pub address: Value,
    /// Whether it is a group, and not a person.
    pub is_group: bool,
    /// In the order they are wanted; empty where nobody chose.
    pub languages: Vec<Tag>,
    /// A person's village.
    pub village: Option<Id>,
    /// When the robot was taken out of the group; none while it is in it.
    pub gone_at: Option<Timestamp>,
    pub updated: Timestamp,
}

/// Why a request cannot be settled.
#[derive(Debug, thiserror::Error)]
pub enum RequestFault {
    #[error("there is no request {0}; `cunxiang chats requests` lists them")]
    Unknown(u64),
    #[error("request {0} was settled before")]
    Settled(u64),
    #[error(transparent)]
    Ledger(#[from] LedgerFault),
}

impl From<sqlx::Error> for RequestFault {
    fn from(error: sqlx::Error) -> RequestFault {
        RequestFault::Ledger(error.into())
    }
}

impl Ledger {
    /// Files a group's wish, once: one that waits is left as it is. True when it is new. One commit.
    pub async fn request_chat(
        &self,
        channel: &str,
        address: &Value,
        (title, asked_by): (&str, &str),
        now: Timestamp,
    ) -> Result<bool, LedgerFault> {
        let mut tx = self.write().await?;
        let open =
            sqlx::query("SELECT channel, address FROM chat_requests WHERE state = 'open'").fetch_all(&mut *tx).await?;
        let address_text = row::json(address);
        let is_here = |row: &AnyRow| -> Result<bool, LedgerFault> {
            Ok(row.text("channel")? == channel && row.text("address")? == address_text)
        };
        for row in &open {
            if is_here(row)? {
                return Ok(false);
            }
        }
        if open.len() as u64 >= REQUESTS_OPEN_MAX {
            return Ok(false);
        }
        let number = next_number(&mut tx, "chat-request").await?;
        sqlx::query(
            "INSERT INTO chat_requests (number, channel, address, title, asked_by, asked_at, state) \
             VALUES ($1, $2, $3, $4, $5, $6, 'open')",
        )
        .bind(row::signed(number))
        .bind(channel.to_owned())
        .bind(address_text)
        .bind(title.to_owned())
        .bind(asked_by.to_owned())
        .bind(ms(now))
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Requests in order; the settled ones too with `all`.
    pub async fn chat_requests(&self, all: bool) -> Result<Vec<ChatRequest>, LedgerFault> {
        let rows = sqlx::query("SELECT * FROM chat_requests WHERE $1 = 1 OR state = 'open' ORDER BY number")
            .bind(i32::from(all))
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(read_request).collect()
    }

    /// Settles a request: with an id the group is in the directory under it, without one it is refused. In the audit.
    ///
    /// Errors: there is none of this number, or it was settled before.
    pub async fn settle_request(
        &self,
        number: u64,
        chat: Option<&Id>,
        by: &str,
        now: Timestamp,
    ) -> Result<ChatRequest, RequestFault> {
        let mut tx = self.write().await?;
        let found = sqlx::query("SELECT * FROM chat_requests WHERE number = $1")
            .bind(row::signed(number))
            .fetch_optional(&mut *tx)
            .await?;
        let mut request = read_request(&found.ok_or(RequestFault::Unknown(number))?)?;
        if request.state != RequestState::Open {
            return Err(RequestFault::Settled(number));
        }
        request.state = if chat.is_some() { RequestState::Accepted } else { RequestState::Refused };
        (request.settled_by, request.settled_at) = (Some(by.to_owned()), Some(now));
        request.chat = chat.cloned();
        sqlx::query(
            "UPDATE chat_requests SET state = $1, settled_by = $2, settled_at = $3, chat = $4 WHERE number = $5",
        )
        .bind(row::word(&request.state))
        .bind(by.to_owned())
        .bind(ms(now))
        .bind(chat.map(ToString::to_string))
        .bind(row::signed(number))
        .execute(&mut *tx)
        .await?;
        let detail = json!({ "request": number, "address": request.address, "chat": chat });
        audit::append(&mut tx, by, "settle chat request", &detail, now).await?;
        tx.commit().await.map_err(LedgerFault::from)?;
        Ok(request)
    }

    /// What groups of a service chose, and which of them the robot was taken out of.
    pub async fn group_settings(&self, channel: &str) -> Result<Vec<ChatSettings>, LedgerFault> {
        let rows = sqlx::query("SELECT * FROM chat_settings WHERE is_group = 1 AND channel = $1 ORDER BY address")
            .bind(channel.to_owned())
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(read_settings).collect()
    }

    /// What one chat chose; none where nobody there chose anything.
    pub async fn chat_setting(&self, channel: &str, address: &Value) -> Result<Option<ChatSettings>, LedgerFault> {
        let row = sqlx::query("SELECT * FROM chat_settings WHERE channel = $1 AND address = $2")
            .bind(channel.to_owned())
            .bind(row::json(address))
            .fetch_optional(&self.readers)
            .await?;
        row.as_ref().map(read_settings).transpose()
    }

    /// Keeps what a chat chose. `by` is who did, for the audit, where a whole group's notices change by it; none for a
    /// person's own choice. False when there is no room for one more. One commit.
    pub async fn choose(&self, settings: &ChatSettings, by: Option<&str>) -> Result<bool, LedgerFault> {
        let mut tx = self.write().await?;
        let address = row::json(&settings.address);
        let held = sqlx::query("SELECT address FROM chat_settings WHERE channel = $1 AND address = $2")
            .bind(settings.channel.clone())
            .bind(address)
            .fetch_optional(&mut *tx)
            .await?;
        if held.is_none() {
            let row = sqlx::query("SELECT COUNT(*) AS held FROM chat_settings").fetch_one(&mut *tx).await?;
            if row.count("held")? >= SETTINGS_MAX {
                return Ok(false);
            }
        }
        put(&mut tx, settings).await?;
        if let Some(by) = by {
            let detail = json!({ "address": settings.address, "languages": settings.languages });
            audit::append(&mut tx, by, "choose languages of a chat", &detail, settings.updated).await?;
        }
        tx.commit().await?;
        Ok(true)
    }

    /// Notes that the robot was taken out of a group (`gone_at`), or is in it again. An open request of it is gone, too.
    pub async fn set_gone(
        &self,
        channel: &str,
        address: &Value,
        gone_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(), LedgerFault> {
        let held = self.chat_setting(channel, address).await?;
        if held.is_none() && gone_at.is_none() {
            return Ok(());
        }
        let mut settings = held.unwrap_or_else(|| ChatSettings {
            channel: channel.to_owned(),
            address: address.clone(),
            is_group: true,
            languages: Vec::new(),
            village: None,
            gone_at: None,
            updated: now,
        });
        (settings.gone_at, settings.updated) = (gone_at, now);
        let mut tx = self.write().await?;
        put(&mut tx, &settings).await?;
        if gone_at.is_some() {
            sqlx::query(
                "UPDATE chat_requests SET state = 'gone', settled_at = $1 WHERE state = 'open' AND channel = $2 AND address = $3",
            )
            .bind(ms(now))
            .bind(channel.to_owned())
            .bind(row::json(address))
            .execute(&mut *tx)
            .await?;
        }
        Ok(tx.commit().await?)
    }

    /// A group has another address now, as when it became a supergroup: calls, choices and requests follow it.
    pub async fn move_chat(
        &self,
        channel: &str,
        (from, to): (&Value, &Value),
        now: Timestamp,
    ) -> Result<(), LedgerFault> {
        let mut tx = self.write().await?;
        let (from, to) = (row::json(from), row::json(to));
        sqlx::query(
            "INSERT INTO moves (channel, address, new_address, at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (channel, address) DO UPDATE SET new_address = excluded.new_address, at = excluded.at",
        )
        .bind(channel.to_owned())
        .bind(from.clone())
        .bind(to.clone())
        .bind(ms(now))
        .execute(&mut *tx)
        .await?;
        // Both services' messages of one move may come, in any order: the newer choice stays.
        for follow in [
            "DELETE FROM chat_settings WHERE channel = $1 AND address = $2 AND EXISTS \
             (SELECT 1 FROM chat_settings n WHERE n.channel = $1 AND n.address = $3)",
            "UPDATE chat_settings SET address = $3 WHERE channel = $1 AND address = $2",
            "UPDATE chat_requests SET address = $3 WHERE channel = $1 AND address = $2 AND state = 'open'",
        ] {
            sqlx::query(follow).bind(channel.to_owned()).bind(from.clone()).bind(to.clone()).execute(&mut *tx).await?;
        }
        Ok(tx.commit().await?)
    }
}

async fn put(tx: &mut Transaction<'_, Any>, settings: &ChatSettings) -> Result<(), LedgerFault> {
    sqlx::query(
        "INSERT INTO chat_settings (channel, address, languages, village, gone_at, updated, is_group) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (channel, address) DO UPDATE SET languages = excluded.languages, \
         village = excluded.village, gone_at = excluded.gone_at, updated = excluded.updated",
    )
    .bind(settings.channel.clone())
    .bind(row::json(&settings.address))
    .bind(row::json(&settings.languages))
    .bind(settings.village.as_ref().map(ToString::to_string))
    .bind(settings.gone_at.map(ms))
    .bind(ms(settings.updated))
    .bind(i32::from(settings.is_group))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

fn read_request(row: &AnyRow) -> Result<ChatRequest, LedgerFault> {
    Ok(ChatRequest {
        number: row.count("number")?,
        channel: row.text("channel")?,
        address: row.json("address")?,
        title: row.text("title")?,
        asked_by: row.text("asked_by")?,
        asked_at: row.time("asked_at")?,
        state: row::read_word(&row.text("state")?)?,
        settled_by: row.text_or_none("settled_by")?,
        settled_at: row.time_or_none("settled_at")?,
        chat: read_id(row, "chat")?,
    })
}

fn read_settings(row: &AnyRow) -> Result<ChatSettings, LedgerFault> {
    Ok(ChatSettings {
        channel: row.text("channel")?,
        address: row.json("address")?,
        is_group: row.number("is_group")? == 1,
        languages: row.json("languages")?,
        village: read_id(row, "village")?,
        gone_at: row.time_or_none("gone_at")?,
        updated: row.time("updated")?,
    })
}

fn read_id(row: &AnyRow, column: &str) -> Result<Option<Id>, LedgerFault> {
    let text = row.text_or_none(column)?;
    text.map(|text| text.parse().map_err(|_| LedgerFault::Damaged(format!("{column} is {text}")))).transpose()
}
