//! Who asks, before what is asked is looked at; and how a question is refused.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::member::Member;
use super::{Gate, lock, read};
use crate::base::Digest;
use crate::ledger::{BoxState, LedgerFault};
use crate::link::proof::{self, BadProof};
use crate::link::wire::{self, Refused, Why};

/// A body that takes longer is let go: a megabyte at 64 kbit/s takes two minutes.
const BODY_WAIT: Duration = Duration::from_secs(180);

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let status = match self.why {
            Why::BadRequest => StatusCode::BAD_REQUEST,
            Why::BadProof => StatusCode::UNAUTHORIZED,
            Why::BadCode | Why::Pending | Why::Revoked => StatusCode::FORBIDDEN,
            Why::NotFound => StatusCode::NOT_FOUND,
            Why::OutOfOrder => StatusCode::CONFLICT,
            Why::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Why::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        };
        (status, json(&self)).into_response()
    }
}

pub(super) fn refused(why: Why, say: impl Into<String>) -> Refused {
    Refused { why, say: say.into(), acknowledged: None }
}

pub(super) fn json<T: Serialize>(value: &T) -> Response {
    let bytes = serde_json::to_vec(value).expect("what goes over the link is always written");
    ([(header::CONTENT_TYPE, "application/json")], bytes).into_response()
}

pub(super) fn no_such_number() -> Refused {
    refused(
        Why::BadRequest,
        "the box names a rundown that no county can have made: its disk is damaged; move its data folder aside, and enrol it again",
    )
}

pub(super) fn in_hold() -> Refused {
    refused(Why::Unavailable, "the county waits in HOLD until a person releases it; ask again later")
}

/// The ledger's faults are told once here, where the request ends.
pub(super) fn unavailable(fault: &LedgerFault) -> Refused {
    tracing::error!("a village box was not answered: {fault}");
    refused(Why::Unavailable, "the county cannot read or write its ledger at the moment; ask again later")
}

/// A request whose proof was taken.
pub(super) struct Asked {
    pub member: Arc<Member>,
    pub body: Bytes,
    pub headers: HeaderMap,
}

impl Gate {
    /// Takes the proof of a request by a confirmed box.
    pub(super) async fn asked(&self, request: Request) -> Result<Asked, Refused> {
        let (parts, body) = request.into_parts();
        let token = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = token.and_then(|text| text.strip_prefix("Bearer "));
        let token = token.ok_or_else(|| refused(Why::BadProof, "the request carries no proof"))?.to_owned();
        let unknown = || refused(Why::BadProof, "no box is known here under the key of this proof; enrol it");
        let key = proof::key_of(&token).ok_or_else(unknown)?;
        let member = read(&self.boxes).members.get(&key).cloned().ok_or_else(unknown)?;
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let bad_proof = |fault| refused(Why::BadProof, format!("the proof is not taken: {fault}"));
        let head = (parts.method.as_str(), path);
        let announced = lock(&self.proofs).take_head(&token, &member.public, head, self.clock.now());
        let announced = announced.map_err(bad_proof)?;
        // Whatever the state of the key: who waits to be confirmed, or was sent away, may not ask without end either.
        if !member.may_ask(self.clock.monotonic()) {
            return Err(refused(Why::TooMany, "this box asks too often; wait a few seconds"));
        }
        match member.state {
            BoxState::Pending => {
                return Err(refused(
                    Why::Pending,
                    "a person at the county has to confirm this box's fingerprint first",
                ));
            }
            BoxState::Revoked => return Err(refused(Why::Revoked, "the county took this box's key back")),
            BoxState::Confirmed => {}
        }
        let body = bounded(body).await?;
        if Digest::of(&body) != announced {
            return Err(bad_proof(BadProof::OtherRequest));
        }
        member.heard(self.clock.now(), None);
        Ok(Asked { member, body, headers: parts.headers })
    }
}

pub(super) async fn bounded(body: Body) -> Result<Bytes, Refused> {
    match tokio::time::timeout(BODY_WAIT, to_bytes(body, wire::BODY_BYTES_MAX)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(_)) => Err(refused(Why::BadRequest, "the question is too long, or broke off")),
        Err(_) => Err(refused(Why::BadRequest, "the question took too long")),
    }
}

pub(super) fn unreadable(error: impl std::fmt::Display) -> Refused {
    refused(Why::BadRequest, format!("the question does not read: {error}"))
}
