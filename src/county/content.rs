//! The content that is on air: read, checked, swapped when it changes, and kept in its last good form on disk.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::base::{Problem, durable};
use crate::catalog::load::Texts;
use crate::catalog::{self, Catalog, Files, Loaded};

/// The content of a county's home folder.
pub struct Content {
    home: PathBuf,
    /// Where last good forms are kept, so that they outlive a restart.
    keep: PathBuf,
    files: Files,
    good: Texts,
    pub catalog: Arc<Catalog>,
    pub problems: Vec<Problem>,
}

/// Why there is no content at all.
#[derive(Debug, thiserror::Error)]
pub enum ContentFault {
    #[error("{path} cannot be read: {error}")]
    Io { path: String, error: io::Error },
    #[error(
        "the good forms cannot be kept in {path}: {}; make room there, and let this user write",
        durable::told(error)
    )]
    Keep { path: String, error: io::Error },
    #[error("config/ has faults and no good form of it is known")]
    Config(Vec<Problem>),
}

impl Content {
    /// Reads everything. Last good forms kept by an earlier run serve for files that have a fault now.
    pub fn open(home: &Path, keep: &Path) -> Result<Content, ContentFault> {
        let files = Files::read(home, None).map_err(|error| fault(home, error))?;
        let before = read_kept(keep).map_err(|error| fault(keep, error))?;
        let Loaded { catalog, problems, good } = catalog::load(&files, &before);
        let catalog = catalog.ok_or_else(|| ContentFault::Config(problems.clone()))?;
        keep_all(keep, &before, &good).map_err(|error| unkept(keep, error))?;
        Ok(Content { home: home.to_owned(), keep: keep.to_owned(), files, good, catalog: Arc::new(catalog), problems })
    }

    /// What is on air in its last good form, because its file has a fault.
    pub fn in_last_good_form(&self) -> Vec<String> {
        other_form(&self.files, &self.good)
    }

    /// Looks again. True when what is on air or its faults changed.
    ///
    /// Errors: the folder cannot be listed, or the good forms cannot be kept; what was on air stays.
    pub fn refresh(&mut self) -> Result<bool, ContentFault> {
        let files = Files::read(&self.home, Some(&self.files)).map_err(|error| fault(&self.home, error))?;
        if files == self.files {
            return Ok(false);
        }
        let Loaded { catalog, problems, good } = catalog::load(&files, &self.good);
        let Some(catalog) = catalog else { return Err(ContentFault::Config(problems)) };
        keep_all(&self.keep, &self.good, &good).map_err(|error| unkept(&self.keep, error))?;
        (self.files, self.good, self.problems) = (files, good, problems);
        self.catalog = Arc::new(catalog);
        Ok(true)
    }
}

/// The names of what `in_use` has in another form than its file: what has a fault and stays on air as it was. `config/`
/// changes whole, and is one name.
pub fn other_form(files: &Files, in_use: &Texts) -> Vec<String> {
    let others = in_use.iter().filter(|(name, text)| files.text(name) != Some(text));
    let mut names: Vec<String> =
        others.map(|(name, _)| if name.starts_with("config/") { "config/" } else { name }.to_owned()).collect();
    names.dedup();
    names
}

fn unkept(path: &Path, error: io::Error) -> ContentFault {
    ContentFault::Keep { path: path.display().to_string(), error }
}

fn fault(path: &Path, error: io::Error) -> ContentFault {
    ContentFault::Io { path: path.display().to_string(), error }
}

/// Where the last good forms are, below the data folder.
pub fn kept_in(data: &Path) -> PathBuf {
    data.join("good")
}

/// The good forms: one file each, its path below the home folder kept.
///
/// Errors: the folder is there and cannot be read.
pub fn read_kept(keep: &Path) -> io::Result<Texts> {
    let mut texts = Texts::new();
    let mut folders = vec![keep.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = match std::fs::read_dir(&folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            entries => entries?,
        };
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(text) = std::fs::read_to_string(&path) {
                let name = path.strip_prefix(keep).expect("it was found below").to_string_lossy().into_owned();
                if !path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.')) {
                    texts.insert(name.into(), text.into());
                }
            }
        }
    }
    Ok(texts)
}

fn keep_all(keep: &Path, before: &Texts, good: &Texts) -> io::Result<()> {
    for (name, text) in good.iter().filter(|(name, text)| before.get(*name) != Some(text)) {
        let path = keep.join(&**name);
        std::fs::create_dir_all(path.parent().expect("it is below a folder"))?;
        durable::write(&path, text.as_bytes(), 0o644)?;
    }
    for name in before.keys().filter(|name| !good.contains_key(*name)) {
        // A file that was taken away, faulty or not, has no good form any more.
        match std::fs::remove_file(keep.join(&**name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}
