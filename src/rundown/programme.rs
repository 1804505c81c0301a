//! An edition as it sounds at stations with the same languages.

use serde::{Deserialize, Serialize};

use crate::base::{Digest, Id, Length, Tag};

/// Sound is counted in frames of this many a second, everywhere between import and sink.
pub const FRAMES_PER_SECOND: u32 = 48_000;

/// One recording inside a programme.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Part {
    /// What is said; none for the chime.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Id>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Tag>,
    /// The dialect it is spoken in, where the recording says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voice: Option<Tag>,
    pub clip: Digest,
    /// The clip's exact length at [`FRAMES_PER_SECOND`].
    pub frames: u64,
}

/// Chime, then `repeat` times: every part in order, with `gap` between neighbours. Stored once in a rundown, however
/// many airings use it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Programme {
    /// The digest of the edition this is made of.
    pub edition: Digest,
    /// The notice number, such as `2026-0412`; none before the edition is registered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<String>,
    /// Sounds once, before everything else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chime: Option<Part>,
    /// The station's languages in its order; inside a language the messages in the broadcast's order.
    pub parts: Vec<Part>,
    /// How often the whole sequence of parts sounds; at least 1.
    pub repeat: u8,
    pub gap: Length,
}

/// A stretch of a programme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stretch<'a> {
    Part(&'a Part),
    /// This many frames of silence.
    Gap(u64),
}

impl Programme {
    /// Everything that sounds and every gap, in order.
    pub fn sequence(&self) -> impl Iterator<Item = Stretch<'_>> {
        let gap = Stretch::Gap(self.gap.ms * u64::from(FRAMES_PER_SECOND) / 1000);
        let repeats = (0..self.repeat).flat_map(|_| self.parts.iter());
        self.chime
            .iter()
            .chain(repeats)
            .enumerate()
            .flat_map(move |(i, part)| (i > 0).then_some(gap).into_iter().chain([Stretch::Part(part)]))
    }

    /// The whole length, gaps included, in frames.
    pub fn frames(&self) -> u64 {
        self.sequence()
            .map(|stretch| match stretch {
                Stretch::Part(part) => part.frames,
                Stretch::Gap(frames) => frames,
            })
            .sum()
    }

    /// The whole length.
    pub fn length(&self) -> Length {
        Length::ms(self.frames() * 1000 / u64::from(FRAMES_PER_SECOND))
    }

    /// The languages that sound, in order, each once.
    pub fn languages(&self) -> Vec<Tag> {
        let mut languages = Vec::new();
        for language in self.parts.iter().filter_map(|part| part.language.as_ref()) {
            if !languages.contains(language) {
                languages.push(language.clone());
            }
        }
        languages
    }

    /// The clips it needs, the chime's first; a clip that sounds twice is named twice.
    pub fn clips(&self) -> impl Iterator<Item = &Part> {
        self.chime.iter().chain(&self.parts)
    }
}
