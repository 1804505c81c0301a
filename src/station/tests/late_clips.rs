//! Clips that come after their rundown: each airing waits for its own, and for no other's.

use super::*;

#[test]
fn an_airing_waits_for_its_clips_while_its_window_is_open_and_holds_up_no_other() {
    let mut world = World::new();
    let programme =
        |hz| Programme { repeat: 1, chime: None, parts: vec![world.part(None, None, hz, 48_000)], ..world.programme() };
    let programmes = vec![programme(330.0), programme(440.0), programme(550.0)];
    let clip = |i: usize| programmes[i].parts[0].clip;
    let bytes = world.store.read(&clip(1)).unwrap();
    world.store.remove(&clip(1)).unwrap();
    world.store.remove(&clip(2)).unwrap();
    // What is due first would go first; its clip is two minutes away.
    let mut gone = daily("gone", "a", 20.0);
    (gone.programme, gone.late) = (2, Length::seconds(30));
    let mut late = daily("late", "a", 5.0);
    late.programme = 1;
    let airings = vec![late, daily("here", "a", 10.0), gone, daily("next", "a", 60.0)];
    let rundown = world.rundown("a", programmes, airings);
    let mut machine = world.machine(vec![world.wav("a")]);
    machine.offer(world.seal(&rundown));
    world.run(&mut machine, at(45.0));
    let told = |machine: &Machine| outcomes(&machine.receipts());
    assert_eq!(told(&machine), [("here".to_owned(), Outcome::Played)]);
    // A restart meanwhile changes nothing of it.
    drop(machine);
    let mut machine = world.machine(vec![world.wav("a")]);
    machine.offer(world.seal(&rundown));
    world.run(&mut machine, at(120.0));
    world.store.put(&bytes).unwrap();
    world.run(&mut machine, at(400.0));
    let expected = [
        ("here", Outcome::Played),
        ("gone", Outcome::Missed(Reason::ClipMissing)),
        ("next", Outcome::Played),
        ("late", Outcome::Played),
    ];
    assert_eq!(told(&machine), expected.map(|(name, outcome)| (name.to_owned(), outcome)));
    let receipts = machine.receipts();
    assert!(receipts[1].detail.as_ref().is_some_and(|detail| detail.contains("missing")), "{:?}", receipts[1]);
    let began = receipts[3].started.unwrap();
    assert!(at(120.0) < began && began < at(130.0), "{began}");
}

#[test]
fn a_clip_that_the_machine_cannot_read_is_tried_again_and_is_not_called_damaged() {
    let mut world = World::new();
    let programme =
        |hz| Programme { repeat: 1, chime: None, parts: vec![world.part(None, None, hz, 48_000)], ..world.programme() };
    let programmes = vec![programme(330.0), programme(440.0), programme(550.0)];
    let paths: Vec<_> = programmes.iter().map(|programme| world.store.path(&programme.parts[0].clip)).collect();
    let bytes = std::fs::read(&paths[0]).unwrap();
    // It opens, and reading it fails: as on a disk that fails.
    for path in &paths[..2] {
        std::fs::remove_file(path).unwrap();
        std::fs::create_dir(path).unwrap();
    }
    std::fs::write(&paths[2], b"other bytes").unwrap();
    let mut airings: Vec<_> =
        ["mended", "gone", "rotten"].iter().zip([5.0, 20.0, 10.0]).map(|(name, s)| daily(name, "a", s)).collect();
    (airings[1].programme, airings[1].late, airings[2].programme) = (1, Length::seconds(30), 2);
    airings.sort_by_key(|airing| airing.at);
    let rundown = world.rundown("a", programmes, airings);
    let mut machine = world.machine(vec![world.wav("a")]);
    machine.offer(world.seal(&rundown));
    world.run(&mut machine, at(60.0));
    std::fs::remove_dir(&paths[0]).unwrap();
    world.store.put(&bytes).unwrap();
    world.run(&mut machine, at(200.0));
    let expected = [
        ("rotten", Outcome::Missed(Reason::ClipDamaged)),
        ("gone", Outcome::Missed(Reason::ClipUnreadable)),
        ("mended", Outcome::Played),
    ];
    let receipts = machine.receipts();
    assert_eq!(outcomes(&receipts), expected.map(|(name, outcome)| (name.to_owned(), outcome)));
    assert!(receipts[1].detail.as_ref().is_some_and(|detail| detail.contains("directory")), "{:?}", receipts[1]);
    assert_eq!(receipts[2].detail, None);
}
