//! What became of posts, with filters; a notice withdrawn, or corrected.

use chrono::{NaiveDate, TimeDelta};
use maud::{Markup, html};

use super::super::super::asked::{Answered, Asked};
use super::super::super::words::Words;
use super::{Call, CallState, Catalog, Id, MAY_SETTLE, PostFilter, PostRow, chat_name, local, more, subject, title};
use crate::ledger::POSTS_READ_MAX;
use crate::planner::recurrence::day_begins;

/// Posts on one page, the newest first.
const POSTS_MAX: usize = 120;
/// Without a date: the last week.
const DAYS_BACK: i64 = 6;
/// Groups, and broadcasts, offered to choose from.
const OFFERED_MAX: usize = 200;
/// Calls of one post that are told one by one.
const CALLS_MAX: usize = 4;

pub async fn show(asked: Asked) -> Answered {
    let (catalog, words) = (asked.site.catalog(), asked.words);
    let zone = catalog.county.zone;
    let today = asked.now.with_timezone(&zone).date_naive();
    let day = |name: &str| asked.query.one(name).parse::<NaiveDate>().ok();
    let to = day("to").unwrap_or(today);
    let from = day("from").unwrap_or(to - TimeDelta::days(DAYS_BACK)).min(to);
    let state = CallState::ALL.into_iter().find(|state| state.word() == asked.query.one("state"));
    let filter = PostFilter {
        since: Some(day_begins(from, zone)),
        until: Some(day_begins(to + TimeDelta::days(1), zone)),
        chat: asked.query.one("chat").parse().ok(),
        broadcast: asked.query.one("broadcast").parse().ok(),
        states: state.into_iter().collect(),
    };
    let rows = asked.site.ledger().posts(&filter).await?;
    let may = asked.who().may(&MAY_SETTLE);
    let body = html! {
        form.filter method="get" action="/chats/posts" {
            label { (words.say("as-run-from")) input type="date" name="from" value=(from); }
            label { (words.say("as-run-to")) input type="date" name="to" value=(to); }
            label { (words.say("chats-state-label"))
                select name="state" {
                    option value="" { (words.say("layout-all")) }
                    @for one in CallState::ALL { option value=(one.word()) selected[state == Some(one)] { (state_word(words, one)) } }
                }
            }
            label { (words.say("chats-group"))
                input name="chat" list="chats" autocomplete="off" lang="en" value=(filter.chat.as_ref().map_or("", Id::as_str)); }
            datalist id="chats" { @for id in catalog.chats.keys().take(OFFERED_MAX) { option value=(id) { (chat_name(&catalog, words, id)) } } }
            (broadcasts(&catalog, words, filter.broadcast.as_ref(), false))
            button.main { (words.say("layout-show")) }
        }
        @if rows.is_empty() { p { (words.say("chats-no-posts")) } }
        @if rows.len() >= POSTS_READ_MAX as usize { p.mark { (words.say_with("chats-read-max", &[("count", &POSTS_READ_MAX.to_string())])) } }
        (table(&asked, &catalog, rows.iter().take(POSTS_MAX), may))
        (more(words, rows.len(), POSTS_MAX))
        @if may { (take_back(&asked, &catalog, filter.broadcast.as_ref())) }
    };
    asked.page("chats-posts", &body)
}

fn broadcasts(catalog: &Catalog, words: Words, chosen: Option<&Id>, is_required: bool) -> Markup {
    let shown: Vec<&Id> = catalog.broadcasts.keys().take(OFFERED_MAX).collect();
    html! {
        label { (words.say("layout-broadcast"))
            select name="broadcast" required[is_required] {
                option value="" { @if is_required { "–" } @else { (words.say("layout-all")) } }
                @for id in &shown { option value=(id) lang="zh-CN" selected[chosen == Some(*id)] { (title(catalog, id)) } }
                // One that is in no file any more is withdrawn, too.
                @if let Some(id) = chosen.filter(|id| !shown.contains(id)) { option value=(id) selected { (id) } }
            }
        }
    }
}

/// Takes a notice back, or gives groups its mended text.
fn take_back(asked: &Asked, catalog: &Catalog, chosen: Option<&Id>) -> Markup {
    let words = asked.words;
    html! {
        section.card {
            h2 { (words.say("chats-correct")) }
            p { (words.say("chats-correct-what")) }
            form method="post" action="/chats/correct" {
                (asked.token())
                (broadcasts(catalog, words, chosen, true))
                button { (words.say("chats-correct")) }
            }
        }
        section.card {
            h2 { (words.say("chats-withdraw")) }
            p { (words.say("chats-withdraw-what")) }
            form method="post" action="/chats/withdraw" {
                (asked.token())
                (broadcasts(catalog, words, chosen, true))
                label.tick { input type="checkbox" name="sure" value="yes" required; " " (words.say("chats-sure")) }
                button.stop { (words.say("chats-withdraw")) }
            }
        }
    }
}

fn state_word(words: Words, state: CallState) -> String {
    words.say_with("chats-state", &[("state", &state.word())])
}

/// Posts, one a row, in one form: what is unknown is settled there.
pub fn table<'p>(asked: &Asked, catalog: &Catalog, rows: impl Iterator<Item = &'p PostRow>, may: bool) -> Markup {
    let words = asked.words;
    let rows: Vec<&PostRow> = rows.collect();
    html! { @if !rows.is_empty() {
        form method="post" action="/chats/seen" {
            (asked.token())
            table.cards {
                thead { tr {
                    th scope="col" { (words.say("as-run-at")) }
                    th scope="col" { (words.say("layout-broadcast")) }
                    th scope="col" { (words.say("chats-group")) }
                    th scope="col" { (words.say("chats-state-label")) }
                } }
                tbody { @for row in rows { tr {
                    td.number { (local(asked, row.post.due)) }
                    td { (subject(catalog, words, &row.post.broadcast))
                        @if let Some(notice) = &row.post.notice { " " small { (notice) } } }
                    td { (chat_name(catalog, words, &row.post.chat)) }
                    td { (calls(words, &row.calls))
                        @if may && row.calls.iter().any(|call| call.state == CallState::Unknown) { div.row {
                            button name="name" value=(row.post.id()) { (words.say("chats-seen")) }
                            button name="name" value=(row.post.id()) formaction="/chats/resend" { (words.say("chats-resend")) }
                        } }
                    }
                } } }
            }
        }
    } }
}

/// How the calls of a post ended: what arrived is counted, what did not is told.
fn calls(words: Words, calls: &[Call]) -> Markup {
    let counted: Vec<(CallState, usize)> = CallState::ALL
        .into_iter()
        .map(|state| (state, calls.iter().filter(|call| call.state == state).count()))
        .filter(|(_, count)| *count > 0)
        .collect();
    let bad = |state: CallState| matches!(state, CallState::Refused | CallState::Unknown | CallState::Expired);
    let told = calls.iter().filter(|call| bad(call.state)).take(CALLS_MAX);
    html! {
        @for (state, count) in counted { span.one {
            span.good[state == CallState::Delivered].bad[bad(state)] { (state_word(words, state)) } @if count > 1 { " ×" (count) }
        } " " }
        @for call in told { @if call.code.is_some() || call.detail.is_some() {
            div { small lang="en" { (call.code.as_deref().unwrap_or_default()) " " (call.detail.as_deref().unwrap_or_default()) } }
        } }
    }
}
