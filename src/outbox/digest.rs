//! A digest instead of a flood: several notices that a group waited for too long become one post.
//!
//! It carries them whole where that takes at most half as many messages, else their first lines and what stands under them.
//! Voice notes are left out: they are what floods a group.

use chrono::TimeDelta;

use super::channel::TextMax;
use super::{Words, split};
use crate::base::{Tag, Timestamp};
use crate::ledger::Backlog;
use crate::rundown::airing::instant_text;
use crate::rundown::post::DIGEST;
use crate::rundown::{Class, Post, PostPart};

/// Notices that have waited this long come as a digest: a budget, an outage or a flood held them.
pub(super) const AFTER: TimeDelta = TimeDelta::minutes(10);
/// Two notices are no flood.
pub(super) const POSTS_MIN: usize = 3;
/// As many titles as one reads.
pub(super) const POSTS_MAX: usize = 30;
/// Lines are looked at this often.
pub(super) const LOOK_EVERY: TimeDelta = TimeDelta::minutes(1);

/// The digest of what waits in a line, and the ids of what it carries; none where too little of it can be carried.
pub(super) fn of(backlog: &Backlog, text_max: TextMax, words: &Words, now: Timestamp) -> Option<(Post, Vec<String>)> {
    let carried: Vec<&Post> = backlog.posts.iter().filter(|post| fits(post)).collect();
    if carried.len() < POSTS_MIN {
        return None;
    }
    let mut languages: Vec<&Tag> = Vec::new();
    for (language, _) in carried.iter().flat_map(|post| texts(post)) {
        if !languages.contains(&language) {
            languages.push(language);
        }
    }
    let messages: usize = carried.iter().map(|post| post.parts.len()).sum();
    let compose = |entry: fn(&str) -> String| -> Vec<PostPart> {
        let part = |language: &&Tag| PostPart::Text {
            language: (*language).clone(),
            text: text_in(language, &carried, words, entry),
        };
        languages.iter().map(part).collect()
    };
    let whole = compose(str::to_owned);
    let takes: usize = whole.iter().map(|part| split::split(text_of(part), text_max).len()).sum();
    let parts = if takes * 2 <= messages.max(languages.len() * 2) { whole } else { compose(short) };
    let first = carried[0];
    let post = Post {
        broadcast: DIGEST.parse().expect("it is an id"),
        occasion: instant_text(now),
        chat: first.chat.clone(),
        class: Class::Daily,
        level: None,
        notice: None,
        // In the place of the oldest.
        due: carried.iter().map(|post| post.due).min().unwrap_or(now),
        expires: carried.iter().map(|post| post.expires).max().unwrap_or(now),
        parts,
        order: None,
    };
    Some((post, carried.iter().map(|post| post.id()).collect()))
}

/// A day's notice with a text. Drills, alarms and digests stand for themselves.
fn fits(post: &Post) -> bool {
    post.class == Class::Daily && !post.is_ours() && !post.amends() && texts(post).next().is_some()
}

fn texts(post: &Post) -> impl Iterator<Item = (&Tag, &str)> {
    post.parts.iter().filter_map(|part| match part {
        PostPart::Text { language, text } => Some((language, text.as_str())),
        _ => None,
    })
}

fn text_of(part: &PostPart) -> &str {
    match part {
        PostPart::Text { text, .. } => text,
        _ => "",
    }
}

fn text_in(language: &Tag, posts: &[&Post], words: &Words, entry: fn(&str) -> String) -> String {
    let entries: Vec<&str> =
        posts.iter().flat_map(|post| texts(post)).filter(|(tag, _)| *tag == language).map(|(_, text)| text).collect();
    let mut text = (words.digest)(language, entries.len());
    for (i, whole) in entries.iter().enumerate() {
        text.push_str(&format!("\n\n{}. {}", i + 1, entry(whole)));
    }
    text
}

/// The title and the foot (notice number, marks) of a text.
fn short(text: &str) -> String {
    let title = text.lines().next().unwrap_or_default();
    match text.rsplit_once("\n\n") {
        Some((_, foot)) => format!("{title}\n{foot}"),
        None => title.to_owned(),
    }
}
