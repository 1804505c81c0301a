//! A box joins, or joins again: a new key and everything that changes with it, as one step that no crash tears.
//!
//! What is under way stands in one file. Until the county's answer is in it the box is what it was; from then on every
//! start finishes the step, from its beginning, as often as it takes. The journal is not touched: what was claimed under
//! the old key stays claimed, and receipts that were not acknowledged go to the county under the new one.

use std::fs;
use std::io;

use serde::{Deserialize, Serialize};

use super::folder::{Brought, Folder, FolderFault, Membership, read_secret, secret_text};
use crate::base::Digest;
use crate::rundown::seal::{Envelope, Signer};

const JOINING: &str = "joining.json";

#[derive(Serialize, Deserialize)]
struct Joining {
    /// Of the code that this key is let in with.
    code: Digest,
    secret: String,
    /// What the county answered.
    answer: Option<Answer>,
}

#[derive(Serialize, Deserialize)]
struct Answer {
    membership: Membership,
    keys: Envelope,
    /// Where the receipts begin under the new key.
    brought: Brought,
}

impl Folder {
    /// The key to join with: a new one for each code, and the same again for the same code, whose answer may have been
    /// lost. The box's own key stays in use.
    pub fn key_to_join(&self, code: &str) -> Result<Signer, FolderFault> {
        let code = Digest::of(code.as_bytes());
        let begun = self.read::<Joining>(JOINING).filter(|joining| joining.code == code);
        if let Some(signer) = begun.and_then(|joining| read_secret(&joining.secret)) {
            return Ok(signer);
        }
        let signer = Signer::generate();
        self.write(JOINING, &Joining { code, secret: secret_text(&signer), answer: None }, 0o600)?;
        Ok(signer)
    }

    /// Makes the box what the county answered to the key of [`key_to_join`](Self::key_to_join).
    pub fn join(&self, code: &str, membership: &Membership, keys: &Envelope) -> Result<(), FolderFault> {
        let signer = self.key_to_join(code)?;
        let answer =
            Answer { membership: membership.clone(), keys: keys.clone(), brought: self.brought().under_a_new_key() };
        let code = Digest::of(code.as_bytes());
        self.write(JOINING, &Joining { code, secret: secret_text(&signer), answer: Some(answer) }, 0o600)?;
        self.finish_join()
    }

    /// Finishes a join that broke off after the county's answer; nothing where none did. For who holds the folder alone.
    pub fn finish_join(&self) -> Result<(), FolderFault> {
        let Some(Joining { secret, answer: Some(answer), .. }) = self.read::<Joining>(JOINING) else { return Ok(()) };
        self.write_key(&secret)?;
        self.write_brought(&answer.brought)?;
        self.write_keys(&answer.keys)?;
        self.write_membership(&answer.membership)?;
        let path = self.data().join(JOINING);
        match fs::remove_file(&path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => Err(FolderFault::File { path, source }),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link::village::folder::KEYS;
    use crate::link::wire::{self, Acknowledged};
    use crate::rundown::seal::KEYS_TYPE;

    fn membership(url: &str) -> Membership {
        let root = Signer::from_secret(&[1; 32]).public();
        Membership { url: url.to_owned(), ca: None, root, stations: vec!["upper".parse().unwrap()] }
    }

    fn keys(text: &str) -> Envelope {
        Envelope::seal(KEYS_TYPE, text.into(), &[&Signer::from_secret(&[1; 32])])
    }

    /// Everything a join changes.
    fn state(folder: &Folder) -> (String, String, Envelope, Brought) {
        let key = folder.key().unwrap().id().to_string();
        (key, folder.membership().unwrap().url, folder.envelope(KEYS).unwrap(), folder.brought())
    }

    #[test]
    fn a_code_has_one_key_and_another_code_another() {
        use std::os::unix::fs::PermissionsExt as _;
        let home = tempfile::tempdir().unwrap();
        let folder = Folder::new(home.path().join("data"));
        let first = folder.key_to_join("code").unwrap();
        assert_eq!(folder.key_to_join("code").unwrap().id(), first.id(), "the answer may have been lost");
        assert!(matches!(folder.key(), Err(FolderFault::NotJoined { .. })), "it has not joined yet");
        let mode = fs::metadata(folder.data().join(JOINING)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let other = folder.key_to_join("other code").unwrap();
        assert_ne!(other.id(), first.id());
        folder.finish_join().unwrap();
        assert!(matches!(folder.key(), Err(FolderFault::NotJoined { .. })), "no answer, no join");
        folder.join("other code", &membership("https://a"), &keys("1")).unwrap();
        assert_eq!(folder.key().unwrap().id(), other.id());
        assert!(!folder.data().join(JOINING).exists());
        assert_ne!(folder.key_to_join("third").unwrap().id(), other.id());
        assert_eq!(folder.key().unwrap().id(), other.id(), "the old one is in use until the county answered");
    }

    #[test]
    fn a_crash_between_any_two_steps_leaves_the_old_box_or_becomes_the_new_one() {
        let head = Digest::of(b"head");
        let before = Brought { county: Acknowledged { number: 30, head }, offset: 12 };
        let old = |folder: &Folder| {
            folder.join("first", &membership("https://old"), &keys("1")).unwrap();
            folder.write_brought(&before).unwrap();
        };
        let after = Brought { county: Acknowledged { number: 0, head: wire::chain_begin() }, offset: 42 };
        // The files in the order in which they are written, and the removal; the crash comes after so many of them.
        let files = ["box.key", "receipts.json", "keys.json", "county.json"];
        for done in 0..=files.len() {
            let (whole, torn) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
            let (whole, torn) = (Folder::new(whole.path()), Folder::new(torn.path()));
            fs::create_dir_all(torn.data()).unwrap();
            old(&whole);
            let earlier = files.map(|name| fs::read(whole.data().join(name)).unwrap());
            whole.key_to_join("second").unwrap();
            let answer = Answer {
                membership: membership("https://new"),
                keys: keys("2"),
                brought: before.clone().under_a_new_key(),
            };
            let mut begun: Joining = whole.read(JOINING).unwrap();
            begun.answer = Some(answer);
            whole.write(JOINING, &begun, 0o600).unwrap();
            let step = fs::read(whole.data().join(JOINING)).unwrap();
            whole.finish_join().unwrap();
            let expected = state(&whole);
            assert_eq!((expected.1.as_str(), &expected.3), ("https://new", &after));
            for (i, name) in files.iter().enumerate() {
                let bytes = if i < done { fs::read(whole.data().join(name)).unwrap() } else { earlier[i].clone() };
                crate::base::durable::write(&torn.data().join(name), &bytes, 0o600).unwrap();
            }
            crate::base::durable::write(&torn.data().join(JOINING), &step, 0o600).unwrap();
            torn.finish_join().unwrap();
            assert_eq!(state(&torn), expected, "after {done} files");
            // Once more than that: the receipts brought since then stay brought.
            let since = Brought { county: Acknowledged { number: 3, head }, offset: 42 };
            torn.write_brought(&since).unwrap();
            torn.finish_join().unwrap();
            assert_eq!(torn.brought(), since);
        }
    }
}
