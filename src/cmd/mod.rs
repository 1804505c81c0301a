//! The command line: one file a subcommand. The only place that assembles the other modules.

mod check;
mod clip;
mod page;
mod show;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

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
    /// Look at all content and tell every fault
    Check(check::Args),
    /// Import recordings, list and verify clips
    Clip(clip::Args),
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
        Command::Check(sub) => check::run(&args.place, &sub),
        Command::Clip(sub) => clip::run(&args.place, &sub),
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
