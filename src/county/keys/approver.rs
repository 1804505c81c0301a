//! An approver's key: a file that the person keeps, its private half under a passphrase. Made at the county, opened only
//! by the command with which the person signs; the daemon never sees passphrase or private half.

use std::io;
use std::path::{Path, PathBuf};

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Nonce};
use rand::RngCore as _;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::base::durable;
use crate::rundown::seal::{KeyId, PublicKey, Signer};

/// The format this version writes and reads.
const FORMAT: u16 = 1;
/// Shorter passphrases are guessed offline by whoever finds the stick (OWASP asks for 15 where nothing else protects, 12
/// Chinese or Latin characters of several words are as good).
pub const PASSPHRASE_CHARS_MIN: usize = 12;
/// A key file is a few hundred bytes.
const FILE_BYTES_MAX: u64 = 16 * 1024;
const SALT_BYTES: usize = 16;
const NONCE_BYTES: usize = 12;

/// What it costs to try a passphrase: Argon2id (RFC 9106).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    pub memory_kib: u32,
    pub passes: u32,
    pub lanes: u32,
}

impl Cost {
    /// The second choice of RFC 9106, section 4, for machines without 2 GiB to spare; a second or less on a small one.
    pub const RECOMMENDED: Cost = Cost { memory_kib: 64 * 1024, passes: 3, lanes: 4 };
    /// The least that OWASP's cheat sheet on storing passwords allows.
    pub const LEAST: Cost = Cost { memory_kib: 19 * 1024, passes: 2, lanes: 1 };
    /// What a file may ask of the machine that opens it.
    const MOST: Cost = Cost { memory_kib: 1024 * 1024, passes: 16, lanes: 16 };

    fn is_sane(self) -> bool {
        let within = |least: u32, value: u32, most: u32| (least..=most).contains(&value);
        within(Cost::LEAST.memory_kib, self.memory_kib, Cost::MOST.memory_kib)
            && within(Cost::LEAST.passes, self.passes, Cost::MOST.passes)
            && within(Cost::LEAST.lanes, self.lanes, Cost::MOST.lanes)
    }
}

/// Why an approver's key cannot be made or used.
#[derive(Debug, thiserror::Error)]
pub enum ApproverFault {
    #[error("{path}: {}", durable::told(error))]
    File { path: String, error: io::Error },
    #[error(
        "{path} is no approver's key, or is damaged; take another copy, or have a new key made with `cunxiang keys approver`"
    )]
    Damaged { path: String },
    #[error("{path} is there already; name another file with --out")]
    Taken { path: String },
    #[error(
        "the passphrase is wrong, or the file was changed; if it is forgotten, an engineer makes a new key with `cunxiang keys approver`"
    )]
    Wrong,
    #[error("the passphrase has fewer than {PASSPHRASE_CHARS_MIN} characters; take several words")]
    Short,
    #[error("this machine lacks the memory to open the key ({0} MiB)")]
    Memory(u32),
}

/// What binds the private half: the name, the public half and the cost cannot be changed in the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Head {
    format: u16,
    person: String,
    key: KeyId,
    public: PublicKey,
    /// `argon2id`, version 0x13, 32 bytes.
    kdf: String,
    cost: Cost,
    salt: String,
    /// `chacha20poly1305`.
    cipher: String,
    nonce: String,
}

/// An approver's key as it lies in its file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApproverKey {
    #[serde(flatten)]
    head: Head,
    /// The 32 bytes of the private key, encrypted, and the tag; the key above is authenticated with it.
    sealed: String,
}

impl ApproverKey {
    /// A new key of `person`.
    ///
    /// Errors: the passphrase is too short, no memory.
    pub fn make(person: &str, passphrase: &str, cost: Cost) -> Result<ApproverKey, ApproverFault> {
        if passphrase.chars().count() < PASSPHRASE_CHARS_MIN {
            return Err(ApproverFault::Short);
        }
        let signer = Signer::generate();
        let (mut salt, mut nonce) = ([0; SALT_BYTES], [0; NONCE_BYTES]);
        rand::rngs::OsRng.fill_bytes(&mut salt);
        rand::rngs::OsRng.fill_bytes(&mut nonce);
        let head = Head {
            format: FORMAT,
            person: person.to_owned(),
            key: signer.id().clone(),
            public: signer.public(),
            kdf: "argon2id".to_owned(),
            cost,
            salt: BASE64.encode(salt),
            cipher: "chacha20poly1305".to_owned(),
            nonce: BASE64.encode(nonce),
        };
        let secret = Zeroizing::new(signer.secret());
        let payload = Payload { msg: &secret[..], aad: &head.bytes() };
        let sealed = cipher(&head, &salt, passphrase)?.encrypt(&Nonce::from(nonce), payload);
        let sealed = sealed.expect("32 bytes are not too many");
        Ok(ApproverKey { head, sealed: BASE64.encode(sealed) })
    }

    /// The private key, to sign with and to be dropped.
    ///
    /// Errors: the passphrase is wrong, or the file was changed.
    pub fn open(&self, passphrase: &str) -> Result<Signer, ApproverFault> {
        let decoded = |text: &str| BASE64.decode(text).map_err(|_| ApproverFault::Wrong);
        let wrong = |_| ApproverFault::Wrong;
        let salt = <[u8; SALT_BYTES]>::try_from(decoded(&self.head.salt)?).map_err(wrong)?;
        let nonce = <[u8; NONCE_BYTES]>::try_from(decoded(&self.head.nonce)?).map_err(wrong)?;
        let sealed = decoded(&self.sealed)?;
        let payload = Payload { msg: &sealed, aad: &self.head.bytes() };
        let secret = cipher(&self.head, &salt, passphrase)?.decrypt(&Nonce::from(nonce), payload);
        let secret = Zeroizing::new(secret.map_err(|_| ApproverFault::Wrong)?);
        let secret = Zeroizing::new(<[u8; 32]>::try_from(&secret[..]).map_err(|_| ApproverFault::Wrong)?);
        let signer = Signer::from_secret(&secret);
        if *signer.id() == self.head.key { Ok(signer) } else { Err(ApproverFault::Wrong) }
    }

    pub fn person(&self) -> &str {
        &self.head.person
    }

    pub fn id(&self) -> &KeyId {
        &self.head.key
    }

    pub fn public(&self) -> PublicKey {
        self.head.public.clone()
    }

    /// Writes it, mode 0600, where nothing is yet. A stick without modes takes it too: the passphrase protects it.
    pub fn write(&self, path: &Path) -> Result<(), ApproverFault> {
        let shown = || path.display().to_string();
        if path.exists() {
            return Err(ApproverFault::Taken { path: shown() });
        }
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(|error| ApproverFault::File { path: shown(), error })?;
        }
        let text = serde_json::to_string_pretty(self).expect("a key file is plain data") + "\n";
        durable::write(path, text.as_bytes(), 0o600).map_err(|error| ApproverFault::File { path: shown(), error })
    }

    /// Reads a key file, which may be anything at all.
    pub fn read(path: &Path) -> Result<ApproverKey, ApproverFault> {
        use std::io::Read as _;
        let shown = || path.display().to_string();
        let mut text = String::new();
        let read = std::fs::File::open(path).and_then(|file| file.take(FILE_BYTES_MAX).read_to_string(&mut text));
        read.map_err(|error| ApproverFault::File { path: shown(), error })?;
        let damaged = || ApproverFault::Damaged { path: shown() };
        let key: ApproverKey = serde_json::from_str(&text).map_err(|_| damaged())?;
        let head = &key.head;
        let known = head.format == FORMAT && head.kdf == "argon2id" && head.cipher == "chacha20poly1305";
        let fits = known && head.cost.is_sane() && head.public.id() == head.key;
        if fits { Ok(key) } else { Err(damaged()) }
    }
}

impl Head {
    fn bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a head is plain data")
    }
}

/// Where a key lies that nobody put elsewhere; `folder` is the county's `keys`. Each key has a name of its own, so that
/// none is ever written over.
pub fn place(folder: &Path, person: &str, id: &KeyId) -> PathBuf {
    let id = id.to_string();
    let short: String = id.split(':').next_back().unwrap_or_default().chars().take(8).collect();
    // A name may hold anything but what ends a path.
    let person: String = person.chars().map(|c| if c == '/' || c == '\0' { '_' } else { c }).collect();
    folder.join("approvers").join(format!("{person}-{short}.key"))
}

fn cipher(head: &Head, salt: &[u8], passphrase: &str) -> Result<ChaCha20Poly1305, ApproverFault> {
    let Cost { memory_kib, passes, lanes } = head.cost;
    let memory = || ApproverFault::Memory(memory_kib / 1024);
    let params = Params::new(memory_kib, passes, lanes, Some(32)).map_err(|_| memory())?;
    let mut key = Zeroizing::new([0u8; 32]);
    let derived = Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password_into(
        passphrase.as_bytes(),
        salt,
        &mut key[..],
    );
    derived.map_err(|_| memory())?;
    Ok(ChaCha20Poly1305::new((&*key).into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSPHRASE: &str = "山高水长 路远马亡 大雪封山";

    #[test]
    fn a_key_opens_with_its_passphrase_and_only_as_it_was_written() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(ApproverKey::make("tashi", "短", Cost::LEAST), Err(ApproverFault::Short)));
        let key = ApproverKey::make("扎西", PASSPHRASE, Cost::LEAST).unwrap();
        let path = place(folder.path(), key.person(), key.id());
        key.write(&path).unwrap();
        assert!(matches!(key.write(&path), Err(ApproverFault::Taken { .. })));
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let read = ApproverKey::read(&path).unwrap();
        assert_eq!(read, key);
        let signer = read.open(PASSPHRASE).unwrap();
        assert_eq!((signer.id(), signer.public()), (key.id(), key.public()));
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(!text.contains(&BASE64.encode(signer.secret())));
        assert!(matches!(read.open("山高水长 路远马亡 大雪封路"), Err(ApproverFault::Wrong)));
        let mut renamed = read.clone();
        renamed.head.person = "drolma".to_owned();
        assert!(matches!(renamed.open(PASSPHRASE), Err(ApproverFault::Wrong)));
        let other = ApproverKey::make("扎西", PASSPHRASE, Cost::LEAST).unwrap();
        let mixed = ApproverKey { sealed: other.sealed, ..read };
        assert!(matches!(mixed.open(PASSPHRASE), Err(ApproverFault::Wrong)));
        // What no machine should be made to do, and what is cheap to guess.
        for (from, to) in [
            ("\"memory_kib\": 19456", "\"memory_kib\": 4194304"),
            ("\"memory_kib\": 19456", "\"memory_kib\": 8"),
            ("\"passes\": 2", "\"passes\": 1"),
            ("\"lanes\": 1", "\"lanes\": 0"),
            ("argon2id", "argon2d"),
            ("\"format\": 1", "\"format\": 2"),
            ("扎西\"", "扎西"),
        ] {
            let changed = text.replace(from, to);
            assert_ne!(changed, text, "{from}");
            std::fs::write(&path, changed).unwrap();
            assert!(matches!(ApproverKey::read(&path), Err(ApproverFault::Damaged { .. })), "{to}");
        }
    }
}
