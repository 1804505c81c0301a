//! What of this machine the console uses and never changes: whoever assembles the program hands it in. Sinks, commands,
//! paths and secrets of a machine are none of it.

use crate::base::Timestamp;
use crate::catalog::Chat;

/// Each of these blocks, and is asked from a thread where that harms nobody.
pub trait Machine: Send + Sync {
    /// What `cunxiang doctor` finds, in its order.
    fn findings(&self) -> Vec<Finding>;

    /// Every metric, in the OpenMetrics text format.
    fn metrics(&self) -> String;

    /// The backups that were made from here, the newest first.
    fn backups(&self) -> Vec<Backup>;

    /// Makes one more.
    ///
    /// Errors: why not, in words.
    fn back_up(&self, now: Timestamp) -> Result<Backup, String>;

    /// Sends a message that says it is a test, past the outbox, as `cunxiang chats test` does.
    ///
    /// Errors: it could not be sent at all; why, in words.
    fn try_chat(&self, chat: &Chat, now: Timestamp) -> Result<Tried, String>;
}

/// How one thing is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub what: &'static str,
    /// What was seen, or what is wrong and what to do.
    pub state: Result<String, String>,
}

/// A file with the ledger and the content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    pub name: String,
    pub bytes: u64,
    pub made: Timestamp,
}

/// What a service answered to a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// `sent`, `handed`, `moved`, `not sent`, `refused` or `unknown`.
    pub word: &'static str,
    /// In the service's own words.
    pub detail: String,
}

impl Tried {
    pub fn is_good(&self) -> bool {
        ["sent", "handed"].contains(&self.word)
    }
}
