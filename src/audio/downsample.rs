//! Brings a running stream of sound from 48 kHz down to a receiver's rate, with nothing left that could fold back.
//!
//! Sound comes in as it is played, in blocks of any length. The filter's own delay is taken off at the beginning and
//! made up for at the end, so that as much comes out as went in, at the same places.

use rubato::audioadapter_buffers::direct::SequentialSlice;
use rubato::{Fft, FixedSync, Resampler, WindowFunction};

use super::RATE;

/// 20 ms a transform: at 8 kHz all is kept up to 3.6 kHz and nothing above 4 kHz is.
const CHUNK_FRAMES: usize = RATE as usize / 50;

/// One stream. After it is made it allocates nothing, so long as the output has room.
pub struct Downsampler {
    rate: u32,
    /// None where the rate stays as it is.
    fft: Option<Fft<f32>>,
    input: Vec<f32>,
    filled: usize,
    output: Vec<f32>,
    /// Frames of delay that are still to be taken off.
    skip: usize,
    /// Since the beginning or the last `end`.
    taken: u64,
    given: u64,
}

impl Downsampler {
    /// To `rate`, from 8 kHz to 48 kHz.
    pub fn new(rate: u32) -> Downsampler {
        assert!((8_000..=RATE).contains(&rate), "whoever reads the rate bounds it");
        let fft = (rate != RATE).then(|| {
            let (from, to, window) = (RATE as usize, rate as usize, WindowFunction::BlackmanHarris2);
            Fft::new_custom(from, to, CHUNK_FRAMES, 1, 1, window, FixedSync::Both).expect("both rates are above zero")
        });
        let (inside, outside, skip) =
            fft.as_ref().map_or((0, 0, 0), |fft| (fft.input_frames_max(), fft.output_frames_max(), fft.output_delay()));
        let (input, output) = (vec![0.0; inside], vec![0.0; outside]);
        Downsampler { rate, fft, input, filled: 0, output, skip, taken: 0, given: 0 }
    }

    /// Frames that `end` may give at most beyond what `push` gave.
    pub fn held_frames_max(&self) -> usize {
        2 * self.output.len()
    }

    /// Takes the next samples at 48 kHz and puts what is ready behind `out`.
    pub fn push(&mut self, samples: &[f32], out: &mut Vec<f32>) {
        self.taken += samples.len() as u64;
        if self.fft.is_none() {
            self.given += samples.len() as u64;
            out.extend_from_slice(samples);
            return;
        }
        let mut samples = samples;
        while !samples.is_empty() {
            let take = samples.len().min(self.input.len() - self.filled);
            let (now, later) = samples.split_at(take);
            self.input[self.filled..self.filled + take].copy_from_slice(now);
            self.filled += take;
            samples = later;
            if self.filled == self.input.len() {
                self.transform(out, usize::MAX);
            }
        }
    }

    /// The stream pauses: gives all that is held. The next sample begins anew.
    pub fn end(&mut self, out: &mut Vec<f32>) {
        let all = (self.taken * u64::from(self.rate)).div_ceil(u64::from(RATE));
        while self.fft.is_some() && self.given < all {
            self.input[self.filled..].fill(0.0);
            self.transform(out, (all - self.given) as usize);
        }
        (self.filled, self.taken, self.given) = (0, 0, 0);
        if let Some(fft) = &mut self.fft {
            fft.reset();
            self.skip = fft.output_delay();
        }
    }

    fn transform(&mut self, out: &mut Vec<f32>, most: usize) {
        let fft = self.fft.as_mut().expect("only what is resampled comes here");
        let (inside, outside) = (self.input.len(), self.output.len());
        let input = SequentialSlice::new(&self.input, 1, inside).expect("one channel of a whole chunk");
        let mut output = SequentialSlice::new_mut(&mut self.output, 1, outside).expect("one channel of a whole chunk");
        let (_, frames) = fft.process_into_buffer(&input, &mut output, None).expect("both buffers are made to measure");
        let skip = self.skip.min(frames);
        let give = (frames - skip).min(most);
        out.extend_from_slice(&self.output[skip..skip + give]);
        self.skip -= skip;
        self.given += give as u64;
        self.filled = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATES: [u32; 8] = [8_000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000];

    fn tone(hz: f64, frames: usize) -> Vec<f32> {
        let step = hz / f64::from(RATE) * std::f64::consts::TAU;
        (0..frames).map(|i| (i as f64 * step).sin() as f32 * 0.5).collect()
    }

    /// Through a stream, in blocks of 10 ms and pieces of them as the pump cuts them.
    fn through(stream: &mut Downsampler, sound: &[f32]) -> Vec<f32> {
        let mut out = Vec::with_capacity(sound.len() + stream.held_frames_max());
        let room = out.capacity();
        for block in sound.chunks(480) {
            let (first, second) = block.split_at(block.len().min(113));
            stream.push(first, &mut out);
            stream.push(second, &mut out);
        }
        stream.end(&mut out);
        assert_eq!(out.capacity(), room, "nothing is allocated under way");
        out
    }

    fn rms(samples: &[f32]) -> f32 {
        let middle = &samples[samples.len() / 4..samples.len() * 3 / 4];
        (middle.iter().map(|s| s * s).sum::<f32>() / middle.len() as f32).sqrt()
    }

    #[test]
    fn keeps_length_level_and_place() {
        for rate in RATES {
            let mut stream = Downsampler::new(rate);
            // Twice: a stream that paused is as new.
            for frames in [48_000usize, 33_333] {
                let out = through(&mut stream, &tone(1000.0, frames));
                assert_eq!(out.len() as u64, (frames as u64 * u64::from(rate)).div_ceil(48_000), "{rate}");
                assert!((rms(&out) - 0.353_55).abs() < 0.004, "{rate}: {}", rms(&out));
                // The same wave at the same instants, away from its hard ends.
                let step = 1000.0 / f64::from(rate) * std::f64::consts::TAU;
                let from = rate as usize / 10;
                let off = (from..out.len() - from)
                    .map(|i| ((i as f64 * step).sin() as f32 * 0.5 - out[i]).abs())
                    .fold(0.0, f32::max);
                // A filter of an odd length has its middle between two frames: its sound is half a frame off.
                let most = if rate == 22_050 { 0.005 + 0.25 * step as f32 } else { 0.005 };
                assert!(off < most, "{rate}: off by {off}");
            }
        }
    }

    #[test]
    fn lets_nothing_fold_back_and_keeps_speech() {
        for (rate, hz, least, most) in [
            (8_000, 7_000.0, 0.0, 1e-4),
            (8_000, 4_100.0, 0.0, 1e-4),
            (16_000, 9_000.0, 0.0, 1e-4),
            (8_000, 3_400.0, 0.35, 0.36),
            (16_000, 7_000.0, 0.35, 0.36),
        ] {
            let out = rms(&through(&mut Downsampler::new(rate), &tone(hz, 48_000)));
            assert!((least..=most).contains(&out), "{hz} Hz at {rate}: {out}");
        }
    }
}
