//! The outbox: posts on their way to chat groups, each call made at most once.
//!
//! [`Outbox::enqueue`] turns a post into calls, [`Outbox::turn`] lets those go whose time has come. Knows channels, the
//! ledger and the store of clips; knows no language rules, no catalog and no planner: texts come as residents read them.

mod amend;
mod budget;
pub mod channel;
mod closed;
mod compose;
mod counts;
mod digest;
mod pace;
mod queue;
mod split;
mod words;

pub use amend::Taking;
pub use channel::{Options, apprise, folder, manual, robots, telegram, webhook};
pub use compose::{Chat, Enqueued};
pub use counts::Counts;
pub use queue::Outbox;
pub use words::{Draw, Link, Words};
