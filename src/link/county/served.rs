//! The rundown in force of a station, ready to be written: packed once, however many ask.

use std::io::Write as _;
use std::sync::{Arc, OnceLock};

use axum::body::Bytes;

use crate::base::Digest;
use crate::link::wire::{Patched, Served};
use crate::rundown::document::Edge;
use crate::rundown::seal::Envelope;

/// A step that is longer than this part of the rundown is not kept: packed, the whole is not much longer.
const STEP_PART_MAX: usize = 8;

/// A rundown in force.
pub struct InForce {
    pub edge: Edge,
    envelope: Arc<Envelope>,
    digest: Digest,
    packed: OnceLock<Bytes>,
    step: Option<Step>,
}

/// What leads here from the rundown before, packed: the boxes that wait hold that one.
struct Step {
    from: Digest,
    body: Bytes,
}

/// The keys document in force.
pub struct KeysInForce {
    pub version: u64,
    pub document: Envelope,
}

impl InForce {
    /// `before` was in force until now.
    pub fn new(envelope: Arc<Envelope>, edge: Edge, before: Option<&InForce>) -> InForce {
        let step = before.and_then(|before| {
            let patched = serde_json::to_vec(&Patched::between(&before.envelope, &envelope)?);
            let body = gzip(&patched.expect("a patch is always written"));
            (body.len() < envelope.payload.len() / STEP_PART_MAX).then_some(Step { from: before.digest, body })
        });
        InForce { edge, digest: envelope.digest(), envelope, packed: OnceLock::new(), step }
    }

    /// Names this rundown together with these keys.
    pub fn etag(&self, keys: &KeysInForce) -> String {
        etag(&self.digest, keys)
    }

    /// The packed [`Patched`] for whoever holds what `has` names under these keys.
    pub fn step_from(&self, has: Option<&str>, keys: &KeysInForce) -> Option<Bytes> {
        let step = self.step.as_ref()?;
        (has? == etag(&step.from, keys)).then(|| step.body.clone())
    }

    /// The body, and whether it is gzip. `keys` where the asker has older ones.
    pub fn body(&self, keys: Option<&KeysInForce>, takes_gzip: bool) -> (Bytes, bool) {
        let plain = || {
            let served =
                Served { keys: keys.map(|keys| keys.document.clone()), rundown: Envelope::clone(&self.envelope) };
            serde_json::to_vec(&served).expect("an envelope is always written")
        };
        match (takes_gzip, keys) {
            (false, _) => (plain().into(), false),
            // Keys change once in months: nobody keeps this form.
            (true, Some(_)) => (gzip(&plain()), true),
            (true, None) => (self.packed.get_or_init(|| gzip(&plain())).clone(), true),
        }
    }
}

fn etag(digest: &Digest, keys: &KeysInForce) -> String {
    format!("\"{}-{}\"", digest.short(), keys.version)
}

fn gzip(bytes: &[u8]) -> Bytes {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(bytes).and_then(|()| packer.finish()).expect("a Vec takes any bytes").into()
}
