//! A box away from its county: no time, no past, and people on the spot.

use super::*;
use crate::station::player::Limit;
use crate::station::{DeviceState, NoCheck, Past};

fn short(world: &World) -> Programme {
    Programme { repeat: 1, chime: None, ..world.programme() }
}

fn remote(world: &World) -> Machine {
    let options = Options { journal: world.path("journal"), loudspeakers: vec![world.wav("a")], remote: true };
    Machine::new(options, world.clock.clone(), world.store.clone(), world.trust()).unwrap()
}

#[test]
fn without_the_time_nothing_sounds_and_what_is_in_its_window_does_afterwards() {
    let mut world = World::new();
    let mut airings: Vec<_> = ["a", "b", "c"].iter().zip([-500.0, -60.0, 0.0]).map(|(n, s)| daily(n, "a", s)).collect();
    airings[1].late = Length::seconds(30);
    let rundown = world.rundown("a", vec![short(&world)], airings);
    // Boots in 1970.
    let right = world.clock.now();
    let wrong = right - Timestamp::UNIX_EPOCH;
    world.clock.step(-wrong);
    world.clock.trust(false);
    let mut machine = world.machine(vec![world.wav("a")]);
    // What is no rundown at all waits with it and displaces nothing.
    let mut forged = (*world.seal(&rundown)).clone();
    machine.offer(world.seal(&rundown));
    forged.signatures[0].sig[0] ^= 1;
    machine.offer(Arc::new(forged));
    world.run(&mut machine, world.clock.now() + TimeDelta::seconds(590));
    // Somebody sets the clock a day ahead; still nobody vouches for it.
    world.clock.step(wrong + TimeDelta::days(1));
    world.run(&mut machine, world.clock.now() + TimeDelta::seconds(5));
    world.clock.step(TimeDelta::days(-2));
    world.run(&mut machine, world.clock.now() + TimeDelta::seconds(5));
    assert_eq!((machine.receipts(), machine.status()[0].held), (vec![], Edge::default()));
    world.clock.step(TimeDelta::days(1));
    world.clock.trust(true);
    world.run(&mut machine, at(30.0));
    // It was offered first in this boot: the journal is new, and what was due before the start is not its own.
    let expected = [
        ("a", Outcome::Missed(Reason::ClockUntrusted)),
        ("b", Outcome::Missed(Reason::ClockUntrusted)),
        ("c", Outcome::Played),
    ];
    assert_eq!(outcomes(&machine.receipts()), expected.map(|(name, outcome)| (name.to_owned(), outcome)));
}

#[test]
fn a_box_without_keys_airs_nothing_until_they_come() {
    let mut world = World::new();
    let rundown = world.rundown("a", vec![short(&world)], vec![daily("a", "a", -300.0), daily("b", "a", 60.0)]);
    let options = Options { journal: world.path("journal"), loudspeakers: vec![world.wav("a")], remote: false };
    let nobody = Trust::in_nobody(&world.root.public());
    let mut machine = Machine::new(options, world.clock.clone(), world.store.clone(), nobody).unwrap();
    machine.offer(world.seal(&rundown));
    world.run(&mut machine, at(0.0));
    assert_eq!((machine.receipts(), machine.status()[0].held), (vec![], Edge::default()));
    assert!(machine.status()[0].refusal.is_some());
    machine.renew_keys(world.keys(1, 21, 7));
    world.run(&mut machine, at(120.0));
    assert_eq!(outcomes(&machine.receipts()).last().unwrap(), &("b".to_owned(), Outcome::Played));
    assert_eq!(machine.status()[0].refusal, None);
}

#[test]
fn a_box_that_lost_its_journal_waits_for_what_the_county_knows() {
    let mut world = World::new();
    let airings = ["a", "b", "c", "d"].iter().zip([-300.0, -5.0, 60.0, 120.0]);
    let mut airings: Vec<_> = airings.map(|(name, second)| daily(name, "a", second)).collect();
    // The same broadcast as `a`, which the county knows to have begun.
    let again = daily("a", "a", 600.0);
    let mut later = daily("a", "a", 1600.0);
    later.late = Length::seconds(1);
    airings.extend([again, later]);
    let ended = vec![(airings[0].id.clone(), Some(at(-290.0)))];
    let rundown = world.rundown("a", vec![short(&world)], airings);
    let mut machine = remote(&world);
    assert!(machine.amnesia());
    machine.offer(world.seal(&rundown));
    world.run(&mut machine, at(-200.0));
    assert_eq!(machine.receipts(), []);
    // It starts again before anybody told it: still nothing is known.
    drop(machine);
    let mut machine = remote(&world);
    assert!(machine.amnesia());
    machine.offer(world.seal(&rundown));
    world.run(&mut machine, at(0.0));
    machine.settle(Past { ended, number_next: 42, ..Past::default() });
    world.run(&mut machine, at(100.0));
    assert!(!machine.amnesia());
    let told = |machine: &Machine| -> Vec<_> {
        machine.receipts().iter().map(|r| (r.number, r.airing.broadcast.to_string(), r.outcome)).collect()
    };
    let mut expected =
        vec![(42, "b".to_owned(), Outcome::Missed(Reason::Amnesia)), (43, "c".to_owned(), Outcome::Played)];
    assert_eq!(told(&machine), expected);
    // The second start remembers, and where the numbers go on.
    drop(machine);
    let mut machine = remote(&world);
    assert!(!machine.amnesia());
    machine.offer(world.seal(&rundown));
    world.run(&mut machine, at(1700.0));
    expected.push((44, "d".to_owned(), Outcome::Played));
    // 290 s before the due instant and 600 s after it are less than half an hour apart; 1600 s are more.
    expected.push((45, "a".to_owned(), Outcome::Refused(Reason::TooSoon)));
    expected.push((46, "a".to_owned(), Outcome::Played));
    assert_eq!(told(&machine), expected);
}

#[test]
fn after_a_lost_past_no_rundown_older_than_the_county_knows_of_is_taken() {
    let mut world = World::new();
    let old = world.rundown("a", vec![short(&world)], vec![daily("a", "a", 0.0), daily("b", "a", 30.0)]);
    let newer = world.rundown("a", vec![short(&world)], vec![daily("c", "a", 60.0)]);
    assert!(newer.edge > old.edge);
    let mut machine = remote(&world);
    machine.offer(world.seal(&old));
    world.run(&mut machine, at(-60.0));
    assert_eq!(machine.status()[0].held, old.edge, "nothing is known against it yet");
    let floors = vec![("a".parse().unwrap(), newer.edge), ("b".parse().unwrap(), Edge { epoch: 9, version: 9 })];
    machine.settle(Past { ended: vec![], floors, number_next: 1 });
    world.run(&mut machine, at(-50.0));
    for restart in [false, true] {
        if restart {
            drop(machine);
            machine = remote(&world);
        }
        machine.offer(world.seal(&old));
        world.run(&mut machine, world.clock.now() + TimeDelta::seconds(5));
        let status = machine.status().remove(0);
        assert_eq!((status.held, status.next), (newer.edge, None), "restart: {restart}");
        assert!(status.refusal.unwrap().contains("older than what was accepted before"));
    }
    world.run(&mut machine, at(40.0));
    assert_eq!(machine.receipts(), [], "what it listed sounds no more");
    machine.offer(world.seal(&newer));
    world.run(&mut machine, at(120.0));
    assert_eq!(outcomes(&machine.receipts()), [("c".to_owned(), Outcome::Played)]);
}

#[test]
fn a_sound_check_is_a_tone_of_its_own_that_gives_way_to_everything() {
    let mut world = World::new();
    let rundown = world.rundown("a", vec![short(&world)], vec![daily("a", "a", 300.0)]);
    let mut machine = world.machine(vec![world.wav("a")]);
    machine.offer(world.seal(&rundown));
    world.run(&mut machine, at(0.0));
    let station: crate::base::Id = "a".parse().unwrap();
    let check = |machine: &mut Machine, station: &str, seconds: f64| {
        let answer = machine.sound_check(&station.parse().unwrap());
        let until = world.clock.now() + TimeDelta::milliseconds((seconds * 1000.0) as i64);
        world.run(machine, until);
        (answer.try_recv().unwrap(), machine.status()[0].device.clone())
    };
    assert_eq!(check(&mut machine, "b", 1.0).0, Err(NoCheck::NotHere));
    assert_eq!(check(&mut machine, "a", 1.0), (Ok(()), DeviceState::Open));
    assert_eq!(check(&mut machine, "a", 0.5).0, Err(NoCheck::Busy), "one at a time");
    // It ends by itself, and the device is let go of as after an airing.
    assert_eq!(check(&mut machine, "b", 60.0).1, DeviceState::Closed);
    machine.set_limit(&station, Limit { muted: Some("a funeral".to_owned()), volume_max: 100 }).unwrap();
    assert_eq!(check(&mut machine, "b", 1.0).0, Err(NoCheck::NotHere));
    assert_eq!(check(&mut machine, "a", 1.0).0, Err(NoCheck::Muted));
    machine.set_limit(&station, Limit::default()).unwrap();
    assert_eq!(check(&mut machine, "b", 215.0).0, Err(NoCheck::NotHere));
    // 20 s before an airing there is no room for it, and the airing is as it would have been.
    assert_eq!(check(&mut machine, "a", 12.0).0, Err(NoCheck::Busy));
    assert_eq!(check(&mut machine, "b", 60.0).0, Err(NoCheck::NotHere));
    assert_eq!(outcomes(&machine.receipts()), [("a".to_owned(), Outcome::Played)], "a check leaves no receipt");
}

#[test]
fn acknowledged_receipts_are_to_be_had_again() {
    let mut world = World::new();
    let airings = (0..3).map(|i| daily(["a", "b", "c"][i], "a", i as f64 * 60.0)).collect();
    let rundown = world.rundown("a", vec![short(&world)], airings);
    let mut machine = remote(&world);
    machine.settle(Past { number_next: 1, ..Past::default() });
    machine.offer(world.seal(&rundown));
    world.run(&mut machine, at(200.0));
    machine.acknowledge(2);
    world.run(&mut machine, at(201.0));
    drop(machine);
    let mut machine = remote(&world);
    let numbers = |machine: &mut Machine, after| {
        let first = machine.receipts_after(after);
        let until = world.clock.now() + TimeDelta::seconds(1);
        world.run(machine, until);
        let numbers = |found: Vec<Receipt>| found.iter().map(|receipt| receipt.number).collect::<Vec<_>>();
        (first.map(numbers), machine.receipts_after(after).map(numbers))
    };
    assert_eq!(numbers(&mut machine, 2), (Some(vec![3]), Some(vec![3])));
    assert_eq!(numbers(&mut machine, 3), (Some(vec![]), Some(vec![])));
    // A county that went back asks for what it had acknowledged.
    assert_eq!(numbers(&mut machine, 0), (None, Some(vec![1, 2, 3])));
    assert_eq!(numbers(&mut machine, 1), (Some(vec![2, 3]), Some(vec![2, 3])));
    machine.acknowledge(3);
    assert_eq!(numbers(&mut machine, 3).1, Some(vec![]));
    assert_eq!(numbers(&mut machine, 0), (None, Some(vec![1, 2, 3])), "for sixteen days");
}

#[test]
fn a_new_box_is_settled_with_nothing_and_one_at_the_county_is_not_asked() {
    let mut world = World::new();
    let rundown = world.rundown("a", vec![short(&world)], vec![daily("a", "a", 0.0)]);
    let mut machine = remote(&world);
    machine.settle(Past { number_next: 1, ..Past::default() });
    machine.offer(world.seal(&rundown));
    world.run(&mut machine, at(30.0));
    assert_eq!(outcomes(&machine.receipts()), [("a".to_owned(), Outcome::Played)]);
    let world = World::new();
    assert!(!world.machine(vec![world.wav("a")]).amnesia());
}

#[test]
fn a_person_on_the_spot_mutes_and_bounds() {
    let mut world = World::new();
    let mut airings: Vec<_> = ["a", "b", "c"].iter().zip([0.0, 60.0, 200.0]).map(|(n, s)| daily(n, "a", s)).collect();
    airings.push(airing("flood", "a", 120.0, Class::Emergency, Some(Level::I)));
    airings.sort_by_key(|a| a.at);
    let rundown = world.rundown("a", vec![short(&world)], airings);
    let mut machine = world.machine(vec![world.wav("a")]);
    machine.offer(world.seal(&rundown));
    let [a, other] = ["a", "other"].map(|id| id.parse().unwrap());
    let funeral = Limit { muted: Some("葬礼".to_owned()), volume_max: 30 };
    assert!(machine.set_limit(&other, funeral.clone()).is_err());
    world.run(&mut machine, at(1.0));
    machine.set_limit(&a, funeral).unwrap();
    world.run(&mut machine, at(130.0));
    assert_eq!((machine.status()[0].muted.as_deref(), machine.status()[0].volume_max), (Some("葬礼"), 30));
    // A mute outlives the process.
    drop(machine);
    let mut machine = world.machine(vec![world.wav("a")]);
    machine.offer(world.seal(&rundown));
    world.run(&mut machine, at(150.0));
    assert_eq!(machine.status()[0].muted.as_deref(), Some("葬礼"));
    machine.set_limit(&a, Limit { muted: None, volume_max: 30 }).unwrap();
    world.run(&mut machine, at(230.0));
    let receipts = machine.receipts();
    let expected = [
        ("a", Outcome::Partial(Reason::Muted)),
        ("b", Outcome::Refused(Reason::Muted)),
        ("flood", Outcome::Refused(Reason::Muted)),
        ("c", Outcome::Played),
    ];
    assert_eq!(outcomes(&receipts), expected.map(|(name, outcome)| (name.to_owned(), outcome)));
    assert_eq!(receipts.iter().map(|r| r.volume).collect::<Vec<_>>(), [100, 100, 100, 30]);
    assert_eq!(receipts[2].detail.as_deref(), Some("葬礼"));
    let sound = samples(&world.path("out").join(format!("{}.wav", receipts[3].airing)));
    let peak = sound.iter().fold(0f32, |peak, s| peak.max(s.abs()));
    assert!((0.03..0.05).contains(&peak), "0.4 at 30 % is 0.036, not {peak}");
}

#[test]
fn what_lacks_a_clip_is_told_before_it_is_due() {
    let mut world = World::new();
    let whole = short(&world);
    let lacking =
        Programme { parts: vec![Part { clip: Digest::of(b"elsewhere"), ..whole.parts[0].clone() }], ..whole.clone() };
    let mut airings = vec![daily("a", "a", 0.0), daily("b", "a", 60.0), daily("c", "a", 90_000.0)];
    airings[1].programme = 1;
    airings[2].programme = 1;
    let late = airings[1].id.clone();
    let mut rundown = world.rundown("a", vec![whole.clone(), lacking], airings);
    let clip = whole.parts[0].clip;
    let bytes = std::fs::metadata(world.store.path(&clip)).unwrap().len();
    rundown.keep = vec![crate::rundown::document::Keep { clip, bytes }];
    let mut machine = world.machine(vec![world.wav("a")]);
    machine.offer(world.seal(&rundown));
    world.run(&mut machine, at(-100.0));
    let day = Duration::from_secs(86_400);
    assert_eq!(machine.unready(day), std::slice::from_ref(&late));
    std::fs::write(world.store.path(&clip), b"half").unwrap();
    assert_eq!(machine.unready(day), [rundown.airings[0].id.clone(), late]);
    assert_eq!(machine.unready(2 * day).len(), 3);
}

#[test]
fn of_two_rundowns_that_come_at_once_the_older_is_refused_whatever_their_order() {
    let mut world = World::new();
    let programme = short(&world);
    let older = world.rundown("a", vec![programme.clone()], vec![daily("a", "a", 0.0)]);
    let newer = world.rundown("a", vec![programme], vec![daily("b", "a", 0.0)]);
    let mut machine = world.machine(vec![world.wav("a")]);
    machine.offer(world.seal(&newer));
    machine.offer(world.seal(&older));
    world.run(&mut machine, at(30.0));
    assert_eq!(machine.status()[0].held, newer.edge);
    assert_eq!(outcomes(&machine.receipts()), [("b".to_owned(), Outcome::Played)]);
}

#[test]
fn late_in_a_fortnight_without_a_line_nothing_ends_a_second_time() {
    let mut world = World::new();
    let rundown = world.rundown("a", vec![short(&world)], vec![daily("a", "a", 0.0), daily("b", "a", 432_000.0)]);
    let mut machine = world.machine(vec![world.wav("a")]);
    machine.offer(world.seal(&rundown));
    world.run(&mut machine, at(60.0));
    // The county has it; then the line is cut, and the box starts again after five days.
    machine.acknowledge(1);
    world.run(&mut machine, at(90.0));
    drop(machine);
    world.clock.advance_to(at(431_900.0));
    let mut machine = world.machine(vec![world.wav("a")]);
    machine.offer(world.seal(&rundown));
    world.run(&mut machine, at(432_060.0));
    assert_eq!(outcomes(&machine.receipts()), [("b".to_owned(), Outcome::Played)]);
}
