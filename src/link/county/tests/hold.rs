//! In HOLD, and how a box brings it about.

use super::*;

#[tokio::test]
async fn in_hold_boxes_may_report_and_nothing_goes_out() {
    let place = place().await;
    place.offer("s1", 1);
    let etag = place.get("/link/v1/rundown?station=s1").await.etag();
    let headers = [("if-none-match", etag.as_str())];
    let waiting = place.ask_as(&place.ours, "GET", "/link/v1/rundown?station=s1&wait=55", "", &headers);
    tokio::pin!(waiting);
    assert!(futures::poll!(&mut waiting).is_pending());
    place.gate.set_hold(true);
    waiting.await.refused(Why::Unavailable, 503);
    let clip = place.store.put(b"clip").unwrap();
    for path in ["/link/v1/rundown?station=s1", "/link/v1/claims?station=s1", &format!("{}/{clip}", wire::CLIPS)] {
        place.get(path).await.refused(Why::Unavailable, 503);
    }
    place.enrol(&enrol_ask(&signer(2), "code")).await.refused(Why::Unavailable, 503);
    let receipts = json!({ "before": wire::chain_begin(), "first": 1, "receipts": [receipt(1, "s1")] });
    assert_eq!(place.post(wire::RECEIPTS, &receipts).await.status, 200);
    assert_eq!(place.post(wire::STATUS, &status("s1", Edge::default())).await.status, 204);
    let time = format!("{}?nonce={}", wire::TIME, "0".repeat(32));
    assert_eq!(place.send(Request::get(time).body(Body::empty()).unwrap()).await.status, 200);
}

#[tokio::test]
async fn a_station_that_knows_more_stops_the_county() {
    let newer = Edge { epoch: 7, version: 9 };
    for by_status in [false, true] {
        let place = place().await;
        place.offer("s1", 8);
        place.offer("s2", 8);
        assert_eq!(place.get("/link/v1/rundown?station=s1&epoch=7&version=8").await.status, 200);
        assert_eq!(place.gate.newer(), None);
        if by_status {
            assert_eq!(place.post(wire::STATUS, &status("s1", newer)).await.status, 204);
        } else {
            place.get("/link/v1/rundown?station=s1&epoch=7&version=9").await.refused(Why::Unavailable, 503);
        }
        let (key, fingerprint) = (signer(1).id().clone(), wire::fingerprint(&signer_root(), &signer(1).public()));
        let expected = Newer { key, fingerprint, station: id("s1"), held: newer, ours: Edge { epoch: 7, version: 8 } };
        assert_eq!(place.gate.newer(), Some(expected));
        assert!(place.rang.load(Ordering::SeqCst), "the county is to look at once");
        place.get("/link/v1/rundown?station=s2").await.refused(Why::Unavailable, 503);
        place.gate.set_hold(true);
        place.gate.newer_is_known();
        place.get("/link/v1/rundown?station=s2").await.refused(Why::Unavailable, 503);
    }
}

#[tokio::test]
async fn a_number_that_no_county_can_have_made_stops_nobody() {
    let place = place().await;
    place.offer("s1", 8);
    let ahead = |days: i64| (place.clock.now() + TimeDelta::days(days)).timestamp_millis() as u64;
    let nonsense = |place: &Place| place.gate.seen()[0].nonsense.clone();
    for (epoch, version) in [(ahead(31), 1), (u64::MAX, 1), (7, u64::from(u32::MAX) + 1), (u64::MAX, u64::MAX)] {
        let path = format!("/link/v1/rundown?station=s1&epoch={epoch}&version={version}");
        place.get(&path).await.refused(Why::BadRequest, 400);
        place.post(wire::STATUS, &status("s1", Edge { epoch, version })).await.refused(Why::BadRequest, 400);
        assert_eq!(place.gate.newer(), None);
        let told = nonsense(&place).unwrap();
        assert!(told.contains(&format!("s1: names rundown {epoch}.{version}")), "{told}");
    }
    // Mended, it is as any other.
    assert_eq!(place.post(wire::STATUS, &status("s1", Edge { epoch: 7, version: 8 })).await.status, 204);
    assert_eq!(nonsense(&place), None);
    // What the county itself numbered under a clock that was ahead stays good.
    place.gate.offer(
        &id("s1"),
        Arc::new(Envelope::seal(RUNDOWN_TYPE, vec![], &[])),
        Edge { epoch: ahead(90), version: 2 },
    );
    place.get(&format!("/link/v1/rundown?station=s1&epoch={}&version=2", ahead(90))).await;
    assert_eq!((place.gate.newer(), nonsense(&place)), (None, None));
}
