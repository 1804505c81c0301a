//! Who goes first, who waits and who is missed at one loudspeaker: one pure rule for planner and station.

use std::cmp::Reverse;

use crate::base::{Id, Timestamp};
use crate::rundown::Rank;

/// An airing that wants the loudspeaker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bid {
    pub rank: Rank,
    pub at: Timestamp,
    /// The last instant at which it may start.
    pub until: Timestamp,
    pub broadcast: Id,
}

/// What is to be done at one loudspeaker now.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Decision {
    /// The bid that starts now. What sounds is cut first, if anything does.
    pub start: Option<usize>,
    /// Bids whose late window has closed.
    pub missed: Vec<usize>,
    /// When to decide again at the latest, though nothing else happens.
    pub again: Option<Timestamp>,
}

/// Decides over `bids` at `now`, while an airing of rank `sounding` holds the loudspeaker (none: it is free).
///
/// Emergency I goes before II, III, IV, a drill, a daily airing; then the earlier instant; then the name. Whoever does
/// not go waits inside its late window and is missed after it. Only an emergency cuts what sounds ([`Rank::cuts`]).
pub fn decide(now: Timestamp, sounding: Option<Rank>, bids: &[Bid]) -> Decision {
    let mut decision = Decision::default();
    let mut first: Option<usize> = None;
    for (i, bid) in bids.iter().enumerate() {
        if bid.at > now {
            decision.again = earlier(decision.again, bid.at);
        } else if bid.until < now {
            decision.missed.push(i);
        } else if first.is_none_or(|f| key(bid) < key(&bids[f])) {
            first = Some(i);
        }
    }
    decision.start = first.filter(|&i| sounding.is_none_or(|rank| bids[i].rank.cuts(rank)));
    for (i, bid) in bids.iter().enumerate() {
        if bid.at <= now && bid.until >= now && decision.start != Some(i) {
            decision.again = earlier(decision.again, bid.until + chrono::TimeDelta::milliseconds(1));
        }
    }
    decision
}

fn key(bid: &Bid) -> (Rank, Timestamp, &Id) {
    (bid.rank, bid.at, &bid.broadcast)
}

fn earlier(a: Option<Timestamp>, b: Timestamp) -> Option<Timestamp> {
    a.map(Reverse).max(Some(Reverse(b))).map(|Reverse(t)| t)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rundown::{Class, Level};

    fn bid(name: &str, class: Class, level: Option<Level>, at: i64, late: i64) -> Bid {
        let t = |s: i64| Timestamp::from_timestamp(s, 0).unwrap();
        Bid { rank: Rank::of(class, level), at: t(at), until: t(at + late), broadcast: name.parse().unwrap() }
    }

    fn check(now: i64, sounding: Option<Rank>, bids: &[Bid], start: Option<&str>, missed: &[&str], again: Option<i64>) {
        let d = decide(Timestamp::from_timestamp(now, 0).unwrap(), sounding, bids);
        assert_eq!(d.start.map(|i| bids[i].broadcast.as_str()), start);
        assert_eq!(d.missed.iter().map(|&i| bids[i].broadcast.as_str()).collect::<Vec<_>>(), missed);
        assert_eq!(d.again.map(|t| t.timestamp_millis()), again);
    }

    #[test]
    fn the_higher_rank_then_the_earlier_instant_then_the_name_goes_first() {
        let daily = Rank::of(Class::Daily, None);
        let bids = [
            bid("b", Class::Daily, None, 100, 300),
            bid("a", Class::Daily, None, 100, 300),
            bid("late", Class::Daily, None, 10, 20),
            bid("soon", Class::Daily, None, 160, 300),
        ];
        check(100, None, &bids, Some("a"), &["late"], Some(160_000));
        check(100, Some(daily), &bids, None, &["late"], Some(160_000));
        let with_drill = [bids[0].clone(), bid("z", Class::Drill, Some(Level::I), 100, 60)];
        check(100, None, &with_drill, Some("z"), &[], Some(400_001));
        check(100, Some(daily), &with_drill, None, &[], Some(160_001));
        let with_emergency = [bids[0].clone(), bid("z", Class::Emergency, Some(Level::IV), 100, 60)];
        check(100, Some(daily), &with_emergency, Some("z"), &[], Some(400_001));
        let emergency_two = Rank::of(Class::Emergency, Some(Level::II));
        check(100, Some(emergency_two), &with_emergency, None, &[], Some(160_001));
        check(401, None, &with_emergency, None, &["b", "z"], None);
    }
}
