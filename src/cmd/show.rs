//! `cunxiang show`: what a message says, in each language, as residents read it or as it is read aloud.

use anyhow::Context;

use crate::base::{Digest, Id, Tag};
use crate::catalog::Catalog;
use crate::catalog::coverage::length;
use crate::cmd::{FAULTS, FINE, Place, on_air};
use crate::lang::{Arguments, LANGUAGES, Language, Piece, bundle::argument_of};

#[derive(clap::Args)]
pub struct Args {
    /// The id of the message
    message: Id,
    /// One language only
    #[arg(long)]
    language: Option<String>,
    /// Values for its variables
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = argument_of)]
    set: Vec<(String, crate::lang::Argument)>,
    /// Take the arguments of this broadcast
    #[arg(long)]
    broadcast: Option<Id>,
    /// Print what is read aloud, and nothing else
    #[arg(long)]
    spoken: bool,
}

pub fn run(place: &Place, args: &Args) -> anyhow::Result<u8> {
    let Some(catalog) = on_air::read(place)? else { return Ok(FAULTS) };
    let mut arguments = Arguments::new();
    if let Some(id) = &args.broadcast {
        let broadcast = catalog
            .broadcasts
            .get(id)
            .with_context(|| format!("there is no broadcast `{id}` without faults; `cunxiang check` tells why"))?;
        arguments.extend(broadcast.arguments.clone());
    }
    arguments.extend(args.set.iter().cloned());
    let languages: Vec<&Language> = match &args.language {
        Some(tag) => vec![Language::meant_by(tag)?],
        None => LANGUAGES.iter().collect(),
    };
    let has_message =
        |language: &Language| catalog.bundle(language.tag).is_some_and(|bundle| bundle.entry(&args.message).is_some());
    let is_held = |language: &Language| {
        let tag: Tag = language.tag.parse().expect("the tags of the table are tags");
        catalog.held_text(&tag, &args.message).is_some()
    };
    if !LANGUAGES.iter().any(|language| has_message(language) || is_held(language)) {
        anstream::eprintln!("cunxiang: there is no message `{}`; locales/ holds them", args.message);
        return Ok(FAULTS);
    }
    let mut missing = 0;
    for language in languages {
        missing += usize::from(!show(&catalog, args, language, &arguments));
    }
    Ok(if missing > 0 { FAULTS } else { FINE })
}

fn show(catalog: &Catalog, args: &Args, language: &Language, arguments: &Arguments) -> bool {
    let tag: Tag = language.tag.parse().expect("the tags of the table are tags");
    let piece = |piece| catalog.text(&args.message, &tag, piece, arguments);
    if args.spoken {
        return match piece(Piece::Spoken) {
            Ok(text) => {
                anstream::println!("{text}");
                true
            }
            Err(why) => {
                anstream::eprintln!("cunxiang: `{}` {why} in {tag}", args.message);
                false
            }
        };
    }
    let draft = catalog.bundle(language.tag).is_some_and(|bundle| bundle.is_draft(&args.message));
    let bold = anstyle::Style::new().bold();
    anstream::println!("{bold}{} ({tag}){}{bold:#}", language.name, if draft { ", draft, not reviewed" } else { "" });
    let mut whole = true;
    for (name, found) in [
        ("title", piece(Piece::Title)),
        ("body", piece(Piece::Body)),
        ("short", piece(Piece::Short)),
        ("spoken", piece(Piece::Spoken)),
    ] {
        match found {
            Ok(text) => anstream::println!("  {name:<7} {text}"),
            Err(why) => {
                anstream::println!("  {name:<7} - {why}");
                whole = false;
            }
        }
    }
    if let Ok(text) = piece(Piece::Spoken) {
        anstream::println!("  {:<7} {}", "length", length_of(catalog, &args.message, language, &tag, &text));
    }
    whole
}

/// The recordings of exactly this text with their lengths; where there is none, how long it takes to read.
fn length_of(catalog: &Catalog, message: &Id, language: &Language, tag: &Tag, text: &str) -> String {
    let digest = Digest::of(text.as_bytes());
    let of_text = catalog.recordings_of(message, tag).filter(|recording| recording.text == digest);
    let recorded: Vec<String> = of_text
        .map(|recording| {
            let who = [recording.voice.as_ref().map(Tag::as_str), recording.speaker.as_deref()];
            let who: Vec<&str> = std::iter::once(recording.kind.word()).chain(who.into_iter().flatten()).collect();
            format!("{:.1} s ({})", length::seconds(recording.frames), who.join(", "))
        })
        .collect();
    if recorded.is_empty() {
        format!("about {:.0} s, not recorded", length::estimate(language, text))
    } else {
        recorded.join("; ")
    }
}
