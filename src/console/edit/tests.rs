//! Changes of messages: what they lead to, what is refused.

use std::collections::BTreeMap;
use std::path::Path;

use super::check::checked;
use super::*;
use crate::base::Timestamp;
use crate::catalog::Files;
use crate::lang::Language;
use crate::planner::Registry;

fn sample() -> Files {
    Files::read(Path::new(env!("CARGO_MANIFEST_DIR")), None).unwrap()
}

fn now() -> Timestamp {
    "2026-11-24T04:00:00Z".parse().unwrap()
}

/// A change of a message of the sample as its page shows it, with other pieces.
fn change(files: &Files, language: &str, message: &str, pieces: &[(&str, &str)]) -> MessageChange {
    let notices = Notices::read(files);
    let language = Language::of(language).unwrap();
    let notice = notices.find(message).unwrap();
    let text = notice.text(language);
    let mut all: BTreeMap<String, String> = text.map(|text| text.wording.0.clone()).unwrap_or_default();
    all.extend(pieces.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())));
    MessageChange {
        language,
        message: message.parse().unwrap(),
        topic: None,
        based_on: text.map(notices::Text::digest),
        beside: Some(notices::source_digest(notice)),
        is_its_translation: true,
        pieces: all,
        comment: String::new(),
        author: "Drolma".to_owned(),
    }
}

fn proposed(files: &Files, change: &MessageChange) -> Result<Proposed, Refusal> {
    change.proposed(files, &Notices::read(files))
}

#[test]
fn only_what_was_typed_changes() {
    let files = sample();
    let wear = change(&files, "zh-CN", "wear-mask", &[("title", "  出门请戴口罩\r\n")]);
    let made = proposed(&files, &wear).unwrap();
    let path = "locales/zh-CN/epidemic.ftl";
    let old = files.text(path).unwrap().to_string();
    let wanted = old.replacen("    .title = 出门戴好口罩", "    .title = 出门请戴口罩", 1).replacen(
        "wear-mask =",
        "# @written-by Drolma\nwear-mask =",
        1,
    );
    assert_eq!(made.texts, [(path.into(), wanted)]);
    assert!(checked(&files, &made, &Registry::default(), now()).faults.is_empty());
    assert_eq!((made.item.as_str(), &*made.path), ("wear-mask", path));
    assert!(made.before.unwrap().contains("出门戴好口罩") && made.after.contains("出门请戴口罩"));
}

#[test]
fn a_translation_names_what_it_was_made_from() {
    let files = sample();
    let chinese = proposed(&files, &change(&files, "zh-CN", "wear-mask", &[("title", "出门请戴口罩")])).unwrap();
    let files = check::with(&files, &chinese);
    let notices = Notices::read(&files);
    let notice = notices.find("wear-mask").unwrap();
    let bo = Language::of("bo").unwrap();
    assert_eq!(notice.standing(bo), notices::Standing::Outdated);

    let mut tibetan = change(&files, "bo", "wear-mask", &[("title", "ཁ་རས་ངེས་པར་གྱོན་རོགས།")]);
    let made = proposed(&files, &tibetan).unwrap();
    let paths: Vec<&str> = made.texts.iter().map(|(path, _)| &**path).collect();
    assert_eq!(paths, ["locales/sources.toml", "locales/bo/epidemic.ftl"]);
    assert!(made.texts[0].1.contains("出门请戴口罩"));
    assert!(made.texts[1].1.contains("# @translated-by Drolma\nwear-mask = "));
    let after = check::with(&files, &made);
    assert_eq!(Notices::read(&after).find("wear-mask").unwrap().standing(bo), notices::Standing::Present);

    // Who mends a slip of a translation that is outdated does not say that it is up to date.
    tibetan.is_its_translation = false;
    let made = proposed(&files, &tibetan).unwrap();
    assert_eq!(made.texts.len(), 1);
    let after = check::with(&files, &made);
    assert_eq!(Notices::read(&after).find("wear-mask").unwrap().standing(bo), notices::Standing::Outdated);
}

#[test]
fn what_somebody_else_changed_is_a_conflict() {
    let files = sample();
    let mine = change(&files, "bo", "wear-mask", &[("title", "ཁ་རས་ངེས་པར་གྱོན་རོགས།")]);
    let chinese = proposed(&files, &change(&files, "zh-CN", "wear-mask", &[("title", "出门请戴口罩")])).unwrap();
    let since = check::with(&files, &chinese);
    assert!(matches!(proposed(&since, &mine), Err(Refusal::SourceChanged)));

    let theirs = proposed(&files, &change(&files, "bo", "wear-mask", &[("title", "ཁ་རས་གྱོན་དགོས།")])).unwrap();
    let since = check::with(&files, &theirs);
    let Err(Refusal::Conflict(Some(now))) = proposed(&since, &mine) else { panic!("it is a conflict") };
    assert!(now.contains("ཁ་རས་གྱོན་དགོས།"));

    // Another message of the same file is nobody's concern.
    let other = proposed(&files, &change(&files, "bo", "wash-hands", &[("title", "ལག་པ་འཁྲུ་རོགས།")])).unwrap();
    assert!(proposed(&check::with(&files, &other), &mine).is_ok());
    assert!(matches!(proposed(&files, &change(&files, "bo", "wear-mask", &[])), Err(Refusal::Same)));
    let mut unknown = mine.clone();
    unknown.message = "no-such".parse().unwrap();
    assert!(matches!(proposed(&files, &unknown), Err(Refusal::Conflict(None))));
}

#[test]
fn every_fault_of_the_message_is_told_and_no_other() {
    let files = sample();
    let rules = |language: &str, message: &str, pieces: &[(&str, &str)]| {
        let made = proposed(&files, &change(&files, language, message, pieces));
        let faults = match made {
            Ok(made) => checked(&files, &made, &Registry::default(), now()).faults,
            Err(Refusal::Faulty(faults)) => faults,
            Err(other) => panic!("{other}"),
        };
        let mut rules: Vec<&str> = faults.iter().map(|fault| fault.rule).collect();
        rules.dedup();
        rules
    };
    assert_eq!(
        rules("bo", "wear-mask", &[("", "戴好口罩"), ("short", "待翻译")]),
        ["wrong-script", "placeholder-text", "wrong-script"]
    );
    assert_eq!(rules("bo", "wear-mask", &[("", "")]), ["empty-text"]);
    assert_eq!(rules("bo", "wear-mask", &[("short", "")]), ["missing-attribute"]);
    assert_eq!(rules("zh-CN", "wear-mask", &[("", "请{ $x")]), ["ftl-syntax"]);
    // Another number in Chinese is a fault of its translations: who writes it is not held up by that.
    let text =
        Notices::read(&files).find("home-observation").unwrap().source.wording.piece("").unwrap().replace("14", "7");
    assert_eq!(rules("zh-CN", "home-observation", &[("", &text)]), [] as [&str; 0]);
    let made = proposed(&files, &change(&files, "zh-CN", "home-observation", &[("", &text)])).unwrap();
    let told = checked(&files, &made, &Registry::default(), now()).told;
    assert!(
        told.iter().any(|problem| problem.rule == "missing-number" && problem.file.starts_with("locales/bo/")),
        "{told:?}"
    );
    assert!(told.iter().any(|problem| problem.rule == "gap"), "{told:?}");
}

#[test]
fn a_new_message_stands_below_those_that_are_there() {
    let files = sample();
    let new = MessageChange {
        topic: Some("locales/zh-CN/epidemic.ftl".into()),
        based_on: None,
        pieces: [("", "请勤通风。"), ("title", "通风"), ("short", "请勤通风。")]
            .map(|(n, t)| (n.to_owned(), t.to_owned()))
            .into(),
        comment: "Asks people\nto air.".to_owned(),
        message: "air-often".parse().unwrap(),
        ..change(&files, "zh-CN", "wear-mask", &[])
    };
    let made = proposed(&files, &new).unwrap();
    let old = files.text("locales/zh-CN/epidemic.ftl").unwrap();
    let added = "\n# Asks people\n# to air.\n# @written-by Drolma\nair-often =\n";
    assert!(
        made.texts[0].1.starts_with(old.trim_end()) && made.texts[0].1.contains(added.trim_end()),
        "{}",
        made.texts[0].1
    );
    assert!(checked(&files, &made, &Registry::default(), now()).faults.is_empty());
    let files = check::with(&files, &made);
    let pieces = [("", "རླུང་རྒྱུག་ཏུ་འཇུག་རོགས།"), ("title", "རླུང་རྒྱུག་ཏུ་འཇུག་རོགས།"), ("short", "རླུང་རྒྱུག་ཏུ་འཇུག་རོགས།")];
    let made = proposed(&files, &change(&files, "bo", "air-often", &pieces)).unwrap();
    assert!(made.texts.last().unwrap().1.contains("# @translated-by Drolma\nair-often"), "{:?}", made.texts);
    let elsewhere = MessageChange { topic: Some("locales/zh-CN/../../config/county.toml".into()), ..new };
    let again = MessageChange { message: "air-more".parse().unwrap(), ..elsewhere };
    assert!(matches!(proposed(&files, &again), Err(Refusal::Unknown)));
}

#[test]
fn typed_texts_are_tidied() {
    for (typed, text) in [("", ""), (" 一 \r\n\r\n二\t\r\n\r\n", "一\n\n二"), ("ཀ\u{a0}", "ཀ\u{a0}")] {
        assert_eq!(tidied(typed), text);
    }
    assert_eq!(message::pieces_of("a = 一\n    .title = 二").len(), 2);
    assert!(message::pieces_of("not { fluent").is_empty());
}
