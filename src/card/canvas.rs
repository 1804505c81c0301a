//! Paints a page as a PNG with a palette. Knows no text: letters come placed.

use crate::card::CardFault;
use crate::card::fonts::Press;
use crate::card::layout::{Mark, Page};
use crate::card::paint::{self, Paint, SHADES};
use crate::card::typeset::Run;

/// A picture with one byte a pixel, the index of its colour.
struct Canvas {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

/// Paints the page, one pixel a unit.
///
/// Errors: a letter reaches out of the picture, or the picture cannot be written.
pub(super) fn png(press: &mut Press, page: &Page) -> Result<Vec<u8>, CardFault> {
    let (width, height) = (page.width.round() as usize, page.height.ceil() as usize);
    let mut canvas = Canvas { width, height, pixels: vec![Paint::Paper.index(); width * height] };
    for mark in &page.marks {
        match mark {
            Mark::Ground { x, y, width, height, paint } => canvas.fill(*x, *y, *width, *height, paint.index()),
            Mark::Ink { x, y, width, height, paint } => {
                canvas.fill(*x, *y, *width, *height, paint.index() + SHADES - 1);
            }
            Mark::Stripes { x, y, width, height, step, paint } => {
                canvas.stripes((*x, *y), (*width, *height), *step, *paint);
            }
            Mark::Letters { x, baseline, run, paint } => canvas.letters(press, (*x, *baseline), run, *paint)?,
        }
    }
    canvas.write().map_err(|error| CardFault::Write(error.to_string()))
}

impl Canvas {
    /// The pixels of a box, cut at the picture's edges.
    fn pixels_of(&self, (x, y): (f32, f32), (width, height): (f32, f32)) -> [std::ops::Range<usize>; 2] {
        let side = |from: f32, length: f32, max: usize| {
            (from.round().max(0.0) as usize).min(max)..((from + length).round().max(0.0) as usize).min(max)
        };
        [side(x, width, self.width), side(y, height, self.height)]
    }

    fn fill(&mut self, x: f32, y: f32, width: f32, height: f32, index: u8) {
        let [columns, rows] = self.pixels_of((x, y), (width, height));
        for row in rows {
            self.pixels[row * self.width..][columns.clone()].fill(index);
        }
    }

    fn stripes(&mut self, at: (f32, f32), size: (f32, f32), step: f32, paint: Paint) {
        let [columns, rows] = self.pixels_of(at, size);
        let step = step.round().max(1.0) as usize;
        for row in rows {
            for column in columns.clone() {
                let is_ink = ((column + row) / step).is_multiple_of(2);
                self.pixels[row * self.width + column] = paint.index() + if is_ink { SHADES - 1 } else { 0 };
            }
        }
    }

    fn letters(&mut self, press: &mut Press, at: (f32, f32), run: &Run, paint: Paint) -> Result<(), CardFault> {
        for glyph in &run.glyphs {
            let x = at.0 + glyph.x + glyph.offset.0 * run.size;
            let y = at.1 - glyph.offset.1 * run.size;
            let (key, left, top) = run.key(glyph, (x, y));
            let Some(image) = press.images.get_image(&mut press.system, key) else { continue };
            let (left, top) = (left + image.placement.left, top - image.placement.top);
            let (width, height) = (image.placement.width as usize, image.placement.height as usize);
            if width == 0 || height == 0 {
                continue;
            }
            if left < 0 || top < 0 || left as usize + width > self.width || top as usize + height > self.height {
                return Err(CardFault::Write("a letter reaches out of the picture".to_owned()));
            }
            for (i, coverage) in image.data.chunks_exact(width).enumerate() {
                let row = &mut self.pixels[(top as usize + i) * self.width + left as usize..][..width];
                for (pixel, coverage) in row.iter_mut().zip(coverage) {
                    let shade = (u16::from(*coverage) * u16::from(SHADES - 1) + 127) / 255;
                    // Letters of one paint may touch; what is there already stays as dark as it is.
                    if shade > 0 {
                        let index = paint.index() + shade as u8;
                        *pixel = if *pixel / SHADES == index / SHADES { index.max(*pixel) } else { index };
                    }
                }
            }
        }
        Ok(())
    }

    fn write(&self) -> Result<Vec<u8>, png::EncodingError> {
        let mut out = Vec::new();
        let mut encoder = png::Encoder::new(&mut out, self.width as u32, self.height as u32);
        encoder.set_color(png::ColorType::Indexed);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_palette(paint::palette());
        // The fast compression does well on zeros alone, and most of a card is equal to the row above. So a card is 110 KB;
        // without the filter it is 800 KB, and the ordinary compression takes eight times as long for a third less.
        encoder.set_compression(png::Compression::Fast);
        encoder.set_filter(png::Filter::Up);
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&self.pixels)?;
        writer.finish()?;
        Ok(out)
    }
}
