//! Airings: planned, then ended in one final state.

use sqlx::any::AnyRow;
use sqlx::{Any, AssertSqlSafe, Transaction};

use super::row::{self, Columns as _, ms, signed};
use super::{Ledger, LedgerFault};
use crate::base::{Id, Tag, Timestamp};
use crate::rundown::outcome::PartPlayed;
use crate::rundown::{AiringId, Class, Level, Outcome, Receipt};

/// An airing as the planner has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedAiring {
    pub id: AiringId,
    pub at: Timestamp,
    /// The last instant at which it may start.
    pub until: Timestamp,
    pub class: Class,
    pub level: Option<Level>,
    pub notice: Option<String>,
    /// In the order they sound.
    pub languages: Vec<Tag>,
    pub order: Option<u64>,
}

/// An airing as the ledger has it.
#[derive(Debug, Clone, PartialEq)]
pub struct AiringRow {
    pub id: AiringId,
    pub at: Timestamp,
    pub until: Timestamp,
    /// None only where a receipt came for an airing this ledger never planned.
    pub class: Option<Class>,
    pub level: Option<Level>,
    pub notice: Option<String>,
    pub languages: Vec<Tag>,
    pub order: Option<u64>,
    /// None while it is planned.
    pub outcome: Option<Outcome>,
    pub started: Option<Timestamp>,
    pub ended: Option<Timestamp>,
    pub frames: Option<u64>,
    pub frames_planned: Option<u64>,
    pub parts: Vec<PartPlayed>,
    pub volume: Option<u8>,
    pub sink: Option<String>,
    pub detail: Option<String>,
    /// The machine whose receipt says so.
    pub machine: Option<String>,
}

/// Which airings to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AiringFilter {
    /// Due at or after this ...
    pub from: Timestamp,
    /// ... and before this.
    pub to: Timestamp,
    pub station: Option<Id>,
    pub broadcast: Option<Id>,
    /// `planned`, or the word of an outcome such as `missed`.
    pub state: Option<String>,
}

/// The most airings one read returns, the earliest first: a page of a log, not an export.
pub const AIRINGS_READ_MAX: u32 = 100_000;

/// Rows in one INSERT: a tenth of the commit's time of one row each, and far below SQLite's 32,766 parameters.
const ROWS_PER_INSERT: usize = 100;
const COLUMNS_PLANNED: usize = 10;
const PLANNED: &str = "planned";

impl Ledger {
    /// Records what is planned. One already planned takes the new instant, notice and languages; one that has ended
    /// stays as it is. One commit.
    pub async fn plan_airings(&self, airings: &[PlannedAiring]) -> Result<(), LedgerFault> {
        if airings.is_empty() {
            return Ok(());
        }
        let mut tx = self.write().await?;
        for chunk in airings.chunks(ROWS_PER_INSERT) {
            insert_planned(&mut tx, chunk).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Records how airings ended, as a machine's numbered receipts say, and returns the number up to which that machine
    /// need not send again. May be called with the same receipts any number of times: an airing keeps its first final
    /// outcome, and only `unreported` is ever corrected. One commit.
    pub async fn record_receipts(&self, machine: &str, receipts: &[Receipt]) -> Result<u64, LedgerFault> {
        let mut tx = self.write().await?;
        let held = sqlx::query("SELECT receipts_acknowledged FROM machines WHERE machine = $1")
            .bind(machine.to_owned())
            .fetch_optional(&mut *tx)
            .await?;
        let held = held.map(|row| row.count("receipts_acknowledged")).transpose()?.unwrap_or(0);
        for receipt in receipts {
            record(&mut tx, machine, receipt).await?;
        }
        let acknowledged = receipts.iter().map(|receipt| receipt.number).fold(held, u64::max);
        if acknowledged > held {
            sqlx::query(
                "INSERT INTO machines (machine, receipts_acknowledged) VALUES ($1, $2) \
                 ON CONFLICT (machine) DO UPDATE SET receipts_acknowledged = excluded.receipts_acknowledged",
            )
            .bind(machine.to_owned())
            .bind(signed(acknowledged))
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await?;
        Ok(acknowledged)
    }

    /// Ends as `unreported` what could start until before `before` and was never heard of. Returns how many.
    pub async fn mark_unreported(&self, before: Timestamp) -> Result<u64, LedgerFault> {
        let mut tx = self.write().await?;
        let done = sqlx::query("UPDATE airings SET state = $1 WHERE state = $2 AND until < $3")
            .bind(Outcome::Unreported.word())
            .bind(PLANNED)
            .bind(ms(before))
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(done.rows_affected())
    }

    /// How many stations have sounded an order of this broadcast, whole or in part, since `from`.
    pub async fn stations_reached(&self, order: u64, broadcast: &Id, from: Timestamp) -> Result<u64, LedgerFault> {
        let row = sqlx::query(
            "SELECT COUNT(DISTINCT station) AS reached FROM airings \
             WHERE broadcast = $1 AND at >= $2 AND order_id = $3 AND state IN ('played', 'partial')",
        )
        .bind(broadcast.to_string())
        .bind(ms(from))
        .bind(signed(order))
        .fetch_one(&self.readers)
        .await?;
        row.count("reached")
    }

    /// The airings of a span of time, by instant, at most [`AIRINGS_READ_MAX`].
    pub async fn airings(&self, filter: &AiringFilter) -> Result<Vec<AiringRow>, LedgerFault> {
        // Two texts, because an index on the station is only used where the station is named.
        let sql = match filter.station {
            Some(_) => {
                "SELECT * FROM airings WHERE station = $3 AND at >= $1 AND at < $2 AND broadcast = COALESCE($4, broadcast) \
                 AND state = COALESCE($5, state) ORDER BY at, id LIMIT $6"
            }
            None => {
                "SELECT * FROM airings WHERE at >= $1 AND at < $2 AND station = COALESCE($3, station) \
                 AND broadcast = COALESCE($4, broadcast) AND state = COALESCE($5, state) ORDER BY at, id LIMIT $6"
            }
        };
        let rows = sqlx::query(sql)
            .bind(ms(filter.from))
            .bind(ms(filter.to))
            .bind(filter.station.as_ref().map(Id::to_string))
            .bind(filter.broadcast.as_ref().map(Id::to_string))
            .bind(filter.state.clone())
            .bind(i64::from(AIRINGS_READ_MAX))
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(read).collect()
    }

    /// The airings that could start at or after `from` and were missed, cut, refused or not reported, by instant, at
    /// most [`AIRINGS_READ_MAX`].
    pub async fn ended_badly(&self, from: Timestamp) -> Result<Vec<AiringRow>, LedgerFault> {
        let rows = sqlx::query(
            "SELECT * FROM airings WHERE state IN ('missed', 'partial', 'refused', 'unreported') AND until >= $1 \
             ORDER BY at, id LIMIT $2",
        )
        .bind(ms(from))
        .bind(i64::from(AIRINGS_READ_MAX))
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(read).collect()
    }

    /// When the newest airing that has ended was due.
    pub async fn latest_ended(&self) -> Result<Option<Timestamp>, LedgerFault> {
        let row = sqlx::query("SELECT at FROM airings WHERE state NOT IN ($1, $2) ORDER BY at DESC LIMIT 1")
            .bind(PLANNED)
            .bind(Outcome::Cancelled(crate::rundown::Reason::Cancelled).word())
            .fetch_optional(&self.readers)
            .await?;
        row.map(|row| row.time("at")).transpose()
    }

    pub async fn airing(&self, id: &AiringId) -> Result<Option<AiringRow>, LedgerFault> {
        let row = sqlx::query("SELECT * FROM airings WHERE id = $1")
            .bind(id.to_string())
            .fetch_optional(&self.readers)
            .await?;
        row.as_ref().map(read).transpose()
    }
}

async fn insert_planned(tx: &mut Transaction<'_, Any>, airings: &[PlannedAiring]) -> Result<(), LedgerFault> {
    let mut sql = String::from(
        "INSERT INTO airings (id, station, broadcast, at, until, class, level, notice, languages, order_id, state) VALUES ",
    );
    for i in 0..airings.len() {
        let n = |column: usize| i * COLUMNS_PLANNED + column;
        sql.push_str(if i == 0 { "(" } else { ", (" });
        for column in 1..=COLUMNS_PLANNED {
            sql.push_str(&format!("${}, ", n(column)));
        }
        sql.push_str("'planned')");
    }
    // An unchanged row is not written again: the county plans every day what it mostly planned the day before.
    sql.push_str(
        " ON CONFLICT (id) DO UPDATE SET at = excluded.at, until = excluded.until, class = excluded.class, \
         level = excluded.level, notice = excluded.notice, languages = excluded.languages, order_id = excluded.order_id \
         WHERE airings.class IS NULL OR (airings.state = 'planned' AND (airings.at <> excluded.at \
         OR airings.until <> excluded.until OR airings.languages <> excluded.languages \
         OR airings.class <> excluded.class OR COALESCE(airings.level, '') <> COALESCE(excluded.level, '') \
         OR COALESCE(airings.notice, '') <> COALESCE(excluded.notice, '')))",
    );
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for airing in airings {
        query = query
            .bind(airing.id.to_string())
            .bind(airing.id.station.to_string())
            .bind(airing.id.broadcast.to_string())
            .bind(ms(airing.at))
            .bind(ms(airing.until))
            .bind(row::word(&airing.class))
            .bind(airing.level.map(|level| row::word(&level)))
            .bind(airing.notice.clone())
            .bind(row::json(&airing.languages))
            .bind(airing.order.map(signed));
    }
    query.execute(&mut **tx).await?;
    Ok(())
}

/// Whether an airing was planned here, or a receipt told of it.
pub(super) async fn is_known(tx: &mut Transaction<'_, Any>, airing: &AiringId) -> Result<bool, LedgerFault> {
    let row = sqlx::query("SELECT id FROM airings WHERE id = $1").bind(airing.to_string());
    Ok(row.fetch_optional(&mut **tx).await?.is_some())
}

/// An airing keeps its first final outcome, and only `unreported` is ever corrected. False where nothing changed.
pub(super) async fn record(
    tx: &mut Transaction<'_, Any>,
    machine: &str,
    receipt: &Receipt,
) -> Result<bool, LedgerFault> {
    let done = sqlx::query(
        "INSERT INTO airings (id, station, broadcast, at, until, languages, state, reason, started, ended, frames, \
         frames_planned, parts, volume, sink, detail, machine, receipt) \
         VALUES ($1, $2, $3, $4, $4, '[]', $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) \
         ON CONFLICT (id) DO UPDATE SET state = excluded.state, reason = excluded.reason, started = excluded.started, \
         ended = excluded.ended, frames = excluded.frames, frames_planned = excluded.frames_planned, \
         parts = excluded.parts, volume = excluded.volume, sink = excluded.sink, detail = excluded.detail, \
         machine = excluded.machine, receipt = excluded.receipt \
         WHERE airings.state IN ('planned', 'unreported')",
    )
    .bind(receipt.airing.to_string())
    .bind(receipt.airing.station.to_string())
    .bind(receipt.airing.broadcast.to_string())
    .bind(ms(receipt.airing.instant))
    .bind(receipt.outcome.word())
    .bind(receipt.outcome.reason().map(|reason| row::word(&reason)))
    .bind(receipt.started.map(ms))
    .bind(ms(receipt.at))
    .bind(signed(receipt.frames))
    .bind(signed(receipt.frames_planned))
    .bind(row::json(&receipt.parts))
    .bind(i32::from(receipt.volume))
    .bind(receipt.sink.clone())
    .bind(receipt.detail.clone())
    .bind(machine.to_owned())
    .bind(signed(receipt.number))
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() > 0)
}

fn read(row: &AnyRow) -> Result<AiringRow, LedgerFault> {
    let unsigned = |column: &str| Ok::<_, LedgerFault>(row.number_or_none(column)?.map(i64::unsigned_abs));
    Ok(AiringRow {
        id: row.parsed("id")?,
        at: row.time("at")?,
        until: row.time("until")?,
        class: row.text_or_none("class")?.map(|word| row::read_word(&word)).transpose()?,
        level: row.text_or_none("level")?.map(|word| row::read_word(&word)).transpose()?,
        notice: row.text_or_none("notice")?,
        languages: row.json("languages")?,
        order: unsigned("order_id")?,
        outcome: outcome(&row.text("state")?, row.text_or_none("reason")?)?,
        started: row.time_or_none("started")?,
        ended: row.time_or_none("ended")?,
        frames: unsigned("frames")?,
        frames_planned: unsigned("frames_planned")?,
        parts: row.text_or_none("parts")?.map_or(Ok(Vec::new()), |text| row::read_json(&text))?,
        volume: unsigned("volume")?.and_then(|volume| u8::try_from(volume).ok()),
        sink: row.text_or_none("sink")?,
        detail: row.text_or_none("detail")?,
        machine: row.text_or_none("machine")?,
    })
}

/// Serde holds the words of outcomes; this reads them back.
fn outcome(state: &str, reason: Option<String>) -> Result<Option<Outcome>, LedgerFault> {
    if state == PLANNED {
        return Ok(None);
    }
    let value = match reason {
        Some(reason) => serde_json::json!({ "outcome": state, "reason": reason }),
        None => serde_json::json!({ "outcome": state }),
    };
    serde_json::from_value(value).map(Some).map_err(|e| LedgerFault::Damaged(e.to_string()))
}
