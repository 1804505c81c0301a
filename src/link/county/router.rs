//! The paths of the wire, answered.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Path, Query, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use chrono::TimeDelta;
use serde::Deserialize;
use tower::ServiceExt as _;

use super::asked::{Asked, bounded, in_hold, json, no_such_number, refused, unavailable, unreadable};
use super::{Gate, code, lock, read};
use crate::base::{Digest, Id};
use crate::ledger::{AiringFilter, BoxFault, BoxState, Chained, ReceiptFault};
use crate::link::proof;
use crate::link::wire::{self, Claims, EnrolAsk, Enrolled, Receipts, Refused, StationStatus, Status, Time, Why};
use crate::rundown::document::Edge;
use crate::rundown::seal::Envelope;
use crate::rundown::{Outcome, Reason, Receipt};

/// The claims of this many days are told: a rundown's fortnight and the day before it, and a day for clocks on both sides.
const CLAIMS_BACK: TimeDelta = TimeDelta::days(17);

type Shared = State<Arc<Gate>>;

/// All paths of the wire.
pub fn router(gate: Arc<Gate>) -> Router {
    Router::new()
        .route(wire::ENROL, post(enrol))
        .route(wire::RUNDOWN, get(rundown))
        .route(&format!("{}/{{clip}}", wire::CLIPS), get(clip))
        .route(wire::RECEIPTS, post(receipts))
        .route(wire::STATUS, post(status))
        .route(wire::TIME, get(time))
        .route(wire::CLAIMS, get(claims))
        .fallback(|| async { refused(Why::NotFound, "there is nothing under this path").into_response() })
        .with_state(gate)
}

/// None behind a proxy.
fn address(request: &Request) -> Option<IpAddr> {
    request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip())
}

async fn enrol(State(gate): Shared, request: Request) -> Result<Response, Refused> {
    if !lock(&gate.attempts).take(address(&request), gate.clock.monotonic()) {
        return Err(refused(Why::TooMany, "too many boxes ask to be let in; wait a minute"));
    }
    if gate.is_held() {
        return Err(in_hold());
    }
    let body = bounded(request.into_body()).await?;
    let ask: EnrolAsk = serde_json::from_slice(&body).map_err(unreadable)?;
    if !proof::is_signed(&ask.public, &wire::enrol_message(&ask.code, &ask.public), &ask.signature) {
        return Err(refused(Why::BadProof, "the question is not signed with the key it names"));
    }
    let stations = match gate.ledger.enrol(code::digest(&ask.code), &ask.public, gate.clock.now()).await {
        Ok(stations) => stations,
        Err(BoxFault::Ledger(fault)) => return Err(unavailable(&fault)),
        Err(fault) => return Err(refused(Why::BadCode, fault.to_string())),
    };
    gate.reload().await.map_err(|fault| unavailable(&fault))?;
    let (key, version, stations_named) = (ask.public.id(), &ask.version, super::names(&stations));
    tracing::info!(%key, version, "a box for {stations_named} was let in and waits to be confirmed");
    let keys = read(&gate.keys).document.clone();
    Ok(json(&Enrolled { stations, root: gate.root.clone(), keys }))
}

#[derive(Deserialize)]
struct RundownQuery {
    station: Id,
    #[serde(default)]
    wait: u64,
    #[serde(default)]
    epoch: u64,
    #[serde(default)]
    version: u64,
    #[serde(default)]
    keys: u64,
    /// 1: what changed will do.
    #[serde(default)]
    patch: u8,
}

async fn rundown(State(gate): Shared, request: Request) -> Result<Response, Refused> {
    let query = Query::<RundownQuery>::try_from_uri(request.uri());
    let asked = gate.asked(request).await?;
    let Query(query) = query.map_err(unreadable)?;
    if !asked.member.stations.contains(&query.station) {
        return Err(refused(Why::NotFound, format!("{} is not a station of this box", query.station)));
    }
    let held = Edge { epoch: query.epoch, version: query.version };
    if !gate.is_plausible(&asked.member, &query.station, held) {
        return Err(no_such_number());
    }
    gate.compare(&asked.member, &query.station, held);
    let Asked { member, headers, .. } = asked;
    let has = headers.get(header::IF_NONE_MATCH).and_then(|tag| tag.to_str().ok()).map(str::to_owned);
    let takes_gzip = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    let takes_gzip = takes_gzip.is_some_and(|value| value.split(',').any(|one| one.trim().starts_with("gzip")));
    // Ten thousand of them wait: what is not needed for that is let go of.
    drop(headers);
    let over = tokio::time::sleep(Duration::from_secs(query.wait.min(wire::WAIT_MAX_S)));
    tokio::pin!(over);
    let mut changes = gate.changes.subscribe();
    loop {
        changes.mark_unchanged();
        // A confirmation may be taken back, and HOLD begin, while it waits.
        let confirmed = read(&gate.boxes).members.get(&member.key).is_some_and(|now| now.state == BoxState::Confirmed);
        if !confirmed {
            return Err(refused(Why::Revoked, "the county took this box's key back"));
        }
        if gate.is_held() {
            return Err(in_hold());
        }
        let station = read(&gate.in_force).get(&query.station).map(|sender| sender.subscribe());
        let none_yet = || refused(Why::NotFound, format!("there is no rundown for {} yet", query.station));
        let mut station = station.ok_or_else(none_yet)?;
        let in_force = station.borrow_and_update().clone().ok_or_else(none_yet)?;
        let keys = read(&gate.keys).clone();
        let etag = in_force.etag(&keys);
        if has.as_deref() != Some(etag.as_str()) {
            let newer_keys = (keys.version > query.keys).then_some(&*keys);
            let may_patch = query.patch == 1 && takes_gzip && newer_keys.is_none();
            let step = in_force.step_from(has.as_deref(), &keys).filter(|_| may_patch);
            let content = if step.is_some() { wire::PATCHED_TYPE } else { "application/json" };
            let (body, is_packed) = step.map_or_else(|| in_force.body(newer_keys, takes_gzip), |step| (step, true));
            let mut response = ([(header::CONTENT_TYPE, content)], body).into_response();
            tag(&mut response, &etag);
            if is_packed {
                response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            }
            return Ok(response);
        }
        tokio::select! {
            _ = station.changed() => {}
            _ = changes.changed() => {}
            () = &mut over => {
                let mut response = StatusCode::NOT_MODIFIED.into_response();
                tag(&mut response, &etag);
                member.heard(gate.clock.now(), None);
                return Ok(response);
            }
        }
    }
}

fn tag(response: &mut Response, etag: &str) {
    let headers = response.headers_mut();
    headers.insert(header::ETAG, HeaderValue::from_str(etag).expect("a digest and a number are ASCII"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
}

async fn clip(State(gate): Shared, Path(clip): Path<String>, request: Request) -> Result<Response, Refused> {
    let asked = gate.asked(request).await?;
    if gate.is_held() {
        return Err(in_hold());
    }
    let none = || refused(Why::NotFound, "there is no such clip");
    let clip: Digest = clip.parse().map_err(|_| none())?;
    if !gate.store.contains(&clip) {
        return Err(none());
    }
    let mut request = Request::new(Body::empty());
    // The bytes never change under their name: a range is all there is to ask for.
    asked.headers.get(header::RANGE).inspect(|range| {
        request.headers_mut().insert(header::RANGE, (*range).clone());
    });
    let file = tower_http::services::ServeFile::new(gate.store.path(&clip));
    let Ok(response) = file.oneshot(request).await;
    let mut response = response.map(Body::new);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("audio/ogg"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=31536000, immutable"));
    Ok(response)
}

async fn receipts(State(gate): Shared, request: Request) -> Result<Response, Refused> {
    let asked = gate.asked(request).await?;
    let batch: Receipts = serde_json::from_slice(&asked.body).map_err(unreadable)?;
    if batch.receipts.len() > wire::RECEIPTS_MAX {
        return Err(refused(Why::BadRequest, format!("a batch has {} receipts at the most", wire::RECEIPTS_MAX)));
    }
    let texts: Vec<&str> = batch.receipts.iter().map(|text| text.get()).collect();
    let chained = Chained { before: batch.before, first: batch.first, gap: batch.gap, texts: &texts };
    let explained = read(&gate.explained).clone();
    let explain = move |receipt: &Receipt| {
        let says_nothing = receipt.outcome == Outcome::Cancelled(Reason::Unlisted) && receipt.detail.is_none();
        explained.get(&receipt.airing).filter(|_| says_nothing).cloned()
    };
    let key = &asked.member.key;
    match gate.ledger.record_chained_receipts(key, chained, &explain, gate.clock.now()).await {
        Ok(taken) => {
            if let Some((from, to)) = taken.lost {
                let stations = super::names(&asked.member.stations);
                tracing::warn!(
                    "receipts {from} to {to} of the box of {stations} are lost: neither the county nor the box has them; what they told shows as unreported"
                );
            }
            gate.airings_ended(taken.ended);
            Ok(json(&taken.acknowledged))
        }
        Err(ReceiptFault::Ledger(fault)) => Err(unavailable(&fault)),
        Err(ReceiptFault::NotConfirmed) => Err(refused(Why::Revoked, "the county took this box's key back")),
        Err(fault @ ReceiptFault::Unreadable { .. }) => Err(unreadable(fault)),
        Err(fault @ ReceiptFault::OutOfOrder(_)) => {
            let say = fault.to_string();
            let ReceiptFault::OutOfOrder(acknowledged) = fault else { unreachable!("it was matched") };
            Err(Refused { why: Why::OutOfOrder, say, acknowledged: Some(acknowledged) })
        }
    }
}

async fn status(State(gate): Shared, request: Request) -> Result<StatusCode, Refused> {
    let asked = gate.asked(request).await?;
    let status: Status = serde_json::from_slice(&asked.body).map_err(unreadable)?;
    let other = status.stations.iter().find(|one| !asked.member.stations.contains(&one.station));
    if let Some(other) = other {
        return Err(refused(Why::NotFound, format!("{} is not a station of this box", other.station)));
    }
    let fits = |one: &StationStatus| gate.is_plausible(&asked.member, &one.station, one.held);
    let is_plausible = status.stations.iter().filter(|one| !fits(one)).count() == 0;
    if !is_plausible {
        return Err(no_such_number());
    }
    asked.member.names_sense();
    if asked.member.said_by(&status.run, gate.clock.monotonic()) {
        tracing::warn!(
            "two boxes speak with the key of {}: a disk was copied; revoke it, and enrol each of them",
            super::names(&asked.member.stations)
        );
    }
    for one in &status.stations {
        gate.compare(&asked.member, &one.station, one.held);
    }
    asked.member.heard(gate.clock.now(), Some(status));
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
struct TimeQuery {
    nonce: String,
}

async fn time(State(gate): Shared, request: Request) -> Result<Response, Refused> {
    if !lock(&gate.times).take(address(&request), gate.clock.monotonic()) {
        return Err(refused(Why::TooMany, "too many ask for the time; wait a second"));
    }
    let Query(TimeQuery { nonce }) = Query::try_from_uri(request.uri()).map_err(unreadable)?;
    if nonce.len() != wire::NONCE_DIGITS || !nonce.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(refused(Why::BadRequest, format!("a nonce is {} hex digits", wire::NONCE_DIGITS)));
    }
    let signer = lock(&gate.time).clone();
    let signer = signer.ok_or_else(|| refused(Why::Unavailable, "the county has no key to vouch for its time yet"))?;
    let payload = serde_json::to_vec(&Time { nonce, at: gate.clock.now() }).expect("a time is always written");
    let mut response = json(&Envelope::seal(wire::TIME_TYPE, payload, &[&signer]));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

#[derive(Deserialize)]
struct ClaimsQuery {
    station: Id,
}

async fn claims(State(gate): Shared, request: Request) -> Result<Response, Refused> {
    let query = Query::<ClaimsQuery>::try_from_uri(request.uri());
    let asked = gate.asked(request).await?;
    let Query(ClaimsQuery { station }) = query.map_err(unreadable)?;
    if gate.is_held() {
        // What a restored ledger has forgotten must not sound again.
        return Err(in_hold());
    }
    if !asked.member.stations.contains(&station) {
        return Err(refused(Why::NotFound, format!("{station} is not a station of this box")));
    }
    let floor = gate.edge_in_force(&station).unwrap_or_default();
    let now = gate.clock.now();
    let filter = AiringFilter {
        from: now - CLAIMS_BACK,
        to: now + TimeDelta::days(1),
        station: Some(station),
        broadcast: None,
        state: None,
    };
    let rows = gate.ledger.airings(&filter).await.map_err(|fault| unavailable(&fault))?;
    let ended = rows
        .into_iter()
        .filter(|row| row.outcome.is_some_and(|outcome| outcome != Outcome::Unreported))
        .map(|row| (row.id, row.started))
        .collect();
    let acknowledged = gate.ledger.acknowledged(&asked.member.key).await.map_err(|fault| unavailable(&fault))?;
    Ok(json(&Claims { ended, acknowledged, floor }))
}
