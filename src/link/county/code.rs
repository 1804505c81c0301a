//! Codes that let a box in: 100 bits from the system's random source, in letters and digits that are not mixed up when
//! they are read out over a telephone (Crockford's base32: no I, L, O, U).

use crate::base::Digest;

const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Five bits each.
const LETTERS_COUNT: usize = 20;
const GROUP: usize = 4;

/// A new code, in groups: `XXXX-XXXX-XXXX-XXXX-XXXX`.
pub fn make() -> String {
    let random: [u8; LETTERS_COUNT] = rand::random();
    let letters: Vec<u8> = random.iter().map(|byte| LETTERS[usize::from(byte & 31)]).collect();
    let groups: Vec<&str> =
        letters.chunks(GROUP).map(|group| std::str::from_utf8(group).expect("these letters are ASCII")).collect();
    groups.join("-")
}

/// The digest a code is kept under, however it was typed: small letters, without hyphens, O for 0, I or L for 1.
pub fn digest(code: &str) -> Digest {
    let tidy = code.chars().filter(|c| !c.is_whitespace() && *c != '-').map(|c| match c.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    });
    Digest::of(tidy.collect::<String>().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_known_however_it_is_typed() {
        let code = make();
        assert_eq!((code.len(), code.split('-').count()), (24, 5));
        assert_ne!(code, make());
        assert!(code.bytes().all(|byte| byte == b'-' || LETTERS.contains(&byte)), "{code}");
        for (typed, same) in [("0a1b-2c3d", true), (" OA1B 2C3D", true), ("oaib2c3d", true), ("0A1B-2C3E", false)] {
            assert_eq!(digest(typed) == digest("0A1B2C3D"), same, "{typed}");
        }
    }
}
