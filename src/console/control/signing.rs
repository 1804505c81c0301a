//! Approvers sign an emergency's order: what is handed to them, and what comes back. The daemon sees no private key: it
//! gives out the exact bytes, and verifies what it gets before it counts it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::caller::Caller;
use super::{Answer, Control, Refused, refuse};
use crate::base::{Digest, Id, Length, Timestamp};
use crate::catalog::model::Broadcast;
use crate::ledger::{CONFIRM_WITHIN, OrderFault};
use crate::planner::orders::{Named, first_instant, named_by_statements};
use crate::rundown::seal::{Envelope, Key, KeyId, Keys, Signature};
use crate::rundown::statement::FORMAT;
use crate::rundown::{Agreed, Class, Order, OrderKind, OrderState, Statement};

/// What an approver is to sign, and with which key of theirs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ToSign {
    pub order: u64,
    pub person: String,
    pub key: KeyId,
    /// The exact bytes; nobody's signatures are on it.
    pub statement: Envelope,
    /// What happened so far, in words.
    pub told: String,
}

/// What is signed of a broadcast that is announced at `filed`, a whole second; its order has no number yet.
fn statement_of(broadcast: &Broadcast, agreed: &Agreed, chime: Option<Digest>, filed: Timestamp) -> Statement {
    let clips = agreed.languages.values().flat_map(|language| &language.clips).copied().chain(chime);
    // Ids hold whole seconds, so instants lie whole seconds apart.
    let whole = |every: Length| Length::seconds(every.ms.div_ceil(1000).max(1));
    let expires = match &broadcast.repeat {
        Some(repeat) => filed + repeat.expires.delta(),
        // It may wait for its second person, and then be late.
        None => filed + CONFIRM_WITHIN + broadcast.how.late.delta(),
    };
    Statement {
        format: FORMAT,
        order: 0,
        broadcast: broadcast.id.clone(),
        class: broadcast.class,
        level: broadcast.level,
        edition: agreed.edition,
        stations: agreed.stations.iter().cloned().collect::<BTreeSet<Id>>(),
        clips: clips.collect(),
        filed,
        expires,
        every: broadcast.repeat.map(|repeat| whole(repeat.every)),
        must: Vec::new(),
    }
}

impl Control {
    /// Whether emergencies need the signatures of two approvers.
    pub(super) fn signatures_required(&self) -> bool {
        self.board.read().keys.as_ref().is_some_and(Keys::approvals_required)
    }

    /// What the people behind `kind` sign; none where it needs no signatures. `before` are the orders of the last weeks.
    ///
    /// Errors: the caller has no key to sign it with.
    pub(super) fn to_be_signed(
        &self,
        kind: &OrderKind,
        caller: &Caller,
        before: &[Order],
        now: Timestamp,
    ) -> Result<Option<Statement>, Refused> {
        let OrderKind::Announce { broadcast, class: Class::Emergency, agreed: Some(agreed), .. } = kind else {
            return Ok(None);
        };
        if !self.signatures_required() {
            return Ok(None);
        }
        caller.approves()?;
        self.key_of(caller, now)?;
        let board = self.board.read();
        let Some(found) = board.catalog.broadcasts.get(broadcast) else {
            return refuse(format!("there is no broadcast `{broadcast}` any more"));
        };
        let chime = found.how.chime.as_ref().and_then(|id| board.catalog.recordings.chimes.get(id));
        let before: Vec<Named> = named_by_statements(before, broadcast).collect();
        let filed = first_instant(found, now, &before);
        Ok(Some(statement_of(found, agreed, chime.map(|chime| chime.clip), filed)))
    }

    /// The order for the caller to sign; none where it needs no signatures.
    pub(super) fn hand_out(
        &self,
        order: &Order,
        caller: &Caller,
        told: String,
        now: Timestamp,
    ) -> Result<Option<Answer>, Refused> {
        let Some(signed) = &order.signed else { return Ok(None) };
        if order.state != OrderState::Filed {
            return Err(OrderFault::AlreadyConfirmed(order.id).into());
        }
        if signed.people.contains(&caller.name) {
            return Err(OrderFault::SignedAlready { order: order.id, by: caller.name.clone() }.into());
        }
        let key = self.key_of(caller, now)?.id;
        let statement = Envelope { signatures: Vec::new(), ..signed.envelope.clone() };
        Ok(Some(Answer::Sign(ToSign { order: order.id, person: caller.name.clone(), key, statement, told })))
    }

    /// Takes a signature: of the caller's own key, over the bytes of the order.
    pub(super) async fn sign(
        &self,
        order: u64,
        signature: Signature,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Answer, Refused> {
        let Some(found) = self.ledger.order(order).await? else { return Err(OrderFault::Unknown(order).into()) };
        if found.filed_by == caller.name {
            caller.approves()?;
        } else {
            self.check_confirm(order, caller).await?;
        }
        let Some(signed) = &found.signed else { return Err(OrderFault::NothingToSign(order).into()) };
        let key = self.key_of(caller, now)?;
        let alone = Envelope { signatures: vec![signature.clone()], ..signed.envelope.clone() };
        if signature.keyid != key.id || !alone.is_signed_by(&key) {
            return refuse(format!(
                "the signature under order {order} is not by {}'s key {}; take the file of that key",
                caller.name, key.id
            ));
        }
        let order = self.ledger.sign_order(order, &caller.name, signature, now).await?;
        self.bell.notify_one();
        let asked = order.kind.in_words(self.board.read().catalog.county.zone);
        tracing::info!(order = order.id, by = %caller.name, "signed: {asked}");
        if order.state == OrderState::Filed {
            return Ok(Answer::Done(format!(
                "order {} is signed by {}; it waits for a second person: `cunxiang confirm {}`",
                order.id, caller.name, order.id
            )));
        }
        Ok(Answer::Done(format!("order {} is signed by two people and confirmed: {asked}{}", order.id, self.held())))
    }

    /// What is to be done about the key of somebody who leaves: a station does not know who retired.
    pub(super) fn revoke_hint(&self, person: &str, now: Timestamp) -> String {
        let board = self.board.read();
        let mut keys = board.keys.iter().flat_map(|keys| keys.approvers(now));
        let key = keys.find(|key| key.person.as_deref() == Some(person));
        key.map_or_else(String::new, |key| {
            format!("; stations still trust their key: `cunxiang keys revoke {}`", key.id)
        })
    }

    /// The key with which the caller may sign now.
    fn key_of(&self, caller: &Caller, now: Timestamp) -> Result<Key, Refused> {
        let board = self.board.read();
        let found = board.keys.iter().flat_map(|keys| keys.approvers(now));
        let key = found.filter(|key| key.person.as_deref() == Some(caller.name.as_str())).last().cloned();
        key.ok_or_else(|| {
            Refused(format!(
                "{} has no approver's key that is valid now; an engineer makes one with `cunxiang keys approver {}`",
                caller.name, caller.name
            ))
        })
    }
}
