//! What people say of unknown calls, what digests carry, and how what may go is found.

use sqlx::Row as _;

use super::at;
use super::calls::post;
use crate::ledger::claims::heads;
use crate::ledger::*;
use crate::rundown::Class;

/// Claims what may go at an instant and ends all of it.
async fn end_all(ledger: &Ledger, seconds: i64, end: CallEnd) -> Vec<String> {
    let claims = ledger.claim_calls(at(seconds), at(seconds + 180), 100, |_| true).await.unwrap();
    let finished: Vec<Finished> = claims
        .iter()
        .map(|claim| Finished { id: claim.call.id.clone(), attempt: claim.call.attempts, end: end.clone() })
        .collect();
    ledger.finish_calls(&finished, at(seconds)).await.unwrap();
    finished.into_iter().map(|finished| finished.id.to_string()).collect()
}

fn unknown() -> CallEnd {
    CallEnd::Unknown { code: "timeout".into(), detail: String::new() }
}

fn delivered() -> CallEnd {
    CallEnd::Delivered { ids: vec!["1".into()] }
}

async fn states(ledger: &Ledger) -> Vec<(String, CallState)> {
    let posts = ledger.posts(&PostFilter::default()).await.unwrap();
    let mut states: Vec<_> =
        posts.iter().flat_map(|row| &row.calls).map(|call| (call.id.to_string(), call.state)).collect();
    states.sort();
    states
}

pub(super) async fn a_person_settles_what_is_unknown(ledger: &Ledger) {
    ledger.enqueue(&[post("a", "c1", Class::Daily, at(0), 2)], at(0)).await.unwrap();
    end_all(ledger, 0, unknown()).await;
    end_all(ledger, 1, unknown()).await;
    assert_eq!(ledger.unknown_count().await.unwrap(), 2);

    let seen = ledger.settle_seen("a.20261124.c1#1", "tashi", at(10)).await.unwrap();
    assert_eq!(seen.iter().map(ToString::to_string).collect::<Vec<_>>(), ["a.20261124.c1#1"]);
    let call = ledger.posts(&PostFilter::default()).await.unwrap()[0].calls[0].clone();
    assert_eq!((call.state, call.settled), (CallState::Delivered, Some(("tashi".to_owned(), at(10)))));

    // The post names what of it is still unknown.
    let again = ledger.settle_lost("a.20261124.c1", "drolma", at(20)).await.unwrap();
    assert_eq!(again.iter().map(ToString::to_string).collect::<Vec<_>>(), ["a.20261124.c1#2~1"]);
    assert_eq!(ledger.unknown_count().await.unwrap(), 0);
    assert_eq!(end_all(ledger, 20, unknown()).await, ["a.20261124.c1#2~1"]);
    // Again unknown, long after the post expired: sent once more under the next number.
    let again = ledger.settle_lost("a.20261124.c1#2~1", "drolma", at(90_000)).await.unwrap();
    assert_eq!(again[0].repeat, 2);
    assert_eq!(end_all(ledger, 90_001, delivered()).await, ["a.20261124.c1#2~2"]);

    for (name, word) in
        [("a.20261124.c1", "lost"), ("a.20261124.c1#9", "no post"), ("b", "no post"), ("a#0", "no post")]
    {
        let fault = ledger.settle_seen(name, "tashi", at(3)).await.unwrap_err().to_string();
        assert!(fault.contains(word), "{fault}");
    }
    let audit = ledger.audit_rows(10).await.unwrap();
    let actions: Vec<(&str, &str)> = audit.iter().map(|row| (row.who.as_str(), row.action.as_str())).collect();
    let resend = ("drolma", "posts resend");
    assert_eq!(actions.iter().filter(|row| **row == resend).count(), 2, "{actions:?}");
    assert!(actions.contains(&("tashi", "posts seen")), "{actions:?}");
}

pub(super) async fn what_a_digest_carries_ends_as_it_does(ledger: &Ledger) {
    for (day, end, state) in
        [(0, delivered(), CallState::Delivered), (1, unknown(), CallState::Unknown), (2, refused(), CallState::Refused)]
    {
        let base = day * 100_000;
        let names = ["x", "y", "z"].map(|name| format!("{name}{day}"));
        let posts = names.clone().map(|name| post(&name, "c1", Class::Daily, at(base), 2));
        ledger.enqueue(&posts, at(base)).await.unwrap();
        assert!(ledger.backlogs(at(base), (3, 9)).await.unwrap().is_empty(), "none has waited");
        let found = ledger.backlogs(at(base + 1), (3, 9)).await.unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].posts.len(), found[0].like.chat.as_str()), (3, "c1"));
        let of = posts.clone().map(|new| new.post.id());
        let mut digest = post("digest", "c1", Class::Daily, at(base), 2);
        digest.post.occasion = format!("day{day}");
        assert!(ledger.digest(&digest, &of, at(base + 1)).await.unwrap());
        assert!(!ledger.digest(&digest, &of, at(base + 1)).await.unwrap(), "a digest is made once");
        assert_eq!(ledger.withdraw_unsent(&[], at(base - 1)).await.unwrap(), 0, "what it carries goes with it");
        let first = end_all(ledger, base + 2, end.clone()).await;
        assert_eq!(first, [format!("digest.day{day}.c1#1")], "nothing else goes to the group");
        let carried = |states: Vec<(String, CallState)>| -> Vec<CallState> {
            states
                .into_iter()
                .filter(|(id, _)| names.iter().any(|n| id.starts_with(n.as_str())))
                .map(|(_, s)| s)
                .collect()
        };
        assert!(carried(states(ledger).await).iter().all(|state| *state == CallState::Digested));
        end_all(ledger, base + 3, delivered()).await;
        assert!(carried(states(ledger).await).iter().all(|held| *held == state), "{state:?}");
        if state == CallState::Unknown {
            // Sent anew, the digest carries them again; seen, they are there.
            ledger.settle_lost(&digest.post.id(), "tashi", at(base + 4)).await.unwrap();
            assert!(carried(states(ledger).await).iter().all(|held| *held == CallState::Digested));
            end_all(ledger, base + 5, unknown()).await;
            assert!(carried(states(ledger).await).iter().all(|held| *held == CallState::Unknown));
            ledger.settle_seen(&digest.post.id(), "tashi", at(base + 6)).await.unwrap();
            assert!(carried(states(ledger).await).iter().all(|held| *held == CallState::Delivered));
        }
    }
    // One that was begun is not taken into a digest, and then none of them is.
    let posts = ["p", "q", "r"].map(|name| post(name, "c2", Class::Daily, at(0), 1));
    ledger.enqueue(&posts, at(0)).await.unwrap();
    ledger.claim_calls(at(1), at(9), 1, |_| true).await.unwrap();
    let of = posts.clone().map(|new| new.post.id());
    let digest = post("digest", "c2", Class::Daily, at(0), 1);
    assert!(!ledger.digest(&digest, &of, at(1)).await.unwrap());
    let waiting = states(ledger).await.iter().filter(|(_, state)| *state == CallState::Waiting).count();
    assert_eq!(waiting, 2);
}

pub(super) async fn a_task_is_done_by_a_person_or_expires(ledger: &Ledger) {
    let posts = ["a", "b", "c"].map(|name| post(name, "c1", Class::Daily, at(0), 2));
    ledger.enqueue(&posts, at(0)).await.unwrap();
    let handed = || CallEnd::Handed { ids: vec!["/tasks/1.txt".into()] };
    // It holds up neither the rest of its post nor what comes after it, and nothing sends it again.
    for seconds in 0..6 {
        assert_eq!(end_all(ledger, seconds, handed()).await.len(), 1);
    }
    assert!(end_all(ledger, 7, handed()).await.is_empty());
    assert_eq!(ledger.recover_calls(at(8), Leases::All, &[]).await.unwrap(), Recovered::default());
    assert_eq!(ledger.agenda(at(8)).await.unwrap().next, Some(at(3600)), "when they expire");

    let done = ledger.settle_done("a.20261124.c1#2", "tashi", at(10)).await.unwrap();
    assert_eq!(done.iter().map(ToString::to_string).collect::<Vec<_>>(), ["a.20261124.c1#2"]);
    assert_eq!(ledger.settle_done("b.20261124.c1", "drolma", at(20)).await.unwrap().len(), 2);
    assert_eq!(ledger.expire_calls(at(3599)).await.unwrap(), 0);
    assert_eq!(ledger.expire_calls(at(3600)).await.unwrap(), 3);
    assert_eq!(ledger.agenda(at(3601)).await.unwrap().next, None);
    let posts = ledger.posts(&PostFilter::default()).await.unwrap();
    let mut calls: Vec<_> = posts.iter().flat_map(|row| &row.calls).collect();
    calls.sort_by(|a, b| a.id.cmp(&b.id));
    let ends: Vec<_> = calls
        .iter()
        .map(|call| (call.state, call.code.as_deref(), call.settled.as_ref().map(|(by, _)| &**by)))
        .collect();
    let expired = (CallState::Expired, Some("not-done"), None);
    let by = |who| (CallState::Delivered, None, Some(who));
    assert_eq!(ends, [expired, by("tashi"), by("drolma"), by("drolma"), expired, expired]);
    assert_eq!(calls[1].settled.as_ref().unwrap().1, at(10));
    assert_eq!(calls[1].ids, ["/tasks/1.txt"]);

    // Once it is over it stays so, and nobody looks into the group for it.
    for name in ["a.20261124.c1", "c.20261124.c1#1"] {
        let fault = ledger.settle_done(name, "tashi", at(3700)).await.unwrap_err().to_string();
        assert!(fault.contains("no open task") && fault.contains("expired"), "{fault}");
        let fault = ledger.settle_seen(name, "tashi", at(3700)).await.unwrap_err().to_string();
        assert!(fault.contains("not unknown"), "{fault}");
    }
    let audit = ledger.audit_rows(10).await.unwrap();
    let who: Vec<&str> = audit.iter().filter(|row| row.action == "tasks done").map(|row| row.who.as_str()).collect();
    assert_eq!(who.len(), 2);
    assert!(who.contains(&"tashi") && who.contains(&"drolma"), "{who:?}");

    // After a restore nobody knows whether it was posted since; what a digest carries is open as long as that is.
    ledger.enqueue(&[post("d", "c1", Class::Daily, at(5000), 1)], at(5000)).await.unwrap();
    end_all(ledger, 5000, handed()).await;
    assert_eq!(ledger.disown_calls(at(5001)).await.unwrap(), 1);
    assert_eq!(ledger.settle_seen("d.20261124.c1", "tashi", at(5002)).await.unwrap().len(), 1);
    let carried = ["x", "y", "z"].map(|name| post(name, "c1", Class::Daily, at(6000), 1));
    ledger.enqueue(&carried, at(6000)).await.unwrap();
    let digest = post("digest", "c1", Class::Daily, at(6000), 1);
    assert!(ledger.digest(&digest, &carried.map(|new| new.post.id()), at(6001)).await.unwrap());
    assert_eq!(end_all(ledger, 6002, handed()).await, ["digest.20261124.c1#1"]);
    let x = |states: Vec<(String, CallState)>| states.into_iter().find(|(id, _)| id.starts_with("x.")).unwrap().1;
    assert_eq!(x(states(ledger).await), CallState::Digested);
    ledger.settle_done("digest.20261124.c1", "tashi", at(6003)).await.unwrap();
    assert_eq!(x(states(ledger).await), CallState::Delivered);
}

fn refused() -> CallEnd {
    CallEnd::Refused { code: "403".into(), detail: String::new() }
}

/// What may go is found by seeking, never by reading all that waits.
#[tokio::test]
async fn no_pass_reads_the_whole_queue() {
    let ledger = Ledger::in_memory().await.unwrap();
    let queries = [
        heads(0),
        "SELECT 1 FROM calls WHERE state = 'waiting' AND due <= $1 LIMIT 1".to_owned(),
        "SELECT MIN(due) AS t FROM calls WHERE state = 'waiting' AND due > $1".to_owned(),
        "SELECT MIN(expires) FROM calls WHERE state = 'waiting'".to_owned(),
        "SELECT MIN(expires) FROM calls WHERE state = 'handed'".to_owned(),
        "UPDATE calls SET state = 'expired', updated = $1 WHERE state = 'handed' AND expires <= $1".to_owned(),
        "SELECT MIN(lease_until) FROM calls WHERE state = 'sending'".to_owned(),
        "UPDATE calls SET state = 'expired', updated = $1 WHERE state = 'waiting' AND expires <= $1".to_owned(),
    ];
    for query in queries {
        let rows = sqlx::query(sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {query}")))
            .bind(0i64)
            .bind(0i64)
            .fetch_all(&ledger.writer)
            .await
            .unwrap();
        let plan: Vec<String> = rows.iter().map(|row| row.get::<String, _>("detail")).collect();
        let read_whole = plan.iter().any(|step| {
            let named = ["calls", "c", "n", "h", "e", "s"].iter().any(|name| *step == format!("SCAN {name}"));
            named || step.contains("USE TEMP B-TREE") && !step.contains("ORDER BY")
        });
        assert!(!read_whole, "{query}\n{plan:#?}");
        assert!(plan.iter().any(|step| step.contains("INDEX calls_")), "{query}\n{plan:#?}");
    }
}
