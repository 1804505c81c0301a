//! `cunxiang enrol`, `stations` and `tls`: let village boxes in, look at them, revoke them; a certificate for the link.

use std::io::{BufRead as _, IsTerminal as _, Write as _};

use anyhow::bail;
use chrono::{SecondsFormat, SubsecRound as _};

use crate::base::clock::RealClock;
use crate::base::{Clock as _, Id, Timestamp};
use crate::card::code;
use crate::cmd::order::ask_daemon;
use crate::cmd::{FAULTS, FINE, Format, Place, data, page, status};
use crate::console::control::{Answer, Ask};
use crate::county::boxes::{BoxShown, Enrolment};
use crate::ledger::BoxState;
use crate::link::county::tls;

#[derive(clap::Args)]
pub struct EnrolArgs {
    /// The stations whose loudspeakers the box drives
    #[arg(required = true, value_name = "STATION")]
    stations: Vec<Id>,
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

#[derive(clap::Args)]
pub struct StationsArgs {
    /// Revoked boxes, too
    #[arg(long)]
    all: bool,
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    #[command(subcommand)]
    command: Option<StationsCommand>,
}

#[derive(clap::Subcommand)]
enum StationsCommand {
    /// Let a new box be a station, once its fingerprint was compared
    Confirm {
        station: Id,
        /// What the box shows, read out to you
        #[arg(long, value_name = "DIGITS")]
        fingerprint: Option<String>,
        /// Do not ask: the fingerprint that is shown here was compared
        #[arg(long)]
        yes: bool,
    },
    /// Take a box's key back, for good
    Revoke { station: Id },
}

#[derive(clap::Args)]
pub struct TlsArgs {
    #[command(subcommand)]
    command: TlsCommand,
}

#[derive(clap::Subcommand)]
enum TlsCommand {
    /// Make a certificate for the link, with a private CA of the county's own
    Init {
        /// How boxes call this machine: a name or an address; may be given more than once
        #[arg(long = "name", required = true, value_name = "HOST")]
        names: Vec<String>,
    },
}

/// Prints a code that lets one box in.
pub fn enrol(place: &Place, args: EnrolArgs) -> anyhow::Result<u8> {
    let answer = ask_daemon(place, &Ask::Enrol { stations: args.stations })?;
    let Answer::Enrolment(enrolment) = answer else { return other(answer) };
    let line = format!("cunxiang station join {} {}", enrolment.url, enrolment.code);
    if args.format == Format::Json {
        let Enrolment { stations, code, until, url } = enrolment;
        let value = serde_json::json!({ "stations": stations, "code": code, "until": until, "url": url, "join": line });
        page::json(&value)?;
        return Ok(FINE);
    }
    let stations: Vec<&str> = enrolment.stations.iter().map(Id::as_str).collect();
    anstream::println!("code      {}", enrolment.code);
    anstream::println!("stations  {}", stations.join(", "));
    anstream::println!("until     {}; good once", local(place, enrolment.until));
    anstream::println!("join      {line}");
    if let Ok(picture) = code::in_half_blocks(&line) {
        anstream::println!("\n{picture}");
    }
    anstream::println!(
        "Run that line on the box, with --ca and a copy of ca.pem if `tls init` made the certificate. Then compare the fingerprint it shows, over the telephone, and confirm it here:\n  cunxiang stations confirm {}",
        enrolment.stations.first().map_or("STATION", Id::as_str)
    );
    Ok(FINE)
}

/// Lists, confirms and revokes boxes.
pub fn stations(place: &Place, args: &StationsArgs) -> anyhow::Result<u8> {
    match &args.command {
        None => list(place, args),
        Some(StationsCommand::Confirm { station, fingerprint, yes }) => {
            let typed = match fingerprint {
                Some(typed) => typed.clone(),
                None => match compared(place, station, *yes)? {
                    Some(typed) => typed,
                    None => return Ok(FAULTS),
                },
            };
            done(ask_daemon(place, &Ask::ConfirmBox { station: station.clone(), fingerprint: typed })?)
        }
        Some(StationsCommand::Revoke { station }) => {
            done(ask_daemon(place, &Ask::RevokeBox { station: station.clone() })?)
        }
    }
}

fn list(place: &Place, args: &StationsArgs) -> anyhow::Result<u8> {
    let boxes = boxes(place, args.all)?;
    if args.format == Format::Json {
        page::json(&boxes)?;
        return Ok(FINE);
    }
    if boxes.is_empty() {
        anstream::println!("no village box was let in; `cunxiang enrol STATION` makes a code for one");
        return Ok(FINE);
    }
    let or_none = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    let rows: Vec<Vec<String>> = boxes
        .iter()
        .map(|one| {
            let stations: Vec<&str> = one.stations.iter().map(Id::as_str).collect();
            let held: Vec<&str> = one.held.iter().map(|(_, edge)| edge.as_str()).collect();
            let heard = or_none(one.last_heard.map(|at| local(place, at)));
            vec![
                stations.join(","),
                state(one.state).to_owned(),
                one.fingerprint.clone(),
                if one.silent { format!("{heard} (silent)") } else { heard },
                if held.is_empty() { "-".to_owned() } else { held.join(",") },
                or_none(one.clock_offset_ms.map(|ms| format!("{ms} ms"))),
                or_none(one.version.clone()),
            ]
        })
        .collect();
    page::table(&["STATIONS", "STATE", "FINGERPRINT", "HEARD", "RUNDOWN", "CLOCK OFF", "VERSION"], &rows);
    for one in &boxes {
        let stations: Vec<&str> = one.stations.iter().map(Id::as_str).collect();
        for problem in &one.problems {
            anstream::println!("problem   {}: {problem}", stations.join(", "));
        }
    }
    Ok(FINE)
}

/// Shows what waits and asks whether the box shows the same; none where it does not.
fn compared(place: &Place, station: &Id, yes: bool) -> anyhow::Result<Option<String>> {
    let pending: Vec<BoxShown> = boxes(place, false)?
        .into_iter()
        .filter(|one| one.state == BoxState::Pending && one.stations.contains(station))
        .collect();
    let [one] = &pending[..] else {
        if pending.is_empty() {
            bail!("no box waits to be confirmed for {station}; `cunxiang enrol {station}` begins");
        }
        for one in &pending {
            anstream::eprintln!("waits     {}", one.fingerprint);
        }
        bail!("more than one box waits for {station}; name the one you compared with --fingerprint");
    };
    anstream::println!("fingerprint  {}", one.fingerprint);
    if yes {
        return Ok(Some(one.fingerprint.clone()));
    }
    if !std::io::stdin().is_terminal() {
        bail!(
            "nobody is there to compare; add --fingerprint \"...\" as the box shows it, or --yes once it was compared"
        );
    }
    anstream::print!("Does the box show the same digits? [yes/no] ");
    std::io::stdout().flush()?;
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    if line.trim().eq_ignore_ascii_case("yes") {
        return Ok(Some(one.fingerprint.clone()));
    }
    anstream::println!(
        "not confirmed; if the digits differ, let no box in: somebody may be between. `cunxiang stations revoke {station}` takes this key back"
    );
    Ok(None)
}

/// Makes a certificate, and says what to do with it.
pub fn tls(place: &Place, args: &TlsArgs) -> anyhow::Result<u8> {
    let TlsCommand::Init { names } = &args.command;
    data::open(&place.data())?;
    let folder = place.data().join("tls");
    let made = tls::init(&folder, names, RealClock::default().now())?;
    let home = std::path::absolute(&place.home)?;
    let shown = |path: &std::path::Path| {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        path.strip_prefix(&home).unwrap_or(&path).display().to_string()
    };
    let (ca, certificate, key) = (shown(&made.ca), shown(&made.certificate), shown(&made.key));
    let old = if made.ca_is_old { " (as before: boxes that have it need nothing)" } else { "" };
    anstream::println!("CA           {ca}{old}");
    anstream::println!("certificate  {certificate}, until {}", made.until.date_naive());
    anstream::println!("key          {key}");
    anstream::println!(
        "\nWrite into config/machine.toml, and restart the daemon:\n\n[link]\nlisten = \"0.0.0.0:8443\"\ncertificate = \"{certificate}\"\nkey = \"{key}\"\nurl = \"https://{}:8443\"\n",
        names[0]
    );
    anstream::println!(
        "Copy {ca} to each box; the guide docs/guide/stations.md says where. Keep ca.key from other eyes: whoever has it can read what passes, though not speak in a village."
    );
    Ok(FINE)
}

fn boxes(place: &Place, all: bool) -> anyhow::Result<Vec<BoxShown>> {
    match ask_daemon(place, &Ask::Boxes { all })? {
        Answer::Boxes(boxes) => Ok(boxes),
        Answer::Refused(why) => bail!("{why}"),
        _ => bail!("the daemon answered something else; is the program of the same version?"),
    }
}

fn done(answer: Answer) -> anyhow::Result<u8> {
    match answer {
        Answer::Done(text) => {
            anstream::println!("{text}");
            Ok(FINE)
        }
        answer => other(answer),
    }
}

fn other(answer: Answer) -> anyhow::Result<u8> {
    match answer {
        Answer::Refused(why) => bail!("{why}"),
        _ => bail!("the daemon answered something else; is the program of the same version?"),
    }
}

fn state(state: BoxState) -> &'static str {
    match state {
        BoxState::Pending => "pending",
        BoxState::Confirmed => "confirmed",
        BoxState::Revoked => "revoked",
    }
}

/// In the county's zone where the daemon says which that is.
fn local(place: &Place, at: Timestamp) -> String {
    let at = at.trunc_subsecs(0);
    let zone = status::ask(place).map(|report| report.time_zone);
    zone.map_or_else(
        |_| at.to_rfc3339_opts(SecondsFormat::Secs, true),
        |zone| at.with_timezone(&zone).to_rfc3339_opts(SecondsFormat::Secs, false),
    )
}
