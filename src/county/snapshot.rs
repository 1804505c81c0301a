//! The county's state as others may look at it: console, metrics, watchdog.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use crate::base::{Problem, Timestamp};
use crate::catalog::Catalog;
use crate::county::reach::Reach;
use crate::ledger::Hold;
use crate::planner::Registry;
use crate::rundown::Outcome;
use crate::rundown::seal::Keys;

/// One look.
pub struct Snapshot {
    pub catalog: Arc<Catalog>,
    pub problems: Vec<Problem>,
    pub registry: Registry,
    pub hold: Option<Hold>,
    pub key_expires: Option<Timestamp>,
    /// What the root vouches for; none before the first pass.
    pub keys: Option<Keys>,
    /// When the link's certificate ends, or what is wrong with it; none where the link has none.
    pub certificate: Option<Result<Timestamp, String>>,
    /// Airings that ended since the start, by outcome.
    pub outcomes: BTreeMap<&'static str, u64>,
    pub reach: Reach,
}

impl Snapshot {
    pub fn new(catalog: Arc<Catalog>) -> Snapshot {
        Snapshot {
            catalog,
            problems: Vec::new(),
            registry: Registry::default(),
            hold: None,
            key_expires: None,
            keys: None,
            certificate: None,
            outcomes: BTreeMap::new(),
            reach: Reach::default(),
        }
    }
}

/// Where the newest [`Snapshot`] hangs.
pub struct Board(RwLock<Snapshot>);

impl Board {
    pub fn new(snapshot: Snapshot) -> Board {
        Board(RwLock::new(snapshot))
    }

    pub fn read(&self) -> RwLockReadGuard<'_, Snapshot> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn update(&self, change: impl FnOnce(&mut Snapshot)) {
        change(&mut self.0.write().unwrap_or_else(PoisonError::into_inner));
    }

    pub fn count(&self, outcome: &Outcome) {
        self.update(|snapshot| *snapshot.outcomes.entry(outcome.word()).or_default() += 1);
    }
}
