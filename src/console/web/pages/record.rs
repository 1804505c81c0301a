//! A person reads a notice aloud: recorded in the browser or brought as a file, and bound to the text that stood on the
//! page. The sound goes the same way as `cunxiang clip import`: decoded by a child of this program, levelled, encoded.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use maud::{Markup, html};
use tokio::sync::Semaphore;

use super::super::asked::{Answered, Asked, Stop, html_of};
use super::notice::{may, refused};
use crate::audio::{self, Imported, Limits};
use crate::base::{Digest, Id, Tag};
use crate::catalog::{Broadcast, Catalog, Files};
use crate::console::edit::Refusal;
use crate::console::edit::recording::{RecordingChange, to_read};
use crate::lang::{Language, voice};
use crate::ledger::Role;

/// Ten minutes of what browsers and telephones record, several times over.
pub const RECORDING_BYTES_MAX: usize = 32 << 20;
/// Recordings that are taken in at a time: each holds a core for seconds.
const IMPORTS_MAX: usize = 1;
/// A name of one who speaks.
const SPEAKER_CHARS_MAX: usize = 60;

static IMPORTS: Semaphore = Semaphore::const_new(IMPORTS_MAX);
static UPLOADS: AtomicU64 = AtomicU64::new(0);

/// What is recorded.
struct Reading {
    message: Id,
    language: &'static Language,
    tag: Tag,
}

fn reading(asked: &Asked) -> Result<Reading, Stop> {
    let language = Language::of(asked.param("tag")).ok_or(Stop::NotFound)?;
    let tag: Tag = language.tag.parse().expect("the tags of the table are tags");
    let message: Id = asked.param("id").parse().map_err(|_| Stop::NotFound)?;
    // Writers bring recordings in any language, translators read their own.
    if !asked.who().may(&[Role::Writer]) && !may(asked, language) {
        return Err(Stop::NotYours);
    }
    Ok(Reading { message, language, tag })
}

/// The broadcast whose values the text has: the one that is asked for, else the first that says the message.
fn broadcast<'c>(catalog: &'c Catalog, message: &Id, asked: &str) -> Option<&'c Broadcast> {
    let mut says = catalog.broadcasts.values().filter(|broadcast| broadcast.messages.contains(message));
    let first = says.clone().next();
    says.find(|broadcast| broadcast.id.as_str() == asked).or(first)
}

/// The voices that villages ask for in a language.
fn voices<'c>(catalog: &'c Catalog, tag: &Tag) -> BTreeSet<&'c Tag> {
    catalog.stations.values().filter_map(|station| station.voices.get(tag)).flatten().collect()
}

pub async fn show(asked: Asked) -> Answered {
    let Reading { message, language, tag } = reading(&asked)?;
    let (words, catalog) = (asked.words, asked.site.catalog());
    let chosen = broadcast(&catalog, &message, asked.query.one("broadcast"));
    let all: Vec<&Broadcast> = catalog.broadcasts.values().filter(|other| other.messages.contains(&message)).collect();
    let text = to_read(&catalog, &message, &tag, chosen.map(|broadcast| &broadcast.id));
    let read = text.as_ref().map(|text| Digest::of(text.as_bytes()));
    let here = format!("/notices/{message}/record/{tag}");
    let body = html! {
        p { a href={ "/notices/" (message) } { code { (message) } } " · " (words.say_with("people-language", &[("tag", language.tag)])) }
        @if all.len() > 1 {
            form.row method="get" action=(here) {
                label { (words.say("record-broadcast")) select name="broadcast" { @for one in &all {
                    option value=(one.id) lang="zh-CN" selected[chosen.is_some_and(|chosen| chosen.id == one.id)] { (one.title) }
                } } }
                button { (words.say("record-choose")) }
            }
        }
        @match &text {
            None => p.said.bad { (words.say("record-no-text")) },
            Some(text) => section.card {
                h2 { (words.say("record-read")) }
                p.text.aloud lang=(language.tag) dir="ltr" { (text) }
            },
        }
        @if let Some(read) = read { (recorder(&asked, &here, chosen, read, &voices(&catalog, &tag))) }
        (present(&asked, &catalog, &message, &tag, read))
    };
    asked.page_with("record-title", &body, &["record.js"])
}

fn recorder(asked: &Asked, here: &str, chosen: Option<&Broadcast>, read: Digest, voices: &BTreeSet<&Tag>) -> Markup {
    let words = asked.words;
    html! {
        noscript { p.said.bad { (words.say("record-needs")) } }
        section.card id="recorder" hidden data-action=(here) data-read=(read)
            data-broadcast=(chosen.map_or("", |broadcast| broadcast.id.as_str()))
            data-lost=(words.say_with("record-fault", &[("why", "lost")])) {
            (asked.token())
            label { (words.say("record-speaker")) input id="speaker" required maxlength=(SPEAKER_CHARS_MAX) value=(asked.who().name()) autocomplete="off"; }
            label { (words.say("record-voice")) select id="voice" { option value="" { (words.say("record-any-voice")) } @for voice in voices { option value=(voice) { (voice) } } } }
            div.row {
                button.main type="button" id="start" { (words.say("record-start")) }
                button.stop type="button" id="stop" disabled { (words.say("record-stop")) }
                span id="time" {}
            }
            p id="no-microphone" hidden { (words.say("record-needs")) }
            label { (words.say("record-level")) meter id="level" min="0" max="1" low="0.05" high="0.9" optimum="0.4" value="0" {} }
            canvas id="wave" width="800" height="100" aria-hidden="true" {}
            audio id="listen" controls hidden {}
            label { (words.say("record-file")) input type="file" id="file" accept="audio/*,.m4a,.mp3,.wav,.amr,.ogg,.webm"; }
            div.row { button.main type="button" id="send" disabled { (words.say("record-send")) } }
            div id="sent" role="status" {}
        }
    }
}

fn present(asked: &Asked, catalog: &Catalog, message: &Id, tag: &Tag, read: Option<Digest>) -> Markup {
    let words = asked.words;
    let all: Vec<_> = catalog.recordings_of(message, tag).collect();
    html! {
        @if !all.is_empty() { section.card { h2 { (words.say("record-present")) }
            @for recording in all {
                div.change {
                    p { (words.say_with("review-recording", &[("kind", recording.kind.word())]))
                        @if let Some(voice) = &recording.voice { " (" (voice) ")" }
                        @if let Some(speaker) = &recording.speaker { " · " (speaker) }
                        " · " @if Some(recording.text) == read { span.good { (words.say("record-of-this")) } } @else { span.bad { (words.say("record-of-older")) } } }
                    audio controls preload="none" src={ "/clips/" (recording.clip) } {}
                }
            }
        } }
    }
}

/// Why a recording is not taken.
enum Fault {
    /// As `record-fault` chooses by it.
    Told(&'static str),
    Sound(String),
}

pub async fn take(asked: Asked) -> Answered {
    let Reading { message, language, tag } = reading(&asked)?;
    let form = &asked.query;
    let speaker = form.one("speaker").trim().to_owned();
    let voice: Option<Tag> = Some(form.one("voice"))
        .filter(|voice| !voice.is_empty())
        .map(str::parse)
        .transpose()
        .map_err(|_| Stop::Foreign)?;
    let read: Digest = form.one("read").parse().map_err(|_| Stop::Foreign)?;
    if voice.as_ref().is_some_and(|voice| voice::check(language, voice).is_err()) {
        return Err(Stop::Foreign);
    }
    if speaker.is_empty() || speaker.chars().count() > SPEAKER_CHARS_MAX || speaker.chars().any(char::is_control) {
        return Ok(told(&asked, &Fault::Told("speaker")));
    }
    let catalog = asked.site.catalog();
    let chosen = broadcast(&catalog, &message, form.one("broadcast")).map(|broadcast| broadcast.id.clone());
    let Ok(_place) = IMPORTS.try_acquire() else { return Ok(told(&asked, &Fault::Told("busy"))) };
    let (bytes, home) = (asked.body.to_vec(), asked.site.home.clone());
    let made = tokio::task::spawn_blocking(move || imported(&home, &bytes).map(|made| (made, bytes)));
    let (imported, bytes) = match made.await.expect("an import does not panic, and nobody cancels it") {
        Ok(made) => made,
        Err(why) => return Ok(told(&asked, &Fault::Sound(why))),
    };
    let facts = (imported.facts.length_ms(), imported.warnings.clone());
    let change = RecordingChange {
        message,
        language: tag,
        voice,
        broadcast: chosen,
        read,
        speaker,
        date: asked.now.with_timezone(&catalog.county.zone).date_naive(),
        imported,
        original: (bytes, extension(form.one("kind"))),
    };
    let proposed = move |files: &Files| change.proposed(files);
    match asked.site.folder.save(proposed, &asked.site.control, (asked.who().name(), asked.now)).await {
        Ok(_) => Ok(html_of(saved(&asked, facts)).into_response()),
        Err(Refusal::Conflict(_)) => Ok(told(&asked, &Fault::Told("changed"))),
        Err(Refusal::Faulty(faults)) => {
            Ok(told(&asked, &Fault::Sound(faults.iter().map(|fault| format!("{fault} ")).collect())))
        }
        Err(other) => Err(refused(other)),
    }
}

/// The end of a file's name, where it is one.
fn extension(kind: &str) -> String {
    let kind = kind.to_ascii_lowercase();
    let is_one = (1..=5).contains(&kind.len()) && kind.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_one { kind } else { "audio".to_owned() }
}

fn saved(asked: &Asked, (length_ms, warnings): (u64, Vec<String>)) -> Markup {
    let seconds = format!("{}.{}", length_ms / 1000, length_ms % 1000 / 100);
    html! {
        p.said { (asked.words.say_with("record-saved", &[("seconds", &seconds)])) " " a href="" { (asked.words.say("record-look")) } }
        @for warning in warnings { p.bad lang="en" dir="ltr" { (warning) } }
    }
}

fn told(asked: &Asked, fault: &Fault) -> axum::response::Response {
    let say = |why: &str| asked.words.say_with("record-fault", &[("why", why)]);
    let markup = match fault {
        Fault::Told(why) => html! { p.said.bad role="alert" { (say(why)) } },
        Fault::Sound(why) => {
            html! { p.said.bad role="alert" { (say("sound")) } p lang="en" dir="ltr" { small { (why) } } }
        }
    };
    (StatusCode::UNPROCESSABLE_ENTITY, html_of(markup)).into_response()
}

/// Decodes in a child process, levels, encodes.
///
/// Errors: why not, in words.
fn imported(home: &Path, bytes: &[u8]) -> Result<Imported, String> {
    let exe = std::env::current_exe().map_err(|error| format!("this program's own file is not known: {error}"))?;
    let upload = Upload::new(home, bytes).map_err(|error| format!("the recording cannot be kept: {error}"))?;
    let pcm = audio::decode_in_child(&exe, &["decode-untrusted"], &upload.0, &Limits::default());
    let made = pcm.and_then(|pcm| audio::import(pcm, &mut |_| {}));
    made.map_err(|fault| fault.to_string())
}

/// A file that is gone with its value: the child reads from nothing else.
struct Upload(PathBuf);

impl Upload {
    fn new(home: &Path, bytes: &[u8]) -> std::io::Result<Upload> {
        let folder = home.join("broadcasts/originals");
        std::fs::create_dir_all(&folder)?;
        let number = UPLOADS.fetch_add(1, Ordering::Relaxed);
        let upload = Upload(folder.join(format!(".upload-{}-{number}", std::process::id())));
        std::fs::write(&upload.0, bytes)?;
        Ok(upload)
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}
