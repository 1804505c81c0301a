//! Reads `config/machine.toml`.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use crate::base::table::{Document, Field, Table};
use crate::base::{Id, Length, Problem};
use crate::card;
use crate::outbox::{self, folder, telegram};
use crate::station;
use crate::station::sink::{self, wav};

/// Its name below the home folder.
pub const PATH: &str = "config/machine.toml";

const SINKS: &str = "{ kind = \"sound-card\", device = \"default\" }";
/// A power-on command needs time for an amplifier to warm up, not for a coffee.
const POWER_LEAD_MAX: Length = Length::seconds(60);

/// Whoever wants WAV files longer copies them away: the ledger keeps its rows no longer, either.
const KEEP_DAYS_MAX: i64 = 400;

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    Text,
    Json,
}

/// What this machine adds to the county's content.
#[derive(Debug)]
pub struct Machine {
    /// Where `/healthz` and `/metrics` are served; loopback only.
    pub listen: SocketAddr,
    pub log_format: LogFormat,
    /// A filter in tracing's own words, such as `info` or `cunxiang=debug`.
    pub log_filter: String,
    pub loudspeakers: Vec<station::Loudspeaker>,
    pub outbox: outbox::Options,
    pub cards: card::Options,
}

/// Where the file is, and how messages name it: `--machine`, or the one below the home folder.
pub fn place(home: &Path, named: Option<&Path>) -> (PathBuf, String) {
    let path = named.map_or_else(|| home.join(PATH), Path::to_owned);
    let shown = path.strip_prefix(home).unwrap_or(&path).display().to_string();
    (path, shown)
}

/// Reads the file's text. `home` is what relative paths in it start from; `is_station` knows the county's stations,
/// where they are known.
///
/// Errors: every fault of the file, a loudspeaker of no station among them.
pub fn read(
    file: &str,
    text: &str,
    home: &Path,
    is_station: Option<&dyn Fn(&Id) -> bool>,
) -> Result<Machine, Vec<Problem>> {
    let document = Document::parse(file, text);
    let root = document.root();
    let listen = root.get("listen").map_or_else(|| "127.0.0.1:8320".parse().ok(), |field| listen(&field));
    let (log_format, log_filter) = root.table("log").map_or((LogFormat::Text, "info".to_owned()), log);
    let mut loudspeakers: Vec<station::Loudspeaker> = Vec::new();
    for table in root.tables("loudspeaker") {
        let found = loudspeaker(&table, home, is_station);
        if let Some(found) = found {
            if loudspeakers.iter().any(|other| other.station == found.station) {
                table.fault(
                    "duplicate-id",
                    format!("station `{}` stands twice", found.station),
                    "a station has one loudspeaker here",
                );
            } else {
                loudspeakers.push(found);
            }
        }
        table.done();
    }
    let outbox = root.table("channel").map_or_else(outbox::Options::default, |table| channels(table, home));
    let cards = root.table("fonts").map_or_else(card::Options::default, |table| fonts(table, home));
    root.done();
    let problems = document.problems();
    match listen {
        Some(listen) if !problems.iter().any(Problem::is_error) => {
            Ok(Machine { listen, log_format, log_filter, loudspeakers, outbox, cards })
        }
        _ => Err(problems),
    }
}

fn listen(field: &Field<'_>) -> Option<SocketAddr> {
    let text = field.text()?;
    match text.parse::<SocketAddr>() {
        Ok(address) if address.ip().is_loopback() => Some(address),
        Ok(_) => {
            field.fault(
                "bad-value",
                format!("`listen` = {text} is not on loopback"),
                "write \"127.0.0.1:8320\": these pages have no login",
            );
            None
        }
        Err(_) => {
            field.fault("bad-value", format!("`listen` = {text} is no address"), "write \"127.0.0.1:8320\"");
            None
        }
    }
}

fn log(table: Table<'_>) -> (LogFormat, String) {
    let format =
        table.get("format").and_then(|field| field.word(&[("text", LogFormat::Text), ("json", LogFormat::Json)]));
    let filter = table.get("filter").and_then(|field| field.text());
    table.done();
    (format.unwrap_or(LogFormat::Text), filter.unwrap_or("info").to_owned())
}

/// Folders of fonts take the place of the usual one.
fn fonts(table: Table<'_>, home: &Path) -> card::Options {
    let folders = table.get("folders").map(|field| {
        let items = field.items();
        if items.is_empty() {
            field.fault("bad-value", "`folders` names no folder".to_owned(), "write it as [\"/usr/share/fonts\"]");
        }
        items.iter().filter_map(|item| item.text()).map(|text| home.join(text)).collect()
    });
    table.done();
    folders.map_or_else(card::Options::default, |folders| card::Options { folders })
}

fn loudspeaker(
    table: &Table<'_>,
    home: &Path,
    is_station: Option<&dyn Fn(&Id) -> bool>,
) -> Option<station::Loudspeaker> {
    let station = table.require("station", "\"benzilan-xiayi\"").and_then(|field| {
        let id = field.parse::<Id>()?;
        if is_station.is_some_and(|is_station| !is_station(&id)) {
            field.fault(
                "unknown-station",
                format!("there is no station `{id}`"),
                "add it to config/stations.toml, or correct [[loudspeaker]] station",
            );
        }
        Some(id)
    });
    let sink = table.require("sink", SINKS).and_then(|field| sink(&field, home));
    let power_on = table.get("power_on").map_or(Some(Vec::new()), |field| command(&field));
    let power_off = table.get("power_off").map_or(Some(Vec::new()), |field| command(&field));
    let power_lead = table.get("power_lead").map_or(Some(Length::default()), |field| {
        let lead = field.parse::<Length>()?;
        if lead > POWER_LEAD_MAX {
            field.fault(
                "bad-value",
                format!("`power_lead` = {lead} is too long"),
                format!("write at most {POWER_LEAD_MAX}"),
            );
            return None;
        }
        Some(lead)
    });
    let gain_db = table.get("gain_db").map_or(Some(0.0), |field| field.float(-60.0..=12.0));
    Some(station::Loudspeaker {
        station: station?,
        sink: sink?,
        power_on: power_on?,
        power_off: power_off?,
        power_lead: power_lead?,
        gain_db: gain_db? as f32,
    })
}

fn sink(field: &Field<'_>, home: &Path) -> Option<sink::Options> {
    let table = field.table()?;
    let kind = table.require("kind", "\"sound-card\"")?;
    let options = match kind.text()? {
        "wav" => {
            let days = table.get("keep_days").map_or(Some(wav::KEEP_DAYS.into()), |field| field.int(1..=KEEP_DAYS_MAX));
            let folder = table.require("folder", "\"data/aired\"").and_then(|field| field.text());
            folder.zip(days).map(|(folder, days)| sink::Options::Wav {
                folder: home.join(folder),
                keep_days: u32::try_from(days).expect("it is within its bounds"),
            })
        }
        "sound-card" => table
            .require("device", "\"default\"")
            .and_then(|field| field.text())
            .map(|device| sink::Options::SoundCard { device: device.to_owned() }),
        "command" => table
            .require("command", "[\"program\", \"argument\"]")
            .and_then(|field| command(&field))
            .map(|argv| sink::Options::Command { argv }),
        "null" => Some(sink::Options::Null),
        other => {
            kind.fault(
                "unknown-sink",
                format!("there is no sink `{other}`"),
                "write one of sound-card, wav, command, null",
            );
            None
        }
    };
    table.done();
    options
}

/// A program and its arguments, run without a shell.
fn command(field: &Field<'_>) -> Option<Vec<String>> {
    let items = field.items();
    let argv: Option<Vec<String>> = items.iter().map(|item| item.text().map(str::to_owned)).collect();
    if items.is_empty() {
        field.fault(
            "bad-value",
            format!("`{}` names no program", field.key()),
            "write it as [\"/usr/bin/program\", \"argument\"]",
        );
        return None;
    }
    argv
}

fn channels(table: Table<'_>, home: &Path) -> outbox::Options {
    let path = |field: Field<'_>| field.text().map(|text| home.join(text));
    let folder = table.table("folder").and_then(|table| {
        let folder = table.require("folder", "\"data/posts\"").and_then(path);
        table.done();
        Some(folder::Options { folder: folder? })
    });
    let telegram = table.table("telegram").and_then(|table| {
        let token_file = table.require("token_file", "\"config/telegram.token\"").and_then(path);
        let api_url = table.get("api_url").map(|field| field.text().map(str::to_owned));
        let proxy = table.get("proxy").map(|field| field.text().map(str::to_owned));
        table.done();
        Some(telegram_options(token_file?, api_url.unwrap_or(None), proxy.unwrap_or(None)))
    });
    table.done();
    outbox::Options { folder, telegram }
}

fn telegram_options(token_file: PathBuf, api_url: Option<String>, proxy: Option<String>) -> telegram::Options {
    telegram::Options { token_file, api_url, proxy, timeout: telegram::TIMEOUT }
}
