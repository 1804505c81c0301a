//! The county over HTTPS. Names and bounds of the calls; what is done with their answers is `sync`'s.

use std::io::Read as _;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{
    ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, CONTENT_RANGE, CONTENT_TYPE, ETAG, IF_NONE_MATCH, RANGE,
};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, redirect};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::county::{County, Fault, Fresh, Piece, RundownAsk};
use super::tls::{self, Dates};
use crate::base::{Clock, Digest, Id};
use crate::link::proof;
use crate::link::wire::{
    self, Acknowledged, Claims, EnrolAsk, Enrolled, Patched, Receipts, Refused, Served, Status, Why,
};
use crate::rundown::seal::{Envelope, Signer};

/// To a connection with TLS on it: satellite and 2G lines take seconds for each of its round trips.
const CONNECT_MAX: Duration = Duration::from_secs(30);
/// A question and its answer, which is small.
const CALL_MAX: Duration = Duration::from_secs(60);
/// On top of a long poll's own wait: the answer may be a whole rundown on a thin line.
const POLL_GRACE: Duration = Duration::from_secs(90);
/// A piece of a clip at 64 kbit/s takes 8 s; where the line loses a third of it, much longer.
const PIECE_MAX: Duration = Duration::from_secs(120);
/// Nothing at all for this long: the line is dead, whatever TCP still hopes.
const SILENCE_MAX: Duration = Duration::from_secs(75);
/// No answer but a clip is longer: 14 days of a busy station are some 2 MB.
const ANSWER_BYTES_MAX: usize = 16 << 20;

/// Where the county is, and how to get there.
#[derive(Debug, Clone)]
pub struct Address {
    /// `https://county.example:8443`, nothing after the port.
    pub url: String,
    /// The county's own CA, where the web's do not vouch for it.
    pub ca_pem: Option<String>,
    /// `http://`, `https://` or `socks5h://`; may hold a password.
    pub proxy: Option<String>,
}

/// An address that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadAddress {
    #[error("`{0}` is no address of a county; write it as https://county.example:8443")]
    Url(String),
    #[error("the CA file is at fault: {0}")]
    Ca(#[from] tls::BadCa),
    #[error("the proxy's address does not read; write it as http://proxy:3128 or socks5h://proxy:1080")]
    Proxy,
}

/// The county at an address, asked under a box's key.
pub struct Https {
    url: String,
    signer: Arc<Signer>,
    clock: Arc<dyn Clock>,
    client: Client,
    dateless: Client,
}

/// An address as it is kept: `https` alone, nothing after host and port.
pub fn tidy_url(text: &str) -> Result<String, BadAddress> {
    let bad = || BadAddress::Url(text.to_owned());
    let url = reqwest::Url::parse(text.trim()).map_err(|_| bad())?;
    let is_plain = url.scheme() == "https"
        && url.host_str().is_some()
        && url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    if is_plain { Ok(url.as_str().trim_end_matches('/').to_owned()) } else { Err(bad()) }
}

impl Https {
    /// Errors: address, CA or proxy do not read.
    pub fn new(address: &Address, signer: Arc<Signer>, clock: Arc<dyn Clock>) -> Result<Https, BadAddress> {
        let url = tidy_url(&address.url)?;
        let roots = tls::roots(address.ca_pem.as_deref())?;
        let client = |dates| {
            let config = tls::config(roots.clone(), clock.clone(), dates);
            let builder = Client::builder()
                .use_preconfigured_tls(config)
                .https_only(true)
                // A county that moved says so by a visit, not by an answer that nobody signed.
                .redirect(redirect::Policy::none())
                .connect_timeout(CONNECT_MAX)
                .read_timeout(SILENCE_MAX)
                // What the environment names is not what the file says.
                .no_proxy()
                .user_agent(concat!("cunxiang/", env!("CARGO_PKG_VERSION")));
            let builder = match &address.proxy {
                Some(proxy) => builder.proxy(reqwest::Proxy::all(proxy).map_err(|_| BadAddress::Proxy)?),
                None => builder,
            };
            builder.build().map_err(|_| BadAddress::Proxy)
        };
        let (with_dates, dateless) = (client(Dates::Checked)?, client(Dates::Ignored)?);
        Ok(Https { url, signer, clock, client: with_dates, dateless })
    }

    /// A question under the box's proof.
    fn ask(&self, method: Method, path: &str, body: Vec<u8>) -> RequestBuilder {
        let proof = proof::make(&self.signer, method.as_str(), path, &body, self.clock.now());
        let request = self.client.request(method, format!("{}{path}", self.url)).timeout(CALL_MAX);
        let request = request.header(AUTHORIZATION, format!("Bearer {proof}")).header(ACCEPT_ENCODING, "gzip");
        if body.is_empty() { request } else { request.header("content-type", "application/json").body(body) }
    }

    async fn post<A: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<A, Fault> {
        read(send(self.ask(Method::POST, path, json(body))).await?).await
    }
}

impl County for Https {
    async fn enrol(&self, ask: &EnrolAsk) -> Result<Enrolled, Fault> {
        // The code is the proof. A box that joins may have no clock: dates are passed over, the chain is not, and what a
        // person compares afterwards is the fingerprint.
        let request = self.dateless.post(format!("{}{}", self.url, wire::ENROL)).timeout(CALL_MAX);
        read(send(request.header("content-type", "application/json").body(json(ask))).await?).await
    }

    async fn rundown(&self, ask: &RundownAsk) -> Result<Option<Fresh>, Fault> {
        let RundownAsk { station, wait_s, held, keys, etag, base } = ask;
        let (path, epoch, version, patch) = (wire::RUNDOWN, held.epoch, held.version, u8::from(base.is_some()));
        let path = format!("{path}?station={station}&wait={wait_s}&epoch={epoch}&version={version}&keys={keys}");
        let path = format!("{path}&patch={patch}");
        let mut request = self.ask(Method::GET, &path, Vec::new());
        if let Some(etag) = etag {
            request = request.header(IF_NONE_MATCH, etag);
        }
        let response = send(request.timeout(Duration::from_secs(*wait_s) + POLL_GRACE)).await?;
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
        let request = self.ask(Method::GET, &format!("{}/{clip}", wire::CLIPS), Vec::new());
        let request = request.header(ACCEPT_ENCODING, "identity").header(RANGE, format!("bytes={from}-{last}"));
        let mut response = send(request.timeout(PIECE_MAX)).await?;
        let (from, total) = match response.status() {
            StatusCode::PARTIAL_CONTENT => {
                let range = response.headers().get(CONTENT_RANGE).and_then(|range| range.to_str().ok());
                let begun = range.and_then(content_range).filter(|(begun, _)| *begun == from);
                let (_, total) = begun.ok_or_else(|| Fault::Unreadable("other bytes than asked for".to_owned()))?;
                (from, total)
            }
            StatusCode::OK => (0, response.content_length()),
            status => return Err(Fault::Unreadable(format!("status {status} for a clip"))),
        };
        let mut bytes = Vec::new();
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
                Ok(None) => break,
                // What came before the line broke need not come again.
                Err(_) if !bytes.is_empty() => break,
                Err(error) => return Err(unreachable(&error)),
            }
            // Something that does not know ranges sends the whole clip: no more of it than of any.
            if bytes.len() as u64 >= bytes_max.max(super::parts::CLIP_BYTES_MAX) {
                break;
            }
        }
        Ok(Piece { from, bytes, total })
    }

    async fn receipts(&self, batch: &Receipts) -> Result<Acknowledged, Fault> {
        self.post(wire::RECEIPTS, batch).await
    }

    async fn status(&self, status: &Status) -> Result<(), Fault> {
        send(self.ask(Method::POST, wire::STATUS, json(status))).await.map(drop)
    }

    async fn time(&self, nonce: &str) -> Result<Envelope, Fault> {
        let request = self.dateless.get(format!("{}{}?nonce={nonce}", self.url, wire::TIME));
        read(send(request.timeout(CALL_MAX)).await?).await
    }

    async fn claims(&self, station: &Id) -> Result<Claims, Fault> {
        let path = format!("{}?station={station}", wire::CLAIMS);
        read(send(self.ask(Method::GET, &path, Vec::new())).await?).await
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

async fn send(request: RequestBuilder) -> Result<Response, Fault> {
    let response = request.send().await.map_err(|error| unreachable(&error))?;
    let status = response.status();
    if status.is_success() || status == StatusCode::NOT_MODIFIED {
        return Ok(response);
    }
    let body = body(response).await?;
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

async fn read<A: DeserializeOwned>(response: Response) -> Result<A, Fault> {
    let bytes = body(response).await?;
    serde_json::from_slice(&bytes).map_err(|error| Fault::Unreadable(error.to_string()))
}

async fn body(mut response: Response) -> Result<Vec<u8>, Fault> {
    let is_packed = response.headers().get(CONTENT_ENCODING).is_some_and(|encoding| encoding == "gzip");
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| unreachable(&error))? {
        bytes.extend_from_slice(&chunk);
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

/// The innermost cause is what a person can do something about; the address is in the box's own file.
fn unreachable(error: &reqwest::Error) -> Fault {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    let said = if error.is_timeout() { "no answer in time".to_owned() } else { cause.to_string() };
    Fault::Unreachable(said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_https_host_and_port() {
        for (text, tidy) in [
            ("https://county.example:8443", Some("https://county.example:8443")),
            (" https://county.example/ ", Some("https://county.example")),
            ("https://[::1]:8443/", Some("https://[::1]:8443")),
            ("http://county.example", None),
            ("county.example", None),
            ("https://county.example/link", None),
            ("https://me:secret@county.example", None),
        ] {
            assert_eq!(tidy_url(text).ok().as_deref(), tidy, "{text}");
        }
    }

    #[test]
    fn a_range_is_read() {
        assert_eq!(content_range("bytes 10-19/1234"), Some((10, Some(1234))));
        assert_eq!(content_range("bytes 10-19/*"), Some((10, None)));
        assert_eq!(content_range("bytes */1234"), None);
    }
}
