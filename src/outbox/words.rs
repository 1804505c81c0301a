//! The program's own words in posts, in the language of each, and what draws their cards. The outbox knows no language and
//! no fonts; whoever opens it brings them.

use std::sync::Arc;

use crate::base::Tag;
use crate::rundown::Post;
use crate::rundown::post::CardText;

/// Words that the queue adds to texts.
#[derive(Clone, Copy)]
pub struct Words {
    /// What stands before a text that is sent again, with the notice number where there is one.
    pub repeat: fn(&Tag, notice: Option<&str>) -> String,
    /// The head of a digest of so many notices.
    pub digest: fn(&Tag, count: usize) -> String,
    /// What stands before a text that corrects an earlier one, with that one's notice number where it has one.
    pub correction: fn(&Tag, notice: Option<&str>) -> String,
    /// What is said of a notice that was taken back, by its title.
    pub withdrawn: fn(&Tag, title: &str, notice: Option<&str>) -> String,
    /// What leads to the public page of a notice.
    pub page: fn(&Tag, link: &str) -> String,
}

/// The link to the public page of a post's notice; none where there is no such page.
pub type Link = Arc<dyn Fn(&Post) -> Option<String> + Send + Sync>;

/// Draws a card of a post in a language as a PNG; or says why it cannot be drawn, and what to do. Takes its time.
pub type Draw = Arc<dyn Fn(&Post, &Tag, &CardText) -> Result<Vec<u8>, String> + Send + Sync>;

/// Of an outbox that nobody gave anything that draws.
pub(super) fn draws_nothing() -> Draw {
    Arc::new(|_, _, _| Err("nothing here draws cards".to_owned()))
}
