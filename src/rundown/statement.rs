//! What approvers sign of an emergency, and what a station lets sound on their word.
//!
//! A [`Statement`] is a small sealed document of its own: which broadcast, how high, where, with which clips, from when
//! until when. It travels in the rundown beside the airings it is for. Whoever holds the county's rundown key can leave
//! such an airing out; to make one up takes the keys of two people.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::base::{Digest, Id, Length, Timestamp};
use crate::rundown::seal::{CLOCK_SKEW_MAX, Envelope, Key, KeyId, Keys, Use};
use crate::rundown::{Airing, Class, Level, Rank, Rundown};

/// The type tag of a sealed [`Statement`].
pub const ORDER_TYPE: &str = "application/vnd.cunxiang.order+json";
/// The format this version writes and reads.
pub const FORMAT: u16 = 1;
/// An emergency sounds on the word of this many people.
pub const APPROVERS_NEEDED: usize = 2;
/// A rundown has no more statements than this that are looked at: orders of one week.
const STATEMENTS_MAX: usize = 64;

/// What two people agree to when they sign an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    pub format: u16,
    pub order: u64,
    pub broadcast: Id,
    pub class: Class,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// The edition they had before them.
    pub edition: Digest,
    pub stations: BTreeSet<Id>,
    /// Every clip that may sound, the chime among them.
    pub clips: BTreeSet<Digest>,
    /// When it was filed, a whole second: the instant of its first airing, whenever that begins.
    pub filed: Timestamp,
    /// Nothing begins or goes on after this.
    pub expires: Timestamp,
    /// One airing each so often, whole seconds; none: one in all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<Length>,
    /// Names of fields a reader must understand or refuse the statement.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub must: Vec<String>,
}

/// Why an emergency may not sound.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Lack {
    #[error("no approvers' signatures came with it")]
    NoStatement,
    #[error("{0} of the 2 people needed signed it with a key that is valid now")]
    Signatures(usize),
    #[error("what was signed is of broadcast {0}")]
    OtherBroadcast(Id),
    #[error("what was signed does not name this station")]
    OtherStation,
    #[error("what was signed is of a lower level")]
    HigherLevel,
    #[error("what was signed does not name clip {0}")]
    OtherClip(Digest),
    #[error("its instant is none of those that were signed")]
    OtherInstant,
}

/// A text that is no statement.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this is no order that can be signed here: {0}")]
pub struct BadStatement(pub String);

impl Statement {
    /// The exact bytes that are signed.
    pub fn bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a statement is always written")
    }

    /// Reads what was, or is to be, signed; whoever signed it.
    ///
    /// Errors: another type or format, or nothing that can be meant.
    pub fn read(envelope: &Envelope) -> Result<Statement, BadStatement> {
        let bad = |why: &str| Err(BadStatement(why.to_owned()));
        if envelope.payload_type != ORDER_TYPE {
            return bad("it is another kind of document");
        }
        let statement: Statement =
            serde_json::from_slice(&envelope.payload).map_err(|error| BadStatement(error.to_string()))?;
        if statement.format != FORMAT {
            return bad("its format is not understood here");
        }
        if let Some(name) = statement.must.first() {
            return Err(BadStatement(format!("`{name}` must be understood and is not")));
        }
        if statement.expires <= statement.filed || statement.every.is_some_and(|every| every < Length::seconds(1)) {
            return bad("it names no time at which anything could air");
        }
        Ok(statement)
    }

    /// Whether `airing` is what was agreed to.
    fn covers(&self, rundown: &Rundown, airing: &Airing) -> Result<(), Lack> {
        if airing.id.broadcast != self.broadcast {
            return Err(Lack::OtherBroadcast(self.broadcast.clone()));
        }
        if !self.stations.contains(&airing.id.station) {
            return Err(Lack::OtherStation);
        }
        if airing.rank() < Rank::of(self.class, self.level) {
            return Err(Lack::HigherLevel);
        }
        let programme = &rundown.programmes[airing.programme as usize];
        if let Some(part) = programme.clips().find(|part| !self.clips.contains(&part.clip)) {
            return Err(Lack::OtherClip(part.clip));
        }
        if self.is_due(airing) { Ok(()) } else { Err(Lack::OtherInstant) }
    }

    /// The instants that were signed lie `every` apart from the filing on. Each is aired once: that is the airing's id.
    /// It begins at that instant or, because a second person took her time, before the next one; where it may not sound
    /// at night, at any time before the end.
    fn is_due(&self, airing: &Airing) -> bool {
        let since = airing.id.instant - self.filed;
        let late = airing.at - airing.id.instant;
        let (on_grid, late_max) = match self.every {
            None => (since == TimeDelta::zero(), None),
            Some(every) => (since.num_milliseconds() % every.ms as i64 == 0, Some(every.delta())),
        };
        let waits = !airing.class.sounds_in_quiet_hours(airing.level);
        on_grid
            && since >= TimeDelta::zero()
            && late >= TimeDelta::zero()
            && (waits || late_max.is_none_or(|max| late < max))
            && airing.at < self.expires
            && airing.expires.is_some_and(|expires| expires <= self.expires)
    }
}

impl Key {
    /// Whether it may be used at `now`, a station's clock being a little off.
    pub fn is_valid(&self, now: Timestamp) -> bool {
        !self.revoked && self.not_before <= now + CLOCK_SKEW_MAX && now <= self.not_after
    }
}

impl Keys {
    /// Whether emergencies need the signatures of approvers: as soon as any approver's key was ever named. A revoked
    /// one counts, so that revoking keys cannot switch this off.
    pub fn approvals_required(&self) -> bool {
        self.keys.iter().any(|key| key.purpose == Use::Approver)
    }

    /// The approvers' keys that may be used at `now`.
    pub fn approvers(&self, now: Timestamp) -> impl Iterator<Item = &Key> {
        self.keys.iter().filter(move |key| key.purpose == Use::Approver && key.is_valid(now))
    }
}

/// A statement and who signed it.
#[derive(Debug, Clone)]
struct Warrant {
    statement: Statement,
    /// The approvers' keys under it, whenever they are valid.
    signed: Vec<Key>,
}

/// What the statements of a rundown let sound. The signatures are verified once, when this is made.
#[derive(Debug, Clone, Default)]
pub struct Warrants {
    required: bool,
    warrants: Vec<Warrant>,
}

impl Warrants {
    /// Those that came with a rundown, under the keys that the root vouches for.
    pub fn of(keys: &Keys, statements: &[Envelope]) -> Warrants {
        let required = keys.approvals_required();
        if !required {
            return Warrants::default();
        }
        let approvers = || keys.keys.iter().filter(|key| key.purpose == Use::Approver);
        let warrants = statements.iter().take(STATEMENTS_MAX).filter_map(|envelope| {
            let statement = Statement::read(envelope).ok()?;
            let signed = approvers().filter(|key| envelope.is_signed_by(key)).cloned().collect();
            Some(Warrant { statement, signed })
        });
        Warrants { required, warrants: warrants.collect() }
    }

    /// Whether an airing of `rundown` may begin at `now` as far as people's signatures go. Only emergencies need any.
    pub fn allow(&self, rundown: &Rundown, airing: &Airing, now: Timestamp) -> Result<(), Lack> {
        if !self.required || airing.class != Class::Emergency {
            return Ok(());
        }
        let mut lack = Lack::NoStatement;
        for warrant in self.warrants.iter().filter(|warrant| Some(warrant.statement.order) == airing.order) {
            let people = people(&warrant.signed, now);
            let found = match people.len() {
                count if count < APPROVERS_NEEDED => Err(Lack::Signatures(count)),
                _ => warrant.statement.covers(rundown, airing),
            };
            match found {
                Ok(()) => return Ok(()),
                Err(why) => lack = why,
            }
        }
        Err(lack)
    }
}

/// The people behind those of `keys` that are valid at `now`. Two keys of one person are one, and so is one key that is
/// listed under two names.
fn people(keys: &[Key], now: Timestamp) -> BTreeSet<&str> {
    let mut seen: BTreeSet<&KeyId> = BTreeSet::new();
    let valid = keys.iter().filter(|key| key.is_valid(now) && seen.insert(&key.id));
    valid.filter_map(|key| key.person.as_deref()).collect()
}

#[cfg(test)]
mod tests;
