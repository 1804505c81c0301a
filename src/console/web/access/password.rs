//! Passwords under Argon2id, in the notation of PHC: `$argon2id$v=19$m=…,t=…,p=…$salt$hash`.

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;

use super::same;

/// A password of fewer characters is guessed: NIST SP 800-63B-4 asks for 15 where it stands alone and 8 beside a code,
/// and tries are few here.
pub const CHARS_MIN: usize = 10;
/// Argon2 takes more; a form does not.
pub const CHARS_MAX: usize = 200;
/// The least of OWASP's cheat sheet on storing passwords: 19 MiB, two passes; some 30 ms of a small machine.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
const SALT_BYTES: usize = 16;
const HASH_BYTES: usize = 32;

/// Why a password is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weak {
    Short,
    Long,
    /// It is the person's name, or has too few different characters.
    Plain,
}

/// Errors: it would be guessed.
pub fn check(password: &str, name: &str) -> Result<(), Weak> {
    let chars = password.chars().count();
    if chars < CHARS_MIN {
        return Err(Weak::Short);
    }
    if chars > CHARS_MAX {
        return Err(Weak::Long);
    }
    let different: std::collections::BTreeSet<char> = password.chars().collect();
    let (lower, name) = (password.to_lowercase(), name.trim().to_lowercase());
    let steps = password.chars().zip(password.chars().skip(1)).filter(|(a, b)| *b as u32 == *a as u32 + 1).count();
    if different.len() < 5 || steps + 1 == chars || (!name.is_empty() && lower.replace(&name, "").chars().count() < 6) {
        return Err(Weak::Plain);
    }
    Ok(())
}

/// What is kept of a password. Takes the time and memory that a try takes.
pub fn hash(password: &str) -> String {
    let salt = rand::random::<[u8; SALT_BYTES]>();
    let hash = derived(password, &salt, (MEMORY_KIB, PASSES, LANES)).expect("these costs are within Argon2's bounds");
    format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}${}${}", BASE64.encode(salt), BASE64.encode(hash))
}

/// Whether this is the password. With nothing kept it never is, and takes as long: nobody learns who has a login.
pub fn fits(password: &str, kept: Option<&str>) -> bool {
    let read = kept.and_then(read);
    let Some((cost, salt, wanted)) = read else {
        let _ = std::hint::black_box(derived(password, &[0; SALT_BYTES], (MEMORY_KIB, PASSES, LANES)));
        return false;
    };
    derived(password, &salt, cost).is_some_and(|hash| same(&hash, &wanted))
}

type Kept = ((u32, u32, u32), Vec<u8>, Vec<u8>);

fn read(kept: &str) -> Option<Kept> {
    let mut parts = kept.strip_prefix("$argon2id$v=19$")?.split('$');
    let (cost, salt, hash) = (parts.next()?, parts.next()?, parts.next()?);
    let mut costs = cost.split(',').zip(["m=", "t=", "p="]).map(|(text, name)| text.strip_prefix(name)?.parse().ok());
    let cost = (costs.next()??, costs.next()??, costs.next()??);
    Some((cost, BASE64.decode(salt).ok()?, BASE64.decode(hash).ok()?))
}

fn derived(password: &str, salt: &[u8], (memory, passes, lanes): (u32, u32, u32)) -> Option<[u8; HASH_BYTES]> {
    let params = Params::new(memory, passes, lanes, Some(HASH_BYTES)).ok()?;
    let mut hash = [0; HASH_BYTES];
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon2.hash_password_into(password.as_bytes(), salt, &mut hash).ok()?;
    Some(hash)
}
