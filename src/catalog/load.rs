//! From files to a [`Catalog`], keeping the last good form of whatever has a fault now.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::base::problem::Place;
use crate::base::table::Document;
use crate::base::{Digest, Id, Problem, Tag};
use crate::catalog::files::Files;
use crate::catalog::model::{Broadcast, Edition, Target};
use crate::catalog::recordings::{self, Recordings};
use crate::catalog::{Catalog, broadcast, county, directory};
use crate::lang::language::SOURCE;
use crate::lang::{Bundle, LANGUAGES, Language, Topic, lint};

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
    let mut load = Load { files, good, problems: Vec::new(), used: Texts::new(), editions: BTreeMap::new() };
    let catalog = load.catalog();
    let Load { mut problems, used, .. } = load;
    if let Some(catalog) = &catalog {
        problems.extend(catalog.coverage_problems());
    }
    problems.sort();
    problems.dedup();
    Loaded { catalog, problems, good: used }
}

struct Load<'f> {
    files: &'f Files,
    good: &'f Texts,
    problems: Vec<Problem>,
    used: Texts,
    /// Each broadcast's file as JSON, comments and layout left behind.
    editions: BTreeMap<Id, serde_json::Value>,
}

impl<'f> Load<'f> {
    fn catalog(&mut self) -> Option<Catalog> {
        let mut catalog = self.config()?;
        self.texts(&mut catalog);
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
    fn now(&mut self, path: &str) -> Option<Arc<str>> {
        match &self.files.texts.get(path)?.text {
            Ok(text) => Some(text.clone()),
            Err(why) => {
                self.problems.push(Problem::error(
                    "unreadable",
                    Place::file(path),
                    why.clone(),
                    "save it as UTF-8 text without a byte order mark",
                ));
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
        let chats = directory::chats(&chats_file, &townships);
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
            spoken: BTreeMap::new(),
        })
    }

    /// Parses and lints every text. A file with a fault gives way to its last good form; a message that still has one
    /// is held back in that language.
    fn texts(&mut self, catalog: &mut Catalog) {
        let files = self.files;
        let mut topics: BTreeMap<Arc<str>, (&'static Language, Arc<Topic>)> = BTreeMap::new();
        for path in files.texts.keys().filter(|path| path.starts_with("locales/")) {
            let tag = path.split('/').nth(1).unwrap_or_default();
            let Some(language) = Language::of(tag) else {
                let what = format!("there is no language `{tag}` here");
                self.problems.push(Problem::error(
                    "unknown-language",
                    Place::file(path),
                    what,
                    format!("the folders of locales/ are {}", Language::known()),
                ));
                continue;
            };
            let parsed = self.now(path).and_then(|text| match Topic::parse(path, &text) {
                Ok(topic) => Some((topic, text)),
                Err(found) => {
                    self.problems.extend(found);
                    None
                }
            });
            let in_use = parsed.or_else(|| {
                let text = self.good.get(path)?.clone();
                Some((Topic::parse(path, &text).ok()?, text))
            });
            if let Some((topic, text)) = in_use {
                self.used.insert(path.clone(), text);
                topics.insert(path.clone(), (language, Arc::new(topic)));
            }
        }
        let (mut bundles, mut found) = build(&topics);
        self.problems.extend(found.iter().cloned());
        if self.replace_faulty(&found, &mut topics) {
            (bundles, found) = build(&topics);
        }
        for problem in found.iter().filter(|problem| problem.is_error()) {
            let tag = problem.file.split('/').nth(1).and_then(|tag| tag.parse::<Tag>().ok());
            let Some((tag, bundle)) = tag.and_then(|tag| bundles.get(&tag).map(|bundle| (tag, bundle))) else {
                continue;
            };
            let entry =
                bundle.entries().find(|entry| entry.place.file == problem.file && entry.place.line == problem.line);
            if let Some(entry) = entry {
                catalog.held.entry((tag, entry.id.clone())).or_insert_with(|| problem.message.clone());
            }
        }
        catalog.bundles = bundles;
    }

    /// Puts the last good form in the place of every file with a fault of content; true when any was there.
    fn replace_faulty(
        &mut self,
        found: &[Problem],
        topics: &mut BTreeMap<Arc<str>, (&'static Language, Arc<Topic>)>,
    ) -> bool {
        let faulty: BTreeSet<&Arc<str>> =
            found.iter().filter(|problem| problem.is_error()).map(|problem| &problem.file).collect();
        let mut replaced = false;
        for path in faulty {
            let before = self.good.get(path).filter(|text| self.used.get(path) != Some(text));
            let (Some(text), Some((language, _))) = (before, topics.get(path)) else {
                // Not good: what is in use must not be kept as if it were.
                self.used.remove(path);
                continue;
            };
            if let Ok(topic) = Topic::parse(path, text) {
                self.used.insert(path.clone(), text.clone());
                topics.insert(path.clone(), (language, Arc::new(topic)));
                replaced = true;
            }
        }
        replaced
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
        }
        let faulty = problems.iter().any(Problem::is_error);
        if tell {
            self.problems.extend(problems);
        }
        found.filter(|_| !faulty).map(|broadcast| (broadcast, text.clone(), json))
    }

    /// The edition's exact bytes: the broadcast as written, the source of its texts, and the clips it sounds with.
    fn edition(&self, catalog: &Catalog, broadcast: &Broadcast) -> Edition {
        let mut texts = serde_json::Map::new();
        let mut clips = serde_json::Map::new();
        for (tag, bundle) in &catalog.bundles {
            let sources: Vec<&str> = broadcast
                .messages
                .iter()
                .filter_map(|message| bundle.entry(message))
                .map(|entry| &*entry.source)
                .collect();
            texts.insert(tag.to_string(), sources.into());
            let parts = broadcast.messages.iter().map(|message| {
                catalog
                    .voice_note(broadcast, message, tag)
                    .map_or(serde_json::Value::Null, |part| part.clip.to_string().into())
            });
            clips.insert(tag.to_string(), parts.collect());
        }
        let text_bytes = serde_json::to_vec(&(&texts, format!("{:?}", broadcast.arguments)))
            .expect("JSON of texts is always written");
        let body = serde_json::json!({
            "id": broadcast.id, "broadcast": self.editions.get(&broadcast.id), "texts": texts, "clips": clips,
        });
        let bytes = serde_json::to_vec(&body).expect("JSON of texts is always written");
        Edition {
            broadcast: broadcast.id.clone(),
            digest: Digest::of(&bytes),
            bytes: bytes.into(),
            text_digest: Digest::of(&text_bytes),
        }
    }
}

type Bundles = BTreeMap<Tag, Arc<Bundle>>;

/// A bundle a language, and every fault of every message.
fn build(topics: &BTreeMap<Arc<str>, (&'static Language, Arc<Topic>)>) -> (Bundles, Vec<Problem>) {
    let mut bundles = Bundles::new();
    let mut problems = Vec::new();
    for language in LANGUAGES {
        let of_language: Vec<Arc<Topic>> =
            topics.values().filter(|(l, _)| *l == language).map(|(_, topic)| topic.clone()).collect();
        let (bundle, found) = Bundle::build(language, &of_language);
        problems.extend(found);
        bundles.insert(language.tag.parse().expect("the tags of the table are tags"), Arc::new(bundle));
    }
    let source = bundles[SOURCE.tag].clone();
    problems.extend(bundles.values().flat_map(|bundle| lint::lint(bundle, &source)));
    (bundles, problems)
}

/// Everything a broadcast names must be there.
fn references(broadcast: &Broadcast, catalog: &Catalog) -> Vec<Problem> {
    let mut problems = Vec::new();
    let source = &catalog.bundles[SOURCE.tag];
    for message in &broadcast.messages {
        let place = broadcast.messages_place.clone();
        let Some(entry) = source.entry(message) else {
            problems.push(Problem::error(
                "unknown-message",
                place,
                format!("there is no message `{message}`"),
                "write it in locales/zh-CN, or correct the name",
            ));
            continue;
        };
        let spoken = entry.patterns.get("voice").or_else(|| entry.patterns.get(""));
        for variable in spoken.iter().flat_map(|pattern| &pattern.variables) {
            if broadcast::TARGET_VARIABLES.contains(&variable.as_str()) {
                let what = format!("`{message}` reads ${variable} aloud, which differs from place to place");
                problems.push(Problem::error(
                    "target-in-voice",
                    place.clone(),
                    what,
                    "give the message a .voice without it",
                ));
            }
        }
        let used = entry.patterns.values().flat_map(|pattern| &pattern.variables);
        for variable in used.collect::<BTreeSet<_>>() {
            if !broadcast.arguments.contains_key(variable) && !broadcast::TARGET_VARIABLES.contains(&variable.as_str())
            {
                let what = format!("`{message}` needs ${variable}, and this broadcast does not give it");
                problems.push(Problem::error(
                    "missing-argument",
                    place.clone(),
                    what,
                    format!("add {variable} = \"...\" to [arguments]"),
                ));
            }
        }
    }
    let place = &broadcast.where_place;
    for target in &broadcast.stations {
        problems.extend(unknown_target(target, catalog, place, "station", |id| catalog.stations.contains_key(id)));
    }
    for target in &broadcast.chats {
        problems.extend(unknown_target(target, catalog, place, "chat", |id| catalog.chats.contains_key(id)));
    }
    if let Some(chime) = broadcast.how.chime.as_ref().filter(|chime| !catalog.recordings.chimes.contains_key(*chime)) {
        let what = format!("there is no usable chime `{chime}`: it airs without one");
        problems.push(Problem::warning(
            "unknown-chime",
            broadcast.where_place.clone(),
            what,
            "import it with `cunxiang clip import FILE --chime NAME`, or remove `chime`",
        ));
    }
    problems
}

fn unknown_target(
    target: &Target,
    catalog: &Catalog,
    place: &Place,
    kind: &str,
    is_known: impl Fn(&Id) -> bool,
) -> Option<Problem> {
    let what = match target {
        Target::All => return None,
        Target::One(id) if is_known(id) => return None,
        Target::One(id) => format!("there is no {kind} `{id}`"),
        Target::Township(id) if catalog.townships.contains_key(id) => return None,
        Target::Township(id) => format!("there is no township `{id}`"),
        Target::Group(id) if kind == "station" && catalog.stations.values().any(|s| s.groups.contains(id)) => {
            return None;
        }
        Target::Group(id) => format!("no {kind} is in a group `{id}`"),
    };
    Some(Problem::error(
        if kind == "chat" { "unknown-chat" } else { "unknown-station" },
        place.clone(),
        what,
        "correct the name, or add it to config/",
    ))
}
