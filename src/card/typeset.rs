//! Sets a text in lines of a width: shapes it with the font of each script, ends lines where the scripts allow, and
//! refuses what cannot be drawn. Knows no colour and no page.

use std::ops::Range;
use std::sync::Arc;

use cosmic_text::{
    Attrs, AttrsList, BufferLine, CacheKeyFlags, Ellipsize, Family, Hinting, LayoutGlyph, LayoutLine, LineEnding,
    Metrics, Shaping, Wrap, fontdb,
};

use crate::card::CardFault;
use crate::card::fonts::{Press, Weight};
use crate::card::script::{self, Script};

/// So much of a text is quoted in a fault, in characters.
const QUOTED_MAX: usize = 24;
/// Rounding of widths, in the page's units.
const WIDTH_SLACK: f32 = 0.5;
/// A letter drawn unhinted keeps its place in a stack.
const FLAGS: CacheKeyFlags = CacheKeyFlags::DISABLE_HINTING;

/// How a text is set.
#[derive(Debug, Clone, Copy)]
pub(super) struct Style {
    /// What its spaces and its empty lines belong to.
    pub(super) script: Script,
    pub(super) weight: Weight,
    /// Of Han, in the page's units; the other scripts follow by their scale.
    pub(super) size: f32,
}

/// A line that is set. Lengths are in the page's units.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) width: f32,
    /// From its upper edge to the base line.
    pub(super) up: f32,
    /// From the base line to its lower edge.
    pub(super) down: f32,
    pub(super) runs: Vec<Run>,
}

impl Line {
    pub(super) fn height(&self) -> f32 {
        self.up + self.down
    }
}

/// Glyphs of one font, in one line.
#[derive(Debug, Clone)]
pub(super) struct Run {
    pub(super) font: fontdb::ID,
    pub(super) weight: fontdb::Weight,
    pub(super) size: f32,
    pub(super) glyphs: Vec<Glyph>,
    /// The whole paragraph, which the glyphs' ranges are of.
    pub(super) text: Arc<str>,
}

#[derive(Debug, Clone)]
pub(super) struct Glyph {
    pub(super) id: u16,
    /// From the line's left edge to its origin, without its offset.
    pub(super) x: f32,
    pub(super) advance: f32,
    /// Right of `x` and above the base line, in parts of the size.
    pub(super) offset: (f32, f32),
    /// The characters it stands for.
    pub(super) range: Range<usize>,
}

impl Run {
    /// What a painter knows a glyph's picture by.
    pub(super) fn key(&self, glyph: &Glyph, at: (f32, f32)) -> (cosmic_text::CacheKey, i32, i32) {
        cosmic_text::CacheKey::new(self.font, glyph.id, self.size, at, self.weight, FLAGS)
    }
}

/// Sets `text` in lines at most `width` wide. Line feeds end paragraphs.
///
/// Errors: a character that no font has, a mark without its letter, a word wider than `width`.
pub(super) fn set(press: &mut Press, text: &str, style: Style, width: f32) -> Result<Vec<Line>, CardFault> {
    let mut lines = Vec::new();
    for paragraph in script::settable(text).trim().lines() {
        lines.extend(paragraph_lines(press, paragraph.trim(), style, Some(width))?);
    }
    Ok(lines)
}

/// How wide `text` is when no line ends before its own end.
///
/// Errors: as [`set`], but for the width.
pub(super) fn natural_width(press: &mut Press, text: &str, style: Style) -> Result<f32, CardFault> {
    let mut width = 0.0_f32;
    for paragraph in script::settable(text).trim().lines() {
        for line in paragraph_lines(press, paragraph.trim(), style, None)? {
            width = width.max(line.width);
        }
    }
    Ok(width.ceil())
}

fn paragraph_lines(press: &mut Press, text: &str, style: Style, width: Option<f32>) -> Result<Vec<Line>, CardFault> {
    let runs = script::runs(text, style.script);
    if let Some(mark) = script::orphan(text) {
        return Err(CardFault::DottedCircle {
            characters: code_points(&text[mark.clone()]),
            text: around(text, &mark),
        });
    }
    let attrs = |press: &Press, script: Script| {
        let face = press.face(script, style.weight);
        let size = style.size * script.scale();
        (face.family.clone(), face.weight, Metrics::new(size, size))
    };
    let (family, weight, metrics) = attrs(press, style.script);
    let default = Attrs::new().family(Family::Name(&family)).weight(weight).metrics(metrics).cache_key_flags(FLAGS);
    let mut list = AttrsList::new(&default);
    for (range, script) in runs.iter().filter(|(_, script)| *script != style.script) {
        let (family, weight, metrics) = attrs(press, *script);
        let attrs = Attrs::new().family(Family::Name(&family)).weight(weight).metrics(metrics).cache_key_flags(FLAGS);
        list.add_span(range.clone(), &attrs);
    }
    let mut line = BufferLine::new(text, LineEnding::None, list, Shaping::Advanced);
    // By words alone: a syllable is never cut. What is wider than the line then is a fault below.
    let laid =
        line.layout(&mut press.system, style.size, width, Wrap::Word, Ellipsize::None, None, 1, Hinting::Disabled);
    for line in laid {
        refuse_undrawable(press, text, line)?;
        if let Some(width_max) = width {
            refuse_overflow(text, line, width_max)?;
        }
    }
    let text: Arc<str> = text.into();
    Ok(laid.iter().map(|line| line_of(&text, line, &runs, style)).collect())
}

/// `U+0F71 U+0F77`, for a fault.
fn code_points(text: &str) -> String {
    let each: Vec<String> = text.chars().map(|c| format!("U+{:04X}", u32::from(c))).collect();
    each.join(" ")
}

/// The words around a place of a text.
fn around(text: &str, range: &Range<usize>) -> String {
    let before: Vec<char> = text[..range.start].chars().rev().take(QUOTED_MAX / 2).collect();
    let rest = text[range.start..].chars().take(QUOTED_MAX / 2);
    before.into_iter().rev().chain(rest).collect()
}

fn refuse_undrawable(press: &Press, text: &str, line: &LayoutLine) -> Result<(), CardFault> {
    for glyph in &line.glyphs {
        let range = glyph.start..glyph.end;
        let characters = || code_points(&text[range.clone()]);
        if glyph.glyph_id == 0 {
            return Err(CardFault::NoGlyph { characters: characters(), text: around(text, &range) });
        }
        if press.is_dotted_circle(glyph.font_id, glyph.glyph_id) {
            return Err(CardFault::DottedCircle { characters: characters(), text: around(text, &range) });
        }
    }
    Ok(())
}

/// The right end of what is seen of a line: spaces at its end do not count.
fn seen_width(text: &str, line: &LayoutLine) -> f32 {
    let is_seen = |glyph: &&LayoutGlyph| !text[glyph.start..glyph.end].chars().all(char::is_whitespace);
    line.glyphs.iter().filter(is_seen).map(|glyph| glyph.x + glyph.w).fold(0.0, f32::max)
}

fn refuse_overflow(text: &str, line: &LayoutLine, width_max: f32) -> Result<(), CardFault> {
    let width = seen_width(text, line);
    if width <= width_max + WIDTH_SLACK {
        return Ok(());
    }
    let start = line.glyphs.iter().map(|glyph| glyph.start).min().unwrap_or(0);
    let text = text[start..].chars().take(QUOTED_MAX).collect();
    Err(CardFault::TooWide { text, width: width.ceil() as u32, width_max: width_max as u32 })
}

fn line_of(text: &Arc<str>, line: &LayoutLine, scripts: &[(Range<usize>, Script)], style: Style) -> Line {
    let mut out = Line { width: seen_width(text, line), up: 0.0, down: 0.0, runs: Vec::new() };
    // The text's own script gives every line its height, so that a line of digits stands like its neighbours.
    let start = line.glyphs.iter().map(|glyph| glyph.start).min().unwrap_or(0);
    let end = line.glyphs.iter().map(|glyph| glyph.end).max().unwrap_or(0);
    let of_line = scripts.iter().filter(|(range, _)| range.start < end && range.end > start);
    for script in of_line.map(|(_, script)| *script).chain([style.script]) {
        let size = style.size * script.scale();
        out.up = out.up.max(script.up() * size);
        out.down = out.down.max(script.down() * size);
    }
    for glyph in &line.glyphs {
        let (font, size) = (glyph.font_id, glyph.font_size);
        if out.runs.last().is_none_or(|run| run.font != font || run.size != size) {
            out.runs.push(Run { font, weight: glyph.font_weight, size, glyphs: Vec::new(), text: text.clone() });
        }
        let run = out.runs.last_mut().expect("a run was pushed");
        run.glyphs.push(Glyph {
            id: glyph.glyph_id,
            x: glyph.x,
            advance: glyph.w,
            offset: (glyph.x_offset, glyph.y_offset),
            range: glyph.start..glyph.end,
        });
    }
    out
}
