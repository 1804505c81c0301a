//! Carries what happens in Telegram chats to the [`Bot`] and its answers back. It asks for messages itself
//! (<https://core.telegram.org/bots/api#getupdates>): an office behind a router can be reached by nobody.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use teloxide::payloads::{GetUpdatesSetters as _, SendMessageSetters as _, SetMyCommandsSetters as _};
use teloxide::prelude::Requester as _;
use teloxide::types::{
    AllowedUpdate, BotCommand, BotCommandScope, CallbackQuery, ChatId, ChatMemberUpdated, InlineKeyboardButton,
    InlineKeyboardMarkup, Message, Update, UpdateKind, User,
};
use teloxide::{ApiError, RequestError};
use tracing::{info, warn};

use super::event::COMMANDS;
use super::{Bot, Chat, ChatKind, Command, Event, Say};
use crate::base::{Clock, Tag, Timestamp};
use crate::lang::language::{Language, SOURCE};
use crate::lang::words::word;
use crate::ledger::LedgerFault;

/// How long the service holds a question open when there is nothing to tell.
const HELD: Duration = Duration::from_secs(50);
/// And how long we wait for it before the line counts as dead.
const ANSWERED_WITHIN: Duration = Duration::from_secs(75);
/// A text is small, but the line may be bad.
const SENT_WITHIN: Duration = Duration::from_secs(30);
/// The most the service gives at a time.
const UPDATES_MAX: u8 = 100;
/// What was asked longer ago, while the line was down, is answered to nobody's use.
const FRESH: TimeDelta = TimeDelta::minutes(5);
/// Between two questions, where the first was answered with nothing.
const PAUSE: Duration = Duration::from_secs(1);
/// The first wait after a fault, and the longest.
const BACK_OFF_MIN: Duration = Duration::from_secs(5);
const BACK_OFF_MAX: Duration = Duration::from_secs(300);

/// Makes a client with the token as it is now.
pub type Connect = Box<dyn Fn() -> teloxide::Bot + Send + Sync>;
/// Cuts a text into what the service takes at a time.
pub type Cut = fn(&str) -> Vec<String>;

/// Why nothing is heard at the moment. Holds no secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Deaf {
    #[error("the service cannot be reached")]
    Line,
    #[error("the service refuses the robot's token")]
    Token,
    #[error(
        "another program asks for this robot's messages: only one may; stop the other, or give it a robot of its own"
    )]
    Other,
    #[error("the service answers with a fault")]
    Service,
    #[error("the ledger: {0}")]
    Ledger(String),
}

impl From<LedgerFault> for Deaf {
    fn from(fault: LedgerFault) -> Deaf {
        Deaf::Ledger(fault.to_string())
    }
}

/// One robot's ear and mouth.
pub struct Line {
    bot: Bot,
    connect: Connect,
    cut: Cut,
    clock: Arc<dyn Clock>,
    /// Its public name, which groups write behind commands; asked for once.
    robot: Option<String>,
    /// The number of the next update.
    next: i32,
}

impl Line {
    pub fn new(bot: Bot, connect: Connect, cut: Cut, clock: Arc<dyn Clock>) -> Line {
        Line { bot, connect, cut, clock, robot: None, next: 0 }
    }

    /// Listens for ever. Says once that it hears nothing, and once that it hears again.
    pub async fn run(mut self) {
        let mut deaf: Option<Deaf> = None;
        let mut back_off = BACK_OFF_MIN;
        loop {
            match self.turn().await {
                Ok(heard) => {
                    if deaf.take().is_some() {
                        info!("residents' questions are heard again");
                    }
                    back_off = BACK_OFF_MIN;
                    // A proxy may answer at once that there is nothing, again and again.
                    if heard == 0 {
                        tokio::time::sleep(PAUSE).await;
                    }
                }
                Err(fault) => {
                    if deaf.as_ref() != Some(&fault) {
                        warn!("residents' questions are not heard: {fault}; notices go out all the same");
                    }
                    deaf = Some(fault);
                    tokio::time::sleep(back_off).await;
                    back_off = (back_off * 2).min(BACK_OFF_MAX);
                }
            }
        }
    }

    /// Asks once what happened and answers it. Returns how much that was.
    ///
    /// Errors: nothing can be heard, or kept; what was not answered is asked for again.
    pub async fn turn(&mut self) -> Result<usize, Deaf> {
        let service = (self.connect)();
        let robot = match &self.robot {
            Some(robot) => robot.clone(),
            None => {
                let me = within(SENT_WITHIN, service.get_me()).await?;
                introduce(&service).await;
                self.robot.insert(me.username().to_owned()).clone()
            }
        };
        let updates = service
            .get_updates()
            .offset(self.next)
            .limit(UPDATES_MAX)
            .timeout(u32::try_from(HELD.as_secs()).expect("it is less than a minute"))
            .allowed_updates([AllowedUpdate::Message, AllowedUpdate::CallbackQuery, AllowedUpdate::MyChatMember]);
        let updates = within(ANSWERED_WITHIN, updates).await?;
        let count = updates.len();
        for update in updates {
            let number = i32::try_from(update.id.0).unwrap_or(i32::MAX - 1);
            let now = self.clock.now();
            if let Some(event) = self.event(&service, update, &robot, now).await {
                for say in self.bot.hear(&event, now).await? {
                    // What does not arrive is asked for again by whoever wants it.
                    let _ = tokio::time::timeout(SENT_WITHIN, send(&service, self.cut, say)).await;
                }
            }
            self.next = number + 1;
        }
        Ok(count)
    }

    async fn event(&self, service: &teloxide::Bot, update: Update, robot: &str, now: Timestamp) -> Option<Event> {
        match update.kind {
            UpdateKind::Message(message) => of_message(&message, robot, now),
            UpdateKind::MyChatMember(change) => of_membership(&change),
            UpdateKind::CallbackQuery(query) => of_press(service, query).await,
            _ => None,
        }
    }
}

/// The commands, as the service lists them to whoever types a stroke; in the languages it knows.
async fn introduce(service: &teloxide::Bot) {
    for tag in [SOURCE.tag, "bo"] {
        let command = |(_, name, says): &(Command, &str, &str)| BotCommand::new(*name, word(tag, says, &[]));
        let commands: Vec<BotCommand> = COMMANDS.iter().map(command).collect();
        let call = service.set_my_commands(commands).scope(BotCommandScope::Default);
        let call = if tag == SOURCE.tag { call } else { call.language_code(tag) };
        // Nobody needs it: `/help` says the same.
        let _ = within(SENT_WITHIN, call).await;
    }
}

fn of_message(message: &Message, robot: &str, now: Timestamp) -> Option<Event> {
    // Both groups say it: the one that was and the one that is.
    if let Some(to) = message.migrate_to_chat_id() {
        return Some(Event::Moved { from: message.chat.id.0, to: to.0 });
    }
    if let Some(from) = message.migrate_from_chat_id() {
        return Some(Event::Moved { from: from.0, to: message.chat.id.0 });
    }
    let command = Command::read(message.text()?, robot)?;
    if now - message.date > FRESH {
        return None;
    }
    let speaks = message.from.as_ref().and_then(language_of);
    Some(Event::Asked { chat: chat_of(&message.chat)?, command, speaks })
}

fn of_membership(change: &ChatMemberUpdated) -> Option<Event> {
    let chat = chat_of(&change.chat)?;
    let was_there = change.old_chat_member.is_present();
    match (chat.kind, was_there, change.new_chat_member.is_present()) {
        (ChatKind::Group, false, true) => Some(Event::Added { chat, by: name_of(&change.from) }),
        (ChatKind::Group, true, false) => Some(Event::Removed { chat }),
        _ => None,
    }
}

async fn of_press(service: &teloxide::Bot, query: CallbackQuery) -> Option<Event> {
    let chat = chat_of(query.message.as_ref()?.chat())?;
    let may_choose = match chat.kind {
        ChatKind::Person => true,
        ChatKind::Group => {
            let member = within(SENT_WITHIN, service.get_chat_member(ChatId(chat.number), query.from.id)).await;
            member.is_ok_and(|member| member.is_privileged())
        }
    };
    let by = name_of(&query.from);
    Some(Event::Pressed { chat, query: query.id.0, button: query.data?, by, may_choose })
}

fn chat_of(chat: &teloxide::types::Chat) -> Option<Chat> {
    let kind = match chat {
        chat if chat.is_private() => ChatKind::Person,
        chat if chat.is_group() || chat.is_supergroup() => ChatKind::Group,
        // Nobody asks anything in a channel.
        _ => return None,
    };
    let title = chat.title().unwrap_or_default().to_owned();
    let name = chat.username().filter(|_| kind == ChatKind::Group).map(|name| format!("@{name}"));
    Some(Chat { number: chat.id.0, kind, title, name })
}

/// The language of notices that a telephone's language tag (IETF) means; none where there is none.
fn language_of(user: &User) -> Option<Tag> {
    let code = user.language_code.as_deref()?;
    let primary = code.split('-').next()?;
    let tag = if primary == "zh" { SOURCE.tag } else { primary };
    Language::of(tag)?.tag.parse().ok()
}

fn name_of(user: &User) -> String {
    match &user.username {
        Some(name) => format!("@{name}"),
        None => user.id.0.to_string(),
    }
}

async fn send(service: &teloxide::Bot, cut: Cut, say: Say) -> Result<(), RequestError> {
    match say {
        Say::Pressed { query } => drop(service.answer_callback_query(teloxide::types::CallbackQueryId(query)).await?),
        Say::Text { chat, text, buttons } => {
            let mut pieces = cut(&text);
            let last = pieces.pop().unwrap_or_default();
            for piece in pieces {
                service.send_message(ChatId(chat), piece).await?;
            }
            let call = service.send_message(ChatId(chat), last);
            let rows = buttons.into_iter().map(|row| {
                row.into_iter().map(|(label, back)| InlineKeyboardButton::callback(label, back)).collect::<Vec<_>>()
            });
            let keyboard = InlineKeyboardMarkup::new(rows);
            if keyboard.inline_keyboard.is_empty() {
                call.await?;
            } else {
                call.reply_markup(keyboard).await?;
            }
        }
    }
    Ok(())
}

async fn within<T>(limit: Duration, call: impl IntoFuture<Output = Result<T, RequestError>>) -> Result<T, Deaf> {
    match tokio::time::timeout(limit, call.into_future()).await {
        Ok(answer) => answer.map_err(|error| deaf(&error)),
        Err(_) => Err(Deaf::Line),
    }
}

/// An error of teloxide may hold the address, and with it the token: only its kind is told.
fn deaf(error: &RequestError) -> Deaf {
    match error {
        RequestError::Api(ApiError::TerminatedByOtherGetUpdates) => Deaf::Other,
        RequestError::Api(ApiError::InvalidToken) => Deaf::Token,
        RequestError::Api(error) if error.to_string().contains("Conflict") => Deaf::Other,
        RequestError::Api(error) if error.to_string().contains("Unauthorized") => Deaf::Token,
        RequestError::Network(_) | RequestError::Io(_) => Deaf::Line,
        _ => Deaf::Service,
    }
}
