//! Decodes programmes ahead of the desk, into one ring a voice.
//!
//! Knows no device and no schedule. One thread serves all voices, and voices that begin the same programme at the same
//! instant share one decoder. The bytes of a clip are read once, checked against their digest, and played out of memory:
//! what sounds is what was verified, whatever happens to the disk meanwhile.

use std::collections::HashMap;
use std::io::Cursor;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Weak};
use std::time::Duration;

use rtrb::Producer;

use super::player::{SpeakerIndex, VoiceId};
use crate::audio::ClipDecoder;
use crate::base::clock::Bell;
use crate::base::{Digest, Timestamp};
use crate::rundown::programme::{FRAMES_PER_SECOND, Part, Stretch};
use crate::rundown::{Programme, Reason, Rundown};
use crate::store::{Store, StoreFault};

mod roll;
use roll::{Piece, Reel, Roll};

/// Sound that a voice holds decoded: long enough for a box whose only core is taken away for most of a second.
pub(super) const AHEAD_FRAMES: usize = FRAMES_PER_SECOND as usize;
/// How often rings are filled again, well before they run dry.
pub(super) const REFILL_EVERY: Duration = Duration::from_millis(200);
/// Decoded heads that are kept though nobody needs more of them: those of the languages of one instant, 192 KB each.
const HEADS_MAX: usize = 8;
/// They are let go when nothing was asked for this long.
const HEADS_KEEP: Duration = Duration::from_secs(10);

/// One preparation of an airing at a loudspeaker.
pub(super) type Key = (SpeakerIndex, VoiceId);

/// To decode an airing of a rundown into a ring. Whoever drops the ring's other end wants no more of it.
pub(super) struct Request {
    pub key: Key,
    pub rundown: Arc<Rundown>,
    pub airing: usize,
    pub sound: Producer<f32>,
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
    /// What is being decoded, by when it begins and what it is.
    rolls: HashMap<(Timestamp, Programme), Roll>,
    /// Voices that fell behind the others.
    stragglers: Vec<Roll>,
    /// Clips in memory, shared between the programmes that have them.
    clips: HashMap<Digest, Weak<[u8]>>,
}

impl Decoder {
    pub fn new(store: Store, requests: Receiver<Request>, answers: Sender<Answer>, bell: Arc<Bell>) -> Decoder {
        let (rolls, stragglers, clips) = (HashMap::new(), vec![], HashMap::new());
        Decoder { store, requests, answers, bell, rolls, stragglers, clips }
    }

    /// Takes what was asked and fills every ring. True when there is more to decode later.
    pub fn turn(&mut self) -> bool {
        while let Ok(request) = self.requests.try_recv() {
            self.take(request);
        }
        self.refill();
        !self.stragglers.is_empty() || self.rolls.values().any(|roll| !roll.idle())
    }

    /// Works until nobody asks any more.
    pub fn run(mut self) {
        loop {
            let busy = self.turn();
            let next = if busy {
                self.requests.recv_timeout(REFILL_EVERY)
            } else if self.rolls.is_empty() {
                self.requests.recv().map_err(|_| RecvTimeoutError::Disconnected)
            } else {
                self.requests.recv_timeout(HEADS_KEEP)
            };
            match next {
                Ok(request) => self.take(request),
                Err(RecvTimeoutError::Timeout) if !busy => self.rolls.clear(),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn take(&mut self, request: Request) {
        let Request { key, rundown, airing, sound } = request;
        let listed = &rundown.airings[airing];
        let programme = &rundown.programmes[listed.programme as usize];
        let name = (listed.at, programme.clone());
        let mut answers = Vec::new();
        let reel = Reel::new(key, sound);
        match self.rolls.get_mut(&name) {
            Some(roll) if roll.joinable() => roll.join(reel, &mut answers),
            known => {
                let alone = known.is_some();
                match self.load(programme) {
                    Ok(pieces) => {
                        let mut roll = Roll::new(pieces, programme.frames());
                        roll.join(reel, &mut answers);
                        // The first ready voice must not wait for the decoding of the others.
                        roll.fill(&mut answers);
                        if alone {
                            self.stragglers.push(roll);
                        } else {
                            self.rolls.insert(name, roll);
                        }
                    }
                    Err((reason, detail)) => answers.push(Answer::Failed { key, reason, detail }),
                }
            }
        }
        self.tell(answers);
    }

    fn load(&mut self, programme: &Programme) -> Result<Arc<[Piece]>, (Reason, String)> {
        self.clips.retain(|_, clip| clip.strong_count() > 0);
        let mut clips: HashMap<Digest, Arc<[u8]>> = HashMap::new();
        for part in programme.clips() {
            if let std::collections::hash_map::Entry::Vacant(place) = clips.entry(part.clip) {
                place.insert(self.clip(part)?);
            }
        }
        let piece = |stretch| match stretch {
            Stretch::Gap(frames) => Piece::Gap(frames),
            Stretch::Part(part) => Piece::Clip(clips[&part.clip].clone()),
        };
        Ok(programme.sequence().map(piece).collect())
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
                // The machine's fault, which may be over in a moment.
                StoreFault::Io { .. } => (Reason::ClipUnreadable, fault.to_string()),
                StoreFault::Damaged { .. } | StoreFault::TooLarge { .. } => (Reason::ClipDamaged, fault.to_string()),
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
        let mut answers = Vec::new();
        let rolls = self.rolls.values_mut().chain(&mut self.stragglers).filter(|roll| !roll.idle());
        let more: Vec<Roll> = rolls.flat_map(|roll| roll.fill(&mut answers)).collect();
        self.stragglers.retain(|roll| !roll.idle());
        self.stragglers.extend(more);
        let heads = self.rolls.values().filter(|roll| roll.idle()).count();
        self.rolls.retain(|_, roll| !roll.idle() || (roll.joinable() && heads <= HEADS_MAX));
        self.tell(answers);
    }

    fn tell(&self, answers: Vec<Answer>) {
        if answers.is_empty() {
            return;
        }
        for answer in answers {
            // Nobody listens any more when the station is stopping.
            let _ = self.answers.send(answer);
        }
        self.bell.ring();
    }
}
