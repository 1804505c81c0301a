//! What would sound and be posted, where, and the button that files it.

use maud::{Markup, html};

use super::super::super::alerts;
use super::super::super::asked::{Answered, Asked, Stop};
use super::super::super::layout::name;
use super::super::super::words::Words;
use super::{preview, slow_button};
use crate::base::Id;
use crate::catalog::{Broadcast, Catalog, State};
use crate::console::control::{Answer, Ask};
use crate::rundown::Class;

/// A county of more stations has them chosen by township; single ones by their ids.
const STATIONS_LISTED_MAX: usize = 300;

pub async fn new(asked: Asked) -> Answered {
    let words = asked.words;
    let catalog = asked.site.catalog();
    let found = template(&asked, &catalog)?;
    let class = found.class.to_string();
    let body = html! {
        p.alert.drill[found.class == Class::Drill] {
            (alerts::mark(found.class, found.level, words)) " " strong lang="zh-CN" { (found.title) } br;
            (words.say_with("emergency-what", &[("class", &class)]))
        }
        (preview(&catalog, found, words))
        form.card method="post" action={ "/emergency/new/" (found.id) } {
            (asked.token())
            h2 { (words.say("emergency-where")) }
            (places(&catalog, found, words))
            @match found.class {
                Class::Drill => (slow_button(words, "emergency-file-drill", "drill")),
                _ => (slow_button(words, "emergency-file", "stop")),
            }
        }
        p { a href="/emergency" { (words.say("emergency-back")) } }
    };
    asked.page_with("emergency-new", &body, &["hold.js"])
}

/// The template that the address names.
fn template<'c>(asked: &Asked, catalog: &'c Catalog) -> Result<&'c Broadcast, Stop> {
    let id: Id = asked.param("broadcast").parse().map_err(|_| Stop::NotFound)?;
    let found = catalog.broadcasts.get(&id).filter(|one| one.class != Class::Daily && one.state == State::Ready);
    found.ok_or(Stop::NotFound)
}

/// Where: nothing ticked is where the template says.
fn places(catalog: &Catalog, found: &Broadcast, words: Words) -> Markup {
    let own = catalog.stations_of(&found.stations);
    let is_listed = catalog.stations.len() <= STATIONS_LISTED_MAX;
    html! {
        p { (words.say_with("emergency-where-own", &[("count", &own.len().to_string())])) " "
            @for (i, township) in catalog.townships.values().filter(|one| own.iter().any(|station| station.township == one.id)).enumerate() {
                @if i > 0 { " · " } (name(&township.name, words.language()))
            }
        }
        details {
            summary { (words.say("emergency-where-else")) }
            @for township in catalog.townships.values() {
                @let stations: Vec<_> = catalog.stations.values().filter(|station| station.township == township.id).collect();
                div.places {
                    label.tick { input type="checkbox" name="where" value={ "township:" (township.id) };
                        " " b { (name(&township.name, words.language())) } " " (stations.len()) }
                    @if is_listed { @for station in stations {
                        label.tick { input type="checkbox" name="where" value=(station.id); " " (name(&station.name, words.language())) }
                    } }
                }
            }
            @if !is_listed {
                label { (words.say("emergency-stations")) input name="stations" maxlength="2000" autocomplete="off"; }
            }
        }
    }
}

pub async fn file(asked: Asked) -> Answered {
    let catalog = asked.site.catalog();
    let broadcast = template(&asked, &catalog)?.id.clone();
    if asked.form.one("sure") != "yes" {
        return Err(Stop::Foreign);
    }
    let typed = asked.form.one("stations").split([' ', ',', '，', '、']).filter(|id| !id.is_empty());
    let stations: Vec<String> = asked.form.all("where").chain(typed).map(str::to_owned).collect();
    match asked.order(Ask::Announce { broadcast, stations }).await? {
        // It is filed, and waits for the signature of whoever filed it first.
        Answer::Sign(to_sign) => asked.redirect(&format!("/emergency/{}", to_sign.order)),
        _ => asked.back("/emergency", "emergency-said-filed"),
    }
}
