//! Kinds of chat services: one file each, one table of them.
//!
//! A channel sends once and says how it went. It never waits, tries again, or reads a clock but for the bound on one
//! call; only the queue does. It knows no language rules and no ledger.

pub mod folder;
pub mod telegram;

use std::sync::Arc;

use chrono::TimeDelta;
use futures::future::BoxFuture;
use serde_json::Value;

use crate::base::{Id, Tag};
use crate::ledger::CallId;
use crate::rundown::Post;

/// What is set up, by kind.
#[derive(Debug, Clone, Default)]
pub struct Options {
    pub folder: Option<folder::Options>,
    pub telegram: Option<telegram::Options>,
}

type Opened = Result<Arc<dyn Channel>, ChannelFault>;

/// A kind of chat service, as the table has it.
pub struct Kind {
    /// As `channel = { kind = ".." }` names it.
    pub name: &'static str,
    is_set_up: fn(&Options) -> bool,
    /// None when this machine does not set it up.
    open: fn(&Options) -> Option<Opened>,
    /// Whether an address can be one of this service; what is wrong and what to write instead.
    pub check_address: fn(&Value) -> Result<(), String>,
}

impl Kind {
    /// Whether this machine's file names it; what it needs may be missing nonetheless.
    pub fn is_set_up(&self, options: &Options) -> bool {
        (self.is_set_up)(options)
    }
}

/// Every kind there is. The default goes first.
pub const CHANNELS: &[Kind] = &[
    Kind {
        name: folder::KIND,
        is_set_up: |options| options.folder.is_some(),
        open: |options| {
            let options = options.folder.as_ref()?;
            Some(Ok(Arc::new(folder::Folder::new(options.clone()))))
        },
        // The chat's id names its folder; there is nothing to get wrong.
        check_address: |_| Ok(()),
    },
    Kind {
        name: telegram::KIND,
        is_set_up: |options| options.telegram.is_some(),
        open: |options| {
            let options = options.telegram.as_ref()?;
            Some(telegram::Telegram::open(options).map(|telegram| Arc::new(telegram) as Arc<dyn Channel>))
        },
        check_address: telegram::check_address,
    },
];

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

    /// Whose budget its calls use; shown to people, so no secret.
    fn robot(&self) -> &str;

    /// Whether the same call sent twice arrives once. Only then is a call that may have arrived sent again by itself.
    fn idempotent(&self) -> bool;

    /// At most three quarters of what the service allows.
    fn budget(&self) -> &'static [Limit];

    /// The longest text of one message.
    fn text_max(&self) -> TextMax;

    /// What is wrong with the robot itself, for people: while it is, no post of any group goes out. None while it works.
    fn fault(&self) -> Option<String> {
        None
    }

    /// Sends once. Ends in bounded time.
    fn send<'a>(&'a self, parcel: &'a Parcel) -> BoxFuture<'a, Answer>;
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
}

/// How a call went. Details are for people and hold no secret.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// It arrived, under these names.
    Sent { ids: Vec<String> },
    /// It surely did not arrive; it may be tried again, not before `after` where the service says so.
    Retry { after: Option<TimeDelta>, code: String, detail: String },
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
