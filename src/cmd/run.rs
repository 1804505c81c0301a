//! `cunxiang run`: the county daemon with the loudspeakers attached to this machine. Builds everything in order, top to
//! bottom; every task started here is stopped here.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use anyhow::{Context, bail};
use chrono::TimeDelta;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Notify;
use tracing::{error, info, warn};

use crate::base::clock::RealClock;
use crate::base::{Clock, Timestamp};
use crate::cmd::instant::Instant;
use crate::cmd::status::{BEAT_MAX, Watched};
use crate::cmd::{FAULTS, FINE, Place, logging, on_air, page};
use crate::config::{Machine, machine};
use crate::console::control::{self, Control};
use crate::console::monitor;
use crate::county::content::ContentFault;
use crate::county::{self, County, CountyFault};
use crate::ledger::Ledger;
use crate::outbox::{self, Outbox};
use crate::station;
use crate::store::Store;

/// A stop that takes longer than this is cut off: what is not final by then is settled at the next start.
const STOP_MAX: Duration = Duration::from_secs(10);
/// Of which the station may take this long to fade and write its outcomes.
const STATION_STOP_MAX: Duration = Duration::from_secs(4);
/// And the calls on their way to chat services this long to be answered.
const POSTS_STOP_MAX: Duration = Duration::from_secs(3);
/// After a pass that failed, the next one comes this much later.
const RETRY_AFTER: TimeDelta = TimeDelta::seconds(5);
/// Changes of files come in bursts: an editor's save is three events.
const SETTLE: Duration = Duration::from_millis(300);

#[derive(clap::Args)]
pub struct Args {
    /// This machine's file [default: config/machine.toml below the home folder]
    #[arg(long, value_name = "FILE")]
    machine: Option<PathBuf>,
    /// Begin at this instant and run on at real pace; for a sample county only
    #[arg(long, value_name = "INSTANT")]
    clock: Option<Instant>,
}

pub fn run(place: &Place, args: &Args) -> anyhow::Result<u8> {
    let (path, file) = machine::place(&place.home, args.machine.as_deref());
    let text = std::fs::read_to_string(&path)
        .with_context(|| format!("{} cannot be read; write it as docs/ref/machine.md says", path.display()))?;
    let machine = match machine::read(&file, &text, &place.home) {
        Ok(machine) => machine,
        Err(problems) => {
            page::problems(&problems);
            return Ok(FAULTS);
        }
    };
    let start = args.clock.map(|at| start(place, at)).transpose()?;
    let clock: Arc<dyn Clock> = Arc::new(start.map_or_else(RealClock::default, RealClock::starting_at));
    logging::begin(machine.log_format, &machine.log_filter, args.clock.is_some().then(|| clock.clone()))?;
    // The county's passes and the outbox want one thread each; sockets fit between.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let result = runtime.block_on(daemon(place, &file, machine, clock, args.clock.is_some()));
    runtime.shutdown_timeout(Duration::from_secs(1));
    match result {
        Err(error) => match error.downcast::<CountyFault>() {
            Ok(CountyFault::Content(ContentFault::Config(problems))) => {
                page::problems(&problems);
                bail!("config/ has faults, and no good form of it is known; mend them and start again");
            }
            Ok(fault) => Err(fault.into()),
            Err(error) => Err(error),
        },
        result => result,
    }
}

/// The instant that `--clock` names; a local one needs the county's time zone.
fn start(place: &Place, written: Instant) -> anyhow::Result<Timestamp> {
    if let Some(at) = written.exact() {
        return Ok(at);
    }
    let catalog = on_air::read(place)?.context("the county's time zone is not known; write --clock with its offset")?;
    written.in_zone(catalog.county.zone, RealClock::default().now())
}

async fn daemon(
    place: &Place,
    file: &str,
    machine: Machine,
    clock: Arc<dyn Clock>,
    is_shifted: bool,
) -> anyhow::Result<u8> {
    let data = place.data();
    std::fs::create_dir_all(&data)
        .with_context(|| format!("{} cannot be made; give this user the right to write there", data.display()))?;
    let _lock = lock(&data)?;

    // Before anything is made: a port in use is the commonest mistake.
    let monitor_listener = monitor::listen(machine.listen).await?;
    // With port 0 the system chooses one.
    let listen = monitor_listener.local_addr()?;
    let ledger = Ledger::open(&data.join("ledger.db")).await?;
    let store =
        Store::open(data.join("clips")).with_context(|| format!("{} cannot be used", data.join("clips").display()))?;
    let (channels, faults) = outbox::channel::open(&machine.outbox);
    for fault in &faults {
        // The loudspeakers do not wait for a chat service: its posts do.
        error!("{file}: {fault}; then start again: posts to its groups wait until they expire");
    }
    let outbox = Arc::new(Outbox::open(ledger.clone(), store.clone(), channels, clock.now()).await?);
    let options = county::Options {
        home: place.home.clone(),
        data: data.clone(),
        local: machine.loudspeakers.iter().map(|loudspeaker| loudspeaker.station.clone()).collect(),
    };
    let mut county = County::open(options, clock.clone(), ledger.clone(), store.clone(), outbox.clone()).await?;
    let board = county.board();
    {
        let snapshot = board.read();
        logging::in_zone(snapshot.catalog.county.zone);
        let sample = snapshot.catalog.county.sample;
        if is_shifted && !sample {
            bail!("--clock is for a sample county only ([county] sample = true in config/county.toml)");
        }
        if sample {
            warn!("this is a sample county: its texts are drafts, its voices synthetic or placeholders");
        }
        if is_shifted {
            warn!(
                "the clock is shifted: it began at {}",
                clock.now().with_timezone(&snapshot.catalog.county.zone).to_rfc3339()
            );
        }
        if !snapshot.catalog.county.review_required {
            warn!("[review] required is false: texts that nobody approved go on air");
        }
        let stations = &snapshot.catalog.stations;
        let unknown = machine::unknown_stations(&machine.loudspeakers, file, |id| stations.contains_key(id));
        if !unknown.is_empty() {
            page::problems(&unknown);
            return Ok(FAULTS);
        }
    }

    // One bell for everything that calls for a pass of the county.
    let bell = Arc::new(Notify::new());
    let receipt_bell = bell.clone();
    let station_options = station::Options { journal: data.join("journal"), loudspeakers: machine.loudspeakers };
    let running = station::start(
        station_options,
        clock.clone(),
        store,
        county.trust()?,
        Box::new(move || receipt_bell.notify_one()),
    )?;
    let running = Arc::new(running);

    let watch = watch(&place.home, bell.clone());
    if let Err(error) = &watch {
        warn!("files are not watched ({error}); changes are found within a minute");
    }
    let passed_ms = Arc::new(AtomicI64::new(clock.now().timestamp_millis()));
    let watched = Watched {
        board: board.clone(),
        running: running.clone(),
        outbox: outbox.clone(),
        clock: clock.clone(),
        passed_ms: passed_ms.clone(),
        is_shifted,
    };
    let asked = watched.clone();
    let control_listener =
        control::listen(&data).with_context(|| format!("{} cannot be made", data.join(control::SOCKET).display()))?;
    let control = Control {
        ledger,
        board: board.clone(),
        clock: clock.clone(),
        bell: bell.clone(),
        status: Box::new(move || asked.report()),
    };
    let mut tasks = tokio::task::JoinSet::new();
    tasks.spawn(Arc::new(control).serve(control_listener));
    tasks.spawn(monitor::serve(monitor_listener, watched.pages()));
    let sending = tokio::spawn(send_posts(outbox.clone(), board.clone(), clock.clone()));

    info!(listen = %listen, data = %data.display(), "ready");
    let _ = sd_notify::notify(false, &[sd_notify::NotifyState::Ready]);
    let mut watch = watch.ok();
    passes(&mut county, &running, &bell, &clock, watch.as_mut(), &passed_ms, &sending).await?;

    info!("stopping");
    let _ = sd_notify::notify(false, &[sd_notify::NotifyState::Stopping]);
    let stop = async {
        let stations = running.clone();
        tokio::task::spawn_blocking(move || stations.shutdown(STATION_STOP_MAX)).await?;
        sending.abort();
        outbox.stop(POSTS_STOP_MAX, &*clock).await?;
        // The outcomes the stop made final.
        county.turn(false, &*running).await?;
        tasks.shutdown().await;
        anyhow::Ok(())
    };
    match tokio::time::timeout(STOP_MAX, stop).await {
        Ok(result) => result?,
        Err(_) => error!(
            "the stop took longer than {} s and is cut off; the next start settles what is open",
            STOP_MAX.as_secs()
        ),
    }
    let _ = std::fs::remove_file(data.join(control::SOCKET));
    info!("stopped");
    Ok(FINE)
}

/// Pass after pass of the county, until a signal says stop.
async fn passes(
    county: &mut County,
    running: &station::Running,
    bell: &Notify,
    clock: &Arc<dyn Clock>,
    mut watch: Option<&mut Watch>,
    passed_ms: &AtomicI64,
    sending: &tokio::task::JoinHandle<()>,
) -> anyhow::Result<()> {
    let mut term = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut failed = false;
    loop {
        if sending.is_finished() {
            bail!("the sending of posts ended by itself, which is a fault of this program; it is to be started again");
        }
        let look = watch.as_mut().is_some_and(|watch| watch.take());
        if look {
            tokio::time::sleep(SETTLE).await;
        }
        let next = match county.turn(look, running).await {
            Ok(next) => {
                if failed {
                    info!("the county works again");
                }
                failed = false;
                next
            }
            Err(fault) => {
                error!("{fault}; trying again");
                failed = true;
                clock.now() + RETRY_AFTER
            }
        };
        if !failed {
            passed_ms.store(clock.now().timestamp_millis(), Ordering::Relaxed);
        }
        if clock.now() - running.beat() < BEAT_MAX {
            let _ = sd_notify::notify(false, &[sd_notify::NotifyState::Watchdog]);
        }
        tokio::select! {
            () = bell.notified() => {}
            () = sleep_until(clock, next) => {}
            _ = term.recv() => return Ok(()),
            _ = interrupt.recv() => return Ok(()),
        }
    }
}

/// Sends what is due, for ever; nothing while the county is in HOLD.
async fn send_posts(outbox: Arc<Outbox>, board: Arc<county::snapshot::Board>, clock: Arc<dyn Clock>) {
    let mut told: Option<String> = None;
    loop {
        let now = clock.now();
        let held = board.read().hold.is_some();
        let next = if held { Ok(Some(now + RETRY_AFTER)) } else { outbox.turn(now).await };
        let next = match next {
            Ok(next) => {
                told = None;
                next.unwrap_or(now + crate::base::clock::WAIT_MAX)
            }
            Err(fault) => {
                let text = fault.to_string();
                // The same fault is told once, not with every pass.
                if told.as_ref() != Some(&text) {
                    error!("posts wait: {text}");
                    told = Some(text);
                }
                now + RETRY_AFTER
            }
        };
        tokio::select! {
            () = outbox.changed() => {}
            () = sleep_until(&clock, next) => {}
        }
    }
}

/// Sleeps until an instant of `clock`, half a minute at most: the machine may be suspended, its clock set.
async fn sleep_until(clock: &Arc<dyn Clock>, until: Timestamp) {
    let left = (until - clock.now()).min(crate::base::clock::WAIT_MAX);
    tokio::time::sleep(left.to_std().unwrap_or_default()).await;
}

/// Holds the data folder for this process alone, until it ends in whatever way.
pub fn lock(data: &Path) -> anyhow::Result<File> {
    let path = data.join("cunxiang.lock");
    let file =
        File::options().create(true).truncate(false).write(true).open(&path).with_context(|| {
            format!("{} cannot be written; give this user the right to write there", path.display())
        })?;
    match rustix::fs::flock(&file, rustix::fs::FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(file),
        Err(rustix::io::Errno::WOULDBLOCK) => {
            bail!(
                "another daemon runs on {}; stop it first, or give this one a folder of its own with --data",
                data.display()
            )
        }
        Err(error) => Err(error).with_context(|| format!("{} cannot be locked", path.display())),
    }
}

/// The watch on the content folders; says whether anything changed since it was asked last.
struct Watch {
    changed: Arc<std::sync::atomic::AtomicBool>,
    _watcher: notify::RecommendedWatcher,
}

impl Watch {
    fn take(&mut self) -> bool {
        self.changed.swap(false, std::sync::atomic::Ordering::SeqCst)
    }
}

fn watch(home: &Path, bell: Arc<Notify>) -> notify::Result<Watch> {
    use notify::Watcher;
    let changed = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let flag = changed.clone();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        if event.is_ok_and(|event| !event.kind.is_access()) {
            flag.store(true, std::sync::atomic::Ordering::SeqCst);
            bell.notify_one();
        }
    })?;
    for folder in ["config", "locales", "broadcasts"] {
        let path = home.join(folder);
        if path.is_dir() {
            // Folders, not files: an editor's save puts another file under the name.
            watcher.watch(&path, notify::RecursiveMode::Recursive)?;
        }
    }
    Ok(Watch { changed, _watcher: watcher })
}
