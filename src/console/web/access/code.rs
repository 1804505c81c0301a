//! Codes of six digits from a generator on a person's telephone (TOTP, RFC 6238: SHA-1, half minutes), as every such
//! program makes them.

use totp_rs::{Algorithm, TOTP};

use super::same;
use crate::base::Timestamp;

const DIGITS: usize = 6;
const STEP_S: u64 = 30;
/// A telephone's clock may be off by so many half minutes (RFC 6238, section 5.2, recommends one).
const STEPS_OFF: u64 = 1;
/// RFC 4226, section 4, recommends 160 bits.
const SECRET_BYTES: usize = 20;

/// What generator and county share.
#[derive(Clone)]
pub struct Generator(TOTP);

/// Secrets stay out of logs.
impl std::fmt::Debug for Generator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Generator(..)")
    }
}

impl Generator {
    pub fn random() -> Generator {
        Generator::of(rand::random::<[u8; SECRET_BYTES]>().to_vec())
    }

    /// From base32; none when it is not that.
    pub fn read(secret: &str) -> Option<Generator> {
        let bytes = totp_rs::Secret::Encoded(secret.to_owned()).to_bytes().ok()?;
        (bytes.len() >= 16).then(|| Generator::of(bytes))
    }

    fn of(secret: Vec<u8>) -> Generator {
        let totp = TOTP::new(Algorithm::SHA1, DIGITS, STEPS_OFF as u8, STEP_S, secret);
        Generator(totp.expect("six digits of a secret of 128 bits or more"))
    }

    /// In base32, for whoever types it.
    pub fn secret(&self) -> String {
        self.0.get_secret_base32()
    }

    /// What a telephone reads from a QR code
    /// (<https://github.com/google/google-authenticator/wiki/Key-Uri-Format>).
    pub fn link(&self, county: &str, person: &str) -> String {
        let (county, person) = (super::super::form::encoded(county), super::super::form::encoded(person));
        format!("otpauth://totp/{county}:{person}?secret={}&issuer={county}", self.secret())
    }

    /// The half minute since 1970 whose code this is, if it is one of now; later than `after`, for a code is taken once.
    pub fn step_of(&self, code: &str, now: Timestamp, after: u64) -> Option<u64> {
        let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        let current = u64::try_from(now.timestamp()).ok()? / STEP_S;
        let steps = current.saturating_sub(STEPS_OFF)..=current + STEPS_OFF;
        steps.filter(|step| *step > after).find(|step| same(self.code_of(*step).as_bytes(), code.as_bytes()))
    }

    fn code_of(&self, step: u64) -> String {
        self.0.generate(step * STEP_S)
    }

    /// The code of an instant, for tests that hold the telephone.
    pub fn code_at(&self, at: Timestamp) -> String {
        self.code_of(u64::try_from(at.timestamp()).unwrap_or(0) / STEP_S)
    }
}
