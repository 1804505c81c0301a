//! Numbers and seals rundowns: a new version only where the content differs.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::base::{Digest, Id, Timestamp};
use crate::ledger::SavedRundown;
use crate::planner::StationPlan;
use crate::rundown::Rundown;
use crate::rundown::document::Edge;
use crate::rundown::seal::{Envelope, RUNDOWN_TYPE, Signer};

/// The rundowns in force.
pub struct Sealing {
    epoch: u64,
    sealed: BTreeMap<Id, Sealed>,
    /// Signatures made since the start: one a changed rundown.
    pub signatures: u64,
}

/// A rundown that is sealed and not in force yet: it must be on disk first.
pub struct Fresh {
    pub saved: SavedRundown,
    sealed: Sealed,
}

struct Sealed {
    edge: Edge,
    /// Of the rundown without its edge and time of issue.
    content: Digest,
    envelope: Arc<Envelope>,
}

impl Sealing {
    /// Takes up the rundowns that were served last. One that does not read is made anew, above its edge.
    pub fn resume(epoch: u64, saved: Vec<SavedRundown>) -> Sealing {
        let mut sealed = BTreeMap::new();
        for rundown in saved {
            let Ok(envelope) = serde_json::from_slice::<Envelope>(&rundown.envelope) else { continue };
            let Ok(mut body) = serde_json::from_slice::<Rundown>(&envelope.payload) else { continue };
            let content = content_of(&mut body);
            sealed.insert(rundown.station, Sealed { edge: rundown.edge, content, envelope: Arc::new(envelope) });
        }
        Sealing { epoch, sealed, signatures: 0 }
    }

    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Begins a new epoch: everything is sealed again.
    pub fn begin(&mut self, epoch: u64) {
        self.epoch = epoch;
        self.sealed.clear();
    }

    /// Another key is to sign everything: each rundown gets a new version, whatever it says.
    pub fn seal_again(&mut self) {
        self.sealed.values_mut().for_each(|sealed| sealed.content = Digest::of(b""));
    }

    /// Seals a plan, without what is due before `not_before`; none when the rundown in force says the same.
    pub fn seal(
        &mut self,
        plan: &StationPlan,
        not_before: Option<Timestamp>,
        signer: &Signer,
        now: Timestamp,
    ) -> Option<Fresh> {
        let before = self.sealed.get(&plan.station);
        let mut body = plan.rundown(Edge::default(), Timestamp::UNIX_EPOCH);
        body.airings.retain(|airing| not_before.is_none_or(|not_before| airing.at >= not_before));
        let content = content_of(&mut body);
        if before.is_some_and(|before| before.content == content && before.edge.epoch == self.epoch) {
            return None;
        }
        let version =
            before.map_or(0, |before| if before.edge.epoch == self.epoch { before.edge.version } else { 0 }) + 1;
        (body.edge, body.issued) = (Edge { epoch: self.epoch, version }, now);
        let payload = serde_json::to_vec(&body).expect("a rundown is always written");
        let envelope = Envelope::seal(RUNDOWN_TYPE, payload, &[signer]);
        self.signatures += 1;
        let saved = SavedRundown {
            station: plan.station.clone(),
            edge: body.edge,
            digest: envelope.digest(),
            envelope: serde_json::to_vec(&envelope).expect("an envelope is always written"),
        };
        let sealed = Sealed { edge: body.edge, content, envelope: Arc::new(envelope) };
        Some(Fresh { saved, sealed })
    }

    /// Puts a rundown in force, once it is on disk.
    pub fn enforce(&mut self, fresh: Fresh) -> Arc<Envelope> {
        let envelope = fresh.sealed.envelope.clone();
        self.sealed.insert(fresh.saved.station, fresh.sealed);
        envelope
    }

    /// Every rundown in force.
    pub fn in_force(&self) -> impl Iterator<Item = (&Id, Edge, &Arc<Envelope>)> {
        self.sealed.iter().map(|(station, sealed)| (station, sealed.edge, &sealed.envelope))
    }

    /// The rundowns in force of these stations.
    pub fn envelopes(&self, stations: &[Id]) -> Vec<Arc<Envelope>> {
        stations.iter().filter_map(|id| self.sealed.get(id)).map(|sealed| sealed.envelope.clone()).collect()
    }
}

fn content_of(body: &mut Rundown) -> Digest {
    (body.edge, body.issued) = (Edge::default(), Timestamp::UNIX_EPOCH);
    Digest::of(&serde_json::to_vec(body).expect("a rundown is always written"))
}
