//! What a chat group reads and hears of a broadcast.

use crate::base::{Id, Tag};
use crate::catalog::Catalog;
use crate::catalog::model::{Broadcast, Chat, Gap, GapReason, MissingLanguage, Names, Send};
use crate::catalog::spoken::{Everything, Permit, barred};
use crate::lang::{Argument, Arguments, Piece, words};
use crate::rundown::post::CardText;
use crate::rundown::{Class, PostPart};

impl Catalog {
    /// The parts a chat gets, per language in its order: the text, then a voice note a message, then a card. With the
    /// gaps: a language whose text is missing is left out, or holds the whole post back, as the broadcast says; a voice
    /// note or a card that is missing is left out. Empty parts mean that nothing is posted. Cards have no date yet.
    pub fn post_parts(&self, broadcast: &Broadcast, chat: &Chat, notice: Option<&str>) -> (Vec<PostPart>, Vec<Gap>) {
        self.post_parts_within(broadcast, chat, notice, &Everything)
    }

    /// The same, of what a permit lets through.
    pub fn post_parts_within(
        &self,
        broadcast: &Broadcast,
        chat: &Chat,
        notice: Option<&str>,
        permit: &dyn Permit,
    ) -> (Vec<PostPart>, Vec<Gap>) {
        let mut gaps = Vec::new();
        let mut parts = Vec::new();
        for language in &chat.languages {
            let text = self.post_text(broadcast, chat, language, notice);
            match text.and_then(|text| barred(broadcast, language, permit).map(|()| text)) {
                Ok(text) if chat.send.contains(&Send::Text) => {
                    parts.push(PostPart::Text { language: language.clone(), text })
                }
                Ok(_) => {}
                Err(found) if broadcast.how.missing_language == MissingLanguage::Hold => return (Vec::new(), found),
                Err(found) => {
                    gaps.extend(found);
                    continue;
                }
            }
            if chat.send.contains(&Send::Voice) {
                self.voice_notes(broadcast, language, permit, &mut parts, &mut gaps);
            }
            if chat.send.contains(&Send::Card) {
                match self.card(broadcast, chat, language, notice) {
                    Ok(card) => parts.push(card),
                    Err(found) => gaps.extend(found),
                }
            }
        }
        (parts, gaps)
    }

    fn voice_notes(
        &self,
        broadcast: &Broadcast,
        language: &Tag,
        permit: &dyn Permit,
        parts: &mut Vec<PostPart>,
        gaps: &mut Vec<Gap>,
    ) {
        for message in &broadcast.messages {
            match self.voice_note(broadcast, message, language, permit) {
                Ok(part) => {
                    let title = self.text(message, language, Piece::Title, &broadcast.arguments).unwrap_or_default();
                    parts.push(PostPart::Voice {
                        language: language.clone(),
                        clip: part.clip,
                        frames: part.frames,
                        title,
                    });
                }
                Err(why) => gaps.push(Gap { language: language.clone(), message: message.clone(), why }),
            }
        }
    }

    /// The whole text in one language: marks, then title and body of each message, then the notice number.
    fn post_text(
        &self,
        broadcast: &Broadcast,
        chat: &Chat,
        language: &Tag,
        notice: Option<&str>,
    ) -> Result<String, Vec<Gap>> {
        let arguments = self.arguments_for(broadcast, chat, language);
        let tag = language.as_str();
        let level = broadcast.level.map(|level| words::word(tag, "ui-level", &[("level", &level.to_string())]));
        let mark = match broadcast.class {
            Class::Daily => None,
            Class::Drill => Some(words::word(tag, "ui-drill-mark", &[])),
            Class::Emergency => Some(words::word(tag, "ui-emergency-mark", &[])),
        };
        let mark: Vec<String> = mark.into_iter().chain(level).collect();
        let mut blocks = Vec::new();
        if !mark.is_empty() {
            blocks.push(format!("【{}】", mark.join(" ")));
        }
        let mut gaps = Vec::new();
        let mut draft = false;
        for message in &broadcast.messages {
            let piece = |piece| {
                self.text_for(broadcast, message, language, piece, &arguments).map_err(|why| Gap {
                    language: language.clone(),
                    message: message.clone(),
                    why,
                })
            };
            match (piece(Piece::Title), piece(Piece::Body)) {
                (Ok(title), Ok(body)) => blocks.push(format!("{title}\n{body}")),
                (Err(gap), _) | (_, Err(gap)) => gaps.push(gap),
            }
            draft |= self.bundle(tag).is_some_and(|bundle| bundle.is_draft(message));
        }
        if draft && self.county.review_required && gaps.is_empty() {
            let is_draft = |message: &&Id| self.bundle(tag).is_some_and(|bundle| bundle.is_draft(message));
            let gap =
                |message: &Id| Gap { language: language.clone(), message: message.clone(), why: GapReason::Draft };
            gaps.extend(broadcast.messages.iter().filter(is_draft).map(gap));
        }
        if !gaps.is_empty() {
            return Err(gaps);
        }
        let mut foot = Vec::new();
        foot.extend(notice.map(|number| words::word(tag, "ui-notice-number", &[("number", number)])));
        if draft {
            foot.push(words::word(tag, "ui-draft-mark", &[]));
        }
        if self.county.sample {
            foot.push(words::word(tag, "ui-sample-banner", &[]));
        }
        if !foot.is_empty() {
            blocks.push(foot.join("\n"));
        }
        Ok(blocks.join("\n\n"))
    }

    /// The card in one language: the short text of each message where all have one, as `cunxiang card` has it.
    fn card(
        &self,
        broadcast: &Broadcast,
        chat: &Chat,
        language: &Tag,
        notice: Option<&str>,
    ) -> Result<PostPart, Vec<Gap>> {
        let arguments = self.arguments_for(broadcast, chat, language);
        let bundle = self.bundle(language.as_str());
        let entry = |message: &Id| bundle.and_then(|bundle| bundle.entry(message));
        let is_short = |message: &Id| entry(message).is_some_and(|entry| entry.patterns.contains_key("short"));
        let piece = if broadcast.messages.iter().all(is_short) { Piece::Short } else { Piece::Body };
        let mut items = Vec::new();
        let mut gaps = Vec::new();
        for message in &broadcast.messages {
            let text = |piece| self.text_for(broadcast, message, language, piece, &arguments);
            match text(Piece::Title).and_then(|title| Ok((title, text(piece)?))) {
                Ok(item) => items.push(item),
                Err(why) => gaps.push(Gap { language: language.clone(), message: message.clone(), why }),
            }
        }
        if !gaps.is_empty() {
            return Err(gaps);
        }
        let title = items.iter().map(|(title, _)| title.as_str()).collect::<Vec<_>>().join(" · ");
        let card = CardText {
            county: self.county.name.get(language).cloned(),
            date: None,
            items,
            hotline: self.county.hotline.clone(),
            link: self.county.link_of(notice),
            is_draft: broadcast.messages.iter().any(|message| bundle.is_some_and(|bundle| bundle.is_draft(message))),
            is_sample: self.county.sample,
        };
        Ok(PostPart::Card { language: language.clone(), title, card })
    }

    /// The broadcast's arguments and the chat's own place, as far as it has names in this language. A text that uses
    /// a name that is not there does not render: a gap, not a name in another language.
    fn arguments_for(&self, broadcast: &Broadcast, chat: &Chat, language: &Tag) -> Arguments {
        let mut arguments = broadcast.arguments.clone();
        let mut put = |variable: &str, names: Option<&Names>| {
            if let Some(name) = names.and_then(|names| names.get(language)) {
                arguments.insert(variable.to_owned(), Argument::Text(name.clone()));
            }
        };
        put("county", Some(&self.county.name));
        put("village", chat.station.as_ref().and_then(|id| self.stations.get(id)).map(|station| &station.name));
        put("township", chat.township.as_ref().and_then(|id| self.townships.get(id)).map(|township| &township.name));
        arguments
    }
}
