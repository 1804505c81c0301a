//! A set of files of several languages, looked at by themselves: no county, no broadcasts.

use std::sync::Arc;

use crate::base::Problem;
use crate::lang::language::{LANGUAGES, Language, SOURCE};
use crate::lang::lint::{against, lint};
use crate::lang::{Bundle, Topic};

/// A text with its language and path.
#[derive(Debug, Clone, Copy)]
pub struct File<'a> {
    pub language: &'static Language,
    pub path: &'a str,
    pub text: &'a str,
}

/// Every fault of the files, in order of place. Translations are held against the source language where there is any
/// file of it.
pub fn files(files: &[File<'_>]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut bundles: Vec<(Bundle, bool)> = Vec::new();
    for language in LANGUAGES {
        let mut topics = Vec::new();
        let mut is_whole = true;
        for file in files.iter().filter(|file| file.language == language) {
            match Topic::parse(file.path, file.text) {
                Ok(topic) => topics.push(Arc::new(topic)),
                Err(found) => {
                    problems.extend(found);
                    is_whole = false;
                }
            }
        }
        let (bundle, found) = Bundle::build(language, &topics);
        problems.extend(found);
        bundles.push((bundle, is_whole));
    }
    let has_files = |language: &Language| files.iter().any(|file| file.language == language);
    // What a file that cannot be read would have said is not known.
    let (source, source_is_whole) = &bundles[0];
    let source = Some(source).filter(|_| has_files(SOURCE) && *source_is_whole);
    for (bundle, is_whole) in &bundles {
        problems.extend(lint(bundle, source));
        let is_translation = bundle.language != SOURCE && has_files(bundle.language) && *is_whole;
        let missing =
            source.iter().flat_map(|source| source.entries()).filter(|entry| bundle.entry(&entry.id).is_none());
        for entry in missing.filter(|_| is_translation) {
            let rule = against::MISSING;
            let what = format!("message `{}`: it has no {} text ({})", entry.id, bundle.language.name, rule.why);
            problems.push(Problem::warning(rule.id, entry.place.clone(), what, "have it translated"));
        }
    }
    problems.sort();
    problems
}
