//! Writes pages as a PDF of A4 size, with the used letters of the fonts embedded and the text still text.

use std::collections::HashMap;

use cosmic_text::fontdb;
use krilla::Data;
use krilla::Document;
use krilla::color::rgb;
use krilla::geom::{Path, PathBuilder, Point, Rect};
use krilla::metadata::Metadata;
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule};
use krilla::surface::Surface;
use krilla::text::{Font, GlyphId, KrillaGlyph};

use crate::card::fonts::{Fonts, Press};
use crate::card::layout::{Mark, Page};
use crate::card::paint::Rgb;
use crate::card::sheets;
use crate::card::typeset::Run;
use crate::card::{Card, CardFault};

/// Draws a card as a PDF: one page of A4 with letters as large as fit, or several where they would be too small.
///
/// Errors: as [`Card::png`]; or the text takes too many pages.
pub fn poster(card: &Card, fonts: &Fonts) -> Result<Vec<u8>, CardFault> {
    let mut press = fonts.press();
    let pages = sheets::poster(&mut press, card)?;
    let title: Vec<&str> =
        card.sections.iter().flat_map(|section| &section.items).map(|item| item.title.as_str()).collect();
    let mut document = Document::new();
    document.set_metadata(Metadata::new().title(title.join(" · ")).creator("cunxiang".to_owned()));
    let mut fonts = HashMap::new();
    for page in &pages {
        draw(&mut document, &mut press, page, &mut fonts)?;
    }
    document.finish().map_err(|error| CardFault::Write(format!("{error:?}")))
}

/// `fonts` are those that the pages before used: each stands in the file once.
fn draw(
    document: &mut Document,
    press: &mut Press,
    page: &Page,
    fonts: &mut HashMap<fontdb::ID, Font>,
) -> Result<(), CardFault> {
    let settings = PageSettings::from_wh(page.width, page.height).expect("a page has width and height");
    let mut sheet = document.start_page_with(settings);
    let mut surface = sheet.surface();
    for mark in &page.marks {
        match mark {
            Mark::Ground { x, y, width, height, paint } => {
                rectangle(&mut surface, (*x, *y), (*width, *height), paint.ground());
            }
            Mark::Ink { x, y, width, height, paint } => {
                rectangle(&mut surface, (*x, *y), (*width, *height), paint.ink());
            }
            Mark::Stripes { x, y, width, height, step, paint } => {
                rectangle(&mut surface, (*x, *y), (*width, *height), paint.ground());
                stripes(&mut surface, (*x, *y), (*width, *height), *step, paint.ink());
            }
            Mark::Letters { x, baseline, run, paint } => {
                let font = font(press, fonts, run.font)?;
                set_fill(&mut surface, paint.ink());
                letters(&mut surface, (*x, *baseline), run, font);
            }
        }
    }
    surface.finish();
    sheet.finish();
    Ok(())
}

fn set_fill(surface: &mut Surface<'_>, [red, green, blue]: Rgb) {
    let paint = rgb::Color::new(red, green, blue).into();
    surface.set_fill(Some(Fill { paint, opacity: NormalizedF32::ONE, rule: FillRule::NonZero }));
}

fn rectangle(surface: &mut Surface<'_>, at: (f32, f32), size: (f32, f32), color: Rgb) {
    let Some(path) = box_path(at, size) else { return };
    set_fill(surface, color);
    surface.draw_path(&path);
}

/// None for a box without an area.
fn box_path((x, y): (f32, f32), (width, height): (f32, f32)) -> Option<Path> {
    let mut builder = PathBuilder::new();
    builder.push_rect(Rect::from_xywh(x, y, width, height)?);
    builder.finish()
}

/// Slanted stripes of the ink, cut at the box's edges.
fn stripes(surface: &mut Surface<'_>, (x, y): (f32, f32), (width, height): (f32, f32), step: f32, color: Rgb) {
    let Some(clip) = box_path((x, y), (width, height)) else { return };
    let mut builder = PathBuilder::new();
    let mut left = x;
    while left < x + width + height {
        builder.move_to(left, y);
        builder.line_to(left + step, y);
        builder.line_to(left + step - height, y + height);
        builder.line_to(left - height, y + height);
        builder.close();
        left += 2.0 * step;
    }
    let Some(path) = builder.finish() else { return };
    surface.push_clip_path(&clip, &FillRule::NonZero);
    set_fill(surface, color);
    surface.draw_path(&path);
    surface.pop();
}

/// The same font file for the PDF; its data is shared, not copied.
fn font(press: &mut Press, fonts: &mut HashMap<fontdb::ID, Font>, id: fontdb::ID) -> Result<Font, CardFault> {
    if let Some(font) = fonts.get(&id) {
        return Ok(font.clone());
    }
    let font = match press.system.db().face_source(id) {
        Some((fontdb::Source::SharedFile(_, data) | fontdb::Source::Binary(data), index)) => {
            Font::new(Data::from(data), index)
        }
        // Every font that shaped a letter was mapped to do so.
        Some((fontdb::Source::File(_), _)) | None => None,
    };
    let font = font.ok_or_else(|| CardFault::NoFonts("a font cannot be put into a PDF".to_owned()))?;
    fonts.insert(id, font.clone());
    Ok(font)
}

fn letters(surface: &mut Surface<'_>, (x, baseline): (f32, f32), run: &Run, font: Font) {
    let Some(first) = run.glyphs.first() else { return };
    let glyphs: Vec<KrillaGlyph> = run
        .glyphs
        .iter()
        .map(|glyph| {
            KrillaGlyph::new(
                GlyphId::new(u32::from(glyph.id)),
                glyph.advance / run.size,
                glyph.offset.0,
                glyph.offset.1,
                0.0,
                glyph.range.clone(),
                None,
            )
        })
        .collect();
    surface.draw_glyphs(Point::from_xy(x + first.x, baseline), &glyphs, font, &run.text, run.size, false);
}
