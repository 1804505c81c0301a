//! `cunxiang locale export` and `import`.

use std::path::{Path, PathBuf};

use anyhow::Context;

use super::{Content, name, refused, translation, write};
use crate::base::Problem;
use crate::base::problem::Place as At;
use crate::cmd::{FINE, Place, page};
use crate::lang::Language;
use crate::lang::exchange::merge::{self, Change, merge};
use crate::lang::exchange::{Answer, po, rows, sheet};
use crate::lang::language::SOURCE;

/// A file larger than this is no list of texts: 10,000 messages in PO have some 6 MB.
const FILE_BYTES_MAX: u64 = 64 << 20;

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Form {
    /// gettext PO, for Weblate, Poedit and others
    Po,
    /// A spreadsheet
    Csv,
}

#[derive(clap::Args)]
pub struct Export {
    /// The language to translate into
    #[arg(long, value_name = "TAG", value_parser = translation)]
    language: &'static Language,
    /// [default: as the file's name ends]
    #[arg(long, value_enum, required_unless_present = "output")]
    format: Option<Form>,
    /// The file to write [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(clap::Args)]
pub struct Import {
    /// A .po or .csv file as `export` writes it
    file: PathBuf,
    /// The language it translates into
    #[arg(long, value_name = "TAG", value_parser = translation)]
    language: &'static Language,
    /// Note who translated what changes; that person may not review it
    #[arg(long, value_name = "NAME", value_parser = name)]
    translated_by: Option<String>,
    /// Say what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
}

pub fn export(place: &Place, args: &Export) -> anyhow::Result<u8> {
    let form = match (args.format, &args.output) {
        (Some(form), _) => form,
        (None, output) => form_of(output.as_deref().unwrap_or(Path::new("")))?,
    };
    let content = Content::read(place)?;
    let old = content.old.iter().map(|(digest, old)| (*digest, old.wording.clone())).collect();
    let rows = match rows(&content.of(SOURCE), &content.of(args.language), &old) {
        Ok(rows) => rows,
        Err(problems) => return Ok(refused(&problems)),
    };
    let text = match form {
        Form::Po => po::write(&rows, args.language).context("the PO file cannot be made")?,
        Form::Csv => sheet::write(&rows),
    };
    match &args.output {
        Some(path) => {
            write(path, &text)?;
            anstream::eprintln!("{} in {}", page::count(rows.len(), "text"), path.display());
        }
        None => anstream::print!("{text}"),
    }
    Ok(FINE)
}

pub fn import(place: &Place, args: &Import) -> anyhow::Result<u8> {
    let file = args.file.display().to_string();
    let answers = match read(&args.file, args.language)? {
        Ok(answers) => answers,
        Err(faults) => {
            let problem = |(line, what): (u32, String)| {
                let (what, help) = what.split_once("; ").unwrap_or((&what, "correct the file, or export it again"));
                let at = At { file: file.as_str().into(), line, column: u32::from(line > 0) };
                Problem::error("exchange-syntax", at, what, help)
            };
            return Ok(refused(&faults.into_iter().map(problem).collect::<Vec<_>>()));
        }
    };
    let content = Content::read(place)?;
    let import = merge::Import {
        language: args.language,
        file: &file,
        answers: &answers,
        translator: args.translated_by.as_deref(),
    };
    let merged = match merge(&import, &content.of(SOURCE), &content.of(args.language)) {
        Ok(merged) => merged,
        Err(problems) => return Ok(refused(&problems)),
    };
    page::problems(&merged.warnings);
    merged.changes.iter().for_each(tell);
    if !args.dry_run {
        content.write(place, merged.texts, merged.stamped)?;
    }
    let would = if args.dry_run { " would change" } else { " changed" };
    anstream::println!("{} of {}{would}", page::count(merged.changes.len(), "message"), args.language.tag);
    let is_spoken = |change: &Change| change.pieces.iter().any(|piece| piece.is_empty() || piece == "voice");
    if merged.changes.iter().any(|change| !change.added && is_spoken(change)) {
        anstream::println!("`cunxiang check` tells which recordings no longer say what the texts say");
    }
    Ok(FINE)
}

type Faults = Vec<(u32, String)>;

/// Reads the file that came back.
///
/// Errors: it is not there, or not of a kind we know. Faults in it are data.
fn read(path: &Path, language: &Language) -> anyhow::Result<Result<Vec<Answer>, Faults>> {
    let form = form_of(path)?;
    let size = std::fs::metadata(path).with_context(|| format!("{} cannot be read", path.display()))?.len();
    anyhow::ensure!(size <= FILE_BYTES_MAX, "{} is larger than {} MB", path.display(), FILE_BYTES_MAX >> 20);
    let bytes = std::fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let text = String::from_utf8(bytes).map_err(|_| {
        anyhow::anyhow!("{} is not UTF-8; save it again as UTF-8 (in a spreadsheet: as CSV UTF-8)", path.display())
    })?;
    Ok(match form {
        Form::Po => po::read(&text, language),
        Form::Csv => sheet::read(&text),
    })
}

fn form_of(path: &Path) -> anyhow::Result<Form> {
    match path.extension().and_then(|end| end.to_str()).map(str::to_lowercase).as_deref() {
        Some("po") => Ok(Form::Po),
        Some("csv") => Ok(Form::Csv),
        _ => anyhow::bail!("{} ends neither in .po nor in .csv; name it so that its kind is known", path.display()),
    }
}

fn tell(change: &Change) {
    let names = |piece: &String| if piece.is_empty() { "text".to_owned() } else { format!(".{piece}") };
    let pieces = change.pieces.iter().map(names).collect::<Vec<_>>().join(", ");
    let what = match (change.added, change.pieces.is_empty()) {
        (true, _) => format!("new: {pieces}"),
        (false, false) => format!("changed: {pieces}"),
        (false, true) => "looked at, its text as before".to_owned(),
    };
    let state = match (change.stamped, change.outdated) {
        (Some(_), false) => "made from the Chinese text as it is now",
        (Some(_), true) => "made from a Chinese text that has changed since",
        (None, true) => "not marked as done",
        (None, false) => "up to date as before",
    };
    anstream::println!("{} in {}: {what}; {state}", change.message, change.path);
}
