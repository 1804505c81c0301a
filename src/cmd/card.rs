//! `cunxiang card`: a notice as a picture for a chat, or as a poster to print. Works from the files alone.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use chrono::NaiveDate;

use crate::base::clock::RealClock;
use crate::base::{Clock, Id, Tag, near};
use crate::card::{self, Card, Fonts, Item, Look, Section};
use crate::catalog::spoken::Permit;
use crate::catalog::{self, Broadcast, Catalog};
use crate::cmd::{FAULTS, FINE, Place, check, on_air, page, plan};
use crate::county::cards;
use crate::lang::language::SOURCE;
use crate::lang::{Argument, Arguments, LANGUAGES, Language, Piece, bundle::argument_of, words};
use crate::planner::{Approval, Registry};

#[derive(clap::Args)]
pub struct Args {
    /// The id of a broadcast, or of a message
    what: Id,
    /// Which languages, with commas between [default: all]
    #[arg(long, value_name = "TAGS", value_delimiter = ',')]
    languages: Vec<String>,
    /// Values for its variables
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = argument_of)]
    set: Vec<(String, Argument)>,
    /// The file to write: .png for a picture, .pdf for a poster [default: the id and .png]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// A poster of A4 size as PDF
    #[arg(long)]
    poster: bool,
    /// Which text [default: short on a picture, where every message has one; whole on a poster]
    #[arg(long, value_enum)]
    text: Option<Text>,
    /// The notice number, such as 2026-0412
    #[arg(long, value_name = "NUMBER", value_parser = notice_number)]
    notice: Option<String>,
    /// The date on it [default: today]
    #[arg(long)]
    date: Option<NaiveDate>,
    /// The number to call [default: that of config/county.toml]
    #[arg(long, value_name = "NUMBER", value_parser = telephone)]
    hotline: Option<String>,
    /// What the QR code leads to [default: that of config/county.toml]
    #[arg(long, value_name = "URL", value_parser = web_address)]
    link: Option<String>,
    /// This machine's file, for its fonts [default: config/machine.toml below the home folder]
    #[arg(long, value_name = "FILE")]
    machine: Option<PathBuf>,
}

/// Longer than any number a notice gets, and than a foot of a card holds.
const NOTICE_CHARS_MAX: usize = 32;

fn notice_number(text: &str) -> Result<String, String> {
    let count = text.chars().count();
    if text.trim().is_empty() || count > NOTICE_CHARS_MAX || text.contains(char::is_control) {
        return Err(format!("write a notice number of at most {NOTICE_CHARS_MAX} characters, as 2026-0412"));
    }
    Ok(text.trim().to_owned())
}

fn telephone(text: &str) -> Result<String, String> {
    let fault = || "this is no telephone number; write digits, as 12320".to_owned();
    catalog::county::is_telephone(text).then(|| text.to_owned()).ok_or_else(fault)
}

fn web_address(text: &str) -> Result<String, String> {
    if text.len() > card::LINK_BYTES_MAX {
        let (bytes, bytes_max) = (text.len(), card::LINK_BYTES_MAX);
        return Err(card::CardFault::LongLink { bytes, bytes_max }.to_string());
    }
    let fault = || "this is no web address; write one as https://example.org/notices/2026-0412".to_owned();
    catalog::county::is_web_address(text).then(|| text.to_owned()).ok_or_else(fault)
}

/// How much of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Text {
    Short,
    Whole,
}

pub fn run(place: &Place, args: &Args) -> anyhow::Result<u8> {
    let (output, is_poster) = output(args)?;
    let mut languages = languages(&args.languages)?;
    card::signage_order(&mut languages);
    let Some(catalog) = on_air::read(place)? else { return Ok(FAULTS) };
    let mut problems = Vec::new();
    let machine = check::machine(place, args.machine.as_deref(), None, &mut problems)?;
    if !problems.is_empty() {
        page::problems(&problems);
        return Ok(FAULTS);
    }
    let Some(notice) = Notice::find(&catalog, &args.what)? else {
        let broadcasts = catalog.broadcasts.keys().map(Id::as_str);
        let messages = catalog.bundle(SOURCE.tag).into_iter().flat_map(|bundle| bundle.entries());
        let hint = near::hint(args.what.as_str(), broadcasts.chain(messages.map(|entry| entry.id.as_str())));
        anstream::eprintln!("cunxiang: there is no broadcast and no message `{}` without faults{hint}", args.what);
        return Ok(FAULTS);
    };
    let registry = plan::reviewed(place, &catalog)?;
    let card = match notice.card(&catalog, &registry, args, &languages, is_poster) {
        Ok(card) => card,
        Err(gaps) => {
            gaps.iter().for_each(|gap| anstream::eprintln!("cunxiang: {gap}"));
            return Ok(FAULTS);
        }
    };
    let options = machine.map(|machine| machine.cards).unwrap_or_default();
    let drawn =
        Fonts::open(&options).and_then(|fonts| if is_poster { card::poster(&card, &fonts) } else { card.png(&fonts) });
    match drawn {
        Ok(bytes) => {
            std::fs::write(&output, bytes).with_context(|| format!("{} cannot be written", output.display()))?;
            anstream::println!("{}", output.display());
            Ok(FINE)
        }
        Err(fault) => {
            anstream::eprintln!("cunxiang: {fault}");
            Ok(FAULTS)
        }
    }
}

/// Where to write, and whether that is a poster.
fn output(args: &Args) -> anyhow::Result<(PathBuf, bool)> {
    let ending = |path: &Path| path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_ascii_lowercase();
    match &args.output {
        None => {
            let ending = if args.poster { "pdf" } else { "png" };
            Ok((PathBuf::from(format!("{}.{ending}", args.what)), args.poster))
        }
        Some(path) if ending(path) == "pdf" => Ok((path.clone(), true)),
        Some(path) if ending(path) == "png" && !args.poster => Ok((path.clone(), false)),
        Some(path) if args.poster => anyhow::bail!("a poster is a PDF: write {} with the ending .pdf", path.display()),
        Some(path) => anyhow::bail!("{} ends in neither .png, for a picture, nor .pdf, for a poster", path.display()),
    }
}

fn languages(tags: &[String]) -> anyhow::Result<Vec<Tag>> {
    let tag = |language: &Language| language.tag.parse().expect("the tags of the table are tags");
    if tags.is_empty() {
        return Ok(LANGUAGES.iter().map(tag).collect());
    }
    let mut found: Vec<Tag> = Vec::new();
    for text in tags {
        let language = Language::meant_by(text)?;
        if !found.contains(&tag(language)) {
            found.push(tag(language));
        }
    }
    Ok(found)
}

/// What is to be shown.
struct Notice<'a> {
    messages: Vec<Id>,
    /// The one it airs in: its class and level give the colours, and hold an emergency to its Chinese text.
    broadcast: Option<&'a Broadcast>,
    /// All that say it: approved in one of them, its texts are.
    holders: Vec<&'a Broadcast>,
    arguments: Arguments,
}

impl<'a> Notice<'a> {
    /// A broadcast; or a message, with class, level and arguments of the one broadcast it stands in. None when there is
    /// no such thing.
    ///
    /// Errors: a message of several broadcasts that do not look alike: nobody may take an emergency for a daily notice.
    fn find(catalog: &'a Catalog, id: &Id) -> anyhow::Result<Option<Notice<'a>>> {
        if let Some(broadcast) = catalog.broadcasts.get(id) {
            let (messages, arguments) = (broadcast.messages.clone(), broadcast.arguments.clone());
            return Ok(Some(Notice { messages, broadcast: Some(broadcast), holders: vec![broadcast], arguments }));
        }
        if !LANGUAGES.iter().any(|language| catalog.bundle(language.tag).is_some_and(|b| b.entry(id).is_some())) {
            return Ok(None);
        }
        let holders: Vec<&Broadcast> = catalog.broadcasts.values().filter(|b| b.messages.contains(id)).collect();
        if holders.iter().any(|b| (b.class, b.level) != (holders[0].class, holders[0].level)) {
            let names: Vec<&str> = holders.iter().map(|broadcast| broadcast.id.as_str()).collect();
            bail!(
                "`{id}` stands in broadcasts of several classes or levels; name the one whose card you want: {}",
                names.join(", ")
            );
        }
        let arguments = if let [only] = holders[..] { only.arguments.clone() } else { Arguments::new() };
        Ok(Some(Notice { messages: vec![id.clone()], broadcast: holders.first().copied(), holders, arguments }))
    }

    /// Puts the card together, or tells every text it lacks.
    fn card(
        &self,
        catalog: &Catalog,
        registry: &Registry,
        args: &Args,
        languages: &[Tag],
        is_poster: bool,
    ) -> Result<Card, Vec<String>> {
        let has_short = languages.iter().all(|language| {
            let bundle = catalog.bundle(language.as_str());
            let short = |id: &Id| bundle.and_then(|b| b.entry(id)).is_some_and(|e| e.patterns.contains_key("short"));
            self.messages.iter().all(short)
        });
        let piece = match args.text {
            Some(Text::Short) => Piece::Short,
            None if has_short && !is_poster => Piece::Short,
            Some(Text::Whole) | None => Piece::Body,
        };
        let date =
            args.date.unwrap_or_else(|| RealClock::default().now().with_timezone(&catalog.county.zone).date_naive());
        let mut sections = Vec::new();
        let mut gaps = Vec::new();
        for language in languages {
            match self.section(catalog, args, language, piece) {
                Ok(section) => {
                    let date = words::word(language.as_str(), "ui-card-date", &[("date", &date.to_string())]);
                    let is_draft = section.is_draft || self.waits(catalog, registry, language);
                    sections.push(Section { date: Some(date), is_draft, ..section });
                }
                Err(found) => gaps.extend(found),
            }
        }
        if !gaps.is_empty() {
            return Err(gaps);
        }
        let link = args.link.clone().or_else(|| catalog.county.link_of(args.notice.as_deref()));
        Ok(Card {
            look: self.broadcast.map_or(Look::Daily, |broadcast| cards::look(broadcast.class, broadcast.level)),
            sections,
            notice: args.notice.clone(),
            hotline: args.hotline.clone().or_else(|| catalog.county.hotline.clone()),
            link,
            is_sample: catalog.county.sample,
        })
    }

    /// Whether review is required, and nobody approved this language yet of any broadcast that says it.
    fn waits(&self, catalog: &Catalog, registry: &Registry, language: &Tag) -> bool {
        let is_barred = |b: &&Broadcast| Approval::of(catalog, registry, b, None).bar(language).is_some();
        catalog.county.review_required && self.holders.iter().all(is_barred)
    }

    fn section(&self, catalog: &Catalog, args: &Args, language: &Tag, piece: Piece) -> Result<Section, Vec<String>> {
        let county = catalog.county.name.get(language).cloned();
        let mut arguments = self.arguments.clone();
        arguments.extend(county.clone().map(|name| ("county".to_owned(), Argument::Text(name))));
        arguments.extend(args.set.iter().cloned());
        let mut items = Vec::new();
        let mut gaps = Vec::new();
        for message in &self.messages {
            let text = |piece| {
                let rendered = match self.broadcast {
                    Some(broadcast) => catalog.text_for(broadcast, message, language, piece, &arguments),
                    None => catalog.text(message, language, piece, &arguments),
                };
                rendered.map_err(|why| format!("`{message}` in {language} {why}; {}", why.help()))
            };
            match (text(Piece::Title), text(piece)) {
                (Ok(title), Ok(text)) => items.push(Item { title, text }),
                (Err(gap), _) | (_, Err(gap)) => gaps.push(gap),
            }
        }
        if !gaps.is_empty() {
            return Err(gaps);
        }
        let bundle = catalog.bundle(language.as_str());
        let is_draft = self.messages.iter().any(|message| bundle.is_some_and(|bundle| bundle.is_draft(message)));
        Ok(Section { language: language.clone(), county, date: None, items, is_draft })
    }
}
