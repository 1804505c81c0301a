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
use crate::catalog::{Catalog, State, Target};
use crate::county::snapshot::Board;
use crate::ledger::{Ledger, LedgerFault, Person, Role};
use crate::rundown::order::Targets;
use crate::rundown::{AiringId, Class, Order, OrderKind, OrderState, Outcome};

/// The socket's name in the data folder.
pub const SOCKET: &str = "cunxiang.sock";

/// A question is a few hundred bytes.
const LINE_BYTES_MAX: u64 = 64 * 1024;
/// People at one machine.
const CALLERS_MAX: usize = 16;
/// A caller who says nothing is let go.
const CALLER_WAIT: std::time::Duration = std::time::Duration::from_secs(30);
/// `silence` without --until holds this long: a person comes back to it or it ends.
const SILENCE: TimeDelta = TimeDelta::hours(2);
const SILENCE_MAX: TimeDelta = TimeDelta::days(14);

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

/// Who asks.
#[derive(Debug, Clone)]
struct Caller {
    name: String,
    roles: BTreeSet<Role>,
    /// When they became one of the people; none when they are not.
    added: Option<Timestamp>,
    /// The account the daemon runs under, or root: may do what an engineer may.
    owns: bool,
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
            Ask::Reair { airing } => {
                self.check_reair(&airing).await?;
                self.file(OrderKind::Reair { airing }, &caller, now).await
            }
            Ask::Cancel { order } => self.file(OrderKind::Cancel { order }, &caller, now).await,
            Ask::Skip { airing } => {
                self.check_skip(&airing, now)?;
                self.file(OrderKind::Skip { airing }, &caller, now).await
            }
            Ask::Silence { stations, until } => {
                let until = until.unwrap_or(now + SILENCE);
                if until <= now || until > now + SILENCE_MAX {
                    return refuse(format!(
                        "--until lies {}; name an instant within 14 days",
                        if until <= now { "in the past" } else { "too far off" }
                    ));
                }
                targets(&self.board.read().catalog, &stations)?;
                self.file(OrderKind::Silence { stations, until }, &caller, now).await
            }
            Ask::Confirm { order } => {
                self.check_confirm(order, &caller).await?;
                let order = self.ledger.confirm_order(order, &caller.name, now).await?;
                self.bell.notify_one();
                Ok(Answer::Done(format!("order {} is confirmed: {}{}", order.id, order.kind, self.held())))
            }
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

    /// The person of an OS user. Whoever runs the daemon, and root, may always speak: they could read its memory.
    async fn caller(&self, uid: u32) -> Result<Caller, Refused> {
        let os_user = account_of(uid).unwrap_or_else(|| format!("uid {uid}"));
        let owns = uid == 0 || uid == rustix::process::geteuid().as_raw();
        match self.ledger.person_by_os_user(&os_user).await? {
            Some(person) => Ok(Caller { name: person.name, roles: person.roles, added: Some(person.added), owns }),
            None if owns => Ok(Caller { name: os_user, roles: BTreeSet::new(), added: None, owns }),
            None => refuse(format!(
                "the account {os_user} belongs to none of the people here; an engineer adds it with `cunxiang people add NAME --account {os_user}`"
            )),
        }
    }

    async fn file(&self, kind: OrderKind, caller: &Caller, now: Timestamp) -> Result<Answer, Refused> {
        if kind.needs_two_people() {
            caller.approves()?;
        } else if !matches!(kind, OrderKind::Silence { .. }) {
            caller.may(&[Role::Writer, Role::Approver, Role::Engineer])?;
        }
        let order = self.ledger.file_order(kind, &caller.name, now).await?;
        self.bell.notify_one();
        tracing::info!(order = order.id, by = %caller.name, "filed: {}", order.kind);
        let next = if order.kind.needs_two_people() {
            format!("; it waits for a second person: `cunxiang confirm {}`", order.id)
        } else {
            self.held().to_owned()
        };
        Ok(Answer::Done(format!("order {}: {}{next}", order.id, order.kind)))
    }

    fn held(&self) -> &'static str {
        if self.board.read().hold.is_some() { "; the county is in HOLD: it works after `cunxiang release`" } else { "" }
    }

    /// Two people are two who were here when it was filed: nobody makes a second one up to confirm it.
    async fn check_confirm(&self, order: u64, caller: &Caller) -> Result<(), Refused> {
        let Some(order) = self.ledger.order(order).await? else {
            return Err(crate::ledger::OrderFault::Unknown(order).into());
        };
        if !order.kind.needs_two_people() {
            return caller.may(&[Role::Approver]);
        }
        caller.approves()?;
        if caller.added.is_none_or(|added| added >= order.filed_at) {
            return refuse(format!(
                "{} was added after order {} was filed; another approver confirms it, or it is filed again",
                caller.name, order.id
            ));
        }
        Ok(())
    }

    async fn announce(
        &self,
        broadcast: Id,
        stations: Targets,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Answer, Refused> {
        let silences = self.silences(now).await?;
        let (kind, count) = self.check_announce(broadcast, stations, &silences, now)?;
        let answer = self.file(kind, caller, now).await?;
        Ok(match answer {
            Answer::Done(text) => Answer::Done(format!("{text}; {count} station{}", if count == 1 { "" } else { "s" })),
            other => other,
        })
    }

    /// The silences that hold now: their numbers and stations.
    async fn silences(&self, now: Timestamp) -> Result<Vec<(u64, Targets)>, Refused> {
        let mut found = Vec::new();
        for order in self.ledger.orders(now - SILENCE_MAX).await? {
            let OrderKind::Silence { stations, until } = order.kind else { continue };
            let holds = order.state == OrderState::Released && until > now;
            if holds && self.ledger.order_cancelled_by(order.id).await?.is_none() {
                found.push((order.id, stations));
            }
        }
        Ok(found)
    }

    /// What to file, and at how many stations it sounds.
    fn check_announce(
        &self,
        broadcast: Id,
        stations: Targets,
        silences: &[(u64, Targets)],
        now: Timestamp,
    ) -> Result<(OrderKind, usize), Refused> {
        let board = self.board.read();
        let catalog = &board.catalog;
        let Some(found) = catalog.broadcasts.get(&broadcast) else {
            return refuse(format!("there is no broadcast `{broadcast}` without faults; `cunxiang check` tells why"));
        };
        if found.state != State::Ready {
            return refuse(format!("broadcast `{broadcast}` is not ready; set state = \"ready\" in its file"));
        }
        let wanted = if stations.is_empty() { found.stations.clone() } else { targets(catalog, &stations)? };
        let stations_found = catalog.stations_of(&wanted);
        let sounding: Vec<&Id> = stations_found
            .iter()
            .filter(|station| catalog.programme(found, &station.languages, &station.voices).0.is_some())
            .map(|station| &station.id)
            .collect();
        if sounding.is_empty() {
            return refuse(format!(
                "`{broadcast}` sounds at none of these stations: texts or recordings are missing; `cunxiang check` lists them"
            ));
        }
        if found.class != Class::Emergency && catalog.county.quiet.holds(now) {
            return refuse(format!(
                "these are quiet hours until {}; only emergencies sound now",
                catalog.county.quiet.until.format("%H:%M")
            ));
        }
        if found.class != Class::Emergency {
            let silenced = |id: &Id| {
                silences.iter().find(|(_, texts)| {
                    let targets: Vec<Target> = texts.iter().filter_map(|text| text.parse().ok()).collect();
                    catalog.stations_of(&targets).iter().any(|station| station.id == *id)
                })
            };
            if let Some((order, _)) = sounding.first().and_then(|id| silenced(id))
                && sounding.iter().all(|id| silenced(id).is_some())
            {
                return refuse(format!(
                    "all of these stations are silenced now, by order {order}; `cunxiang cancel {order}` ends that"
                ));
            }
        }
        Ok((OrderKind::Announce { broadcast, stations, class: found.class }, sounding.len()))
    }

    async fn check_reair(&self, airing: &AiringId) -> Result<(), Refused> {
        let row = self.ledger.airing(airing).await?;
        if let Some(row) = &row
            && row.class == Some(Class::Emergency)
            && let Some(order) = row.order
            && self.ledger.order_cancelled_by(order).await?.is_some()
        {
            return refuse(format!(
                "order {order}, of which {airing} was one, has been cancelled; file it anew with `cunxiang announce {}`",
                airing.broadcast
            ));
        }
        match row.and_then(|row| row.outcome) {
            Some(
                Outcome::Missed(_)
                | Outcome::Partial(_)
                | Outcome::Refused(_)
                | Outcome::Cancelled(_)
                | Outcome::Expired
                | Outcome::Unreported,
            ) => Ok(()),
            Some(Outcome::Played) => refuse(format!("{airing} was played; `announce` airs the broadcast again")),
            None => refuse(format!("{airing} has not ended, or was never planned; `cunxiang log` lists what ended")),
        }
    }

    fn check_skip(&self, airing: &AiringId, now: Timestamp) -> Result<(), Refused> {
        let board = self.board.read();
        let known = board.catalog.broadcasts.contains_key(&airing.broadcast)
            && board.catalog.stations.contains_key(&airing.station);
        if !known {
            return refuse(format!(
                "{airing} is of no broadcast or station that is here; `cunxiang plan` lists airings"
            ));
        }
        if airing.instant <= now {
            return refuse(format!("{airing} is past; `cunxiang silence` stops what sounds"));
        }
        Ok(())
    }

    async fn release(&self, caller: &Caller, now: Timestamp) -> Result<Answer, Refused> {
        caller.may(&[Role::Engineer])?;
        if self.ledger.hold().await?.is_none() {
            return refuse("there is no HOLD to release".to_owned());
        }
        self.ledger.set_hold(None, &caller.name, now).await?;
        self.bell.notify_one();
        Ok(Answer::Done("the HOLD is released: rundowns and posts go out again".to_owned()))
    }
}

impl Caller {
    /// Emergencies take a person with that role; to run the daemon is not enough.
    ///
    /// Errors: the caller is none of the people, or no approver.
    fn approves(&self) -> Result<(), Refused> {
        if self.added.is_some() && self.roles.contains(&Role::Approver) {
            return Ok(());
        }
        refuse(format!(
            "{} is not an approver, and only approvers file and confirm emergencies; an engineer adds one with `cunxiang people add NAME --account ACCOUNT --role approver`",
            self.name
        ))
    }

    /// Errors: the caller has none of these roles.
    fn may(&self, roles: &[Role]) -> Result<(), Refused> {
        if self.owns || roles.iter().any(|role| self.roles.contains(role)) {
            return Ok(());
        }
        let wanted: Vec<String> = roles.iter().map(ToString::to_string).collect();
        refuse(format!("{} may not do this; it takes one of the roles {}", self.name, wanted.join(", ")))
    }
}

/// Stations an order names.
///
/// Errors: one of them is unknown.
fn targets(catalog: &Catalog, texts: &[String]) -> Result<Vec<Target>, Refused> {
    let mut found = Vec::new();
    for text in texts {
        let Ok(target) = text.parse::<Target>() else {
            return refuse(format!("`{text}` names no stations; write a station's id, township:ID, group:ID or all"));
        };
        if catalog.stations_of(std::slice::from_ref(&target)).is_empty() {
            return refuse(format!("there is no station `{text}`; config/stations.toml lists them"));
        }
        found.push(target);
    }
    Ok(found)
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

/// The account name of a user id, from the system's user database.
pub fn account_of(uid: u32) -> Option<String> {
    // getent(1) asks every source the machine is set up with; a daemon is asked a few times a day.
    let output = std::process::Command::new("getent").arg("passwd").arg(uid.to_string()).output().ok()?;
    let line = String::from_utf8(output.stdout).ok()?;
    Some(line.split(':').next()?.to_owned()).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests;
