//! From the content and the orders to what is in force at every station: plans, seals, serves, fills the outbox.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use tracing::{info, warn};

use super::taken::Taken;
use super::told::soon;
use super::{County, CountyFault, Stations, WITHDRAW_BACK, directory};
use crate::base::{Id, Timestamp};
use crate::catalog::{Catalog, Target};
use crate::county::sealing::Fresh;
use crate::ledger::{PlannedAiring, SavedRundown};
use crate::outbox::Taking;
use crate::planner::{Planner, StationPlan};
use crate::rundown::order::Targets;
use crate::rundown::{Order, OrderKind, OrderState};

/// An order is new for this long: a county that was stopped as it was released plans its stations first at the next pass.
const NEW_FOR: TimeDelta = TimeDelta::minutes(5);

impl County {
    /// Plans every station, seals what differs, serves it once it is on disk; fills the outbox.
    pub(super) async fn plan(&mut self, now: Timestamp, stations: &dyn Stations) -> Result<(), CountyFault> {
        let catalog = self.content.catalog.clone();
        self.registry.signatures_required = self.keys.keys().approvals_required();
        let (orders, registry) = (self.orders.clone(), self.registry.clone());
        let planner = Planner::new(&catalog, &orders, &registry, now);
        let taken = Taken::of(&self.ledger, &catalog, (&orders, &registry.withdrawn), now).await?;
        // The machine's own stations first: an emergency waits for no other station's plan.
        let local = self.options.local.iter().filter_map(|id| planner.station(id));
        let local: Vec<StationPlan> = local.map(|plan| taken.stop(plan)).collect();
        let planned: Vec<PlannedAiring> = local.iter().flat_map(|plan| soon(plan, now)).collect();
        self.ledger.plan_airings(&planned).await?;
        local.iter().for_each(|plan| self.unlisted.learn(plan));
        let mut changed = self.seal(local.into_iter(), now).await?;
        let served = self.sealing.envelopes(&self.options.local);
        if !served.is_empty() {
            stations.offer(served);
        }
        // An emergency waits for no other station's plan: those of new orders are on disk and offered before the rest.
        for some in batches(&catalog, &orders, &self.options.local, now) {
            let plans = some.into_iter().filter_map(|id| planner.served(id));
            changed += self.serve(plans.map(|plan| taken.stop(plan)).collect(), now).await?;
        }
        let mut posts = planner.posts();
        posts.retain(|post| self.not_before.is_none_or(|not_before| post.due >= not_before));
        let problems = planner.problems();
        self.carry_out(&planner, now).await?;
        let withdrawn = self.ledger.withdraw_unsent(&posts, now - WITHDRAW_BACK).await?;
        if withdrawn > 0 {
            info!(posts = withdrawn, "taken back before they were sent: their notices changed");
        }
        let enqueued = self.outbox.enqueue(posts, &directory(&catalog), now).await?;
        for (post, why) in &enqueued.refused {
            warn!("post {post} cannot go out: {why}");
        }
        let enqueued = enqueued.new_count;
        if problems != self.plan_problems {
            // Warnings, too: that an order does nothing any more is known here alone.
            for problem in problems.iter().filter(|problem| !self.plan_problems.contains(problem)) {
                warn!("{problem}");
            }
            self.plan_problems = problems;
        }
        if changed > 0 || enqueued > 0 {
            info!(rundowns = changed, posts = enqueued, "planned");
        }
        self.publish();
        Ok(())
    }

    /// Takes back or corrects what chat groups got, as orders ask; once each, whatever stops in between.
    async fn carry_out(&self, planner: &Planner<'_>, now: Timestamp) -> Result<(), CountyFault> {
        for order in self.ledger.to_carry_out().await? {
            let (broadcast, corrected) = match &order.kind {
                OrderKind::Withdraw { broadcast } => (broadcast.clone(), None),
                OrderKind::Correct { broadcast, .. } => (broadcast.clone(), Some(planner.corrections(order.id))),
                _ => continue,
            };
            let taking = Taking { order: order.id, broadcast, corrected };
            let never_sent = self.outbox.take_back(&taking, &directory(planner.catalog()), now).await?;
            info!(order = order.id, never_sent, "posts taken back: {}", taking.broadcast);
        }
        Ok(())
    }

    /// Writes down what is due at stations of village boxes, seals their plans and offers them.
    async fn serve(&mut self, plans: Vec<StationPlan>, now: Timestamp) -> Result<usize, CountyFault> {
        let served = self.linked.stations(&self.options.local);
        // What people asked for is written down also where nobody can carry it: it ends as `unreported` there.
        let wanted =
            |plan: &StationPlan, airing: &PlannedAiring| airing.order.is_some() || served.contains(&plan.station);
        let planned = plans.iter().flat_map(|plan| soon(plan, now).filter(|airing| wanted(plan, airing)));
        let planned: Vec<PlannedAiring> = planned.collect();
        self.ledger.plan_airings(&planned).await?;
        plans.iter().filter(|plan| served.contains(&plan.station)).for_each(|plan| self.unlisted.learn(plan));
        self.linked.gate().inspect(|gate| gate.explain(self.unlisted.all()));
        self.seal(plans.into_iter(), now).await
    }

    /// Seals what differs and puts it on disk; only then is it in force. Returns how many rundowns that were.
    async fn seal(&mut self, plans: impl Iterator<Item = StationPlan>, now: Timestamp) -> Result<usize, CountyFault> {
        let fresh: Vec<Fresh> =
            plans.filter_map(|plan| self.sealing.seal(&plan, self.not_before, &self.keys.rundown, now)).collect();
        let saved: Vec<SavedRundown> = fresh.iter().map(|fresh| fresh.saved.clone()).collect();
        self.ledger.save_rundowns(&saved).await?;
        let count = fresh.len();
        for fresh in fresh {
            let (station, edge) = (fresh.saved.station.clone(), fresh.saved.edge);
            let envelope = self.sealing.enforce(fresh);
            self.linked.gate().inspect(|gate| gate.offer(&station, envelope, edge));
        }
        Ok(count)
    }
}

/// The stations away from this machine in the order in which they are planned, sealed and served: those of new orders, then
/// all others.
fn batches<'a>(catalog: &'a Catalog, orders: &[Order], local: &[Id], now: Timestamp) -> [Vec<&'a Id>; 2] {
    let newly = ordered(catalog, orders, now - NEW_FOR);
    let others = catalog.stations.keys().filter(|id| !local.contains(id));
    let (first, rest) = others.partition(|id| newly.contains(*id));
    [first, rest]
}

/// The stations of the orders that were released since `since`.
fn ordered(catalog: &Catalog, orders: &[Order], since: Timestamp) -> BTreeSet<Id> {
    let is_new = |order: &&Order| {
        order.state == OrderState::Released && order.released_at.is_some_and(|released| released >= since)
    };
    orders.iter().filter(is_new).flat_map(|order| stations_of(catalog, orders, &order.kind)).collect()
}

fn stations_of(catalog: &Catalog, orders: &[Order], kind: &OrderKind) -> Vec<Id> {
    let named = |texts: &Targets| {
        let targets: Vec<Target> = texts.iter().filter_map(|text| text.parse().ok()).collect();
        catalog.stations_of(&targets).into_iter().map(|station| station.id.clone()).collect()
    };
    match kind {
        OrderKind::Announce { agreed: Some(agreed), .. } => agreed.stations.clone(),
        OrderKind::Announce { broadcast, stations, .. } if stations.is_empty() => {
            let targets = catalog.broadcasts.get(broadcast).map(|broadcast| &broadcast.stations[..]);
            let found = catalog.stations_of(targets.unwrap_or_default());
            found.into_iter().map(|station| station.id.clone()).collect()
        }
        OrderKind::Announce { stations, .. } | OrderKind::Silence { stations, .. } => named(stations),
        OrderKind::Reair { airing } | OrderKind::Skip { airing } => vec![airing.station.clone()],
        OrderKind::Withdraw { broadcast } | OrderKind::Correct { broadcast, .. } => {
            let targets = catalog.broadcasts.get(broadcast).map(|broadcast| &broadcast.stations[..]);
            let found = catalog.stations_of(targets.unwrap_or_default());
            found.into_iter().map(|station| station.id.clone()).collect()
        }
        OrderKind::Cancel { order } => {
            let taken_back =
                orders.iter().find(|one| one.id == *order && !matches!(one.kind, OrderKind::Cancel { .. }));
            taken_back.map(|one| stations_of(catalog, orders, &one.kind)).unwrap_or_default()
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::catalog::{self, files::Files, load::Texts};
    use crate::rundown::Class;

    fn released(id: u64, at: Timestamp, kind: OrderKind) -> Order {
        Order {
            id,
            kind,
            state: OrderState::Released,
            filed_by: "tashi".to_owned(),
            filed_at: at,
            confirmed_by: None,
            signed: None,
            released_at: Some(at),
        }
    }

    fn announce(stations: &[&str]) -> OrderKind {
        OrderKind::Announce {
            broadcast: "flood-emergency".parse().unwrap(),
            stations: stations.iter().map(|text| (*text).to_owned()).collect(),
            class: Class::Emergency,
            agreed: None,
        }
    }

    #[test]
    fn the_stations_of_new_orders_are_known() {
        let files = Files::read(Path::new(env!("CARGO_MANIFEST_DIR")), None).unwrap();
        let catalog = catalog::load(&files, &Texts::new()).catalog.unwrap();
        let now = Timestamp::from_timestamp(1_800_000_000, 0).unwrap();
        let order = |id, seconds_ago, kind| released(id, now - TimeDelta::seconds(seconds_ago), kind);
        let until = now + TimeDelta::hours(2);
        let silence = |station: &str| OrderKind::Silence { stations: vec![station.to_owned()], until };
        let check = |orders: &[Order], expected: &[&str]| {
            let found = ordered(&catalog, orders, now - NEW_FOR);
            assert_eq!(found.iter().map(Id::as_str).collect::<Vec<_>>(), expected, "{orders:?}");
        };
        let one = "benzilan-xiashe";
        check(&[], &[]);
        check(&[order(1, 10, announce(&[one]))], &[one]);
        check(&[Order { state: OrderState::Confirmed, ..order(1, 10, announce(&[one])) }], &[]);
        check(&[order(1, 301, silence(one))], &[]);
        // What is taken back is old; that it is taken back is news.
        check(&[order(1, 3000, silence(one)), order(2, 10, OrderKind::Cancel { order: 1 })], &[one]);
        check(&[order(2, 10, OrderKind::Cancel { order: 2 })], &[]);
        let named = catalog.stations_of(&catalog.broadcasts[&"flood-emergency".parse::<Id>().unwrap()].stations);
        let named: Vec<&str> = named.iter().map(|station| station.id.as_str()).collect();
        assert!(named.len() > 1);
        check(&[order(1, 10, announce(&[]))], &named);
    }

    /// A county of 500 villages besides the sample's, with orders that were released 10 s ago and their stations.
    #[test]
    fn an_emergency_among_hundreds_of_stations_is_in_the_first_batch() {
        let files = Files::read(Path::new(env!("CARGO_MANIFEST_DIR")), None).unwrap();
        let mut catalog = catalog::load(&files, &Texts::new()).catalog.unwrap();
        let now = Timestamp::from_timestamp(1_800_000_000, 0).unwrap();
        let village = catalog.stations.values().next().unwrap().clone();
        for n in 0..500 {
            let id: Id = format!("village-{n:03}").parse().unwrap();
            catalog.stations.insert(id.clone(), crate::catalog::Station { id, ..village.clone() });
        }
        let local: Vec<Id> = vec![village.id.clone()];
        let emergency = |id, seconds_ago, stations: &[&str]| {
            released(id, now - TimeDelta::seconds(seconds_ago), announce(stations))
        };
        let check = |orders: &[Order], expected: &[&str]| {
            let [first, rest] = batches(&catalog, orders, &local, now);
            assert_eq!(first.iter().map(|id| id.as_str()).collect::<Vec<_>>(), expected);
            // Each station once, and none of this machine's.
            let mut all: Vec<&Id> = first.into_iter().chain(rest).collect();
            all.sort();
            assert_eq!(all, catalog.stations.keys().filter(|id| !local.contains(id)).collect::<Vec<_>>());
        };
        check(&[], &[]);
        check(&[emergency(1, 10, &["village-257"])], &["village-257"]);
        check(&[emergency(1, 10, &["village-499", "village-000"])], &["village-000", "village-499"]);
        // One of this machine's stations is served before any batch.
        check(&[emergency(1, 10, &["village-257", local[0].as_str()])], &["village-257"]);
        // An hour old: its stations have it long since.
        check(&[emergency(1, 3600, &["village-001"]), emergency(2, 10, &["village-257"])], &["village-257"]);
    }
}
