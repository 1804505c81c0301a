//! Takes translations that came back into the files of one language. Everything is checked first, also by the lint, and
//! every fault told; then each file is changed where its text changed, and nowhere else.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::base::problem::Place;
use crate::base::{Id, Problem};
use crate::lang::edit::{Edit, EditFault, edited};
use crate::lang::exchange::{Answer, Found, Said, Texts, messages};
use crate::lang::language::SOURCE;
use crate::lang::notes;
use crate::lang::source::{SourceDigest, Wording, canonical_pattern};
use crate::lang::{Bundle, Language, Topic, lint};

/// What came back, and for whom.
pub struct Import<'i> {
    pub language: &'static Language,
    /// The file the answers stand in, for faults.
    pub file: &'i str,
    pub answers: &'i [Answer],
    /// Who translated, noted at each message that changes.
    pub translator: Option<&'i str>,
}

/// What an import does to a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub message: Id,
    pub path: Arc<str>,
    /// It was not there.
    pub added: bool,
    /// The pieces whose text is another now; "" is the value.
    pub pieces: Vec<String>,
    /// It now counts as made from this source text.
    pub stamped: Option<SourceDigest>,
    /// The source text has changed meanwhile, or the translator was not done.
    pub outdated: bool,
}

/// The files as they will be.
#[derive(Debug, Default)]
pub struct Merged {
    /// Files that change, whole.
    pub texts: BTreeMap<Arc<str>, String>,
    pub changes: Vec<Change>,
    /// The wordings behind the stamps, as far as they are known.
    pub stamped: Vec<(Id, Wording)>,
    /// What the lint warns of in messages that change.
    pub warnings: Vec<Problem>,
}

/// Works out what an import changes; `sources` and `targets` are the files of the source language and of this one.
///
/// Errors: every fault of what came back. Nothing is to be changed then.
pub fn merge(import: &Import<'_>, sources: &Texts, targets: &Texts) -> Result<Merged, Vec<Problem>> {
    let (source, target) = (messages(sources)?, messages(targets)?);
    let merge = Merge {
        import,
        sources: source.iter().map(|found| (found.entry.id.as_str(), found)).collect(),
        targets: target.iter().map(|found| (found.entry.id.as_str(), found)).collect(),
        order: &source,
    };
    let mut problems = Vec::new();
    if import.answers.is_empty() {
        let what = "there is no row with an id in it";
        problems.push(Problem::error(
            "no-answers",
            Place::file(import.file),
            what,
            "import what `locale export` wrote",
        ));
    }
    let mut merged = Merged::default();
    let mut edits: BTreeMap<Arc<str>, Vec<Edit>> = BTreeMap::new();
    // In the order of the source, so that new messages stand in it.
    let mut asked = merge.asked(&mut problems);
    for found in &source {
        if let Some(answers) = asked.remove(found.entry.id.as_str()) {
            merge.message(found, &answers, &mut edits, &mut merged, &mut problems);
        }
    }
    let mut after = targets.clone();
    for (path, edits) in &edits {
        let before = targets.get(path).map_or(NEW_FILE, |text| text);
        match edited(before, edits) {
            Ok(text) => {
                after.insert(path.clone(), text.as_str().into());
                merged.texts.insert(path.clone(), text);
            }
            Err(fault) => problems.push(layout_fault(path, &fault)),
        }
    }
    let (errors, warnings) = merge.looked_at(sources, &after, &merged.changes);
    problems.extend(errors);
    merged.warnings = warnings;
    if problems.is_empty() { Ok(merged) } else { Err(problems) }
}

/// A file that an import makes: nobody has reviewed it.
const NEW_FILE: &str = "### review = \"draft\"\n";

struct Merge<'m> {
    import: &'m Import<'m>,
    sources: BTreeMap<&'m str, &'m Found>,
    targets: BTreeMap<&'m str, &'m Found>,
    order: &'m [Found],
}

impl<'m> Merge<'m> {
    fn fault(&self, rule: &'static str, answer: &Answer, what: String, help: &str) -> Problem {
        let column = u32::from(answer.line > 0);
        Problem::error(rule, Place { file: self.import.file.into(), line: answer.line, column }, what, help)
    }

    /// The answers by message; what no message asked for is a fault.
    fn asked(&self, problems: &mut Vec<Problem>) -> BTreeMap<&'m str, Vec<&'m Answer>> {
        let mut asked: BTreeMap<&str, Vec<&Answer>> = BTreeMap::new();
        let mut seen = BTreeSet::new();
        for answer in self.import.answers {
            let Some(source) = self.sources.get(answer.message.as_str()) else {
                problems.push(self.fault(
                    "unknown-message",
                    answer,
                    format!("there is no {} message `{}`", SOURCE.name, answer.message),
                    "correct the id, or leave the row out; ids are never translated",
                ));
                continue;
            };
            let piece = answer.piece.as_str();
            let target = self.targets.get(answer.message.as_str());
            let is_known = piece == "voice"
                || source.wording.piece(piece).is_some()
                || target.is_some_and(|target| target.wording.piece(piece).is_some());
            if !is_known {
                let what = format!("message `{}` has no .{piece}", answer.message);
                problems.push(self.fault("unknown-attribute", answer, what, "correct the name, or leave the row out"));
            } else if !seen.insert((answer.message.as_str(), piece)) {
                let what = format!("this piece of `{}` stands already further up", answer.message);
                problems.push(self.fault("duplicate-id", answer, what, "leave one of the rows out"));
            } else {
                asked.entry(&answer.message).or_default().push(answer);
            }
        }
        asked
    }

    fn message(
        &self,
        source: &Found,
        answers: &[&Answer],
        edits: &mut BTreeMap<Arc<str>, Vec<Edit>>,
        merged: &mut Merged,
        problems: &mut Vec<Problem>,
    ) {
        let id = source.entry.id.as_str();
        let target = self.targets.get(id).copied();
        let mut wording = target.map(|target| target.wording.clone()).unwrap_or_default();
        let mut changed: Vec<String> = Vec::new();
        let mut done = true;
        for answer in answers {
            let before = wording.piece(&answer.piece).unwrap_or_default();
            if answer.translation.trim().is_empty() {
                if !before.is_empty() {
                    problems.push(self.fault(
                        "emptied",
                        answer,
                        format!("this translation of `{id}` is empty, and the county has one"),
                        "leave the row out to keep that text; to withdraw it, remove the message from its .ftl file",
                    ));
                }
                continue;
            }
            let Some(pattern) = canonical_pattern(&answer.translation) else {
                problems.push(self.fault(
                    "ftl-syntax",
                    answer,
                    format!("this translation of `{id}` cannot be read as Fluent"),
                    "write { and } only around a variable, as { $phone }; begin no line with [ * . or }",
                ));
                continue;
            };
            let is_changed = pattern != before;
            done &= answer.said == Said::Done || (answer.said == Said::Nothing && is_changed);
            if is_changed {
                wording.0.insert(answer.piece.clone(), pattern);
                changed.push(answer.piece.clone());
            }
        }
        let present = source.wording.digest();
        let before = target.and_then(|target| target.entry.made_from);
        let (digest, shown) = digest_of(answers, source);
        let is_current = changed.is_empty() && before == Some(present);
        let stamp = digest.filter(|digest| done && !is_current && before != Some(*digest) && !wording.0.is_empty());
        if changed.is_empty() && (stamp.is_none() || target.is_none()) {
            return;
        }
        let other = target.and_then(|target| target.entry.author.as_deref()).filter(|_| !changed.is_empty());
        if let (Some(other), None, Some(answer)) = (other, self.import.translator, answers.first()) {
            problems.push(self.fault(
                "whose-words",
                answer,
                format!("`{id}` has new words, and the file names {other} as who wrote the old ones"),
                "say who translated: --translated-by NAME; that person may not review them",
            ));
            return;
        }
        let path = target.map_or_else(|| self.new_path(source), |target| target.path.clone());
        let edits = edits.entry(path.clone()).or_default();
        let mut notes = Vec::new();
        notes.extend(stamp.map(|digest| (notes::SOURCE, digest.to_string())));
        let translator = self.import.translator.filter(|_| !changed.is_empty());
        notes.extend(translator.map(|name| (notes::TRANSLATED_BY, name.to_owned())));
        if target.is_some() {
            let pattern = |piece: &String| Edit::Pattern {
                message: id.to_owned(),
                piece: piece.clone(),
                pattern: wording.0[piece].clone(),
            };
            edits.extend(changed.iter().map(pattern));
            edits.extend(notes.into_iter().map(|(name, value)| Edit::Note { message: id.to_owned(), name, value }));
        } else {
            let mut comment = source.comment.clone();
            comment.extend(notes.into_iter().map(|(name, value)| format!("@{name} {value}")));
            let below = self.below(source, &path);
            edits.push(Edit::Message { message: id.to_owned(), wording, comment, below });
        }
        if let Some(digest) = stamp {
            let known = [&source.wording, &shown].into_iter().find(|wording| wording.digest() == digest);
            merged.stamped.extend(known.map(|wording| (source.entry.id.clone(), wording.clone())));
        }
        merged.changes.push(Change {
            message: source.entry.id.clone(),
            path,
            added: target.is_none(),
            pieces: changed,
            stamped: stamp,
            outdated: stamp.or(before) != Some(present),
        });
    }

    /// The file of this language that has the name of the source's.
    fn new_path(&self, source: &Found) -> Arc<str> {
        let name = source.path.rsplit('/').next().unwrap_or_default();
        format!("locales/{}/{name}", self.import.language.tag).into()
    }

    /// The nearest message before it in the source that stands in that file.
    fn below(&self, source: &Found, path: &Arc<str>) -> Option<String> {
        let before = self.order.iter().filter(|found| found.path == source.path);
        let before: Vec<&Found> = before.take_while(|found| found.entry.id != source.entry.id).collect();
        let stands = |found: &&&Found| self.targets.get(found.entry.id.as_str()).is_some_and(|t| t.path == *path);
        before.iter().rev().find(stands).map(|found| found.entry.id.to_string())
    }

    /// Parses and lints the files as they will be. Only what the import changes counts: older faults are not its own.
    fn looked_at(&self, sources: &Texts, after: &Texts, changes: &[Change]) -> (Vec<Problem>, Vec<Problem>) {
        let mut problems = Vec::new();
        let mut bundle = |language: &'static Language, files: &Texts| {
            let mut topics = Vec::new();
            for (path, text) in files {
                match Topic::parse(path, text) {
                    Ok(topic) => topics.push(Arc::new(topic)),
                    Err(found) => problems.extend(found),
                }
            }
            Bundle::build(language, &topics)
        };
        let (source, _) = bundle(SOURCE, sources);
        let (target, twice) = bundle(self.import.language, after);
        problems.extend(twice);
        problems.extend(lint::lint(&target, Some(&source)));
        let own = |problem: &Problem| {
            let above = target.entries().filter(|e| e.place.file == problem.file && e.place.line <= problem.line);
            let entry = above.max_by_key(|entry| entry.place.line);
            entry.is_some_and(|entry| {
                changes.iter().any(|change| change.message == entry.id && !change.pieces.is_empty())
            })
        };
        problems.into_iter().filter(own).partition(Problem::is_error)
    }
}

/// The digest of the source text that was translated, as its rows carry it, or else of what they show; and what they
/// show.
fn digest_of(answers: &[&Answer], source: &Found) -> (Option<SourceDigest>, Wording) {
    let mut shown = Wording::default();
    for answer in answers.iter().filter(|answer| source.wording.piece(&answer.piece).is_some()) {
        shown.0.extend(canonical_pattern(&answer.source).map(|pattern| (answer.piece.clone(), pattern)));
    }
    let carried = answers.iter().find_map(|answer| answer.digest);
    let of_shown = (!shown.0.is_empty()).then(|| shown.digest());
    (carried.or(of_shown), shown)
}

fn layout_fault(path: &Arc<str>, fault: &EditFault) -> Problem {
    let told = fault.to_string();
    let (what, help) = told.split_once("; ").unwrap_or((&told, "change the file by hand"));
    Problem::error("layout", Place::file(path), what, help)
}
