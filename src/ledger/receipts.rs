//! Receipts of village boxes: numbered, chained, and taken in only where they go on from what is here.

use sqlx::{Any, Transaction};

use super::row::{self, Columns as _, signed};
use super::{Ledger, LedgerFault, airings, boxes};
use crate::base::Digest;
use crate::rundown::chain::{self, Acknowledged};
use crate::rundown::seal::KeyId;
use crate::rundown::{AiringId, Receipt};

/// Why a batch of receipts is not taken in; then none of it is.
#[derive(Debug, thiserror::Error)]
pub enum ReceiptFault {
    #[error("receipt {number} does not read: {why}")]
    Unreadable { number: u64, why: String },
    #[error("no box with this key is confirmed")]
    NotConfirmed,
    #[error("{0} is of a station that is not the box's")]
    OtherStation(AiringId),
    #[error("the receipts do not go on from number {}", .0.number)]
    OutOfOrder(Acknowledged),
    #[error(transparent)]
    Ledger(#[from] LedgerFault),
}

impl From<sqlx::Error> for ReceiptFault {
    fn from(error: sqlx::Error) -> ReceiptFault {
        ReceiptFault::Ledger(error.into())
    }
}

impl Ledger {
    /// Records how airings ended, as the receipts of a confirmed box say. `before` is the head of its chain before the
    /// first of `texts`, which is numbered `first`. What is known already with the same chain may come again; what an
    /// airing ended as stays. One commit, and on disk when this returns.
    ///
    /// Errors: a gap, or another chain than the one here; then the fault says where this one stands.
    pub async fn record_chained_receipts(
        &self,
        key: &KeyId,
        before: Digest,
        first: u64,
        texts: &[&str],
    ) -> Result<Acknowledged, ReceiptFault> {
        let receipts = read(first, texts)?;
        let machine = key.to_string();
        let mut tx = self.write().await?;
        let stations = boxes::confirmed_stations(&mut tx, key).await?.ok_or(ReceiptFault::NotConfirmed)?;
        if let Some(other) = receipts.iter().find(|receipt| !stations.contains(&receipt.airing.station)) {
            return Err(ReceiptFault::OtherStation(other.airing.clone()));
        }
        let known = known(&mut tx, &machine).await?;
        let heads = heads_after(before, texts);
        let fresh = known.fresh(first, &heads).ok_or_else(|| ReceiptFault::OutOfOrder(known.acknowledged()))?;
        if fresh == receipts.len() {
            return Ok(known.acknowledged());
        }
        for receipt in &receipts[fresh..] {
            airings::record(&mut tx, &machine, receipt).await?;
        }
        let acknowledged = Acknowledged {
            number: first + receipts.len() as u64 - 1,
            head: *heads.last().expect("there is a head before the first receipt"),
        };
        sqlx::query(
            "INSERT INTO machines (machine, receipts_acknowledged, heads) VALUES ($1, $2, $3) ON CONFLICT (machine) \
             DO UPDATE SET receipts_acknowledged = excluded.receipts_acknowledged, heads = excluded.heads",
        )
        .bind(machine)
        .bind(signed(acknowledged.number))
        // From where the batch began: an answer that was lost brings some of it again, perhaps cut otherwise.
        .bind(row::json(&heads))
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(acknowledged)
    }

    /// Where the receipts of a box stand.
    pub async fn acknowledged(&self, key: &KeyId) -> Result<Acknowledged, LedgerFault> {
        let row = sqlx::query("SELECT * FROM machines WHERE machine = $1")
            .bind(key.to_string())
            .fetch_optional(&self.readers)
            .await?;
        Ok(Known::read(row.as_ref())?.acknowledged())
    }
}

/// What is here of a box's chain: the heads up to the newest, at `number`.
struct Known {
    number: u64,
    heads: Vec<Digest>,
}

impl Known {
    fn read(row: Option<&sqlx::any::AnyRow>) -> Result<Known, LedgerFault> {
        match row {
            Some(row) => Ok(Known { number: row.count("receipts_acknowledged")?, heads: row.json("heads")? }),
            None => Ok(Known { number: 0, heads: vec![chain::begin()] }),
        }
    }

    fn acknowledged(&self) -> Acknowledged {
        Acknowledged { number: self.number, head: self.heads.last().copied().unwrap_or_else(chain::begin) }
    }

    /// How many receipts of a batch are here already: `heads[0]` stands before number `first`. None where the batch
    /// leaves a gap, is of another chain, or is so old that nobody can tell.
    fn fresh(&self, first: u64, heads: &[Digest]) -> Option<usize> {
        let begins = first.checked_sub(1)?;
        let ends = begins + heads.len() as u64 - 1;
        let oldest = (self.number + 1).checked_sub(self.heads.len() as u64)?;
        let (from, to) = (begins.max(oldest), ends.min(self.number));
        if from > to {
            return None;
        }
        let same = (from..=to).all(|at| heads[(at - begins) as usize] == self.heads[(at - oldest) as usize]);
        same.then_some((to - begins) as usize)
    }
}

async fn known(tx: &mut Transaction<'_, Any>, machine: &str) -> Result<Known, LedgerFault> {
    let row = sqlx::query("SELECT * FROM machines WHERE machine = $1")
        .bind(machine.to_owned())
        .fetch_optional(&mut **tx)
        .await?;
    Known::read(row.as_ref())
}

/// The head before the first, and after each.
fn heads_after(before: Digest, texts: &[&str]) -> Vec<Digest> {
    let after = texts.iter().scan(before, |head, text| {
        *head = chain::next(head, text);
        Some(*head)
    });
    std::iter::once(before).chain(after).collect()
}

fn read(first: u64, texts: &[&str]) -> Result<Vec<Receipt>, ReceiptFault> {
    let numbered = (first..).zip(texts);
    let read = numbered.map(|(number, text)| match serde_json::from_str::<Receipt>(text) {
        Ok(receipt) if receipt.number == number => Ok(receipt),
        Ok(receipt) => Err(ReceiptFault::Unreadable { number, why: format!("it is numbered {}", receipt.number) }),
        Err(error) => Err(ReceiptFault::Unreadable { number, why: error.to_string() }),
    });
    read.collect()
}
