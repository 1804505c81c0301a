//! A file an airing: mono, 48 kHz, 16 bit, beginning exactly [`HEAD_FRAMES`] before the first audible sample.
//!
//! Written under a name that begins with a dot and renamed when it is whole, so that a file with its own name holds all
//! that sounded.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use chrono::TimeDelta;
use hound::{SampleFormat, WavSpec, WavWriter};

use super::{LATE_MAX, Options, Paced, Sink, SinkFault, to_i16};
use crate::base::Timestamp;
use crate::rundown::AiringId;
use crate::rundown::programme::FRAMES_PER_SECOND;

/// Silence before the first audible sample: one second, as a listener would wait for it.
pub const HEAD_FRAMES: u64 = FRAMES_PER_SECOND as u64;

/// How long files are kept where nobody says otherwise: as long as a station plans ahead.
pub const KEEP_DAYS: u32 = 14;
/// Files taken away at a time: a few ms, after the sound.
const REMOVED_MAX: usize = 500;

struct Wav {
    folder: PathBuf,
    keep: TimeDelta,
    file: Option<Writing>,
    /// The instant of the last airing that sounded: all of the clock that a sink needs.
    last: Option<Timestamp>,
}

struct Writing {
    writer: WavWriter<BufWriter<File>>,
    beside: PathBuf,
    whole: PathBuf,
}

pub fn build(options: &Options) -> Option<Paced> {
    let Options::Wav { folder, keep_days } = options else { return None };
    // Nothing sounds yet: what is unfinished was left by a process that was killed.
    for (path, _) in files_of(folder, ".").take(REMOVED_MAX) {
        let _ = std::fs::remove_file(path);
    }
    let keep = TimeDelta::days((*keep_days).into());
    Some(Paced {
        sink: Box::new(Wav { folder: folder.clone(), keep, file: None, last: None }),
        fed_when_idle: false,
        late_max: LATE_MAX,
    })
}

/// The files of airings in a folder whose names begin so: `.` is one that is not whole. Others are somebody else's.
fn files_of<'f>(folder: &'f Path, begin: &'f str) -> impl Iterator<Item = (PathBuf, AiringId)> + 'f {
    std::fs::read_dir(folder).into_iter().flatten().filter_map(move |entry| {
        let name = entry.ok()?.file_name().into_string().ok()?;
        let airing = name.strip_prefix(begin)?.strip_suffix(".wav")?.parse::<AiringId>().ok()?;
        Some((folder.join(name), airing))
    })
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
        self.last = Some(airing.instant);
        Ok(())
    }

    fn end(&mut self) -> Result<(), SinkFault> {
        let Some(Writing { writer, beside, whole }) = self.file.take() else { return Ok(()) };
        writer.finalize().map_err(|e| self.fault(e))?;
        std::fs::rename(beside, whole).map_err(|e| self.fault(e))
    }

    /// Takes away what is older than the last airing by more than is kept. A file that cannot be taken away costs no
    /// sound.
    fn forget(&mut self) {
        let Some(oldest) = self.last.take().and_then(|last| last.checked_sub_signed(self.keep)) else { return };
        for (path, _) in files_of(&self.folder, "").filter(|(_, airing)| airing.instant < oldest).take(REMOVED_MAX) {
            let _ = std::fs::remove_file(path);
        }
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
        self.forget();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_cannot_be_written_does_not_open() {
        // Not even root makes files in /proc.
        let mut sink = build(&Options::Wav { folder: "/proc".into(), keep_days: KEEP_DAYS }).unwrap().sink;
        assert!(sink.open().is_err());
        let folder = tempfile::tempdir().unwrap();
        let mut sink = build(&Options::Wav { folder: folder.path().to_owned(), keep_days: KEEP_DAYS }).unwrap().sink;
        sink.open().unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left of the trial");
    }

    #[test]
    fn old_files_go_and_so_does_what_a_killed_process_left() {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str| std::fs::write(folder.path().join(name), "x").unwrap();
        let names = || {
            let entries = std::fs::read_dir(folder.path()).unwrap();
            let mut names: Vec<String> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
            names.sort();
            names
        };
        for name in [
            ".masks.20261123T233000Z.upper.wav",
            ".somebody-elses.wav",
            "masks.20261109T233000Z.upper.wav",
            "masks.20261110T233000Z.upper.wav",
            "masks.20261123T233000Z.upper.wav",
            "song.wav",
        ] {
            put(name);
        }
        let mut sink = build(&Options::Wav { folder: folder.path().to_owned(), keep_days: 14 }).unwrap().sink;
        assert!(!names().contains(&".masks.20261123T233000Z.upper.wav".to_owned()), "{:?}", names());
        sink.open().unwrap();
        sink.mark(Some(&"masks.20261124T233000Z.upper".parse().unwrap())).unwrap();
        sink.mark(None).unwrap();
        sink.close();
        assert_eq!(
            names(),
            [
                ".somebody-elses.wav",
                "masks.20261110T233000Z.upper.wav",
                "masks.20261123T233000Z.upper.wav",
                "masks.20261124T233000Z.upper.wav",
                "song.wav",
            ]
        );
    }
}
