//! The commands that speak with the running daemon: orders, people, release, status.

use std::collections::BTreeSet;

use anyhow::{Context, bail};
use chrono_tz::Tz;

use crate::base::Id;
use crate::cmd::instant::Instant;
use crate::cmd::signing::Signing;
use crate::cmd::{FINE, Place, page, status};
use crate::console::ask;
use crate::console::control::{Answer, Ask, SOCKET};
use crate::ledger::Role;
use crate::rundown::{AiringId, Order};

/// Stations: ids, township:ID, group:ID, all.
#[derive(clap::Args)]
pub struct Stations {
    /// A station's id, township:ID, group:ID; may be given more than once
    #[arg(long = "station", value_name = "STATION", conflicts_with = "all")]
    stations: Vec<String>,
    /// Every station
    #[arg(long)]
    all: bool,
}

impl Stations {
    fn targets(&self) -> Vec<String> {
        if self.all { vec!["all".to_owned()] } else { self.stations.clone() }
    }
}

#[derive(clap::Args)]
pub struct Announce {
    broadcast: Id,
    /// Where; left out: where the broadcast says
    #[command(flatten)]
    stations: Stations,
    #[command(flatten)]
    signing: Signing,
}

#[derive(clap::Args)]
pub struct Airing {
    /// As `plan` and `log` print it: broadcast.YYYYMMDDTHHMMSSZ.station
    airing: AiringId,
}

#[derive(clap::Args)]
pub struct OrderNumber {
    /// The order's number, as it was given when it was filed
    order: u64,
}

#[derive(clap::Args)]
pub struct Broadcast {
    broadcast: Id,
}

#[derive(clap::Args)]
pub struct AllClear {
    /// The order's number, or the broadcast: all of its orders end
    #[arg(value_name = "ORDER|BROADCAST")]
    target: String,
}

#[derive(clap::Args)]
pub struct Confirm {
    #[command(flatten)]
    order: OrderNumber,
    /// Say what would be confirmed, its edition and stations, and confirm nothing
    #[arg(long)]
    show: bool,
    #[command(flatten)]
    signing: Signing,
}

#[derive(clap::Args)]
pub struct Silence {
    #[command(flatten)]
    stations: Stations,
    /// Until when, as 12:00 or "2026-11-24 12:00" [default: two hours from now]
    #[arg(long, value_name = "INSTANT")]
    until: Option<Instant>,
}

#[derive(clap::Args)]
pub struct People {
    #[command(subcommand)]
    command: PeopleCommand,
}

#[derive(clap::Subcommand)]
enum PeopleCommand {
    /// Print who may do what
    List,
    /// Add a person
    Add {
        /// How records name them; never given twice
        name: String,
        /// Their account on this machine
        #[arg(long)]
        account: Option<String>,
        /// writer, translator, reviewer, approver, engineer; may be given more than once
        #[arg(long = "role", required = true)]
        roles: Vec<Role>,
    },
    /// Take a person's account and roles away; the name stays in records
    Retire { name: String },
}

pub fn announce(place: &Place, args: &Announce) -> anyhow::Result<u8> {
    let ask = Ask::Announce { broadcast: args.broadcast.clone(), stations: args.stations.targets() };
    say_signed(place, &ask, &args.signing)
}

pub fn reair(place: &Place, args: &Airing) -> anyhow::Result<u8> {
    say(place, &Ask::Reair { airing: args.airing.clone() })
}

pub fn cancel(place: &Place, args: &OrderNumber) -> anyhow::Result<u8> {
    say(place, &Ask::Cancel { order: args.order })
}

pub fn withdraw(place: &Place, args: &Broadcast) -> anyhow::Result<u8> {
    say(place, &Ask::Withdraw { broadcast: args.broadcast.clone() })
}

pub fn correct(place: &Place, args: &Broadcast) -> anyhow::Result<u8> {
    say(place, &Ask::Correct { broadcast: args.broadcast.clone() })
}

/// Ends an emergency or a drill.
pub fn all_clear(place: &Place, args: &AllClear) -> anyhow::Result<u8> {
    say(place, &Ask::AllClear { target: args.target.clone() })
}

pub fn skip(place: &Place, args: &Airing) -> anyhow::Result<u8> {
    say(place, &Ask::Skip { airing: args.airing.clone() })
}

pub fn confirm(place: &Place, args: &Confirm) -> anyhow::Result<u8> {
    say_signed(place, &Ask::Confirm { order: args.order.order, look: args.show }, &args.signing)
}

pub fn release(place: &Place) -> anyhow::Result<u8> {
    say(place, &Ask::Release)
}

pub fn silence(place: &Place, args: &Silence) -> anyhow::Result<u8> {
    let stations = args.stations.targets();
    if stations.is_empty() {
        bail!("say where: --station STATION, or --all");
    }
    let until = match args.until.map(|until| (until, until.exact())) {
        None => None,
        Some((_, Some(exact))) => Some(exact),
        // By the daemon's clock, which may be shifted, and in its county's time.
        Some((local, None)) => {
            let report = status::ask(place)?;
            Some(local.in_zone(report.time_zone, report.clock.to_utc())?)
        }
    };
    say(place, &Ask::Silence { stations, until })
}

pub fn people(place: &Place, args: &People) -> anyhow::Result<u8> {
    match &args.command {
        PeopleCommand::List => say(place, &Ask::People),
        PeopleCommand::Add { name, account, roles } => {
            let roles: BTreeSet<Role> = roles.iter().copied().collect();
            say(place, &Ask::AddPerson { name: name.clone(), os_user: account.clone(), roles })
        }
        PeopleCommand::Retire { name } => say(place, &Ask::RetirePerson { name: name.clone() }),
    }
}

/// As [`say`], of what an approver may have to sign.
fn say_signed(place: &Place, ask: &Ask, signing: &Signing) -> anyhow::Result<u8> {
    match ask_daemon(place, ask)? {
        Answer::Sign(to_sign) => print(place, signing.sign(place, &to_sign)?),
        answer => print(place, answer),
    }
}

/// Asks the daemon and prints what it says.
pub fn say(place: &Place, ask: &Ask) -> anyhow::Result<u8> {
    print(place, ask_daemon(place, ask)?)
}

fn print(place: &Place, answer: Answer) -> anyhow::Result<u8> {
    match answer {
        Answer::Done(text) => anstream::println!("{text}"),
        Answer::Status(status) => page::json(&status)?,
        Answer::Orders(orders) => print_orders(&orders, status::ask(place)?.time_zone),
        Answer::People(people) => {
            let rows: Vec<Vec<String>> = people
                .iter()
                .map(|person| {
                    let roles: Vec<String> = person.roles.iter().map(ToString::to_string).collect();
                    let account = person.os_user.clone().unwrap_or_else(|| "-".into());
                    let retired = person.retired.map_or(String::new(), |at| format!("retired {}", at.date_naive()));
                    vec![person.name.clone(), account, roles.join(" "), retired]
                })
                .collect();
            page::table(&["NAME", "ACCOUNT", "ROLES", ""], &rows);
        }
        // Asked for and printed by `review list`, `enrol`, `stations`, `chats` and `sign`.
        Answer::Reviews(_) | Answer::Enrolment(_) | Answer::Boxes(_) | Answer::ChatRequests(_) | Answer::Sign(_) => {}
        Answer::Refused(why) => bail!("{why}"),
    }
    Ok(FINE)
}

/// Asks the daemon of this data folder.
///
/// Errors: none runs, or it may not be asked by this user.
pub fn ask_daemon(place: &Place, question: &Ask) -> anyhow::Result<Answer> {
    let data = place.data();
    ask::ask(&data, question).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound | std::io::ErrorKind::ConnectionRefused => {
            anyhow::anyhow!(
                "no daemon runs on {}; start it with `cunxiang run`, or name its folder with --data",
                data.display()
            )
        }
        std::io::ErrorKind::PermissionDenied => {
            anyhow::anyhow!(
                "this account may not use {}; ask an engineer to add it to the group that owns it",
                data.join(SOCKET).display()
            )
        }
        _ => anyhow::Error::new(error).context("the daemon did not answer"),
    })
}

pub fn print_orders(orders: &[Order], zone: Tz) {
    let rows: Vec<Vec<String>> = orders
        .iter()
        .map(|order| {
            let state = format!("{:?}", order.state).to_lowercase();
            let by = match &order.confirmed_by {
                Some(by) if *by != order.filed_by => format!("{}, {by}", order.filed_by),
                _ => order.filed_by.clone(),
            };
            vec![
                order.id.to_string(),
                state,
                order.kind.in_words(zone),
                by,
                order.filed_at.with_timezone(&zone).to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            ]
        })
        .collect();
    page::table(&["ORDER", "STATE", "WHAT", "BY", "FILED"], &rows);
}

/// Prints the orders of the last 30 days.
pub fn orders(place: &Place) -> anyhow::Result<u8> {
    say(place, &Ask::Orders).context("orders are the daemon's to tell")
}
