//! What chat groups get: each notice once an occasion, a few minutes apart from group to group.

use std::collections::BTreeMap;

use chrono::{TimeDelta, Timelike as _};
use chrono_tz::Tz;

use crate::base::{Digest, Id, Length, Timestamp};
use crate::catalog::model::{Broadcast, Chat, PostRule, Station};
use crate::lang::words;
use crate::planner::approval::Bound;
use crate::planner::orders::{Act, ActKind};
use crate::planner::plan::Planner;
use crate::planner::profile::Planned;
use crate::planner::timetable::{first_after, number_of};
use crate::rundown::airing::instant_text;
use crate::rundown::post::CORRECTED;
use crate::rundown::{Class, Post, PostPart};

/// Posts due in this much time back and ahead are listed; the outbox keeps what it has seen.
const POSTS_SPAN: TimeDelta = TimeDelta::hours(24);

/// A daily notice reaches a group this long after the airing at the earliest, and at the latest [`SPREAD_MAX`]: fixed
/// for each group, so that a hundred groups do not spend one robot's budget in one minute.
const SPREAD_MIN: Length = Length::minutes(2);
const SPREAD_MAX: Length = Length::minutes(8);

/// Services are overrun for so long at each full and half hour, and say so (Feishu: 11232).
const BUSY_MINUTES: i64 = 2;

/// The channel that writes files: nobody limits it.
const FOLDER: &str = "folder";

/// An occasion to post a broadcast.
struct Occasion {
    text: String,
    instant: Timestamp,
    order: Option<u64>,
}

pub fn posts(planner: &Planner) -> Vec<Post> {
    let mut posts = Vec::new();
    for planned in planner.planned.iter().filter(|planned| planned.broadcast.how.post != PostRule::None) {
        let occasions = occasions(planner, planned);
        post_all(
            planner,
            planned.broadcast,
            &planner.catalog.chats_of(&planned.broadcast.chats),
            &occasions,
            None,
            &mut posts,
        );
    }
    for act in &planner.acts {
        order_posts(planner, act, &mut posts);
    }
    posts.sort_by(|a, b| (a.due, &a.broadcast, &a.chat, &a.occasion).cmp(&(b.due, &b.broadcast, &b.chat, &b.occasion)));
    posts
}

/// When the timetable gives occasion to post.
fn occasions(planner: &Planner, planned: &Planned) -> Vec<Occasion> {
    let zone = planner.catalog.county.zone;
    let approved = planner.approval(planned.broadcast, None).earliest();
    let withdrawn = withdrawn(planner, &planned.broadcast.id);
    let is_withdrawn = |at: Timestamp| withdrawn.iter().any(|(from, until)| *from <= at && at < *until);
    let kept = planned.timetable.kept.iter().filter(|at| !is_withdrawn(**at));
    let kept = kept.filter(|at| approved.is_none_or(|approved| **at >= approved));
    match planned.broadcast.how.post {
        PostRule::None => Vec::new(),
        PostRule::Each => kept.map(|&instant| Occasion { text: instant_text(instant), instant, order: None }).collect(),
        PostRule::Daily => {
            let mut days: BTreeMap<String, Timestamp> = BTreeMap::new();
            for &instant in kept {
                days.entry(instant.with_timezone(&zone).format("%Y%m%d").to_string()).or_insert(instant);
            }
            days.into_iter().map(|(text, instant)| Occasion { text, instant, order: None }).collect()
        }
        PostRule::Once => once(planner, planned, is_withdrawn).into_iter().collect(),
    }
}

/// When a broadcast was, or is, withdrawn: `[from, until)`.
fn withdrawn(planner: &Planner, id: &Id) -> Vec<(Timestamp, Timestamp)> {
    let of_it = |act: &Act| match act.kind {
        ActKind::Withdraw { broadcast, from, until } if planner.planned[broadcast].broadcast.id == *id => {
            Some((from, until))
        }
        _ => None,
    };
    planner.acts.iter().filter_map(of_it).collect()
}

/// Whether this text was posted as the correction of an earlier one.
fn is_corrected(planner: &Planner, id: &Id, text: &Digest) -> bool {
    let of_it = |act: &Act| {
        matches!(act.kind, ActKind::Correct { broadcast, texts, .. }
            if texts == *text && act.cancelled.is_none() && planner.planned[broadcast].broadcast.id == *id)
    };
    planner.acts.iter().any(of_it)
}

/// With the first airing since this edition came to be and was approved; an airing before it was not of this text. A text
/// that went out as a correction needs no post of its own.
fn once(planner: &Planner, planned: &Planned, is_withdrawn: impl Fn(Timestamp) -> bool) -> Option<Occasion> {
    let edition = planner.catalog.editions.get(&planned.broadcast.id)?;
    if is_corrected(planner, &planned.broadcast.id, &edition.text_digest) {
        return None;
    }
    let first_seen = planner.registry.editions.get(&edition.digest).map_or(planner.now, |edition| edition.first_seen);
    let begins = planner
        .registry
        .broadcasts_first_seen
        .get(&planned.broadcast.id)
        .map_or(first_seen, |seen| first_seen.max(*seen));
    let approved = planner.approval(planned.broadcast, None).latest();
    let begins = approved.map_or(begins, |approved| begins.max(approved));
    if begins < planner.window.from {
        let county = &planner.catalog.county;
        // Its first airing lies before the window: it was posted then.
        if first_after(planned.broadcast, county, begins, planner.window.from).is_some() {
            return None;
        }
    }
    let instant = *planned.timetable.kept.iter().find(|instant| **instant >= begins && !is_withdrawn(**instant))?;
    Some(Occasion { text: edition.text_digest.short(), instant, order: None })
}

fn order_posts(planner: &Planner, act: &Act, posts: &mut Vec<Post>) {
    let ActKind::Announce { broadcast, start, .. } = act.kind else { return };
    let broadcast = planner.planned[broadcast].broadcast;
    let county = &planner.catalog.county;
    let airs = broadcast.class == Class::Emergency || county.quiet.allows(broadcast.class, broadcast.level, start);
    let is_withdrawn = withdrawn(planner, &broadcast.id).iter().any(|(from, until)| *from <= start && start < *until);
    if act.cancelled.is_some() || !airs || is_withdrawn || broadcast.how.post == PostRule::None {
        return;
    }
    let stations = planner.catalog.stations_of(&broadcast.stations);
    let mut chats = planner.catalog.chats_of(&broadcast.chats);
    chats.retain(|chat| concerns(chat, &act.stations, &stations));
    let occasion = Occasion { text: format!("order-{}", act.id), instant: start, order: Some(act.id) };
    // Signatures are for what sounds; what is posted is the edition that was agreed to.
    let bound = act.bound.map(|bound| Bound { signed: None, ..bound });
    post_all(planner, broadcast, &chats, &[occasion], bound, posts);
}

/// What groups are to get in the place of what they got of a broadcast, by an order to correct it; none when the text is
/// not that order's any more.
pub fn corrections(planner: &Planner, order: u64) -> Vec<Post> {
    let found = planner.acts.iter().find_map(|act| match act.kind {
        ActKind::Correct { broadcast, from, texts } if act.id == order => Some((broadcast, from, texts)),
        _ => None,
    });
    let Some((broadcast, from, texts)) = found else { return Vec::new() };
    let broadcast = planner.planned[broadcast].broadcast;
    let is_its = planner.catalog.editions.get(&broadcast.id).is_some_and(|edition| edition.text_digest == texts);
    if !is_its || broadcast.how.post == PostRule::None {
        return Vec::new();
    }
    let mut posts = Vec::new();
    let occasion = Occasion { text: format!("{CORRECTED}{order}"), instant: from, order: Some(order) };
    post_all(planner, broadcast, &planner.catalog.chats_of(&broadcast.chats), &[occasion], None, &mut posts);
    posts
}

/// Whether what is announced at some stations concerns a group: a village's, when it is announced there; a township's,
/// when any of them lies there; the county's, when none of the broadcast's own stations is left out.
fn concerns(chat: &Chat, announced: &[&Station], all: &[&Station]) -> bool {
    if let Some(village) = &chat.station {
        return announced.iter().any(|station| station.id == *village);
    }
    match &chat.township {
        Some(township) => announced.iter().any(|station| station.township == *township),
        None => all.iter().all(|station| announced.binary_search_by(|a| a.id.cmp(&station.id)).is_ok()),
    }
}

fn post_all(
    planner: &Planner,
    broadcast: &Broadcast,
    chats: &[&Chat],
    occasions: &[Occasion],
    bound: Option<Bound<'_>>,
    posts: &mut Vec<Post>,
) {
    let approval = planner.approval(broadcast, bound);
    let edition = planner.catalog.editions.get(&broadcast.id);
    let notice = edition.and_then(|edition| planner.registry.editions.get(&edition.digest)).map(|e| e.notice.clone());
    for chat in chats {
        let chosen = planner.registry.chosen.get(&chat.id);
        let chosen = chosen.map(|languages| Chat { languages: languages.clone(), ..(*chat).clone() });
        let chat = chosen.as_ref().unwrap_or(chat);
        let spread = spread(broadcast.class, chat);
        let is_near = |occasion: &&Occasion| (occasion.instant + spread - planner.now).abs() <= POSTS_SPAN;
        let mut parts: Option<Vec<PostPart>> = None;
        for occasion in occasions.iter().filter(is_near) {
            let whole = || planner.catalog.post_parts_within(broadcast, chat, notice.as_deref(), &approval).0;
            let parts = parts.get_or_insert_with(whole);
            // The catalog tells of the gaps that hold it back.
            if parts.is_empty() {
                break;
            }
            let due = off_the_hour(occasion.instant, spread, planner.catalog.county.zone);
            let day = due.with_timezone(&planner.catalog.county.zone).format("%Y-%m-%d").to_string();
            posts.push(Post {
                broadcast: broadcast.id.clone(),
                occasion: occasion.text.clone(),
                chat: chat.id.clone(),
                class: broadcast.class,
                level: broadcast.level,
                notice: notice.clone(),
                due,
                expires: due + broadcast.how.post_expires.delta(),
                parts: parts.iter().cloned().map(|part| dated(part, &day)).collect(),
                order: occasion.order,
            });
        }
    }
}

/// A card says the day it is posted; the others do not.
fn dated(mut part: PostPart, day: &str) -> PostPart {
    if let PostPart::Card { language, card, .. } = &mut part {
        card.date = Some(words::word(language.as_str(), "ui-card-date", &[("date", day)]));
    }
    part
}

/// What is spread leaves services alone in the minutes when everybody's timers go off: the first two of an hour and of
/// its second half. Emergencies and files are not spread.
fn off_the_hour(instant: Timestamp, spread: TimeDelta, zone: Tz) -> Timestamp {
    let due = instant + spread;
    let busy = i64::from(due.with_timezone(&zone).minute() % 30);
    if spread.is_zero() || busy >= BUSY_MINUTES { due } else { due + TimeDelta::minutes(BUSY_MINUTES) }
}

/// How long after the airing this group gets a notice: whole seconds, the same each time.
fn spread(class: Class, chat: &Chat) -> TimeDelta {
    if class != Class::Daily || chat.channel == FOLDER {
        return TimeDelta::zero();
    }
    let span_s = (SPREAD_MAX.ms - SPREAD_MIN.ms) / 1000;
    Length::seconds(SPREAD_MIN.ms / 1000 + number_of(&chat.id) % (span_s + 1)).delta()
}
