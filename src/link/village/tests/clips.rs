//! Clips that the disk, the power or something on the way does not let through: the others come all the same.

use super::*;

/// Two clips, the first of them due first, and a clip that nobody needs any more.
async fn two() -> (World, Link<Scripted, Noted>) {
    let world = World::new();
    world.store().put(b"spare").unwrap();
    let link = world.link();
    world.serve(sealed(&rundown(1, &[("a", 60, Class::Daily), ("b", 70, Class::Daily)])), None);
    poll(&link).await.unwrap();
    (world, link)
}

fn part(world: &World, name: &str) -> std::path::PathBuf {
    world.home.path().join(format!("parts/{}.part", clip(name)))
}

#[tokio::test]
async fn a_part_that_is_whole_is_kept_without_being_asked_for() {
    let (world, link) = two().await;
    for (content, expected) in
        [(sound("a"), Step::Whole), (vec![b'x'; 70_000], Step::Corrupt), (vec![b'x'; 90_000], Step::Corrupt)]
    {
        let _ = world.store().remove(&clip("a"));
        std::fs::write(part(&world, "a"), content).unwrap();
        world.clock.advance(Duration::from_secs(60));
        assert_eq!(link.fetch().await.unwrap(), Fetched::Piece(clip("a"), expected));
        assert!(!part(&world, "a").exists() && world.county.0.lock().unwrap().fetched.is_empty());
    }
    // The damaged one waits; the other does not wait for it.
    assert_eq!(link.fetch().await.unwrap(), Fetched::Piece(clip("b"), Step::More));
}

#[tokio::test]
async fn a_part_longer_than_the_county_s_clip_begins_anew() {
    let (world, link) = two().await;
    // Nothing says how long it is, and the county's has ended where the part goes on.
    let mut plan = rundown(2, &[("a", 60, Class::Daily)]);
    plan.keep.clear();
    world.serve(sealed(&plan), None);
    poll(&link).await.unwrap();
    std::fs::write(part(&world, "a"), vec![0; 70_000]).unwrap();
    world.county.0.lock().unwrap().faults.push_back(Fault::PastEnd);
    assert_eq!(link.fetch().await.unwrap(), Fetched::Piece(clip("a"), Step::Corrupt));
    world.clock.advance(Duration::from_secs(2));
    assert_eq!(fetch_all(&link).await, [clip("a")]);
}

#[tokio::test]
async fn a_clip_that_something_on_the_way_spoils_holds_up_no_other() {
    let (world, link) = two().await;
    world.county.0.lock().unwrap().faults.push_back(Fault::Unreadable("status 403".to_owned()));
    assert!(link.fetch().await.is_err());
    assert_eq!(link.fetch().await.unwrap(), Fetched::Piece(clip("b"), Step::More));
    // A line that is cut is no clip's own: nothing waits once it is back.
    world.county.0.lock().unwrap().faults.push_back(Fault::Unreachable("cut".to_owned()));
    assert!(link.fetch().await.is_err());
    assert_eq!(link.fetch().await.unwrap(), Fetched::Piece(clip("b"), Step::Whole));
}

#[tokio::test]
async fn a_full_disk_lets_go_of_what_nobody_needs_and_of_nothing_else() {
    let (world, link) = two().await;
    while !world.store().contains(&clip("b")) {
        world.county.0.lock().unwrap().clips.remove(&clip("a"));
        let _ = link.fetch().await;
    }
    world.county.0.lock().unwrap().clips.insert(clip("a"), sound("a"));
    world.clock.advance(Duration::from_secs(3600));
    // The kernel's own word for a full disk.
    std::os::unix::fs::symlink("/dev/full", part(&world, "a")).unwrap();
    let told = link.fetch().await.unwrap_err().to_string();
    assert!(told.contains("the disk is full"), "{told}");
    assert_eq!(world.store().list().unwrap(), [clip("b")]);
    // There was room made, so it is tried again at once; with nothing left to let go of, it waits.
    assert!(link.fetch().await.is_err());
    assert!(matches!(link.fetch().await.unwrap(), Fetched::Idle(Some(_))));
    assert_eq!(world.store().list().unwrap(), [clip("b")]);
    std::fs::remove_file(part(&world, "a")).unwrap();
    world.clock.advance(Duration::from_secs(600));
    assert_eq!(fetch_all(&link).await, [clip("a")]);
}

#[tokio::test]
async fn what_is_due_in_an_open_window_is_offered_at_a_start_though_its_clip_was_damaged() {
    let (world, link) = two().await;
    fetch_all(&link).await;
    drop(link);
    std::fs::write(world.store().path(&clip("a")), b"something else").unwrap();
    world.clock.advance(Duration::from_secs(3600 + 30));
    let link = world.link();
    assert_eq!(world.offered(), [1, 1]);
    assert!(!world.store().contains(&clip("a")), "a station that reads it would call it damaged for good");
    assert_eq!(fetch_all(&link).await, [clip("a")]);
}
