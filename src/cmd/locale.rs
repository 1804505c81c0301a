//! `cunxiang locale`: which translations are outdated, saying that one is not, and texts to and from an office that
//! translates.

mod exchange;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use serde::Serialize;

use crate::base::table::Document;
use crate::base::{Id, Problem, durable};
use crate::catalog::sources::{self, MadeFrom, OldSources};
use crate::catalog::{self, Catalog, Files, load};
use crate::cmd::{FAULTS, FINE, Format, Place, check, page};
use crate::lang::edit::{Edit, edited};
use crate::lang::exchange::Texts;
use crate::lang::language::SOURCE;
use crate::lang::source::Wording;
use crate::lang::{LANGUAGES, Language, Topic, notes};

#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Say that translations were made from the Chinese text as it is now
    Stamp(Stamp),
    /// List the translations whose Chinese text changed since, and what changed
    Outdated(Outdated),
    /// Write the texts of a language into one file, for Weblate, Poedit or a spreadsheet
    Export(exchange::Export),
    /// Take translations from such a file; nothing is changed when it has a fault
    Import(exchange::Import),
}

#[derive(clap::Args)]
struct Stamp {
    /// One language only
    #[arg(long, value_name = "TAG", value_parser = translation)]
    language: Option<&'static Language>,
    /// Note who translated them; that person may not review them
    #[arg(long, value_name = "NAME", value_parser = name)]
    translated_by: Option<String>,
    /// The ids of messages [default: all that say nothing yet; outdated ones are named one by one]
    #[arg(value_name = "MESSAGE")]
    messages: Vec<Id>,
}

#[derive(clap::Args)]
struct Outdated {
    /// One language only
    #[arg(long, value_name = "TAG", value_parser = translation)]
    language: Option<&'static Language>,
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

pub fn run(place: &Place, args: &Args) -> anyhow::Result<u8> {
    match &args.command {
        Command::Stamp(args) => stamp(place, args),
        Command::Outdated(args) => outdated(place, args),
        Command::Export(args) => exchange::export(place, args),
        Command::Import(args) => exchange::import(place, args),
    }
}

/// A language that is translated into.
fn translation(tag: &str) -> Result<&'static Language, String> {
    let language = Language::meant_by(tag).map_err(|error| error.to_string())?;
    if language == SOURCE {
        return Err(format!("{} is what the others are translated from; name one of those", SOURCE.tag));
    }
    Ok(language)
}

/// A name that stands in a comment: one line of it.
fn name(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() || text.contains(char::is_control) {
        return Err("write a name on one line".to_owned());
    }
    Ok(text.to_owned())
}

/// What there is to work on.
struct Content {
    /// By path, every language together.
    texts: Texts,
    old: OldSources,
}

impl Content {
    /// Reads the texts and the old sources.
    ///
    /// Errors: a file cannot be read, with what to do.
    fn read(place: &Place) -> anyhow::Result<Content> {
        let files = check::read(place)?;
        let mut texts = Texts::new();
        for (path, file) in
            files.texts.iter().filter(|(path, _)| path.starts_with("locales/") && path.ends_with(".ftl"))
        {
            let text = file.text.as_ref().map_err(|why| anyhow::anyhow!("{path}: {why}; save it as UTF-8 text"))?;
            texts.insert(path.clone(), text.clone());
        }
        Ok(Content { texts, old: old_sources(&files)? })
    }

    fn of(&self, language: &Language) -> Texts {
        let folder = format!("locales/{}/", language.tag);
        let of_language = self.texts.iter().filter(|(path, _)| path.starts_with(&folder));
        of_language.map(|(path, text)| (path.clone(), text.clone())).collect()
    }

    /// Writes changed files, and before them the source texts they now name, so that no digest stands there without
    /// its text.
    fn write(
        mut self,
        place: &Place,
        changed: BTreeMap<Arc<str>, String>,
        new: Vec<(Id, Wording)>,
    ) -> anyhow::Result<()> {
        for (path, text) in &changed {
            self.texts.insert(path.clone(), text.as_str().into());
        }
        let kept = sources::kept(&self.old, new, &self.texts);
        if kept != self.old {
            write(&place.home.join(sources::PATH), &sources::written(&kept))?;
        }
        for (path, text) in &changed {
            write(&place.home.join(&**path), text)?;
        }
        Ok(())
    }
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    }
    durable::write(path, text.as_bytes(), 0o644).with_context(|| format!("{} cannot be written", path.display()))
}

fn old_sources(files: &Files) -> anyhow::Result<OldSources> {
    let Some(text) = files.text(sources::PATH) else { return Ok(OldSources::new()) };
    let document = Document::parse(sources::PATH, text);
    let old = sources::read(&document);
    if let Some(problem) = document.problems().first() {
        anyhow::bail!("{problem}; the file is written by this command alone: put back the one that was, or remove it");
    }
    Ok(old)
}

fn stamp(place: &Place, args: &Stamp) -> anyhow::Result<u8> {
    let content = Content::read(place)?;
    let sources = parsed(&content.of(SOURCE))?;
    if let Some(unknown) = args.messages.iter().find(|id| !sources.contains_key(*id)) {
        anyhow::bail!("there is no {} message `{unknown}`; locales/{} holds them", SOURCE.name, SOURCE.tag);
    }
    let (mut changed, mut stamped, mut left) = (BTreeMap::new(), Vec::new(), 0);
    for language in LANGUAGES.iter().filter(|l| **l != *SOURCE && args.language.is_none_or(|only| only == *l)) {
        for (path, text) in content.of(language) {
            let topic = Topic::parse(&path, &text).map_err(|problems| anyhow::anyhow!("{}", problems[0]))?;
            let mut edits = Vec::new();
            for entry in topic.entries() {
                let Some(wording) = sources.get(&entry.id) else { continue };
                let digest = wording.digest();
                let is_named = args.messages.contains(&entry.id);
                if entry.made_from == Some(digest) || !(is_named || args.messages.is_empty()) {
                    continue;
                }
                if !is_named && entry.made_from.is_some() {
                    left += 1;
                    continue;
                }
                let note = |name, value| Edit::Note { message: entry.id.to_string(), name, value };
                edits.push(note(notes::SOURCE, digest.to_string()));
                edits.extend(args.translated_by.iter().map(|who| note(notes::TRANSLATED_BY, who.clone())));
                anstream::println!("{} {} is made from the Chinese text as it is now", language.tag, entry.id);
                stamped.push((entry.id.clone(), wording.clone()));
            }
            if !edits.is_empty() {
                let text = edited(&text, &edits).with_context(|| format!("{path} was not changed"))?;
                changed.insert(path, text);
            }
        }
    }
    let count = stamped.len();
    content.write(place, changed, stamped)?;
    anstream::println!("{} stamped", page::count(count, "translation"));
    if left > 0 {
        let outdated = page::count(left, "outdated translation");
        anstream::println!(
            "{outdated} left as before: look at each with `cunxiang locale outdated`, then stamp it by name"
        );
    }
    Ok(FINE)
}

/// The wording of every message.
fn parsed(texts: &Texts) -> anyhow::Result<BTreeMap<Id, Wording>> {
    let mut found = BTreeMap::new();
    for (path, text) in texts {
        let topic = Topic::parse(path, text).map_err(|problems| anyhow::anyhow!("{}", problems[0]))?;
        let wordings = topic.entries().iter().filter_map(|e| Some((e.id.clone(), Wording::of(&e.source)?)));
        found.extend(wordings);
    }
    Ok(found)
}

/// A translation to look at.
#[derive(Serialize)]
struct Line {
    language: &'static str,
    message: Id,
    file: Arc<str>,
    line: u32,
    /// `outdated`, or `unchecked`: nobody said which text it was made from.
    state: &'static str,
    /// What changed in the Chinese; null where the old text is not known.
    changed: Option<String>,
}

fn outdated(place: &Place, args: &Outdated) -> anyhow::Result<u8> {
    let loaded = catalog::load(&check::read(place)?, &load::Texts::new());
    let Some(catalog) = loaded.catalog else {
        page::problems(&loaded.problems);
        return Ok(FAULTS);
    };
    let wanted = LANGUAGES.iter().filter(|language| args.language.is_none_or(|only| only == *language));
    let lines: Vec<Line> = wanted.flat_map(|language| lines(&catalog, language)).collect();
    if args.format == Format::Json {
        anstream::println!("{}", serde_json::to_string_pretty(&lines)?);
    } else {
        let rows: Vec<Vec<String>> = lines
            .iter()
            .map(|line| {
                let changed = line.changed.clone().unwrap_or_else(|| "-".to_owned());
                let at = format!("{}:{}", line.file, line.line);
                vec![line.language.to_owned(), line.message.to_string(), at, line.state.to_owned(), changed]
            })
            .collect();
        if !rows.is_empty() {
            page::table(&["language", "message", "where", "state", "changed in the Chinese"], &rows);
        }
        anstream::println!("{} to look at", page::count(rows.len(), "translation"));
    }
    Ok(if lines.is_empty() { FINE } else { FAULTS })
}

fn lines(catalog: &Catalog, language: &'static Language) -> Vec<Line> {
    let tag = language.tag.parse().expect("the tags of the table are tags");
    let (Some(bundle), Some(source)) = (catalog.bundle(language.tag), catalog.bundle(SOURCE.tag)) else {
        return Vec::new();
    };
    let line = |entry: &crate::lang::topic::Entry| {
        let (state, changed) = match catalog.made_from(&tag, &entry.id)? {
            MadeFrom::Present => return None,
            MadeFrom::Unsaid => ("unchecked", None),
            MadeFrom::Older(digest) => {
                let now = source.entry(&entry.id).and_then(|source| Wording::of(&source.source));
                let changed = catalog.old_source(&digest).zip(now).map(|(old, now)| sources::changes(old, &now));
                ("outdated", changed)
            }
        };
        let (file, line) = (entry.place.file.clone(), entry.place.line);
        Some(Line { language: language.tag, message: entry.id.clone(), file, line, state, changed })
    };
    bundle.entries().filter_map(line).collect()
}

/// Prints faults; the command then ends with [`FAULTS`].
fn refused(problems: &[Problem]) -> u8 {
    page::problems(problems);
    anstream::println!("{}: nothing was changed", page::count(problems.len(), "fault"));
    FAULTS
}
