//! Time is an argument: whatever asks what time it is holds a [`Clock`].
//!
//! Two scales are kept apart. *Wall* time says when an airing is due and may step; *monotonic* time says how long
//! something takes, counts suspend and never steps. See `docs/design/time.md`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use rustix::event::{EventfdFlags, PollFd, PollFlags, eventfd, poll};
use rustix::time::{
    ClockId, Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, clock_gettime, timerfd_create,
    timerfd_settime,
};

/// An instant of wall time, UTC.
pub type Timestamp = DateTime<Utc>;

/// The longest a scheduling thread sleeps, so that a stepped or resumed clock is noticed soon.
pub const WAIT_MAX: TimeDelta = TimeDelta::seconds(30);

/// Where the time comes from: the machine, the machine shifted (a sample county), or a test.
pub trait Clock: Send + Sync + 'static {
    /// Wall time.
    fn now(&self) -> Timestamp;
    /// Time since some fixed moment, suspend counted; never steps.
    fn monotonic(&self) -> Duration;
    /// Whether wall time is known. Asked on each turn of a scheduling thread, before wall time is.
    fn trusted(&self) -> bool {
        true
    }
}

/// Both scales read this close together are read at once: a few calls of the kernel's clock.
const TOGETHER_MAX: Duration = Duration::from_micros(20);
/// How often they are read again when the thread was put aside between the two.
const READS_MAX: usize = 5;

/// Wall and monotonic time of one moment, even when the thread is put aside between the two readings.
pub fn both_scales(clock: &dyn Clock) -> (Timestamp, Duration) {
    let read = || {
        let (before, wall, after) = (clock.monotonic(), clock.now(), clock.monotonic());
        (after.saturating_sub(before), wall, before + after.saturating_sub(before) / 2)
    };
    let mut best = read();
    for _ in 1..READS_MAX {
        if best.0 <= TOGETHER_MAX {
            break;
        }
        let again = read();
        if again.0 < best.0 {
            best = again;
        }
    }
    (best.1, best.2)
}

/// The machine's clock, shifted by a constant: zero, or what `--clock` asked of a sample county.
#[derive(Debug, Clone, Copy, Default)]
pub struct RealClock {
    shift: TimeDelta,
}

impl RealClock {
    /// A clock that reads `start` now and then runs at real pace.
    pub fn starting_at(start: Timestamp) -> RealClock {
        RealClock { shift: start - RealClock::default().now() }
    }
}

impl Clock for RealClock {
    fn now(&self) -> Timestamp {
        let t = clock_gettime(ClockId::Realtime);
        DateTime::from_timestamp(t.tv_sec, t.tv_nsec as u32).expect("the kernel's time is a valid date") + self.shift
    }

    fn monotonic(&self) -> Duration {
        let t = clock_gettime(ClockId::Boottime);
        Duration::new(t.tv_sec as u64, t.tv_nsec as u32)
    }
}

/// A clock that stands still until a test moves it.
#[derive(Debug)]
pub struct SimulatedClock {
    wall_ns: AtomicI64,
    monotonic_ns: AtomicU64,
    doubted: AtomicBool,
}

impl SimulatedClock {
    pub fn at(start: Timestamp) -> Arc<SimulatedClock> {
        let wall_ns = start.timestamp_nanos_opt().expect("a test's date lies between 1678 and 2262");
        Arc::new(SimulatedClock { wall_ns: wall_ns.into(), monotonic_ns: 1_000_000_000.into(), doubted: false.into() })
    }

    /// Lets time pass, on both scales.
    pub fn advance(&self, by: Duration) {
        self.wall_ns.fetch_add(by.as_nanos() as i64, Ordering::SeqCst);
        self.monotonic_ns.fetch_add(by.as_nanos() as u64, Ordering::SeqCst);
    }

    /// Lets time pass up to a wall instant; does nothing when that is past.
    pub fn advance_to(&self, to: Timestamp) {
        if let Ok(by) = (to - self.now()).to_std() {
            self.advance(by);
        }
    }

    /// Whether the time counts as known from now on.
    pub fn trust(&self, trusted: bool) {
        self.doubted.store(!trusted, Ordering::SeqCst);
    }

    /// Sets wall time alone, as a correction of the machine's clock does.
    pub fn step(&self, by: TimeDelta) {
        self.wall_ns.fetch_add(by.num_nanoseconds().expect("a step is shorter than 292 years"), Ordering::SeqCst);
    }
}

impl Clock for SimulatedClock {
    fn now(&self) -> Timestamp {
        DateTime::from_timestamp_nanos(self.wall_ns.load(Ordering::SeqCst))
    }

    fn monotonic(&self) -> Duration {
        Duration::from_nanos(self.monotonic_ns.load(Ordering::SeqCst))
    }

    fn trusted(&self) -> bool {
        !self.doubted.load(Ordering::SeqCst)
    }
}

/// Wakes one thread: at an instant of wall time, when rung, or when the machine's clock is set.
///
/// A timer on the absolute wall clock fires on time even when the clock is corrected while it waits
/// (`TFD_TIMER_CANCEL_ON_SET`, timerfd_create(2)).
pub struct Alarm {
    timer: rustix::fd::OwnedFd,
    bell: Arc<Bell>,
}

/// Rings an [`Alarm`] from any thread.
pub struct Bell(rustix::fd::OwnedFd);

impl Bell {
    pub fn ring(&self) {
        // A full counter means that it rings already.
        let _ = rustix::io::write(&self.0, &1u64.to_ne_bytes());
    }
}

impl Alarm {
    /// Errors: the process has no file descriptors left.
    pub fn new() -> std::io::Result<Alarm> {
        let timer = timerfd_create(TimerfdClockId::Realtime, TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC)?;
        let bell = eventfd(0, EventfdFlags::NONBLOCK | EventfdFlags::CLOEXEC)?;
        Ok(Alarm { timer, bell: Arc::new(Bell(bell)) })
    }

    pub fn bell(&self) -> Arc<Bell> {
        self.bell.clone()
    }

    /// Blocks until `until` on `clock`, until rung, or until the machine's clock is set; at most [`WAIT_MAX`].
    pub fn wait(&self, clock: &dyn Clock, until: Option<Timestamp>) {
        let now = clock.now();
        let left = until.map_or(WAIT_MAX, |t| (t - now).min(WAIT_MAX));
        if left > TimeDelta::zero() {
            self.arm(left);
            let mut fds = [PollFd::new(&self.timer, PollFlags::IN), PollFd::new(&self.bell.0, PollFlags::IN)];
            // An interrupted or cancelled wait is an early wake: the caller looks at the clock again anyway.
            let _ = poll(&mut fds, None);
        }
        let mut count = [0u8; 8];
        let _ = rustix::io::read(&self.bell.0, &mut count);
        let _ = rustix::io::read(&self.timer, &mut count);
    }

    fn arm(&self, left: TimeDelta) {
        let at = RealClock::default().now() + left;
        let spec = Itimerspec {
            it_interval: Timespec { tv_sec: 0, tv_nsec: 0 },
            it_value: Timespec { tv_sec: at.timestamp(), tv_nsec: at.timestamp_subsec_nanos().into() },
        };
        let flags = TimerfdTimerFlags::ABSTIME | TimerfdTimerFlags::CANCEL_ON_SET;
        timerfd_settime(&self.timer, flags, &spec).expect("an absolute timer with a valid time can be set");
    }
}

/// Makes the kernel wake the calling thread as exactly as it can: the default lets a wake-up slip by 50 µs
/// (prctl(2), `PR_SET_TIMERSLACK`).
pub fn wake_exactly() {
    let _ = std::fs::write("/proc/thread-self/timerslack_ns", "1");
}

/// Lets the calling thread go before others that want the processor, where the machine allows it (setpriority(2) gives a
/// thread a niceness of its own on Linux). For threads that must be done within milliseconds and need little.
pub fn go_first() {
    // Above everything of a usual system, below what its administrator runs at -20.
    const NICENESS: i32 = -15;
    let _ = rustix::process::setpriority_process(Some(rustix::thread::gettid()), NICENESS);
}
