//! locales + broadcasts + recordings + directory -> ([`Catalog`], faults).
//!
//! Parsing is pure: files in, data out. Knows no clock, no network, no ledger.

pub mod cron;
pub mod model;
