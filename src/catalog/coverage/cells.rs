//! Message x language: is there a text, is it reviewed and up to date, is it recorded, and in a voice that counts.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::base::{Id, Tag};
use crate::catalog::Catalog;
use crate::catalog::coverage::length;
use crate::catalog::coverage::scope::Scope;
use crate::catalog::model::{Broadcast, GapReason, Kind, Recording};
use crate::catalog::sources::MadeFrom;
use crate::catalog::spoken::{Everything, Permit, Text};
use crate::lang::language::SOURCE;
use crate::lang::{Arguments, LANGUAGES, Language, Piece, voice};

/// How a message stands in a language, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// It sounds, and everything about it is as it should be.
    Ready,
    /// It sounds; something of it stands in for what should be there.
    StandIn,
    /// It does not sound everywhere it should.
    Missing,
}

/// A message in a language, over all broadcasts that say it and all stations they are for.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Cell {
    pub message: Id,
    pub language: Tag,
    /// Whether a station, or a chat that gets voice notes, wants it in this language.
    pub needed: bool,
    pub standing: Standing,
    /// What keeps it from being better, as a stable word: a [`GapReason`]'s, `draft`, `outdated`, or a [`Kind`]'s.
    pub reason: Option<&'static str>,
    /// A text that renders for every broadcast.
    pub text: bool,
    /// Not a draft, and approved wherever it is said, where review is required.
    pub reviewed: bool,
    /// Made from the source text as it is now; none when nobody said what it was made from, and for the source itself.
    pub up_to_date: Option<bool>,
    /// The least of what there is of exactly these texts; none when one is not recorded.
    pub recorded: Option<Kind>,
    /// Whether a second person heard what will sound.
    pub listened: bool,
    /// Whether every station that asks for a voice gets it; none when no station asks.
    pub voice: Option<bool>,
    /// What will sound, or else what its text takes to read.
    pub seconds: Option<f64>,
}

/// A message as one broadcast says it in one language, and what voices are asked for there: none, or a list each.
struct Use {
    text: Result<Text, GapReason>,
    voices: BTreeSet<Vec<Tag>>,
    needed: bool,
    /// Why the broadcast is held back in this language, text and recording or not.
    bar: Option<GapReason>,
}

/// What each broadcast may sound with: all there is, or what was approved.
pub type Permits<'a> = dyn Fn(&'a Broadcast) -> Box<dyn Permit + 'a> + 'a;

pub(super) fn everything<'a>(_: &'a Broadcast) -> Box<dyn Permit + 'a> {
    Box::new(Everything)
}

impl Catalog {
    /// Every message of the source language in every language; in a part, those that are said there.
    pub fn message_coverage(&self, scope: &Scope) -> Vec<Cell> {
        self.message_coverage_within(scope, &everything)
    }

    /// The same, of what each broadcast's permit lets through.
    pub fn message_coverage_within<'a>(&'a self, scope: &Scope, permits: &Permits<'a>) -> Vec<Cell> {
        let broadcasts = scope.broadcasts(self);
        let said: BTreeSet<&Id> = broadcasts.iter().flat_map(|broadcast| &broadcast.messages).collect();
        let source =
            self.bundle(SOURCE.tag).map(|bundle| bundle.entries().map(|entry| &entry.id)).into_iter().flatten();
        let shown: BTreeSet<&Id> =
            if scope.is_everything() { source.chain(said.iter().copied()).collect() } else { said };
        let mut cells = Vec::new();
        for message in shown {
            for language in LANGUAGES {
                let tag: Tag = language.tag.parse().expect("the tags of the table are tags");
                let uses = self.uses(scope, message, &tag, permits);
                cells.push(self.cell(message, language, tag, &uses));
            }
        }
        cells
    }

    fn uses<'a>(&'a self, scope: &Scope, message: &Id, language: &Tag, permits: &Permits<'a>) -> Vec<Use> {
        let mut uses = Vec::new();
        for broadcast in scope.broadcasts(self).into_iter().filter(|broadcast| broadcast.messages.contains(message)) {
            let stations = scope.stations(self, broadcast);
            let of_language = || stations.iter().filter(|station| station.languages.contains(language));
            let voices = of_language().map(|station| station.voices.get(language).cloned().unwrap_or_default());
            let in_chats = scope.voice_note_languages(self, broadcast).contains(language);
            uses.push(Use {
                text: self.spoken_text(broadcast, message, language),
                needed: in_chats || of_language().next().is_some(),
                voices: voices.filter(|voices| !voices.is_empty()).collect(),
                bar: permits(broadcast).bar(language),
            });
        }
        // A message that nothing says yet is looked at as it stands.
        if uses.is_empty() {
            let text = self.text(message, language, Piece::Spoken, &Arguments::new()).map(Text::of);
            uses.push(Use { text, voices: BTreeSet::new(), needed: false, bar: None });
        }
        // Where it is not needed at one broadcast, it is no gap there.
        if uses.iter().any(|one| one.needed) {
            uses.retain(|one| one.needed);
        }
        uses
    }

    fn cell(&self, message: &Id, language: &'static Language, tag: Tag, uses: &[Use]) -> Cell {
        let mut gap: Option<GapReason> = None;
        let mut sounding: Vec<&Recording> = Vec::new();
        // Of each text: the best there is of it, whoever may hear it. Of each list of voices: whether one of them read it.
        let mut kinds: Vec<Option<Kind>> = Vec::new();
        let mut has_voice: Vec<bool> = Vec::new();
        for one in uses {
            let of_text: Vec<&Recording> = match &one.text {
                Ok(text) => {
                    self.recordings_of(message, &tag).filter(|recording| recording.text == text.digest).collect()
                }
                Err(_) => Vec::new(),
            };
            kinds.push(of_text.iter().map(|recording| recording.kind).min());
            for voices in &one.voices {
                has_voice.push(of_text.iter().any(|recording| voice::counts(voices, recording.voice.as_ref())));
            }
            // Any voice will do where nobody asks for one.
            let any = one.voices.is_empty().then(Vec::new);
            for voices in one.voices.iter().chain(&any) {
                let text = one.text.as_ref().map_err(Clone::clone);
                match text.and_then(|text| self.recording(message, &tag, text.digest, voices)) {
                    Ok(recording) => sounding.push(recording),
                    Err(why) => gap = gap.or(Some(why)),
                }
            }
        }
        let bar = uses.iter().find_map(|one| one.bar.clone());
        let reviewed = self.is_reviewed(message, &tag) && bar.is_none();
        let gap = gap.or(bar);
        let up_to_date = self.is_up_to_date(message, &tag);
        let reason = match &gap {
            Some(gap) => Some(gap.word()),
            None if !reviewed => Some("draft"),
            None if up_to_date == Some(false) => Some("outdated"),
            None => sounding.iter().map(|r| r.kind).max().filter(|kind| *kind != Kind::Person).map(Kind::word),
        };
        let estimate = || {
            let text = uses.iter().find_map(|one| one.text.as_ref().ok())?;
            Some(length::estimate(language, &text.text))
        };
        Cell {
            message: message.clone(),
            needed: uses.iter().any(|one| one.needed),
            standing: match (&gap, reason) {
                (Some(_), _) => Standing::Missing,
                (None, Some(_)) => Standing::StandIn,
                (None, None) => Standing::Ready,
            },
            reason,
            text: uses.iter().all(|one| one.text.is_ok()),
            reviewed,
            up_to_date,
            recorded: kinds.into_iter().collect::<Option<Vec<Kind>>>().and_then(|kinds| kinds.into_iter().max()),
            listened: !sounding.is_empty() && sounding.iter().all(|recording| recording.listened_by.is_some()),
            voice: has_voice.into_iter().reduce(|all, one| all && one),
            seconds: sounding
                .first()
                .map(|recording| length::seconds(recording.frames))
                .or_else(estimate)
                .map(length::tenths),
            language: tag,
        }
    }

    /// Whether a translation was made from the source text as it is now; none when nobody said, and for the source.
    fn is_up_to_date(&self, message: &Id, language: &Tag) -> Option<bool> {
        match self.made_from(language, message)? {
            MadeFrom::Present => Some(true),
            MadeFrom::Older(_) => Some(false),
            MadeFrom::Unsaid => None,
        }
    }
}
