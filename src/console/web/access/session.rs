//! What a browser holds of a person, and how long it is good for.

use std::collections::BTreeSet;

use chrono::TimeDelta;

use super::same;
use crate::base::{Digest, Timestamp};
use crate::ledger::{Person, Role, SessionRow};

/// A session that is not used for this long has ended: somebody left their desk.
pub const IDLE_MAX: TimeDelta = TimeDelta::hours(2);
/// However busy, a person logs in anew after a working day.
pub const LENGTH_MAX: TimeDelta = TimeDelta::hours(12);
/// When a person was last here is kept to this much: a commit a minute, not one a page.
pub const SEEN_EVERY: TimeDelta = TimeDelta::minutes(1);
/// Of what a browser says of itself, this much is kept.
const BROWSER_CHARS_MAX: usize = 200;

/// 256 random bits, as 64 hex digits. Kept nowhere but at the browser, or in a link.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

/// Secrets stay out of logs.
impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(..)")
    }
}

impl Token {
    pub fn random() -> Token {
        Token(Digest(rand::random::<[u8; 32]>()).to_string())
    }

    /// None: it is not 64 hex digits.
    pub fn read(text: &str) -> Option<Token> {
        (text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())).then(|| Token(text.to_owned()))
    }

    /// For the browser, or the link, alone.
    pub fn secret(&self) -> &str {
        &self.0
    }

    /// What the ledger keeps.
    pub fn digest(&self) -> Digest {
        Digest::of(self.0.as_bytes())
    }

    /// What forms of this session carry: it follows from the token, and the token does not follow from it.
    pub fn of_forms(&self) -> String {
        Digest::of(format!("form {}", self.0).as_bytes()).to_string()
    }
}

/// Who asks.
#[derive(Debug, Clone)]
pub struct Session {
    pub row: SessionRow,
    pub person: Person,
    /// Hidden in each form, as `token`.
    pub form_token: String,
}

impl Session {
    pub fn name(&self) -> &str {
        &self.person.name
    }

    /// What they may do now: to approve takes a code beside the password.
    pub fn roles(&self) -> BTreeSet<Role> {
        let mut roles = self.person.roles.clone();
        if !self.row.with_code {
            roles.remove(&Role::Approver);
        }
        roles
    }

    pub fn may(&self, roles: &[Role]) -> bool {
        self.roles().iter().any(|role| roles.contains(role))
    }

    /// They are an approver, and cannot act as one before they log in with a code.
    pub fn lacks_code(&self) -> bool {
        self.person.roles.contains(&Role::Approver) && !self.row.with_code
    }

    /// Whether a form is this session's.
    pub fn sent(&self, token: &str) -> bool {
        same(self.form_token.as_bytes(), token.as_bytes())
    }
}

/// The session that begins now.
pub fn begin(
    token: &Token,
    person: &str,
    with_code: bool,
    (address, browser): (&str, &str),
    now: Timestamp,
) -> SessionRow {
    let browser = browser.chars().filter(|c| !c.is_control()).take(BROWSER_CHARS_MAX).collect();
    SessionRow {
        token: token.digest(),
        person: person.to_owned(),
        with_code,
        begun: now,
        seen: now,
        expires: now + LENGTH_MAX,
        address: address.to_owned(),
        browser,
    }
}

/// Whether a session is still good. A clock that was set back ends none.
pub fn is_good(row: &SessionRow, now: Timestamp) -> bool {
    now < row.expires && now - row.seen < IDLE_MAX
}
