//! The robot's token: a file that holds it and nothing else, read again when it changes. Never printed.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

/// The token in use, and how the service took it.
pub(super) struct Token {
    path: PathBuf,
    text: String,
    stamp: Stamp,
    /// What is wrong with a file that changed since; the token before it stays in use.
    unread: Option<Fault>,
    /// Whether the service said that it is no robot's.
    pub refused: bool,
}

/// What is wrong with the file, and what to do.
#[derive(Debug, Clone)]
pub(super) struct Fault {
    pub what: String,
    pub help: &'static str,
}

/// Size, time and inode: a change of any of these means reading the file again.
type Stamp = (u64, i64, i64, u64);

impl Token {
    /// Errors: no file, one that others may read, or no token in it.
    pub fn open(path: &Path) -> Result<Token, Fault> {
        let stamp = stamp(path);
        let text = read(path)?;
        Ok(Token { path: path.to_owned(), text, stamp: stamp.unwrap_or_default(), unread: None, refused: false })
    }

    /// The token as its file has it now; the last one that could be read where it cannot be.
    pub fn now(&mut self) -> &str {
        // A file that has gone, as when it is being replaced, is no news.
        if let Some(stamp) = stamp(&self.path).filter(|stamp| *stamp != self.stamp) {
            self.stamp = stamp;
            match read(&self.path) {
                Ok(text) => {
                    self.refused &= text == self.text;
                    (self.text, self.unread) = (text, None);
                }
                Err(fault) => self.unread = Some(fault),
            }
        }
        &self.text
    }

    /// Its number, the part that is no secret.
    pub fn robot(&self) -> &str {
        self.text.split(':').next().unwrap_or_default()
    }

    /// What is wrong with the robot, for people.
    pub fn fault(&self) -> Option<String> {
        let file = self.path.display();
        match &self.unread {
            Some(Fault { what, help }) => Some(format!("{what}; {help}")),
            None if self.refused => {
                Some(format!("the service refuses the token in {file}; write the one into it that BotFather shows now"))
            }
            None => None,
        }
    }
}

fn stamp(path: &Path) -> Option<Stamp> {
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.len(), metadata.mtime(), metadata.mtime_nsec(), metadata.ino()))
}

fn read(path: &Path) -> Result<String, Fault> {
    let file = path.display();
    let fault = |what: String, help| Fault { what, help };
    let text = std::fs::read_to_string(path).map_err(|error| {
        fault(format!("the token cannot be read from {file} ({error})"), "write the robot's token into that file")
    })?;
    let mode = std::fs::metadata(path).map_or(0, |metadata| metadata.permissions().mode());
    if mode & 0o077 != 0 {
        return Err(fault(format!("{file} may be read by others"), "run chmod 600 on it"));
    }
    let token = text.trim();
    let fits = token.split_once(':').is_some_and(|(number, secret)| {
        !number.is_empty()
            && number.bytes().all(|b| b.is_ascii_digit())
            && secret.len() >= 20
            && secret.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    });
    if !fits {
        let help = "write it as BotFather gives it: a number, a colon, 35 letters";
        return Err(fault(format!("{file} holds no robot's token"), help));
    }
    Ok(token.to_owned())
}
