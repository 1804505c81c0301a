//! What a withdrawal stops that the planner does not know: of a broadcast whose file is gone, or is no longer ready, the
//! ledger alone remembers what may be sounding.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use crate::base::{Id, Timestamp};
use crate::catalog::{Catalog, State};
use crate::ledger::{AiringFilter, Ledger, LedgerFault};
use crate::planner::StationPlan;
use crate::rundown::{AiringId, Order};

/// No airing sounds, or waits for its turn and then sounds, for longer than this.
const SOUNDS_MAX: TimeDelta = TimeDelta::hours(6);
/// Boxes that were away for as long as this have long been silent.
const TOLD_FOR: TimeDelta = TimeDelta::hours(24);

/// By station, what is to be stopped.
#[derive(Debug, Default)]
pub struct Taken(BTreeMap<Id, Vec<AiringId>>);

impl Taken {
    /// What may sound of broadcasts that orders withdrew, by broadcast and order, and that the catalog cannot air.
    pub async fn of(
        ledger: &Ledger,
        catalog: &Catalog,
        (orders, withdrawn): (&[Order], &BTreeMap<Id, u64>),
        now: Timestamp,
    ) -> Result<Taken, LedgerFault> {
        let mut taken = Taken::default();
        for (broadcast, order) in withdrawn {
            // The planner stops it.
            if catalog.broadcasts.get(broadcast).is_some_and(|broadcast| broadcast.state == State::Ready) {
                continue;
            }
            let released = orders.iter().find(|one| one.id == *order).and_then(|order| order.released_at);
            let Some(released) = released.filter(|at| now - *at < TOLD_FOR) else { continue };
            let filter = AiringFilter {
                from: released - SOUNDS_MAX,
                to: released,
                station: None,
                broadcast: Some(broadcast.clone()),
                state: None,
            };
            for airing in ledger.airings(&filter).await? {
                // What ended before is left as it ended.
                if airing.ended.is_none_or(|ended| ended >= released) {
                    taken.0.entry(airing.id.station.clone()).or_default().push(airing.id);
                }
            }
        }
        Ok(taken)
    }

    /// The plan, and with it what is stopped at its station.
    pub fn stop(&self, mut plan: StationPlan) -> StationPlan {
        for airing in self.0.get(&plan.station).into_iter().flatten() {
            if !plan.stop.contains(airing) {
                plan.stop.push(airing.clone());
            }
        }
        plan
    }
}
