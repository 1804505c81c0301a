//! What changed between two editions of a broadcast, in words, part by part: what a reviewer who approved the one
//! before has to look at, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::base::{Id, Tag};
use crate::catalog::edition::{Clip, Said, Written};
use crate::lang::difference;

/// Lines of a part of an edition that changed: none for when, where and how. A part that did not change is not here.
pub type Changes = BTreeMap<Option<Tag>, Vec<String>>;

/// What makes `new` of `old`.
pub fn changes(old: &Written, new: &Written) -> Changes {
    let mut found = Changes::new();
    found.insert(None, plan(old, new));
    let tags: BTreeSet<&Tag> = old.languages.keys().chain(new.languages.keys()).collect();
    for tag in tags {
        let said = |edition: &Written| edition.languages.get(tag).cloned().unwrap_or_default();
        found.insert(Some(tag.clone()), language(&said(old), &said(new)));
    }
    found.retain(|_, lines| !lines.is_empty());
    found
}

/// When, where, how, with what arguments: each key of the broadcast's file.
fn plan(old: &Written, new: &Written) -> Vec<String> {
    let (before, now) = (leaves(&old.broadcast), leaves(&new.broadcast));
    let keys: BTreeSet<&String> = before.keys().chain(now.keys()).collect();
    let mut lines: Vec<String> = keys
        .into_iter()
        .filter_map(|key| match (before.get(key), now.get(key)) {
            (Some(before), Some(now)) if before == now => None,
            (Some(before), Some(now)) => Some(format!("{key} = {now}, before {before}")),
            (None, Some(now)) => Some(format!("{key} = {now}, before nothing")),
            (Some(before), None) => Some(format!("{key} is gone, before {before}")),
            (None, None) => None,
        })
        .collect();
    if old.chime != new.chime {
        lines.push("the chime is another sound".to_owned());
    }
    lines
}

/// Each value under its key as it stands in the file: `[when] at`.
pub fn leaves(file: &Value) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for (key, value) in file.as_object().into_iter().flatten() {
        match value {
            Value::Object(table) => {
                found.extend(table.iter().map(|(inner, value)| (format!("[{key}] {inner}"), value.to_string())));
            }
            value => {
                found.insert(key.clone(), value.to_string());
            }
        }
    }
    found
}

fn language(old: &[Said], new: &[Said]) -> Vec<String> {
    let mut lines = Vec::new();
    let find = |list: &'_ [Said], id: &Id| list.iter().find(|said| said.message == *id).cloned();
    for said in new {
        match find(old, &said.message) {
            Some(before) => message(&before, said, &mut lines),
            None => lines.push(format!("{}: is new: {}", said.message, shown(said.body.as_deref()))),
        }
    }
    let gone = old.iter().filter(|said| find(new, &said.message).is_none());
    lines.extend(gone.map(|said| format!("{}: is gone", said.message)));
    let order = |list: &[Said]| list.iter().map(|said| said.message.clone()).collect::<Vec<_>>();
    if lines.is_empty() && order(old) != order(new) {
        lines.push("the messages come in another order".to_owned());
    }
    lines
}

fn message(old: &Said, new: &Said, lines: &mut Vec<String>) {
    let from = lines.len();
    let mut tell = |what: String| lines.push(format!("{}: {what}", new.message));
    let read_aloud = |said: &Said| said.spoken.clone().filter(|spoken| said.body.as_ref() != Some(spoken));
    let pieces = [
        ("title", old.title.clone(), new.title.clone()),
        ("text", old.body.clone(), new.body.clone()),
        ("short", old.short.clone(), new.short.clone()),
        ("read aloud", read_aloud(old), read_aloud(new)),
    ];
    for (name, before, now) in pieces {
        match (before, now) {
            (Some(before), Some(now)) if before == now => {}
            (Some(before), Some(now)) => tell(format!("{name}: {}", difference::words(&before, &now))),
            (None, Some(now)) => tell(format!("{name}: {{+{now}+}}")),
            (Some(before), None) => tell(format!("{name}: [-{before}-]")),
            (None, None) => {}
        }
    }
    if old.author != new.author {
        let name = |author: &Option<String>| author.clone().unwrap_or_else(|| "nobody said".to_owned());
        tell(format!("by {}, before {}", name(&new.author), name(&old.author)));
    }
    recordings(&old.clips, &new.clips, &mut tell);
    // Something is left: a placeable written otherwise, a space. It reads and sounds the same.
    if lines.len() == from && old != new {
        lines.push(format!("{}: is written otherwise, and reads the same", new.message));
    }
}

fn recordings(old: &[Clip], new: &[Clip], tell: &mut dyn FnMut(String)) {
    let voice = |clip: &Clip| clip.voice.as_ref().map_or_else(String::new, |voice| format!(" in {voice}"));
    let find = |list: &'_ [Clip], clip: &Clip| list.iter().find(|other| other.voice == clip.voice).cloned();
    for clip in new {
        match find(old, clip) {
            Some(before) if before == *clip => {}
            Some(_) => tell(format!("another recording{} ({}, {})", voice(clip), clip.clip.short(), clip.kind)),
            None => tell(format!("a new recording{} ({}, {})", voice(clip), clip.clip.short(), clip.kind)),
        }
    }
    for clip in old.iter().filter(|clip| find(new, clip).is_none()) {
        tell(format!("the recording{} is gone", voice(clip)));
    }
    if old != new && old.len() == new.len() && old.iter().all(|clip| new.contains(clip)) {
        tell("another of its recordings goes first".to_owned());
    }
}

fn shown(text: Option<&str>) -> &str {
    text.unwrap_or("no text")
}
