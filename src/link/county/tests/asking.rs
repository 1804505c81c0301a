//! Who may ask, and how often; what is looked at before anything costly is done.

use super::*;

#[tokio::test]
async fn each_request_carries_a_proof_of_its_own() {
    let place = place().await;
    place.offer("s1", 1);
    let path = "/link/v1/rundown?station=s1";
    let get = |token: Option<String>, path: &str| {
        let mut request = Request::get(path);
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, token);
        }
        place.send(request.body(Body::empty()).unwrap())
    };
    let county = place.gate.root().id();
    let make = |signer: &Signer, path: &str, at| proof::make(signer, &county, ("GET", path, b""), at);
    let now = place.clock.now();
    get(None, path).await.refused(Why::BadProof, 401);
    get(Some("Bearer x".into()), path).await.refused(Why::BadProof, 401);
    let bearer = |token: String| Some(format!("Bearer {token}"));
    get(bearer(make(&signer(9), path, now)), path).await.refused(Why::BadProof, 401);
    get(bearer(make(&place.ours, "/link/v1/rundown?station=s2", now)), path).await.refused(Why::BadProof, 401);
    get(bearer(make(&place.ours, path, now - TimeDelta::seconds(61))), path).await.refused(Why::BadProof, 401);
    let elsewhere = proof::make(&place.ours, signer(99).id(), ("GET", path, b""), now);
    let elsewhere = get(bearer(elsewhere), path).await.refused(Why::BadProof, 401);
    assert!(elsewhere.say.contains("another county"), "{}", elsewhere.say);
    let token = bearer(make(&place.ours, path, now));
    assert_eq!(get(token.clone(), path).await.status, 200);
    let replayed = get(token, path).await.refused(Why::BadProof, 401);
    assert!(replayed.say.contains("used before"), "{}", replayed.say);
    let proof = proof::make(&place.ours, &county, ("POST", wire::STATUS, b"{}"), now);
    let request = Request::post(wire::STATUS).header(header::AUTHORIZATION, format!("Bearer {proof}"));
    let other_body = place.send(request.body(Body::from("{ }")).unwrap()).await;
    other_body.refused(Why::BadProof, 401);
    get(None, "/link/v2/rundown").await.refused(Why::NotFound, 404);
}

#[tokio::test]
async fn a_box_that_asks_without_end_is_told_to_wait() {
    let place = place().await;
    let body = status("s1", Edge::default());
    let mut asked = 0;
    while place.post(wire::STATUS, &body).await.status == 204 {
        asked += 1;
        assert!(asked < 2000, "there is no end to it");
    }
    assert_eq!(asked, bounds::REQUESTS_BURST);
    place.post(wire::STATUS, &body).await.refused(Why::TooMany, 429);
    place.clock.advance(Duration::from_secs(1));
    assert_eq!(place.post(wire::STATUS, &body).await.status, 204);

    // Nor does one that waits to be confirmed, or was sent away.
    let new = signer(2);
    place.let_in(&new, &["s3"]).await;
    for why in [Why::Pending, Why::Revoked] {
        let ask = || place.ask_as(&new, "GET", "/link/v1/rundown?station=s3", "", &[]);
        ask().await.refused(why, 403);
        for _ in 0..bounds::REQUESTS_BURST {
            ask().await;
        }
        ask().await.refused(Why::TooMany, 429);
        // The second time it is revoked already.
        let _ = place.ledger.revoke_box(new.id(), "tashi", start()).await;
        place.gate.reload().await.unwrap();
        place.clock.advance(Duration::from_secs(60));
    }
}

/// A body that nobody may read.
fn untouchable() -> Body {
    Body::from_stream(futures::stream::poll_fn(|_| -> std::task::Poll<Option<Result<Vec<u8>, std::io::Error>>> {
        panic!("the body was asked for")
    }))
}

#[tokio::test]
async fn no_body_is_read_before_its_proof_is_taken() {
    let place = place().await;
    place.let_in(&signer(2), &["s3"]).await;
    let now = place.clock.now();
    let send = |token: String| {
        let request = Request::post(wire::STATUS).header(header::AUTHORIZATION, format!("Bearer {token}"));
        place.send(request.body(untouchable()).unwrap())
    };
    let county = place.gate.root().id();
    let make = |signer: &Signer, at| proof::make(signer, &county, ("POST", wire::STATUS, b"{}"), at);
    let other = proof::make(&place.ours, &county, ("POST", wire::RECEIPTS, b"{}"), now);
    for bad in ["x".to_owned(), make(&signer(9), now), make(&place.ours, now - TimeDelta::seconds(61)), other] {
        send(bad).await.refused(Why::BadProof, 401);
    }
    send(make(&signer(2), now)).await.refused(Why::Pending, 403);
}

#[tokio::test]
async fn an_older_look_does_not_put_a_revoked_box_back() {
    let place = place().await;
    let look = place.gate.looks.fetch_add(1, Ordering::SeqCst) + 1;
    let rows = place.ledger.boxes().await.unwrap();
    place.ledger.revoke_box(place.ours.id(), "tashi", start()).await.unwrap();
    place.gate.reload().await.unwrap();
    place.gate.take_up(look, rows);
    assert!(place.gate.is_revoked(place.ours.id()));
    assert_eq!(place.gate.stations(), BTreeSet::new());
}
