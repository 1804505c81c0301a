//! `config/machine.toml`, and a village box's `station.toml` -> each module's options, all faults at once. This machine
//! only: neither console nor link can write it.

mod channels;
mod link;
mod loudspeaker;
pub mod machine;
pub mod page;
pub mod station;

pub use machine::Machine;
