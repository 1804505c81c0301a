//! Broadcast x station: what will be heard there, and what is missing, before it airs.

use serde::Serialize;

use crate::base::{Id, Tag};
use crate::catalog::Catalog;
use crate::catalog::coverage::cells::{Permits, everything};
use crate::catalog::coverage::length;
use crate::catalog::coverage::scope::Scope;
use crate::catalog::model::MissingLanguage;
use crate::rundown::Class;

/// A broadcast at a station.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Heard {
    pub broadcast: Id,
    pub class: Class,
    pub station: Id,
    /// False: nothing of it airs there.
    pub airs: bool,
    /// The languages that sound, in the station's order.
    pub heard: Vec<Tag>,
    /// Chime, repeats and gaps included.
    pub seconds: Option<f64>,
    /// What the broadcast says to do where a language is missing.
    pub missing_language: &'static str,
    pub missing: Vec<Missing>,
}

/// A message that does not sound in a language of the station.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Missing {
    pub language: Tag,
    pub message: Id,
    /// A stable word.
    pub reason: &'static str,
    pub why: String,
    pub help: &'static str,
}

impl Catalog {
    /// Every broadcast at every station it is for. A language sounds whole or not at all, and no language takes
    /// another's place: each of the station's is in `heard`, or has its gaps in `missing`, or is
    /// held there with the others because of somebody's gap.
    pub fn place_coverage(&self, scope: &Scope) -> Vec<Heard> {
        self.place_coverage_within(scope, &everything)
    }

    /// The same, of what each broadcast's permit lets through.
    pub fn place_coverage_within<'a>(&'a self, scope: &Scope, permits: &Permits<'a>) -> Vec<Heard> {
        let mut places = Vec::new();
        for broadcast in scope.broadcasts(self) {
            let permit = permits(broadcast);
            for station in scope.stations(self, broadcast) {
                let (languages, voices) = (&station.languages, &station.voices);
                let (programme, gaps) = self.programme_within(broadcast, languages, voices, &*permit);
                let sounds = |language: &&Tag| {
                    let parts = programme.iter().flat_map(|programme| &programme.parts);
                    parts.into_iter().any(|part| part.language.as_ref() == Some(*language))
                };
                let missing = gaps.into_iter().map(|gap| Missing {
                    reason: gap.why.word(),
                    why: gap.to_string(),
                    help: gap.why.help(),
                    language: gap.language,
                    message: gap.message,
                });
                places.push(Heard {
                    broadcast: broadcast.id.clone(),
                    class: broadcast.class,
                    station: station.id.clone(),
                    airs: programme.is_some(),
                    heard: station.languages.iter().filter(sounds).cloned().collect(),
                    seconds: programme.as_ref().map(|programme| length::rounded(programme.frames())),
                    missing_language: match broadcast.how.missing_language {
                        MissingLanguage::Hold => "hold",
                        MissingLanguage::Skip => "skip",
                    },
                    missing: missing.collect(),
                });
            }
        }
        places
    }
}
