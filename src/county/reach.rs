//! Who carries sound to a station: a loudspeaker of this machine, a village box, or nobody. What an order is filed for
//! and what can hear of it are two things, and whoever asks is to know the difference before it matters.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::TimeDelta;
use chrono_tz::Tz;

use crate::base::{Id, Timestamp};
use crate::ledger::{BoxState, Ledger, LedgerFault};
use crate::link::county::Gate;

/// The state of an airing at a station that nobody serves, in `plan` and `log`.
pub const NO_BOX: &str = "no-box";
/// In the ledger: the stations of this machine, for commands that read files alone.
const LOCAL_STATIONS: &str = "local-stations";
/// A box on a line that is well is heard each minute: one that was not for this long does not wait for an order.
const HEARD_WITHIN: TimeDelta = TimeDelta::minutes(3);
/// An answer names this many of a kind; the rest is counted.
const TOLD_MAX: usize = 10;

/// The stations somebody serves.
#[derive(Default)]
pub struct Reach {
    local: BTreeSet<Id>,
    gate: Option<Arc<Gate>>,
}

/// Those of some stations that do not hear of an order now.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Deaf {
    /// Neither a box nor a loudspeaker of this machine.
    pub no_box: Vec<Id>,
    /// No box of theirs waits for news; when the last of them was heard, if ever.
    pub silent: Vec<(Id, Option<Timestamp>)>,
}

impl Reach {
    pub(super) fn of_machine(local: &[Id]) -> Reach {
        Reach { local: local.iter().cloned().collect(), gate: None }
    }

    pub(super) fn attach(&mut self, gate: Arc<Gate>) {
        self.gate = Some(gate);
    }

    /// The stations whose key two boxes use.
    pub fn copied(&self) -> BTreeSet<Id> {
        let seen = self.gate.as_ref().map(|gate| gate.seen()).unwrap_or_default();
        let copied = seen.into_iter().filter(|seen| seen.copied && seen.state == BoxState::Confirmed);
        copied.flat_map(|seen| seen.stations).collect()
    }

    /// Which of `stations` do not hear of an order that is given now.
    pub fn deaf<'a>(&self, stations: impl IntoIterator<Item = &'a Id>, now: Timestamp) -> Deaf {
        let mut boxes: BTreeMap<Id, Vec<Option<Timestamp>>> = BTreeMap::new();
        for seen in self.gate.as_ref().map(|gate| gate.seen()).unwrap_or_default() {
            if seen.state == BoxState::Confirmed {
                seen.stations.iter().for_each(|id| {
                    boxes.entry(id.clone()).or_default().push(seen.heard_at);
                });
            }
        }
        let mut deaf = Deaf::default();
        for station in stations.into_iter().filter(|id| !self.local.contains(*id)) {
            match boxes.get(station) {
                None => deaf.no_box.push(station.clone()),
                Some(boxes) => {
                    let heard = boxes.iter().filter_map(|heard| *heard).max();
                    if heard.is_none_or(|at| now - at > HEARD_WITHIN) {
                        deaf.silent.push((station.clone(), heard));
                    }
                }
            }
        }
        deaf
    }
}

impl Deaf {
    /// What to add to an answer; nothing when all hear.
    pub fn in_words(&self, zone: Tz) -> String {
        let mut text = String::new();
        if !self.no_box.is_empty() {
            let names: Vec<String> = self.no_box.iter().map(Id::to_string).collect();
            let (count, names) = told(&names);
            let have = if count == 1 { "station has" } else { "stations have" };
            text += &format!("; {count} {have} no box and no loudspeaker here, and nothing sounds there: {names}");
        }
        if !self.silent.is_empty() {
            let line = |(station, heard): &(Id, Option<Timestamp>)| match heard {
                Some(at) => {
                    format!("{station} was not heard since {}", at.with_timezone(&zone).format("%Y-%m-%d %H:%M"))
                }
                None => format!("{station} was never heard"),
            };
            let lines: Vec<String> = self.silent.iter().map(line).collect();
            let (count, lines) = told(&lines);
            let boxes = if count == 1 { "box is" } else { "boxes are" };
            text += &format!("; {count} {boxes} silent and may hear of it too late: {lines}");
        }
        text
    }
}

fn told(names: &[String]) -> (usize, String) {
    let more = names.len().saturating_sub(TOLD_MAX);
    let mut text = names[..names.len() - more].join(", ");
    if more > 0 {
        text += &format!(" and {more} more");
    }
    (names.len(), text)
}

/// Keeps which stations are this machine's.
pub(super) async fn keep_local(ledger: &Ledger, local: &[Id]) -> Result<(), LedgerFault> {
    let text = serde_json::to_string(local).expect("ids are always written");
    if ledger.meta_get(LOCAL_STATIONS).await?.as_deref() == Some(text.as_str()) {
        return Ok(());
    }
    ledger.meta_set(LOCAL_STATIONS, &text).await
}

/// The stations that the daemon of this ledger serves; none where it never said which are its own.
pub async fn served(ledger: &Ledger) -> Result<Option<BTreeSet<Id>>, LedgerFault> {
    let local = ledger.meta_get(LOCAL_STATIONS).await?;
    let Some(mut served) = local.and_then(|text| serde_json::from_str::<BTreeSet<Id>>(&text).ok()) else {
        return Ok(None);
    };
    let boxes = ledger.boxes().await?.into_iter().filter(|row| row.state == BoxState::Confirmed);
    served.extend(boxes.flat_map(|row| row.stations));
    Ok(Some(served))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_does_not_hear_is_named_and_counted() {
        let id = |text: &str| text.parse::<Id>().unwrap();
        let at = Timestamp::from_timestamp(1_800_000_000, 0).unwrap();
        let zone = chrono_tz::Asia::Shanghai;
        let many: Vec<Id> = (0..45).map(|n| id(&format!("s{n:02}"))).collect();
        for (no_box, silent, expected) in [
            (vec![], vec![], String::new()),
            (
                vec![id("a")],
                vec![(id("b"), Some(at)), (id("c"), None)],
                "; 1 station has no box and no loudspeaker here, and nothing sounds there: a; 2 boxes are silent and may \
                 hear of it too late: b was not heard since 2027-01-15 16:00, c was never heard"
                    .to_owned(),
            ),
            (
                many.clone(),
                vec![],
                format!(
                    "; 45 stations have no box and no loudspeaker here, and nothing sounds there: {} and 35 more",
                    many[..10].iter().map(Id::as_str).collect::<Vec<_>>().join(", ")
                ),
            ),
        ] {
            assert_eq!(Deaf { no_box, silent }.in_words(zone), expected);
        }
        let reach = Reach::of_machine(&many[..2]);
        assert_eq!(reach.deaf(&many[..2], at), Deaf::default());
        assert_eq!(reach.deaf(&many, at).no_box, many[2..]);
    }
}
