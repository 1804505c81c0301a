//! Any bytes as a box that asks to be let in, and as a proof.
#![no_main]

#[path = "../checks/link.rs"]
mod link;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    link::enrolment(bytes);
});
