//! What changed, instead of the whole.

use std::io::Read as _;

use super::*;
use crate::link::wire::{PATCHED_TYPE, Patched};

const ASKS: &str = "/link/v1/rundown?station=s1&keys=3&patch=1";

fn plan(version: u64, volume: u8) -> Vec<u8> {
    let airings: Vec<String> = (0..200)
        .map(|n| format!("{{\"id\":\"broadcast.{n}\",\"volume\":{}}}", if n == 50 { volume } else { 80 }))
        .collect();
    format!("{{\"station\":\"s1\",\"version\":{version},\"airings\":[{}]}}", airings.join(",")).into_bytes()
}

fn offer(place: &Place, version: u64, payload: Vec<u8>) -> Arc<Envelope> {
    let envelope = Arc::new(Envelope::seal(RUNDOWN_TYPE, payload, &[&signer(102)]));
    place.gate.offer(&id("s1"), envelope.clone(), Edge { epoch: 7, version });
    envelope
}

/// Asks for what is newer than `etag`, as one who takes gzip.
async fn ask(place: &Place, path: &str, etag: &str) -> Reply {
    place.ask_as(&place.ours, "GET", path, "", &[("if-none-match", etag), ("accept-encoding", "gzip")]).await
}

fn patched(reply: &Reply) -> Option<Patched> {
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(&*reply.body).read_to_end(&mut plain).unwrap();
    (reply.headers[header::CONTENT_TYPE] == PATCHED_TYPE).then(|| serde_json::from_slice(&plain).unwrap())
}

#[tokio::test]
async fn one_who_holds_the_rundown_before_is_told_what_changed() {
    let place = place().await;
    let first = offer(&place, 1, plan(1, 80));
    let reply = ask(&place, ASKS, "").await;
    let (etag, whole_bytes) = (reply.etag(), reply.body.len());
    assert!(patched(&reply).is_none(), "one who holds nothing gets the whole");
    let second = offer(&place, 2, plan(2, 60));
    let reply = ask(&place, ASKS, &etag).await;
    let told = patched(&reply).unwrap();
    assert_eq!(told.apply(&first).as_ref(), Some(&*second));
    assert_eq!(told.apply(&second), None, "of another rundown it makes nothing");
    assert!(reply.body.len() * 2 < whole_bytes, "{} of {whole_bytes}", reply.body.len());

    // Nobody else gets it: who did not ask for it, holds another, or has older keys.
    assert!(patched(&ask(&place, "/link/v1/rundown?station=s1&keys=3", &etag).await).is_none());
    assert!(patched(&ask(&place, ASKS, "\"0-3\"").await).is_none());
    let older = ask(&place, "/link/v1/rundown?station=s1&keys=2&patch=1", &etag).await;
    assert!(patched(&older).is_none());
    offer(&place, 3, plan(3, 40));
    assert!(patched(&ask(&place, ASKS, &etag).await).is_none(), "two steps are not kept");
    // What has nothing of the one before is sent whole.
    let etag = ask(&place, ASKS, "").await.etag();
    let random: String =
        (0..4000).map(|_| char::from(rand::Rng::gen_range(&mut rand::thread_rng(), b'a'..=b'z'))).collect();
    offer(&place, 4, random.into_bytes());
    assert!(patched(&ask(&place, ASKS, &etag).await).is_none());
}
