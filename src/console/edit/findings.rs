//! What is found in one message while it is typed, before anything is saved.

use std::sync::Arc;

use super::{MessageChange, Notices, Refusal};
use crate::base::{Id, Problem};
use crate::catalog::Files;
use crate::lang::language::{Language, SOURCE};
use crate::lang::{Bundle, Topic, lint};

/// The findings of a message as it stands in the files.
pub fn standing(files: &Files, language: &'static Language, message: &Id) -> Vec<Problem> {
    found(files, language, message, None)
}

/// The findings of a message as somebody types it, whatever others do meanwhile.
pub fn typed(files: &Files, notices: &Notices, mut change: MessageChange) -> Vec<Problem> {
    let notice = notices.find(change.message.as_str());
    change.based_on = notice.and_then(|notice| notice.text(change.language)).map(super::notices::Text::digest);
    change.beside = notice.map(super::notices::source_digest);
    match change.proposed(files, notices) {
        Ok(proposed) => {
            let text = proposed.texts.last().map(|(_, text)| text.as_str()).unwrap_or_default();
            found(files, change.language, &change.message, Some((&proposed.path, text)))
        }
        Err(Refusal::Faulty(faults)) => faults,
        Err(_) => standing(files, change.language, &change.message),
    }
}

fn found(files: &Files, language: &'static Language, message: &Id, typed: Option<(&str, &str)>) -> Vec<Problem> {
    let mut faults = Vec::new();
    let mut bundle = |language: &'static Language| {
        let folder = format!("locales/{}/", language.tag);
        let mut texts: Vec<(&str, &str)> = files
            .texts
            .iter()
            .filter(|(path, _)| path.starts_with(&folder) && path.ends_with(".ftl"))
            .filter_map(|(path, file)| Some((&**path, &**file.text.as_ref().ok()?)))
            .collect();
        if let Some((path, text)) = typed.filter(|(path, _)| path.starts_with(&folder)) {
            texts.retain(|(other, _)| *other != path);
            texts.push((path, text));
        }
        let mut topics = Vec::new();
        for (path, text) in texts {
            match Topic::parse(path, text) {
                Ok(topic) => topics.push(Arc::new(topic)),
                Err(found) if typed.is_some_and(|(typed, _)| typed == path) => faults.extend(found),
                Err(_) => {}
            }
        }
        Bundle::build(language, &topics).0
    };
    let source = bundle(SOURCE);
    let target = if *language == *SOURCE { None } else { Some(bundle(language)) };
    match target {
        Some(target) => faults.extend(lint::lint_message(&target, Some(&source), message)),
        None => faults.extend(lint::lint_message(&source, None, message)),
    }
    faults.sort();
    faults
}
