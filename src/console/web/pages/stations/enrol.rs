//! Lets boxes in: a code as text and as a picture, the fingerprint to compare, revoke. The same asks as `cunxiang enrol`
//! and `cunxiang stations`.

use maud::{Markup, html};

use super::super::super::asked::{Answered, Asked, Stop};
use super::super::super::form::encoded;
use super::super::super::layout::name;
use super::{Ask, BoxShown, Catalog, Id, Station, local};
use crate::card::code;
use crate::console::control::Answer;
use crate::county::boxes::Enrolment;

/// Villages of a township that one box may drive, offered beside its own.
const OTHERS_MAX: usize = 60;

/// A code for a new box of a station, and of others that hang on the same box.
pub fn form(asked: &Asked, catalog: &Catalog, station: &Station) -> Markup {
    let words = asked.words;
    let others: Vec<&Station> = catalog
        .stations
        .values()
        .filter(|other| other.township == station.township && other.id != station.id)
        .take(OTHERS_MAX)
        .collect();
    html! {
        form method="post" action="/stations/enrol" {
            (asked.token())
            input type="hidden" name="station" value=(station.id);
            @if !others.is_empty() { details {
                summary { (words.say("stations-others")) }
                @for other in others {
                    label.tick { input type="checkbox" name="station" value=(other.id); " " (name(&other.name, words.language())) }
                }
            } }
            button.main { (words.say("stations-enrol")) }
        }
    }
}

pub async fn enrol(asked: Asked) -> Answered {
    let stations: Vec<Id> =
        asked.form.all("station").map(|id| id.parse().map_err(|_| Stop::Foreign)).collect::<Result<_, _>>()?;
    if stations.is_empty() {
        return Err(Stop::Foreign);
    }
    let Answer::Enrolment(enrolment) = asked.order(Ask::Enrol { stations }).await? else { return Err(Stop::Foreign) };
    let (catalog, words) = (asked.site.catalog(), asked.words);
    let Enrolment { stations, code, until, url } = &enrolment;
    let line = format!("cunxiang station join {url} {code}");
    let picture = code::squares(&line);
    let first = stations.first().ok_or(Stop::Foreign)?;
    let body = html! {
        section.card role="status" {
            p { @for id in stations { @if let Some(station) = catalog.stations.get(id) {
                span.one { (name(&station.name, words.language())) } " "
            } } }
            p { (words.say("stations-code")) " " strong.digits lang="en" { (code) } }
            p { (words.say_with("stations-code-until", &[("until", &local(&asked, *until))])) }
            p { (words.say("stations-join")) }
            p { code lang="en" { (line) } }
            @if let Ok((side, path)) = picture {
                svg.code viewBox=(format!("0 0 {side} {side}")) role="img" aria-label=(words.say("stations-picture")) { path d=(path) {} }
            }
            p { (words.say("stations-then")) }
            p { a href={ "/stations/" (first) } { (words.say("stations-look")) } }
        }
    };
    asked.page("stations-enrol", &body)
}

/// A box that waits: its fingerprint, to be compared with what the box shows, over the telephone.
pub fn compare(asked: &Asked, catalog: &Catalog, one: &BoxShown) -> Markup {
    let words = asked.words;
    let Some(first) = one.stations.first() else { return html! {} };
    html! {
        section.card {
            h3 { @for id in &one.stations { span.one { (station_name(catalog, id, words.language())) } " " } }
            p { (words.say("stations-fingerprint")) br; strong.digits lang="en" { (one.fingerprint) } }
            form method="post" action="/stations/confirm" {
                (asked.token())
                input type="hidden" name="station" value=(first);
                input type="hidden" name="fingerprint" value=(one.fingerprint);
                label.tick { input type="checkbox" name="same" value="yes" required; " " (words.say("stations-same")) }
                button.main { (words.say("stations-confirm")) }
            }
            (revoke_form(asked, first))
        }
    }
}

pub fn station_name(catalog: &Catalog, id: &Id, language: &str) -> Markup {
    html! { @match catalog.stations.get(id) { Some(station) => (name(&station.name, language)), None => (id) } }
}

pub fn revoke_form(asked: &Asked, station: &Id) -> Markup {
    let words = asked.words;
    html! {
        details {
            summary { (words.say("stations-revoke")) }
            p { (words.say("stations-revoke-what")) }
            form method="post" action="/stations/revoke" {
                (asked.token())
                input type="hidden" name="station" value=(station);
                label.tick { input type="checkbox" name="sure" value="yes" required; " " (words.say("stations-sure")) }
                button.stop { (words.say("stations-revoke")) }
            }
        }
    }
}

pub async fn confirm(asked: Asked) -> Answered {
    if asked.form.one("same") != "yes" {
        return Err(Stop::Foreign);
    }
    let fingerprint = asked.form.one("fingerprint").to_owned();
    ordered(&asked, |station| Ask::ConfirmBox { station, fingerprint }, "stations-said-confirmed").await
}

pub async fn revoke(asked: Asked) -> Answered {
    if asked.form.one("sure") != "yes" {
        return Err(Stop::Foreign);
    }
    ordered(&asked, |station| Ask::RevokeBox { station }, "stations-said-revoked").await
}

async fn ordered(asked: &Asked, ask: impl FnOnce(Id) -> Ask, said: &str) -> Answered {
    let station: Id = asked.form.one("station").parse().map_err(|_| Stop::Foreign)?;
    let to = format!("/stations/{station}?said={}", encoded(said));
    asked.order(ask(station)).await?;
    asked.redirect(&to)
}
