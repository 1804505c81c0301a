//! The decoded sound of a foreign file, mixed down to mono as it arrives, with what must be known of it before.

/// The lowest and highest rates taken: telephone speech, and the best a studio uses.
pub const RATE_MIN: u32 = 8_000;
pub const RATE_MAX: u32 = 192_000;

/// More channels than a cinema's 7.1 means a broken header.
pub const CHANNELS_MAX: u32 = 8;

/// A sample from here on counts as at full scale. 16-bit recorders clip at 0.99997; resampling and lossy coding move that
/// a little.
pub const FULL_SCALE: f32 = 0.999;

/// So many samples at full scale in a row are a flat top; fewer are an ordinary peak.
pub const FLAT_TOP_SAMPLES: u32 = 3;

/// Mono samples of a recording, at its own rate.
#[derive(Debug, Clone)]
pub struct Pcm {
    rate: u32,
    channels: usize,
    mono: Vec<f32>,
    /// What the file's header says its length is, in ms, if it says so.
    claimed_ms: Option<u64>,
    flat_top_samples: u64,
    runs: Vec<u32>,
    channel_energy: f64,
    mono_energy: f64,
}

impl Pcm {
    /// Nothing yet. `rate` and `channels` must lie within this module's bounds.
    pub fn new(rate: u32, channels: u32, claimed_ms: Option<u64>) -> Option<Pcm> {
        if !(RATE_MIN..=RATE_MAX).contains(&rate) || !(1..=CHANNELS_MAX).contains(&channels) {
            return None;
        }
        let channels = channels as usize;
        Some(Pcm {
            rate,
            channels,
            mono: Vec::new(),
            claimed_ms,
            flat_top_samples: 0,
            runs: vec![0; channels],
            channel_energy: 0.0,
            mono_energy: 0.0,
        })
    }

    /// Adds interleaved samples, whole frames of them. What is no number becomes silence.
    pub fn push(&mut self, interleaved: &[f32]) {
        let weight = 1.0 / self.channels as f32;
        self.mono.reserve(interleaved.len() / self.channels);
        for frame in interleaved.chunks_exact(self.channels) {
            let mut sum = 0.0;
            for (sample, run) in frame.iter().zip(&mut self.runs) {
                let sample = if sample.is_finite() { sample.clamp(-8.0, 8.0) } else { 0.0 };
                sum += sample;
                self.channel_energy += f64::from(sample * sample);
                if sample.abs() < FULL_SCALE {
                    *run = 0;
                    continue;
                }
                *run += 1;
                self.flat_top_samples += match *run {
                    FLAT_TOP_SAMPLES => u64::from(FLAT_TOP_SAMPLES),
                    n => u64::from(n > FLAT_TOP_SAMPLES),
                };
            }
            let mixed = sum * weight;
            self.mono_energy += f64::from(mixed * mixed);
            self.mono.push(mixed);
        }
    }

    pub fn rate(&self) -> u32 {
        self.rate
    }

    /// Channels of the file; the samples kept are their mean.
    pub fn channels(&self) -> usize {
        self.channels
    }

    pub fn frames(&self) -> u64 {
        self.mono.len() as u64
    }

    pub fn length_ms(&self) -> u64 {
        self.frames() * 1000 / u64::from(self.rate)
    }

    pub fn claimed_ms(&self) -> Option<u64> {
        self.claimed_ms
    }

    pub fn samples(&self) -> &[f32] {
        &self.mono
    }

    pub fn into_samples(self) -> Vec<f32> {
        self.mono
    }

    /// The share (0 to 1) of samples that stand in flat tops at full scale.
    pub fn clipped_share(&self) -> f64 {
        self.flat_top_samples as f64 / (self.mono.len() * self.channels).max(1) as f64
    }

    /// True if mixing down lost nearly everything, as with a microphone wired out of phase: the mix is 30 dB below the
    /// channels.
    pub fn cancels(&self) -> bool {
        self.mono_energy < self.channel_energy / self.channels as f64 * 1e-3
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stereo(frames: &[(f32, f32)]) -> Pcm {
        let mut pcm = Pcm::new(48_000, 2, None).unwrap();
        for (l, r) in frames {
            pcm.push(&[*l, *r]);
        }
        pcm
    }

    #[test]
    fn counts_flat_tops_but_not_peaks() {
        let peak = stereo(&[(0.1, 0.0), (1.0, 0.0), (-1.0, 0.0), (0.1, 0.0)]);
        assert_eq!(peak.clipped_share(), 0.0);
        let flat = stereo(&[(1.0, 0.0), (1.0, 0.0), (1.0, 0.0), (1.0, 0.0)]);
        assert_eq!(flat.clipped_share(), 0.5);
    }

    #[test]
    fn notices_channels_that_cancel() {
        assert!(stereo(&[(0.5, -0.5), (-0.3, 0.3)]).cancels());
        assert!(!stereo(&[(0.5, 0.0), (-0.3, 0.0)]).cancels());
        assert!(!stereo(&[(0.0, 0.0)]).cancels());
    }

    #[test]
    fn takes_no_nonsense() {
        assert!(Pcm::new(0, 1, None).is_none() && Pcm::new(48_000, 0, None).is_none());
        assert!(Pcm::new(4_000_000_000, 1, None).is_none() && Pcm::new(48_000, 9, None).is_none());
        let odd = stereo(&[(f32::NAN, f32::INFINITY), (1e30, -1e30)]);
        assert!(odd.samples().iter().all(|s| s.is_finite()));
    }
}
