//! The command line: one file a subcommand. The only place that assembles the other modules.
#![deny(clippy::print_stdout, reason = "std's macros panic when whoever reads the output has gone; anstream's do not")]

mod backup;
mod boxes;
mod card;
mod chats;
mod check;
mod check_cards;
mod check_texts;
mod clip;
mod console;
mod coverage;
mod data;
mod doctor;
mod instant;
mod keys;
mod locale;
mod log;
mod logging;
mod machine;
mod metrics;
mod on_air;
mod order;
mod page;
mod passes;
mod plan;
mod posts;
mod review;
mod run;
mod show;
mod signing;
mod station;
mod status;
mod tasks;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand, ValueEnum};

/// Everything fine.
const FINE: u8 = 0;
/// Faults were found, and told.
const FAULTS: u8 = 1;
/// Wrong use, or it cannot run.
const CANNOT: u8 = 2;

/// 村响: airs prevention notices on village loudspeakers and posts them to chat groups.
#[derive(Parser)]
#[command(name = "cunxiang", version, max_term_width = 100)]
struct Args {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: Command,
}

/// Where the county's files are.
#[derive(clap::Args, Clone)]
pub struct Place {
    /// The folder that holds config/, locales/ and broadcasts/
    #[arg(long, global = true, value_name = "DIR", default_value = ".")]
    home: PathBuf,
    /// The folder of the ledger, the clips and the control socket [default: data below the home folder]
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<PathBuf>,
}

impl Place {
    fn data(&self) -> PathBuf {
        self.data.clone().unwrap_or_else(|| self.home.join("data"))
    }
}

/// How results are printed.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Table,
    Json,
}

#[derive(Subcommand)]
enum Command {
    /// Be the county's daemon: plan, air, post and record
    Run(run::Args),
    /// Chat groups: try the way to one; list, accept and refuse those that ask for notices
    Chats(chats::Args),
    /// Look at all content and tell every fault
    Check(check::Args),
    /// Print what will air
    Plan(plan::PlanArgs),
    /// Say why this airs at a station in a minute, and that does not
    Explain(plan::ExplainArgs),
    /// Posts to chat groups: list them, settle what may or may not have arrived
    Posts(posts::Args),
    /// Posts that people make by hand: list those that are open, say that one is done
    Tasks(tasks::Args),
    /// Print what was planned and how it ended
    Log(log::Args),
    /// Air a broadcast now; an emergency waits for a second person
    Announce(order::Announce),
    /// Air a missed, cut or refused airing again, now
    Reair(order::Airing),
    /// Take back an announcement with all of its repeats
    Cancel(order::OrderNumber),
    /// Take a broadcast back: stop its sound, air it no more, delete its posts or say in the groups that it is withdrawn
    Withdraw(order::Broadcast),
    /// Its text was mended: stop what sounds of the old one, give the groups the new one in its place
    Correct(order::Broadcast),
    /// End an emergency or a drill at once, and air the notice that says so
    AllClear(order::AllClear),
    /// Leave out one airing of the timetable
    Skip(order::Airing),
    /// Stop sound at once and hold daily and drill airings
    Silence(order::Silence),
    /// Confirm an order that another person filed
    Confirm(order::Confirm),
    /// A village box: join a county, run, look at it, take a rundown from a stick
    Station(station::Args),
    /// End the HOLD after a restore
    Release,
    /// Print the orders of the last 30 days
    Orders,
    /// Print what the daemon does now
    Status(status::Args),
    /// Who may do what
    People(order::People),
    /// Make a code that lets one village box in
    Enrol(boxes::EnrolArgs),
    /// Village boxes: look at them, confirm and revoke them
    Stations(boxes::StationsArgs),
    /// A certificate for the link to village boxes
    Tls(boxes::TlsArgs),
    /// The keys that stations trust: look at them, change them, make an approver's
    Keys(keys::Args),
    /// What waits for a review; show, approve and reject editions
    Review(review::Args),
    /// Look at this machine: devices, disk, clock, ledger, keys, tokens
    Doctor(doctor::Args),
    /// Write ledger and content into one file
    Backup(backup::BackupArgs),
    /// Put a backup's ledger and content in place; the county then waits in HOLD
    Restore(backup::RestoreArgs),
    /// Print the completions of a shell
    Completions {
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
    /// Import recordings, list and verify clips
    Clip(clip::Args),
    /// Draw a notice as a picture for chats, or as a poster to print
    Card(card::Args),
    /// Print which message is there in which language, and what each village will hear
    Coverage(coverage::Args),
    /// Outdated translations; texts to and from those who translate
    Locale(locale::Args),
    /// Print what a message says in each language
    Show(show::Args),
    /// Read a foreign recording from standard input, in the limits of a child process
    #[command(hide = true)]
    DecodeUntrusted,
}

/// Parses the command line, runs the command, prints the error chain.
pub fn main() -> ExitCode {
    let args = Args::parse();
    let result = match args.command {
        Command::Run(sub) => run::run(&args.place, &sub),
        Command::Chats(sub) => chats::run(&args.place, &sub),
        Command::Check(sub) => check::run(&args.place, &sub),
        Command::Plan(sub) => plan::plan(&args.place, &sub),
        Command::Explain(sub) => plan::explain_minute(&args.place, &sub),
        Command::Posts(sub) => posts::run(&args.place, &sub),
        Command::Tasks(sub) => tasks::run(&args.place, &sub),
        Command::Log(sub) => log::run(&args.place, &sub),
        Command::Announce(sub) => order::announce(&args.place, &sub),
        Command::Reair(sub) => order::reair(&args.place, &sub),
        Command::Cancel(sub) => order::cancel(&args.place, &sub),
        Command::Withdraw(sub) => order::withdraw(&args.place, &sub),
        Command::Correct(sub) => order::correct(&args.place, &sub),
        Command::AllClear(sub) => order::all_clear(&args.place, &sub),
        Command::Skip(sub) => order::skip(&args.place, &sub),
        Command::Silence(sub) => order::silence(&args.place, &sub),
        Command::Confirm(sub) => order::confirm(&args.place, &sub),
        Command::Station(sub) => station::run(&args.place, &sub),
        Command::Release => order::release(&args.place),
        Command::Orders => order::orders(&args.place),
        Command::Status(sub) => status::run(&args.place, &sub),
        Command::People(sub) => order::people(&args.place, &sub),
        Command::Enrol(sub) => boxes::enrol(&args.place, sub),
        Command::Stations(sub) => boxes::stations(&args.place, &sub),
        Command::Tls(sub) => boxes::tls(&args.place, &sub),
        Command::Doctor(sub) => doctor::run(&args.place, &sub),
        Command::Keys(sub) => keys::run(&args.place, &sub),
        Command::Review(sub) => review::run(&args.place, &sub),
        Command::Backup(sub) => backup::backup(&args.place, &sub),
        Command::Restore(sub) => backup::restore(&args.place, &sub),
        Command::Completions { shell } => {
            // Into memory first: it panics where it cannot write.
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Args::command(), "cunxiang", &mut script);
            anstream::print!("{}", String::from_utf8_lossy(&script));
            Ok(FINE)
        }
        Command::Clip(sub) => clip::run(&args.place, &sub),
        Command::Card(sub) => card::run(&args.place, &sub),
        Command::Coverage(sub) => coverage::run(&args.place, &sub),
        Command::Locale(sub) => locale::run(&args.place, &sub),
        Command::Show(sub) => show::run(&args.place, &sub),
        Command::DecodeUntrusted => {
            let source = std::os::fd::AsFd::as_fd(&std::io::stdin()).try_clone_to_owned();
            let code = source.map_or(2, |source| crate::audio::child_main(source.into(), std::io::stdout()));
            return ExitCode::from(code as u8);
        }
    };
    ExitCode::from(result.unwrap_or_else(|error| {
        anstream::eprintln!("cunxiang: {error:#}");
        CANNOT
    }))
}
