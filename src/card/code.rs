//! The QR code of a link, as squares.

use qrcode::{Color, EcLevel, QrCode};

use crate::card::CardFault;

/// A longer link gives a code whose squares are too small for a telephone a step away from a poster.
pub const LINK_BYTES_MAX: usize = 200;
/// The white that the standard (ISO/IEC 18004) asks for on each side, in squares.
pub(super) const QUIET_SQUARES: usize = 4;

/// The squares of a code: rows of dark or light.
pub(super) struct Code {
    pub(super) side: usize,
    dark: Vec<bool>,
}

impl Code {
    /// Errors: the link is longer than [`LINK_BYTES_MAX`].
    pub(super) fn of(link: &str) -> Result<Code, CardFault> {
        let long = CardFault::LongLink { bytes: link.len(), bytes_max: LINK_BYTES_MAX };
        if link.len() > LINK_BYTES_MAX {
            return Err(long);
        }
        let code = QrCode::with_error_correction_level(link, EcLevel::M).map_err(|_| long)?;
        let dark = code.to_colors().into_iter().map(|color| color == Color::Dark).collect();
        Ok(Code { side: code.width(), dark })
    }

    /// The dark squares of a row, neighbours together: (first column, how many).
    pub(super) fn dark(&self, row: usize) -> Vec<(usize, usize)> {
        let mut found: Vec<(usize, usize)> = Vec::new();
        for (column, _) in self.dark[row * self.side..][..self.side].iter().enumerate().filter(|(_, dark)| **dark) {
            match found.last_mut() {
                Some((first, count)) if *first + *count == column => *count += 1,
                _ => found.push((column, 1)),
            }
        }
        found
    }
}

/// The code of a text for a page: how many squares a side has, the white around it counted, and the dark ones as the `d` of
/// an SVG path.
///
/// Errors: the text is longer than a poster's link may be.
pub fn squares(text: &str) -> Result<(usize, String), CardFault> {
    let code = Code::of(text)?;
    let mut path = String::new();
    for row in 0..code.side {
        for (column, count) in code.dark(row) {
            path += &format!("M{} {}h{count}v1h-{count}z", column + QUIET_SQUARES, row + QUIET_SQUARES);
        }
    }
    Ok((code.side + 2 * QUIET_SQUARES, path))
}

/// The code of a text for a terminal with light letters on a dark ground: two squares a character.
///
/// Errors: the text is longer than a poster's link may be.
pub fn in_half_blocks(text: &str) -> Result<String, CardFault> {
    let code = Code::of(text)?;
    let (quiet, side) = (QUIET_SQUARES as isize, code.side as isize);
    let dark = |row: isize, column: isize| {
        (0..side).contains(&row) && (0..side).contains(&column) && code.dark[(row * side + column) as usize]
    };
    let mut lines = String::new();
    for row in (-quiet..side + quiet).step_by(2) {
        for column in -quiet..side + quiet {
            // A light square is drawn: the paper of the code is the terminal's ink.
            lines.push(match (dark(row, column), dark(row + 1, column)) {
                (false, false) => '█',
                (false, true) => '▀',
                (true, false) => '▄',
                (true, true) => ' ',
            });
        }
        lines.push('\n');
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_corners_are_a_codes_corners() {
        let code = Code::of("https://example.org/n/2026-0412").unwrap();
        // The finder pattern (ISO/IEC 18004): 7 dark, then 1-5-1, then 1-1-3-1-1.
        assert_eq!(code.dark(0)[0], (0, 7));
        assert_eq!(code.dark(1)[..2], [(0, 1), (6, 1)]);
        assert_eq!(code.dark(2)[..3], [(0, 1), (2, 3), (6, 1)]);
        assert_eq!(code.dark(0).last(), Some(&(code.side - 7, 7)));
    }

    #[test]
    fn half_blocks_hold_the_same_squares() {
        let text = "https://county.example:8443 ABCD-EFGH-JKMN-PQRS-TVWX";
        let (code, shown) = (Code::of(text).unwrap(), in_half_blocks(text).unwrap());
        let mut dark = 0;
        for line in shown.lines() {
            assert_eq!(line.chars().count(), code.side + 2 * QUIET_SQUARES);
            dark += line
                .chars()
                .map(|c| match c {
                    '█' => 0,
                    ' ' => 2,
                    _ => 1,
                })
                .sum::<usize>();
        }
        assert_eq!(dark, code.dark.iter().filter(|dark| **dark).count());
    }

    #[test]
    fn a_long_link_is_a_fault() {
        let link = format!("https://example.org/{}", "n".repeat(LINK_BYTES_MAX));
        assert!(matches!(Code::of(&link), Err(CardFault::LongLink { .. })));
    }
}
