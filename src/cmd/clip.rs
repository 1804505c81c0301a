//! `cunxiang clip`: imports recordings, lists them, verifies the clips. The only place where anything is encoded.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use toml_edit::{DocumentMut, Item, Table, value};

use crate::audio::{self, Imported, Limits, Progress};
use crate::base::{Clock, Digest, Id, Tag, clock::RealClock, durable};
use crate::catalog::{self, Broadcast, Catalog, load::Texts, recordings};
use crate::cmd::{FAULTS, FINE, Place, check, page};
use crate::lang::{Language, Piece, bundle::argument_of};

#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Make a clip of a recording and bind it to the text that was read
    Import(Box<Import>),
    /// Print every recording and what it is bound to
    List,
    /// Decode every clip and hold it against broadcasts/recordings.toml
    Verify,
}

#[derive(clap::Args)]
struct Import {
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

pub fn run(place: &Place, args: &Args) -> anyhow::Result<u8> {
    match &args.command {
        Command::Import(import) => run_import(place, import),
        Command::List => list(place),
        Command::Verify => verify(place),
    }
}

/// What a clip is bound to.
struct Binding {
    message: Id,
    language: Tag,
    text: Digest,
}

fn run_import(place: &Place, args: &Import) -> anyhow::Result<u8> {
    let files = check::read(place)?;
    let loaded = catalog::load(&files, &Texts::new());
    let Some(catalog) = loaded.catalog else {
        page::problems(&loaded.problems);
        return Ok(FAULTS);
    };
    // Bound first: nobody should wait for an import that has no place to go.
    let bindings = bindings(&catalog, args)?;
    let imported = make_clip(&args.file)?;
    let path = place.home.join(recordings::PATH);
    let written = std::fs::read_to_string(&path).or_else(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Ok(String::new()),
        _ => Err(error),
    });
    let mut document: DocumentMut = written
        .with_context(|| format!("{} cannot be read", path.display()))?
        .parse()
        .with_context(|| format!("{} cannot be read; mend it first", path.display()))?;

    let file = keep_clip(place, args, &document, &bindings, &imported)?;
    let original = if args.no_original { None } else { Some(keep_original(place, &args.file)?) };
    let entry = |mut table: Table| {
        table["file"] = value(&file);
        table["clip"] = value(imported.facts.digest.to_string());
        table["frames"] = value(imported.facts.frames as i64);
        table["bytes"] = value(imported.facts.bytes as i64);
        table["kind"] = value(&args.kind);
        let texts = [("speaker", &args.speaker), ("listened_by", &args.listened_by), ("original", &original)];
        for (key, text) in texts {
            if let Some(text) = text {
                table[key] = value(text);
            }
        }
        table["date"] = value(args.date.unwrap_or_else(|| today(&catalog)).to_string());
        table
    };
    if let Some(chime) = &args.chime {
        let mut table = Table::new();
        table["id"] = value(chime.as_str());
        put(&mut document, "chime", entry(table), |old| old.get("id").and_then(Item::as_str) == Some(chime.as_str()));
    }
    for Binding { message, language, text } in &bindings {
        let mut table = Table::new();
        table["message"] = value(message.as_str());
        table["language"] = value(language.as_str());
        if let Some(voice) = &args.voice {
            table["voice"] = value(voice.as_str());
        }
        table["text"] = value(text.to_string());
        let same = |old: &Table| {
            let is = |key: &str, wanted: Option<&str>| old.get(key).and_then(Item::as_str) == wanted;
            let text = text.to_string();
            is("message", Some(message.as_str()))
                && is("language", Some(language.as_str()))
                && is("voice", args.voice.as_ref().map(Tag::as_str))
                && is("text", Some(&text))
        };
        put(&mut document, "recording", entry(table), same);
    }
    durable::write(&path, document.to_string().as_bytes(), 0o644)
        .with_context(|| format!("{} cannot be written", path.display()))?;
    remove_unused(place, &document)?;
    tell(args, &bindings, &imported);
    Ok(FINE)
}

/// The texts the recording was made of, rendered as they are read aloud.
fn bindings(catalog: &Catalog, args: &Import) -> anyhow::Result<Vec<Binding>> {
    let Some(language) = &args.language else { return Ok(Vec::new()) };
    let language = Language::meant_by(language)?;
    let tag: Tag = language.tag.parse().expect("the tags of the table are tags");
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
        Ok(Binding { message: message.clone(), language: tag.clone(), text: Digest::of(text.as_bytes()) })
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
    let digest = imported.facts.digest.to_string();
    let known = entries(document).find(|entry| entry.get("clip").and_then(Item::as_str) == Some(&digest));
    if let Some(file) = known.and_then(|entry| entry.get("file")).and_then(Item::as_str)
        && place.home.join("broadcasts").join(file).is_file()
    {
        return Ok(file.to_owned());
    }
    let name = match (&args.chime, bindings.first()) {
        (Some(chime), _) => chime.to_string(),
        (None, Some(binding)) => format!("{}.{}", binding.message, binding.language),
        (None, None) => bail!("name a message with --message, or a chime with --chime"),
    };
    // The digest in the name: a clip is never overwritten while somebody plays it.
    let file = format!("clips/{name}.{}.opus", &digest[..8]);
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

fn entries(document: &DocumentMut) -> impl Iterator<Item = &Table> {
    ["chime", "recording"]
        .into_iter()
        .filter_map(|key| document.get(key)?.as_array_of_tables())
        .flat_map(|tables| tables.iter())
}

/// Puts an entry in the place of the one it replaces, or at the end.
fn put(document: &mut DocumentMut, key: &str, entry: Table, same: impl Fn(&Table) -> bool) {
    let item = document.entry(key).or_insert(Item::ArrayOfTables(toml_edit::ArrayOfTables::new()));
    let Some(tables) = item.as_array_of_tables_mut() else { return };
    let Some(at) = tables.iter().position(same) else { return tables.push(entry) };
    let old = tables.get_mut(at).expect("the position was just found");
    let (decor, position) = (old.decor().clone(), old.position());
    *old = entry;
    *old.decor_mut() = decor;
    old.set_position(position);
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
            seconds(chime.frames),
            chime.file.clone(),
        ]);
    }
    for recording in &catalog.recordings.recordings {
        let kind = recordings::KINDS.iter().find(|(_, kind)| *kind == recording.kind).map_or("", |(word, _)| word);
        rows.push(vec![
            recording.message.to_string(),
            recording.language.to_string(),
            recording.voice.as_ref().map(Tag::to_string).unwrap_or_default(),
            kind.to_owned(),
            seconds(recording.frames),
            recording.file.clone(),
        ]);
    }
    page::table(&["MESSAGE", "LANGUAGE", "VOICE", "KIND", "SECONDS", "FILE"], &rows);
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
