//! The people: who may do what, how they come in. For engineers.

use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html};

use super::super::asked::{Answered, Asked, Stop};
use super::super::setup;
use super::super::words::Words;
use super::login::NAME_CHARS_MAX;
use crate::base::Tag;
use crate::lang::language::{LANGUAGES, SOURCE};
use crate::ledger::{PeopleFault, Person, Role};

pub async fn show(asked: Asked) -> Answered {
    render(&asked, None, None).await
}

async fn render(asked: &Asked, fault: Option<&str>, given: Option<(&str, &str)>) -> Answered {
    let words = asked.words;
    let ledger = asked.site.ledger();
    let people = ledger.people().await?;
    let logins: BTreeMap<String, bool> = ledger.logins().await?.into_iter().collect();
    let here = ledger.people_logged_in(asked.now).await?;
    let body = html! {
        @if let Some(fault) = fault { p.said.bad role="alert" { (fault) } }
        @if let Some((person, link)) = given {
            section.said role="status" {
                p { (words.say("people-link")) " " strong { (person) } }
                p { input.wide readonly aria-label=(words.say("people-link")) value=(link); }
            }
        }
        @for person in people.iter().filter(|person| person.retired.is_none()) {
            (one(asked, person, logins.get(&person.name).copied(), here.contains(&person.name)))
        }
        section.card {
            h2 { (words.say("people-add")) }
            form method="post" action="/people/add" {
                (asked.token())
                label { (words.say("login-name")) input name="name" required maxlength=(NAME_CHARS_MAX) autocomplete="off"; }
                (choices(words, None))
                button.main { (words.say("people-add")) }
            }
        }
        @let retired: Vec<&str> = people.iter().filter(|person| person.retired.is_some()).map(|person| person.name.as_str()).collect();
        @if !retired.is_empty() { p { small { (words.say("people-retired")) " " (retired.join(" · ")) } } }
    };
    asked.page("people-title", &body)
}

fn one(asked: &Asked, person: &Person, login: Option<bool>, is_here: bool) -> Markup {
    let words = asked.words;
    let button = |action: &str, word: &str, class: &str| {
        html! { form method="post" action={ "/people/" (action) } {
            (asked.token())
            input type="hidden" name="name" value=(person.name);
            button class=(class) { (words.say(word)) }
        } }
    };
    let state = match login {
        None => "none",
        Some(false) => "password",
        Some(true) => "code",
    };
    html! {
        section.card {
            h2 { (person.name) }
            p { (roles(words, person)) " · " (words.say_with("people-login", &[("state", state)]))
                @if is_here { " · " (words.say("people-here")) } }
            details {
                summary { (words.say("people-change")) }
                form method="post" action="/people/change" {
                    (asked.token())
                    input type="hidden" name="name" value=(person.name);
                    (choices(words, Some(person)))
                    button { (words.say("people-save")) }
                }
                div.row {
                    (button("link", "people-give-link", ""))
                    @if is_here { (button("log-out", "people-log-out", "")) }
                    @if login == Some(true) { (button("forget-code", "people-forget-code", "stop")) }
                    (button("retire", "people-retire", "stop"))
                }
            }
        }
    }
}

/// Roles and languages as tick boxes.
fn choices(words: Words, person: Option<&Person>) -> Markup {
    html! {
        fieldset {
            legend { (words.say("people-roles")) }
            @for role in Role::ALL {
                label.tick { input type="checkbox" name="role" value=(role) checked[person.is_some_and(|person| person.roles.contains(&role))];
                    " " (role_word(words, role)) }
            }
        }
        fieldset {
            legend { (words.say("people-languages")) }
            @for language in LANGUAGES.iter().filter(|language| **language != *SOURCE) {
                label.tick { input type="checkbox" name="language" value=(language.tag)
                    checked[person.is_some_and(|person| person.languages.iter().any(|tag| tag.as_str() == language.tag))];
                    " " (words.say_with("people-language", &[("tag", language.tag)])) }
            }
        }
    }
}

fn role_word(words: Words, role: Role) -> String {
    words.say_with("people-role", &[("role", &role.to_string())])
}

/// A person's roles in words, with the languages of a translator.
pub fn roles(words: Words, person: &Person) -> String {
    let of = |role: &Role| {
        let word = role_word(words, *role);
        if *role != Role::Translator || person.languages.is_empty() {
            return word;
        }
        let languages = person.languages.iter().map(|tag| words.say_with("people-language", &[("tag", tag.as_str())]));
        format!("{word} ({})", languages.collect::<Vec<_>>().join(" "))
    };
    person.roles.iter().map(of).collect::<Vec<_>>().join(" · ")
}

fn chosen(asked: &Asked) -> Result<(BTreeSet<Role>, BTreeSet<Tag>), Stop> {
    let roles = asked.form.all("role").map(|role| role.parse().map_err(|_| Stop::Foreign)).collect::<Result<_, _>>()?;
    let languages = asked.form.all("language").map(|tag| tag.parse().map_err(|_| Stop::Foreign));
    Ok((roles, languages.collect::<Result<_, _>>()?))
}

/// A change of people that is refused is told; a fault of the ledger is one.
async fn told(asked: &Asked, fault: PeopleFault) -> Answered {
    let why = match fault {
        PeopleFault::NameTaken(_) | PeopleFault::AccountTaken(_) => "taken",
        PeopleFault::Unknown(_) => "unknown",
        PeopleFault::Ledger(fault) => return Err(fault.into()),
    };
    render(asked, Some(&asked.words.say_with("people-fault", &[("why", why)])), None).await
}

pub async fn add(asked: Asked) -> Answered {
    let name = asked.form.one("name").trim().to_owned();
    let (roles, languages) = chosen(&asked)?;
    let told_why = |why: &str| asked.words.say_with("people-fault", &[("why", why)]);
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX || name.chars().any(char::is_control) {
        return render(&asked, Some(&told_why("name")), None).await;
    }
    if roles.is_empty() {
        return render(&asked, Some(&told_why("no-role")), None).await;
    }
    let by = asked.who().name();
    if let Err(why) = asked.site.ledger().add_person(&name, None, &roles, by, asked.now).await {
        return told(&asked, why).await;
    }
    if !languages.is_empty()
        && let Err(why) = asked.site.ledger().change_person(&name, (&roles, &languages), by, asked.now).await
    {
        return told(&asked, why).await;
    }
    give_link(&asked, &name).await
}

pub async fn change(asked: Asked) -> Answered {
    let (roles, languages) = chosen(&asked)?;
    let (name, who) = (asked.form.one("name"), asked.who());
    let why = match (roles.is_empty(), name == who.name() && !roles.contains(&Role::Engineer)) {
        (true, _) => Some("no-role"),
        // Nobody shuts the door behind themselves.
        (_, true) => Some("self"),
        _ => None,
    };
    if let Some(why) = why {
        return render(&asked, Some(&asked.words.say_with("people-fault", &[("why", why)])), None).await;
    }
    match asked.site.ledger().change_person(name, (&roles, &languages), who.name(), asked.now).await {
        Ok(()) => asked.back("/people", "people-said-changed"),
        Err(why) => told(&asked, why).await,
    }
}

pub async fn link(asked: Asked) -> Answered {
    give_link(&asked, asked.form.one("name")).await
}

/// Shows a one-time link, once.
async fn give_link(asked: &Asked, name: &str) -> Answered {
    let when = (asked.now, asked.now + setup::VALID_FOR);
    match setup::make(asked.site.ledger(), Some(name), asked.who().name(), when).await {
        Ok(path) => {
            let link = format!("{}{path}", asked.site.options.url.as_deref().unwrap_or(&asked.here));
            render(asked, None, Some((name, &link))).await
        }
        Err(why) => told(asked, why).await,
    }
}

pub async fn forget_code(asked: Asked) -> Answered {
    match asked.site.ledger().forget_code(asked.form.one("name"), asked.who().name(), asked.now).await {
        Ok(()) => asked.back("/people", "people-said-code"),
        Err(why) => told(&asked, why).await,
    }
}

pub async fn log_out(asked: Asked) -> Answered {
    asked.site.ledger().end_sessions(asked.form.one("name"), None, asked.who().name(), asked.now).await?;
    asked.back("/people", "people-said-out")
}

pub async fn retire(asked: Asked) -> Answered {
    if asked.form.one("name") == asked.who().name() {
        return render(&asked, Some(&asked.words.say_with("people-fault", &[("why", "self")])), None).await;
    }
    match asked.site.ledger().retire_person(asked.form.one("name"), asked.who().name(), asked.now).await {
        Ok(()) => asked.back("/people", "people-said-retired"),
        Err(why) => told(&asked, why).await,
    }
}
