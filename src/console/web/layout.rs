//! What stands around every page: title, navigation, languages, what was said, the button that stops everything.

use maud::{DOCTYPE, Markup, html};

use super::asked::Viewer;
use super::assets;
use super::form::encoded;
use super::routes::ROUTES;
use super::words::Words;
use crate::base::Tag;
use crate::catalog::Names;
use crate::console::language::{DRAFTS, LANGUAGES};

/// A whole page.
pub fn page(viewer: &Viewer, title: &str, body: &Markup, scripts: &[&str], said: Option<&str>) -> Markup {
    let (words, session) = (viewer.words, viewer.session.as_deref());
    let (county, sample) = {
        let board = viewer.site.control.board.read();
        (board.catalog.county.name.clone(), board.catalog.county.sample)
    };
    html! {
        (DOCTYPE)
        html lang=(words.language()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · " (words.say("layout-name")) }
                link rel="stylesheet" href=(assets::address("style.css"));
                @for script in scripts { script src=(assets::address(script)) defer {} }
            }
            body {
                a.jump href="#main" { (words.say("layout-jump")) }
                header {
                    p.name { strong { (words.say("layout-name")) } " " (name(&county, words.language())) }
                    (languages(viewer))
                    @if let Some(session) = session {
                        form.who method="post" action="/logout" {
                            (token(viewer))
                            span { (session.name()) } " " button { (words.say("layout-leave")) }
                        }
                    }
                }
                @if session.is_some() {
                    nav.pages aria-label=(words.say("layout-pages")) {
                        @for route in ROUTES.iter().filter(|route| route.who.lets(session)) {
                            @if let Some(word) = route.nav {
                                a href=(route.path) aria-current=[is_here(viewer, route.path).then_some("page")] { (words.say(word)) }
                            }
                        }
                        @if ROUTES.iter().any(|route| route.path == "/silence" && route.who.lets(session)) {
                            a.stop href="/silence" { (words.say("layout-silence")) }
                        }
                    }
                }
                main id="main" {
                    @if sample { p.mark { (words.say("layout-sample")) } }
                    @if DRAFTS.contains(&words.language()) { p.mark { (words.say("layout-draft")) } }
                    @if session.is_some_and(|session| session.lacks_code()) {
                        p.mark { (words.say("layout-lacks-code")) " " a href="/account" { (words.say("layout-nav-account")) } }
                    }
                    @if let Some(said) = said { p.said role="status" { (said) } }
                    h1 { (title) }
                    (body)
                }
                footer { "cunxiang " (env!("CARGO_PKG_VERSION")) }
            }
        }
    }
}

fn is_here(viewer: &Viewer, path: &str) -> bool {
    viewer.route.is_some_and(|route| route.path == path)
}

/// The same page in the other languages. After a form it is the first page.
fn languages(viewer: &Viewer) -> Markup {
    let is_page = viewer.route.is_some_and(|route| route.method == super::routes::Method::Get);
    let (path, query) = viewer.path.split_once('?').unwrap_or((&viewer.path, ""));
    let kept: Vec<&str> = query
        .split('&')
        .filter(|field| !field.is_empty() && !field.starts_with("lang=") && !field.starts_with("said="))
        .collect();
    let target = |tag: &str| {
        if !is_page {
            return format!("/?lang={tag}");
        }
        let rest: String = kept.iter().map(|field| format!("&{field}")).collect();
        format!("{path}?lang={}{rest}", encoded(tag))
    };
    html! {
        nav.languages { @for (tag, name) in LANGUAGES {
            @if tag == viewer.words.language() { b lang=(tag) { (name) } } @else { a href=(target(tag)) lang=(tag) hreflang=(tag) { (name) } }
        } }
    }
}

/// Stands in every form of somebody who is logged in.
pub fn token(viewer: &Viewer) -> Markup {
    html! { @if let Some(session) = &viewer.session { input type="hidden" name="token" value=(session.form_token); } }
}

/// A name of the directory in a language; in Chinese, and marked as such, where it has none.
pub fn name(names: &Names, language: &str) -> Markup {
    match chosen(names, language) {
        Some((tag, name)) if tag.as_str() == language => html! { (name) },
        Some((tag, name)) => html! { span lang=(tag) { (name) } },
        None => html! {},
    }
}

/// The same for what has no marks, such as a table.
pub fn plain_name<'n>(names: &'n Names, language: &str) -> &'n str {
    chosen(names, language).map_or("", |(_, name)| name)
}

fn chosen<'n>(names: &'n Names, language: &str) -> Option<(&'n Tag, &'n String)> {
    let in_language = |language: &str| names.iter().find(|(tag, _)| tag.as_str() == language);
    in_language(language).or_else(|| in_language(LANGUAGES[0].0)).or_else(|| names.iter().next())
}

/// A language's name in the page's own; one the console has no word for is its tag.
pub fn language_name(words: Words, tag: &str) -> String {
    match ["zh-CN", "bo", "lis"].contains(&tag) {
        true => words.say_with("people-language", &[("tag", tag)]),
        false => tag.to_owned(),
    }
}
