//! One programme being decoded, for every loudspeaker at which it begins at the same instant.
//!
//! Knows no store, no thread and no clock. What is decoded stands in a window that all rings are filled from, so that a
//! thousand loudspeakers cost one decoder. A loudspeaker that falls out of the window, because its device opened late or
//! stands still, gets a roll of its own and holds up nobody.

use std::io::Cursor;
use std::sync::Arc;

use rtrb::Producer;

use super::{AHEAD_FRAMES, Answer, Key};
use crate::audio::ClipDecoder;
use crate::rundown::Reason;

/// A voice is ready when this much is decoded: two refills' worth.
const HEAD_FRAMES: u64 = AHEAD_FRAMES as u64 / 2;
/// How far a loudspeaker may be behind the foremost one before it goes on alone.
const WINDOW_FRAMES: u64 = AHEAD_FRAMES as u64;
/// How much is decoded and dropped in one go by a roll that begins in the middle of a clip.
const SKIP_FRAMES: usize = 5 * AHEAD_FRAMES;

/// A stretch of a programme, its clip in memory.
#[derive(Clone)]
pub(super) enum Piece {
    Gap(u64),
    Clip(Arc<[u8]>),
}

/// The ring of one voice.
pub(super) struct Reel {
    pub key: Key,
    pub sound: Producer<f32>,
    pub written: u64,
    pub told: bool,
}

enum Playing {
    Gap(u64),
    Clip { clip: Box<ClipDecoder<Cursor<Arc<[u8]>>>>, left: u64 },
}

pub(super) struct Roll {
    pieces: Arc<[Piece]>,
    /// The piece after `playing`.
    next: usize,
    playing: Option<Playing>,
    /// Decoded sound, and the frame of the programme at which it begins.
    window: Vec<f32>,
    from: u64,
    /// Frames still to be dropped before `from` is reached.
    skip: u64,
    /// The length of the whole programme.
    frames: u64,
    reels: Vec<Reel>,
}

impl Reel {
    pub fn new(key: Key, sound: Producer<f32>) -> Reel {
        Reel { key, sound, written: 0, told: false }
    }

    fn wants(&self) -> u64 {
        self.written + self.sound.slots() as u64
    }

    /// Takes what fits out of a window that begins at frame `from`.
    fn take(&mut self, window: &[f32], from: u64) {
        let Some(ahead) = self.written.checked_sub(from).and_then(|at| window.get(at as usize..)) else { return };
        let frames = ahead.len().min(self.sound.slots());
        let Ok(mut chunk) = self.sound.write_chunk(frames) else { return };
        let (a, b) = chunk.as_mut_slices();
        a.copy_from_slice(&ahead[..a.len()]);
        b.copy_from_slice(&ahead[a.len()..frames]);
        chunk.commit_all();
        self.written += frames as u64;
    }

    /// That the head is there, once.
    fn news(&mut self, frames: u64) -> Option<Answer> {
        let ready = !self.told && self.written >= HEAD_FRAMES.min(frames);
        self.told |= ready;
        ready.then_some(Answer::Ready(self.key))
    }
}

impl Roll {
    pub fn new(pieces: Arc<[Piece]>, frames: u64) -> Roll {
        Roll { pieces, next: 0, playing: None, window: vec![], from: 0, skip: 0, frames, reels: vec![] }
    }

    /// Whether a voice that begins now finds its first frame here.
    pub fn joinable(&self) -> bool {
        self.from == 0 && self.skip == 0
    }

    /// Whether nobody needs more of it.
    pub fn idle(&self) -> bool {
        self.reels.is_empty()
    }

    /// Adds a voice and gives it what is decoded already.
    pub fn join(&mut self, mut reel: Reel, answers: &mut Vec<Answer>) {
        reel.take(&self.window, self.from);
        answers.extend(reel.news(self.frames));
        if reel.written < self.frames {
            self.reels.push(reel);
        }
    }

    /// Decodes what the foremost ring takes and fills all of them. Gives back the voices that go on alone.
    pub fn fill(&mut self, answers: &mut Vec<Answer>) -> Vec<Roll> {
        self.reels.retain(|reel| !reel.sound.is_abandoned());
        let wanted = self.reels.iter().map(Reel::wants).max().unwrap_or(0).min(self.frames);
        if let Err(detail) = self.decode_to(wanted) {
            let failed =
                |reel: Reel| Answer::Failed { key: reel.key, reason: Reason::ClipDamaged, detail: detail.clone() };
            answers.extend(self.reels.drain(..).map(failed));
            // Nobody joins what does not decode.
            self.skip = u64::MAX;
            return vec![];
        }
        for reel in &mut self.reels {
            reel.take(&self.window, self.from);
            answers.extend(reel.news(self.frames));
        }
        self.reels.retain(|reel| reel.written < self.frames);
        let end = self.from + self.window.len() as u64;
        // The head stays until it has been played: others may begin with it.
        if end <= AHEAD_FRAMES as u64 {
            return vec![];
        }
        let slowest = self.reels.iter().map(|reel| reel.written).min().unwrap_or(end);
        let kept = slowest.max(end.saturating_sub(WINDOW_FRAMES)).max(self.from);
        self.window.drain(..(kept - self.from) as usize);
        self.from = kept;
        let behind: Vec<Reel> = self.reels.extract_if(.., |reel| reel.written < kept).collect();
        behind.into_iter().map(|reel| self.alone(reel)).collect()
    }

    /// A roll that begins where this voice stands.
    fn alone(&self, reel: Reel) -> Roll {
        let mut roll = Roll::new(self.pieces.clone(), self.frames);
        (roll.from, roll.skip) = (reel.written, reel.written);
        roll.reels.push(reel);
        roll
    }

    fn decode_to(&mut self, wanted: u64) -> Result<(), String> {
        if self.skip > 0 {
            self.skip_on()?;
        }
        while self.skip == 0 && self.from + (self.window.len() as u64) < wanted {
            let lacking = wanted - self.from - self.window.len() as u64;
            let at = self.window.len();
            self.piece()?;
            let left = self.left();
            self.window.resize(at + left.min(lacking) as usize, 0.0);
            let mut out = std::mem::take(&mut self.window);
            let read = self.read(&mut out[at..]);
            self.window = out;
            read?;
        }
        Ok(())
    }

    /// Comes nearer to `from`: over whole pieces at once, through a clip a bounded way.
    fn skip_on(&mut self) -> Result<(), String> {
        let mut dropped = Vec::new();
        while self.skip > 0 && dropped.is_empty() {
            self.piece()?;
            let left = self.left();
            if left <= self.skip {
                self.skip -= left;
                self.playing = None;
                continue;
            }
            dropped.resize((self.skip as usize).min(SKIP_FRAMES), 0.0);
            self.read(&mut dropped)?;
            self.skip -= dropped.len() as u64;
        }
        Ok(())
    }

    /// Makes sure that a piece is being played.
    fn piece(&mut self) -> Result<(), String> {
        while self.left() == 0 {
            let piece = self.pieces.get(self.next).ok_or("the programme is shorter than its parts")?;
            self.next += 1;
            self.playing = Some(match piece {
                Piece::Gap(left) => Playing::Gap(*left),
                Piece::Clip(bytes) => {
                    let clip = ClipDecoder::open(Cursor::new(bytes.clone())).map_err(|fault| fault.to_string())?;
                    let left = clip.frames();
                    Playing::Clip { clip: Box::new(clip), left }
                }
            });
        }
        Ok(())
    }

    /// What is left of the piece being played.
    fn left(&self) -> u64 {
        match &self.playing {
            None => 0,
            Some(Playing::Gap(left) | Playing::Clip { left, .. }) => *left,
        }
    }

    /// Reads no more than is left of the piece being played.
    fn read(&mut self, out: &mut [f32]) -> Result<(), String> {
        match &mut self.playing {
            Some(Playing::Clip { clip, left }) => {
                *left -= out.len() as u64;
                let got = clip.read(out).map_err(|fault| fault.to_string())?;
                if got < out.len() { Err("a clip ends before its last frame".to_owned()) } else { Ok(()) }
            }
            Some(Playing::Gap(left)) => {
                *left -= out.len() as u64;
                out.fill(0.0);
                Ok(())
            }
            None => Err("nothing is being played".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces() -> (Arc<[Piece]>, Vec<f32>) {
        let tone: Vec<f32> = (0..150_000).map(|i| 0.4 * (i as f32 * 0.03).sin()).collect();
        let bytes: Arc<[u8]> = crate::audio::encode(&tone).unwrap().into();
        let mut clip = ClipDecoder::open(Cursor::new(bytes.clone())).unwrap();
        let mut sound = vec![0.0; tone.len()];
        assert_eq!(clip.read(&mut sound).unwrap(), sound.len());
        let whole = [&sound[..], &vec![0.0; 10_000], &sound].concat();
        (Arc::new([Piece::Clip(bytes.clone()), Piece::Gap(10_000), Piece::Clip(bytes)]), whole)
    }

    /// Whoever stands still longest holds up nobody, and everybody gets the same sound.
    #[test]
    fn one_that_falls_behind_goes_on_alone() {
        let (pieces, whole) = pieces();
        let (mut rolls, mut answers) = (vec![Roll::new(pieces, whole.len() as u64)], vec![]);
        let mut heads = Vec::new();
        for voice in 0..3u64 {
            let (sound, head) = rtrb::RingBuffer::new(AHEAD_FRAMES);
            rolls[0].join(Reel::new((0, voice), sound), &mut answers);
            heads.push((head, Vec::new()));
        }
        let mut most = 0;
        for turn in 0..100 {
            let more: Vec<Roll> = rolls.iter_mut().flat_map(|roll| roll.fill(&mut answers)).collect();
            rolls.extend(more);
            most = most.max(rolls.iter().filter(|roll| !roll.idle()).count());
            for (i, (head, got)) in heads.iter_mut().enumerate() {
                // The second opens 3 s late; the third stands still for 4 s in the middle of its second clip.
                let still = [0..0, 0..15, 20..40][i].contains(&turn);
                let frames = if still { 0 } else { head.slots().min(9_600) };
                let chunk = head.read_chunk(frames).unwrap();
                got.extend(chunk);
            }
        }
        assert_eq!(answers.len(), 3, "each is ready once");
        assert_eq!(most, 3, "two went on alone");
        for (_, got) in heads {
            assert!(got == whole);
        }
        assert!(rolls.iter().all(Roll::idle));
    }

    #[test]
    fn a_voice_joins_while_the_head_is_there() {
        let (pieces, whole) = pieces();
        let (mut roll, mut answers) = (Roll::new(pieces, whole.len() as u64), vec![]);
        let (sound, mut head) = rtrb::RingBuffer::new(AHEAD_FRAMES);
        roll.join(Reel::new((0, 0), sound), &mut answers);
        assert!(answers.is_empty());
        roll.fill(&mut answers);
        assert_eq!(answers.len(), 1);
        let (sound, second) = rtrb::RingBuffer::new(AHEAD_FRAMES);
        roll.join(Reel::new((1, 1), sound), &mut answers);
        assert_eq!((answers.len(), second.slots(), roll.joinable()), (2, AHEAD_FRAMES, true));
        head.read_chunk(9_600).unwrap().commit_all();
        roll.fill(&mut answers);
        assert!(!roll.joinable() || roll.from == 0);
        drop((head, second));
        roll.fill(&mut answers);
        assert!(roll.idle(), "who does not listen is forgotten");
    }
}
