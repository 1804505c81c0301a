//! Groups that ask for notices, over the control socket.

use super::caller::Caller;
use super::{Answer, Control, Refused, told};
use crate::base::{Id, Timestamp};
use crate::ledger::Role;

impl Control {
    /// Who writes to whom decides who is written to.
    pub(super) async fn settle_chat(
        &self,
        request: u64,
        chat: Option<Id>,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Answer, Refused> {
        caller.may(&[Role::Writer, Role::Approver, Role::Engineer])?;
        let settled = self.ledger.settle_request(request, chat.as_ref(), &caller.name, now).await.map_err(told)?;
        self.bell.notify_one();
        Ok(Answer::Done(match settled.chat {
            Some(chat) => format!("request {request} is accepted: the group is `{chat}` and gets notices from now on"),
            None => format!("request {request} is refused; the group gets nothing, and may take the robot out"),
        }))
    }
}
