//! What goes out and comes back unchanged changes nothing; what comes back changed changes that and nothing else.

use proptest::prelude::*;

use super::merge::{Import, Merged, merge};
use super::*;
use crate::lang::Language;

const ZH: &str = "# Wear a mask.\none = 请戴口罩。\n    .title = 口罩\n    .short = 戴口罩。\n\n\
                  # Call.\ntwo = 请打 { $phone }。\n    .title = 电话\n    .short = 打 { $phone }\n\n\
                  three = 第三。\n    .title = 三\n    .short = 三\n";
const BO: &str = "### review = \"draft\"\n\n# For people.\n# @source 88d4a2e0b0ad0fd4\none =ཁ་རས་གྱོན།\n    .title = ཁ་རས།\n    .short = ཁ་རས།   \n";

fn texts(files: &[(&str, &str)]) -> Texts {
    files.iter().map(|(path, text)| (Arc::from(*path), Arc::from(*text))).collect()
}

fn zh() -> Texts {
    texts(&[("locales/zh-CN/a.ftl", ZH)])
}

fn bo() -> Texts {
    let digest = Wording::of(ZH).unwrap().digest().to_string();
    texts(&[("locales/bo/a.ftl", &BO.replace("88d4a2e0b0ad0fd4", &digest))])
}

fn tibetan() -> &'static Language {
    Language::of("bo").unwrap()
}

/// Out and back in both forms, the answers changed on the way.
fn back(rows: &[Row], language: &'static Language, change: impl Fn(&mut Answer)) -> [Vec<Answer>; 2] {
    let po = po::read(&po::write(rows, language).unwrap(), language).unwrap();
    let sheet = sheet::read(&sheet::write(rows)).unwrap();
    [po, sheet].map(|mut answers| {
        answers.iter_mut().for_each(&change);
        answers
    })
}

fn import(answers: &[Answer], zh: &Texts, bo: &Texts) -> Result<Merged, Vec<Problem>> {
    merge(&Import { language: tibetan(), file: "back.po", answers, translator: None }, zh, bo)
}

/// Every file of the repository's own county, and one with every layout.
#[test]
fn every_file_of_the_sample_comes_back_byte_for_byte() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("locales");
    let read = |tag: &str| -> Texts {
        let files = std::fs::read_dir(root.join(tag)).unwrap().map(|entry| entry.unwrap().path());
        files
            .map(|path| {
                let name = format!("locales/{tag}/{}", path.file_name().unwrap().to_str().unwrap());
                (Arc::from(name), Arc::from(std::fs::read_to_string(path).unwrap()))
            })
            .collect()
    };
    let odd = "# 注\r\none=请打 {$phone}\r\n  或者写信。\r\n  .title = { $n ->\r\n    [1] 一\r\n   *[other] \"多\" \\ { \"{\" }\r\n  }\r\n  .short =短\r\n";
    let odd_bo = "### f\r\n#@source 0123456789abcdef\r\none =\r\n      ཁ་པར { $phone }\r\n\r\n        གཏོང།\r\n  .title=ཁ\r\n\r\n\r\n";
    let odd = (texts(&[("locales/zh-CN/odd.ftl", odd)]), texts(&[("locales/bo/odd.ftl", odd_bo)]));
    for (source, target) in [(read("zh-CN"), read("bo")), (read("zh-CN"), read("lis")), odd] {
        assert!(!source.is_empty() && !target.is_empty());
        let language = Language::of(target.keys().next().unwrap().split('/').nth(1).unwrap()).unwrap();
        let rows = rows(&source, &target, &BTreeMap::new()).unwrap();
        for answers in back(&rows, language, |_| {}) {
            assert_eq!(answers.len(), rows.len());
            let import = Import { language, file: "back", answers: &answers, translator: Some("Drolma") };
            let merged = merge(&import, &source, &target).unwrap();
            assert!(merged.texts.is_empty() && merged.changes.is_empty(), "{:?}", merged.changes);
        }
    }
}

#[test]
fn what_comes_back_changed_changes_that_and_is_stamped() {
    let rows = rows(&zh(), &bo(), &BTreeMap::new()).unwrap();
    let states: Vec<_> = rows.iter().map(|row| row.state).collect();
    assert_eq!(states[..3], [State::Translated; 3]);
    assert_eq!(states[3..], [State::Untranslated; 6]);
    for answers in back(&rows, tibetan(), |answer| match (answer.message.as_str(), answer.piece.as_str()) {
        ("one", "title") => answer.translation = "ཁ་རས་གསར།".into(),
        ("three", _) => answer.translation = "གསུམ།".into(),
        _ => {}
    }) {
        let import = Import { language: tibetan(), file: "b", answers: &answers, translator: Some("Drolma") };
        let merged = merge(&import, &zh(), &bo()).unwrap();
        let third = Wording::of(&ZH[ZH.find("three").unwrap()..]).unwrap().digest();
        let before = &bo()["locales/bo/a.ftl"];
        let wanted = before
            .replace(".title = ཁ་རས།", ".title = ཁ་རས་གསར།")
            .replace("\none", "\n# @translated-by Drolma\none")
            .trim_end_matches('\n')
            .to_owned()
            + &format!(
                "\n\n# @source {third}\n# @translated-by Drolma\nthree = གསུམ།\n    .title = གསུམ།\n    .short = གསུམ།\n"
            );
        assert_eq!(merged.texts.len(), 1);
        // In the spreadsheet the state still says `untranslated`: who writes a text has translated it.
        assert_eq!(merged.texts["locales/bo/a.ftl"], wanted);
        assert!(merged.changes.iter().all(|change| !change.outdated), "{:?}", merged.changes);
        assert!(merged.changes[1].added && merged.changes[1].stamped == Some(third));
        assert_eq!(merged.stamped.len(), 1);
    }
}

#[test]
fn an_outdated_translation_stays_so_until_somebody_says_otherwise() {
    let new = texts(&[("locales/zh-CN/a.ftl", &ZH.replace("请戴口罩", "请戴好口罩"))]);
    let old = Wording::of(ZH).unwrap();
    let known = BTreeMap::from([(old.digest(), old)]);
    let rows = rows(&new, &bo(), &known).unwrap();
    let states: Vec<_> = rows[..3].iter().map(|row| (row.state, row.previous.as_deref())).collect();
    assert_eq!(
        states,
        [(State::Outdated, Some("请戴口罩。")), (State::Translated, None), (State::Translated, None)],
        "what did not change of it is still right"
    );
    let po = po::write(&rows, tibetan()).unwrap();
    assert!(po.contains("#. Changed: 请戴{+好+}口罩。\n"), "{po}");
    assert!(po.contains("#, fuzzy\n#| msgid \"请戴口罩。\"\nmsgctxt \"one\"\nmsgid \"请戴好口罩。\"\n"), "{po}");
    for answers in back(&rows, tibetan(), |_| {}) {
        assert!(import(&answers, &new, &bo()).unwrap().texts.is_empty());
    }
    let now = Wording::of(&new["locales/zh-CN/a.ftl"]).unwrap().digest();
    for answers in back(&rows, tibetan(), |answer| answer.said = Said::Done) {
        let merged = import(&answers, &new, &bo()).unwrap();
        assert_eq!(merged.changes[0].stamped, Some(now));
        assert!(merged.changes[0].pieces.is_empty() && !merged.changes[0].outdated);
        // The Chinese changed again while it was away: it is stamped with what it was made from.
        let newer = texts(&[("locales/zh-CN/a.ftl", &ZH.replace("请戴口罩", "请戴好新口罩"))]);
        let merged = import(&answers, &newer, &bo()).unwrap();
        assert!(merged.changes[0].outdated && merged.changes[0].stamped == Some(now));
        assert_eq!(merged.stamped[0].1.digest(), now, "the wording is known from the rows");
        // Somebody said meanwhile that it is made from the newest: an older file does not take that back.
        let stamp = Wording::of(&newer["locales/zh-CN/a.ftl"]).unwrap().digest().to_string();
        let stamped = texts(&[("locales/bo/a.ftl", &BO.replace("88d4a2e0b0ad0fd4", &stamp))]);
        assert!(import(&answers, &newer, &stamped).unwrap().texts.is_empty());
    }
    // The digest went missing on the way: it is that of the source texts shown.
    for answers in back(&rows, tibetan(), |answer| {
        answer.said = Said::Done;
        answer.digest = None;
    }) {
        assert_eq!(import(&answers, &new, &bo()).unwrap().changes[0].stamped, Some(now));
    }
}

#[test]
fn a_new_message_stands_where_its_source_stands() {
    let two = "two = གཉིས། { $phone }\n    .title = གཉིས།\n    .short = གཉིས། { $phone }\n";
    let only_two = texts(&[("locales/bo/a.ftl", two)]);
    let rows = rows(&zh(), &texts(&[]), &BTreeMap::new()).unwrap();
    let fill = |answer: &mut Answer| {
        let phone = if answer.message == "two" && answer.piece != "title" { " { $phone }" } else { "" };
        answer.translation = format!("གསར།{phone}");
    };
    for answers in back(&rows, tibetan(), fill) {
        let merged = import(&answers, &zh(), &only_two).unwrap();
        let ids: Vec<_> = merged.changes.iter().map(|change| (change.message.as_str(), change.added)).collect();
        assert_eq!(ids, [("one", true), ("two", false), ("three", true)]);
        let text = &merged.texts["locales/bo/a.ftl"];
        let at = |id: &str| text.find(&format!("\n{id} =")).map_or(0, |at| at + 1);
        assert!(at("one") < at("two") && at("two") < at("three"), "{text}");
        let merged = import(&answers, &zh(), &texts(&[])).unwrap();
        assert!(merged.texts["locales/bo/a.ftl"].starts_with("### review = \"draft\"\n\n# Wear a mask.\n# @source "));
    }
}

#[test]
fn every_fault_is_told_and_nothing_changes() {
    let rows = rows(&zh(), &bo(), &BTreeMap::new()).unwrap();
    let good = back(&rows, tibetan(), |_| {})[0].clone();
    type Mistake<'m> = (usize, &'m dyn Fn(&mut Answer));
    let check = |changes: &[Mistake<'_>], rules: &[&str]| {
        let mut answers = good.clone();
        for (row, change) in changes {
            change(&mut answers[*row]);
        }
        let problems = import(&answers, &zh(), &bo()).unwrap_err();
        let found: Vec<_> = problems.iter().map(|problem| problem.rule).collect();
        assert_eq!(found, rules, "{problems:#?}");
    };
    check(
        &[
            (0, &|a| a.message = "ones".into()),
            (1, &|a| a.piece = "titel".into()),
            (2, &|a| a.translation = "{ $phone".into()),
            (3, &|a| (a.message, a.piece) = ("one".into(), "short".into())),
        ],
        &["unknown-message", "unknown-attribute", "duplicate-id", "ftl-syntax"],
    );
    check(&[(0, &|a| a.translation = "请戴口罩。".into())], &["wrong-script", "untranslated"]);
    check(
        &[3, 4, 5].map(|row| (row, &(|a: &mut Answer| a.translation = "གཉིས།".into()) as &dyn Fn(&mut Answer))),
        &["missing-variable", "missing-variable"],
    );
    check(&[(3, &|a| a.translation = "གཉིས། { $phone }".into())], &["missing-attribute", "missing-attribute"]);
}

#[test]
fn po_of_other_programs_is_read_and_nonsense_is_told() {
    let header = "msgid \"\"\nmsgstr \"\"\n\"Language: bo_CN\\n\"\n";
    let good = format!(
        "\u{FEFF}# Translators.\n#, fuzzy\n{header}#: locales/zh-CN/a.ftl:2\n#| msgid \"old\"\nmsgctxt \"one\"\nmsgid \"a\"\n\"b\\n\"\n\
         msgstr\"c \\\"d\\\"\"\r\n# by hand\n#. Say it.\n#. @source 0123456789abcdef\n#, fuzzy, c-format\nmsgctxt \"one.title\"\nmsgid \"x\"\nmsgstr \"\"\n\n#~ msgid \"gone\"\n#~ msgstr \"gone\"\n"
    );
    let answers = po::read(&good, tibetan()).unwrap();
    let short: Vec<_> = answers
        .iter()
        .map(|a| (a.message.as_str(), a.piece.as_str(), a.translation.as_str(), a.said, a.line))
        .collect();
    assert_eq!(short, [("one", "", "c \"d\"", Said::Done, 6), ("one", "title", "", Said::Undone, 13)]);
    assert_eq!(
        (answers[0].source.as_str(), answers[1].digest.unwrap().to_string().as_str()),
        ("ab\n", "0123456789abcdef")
    );
    for (bad, told) in [
        ("msgid \"\"\nmsgstr \"Language: lis\\n\"\n", "1: this file is for the language `lis`, not for bo"),
        ("msgctxt \"one\"\nmsgid \"a\"\n", "1: this entry has no msgstr"),
        ("msgid \"a\"\nmsgstr \"b\"\n", "1: this entry has no msgctxt"),
        ("msgctxt \"a\"\nmsgid \"a\"\nmsgstr \"b\n", "3: the text is not in quotes"),
        ("msgctxt \"a\"\nmsgid \"a\\x\"\nmsgstr \"b\"\n", "2: the text is not in quotes"),
        (
            "msgctxt \"a\"\nmsgid \"a\"\nmsgid_plural \"b\"\nmsgstr[0] \"b\"\n",
            "3: these languages have no plural forms",
        ),
        ("\"a\"\n", "1: this is no line of a PO file"),
        ("<html>\n", "1: this is no line of a PO file"),
        ("msgctxt \"a\"\nmsgid \"a\"\nmsgstr \"b\"\nmsgctxt \"a\"\nmsgid \"a\"\nmsgstr \"b\"\n", "4: `a` stands twice"),
    ] {
        let faults = po::read(bad, tibetan()).unwrap_err();
        let shown: Vec<String> = faults.iter().map(|(line, what)| format!("{line}: {what}")).collect();
        assert!(shown[0].starts_with(told), "{shown:?}");
    }
}

#[test]
fn a_spreadsheet_that_another_program_saved_is_read() {
    for text in [
        "\u{FEFF}id,attribute,source,translation,state,comment\r\none,title,x,\"a, \"\"b\"\"\nc\",translated,Say it. [source 0123456789abcdef]\r\n,,,,,\r\n",
        "ID;attribute;source;translation;state;comment\none;.title;x;\"a, \"\"b\"\"\nc\";Translated;[source 0123456789abcdef]\n",
        "id\tattribute\ttranslation\tstate\tcomment\tmine\none\ttitle\t\"a, \"\"b\"\"\nc\"\ttranslated\t[source 0123456789abcdef]\t7\n",
    ] {
        let answers = sheet::read(text).unwrap();
        assert_eq!(answers.len(), 1, "{text}");
        let one = &answers[0];
        assert_eq!(
            (one.message.as_str(), one.piece.as_str(), one.translation.as_str()),
            ("one", "title", "a, \"b\"\nc")
        );
        assert_eq!((one.said, one.digest.unwrap().to_string().as_str(), one.line), (Said::Done, "0123456789abcdef", 2));
    }
    for (bad, told) in [
        ("", "the first line is not the heading"),
        ("a,b,c\n", "the first line is not the heading"),
        ("id,attribute,source,translation,state\none,,x,y,fertig\n", "there is no state `fertig`"),
    ] {
        assert!(sheet::read(bad).unwrap_err()[0].1.starts_with(told), "{bad}");
    }
}

proptest! {
    #[test]
    fn no_file_makes_a_reader_panic(text in "([a-z#\"\\\\ ,;\n]|msgid |msgstr |msgctxt |\"\n){0,60}") {
        let _ = po::read(&text, tibetan());
        let _ = sheet::read(&text);
    }

    #[test]
    fn any_text_goes_out_and_comes_back(source in "\\PC{0,120}", translation in "[\\PC\n]{0,120}") {
        let row = Row {
            message: "one".into(), piece: "title".into(), source, translation, state: State::Translated,
            comment: vec!["Say it.".into()], place: Place::file("a.ftl"), digest: Wording::default().digest(), previous: None,
        };
        for answers in back(std::slice::from_ref(&row), tibetan(), |_| {}) {
            prop_assert_eq!(answers.len(), 1);
            prop_assert_eq!(&answers[0].source, &row.source);
            prop_assert_eq!(&answers[0].translation, &row.translation);
            prop_assert_eq!(answers[0].digest, Some(row.digest));
        }
    }
}
