//! cunxiang 村响: airs prevention notices on village loudspeakers and posts them to chat groups.
//!
//! What happens to a notice, in reading order of the modules:
//!
//! ```text
//!  locales/*.ftl ┐                                             ┌─> (link ─>) station ─> sink ─> loudspeaker
//!  broadcasts/   ├─> catalog ─> planner ─> rundown ── sealed ──┤
//!  config/*.toml ┘                 ^                           └─> outbox ─> channel ─> chat group
//!                                  │                                          │
//!                         orders ──┘        receipts, outcomes ───────────────┴──> ledger
//! ```
//!
//! `county` is the loop that drives it; `cmd` assembles. Who may name whom is held by `tests/tidy.rs`.

pub mod audio;
pub mod base;
pub mod bot;
pub mod card;
pub mod catalog;
pub mod cmd;
pub mod config;
pub mod console;
pub mod county;
pub mod lang;
pub mod ledger;
pub mod link;
pub mod outbox;
pub mod planner;
pub mod rundown;
pub mod station;
pub mod store;
