//! The rundown in force of a station, ready to be written: packed once, however many ask.

use std::io::Write as _;
use std::sync::{Arc, OnceLock};

use axum::body::Bytes;
use flate2::{Compress, Compression, Crc, FlushCompress, Status};

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
    pub fn new(envelope: Arc<Envelope>, edge: Edge, before: Option<&InForce>, packer: &mut Packer) -> InForce {
        let step = before.and_then(|before| {
            let patched = Patched::between((&before.envelope, before.digest), &envelope)?;
            let body = packer.gzip(&serde_json::to_vec(&patched).expect("a patch is always written"));
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

/// Packs one short text after another: a fresh packer takes ten times as long to be made as it packs.
pub struct Packer(Compress);

impl Default for Packer {
    fn default() -> Packer {
        Packer(Compress::new(Compression::default(), false))
    }
}

impl Packer {
    /// A member of RFC 1952, section 2.3: no name, no time, of no known system.
    fn gzip(&mut self, bytes: &[u8]) -> Bytes {
        let mut packed = b"\x1f\x8b\x08\0\0\0\0\0\0\xff".to_vec();
        self.0.reset();
        loop {
            packed.reserve(bytes.len() / 2 + 64);
            let rest = &bytes[self.0.total_in() as usize..];
            let status = self.0.compress_vec(rest, &mut packed, FlushCompress::Finish);
            if status.expect("any bytes can be packed") == Status::StreamEnd {
                break;
            }
        }
        let mut sum = Crc::new();
        sum.update(bytes);
        packed.extend(sum.sum().to_le_bytes());
        packed.extend(sum.amount().to_le_bytes());
        packed.into()
    }
}

fn gzip(bytes: &[u8]) -> Bytes {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(bytes).and_then(|()| packer.finish()).expect("a Vec takes any bytes").into()
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn one_packer_packs_text_after_text() {
        let mut packer = Packer::default();
        let noise = |n: usize| (0..n as u64).map(|i| (i.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 37) as u8);
        for length in [0, 1, 700, 100_000, 3] {
            let bytes: Vec<u8> = noise(length).collect();
            let packed = packer.gzip(&bytes);
            let mut read = Vec::new();
            flate2::read::GzDecoder::new(&packed[..]).read_to_end(&mut read).unwrap();
            assert!(read == bytes, "{length} bytes");
        }
    }
}
