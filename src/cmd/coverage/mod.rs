//! `cunxiang coverage`: which message is there in which language, and what each village will hear of each broadcast,
//! before it airs.

mod picture;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use anyhow::bail;
use serde::Serialize;

use crate::base::{Id, Tag};
use crate::catalog::coverage::{Cell, Heard, Scope, Standing, count_of};
use crate::catalog::spoken::Permit;
use crate::catalog::{Catalog, Kind};
use crate::cmd::{FAULTS, FINE, Format, Place, on_air, page, plan};
use crate::lang::LANGUAGES;
use crate::planner::Approval;

#[derive(clap::Args)]
pub struct Args {
    /// This broadcast alone, ready or not
    #[arg(long)]
    broadcast: Option<Id>,
    /// These stations alone; may be given more than once
    #[arg(long = "station")]
    stations: Vec<Id>,
    /// The stations of this township alone
    #[arg(long, conflicts_with = "stations")]
    township: Option<Id>,
    /// Draw the messages as a picture into this .png file, and print nothing but sums
    #[arg(short, long, value_name = "FILE", conflicts_with = "format")]
    output: Option<PathBuf>,
    /// This machine's file, for its fonts [default: config/machine.toml below the home folder]
    #[arg(long, value_name = "FILE", requires = "output")]
    machine: Option<PathBuf>,
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

/// A line of the JSON.
#[derive(Serialize)]
#[serde(tag = "row", rename_all = "lowercase")]
enum Row<'r> {
    Message(&'r Cell),
    Place(&'r Heard),
}

pub fn run(place: &Place, args: &Args) -> anyhow::Result<u8> {
    let Some(catalog) = on_air::read(place)? else { return Ok(FAULTS) };
    let scope = scope(&catalog, args)?;
    let registry = plan::reviewed(place, &catalog)?;
    let permits = |broadcast| Box::new(Approval::of(&catalog, &registry, broadcast, None)) as Box<dyn Permit + '_>;
    let cells = catalog.message_coverage_within(&scope, &permits);
    let places = catalog.place_coverage_within(&scope, &permits);
    if let Some(output) = &args.output {
        if picture::write(place, args.machine.as_deref(), &catalog, &cells, output)? != FINE {
            return Ok(FAULTS);
        }
        print_sums(&cells, &places);
    } else if args.format == Format::Json {
        let rows: Vec<Row<'_>> = cells.iter().map(Row::Message).chain(places.iter().map(Row::Place)).collect();
        anstream::println!("{}", serde_json::to_string_pretty(&rows)?);
    } else {
        print_messages(&cells);
        anstream::println!();
        print_places(&places);
        print_sums(&cells, &places);
    }
    let whole = places.iter().all(|place| place.missing.is_empty());
    Ok(if whole { FINE } else { FAULTS })
}

fn scope(catalog: &Catalog, args: &Args) -> anyhow::Result<Scope> {
    if let Some(id) = args.broadcast.as_ref().filter(|id| !catalog.broadcasts.contains_key(*id)) {
        bail!("there is no broadcast `{id}` without faults; `cunxiang check` tells why");
    }
    if let Some(id) = args.stations.iter().find(|id| !catalog.stations.contains_key(*id)) {
        bail!("there is no station `{id}`; config/stations.toml lists them");
    }
    if let Some(id) = args.township.as_ref().filter(|id| !catalog.townships.contains_key(*id)) {
        bail!("there is no township `{id}`; config/stations.toml lists them");
    }
    let of_township = |township: &Id| {
        let stations = catalog.stations.values().filter(|station| station.township == *township);
        stations.map(|station| station.id.clone()).collect::<BTreeSet<Id>>()
    };
    let named = (!args.stations.is_empty()).then(|| args.stations.iter().cloned().collect());
    Ok(Scope { broadcast: args.broadcast.clone(), stations: named.or(args.township.as_ref().map(of_township)) })
}

/// What a cell says: why it is not better; `-` where nobody is waiting for it.
fn word(cell: &Cell) -> &'static str {
    match cell.reason {
        _ if !cell.needed && cell.standing == Standing::Missing => "-",
        Some(reason) => reason,
        None => "ready",
    }
}

/// What the letters of [`marks`] say.
const LEGEND: &str = "t text, r reviewed, u up to date, p read by a person (m by a machine, o only a tone), \
    v in a voice the villages ask for; - is not so, . is not known or not asked for";

/// What there is of a cell, a letter each, so that nothing hides behind the first thing that is missing.
fn marks(cell: &Cell) -> [char; 5] {
    let or = |is: Option<bool>, letter| match is {
        Some(true) => letter,
        Some(false) => '-',
        None => '.',
    };
    let recorded = match cell.recorded {
        Some(Kind::Person) => 'p',
        Some(Kind::Synthetic) => 'm',
        Some(Kind::Placeholder) => 'o',
        None => '-',
    };
    [or(Some(cell.text), 't'), or(Some(cell.reviewed), 'r'), or(cell.up_to_date, 'u'), recorded, or(cell.voice, 'v')]
}

/// The cells of each message, in the order of the languages.
fn by_message(cells: &[Cell]) -> BTreeMap<&Id, Vec<&Cell>> {
    let mut rows: BTreeMap<&Id, Vec<&Cell>> = BTreeMap::new();
    for cell in cells {
        rows.entry(&cell.message).or_default().push(cell);
    }
    rows
}

fn print_messages(cells: &[Cell]) {
    let rows: Vec<Vec<String>> = by_message(cells)
        .into_iter()
        .map(|(message, cells)| {
            let words = cells.iter().map(|cell| format!("{} {}", marks(cell).iter().collect::<String>(), word(cell)));
            std::iter::once(message.to_string()).chain(words).collect()
        })
        .collect();
    let heading: Vec<&str> = std::iter::once("MESSAGE").chain(LANGUAGES.iter().map(|language| language.tag)).collect();
    page::table(&heading, &rows);
    anstream::println!("{LEGEND}");
}

/// Stations at which the same is heard and the same is missing are one line.
fn print_places(places: &[Heard]) {
    let mut lines: BTreeMap<(&Id, String, String), Vec<&Id>> = BTreeMap::new();
    for place in places {
        let heard: Vec<&str> = place.heard.iter().map(Tag::as_str).collect();
        let heard = if place.airs { heard.join(" ") } else { "nothing".to_owned() };
        let what = if place.missing_language == "hold" { "held" } else { "left out" };
        let mut missing: BTreeMap<&Tag, Vec<String>> = BTreeMap::new();
        for gap in &place.missing {
            missing.entry(&gap.language).or_default().push(format!("{} ({})", gap.message, gap.reason));
        }
        let missing: Vec<String> =
            missing.iter().map(|(language, gaps)| format!("{language}: {}", gaps.join(", "))).collect();
        let missing = if missing.is_empty() { "-".to_owned() } else { format!("{what}; {}", missing.join("; ")) };
        lines.entry((&place.broadcast, heard, missing)).or_default().push(&place.station);
    }
    let rows: Vec<Vec<String>> = lines
        .into_iter()
        .map(|((broadcast, heard, missing), stations)| vec![broadcast.to_string(), heard, count_of(&stations), missing])
        .collect();
    page::table(&["BROADCAST", "HEARD", "AT", "MISSING"], &rows);
}

fn print_sums(cells: &[Cell], places: &[Heard]) {
    let of = |standing| cells.iter().filter(|cell| cell.needed && cell.standing == standing).count();
    let (ready, stand_ins, missing) = (of(Standing::Ready), of(Standing::StandIn), of(Standing::Missing));
    let needed = page::count(ready + stand_ins + missing, "text");
    anstream::println!("{needed} to be heard: {ready} ready, {stand_ins} standing in, {missing} missing");
    let silent = places.iter().filter(|place| !place.airs).count();
    let short = places.iter().filter(|place| place.airs && !place.missing.is_empty()).count();
    let all = page::count(places.len(), "place");
    anstream::println!(
        "{all} of a broadcast: {} whole, {short} without a language, {silent} silent",
        places.len() - silent - short
    );
}
