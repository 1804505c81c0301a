//! The county's passes, one after another on a task of their own: a signal is heard in the middle of the longest.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use anyhow::Context;
use chrono::TimeDelta;
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;
use tracing::{error, info, warn};

use crate::base::{Clock, Timestamp};
use crate::cmd::status::BEAT_MAX;
use crate::county::County;
use crate::station;

/// After a pass that failed, the next one comes this much later.
const RETRY_AFTER: TimeDelta = TimeDelta::seconds(5);
/// Changes of files come in bursts: an editor's save is three events.
const SETTLE: Duration = Duration::from_millis(300);

/// The loop, while it runs.
pub struct Passes {
    task: JoinHandle<County>,
    links: Links,
}

/// What the loop shares with the rest of the daemon.
#[derive(Clone)]
pub struct Links {
    pub clock: Arc<dyn Clock>,
    pub running: Arc<station::Running>,
    /// Rung by whatever calls for a pass.
    pub bell: Arc<Notify>,
    /// When the last good pass ended, ms since 1970.
    pub passed_ms: Arc<AtomicI64>,
    /// Set when the pass that is under way is to be the last.
    pub stopping: Arc<AtomicBool>,
}

impl Passes {
    /// Begins, with a watch on the content below `home`. The second value comes when the first pass was made, well or not:
    /// what airs is planned and offered, or the log says why not.
    pub fn begin(county: County, home: &Path, links: Links) -> (Passes, oneshot::Receiver<()>) {
        let watch = Watch::begin(home, links.bell.clone());
        if let Err(error) = &watch {
            warn!("files are not watched ({error}); changes are found within a minute");
        }
        let (first_in, first) = oneshot::channel();
        (Passes { task: tokio::spawn(run(county, watch.ok(), links.clone(), first_in)), links }, first)
    }

    /// Resolves when the loop ended though nobody asked it to.
    pub async fn ended(&mut self) {
        let _ = (&mut self.task).await;
    }

    /// Asks for no further pass. Returns at once.
    pub fn stop(&self) {
        self.links.stopping.store(true, Ordering::SeqCst);
        self.links.bell.notify_one();
    }

    /// The county, when the pass that is under way has ended.
    ///
    /// Errors: the loop panicked.
    pub async fn county(self) -> anyhow::Result<County> {
        self.task.await.context("the county's passes ended by a fault of this program")
    }
}

async fn run(mut county: County, watch: Option<Watch>, links: Links, first: oneshot::Sender<()>) -> County {
    let mut first = Some(first);
    let Links { clock, running, bell, passed_ms, stopping } = links;
    let mut failed = false;
    while !stopping.load(Ordering::SeqCst) {
        let look = watch.as_ref().is_some_and(Watch::take);
        if look {
            tokio::time::sleep(SETTLE).await;
        }
        let next = match county.turn(look, &*running).await {
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
        // Nobody listens any more who was stopped meanwhile.
        first.take().map(|first| first.send(()));
        if !failed {
            passed_ms.store(clock.now().timestamp_millis(), Ordering::Relaxed);
        }
        if clock.now() - running.beat() < BEAT_MAX {
            let _ = sd_notify::notify(false, &[sd_notify::NotifyState::Watchdog]);
        }
        tokio::select! {
            () = bell.notified() => {}
            () = sleep_until(&*clock, next) => {}
        }
    }
    county
}

/// Sleeps until an instant of `clock`, half a minute at most: the machine may be suspended, its clock set.
async fn sleep_until(clock: &dyn Clock, until: Timestamp) {
    let left = (until - clock.now()).min(crate::base::clock::WAIT_MAX);
    tokio::time::sleep(left.to_std().unwrap_or_default()).await;
}

/// The watch on the content folders; says whether anything changed since it was asked last.
struct Watch {
    changed: Arc<AtomicBool>,
    _watcher: notify::RecommendedWatcher,
}

impl Watch {
    fn begin(home: &Path, bell: Arc<Notify>) -> notify::Result<Watch> {
        use notify::Watcher;
        let changed = Arc::new(AtomicBool::new(false));
        let flag = changed.clone();
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            if event.is_ok_and(|event| !event.kind.is_access()) {
                flag.store(true, Ordering::SeqCst);
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

    fn take(&self) -> bool {
        self.changed.swap(false, Ordering::SeqCst)
    }
}
