//! The public pages of notices: text, player and card in each language, for who follows a link in a chat group. No login,
//! nothing to press, nothing but what groups were sent; off unless this machine's file turns it on.

mod page;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use chrono::TimeDelta;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use crate::base::{Clock, Digest, Tag, Timestamp};
use crate::county::public::{self, Links, Public};
use crate::ledger::Ledger;
use crate::rundown::Post;
use crate::rundown::post::CardText;
use crate::store::Store;

/// What was read of a notice is handed out this long: a flood of readers is one look into the ledger.
const FRESH_FOR: TimeDelta = TimeDelta::seconds(20);
/// And by browsers and proxies this long: a withdrawal shows after a minute and a half.
const CACHE: &str = "public, max-age=60";
/// Of so many notices at most; the oldest look goes first.
const KEPT_MAX: usize = 256;
/// Requests that are answered at once; one more is told to come back.
const READERS_MAX: usize = 64;
const REQUEST_MAX: Duration = Duration::from_secs(20);
/// Pictures, sounds and our own style sheet: no script, no form, no frame.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; media-src 'self'; form-action 'none'; \
                      frame-ancestors 'none'; base-uri 'none'";

/// Draws a card as a PNG.
pub type Draw = Arc<dyn Fn(&Post, &Tag, &CardText) -> Result<Vec<u8>, String> + Send + Sync>;

/// What the pages are made from.
pub struct Notices {
    pub ledger: Ledger,
    pub store: Store,
    pub clock: Arc<dyn Clock>,
    pub links: Links,
    pub draw: Draw,
}

/// Why the pages are not there.
#[derive(Debug, thiserror::Error)]
pub enum NoticesFault {
    #[error("{0} is in use by another program; end it, or write another port in config/machine.toml [page] listen")]
    InUse(SocketAddr),
    #[error("{0} cannot be listened on: {1}; correct config/machine.toml [page] listen")]
    Io(SocketAddr, std::io::Error),
}

struct Site {
    from: Notices,
    kept: Mutex<BTreeMap<String, Look>>,
    readers: Semaphore,
}

/// What was found of a notice, and when; none of a number that nobody was sent.
struct Look {
    at: Timestamp,
    found: Option<Arc<Public>>,
}

/// Takes the port.
///
/// Errors: in use.
pub async fn listen(address: SocketAddr) -> Result<TcpListener, NoticesFault> {
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => NoticesFault::InUse(address),
        _ => NoticesFault::Io(address, error),
    })
}

/// Serves the pages for ever.
pub async fn serve(listener: TcpListener, from: Notices) {
    if let Err(error) = axum::serve(listener, router(from)).await {
        tracing::error!("the notices' pages ended: {error}");
    }
}

/// Every address of the pages.
pub fn router(from: Notices) -> Router {
    let site = Arc::new(Site { from, kept: Mutex::default(), readers: Semaphore::new(READERS_MAX) });
    Router::new()
        .route("/n/{name}", get(show))
        .route("/n/{name}/{language}/{clip}", get(clip))
        .route("/n/{name}/{card}", get(card))
        .route("/style.css", get(style))
        .fallback(|| async { nothing() })
        .layer(middleware::from_fn_with_state(site.clone(), guard))
        .with_state(site)
}

/// What holds for every request and every answer.
async fn guard(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let mut response = match site.readers.try_acquire() {
        Ok(_place) => match tokio::time::timeout(REQUEST_MAX, next.run(request)).await {
            Ok(response) => response,
            Err(_) => StatusCode::REQUEST_TIMEOUT.into_response(),
        },
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "5")]).into_response(),
    };
    for (name, value) in [
        ("content-security-policy", POLICY),
        ("x-content-type-options", "nosniff"),
        // The link is all that keeps the page to those who were sent it.
        ("referrer-policy", "no-referrer"),
        ("x-robots-tag", "noindex"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

async fn style(headers: HeaderMap) -> Response {
    body(&headers, "text/css; charset=utf-8", page::STYLE.as_bytes().to_vec())
}

async fn show(State(site): State<Arc<Site>>, Path(name): Path<String>, headers: HeaderMap) -> Response {
    let notice = match site.find(&name).await {
        Ok(Some(notice)) => notice,
        Ok(None) => return nothing(),
        Err(response) => return response,
    };
    let path = |link: String| link[link.find("/n/").unwrap_or(0)..].to_owned();
    let corrected_by = notice.corrected_by.as_ref().map(|number| path(site.from.links.of(number)));
    let page = page::render(&notice, &format!("/n/{name}"), corrected_by.as_deref());
    body(&headers, "text/html; charset=utf-8", page.into_string().into_bytes())
}

async fn clip(
    State(site): State<Arc<Site>>,
    Path((name, language, clip)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Response {
    let notice = match site.find(&name).await {
        Ok(Some(notice)) => notice,
        Ok(None) => return nothing(),
        Err(response) => return response,
    };
    let number: Option<usize> = clip.strip_suffix(".opus").and_then(|number| number.parse().ok());
    let said = notice.languages.iter().find(|said| said.language.as_str() == language);
    let found = said.zip(number.and_then(|number| number.checked_sub(1)));
    let Some((_, digest)) = found.and_then(|(said, number)| said.voices.get(number)) else { return nothing() };
    if notice.withdrawn {
        return gone();
    }
    let (store, digest) = (site.from.store.clone(), *digest);
    match tokio::task::spawn_blocking(move || store.read(&digest)).await {
        Ok(Ok(bytes)) => body(&headers, "audio/ogg", bytes),
        _ => nothing(),
    }
}

async fn card(
    State(site): State<Arc<Site>>,
    Path((name, card)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let notice = match site.find(&name).await {
        Ok(Some(notice)) => notice,
        Ok(None) => return nothing(),
        Err(response) => return response,
    };
    let language = card.strip_suffix(".png").unwrap_or_default().to_owned();
    let said = notice.languages.iter().find(|said| said.language.as_str() == language);
    let Some((tag, text)) = said.and_then(|said| Some((said.language.clone(), said.card.clone()?))) else {
        return nothing();
    };
    if notice.withdrawn {
        return gone();
    }
    let draw = site.from.draw.clone();
    match tokio::task::spawn_blocking(move || draw(&notice.post, &tag, &text)).await {
        Ok(Ok(bytes)) => body(&headers, "image/png", bytes),
        _ => nothing(),
    }
}

impl Site {
    /// What is public under the last part of a link.
    ///
    /// Errors: the ledger cannot be read.
    async fn find(&self, name: &str) -> Result<Option<Arc<Public>>, Response> {
        let Some(number) = self.from.links.read(name) else { return Ok(None) };
        let now = self.from.clock.now();
        {
            let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(look) = kept.get(number).filter(|look| (now - look.at).abs() < FRESH_FOR) {
                return Ok(look.found.clone());
            }
        }
        let found = public::notice(&self.from.ledger, number).await.map_err(|fault| {
            tracing::warn!("a public page cannot be made: {fault}");
            (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "30")]).into_response()
        })?;
        let found = found.map(Arc::new);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT_MAX {
            let oldest = kept.iter().min_by_key(|(_, look)| look.at).map(|(number, _)| number.clone());
            oldest.and_then(|oldest| kept.remove(&oldest));
        }
        kept.insert(number.to_owned(), Look { at: now, found: found.clone() });
        Ok(found)
    }
}

/// The same for what never was and for what nobody made a link to.
fn nothing() -> Response {
    let headers = [(header::CACHE_CONTROL, CACHE), (header::CONTENT_TYPE, "text/plain; charset=utf-8")];
    (StatusCode::NOT_FOUND, headers, "404\n").into_response()
}

fn gone() -> Response {
    (StatusCode::GONE, [(header::CACHE_CONTROL, CACHE), (header::CONTENT_TYPE, "text/plain; charset=utf-8")], "410\n")
        .into_response()
}

/// Bytes with the mark that says whether they changed; a part of them where a player asks for one.
fn body(headers: &HeaderMap, kind: &'static str, bytes: Vec<u8>) -> Response {
    let mark = format!("\"{}\"", Digest::of(&bytes).short());
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let is_known = text(header::IF_NONE_MATCH).is_some_and(|known| {
        known.split(',').any(|one| one.trim().trim_start_matches("W/") == mark || one.trim() == "*")
    });
    let length = bytes.len();
    let is_whole = text(header::IF_RANGE).is_some_and(|of| of != mark);
    let part = text(header::RANGE).filter(|_| !is_whole).and_then(|range| part_of(range, length));
    let response = Response::builder()
        .header(header::ETAG, mark)
        .header(header::CACHE_CONTROL, CACHE)
        .header(header::CONTENT_TYPE, kind)
        .header(header::ACCEPT_RANGES, "bytes");
    let response = match part {
        _ if is_known => response.status(StatusCode::NOT_MODIFIED).body(Body::empty()),
        Some((from, to)) => response
            .status(StatusCode::PARTIAL_CONTENT)
            .header(header::CONTENT_RANGE, format!("bytes {from}-{to}/{length}"))
            .body(Body::from(bytes[from..=to].to_vec())),
        None => response.body(Body::from(bytes)),
    };
    response.expect("these are plain ASCII")
}

/// `bytes=FROM-TO`, `bytes=FROM-` or `bytes=-COUNT`, both ends inside; none where it is something else.
fn part_of(range: &str, length: usize) -> Option<(usize, usize)> {
    let (from, to) = range.strip_prefix("bytes=")?.split_once('-')?;
    let last = length.checked_sub(1)?;
    let (from, to) = match (from, to) {
        ("", count) => (length.saturating_sub(count.parse::<usize>().ok().filter(|count| *count > 0)?), last),
        (from, "") => (from.parse().ok()?, last),
        (from, to) => (from.parse().ok()?, to.parse::<usize>().ok()?.min(last)),
    };
    (from <= to).then_some((from, to))
}

#[cfg(test)]
mod tests;
