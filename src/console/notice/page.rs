//! How the public page of a notice looks: plain HTML, one section a language, nothing that runs.

use maud::{DOCTYPE, Markup, html};

use crate::county::public::{Public, PublicLanguage};
use crate::lang::words::word;

pub const STYLE: &str = include_str!("style.css");

/// The whole page. `own` is the path of this page, `corrected_by` that of the notice that stands in its place.
pub fn render(notice: &Public, own: &str, corrected_by: Option<&str>) -> Markup {
    let first = notice.languages.first();
    let title = first.map(|language| language.title.as_str()).unwrap_or_default();
    let tag = first.map_or("zh-CN", |language| language.language.as_str());
    html! {
        (DOCTYPE)
        html lang=(tag) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                title { (title) }
                link rel="stylesheet" href="/style.css";
            }
            body {
                @if notice.languages.len() > 1 {
                    nav { @for language in &notice.languages {
                        @let tag = language.language.as_str();
                        a href={ "#" (tag) } lang=(tag) { (word(tag, "ui-bot-language-name", &[])) }
                    } }
                }
                @for language in &notice.languages { (section(notice, language, own, corrected_by)) }
            }
        }
    }
}

fn section(notice: &Public, said: &PublicLanguage, own: &str, corrected_by: Option<&str>) -> Markup {
    let tag = said.language.as_str();
    html! {
        section id=(tag) lang=(tag) {
            h1 { (said.title) }
            @if notice.withdrawn {
                p.withdrawn role="status" { (word(tag, "ui-withdrawn", &[])) }
                p { (word(tag, "ui-notice-number", &[("number", &notice.notice)])) }
                @if let (Some(path), Some(number)) = (corrected_by, &notice.corrected_by) {
                    p { a href=(path) {
                        (word(tag, "ui-correction-mark", &[])) " · " (word(tag, "ui-notice-number", &[("number", number)]))
                    } }
                }
            } @else {
                p { (said.text) }
                @for (i, (title, _)) in said.voices.iter().enumerate() {
                    audio controls preload="none" aria-label=(title) src={ (own) "/" (tag) "/" (i + 1) ".opus" } {}
                }
                @if said.card.is_some() { img src={ (own) "/" (tag) ".png" } alt=(said.title) loading="lazy"; }
            }
        }
    }
}
