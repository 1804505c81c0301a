//! The calls of the wire as HTTP: paths, headers, and what answers mean. How bytes get there is the [`Carrier`]'s; what
//! is done with the answers is the errands'.

use std::io::Read as _;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::header::{
    ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, IF_NONE_MATCH,
    RANGE,
};
use axum::http::request::Builder;
use axum::http::{Method, Request, Response, StatusCode};
use futures::StreamExt as _;
use futures::stream::BoxStream;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::county::{County, Fault, Fresh, Piece, RundownAsk};
use super::tls::Dates;
use crate::base::{Clock, Digest, Id};
use crate::link::proof;
use crate::link::wire::{
    self, Acknowledged, Claims, EnrolAsk, Enrolled, Patched, Receipts, Refused, Served, Status, Why,
};
use crate::rundown::seal::{Envelope, KeyId, PublicKey, Signer};

/// A question and its answer, which is small.
const CALL_MAX: Duration = Duration::from_secs(60);
/// On top of a long poll's own wait: the answer may be a whole rundown on a thin line.
const POLL_GRACE: Duration = Duration::from_secs(90);
/// A piece of a clip at 64 kbit/s takes 8 s; where the line loses a third of it, much longer.
const PIECE_MAX: Duration = Duration::from_secs(120);
/// No answer but a clip is longer: 14 days of a busy station are some 2 MB.
const ANSWER_BYTES_MAX: usize = 16 << 20;

/// A body as it comes.
pub type Flow = BoxStream<'static, Result<Bytes, Fault>>;

/// How a question is to be carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// All of the answer is here within this.
    pub within: Duration,
    pub dates: Dates,
}

/// What takes questions to the county: TLS for real, a simulated line in a test.
pub trait Carrier: Send + Sync + 'static {
    /// The question names a path alone. Any status is an answer.
    fn carry(
        &self,
        question: Request<Vec<u8>>,
        terms: Terms,
    ) -> impl Future<Output = Result<Response<Flow>, Fault>> + Send;
}

/// The county, asked under a box's key.
pub struct Calls<C> {
    carrier: C,
    /// None of a box that asks to be let in.
    asker: Option<Asker>,
    clock: Arc<dyn Clock>,
}

/// Who asks, and whom.
struct Asker {
    signer: Arc<Signer>,
    /// The id of the pinned root key.
    county: KeyId,
}

impl<C: Carrier> Calls<C> {
    /// `root` is the county's that the box has pinned.
    pub fn new(carrier: C, signer: Arc<Signer>, root: &PublicKey, clock: Arc<dyn Clock>) -> Calls<C> {
        Calls { carrier, asker: Some(Asker { signer, county: root.id() }), clock }
    }

    /// Of a box that has no county yet: nothing but [`County::enrol`] and [`County::time`] is answered.
    pub fn to_join(carrier: C, clock: Arc<dyn Clock>) -> Calls<C> {
        Calls { carrier, asker: None, clock }
    }

    /// The head of a question under the box's proof, where it has one.
    fn head(&self, method: Method, path: &str, body: &[u8]) -> Builder {
        let mut head = Request::builder().uri(path);
        if let Some(Asker { signer, county }) = &self.asker {
            let proof = proof::make(signer, county, (method.as_str(), path, body), self.clock.now());
            head = head.header(AUTHORIZATION, format!("Bearer {proof}"));
        }
        let head = head.method(method);
        if body.is_empty() { head } else { head.header(CONTENT_TYPE, "application/json") }
    }

    async fn carry(
        &self,
        head: Builder,
        body: Vec<u8>,
        within: Duration,
        dates: Dates,
    ) -> Result<Response<Flow>, Fault> {
        let question = head.body(body).map_err(|error| Fault::Unreadable(error.to_string()))?;
        let response = self.carrier.carry(question, Terms { within, dates }).await?;
        let status = response.status();
        if status.is_success() || status == StatusCode::NOT_MODIFIED {
            return Ok(response);
        }
        if status == StatusCode::RANGE_NOT_SATISFIABLE {
            return Err(Fault::PastEnd);
        }
        let body = body_of(response).await?;
        match serde_json::from_slice::<Refused>(&body) {
            Ok(refused) => Err(Fault::Refused(refused)),
            // A proxy's own page: it stands for the county, which is busy or away.
            Err(_) if [502, 503, 504].contains(&status.as_u16()) => Err(Fault::Refused(Refused {
                why: Why::Unavailable,
                say: format!("something before the county's daemon answers with status {status}"),
                acknowledged: None,
            })),
            Err(_) => Err(Fault::Unreadable(format!("status {status}"))),
        }
    }

    async fn get(&self, path: &str) -> Result<Response<Flow>, Fault> {
        let head = self.head(Method::GET, path, b"").header(ACCEPT_ENCODING, "gzip");
        self.carry(head, Vec::new(), CALL_MAX, Dates::Checked).await
    }

    async fn post(&self, path: &str, body: &impl Serialize) -> Result<Response<Flow>, Fault> {
        let body = json(body);
        let head = self.head(Method::POST, path, &body).header(ACCEPT_ENCODING, "gzip");
        self.carry(head, body, CALL_MAX, Dates::Checked).await
    }
}

impl<C: Carrier> County for Calls<C> {
    async fn enrol(&self, ask: &EnrolAsk) -> Result<Enrolled, Fault> {
        // The code is the proof. A box that joins may have no clock: dates are passed over, the chain is not, and what a
        // person compares afterwards is the fingerprint.
        let head = Request::builder().method(Method::POST).uri(wire::ENROL).header(CONTENT_TYPE, "application/json");
        read(self.carry(head, json(ask), CALL_MAX, Dates::Ignored).await?).await
    }

    async fn rundown(&self, ask: &RundownAsk) -> Result<Option<Fresh>, Fault> {
        let RundownAsk { station, wait_s, held, keys, etag, base } = ask;
        let (path, epoch, version, patch) = (wire::RUNDOWN, held.epoch, held.version, u8::from(base.is_some()));
        let path = format!("{path}?station={station}&wait={wait_s}&epoch={epoch}&version={version}&keys={keys}");
        let path = format!("{path}&patch={patch}");
        let mut head = self.head(Method::GET, &path, b"").header(ACCEPT_ENCODING, "gzip");
        if let Some(etag) = etag {
            head = head.header(IF_NONE_MATCH, etag);
        }
        let within = Duration::from_secs(*wait_s) + POLL_GRACE;
        let response = self.carry(head, Vec::new(), within, Dates::Checked).await?;
        if response.status() == StatusCode::NOT_MODIFIED {
            return Ok(None);
        }
        let etag = response.headers().get(ETAG).and_then(|tag| tag.to_str().ok()).map(str::to_owned);
        let is_patch = response.headers().get(CONTENT_TYPE).is_some_and(|content| content == wire::PATCHED_TYPE);
        let served: Served = match base.as_ref().filter(|_| is_patch) {
            Some(base) => {
                let patched: Patched = read(response).await?;
                let rundown = patched.apply(base);
                let other = || Fault::Unreadable("what changed is of another rundown than the one held".to_owned());
                Served { keys: None, rundown: rundown.ok_or_else(other)? }
            }
            None => read(response).await?,
        };
        Ok(Some(Fresh { served, etag }))
    }

    async fn clip(&self, clip: &Digest, from: u64, bytes_max: u64) -> Result<Piece, Fault> {
        let last = from + bytes_max.max(1) - 1;
        let head = self.head(Method::GET, &format!("{}/{clip}", wire::CLIPS), b"");
        let head = head.header(ACCEPT_ENCODING, "identity").header(RANGE, format!("bytes={from}-{last}"));
        let response = self.carry(head, Vec::new(), PIECE_MAX, Dates::Checked).await?;
        let (from, total) = match response.status() {
            StatusCode::PARTIAL_CONTENT => {
                let range = response.headers().get(CONTENT_RANGE).and_then(|range| range.to_str().ok());
                let begun = range.and_then(content_range).filter(|(begun, _)| *begun == from);
                let (_, total) = begun.ok_or_else(|| Fault::Unreadable("other bytes than asked for".to_owned()))?;
                (from, total)
            }
            StatusCode::OK => {
                let length = response.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok());
                (0, length.and_then(|length| length.parse().ok()))
            }
            status => return Err(Fault::Unreadable(format!("status {status} for a clip"))),
        };
        let (mut bytes, mut flow) = (Vec::new(), response.into_body());
        while let Some(chunk) = flow.next().await {
            match chunk {
                Ok(chunk) => bytes.extend_from_slice(&chunk),
                // What came before the line broke need not come again.
                Err(_) if !bytes.is_empty() => break,
                Err(fault) => return Err(fault),
            }
            // Something that does not know ranges sends the whole clip: no more of it than of any.
            if bytes.len() as u64 >= bytes_max.max(super::parts::CLIP_BYTES_MAX) {
                break;
            }
        }
        Ok(Piece { from, bytes, total })
    }

    async fn receipts(&self, batch: &Receipts) -> Result<Acknowledged, Fault> {
        read(self.post(wire::RECEIPTS, batch).await?).await
    }

    async fn status(&self, status: &Status) -> Result<(), Fault> {
        self.post(wire::STATUS, status).await.map(drop)
    }

    async fn time(&self, nonce: &str) -> Result<Envelope, Fault> {
        let head = Request::builder().uri(format!("{}?nonce={nonce}", wire::TIME));
        read(self.carry(head, Vec::new(), CALL_MAX, Dates::Ignored).await?).await
    }

    async fn claims(&self, station: &Id) -> Result<Claims, Fault> {
        let path = format!("{}?station={station}", wire::CLAIMS);
        read(self.get(&path).await?).await
    }
}

fn json(body: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(body).expect("what goes over the link is always written")
}

/// `bytes 0-99/1234`: where it begins, and how long the whole is.
fn content_range(text: &str) -> Option<(u64, Option<u64>)> {
    let (range, total) = text.strip_prefix("bytes ")?.split_once('/')?;
    Some((range.split_once('-')?.0.parse().ok()?, total.parse().ok()))
}

async fn read<A: DeserializeOwned>(response: Response<Flow>) -> Result<A, Fault> {
    let bytes = body_of(response).await?;
    serde_json::from_slice(&bytes).map_err(|error| Fault::Unreadable(error.to_string()))
}

async fn body_of(response: Response<Flow>) -> Result<Vec<u8>, Fault> {
    let is_packed = response.headers().get(CONTENT_ENCODING).is_some_and(|encoding| encoding == "gzip");
    let (mut bytes, mut flow) = (Vec::new(), response.into_body());
    while let Some(chunk) = flow.next().await {
        bytes.extend_from_slice(&chunk?);
        if bytes.len() > ANSWER_BYTES_MAX {
            return Err(Fault::Unreadable("an answer without end".to_owned()));
        }
    }
    if !is_packed {
        return Ok(bytes);
    }
    let mut plain = Vec::new();
    let mut unpacked = flate2::read::GzDecoder::new(&*bytes).take(ANSWER_BYTES_MAX as u64);
    unpacked.read_to_end(&mut plain).map_err(|error| Fault::Unreadable(error.to_string()))?;
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_read() {
        assert_eq!(content_range("bytes 10-19/1234"), Some((10, Some(1234))));
        assert_eq!(content_range("bytes 10-19/*"), Some((10, None)));
        assert_eq!(content_range("bytes */1234"), None);
    }
}
