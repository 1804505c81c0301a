//! What people on the spot set, in a small file of its own: a lost journal must not undo a mute.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use super::player::Limit;
use crate::base::{Id, durable};

/// In the journal's folder.
const NAME: &str = "limits.json";

/// Why a limit was not set.
#[derive(Debug, thiserror::Error)]
pub enum LimitFault {
    #[error("no loudspeaker of station {0} is attached to this machine")]
    NotHere(Id),
    #[error("a volume is 0 to 100, not {0}")]
    Volume(u8),
    #[error("{path} cannot be written: {}; nothing is changed", durable::told(source))]
    Io { path: PathBuf, source: io::Error },
}

/// The limits of this machine's loudspeakers, by station; who has none is not in it.
#[derive(Debug, Default)]
pub(super) struct Limits {
    path: PathBuf,
    by_station: BTreeMap<Id, Limit>,
}

impl Limits {
    /// Reads what is kept beside the journal in `folder`. The second value says what is wrong with the file, if anything is.
    pub fn open(folder: &Path) -> (Limits, Option<String>) {
        let path = folder.join(NAME);
        let (by_station, fault) = match std::fs::read(&path) {
            Ok(bytes) => match serde_json::from_slice(&bytes) {
                Ok(limits) => (limits, None),
                Err(e) => (BTreeMap::new(), Some(format!("{}: {e}; set mute and volume again", path.display()))),
            },
            Err(e) if e.kind() == io::ErrorKind::NotFound => (BTreeMap::new(), None),
            Err(e) => (BTreeMap::new(), Some(format!("{}: {e}; set mute and volume again", path.display()))),
        };
        (Limits { path, by_station }, fault)
    }

    pub fn of(&self, station: &Id) -> Limit {
        self.by_station.get(station).cloned().unwrap_or_default()
    }

    /// Durable when this returns.
    pub fn set(&mut self, station: &Id, limit: Limit) -> Result<(), LimitFault> {
        if limit.volume_max > 100 {
            return Err(LimitFault::Volume(limit.volume_max));
        }
        let mut changed = self.by_station.clone();
        changed.insert(station.clone(), limit);
        let text = serde_json::to_vec_pretty(&changed).expect("plain data is always written");
        durable::write(&self.path, &text, 0o600)
            .map_err(|source| LimitFault::Io { path: self.path.clone(), source })?;
        self.by_station = changed;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_outlives_the_process() {
        let folder = tempfile::tempdir().unwrap();
        let [a, b]: [Id; 2] = ["a", "b"].map(|id| id.parse().unwrap());
        let limit = Limit { muted: Some("葬礼".into()), volume_max: 60 };
        let (mut limits, fault) = Limits::open(folder.path());
        assert_eq!((limits.of(&a), fault), (Limit::default(), None));
        limits.set(&a, limit.clone()).unwrap();
        assert!(limits.set(&a, Limit { volume_max: 101, ..Limit::default() }).is_err());
        let (again, _) = Limits::open(folder.path());
        assert_eq!((again.of(&a), again.of(&b)), (limit, Limit::default()));
        std::fs::write(folder.path().join(NAME), b"{").unwrap();
        let (none, fault) = Limits::open(folder.path());
        assert_eq!(none.of(&a), Limit::default());
        assert!(fault.unwrap().contains("again"));
    }
}
