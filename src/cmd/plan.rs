//! `cunxiang plan` and `cunxiang explain`: what will air, and why. They read files alone; what a running daemon's
//! ledger adds (orders, notice numbers) is taken in where there is one.

use std::collections::BTreeSet;

use anyhow::{Context, bail};
use chrono::TimeDelta;

use crate::base::clock::RealClock;
use crate::base::{Clock, Id, Timestamp, near};
use crate::catalog::Catalog;
use crate::cmd::instant::Instant;
use crate::cmd::{FAULTS, FINE, Format, Place, on_air, page};
use crate::county::{reach, register};
use crate::ledger::Ledger;
use crate::planner::recurrence::day_begins;
use crate::planner::{Planner, Registered, Registry, Row, explain, rows};
use crate::rundown::Order;

/// A plan holds 14 days; more is not known to be so.
const DAYS_MAX: u32 = 14;

#[derive(clap::Args)]
pub struct PlanArgs {
    /// These stations only; may be given more than once
    #[arg(long = "station")]
    stations: Vec<Id>,
    /// From this day or instant on [default: the beginning of today]
    #[arg(long, value_name = "INSTANT")]
    from: Option<Instant>,
    /// How many days
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=i64::from(DAYS_MAX)))]
    days: u32,
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

#[derive(clap::Args)]
pub struct ExplainArgs {
    #[arg(long)]
    station: Id,
    /// The minute, as "2026-11-24 07:30" in the county's time, or with an offset
    #[arg(long, value_name = "INSTANT")]
    at: Instant,
}

/// The content, and what the ledger knows beside it.
struct Known {
    catalog: Catalog,
    orders: Vec<Order>,
    registry: Registry,
    /// The stations that the daemon here serves; none where none has run.
    served: Option<BTreeSet<Id>>,
    has_ledger: bool,
}

pub fn plan(place: &Place, args: &PlanArgs) -> anyhow::Result<u8> {
    let Some(known) = read(place)? else { return Ok(FAULTS) };
    let zone = known.catalog.county.zone;
    if let Some(station) = args.stations.iter().find(|id| !known.catalog.stations.contains_key(*id)) {
        bail!(no_station(station, &known.catalog));
    }
    let now = RealClock::default().now();
    let today = day_begins(now.with_timezone(&zone).date_naive(), zone);
    let from = args.from.map_or(Ok(today), |from| from.in_zone(zone, now))?;
    let first = from.with_timezone(&zone).date_naive();
    let until = day_begins(first + TimeDelta::days(i64::from(args.days)), zone);
    // A plan of another day is made as it would be on that day.
    let planned_at = if args.from.is_some() { day_begins(first, zone) } else { now };
    let planner = Planner::new(&known.catalog, &known.orders, &known.registry, planned_at);
    let wanted = known.catalog.stations.keys().filter(|id| args.stations.is_empty() || args.stations.contains(id));
    let mut found: Vec<Row> =
        wanted.filter_map(|id| planner.station(id)).flat_map(|plan| rows(&plan, from, until, zone)).collect();
    for row in &mut found {
        if known.served.as_ref().is_some_and(|served| !served.contains(&row.station)) {
            row.state = reach::NO_BOX;
        }
    }
    found.sort_by(|a, b| (&a.at, &a.station, &a.broadcast).cmp(&(&b.at, &b.station, &b.broadcast)));
    let problems = planner.problems();
    if args.format == Format::Json {
        page::json(&found)?;
        page::problems_aside(&problems);
    } else {
        print_rows(&found);
        page::problems(&problems);
    }
    Ok(if problems.iter().any(|problem| problem.is_error()) { FAULTS } else { FINE })
}

fn print_rows(found: &[Row]) {
    let cells: Vec<Vec<String>> = found
        .iter()
        .map(|row| {
            let languages: Vec<&str> = row.languages.iter().map(crate::base::Tag::as_str).collect();
            let class = row.level.map_or(row.class.to_string(), |level| format!("{} {level}", row.class));
            vec![
                row.at.clone(),
                row.station.to_string(),
                row.broadcast.to_string(),
                class,
                languages.join(" "),
                row.state.to_owned(),
            ]
        })
        .collect();
    page::table(&["AT", "STATION", "BROADCAST", "CLASS", "LANGUAGES", "STATE"], &cells);
    anstream::println!("{}", page::count(found.len(), "airing"));
}

fn no_station(written: &Id, catalog: &Catalog) -> String {
    let hint = near::hint(written.as_str(), catalog.stations.keys().map(Id::as_str));
    format!("there is no station `{written}`; config/stations.toml lists them{hint}")
}

pub fn explain_minute(place: &Place, args: &ExplainArgs) -> anyhow::Result<u8> {
    let Some(known) = read(place)? else { return Ok(FAULTS) };
    let zone = known.catalog.county.zone;
    let at = args.at.in_zone(zone, RealClock::default().now())?;
    // Without a ledger nothing is known of when a broadcast became ready: the day is told as if all were by then.
    let now = match known.has_ledger {
        true => RealClock::default().now(),
        false => day_begins(at.with_timezone(&zone).date_naive(), zone),
    };
    let planner = Planner::new(&known.catalog, &known.orders, &known.registry, now);
    let explanation =
        explain(&planner, &args.station, at).with_context(|| no_station(&args.station, &known.catalog))?;
    anstream::print!("{explanation}");
    Ok(FINE)
}

/// Reads the content, and the ledger where there is one. None when there is no content; its faults are told.
fn read(place: &Place) -> anyhow::Result<Option<Known>> {
    let Some(catalog) = on_air::read(place)? else { return Ok(None) };
    let path = place.data().join("ledger.db");
    let has_ledger = path.exists();
    let (orders, registry, served) = if has_ledger { from_ledger(&path, &catalog)? } else { Default::default() };
    Ok(Some(Known { catalog, orders, registry, served, has_ledger }))
}

/// What was approved, for commands that read files alone: it is in the ledger, and without one nothing was.
pub(super) fn reviewed(place: &Place, catalog: &Catalog) -> anyhow::Result<Registry> {
    let ledger = place.data().join("ledger.db");
    let asks = catalog.county.review_required && ledger.exists();
    let reviews = if asks { from_ledger(&ledger, catalog)?.1.reviews } else { Default::default() };
    Ok(Registry { reviews, ..Registry::default() })
}

type FromLedger = (Vec<Order>, Registry, Option<BTreeSet<Id>>);

fn from_ledger(path: &std::path::Path, catalog: &Catalog) -> anyhow::Result<FromLedger> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let ledger = Ledger::open(path).await?;
        let orders = ledger.orders(Timestamp::UNIX_EPOCH).await?;
        let mut registry =
            Registry { broadcasts_first_seen: ledger.broadcasts_first_seen().await?, ..Registry::default() };
        registry.reviews = register::reviews(&ledger, catalog, &orders).await?;
        for edition in catalog.editions.values() {
            if let Some(known) = ledger.registered(edition.digest).await? {
                registry
                    .editions
                    .insert(edition.digest, Registered { notice: known.notice, first_seen: known.first_seen });
            }
        }
        let served = reach::served(&ledger).await?;
        ledger.close().await;
        Ok((orders, registry, served))
    })
}
