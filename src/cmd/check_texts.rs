//! The texts of `check` by themselves: any folder of `.ftl` files, and the fixes that alter no word.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;

use crate::base::problem::Place;
use crate::base::{Problem, durable};
use crate::catalog::files::{folder, read_file};
use crate::catalog::load::unreadable;
use crate::lang::language::SOURCE;
use crate::lang::{Language, lint};

/// The program's own words, which are built in and not a county's.
const OWN_WORDS: &str = "ui.ftl";

/// What is wanted of a folder of texts.
const LAYOUT: &str = "the texts of a language lie in a folder of its name, as DIR/bo/health.ftl";

/// A file of a folder of texts.
struct Found {
    language: &'static Language,
    path: PathBuf,
    /// As faults name it.
    shown: String,
    text: Result<Arc<str>, String>,
    /// Others are read to hold these against them.
    is_asked: bool,
}

/// What `check --locales` was given.
enum Asked {
    /// A folder with one for each language.
    All,
    /// The folder of one language.
    Language(&'static Language),
    /// One file in such a folder.
    File(&'static Language),
}

impl Asked {
    /// Errors: there is nothing of that name, or it is a file of no known language.
    fn of(root: &Path) -> anyhow::Result<Asked> {
        let shown = root.display();
        let whole = root.canonicalize();
        let whole =
            whole.with_context(|| format!("there is no folder {shown}; name the one that holds zh-CN, bo, lis"))?;
        let language = |path: &Path| Language::of(path.file_name()?.to_str()?);
        if !whole.is_dir() {
            let language = whole.parent().and_then(language).filter(|_| is_text(&whole.to_string_lossy()));
            let known = Language::known();
            return Ok(Asked::File(language.with_context(|| {
                format!(
                    "{shown} is no .ftl file in a folder of a language; {LAYOUT}, and the folders are named {known}"
                )
            })?));
        }
        // A folder named so may still hold one for each language.
        let has_texts = list(&whole)?.iter().any(|name| is_text(name));
        Ok(language(&whole).filter(|_| has_texts).map_or(Asked::All, Asked::Language))
    }
}

fn is_text(name: &str) -> bool {
    name.ends_with(".ftl")
}

fn list(path: &Path) -> anyhow::Result<Vec<String>> {
    folder(path).with_context(|| format!("{} cannot be listed", path.display()))
}

/// The names of the texts of a folder, without the program's own.
fn texts_of(path: &Path) -> anyhow::Result<Vec<String>> {
    Ok(list(path)?.into_iter().filter(|name| is_text(name) && name != OWN_WORDS).collect())
}

/// The `.ftl` files of a language's folder.
fn files_of(language: &'static Language, root: &Path, shown: &Path, is_asked: bool) -> anyhow::Result<Vec<Found>> {
    let found = |name: String| {
        let (path, shown) = (root.join(&name), shown.join(&name).to_string_lossy().into_owned());
        Found { language, text: read_file(&path), path, shown, is_asked }
    };
    Ok(texts_of(root)?.into_iter().map(found).collect())
}

/// The `.ftl` files of `folder/<language>/`, and those that lie where no language is known.
fn read(root: &Path, shown: &Path) -> anyhow::Result<(Vec<Found>, Vec<Problem>)> {
    let (mut found, mut problems) = match Asked::of(root)? {
        Asked::All => read_all(root, shown)?,
        Asked::Language(language) => {
            let mut found = files_of(language, root, shown, true)?;
            found.extend(source_beside(language, root, shown)?);
            (found, Vec::new())
        }
        Asked::File(language) => {
            let (folder, shown_folder) = (parent(root), parent(shown));
            let mut found = files_of(language, &folder, &shown_folder, false)?;
            for file in &mut found {
                file.is_asked = file.path.file_name() == root.file_name();
            }
            found.extend(source_beside(language, &folder, &shown_folder)?);
            (found, Vec::new())
        }
    };
    if problems.is_empty() && !found.iter().any(|file| file.is_asked) {
        let what = "there is no text to look at here";
        let help = format!("{LAYOUT}; the folders are named {}", Language::known());
        problems.push(Problem::error("no-texts", Place::file(&shown.to_string_lossy()), what, help));
        found.clear();
    }
    Ok((found, problems))
}

fn read_all(root: &Path, shown: &Path) -> anyhow::Result<(Vec<Found>, Vec<Problem>)> {
    let (mut found, mut problems) = (Vec::new(), Vec::new());
    let help = |what: &str| format!("{what}; the folders are named {}", Language::known());
    for name in texts_of(root)? {
        let at = Place::file(&shown.join(&name).to_string_lossy());
        let what = "it lies in no folder of a language, and is not looked at";
        problems.push(Problem::error("no-language", at, what, help(LAYOUT)));
    }
    for tag in list(root)?.into_iter().filter(|name| root.join(name).is_dir()) {
        let (root, shown) = (root.join(&tag), shown.join(&tag));
        if let Some(language) = Language::of(&tag) {
            found.extend(files_of(language, &root, &shown, true)?);
            continue;
        }
        let texts = texts_of(&root)?;
        let what = format!("there is no language `{tag}` here: its {} not looked at", count(texts.len()));
        let at = Place::file(&shown.to_string_lossy());
        problems
            .extend((!texts.is_empty()).then(|| Problem::error("unknown-language", at, what, help("name it anew"))));
    }
    Ok((found, problems))
}

/// The Chinese texts beside a language's folder.
fn source_beside(language: &Language, root: &Path, shown: &Path) -> anyhow::Result<Vec<Found>> {
    if language == SOURCE {
        return Ok(Vec::new());
    }
    let beside = |path: &Path| match path.file_name() {
        Some(_) => path.with_file_name(SOURCE.tag),
        None => path.join("..").join(SOURCE.tag),
    };
    files_of(SOURCE, &beside(root), &beside(shown), false)
}

/// The folder of a file.
fn parent(path: &Path) -> PathBuf {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    parent.unwrap_or(Path::new(".")).to_owned()
}

fn count(files: usize) -> String {
    if files == 1 { "file is".to_owned() } else { format!("{files} files are") }
}

/// Every fault of the texts of a folder. `shown` is how it is named in them.
///
/// Errors: there is no such folder, or it cannot be listed.
pub fn problems(root: &Path, shown: &Path) -> anyhow::Result<Vec<Problem>> {
    let (found, mut problems) = read(root, shown)?;
    let mut files = Vec::new();
    for Found { language, shown, text, .. } in &found {
        match text {
            Ok(text) => files.push(lint::File { language, path: shown, text }),
            Err(why) => problems.push(unreadable(shown, why)),
        }
    }
    // Of texts that were not asked for, only what keeps these from being held against them.
    let is_asked: BTreeMap<&str, bool> = found.iter().map(|file| (&*file.shown, file.is_asked)).collect();
    let is_one_file = root.is_file();
    problems.extend(lint::files(&files).into_iter().filter(|problem| {
        let is_of_all = problem.rule == "ftl-syntax" || (problem.rule == "missing-message" && !is_one_file);
        is_of_all || is_asked.get(&*problem.file).copied().unwrap_or(true)
    }));
    problems.sort();
    Ok(problems)
}

/// Makes the certain fixes, file by file, each written whole or not at all; tells each in a line.
///
/// Errors: there is no such folder; a file cannot be written. Files before it are mended then.
pub fn fix(root: &Path, shown: &Path) -> anyhow::Result<Vec<String>> {
    let mut told = Vec::new();
    for Found { language, path, shown, text, .. } in read(root, shown)?.0.into_iter().filter(|file| file.is_asked) {
        let Ok(text) = text else { continue };
        let (mended, made) = lint::mend(lint::File { language, path: &shown, text: &text });
        if *mended == *text {
            continue;
        }
        // A link to the file stays one.
        let target = path.canonicalize().unwrap_or(path);
        let mode = target.metadata().map_or(0o644, |metadata| metadata.permissions().mode() & 0o7777);
        durable::write(&target, mended.as_bytes(), mode).with_context(|| format!("{shown} cannot be written"))?;
        let place = |problem: &Problem| format!("{}:{}:{}", problem.file, problem.line, problem.column);
        told.extend(made.iter().map(|problem| format!("fixed {}: {}", place(problem), problem.message)));
    }
    Ok(told)
}
