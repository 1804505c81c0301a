//! The texts of `check` by themselves: any folder of `.ftl` files, and the fixes that alter no word.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;

use crate::base::problem::Place;
use crate::base::{Problem, durable};
use crate::catalog::files::{folder, read_file};
use crate::catalog::load::unreadable;
use crate::lang::{Language, lint};

/// The program's own words, which are built in and not a county's.
const OWN_WORDS: &str = "ui.ftl";

/// A file of a folder of texts.
struct Found {
    language: &'static Language,
    path: PathBuf,
    /// As faults name it.
    shown: String,
    text: Result<Arc<str>, String>,
}

/// The `.ftl` files of `folder/<language>/`, and the folders whose language is not known.
fn read(root: &Path, shown: &Path) -> anyhow::Result<(Vec<Found>, Vec<Problem>)> {
    anyhow::ensure!(root.is_dir(), "there is no folder {}; name the one that holds zh-CN, bo, lis", root.display());
    let list = |path: &Path| folder(path).with_context(|| format!("{} cannot be listed", path.display()));
    let (mut found, mut problems) = (Vec::new(), Vec::new());
    for tag in list(root)?.into_iter().filter(|name| root.join(name).is_dir()) {
        let names = list(&root.join(&tag))?;
        let texts: Vec<&String> = names.iter().filter(|name| name.ends_with(".ftl") && *name != OWN_WORDS).collect();
        let Some(language) = Language::of(&tag) else {
            let folder = shown.join(&tag);
            let what = format!("there is no language `{tag}` here: its {} not looked at", count(texts.len()));
            let help = format!("the folders are named {}", Language::known());
            let at = Place::file(&folder.to_string_lossy());
            problems.extend((!texts.is_empty()).then(|| Problem::warning("unknown-language", at, what, help)));
            continue;
        };
        for name in texts {
            let path = root.join(&tag).join(name);
            let shown = shown.join(&tag).join(name).to_string_lossy().into_owned();
            found.push(Found { language, text: read_file(&path), path, shown });
        }
    }
    Ok((found, problems))
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
    problems.extend(lint::files(&files));
    problems.sort();
    Ok(problems)
}

/// Makes the certain fixes, file by file, each written whole or not at all; tells each in a line.
///
/// Errors: there is no such folder; a file cannot be written. Files before it are mended then.
pub fn fix(root: &Path, shown: &Path) -> anyhow::Result<Vec<String>> {
    let mut told = Vec::new();
    for Found { language, path, shown, text } in read(root, shown)?.0 {
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
