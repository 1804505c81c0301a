//! What a person asks for outside the schedule.

use chrono::SecondsFormat;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::base::{Id, Timestamp};
use crate::rundown::{AiringId, Class};

/// Stations an order is for: ids, `township:<id>`, `group:<id>`, or `all`, as in a broadcast's `[where]`.
pub type Targets = Vec<String>;

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum OrderKind {
    /// Air a broadcast now: at the order's instant, and again each `[repeat] every` until it expires or is cancelled.
    /// No targets means those of the broadcast.
    Announce { broadcast: Id, stations: Targets, class: Class },
    /// Air a missed, cut or refused airing again, now.
    Reair { airing: AiringId },
    /// Take back an announcement, with all of its repeats; stops sound.
    Cancel { order: u64 },
    /// Leave out one airing of the timetable.
    Skip { airing: AiringId },
    /// Stop sound at once and hold daily and drill airings until `until`; emergencies still sound.
    Silence { stations: Targets, until: Timestamp },
}

/// How far an order has come. It works from `Released` on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OrderState {
    Filed,
    Confirmed,
    Released,
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
    /// When it began to work. An announcement airs at this instant, cut to the second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub released_at: Option<Timestamp>,
}

impl OrderKind {
    /// Whether a second person must confirm it before it works.
    pub fn needs_two_people(&self) -> bool {
        matches!(self, OrderKind::Announce { class: Class::Emergency, .. })
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
        }
    }
}
