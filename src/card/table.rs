//! A table as a picture: coloured cells with short texts in any of the scripts. Knows nothing of what they mean.

use crate::card::fonts::{Press, Weight};
use crate::card::layout::{Mark, Page, Part};
use crate::card::paint::Paint;
use crate::card::script::Script;
use crate::card::typeset::{self, Line, Style};
use crate::card::{CardFault, Fonts, canvas};

/// Pixels of Han in a cell.
const SIZE: f32 = 22.0;
/// Pixels between a cell's edge and its text.
const PADDING: f32 = 10.0;
/// Pixels between two cells.
const GAP: f32 = 2.0;
/// Pixels around the table.
const MARGIN: f32 = 16.0;
/// Pixels: a longer text goes on in a second line.
const COLUMN_MAX: f32 = 360.0;
/// Pixels: a cell without text is still seen.
const COLUMN_MIN: f32 = 36.0;
/// Pixels: wider pictures are opened by no telephone.
const WIDTH_MAX: f32 = 6000.0;
/// Pixels, likewise; with the width it bounds a picture to 96 MB while it is drawn.
const HEIGHT_MAX: f32 = 16_000.0;

/// A cell of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    pub text: String,
    pub tone: Tone,
}

/// What is drawn: rows, with a line above them and lines below.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// What the table is of; nothing is drawn when it is empty.
    pub title: String,
    /// The first is the heading.
    pub rows: Vec<Vec<Cell>>,
    /// What the colours and words mean, each in a line of the table's width.
    pub legend: Vec<Cell>,
}

/// What the colour of a cell says. The first row of a table is its heading, whatever its tones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Plain,
    /// Green.
    Good,
    /// Yellow.
    Warn,
    /// Red.
    Bad,
}

impl Cell {
    pub fn new(text: impl Into<String>, tone: Tone) -> Cell {
        Cell { text: text.into(), tone }
    }
}

impl Tone {
    fn paint(self) -> Paint {
        match self {
            Tone::Plain => Paint::Paper,
            Tone::Good => Paint::Good,
            Tone::Warn => Paint::Warn,
            Tone::Bad => Paint::Bad,
        }
    }
}

/// Draws a table as a PNG: the first row as its heading, columns as wide as their texts, rows as high. A row may be
/// shorter than the heading.
///
/// Errors: there is no row, a text cannot be drawn, the table is larger than [`WIDTH_MAX`] by [`HEIGHT_MAX`].
pub fn table(table: &Table, fonts: &Fonts) -> Result<Vec<u8>, CardFault> {
    let mut press = fonts.press();
    let rows = &table.rows;
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    if columns == 0 {
        return Err(CardFault::Empty);
    }
    let widths = widths(&mut press, rows, columns)?;
    let width = widths.iter().map(|width| width + 2.0 * PADDING + GAP).sum::<f32>() - GAP + 2.0 * MARGIN;
    if width > WIDTH_MAX {
        let text = format!("{columns} columns");
        return Err(CardFault::TooWide { text, width: width as u32, width_max: WIDTH_MAX as u32 });
    }
    let mut marks = Vec::new();
    let mut y = MARGIN;
    let inner = width - 2.0 * MARGIN;
    if !table.title.is_empty() {
        let mut title = Part { height: y, marks: Vec::new() };
        title.lines(MARGIN, typeset::set(&mut press, &table.title, style(true), inner)?, Paint::Paper);
        marks.extend(title.marks);
        y = title.height.ceil() + PADDING;
    }
    for (i, row) in rows.iter().enumerate() {
        let style = style(i == 0);
        let cells: Result<Vec<Vec<Line>>, CardFault> =
            row.iter().zip(&widths).map(|(cell, width)| typeset::set(&mut press, &cell.text, style, *width)).collect();
        let cells = cells?;
        let text_height = |lines: &Vec<Line>| lines.iter().map(Line::height).sum::<f32>();
        let height = (cells.iter().map(text_height).fold(SIZE, f32::max) + PADDING).ceil();
        let mut x = MARGIN;
        for ((cell, lines), width) in row.iter().zip(cells).zip(&widths) {
            let paint = if i == 0 { Paint::Head } else { cell.tone.paint() };
            marks.push(Mark::Ground { x, y, width: width + 2.0 * PADDING, height, paint });
            let mut part = Part { height: y + (height - text_height(&lines)) / 2.0, marks: Vec::new() };
            part.lines(x + PADDING, lines, paint);
            marks.extend(part.marks);
            x += width + 2.0 * PADDING + GAP;
        }
        y += height + GAP;
        if y > HEIGHT_MAX {
            return Err(CardFault::TooHigh { height: y as u32, height_max: HEIGHT_MAX as u32 });
        }
    }
    if !table.legend.is_empty() {
        y += PADDING;
    }
    for cell in &table.legend {
        let paint = cell.tone.paint();
        let lines = typeset::set(&mut press, &cell.text, style(false), inner - 2.0 * PADDING)?;
        let mut part = Part { height: y + PADDING / 2.0, marks: Vec::new() };
        part.lines(MARGIN + PADDING, lines, paint);
        let bottom = (part.height + PADDING / 2.0).ceil();
        marks.push(Mark::Ground { x: MARGIN, y, width: inner, height: bottom - y, paint });
        marks.extend(part.marks);
        y = bottom + GAP;
    }
    if y > HEIGHT_MAX {
        return Err(CardFault::TooHigh { height: y as u32, height_max: HEIGHT_MAX as u32 });
    }
    let page = Page { width, height: y - GAP + MARGIN, marks };
    canvas::png(&mut press, &page)
}

fn style(is_heading: bool) -> Style {
    let weight = if is_heading { Weight::Bold } else { Weight::Regular };
    Style { script: Script::Han, weight, size: SIZE }
}

/// How wide each column's texts are, [`COLUMN_MAX`] at most.
fn widths(press: &mut Press, rows: &[Vec<Cell>], columns: usize) -> Result<Vec<f32>, CardFault> {
    let mut widths = vec![COLUMN_MIN; columns];
    for (i, row) in rows.iter().enumerate() {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = typeset::natural_width(press, &cell.text, style(i == 0))?.clamp(*width, COLUMN_MAX.max(*width));
        }
    }
    Ok(widths)
}
