//! The ways by which sound leaves: one file a sink, one table of those that are paced by a clock.
//!
//! Knows no airing rules. A sound card paces itself and lives in `sound_card`; everything else is pulled by the pump.

pub mod command;
pub mod null;
pub mod sound_card;
pub mod wav;

use std::path::PathBuf;

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
}

impl Options {
    /// `wav`, `sound-card` and so on, as configuration and receipts name it.
    pub fn kind(&self) -> &'static str {
        match self {
            Options::Wav { .. } => "wav",
            Options::SoundCard { .. } => "sound-card",
            Options::Command { .. } => "command",
            Options::Null => "null",
        }
    }

    /// The kind and what it writes to.
    pub fn name(&self) -> String {
        match self {
            Options::Wav { .. } | Options::Null => self.kind().to_owned(),
            Options::SoundCard { device } => format!("{} {device}", self.kind()),
            Options::Command { argv } => format!("{} {}", self.kind(), argv.first().map_or("", String::as_str)),
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
pub const SINKS: [(&str, Build); 3] = [("wav", wav::build), ("command", command::build), ("null", null::build)];

/// A sample as a signed 16-bit number.
pub fn to_i16(sample: f32) -> i16 {
    (sample * 32767.0).round() as i16
}

#[cfg(test)]
mod tests;
