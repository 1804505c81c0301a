//! The QR code of a link, as squares.

use qrcode::{Color, EcLevel, QrCode};

use crate::card::CardFault;

/// A longer link gives a code whose squares are too small for a telephone a step away from a poster.
const LINK_BYTES_MAX: usize = 200;
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
    fn a_long_link_is_a_fault() {
        let link = format!("https://example.org/{}", "n".repeat(LINK_BYTES_MAX));
        assert!(matches!(Code::of(&link), Err(CardFault::LongLink { .. })));
    }
}
