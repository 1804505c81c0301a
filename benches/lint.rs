//! Lint and render of 10,000 messages in three languages against compare-locales (Mozilla's, PyPI), in interleaved rounds
//! of one run, where `CUNXIANG_BENCH_PYTHON` names a Python that has it. compare-locales checks less: ids, syntax,
//! references, and what it calls unchanged; it renders nothing.
//!
//! Goal: at least 10 times as fast. Neither's start is counted, both read the same files from the disk.
#![allow(clippy::disallowed_methods)] // A benchmark reads the real clock.

use std::fmt::Write;
use std::hint::black_box;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use cunxiang::lang::lint::{self, sample_arguments};
use cunxiang::lang::{Bundle, LANGUAGES, Piece, Topic};

const ROUNDS: usize = 5;
const MESSAGES: usize = 10_000;
const MESSAGES_IN_FILE: usize = 100;

/// Times a comparison by its own command's code, imports apart; prints seconds and what it counted.
const PYTHON: &str = r#"
import contextlib, io, time
from compare_locales.commands import CompareLocales
out = io.StringIO()
begun = time.perf_counter()
with contextlib.redirect_stdout(out):
    status = CompareLocales().handle(config_paths=['l10n.toml'], l10n_base_dir='.', locales=['bo', 'lis'])
seconds = time.perf_counter() - begun
print(seconds)
print(out.getvalue())
"#;

const CONFIG: &str = "basepath = \".\"\nlocales = [\"bo\", \"lis\"]\n\
                      [[paths]]\nreference = \"zh-CN/**\"\nl10n = \"{l10n_base}/{locale}/**\"\n";

fn main() {
    let folder = tempfile::tempdir().expect("a folder for the texts");
    let messages = write_texts(folder.path());
    println!(
        "{messages} messages in {} languages, seconds, median of {ROUNDS} interleaved rounds (min..max)",
        LANGUAGES.len()
    );
    let python = std::env::var_os("CUNXIANG_BENCH_PYTHON");
    let (mut ours, mut linted, mut theirs) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let begun = Instant::now();
        let bundles = lint_all(folder.path());
        linted.push(begun.elapsed().as_secs_f64());
        let rendered = render_all(&bundles);
        ours.push(begun.elapsed().as_secs_f64());
        assert!(rendered >= messages * LANGUAGES.len() * 3, "{rendered}");
        theirs.extend(python.as_ref().and_then(|python| compare_locales(python, folder.path(), round == 0)));
    }
    println!("read, parse, lint  {}", row(&linted));
    println!("... and render     {}", row(&ours));
    if theirs.is_empty() {
        println!("compare-locales: not measured (CUNXIANG_BENCH_PYTHON names no Python that has it)");
        return;
    }
    println!("compare-locales    {}", row(&theirs));
    let ratios: Vec<f64> = theirs.iter().zip(&ours).map(|(theirs, ours)| theirs / ours).collect();
    println!("times as fast      {}", row(&ratios));
}

/// The sample's messages over and over, each time under new ids. Returns how many.
fn write_texts(folder: &Path) -> usize {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("locales");
    let mut count = 0;
    for language in LANGUAGES {
        let mut sources: Vec<String> = Vec::new();
        let entries = std::fs::read_dir(sample.join(language.tag)).expect("the sample is there");
        let mut paths: Vec<_> = entries.map(|entry| entry.expect("the sample is listed").path()).collect();
        paths.sort();
        for path in paths.iter().filter(|path| path.file_name().is_some_and(|name| name != "ui.ftl")) {
            let text = std::fs::read_to_string(path).expect("the sample is read");
            let topic = Topic::parse("sample.ftl", &text).map_err(|_| ()).expect("the sample parses");
            sources.extend(topic.entries().iter().map(|entry| entry.source.to_string()));
        }
        let below = folder.join(language.tag);
        std::fs::create_dir(&below).expect("a folder for a language");
        for file in 0..MESSAGES / MESSAGES_IN_FILE {
            let mut text = String::new();
            for i in 0..MESSAGES_IN_FILE {
                let source = &sources[(file * MESSAGES_IN_FILE + i) % sources.len()];
                writeln!(text, "# A message.\nm-{file}-{i}-{source}\n").expect("a text grows");
            }
            std::fs::write(below.join(format!("topic-{file}.ftl")), text).expect("a file is written");
        }
        count = MESSAGES;
    }
    std::fs::write(folder.join("l10n.toml"), CONFIG).expect("a file is written");
    count
}

fn lint_all(folder: &Path) -> Vec<Bundle> {
    let mut bundles = Vec::new();
    for language in LANGUAGES {
        let mut topics = Vec::new();
        for entry in std::fs::read_dir(folder.join(language.tag)).expect("the folder was made") {
            let path = entry.expect("the folder is listed").path();
            let text = std::fs::read_to_string(&path).expect("the file was written");
            topics.push(Arc::new(Topic::parse(&path.to_string_lossy(), &text).map_err(|_| ()).expect("it parses")));
        }
        let (bundle, problems) = Bundle::build(language, &topics);
        assert!(problems.is_empty(), "{problems:?}");
        bundles.push(bundle);
    }
    for bundle in &bundles {
        let problems = lint::lint(bundle, bundles.first());
        assert!(problems.is_empty(), "{problems:?}");
    }
    bundles
}

/// Renders every text of every message, as a post and a recording would. Returns how many.
fn render_all(bundles: &[Bundle]) -> usize {
    let mut rendered = 0;
    for bundle in bundles {
        for entry in bundle.entries() {
            for (name, piece) in
                [("", Piece::Body), ("title", Piece::Title), ("short", Piece::Short), ("voice", Piece::Spoken)]
            {
                let Some(pattern) = entry.patterns.get(name) else { continue };
                let text = bundle.render(entry.id.as_str(), piece, &sample_arguments(pattern));
                black_box(text.expect("what has no fault renders"));
                rendered += 1;
            }
        }
    }
    rendered
}

fn compare_locales(python: &std::ffi::OsStr, folder: &Path, tell: bool) -> Option<f64> {
    let output = Command::new(python).args(["-c", PYTHON]).current_dir(folder).output().ok()?;
    let out = String::from_utf8_lossy(&output.stdout);
    let seconds = out.lines().next().and_then(|line| line.parse().ok());
    if tell && seconds.is_none() {
        println!("compare-locales: {}", String::from_utf8_lossy(&output.stderr).trim());
    } else if tell {
        // Its summary is a row of words and counts a language; what it says of single messages stands above.
        let is_count = |line: &&str| {
            let words: Vec<&str> = line.split_whitespace().collect();
            words.len() == 2 && words[1].parse::<u64>().is_ok()
        };
        let counted: Vec<&str> = out.lines().skip(1).map(str::trim).filter(is_count).collect();
        println!("compare-locales counted: {}", counted.join(", "));
    }
    seconds
}

fn row(values: &[f64]) -> String {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    format!("{:.3} ({:.3}..{:.3})", sorted[sorted.len() / 2], sorted[0], sorted[sorted.len() - 1])
}
