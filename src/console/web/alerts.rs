//! Emergencies and drills that are on, or wait for a second person: how far they have come, live.

use std::collections::{BTreeMap, BTreeSet};

use chrono_tz::Tz;
use maud::{Markup, html};

use super::site::{Site, StationSeen};
use super::words::Words;
use crate::base::{Id, Timestamp};
use crate::catalog::{Catalog, Target};
use crate::ledger::LedgerFault;
use crate::rundown::{Class, Level, Order, OrderKind, OrderState};

/// One of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Alert {
    pub order: u64,
    pub broadcast: Id,
    pub title: String,
    pub class: Class,
    pub level: Option<Level>,
    pub state: OrderState,
    pub filed_by: String,
    pub filed_at: Timestamp,
    pub released_at: Option<Timestamp>,
    pub stations: BTreeSet<Id>,
}

/// How many stations have sounded each order.
pub type Reached = BTreeMap<u64, u64>;

/// Those of now, the earliest first.
///
/// Errors: the ledger cannot be read.
pub async fn now(site: &Site) -> Result<Vec<Alert>, LedgerFault> {
    let (orders, catalog) = (site.control.alerts(site.now()).await?, site.catalog());
    Ok(orders.iter().filter_map(|order| Alert::of(order, &catalog)).collect())
}

/// How far those of now have come.
///
/// Errors: the ledger cannot be read.
pub async fn reached(site: &Site, alerts: &[Alert]) -> Result<Reached, LedgerFault> {
    let mut reached = Reached::new();
    for alert in alerts {
        // An order airs at the second in which it was released.
        let Some(from) = alert.released_at.map(|at| at - chrono::TimeDelta::seconds(1)) else { continue };
        reached.insert(alert.order, site.ledger().stations_reached(alert.order, &alert.broadcast, from).await?);
    }
    Ok(reached)
}

impl Alert {
    /// None of an order that is no announcement.
    pub fn of(order: &Order, catalog: &Catalog) -> Option<Alert> {
        let OrderKind::Announce { broadcast, stations, class, agreed } = &order.kind else { return None };
        let found = catalog.broadcasts.get(broadcast);
        let named = || {
            let targets: Vec<Target> = stations.iter().filter_map(|text| text.parse().ok()).collect();
            catalog.stations_of(&targets).iter().map(|station| station.id.clone()).collect()
        };
        Some(Alert {
            order: order.id,
            broadcast: broadcast.clone(),
            title: found.map_or_else(|| broadcast.to_string(), |found| found.title.clone()),
            class: *class,
            level: found.and_then(|found| found.level),
            state: order.state,
            filed_by: order.filed_by.clone(),
            filed_at: order.filed_at,
            released_at: order.released_at,
            stations: agreed.as_ref().map_or_else(named, |agreed| agreed.stations.iter().cloned().collect()),
        })
    }

    /// As the words choose by it.
    pub fn state_word(&self) -> &'static str {
        match self.state {
            OrderState::Filed => "waits",
            OrderState::Confirmed => "held",
            OrderState::Released => "on",
        }
    }

    /// At how many of its stations it sounds at this moment.
    pub fn sounding(&self, village: &[StationSeen]) -> usize {
        let sounds = |seen: &&StationSeen| {
            seen.sounding.as_ref().is_some_and(|airing| airing.broadcast == self.broadcast)
                && self.stations.contains(&seen.station)
        };
        village.iter().filter(sounds).count()
    }

    /// As high in every state, so that no button below jumps away from a finger.
    pub fn show(&self, reached: &Reached, village: &[StationSeen], zone: Tz, words: Words) -> Markup {
        let at = self.released_at.unwrap_or(self.filed_at).with_timezone(&zone).format("%m-%d %H:%M").to_string();
        let reached = reached.get(&self.order).copied().unwrap_or(0).to_string();
        let (sounding, all) = (self.sounding(village).to_string(), self.stations.len().to_string());
        html! {
            p.alert.drill[self.class == Class::Drill] data-order=(self.order) data-state=(self.state_word()) {
                (mark(self.class, self.level, words)) " "
                a href={ "/emergency/" (self.order) } lang="zh-CN" { strong { (self.title) } } " · "
                (words.say_with("emergency-state", &[("state", self.state_word()), ("at", &at)])) br;
                span.count { (words.say_with("emergency-counts", &[("sounding", &sounding), ("reached", &reached), ("all", &all)])) }
            }
        }
    }
}

/// The part of a page that tells of them; empty when there are none.
pub fn section(alerts: &[Alert], reached: &Reached, village: &[StationSeen], zone: Tz, words: Words) -> Markup {
    html! {
        @if !alerts.is_empty() {
            h2 { (words.say("emergency-on")) }
            @for alert in alerts { (alert.show(reached, village, zone, words)) }
        }
    }
}

/// Class and level, as a tag that cannot be taken for the other class.
pub fn mark(class: Class, level: Option<Level>, words: Words) -> Markup {
    html! {
        b.class.drill[class == Class::Drill] {
            (words.say_with("layout-class", &[("class", &class.to_string())]))
            @if let Some(level) = level { " " (words.say_with("emergency-level", &[("level", &level.to_string())])) }
        }
    }
}
