//! A recording of a text, bound to it: its clip, its original, its entry in `broadcasts/recordings.toml`.

use std::sync::Arc;

use chrono::NaiveDate;
use toml_edit::DocumentMut;

use super::{Proposed, Refusal, Written};
use crate::audio::Imported;
use crate::base::problem::Place;
use crate::base::table::SYNTAX;
use crate::base::{Digest, Id, Problem, Tag};
use crate::catalog::binding::{Binding, Sound, clip_file, file_of};
use crate::catalog::model::Kind;
use crate::catalog::{self, Catalog, Files, load, recordings};
use crate::lang::{Arguments, Piece};

/// A recording that somebody made.
pub struct RecordingChange {
    pub message: Id,
    pub language: Tag,
    pub voice: Option<Tag>,
    /// The broadcast whose arguments the text has.
    pub broadcast: Option<Id>,
    /// Of the text that stood on the page and was read.
    pub read: Digest,
    pub speaker: String,
    pub date: NaiveDate,
    pub imported: Imported,
    /// What came from the browser, and its kind, as `webm`.
    pub original: (Vec<u8>, String),
}

/// The text that is read aloud; none when it does not render.
pub fn to_read(catalog: &Catalog, message: &Id, language: &Tag, broadcast: Option<&Id>) -> Option<String> {
    let broadcast = broadcast.and_then(|id| catalog.broadcasts.get(id));
    let arguments = broadcast.map_or_else(Arguments::new, |broadcast| broadcast.arguments.clone());
    catalog.text(message, language, Piece::Spoken, &arguments).ok()
}

impl RecordingChange {
    /// The files it leads to.
    ///
    /// Errors: the text is another one by now, a file that is no TOML.
    pub fn proposed(self, files: &Files) -> Result<Proposed, Refusal> {
        let catalog = catalog::load(files, &load::Texts::new()).catalog.ok_or(Refusal::Unknown)?;
        let wording = to_read(&catalog, &self.message, &self.language, self.broadcast.as_ref());
        let wording = wording.ok_or(Refusal::Unknown)?;
        // Whoever read it read something else.
        if Digest::of(wording.as_bytes()) != self.read {
            return Err(Refusal::Conflict(Some(wording)));
        }
        let before = files.text(recordings::PATH).map(|text| text.to_string()).unwrap_or_default();
        let mut document: DocumentMut = before.parse().map_err(|error| {
            let what = format!("the file is no TOML: {error}");
            let problem =
                Problem::error("toml-syntax", Place::file(recordings::PATH), what, "mend it with a text editor");
            Refusal::Faulty(vec![Problem { rule: SYNTAX, ..problem }])
        })?;
        let facts = &self.imported.facts;
        let known = file_of(&document, &facts.digest).map(str::to_owned);
        let file = known.unwrap_or_else(|| clip_file(&format!("{}.{}", self.message, self.language), &facts.digest));
        let original = format!("originals/{}.{}", Digest::of(&self.original.0).short(), self.original.1);
        let binding = Binding { message: self.message, language: self.language, voice: self.voice, wording };
        binding.put(
            &mut document,
            &Sound {
                file: &file,
                facts,
                kind: Kind::Person.word(),
                speaker: Some(&self.speaker),
                listened_by: None,
                original: Some(&original),
                date: self.date,
            },
        );
        let after = format!("{} in {}: {file}, by {}", binding.message, binding.language, self.speaker);
        let at = |file: &str| -> Arc<str> { format!("broadcasts/{file}").into() };
        Ok(Proposed {
            texts: vec![(recordings::PATH.into(), document.to_string())],
            sounds: vec![
                Written { path: at(&original), bytes: self.original.0, facts: None },
                Written { path: at(&file), bytes: self.imported.bytes, facts: Some(self.imported.facts) },
            ],
            path: recordings::PATH.into(),
            item: format!("{}.{}", binding.message, binding.language),
            before: None,
            after,
        })
    }
}
