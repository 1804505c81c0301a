//! HTTPS as channels use it: a new connection each call, no redirects, a bound on every wait and on every answer.
//!
//! Knows what an answer's absence means for a call, and no service. No error it makes names an address: addresses hold
//! secrets.

use std::time::Duration;

use chrono::TimeDelta;
use reqwest::header::HeaderMap;
use reqwest::{Client, ClientBuilder, RequestBuilder};
use serde_json::Value;

use super::{Answer, ChannelFault};

/// A text is small, but the line may be bad.
pub const TIMEOUT: Duration = Duration::from_secs(30);
/// With this, a call with a file ends a minute before its claim (five minutes) is taken for lost.
pub const TIMEOUT_MAX: Duration = Duration::from_secs(60);
/// A call with a file has so many times as long: a clip of a minute is 240 KB, two minutes at 16 kbit/s.
pub const FILE_TIMES: u32 = 4;
/// Shorter than [`TIMEOUT`], so that a server that cannot be reached is known as such and tried again.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Answers of services are far shorter; what is longer is somebody else's page.
const ANSWER_BYTES_MAX: usize = 64 << 10;
/// A service that asks for more patience than this is asked again all the same.
const RETRY_AFTER_MAX_S: i64 = 24 * 3600;

/// How a channel reaches its service.
#[derive(Clone, Default)]
pub(super) struct Reach<'a> {
    pub kind: &'static str,
    /// Such as `http://proxy:3128` or `socks5h://127.0.0.1:1080`; may hold a password.
    pub proxy: Option<&'a str>,
    pub timeout: Duration,
}

/// What came back.
pub(super) struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    body: Vec<u8>,
}

/// Makes the client of one channel; reaches for nothing.
///
/// Errors: no address in `proxy`.
pub(super) fn client(reach: &Reach<'_>) -> Result<Client, ChannelFault> {
    build(reach.kind, builder(reach)?)
}

/// The same, to add to.
pub(super) fn builder(reach: &Reach<'_>) -> Result<ClientBuilder, ChannelFault> {
    let fault = |what: &str, help: &str| ChannelFault { kind: reach.kind, what: what.into(), help: help.into() };
    let mut builder = Client::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(reach.timeout * FILE_TIMES)
        // A call may go only where it is told.
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        // A kept connection that died meanwhile makes a call unknown; a new one costs a handshake.
        .pool_max_idle_per_host(0)
        .tcp_nodelay(true);
    if let Some(proxy) = reach.proxy {
        // The error would name the address, and with it a password.
        let proxy = reqwest::Proxy::all(proxy)
            .map_err(|_| fault("`proxy` is no address", "write it as http://host:3128 or socks5h://host:1080"))?;
        builder = builder.proxy(proxy);
    }
    Ok(builder)
}

pub(super) fn build(kind: &'static str, builder: ClientBuilder) -> Result<Client, ChannelFault> {
    let fault = |what: &str, help: &str| ChannelFault { kind, what: what.into(), help: help.into() };
    builder.build().map_err(|_| fault("no HTTPS connections can be made", "check the system's certificates"))
}

/// The address of another server than the service's own, without a slash at its end.
pub(super) fn other_server(kind: &'static str, url: Option<&str>) -> Result<Option<String>, ChannelFault> {
    let Some(url) = url else { return Ok(None) };
    match reqwest::Url::parse(url).ok().filter(|url| url.has_host() && matches!(url.scheme(), "http" | "https")) {
        Some(url) => Ok(Some(url.as_str().trim_end_matches('/').to_owned())),
        None => Err(ChannelFault {
            kind,
            what: "`api_url` is no address".into(),
            help: "write it as https://host, or leave it out".into(),
        }),
    }
}

/// Sends once.
///
/// Errors: what the absence of a whole answer says about whether it arrived.
pub(super) async fn ask(request: RequestBuilder, limit: Duration) -> Result<Reply, Answer> {
    let asked = async {
        let mut response = request.send().await.map_err(|error| no_answer(&error))?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let mut body = Vec::new();
        // What is cut off after the head may have arrived, whatever the head says.
        while let Some(chunk) = response.chunk().await.map_err(|error| no_answer(&error))? {
            body.extend_from_slice(&chunk);
            if body.len() > ANSWER_BYTES_MAX {
                return Err(unknown("unreadable", "the answer is longer than any of the service's"));
            }
        }
        Ok(Reply { status, headers, body })
    };
    tokio::time::timeout(limit, asked).await.unwrap_or_else(|_| Err(unknown("timeout", "no answer came in time")))
}

fn no_answer(error: &reqwest::Error) -> Answer {
    if let Some(why) = refused_place(error) {
        return Answer::Refused { code: "private-address".into(), detail: why };
    }
    match error {
        // DNS, connect, TLS and a proxy's refusal: nothing of the request left.
        error if error.is_connect() || error.is_builder() => {
            retry(None, "unreachable", "the service cannot be reached; check the line, the proxy and the clock")
        }
        error if error.is_timeout() => unknown("timeout", "no answer came in time"),
        _ => unknown("cut-off", "the connection ended before the answer came"),
    }
}

/// What a resolver says against the only places a host is at.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct RefusedPlace(pub String);

fn refused_place(error: &reqwest::Error) -> Option<String> {
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        if let Some(RefusedPlace(why)) = inner.downcast_ref() {
            return Some(why.clone());
        }
        source = inner.source();
    }
    None
}

pub(super) fn unknown(code: &str, detail: &str) -> Answer {
    Answer::Unknown { code: code.into(), detail: detail.into() }
}

pub(super) fn retry(after: Option<TimeDelta>, code: &str, detail: &str) -> Answer {
    Answer::Retry { after, code: code.into(), detail: detail.into() }
}

pub(super) fn refused(code: &str, detail: &str) -> Answer {
    Answer::Refused { code: code.into(), detail: detail.into() }
}

impl Reply {
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// How long the service asks to wait, in whole seconds, by a header such as `Retry-After`.
    pub fn wait(&self, header: &str) -> Option<TimeDelta> {
        let seconds: i64 = self.headers.get(header)?.to_str().ok()?.trim().parse().ok()?;
        (0..=RETRY_AFTER_MAX_S).contains(&seconds).then(|| TimeDelta::seconds(seconds))
    }
}
