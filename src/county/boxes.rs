//! Village boxes, as a person at the county handles them: a code, a fingerprint to compare, confirm, revoke.

#[cfg(test)]
use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

#[cfg(test)]
use crate::base::Clock;
use crate::base::{Id, Timestamp};
#[cfg(test)]
use crate::county::keys::CountyKeys;
use crate::ledger::{BoxFault, BoxState, Ledger, LedgerFault};
use crate::link::county::{Gate, Seen, code};
use crate::link::wire::{STATIONS_OF_BOX_MAX, fingerprint};
use crate::rundown::AiringId;
#[cfg(test)]
use crate::rundown::quiet::Quiet;
use crate::rundown::seal::KeyId;
#[cfg(test)]
use crate::store::Store;

/// What people are told of a box that names such a rundown.
const NONSENSE: &str = "which no county can have made: its disk is damaged, or somebody tampered with it; revoke it, move \
                        its data folder aside, and enrol it again";

/// What lets people handle boxes.
pub struct Boxes {
    pub ledger: Ledger,
    pub gate: Arc<Gate>,
    /// Stations attached to this machine: they need no box.
    pub local: Vec<Id>,
    /// How boxes reach the county.
    pub url: String,
}

/// A code for one box, told once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrolment {
    pub stations: Vec<Id>,
    pub code: String,
    pub until: Timestamp,
    pub url: String,
}

/// Which boxes of a station were revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revoked {
    pub count: usize,
    /// Confirmed ones that stay, because others waited.
    pub left: usize,
}

/// A box as it is shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BoxShown {
    pub key: KeyId,
    pub stations: Vec<Id>,
    pub state: BoxState,
    pub fingerprint: String,
    pub last_heard: Option<Timestamp>,
    /// It has said nothing for longer than a box may.
    pub silent: bool,
    pub version: Option<String>,
    /// County time less the box's, where it said so.
    pub clock_offset_ms: Option<i64>,
    /// The highest rundown each station accepted, as `epoch.version`.
    pub held: Vec<(Id, String)>,
    pub problems: Vec<String>,
    /// Since when it runs, by its last word; and what is free of its disk.
    #[serde(default)]
    pub uptime_s: Option<u64>,
    #[serde(default)]
    pub disk_free_bytes: Option<u64>,
    /// Of its processor, in degrees Celsius.
    #[serde(default)]
    pub temperature_c: Option<f32>,
    /// Its loudspeakers, by its last word.
    #[serde(default)]
    pub loudspeakers: Vec<Loudspeaker>,
}

/// A loudspeaker of a box, as it is shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Loudspeaker {
    pub station: Id,
    pub sink: String,
    /// `closed`, `opening`, `open`, or `failed: ` and what the device said.
    pub device: String,
    pub sounding: Option<AiringId>,
    /// The most volume that a person there allows, of 100.
    pub volume_max: u8,
    /// Airings of the next day whose clips are not all there.
    pub unready: usize,
    /// Why a person there muted it.
    pub muted: Option<String>,
}

/// Why a person's wish about a box is not done.
#[derive(Debug, thiserror::Error)]
pub enum BoxesFault {
    #[error("name between 1 and {STATIONS_OF_BOX_MAX} stations for a box")]
    HowMany,
    #[error("{0} is named twice; name each station of the box once")]
    Twice(Id),
    #[error("{0} is attached to this machine (config/machine.toml [[loudspeaker]]); it needs no box")]
    Local(Id),
    #[error("no box waits to be confirmed for {0}; `cunxiang enrol {0}` begins")]
    NonePending(Id),
    #[error("the box of {0} was confirmed already")]
    Confirmed(Id),
    #[error(
        "no box that waits for {station} has the fingerprint {typed}: compare again, and if it differs, let no box in: \
         somebody may be between; `cunxiang stations` shows what waits"
    )]
    Fingerprint { station: Id, typed: String },
    #[error("no box of {0} is there to be revoked; `cunxiang stations` lists them")]
    None(Id),
    #[error(transparent)]
    Box(#[from] BoxFault),
    #[error(transparent)]
    Ledger(#[from] LedgerFault),
}

impl Boxes {
    /// Makes a code for a box of these stations.
    ///
    /// Errors: none or too many of them, one is named twice or attached to this machine.
    pub async fn enrol(&self, stations: Vec<Id>, by: &str, now: Timestamp) -> Result<Enrolment, BoxesFault> {
        if stations.is_empty() || stations.len() > STATIONS_OF_BOX_MAX {
            return Err(BoxesFault::HowMany);
        }
        if let Some((_, twice)) = stations.iter().enumerate().find(|(i, station)| stations[..*i].contains(station)) {
            return Err(BoxesFault::Twice(twice.clone()));
        }
        if let Some(local) = stations.iter().find(|station| self.local.contains(station)) {
            return Err(BoxesFault::Local(local.clone()));
        }
        let code = code::make();
        let until = self.ledger.make_code(code::digest(&code), &stations, by, now).await?;
        Ok(Enrolment { stations, code, until, url: self.url.clone() })
    }

    /// Every box that is not revoked, and with `all` those, too.
    pub fn list(&self, all: bool) -> Vec<BoxShown> {
        let seen = self.gate.seen().into_iter().filter(|seen| all || seen.state != BoxState::Revoked);
        seen.map(|seen| self.shown(seen)).collect()
    }

    /// Confirms the box that waits for a station, once a person has compared its fingerprint.
    ///
    /// Errors: none waits, or none with this fingerprint.
    pub async fn confirm(&self, station: &Id, typed: &str, by: &str, now: Timestamp) -> Result<BoxShown, BoxesFault> {
        let of_station: Vec<Seen> = self.of(station).collect();
        let pending: Vec<&Seen> = of_station.iter().filter(|seen| seen.state == BoxState::Pending).collect();
        if pending.is_empty() {
            let confirmed = of_station.iter().any(|seen| seen.state == BoxState::Confirmed);
            let none = if confirmed { BoxesFault::Confirmed } else { BoxesFault::NonePending };
            return Err(none(station.clone()));
        }
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        let same = |seen: &&&Seen| digits(&fingerprint(self.gate.root(), &seen.public)) == digits(typed);
        let Some(found) = pending.iter().find(same) else {
            return Err(BoxesFault::Fingerprint { station: station.clone(), typed: typed.to_owned() });
        };
        self.ledger.confirm_box(&found.key, by, now).await?;
        self.gate.reload().await?;
        let now_seen = self.gate.seen().into_iter().find(|seen| seen.key == found.key);
        Ok(self.shown(now_seen.unwrap_or_else(|| Seen::clone(found))))
    }

    /// Revokes the boxes of a station that wait to be confirmed; where none does, the confirmed one. For good.
    ///
    /// Errors: there is none. Those that were revoked before a fault stay so, and are told nothing more.
    pub async fn revoke(&self, station: &Id, by: &str, now: Timestamp) -> Result<Revoked, BoxesFault> {
        let of_state = |state| self.of(station).filter(move |seen| seen.state == state).map(|seen| seen.key);
        let (pending, confirmed): (Vec<KeyId>, Vec<KeyId>) =
            (of_state(BoxState::Pending).collect(), of_state(BoxState::Confirmed).collect());
        // Who sends a stranger away must not silence the village with it.
        let (gone, left) = if pending.is_empty() { (confirmed, 0) } else { (pending, confirmed.len()) };
        if gone.is_empty() {
            return Err(BoxesFault::None(station.clone()));
        }
        let mut revoked = Ok(());
        for key in &gone {
            revoked = revoked.and(self.ledger.revoke_box(key, by, now).await);
        }
        self.gate.reload().await?;
        revoked?;
        Ok(Revoked { count: gone.len(), left })
    }

    /// For tests of what stands before it: a gate that no line leads to.
    #[cfg(test)]
    pub(crate) async fn of_test(ledger: &Ledger, store: &Store, clock: Arc<dyn Clock>, folder: &Path) -> Boxes {
        let quiet =
            Quiet { from: chrono::NaiveTime::MIN, until: chrono::NaiveTime::MIN, zone: chrono_tz::Asia::Shanghai };
        let (keys, _) = CountyKeys::open(folder, quiet, clock.now()).unwrap();
        let gate = Gate::open(ledger.clone(), store.clone(), clock, keys.for_link(), Box::new(|| {})).await.unwrap();
        let url = "https://county.example:8443".to_owned();
        Boxes { ledger: ledger.clone(), gate: Arc::new(gate), local: Vec::new(), url }
    }

    fn of(&self, station: &Id) -> impl Iterator<Item = Seen> {
        let station = station.clone();
        self.gate.seen().into_iter().filter(move |seen| seen.stations.contains(&station))
    }

    fn shown(&self, seen: Seen) -> BoxShown {
        let status = seen.status.as_ref();
        let stations = status.map(|status| &status.stations[..]).unwrap_or_default();
        let mut problems: Vec<String> = seen.nonsense.iter().map(|what| format!("{what}, {NONSENSE}")).collect();
        if seen.copied {
            problems.push(
                "two boxes speak with its key, because a disk was copied; revoke it, and enrol each of them".to_owned(),
            );
        }
        if let Some(status) = status {
            if !status.clock_trusted {
                problems.push("it does not know the time".to_owned());
            }
            if status.amnesia {
                problems.push("it lost its journal and waits for the county's claims".to_owned());
            }
            problems.extend(status.journal_fault.iter().map(|fault| format!("journal: {fault}")));
        }
        for one in stations {
            let station = &one.station;
            if one.device.starts_with("failed") {
                problems.push(format!("{station}: sound device {}", one.device));
            }
            problems.extend(one.refusal.iter().map(|why| format!("{station}: rundown refused: {why}")));
            problems.extend(one.muted.iter().map(|why| format!("{station}: muted there: {why}")));
            if !one.unready.is_empty() {
                problems.push(format!("{station}: {} airings of the next day lack clips", one.unready.len()));
            }
        }
        BoxShown {
            fingerprint: fingerprint(self.gate.root(), &seen.public),
            held: stations
                .iter()
                .map(|one| (one.station.clone(), format!("{}.{}", one.held.epoch, one.held.version)))
                .collect(),
            version: status.map(|status| status.version.clone()),
            clock_offset_ms: status.map(|status| status.clock_offset_ms),
            key: seen.key,
            stations: seen.stations,
            state: seen.state,
            last_heard: seen.heard_at,
            silent: seen.silent,
            problems,
            uptime_s: status.map(|status| status.uptime_s),
            disk_free_bytes: status.and_then(|status| status.disk_free_bytes),
            temperature_c: status.and_then(|status| status.temperature_c),
            loudspeakers: stations
                .iter()
                .map(|one| Loudspeaker {
                    station: one.station.clone(),
                    sink: one.sink.clone(),
                    device: one.device.clone(),
                    sounding: one.sounding.clone(),
                    volume_max: one.volume_max,
                    unready: one.unready.len(),
                    muted: one.muted.clone(),
                })
                .collect(),
        }
    }
}
