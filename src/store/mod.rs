//! Clips and cards by the SHA-256 of their bytes, in a folder: `ab/abcdef…`.
//!
//! Knows nothing of what the bytes mean. A file is complete or absent, is never overwritten, and is played from the open
//! file, so that removing it cuts no sound short. This is the seam at which an object store can take the folder's place:
//! callers name digests only, and `put`, `open`, `contains` and `list` are all that a bucket must offer.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use crate::base::{Digest, durable};

#[cfg(test)]
mod tests;

/// Bytes of the largest thing that is read whole into memory. Clips and cards are far smaller.
pub const BLOB_BYTES_MAX: u64 = 64 << 20;

/// A folder of files named by their digests. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    folder: PathBuf,
}

/// Why the store could not do something.
#[derive(Debug, thiserror::Error)]
pub enum StoreFault {
    #[error("{path}: {}; check that the folder exists, may be written, and has room", durable::told(source))]
    Io { path: PathBuf, source: io::Error },
    #[error("{path} is missing; copy or import it again")]
    Missing { path: PathBuf },
    #[error("{path} is damaged: its content has the digest {found}; remove it, then copy or import it again")]
    Damaged { path: PathBuf, found: Digest },
    #[error("{path} is {bytes} bytes, more than anything here may have; remove it")]
    TooLarge { path: PathBuf, bytes: u64 },
}

impl Store {
    /// Opens a store, making its folder if need be, and clears away what an interrupted `put` left.
    pub fn open(folder: impl Into<PathBuf>) -> Result<Store, StoreFault> {
        let store = Store { folder: folder.into() };
        fs::create_dir_all(&store.folder).map_err(at(&store.folder))?;
        for entry in fs::read_dir(&store.folder).map_err(at(&store.folder))?.flatten() {
            if entry.file_name().to_str().is_some_and(is_leftover) {
                let _ = fs::remove_file(entry.path());
            }
        }
        Ok(store)
    }

    /// Keeps bytes; when this returns they are on disk. A good file that is there already stays as it is; a damaged one is
    /// replaced.
    pub fn put(&self, bytes: &[u8]) -> Result<Digest, StoreFault> {
        let digest = Digest::of(bytes);
        let path = self.path(&digest);
        if self.verify(&digest).is_ok() {
            return Ok(digest);
        }
        let shelf = path.parent().expect("a digest's path has a folder");
        if !shelf.is_dir() {
            fs::create_dir_all(shelf).map_err(at(shelf))?;
            sync_folder(&self.folder)?;
        }
        let new = self.folder.join(format!(".put-{}.{digest}.{:?}", std::process::id(), std::thread::current().id()));
        let written = (|| {
            let mut file = File::create(&new)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&new, &path)
        })();
        if let Err(source) = written {
            let _ = fs::remove_file(&new);
            return Err(StoreFault::Io { path, source });
        }
        sync_folder(shelf)?;
        Ok(digest)
    }

    /// Where the file of a digest is or would be.
    pub fn path(&self, digest: &Digest) -> PathBuf {
        let name = digest.to_string();
        self.folder.join(&name[..2]).join(name)
    }

    /// The file, for reading. It stays readable when the store drops it.
    pub fn get(&self, digest: &Digest) -> Result<File, StoreFault> {
        let path = self.path(digest);
        File::open(&path).map_err(|e| missing(path, e))
    }

    /// True if there is a file of that name; [`verify`](Self::verify) tells whether it is good.
    pub fn contains(&self, digest: &Digest) -> bool {
        self.path(digest).is_file()
    }

    /// The whole file, checked against its digest.
    pub fn read(&self, digest: &Digest) -> Result<Vec<u8>, StoreFault> {
        let path = self.path(digest);
        let mut file = self.get(digest)?;
        let bytes = file.metadata().map_err(at(&path))?.len();
        if bytes > BLOB_BYTES_MAX {
            return Err(StoreFault::TooLarge { path, bytes });
        }
        let mut content = Vec::new();
        content.try_reserve_exact(bytes as usize).map_err(|_| at(&path)(io::ErrorKind::OutOfMemory.into()))?;
        file.read_to_end(&mut content).map_err(at(&path))?;
        match Digest::of(&content) {
            found if found == *digest => Ok(content),
            found => Err(StoreFault::Damaged { path, found }),
        }
    }

    /// Reads the file and compares its digest, without keeping it.
    pub fn verify(&self, digest: &Digest) -> Result<(), StoreFault> {
        self.read(digest).map(drop)
    }

    /// The digests of all files, in order. Files with other names are none of the store's.
    pub fn list(&self) -> Result<Vec<Digest>, StoreFault> {
        let mut digests = Vec::new();
        for shelf in fs::read_dir(&self.folder).map_err(at(&self.folder))? {
            let shelf = shelf.map_err(at(&self.folder))?.path();
            if !shelf.is_dir() {
                continue;
            }
            for entry in fs::read_dir(&shelf).map_err(at(&shelf))? {
                let name = entry.map_err(at(&shelf))?.file_name();
                let digest = name.to_str().and_then(|name| name.parse().ok());
                digests.extend(digest.filter(|digest| self.path(digest).starts_with(&shelf)));
            }
        }
        digests.sort_unstable();
        Ok(digests)
    }

    /// Drops a file; nothing happens if there is none.
    pub fn remove(&self, digest: &Digest) -> Result<(), StoreFault> {
        let path = self.path(digest);
        match fs::remove_file(&path) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(StoreFault::Io { path, source: e }),
            _ => Ok(()),
        }
    }
}

/// True for the name of a file that a `put` was writing when its process ended.
fn is_leftover(name: &str) -> bool {
    let process = name.strip_prefix(".put-").and_then(|rest| rest.split('.').next());
    process.is_some_and(|id| !Path::new("/proc").join(id).exists())
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> StoreFault + '_ {
    move |source| StoreFault::Io { path: path.to_owned(), source }
}

fn missing(path: PathBuf, source: io::Error) -> StoreFault {
    match source.kind() {
        io::ErrorKind::NotFound => StoreFault::Missing { path },
        _ => StoreFault::Io { path, source },
    }
}

fn sync_folder(folder: &Path) -> Result<(), StoreFault> {
    File::open(folder).and_then(|f| f.sync_all()).map_err(at(folder))
}
