//! Recordings whose text changed since it was read, with what changed.

use std::collections::BTreeMap;

use crate::base::{Digest, Id, Problem, Severity, Tag};
use crate::catalog::Catalog;
use crate::catalog::model::{Broadcast, Recording, State};
use crate::lang::difference;
use crate::rundown::Class;

/// A text as a broadcast reads it aloud now.
struct Current<'c> {
    broadcast: &'c Broadcast,
    text: &'c str,
    digest: Digest,
}

impl Catalog {
    /// A problem per voice of a message whose newest recording reads a text that no broadcast has any more. A daily
    /// notice warns; an emergency's text must be recorded ahead of time, so there it is an error.
    pub(super) fn outdated_recordings(&self) -> Vec<Problem> {
        let current = self.current_texts();
        let mut newest: BTreeMap<(&Id, &Tag, Option<&Tag>), &Recording> = BTreeMap::new();
        for recording in &self.recordings.recordings {
            newest.insert((&recording.message, &recording.language, recording.voice.as_ref()), recording);
        }
        newest.values().filter_map(|recording| self.outdated(recording, &current)).collect()
    }

    fn outdated(&self, recording: &Recording, current: &BTreeMap<(&Id, &Tag), Vec<Current<'_>>>) -> Option<Problem> {
        let texts = current.get(&(&recording.message, &recording.language))?;
        if texts.iter().any(|now| now.digest == recording.text) {
            return None;
        }
        let is_read = |now: &Current<'_>| {
            self.recordings.recordings.iter().any(|other| {
                other.text == now.digest
                    && (&other.message, &other.language) == (&recording.message, &recording.language)
                    && other.voice == recording.voice
            })
        };
        let unread = texts.iter().filter(|now| now.broadcast.state == State::Ready && !is_read(now));
        let now = unread.min_by_key(|now| (now.broadcast.class != Class::Emergency, &now.broadcast.id))?;
        let change = match &recording.wording {
            Some(wording) => difference::words(wording, now.text),
            None => "its wording was not kept".to_owned(),
        };
        let message = format!("the recording of {recording} was made of an older text: {change}");
        let help = "have the text as it is now read, and import it with `cunxiang clip import`";
        let problem = Problem::warning("recording-outdated", recording.place.clone(), message, help);
        let emergency = now.broadcast.class == Class::Emergency;
        Some(Problem { severity: if emergency { Severity::Error } else { Severity::Warning }, ..problem })
    }

    /// What is read aloud of each message, by all broadcasts with their own arguments.
    fn current_texts(&self) -> BTreeMap<(&Id, &Tag), Vec<Current<'_>>> {
        let mut found: BTreeMap<(&Id, &Tag), Vec<Current<'_>>> = BTreeMap::new();
        for broadcast in self.broadcasts.values() {
            for (language, texts) in self.spoken.get(&broadcast.id).into_iter().flatten() {
                for (message, text) in broadcast.messages.iter().zip(texts) {
                    if let Ok(text) = text {
                        let current = Current { broadcast, text: &text.text, digest: text.digest };
                        found.entry((message, language)).or_default().push(current);
                    }
                }
            }
        }
        found
    }
}
