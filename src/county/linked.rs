//! The county and its village boxes: offers them what is in force, hears when one of them knows more than this ledger,
//! and numbers anew after a HOLD.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::TimeDelta;
use tracing::warn;

use super::keys::CountyKeys;
use super::{County, CountyFault, NEW_EPOCH, NOT_BEFORE};
use crate::base::{Id, Timestamp};
use crate::ledger::LedgerFault;
use crate::link::county::{Gate, Keys, Newer, tls};
use crate::rundown::seal::KeyId;

/// When boxes were heard is kept this often: a minute more or less says nothing of a village.
const KEEP_HEARD_EVERY: TimeDelta = TimeDelta::seconds(60);
/// In the ledger: a new epoch lies above this one, which a station has reported.
const EPOCH_ABOVE: &str = "epoch-above";

/// In the ledger: the key of the box that brought HOLD about; empty where something else did.
const HOLD_BY: &str = "hold-by";

/// The link, where there is one.
#[derive(Default)]
pub(super) struct Linked {
    gate: Option<Arc<Gate>>,
    /// Those with a confirmed box at the last look.
    stations: BTreeSet<Id>,
    kept_at: Option<Timestamp>,
    /// The certificate and its key.
    certificate: Option<(PathBuf, PathBuf)>,
}

impl Linked {
    pub(super) fn gate(&self) -> Option<&Gate> {
        self.gate.as_deref()
    }

    /// The stations with a confirmed box, without those of this machine.
    pub(super) fn stations(&self, local: &[Id]) -> Vec<Id> {
        let stations = self.gate().map(Gate::stations).unwrap_or_default();
        stations.into_iter().filter(|id| !local.contains(id)).collect()
    }

    /// True when other stations have a confirmed box than at the last look: their airings are to be planned.
    pub(super) fn stations_changed(&mut self) -> bool {
        let stations = self.gate().map(Gate::stations).unwrap_or_default();
        let changed = stations != self.stations;
        self.stations = stations;
        changed
    }

    pub(super) fn set_hold(&self, held: bool) {
        self.gate().inspect(|gate| gate.set_hold(held));
    }

    pub(super) fn renew_keys(&self, keys: &CountyKeys) {
        self.gate().inspect(|gate| gate.renew_keys(keys.document.clone(), keys.version(), keys.time_signer()));
    }

    /// When the certificate ends, or what is wrong with it or its key.
    pub(super) fn certificate(&self) -> Option<Result<Timestamp, String>> {
        let (certificate, key) = self.certificate.as_ref()?;
        let ends = tls::server_config(certificate, key).and_then(|_| tls::ends(certificate));
        Some(ends.map_err(|fault| fault.to_string()))
    }

    async fn keep_heard(&mut self, now: Timestamp) -> Result<(), LedgerFault> {
        let Some(gate) = &self.gate else { return Ok(()) };
        if self.kept_at.is_some_and(|at| at <= now && now - at < KEEP_HEARD_EVERY) {
            return Ok(());
        }
        gate.turn(now).await?;
        self.kept_at = Some(now);
        Ok(())
    }
}

impl County {
    /// What the county's end of the link vouches with.
    pub fn link_keys(&self) -> Keys {
        self.keys.for_link()
    }

    /// From now on what is in force goes to `gate`, too, once it is on disk.
    pub fn attach(&mut self, gate: Arc<Gate>) {
        for (station, edge, envelope) in self.sealing.in_force() {
            gate.offer(station, envelope.clone(), edge);
        }
        self.board.update(|snapshot| snapshot.reach.attach(gate.clone()));
        self.linked.gate = Some(gate);
    }

    /// From now on it is told how long the link's certificate lasts, and when it or its key cannot be used.
    pub fn watch_certificate(&mut self, certificate: PathBuf, key: PathBuf) {
        self.linked.certificate = Some((certificate, key));
        self.board.update(|snapshot| snapshot.certificate = self.linked.certificate());
    }

    /// Takes up what the link has to say: how airings ended, and that HOLD begins where a box holds a rundown that this
    /// county never made.
    pub(super) async fn hear_link(&mut self, now: Timestamp) -> Result<(), CountyFault> {
        self.linked.keep_heard(now).await?;
        let Some(gate) = self.linked.gate.clone() else { return Ok(()) };
        gate.take_ended().iter().for_each(|outcome| self.board.count(outcome));
        self.end_hold_of_a_revoked_box(&gate, now).await?;
        let Some(newer) = gate.newer() else { return Ok(()) };
        let is_first = self.ledger.hold().await?.is_none();
        if is_first {
            self.ledger.meta_set(HOLD_BY, &serde_json::to_string(&newer.key).expect("a key's id is text")).await?;
        }
        // In this order: a release that comes between finds the epoch it is to go above.
        self.ledger.meta_set(EPOCH_ABOVE, &newer.held.epoch.to_string()).await?;
        self.ledger.meta_set(NEW_EPOCH, "wanted").await?;
        let Newer { fingerprint, station, held, ours, .. } = newer;
        let why = format!(
            "{station} holds rundown {}.{}, newer than this county's {}.{}: its ledger is older than what went out. Its box \
             has the fingerprint {fingerprint}; if that box was stolen, `cunxiang stations revoke {station}` ends this",
            held.epoch, held.version, ours.epoch, ours.version
        );
        self.ledger.set_hold(Some(&why), "cunxiang", now).await?;
        gate.set_hold(true);
        gate.newer_is_known();
        Ok(())
    }

    /// The word of a box whose key was taken back is worth nothing: the HOLD it brought about ends, and its epoch is
    /// forgotten. Where another box says the same, HOLD begins again.
    async fn end_hold_of_a_revoked_box(&mut self, gate: &Gate, now: Timestamp) -> Result<(), CountyFault> {
        let Some(by) = self.ledger.meta_get(HOLD_BY).await?.filter(|by| !by.is_empty()) else { return Ok(()) };
        let is_held = self.ledger.hold().await?.is_some();
        let is_revoked = serde_json::from_str::<KeyId>(&by).is_ok_and(|key| gate.is_revoked(&key));
        if is_held && is_revoked {
            // In this order: a crash between two of them is finished at the next pass.
            self.ledger.meta_set(EPOCH_ABOVE, "0").await?;
            self.ledger.meta_set(NEW_EPOCH, "").await?;
            self.ledger.set_hold(None, "cunxiang", now).await?;
            warn!("HOLD ends: the box that brought it about was revoked");
        }
        if !is_held || is_revoked {
            self.ledger.meta_set(HOLD_BY, "").await?;
        }
        Ok(())
    }

    /// After a restore was released: rundowns are numbered in a new epoch, above anything a station has seen, and
    /// what was due before now is settled as unknown instead of going out, perhaps a second time.
    pub(super) async fn leave_hold(&mut self, now: Timestamp) -> Result<(), CountyFault> {
        if self.ledger.meta_get(NEW_EPOCH).await?.as_deref() == Some("wanted") {
            let disowned = self.ledger.disown_calls(now).await?;
            self.ledger.meta_set(NOT_BEFORE, &now.timestamp_millis().to_string()).await?;
            let reported = self.ledger.meta_get(EPOCH_ABOVE).await?.and_then(|text| text.parse().ok()).unwrap_or(0);
            let epoch = self.ledger.begin_epoch(self.sealing.epoch().max(reported), now).await?;
            self.sealing.begin(epoch);
            self.ledger.meta_set(NEW_EPOCH, "begun").await?;
            warn!(
                "released after a restore: {disowned} calls to chat groups may have gone out before it and are not sent"
            );
        }
        let not_before = self.ledger.meta_get(NOT_BEFORE).await?.and_then(|text| text.parse().ok());
        self.not_before = not_before.and_then(Timestamp::from_timestamp_millis);
        Ok(())
    }
}
