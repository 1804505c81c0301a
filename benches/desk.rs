//! What a station's sound costs: instructions per second of audio from a prepared clip to a mixed block. Goals P9, P10.
//!
//! `cargo bench --bench desk`. Ours is what the decoding thread and the pump do for a voice: decode 200 ms, copy it into
//! the voice's ring, mix blocks of 10 ms. Against it, bare libopus on the same packets, and for two voices what ffmpeg
//! needs to decode the same two clips and mix them with `amix`. How instructions are counted stands in `side_by_side`.

#[path = "side_by_side/bare_opus.rs"]
mod bare_opus;
mod side_by_side;

use std::fs::File;
use std::hint::black_box;
use std::path::Path;
use std::time::Duration;

use cunxiang::audio::{ClipDecoder, encode};
use cunxiang::station::desk::{self, Command, Event, Voice};
use rtrb::{Producer, RingBuffer};
use side_by_side::{Contender, me, scratch, table, tool};

/// 10 ms, as the pump pulls.
const BLOCK_FRAMES: usize = 480;
/// 200 ms, as the decoding thread refills.
const REFILL_FRAMES: usize = 9_600;
/// One second, as a voice holds.
const RING_FRAMES: usize = 48_000;

fn main() {
    let args: Vec<String> = std::env::args().collect();
    match (args.get(1).map(String::as_str), args.get(2)) {
        (Some("desk"), Some(clip)) => mix(Path::new(clip), 1),
        (Some("two"), Some(clip)) => mix(Path::new(clip), 2),
        (Some("libopus"), Some(packets)) => bare_opus::decode(Path::new(packets)),
        _ => compare(),
    }
}

fn compare() {
    let folder = scratch();
    for seconds in [30, 60] {
        let clip = encode(&side_by_side::speech(&folder, seconds)).expect("speech can be encoded");
        let write = |kind: &str, bytes: &[u8]| {
            std::fs::write(folder.path().join(format!("{seconds}.{kind}")), bytes).expect("the folder can be written");
        };
        write("opus", &clip);
        write("packets", &bare_opus::packets(&clip));
    }
    let at = folder.path().display().to_string();
    let again = |name: &'static str, mode: &'static str, kind: &'static str| {
        let at = at.clone();
        Contender::new(name, move |s| me(&[mode, &format!("{at}/{s}.{kind}")]))
    };
    let amix = |name: &'static str, decoder: &'static str, inputs: usize| {
        let at = at.clone();
        Contender::new(name, move |s| {
            let clip = format!("{at}/{s}.opus");
            let mut words = vec!["ffmpeg", "-nostdin", "-v", "quiet", "-threads", "1", "-filter_threads", "1"];
            words.extend(["-filter_complex_threads", "1"]);
            for _ in 0..inputs {
                words.extend(["-c:a", decoder, "-i", &clip]);
            }
            if inputs == 2 {
                words.extend(["-filter_complex", "amix=inputs=2:weights=1 0.25:normalize=0"]);
            }
            words.extend(["-f", "f32le", "-y", "/dev/null"]);
            tool(&words)
        })
    };
    let one = [
        again("ClipDecoder, ring and desk", "desk", "opus"),
        again("libopus alone", "libopus", "packets"),
        amix("ffmpeg, libopus", "libopus", 1),
    ];
    table(
        "One voice: a prepared clip to blocks for the sink (P9: at most 1.25 of libopus alone)",
        &one,
        "libopus alone",
    );
    let two = [
        again("two ClipDecoders, rings and desk", "two", "opus"),
        amix("ffmpeg amix, libopus", "libopus", 2),
        amix("ffmpeg amix, native Opus", "opus", 2),
    ];
    table("Two voices mixed, one at a quarter (P10: at most 1.0 of ffmpeg amix)", &two, "ffmpeg amix, libopus");
}

/// A voice being decoded into its ring.
struct Feed {
    clip: ClipDecoder<File>,
    sound: Producer<f32>,
}

impl Feed {
    fn refill(&mut self, window: &mut [f32]) {
        let frames = window.len().min(self.sound.slots());
        let got = self.clip.read(&mut window[..frames]).expect("the clip is whole");
        let mut chunk = self.sound.write_chunk(got).expect("the ring has room");
        let (a, b) = chunk.as_mut_slices();
        a.copy_from_slice(&window[..a.len()]);
        b.copy_from_slice(&window[a.len()..got]);
        chunk.commit_all();
    }
}

fn mix(clip: &Path, voice_count: u64) {
    let (mut handle, mut desk) = desk::desk();
    let mut feeds = Vec::new();
    for id in 1..=voice_count {
        let clip = ClipDecoder::open(File::open(clip).expect("the clip is there")).expect("it is a clip");
        let (producer, sound) = RingBuffer::new(RING_FRAMES);
        let voice = Voice {
            id,
            start: Duration::ZERO,
            until: Duration::MAX,
            gain: if id == 1 { 1.0 } else { 0.25 },
            frames: clip.frames(),
            sound,
            started: None,
            left: 0,
            starved_frames: 0,
        };
        handle.commands.push(Command::Arm(Box::new(voice))).expect("the desk has room");
        feeds.push(Feed { clip, sound: producer });
    }
    let mut window = vec![0f32; REFILL_FRAMES];
    let mut block = [0f32; BLOCK_FRAMES];
    let (mut pulled, mut over) = (0u64, 0);
    while over < voice_count {
        if pulled.is_multiple_of(REFILL_FRAMES as u64) {
            feeds.iter_mut().for_each(|feed| feed.refill(&mut window));
        }
        desk.listen();
        desk.fill(&mut block, desk::time_of(pulled));
        black_box(&block);
        pulled += BLOCK_FRAMES as u64;
        while let Ok(event) = handle.events.pop() {
            if let Event::Done { voice, .. } = event {
                assert_eq!((voice.left, voice.starved_frames), (voice.frames, 0), "all of it was mixed");
                over += 1;
            }
        }
    }
}
