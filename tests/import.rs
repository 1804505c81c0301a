//! Foreign recordings through the real program's decoding child: every kind that is taken, every refusal, and files that
//! mean harm. The media are made here by the programs that people's recordings come from.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;
use std::time::Duration;

use cunxiang::audio::child::LIMITS;
use cunxiang::audio::fault::Stop;
use cunxiang::audio::{ClipDecoder, ImportFault, Imported, Limits, Pcm, RATE, decode_in_child, import, verify};

const PROGRAM: &str = env!("CARGO_BIN_EXE_cunxiang");

fn decode_with(source: &Path, limits: &Limits) -> Result<Pcm, ImportFault> {
    decode_in_child(Path::new(PROGRAM), &["decode-untrusted"], source, limits)
}

fn decode(source: &Path) -> Result<Pcm, ImportFault> {
    decode_with(source, &LIMITS)
}

/// The whole way of a recording.
fn bring_in(source: &Path) -> Result<Imported, ImportFault> {
    import(decode(source)?, &mut |_| {})
}

fn made(source: &Path) -> Imported {
    bring_in(source).unwrap_or_else(|e| panic!("{}: {e}", source.display()))
}

fn sound(clip: &[u8]) -> Vec<f32> {
    let mut decoder = ClipDecoder::open(std::io::Cursor::new(clip)).unwrap();
    let mut sound = vec![0.0; decoder.frames() as usize];
    assert_eq!(decoder.read(&mut sound).unwrap(), sound.len());
    sound
}

/// Runs a tool; a missing one fails the test with what to install.
fn run(line: &str, folder: &Path) -> Output {
    let mut words = line.split_whitespace();
    let tool = words.next().unwrap();
    let output = Command::new(tool).args(words).current_dir(folder).output();
    let output = output.unwrap_or_else(|e| {
        panic!("{tool}: {e}; install it with: apt-get install ffmpeg lame opus-tools espeak-ng sox")
    });
    assert!(output.status.success(), "{line}\n{}", String::from_utf8_lossy(&output.stderr));
    output
}

/// A folder with `speech.wav`: some seconds of Chinese speech at 44.1 kHz, with silence at both ends.
struct Media(tempfile::TempDir);

impl Media {
    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Makes a file with one line of a tool that names it last.
    fn make(&self, line: &str) -> PathBuf {
        run(line, self.0.path());
        self.path(line.split_whitespace().last().unwrap())
    }
}

fn media() -> Media {
    let media = Media(tempfile::tempdir().unwrap());
    static SPEECH: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let media = Media(tempfile::tempdir().unwrap());
        let text = "各位村民请注意，今天下午三点在村委会召开护林防火会议，请每户派一人参加。";
        fs::write(media.path("text"), text).unwrap();
        media.make("espeak-ng -v cmn -s 150 -f text -w spoken.wav");
        run("sox -D -v 0.7 spoken.wav -b 16 -r 44100 speech.wav pad 0.7 0.9", media.0.path());
        fs::read(media.path("speech.wav")).unwrap()
    });
    fs::write(media.path("speech.wav"), &*SPEECH).unwrap();
    media
}

/// The likeness of two sounds at the best shift of up to 25 ms, 1 for the same.
fn likeness(a: &[f32], b: &[f32]) -> f64 {
    const SHIFT_MAX: usize = 1_200;
    let middle = &a[48_000..48_000 + 6_000];
    let dot = |a: &[f32], b: &[f32]| f64::from(a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>());
    (0..2 * SHIFT_MAX)
        .map(|shift| {
            let other = &b[48_000 - SHIFT_MAX + shift..][..middle.len()];
            dot(middle, other) / (dot(middle, middle) * dot(other, other)).sqrt()
        })
        .fold(0.0, f64::max)
}

#[test]
fn every_accepted_kind_decodes_to_the_same_sound() {
    // How it is made, and how like the source it must sound (telephone codecs lose the upper half).
    let kinds = [
        ("sox speech.wav -b 24 -r 48000 -c 2 s24.wav", 0.95),
        ("ffmpeg -v error -i speech.wav -c:a pcm_f32le f32.wav", 0.95),
        ("ffmpeg -v error -i speech.wav -c:a pcm_u8 u8.wav", 0.9),
        ("ffmpeg -v error -i speech.wav -c:a pcm_alaw -ar 8000 alaw.wav", 0.8),
        ("ffmpeg -v error -i speech.wav -c:a adpcm_ima_wav adpcm.wav", 0.9),
        ("lame --quiet -b 64 speech.wav cbr.mp3", 0.9),
        ("lame --quiet -V 5 speech.wav vbr.mp3", 0.9),
        ("lame --quiet -t -b 64 speech.wav untagged.mp3", 0.9),
        ("ffmpeg -v error -i speech.wav -ac 2 -ar 48000 -b:a 128k -metadata title=x stereo.mp3", 0.9),
        ("ffmpeg -v error -i speech.wav -ar 16000 -b:a 24k low.mp3", 0.8),
        ("ffmpeg -v error -i speech.wav speech.flac", 0.95),
        ("ffmpeg -v error -i speech.wav -c:a libvorbis -q 4 vorbis.ogg", 0.9),
        ("opusenc --quiet --bitrate 32 speech.wav speech.opus", 0.9),
        ("ffmpeg -v error -i speech.wav -ac 2 -c:a libopus -b:a 64k stereo.ogg", 0.9),
        ("ffmpeg -v error -i speech.wav -c:a libopus -ac 6 -b:a 256k surround.opus", 0.8),
        ("ffmpeg -v error -i speech.wav -c:a libopus -b:a 32k speech.webm", 0.9),
        ("ffmpeg -v error -i speech.wav -c:a libopus -b:a 32k -live 1 recorder.webm", 0.9),
        ("ffmpeg -v error -i speech.wav -c:a libvorbis vorbis.webm", 0.9),
        ("ffmpeg -v error -i speech.wav -c:a libopus -b:a 32k speech.mka", 0.9),
        ("ffmpeg -v error -i speech.wav -c:a aac -b:a 64k speech.m4a", 0.9),
        ("ffmpeg -v error -i speech.wav -c:a aac -b:a 64k -movflags +faststart fast.m4a", 0.9),
        (
            "ffmpeg -v error -i speech.wav -c:a aac -movflags frag_keyframe+empty_moov -frag_duration 500000 frag.mp4",
            0.9,
        ),
        (
            "ffmpeg -v error -f lavfi -i testsrc=size=64x64:rate=5:duration=6 -i speech.wav -c:v mpeg4 -c:a aac film.mp4",
            0.9,
        ),
        ("ffmpeg -v error -i speech.wav -c:a aac -b:a 64k -f adts raw.aac", 0.9),
        ("ffmpeg -v error -i speech.wav -c:a aac -b:a 64k phone.3gp", 0.9),
    ];
    let media = media();
    let source = made(&media.path("speech.wav"));
    let reference = sound(&source.bytes);
    assert!(source.facts.frames > 4 * u64::from(RATE), "{} frames of speech", source.facts.frames);
    let mut wrong = Vec::new();
    for (line, like) in kinds {
        let made = match bring_in(&media.make(line)) {
            Ok(made) => made,
            Err(fault) => {
                wrong.push(format!("{line}: {fault}"));
                continue;
            }
        };
        let off_ms = made.facts.length_ms().abs_diff(source.facts.length_ms());
        let found = likeness(&reference, &sound(&made.bytes));
        if off_ms > 60 || found < like || made.encodes != 1 {
            wrong.push(format!("{line}: {off_ms} ms off, likeness {found:.3}, {} encodes", made.encodes));
        }
        assert_eq!(verify(&made.bytes).unwrap(), made.facts);
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn the_clip_is_as_loud_as_promised_by_another_meter() {
    // Noise alone loses some of its loudness in the codec, which a second encode makes good.
    let variants = [
        ("soft.wav", 1, "sox -D speech.wav soft.wav vol -12dB"),
        ("dense.wav", 1, "sox -D speech.wav dense.wav compand 0.01,0.2 -60,-60,-30,-12,0,-6"),
        ("chime.wav", 1, "sox -D -n -r 48000 -c 1 chime.wav synth 3 sine 660 vol 0.8 fade 0 3 3"),
        ("pink.wav", 2, "sox -D -n -r 48000 -c 1 pink.wav synth 4 pinknoise vol 0.5"),
    ];
    let media = media();
    for (name, encodes, line) in variants {
        media.make(line);
        let made = made(&media.path(name));
        fs::write(media.path("clip.opus"), &made.bytes).unwrap();
        let report = run("ffmpeg -hide_banner -i clip.opus -af ebur128=peak=true -f null -", media.0.path());
        let report = String::from_utf8_lossy(&report.stderr).into_owned();
        let summary = &report[report.rfind("Summary:").unwrap()..];
        let value = |label: &str| -> f32 {
            let rest = &summary[summary.find(label).unwrap() + label.len()..];
            rest.split_whitespace().next().unwrap().parse().unwrap()
        };
        let (lufs, peak) = (value("I:"), value("Peak:"));
        assert!((lufs + 16.0).abs() <= 0.5, "{name}: {lufs} LUFS by ffmpeg, {:?}", made.warnings);
        assert!(peak <= -1.0, "{name}: {peak} dBTP by ffmpeg");
        assert!((lufs - made.loudness_lufs).abs() <= 0.15, "{name}: {lufs} by ffmpeg, {} by us", made.loudness_lufs);
        assert_eq!(made.encodes, encodes, "{name}");
    }
}

#[test]
fn other_programs_take_our_clips() {
    let media = media();
    let made = made(&media.path("speech.wav"));
    fs::write(media.path("ours.ogg"), &made.bytes).unwrap();
    let show = "-show_entries stream=codec_name,sample_rate,channels -of default=nw=1";
    let probed = run(&format!("ffprobe -v warning {show} ours.ogg"), media.0.path());
    assert!(probed.stderr.is_empty(), "{}", String::from_utf8_lossy(&probed.stderr));
    let told = String::from_utf8_lossy(&probed.stdout).into_owned();
    for part in ["codec_name=opus", "sample_rate=48000", "channels=1"] {
        assert!(told.contains(part), "{told}");
    }
    run("opusdec --quiet ours.ogg ours.raw", media.0.path());
    let bytes = fs::metadata(media.path("ours.raw")).unwrap().len();
    assert_eq!(bytes / 2, made.facts.frames, "frames by opusdec");
}

#[test]
fn the_same_recording_gives_the_same_clip() {
    let media = media();
    let (one, two) = (made(&media.path("speech.wav")), made(&media.path("speech.wav")));
    assert_eq!(one.facts, two.facts);
}

#[test]
fn files_that_break_off_are_refused() {
    let lines = [
        "sox speech.wav cut.wav",
        "lame --quiet -b 64 speech.wav cut.mp3",
        "lame --quiet -t -b 64 speech.wav cut-untagged.mp3",
        "ffmpeg -v error -i speech.wav cut.flac",
        "ffmpeg -v error -i speech.wav -c:a libvorbis cut.ogg",
        "opusenc --quiet speech.wav cut.opus",
        "ffmpeg -v error -i speech.wav -c:a libopus cut.webm",
        "ffmpeg -v error -i speech.wav -c:a libopus -live 1 cut-live.webm",
        "ffmpeg -v error -i speech.wav -c:a aac cut.m4a",
        "ffmpeg -v error -i speech.wav -c:a aac -movflags +faststart cut-fast.m4a",
        "ffmpeg -v error -i speech.wav -c:a aac -movflags frag_keyframe+empty_moov -frag_duration 500000 cut-frag.mp4",
        "ffmpeg -v error -i speech.wav -c:a aac -f adts cut.aac",
    ];
    let media = media();
    let mut wrong = Vec::new();
    for line in lines {
        let path = media.make(line);
        let whole = fs::read(&path).unwrap();
        for percent in [1, 20, 50, 80, 95] {
            // Some odd bytes more, so that no cut falls on a border by chance.
            fs::write(&path, &whole[..whole.len() * percent / 100 + 13]).unwrap();
            match bring_in(&path) {
                Ok(_) => wrong.push(format!("{line}: taken with {percent} %")),
                Err(ImportFault::Truncated(_)) => {}
                Err(ImportFault::NotAudio | ImportFault::Damaged(_)) if percent == 1 => {}
                Err(other) => wrong.push(format!("{line} with {percent} %: {other}")),
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn recordings_that_must_not_air_are_refused() {
    let media = media();
    let refused = |name: &str, line: &str| {
        run(line, media.0.path());
        bring_in(&media.path(name)).err().unwrap_or_else(|| panic!("taken: {line}"))
    };
    let check = |name: &str, line: &str, is: fn(&ImportFault) -> bool| {
        let fault = refused(name, line);
        assert!(is(&fault), "{line}: {fault}");
    };
    let silent = |f: &ImportFault| matches!(f, ImportFault::Silent);
    let clipped = |f: &ImportFault| matches!(f, ImportFault::Clipped { .. });
    check("nothing.wav", "sox -D -n -r 44100 -c 1 -b 16 nothing.wav trim 0 5", silent);
    check("hiss.wav", "sox -D -n -r 44100 -c 1 -b 16 hiss.wav synth 5 noise vol -72dB", silent);
    check("loud.wav", "sox -D speech.wav loud.wav vol 24dB", clipped);
    // A clipped recording is clipped after a lossy codec too.
    check("loud.mp3", "lame --quiet -b 64 loud.wav loud.mp3", clipped);
    let short = |f: &ImportFault| matches!(f, ImportFault::TooShort { .. });
    check("beep.wav", "sox -D -n -r 44100 -c 1 beep.wav synth 0.2 sine 440 vol 0.5", short);
    let long = |f: &ImportFault| matches!(f, ImportFault::TooLong { .. });
    check("long.wav", "sox -D -n -r 8000 -c 1 -b 16 long.wav synth 620 sine 440 vol 0.5", long);
    let cancels = |f: &ImportFault| matches!(f, ImportFault::Cancels);
    check("opposed.wav", "ffmpeg -v error -i speech.wav -af pan=stereo|c0=c0|c1=-1*c0 opposed.wav", cancels);
    let rate = |f: &ImportFault| matches!(f, ImportFault::Rate(4_000));
    check("slow.wav", "sox -D speech.wav -r 4000 slow.wav", rate);
}

#[test]
fn kinds_that_are_not_taken_say_what_to_do() {
    let media = media();
    media.make("ffmpeg -v error -i speech.wav -c:a wmav2 speech.wma");
    media.make("sox speech.wav speech.aiff");
    media.make("ffmpeg -v error -i speech.wav -c:a ac3 speech.mp4");
    for (name, content) in [
        ("voice.amr", &b"#!AMR\n\x3c\x00\x00\x00"[..]),
        ("voice.silk", b"\x02#!SILK_V3\x00\x00"),
        ("note.txt", "各位村民请注意".as_bytes()),
        ("empty.mp3", b""),
        ("page.html", b"<html><body>login please</body></html>"),
    ] {
        fs::write(media.path(name), content).unwrap();
    }
    let expected = [
        ("voice.amr", "AMR"),
        ("voice.silk", "SILK"),
        ("speech.wma", "WMA"),
        ("speech.aiff", "AIFF"),
        ("speech.mp4", "codec"),
        ("note.txt", "not a sound"),
        ("empty.mp3", "not a sound"),
        ("page.html", "not a sound"),
        ("missing.mp3", "cannot be read"),
    ];
    for (name, word) in expected {
        let fault = decode(&media.path(name)).err().unwrap_or_else(|| panic!("{name} was taken")).to_string();
        let next = fault.split("; ").nth(1).unwrap_or_default();
        assert!(fault.contains(word), "{name}: {fault}");
        assert!(["m4a", "choose", "check"].iter().any(|w| next.contains(w)), "{name}: {fault}");
    }
    assert!(matches!(decode(media.0.path()), Err(ImportFault::NotAudio)), "a folder");
}

#[test]
fn bombs_and_hangs_are_stopped() {
    let media = media();
    // Three hours of silence in a few kilobytes.
    media.make("ffmpeg -v error -f lavfi -i anullsrc=r=8000:cl=mono -t 10800 -c:a flac bomb.flac");
    assert!(matches!(decode(&media.path("bomb.flac")), Err(ImportFault::TooLong { .. })));

    let speech = media.path("speech.wav");
    let shell = Path::new("/bin/sh");
    let with = |script: &str, limits: Limits| decode_in_child(shell, &["-c", script], &speech, &limits).unwrap_err();
    let stopped = |fault: &ImportFault, by: Stop| matches!(fault, ImportFault::Stopped(stop) if *stop == by);
    let brief = Limits { wall: Duration::from_millis(300), ..LIMITS };
    assert!(stopped(&with("exec sleep 1000", brief), Stop::Time), "a decoder that waits");
    assert!(stopped(&with("exec >&-; exec sleep 1000", brief), Stop::Time), "one that closes its output and waits");
    let fault = with("while :; do :; done", Limits { cpu_s: 1, ..LIMITS });
    assert!(stopped(&fault, Stop::Cpu), "one that spins: {fault}");
    assert!(matches!(with("exec yes", LIMITS), ImportFault::Answer(_)), "one that says anything");
    assert!(stopped(&with("exit 0", LIMITS), Stop::Crash), "one that says nothing");
    assert!(stopped(&with("kill -SEGV $$", LIMITS), Stop::Memory), "one that crashes");

    let fault = with("cat /dev/zero | tail -c 200000000", LIMITS);
    assert!(stopped(&fault, Stop::Crash), "one that wants 200 MB: {fault}");

    let little = Limits { memory_bytes: 1 << 20, ..LIMITS };
    assert!(decode_with(&speech, &little).is_err(), "a decoder with a megabyte");
    let small = Limits { file_bytes: 1000, ..LIMITS };
    assert!(matches!(decode_with(&speech, &small), Err(ImportFault::FileTooLarge { .. })));
    let missing = decode_in_child(Path::new("/nowhere/cunxiang"), &[], &speech, &LIMITS);
    assert!(matches!(missing, Err(ImportFault::Start(_))));
}

#[test]
fn spoilt_files_harm_nothing() {
    // The decoders may crash; what counts is that each file ends in sound or in a fault that has words.
    let lines = [
        "lame --quiet -b 32 speech.wav spoilt.mp3",
        "ffmpeg -v error -i speech.wav -c:a aac -movflags +faststart spoilt.m4a",
        "ffmpeg -v error -i speech.wav spoilt.flac",
        "ffmpeg -v error -i speech.wav -c:a libvorbis spoilt.ogg",
        "ffmpeg -v error -i speech.wav -c:a libopus spoilt.webm",
        "sox speech.wav spoilt.wav",
    ];
    let media = media();
    let mut state = 88_172_645_463_325_252u64;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    for line in lines {
        let path = media.make(line);
        let whole = fs::read(&path).unwrap();
        for round in 0..15 {
            let mut bytes = whole.clone();
            // Headers lie at the beginning: most of the damage goes there, much of it as huge numbers.
            let reach = if round % 3 == 0 { bytes.len() } else { bytes.len().min(600) };
            for _ in 0..=round / 3 {
                let at = next() as usize % reach;
                bytes[at] = if next() % 2 == 0 { 0xff } else { next() as u8 };
            }
            fs::write(&path, &bytes).unwrap();
            if let Err(fault) = decode(&path) {
                assert!(fault.to_string().contains("; "), "{fault}");
            }
        }
    }
}
