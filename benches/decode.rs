//! What playing a clip costs: instructions per second of audio of `ClipDecoder`, against bare libopus on the same packets
//! and ffmpeg (goal P9: at most 1.25 times the bare decoder).
//!
//! `cargo bench --bench decode`. Instructions are counted by valgrind's cachegrind, as the difference of a 60 s and a
//! 30 s clip, so that starting up cancels out; they do not depend on how busy the machine is. CPU times are medians over
//! interleaved rounds of the same run, for the ratio only.

#[path = "side_by_side/bare_opus.rs"]
mod bare_opus;
mod side_by_side;

use std::fs::File;
use std::hint::black_box;
use std::path::Path;

use cunxiang::audio::{ClipDecoder, encode};
use side_by_side::{Contender, me, scratch, table, tool};

/// As many frames as a sink asks for at once.
const BLOCK_FRAMES: usize = 480;

fn main() {
    let args: Vec<String> = std::env::args().collect();
    match (args.get(1).map(String::as_str), args.get(2)) {
        (Some("ours"), Some(clip)) => ours(Path::new(clip)),
        (Some("libopus"), Some(packets)) => bare_opus::decode(Path::new(packets)),
        _ => compare(),
    }
}

fn compare() {
    let folder = scratch();
    let at = |name: &str| folder.path().join(name).display().to_string();
    for seconds in [30, 60] {
        let speech = side_by_side::speech(&folder, seconds);
        let clip = encode(&speech).expect("speech can be encoded");
        std::fs::write(at(&format!("{seconds}.opus")), &clip).expect("the scratch folder can be written");
        std::fs::write(at(&format!("{seconds}.packets")), bare_opus::packets(&clip))
            .expect("the scratch folder can be written");
    }
    let contenders = [
        Contender::new("ClipDecoder", {
            let at = folder.path().display().to_string();
            move |s| me(&["ours", &format!("{at}/{s}.opus")])
        }),
        Contender::new("libopus alone", {
            let at = folder.path().display().to_string();
            move |s| me(&["libopus", &format!("{at}/{s}.packets")])
        }),
        Contender::new("ffmpeg, native Opus", {
            let at = folder.path().display().to_string();
            move |s| {
                tool(&[
                    "ffmpeg",
                    "-nostdin",
                    "-v",
                    "quiet",
                    "-threads",
                    "1",
                    "-i",
                    &format!("{at}/{s}.opus"),
                    "-f",
                    "f32le",
                    "-y",
                    "/dev/null",
                ])
            }
        }),
    ];
    table("Decoding a clip, mono 48 kHz, 32 kbit/s", &contenders, "libopus alone");
}

fn ours(clip: &Path) {
    let mut decoder = ClipDecoder::open(File::open(clip).expect("the clip is there")).expect("it is a clip");
    let mut block = [0f32; BLOCK_FRAMES];
    while decoder.read(&mut block).expect("the clip is whole") > 0 {
        black_box(&block);
    }
}
