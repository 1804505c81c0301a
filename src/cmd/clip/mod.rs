//! `cunxiang clip`: imports recordings, lists them, notes who listened, verifies the clips.

mod import;
mod listened;

use std::path::Path;

use anyhow::{Context, bail};
use toml_edit::DocumentMut;

use crate::audio;
use crate::base::Tag;
use crate::catalog::{self, load::Texts};
use crate::cmd::{FAULTS, FINE, Place, check, page};

#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Make a clip of a recording and bind it to the text that was read
    Import(Box<import::Import>),
    /// Note that a second person heard a clip and found it right
    Listened(listened::Listened),
    /// Print every recording and what it is bound to
    List,
    /// Decode every clip and hold it against broadcasts/recordings.toml
    Verify,
}

pub fn run(place: &Place, args: &Args) -> anyhow::Result<u8> {
    match &args.command {
        Command::Import(args) => import::run(place, args),
        Command::Listened(args) => listened::run(place, args),
        Command::List => list(place),
        Command::Verify => verify(place),
    }
}

/// `recordings.toml` as it stands, comments and all; empty when there is none yet.
fn document(path: &Path) -> anyhow::Result<DocumentMut> {
    let written = std::fs::read_to_string(path).or_else(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Ok(String::new()),
        _ => Err(error),
    });
    written
        .with_context(|| format!("{} cannot be read", path.display()))?
        .parse()
        .with_context(|| format!("{} cannot be read; mend it first", path.display()))
}

/// Whoever spoke hears what was meant to be said: it takes somebody else to hear what was said.
fn heard_by_another(speaker: Option<&str>, listener: &str) -> anyhow::Result<()> {
    if speaker.is_some_and(|speaker| speaker.trim().eq_ignore_ascii_case(listener.trim())) {
        bail!("{listener} is the speaker; somebody else who knows the language listens to it");
    }
    Ok(())
}

fn list(place: &Place) -> anyhow::Result<u8> {
    let files = check::read(place)?;
    let loaded = catalog::load(&files, &Texts::new());
    let Some(catalog) = loaded.catalog else {
        page::problems(&loaded.problems);
        return Ok(FAULTS);
    };
    let seconds = |frames: u64| format!("{:.1}", frames as f64 / f64::from(audio::RATE));
    let mut rows: Vec<Vec<String>> = Vec::new();
    for (id, chime) in &catalog.recordings.chimes {
        rows.push(vec![
            format!("chime {id}"),
            String::new(),
            String::new(),
            String::new(),
            String::new(),
            String::new(),
            seconds(chime.frames),
            chime.file.clone(),
        ]);
    }
    for recording in &catalog.recordings.recordings {
        rows.push(vec![
            recording.message.to_string(),
            recording.language.to_string(),
            recording.voice.as_ref().map(Tag::to_string).unwrap_or_default(),
            recording.kind.word().to_owned(),
            recording.speaker.clone().unwrap_or_default(),
            recording.listened_by.clone().unwrap_or_default(),
            seconds(recording.frames),
            recording.file.clone(),
        ]);
    }
    page::table(&["MESSAGE", "LANGUAGE", "VOICE", "KIND", "SPEAKER", "LISTENED", "SECONDS", "FILE"], &rows);
    Ok(FINE)
}

fn verify(place: &Place) -> anyhow::Result<u8> {
    let files = check::read(place)?;
    let mut problems = catalog::load(&files, &Texts::new()).problems;
    problems.retain(|problem| ["missing-clip", "bad-clip", "other-clip"].contains(&problem.rule));
    problems.extend(check::clips_that_do_not_decode(place, &files));
    page::problems(&problems);
    anstream::println!(
        "{} looked at, {}",
        page::count(files.clips.len(), "clip"),
        page::count(problems.len(), "fault")
    );
    Ok(if problems.is_empty() { FINE } else { FAULTS })
}
