//! What is refused at the control socket, and why.

use super::orders::SILENCE;
use super::*;
use crate::county::snapshot::Snapshot;
use crate::rundown::Class;

fn control(ledger: Ledger, now: Timestamp) -> Control {
    control_of(ledger, now, false)
}

/// The sample county, with review required or not.
fn control_of(ledger: Ledger, now: Timestamp, review_required: bool) -> Control {
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = crate::catalog::Files::read(home, None).unwrap();
    let mut catalog = crate::catalog::load(&files, &Default::default()).catalog.unwrap();
    catalog.county.review_required = review_required;
    Control {
        ledger,
        board: Arc::new(Board::new(Snapshot::new(Arc::new(catalog)))),
        clock: crate::base::clock::SimulatedClock::at(now),
        bell: Arc::new(Notify::new()),
        outbox: Arc::new(Notify::new()),
        boxes: None,
        status: Box::new(|| serde_json::Value::Null),
    }
}

fn caller(name: &str, roles: &[Role], added: Option<Timestamp>) -> Caller {
    Caller {
        name: name.to_owned(),
        account: name.to_owned(),
        roles: roles.iter().copied().collect(),
        added,
        owns: true,
    }
}

#[tokio::test]
async fn nobody_makes_up_the_second_person() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(&folder.path().join("ledger.db")).await.unwrap();
    let now = Timestamp::from_timestamp(1_795_000_000, 0).unwrap();
    let control = control(ledger, now);
    let (broadcast, class) = ("flood".parse().unwrap(), Class::Emergency);
    let kind = OrderKind::Announce { broadcast, stations: vec![], class, agreed: None };
    let before = Some(now - TimeDelta::days(1));
    for nobody in [caller("root", &[], None), caller("pema", &[Role::Engineer], before)] {
        assert!(control.file(kind.clone(), &nobody, now).await.is_err(), "{nobody:?} files");
    }
    control.file(kind, &caller("tashi", &[Role::Approver], before), now).await.unwrap_or_else(|r| panic!("{}", r.0));
    for (who, fits) in [
        (caller("root", &[], None), false),
        (caller("pema", &[Role::Engineer], before), false),
        (caller("alice", &[Role::Approver], Some(now)), false),
        (caller("drolma", &[Role::Approver], before), true),
    ] {
        assert_eq!(control.check_confirm(1, &who).await.is_ok(), fits, "{who:?}");
    }
}

#[tokio::test]
async fn a_review_is_of_what_was_looked_at_and_by_those_who_were_here() {
    use crate::rundown::Verdict::{Approved, Rejected};
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(&folder.path().join("ledger.db")).await.unwrap();
    let now = Timestamp::from_timestamp(1_795_000_000, 0).unwrap();
    let control = control(ledger, now);
    let judge = async |who: &Caller, verdict, edition: Option<&str>, comment: Option<&str>, at: i64| {
        let ask = Judgement {
            broadcast: "flood-emergency".parse().unwrap(),
            verdict,
            plan: true,
            languages: Vec::new(),
            comment: comment.map(str::to_owned),
            edition: edition.map(str::to_owned),
        };
        match control.judge(ask, who, now + TimeDelta::seconds(at)).await {
            Ok(Answer::Done(text)) | Err(Refused(text)) => text,
            Ok(other) => panic!("{other:?}"),
        }
    };
    let added = |at| Some(now + TimeDelta::seconds(at));
    let norbu = caller("Norbu", &[Role::Approver], added(-9));
    let digest = {
        let board = control.board.read();
        board.catalog.editions[&"flood-emergency".parse::<crate::base::Id>().unwrap()].digest.to_string()
    };
    for edition in ["", &digest[..5], "nonsense"] {
        let told = judge(&norbu, Approved, Some(edition), None, 0).await;
        assert!(told.contains("write at least its first 6 digits"), "{told}");
    }
    for comment in ["a\nb", "a\tb", "a\u{202e}b", "a\u{1b}[2Kb"] {
        let told = judge(&norbu, Rejected, None, Some(comment), 0).await;
        assert!(told.contains("the comment has a line break, a tab"), "{told}");
    }
    let told = judge(&norbu, Approved, Some(&digest[..6].to_uppercase()), None, 0).await;
    assert!(told.starts_with("approved when, where and how"), "{told}");

    // The same account under another name, and somebody who was here before.
    let told = judge(&caller("Norbu Two", &[Role::Approver], added(5)), Approved, None, None, 6).await;
    assert!(told.contains("Norbu Two was added after when, where and how of `flood-emergency` was first"), "{told}");
    let told = judge(&norbu, Approved, None, None, 7).await;
    assert!(told.contains("still not approved: when, where and how"), "{told}");
    let told = judge(&caller("Drolma", &[Role::Approver], added(-1)), Approved, None, None, 8).await;
    let rest = told.split_once("still not approved: ").map(|(_, rest)| rest.lines().next().unwrap_or_default());
    assert!(told.starts_with("approved") && rest.is_some_and(|rest| !rest.contains("when, where and how")), "{told}");
    let Ok(Answer::Done(text)) = control.review_show(&"epidemic-daily".parse().unwrap(), &[]).await else { panic!() };
    assert!(text.contains("morning is 0"), "{text}");
}

/// The sample says of no text who wrote it.
#[tokio::test]
async fn what_names_nobody_is_approved_only_where_review_is_not_required() {
    use crate::rundown::Verdict::{Approved, Rejected};
    let now = Timestamp::from_timestamp(1_795_000_000, 0).unwrap();
    let norbu = caller("Norbu", &[Role::Reviewer], Some(now));
    for required in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(&folder.path().join("ledger.db")).await.unwrap();
        let control = control_of(ledger, now, required);
        let judge = async |language: &str, verdict| {
            let languages = (!language.is_empty()).then(|| language.parse().unwrap()).into_iter().collect();
            let broadcast = "epidemic-daily".parse().unwrap();
            let comment = Some("no".to_owned());
            let ask = Judgement { broadcast, verdict, plan: false, languages, comment, edition: None };
            control.judge(ask, &norbu, now).await.map_err(|refused| refused.0)
        };
        for (language, how) in [
            ("", "write `written_by = \"NAME\"` into broadcasts/epidemic-daily.toml"),
            ("bo", "translator of bo (wear-mask"),
            ("lis", "`### @translated-by NAME` for a whole file below locales/lis/"),
            ("zh-CN", "write `# @written-by NAME` above the text"),
        ] {
            let told = match judge(language, Approved).await {
                Ok(Answer::Done(text)) if !required => text,
                Err(why) if required => why,
                other => panic!("{other:?}"),
            };
            assert!(told.contains("nobody is named as the ") && told.contains(how), "{told}");
            assert_eq!(told.starts_with("approved"), !required, "{told}");
        }
        assert!(judge("bo", Rejected).await.is_ok(), "a rejection takes no name");
        let Ok(Answer::Reviews(rows)) = control.review_list(true).await else { panic!() };
        assert!(!rows.is_empty() && rows.iter().all(|row| row.unsigned && row.authors.is_empty()));
    }
}

#[tokio::test]
async fn a_name_is_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(&folder.path().join("ledger.db")).await.unwrap();
    let control = control(ledger, Timestamp::from_timestamp(1_795_000_000, 0).unwrap());
    for (name, fits) in [("a\nb", false), ("a\tb", false), ("a\u{202e}b", false), ("བསྟན་འཛིན Tashi", true)]
    {
        let ask = Ask::AddPerson { name: name.to_owned(), os_user: None, roles: BTreeSet::from([Role::Reviewer]) };
        let answer = control.answer_to(ask, rustix::process::geteuid().as_raw()).await;
        assert_eq!(answer.is_ok(), fits, "{name:?}");
    }
}

#[tokio::test]
async fn a_silence_holds_what_is_not_an_emergency() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(&folder.path().join("ledger.db")).await.unwrap();
    let now = Timestamp::from_timestamp(1_795_000_000, 0).unwrap();
    let kind = OrderKind::Silence { stations: vec!["all".to_owned()], until: now + SILENCE };
    ledger.file_order(kind, "tashi", now).await.unwrap();
    let control = control(ledger, now);
    assert!(control.silences(now).await.is_ok_and(|found| found.is_empty()), "it is not released yet");
    control.ledger.release_orders(now).await.unwrap();
    assert!(control.silences(now).await.is_ok_and(|found| found.len() == 1));
    assert!(control.silences(now + SILENCE).await.is_ok_and(|found| found.is_empty()), "it has ended");
    control.ledger.file_order(OrderKind::Cancel { order: 1 }, "tashi", now).await.unwrap();
    control.ledger.release_orders(now).await.unwrap();
    assert!(control.silences(now).await.is_ok_and(|found| found.is_empty()), "it was cancelled");
}

/// The machine of these tests has no loudspeaker and no link: nobody carries anything anywhere.
#[tokio::test]
async fn an_answer_names_the_stations_that_nobody_serves() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(&folder.path().join("ledger.db")).await.unwrap();
    // Noon there.
    let now = Timestamp::from_timestamp(1_795_000_000, 0).unwrap().date_naive().and_hms_opt(4, 0, 0).unwrap().and_utc();
    let control = control(ledger, now);
    let tashi = caller("tashi", &[Role::Writer, Role::Approver], Some(now - TimeDelta::days(1)));
    let stations = vec!["benzilan-xiashe".to_owned()];
    let answers = [
        control.announce("epidemic-daily".parse().unwrap(), stations.clone(), &tashi, now).await,
        control.announce("flood-emergency".parse().unwrap(), stations.clone(), &tashi, now).await,
        control.tell_order(2).await,
        control.silence(stations, None, &tashi, now).await,
    ];
    for answer in answers {
        let told = match answer {
            Ok(Answer::Done(text)) | Err(Refused(text)) => text,
            Ok(other) => panic!("{other:?}"),
        };
        let expected = "1 station has no box and no loudspeaker here, and nothing sounds there: benzilan-xiashe";
        assert!(told.contains(expected), "{told}");
    }
}

#[tokio::test]
async fn callers_who_say_nothing_keep_nobody_out_for_ever() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(&folder.path().join("ledger.db")).await.unwrap();
    let control = Arc::new(control(ledger, Timestamp::from_timestamp(1_795_000_000, 0).unwrap()));
    let listener = listen(folder.path()).unwrap();
    let serving = tokio::spawn(control.serve(listener));
    let ask = || {
        let folder = folder.path().to_owned();
        tokio::task::spawn_blocking(move || crate::console::ask::ask(&folder, &Ask::Status))
    };
    let mut silent = Vec::new();
    for _ in 0..CALLERS_OF_ONE_MAX {
        silent.push(UnixStream::connect(folder.path().join(SOCKET)).await.unwrap());
    }
    // The backlog is taken in order, so this one comes after them.
    let answer = ask().await.unwrap().unwrap();
    assert!(matches!(&answer, Answer::Refused(why) if why.contains("too many callers of this account")), "{answer:?}");
    silent.clear();
    loop {
        // Until the daemon has noticed that they have left.
        if let Answer::Status(_) = ask().await.unwrap().unwrap() {
            break;
        }
    }
    serving.abort();
}

#[test]
fn one_account_leaves_places_for_others() {
    let places = Arc::new(Places::default());
    let mut taken: Vec<Taken> = (0..CALLERS_OF_ONE_MAX).map(|_| places.take(1000).unwrap()).collect();
    assert!(places.take(1000).is_none());
    let other = places.take(1001).unwrap();
    taken.pop();
    assert!(places.take(1000).is_some());
    drop((taken, other));
    assert!(places.0.lock().unwrap().is_empty());
    let all: Vec<Taken> = (0..CALLERS_MAX as u32).map(|uid| places.take(uid).unwrap()).collect();
    assert!(places.take(99).is_none());
    assert_eq!(all.len(), CALLERS_MAX);
}
