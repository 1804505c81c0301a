//! How long to wait after a failure: from a second to five minutes, with full jitter, so that a thousand boxes that lost
//! their county together do not come back together.

use std::time::Duration;

/// The first wait is no longer than this.
const FIRST: Duration = Duration::from_secs(1);
/// No wait is longer than this: a line that comes back is noticed within it.
pub const WAIT_MAX: Duration = Duration::from_secs(300);
/// No wait is shorter than this, whatever the dice say: a box must not spin on a dead line.
const WAIT_MIN: Duration = Duration::from_millis(200);

/// Counts failures in a row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Backoff {
    failed_count: u32,
}

impl Backoff {
    /// One more failure; `dice` is between 0 and 1. Says how long to wait.
    pub fn failed(&mut self, dice: f64) -> Duration {
        let most = FIRST.saturating_mul(1 << self.failed_count.min(16)).min(WAIT_MAX);
        self.failed_count = self.failed_count.saturating_add(1);
        most.mul_f64(dice.clamp(0.0, 1.0)).max(WAIT_MIN)
    }

    pub fn succeeded(&mut self) {
        self.failed_count = 0;
    }

    /// Failures since the last success.
    pub fn failed_count(&self) -> u32 {
        self.failed_count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_five_minutes_and_begin_anew_after_a_success() {
        let mut backoff = Backoff::default();
        let waits: Vec<u64> = (0..12).map(|_| backoff.failed(1.0).as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]);
        assert_eq!(backoff.failed(0.5), Duration::from_secs(150));
        assert_eq!(backoff.failed(0.0), WAIT_MIN);
        backoff.succeeded();
        assert_eq!((backoff.failed_count(), backoff.failed(0.5)), (0, Duration::from_millis(500)));
    }
}
