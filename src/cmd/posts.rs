//! `cunxiang posts`: what chat groups were sent, and what a person says of what may or may not have arrived.

use anyhow::bail;
use chrono_tz::Tz;
use clap::builder::PossibleValuesParser;
use serde_json::json;

use crate::base::clock::RealClock;
use crate::base::{Clock as _, Id};
use crate::cmd::instant::Instant;
use crate::cmd::{FAULTS, FINE, Format, Place, on_air, order, page};
use crate::console::control::Ask;
use crate::ledger::{Call, CallId, CallState, Ledger, PostFilter, PostRow};
use crate::planner::rows::local_time;

/// What `--state` knows.
const STATES: [&str; 9] =
    ["waiting", "sending", "delivered", "refused", "expired", "unknown", "handed", "digested", "lost"];

#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: PostsCommand,
}

#[derive(clap::Subcommand)]
enum PostsCommand {
    /// Print posts by the state of their calls; without --state, those that a person has to settle
    List(List),
    /// You saw it in the group: it was delivered
    Seen {
        /// A post, or one call of it, as `posts list` prints it
        name: String,
    },
    /// It is not in the group: send it anew, marked as sent again
    Resend {
        /// A post, or one call of it, as `posts list` prints it
        name: String,
    },
}

#[derive(clap::Args)]
struct List {
    /// May be given more than once
    #[arg(long = "state", value_name = "WORD", default_value = "unknown",
        value_parser = PossibleValuesParser::new(STATES))]
    states: Vec<String>,
    /// In any state
    #[arg(long, conflicts_with = "states")]
    all: bool,
    #[arg(long)]
    chat: Option<Id>,
    #[arg(long)]
    broadcast: Option<Id>,
    /// Taken in at or after this
    #[arg(long, value_name = "INSTANT")]
    from: Option<Instant>,
    /// Taken in before this
    #[arg(long, value_name = "INSTANT")]
    until: Option<Instant>,
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

pub fn run(place: &Place, args: &Args) -> anyhow::Result<u8> {
    match &args.command {
        PostsCommand::List(list) => self::list(place, list),
        PostsCommand::Seen { name } => order::say(place, &Ask::PostSeen { name: name.clone() }),
        PostsCommand::Resend { name } => order::say(place, &Ask::PostResend { name: name.clone() }),
    }
}

fn list(place: &Place, args: &List) -> anyhow::Result<u8> {
    let Some(catalog) = on_air::read(place)? else { return Ok(FAULTS) };
    let (zone, now) = (catalog.county.zone, RealClock::default().now());
    let instant = |written: Option<Instant>| written.map(|written| written.in_zone(zone, now)).transpose();
    let wanted = |state: &CallState| args.states.contains(&state.word());
    let states: Vec<CallState> =
        if args.all { Vec::new() } else { CallState::ALL.into_iter().filter(wanted).collect() };
    let filter = PostFilter {
        since: instant(args.from)?,
        until: instant(args.until)?,
        chat: args.chat.clone(),
        broadcast: args.broadcast.clone(),
        states,
    };
    let rows = read(place, &filter)?;
    print(&rows, args.format, zone)?;
    if args.format == Format::Table && rows.iter().flat_map(|row| &row.calls).any(|c| c.state == CallState::Unknown) {
        anstream::println!(
            "unknown: it may have arrived. Look into the group, then say `cunxiang posts seen NAME`, or `posts resend NAME` if it is not there"
        );
    }
    Ok(FINE)
}

/// The posts that a filter wants, with the calls that are in its states.
///
/// Errors: there is no ledger, or it cannot be read.
pub fn read(place: &Place, filter: &PostFilter) -> anyhow::Result<Vec<PostRow>> {
    let path = place.data().join("ledger.db");
    if !path.exists() {
        bail!("there is no ledger in {}; nothing has run here yet", place.data().display());
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut rows = runtime.block_on(async {
        let ledger = Ledger::open(&path).await?;
        let rows = ledger.posts(filter).await;
        ledger.close().await;
        rows
    })?;
    for row in &mut rows {
        row.calls.retain(|call| filter.states.is_empty() || filter.states.contains(&call.state));
    }
    Ok(rows)
}

/// Prints posts and the calls that are left in them.
pub fn print(rows: &[PostRow], format: Format, zone: Tz) -> anyhow::Result<()> {
    if format == Format::Json {
        let rows: Vec<serde_json::Value> = rows.iter().map(|row| json_row(row, zone)).collect();
        page::json(&rows)?;
        return Ok(());
    }
    let calls = rows.iter().flat_map(|row| row.calls.iter().map(move |call| (row, call)));
    let cells: Vec<Vec<String>> = calls
        .map(|(row, call)| {
            let due = local_time(row.post.due, zone);
            vec![due, call.id.to_string(), call.state.word(), what(call, zone)]
        })
        .collect();
    page::table(&["DUE", "NAME", "STATE", ""], &cells);
    anstream::println!("{}", page::count(rows.len(), "post"));
    Ok(())
}

/// What is to be told of a call beside its state.
fn what(call: &Call, zone: Tz) -> String {
    let mut told = Vec::new();
    told.extend(amended(call).map(|(act, of)| format!("{act}s {of}")));
    told.extend(Some(outcome(call, zone)).filter(|text| !text.is_empty()));
    // One that was never sent says so itself.
    let order = call.taken_back.filter(|_| call.state != CallState::Refused);
    told.extend(order.map(|order| format!("taken back by order {order}")));
    told.join("; ")
}

/// What a call does to a message that arrived, and the call that brought it; none of one that sends something.
fn amended(call: &Call) -> Option<(&str, CallId)> {
    Some((call.body.get("amend")?.as_str()?, serde_json::from_value(call.body.get("of")?.clone()).ok()?))
}

fn outcome(call: &Call, zone: Tz) -> String {
    match (&call.settled, call.state) {
        (Some((by, at)), CallState::Delivered) => format!("{by} said so at {}", local_time(*at, zone)),
        (Some((by, at)), _) => format!("sent anew by {by} at {}", local_time(*at, zone)),
        (None, _) => call.detail.clone().or(call.code.clone()).unwrap_or_default(),
    }
}

fn json_row(row: &PostRow, zone: Tz) -> serde_json::Value {
    let call = |call: &Call| {
        let settled = call.settled.as_ref().map(|(by, at)| json!({ "by": by, "at": local_time(*at, zone) }));
        json!({
            "name": call.id.to_string(), "part": call.id.position + 1, "repeat": call.id.repeat, "state": call.state,
            "ids": call.ids, "code": call.code, "detail": call.detail, "digest": call.digest, "settled": settled,
            "taken_back": call.taken_back, "amends": amended(call).map(|(act, of)| json!({ "act": act, "call": of.to_string() })),
        })
    };
    json!({
        "post": row.post.id(), "broadcast": row.post.broadcast, "chat": row.post.chat, "notice": row.post.notice,
        "due": local_time(row.post.due, zone), "expires": local_time(row.post.expires, zone),
        "calls": row.calls.iter().map(call).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_can_be_asked_for() {
        assert_eq!(CallState::ALL.map(CallState::word), STATES);
    }
}
