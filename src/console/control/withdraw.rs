//! Withdraw and correct: what is wrong in a notice stops at once, in villages and in groups. It takes one person: the
//! worst a wrong one does is silence, and a corrected text is reviewed as any other.

use std::collections::BTreeSet;

use chrono::TimeDelta;

use super::caller::Caller;
use super::{Answer, Control, Refused, refuse};
use crate::base::{Id, Timestamp};
use crate::catalog::State;
use crate::ledger::{PostFilter, Role};
use crate::planner::{Approval, Registry};
use crate::rundown::{Class, Order, OrderKind};

/// An emergency lives a week at the most, and waits an hour for its second person.
const EMERGENCY_STANDS_MAX: TimeDelta = TimeDelta::hours(7 * 24 + 1);
/// What else was announced longer ago than this has sounded.
const ANNOUNCED_STANDS_MAX: TimeDelta = TimeDelta::hours(24);

impl Control {
    pub(super) async fn withdraw(&self, broadcast: Id, caller: &Caller, now: Timestamp) -> Result<Answer, Refused> {
        caller.may(&[Role::Writer, Role::Approver, Role::Engineer])?;
        let orders = self.ledger.orders(now - EMERGENCY_STANDS_MAX).await?;
        if let Some(order) = self.standing_withdrawals(&orders, &broadcast).await?.first() {
            return refuse(format!(
                "`{broadcast}` is withdrawn already, by order {order}; `cunxiang posts list --all --broadcast {broadcast}` says what became of its posts"
            ));
        }
        let is_listed = self.board.read().catalog.broadcasts.contains_key(&broadcast);
        if !is_listed && !self.ledger.broadcasts_first_seen().await?.contains_key(&broadcast) {
            return refuse(format!(
                "there is no broadcast `{broadcast}`, and there never was; `cunxiang plan` names them"
            ));
        }
        let mut told = Vec::new();
        for order in self.standing_announcements(&orders, &broadcast, now).await? {
            let cancel = self.ledger.file_order(OrderKind::Cancel { order }, &caller.name, now).await?;
            told.push(format!("order {order} ends, by order {}", cancel.id));
        }
        let Answer::Done(filed) = self.file(OrderKind::Withdraw { broadcast: broadcast.clone() }, caller, now).await?
        else {
            unreachable!("an order of one person is done")
        };
        told.push(filed);
        told.push(format!(
            "what sounds of it stops, and its posts are deleted or said to be withdrawn: `cunxiang posts list --all --broadcast {broadcast}`; mended, `cunxiang correct {broadcast}`"
        ));
        Ok(Answer::Done(told.join("\n")))
    }

    pub(super) async fn correct(&self, broadcast: Id, caller: &Caller, now: Timestamp) -> Result<Answer, Refused> {
        caller.may(&[Role::Writer, Role::Approver, Role::Engineer])?;
        let orders = self.ledger.orders(now - EMERGENCY_STANDS_MAX).await?;
        let withdrawn = self.standing_withdrawals(&orders, &broadcast).await?;
        let texts = self.check_correct(&broadcast, withdrawn.is_empty()).await?;
        let mut told = Vec::new();
        for order in withdrawn {
            let cancel = self.ledger.file_order(OrderKind::Cancel { order }, &caller.name, now).await?;
            told.push(format!("order {order}, which withdrew it, ends by order {}", cancel.id));
        }
        let Answer::Done(filed) =
            self.file(OrderKind::Correct { broadcast: broadcast.clone(), texts }, caller, now).await?
        else {
            unreachable!("an order of one person is done")
        };
        told.push(filed);
        told.push(format!(
            "what sounds of the old text stops, and groups get the new one in its place: `cunxiang posts list --all --broadcast {broadcast}`"
        ));
        Ok(Answer::Done(told.join("\n")))
    }

    /// The digest of the new text.
    ///
    /// Errors: there is none, it waits for review, or nothing changed since it was posted.
    async fn check_correct(&self, broadcast: &Id, must_differ: bool) -> Result<crate::base::Digest, Refused> {
        let (catalog, notices) = {
            let board = self.board.read();
            (board.catalog.clone(), board.registry.editions.clone())
        };
        let (Some(found), Some(edition)) = (catalog.broadcasts.get(broadcast), catalog.editions.get(broadcast)) else {
            return refuse(format!("there is no broadcast `{broadcast}` without faults; `cunxiang check` tells why"));
        };
        if found.state != State::Ready {
            return refuse(format!("broadcast `{broadcast}` is not ready; set state = \"ready\" in its file"));
        }
        let mut registry = Registry::default();
        registry.reviews.insert(edition.digest, self.ledger.reviews_of(edition.digest).await?);
        if let Some(waiting) = Approval::of(&catalog, &registry, found, None).waiting() {
            return refuse(format!(
                "the new text of `{broadcast}` waits for review: {waiting}; until then `cunxiang withdraw {broadcast}` takes the old one back"
            ));
        }
        let filter = PostFilter { broadcast: Some(broadcast.clone()), ..PostFilter::default() };
        let posted = self.ledger.posts(&filter).await?.into_iter().find(|row| !row.post.withdraws());
        let notice = notices.get(&edition.digest).map(|edition| &edition.notice);
        if let Some(notice) = notice.filter(|_| must_differ)
            && posted.is_some_and(|row| row.post.notice.as_ref() == Some(notice))
        {
            return refuse(format!(
                "`{broadcast}` is as it was posted, notice {notice}; mend its texts first, or take it back with `cunxiang withdraw {broadcast}`"
            ));
        }
        Ok(edition.text_digest)
    }

    /// Orders that withdrew a broadcast, released or not, and were not cancelled.
    async fn standing_withdrawals(&self, orders: &[Order], id: &Id) -> Result<BTreeSet<u64>, Refused> {
        let mut found = BTreeSet::new();
        for order in orders {
            let is_it = matches!(&order.kind, OrderKind::Withdraw { broadcast } if broadcast == id);
            if is_it && self.is_not_cancelled(orders, order.id).await? {
                found.insert(order.id);
            }
        }
        Ok(found)
    }

    async fn standing_announcements(&self, orders: &[Order], id: &Id, now: Timestamp) -> Result<Vec<u64>, Refused> {
        let mut found = Vec::new();
        for order in orders {
            let OrderKind::Announce { broadcast, class, .. } = &order.kind else { continue };
            let long = if *class == Class::Daily { ANNOUNCED_STANDS_MAX } else { EMERGENCY_STANDS_MAX };
            if broadcast == id && now - order.filed_at <= long && self.is_not_cancelled(orders, order.id).await? {
                found.push(order.id);
            }
        }
        Ok(found)
    }

    /// A cancellation that was filed counts, whether it works yet or not.
    async fn is_not_cancelled(&self, orders: &[Order], id: u64) -> Result<bool, Refused> {
        let is_filed = orders.iter().any(|order| order.kind == OrderKind::Cancel { order: id });
        Ok(!is_filed && self.ledger.order_cancelled_by(id).await?.is_none())
    }
}
