//! Languages, their texts and how a text is rendered. The only module that knows Fluent; touches no file and no clock.

pub mod bundle;
pub mod calendar;
pub mod difference;
pub mod edit;
mod escape;
pub mod exchange;
pub mod functions;
pub mod language;
pub mod lint;
pub mod notes;
pub mod pattern;
pub mod source;
pub mod speech;
pub mod tags;
pub mod telephone;
pub mod topic;
pub mod voice;
pub mod words;

pub use bundle::{Argument, Arguments, Bundle, Piece, RenderFault};
pub use language::{LANGUAGES, Language};
pub use topic::Topic;
