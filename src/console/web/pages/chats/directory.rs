//! The directory of groups, and a test message to one of them.

use maud::{Markup, html};

use super::super::super::asked::{Answered, Asked, Stop};
use super::super::super::layout::{language_name, name};
use super::super::super::machine::Tried;
use super::super::places::Places;
use super::{Catalog, Id, MAY_SETTLE, more};
use crate::catalog::{Chat, Send};

/// Groups on one page.
const CHATS_MAX: usize = 150;

pub async fn show(asked: Asked) -> Answered {
    render(&asked, None).await
}

async fn render(asked: &Asked, tried: Option<(&Chat, &Result<Tried, String>)>) -> Answered {
    let (catalog, words) = (asked.site.catalog(), asked.words);
    let places = Places::read(&asked.query);
    let rows: Vec<&Chat> = catalog.chats.values().filter(|chat| holds(&places, chat)).collect();
    let may = asked.who().may(&MAY_SETTLE);
    let body = html! {
        @if let Some((chat, tried)) = tried { (told(asked, chat, tried)) }
        form.filter method="get" action="/chats/directory" {
            label { (words.say("layout-township"))
                select name="township" {
                    option value="" { (words.say("layout-all")) }
                    @for one in catalog.townships.values() {
                        option value=(one.id) selected[places.township.as_ref() == Some(&one.id)] { (name(&one.name, words.language())) }
                    }
                }
            }
            label { (words.say("chats-name")) input name="village" value=(places.village) maxlength="64"; }
            button.main { (words.say("layout-show")) }
        }
        form method="post" action="/chats/test" {
            (asked.token())
            table.cards {
                thead { tr {
                    th scope="col" { (words.say("chats-group")) }
                    th scope="col" { (words.say("layout-township")) }
                    th scope="col" { (words.say("layout-language")) }
                    th scope="col" { (words.say("chats-send")) }
                    th scope="col" { (words.say("chats-channel")) }
                    @if may { th scope="col" { (words.say("chats-test")) } }
                } }
                tbody { @for chat in rows.iter().take(CHATS_MAX) { (row(asked, &catalog, chat, may)) } }
            }
        }
        (more(words, rows.len(), CHATS_MAX))
        @if catalog.chats.is_empty() { p { (words.say("chats-none")) } }
    };
    asked.page("chats-directory", &body)
}

fn holds(places: &Places, chat: &Chat) -> bool {
    let typed = places.village.to_lowercase();
    let is_named =
        chat.id.as_str().contains(&typed) || chat.name.values().any(|name| name.to_lowercase().contains(&typed));
    is_named && places.township.as_ref().is_none_or(|township| chat.township.as_ref() == Some(township))
}

fn row(asked: &Asked, catalog: &Catalog, chat: &Chat, may: bool) -> Markup {
    let words = asked.words;
    let language = words.language();
    let township = chat.township.as_ref().and_then(|id| catalog.townships.get(id));
    let station = chat.station.as_ref().and_then(|id| catalog.stations.get(id));
    let part = |part: &Send| match part {
        Send::Text => "text",
        Send::Voice => "voice",
        Send::Card => "card",
    };
    html! { tr {
        td { (name(&chat.name, language)) " " small { code { (chat.id) } }
            " " a href={ "/chats/posts?chat=" (chat.id) } { (words.say("chats-posts")) } }
        td { @if let Some(township) = township { (name(&township.name, language)) } @else { (words.say("chats-whole-county")) }
            @if let Some(station) = station { " " (name(&station.name, language)) } }
        td { @for tag in &chat.languages { (language_name(words, tag.as_str())) " " } }
        td { @for one in &chat.send { (words.say_with("chats-part", &[("part", part(one))])) " " } }
        td { code { (chat.channel) } }
        @if may { td { button name="chat" value=(chat.id) { (words.say("chats-test")) } } }
    } }
}

/// What the service answered.
fn told(asked: &Asked, chat: &Chat, tried: &Result<Tried, String>) -> Markup {
    let words = asked.words;
    let (word, detail) = match tried {
        Ok(tried) => (tried.word.replace(' ', "-"), &tried.detail),
        Err(why) => ("not-sent".to_owned(), why),
    };
    let is_good = tried.as_ref().is_ok_and(Tried::is_good);
    html! {
        div.said.bad[!is_good] role=(if is_good { "status" } else { "alert" }) {
            p { (name(&chat.name, words.language())) " " (words.say_with("chats-tried", &[("how", &word)])) }
            p lang="en" { small { (detail) } }
        }
    }
}

/// Sends a test at once, past the outbox.
pub async fn test(asked: Asked) -> Answered {
    let id: Id = asked.form.one("chat").parse().map_err(|_| Stop::Foreign)?;
    let Some(chat) = asked.site.catalog().chats.get(&id).cloned() else {
        return Err(Stop::Refused(format!("there is no chat `{id}` in config/chats.toml")));
    };
    let (site, now, of_test) = (asked.site.clone(), asked.now, chat.clone());
    let tried =
        tokio::task::spawn_blocking(move || site.machine.try_chat(&of_test, now)).await.map_err(|_| Stop::Late)?;
    let how = tried.as_ref().map_or("not sent", |tried| tried.word);
    asked.audit("test chat", &serde_json::json!({ "chat": id, "answer": how })).await?;
    render(&asked, Some((&chat, &tried))).await
}
