//! Rendering a notice's text through the catalog against fluent-bundle alone, in interleaved rounds of one run, and
//! against Python's fluent.runtime where `CUNXIANG_BENCH_PYTHON` names a Python that has it.
//!
//! Goal: at least 0.9 times fluent-bundle alone.
#![allow(clippy::disallowed_methods)] // A benchmark reads the real clock.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use cunxiang::base::{Id, Tag};
use cunxiang::catalog::{self, Files, load::Texts};
use cunxiang::lang::{Argument, Arguments, Piece};
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};

const ROUNDS: usize = 9;
const FORMATS: u32 = 40_000;

struct Case {
    name: &'static str,
    message: &'static str,
    arguments: &'static [(&'static str, &'static str)],
}

const CASES: [Case; 2] = [
    Case { name: "plain", message: "wear-mask", arguments: &[] },
    Case { name: "with arguments", message: "hotlines", arguments: &[("phone", "12320")] },
];

fn main() {
    let files = Files::read(Path::new(env!("CARGO_MANIFEST_DIR")), None).expect("the sample is read");
    let catalog = catalog::load(&files, &Texts::new()).catalog.expect("the sample has no fault in config/");
    println!("thousand formats a second, median of {ROUNDS} interleaved rounds (min..max)");
    for tag in ["zh-CN", "bo", "lis"] {
        let raw = raw_bundle(&files, tag);
        let language: Tag = tag.parse().expect("a tag");
        for case in &CASES {
            let message: Id = case.message.parse().expect("an id");
            let arguments: Arguments =
                case.arguments.iter().map(|(k, v)| ((*k).to_owned(), Argument::Text((*v).to_owned()))).collect();
            let pattern = raw.get_message(case.message).and_then(|m| m.value()).expect("the sample has it");
            let (mut ours, mut bare) = (Vec::new(), Vec::new());
            for _ in 0..ROUNDS {
                bare.push(rate(|| {
                    let args = (!case.arguments.is_empty()).then(|| {
                        let mut args = FluentArgs::new();
                        case.arguments.iter().for_each(|(k, v)| args.set(*k, *v));
                        args
                    });
                    let mut errors = Vec::new();
                    black_box(raw.format_pattern(pattern, args.as_ref(), &mut errors).into_owned());
                }));
                ours.push(rate(|| {
                    black_box(catalog.text(&message, &language, Piece::Body, &arguments).expect("it renders"));
                }));
            }
            let ratio = ratios(&ours, &bare);
            println!(
                "{tag:6} {:15} ours {}  fluent-bundle {}  ratio {}",
                case.name,
                row(&ours),
                row(&bare),
                row(&ratio)
            );
        }
    }
    python();
}

fn raw_bundle(files: &Files, tag: &str) -> FluentBundle<Arc<FluentResource>> {
    let mut bundle = FluentBundle::new_concurrent(vec![tag.parse().expect("a tag")]);
    bundle.set_use_isolating(false);
    let texts: BTreeMap<_, _> =
        files.texts.iter().filter(|(path, _)| path.starts_with(&format!("locales/{tag}/"))).collect();
    for text in texts.values() {
        let text = text.text.as_ref().expect("the sample is UTF-8");
        let resource = FluentResource::try_new(text.to_string()).map_err(|(_, e)| e).expect("the sample parses");
        bundle.add_resource(Arc::new(resource)).expect("no message stands twice");
    }
    bundle
}

fn rate(mut work: impl FnMut()) -> f64 {
    let begun = Instant::now();
    (0..FORMATS).for_each(|_| work());
    f64::from(FORMATS) / begun.elapsed().as_secs_f64() / 1000.0
}

fn ratios(ours: &[f64], theirs: &[f64]) -> Vec<f64> {
    ours.iter().zip(theirs).map(|(a, b)| a / b).collect()
}

fn row(values: &[f64]) -> String {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    format!("{:.2} ({:.2}..{:.2})", sorted[sorted.len() / 2], sorted[0], sorted[sorted.len() - 1])
}

fn python() {
    let Some(python) = std::env::var_os("CUNXIANG_BENCH_PYTHON") else {
        println!("fluent.runtime: not measured (CUNXIANG_BENCH_PYTHON is not set)");
        return;
    };
    let script = r#"
import time
from fluent.runtime import FluentBundle, FluentResource
b = FluentBundle(['zh-CN'], use_isolating=False)
b.add_resource(FluentResource(open('locales/zh-CN/epidemic.ftl', encoding='utf-8').read()))
p = b.get_message('wear-mask').value
n = 40000
t = time.perf_counter()
for _ in range(n): b.format_pattern(p, {})
print('fluent.runtime (Python) plain %.0f thousand a second' % (n / (time.perf_counter() - t) / 1000))
"#;
    let output = Command::new(python).args(["-c", script]).current_dir(env!("CARGO_MANIFEST_DIR")).output();
    match output {
        Ok(output) if output.status.success() => print!("{}", String::from_utf8_lossy(&output.stdout)),
        Ok(output) => println!("fluent.runtime: {}", String::from_utf8_lossy(&output.stderr).trim()),
        Err(error) => println!("fluent.runtime: {error}"),
    }
}
