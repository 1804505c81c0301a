//! What holds for all pages together.

mod authorization;
mod entry;
mod escaping;
mod words;
mod world;
