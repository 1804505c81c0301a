//! What becomes of messages that groups got, when their notice is withdrawn or corrected: changed or deleted where the
//! service allows that, else a message that names the first one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::channel::{Amendment, Answer, Change, Channel};
use super::compose::{self, Chat, Page};
use super::{Outbox, Words};
use crate::base::{Id, Tag, Timestamp};
use crate::ledger::{Call, CallEnd, CallId, CallState, Ledger, LedgerFault, Move, NewCall, NewPost, PostRow, TakeBack};
use crate::rundown::post::{CORRECTED, WITHDRAWN};
use crate::rundown::{Post, PostPart};

/// What was posted longer ago than this stays: nobody reads it any more.
const TAKEN_BACK_FOR: TimeDelta = TimeDelta::days(30);
/// A withdrawal that a line held up for longer comes too late.
const AMEND_FOR: TimeDelta = TimeDelta::hours(24);
/// So many messages of one group are deleted, the newest first: some minutes of a robot's budget.
const DELETED_MAX: usize = 60;

/// The body of a call that changes or deletes a message that arrived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Amend {
    pub amend: Act,
    /// The call that the message came by.
    pub of: CallId,
    pub language: Tag,
    /// Whether it is a text; else what it says stands under a voice note or a picture.
    pub is_text: bool,
    /// What it says from now on; of one that is to be deleted, where the service does not allow that any more.
    pub text: String,
    /// Whether the text is posted anew where the message cannot be changed.
    pub or_post: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Act {
    Delete,
    Change,
}

impl Amend {
    /// None of a call that sends something.
    pub fn of(call: &Call) -> Option<Amend> {
        call.body.get("amend")?;
        serde_json::from_value(call.body.clone()).ok()
    }

    fn body(&self) -> serde_json::Value {
        serde_json::to_value(self).expect("an amendment is plain data")
    }

    /// Has a channel do it.
    pub async fn make(&self, channel: &dyn Channel, call: &Call, ledger: &Ledger) -> Answer {
        let target = match ledger.call(&self.of).await {
            Ok(target) => target,
            Err(fault) => return Answer::Retry { after: None, code: "ledger".into(), detail: fault.to_string() },
        };
        let Some(message) = target.and_then(|target| target.ids.into_iter().next()) else {
            let detail = "nobody knows what the service calls that message; it may be in the group".to_owned();
            return Answer::Refused { code: "no-message".into(), detail };
        };
        let change = match (self.amend, self.is_text) {
            (Act::Delete, _) => Change::Delete,
            (Act::Change, true) => Change::Text(self.text.clone()),
            (Act::Change, false) => Change::Caption(self.text.clone()),
        };
        channel.amend(&Amendment { address: call.address.clone(), message, change }).await
    }

    /// What comes in its place when the service refuses it; none when that is its end.
    pub fn instead(&self, code: &str, detail: &str) -> Option<CallEnd> {
        let end = |body, harmless| CallEnd::Instead { body, harmless, code: code.into(), detail: detail.into() };
        let is_there = code != "no-message";
        match self.amend {
            Act::Delete if is_there => Some(end(Amend { amend: Act::Change, ..self.clone() }.body(), true)),
            Act::Change if self.or_post => {
                let part = PostPart::Text { language: self.language.clone(), text: self.text.clone() };
                Some(end(serde_json::to_value(part).expect("a part is plain data"), false))
            }
            Act::Delete | Act::Change => None,
        }
    }
}

/// What an order asks for.
#[derive(Debug, Clone)]
pub struct Taking {
    pub order: u64,
    pub broadcast: Id,
    /// The posts of the new text, by their chats; none when it is withdrawn.
    pub corrected: Option<Vec<Post>>,
}

impl Outbox {
    /// Takes back what groups got of a broadcast, or corrects it: what waits never goes out, and what arrived, or may
    /// have, is changed, deleted or followed by a message that names it. It is in the queue when this returns. A second
    /// call for the same order does nothing. Returns how many calls never go out.
    pub async fn take_back(
        &self,
        taking: &Taking,
        chats: &BTreeMap<Id, Chat>,
        now: Timestamp,
    ) -> Result<u64, LedgerFault> {
        let moves = self.ledger().moves().await?;
        let channel_of = |kind: &str| self.channel(kind);
        let what = TakeBack { order: taking.order, broadcast: taking.broadcast.clone(), since: now - TAKEN_BACK_FOR };
        let words = self.words();
        let compose = |rows: &[PostRow]| {
            let page = self.page();
            posts(taking, rows, &Around { chats, channel_of: &channel_of, moves: &moves, words, page, now })
        };
        let never = self.ledger().take_back(&what, now, compose).await?;
        self.ring();
        Ok(never)
    }
}

struct Around<'a> {
    chats: &'a BTreeMap<Id, Chat>,
    channel_of: &'a (dyn Fn(&str) -> Option<Arc<dyn Channel>> + Sync),
    moves: &'a [Move],
    words: Words,
    page: Page<'a>,
    now: Timestamp,
}

/// A message that a group has, or may have.
#[derive(Debug, Clone)]
struct There<'a> {
    /// The call that it came by.
    by: CallId,
    language: Tag,
    is_text: bool,
    row: &'a PostRow,
}

/// The posts that carry out an order: at most one a group.
fn posts(taking: &Taking, rows: &[PostRow], around: &Around<'_>) -> Vec<NewPost> {
    let mut by_chat: BTreeMap<&Id, Vec<&PostRow>> = BTreeMap::new();
    for row in rows {
        by_chat.entry(&row.post.chat).or_default().push(row);
    }
    let none = Vec::new();
    let mut corrected: BTreeMap<&Id, &Post> = BTreeMap::new();
    corrected.extend(taking.corrected.as_ref().unwrap_or(&none).iter().map(|post| (&post.chat, post)));
    let chats: BTreeSet<&Id> = by_chat.keys().chain(corrected.keys()).copied().collect();
    let post = |chat: &Id| {
        let rows = by_chat.get(chat).map_or(&[][..], Vec::as_slice);
        chat_post(taking, chat, rows, corrected.get(chat).copied(), around)
    };
    chats.into_iter().filter_map(post).collect()
}

/// What one group gets; none when it has nothing of the notice and is to get nothing.
fn chat_post(
    taking: &Taking,
    chat: &Id,
    rows: &[&PostRow],
    corrected: Option<&Post>,
    around: &Around<'_>,
) -> Option<NewPost> {
    let there = there(taking.order, rows);
    let last = there.first().map(|there| there.row);
    let notice = last.and_then(|row| row.post.notice.as_deref());
    let like = last.and_then(|row| row.calls.last());
    let listed = around.chats.get(chat);
    // A group that is in the directory no more has its messages all the same.
    let place = match (listed, like) {
        (Some(listed), Some(like)) if taking.corrected.is_none() && listed.channel != like.channel => place_of(like),
        (Some(listed), _) => listed.clone(),
        (None, like) => place_of(like?),
    };
    let mut parts = match (corrected, &taking.corrected) {
        (Some(post), _) if there.is_empty() => post.parts.clone(),
        (Some(post), _) => post.parts.iter().map(|part| marked(part, notice, &around.words)).collect(),
        // It is not for this group any more: what it has is withdrawn.
        (None, _) if !there.is_empty() => withdrawn(&there, &around.words),
        (None, _) => return None,
    };
    let prefix = if corrected.is_some() { CORRECTED } else { WITHDRAWN };
    let first = corrected.or(last.map(|row| &row.post))?;
    let post = Post {
        broadcast: taking.broadcast.clone(),
        occasion: format!("{prefix}{}", taking.order),
        chat: chat.clone(),
        class: first.class,
        level: first.level,
        notice: corrected.map_or(notice, |post| post.notice.as_deref()).map(str::to_owned),
        due: around.now,
        expires: corrected.map_or(around.now, |post| post.expires).max(around.now + AMEND_FOR),
        parts: parts.clone(),
        order: Some(taking.order),
    };
    let chats = BTreeMap::from([(chat.clone(), place.clone())]);
    let compose =
        |post: Post| compose::compose(post, &chats, |kind| (around.channel_of)(kind), around.moves, Some(&around.page));
    // Where the group takes nothing of it but text, or it is too long: what it has is withdrawn in words.
    let mut new = compose(post.clone()).or_else(|_| {
        parts = withdrawn(&there, &around.words);
        compose(Post { parts: parts.clone(), ..post })
    });
    let new = new.as_mut().ok()?;
    let amends = (around.channel_of)(&place.channel).is_some_and(|channel| channel.amends());
    if amends && like.is_some_and(|like| like.channel == place.channel) {
        new.calls = merge(std::mem::take(&mut new.calls), &there, &around.words);
    }
    (!new.calls.is_empty()).then(|| NewPost { post: new.post.clone(), calls: new.calls.clone() })
}

fn place_of(call: &Call) -> Chat {
    Chat { id: call.chat.clone(), name: String::new(), channel: call.channel.clone(), address: call.address.clone() }
}

/// The messages that a group has or may have, of the newest post first, in their order there. What an earlier order
/// changed counts; what it deletes does not.
fn there<'a>(order: u64, rows: &[&'a PostRow]) -> Vec<There<'a>> {
    let may_be_there = |call: &Call| {
        use CallState::{Delivered, Digested, Handed, Sending, Unknown};
        [Delivered, Unknown, Sending, Handed, Digested].contains(&call.state)
    };
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for row in rows {
        for call in &row.calls {
            let (by, language, is_text) = match (Amend::of(call), serde_json::from_value(call.body.clone())) {
                (Some(Amend { amend: Act::Delete, of, .. }), _) => {
                    seen.insert(of);
                    continue;
                }
                (Some(Amend { of, language, is_text, .. }), _) => (of, language, is_text),
                (None, Ok(part)) if call.taken_back == Some(order) && may_be_there(call) => {
                    let is_text = matches!(part, PostPart::Text { .. });
                    let (PostPart::Text { language, .. }
                    | PostPart::Voice { language, .. }
                    | PostPart::Card { language, .. }) = part;
                    (call.id.clone(), language, is_text)
                }
                (None, _) => continue,
            };
            if seen.insert(by.clone()) {
                found.push(There { by, language, is_text, row });
            }
        }
    }
    found
}

/// That a notice is withdrawn, in each language that it is there in.
fn withdrawn(there: &[There<'_>], words: &Words) -> Vec<PostPart> {
    let mut languages: Vec<&Tag> = Vec::new();
    there.iter().map(|there| &there.language).for_each(|language| {
        if !languages.contains(&language) {
            languages.push(language);
        }
    });
    let text = |language: &&Tag| {
        let found = there.iter().find(|there| there.language == **language).expect("it is one of theirs");
        PostPart::Text { language: (*language).clone(), text: withdrawn_text(found, words) }
    };
    languages.iter().map(text).collect()
}

fn withdrawn_text(there: &There<'_>, words: &Words) -> String {
    let post = &there.row.post;
    (words.withdrawn)(&there.language, title_of(post, &there.language), post.notice.as_deref())
}

/// What residents know a notice by: the first line of its text that is no mark, or what stands under its voice note.
fn title_of<'a>(post: &'a Post, language: &Tag) -> &'a str {
    let titles = post.parts.iter().filter_map(|part| match part {
        PostPart::Text { language: tag, text } if tag == language => {
            text.lines().find(|line| !line.is_empty() && !line.starts_with('【'))
        }
        PostPart::Voice { language: tag, title, .. } | PostPart::Card { language: tag, title, .. }
            if tag == language =>
        {
            Some(title.as_str())
        }
        _ => None,
    });
    titles.into_iter().next().unwrap_or_default()
}

/// The new text says which notice it corrects.
fn marked(part: &PostPart, notice: Option<&str>, words: &Words) -> PostPart {
    match part.clone() {
        PostPart::Text { language, text } => {
            let text = (words.correction)(&language, notice) + &text;
            PostPart::Text { language, text }
        }
        other => other,
    }
}

/// The calls of a post where its service changes and deletes messages. A new text takes the place of an old one, where
/// there are as many of them; what else was there is deleted, at the end: nothing waits for that.
fn merge(new: Vec<NewCall>, there: &[There<'_>], words: &Words) -> Vec<NewCall> {
    let Some(like) = new.first().cloned() else { return new };
    let newest = there.first().map(|there| there.row.post.id());
    let part_of = |call: &NewCall| serde_json::from_value::<PostPart>(call.body.clone()).ok();
    let mut changed: BTreeSet<&CallId> = BTreeSet::new();
    let mut calls = Vec::new();
    let texts_of = |language: &Tag| {
        let is_it =
            |call: &&NewCall| matches!(part_of(call), Some(PostPart::Text { language: tag, .. }) if tag == *language);
        new.iter().filter(is_it).count()
    };
    for call in &new {
        let Some(PostPart::Text { language, text }) = part_of(call) else {
            calls.push(call.clone());
            continue;
        };
        let is_old = |there: &&There<'_>| {
            there.is_text && there.language == language && newest.as_ref() == Some(&there.row.post.id())
        };
        let old: Vec<&There<'_>> = there.iter().filter(is_old).collect();
        let next = old.iter().find(|old| !changed.contains(&old.by)).filter(|_| texts_of(&language) <= old.len());
        calls.push(match next {
            Some(old) => {
                changed.insert(&old.by);
                let of = old.by.clone();
                let amend = Amend { amend: Act::Change, of, language, is_text: true, text, or_post: true };
                NewCall { body: amend.body(), harmless: true, ..call.clone() }
            }
            None => call.clone(),
        });
    }
    let rest = there.iter().filter(|there| !changed.contains(&there.by)).take(DELETED_MAX);
    calls.extend(rest.map(|there| {
        let (of, language, is_text) = (there.by.clone(), there.language.clone(), there.is_text);
        let text = withdrawn_text(there, words);
        let amend = Amend { amend: Act::Delete, of, language, is_text, text, or_post: false };
        NewCall { body: amend.body(), harmless: true, heavy: false, ..like.clone() }
    }));
    for (position, call) in calls.iter_mut().enumerate() {
        call.position = position as u32;
    }
    calls
}
