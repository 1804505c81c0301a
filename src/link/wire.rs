//! What goes over the link: paths, questions, answers. Both ends share these types and nothing else.
//!
//! Times are RFC 3339 with an offset. Unknown fields are ignored, so that an older end understands a newer one.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};

use crate::base::{Digest, Id, Timestamp};
use crate::link::patch::Patch;
pub use crate::rundown::chain::{Acknowledged, begin as chain_begin, next as chain};
use crate::rundown::document::Edge;
use crate::rundown::seal::{Envelope, PublicKey, Signature};
use crate::rundown::{AiringId, Receipt};

/// `POST` [`EnrolAsk`] -> [`Enrolled`]. The only call without a [`proof`](super::proof): the code stands for it.
pub const ENROL: &str = "/link/v1/enrol";
/// `GET ?station=ID&wait=SECONDS&epoch=N&version=N&keys=N`, `If-None-Match` -> 200 [`Served`] with `ETag`, or 304. With
/// `patch=1`, where the county still knows the step from what the tag names: [`Patched`] as [`PATCHED_TYPE`].
pub const RUNDOWN: &str = "/link/v1/rundown";
/// `GET CLIPS/{sha256}`, `Range` -> the bytes; they never change under their name.
pub const CLIPS: &str = "/link/v1/clips";
/// `POST` [`Receipts`] -> [`Acknowledged`], once they are on the county's disk.
pub const RECEIPTS: &str = "/link/v1/receipts";
/// `POST` [`Status`] -> 204.
pub const STATUS: &str = "/link/v1/status";
/// `GET ?nonce=HEX` -> an [`Envelope`] of [`Time`]. Without a proof: a station without a clock cannot date one.
pub const TIME: &str = "/link/v1/time";
/// `GET ?station=ID` -> [`Claims`], for a station that lost its journal.
pub const CLAIMS: &str = "/link/v1/claims";

/// The type tag of a sealed [`Time`].
pub const TIME_TYPE: &str = "application/vnd.cunxiang.time+json";

/// The content type of a [`Patched`].
pub const PATCHED_TYPE: &str = "application/vnd.cunxiang.patched+json";

/// A long poll is answered after this many seconds at the latest: proxies give up after 60.
pub const WAIT_MAX_S: u64 = 55;
/// A question is no longer than this; a batch of 1,000 receipts is some 500 KB.
pub const BODY_BYTES_MAX: usize = 1 << 20;
/// Receipts in one batch.
pub const RECEIPTS_MAX: usize = 1000;
/// Stations of one box: an office building's IP loudspeakers, not a county.
pub const STATIONS_OF_BOX_MAX: usize = 64;
/// A nonce is this many hex digits: 128 bits.
pub const NONCE_DIGITS: usize = 32;

/// A box asks to be let in, with the code a person typed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EnrolAsk {
    pub code: String,
    /// The key the box made for itself; its private half never leaves it.
    pub public: PublicKey,
    /// Base64 of the box's Ed25519 signature over [`enrol_message`]: it holds the private half.
    pub signature: String,
    /// The program's version.
    pub version: String,
}

/// What the box's signature in [`EnrolAsk`] covers.
pub fn enrol_message(code: &str, public: &PublicKey) -> Vec<u8> {
    format!("cunxiang-enrol-v1\n{code}\n{public}").into_bytes()
}

/// The county's answer: what to pin, and whom to be. The box stays pending until a person has confirmed the fingerprint.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Enrolled {
    pub stations: Vec<Id>,
    pub root: PublicKey,
    pub keys: Envelope,
}

/// What a person compares on both sides, six groups of four digits (80 bits): a stranger between the two would have to
/// show other keys to one of them.
pub fn fingerprint(root: &PublicKey, station: &PublicKey) -> String {
    let digest = Sha256::digest(format!("cunxiang-fingerprint-v1\n{root}\n{station}"));
    let mut number = u128::from_be_bytes(digest[..16].try_into().expect("a SHA-256 has 32 bytes"));
    let mut groups = Vec::new();
    for _ in 0..6 {
        groups.push(format!("{:04}", number % 10_000));
        number /= 10_000;
    }
    groups.join(" ")
}

/// The rundown in force at the county.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Served {
    /// Where it is newer than the one the station named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keys: Option<Envelope>,
    pub rundown: Envelope,
}

/// The rundown in force, as what changed since the one that the station named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Patched {
    /// The digest of the payload that the patch is of.
    pub of: Digest,
    pub payload: Patch,
    pub payload_type: String,
    pub signatures: Vec<Signature>,
}

impl Patched {
    /// From `old`, whose digest is known, to `new`. None where the new payload is no text.
    pub fn between((old, of): (&Envelope, Digest), new: &Envelope) -> Option<Patched> {
        let payload = Patch::between(&old.payload, &new.payload)?;
        let (payload_type, signatures) = (new.payload_type.clone(), new.signatures.clone());
        Some(Patched { of, payload, payload_type, signatures })
    }

    /// None where it is of another rundown than `old`.
    pub fn apply(&self, old: &Envelope) -> Option<Envelope> {
        if old.digest() != self.of {
            return None;
        }
        let payload = self.payload.apply(&old.payload)?;
        Some(Envelope { payload_type: self.payload_type.clone(), payload, signatures: self.signatures.clone() })
    }
}

/// Receipts in order, each as the exact text that is chained.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Receipts {
    /// The head of the chain before the first of these.
    pub before: Digest,
    /// The number of the first of these.
    pub first: u64,
    /// Those between what the county has and the first of these are not to be had any more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub gap: bool,
    pub receipts: Vec<Box<RawValue>>,
}

/// The text of a receipt that is chained and sent.
pub fn receipt_text(receipt: &Receipt) -> Box<RawValue> {
    serde_json::value::to_raw_value(receipt).expect("a receipt is always written")
}

/// How a box is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Status {
    pub version: String,
    /// By the box's own clock.
    pub at: Timestamp,
    /// Whether the box knows the time.
    pub clock_trusted: bool,
    /// County time less system time, as last measured.
    #[serde(default)]
    pub clock_offset_ms: i64,
    #[serde(default)]
    pub uptime_s: u64,
    #[serde(default)]
    pub disk_free_bytes: Option<u64>,
    /// Of the processor, in degrees Celsius.
    #[serde(default)]
    pub temperature_c: Option<f32>,
    /// What is wrong with the journal, if anything is.
    #[serde(default)]
    pub journal_fault: Option<String>,
    /// What sounded is not known here; the box waits for the county's [`Claims`].
    #[serde(default)]
    pub amnesia: bool,
    /// Chosen anew by each start of the program: two that take turns are two boxes with one key. Empty from a box that
    /// does not say.
    #[serde(default)]
    pub run: String,
    pub stations: Vec<StationStatus>,
}

/// How one loudspeaker is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StationStatus {
    pub station: Id,
    pub sink: String,
    /// `closed`, `opening`, `open`, or `failed: ` and what the device said.
    pub device: String,
    #[serde(default)]
    pub sounding: Option<AiringId>,
    /// The highest accepted rundown.
    pub held: Edge,
    /// Why the last offered rundown was refused.
    #[serde(default)]
    pub refusal: Option<String>,
    /// Airings due within a day whose clips are not all here and whole; the county takes every other one for ready.
    #[serde(default)]
    pub unready: Vec<AiringId>,
    #[serde(default)]
    pub starved_frames: u64,
    /// Lowered or muted on the spot: the reason a person there gave.
    #[serde(default)]
    pub muted: Option<String>,
    /// The most volume a person there allows; 100 when nobody changed it.
    #[serde(default = "full")]
    pub volume_max: u8,
}

fn full() -> u8 {
    100
}

/// The county's time, sealed by its time key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Time {
    /// As it was asked with: nobody can play an old answer again.
    pub nonce: String,
    pub at: Timestamp,
}

/// What the county knows of a station's past, for one that does not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Airings that have ended, with when they began: none of them sounds again.
    pub ended: Vec<(AiringId, Option<Timestamp>)>,
    /// Where the box's receipts go on.
    pub acknowledged: Acknowledged,
    /// The newest rundown that was served: the station may have accepted it, and is to refuse what is older.
    #[serde(default)]
    pub floor: Edge,
}

/// Why a question was not answered, with the status 400, 401, 403, 404, 409, 429 or 503.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    pub why: Why,
    /// In plain words, for the box's log and page.
    pub say: String,
    /// With `out-of-order`: where the county's chain of receipts stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged: Option<Acknowledged>,
}

/// What a box does about it depends on this word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// The code is unknown, used or over.
    BadCode,
    /// Nobody confirmed the fingerprint yet: ask again.
    Pending,
    /// The county took the box's key back: it airs what it holds and is told nothing more.
    Revoked,
    /// The proof does not fit the request, or is dated too far from the county's time.
    BadProof,
    /// No such station of this box, no such clip, no rundown yet.
    NotFound,
    /// The question does not read.
    BadRequest,
    /// The receipts do not go on from what the county has.
    OutOfOrder,
    /// Too many questions: wait.
    TooMany,
    /// The county waits in HOLD, or cannot write: ask again later.
    Unavailable,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rundown::seal::Signer;

    #[test]
    fn a_fingerprint_is_of_both_keys() {
        let [a, b, c] = [1, 2, 3].map(|n| Signer::from_secret(&[n; 32]).public());
        let shown = fingerprint(&a, &b);
        assert_eq!(shown.len(), 29);
        assert!(shown.chars().all(|c| c.is_ascii_digit() || c == ' '));
        assert_eq!(shown, fingerprint(&a, &b));
        assert!(shown != fingerprint(&a, &c) && shown != fingerprint(&c, &b) && shown != fingerprint(&b, &a));
    }
}
