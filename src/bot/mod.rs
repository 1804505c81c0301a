//! Answers residents in chats: what was said last, what sounds next, in their language. It answers what is public
//! already and nothing else: in a group what that group was sent, to a person what sounds in the village they chose.
//!
//! [`Bot::hear`] takes one [`Event`] and says what to do about it; `telegram` carries events in and answers out. Knows the
//! ledger and the [`Noticeboard`] that the county keeps; knows no catalog, no planner and no queue of posts.

mod choose;
mod event;
mod pace;
pub mod telegram;

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::TimeDelta;
use serde_json::{Value, json};

use event::COMMANDS;
pub use event::{Chat, ChatKind, Command, Event};
use pace::Pace;

use crate::base::{Id, Tag, Timestamp};
use crate::lang::calendar::Calendar;
use crate::lang::language::SOURCE;
use crate::lang::words::word;
use crate::ledger::{AiringFilter, Call, CallState, ChatSettings, Ledger, LedgerFault, Move, PostFilter};
use crate::rundown::{Outcome, PostPart};

/// The only service with a robot that hears.
pub const CHANNEL: &str = "telegram";

/// Notices told at a time: more is a flood, and older ones are of no use.
const LATEST_MAX: usize = 3;
/// A notice is told this long after it was sent or sounded.
const LATEST_WITHIN: TimeDelta = TimeDelta::days(14);
/// What sounds is told this far ahead: the ledger records what is planned no earlier.
const NEXT_WITHIN: TimeDelta = TimeDelta::hours(24);
const NEXT_LINES_MAX: usize = 12;

/// A name by language.
pub type Names = std::collections::BTreeMap<Tag, String>;

/// A place that notices sound in, as residents choose it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Village {
    pub id: Id,
    pub township: Id,
    pub names: Names,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Township {
    pub id: Id,
    pub names: Names,
}

/// A group of the county's directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    pub id: Id,
    pub languages: Vec<Tag>,
    /// The villages whose loudspeakers concern it.
    pub villages: BTreeSet<Id>,
}

/// A notice as residents read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    pub title: String,
    pub text: String,
}

/// What the county lets residents know. Everything on it is public.
pub trait Noticeboard: Send + Sync {
    fn county(&self, language: &Tag) -> String;
    fn zone(&self) -> chrono_tz::Tz;
    /// The languages notices come in, the source first.
    fn languages(&self) -> Vec<Tag>;
    /// In order of id.
    fn townships(&self) -> Vec<Township>;
    /// In order of id.
    fn villages(&self) -> Vec<Village>;
    /// The group with this address; `name` is its public name where it has one.
    fn group(&self, address: &Value, name: Option<&str>) -> Option<Group>;
    /// A notice as it reads in a village; none where it is not approved, or not there in this language.
    fn notice(&self, broadcast: &Id, village: &Id, language: &Tag) -> Option<Notice>;
}

/// What to do about an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Say {
    Text {
        chat: i64,
        text: String,
        /// Rows of (label, what comes back when it is pressed).
        buttons: Vec<Vec<(String, String)>>,
    },
    /// A button that was pressed stops turning.
    Pressed { query: String },
}

pub struct Bot {
    ledger: Ledger,
    board: Arc<dyn Noticeboard>,
    pace: Pace,
}

impl Bot {
    pub fn new(ledger: Ledger, board: Arc<dyn Noticeboard>) -> Bot {
        Bot { ledger, board, pace: Pace::default() }
    }

    /// Says what to do about one event. What must be kept is in the ledger when this returns.
    ///
    /// Errors: the ledger cannot be read or written; the same event may be heard again.
    pub async fn hear(&mut self, event: &Event, now: Timestamp) -> Result<Vec<Say>, LedgerFault> {
        match event {
            Event::Asked { chat, command, speaks } => {
                if !self.pace.allows(chat.number, now) {
                    return Ok(Vec::new());
                }
                self.answer(chat, command, speaks.as_ref(), now).await
            }
            Event::Pressed { chat, query, button, by, may_choose } => {
                let mut says = vec![Say::Pressed { query: query.clone() }];
                if self.pace.allows(chat.number, now) {
                    says.extend(self.pressed(chat, button, (by, *may_choose), now).await?);
                }
                Ok(says)
            }
            Event::Added { chat, by } => self.added(chat, by, now).await,
            Event::Removed { chat } => {
                self.ledger.set_gone(CHANNEL, &chat.address(), Some(now), now).await?;
                Ok(Vec::new())
            }
            Event::Moved { from, to } => {
                self.ledger.move_chat(CHANNEL, (&json!({ "chat": from }), &json!({ "chat": to })), now).await?;
                Ok(Vec::new())
            }
        }
    }

    async fn answer(
        &self,
        chat: &Chat,
        command: &Command,
        speaks: Option<&Tag>,
        now: Timestamp,
    ) -> Result<Vec<Say>, LedgerFault> {
        let listener = self.listener(chat, speaks).await?;
        if chat.kind == ChatKind::Group && listener.group.is_none() && *command != Command::Help {
            return Ok(vec![self.in_all(chat, &listener.languages, "ui-bot-group-waits")]);
        }
        match command {
            Command::Start => Ok(self.start(chat, &listener)),
            Command::Help => Ok(vec![help_in_all(chat, &listener.languages)]),
            Command::Language => Ok(vec![self.language_buttons(chat, &listener)]),
            Command::Villages => Ok(vec![self.villages(chat, &listener, None)]),
            Command::Latest => self.latest(chat, &listener, now).await,
            Command::Next => self.next(chat, &listener, now).await,
        }
    }

    /// The robot was added to a group: the county is asked, unless it knows the group.
    async fn added(&mut self, chat: &Chat, by: &str, now: Timestamp) -> Result<Vec<Say>, LedgerFault> {
        self.ledger.set_gone(CHANNEL, &chat.address(), None, now).await?;
        if self.group_of(chat).await?.is_some() {
            return Ok(Vec::new());
        }
        let is_new = self.ledger.request_chat(CHANNEL, &chat.address(), (&chat.title, by), now).await?;
        if !is_new || !self.pace.allows(chat.number, now) {
            return Ok(Vec::new());
        }
        Ok(vec![self.in_all(chat, &self.board.languages(), "ui-bot-group-waits")])
    }

    async fn group_of(&self, chat: &Chat) -> Result<Option<Group>, LedgerFault> {
        if chat.kind == ChatKind::Person {
            return Ok(None);
        }
        let moves = self.ledger.moves().await?;
        Ok(group(&*self.board, &moves, &chat.address(), chat.name.as_deref()))
    }

    async fn listener(&self, chat: &Chat, speaks: Option<&Tag>) -> Result<Listener, LedgerFault> {
        let settings = self.ledger.chat_setting(CHANNEL, &chat.address()).await?;
        let group = self.group_of(chat).await?;
        let known = self.board.languages();
        let mut languages = settings.as_ref().map_or_else(Vec::new, |settings| settings.languages.clone());
        languages.retain(|language| known.contains(language));
        let chose = !languages.is_empty();
        if languages.is_empty() {
            languages = match (&group, speaks.filter(|tag| known.contains(tag))) {
                (Some(group), _) => group.languages.clone(),
                // The telephone's language, as far as notices come in it.
                (None, Some(tag)) => vec![tag.clone()],
                (None, None) => known,
            };
        }
        Ok(Listener { settings, group, languages, chose })
    }

    fn start(&self, chat: &Chat, listener: &Listener) -> Vec<Say> {
        let greeting =
            |language: &Tag| word(language.as_str(), "ui-bot-greeting", &[("county", &self.board.county(language))]);
        let text: Vec<String> = listener.languages.iter().map(greeting).collect();
        let mut says = vec![Say::Text { chat: chat.number, text: text.join("\n"), buttons: Vec::new() }];
        if !listener.chose && chat.kind == ChatKind::Person {
            says.push(self.language_buttons(chat, listener));
        } else {
            says.push(help_in_all(chat, &listener.languages));
        }
        says
    }

    /// One of the program's words in each language.
    fn in_all(&self, chat: &Chat, languages: &[Tag], id: &str) -> Say {
        let text: Vec<String> = languages.iter().map(|language| word(language.as_str(), id, &[])).collect();
        Say::Text { chat: chat.number, text: text.join("\n\n"), buttons: Vec::new() }
    }

    async fn latest(&self, chat: &Chat, listener: &Listener, now: Timestamp) -> Result<Vec<Say>, LedgerFault> {
        let texts = match (&listener.group, listener.village()) {
            (Some(group), _) => self.sent_to(&group.id, now).await?,
            (None, Some(village)) => self.sounded_in(village, &listener.languages, now).await?,
            (None, None) => return Ok(vec![self.villages(chat, listener, None)]),
        };
        if texts.is_empty() {
            return Ok(vec![self.in_all(chat, &listener.languages, "ui-bot-no-notice")]);
        }
        Ok(texts.into_iter().map(|text| Say::Text { chat: chat.number, text, buttons: Vec::new() }).collect())
    }

    /// The texts a group was sent last, as they stood there, the newest notice first.
    async fn sent_to(&self, group: &Id, now: Timestamp) -> Result<Vec<String>, LedgerFault> {
        let filter =
            PostFilter { since: Some(now - LATEST_WITHIN), chat: Some(group.clone()), ..PostFilter::default() };
        let posts = self.ledger.posts(&filter).await?;
        let arrived = |post: &crate::ledger::PostRow| {
            let is_there = |call: &Call| call.state == CallState::Delivered && call.taken_back.is_none();
            !post.post.is_ours() && !post.post.withdraws() && post.calls.iter().any(is_there)
        };
        let mut seen = BTreeSet::new();
        let latest = posts.iter().filter(|post| arrived(post) && seen.insert(post.post.broadcast.clone()));
        let texts = latest.take(LATEST_MAX).flat_map(|row| &row.post.parts).filter_map(|part| match part {
            PostPart::Text { text, .. } => Some(text.clone()),
            _ => None,
        });
        Ok(texts.collect())
    }

    /// What sounded in a village last, in each of the languages it is there in: none stands in for another.
    async fn sounded_in(&self, village: &Id, languages: &[Tag], now: Timestamp) -> Result<Vec<String>, LedgerFault> {
        let filter = AiringFilter {
            from: now - LATEST_WITHIN,
            to: now,
            station: Some(village.clone()),
            broadcast: None,
            state: None,
        };
        let airings = self.ledger.airings(&filter).await?;
        let mut seen = BTreeSet::new();
        let sounded = |outcome| matches!(outcome, Some(Outcome::Played | Outcome::Partial(_)));
        let latest =
            airings.iter().rev().filter(|airing| sounded(airing.outcome) && seen.insert(airing.id.broadcast.clone()));
        let texts = latest.filter_map(|airing| {
            let texts: Vec<String> = languages
                .iter()
                .filter_map(|language| self.board.notice(&airing.id.broadcast, village, language))
                .map(|notice| notice.text)
                .collect();
            (!texts.is_empty()).then(|| texts.join("\n\n"))
        });
        Ok(texts.take(LATEST_MAX).collect())
    }

    async fn next(&self, chat: &Chat, listener: &Listener, now: Timestamp) -> Result<Vec<Say>, LedgerFault> {
        let villages: BTreeSet<Id> = match (&listener.group, listener.village()) {
            (Some(group), _) => group.villages.clone(),
            (None, Some(village)) => BTreeSet::from([village.clone()]),
            (None, None) => return Ok(vec![self.villages(chat, listener, None)]),
        };
        let one = (villages.len() == 1).then(|| villages.first().cloned()).flatten();
        let filter = AiringFilter {
            from: now,
            to: now + NEXT_WITHIN,
            station: one,
            broadcast: None,
            state: Some("planned".to_owned()),
        };
        let airings = self.ledger.airings(&filter).await?;
        let mut seen = BTreeSet::new();
        let mut lines = Vec::new();
        for airing in airings.iter().filter(|airing| villages.contains(&airing.id.station)) {
            // A township's villages hear the same at the same time: once is enough.
            if lines.len() == NEXT_LINES_MAX || !seen.insert((airing.at, airing.id.broadcast.clone())) {
                continue;
            }
            let title = |language: &Tag| {
                self.board.notice(&airing.id.broadcast, &airing.id.station, language).map(|notice| notice.title)
            };
            let titles: Vec<String> = listener.languages.iter().filter_map(title).collect();
            if !titles.is_empty() {
                let at = airing.at.with_timezone(&self.board.zone());
                lines.push(format!("{} {}", Calendar::time(at.time()), titles.join(" · ")));
            }
        }
        if lines.is_empty() {
            return Ok(vec![self.in_all(chat, &listener.languages, "ui-bot-no-airing")]);
        }
        Ok(vec![Say::Text { chat: chat.number, text: lines.join("\n"), buttons: Vec::new() }])
    }
}

/// What can be asked, a line each.
fn help(language: &Tag) -> String {
    let line =
        |(_, command, says): &(Command, &str, &str)| format!("/{command} {}", word(language.as_str(), says, &[]));
    COMMANDS.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn help_in_all(chat: &Chat, languages: &[Tag]) -> Say {
    let text: Vec<String> = languages.iter().map(help).collect();
    Say::Text { chat: chat.number, text: text.join("\n\n"), buttons: Vec::new() }
}

/// The directory's group with an address that it has now, or had before it moved; `name` is its public name where it
/// has one.
pub fn group(board: &dyn Noticeboard, moves: &[Move], address: &Value, name: Option<&str>) -> Option<Group> {
    let mut address = address;
    // No group moves more often than there are moves.
    for _ in 0..=moves.len() {
        if let Some(group) = board.group(address, name) {
            return Some(group);
        }
        address = &moves.iter().find(|moved| moved.channel == CHANNEL && moved.new_address == *address)?.address;
    }
    None
}

/// A chat, as far as it is known here.
struct Listener {
    settings: Option<ChatSettings>,
    group: Option<Group>,
    /// Never empty.
    languages: Vec<Tag>,
    /// Whether somebody there chose them.
    chose: bool,
}

impl Listener {
    fn village(&self) -> Option<&Id> {
        self.settings.as_ref()?.village.as_ref()
    }
}

/// The name in the first of these languages that has one, else in the source's; an id where nobody wrote a name.
fn name_in(names: &Names, languages: &[Tag], id: &Id) -> String {
    let source: Tag = SOURCE.tag.parse().expect("the table's tags are tags");
    let found = languages.iter().chain([&source]).find_map(|language| names.get(language));
    found.cloned().unwrap_or_else(|| id.to_string())
}

#[cfg(test)]
mod tests;
