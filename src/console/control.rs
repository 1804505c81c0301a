//! The control socket: one JSON line asks, one JSON line answers. The caller is the OS user at the other end, mapped
//! to a person; the operating system vouches for that (unix(7), SO_PEERCRED).

use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::sync::Arc;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{Notify, Semaphore};

use crate::base::{Clock, Id, Timestamp};
use crate::county::snapshot::Board;
use crate::ledger::{Ledger, LedgerFault, Person, Role};
use crate::rundown::order::Targets;
use crate::rundown::{AiringId, Order, OrderKind};

mod caller;
mod orders;

/// The socket's name in the data folder.
pub const SOCKET: &str = "cunxiang.sock";

/// A question is a few hundred bytes.
const LINE_BYTES_MAX: u64 = 64 * 1024;
/// People at one machine.
const CALLERS_MAX: usize = 16;
/// A caller who says nothing is let go.
const CALLER_WAIT: std::time::Duration = std::time::Duration::from_secs(30);

/// What can be asked.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "kebab-case")]
pub enum Ask {
    Announce { broadcast: Id, stations: Targets },
    Reair { airing: AiringId },
    Cancel { order: u64 },
    Skip { airing: AiringId },
    Silence { stations: Targets, until: Option<Timestamp> },
    Confirm { order: u64 },
    Release,
    Orders,
    People,
    AddPerson { name: String, os_user: Option<String>, roles: BTreeSet<Role> },
    RetirePerson { name: String },
    Status,
}

/// What is answered.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// In words.
    Done(String),
    Orders(Vec<Order>),
    People(Vec<Person>),
    Status(serde_json::Value),
    /// What is wrong and what to do.
    Refused(String),
}

/// The daemon's end.
pub struct Control {
    pub ledger: Ledger,
    pub board: Arc<Board>,
    pub clock: Arc<dyn Clock>,
    /// Rung after every change, so that the county looks at once.
    pub bell: Arc<Notify>,
    /// Adds what only the assembling program knows: stations, posts.
    pub status: Box<dyn Fn() -> serde_json::Value + Send + Sync>,
}

/// Opens the socket, for the owner and the group (mode 0660).
///
/// Errors: the folder cannot be written.
pub fn listen(data: &Path) -> io::Result<UnixListener> {
    use std::os::unix::fs::PermissionsExt;
    let path = data.join(SOCKET);
    // The data folder is locked by now: a socket here is an ended daemon's.
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(&path)?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o660))?;
    Ok(listener)
}

impl Control {
    /// Answers callers for ever.
    pub async fn serve(self: Arc<Control>, listener: UnixListener) {
        let places = Arc::new(Semaphore::new(CALLERS_MAX));
        loop {
            let place = places.clone().acquire_owned().await.expect("the semaphore is never closed");
            let Ok((stream, _)) = listener.accept().await else {
                // No descriptors left: callers wait in the backlog until one is free.
                tokio::time::sleep(std::time::Duration::from_millis(200)).await;
                continue;
            };
            let control = self.clone();
            tokio::spawn(async move {
                if let Err(error) = control.converse(stream).await {
                    tracing::debug!("a caller at the control socket left: {error}");
                }
                drop(place);
            });
        }
    }

    async fn converse(&self, mut stream: UnixStream) -> io::Result<()> {
        let uid = stream.peer_cred()?.uid();
        let (reader, mut writer) = stream.split();
        let mut line = String::new();
        let mut reader = BufReader::new(reader.take(LINE_BYTES_MAX));
        tokio::time::timeout(CALLER_WAIT, reader.read_line(&mut line)).await.map_err(|_| io::ErrorKind::TimedOut)??;
        let answer = match serde_json::from_str::<Ask>(&line) {
            Ok(ask) => self.answer(ask, uid).await.unwrap_or_else(|Refused(why)| Answer::Refused(why)),
            Err(error) => Answer::Refused(format!(
                "this is no question the daemon knows ({error}); is the program of the same version?"
            )),
        };
        let mut text = serde_json::to_string(&answer)?;
        text.push('\n');
        writer.write_all(text.as_bytes()).await
    }

    async fn answer(&self, ask: Ask, uid: u32) -> Result<Answer, Refused> {
        let caller = self.caller(uid).await?;
        let now = self.clock.now();
        match ask {
            Ask::Announce { broadcast, stations } => self.announce(broadcast, stations, &caller, now).await,
            Ask::Reair { airing } => self.reair(airing, &caller, now).await,
            Ask::Cancel { order } => self.file(OrderKind::Cancel { order }, &caller, now).await,
            Ask::Skip { airing } => self.skip(airing, &caller, now).await,
            Ask::Silence { stations, until } => self.silence(stations, until, &caller, now).await,
            Ask::Confirm { order } => self.confirm(order, &caller, now).await,
            Ask::Release => self.release(&caller, now).await,
            Ask::Orders => Ok(Answer::Orders(self.ledger.orders(now - TimeDelta::days(30)).await?)),
            Ask::People => Ok(Answer::People(self.ledger.people().await?)),
            Ask::AddPerson { name, os_user, roles } => {
                caller.may(&[Role::Engineer])?;
                self.ledger.add_person(&name, os_user.as_deref(), &roles, &caller.name, now).await.map_err(told)?;
                Ok(Answer::Done(format!("{name} is one of the people now")))
            }
            Ask::RetirePerson { name } => {
                caller.may(&[Role::Engineer])?;
                self.ledger.retire_person(&name, &caller.name, now).await.map_err(told)?;
                Ok(Answer::Done(format!("{name} is retired; the name stays in old records")))
            }
            Ask::Status => Ok(Answer::Status((self.status)())),
        }
    }
}

/// Why a question is refused, in words for the caller.
struct Refused(String);

fn refuse<T>(why: String) -> Result<T, Refused> {
    Err(Refused(why))
}

fn told(error: impl std::fmt::Display) -> Refused {
    Refused(error.to_string())
}

impl From<LedgerFault> for Refused {
    fn from(fault: LedgerFault) -> Refused {
        told(fault)
    }
}

impl From<crate::ledger::OrderFault> for Refused {
    fn from(fault: crate::ledger::OrderFault) -> Refused {
        told(fault)
    }
}

#[cfg(test)]
mod tests;
