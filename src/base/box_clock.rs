//! The clock of a village box: the machine's readings, corrected, with a small file that outlives the process.
//!
//! What is believed, and why, is [`reckoning`](super::reckoning)'s to say.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use chrono::TimeDelta;

use super::clock::{Clock, RealClock, Timestamp};
use super::durable;
use super::reckoning::{Kept, Reading, Reckoning, Source};

/// The kernel is asked this often whether its clock is synchronised.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// That time has passed is written down this often: 150 small writes a day, for a card that wears.
const KEEP_EVERY: Duration = Duration::from_secs(600);
/// An answer that took longer says the time too roughly: it may be off by half of this.
pub const ROUND_TRIP_MAX: Duration = Duration::from_secs(20);

/// The machine beneath a [`BoxClock`]; a test brings its own.
pub trait Kernel: Send + Sync + 'static {
    fn wall(&self) -> Timestamp;
    /// Since the boot, suspend counted.
    fn monotonic(&self) -> Duration;
    /// Whether the kernel's clock is synchronised.
    fn synchronised(&self) -> bool;
    /// Another text after each boot.
    fn boot(&self) -> String;
}

/// Why the county's time was not taken.
#[derive(Debug, thiserror::Error)]
pub enum SetFault {
    #[error("the county's time took {0:?} to come, too long to be of use; it is asked for again")]
    Slow(Duration),
    #[error(
        "the county's time is in force, but {path} cannot be written: {}; free some disk space",
        durable::told(source)
    )]
    Unkept { path: PathBuf, source: io::Error },
}

/// Wall time as it is known on a box. Cheap to read from any thread.
pub struct BoxClock {
    kernel: Arc<dyn Kernel>,
    file: PathBuf,
    state: Mutex<State>,
}

struct State {
    reckoning: Reckoning,
    looked: Option<Duration>,
    kept: Option<Duration>,
}

impl BoxClock {
    /// Begins with what `file` kept. `battery`: the machine's own clock runs on while it is off.
    pub fn open(file: &Path, battery: bool) -> Arc<BoxClock> {
        BoxClock::over(Arc::new(Linux), file, battery)
    }

    /// As [`open`](Self::open), on a machine that boots at this moment with its clock at `start`; for a sample county.
    pub fn booted_at(start: Timestamp, file: &Path, battery: bool) -> Arc<BoxClock> {
        BoxClock::over(Arc::new(Booted::at(start)), file, battery)
    }

    /// As [`open`](Self::open), over a machine of the caller's own making.
    pub fn over(kernel: Arc<dyn Kernel>, file: &Path, battery: bool) -> Arc<BoxClock> {
        // A file that does not read is as good as none: the time is unknown then until somebody says it.
        let before: Option<Kept> = std::fs::read(file).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let reckoning = Reckoning::new(kernel.boot(), battery, before);
        let state = Mutex::new(State { reckoning, looked: None, kept: None });
        Arc::new(BoxClock { kernel, file: file.to_owned(), state })
    }

    /// The county signed `at` between the monotonic times `asked` and `answered`. Durable when this returns.
    ///
    /// Errors: the answer was too slow, and nothing changed; or it is in force and could not be kept.
    pub fn set(&self, at: Timestamp, asked: Duration, answered: Duration) -> Result<(), SetFault> {
        let took = answered.saturating_sub(asked);
        if took > ROUND_TRIP_MAX {
            return Err(SetFault::Slow(took));
        }
        let kept = {
            let mut state = self.state();
            state.reckoning.set(at, asked + took / 2);
            state.kept = Some(self.kernel.monotonic());
            state.reckoning.kept().clone()
        };
        self.write(&kept).map_err(|source| SetFault::Unkept { path: self.file.clone(), source })
    }

    /// Who vouches for the time; none: it is not known.
    pub fn source(&self) -> Option<Source> {
        let mut state = self.state();
        let reading = self.look(&mut state);
        state.reckoning.time(reading).1
    }

    /// Known time less the machine's.
    pub fn offset(&self) -> TimeDelta {
        let reading = self.reading(false);
        self.state().reckoning.time(reading).0 - reading.wall
    }

    /// Writes down, now and then, that time has passed: after the next boot it is not earlier. To be called each minute,
    /// and never on a thread that has something to start.
    pub fn keep(&self) -> io::Result<()> {
        let kept = {
            let mut state = self.state();
            let reading = self.look(&mut state);
            if state.kept.is_some_and(|kept| reading.monotonic.saturating_sub(kept) < KEEP_EVERY) {
                return Ok(());
            }
            state.kept = Some(reading.monotonic);
            state.reckoning.kept().clone()
        };
        self.write(&kept)
    }

    fn write(&self, kept: &Kept) -> io::Result<()> {
        let text = serde_json::to_vec(kept).expect("plain data is always written");
        durable::write(&self.file, &text, 0o600)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no holder of the clock panics")
    }

    fn reading(&self, synchronised: bool) -> Reading {
        Reading { wall: self.kernel.wall(), monotonic: self.kernel.monotonic(), synchronised }
    }

    fn look(&self, state: &mut State) -> Reading {
        let now = self.kernel.monotonic();
        if state.looked.is_some_and(|looked| now.saturating_sub(looked) < LOOK_EVERY) {
            return self.reading(false);
        }
        state.looked = Some(now);
        let reading = self.reading(self.kernel.synchronised());
        state.reckoning.look(reading);
        reading
    }
}

impl Clock for BoxClock {
    fn now(&self) -> Timestamp {
        let state = self.state();
        state.reckoning.time(self.reading(false)).0
    }

    fn monotonic(&self) -> Duration {
        self.kernel.monotonic()
    }

    fn trusted(&self) -> bool {
        self.source().is_some()
    }
}

struct Linux;

impl Kernel for Linux {
    fn wall(&self) -> Timestamp {
        RealClock::default().now()
    }

    fn monotonic(&self) -> Duration {
        RealClock::default().monotonic()
    }

    fn synchronised(&self) -> bool {
        // SAFETY: all-zero bytes are a valid `timex`, whose mode 0 only reads; adjtimex(2) writes nothing but it.
        let (state, status) = unsafe {
            let mut asked: libc::timex = std::mem::zeroed();
            (libc::adjtimex(&raw mut asked), asked.status)
        };
        state >= 0 && state != libc::TIME_ERROR && status & libc::STA_UNSYNC == 0
    }

    fn boot(&self) -> String {
        // Without it each start counts as a boot of its own, which is the careful side.
        let read = std::fs::read_to_string("/proc/sys/kernel/random/boot_id");
        read.map_or_else(|_| format!("unknown-{}", std::process::id()), |text| text.trim().to_owned())
    }
}

/// A machine as it is after a boot, whatever time it really is: nothing synchronises its clock.
struct Booted {
    clock: RealClock,
    boot: String,
}

impl Booted {
    fn at(start: Timestamp) -> Booted {
        let clock = RealClock::starting_at(start);
        Booted { boot: format!("at-{}-{}", start.timestamp_millis(), clock.monotonic().as_nanos()), clock }
    }
}

impl Kernel for Booted {
    fn wall(&self) -> Timestamp {
        self.clock.now()
    }

    fn monotonic(&self) -> Duration {
        self.clock.monotonic()
    }

    fn synchronised(&self) -> bool {
        false
    }

    fn boot(&self) -> String {
        self.boot.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::clock::SimulatedClock;

    /// A machine that boots in 1970 whenever it is told to.
    struct Box {
        clock: Arc<SimulatedClock>,
        boot: &'static str,
    }

    impl Kernel for Box {
        fn wall(&self) -> Timestamp {
            self.clock.now()
        }

        fn monotonic(&self) -> Duration {
            self.clock.monotonic()
        }

        fn synchronised(&self) -> bool {
            false
        }

        fn boot(&self) -> String {
            self.boot.to_owned()
        }
    }

    #[test]
    fn what_the_county_said_outlives_the_process_and_not_the_boot() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("clock.json");
        let machine = |boot| Box { clock: SimulatedClock::at(Timestamp::UNIX_EPOCH), boot };
        let first = machine("a");
        let clock = first.clock.clone();
        let noon = Timestamp::from_timestamp(1_795_492_800, 0).unwrap();
        {
            let boxed = BoxClock::over(Arc::new(first), &file, false);
            assert!(!boxed.trusted());
            let asked = clock.monotonic();
            clock.advance(Duration::from_secs(4));
            assert!(matches!(
                boxed.set(noon, asked, asked + ROUND_TRIP_MAX + Duration::from_secs(1)),
                Err(SetFault::Slow(_))
            ));
            assert!(!boxed.trusted());
            boxed.set(noon, asked, clock.monotonic()).unwrap();
            assert_eq!((boxed.now(), boxed.trusted()), (noon + TimeDelta::seconds(2), true));
            clock.step(TimeDelta::days(-1));
            assert_eq!(boxed.now(), noon + TimeDelta::seconds(2));
            assert_eq!(boxed.offset(), boxed.now() - clock.now());
            clock.advance(KEEP_EVERY);
            boxed.keep().unwrap();
        }
        let again = BoxClock::over(Arc::new(Box { clock, boot: "a" }), &file, false);
        assert_eq!((again.now(), again.source()), (noon + TimeDelta::seconds(602), Some(Source::County)));
        let booted = BoxClock::over(Arc::new(machine("b")), &file, true);
        assert!(!booted.trusted(), "a flat battery, before a time that has been");
    }

    #[test]
    fn a_start_at_an_instant_is_a_boot_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("clock.json");
        let noon = Timestamp::from_timestamp(1_795_492_800, 0).unwrap();
        let first = BoxClock::booted_at(noon, &file, true);
        assert_eq!((first.now() - noon).num_minutes(), 0);
        assert_eq!(first.source(), Some(Source::Battery));
        let asked = first.monotonic();
        first.set(noon + TimeDelta::hours(1), asked, asked).unwrap();
        // What the county said was said to another boot; that time does not go back outlives it.
        let again = BoxClock::booted_at(noon + TimeDelta::hours(2), &file, true);
        assert_eq!(((again.now() - noon).num_hours(), again.source()), (2, Some(Source::Battery)));
        assert!(!BoxClock::booted_at(noon, &file, true).trusted());
        assert!(!BoxClock::booted_at(noon + TimeDelta::hours(2), &file, false).trusted());
    }

    #[test]
    fn this_machine_answers() {
        let linux = Linux;
        let _ = linux.synchronised();
        assert!(linux.boot().len() > 8);
    }
}
