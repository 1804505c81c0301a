//! Cards, which are drawn when they are sent.

use super::*;
use crate::rundown::post::CardText;

#[tokio::test]
async fn a_card_that_cannot_be_drawn_holds_nothing_back() {
    let mut place = place(Scripted::new("fake", false, &[])).await;
    let draw: crate::outbox::Draw = Arc::new(|post, language, card| match card.is_draft {
        true => Err("no font".to_owned()),
        false => Ok(format!("{} {language}", post.chat).into_bytes()),
    });
    place.outbox = open(&place.ledger, &place.store, &place.channel, &place.clock).await.drawing(draw);
    let mut post = place.post("x", "a", Class::Daily, &["1"]);
    for is_draft in [true, false] {
        let card = CardText {
            county: None,
            date: None,
            items: vec![("t".into(), "b".into())],
            hotline: None,
            link: None,
            is_draft,
            is_sample: false,
        };
        post.parts.push(PostPart::Card { language: "bo".parse().unwrap(), title: "t".into(), card });
    }
    place.enqueue(vec![post]).await;
    place.now().await;
    assert_eq!(place.channel.texts(), ["1", "t 4"]);
    let calls = &place.ledger.posts(&PostFilter::default()).await.unwrap()[0].calls;
    let ends: Vec<_> = calls.iter().map(|call| (call.state, call.code.as_deref())).collect();
    let card = (CallState::Refused, Some("no-card"));
    assert_eq!(ends, [(CallState::Delivered, None), card, (CallState::Delivered, None)]);
}
