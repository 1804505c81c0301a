//! Any bytes as a file of messages, until something breaks.
#![no_main]

#[path = "../whole_way.rs"]
mod whole_way;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| whole_way::go(bytes));
