//! Groups that ask for notices: taken into the directory, or refused.

use maud::{Markup, html};

use super::super::super::asked::{Answered, Asked, Stop};
use super::super::super::layout::{language_name, name};
use super::{Ask, Catalog, Id, local, render};
use crate::base::Tag;
use crate::county::directory::{self, DirectoryFault, Entry, one_line};
use crate::lang::language::LANGUAGES;
use crate::ledger::ChatRequest;

/// What a group may get, as the directory has it.
const PARTS: [&str; 3] = ["text", "voice", "card"];
/// Letters of a group's name.
const NAME_CHARS_MAX: usize = 60;

pub fn card(asked: &Asked, catalog: &Catalog, request: &ChatRequest, may: bool) -> Markup {
    let words = asked.words;
    // What the group's people speak goes before Chinese.
    let languages: Vec<&str> = LANGUAGES[1..].iter().chain(&LANGUAGES[..1]).map(|language| language.tag).collect();
    html! {
        section.card {
            h3 { span lang="zh-CN" { (one_line(&request.title)) } }
            p { small { (request.channel) " · " (local(asked, request.asked_at)) " · " span lang="zh-CN" { (one_line(&request.asked_by)) } } }
            @if may {
                details {
                    summary { (words.say("chats-accept")) }
                    form method="post" action="/chats/accept" {
                        (asked.token())
                        input type="hidden" name="request" value=(request.number);
                        label { (words.say("chats-id"))
                            input name="id" required maxlength="64" pattern="[a-z0-9][a-z0-9\\-]*" autocomplete="off" lang="en"; }
                        label { (words.say("chats-name"))
                            input name="name" lang="zh-CN" maxlength=(NAME_CHARS_MAX) value=(one_line(&request.title)); }
                        label { (words.say("layout-township"))
                            select name="township" {
                                option value="" { (words.say("chats-whole-county")) }
                                @for one in catalog.townships.values() { option value=(one.id) { (name(&one.name, words.language())) } }
                            }
                        }
                        label { (words.say("chats-village")) input name="station" maxlength="64" autocomplete="off" lang="en"; }
                        fieldset {
                            legend { (words.say("layout-language")) }
                            @for tag in &languages {
                                label.tick { input type="checkbox" name="language" value=(tag); " " (language_name(words, tag)) }
                            }
                        }
                        fieldset {
                            legend { (words.say("chats-send")) }
                            @for part in PARTS {
                                label.tick { input type="checkbox" name="send" value=(part) checked[part != "card"]; " "
                                    (words.say_with("chats-part", &[("part", part)])) }
                            }
                        }
                        button.main { (words.say("chats-accept")) }
                    }
                }
                form method="post" action="/chats/refuse" {
                    (asked.token())
                    input type="hidden" name="request" value=(request.number);
                    button.stop { (words.say("chats-refuse")) }
                }
            }
        }
    }
}

/// The file first: what the ledger calls accepted is in the directory.
pub async fn accept(asked: Asked) -> Answered {
    let number: u64 = asked.form.one("request").parse().map_err(|_| Stop::Foreign)?;
    let requests = asked.site.ledger().chat_requests(false).await?;
    let Some(request) = requests.into_iter().find(|request| request.number == number) else {
        return Err(Stop::Refused(format!("there is no open request {number}")));
    };
    let optional = |field: &str| match asked.form.one(field).trim() {
        "" => Ok(None),
        typed => typed.parse::<Id>().map(Some),
    };
    let read = || -> Result<Entry, String> {
        let told = |bad: crate::base::id::BadId| bad.to_string();
        let station = optional("station").map_err(told)?;
        let languages = asked.form.all("language").map(|tag| tag.parse::<Tag>().map_err(|bad| bad.to_string()));
        Ok(Entry {
            id: asked.form.one("id").trim().parse().map_err(told)?,
            name: Some(one_line(asked.form.one("name")).trim().chars().take(NAME_CHARS_MAX).collect::<String>())
                .filter(|name| !name.is_empty()),
            township: if station.is_some() { None } else { optional("township").map_err(told)? },
            station,
            languages: languages.collect::<Result<_, _>>()?,
            send: asked.form.all("send").filter(|part| PARTS.contains(part)).map(str::to_owned).collect(),
        })
    };
    let entry = match read() {
        Ok(entry) => entry,
        Err(why) => return render(&asked, Some(&why)).await,
    };
    let (home, id) = (asked.site.home.clone(), entry.id.clone());
    let taken = tokio::task::spawn_blocking(move || directory::take_in(&home, &entry, &request));
    match taken.await.map_err(|_| Stop::Late)? {
        Ok(()) => {}
        Err(DirectoryFault::Faults(problems)) => {
            let told = problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
            return render(&asked, Some(&told)).await;
        }
        Err(fault) => return render(&asked, Some(&fault.to_string())).await,
    }
    asked.order(Ask::SettleChat { request: number, chat: Some(id) }).await?;
    asked.back("/chats", "chats-said-accepted")
}

pub async fn refuse(asked: Asked) -> Answered {
    let request: u64 = asked.form.one("request").parse().map_err(|_| Stop::Foreign)?;
    asked.order(Ask::SettleChat { request, chat: None }).await?;
    asked.back("/chats", "chats-said-refused")
}
