//! What no compiler holds: who may name whom, how long a file may be, what may not stand in one.

mod scan;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use scan::named;

/// Who may name whom (ARCHITECTURE.md). Nobody else may be named; `cmd` assembles, and may name all.
const MAY_NAME: &[(&str, &[&str])] = &[
    ("base", &[]),
    ("lang", &["base"]),
    ("audio", &["base"]),
    ("card", &["base", "lang"]),
    ("store", &["base"]),
    ("rundown", &["base"]),
    ("catalog", &["base", "lang", "audio", "rundown"]),
    ("planner", &["base", "lang", "catalog", "rundown"]),
    ("ledger", &["base", "rundown"]),
    ("outbox", &["base", "rundown", "ledger", "store"]),
    ("link", &["base", "rundown", "ledger", "store"]),
    ("bot", &["base", "lang", "rundown", "ledger"]),
    ("station", &["base", "audio", "rundown", "store"]),
    (
        "county",
        &[
            "base", "lang", "audio", "card", "store", "rundown", "catalog", "planner", "ledger", "outbox", "link",
            "bot", "station",
        ],
    ),
    ("console", &["base", "lang", "audio", "card", "catalog", "planner", "rundown", "ledger", "store", "county"]),
    // The options of the others; which of their parts these are is theirs to say.
    ("config", &["base", "card", "link", "outbox", "station"]),
    (
        "cmd",
        &[
            "base", "lang", "audio", "card", "store", "rundown", "catalog", "planner", "ledger", "outbox", "station",
            "link", "bot", "county", "console", "config",
        ],
    ),
];

/// Crates that stand behind one module or file, so that they can be exchanged there. Paths below `src/`.
const ONLY_IN: &[(&str, &str)] = &[
    ("fluent", "lang/"),
    ("fluent_bundle", "lang/"),
    ("fluent_syntax", "lang/"),
    ("unic_langid", "lang/"),
    ("intl_memoizer", "lang/"),
    ("similar", "lang/difference.rs"),
    ("polib", "lang/exchange/po.rs"),
    ("csv", "lang/exchange/sheet.rs"),
    ("csv", "console/web/sheet.rs"),
    ("symphonia", "audio/"),
    ("opus", "audio/"),
    ("ogg", "audio/"),
    ("ebur128", "audio/"),
    ("rubato", "audio/"),
    ("cosmic_text", "card/"),
    ("krilla", "card/poster.rs"),
    ("png", "card/canvas.rs"),
    ("qrcode", "card/code.rs"),
    ("sqlx", "ledger/"),
    ("cron", "catalog/cron.rs"),
    ("rodio", "station/sink/sound_card.rs"),
    ("cpal", "station/sink/sound_card.rs"),
    ("teloxide", "outbox/channel/telegram.rs"),
    ("reqwest", "outbox/channel/"),
    ("hmac", "outbox/channel/"),
    ("md5", "outbox/channel/"),
    ("teloxide", "bot/telegram.rs"),
    ("libc", "base/box_clock.rs"),
    ("reqwest", "link/"),
    ("ed25519_dalek", "rundown/seal.rs"),
    ("ed25519_dalek", "link/proof.rs"),
    ("toml", "base/table.rs"),
    ("axum", "console/monitor.rs"),
    ("axum", "console/notice/"),
    ("axum", "console/spot/"),
    ("axum", "console/web/"),
    ("maud", "console/"),
    ("axum", "link/"),
    ("axum_server", "link/"),
    ("rustls", "link/"),
    ("rcgen", "link/"),
    ("x509_parser", "link/county/tls.rs"),
    ("webpki_roots", "link/village/tls.rs"),
    ("jwt_compact", "link/proof.rs"),
    ("argon2", "county/keys/approver.rs"),
    ("argon2", "console/web/access/password.rs"),
    ("totp_rs", "console/web/access/code.rs"),
    ("chacha20poly1305", "county/keys/approver.rs"),
    ("rpassword", "cmd/keys.rs"),
    ("anyhow", "cmd/"),
    ("clap", "cmd/"),
    ("anstream", "cmd/"),
    ("indicatif", "cmd/"),
    ("notify", "cmd/passes.rs"),
    ("sd_notify", "cmd/"),
    ("prometheus_client", "cmd/metrics.rs"),
];

/// No file of `src/` is longer, but for those of [`LONG`].
const LINES_MAX: usize = 450;
/// The lines above which a file counts as long; at most one in twelve is.
const LINES_WANTED: usize = 400;
/// Files that are longer, with how long they may be: make the number smaller when the file is, never larger.
const LONG: &[(&str, usize)] = &[];

struct Source {
    /// Below `src/`.
    path: String,
    text: String,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files below `folder`, sorted; build results, data and what git keeps are left out.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if name == ".git" {
                // A folder, or a file that says where the folder is.
            } else if path.is_dir() {
                if !["target", "data"].contains(&name.as_str()) {
                    folders.push(path);
                }
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn sources() -> Vec<Source> {
    let folder = root().join("src");
    files(&folder)
        .into_iter()
        .filter(|path| path.extension().is_some_and(|e| e == "rs"))
        .map(|path| Source {
            text: std::fs::read_to_string(&path).unwrap(),
            path: path.strip_prefix(&folder).unwrap().to_string_lossy().into_owned(),
        })
        .collect()
}

/// `planner/plan.rs` is the module `planner::plan`.
fn module_of(path: &str) -> Vec<&str> {
    let mut parts: Vec<&str> = path.trim_end_matches(".rs").split('/').collect();
    parts.pop_if(|last| ["mod", "lib", "main"].contains(last));
    parts
}

/// What a file names and may not, in words.
fn violations(path: &str, text: &str, station_files: &BTreeSet<String>) -> Vec<String> {
    let module = module_of(path);
    let Some(owner) = module.first() else { return Vec::new() };
    let Some((_, may)) = MAY_NAME.iter().find(|(name, _)| name == owner) else {
        return vec![format!("{path}: `{owner}` is not in the table of tests/tidy.rs")];
    };
    let named = named(&module, text);
    let mut found = Vec::new();
    for other in &named.inside {
        let shown = other.join("::");
        match other.first().map(String::as_str) {
            Some(other) if other == *owner || may.contains(&other) => {}
            Some("*") | None => found.push(format!("{path} names the root as a whole")),
            Some(_) => found.push(format!("{path} names {shown}")),
        }
        let is_inside =
            matches!(&other[..], [first, second, ..] if first == "station" && station_files.contains(second));
        if *owner == "county" && is_inside {
            found.push(format!("{path} names station's inside: {shown}"));
        }
    }
    for (krate, place) in ONLY_IN {
        let elsewhere = ONLY_IN.iter().any(|(other, place)| other == krate && path.starts_with(place));
        if named.outside.contains(*krate) && !elsewhere {
            found.push(format!("{path} names the crate {krate}, which stands behind {place}"));
        }
    }
    found
}

fn station_files() -> BTreeSet<String> {
    let names = std::fs::read_dir(root().join("src/station")).unwrap();
    names.map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned()).collect()
}

#[test]
fn modules_name_only_whom_they_may() {
    let inside = station_files();
    let found: Vec<String> =
        sources().iter().flat_map(|source| violations(&source.path, &source.text, &inside)).collect();
    assert!(found.is_empty(), "who may name whom (ARCHITECTURE.md):\n{}", found.join("\n"));
}

#[test]
fn the_table_is_of_the_modules_there_are() {
    let text = std::fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let declared: BTreeSet<&str> =
        text.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    let table: BTreeSet<&str> = MAY_NAME.iter().map(|(name, _)| *name).collect();
    assert_eq!(declared, table);
    // A module named by one it may name would be a circle.
    for (name, may) in MAY_NAME {
        for other in *may {
            let (_, back) = MAY_NAME.iter().find(|(found, _)| found == other).expect("the table names its own rows");
            assert!(!back.contains(name), "{name} and {other} may name each other");
        }
    }
}

#[test]
fn a_wrong_name_is_found() {
    let inside = station_files();
    let check = |path: &str, text: &str, wanted: &str| {
        let found = violations(path, text, &inside).join("; ");
        assert_eq!(found, wanted, "{path}: {text}");
    };
    check("planner/plan.rs", "use crate::ledger::Ledger;", "planner/plan.rs names ledger::Ledger");
    check("planner/plan.rs", "fn f() { let x = crate::ledger::open(); }", "planner/plan.rs names ledger::open");
    check("planner/plan.rs", "use super::super::ledger::Row;", "planner/plan.rs names ledger::Row");
    check("planner/mod.rs", "use super::ledger;", "planner/mod.rs names ledger");
    check("planner/mod.rs", "mod tests { use super::super::ledger; }", "planner/mod.rs names ledger");
    check("planner/mod.rs", "mod tests { use super::plan; } use super::base::Id;", "");
    check("planner/plan.rs", "use crate::{base::{Id, Tag}, ledger as l, catalog::*};", "planner/plan.rs names ledger");
    check("planner/plan.rs", "use crate::{self as all};", "planner/plan.rs names the root as a whole");
    check("planner/plan.rs", "use crate::*;", "planner/plan.rs names the root as a whole");
    check("planner/plan.rs", "// use crate::ledger;\n/* crate::ledger::A /* */ */ /// crate::ledger", "");
    check("planner/plan.rs", "const A: &str = \"crate::ledger::B \\\" crate::ledger\";", "");
    check("planner/plan.rs", "const A: &str = r#\"crate::ledger \" \"#; pub(crate) fn f() {}", "");
    check("planner/plan.rs", "fn f<'a>(c: &'a char) -> bool { *c == '\"' || *c == '\\'' } use crate::base;", "");
    check(
        "planner/plan.rs",
        "use fluent_bundle::FluentArgs;",
        "planner/plan.rs names the crate fluent_bundle, which stands behind lang/",
    );
    check("catalog/broadcast.rs", "use crate::catalog::cron; fn f() { cron::check(t) }", "");
    check(
        "catalog/load.rs",
        "fn f() { cron::Schedule::from_str(t) }",
        "catalog/load.rs names the crate cron, which stands behind catalog/cron.rs",
    );
    check(
        "county/mod.rs",
        "use crate::station::{Running, player::Player};",
        "county/mod.rs names station's inside: station::player::Player",
    );
    check("newcomer/mod.rs", "", "newcomer/mod.rs: `newcomer` is not in the table of tests/tidy.rs");
}

#[test]
fn nothing_is_left_undone() {
    let marks = ["todo!", "unimplemented!", "TO\u{44}O", "FIX\u{4D}E", "#[ignore"];
    let mut found = Vec::new();
    for folder in ["src", "tests", "benches"] {
        for path in files(&root().join(folder)) {
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            let is_here = path.ends_with("tests/tidy.rs");
            for (i, line) in text.lines().enumerate().filter(|(_, line)| !is_here || !line.contains("let marks")) {
                if marks.iter().any(|mark| line.contains(mark)) {
                    found.push(format!("{}:{}: {line}", path.display(), i + 1));
                }
            }
        }
    }
    assert!(found.is_empty(), "left undone:\n{}", found.join("\n"));
}

#[test]
fn every_file_says_what_it_is_for() {
    let silent: Vec<String> = sources()
        .into_iter()
        .filter(|source| source.path != "main.rs" && !source.text.starts_with("//! "))
        .map(|source| source.path)
        .collect();
    assert!(silent.is_empty(), "begin with `//!`, what it is for: {silent:?}");
}

#[test]
fn files_are_short() {
    let long: BTreeMap<&str, usize> = LONG.iter().copied().collect();
    let sources = sources();
    let mut above = 0;
    for source in &sources {
        let lines = source.text.lines().count();
        let max = long.get(source.path.as_str()).copied().unwrap_or(LINES_MAX);
        assert!(lines <= max, "{} has {lines} lines, more than {max}: part it where its subject changes", source.path);
        above += usize::from(lines > LINES_WANTED);
    }
    assert!(above * 12 <= sources.len(), "{above} of {} files have more than {LINES_WANTED} lines", sources.len());
    for (path, _) in LONG {
        assert!(sources.iter().any(|source| source.path == *path), "{path} is no more: take it out of LONG");
    }
}

#[test]
fn no_file_names_a_place_of_one_machine() {
    // Written so that this file is not its own fault.
    let places = ["/ho\u{6D}e/", "/ro\u{6F}t/", "/wo\u{72}k/", "/Us\u{65}rs/"];
    let mut found = Vec::new();
    for path in files(root()) {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        for (i, line) in text.lines().enumerate() {
            if places.iter().any(|place| line.contains(place)) {
                found.push(format!("{}:{}: {line}", path.display(), i + 1));
            }
        }
    }
    assert!(found.is_empty(), "places of one machine:\n{}", found.join("\n"));
}
