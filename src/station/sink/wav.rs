//! A file an airing: mono, 48 kHz, 16 bit, beginning exactly [`HEAD_FRAMES`] before the first audible sample.
//!
//! Written under a name that begins with a dot and renamed when it is whole, so that a file with its own name holds all
//! that sounded.

use std::fs::File;
use std::io::BufWriter;
use std::path::PathBuf;

use hound::{SampleFormat, WavSpec, WavWriter};

use super::{Options, Paced, Sink, SinkFault, to_i16};
use crate::rundown::AiringId;
use crate::rundown::programme::FRAMES_PER_SECOND;

/// Silence before the first audible sample: one second, as a listener would wait for it.
pub const HEAD_FRAMES: u64 = FRAMES_PER_SECOND as u64;

struct Wav {
    folder: PathBuf,
    file: Option<Writing>,
}

struct Writing {
    writer: WavWriter<BufWriter<File>>,
    beside: PathBuf,
    whole: PathBuf,
}

pub fn build(options: &Options) -> Option<Paced> {
    let Options::Wav { folder } = options else { return None };
    Some(Paced { sink: Box::new(Wav { folder: folder.clone(), file: None }), fed_when_idle: false })
}

impl Wav {
    fn fault(&self, what: impl std::fmt::Display) -> SinkFault {
        let folder = self.folder.display();
        SinkFault(format!("no sound file can be written to {folder}: {what}; free disk space or check its permissions"))
    }

    fn begin(&mut self, airing: &AiringId) -> Result<(), SinkFault> {
        let beside = self.folder.join(format!(".{airing}.wav"));
        let whole = self.folder.join(format!("{airing}.wav"));
        let spec = WavSpec {
            channels: 1,
            sample_rate: FRAMES_PER_SECOND,
            bits_per_sample: 16,
            sample_format: SampleFormat::Int,
        };
        let mut writer = WavWriter::create(&beside, spec).map_err(|e| self.fault(e))?;
        for _ in 0..HEAD_FRAMES {
            writer.write_sample(0i16).map_err(|e| self.fault(e))?;
        }
        self.file = Some(Writing { writer, beside, whole });
        Ok(())
    }

    fn end(&mut self) -> Result<(), SinkFault> {
        let Some(Writing { writer, beside, whole }) = self.file.take() else { return Ok(()) };
        writer.finalize().map_err(|e| self.fault(e))?;
        std::fs::rename(beside, whole).map_err(|e| self.fault(e))
    }
}

impl Sink for Wav {
    fn open(&mut self) -> Result<(), SinkFault> {
        std::fs::create_dir_all(&self.folder).map_err(|e| self.fault(e))?;
        // A folder that is there may still be read-only, another's or full: better known before an airing than in it.
        let trial = self.folder.join(".trial");
        std::fs::write(&trial, b"cunxiang").map_err(|e| self.fault(e))?;
        match std::fs::remove_file(&trial) {
            // Another loudspeaker with the same folder was quicker.
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(self.fault(error)),
            _ => Ok(()),
        }
    }

    fn mark(&mut self, airing: Option<&AiringId>) -> Result<(), SinkFault> {
        self.end()?;
        airing.map_or(Ok(()), |airing| self.begin(airing))
    }

    fn write(&mut self, samples: &[f32]) -> Result<(), SinkFault> {
        let Some(Writing { writer, .. }) = &mut self.file else { return Ok(()) };
        let mut block = writer.get_i16_writer(samples.len() as u32);
        for sample in samples {
            block.write_sample(to_i16(*sample));
        }
        block.flush().map_err(|e| self.fault(e))
    }

    fn close(&mut self) {
        // Whatever sounded until now is worth keeping; a fault here has been told before.
        let _ = self.end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_cannot_be_written_does_not_open() {
        // Not even root makes files in /proc.
        let mut sink = build(&Options::Wav { folder: "/proc".into() }).unwrap().sink;
        assert!(sink.open().is_err());
        let folder = tempfile::tempdir().unwrap();
        let mut sink = build(&Options::Wav { folder: folder.path().to_owned() }).unwrap().sink;
        sink.open().unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left of the trial");
    }
}
