//! Any bytes as a batch of receipts that a box brings.
#![no_main]

#[path = "../checks/link.rs"]
mod link;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    link::receipts(bytes);
});
