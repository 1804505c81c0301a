//! Any bytes as a file of messages, until something breaks.
#![no_main]

#[path = "../checks/texts.rs"]
mod texts;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| texts::go(bytes));
