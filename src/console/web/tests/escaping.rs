//! What people typed is text on every page, whatever it looks like.

use proptest::prelude::*;

use super::world::{World, sample};
use crate::console::web::Options;
use crate::ledger::Role;

const PAGES: [&str; 24] = [
    "/",
    "/chats",
    "/chats/posts",
    "/chats/directory",
    "/engineer",
    "/engineer/doctor",
    "/stations",
    "/stations/foshan-nagu",
    "/timetable?by=broadcast",
    "/timetable/why",
    "/emergency",
    "/emergency/new/flood-emergency",
    "/as-run",
    "/as-run/proof",
    "/people",
    "/account",
    "/silence",
    "/notices",
    "/notices/wear-mask",
    "/notices/wear-mask/record/bo",
    "/review",
    "/review/epidemic-daily",
    "/broadcasts",
    "/broadcasts/epidemic-daily",
];

/// Pieces of which attacks are made.
fn nasty() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "<script>alert(1)</script>",
        "\"",
        "'",
        ">",
        "<",
        "&",
        "&lt;",
        "<img src=x onerror=alert(1)>",
        "-->",
        "{ $x }",
        "]]>",
        "</textarea>",
        "</title>",
        "javascript:",
        "\u{202e}",
        "\u{fdd0}",
        "`",
        "x",
        "奔",
        "བོད།",
        " ",
    ]);
    prop::collection::vec(pieces, 1..6).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn nothing_typed_becomes_markup(text in nasty()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            // A mark around it, so that it is found; the same pages with a harmless one have as many tags.
            // A name may be too long for the picture of a code, in which nothing is text.
            let tags = |text: &str| {
                let (before, rest) = text.split_once("<svg").unwrap_or((text, ""));
                before.matches('<').count() + rest.split_once("</svg>").map_or(0, |(_, rest)| rest.matches('<').count())
            };
            let mut counts = Vec::new();
            for typed in [format!("q{text}q"), "qxq".to_owned()] {
                let mut catalog = sample();
                for township in catalog.townships.values_mut() {
                    township.name.values_mut().for_each(|name| *name = typed.clone());
                }
                for station in catalog.stations.values_mut() {
                    station.name.values_mut().for_each(|name| *name = typed.clone());
                }
                for broadcast in catalog.broadcasts.values_mut() {
                    broadcast.title = typed.clone();
                }
                let world = World::of(catalog, Options::default()).await;
                super::as_run::plant(&world, &super::as_run::DAY).await;
                world.person(&typed, &[Role::Engineer, Role::Writer]).await;
                let browser = world.browser(&typed, true).await;
                let mut found = Vec::new();
                for page in PAGES {
                    let page = world.get(&browser, &format!("{page}{}said=%3Cb%3E&x=%22%3E%3Cb%3E", if page.contains('?') { "&" } else { "?" })).await;
                    assert_eq!(page.status, 200);
                    found.push(tags(&page.text));
                }
                counts.push(found);
            }
            assert_eq!(counts[0], counts[1], "{text}");
        });
    }
}
