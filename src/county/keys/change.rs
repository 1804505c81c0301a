//! Changes of the keys document: other working keys, an approver's key, a key that is not to be trusted any more. Each
//! is signed by the root, and takes effect at the stations when they get it.

use std::fs::File;
use std::path::Path;

use chrono::TimeDelta;

use super::{CountyKeys, KeysFault, VALID_FOR, fault, read_document, read_secret, sign, write_secret};
use crate::base::Timestamp;
use crate::rundown::seal::{Key, KeyId, Keys, PublicKey, Signer, Use};

/// After a rotation the old key may still be verified with for so long: a box that got the new document and then lost
/// its line still reads the rundown it holds, 14 days of it, after a restart. What was stolen is revoked instead.
pub const OVERLAP: TimeDelta = TimeDelta::days(15);

/// What a change did, for the one who asked for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    pub version: u64,
    /// A key that is new.
    pub made: Option<KeyId>,
    /// A key that ends, and when; at once if it was revoked.
    pub ends: Option<(KeyId, Timestamp)>,
}

impl CountyKeys {
    /// The root's private key: in `file`, or where it lies here.
    ///
    /// Errors: it is not there, may be read by others, or is not this county's.
    pub fn root_key(&self, file: Option<&Path>) -> Result<Signer, KeysFault> {
        let path = file.map_or_else(|| self.folder.join("root.key"), Path::to_owned);
        if file.is_none() && !path.exists() {
            return Err(KeysFault::NoRoot { folder: self.folder.display().to_string() });
        }
        let root = read_secret(&path)?;
        if root.public() != self.root {
            return Err(KeysFault::OtherRoot { path: path.display().to_string() });
        }
        Ok(root)
    }

    /// A new rundown or time key in the place of the one in use, which is still good to verify with for [`OVERLAP`].
    pub fn rotate(&mut self, root: &Signer, purpose: Use, now: Timestamp) -> Result<Changed, KeysFault> {
        let old = self.in_use(purpose).cloned();
        let until = now + OVERLAP;
        self.replace(root, purpose, now, |key| {
            if old.as_ref() == Some(&key.id) {
                key.not_after = key.not_after.min(until);
            }
        })
        .map(|changed| Changed { ends: old.clone().map(|old| (old, until)), ..changed })
    }

    /// Takes the trust of a key away, at once and for ever. Where it is the rundown or time key in use, another is made
    /// in its place: without one nothing could be said to a station any more.
    ///
    /// Errors: no key has this id, or it is revoked already.
    pub fn revoke(&mut self, root: &Signer, id: &str, now: Timestamp) -> Result<Changed, KeysFault> {
        let Some(key) = self.keys.keys.iter().find(|key| key.id.to_string() == id) else {
            return Err(KeysFault::Unknown(id.to_owned()));
        };
        if key.revoked {
            return Err(KeysFault::Revoked(id.to_owned()));
        }
        let (id, purpose) = (key.id.clone(), key.purpose);
        let ends = Some((id.clone(), now));
        let take_away = |key: &mut Key| key.revoked |= key.id == id;
        let changed = if self.in_use(purpose) == Some(&id) {
            self.replace(root, purpose, now, take_away)?
        } else {
            self.change(root, |keys| keys.iter_mut().for_each(take_away))?
        };
        Ok(Changed { ends, ..changed })
    }

    /// Names the public half of a person's key. Older keys of theirs are revoked: whoever makes a new one has forgotten
    /// the passphrase, lost the file, or comes near its end.
    pub fn name_approver(
        &mut self,
        root: &Signer,
        person: &str,
        public: PublicKey,
        now: Timestamp,
    ) -> Result<Changed, KeysFault> {
        let old = self.approver_key(person, now).map(|key| key.id.clone());
        let made = public.id();
        let changed = self.change(root, |keys| {
            for key in keys.iter_mut().filter(|key| key.person.as_deref() == Some(person)) {
                key.revoked = true;
            }
            keys.push(Key { person: Some(person.to_owned()), ..fresh(public, Use::Approver, now) });
        })?;
        Ok(Changed { made: Some(made), ends: old.map(|old| (old, now)), ..changed })
    }

    /// The key with which a person may sign at `now`.
    pub fn approver_key(&self, person: &str, now: Timestamp) -> Option<&Key> {
        self.keys.approvers(now).find(|key| key.person.as_deref() == Some(person))
    }

    /// The key this county signs with.
    pub fn in_use(&self, purpose: Use) -> Option<&KeyId> {
        match purpose {
            Use::Rundown => Some(self.rundown.id()),
            Use::Time => self.time.as_ref().map(Signer::id),
            Use::Approver => None,
        }
    }

    /// Takes up a keys document that somebody signed meanwhile; true when there was a newer one.
    ///
    /// Errors: it does not read, or is not the root's; what was known stays.
    pub fn take_up(&mut self) -> Result<bool, KeysFault> {
        let (_, document, keys) = read_document(&self.folder)?;
        if document == self.document || keys.version <= self.keys.version {
            return Ok(false);
        }
        finish(&self.folder)?;
        *self = CountyKeys::look(&self.folder)?;
        Ok(true)
    }

    /// A new key of `purpose` under a new document: the private half is on disk before the document names it, and takes
    /// its place after.
    fn replace(
        &mut self,
        root: &Signer,
        purpose: Use,
        now: Timestamp,
        old: impl FnMut(&mut Key),
    ) -> Result<Changed, KeysFault> {
        let made = Signer::generate();
        write_secret(&self.folder.join(next_of(purpose)), &made)?;
        let changed = self.change(root, |keys| {
            keys.iter_mut().for_each(old);
            keys.push(fresh(made.public(), purpose, now));
        })?;
        finish(&self.folder)?;
        *self = CountyKeys::look(&self.folder)?;
        Ok(Changed { made: Some(made.id().clone()), ..changed })
    }

    fn change(&mut self, root: &Signer, change: impl FnOnce(&mut Vec<Key>)) -> Result<Changed, KeysFault> {
        let _lock = lock(&self.folder)?;
        let (_, _, Keys { version, mut keys, quiet }) = read_document(&self.folder)?;
        change(&mut keys);
        sign(&self.folder, root, Keys { version: version + 1, keys, quiet })?;
        (self.root, self.document, self.keys) = read_document(&self.folder)?;
        Ok(Changed { version: version + 1, made: None, ends: None })
    }
}

/// What a new document lists: the `working` keys with a new term, and what the `old` one lists besides. What ended is
/// left out; approvers' keys stay for ever, because any of them makes signatures a must.
pub(super) fn listed(old: &[Key], working: &[(&Signer, Use)], now: Timestamp) -> Vec<Key> {
    let mut keys: Vec<Key> = working.iter().map(|(signer, purpose)| fresh(signer.public(), *purpose, now)).collect();
    let stays = |key: &&Key| key.purpose == Use::Approver || now <= key.not_after;
    let others = old.iter().filter(|key| working.iter().all(|(signer, _)| *signer.id() != key.id));
    keys.extend(others.filter(stays).cloned());
    keys
}

fn fresh(public: PublicKey, purpose: Use, now: Timestamp) -> Key {
    Key {
        id: public.id(),
        purpose,
        public,
        // A day early: a station's clock may be behind.
        not_before: now - TimeDelta::days(1),
        not_after: now + VALID_FOR,
        revoked: false,
        person: None,
    }
}

const PLACES: [(Use, &str, &str); 2] =
    [(Use::Rundown, "rundown.key", "rundown.key.next"), (Use::Time, "time.key", "time.key.next")];

fn next_of(purpose: Use) -> &'static str {
    let place = PLACES.iter().find(|(other, ..)| *other == purpose);
    place.expect("approvers' keys are their own, and no command makes a root key").2
}

/// Puts new keys that the document names in the place of the old ones; also where a change broke off in between.
pub(super) fn finish(folder: &Path) -> Result<(), KeysFault> {
    for (_, name, next) in PLACES {
        let next = folder.join(next);
        if !next.exists() {
            continue;
        }
        let made = read_secret(&next)?;
        if read_document(folder)?.2.keys.iter().any(|key| key.id == *made.id()) {
            std::fs::rename(&next, folder.join(name)).map_err(|error| fault(&next, error))?;
            let opened = File::open(folder).and_then(|folder| folder.sync_all());
            opened.map_err(|error| fault(folder, error))?;
        }
    }
    Ok(())
}

/// One change at a time, whichever process makes it. Held until dropped.
pub(super) fn lock(folder: &Path) -> Result<File, KeysFault> {
    let path = folder.join(".lock");
    let file = File::options().create(true).truncate(false).write(true).open(&path);
    let file = file.map_err(|error| fault(&path, error))?;
    let locked = rustix::fs::flock(&file, rustix::fs::FlockOperation::LockExclusive);
    locked.map_err(|error| fault(&path, error.into()))?;
    Ok(file)
}
