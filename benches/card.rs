//! A card of three languages, whole texts, with its code, from rendered texts to the bytes of a PNG; beside the writing of
//! the same pixels alone, which no drawing can be faster than, in interleaved rounds of one run.
//!
//! Goal: at most 15 ms for a card when the fonts are open and the letters known.
#![allow(clippy::disallowed_methods)] // A benchmark reads the real clock.

use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use cunxiang::base::{Id, Tag};
use cunxiang::card::{self, Card, Fonts, Item, Level, Look, Options, Section};
use cunxiang::catalog::{self, Catalog, Files, load::Texts};
use cunxiang::lang::{Arguments, Piece};

const ROUNDS: usize = 61;

fn main() {
    let files = Files::read(Path::new(env!("CARGO_MANIFEST_DIR")), None).expect("the sample is read");
    let catalog = catalog::load(&files, &Texts::new()).catalog.expect("the sample has no fault in config/");
    let card = card_of(&catalog, "flood-warning");
    let begun = Instant::now();
    let fonts = Fonts::open(&Options::default()).expect("apt-get install fonts-noto-core fonts-noto-cjk");
    let opened = begun.elapsed();
    let first = card.png(&fonts).expect("the sample is drawn");
    println!("fonts opened {:.1} ms, first card {:.1} ms", ms(opened), ms(begun.elapsed() - opened));
    let (pixels, palette, width, height) = pixels(&first);
    let (mut ours, mut bare, mut poster) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ours.push(timed(|| card.png(&fonts).expect("it was drawn before").len()));
        bare.push(timed(|| write(&pixels, &palette, width, height).len()));
    }
    for _ in 0..ROUNDS / 10 {
        poster.push(timed(|| card::poster(&card, &fonts).expect("the sample fits a page").len()));
    }
    let ratio: Vec<f64> = ours.iter().zip(&bare).map(|(ours, bare)| ours / bare).collect();
    println!("{width} x {height}, {} bytes; median of {ROUNDS} interleaved rounds (min..max)", first.len());
    println!("card, ms               {}", row(&ours));
    println!("its PNG alone, ms      {}", row(&bare));
    println!("ratio                  {}", row(&ratio));
    println!("poster, ms             {}", row(&poster));
}

fn card_of(catalog: &Catalog, message: &str) -> Card {
    let message: Id = message.parse().expect("an id");
    let sections = ["bo", "lis", "zh-CN"].map(|tag| {
        let language: Tag = tag.parse().expect("a tag");
        let text = |piece| catalog.text(&message, &language, piece, &Arguments::new()).expect("the sample has it");
        let county = catalog.county.name.get(&language).cloned();
        let items = vec![Item { title: text(Piece::Title), text: text(Piece::Body) }];
        Section { language, county, date: Some("2026-11-23".to_owned()), items, is_draft: true }
    });
    Card {
        look: Look::Emergency(Level::I),
        sections: sections.into(),
        notice: Some("2026-0412".to_owned()),
        hotline: Some("12320".to_owned()),
        link: Some("https://example.org/notices/2026-0412".to_owned()),
        is_sample: true,
    }
}

/// The pixels of a card as they were before they were written.
fn pixels(png: &[u8]) -> (Vec<u8>, Vec<u8>, u32, u32) {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(png));
    decoder.set_transformations(png::Transformations::IDENTITY);
    let mut reader = decoder.read_info().expect("the card is a PNG");
    let mut pixels = vec![0; reader.output_buffer_size().expect("a card has a size")];
    reader.next_frame(&mut pixels).expect("the card is whole");
    let info = reader.info();
    (pixels, info.palette.clone().expect("a card has a palette").into_owned(), info.width, info.height)
}

/// Writes as `card` does.
fn write(pixels: &[u8], palette: &[u8], width: u32, height: u32) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, width, height);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_palette(palette);
    encoder.set_compression(png::Compression::Fast);
    encoder.set_filter(png::Filter::Up);
    let mut writer = encoder.write_header().expect("memory can be written");
    writer.write_image_data(pixels).expect("memory can be written");
    writer.finish().expect("memory can be written");
    out
}

fn ms(time: std::time::Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn timed(work: impl FnOnce() -> usize) -> f64 {
    let begun = Instant::now();
    black_box(work());
    ms(begun.elapsed())
}

fn row(values: &[f64]) -> String {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    format!("{:.2} ({:.2}..{:.2})", sorted[sorted.len() / 2], sorted[0], sorted[sorted.len() - 1])
}
