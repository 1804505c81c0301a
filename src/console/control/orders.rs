//! Orders over the control socket: what is refused before it is filed or confirmed, and why.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;

use super::caller::Caller;
use super::{Answer, Control, Refused, refuse};
use crate::base::{Digest, Id, Tag, Timestamp};
use crate::catalog::{Catalog, State, Target};
use crate::county::ORDERS_BACK;
use crate::ledger::Role;
use crate::planner::{self, Approval, Registry};
use crate::rundown::order::Targets;
use crate::rundown::{Agreed, AgreedLanguage, AiringId, Class, OrderKind, OrderState, Outcome};

/// `silence` without --until holds this long: a person comes back to it or it ends.
pub(super) const SILENCE: TimeDelta = TimeDelta::hours(2);
pub(super) const SILENCE_MAX: TimeDelta = TimeDelta::days(14);
/// An answer names this many stations; the order holds them all.
const STATIONS_TOLD: usize = 20;

impl Control {
    pub(super) async fn file(&self, kind: OrderKind, caller: &Caller, now: Timestamp) -> Result<Answer, Refused> {
        if kind.needs_two_people() {
            caller.approves()?;
        } else if !matches!(kind, OrderKind::Silence { .. }) {
            caller.may(&[Role::Writer, Role::Approver, Role::Engineer])?;
        }
        let order = self.ledger.file_order(kind, &caller.name, now).await?;
        self.bell.notify_one();
        let asked = order.kind.in_words(self.board.read().catalog.county.zone);
        tracing::info!(order = order.id, by = %caller.name, "filed: {asked}");
        let next = if order.kind.needs_two_people() {
            format!("; it waits for a second person: `cunxiang confirm {}`", order.id)
        } else {
            self.held().to_owned()
        };
        Ok(Answer::Done(format!("order {}: {asked}{next}", order.id)))
    }

    /// Files, and says beside it what was agreed to and where nobody hears of it.
    async fn file_and_tell(
        &self,
        kind: OrderKind,
        what: String,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Answer, Refused> {
        let deaf = self.deaf_text(&kind);
        Ok(match self.file(kind, caller, now).await? {
            Answer::Done(text) => Answer::Done(text + &what + &deaf),
            other => other,
        })
    }

    /// Which of an order's stations have nobody to carry it there, in words.
    fn deaf_text(&self, kind: &OrderKind) -> String {
        let board = self.board.read();
        let named = |texts: &Targets| {
            let targets: Vec<Target> = texts.iter().filter_map(|text| text.parse().ok()).collect();
            board.catalog.stations_of(&targets).iter().map(|station| station.id.clone()).collect()
        };
        let stations: Vec<Id> = match kind {
            OrderKind::Announce { agreed: Some(agreed), .. } => agreed.stations.clone(),
            OrderKind::Announce { stations, .. } | OrderKind::Silence { stations, .. } => named(stations),
            OrderKind::Reair { airing } => vec![airing.station.clone()],
            OrderKind::Skip { .. }
            | OrderKind::Cancel { .. }
            | OrderKind::Withdraw { .. }
            | OrderKind::Correct { .. } => Vec::new(),
        };
        board.reach.deaf(&stations, self.clock.now()).in_words(board.catalog.county.zone)
    }

    pub(super) async fn reair(&self, airing: AiringId, caller: &Caller, now: Timestamp) -> Result<Answer, Refused> {
        self.check_reair(&airing).await?;
        self.file_and_tell(OrderKind::Reair { airing }, String::new(), caller, now).await
    }

    pub(super) async fn skip(&self, airing: AiringId, caller: &Caller, now: Timestamp) -> Result<Answer, Refused> {
        self.check_skip(&airing, now)?;
        self.file(OrderKind::Skip { airing }, caller, now).await
    }

    pub(super) async fn silence(
        &self,
        stations: Targets,
        until: Option<Timestamp>,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Answer, Refused> {
        let until = until.unwrap_or(now + SILENCE);
        if until <= now || until > now + SILENCE_MAX {
            return refuse(format!(
                "--until lies {}; name an instant within 14 days",
                if until <= now { "in the past" } else { "too far off" }
            ));
        }
        targets(&self.board.read().catalog, &stations)?;
        self.file_and_tell(OrderKind::Silence { stations, until }, String::new(), caller, now).await
    }

    pub(super) async fn confirm(&self, order: u64, caller: &Caller, now: Timestamp) -> Result<Answer, Refused> {
        let found = self.ledger.order(order).await?;
        // Whoever filed it may sign it later than at once.
        if !found.as_ref().is_some_and(|found| found.signed.is_some() && found.filed_by == caller.name) {
            self.check_confirm(order, caller).await?;
        }
        if let Some(found) = found {
            if found.signed.is_some() {
                caller.approves()?;
            }
            let told = format!("order {}, filed by {}", found.id, found.filed_by);
            if let Some(answer) = self.hand_out(&found, caller, told, now)? {
                return Ok(answer);
            }
            if found.kind.needs_two_people() && self.signatures_required() {
                return Err(crate::ledger::OrderFault::NothingToSign(order).into());
            }
        }
        let order = self.ledger.confirm_order(order, &caller.name, now).await?;
        self.bell.notify_one();
        let asked = order.kind.in_words(self.board.read().catalog.county.zone);
        let (what, deaf) = (agreed_text(&order.kind), self.deaf_text(&order.kind));
        Ok(Answer::Done(format!("order {} is confirmed: {asked}{what}{deaf}{}", order.id, self.held())))
    }

    /// What an order is for, for the one who is to confirm it.
    pub(super) async fn tell_order(&self, order: u64) -> Result<Answer, Refused> {
        let Some(order) = self.ledger.order(order).await? else {
            return Err(crate::ledger::OrderFault::Unknown(order).into());
        };
        let departs =
            self.departs(&order.kind).map_or_else(String::new, |why| format!("; but {why}: it cannot be confirmed"));
        let asked = order.kind.in_words(self.board.read().catalog.county.zone);
        let (what, deaf, by) = (agreed_text(&order.kind), self.deaf_text(&order.kind), &order.filed_by);
        Ok(Answer::Done(format!("order {}, filed by {by}: {asked}{what}{deaf}{departs}", order.id)))
    }

    /// In words, how the broadcast of an announcement is not what it was when that was filed.
    pub fn departs(&self, kind: &OrderKind) -> Option<String> {
        let OrderKind::Announce { broadcast, agreed: Some(agreed), .. } = kind else { return None };
        let board = self.board.read();
        match board.catalog.editions.get(broadcast) {
            Some(edition) => planner::departs(agreed, edition),
            None => Some(format!("there is no broadcast `{broadcast}` any more")),
        }
    }

    pub(super) fn held(&self) -> &'static str {
        if self.board.read().hold.is_some() { "; the county is in HOLD: it works after `cunxiang release`" } else { "" }
    }

    /// Two people are two who were here when it was filed: nobody makes a second one up to confirm it.
    pub(super) async fn check_confirm(&self, order: u64, caller: &Caller) -> Result<(), Refused> {
        let Some(order) = self.ledger.order(order).await? else {
            return Err(crate::ledger::OrderFault::Unknown(order).into());
        };
        if !order.kind.needs_two_people() {
            return caller.may(&[Role::Approver]);
        }
        caller.approves()?;
        if order.state == OrderState::Filed
            && let Some(why) = self.departs(&order.kind)
        {
            return refuse(format!("{why} since order {} was filed; look at it and announce it anew", order.id));
        }
        if caller.added.is_none_or(|added| added >= order.filed_at) {
            return refuse(format!(
                "{} was added after order {} was filed; another approver confirms it, or it is filed again",
                caller.name, order.id
            ));
        }
        Ok(())
    }

    pub(super) async fn announce(
        &self,
        broadcast: Id,
        stations: Targets,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Answer, Refused> {
        let silences = self.silences(now).await?;
        let edition = self.board.read().catalog.editions.get(&broadcast).map(|edition| edition.digest);
        let mut registry = Registry::default();
        if let Some(edition) = edition {
            // From the ledger: what was approved a moment ago counts.
            registry.reviews.insert(edition, self.ledger.reviews_of(edition).await?);
        }
        let kind = self.check_announce(broadcast, stations, &silences, &registry, now)?;
        let what = agreed_text(&kind);
        let before = self.ledger.orders(now - ORDERS_BACK).await?;
        if let Some(statement) = self.to_be_signed(&kind, caller, &before, now)? {
            let order = self.ledger.file_order_to_sign(kind, Some(statement), &caller.name, now).await?;
            let asked = order.kind.in_words(self.board.read().catalog.county.zone);
            tracing::info!(order = order.id, by = %caller.name, "filed, to be signed: {asked}");
            let told = format!("order {}: {asked}{what}{}", order.id, self.deaf_text(&order.kind));
            let answer = self.hand_out(&order, caller, told, now)?;
            return Ok(answer.expect("what is to be signed is handed out"));
        }
        self.file_and_tell(kind, what, caller, now).await
    }

    /// The silences that hold now: their numbers and stations.
    pub(super) async fn silences(&self, now: Timestamp) -> Result<Vec<(u64, Targets)>, Refused> {
        let mut found = Vec::new();
        for order in self.ledger.orders(now - SILENCE_MAX).await? {
            let OrderKind::Silence { stations, until } = order.kind else { continue };
            let holds = order.state == OrderState::Released && until > now;
            if holds && self.ledger.order_cancelled_by(order.id).await?.is_none() {
                found.push((order.id, stations));
            }
        }
        Ok(found)
    }

    /// What to file.
    pub(super) fn check_announce(
        &self,
        broadcast: Id,
        stations: Targets,
        silences: &[(u64, Targets)],
        registry: &Registry,
        now: Timestamp,
    ) -> Result<OrderKind, Refused> {
        let board = self.board.read();
        let catalog = &board.catalog;
        let Some(found) = catalog.broadcasts.get(&broadcast) else {
            return refuse(format!("there is no broadcast `{broadcast}` without faults; `cunxiang check` tells why"));
        };
        if let Some(order) = board.registry.withdrawn.get(&broadcast) {
            return refuse(format!(
                "`{broadcast}` is withdrawn by order {order}; mend it and say `cunxiang correct {broadcast}`, or let it air as it is with `cunxiang cancel {order}`"
            ));
        }
        if found.state != State::Ready {
            return refuse(format!("broadcast `{broadcast}` is not ready; set state = \"ready\" in its file"));
        }
        let wanted = if stations.is_empty() { found.stations.clone() } else { targets(catalog, &stations)? };
        let stations_found = catalog.stations_of(&wanted);
        let approval = Approval::of(catalog, registry, found, None);
        let mut sounding: Vec<&Id> = Vec::new();
        let mut languages: BTreeMap<Tag, BTreeSet<Digest>> = BTreeMap::new();
        for station in &stations_found {
            let programme = catalog.programme_within(found, &station.languages, &station.voices, &approval).0;
            let Some(programme) = programme else { continue };
            sounding.push(&station.id);
            for part in programme.parts {
                languages.entry(part.language.expect("only a chime has none")).or_default().insert(part.clip);
            }
        }
        if sounding.is_empty() {
            if let Some(waiting) = approval.waiting() {
                return refuse(format!(
                    "`{broadcast}` waits for review: {waiting}; `cunxiang review list` says who may review it"
                ));
            }
            return refuse(format!(
                "`{broadcast}` sounds at none of these stations: texts or recordings are missing; `cunxiang check` lists them"
            ));
        }
        if found.class != Class::Emergency && catalog.county.quiet.holds(now) {
            return refuse(format!(
                "these are quiet hours until {}; only emergencies sound now",
                catalog.county.quiet.until.format("%H:%M")
            ));
        }
        if found.class != Class::Emergency {
            let silenced = |id: &Id| {
                silences.iter().find(|(_, texts)| {
                    let targets: Vec<Target> = texts.iter().filter_map(|text| text.parse().ok()).collect();
                    catalog.stations_of(&targets).iter().any(|station| station.id == *id)
                })
            };
            if let Some((order, _)) = sounding.first().and_then(|id| silenced(id))
                && sounding.iter().all(|id| silenced(id).is_some())
            {
                return refuse(format!(
                    "all of these stations are silenced now, by order {order}; `cunxiang cancel {order}` ends that"
                ));
            }
        }
        let edition = &catalog.editions[&broadcast];
        let languages = languages.into_iter().filter_map(|(tag, clips)| {
            let texts = *edition.languages.get(&tag)?;
            Some((tag, AgreedLanguage { texts, clips }))
        });
        let agreed = Agreed {
            edition: edition.digest,
            plan: edition.plan,
            languages: languages.collect(),
            stations: stations_found.iter().map(|station| station.id.clone()).collect(),
        };
        Ok(OrderKind::Announce { broadcast, stations, class: found.class, agreed: Some(agreed) })
    }

    async fn check_reair(&self, airing: &AiringId) -> Result<(), Refused> {
        let row = self.ledger.airing(airing).await?;
        if row.as_ref().is_some_and(|row| row.class == Some(Class::Emergency)) && self.signatures_required() {
            return refuse(format!(
                "an emergency that two approvers sign is repeated by itself; `cunxiang announce {}` files a new one",
                airing.broadcast
            ));
        }
        if let Some(row) = &row
            && row.class == Some(Class::Emergency)
            && let Some(order) = row.order
            && self.ledger.order_cancelled_by(order).await?.is_some()
        {
            return refuse(format!(
                "order {order}, of which {airing} was one, has been cancelled; file it anew with `cunxiang announce {}`",
                airing.broadcast
            ));
        }
        match row.and_then(|row| row.outcome) {
            Some(
                Outcome::Missed(_)
                | Outcome::Partial(_)
                | Outcome::Refused(_)
                | Outcome::Cancelled(_)
                | Outcome::Expired
                | Outcome::Unreported,
            ) => Ok(()),
            Some(Outcome::Played) => refuse(format!("{airing} was played; `announce` airs the broadcast again")),
            None => refuse(format!("{airing} has not ended, or was never planned; `cunxiang log` lists what ended")),
        }
    }

    fn check_skip(&self, airing: &AiringId, now: Timestamp) -> Result<(), Refused> {
        let board = self.board.read();
        let known = board.catalog.broadcasts.contains_key(&airing.broadcast)
            && board.catalog.stations.contains_key(&airing.station);
        if !known {
            return refuse(format!(
                "{airing} is of no broadcast or station that is here; `cunxiang plan` lists airings"
            ));
        }
        if airing.instant <= now {
            return refuse(format!("{airing} is past; `cunxiang silence` stops what sounds"));
        }
        Ok(())
    }

    pub(super) async fn release(&self, caller: &Caller, now: Timestamp) -> Result<Answer, Refused> {
        caller.may(&[Role::Engineer])?;
        let Some(hold) = self.ledger.hold().await? else {
            return refuse("there is no HOLD to release".to_owned());
        };
        self.ledger.set_hold(None, &caller.name, now).await?;
        self.bell.notify_one();
        Ok(Answer::Done(format!(
            "the HOLD is released: rundowns and posts go out again. It held because {}",
            hold.reason
        )))
    }
}

/// Stations an order names.
///
/// Errors: one of them is unknown.
pub(super) fn targets(catalog: &Catalog, texts: &[String]) -> Result<Vec<Target>, Refused> {
    let mut found = Vec::new();
    for text in texts {
        let Ok(target) = text.parse::<Target>() else {
            return refuse(format!("`{text}` names no stations; write a station's id, township:ID, group:ID or all"));
        };
        if catalog.stations_of(std::slice::from_ref(&target)).is_empty() {
            return refuse(format!("there is no station `{text}`; config/stations.toml lists them"));
        }
        found.push(target);
    }
    Ok(found)
}

/// What was agreed to: the edition, its languages, the stations.
fn agreed_text(kind: &OrderKind) -> String {
    let OrderKind::Announce { agreed: Some(agreed), .. } = kind else { return String::new() };
    let languages: Vec<&str> = agreed.languages.keys().map(Tag::as_str).collect();
    let some: Vec<&str> = agreed.stations.iter().take(STATIONS_TOLD).map(Id::as_str).collect();
    let (count, more) = (agreed.stations.len(), agreed.stations.len() - some.len());
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!(
        "; edition {} in {}, {count} station{}: {}{more}",
        agreed.edition.short(),
        languages.join(", "),
        if count == 1 { "" } else { "s" },
        some.join(", ")
    )
}
