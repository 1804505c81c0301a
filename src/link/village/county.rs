//! What a box asks of its county, as a seam: over HTTPS for real, from a script in a test.

use std::sync::Arc;

use crate::base::{Digest, Id};
use crate::link::wire::{Acknowledged, Claims, EnrolAsk, Enrolled, Receipts, Refused, Served, Status, Why};
use crate::rundown::document::Edge;
use crate::rundown::seal::Envelope;

/// A long poll.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RundownAsk {
    pub station: Id,
    pub wait_s: u64,
    /// The highest accepted rundown.
    pub held: Edge,
    /// The version of the accepted keys document.
    pub keys: u64,
    /// Of the last answer that was taken.
    pub etag: Option<String>,
    /// What is held: the answer may be what changed since.
    pub base: Option<Arc<Envelope>>,
}

/// A rundown that the box has not, or has not under this tag.
#[derive(Debug, Clone)]
pub struct Fresh {
    pub served: Served,
    pub etag: Option<String>,
}

/// Some bytes of a clip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Where these begin. 0 though more was asked for: something between does not know ranges.
    pub from: u64,
    pub bytes: Vec<u8>,
    /// How long the whole clip is, where it was told.
    pub total: Option<u64>,
}

/// What a person looks at first, by what the connection said.
fn what_to_do(said: &str) -> &'static str {
    if said.contains("UnknownIssuer") {
        "join again with --ca FILE, the county's data/tls/ca.pem, or look who answers at this address"
    } else {
        "look at the line, the address and the proxy"
    }
}

/// Why a question has no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("the county cannot be reached ({said}); {todo}", said = .0, todo = what_to_do(.0))]
    Unreachable(String),
    #[error("the county refused: {}", .0.say)]
    Refused(Refused),
    #[error("what answered is not the county's daemon ({0}); look at the address and at proxies on the way")]
    Unreadable(String),
    /// Of a clip, for bytes past its end.
    #[error("the county's clip is shorter than what is here of it")]
    PastEnd,
}

impl Fault {
    /// The county's word, where it was the county that spoke.
    pub fn why(&self) -> Option<Why> {
        match self {
            Fault::Refused(refused) => Some(refused.why),
            _ => None,
        }
    }
}

/// The calls of `wire`, one each. A call has a bound of its own on how long it takes.
pub trait County: Send + Sync + 'static {
    fn enrol(&self, ask: &EnrolAsk) -> impl Future<Output = Result<Enrolled, Fault>> + Send;
    /// None: nothing newer within the wait.
    fn rundown(&self, ask: &RundownAsk) -> impl Future<Output = Result<Option<Fresh>, Fault>> + Send;
    /// Up to `bytes_max` bytes from `from` on; fewer where the line broke after some.
    fn clip(&self, clip: &Digest, from: u64, bytes_max: u64) -> impl Future<Output = Result<Piece, Fault>> + Send;
    fn receipts(&self, batch: &Receipts) -> impl Future<Output = Result<Acknowledged, Fault>> + Send;
    fn status(&self, status: &Status) -> impl Future<Output = Result<(), Fault>> + Send;
    fn time(&self, nonce: &str) -> impl Future<Output = Result<Envelope, Fault>> + Send;
    fn claims(&self, station: &Id) -> impl Future<Output = Result<Claims, Fault>> + Send;
}
