//! Pictures and posters of notices: what residents who do not read long texts, or whose telephone lacks the letters, can
//! be shown. The only module that knows fonts. Knows nothing of files but fonts, nothing of the catalog, and no clock.
//!
//! A card is put together from texts that are already rendered: [`layout`] sets them with the fonts of [`fonts`] and gives
//! boxes and placed letters, which [`canvas`] paints as a PNG and [`poster`] writes as a PDF. What cannot be drawn whole
//! (a character no font has, a vowel sign without a letter, a text that does not fit) is a fault and no picture.

mod canvas;
pub mod code;
mod fault;
mod fonts;
mod layout;
mod paint;
mod poster;
mod script;
mod sheets;
mod table;
#[cfg(test)]
mod tests;
mod typeset;

use crate::base::Tag;

pub use code::LINK_BYTES_MAX;
pub use fault::CardFault;
pub use fonts::{Fonts, Missing, Options, missing};
pub use poster::poster;
pub use table::{Cell, Table, Tone, table};

/// What the head of a card says and which colour it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    Daily,
    /// Looks like no real warning, whatever its level.
    Drill(Option<Level>),
    Emergency(Level),
}

/// The level of an emergency; its colour is red, orange, yellow or blue (国家突发公共事件总体应急预案).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    I,
    II,
    III,
    IV,
}

impl Level {
    fn name(self) -> &'static str {
        match self {
            Level::I => "I",
            Level::II => "II",
            Level::III => "III",
            Level::IV => "IV",
        }
    }
}

/// A notice as it is shown: one or several languages of it, every text rendered.
#[derive(Debug, Clone)]
pub struct Card {
    pub look: Look,
    /// Drawn from above to below; [`signage_order`] says how signs in Yunnan stand.
    pub sections: Vec<Section>,
    /// As in `2026-0412`.
    pub notice: Option<String>,
    /// The number to call.
    pub hotline: Option<String>,
    /// What the QR code holds, an address; no code when it is left out.
    pub link: Option<String>,
    /// Says in each language that the county is a sample.
    pub is_sample: bool,
}

/// A notice in one language.
#[derive(Debug, Clone)]
pub struct Section {
    /// A language of notices.
    pub language: Tag,
    /// The county's name in this language, where it has one.
    pub county: Option<String>,
    /// The date as this language writes it.
    pub date: Option<String>,
    /// The messages, in order.
    pub items: Vec<Item>,
    /// A text that nobody has reviewed says so.
    pub is_draft: bool,
}

/// A message in one language.
#[derive(Debug, Clone)]
pub struct Item {
    pub title: String,
    pub text: String,
}

impl Card {
    /// Draws the card as a PNG, [`layout::CARD_WIDTH`] pixels wide and as high as its text asks for.
    ///
    /// Errors: a character that no font has, a mark without its letter, a word wider than the card, a card higher than
    /// [`layout::CARD_HEIGHT_MAX`].
    pub fn png(&self, fonts: &Fonts) -> Result<Vec<u8>, CardFault> {
        let mut press = fonts.press();
        let page = layout::card(&mut press, self)?;
        canvas::png(&mut press, &page)
    }

    /// Whether it can be drawn: sets it without painting it.
    ///
    /// Errors: those of [`Card::png`].
    pub fn check(&self, fonts: &Fonts) -> Result<(), CardFault> {
        layout::card(&mut fonts.press(), self).map(drop)
    }
}

/// Sorts languages as signs in Yunnan have them: the other scripts above in the order given, Chinese below.
pub fn signage_order(languages: &mut [Tag]) {
    languages.sort_by_key(|language| language.as_str() == crate::lang::language::SOURCE.tag);
}
