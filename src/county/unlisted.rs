//! Why an airing that a station was told of is on its list no more: a station reports it as cancelled and knows nothing
//! of orders; the county says beside it which order that was.

use std::collections::BTreeMap;

use crate::planner::{StationPlan, Why};
use crate::rundown::{AiringId, Outcome, Reason, Receipt};

/// The airings that an order took off the lists of the last plan, with the order's words.
#[derive(Debug, Default)]
pub struct Unlisted(BTreeMap<AiringId, String>);

impl Unlisted {
    /// Takes up what the newest plan of a station leaves out because of an order.
    pub fn learn(&mut self, plan: &StationPlan) {
        self.0.retain(|airing, _| airing.station != plan.station);
        for left_out in plan.left_out.iter() {
            let why = match left_out.why {
                Why::Silenced(order) => format!("silenced by order {order}"),
                Why::Skipped(order) => format!("skipped by order {order}"),
                Why::Cancelled(order) => format!("taken back by order {order}"),
                _ => continue,
            };
            let (broadcast, instant) = (left_out.broadcast.clone(), left_out.instant);
            self.0.insert(AiringId { broadcast, instant, station: plan.station.clone() }, why);
        }
    }

    /// All of them, for receipts that come over the link.
    pub fn all(&self) -> BTreeMap<AiringId, String> {
        self.0.clone()
    }

    /// Adds the order to a receipt that says only that the airing was on the list no more.
    pub fn explain(&self, receipt: &mut Receipt) {
        if receipt.outcome == Outcome::Cancelled(Reason::Unlisted) && receipt.detail.is_none() {
            receipt.detail = self.0.get(&receipt.airing).cloned();
        }
    }
}
