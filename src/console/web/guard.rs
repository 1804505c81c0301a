//! What holds for every request and every answer: who asks, whether they may, whether a form is from a page of ours, how
//! long and how large it may be, and what a browser may do with the answer.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{ConnectInfo, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};

use super::access::session::{self, SEEN_EVERY, Session, Token};
use super::asked::{Asked, Stop, Viewer};
use super::form::{Form, encoded};
use super::routes::{Method, Route, Who};
use super::site::Site;
use super::words::Words;
use crate::base::{Timestamp, network};
use crate::console::language::{LANGUAGES, known};
use crate::ledger::LedgerFault;

/// From the first byte of a request to the last of its answer, but for what goes on living.
const REQUEST_MAX: Duration = Duration::from_secs(60);
const QUERY_BYTES_MAX: usize = 8 << 10;
/// Our own styles, scripts, pictures and sound; no script or style within a page, no frame, nothing from elsewhere.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' blob:; \
                      media-src 'self' blob:; font-src 'self'; connect-src 'self'; form-action 'self'; \
                      frame-ancestors 'none'; base-uri 'none'";
/// The language somebody chose stays chosen for a year.
const LANGUAGE_COOKIE: &str = "cunxiang-language";
const LANGUAGE_KEPT_S: u32 = 365 * 24 * 3600;
/// Where forms of scripts carry their token.
const TOKEN_HEADER: &str = "x-token";

/// Answers, or says why not.
pub async fn answer(
    route: &'static Route,
    site: Arc<Site>,
    params: Vec<(String, String)>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let (words, chosen) = language(&parts);
    let now = site.now();
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let mut viewer = Viewer { site: site.clone(), session: None, words, now, path, route: Some(route) };
    let answered = match tokio::time::timeout(REQUEST_MAX, run(&mut viewer, params, parts, body)).await {
        Ok(answered) => answered,
        Err(_) => Err(Stop::Late),
    };
    let mut response = answered.unwrap_or_else(|stop| viewer.stopped(&stop));
    if chosen {
        let language = words.language();
        let cookie = format!("{LANGUAGE_COOKIE}={language}; Path=/; Max-Age={LANGUAGE_KEPT_S}; SameSite=Lax; HttpOnly");
        response.headers_mut().append(header::SET_COOKIE, cookie.parse().expect("a tag is plain ASCII"));
    }
    if site.options.secure {
        let value = HeaderValue::from_static("max-age=31536000");
        response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, value);
    }
    response
}

async fn run(viewer: &mut Viewer, params: Vec<(String, String)>, parts: Parts, body: Body) -> Result<Response, Stop> {
    let route = viewer.route.expect("a route answers");
    let site = viewer.site.clone();
    if !is_called_rightly(&site, &parts.headers) {
        return Err(Stop::Foreign);
    }
    let is_file = route.path.starts_with("/static/");
    let token = cookie(&parts.headers, session_cookie(&site)).and_then(Token::read).filter(|_| !is_file);
    if let Some(token) = &token {
        // What lives on by itself does not keep somebody logged in.
        viewer.session = look_up(&site, token, viewer.now, route.path != "/live").await?.map(Arc::new);
    }
    if !route.who.lets(viewer.session.as_deref()) {
        if let Some(session) = &viewer.session {
            // Whoever is an approver alone can do nothing before they have a code.
            let comes_in = route.path == "/" && session.lacks_code();
            return if comes_in { Ok(Redirect::to("/account").into_response()) } else { Err(Stop::NotYours) };
        }
        if route.method == Method::Post {
            return Err(Stop::Foreign);
        }
        return Ok(Redirect::to(&format!("/login?to={}", encoded(&viewer.path))).into_response());
    }
    let query = parts.uri.query().unwrap_or_default().as_bytes();
    if query.len() > QUERY_BYTES_MAX {
        return Err(Stop::TooLong);
    }
    let query = Form::read(query).ok_or(Stop::NotFound)?;
    let mut asked = Asked {
        params,
        query,
        form: Form::default(),
        body: Bytes::new(),
        address: address(&site, &parts),
        browser: text(&parts.headers, header::USER_AGENT).unwrap_or_default().to_owned(),
        here: here(&site, &parts.headers),
        viewer: viewer.clone(),
    };
    if route.method == Method::Post {
        if !is_same_origin(&site, &parts.headers) {
            return Err(Stop::Foreign);
        }
        let bytes = to_bytes(body, route.body_bytes_max).await.map_err(|_| Stop::TooLong)?;
        let kind = text(&parts.headers, header::CONTENT_TYPE).unwrap_or_default();
        if kind.split(';').next().unwrap_or_default().trim() == "application/x-www-form-urlencoded" {
            asked.form = Form::read(&bytes).ok_or(Stop::Foreign)?;
        } else {
            asked.body = bytes;
        }
        if route.who != Who::Anyone {
            let header = parts.headers.get(TOKEN_HEADER).and_then(|value| value.to_str().ok());
            let sent = header.unwrap_or_else(|| asked.form.one("token"));
            if !asked.who().sent(sent) {
                return Err(Stop::Foreign);
            }
        }
    }
    (route.handler)(asked).await
}

/// The session of a token, if it is still good.
pub async fn look_up(
    site: &Site,
    token: &Token,
    now: Timestamp,
    was_here: bool,
) -> Result<Option<Session>, LedgerFault> {
    let Some((mut row, person)) = site.ledger().session(token.digest(), now).await? else { return Ok(None) };
    if !session::is_good(&row, now) {
        site.ledger().end_sessions(&row.person, Some(row.token), "cunxiang", now).await?;
        return Ok(None);
    }
    if was_here && now - row.seen >= SEEN_EVERY {
        site.ledger().touch_session(row.token, now).await?;
        row.seen = now;
    }
    Ok(Some(Session { row, person, form_token: token.of_forms() }))
}

/// `__Host-` keeps other hosts of the same domain from setting it; browsers take that over TLS alone.
pub fn session_cookie(site: &Site) -> &'static str {
    if site.options.secure { "__Host-cunxiang" } else { "cunxiang-session" }
}

/// What a browser is to keep of a session; nothing ends it there.
pub fn set_session(site: &Site, token: Option<&Token>) -> HeaderValue {
    let (name, secure) = (session_cookie(site), if site.options.secure { "; Secure" } else { "" });
    let value = token.map_or("", Token::secret);
    let age = if token.is_some() { "" } else { "; Max-Age=0" };
    let cookie = format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict{secure}{age}");
    cookie.parse().expect("hex digits are plain ASCII")
}

/// No route has this address.
pub fn nowhere(site: &Arc<Site>, request: &Request) -> Response {
    let words = cookie(request.headers(), LANGUAGE_COOKIE).and_then(known).unwrap_or(LANGUAGES[0].0);
    let (words, path) = (Words::of(words), request.uri().path().to_owned());
    let viewer = Viewer { site: site.clone(), session: None, words, now: site.now(), path, route: None };
    viewer.stopped(&Stop::NotFound)
}

/// What a browser may do with any answer.
pub fn with_headers(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        ("content-security-policy", POLICY),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("permissions-policy", "microphone=(self), camera=(), geolocation=()"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// The language asked for in the address, which is chosen by that; else the one chosen before; else Chinese.
fn language(parts: &Parts) -> (Words, bool) {
    let asked = parts.uri.query().and_then(|query| Form::read(query.as_bytes()));
    let asked = asked.and_then(|query| known(query.one("lang")));
    let chosen = cookie(&parts.headers, LANGUAGE_COOKIE).and_then(known);
    (Words::of(asked.or(chosen).unwrap_or(LANGUAGES[0].0)), asked.is_some())
}

fn text(headers: &HeaderMap, name: impl header::AsHeaderName) -> Option<&str> {
    headers.get(name).map(|value| value.to_str().unwrap_or_default())
}

fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(found, _)| *found == name).map(|(_, value)| value)
}

/// Without TLS it is this machine's alone: a name of somebody else's that leads here would make it part of their site.
fn is_called_rightly(site: &Site, headers: &HeaderMap) -> bool {
    let host = text(headers, header::HOST).unwrap_or_default();
    if site.options.secure {
        return !host.is_empty();
    }
    let name = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
    ["localhost", "127.0.0.1", "[::1]"].contains(&name.map_or(host, |(name, _)| name))
}

/// How the browser calls this console.
fn here(site: &Site, headers: &HeaderMap) -> String {
    let scheme = if site.options.secure { "https" } else { "http" };
    format!("{scheme}://{}", text(headers, header::HOST).unwrap_or_default())
}

/// By what the browser says of where a form comes from; one that says nothing is no browser.
fn is_same_origin(site: &Site, headers: &HeaderMap) -> bool {
    match (text(headers, header::ORIGIN), text(headers, "sec-fetch-site")) {
        (Some(origin), _) => {
            origin == here(site, headers) || site.options.url.as_deref().is_some_and(|url| url == origin)
        }
        (None, site) => site == Some("same-origin"),
    }
}

/// Where a request comes from, as wrong tries are counted: what the proxy adds last is its own word.
fn address(site: &Site, parts: &Parts) -> String {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let forwarded = || {
        let told = parts.headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
        told.rsplit(',').next()?.trim().parse::<IpAddr>().ok()
    };
    let address = if site.options.behind_proxy { forwarded().or(peer) } else { peer };
    address.map_or_else(|| "-".to_owned(), |address| network(address).to_string())
}
