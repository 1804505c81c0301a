//! The station: plays what sealed rundowns tell it to, by itself, and can say afterwards what left its loudspeakers.
//!
//! Knows no catalog, no planner, no SQL and no wire: a sealed rundown comes in, sound and receipts go out.
//!
//! ```text
//!  sealed rundown ─> driver (one thread) ─ step ─> player (pure) ─ effects ─> driver ─> journal (claims, outcomes)
//!                                                                              ├─> decode (one thread) ── rings ──┐
//!                                                                              └─> desk (mixes, to the frame) <───┘
//!        pump (one thread, for wav, command, null) or a sound card's callback pulls the desk ─> sink ─> loudspeaker
//! ```

mod decode;
pub mod desk;
mod driver;
mod journal;
mod limits;
pub mod machine;
pub mod player;
mod power;
mod pump;
mod ready;
pub mod sink;
mod tone;

pub use driver::{DeviceState, Past, Status};
pub use journal::JournalFault;
pub use limits::LimitFault;
pub use machine::{Listed, Loudspeaker, Machine, Options, Running, StartFault, start, start_with};
pub use player::{Limit, NoCheck};

#[cfg(test)]
mod tests;
