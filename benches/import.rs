//! What bringing in a recording costs: measuring loudness and peaks against ffmpeg's ebur128 and loudnorm (goal P28),
//! encoding against opusenc and ffmpeg's libopus (P29), and the whole import against ffmpeg doing the same.
//!
//! `cargo bench --bench import`; counted and timed as in `decode`.

mod side_by_side;

use std::hint::black_box;

use cunxiang::audio::encode::encode_each;
use cunxiang::audio::{Pcm, import, loudness};
use side_by_side::{Contender, me, scratch, speech, table, tool};

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let (Some(task), Some(wav)) = (args.get(1), args.get(2)) else {
        return compare();
    };
    let mut wav = hound::WavReader::open(wav).expect("the wav is there");
    let samples: Vec<f32> = wav.samples::<i16>().map(|s| f32::from(s.expect("the wav is whole")) / 32_768.0).collect();
    match task.as_str() {
        "measure" => drop(black_box(loudness::gain_db(loudness::measure(&samples), loudness::TARGET_LUFS))),
        "encode" => {
            let complexity = args.get(3).and_then(|c| c.parse().ok()).expect("a complexity is given");
            drop(black_box(encode_each(&samples, complexity, &mut |_| {})));
        }
        "import" => {
            let mut pcm = Pcm::new(48_000, 1, None).expect("mono at 48 kHz is taken");
            pcm.push(&samples);
            let made = import(pcm, &mut |_| {}).expect("speech is taken");
            assert_eq!(made.encodes, 1, "one encode a recording");
        }
        other => panic!("no such task: {other}"),
    }
}

fn compare() {
    let folder = scratch();
    for seconds in [30, 60] {
        speech(&folder, seconds);
    }
    let at = folder.path().display().to_string();
    let ours = |name, task: &'static [&'static str]| {
        let at = at.clone();
        Contender::new(name, move |s| {
            let wav = format!("{at}/{s}.wav");
            let mut words = vec![task[0], &wav];
            words.extend(&task[1..]);
            me(&words)
        })
    };
    let other = |name, words: &'static [&'static str]| {
        let at = at.clone();
        Contender::new(name, move |s| {
            let wav = format!("{at}/{s}.wav");
            let words: Vec<&str> = words.iter().map(|w| if *w == "WAV" { wav.as_str() } else { *w }).collect();
            tool(&words)
        })
    };
    let ffmpeg_peak = "ffmpeg ebur128 peak=true";
    let measuring = [
        ours("loudness, peak, gain", &["measure"]),
        other(
            ffmpeg_peak,
            &[
                "ffmpeg",
                "-nostdin",
                "-v",
                "info",
                "-filter_threads",
                "1",
                "-i",
                "WAV",
                "-af",
                "ebur128=framelog=verbose:peak=true",
                "-f",
                "null",
                "-",
            ],
        ),
        other(
            "ffmpeg loudnorm, first pass",
            &[
                "ffmpeg",
                "-nostdin",
                "-v",
                "info",
                "-filter_threads",
                "1",
                "-i",
                "WAV",
                "-af",
                "loudnorm=print_format=json",
                "-f",
                "null",
                "-",
            ],
        ),
    ];
    table("Measuring a recording (P28: at most 0.5 x ebur128, 0.1 x loudnorm)", &measuring, ffmpeg_peak);

    let opusenc = "opusenc";
    let encoding = [
        ours("encode", &["encode", "10"]),
        other(opusenc, &["opusenc", "--quiet", "--bitrate", "32", "WAV", "/dev/null"]),
        ours("encode, complexity 5", &["encode", "5"]),
        other("opusenc, complexity 5", &["opusenc", "--quiet", "--comp", "5", "--bitrate", "32", "WAV", "/dev/null"]),
        other(
            "ffmpeg libopus",
            &[
                "ffmpeg",
                "-nostdin",
                "-v",
                "quiet",
                "-i",
                "WAV",
                "-c:a",
                "libopus",
                "-b:a",
                "32k",
                "-f",
                "ogg",
                "-y",
                "/dev/null",
            ],
        ),
    ];
    table("Encoding mono speech at 32 kbit/s (P29: at most 1.05 x opusenc)", &encoding, opusenc);

    let ffmpeg_all = "ffmpeg loudnorm + libopus";
    let importing = [
        ours("import (levels, limits, checks)", &["import"]),
        other(
            ffmpeg_all,
            &[
                "ffmpeg",
                "-nostdin",
                "-v",
                "quiet",
                "-filter_threads",
                "1",
                "-i",
                "WAV",
                "-af",
                "loudnorm=I=-16:TP=-1",
                "-ar",
                "48000",
                "-c:a",
                "libopus",
                "-b:a",
                "32k",
                "-f",
                "ogg",
                "-y",
                "/dev/null",
            ],
        ),
    ];
    table("The whole import", &importing, ffmpeg_all);
}
