//! Groups that asked for notices through the robot, and the county's answer.

use crate::base::{Id, Tag};
use crate::cmd::order::ask_daemon;
use crate::cmd::{FAULTS, FINE, Format, Place, page, status};
use crate::console::control::{Answer, Ask};
use crate::county::directory::{self, DirectoryFault, Entry, one_line};
use crate::ledger::{ChatRequest, RequestState};
use anyhow::{Context, bail};

#[derive(clap::Args)]
pub(super) struct Accept {
    request: u64,
    /// What the group is called in files and logs; never given twice
    #[arg(long)]
    id: Id,
    /// What people call it, in Chinese [default: what it calls itself]
    #[arg(long)]
    name: Option<String>,
    /// The village whose group it is
    #[arg(long, value_name = "STATION")]
    station: Option<Id>,
    /// The township whose group it is; with neither, it is the whole county's
    #[arg(long, conflicts_with = "station")]
    township: Option<Id>,
    /// In this order
    #[arg(long, value_delimiter = ',', required = true, value_name = "TAG,TAG")]
    languages: Vec<Tag>,
    /// text, voice, card
    #[arg(long, value_delimiter = ',', default_value = "text,voice", value_name = "PART,PART")]
    send: Vec<String>,
}

fn requests(place: &Place, all: bool) -> anyhow::Result<Vec<ChatRequest>> {
    match ask_daemon(place, &Ask::ChatRequests { all })? {
        Answer::ChatRequests(requests) => Ok(requests),
        Answer::Refused(why) => bail!("{why}"),
        _ => bail!("the daemon answers something else; is it of the same version?"),
    }
}

pub(super) fn list(place: &Place, all: bool, format: Format) -> anyhow::Result<u8> {
    let requests = requests(place, all)?;
    if format == Format::Json {
        page::json(&requests)?;
        return Ok(FINE);
    }
    let zone = status::ask(place)?.time_zone;
    let row = |request: &ChatRequest| {
        let state = match (&request.state, &request.chat, &request.settled_by) {
            (RequestState::Open, ..) => "open".to_owned(),
            (RequestState::Accepted, Some(chat), Some(by)) => format!("accepted by {by} as {chat}"),
            (RequestState::Refused, _, Some(by)) => format!("refused by {by}"),
            (RequestState::Gone, ..) => "gone: the robot was taken out".to_owned(),
            (state, ..) => format!("{state:?}").to_lowercase(),
        };
        vec![
            request.number.to_string(),
            one_line(&request.title),
            request.channel.clone(),
            request.asked_by.clone(),
            request.asked_at.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string(),
            state,
        ]
    };
    page::table(
        &["REQUEST", "GROUP", "CHANNEL", "ADDED BY", "AT", "STATE"],
        &requests.iter().map(row).collect::<Vec<_>>(),
    );
    Ok(FINE)
}

/// The file first: what the ledger calls accepted is in the directory.
pub(super) fn accept(place: &Place, accept: &Accept) -> anyhow::Result<u8> {
    let open = requests(place, false)?;
    let request = open.iter().find(|request| request.number == accept.request);
    let request = request.with_context(|| {
        format!("there is no open request {}; `cunxiang chats requests` lists them", accept.request)
    })?;
    let entry = Entry {
        id: accept.id.clone(),
        name: accept.name.clone(),
        station: accept.station.clone(),
        township: accept.township.clone(),
        languages: accept.languages.clone(),
        send: accept.send.clone(),
    };
    match directory::take_in(&place.home, &entry, request) {
        Ok(()) => settle(place, accept.request, Some(accept.id.clone())),
        Err(DirectoryFault::Faults(problems)) => {
            page::problems(&problems);
            anstream::println!("{} stays as it was", directory::CHATS);
            Ok(FAULTS)
        }
        Err(fault) => Err(fault.into()),
    }
}

pub(super) fn settle(place: &Place, request: u64, chat: Option<Id>) -> anyhow::Result<u8> {
    match ask_daemon(place, &Ask::SettleChat { request, chat })? {
        Answer::Done(text) => {
            anstream::println!("{text}");
            Ok(FINE)
        }
        Answer::Refused(why) => bail!("{why}"),
        _ => bail!("the daemon answers something else; is it of the same version?"),
    }
}
