//! `cunxiang check`: every fault of every file, before anything airs.

use anyhow::Context;

use crate::base::problem::Place as At;
use crate::base::{Problem, Severity};
use crate::catalog::{self, Files, Loaded, load::Texts};
use crate::cmd::{FAULTS, FINE, Format, Place, page};

#[derive(clap::Args)]
pub struct Args {
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

pub fn run(place: &Place, args: &Args) -> anyhow::Result<u8> {
    let files = read(place)?;
    let Loaded { catalog, mut problems, .. } = catalog::load(&files, &Texts::new());
    problems.extend(clips_that_do_not_decode(place, &files));
    problems.sort();
    let errors = problems.iter().filter(|problem| problem.severity == Severity::Error).count();
    if args.format == Format::Json {
        println!("{}", serde_json::to_string_pretty(&problems)?);
    } else {
        page::problems(&problems);
        let warnings = page::count(problems.len() - errors, "warning");
        anstream::println!("{}, {warnings}", page::count(errors, "error"));
        if let Some(catalog) = catalog {
            let (stations, chats) = (catalog.stations.len(), catalog.chats.len());
            anstream::println!(
                "{} in {} for {} and {}",
                page::count(catalog.broadcasts.len(), "broadcast"),
                page::count(crate::lang::LANGUAGES.len(), "language"),
                page::count(stations, "station"),
                page::count(chats, "chat")
            );
        }
    }
    Ok(if errors > 0 { FAULTS } else { FINE })
}

/// Reads the content folder.
///
/// Errors: there is none, or it cannot be listed.
pub fn read(place: &Place) -> anyhow::Result<Files> {
    let home = &place.home;
    if !home.join("config").is_dir() {
        anyhow::bail!("there is no config/ in {}; go to the county's folder, or name it with --home", home.display());
    }
    Files::read(home, None).with_context(|| format!("{} cannot be read", home.display()))
}

/// Decodes every clip to its end: the load looks at the container only.
pub fn clips_that_do_not_decode(place: &Place, files: &Files) -> Vec<Problem> {
    let readable = files.clips.iter().filter(|(_, clip)| clip.facts.is_ok());
    let bar = progress(readable.clone().count(), "decoding clips");
    let problems = readable
        .filter_map(|(path, _)| {
            bar.inc(1);
            let bytes = std::fs::read(place.home.join(&**path)).ok()?;
            let why = crate::audio::verify(&bytes).err()?.to_string();
            let (what, help) = why.split_once("; ").unwrap_or((&why, "import the recording again"));
            Some(Problem::error("bad-clip", At::file(path), what, help))
        })
        .collect();
    bar.finish_and_clear();
    problems
}

/// A bar for long work, on a terminal only.
pub fn progress(steps: usize, what: &'static str) -> indicatif::ProgressBar {
    let bar = indicatif::ProgressBar::new(steps as u64).with_message(what);
    bar.with_style(
        indicatif::ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len}").expect("the template is right"),
    )
}
