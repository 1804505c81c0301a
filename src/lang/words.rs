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

static BUNDLES: OnceLock<BTreeMap<&'static str, MessageBundle>> = OnceLock::new();

/// A word of the program in `language`. Every language has every word but alarms (`ui-alarm-`), which are in Chinese and
/// English: a test holds it.
pub fn word(language: &str, id: &str, arguments: &[(&str, &str)]) -> String {
    let bundles = BUNDLES.get_or_init(|| FILES.iter().map(|(tag, text)| (*tag, build(tag, text))).collect());
    let bundle = bundles.get(language).expect("every language of notices has its words");
    let pattern = bundle.get_message(id).and_then(|m| m.value()).expect("every language has every word");
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

fn build(tag: &str, text: &str) -> MessageBundle {
    let resource = FluentResource::try_new(text.to_owned()).map_err(|(_, errors)| errors);
    let mut bundle = new_bundle(tag);
    bundle.add_resource(Arc::new(resource.expect("the words of the program parse"))).expect("no word stands twice");
    bundle
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
