//! Between rows and values.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sqlx::any::AnyRow;
use sqlx::{Any, Row as _, Transaction};

use super::LedgerFault;
use crate::base::Timestamp;

/// Milliseconds since 1970 UTC.
pub(super) fn ms(at: Timestamp) -> i64 {
    at.timestamp_millis()
}

pub(super) fn time(ms: i64) -> Result<Timestamp, LedgerFault> {
    Timestamp::from_timestamp_millis(ms).ok_or_else(|| LedgerFault::Damaged(format!("{ms} is no time")))
}

/// Numbers of ours are far below 2^63; a larger one is pinned there.
pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(super) fn json<T: Serialize + ?Sized>(value: &T) -> String {
    serde_json::to_string(value).expect("our own values have text keys and no NaN")
}

pub(super) fn read_json<T: DeserializeOwned>(text: &str) -> Result<T, LedgerFault> {
    serde_json::from_str(text).map_err(|e| LedgerFault::Damaged(e.to_string()))
}

/// The word that serde writes for a variant without content, such as `kebab-case`.
pub(super) fn word<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        other => unreachable!("a plain variant is written as a word, not {other:?}"),
    }
}

pub(super) fn read_word<T: for<'de> Deserialize<'de>>(word: &str) -> Result<T, LedgerFault> {
    serde_json::from_value(serde_json::Value::String(word.to_owned())).map_err(|e| LedgerFault::Damaged(e.to_string()))
}

/// Reads columns of a row; what does not read is damage.
pub(super) trait Columns {
    fn text(&self, column: &str) -> Result<String, LedgerFault>;
    fn text_or_none(&self, column: &str) -> Result<Option<String>, LedgerFault>;
    fn number(&self, column: &str) -> Result<i64, LedgerFault>;
    fn number_or_none(&self, column: &str) -> Result<Option<i64>, LedgerFault>;

    fn count(&self, column: &str) -> Result<u64, LedgerFault> {
        let number = self.number(column)?;
        number.try_into().map_err(|_| LedgerFault::Damaged(format!("{column} is {number}")))
    }

    fn small(&self, column: &str) -> Result<u32, LedgerFault> {
        let number = self.number(column)?;
        number.try_into().map_err(|_| LedgerFault::Damaged(format!("{column} is {number}")))
    }

    fn time(&self, column: &str) -> Result<Timestamp, LedgerFault> {
        time(self.number(column)?)
    }

    fn time_or_none(&self, column: &str) -> Result<Option<Timestamp>, LedgerFault> {
        self.number_or_none(column)?.map(time).transpose()
    }

    fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(&self, column: &str) -> Result<T, LedgerFault> {
        self.text(column)?.parse().map_err(|e: T::Err| LedgerFault::Damaged(e.to_string()))
    }

    fn json<T: DeserializeOwned>(&self, column: &str) -> Result<T, LedgerFault> {
        read_json(&self.text(column)?)
    }
}

impl Columns for AnyRow {
    fn text(&self, column: &str) -> Result<String, LedgerFault> {
        Ok(self.try_get(column)?)
    }

    fn text_or_none(&self, column: &str) -> Result<Option<String>, LedgerFault> {
        Ok(self.try_get(column)?)
    }

    fn number(&self, column: &str) -> Result<i64, LedgerFault> {
        Ok(self.try_get(column)?)
    }

    fn number_or_none(&self, column: &str) -> Result<Option<i64>, LedgerFault> {
        Ok(self.try_get(column)?)
    }
}

/// The next number of a counter, from 1. Given back when the transaction is not committed, so there are no holes.
pub(super) async fn next_number(tx: &mut Transaction<'_, Any>, counter: &str) -> Result<u64, LedgerFault> {
    let row = sqlx::query(
        "INSERT INTO counters (name, value) VALUES ($1, 1) \
         ON CONFLICT (name) DO UPDATE SET value = counters.value + 1 RETURNING value",
    )
    .bind(counter.to_owned())
    .fetch_one(&mut **tx)
    .await?;
    row.count("value")
}
