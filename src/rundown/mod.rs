//! The plain vocabulary between the other modules: what airs, in which order, on whose word, and how it ended.
//!
//! Knows no Fluent, no files, no SQL and no wire; reads no clock.

pub mod airing;
pub mod chain;
pub mod class;
pub mod document;
pub mod order;
pub mod outcome;
pub mod post;
pub mod precedence;
pub mod programme;
pub mod quiet;
pub mod review;
pub mod seal;
pub mod statement;

pub use airing::{Airing, AiringId};
pub use class::{Class, Level, Rank};
pub use document::Rundown;
pub use order::{Agreed, AgreedLanguage, Order, OrderKind, OrderState, Signed};
pub use outcome::{Outcome, Reason, Receipt};
pub use post::{Post, PostPart};
pub use programme::{Part, Programme};
pub use review::{Review, Verdict};
pub use statement::Statement;
