//! A box against a county that is a script: every errand, and what must not pass.

use std::sync::atomic::Ordering;
use std::time::Duration;

use chrono::TimeDelta;

use super::county::Fault;
use super::errand::{ErrandFault, Fetched, Link, Polled};
use super::parts::Step;
use super::{Brought, Past, stick};
use crate::base::{Clock as _, Digest, Timestamp};
use crate::link::wire::Acknowledged;
use crate::rundown::document::Edge;
use crate::rundown::seal::{Envelope, RUNDOWN_TYPE};
use crate::rundown::{AiringId, Class, Outcome, Receipt, Rundown};

mod clips;
mod keys;
mod receipts;
mod world;
use world::{Noted, Scripted, World, clip, id, keys, rundown, sealed, signer, sound, start, time};

async fn poll(link: &Link<Scripted, Noted>) -> Result<Polled, ErrandFault> {
    link.poll(&id("upper"), 55).await
}

/// Fetches until nothing is wanted; the clips in the order in which they became whole.
async fn fetch_all(link: &Link<Scripted, Noted>) -> Vec<Digest> {
    let mut whole = Vec::new();
    for _ in 0..200 {
        match link.fetch().await {
            Ok(Fetched::Idle(None)) => return whole,
            Ok(Fetched::Piece(clip, Step::Whole)) => whole.push(clip),
            Ok(_) | Err(_) => {}
        }
    }
    panic!("the clips do not end");
}

#[tokio::test]
async fn a_rundown_is_on_disk_before_the_station_has_it_and_comes_again_at_a_start() {
    let world = World::new();
    world.serve(sealed(&rundown(1, &[("a", 60, Class::Daily)])), None);
    let link = world.link();
    assert_eq!(poll(&link).await.unwrap(), Polled::New);
    assert_eq!((world.offered(), poll(&link).await.unwrap()), (vec![1], Polled::Nothing));
    let polls = world.county.0.lock().unwrap().polls.clone();
    assert_eq!((polls[0].held, polls[0].keys, &polls[0].etag), (Edge::default(), 1, &None));
    assert_eq!((polls[1].held, polls[1].etag.as_deref()), (Edge { epoch: 1, version: 1 }, Some("\"1\"")));
    assert_eq!(fetch_all(&link).await, [clip("a")]);
    drop(link);

    // A start without a link offers it again; the same one is no news.
    let link = world.link();
    assert_eq!(world.offered(), [1, 1]);
    world.serve(sealed(&rundown(1, &[("a", 60, Class::Daily)])), None);
    assert_eq!((poll(&link).await.unwrap(), world.offered().len()), (Polled::Same, 2));
}

#[tokio::test]
async fn what_changed_is_asked_for_and_the_whole_where_that_does_not_fit() {
    let world = World::new();
    let link = world.link();
    world.serve(sealed(&rundown(1, &[])), None);
    poll(&link).await.unwrap();
    // What does not read, or is refused once it was put together, is not asked for again.
    world.county.0.lock().unwrap().faults.push_back(Fault::Unreadable("it does not fit".to_owned()));
    poll(&link).await.unwrap_err();
    world.serve(sealed(&rundown(2, &[])), None);
    poll(&link).await.unwrap();
    world.serve(sealed(&rundown(1, &[])), None);
    poll(&link).await.unwrap_err();
    poll(&link).await.unwrap();
    let polls = world.county.0.lock().unwrap().polls.clone();
    let asked: Vec<_> = polls.iter().map(|ask| (ask.base.is_some(), ask.etag.is_some())).collect();
    assert_eq!(asked, [(false, false), (true, false), (true, true), (true, false)]);
    let base = polls[2].base.as_ref().unwrap();
    assert_eq!(**base, sealed(&rundown(2, &[])));
}

#[tokio::test]
async fn what_is_not_the_county_s_own_newest_word_to_this_box_changes_nothing() {
    let world = World::new();
    let link = world.link();
    world.serve(sealed(&rundown(5, &[])), None);
    poll(&link).await.unwrap();
    let newer = rundown(6, &[]);
    let flipped = {
        let mut envelope = sealed(&newer);
        envelope.payload[20] ^= 1;
        envelope
    };
    let payload = serde_json::to_vec(&newer).unwrap();
    for (envelope, why) in [
        (sealed(&rundown(4, &[])), "it is older than what was accepted before"),
        (flipped, "no signature on it is by a key that may sign this now"),
        (Envelope::seal(RUNDOWN_TYPE, payload.clone(), &[&signer(3)]), "no signature on it"),
        (Envelope::seal(RUNDOWN_TYPE, payload, &[&signer(4)]), "no signature on it"),
        (sealed(&Rundown { station: id("lower"), ..newer.clone() }), "it is for station lower"),
        (sealed(&Rundown { issued: start() + TimeDelta::days(1), ..newer.clone() }), "it is dated after now"),
    ] {
        world.serve(envelope, None);
        let told = poll(&link).await.unwrap_err().to_string();
        assert!(told.contains(why), "{told}");
        assert_eq!(world.offered(), [5]);
        assert_eq!(world.folder().edge(&id("upper")).version, 5);
        let status = link.status();
        assert!(status.stations[0].refusal.as_ref().is_some_and(|told| told.contains(why)), "{status:?}");
    }
    // Keys of another root, and older ones: with them nothing of the answer is taken.
    world.serve(sealed(&newer), Some(keys(2, 4)));
    assert!(poll(&link).await.is_err());
    world.serve(sealed(&newer), Some(keys(2, 1)));
    assert_eq!((poll(&link).await.unwrap(), world.offered()), (Polled::New, vec![5, 6]));
    world.serve(sealed(&rundown(7, &[])), Some(keys(1, 1)));
    assert!(poll(&link).await.is_err());
    assert_eq!((world.offered(), link.status().stations[0].held.version), (vec![5, 6], 6));
}

#[tokio::test]
async fn emergencies_go_before_what_is_due_soon_and_overtake_a_download() {
    let world = World::new();
    let link = world.link();
    world.serve(sealed(&rundown(1, &[("a", 600, Class::Daily), ("b", 60, Class::Daily)])), None);
    poll(&link).await.unwrap();
    assert_eq!(link.fetch().await.unwrap(), Fetched::Piece(clip("b"), Step::More));
    let plan = [("a", 600, Class::Daily), ("b", 60, Class::Daily), ("c", 1, Class::Emergency)];
    world.serve(sealed(&rundown(2, &plan)), None);
    poll(&link).await.unwrap();
    // The emergency's clip is not here: it waits for it at the station, and nothing else does.
    assert_eq!(world.offered(), [1, 2]);
    assert_eq!(fetch_all(&link).await, [clip("c"), clip("b"), clip("a")]);
    assert_eq!(world.offered(), [1, 2]);
    // What came of the other before was not asked again.
    let fetched = world.county.0.lock().unwrap().fetched.clone();
    assert_eq!(fetched.iter().filter(|(c, from)| (*c, *from) == (clip("b"), 0)).count(), 1);
}

#[tokio::test]
async fn a_clip_comes_over_a_line_that_breaks_through_restarts_and_corruption() {
    let world = World::new();
    world.county.0.lock().unwrap().line_bytes = Some(9_000);
    world.serve(sealed(&rundown(1, &[("a", 60, Class::Daily)])), None);
    let link = world.link();
    poll(&link).await.unwrap();
    for _ in 0..3 {
        link.fetch().await.unwrap();
    }
    drop(link);
    let link = world.link();
    link.fetch().await.unwrap();
    assert_eq!(world.county.0.lock().unwrap().fetched.last(), Some(&(clip("a"), 27_000)));
    // One bit on the way: all of it is thrown away, and comes again after a while.
    world.county.0.lock().unwrap().spoil = true;
    let mut corrupt = 0;
    let whole = loop {
        match link.fetch().await.unwrap() {
            Fetched::Piece(clip, Step::Whole) => break clip,
            Fetched::Piece(_, Step::Corrupt) => corrupt += 1,
            Fetched::Piece(_, Step::More) => {}
            Fetched::Idle(wait) => world.clock.advance(wait.expect("it waits for the clip")),
        }
    };
    assert_eq!((whole, corrupt), (clip("a"), 1));
    assert_eq!(world.store().read(&clip("a")).unwrap(), sound("a"));

    // Damaged at rest: found, and fetched again.
    std::fs::write(world.store().path(&clip("a")), b"something else").unwrap();
    link.check_clips();
    assert_eq!(fetch_all(&link).await, [clip("a")]);
    // A clip that the county has not holds up no other.
    world.county.0.lock().unwrap().clips.remove(&clip("b"));
    world.serve(sealed(&rundown(2, &[("b", 60, Class::Daily), ("c", 70, Class::Daily)])), None);
    poll(&link).await.unwrap();
    assert!(link.fetch().await.is_err());
    while !world.store().contains(&clip("c")) {
        link.fetch().await.unwrap();
    }
    assert!(matches!(link.fetch().await.unwrap(), Fetched::Idle(Some(_))));
}

fn receipt(number: u64) -> Receipt {
    Receipt {
        number,
        airing: AiringId {
            broadcast: id("masks"),
            instant: start() + TimeDelta::seconds(number as i64),
            station: id("upper"),
        },
        at: start(),
        outcome: Outcome::Played,
        started: None,
        frames: 1,
        frames_planned: 1,
        parts: Vec::new(),
        volume: 80,
        sink: "null".to_owned(),
        detail: None,
    }
}

#[tokio::test]
async fn the_time_is_taken_from_a_time_key_for_this_question_alone() {
    let world = World::new();
    world.clock.step(Timestamp::UNIX_EPOCH - start());
    world
        .folder()
        .write_rundown(&id("upper"), &sealed(&rundown(1, &[])), &world.folder().hold_rundowns().unwrap())
        .unwrap();
    let link = world.link();
    assert!(world.offered().is_empty(), "in 1970 nothing of it is valid");
    let nonce = "00112233445566778899aabbccddeeff";
    for (answer, why) in [
        (time(nonce, start(), &signer(3)), "it answers another question"),
        (sealed(&rundown(1, &[])), "it is sealed as something else"),
    ] {
        world.county.0.lock().unwrap().time = Some(answer);
        let told = link.ask_time().await.unwrap_err().to_string();
        assert!(told.contains(why), "{told}");
    }
    assert_eq!(world.clock.now().timestamp(), 0);
    link.ask_time().await.unwrap();
    assert_eq!((world.clock.now(), world.offered()), (start(), vec![1]));
}

#[tokio::test]
async fn a_time_that_cannot_be_kept_is_in_force() {
    let world = World::new();
    world.clock.step(Timestamp::UNIX_EPOCH - start());
    let held = world.folder().hold_rundowns().unwrap();
    world.folder().write_rundown(&id("upper"), &sealed(&rundown(1, &[])), &held).unwrap();
    let link = world.link();
    world.full.store(true, Ordering::SeqCst);
    assert!(link.ask_time().await.unwrap_err().to_string().contains("the disk is full"));
    assert_eq!((world.clock.now(), world.offered()), (start(), vec![1]));
}

#[tokio::test]
async fn keys_of_a_stranger_are_refused_and_that_is_told() {
    let world = World::new();
    let link = world.link();
    world.serve(sealed(&rundown(2, &[])), Some(keys(2, 4)));
    assert!(matches!(poll(&link).await, Err(ErrandFault::NotTaken(_))));
    let refusal = link.status().stations[0].refusal.clone().unwrap();
    assert!(refusal.contains("its keys document: refused: no signature"), "{refusal}");
    world.serve(sealed(&rundown(2, &[])), Some(keys(2, 1)));
    assert_eq!(poll(&link).await.unwrap(), Polled::New);
    assert_eq!(link.status().stations[0].refusal, None);
}

#[tokio::test]
async fn a_box_without_a_past_asks_for_it() {
    let world = World::new();
    let link = world.link();
    assert!(!link.recall().await.unwrap());
    world.station.0.lock().unwrap().amnesia = true;
    {
        let mut script = world.county.0.lock().unwrap();
        script.chain = Some(Acknowledged { number: 41, head: Digest::of(b"head") });
        script.claims = vec![receipt(41).airing];
    }
    world.folder().write_brought(&Brought { offset: 9, ..Brought::default() }).unwrap();
    assert!(link.recall().await.unwrap());
    let floors = vec![(id("upper"), Edge { epoch: 1, version: 7 })];
    let past = Past { ended: vec![(receipt(41).airing, None)], floors, acknowledged: 41 };
    assert_eq!(world.station.0.lock().unwrap().settled, Some(past));
    assert_eq!((world.folder().brought().county.number, world.folder().brought().offset), (41, 0));
}

#[tokio::test]
async fn spare_clips_go_after_a_month_and_kept_ones_stay() {
    let world = World::new();
    let link = world.link();
    world.serve(sealed(&rundown(1, &[("a", 60, Class::Daily), ("b", 60, Class::Daily)])), None);
    poll(&link).await.unwrap();
    fetch_all(&link).await;
    assert_eq!(link.tidy().unwrap(), 0);
    world.serve(sealed(&rundown(2, &[("a", 60, Class::Daily)])), None);
    poll(&link).await.unwrap();
    world.clock.advance(Duration::from_secs(29 * 86_400));
    assert_eq!(link.tidy().unwrap(), 0);
    world.clock.advance(Duration::from_secs(2 * 86_400));
    assert_eq!(link.tidy().unwrap(), 1);
    assert_eq!(world.store().list().unwrap(), [clip("a")]);
}

#[tokio::test]
async fn a_stick_brings_what_the_link_would_and_nothing_else() {
    let (world, county) = (World::new(), World::new());
    let plan = rundown(3, &[("a", 60, Class::Daily), ("b", 60, Class::Daily)]);
    for name in ["a", "b"] {
        county.store().put(&sound(name)).unwrap();
    }
    let write = |keys: &Envelope, rundown: &Envelope| {
        let mut file = Vec::new();
        stick::write(&mut file, keys, rundown, &county.store()).unwrap();
        file
    };
    let read = |file: &[u8]| {
        stick::read(file, (&world.folder(), &world.store()), &world.membership(), world.clock.now())
            .map_err(|fault| fault.to_string())
    };
    let good = write(&keys(1, 1), &sealed(&plan));
    let link = world.link();
    for (file, why) in [
        (write(&keys(1, 1), &sealed(&Rundown { station: id("lower"), ..plan.clone() })), "it is for station lower"),
        (write(&keys(1, 4), &sealed(&plan)), "no signature"),
        (write(&keys(1, 1), &Envelope::seal(RUNDOWN_TYPE, sealed(&plan).payload, &[&signer(4)])), "no signature"),
        (b"no archive at all".to_vec(), "it is no file that"),
        (Vec::new(), "it is no file that"),
    ] {
        let told = read(&file).unwrap_err();
        assert!(told.contains(why), "{told}");
    }
    // No single bit of what it holds may differ; the padding and dates of an archive say nothing.
    let mut passed = Vec::new();
    for at in (0..good.len()).step_by(97) {
        let mut file = good.clone();
        file[at] ^= 4;
        if let Ok(carried) = read(&file) {
            passed.push((at, carried));
            let _ = std::fs::remove_dir_all(world.home.path().join("rundowns"));
        }
    }
    for (at, carried) in passed {
        assert_eq!((carried.edge.version, carried.clips), (3, 2), "{at}");
    }
    let _ = std::fs::remove_dir_all(world.home.path().join("clips"));
    let carried = read(&good).unwrap();
    assert_eq!((carried.clips, carried.missing.len(), carried.edge.version), (2, 0, 3));
    // The running box finds it.
    link.look();
    assert_eq!(world.offered(), [3]);
    assert_eq!(world.store().list().unwrap().len(), 2);
    // The same again is taken; an older one is not.
    read(&good).unwrap();
    let older = write(&keys(1, 1), &sealed(&rundown(2, &[("a", 60, Class::Daily)])));
    assert!(read(&older).unwrap_err().contains("older than what was accepted before"));
    let lacking = write(&keys(1, 1), &sealed(&rundown(4, &[("a", 60, Class::Daily), ("c", 60, Class::Daily)])));
    assert_eq!(read(&lacking).unwrap().missing, [clip("c")]);
}
