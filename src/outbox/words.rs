//! The program's own words in posts, in the language of each. The outbox knows no language; whoever opens it brings them.

use crate::base::Tag;

/// Words that the queue adds to texts.
#[derive(Clone, Copy)]
pub struct Words {
    /// What stands before a text that is sent again, with the notice number where there is one.
    pub repeat: fn(&Tag, notice: Option<&str>) -> String,
    /// The head of a digest of so many notices.
    pub digest: fn(&Tag, count: usize) -> String,
}
