//! The outbox's half of the contract.

use chrono::TimeDelta;
use serde_json::json;

use super::{at, id};
use crate::base::Timestamp;
use crate::ledger::*;
use crate::rundown::{Class, Post, PostPart};

pub(super) fn post(broadcast: &str, chat: &str, class: Class, due: Timestamp, part_count: usize) -> NewPost {
    let text = |i: usize| PostPart::Text { language: "bo".parse().unwrap(), text: format!("part {i}") };
    let post = Post {
        broadcast: id(broadcast),
        occasion: "20261124".into(),
        chat: id(chat),
        class,
        level: None,
        notice: Some("2026-0001".into()),
        due,
        expires: due + TimeDelta::hours(1),
        parts: (0..part_count).map(text).collect(),
        order: None,
    };
    let calls = (0..part_count)
        .map(|position| NewCall {
            position: position as u32,
            repeat: 0,
            lane: if class == Class::Emergency { Lane::Emergency } else { Lane::Ordinary },
            robot: "robot".into(),
            chat: post.chat.clone(),
            channel: "fake".into(),
            address: json!({ "chat": chat }),
            body: json!({ "text": format!("part {position}") }),
            heavy: false,
            harmless: false,
            due,
            expires: post.expires,
        })
        .collect();
    NewPost { post, calls }
}

const OPEN: [CallState; 3] = [CallState::Waiting, CallState::Sending, CallState::Unknown];

fn daily(broadcast: &str, chat: &str, part_count: usize) -> NewPost {
    post(broadcast, chat, Class::Daily, at(0), part_count)
}

async fn claim(ledger: &Ledger, seconds: i64) -> Vec<Claim> {
    ledger.claim_calls(at(seconds), at(seconds + 180), 100, |_| true).await.unwrap()
}

async fn claimed_names(ledger: &Ledger, seconds: i64) -> Vec<String> {
    claim(ledger, seconds).await.iter().map(|claim| claim.call.id.to_string()).collect()
}

async fn finish(ledger: &Ledger, claim: &Claim, end: CallEnd, seconds: i64) {
    let finished = Finished { id: claim.call.id.clone(), attempt: claim.call.attempts, end };
    ledger.finish_calls(&[finished], at(seconds)).await.unwrap();
}

fn delivered() -> CallEnd {
    CallEnd::Delivered { ids: vec!["17".into()] }
}

fn refused() -> CallEnd {
    CallEnd::Refused { code: "403".into(), detail: "removed from the group".into() }
}

fn unknown() -> CallEnd {
    CallEnd::Unknown { code: "timeout".into(), detail: "no answer".into() }
}

async fn states(ledger: &Ledger) -> Vec<(String, CallState)> {
    let mut states: Vec<_> = ledger
        .posts(&PostFilter::default())
        .await
        .unwrap()
        .iter()
        .flat_map(|row| row.calls.iter().map(|call| (call.id.to_string(), call.state)))
        .collect();
    states.sort();
    states
}

pub(super) async fn a_post_is_taken_once(ledger: &Ledger) {
    let (a, b) = (daily("a", "c1", 2), daily("b", "c2", 1));
    assert_eq!(ledger.enqueue(&[a.clone(), b.clone()], at(0)).await.unwrap(), 2);
    let changed = NewPost { calls: daily("a", "c1", 5).calls, ..a.clone() };
    assert_eq!(ledger.enqueue(&[changed], at(1)).await.unwrap(), 0);
    let posts = ledger.posts(&PostFilter::default()).await.unwrap();
    assert_eq!(posts.iter().map(|p| (&p.post, p.calls.len())).collect::<Vec<_>>(), [(&a.post, 2), (&b.post, 1)]);

    let count = async |filter: PostFilter| ledger.posts(&filter).await.unwrap().len();
    assert_eq!(count(PostFilter { chat: Some(id("c1")), ..Default::default() }).await, 1);
    assert_eq!(count(PostFilter { chat: Some(id("c")), ..Default::default() }).await, 0, "whole ids only");
    assert_eq!(count(PostFilter { broadcast: Some(id("b")), ..Default::default() }).await, 1);
    assert_eq!(count(PostFilter { since: Some(at(1)), ..Default::default() }).await, 0);
    let claims = claim(ledger, 0).await;
    let b_claim = claims.iter().find(|claim| claim.post == b.post).unwrap();
    finish(ledger, b_claim, delivered(), 1).await;
    assert_eq!(count(PostFilter { states: OPEN.to_vec(), ..Default::default() }).await, 1);
}

pub(super) async fn parts_keep_their_order(ledger: &Ledger) {
    ledger.enqueue(&[daily("a", "c1", 3), daily("b", "c1", 1), daily("c", "c2", 1)], at(0)).await.unwrap();
    let first = claim(ledger, 0).await;
    assert_eq!(first.iter().map(|c| c.call.id.to_string()).collect::<Vec<_>>(), ["a.20261124.c1#1", "c.20261124.c2#1"]);
    assert!(claim(ledger, 0).await.is_empty(), "nothing else goes to a chat while one call is on its way there");
    // A part that is put off holds the later parts of its post, not other posts.
    let again = CallEnd::Again { due: at(30), code: "network".into(), detail: "no route".into() };
    finish(ledger, &first[0], again, 1).await;
    let other = claim(ledger, 2).await;
    assert_eq!(other[0].call.id.to_string(), "b.20261124.c1#1");
    finish(ledger, &other[0], delivered(), 3).await;
    assert!(claim(ledger, 29).await.is_empty());
    let retry = claim(ledger, 30).await;
    assert_eq!((retry[0].call.id.position, retry[0].call.attempts), (0, 2));
    finish(ledger, &retry[0], unknown(), 31).await;
    // Unknown and refused are final: the rest of the post still goes out.
    let second = claim(ledger, 31).await;
    assert_eq!(second[0].call.id.position, 1);
    finish(ledger, &second[0], refused(), 32).await;
    assert_eq!(claimed_names(ledger, 33).await, ["a.20261124.c1#3"]);
}

pub(super) async fn emergencies_go_first(ledger: &Ledger) {
    ledger
        .enqueue(&[daily("a", "c1", 1), daily("b", "c2", 1), post("e", "c1", Class::Emergency, at(5), 1)], at(0))
        .await
        .unwrap();
    let claims = ledger.claim_calls(at(5), at(100), 2, |_| true).await.unwrap();
    let names: Vec<_> = claims.iter().map(|c| c.call.id.to_string()).collect();
    assert_eq!(names, ["e.20261124.c1#1", "a.20261124.c1#1"], "beside a daily one to the same chat");
    assert!(ledger.claim_calls(at(5), at(100), 9, |call| call.chat != id("c2")).await.unwrap().is_empty());
    let claimed = ledger.claimed_since(at(5)).await.unwrap();
    assert_eq!(claimed.iter().filter(|c| c.2 == Lane::Emergency && c.3 == at(5)).count(), 1);
    assert_eq!(claimed.len(), 2);
    assert_eq!(claimed_names(ledger, 5).await, ["b.20261124.c2#1"]);
}

pub(super) async fn ends_are_final(ledger: &Ledger) {
    ledger.enqueue(&[daily("a", "c1", 1), daily("b", "c2", 1)], at(0)).await.unwrap();
    let claims = claim(ledger, 0).await;
    finish(ledger, &claims[0], delivered(), 1).await;
    finish(ledger, &claims[0], unknown(), 2).await;
    finish(ledger, &claims[0], refused(), 2).await;
    finish(ledger, &claims[0], CallEnd::Again { due: at(3), code: String::new(), detail: String::new() }, 2).await;
    finish(ledger, &claims[0], CallEnd::Moved { address: json!({ "chat": "elsewhere" }) }, 2).await;
    // An answer that comes after the call was taken for unknown still counts, unless it is about another attempt.
    finish(ledger, &claims[1], unknown(), 2).await;
    let mut stale = claims[1].clone();
    stale.call.attempts = 7;
    finish(ledger, &stale, refused(), 2).await;
    assert_eq!(states(ledger).await[1].1, CallState::Unknown);
    finish(ledger, &claims[1], delivered(), 3).await;
    assert!(states(ledger).await.iter().all(|(_, state)| *state == CallState::Delivered));
    assert!(claim(ledger, 4).await.is_empty());
    let posts = ledger.posts(&PostFilter::default()).await.unwrap();
    assert_eq!((&posts[0].calls[0].ids, &posts[0].calls[0].code), (&vec!["17".to_owned()], &None));
    assert_eq!(ledger.call_counts().await.unwrap(), [(CallState::Delivered, 2)]);
}

pub(super) async fn a_moved_group_is_followed_once(ledger: &Ledger) {
    ledger.enqueue(&[daily("a", "c1", 2), daily("b", "c1", 1), daily("c", "c2", 1)], at(0)).await.unwrap();
    let claims = claim(ledger, 0).await;
    let new = json!({ "chat": "new" });
    finish(ledger, &claims[0], CallEnd::Moved { address: new.clone() }, 1).await;
    let retry = claim(ledger, 1).await;
    assert_eq!((&retry[0].call.address, retry[0].call.attempts, retry[0].call.moved), (&new, 2, true));
    let moves = ledger.moves().await.unwrap();
    let expected =
        Move { channel: "fake".into(), address: json!({ "chat": "c1" }), new_address: new.clone(), at: at(1) };
    assert_eq!(moves, [expected]);
    finish(ledger, &retry[0], CallEnd::Moved { address: json!({ "chat": "newer" }) }, 2).await;
    let addresses: Vec<_> = ledger
        .posts(&PostFilter::default())
        .await
        .unwrap()
        .into_iter()
        .flat_map(|row| row.calls)
        .map(|call| (call.id.to_string(), call.state, call.address))
        .collect();
    assert_eq!(addresses[0], ("a.20261124.c1#1".into(), CallState::Refused, new.clone()));
    assert_eq!(addresses[1], ("a.20261124.c1#2".into(), CallState::Waiting, new.clone()));
    assert_eq!(addresses[2], ("b.20261124.c1#1".into(), CallState::Waiting, new));
    assert_eq!(addresses[3].2, json!({ "chat": "c2" }), "another group stays");
}

pub(super) async fn lost_claims_are_recovered(ledger: &Ledger) {
    let mut folder = daily("f", "c2", 1);
    folder.calls[0].channel = "folder".into();
    ledger.enqueue(&[daily("a", "c1", 1), folder], at(0)).await.unwrap();
    let claims = claim(ledger, 0).await;
    assert_eq!(claims.len(), 2);
    let none = ledger.recover_calls(at(179), Leases::Expired, &["folder"]).await.unwrap();
    assert_eq!(none, Recovered::default(), "their lease still runs");
    let recovered = ledger.recover_calls(at(10), Leases::All, &["folder"]).await.unwrap();
    assert_eq!(recovered, Recovered { waiting: 1, unknown: 1 });
    let again = claim(ledger, 11).await;
    assert_eq!(again.iter().map(|c| c.call.channel.as_str()).collect::<Vec<_>>(), ["folder"]);
    let recovered = ledger.recover_calls(at(11 + 180), Leases::Expired, &[]).await.unwrap();
    assert_eq!(recovered, Recovered { waiting: 0, unknown: 1 });
    assert!(claim(ledger, 500).await.is_empty(), "unknown is never sent again by itself");
}

pub(super) async fn waiting_calls_expire(ledger: &Ledger) {
    ledger.enqueue(&[daily("a", "c1", 2)], at(0)).await.unwrap();
    let claims = claim(ledger, 0).await;
    assert_eq!(ledger.expire_calls(at(3599)).await.unwrap(), 0);
    assert!(claim(ledger, 3600).await.is_empty());
    assert_eq!(ledger.expire_calls(at(3600)).await.unwrap(), 1);
    let states = states(ledger).await;
    assert_eq!((states[0].1, states[1].1), (CallState::Sending, CallState::Expired));
    finish(ledger, &claims[0], delivered(), 3601).await;
    assert!(ledger.posts(&PostFilter { states: OPEN.to_vec(), ..Default::default() }).await.unwrap().is_empty());
}

pub(super) async fn the_next_instant_is_known(ledger: &Ledger) {
    assert_eq!(ledger.agenda(at(0)).await.unwrap().next, None);
    ledger.enqueue(&[post("a", "c1", Class::Daily, at(50), 1)], at(0)).await.unwrap();
    assert_eq!(ledger.agenda(at(0)).await.unwrap().next, Some(at(50)));
    assert_eq!(ledger.agenda(at(50)).await.unwrap().next, Some(at(3650)), "its expiry");
    let claims = claim(ledger, 50).await;
    assert_eq!(ledger.agenda(at(50)).await.unwrap().next, Some(at(230)), "the end of its lease");
    finish(ledger, &claims[0], delivered(), 51).await;
    assert_eq!(ledger.agenda(at(51)).await.unwrap().next, None);
}

pub(super) async fn unknown_emergencies_are_listed_for_repeat(ledger: &Ledger) {
    let emergency = post("e", "c1", Class::Emergency, at(0), 1);
    ledger.enqueue(&[daily("a", "c1", 1), emergency.clone()], at(0)).await.unwrap();
    for claim in claim(ledger, 0).await {
        finish(ledger, &claim, unknown(), 1).await;
    }
    let listed = ledger.unrepeated(at(2), 2).await.unwrap();
    assert_eq!(listed.iter().map(|c| &c.post).collect::<Vec<_>>(), [&emergency.post], "the daily one is not");
    assert!(ledger.unrepeated(at(3600), 2).await.unwrap().is_empty(), "nothing is repeated after its expiry");
    for repeat in 1..=2 {
        let call = NewCall { repeat, due: at(10), ..emergency.calls[0].clone() };
        let new = [(emergency.post.id(), call)];
        ledger.add_calls(&new, at(2)).await.unwrap();
        ledger.add_calls(&new, at(2)).await.unwrap();
        assert!(ledger.unrepeated(at(2), 2).await.unwrap().is_empty(), "it has a repeat");
        let claims = claim(ledger, 10).await;
        assert_eq!(claims.len(), 1);
        finish(ledger, &claims[0], unknown(), 11).await;
        assert_eq!(ledger.unrepeated(at(12), 2).await.unwrap().len(), usize::from(repeat < 2), "and no more than two");
    }
}

/// Posts follow their notices until somebody begins to send them.
#[tokio::test]
async fn what_nobody_began_to_send_is_taken_back_when_it_changed() {
    let ledger = Ledger::in_memory().await.unwrap();
    let (kept, changed, gone, begun) =
        (daily("a", "c1", 1), daily("b", "c2", 1), daily("c", "c3", 1), daily("d", "c4", 1));
    ledger.enqueue(std::slice::from_ref(&begun), at(0)).await.unwrap();
    let claimed = ledger.claim_calls(at(5), at(100), 1, |_| true).await.unwrap();
    assert_eq!(claimed.len(), 1);
    ledger.enqueue(&[kept.clone(), changed.clone(), gone], at(0)).await.unwrap();
    let mut other = changed.post.clone();
    other.notice = Some("2026-0002".to_owned());
    assert_eq!(ledger.withdraw_unsent(&[kept.post.clone(), other], at(-100_000)).await.unwrap(), 2);
    let left: Vec<String> =
        ledger.posts(&PostFilter::default()).await.unwrap().iter().map(|row| row.post.id()).collect();
    assert_eq!(left, [kept.post.id(), begun.post.id()]);
    // It may come in again under its id.
    assert_eq!(ledger.enqueue(&[changed], at(1)).await.unwrap(), 1);
}
