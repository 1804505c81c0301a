//! Orders: filed, confirmed, released. Each step is in the audit.

use chrono::TimeDelta;
use serde_json::json;
use sqlx::any::AnyRow;
use sqlx::{Any, Transaction};

use super::row::{self, Columns as _, ms, next_number, signed};
use super::{Ledger, LedgerFault, audit, meta};
use crate::base::Timestamp;
use crate::rundown::seal::Signature;
use crate::rundown::statement::{APPROVERS_NEEDED, Statement};
use crate::rundown::{Order, OrderKind, OrderState, Signed};

/// An order that needs two people is confirmed within this, or not at all: what was urgent then is not what is now.
pub const CONFIRM_WITHIN: TimeDelta = TimeDelta::hours(1);

/// Why an order cannot be filed or confirmed.
#[derive(Debug, thiserror::Error)]
pub enum OrderFault {
    #[error("there is no order {0}; `cunxiang log --orders` lists them")]
    Unknown(u64),
    #[error("order {order} was filed by {by}: an emergency needs a second person to confirm it")]
    SamePerson { order: u64, by: String },
    #[error("order {0} is confirmed already; nothing more is to be done")]
    AlreadyConfirmed(u64),
    #[error("{by} signed order {order} already: an emergency needs the signature of a second person")]
    SignedAlready { order: u64, by: String },
    #[error("order {0} needs no signatures, or was filed before emergencies needed them; announce it anew")]
    NothingToSign(u64),
    #[error("order {0} is confirmed by a signature; use this version's `cunxiang confirm`")]
    NeedsSignature(u64),
    #[error("order {0} has been cancelled; file a new one")]
    Cancelled(u64),
    #[error("order {0} was filed more than an hour ago; file it again")]
    TooOld(u64),
    #[error(transparent)]
    Ledger(#[from] LedgerFault),
}

impl From<sqlx::Error> for OrderFault {
    fn from(error: sqlx::Error) -> OrderFault {
        OrderFault::Ledger(error.into())
    }
}

impl Ledger {
    /// Files an order. One that needs one person only is confirmed by its filer at once.
    ///
    /// Errors: it cancels an order that does not exist.
    pub async fn file_order(&self, kind: OrderKind, by: &str, now: Timestamp) -> Result<Order, OrderFault> {
        self.file_order_to_sign(kind, None, by, now).await
    }

    /// The same, of an order that works only on the signatures of two people: `statement` is what they sign; the
    /// order's number is put into it here.
    pub async fn file_order_to_sign(
        &self,
        kind: OrderKind,
        statement: Option<Statement>,
        by: &str,
        now: Timestamp,
    ) -> Result<Order, OrderFault> {
        let mut tx = self.write().await?;
        if let OrderKind::Cancel { order } = kind {
            read_one(&mut tx, order).await?.ok_or(OrderFault::Unknown(order))?;
        }
        let id = next_number(&mut tx, "order").await?;
        let confirmed = !kind.needs_two_people();
        let to_sign = statement.map(|statement| Signed::new(Statement { order: id, ..statement }));
        sqlx::query(
            "INSERT INTO orders (id, kind, state, filed_by, filed_at, confirmed_by, confirmed_at, signed) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(signed(id))
        .bind(row::json(&kind))
        .bind(row::word(&if confirmed { OrderState::Confirmed } else { OrderState::Filed }))
        .bind(by.to_owned())
        .bind(ms(now))
        .bind(confirmed.then(|| by.to_owned()))
        .bind(confirmed.then(|| ms(now)))
        .bind(to_sign.as_ref().map(row::json))
        .execute(&mut *tx)
        .await?;
        audit::append(&mut tx, by, "file order", &json!({ "id": id, "order": kind }), now).await?;
        let (order, _) = read_one(&mut tx, id).await?.ok_or(OrderFault::Unknown(id))?;
        tx.commit().await?;
        Ok(order)
    }

    /// Confirms an order as `by`.
    ///
    /// Errors: unknown, confirmed before, cancelled, or it needs two people and `by` filed it, or it was filed more than
    /// [`CONFIRM_WITHIN`] ago.
    pub async fn confirm_order(&self, id: u64, by: &str, now: Timestamp) -> Result<Order, OrderFault> {
        let mut tx = self.write().await?;
        let (order, cancelled) = read_one(&mut tx, id).await?.ok_or(OrderFault::Unknown(id))?;
        if cancelled {
            return Err(OrderFault::Cancelled(id));
        }
        if order.state != OrderState::Filed {
            return Err(OrderFault::AlreadyConfirmed(id));
        }
        if order.signed.is_some() {
            return Err(OrderFault::NeedsSignature(id));
        }
        if order.kind.needs_two_people() && order.filed_by == by {
            return Err(OrderFault::SamePerson { order: id, by: order.filed_by });
        }
        if order.kind.needs_two_people() && now > order.filed_at + CONFIRM_WITHIN {
            return Err(OrderFault::TooOld(id));
        }
        sqlx::query("UPDATE orders SET state = $1, confirmed_by = $2, confirmed_at = $3 WHERE id = $4")
            .bind(row::word(&OrderState::Confirmed))
            .bind(by.to_owned())
            .bind(ms(now))
            .bind(signed(id))
            .execute(&mut *tx)
            .await?;
        audit::append(&mut tx, by, "confirm order", &json!({ "id": id }), now).await?;
        let (order, _) = read_one(&mut tx, id).await?.ok_or(OrderFault::Unknown(id))?;
        tx.commit().await?;
        Ok(order)
    }

    /// Keeps the signature of `by`, which the caller verified. With that of a second person the order is confirmed.
    ///
    /// Errors: unknown, confirmed before, cancelled, nothing to sign, signed by this person before, or filed more than
    /// [`CONFIRM_WITHIN`] ago.
    pub async fn sign_order(
        &self,
        id: u64,
        by: &str,
        signature: Signature,
        now: Timestamp,
    ) -> Result<Order, OrderFault> {
        let mut tx = self.write().await?;
        let (order, cancelled) = read_one(&mut tx, id).await?.ok_or(OrderFault::Unknown(id))?;
        if cancelled {
            return Err(OrderFault::Cancelled(id));
        }
        if order.state != OrderState::Filed {
            return Err(OrderFault::AlreadyConfirmed(id));
        }
        let mut signed = order.signed.ok_or(OrderFault::NothingToSign(id))?;
        if signed.people.iter().any(|person| person == by) {
            return Err(OrderFault::SignedAlready { order: id, by: by.to_owned() });
        }
        if now > order.filed_at + CONFIRM_WITHIN {
            return Err(OrderFault::TooOld(id));
        }
        let key = signature.keyid.clone();
        signed.envelope.signatures.push(signature);
        signed.people.push(by.to_owned());
        let is_confirmed = signed.people.len() >= APPROVERS_NEEDED;
        let state = if is_confirmed { OrderState::Confirmed } else { OrderState::Filed };
        // Whoever filed it may be the last to sign: the other one confirmed it then.
        let second = signed.people.iter().rev().find(|person| **person != order.filed_by).cloned();
        sqlx::query("UPDATE orders SET signed = $1, state = $2, confirmed_by = $3, confirmed_at = $4 WHERE id = $5")
            .bind(row::json(&signed))
            .bind(row::word(&state))
            .bind(second.filter(|_| is_confirmed))
            .bind(is_confirmed.then(|| ms(now)))
            .bind(row::signed(id))
            .execute(&mut *tx)
            .await?;
        audit::append(&mut tx, by, "sign order", &json!({ "id": id, "key": key }), now).await?;
        let (order, _) = read_one(&mut tx, id).await?.ok_or(OrderFault::Unknown(id))?;
        tx.commit().await?;
        Ok(order)
    }

    /// Lets every confirmed order work from `now` on and returns those, in the order of filing; none in HOLD. A
    /// cancellation takes effect first: an order it names that has not been released never is.
    pub async fn release_orders(&self, now: Timestamp) -> Result<Vec<Order>, LedgerFault> {
        let confirmed = row::word(&OrderState::Confirmed);
        // Most passes find nothing; they need no write lock.
        let waiting = sqlx::query("SELECT id FROM orders WHERE state = $1 LIMIT 1")
            .bind(confirmed.clone())
            .fetch_optional(&self.readers)
            .await?;
        if waiting.is_none() {
            return Ok(Vec::new());
        }
        let mut tx = self.write().await?;
        if meta::is_held(&mut tx).await? {
            return Ok(Vec::new());
        }
        let rows = sqlx::query("SELECT * FROM orders WHERE state = $1 AND cancelled_by IS NULL ORDER BY id")
            .bind(confirmed)
            .fetch_all(&mut *tx)
            .await?;
        let orders = rows.iter().map(read).collect::<Result<Vec<Order>, _>>()?;
        let mut cancelled = Vec::new();
        for order in &orders {
            if let OrderKind::Cancel { order: target } = order.kind {
                sqlx::query("UPDATE orders SET cancelled_by = $1 WHERE id = $2 AND cancelled_by IS NULL")
                    .bind(signed(order.id))
                    .bind(signed(target))
                    .execute(&mut *tx)
                    .await?;
                cancelled.push(target);
            }
        }
        let mut released = Vec::new();
        for mut order in orders {
            let is_cancel = matches!(order.kind, OrderKind::Cancel { .. });
            if cancelled.contains(&order.id) && !is_cancel {
                continue;
            }
            sqlx::query("UPDATE orders SET state = $1, released_at = $2 WHERE id = $3")
                .bind(row::word(&OrderState::Released))
                .bind(ms(now))
                .bind(signed(order.id))
                .execute(&mut *tx)
                .await?;
            audit::append(&mut tx, "cunxiang", "release order", &json!({ "id": order.id }), now).await?;
            order.state = OrderState::Released;
            order.released_at = Some(row::time(ms(now))?);
            released.push(order);
        }
        tx.commit().await?;
        Ok(released)
    }

    /// The orders filed at or after `since`, in the order of filing, cancelled ones among them (their `Cancel` is in
    /// the list too); and the withdrawals that stand, however old they are.
    pub async fn orders(&self, since: Timestamp) -> Result<Vec<Order>, LedgerFault> {
        let rows = sqlx::query(
            "SELECT * FROM orders WHERE filed_at >= $1 OR (cancelled_by IS NULL AND kind LIKE '{\"kind\":\"withdraw\"%') \
             ORDER BY id",
        )
            .bind(ms(since))
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(read).collect()
    }

    pub async fn order(&self, id: u64) -> Result<Option<Order>, LedgerFault> {
        let row =
            sqlx::query("SELECT * FROM orders WHERE id = $1").bind(signed(id)).fetch_optional(&self.readers).await?;
        row.as_ref().map(read).transpose()
    }

    /// The order that took this one back; none when none did.
    pub async fn order_cancelled_by(&self, id: u64) -> Result<Option<u64>, LedgerFault> {
        let row = sqlx::query("SELECT cancelled_by FROM orders WHERE id = $1 AND cancelled_by IS NOT NULL")
            .bind(signed(id))
            .fetch_optional(&self.readers)
            .await?;
        row.map(|row| row.count("cancelled_by")).transpose()
    }
}

/// The order, and whether another took it back.
async fn read_one(tx: &mut Transaction<'_, Any>, id: u64) -> Result<Option<(Order, bool)>, LedgerFault> {
    let row = sqlx::query("SELECT * FROM orders WHERE id = $1").bind(signed(id)).fetch_optional(&mut **tx).await?;
    row.map(|row| Ok((read(&row)?, row.number_or_none("cancelled_by")?.is_some()))).transpose()
}

fn read(row: &AnyRow) -> Result<Order, LedgerFault> {
    Ok(Order {
        id: row.count("id")?,
        kind: row.json("kind")?,
        state: row::read_word(&row.text("state")?)?,
        filed_by: row.text("filed_by")?,
        filed_at: row.time("filed_at")?,
        confirmed_by: row.text_or_none("confirmed_by")?,
        signed: row.text_or_none("signed")?.map(|text| row::read_json(&text)).transpose()?,
        released_at: row.time_or_none("released_at")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rundown::Class;

    #[tokio::test]
    async fn an_emergency_is_confirmed_within_the_hour_or_filed_again() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(&folder.path().join("ledger.db")).await.unwrap();
        let filed = Timestamp::from_timestamp(1_795_000_000, 0).unwrap();
        let (broadcast, class) = ("flood".parse().unwrap(), Class::Emergency);
        let kind = OrderKind::Announce { broadcast, stations: vec![], class, agreed: None };
        for (id, late, fits) in [(1, TimeDelta::zero(), true), (2, TimeDelta::milliseconds(1), false)] {
            ledger.file_order(kind.clone(), "tashi", filed).await.unwrap();
            let confirmed = ledger.confirm_order(id, "drolma", filed + CONFIRM_WITHIN + late).await;
            match confirmed {
                Ok(order) => assert!(fits && order.state == OrderState::Confirmed),
                Err(fault) => assert!(!fits && matches!(fault, OrderFault::TooOld(2)), "{fault}"),
            }
        }
    }
}
