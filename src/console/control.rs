//! The control socket: one JSON line asks, one JSON line answers. The caller is the OS user at the other end, mapped
//! to a person; the operating system vouches for that (unix(7), SO_PEERCRED).

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Notify;

use crate::base::{Clock, Id, Tag, Timestamp};
use crate::county::boxes::{BoxShown, Boxes, Enrolment};
use crate::county::snapshot::Board;
use crate::ledger::{ChatRequest, Ledger, LedgerFault, Person, Role};
use crate::rundown::order::Targets;
use crate::rundown::seal::Signature;
use crate::rundown::{AiringId, Order, OrderKind};

mod all_clear;
mod authors;
mod boxes;
mod caller;
mod chats;
mod orders;
mod posts;
mod review;
mod signing;
mod withdraw;

use caller::Caller;
pub use caller::account_of;
pub use review::{Judgement, ReviewRow, name_of};
pub use signing::ToSign;

/// The socket's name in the data folder.
pub const SOCKET: &str = "cunxiang.sock";

/// A question is a few hundred bytes.
const LINE_BYTES_MAX: u64 = 64 * 1024;
/// People at one machine.
const CALLERS_MAX: usize = 16;
/// Of these, one account has this many places at most: nobody keeps the others out.
const CALLERS_OF_ONE_MAX: usize = 8;
/// A caller who says nothing, or does not take the answer, is let go.
const CALLER_WAIT: Duration = Duration::from_secs(30);

/// What can be asked.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "kebab-case")]
pub enum Ask {
    Announce {
        broadcast: Id,
        stations: Targets,
    },
    Reair {
        airing: AiringId,
    },
    Cancel {
        order: u64,
    },
    /// Takes a broadcast back: its sound and its posts.
    Withdraw {
        broadcast: Id,
    },
    /// Its text was mended: groups get the new one in the place of the old one.
    Correct {
        broadcast: Id,
    },
    /// Ends an emergency or a drill: an order's number, or a broadcast.
    AllClear {
        target: String,
    },
    Skip {
        airing: AiringId,
    },
    Silence {
        stations: Targets,
        until: Option<Timestamp>,
    },
    /// With `look`, nothing is confirmed: what would be is told.
    Confirm {
        order: u64,
        #[serde(default)]
        look: bool,
    },
    /// An approver's signature under an emergency that was filed.
    SignOrder {
        order: u64,
        signature: Signature,
    },
    Release,
    Orders,
    People,
    AddPerson {
        name: String,
        os_user: Option<String>,
        roles: BTreeSet<Role>,
    },
    RetirePerson {
        name: String,
    },
    /// What waits for a review; with `all`, what is approved too.
    ReviewList {
        all: bool,
    },
    ReviewShow {
        broadcast: Id,
        languages: Vec<Tag>,
    },
    ReviewDiff {
        broadcast: Id,
    },
    Review(Judgement),
    /// A code for a new village box of these stations.
    Enrol {
        stations: Vec<Id>,
    },
    /// Village boxes; with `all`, revoked ones too.
    Boxes {
        #[serde(default)]
        all: bool,
    },
    ConfirmBox {
        station: Id,
        fingerprint: String,
    },
    RevokeBox {
        station: Id,
    },
    /// The keys document may have changed.
    LookAtKeys,
    /// Groups that ask for notices; with `all`, settled ones too.
    ChatRequests {
        #[serde(default)]
        all: bool,
    },
    /// With an id: the group is in the directory under it. Without: it is refused.
    SettleChat {
        request: u64,
        chat: Option<Id>,
    },
    /// The caller saw in the group what is unknown of a post, or one call.
    PostSeen {
        name: String,
    },
    /// It is not in the group: send it anew.
    PostResend {
        name: String,
    },
    /// The caller says that what a person had as a task of a post, or one call, is in the group.
    TaskDone {
        name: String,
    },
    Status,
}

/// What is answered.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// In words.
    Done(String),
    /// What the caller is to sign; the signature goes into [`Ask::SignOrder`].
    Sign(ToSign),
    Orders(Vec<Order>),
    People(Vec<Person>),
    Reviews(Vec<ReviewRow>),
    Enrolment(Enrolment),
    Boxes(Vec<BoxShown>),
    ChatRequests(Vec<ChatRequest>),
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
    /// Rung after every change of what waits for chat groups.
    pub outbox: Arc<Notify>,
    /// None where no village box can reach this machine.
    pub boxes: Option<Boxes>,
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
        let places = Arc::new(Places::default());
        loop {
            let Ok((stream, _)) = listener.accept().await else {
                // No descriptors left: callers wait in the backlog until one is free.
                tokio::time::sleep(Duration::from_millis(200)).await;
                continue;
            };
            let Ok(uid) = stream.peer_cred().map(|who| who.uid()) else { continue };
            let Some(place) = places.take(uid) else {
                turn_away(&stream);
                continue;
            };
            let control = self.clone();
            tokio::spawn(async move {
                if let Err(error) = control.converse(stream, uid).await {
                    tracing::debug!("a caller at the control socket left: {error}");
                }
                drop(place);
            });
        }
    }

    async fn converse(&self, mut stream: UnixStream, uid: u32) -> io::Result<()> {
        let (reader, mut writer) = stream.split();
        let mut line = String::new();
        let mut reader = BufReader::new(reader.take(LINE_BYTES_MAX));
        let gone = |_| io::Error::from(io::ErrorKind::TimedOut);
        tokio::time::timeout(CALLER_WAIT, reader.read_line(&mut line)).await.map_err(gone)??;
        let answer = match serde_json::from_str::<Ask>(&line) {
            Ok(ask) => self.answer_to(ask, uid).await.unwrap_or_else(|Refused(why)| Answer::Refused(why)),
            Err(error) => Answer::Refused(format!(
                "this is no question the daemon knows ({error}); is the program of the same version?"
            )),
        };
        let text = line_of(&answer);
        tokio::time::timeout(CALLER_WAIT, writer.write_all(text.as_bytes())).await.map_err(gone)?
    }

    async fn answer_to(&self, ask: Ask, uid: u32) -> Result<Answer, Refused> {
        self.answer(ask, self.caller(uid).await?).await
    }

    /// As over the socket, of a person who proved otherwise who they are, with the roles they have for now.
    pub(super) async fn order(&self, ask: Ask, person: &Person, roles: BTreeSet<Role>) -> Answer {
        let caller = Caller {
            name: person.name.clone(),
            account: person.os_user.clone().unwrap_or_else(|| person.name.clone()),
            roles,
            added: Some(person.added),
            owns: false,
        };
        self.answer(ask, caller).await.unwrap_or_else(|Refused(why)| Answer::Refused(why))
    }

    async fn answer(&self, ask: Ask, caller: Caller) -> Result<Answer, Refused> {
        let now = self.clock.now();
        match ask {
            Ask::Announce { broadcast, stations } => self.announce(broadcast, stations, &caller, now).await,
            Ask::Reair { airing } => self.reair(airing, &caller, now).await,
            Ask::Cancel { order } => self.file(OrderKind::Cancel { order }, &caller, now).await,
            Ask::Withdraw { broadcast } => self.withdraw(broadcast, &caller, now).await,
            Ask::Correct { broadcast } => self.correct(broadcast, &caller, now).await,
            Ask::AllClear { target } => self.all_clear(&target, &caller, now).await,
            Ask::Skip { airing } => self.skip(airing, &caller, now).await,
            Ask::Silence { stations, until } => self.silence(stations, until, &caller, now).await,
            Ask::Confirm { order, look: true } => self.tell_order(order).await,
            Ask::Confirm { order, look: false } => self.confirm(order, &caller, now).await,
            Ask::SignOrder { order, signature } => self.sign(order, signature, &caller, now).await,
            Ask::Release => self.release(&caller, now).await,
            Ask::Orders => Ok(Answer::Orders(self.ledger.orders(now - TimeDelta::days(30)).await?)),
            Ask::People => Ok(Answer::People(self.ledger.people().await?)),
            Ask::AddPerson { name, os_user, roles } => {
                caller.may(&[Role::Engineer])?;
                review::one_line("the name", &name).or_else(refuse)?;
                self.ledger.add_person(&name, os_user.as_deref(), &roles, &caller.name, now).await.map_err(told)?;
                Ok(Answer::Done(format!("{name} is one of the people now")))
            }
            Ask::RetirePerson { name } => {
                caller.may(&[Role::Engineer])?;
                self.ledger.retire_person(&name, &caller.name, now).await.map_err(told)?;
                let key = self.revoke_hint(&name, now);
                Ok(Answer::Done(format!("{name} is retired; the name stays in old records{key}")))
            }
            Ask::ReviewList { all } => self.review_list(all).await,
            Ask::ReviewShow { broadcast, languages } => self.review_show(&broadcast, &languages).await,
            Ask::ReviewDiff { broadcast } => self.review_diff(&broadcast).await,
            Ask::Review(judgement) => self.judge(judgement, &caller, now).await,
            Ask::Enrol { stations } => self.enrol(stations, &caller, now).await,
            Ask::Boxes { all } => self.list_boxes(all),
            Ask::ConfirmBox { station, fingerprint } => self.confirm_box(&station, &fingerprint, &caller, now).await,
            Ask::RevokeBox { station } => self.revoke_boxes(&station, &caller, now).await,
            Ask::LookAtKeys => {
                self.bell.notify_one();
                Ok(Answer::Done("the daemon takes it up now, and stations with their next look".to_owned()))
            }
            Ask::ChatRequests { all } => Ok(Answer::ChatRequests(self.ledger.chat_requests(all).await?)),
            Ask::SettleChat { request, chat } => self.settle_chat(request, chat, &caller, now).await,
            Ask::PostSeen { name } => self.post_seen(&name, &caller, now).await,
            Ask::PostResend { name } => self.post_resend(&name, &caller, now).await,
            Ask::TaskDone { name } => self.task_done(&name, &caller, now).await,
            Ask::Status => Ok(Answer::Status((self.status)())),
        }
    }
}

/// Who is being answered: how many callers of each account.
#[derive(Default)]
struct Places(Mutex<BTreeMap<u32, usize>>);

/// One place, given back when dropped.
struct Taken {
    places: Arc<Places>,
    uid: u32,
}

impl Places {
    /// None when this account, or all together, have no place left.
    fn take(self: &Arc<Places>, uid: u32) -> Option<Taken> {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of_this = taken.get(&uid).copied().unwrap_or(0);
        if of_this >= CALLERS_OF_ONE_MAX || taken.values().sum::<usize>() >= CALLERS_MAX {
            return None;
        }
        taken.insert(uid, of_this + 1);
        Some(Taken { places: self.clone(), uid })
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        let mut taken = self.places.0.lock().unwrap_or_else(PoisonError::into_inner);
        match taken.get_mut(&self.uid) {
            Some(count) if *count > 1 => *count -= 1,
            _ => drop(taken.remove(&self.uid)),
        }
    }
}

/// Says that there is no place, without waiting for the caller.
fn turn_away(stream: &UnixStream) {
    let why = "too many callers of this account are being answered; try again in half a minute";
    // It fits the buffer of a socket that nothing was written to yet.
    let _ = stream.try_write(line_of(&Answer::Refused(why.to_owned())).as_bytes());
}

fn line_of(answer: &Answer) -> String {
    serde_json::to_string(answer).expect("an answer has text keys and no NaN") + "\n"
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
