//! From files to a [`Catalog`], keeping the last good form of whatever has a fault now.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::base::problem::Place;
use crate::base::table::Document;
use crate::base::{Id, Problem};
use crate::catalog::files::Files;
use crate::catalog::model::Broadcast;
use crate::catalog::recordings::{self, Recordings};
use crate::catalog::references::{all_clear, references};
use crate::catalog::{Catalog, broadcast, county, directory};
use crate::rundown::post::{ALARM, DIGEST};

const CONFIG: [&str; 3] = ["config/county.toml", "config/stations.toml", "config/chats.toml"];

/// Texts by path.
pub type Texts = BTreeMap<Arc<str>, Arc<str>>;

/// What came of a load.
pub struct Loaded {
    /// None when there is no county at all: `config/` has a fault and no good form of it is known.
    pub catalog: Option<Catalog>,
    /// In order of place; faults of files that stay on air in their last good form among them.
    pub problems: Vec<Problem>,
    /// The form of each file that is in use: to be kept as the last good one.
    pub good: Texts,
}

/// Reads everything. A fault holds back only what depends on it: a file with a fault is used as it stands in `good`,
/// the last good form, where there is one; `config/` changes whole or not at all.
pub fn load(files: &Files, good: &Texts) -> Loaded {
    let mut load =
        Load { files, good, problems: Vec::new(), used: Texts::new(), editions: BTreeMap::new(), notices: Vec::new() };
    let catalog = load.catalog();
    let Load { mut problems, used, .. } = load;
    if let Some(catalog) = &catalog {
        problems.extend(catalog.coverage_problems());
    }
    problems.sort();
    problems.dedup();
    Loaded { catalog, problems, good: used }
}

/// A file that is no text.
pub fn unreadable(path: &str, why: &str) -> Problem {
    Problem::error("unreadable", Place::file(path), why, "save it as UTF-8 text without a byte order mark")
}

pub(super) struct Load<'f> {
    pub(super) files: &'f Files,
    pub(super) good: &'f Texts,
    pub(super) problems: Vec<Problem>,
    pub(super) used: Texts,
    /// Each broadcast's file as JSON, comments and layout left behind.
    pub(super) editions: BTreeMap<Id, serde_json::Value>,
    /// The all-clear that a file names, and where: held against the broadcasts when all are read.
    notices: Vec<(Id, Place)>,
}

impl<'f> Load<'f> {
    fn catalog(&mut self) -> Option<Catalog> {
        let mut catalog = self.config()?;
        self.texts(&mut catalog);
        self.sources(&mut catalog);
        self.recordings(&mut catalog);
        self.broadcasts(&mut catalog);
        for broadcast in catalog.broadcasts.values().cloned().collect::<Vec<_>>() {
            let spoken = catalog.speak(&broadcast);
            catalog.spoken.insert(broadcast.id.clone(), spoken);
            let edition = self.edition(&catalog, &broadcast);
            catalog.editions.insert(broadcast.id.clone(), edition);
        }
        Some(catalog)
    }

    /// The text as it stands now; a file that cannot be read at all is told, and is as if it had a fault.
    pub(super) fn now(&mut self, path: &str) -> Option<Arc<str>> {
        match &self.files.texts.get(path)?.text {
            Ok(text) => Some(text.clone()),
            Err(why) => {
                self.problems.push(unreadable(path, why));
                None
            }
        }
    }

    fn config(&mut self) -> Option<Catalog> {
        let now: Vec<Option<Arc<str>>> = CONFIG.iter().map(|path| self.now(path)).collect();
        for (path, _) in CONFIG.iter().zip(&now).filter(|(path, _)| !self.files.texts.contains_key(**path)) {
            self.problems.push(Problem::error(
                "missing-file",
                Place::file(path),
                "this file is missing",
                "write it; the sample county shows how",
            ));
        }
        let current = if now.iter().all(Option::is_some) { self.config_from(&now) } else { None };
        let (catalog, texts) = match current {
            Some(catalog) => (Some(catalog), now),
            None => {
                let before: Vec<Option<Arc<str>>> = CONFIG.iter().map(|path| self.good.get(*path).cloned()).collect();
                let kept = self.problems.len();
                let catalog = self.config_from(&before);
                self.problems.truncate(kept);
                (catalog, before)
            }
        };
        catalog.inspect(|_| {
            for (path, text) in CONFIG.iter().zip(texts) {
                self.used.extend(text.map(|text| (Arc::from(*path), text)));
            }
        })
    }

    fn config_from(&mut self, texts: &[Option<Arc<str>>]) -> Option<Catalog> {
        let [Some(county_text), Some(stations_text), Some(chats_text)] = texts else { return None };
        let county_file = Document::parse(CONFIG[0], county_text);
        let stations_file = Document::parse(CONFIG[1], stations_text);
        let chats_file = Document::parse(CONFIG[2], chats_text);
        let county = county::read(&county_file);
        let (townships, stations) = directory::stations(&stations_file);
        let chats = directory::chats(&chats_file, &townships, &stations);
        let alarm_fault =
            county.iter().flat_map(|county| &county.alarm_chats).find(|id| !chats.contains_key(*id)).map(|id| {
                let place = county_file.root().place_of("alarm");
                Problem::error(
                    "unknown-chat",
                    place,
                    format!("there is no chat `{id}`"),
                    "add it to config/chats.toml, or correct [alarm] chats",
                )
            });
        let problems: Vec<Problem> = [county_file, stations_file, chats_file]
            .into_iter()
            .flat_map(Document::problems)
            .chain(alarm_fault)
            .collect();
        let faulty = problems.iter().any(Problem::is_error);
        self.problems.extend(problems);
        if faulty {
            return None;
        }
        Some(Catalog {
            county: county?,
            townships,
            stations,
            chats,
            broadcasts: BTreeMap::new(),
            editions: BTreeMap::new(),
            recordings: Recordings::default(),
            bundles: BTreeMap::new(),
            held: BTreeMap::new(),
            source_digests: BTreeMap::new(),
            old_sources: BTreeMap::new(),
            spoken: BTreeMap::new(),
        })
    }

    fn recordings(&mut self, catalog: &mut Catalog) {
        let Some(text) = self.now(recordings::PATH) else { return };
        let document = Document::parse(recordings::PATH, &text);
        let mut found = recordings::read(&document);
        let form = document.problems();
        let broken = form.iter().any(|problem| problem.rule == crate::base::table::SYNTAX);
        self.problems.extend(form);
        let before = self.good.get(recordings::PATH).filter(|_| broken);
        if let Some(before) = before {
            found = recordings::read(&Document::parse(recordings::PATH, before));
        }
        let text = before.unwrap_or(&text).clone();
        self.used.insert(recordings::PATH.into(), text);
        self.problems.extend(recordings::hold_against(&mut found, self.files));
        catalog.recordings = found;
    }

    fn broadcasts(&mut self, catalog: &mut Catalog) {
        let files = self.files;
        for path in files.texts.keys() {
            let name = path.strip_prefix("broadcasts/").and_then(|name| name.strip_suffix(".toml"));
            let Some(name) = name.filter(|_| **path != *recordings::PATH) else { continue };
            let id = match name.parse::<Id>() {
                Ok(id) => id,
                Err(_) => {
                    let what = format!("the file's name is the broadcast's id, and `{name}` is none");
                    let help = "rename it: small letters a-z, digits and hyphens, 64 at most, no hyphen first";
                    self.problems.push(Problem::error("bad-id", Place::file(path), what, help));
                    continue;
                }
            };
            if [ALARM, DIGEST].contains(&id.as_str()) {
                let what = format!("`{id}` is what posts of the program's own are called");
                self.problems.push(Problem::error("bad-id", Place::file(path), what, "give the file another name"));
                continue;
            }
            let now = self.now(path).and_then(|text| self.broadcast(&id, path, &text, catalog, true));
            let in_use = now.or_else(|| {
                let text = self.good.get(path)?.clone();
                self.broadcast(&id, path, &text, catalog, false)
            });
            if let Some((broadcast, text, json)) = in_use {
                self.used.insert(path.clone(), text);
                self.editions.insert(id.clone(), json);
                catalog.broadcasts.insert(id, broadcast);
            }
        }
        let notices = std::mem::take(&mut self.notices);
        self.problems.extend(notices.into_iter().filter_map(|(notice, place)| all_clear(&notice, place, catalog)));
    }

    fn broadcast(
        &mut self,
        id: &Id,
        path: &str,
        text: &Arc<str>,
        catalog: &Catalog,
        tell: bool,
    ) -> Option<(Broadcast, Arc<str>, serde_json::Value)> {
        let document = Document::parse(path, text);
        let found = broadcast::read(id.clone(), &document, &catalog.county);
        let json = document.json();
        let mut problems = document.problems();
        if let Some(broadcast) = &found {
            problems.extend(references(broadcast, catalog));
            if let (true, Some(notice)) = (tell, &broadcast.how.all_clear) {
                self.notices.push((notice.clone(), broadcast.where_place.clone()));
            }
        }
        let faulty = problems.iter().any(Problem::is_error);
        if tell {
            self.problems.extend(problems);
        }
        found.filter(|_| !faulty).map(|broadcast| (broadcast, text.clone(), json))
    }
}
