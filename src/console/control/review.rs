//! Reviews over the control socket: what waits and for whom, what an edition says and what changed in it, and who may
//! approve or reject it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Datelike as _;
use serde::{Deserialize, Serialize};

use super::authors::{is_author, strangers_told, unsigned};
use super::caller::Caller;
use super::{Answer, Control, Refused, refuse};
use crate::base::{Digest, Id, Tag, Timestamp};
use crate::catalog::changes::{changes, leaves};
use crate::catalog::edition::Said;
use crate::catalog::model::Broadcast;
use crate::catalog::{Catalog, Edition, Written};
use crate::ledger::{NewEdition, NewReview, Person, Role};
use crate::rundown::review::{Standing, approvals_needed, standing};
use crate::rundown::{Class, Review, Verdict};

/// A comment is a sentence, not a letter.
const COMMENT_CHARS_MAX: usize = 2000;
/// Fewer digits of an edition's digest may well be those of another one.
const EDITION_DIGITS_MIN: usize = 6;

/// A part of an edition, and how it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewRow {
    pub broadcast: Id,
    pub edition: Digest,
    /// None for when, where and how it airs.
    pub language: Option<Tag>,
    /// `waits`, `approved` or `rejected`.
    pub state: String,
    /// Those who approved it, or who rejected it.
    pub by: Vec<String>,
    /// Those who wrote or translated it, as far as its files say.
    pub authors: Vec<String>,
    /// Whether something of it names nobody: where review is required, it cannot be approved.
    pub unsigned: bool,
    pub comment: Option<String>,
    /// How many more people are to approve it.
    pub missing: usize,
    /// Those who may.
    pub reviewers: Vec<String>,
}

/// A verdict, as it is asked for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Judgement {
    pub broadcast: Id,
    pub verdict: Verdict,
    /// Whether it is of when, where and how; so it is when no language is named.
    pub plan: bool,
    pub languages: Vec<Tag>,
    pub comment: Option<String>,
    /// How the edition's digest begins: refused when it is another by now.
    pub edition: Option<String>,
}

/// A broadcast with its edition, taken off the board.
struct Found {
    broadcast: Broadcast,
    edition: Edition,
    written: Written,
    /// When, where and how, then each language it is heard or read in.
    parts: Vec<Option<Tag>>,
}

impl Control {
    /// The parts that wait for a review; with `all`, the others too.
    pub(super) async fn review_list(&self, all: bool) -> Result<Answer, Refused> {
        let catalog = self.board.read().catalog.clone();
        let people = self.ledger.people().await?;
        let mut rows = Vec::new();
        for id in catalog.broadcasts.keys() {
            let found = find(&catalog, id)?;
            let reviews = self.ledger.reviews_of(found.edition.digest).await?;
            rows.extend(found.parts.iter().map(|part| row(&found, part.as_ref(), &reviews, &people)));
        }
        rows.retain(|row| all || row.state != "approved");
        Ok(Answer::Reviews(rows))
    }

    /// The edition as residents get it.
    pub(super) async fn review_show(&self, broadcast: &Id, languages: &[Tag]) -> Result<Answer, Refused> {
        let catalog = self.board.read().catalog.clone();
        let found = find(&catalog, broadcast)?;
        let parts = asked(&found, languages.is_empty(), languages, &found.parts)?;
        let reviews = self.ledger.reviews_of(found.edition.digest).await?;
        let mut text = head(&found);
        let strangers = strangers_told(&found.written, &parts, &self.ledger.people().await?);
        if !strangers.is_empty() {
            text += &format!("{strangers}\n");
        }
        for part in parts {
            text += &format!("\n{}\n", stands(&found, part.as_ref(), &reviews));
            if let Some(told) = unsigned(&found.written, part.as_ref()) {
                text += &format!("    {told}\n");
            }
            match &part {
                None => leaves(&found.written.broadcast).iter().for_each(|(key, value)| {
                    text += &format!("    {key} = {value}{}\n", slot_times(&catalog, key, &found.written.broadcast));
                }),
                Some(tag) => {
                    let said = found.written.languages.get(tag).into_iter().flatten();
                    said.for_each(|said| text += &said_text(&catalog, &found.broadcast, tag, said));
                }
            }
        }
        Ok(Answer::Done(text.trim_end().to_owned()))
    }

    /// What changed since each part was last approved.
    pub(super) async fn review_diff(&self, broadcast: &Id) -> Result<Answer, Refused> {
        let catalog = self.board.read().catalog.clone();
        let found = find(&catalog, broadcast)?;
        let reviews = self.ledger.reviews_of(found.edition.digest).await?;
        let mut bases: BTreeMap<Option<Tag>, Review> = BTreeMap::new();
        for approval in self.ledger.approvals_of_broadcast(broadcast).await? {
            if approval.edition != found.edition.digest {
                // The newest comes first.
                bases.entry(approval.language.clone()).or_insert(approval);
            }
        }
        let mut text = head(&found);
        for part in &found.parts {
            text += &format!("\n{}\n", stands(&found, part.as_ref(), &reviews));
            let Some(base) = bases.get(part) else {
                text += "    was never approved before: all of it is new\n";
                continue;
            };
            let bytes = self.ledger.edition(base.edition).await?.map(|edition| edition.bytes);
            let Some(old) = bytes.and_then(|bytes| Written::read(&bytes)) else {
                text += "    the edition approved before was written by an older version: look at all of it\n";
                continue;
            };
            let date = base.at.with_timezone(&catalog.county.zone).format("%Y-%m-%d %H:%M");
            text += &format!("    since {} approved edition {} on {date}:\n", base.reviewer, base.edition.short());
            match changes(&old, &found.written).get(part) {
                Some(lines) => lines.iter().for_each(|line| text += &format!("      {line}\n")),
                None => text += "      nothing\n",
            }
        }
        Ok(Answer::Done(text.trim_end().to_owned()))
    }

    /// Approves or rejects parts of an edition, all of them or none.
    pub(super) async fn judge(&self, ask: Judgement, caller: &Caller, now: Timestamp) -> Result<Answer, Refused> {
        let catalog = self.board.read().catalog.clone();
        let found = find(&catalog, &ask.broadcast)?;
        let digest = found.edition.digest;
        if let Some(begins) = &ask.edition
            && (begins.len() < EDITION_DIGITS_MIN || !begins.chars().all(|c| c.is_ascii_hexdigit()))
        {
            return refuse(format!(
                "`{begins}` does not name an edition: write at least its first {EDITION_DIGITS_MIN} digits, 0-9 and a-f, as `cunxiang review list` shows them"
            ));
        }
        if let Some(begins) = &ask.edition
            && !digest.to_string().starts_with(&begins.to_ascii_lowercase())
        {
            return refuse(format!(
                "`{}` is edition {} by now, not {begins}: look at it again with `cunxiang review diff {}`",
                ask.broadcast,
                digest.short(),
                ask.broadcast
            ));
        }
        let comment = ask.comment.as_deref().map(str::trim).filter(|comment| !comment.is_empty());
        if ask.verdict == Verdict::Rejected && comment.is_none() {
            return refuse("say why it is rejected: --comment \"...\"".to_owned());
        }
        if comment.is_some_and(|comment| comment.chars().count() > COMMENT_CHARS_MAX) {
            return refuse(format!("the comment is longer than {COMMENT_CHARS_MAX} characters; say it shorter"));
        }
        if let Some(comment) = comment {
            one_line("the comment", comment).or_else(refuse)?;
        }
        let parts = asked(&found, ask.plan || ask.languages.is_empty(), &ask.languages, &[])?;
        let Some(added) = caller.added else {
            return refuse(format!(
                "{} is none of the people here, and a review has a name; an engineer adds one with `cunxiang people add NAME --account ACCOUNT --role reviewer`",
                caller.name
            ));
        };
        let before = self.ledger.reviews_of(digest).await?;
        for part in &parts {
            may_review(&found, part.as_ref(), &caller.name, &caller.account, &caller.roles).or_else(refuse)?;
            if ask.verdict == Verdict::Approved {
                is_another(&found, part.as_ref(), &caller.name, added, &before).or_else(refuse)?;
                if let Some(told) = unsigned(&found.written, part.as_ref()).filter(|_| catalog.county.review_required) {
                    return refuse(format!(
                        "{told}; then review it. Review is required here, and it has to be by somebody else"
                    ));
                }
            }
        }
        let bytes = found.edition.bytes.to_vec();
        let edition = NewEdition { digest, broadcast: ask.broadcast.clone(), bytes };
        let year = now.with_timezone(&catalog.county.zone).year();
        let review = NewReview { edition: &edition, parts: &parts, verdict: ask.verdict, comment, by: &caller.name };
        self.ledger.record_review(review, now, year).await?;
        self.bell.notify_one();
        let word = if ask.verdict == Verdict::Approved { "approved" } else { "rejected" };
        tracing::info!(broadcast = %ask.broadcast, edition = %digest.short(), by = %caller.name, "{word}");
        let names: Vec<String> = parts.iter().map(|part| name_of(part.as_ref())).collect();
        let reviews = self.ledger.reviews_of(digest).await?;
        let waiting: Vec<String> = found
            .parts
            .iter()
            .filter(|part| !matches!(standing_of(&found, part.as_ref(), &reviews), Standing::Approved(_)))
            .map(|part| name_of(part.as_ref()))
            .collect();
        let rest = if waiting.is_empty() {
            "all of it is approved".to_owned()
        } else {
            format!("still not approved: {}", waiting.join(", "))
        };
        let unsigned = parts.iter().filter_map(|part| unsigned(&found.written, part.as_ref()));
        let strangers = strangers_told(&found.written, &parts, &self.ledger.people().await?);
        let hints = unsigned.chain(Some(strangers).filter(|told| !told.is_empty()));
        let hints: String = hints.map(|hint| format!("\n{hint}")).collect();
        Ok(Answer::Done(format!("{word} {} of `{}`, edition {digest}; {rest}{hints}", names.join(", "), ask.broadcast)))
    }
}

fn find(catalog: &Catalog, id: &Id) -> Result<Found, Refused> {
    let (Some(broadcast), Some(edition)) = (catalog.broadcasts.get(id), catalog.editions.get(id)) else {
        return refuse(format!("there is no broadcast `{id}` without faults; `cunxiang check` tells why"));
    };
    let written = Written::read(&edition.bytes).expect("this version wrote it");
    let languages = catalog.languages_of(broadcast).into_iter().filter(|tag| written.languages.contains_key(*tag));
    let parts = std::iter::once(None).chain(languages.cloned().map(Some)).collect();
    Ok(Found { broadcast: broadcast.clone(), edition: edition.clone(), written, parts })
}

/// The parts that are asked for, each once; `default` when none is.
fn asked(found: &Found, plan: bool, languages: &[Tag], default: &[Option<Tag>]) -> Result<Vec<Option<Tag>>, Refused> {
    if languages.is_empty() && !default.is_empty() {
        return Ok(default.to_vec());
    }
    let mut parts: BTreeSet<Option<Tag>> = plan.then_some(None).into_iter().collect();
    for language in languages {
        if !found.written.languages.contains_key(language) {
            let known: Vec<&str> = found.written.languages.keys().map(Tag::as_str).collect();
            return refuse(format!(
                "`{}` has no text in `{language}`; it has {}",
                found.broadcast.id,
                known.join(", ")
            ));
        }
        parts.insert(Some(language.clone()));
    }
    Ok(parts.into_iter().collect())
}

/// Whether this person may review a part: in the role it takes, and not of their own work.
fn may_review(
    found: &Found,
    part: Option<&Tag>,
    name: &str,
    account: &str,
    roles: &BTreeSet<Role>,
) -> Result<(), String> {
    // What only an order airs is approved as a whole by those who will be asked to order it.
    let wanted = match (found.broadcast.class, part) {
        (Class::Drill | Class::Emergency, None) => Role::Approver,
        _ => Role::Reviewer,
    };
    let what = format!("{} of `{}`", name_of(part), found.broadcast.id);
    if !roles.contains(&wanted) {
        return Err(format!("{name} may not review {what}: it takes the role {wanted}"));
    }
    if is_author(&found.written, part, name, account) {
        return Err(format!("{name} wrote or translated {what}, and nobody reviews their own work: ask somebody else"));
    }
    Ok(())
}

/// Two approvers are two who were here when the first of them approved: nobody makes a second one up afterwards.
fn is_another(
    found: &Found,
    part: Option<&Tag>,
    name: &str,
    added: Timestamp,
    reviews: &[Review],
) -> Result<(), String> {
    if approvals_needed(found.broadcast.class, part) < 2 {
        return Ok(());
    }
    let approvals = reviews.iter().filter(|review| review.language.as_ref() == part && review.reviewer != name);
    let first = approvals.filter(|review| review.verdict == Verdict::Approved).map(|review| review.at).min();
    if first.is_some_and(|first| added >= first) {
        return Err(format!(
            "{name} was added after {} of `{}` was first approved, and cannot be the second approver of it; another approver does it",
            name_of(part),
            found.broadcast.id
        ));
    }
    Ok(())
}

/// Names and comments stand in tables, logs and orders: a line break or another control character in them could show
/// what is not so.
///
/// Errors: what is wrong, in words.
pub(super) fn one_line(what: &str, text: &str) -> Result<(), String> {
    // Marks that turn the direction of what follows hide it as well.
    let is_hidden = |c: char| c.is_control() || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if text.chars().any(is_hidden) {
        return Err(format!(
            "{what} has a line break, a tab or another character that is not seen; write it in one line without"
        ));
    }
    Ok(())
}

fn standing_of<'r>(found: &Found, part: Option<&Tag>, reviews: &'r [Review]) -> Standing<'r> {
    standing(reviews, part, approvals_needed(found.broadcast.class, part))
}

fn row(found: &Found, part: Option<&Tag>, reviews: &[Review], people: &[Person]) -> ReviewRow {
    let mut row = ReviewRow {
        broadcast: found.broadcast.id.clone(),
        edition: found.edition.digest,
        language: part.cloned(),
        state: "waits".to_owned(),
        by: approved_by(part, reviews),
        authors: found.written.authors(part).into_iter().map(str::to_owned).collect(),
        unsigned: unsigned(&found.written, part).is_some(),
        comment: None,
        missing: 0,
        reviewers: Vec::new(),
    };
    match standing_of(found, part, reviews) {
        Standing::Approved(_) => row.state = "approved".to_owned(),
        Standing::Waits { missing } => row.missing = missing,
        Standing::Rejected(review) => {
            row.state = "rejected".to_owned();
            (row.by, row.comment) = (vec![review.reviewer.clone()], review.comment.clone());
        }
    }
    let may = |person: &&Person| {
        let account = person.os_user.as_deref().unwrap_or_default();
        person.retired.is_none() && may_review(found, part, &person.name, account, &person.roles).is_ok()
    };
    row.reviewers = people.iter().filter(may).map(|person| person.name.clone()).collect();
    if row.state == "waits" {
        // Two are two people.
        row.reviewers.retain(|name| !row.by.contains(name));
    }
    row
}

/// Those whose last word on a part is yes.
fn approved_by(part: Option<&Tag>, reviews: &[Review]) -> Vec<String> {
    let of_part = reviews.iter().filter(|review| review.language.as_ref() == part);
    let last: BTreeMap<&str, Verdict> = of_part.map(|review| (review.reviewer.as_str(), review.verdict)).collect();
    last.into_iter().filter(|(_, verdict)| *verdict == Verdict::Approved).map(|(name, _)| name.to_owned()).collect()
}

/// A part, as people name it.
pub fn name_of(part: Option<&Tag>) -> String {
    part.map_or_else(|| "when, where and how".to_owned(), Tag::to_string)
}

fn head(found: &Found) -> String {
    let broadcast = &found.broadcast;
    let by = broadcast.written_by.as_deref().map_or_else(String::new, |name| format!("; by {name}"));
    format!("{} {}{by}\nedition {}\n", broadcast.id, broadcast.title, found.edition.digest)
}

fn stands(found: &Found, part: Option<&Tag>, reviews: &[Review]) -> String {
    let name = name_of(part);
    match standing_of(found, part, reviews) {
        Standing::Approved(_) => format!("{name}: approved by {}", approved_by(part, reviews).join(", ")),
        Standing::Waits { missing: 1 } => format!("{name}: waits for review"),
        Standing::Waits { missing } => format!("{name}: waits for {missing} approvers"),
        Standing::Rejected(review) => {
            format!("{name}: rejected by {}: {}", review.reviewer, review.comment.as_deref().unwrap_or_default())
        }
    }
}

/// The times of the slots that `[when] at` names: no edition has them, and a reviewer wants to know.
fn slot_times(catalog: &Catalog, key: &str, file: &serde_json::Value) -> String {
    if key != "[when] at" {
        return String::new();
    }
    let at = file.pointer("/when/at").map_or_else(Vec::new, |at| at.as_array().cloned().unwrap_or(vec![at.clone()]));
    let times: Vec<String> = at
        .iter()
        .filter_map(|item| {
            let slot = item.as_str()?;
            Some(format!("{slot} is {} now", catalog.county.slots.get(slot)?.format("%H:%M")))
        })
        .collect();
    if times.is_empty() { String::new() } else { format!(" ({})", times.join(", ")) }
}

/// A message as residents read and hear it, with what is to be known of it.
fn said_text(catalog: &Catalog, broadcast: &Broadcast, language: &Tag, said: &Said) -> String {
    let by = said.author.as_deref().map_or_else(String::new, |author| format!(", by {author}"));
    let is_draft = catalog.bundle(language.as_str()).is_some_and(|bundle| bundle.is_draft(&said.message));
    let draft = if is_draft { ", marked as a draft: it does not air while it is" } else { "" };
    let mut text = format!("    {}{by}{draft}\n", said.message);
    let spoken = said.spoken.as_ref().filter(|spoken| said.body.as_ref() != Some(spoken));
    let pieces = [
        ("title", said.title.as_ref()),
        ("text", said.body.as_ref()),
        ("short", said.short.as_ref()),
        ("read aloud", spoken),
    ];
    for (name, piece) in pieces {
        text +=
            &piece.map_or_else(String::new, |piece| format!("      {name}: {}\n", piece.replace('\n', "\n        ")));
    }
    if said.body.is_none()
        && let Err(why) = catalog.spoken_text(broadcast, &said.message, language)
    {
        text += &format!("      {why}\n");
    }
    for clip in &said.clips {
        let voice = clip.voice.as_ref().map_or_else(String::new, |voice| format!(" in {voice}"));
        let file = catalog.clip_files().get(&clip.clip).map_or_else(String::new, |file| format!(": broadcasts/{file}"));
        text += &format!("      recording{voice}, {}{file}\n", clip.kind);
    }
    if said.clips.is_empty() {
        text += "      no recording of this text\n";
    }
    text
}
