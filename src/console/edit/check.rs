//! Whether what a change leads to may be written: the checks of `cunxiang check`, over the whole catalog.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Proposed;
use crate::base::{Problem, Timestamp};
use crate::catalog::{self, Catalog, Files, load};
use crate::lang::Topic;
use crate::planner::{Planner, Registry};

/// What is not there yet: others translate and record what is written here, and could not if it were held back for that.
const NOT_YET: [&str; 2] = ["gap", "silent"];

/// What came of the checks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    /// Faults of what was changed: while there is any, nothing is written.
    pub faults: Vec<Problem>,
    /// What is told beside it: warnings, and what follows elsewhere.
    pub told: Vec<Problem>,
}

/// With the new texts in the place of the old ones.
pub fn with(files: &Files, proposed: &Proposed) -> Files {
    let files = proposed.texts.iter().fold(files.clone(), |files, (path, text)| files.with_text(path, text));
    let clips = proposed.sounds.iter().filter_map(|sound| Some((&sound.path, sound.facts?)));
    clips.fold(files, |files, (path, facts)| files.with_clip(path, facts))
}

/// Checks the whole catalog as it would be. Faults that were there before, elsewhere, are nobody's here.
pub fn checked(files: &Files, proposed: &Proposed, registry: &Registry, now: Timestamp) -> Checked {
    let after = with(files, proposed);
    let known: BTreeSet<Key> = problems(files, registry, now).iter().map(Key::of).collect();
    let mut checked = Checked::default();
    for problem in problems(&after, registry, now) {
        let is_ours = is_within(&problem, proposed, &after);
        let is_new = !known.contains(&Key::of(&problem));
        let is_here = proposed.texts.iter().any(|(path, _)| *path == problem.file);
        if problem.is_error() && !NOT_YET.contains(&problem.rule) && (is_ours || (is_new && is_here)) {
            checked.faults.push(problem);
        } else if is_new {
            checked.told.push(problem);
        }
    }
    checked
}

fn problems(files: &Files, registry: &Registry, now: Timestamp) -> Vec<Problem> {
    let loaded = catalog::load(files, &load::Texts::new());
    let mut problems = loaded.problems;
    problems.extend(loaded.catalog.iter().flat_map(|catalog| planned(catalog, registry, now)));
    problems
}

fn planned(catalog: &Catalog, registry: &Registry, now: Timestamp) -> Vec<Problem> {
    Planner::new(catalog, &[], registry, now).problems()
}

/// Whether a fault lies in what the change is about.
pub fn is_within(problem: &Problem, proposed: &Proposed, after: &Files) -> bool {
    if problem.file != proposed.path {
        return false;
    }
    if proposed.item.is_empty() {
        return true;
    }
    if !proposed.path.ends_with(".ftl") {
        return false;
    }
    let Some(Ok(topic)) = after.text(&proposed.path).map(|text| Topic::parse(&proposed.path, text)) else {
        // Who broke the file is told of all of it.
        return true;
    };
    let entry = topic.entries().iter().find(|entry| entry.id.as_str() == proposed.item);
    entry.is_some_and(|entry| (entry.place.line..=entry.last_line()).contains(&problem.line))
}

/// A fault wherever in its file it stands: lines move.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key(Arc<str>, &'static str, String);

impl Key {
    fn of(problem: &Problem) -> Key {
        Key(problem.file.clone(), problem.rule, problem.message.clone())
    }
}
