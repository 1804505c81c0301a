//! All-clear: what stands of an emergency or a drill ends at once, and the notice that says so airs. It takes one person:
//! the worst a wrong one does is silence. The notice is a daily broadcast of its own, named ahead of time by the
//! emergency's file; nothing can be said at an emergency's level this way.

use std::collections::BTreeSet;

use chrono::TimeDelta;

use super::caller::Caller;
use super::{Answer, Control, Refused, refuse};
use crate::base::{Id, Timestamp};
use crate::ledger::{CONFIRM_WITHIN, LedgerFault, OrderFault, Role};
use crate::planner::Registry;
use crate::rundown::{Class, Order, OrderKind, OrderState};

/// An emergency lives a week at the most, and waits an hour for its second person.
const STANDS_MAX: TimeDelta = TimeDelta::hours(7 * 24 + 1);

impl Control {
    /// `target` is an order's number, or a broadcast of which every order ends.
    pub(super) async fn all_clear(&self, target: &str, caller: &Caller, now: Timestamp) -> Result<Answer, Refused> {
        caller.may(&[Role::Writer, Role::Approver, Role::Engineer])?;
        let mut told = Vec::new();
        let mut stations: BTreeSet<Id> = BTreeSet::new();
        let mut notices: BTreeSet<Id> = BTreeSet::new();
        for order in self.standing(target, now).await? {
            let OrderKind::Announce { broadcast, agreed, .. } = &order.kind else { continue };
            let cancel = self.ledger.file_order(OrderKind::Cancel { order: order.id }, &caller.name, now).await?;
            self.bell.notify_one();
            tracing::info!(order = cancel.id, by = %caller.name, "all-clear: order {} of {broadcast} ends", order.id);
            told.push(format!("order {}: {broadcast} ends, by order {}", order.id, cancel.id));
            let board = self.board.read();
            match board.catalog.broadcasts.get(broadcast).and_then(|found| found.how.all_clear.clone()) {
                // A drill or an emergency that nobody confirmed was never heard.
                Some(_) if order.released_at.is_none() => {}
                Some(notice) => {
                    notices.insert(notice);
                    stations.extend(agreed.iter().flat_map(|agreed| agreed.stations.iter().cloned()));
                }
                None => told.push(format!(
                    "`{broadcast}` names no [how] all_clear: nothing tells the villages and groups that it is over"
                )),
            }
        }
        for notice in notices {
            told.push(match self.notice(notice.clone(), &stations, caller, now).await {
                Ok(answer) => answer,
                Err(Refused(why)) => format!(
                    "`{notice}`, which says that it is over, does not air now: {why}; later, `cunxiang announce {notice}`"
                ),
            });
        }
        Ok(Answer::Done(told.join("\n") + self.held()))
    }

    /// Emergencies and drills that are on, or wait for their second person.
    pub async fn alerts(&self, now: Timestamp) -> Result<Vec<Order>, LedgerFault> {
        let mut found = Vec::new();
        let orders = self.ledger.orders(now - STANDS_MAX).await?;
        // One whose end was ordered a moment ago is over, though the county has not come to it yet.
        let ended: BTreeSet<u64> = orders.iter().filter_map(|order| order.kind.cancels()).collect();
        for order in orders {
            let is_alert = matches!(order.kind, OrderKind::Announce { class: Class::Emergency | Class::Drill, .. });
            let is_on = is_alert && !ended.contains(&order.id) && self.stands(&order, now);
            if is_on && self.ledger.order_cancelled_by(order.id).await?.is_none() {
                found.push(order);
            }
        }
        Ok(found)
    }

    /// Those of them that are meant.
    ///
    /// Errors: there is none, or it is no announcement of an emergency or a drill.
    async fn standing(&self, target: &str, now: Timestamp) -> Result<Vec<Order>, Refused> {
        let number: Option<u64> = target.parse().ok();
        let is_meant = |order: &Order| match &order.kind {
            OrderKind::Announce { broadcast, .. } => match number {
                Some(number) => order.id == number,
                None => broadcast.as_str() == target,
            },
            _ => false,
        };
        let found: Vec<Order> = self.alerts(now).await?.into_iter().filter(is_meant).collect();
        match number {
            _ if !found.is_empty() => Ok(found),
            Some(number) => match self.ledger.order(number).await? {
                None => Err(OrderFault::Unknown(number).into()),
                Some(_) => refuse(format!(
                    "order {number} is no emergency or drill that is still on; `cunxiang orders` lists them"
                )),
            },
            None => refuse(format!(
                "no emergency or drill `{target}` is on; `cunxiang orders` lists them, `cunxiang silence` stops all other sound"
            )),
        }
    }

    fn stands(&self, order: &Order, now: Timestamp) -> bool {
        let OrderKind::Announce { broadcast, .. } = &order.kind else { return false };
        let Some(released) = order.released_at else {
            return order.state == OrderState::Confirmed || now <= order.filed_at + CONFIRM_WITHIN;
        };
        let board = self.board.read();
        let repeat = board.catalog.broadcasts.get(broadcast).and_then(|found| found.repeat);
        repeat.is_none_or(|repeat| now < released + repeat.expires.delta())
    }

    /// Announces the notice where the emergency was; what was done, in words.
    async fn notice(
        &self,
        notice: Id,
        stations: &BTreeSet<Id>,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<String, Refused> {
        let class = self.board.read().catalog.broadcasts.get(&notice).map(|found| found.class);
        if class.is_some_and(|class| class != Class::Daily) {
            // `check` says so ahead of time; a file may have changed since.
            return refuse("it is no daily broadcast".to_owned());
        }
        let silences = self.silences(now).await?;
        let edition = self.board.read().catalog.editions.get(&notice).map(|edition| edition.digest);
        let mut registry = Registry::default();
        if let Some(edition) = edition {
            registry.reviews.insert(edition, self.ledger.reviews_of(edition).await?);
        }
        let targets = stations.iter().map(ToString::to_string).collect();
        let kind = self.check_announce(notice, targets, &silences, &registry, now)?;
        let order = self.ledger.file_order(kind, &caller.name, now).await?;
        self.bell.notify_one();
        let asked = order.kind.in_words(self.board.read().catalog.county.zone);
        Ok(format!("order {}: {asked} where it was", order.id))
    }
}
