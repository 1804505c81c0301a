//! Takes the silence off both ends of a recording.

use super::RATE;

/// Silence that stays, so that a word is not cut at its quiet beginning or end.
pub const KEEP_BEFORE_MS: u64 = 100;
pub const KEEP_AFTER_MS: u64 = 200;

/// So far below the loudest moment a sound is background, in dB. Soft consonants lie some 30 dB below vowels.
pub const BELOW_LOUDEST_DB: f32 = 40.0;

/// A recording whose loudest 10 ms stay below this is silent.
pub const SILENT_DBFS: f32 = -60.0;

const WINDOW_FRAMES: usize = RATE as usize / 100;

/// The part worth keeping, in frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub from: usize,
    pub to: usize,
    /// From the first to the last sound, without the silence kept around it.
    pub sounding: usize,
}

/// Where the sound is; `None` if the recording is silent.
pub fn sounding(samples: &[f32]) -> Option<Span> {
    let loudest = samples.chunks(WINDOW_FRAMES).map(power).fold(0.0, f32::max);
    if loudest < 10f32.powf(SILENT_DBFS / 10.0) {
        return None;
    }
    let bar = loudest * 10f32.powf(-BELOW_LOUDEST_DB / 10.0);
    let first = samples.chunks(WINDOW_FRAMES).position(|w| power(w) >= bar)?;
    let last = samples.chunks(WINDOW_FRAMES).rposition(|w| power(w) >= bar)?;
    let (start, end) = (first * WINDOW_FRAMES, ((last + 1) * WINDOW_FRAMES).min(samples.len()));
    let frames = |ms: u64| (ms * u64::from(RATE) / 1000) as usize;
    Some(Span {
        from: start.saturating_sub(frames(KEEP_BEFORE_MS)),
        to: (end + frames(KEEP_AFTER_MS)).min(samples.len()),
        sounding: end - start,
    })
}

/// The power of a window about its own mean: an offset and the slow rumble of wind are no sound.
fn power(window: &[f32]) -> f32 {
    let count = window.len() as f32;
    let mean = window.iter().sum::<f32>() / count;
    window.iter().map(|s| (s - mean) * (s - mean)).sum::<f32>() / count
}

/// Takes off a constant offset, which cheap microphones add and which would click at both ends.
pub fn centre(samples: &mut [f32]) {
    let mean = samples.iter().map(|s| f64::from(*s)).sum::<f64>() / samples.len().max(1) as f64;
    samples.iter_mut().for_each(|s| *s -= mean as f32);
}

/// Fades both ends over 5 ms, so that a cut in background noise does not click.
pub fn soften(samples: &mut [f32]) {
    let n = (RATE as usize / 200).min(samples.len() / 2);
    let end = samples.len() - 1;
    for i in 0..n {
        let gain = i as f32 / n as f32;
        samples[i] *= gain;
        samples[end - i] *= gain;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_sound_and_keeps_a_margin() {
        let mut samples: Vec<f32> = (0..144_000).map(|i| 0.1 + 0.0005 * (i % 2) as f32).collect();
        samples[48_000..96_000].iter_mut().step_by(2).for_each(|s| *s = 0.3);
        let kept = Span { from: 48_000 - 4_800, to: 96_000 + 9_600, sounding: 48_000 };
        assert_eq!(sounding(&samples), Some(kept));
        assert_eq!(sounding(&samples[48_000..96_000]), Some(Span { from: 0, to: 48_000, sounding: 48_000 }));
    }

    #[test]
    fn silence_has_no_sound() {
        assert_eq!(sounding(&[]), None);
        assert_eq!(sounding(&vec![0.0; 48_000]), None);
        assert_eq!(sounding(&vec![0.2; 48_000]), None);
    }
}
