//! How loud a clip is (EBU R 128) and how to bring it to one level, so that no village is shouted at after a whisper.

use ebur128::{EbuR128, Mode};

use super::{RATE, limiter, peak};

/// Every clip: louder than broadcast's -23, since a horn in the open is heard over wind and engines.
pub const TARGET_LUFS: f32 = -16.0;

/// No sample, and nothing between two, may be above this after decoding.
pub const TRUE_PEAK_MAX_DBTP: f32 = -1.0;

/// More gain than this makes a room's noise into a storm; less than that is a broken recording.
pub const GAIN_MAX_DB: f32 = 24.0;
pub const GAIN_MIN_DB: f32 = -24.0;

/// The limiter takes loudness away, which more gain brings back; beyond this much of it speech sounds squeezed.
pub const DRIVE_MAX_DB: f32 = 6.0;

/// Near enough, in LU.
const MISS_MAX_LU: f32 = 0.1;

/// The second pass learns how the limiter answers; the third or fourth is there.
const PASSES_MAX: u32 = 5;

/// R 128 measures blocks of 400 ms; a shorter clip is measured on itself repeated this long.
const MEASURED_FRAMES_MIN: usize = RATE as usize;

/// What a listener meets.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Loudness {
    /// Integrated loudness; minus infinity for silence.
    pub lufs: f32,
    pub true_peak_dbtp: f32,
}

/// Measures mono samples at 48 kHz.
pub fn measure(samples: &[f32]) -> Loudness {
    Loudness { lufs: integrated(samples), true_peak_dbtp: decibels(peak::true_peak(samples)) }
}

/// Integrated loudness in LUFS; minus infinity for silence.
pub fn integrated(samples: &[f32]) -> f32 {
    let mut meter = EbuR128::new(1, RATE, Mode::I).expect("one channel at 48 kHz can be metered");
    let mut fed = 0;
    while fed < MEASURED_FRAMES_MIN && !samples.is_empty() {
        meter.add_frames_f32(samples).expect("the meter takes any samples");
        fed += samples.len();
    }
    meter.loudness_global().map_or(f32::NEG_INFINITY, |lufs| lufs as f32)
}

/// The gain that brings a clip of this loudness to `target_lufs`. It is never computed from silence: `None` then.
pub fn gain_db(measured: Loudness, target_lufs: f32) -> Option<f32> {
    measured.lufs.is_finite().then(|| (target_lufs - measured.lufs).clamp(GAIN_MIN_DB, GAIN_MAX_DB))
}

/// A clip at its level.
#[derive(Debug, Clone)]
pub struct Levelled {
    pub samples: Vec<f32>,
    pub lufs: f32,
    pub gain_db: f32,
    /// The most the limiter took away anywhere.
    pub reduction_db: f32,
}

/// Brings `samples`, which measure `measured`, to `target_lufs` with no true peak above `ceiling_dbtp`.
pub fn level(samples: &[f32], measured: Loudness, target_lufs: f32, ceiling_dbtp: f32) -> Option<Levelled> {
    let first_db = gain_db(measured, target_lufs)?;
    let mut gain_db = first_db;
    // The last gain and what it gave, to see how much of a gain the limiter lets through.
    let mut last = (0.0, measured.lufs);
    for pass in 1.. {
        let gain = amplitude(gain_db);
        let mut levelled: Vec<f32> = samples.iter().map(|s| s * gain).collect();
        let reduction_db = limiter::limit(&mut levelled, amplitude(ceiling_dbtp));
        // Without the limiter the gain gives what was asked of it.
        let lufs = if reduction_db == 0.0 { measured.lufs + gain_db } else { integrated(&levelled) };
        let miss = target_lufs - lufs;
        let let_through = ((lufs - last.1) / (gain_db - last.0)).clamp(0.3, 1.0);
        let next_db = (gain_db + miss / let_through).clamp(first_db, first_db + DRIVE_MAX_DB);
        let near = miss.abs() <= MISS_MAX_LU || (next_db - gain_db).abs() < 0.05;
        if reduction_db == 0.0 || near || pass == PASSES_MAX || first_db >= GAIN_MAX_DB {
            return Some(Levelled { samples: levelled, lufs, gain_db, reduction_db });
        }
        last = (gain_db, lufs);
        gain_db = next_db;
    }
    None
}

pub fn decibels(amplitude: f32) -> f32 {
    20.0 * amplitude.log10()
}

pub fn amplitude(decibels: f32) -> f32 {
    10f32.powf(decibels / 20.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(level: f32, frames: usize) -> Vec<f32> {
        (0..frames).map(|i| (i as f32 * 997.0 / 48_000.0 * std::f32::consts::TAU).sin() * level).collect()
    }

    #[test]
    fn measures_the_reference_tone() {
        // A 997 Hz sine at full scale in one channel measures -3.01 LUFS (BS.1770-5, annex 1).
        let full = measure(&tone(1.0, 5 * 48_000));
        assert!((full.lufs + 3.01).abs() < 0.05 && full.true_peak_dbtp.abs() < 0.05, "{full:?}");
        // Short clips measure like long ones.
        let short = measure(&tone(0.1, 15_000));
        assert!((short.lufs + 23.01).abs() < 0.2, "{short:?}");
    }

    #[test]
    fn never_computes_a_gain_from_silence() {
        for silence in [vec![], vec![0.0; 100], vec![0.0; 96_000]] {
            let measured = measure(&silence);
            assert_eq!(measured.lufs, f32::NEG_INFINITY);
            assert!(gain_db(measured, -16.0).is_none() && level(&silence, measured, -16.0, -1.0).is_none());
        }
    }

    #[test]
    fn reaches_the_target_through_the_limiter() {
        // Bursts far above their surroundings, as in a close voice.
        let mut samples = tone(0.02, 6 * 48_000);
        for burst in samples.chunks_mut(24_000) {
            burst[..960].iter_mut().for_each(|s| *s *= 10.0);
        }
        let levelled = level(&samples, measure(&samples), TARGET_LUFS, -2.0).unwrap();
        assert!(levelled.reduction_db > 2.0, "{}", levelled.reduction_db);
        let after = measure(&levelled.samples);
        assert!((after.lufs - TARGET_LUFS).abs() < 0.3 && after.true_peak_dbtp < -1.8, "{after:?}");
    }

    #[test]
    fn bounds_the_gain() {
        assert_eq!(gain_db(Loudness { lufs: -60.0, true_peak_dbtp: -50.0 }, TARGET_LUFS), Some(GAIN_MAX_DB));
        assert_eq!(gain_db(Loudness { lufs: 12.0, true_peak_dbtp: 12.0 }, TARGET_LUFS), Some(GAIN_MIN_DB));
    }
}
