//! What a queue asks with each pass, in one question: whether anything is to be done before calls are sent, and when it has
//! to look again.

use super::row::{Columns as _, ms};
use super::{Ledger, LedgerFault};
use crate::base::Timestamp;

/// What there is to do at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Agenda {
    /// Nothing may be sent.
    pub is_held: bool,
    /// A call waits whose time has come.
    pub is_due: bool,
    /// A claim is over that nobody answered for: [`Ledger::recover_calls`].
    pub has_lapsed: bool,
    /// The time of a call is over: [`Ledger::expire_calls`].
    pub has_expired: bool,
    /// An emergency may not have arrived: [`Ledger::unrepeated`].
    pub is_in_doubt: bool,
    /// When something next falls due, expires, or is taken for lost; none when nothing is open.
    pub next: Option<Timestamp>,
}

impl Ledger {
    pub async fn agenda(&self, now: Timestamp) -> Result<Agenda, LedgerFault> {
        let row = sqlx::query(
            "SELECT (SELECT COUNT(*) FROM meta WHERE key = 'hold') AS held, \
             (SELECT MIN(due) FROM calls WHERE state = 'waiting') AS due, \
             (SELECT MIN(due) FROM calls WHERE state = 'waiting' AND due > $1) AS due_later, \
             (SELECT MIN(expires) FROM calls WHERE state = 'waiting') AS waiting_until, \
             (SELECT MIN(expires) FROM calls WHERE state = 'handed') AS handed_until, \
             (SELECT MIN(lease_until) FROM calls WHERE state = 'sending') AS sending_until, \
             (SELECT COUNT(*) FROM calls WHERE state = 'unknown' AND lane = 0 AND expires > $1) AS doubts",
        )
        .bind(ms(now))
        .fetch_one(&self.readers)
        .await?;
        let is_over = |at: Option<Timestamp>| at.is_some_and(|at| at <= now);
        let waiting_until = row.time_or_none("waiting_until")?;
        let handed_until = row.time_or_none("handed_until")?;
        let sending_until = row.time_or_none("sending_until")?;
        let instants = [row.time_or_none("due_later")?, waiting_until, handed_until, sending_until];
        Ok(Agenda {
            is_held: row.number("held")? > 0,
            is_due: is_over(row.time_or_none("due")?),
            has_lapsed: is_over(sending_until),
            has_expired: is_over(waiting_until) || is_over(handed_until),
            is_in_doubt: row.number("doubts")? > 0,
            next: instants.into_iter().flatten().min(),
        })
    }
}
