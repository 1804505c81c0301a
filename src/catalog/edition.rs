//! Editions: a broadcast as it is written now, with everything that will be heard and read of it, as exact bytes under
//! a digest. Review is of an edition, and an order is for one: so whatever residents would notice is in the bytes, and
//! what they would not (whether it is paused, comments, which stations `all` are today) is not.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::base::{Digest, Id, Tag};
use crate::catalog::Catalog;
use crate::catalog::broadcast::TARGET_VARIABLES;
use crate::catalog::load::Load;
use crate::catalog::model::Broadcast;
use crate::lang::language::SOURCE;
use crate::lang::{Argument, Arguments, Piece};

/// A broadcast as written, stored as exact bytes under a digest.
#[derive(Debug, Clone, PartialEq)]
pub struct Edition {
    pub broadcast: Id,
    pub digest: Digest,
    /// [`Written`] as JSON.
    pub bytes: Arc<[u8]>,
    /// The digest of what residents read, in all languages: changes when the text does and not when a time does.
    pub text_digest: Digest,
    /// The digest of how it airs and is posted; when, at which stations, its title and its writer are left out: an
    /// order has its own.
    pub plan: Digest,
    /// The digest of what residents read and hear in each language that has any of its texts; the recordings and how
    /// the texts are written in their files are left out.
    pub languages: BTreeMap<Tag, Digest>,
}

/// What an edition's bytes say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Written {
    pub id: Id,
    /// The broadcast's file, without its state: pausing it and taking it up again changes nothing that was approved.
    pub broadcast: Value,
    /// The clip of its chime.
    pub chime: Option<Digest>,
    pub languages: BTreeMap<Tag, Vec<Said>>,
}

/// One message in one language.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Said {
    pub message: Id,
    /// Who wrote or translated it, as far as the file says.
    pub author: Option<String>,
    /// As it stands in its file; none when there is no text.
    pub source: Option<String>,
    /// As residents get it; a name of their place shows as `‹village›`. None where it does not render.
    pub title: Option<String>,
    pub body: Option<String>,
    pub short: Option<String>,
    pub spoken: Option<String>,
    /// The recordings of exactly this text, the one that goes first first; of each voice the one that is used.
    pub clips: Vec<Clip>,
}

/// A recording of a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clip {
    pub clip: Digest,
    pub voice: Option<Tag>,
    /// `person`, `synthetic` or `placeholder`.
    pub kind: String,
}

impl Written {
    /// Reads an edition's bytes; none when a version that wrote them otherwise did.
    pub fn read(bytes: &[u8]) -> Option<Written> {
        serde_json::from_slice(bytes).ok()
    }

    /// Who may not review a part of it: who wrote it and, of a language, who translated it.
    pub fn authors(&self, language: Option<&Tag>) -> BTreeSet<&str> {
        let of = |tag: &str| self.languages.get(tag).into_iter().flatten().filter_map(|said| said.author.as_deref());
        let writer = self.broadcast.get("written_by").and_then(Value::as_str);
        writer.into_iter().chain(of(SOURCE.tag)).chain(language.into_iter().flat_map(|tag| of(tag.as_str()))).collect()
    }

    /// The messages of a language whose text says nobody who wrote or translated it.
    pub fn unsigned(&self, language: &Tag) -> Vec<&Id> {
        let said = self.languages.get(language).into_iter().flatten();
        said.filter(|said| said.source.is_some() && said.author.is_none()).map(|said| &said.message).collect()
    }

    /// Whether the broadcast's file says who wrote it.
    pub fn has_writer(&self) -> bool {
        self.broadcast.get("written_by").is_some_and(Value::is_string)
    }
}

impl Load<'_> {
    /// The edition's exact bytes: the broadcast as written, its texts, and the clips it sounds with.
    pub(super) fn edition(&self, catalog: &Catalog, broadcast: &Broadcast) -> Edition {
        let mut file = self.editions.get(&broadcast.id).cloned().unwrap_or_default();
        if let Value::Object(keys) = &mut file {
            keys.remove("state");
        }
        let chime = broadcast.how.chime.as_ref().and_then(|id| catalog.recordings.chimes.get(id));
        let mut languages = BTreeMap::new();
        let mut sources = serde_json::Map::new();
        for (tag, bundle) in &catalog.bundles {
            let said: Vec<Said> =
                broadcast.messages.iter().map(|message| catalog.said(broadcast, message, tag)).collect();
            sources.insert(tag.to_string(), said.iter().filter_map(|said| said.source.as_deref()).collect());
            if broadcast.messages.iter().any(|message| bundle.entry(message).is_some()) {
                languages.insert(tag.clone(), said);
            }
        }
        let text_digest = digest(&(&sources, format!("{:?}", broadcast.arguments)));
        let texts = |said: &Said| {
            (said.message.clone(), said.title.clone(), said.body.clone(), said.short.clone(), said.spoken.clone())
        };
        let said_in =
            |(tag, said): (&Tag, &Vec<Said>)| (tag.clone(), digest(&said.iter().map(texts).collect::<Vec<_>>()));
        let texts_in = languages.iter().map(said_in).collect();
        let written = Written { id: broadcast.id.clone(), broadcast: file, chime: chime.map(|c| c.clip), languages };
        let bytes = serde_json::to_vec(&written).expect("JSON of texts is always written");
        Edition {
            broadcast: written.id.clone(),
            digest: Digest::of(&bytes),
            bytes: bytes.into(),
            text_digest,
            plan: digest(&(plan_of(&written.broadcast), written.chime)),
            languages: texts_in,
        }
    }
}

/// Of a broadcast's file, what an order for it leaves as it is.
fn plan_of(file: &Value) -> Value {
    let mut plan = file.clone();
    if let Value::Object(keys) = &mut plan {
        for key in ["title", "written_by", "when"] {
            keys.remove(key);
        }
        if let Some(Value::Object(places)) = keys.get_mut("where") {
            places.remove("stations");
        }
    }
    plan
}

fn digest(value: &impl Serialize) -> Digest {
    Digest::of(&serde_json::to_vec(value).expect("JSON of texts is always written"))
}

impl Catalog {
    fn said(&self, broadcast: &Broadcast, message: &Id, language: &Tag) -> Said {
        let entry = self.bundle(language.as_str()).and_then(|bundle| bundle.entry(message));
        let arguments = with_places(&broadcast.arguments);
        let piece = |piece| self.text(message, language, piece, &arguments).ok();
        let spoken = self.spoken_text(broadcast, message, language).ok();
        Said {
            message: message.clone(),
            author: entry.and_then(|entry| entry.author.clone()),
            source: entry.map(|entry| entry.source.to_string()),
            title: piece(Piece::Title),
            body: piece(Piece::Body),
            short: piece(Piece::Short),
            clips: spoken.as_ref().map_or_else(Vec::new, |text| self.clips_of(message, language, text.digest)),
            spoken: spoken.map(|text| text.text),
        }
    }

    /// The recordings of a text that sound somewhere: at a station any voice counts, or some; so of each voice the
    /// best one, in the order in which they are preferred.
    fn clips_of(&self, message: &Id, language: &Tag, text: Digest) -> Vec<Clip> {
        let all = self.recordings.recordings.iter();
        let mut found: Vec<_> =
            all.filter(|r| r.message == *message && r.language == *language && r.text == text).rev().collect();
        found.sort_by_key(|recording| recording.kind);
        let mut voices = BTreeSet::new();
        found.retain(|recording| voices.insert(&recording.voice));
        found
            .into_iter()
            .map(|recording| Clip {
                clip: recording.clip,
                voice: recording.voice.clone(),
                kind: recording.kind.word().to_owned(),
            })
            .collect()
    }

    /// The languages in which a broadcast is heard or read: those of its stations and chats.
    pub fn languages_of(&self, broadcast: &Broadcast) -> BTreeSet<&Tag> {
        let stations = self.stations_of(&broadcast.stations).into_iter().flat_map(|station| &station.languages);
        let chats = self.chats_of(&broadcast.chats).into_iter().flat_map(|chat| &chat.languages);
        stations.chain(chats).collect()
    }
}

/// The arguments, with marks in the place of what differs from place to place.
fn with_places(arguments: &Arguments) -> Arguments {
    let mut all = arguments.clone();
    for name in TARGET_VARIABLES {
        all.entry(name.to_owned()).or_insert_with(|| Argument::Text(format!("‹{name}›")));
    }
    all
}

#[cfg(test)]
mod tests;
