//! A notice on its way to one chat group.

use serde::{Deserialize, Serialize};

use crate::base::{Digest, Id, Tag, Timestamp};
use crate::rundown::{Class, Level};

/// What stands in a post's place of a broadcast when it is an alarm for those on duty. No broadcast may have this id.
pub const ALARM: &str = "alarm";

/// What stands there when it is several notices of a group that waited for long. No broadcast may have this id.
pub const DIGEST: &str = "digest";

/// How the occasion of a post begins that takes back what a group got of its broadcast; the order's number follows.
pub const WITHDRAWN: &str = "withdrawn-";

/// How the occasion of a post begins that corrects what a group got of its broadcast; the order's number follows.
pub const CORRECTED: &str = "corrected-";

/// One thing of a post; each becomes one call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "part", rename_all = "lowercase")]
pub enum PostPart {
    /// Text as residents read it, in one language.
    Text { language: Tag, text: String },
    /// A voice note: a clip as it is.
    Voice { language: Tag, clip: Digest, frames: u64, title: String },
    /// A picture of the whole notice, drawn when it is sent.
    Card { language: Tag, title: String, card: CardText },
}

impl PostPart {
    pub fn language(&self) -> &Tag {
        match self {
            PostPart::Text { language, .. } | PostPart::Voice { language, .. } | PostPart::Card { language, .. } => {
                language
            }
        }
    }
}

/// What stands on a card in one language, beside the class, level and notice number of its post: every text rendered.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CardText {
    /// The county's name in this language, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub county: Option<String>,
    /// The day it is posted, as this language writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// Title and text of each message.
    pub items: Vec<(String, String)>,
    /// The number to call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hotline: Option<String>,
    /// Where the QR code leads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Nobody has reviewed the text.
    pub is_draft: bool,
    /// The county is a sample.
    pub is_sample: bool,
}

/// Everything one chat group gets of one broadcast on one occasion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Post {
    pub broadcast: Id,
    /// What this post is for once and no more: an instant, a local day, or an edition.
    pub occasion: String,
    pub chat: Id,
    pub class: Class,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<String>,
    pub due: Timestamp,
    pub expires: Timestamp,
    /// In the order they are sent.
    pub parts: Vec<PostPart>,
    /// The order that asked for it; none for what the timetable asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<u64>,
}

impl Post {
    /// `<broadcast>.<occasion>.<chat>`.
    pub fn id(&self) -> String {
        format!("{}.{}.{}", self.broadcast, self.occasion, self.chat)
    }

    /// Whether it is of no broadcast, but an alarm or a digest: no plan lists it.
    pub fn is_ours(&self) -> bool {
        [ALARM, DIGEST].contains(&self.broadcast.as_str())
    }

    /// Whether it takes back or corrects what the group got before: no plan lists it either.
    pub fn amends(&self) -> bool {
        self.withdraws() || self.occasion.starts_with(CORRECTED)
    }

    /// Whether it only takes back what the group got before.
    pub fn withdraws(&self) -> bool {
        self.occasion.starts_with(WITHDRAWN)
    }
}
