//! The texts of `locales/`: parsed, linted, and put together as a bundle a language.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::base::problem::Place;
use crate::base::{Id, Problem, Tag};
use crate::catalog::Catalog;
use crate::catalog::load::Load;
use crate::lang::language::SOURCE;
use crate::lang::topic::Entry;
use crate::lang::{Bundle, LANGUAGES, Language, Topic, lint};

impl Load<'_> {
    /// Parses and lints every text. A file with a fault gives way to its last good form; a message that still has one
    /// is held back in that language.
    pub(super) fn texts(&mut self, catalog: &mut Catalog) {
        let files = self.files;
        let mut topics: BTreeMap<Arc<str>, (&'static Language, Arc<Topic>)> = BTreeMap::new();
        for path in files.texts.keys().filter(|path| path.starts_with("locales/") && path.ends_with(".ftl")) {
            let tag = path.split('/').nth(1).unwrap_or_default();
            let Some(language) = Language::of(tag) else {
                let what = format!("there is no language `{tag}` here");
                self.problems.push(Problem::error(
                    "unknown-language",
                    Place::file(path),
                    what,
                    Language::meant_by(tag).map_or_else(
                        |_| format!("the folders of locales/ are {}", Language::known()),
                        |meant| format!("rename the folder to {}", meant.tag),
                    ),
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
        for (tag, bundle) in &bundles {
            for (message, why) in faulty_messages(bundle, &found) {
                catalog.held.entry((tag.clone(), message)).or_insert(why);
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
}

/// The messages of a bundle that an error lies in, or in a term they use, with what is wrong.
fn faulty_messages(bundle: &Bundle, found: &[Problem]) -> Vec<(Id, String)> {
    let mut places: BTreeMap<(&str, u32), &Entry> = BTreeMap::new();
    for entry in bundle.entries().chain(bundle.terms()) {
        places.insert((&entry.place.file, entry.place.line), entry);
    }
    let entry_at = |problem: &Problem| {
        let (place, entry) = places.range(..=(&*problem.file, problem.line)).next_back()?;
        (*place.0 == *problem.file && problem.line <= entry.last_line()).then_some(*entry)
    };
    let mut faulty = Vec::new();
    for problem in found.iter().filter(|problem| problem.is_error()) {
        let Some(entry) = entry_at(problem) else { continue };
        if entry.is_term {
            let uses = |user: &&Entry| user.patterns.values().any(|pattern| pattern.terms.contains(entry.id.as_str()));
            faulty.extend(bundle.entries().filter(uses).map(|user| (user.id.clone(), problem.message.clone())));
        } else {
            faulty.push((entry.id.clone(), problem.message.clone()));
        }
    }
    faulty
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
    problems.extend(bundles.values().flat_map(|bundle| lint::lint(bundle, Some(&source))));
    (bundles, problems)
}
