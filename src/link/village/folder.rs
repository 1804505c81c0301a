//! What a box keeps on its disk about its county: its key, whom it trusts, the last accepted rundowns, and how far the
//! receipts have come.
//!
//! Every file is the old one or the new one, whatever happens to the power. Nothing is written here that was not
//! verified before.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use rustix::fs::{FlockOperation, flock};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::base::{Id, durable};
use crate::link::wire::{self, Acknowledged};
use crate::rundown::Rundown;
use crate::rundown::document::Edge;
use crate::rundown::seal::{Envelope, PublicKey, Signer};

const KEY: &str = "box.key";
const COUNTY: &str = "county.json";
pub(super) const KEYS: &str = "keys.json";
/// The same again.
pub(super) const KEYS_COPY: &str = "keys.copy.json";
const RUNDOWNS: &str = "rundowns";
const RECEIPTS: &str = "receipts.json";
const STATUS: &str = "status.json";

/// The box's data folder. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Folder {
    data: PathBuf,
}

/// Whom the box belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    pub url: String,
    /// The county's own CA, in PEM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca: Option<String>,
    /// Pinned when the box joined; nothing but a person changes it.
    pub root: PublicKey,
    pub stations: Vec<Id>,
}

/// How far the receipts have come under the key in use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brought {
    /// As the county numbers them: from 1 on under each key.
    #[serde(flatten)]
    pub county: Acknowledged,
    /// The number of a receipt in this box's journal less its number at the county.
    #[serde(default)]
    pub offset: i64,
}

impl Default for Brought {
    fn default() -> Brought {
        Brought { county: Acknowledged { number: 0, head: wire::chain_begin() }, offset: 0 }
    }
}

impl Brought {
    /// The journal's number of a receipt that has `number` at the county.
    pub fn here(&self, number: u64) -> u64 {
        number.saturating_add_signed(self.offset)
    }

    /// The county's number of a receipt that has `number` in the journal; none for one that another key brought.
    pub fn there(&self, number: u64) -> Option<u64> {
        number.checked_add_signed(self.offset.checked_neg()?).filter(|number| *number > 0)
    }

    /// Where the receipts begin under a new key: a chain of its own, with what the old key did not bring.
    pub fn under_a_new_key(&self) -> Brought {
        let offset = i64::try_from(self.here(self.county.number)).unwrap_or(i64::MAX);
        Brought { offset, ..Brought::default() }
    }
}

/// Why a file of the box cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderFault {
    #[error("{path}: {}; the folder must be writable by this user, and the files its own", durable::told(source))]
    File { path: PathBuf, source: io::Error },
    #[error("{path} is missing: this box has joined no county; run `cunxiang station join URL CODE` on it first")]
    NotJoined { path: PathBuf },
    #[error("{path} is not what was written there; {help}")]
    Damaged { path: PathBuf, help: &'static str },
    #[error("{path} may be read by others; run chmod 600 on it")]
    Open { path: PathBuf },
}

const JOIN_AGAIN: &str = "look at the disk; have the county make a new code, and run `cunxiang station join URL CODE` again: \
                          what the box holds and what it aired stays";

/// Inode, seconds and nanoseconds of a file's last change.
pub type Stamp = (u64, i64, i64);

/// Keeps other processes from the rundowns while one is compared and replaced.
pub struct RundownsHeld {
    _lock: File,
}

impl Folder {
    pub fn new(data: impl Into<PathBuf>) -> Folder {
        Folder { data: data.into() }
    }

    pub fn data(&self) -> &Path {
        &self.data
    }

    /// Where the box's clock keeps what it learnt.
    pub fn clock(&self) -> PathBuf {
        self.data.join("clock.json")
    }

    pub fn key(&self) -> Result<Signer, FolderFault> {
        use std::os::unix::fs::PermissionsExt as _;
        let path = self.data.join(KEY);
        let mode = fs::metadata(&path).map_err(missing(&path))?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(FolderFault::Open { path });
        }
        let text = fs::read_to_string(&path).map_err(at(&path))?;
        read_secret(&text).ok_or(FolderFault::Damaged { path, help: JOIN_AGAIN })
    }

    pub(super) fn write_key(&self, secret: &str) -> Result<(), FolderFault> {
        let path = self.data.join(KEY);
        durable::write(&path, format!("{secret}\n").as_bytes(), 0o600).map_err(at(&path))
    }

    pub(super) fn write_membership(&self, membership: &Membership) -> Result<(), FolderFault> {
        self.write(COUNTY, membership, 0o640)
    }

    pub fn membership(&self) -> Result<Membership, FolderFault> {
        let path = self.data.join(COUNTY);
        let bytes = fs::read(&path).map_err(missing(&path))?;
        serde_json::from_slice(&bytes).map_err(|_| FolderFault::Damaged { path, help: JOIN_AGAIN })
    }

    /// A sealed document that a box cannot do without.
    pub(super) fn envelope(&self, name: &str) -> Result<Envelope, FolderFault> {
        let path = self.data.join(name);
        let bytes = fs::read(&path).map_err(missing(&path))?;
        serde_json::from_slice(&bytes).map_err(|_| FolderFault::Damaged { path, help: JOIN_AGAIN })
    }

    pub fn write_keys(&self, keys: &Envelope) -> Result<(), FolderFault> {
        self.write(KEYS, keys, 0o644)?;
        self.write(KEYS_COPY, keys, 0o644)
    }

    /// Tells one keys document from what takes its place, without reading it.
    pub fn keys_stamp(&self) -> Option<Stamp> {
        self.stamp(KEYS)
    }

    pub fn rundown_stamp(&self, station: &Id) -> Option<Stamp> {
        self.stamp(&format!("{RUNDOWNS}/{station}.json"))
    }

    fn stamp(&self, name: &str) -> Option<Stamp> {
        use std::os::unix::fs::MetadataExt as _;
        let metadata = fs::metadata(self.data.join(name)).ok()?;
        Some((metadata.ino(), metadata.mtime(), metadata.mtime_nsec()))
    }

    /// The last accepted rundown of a station; none where there is none, or what is there does not read: the county has
    /// another one.
    pub fn rundown(&self, station: &Id) -> Option<Envelope> {
        self.read(&format!("{RUNDOWNS}/{station}.json"))
    }

    /// There is a file, and it does not read: how old its rundown was is not known any more.
    pub fn is_rundown_damaged(&self, station: &Id) -> bool {
        self.rundown_stamp(station).is_some() && self.edge(station) == Edge::default()
    }

    /// Its place in the order, as the file says; it was verified before it was written.
    pub fn edge(&self, station: &Id) -> Edge {
        let body = self.rundown(station).and_then(|envelope| serde_json::from_slice::<Rundown>(&envelope.payload).ok());
        body.map_or_else(Edge::default, |rundown| rundown.edge)
    }

    /// Waits until no other process replaces a rundown.
    pub fn hold_rundowns(&self) -> Result<RundownsHeld, FolderFault> {
        let folder = self.data.join(RUNDOWNS);
        fs::create_dir_all(&folder).map_err(at(&folder))?;
        let path = folder.join("lock");
        let lock = File::options().create(true).truncate(false).write(true).open(&path).map_err(at(&path))?;
        flock(&lock, FlockOperation::LockExclusive).map_err(|error| at(&path)(error.into()))?;
        Ok(RundownsHeld { _lock: lock })
    }

    pub fn write_rundown(&self, station: &Id, rundown: &Envelope, _held: &RundownsHeld) -> Result<(), FolderFault> {
        self.write(&format!("{RUNDOWNS}/{station}.json"), rundown, 0o640)
    }

    /// How far the receipts have come; the beginning where nothing is known.
    pub fn brought(&self) -> Brought {
        self.read(RECEIPTS).unwrap_or_default()
    }

    pub fn write_brought(&self, brought: &Brought) -> Result<(), FolderFault> {
        self.write(RECEIPTS, brought, 0o640)
    }

    /// For `cunxiang station status`.
    pub fn write_status(&self, status: &impl Serialize) -> Result<(), FolderFault> {
        self.write(STATUS, status, 0o640)
    }

    pub fn status(&self) -> Option<serde_json::Value> {
        self.read(STATUS)
    }

    pub(super) fn read<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        serde_json::from_slice(&fs::read(self.data.join(name)).ok()?).ok()
    }

    pub(super) fn write(&self, name: &str, content: &impl Serialize, mode: u32) -> Result<(), FolderFault> {
        let path = self.data.join(name);
        let bytes = serde_json::to_vec(content).expect("what a box keeps is always written");
        if fs::read(&path).is_ok_and(|before| before == bytes) {
            return Ok(());
        }
        let folder = path.parent().expect("a file of the data folder has one");
        fs::create_dir_all(folder).map_err(at(folder))?;
        durable::write(&path, &bytes, mode).map_err(at(&path))
    }
}

pub(super) fn secret_text(signer: &Signer) -> String {
    BASE64.encode(signer.secret())
}

pub(super) fn read_secret(text: &str) -> Option<Signer> {
    let secret = BASE64.decode(text.trim()).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    secret.map(|secret| Signer::from_secret(&secret))
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> FolderFault + '_ {
    move |source| FolderFault::File { path: path.to_owned(), source }
}

fn missing(path: &Path) -> impl FnOnce(io::Error) -> FolderFault + '_ {
    move |source| match source.kind() {
        io::ErrorKind::NotFound => FolderFault::NotJoined { path: path.to_owned() },
        _ => FolderFault::File { path: path.to_owned(), source },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_for_this_account_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let home = tempfile::tempdir().unwrap();
        let folder = Folder::new(home.path());
        assert!(matches!(folder.key(), Err(FolderFault::NotJoined { .. })));
        let signer = Signer::generate();
        folder.write_key(&secret_text(&signer)).unwrap();
        assert_eq!(folder.key().unwrap().id(), signer.id());
        let path = folder.data().join(KEY);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(folder.key(), Err(FolderFault::Open { .. })));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(&path, "none").unwrap();
        let told = folder.key().err().unwrap().to_string();
        assert!(told.contains("have the county make a new code"), "{told}");
    }

    #[test]
    fn a_receipt_has_a_number_here_and_one_under_each_key() {
        let brought = |offset| Brought { offset, ..Brought::default() };
        assert_eq!([brought(0).here(7), brought(40).here(7), brought(-5).here(7)], [7, 47, 2]);
        assert_eq!([brought(0).there(7), brought(5).there(7), brought(-5).there(7)], [Some(7), Some(2), Some(12)]);
        assert_eq!([brought(7).there(7), brought(9).there(7)], [None, None], "the key before brought these");
        let third = Brought { county: Acknowledged { number: 7, ..brought(0).county }, offset: 40 }.under_a_new_key();
        assert_eq!(third, brought(47));
        // As it was written before there were offsets.
        let old: Brought = serde_json::from_value(serde_json::to_value(brought(0).county).unwrap()).unwrap();
        assert_eq!(old, brought(0));
    }

    #[test]
    fn what_is_missing_or_damaged_says_what_to_do() {
        let home = tempfile::tempdir().unwrap();
        let folder = Folder::new(home.path());
        let told = folder.membership().unwrap_err().to_string();
        assert!(told.ends_with("run `cunxiang station join URL CODE` on it first"), "{told}");
        fs::write(home.path().join(COUNTY), "{").unwrap();
        let told = folder.membership().unwrap_err().to_string();
        assert!(
            told.contains("is not what was written there; look at the disk; have the county make a new code"),
            "{told}"
        );
        // What the county has as well is fetched again.
        let station: Id = "upper".parse().unwrap();
        fs::create_dir(home.path().join(RUNDOWNS)).unwrap();
        fs::write(home.path().join("rundowns/upper.json"), "{").unwrap();
        assert_eq!((folder.rundown(&station), folder.edge(&station)), (None, Edge::default()));
        assert!(folder.is_rundown_damaged(&station) && !folder.is_rundown_damaged(&"lower".parse().unwrap()));
        assert_eq!(folder.brought(), Brought::default());
    }
}
