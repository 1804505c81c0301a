//! The real player and the real clock, as the link meets them.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;

use crate::base::{BoxClock, Clock, Timestamp};
use crate::link::village::{self, Folder, Timekeeper};
use crate::link::wire::{self, StationStatus};
use crate::rundown::Receipt;
use crate::rundown::seal::Envelope;
use crate::station::{self, DeviceState, Running};

/// What is due within this time and is not ready is told to the county.
const READY_WITHIN: Duration = Duration::from_secs(24 * 3600);
/// Of the processor, in thousandths of a degree; boards that have none leave it out.
const TEMPERATURE: &str = "/sys/class/thermal/thermal_zone0/temp";

pub struct Keeper(Arc<BoxClock>);

/// The box's clock, with what it learnt before; `booted_at` an instant where one is named, which is for a sample county.
pub fn clock(folder: &Folder, battery: bool, booted_at: Option<Timestamp>) -> Arc<dyn Timekeeper> {
    let file = folder.clock();
    Arc::new(Keeper(match booted_at {
        Some(start) => BoxClock::booted_at(start, &file, battery),
        None => BoxClock::open(&file, battery),
    }))
}

impl Clock for Keeper {
    fn now(&self) -> Timestamp {
        self.0.now()
    }

    fn monotonic(&self) -> Duration {
        self.0.monotonic()
    }

    fn trusted(&self) -> bool {
        self.0.trusted()
    }
}

impl Timekeeper for Keeper {
    fn set(&self, at: Timestamp, asked: Duration, answered: Duration) -> Result<(), String> {
        self.0.set(at, asked, answered).map_err(|fault| fault.to_string())
    }

    fn is_known(&self) -> bool {
        self.0.trusted()
    }

    fn offset(&self) -> TimeDelta {
        self.0.offset()
    }

    fn keep(&self) -> Result<(), String> {
        self.0.keep().map_err(|error| crate::base::durable::told(&error))
    }
}

/// The player of this box.
pub struct Player {
    pub running: Arc<Running>,
    pub clock: Arc<dyn Timekeeper>,
    pub data: PathBuf,
    /// On the monotonic clock.
    pub begun: Duration,
    /// The name of this start of the program.
    pub run: String,
}

impl village::Station for Player {
    fn offer(&self, rundown: Arc<Envelope>) {
        self.running.offer(vec![rundown]);
    }

    fn renew_keys(&self, keys: Envelope) {
        self.running.renew_keys(keys);
    }

    fn receipts(&self, after: u64) -> Option<Vec<Receipt>> {
        self.running.receipts_after(after)
    }

    fn acknowledge(&self, number: u64) {
        self.running.acknowledge(number);
    }

    fn settle(&self, past: village::Past) {
        let village::Past { ended, floors, acknowledged } = past;
        self.running.settle(station::Past { ended, floors, number_next: acknowledged + 1 });
    }

    fn has_amnesia(&self) -> bool {
        self.running.amnesia()
    }

    fn clock_was_set(&self) {
        self.running.look();
    }

    fn status(&self) -> wire::Status {
        let unready = self.running.unready(READY_WITHIN);
        let stations = self.running.status().into_iter().map(|status| StationStatus {
            unready: unready.iter().filter(|airing| airing.station == status.station).cloned().collect(),
            station: status.station,
            sink: status.sink,
            device: match status.device {
                DeviceState::Closed => "closed".to_owned(),
                DeviceState::Opening => "opening".to_owned(),
                DeviceState::Open => "open".to_owned(),
                DeviceState::Failed(why) => format!("failed: {why}"),
            },
            sounding: status.sounding,
            held: status.held,
            refusal: status.refusal,
            starved_frames: status.starved_frames,
            muted: status.muted,
            volume_max: status.volume_max,
        });
        let disk = rustix::fs::statvfs(&self.data).ok().map(|disk| disk.f_bavail.saturating_mul(disk.f_frsize));
        let temperature = std::fs::read_to_string(TEMPERATURE).ok().and_then(|text| text.trim().parse::<f32>().ok());
        wire::Status {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            at: self.clock.now(),
            clock_trusted: self.clock.is_known(),
            clock_offset_ms: 0,
            uptime_s: self.clock.monotonic().saturating_sub(self.begun).as_secs(),
            disk_free_bytes: disk,
            temperature_c: temperature.map(|thousandths| thousandths / 1000.0),
            journal_fault: self.running.journal_fault(),
            amnesia: self.running.amnesia(),
            run: self.run.clone(),
            stations: stations.collect(),
        }
    }
}
