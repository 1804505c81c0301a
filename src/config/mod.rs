//! `config/machine.toml` -> each module's options, all faults at once. This machine only: neither console nor link can
//! write it.

pub mod machine;

pub use machine::Machine;
