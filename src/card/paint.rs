//! The colours of a card: pairs of a ground and the ink on it, few enough for a PNG with a palette.

/// A ground and what is written on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Paint {
    Paper,
    /// Small print, and lines.
    Quiet,
    Daily,
    Drill,
    /// The stripes of a drill.
    Stripes,
    LevelI,
    LevelII,
    LevelIII,
    LevelIV,
    Sample,
    Draft,
    Good,
    Warn,
    Bad,
    Head,
}

/// Red, green, blue.
pub(super) type Rgb = [u8; 3];

/// Shades from ground to ink in a picture. 16 pairs of 16 shades fill a palette of 256.
pub(super) const SHADES: u8 = 16;

const ALL: [Paint; 15] = [
    Paint::Paper,
    Paint::Quiet,
    Paint::Daily,
    Paint::Drill,
    Paint::Stripes,
    Paint::LevelI,
    Paint::LevelII,
    Paint::LevelIII,
    Paint::LevelIV,
    Paint::Sample,
    Paint::Draft,
    Paint::Good,
    Paint::Warn,
    Paint::Bad,
    Paint::Head,
];

const WHITE: Rgb = [0xff, 0xff, 0xff];
const BLACK: Rgb = [0x16, 0x16, 0x16];

impl Paint {
    pub(super) fn ground(self) -> Rgb {
        match self {
            Paint::Paper | Paint::Quiet => WHITE,
            Paint::Daily => [0x1f, 0x6f, 0x5c],
            Paint::Drill => [0x45, 0x4b, 0x57],
            Paint::Stripes => WHITE,
            Paint::LevelI => [0xc8, 0x10, 0x2e],
            Paint::LevelII => [0xff, 0x8c, 0x1a],
            Paint::LevelIII => [0xff, 0xd8, 0x1f],
            Paint::LevelIV => [0x0b, 0x57, 0xa4],
            Paint::Sample => [0xff, 0xf3, 0xc4],
            Paint::Draft => [0xe9, 0xe9, 0xe9],
            Paint::Good => [0xcd, 0xe8, 0xcf],
            Paint::Warn => [0xff, 0xe3, 0xa3],
            Paint::Bad => [0xf6, 0xc2, 0xbd],
            Paint::Head => [0x37, 0x47, 0x4f],
        }
    }

    pub(super) fn ink(self) -> Rgb {
        match self {
            Paint::Quiet => [0x5a, 0x5a, 0x5a],
            Paint::Daily | Paint::Drill | Paint::LevelI | Paint::LevelIV | Paint::Head => WHITE,
            Paint::Stripes => [0x45, 0x4b, 0x57],
            _ => BLACK,
        }
    }

    /// The colour of its ground in the palette; the shades to its ink follow.
    pub(super) fn index(self) -> u8 {
        self as u8 * SHADES
    }
}

/// The palette: every pair's shades, red, green, blue each.
pub(super) fn palette() -> Vec<u8> {
    let mut out = Vec::with_capacity(ALL.len() * usize::from(SHADES) * 3);
    for paint in ALL {
        let (ground, ink) = (paint.ground(), paint.ink());
        for shade in 0..u32::from(SHADES) {
            let last = u32::from(SHADES - 1);
            let mixed = |i: usize| (u32::from(ground[i]) * (last - shade) + u32::from(ink[i]) * shade) / last;
            out.extend((0..3).map(|i| mixed(i) as u8));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance and contrast as WCAG 2.1 defines them; 4.5 is its least for text, 7 its enhanced one.
    #[test]
    fn ink_is_read_on_its_ground() {
        let channel = |c: u8| {
            let c = f64::from(c) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        let luminance = |[r, g, b]: Rgb| 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
        for paint in ALL {
            let (a, b) = (luminance(paint.ground()), luminance(paint.ink()));
            let contrast = (a.max(b) + 0.05) / (a.min(b) + 0.05);
            assert!(contrast >= 5.5, "{paint:?}: {contrast:.1}");
        }
    }

    #[test]
    fn the_palette_has_each_paint_at_its_index() {
        let palette = palette();
        assert!(palette.len() <= 256 * 3);
        for paint in ALL {
            let at = usize::from(paint.index()) * 3;
            assert_eq!(palette[at..at + 3], paint.ground(), "{paint:?}");
            assert_eq!(palette[at + 45..at + 48], paint.ink(), "{paint:?}");
        }
    }
}
