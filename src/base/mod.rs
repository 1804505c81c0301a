//! What every other module stands on: time, ids, digests, languages tags, lengths of time, and faults worth telling a person.
//!
//! Knows nothing of broadcasting.

pub mod box_clock;
pub mod clock;
pub mod digest;
pub mod durable;
pub mod id;
pub mod length;
pub mod near;
mod network;
pub mod problem;
pub mod reckoning;
pub mod table;
pub mod tag;

pub use box_clock::BoxClock;
pub use clock::{Clock, Timestamp};
pub use digest::Digest;
pub use id::Id;
pub use length::Length;
pub use network::network;
pub use problem::{Problem, Severity};
pub use tag::Tag;
