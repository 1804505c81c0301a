//! `cunxiang doctor`: what this machine has and lacks, each with what to do.

use std::path::{Path, PathBuf};

use anyhow::Context;
use chrono::TimeDelta;

use crate::base::clock::RealClock;
use crate::base::{Clock, Id};
use crate::card;
use crate::catalog::{self, Files, load::Texts};
use crate::cmd::{FAULTS, FINE, Place, data, keys};
use crate::config::machine;
use crate::console::web::Finding;
use crate::county::duty::CERTIFICATE_ENDS_SOON;
use crate::county::keys::CountyKeys;
use crate::ledger::{AuditCheck, Ledger};
use crate::link::county as link;
use crate::station::sink::{self, rtp, sound_card};

/// Below this a disk is as good as full: a ledger, a journal and a day of posts must fit.
const FREE_BYTES_MIN: u64 = 200 << 20;
/// A key that ends sooner is told.
const KEY_LEFT_MIN: TimeDelta = TimeDelta::days(30);
/// No county was founded before this program.
const CLOCK_YEAR_MIN: i32 = 2026;

#[derive(clap::Args)]
pub struct Args {
    /// This machine's file [default: config/machine.toml below the home folder]
    #[arg(long, value_name = "FILE")]
    machine: Option<PathBuf>,
    /// Print what a receiver must know of this station's RTP stream (SDP), and nothing else
    #[arg(long, value_name = "STATION")]
    sdp: Option<Id>,
}

pub fn run(place: &Place, args: &Args) -> anyhow::Result<u8> {
    if let Some(station) = &args.sdp {
        anstream::print!("{}", sdp(place, args, station)?);
        return Ok(FINE);
    }
    let findings = findings(place, args.machine.as_deref());
    let mut faults = 0;
    for Finding { what, state } in &findings {
        let (style, word, text) = match state {
            Ok(text) => (anstyle::AnsiColor::Green.on_default(), "ok", text),
            Err(text) => (anstyle::AnsiColor::Red.on_default().bold(), "fault", text),
        };
        faults += usize::from(state.is_err());
        anstream::println!("{style}{word:<5}{style:#} {what:<13} {text}");
    }
    Ok(if faults > 0 { FAULTS } else { FINE })
}

/// Looks at everything, in the order it is told. Blocks.
pub fn findings(place: &Place, machine: Option<&Path>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut see = |what, state| findings.push(Finding { what, state });
    see("content", content(place));
    see("clock", clock());
    see("disk", disk(place));
    see("data folder", data_folder(place));
    see("ledger", ledger(place));
    see("keys", keys_document(place));
    let (path, file) = machine::place(&place.home, machine);
    let text = std::fs::read_to_string(&path);
    match text.map_err(|error| format!("{file} cannot be read: {error}")).and_then(|text| {
        machine::read(&file, &text, &place.home, None)
            .map_err(|problems| problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n  "))
    }) {
        Ok(machine) => {
            see("machine", Ok(format!("{} loudspeakers", machine.loudspeakers.len())));
            see("fonts", fonts(&machine.cards));
            if let Some(link) = &machine.link {
                see("certificate", certificate(link));
            }
            for loudspeaker in &machine.loudspeakers {
                see("loudspeaker", probe(&loudspeaker.sink).map(|seen| format!("{}: {seen}", loudspeaker.station)));
            }
            let (channels, faults) = crate::outbox::channel::open(&machine.outbox);
            let kinds: Vec<&str> = channels.iter().map(|channel| channel.kind()).collect();
            see("channels", Ok(kinds.join(", ")));
            for fault in faults {
                see("channel", Err(fault.to_string()));
            }
            for channel in &channels {
                channel.faults().into_iter().for_each(|fault| see("channel", Err(fault)));
                channel.notes().into_iter().for_each(|note| see("channel", Ok(note)));
            }
        }
        Err(why) => see("machine", Err(why)),
    }
    see("sound devices", Ok(devices()));
    findings
}

/// The description of one loudspeaker's stream.
fn sdp(place: &Place, args: &Args, station: &Id) -> anyhow::Result<String> {
    let (path, file) = machine::place(&place.home, args.machine.as_deref());
    let text = std::fs::read_to_string(&path).with_context(|| format!("{file} cannot be read"))?;
    let machine = machine::read(&file, &text, &place.home, None).map_err(|problems| {
        anyhow::anyhow!("{}", problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    })?;
    let loudspeaker = machine.loudspeakers.iter().find(|loudspeaker| loudspeaker.station == *station);
    match loudspeaker.map(|loudspeaker| &loudspeaker.sink) {
        Some(sink::Options::Rtp(options)) => Ok(rtp::sdp::describe(station, options)),
        Some(_) => anyhow::bail!("the loudspeaker of {station} is no rtp sink; only a stream has a description"),
        None => anyhow::bail!("{file} has no loudspeaker of {station}; add [[loudspeaker]] station = \"{station}\""),
    }
}

fn content(place: &Place) -> Result<String, String> {
    let files =
        Files::read(&place.home, None).map_err(|error| format!("{} cannot be read: {error}", place.home.display()))?;
    let loaded = catalog::load(&files, &Texts::new());
    let errors = loaded.problems.iter().filter(|problem| problem.is_error()).count();
    match loaded.catalog {
        Some(catalog) if errors == 0 => {
            Ok(format!("{} broadcasts, {} stations", catalog.broadcasts.len(), catalog.stations.len()))
        }
        _ => Err(format!("{errors} faults; `cunxiang check` tells each")),
    }
}

fn clock() -> Result<String, String> {
    use chrono::Datelike;
    let now = RealClock::default().now();
    if now.year() < CLOCK_YEAR_MIN {
        return Err(format!(
            "this machine believes it is {}; set its clock, and install systemd-timesyncd or chrony to keep it",
            now.date_naive()
        ));
    }
    // systemd knows whether something keeps the clock; where it is not there, nothing is said.
    let kept = std::process::Command::new("timedatectl").args(["show", "-p", "NTPSynchronized", "--value"]).output();
    let kept = kept.ok().filter(|output| output.status.success()).map(|output| output.stdout.starts_with(b"yes"));
    let now = now.with_timezone(&chrono::Local).to_rfc3339_opts(chrono::SecondsFormat::Secs, false);
    Ok(match kept {
        Some(true) => format!("{now}, kept by NTP"),
        Some(false) => format!("{now}, not kept by NTP: install systemd-timesyncd or chrony"),
        None => format!("{now}; whether NTP keeps it is not known here"),
    })
}

fn disk(place: &Place) -> Result<String, String> {
    let data = place.data();
    let folder = if data.is_dir() { data } else { place.home.clone() };
    let stat =
        rustix::fs::statvfs(&folder).map_err(|error| format!("{} cannot be looked at: {error}", folder.display()))?;
    let free = stat.f_bavail * stat.f_frsize;
    let writable = writable(&folder);
    if !writable {
        return Err(format!("{} cannot be written; give this user the right to write there", folder.display()));
    }
    if free < FREE_BYTES_MIN {
        return Err(format!(
            "{} MB free in {}; make room: at least {} MB",
            free >> 20,
            folder.display(),
            FREE_BYTES_MIN >> 20
        ));
    }
    Ok(format!("{} MB free", free >> 20))
}

/// Whether other accounts of this machine are kept out of the ledger and the journal.
fn data_folder(place: &Place) -> Result<String, String> {
    let folder = place.data();
    match data::open_to_others(&folder) {
        Some(mode) => {
            Err(format!("{} has mode {mode:o}: other accounts may look in; run chmod 750 on it", folder.display()))
        }
        None if folder.is_dir() => Ok(format!("{} is closed to other accounts", folder.display())),
        None => Ok("none yet; `cunxiang run` makes it".to_owned()),
    }
}

fn writable(folder: &Path) -> bool {
    let path = folder.join(format!(".doctor-{}", std::process::id()));
    let written = std::fs::write(&path, b"x").is_ok();
    let _ = std::fs::remove_file(&path);
    written
}

fn ledger(place: &Place) -> Result<String, String> {
    let path = place.data().join("ledger.db");
    if !path.exists() {
        return Ok("none yet; `cunxiang run` makes it".to_owned());
    }
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
    runtime.block_on(async {
        let ledger = Ledger::open(&path).await.map_err(|fault| fault.to_string())?;
        ledger.integrity_check().await.map_err(|fault| fault.to_string())?;
        let audit = ledger.audit_verify().await.map_err(|fault| fault.to_string())?;
        let hold = ledger.hold().await.map_err(|fault| fault.to_string())?;
        ledger.close().await;
        let hold = hold.map(|hold| format!(", HOLD: {}", hold.reason)).unwrap_or_default();
        match audit {
            AuditCheck::Whole { rows, .. } => Ok(format!("whole, audit chain of {rows} rows unbroken{hold}")),
            AuditCheck::Broken { number } => {
                Err(format!("row {number} of the audit was changed after it was written; keep a copy of the file and find out who could"))
            }
        }
    })
}

fn keys_document(place: &Place) -> Result<String, String> {
    let folder = place.data().join("keys");
    if !folder.join("keys.json").exists() {
        return Ok("none yet; `cunxiang run` makes them".to_owned());
    }
    let now = RealClock::default().now();
    let keys = CountyKeys::look(&folder).map_err(|fault| fault.to_string())?;
    if keys.expires().is_none() {
        return Err("the keys document names no rundown key; put root.key back into data/keys and restart".to_owned());
    }
    let mut ends = Vec::new();
    for key in keys.keys().keys.iter().filter(|key| key.is_valid(now)) {
        let purpose = format!("{:?}", key.purpose).to_lowercase();
        let whose = key.person.as_deref().map_or_else(|| format!("the {purpose} key"), |name| format!("{name}'s key"));
        let is_used = key.person.is_some() || keys.in_use(key.purpose) == Some(&key.id);
        if is_used && key.not_after < now + KEY_LEFT_MIN {
            let what = match &key.person {
                Some(name) => format!("make a new one with `cunxiang keys approver {name}`"),
                None => "put root.key back into data/keys and restart".to_owned(),
            };
            return Err(format!("{whose} ends on {}; {what}", key.not_after.date_naive()));
        }
        ends.push(format!("{whose} ends in {} days", (key.not_after - now).num_days()));
    }
    let root = keys.root_is_here().then(|| "root.key lies here: take it away to a safe place".to_owned());
    ends.extend(root.into_iter().chain(keys::advice(keys.keys(), now)));
    Ok(ends.join("; "))
}

/// How long the link's certificate lasts, and whether it and its key can be used.
fn certificate(link: &link::Options) -> Result<String, String> {
    let link::Transport::Tls { certificate, key } = &link.transport else {
        return Ok("none: the link is on this machine alone, or a proxy ends TLS".to_owned());
    };
    link::tls::server_config(certificate, key).map_err(|fault| fault.to_string())?;
    let ends = link::tls::ends(certificate).map_err(|fault| fault.to_string())?;
    let left = ends - RealClock::default().now();
    if left < CERTIFICATE_ENDS_SOON {
        return Err(format!(
            "{} ends on {}; renew it: `cunxiang tls init` again with the same names, or whatever made it",
            certificate.display(),
            ends.date_naive()
        ));
    }
    Ok(format!("it ends in {} days", left.num_days()))
}

/// Whether a sink could be used now.
fn probe(options: &sink::Options) -> Result<String, String> {
    match options {
        sink::Options::Wav { folder, .. } => {
            std::fs::create_dir_all(folder).map_err(|error| format!("{} cannot be made: {error}", folder.display()))?;
            if writable(folder) {
                Ok(format!("wav files in {}", folder.display()))
            } else {
                Err(format!("{} cannot be written; give this user the right to write there", folder.display()))
            }
        }
        sink::Options::SoundCard { device } => {
            sound_card::probe(device).map(|()| format!("sound card {device}")).map_err(|fault| fault.to_string())
        }
        sink::Options::Command { argv } => {
            let program = argv.first().map_or("", String::as_str);
            let paths = std::env::var_os("PATH").unwrap_or_default();
            let found = program.contains('/') && Path::new(program).is_file()
                || std::env::split_paths(&paths).any(|folder| folder.join(program).is_file());
            if found {
                Ok(format!("program {program}"))
            } else {
                Err(format!("there is no program {program}; install it, or correct [[loudspeaker]] sink"))
            }
        }
        sink::Options::Rtp(options) => {
            options.connect().map(|_| format!("rtp to {}", options.address)).map_err(|fault| fault.to_string())
        }
        sink::Options::Null => Ok("null: keeps time, keeps no sound".to_owned()),
    }
}

fn devices() -> String {
    let devices = sound_card::devices();
    if devices.is_empty() { "none".to_owned() } else { devices.join("; ") }
}

/// Cards and posters need a font for each script; the loudspeakers do not.
fn fonts(options: &card::Options) -> Result<String, String> {
    let missing = card::missing(options);
    if missing.is_empty() {
        return Ok("Chinese, Tibetan and Lisu".to_owned());
    }
    let names: Vec<&str> = missing.iter().map(|font| font.name).collect();
    let mut packages: Vec<&str> = missing.iter().map(|font| font.package).collect();
    packages.dedup();
    // A machine that only plays needs none: this is told, and is no fault.
    Ok(format!("none for {}: no cards can be drawn here; install {}", names.join(", "), packages.join(" and ")))
}
