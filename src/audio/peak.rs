//! True peaks: the level between the samples, found at four times the rate (ITU-R BS.1770-5 annex 2).
//!
//! Finding them costs about as much as everything else in measuring, so stretches that cannot reach the level asked about
//! are stepped over.

use std::sync::LazyLock;

/// Samples that go into one point between two samples. More than the annex's example, to read less low near half the rate.
const TAPS: usize = 32;
const BEFORE: usize = TAPS / 2 - 1;
const AFTER: usize = TAPS / 2;

/// Points between two samples.
const PHASES: usize = 3;

const BLOCK: usize = 32;

struct Filter {
    taps: [[f32; TAPS]; PHASES],
    /// No point can be further out than this times the largest sample that goes into it.
    growth: f32,
}

static FILTER: LazyLock<Filter> = LazyLock::new(|| {
    let mut taps = [[0f32; TAPS]; PHASES];
    let mut growth = 1f64;
    for (phase, taps) in taps.iter_mut().enumerate() {
        let point = BEFORE as f64 + (phase + 1) as f64 / (PHASES + 1) as f64;
        let weights: Vec<f64> = (0..TAPS).map(|t| sinc(t as f64 - point) * kaiser(t as f64 - point)).collect();
        let sum: f64 = weights.iter().sum();
        growth = growth.max(weights.iter().map(|w| w.abs()).sum::<f64>() / sum);
        for (tap, weight) in taps.iter_mut().zip(&weights) {
            *tap = (weight / sum) as f32;
        }
    }
    Filter { taps, growth: growth as f32 }
});

fn sinc(x: f64) -> f64 {
    if x == 0.0 { 1.0 } else { (std::f64::consts::PI * x).sin() / (std::f64::consts::PI * x) }
}

/// A Kaiser window (beta 7: 70 dB) as wide as the taps.
fn kaiser(x: f64) -> f64 {
    let bessel = |x: f64| {
        let mut term = 1.0;
        let mut sum = 1.0;
        for k in 1..40 {
            term *= (x / 2.0 / f64::from(k)).powi(2);
            sum += term;
        }
        sum
    };
    let r = x / (TAPS as f64 / 2.0);
    if r.abs() >= 1.0 { 0.0 } else { bessel(7.0 * (1.0 - r * r).sqrt()) / bessel(7.0) }
}

/// The true peak of the whole, as an amplitude.
pub fn true_peak(samples: &[f32]) -> f32 {
    let mut top = samples.iter().fold(0f32, |top, s| top.max(s.abs()));
    for start in (0..samples.len()).step_by(BLOCK) {
        if let Some(points) = between(samples, start, top) {
            top = points.iter().fold(top, |top, p| top.max(*p));
        }
    }
    top
}

/// For each sample, the highest level from it up to the next one. Exact where it exceeds `floor`; elsewhere maybe only the
/// sample's own level.
pub fn envelope(samples: &[f32], floor: f32) -> Vec<f32> {
    let mut levels: Vec<f32> = samples.iter().map(|s| s.abs()).collect();
    for start in (0..samples.len()).step_by(BLOCK) {
        if let Some(points) = between(samples, start, floor) {
            for (level, point) in levels[start..].iter_mut().zip(points) {
                *level = level.max(point);
            }
        }
    }
    levels
}

/// For a block of samples, the highest level between each and the next; `None` if it cannot exceed `floor`.
fn between(samples: &[f32], start: usize, floor: f32) -> Option<[f32; BLOCK]> {
    const WINDOW: usize = BLOCK + TAPS - 1;
    let filter = &*FILTER;
    let near = &samples[start.saturating_sub(BEFORE)..(start + BLOCK + AFTER).min(samples.len())];
    if near.iter().fold(0f32, |top, s| top.max(s.abs())) * filter.growth <= floor {
        return None;
    }
    let mut window = [0f32; WINDOW];
    let offset = BEFORE.saturating_sub(start);
    let length = near.len().min(WINDOW - offset);
    window[offset..offset + length].copy_from_slice(&near[..length]);
    let mut highest = [0f32; BLOCK];
    for taps in &filter.taps {
        // Taps outside, samples inside: the inner loop becomes vector instructions.
        let mut points = [0f32; BLOCK];
        for (t, tap) in taps.iter().enumerate() {
            for (point, sample) in points.iter_mut().zip(&window[t..t + BLOCK]) {
                *point += tap * sample;
            }
        }
        for (high, point) in highest.iter_mut().zip(points) {
            *high = high.max(point.abs());
        }
    }
    Some(highest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A tone that swells and fades, since a sudden end has peaks of its own.
    fn tone(turns_per_sample: f64, turns_ahead: f64) -> Vec<f32> {
        (0..4_800u32)
            .map(|i| {
                let swell = (f64::from(i.min(4_799 - i)) / 500.0).min(1.0);
                ((f64::from(i) * turns_per_sample + turns_ahead) * std::f64::consts::TAU).sin() as f32 * swell as f32
            })
            .collect()
    }

    #[test]
    fn sees_between_the_samples() {
        // At a quarter of the rate, sampled 45 degrees off its peaks, a tone's samples reach 0.707 of it only.
        let hidden = tone(0.25, 0.125);
        assert!(hidden.iter().all(|s| s.abs() < 0.7072));
        assert!((true_peak(&hidden) - 1.0).abs() < 0.005, "{}", true_peak(&hidden));
        for hz in [100.0, 997.0, 5_003.0, 15_007.0] {
            // Four points a sample miss the top of a 15 kHz wave by up to 0.27 dB (cos of an eighth of its angle step).
            let top = true_peak(&tone(hz / 48_000.0, 0.0));
            assert!((0.97..1.004).contains(&top), "{hz}: {top}");
        }
    }

    proptest! {
        #[test]
        fn stepping_over_loses_nothing(samples in prop::collection::vec(-1f32..1.0, 0..400), floor in 0f32..2.0) {
            let all = envelope(&samples, 0.0);
            let some = envelope(&samples, floor);
            for (a, s) in all.iter().zip(&some) {
                prop_assert!(a == s || *a <= floor);
            }
            prop_assert_eq!(true_peak(&samples), all.iter().fold(0f32, |top, p| top.max(*p)));
        }
    }
}
