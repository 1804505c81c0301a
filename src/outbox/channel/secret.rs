//! A secret that has a file of its own, read again when the file changes. Never printed.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

/// What a secret is, in words, and how it is read from its file's text.
pub(super) struct Form<T> {
    /// As in "the token".
    pub name: &'static str,
    /// As in "robot's token".
    pub whose: &'static str,
    /// How it is to be written.
    pub help: &'static str,
    /// None where the text is no such secret.
    pub parse: fn(&str) -> Option<T>,
}

/// The secret in use, and how the service took it.
pub(super) struct Secret<T: 'static> {
    path: PathBuf,
    form: &'static Form<T>,
    value: Option<T>,
    stamp: Option<Stamp>,
    /// What is wrong with the file as it is now; the secret before it stays in use.
    unread: Option<Fault>,
    refused: bool,
}

/// What is wrong with the file, and what to do.
#[derive(Debug, Clone)]
pub(super) struct Fault {
    pub what: String,
    pub help: String,
}

/// Size, time and inode: a change of any of these means reading the file again.
type Stamp = (u64, i64, i64, u64);

impl<T: Clone + PartialEq> Secret<T> {
    /// Reads the file; one that is not there yet is looked for again with each use.
    pub fn of(path: &Path, form: &'static Form<T>) -> Secret<T> {
        let mut secret =
            Secret { path: path.to_owned(), form, value: None, stamp: stamp(path), unread: None, refused: false };
        secret.take(secret.read());
        secret
    }

    /// The secret as its file has it now; the last one that could be read where it cannot be.
    ///
    /// Errors: there never was one.
    pub fn now(&mut self) -> Result<T, Fault> {
        // A file that has gone, as when it is being replaced, is no news.
        if let Some(stamp) = stamp(&self.path).filter(|stamp| Some(*stamp) != self.stamp) {
            self.stamp = Some(stamp);
            self.take(self.read());
        }
        match (&self.value, &self.unread) {
            (Some(value), _) => Ok(value.clone()),
            (None, Some(fault)) => Err(fault.clone()),
            (None, None) => unreachable!("a file that was read gave a secret or a fault"),
        }
    }

    fn take(&mut self, read: Result<T, Fault>) {
        match read {
            Ok(value) => {
                self.refused &= self.value.as_ref() == Some(&value);
                (self.value, self.unread) = (Some(value), None);
            }
            Err(fault) => self.unread = Some(fault),
        }
    }

    /// Whether the service refuses it.
    pub fn refused(&mut self, refused: bool) {
        self.refused = refused;
    }

    /// What is wrong with it, for people.
    pub fn fault(&self) -> Option<String> {
        let (file, Form { name, help, .. }) = (self.path.display(), self.form);
        match &self.unread {
            Some(Fault { what, help }) => Some(format!("{what}; {help}")),
            None if self.refused => Some(format!("the service refuses {name} in {file}; {help}")),
            None => None,
        }
    }

    fn read(&self) -> Result<T, Fault> {
        let Form { name, whose, help, parse } = self.form;
        let file = self.path.display();
        let text = std::fs::read_to_string(&self.path).map_err(|error| Fault {
            what: format!("{name} cannot be read from {file} ({error})"),
            help: format!("write the {whose} into that file"),
        })?;
        let mode = std::fs::metadata(&self.path).map_or(0, |metadata| metadata.permissions().mode());
        if mode & 0o077 != 0 && !is_credential(&self.path) {
            return Err(Fault { what: format!("{file} may be read by others"), help: "run chmod 600 on it".into() });
        }
        parse(text.trim()).ok_or_else(|| Fault { what: format!("{file} holds no {whose}"), help: (*help).to_owned() })
    }
}

/// Whether systemd keeps it for this service alone; it does so by an access list, which shows as rights of a group.
fn is_credential(path: &Path) -> bool {
    std::env::var_os("CREDENTIALS_DIRECTORY").is_some_and(|folder| !folder.is_empty() && path.starts_with(folder))
}

fn stamp(path: &Path) -> Option<Stamp> {
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.len(), metadata.mtime(), metadata.mtime_nsec(), metadata.ino()))
}
