//! Decodes programmes ahead of the desk, into one ring a voice.
//!
//! Knows no device and no schedule. One thread serves all voices. The bytes of a clip are read once, checked against
//! their digest, and played out of memory: what sounds is what was verified, whatever happens to the disk meanwhile.

use std::collections::HashMap;
use std::io::Cursor;
use std::sync::mpsc::{Receiver, Sender};
use std::sync::{Arc, Weak};
use std::time::Duration;

use rtrb::Producer;

use super::player::{SpeakerIndex, VoiceId};
use crate::audio::ClipDecoder;
use crate::base::Digest;
use crate::base::clock::Bell;
use crate::rundown::programme::{FRAMES_PER_SECOND, Part, Stretch};
use crate::rundown::{Reason, Rundown};
use crate::store::{Store, StoreFault};

/// Sound that a voice holds decoded: long enough for a box whose only core is taken away for most of a second.
pub(super) const AHEAD_FRAMES: usize = FRAMES_PER_SECOND as usize;
/// A voice is ready when this much is decoded: two refills' worth.
const HEAD_FRAMES: u64 = AHEAD_FRAMES as u64 / 2;
/// How often rings are filled again, well before they run dry.
pub(super) const REFILL_EVERY: Duration = Duration::from_millis(200);

/// One preparation of an airing at a loudspeaker.
pub(super) type Key = (SpeakerIndex, VoiceId);

pub(super) enum Request {
    Load { key: Key, rundown: Arc<Rundown>, airing: usize, sound: Producer<f32> },
    Forget(Key),
}

pub(super) enum Answer {
    /// All clips are verified, the head is decoded.
    Ready(Key),
    Failed {
        key: Key,
        reason: Reason,
        detail: String,
    },
}

pub(super) struct Decoder {
    store: Store,
    requests: Receiver<Request>,
    answers: Sender<Answer>,
    bell: Arc<Bell>,
    reels: HashMap<Key, Reel>,
    /// Clips in memory, shared between the voices that play them.
    clips: HashMap<Digest, Weak<[u8]>>,
}

/// A programme being decoded.
struct Reel {
    sound: Producer<f32>,
    /// What is still to come, last first.
    rest: Vec<Item>,
    playing: Option<Item>,
    written: u64,
    told: bool,
}

enum Item {
    Gap(u64),
    Clip(Arc<[u8]>),
    Decoding { clip: Box<ClipDecoder<Cursor<Arc<[u8]>>>>, left: u64 },
}

impl Decoder {
    pub fn new(store: Store, requests: Receiver<Request>, answers: Sender<Answer>, bell: Arc<Bell>) -> Decoder {
        Decoder { store, requests, answers, bell, reels: HashMap::new(), clips: HashMap::new() }
    }

    /// Takes what was asked and fills every ring. True when there is more to decode later.
    pub fn turn(&mut self) -> bool {
        while let Ok(request) = self.requests.try_recv() {
            self.take(request);
        }
        self.refill();
        !self.reels.is_empty()
    }

    /// Works until nobody asks any more.
    pub fn run(mut self) {
        use std::sync::mpsc::RecvTimeoutError;
        loop {
            let next = if self.turn() {
                self.requests.recv_timeout(REFILL_EVERY)
            } else {
                self.requests.recv().map_err(|_| RecvTimeoutError::Disconnected)
            };
            match next {
                Ok(request) => self.take(request),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn take(&mut self, request: Request) {
        match request {
            Request::Forget(key) => drop(self.reels.remove(&key)),
            Request::Load { key, rundown, airing, sound } => match self.load(&rundown, airing) {
                Ok(mut rest) => {
                    rest.reverse();
                    let mut reel = Reel { sound, rest, playing: None, written: 0, told: false };
                    // The first ready voice must not wait for the decoding of the others.
                    self.fill(key, &mut reel).then(|| self.reels.insert(key, reel));
                }
                Err((reason, detail)) => self.tell(Answer::Failed { key, reason, detail }),
            },
        }
    }

    fn load(&mut self, rundown: &Rundown, airing: usize) -> Result<Vec<Item>, (Reason, String)> {
        self.clips.retain(|_, clip| clip.strong_count() > 0);
        let programme = &rundown.programmes[rundown.airings[airing].programme as usize];
        let mut clips: HashMap<Digest, Arc<[u8]>> = HashMap::new();
        for part in programme.clips() {
            if let std::collections::hash_map::Entry::Vacant(place) = clips.entry(part.clip) {
                place.insert(self.clip(part)?);
            }
        }
        let item = |stretch| match stretch {
            Stretch::Gap(frames) => Item::Gap(frames),
            Stretch::Part(part) => Item::Clip(clips[&part.clip].clone()),
        };
        Ok(programme.sequence().map(item).collect())
    }

    /// The verified bytes of a part.
    fn clip(&mut self, part: &Part) -> Result<Arc<[u8]>, (Reason, String)> {
        if let Some(clip) = self.clips.get(&part.clip).and_then(Weak::upgrade) {
            return Ok(clip);
        }
        let bytes: Arc<[u8]> = self
            .store
            .read(&part.clip)
            .map_err(|fault| match fault {
                StoreFault::Missing { .. } => (Reason::ClipMissing, fault.to_string()),
                _ => (Reason::ClipDamaged, fault.to_string()),
            })?
            .into();
        let damaged = |said: String| (Reason::ClipDamaged, format!("clip {}: {said}", part.clip.short()));
        let decoder = ClipDecoder::open(Cursor::new(bytes.clone())).map_err(|fault| damaged(fault.to_string()))?;
        if decoder.frames() != part.frames {
            let said = format!("it has {} frames and the rundown says {}", decoder.frames(), part.frames);
            return Err(damaged(said));
        }
        self.clips.insert(part.clip, Arc::downgrade(&bytes));
        Ok(bytes)
    }

    fn refill(&mut self) {
        let mut reels = std::mem::take(&mut self.reels);
        reels.retain(|key, reel| self.fill(*key, reel));
        self.reels = reels;
    }

    /// Fills one ring. False when nothing more is to come.
    fn fill(&self, key: Key, reel: &mut Reel) -> bool {
        let more = match reel.fill() {
            Ok(more) => more,
            Err(detail) => {
                self.tell(Answer::Failed { key, reason: Reason::ClipDamaged, detail });
                return false;
            }
        };
        if !reel.told && (!more || reel.written >= HEAD_FRAMES) {
            reel.told = true;
            self.tell(Answer::Ready(key));
        }
        more && !reel.sound.is_abandoned()
    }

    fn tell(&self, answer: Answer) {
        // Nobody listens any more when the station is stopping.
        let _ = self.answers.send(answer);
        self.bell.ring();
    }
}

impl Reel {
    /// Decodes as much as the ring takes. False when all of it is written.
    fn fill(&mut self) -> Result<bool, String> {
        loop {
            let item = match self.playing.take().or_else(|| self.rest.pop()) {
                None => return Ok(false),
                Some(Item::Clip(bytes)) => {
                    let clip = ClipDecoder::open(Cursor::new(bytes)).map_err(|fault| fault.to_string())?;
                    let left = clip.frames();
                    Item::Decoding { clip: Box::new(clip), left }
                }
                Some(item) => item,
            };
            let slots = self.sound.slots();
            self.playing = match item {
                Item::Gap(left) => {
                    let now = left.min(slots as u64);
                    self.write(now as usize, |out| {
                        out.fill(0.0);
                        Ok(out.len())
                    })?;
                    (left > now).then_some(Item::Gap(left - now))
                }
                Item::Decoding { mut clip, left } => {
                    let now = left.min(slots as u64);
                    let got = self.write(now as usize, |out| clip.read(out).map_err(|fault| fault.to_string()))?;
                    (left > got).then_some(Item::Decoding { clip, left: left - got })
                }
                item @ Item::Clip(_) => Some(item),
            };
            if self.playing.is_some() {
                return Ok(true);
            }
        }
    }

    /// Writes up to `frames`, which the ring has room for.
    fn write(
        &mut self,
        frames: usize,
        mut read: impl FnMut(&mut [f32]) -> Result<usize, String>,
    ) -> Result<u64, String> {
        let mut chunk = self.sound.write_chunk(frames).map_err(|e| e.to_string())?;
        let (a, b) = chunk.as_mut_slices();
        let mut got = read(a)?;
        if got == a.len() && !b.is_empty() {
            got += read(b)?;
        }
        chunk.commit(got);
        self.written += got as u64;
        if got < frames { Err("a clip ends before its last frame".to_owned()) } else { Ok(got as u64) }
    }
}
