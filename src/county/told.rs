//! What the county says in words of its keys, and what it writes down of a plan.

use tracing::{info, warn};

use super::keys::Ceremony;
use super::{Options, RECORD_AHEAD};
use crate::base::Timestamp;
use crate::ledger::PlannedAiring;
use crate::planner::StationPlan;

/// The airings of a plan that are due soon, as the ledger keeps them.
pub(super) fn soon(plan: &StationPlan, now: Timestamp) -> impl Iterator<Item = PlannedAiring> {
    let due = plan.airings.iter().filter(move |airing| airing.at < now + RECORD_AHEAD && airing.until() >= now);
    due.map(|airing| {
        let programme = &plan.programmes[airing.programme as usize];
        PlannedAiring {
            id: airing.id.clone(),
            at: airing.at,
            until: airing.until(),
            class: airing.class,
            level: airing.level,
            notice: programme.notice.clone(),
            languages: programme.languages(),
            order: airing.order,
        }
    })
}

/// Says what happened to the keys, and what is to be done.
pub(super) fn tell(ceremony: Ceremony, options: &Options) {
    let folder = options.data.join("keys");
    match ceremony {
        Ceremony::FirstStart => warn!(
            "new keys were made in {}; take root.key away to a safe place: it is needed only to change keys or quiet hours",
            folder.display()
        ),
        Ceremony::RootNeeded => warn!(
            "the keys document must be signed anew (quiet hours changed, it ends soon, or it has no time key for village boxes): put root.key back into {} and restart",
            folder.display()
        ),
        Ceremony::Renewed => info!("the keys document was signed anew"),
        Ceremony::Unchanged => {}
    }
}
