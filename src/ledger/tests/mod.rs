//! What any ledger must do, whatever database is under it: one contract, run for each.

mod archive;
mod boxes;
mod calls;
mod faults;
mod queue;
mod settle;

use std::collections::BTreeSet;

use chrono::TimeDelta;
use serde_json::json;

use super::*;
use crate::base::{Digest, Id, Tag, Timestamp};
use crate::rundown::document::Edge;
use crate::rundown::outcome::PartPlayed;
use crate::rundown::{AiringId, Class, Level, OrderKind, OrderState, Outcome, Reason, Receipt, Review, Verdict};

/// A database a ledger can live on. A new one adds a line to [`every_database_keeps_the_contract`].
struct Place {
    ledger: Ledger,
    _folder: Option<tempfile::TempDir>,
}

async fn sqlite_file() -> Place {
    let folder = tempfile::tempdir().unwrap();
    // The folder's name is one an office would give it.
    let path = folder.path().join("数据 50%?").join("ledger.db");
    std::fs::create_dir(path.parent().unwrap()).unwrap();
    Place { ledger: Ledger::open(&path).await.unwrap(), _folder: Some(folder) }
}

async fn sqlite_memory() -> Place {
    Place { ledger: Ledger::in_memory().await.unwrap(), _folder: None }
}

macro_rules! contract {
    ($($rule:path),* $(,)?) => {
        #[tokio::test]
        async fn every_database_keeps_the_contract() {
            $(
                let place = sqlite_file().await;
                $rule(&place.ledger).await;
                let place = sqlite_memory().await;
                $rule(&place.ledger).await;
            )*
        }
    };
}

contract!(
    meta_and_hold,
    notice_numbers_have_no_holes,
    orders_take_their_steps,
    hold_holds_orders,
    a_cancelled_order_never_works,
    airings_end_once,
    airings_are_found,
    rundowns_are_bounded,
    reviews_are_kept_with_their_editions,
    people_keep_their_names,
    audit_is_a_chain,
    boxes::a_code_lets_one_box_in,
    boxes::a_station_has_one_confirmed_box,
    boxes::receipts_go_on_from_their_chain,
    boxes::receipts_are_of_the_boxes_own_stations,
    boxes::receipts_are_of_times_that_may_be,
    boxes::receipts_that_nobody_has_are_told_and_passed,
    calls::a_post_is_taken_once,
    calls::parts_keep_their_order,
    calls::emergencies_go_first,
    calls::ends_are_final,
    calls::a_moved_group_is_followed_once,
    calls::lost_claims_are_recovered,
    calls::waiting_calls_expire,
    calls::the_next_instant_is_known,
    calls::unknown_emergencies_are_listed_for_repeat,
    settle::a_person_settles_what_is_unknown,
    settle::what_a_digest_carries_ends_as_it_does,
    settle::a_task_is_done_by_a_person_or_expires,
);

pub(super) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_timestamp(1_795_000_000 + seconds, 0).unwrap()
}

pub(super) fn id(text: &str) -> Id {
    text.parse().unwrap()
}

fn airing_id(broadcast: &str, seconds: i64, station: &str) -> AiringId {
    AiringId { broadcast: id(broadcast), instant: at(seconds), station: id(station) }
}

async fn meta_and_hold(ledger: &Ledger) {
    assert_eq!(ledger.meta_get("zone").await.unwrap(), None);
    ledger.meta_set("zone", "Asia/Shanghai").await.unwrap();
    ledger.meta_set("zone", "Asia/Urumqi").await.unwrap();
    assert_eq!(ledger.meta_get("zone").await.unwrap().as_deref(), Some("Asia/Urumqi"));

    assert_eq!(ledger.hold().await.unwrap(), None);
    ledger.set_hold(Some("restored"), "tashi", at(0)).await.unwrap();
    ledger.set_hold(Some("another reason"), "tashi", at(9)).await.unwrap();
    assert_eq!(ledger.hold().await.unwrap(), Some(Hold { reason: "restored".into(), since: at(0) }));
    ledger.set_hold(None, "tashi", at(10)).await.unwrap();
    assert_eq!(ledger.hold().await.unwrap(), None);

    assert_eq!(ledger.epoch().await.unwrap(), None);
    let first = ledger.begin_epoch(0, at(0)).await.unwrap();
    assert_eq!(first, at(0).timestamp_millis() as u64);
    let clock_went_back = ledger.begin_epoch(0, at(-100)).await.unwrap();
    assert_eq!(clock_went_back, first + 1);
    let above_a_station = ledger.begin_epoch(first + 50, at(0)).await.unwrap();
    assert_eq!(above_a_station, first + 51);
    assert_eq!(ledger.epoch().await.unwrap(), Some(above_a_station));
}

async fn notice_numbers_have_no_holes(ledger: &Ledger) {
    let edition = |text: &str| NewEdition {
        digest: Digest::of(text.as_bytes()),
        broadcast: id(&text[..1]),
        bytes: text.as_bytes().to_vec(),
    };
    let first = ledger.register_editions(&[edition("a1"), edition("b1")], at(0), 2026).await.unwrap();
    assert_eq!(first[&Digest::of(b"a1")], Registered { notice: "2026-0001".into(), first_seen: at(0) });
    assert_eq!(first[&Digest::of(b"b1")].notice, "2026-0002");

    let broken = NewEdition { digest: Digest::of(b"\xff"), broadcast: id("c"), bytes: vec![0xff] };
    assert!(ledger.register_editions(&[edition("c1"), broken], at(1), 2026).await.is_err());

    let again = ledger.register_editions(&[edition("a2"), edition("a1")], at(5), 2026).await.unwrap();
    assert_eq!(again[&Digest::of(b"a2")], Registered { notice: "2026-0003".into(), first_seen: at(5) });
    assert_eq!(again[&Digest::of(b"a1")], first[&Digest::of(b"a1")]);
    let next_year = ledger.register_editions(&[edition("b2")], at(9), 2027).await.unwrap();
    assert_eq!(next_year[&Digest::of(b"b2")].notice, "2027-0001");

    let seen = ledger.broadcasts_first_seen().await.unwrap();
    assert_eq!(seen, [(id("a"), at(0)), (id("b"), at(0))].into());
    assert_eq!(ledger.edition(Digest::of(b"a2")).await.unwrap(), Some(edition("a2")));
    assert_eq!(ledger.edition(Digest::of(b"c1")).await.unwrap(), None);
}

fn announce(class: Class) -> OrderKind {
    OrderKind::Announce { broadcast: id("flood"), stations: vec!["all".into()], class, agreed: None }
}

async fn orders_take_their_steps(ledger: &Ledger) {
    let daily = ledger.file_order(announce(Class::Daily), "tashi", at(0)).await.unwrap();
    assert_eq!((daily.id, daily.state, daily.confirmed_by.as_deref()), (1, OrderState::Confirmed, Some("tashi")));
    let emergency = ledger.file_order(announce(Class::Emergency), "tashi", at(1)).await.unwrap();
    assert_eq!((emergency.id, emergency.state, &emergency.confirmed_by), (2, OrderState::Filed, &None));

    let fault = ledger.confirm_order(2, "tashi", at(2)).await.unwrap_err();
    assert!(fault.to_string().contains("a second person"), "{fault}");
    assert!(matches!(ledger.confirm_order(7, "drolma", at(2)).await, Err(OrderFault::Unknown(7))));
    let released = ledger.release_orders(at(3)).await.unwrap();
    assert_eq!(released.iter().map(|o| o.id).collect::<Vec<_>>(), [1], "an emergency waits for its second person");
    assert_eq!(released[0].released_at, Some(at(3)));
    assert!(ledger.release_orders(at(4)).await.unwrap().is_empty(), "released once");

    assert_eq!(ledger.confirm_order(2, "drolma", at(5)).await.unwrap().confirmed_by.as_deref(), Some("drolma"));
    assert!(matches!(ledger.confirm_order(2, "norbu", at(5)).await, Err(OrderFault::AlreadyConfirmed(2))));
    let released = ledger.release_orders(at(6)).await.unwrap();
    assert_eq!(ledger.order(2).await.unwrap().as_ref(), released.first());
    assert_eq!(ledger.orders(at(1)).await.unwrap(), released, "those filed since");
    assert_eq!(ledger.order(3).await.unwrap(), None);
}

async fn hold_holds_orders(ledger: &Ledger) {
    ledger.set_hold(Some("restored"), "tashi", at(0)).await.unwrap();
    ledger.file_order(announce(Class::Daily), "tashi", at(1)).await.unwrap();
    assert!(ledger.release_orders(at(2)).await.unwrap().is_empty());
    ledger.set_hold(None, "tashi", at(3)).await.unwrap();
    assert_eq!(ledger.release_orders(at(4)).await.unwrap().len(), 1);
}

async fn a_cancelled_order_never_works(ledger: &Ledger) {
    let cancel = OrderKind::Cancel { order: 1 };
    assert!(matches!(ledger.file_order(cancel.clone(), "tashi", at(0)).await, Err(OrderFault::Unknown(1))));
    ledger.file_order(announce(Class::Daily), "tashi", at(0)).await.unwrap();
    let emergency = ledger.file_order(announce(Class::Emergency), "tashi", at(0)).await.unwrap();
    ledger.file_order(cancel, "tashi", at(1)).await.unwrap();
    ledger.file_order(OrderKind::Cancel { order: emergency.id }, "tashi", at(1)).await.unwrap();
    let released = ledger.release_orders(at(2)).await.unwrap();
    assert_eq!(released.iter().map(|o| o.id).collect::<Vec<_>>(), [3, 4], "the cancellations only");
    assert_eq!(ledger.order_cancelled_by(1).await.unwrap(), Some(3));
    let refused = ledger.confirm_order(emergency.id, "drolma", at(3)).await;
    assert!(matches!(refused, Err(OrderFault::Cancelled(2))));
}

fn planned(id: AiringId) -> PlannedAiring {
    PlannedAiring {
        at: id.instant,
        until: id.instant + TimeDelta::minutes(5),
        id,
        class: Class::Drill,
        level: Some(Level::II),
        notice: Some("2026-0001".into()),
        languages: vec!["bo".parse().unwrap(), "zh-CN".parse().unwrap()],
        order: Some(4),
    }
}

fn receipt(number: u64, airing: &AiringId, outcome: Outcome) -> Receipt {
    Receipt {
        number,
        airing: airing.clone(),
        at: airing.instant + TimeDelta::seconds(60),
        outcome,
        started: Some(airing.instant + TimeDelta::milliseconds(3)),
        frames: 48_000,
        frames_planned: 96_000,
        parts: vec![PartPlayed {
            message: Some(id("wear-mask")),
            language: Some("bo".parse::<Tag>().unwrap()),
            frames: 48_000,
            frames_planned: 96_000,
        }],
        volume: 80,
        sink: "wav".into(),
        detail: Some("the cable was pulled".into()),
    }
}

async fn airings_end_once(ledger: &Ledger) {
    let (a, b, c) = (airing_id("x", 0, "s1"), airing_id("x", 60, "s1"), airing_id("x", 120, "s1"));
    ledger.plan_airings(&[planned(a.clone()), planned(b.clone())]).await.unwrap();
    let moved = PlannedAiring { at: at(30), ..planned(a.clone()) };
    ledger.plan_airings(std::slice::from_ref(&moved)).await.unwrap();
    assert_eq!(ledger.airing(&a).await.unwrap().unwrap().at, at(30), "a planned one takes the new instant");

    let partial = receipt(1, &a, Outcome::Partial(Reason::DeviceLost));
    assert_eq!(ledger.record_receipts("m1", std::slice::from_ref(&partial)).await.unwrap(), 1);
    let ended = ledger.airing(&a).await.unwrap().unwrap();
    assert_eq!(ended.outcome, Some(Outcome::Partial(Reason::DeviceLost)));
    assert_eq!((ended.frames, ended.frames_planned, &ended.parts), (Some(48_000), Some(96_000), &partial.parts));
    assert_eq!((ended.started, ended.ended), (partial.started, Some(partial.at)));
    assert_eq!((ended.languages.len(), ended.order, ended.class), (2, Some(4), Some(Class::Drill)));

    // The same again, and a contradiction, and a new plan: it stays as it ended.
    let contradiction = receipt(2, &a, Outcome::Played);
    assert_eq!(ledger.record_receipts("m1", &[partial, contradiction]).await.unwrap(), 2);
    ledger.plan_airings(&[planned(a.clone())]).await.unwrap();
    assert_eq!(ledger.airing(&a).await.unwrap().unwrap(), ended);

    // Unreported is the one final state a receipt corrects.
    assert_eq!(ledger.mark_unreported(at(60 + 300)).await.unwrap(), 0, "it may still start");
    assert_eq!(ledger.mark_unreported(at(60 + 301)).await.unwrap(), 1);
    assert_eq!(ledger.airing(&b).await.unwrap().unwrap().outcome, Some(Outcome::Unreported));
    assert_eq!(ledger.record_receipts("m1", &[receipt(3, &b, Outcome::Played)]).await.unwrap(), 3);
    assert_eq!(ledger.airing(&b).await.unwrap().unwrap().outcome, Some(Outcome::Played));

    // A receipt of an airing never planned here is kept, and a plan that comes later completes it.
    assert_eq!(ledger.record_receipts("m2", &[receipt(9, &c, Outcome::Expired)]).await.unwrap(), 9);
    assert_eq!(ledger.airing(&c).await.unwrap().unwrap().class, None);
    ledger.plan_airings(&[planned(c.clone())]).await.unwrap();
    let completed = ledger.airing(&c).await.unwrap().unwrap();
    assert_eq!((completed.class, completed.outcome), (Some(Class::Drill), Some(Outcome::Expired)));
    assert_eq!(ledger.record_receipts("m1", &[]).await.unwrap(), 3, "machines are counted apart");
}

async fn airings_are_found(ledger: &Ledger) {
    let mut all = Vec::new();
    for seconds in 0..130 {
        for station in ["s1", "s2"] {
            all.push(planned(airing_id(if seconds % 2 == 0 { "even" } else { "odd" }, seconds, station)));
        }
    }
    ledger.plan_airings(&all).await.unwrap();
    ledger.record_receipts("m", &[receipt(1, &all[3].id, Outcome::Missed(Reason::Clash))]).await.unwrap();
    let any = AiringFilter { from: at(0), to: at(1000), station: None, broadcast: None, state: None };
    let mut counts = Vec::new();
    for filter in [
        any.clone(),
        AiringFilter { from: at(1), to: at(3), ..any.clone() },
        AiringFilter { station: Some(id("s2")), ..any.clone() },
        AiringFilter { broadcast: Some(id("odd")), ..any.clone() },
        AiringFilter { station: Some(id("s2")), state: Some("missed".into()), ..any.clone() },
        AiringFilter { station: Some(id("s1")), state: Some("missed".into()), ..any.clone() },
        AiringFilter { state: Some("planned".into()), ..any },
    ] {
        let found = ledger.airings(&filter).await.unwrap();
        assert!(found.is_sorted_by_key(|row| row.at));
        counts.push(found.len());
    }
    assert_eq!(counts, [260, 4, 130, 130, 1, 0, 259]);
}

async fn rundowns_are_bounded(ledger: &Ledger) {
    let rundown = |station: &str, epoch, version| SavedRundown {
        station: id(station),
        edge: Edge { epoch, version },
        digest: Digest::of(format!("{station} {epoch} {version}").as_bytes()),
        envelope: format!("{{\"payload\":\"{version}\"}}").into_bytes(),
    };
    let all: Vec<_> = (1..=5).map(|version| rundown("s1", 7, version)).chain([rundown("s2", 7, 1)]).collect();
    ledger.save_rundowns(&all).await.unwrap();
    ledger.save_rundowns(&all[4..]).await.unwrap();
    ledger.save_rundowns(&[rundown("s1", 8, 1)]).await.unwrap();
    assert_eq!(ledger.latest_rundowns().await.unwrap(), [rundown("s1", 8, 1), rundown("s2", 7, 1)]);
    let (kept,): (i64,) =
        sqlx::query_as("SELECT COUNT(*) FROM rundowns WHERE station = 's1'").fetch_one(&ledger.readers).await.unwrap();
    assert_eq!(kept, i64::from(RUNDOWNS_KEPT));
    let other = SavedRundown { digest: Digest::of(b"other"), ..rundown("s2", 7, 1) };
    assert!(matches!(ledger.save_rundowns(&[other]).await, Err(LedgerFault::Conflict(_))));
}

async fn reviews_are_kept_with_their_editions(ledger: &Ledger) {
    let edition = |text: &str| NewEdition {
        digest: Digest::of(text.as_bytes()),
        broadcast: id("masks"),
        bytes: text.as_bytes().to_vec(),
    };
    let bo = Some("bo".parse::<Tag>().unwrap());
    let (first, second) = (edition("first"), edition("second"));
    let review = |edition, parts, verdict, by| NewReview { edition, parts, verdict, comment: Some("看过了"), by };
    let parts = [None, bo.clone()];
    let approval = review(&first, &parts, Verdict::Approved, "tashi");
    ledger.record_review(approval, at(1), 2026).await.unwrap();
    ledger.record_review(review(&first, &parts[1..], Verdict::Rejected, "drolma"), at(2), 2026).await.unwrap();
    ledger.record_review(review(&second, &parts[..1], Verdict::Approved, "drolma"), at(3), 2026).await.unwrap();

    let row = |edition: &NewEdition, language, reviewer: &str, verdict, seconds| Review {
        edition: edition.digest,
        language,
        reviewer: reviewer.to_owned(),
        verdict,
        comment: Some("看过了".to_owned()),
        at: at(seconds),
    };
    let of_first = [
        row(&first, None, "tashi", Verdict::Approved, 1),
        row(&first, bo.clone(), "tashi", Verdict::Approved, 1),
        row(&first, bo, "drolma", Verdict::Rejected, 2),
    ];
    assert_eq!(ledger.reviews_of(first.digest).await.unwrap(), of_first);
    assert_eq!(ledger.reviews_of(Digest::of(b"third")).await.unwrap(), []);
    assert_eq!(ledger.reviews_count().await.unwrap(), 4);
    let approvals = ledger.approvals_of_broadcast(&id("masks")).await.unwrap();
    let of_second = row(&second, None, "drolma", Verdict::Approved, 3);
    assert_eq!(approvals, [of_second, of_first[1].clone(), of_first[0].clone()]);

    // The bytes are kept, with a number, though the broadcast was not ready: that is when it becomes known.
    assert_eq!(ledger.edition(first.digest).await.unwrap(), Some(first.clone()));
    assert!(ledger.broadcasts_first_seen().await.unwrap().is_empty());
    let registered = ledger.register_editions(std::slice::from_ref(&first), at(9), 2026).await.unwrap();
    let wanted = Registered { notice: "2026-0001".into(), first_seen: at(1) };
    assert_eq!(registered.into_values().collect::<Vec<_>>(), [wanted]);
    assert_eq!(ledger.broadcasts_first_seen().await.unwrap(), [(id("masks"), at(9))].into());

    let AuditCheck::Whole { rows: 4, .. } = ledger.audit_verify().await.unwrap() else { panic!() };
    let told = ledger.audit_rows(1).await.unwrap();
    assert_eq!((told[0].action.as_str(), told[0].who.as_str()), ("review edition", "drolma"));

    let broken = NewEdition { digest: Digest::of(b"\xff"), broadcast: id("masks"), bytes: vec![0xff] };
    let refused = ledger.record_review(review(&broken, &parts, Verdict::Approved, "tashi"), at(4), 2026).await;
    assert!(matches!(refused, Err(LedgerFault::NotText(_))));
    assert_eq!(ledger.reviews_count().await.unwrap(), 4, "all or nothing");
}

async fn people_keep_their_names(ledger: &Ledger) {
    let roles = BTreeSet::from([Role::Writer, Role::Approver]);
    ledger.add_person("Tashi", Some("tashi"), &roles, "root", at(0)).await.unwrap();
    ledger.add_person("Drolma", None, &BTreeSet::new(), "Tashi", at(0)).await.unwrap();
    let taken = ledger.add_person("Tashi", None, &roles, "root", at(0)).await;
    assert!(matches!(taken, Err(PeopleFault::NameTaken(_))));
    let taken = ledger.add_person("Norbu", Some("tashi"), &roles, "root", at(0)).await;
    assert!(matches!(taken, Err(PeopleFault::AccountTaken(_))));
    assert_eq!(ledger.person_by_os_user("tashi").await.unwrap().unwrap().roles, roles);

    ledger.retire_person("Tashi", "root", at(5)).await.unwrap();
    assert!(matches!(ledger.retire_person("Tashi", "root", at(6)).await, Err(PeopleFault::Unknown(_))));
    assert_eq!(ledger.person_by_os_user("tashi").await.unwrap(), None);
    ledger.add_person("Norbu", Some("tashi"), &roles, "root", at(7)).await.unwrap();
    let taken = ledger.add_person("Tashi", None, &roles, "root", at(8)).await;
    assert!(matches!(taken, Err(PeopleFault::NameTaken(_))), "a retired name too");
    let people = ledger.people().await.unwrap();
    let names: Vec<_> = people.iter().map(|p| (p.name.as_str(), p.retired.is_some())).collect();
    assert_eq!(names, [("Drolma", false), ("Norbu", false), ("Tashi", true)]);
}

async fn audit_is_a_chain(ledger: &Ledger) {
    let AuditCheck::Whole { rows: 0, head: empty } = ledger.audit_verify().await.unwrap() else { panic!() };
    for i in 0..5 {
        ledger.audit_append("tashi", "test", &json!({ "i": i }), at(i)).await.unwrap();
    }
    ledger.file_order(announce(Class::Daily), "tashi", at(5)).await.unwrap();
    ledger.release_orders(at(6)).await.unwrap();
    let AuditCheck::Whole { rows: 7, head } = ledger.audit_verify().await.unwrap() else { panic!() };
    assert_ne!(head, empty);
    let rows = ledger.audit_rows(2).await.unwrap();
    assert_eq!((rows[0].action.as_str(), rows[1].action.as_str()), ("release order", "file order"));

    // Whatever is done to whichever row shows, and at that row.
    let damages = [
        "UPDATE audit SET row = replace(row, 'tashi', 'Tashi') WHERE number = $1",
        "UPDATE audit SET row = row || ' ' WHERE number = $1",
        "UPDATE audit SET digest = replace(digest, substr(digest, 1, 1), 'x') WHERE number = $1",
        "DELETE FROM audit WHERE number = $1",
        "UPDATE audit SET number = number + 100 WHERE number = $1",
    ];
    let kept: Vec<(i64, String, String)> =
        sqlx::query_as("SELECT number, row, digest FROM audit").fetch_all(&ledger.readers).await.unwrap();
    for number in 1i64..=7 {
        // The seventh row is the program's own: no `tashi` stands in it.
        for damage in damages.iter().skip(usize::from(number == 7)) {
            sqlx::query(*damage).bind(number).execute(&ledger.writer).await.unwrap();
            let broken = AuditCheck::Broken { number: number as u64 };
            assert_eq!(ledger.audit_verify().await.unwrap(), broken, "{damage} {number}");
            sqlx::query("DELETE FROM audit").execute(&ledger.writer).await.unwrap();
            for (number, row, digest) in &kept {
                sqlx::query("INSERT INTO audit (number, row, digest) VALUES ($1, $2, $3)")
                    .bind(number)
                    .bind(row)
                    .bind(digest)
                    .execute(&ledger.writer)
                    .await
                    .unwrap();
            }
        }
    }
    assert_eq!(ledger.audit_verify().await.unwrap(), AuditCheck::Whole { rows: 7, head });
}
