//! Brings a recording to 48 kHz, with a filter that leaves nothing above the lower of the two rates' half.

use rubato::audioadapter_buffers::direct::SequentialSlice;
use rubato::{Fft, FixedSync, Resampler};

use super::RATE;
use super::pcm::{Pcm, RATE_MAX, RATE_MIN};

/// Frames per transform: long enough for a steep filter, short enough that its ringing (some 10 ms at low rates) is not
/// heard.
const CHUNK_FRAMES: usize = 1024;

/// The mono samples of `pcm` at 48 kHz.
pub fn to_48_khz(pcm: Pcm) -> Vec<f32> {
    let rate = pcm.rate();
    debug_assert!((RATE_MIN..=RATE_MAX).contains(&rate), "Pcm::new takes no other rate");
    let samples = pcm.into_samples();
    if rate == RATE || samples.is_empty() {
        return samples;
    }
    let mut resampler = Fft::<f32>::new(rate as usize, RATE as usize, CHUNK_FRAMES, 1, FixedSync::Both)
        .expect("both rates are above zero");
    let frames = samples.len();
    let input = SequentialSlice::new(&samples, 1, frames).expect("one channel of all frames");
    let output = resampler.process_all(&input, frames, None).expect("the output is made to measure");
    output.take_data()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(rate: u32, hz: f64, seconds: u32) -> Pcm {
        let mut pcm = Pcm::new(rate, 1, None).unwrap();
        let step = hz / f64::from(rate) * std::f64::consts::TAU;
        let samples: Vec<f32> = (0..rate * seconds).map(|i| (f64::from(i) * step).sin() as f32 * 0.5).collect();
        pcm.push(&samples);
        pcm
    }

    fn rms(samples: &[f32]) -> f32 {
        let middle = &samples[samples.len() / 4..samples.len() * 3 / 4];
        (middle.iter().map(|s| s * s).sum::<f32>() / middle.len() as f32).sqrt()
    }

    #[test]
    fn keeps_length_and_level() {
        for rate in [8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 96_000, 192_000, 44_099] {
            let out = to_48_khz(tone(rate, 1000.0, 2));
            assert!(out.len().abs_diff(96_000) <= 1, "{rate}: {}", out.len());
            assert!((rms(&out) - 0.353_55).abs() < 0.002, "{rate}: {}", rms(&out));
        }
    }

    #[test]
    fn lets_nothing_fold_back() {
        // 30 kHz in a 96 kHz file would be heard at 18 kHz without a filter.
        let folded = rms(&to_48_khz(tone(96_000, 30_000.0, 1)));
        assert!(folded < 1e-4, "{folded}");
    }
}
