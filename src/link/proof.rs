//! Who asks: each request carries a JWT (RFC 7519) signed with the box's own Ed25519 key (`EdDSA`, RFC 8037), bound to
//! the county, the method, the path with its query, and the body, used once and valid for a minute.

use std::collections::BTreeSet;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use chrono::TimeDelta;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use jwt_compact::alg::Ed25519;
use jwt_compact::{AlgorithmExt as _, Claims, Header, UntrustedToken};
use serde::{Deserialize, Serialize};

use crate::base::{Digest, Timestamp};
use crate::rundown::seal::{KeyId, PublicKey, Signer};

/// A proof may be this old when it is used, or this far ahead of the county's clock.
pub const VALID_FOR: Duration = Duration::from_secs(60);

/// Of a proof's id: 128 bits. A longer one would be kept at the cost of whoever takes it.
const ID_DIGITS: usize = 32;

/// What a proof says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Bound {
    /// Whose root key the box has pinned (`aud`, RFC 7519): what was made for one county opens nothing at another that
    /// knows the same key.
    #[serde(rename = "aud")]
    county: KeyId,
    method: String,
    /// With the query.
    path: String,
    /// Of the body; of no bytes where there is none.
    body: Digest,
    /// Milliseconds since 1970 when it was made.
    at_ms: i64,
    /// Once only: [`ID_DIGITS`] hex digits.
    id: String,
}

/// Why a proof is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadProof {
    #[error("it does not read")]
    Unreadable,
    #[error("it is not signed with the key it names")]
    Signature,
    #[error("it is made for another county")]
    OtherCounty,
    #[error("it is for another request")]
    OtherRequest,
    #[error("it is dated more than a minute from now")]
    OtherTime,
    #[error("it was used before")]
    Used,
}

/// Makes the proof of one request to the county of this root key.
pub fn make(signer: &Signer, county: &KeyId, request: (&str, &str, &[u8]), now: Timestamp) -> String {
    let id: [u8; ID_DIGITS / 2] = rand::random();
    write(signer, county, request, (now, id.iter().map(|byte| format!("{byte:02x}")).collect()))
}

fn write(
    signer: &Signer,
    county: &KeyId,
    (method, path, body): (&str, &str, &[u8]),
    (now, id): (Timestamp, String),
) -> String {
    let bound = Bound {
        county: county.clone(),
        method: method.to_owned(),
        path: path.to_owned(),
        body: Digest::of(body),
        at_ms: now.timestamp_millis(),
        id,
    };
    let header = Header::empty().with_key_id(signer.id().to_string());
    let key = SigningKey::from_bytes(&signer.secret());
    Ed25519.token(&header, &Claims::new(bound), &key).expect("a proof is always written")
}

/// Whose key a proof names, before anything of it is believed.
pub fn key_of(proof: &str) -> Option<KeyId> {
    let token = UntrustedToken::new(proof).ok()?;
    serde_json::from_value(token.header().key_id.clone()?.into()).ok()
}

/// A signature over a message, in base64.
pub fn sign(signer: &Signer, message: &[u8]) -> String {
    BASE64.encode(SigningKey::from_bytes(&signer.secret()).sign(message).to_bytes())
}

/// Whether `signature`, in base64, is by the private half of `key` over `message`.
pub fn is_signed(key: &PublicKey, message: &[u8], signature: &str) -> bool {
    let signature = BASE64.decode(signature).ok().and_then(|bytes| Signature::from_slice(&bytes).ok());
    signature.is_some_and(|signature| key.0.verify_strict(message, &signature).is_ok())
}

/// Takes proofs, each once. One for all requests of a county; its memory is what a minute brings.
#[derive(Debug)]
pub struct Proofs {
    /// The id of its root key.
    county: KeyId,
    /// Ids by when they may be forgotten.
    used: BTreeSet<(i64, String)>,
}

/// Ids remembered at the most: 20,000 boxes asking twice a second for two minutes stay below.
const USED_MAX: usize = 5_000_000;

impl Proofs {
    /// Takes what is made for the county of this root key.
    pub fn of(county: KeyId) -> Proofs {
        Proofs { county, used: BTreeSet::new() }
    }

    /// Checks that whoever holds the private half of `key` asks for just this, now, for the first time.
    pub fn take(
        &mut self,
        proof: &str,
        key: &PublicKey,
        (method, path, body): (&str, &str, &[u8]),
        now: Timestamp,
    ) -> Result<(), BadProof> {
        let announced = self.take_head(proof, key, (method, path), now)?;
        if announced == Digest::of(body) { Ok(()) } else { Err(BadProof::OtherRequest) }
    }

    /// The same before the body is read: nobody else's is. Returns the digest that the body must have. The proof is used
    /// up, whatever comes of the body.
    pub fn take_head(
        &mut self,
        proof: &str,
        key: &PublicKey,
        (method, path): (&str, &str),
        now: Timestamp,
    ) -> Result<Digest, BadProof> {
        let bound = verify(proof, &key.0)?;
        if bound.county != self.county {
            return Err(BadProof::OtherCounty);
        }
        if bound.method != method || bound.path != path {
            return Err(BadProof::OtherRequest);
        }
        if bound.id.len() != ID_DIGITS || !bound.id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(BadProof::Unreadable);
        }
        let valid_for = TimeDelta::from_std(VALID_FOR).expect("a minute fits");
        let at = Timestamp::from_timestamp_millis(bound.at_ms).ok_or(BadProof::Unreadable)?;
        if (now - at).abs() > valid_for {
            return Err(BadProof::OtherTime);
        }
        let over = (now - valid_for).timestamp_millis();
        self.used = self.used.split_off(&(over, String::new()));
        if self.used.len() >= USED_MAX || !self.used.insert((bound.at_ms, bound.id)) {
            return Err(BadProof::Used);
        }
        Ok(bound.body)
    }
}

fn verify(proof: &str, key: &VerifyingKey) -> Result<Bound, BadProof> {
    let token = UntrustedToken::new(proof).map_err(|_| BadProof::Unreadable)?;
    let token = Ed25519.validator::<Bound>(key).validate(&token).map_err(|_| BadProof::Signature)?;
    Ok(token.claims().custom.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn county() -> KeyId {
        Signer::from_secret(&[100; 32]).id().clone()
    }

    fn proofs() -> Proofs {
        Proofs::of(county())
    }

    #[test]
    fn a_proof_is_of_one_request_by_one_key_once() {
        let now = Timestamp::from_timestamp(1_800_000_000, 0).unwrap();
        let (ours, other) = (Signer::from_secret(&[1; 32]), Signer::from_secret(&[2; 32]));
        let proof = make(&ours, &county(), ("POST", "/link/v1/receipts?a=1", b"{}"), now);
        assert_eq!(key_of(&proof).as_ref(), Some(ours.id()));
        let mut proofs = Proofs::of(county());
        let mut check = |key: &Signer, request: (&str, &str, &[u8]), seconds: i64, expected| {
            let now = now + TimeDelta::seconds(seconds);
            assert_eq!(proofs.take(&proof, &key.public(), request, now), expected, "{request:?} {seconds}");
        };
        let request: (&str, &str, &[u8]) = ("POST", "/link/v1/receipts?a=1", b"{}");
        check(&other, request, 0, Err(BadProof::Signature));
        check(&ours, ("GET", request.1, request.2), 0, Err(BadProof::OtherRequest));
        check(&ours, (request.0, "/link/v1/receipts", request.2), 0, Err(BadProof::OtherRequest));
        check(&ours, request, 61, Err(BadProof::OtherTime));
        check(&ours, request, -61, Err(BadProof::OtherTime));
        check(&ours, request, 30, Ok(()));
        check(&ours, request, 31, Err(BadProof::Used));
        check(&ours, request, 60, Err(BadProof::Used));
        // With another body it is used up, too: its head was taken.
        let mut proofs = Proofs::of(county());
        let mut take = |body: &[u8]| proofs.take(&proof, &ours.public(), (request.0, request.1, body), now);
        assert_eq!([take(b"[]"), take(b"{}")], [Err(BadProof::OtherRequest), Err(BadProof::Used)]);
    }

    #[test]
    fn a_proof_is_for_one_county() {
        let now = Timestamp::from_timestamp(1_800_000_000, 0).unwrap();
        let ours = Signer::from_secret(&[1; 32]);
        let other = Signer::from_secret(&[101; 32]).id().clone();
        let request: (&str, &str, &[u8]) = ("GET", "/", b"");
        let proof = make(&ours, &county(), request, now);
        let taken = |at: KeyId| Proofs::of(at).take(&proof, &ours.public(), request, now);
        assert_eq!([taken(other), taken(county())], [Err(BadProof::OtherCounty), Ok(())]);
        // One that names none, as they were made before, is for nobody.
        let header = Header::empty().with_key_id(ours.id().to_string());
        let says = serde_json::json!({
            "method": "GET", "path": "/", "body": Digest::of(b""), "at_ms": now.timestamp_millis(), "id": "0".repeat(32),
        });
        let key = SigningKey::from_bytes(&ours.secret());
        let unbound = Ed25519.token(&header, &Claims::new(says), &key).unwrap();
        assert_eq!(proofs().take(&unbound, &ours.public(), request, now), Err(BadProof::Signature));
    }

    #[test]
    fn an_id_has_one_length() {
        let now = Timestamp::from_timestamp(1_800_000_000, 0).unwrap();
        let ours = Signer::from_secret(&[1; 32]);
        for (id, expected) in [
            ("0123456789abcdef".repeat(2), Ok(())),
            ("0123456789abcdef".repeat(200), Err(BadProof::Unreadable)),
            (String::new(), Err(BadProof::Unreadable)),
            ("x".repeat(32), Err(BadProof::Unreadable)),
        ] {
            let proof = write(&ours, &county(), ("GET", "/", b""), (now, id));
            assert_eq!(proofs().take(&proof, &ours.public(), ("GET", "/", b""), now), expected);
        }
    }

    #[test]
    fn no_single_change_of_a_proof_passes() {
        let now = Timestamp::from_timestamp(1_800_000_000, 0).unwrap();
        let ours = Signer::from_secret(&[1; 32]);
        let proof = make(&ours, &county(), ("GET", "/", b""), now);
        for at in 0..proof.len() {
            let mut bytes = proof.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).unwrap();
            assert!(proofs().take(&changed, &ours.public(), ("GET", "/", b""), now).is_err(), "{at}");
        }
    }
}
