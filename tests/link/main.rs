//! A county and its village boxes as their users meet them: real programs, each with a home of its own, TLS on loopback
//! ports between them, and lines in between that break, spoil what passes, or
//! lie.
//!
//! What a real program cannot be made to do here: its machine's clock is not set while it runs. The program reads the
//! kernel's clock without the C library, so nothing can be put between the two, and a time namespace does not shift
//! CLOCK_REALTIME. A clock that steps under a running station is tried in `src/station/tests.rs` and
//! `tests/simulation/`; here (`clocks.rs`) boxes boot
//! at other times, and the county's clock steps, which they follow.
#![allow(clippy::unwrap_used)]

#[path = "../county/mod.rs"]
mod county;
#[path = "../disk/mod.rs"]
mod disk;
mod line;
mod middle;
mod village;

mod approved;
mod clocks;
mod fortnight;
mod full;
mod hostile;
mod kills;
mod whole;
