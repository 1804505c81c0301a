//! The rundown in force of a station, ready to be written: packed once, however many ask.

use std::io::Write as _;
use std::sync::{Arc, OnceLock};

use axum::body::Bytes;

use crate::link::wire::Served;
use crate::rundown::document::Edge;
use crate::rundown::seal::Envelope;

/// A rundown in force.
pub struct InForce {
    pub edge: Edge,
    envelope: Arc<Envelope>,
    packed: OnceLock<Bytes>,
}

/// The keys document in force.
pub struct KeysInForce {
    pub version: u64,
    pub document: Envelope,
}

impl InForce {
    pub fn new(envelope: Arc<Envelope>, edge: Edge) -> InForce {
        InForce { edge, envelope, packed: OnceLock::new() }
    }

    /// Names this rundown together with these keys.
    pub fn etag(&self, keys: &KeysInForce) -> String {
        format!("\"{}-{}\"", self.envelope.digest().short(), keys.version)
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

fn gzip(bytes: &[u8]) -> Bytes {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(bytes).and_then(|()| packer.finish()).expect("a Vec takes any bytes").into()
}
