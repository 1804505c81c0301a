//! Which Chinese text each translation was made from, and `locales/sources.toml`: those texts by digest, so that people
//! see what changed since. The tools write that file, and nobody else; what it lacks is outdated without a difference.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use toml_edit::{DocumentMut, Item, Table, value};

use crate::base::table::Document;
use crate::base::{Id, Problem, Tag};
use crate::catalog::Catalog;
use crate::catalog::load::Load;
use crate::lang::language::SOURCE;
use crate::lang::source::{SourceDigest, Wording};
use crate::lang::{Topic, difference};

pub const PATH: &str = "locales/sources.toml";
/// A difference is cut here in a fault: it is for a line, and `cunxiang locale outdated` has all of it.
const DIFFERENCE_CHARS_MAX: usize = 160;
const HEAD: &str =
    "# The Chinese texts that translations were made from, by digest. Written by `cunxiang locale`; not by hand.\n";
/// The key of a message's value: no attribute may have that name.
const VALUE: &str = "text";

/// A source text that some translation was made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OldSource {
    /// The message it was the text of, for people who read the file.
    pub message: Id,
    pub wording: Wording,
}

pub type OldSources = BTreeMap<SourceDigest, OldSource>;

/// How a translation stands to the Chinese text as it is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MadeFrom {
    /// That very text.
    Present,
    /// One that was.
    Older(SourceDigest),
    /// Nobody said.
    Unsaid,
}

/// Reads `locales/sources.toml`; faults of form are left in `document`. A text whose digest is another was changed by
/// hand, and is as if it were not there.
pub fn read(document: &Document<'_>) -> OldSources {
    let mut found = OldSources::new();
    for entry in document.root().entries() {
        let (Ok(digest), Some(table)) = (entry.key().parse::<SourceDigest>(), entry.table()) else { continue };
        let mut wording = Wording::default();
        let mut message = None;
        for field in table.entries() {
            match (field.key(), field.text()) {
                ("message", text) => message = text.and_then(|text| text.parse().ok()),
                (VALUE, Some(text)) => wording.0.extend([(String::new(), text.to_owned())]),
                (piece, Some(text)) => wording.0.extend([(piece.to_owned(), text.to_owned())]),
                (_, None) => {}
            }
        }
        if let Some(message) = message.filter(|_| wording.digest() == digest) {
            found.insert(digest, OldSource { message, wording });
        }
    }
    found
}

/// The file, in order of message.
pub fn written(sources: &OldSources) -> String {
    let mut ordered: Vec<(&SourceDigest, &OldSource)> = sources.iter().collect();
    ordered.sort_by_key(|(digest, source)| (&source.message, **digest));
    let mut document = DocumentMut::new();
    for (digest, source) in ordered {
        let mut table = Table::new();
        table["message"] = value(source.message.as_str());
        for (piece, pattern) in &source.wording.0 {
            table[if piece.is_empty() { VALUE } else { piece }] = value(pattern);
        }
        document.insert(&digest.to_string(), Item::Table(table));
    }
    format!("{HEAD}{document}")
}

/// The source texts to keep: of those that were and those that are new, what the translations in `texts` name. All of
/// them while a file cannot be read.
pub fn kept(
    old: &OldSources,
    new: impl IntoIterator<Item = (Id, Wording)>,
    texts: &BTreeMap<Arc<str>, Arc<str>>,
) -> OldSources {
    let mut kept = old.clone();
    kept.extend(new.into_iter().map(|(message, wording)| (wording.digest(), OldSource { message, wording })));
    let topics: Result<Vec<Topic>, _> = texts.iter().map(|(path, text)| Topic::parse(path, text)).collect();
    if let Ok(topics) = topics {
        let named: BTreeSet<SourceDigest> =
            topics.iter().flat_map(Topic::entries).filter_map(|entry| entry.made_from).collect();
        kept.retain(|digest, _| named.contains(digest));
    }
    kept
}

impl Load<'_> {
    /// Tells every translation that is outdated, or of which nobody said what it was made from.
    pub(super) fn sources(&mut self, catalog: &mut Catalog) {
        if let Some(text) = self.now(PATH) {
            let document = Document::parse(PATH, &text);
            catalog.old_sources = read(&document);
            self.problems.extend(document.problems());
        }
        let Some(source) = catalog.bundle(SOURCE.tag) else { return };
        let wordings: BTreeMap<Id, Wording> =
            source.entries().filter_map(|entry| Some((entry.id.clone(), Wording::of(&entry.source)?))).collect();
        catalog.source_digests = wordings.iter().map(|(id, wording)| (id.clone(), wording.digest())).collect();
        for (tag, bundle) in &catalog.bundles {
            for entry in bundle.entries() {
                let stamp = format!("`cunxiang locale stamp --language {tag} {}`", entry.id);
                match catalog.made_from(tag, &entry.id) {
                    Some(MadeFrom::Older(old)) => {
                        let changed =
                            catalog.old_sources.get(&old).map(|old| changes(&old.wording, &wordings[&entry.id]));
                        let changed = changed.map(|changed| difference::clipped(&changed, DIFFERENCE_CHARS_MAX));
                        let changed = changed.map_or_else(String::new, |changed| format!(": {changed}"));
                        self.problems.push(Problem::warning(
                            "outdated",
                            entry.place.clone(),
                            format!(
                                "message `{}`: the Chinese text changed since it was translated{changed}",
                                entry.id
                            ),
                            format!("translate it anew, then say so with {stamp}"),
                        ));
                    }
                    Some(MadeFrom::Unsaid) => self.problems.push(Problem::warning(
                        "no-source-digest",
                        entry.place.clone(),
                        format!("message `{}`: nobody said which Chinese text it was made from", entry.id),
                        format!("compare the two, then say so with {stamp}"),
                    )),
                    Some(MadeFrom::Present) | None => {}
                }
            }
        }
    }
}

impl Catalog {
    /// How a translation stands to its Chinese text; none for the Chinese itself and for what is not translated.
    pub fn made_from(&self, language: &Tag, message: &Id) -> Option<MadeFrom> {
        if language.as_str() == SOURCE.tag {
            return None;
        }
        let entry = self.bundle(language.as_str())?.entry(message)?;
        let now = self.source_digests.get(message)?;
        Some(match entry.made_from {
            None => MadeFrom::Unsaid,
            Some(digest) if digest == *now => MadeFrom::Present,
            Some(digest) => MadeFrom::Older(digest),
        })
    }

    /// Whether a translation was made from a Chinese text that is no more.
    pub fn is_outdated(&self, language: &Tag, message: &Id) -> bool {
        matches!(self.made_from(language, message), Some(MadeFrom::Older(_)))
    }

    /// The source text that was, where it is known.
    pub fn old_source(&self, digest: &SourceDigest) -> Option<&Wording> {
        self.old_sources.get(digest).map(|source| &source.wording)
    }
}

/// What changed, piece by piece.
pub fn changes(old: &Wording, new: &Wording) -> String {
    let names: BTreeSet<&String> = old.0.keys().chain(new.0.keys()).collect();
    let changed = names.into_iter().filter_map(|name| {
        let piece = |wording: &Wording| wording.piece(name).unwrap_or_default().to_owned();
        let shown = difference::words(&piece(old), &piece(new));
        let name = if name.is_empty() { String::new() } else { format!(".{name} ") };
        (!shown.is_empty()).then(|| format!("{name}{shown}"))
    });
    changed.collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let mut sources = OldSources::new();
        for (id, message) in
            [("wear-mask", "m = 戴\"口罩\"\n    .title = 口罩\n"), ("call", "m = 请打\n    { $phone }\n")]
        {
            let wording = Wording::of(message).unwrap();
            sources.insert(wording.digest(), OldSource { message: id.parse().unwrap(), wording });
        }
        let text = written(&sources);
        let document = Document::parse(PATH, &text);
        assert_eq!(read(&document), sources);
        assert!(document.problems().is_empty());
        // By hand nothing is put in: its digest is not that.
        let text = text.replace("请打", "请勿打");
        assert_eq!(read(&Document::parse(PATH, &text)).len(), 1);
        assert!(read(&Document::parse(PATH, "x = 1\n[\"0123\"]\ntext = 5\n[0123456789abcdef]\ntext = 5\n")).is_empty());
    }

    #[test]
    fn a_change_names_its_piece() {
        let wording = |message: &str| Wording::of(message).unwrap();
        let old = wording("m = 戴口罩\n    .title = 口罩\n");
        for (new, told) in [
            ("m = 戴好口罩\n    .title = 口罩\n", "戴{+好+}口罩"),
            ("m = 戴口罩\n    .title = 面罩\n    .voice = 戴\n", ".title [-口-]{+面+}罩; .voice {+戴+}"),
            ("m = 戴口罩\n", ".title [-口罩-]"),
        ] {
            assert_eq!(changes(&old, &wording(new)), told);
        }
    }
}
