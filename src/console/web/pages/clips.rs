//! The clips of the content that is on air, to be listened to.

use axum::http::header;
use axum::response::IntoResponse as _;

use super::super::asked::{Answered, Asked, Stop};
use crate::base::Digest;

pub async fn show(asked: Asked) -> Answered {
    let digest: Digest = asked.param("digest").parse().map_err(|_| Stop::NotFound)?;
    let catalog = asked.site.catalog();
    let file = catalog.clip_files().get(&digest).copied().ok_or(Stop::NotFound)?.to_owned();
    let path = asked.site.home.join("broadcasts").join(file);
    let read = tokio::task::spawn_blocking(move || std::fs::read(path));
    let bytes = read.await.expect("reading does not panic, and nobody cancels it").map_err(|_| Stop::NotFound)?;
    // What stands there may be another sound by now; nobody is to review that as this one.
    if Digest::of(&bytes) != digest {
        return Err(Stop::NotFound);
    }
    let head = [(header::CONTENT_TYPE, "audio/ogg"), (header::CACHE_CONTROL, "private, max-age=31536000, immutable")];
    Ok((head, bytes).into_response())
}
