//! Village boxes over the control socket: engineers let them in, confirm and revoke them.

use super::caller::Caller;
use super::{Answer, Control, Refused, refuse, told};
use crate::base::{Id, Timestamp};
use crate::county::boxes::{Boxes, Revoked};
use crate::ledger::Role;

impl Control {
    fn boxes(&self) -> Result<&Boxes, Refused> {
        self.boxes.as_ref().ok_or_else(|| {
            Refused("no village box can reach this machine; write [link] in config/machine.toml and restart".to_owned())
        })
    }

    pub(super) async fn enrol(&self, stations: Vec<Id>, caller: &Caller, now: Timestamp) -> Result<Answer, Refused> {
        caller.may(&[Role::Engineer])?;
        let boxes = self.boxes()?;
        let unknown = {
            let board = self.board.read();
            stations.iter().find(|station| !board.catalog.stations.contains_key(*station)).cloned()
        };
        if let Some(unknown) = unknown {
            return refuse(format!("there is no station `{unknown}`; config/stations.toml lists them"));
        }
        Ok(Answer::Enrolment(boxes.enrol(stations, &caller.name, now).await.map_err(told)?))
    }

    pub(super) fn list_boxes(&self, all: bool) -> Result<Answer, Refused> {
        Ok(Answer::Boxes(self.boxes()?.list(all)))
    }

    pub(super) async fn confirm_box(
        &self,
        station: &Id,
        fingerprint: &str,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Answer, Refused> {
        caller.may(&[Role::Engineer])?;
        let shown = self.boxes()?.confirm(station, fingerprint, &caller.name, now).await.map_err(told)?;
        self.bell.notify_one();
        let stations: Vec<&str> = shown.stations.iter().map(Id::as_str).collect();
        let of = stations.join(", ");
        tracing::info!(key = %shown.key, by = %caller.name, "the box of {of} is confirmed");
        Ok(Answer::Done(format!("the box of {of} is confirmed: it gets its rundown and clips now")))
    }

    pub(super) async fn revoke_boxes(&self, station: &Id, caller: &Caller, now: Timestamp) -> Result<Answer, Refused> {
        caller.may(&[Role::Engineer])?;
        let revoked = self.boxes()?.revoke(station, &caller.name, now).await;
        self.bell.notify_one();
        let Revoked { count, left } = revoked.map_err(told)?;
        tracing::info!(count, left, by = %caller.name, "boxes of {station} are revoked");
        Ok(Answer::Done(match left {
            0 => format!(
                "the box of {station} is revoked: it airs what it holds, 14 days at the most, and is told nothing more; `cunxiang enrol {station}` lets another in"
            ),
            _ => format!(
                "what waited to be the box of {station} is revoked; the confirmed box stays, and the same command again revokes that, too"
            ),
        }))
    }
}
