//! Reads `broadcasts/recordings.toml` and holds it against the clips on disk.

use std::collections::BTreeMap;

use crate::base::problem::Place;
use crate::base::table::{Document, Field, Table};
use crate::base::{Digest, Id, Problem, Tag};
use crate::catalog::county::known_language;
use crate::catalog::files::Files;
use crate::catalog::model::{Chime, Kind, Recording};

/// Where it stands.
pub const PATH: &str = "broadcasts/recordings.toml";

pub const KINDS: [(&str, Kind); 3] =
    [("person", Kind::Person), ("synthetic", Kind::Synthetic), ("placeholder", Kind::Placeholder)];

/// What sounds can be made of.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Recordings {
    pub recordings: Vec<Recording>,
    pub chimes: BTreeMap<Id, Chime>,
}

/// Reads the file; every fault of form is left in `document`. An entry with a fault is left out, the others stay.
pub fn read(document: &Document<'_>) -> Recordings {
    let root = document.root();
    let mut found = Recordings::default();
    for table in root.tables("chime") {
        let id = table.require("id", "\"chime\"").and_then(|field| field.parse::<Id>());
        let clip = clip(&table);
        origin(&table);
        if let (Some(id), Some(clip)) = (id, clip) {
            let (file, clip, frames, bytes) = clip;
            let chime = Chime { file, clip, frames, bytes, place: table.place() };
            if found.chimes.insert(id.clone(), chime).is_some() {
                table.fault("duplicate-id", format!("chime `{id}` stands twice"), "remove one");
            }
        }
        table.done();
    }
    for table in root.tables("recording") {
        let message = table.require("message", "\"wear-mask\"").and_then(|field| field.parse::<Id>());
        let language = table.require("language", "\"bo\"").and_then(|field| known_language(&field, field.text()?));
        let voice = table.get("voice").map(|field| field.parse::<Tag>());
        let text = table.require("text", "\"<digest>\"").and_then(|field| field.parse::<Digest>());
        let clip = clip(&table);
        let kind = origin(&table);
        let place = table.place();
        table.done();
        if let (Some(message), Some(language), Some(voice), Some(text), Some((file, clip, frames, bytes)), Some(kind)) =
            (message, language, voice.map_or(Some(None), |voice| voice.map(Some)), text, clip, kind)
        {
            found.recordings.push(Recording { file, message, language, voice, text, clip, frames, bytes, kind, place });
        }
    }
    root.done();
    found
}

/// Who made it: kept for people; only the kind decides anything.
fn origin(table: &Table<'_>) -> Option<Kind> {
    for key in ["speaker", "date", "listened_by", "original"] {
        table.get(key).and_then(|field| field.text());
    }
    table.require("kind", "\"person\"").and_then(|field| field.word(&KINDS))
}

fn clip(table: &Table<'_>) -> Option<(String, Digest, u64, u64)> {
    let file = table.require("file", "\"clips/wear-mask.bo.opus\"").and_then(|field| below_broadcasts(&field));
    let clip = table.require("clip", "\"<digest>\"").and_then(|field| field.parse::<Digest>());
    let frames = table.require("frames", "480000").and_then(|field| field.int(1..=i64::MAX));
    let bytes = table.require("bytes", "40000").and_then(|field| field.int(1..=i64::MAX));
    Some((file?, clip?, frames? as u64, bytes? as u64))
}

fn below_broadcasts(field: &Field<'_>) -> Option<String> {
    let text = field.text()?;
    let inside = !text.starts_with('/') && text.split('/').all(|part| !part.is_empty() && part != "." && part != "..");
    if !inside {
        field.fault("bad-value", format!("`{text}` is no file below broadcasts/"), "write it as \"clips/name.opus\"");
        return None;
    }
    Some(text.to_owned())
}

/// Leaves out every entry whose clip is not on disk as it is written here.
pub fn hold_against(found: &mut Recordings, files: &Files) -> Vec<Problem> {
    let mut problems = Vec::new();
    found.recordings.retain(|recording| {
        let what = format!("the recording of `{}` in {}", recording.message, recording.language);
        let fault = clip_fault(files, &recording.file, recording.clip, recording.frames, &recording.place, &what);
        problems.extend(fault.clone());
        fault.is_none()
    });
    found.chimes.retain(|id, chime| {
        let fault =
            clip_fault(files, &chime.file, chime.clip, chime.frames, &chime.place, &format!("the chime `{id}`"));
        problems.extend(fault.clone());
        fault.is_none()
    });
    problems
}

fn clip_fault(files: &Files, file: &str, clip: Digest, frames: u64, place: &Place, what: &str) -> Option<Problem> {
    let error = |rule, message, help: &str| Some(Problem::error(rule, place.clone(), message, help));
    let again = "import the recording again with `cunxiang clip import`";
    match files.clips.get(format!("broadcasts/{file}").as_str()).map(|clip| &clip.facts) {
        None => error("missing-clip", format!("{what}: there is no broadcasts/{file}"), again),
        Some(Err(why)) => {
            error("bad-clip", format!("{what}: broadcasts/{file}: {}", why.split("; ").next().unwrap_or(why)), again)
        }
        Some(Ok(facts)) if facts.digest != clip => error(
            "other-clip",
            format!("{what}: broadcasts/{file} is not the clip that was imported (its digest differs)"),
            again,
        ),
        Some(Ok(facts)) if facts.frames != frames => {
            error("other-clip", format!("{what}: broadcasts/{file} has {} frames, not {frames}", facts.frames), again)
        }
        Some(Ok(_)) => None,
    }
}
