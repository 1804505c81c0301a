//! The ways by which sound leaves: one file a sink, one table of those that are paced by a clock.
//!
//! Knows no airing rules. A sound card paces itself and lives in `sound_card`; everything else is pulled by the pump.

pub mod command;
pub mod null;
pub mod rtp;
pub mod sound_card;
pub mod wav;

use std::path::PathBuf;
use std::time::Duration;

use crate::rundown::AiringId;

/// Which sink, and what it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Options {
    /// A file an airing: `<folder>/<airing>.wav`, kept for so many days.
    Wav { folder: PathBuf, keep_days: u32 },
    /// A device by its name, as `doctor` lists it.
    SoundCard { device: String },
    /// A program that reads mono 48 kHz signed 16-bit little-endian samples from its standard input. No shell.
    Command { argv: Vec<String> },
    /// Packets to an IP loudspeaker, or to a group of them.
    Rtp(rtp::RtpOptions),
    /// Keeps time, keeps no sound.
    Null,
}

/// Why a sink cannot be used, in words with what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SinkFault(pub String);

/// A way out that is pulled by the clock.
pub trait Sink: Send {
    /// Makes ready for sound.
    fn open(&mut self) -> Result<(), SinkFault>;
    /// The next sample written sounds at this monotonic time; those after it follow without a gap. For what counts time.
    fn at(&mut self, _: Duration) {}
    /// The next sample written is the first audible one of this airing; none: the last one written was its last.
    fn mark(&mut self, airing: Option<&AiringId>) -> Result<(), SinkFault>;
    /// Takes samples, in order. Must not wait for long.
    fn write(&mut self, samples: &[f32]) -> Result<(), SinkFault>;
    /// Lets go of everything. Called once after each `open`, also after a fault.
    fn close(&mut self);
}

/// What the pump must know of a sink.
pub struct Paced {
    pub sink: Box<dyn Sink>,
    /// Whether it wants silence while nothing sounds.
    pub fed_when_idle: bool,
    /// When the pump itself is later than this, time is not made up for: the gap is a gap, and the receipt says so.
    pub late_max: Duration,
}

/// Where the sink itself has no limit: what a program or a file takes at once without harm.
pub const LATE_MAX: Duration = Duration::from_secs(1);

impl Options {
    /// `wav`, `sound-card` and so on, as configuration and receipts name it.
    pub fn kind(&self) -> &'static str {
        match self {
            Options::Wav { .. } => "wav",
            Options::SoundCard { .. } => "sound-card",
            Options::Command { .. } => "command",
            Options::Rtp(_) => "rtp",
            Options::Null => "null",
        }
    }

    /// The kind and what it writes to.
    pub fn name(&self) -> String {
        match self {
            Options::Wav { .. } | Options::Null => self.kind().to_owned(),
            Options::SoundCard { device } => format!("{} {device}", self.kind()),
            Options::Command { argv } => format!("{} {}", self.kind(), argv.first().map_or("", String::as_str)),
            Options::Rtp(options) => format!("{} {}", self.kind(), options.address),
        }
    }

    /// The sink, if it is one that the clock paces.
    pub fn paced(&self) -> Option<Paced> {
        let (_, build) = SINKS.iter().find(|(kind, _)| *kind == self.kind())?;
        build(self)
    }
}

type Build = fn(&Options) -> Option<Paced>;

/// Every sink that the clock paces.
pub const SINKS: [(&str, Build); 4] =
    [("wav", wav::build), ("command", command::build), ("rtp", rtp::build), ("null", null::build)];

/// A sample as a signed 16-bit number.
pub fn to_i16(sample: f32) -> i16 {
    (sample * 32767.0).round() as i16
}

#[cfg(test)]
mod tests;
