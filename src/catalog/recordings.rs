//! Reads `broadcasts/recordings.toml` and holds it against the clips on disk.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::base::problem::Place;
use crate::base::table::{Document, Field, Table};
use crate::base::{Digest, Id, Problem, Tag};
use crate::catalog::county::known_language;
use crate::catalog::files::Files;
use crate::catalog::model::{Chime, Kind, Recording};
use crate::lang::{Language, voice};

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
    found.recordings = root.tables("recording").into_iter().filter_map(recording).collect();
    root.done();
    found
}

fn recording(table: Table<'_>) -> Option<Recording> {
    let message = table.require("message", "\"wear-mask\"").and_then(|field| field.parse::<Id>());
    let language = table.require("language", "\"bo\"").and_then(|field| known_language(&field, field.text()?));
    let voice = table.get("voice").map(|field| known_voice(&field, language.as_ref()?));
    let text = table.require("text", "\"<digest>\"").and_then(|field| field.parse::<Digest>());
    let clip = clip(&table);
    let (kind, speaker, listened_by) = origin(&table);
    let wording = table.get("wording").map(|field| wording(&field, text?, language.as_ref()?, kind?));
    let place = table.place();
    table.done();
    let (file, clip, frames, bytes) = clip?;
    Some(Recording {
        file,
        message: message?,
        language: language?,
        voice: voice.map_or(Some(None), |voice| voice.map(Some))?,
        text: text?,
        wording: wording.map_or(Some(None), |wording| wording.map(Some))?,
        clip,
        frames,
        bytes,
        kind: kind?,
        speaker,
        listened_by,
        place,
    })
}

/// A voice that reads this language; none, with a fault, when it does not.
pub(super) fn known_voice(field: &Field<'_>, language: &Tag) -> Option<Tag> {
    let voice = field.parse::<Tag>()?;
    let fault = voice::check(Language::of(language.as_str())?, &voice).err();
    fault.iter().for_each(|fault| field.fault("unknown-voice", fault.to_string(), fault.help()));
    fault.is_none().then_some(voice)
}

/// The text that was read: exactly the one the digest names, and in a script that a machine's voice can read.
fn wording(field: &Field<'_>, digest: Digest, language: &Tag, kind: Kind) -> Option<Arc<str>> {
    let text = field.text()?;
    if Digest::of(text.as_bytes()) != digest {
        let help = "import the recording again with `cunxiang clip import`, or remove `wording`";
        field.fault("other-text", "`wording` is not the text that `text` is the digest of".into(), help);
        return None;
    }
    if kind == Kind::Synthetic
        && let Err(fault) = voice::check_readable(Language::of(language.as_str())?, text)
    {
        field.fault("machine-voice", fault.to_string(), fault.help());
        return None;
    }
    Some(text.into())
}

/// Who made it and who heard it. Only the kind decides whether it airs.
fn origin(table: &Table<'_>) -> (Option<Kind>, Option<String>, Option<String>) {
    for key in ["date", "original"] {
        table.get(key).and_then(|field| field.text());
    }
    let name = |field: Option<Field<'_>>| field.and_then(|field| field.text()).map(str::to_owned);
    let kind = table.require("kind", "\"person\"").and_then(|field| field.word(&KINDS));
    (kind, name(table.get("speaker")), name(table.get("listened_by")))
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
    problems.extend(drop_shared(found));
    found.chimes.retain(|id, chime| {
        let fault =
            clip_fault(files, &chime.file, chime.clip, chime.frames, &chime.place, &format!("the chime `{id}`"));
        problems.extend(fault.clone());
        fault.is_none()
    });
    problems
}

/// Leaves out every person's recording whose clip is bound to another language too: one of the two is wrong, and nobody
/// knows which before somebody listens. What stands in for a person may stand in anywhere.
fn drop_shared(found: &mut Recordings) -> Vec<Problem> {
    let mut languages: BTreeMap<Digest, BTreeSet<Tag>> = BTreeMap::new();
    let by_person = |recording: &Recording| recording.kind == Kind::Person;
    for recording in found.recordings.iter().filter(|recording| by_person(recording)) {
        languages.entry(recording.clip).or_default().insert(recording.language.clone());
    }
    let mut problems = Vec::new();
    found.recordings.retain(|recording| {
        let shared = languages.get(&recording.clip).filter(|all| by_person(recording) && all.len() > 1);
        if let Some(all) = shared {
            let all: Vec<&str> = all.iter().map(Tag::as_str).collect();
            problems.push(Problem::error(
                "shared-clip",
                recording.place.clone(),
                format!("the clip of `{}` is said to be read in {}", recording.message, all.join(" and ")),
                "listen to it, keep the entry it belongs to, and have the others recorded",
            ));
        }
        shared.is_none()
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
