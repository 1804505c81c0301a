//! One's own account: password, code generator, where one is logged in.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use maud::{Markup, html};

use super::super::access::code::Generator;
use super::super::access::password;
use super::super::asked::{Answered, Asked, Stop};
use super::login::knows_password;
use super::{new_password, weakness};
use crate::base::{Digest, Timestamp};
use crate::card;
use crate::ledger::SessionRow;

/// Whoever began to set up a generator ends within this.
const PENDING_FOR: TimeDelta = TimeDelta::minutes(15);
/// People who set one up at the same time.
const PENDING_MAX: usize = 64;

/// Generators that were shown and gave no code yet, by session.
#[derive(Default)]
pub struct Pending(BTreeMap<Digest, (Generator, Timestamp)>);

impl Pending {
    /// The generator this session was shown, or a fresh one.
    fn of(&mut self, session: Digest, now: Timestamp) -> Generator {
        self.0.retain(|_, (_, at)| now - *at < PENDING_FOR);
        if self.0.len() >= PENDING_MAX && !self.0.contains_key(&session) {
            self.0.pop_first();
        }
        self.0.entry(session).or_insert_with(|| (Generator::random(), now)).0.clone()
    }

    fn take(&mut self, session: Digest) {
        self.0.remove(&session);
    }
}

pub async fn show(asked: Asked) -> Answered {
    render(&asked, None).await
}

async fn render(asked: &Asked, fault: Option<&str>) -> Answered {
    let (words, who) = (asked.words, asked.who());
    let has_code = asked.site.ledger().login(who.name()).await?.is_some_and(|login| login.code_secret.is_some());
    let sessions = asked.site.ledger().sessions_of(who.name(), asked.now).await?;
    let body = html! {
        @if let Some(fault) = fault { p.said.bad role="alert" { (fault) } }
        p { (who.name()) " · " (super::people::roles(words, &who.person)) }
        section.card {
            h2 { (words.say("account-code")) }
            @if has_code && who.row.with_code { p.good { (words.say("account-code-on")) } }
            @else if has_code { p { (words.say("account-code-log-in")) } }
            @else { (enrol(asked)) }
        }
        section.card {
            h2 { (words.say("account-password")) }
            form method="post" action="/account/password" {
                (asked.token())
                (old_password(asked))
                (new_password(words))
                button { (words.say("account-change")) }
            }
        }
        section.card {
            h2 { (words.say("account-sessions")) }
            (session_table(asked, &sessions))
        }
    };
    asked.page("account-title", &body)
}

fn old_password(asked: &Asked) -> Markup {
    html! { label { (asked.words.say("account-old-password"))
    input type="password" name="old" required maxlength=(password::CHARS_MAX) autocomplete="current-password"; } }
}

/// The QR code of a fresh generator, and the field for its first code.
fn enrol(asked: &Asked) -> Markup {
    let (words, who) = (asked.words, asked.who());
    let generator = asked.site.pending().of(who.row.token, asked.now);
    let county = asked.site.control.board.read().catalog.county.id.to_string();
    let code = card::code::squares(&generator.link(&county, who.name()));
    html! {
        p { (words.say("account-code-why")) }
        p { (words.say("account-code-how")) }
        @if let Ok((side, path)) = code {
            svg.code viewBox=(format!("0 0 {side} {side}")) role="img" aria-label=(words.say("account-code-picture")) {
                path d=(path) {}
            }
        }
        p { code lang="en" { (generator.secret()) } }
        form method="post" action="/account/code" {
            (asked.token())
            (old_password(asked))
            label { (words.say("account-code-first"))
                input name="code" required inputmode="numeric" maxlength="8" autocomplete="one-time-code"; }
            button.main { (words.say("account-code-set")) }
        }
    }
}

fn session_table(asked: &Asked, sessions: &[SessionRow]) -> Markup {
    let words = asked.words;
    let zone = asked.site.control.board.read().catalog.county.zone;
    let shown = |at: Timestamp| at.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string();
    html! {
        table { @for one in sessions {
            tr {
                td { (words.say_with("account-session", &[("since", &shown(one.begun)), ("seen", &shown(one.seen))])) br; small lang="en" { (one.address) " " (one.browser) } }
                td {
                    @if one.token == asked.who().row.token { (words.say("account-this-session")) } @else {
                        form method="post" action="/account/sessions" {
                            (asked.token())
                            input type="hidden" name="session" value=(one.token);
                            button { (words.say("account-end")) }
                        }
                    }
                }
            }
        } }
        @if sessions.len() > 1 {
            form method="post" action="/account/sessions" {
                (asked.token())
                input type="hidden" name="session" value="all";
                button.stop { (words.say("account-end-all")) }
            }
        }
    }
}

pub async fn password(asked: Asked) -> Answered {
    let told_why = |why: &str| asked.words.say_with("login-password-fault", &[("why", why)]);
    if let Some(why) = weakness(asked.form.one("password"), asked.form.one("again"), asked.who().name()) {
        return render(&asked, Some(&told_why(why))).await;
    }
    if !knows_password(&asked, asked.form.one("old")).await? {
        return render(&asked, Some(&told_why("old"))).await;
    }
    let typed = asked.form.one("password").to_owned();
    let kept = tokio::task::spawn_blocking(move || password::hash(&typed)).await.map_err(|_| Stop::Late)?;
    let who = asked.who();
    asked.site.ledger().change_password(who.name(), &kept, who.row.token, asked.now).await?;
    asked.back("/account", "account-said-password")
}

/// The generator gave its first code.
pub async fn code(asked: Asked) -> Answered {
    let who = asked.who();
    let has_code = asked.site.ledger().login(who.name()).await?.is_some_and(|login| login.code_secret.is_some());
    if has_code {
        // Whoever found a screen unlocked does not put their own telephone in the place of the person's.
        return Err(Stop::NotYours);
    }
    if !knows_password(&asked, asked.form.one("old")).await? {
        let told = asked.words.say_with("login-password-fault", &[("why", "old")]);
        return render(&asked, Some(&told)).await;
    }
    let generator = asked.site.pending().of(who.row.token, asked.now);
    let Some(step) = generator.step_of(asked.form.one("code"), asked.now, 0) else {
        let told = asked.words.say("account-code-wrong");
        return render(&asked, Some(&told)).await;
    };
    asked.site.ledger().set_code(who.name(), (&generator.secret(), step), who.row.token, asked.now).await?;
    asked.site.pending().take(who.row.token);
    asked.back("/account", "account-said-code")
}

pub async fn end_session(asked: Asked) -> Answered {
    let who = asked.who();
    let ledger = asked.site.ledger();
    match asked.form.one("session") {
        "all" => {
            for one in ledger.sessions_of(who.name(), asked.now).await? {
                if one.token != who.row.token {
                    ledger.end_sessions(who.name(), Some(one.token), who.name(), asked.now).await?;
                }
            }
        }
        one => {
            let token = one.parse::<Digest>().map_err(|_| Stop::NotFound)?;
            ledger.end_sessions(who.name(), Some(token), who.name(), asked.now).await?;
        }
    }
    asked.back("/account", "account-said-ended")
}
