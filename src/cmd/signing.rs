//! An approver signs an order here, in the command they typed: what is signed is told in words, read from the very bytes;
//! the passphrase opens their key in this process, and only the signature leaves it.

use std::path::PathBuf;

use anyhow::{Context, bail};
use chrono::SecondsFormat;
use chrono_tz::Tz;

use crate::base::{Id, Timestamp};
use crate::cmd::keys::PassphraseFile;
use crate::cmd::order::ask_daemon;
use crate::cmd::{Place, status};
use crate::console::control::{Answer, Ask, ToSign};
use crate::county::keys::approver::{self, ApproverKey};
use crate::rundown::Statement;

/// Stations named in words; the statement names them all.
const STATIONS_TOLD: usize = 20;

/// With what an approver signs.
#[derive(clap::Args)]
pub struct Signing {
    /// The file of your approver's key [default: in keys/approvers of the data folder]
    #[arg(long = "key", value_name = "FILE")]
    key: Option<PathBuf>,
    #[command(flatten)]
    passphrase: PassphraseFile,
}

impl Signing {
    /// Signs and hands the signature over; what the daemon says then.
    ///
    /// Errors: it is no order, the key is not the one the county knows, the passphrase is wrong.
    pub fn sign(&self, place: &Place, to_sign: &ToSign) -> anyhow::Result<Answer> {
        let statement = Statement::read(&to_sign.statement)?;
        if statement.order != to_sign.order {
            bail!("the daemon handed out order {} as {}; look at it, and sign nothing", statement.order, to_sign.order);
        }
        let zone = status::ask(place)?.time_zone;
        anstream::println!("{}\n\nYou sign:\n{}\n", to_sign.told, in_words(&statement, zone));
        let path = self
            .key
            .clone()
            .unwrap_or_else(|| approver::place(&place.data().join("keys"), &to_sign.person, &to_sign.key));
        let key = ApproverKey::read(&path).with_context(|| {
            format!(
                "the key of {} is not at hand; name its file with --key, then `cunxiang confirm {}`",
                to_sign.person, to_sign.order
            )
        })?;
        if *key.id() != to_sign.key || key.person() != to_sign.person {
            bail!(
                "{} holds {} of {}, and the county knows {} as {}'s key; take the newest file",
                path.display(),
                key.id(),
                key.person(),
                to_sign.key,
                to_sign.person
            );
        }
        let passphrase = self.passphrase.read(&format!("Passphrase of {}'s key, to sign this: ", to_sign.person))?;
        let signer = key.open(&passphrase).with_context(|| {
            format!(
                "order {} is filed and not signed by {}; try `cunxiang confirm {}`",
                to_sign.order, to_sign.person, to_sign.order
            )
        })?;
        let signature = to_sign.statement.sign(&signer);
        ask_daemon(place, &Ask::SignOrder { order: to_sign.order, signature })
    }
}

/// A statement as its signer reads it.
fn in_words(statement: &Statement, zone: Tz) -> String {
    let instant = |at: Timestamp| at.with_timezone(&zone).to_rfc3339_opts(SecondsFormat::Secs, true);
    let some: Vec<&str> = statement.stations.iter().take(STATIONS_TOLD).map(Id::as_str).collect();
    let (count, more) = (statement.stations.len(), statement.stations.len() - some.len());
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let level = statement.level.map_or_else(String::new, |level| format!(", level {level}"));
    let every = statement.every.map_or_else(|| "once".to_owned(), |every| format!("every {every}"));
    let clips: Vec<String> = statement.clips.iter().map(|clip| clip.short()).collect();
    [
        format!("  order     {}: {}{level}, `{}`", statement.order, statement.class, statement.broadcast),
        format!("  where     {count} stations: {}{more}", some.join(", ")),
        format!("  when      {every}, filed {}, ends {}", instant(statement.filed), instant(statement.expires)),
        format!("  edition   {}", statement.edition.short()),
        format!("  clips     {}: {}", clips.len(), clips.join(", ")),
    ]
    .join("\n")
}
