//! One emergency or drill: what it is, and what may be done with it: confirmed, signed, ended, corrected.

use maud::{Markup, html};
use serde_json::json;

use super::super::super::alerts::{self, Alert};
use super::super::super::asked::{Answered, Asked, Stop};
use super::super::super::assets;
use super::super::super::layout::name;
use super::super::super::words::Words;
use super::{preview, slow_button};
use crate::catalog::Catalog;
use crate::console::control::{Answer, Ask, ToSign};
use crate::ledger::Role;
use crate::rundown::seal::Signature;
use crate::rundown::{Class, Order, OrderState};

pub async fn show(asked: Asked) -> Answered {
    let (words, catalog) = (asked.words, asked.site.catalog());
    let (order, alert) = found(&asked, &catalog).await?;
    let on = alerts::now(&asked.site).await?.into_iter().find(|one| one.order == alert.order);
    let reached = alerts::reached(&asked.site, on.as_slice()).await?;
    let zone = catalog.county.zone;
    let shown = |at: crate::base::Timestamp| at.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string();
    let body = html! {
        @match &on {
            Some(alert) => {
                section id="alerts" data-order=(alert.order) data-state=(alert.state_word()) {
                    (alert.show(&reached, &asked.site.village(), zone, words))
                }
            }
            None => p { (alerts::mark(alert.class, alert.level, words)) " " strong lang="zh-CN" { (alert.title) } " · " (words.say("emergency-ended")) }
        }
        p { (words.say_with("emergency-filed", &[("at", &shown(order.filed_at))])) " " strong { (order.filed_by) }
            @if let Some(by) = &order.confirmed_by { " · " (words.say("emergency-confirmed")) " " strong { (by) } } }
        (where_it_is(&alert, &catalog, words))
        @if on.is_some() { (to_do(&asked, &order, &alert).await?) }
        @if let Some(broadcast) = catalog.broadcasts.get(&alert.broadcast) { (preview(&catalog, broadcast, words)) }
        p { a href="/emergency" { (words.say("emergency-back")) } }
    };
    asked.page_with("emergency-order", &body, &["hold.js", "sign.js", "live.js"])
}

/// The order that the address names, if it is an emergency's or a drill's.
async fn found(asked: &Asked, catalog: &Catalog) -> Result<(Order, Alert), Stop> {
    let id: u64 = asked.param("order").parse().map_err(|_| Stop::NotFound)?;
    let order = asked.site.ledger().order(id).await?.ok_or(Stop::NotFound)?;
    let alert = Alert::of(&order, catalog).filter(|alert| alert.class != Class::Daily).ok_or(Stop::NotFound)?;
    Ok((order, alert))
}

/// Its stations, counted by township.
fn where_it_is(alert: &Alert, catalog: &Catalog, words: Words) -> Markup {
    let at = |township| {
        let of = |id| catalog.stations.get(id).is_some_and(|station| station.township == township);
        alert.stations.iter().filter(|id| of(*id)).count()
    };
    html! {
        p { (words.say("emergency-where")) ": "
            @for township in catalog.townships.values() {
                @let count = at(township.id.clone());
                @if count > 0 { span.one { (name(&township.name, words.language())) " " (count) } }
            }
        }
    }
}

/// What whoever looks may do with one that is on.
async fn to_do(asked: &Asked, order: &Order, alert: &Alert) -> Result<Markup, Stop> {
    let (words, who) = (asked.words, asked.who());
    let waits = order.state == OrderState::Filed;
    let may_confirm = waits && who.may(&[Role::Approver]);
    let departed = waits && asked.site.control.departs(&order.kind).is_some();
    let signs = may_confirm
        && !departed
        && order.signed.as_ref().is_some_and(|signed| !signed.people.iter().any(|person| person == who.name()));
    // Of an order that is to be signed this confirms nothing.
    let handed = match signs {
        false => None,
        true => match asked.order(Ask::Confirm { order: order.id, look: false }).await {
            Ok(Answer::Sign(to_sign)) => Some(Ok(to_sign)),
            Ok(_) => None,
            Err(Stop::Refused(why)) => Some(Err(why)),
            Err(stop) => return Err(stop),
        },
    };
    let form = |action: &str, fields: Markup| {
        html! { form.card method="post" action=(format!("/emergency/{}/{action}", order.id)) { (asked.token()) (fields) } }
    };
    Ok(html! {
        @if departed { p.said.bad role="alert" { (words.say("emergency-departed")) } }
        @else if waits && order.signed.is_some() && !signs { p.mark { (words.say("emergency-signed-waits")) } }
        @else if waits && order.filed_by == who.name() && order.signed.is_none() { p.mark { (words.say("emergency-own")) } }
        @else if waits && !may_confirm { p.mark { (words.say("emergency-waits-approver")) } }
        @match handed {
            Some(Ok(to_sign)) => (sign_form(asked, &to_sign)),
            Some(Err(why)) => p.said.bad role="alert" { (words.say("emergency-no-key")) " " small lang="en" { (why) } },
            None => @if may_confirm && !departed && order.signed.is_none() && order.filed_by != who.name() {
                (form("confirm", slow_button(words, "emergency-confirm", "stop")))
            },
        }
        @if alert.state == OrderState::Released {
            (form("all-clear", html! {
                p { (words.say("emergency-all-clear-what")) }
                button.main.large { (words.say("emergency-all-clear")) }
            }))
        }
        (form("cancel", html! {
            p { (words.say("emergency-cancel-what")) }
            button { (words.say("emergency-cancel")) }
        }))
        @if alert.state == OrderState::Released {
            (form("correct", html! {
                p { (words.say("emergency-correct-what")) }
                button { (words.say("emergency-correct")) }
            }))
        }
    })
}

/// What is signed, and the fields that the browser signs it with; neither key nor passphrase has a name to be sent under.
fn sign_form(asked: &Asked, to_sign: &ToSign) -> Markup {
    let words = asked.words;
    let why = |why: &str| words.say_with("emergency-sign-fault", &[("why", why)]);
    let envelope = serde_json::to_value(&to_sign.statement).expect("an envelope is plain data");
    html! {
        form.card id="sign" data-key=(to_sign.key.to_string()) data-type=(to_sign.statement.payload_type)
            data-payload=[envelope["payload"].as_str()] data-noble=(assets::address("noble.js"))
            data-damaged=(why("damaged")) data-other=(why("other")) data-old=(why("old")) data-wrong=(why("wrong")) {
            h2 { (words.say("emergency-sign")) }
            p { (words.say("emergency-sign-how")) }
            p.said.bad id="sign-told" role="alert" hidden {}
            label { (words.say("emergency-key-file")) input type="file" id="key" required; }
            label { (words.say("emergency-passphrase")) input type="password" id="passphrase" required autocomplete="off"; }
            button.stop.large { (words.say("emergency-sign")) }
            noscript { p { (words.say("emergency-sign-command")) " " code lang="en" { "cunxiang confirm " (to_sign.order) } } }
        }
        form id="signed" method="post" action=(format!("/emergency/{}/signature", to_sign.order)) {
            (asked.token())
            input type="hidden" name="key" value=(to_sign.key.to_string());
            input type="hidden" name="signature" id="signature";
        }
    }
}

fn number(asked: &Asked) -> Result<u64, Stop> {
    asked.param("order").parse().map_err(|_| Stop::NotFound)
}

pub async fn confirm(asked: Asked) -> Answered {
    if asked.form.one("sure") != "yes" {
        return Err(Stop::Foreign);
    }
    let order = number(&asked)?;
    match asked.order(Ask::Confirm { order, look: false }).await? {
        Answer::Sign(_) => asked.redirect(&format!("/emergency/{order}")),
        _ => asked.back(&format!("/emergency/{order}"), "emergency-said-confirmed"),
    }
}

/// The browser signed.
pub async fn sign(asked: Asked) -> Answered {
    let order = number(&asked)?;
    let signature = json!({ "keyid": asked.form.one("key"), "sig": asked.form.one("signature") });
    let signature: Signature = serde_json::from_value(signature).map_err(|_| Stop::Foreign)?;
    asked.order(Ask::SignOrder { order, signature }).await?;
    asked.back(&format!("/emergency/{order}"), "emergency-said-signed")
}

pub async fn cancel(asked: Asked) -> Answered {
    asked.order(Ask::Cancel { order: number(&asked)? }).await?;
    asked.back("/emergency", "emergency-said-cancelled")
}

pub async fn all_clear(asked: Asked) -> Answered {
    asked.order(Ask::AllClear { target: number(&asked)?.to_string() }).await?;
    asked.back("/emergency", "emergency-said-cleared")
}

pub async fn correct(asked: Asked) -> Answered {
    let (order, alert) = found(&asked, &asked.site.catalog()).await?;
    asked.order(Ask::Correct { broadcast: alert.broadcast }).await?;
    asked.back(&format!("/emergency/{}", order.id), "emergency-said-corrected")
}
