//! The mixer: fills blocks of mono sound at 48 kHz with voices that start at an exact frame.
//!
//! Knows no device, file or codec. Whoever pulls it says at which monotonic time frame 0 of the block leaves, so that a
//! voice is placed to the sample and not to a wake-up. Nothing here locks, allocates or waits: commands and events go
//! through bounded rings, and a voice that ended is handed back through one to be freed elsewhere.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rtrb::{Consumer, Producer, RingBuffer};

use super::player::{FADE, VoiceId};
use crate::rundown::programme::FRAMES_PER_SECOND;

/// One that sounds, one that goes before it, and two that fade still.
pub const VOICES_MAX: usize = 4;
/// Commands and events that can wait; each voice makes at most two of either.
const RING_MAX: usize = 4 * VOICES_MAX;

/// Sound on its way to the desk: a whole programme, decoded ahead. Made before it is armed and freed after it is done,
/// both outside of the thread that fills.
pub struct Voice {
    pub id: VoiceId,
    /// When the first frame leaves, in monotonic time; at once when that is past.
    pub start: Duration,
    /// After this it does not begin any more.
    pub until: Duration,
    /// Amplitude.
    pub gain: f32,
    /// How many frames it has.
    pub frames: u64,
    pub sound: Consumer<f32>,
    /// When the first frame left.
    pub started: Option<Duration>,
    /// Frames that left.
    pub left: u64,
    /// Frames of silence that stood in for sound that was not there in time.
    pub starved_frames: u64,
}

/// What the desk is told.
pub enum Command {
    Arm(Box<Voice>),
    /// Fade out, silent at `by`; a whole fade from now when that is too soon. A voice that has not begun never does.
    Cut {
        voice: VoiceId,
        by: Duration,
    },
}

/// What the desk tells.
pub enum Event {
    /// `frame` counts from the desk's first; `at` is the monotonic time at which it leaves.
    Started { voice: VoiceId, frame: u64, at: Duration },
    /// The voice is over; `frame` is the first without it, `at` is its time.
    Done { voice: Box<Voice>, frame: u64, at: Duration },
}

/// Where in a block a voice began or ended. Sorts in the order in which things happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    pub offset: usize,
    pub begins: bool,
    pub voice: VoiceId,
}

/// Marks of one block: no more than a beginning and an end for each voice.
pub type Marks = [Option<Mark>; 2 * VOICES_MAX];

/// What is left when a device died and its desk with it. Read by the scheduling thread, written while filling.
#[derive(Debug, Default)]
pub struct Progress {
    /// Frames pulled: the frame clock.
    pub frames: AtomicU64,
    pub starved_frames: AtomicU64,
    voices: [(AtomicU64, AtomicU64); VOICES_MAX],
}

impl Progress {
    /// How many frames of each voice left.
    pub fn left(&self) -> Vec<(VoiceId, u64)> {
        let load = |cell: &AtomicU64| cell.load(Ordering::Acquire);
        self.voices.iter().map(|(voice, frames)| (load(voice), load(frames))).filter(|(voice, _)| *voice != 0).collect()
    }
}

/// The scheduling thread's end of a desk.
pub struct Handle {
    pub commands: Producer<Command>,
    pub events: Consumer<Event>,
    pub progress: Arc<Progress>,
}

struct Playing {
    voice: Box<Voice>,
    /// The fade begins then.
    fade_at: Option<Duration>,
    /// Frames of the fade that are over.
    faded: u64,
}

/// The mixer's own end.
pub struct Desk {
    commands: Consumer<Command>,
    events: Producer<Event>,
    progress: Arc<Progress>,
    voices: [Option<Playing>; VOICES_MAX],
    frame: u64,
}

/// A desk and the end that commands it.
pub fn desk() -> (Handle, Desk) {
    let (commands_in, commands) = RingBuffer::new(RING_MAX);
    let (events, events_out) = RingBuffer::new(RING_MAX);
    let progress = Arc::new(Progress::default());
    let handle = Handle { commands: commands_in, events: events_out, progress: progress.clone() };
    (handle, Desk { commands, events, progress, voices: [const { None }; VOICES_MAX], frame: 0 })
}

/// `frames` as time.
pub fn time_of(frames: u64) -> Duration {
    Duration::from_nanos((u128::from(frames) * 1_000_000_000 / u128::from(FRAMES_PER_SECOND)) as u64)
}

/// Time as frames, to the nearest; negative when `to` is before `from`.
pub fn frames_between(from: Duration, to: Duration) -> i64 {
    let ns = to.as_nanos() as i128 - from.as_nanos() as i128;
    let frames = (ns * i128::from(FRAMES_PER_SECOND) + 500_000_000).div_euclid(1_000_000_000);
    frames.clamp(i64::MIN.into(), i64::MAX.into()) as i64
}

/// How long a fade is, in frames.
const FADE_FRAMES: u64 = FADE.as_millis() as u64 * FRAMES_PER_SECOND as u64 / 1000;

impl Desk {
    /// Takes the commands that wait. To be called before each [`fill`](Self::fill), or when rung.
    pub fn listen(&mut self) {
        while let Ok(command) = self.commands.peek() {
            let free = self.voices.iter().position(Option::is_none);
            // No place is free: the command waits until a voice is over.
            if matches!(command, Command::Arm(_)) && free.is_none() {
                return;
            }
            match (self.commands.pop(), free) {
                (Ok(Command::Arm(voice)), Some(slot)) => {
                    self.progress.voices[slot].1.store(0, Ordering::Release);
                    self.progress.voices[slot].0.store(voice.id, Ordering::Release);
                    self.voices[slot] = Some(Playing { voice, fade_at: None, faded: 0 });
                }
                (Ok(Command::Cut { voice, by }), _) => {
                    let begin = by.saturating_sub(FADE);
                    for playing in self.voices.iter_mut().flatten().filter(|p| p.voice.id == voice) {
                        playing.fade_at = Some(playing.fade_at.map_or(begin, |at| at.min(begin)));
                    }
                }
                _ => return,
            }
        }
    }

    /// Whether any voice sounds or is to sound.
    pub fn busy(&self) -> bool {
        self.voices.iter().any(Option::is_some)
    }

    /// Whether any voice sounds, or is cut and has only its end to tell.
    pub fn sounding(&self) -> bool {
        self.voices.iter().flatten().any(|p| p.voice.started.is_some() || p.fade_at.is_some())
    }

    /// When the next voice is to begin.
    pub fn next_start(&self) -> Option<Duration> {
        self.voices.iter().flatten().filter(|p| p.voice.started.is_none()).map(|p| p.voice.start).min()
    }

    /// Fills a block whose frame 0 leaves at `at`; says what began and ended in it.
    pub fn fill(&mut self, out: &mut [f32], at: Duration) -> Marks {
        out.fill(0.0);
        let mut marks: Marks = [None; 2 * VOICES_MAX];
        let mut mark_count = 0;
        for slot in 0..VOICES_MAX {
            let Some(playing) = &mut self.voices[slot] else { continue };
            let (began, over, starved) = mix(playing, out, at);
            let id = playing.voice.id;
            self.progress.voices[slot].1.store(playing.voice.left, Ordering::Release);
            self.progress.starved_frames.fetch_add(starved, Ordering::Relaxed);
            if let Some(offset) = began {
                let frame = self.frame + offset as u64;
                marks[mark_count] = Some(Mark { offset, begins: true, voice: id });
                mark_count += 1;
                let _ = self.events.push(Event::Started { voice: id, frame, at: at + time_of(offset as u64) });
            }
            if let (Some(offset), Some(playing)) = (over, self.voices[slot].take_if(|_| over.is_some())) {
                let frame = self.frame + offset as u64;
                marks[mark_count] = Some(Mark { offset, begins: false, voice: id });
                mark_count += 1;
                let voice = playing.voice;
                // The ring holds more events than all voices can make before it is read again.
                let _ = self.events.push(Event::Done { voice, frame, at: at + time_of(offset as u64) });
                self.progress.voices[slot].0.store(0, Ordering::Release);
            }
        }
        // Two voices at full scale, or a gain above 1, must not wrap around in a device's integers.
        for sample in out.iter_mut() {
            *sample = sample.clamp(-1.0, 1.0);
        }
        self.frame += out.len() as u64;
        self.progress.frames.store(self.frame, Ordering::Release);
        marks
    }
}

/// Adds a voice to a block. Says where it began, where it ended, and how many frames it lacked.
fn mix(playing: &mut Playing, out: &mut [f32], at: Duration) -> (Option<usize>, Option<usize>, u64) {
    let voice = &mut playing.voice;
    let fade_from = playing.fade_at.map(|fade_at| frames_between(at, fade_at).max(0) as u64);
    let mut from = 0;
    let mut began = None;
    if voice.started.is_none() {
        let offset = frames_between(at, voice.start).max(0) as u64;
        if fade_from.is_some_and(|fade| fade <= offset) {
            return (None, Some(0), 0);
        }
        if offset >= out.len() as u64 {
            return (None, None, 0);
        }
        if at + time_of(offset) > voice.until {
            return (None, Some(0), 0);
        }
        from = offset as usize;
        voice.started = Some(at + time_of(offset));
        began = Some(from);
    }
    let fade_from = fade_from.map_or(usize::MAX, |fade| fade.min(out.len() as u64) as usize);
    let unfaded = FADE_FRAMES - playing.faded;
    let until_silent = fade_from.saturating_add(unfaded as usize).min(out.len());
    let wanted = (voice.frames - voice.left).min((until_silent - from.min(until_silent)) as u64) as usize;
    let ready = voice.sound.slots();
    let taken = wanted.min(ready);
    if let Ok(chunk) = voice.sound.read_chunk(taken) {
        let (a, b) = chunk.as_slices();
        add(&mut out[from..from + a.len()], a, voice.gain, from, fade_from, &mut playing.faded);
        let from = from + a.len();
        add(&mut out[from..from + b.len()], b, voice.gain, from, fade_from, &mut playing.faded);
        chunk.commit_all();
    }
    voice.left += taken as u64;
    let end = from + taken;
    if voice.left == voice.frames || playing.faded == FADE_FRAMES {
        return (began, Some(end), 0);
    }
    if taken == wanted {
        return (began, None, 0);
    }
    if voice.sound.is_abandoned() && voice.sound.slots() == 0 {
        return (began, Some(end), 0);
    }
    let lacking = (wanted - taken) as u64;
    voice.starved_frames += lacking;
    // A fade goes on in silence, or a voice that lacks sound could never be cut.
    let silent_from = end.max(fade_from);
    playing.faded = (playing.faded + until_silent.saturating_sub(silent_from) as u64).min(FADE_FRAMES);
    let over = (playing.faded == FADE_FRAMES).then_some(until_silent);
    (began, over, lacking)
}

/// `out += sound * gain`, fading from `fade_from` on; `out` begins at `from` of its block.
fn add(out: &mut [f32], sound: &[f32], gain: f32, from: usize, fade_from: usize, faded: &mut u64) {
    let plain = fade_from.saturating_sub(from).min(out.len());
    for (o, s) in out[..plain].iter_mut().zip(sound) {
        *o += s * gain;
    }
    for (o, s) in out[plain..].iter_mut().zip(&sound[plain..]) {
        let level = 1.0 - *faded as f32 / FADE_FRAMES as f32;
        *o += s * gain * level;
        *faded += 1;
    }
}

#[cfg(test)]
mod tests;
