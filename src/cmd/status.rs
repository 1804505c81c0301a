//! What a running daemon says of itself: `cunxiang status`, and the monitor's two pages.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use anyhow::{Context, bail};
use chrono::{DateTime, FixedOffset, SecondsFormat, SubsecRound, TimeDelta};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::base::{Clock, Id, Timestamp};
use crate::cmd::{FINE, Format, Place, metrics, order, page};
use crate::console::control::{Answer, Ask};
use crate::console::monitor::Monitor;
use crate::county::snapshot::Board;
use crate::ledger::BoxState;
use crate::link::county::{Gate, Seen};
use crate::outbox::Outbox;
use crate::rundown::AiringId;
use crate::rundown::document::Edge;
use crate::rundown::seal::Keys;
use crate::station::{self, DeviceState};

/// The scheduling thread wakes at least every 30 s; one that has not for this long is stuck.
pub const BEAT_MAX: TimeDelta = TimeDelta::seconds(75);
/// A county that has had no good pass for this long is not well: it makes one a minute.
const PASS_MAX: TimeDelta = TimeDelta::seconds(180);

#[derive(clap::Args)]
pub struct Args {
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

/// One look at the daemon. Instants have the county's offset.
#[derive(Serialize, Deserialize)]
pub struct Report {
    county: Id,
    sample: bool,
    review_required: bool,
    pub clock: DateTime<FixedOffset>,
    pub time_zone: Tz,
    clock_shifted: bool,
    /// Why the county waits, where it does.
    hold: Option<String>,
    /// Whether emergencies need the signatures of two approvers.
    #[serde(default)]
    approvals_required: bool,
    /// The faults of content and plan that hold something back.
    faults: Vec<String>,
    stations: Vec<Station>,
    /// Village boxes.
    #[serde(default)]
    boxes: Boxes,
    /// What is wrong with the link's certificate or its key.
    #[serde(default)]
    certificate: Option<String>,
    /// What is wrong with the journal of claims.
    journal: Option<String>,
    posts: Posts,
    /// What is wrong with robots, because of which their posts wait.
    channels: Vec<String>,
    /// Airings that ended since the start.
    outcomes: BTreeMap<String, u64>,
}

#[derive(Serialize, Deserialize)]
struct Station {
    station: Id,
    sink: String,
    /// `closed`, `opening`, `open`, or what the device said when it failed.
    device: String,
    sounding: Option<AiringId>,
    rundown: Edge,
    refused: Option<String>,
    next: Option<Next>,
}

#[derive(Serialize, Deserialize)]
struct Next {
    airing: AiringId,
    at: DateTime<FixedOffset>,
}

/// Village boxes that are not revoked.
#[derive(Default, Serialize, Deserialize)]
pub struct Boxes {
    pub confirmed: usize,
    pub pending: usize,
    /// Whether they are served now; none where there is no link.
    #[serde(default)]
    pub served: Option<bool>,
    /// Stations whose box has not been heard for longer than a box may.
    pub silent: Vec<Id>,
}

impl Boxes {
    fn of(seen: &[Seen]) -> Boxes {
        let count = |state| seen.iter().filter(|one| one.state == state).count();
        let silent = seen.iter().filter(|one| one.silent).flat_map(|one| one.stations.clone()).collect();
        Boxes { confirmed: count(BoxState::Confirmed), pending: count(BoxState::Pending), served: None, silent }
    }
}

/// Calls since the start.
#[derive(Serialize, Deserialize)]
struct Posts {
    delivered: u64,
    refused: u64,
    unknown: u64,
    expired: u64,
    retried: u64,
    in_flight: u64,
}

/// What a look at the daemon looks at.
#[derive(Clone)]
pub struct Watched {
    pub board: Arc<Board>,
    pub running: Arc<station::Running>,
    pub outbox: Arc<Outbox>,
    pub clock: Arc<dyn Clock>,
    /// When the county's last good pass ended, ms since 1970.
    pub passed_ms: Arc<AtomicI64>,
    pub is_shifted: bool,
    /// Village boxes, where they can reach this machine.
    pub gate: Option<Arc<Gate>>,
    /// Whether those are served; not while the certificate cannot be used.
    pub link_up: Option<Arc<AtomicBool>>,
}

impl Watched {
    /// What `cunxiang status` prints.
    pub fn report(&self) -> serde_json::Value {
        let snapshot = self.board.read();
        let zone = snapshot.catalog.county.zone;
        let local = |at: Timestamp| at.trunc_subsecs(0).with_timezone(&zone).fixed_offset();
        let stations = self.running.status().into_iter().map(|status| Station {
            station: status.station,
            sink: status.sink,
            device: match status.device {
                DeviceState::Closed => "closed".to_owned(),
                DeviceState::Opening => "opening".to_owned(),
                DeviceState::Open => "open".to_owned(),
                DeviceState::Failed(why) => why,
            },
            sounding: status.sounding,
            rundown: status.held,
            refused: status.refusal,
            next: status.next.map(|(airing, at)| Next { airing, at: local(at) }),
        });
        let counts = self.outbox.counts();
        let report = Report {
            county: snapshot.catalog.county.id.clone(),
            sample: snapshot.catalog.county.sample,
            review_required: snapshot.catalog.county.review_required,
            clock: local(self.clock.now()),
            time_zone: zone,
            clock_shifted: self.is_shifted,
            hold: snapshot.hold.as_ref().map(|hold| hold.reason.clone()),
            approvals_required: snapshot.keys.as_ref().is_some_and(Keys::approvals_required),
            faults: snapshot.problems.iter().filter(|problem| problem.is_error()).map(ToString::to_string).collect(),
            stations: stations.collect(),
            boxes: self.boxes(),
            certificate: snapshot.certificate.clone().and_then(Result::err),
            journal: self.running.journal_fault(),
            posts: Posts {
                delivered: counts.delivered,
                refused: counts.refused,
                unknown: counts.unknown,
                expired: counts.expired,
                retried: counts.retried,
                in_flight: counts.in_flight,
            },
            channels: self.outbox.faults(),
            outcomes: snapshot.outcomes.iter().map(|(word, count)| ((*word).to_owned(), *count)).collect(),
        };
        serde_json::to_value(report).expect("a report has text keys and no NaN")
    }

    fn boxes(&self) -> Boxes {
        let boxes = self.gate.as_ref().map_or_else(Boxes::default, |gate| Boxes::of(&gate.seen()));
        Boxes { served: self.link_up.as_ref().map(|up| up.load(Ordering::SeqCst)), ..boxes }
    }

    /// The monitor's pages.
    pub fn pages(self) -> Monitor {
        let watched = self.clone();
        let health = move || {
            let snapshot = self.board.read();
            let sample = if snapshot.catalog.county.sample { " (sample county)" } else { "" };
            let shifted = if self.is_shifted { " (shifted clock)" } else { "" };
            let fault = match &snapshot.hold {
                Some(hold) => Some(format!("HOLD: {}", hold.reason)),
                None => self.fault(),
            };
            match fault {
                Some(fault) => Err(format!("{fault}{sample}{shifted}\n")),
                None => Ok(format!("ok{sample}{shifted}\n")),
            }
        };
        Monitor { health: Box::new(health), metrics: Box::new(move || watched.metrics()) }
    }

    /// What `/metrics` says.
    pub fn metrics(&self) -> String {
        let (board, stations) = (self.board.read(), self.running.status());
        metrics::text(&board, (&stations, &self.boxes()), self.outbox.counts(), self.clock.now(), self.is_shifted)
    }

    /// What of the running parts is not well.
    fn fault(&self) -> Option<String> {
        let now = self.clock.now();
        let beat = now - self.running.beat();
        if beat > BEAT_MAX {
            return Some(format!("the scheduling thread has not moved for {} s", beat.num_seconds()));
        }
        let passed = now.timestamp_millis() - self.passed_ms.load(Ordering::Relaxed);
        if passed > PASS_MAX.num_milliseconds() {
            return Some(format!("no pass of the county has succeeded for {} s; the log says why", passed / 1000));
        }
        if let Some(fault) = self.running.journal_fault() {
            return Some(format!("the journal: {fault}"));
        }
        let device = self.running.status().into_iter().find_map(|status| match status.device {
            DeviceState::Failed(why) => Some(format!("{}: {why}", status.station)),
            _ => None,
        });
        device.or_else(|| self.outbox.faults().into_iter().next())
    }
}

/// Asks the daemon how it is.
///
/// Errors: none runs, it may not be asked by this account, or it is of another version.
pub fn ask(place: &Place) -> anyhow::Result<Report> {
    match order::ask_daemon(place, &Ask::Status)? {
        Answer::Status(status) => serde_json::from_value(status)
            .context("the daemon's answer is not understood; is the program of the same version?"),
        Answer::Refused(why) => bail!("{why}"),
        _ => bail!("the daemon answered something else; is the program of the same version?"),
    }
}

/// Prints what the daemon does now.
pub fn run(place: &Place, args: &Args) -> anyhow::Result<u8> {
    let report = ask(place)?;
    match args.format {
        Format::Json => page::json(&report)?,
        Format::Table => print(&report),
    }
    Ok(FINE)
}

fn print(report: &Report) {
    let instant = |at: &DateTime<FixedOffset>| at.to_rfc3339_opts(SecondsFormat::Secs, false);
    let sample = if report.sample { " (sample county)" } else { "" };
    let shifted = if report.clock_shifted { " (shifted)" } else { "" };
    anstream::println!("county    {}{sample}", report.county);
    anstream::println!("clock     {}{shifted}", instant(&report.clock));
    if !report.review_required {
        anstream::println!(
            "review    switched off: what nobody approved goes on air; `[review] required` in config/county.toml"
        );
    }
    if !report.approvals_required {
        anstream::println!(
            "keys      no approver has one: whoever holds the rundown key could raise an emergency; `cunxiang keys approver`"
        );
    }
    if let Some(hold) = &report.hold {
        anstream::println!("HOLD      {hold}; it ends with `cunxiang release`");
    }
    if let Some(fault) = &report.journal {
        anstream::println!("journal   {fault}");
    }
    let outcomes: Vec<String> = report.outcomes.iter().map(|(word, count)| format!("{count} {word}")).collect();
    anstream::println!("airings   {}", or_none(outcomes.join(", ")));
    let Posts { delivered, refused, unknown, expired, in_flight, .. } = report.posts;
    let posts = [
        (delivered, "delivered"),
        (refused, "refused"),
        (unknown, "unknown"),
        (expired, "expired"),
        (in_flight, "on their way"),
    ];
    let posts: Vec<String> =
        posts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    anstream::println!("posts     {}", or_none(posts.join(", ")));
    for fault in &report.channels {
        anstream::println!("posts     {fault}");
    }
    let rows: Vec<Vec<String>> = report
        .stations
        .iter()
        .map(|station| {
            let now = match (&station.sounding, &station.next) {
                (Some(airing), _) => format!("sounds {airing}"),
                (None, Some(next)) => format!("{} at {}", next.airing.broadcast, instant(&next.at)),
                (None, None) => "-".to_owned(),
            };
            let rundown = match &station.refused {
                Some(why) => format!("refused: {why}"),
                None => format!("{}.{}", station.rundown.epoch, station.rundown.version),
            };
            vec![station.station.to_string(), station.sink.clone(), station.device.clone(), rundown, now]
        })
        .collect();
    page::table(&["STATION", "SINK", "DEVICE", "RUNDOWN", "NEXT"], &rows);
    let Boxes { confirmed, pending, served, silent } = &report.boxes;
    if *served == Some(false) {
        anstream::println!("boxes     none is served: the link is down until its certificate can be used");
    }
    if let Some(fault) = &report.certificate {
        anstream::println!("boxes     {fault}");
    }
    if confirmed + pending > 0 {
        anstream::println!(
            "boxes     {confirmed} confirmed, {pending} waiting to be confirmed, {} silent",
            silent.len()
        );
    }
    for station in silent {
        anstream::println!("boxes     {station} has not been heard for 10 minutes; look at its power and its line");
    }
    for fault in &report.faults {
        anstream::println!("fault     {fault}");
    }
}

fn or_none(text: String) -> String {
    if text.is_empty() { "none since the start".to_owned() } else { text }
}
