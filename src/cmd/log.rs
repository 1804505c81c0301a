//! `cunxiang log`: what was planned and how it ended, from the ledger.

mod tally;

use anyhow::bail;
use chrono::{SecondsFormat, TimeDelta};
use clap::builder::PossibleValuesParser;
use serde::Serialize;

use crate::base::clock::RealClock;
use crate::base::{Clock, Id, Tag, Timestamp, near};
use crate::catalog::Catalog;
use crate::cmd::instant::Instant;
use crate::cmd::{FAULTS, FINE, Format, Place, on_air, page};
use crate::county::reach;
use crate::ledger::{AiringFilter, AiringRow, Ledger, PostFilter};
use crate::planner::rows::local_time;
use crate::rundown::{AiringId, Class, Level, outcome::PartPlayed};

/// What `--outcome` knows: an airing without an outcome is `planned`.
const OUTCOMES: [&str; 8] = ["planned", "played", "partial", "missed", "cancelled", "expired", "refused", "unreported"];

#[derive(clap::Args)]
pub struct Args {
    /// Due at or after this [default: two days before the end]
    #[arg(long, value_name = "INSTANT")]
    from: Option<Instant>,
    /// Due before this [default: now, or after the newest]
    #[arg(long, value_name = "INSTANT", alias = "to")]
    until: Option<Instant>,
    #[arg(long)]
    station: Option<Id>,
    #[arg(long)]
    broadcast: Option<Id>,
    /// How they ended, or that they have not
    #[arg(long, value_name = "WORD", value_parser = PossibleValuesParser::new(OUTCOMES))]
    outcome: Option<String>,
    /// Posts to chat groups instead of airings
    #[arg(long, conflicts_with_all = ["orders", "station", "outcome"])]
    posts: bool,
    /// Orders instead of airings
    #[arg(long)]
    orders: bool,
    /// Planned against aired, counted by this
    #[arg(long, value_enum, conflicts_with_all = ["posts", "orders"])]
    by: Option<tally::By>,
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

/// One airing, as `log --format json` writes it: a row of `plan`, and how it ended.
#[derive(Serialize)]
struct Row<'a> {
    airing: &'a AiringId,
    broadcast: &'a Id,
    station: &'a Id,
    at: String,
    until: String,
    class: Option<Class>,
    level: Option<Level>,
    /// `planned`, `no-box` where nobody serves the station, or `ended`.
    state: &'static str,
    languages: &'a [Tag],
    notice: Option<&'a str>,
    outcome: Option<&'static str>,
    reason: Option<crate::rundown::Reason>,
    started: Option<String>,
    parts: &'a [PartPlayed],
    detail: Option<&'a str>,
    sink: Option<&'a str>,
}

pub fn run(place: &Place, args: &Args) -> anyhow::Result<u8> {
    let path = place.data().join("ledger.db");
    if !path.exists() {
        bail!("there is no ledger in {}; nothing has run here yet", place.data().display());
    }
    let Some(catalog) = on_air::read(place)? else { return Ok(FAULTS) };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let ledger = Ledger::open(&path).await?;
        let printed = print(&ledger, args, &catalog).await;
        ledger.close().await;
        printed
    })?;
    Ok(FINE)
}

async fn print(ledger: &Ledger, args: &Args, catalog: &Catalog) -> anyhow::Result<()> {
    let (zone, now) = (catalog.county.zone, RealClock::default().now());
    let instant = |written: Option<Instant>| written.map(|written| written.in_zone(zone, now)).transpose();
    if args.orders {
        super::order::print_orders(&ledger.orders(Timestamp::UNIX_EPOCH).await?, zone);
        return Ok(());
    }
    if args.posts {
        let filter = PostFilter {
            since: instant(args.from)?,
            until: instant(args.until)?,
            broadcast: args.broadcast.clone(),
            ..PostFilter::default()
        };
        return super::posts::print(&ledger.posts(&filter).await?, args.format, zone);
    }
    // A daemon with a shifted clock has rows of the future: the end of the ledger is its newest row, not now.
    let latest = ledger.latest_ended().await?;
    let end = now.max(latest.map_or(Timestamp::UNIX_EPOCH, |at| at + TimeDelta::seconds(1)));
    let to = instant(args.until)?.unwrap_or(end);
    let from = instant(args.from)?.unwrap_or(to - TimeDelta::days(2));
    let filter = AiringFilter {
        from,
        to,
        station: args.station.clone(),
        broadcast: args.broadcast.clone(),
        state: args.outcome.clone(),
    };
    let rows = ledger.airings(&filter).await?;
    if rows.is_empty() {
        is_known(ledger, &filter, catalog).await?;
    }
    let served = reach::served(ledger).await?;
    let is_served = |station: &Id| served.as_ref().is_none_or(|served| served.contains(station));
    match args.by {
        Some(by) => tally::print(&rows, by, args.format),
        None => print_airings(&rows, args.format, zone, &is_served),
    }
}

/// Whether what nothing was found of is there at all: in the content, or in the ledger of old.
///
/// Errors: a station or a broadcast that nothing here knows.
async fn is_known(ledger: &Ledger, filter: &AiringFilter, catalog: &Catalog) -> anyhow::Result<()> {
    let asked = [
        ("station", &filter.station, catalog.stations.keys().map(Id::as_str).collect::<Vec<_>>()),
        ("broadcast", &filter.broadcast, catalog.broadcasts.keys().map(Id::as_str).collect()),
    ];
    for (what, id, known) in asked {
        let Some(id) = id.as_ref().filter(|id| !known.contains(&id.as_str())) else { continue };
        let ever = AiringFilter {
            from: Timestamp::MIN_UTC,
            to: Timestamp::MAX_UTC,
            station: (what == "station").then(|| id.clone()),
            broadcast: (what == "broadcast").then(|| id.clone()),
            state: None,
        };
        if ledger.airings(&ever).await?.is_empty() {
            bail!(
                "neither config/ and broadcasts/ nor the ledger know a {what} `{id}`{}",
                near::hint(id.as_str(), known)
            );
        }
    }
    Ok(())
}

/// An airing that has not ended, at a station that nobody serves, is not simply planned.
type IsServed<'a> = &'a dyn Fn(&Id) -> bool;

fn print_airings(
    rows: &[AiringRow],
    format: Format,
    zone: chrono_tz::Tz,
    is_served: IsServed<'_>,
) -> anyhow::Result<()> {
    if format == Format::Json {
        let rows: Vec<Row<'_>> = rows.iter().map(|row| json_row(row, zone, is_served)).collect();
        page::json(&rows)?;
        return Ok(());
    }
    let cells: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            let languages: Vec<&str> = row.languages.iter().map(Tag::as_str).collect();
            let started =
                row.started.map_or("-".into(), |at| at.with_timezone(&zone).format("%H:%M:%S%.3f").to_string());
            let outcome = row.outcome.map_or_else(|| state(row, is_served).to_owned(), |outcome| outcome.to_string());
            vec![
                local_time(row.at, zone),
                row.id.station.to_string(),
                row.id.broadcast.to_string(),
                languages.join(" "),
                outcome,
                started,
                row.detail.clone().unwrap_or_default(),
            ]
        })
        .collect();
    page::table(&["AT", "STATION", "BROADCAST", "LANGUAGES", "OUTCOME", "STARTED", ""], &cells);
    anstream::println!("{}", page::count(rows.len(), "airing"));
    Ok(())
}

fn state(row: &AiringRow, is_served: IsServed<'_>) -> &'static str {
    match row.outcome {
        Some(_) => "ended",
        None if is_served(&row.id.station) => "planned",
        None => reach::NO_BOX,
    }
}

fn json_row<'a>(row: &'a AiringRow, zone: chrono_tz::Tz, is_served: IsServed<'_>) -> Row<'a> {
    Row {
        airing: &row.id,
        broadcast: &row.id.broadcast,
        station: &row.id.station,
        at: local_time(row.at, zone),
        until: local_time(row.until, zone),
        class: row.class,
        level: row.level,
        state: state(row, is_served),
        languages: &row.languages,
        notice: row.notice.as_deref(),
        outcome: row.outcome.map(|outcome| outcome.word()),
        reason: row.outcome.and_then(|outcome| outcome.reason()),
        started: row.started.map(|at| at.with_timezone(&zone).to_rfc3339_opts(SecondsFormat::Millis, false)),
        parts: &row.parts,
        detail: row.detail.as_deref(),
        sink: row.sink.as_deref(),
    }
}
