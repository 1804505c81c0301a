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
