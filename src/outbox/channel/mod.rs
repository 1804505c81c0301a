//! Kinds of chat services: one file each, one table of them.
//!
//! A channel sends once and says how it went. It never waits, tries again, or reads a clock but for the bound on one
//! call; only the queue does. It knows no language rules and no ledger.

pub mod apprise;
pub mod dingtalk;
pub mod feishu;
pub mod folder;
pub mod https;
pub mod manual;
pub mod robots;
mod secret;
pub mod telegram;
mod uploaded;
pub mod webhook;
pub mod wecom;

use std::sync::Arc;

use chrono::TimeDelta;
use futures::future::BoxFuture;
use serde_json::Value;

use crate::base::{Id, Tag, Timestamp};
use crate::ledger::CallId;
use crate::rundown::{Post, PostPart};

/// What is set up, by kind.
#[derive(Debug, Clone, Default)]
pub struct Options {
    pub folder: Option<folder::Options>,
    pub manual: Option<folder::Options>,
    pub telegram: Option<telegram::Options>,
    pub wecom: Option<robots::Options>,
    pub dingtalk: Option<robots::Options>,
    pub feishu: Option<robots::Options>,
    pub webhook: Option<webhook::Options>,
    pub apprise: Option<apprise::Options>,
}

type Opened = Result<Arc<dyn Channel>, ChannelFault>;

/// A kind of chat service, as the table has it.
pub struct Kind {
    /// As `channel = { kind = ".." }` names it.
    pub name: &'static str,
    pub carries: Carries,
    /// None when this machine does not set it up.
    open: fn(&Options) -> Option<Opened>,
    /// Whether an address can be one of this service; what is wrong and what to write instead.
    pub check_address: fn(&Value) -> Result<(), String>,
    /// What this machine lacks for an address, where the kind is set up; what is wrong and what to do.
    lacking: fn(&Options, &Value) -> Option<String>,
    is_set_up: fn(&Options) -> bool,
}

/// How a service takes each thing that a post is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Carries {
    pub text: Carriage,
    pub voice: Carriage,
    pub card: Carriage,
}

/// How a service takes one kind of thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carriage {
    /// As what it is: a voice note plays, a picture shows.
    Native,
    /// As a file that people open.
    File,
    /// Not at all: a text leads to the public page of the notice, where this machine has one.
    Page,
}

impl Carries {
    /// How it takes this.
    pub fn part(&self, part: &PostPart) -> Carriage {
        match part {
            PostPart::Text { .. } => self.text,
            PostPart::Voice { .. } => self.voice,
            PostPart::Card { .. } => self.card,
        }
    }
}

impl Kind {
    /// Whether this machine's file names it; what it needs may be missing nonetheless.
    pub fn is_set_up(&self, options: &Options) -> bool {
        (self.is_set_up)(options)
    }

    /// Why a group at this address gets nothing from this machine; what is wrong and what to do.
    pub fn lacking(&self, options: &Options, address: &Value) -> Option<String> {
        if !self.is_set_up(options) {
            let name = self.name;
            return Some(format!("this machine has no channel `{name}`; add [channel.{name}] to config/machine.toml"));
        }
        (self.lacking)(options, address)
    }
}

/// The kind of this name.
pub fn kind(name: &str) -> Option<&'static Kind> {
    CHANNELS.iter().find(|kind| kind.name == name)
}

/// Every kind there is. The default goes first.
pub const CHANNELS: &[Kind] = &[
    Kind {
        name: folder::KIND,
        carries: Carries { text: Carriage::File, voice: Carriage::File, card: Carriage::File },
        is_set_up: |options| options.folder.is_some(),
        open: |options| {
            let options = options.folder.as_ref()?;
            Some(Ok(Arc::new(folder::Folder::new(options.clone()))))
        },
        // The chat's id names its folder; there is nothing to get wrong.
        check_address: |_| Ok(()),
        lacking: |_, _| None,
    },
    Kind {
        name: telegram::KIND,
        carries: Carries { text: Carriage::Native, voice: Carriage::Native, card: Carriage::Native },
        is_set_up: |options| options.telegram.is_some(),
        open: |options| opened(telegram::Telegram::open(options.telegram.as_ref()?)),
        check_address: telegram::check_address,
        lacking: |_, _| None,
    },
    Kind {
        name: wecom::KIND,
        // Its voice messages are AMR alone.
        carries: Carries { text: Carriage::Native, voice: Carriage::File, card: Carriage::Native },
        is_set_up: |options| options.wecom.is_some(),
        open: |options| opened(wecom::Wecom::open(options.wecom.as_ref()?)),
        check_address: check_robot,
        lacking: |options, address| robots::lacking(wecom::KIND, options.wecom.as_ref()?, address),
    },
    Kind {
        name: dingtalk::KIND,
        carries: TEXT_ALONE,
        is_set_up: |options| options.dingtalk.is_some(),
        open: |options| opened(dingtalk::Dingtalk::open(options.dingtalk.as_ref()?)),
        check_address: check_robot,
        lacking: |options, address| robots::lacking(dingtalk::KIND, options.dingtalk.as_ref()?, address),
    },
    Kind {
        name: feishu::KIND,
        carries: TEXT_ALONE,
        is_set_up: |options| options.feishu.is_some(),
        open: |options| opened(feishu::Feishu::open(options.feishu.as_ref()?)),
        check_address: check_robot,
        lacking: |options, address| robots::lacking(feishu::KIND, options.feishu.as_ref()?, address),
    },
    Kind {
        name: webhook::KIND,
        carries: Carries { text: Carriage::Native, voice: Carriage::File, card: Carriage::File },
        is_set_up: |options| options.webhook.is_some(),
        open: |options| opened(webhook::Webhook::open(options.webhook.as_ref()?)),
        check_address: webhook::check_address,
        lacking: |options, address| webhook::lacking(options.webhook.as_ref()?, address),
    },
    Kind {
        name: apprise::KIND,
        // What the services behind it make of a file is theirs.
        carries: Carries { text: Carriage::Native, voice: Carriage::File, card: Carriage::File },
        is_set_up: |options| options.apprise.is_some(),
        open: |options| opened(apprise::Apprise::open(options.apprise.as_ref()?)),
        check_address: apprise::check_address,
        lacking: |options, address| apprise::lacking(options.apprise.as_ref()?, address),
    },
    Kind {
        name: manual::KIND,
        carries: Carries { text: Carriage::File, voice: Carriage::File, card: Carriage::File },
        is_set_up: |options| options.manual.is_some(),
        open: |options| Some(Ok(Arc::new(manual::Manual::new(options.manual.clone()?)))),
        check_address: manual::check_address,
        lacking: |_, _| None,
    },
];

const TEXT_ALONE: Carries = Carries { text: Carriage::Native, voice: Carriage::Page, card: Carriage::Page };

fn opened<C: Channel + 'static>(channel: Result<C, ChannelFault>) -> Option<Opened> {
    Some(channel.map(|channel| Arc::new(channel) as Arc<dyn Channel>))
}

fn check_robot(address: &Value) -> Result<(), String> {
    robots::robot_of(address).map(drop)
}

/// The channels that are set up, and why others that should be are not: those hold back only their own chats.
pub fn open(options: &Options) -> (Vec<Arc<dyn Channel>>, Vec<ChannelFault>) {
    let (mut channels, mut faults) = (Vec::new(), Vec::new());
    for kind in CHANNELS {
        match (kind.open)(options) {
            Some(Ok(channel)) => channels.push(channel),
            Some(Err(fault)) => faults.push(fault),
            None => {}
        }
    }
    (channels, faults)
}

/// Why a channel cannot be set up.
#[derive(Debug, thiserror::Error)]
#[error("{kind}: {what}; {help}")]
pub struct ChannelFault {
    pub kind: &'static str,
    pub what: String,
    pub help: String,
}

/// A kind of chat service.
pub trait Channel: Send + Sync {
    fn kind(&self) -> &'static str;

    /// Whose budget a call to this address uses; shown to people, so no secret.
    fn robot(&self, address: &Value) -> String;

    /// Whether the same call sent twice arrives once. Only then is a call that may have arrived sent again by itself.
    fn idempotent(&self) -> bool;

    /// At most three quarters of what the service allows.
    fn budget(&self) -> &'static [Limit];

    /// The longest text of one message.
    fn text_max(&self) -> TextMax;

    /// What is wrong with robots themselves, for people, each beginning with `<kind>[ <robot>]:`. While it is, no post to
    /// their groups goes out.
    fn faults(&self) -> Vec<String> {
        Vec::new()
    }

    /// What people should know of how it is set up, such as that it speaks with a server for trials.
    fn notes(&self) -> Vec<String> {
        Vec::new()
    }

    /// Sends once. Ends in bounded time.
    fn send<'a>(&'a self, parcel: &'a Parcel) -> BoxFuture<'a, Answer>;

    /// Whether messages that arrived can be changed and deleted.
    fn amends(&self) -> bool {
        false
    }

    /// Changes or deletes a message that arrived, once; to do so twice does no harm. Ends in bounded time.
    fn amend<'a>(&'a self, _: &'a Amendment) -> BoxFuture<'a, Answer> {
        Box::pin(async { impossible("messages of this service stay as they are") })
    }
}

/// What becomes of a message that arrived.
#[derive(Debug, Clone, PartialEq)]
pub struct Amendment {
    pub address: Value,
    /// What the service calls the message.
    pub message: String,
    pub change: Change,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    Delete,
    /// The text of a text message.
    Text(String),
    /// What stands under a voice note or a picture.
    Caption(String),
}

/// How long a text may be, as its service counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextMax {
    pub size: usize,
    pub unit: Unit,
}

/// What a service counts the length of a text in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// UTF-16 code units: Telegram.
    Utf16,
    /// Bytes of UTF-8, three for each Chinese, Tibetan or Lisu character: WeCom, DingTalk, Feishu.
    Bytes,
}

impl TextMax {
    /// Whether a text is not too long.
    pub fn holds(&self, text: &str) -> bool {
        self.unit.size_of(text) <= self.size
    }
}

impl Unit {
    pub fn size_of(self, text: &str) -> usize {
        match self {
            Unit::Utf16 => text.chars().map(char::len_utf16).sum(),
            Unit::Bytes => text.len(),
        }
    }
}

/// One call, with all it takes.
#[derive(Debug, Clone)]
pub struct Parcel {
    pub id: CallId,
    pub chat: Id,
    pub address: Value,
    pub content: Content,
    /// What it is a part of.
    pub post: Post,
    /// When it leaves, for services that want it signed.
    pub at: Timestamp,
}

#[derive(Debug, Clone)]
pub enum Content {
    Text {
        language: Tag,
        text: String,
    },
    /// A voice note: the bytes of a clip, mono Ogg Opus.
    Voice {
        language: Tag,
        title: String,
        frames: u64,
        bytes: Vec<u8>,
    },
    /// A picture of the notice: the bytes of a PNG.
    Card {
        language: Tag,
        title: String,
        bytes: Vec<u8>,
    },
}

/// A service has no way to take this.
fn impossible(detail: &str) -> Answer {
    Answer::Refused { code: "impossible".into(), detail: detail.into() }
}

/// How a call went. Details are for people and hold no secret.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// It arrived, under these names.
    Sent { ids: Vec<String> },
    /// A person has it as a task now, under these names, and is to say when it is done.
    Handed { ids: Vec<String> },
    /// It surely did not arrive; it may be tried again, not before `after` where the service says so.
    Retry { after: Option<TimeDelta>, code: String, detail: String },
    /// It may have arrived, and its channel is idempotent: it may be tried again all the same.
    Doubtful { after: Option<TimeDelta>, code: String, detail: String },
    /// The group has another address now; it surely did not arrive.
    Moved { address: Value },
    /// It surely did not arrive, and trying again would not help.
    Refused { code: String, detail: String },
    /// It may have arrived.
    Unknown { code: String, detail: String },
}

/// No more than `calls` in any span of `per`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    pub scope: Scope,
    pub calls: u32,
    pub per: TimeDelta,
}

/// What a limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    Robot,
    Chat,
}

impl Limit {
    /// Two thirds are for ordinary posts, the rest is kept free for emergencies.
    pub fn ordinary_calls(&self) -> u32 {
        (self.calls * 2).div_ceil(3).max(1)
    }
}
