//! What a service calls media that it already has: a clip or card that goes to a hundred groups is uploaded once.
//!
//! Kept in memory alone: a name that is lost costs one upload. Nobody waits for an upload of another call, so the first
//! calls of a notice, which leave together, upload it each.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::TimeDelta;

use crate::base::{Digest, Timestamp};

/// The media of some days of notices.
const KEPT_MAX: usize = 256;

/// By what they were uploaded with, and their bytes.
#[derive(Default)]
pub(super) struct Uploaded {
    known: Mutex<VecDeque<Known>>,
}

struct Known {
    /// A name is of use to the robot alone that uploaded it.
    robot: String,
    digest: Digest,
    name: String,
    until: Timestamp,
}

impl Uploaded {
    /// The name of media with this digest.
    pub fn find(&self, robot: &str, digest: &Digest, now: Timestamp) -> Option<String> {
        let known = self.lock();
        let found = known.iter().find(|known| known.robot == robot && known.digest == *digest && now < known.until);
        found.map(|known| known.name.clone())
    }

    /// The service has it under this name, for so long at the least.
    pub fn keep(&self, robot: &str, digest: Digest, name: String, until: Timestamp) {
        self.forget(robot, &digest);
        let mut known = self.lock();
        if known.len() == KEPT_MAX {
            known.pop_front();
        }
        known.push_back(Known { robot: robot.to_owned(), digest, name, until });
    }

    /// The service has it no more.
    pub fn forget(&self, robot: &str, digest: &Digest) {
        self.lock().retain(|known| known.robot != robot || known.digest != *digest);
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Without end: a service that forgets a name says so.
pub(super) fn for_good(now: Timestamp) -> Timestamp {
    now + TimeDelta::days(36_500)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_of_one_robot_and_has_its_time() {
        let at = |s: i64| Timestamp::from_timestamp(1_795_000_000 + s, 0).unwrap();
        let uploaded = Uploaded::default();
        let digest = Digest::of(b"OggS");
        uploaded.keep("a", digest, "first".into(), at(10));
        uploaded.keep("a", digest, "second".into(), at(10));
        assert_eq!(uploaded.find("a", &digest, at(9)), Some("second".into()));
        assert_eq!(uploaded.find("a", &digest, at(10)), None);
        assert_eq!(uploaded.find("b", &digest, at(9)), None);
        uploaded.forget("b", &digest);
        assert!(uploaded.find("a", &digest, at(9)).is_some());
        uploaded.forget("a", &digest);
        assert_eq!(uploaded.find("a", &digest, at(9)), None);
        for i in 0..KEPT_MAX + 3 {
            uploaded.keep("a", Digest::of(&i.to_be_bytes()), i.to_string(), for_good(at(0)));
        }
        assert_eq!(uploaded.lock().len(), KEPT_MAX);
        assert_eq!(uploaded.find("a", &Digest::of(&2usize.to_be_bytes()), at(0)), None);
        assert_eq!(uploaded.find("a", &Digest::of(&3usize.to_be_bytes()), at(0)), Some("3".into()));
    }
}
