//! The daemon as a user meets it: the real program on a small county, and a whole county under a clock of our own.
#![allow(clippy::unwrap_used)]

#[path = "../county/mod.rs"]
mod county;
#[path = "../disk/mod.rs"]
mod disk;
#[path = "../fake_telegram/mod.rs"]
mod fake_telegram;

mod approved;
mod console;
mod edits;
mod faults;
mod hold;
mod linked;
mod monitor;
mod orders;
mod posts;
mod review;
mod simulated;
mod whole;
