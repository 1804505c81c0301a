//! What the commands print, held against files: a folder a case.
//!
//! A case is a small home. It is laid over `tests/golden/base`, a county without faults, and the clips its recordings
//! name are borrowed from the sample. Each line of its `commands` is run on it: `rm PATH` takes a file away, anything
//! else is a command line of the real binary. What is printed for people stands in `expect.txt`; the JSON of the n-th
//! command that prints it in `expect.json`, `expect.2.json` and so on. `UPDATE_EXPECT=1` writes them anew.

mod scan;

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// Rules that need an order, and so a ledger: the planner's own tests hold them.
const RULES_OF_ORDERS: [&str; 4] = ["idle-order", "held-order", "changed-order", "unsigned-language"];
/// Rules of a file that comes back from translators: `locale import` prints them for people alone.
const RULES_OF_IMPORTS: [&str; 5] = ["exchange-syntax", "layout", "emptied", "no-answers", "whose-words"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn cunxiang(home: &Path, arguments: &[String]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cunxiang"));
    command.arg("--home").arg(home).args(arguments).env("NO_COLOR", "1").env_remove("RUST_LOG");
    command.output().unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Puts the files of one folder over those of another.
fn lay_over(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for name in names(from) {
        let (from, to) = (from.join(&name), to.join(&name));
        if from.is_dir() {
            lay_over(&from, &to);
        } else {
            std::fs::copy(&from, &to).unwrap();
        }
    }
}

/// Copies the clips that the recordings name and the case does not bring itself.
fn borrow_clips(home: &Path) {
    let Ok(recordings) = std::fs::read_to_string(home.join("broadcasts/recordings.toml")) else { return };
    std::fs::create_dir_all(home.join("broadcasts/clips")).unwrap();
    for line in recordings.lines() {
        let Some(file) = line.strip_prefix("file = \"").and_then(|rest| rest.strip_suffix('"')) else { continue };
        let (from, to) = (root().join("broadcasts").join(file), home.join("broadcasts").join(file));
        if from.is_file() && !to.exists() {
            std::fs::copy(from, to).unwrap();
        }
    }
}

/// Splits a command line at spaces; what stands in double quotes is one argument.
fn arguments(line: &str) -> Vec<String> {
    let parts = line.split('"').enumerate();
    let words = parts.flat_map(|(i, part)| {
        let quoted: Vec<String> =
            if i % 2 == 1 { vec![part.to_owned()] } else { part.split_whitespace().map(str::to_owned).collect() };
        quoted
    });
    words.collect()
}

/// Whether `got` is what the file says, or what is different.
fn hold(file: &Path, got: &str) -> Option<String> {
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(file, got).unwrap();
        return None;
    }
    let wanted = std::fs::read_to_string(file).unwrap_or_default();
    let different = wanted.lines().zip(got.lines()).position(|(a, b)| a != b);
    (wanted != got).then(|| {
        let line = different.unwrap_or_else(|| wanted.lines().count().min(got.lines().count()));
        let at = |text: &str| text.lines().nth(line).unwrap_or("(nothing)").to_owned();
        format!("{}:{}\n  wanted {}\n  got    {}", file.display(), line + 1, at(&wanted), at(got))
    })
}

/// Runs a case, and tells what differs.
fn run(case: &Path) -> Vec<String> {
    let home = tempfile::tempdir().unwrap();
    lay_over(&root().join("tests/golden/base"), home.path());
    lay_over(case, home.path());
    borrow_clips(home.path());
    let commands = std::fs::read_to_string(case.join("commands")).unwrap();
    let mut told = String::new();
    let mut different = Vec::new();
    let mut jsons = 0;
    for line in commands.lines() {
        if let Some(path) = line.strip_prefix("rm ") {
            std::fs::remove_file(home.path().join(path)).unwrap();
            continue;
        }
        let output = cunxiang(home.path(), &arguments(line));
        let shown =
            |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap().replace(home.path().to_str().unwrap(), "HOME");
        let (out, err) = (shown(&output.stdout), shown(&output.stderr));
        writeln!(told, "$ cunxiang {line}").unwrap();
        if line.contains("--format json") {
            jsons += 1;
            let rows: Value = serde_json::from_str(&out).unwrap_or_else(|error| panic!("{line}: {error}: {out}{err}"));
            assert!(rows.is_array(), "{line}");
            let name = if jsons == 1 { "expect.json".to_owned() } else { format!("expect.{jsons}.json") };
            different.extend(hold(&case.join(name), &out));
        } else {
            told += &out;
        }
        told += &err;
        writeln!(told, "exit {}\n", output.status.code().unwrap()).unwrap();
    }
    different.extend(hold(&case.join("expect.txt"), &told));
    different
}

fn cases() -> Vec<PathBuf> {
    let folder = root().join("tests/golden");
    names(&folder).into_iter().filter(|name| name != "base").map(|name| folder.join(name)).collect()
}

#[test]
fn every_case_prints_what_it_should() {
    let different: Vec<String> = cases().iter().flat_map(|case| run(case)).collect();
    assert!(different.is_empty(), "UPDATE_EXPECT=1 writes these anew:\n{}", different.join("\n"));
}

/// The names of rules in the source: the first argument of every call that makes a fault.
fn rules() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders = vec![root().join("src")];
    while let Some(folder) = folders.pop() {
        for name in names(&folder) {
            let path = folder.join(&name);
            if path.is_dir() {
                folders.push(path);
            } else if name.ends_with(".rs") && !name.starts_with("tests") {
                let text = std::fs::read_to_string(&path).unwrap();
                let mut rules = scan::first_arguments(&text, &["error", "warning", "fault", "tell"]);
                if name == "table.rs" {
                    rules.insert(cunxiang::base::table::SYNTAX.to_owned());
                }
                let is_rule = |rule: &String| rule.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
                found.extend(rules.into_iter().filter(is_rule));
            }
        }
    }
    found
}

#[test]
fn every_rule_has_a_case() {
    let mut shown = BTreeSet::new();
    for case in cases() {
        for name in names(&case).into_iter().filter(|name| name.starts_with("expect") && name.ends_with("json")) {
            let rows: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(case.join(name)).unwrap()).unwrap();
            shown.extend(rows.iter().filter_map(|row| row["rule"].as_str()).map(str::to_owned));
        }
    }
    // Rules about texts are a table with a folder each in tests/lint.
    let of_texts: BTreeSet<String> = cunxiang::lang::lint::rules().map(|rule| rule.id.to_owned()).collect();
    let rules: BTreeSet<String> = rules().union(&of_texts).cloned().collect();
    assert!(rules.len() > 40, "the scanner finds the rules: {rules:?}");
    let elsewhere = [&RULES_OF_ORDERS[..], &RULES_OF_IMPORTS].concat();
    let is_elsewhere = |rule: &String| of_texts.contains(rule) || elsewhere.contains(&rule.as_str());
    let silent: Vec<&String> = rules.iter().filter(|rule| !shown.contains(*rule) && !is_elsewhere(rule)).collect();
    assert!(silent.is_empty(), "no case of tests/golden shows {silent:?}");
    let unknown: Vec<&String> = shown.difference(&rules).collect();
    assert!(unknown.is_empty(), "the scanner misses {unknown:?}");
}

#[test]
fn every_fault_says_what_and_what_to_do() {
    for case in cases() {
        for name in names(&case).into_iter().filter(|name| name.starts_with("expect") && name.ends_with("json")) {
            let rows: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(case.join(name)).unwrap()).unwrap();
            for row in rows.iter().filter(|row| row["rule"].is_string()) {
                let text = |key: &str| row[key].as_str().unwrap().to_owned();
                assert!(!text("file").is_empty() && text("message").len() > 8 && text("help").len() > 8, "{row}");
                assert!(["error", "warning"].contains(&text("severity").as_str()), "{row}");
                assert_eq!(row["line"] == 0, row["column"] == 0, "{row}");
            }
        }
    }
}

#[test]
fn a_reader_that_has_gone_is_no_fault() {
    let lines: [&[&str]; 7] = [
        &["plan", "--days", "14", "--format", "json"],
        &["plan", "--days", "14"],
        &["check"],
        &["check", "--format", "json"],
        &["show", "wear-mask"],
        &["clip", "list"],
        &["completions", "bash"],
    ];
    for arguments in lines {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = Command::new(env!("CARGO_BIN_EXE_cunxiang"));
        command.arg("--home").arg(root()).args(arguments).stdout(writer);
        let output = command.output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && !told.contains("panicked"), "{arguments:?}: {}\n{told}", output.status);
    }
}

/// The repository's own county: everything the sample is there to show.
mod sample {
    use super::*;

    fn json(arguments: &[&str]) -> (Vec<Value>, i32) {
        let arguments: Vec<String> = arguments.iter().map(ToString::to_string).collect();
        let output = cunxiang(root(), &arguments);
        let rows = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
        (rows, output.status.code().unwrap())
    }

    fn toml(path: &str) -> toml::Table {
        std::fs::read_to_string(root().join(path)).unwrap().parse().unwrap()
    }

    #[test]
    fn has_no_error_and_hides_no_stand_in() {
        // The dates of a sample may not run out: looked at in other years, too.
        for from in ["2026-11-23", "2027-07-15", "2031-02-28"] {
            let (problems, exit) = json(&["check", "--from", from, "--format", "json"]);
            let errors: Vec<_> = problems.iter().filter(|problem| problem["severity"] == "error").collect();
            assert!(errors.is_empty() && exit == 0, "{from}: {errors:#?}");
            let warned: BTreeSet<u64> =
                problems.iter().filter(|p| p["rule"] == "stand-in").map(|p| p["line"].as_u64().unwrap()).collect();
            // Single instants are over some day; nothing else of the sample is.
            let is_over = |p: &Value| p["rule"] == "no-airing" && p["file"] == "broadcasts/vaccination.toml";
            let others: Vec<_> = problems.iter().filter(|p| p["rule"] != "stand-in" && !is_over(p)).collect();
            assert!(others.is_empty(), "{from}: {others:#?}");
            let recordings = toml("broadcasts/recordings.toml");
            let recordings = recordings["recording"].as_array().unwrap();
            assert!(recordings.iter().all(|recording| recording["kind"].as_str() != Some("person")));
            assert_eq!(warned.len(), recordings.len(), "every recording not made by a person is warned of");
        }
    }

    #[test]
    fn shows_every_kind_of_schedule() {
        let mut seen = BTreeSet::new();
        let mut broadcasts = 0;
        for name in names(&root().join("broadcasts")) {
            if !name.ends_with(".toml") || name == "recordings.toml" {
                continue;
            }
            broadcasts += 1;
            let broadcast = toml(&format!("broadcasts/{name}"));
            seen.insert(broadcast["class"].as_str().unwrap().to_owned());
            if let Some(when) = broadcast.get("when").and_then(toml::Value::as_table) {
                seen.extend(when.keys().cloned());
                let times = when.get("at").and_then(toml::Value::as_array).into_iter().flatten();
                seen.extend(
                    times.map(|time| if time.as_str().unwrap().contains(':') { "time" } else { "slot" }.into()),
                );
            }
        }
        assert!(broadcasts >= 6, "{broadcasts}");
        let wanted = ["daily", "drill", "emergency", "at", "days", "cron", "on", "from", "except", "time", "slot"];
        let missing: Vec<_> = wanted.iter().filter(|kind| !seen.contains(**kind)).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }

    #[test]
    fn is_as_large_as_a_county() {
        let stations = toml("config/stations.toml");
        assert_eq!(stations["township"].as_array().unwrap().len(), 8);
        assert!(stations["station"].as_array().unwrap().len() >= 40);
        let clips: u64 = names(&root().join("broadcasts/clips"))
            .iter()
            .map(|name| root().join("broadcasts/clips").join(name).metadata().unwrap().len())
            .sum();
        assert!(clips < 3_000_000, "{clips} bytes of audio");
        let messages = |language: &str| -> BTreeSet<String> {
            let folder = root().join("locales").join(language);
            let files = names(&folder).into_iter().filter(|name| name != "ui.ftl");
            let texts = files.map(|name| std::fs::read_to_string(folder.join(name)).unwrap());
            let ids = texts.flat_map(|text| {
                let lines = text.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()));
                lines.filter_map(|line| Some(line.split_once(" =")?.0.to_owned())).collect::<Vec<_>>()
            });
            ids.collect()
        };
        let source = messages("zh-CN");
        assert!(source.len() >= 16, "{}", source.len());
        for language in ["bo", "lis"] {
            assert_eq!(messages(language), source, "{language}");
            for name in names(&root().join("locales").join(language)).iter().filter(|name| *name != "ui.ftl") {
                let text = std::fs::read_to_string(root().join("locales").join(language).join(name)).unwrap();
                assert!(text.starts_with("### review = \"draft\"\n"), "{language}/{name} is a draft");
            }
        }
    }

    #[test]
    fn has_the_words_of_the_program_in_every_language() {
        let words = |language: &str| -> BTreeSet<String> {
            let text = std::fs::read_to_string(root().join("locales").join(language).join("ui.ftl")).unwrap();
            let ids = text.lines().filter(|line| line.starts_with("ui-"));
            ids.map(|line| line.split_whitespace().next().unwrap().to_owned()).collect()
        };
        let source = words("zh-CN");
        assert!(!source.is_empty());
        assert_eq!(words("en"), source);
        // Alarms go to those on duty, in Chinese.
        let of_residents = source.iter().filter(|id| !id.starts_with("ui-alarm-")).cloned().collect();
        for language in ["bo", "lis"] {
            assert_eq!(words(language), of_residents, "{language}");
        }
    }
}
