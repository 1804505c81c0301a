//! Holds true peaks below a ceiling by turning the sound down just before each of them, without a click.

use std::collections::VecDeque;

use super::RATE;
use super::peak;

/// How long before a peak the turning down begins: 5 ms.
const LOOK_AHEAD: usize = RATE as usize / 200;

/// How fast the level comes back: 63 % of the way in 80 ms, slow enough not to distort a low voice.
const RELEASE_S: f32 = 0.08;

/// Limits in place; gives the largest reduction in dB (0 or above).
///
/// `ceiling` is an amplitude. The gain that a peak needs is held for the look-ahead before it and smoothed over the same
/// length, so at the peak it has been reached whole.
pub fn limit(samples: &mut [f32], ceiling: f32) -> f32 {
    let mut gains = peak::envelope(samples, ceiling);
    // A point between two samples is made by both.
    let mut before = 0f32;
    for gain in &mut gains {
        let level = std::mem::replace(&mut before, *gain).max(*gain);
        *gain = if level > ceiling { ceiling / level } else { 1.0 };
    }
    let lowest = gains.iter().fold(1f32, |low, g| low.min(*g));
    if lowest >= 1.0 {
        return 0.0;
    }
    hold(&mut gains);
    release(&mut gains);
    smooth(&mut gains);
    samples.iter_mut().zip(&gains).for_each(|(sample, gain)| *sample *= gain);
    -20.0 * lowest.log10()
}

/// Each gain becomes the lowest from there to the look-ahead's end.
fn hold(gains: &mut [f32]) {
    let mut lows: VecDeque<(usize, f32)> = VecDeque::with_capacity(LOOK_AHEAD + 1);
    for i in (0..gains.len()).rev() {
        let gain = gains[i];
        while lows.back().is_some_and(|(_, low)| *low >= gain) {
            lows.pop_back();
        }
        lows.push_back((i, gain));
        while lows.front().is_some_and(|(at, _)| *at > i + LOOK_AHEAD) {
            lows.pop_front();
        }
        gains[i] = lows.front().map_or(gain, |(_, low)| *low);
    }
}

/// A gain falls at once and rises slowly.
fn release(gains: &mut [f32]) {
    let rise = 1.0 - (-1.0 / (RELEASE_S * RATE as f32)).exp();
    let mut now = 1f32;
    for gain in gains {
        now = if *gain < now { *gain } else { now + (*gain - now) * rise };
        *gain = now;
    }
}

/// Each gain becomes the mean of the look-ahead before it and itself. Before the first sample its own gain held, for a
/// clip may begin with a peak.
fn smooth(gains: &mut [f32]) {
    let Some(first) = gains.first().copied() else {
        return;
    };
    let count = (LOOK_AHEAD + 1) as f64;
    let mut window = VecDeque::from(vec![first; LOOK_AHEAD + 1]);
    let mut sum = f64::from(first) * count;
    for gain in gains {
        sum += f64::from(*gain) - f64::from(window.pop_front().unwrap_or(1.0));
        window.push_back(*gain);
        *gain = ((sum / count) as f32).min(1.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn noise(seed: u32, length: usize, level: f32) -> Vec<f32> {
        let mut state = seed | 1;
        let next = move || {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state as f32 / u32::MAX as f32 * 2.0 - 1.0
        };
        std::iter::repeat_with(next).take(length).map(|s| s * level).collect()
    }

    #[test]
    fn leaves_quiet_sound_alone() {
        let quiet = noise(7, 10_000, 0.2);
        let mut limited = quiet.clone();
        assert_eq!(limit(&mut limited, 0.9), 0.0);
        assert_eq!(limited, quiet);
    }

    #[test]
    fn comes_back_after_a_peak() {
        let mut samples = vec![0.1; 96_000];
        samples[20_000] = 2.0;
        let reduction = limit(&mut samples, 0.5);
        assert!((reduction - 12.04).abs() < 0.6, "{reduction}");
        assert!(samples[20_000] <= 0.501);
        assert!((samples[10_000] - 0.1).abs() < 1e-6 && (samples[90_000] - 0.1).abs() < 1e-4);
        let jump = samples[21_000..].windows(2).map(|w| (w[1] - w[0]).abs()).fold(0.0, f32::max);
        assert!(jump < 1e-4, "the level returns in steps of {jump}");
    }

    proptest! {
        #[test]
        fn holds_the_ceiling(seed in any::<u32>(), level in 0.5f32..8.0, ceiling in 0.2f32..1.0) {
            let mut samples = noise(seed, 6_000, level);
            limit(&mut samples, ceiling);
            // White noise is the worst case for the points between samples: 0.2 dB.
            prop_assert!(peak::true_peak(&samples) <= ceiling * 1.023);
        }
    }
}
