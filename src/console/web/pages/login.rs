//! Coming in: with name, password and code, or with a one-time link; and leaving.

use axum::http::header;
use axum::response::Response;
use maud::{Markup, html};

use super::super::access::code::Generator;
use super::super::access::password;
use super::super::access::session::{self, Token};
use super::super::asked::{Answered, Asked, Stop};
use super::super::guard;
use super::{new_password, weakness};
use crate::ledger::{LinkFault, Login, PeopleFault};

/// A name of a person, as long as one may be.
pub const NAME_CHARS_MAX: usize = 80;

/// How a try to come in went.
enum Try {
    In {
        with_code: bool,
    },
    /// Name, password or code: nobody is told which.
    Wrong,
    /// So many seconds.
    Wait(u64),
    Busy,
}

pub async fn show(asked: Asked) -> Answered {
    if asked.session.is_some() {
        return asked.redirect("/");
    }
    form(&asked, None)
}

fn form(asked: &Asked, fault: Option<&str>) -> Answered {
    let words = asked.words;
    let to = if asked.form.has("to") { asked.form.one("to") } else { asked.query.one("to") };
    let body = html! {
        @if let Some(fault) = fault { p.said.bad role="alert" { (fault) } }
        form.card method="post" action="/login" {
            input type="hidden" name="to" value=(to);
            label { (words.say("login-name"))
                input name="name" required maxlength=(NAME_CHARS_MAX) autocomplete="username" value=(asked.form.one("name")); }
            label { (words.say("login-password"))
                input type="password" name="password" required maxlength=(password::CHARS_MAX) autocomplete="current-password"; }
            label { (words.say("login-code"))
                input name="code" inputmode="numeric" maxlength="8" autocomplete="one-time-code"; }
            button.main { (words.say("login-enter")) }
        }
        p { small { (words.say("login-forgotten")) } }
    };
    asked.page("login-title", &body)
}

pub async fn enter(asked: Asked) -> Answered {
    let name = asked.form.one("name").trim().to_owned();
    let words = asked.words;
    let why =
        |what: &str, minutes: u64| words.say_with("login-fault", &[("why", what), ("minutes", &minutes.to_string())]);
    match attempt(&asked, &name, asked.form.one("password"), asked.form.one("code")).await? {
        Try::In { with_code } => {
            let mut response = asked.redirect(ours(asked.form.one("to")))?;
            begin(&asked, &name, with_code, &mut response).await?;
            Ok(response)
        }
        Try::Wrong => form(&asked, Some(&why("wrong", 0))),
        Try::Wait(seconds) => form(&asked, Some(&why("wait", seconds.div_ceil(60)))),
        Try::Busy => form(&asked, Some(&why("busy", 0))),
    }
}

/// One try, counted for the name and for where it comes from.
async fn attempt(asked: &Asked, name: &str, password: &str, code: &str) -> Result<Try, Stop> {
    let (site, monotonic) = (&asked.site, asked.site.clock().monotonic());
    let waits = [site.of_names().wait(name, monotonic), site.of_addresses().wait(&asked.address, monotonic)];
    if let Some(wait) = waits.into_iter().flatten().max() {
        return Ok(Try::Wait(wait.as_secs().max(1)));
    }
    // Counted before it is looked at: a hundred tries at once are a hundred tries.
    let begins = [site.of_names().wrong(name, monotonic), site.of_addresses().wrong(&asked.address, monotonic)];
    let login = site.ledger().login(name).await?;
    let Ok(place) = site.hashing.acquire().await else { return Ok(Try::Busy) };
    let (typed, kept) = (password.to_owned(), login.as_ref().map(|login| login.password.clone()));
    let fits = tokio::task::spawn_blocking(move || password::fits(&typed, kept.as_deref())).await.unwrap_or(false);
    drop(place);
    let with_code = match login.filter(|_| fits) {
        Some(login) => code_fits(asked, &login, code).await?,
        None => None,
    };
    match with_code {
        Some(with_code) => {
            site.of_names().right(name);
            site.of_addresses().right(&asked.address);
            Ok(Try::In { with_code })
        }
        None => {
            if begins.contains(&true) {
                let told: String = name.chars().take(NAME_CHARS_MAX).collect();
                tracing::warn!(name = ?told, address = asked.address, "wrong tries to log in; further ones wait");
            }
            Ok(Try::Wrong)
        }
    }
}

/// Whether the code is right, where one is needed: some, and true where one was given; none where it is wrong.
async fn code_fits(asked: &Asked, login: &Login, code: &str) -> Result<Option<bool>, Stop> {
    let Some(secret) = &login.code_secret else { return Ok(Some(false)) };
    let step = Generator::read(secret).and_then(|generator| generator.step_of(code, asked.now, login.code_step));
    let Some(step) = step else { return Ok(None) };
    let taken = asked.site.ledger().take_code(&login.person, step).await?;
    Ok(taken.then_some(true))
}

async fn begin(asked: &Asked, name: &str, with_code: bool, response: &mut Response) -> Result<(), Stop> {
    let token = Token::random();
    let row = session::begin(&token, name, with_code, (&asked.address, &asked.browser), asked.now);
    asked.site.ledger().begin_session(&row).await?;
    tracing::info!(name, "logged in to the console");
    response.headers_mut().append(header::SET_COOKIE, guard::set_session(&asked.site, Some(&token)));
    Ok(())
}

/// An address of ours to go on to; the first page where it is somebody else's.
fn ours(to: &str) -> &str {
    let is_ours =
        to.starts_with('/') && !to.starts_with("//") && to.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if is_ours { to } else { "/" }
}

pub async fn leave(asked: Asked) -> Answered {
    let who = asked.who();
    asked.site.ledger().end_sessions(who.name(), Some(who.row.token), who.name(), asked.now).await?;
    let mut response = asked.redirect("/login")?;
    response.headers_mut().append(header::SET_COOKIE, guard::set_session(&asked.site, None));
    Ok(response)
}

/// What a one-time link leads to.
pub async fn link(asked: Asked) -> Answered {
    match Token::read(asked.param("token")) {
        Some(token) => link_form(&asked, &token, None).await,
        None => spent(&asked),
    }
}

async fn link_form(asked: &Asked, token: &Token, fault: Option<&str>) -> Answered {
    let words = asked.words;
    let Some(link) = asked.site.ledger().link(token.digest(), asked.now).await? else { return spent(asked) };
    let body = html! {
        @if let Some(fault) = fault { p.said.bad role="alert" { (fault) } }
        @if link.person.is_none() { p { (words.say("login-first")) } }
        form.card method="post" action={ "/link/" (token.secret()) } {
            @match &link.person {
                Some(person) => {
                    label { (words.say("login-name")) input name="name" value=(person) readonly autocomplete="username"; }
                }
                None => {
                    label { (words.say("login-name"))
                        input name="name" required maxlength=(NAME_CHARS_MAX) autocomplete="username" value=(asked.form.one("name")); }
                }
            }
            (new_password(words))
            button.main { (words.say("login-set")) }
        }
        @if link.person.is_none() { (secure(asked)) }
    };
    asked.page("login-link-title", &body)
}

/// How to reach the console from other machines, which takes TLS.
fn secure(asked: &Asked) -> Markup {
    html! { @if !asked.site.options.secure {
        p { small { (asked.words.say("login-secure")) } }
        p { code lang="en" { "cunxiang tls init" } }
    } }
}

fn spent(asked: &Asked) -> Answered {
    asked.page("login-link-title", &html! { p.said.bad role="alert" { (asked.words.say("login-spent")) } })
}

/// A link is used, and whoever used it is in.
pub async fn use_link(asked: Asked) -> Answered {
    let Some(token) = Token::read(asked.param("token")) else { return spent(&asked) };
    let words = asked.words;
    let Some(found) = asked.site.ledger().link(token.digest(), asked.now).await? else { return spent(&asked) };
    let name = found.person.unwrap_or_else(|| asked.form.one("name").trim().to_owned());
    let told_why = |why: &str| words.say_with("login-password-fault", &[("why", why)]);
    let is_name = !name.is_empty() && name.chars().count() <= NAME_CHARS_MAX && !name.chars().any(char::is_control);
    let weak =
        if is_name { weakness(asked.form.one("password"), asked.form.one("again"), &name) } else { Some("name") };
    if let Some(why) = weak {
        return link_form(&asked, &token, Some(&told_why(why))).await;
    }
    let typed = asked.form.one("password").to_owned();
    let place = asked.site.hashing.acquire().await;
    let kept = tokio::task::spawn_blocking(move || password::hash(&typed)).await.map_err(|_| Stop::Late)?;
    drop(place);
    match asked.site.ledger().use_link(token.digest(), &name, &kept, asked.now).await {
        Ok(person) => {
            asked.site.of_names().right(&person);
            let has_code = asked.site.ledger().login(&person).await?.is_some_and(|login| login.code_secret.is_some());
            // A link proves no telephone: with a code generator, the person logs in with it.
            let mut response = asked.redirect(if has_code { "/login" } else { "/" })?;
            if !has_code {
                begin(&asked, &person, false, &mut response).await?;
            }
            Ok(response)
        }
        Err(LinkFault::Spent) => spent(&asked),
        Err(LinkFault::People(PeopleFault::Ledger(fault)) | LinkFault::Ledger(fault)) => Err(fault.into()),
        Err(LinkFault::People(_)) => link_form(&asked, &token, Some(&told_why("taken"))).await,
    }
}

/// Whether the person who sits there knows their password, for what takes more than a session.
pub async fn knows_password(asked: &Asked, typed: &str) -> Result<bool, Stop> {
    let name = asked.who().name().to_owned();
    let monotonic = asked.site.clock().monotonic();
    if asked.site.of_names().wait(&name, monotonic).is_some() {
        return Ok(false);
    }
    asked.site.of_names().wrong(&name, monotonic);
    let kept = asked.site.ledger().login(&name).await?.map(|login| login.password);
    let place = asked.site.hashing.acquire().await;
    let typed = typed.to_owned();
    let fits = tokio::task::spawn_blocking(move || password::fits(&typed, kept.as_deref())).await.unwrap_or(false);
    drop(place);
    if fits {
        asked.site.of_names().right(&name);
    }
    Ok(fits)
}

#[cfg(test)]
mod tests {
    use super::ours;

    #[test]
    fn nobody_is_sent_elsewhere() {
        for (to, expected) in [
            ("/people?x=1", "/people?x=1"),
            ("", "/"),
            ("//evil.example", "/"),
            ("/\\evil.example", "/"),
            ("https://evil.example", "/"),
            ("/a\r\nset-cookie: b", "/"),
        ] {
            assert_eq!(ours(to), expected, "{to:?}");
        }
    }
}
