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
        let expected = Newer { station: id("s1"), held: newer, ours: Edge { epoch: 7, version: 8 } };
        assert_eq!(place.gate.newer(), Some(expected));
        assert!(place.rang.load(Ordering::SeqCst), "the county is to look at once");
        place.get("/link/v1/rundown?station=s2").await.refused(Why::Unavailable, 503);
        place.gate.set_hold(true);
        place.gate.newer_is_known();
        place.get("/link/v1/rundown?station=s2").await.refused(Why::Unavailable, 503);
    }
}
