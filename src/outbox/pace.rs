//! How many calls are on their way at once: more while the line carries them well, few when it does not.

use super::channel::Answer;

/// On any line: a slow upload holds up few others, and an emergency finds room.
pub(super) const IN_FLIGHT_MIN: usize = 8;
/// On the best: beyond this a commit holds more than one wait for the disk is worth.
pub(super) const IN_FLIGHT_MAX: usize = 96;
/// Voice notes and pictures on their way at once: a quarter of a megabyte each, on a line of a village office.
pub(super) const HEAVY_MAX: usize = 6;

/// Grows by one with each call that arrived, halves with each whose line failed.
#[derive(Debug)]
pub(super) struct Pace(usize);

impl Default for Pace {
    fn default() -> Pace {
        Pace(IN_FLIGHT_MIN)
    }
}

impl Pace {
    pub fn in_flight_max(&self) -> usize {
        self.0
    }

    /// Of these, ordinary calls take no more than this.
    pub fn ordinary_max(&self) -> usize {
        self.0 * 3 / 4
    }

    pub fn learn(&mut self, answer: &Answer) {
        match answer {
            Answer::Sent { .. } | Answer::Handed { .. } => self.0 = (self.0 + 1).min(IN_FLIGHT_MAX),
            // A service that asks to wait is no line that fails.
            Answer::Unknown { .. } | Answer::Retry { after: None, .. } | Answer::Doubtful { after: None, .. } => {
                self.0 = (self.0 / 2).max(IN_FLIGHT_MIN);
            }
            Answer::Retry { .. } | Answer::Doubtful { .. } | Answer::Moved { .. } | Answer::Refused { .. } => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_good_line_carries_more_and_a_bad_one_less() {
        let mut pace = Pace::default();
        assert_eq!((pace.in_flight_max(), pace.ordinary_max()), (8, 6));
        (0..1000).for_each(|_| pace.learn(&Answer::Sent { ids: vec![] }));
        assert_eq!((pace.in_flight_max(), pace.ordinary_max()), (96, 72));
        let lost = Answer::Unknown { code: "timeout".into(), detail: String::new() };
        let sizes: Vec<usize> = (0..5)
            .map(|_| {
                pace.learn(&lost);
                pace.in_flight_max()
            })
            .collect();
        assert_eq!(sizes, [48, 24, 12, 8, 8]);
    }
}
