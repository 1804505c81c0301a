//! What is read aloud: a broadcast's messages rendered with its arguments, and the recordings of exactly those texts.

use std::collections::BTreeMap;

use crate::base::{Digest, Id, Tag};
use crate::catalog::Catalog;
use crate::catalog::model::{Broadcast, Gap, GapReason, Kind, MissingLanguage, Recording};
use crate::lang::{LANGUAGES, Piece, RenderFault, voice};
use crate::rundown::{Class, Part, Programme};

/// By language, in the broadcast's order of messages: the rendered text, or why there is none.
pub type Spoken = BTreeMap<Tag, Vec<Result<Text, GapReason>>>;

/// What may sound and be posted of what is there.
pub trait Permit {
    /// Why a language is held back as a whole; none when it is not.
    fn bar(&self, language: &Tag) -> Option<GapReason>;

    /// Which recordings of a text go first: the lower number. None where one may not sound.
    fn rank(&self, language: &Tag, clip: &Digest) -> Option<u8>;

    /// Why none of the recordings there are may sound.
    fn unranked(&self) -> GapReason {
        GapReason::NotApproved("waits for review of its recording".to_owned())
    }
}

/// Whatever is there.
pub struct Everything;

impl Permit for Everything {
    fn bar(&self, _: &Tag) -> Option<GapReason> {
        None
    }

    fn rank(&self, _: &Tag, _: &Digest) -> Option<u8> {
        Some(0)
    }
}

/// A rendered text that is read aloud.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    pub text: String,
    /// A recording serves when it was made of the text with this digest.
    pub digest: Digest,
}

impl Text {
    pub(super) fn of(text: String) -> Text {
        let digest = Digest::of(text.as_bytes());
        Text { text, digest }
    }
}

/// One gap for a language that is held back as a whole.
pub(super) fn barred(broadcast: &Broadcast, language: &Tag, permit: &dyn Permit) -> Result<(), Vec<Gap>> {
    match permit.bar(language) {
        None => Ok(()),
        Some(why) => Err(vec![Gap { language: language.clone(), message: broadcast.messages[0].clone(), why }]),
    }
}

impl Catalog {
    /// Renders what is read aloud, in every language.
    pub(super) fn speak(&self, broadcast: &Broadcast) -> Spoken {
        LANGUAGES
            .iter()
            .map(|language| {
                let tag: Tag = language.tag.parse().expect("the tags of the table are tags");
                let texts =
                    broadcast.messages.iter().map(|message| self.spoken_text(broadcast, message, &tag)).collect();
                (tag, texts)
            })
            .collect()
    }

    /// The text of a message that is read aloud with a broadcast's arguments.
    ///
    /// Errors: why there is none; nothing falls back to another language.
    pub fn spoken_text(&self, broadcast: &Broadcast, message: &Id, language: &Tag) -> Result<Text, GapReason> {
        let text = self.text_for(broadcast, message, language, Piece::Spoken, &broadcast.arguments)?;
        Ok(Text::of(text))
    }

    /// A piece of a message for a broadcast. What an emergency or a drill says is never older than its Chinese text;
    /// of a daily notice that is a warning.
    ///
    /// Errors: why there is none.
    pub fn text_for(
        &self,
        broadcast: &Broadcast,
        message: &Id,
        language: &Tag,
        piece: Piece,
        arguments: &crate::lang::Arguments,
    ) -> Result<String, GapReason> {
        let text = self.text(message, language, piece, arguments)?;
        if broadcast.class != Class::Daily && self.is_outdated(language, message) {
            return Err(GapReason::Outdated);
        }
        Ok(text)
    }

    /// A piece of a message in a language.
    ///
    /// Errors: why there is none.
    pub fn text(
        &self,
        message: &Id,
        language: &Tag,
        piece: Piece,
        arguments: &crate::lang::Arguments,
    ) -> Result<String, GapReason> {
        let bundle = self.bundle(language.as_str()).ok_or(GapReason::NoText)?;
        if let Some(why) = self.held_text(language, message) {
            return Err(GapReason::Unrenderable(why.to_owned()));
        }
        bundle.render(message.as_str(), piece, arguments).map_err(|fault| match fault {
            RenderFault::NoMessage => GapReason::NoText,
            fault => GapReason::Unrenderable(fault.to_string()),
        })
    }

    /// What sounds at a station with these languages and voices; none when it is held there: a language is missing
    /// and the broadcast says `hold`, or nothing is left. The gaps are given either way.
    pub fn programme(
        &self,
        broadcast: &Broadcast,
        languages: &[Tag],
        voices: &BTreeMap<Tag, Vec<Tag>>,
    ) -> (Option<Programme>, Vec<Gap>) {
        self.programme_within(broadcast, languages, voices, &Everything)
    }

    /// The same, of what a permit lets through.
    pub fn programme_within(
        &self,
        broadcast: &Broadcast,
        languages: &[Tag],
        voices: &BTreeMap<Tag, Vec<Tag>>,
        permit: &dyn Permit,
    ) -> (Option<Programme>, Vec<Gap>) {
        let mut gaps = Vec::new();
        let mut parts = Vec::new();
        for language in languages {
            let wanted = voices.get(language).map_or(&[][..], Vec::as_slice);
            let whole = self.language_parts(broadcast, language, wanted, permit);
            match whole.and_then(|parts| barred(broadcast, language, permit).map(|()| parts)) {
                Ok(found) => parts.extend(found),
                Err(found) => gaps.extend(found),
            }
        }
        let chime = broadcast.how.chime.as_ref().and_then(|id| self.recordings.chimes.get(id));
        let held = !gaps.is_empty() && broadcast.how.missing_language == MissingLanguage::Hold;
        let edition = self.editions.get(&broadcast.id).map(|edition| edition.digest);
        let (false, false, Some(edition)) = (held, parts.is_empty(), edition) else { return (None, gaps) };
        let programme = Programme {
            edition,
            notice: None,
            chime: chime.map(|chime| Part {
                message: None,
                language: None,
                voice: None,
                clip: chime.clip,
                frames: chime.frames,
            }),
            parts,
            repeat: broadcast.how.repeat,
            gap: broadcast.how.gap,
        };
        (Some(programme), gaps)
    }

    /// Every message of a broadcast in one language, or every gap: a language sounds whole or not at all.
    fn language_parts(
        &self,
        broadcast: &Broadcast,
        language: &Tag,
        voices: &[Tag],
        permit: &dyn Permit,
    ) -> Result<Vec<Part>, Vec<Gap>> {
        let texts = self.spoken.get(&broadcast.id).and_then(|spoken| spoken.get(language));
        let mut parts = Vec::new();
        let mut gaps = Vec::new();
        for (i, message) in broadcast.messages.iter().enumerate() {
            let text = texts.and_then(|texts| texts.get(i)).cloned().unwrap_or(Err(GapReason::NoText));
            match text.and_then(|text| self.part(message, language, text.digest, voices, permit)) {
                Ok(part) => parts.push(part),
                Err(why) => gaps.push(Gap { language: language.clone(), message: message.clone(), why }),
            }
        }
        if gaps.is_empty() { Ok(parts) } else { Err(gaps) }
    }

    fn part(
        &self,
        message: &Id,
        language: &Tag,
        text: Digest,
        voices: &[Tag],
        permit: &dyn Permit,
    ) -> Result<Part, GapReason> {
        let recording = self.recording_within(message, language, text, voices, permit)?;
        Ok(Part {
            message: Some(message.clone()),
            language: Some(language.clone()),
            voice: recording.voice.clone(),
            clip: recording.clip,
            frames: recording.frames,
        })
    }

    /// The recording of exactly this text in one of these voices (none named: any). A person's goes before a
    /// machine's, a machine's before a placeholder; among equals the last one imported.
    ///
    /// Errors: why there is none that may air.
    pub fn recording(
        &self,
        message: &Id,
        language: &Tag,
        text: Digest,
        voices: &[Tag],
    ) -> Result<&Recording, GapReason> {
        self.recording_within(message, language, text, voices, &Everything)
    }

    /// The same, of what a permit lets through.
    fn recording_within(
        &self,
        message: &Id,
        language: &Tag,
        text: Digest,
        voices: &[Tag],
        permit: &dyn Permit,
    ) -> Result<&Recording, GapReason> {
        if self.recordings_of(message, language).next().is_none() {
            return Err(GapReason::NoRecording);
        }
        let of_text: Vec<_> =
            self.recordings_of(message, language).filter(|recording| recording.text == text).collect();
        if of_text.is_empty() {
            return Err(GapReason::OtherWording);
        }
        let in_voice: Vec<_> =
            of_text.into_iter().filter(|recording| voice::counts(voices, recording.voice.as_ref())).collect();
        if in_voice.is_empty() {
            return Err(GapReason::OtherVoice(voices.to_vec()));
        }
        let mut fit = in_voice;
        if self.county.review_required {
            if !self.is_reviewed(message, language) {
                return Err(GapReason::Draft);
            }
            let best = fit.iter().map(|recording| recording.kind).min();
            match best.expect("there is one in the voice") {
                Kind::Person => fit.retain(|recording| recording.kind == Kind::Person),
                Kind::Synthetic => return Err(GapReason::MachineVoice),
                Kind::Placeholder => return Err(GapReason::PlaceholderOnly),
            }
        }
        let ranked = fit.into_iter().rev().filter_map(|r| Some((permit.rank(language, &r.clip)?, r)));
        let best = ranked.min_by_key(|(rank, recording)| (*rank, recording.kind));
        best.map(|(_, recording)| recording).ok_or_else(|| permit.unranked())
    }

    /// Every recording of a message in a language, of whatever text.
    pub fn recordings_of(&self, message: &Id, language: &Tag) -> impl Iterator<Item = &Recording> {
        let all = self.recordings.recordings.iter();
        all.filter(move |recording| recording.message == *message && recording.language == *language)
    }

    /// Whether somebody who reads the language has found the text right: it is there, and not a draft.
    pub fn is_reviewed(&self, message: &Id, language: &Tag) -> bool {
        self.bundle(language.as_str())
            .is_some_and(|bundle| bundle.entry(message).is_some() && !bundle.is_draft(message))
    }

    /// The voice note of a message for a chat: any voice.
    pub(super) fn voice_note(
        &self,
        broadcast: &Broadcast,
        message: &Id,
        language: &Tag,
        permit: &dyn Permit,
    ) -> Result<Part, GapReason> {
        let text = self.spoken_text(broadcast, message, language)?;
        self.part(message, language, text.digest, &[], permit)
    }
}
