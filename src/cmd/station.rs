//! `cunxiang station`: a village box joins its county, airs by itself, and takes rundowns from a stick.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};

use crate::base::Id;
use crate::cmd::instant::Instant;
use crate::cmd::{CANNOT, FAULTS, FINE, Format, Place, data, page};
use crate::config::station::{self as settings, Settings};
use crate::console::spot::Wish;
use crate::link::proof;
use crate::link::village::folder::{Folder, Membership};
use crate::link::village::https::{Address, Https, tidy_url};
use crate::link::village::{County as _, Timekeeper};
use crate::link::wire::{self, EnrolAsk};
use crate::rundown::seal::Trust;

mod player;
mod running;
mod spot;
mod stick;

#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Make this box's key and join a county with the code that it gave
    Join(Join),
    /// Be the village's daemon: play what the county plans, with a link or without
    Run(Run),
    /// Print how this box is
    Status(Status),
    /// Silence a loudspeaker of this box, emergencies too; the reason is reported to the county
    Mute(Mute),
    /// Let a muted loudspeaker sound again
    Unmute(OfOne),
    /// Bound how loud a loudspeaker of this box may be
    Volume(Volume),
    /// Play a short tone, outside quiet hours and when nothing else is due
    SoundCheck(OfOne),
    /// At the county: write a station's rundown with its clips into one file
    Export(Export),
    /// At the box: take in a file that `export` wrote
    Import(Import),
}

#[derive(clap::Args)]
struct Own {
    /// This box's file [default: station.toml below the home folder]
    #[arg(long, value_name = "FILE")]
    machine: Option<PathBuf>,
}

#[derive(clap::Args)]
struct Run {
    /// As if this box booted now with its clock at this instant, written with its offset; for a sample county only
    #[arg(long, value_name = "INSTANT")]
    clock: Option<Instant>,
    #[command(flatten)]
    own: Own,
}

#[derive(clap::Args)]
struct Join {
    /// Where the county is, as https://county.example:8443
    url: String,
    /// The code that `cunxiang enrol` printed at the county
    code: String,
    /// The county's own CA certificate, where no public one vouches for it
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    #[command(flatten)]
    own: Own,
}

#[derive(clap::Args)]
struct Status {
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    #[command(flatten)]
    own: Own,
}

#[derive(clap::Args)]
struct OfOne {
    /// Which loudspeaker, where this box has several
    #[arg(long, value_name = "STATION")]
    station: Option<Id>,
    #[command(flatten)]
    own: Own,
}

#[derive(clap::Args)]
struct Mute {
    /// Why, in a few words
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    one: OfOne,
}

#[derive(clap::Args)]
struct Volume {
    /// 0 to 100; no airing is louder
    #[arg(value_parser = clap::value_parser!(u8).range(0..=100))]
    percent: u8,
    #[command(flatten)]
    one: OfOne,
}

#[derive(clap::Args)]
struct Export {
    /// The station
    #[arg(long, value_name = "STATION")]
    station: Id,
    /// The file to write, on a stick
    file: PathBuf,
}

#[derive(clap::Args)]
struct Import {
    /// The file on the stick
    file: PathBuf,
    #[command(flatten)]
    own: Own,
}

pub fn run(place: &Place, args: &Args) -> anyhow::Result<u8> {
    match &args.command {
        Command::Join(join) => with_settings(place, &join.own, false, |own| self::join(join, &own)),
        Command::Run(run) => {
            let exact = |at: Instant| at.exact().context("write --clock with its offset: 2026-11-24T07:30:00+08:00");
            let booted_at = run.clock.map(exact).transpose()?;
            with_settings(place, &run.own, true, |own| running::run(own, booted_at))
        }
        Command::Status(status) => with_settings(place, &status.own, false, |own| self::status(status, &own)),
        Command::Mute(mute) => with_settings(place, &mute.one.own, false, |own| {
            spot::command(&own, mute.one.station.as_ref(), |station| Wish::Mute {
                station,
                reason: mute.reason.clone(),
            })
        }),
        Command::Unmute(one) => with_settings(place, &one.own, false, |own| {
            spot::command(&own, one.station.as_ref(), |station| Wish::Unmute { station })
        }),
        Command::Volume(volume) => with_settings(place, &volume.one.own, false, |own| {
            let percent = volume.percent;
            spot::command(&own, volume.one.station.as_ref(), |station| Wish::Volume { station, volume: percent })
        }),
        Command::SoundCheck(one) => with_settings(place, &one.own, false, |own| {
            spot::command(&own, one.station.as_ref(), |station| Wish::SoundCheck { station })
        }),
        Command::Export(export) => stick::export(place, export),
        Command::Import(import) => with_settings(place, &import.own, false, |own| stick::import(import, &own)),
    }
}

/// A box's file as it was read, and its data folder.
struct OwnBox {
    settings: Settings,
    folder: Folder,
}

impl OwnBox {
    fn address(&self, membership: &Membership) -> Address {
        let (url, ca_pem) = (membership.url.clone(), membership.ca.clone());
        Address { url, ca_pem, proxy: self.settings.proxy.clone() }
    }

    fn data(&self) -> &Path {
        self.folder.data()
    }

    fn clock(&self) -> Arc<dyn Timekeeper> {
        player::clock(&self.folder, self.settings.battery, None)
    }
}

/// Reads `station.toml`. What needs no loudspeaker does without the file.
fn with_settings(
    place: &Place,
    own: &Own,
    required: bool,
    then: impl FnOnce(OwnBox) -> anyhow::Result<u8>,
) -> anyhow::Result<u8> {
    let (path, file) = settings::place(&place.home, own.machine.as_deref());
    let text = match std::fs::read_to_string(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !required && own.machine.is_none() => {
            String::new()
        }
        text => {
            text.with_context(|| format!("{} cannot be read; write it as docs/ref/station.md says", path.display()))?
        }
    };
    let settings = match settings::read(&file, &text, &place.home) {
        Ok(settings) => settings,
        Err(found) => {
            page::problems(&found);
            return Ok(FAULTS);
        }
    };
    let data = place.data.clone().or_else(|| settings.data.clone()).unwrap_or_else(|| place.data());
    then(OwnBox { settings, folder: Folder::new(data) })
}

fn join(args: &Join, own: &OwnBox) -> anyhow::Result<u8> {
    let url = tidy_url(&args.url)?;
    let ca_pem = args.ca.as_ref().map(|path| {
        std::fs::read_to_string(path).with_context(|| format!("{} cannot be read; copy it here again", path.display()))
    });
    let ca_pem = ca_pem.transpose()?;
    data::open(own.data())?;
    // A box that runs holds its key in hand: it would go on with the old one.
    let _lock = data::lock(own.data())?;
    own.folder.finish_join()?;
    let before = own.folder.membership().ok();
    let code = args.code.trim().to_owned();
    let signer = own.folder.key_to_join(&code)?;
    let address = Address { url: url.clone(), ca_pem: ca_pem.clone(), proxy: own.settings.proxy.clone() };
    let county = Https::to_join(&address, own.clock())?;
    let public = signer.public();
    let signature = proof::sign(&signer, &wire::enrol_message(&code, &public));
    let ask = EnrolAsk {
        code: code.clone(),
        public: public.clone(),
        signature,
        version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let enrolled = runtime.block_on(county.enrol(&ask)).context("this box has not joined")?;
    if enrolled.stations.is_empty() || enrolled.stations.len() > wire::STATIONS_OF_BOX_MAX {
        bail!("the county answers with {} stations; have it make a new code", enrolled.stations.len());
    }
    Trust::begin(&enrolled.root, &enrolled.keys)
        .context("the county's keys are not signed by the root it shows; have its engineer run `cunxiang doctor`")?;
    let membership = Membership { url, ca: ca_pem, root: enrolled.root, stations: enrolled.stations };
    if before.as_ref().is_some_and(|before| before.root != membership.root) {
        bail!(
            "this box belongs to a county with another root key: what it holds is that county's; move {} aside, and join again with a new code",
            own.data().display()
        );
    }
    own.folder.join(&code, &membership, &enrolled.keys)?;
    let stations: Vec<&str> = membership.stations.iter().map(Id::as_str).collect();
    anstream::println!("joined as {}", stations.join(", "));
    if before.is_some() {
        anstream::println!(
            "It has a new key. What it holds and what it aired stays, and what it has not reported yet goes to the county under the new key."
        );
    }
    anstream::println!("fingerprint: {}", wire::fingerprint(&membership.root, &public));
    anstream::println!(
        "Read it to the county: it must be the same there, and is confirmed there. Until then this box gets nothing."
    );
    Ok(FINE)
}

/// Whether a process is this program. Taking the data folder's lock would tell as well, and keep a start out meanwhile.
fn is_ours(process: u64) -> bool {
    let name = |path: std::io::Result<PathBuf>| {
        let name = path.ok()?.file_name()?.to_string_lossy().into_owned();
        // After an upgrade the old program runs on under a name that is gone.
        Some(name.trim_end_matches(" (deleted)").to_owned())
    };
    let found = name(std::fs::read_link(format!("/proc/{process}/exe")));
    found.is_some() && found == name(std::env::current_exe())
}

fn status(args: &Status, own: &OwnBox) -> anyhow::Result<u8> {
    let membership = own.folder.membership()?;
    let fingerprint = wire::fingerprint(&membership.root, &own.folder.key()?.public());
    let last = own.folder.status().unwrap_or(serde_json::Value::Null);
    let is_running = last["process"].as_u64().is_some_and(is_ours);
    let edges = membership.stations.iter().map(|station| (station.to_string(), own.folder.edge(station)));
    let edges: std::collections::BTreeMap<_, _> = edges.collect();
    if args.format == Format::Json {
        let report = serde_json::json!({
            "county": membership.url, "fingerprint": fingerprint, "running": is_running, "rundowns": edges, "last": last,
        });
        anstream::println!("{report:#}");
        return Ok(if is_running { FINE } else { CANNOT });
    }
    anstream::println!("county       {}", membership.url);
    anstream::println!("fingerprint  {fingerprint}");
    anstream::println!("daemon       {}", if is_running { "runs" } else { "does not run" });
    for (station, edge) in edges {
        anstream::println!("rundown      {station}: {}.{}", edge.epoch, edge.version);
    }
    let word = |value: &serde_json::Value| match value {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Null => "never".to_owned(),
        other => other.to_string(),
    };
    let (link, of_box) = (&last["link"], &last["box"]);
    anstream::println!("last contact {}", word(&link["contact"]));
    for (errand, fault) in link["faults"].as_object().into_iter().flatten() {
        anstream::println!("link         {errand}: {}", word(fault));
    }
    anstream::println!("clock known  {}", word(&of_box["clock_trusted"]));
    anstream::println!("clips wanted {}", word(&link["clips_wanted"]));
    if let Some(fault) = of_box["journal_fault"].as_str() {
        anstream::println!("journal      {fault}");
    }
    for station in of_box["stations"].as_array().into_iter().flatten() {
        anstream::println!(
            "loudspeaker  {}: {} {}",
            word(&station["station"]),
            word(&station["sink"]),
            word(&station["device"])
        );
        if let Some(why) = station["muted"].as_str() {
            anstream::println!("muted        {}: {why}", word(&station["station"]));
        }
        if station["volume_max"].as_u64().is_some_and(|volume| volume < 100) {
            anstream::println!("volume       {}: {} at the most", word(&station["station"]), station["volume_max"]);
        }
        if let Some(refusal) = station["refusal"].as_str() {
            anstream::println!("refused      {refusal}");
        }
    }
    Ok(if is_running { FINE } else { CANNOT })
}
