//! The program's own words to residents and staff: `locales/<language>/ui.ftl`, built in, so that no file of a county
//! can break or change them.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use fluent_bundle::FluentResource;

use crate::lang::bundle::{Argument, Arguments, MessageBundle, fluent_arguments, new_bundle};
use crate::lang::functions;

/// The interface languages and their files.
pub const FILES: &[(&str, &str)] = &[
    ("zh-CN", include_str!("../../locales/zh-CN/ui.ftl")),
    ("bo", include_str!("../../locales/bo/ui.ftl")),
    ("lis", include_str!("../../locales/lis/ui.ftl")),
    ("en", include_str!("../../locales/en/ui.ftl")),
];

static WORDS: OnceLock<Book> = OnceLock::new();

/// Words of the program in each of its languages. Built in; which ids there are is the owner's to hold by a test.
pub struct Book(BTreeMap<&'static str, MessageBundle>);

impl Book {
    /// Texts by language; a language may have several.
    ///
    /// Panics: a text does not parse, or an id stands twice in a language.
    pub fn new<'t>(texts: impl IntoIterator<Item = (&'static str, &'t str)>) -> Book {
        let mut bundles: BTreeMap<&'static str, MessageBundle> = BTreeMap::new();
        for (tag, text) in texts {
            let resource = FluentResource::try_new(text.to_owned()).map_err(|(_, errors)| errors);
            let bundle = bundles.entry(tag).or_insert_with(|| new_bundle(tag));
            let resource = Arc::new(resource.expect("the words of the program parse"));
            bundle.add_resource(resource).expect("no word stands twice");
        }
        Book(bundles)
    }

    pub fn has(&self, language: &str, id: &str) -> bool {
        self.0.get(language).is_some_and(|bundle| bundle.has_message(id))
    }

    /// A word in `language`.
    ///
    /// Panics: there is no such word, or it does not render with these arguments.
    pub fn word(&self, language: &str, id: &str, arguments: &[(&str, &str)]) -> String {
        let bundle = self.0.get(language).expect("every language has its words");
        let pattern = bundle.get_message(id).and_then(|m| m.value());
        let pattern = pattern.unwrap_or_else(|| panic!("every language has every word: {id} {language}"));
        let arguments: Arguments =
            arguments.iter().map(|(name, value)| ((*name).to_owned(), Argument::Text((*value).to_owned()))).collect();
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, fluent_arguments(&arguments).as_ref(), &mut errors).into_owned();
        assert!(
            errors.is_empty() && functions::faults(&text).is_empty(),
            "words render: {id} {language} {errors:?} {text}"
        );
        text
    }
}

/// A word of the program in `language`. Every language has every word but alarms (`ui-alarm-`), which are in Chinese and
/// English: a test holds it.
pub fn word(language: &str, id: &str, arguments: &[(&str, &str)]) -> String {
    WORDS.get_or_init(|| Book::new(FILES.iter().copied())).word(language, id, arguments)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::Topic;

    const STAFF: &str = "ui-alarm-";

    #[test]
    fn every_language_has_the_same_words_with_the_same_variables() {
        let shape = |tag: &str, text: &str| -> BTreeMap<String, _> {
            let topic = Topic::parse(&format!("{tag}/ui.ftl"), text).unwrap();
            topic.entries().iter().map(|e| (e.id.to_string(), e.patterns[""].variables.clone())).collect()
        };
        let whole = shape("zh-CN", FILES[0].1);
        for (tag, text) in FILES {
            // What only staff reads is in Chinese and English.
            let mut source = whole.clone();
            source.retain(|id, _| !id.starts_with(STAFF) || ["zh-CN", "en"].contains(tag));
            assert_eq!(shape(tag, text), source, "{tag}");
            for (id, variables) in &source {
                let value = |variable: &str| if variable == "date" { "2026-11-23" } else { "I" };
                let arguments: Vec<(&str, &str)> = variables.iter().map(|v| (v.as_str(), value(v))).collect();
                assert!(!word(tag, id, &arguments).is_empty());
            }
        }
    }
}
