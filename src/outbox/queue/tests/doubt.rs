//! What attempts before the last one leave open.

use super::*;

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
