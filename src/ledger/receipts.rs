//! Receipts of village boxes: numbered, chained, and taken in only where they go on from what is here.

use chrono::{Datelike as _, TimeDelta};
use serde_json::json;
use sqlx::{Any, Transaction};

use super::row::{self, Columns as _, signed};
use super::{Ledger, LedgerFault, airings, audit, boxes};
use crate::base::{Digest, Timestamp};
use crate::rundown::Receipt;
use crate::rundown::chain::{self, Acknowledged};
use crate::rundown::seal::KeyId;

/// Why a batch of receipts is not taken in; then none of it is.
#[derive(Debug, thiserror::Error)]
pub enum ReceiptFault {
    #[error("receipt {number} does not read: {why}")]
    Unreadable { number: u64, why: String },
    #[error("no box with this key is confirmed")]
    NotConfirmed,
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

/// Receipts as a box brings them.
#[derive(Debug, Clone, Copy)]
pub struct Chained<'a> {
    /// The head of the box's chain before the first of these.
    pub before: Digest,
    /// The number of the first.
    pub first: u64,
    /// The box says that those between what is here and the first are lost.
    pub gap: bool,
    pub texts: &'a [&'a str],
}

/// What became of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    pub acknowledged: Acknowledged,
    /// The first and the last of those that nobody has any more. The audit names them.
    pub lost: Option<(u64, u64)>,
    /// Those that ended an airing. What is of a station that is not the box's any more, or of a time that nobody
    /// believes, is chained and counts for nothing; the audit names it.
    pub ended: Vec<Receipt>,
}

impl Ledger {
    /// Records how airings ended, as the receipts of a confirmed box say. What is known already with the same chain may
    /// come again; what an airing ended as stays. `explain` may say more of one than the box could. One commit, and on disk
    /// when this returns.
    ///
    /// Errors: another chain than the one here, or a gap that the box does not name; then the fault says where this one
    /// stands.
    pub async fn record_chained_receipts(
        &self,
        key: &KeyId,
        batch: Chained<'_>,
        explain: &(dyn Fn(&Receipt) -> Option<String> + Sync),
        now: Timestamp,
    ) -> Result<Taken, ReceiptFault> {
        let Chained { before, first, gap, texts } = batch;
        let receipts = read(first, texts)?;
        let machine = key.to_string();
        let mut tx = self.write().await?;
        let stations = boxes::confirmed_stations(&mut tx, key).await?.ok_or(ReceiptFault::NotConfirmed)?;
        let known = known(&mut tx, &machine).await?;
        let heads = heads_after(before, texts);
        let lost = known.lost(first, before).filter(|_| gap && !receipts.is_empty());
        let fresh = lost.map(|_| 0).or_else(|| known.fresh(first, &heads));
        let fresh = fresh.ok_or_else(|| ReceiptFault::OutOfOrder(known.acknowledged()))?;
        if fresh == receipts.len() {
            return Ok(Taken { acknowledged: known.acknowledged(), lost: None, ended: Vec::new() });
        }
        let acknowledged = Acknowledged {
            number: first + receipts.len() as u64 - 1,
            head: *heads.last().expect("there is a head before the first receipt"),
        };
        let is_own = |receipt: &Receipt| stations.contains(&receipt.airing.station);
        let (own, others): (Vec<Receipt>, Vec<Receipt>) = receipts.into_iter().skip(fresh).partition(is_own);
        let (mut ended, mut unbelieved) = (Vec::new(), Vec::new());
        for mut receipt in own {
            if !is_believed(&mut tx, &receipt, now).await? {
                unbelieved.push(receipt);
                continue;
            }
            receipt.detail = explain(&receipt).or(receipt.detail);
            if airings::record(&mut tx, &machine, &receipt).await? {
                ended.push(receipt);
            }
        }
        if let Some((from, to)) = lost {
            let detail = json!({ "key": key, "from": from, "to": to });
            audit::append(&mut tx, "cunxiang", "receipts are lost", &detail, now).await?;
        }
        let others = others.iter().map(|receipt| ("receipt of another's station", receipt));
        for (what, receipt) in others.chain(unbelieved.iter().map(|receipt| ("receipt of another time", receipt))) {
            let detail = json!({ "key": key, "receipt": receipt });
            audit::append(&mut tx, "cunxiang", what, &detail, now).await?;
        }
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
        Ok(Taken { acknowledged, lost, ended })
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

/// No receipt tells of what is further ahead of the county's clock: a day, for clocks that were set wrong by one.
const AHEAD_MAX: TimeDelta = TimeDelta::days(1);
/// Nor of what is longer ago, unless it is of an airing that is planned here: a box away for longer tells of nothing else.
/// The fortnight that a rundown covers and as much again, so that what a restored backup does not know still counts.
const AGO_MAX: TimeDelta = TimeDelta::days(31);

/// Whether an airing may have ended as a receipt says: its instants lie near the county's time, or it was planned here and
/// is past. A box that makes up others fills no log of years to come or gone by.
async fn is_believed(tx: &mut Transaction<'_, Any>, receipt: &Receipt, now: Timestamp) -> Result<bool, LedgerFault> {
    let instants = || [Some(receipt.airing.instant), Some(receipt.at), receipt.started].into_iter().flatten();
    if instants().any(|at| at > now + AHEAD_MAX) {
        return Ok(false);
    }
    Ok(instants().all(|at| at >= now - AGO_MAX) || airings::is_known(tx, &receipt.airing).await?)
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

    /// The receipts between what is here and a batch that goes on from the same head, first and last.
    fn lost(&self, first: u64, before: Digest) -> Option<(u64, u64)> {
        let is_gap = before == self.acknowledged().head && first > self.number + 1;
        is_gap.then(|| (self.number + 1, first - 1))
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

/// No batch begins above this: a box makes a few a minute, and what is reckoned with numbers stays far from their end.
const NUMBER_MAX: u64 = 1 << 53;

/// The years a receipt may tell of: a box without a clock is in 1970, and local time is reckoned without an end.
const YEARS: std::ops::RangeInclusive<i32> = 1970..=9999;

/// The head before the first, and after each.
fn heads_after(before: Digest, texts: &[&str]) -> Vec<Digest> {
    let after = texts.iter().scan(before, |head, text| {
        *head = chain::next(head, text);
        Some(*head)
    });
    std::iter::once(before).chain(after).collect()
}

fn read(first: u64, texts: &[&str]) -> Result<Vec<Receipt>, ReceiptFault> {
    if first > NUMBER_MAX {
        return Err(ReceiptFault::Unreadable { number: first, why: "no box has made so many".to_owned() });
    }
    let numbered = (first..).zip(texts);
    let is_reckonable = |at: Timestamp| YEARS.contains(&at.year());
    let read = numbered.map(|(number, text)| match serde_json::from_str::<Receipt>(text) {
        Ok(receipt) if !std::iter::once(receipt.at).chain(receipt.started).all(is_reckonable) => {
            Err(ReceiptFault::Unreadable { number, why: "no clock shows such a year".to_owned() })
        }
        Ok(receipt) if receipt.number == number => Ok(receipt),
        Ok(receipt) => Err(ReceiptFault::Unreadable { number, why: format!("it is numbered {}", receipt.number) }),
        Err(error) => Err(ReceiptFault::Unreadable { number, why: error.to_string() }),
    });
    read.collect()
}
