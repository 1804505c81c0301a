//! Lays a poster out: on one sheet of A4 as large as fits, and what is too long for one at a readable size on over
//! several. Knows no painter.

use crate::card::fonts::Press;
use crate::card::layout::{Page, Part, Pieces, Sheet};
use crate::card::paint::Paint;
use crate::card::typeset::Line;
use crate::card::{Card, CardFault};

/// A4 (ISO 216), in points.
pub const POSTER_WIDTH: f32 = 595.28;
pub const POSTER_HEIGHT: f32 = 841.89;
/// Points of Han in the body of a poster: the largest that fits is taken. Below 11 nobody reads it from a wall; above 34
/// a line has too few characters.
const SIZE_MIN: f32 = 11.0;
const SIZE_MAX: f32 = 34.0;
/// The least on several sheets: one more sheet costs less than letters to squint at.
const SIZE_MIN_OF_SEVERAL: f32 = 16.0;
/// How finely the size is sought.
const SIZE_STEP: f32 = 0.25;
/// More than these hang on no wall.
const PAGES_MAX: usize = 12;
/// A page that head and foot leave less room on, in sizes of the body, holds no title with a line below it.
const ROOM_MIN: f32 = 10.0;
/// So many lines of a message stay with its title.
const LINES_WITH_TITLE: usize = 2;

/// The pages of a poster.
///
/// Errors: a text that cannot be drawn; more than [`PAGES_MAX`] pages.
pub(super) fn poster(press: &mut Press, card: &Card) -> Result<Vec<Page>, CardFault> {
    let at = |press: &mut Press, size: f32| sheet(card, size).pieces(press);
    let least = at(press, SIZE_MIN)?;
    if height(&least) > POSTER_HEIGHT {
        return several(press, card);
    }
    let best = largest(least, SIZE_MIN, |size| at(press, size), |pieces| height(pieces) <= POSTER_HEIGHT)?;
    Ok(vec![one(best)])
}

fn sheet(card: &Card, size: f32) -> Sheet<'_> {
    Sheet { card, width: POSTER_WIDTH, size, snap: 0.1 }
}

fn height(pieces: &Pieces) -> f32 {
    pieces.head.height + pieces.sections.iter().map(|part| part.height).sum::<f32>() + pieces.foot.height
}

/// What comes of the largest size that fits, when `least` came of the smallest and fits: it lies between one that does and
/// one that does not, and one that breaks a word does not.
fn largest<T>(
    least: T,
    size_min: f32,
    mut at: impl FnMut(f32) -> Result<T, CardFault>,
    fits: impl Fn(&T) -> bool,
) -> Result<T, CardFault> {
    let mut best = least;
    let (mut does, mut does_not) = (0, ((SIZE_MAX - size_min) / SIZE_STEP) as u32 + 1);
    while does + 1 < does_not {
        let middle = does.midpoint(does_not);
        match at(size_min + middle as f32 * SIZE_STEP) {
            Ok(found) if fits(&found) => (does, best) = (middle, found),
            Ok(_) | Err(CardFault::TooWide { .. } | CardFault::TooHigh { .. }) => does_not = middle,
            Err(fault) => return Err(fault),
        }
    }
    Ok(best)
}

/// One page: the room that is left stands between the languages.
fn one(pieces: Pieces) -> Page {
    let room = (POSTER_HEIGHT - height(&pieces)) / (pieces.sections.len() as f32 + 1.0);
    let mut y = pieces.head.height + room / 2.0;
    let mut marks = pieces.head.marks;
    for section in pieces.sections {
        let height = section.height;
        marks.extend(section.shifted(y));
        y += height + room;
    }
    let foot = POSTER_HEIGHT - pieces.foot.height;
    marks.extend(pieces.foot.shifted(foot));
    Page { width: POSTER_WIDTH, height: POSTER_HEIGHT, marks }
}

/// As few pages as the least size takes, and then the largest size that takes no more. Each has head and foot: they may
/// hang beside each other, or one may be lost.
fn several(press: &mut Press, card: &Card) -> Result<Vec<Page>, CardFault> {
    let least = sheet(card, SIZE_MIN_OF_SEVERAL).bodies(press)?;
    let count = least.len();
    if count > PAGES_MAX {
        return Err(CardFault::TooManyPages { pages: count, pages_max: PAGES_MAX });
    }
    let at = |size: f32| Ok((size, sheet(card, size).bodies(press)?));
    let fits = |(_, bodies): &(f32, Vec<Part>)| bodies.len() <= count;
    let (size, bodies) = largest((SIZE_MIN_OF_SEVERAL, least), SIZE_MIN_OF_SEVERAL, at, fits)?;
    let sheet = sheet(card, size);
    let head = sheet.head(press)?;
    let pages = bodies.len();
    let mut done = Vec::new();
    for (i, body) in bodies.into_iter().enumerate() {
        let foot = sheet.foot(press, Some((i + 1, pages)))?;
        let mut marks = head.clone().marks;
        marks.extend(body.shifted(head.height));
        let top = POSTER_HEIGHT - foot.height;
        marks.extend(foot.shifted(top));
        done.push(Page { width: POSTER_WIDTH, height: POSTER_HEIGHT, marks });
    }
    Ok(done)
}

impl Sheet<'_> {
    /// What stands between head and foot of each page. A message that a page holds whole is not parted; the title of one
    /// that is too long stays with its first lines. A draft is marked anew on each page.
    fn bodies(&self, press: &mut Press) -> Result<Vec<Part>, CardFault> {
        self.refuse_empty()?;
        let room = POSTER_HEIGHT - self.head(press)?.height - self.foot(press, Some((1, 1)))?.height;
        if room < ROOM_MIN * self.size {
            return Err(CardFault::TooHigh { height: POSTER_HEIGHT as u32, height_max: room.max(0.0) as u32 });
        }
        let mut flow = Flow { room, pages: Vec::new(), page: Part::default() };
        for section in &self.card.sections {
            for (i, item) in section.items.iter().enumerate() {
                let title = self.title(press, section, item)?;
                let text = self.text(press, section, item)?;
                let fresh = self.opening(press, section, true)?;
                let whole = high(&title) + high(&text);
                let start = high(&title) + high(&text[..text.len().min(LINES_WITH_TITLE)]);
                let lead = match i {
                    0 => self.opening(press, section, flow.page.height == 0.0)?,
                    _ => Part { height: self.between_items(), marks: Vec::new() },
                };
                let left = flow.room - flow.page.height - lead.height;
                let is_parted = whole > left && fresh.height + whole <= flow.room;
                if flow.page.height > 0.0 && (is_parted || start > left) {
                    flow.turn(&fresh);
                } else {
                    flow.put(lead);
                }
                for line in title.into_iter().chain(text) {
                    if flow.page.height + line.height() > flow.room {
                        flow.turn(&fresh);
                    }
                    flow.page.lines(self.margin(), vec![line], Paint::Paper);
                }
            }
            flow.page.height += self.below_section();
        }
        flow.pages.push(flow.page);
        Ok(flow.pages)
    }
}

fn high(lines: &[Line]) -> f32 {
    lines.iter().map(Line::height).sum()
}

/// Pages that fill from above.
struct Flow {
    /// Of each page, between head and foot.
    room: f32,
    /// Those that are full.
    pages: Vec<Part>,
    page: Part,
}

impl Flow {
    fn put(&mut self, part: Part) {
        let height = part.height;
        let top = self.page.height;
        self.page.marks.extend(part.shifted(top));
        self.page.height += height;
    }

    /// Goes on on another page, below what opens it.
    fn turn(&mut self, opening: &Part) {
        self.pages.push(std::mem::take(&mut self.page));
        self.put(opening.clone());
    }
}
