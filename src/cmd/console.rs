//! The web console as `run` serves it: what of stations and link it looks at, and the link of a new county.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use chrono::TimeDelta;
use tracing::{info, warn};

use crate::base::Id;
use crate::cmd::machine::Here;
use crate::cmd::status::Watched;
use crate::console::control::Control;
use crate::console::web::{self, Health, Site, StationSeen};
use crate::ledger::BoxState;
use crate::link::county as link;
use crate::link::county::{Seen, Serving, Transport, listen_for};
use crate::station::{DeviceState, Status};
use crate::store::Store;

/// Browsers of an office, each with a few connections, and those who watch.
const CONNECTIONS_MAX: usize = 500;
/// A box whose clock is further off airs audibly late beside its neighbour.
const CLOCK_OFF_MAX: TimeDelta = TimeDelta::seconds(1);

/// A port that was taken for the console.
pub struct Console {
    serving: Serving,
    options: web::Options,
}

/// Takes the port.
///
/// Errors: open to others without TLS, in use, certificate or key at fault.
pub fn listen(options: &link::Options) -> anyhow::Result<Console> {
    let serving = listen_for("console", Some(CONNECTIONS_MAX), options)?;
    let behind_proxy = options.transport == Transport::BehindProxy;
    let options =
        web::Options { secure: options.transport != Transport::Plain, behind_proxy, url: options.url.clone() };
    Ok(Console { serving, options })
}

impl Console {
    /// What serves it for ever, after it was told how the first engineer comes in.
    ///
    /// Errors: the ledger cannot be read or written.
    pub async fn ready(
        self,
        control: Arc<Control>,
        (store, home): (Store, PathBuf),
        here: Here,
    ) -> anyhow::Result<impl Future<Output = ()> + Send + 'static> {
        let Console { serving, options } = self;
        let scheme = if options.secure { "https" } else { "http" };
        let url = options.url.clone().unwrap_or_else(|| format!("{scheme}://{}", serving.address()));
        let first = web::first_link(&control.ledger, control.clock.now()).await;
        if let Some(path) = first.context("the console's first link cannot be made")? {
            warn!("the console has no engineer yet; within 15 minutes, open {url}{path}");
        }
        let site = {
            let watched = here.watched.clone();
            Site::new(control, (store, home), options, (Box::new(move || village(&watched)), Box::new(here)))
        };
        info!(%url, "the console is served");
        Ok(serving.serve(web::router(site)))
    }
}

/// Every station that somebody serves.
fn village(watched: &Watched) -> Vec<StationSeen> {
    let mut found: Vec<StationSeen> = watched.running.status().into_iter().map(here).collect();
    if let Some(gate) = &watched.gate {
        for seen in gate.seen().iter().filter(|seen| seen.state == BoxState::Confirmed) {
            found.extend(seen.stations.iter().map(|station| away(seen, station)));
        }
    }
    found
}

/// A loudspeaker of this machine.
fn here(status: Status) -> StationSeen {
    let health = match status {
        Status { device: DeviceState::Failed(_), .. } | Status { refusal: Some(_), .. } => Health::Faulty,
        Status { muted: Some(_), .. } => Health::Muted,
        _ => Health::Well,
    };
    StationSeen { station: status.station, health, sounding: status.sounding, heard: None, clock_offset_ms: None }
}

/// A station of a village box.
fn away(seen: &Seen, station: &Id) -> StationSeen {
    let status = seen.status.as_ref();
    let of_station = status.and_then(|status| status.stations.iter().find(|one| one.station == *station));
    let offset = status.map(|status| status.clock_offset_ms);
    let is_off = offset.is_some_and(|ms| ms.unsigned_abs() > CLOCK_OFF_MAX.num_milliseconds().unsigned_abs());
    let is_faulty = status.is_some_and(|status| status.journal_fault.is_some() || status.amnesia)
        || of_station.is_some_and(|one| one.device.starts_with("failed") || one.refusal.is_some());
    let health = if seen.silent || seen.heard_at.is_none() {
        Health::Silent
    } else if is_faulty {
        Health::Faulty
    } else if of_station.is_some_and(|one| one.muted.is_some()) {
        Health::Muted
    } else if status.is_some_and(|status| !status.clock_trusted) || is_off {
        Health::Clock
    } else if of_station.is_some_and(|one| !one.unready.is_empty()) {
        Health::Unready
    } else {
        Health::Well
    };
    StationSeen {
        station: station.clone(),
        health,
        sounding: of_station.and_then(|one| one.sounding.clone()).filter(|_| !seen.silent),
        heard: seen.heard_at,
        clock_offset_ms: offset,
    }
}
