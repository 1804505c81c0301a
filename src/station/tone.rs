//! The tone of a sound check: three notes that rise and fade, told from any chime and any siren.

use std::f32::consts::TAU;

use rtrb::Consumer;

use crate::audio::RATE;

/// In Hz: C5, E5, G5.
const NOTES: [f32; 3] = [523.25, 659.25, 783.99];
/// Of full scale; a recording's loudest parts reach about as far.
const AMPLITUDE: f32 = 0.4;
/// Each note swells and fades over this share of its length.
const EDGE: f32 = 0.15;

/// The whole tone, ready to be mixed, and how many frames it has.
pub(super) fn tone(seconds: u64) -> (Consumer<f32>, u64) {
    let frames = seconds * u64::from(RATE);
    let (mut sound, tone) = rtrb::RingBuffer::new(frames as usize);
    let note_frames = frames.div_ceil(NOTES.len() as u64);
    for frame in 0..frames {
        let note = NOTES[(frame / note_frames) as usize];
        let share = (frame % note_frames) as f32 / note_frames as f32;
        let swell = (share / EDGE).min((1.0 - share) / EDGE).min(1.0);
        let seconds = frame as f32 / RATE as f32;
        sound.push(AMPLITUDE * swell * (TAU * note * seconds).sin()).expect("the ring has room for all of it");
    }
    (tone, frames)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_begins_and_ends_in_silence_and_never_clips() {
        let (mut tone, frames) = tone(2);
        let sound: Vec<f32> = std::iter::from_fn(|| tone.pop().ok()).collect();
        assert_eq!((sound.len() as u64, frames), (96_000, 96_000));
        assert!(sound.iter().all(|sample| sample.abs() <= AMPLITUDE));
        assert!(sound[0].abs() < 0.01 && sound.last().unwrap().abs() < 0.01);
        assert!(sound.windows(2).all(|pair| (pair[0] - pair[1]).abs() < 0.06), "no click between the notes");
        assert!(sound.iter().any(|sample| *sample > 0.9 * AMPLITUDE));
    }
}
