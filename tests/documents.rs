//! The documents say what the program does: every command and key is described, every link leads somewhere, every
//! message that operators look up is one the program prints.

mod scan;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: impl AsRef<Path>) -> String {
    std::fs::read_to_string(root().join(path)).unwrap()
}

/// Files below a folder with an ending, sorted.
fn below(folder: &str, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn documents() -> Vec<PathBuf> {
    let mut found = below("docs", "md");
    found.extend(
        ["README.md", "README.zh-CN.md", "ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md"]
            .map(|name| root().join(name)),
    );
    found
}

#[test]
fn every_link_leads_somewhere() {
    let mut lost = Vec::new();
    for document in documents() {
        let text = std::fs::read_to_string(&document).unwrap();
        for (i, _) in text.match_indices("](") {
            let link = text[i + 2..].split(')').next().unwrap();
            let file = link.split('#').next().unwrap();
            if link.starts_with("https://") || file.is_empty() {
                continue;
            }
            if !document.parent().unwrap().join(file).exists() {
                lost.push(format!("{}: {link}", document.display()));
            }
        }
    }
    // What messages and comments send people to.
    for source in below("src", "rs") {
        let text = std::fs::read_to_string(&source).unwrap();
        for (i, _) in text.match_indices("docs/").filter(|(i, _)| !text[..*i].ends_with('/')) {
            let link: String =
                text[i..].chars().take_while(|c| c.is_ascii_alphanumeric() || "/.-".contains(*c)).collect();
            if !root().join(link.trim_end_matches('.')).exists() {
                lost.push(format!("{}: {link}", source.display()));
            }
        }
    }
    assert!(lost.is_empty(), "{lost:#?}");
}

#[test]
fn every_document_is_reached_from_the_readme() {
    let mut reached = BTreeSet::new();
    let mut next = vec![root().join("README.md")];
    while let Some(document) = next.pop() {
        let document = document.canonicalize().unwrap();
        if document.is_dir() || !reached.insert(document.clone()) || document.extension().is_none_or(|e| e != "md") {
            if document.is_dir() {
                next.push(document.join("README.md"));
            }
            continue;
        }
        let text = std::fs::read_to_string(&document).unwrap();
        for (i, _) in text.match_indices("](") {
            let link = text[i + 2..].split([')', '#']).next().unwrap();
            if !link.starts_with("https://") && !link.is_empty() {
                next.push(document.parent().unwrap().join(link));
            }
        }
    }
    let unreached: Vec<_> =
        documents().into_iter().filter(|document| !reached.contains(&document.canonicalize().unwrap())).collect();
    assert!(unreached.is_empty(), "{unreached:?}");
}

/// What `help` lists under a heading, the first word of each line.
fn listed(arguments: &[&str], heading: &str) -> Vec<String> {
    let output = Command::new(env!("CARGO_BIN_EXE_cunxiang")).args(arguments).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let lines = text.lines().skip_while(|line| *line != heading).skip(1).take_while(|line| !line.is_empty());
    lines
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .map(|line| line.split_whitespace().next().unwrap().to_owned())
        .filter(|name| name != "help")
        .collect()
}

#[test]
fn every_command_and_option_is_described() {
    let page = read("docs/ref/commands.md");
    let mut missing = Vec::new();
    let commands = listed(&["--help"], "Commands:");
    assert!(commands.len() > 20, "{commands:?}");
    for command in &commands {
        let inner = listed(&[command, "--help"], "Commands:");
        if inner.is_empty() && !page.contains(&format!("`{command}")) {
            missing.push(command.clone());
        }
        missing.extend(
            inner.iter().map(|inner| format!("{command} {inner}")).filter(|both| !page.contains(&format!("`{both}"))),
        );
        let mut pages = vec![vec![command.as_str(), "--help"]];
        pages.extend(inner.iter().map(|inner| vec![command.as_str(), inner.as_str(), "--help"]));
        for arguments in pages {
            let output = Command::new(env!("CARGO_BIN_EXE_cunxiang")).args(&arguments).output().unwrap();
            let text = String::from_utf8(output.stdout).unwrap();
            let options = text
                .split(|c: char| !(c.is_ascii_lowercase() || c == '-'))
                .filter(|word| word.starts_with("--") && word.len() > 2 && !["--help", "--version"].contains(word));
            missing.extend(
                options.filter(|option| !page.contains(option)).map(|o| format!("{} {o}", arguments.join(" "))),
            );
        }
    }
    missing.sort();
    missing.dedup();
    assert!(missing.is_empty(), "docs/ref/commands.md says nothing of {missing:#?}");
}

#[test]
fn every_key_is_described() {
    let pages = [
        ("catalog/county.rs", "county.md"),
        ("catalog/directory.rs", "stations.md chats.md"),
        ("catalog/broadcast.rs", "broadcasts.md"),
        ("catalog/recordings.rs", "recordings.md"),
        ("config/machine.rs", "machine.md"),
        ("config/channels.rs", "machine.md"),
        ("config/link.rs", "machine.md"),
        ("config/loudspeaker.rs", "machine.md"),
        ("config/station.rs", "station.md machine.md"),
    ];
    let mut missing = Vec::new();
    for (source, names) in pages {
        let text = read(Path::new("src").join(source));
        let keys = scan::first_arguments(&text, &["get", "require", "table", "tables", "bounded"]);
        assert!(keys.len() > 3, "{source}: {keys:?}");
        let page: String = names.split(' ').map(|name| read(Path::new("docs/ref").join(name))).collect();
        let is_there = |key: &String| page.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|word| word == key);
        missing.extend(keys.into_iter().filter(|key| !is_there(key)).map(|key| format!("{names}: {key}")));
    }
    assert!(missing.is_empty(), "docs/ref says nothing of {missing:#?}");
}

#[test]
fn every_metric_and_reason_is_described() {
    let metrics = read("docs/ref/metrics.md");
    let source = read("src/cmd/metrics.rs");
    let names = scan::first_arguments(&source, &["put", "register"]);
    assert!(names.len() > 10, "{names:?}");
    let missing: Vec<_> = names.iter().filter(|name| !metrics.contains(&format!("`cunxiang_{name}"))).collect();
    assert!(missing.is_empty(), "{missing:?}");
    let json = read("docs/ref/json.md");
    let source = read("src/rundown/outcome.rs");
    let reasons = source.split("pub enum Reason {").nth(1).unwrap().split("\n}").next().unwrap();
    for name in reasons.lines().filter_map(|line| line.trim().strip_suffix(',')) {
        let mut word = String::new();
        for (i, c) in name.char_indices() {
            if i > 0 && c.is_uppercase() {
                word.push('-');
            }
            word.extend(c.to_lowercase());
        }
        assert!(json.contains(&format!("`{word}`")), "docs/ref/json.md says nothing of {word}");
    }
}

/// The messages that operators look up are still the program's: each piece in the first column stands in the source.
#[test]
fn every_message_of_the_troubleshooting_is_the_programs() {
    let page = read("docs/guide/troubleshooting.md");
    let source: String = below("src", "rs").iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
    let mut looked_up = 0;
    for line in page.lines().filter(|line| line.starts_with("| `")) {
        let column = line.split('|').nth(1).unwrap();
        for piece in column.split('`').skip(1).step_by(2) {
            looked_up += 1;
            // `missed(no-device)` is put together from two words, and a file's name from a place.
            let words: Vec<&str> = match piece.split_once('(') {
                Some((outcome, _)) => vec![outcome],
                None => vec![piece.strip_prefix("config/machine.toml ").unwrap_or(piece)],
            };
            for word in words {
                assert!(source.contains(word), "the program no longer says: {piece}");
            }
        }
    }
    assert!(looked_up > 40);
}
