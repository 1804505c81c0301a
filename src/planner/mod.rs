//! (Catalog, orders, now) -> rundowns, posts, problems. Pure: no I/O, no clock, no tokio.
//!
//! Instants are computed here, in the county's zone; a station never sees a rule. In reading order: `recurrence` turns
//! a rule into instants, `timetable` says which of them a broadcast keeps, `orders` what people asked for beside it,
//! `approval` what reviews and orders
//! hold back, `profile` what then sounds at stations that are alike, `forecast` who waits and who is missed there, `plan` hands
//! out one station at a time, `posts` the chats; `faults`, `explain` and `rows` tell people about it.

mod approval;
pub mod explain;
mod faults;
pub mod forecast;
pub mod orders;
pub mod plan;
mod posts;
mod profile;
pub mod recurrence;
pub mod rows;
mod timetable;

pub use approval::{Approval, Bound, departs};
pub use explain::{Explanation, explain};
pub use forecast::Forecast;
pub use plan::{Plan, Planner, Registered, Registry, StationPlan, plan};
pub use rows::{Row, rows};
pub use timetable::{LeftOut, Why};

#[cfg(test)]
mod tests;
