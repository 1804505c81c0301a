//! How often somebody may be wrong. Counted for a name and for an address, in memory: whoever is locked out waits, for
//! longer each time, and a quarter of an hour at most.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::base::Digest;

/// So many wrong tries are free for a name ...
pub const OF_A_NAME: u32 = 5;
/// ... and for an address, behind which a whole office may sit.
pub const OF_AN_ADDRESS: u32 = 20;
/// The first wait; each further wrong try doubles it.
pub const WAIT_FIRST: Duration = Duration::from_secs(30);
/// The longest wait: a person who was locked out by somebody else comes in again before the next airing.
pub const WAIT_MAX: Duration = Duration::from_secs(15 * 60);
/// Wrong tries that lie back so far count no more.
const FORGOTTEN: Duration = Duration::from_secs(24 * 3600);
/// Names and addresses that are remembered; beyond, the one with the fewest wrong tries is forgotten.
pub const KEPT_MAX: usize = 4096;

/// Wrong tries, by what they are counted for.
#[derive(Debug)]
pub struct Tries {
    free: u32,
    wrong: BTreeMap<Digest, Wrong>,
}

#[derive(Debug, Clone, Copy)]
struct Wrong {
    count: u32,
    last: Duration,
}

impl Tries {
    /// With so many free.
    pub fn new(free: u32) -> Tries {
        Tries { free, wrong: BTreeMap::new() }
    }

    /// How long `of` is to wait, at this monotonic time; none when they may try.
    pub fn wait(&self, of: &str, now: Duration) -> Option<Duration> {
        let wrong = self.wrong.get(&key(of))?;
        let until = wrong.last + locked(wrong.count, self.free)?;
        until.checked_sub(now).filter(|left| !left.is_zero())
    }

    /// A wrong try. True when a wait begins with it.
    pub fn wrong(&mut self, of: &str, now: Duration) -> bool {
        let key = key(of);
        if self.wrong.len() >= KEPT_MAX && !self.wrong.contains_key(&key) {
            self.wrong.retain(|_, wrong| now.saturating_sub(wrong.last) < FORGOTTEN);
            let least = self.wrong.iter().min_by_key(|(_, wrong)| (wrong.count, wrong.last)).map(|(key, _)| *key);
            if let Some(least) = least.filter(|_| self.wrong.len() >= KEPT_MAX) {
                self.wrong.remove(&least);
            }
        }
        let wrong = self.wrong.entry(key).or_insert(Wrong { count: 0, last: now });
        if now.saturating_sub(wrong.last) >= FORGOTTEN {
            wrong.count = 0;
        }
        wrong.count = wrong.count.saturating_add(1);
        wrong.last = now;
        locked(wrong.count, self.free).is_some()
    }

    /// It was right: what was wrong before is forgotten.
    pub fn right(&mut self, of: &str) {
        self.wrong.remove(&key(of));
    }

    /// How many names or addresses are remembered.
    pub fn len(&self) -> usize {
        self.wrong.len()
    }

    pub fn is_empty(&self) -> bool {
        self.wrong.is_empty()
    }
}

/// Names are as long as somebody likes to send them.
fn key(of: &str) -> Digest {
    Digest::of(of.as_bytes())
}

fn locked(count: u32, free: u32) -> Option<Duration> {
    let beyond = count.checked_sub(free)?;
    Some(WAIT_FIRST.saturating_mul(2u32.saturating_pow(beyond)).min(WAIT_MAX))
}
