//! "Stop everything": on every page of those who may, asked once more, then ordered as `cunxiang silence` does.

use maud::html;

use super::super::asked::{Answered, Asked, Stop};
use crate::console::control::Ask;

pub async fn show(asked: Asked) -> Answered {
    let words = asked.words;
    let townships: Vec<_> = {
        let board = asked.site.control.board.read();
        board.catalog.townships.values().map(|one| (one.id.clone(), one.name.clone())).collect()
    };
    let body = html! {
        p { (words.say("layout-silence-what")) }
        form.card method="post" action="/silence" {
            (asked.token())
            label { (words.say("layout-silence-where"))
                select name="where" {
                    option value="all" { (words.say("layout-silence-all")) }
                    @for (id, name) in &townships {
                        option value={ "township:" (id) } { (super::super::layout::name(name, words.language())) }
                    }
                }
            }
            button.stop.large { (words.say("layout-silence")) }
        }
        p { a href="/" { (words.say("layout-back")) } }
    };
    asked.page("layout-silence", &body)
}

pub async fn order(asked: Asked) -> Answered {
    let place = asked.form.one("where");
    if place.is_empty() {
        return Err(Stop::Foreign);
    }
    asked.order(Ask::Silence { stations: vec![place.to_owned()], until: None }).await?;
    asked.back("/", "layout-said-silenced")
}
