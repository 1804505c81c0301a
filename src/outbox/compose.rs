//! From a post to its calls.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use serde_json::Value;

use super::channel::{self, Carriage, Channel, Content, TextMax, Unit};
use super::{Draw, Words, split};
use crate::base::{Id, Tag, Timestamp};
use crate::ledger::{Call, Claim, Lane, Move, NewCall, NewPost};
use crate::rundown::{Class, Post, PostPart};
use crate::store::{Store, StoreFault};

/// A chat group, as the directory has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Chat {
    pub id: Id,
    /// For people.
    pub name: String,
    /// The kind of channel it lives on.
    pub channel: String,
    /// What that channel calls it.
    pub address: Value,
}

/// What came of enqueuing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Enqueued {
    /// Posts that were not in the outbox yet.
    pub new_count: usize,
    /// Posts that cannot go out, and why: the chat is not in the directory, or the post has too many parts.
    pub refused: Vec<(String, String)>,
}

/// A post of more calls than this is a mistake, and a flood in a group.
const CALLS_PER_POST_MAX: usize = 40;

/// Room in each text for the mark of one that is sent again: some thirty characters in the longest language.
fn mark_size_max(unit: Unit) -> usize {
    match unit {
        Unit::Utf16 => 48,
        Unit::Bytes => 128,
    }
}

/// How long after nobody knew whether an emergency arrived it is posted again.
const REPEAT_AFTER: TimeDelta = TimeDelta::seconds(60);

/// The calls that a post takes, in order.
///
/// Errors: why it can take none.
pub(super) fn compose(
    post: Post,
    chats: &BTreeMap<Id, Chat>,
    channel_of: impl Fn(&str) -> Option<std::sync::Arc<dyn Channel>>,
    moves: &[Move],
    page: Option<&Page<'_>>,
) -> Result<NewPost, String> {
    let chat = chats.get(&post.chat).ok_or_else(|| {
        format!("there is no chat {}; add it to config/chats.toml, or take it out of the broadcast", post.chat)
    })?;
    let lane = if post.class == Class::Emergency { Lane::Emergency } else { Lane::Ordinary };
    // A channel that is not set up is told when the call is due; a person may set it up until then.
    let robots = channel_of(&chat.channel);
    let text_max = text_max(robots.as_deref());
    let carries = channel::kind(&chat.channel).map(|kind| kind.carries);
    let mut bodies = Vec::new();
    let is_left_out = |part: &PostPart| carries.is_some_and(|carries| carries.part(part) == Carriage::Page);
    let parts = match page.and_then(|page| Some((page, (page.link)(&post)?))) {
        Some((page, link)) => linked(&post.parts, is_left_out, |language| (page.words.page)(language, &link)),
        None => post.parts.clone(),
    };
    for part in &parts {
        // `check` tells of what a group asks for and its service does not take.
        if is_left_out(part) {
            continue;
        }
        match part {
            PostPart::Text { language, text } => {
                let texts = split::split(text, text_max);
                bodies.extend(texts.into_iter().map(|text| PostPart::Text { language: language.clone(), text }));
            }
            PostPart::Voice { .. } | PostPart::Card { .. } => bodies.push(part.clone()),
        }
    }
    if bodies.is_empty() && !post.parts.is_empty() {
        let kind = &chat.channel;
        return Err(format!("{kind} takes none of what the group asks for; write \"text\" into `send` of {}", chat.id));
    }
    if bodies.len() > CALLS_PER_POST_MAX {
        return Err(format!("it would be {} messages; make its texts shorter", bodies.len()));
    }
    let address = follow(&chat.channel, &chat.address, moves);
    let robot = robots.map_or_else(|| chat.channel.clone(), |channel| channel.robot(&address));
    let calls = bodies
        .iter()
        .enumerate()
        .map(|(position, body)| NewCall {
            position: position as u32,
            repeat: 0,
            lane,
            robot: robot.clone(),
            chat: chat.id.clone(),
            channel: chat.channel.clone(),
            address: address.clone(),
            body: serde_json::to_value(body).expect("a part is plain data"),
            heavy: !matches!(body, PostPart::Text { .. }),
            harmless: false,
            due: post.due,
            expires: post.expires,
        })
        .collect();
    Ok(NewPost { post, calls })
}

/// What leads residents to the public page of a notice.
pub(super) struct Page<'a> {
    pub link: &'a (dyn Fn(&Post) -> Option<String> + Send + Sync),
    pub words: Words,
}

/// The parts, with a link below the text of each language that something is left out in.
fn linked(
    parts: &[PostPart],
    is_left_out: impl Fn(&PostPart) -> bool,
    words: impl Fn(&Tag) -> String,
) -> Vec<PostPart> {
    let mut linked = parts.to_vec();
    let mut done: Vec<&Tag> = Vec::new();
    for part in parts.iter().filter(|part| is_left_out(part)) {
        let language = part.language();
        if done.contains(&language) {
            continue;
        }
        done.push(language);
        let is_its = |part: &&mut PostPart| matches!(part, PostPart::Text { language: tag, .. } if tag == language);
        match linked.iter_mut().rev().find(is_its) {
            Some(PostPart::Text { text, .. }) => *text = format!("{text}\n\n{}", words(language)),
            // A group that asks for no text gets the way to what it asks for.
            _ => linked.push(PostPart::Text { language: language.clone(), text: words(language) }),
        }
    }
    linked
}

/// The longest text of a call, with room for a mark.
pub(super) fn text_max(channel: Option<&dyn Channel>) -> TextMax {
    let max = channel.map_or(TextMax { size: usize::MAX, unit: Unit::Bytes }, |channel| channel.text_max());
    TextMax { size: max.size.saturating_sub(mark_size_max(max.unit)), ..max }
}

/// Where a group is now. The directory still has the old address until a person changes it.
fn follow(channel: &str, address: &Value, moves: &[Move]) -> Value {
    let mut address = address.clone();
    // Each move is followed once, so a circle ends.
    for step in moves {
        if step.channel == channel && same_address(&step.address, &address) {
            address = step.new_address.clone();
        }
    }
    address
}

/// The directory's address may say its kind as well.
fn same_address(a: &Value, b: &Value) -> bool {
    a == b || (!a["chat"].is_null() && a["chat"] == b["chat"])
}

/// The repeat of an emergency call that may not have arrived, marked as one.
pub(super) fn repeat(claim: &Claim, now: Timestamp) -> (String, NewCall) {
    let Claim { call, .. } = claim;
    let call_again = NewCall {
        position: call.id.position,
        repeat: call.id.repeat + 1,
        lane: call.lane,
        robot: call.robot.clone(),
        chat: call.chat.clone(),
        channel: call.channel.clone(),
        address: call.address.clone(),
        body: call.body.clone(),
        heavy: call.heavy,
        harmless: call.harmless,
        due: now + REPEAT_AFTER,
        expires: call.expires,
    };
    (call.id.post.clone(), call_again)
}

/// Why a call's content cannot be had.
pub(super) enum NoContent {
    /// It never will be.
    Broken(String),
    /// The store failed; it may work later.
    Store(String),
    /// The card cannot be drawn here.
    Undrawn(String),
}

/// What a call sends: reads the clip of a voice note, draws a card. Blocks on the disk and the processor.
pub(super) fn content(
    call: &Call,
    post: &Post,
    store: &Store,
    words: &Words,
    draw: &Draw,
) -> Result<Content, NoContent> {
    let body = serde_json::from_value(call.body.clone()).map_err(|e| NoContent::Broken(e.to_string()))?;
    let mark = |language: &Tag, text: String| match call.id.repeat {
        0 => text,
        _ => (words.repeat)(language, post.notice.as_deref()) + &text,
    };
    Ok(match body {
        PostPart::Text { language, text } => {
            let text = mark(&language, text);
            Content::Text { language, text }
        }
        PostPart::Voice { language, clip, frames, title } => {
            let bytes = store.read(&clip).map_err(|fault| match fault {
                StoreFault::Io { .. } => NoContent::Store(fault.to_string()),
                fault => NoContent::Broken(fault.to_string()),
            })?;
            let title = mark(&language, title);
            Content::Voice { language, title, frames, bytes }
        }
        PostPart::Card { language, title, card } => {
            let bytes = draw(post, &language, &card).map_err(NoContent::Undrawn)?;
            let title = mark(&language, title);
            Content::Card { language, title, bytes }
        }
    })
}
