//! What every page shares.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Semaphore;

use super::access::tries::{self, Tries};
use super::live::Live;
use super::machine::Machine;
use super::pages::account::Pending;
use crate::base::{Clock, Id, Timestamp};
use crate::catalog::Catalog;
use crate::console::control::Control;
use crate::console::edit::Folder;
use crate::ledger::Ledger;
use crate::rundown::AiringId;
use crate::store::Store;

/// Passwords that are tried at a time: each takes 19 MiB and a core for a moment.
const HASHING_MAX: usize = 2;

/// How the console is reached.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// A browser speaks TLS with this program, or with a proxy in front of it: cookies are for that alone.
    pub secure: bool,
    /// Who asks is what the proxy says.
    pub behind_proxy: bool,
    /// As `https://console.county.example`; none: as the browser calls it.
    pub url: Option<String>,
}

/// How a station's box or loudspeaker is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StationSeen {
    pub station: Id,
    pub health: Health,
    pub sounding: Option<AiringId>,
    /// When its box was last heard; none for a loudspeaker of this machine, or one never heard.
    pub heard: Option<Timestamp>,
    /// County time less its own.
    pub clock_offset_ms: Option<i64>,
}

/// Whether a station would sound; what is worst about it, the worst last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Health {
    Well,
    /// Clips of the next day are not there yet.
    Unready,
    /// It does not know the time, or is more than a second off.
    Clock,
    /// Muted on the spot.
    Muted,
    /// Its sound device, its journal, or a rundown it refused.
    Faulty,
    Silent,
    /// Nobody serves it.
    NoBox,
}

impl Health {
    pub const ALL: [Health; 7] =
        [Health::Well, Health::Unready, Health::Clock, Health::Muted, Health::Faulty, Health::Silent, Health::NoBox];

    /// As the words' files choose by it.
    pub fn word(self) -> &'static str {
        match self {
            Health::Well => "well",
            Health::Unready => "unready",
            Health::Clock => "clock",
            Health::Muted => "muted",
            Health::Faulty => "faulty",
            Health::Silent => "silent",
            Health::NoBox => "no-box",
        }
    }
}

/// Every station somebody serves, as it is now.
pub type Village = Box<dyn Fn() -> Vec<StationSeen> + Send + Sync>;

/// What every page shares: the daemon behind the control socket, and what the console itself remembers.
pub struct Site {
    /// Files orders, with what it refuses; has ledger, board, clock and bell.
    pub control: Arc<Control>,
    pub store: Store,
    /// Where `locales/`, `broadcasts/` and `config/` lie.
    pub home: PathBuf,
    /// The same, to change what is in it.
    pub folder: Folder,
    pub options: Options,
    /// Every station somebody serves, as it is now.
    village: Village,
    pub machine: Box<dyn Machine>,
    /// What takes the machine a while is done one at a time.
    pub(super) at_work: Semaphore,
    pub(super) live: Live,
    pub(super) hashing: Semaphore,
    of_names: Mutex<Tries>,
    of_addresses: Mutex<Tries>,
    pending: Mutex<Pending>,
}

impl Site {
    pub fn new(
        control: Arc<Control>,
        (store, home): (Store, PathBuf),
        options: Options,
        (village, machine): (Village, Box<dyn Machine>),
    ) -> Arc<Site> {
        Arc::new(Site {
            control,
            store,
            folder: Folder::new(&home),
            home,
            options,
            village,
            machine,
            at_work: Semaphore::new(1),
            live: Live::default(),
            hashing: Semaphore::new(HASHING_MAX),
            of_names: Mutex::new(Tries::new(tries::OF_A_NAME)),
            of_addresses: Mutex::new(Tries::new(tries::OF_AN_ADDRESS)),
            pending: Mutex::default(),
        })
    }

    pub fn ledger(&self) -> &Ledger {
        &self.control.ledger
    }

    pub fn clock(&self) -> &dyn Clock {
        &*self.control.clock
    }

    pub fn now(&self) -> Timestamp {
        self.control.clock.now()
    }

    /// The content that is on air now. For longer work than a look: the board is not held meanwhile.
    pub fn catalog(&self) -> Arc<Catalog> {
        self.control.board.read().catalog.clone()
    }

    pub fn village(&self) -> Vec<StationSeen> {
        (self.village)()
    }

    pub(super) fn of_names(&self) -> MutexGuard<'_, Tries> {
        self.of_names.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn of_addresses(&self) -> MutexGuard<'_, Tries> {
        self.of_addresses.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn pending(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
