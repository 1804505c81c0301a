//! Thousands of airings that are due together.

use super::*;

/// Sets the clock forward by 30 s when `stall` says so; every airing must end once, `as expected`, claimed together.
#[track_caller]
fn check_many(count: usize, late_s: u64, stall: Option<f64>, expected: Outcome, commits: u64) {
    let mut world = World::new();
    let part = world.part(Some("wear-mask"), Some("bo"), 330.0, 4_800);
    let programme = Programme { parts: vec![part], chime: None, repeat: 1, ..world.programme() };
    let stations: Vec<String> = (0..count).map(|i| format!("s{i}")).collect();
    let mut machine = world.machine(stations.iter().map(|s| loudspeaker(s, sink::Options::Null)).collect());
    for station in &stations {
        let due = Airing { late: Length::seconds(late_s), ..daily("masks", station, 0.0) };
        let rundown = world.rundown(station, vec![programme.clone()], vec![due]);
        machine.offer(world.seal(&rundown));
    }
    // All are known before the first is due.
    world.run(&mut machine, at(-10.0));
    assert!(machine.status().iter().all(|s| s.held.version > 0));
    let before = machine.commits();
    match stall {
        Some(second) => {
            world.run(&mut machine, at(second));
            world.clock.advance(Duration::from_secs(30));
            machine.turn();
            // The claims and the first sample, if there is to be one.
            assert_eq!(machine.commits().0 - before.0, commits, "commits");
        }
        None => {
            world.run(&mut machine, at(0.0));
            assert_eq!(machine.commits().0 - before.0, commits, "commits");
        }
    }
    let mut ended = std::collections::HashMap::new();
    for _ in 0..=count.div_ceil(1000) {
        world.run(&mut machine, world.clock.now() + TimeDelta::seconds(30));
        let receipts = machine.receipts();
        for receipt in &receipts {
            *ended.entry(receipt.airing.clone()).or_insert(0) += 1;
            assert_eq!(receipt.outcome, expected, "{receipt:?}");
            let audible = matches!(expected, Outcome::Played);
            assert_eq!((receipt.started.is_some(), receipt.frames), (audible, if audible { 4_800 } else { 0 }));
            if stall.is_none() {
                assert_eq!(receipt.started, Some(at(0.0)));
            }
        }
        if let Some(last) = receipts.last() {
            machine.acknowledge(last.number);
        }
    }
    assert_eq!(ended.len(), count);
    assert!(ended.values().all(|times| *times == 1));
}

#[test]
fn two_thousand_due_together_begin_together_in_one_commit() {
    check_many(2_000, 60, None, Outcome::Played, 1);
}

#[test]
fn after_a_stall_each_airs_once_inside_its_window_and_is_missed_once_beyond_it() {
    // Before anything was prepared: prepared, claimed and begun at once.
    check_many(2_000, 60, Some(-5.5), Outcome::Played, 1);
    // Claimed and armed already.
    check_many(300, 60, Some(-0.5), Outcome::Played, 1);
    check_many(2_000, 10, Some(-5.5), Outcome::Missed(Reason::Down), 1);
    check_many(300, 10, Some(-0.5), Outcome::Missed(Reason::Down), 2);
}
