//! What a person says of posts over the control socket: of those that may or may not have arrived, and of their tasks.

use super::caller::Caller;
use super::{Answer, Control, Refused, told};
use crate::base::Timestamp;
use crate::ledger::{CallId, Role};

/// Who looks into groups, and posts to those without a robot.
const MAY_SETTLE: [Role; 3] = [Role::Writer, Role::Approver, Role::Engineer];

impl Control {
    pub(super) async fn post_seen(&self, name: &str, caller: &Caller, now: Timestamp) -> Result<Answer, Refused> {
        caller.may(&MAY_SETTLE)?;
        let calls = self.ledger.settle_seen(name, &caller.name, now).await.map_err(told)?;
        let names = listed(&calls);
        tracing::info!(by = %caller.name, "seen in the group: {names}");
        Ok(Answer::Done(format!("{names}: delivered, as {} saw it", caller.name)))
    }

    pub(super) async fn post_resend(&self, name: &str, caller: &Caller, now: Timestamp) -> Result<Answer, Refused> {
        caller.may(&MAY_SETTLE)?;
        let calls = self.ledger.settle_lost(name, &caller.name, now).await.map_err(told)?;
        self.outbox.notify_one();
        let names = listed(&calls);
        tracing::info!(by = %caller.name, "to be sent again: {names}");
        Ok(Answer::Done(format!("{names}: to be sent, marked as sent again{}", self.held())))
    }

    pub(super) async fn task_done(&self, name: &str, caller: &Caller, now: Timestamp) -> Result<Answer, Refused> {
        caller.may(&MAY_SETTLE)?;
        let calls = self.ledger.settle_done(name, &caller.name, now).await.map_err(told)?;
        let names = listed(&calls);
        tracing::info!(by = %caller.name, "posted by hand: {names}");
        Ok(Answer::Done(format!("{names}: delivered, as {} says", caller.name)))
    }
}

fn listed(calls: &[CallId]) -> String {
    calls.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
