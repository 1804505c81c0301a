//! The county's keys: files in `data/keys`, mode 0600. The root key signs the keys document and is then taken away;
//! the rundown key signs every rundown, the time key the time that boxes without a clock ask for. Approvers' keys are
//! their own; the document names the public halves.

pub mod approver;
mod change;

use std::io;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use chrono::TimeDelta;

use crate::base::{Timestamp, durable};
use crate::rundown::quiet::Quiet;
use crate::rundown::seal::{Envelope, KEYS_TYPE, Keys, PublicKey, Refusal, Signer, Trust, Use};

/// A working key is valid this long ...
const VALID_FOR: TimeDelta = TimeDelta::days(400);
/// ... and is signed anew, where the root key is at hand, when less than this is left.
const RENEW_BEFORE: TimeDelta = TimeDelta::days(60);

/// A keys document names no more keys than this: it goes to every station with each change.
const KEYS_MAX: usize = 200;

/// What a county signs with, and what its stations trust.
pub struct CountyKeys {
    folder: PathBuf,
    pub root: PublicKey,
    pub rundown: Signer,
    /// Vouches for the county's time; none where keys are older than the link, until the root key was at hand once.
    pub time: Option<Signer>,
    /// The keys document under the root's signature, as stations get it.
    pub document: Envelope,
    keys: Keys,
}

/// Why there are no keys to sign with.
#[derive(Debug, thiserror::Error)]
pub enum KeysFault {
    #[error("{path}: {error}; the folder must be writable by this user, and the files its own")]
    File { path: String, error: io::Error },
    #[error(
        "{path} is not what was written there; put it back: `cunxiang backup` keeps keys.json and root.pub, a village box has the same keys.json in its data folder, and private keys are where the county keeps its copy of them; with none of these move the folder aside, and let each box join again"
    )]
    Damaged { path: String },
    #[error("{path} may be read by others; run chmod 600 on it")]
    Open { path: String },
    #[error("the root key is not at hand: put it back into {folder}, or say with --root where it is")]
    NoRoot { folder: String },
    #[error("{path} is another county's root key, or an old one; take the one whose public half is root.pub")]
    OtherRoot { path: String },
    #[error("the keys document names no key {0}; `cunxiang keys show` lists them")]
    Unknown(String),
    #[error("key {0} is revoked already; nothing more is to be done")]
    Revoked(String),
    #[error(
        "there are {KEYS_MAX} keys already, which is more than a county has people for; revoke none and ask for help"
    )]
    TooMany,
}

/// What happened to the keys at a start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ceremony {
    /// All keys are new: the root key is to be taken away.
    FirstStart,
    /// The document was signed anew: new quiet hours, or near its end.
    Renewed,
    /// It is as it was.
    Unchanged,
    /// It should be signed anew, and the root key is not here: the old quiet hours hold.
    RootNeeded,
}

impl CountyKeys {
    /// Opens the keys of `folder`, or makes them on a first start; brings the keys document up to date with `quiet`
    /// where the root key is at hand.
    pub fn open(folder: &Path, quiet: Quiet, now: Timestamp) -> Result<(CountyKeys, Ceremony), KeysFault> {
        std::fs::create_dir_all(folder).map_err(|error| fault(folder, error))?;
        let is_new = !folder.join("keys.json").exists();
        if is_new {
            first_start(folder, quiet, now)?;
        }
        change::finish(folder)?;
        let mut county = CountyKeys::look(folder)?;
        let ceremony = if is_new { Ceremony::FirstStart } else { county.renew(quiet, now)? };
        Ok((county, ceremony))
    }

    /// Opens the keys as they are, and changes nothing.
    pub fn look(folder: &Path) -> Result<CountyKeys, KeysFault> {
        let rundown = read_secret(&folder.join("rundown.key"))?;
        let time = folder.join("time.key");
        let time = if time.exists() { Some(read_secret(&time)?) } else { None };
        let (root, document, keys) = read_document(folder)?;
        Ok(CountyKeys { folder: folder.to_owned(), root, rundown, time, document, keys })
    }

    /// What the root vouches for, without the private keys: for whoever may not read those.
    pub fn vouched(folder: &Path) -> Result<Keys, KeysFault> {
        read_document(folder).map(|(.., keys)| keys)
    }

    /// Signs the keys document anew when the quiet hours differ, the end is near, or there is no time key yet.
    pub fn renew(&mut self, quiet: Quiet, now: Timestamp) -> Result<Ceremony, KeysFault> {
        let is_current = |signer: &Signer, purpose: Use| {
            self.keys.keys.iter().any(|key| {
                key.id == *signer.id()
                    && key.purpose == purpose
                    && !key.revoked
                    && key.not_before <= now
                    && now + RENEW_BEFORE < key.not_after
            })
        };
        let current = is_current(&self.rundown, Use::Rundown)
            && self.time.as_ref().is_some_and(|time| is_current(time, Use::Time));
        if current && self.keys.quiet == quiet {
            return Ok(Ceremony::Unchanged);
        }
        let root_path = self.folder.join("root.key");
        if !root_path.exists() {
            return Ok(Ceremony::RootNeeded);
        }
        let root = read_secret(&root_path)?;
        if self.time.is_none() {
            self.time = Some(time_key(&self.folder)?);
        }
        let time = self.time.as_ref();
        let _lock = change::lock(&self.folder)?;
        // By now somebody may have signed another at the same place.
        (self.root, self.document, self.keys) = read_document(&self.folder)?;
        let keys = change::listed(&self.keys.keys, &working(&self.rundown, time), now);
        sign(&self.folder, &root, Keys { version: self.keys.version + 1, keys, quiet })?;
        (self.root, self.document, self.keys) = read_document(&self.folder)?;
        Ok(Ceremony::Renewed)
    }

    /// What a station begins with.
    pub fn trust(&self) -> Result<Trust, Refusal> {
        Trust::begin(&self.root, &self.document)
    }

    /// What the root vouches for.
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// The version of the keys document.
    pub fn version(&self) -> u64 {
        self.keys.version
    }

    /// What the link vouches with.
    pub fn for_link(&self) -> crate::link::county::Keys {
        crate::link::county::Keys {
            root: self.root.clone(),
            document: self.document.clone(),
            version: self.keys.version,
            time: self.time_signer(),
        }
    }

    /// The time key once the document vouches for it.
    pub fn time_signer(&self) -> Option<Signer> {
        let time = self.time.as_ref()?;
        let vouched = self.keys.keys.iter().any(|key| key.id == *time.id() && key.purpose == Use::Time);
        vouched.then(|| Signer::from_secret(&time.secret()))
    }

    /// Until when the rundown key may sign.
    pub fn expires(&self) -> Option<Timestamp> {
        self.keys.keys.iter().find(|key| key.id == *self.rundown.id()).map(|key| key.not_after)
    }

    /// Whether the root key still lies here, where a thief of this machine finds it.
    pub fn root_is_here(&self) -> bool {
        self.folder.join("root.key").exists()
    }
}

fn first_start(folder: &Path, quiet: Quiet, now: Timestamp) -> Result<(), KeysFault> {
    let (root, rundown) = (Signer::generate(), Signer::generate());
    write_secret(&folder.join("root.key"), &root)?;
    write_secret(&folder.join("rundown.key"), &rundown)?;
    let time = time_key(folder)?;
    let public = folder.join("root.pub");
    durable::write(&public, format!("{}\n", root.public()).as_bytes(), 0o644).map_err(|error| fault(&public, error))?;
    let keys = change::listed(&[], &working(&rundown, Some(&time)), now);
    sign(folder, &root, Keys { version: 1, keys, quiet })
}

fn time_key(folder: &Path) -> Result<Signer, KeysFault> {
    let time = Signer::generate();
    write_secret(&folder.join("time.key"), &time)?;
    Ok(time)
}

/// The keys this county works with.
fn working<'k>(rundown: &'k Signer, time: Option<&'k Signer>) -> Vec<(&'k Signer, Use)> {
    std::iter::once((rundown, Use::Rundown)).chain(time.map(|time| (time, Use::Time))).collect()
}

fn sign(folder: &Path, root: &Signer, keys: Keys) -> Result<(), KeysFault> {
    if keys.keys.len() > KEYS_MAX {
        return Err(KeysFault::TooMany);
    }
    let payload = serde_json::to_vec(&keys).expect("a keys document is always written");
    let envelope = Envelope::seal(KEYS_TYPE, payload, &[root]);
    let bytes = serde_json::to_vec(&envelope).expect("an envelope is always written");
    // Last: a start that broke off before this begins anew.
    let path = folder.join("keys.json");
    durable::write(&path, &bytes, 0o644).map_err(|error| fault(&path, error))
}

fn read_document(folder: &Path) -> Result<(PublicKey, Envelope, Keys), KeysFault> {
    let path = folder.join("keys.json");
    let damaged = |path: &Path| KeysFault::Damaged { path: path.display().to_string() };
    let bytes = std::fs::read(&path).map_err(|error| fault(&path, error))?;
    let document: Envelope = serde_json::from_slice(&bytes).map_err(|_| damaged(&path))?;
    let public = folder.join("root.pub");
    let text = std::fs::read_to_string(&public).map_err(|error| fault(&public, error))?;
    let root: PublicKey = text.parse().map_err(|_| damaged(&public))?;
    let trust = Trust::begin(&root, &document).map_err(|_| damaged(&path))?;
    Ok((root, document, trust.keys().clone()))
}

fn write_secret(path: &Path, signer: &Signer) -> Result<(), KeysFault> {
    let text = format!("{}\n", BASE64.encode(signer.secret()));
    durable::write(path, text.as_bytes(), 0o600).map_err(|error| fault(path, error))
}

fn read_secret(path: &Path) -> Result<Signer, KeysFault> {
    use std::os::unix::fs::PermissionsExt;
    let metadata = std::fs::metadata(path).map_err(|error| fault(path, error))?;
    if metadata.permissions().mode() & 0o077 != 0 {
        return Err(KeysFault::Open { path: path.display().to_string() });
    }
    let text = std::fs::read_to_string(path).map_err(|error| fault(path, error))?;
    let secret = BASE64.decode(text.trim()).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    secret
        .map(|secret| Signer::from_secret(&secret))
        .ok_or_else(|| KeysFault::Damaged { path: path.display().to_string() })
}

fn fault(path: &Path, error: io::Error) -> KeysFault {
    KeysFault::File { path: path.display().to_string(), error }
}

#[cfg(test)]
mod tests;
