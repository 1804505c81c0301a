//! What people post by hand into groups that have no robot: the text to copy, the card to save, the voice to share, and a
//! button that says it is done. The files are those the outbox handed over.

use std::path::{Path, PathBuf};

use axum::http::header;
use axum::response::IntoResponse;
use maud::{Markup, html};

use super::super::super::asked::{Answered, Asked, Stop};
use super::super::super::form::encoded;
use super::{Call, CallState, Catalog, PostFilter, PostRow, chat_name, local, subject};
use crate::ledger::CallId;

/// A text for a group is a few thousand characters.
const TEXT_BYTES_MAX: u64 = 32 << 10;
/// A card, or a voice note of some minutes.
const FILE_BYTES_MAX: u64 = 20 << 20;

/// A file that somebody is to post.
struct File {
    call: String,
    name: String,
    /// Of a text.
    text: Option<String>,
    kind: Option<&'static str>,
}

/// What somebody is to post to a group.
pub struct Task<'a> {
    row: &'a PostRow,
    files: Vec<File>,
}

/// What is in a file that the outbox wrote, by its ending.
fn kind_of(path: &Path) -> Option<&'static str> {
    match path.extension()?.to_str()? {
        "txt" => Some("text/plain; charset=utf-8"),
        "png" => Some("image/png"),
        "opus" => Some("audio/ogg"),
        _ => None,
    }
}

/// Where a call's file lies, of one that a person has as a task.
fn path_of(call: &Call) -> Option<PathBuf> {
    let is_task = matches!(call.state, CallState::Handed | CallState::Delivered) && call.channel == "manual";
    call.ids.first().map(PathBuf::from).filter(|_| is_task)
}

impl<'a> Task<'a> {
    pub async fn read(row: &'a PostRow) -> Task<'a> {
        let mut files = Vec::new();
        for call in row.calls.iter().filter(|call| call.state == CallState::Handed) {
            let Some(path) = path_of(call) else { continue };
            let kind = kind_of(&path);
            let is_text = kind.is_some_and(|kind| kind.starts_with("text/"));
            let text = if is_text { read_bounded(&path, TEXT_BYTES_MAX).await } else { None };
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
            let text = text.and_then(|bytes| String::from_utf8(bytes).ok());
            files.push(File { call: call.id.to_string(), name, text, kind });
        }
        Task { row, files }
    }

    /// Who is to post it.
    fn person(&self) -> &str {
        self.row.calls.iter().find_map(|call| call.address["person"].as_str()).unwrap_or_default()
    }

    pub fn card(&self, asked: &Asked, catalog: &Catalog, may: bool) -> Markup {
        let (words, post) = (asked.words, &self.row.post);
        html! {
            section.card {
                h3 { (subject(catalog, words, &post.broadcast)) " → " (chat_name(catalog, words, &post.chat)) }
                p { span lang="zh-CN" { (self.person()) } " · " (words.say_with("chats-until", &[("at", &local(asked, post.expires))])) }
                @for file in &self.files { (one(asked, file)) }
                @if may {
                    form method="post" action="/chats/done" {
                        (asked.token())
                        button.main name="name" value=(post.id()) { (words.say("chats-done")) }
                    }
                }
            }
        }
    }
}

fn one(asked: &Asked, file: &File) -> Markup {
    let words = asked.words;
    let address = format!("/chats/file?call={}", encoded(&file.call));
    // The language is in the name: 02-bo.txt.
    let language = file.name.split_once('-').map_or("", |(_, rest)| rest.split('.').next().unwrap_or_default());
    html! { div.task {
        @if let Some(text) = &file.text {
            textarea readonly rows="5" lang=(language) aria-label=(words.say_with("chats-part", &[("part", "text")])) { (text) }
            div.row { button type="button" data-copy hidden { (words.say("chats-copy")) } }
        } @else {
            @if file.kind == Some("image/png") { img.thumb loading="lazy" src=(address) alt=(words.say_with("chats-part", &[("part", "card")])); }
            @if file.kind == Some("audio/ogg") { audio controls preload="none" src=(address) {} }
            div.row {
                a.button download=(file.name) href=(address) { (words.say("chats-save")) " " small { (file.name) } }
                button type="button" data-share=(address) data-name=(file.name) data-kind=[file.kind] hidden { (words.say("chats-share")) }
            }
        }
    } }
}

async fn read_bounded(path: &Path, max: u64) -> Option<Vec<u8>> {
    let size = tokio::fs::metadata(path).await.ok()?.len();
    if size > max { None } else { tokio::fs::read(path).await.ok() }
}

/// A file of a task.
pub async fn file(asked: Asked) -> Answered {
    let id: CallId = asked.query.one("call").parse().map_err(|_| Stop::NotFound)?;
    let filter = PostFilter { states: vec![CallState::Handed, CallState::Delivered], ..PostFilter::default() };
    // The id names its group and broadcast: not every post is read for it.
    let mut parts = id.post.splitn(2, '.');
    let broadcast = parts.next().and_then(|text| text.parse().ok());
    let chat = id.post.rsplit('.').next().and_then(|text| text.parse().ok());
    let rows = asked.site.ledger().posts(&PostFilter { broadcast, chat, ..filter }).await?;
    let call = rows.iter().flat_map(|row| &row.calls).find(|call| call.id == id).ok_or(Stop::NotFound)?;
    let path = path_of(call).ok_or(Stop::NotFound)?;
    let kind = kind_of(&path).ok_or(Stop::NotFound)?;
    let bytes = read_bounded(&path, FILE_BYTES_MAX).await.ok_or(Stop::NotFound)?;
    Ok(([(header::CONTENT_TYPE, kind)], bytes).into_response())
}
