//! What attempts before the last one leave open, and how long is waited between them.

use super::*;
use crate::outbox::queue::sending::back_off;

/// That a later attempt is refused, or that its time is over, says nothing of one that may have arrived; one that surely
/// did not leaves no doubt.
#[tokio::test]
async fn a_doubt_stays_and_a_certainty_makes_none() {
    let refused = || Do::Answer(Answer::Refused { code: "400".into(), detail: "no".into() });
    let doubt = || Do::Answer(Answer::Doubtful { after: None, code: "timeout".into(), detail: "no answer".into() });
    for (idempotent, script, expected) in [
        (true, vec![refused()], CallState::Refused),
        (true, vec![retry(None), refused()], CallState::Refused),
        (true, vec![doubt(), refused()], CallState::Unknown),
        (true, vec![doubt(), retry(None), retry(None), refused()], CallState::Unknown),
        (true, vec![retry(None), doubt()], CallState::Delivered),
        (true, (0..99).map(|_| retry(None)).collect(), CallState::Expired),
        (true, [doubt()].into_iter().chain((0..99).map(|_| retry(None))).collect(), CallState::Unknown),
        (false, vec![retry(None), refused()], CallState::Refused),
        // Of a channel that would send it twice, it is not asked again.
        (false, vec![doubt()], CallState::Unknown),
    ] {
        let place = place(Scripted::new("fake", idempotent, &[])).await;
        let of = format!("idempotent {idempotent}: {script:?}");
        place.channel.script(script);
        place.enqueue(vec![place.post("x", "a", Class::Daily, &["1"])]).await;
        place.for_seconds(3601).await;
        let states: Vec<CallState> = place.states().await.into_iter().map(|(_, state)| state).collect();
        assert_eq!(states, [expected], "{of}");
    }
}

/// The program ends while a call is on its way; it is sent again, and refused then; or taken back before.
#[tokio::test]
async fn a_crash_leaves_a_doubt() {
    let refused = || Do::Answer(Answer::Refused { code: "400".into(), detail: "no".into() });
    let mut place = place(Scripted::new("fake", true, &[])).await;
    place.channel.script([Do::Hang, refused()]);
    place.enqueue(vec![place.post("x", "a", Class::Daily, &["1"])]).await;
    place.outbox.turn(place.clock.now()).await.unwrap();
    while place.channel.sent().is_empty() {
        tokio::task::yield_now().await;
    }
    place.restart().await;
    place.for_seconds(600).await;
    assert_eq!(place.channel.sent().len(), 2);
    assert!(place.all(CallState::Unknown).await);
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
