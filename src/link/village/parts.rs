//! Clips on their way: what has come so far is kept in a file, so that a line that breaks every minute still brings a
//! clip, and a restart begins where the last one ended.
//!
//! Part files are not synced: what a power cut damages in one shows in the clip's SHA-256, and the clip is asked again.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::PathBuf;

use super::county::Piece;
use crate::base::{Digest, durable};
use crate::store::{Store, StoreFault};

/// No clip is larger: an hour at 32 kbit/s. Read whole into memory at its end, on boxes that have little.
pub const CLIP_BYTES_MAX: u64 = 16 << 20;

/// The folder of part files.
#[derive(Debug, Clone)]
pub struct Parts {
    folder: PathBuf,
}

/// Why a piece could not be kept.
#[derive(Debug, thiserror::Error)]
pub enum PartFault {
    #[error("{path}: {}; check that the folder may be written and has room", durable::told(source))]
    Io { path: PathBuf, source: io::Error },
    #[error(transparent)]
    Store(#[from] StoreFault),
}

/// What became of a clip with one more piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    More,
    /// Verified and in the store.
    Whole,
    /// Whole, and not what its name says; thrown away.
    Corrupt,
}

impl Parts {
    pub fn open(folder: PathBuf) -> Result<Parts, PartFault> {
        fs::create_dir_all(&folder).map_err(|source| PartFault::Io { path: folder.clone(), source })?;
        Ok(Parts { folder })
    }

    fn path(&self, clip: &Digest) -> PathBuf {
        self.folder.join(format!("{clip}.part"))
    }

    /// How much of a clip is here.
    pub fn len(&self, clip: &Digest) -> u64 {
        fs::metadata(self.path(clip)).map_or(0, |metadata| metadata.len())
    }

    /// Keeps a piece. `total` is how long the clip is, where the rundown says so; the piece's own word stands in for it.
    pub fn add(&self, clip: &Digest, piece: &Piece, total: Option<u64>, store: &Store) -> Result<Step, PartFault> {
        let path = self.path(clip);
        let fault = |source| PartFault::Io { path: path.clone(), source };
        let begun = self.len(clip);
        let mut file = File::options().create(true).append(true).open(&path).map_err(fault)?;
        if piece.from != begun {
            // From the beginning, or from somewhere else: what is here does not go on with it.
            file.set_len(0).map_err(fault)?;
            if piece.from != 0 {
                return Ok(Step::More);
            }
        }
        file.write_all(&piece.bytes).map_err(fault)?;
        drop(file);
        let here = self.len(clip);
        // The rundown's word is signed. Where both are silent, a piece that brings nothing is the end.
        let is_end = match total.or(piece.total) {
            Some(total) => here >= total,
            None => piece.bytes.is_empty() || piece.from == 0,
        };
        if here > CLIP_BYTES_MAX || (!is_end && piece.bytes.is_empty()) {
            self.drop_part(clip)?;
            return Ok(Step::Corrupt);
        }
        if !is_end {
            return Ok(Step::More);
        }
        self.finish(clip, store)
    }

    /// Puts what is here of a clip into the store, where it is the clip, and throws it away where it is not. What could
    /// not be put stays: it need not come over the line again.
    pub fn finish(&self, clip: &Digest, store: &Store) -> Result<Step, PartFault> {
        let path = self.path(clip);
        let bytes = if self.len(clip) <= CLIP_BYTES_MAX {
            fs::read(&path).map_err(|source| PartFault::Io { path, source })?
        } else {
            Vec::new()
        };
        let is_it = Digest::of(&bytes) == *clip;
        if is_it {
            store.put(&bytes)?;
        }
        self.drop_part(clip)?;
        Ok(if is_it { Step::Whole } else { Step::Corrupt })
    }

    /// Throws away what is here of a clip.
    pub fn drop_part(&self, clip: &Digest) -> Result<(), PartFault> {
        let path = self.path(clip);
        match fs::remove_file(&path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => Err(PartFault::Io { path, source }),
            _ => Ok(()),
        }
    }

    /// Throws away the parts of clips that nobody waits for.
    pub fn sweep(&self, is_wanted: impl Fn(&Digest) -> bool) {
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let clip = name.to_str().and_then(|name| name.strip_suffix(".part")?.parse::<Digest>().ok());
            if clip.is_some_and(|clip| !is_wanted(&clip)) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(from: u64, bytes: &[u8], total: Option<u64>) -> Piece {
        Piece { from, bytes: bytes.to_vec(), total }
    }

    #[test]
    fn a_clip_comes_in_pieces_over_restarts_and_is_what_its_name_says() {
        let home = tempfile::tempdir().unwrap();
        let store = Store::open(home.path().join("clips")).unwrap();
        let parts = || Parts::open(home.path().join("parts")).unwrap();
        let clip = Digest::of(b"0123456789");
        let check = |from, bytes: &[u8], total, step, len| {
            assert_eq!(parts().add(&clip, &piece(from, bytes, total), None, &store).unwrap(), step, "{from}");
            assert_eq!(parts().len(&clip), len, "{from}");
        };
        check(0, b"0123", Some(10), Step::More, 4);
        check(4, b"45", Some(10), Step::More, 6);
        // A piece that does not go on with what is here begins it anew.
        check(7, b"789", Some(10), Step::More, 0);
        check(0, b"012345", Some(10), Step::More, 6);
        check(6, b"678X", Some(10), Step::Corrupt, 0);
        assert!(!store.contains(&clip));
        // Something that knows no ranges sends it whole, though more was here.
        check(0, b"0123", Some(10), Step::More, 4);
        check(0, b"0123456789", None, Step::Whole, 0);
        assert_eq!(store.read(&clip).unwrap(), b"0123456789");
    }

    #[test]
    fn a_clip_without_end_and_one_that_stops_are_thrown_away() {
        let home = tempfile::tempdir().unwrap();
        let store = Store::open(home.path().join("clips")).unwrap();
        let parts = Parts::open(home.path().join("parts")).unwrap();
        let clip = Digest::of(b"0123456789");
        // The signed length holds, whatever the answer claims.
        let step = parts.add(&clip, &piece(0, b"0123456789 and more", Some(1 << 40)), Some(10), &store).unwrap();
        assert_eq!((step, parts.len(&clip)), (Step::Corrupt, 0));
        assert_eq!(parts.add(&clip, &piece(0, b"01", None), Some(10), &store).unwrap(), Step::More);
        assert_eq!(parts.add(&clip, &piece(2, b"", None), Some(10), &store).unwrap(), Step::Corrupt);
        let endless = vec![0; CLIP_BYTES_MAX as usize + 1];
        assert_eq!(parts.add(&clip, &piece(0, &endless, None), None, &store).unwrap(), Step::Corrupt);
        parts.add(&clip, &piece(0, b"01", Some(10)), None, &store).unwrap();
        parts.sweep(|_| true);
        assert_eq!(parts.len(&clip), 2);
        parts.sweep(|_| false);
        assert_eq!(parts.len(&clip), 0);
    }
}
