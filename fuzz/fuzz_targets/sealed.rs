//! Any bytes as a sealed rundown.
#![no_main]

#[path = "../checks/sealed.rs"]
mod sealed;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    sealed::check(bytes);
});
