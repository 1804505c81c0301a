//! What browsers keep: style sheet and scripts, under a name that changes with what is in them.

use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::asked::{Answered, Asked, Stop};
use crate::base::Digest;

/// Files of `/static/`: name, kind, content.
const ASSETS: &[(&str, &str, &str)] = &[
    ("style.css", "text/css; charset=utf-8", include_str!("style.css")),
    ("live.js", "text/javascript; charset=utf-8", include_str!("live.js")),
];

/// Where a page finds a file of [`ASSETS`].
///
/// Panics: there is none of this name.
pub fn address(name: &str) -> String {
    let (_, _, content) = ASSETS.iter().find(|(found, ..)| *found == name).expect("pages name files that are there");
    format!("/static/{name}?v={}", Digest::of(content.as_bytes()).short())
}

pub async fn show(asked: Asked) -> Answered {
    let name = asked.param("name");
    let Some((_, kind, content)) = ASSETS.iter().find(|(found, ..)| *found == name) else { return Err(Stop::NotFound) };
    // Without its version it may be another one tomorrow.
    let is_named = asked.query.one("v") == Digest::of(content.as_bytes()).short();
    let keep = if is_named { "public, max-age=31536000, immutable" } else { "no-cache" };
    let answer: Response = ([(header::CONTENT_TYPE, *kind), (header::CACHE_CONTROL, keep)], *content).into_response();
    Ok(answer)
}
