//! Station-years in seconds: the station's state machine against a county, a disk, a device, a clock and a line that all
//! fail, everything decided by one seed. No thread, file, socket or wall clock; time jumps from one happening to the next.
//!
//! `SIMULATION_SEED=N cargo test --test simulation` runs that seed alone.

mod county;
#[path = "../dice/mod.rs"]
mod dice;
mod village;

use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicU64, Ordering};

use dice::Dice;
use village::{Mutation, Village};

/// Stations of one seed; they share the county's seed and nothing else.
const STATIONS: u64 = 50;
/// Days that each of them lives through.
const DAYS: i64 = 31;
/// Seeds of one run: 50 stations x 31 days each, 4.2 station-years.
const SEEDS: u64 = 50;
/// Seeds that once broke a promise, with what it was.
const PAST: &[(u64, &str)] = &[];

/// Runs all stations of a seed; what broke, if anything did.
fn seed(seed: u64, mutation: Mutation) -> Result<village::Tally, String> {
    let mut tally = village::Tally::default();
    for station in 0..STATIONS {
        let lived = std::panic::catch_unwind(AssertUnwindSafe(|| Village::new(seed, station, mutation).live(DAYS)));
        match lived {
            Ok(Ok(lived)) => tally.add(&lived),
            Ok(Err(broken)) => return Err(format!("seed {seed}, station {station}: {broken}")),
            Err(panic) => {
                let said =
                    panic.downcast_ref::<String>().cloned().or(panic.downcast_ref::<&str>().map(|s| (*s).to_owned()));
                return Err(format!("seed {seed}, station {station} panics: {}", said.unwrap_or_default()));
            }
        }
    }
    Ok(tally)
}

/// Runs seeds on all processors, until `enough` of them broke.
fn run(seeds: &[u64], mutation: Mutation, enough: usize) -> (village::Tally, Vec<String>) {
    let (next, found) = (AtomicU64::new(0), AtomicU64::new(0));
    let work = || {
        let (mut tally, mut broken) = (village::Tally::default(), vec![]);
        while found.load(Ordering::Relaxed) < enough as u64
            && let Some(number) = seeds.get(next.fetch_add(1, Ordering::Relaxed) as usize)
        {
            match seed(*number, mutation) {
                Ok(lived) => tally.add(&lived),
                Err(why) => {
                    found.fetch_add(1, Ordering::Relaxed);
                    broken.push(why);
                }
            }
        }
        (tally, broken)
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let mut all = (village::Tally::default(), vec![]);
        for worker in workers {
            let (tally, broken) = worker.join().expect("what panics is caught inside");
            all.0.add(&tally);
            all.1.extend(broken);
        }
        all.1.sort();
        all
    })
}

#[test]
fn two_hundred_station_years_keep_every_promise() {
    let asked = std::env::var("SIMULATION_SEED").ok().and_then(|seed| seed.parse().ok());
    let seeds: Vec<u64> = match asked {
        Some(seed) => vec![seed],
        None => (1..=SEEDS).chain(PAST.iter().map(|(seed, _)| *seed)).collect(),
    };
    let (tally, broken) = run(&seeds, Mutation::None, seeds.len());
    println!("{tally:?}");
    assert!(broken.is_empty(), "{} of {} seeds broke:\n{}", broken.len(), seeds.len(), broken.join("\n\n"));
    if asked.is_none() {
        assert!(tally.days >= 200 * 365, "{tally:?}");
        // Everything that is meant to happen does.
        for (what, count) in tally.counts() {
            assert!(count > 20, "{what} hardly happens: {tally:?}");
        }
    }
}

#[test]
fn a_journal_that_forgets_is_found_out() {
    let check = |mutation, promise: &str| {
        let (_, broken) = run(&(1..=SEEDS).collect::<Vec<_>>(), mutation, 1);
        assert!(broken.iter().any(|why| why.contains(promise)), "{mutation:?} is not found out: {broken:?}");
    };
    check(Mutation::ForgetsClaims, "I1");
    check(Mutation::ForgetsEdges, "I5");
    check(Mutation::ForgetsItsPast, "I1");
    check(Mutation::ArmsUnclaimed, "I2");
}
