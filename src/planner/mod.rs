//! (Catalog, orders, now) -> rundowns, posts, problems. Pure: no I/O, no clock, no tokio.
//!
//! Instants are computed here, in the county's zone; a station never sees a rule.

pub mod recurrence;
