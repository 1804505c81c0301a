//! One-time links: the first one of a new county, and those an engineer gives to a person.

use chrono::TimeDelta;

use super::access::session::Token;
use crate::base::Timestamp;
use crate::ledger::{Ledger, LedgerFault, PeopleFault, Role};

/// Whoever starts the daemon sits before it.
const FIRST_VALID_FOR: TimeDelta = TimeDelta::minutes(15);
/// A link goes from hand to hand, or over a telephone, within a day.
pub const VALID_FOR: TimeDelta = TimeDelta::hours(24);

/// Makes the link with which the first engineer comes in, where no engineer can log in yet: its path, for the terminal of
/// whoever started the daemon.
///
/// Errors: the ledger cannot be read or written.
pub async fn first_link(ledger: &Ledger, now: Timestamp) -> Result<Option<String>, LedgerFault> {
    let logins = ledger.logins().await?;
    let people = ledger.people().await?;
    let comes_in = |name: &str| logins.iter().any(|(login, _)| login == name);
    if people.iter().any(|person| person.roles.contains(&Role::Engineer) && comes_in(&person.name)) {
        return Ok(None);
    }
    match make(ledger, None, "cunxiang", (now, now + FIRST_VALID_FOR)).await {
        Ok(path) => Ok(Some(path)),
        Err(PeopleFault::Ledger(fault)) => Err(fault),
        Err(other) => unreachable!("a link of nobody names nobody: {other}"),
    }
}

/// A link for a person, and the path it has.
///
/// Errors: there is no such person.
pub async fn make(
    ledger: &Ledger,
    person: Option<&str>,
    by: &str,
    when: (Timestamp, Timestamp),
) -> Result<String, PeopleFault> {
    let token = Token::random();
    ledger.make_link(token.digest(), person, by, when).await?;
    Ok(format!("/link/{}", token.secret()))
}
