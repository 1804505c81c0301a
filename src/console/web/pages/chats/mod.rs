//! The chat groups: those that ask to be let in, posts that may or may not have arrived, what people are to post by hand;
//! `posts` has what became of all posts, `directory` the groups. The same asks as `cunxiang chats`, `posts` and `tasks`.

use maud::{Markup, html};

use super::super::asked::{Answered, Asked, Stop};
use super::super::form::encoded;
use super::super::layout::name;
use super::super::words::Words;
use super::today::title;
use crate::base::{Id, Timestamp};
use crate::catalog::Catalog;
use crate::console::control::Ask;
use crate::ledger::{Call, CallState, PostFilter, PostRow, RequestState, Role};
use crate::rundown::post::{ALARM, DIGEST};

pub mod directory;
pub mod posts;
pub mod requests;
pub mod tasks;

/// Who looks into groups and posts by hand, as the control socket has it.
pub const MAY_SETTLE: [Role; 3] = [Role::Writer, Role::Approver, Role::Engineer];
/// Of each kind, on one page: a few hours' work.
const REQUESTS_MAX: usize = 10;
const UNKNOWN_MAX: usize = 30;
const TASKS_MAX: usize = 8;

pub async fn show(asked: Asked) -> Answered {
    render(&asked, None).await
}

/// The page, with what is wrong with a form that was just sent.
async fn render(asked: &Asked, faults: Option<&str>) -> Answered {
    let (catalog, words, ledger) = (asked.site.catalog(), asked.words, asked.site.ledger());
    let may = asked.who().may(&MAY_SETTLE);
    let of_state = |state| PostFilter { states: vec![state], ..PostFilter::default() };
    let open: Vec<_> =
        ledger.chat_requests(false).await?.into_iter().filter(|one| one.state == RequestState::Open).collect();
    let unknown = ledger.posts(&of_state(CallState::Unknown)).await?;
    let mut handed = ledger.posts(&of_state(CallState::Handed)).await?;
    handed.sort_by_key(|row| row.post.expires);
    let mut shown = Vec::new();
    for row in handed.iter().take(TASKS_MAX) {
        shown.push(tasks::Task::read(row).await);
    }
    let body = html! {
        @if let Some(faults) = faults {
            div.said.bad role="alert" { p { (words.say("chats-not-taken")) } pre lang="en" { (faults) } }
        }
        p.links {
            a href="/chats/posts" { (words.say("chats-posts")) } " "
            a href="/chats/directory" { (words.say("chats-directory")) " (" (catalog.chats.len()) ")" }
        }
        h2 { (words.say("chats-tasks")) " (" (handed.len()) ")" }
        @if handed.is_empty() { p.good { (words.say("today-needs-nothing")) } }
        @for task in &shown { (task.card(asked, &catalog, may)) }
        (more(words, handed.len(), TASKS_MAX))
        h2 { (words.say("chats-unknown")) " (" (unknown.len()) ")" }
        @if unknown.is_empty() { p.good { (words.say("today-needs-nothing")) } } @else { p { (words.say("chats-unknown-what")) } }
        (posts::table(asked, &catalog, unknown.iter().take(UNKNOWN_MAX), may))
        (more(words, unknown.len(), UNKNOWN_MAX))
        h2 { (words.say("chats-requests")) " (" (open.len()) ")" }
        @if open.is_empty() { p.good { (words.say("today-needs-nothing")) } }
        @for request in open.iter().take(REQUESTS_MAX) { (requests::card(asked, &catalog, request, may)) }
        (more(words, open.len(), REQUESTS_MAX))
    };
    asked.page_with("chats-title", &body, &["chats.js"])
}

fn more(words: Words, all: usize, max: usize) -> Markup {
    html! { @if all > max { p.mark { (words.say_with("today-more", &[("count", &(all - max).to_string())])) } } }
}

/// What a post is of: a broadcast's title, or what the county itself says.
fn subject(catalog: &Catalog, words: Words, broadcast: &Id) -> Markup {
    html! { @match broadcast.as_str() {
        ALARM => (words.say_with("chats-ours", &[("what", "alarm")])),
        DIGEST => (words.say_with("chats-ours", &[("what", "digest")])),
        _ => span lang="zh-CN" { (title(catalog, broadcast)) },
    } }
}

fn chat_name(catalog: &Catalog, words: Words, chat: &Id) -> Markup {
    html! { @match catalog.chats.get(chat) { Some(chat) => (name(&chat.name, words.language())), None => (chat) } }
}

fn local(asked: &Asked, at: Timestamp) -> String {
    let zone = asked.site.control.board.read().catalog.county.zone;
    at.with_timezone(&zone).format("%m-%d %H:%M").to_string()
}

/// Somebody saw it in the group, or saw that it is not there; or posted by hand.
pub async fn seen(asked: Asked) -> Answered {
    settle(&asked, |name| Ask::PostSeen { name }, "chats-said-seen").await
}

pub async fn resend(asked: Asked) -> Answered {
    settle(&asked, |name| Ask::PostResend { name }, "chats-said-resend").await
}

pub async fn done(asked: Asked) -> Answered {
    settle(&asked, |name| Ask::TaskDone { name }, "chats-said-done").await
}

async fn settle(asked: &Asked, ask: fn(String) -> Ask, said: &str) -> Answered {
    let name = asked.form.one("name");
    if name.is_empty() {
        return Err(Stop::Foreign);
    }
    asked.order(ask(name.to_owned())).await?;
    asked.back("/chats", said)
}

/// Takes a notice back from groups and loudspeakers, or gives them its mended text. `withdraw` is deliberate: a tick says so.
pub async fn withdraw(asked: Asked) -> Answered {
    if asked.form.one("sure") != "yes" {
        return Err(Stop::Foreign);
    }
    take_back(&asked, |broadcast| Ask::Withdraw { broadcast }, "chats-said-withdrawn").await
}

pub async fn correct(asked: Asked) -> Answered {
    take_back(&asked, |broadcast| Ask::Correct { broadcast }, "chats-said-corrected").await
}

async fn take_back(asked: &Asked, ask: fn(Id) -> Ask, said: &str) -> Answered {
    let broadcast: Id = asked.form.one("broadcast").parse().map_err(|_| Stop::Foreign)?;
    let to = format!("/chats/posts?broadcast={broadcast}&said={}", encoded(said));
    asked.order(ask(broadcast)).await?;
    asked.redirect(&to)
}
