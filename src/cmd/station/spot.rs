//! The box as a person on the spot meets it, on its page and by commands.

use std::sync::Arc;

use anyhow::{Context, bail};
use chrono::{Days, TimeZone as _};
use chrono_tz::Tz;

use super::OwnBox;
use super::player::Player;
use crate::base::{Id, Timestamp};
use crate::cmd::{FAULTS, FINE};
use crate::console::spot::{Said, Seen, SeenAiring, SeenStation, Spot, State, What, Wish, socket};
use crate::link::village::Link;
use crate::link::village::calls::Calls;
use crate::link::village::https::Https;
use crate::station::{Limit, NoCheck, Running};

/// The running box.
pub struct Here {
    pub running: Arc<Running>,
    pub link: Arc<Link<Calls<Https>, Player>>,
    /// The county's.
    pub zone: Tz,
}

impl Here {
    /// From one local midnight to the next.
    fn today(&self, now: Timestamp) -> (Timestamp, Timestamp) {
        let day = now.with_timezone(&self.zone).date_naive();
        let midnight = |day: chrono::NaiveDate| {
            let midnight = day.and_time(chrono::NaiveTime::MIN);
            // A midnight that a summer time leaves out: the day is as long all the same.
            let at = self.zone.from_local_datetime(&midnight).earliest();
            at.map_or_else(|| midnight.and_utc(), |at| at.to_utc())
        };
        (midnight(day), midnight(day + Days::new(1)))
    }

    fn limit(&self, station: &Id, change: impl FnOnce(&mut Limit), say: String) -> Said {
        let status = self.running.status().into_iter().find(|status| status.station == *station);
        let mut limit = status.map_or_else(Limit::default, |s| Limit { muted: s.muted, volume_max: s.volume_max });
        change(&mut limit);
        match self.running.set_limit(station, limit) {
            Ok(()) => {
                // The county is told now, not in a minute.
                self.link.ring();
                Said { what: What::Done, say }
            }
            Err(fault) => Said { what: What::Failed, say: fault.to_string() },
        }
    }
}

impl Spot for Here {
    fn seen(&self) -> Seen {
        let (status, health) = (self.link.status(), self.link.health());
        let (from, until) = self.today(status.at);
        let listed = self.running.listed(from, until);
        let stations = status.stations.into_iter().map(|one| {
            let own = listed.iter().filter(|listed| listed.airing.id.station == one.station);
            let airings = own.map(|listed| SeenAiring {
                id: listed.airing.id.clone(),
                at: listed.airing.at,
                class: listed.airing.class,
                languages: listed.languages.clone(),
                state: match listed.outcome {
                    Some(outcome) => State::Ended(outcome),
                    None if one.sounding.as_ref() == Some(&listed.airing.id) => State::Sounds,
                    None if one.unready.contains(&listed.airing.id) => State::Unready,
                    None => State::Waits,
                },
            });
            SeenStation {
                airings: airings.collect(),
                station: one.station,
                sink: one.sink,
                device_fault: one.device.strip_prefix("failed: ").map(str::to_owned),
                muted: one.muted,
                volume_max: one.volume_max,
                refusal: one.refusal,
            }
        });
        Seen {
            stations: stations.collect(),
            at: status.at,
            zone: self.zone,
            version: status.version,
            contact: health.contact,
            link_fault: health.fault,
            clips_wanted: health.clips_wanted,
            clock_known: status.clock_trusted,
            clock_offset_ms: status.clock_offset_ms,
            disk_free_bytes: status.disk_free_bytes,
            journal_fault: status.journal_fault,
        }
    }

    fn wish(&self, wish: &Wish) -> Said {
        match wish {
            Wish::Mute { station, reason } => {
                let say = format!("{station} is muted; the county is told why");
                self.limit(station, |limit| limit.muted = Some(reason.clone()), say)
            }
            Wish::Unmute { station } => {
                self.limit(station, |limit| limit.muted = None, format!("{station} sounds again"))
            }
            Wish::Volume { station, volume } => {
                let say = format!("{station}: no airing is louder than {volume}, from the next one on");
                self.limit(station, |limit| limit.volume_max = *volume, say)
            }
            Wish::SoundCheck { station } => match self.running.sound_check(station) {
                Ok(()) => Said { what: What::Done, say: format!("a short tone sounds at {station}") },
                Err(no) => Said { what: what(no), say: no.to_string() },
            },
        }
    }
}

fn what(no: NoCheck) -> What {
    match no {
        NoCheck::ClockUntrusted => What::ClockUntrusted,
        NoCheck::QuietHours => What::QuietHours,
        NoCheck::Muted => What::Muted,
        NoCheck::Busy => What::Busy,
        NoCheck::Stopping | NoCheck::NotHere => What::Failed,
    }
}

/// Carries a wish to the running daemon, and says what it said.
pub fn command(own: &OwnBox, station: Option<&Id>, wish: impl FnOnce(Id) -> Wish) -> anyhow::Result<u8> {
    let stations = own.folder.membership()?.stations;
    let station = match (station, &stations[..]) {
        (Some(station), _) => station.clone(),
        (None, [only]) => only.clone(),
        (None, _) => {
            let names: Vec<&str> = stations.iter().map(Id::as_str).collect();
            bail!("this box has several stations; name one with --station: {}", names.join(", "));
        }
    };
    let said = socket::ask(own.data(), &wish(station)).context("nothing is changed")?;
    if said.what == What::Done {
        anstream::println!("{}", said.say);
        return Ok(FINE);
    }
    anstream::eprintln!("{}", said.say);
    Ok(FAULTS)
}
