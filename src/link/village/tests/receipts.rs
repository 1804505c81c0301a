//! Receipts on their way: whatever is lost, at either end.

use super::*;

#[tokio::test]
async fn receipts_are_brought_once_each_whatever_answers_are_lost() {
    let world = World::new();
    world.station.0.lock().unwrap().receipts = (1..=5).map(receipt).collect();
    let link = world.link();
    world.county.0.lock().unwrap().faults.push_back(Fault::Unreachable("cut".to_owned()));
    assert!(link.bring_receipts().await.is_err());
    assert!(!link.bring_receipts().await.unwrap());
    let acknowledged = || world.station.0.lock().unwrap().acknowledged;
    assert_eq!(acknowledged(), 5);

    // The answer was lost on the way: the county is further than the box knows.
    world.folder().write_brought(&Brought::default()).unwrap();
    world.station.0.lock().unwrap().receipts = (1..=7).map(receipt).collect();
    assert!(link.bring_receipts().await.unwrap());
    assert!(!link.bring_receipts().await.unwrap());
    assert_eq!(received(&world), [1, 2, 3, 4, 5, 6, 7]);
    assert_eq!(Some(world.folder().brought().county), chain(&world));
    assert_eq!(acknowledged(), 7);
}

fn received(world: &World) -> Vec<i64> {
    let received = &world.county.0.lock().unwrap().received;
    received.iter().map(|receipt| (receipt.airing.instant - start()).num_seconds()).collect()
}

fn chain(world: &World) -> Option<Acknowledged> {
    world.county.0.lock().unwrap().chain.clone()
}

#[tokio::test]
async fn a_county_that_went_back_gets_again_what_the_box_still_has() {
    let world = World::new();
    let link = world.link();
    let have = |numbers: std::ops::RangeInclusive<u64>| {
        world.station.0.lock().unwrap().receipts = numbers.map(receipt).collect();
    };
    have(1..=4);
    assert!(!link.bring_receipts().await.unwrap());
    let backup = chain(&world);
    have(1..=8);
    assert!(!link.bring_receipts().await.unwrap());
    // The backup comes back, and the next receipt shows it.
    let restore = || {
        let mut script = world.county.0.lock().unwrap();
        (script.chain, script.received) = (backup.clone(), Vec::new());
    };
    restore();
    assert!(!link.bring_receipts().await.unwrap(), "nobody asks while there is nothing to bring");
    have(1..=9);
    assert!(link.bring_receipts().await.unwrap());
    assert!(!link.bring_receipts().await.unwrap());
    assert_eq!((received(&world), world.county.0.lock().unwrap().gaps.clone()), (vec![5, 6, 7, 8, 9], vec![]));

    // Older than what the box keeps: what is lost is told, and the rest comes.
    restore();
    have(8..=10);
    assert!(link.bring_receipts().await.unwrap());
    assert!(!link.bring_receipts().await.unwrap());
    assert_eq!((received(&world), world.county.0.lock().unwrap().gaps.clone()), (vec![8, 9, 10], vec![(5, 7)]));
    assert_eq!(Some(world.folder().brought().county), chain(&world));
}

#[tokio::test]
async fn a_box_whose_disk_went_back_brings_what_it_makes_from_then_on() {
    let world = World::new();
    let link = world.link();
    let have = |numbers: std::ops::RangeInclusive<u64>| {
        world.station.0.lock().unwrap().receipts = numbers.map(receipt).collect();
    };
    have(1..=3);
    link.bring_receipts().await.unwrap();
    let before = world.folder().brought();
    have(1..=9);
    link.bring_receipts().await.unwrap();
    // Its image of the day before is put back; then it makes another fourth and fifth receipt.
    world.folder().write_brought(&before).unwrap();
    world.county.0.lock().unwrap().received.clear();
    world.station.0.lock().unwrap().acknowledged = 3;
    have(1..=5);
    assert!(link.bring_receipts().await.unwrap());
    assert!(!link.bring_receipts().await.unwrap());
    assert_eq!(received(&world), [4, 5]);
    assert_eq!((world.folder().brought().offset, chain(&world).unwrap().number), (-6, 11));
    have(1..=6);
    assert!(!link.bring_receipts().await.unwrap());
    assert_eq!((received(&world), world.station.0.lock().unwrap().acknowledged), (vec![4, 5, 6], 6));
}

#[tokio::test]
async fn under_a_new_key_a_box_brings_what_the_old_one_did_not() {
    let world = World::new();
    let link = world.link();
    let have = |numbers: std::ops::RangeInclusive<u64>| {
        world.station.0.lock().unwrap().receipts = numbers.map(receipt).collect();
    };
    have(1..=5);
    link.bring_receipts().await.unwrap();
    drop(link);
    let old = world.folder().key().unwrap();
    for (code, last, expected) in [("second", 8, vec![6, 7, 8]), ("third", 9, vec![9])] {
        have(1..=last);
        world.folder().join(code, &world.membership(), &keys(1, 1)).unwrap();
        // The county knows nothing of this key yet.
        {
            let mut script = world.county.0.lock().unwrap();
            (script.chain, script.received) = (None, Vec::new());
        }
        let link = world.link();
        assert!(!link.bring_receipts().await.unwrap());
        assert_eq!((received(&world), world.station.0.lock().unwrap().acknowledged), (expected, last));
        let numbers: Vec<u64> = world.county.0.lock().unwrap().received.iter().map(|receipt| receipt.number).collect();
        assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>(), "from 1 on under each key");
    }
    assert_ne!(world.folder().key().unwrap().id(), old.id());
    assert!(world.county.0.lock().unwrap().gaps.is_empty());
}
