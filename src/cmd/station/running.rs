//! `cunxiang station run`: the station and its link in one process. Builds everything in order; every task started here
//! is stopped here.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Notify;
use tracing::{info, warn};

use super::player::{self, Player};
use super::{OwnBox, spot};
use crate::base::{Clock, Id, Timestamp};
use crate::cmd::{FINE, data, logging};
use crate::console::spot::{Spot, serve, socket};
use crate::link::village::https::Https;
use crate::link::village::{Link, Options, Timekeeper, keys, tasks};
use crate::link::wire;
use crate::station;
use crate::store::Store;

/// The sound that is on air fades, and its outcome is written, within this.
const STATION_STOP_MAX: Duration = Duration::from_secs(4);
/// `cunxiang station status` shows what was so at most this long ago; what a stick brought is found, and the watchdog told,
/// as often. The one short timer of an idle box: each wakes its processor.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// What changes by itself, such as the uptime, is written this often: a card of flash wears with each write.
const STATUS_WRITE_EVERY: Duration = Duration::from_secs(300);
/// Values that change by themselves.
const RESTLESS: [&str; 6] = ["contact", "at", "uptime_s", "temperature_c", "disk_free_bytes", "clock_offset_ms"];
/// The scheduling thread goes round every 30 s; past this it hangs, and the watchdog is to end the process.
const BEAT_MAX: chrono::TimeDelta = chrono::TimeDelta::seconds(75);

/// `booted_at` is as if the machine booted now with its clock there.
pub fn run(own: OwnBox, booted_at: Option<Timestamp>) -> anyhow::Result<u8> {
    if booted_at.is_some() && !own.settings.sample {
        bail!("--clock is for a box of a sample county only (sample = true in station.toml)");
    }
    data::open(own.data())?;
    let clock = player::clock(&own.folder, own.settings.battery, booted_at);
    let shifted: Option<Arc<dyn Clock>> = booted_at.is_some().then(|| clock.clone() as Arc<dyn Clock>);
    logging::begin(own.settings.log_format, &own.settings.log_filter, shifted)?;
    if let Some(start) = booted_at {
        warn!("the machine's clock is shifted: it began at {}", start.to_rfc3339());
    }
    // The link's tasks wait nearly always: this one thread is enough for them, and wakes once for what two would wake for.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let result = runtime.block_on(daemon(own, clock));
    runtime.shutdown_timeout(Duration::from_secs(1));
    result
}

async fn daemon(own: OwnBox, clock: Arc<dyn Timekeeper>) -> anyhow::Result<u8> {
    let _lock = data::lock(own.data())?;
    own.folder.finish_join().context("a join that broke off cannot be finished")?;
    let membership = own.folder.membership()?;
    let signer = Arc::new(own.folder.key()?);
    let loudspeakers = own.settings.loudspeakers.clone();
    check_stations(&loudspeakers, &membership.stations)?;
    let store = Store::open(own.data().join("clips"))?;
    // Whatever lies there: the link says what is wrong with it, mends it, or gets it from the county.
    let trust = keys::look(&own.folder, &membership.root).trust;
    let zone = trust.quiet().zone;
    let county = Https::county(&own.address(&membership), signer.clone(), &membership.root, clock.clone())?;

    // Rung by the station when receipts became durable.
    let bell = Arc::new(Notify::new());
    let rung = bell.clone();
    let running = station::start(
        station::Options { journal: own.data().join("journal"), loudspeakers, remote: true },
        clock.clone(),
        store.clone(),
        trust,
        Box::new(move || rung.notify_one()),
    )?;
    let running = Arc::new(running);
    let begun = clock.monotonic();
    let run = format!("{:032x}", rand::random::<u128>());
    let player = Player { running: running.clone(), clock: clock.clone(), data: own.data().to_owned(), begun, run };
    let options = Options {
        stations: membership.stations.clone(),
        root: membership.root.clone(),
        disk_bytes_max: own.settings.disk_bytes_max,
    };
    let kept = (own.folder.clone(), store);
    let link =
        Link::open(county, player, clock.clone(), kept, options).context("what this box holds cannot be used")?;
    let link = Arc::new(link);
    let mut tasks = tasks::start(&link, rand::random);
    let spot: Arc<dyn Spot> = Arc::new(spot::Here { running: running.clone(), link: link.clone(), zone });
    let listener = socket::listen(own.data()).context("the box's socket cannot be made in its data folder")?;
    tasks.spawn(socket::serve(listener, spot.clone()));
    if let Some(page) = &own.settings.page {
        let options = serve::Options { listen: page.listen, language: page.language };
        let listener = serve::listen(&options).await?;
        info!("the page is on http://{}", listener.local_addr()?);
        tasks.spawn(serve::serve(listener, spot, options));
    }

    let (mut term, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let fingerprint = wire::fingerprint(&membership.root, &signer.public());
    info!(county = membership.url, fingerprint, "ready");
    let _ = sd_notify::notify(false, &[sd_notify::NotifyState::Ready]);
    let mut look = tokio::time::interval(LOOK_EVERY);
    let (mut told, mut unwritten, mut written) = (String::new(), String::new(), None);
    loop {
        tokio::select! {
            _ = term.recv() => break,
            _ = interrupt.recv() => break,
            () = bell.notified() => link.ring(),
            _ = tasks.join_next() => {
                bail!("a task of the link ended by itself, which is a fault of this program; it is to be started again")
            }
            _ = look.tick() => {
                if let Err(fault) = clock.keep() && told != fault {
                    warn!("the time cannot be kept: {fault}");
                    told = fault;
                }
                link.look();
                let (process, health) = (std::process::id(), link.health());
                let status = json!({ "process": process, "link": health, "box": link.status() });
                let (calm, now) = (calm(status.clone()), clock.monotonic());
                if written.as_ref().is_none_or(|(before, at)| *before != calm || now > *at + STATUS_WRITE_EVERY) {
                    written = Some((calm, now));
                    let fault = own.folder.write_status(&status).err().map(|fault| fault.to_string());
                    let fault = fault.unwrap_or_default();
                    if fault != unwritten {
                        unwritten = fault;
                        if !unwritten.is_empty() {
                            warn!("{unwritten}");
                        }
                    }
                }
                if clock.now() - running.beat() < BEAT_MAX {
                    let _ = sd_notify::notify(false, &[sd_notify::NotifyState::Watchdog]);
                }
            }
        }
    }

    info!("stopping");
    let _ = sd_notify::notify(false, &[sd_notify::NotifyState::Stopping]);
    tasks.shutdown().await;
    let stopping = running.clone();
    tokio::task::spawn_blocking(move || stopping.shutdown(STATION_STOP_MAX)).await?;
    info!("stopped");
    Ok(FINE)
}

/// A status without what changes by itself.
fn calm(mut status: serde_json::Value) -> serde_json::Value {
    for part in ["link", "box"] {
        if let Some(part) = status[part].as_object_mut() {
            part.retain(|key, _| !RESTLESS.contains(&key.as_str()));
        }
    }
    status
}

/// Each station of this box has a loudspeaker, and each loudspeaker a station.
fn check_stations(loudspeakers: &[station::Loudspeaker], stations: &[Id]) -> anyhow::Result<()> {
    for station in stations {
        if !loudspeakers.iter().any(|loudspeaker| loudspeaker.station == *station) {
            bail!("station.toml has no [[loudspeaker]] for {station}, which this box joined as; add one");
        }
    }
    for loudspeaker in loudspeakers {
        if !stations.contains(&loudspeaker.station) {
            bail!(
                "station.toml has a [[loudspeaker]] for {}, which this box did not join as; correct it, or join again",
                loudspeaker.station
            );
        }
    }
    Ok(())
}
