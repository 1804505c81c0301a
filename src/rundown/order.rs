//! What a person asks for outside the schedule.

use std::collections::{BTreeMap, BTreeSet};

use chrono::SecondsFormat;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::base::{Digest, Id, Tag, Timestamp};
use crate::rundown::seal::Envelope;
use crate::rundown::statement::{ORDER_TYPE, Statement};
use crate::rundown::{AiringId, Class};

/// Stations an order is for: ids, `township:<id>`, `group:<id>`, or `all`, as in a broadcast's `[where]`.
pub type Targets = Vec<String>;

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum OrderKind {
    /// Air a broadcast now: at the order's instant, and again each `[repeat] every` until it expires or is cancelled.
    /// No targets means those of the broadcast.
    Announce {
        broadcast: Id,
        stations: Targets,
        class: Class,
        /// None in orders filed before this was kept: they air whatever the broadcast says now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        agreed: Option<Agreed>,
    },
    /// Air a missed, cut or refused airing again, now.
    Reair { airing: AiringId },
    /// Take back an announcement, with all of its repeats; stops sound.
    Cancel { order: u64 },
    /// Leave out one airing of the timetable.
    Skip { airing: AiringId },
    /// Stop sound at once and hold daily and drill airings until `until`; emergencies still sound.
    Silence { stations: Targets, until: Timestamp },
    /// Take a broadcast back until this order is cancelled: stops its sound, airs and posts it no more, takes back what
    /// chat groups got of it.
    Withdraw { broadcast: Id },
    /// A broadcast's text was mended: stops what sounds of it, and gives chat groups the new text in the place of what
    /// they got.
    Correct {
        broadcast: Id,
        /// The digest of the new text in all languages: with another, nothing is posted.
        texts: Digest,
    },
}

/// What the people behind an announcement agreed to: it airs that, there, and nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreed {
    /// The edition they had before them.
    pub edition: Digest,
    /// How it airs and is posted, without when and at which stations: with another, nothing airs.
    pub plan: Digest,
    /// What sounded in each language: with another text, that language is left out. A language that is not here was
    /// missing, and joins when it is there.
    pub languages: BTreeMap<Tag, AgreedLanguage>,
    /// The stations, resolved: one that is added to the county later is not among them.
    pub stations: Vec<Id>,
}

/// What an announcement says in one language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgreedLanguage {
    /// The digest of its texts.
    pub texts: Digest,
    /// The recordings that sounded. They go before any made since.
    pub clips: BTreeSet<Digest>,
}

/// How far an order has come. It works from `Released` on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OrderState {
    Filed,
    Confirmed,
    Released,
}

/// What people sign of an emergency's order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signed {
    pub statement: Statement,
    /// Its exact bytes, with the signatures so far.
    pub envelope: Envelope,
    /// Who signed, in the order of the signatures.
    pub people: Vec<String>,
}

impl Signed {
    /// Nobody signed it yet.
    pub fn new(statement: Statement) -> Signed {
        let envelope = Envelope::seal(ORDER_TYPE, statement.bytes(), &[]);
        Signed { statement, envelope, people: Vec::new() }
    }
}

/// One order, as the ledger holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    pub id: u64,
    #[serde(flatten)]
    pub kind: OrderKind,
    pub state: OrderState,
    pub filed_by: String,
    pub filed_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed_by: Option<String>,
    /// What approvers sign of it, where emergencies need that, and who did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed: Option<Signed>,
    /// When it began to work. An announcement airs at this instant, cut to the second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub released_at: Option<Timestamp>,
}

impl OrderKind {
    /// Whether a second person must confirm it before it works.
    pub fn needs_two_people(&self) -> bool {
        matches!(self, OrderKind::Announce { class: Class::Emergency, .. })
    }

    /// The order that this one takes back.
    pub fn cancels(&self) -> Option<u64> {
        match self {
            OrderKind::Cancel { order } => Some(*order),
            _ => None,
        }
    }

    /// What it asks for, as people of a county read it: its instants to the second with the offset of `zone`.
    pub fn in_words(&self, zone: Tz) -> String {
        match self {
            OrderKind::Announce { broadcast, .. } => format!("announce {broadcast}"),
            OrderKind::Reair { airing } => format!("reair {airing}"),
            OrderKind::Cancel { order } => format!("cancel order {order}"),
            OrderKind::Skip { airing } => format!("skip {airing}"),
            OrderKind::Silence { stations, until } => {
                let until = until.with_timezone(&zone).to_rfc3339_opts(SecondsFormat::Secs, true);
                format!("silence {} until {until}", stations.join(" "))
            }
            OrderKind::Withdraw { broadcast } => format!("withdraw {broadcast}"),
            OrderKind::Correct { broadcast, .. } => format!("correct {broadcast}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ledgers have rows of before anybody kept what was agreed to; they read, and what is written reads again.
    #[test]
    fn orders_of_older_versions_still_read() {
        let old = r#"{"kind":"announce","broadcast":"flood","stations":["all"],"class":"emergency"}"#;
        let kind: OrderKind = serde_json::from_str(old).unwrap();
        let OrderKind::Announce { agreed: None, .. } = &kind else { panic!("{kind:?}") };
        assert_eq!(serde_json::to_string(&kind).unwrap(), old);

        let clips = BTreeSet::from([Digest::of(b"clip")]);
        let agreed = Agreed {
            edition: Digest::of(b"edition"),
            plan: Digest::of(b"plan"),
            languages: [("bo".parse().unwrap(), AgreedLanguage { texts: Digest::of(b"texts"), clips })].into(),
            stations: vec!["cross".parse().unwrap()],
        };
        let OrderKind::Announce { broadcast, stations, class, .. } = kind else { unreachable!() };
        let kind = OrderKind::Announce { broadcast, stations, class, agreed: Some(agreed) };
        let order = Order {
            id: 7,
            kind,
            state: OrderState::Filed,
            filed_by: "tashi".to_owned(),
            filed_at: Timestamp::UNIX_EPOCH,
            confirmed_by: None,
            signed: None,
            released_at: None,
        };
        let text = serde_json::to_string(&order).unwrap();
        assert_eq!(serde_json::from_str::<Order>(&text).unwrap(), order);
    }
}
