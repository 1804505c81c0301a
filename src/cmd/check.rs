//! `cunxiang check`: every fault of every file, before anything airs.

use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::base::clock::RealClock;
use crate::base::problem::Place as At;
use crate::base::{Clock, Id, Problem, Severity, Timestamp};
use crate::catalog::{self, Broadcast, Catalog, Files, Loaded, Send, State, load::Texts};
use crate::cmd::instant::Instant;
use crate::cmd::{FAULTS, FINE, Format, Place, check_cards, check_texts, keys, page, plan};
use crate::config::{Machine, machine};
use crate::county::keys::CountyKeys;
use crate::outbox::channel::{self, CHANNELS, Carriage, Carries};
use crate::planner::Planner;
use crate::rundown::Class;

#[derive(clap::Args)]
pub struct Args {
    /// Look at what airs from this day or instant on [default: from now on]
    #[arg(long, value_name = "INSTANT")]
    from: Option<Instant>,
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    /// Print the errors alone, and count the rest
    #[arg(long)]
    errors: bool,
    /// First make the fixes that alter no word, in the .ftl files
    #[arg(long)]
    fix: bool,
    /// Look at the .ftl files of DIR/<language>/ alone; needs no county
    #[arg(long, value_name = "DIR", conflicts_with = "from")]
    locales: Option<PathBuf>,
}

pub fn run(place: &Place, args: &Args) -> anyhow::Result<u8> {
    let folder = args.locales.clone().unwrap_or_else(|| place.home.join("locales"));
    let shown = if args.locales.is_some() { folder.clone() } else { "locales".into() };
    if args.fix && args.locales.is_none() {
        // A folder that is no county is told before anything in it is written.
        read(place)?;
    }
    if args.fix {
        for made in check_texts::fix(&folder, &shown)? {
            // A program that reads JSON reads nothing else.
            match args.format {
                Format::Json => anstream::eprintln!("{made}"),
                Format::Table => anstream::println!("{made}"),
            }
        }
    }
    if args.locales.is_some() {
        let problems = check_texts::problems(&folder, &shown)?;
        return tell(problems, args);
    }
    let files = read(place)?;
    let Loaded { catalog, mut problems, .. } = catalog::load(&files, &Texts::new());
    problems.extend(clips_that_do_not_decode(place, &files));
    let machine = machine(place, None, catalog.as_ref(), &mut problems)?;
    if let Some(catalog) = &catalog {
        let now = RealClock::default().now();
        let now = args.from.map_or(Ok(now), |from| from.in_zone(catalog.county.zone, now))?;
        let registry = plan::reviewed(place, catalog)?;
        problems.extend(Planner::new(catalog, &[], &registry, now).problems());
        problems.extend(chats(catalog, machine.as_ref()));
        problems.extend(approvals(place, catalog, now));
        problems.extend(machine.iter().flat_map(|machine| check_cards::problems(catalog, &machine.cards)));
    }
    problems.sort();
    let status = tell(problems, args)?;
    if let Some(catalog) = catalog.filter(|_| args.format == Format::Table) {
        let (stations, chats) = (catalog.stations.len(), catalog.chats.len());
        anstream::println!(
            "{} in {} for {} and {}",
            page::count(catalog.broadcasts.len(), "broadcast"),
            page::count(crate::lang::LANGUAGES.len(), "language"),
            page::count(stations, "station"),
            page::count(chats, "chat")
        );
    }
    Ok(status)
}

/// Prints faults and how many there are.
fn tell(mut problems: Vec<Problem>, args: &Args) -> anyhow::Result<u8> {
    let errors = problems.iter().filter(|problem| problem.severity == Severity::Error).count();
    let warnings = page::count(problems.len() - errors, "warning");
    if args.errors {
        problems.retain(|problem| problem.severity == Severity::Error);
    }
    if args.format == Format::Json {
        page::json(&problems)?;
    } else {
        page::problems(&problems);
        anstream::println!("{}, {warnings}", page::count(errors, "error"));
    }
    Ok(if errors > 0 { FAULTS } else { FINE })
}

/// Reads the content folder.
///
/// Errors: there is none, or it cannot be listed.
pub fn read(place: &Place) -> anyhow::Result<Files> {
    let home = &place.home;
    if !home.join("config").is_dir() {
        anyhow::bail!("there is no config/ in {}; go to the county's folder, or name it with --home", home.display());
    }
    Files::read(home, None).with_context(|| format!("{} cannot be read", home.display()))
}

/// Decodes every clip to its end: the load looks at the container only.
pub fn clips_that_do_not_decode(place: &Place, files: &Files) -> Vec<Problem> {
    let readable = files.clips.iter().filter(|(_, clip)| clip.facts.is_ok());
    let bar = progress(readable.clone().count(), "decoding clips");
    let problems = readable
        .filter_map(|(path, _)| {
            bar.inc(1);
            let bytes = std::fs::read(place.home.join(&**path)).ok()?;
            let why = crate::audio::verify(&bytes).err()?.to_string();
            let (what, help) = why.split_once("; ").unwrap_or((&why, "import the recording again"));
            Some(Problem::error("bad-clip", At::file(path), what, help))
        })
        .collect();
    bar.finish_and_clear();
    problems
}

/// Emergencies that no station airs because too few approvers have a key, or that need none of their signatures. A county
/// that has not run yet has no keys at all, and a sample one cannot make them stale.
fn approvals(place: &Place, catalog: &Catalog, now: Timestamp) -> Option<Problem> {
    let is_emergency = |broadcast: &&Broadcast| broadcast.class == Class::Emergency && broadcast.state == State::Ready;
    let emergency = catalog.broadcasts.values().find(is_emergency)?;
    // What does not read is for `doctor`; this account may not be one that may look there.
    let keys = CountyKeys::vouched(&place.data().join("keys")).ok()?;
    if catalog.county.sample && !keys.approvals_required() {
        return None;
    }
    let advice = keys::advice(&keys, now)?;
    let (what, help) = advice.split_once("; ").unwrap_or((&advice, "`cunxiang keys show` lists them"));
    Some(Problem::warning("no-approver", emergency.messages_place.clone(), what, help))
}

/// Chats on a service that is not known, at an address that cannot be, or that ask for what their service does not take.
fn chats(catalog: &Catalog, machine: Option<&Machine>) -> Vec<Problem> {
    let mut problems = Vec::new();
    for chat in catalog.chats.values() {
        let error = |rule, what: String, help: String| Problem::error(rule, chat.place.clone(), what, help);
        let Some(kind) = channel::kind(&chat.channel) else {
            let known: Vec<&str> = CHANNELS.iter().map(|kind| kind.name).collect();
            let what = format!("there is no channel `{}`", chat.channel);
            problems.push(error("unknown-channel", what, format!("write one of {}", known.join(", "))));
            continue;
        };
        let address = chat.address.clone().into();
        if let Err(why) = (kind.check_address)(&address) {
            let (what, help) = why.split_once("; ").unwrap_or((&why, "correct it"));
            problems.push(error("bad-address", what.to_owned(), help.to_owned()));
        } else if let Some(why) = machine.and_then(|machine| kind.lacking(&machine.outbox, &address)) {
            let (what, help) = why.split_once("; ").unwrap_or((&why, "set it up"));
            let what = format!("`{}` gets no posts: {what}", chat.id);
            problems.push(Problem::warning("no-channel", chat.place.clone(), what, help));
        }
        let mut warning = |rule, what: String, help: String| {
            problems.push(Problem::warning(rule, chat.place.clone(), what, help));
        };
        let Carries { text, voice, card } = kind.carries;
        for (send, word, carriage) in
            [(Send::Text, "text", text), (Send::Voice, "voice", voice), (Send::Card, "card", card)]
        {
            let has_page = machine.is_some_and(|machine| machine.page.is_some());
            if chat.send.contains(&send) && carriage == Carriage::Page && !has_page {
                let what =
                    format!("chat `{}` asks for {word}, which {} does not take from a robot", chat.id, kind.name);
                let help = format!(
                    "it gets the rest, and with [page] in config/machine.toml a link to it; remove \"{word}\" from `send` to be told no more"
                );
                warning("no-way", what, help);
            }
        }
    }
    problems
}

/// This machine's file, where there is one: a folder of content alone is whole, too.
pub fn machine(
    place: &Place,
    named: Option<&Path>,
    catalog: Option<&Catalog>,
    problems: &mut Vec<Problem>,
) -> anyhow::Result<Option<Machine>> {
    let (path, file) = machine::place(&place.home, named);
    if named.is_none() && !path.exists() {
        return Ok(None);
    }
    let text = std::fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    let is_station = catalog.map(|catalog| |id: &Id| catalog.stations.contains_key(id));
    let is_station = is_station.as_ref().map(|is_station| is_station as &dyn Fn(&Id) -> bool);
    problems.extend(machine::read(&file, &text, &place.home, is_station).err().unwrap_or_default());
    // A loudspeaker of no station does not hide what the channels lack.
    Ok(machine::read(&file, &text, &place.home, None).ok())
}

/// A bar for long work, on a terminal only.
pub fn progress(steps: usize, what: &'static str) -> indicatif::ProgressBar {
    let bar = indicatif::ProgressBar::new(steps as u64).with_message(what);
    bar.with_style(
        indicatif::ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len}").expect("the template is right"),
    )
}
