//! Cards of posts: from what the ledger has of them to pictures. The same card goes to many groups and is drawn once.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use crate::base::{Digest, Tag};
use crate::card::{self, Card, CardFault, Fonts, Item, Look, Options, Section};
use crate::outbox::Draw;
use crate::rundown::post::CardText;
use crate::rundown::{Class, Level, Post};

/// So many pictures are kept: those of some notices in all languages, at about 100 KB each.
const KEPT_MAX: usize = 24;

/// Opens the fonts with the first card; while they are not there, each card looks again.
#[derive(Default)]
struct Drawn {
    fonts: Option<Fonts>,
    /// By the digest of what stands on them, the oldest first.
    kept: VecDeque<(Digest, Vec<u8>)>,
}

/// What draws the cards of posts with these fonts.
pub fn drawing(options: Options) -> Draw {
    let drawn = Mutex::new(Drawn::default());
    Arc::new(move |post, language, text| {
        // What a card that panicked leaves behind is whole: a picture is kept when it is drawn.
        let mut drawn = drawn.lock().unwrap_or_else(PoisonError::into_inner);
        drawn.draw(&options, post, language, text).map_err(|fault| fault.to_string())
    })
}

impl Drawn {
    fn draw(&mut self, options: &Options, post: &Post, language: &Tag, text: &CardText) -> Result<Vec<u8>, CardFault> {
        let what = (post.class, post.level, &post.notice, language, text);
        let digest = Digest::of(&serde_json::to_vec(&what).expect("a card's text is plain data"));
        if let Some((_, png)) = self.kept.iter().find(|(kept, _)| *kept == digest) {
            return Ok(png.clone());
        }
        let fonts = match self.fonts.take() {
            Some(fonts) => self.fonts.insert(fonts),
            None => self.fonts.insert(Fonts::open(options)?),
        };
        let png = card(post.class, post.level, post.notice.as_deref(), language, text).png(fonts)?;
        if self.kept.len() == KEPT_MAX {
            self.kept.pop_front();
        }
        self.kept.push_back((digest, png.clone()));
        Ok(png)
    }
}

/// The card of a post in one language.
pub fn card(class: Class, level: Option<Level>, notice: Option<&str>, language: &Tag, text: &CardText) -> Card {
    let items = text.items.iter().map(|(title, text)| Item { title: title.clone(), text: text.clone() });
    let section = Section {
        language: language.clone(),
        county: text.county.clone(),
        date: text.date.clone(),
        items: items.collect(),
        is_draft: text.is_draft,
    };
    Card {
        look: look(class, level),
        sections: vec![section],
        notice: notice.map(str::to_owned),
        hotline: text.hotline.clone(),
        link: text.link.clone(),
        is_sample: text.is_sample,
    }
}

/// How a notice of this class and level looks.
pub fn look(class: Class, level: Option<Level>) -> Look {
    let level = level.map(|level| match level {
        Level::I => card::Level::I,
        Level::II => card::Level::II,
        Level::III => card::Level::III,
        Level::IV => card::Level::IV,
    });
    match class {
        Class::Daily => Look::Daily,
        Class::Drill => Look::Drill(level),
        // One whose level is not known goes by the mildest, as `Rank::of` has it.
        Class::Emergency => Look::Emergency(level.unwrap_or(card::Level::IV)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Timestamp;

    #[test]
    fn a_card_is_drawn_once_and_says_why_it_cannot_be() {
        let due = Timestamp::from_timestamp(1_795_000_000, 0).unwrap();
        let post = Post {
            broadcast: "wear-mask".parse().unwrap(),
            occasion: "20261124".into(),
            chat: "benzilan".parse().unwrap(),
            class: Class::Emergency,
            level: Some(Level::II),
            notice: Some("2026-0412".into()),
            due,
            expires: due,
            parts: vec![],
            order: None,
        };
        let text = |body: &str| CardText {
            county: Some("德钦县".into()),
            date: Some("2026年11月24日".into()),
            items: vec![("请戴口罩".into(), body.into())],
            hotline: Some("12320".into()),
            link: None,
            is_draft: false,
            is_sample: true,
        };
        let language: Tag = "zh-CN".parse().unwrap();
        let mut drawn = Drawn::default();
        let mut draw = |post: &Post, body: &str| {
            drawn.draw(&Options::default(), post, &language, &text(body)).map(|png| Digest::of(&png))
        };
        let first = draw(&post, "出门请戴口罩。").unwrap();
        assert_eq!(draw(&post, "出门请戴口罩。").unwrap(), first);
        // Another group's post of the same notice has the same card; another look or text has not.
        assert_eq!(draw(&Post { chat: "foshan".parse().unwrap(), ..post.clone() }, "出门请戴口罩。").unwrap(), first);
        assert_ne!(draw(&Post { level: Some(Level::I), ..post.clone() }, "出门请戴口罩。").unwrap(), first);
        assert!(draw(&post, "请戴\u{E000}口罩").unwrap_err().to_string().contains("U+E000"));
        assert_eq!(drawn.kept.len(), 2);
        let nowhere = Options { folders: vec!["/nonexistent".into()] };
        let why = drawing(nowhere)(&post, &language, &text("出门")).unwrap_err();
        assert!(why.contains("install"), "{why}");
    }
}
