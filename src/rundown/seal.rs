//! The seal on a rundown, and what a station trusts.
//!
//! An envelope is DSSE (<https://github.com/secure-systems-lab/dsse>, protocol 1.0): exact bytes, a type tag, any
//! number of signatures over `PAE(type, bytes)`. Signatures are Ed25519 (RFC 8032), verified strictly. A station pins
//! only the *root* public key; the root signs the small [`Keys`] document, which names the working keys and the quiet
//! hours, so that a working key is changed without a visit.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::{Signature as Ed25519, Signer as _, SigningKey, VerifyingKey};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::base::{Digest, Id, Timestamp};
use crate::rundown::Rundown;
use crate::rundown::document::Edge;
use crate::rundown::quiet::Quiet;
use crate::rundown::statement::Warrants;

/// The type tag of a sealed [`Rundown`].
pub const RUNDOWN_TYPE: &str = "application/vnd.cunxiang.rundown+json";
/// The type tag of a sealed [`Keys`] document.
pub const KEYS_TYPE: &str = "application/vnd.cunxiang.keys+json";

/// An envelope carries no more signatures than this: a rundown's, and room for approvers and a second algorithm.
const SIGNATURES_MAX: usize = 16;

/// Exact bytes under signatures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Envelope {
    pub payload_type: String,
    #[serde(with = "base64_bytes")]
    pub payload: Vec<u8>,
    pub signatures: Vec<Signature>,
}

/// One signature; `keyid` names its algorithm first, as in `ed25519:5f0c…`, which leaves room for SM2.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    pub keyid: KeyId,
    #[serde(with = "base64_bytes")]
    pub sig: Vec<u8>,
}

/// `ed25519:` and the first 16 hex digits of the SHA-256 of the public key.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct KeyId(String);

/// A public key, written in base64.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey(pub VerifyingKey);

/// A private key and its id. Never printed.
pub struct Signer {
    key: SigningKey,
    id: KeyId,
}

/// What a working key may sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Use {
    Rundown,
    Time,
    Approver,
}

/// A working key, as the root vouches for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    pub id: KeyId,
    #[serde(rename = "use")]
    pub purpose: Use,
    pub public: PublicKey,
    pub not_before: Timestamp,
    pub not_after: Timestamp,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub revoked: bool,
    /// Whose it is, by the name they have among the people; of an approver's key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
}

/// The document that the root signs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keys {
    /// A station never goes back to a lower one.
    pub version: u64,
    pub keys: Vec<Key>,
    /// No rundown can loosen these.
    pub quiet: Quiet,
}

/// Why a station refuses an envelope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("it is no sealed document: {0}")]
    Unreadable(String),
    #[error("it is sealed as `{0}`, not as what was asked for")]
    WrongType(String),
    #[error("no signature on it is by a key that may sign this now")]
    NoTrustedSignature,
    #[error("it is for station {0}")]
    OtherStation(Id),
    #[error("it is older than what was accepted before")]
    Older,
    #[error("it is dated after now")]
    FromTheFuture,
    #[error("it was valid until {0}")]
    Outdated(Timestamp),
    #[error("its content is at fault: {0}")]
    Content(String),
}

/// What a station trusts: the pinned root, and the newest keys document it accepted.
#[derive(Debug, Clone)]
pub struct Trust {
    root: VerifyingKey,
    keys: Keys,
}

/// Clocks of county and station may differ by this much before a rundown counts as from the future.
pub const CLOCK_SKEW_MAX: chrono::TimeDelta = chrono::TimeDelta::minutes(2);

impl Envelope {
    /// Signs `payload` with each signer.
    pub fn seal(payload_type: &str, payload: Vec<u8>, signers: &[&Signer]) -> Envelope {
        let mut envelope = Envelope { payload_type: payload_type.to_owned(), payload, signatures: Vec::new() };
        envelope.signatures = signers.iter().map(|signer| envelope.sign(signer)).collect();
        envelope
    }

    pub fn digest(&self) -> Digest {
        Digest::of(&self.payload)
    }

    /// A further signature by `signer` over these bytes.
    pub fn sign(&self, signer: &Signer) -> Signature {
        let message = pre_authentication_encoding(&self.payload_type, &self.payload);
        Signature { keyid: signer.id.clone(), sig: signer.key.sign(&message).to_vec() }
    }

    /// Whether this key signed it, whatever the key may be used for.
    pub fn is_signed_by(&self, key: &Key) -> bool {
        self.signed_by(&key.id, &key.public.0)
    }

    fn signed_by(&self, id: &KeyId, key: &VerifyingKey) -> bool {
        let message = pre_authentication_encoding(&self.payload_type, &self.payload);
        self.signatures
            .iter()
            .take(SIGNATURES_MAX)
            .filter(|s| s.keyid == *id)
            .any(|s| Ed25519::from_slice(&s.sig).is_ok_and(|signature| key.verify_strict(&message, &signature).is_ok()))
    }
}

/// DSSE's PAE: `DSSEv1 <length of type> <type> <length of body> <body>`.
fn pre_authentication_encoding(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let head = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len());
    [head.as_bytes(), payload].concat()
}

impl Signer {
    /// A new key from the operating system's random source.
    pub fn generate() -> Signer {
        Signer::from_secret(&SigningKey::generate(&mut rand::rngs::OsRng).to_bytes())
    }

    /// `secret` is the 32 bytes of RFC 8032's private key.
    pub fn from_secret(secret: &[u8; 32]) -> Signer {
        let key = SigningKey::from_bytes(secret);
        let id = KeyId::of(&key.verifying_key());
        Signer { key, id }
    }

    /// For the file that keeps it, mode 0600, and nothing else.
    pub fn secret(&self) -> [u8; 32] {
        self.key.to_bytes()
    }

    pub fn id(&self) -> &KeyId {
        &self.id
    }

    pub fn public(&self) -> PublicKey {
        PublicKey(self.key.verifying_key())
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({})", self.id)
    }
}

impl Trust {
    /// Begins with a pinned root and the keys document it signed.
    ///
    /// Errors: the document is not signed by this root, or does not read.
    pub fn begin(root: &PublicKey, keys: &Envelope) -> Result<Trust, Refusal> {
        Ok(Trust { root: root.0, keys: open_keys(&root.0, keys)? })
    }

    /// Believes nobody but the root, until a keys document comes: refuses every rundown, and lets nothing sound at any
    /// hour.
    pub fn in_nobody(root: &PublicKey) -> Trust {
        Trust { root: root.0, keys: Keys { version: 0, keys: Vec::new(), quiet: Quiet::ALWAYS } }
    }

    /// Takes a newer keys document; what was trusted stays when it is refused.
    pub fn renew(&mut self, keys: &Envelope) -> Result<(), Refusal> {
        let keys = open_keys(&self.root, keys)?;
        if keys.version < self.keys.version {
            return Err(Refusal::Older);
        }
        self.keys = keys;
        Ok(())
    }

    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// What the statements of a rundown let sound.
    pub fn warrants(&self, rundown: &Rundown) -> Warrants {
        Warrants::of(&self.keys, &rundown.orders)
    }

    pub fn quiet(&self) -> &Quiet {
        &self.keys.quiet
    }

    /// Opens a rundown for `station`, which has accepted `held` before. The edge is to be kept only now, after every
    /// check has passed.
    pub fn open(&self, envelope: &Envelope, station: &Id, held: Edge, now: Timestamp) -> Result<Rundown, Refusal> {
        if envelope.payload_type != RUNDOWN_TYPE {
            return Err(Refusal::WrongType(envelope.payload_type.clone()));
        }
        let trusted = self
            .keys
            .keys
            .iter()
            .any(|key| key.purpose == Use::Rundown && key.is_valid(now) && envelope.is_signed_by(key));
        if !trusted {
            return Err(Refusal::NoTrustedSignature);
        }
        let rundown: Rundown =
            serde_json::from_slice(&envelope.payload).map_err(|e| Refusal::Unreadable(e.to_string()))?;
        if rundown.station != *station {
            return Err(Refusal::OtherStation(rundown.station));
        }
        if rundown.edge < held {
            return Err(Refusal::Older);
        }
        if rundown.issued > now + CLOCK_SKEW_MAX {
            return Err(Refusal::FromTheFuture);
        }
        if rundown.valid_until < now {
            return Err(Refusal::Outdated(rundown.valid_until));
        }
        rundown.fault().map_or(Ok(()), |fault| Err(Refusal::Content(fault)))?;
        Ok(rundown)
    }
}

fn open_keys(root: &VerifyingKey, envelope: &Envelope) -> Result<Keys, Refusal> {
    if envelope.payload_type != KEYS_TYPE {
        return Err(Refusal::WrongType(envelope.payload_type.clone()));
    }
    if !envelope.signed_by(&KeyId::of(root), root) {
        return Err(Refusal::NoTrustedSignature);
    }
    let keys: Keys = serde_json::from_slice(&envelope.payload).map_err(|e| Refusal::Unreadable(e.to_string()))?;
    match keys.keys.iter().find(|key| key.id != KeyId::of(&key.public.0)) {
        Some(key) => Err(Refusal::Content(format!("key {} is not the key of that id", key.id))),
        None => Ok(keys),
    }
}

impl PublicKey {
    pub fn id(&self) -> KeyId {
        KeyId::of(&self.0)
    }
}

impl KeyId {
    fn of(key: &VerifyingKey) -> KeyId {
        KeyId(format!("ed25519:{}", Digest::of(key.as_bytes()).short()))
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text that is no public key.
#[derive(Debug, thiserror::Error)]
#[error("this is no Ed25519 public key in base64")]
pub struct BadKey;

impl FromStr for PublicKey {
    type Err = BadKey;

    fn from_str(text: &str) -> Result<PublicKey, BadKey> {
        let bytes = BASE64.decode(text.trim()).map_err(|_| BadKey)?;
        let bytes: [u8; 32] = bytes.try_into().map_err(|_| BadKey)?;
        VerifyingKey::from_bytes(&bytes).map(PublicKey).map_err(|_| BadKey)
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE64.encode(self.0.as_bytes()))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl Serialize for PublicKey {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PublicKey {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<PublicKey, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

mod base64_bytes {
    use super::*;

    pub fn serialize<S: Serializer>(bytes: &[u8], s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&BASE64.encode(bytes))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<u8>, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(d)?;
        BASE64.decode(text.as_bytes()).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests;
