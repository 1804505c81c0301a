//! The content folder, as people in browsers read and change it: one change at a time, each file written whole or not at
//! all, and recorded.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::Mutex;

use super::check::{Checked, checked};
use super::{Proposed, Refusal};
use crate::base::{Timestamp, durable};
use crate::catalog::Files;
use crate::console::control::Control;
use crate::ledger::NewFileChange;

/// The permission of content files: everybody of the machine may read them.
const MODE: u32 = 0o644;

/// What was written.
#[derive(Debug)]
pub struct Saved {
    pub proposed: Proposed,
    pub checked: Checked,
}

/// The folder that holds `locales/` and `broadcasts/`.
pub struct Folder {
    home: PathBuf,
    /// As it was read last. Whoever changes it holds this meanwhile: two changes never mix.
    read: Mutex<Option<Arc<Files>>>,
}

impl Folder {
    pub fn new(home: &Path) -> Folder {
        Folder { home: home.to_owned(), read: Mutex::new(None) }
    }

    /// The files as they are now. What did not change since is not read again.
    pub async fn files(&self) -> io::Result<Arc<Files>> {
        let mut read = self.read.lock().await;
        self.fresh(&mut read).await
    }

    async fn fresh(&self, read: &mut Option<Arc<Files>>) -> io::Result<Arc<Files>> {
        let (home, previous) = (self.home.clone(), read.clone());
        let files = blocking(move || Files::read(&home, previous.as_deref())).await?;
        let files = match read.take() {
            Some(same) if *same == files => same,
            _ => Arc::new(files),
        };
        *read = Some(files.clone());
        Ok(files)
    }

    /// Makes a change: proposes it from the files as they are, checks it, writes and records it, and has the county look.
    ///
    /// Errors: what `proposed` refuses; every fault it would bring; a disk or a ledger that does not take it. Then the
    /// files are as they were.
    pub async fn save(
        &self,
        proposed: impl FnOnce(&Files) -> Result<Proposed, Refusal> + Send + 'static,
        control: &Arc<Control>,
        (person, now): (&str, Timestamp),
    ) -> Result<Saved, Refusal> {
        let mut read = self.read.lock().await;
        let files = self.fresh(&mut read).await?;
        let (registry, home) = (control.board.read().registry.clone(), self.home.clone());
        let (saved, old) = blocking(move || {
            let proposed = proposed(&files)?;
            let checked = checked(&files, &proposed, &registry, now);
            if !checked.faults.is_empty() {
                return Err(Refusal::Faulty(checked.faults));
            }
            let old = replaced(&home, &files, &proposed)?;
            Ok((Saved { proposed, checked }, old))
        })
        .await?;
        let Proposed { path, item, before, after, .. } = &saved.proposed;
        let change = NewFileChange { path, item, before: before.as_deref(), after };
        if let Err(fault) = control.ledger.record_file_change(change, person, now).await {
            put_back(&self.home, &old);
            return Err(fault.into());
        }
        tracing::info!(file = %path, item, by = person, "changed in the console");
        control.bell.notify_one();
        Ok(saved)
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.expect("the work does not panic, and nobody cancels it")
}

/// Texts as they were; none where there was no file.
type Old = Vec<(Arc<str>, Option<Arc<str>>)>;

/// Writes every text, each whole, and says what was there before.
///
/// Errors: a conflict where a file is not what it was based on; then, or when one cannot be written, all are as they were.
fn replaced(home: &Path, files: &Files, proposed: &Proposed) -> Result<Old, Refusal> {
    let mut old: Old = Vec::new();
    for sound in &proposed.sounds {
        if home.join(&*sound.path).exists() {
            continue;
        }
        if let Err(error) = write(home, &sound.path, &sound.bytes) {
            put_back(home, &old);
            return Err(error.into());
        }
        old.push((sound.path.clone(), None));
    }
    for (path, text) in &proposed.texts {
        let before = files.text(path).cloned();
        let written = match std::fs::read_to_string(home.join(&**path)) {
            Ok(now) if before.as_deref() != Some(&now) => Err(Refusal::Conflict(None)),
            Err(error) if error.kind() == io::ErrorKind::NotFound && before.is_some() => Err(Refusal::Conflict(None)),
            _ => write(home, path, text.as_bytes()).map_err(Refusal::from),
        };
        if let Err(refusal) = written {
            put_back(home, &old);
            return Err(refusal);
        }
        old.push((path.clone(), before));
    }
    Ok(old)
}

fn write(home: &Path, path: &str, bytes: &[u8]) -> io::Result<()> {
    let path = home.join(path);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    durable::write(&path, bytes, MODE)
}

/// As well as the disk lets it: what cannot be put back is whole and checked, and its history says what it was.
fn put_back(home: &Path, old: &Old) {
    for (path, text) in old.iter().rev() {
        let done = match text {
            Some(text) => write(home, path, text.as_bytes()),
            None => std::fs::remove_file(home.join(&**path)),
        };
        if let Err(error) = done {
            tracing::error!(file = %path, "a change that was not recorded could not be taken back: {error}");
        }
    }
}
