//! What browsers keep: style sheet, scripts and fonts, under a name that changes with what is in them.

use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::asked::{Answered, Asked, Stop};
use crate::base::Digest;

/// Files of `/static/`: name, kind, content.
const ASSETS: &[(&str, &str, &[u8])] = &[
    ("style.css", "text/css; charset=utf-8", include_bytes!("style.css")),
    ("chats.js", "text/javascript; charset=utf-8", include_bytes!("chats.js")),
    ("live.js", "text/javascript; charset=utf-8", include_bytes!("live.js")),
    ("hold.js", "text/javascript; charset=utf-8", include_bytes!("hold.js")),
    ("sign.js", "text/javascript; charset=utf-8", include_bytes!("sign.js")),
    ("noble.js", "text/javascript; charset=utf-8", include_bytes!("vendor/noble.js")),
    // Few office machines can show these scripts; Han and Latin letters they have (scripts/make-fonts.sh).
    ("NotoSerifTibetan.woff2", "font/woff2", include_bytes!("fonts/NotoSerifTibetan.woff2")),
    ("NotoSansLisu.woff2", "font/woff2", include_bytes!("fonts/NotoSansLisu.woff2")),
    ("record.js", "text/javascript; charset=utf-8", include_bytes!("record.js")),
    ("notice.js", "text/javascript; charset=utf-8", include_bytes!("notice.js")),
];

/// Where a page finds a file of [`ASSETS`].
///
/// Panics: there is none of this name.
pub fn address(name: &str) -> String {
    let (_, _, content) = ASSETS.iter().find(|(found, ..)| *found == name).expect("pages name files that are there");
    format!("/static/{name}?v={}", Digest::of(content).short())
}

pub async fn show(asked: Asked) -> Answered {
    let name = asked.param("name");
    let Some((_, kind, content)) = ASSETS.iter().find(|(found, ..)| *found == name) else { return Err(Stop::NotFound) };
    // Without its version it may be another one tomorrow.
    let is_named = asked.query.one("v") == Digest::of(content).short();
    let keep = if is_named { "public, max-age=31536000, immutable" } else { "no-cache" };
    let answer: Response = ([(header::CONTENT_TYPE, *kind), (header::CACHE_CONTROL, keep)], *content).into_response();
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A browser keeps a font for ever, so the style sheet names the very one that is here.
    #[test]
    fn the_style_sheet_names_the_fonts_of_now() {
        let style = include_str!("style.css");
        for (name, ..) in ASSETS.iter().filter(|(name, ..)| name.ends_with(".woff2")) {
            assert!(style.contains(&format!("url(\"{}\")", address(name))), "style.css has to name {}", address(name));
        }
    }
}
