//! The entry that binds a clip to the text that was read, put into `broadcasts/recordings.toml`: text in, text out.
//! Comments and other entries stay as they are.

use chrono::NaiveDate;
use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, value};

use crate::audio::canonical;
use crate::base::{Digest, Id, Tag};

/// What a recording is bound to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    pub message: Id,
    pub language: Tag,
    pub voice: Option<Tag>,
    /// The rendered text that was read.
    pub wording: String,
}

/// What is known of a clip beside what it says.
#[derive(Debug, Clone)]
pub struct Sound<'a> {
    /// Below `broadcasts/`.
    pub file: &'a str,
    pub facts: &'a canonical::Facts,
    /// As [`super::Kind::word`] has it.
    pub kind: &'a str,
    pub speaker: Option<&'a str>,
    pub listened_by: Option<&'a str>,
    /// What was imported, below `broadcasts/`.
    pub original: Option<&'a str>,
    /// When it was recorded.
    pub date: NaiveDate,
}

impl Binding {
    fn text(&self) -> String {
        Digest::of(self.wording.as_bytes()).to_string()
    }

    /// Whether an entry gives way to the new one: the same reading again, or, once a person reads it, what stood in.
    fn replaces(&self, kind: &str, old: &Table) -> bool {
        let is = |key: &str, wanted: Option<&str>| old.get(key).and_then(Item::as_str) == wanted;
        let voice = self.voice.as_ref().map(Tag::as_str);
        let same_message = is("message", Some(self.message.as_str())) && is("language", Some(self.language.as_str()));
        let same_reading = is("voice", voice) && is("text", Some(&self.text()));
        let stood_in = kind == "person" && !is("kind", Some("person")) && (is("voice", voice) || is("voice", None));
        same_message && (same_reading || stood_in)
    }

    /// Puts the recording in the place of those it replaces.
    pub fn put(&self, document: &mut DocumentMut, sound: &Sound<'_>) {
        let mut table = Table::new();
        table["message"] = value(self.message.as_str());
        table["language"] = value(self.language.as_str());
        if let Some(voice) = &self.voice {
            table["voice"] = value(voice.as_str());
        }
        table["text"] = value(self.text());
        table["wording"] = value(&self.wording);
        put(document, "recording", with(table, sound), |old| self.replaces(sound.kind, old));
    }
}

/// Puts a chime in the place of the one of that name.
pub fn put_chime(document: &mut DocumentMut, id: &Id, sound: &Sound<'_>) {
    let mut table = Table::new();
    table["id"] = value(id.as_str());
    put(document, "chime", with(table, sound), |old| old.get("id").and_then(Item::as_str) == Some(id.as_str()));
}

/// Every chime and recording.
pub fn entries(document: &DocumentMut) -> impl Iterator<Item = &Table> {
    ["chime", "recording"]
        .into_iter()
        .filter_map(|key| document.get(key)?.as_array_of_tables())
        .flat_map(|tables| tables.iter())
}

/// The file that holds a clip already, below `broadcasts/`.
pub fn file_of<'d>(document: &'d DocumentMut, clip: &Digest) -> Option<&'d str> {
    let clip = clip.to_string();
    entries(document).find(|entry| entry.get("clip").and_then(Item::as_str) == Some(&clip))?.get("file")?.as_str()
}

/// The name of a new clip's file, below `broadcasts/`. The digest in it: a clip is never overwritten while somebody
/// plays it.
pub fn clip_file(name: &str, clip: &Digest) -> String {
    format!("clips/{name}.{}.opus", &clip.to_string()[..8])
}

fn with(mut table: Table, sound: &Sound<'_>) -> Table {
    table["file"] = value(sound.file);
    table["clip"] = value(sound.facts.digest.to_string());
    table["frames"] = value(sound.facts.frames as i64);
    table["bytes"] = value(sound.facts.bytes as i64);
    table["kind"] = value(sound.kind);
    let texts = [("speaker", sound.speaker), ("listened_by", sound.listened_by), ("original", sound.original)];
    for (key, text) in texts {
        if let Some(text) = text {
            table[key] = value(text);
        }
    }
    table["date"] = value(sound.date.to_string());
    table
}

/// Puts an entry in the place of the first one it replaces, or at the end; the others it replaces go.
fn put(document: &mut DocumentMut, key: &str, entry: Table, replaced: impl Fn(&Table) -> bool) {
    let item = document.entry(key).or_insert(Item::ArrayOfTables(ArrayOfTables::new()));
    let Some(tables) = item.as_array_of_tables_mut() else { return };
    let places: Vec<usize> = (0..tables.len()).filter(|i| tables.get(*i).is_some_and(&replaced)).collect();
    let Some((first, others)) = places.split_first() else { return tables.push(entry) };
    let old = tables.get_mut(*first).expect("the position was just found");
    let (decor, position) = (old.decor().clone(), old.position());
    *old = entry;
    *old.decor_mut() = decor;
    old.set_position(position);
    for other in others.iter().rev() {
        tables.remove(*other);
    }
}
