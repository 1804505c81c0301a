//! Whether one key speaks with two voices: each start of a box's program names itself anew in its status, and a start that
//! is heard again after another one was is a second box with a copy of the first one's disk.

use std::time::Duration;

/// Starts remembered: of a handful of copies, all show.
const RUNS_MAX: usize = 8;
/// A status that was long on its way may come after the next start's first one. Twice within an hour it does not.
const RETURNS_MIN: usize = 2;
/// Returns count for so long; with a status a minute from each, two boxes are noticed within five minutes.
pub const WITHIN: Duration = Duration::from_secs(3600);
/// A start's name is no longer than this; the box's own are 32.
const NAME_CHARS_MAX: usize = 64;

/// The starts that were heard under one key.
#[derive(Debug, Clone, Default)]
pub struct Runs {
    /// The newest last.
    heard: Vec<String>,
    /// When one came back, on the monotonic clock.
    returns: Vec<Duration>,
}

impl Runs {
    /// A status came from this start.
    pub fn hear(&mut self, run: &str, now: Duration) {
        // A box of an older version names none.
        if run.is_empty() || run.len() > NAME_CHARS_MAX || self.heard.last().is_some_and(|last| last == run) {
            return;
        }
        if let Some(at) = self.heard.iter().position(|known| known == run) {
            self.heard.remove(at);
            self.returns.retain(|at| now.saturating_sub(*at) < WITHIN);
            self.returns.push(now);
            if self.returns.len() > RETURNS_MIN {
                self.returns.remove(0);
            }
        } else if self.heard.len() == RUNS_MAX {
            self.heard.remove(0);
        }
        self.heard.push(run.to_owned());
    }

    /// Two boxes speak under this key.
    pub fn are_two(&self, now: Duration) -> bool {
        self.returns.iter().filter(|at| now.saturating_sub(**at) < WITHIN).count() >= RETURNS_MIN
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_starts_that_take_turns_are_two_boxes() {
        for (heard, two) in [
            ("a a a a", false),
            // Restarts, however many; and one late answer of the start before.
            ("a b c d e f g h i j k", false),
            ("a b a b", true),
            ("a a b a b b", true),
            ("a b c a b", true),
            ("a b a", false),
            ("- - a - a -", false),
        ] {
            let mut runs = Runs::default();
            let mut now = Duration::ZERO;
            for run in heard.split(' ') {
                now += Duration::from_secs(60);
                runs.hear(run.trim_start_matches('-'), now);
            }
            assert_eq!(runs.are_two(now), two, "{heard}");
            assert!(!runs.are_two(now + WITHIN), "it is over once only one is heard: {heard}");
        }
        let mut runs = Runs::default();
        for (minutes, run) in [(0, "a"), (1, "b"), (2, "a"), (70, "b")] {
            runs.hear(run, Duration::from_secs(60 * minutes));
        }
        assert!(!runs.are_two(Duration::from_secs(60 * 70)), "too far apart");
        for n in 0..1000 {
            runs.hear(&n.to_string(), Duration::from_secs(5000));
        }
        assert!(runs.heard.len() <= RUNS_MAX && runs.returns.len() <= RETURNS_MIN);
    }
}
