//! `cunxiang run`: the county daemon with the loudspeakers attached to this machine. Builds everything in order, top to
//! bottom; every task started here is stopped here.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64};
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Notify;
use tracing::{error, info, warn};

use crate::base::clock::RealClock;
use crate::base::{Clock, Timestamp};
use crate::bot::{self, Bot};
use crate::catalog::{self, load::Texts};
use crate::cmd::instant::Instant;
use crate::cmd::machine::Here;
use crate::cmd::passes::{Links, Passes};
use crate::cmd::status::Watched;
use crate::cmd::{FAULTS, FINE, Place, check, console, data, logging, on_air, page};
use crate::config::{Machine, machine};
use crate::console::control::{self, Control};
use crate::console::monitor;
use crate::console::notice::{self, Notices};
use crate::county::boxes::Boxes;
use crate::county::content::ContentFault;
use crate::county::noticeboard::Residents;
use crate::county::snapshot::Board;
use crate::county::{self, County, CountyFault};
use crate::ledger::Ledger;
use crate::link::county as link;
use crate::outbox::{self, Outbox};
use crate::station;
use crate::store::Store;

/// A stop that takes longer than this is cut off: what is not final by then is settled at the next start.
const STOP_MAX: Duration = Duration::from_secs(10);
/// Of which the station may take this long to fade and write its outcomes.
const STATION_STOP_MAX: Duration = Duration::from_secs(4);
/// And the calls on their way to chat services this long to be answered.
const POSTS_STOP_MAX: Duration = Duration::from_secs(3);

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
    let machine = match machine::read(&file, &text, &place.home, None) {
        Ok(machine) => machine,
        Err(found) => {
            // All of its faults at once: those that show beside the directory, too.
            let catalog = catalog::load(&check::read(place)?, &Texts::new()).catalog;
            let again = catalog
                .map(|catalog| machine::read(&file, &text, &place.home, Some(&|id| catalog.stations.contains_key(id))));
            page::problems(&again.and_then(Result::err).unwrap_or(found));
            return Ok(FAULTS);
        }
    };
    let start = args.clock.map(|at| start(place, at)).transpose()?;
    let clock: Arc<dyn Clock> = Arc::new(start.map_or_else(RealClock::default, RealClock::starting_at));
    logging::begin(machine.log_format, &machine.log_filter, args.clock.is_some().then(|| clock.clone()))?;
    // The county's passes and the outbox want one thread each; sockets fit between.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let result =
        runtime.block_on(daemon(place, (&file, &text, args.machine.clone()), machine, clock, args.clock.is_some()));
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
    (file, text, file_of): (&str, &str, Option<PathBuf>),
    machine: Machine,
    clock: Arc<dyn Clock>,
    is_shifted: bool,
) -> anyhow::Result<u8> {
    let data = place.data();
    data::open(&data)?;
    let _lock = data::lock(&data)?;

    // Before anything is made: a port in use is the commonest mistake.
    let monitor_listener = monitor::listen(machine.listen).await?;
    // With port 0 the system chooses one.
    let listen = monitor_listener.local_addr()?;
    let serving = machine.link.as_ref().map(link::listen).transpose()?;
    let console = machine.console.as_ref().map(console::listen).transpose()?;
    let ledger = Ledger::open(&data.join("ledger.db")).await?;
    let store =
        Store::open(data.join("clips")).with_context(|| format!("{} cannot be used", data.join("clips").display()))?;
    let (channels, faults) = outbox::channel::open(&machine.outbox);
    for fault in &faults {
        // The loudspeakers do not wait for a chat service: its posts do.
        error!("{file}: {fault}; then start again: posts to its groups wait until they expire");
    }
    let outbox = Outbox::open(ledger.clone(), store.clone(), channels, county::WORDS, clock.now()).await?;
    let draw = county::cards::drawing(machine.cards.clone());
    let mut outbox = outbox.drawing(draw.clone());
    let mut notices = None;
    if let Some(page) = &machine.page {
        let listener = notice::listen(page.listen).await?;
        let links = county::public::Links::open(&ledger, &page.url, page.by_number).await?;
        let links_of_posts = links.clone();
        outbox = outbox.linking(Arc::new(move |post| Some(links_of_posts.of(post.notice.as_deref()?))));
        let (ledger, store, clock) = (ledger.clone(), store.clone(), clock.clone());
        info!(pages = %listener.local_addr()?, url = page.url, "public pages of notices are served");
        notices = Some((listener, Notices { ledger, store, clock, links, draw }));
    }
    let outbox = Arc::new(outbox);
    let options = county::Options {
        home: place.home.clone(),
        data: data.clone(),
        local: machine.loudspeakers.iter().map(|loudspeaker| loudspeaker.station.clone()).collect(),
    };
    let local = options.local.clone();
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
        if let Err(unknown) = machine::read(file, text, &place.home, Some(&|id| stations.contains_key(id))) {
            page::problems(&unknown);
            return Ok(FAULTS);
        }
    }

    // One bell for everything that calls for a pass of the county.
    let bell = Arc::new(Notify::new());
    let linked = match serving {
        Some(serving) => {
            let link_bell = bell.clone();
            let ring = Box::new(move || link_bell.notify_one());
            let gate = link::Gate::open(ledger.clone(), store.clone(), clock.clone(), county.link_keys(), ring).await?;
            let gate = Arc::new(gate);
            county.attach(gate.clone());
            if let Some(link::Transport::Tls { certificate, key }) = machine.link.as_ref().map(|link| &link.transport) {
                county.watch_certificate(certificate.clone(), key.clone());
            }
            Some((serving, gate))
        }
        None => None,
    };
    let receipt_bell = bell.clone();
    let station_options =
        station::Options { journal: data.join("journal"), loudspeakers: machine.loudspeakers, remote: false };
    let running = station::start(
        station_options,
        clock.clone(),
        store.clone(),
        county.trust()?,
        Box::new(move || receipt_bell.notify_one()),
    )?;
    let running = Arc::new(running);

    let passed_ms = Arc::new(AtomicI64::new(clock.now().timestamp_millis()));
    let watched = Watched {
        board: board.clone(),
        running: running.clone(),
        outbox: outbox.clone(),
        clock: clock.clone(),
        passed_ms: passed_ms.clone(),
        is_shifted,
        gate: linked.as_ref().map(|(_, gate)| gate.clone()),
        link_up: linked.as_ref().map(|(serving, _)| serving.up()),
    };
    let asked = watched.clone();
    let control_listener =
        control::listen(&data).with_context(|| format!("{} cannot be made", data.join(control::SOCKET).display()))?;
    let boxes = linked.as_ref().map(|(serving, gate)| {
        let url = machine.link.as_ref().and_then(|link| link.url.clone());
        let url = url.unwrap_or_else(|| format!("https://{}", serving.address()));
        Boxes { ledger: ledger.clone(), gate: gate.clone(), local, url }
    });
    let ledger_of_bot = ledger.clone();
    let bot_options = machine.outbox.telegram.clone().filter(|_| machine.bot);
    let control = Control {
        ledger,
        boxes,
        board: board.clone(),
        clock: clock.clone(),
        bell: bell.clone(),
        outbox: outbox.bell(),
        status: Box::new(move || asked.report()),
    };
    let control = Arc::new(control);
    let mut tasks = tokio::task::JoinSet::new();
    tasks.spawn(control.clone().serve(control_listener));
    if let Some(console) = console {
        let here = Here { place: place.clone(), machine: file_of, channels: machine.outbox, watched: watched.clone() };
        tasks.spawn(console.ready(control, (store, place.home.clone()), here).await?);
    }
    tasks.spawn(monitor::serve(monitor_listener, watched.pages()));
    if let Some((listener, notices)) = notices {
        tasks.spawn(notice::serve(listener, notices));
    }
    let stop_link = linked.map(|(serving, gate)| {
        info!(address = %serving.address(), "the link listens for village boxes");
        let stop = serving.stopper();
        tasks.spawn(serving.serve(link::router(gate)));
        stop
    });
    if let Some(line) = residents(bot_options, &clock, ledger_of_bot, &board) {
        tasks.spawn(line.run());
    }
    let sender = outbox.clone();
    let sender_clock = clock.clone();
    let mut sending = tokio::spawn(async move { sender.run(&*sender_clock, std::future::pending()).await });
    let (mut term, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let links = Links {
        clock: clock.clone(),
        running: running.clone(),
        bell,
        passed_ms,
        stopping: Arc::new(AtomicBool::new(false)),
    };
    let (mut passes, mut first) = Passes::begin(county, &place.home, links);

    let mut ready = false;
    loop {
        tokio::select! {
            _ = term.recv() => break,
            _ = interrupt.recv() => break,
            // Who is told that it is ready finds planned what is to air.
            _ = &mut first, if !ready => {
                ready = true;
                info!(listen = %listen, data = %data.display(), "ready");
                let _ = sd_notify::notify(false, &[sd_notify::NotifyState::Ready]);
            }
            () = passes.ended(), if ready => {
                bail!("the county's passes ended by themselves, which is a fault of this program; it is to be started again")
            }
            _ = &mut sending => {
                bail!("the sending of posts ended by itself, which is a fault of this program; it is to be started again")
            }
        }
    }

    info!("stopping");
    let _ = sd_notify::notify(false, &[sd_notify::NotifyState::Stopping]);
    // Sound and posts end while the pass that is under way ends.
    passes.stop();
    // Boxes that wait are hung up on, and ask again in a while.
    if let Some(stop) = stop_link {
        stop();
    }
    let stop = async {
        let stations = running.clone();
        tokio::task::spawn_blocking(move || stations.shutdown(STATION_STOP_MAX)).await?;
        sending.abort();
        outbox.stop(POSTS_STOP_MAX, &*clock).await?;
        let mut county = passes.county().await?;
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

/// The robot's ear, where this machine has one. Without a token it stays closed: the channel's fault is told already.
fn residents(
    options: Option<outbox::telegram::Options>,
    clock: &Arc<dyn Clock>,
    ledger: Ledger,
    board: &Arc<Board>,
) -> Option<bot::telegram::Line> {
    // A question is held open longer than a text is sent.
    let options = outbox::telegram::Options { timeout: outbox::telegram::TIMEOUT_MAX, ..options? };
    let telegram = Arc::new(outbox::telegram::Telegram::open(&options).ok()?);
    let bot = Bot::new(ledger, Arc::new(Residents(board.clone())));
    Some(bot::telegram::Line::new(bot, telegram.connect(), outbox::telegram::pieces, clock.clone()))
}
