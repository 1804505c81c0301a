//! What holds whatever clock, power, disk and device do.

use std::collections::{BTreeMap, HashSet};

use proptest::prelude::*;

use super::*;

#[derive(Debug, Clone)]
enum Op {
    Run(i64),
    Step(i64),
    Sleep(i64),
    DieAfter(usize),
    BreakDevice,
    MendDevice,
    BreakDisk,
    MendDisk,
    /// A new rundown without those whose number has a bit here.
    Relist(u16),
}

fn ops() -> impl Strategy<Value = Op> {
    prop_oneof![
        8 => (1_000..1_800_000i64).prop_map(Op::Run),
        2 => (-5_400_000..5_400_000i64).prop_map(Op::Step),
        1 => Just(Op::Step(-55 * 365 * 86_400_000)),
        1 => Just(Op::Step(55 * 365 * 86_400_000)),
        1 => (1_000..3_600_000i64).prop_map(Op::Sleep),
        4 => (0..12usize).prop_map(Op::DieAfter),
        1 => Just(Op::BreakDevice),
        2 => Just(Op::MendDevice),
        1 => Just(Op::BreakDisk),
        2 => Just(Op::MendDisk),
        2 => any::<u16>().prop_map(Op::Relist),
    ]
}

fn airings() -> impl Strategy<Value = Vec<Airing>> {
    let one = (0..4usize, 0..480i64, 0..6u8, 1..900u64, proptest::option::of(1..900i64));
    proptest::collection::vec(one, 1..14).prop_map(|specs| {
        let mut listed = BTreeMap::new();
        for (name, half_minute, kind, late_s, expires_s) in specs {
            let due = at(half_minute * 30_000);
            let (class, level) = match kind {
                0..3 => (Class::Daily, None),
                3 => (Class::Drill, Some(Level::II)),
                4 => (Class::Emergency, Some(Level::I)),
                _ => (Class::Emergency, Some(Level::III)),
            };
            let mut airing = airing(&format!("n{name}-{}", kind.min(3)), due, class, level, late_s);
            airing.expires = expires_s.filter(|_| kind > 3).map(|s| due + TimeDelta::seconds(s));
            listed.insert(airing.id.clone(), airing);
        }
        listed.into_values().collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_promises_hold_whatever_the_clock_and_the_power_do(
        listed in airings(),
        ops in proptest::collection::vec(ops(), 0..24),
    ) {
        let mut stage = Stage::new(at(-60_000));
        let mut version = 1;
        let mut still = listed.clone();
        stage.offer(rundown(version, still.clone()));
        for op in &ops {
            match op {
                Op::Run(ms) => stage.run(*ms),
                Op::Step(ms) => stage.wall_ms = (stage.wall_ms + ms).clamp(0, at(100 * 86_400_000).timestamp_millis()),
                Op::Sleep(ms) => stage.monotonic_ms += ms,
                Op::DieAfter(effects) => stage.dies_after = Some(*effects),
                Op::BreakDevice => stage.break_device(),
                Op::MendDevice => stage.device_works = true,
                Op::BreakDisk => stage.disk_works = false,
                Op::MendDisk => stage.disk_works = true,
                Op::Relist(gone) => {
                    version += 1;
                    let now = stage.now();
                    let mut i = 0;
                    // As the county does: only what is still to come is taken out.
                    still.retain(|a| { i += 1; a.at <= now || gone >> (i % 16) & 1 == 0 });
                    stage.offer(rundown(version, still.clone()));
                }
            }
        }
        // The clock is set right, everything works, the day goes by.
        (stage.device_works, stage.disk_works, stage.dies_after) = (true, true, None);
        stage.wall_ms = (at(-60_000).timestamp_millis()).max(stage.wall_ms.min(at(0).timestamp_millis()));
        stage.run(2_000);
        let rest = at(6 * 3_600_000) - stage.now();
        stage.run(rest.num_milliseconds().max(0) + 60_000);

        prop_assert!(stage.faults.is_empty(), "{:?}\n{}", stage.faults, stage.log.join("\n"));
        let mut claimed = HashSet::new();
        for claim in &stage.memory.claims {
            prop_assert!(claimed.insert(&claim.airing), "{} is claimed twice\n{}", claim.airing, stage.log.join("\n"));
        }
        let mut ended = HashSet::new();
        for (id, _) in &stage.outcomes {
            prop_assert!(ended.insert(id), "{id} ends twice\n{}", stage.log.join("\n"));
        }
        for airing in &still {
            prop_assert!(ended.contains(&airing.id), "{} has no outcome\n{}", airing.id, stage.log.join("\n"));
        }
        for claim in &claimed {
            prop_assert!(ended.contains(claim), "{claim} is claimed and has no outcome");
        }
        let mut starts: BTreeMap<Id, Vec<Timestamp>> = BTreeMap::new();
        for claim in stage.memory.claims.iter().filter(|claim| claim.daily) {
            starts.entry(claim.airing.broadcast.clone()).or_default().push(claim.start);
        }
        for (broadcast, mut starts) in starts {
            starts.sort();
            for pair in starts.windows(2) {
                prop_assert!(pair[1] - pair[0] >= TimeDelta::minutes(30), "{broadcast} at {pair:?}");
            }
            let mut days: BTreeMap<_, usize> = BTreeMap::new();
            for start in &starts {
                *days.entry(start.with_timezone(&chrono_tz::Asia::Shanghai).date_naive()).or_default() += 1;
            }
            prop_assert!(days.values().all(|count| *count <= 2), "{broadcast}: {days:?}");
        }
    }
}
