//! Emergencies and drills: what is on, and the templates from which one is filed. A second person confirms an emergency.

mod file;
mod order;

use maud::{Markup, html};

use super::super::alerts;
use super::super::asked::{Answered, Asked};
use super::super::words::Words;
use crate::base::{Id, Tag};
use crate::catalog::{Broadcast, Catalog, State};
use crate::lang::{LANGUAGES, Piece};
use crate::rundown::Class;

pub use file::{file, new};
pub use order::{all_clear, cancel, confirm, correct, show as order, sign};

/// How long a button is held that makes a county sound: longer than any slip.
const HOLD_MS: u32 = 1_500;

pub async fn show(asked: Asked) -> Answered {
    let words = asked.words;
    let on = alerts::now(&asked.site).await?;
    let reached = alerts::reached(&asked.site, &on).await?;
    let (catalog, village) = (asked.site.catalog(), asked.site.village());
    let of = |class: Class| {
        let ready = catalog.broadcasts.values().filter(move |one| one.class == class && one.state == State::Ready);
        let mut found: Vec<&Broadcast> = ready.collect();
        found.sort_by_key(|one| (one.level, &one.title));
        found
    };
    let body = html! {
        section id="alerts" { (alerts::section(&on, &reached, &village, catalog.county.zone, words)) }
        @if on.is_empty() { p.good { (words.say("emergency-nothing-on")) } }
        @for class in [Class::Emergency, Class::Drill] {
            @let templates = of(class);
            h2 { (words.say_with("emergency-templates", &[("class", &class.to_string())])) }
            p { small { (words.say_with("emergency-what", &[("class", &class.to_string())])) } }
            @if templates.is_empty() { p { (words.say("emergency-no-template")) } }
            @for template in templates {
                p.template.drill[class == Class::Drill] {
                    (alerts::mark(class, template.level, words)) " "
                    a href={ "/emergency/new/" (template.id) } lang="zh-CN" { (template.title) }
                }
            }
        }
    };
    asked.page_with("emergency-title", &body, &["live.js"])
}

/// What a broadcast says, in each language: as groups read it, and as it is read aloud, to be listened to.
fn preview(catalog: &Catalog, broadcast: &Broadcast, words: Words) -> Markup {
    html! {
        @for language in LANGUAGES {
            @let tag: Tag = language.tag.parse().expect("the tags of the table are tags");
            section.card {
                h2 { (words.say_with("people-language", &[("tag", language.tag)])) }
                @for message in &broadcast.messages { (said(catalog, broadcast, message, &tag, words)) }
            }
        }
    }
}

fn said(catalog: &Catalog, broadcast: &Broadcast, message: &Id, tag: &Tag, words: Words) -> Markup {
    let piece = |piece| catalog.text_for(broadcast, message, tag, piece, &broadcast.arguments);
    let (Ok(title), Ok(text), Ok(aloud)) =
        (piece(Piece::Title), piece(Piece::Body), catalog.spoken_text(broadcast, message, tag))
    else {
        return html! { p.bad { (words.say("emergency-no-text")) } };
    };
    let clip = catalog.recording(message, tag, aloud.digest, &[]).map(|found| found.clip);
    html! {
        h3 lang=(tag) { (title) }
        p.text lang=(tag) { (text) }
        @if *aloud.text != *text { p.text lang=(tag) { small { (aloud.text) } } }
        @match clip {
            Ok(clip) => audio controls preload="none" src={ "/clips/" (clip) } aria-label=(words.say("emergency-listen")) {},
            Err(_) => p.bad { (words.say("emergency-no-recording")) },
        }
    }
}

/// A button that is held, with the box to tick that does for a browser without scripts.
fn slow_button(words: Words, word: &str, class: &str) -> Markup {
    html! {
        label.tick { input type="checkbox" name="sure" value="yes" required; " " (words.say("emergency-sure")) }
        button class={ "large " (class) } data-hold-ms=(HOLD_MS) { (words.say(word)) }
        p { small { (words.say("emergency-hold")) } }
    }
}
