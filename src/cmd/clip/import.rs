//! `cunxiang clip import`: makes a clip of a recording and binds it to the text that was read. The only place where
//! anything is encoded.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use toml_edit::DocumentMut;

use crate::audio::{self, Imported, Limits, Progress};
use crate::base::{Clock, Digest, Id, Tag, clock::RealClock, durable};
use crate::catalog::binding::{Binding, Sound, clip_file, entries, file_of, put_chime};
use crate::catalog::coverage::length::{Paces, Reading};
use crate::catalog::{self, Broadcast, Catalog, Kind, load::Texts, recordings};
use crate::cmd::clip::{document, heard_by_another};
use crate::cmd::{FAULTS, FINE, Place, check, page};
use crate::lang::{Language, Piece, bundle::argument_of, voice};

#[derive(clap::Args)]
pub struct Import {
    /// The recording: wav, mp3, m4a, aac, flac, ogg or webm
    file: PathBuf,
    /// The message that was read
    #[arg(long, required_unless_present = "chime", requires = "language")]
    message: Vec<Id>,
    /// The language it was read in
    #[arg(long)]
    language: Option<String>,
    /// The dialect it was read in, such as khg for Khams Tibetan
    #[arg(long)]
    voice: Option<Tag>,
    /// The broadcast whose arguments were read; needed when the text has variables
    #[arg(long)]
    broadcast: Option<Id>,
    /// Values for variables that were read
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = argument_of)]
    set: Vec<(String, crate::lang::Argument)>,
    /// Import it as a chime of this name, not as a message
    #[arg(long, conflicts_with_all = ["message", "broadcast", "set", "voice"])]
    chime: Option<Id>,
    /// What it is: a person's voice, a machine's, or a tone that holds the place
    #[arg(long, default_value = "person", value_parser = ["person", "synthetic", "placeholder"])]
    kind: String,
    /// Who speaks
    #[arg(long)]
    speaker: Option<String>,
    /// Who listened to the clip and found it right
    #[arg(long)]
    listened_by: Option<String>,
    /// The day it was recorded [default: today]
    #[arg(long)]
    date: Option<chrono::NaiveDate>,
    /// Do not keep the file that was imported
    #[arg(long)]
    no_original: bool,
}

pub fn run(place: &Place, args: &Import) -> anyhow::Result<u8> {
    let files = check::read(place)?;
    let loaded = catalog::load(&files, &Texts::new());
    let Some(catalog) = loaded.catalog else {
        page::problems(&loaded.problems);
        return Ok(FAULTS);
    };
    if let Some(listener) = &args.listened_by {
        heard_by_another(args.speaker.as_deref(), listener)?;
    }
    let today = today(&catalog);
    if let Some(date) = args.date.filter(|date| *date > today) {
        bail!("--date {date} is in the future, and today is {today}: write the day it was recorded");
    }
    // Bound first: nobody should wait for an import that has no place to go.
    let bindings = bindings(&catalog, args)?;
    let imported = make_clip(&args.file)?;
    let path = place.home.join(recordings::PATH);
    let mut document = document(&path)?;
    let file = keep_clip(place, args, &document, &bindings, &imported)?;
    let original = if args.no_original { None } else { Some(keep_original(place, &args.file)?) };
    let sound = Sound {
        file: &file,
        facts: &imported.facts,
        kind: &args.kind,
        speaker: args.speaker.as_deref(),
        listened_by: args.listened_by.as_deref(),
        original: original.as_deref(),
        date: args.date.unwrap_or(today),
    };
    if let Some(chime) = &args.chime {
        put_chime(&mut document, chime, &sound);
    }
    for binding in &bindings {
        binding.put(&mut document, &sound);
    }
    durable::write(&path, document.to_string().as_bytes(), 0o644)
        .with_context(|| format!("{} cannot be written", path.display()))?;
    remove_unused(place, &document)?;
    tell(args, &bindings, &imported);
    tell_odd_lengths(&catalog, args, &bindings, &imported);
    Ok(FINE)
}

/// The texts the recording was made of, rendered as they are read aloud.
fn bindings(catalog: &Catalog, args: &Import) -> anyhow::Result<Vec<Binding>> {
    let Some(language) = &args.language else { return Ok(Vec::new()) };
    let language = Language::meant_by(language)?;
    let tag: Tag = language.tag.parse().expect("the tags of the table are tags");
    if let Some(fault) = args.voice.as_ref().and_then(|voice| voice::check(language, voice).err()) {
        bail!("{fault}; {}", fault.help());
    }
    let synthetic = args.kind == Kind::Synthetic.word();
    if synthetic && args.voice.is_none() {
        bail!("say with --voice which voice the machine spoke in: one of another language spells the letters out");
    }
    let broadcast: Option<&Broadcast> = args
        .broadcast
        .as_ref()
        .map(|id| {
            catalog
                .broadcasts
                .get(id)
                .with_context(|| format!("there is no broadcast `{id}` without faults; `cunxiang check` tells why"))
        })
        .transpose()?;
    let mut arguments = broadcast.map(|broadcast| broadcast.arguments.clone()).unwrap_or_default();
    arguments.extend(args.set.iter().cloned());
    let bind = |message: &Id| {
        let text = catalog.text(message, &tag, Piece::Spoken, &arguments).map_err(|why| {
            anyhow::anyhow!("message `{message}` {why} in {tag}; give its variables with --broadcast or --set")
        })?;
        if synthetic && let Err(fault) = voice::check_readable(language, &text) {
            bail!("message `{message}`: {fault}; {}", fault.help());
        }
        Ok(Binding { message: message.clone(), language: tag.clone(), voice: args.voice.clone(), wording: text })
    };
    args.message.iter().map(bind).collect()
}

/// Decodes in a child process, levels, encodes, measures.
fn make_clip(file: &Path) -> anyhow::Result<Imported> {
    let exe = std::env::current_exe().context("this program's own file is not known")?;
    let bar = indicatif::ProgressBar::new_spinner().with_message("decoding");
    bar.enable_steady_tick(std::time::Duration::from_millis(120));
    let pcm = audio::decode_in_child(&exe, &["decode-untrusted"], file, &Limits::default());
    let pcm = told(pcm, file)?;
    let mut tell = |progress| match progress {
        Progress::Preparing => bar.set_message("trimming"),
        Progress::Levelling => bar.set_message("levelling"),
        Progress::Encoding { done, of } => bar.set_message(format!("encoding {} %", done * 100 / of.max(1))),
        Progress::Measuring => bar.set_message("measuring"),
    };
    let imported = audio::import(pcm, &mut tell);
    bar.finish_and_clear();
    told(imported, file)
}

/// The words of a fault of sound name their cause already: a chain would say it twice.
fn told<T, E: std::fmt::Display>(result: Result<T, E>, file: &Path) -> anyhow::Result<T> {
    result.map_err(|fault| anyhow::anyhow!("{} was not imported: {fault}", file.display()))
}

/// Writes the clip unless the very same one is there, and gives its path below `broadcasts/`.
fn keep_clip(
    place: &Place,
    args: &Import,
    document: &DocumentMut,
    bindings: &[Binding],
    imported: &Imported,
) -> anyhow::Result<String> {
    let digest = &imported.facts.digest;
    if let Some(file) = file_of(document, digest)
        && place.home.join("broadcasts").join(file).is_file()
    {
        return Ok(file.to_owned());
    }
    let name = match (&args.chime, bindings.first()) {
        (Some(chime), _) => chime.to_string(),
        (None, Some(binding)) => format!("{}.{}", binding.message, binding.language),
        (None, None) => bail!("name a message with --message, or a chime with --chime"),
    };
    let file = clip_file(&name, digest);
    let path = place.home.join("broadcasts").join(&file);
    std::fs::create_dir_all(place.home.join("broadcasts/clips")).context("broadcasts/clips cannot be made")?;
    durable::write(&path, &imported.bytes, 0o644).with_context(|| format!("{} cannot be written", path.display()))?;
    Ok(file)
}

fn keep_original(place: &Place, file: &Path) -> anyhow::Result<String> {
    let bytes = std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let extension = file
        .extension()
        .map(|e| e.to_string_lossy().to_lowercase())
        .filter(|e| e.bytes().all(|b| b.is_ascii_alphanumeric()));
    let name = format!("originals/{}.{}", Digest::of(&bytes).short(), extension.as_deref().unwrap_or("audio"));
    let path = place.home.join("broadcasts").join(&name);
    std::fs::create_dir_all(place.home.join("broadcasts/originals")).context("broadcasts/originals cannot be made")?;
    durable::write(&path, &bytes, 0o644).with_context(|| format!("{} cannot be written", path.display()))?;
    Ok(name)
}

fn today(catalog: &Catalog) -> chrono::NaiveDate {
    RealClock::default().now().with_timezone(&catalog.county.zone).date_naive()
}

/// Removes clips that no entry names any more; their originals stay.
fn remove_unused(place: &Place, document: &DocumentMut) -> anyhow::Result<()> {
    let used: Vec<&str> = entries(document).filter_map(|entry| entry.get("file")?.as_str()).collect();
    let folder = place.home.join("broadcasts/clips");
    for file in std::fs::read_dir(&folder).context("broadcasts/clips cannot be listed")? {
        let name = file.context("broadcasts/clips cannot be listed")?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".opus") && !name.starts_with('.') && !used.contains(&format!("clips/{name}").as_str()) {
            std::fs::remove_file(folder.join(&name)).with_context(|| format!("{name} cannot be removed"))?;
        }
    }
    Ok(())
}

fn tell(args: &Import, bindings: &[Binding], imported: &Imported) {
    let what = match &args.chime {
        Some(chime) => format!("chime {chime}"),
        None => bindings.iter().map(|b| format!("{} in {}", b.message, b.language)).collect::<Vec<_>>().join(", "),
    };
    anstream::println!(
        "{what}: {:.1} s, {:.1} LUFS, {:.1} dBTP, gain {:+.1} dB, trimmed {} + {} ms",
        imported.facts.length_ms() as f64 / 1000.0,
        imported.loudness_lufs,
        imported.true_peak_dbtp,
        imported.gain_db,
        imported.trimmed_ms.0,
        imported.trimmed_ms.1
    );
    for warning in &imported.warnings {
        anstream::println!("warning {warning}");
    }
}

/// Warns of a clip whose length does not fit its text, by what else this speaker recorded.
fn tell_odd_lengths(catalog: &Catalog, args: &Import, bindings: &[Binding], imported: &Imported) {
    let paces = Paces::learn(&catalog.recordings.recordings);
    for binding in bindings {
        let language = Language::of(binding.language.as_str());
        let kind = recordings::KINDS.iter().find(|(word, _)| *word == args.kind);
        let (Some(language), Some((_, kind))) = (language, kind) else { continue };
        let odd = paces.odd(&Reading {
            language,
            kind: *kind,
            speaker: args.speaker.as_deref(),
            text: &binding.wording,
            clip: imported.facts.digest,
            frames: imported.facts.frames,
        });
        if let Some(odd) = odd {
            let Binding { message, language, .. } = binding;
            anstream::println!("warning `{message}` in {language} {odd}; listen to it, and import the right file");
        }
    }
}
