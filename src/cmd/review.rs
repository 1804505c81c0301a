//! `cunxiang review`: what waits for a review, what an edition says, what changed in it; approve it, reject it.

use anyhow::bail;

use crate::base::{Id, Tag};
use crate::cmd::order::ask_daemon;
use crate::cmd::{FINE, Format, Place, page};
use crate::console::control::{Answer, Ask, Judgement, ReviewRow, name_of};
use crate::rundown::Verdict;

#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: ReviewCommand,
}

#[derive(clap::Subcommand)]
enum ReviewCommand {
    /// Print what waits for a review, and for whom
    List {
        /// What is approved, too
        #[arg(long)]
        all: bool,
        #[arg(long, value_enum, default_value = "table")]
        format: Format,
    },
    /// Print an edition as residents get it
    Show {
        broadcast: Id,
        /// This language only; may be given more than once
        #[arg(long = "language", value_name = "TAG")]
        languages: Vec<Tag>,
    },
    /// Print what changed since it was last approved
    Diff { broadcast: Id },
    /// Approve what you read and heard: these languages, or when, where and how it airs
    Approve {
        #[command(flatten)]
        judged: Judged,
        #[arg(long, value_name = "TEXT")]
        comment: Option<String>,
    },
    /// Reject it, and say why
    Reject {
        #[command(flatten)]
        judged: Judged,
        #[arg(long, value_name = "TEXT")]
        comment: String,
    },
}

#[derive(clap::Args)]
struct Judged {
    broadcast: Id,
    /// Its texts and recordings in this language; may be given more than once
    #[arg(long = "language", value_name = "TAG")]
    languages: Vec<Tag>,
    /// When, where and how it airs; so it is without --language
    #[arg(long)]
    plan: bool,
    /// How the edition's digest begins: refused when it is another by now
    #[arg(long, value_name = "DIGEST")]
    edition: Option<String>,
}

pub fn run(place: &Place, args: &Args) -> anyhow::Result<u8> {
    let ask = match &args.command {
        ReviewCommand::List { all, format } => return list(place, *all, *format),
        ReviewCommand::Show { broadcast, languages } => {
            Ask::ReviewShow { broadcast: broadcast.clone(), languages: languages.clone() }
        }
        ReviewCommand::Diff { broadcast } => Ask::ReviewDiff { broadcast: broadcast.clone() },
        ReviewCommand::Approve { judged, comment } => judge(judged, Verdict::Approved, comment.clone()),
        ReviewCommand::Reject { judged, comment } => judge(judged, Verdict::Rejected, Some(comment.clone())),
    };
    match ask_daemon(place, &ask)? {
        Answer::Done(text) => anstream::println!("{text}"),
        Answer::Refused(why) => bail!("{why}"),
        other => bail!("the daemon answered something else: {other:?}; is the program of the same version?"),
    }
    Ok(FINE)
}

fn judge(judged: &Judged, verdict: Verdict, comment: Option<String>) -> Ask {
    Ask::Review(Judgement {
        broadcast: judged.broadcast.clone(),
        verdict,
        plan: judged.plan,
        languages: judged.languages.clone(),
        comment,
        edition: judged.edition.clone(),
    })
}

fn list(place: &Place, all: bool, format: Format) -> anyhow::Result<u8> {
    let rows = match ask_daemon(place, &Ask::ReviewList { all })? {
        Answer::Reviews(rows) => rows,
        Answer::Refused(why) => bail!("{why}"),
        other => bail!("the daemon answered something else: {other:?}; is the program of the same version?"),
    };
    if format == Format::Json {
        anstream::println!("{}", serde_json::to_string_pretty(&rows)?);
        return Ok(FINE);
    }
    let cells: Vec<Vec<String>> = rows.iter().map(cells).collect();
    page::table(&["BROADCAST", "EDITION", "WHAT", "STATE", "BY", "AUTHOR", "FOR"], &cells);
    anstream::println!("{}", page::count(rows.len(), "part"));
    Ok(FINE)
}

fn cells(row: &ReviewRow) -> Vec<String> {
    let comment = row.comment.as_deref().map_or_else(String::new, |comment| format!(": {comment}"));
    let state = if row.missing > 1 { format!("{} for {}", row.state, row.missing) } else { row.state.clone() };
    let reviewers = match row.reviewers.is_empty() {
        false => row.reviewers.join(", "),
        true => "nobody here has the role".to_owned(),
    };
    let by = format!("{}{comment}", row.by.join(", "));
    vec![
        row.broadcast.to_string(),
        row.edition.short(),
        name_of(row.language.as_ref()),
        state,
        if by.is_empty() { "-".to_owned() } else { by },
        authors(row),
        if row.state == "approved" { "-".to_owned() } else { reviewers },
    ]
}

/// Those who are named, and that somebody is not.
fn authors(row: &ReviewRow) -> String {
    let unsigned = row.unsigned.then(|| "NOT NAMED".to_owned());
    row.authors.iter().cloned().chain(unsigned).collect::<Vec<_>>().join(", ")
}
