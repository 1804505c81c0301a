//! The page's requests: who may ask, and what a form does. Loopback only; there is no login and so no password.
//!
//! A page of another site that is open in the same browser must not press these buttons: `Host` names this machine, a form
//! comes from this very page (`Origin`) and carries the token that only this page shows.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use tokio::net::TcpListener;

use super::{Spot, What, Wish, page};
use crate::base::Id;
use crate::console::language::{LANGUAGES, known};

/// A form: a token and a reason of 200 characters, each as `%XX%XX%XX`.
const FORM_BYTES_MAX: usize = 8 << 10;
const REQUEST_MAX: Duration = Duration::from_secs(10);
/// Nothing but our own style sheet and forms; no script, no frame.
const POLICY: &str =
    "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// Where the page is, and in which language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    pub listen: SocketAddr,
    /// None: as the browser asks.
    pub language: Option<&'static str>,
}

/// Why the page is not there.
#[derive(Debug, thiserror::Error)]
pub enum ServeFault {
    #[error(
        "[page] listen = {0} is not on loopback; write 127.0.0.1 and a port: the page has no login. From elsewhere: `ssh -L 8080:{0} BOX`"
    )]
    NotLoopback(SocketAddr),
    #[error("{0} is in use by another program; end it, or write another port in station.toml [page] listen")]
    InUse(SocketAddr),
    #[error("{0} cannot be listened on: {1}; correct station.toml [page] listen")]
    Io(SocketAddr, std::io::Error),
}

struct Site {
    spot: Arc<dyn Spot>,
    language: Option<&'static str>,
    /// Made anew at each start.
    token: String,
}

/// Takes the port.
///
/// Errors: not on loopback, in use.
pub async fn listen(options: &Options) -> Result<TcpListener, ServeFault> {
    let address = options.listen;
    if !address.ip().is_loopback() {
        return Err(ServeFault::NotLoopback(address));
    }
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => ServeFault::InUse(address),
        _ => ServeFault::Io(address, error),
    })
}

/// Serves the page for ever.
pub async fn serve(listener: TcpListener, spot: Arc<dyn Spot>, options: Options) {
    if let Err(error) = axum::serve(listener, router(spot, options.language)).await {
        tracing::error!("the page ended: {error}");
    }
}

/// Every address of the page.
pub fn router(spot: Arc<dyn Spot>, language: Option<&'static str>) -> Router {
    let token: String = rand::random::<[u8; 16]>().iter().map(|byte| format!("{byte:02x}")).collect();
    let site = Arc::new(Site { spot, language, token });
    Router::new()
        .route("/", get(show))
        .route("/style.css", get(|| async { ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], page::STYLE) }))
        .route("/{action}", post(act))
        .layer(middleware::from_fn(guard))
        .with_state(site)
}

/// What holds for every request and every answer.
async fn guard(request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    // A name of somebody else's that leads here would make this page part of their site.
    let name = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
    let name = name.map_or(host, |(name, _)| name);
    let is_ours = ["localhost", "127.0.0.1", "[::1]"].contains(&name);
    let mut response = if is_ours {
        let answered = tokio::time::timeout(REQUEST_MAX, next.run(request)).await;
        answered.unwrap_or_else(|_| StatusCode::REQUEST_TIMEOUT.into_response())
    } else {
        (StatusCode::FORBIDDEN, "call this page by 127.0.0.1 or localhost").into_response()
    };
    for (name, value) in [
        ("content-security-policy", POLICY),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cache-control", "no-store"),
    ] {
        response.headers_mut().insert(name, value.parse().expect("these are plain ASCII"));
    }
    response
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    lang: String,
    #[serde(default)]
    said: String,
}

async fn show(State(site): State<Arc<Site>>, Query(asked): Query<Asked>, headers: HeaderMap) -> Response {
    let language = language(&site, &asked.lang, &headers);
    let said = What::ALL.into_iter().find(|what| what.name() == asked.said);
    let spot = site.spot.clone();
    let seen = tokio::task::spawn_blocking(move || spot.seen()).await.expect("looking at the box does not panic");
    let body = page::render(&seen, language, said, &site.token).into_string();
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], body).into_response()
}

/// The language a person chose on the page, the box's own, or what the browser asks for.
fn language(site: &Site, chosen: &str, headers: &HeaderMap) -> &'static str {
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut accepted = accepted.split(',').filter_map(|one| known(one.split(';').next().unwrap_or_default()));
    known(chosen).or(site.language).or_else(|| accepted.next()).unwrap_or(LANGUAGES[0].0)
}

#[derive(Deserialize)]
struct Form {
    token: String,
    station: Id,
    #[serde(default)]
    lang: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    volume: Option<u8>,
}

async fn act(State(site): State<Arc<Site>>, Path(action): Path<String>, request: Request) -> Response {
    if !is_same_origin(request.headers()) {
        return (StatusCode::FORBIDDEN, "this form comes from another page").into_response();
    }
    let headers = request.headers().clone();
    let Some(form) = read(request.into_body()).await else {
        return (StatusCode::BAD_REQUEST, "this form does not read").into_response();
    };
    if form.token != site.token {
        // The daemon started anew since the page was shown.
        return (StatusCode::FORBIDDEN, "this form is of another start; load the page again").into_response();
    }
    let station = form.station;
    let wish = match (action.as_str(), form.volume) {
        ("mute", _) => Wish::Mute { station, reason: form.reason },
        ("unmute", _) => Wish::Unmute { station },
        ("volume", Some(volume)) => Wish::Volume { station, volume },
        ("sound-check", _) => Wish::SoundCheck { station },
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    let spot = site.spot.clone();
    let said = tokio::task::spawn_blocking(move || super::wish(&*spot, wish)).await.expect("a wish does not panic");
    let language = language(&site, &form.lang, &headers);
    Redirect::to(&format!("/?lang={language}&said={}", said.what.name())).into_response()
}

/// By what the browser says of where a form comes from; one that says nothing is taken on the token alone.
fn is_same_origin(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("unreadable"));
    let host = text("host").unwrap_or_default();
    match (text("origin"), text("sec-fetch-site")) {
        (Some(origin), _) => origin == format!("http://{host}"),
        (None, Some(site)) => site == "same-origin",
        (None, None) => true,
    }
}

async fn read(body: Body) -> Option<Form> {
    let bytes = to_bytes(body, FORM_BYTES_MAX).await.ok()?;
    // A form is written as a query is.
    let uri: Uri = format!("/?{}", std::str::from_utf8(&bytes).ok()?).parse().ok()?;
    Query::<Form>::try_from_uri(&uri).ok().map(|form| form.0)
}
