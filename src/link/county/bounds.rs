//! How often may be asked: token buckets on the monotonic clock.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use crate::base::network;

/// Attempts to enrol in a minute, over all: a county lets boxes in one at a time. Guessing a code of 100 bits at this
/// pace takes longer than the sun lasts.
pub const ENROL_PER_MINUTE: u32 = 30;
/// Of these, from one address.
pub const ENROL_PER_MINUTE_OF_ONE: u32 = 6;
/// Times told in a second: 2,000 boxes that all come back at once are served in four, and each answer costs a signature.
pub const TIMES_PER_SECOND: u32 = 500;
/// Of these, from one address: a carrier may put all villages of a valley behind one.
pub const TIMES_PER_SECOND_OF_ONE: u32 = 100;
/// Requests of one box in a second, after a first burst: 64 stations that poll, and clips in pieces on a fast line.
pub const REQUESTS_PER_SECOND: u32 = 50;
/// The burst: all stations of a box poll, then fetch.
pub const REQUESTS_BURST: u32 = 400;
/// Addresses remembered of those who enrol; the oldest go. More than try within a minute below [`ENROL_PER_MINUTE`].
const ENROLLING_MAX: usize = 64;
/// And of those who ask for the time: more than may within a second.
const ASKING_TIME_MAX: usize = 1024;

/// Fills at a steady pace up to its size; each question takes one.
#[derive(Debug, Clone)]
pub struct Bucket {
    size: f64,
    per_second: f64,
    left: f64,
    at: Duration,
}

impl Bucket {
    /// Full at the beginning.
    pub fn new(size: u32, per_second: f64, now: Duration) -> Bucket {
        Bucket { size: f64::from(size), per_second, left: f64::from(size), at: now }
    }

    /// `count` in a minute.
    pub fn per_minute(count: u32, now: Duration) -> Bucket {
        Bucket::new(count, f64::from(count) / 60.0, now)
    }

    /// False when it is empty.
    pub fn take(&mut self, now: Duration) -> bool {
        let passed = now.saturating_sub(self.at).as_secs_f64();
        self.left = (self.left + passed * self.per_second).min(self.size);
        self.at = now;
        let fits = self.left >= 1.0;
        if fits {
            self.left -= 1.0;
        }
        fits
    }
}

/// Questions of strangers: how often all of them, and how often each address.
#[derive(Debug)]
pub struct Shares {
    all: Bucket,
    /// What each address begins with.
    of_one: Bucket,
    addresses_max: usize,
    by_address: BTreeMap<IpAddr, Bucket>,
}

impl Shares {
    pub fn enrolling(now: Duration) -> Shares {
        let (all, of_one) = (ENROL_PER_MINUTE, ENROL_PER_MINUTE_OF_ONE);
        Shares::new(Bucket::per_minute(all, now), Bucket::per_minute(of_one, now), ENROLLING_MAX)
    }

    pub fn asking_time(now: Duration) -> Shares {
        let per_second = |count| Bucket::new(count, f64::from(count), now);
        Shares::new(per_second(TIMES_PER_SECOND), per_second(TIMES_PER_SECOND_OF_ONE), ASKING_TIME_MAX)
    }

    fn new(all: Bucket, of_one: Bucket, addresses_max: usize) -> Shares {
        Shares { all, of_one, addresses_max, by_address: BTreeMap::new() }
    }

    /// False when this address, or all together, asked too often. The address is none behind a proxy: all come from there.
    pub fn take(&mut self, address: Option<IpAddr>, now: Duration) -> bool {
        if let Some(address) = address.map(network) {
            if self.by_address.len() >= self.addresses_max && !self.by_address.contains_key(&address) {
                let oldest = self.by_address.iter().min_by_key(|(_, bucket)| bucket.at).map(|(address, _)| *address);
                if let Some(oldest) = oldest {
                    self.by_address.remove(&oldest);
                }
            }
            let new = || Bucket { at: now, ..self.of_one.clone() };
            // One who tries too often takes nothing from the others.
            if !self.by_address.entry(address).or_insert_with(new).take(now) {
                return false;
            }
        }
        self.all.take(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_runs_empty_and_fills_again() {
        let at = Duration::from_secs;
        let mut bucket = Bucket::per_minute(6, at(0));
        let taken = (0..10).filter(|_| bucket.take(at(0))).count();
        assert_eq!(taken, 6);
        assert!(!bucket.take(at(9)) && bucket.take(at(20)));
        let taken = (0..10).filter(|_| bucket.take(at(10_000))).count();
        assert_eq!(taken, 6, "it holds no more than its size");
    }

    #[test]
    fn one_address_does_not_keep_the_others_out() {
        let at = Duration::from_secs(1);
        let mut attempts = Shares::enrolling(at);
        let address = |n: u8| Some(IpAddr::from([10, 0, 0, n]));
        let mut taken = |address, count: u32| (0..count).filter(|_| attempts.take(address, at)).count() as u32;
        assert_eq!(taken(address(1), 1000), ENROL_PER_MINUTE_OF_ONE);
        assert_eq!(taken(address(2), 3), 3);
        let left = ENROL_PER_MINUTE - ENROL_PER_MINUTE_OF_ONE - 3;
        assert_eq!(taken(None, 1000), left, "over all there is an end, too");
        assert_eq!(taken(address(3), 1), 0);
    }

    #[test]
    fn the_time_is_shared_by_networks() {
        let mut at = Duration::from_secs(1);
        let mut times = Shares::asking_time(at);
        let mut taken = |address: &str, at, count: u32| {
            let address = Some(address.parse().unwrap());
            (0..count).filter(|_| times.take(address, at)).count() as u32
        };
        assert_eq!(taken("2001:db8:0:7::1", at, 60), 60);
        // The same network under other addresses, and an IPv4 address as IPv6 writes it.
        assert_eq!(taken("2001:db8:0:7:ffff::2", at, 1000), TIMES_PER_SECOND_OF_ONE - 60);
        assert_eq!(taken("2001:db8:0:8::1", at, 1000), TIMES_PER_SECOND_OF_ONE);
        assert_eq!(taken("10.0.0.1", at, 1000), TIMES_PER_SECOND_OF_ONE);
        assert_eq!(taken("::ffff:10.0.0.1", at, 1000), 0);
        at += Duration::from_secs(1);
        assert_eq!(taken("10.0.0.1", at, 1000), TIMES_PER_SECOND_OF_ONE);
    }

    #[test]
    fn no_more_addresses_are_remembered_than_the_bound() {
        let mut times = Shares::asking_time(Duration::ZERO);
        for n in 0..5_000_u32 {
            times.take(Some(IpAddr::from(n.to_be_bytes())), Duration::from_millis(u64::from(n) * 10));
            assert!(times.by_address.len() <= ASKING_TIME_MAX);
        }
    }
}
