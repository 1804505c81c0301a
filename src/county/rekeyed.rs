//! A running county takes up a keys document that was signed beside it, by `cunxiang keys`: stations get it at once, and
//! what a new rundown key must sign is sealed again.

use serde_json::json;
use tracing::{info, warn};

use super::{County, CountyFault, Stations};
use crate::base::Timestamp;

impl County {
    /// True when there is a newer one: everything is to be planned, and sealed, with it.
    pub(super) async fn take_keys(&mut self, now: Timestamp, stations: &dyn Stations) -> Result<bool, CountyFault> {
        let before = self.keys.rundown.id().clone();
        match self.keys.take_up() {
            Ok(true) => self.keys_fault = None,
            Ok(false) => {
                self.keys_fault = None;
                return Ok(false);
            }
            Err(fault) => {
                let told = Some(fault.to_string());
                if self.keys_fault != told {
                    warn!("{fault}; the keys that were in use go on");
                    self.keys_fault = told;
                }
                return Ok(false);
            }
        }
        stations.renew_keys(self.keys.document.clone());
        self.linked.renew_keys(&self.keys);
        if before != *self.keys.rundown.id() {
            self.sealing.seal_again();
        }
        // Whatever fails from here on, the pass is made again.
        self.planned_at = None;
        self.publish();
        let version = self.keys.version();
        info!(version, "the keys document was changed, and is in use");
        let keys: Vec<_> = self.keys.keys().keys.iter().map(|key| json!({
            "id": key.id, "use": key.purpose, "person": key.person, "not_after": key.not_after, "revoked": key.revoked,
        })).collect();
        let detail = json!({ "version": version, "keys": keys });
        self.ledger.audit_append("cunxiang", "take up keys", &detail, now).await?;
        Ok(true)
    }
}
