//! The rules about texts: a folder a rule, one check for all; errors planted in the sample; edits by chance.
//!
//! `tests/lint/RULE/` holds `good.ftl`, which no rule finds anything in; `bad.ftl`; `zh-CN.ftl` where the text is held
//! against Chinese; and `expect.txt`: a line `language TAG`, then what is found in `bad.ftl`. What the certain fixes make
//! of it stands in `fixed.ftl`. `UPDATE_EXPECT=1` writes the last two anew.

#[path = "../fuzz/checks/texts.rs"]
mod fuzzed;

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use cunxiang::base::{Problem, Severity};
use cunxiang::lang::lint::{self, File};
use cunxiang::lang::{LANGUAGES, Language};
use proptest::prelude::*;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: impl AsRef<Path>) -> String {
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.as_ref().display()))
}

fn folders() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root().join("tests/lint")).unwrap();
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    found.sort();
    found
}

/// Faults as a line each; the fix behind it.
fn told(problems: &[Problem]) -> String {
    let mut told = String::new();
    for problem in problems {
        let severity = if problem.is_error() { "error" } else { "warning" };
        writeln!(told, "{severity} {} {problem}", problem.rule).unwrap();
    }
    told
}

/// What differs from the folder's files, if anything.
fn check(folder: &Path) -> Vec<String> {
    let rule = folder.file_name().unwrap().to_str().unwrap();
    let expected = read(folder.join("expect.txt"));
    let tag = expected.lines().next().and_then(|line| line.strip_prefix("language ")).unwrap();
    let language = Language::of(tag).unwrap();
    let chinese = folder.join("zh-CN.ftl").exists().then(|| read(folder.join("zh-CN.ftl")));
    let found_in = |name: &str, text: &str| {
        let mut files = vec![File { language, path: name, text }];
        files.extend(chinese.as_ref().map(|text| File { language: &LANGUAGES[0], path: "zh-CN.ftl", text }));
        lint::files(&files)
    };
    let mut different = Vec::new();
    let good = found_in("good.ftl", &read(folder.join("good.ftl")));
    if !good.is_empty() {
        different.push(format!("{rule}: the good text has faults:\n{}", told(&good)));
    }
    let bad = read(folder.join("bad.ftl"));
    let found = found_in("bad.ftl", &bad);
    if !found.iter().any(|problem| problem.rule == rule) {
        different.push(format!("{rule}: nothing of it is found in the bad text"));
    }
    let mut hold = |name: &str, got: String| {
        let path = folder.join(name);
        let before = std::fs::read_to_string(&path).unwrap_or_default();
        if before != got && std::env::var_os("UPDATE_EXPECT").is_some() {
            std::fs::write(path, &got).unwrap();
        } else if before != got {
            different.push(format!("{rule}/{name}: wanted\n{before}got\n{got}"));
        }
    };
    hold("expect.txt", format!("language {tag}\n{}", told(&found)));
    let (fixed, made) = lint::mend(File { language, path: "bad.ftl", text: &bad });
    if !made.is_empty() || folder.join("fixed.ftl").exists() {
        hold("fixed.ftl", fixed);
    }
    different
}

#[test]
fn every_rule_finds_what_is_bad_and_nothing_else() {
    let different: Vec<String> = folders().iter().flat_map(|folder| check(folder)).collect();
    assert!(different.is_empty(), "UPDATE_EXPECT=1 writes these anew:\n{}", different.join("\n"));
}

#[test]
fn every_rule_has_its_folder_and_its_row_in_the_reference() {
    let page = read(root().join("docs/ref/lint.md"));
    let rows: BTreeSet<&str> = page.lines().filter(|line| line.starts_with("| `")).collect();
    let wanted: Vec<String> = lint::rules()
        .map(|rule| {
            let severity = if rule.severity == Severity::Error { "error" } else { "warning" };
            let languages = if rule.languages.is_empty() { "all".to_owned() } else { rule.languages.join(", ") };
            format!("| `{}` | {severity} | {languages} | {} |", rule.id, rule.why)
        })
        .collect();
    let missing: Vec<&String> = wanted.iter().filter(|row| !rows.contains(row.as_str())).collect();
    assert!(
        missing.is_empty(),
        "docs/ref/lint.md lacks\n{}",
        missing.iter().map(|r| format!("{r}\n")).collect::<String>()
    );
    assert_eq!(rows.len(), wanted.len(), "docs/ref/lint.md has rows of rules that are no more");
    let ids: BTreeSet<&str> = lint::rules().map(|rule| rule.id).collect();
    assert_eq!(ids.len(), wanted.len(), "two rules have one id");
    let names: Vec<PathBuf> = folders();
    let folders: BTreeSet<&str> = names.iter().map(|folder| folder.file_name().unwrap().to_str().unwrap()).collect();
    assert_eq!(folders, ids);
    for word in lint::ALLOWED_WORDS {
        assert!(page.contains(&format!("`{word}`")), "docs/ref/lint.md says nothing of {word}");
    }
}

/// The sample's texts: language, path, text.
fn sample() -> Vec<(&'static Language, String, String)> {
    let mut found = Vec::new();
    for language in LANGUAGES {
        let folder = root().join("locales").join(language.tag);
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.file_name().unwrap() != "ui.ftl" {
                let shown = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
                found.push((language, shown, read(&path)));
            }
        }
    }
    found
}

fn lint_all(texts: &[(&'static Language, String, String)]) -> Vec<Problem> {
    let files: Vec<File> = texts.iter().map(|(language, path, text)| File { language, path, text }).collect();
    lint::files(&files)
}

/// Errors as they happen, one a line of `planted.txt`: rule, file, what stands there, what is put in its place.
#[test]
fn each_planted_error_is_found_where_it_stands() {
    let list = read(root().join("tests/lint/planted.txt"));
    let good = sample();
    assert_eq!(told(&lint_all(&good)), "");
    let lines: Vec<&str> = list.lines().filter(|line| !line.is_empty() && !line.starts_with("# ")).collect();
    assert!(lines.len() >= 20, "{}", lines.len());
    let mut all_at_once = good.clone();
    let mut wanted = Vec::new();
    for line in &lines {
        let parts: Vec<&str> = line.split(" | ").collect();
        let [rule, path, old, new] = parts[..] else { panic!("{line}") };
        let (rule, below) = rule.split_once('+').map_or((rule, 0), |(rule, below)| (rule, below.parse().unwrap()));
        let (old, new) = (unescaped(old), unescaped(new));
        let plant = |texts: &mut Vec<(&'static Language, String, String)>| {
            let (_, _, text) = texts.iter_mut().find(|(_, p, _)| p == path).unwrap_or_else(|| panic!("{line}"));
            assert_eq!(text.matches(&*old).count(), 1, "{line}");
            // The first character that changes is where the fault is, but for what is left out.
            let same =
                old.chars().zip(new.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum::<usize>();
            let at = text.find(&*old).unwrap() + same;
            let number = text[..at].matches('\n').count() as u32 + 1 + below;
            *text = text.replacen(&*old, &new, 1);
            number
        };
        let mut texts = good.clone();
        let number = plant(&mut texts);
        let found = lint_all(&texts);
        let is_there = |p: &&Problem| p.rule == rule && *p.file == *path && p.line == number;
        assert!(found.iter().any(|p| is_there(&p)), "{line}: not on line {number}, but\n{}", told(&found));
        plant(&mut all_at_once);
        wanted.push((rule.to_owned(), path.to_owned(), number));
    }
    // Together, too: one does not hide another.
    let found = lint_all(&all_at_once);
    for (rule, path, line) in wanted {
        let is_there = |p: &Problem| p.rule == rule && *p.file == *path && p.line == line;
        assert!(found.iter().any(is_there), "{rule} at {path}:{line} among all:\n{}", told(&found));
    }
}

/// Each of these texts goes a way through the code that no other does.
#[test]
fn what_fuzzing_came_upon_breaks_nothing() {
    let texts: Vec<PathBuf> =
        std::fs::read_dir(root().join("fuzz/seeds/texts")).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(texts.len() >= 100, "{}", texts.len());
    for path in texts {
        let bytes = std::fs::read(&path).unwrap();
        std::panic::catch_unwind(|| fuzzed::go(&bytes)).unwrap_or_else(|_| panic!("{} breaks it", path.display()));
    }
}

/// The words built into the program are held to the same, but for the parts and stops of a notice.
#[test]
fn the_programs_own_words_are_faultless() {
    let console = root().join("src/console/web/words");
    let mut names = vec![("locales".to_owned(), "ui.ftl".to_owned())];
    names.extend(std::fs::read_dir(console.join("zh-CN")).unwrap().map(|entry| {
        let name = entry.unwrap().file_name().into_string().unwrap();
        ("src/console/web/words".to_owned(), name)
    }));
    assert!(names.len() > 4);
    let all = names.iter().flat_map(|(folder, name)| {
        let path = move |language: &Language| root().join(folder).join(language.tag).join(name);
        LANGUAGES.iter().map(move |language| (language, name.clone(), read(path(language))))
    });
    let texts: Vec<_> = all.collect();
    // Lisu names the levels of an emergency by number.
    let of_notices = ["missing-attribute", "no-final-shad", "no-final-stop", "extra-number"];
    // Alarms go to those on duty, in Chinese, and some name a command to type.
    let of_staff = |what: &str| what.contains("message `ui-alarm-");
    let found: Vec<_> = lint_all(&texts)
        .into_iter()
        .filter(|problem| !of_notices.contains(&problem.rule))
        .filter(|problem| {
            !(["missing-message", "foreign-letters"].contains(&problem.rule) && of_staff(&problem.message))
        })
        .collect();
    assert!(found.is_empty(), "{}", told(&found));
}

/// `\u{200B}` as the character, so that the list shows what nobody sees.
fn unescaped(text: &str) -> String {
    let mut out = String::new();
    for (i, part) in text.split("\\u{").enumerate() {
        match part.split_once('}').filter(|_| i > 0) {
            Some((hex, rest)) => {
                out.extend(char::from_u32(u32::from_str_radix(hex, 16).unwrap()));
                out.push_str(rest);
            }
            None => out.push_str(part),
        }
    }
    out
}

/// An edit: where, as a share of the text; how much is taken away; what is put there.
fn edit() -> impl Strategy<Value = (f64, usize, String)> {
    let pieces = prop::sample::select(vec![
        "་",
        "༌",
        "།",
        "ང",
        "ི",
        "\u{f71}",
        "\u{f72}",
        "\u{f43}",
        "\u{fb2}",
        "ཀ",
        " ",
        "\n",
        "\n    ",
        "{",
        "}",
        "{ $x }",
        "{ \"\\u200B\" }",
        "{ -t }",
        "[one]",
        "*[other]",
        " ->",
        ".",
        ".title = ",
        "=",
        "#",
        "ꓡ",
        "ꓹ",
        "꓿",
        "ˍ",
        "A",
        "S",
        "1",
        "༡",
        "中",
        "。",
        "(",
        ")",
        "|",
        "\u{200b}",
        "\u{feff}",
        "\u{e000}",
        "\u{fffc}",
        "\u{25cc}",
        "\u{1f9d1}\u{200d}",
        "e\u{301}",
        "\r\n",
        "\0",
        "\t",
        "www.",
        "YI.B: KW BE=",
    ]);
    (0.0..1.0f64, 0..4usize, prop::collection::vec(pieces, 0..4).prop_map(|pieces| pieces.concat()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn no_edit_makes_it_panic_and_fixing_twice_is_fixing_once(which in 0..15usize, edits in prop::collection::vec(edit(), 1..12)) {
        let sample = sample();
        let (language, path, mut text) = sample[which % sample.len()].clone();
        for (at, cut, put) in edits {
            let chars: Vec<char> = text.chars().collect();
            let at = (at * chars.len() as f64) as usize;
            text = chars[..at].iter().chain(put.chars().collect::<Vec<_>>().iter()).chain(chars.iter().skip(at + cut)).collect();
        }
        let chinese = sample.iter().find(|(language, _, _)| language.tag == "zh-CN").unwrap();
        let found = lint::files(&[File { language, path: &path, text: &text }, File { language: &LANGUAGES[0], path: "z.ftl", text: &chinese.2 }]);
        for problem in &found {
            let lines = text.split('\n').count().max(chinese.2.split('\n').count());
            prop_assert!(problem.line as usize <= lines && !problem.message.is_empty() && !problem.help.is_empty());
        }
        let (once, made) = lint::mend(File { language, path: &path, text: &text });
        let (twice, again) = lint::mend(File { language, path: &path, text: &once });
        prop_assert_eq!(&once, &twice);
        prop_assert!(again.is_empty());
        prop_assert_eq!(made.is_empty(), once == text);
        // What was no fault before is none after: a fix brings none.
        let errors = |text: &str| lint::files(&[File { language, path: &path, text }]).iter().filter(|p| p.is_error()).count();
        prop_assert!(errors(&once) <= errors(&text));
    }
}

/// The command itself on a folder that is no county.
mod command {
    use super::*;

    fn cunxiang(arguments: &[&str], folder: &Path) -> (String, i32) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cunxiang"));
        let output = command.args(arguments).current_dir(folder).env("NO_COLOR", "1").output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
        (text, output.status.code().unwrap())
    }

    #[test]
    fn fixes_only_what_is_certain_and_keeps_the_rest() {
        use std::os::unix::fs::PermissionsExt;
        let home = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(home.path().join("texts/bo")).unwrap();
        std::fs::create_dir_all(home.path().join("texts/dz")).unwrap();
        let file = home.path().join("texts/bo/calls.ftl");
        let before = "### ང་། stays: a comment\r\n\r\n# ka\u{f72}\u{f71}\r\ncall   =   དང་། ཁ་རས།\r\n  .short = ཀ\u{f72}\u{f71}། ཁ་\u{200b}རས།\r\n\
                      \r\n  .title=རུང་།   \r\n\r\n\r\n";
        std::fs::write(&file, before).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
        std::fs::write(home.path().join("texts/dz/calls.ftl"), "x = y").unwrap();
        std::fs::write(home.path().join("texts/bo/broken.ftl"), "x = {").unwrap();

        let (out, exit) = cunxiang(&["check", "--locales", "texts", "--fix"], home.path());
        assert_eq!(exit, 1, "{out}");
        assert_eq!(out.matches("fixed texts/bo/calls.ftl").count(), 3, "{out}");
        assert!(out.contains("error texts/dz: there is no language `dz` here: its file is not looked at"), "{out}");
        assert!(
            out.contains("error texts/bo/calls.ftl:5:19: message `call`: its .short holds U+200B ZERO WIDTH SPACE"),
            "{out}"
        );
        let after =
            before.replace("དང་། ཁ", "དང༌། ཁ").replace("ཀ\u{f72}\u{f71}", "ཀ\u{f71}\u{f72}").replace("=རུང་།", "=རུང༌།");
        assert_eq!(std::fs::read_to_string(&file).unwrap(), after);
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o640);

        let stamp = file.metadata().unwrap().modified().unwrap();
        let (again, _) = cunxiang(&["check", "--locales", "texts", "--fix"], home.path());
        assert!(!again.contains("fixed"), "{again}");
        assert_eq!(file.metadata().unwrap().modified().unwrap(), stamp, "a file with nothing to fix is not written");
    }

    #[test]
    fn tells_an_editor_the_bytes_of_a_fix() {
        let home = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(home.path().join("bo")).unwrap();
        let text = "# 一\ncall = དང་། ཁ་རས།\n    .title = ཁ་པར།\n    .short = ཁ་པར།\n";
        std::fs::write(home.path().join("bo/a.ftl"), text).unwrap();
        let (out, exit) = cunxiang(&["check", "--locales", ".", "--format", "json"], home.path());
        assert_eq!(exit, 0, "{out}");
        let rows: serde_json::Value = serde_json::from_str(&out).unwrap();
        let at = text.find("་།").unwrap();
        let fix = serde_json::json!({"start": at, "end": at + 3, "text": "\u{f0c}"});
        assert_eq!((&rows[0]["fix"], &rows[0]["line"], &rows[0]["column"]), (&fix, &2.into(), &10.into()), "{out}");
        assert_eq!(rows.as_array().unwrap().len(), 1, "{out}");
        let (out, exit) = cunxiang(&["check", "--locales", "nowhere"], home.path());
        assert_eq!((out.contains("there is no folder nowhere"), exit), (true, 2), "{out}");
    }

    /// Files laid into a folder, what is asked, a piece of what is told, and the exit.
    #[test]
    fn no_text_is_passed_over_in_silence() {
        let good = "call = དང༌། ཁ་རས།\n    .title = ཁ་པར།\n    .short = ཁ་པར།\n";
        let bad = good.replacen("ཁ་རས།", "ཁ་་རས།", 1);
        let chinese = "call = 打电话 120。\n    .title = 电话\n    .short = 电话。\n";
        let check = |files: &[(&str, &str)], asked: &str, wanted: &str, exit: i32| {
            let home = tempfile::tempdir().unwrap();
            std::fs::create_dir_all(home.path().join("texts/bo")).unwrap();
            for (path, text) in files {
                let path = home.path().join("texts").join(path);
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, text).unwrap();
            }
            let (out, got) = cunxiang(&["check", "--locales", asked], home.path());
            assert!(out.contains(wanted) && got == exit, "{files:?} {asked}: {got}\n{out}");
        };
        let layout = "a folder of its name, as DIR/bo/health.ftl";
        check(&[], "texts", layout, 1);
        check(&[("bo/ui.ftl", "")], "texts", "error texts: there is no text to look at here", 1);
        check(&[("bo/a.ftl", good)], "texts", "0 errors, 0 warnings", 0);
        check(&[("bo/a.ftl", good), ("b.ftl", good)], "texts", "error texts/b.ftl: it lies in no folder", 1);
        check(&[("deep/bo/a.ftl", good)], "texts", layout, 1);
        check(&[("a.ftl", good)], "texts/a.ftl", layout, 2);
        check(&[("bo/a.ftl", &bad)], "texts/bo", "error texts/bo/a.ftl:1:", 1);
        check(&[("bo/a.ftl", good)], "texts/bo", "0 errors, 0 warnings", 0);
        check(&[("bo/a.ftl", &bad)], "texts/bo/a.ftl", "error texts/bo/a.ftl:1:", 1);
        check(&[("bo/a.ftl", good), ("bo/b.ftl", "x = {")], "texts/bo/a.ftl", "error texts/bo/b.ftl:1:", 1);
        let beside = [("bo/a.ftl", good), ("zh-CN/a.ftl", chinese)];
        check(&beside, "texts/bo", "error texts/bo/a.ftl:1:1: message `call`: its text has no 120", 1);
        check(&beside, "texts/bo/a.ftl", "its text has no 120", 1);
        check(&beside, "texts/zh-CN", "0 errors, 0 warnings", 0);
    }
}
