//! What will not be heard, before it airs: every gap of a broadcast at the stations and chats it is for, and the
//! recordings that are not what they should be.

mod cells;
pub mod length;
mod outdated;
mod places;
mod scope;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

pub use cells::{Cell, Permits, Standing};
pub use places::{Heard, Missing};
pub use scope::Scope;

use crate::base::{Id, Problem};
use crate::catalog::Catalog;
use crate::catalog::model::{Broadcast, Gap, GapReason, Kind, MissingLanguage, Recording, State};
use crate::lang::voice;

impl Catalog {
    /// A problem per gap, with how many stations and chats it touches; and one per recording that stands in for a
    /// person, reads an older text, or does not fit its text.
    pub fn coverage_problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        for broadcast in self.broadcasts.values().filter(|broadcast| broadcast.state == State::Ready) {
            self.station_gaps(broadcast, &mut problems);
            self.chat_gaps(broadcast, &mut problems);
        }
        problems.extend(self.outdated_recordings());
        problems.extend(self.odd_lengths());
        for recording in self.recordings.recordings.iter().filter(|recording| !self.is_replaced(recording)) {
            let stand_in = match recording.kind {
                Kind::Person => continue,
                Kind::Synthetic => "is a machine's voice",
                Kind::Placeholder => "is a placeholder: a tone, no voice",
            };
            let message = format!("the recording of `{}` in {} {stand_in}", recording.message, recording.language);
            problems.push(Problem::warning(
                "stand-in",
                recording.place.clone(),
                message,
                "have a person read the text and import the recording",
            ));
        }
        problems
    }

    /// Whether a person reads the same text, in a voice that counts wherever this one does: then nobody hears this one.
    fn is_replaced(&self, stand_in: &Recording) -> bool {
        let (message, language) = (&stand_in.message, &stand_in.language);
        let asked = || self.stations.values().filter_map(|station| station.voices.get(language));
        self.recordings_of(message, language).any(|other| {
            let counts_there = |voices: &Vec<_>| {
                !voice::counts(voices, stand_in.voice.as_ref()) || voice::counts(voices, other.voice.as_ref())
            };
            other.kind == Kind::Person && other.text == stand_in.text && asked().all(counts_there)
        })
    }

    fn station_gaps(&self, broadcast: &Broadcast, problems: &mut Vec<Problem>) {
        let mut found: BTreeMap<Gap, Vec<&Id>> = BTreeMap::new();
        let mut silent = Vec::new();
        for station in self.stations_of(&broadcast.stations) {
            let (programme, gaps) = self.programme(broadcast, &station.languages, &station.voices);
            if programme.is_none() {
                silent.push(&station.id);
            }
            for gap in gaps {
                found.entry(gap).or_default().push(&station.id);
            }
        }
        let hold = broadcast.how.missing_language == MissingLanguage::Hold;
        // Where each language by itself is left out, nobody says that nothing is left.
        if !hold && !silent.is_empty() {
            problems.push(Problem::error(
                "silent",
                broadcast.messages_place.clone(),
                format!("nothing of this broadcast is heard at {}: every language is missing there", count_of(&silent)),
                "mend one language at least; the other lines say what each lacks",
            ));
        }
        for (gap, stations) in found {
            let what = if hold { "this broadcast is held at" } else { "that language is left out at" };
            let message = format!("{gap}: {what} {}", count_of(&stations));
            let or_skip = if hold { ", or write missing_language = \"skip\"" } else { "" };
            let help = format!("{}{or_skip}", gap.why.help());
            let place = broadcast.messages_place.clone();
            problems.push(if hold || gap.why == GapReason::Outdated {
                Problem::error("gap", place, message, help)
            } else {
                Problem::warning("gap", place, message, help)
            });
        }
    }

    fn chat_gaps(&self, broadcast: &Broadcast, problems: &mut Vec<Problem>) {
        let mut found: BTreeMap<Gap, Vec<&Id>> = BTreeMap::new();
        for chat in self.chats_of(&broadcast.chats) {
            for gap in self.post_parts(broadcast, chat, None).1 {
                found.entry(gap).or_default().push(&chat.id);
            }
        }
        for (gap, chats) in found {
            let message = format!("{gap}: not posted whole to {}", count_of(&chats));
            let place = broadcast.messages_place.clone();
            // What an emergency says is never older than its Chinese text: somebody has to act on it before it is needed.
            problems.push(if gap.why == GapReason::Outdated {
                Problem::error("gap", place, message, gap.why.help())
            } else {
                Problem::warning("gap", place, message, gap.why.help())
            });
        }
    }
}

/// `benzilan-xiayi`, or `12 places (benzilan-xiayi, ...)`.
pub fn count_of(ids: &[&Id]) -> String {
    match ids {
        [one] => one.to_string(),
        ids => {
            let some: Vec<&str> = ids.iter().take(3).map(|id| id.as_str()).collect();
            let more = if ids.len() > some.len() { ", ..." } else { "" };
            format!("{} places ({}{more})", ids.len(), some.join(", "))
        }
    }
}
