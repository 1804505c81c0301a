//! Lays a card out: which text stands where, in which colour and size. Gives boxes and placed letters, for a painter of
//! pixels and one of PDF. Every length of a card is in parts of the size of its body, so that it can be made larger.

use crate::base::Tag;
use crate::card::code::{Code, QUIET_SQUARES};
use crate::card::fonts::{Press, Weight};
use crate::card::paint::Paint;
use crate::card::script::Script;
use crate::card::typeset::{self, Line, Run, Style};
use crate::card::{Card, CardFault, Item, Level, Look, Section};
use crate::lang::{Language, words};

/// Pixels: what chat services show without scaling it down first.
pub const CARD_WIDTH: f32 = 1080.0;
/// Pixels. A picture more than three times as high as wide is shown as a strip nobody can read.
pub const CARD_HEIGHT_MAX: f32 = 3240.0;
/// Pixels of Han in the body of a card: 21 characters a line.
const CARD_SIZE: f32 = 46.0;

/// How wide a code is, in sizes of the body.
const CODE_SIDE: f32 = 6.0;

/// What is drawn, in the order it is drawn. Lengths in pixels or points, from the upper left corner.
pub(super) struct Page {
    pub(super) width: f32,
    pub(super) height: f32,
    pub(super) marks: Vec<Mark>,
}

#[derive(Clone)]
pub(super) enum Mark {
    /// A box in the colour of a paint's ground.
    Ground { x: f32, y: f32, width: f32, height: f32, paint: Paint },
    /// A box in the colour of a paint's ink.
    Ink { x: f32, y: f32, width: f32, height: f32, paint: Paint },
    /// A box of slanted stripes, each `step` wide.
    Stripes { x: f32, y: f32, width: f32, height: f32, step: f32, paint: Paint },
    /// Letters of one font in one line; `x` is where the line begins.
    Letters { x: f32, baseline: f32, run: Run, paint: Paint },
}

impl Mark {
    fn shift(&mut self, down: f32) {
        match self {
            Mark::Ground { y, .. } | Mark::Ink { y, .. } | Mark::Stripes { y, .. } => *y += down,
            Mark::Letters { baseline, .. } => *baseline += down,
        }
    }
}

/// A piece of a page, from its own upper edge.
#[derive(Clone, Default)]
pub(super) struct Part {
    pub(super) height: f32,
    pub(super) marks: Vec<Mark>,
}

impl Part {
    /// Puts lines below what is there.
    pub(super) fn lines(&mut self, x: f32, lines: Vec<Line>, paint: Paint) {
        for line in lines {
            let (height, baseline) = (line.height(), self.height + line.up);
            self.marks.extend(line.runs.into_iter().map(|run| Mark::Letters { x, baseline, run, paint }));
            self.height += height;
        }
    }

    pub(super) fn shifted(mut self, down: f32) -> Vec<Mark> {
        self.marks.iter_mut().for_each(|mark| mark.shift(down));
        self.marks
    }
}

/// A card of given size, in pieces.
pub(super) struct Pieces {
    pub(super) head: Part,
    pub(super) sections: Vec<Part>,
    pub(super) foot: Part,
}

/// What every piece is laid out by.
pub(super) struct Sheet<'s> {
    pub(super) card: &'s Card,
    pub(super) width: f32,
    /// Of Han in the body.
    pub(super) size: f32,
    /// What the squares of a code are a multiple of.
    pub(super) snap: f32,
}

/// The page of a card: its height follows from its text.
pub(super) fn card(press: &mut Press, card: &Card) -> Result<Page, CardFault> {
    let sheet = Sheet { card, width: CARD_WIDTH, size: CARD_SIZE, snap: 1.0 };
    let pieces = sheet.pieces(press)?;
    let mut marks = Vec::new();
    let mut y = 0.0;
    for piece in [pieces.head].into_iter().chain(pieces.sections).chain([pieces.foot]) {
        let height = piece.height.ceil();
        marks.extend(piece.shifted(y));
        y += height;
    }
    if y > CARD_HEIGHT_MAX {
        return Err(CardFault::TooHigh { height: y as u32, height_max: CARD_HEIGHT_MAX as u32 });
    }
    Ok(Page { width: CARD_WIDTH, height: y, marks })
}

/// The script of a language of notices.
fn script_of(language: &Tag) -> Result<Script, CardFault> {
    let known = Language::of(language.as_str()).map(Script::of);
    known.ok_or_else(|| CardFault::UnknownLanguage(language.to_string()))
}

impl Sheet<'_> {
    pub(super) fn pieces(&self, press: &mut Press) -> Result<Pieces, CardFault> {
        self.refuse_empty()?;
        let mut sections = Vec::new();
        for (i, section) in self.card.sections.iter().enumerate() {
            sections.push(self.section(press, section, i == 0)?);
        }
        Ok(Pieces { head: self.head(press)?, sections, foot: self.foot(press, None)? })
    }

    pub(super) fn refuse_empty(&self) -> Result<(), CardFault> {
        let is_empty = self.card.sections.iter().any(|section| section.items.is_empty());
        if self.card.sections.is_empty() || is_empty { Err(CardFault::Empty) } else { Ok(()) }
    }

    pub(super) fn margin(&self) -> f32 {
        (1.15 * self.size / self.snap).round() * self.snap
    }

    pub(super) fn inner(&self) -> f32 {
        self.width - 2.0 * self.margin()
    }

    fn paint(&self) -> Paint {
        match self.card.look {
            Look::Daily => Paint::Daily,
            Look::Drill(_) => Paint::Drill,
            Look::Emergency(Level::I) => Paint::LevelI,
            Look::Emergency(Level::II) => Paint::LevelII,
            Look::Emergency(Level::III) => Paint::LevelIII,
            Look::Emergency(Level::IV) => Paint::LevelIV,
        }
    }

    fn is_drill(&self) -> bool {
        matches!(self.card.look, Look::Drill(_))
    }

    fn stripes(&self, y: f32) -> Mark {
        let (width, height) = (self.width, self.stripes_height());
        Mark::Stripes { x: 0.0, y, width, height, step: self.size * 0.6, paint: Paint::Stripes }
    }

    fn stripes_height(&self) -> f32 {
        (0.6 * self.size).ceil()
    }

    /// Who speaks and how grave it is, one line a language; for a drill between stripes; in a sample county its banner.
    pub(super) fn head(&self, press: &mut Press) -> Result<Part, CardFault> {
        let (size, margin, paint) = (self.size, self.margin(), self.paint());
        let level = match self.card.look {
            Look::Daily => None,
            Look::Drill(level) => level,
            Look::Emergency(level) => Some(level),
        };
        let mut band = Part { height: size * 0.4, marks: Vec::new() };
        if self.is_drill() {
            band.height += self.stripes_height();
        }
        let numeral = level.map(|level| self.numeral(press, level)).transpose()?;
        let numeral_width = numeral.as_ref().map_or(0.0, |(_, width)| *width);
        for section in &self.card.sections {
            let tag = section.language.as_str();
            let style = Style { script: script_of(&section.language)?, weight: Weight::Bold, size: size * 0.85 };
            let mark = match self.card.look {
                Look::Daily => words::word(tag, "ui-card-notice", &[]),
                Look::Drill(_) => words::word(tag, "ui-drill-mark", &[]),
                Look::Emergency(_) => words::word(tag, "ui-emergency-mark", &[]),
            };
            let level = level.map(|level| words::word(tag, "ui-level", &[("level", level.name())]));
            let text: Vec<String> = section.county.clone().into_iter().chain([mark]).chain(level).collect();
            band.lines(
                margin,
                typeset::set(press, &text.join("  "), style, self.inner() - numeral_width - size)?,
                paint,
            );
        }
        band.height = (band.height + size * 0.4).ceil();
        let mut head = Part { height: band.height, marks: Vec::new() };
        head.marks.push(Mark::Ground { x: 0.0, y: 0.0, width: self.width, height: band.height, paint });
        if self.is_drill() {
            head.marks.push(self.stripes(0.0));
        }
        if let Some((numeral, _)) = numeral {
            let from = if self.is_drill() { self.stripes_height() } else { 0.0 };
            let top = from + (band.height - from - numeral.height) / 2.0;
            head.marks.extend(numeral.shifted(top));
        }
        head.marks.extend(band.marks);
        if self.card.is_sample {
            let banner = self.sample(press)?;
            let height = banner.height;
            head.marks.extend(banner.shifted(head.height));
            head.height += height;
        }
        Ok(head)
    }

    /// The level in a frame at the right edge, and how wide it is.
    fn numeral(&self, press: &mut Press, level: Level) -> Result<(Part, f32), CardFault> {
        let (size, paint) = (self.size, self.paint());
        let style = Style { script: Script::Han, weight: Weight::Bold, size: size * 1.8 };
        let lines = typeset::set(press, level.name(), style, self.inner())?;
        let text_width = lines.iter().map(|line| line.width).fold(0.0, f32::max);
        let height = lines.iter().map(Line::height).sum::<f32>();
        // Wide enough to look like a sign even around a single stroke.
        let width = (text_width + size).max(height);
        let (x, thick) = (self.width - self.margin() - width, (size / 10.0 / self.snap).round() * self.snap);
        let mut part = Part::default();
        for (x, y, width, height) in [
            (x, 0.0, width, thick),
            (x, height - thick, width, thick),
            (x, 0.0, thick, height),
            (x + width - thick, 0.0, thick, height),
        ] {
            part.marks.push(Mark::Ink { x, y, width, height, paint });
        }
        part.lines(x + (width - text_width) / 2.0, lines, paint);
        Ok((part, width))
    }

    fn sample(&self, press: &mut Press) -> Result<Part, CardFault> {
        let mut lines = Part { height: self.size * 0.15, marks: Vec::new() };
        for section in &self.card.sections {
            let text = words::word(section.language.as_str(), "ui-sample-banner", &[]);
            let script = script_of(&section.language)?;
            let style = Style { script, weight: Weight::Regular, size: self.size * 0.55 };
            lines.lines(self.margin(), typeset::set(press, &text, style, self.inner())?, Paint::Sample);
        }
        let height = (lines.height + self.size * 0.15).ceil();
        let ground = Mark::Ground { x: 0.0, y: 0.0, width: self.width, height, paint: Paint::Sample };
        Ok(Part { height, marks: [ground].into_iter().chain(lines.marks).collect() })
    }

    fn section(&self, press: &mut Press, section: &Section, is_first: bool) -> Result<Part, CardFault> {
        let mut part = self.opening(press, section, is_first)?;
        for (i, item) in section.items.iter().enumerate() {
            if i > 0 {
                part.height += self.between_items();
            }
            part.lines(self.margin(), self.title(press, section, item)?, Paint::Paper);
            part.lines(self.margin(), self.text(press, section, item)?, Paint::Paper);
        }
        part.height += self.below_section();
        Ok(part)
    }

    /// What stands above a language: a rule below the one before, and the mark of a draft.
    pub(super) fn opening(&self, press: &mut Press, section: &Section, is_first: bool) -> Result<Part, CardFault> {
        let mut part = Part::default();
        if !is_first {
            part.marks.push(self.rule());
        }
        part.height += self.size * 0.45;
        if section.is_draft {
            self.draft(press, &mut part, section.language.as_str(), script_of(&section.language)?)?;
        }
        Ok(part)
    }

    pub(super) fn title(&self, press: &mut Press, section: &Section, item: &Item) -> Result<Vec<Line>, CardFault> {
        let style = Style { script: script_of(&section.language)?, weight: Weight::Bold, size: self.size * 1.3 };
        typeset::set(press, &item.title, style, self.inner())
    }

    pub(super) fn text(&self, press: &mut Press, section: &Section, item: &Item) -> Result<Vec<Line>, CardFault> {
        let style = Style { script: script_of(&section.language)?, weight: Weight::Regular, size: self.size };
        typeset::set(press, &item.text, style, self.inner())
    }

    pub(super) fn between_items(&self) -> f32 {
        self.size * 0.35
    }

    pub(super) fn below_section(&self) -> f32 {
        self.size * 0.45
    }

    fn rule(&self) -> Mark {
        let height = (self.size / 24.0).max(0.5);
        Mark::Ink { x: self.margin(), y: 0.0, width: self.inner(), height, paint: Paint::Quiet }
    }

    /// The mark of a text that nobody has reviewed.
    fn draft(&self, press: &mut Press, part: &mut Part, tag: &str, script: Script) -> Result<(), CardFault> {
        let style = Style { script, weight: Weight::Regular, size: self.size * 0.55 };
        let padding = self.size * 0.3;
        let text = words::word(tag, "ui-draft-mark", &[]);
        let lines = typeset::set(press, &text, style, self.inner() - 2.0 * padding)?;
        let width = lines.iter().map(|line| line.width).fold(0.0, f32::max) + 2.0 * padding;
        let height = lines.iter().map(Line::height).sum();
        part.marks.push(Mark::Ground { x: self.margin(), y: part.height, width, height, paint: Paint::Draft });
        part.lines(self.margin() + padding, lines, Paint::Draft);
        part.height += self.size * 0.15;
        Ok(())
    }

    /// Number, date and hotline in each language, and beside them the code; which page of how many it is; for a drill
    /// stripes below.
    pub(super) fn foot(&self, press: &mut Press, page: Option<(usize, usize)>) -> Result<Part, CardFault> {
        let size = self.size;
        let code = self.card.link.as_deref().map(Code::of).transpose()?;
        let square = code.as_ref().map_or(0.0, |code| {
            let wanted = CODE_SIDE * size / (code.side + 2 * QUIET_SQUARES) as f32;
            (wanted / self.snap).floor().max(1.0) * self.snap
        });
        let code_side = code.as_ref().map_or(0.0, |code| (code.side + 2 * QUIET_SQUARES) as f32 * square);
        let mut foot = Part { height: size * 0.35, marks: Vec::new() };
        let quiet = QUIET_SQUARES as f32 * square;
        self.contacts(press, &mut foot, self.inner() - code_side + quiet)?;
        if let Some((page, pages)) = page {
            let style = Style { script: Script::Han, weight: Weight::Regular, size: size * 0.62 };
            let number = typeset::set(press, &format!("{page} / {pages}"), style, self.inner())?;
            foot.lines(self.margin(), number, Paint::Quiet);
        }
        if foot.marks.is_empty() && code.is_none() {
            foot.height = 0.0;
        } else {
            foot.height += size * 0.45;
            foot.marks.push(self.rule());
        }
        if let Some(code) = code {
            // The margin is white as the code's own edge is: the two may lie on each other.
            let left = self.width - self.margin() - code_side + quiet;
            let top = (size * 0.15 / self.snap).ceil() * self.snap;
            foot.height = foot.height.max(top + code_side);
            for row in 0..code.side {
                for (column, count) in code.dark(row) {
                    let (x, y) = (left + quiet + column as f32 * square, top + quiet + row as f32 * square);
                    let width = count as f32 * square;
                    foot.marks.push(Mark::Ink { x, y, width, height: square, paint: Paint::Paper });
                }
            }
        }
        if self.is_drill() {
            foot.height = foot.height.ceil();
            foot.marks.push(self.stripes(foot.height));
            foot.height += self.stripes_height();
        }
        Ok(foot)
    }

    /// A row a language: the number to call, and beside it notice number and date.
    fn contacts(&self, press: &mut Press, foot: &mut Part, width: f32) -> Result<(), CardFault> {
        let (size, card) = (self.size, self.card);
        let mut hotlines = Vec::new();
        for section in &card.sections {
            let style = Style { script: script_of(&section.language)?, weight: Weight::Bold, size: size * 0.8 };
            let text = card
                .hotline
                .as_ref()
                .map(|number| words::word(section.language.as_str(), "ui-card-hotline", &[("number", number)]));
            hotlines.push(typeset::set(press, &text.unwrap_or_default(), style, width / 2.0)?);
        }
        let widest = hotlines.iter().flatten().map(|line| line.width).fold(0.0, f32::max);
        let column = if widest > 0.0 { widest + size * 0.8 } else { 0.0 };
        for (section, hotline) in card.sections.iter().zip(hotlines) {
            let style = Style { script: script_of(&section.language)?, weight: Weight::Regular, size: size * 0.62 };
            let number = card
                .notice
                .as_ref()
                .map(|number| words::word(section.language.as_str(), "ui-notice-number", &[("number", number)]));
            let small: Vec<String> = number.into_iter().chain(section.date.clone()).collect();
            // Beside each other where they fit, else each in a line of its own.
            let beside = small.join("    ");
            let fits = typeset::natural_width(press, &beside, style)? <= width - column;
            let small = if fits { beside } else { small.join("\n") };
            let small = typeset::set(press, &small, style, width - column)?;
            // Both stand on one base line.
            let up = |lines: &[Line]| lines.first().map_or(0.0, |line| line.up);
            let (ups, top) = ((up(&hotline), up(&small)), foot.height);
            let baseline = top + ups.0.max(ups.1);
            let mut left = Part { height: baseline - ups.0, marks: Vec::new() };
            left.lines(self.margin(), hotline, Paint::Paper);
            let mut right = Part { height: baseline - ups.1, marks: Vec::new() };
            right.lines(self.margin() + column, small, Paint::Quiet);
            foot.height = left.height.max(right.height);
            foot.marks.extend(left.marks.into_iter().chain(right.marks));
        }
        Ok(())
    }
}
