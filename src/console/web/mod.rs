//! The web console: what the publicity group works with all day, in a browser.
//!
//! `routes` holds one table of every address: it builds the router, the navigation and the test of who may do what.
//! `guard` holds for every request and answer; `access` knows who somebody is; `asked` is what a page gets; `pages` has a
//! file a page, `words` its words in each language. A page orders through the control socket's own code, so that the
//! same is refused here and there. Knows no TLS and no port: whoever assembles serves the router.

pub mod access;
mod alerts;
pub mod asked;
mod assets;
pub mod form;
mod guard;
pub mod layout;
pub mod live;
mod machine;
mod pages;
pub mod routes;
mod setup;
mod sheet;
pub mod site;
pub mod words;

pub use access::session::Session;
pub use asked::{Answered, Asked, Stop};
pub use form::Form;
pub use machine::{Backup, Finding, Machine, Tried};
pub use routes::{ROUTES, Route, Who, router};
pub use setup::first_link;
pub use site::{Health, Options, Site, StationSeen, Village};
pub use words::Words;

#[cfg(test)]
mod tests;
