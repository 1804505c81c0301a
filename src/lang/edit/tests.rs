//! One case an edit, and a rule over all files and edits.

use expect_test::expect;
use proptest::prelude::*;

use super::*;
use crate::lang::Topic;

const FILE: &str = "### review = \"draft\"\n### What households do.\n\n# Wear a mask.\none = 一\n    .title = 壹\n\n\n## Calls\n\n\
                    # Call.\n# @source 0123456789abcdef\n# More.\ntwo=请打 {$phone}\n  或者写信。\n  .title =\n    贰\n    二\n  .short = 打\n\
                    three = { $n ->\n    [1] 一\n   *[other] 多\n}\n\n";

fn pattern(message: &str, piece: &str, pattern: &str) -> Edit {
    Edit::Pattern { message: message.into(), piece: piece.into(), pattern: pattern.into() }
}

fn message(message: &str, below: Option<&str>) -> Edit {
    let wording = Wording([("", "新\n行"), ("title", "题"), ("voice", "读")].map(|(n, p)| (n.into(), p.into())).into());
    Edit::Message {
        message: message.into(),
        wording,
        comment: vec!["Note.".into(), String::new()],
        below: below.map(Into::into),
    }
}

fn note(message: &str, value: &str) -> Edit {
    Edit::Note { message: message.into(), name: "source", value: value.into() }
}

#[test]
fn an_attribute_goes_with_its_own_lines() {
    let remove = |message: &str, piece: &str| Edit::Remove { message: message.into(), piece: piece.into() };
    let check = |edits: &[Edit], gone: &str, with: &str| {
        assert!(FILE.contains(gone));
        assert_eq!(edited(FILE, edits).unwrap(), FILE.replacen(gone, with, 1));
    };
    check(&[remove("one", "title")], "\n    .title = 壹", "");
    check(&[remove("two", "title")], "\n  .title =\n    贰\n    二", "");
    check(&[remove("two", "short")], "\n  .short = 打", "");
    check(&[remove("two", "short"), pattern("two", "title", "两")], "\n    贰\n    二\n  .short = 打", " 两");
    check(&[remove("two", "short"), pattern("two", "voice", "读")], "  .short = 打", "  .voice = 读");
    for (message, piece, fault) in [
        ("one", "", EditFault::Layout),
        ("one", "short", EditFault::Layout),
        ("no", "title", EditFault::NoMessage("no".into())),
    ] {
        assert_eq!(edited(FILE, &[remove(message, piece)]), Err(fault));
    }
}

#[test]
fn only_what_was_asked_for_changes() {
    let edits = [
        pattern("one", "", "第一"),
        pattern("one", "short", "短"),
        note("one", "00000000000000aa"),
        message("new-a", Some("one")),
        message("new-b", Some("one")),
        pattern("two", "title", "第\n二"),
        note("two", "00000000000000bb"),
        pattern("three", "", "三"),
        message("first", None),
        message("last", Some("three")),
    ];
    expect![[r####"
        ### review = "draft"
        ### What households do.

        # Note.
        #
        first =
            新
            行
            .title = 题
            .voice = 读

        # Wear a mask.
        # @source 00000000000000aa
        one = 第一
            .title = 壹
            .short = 短

        # Note.
        #
        new-a =
            新
            行
            .title = 题
            .voice = 读

        # Note.
        #
        new-b =
            新
            行
            .title = 题
            .voice = 读


        ## Calls

        # Call.
        # @source 00000000000000bb
        # More.
        two=请打 {$phone}
          或者写信。
          .title =
              第
              二
          .short = 打
        three = 三

        # Note.
        #
        last =
            新
            行
            .title = 题
            .voice = 读

    "####]]
    .assert_eq(&edited(FILE, &edits).unwrap());
}

#[test]
fn nothing_asked_for_changes_nothing() {
    assert_eq!(edited(FILE, &[]).unwrap(), FILE);
    // The same note again is the same file.
    assert_eq!(edited(FILE, &[note("two", "0123456789abcdef")]).unwrap(), FILE);
}

#[test]
fn an_empty_file_takes_a_message() {
    let whole = "# Note.\n#\nnew =\n    新\n    行\n    .title = 题\n    .voice = 读";
    for (before, after) in
        [("", format!("{whole}\n")), ("### review = \"draft\"\n", format!("### review = \"draft\"\n\n{whole}\n"))]
    {
        assert_eq!(edited(before, &[message("new", None)]).unwrap(), after);
    }
}

#[test]
fn lines_end_as_they_do_in_the_file() {
    let text = FILE.replace('\n', "\r\n");
    let edits = [pattern("two", "title", "第\n二"), message("new", Some("one")), note("three", "00000000000000cc")];
    let result = edited(&text, &edits).unwrap();
    assert_eq!(result.matches('\n').count(), result.matches("\r\n").count());
    assert_eq!(result.replace("\r\n", "\n"), edited(FILE, &edits).unwrap());
}

#[test]
fn what_cannot_be_is_refused_whole() {
    let check = |text: &str, edit: Edit, told: &str| {
        let fault = edited(text, &[pattern("one", "", "第一"), edit]).unwrap_err().to_string();
        assert!(fault.contains(told), "{fault}");
    };
    check(FILE, pattern("four", "", "四"), "there is no message `four`");
    check(FILE, note("four", "x"), "there is no message `four`");
    check(FILE, message("one", None), "`one` stands already");
    check(FILE, message("four", Some("five")), "there is no message `five`");
    check(FILE, pattern("two", "title", "{ $n"), "the text of `two.title` is not Fluent: { $n");
    check(FILE, pattern("two", "", "一\ntwo = 二\n.title = 三"), "is not Fluent");
    check("one = { $n\n", pattern("two", "", "一"), "a fault of syntax");
}

/// Files, and edits of them, of all the shapes that matter: comments, blank lines, line ends, layouts, selectors.
fn files() -> impl Strategy<Value = String> {
    let value = prop_oneof![
        Just("= 文本"),
        Just("=文本 { $n }"),
        Just("=\n    第一行\n\n    第二行"),
        Just("= { $n ->\n    [1] 一\n   *[other] 多\n}"),
        Just("= { \"{\" } = 。"),
    ];
    let attribute =
        prop_oneof![Just(""), Just("\n .title = 题"), Just("\n    .title =\n      题\n      目\n    .short = 短  ")];
    let comment = prop_oneof![
        Just(""),
        Just("# 注\n"),
        Just("# 注\n# @source 0123456789abcdef\n#\n"),
        Just("## 组\n"),
        Just("# 无主\n\n")
    ];
    let gap = prop_oneof![Just("\n"), Just("\n\n"), Just("   \n\n\n")];
    let entries = proptest::collection::vec((comment, value, attribute, gap), 1..6);
    (entries, any::<bool>()).prop_map(|(entries, crlf)| {
        let write = |(i, (comment, value, attribute, gap)): (usize, &(&str, &str, &str, &str))| {
            format!("{comment}m{i} {value}{attribute}{gap}")
        };
        let text = entries.iter().enumerate().map(write).collect::<String>();
        if crlf { text.replace('\n', "\r\n") } else { text }
    })
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let piece = prop_oneof![Just(""), Just("title"), Just("short"), Just("voice")];
    let text = prop_oneof![
        "[一-三 .*\\[}=#{\n]{0,8}",
        Just("{ $n ->\n    [1] 一\n   *[other] 多\n}".to_owned()),
        Just("一\n  二\n三".to_owned()),
    ];
    let id = (0..6usize).prop_map(|i| format!("m{i}"));
    let edit = prop_oneof![
        3 => (id.clone(), piece, text).prop_map(|(id, piece, text)| pattern(&id, piece, &text)),
        1 => (id.clone(), "[0-9a-f]{16}").prop_map(|(id, digest)| note(&id, &digest)),
        1 => (0..9usize, proptest::option::of(id)).prop_map(|(i, below)| message(&format!("n{i}"), below.as_deref())),
    ];
    proptest::collection::vec(edit, 0..4)
}

proptest! {
    #[test]
    fn an_edit_does_what_it_says_or_nothing(file in files(), edits in edits()) {
        let Ok(result) = edited(&file, &edits) else { return Ok(()) };
        let topic = Topic::parse("t.ftl", &result).map_err(|p| TestCaseError::fail(format!("{p:?}")))?;
        let before = Topic::parse("t.ftl", &file).unwrap();
        let added = edits.iter().filter(|edit| matches!(edit, Edit::Message { .. })).count();
        prop_assert_eq!(topic.entries().len(), before.entries().len() + added);
        let last_note = |id: &str| edits.iter().rev().find_map(|edit| match edit {
            Edit::Note { message, value, .. } if message == id => Some(value.clone()),
            _ => None,
        });
        for entry in before.entries() {
            let after = topic.entries().iter().find(|after| after.id == entry.id).unwrap();
            let noted = last_note(entry.id.as_str()).or_else(|| entry.made_from.map(|digest| digest.to_string()));
            prop_assert_eq!(after.made_from.map(|digest| digest.to_string()), noted);
        }
        // Every line that no edit is about stands there still, in its order.
        let touched = |line: &str| edits.iter().any(|edit| match edit {
            Edit::Pattern { message, .. } => file.contains(&format!("{message} ")) && line.starts_with([' ', '}', 'm']),
            Edit::Note { .. } => line.starts_with("# @source"),
            Edit::Message { .. } => false,
            Edit::Remove { .. } => unreachable!("none is made here"),
        });
        let mut lines = result.lines();
        for line in file.lines().filter(|line| !line.trim().is_empty() && !touched(line)) {
            prop_assert!(lines.any(|other| other == line), "{:?} is gone from {:?}", line, result);
        }
        // Done once more, patterns and notes change nothing.
        let again: Vec<Edit> = edits.into_iter().filter(|edit| !matches!(edit, Edit::Message { .. })).collect();
        if again.len() == 1 {
            prop_assert_eq!(edited(&edited(&file, &again).unwrap(), &again).unwrap(), edited(&file, &again).unwrap());
        }
    }
}
