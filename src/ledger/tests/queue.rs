//! The call queue against a tiny model, over random histories: no delivered call is sent again, none is lost, parts
//! keep their order.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::json;

use super::at;
use super::calls::post;
use crate::ledger::*;
use crate::rundown::Class;

#[derive(Debug, Clone)]
enum Step {
    Enqueue {
        broadcast: u8,
        chat: u8,
        emergency: bool,
        part_count: u8,
    },
    Claim {
        max: u8,
    },
    /// Answers for one of the calls that are on their way.
    Answer {
        which: u8,
        end: u8,
    },
    /// All claimers die; the next start recovers.
    Crash,
    Wait {
        seconds: u16,
    },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0..4u8, 0..3u8, any::<bool>(), 1..4u8).prop_map(|(broadcast, chat, emergency, part_count)| {
            Step::Enqueue { broadcast, chat, emergency, part_count }
        }),
        6 => (1..5u8).prop_map(|max| Step::Claim { max }),
        6 => (any::<u8>(), 0..5u8).prop_map(|(which, end)| Step::Answer { which, end }),
        1 => Just(Step::Crash),
        2 => (1..1500u16).prop_map(|seconds| Step::Wait { seconds }),
    ]
}

/// What the model knows of a call: its state, and how often it left.
type Model = BTreeMap<CallId, CallState>;

async fn run(steps: &[Step]) {
    let ledger = Ledger::in_memory().await.unwrap();
    let mut model = Model::new();
    let mut on_their_way: Vec<Claim> = Vec::new();
    let mut now = 0;
    for step in steps {
        match step {
            Step::Enqueue { broadcast, chat, emergency, part_count } => {
                let class = if *emergency { Class::Emergency } else { Class::Daily };
                let new = post(&format!("b{broadcast}"), &format!("c{chat}"), class, at(now), usize::from(*part_count));
                if ledger.enqueue(std::slice::from_ref(&new), at(now)).await.unwrap() == 1 {
                    for call in &new.calls {
                        let id = CallId { post: new.post.id(), position: call.position, repeat: 0 };
                        assert_eq!(model.insert(id, CallState::Waiting), None, "a post is taken once");
                    }
                }
            }
            Step::Claim { max } => {
                let claims = ledger.claim_calls(at(now), at(now + 180), usize::from(*max), |_| true).await.unwrap();
                assert!(claims.len() <= usize::from(*max));
                for claim in claims {
                    let state = model.insert(claim.call.id.clone(), CallState::Sending);
                    assert_eq!(state, Some(CallState::Waiting), "only a waiting call leaves");
                    let earlier = model.range(CallId { position: 0, ..claim.call.id.clone() }..claim.call.id.clone());
                    assert!(earlier.map(|(_, state)| state).all(|state| state.is_final()), "parts keep their order");
                    on_their_way.push(claim);
                }
            }
            Step::Answer { which, end } if !on_their_way.is_empty() => {
                let claim = on_their_way.swap_remove(usize::from(*which) % on_their_way.len());
                let (end, state) = match end {
                    0 => (CallEnd::Delivered { ids: vec!["1".into()] }, CallState::Delivered),
                    1 => (CallEnd::Refused { code: "403".into(), detail: String::new() }, CallState::Refused),
                    2 => (CallEnd::Unknown { code: "timeout".into(), detail: String::new() }, CallState::Unknown),
                    3 => {
                        let due = at(now + 7);
                        (CallEnd::Again { due, code: "429".into(), detail: String::new() }, CallState::Waiting)
                    }
                    _ if claim.call.moved => (CallEnd::Moved { address: json!({ "chat": "z" }) }, CallState::Refused),
                    _ => (CallEnd::Moved { address: json!({ "chat": "y" }) }, CallState::Waiting),
                };
                let finished = Finished { id: claim.call.id.clone(), attempt: claim.call.attempts, end };
                // Told twice, as after a lost answer: the second time changes nothing.
                ledger.finish_calls(&[finished.clone(), finished], at(now)).await.unwrap();
                model.insert(claim.call.id, state);
            }
            Step::Answer { .. } => {}
            Step::Crash => {
                on_their_way.clear();
                ledger.recover_calls(at(now), Leases::All, &[]).await.unwrap();
                model.values_mut().filter(|s| **s == CallState::Sending).for_each(|s| *s = CallState::Unknown);
            }
            Step::Wait { seconds } => {
                now += i64::from(*seconds);
                ledger.expire_calls(at(now)).await.unwrap();
                for row in ledger.posts(&PostFilter::default()).await.unwrap() {
                    for call in row.calls {
                        let state = model.get_mut(&call.id).unwrap();
                        if *state == CallState::Waiting && call.expires <= at(now) {
                            *state = CallState::Expired;
                        }
                    }
                }
            }
        }
        let kept: Model = ledger
            .posts(&PostFilter::default())
            .await
            .unwrap()
            .into_iter()
            .flat_map(|row| row.calls)
            .map(|call| (call.id, call.state))
            .collect();
        assert_eq!(kept, model, "after {step:?}");
    }
    drain(&ledger, &mut model, now).await;
}

/// Whatever happened, everything still ends: nothing waits for ever.
async fn drain(ledger: &Ledger, model: &mut Model, now: i64) {
    ledger.recover_calls(at(now), Leases::All, &[]).await.unwrap();
    for round in 0..100 {
        let now = now + 10 * round;
        let claims = ledger.claim_calls(at(now), at(now + 180), 100, |_| true).await.unwrap();
        let finished: Vec<_> = claims
            .into_iter()
            .map(|Claim { call, .. }| {
                assert_ne!(model.insert(call.id.clone(), CallState::Delivered), Some(CallState::Delivered));
                Finished { id: call.id, attempt: call.attempts, end: CallEnd::Delivered { ids: Vec::new() } }
            })
            .collect();
        ledger.finish_calls(&finished, at(now)).await.unwrap();
        ledger.expire_calls(at(now)).await.unwrap();
    }
    let open = [CallState::Waiting, CallState::Sending];
    assert!(ledger.call_counts().await.unwrap().iter().all(|(state, _)| !open.contains(state)));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_queue_keeps_its_word(steps in proptest::collection::vec(step(), 1..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(run(&steps));
    }
}
