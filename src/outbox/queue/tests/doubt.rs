//! What attempts before the last one leave open, and how long is waited between them.

use super::*;
use crate::outbox::queue::sending::back_off;

/// That a second attempt is refused says nothing of the first.
#[tokio::test]
async fn a_refusal_after_a_doubt_is_no_refusal() {
    let refused = || Do::Answer(Answer::Refused { code: "400".into(), detail: "no".into() });
    for (idempotent, script, expected) in [
        (true, vec![retry(None), refused()], CallState::Unknown),
        (true, vec![refused()], CallState::Refused),
        // What is tried again there surely did not arrive.
        (false, vec![retry(None), refused()], CallState::Refused),
    ] {
        let place = place(Scripted::new("fake", idempotent, &[])).await;
        place.channel.script(script);
        place.enqueue(vec![place.post("x", "a", Class::Daily, &["1"])]).await;
        place.for_seconds(600).await;
        let states: Vec<CallState> = place.states().await.into_iter().map(|(_, state)| state).collect();
        assert_eq!(states, [expected], "idempotent {idempotent}");
    }
}

#[test]
fn waits_grow_up_to_a_bound_and_differ() {
    let id = |post: &str| CallId { post: post.into(), position: 0, repeat: 0 };
    for attempt in 1..200 {
        let expected = (5_000i64 << (attempt - 1).min(10)).min(300_000);
        let wait = back_off(&id("x"), attempt).num_milliseconds();
        assert!((expected * 3 / 4..=expected * 5 / 4).contains(&wait), "{attempt}: {wait}");
    }
    let waits: std::collections::BTreeSet<_> = (0..50).map(|i| back_off(&id(&i.to_string()), 7)).collect();
    assert!(waits.len() > 40);
}
