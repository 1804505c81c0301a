//! Village boxes and their chained receipts, whatever database is under the ledger.

use super::{airing_id, at, id, planned, receipt};
use crate::base::{Digest, Id};
use crate::ledger::*;
use crate::rundown::chain::{self, Acknowledged};
use crate::rundown::seal::{KeyId, PublicKey, Signer};
use crate::rundown::{Outcome, Reason, Receipt};

fn key(number: u8) -> PublicKey {
    Signer::from_secret(&[number; 32]).public()
}

/// Lets a box of these stations in and confirms it.
async fn box_of(ledger: &Ledger, number: u8, stations: &[Id], second: i64) -> KeyId {
    let code = Digest::of(&[number]);
    ledger.make_code(code, stations, "tashi", at(second)).await.unwrap();
    ledger.enrol(code, &key(number), at(second)).await.unwrap();
    ledger.confirm_box(&key(number).id(), "tashi", at(second)).await.unwrap();
    key(number).id()
}

async fn states(ledger: &Ledger) -> Vec<(KeyId, BoxState)> {
    ledger.boxes().await.unwrap().into_iter().map(|row| (row.key, row.state)).collect()
}

pub(super) async fn a_code_lets_one_box_in(ledger: &Ledger) {
    let (code, stations) = (Digest::of(b"code"), vec![id("s1"), id("s2")]);
    let expires = ledger.make_code(code, &stations, "tashi", at(0)).await.unwrap();
    assert_eq!(expires, at(15 * 60));
    assert!(matches!(ledger.enrol(Digest::of(b"other"), &key(1), at(1)).await, Err(BoxFault::BadCode)));
    assert!(matches!(ledger.enrol(code, &key(1), at(15 * 60 + 1)).await, Err(BoxFault::BadCode)), "over");
    assert!(matches!(ledger.enrol(code, &key(1), at(-1)).await, Err(BoxFault::BadCode)), "the clock went back");
    assert!(ledger.boxes().await.unwrap().is_empty());

    assert_eq!(ledger.enrol(code, &key(1), at(15 * 60)).await.unwrap(), stations);
    assert_eq!(ledger.enrol(code, &key(1), at(15 * 60)).await.unwrap(), stations, "its answer was lost");
    assert!(matches!(ledger.enrol(code, &key(2), at(15 * 60)).await, Err(BoxFault::BadCode)), "used");
    assert_eq!(states(ledger).await, [(key(1).id(), BoxState::Pending)]);

    let again = Digest::of(b"again");
    ledger.make_code(again, &stations, "tashi", at(20)).await.unwrap();
    assert!(matches!(ledger.enrol(again, &key(1), at(21)).await, Err(BoxFault::KeyTaken)));
    assert_eq!(ledger.enrol(again, &key(2), at(22)).await.unwrap(), stations, "the code was not used up by that");
}

pub(super) async fn a_station_has_one_confirmed_box(ledger: &Ledger) {
    let first = box_of(ledger, 1, &[id("s1"), id("s2")], 0).await;
    let other = box_of(ledger, 2, &[id("s3")], 1).await;
    assert!(matches!(ledger.confirm_box(&first, "tashi", at(2)).await, Err(BoxFault::NotPending(_))), "once");
    // Enrolled anew: the first stays until a person has confirmed the new one.
    ledger.make_code(Digest::of(b"new"), &[id("s2")], "tashi", at(3)).await.unwrap();
    ledger.enrol(Digest::of(b"new"), &key(3), at(3)).await.unwrap();
    let new = key(3).id();
    assert_eq!(
        states(ledger).await,
        [(first.clone(), BoxState::Confirmed), (other.clone(), BoxState::Confirmed), (new.clone(), BoxState::Pending)]
    );
    assert_eq!(ledger.confirm_box(&new, "drolma", at(4)).await.unwrap(), std::slice::from_ref(&first));
    let rows = ledger.boxes().await.unwrap();
    assert_eq!((rows[0].state, rows[0].revoked_by.as_deref()), (BoxState::Revoked, Some("drolma")));
    assert_eq!((rows[1].state, rows[2].state), (BoxState::Confirmed, BoxState::Confirmed));
    assert_eq!((rows[2].confirmed_by.as_deref(), rows[2].confirmed_at), (Some("drolma"), Some(at(4))));

    assert!(matches!(ledger.revoke_box(&first, "tashi", at(5)).await, Err(BoxFault::NotThere(_))), "once");
    assert!(matches!(ledger.confirm_box(&first, "tashi", at(5)).await, Err(BoxFault::NotPending(_))), "for good");
    ledger.revoke_box(&other, "tashi", at(6)).await.unwrap();

    let heard = Heard { key: new.clone(), at: at(7), status: Some("{}".into()) };
    ledger.record_heard(&[heard.clone(), Heard { at: at(8), status: None, ..heard }]).await.unwrap();
    let rows = ledger.boxes().await.unwrap();
    assert_eq!((rows[2].last_heard, rows[2].last_status.as_deref()), (Some(at(8)), Some("{}")));

    let AuditCheck::Whole { rows, .. } = ledger.audit_verify().await.unwrap() else { panic!("the audit broke") };
    // Three times made, enrolled and confirmed, the first revoked with the third, the second by itself.
    assert_eq!(rows, 3 * 3 + 2);
}

/// When a batch comes, in seconds.
const NOW: i64 = 9;

/// A batch as a box sends it.
struct Batch {
    before: Digest,
    first: u64,
    gap: bool,
    texts: Vec<String>,
}

fn batch(before: Digest, receipts: &[Receipt]) -> Batch {
    let texts = receipts.iter().map(|receipt| serde_json::to_string(receipt).unwrap()).collect();
    Batch { before, first: receipts[0].number, gap: false, texts }
}

impl Batch {
    fn head(&self) -> Digest {
        self.texts.iter().fold(self.before, |head, text| chain::next(&head, text))
    }

    /// What the ledger answers: how far it has come, or in a word why not.
    async fn send(&self, ledger: &Ledger, key: &KeyId) -> Result<u64, String> {
        let texts: Vec<&str> = self.texts.iter().map(String::as_str).collect();
        let batch = Chained { before: self.before, first: self.first, gap: self.gap, texts: &texts };
        match ledger.record_chained_receipts(key, batch, &|_| None, at(NOW)).await {
            Ok(taken) => {
                assert_eq!(ledger.acknowledged(key).await.unwrap(), taken.acknowledged);
                Ok(taken.acknowledged.number)
            }
            Err(ReceiptFault::OutOfOrder(at)) => {
                assert_eq!(ledger.acknowledged(key).await.unwrap(), at);
                Err(format!("out of order at {}", at.number))
            }
            Err(fault) => Err(fault.to_string()),
        }
    }
}

pub(super) async fn receipts_go_on_from_their_chain(ledger: &Ledger) {
    let mine = box_of(ledger, 1, &[id("s1")], 0).await;
    assert_eq!(ledger.acknowledged(&mine).await.unwrap(), Acknowledged { number: 0, head: chain::begin() });
    let all: Vec<Receipt> =
        (1..=6).map(|n| receipt(n, &airing_id("x", n as i64 * 60, "s1"), Outcome::Played)).collect();
    let out_of_order = |at: u64| Err(format!("out of order at {at}"));

    let gap = batch(chain::begin(), &all[1..2]);
    assert_eq!(gap.send(ledger, &mine).await, out_of_order(0));
    let foreign = batch(Digest::of(b"another chain"), &all[..1]);
    assert_eq!(foreign.send(ledger, &mine).await, out_of_order(0));
    assert_eq!(ledger.airing(&all[0].airing).await.unwrap(), None, "nothing of these was taken");

    let first = batch(chain::begin(), &all[..2]);
    assert_eq!(first.send(ledger, &mine).await, Ok(2));
    // Their answer was lost: the same again, a part of it, and with more behind.
    assert_eq!(first.send(ledger, &mine).await, Ok(2));
    assert_eq!(batch(chain::begin(), &all[..1]).send(ledger, &mine).await, Ok(2));
    let more = batch(chain::begin(), &all[..4]);
    assert_eq!(more.send(ledger, &mine).await, Ok(4));
    let outcome = ledger.airing(&all[3].airing).await.unwrap().unwrap();
    assert_eq!((outcome.outcome, outcome.machine), (Some(Outcome::Played), Some(mine.to_string())));
    assert_eq!(batch(more.head(), &all[4..5]).send(ledger, &mine).await, Ok(5));

    // A box whose disk went back tells something else under a number that is known.
    let other = receipt(5, &all[4].airing, Outcome::Missed(Reason::Clash));
    assert_eq!(batch(more.head(), &[other]).send(ledger, &mine).await, out_of_order(5));
    assert_eq!(batch(chain::begin(), &all[..1]).send(ledger, &mine).await, out_of_order(5), "too old to tell");
    assert_eq!(batch(chain::begin(), &all[5..]).send(ledger, &mine).await, out_of_order(5));
    let none = Batch { before: more.head(), first: 5, gap: false, texts: Vec::new() };
    assert_eq!(none.send(ledger, &mine).await, Ok(5), "no receipts at all change nothing");
    assert_eq!(Batch { first: 0, ..none }.send(ledger, &mine).await, out_of_order(5));
    assert_eq!(ledger.airing(&all[4].airing).await.unwrap().unwrap().outcome, Some(Outcome::Played));
    assert_eq!(ledger.record_receipts("local", &[receipt(9, &all[5].airing, Outcome::Played)]).await.unwrap(), 9);
    assert_eq!(ledger.acknowledged(&mine).await.unwrap().number, 5, "machines are counted apart");
}

pub(super) async fn receipts_are_of_the_boxes_own_stations(ledger: &Ledger) {
    let mine = box_of(ledger, 1, &[id("s1"), id("s2")], 0).await;
    let (own, others) = (airing_id("x", 60, "s2"), airing_id("x", 60, "s3"));
    let both = [receipt(1, &own, Outcome::Played), receipt(2, &others, Outcome::Played)];
    // The other one's is chained and counts for nothing: a box that is enrolled anew for fewer stations goes on.
    assert_eq!(batch(chain::begin(), &both).send(ledger, &mine).await, Ok(2));
    assert_eq!(ledger.airing(&own).await.unwrap().unwrap().outcome, Some(Outcome::Played));
    assert_eq!(ledger.airing(&others).await.unwrap(), None);

    let broken = Batch { before: chain::begin(), first: 1, gap: false, texts: vec!["{\"number\":1}".into()] };
    assert!(broken.send(ledger, &mine).await.unwrap_err().contains("does not read"));
    let misnumbered = Batch { first: 2, ..batch(chain::begin(), &both[..1]) };
    assert!(misnumbered.send(ledger, &mine).await.unwrap_err().contains("it is numbered 1"));

    let stranger = batch(chain::begin(), &both[..1]).send(ledger, &key(7).id()).await.unwrap_err();
    assert!(stranger.contains("confirmed"), "{stranger}");
    ledger.revoke_box(&mine, "tashi", at(9)).await.unwrap();
    let revoked = batch(chain::begin(), &both[..1]).send(ledger, &mine).await.unwrap_err();
    assert!(revoked.contains("confirmed"), "{revoked}");
    assert_eq!(ledger.acknowledged(&mine).await.unwrap().number, 2);
}

pub(super) async fn receipts_are_of_times_that_may_be(ledger: &Ledger) {
    const DAY: i64 = 86_400;
    let mine = box_of(ledger, 1, &[id("s1")], 0).await;
    let of = |second| airing_id("x", second, "s1");
    ledger.plan_airings(&[planned(of(-90 * DAY))]).await.unwrap();
    // When the airing was due, ended and began; and whether it counts.
    let cases = [
        (0, 0, Some(0), true),
        (NOW + DAY, NOW + DAY, None, true),
        (NOW + DAY + 1, 0, None, false),
        (1, NOW + DAY + 1, None, false),
        (2, 2, Some(NOW + DAY + 1), false),
        (NOW - 31 * DAY, NOW - 31 * DAY, Some(NOW - 31 * DAY), true),
        (NOW - 31 * DAY - 1, 3, None, false),
        (4, NOW - 31 * DAY - 1, None, false),
        (5, 5, Some(NOW - 31 * DAY - 1), false),
        // A box that was away for a quarter of a year tells of what was planned for it.
        (-90 * DAY, -90 * DAY, Some(-90 * DAY), true),
        (-89 * DAY, -89 * DAY, Some(-89 * DAY), false),
        (6, 6, None, true),
    ];
    let told = |(number, (due, ended, started, _)): (u64, &(i64, i64, Option<i64>, bool))| Receipt {
        at: at(*ended),
        started: started.map(at),
        ..receipt(number, &of(*due), Outcome::Played)
    };
    let all: Vec<Receipt> = (1..).zip(&cases).map(told).collect();
    assert_eq!(batch(chain::begin(), &all).send(ledger, &mine).await, Ok(all.len() as u64), "all are taken");
    for (due, ended, started, counts) in &cases {
        let row = ledger.airing(&of(*due)).await.unwrap();
        let outcome = row.and_then(|row| row.outcome);
        assert_eq!(outcome == Some(Outcome::Played), *counts, "{due} {ended} {started:?}: {outcome:?}");
    }
    let audited = sqlx::query("SELECT row FROM audit").fetch_all(&ledger.readers).await.unwrap();
    let audited: Vec<String> = audited.iter().map(|row| sqlx::Row::get(row, 0)).collect();
    let audited = audited.iter().filter(|row| row.contains("receipt of another time")).count();
    assert_eq!(audited, cases.iter().filter(|(.., counts)| !counts).count());
}

pub(super) async fn receipts_that_nobody_has_are_told_and_passed(ledger: &Ledger) {
    let mine = box_of(ledger, 1, &[id("s1")], 0).await;
    let all: Vec<Receipt> =
        (1..=9).map(|n| receipt(n, &airing_id("x", n as i64 * 60, "s1"), Outcome::Played)).collect();
    let first = batch(chain::begin(), &all[..2]);
    assert_eq!(first.send(ledger, &mine).await, Ok(2));
    let later = |before, gap| Batch { gap, ..batch(before, &all[5..7]) };
    assert_eq!(later(first.head(), false).send(ledger, &mine).await, Err("out of order at 2".to_owned()));
    assert_eq!(later(Digest::of(b"another"), true).send(ledger, &mine).await, Err("out of order at 2".to_owned()));
    let later = later(first.head(), true);
    assert_eq!(later.send(ledger, &mine).await, Ok(7));
    assert_eq!(later.send(ledger, &mine).await, Ok(7), "the answer was lost");
    assert_eq!(batch(later.head(), &all[7..]).send(ledger, &mine).await, Ok(9));
    assert_eq!(ledger.airing(&all[4].airing).await.unwrap(), None);
    assert_eq!(ledger.airing(&all[6].airing).await.unwrap().unwrap().outcome, Some(Outcome::Played));
    let told = sqlx::query("SELECT row FROM audit ORDER BY number DESC LIMIT 1").fetch_one(&ledger.readers).await;
    let told: String = sqlx::Row::get(&told.unwrap(), 0);
    assert!(told.contains("receipts are lost") && told.contains("\"from\":3") && told.contains("\"to\":5"), "{told}");
}
