//! A page speaks one language, and has every word of it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::world::World;
use crate::console::language::LANGUAGES;
use crate::console::web::Words;
use crate::console::web::words::PAGES;
use crate::lang::Topic;
use crate::ledger::Role;

/// By id, the variables.
fn shape(tag: &str, page: &str, text: &str) -> BTreeMap<String, BTreeSet<String>> {
    let topic = Topic::parse(&format!("{tag}/{page}.ftl"), text).unwrap();
    let of = |variables: &dyn std::fmt::Debug| BTreeSet::from([format!("{variables:?}")]);
    topic.entries().iter().map(|entry| (entry.id.to_string(), of(&entry.patterns[""].variables))).collect()
}

#[test]
fn every_language_has_the_same_words_with_the_same_variables() {
    for (page, texts) in PAGES {
        let source = shape(LANGUAGES[0].0, page, texts[0]);
        assert!(!source.is_empty());
        for ((tag, _), text) in LANGUAGES.iter().zip(texts) {
            assert_eq!(shape(tag, page, text), source, "{tag} {page}");
        }
        for id in source.keys() {
            assert!(id.starts_with(&format!("{page}-")), "a word of {page} begins with its name: {id}");
        }
    }
}

/// The words that the pages name are there.
#[test]
fn every_word_that_is_said_is_there() {
    let known: BTreeSet<String> =
        PAGES.iter().flat_map(|(page, texts)| shape(LANGUAGES[0].0, page, texts[0]).into_keys()).collect();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/console/web")];
    let mut said = BTreeSet::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                // Whatever looks like a word of a page.
                for quoted in text.split('"').skip(1) {
                    let looks = PAGES.iter().any(|(page, _)| quoted.starts_with(&format!("{page}-")));
                    if looks
                        && quoted.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
                    {
                        said.insert(quoted.to_owned());
                    }
                }
            }
        }
    }
    let missing: Vec<_> = said.difference(&known).filter(|id| !id.ends_with('-')).collect();
    assert!(missing.is_empty(), "said, and in no file of words: {missing:?}");
    let unused: Vec<_> = known.difference(&said).collect();
    assert!(unused.is_empty(), "in a file of words, and never said: {unused:?}");
}

const PAGES_SHOWN: [&str; 25] = [
    "/",
    "/chats",
    "/chats/posts",
    "/chats/directory",
    "/engineer",
    "/engineer/doctor",
    "/stations",
    "/stations/foshan-nagu",
    "/timetable",
    "/timetable/why",
    "/as-run",
    "/as-run/proof",
    "/people",
    "/account",
    "/silence",
    "/nowhere",
    "/notices",
    "/notices/wear-mask",
    "/notices/wear-mask/record/bo",
    "/new-notice",
    "/review",
    "/review/epidemic-daily",
    "/broadcasts",
    "/broadcasts/epidemic-daily",
    "/new-broadcast",
];

/// A page in Tibetan or Lisu has no Chinese but what people wrote, which is marked as that.
#[tokio::test]
async fn a_page_keeps_to_its_language() {
    let world = World::new().await;
    super::as_run::plant(&world, &super::as_run::DAY).await;
    world.person("Drolma", &[Role::Engineer, Role::Writer, Role::Translator]).await;
    let browser = world.browser("Drolma", false).await;
    for (tag, _) in LANGUAGES {
        for path in PAGES_SHOWN {
            let page = world.get(&browser, &format!("{path}?lang={tag}")).await;
            if path == "/nowhere" {
                continue;
            }
            assert!(page.text.contains(&format!("<html lang=\"{tag}\">")), "{path} {tag}");
            assert_eq!(
                page.text.contains(&Words::of(tag).say("layout-draft")),
                ["bo", "lis"].contains(&tag),
                "{path} {tag}"
            );
            if tag == "zh-CN" {
                continue;
            }
            let outside = page.text.split("lang=\"zh-CN\"").enumerate().map(|(i, rest)| {
                // After such a mark, what stands in that element is Chinese.
                if i == 0 { rest } else { rest.split_once("</").map_or("", |(_, rest)| rest) }
            });
            for text in outside {
                let han = text.chars().find(|c| ('\u{4e00}'..='\u{9fff}').contains(c));
                assert_eq!(han, None, "{path} {tag}: {text}");
            }
        }
    }
}
