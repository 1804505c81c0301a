//! What is wrong with village boxes, by what each said of itself last.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;

use super::{LANGUAGE, clock, name, shown, title};
use crate::base::{Id, Timestamp};
use crate::catalog::Catalog;
use crate::lang::words::word;
use crate::ledger::{BoxRow, BoxState};
use crate::link::county::SILENT_AFTER;
use crate::link::wire::Status;
use crate::rundown::AiringId;

/// An airing that is not ready is told at these times ahead of it: there is time to mend it, then to go there, then
/// none. It is looked at once a minute: the last is told a minute ahead at the latest, without waiting for anything.
const UNREADY_AHEAD: [TimeDelta; 3] = [TimeDelta::minutes(2), TimeDelta::minutes(30), TimeDelta::hours(24)];
const LAST: usize = 0;

/// A confirmed box, with what it said of itself last.
pub(super) struct Village {
    row: BoxRow,
    status: Option<Status>,
    voice: Voice,
}

/// How a box is heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Voice {
    Heard,
    /// It was not heard before the county itself was off, nor since: whether it is silent is not known yet.
    Unknown,
    Silent,
}

/// `began` is when this county's own passes did: what happened before, it cannot have heard.
pub(super) fn villages(rows: Vec<BoxRow>, began: Timestamp, now: Timestamp) -> Vec<Village> {
    let confirmed = rows.into_iter().filter(|row| row.state == BoxState::Confirmed);
    // What another version said and this one does not read is no alarm.
    let read = |row: &BoxRow| row.last_status.as_deref().and_then(|text| serde_json::from_str(text).ok());
    confirmed.map(|row| Village { status: read(&row), voice: voice(&row, began, now), row }).collect()
}

/// When it was heard last; a new one that never spoke, when it was let in.
fn heard(row: &BoxRow) -> Timestamp {
    row.last_heard.or(row.confirmed_at).unwrap_or(row.enrolled_at)
}

fn voice(row: &BoxRow, began: Timestamp, now: Timestamp) -> Voice {
    if now - heard(row) <= SILENT_AFTER {
        Voice::Heard
    } else if now - began <= SILENT_AFTER {
        Voice::Unknown
    } else {
        Voice::Silent
    }
}

/// What is wrong with village boxes. Of a silent one nothing else is known; of one that could not be heard yet what was
/// told (`is_told`) stays, and nothing is new.
pub(super) fn states(catalog: &Catalog, boxes: &[Village], is_told: &dyn Fn(&str) -> bool) -> BTreeMap<String, String> {
    let mut states = BTreeMap::new();
    for one in boxes {
        let mut put = |station: &Id, id: &str, more: &[(&str, &str)]| {
            let key = format!("{id}.{station}");
            if one.voice == Voice::Unknown && !is_told(&key) {
                return;
            }
            let name = name(catalog, station);
            let arguments = [&[("station", name.as_str())], more].concat();
            states.insert(key, word(LANGUAGE, id, &arguments));
        };
        if one.voice != Voice::Heard {
            let at = clock(catalog, heard(&one.row));
            one.row.stations.iter().for_each(|station| put(station, "ui-alarm-silent", &[("at", &at)]));
        }
        if one.voice == Voice::Silent {
            continue;
        }
        let Some(status) = &one.status else { continue };
        for station in &status.stations {
            if !status.clock_trusted {
                put(&station.station, "ui-alarm-clock", &[]);
            }
            if status.amnesia {
                put(&station.station, "ui-alarm-amnesia", &[]);
            }
            if let Some(why) = &status.journal_fault {
                put(&station.station, "ui-alarm-box-journal", &[("why", why)]);
            }
            if let Some(why) = station.device.strip_prefix("failed: ") {
                put(&station.station, "ui-alarm-device", &[("why", why)]);
            }
            if let Some(why) = &station.refusal {
                put(&station.station, "ui-alarm-refused", &[("why", why)]);
            }
            if let Some(why) = &station.muted {
                put(&station.station, "ui-alarm-muted", &[("why", why)]);
            }
        }
    }
    states
}

/// Airings whose recordings are not all at the station, one event for all stations of one instant, at each time ahead;
/// and which of them wait for nothing.
pub(super) fn unready(
    catalog: &Catalog,
    boxes: &[Village],
    now: Timestamp,
) -> (BTreeMap<String, (u64, String)>, BTreeSet<String>) {
    let key = |airing: &AiringId, stage: usize| format!("unready.{airing}.{stage}");
    let mut grouped: BTreeMap<(AiringId, usize), Vec<String>> = BTreeMap::new();
    let spoken = boxes.iter().filter(|one| one.voice == Voice::Heard).filter_map(|one| one.status.as_ref());
    for airing in spoken.flat_map(|status| &status.stations).flat_map(|station| &station.unready) {
        let ahead = airing.instant - now;
        let Some(stage) = UNREADY_AHEAD.iter().position(|stage| ahead <= *stage) else { continue };
        if ahead < TimeDelta::zero() {
            continue;
        }
        // One group for all stations: the first one's id stands for it.
        let any = catalog.county.id.clone();
        let (broadcast, instant) = (airing.broadcast.clone(), airing.instant);
        let group = (AiringId { broadcast, instant, station: any }, stage);
        grouped.entry(group).or_default().push(name(catalog, &airing.station));
    }
    let urgent =
        grouped.keys().filter(|(_, stage)| *stage == LAST).map(|(airing, stage)| key(airing, *stage)).collect();
    let line = |((airing, stage), names): ((AiringId, usize), Vec<String>)| {
        let (title, at) = (title(catalog, &airing.broadcast), clock(catalog, airing.instant));
        let (count, shown) = shown(names);
        let arguments = [("title", &*title), ("at", &at), ("count", &count.to_string()), ("names", &shown)];
        (key(&airing, stage), (count, word(LANGUAGE, "ui-alarm-unready", &arguments)))
    };
    (grouped.into_iter().map(line).collect(), urgent)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::catalog::{self, files::Files, load::Texts};

    #[test]
    fn a_box_that_is_silent_or_not_well_has_its_line() {
        let files = Files::read(Path::new(env!("CARGO_MANIFEST_DIR")), None).unwrap();
        let catalog = catalog::load(&files, &Texts::new()).catalog.unwrap();
        let now = Timestamp::from_timestamp(1_800_000_000, 0).unwrap();
        let public = crate::rundown::seal::Signer::from_secret(&[7; 32]).public();
        let row = |status: serde_json::Value| BoxRow {
            key: public.id(),
            public: public.clone(),
            stations: vec!["benzilan-xiashe".parse().unwrap()],
            state: BoxState::Confirmed,
            enrolled_at: now - TimeDelta::days(2),
            confirmed_by: None,
            confirmed_at: Some(now - TimeDelta::days(1)),
            revoked_by: None,
            revoked_at: None,
            last_heard: Some(now - TimeDelta::minutes(1)),
            last_status: Some(status.to_string()),
        };
        let station = serde_json::json!({
            "station": "benzilan-xiashe", "sink": "wav", "device": "failed: unplugged", "held": { "epoch": 1, "version": 2 },
            "refusal": "it is for another", "muted": "a wedding",
            "unready": ["masks.20270115T082000Z.benzilan-xiashe", "masks.20270115T080030Z.benzilan-xiashe", "masks.20270117T080000Z.benzilan-xiashe"],
        });
        let ill = serde_json::json!({
            "version": "0.1.0", "at": now, "clock_trusted": false, "amnesia": true, "journal_fault": "full", "stations": [station],
        });
        let kinds = |states: &BTreeMap<String, String>| -> Vec<String> {
            let kind = |key: &String| key.trim_start_matches("ui-alarm-").split('.').next().unwrap().to_owned();
            states.keys().map(kind).collect()
        };
        let began = now - TimeDelta::days(1);
        let nothing = |_: &str| false;
        let found = villages(vec![row(ill.clone())], began, now);
        let told = states(&catalog, &found, &nothing);
        assert_eq!(kinds(&told), ["amnesia", "box-journal", "clock", "device", "muted", "refused"]);
        let (waits, urgent) = unready(&catalog, &found, now);
        let lines: Vec<&str> = waits.values().map(|(_, line)| line.as_str()).collect();
        assert_eq!(
            lines,
            ["未就绪：masks，01-15 16:00，1处（下社）缺录音", "未就绪：masks，01-15 16:20，1处（下社）缺录音"]
        );
        // The same airing is told again nearer to it.
        assert!(waits.keys().all(|key| !unready(&catalog, &found, now - TimeDelta::minutes(15)).0.contains_key(key)));
        // What is due in half a minute is told now or never.
        assert_eq!(urgent.iter().map(|key| waits[key].1.as_str()).collect::<Vec<_>>(), lines[..1]);

        let silent = BoxRow { last_heard: Some(now - TimeDelta::minutes(11)), ..row(ill.clone()) };
        let told = states(&catalog, &villages(vec![silent.clone()], began, now), &nothing);
        assert_eq!(told.values().collect::<Vec<_>>(), ["广播点下社失联，最后一次联系：01-15 15:49"]);
        let revoked = BoxRow { state: BoxState::Revoked, ..row(ill) };
        assert!(villages(vec![revoked], began, now).is_empty());

        // A county that was off itself listens for as long before it says who is silent; what it had told stays.
        let is_told = |key: &str| key == "ui-alarm-silent.benzilan-xiashe";
        for (minutes, is_told, expected) in [
            (0, &nothing as &dyn Fn(&str) -> bool, vec![]),
            (10, &nothing, vec![]),
            (11, &nothing, vec!["silent"]),
            (0, &is_told, vec!["silent"]),
        ] {
            let began = now - TimeDelta::minutes(minutes);
            let found = villages(vec![silent.clone()], began, now);
            assert_eq!(kinds(&states(&catalog, &found, is_told)), expected, "{minutes}");
            assert!(unready(&catalog, &found, now).0.is_empty(), "{minutes}");
        }
    }
}
