//! Canonical clips: made, inspected, played, and broken in every way.

use std::io::Cursor;

use proptest::prelude::*;

use super::*;

/// A voice-like sound: a buzz with a moving pitch, in syllables.
fn voice(frames: usize) -> Vec<f32> {
    let mut phase = 0f32;
    (0..frames)
        .map(|i| {
            let t = i as f32 / RATE as f32;
            phase = (phase + (140.0 + 30.0 * (t * 2.0).sin()) / RATE as f32).fract();
            let syllable = (t * 4.0 * std::f32::consts::PI).sin().abs();
            let buzz: f32 = (1..12).map(|n| (phase * n as f32 * std::f32::consts::TAU).sin() / n as f32).sum();
            0.2 * buzz * syllable
        })
        .collect()
}

fn decode_all(bytes: &[u8], block_frames: usize) -> Vec<f32> {
    let mut decoder = ClipDecoder::open(Cursor::new(bytes)).unwrap();
    let mut sound = Vec::new();
    let mut block = vec![0f32; block_frames];
    loop {
        match decoder.read(&mut block).unwrap() {
            0 => break,
            n => sound.extend(&block[..n]),
        }
    }
    assert_eq!(sound.len() as u64, decoder.frames());
    sound
}

/// The likeness of two sounds, 1 for the same.
fn correlation(a: &[f32], b: &[f32]) -> f32 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(a * b)).sum::<f64>();
    (dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()) as f32
}

#[test]
fn a_clip_has_exactly_the_frames_put_in() {
    for frames in [1, 2, 312, 647, 648, 649, 959, 960, 961, 1_608, 47_999, 48_000, 48_001, 240_000] {
        let clip = encode(&voice(frames)).unwrap();
        let facts = inspect(&clip).unwrap();
        assert_eq!(facts.frames, frames as u64);
        assert_eq!(facts.digest, crate::base::Digest::of(&clip));
        assert_eq!(verify(&clip).unwrap(), facts);
        assert_eq!(decode_all(&clip, 512).len(), frames);
    }
}

#[test]
fn a_clip_sounds_like_what_was_put_in_and_starts_on_its_frame() {
    let sound = voice(96_000);
    let decoded = decode_all(&encode(&sound).unwrap(), 4_096);
    let near = |lag: usize| correlation(&sound[..90_000], &decoded[lag..90_000 + lag]);
    assert!(near(0) > 0.97, "{}", near(0));
    assert!((1..40).all(|lag| near(lag) < near(0)), "the sound is shifted");
}

#[test]
fn block_sizes_do_not_change_the_sound() {
    let clip = encode(&voice(50_001)).unwrap();
    let whole = decode_all(&clip, 60_000);
    for block_frames in [1, 7, 240, 960, 961, 5_760] {
        assert_eq!(decode_all(&clip, block_frames), whole, "{block_frames}");
    }
}

#[test]
fn equal_sound_gives_equal_bytes() {
    assert_eq!(encode(&voice(100_000)).unwrap(), encode(&voice(100_000)).unwrap());
}

#[test]
fn too_much_and_nothing_are_refused() {
    assert!(encode(&[]).is_err());
    assert!(encode(&vec![0.0; FRAMES_MAX as usize + 1]).is_err());
}

#[test]
fn pages_are_about_a_second() {
    let clip = encode(&voice(480_000)).unwrap();
    let pages = clip.windows(4).filter(|w| w == b"OggS").count();
    assert!((12..=14).contains(&pages), "{pages}");
    let kbit_s = clip.len() as f64 * 8.0 / 10_000.0;
    assert!((20.0..45.0).contains(&kbit_s), "{kbit_s}");
}

#[test]
fn no_prefix_is_a_clip_and_none_panics() {
    let clip = encode(&voice(60_000)).unwrap();
    for end in 0..clip.len() {
        let part = &clip[..end];
        assert!(inspect(part).is_err(), "{end} of {} bytes were taken for a clip", clip.len());
        assert!(ClipDecoder::open(Cursor::new(part)).is_err(), "{end} of {} bytes were opened", clip.len());
    }
}

#[test]
fn no_flipped_bit_goes_unseen() {
    let clip = encode(&voice(20_000)).unwrap();
    for at in 0..clip.len() {
        let mut bad = clip.clone();
        bad[at] ^= 1 << (at % 8);
        assert!(inspect(&bad).is_err() && verify(&bad).is_err(), "byte {at}");
    }
}

#[test]
fn foreign_streams_are_refused() {
    let clip = encode(&voice(20_000)).unwrap();
    let twice = [&clip[..], &clip[..]].concat();
    assert!(matches!(inspect(&twice), Err(ClipFault::Foreign(_))));
    let junk = [&clip[..], b"tag"].concat();
    assert!(inspect(&junk).is_err() && ClipDecoder::open(Cursor::new(&junk)).is_err());
    assert!(matches!(inspect(b"RIFF....WAVEfmt and so on, long enough"), Err(ClipFault::Page(_))));
    assert!(matches!(inspect(b""), Err(ClipFault::Truncated)));
}

#[test]
fn every_fault_says_what_to_do() {
    let stop = |s| ImportFault::Stopped(s);
    let io = || std::io::Error::other("x");
    let faults = [
        ImportFault::NotAudio.to_string(),
        ImportFault::Format("AMR").to_string(),
        ImportFault::Codec("x".into()).to_string(),
        ImportFault::FileTooLarge { bytes: 2, max: 1 }.to_string(),
        ImportFault::TooLong { max_s: 600 }.to_string(),
        ImportFault::TooShort { ms: 3 }.to_string(),
        ImportFault::Silent.to_string(),
        ImportFault::Clipped { percent: 3.0 }.to_string(),
        ImportFault::Cancels.to_string(),
        ImportFault::Truncated("x".into()).to_string(),
        ImportFault::Damaged("x".into()).to_string(),
        ImportFault::Rate(1).to_string(),
        stop(fault::Stop::Time).to_string(),
        ImportFault::Start(io()).to_string(),
        ImportFault::Io(io()).to_string(),
        ImportFault::Answer("x").to_string(),
        ImportFault::Encode(encode::EncodeFault::Empty).to_string(),
        ImportFault::Made(ClipFault::Truncated).to_string(),
        ImportFault::Peaks.to_string(),
        ClipFault::Truncated.to_string(),
        ClipFault::Foreign("x").to_string(),
        ClipFault::Frames { claimed: 1, found: 2 }.to_string(),
    ];
    for text in faults {
        let next = text.split("; ").skip(1).collect::<String>();
        let verbs = [
            "convert", "record", "check", "choose", "copy", "cut", "save", "lower", "import", "bring", "see", "report",
        ];
        assert!(verbs.iter().any(|v| next.contains(v)), "what to do? {text}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_taken_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        prop_assert!(inspect(&bytes).is_err());
        prop_assert!(ClipDecoder::open(Cursor::new(&bytes)).is_err());
    }

    #[test]
    fn spoilt_clips_never_panic_nor_play_too_much(at in 0usize..3_000, bytes in prop::collection::vec(any::<u8>(), 1..40)) {
        static CLIP: std::sync::LazyLock<Vec<u8>> = std::sync::LazyLock::new(|| encode(&voice(30_000)).unwrap());
        let mut bad = CLIP.clone();
        let at = at % bad.len();
        let end = (at + bytes.len()).min(bad.len());
        bad[at..end].copy_from_slice(&bytes[..end - at]);
        let _ = verify(&bad);
        if let Ok(mut decoder) = ClipDecoder::open(Cursor::new(&bad)) {
            let mut block = vec![0f32; 1_000];
            let mut played = 0;
            while let Ok(n @ 1..) = decoder.read(&mut block) {
                played += n as u64;
            }
            prop_assert!(played <= decoder.frames());
        }
    }
}

mod importing {
    use super::*;

    fn pcm(samples: &[f32]) -> Pcm {
        let mut pcm = Pcm::new(RATE, 1, None).unwrap();
        pcm.push(samples);
        pcm
    }

    fn refused(samples: &[f32]) -> ImportFault {
        import(pcm(samples), &mut |_| {}).unwrap_err()
    }

    #[test]
    fn levels_trims_and_encodes_once() {
        let silence = vec![0f32; 96_000];
        let quiet: Vec<f32> = voice(240_000).iter().map(|s| s * 0.1).collect();
        let mut steps = Vec::new();
        let sound = [&silence[..], &quiet, &silence].concat();
        let made = import(pcm(&sound), &mut |p| steps.push(p)).unwrap();
        assert_eq!(made.encodes, 1);
        assert!((made.loudness_lufs - loudness::TARGET_LUFS).abs() < 0.5, "{}", made.loudness_lufs);
        assert!(made.true_peak_dbtp <= loudness::TRUE_PEAK_MAX_DBTP, "{}", made.true_peak_dbtp);
        assert!(
            made.trimmed_ms.0.abs_diff(1_900) < 60 && made.trimmed_ms.1.abs_diff(1_800) < 60,
            "{:?}",
            made.trimmed_ms
        );
        assert_eq!(made.warnings, [""; 0]);
        assert_eq!(verify(&made.bytes).unwrap(), made.facts);
        assert_eq!(steps.first(), Some(&Progress::Preparing));
        assert!(steps.iter().any(|p| matches!(p, Progress::Encoding { done, of } if done * 2 > *of)));
        let again = import(pcm(&sound), &mut |_| {}).unwrap();
        assert_eq!(again.facts, made.facts);
    }

    #[test]
    fn refuses_what_must_not_air() {
        let voice = voice(96_000);
        assert!(matches!(refused(&[]), ImportFault::Silent));
        assert!(matches!(refused(&vec![0.0; 96_000]), ImportFault::Silent));
        assert!(matches!(refused(&vec![0.1; 96_000]), ImportFault::Silent), "a constant offset is silence");
        assert!(matches!(refused(&voice[..9_000]), ImportFault::TooShort { .. }));
        let clipped: Vec<f32> = voice.iter().map(|s| (s * 20.0).clamp(-1.0, 1.0)).collect();
        assert!(matches!(refused(&clipped), ImportFault::Clipped { .. }));
        let long = vec![0.1; FRAMES_MAX as usize + 1];
        assert!(matches!(refused(&long), ImportFault::TooLong { .. }));
        let mut short = Pcm::new(RATE, 1, Some(2_050)).unwrap();
        short.push(&voice);
        assert!(matches!(import(short, &mut |_| {}), Err(ImportFault::Truncated(_))));
        let mut opposed = Pcm::new(RATE, 2, None).unwrap();
        opposed.push(&voice.iter().flat_map(|s| [*s, -*s]).collect::<Vec<f32>>());
        assert!(matches!(import(opposed, &mut |_| {}), Err(ImportFault::Cancels)));
    }

    #[test]
    fn reports_a_gain_that_was_not_enough() {
        let faint: Vec<f32> = voice(96_000).iter().map(|s| s * 0.015).collect();
        let made = import(pcm(&faint), &mut |_| {}).unwrap();
        assert_eq!(made.gain_db, loudness::GAIN_MAX_DB);
        assert!(made.warnings.iter().any(|w| w.contains("record it again")), "{:?}", made.warnings);
    }

    #[test]
    fn holds_the_peak_of_the_worst_sound() {
        // Clicks over a murmur: little loudness, and peaks that a codec moves most.
        let mut clicks: Vec<f32> = voice(240_000).iter().map(|s| s * 0.02).collect();
        for at in (1_000..239_000).step_by(7_001) {
            clicks[at] = 0.9;
            clicks[at + 1] = -0.9;
        }
        let made = import(pcm(&clicks), &mut |_| {}).unwrap();
        assert!(made.true_peak_dbtp <= loudness::TRUE_PEAK_MAX_DBTP, "{}", made.true_peak_dbtp);
        assert!(made.encodes <= 4);
    }
}
