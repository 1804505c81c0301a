//! The content folder as data: every file's text, every clip's facts. Reading the disk happens here and nowhere else
//! in the catalog.

use std::collections::BTreeMap;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Arc;

use crate::audio::canonical;
pub use crate::audio::canonical::Facts as ClipFacts;
use crate::base::Digest;

/// A file larger than this is no content of ours; it is told and not read.
const TEXT_BYTES_MAX: u64 = 4 << 20;
/// A canonical clip of ten minutes has 2.4 MB.
const CLIP_BYTES_MAX: u64 = 16 << 20;
/// The content folder holds no more files than this.
const FILES_MAX: usize = 50_000;

/// What a file is known by without reading it: a change of any of these means reading it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    size: u64,
    mtime_ns: i64,
    inode: u64,
}

impl Stamp {
    fn of(metadata: &std::fs::Metadata) -> Stamp {
        let mtime_ns = metadata.mtime() * 1_000_000_000 + metadata.mtime_nsec();
        Stamp { size: metadata.len(), mtime_ns, inode: metadata.ino() }
    }
}

/// A clip on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClipFile {
    pub stamp: Stamp,
    pub facts: Result<canonical::Facts, String>,
}

/// A text on disk: its content, or why it cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextFile {
    pub stamp: Stamp,
    pub text: Result<Arc<str>, String>,
}

/// Paths are below the home folder, with `/` between parts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Files {
    pub texts: BTreeMap<Arc<str>, TextFile>,
    pub clips: BTreeMap<Arc<str>, ClipFile>,
}

impl Files {
    /// Reads `locales/`, `broadcasts/` and `config/` below `home`. What `previous` holds under an unchanged stamp is
    /// taken from there.
    ///
    /// Errors: a folder cannot be listed. A single file that cannot be read is data: its text is the reason.
    pub fn read(home: &Path, previous: Option<&Files>) -> io::Result<Files> {
        let mut files = Files::default();
        for name in ["config/county.toml", "config/stations.toml", "config/chats.toml"] {
            files.take(home, name, previous);
        }
        for language in folder(&home.join("locales"))? {
            let below = home.join("locales").join(&language);
            if below.is_dir() {
                for name in folder(&below)?.iter().filter(|name| name.ends_with(".ftl") && *name != "ui.ftl") {
                    files.take(home, &format!("locales/{language}/{name}"), previous);
                }
            }
        }
        files.take(home, crate::catalog::sources::PATH, previous);
        for name in folder(&home.join("broadcasts"))?.iter().filter(|name| name.ends_with(".toml")) {
            files.take(home, &format!("broadcasts/{name}"), previous);
        }
        for name in folder(&home.join("broadcasts/clips"))?.iter().filter(|name| name.ends_with(".opus")) {
            files.take(home, &format!("broadcasts/clips/{name}"), previous);
        }
        Ok(files)
    }

    /// A text for a test or a preview, as if it stood on disk.
    pub fn with_text(mut self, path: &str, text: &str) -> Files {
        let stamp = Stamp { size: text.len() as u64, mtime_ns: 0, inode: 0 };
        self.texts.insert(path.into(), TextFile { stamp, text: Ok(text.into()) });
        self
    }

    /// A clip for a test or a preview, as if it stood on disk.
    pub fn with_clip(mut self, path: &str, facts: canonical::Facts) -> Files {
        let stamp = Stamp { size: facts.bytes, mtime_ns: 0, inode: 0 };
        self.clips.insert(path.into(), ClipFile { stamp, facts: Ok(facts) });
        self
    }

    pub fn text(&self, path: &str) -> Option<&Arc<str>> {
        self.texts.get(path)?.text.as_ref().ok()
    }

    fn take(&mut self, home: &Path, name: &str, previous: Option<&Files>) {
        let path = home.join(name);
        let Ok(metadata) = std::fs::metadata(&path) else { return };
        if !metadata.is_file() || self.texts.len() + self.clips.len() >= FILES_MAX {
            return;
        }
        let stamp = Stamp::of(&metadata);
        let name: Arc<str> = name.into();
        if name.ends_with(".opus") {
            let known = previous.and_then(|p| p.clips.get(&name)).filter(|clip| clip.stamp == stamp);
            let clip = known.cloned().unwrap_or_else(|| ClipFile { stamp, facts: read_clip(&path, stamp) });
            self.clips.insert(name, clip);
        } else {
            let known = previous.and_then(|p| p.texts.get(&name)).filter(|text| text.stamp == stamp);
            let text = known.cloned().unwrap_or_else(|| TextFile { stamp, text: read_text(&path, stamp) });
            self.texts.insert(name, text);
        }
    }
}

/// The names in a folder, sorted; none when there is no such folder.
///
/// Errors: it is there and cannot be listed.
pub fn folder(path: &Path) -> io::Result<Vec<String>> {
    let entries = match std::fs::read_dir(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut names = Vec::new();
    for entry in entries {
        // Names that are no UTF-8, and the dot files editors leave behind, are nobody's content.
        names.extend(entry?.file_name().into_string().ok().filter(|name| !name.starts_with('.')));
    }
    names.sort();
    Ok(names)
}

/// Reads a text that need not be of this county.
///
/// Errors: why it is none, in words.
pub fn read_file(path: &Path) -> Result<Arc<str>, String> {
    let metadata = std::fs::metadata(path).map_err(|error| format!("the file cannot be read: {error}"))?;
    read_text(path, Stamp::of(&metadata))
}

fn read_text(path: &Path, stamp: Stamp) -> Result<Arc<str>, String> {
    if stamp.size > TEXT_BYTES_MAX {
        return Err(format!("the file is larger than {} MB", TEXT_BYTES_MAX >> 20));
    }
    let bytes = std::fs::read(path).map_err(|error| format!("the file cannot be read: {error}"))?;
    match String::from_utf8(bytes) {
        Ok(text) if text.starts_with('\u{FEFF}') => Err("the file begins with a byte order mark".into()),
        Ok(text) => Ok(text.into()),
        Err(error) => {
            let line = error.as_bytes()[..error.utf8_error().valid_up_to()].iter().filter(|b| **b == b'\n').count() + 1;
            Err(format!("the file is not UTF-8 (line {line})"))
        }
    }
}

fn read_clip(path: &Path, stamp: Stamp) -> Result<canonical::Facts, String> {
    if stamp.size > CLIP_BYTES_MAX {
        return Err(format!("the clip is larger than {} MB", CLIP_BYTES_MAX >> 20));
    }
    let bytes = std::fs::read(path).map_err(|error| format!("the clip cannot be read: {error}"))?;
    canonical::inspect(&bytes).map_err(|error| error.to_string())
}

/// The digest of every text together: changes when any content does.
pub fn digest_of(texts: &BTreeMap<Arc<str>, Arc<str>>) -> Digest {
    let mut all = Vec::new();
    for (path, text) in texts {
        all.extend_from_slice(path.as_bytes());
        all.extend_from_slice(Digest::of(text.as_bytes()).0.as_slice());
    }
    Digest::of(&all)
}
