//! Makes a canonical clip of a recording: trims, levels, encodes, and measures what was encoded.
//!
//! Pure: samples in, bytes out. Opening foreign files is `child`'s.

use super::canonical::{self, Facts};
use super::loudness::{self, Levelled, Loudness, TARGET_LUFS, TRUE_PEAK_MAX_DBTP};
use super::{ClipDecoder, FRAMES_MAX, ImportFault, LENGTH_MAX_MS, Pcm, RATE, encode, resample, trim};

/// Less than this of sound is a cough or a slipped finger.
pub const LENGTH_MIN_MS: u64 = 300;

/// Of the samples, this share in flat tops at full scale is a distorted recording; a tenth of it is worth a warning.
pub const CLIPPED_SHARE_MAX: f64 = 0.01;
const CLIPPED_SHARE_WARN: f64 = 0.001;

/// A recording may be this much shorter than its header claims: encoders pad, headers round.
pub const SHORTER_MAX: f64 = 0.02;

/// Below this even the loudest passage is background.
const SILENT_LUFS: f32 = -60.0;

/// Opus at 32 kbit/s raises some peaks. With this much room every recording of `tests/import.rs` needs one encode for its
/// peaks.
const CODEC_ROOM_DB: f32 = 1.5;

/// Encodes of one clip. The second is levelled by what the first was off; the rest turn the whole clip down.
const ENCODES_MAX: u32 = 4;

/// Beyond this from the target, people are told.
const MISS_TOLD_LU: f32 = 0.5;

/// A clip and what was done to make it.
#[derive(Debug, Clone)]
pub struct Imported {
    pub bytes: Vec<u8>,
    pub facts: Facts,
    /// Of the encoded clip, decoded again.
    pub loudness_lufs: f32,
    pub true_peak_dbtp: f32,
    pub gain_db: f32,
    /// Silence taken off the beginning and the end.
    pub trimmed_ms: (u64, u64),
    /// How often it was encoded; nearly always once.
    pub encodes: u32,
    /// For the person who brought the recording: what is not as it should be, and what to do.
    pub warnings: Vec<String>,
}

/// How far an import is. Encoding takes most of the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    Preparing,
    Levelling,
    /// Frames encoded, of all frames.
    Encoding {
        done: u64,
        of: u64,
    },
    Measuring,
}

/// Makes the clip.
///
/// Errors: the recording is silent, clipped, truncated, too long, too short, or cancels itself out.
pub fn import(pcm: Pcm, progress: &mut dyn FnMut(Progress)) -> Result<Imported, ImportFault> {
    progress(Progress::Preparing);
    let mut warnings = Vec::new();
    check(&pcm, &mut warnings)?;
    let mut samples = resample::to_48_khz(pcm);
    trim::centre(&mut samples);
    let trimmed_ms = cut(&mut samples)?;

    progress(Progress::Levelling);
    let before = loudness::measure(&samples);
    if before.lufs < SILENT_LUFS {
        return Err(ImportFault::Silent);
    }
    let ceiling_dbtp = TRUE_PEAK_MAX_DBTP - CODEC_ROOM_DB;
    let mut levelled = loudness::level(&samples, before, TARGET_LUFS, ceiling_dbtp).ok_or(ImportFault::Silent)?;
    for encodes in 1..=ENCODES_MAX {
        let of = levelled.samples.len() as u64;
        let bytes = encode::encode_each(&levelled.samples, encode::COMPLEXITY, &mut |done| {
            progress(Progress::Encoding { done, of });
        })?;
        progress(Progress::Measuring);
        let (facts, after) = measure(&bytes)?;
        let over_db = (after.true_peak_dbtp - TRUE_PEAK_MAX_DBTP).max(0.0);
        // What the codec itself made louder or softer: next to nothing for speech, more for noise.
        let moved_lu = after.lufs - levelled.lufs;
        if encodes == 1 && (over_db > 0.0 || moved_lu.abs() > MISS_TOLD_LU) {
            let ceiling_dbtp = ceiling_dbtp - if over_db > 0.0 { over_db + 0.2 } else { 0.0 };
            levelled =
                loudness::level(&samples, before, TARGET_LUFS - moved_lu, ceiling_dbtp).ok_or(ImportFault::Silent)?;
        } else if over_db > 0.0 {
            let down_db = over_db + 0.2;
            levelled.gain_db -= down_db;
            levelled.lufs -= down_db;
            levelled.samples.iter_mut().for_each(|s| *s *= loudness::amplitude(-down_db));
        } else {
            warn(before, after, &levelled, &mut warnings);
            return Ok(Imported {
                bytes,
                facts,
                loudness_lufs: after.lufs,
                true_peak_dbtp: after.true_peak_dbtp,
                gain_db: levelled.gain_db,
                trimmed_ms,
                encodes,
                warnings,
            });
        }
    }
    Err(ImportFault::Peaks)
}

/// What can be told before any work.
fn check(pcm: &Pcm, warnings: &mut Vec<String>) -> Result<(), ImportFault> {
    let length_ms = pcm.length_ms();
    if pcm.frames() * u64::from(RATE) > FRAMES_MAX * u64::from(pcm.rate()) {
        return Err(ImportFault::TooLong { max_s: LENGTH_MAX_MS / 1000 });
    }
    if let Some(claimed_ms) = pcm.claimed_ms()
        && (length_ms as f64) < claimed_ms as f64 * (1.0 - SHORTER_MAX)
    {
        let seconds = |ms: u64| ms as f64 / 1000.0;
        let what = format!("it should last {:.1} s but holds {:.1} s", seconds(claimed_ms), seconds(length_ms));
        return Err(ImportFault::Truncated(what));
    }
    if pcm.cancels() {
        return Err(ImportFault::Cancels);
    }
    let clipped = pcm.clipped_share();
    if clipped > CLIPPED_SHARE_MAX {
        return Err(ImportFault::Clipped { percent: clipped * 100.0 });
    }
    if clipped > CLIPPED_SHARE_WARN {
        warnings.push("the loudest moments are distorted; if it sounds bad, record it again from further away".into());
    }
    Ok(())
}

/// Takes the outer silence off; gives how much, in ms.
fn cut(samples: &mut Vec<f32>) -> Result<(u64, u64), ImportFault> {
    let ms = |frames: usize| frames as u64 * 1000 / u64::from(RATE);
    let span = trim::sounding(samples).ok_or(ImportFault::Silent)?;
    if ms(span.sounding) < LENGTH_MIN_MS {
        return Err(ImportFault::TooShort { ms: ms(span.sounding) });
    }
    let trimmed_ms = (ms(span.from), ms(samples.len() - span.to));
    samples.truncate(span.to);
    samples.drain(..span.from);
    trim::soften(samples);
    Ok(trimmed_ms)
}

/// Decodes the clip just made, as a station will, and measures that.
fn measure(bytes: &[u8]) -> Result<(Facts, Loudness), ImportFault> {
    let facts = canonical::inspect(bytes)?;
    let mut decoder = ClipDecoder::open(std::io::Cursor::new(bytes))?;
    let mut sound = vec![0f32; facts.frames as usize];
    let found = decoder.read(&mut sound)? as u64;
    if found != facts.frames {
        return Err(canonical::ClipFault::Frames { claimed: facts.frames, found }.into());
    }
    Ok((facts, loudness::measure(&sound)))
}

fn warn(before: Loudness, after: Loudness, levelled: &Levelled, warnings: &mut Vec<String>) {
    let wanted_db = TARGET_LUFS - before.lufs;
    if wanted_db > loudness::GAIN_MAX_DB {
        warnings.push(format!(
            "the recording is so quiet that it was raised by {:.0} dB instead of {wanted_db:.0}; record it again, nearer to the microphone",
            loudness::GAIN_MAX_DB
        ));
    } else if wanted_db < loudness::GAIN_MIN_DB {
        warnings.push("the recording is far too loud; listen to it before it airs".into());
    }
    let miss = after.lufs - TARGET_LUFS;
    if miss.abs() > MISS_TOLD_LU {
        warnings.push(format!(
            "its loudness is {:.1} LUFS, not {TARGET_LUFS:.0}: some moments are much louder than the rest; speak evenly, or accept it after listening",
            after.lufs
        ));
    }
    if levelled.reduction_db > 12.0 {
        warnings.push(format!(
            "single peaks were turned down by {:.0} dB; listen whether something knocked against the microphone",
            levelled.reduction_db
        ));
    }
}
