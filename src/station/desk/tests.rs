//! Voices begin, fade and end on the frame they should, whatever the blocks are.

use super::*;

/// A voice whose sample `i` is `level`.
fn voice(id: VoiceId, start: Duration, frames: usize, level: f32) -> Box<Voice> {
    let (mut producer, sound) = RingBuffer::new(frames.max(1));
    for _ in 0..frames {
        producer.push(level).unwrap();
    }
    Box::new(Voice {
        id,
        start,
        until: Duration::MAX,
        gain: 1.0,
        frames: frames as u64,
        sound,
        started: None,
        left: 0,
        starved_frames: 0,
    })
}

const BASE: Duration = Duration::from_secs(1000);

fn at(frame: u64) -> Duration {
    BASE + time_of(frame)
}

/// Pulls `frames` in blocks of a size, frame 0 leaving at `BASE`.
fn pull(desk: &mut Desk, from: u64, frames: u64, block: usize) -> (Vec<f32>, Vec<Mark>) {
    let (mut sound, mut marks) = (vec![], vec![]);
    let mut out = vec![9.0; block];
    while (sound.len() as u64) < frames {
        let n = block.min((frames - sound.len() as u64) as usize);
        let done = sound.len();
        desk.listen();
        let seen = desk.fill(&mut out[..n], at(from + done as u64));
        marks.extend(seen.into_iter().flatten().map(|mark| Mark { offset: done + mark.offset, ..mark }));
        sound.extend_from_slice(&out[..n]);
    }
    (sound, marks)
}

fn events(handle: &mut Handle) -> Vec<String> {
    std::iter::from_fn(|| handle.events.pop().ok())
        .map(|event| match event {
            Event::Started { voice, frame, .. } => format!("{voice} starts {frame}"),
            Event::Done { voice, frame, .. } => {
                format!("{} ends {frame}: {} left, {} starved", voice.id, voice.left, voice.starved_frames)
            }
        })
        .collect()
}

#[test]
fn a_voice_begins_on_its_frame_in_blocks_of_any_size() {
    for block in [1, 7, 480, 512, 4096] {
        for start in [0, 1, 511, 512, 5_000] {
            let (mut handle, mut desk) = desk();
            handle.commands.push(Command::Arm(voice(1, at(start), 3_000, 0.5))).ok().unwrap();
            let (sound, marks) = pull(&mut desk, 0, 9_000, block);
            let first = sound.iter().position(|s| *s != 0.0).unwrap() as u64;
            let last = sound.iter().rposition(|s| *s != 0.0).unwrap() as u64;
            assert_eq!((first, last), (start, start + 2_999), "block {block}");
            let offsets: Vec<_> = marks.iter().map(|m| (m.offset as u64, m.begins)).collect();
            assert_eq!(offsets, [(start, true), (start + 3_000, false)]);
            let expected = [format!("1 starts {start}"), format!("1 ends {}: 3000 left, 0 starved", start + 3_000)];
            assert_eq!(events(&mut handle), expected);
        }
    }
}

#[test]
fn a_start_that_is_past_is_now() {
    let (mut handle, mut desk) = desk();
    handle.commands.push(Command::Arm(voice(1, Duration::ZERO, 100, 0.5))).ok().unwrap();
    let (sound, _) = pull(&mut desk, 48_000, 200, 64);
    assert!(sound[..100].iter().all(|s| *s == 0.5) && sound[100..].iter().all(|s| *s == 0.0));
}

#[test]
fn a_fade_is_linear_and_silent_in_time() {
    for block in [480, 512, 10_000] {
        let (mut handle, mut desk) = desk();
        handle.commands.push(Command::Arm(voice(1, at(0), 48_000, 0.8))).ok().unwrap();
        handle.commands.push(Command::Cut { voice: 1, by: at(20_000) }).ok().unwrap();
        let (sound, _) = pull(&mut desk, 0, 24_000, block);
        let from = 20_000 - FADE_FRAMES as usize;
        assert!(sound[..=from].iter().all(|s| *s == 0.8));
        for (i, s) in sound[from..20_000].iter().enumerate() {
            assert!((s - 0.8 * (1.0 - i as f32 / FADE_FRAMES as f32)).abs() < 1e-6);
        }
        assert!(sound[20_000..].iter().all(|s| *s == 0.0));
        assert_eq!(events(&mut handle), ["1 starts 0", "1 ends 20000: 20000 left, 0 starved"]);
    }
}

#[test]
fn a_voice_that_is_cut_before_it_begins_never_does() {
    let (mut handle, mut desk) = desk();
    handle.commands.push(Command::Arm(voice(1, at(10_000), 100, 0.5))).ok().unwrap();
    handle.commands.push(Command::Cut { voice: 1, by: at(9_600) }).ok().unwrap();
    let (sound, _) = pull(&mut desk, 0, 12_000, 480);
    assert!(sound.iter().all(|s| *s == 0.0));
    assert_eq!(events(&mut handle), ["1 ends 0: 0 left, 0 starved"]);
}

#[test]
fn two_voices_add_and_are_held_to_full_scale() {
    let (mut handle, mut desk) = desk();
    handle.commands.push(Command::Arm(voice(1, at(0), 1_000, 0.7))).ok().unwrap();
    handle.commands.push(Command::Arm(voice(2, at(500), 1_000, 0.2))).ok().unwrap();
    handle.commands.push(Command::Arm(voice(3, at(800), 1_000, 0.7))).ok().unwrap();
    let (sound, _) = pull(&mut desk, 0, 2_000, 480);
    let near = |i: usize, level: f32| assert!((sound[i] - level).abs() < 1e-6, "{i}: {}", sound[i]);
    near(499, 0.7);
    near(500, 0.9);
    near(800, 1.0);
    near(1_000, 0.9);
    near(1_500, 0.7);
    near(1_800, 0.0);
}

#[test]
fn sound_that_is_not_there_is_silence_and_is_counted() {
    let (mut handle, mut desk) = desk();
    let (mut producer, sound) = RingBuffer::new(1_000);
    let mut late = voice(1, at(0), 0, 0.0);
    (late.sound, late.frames) = (sound, 1_000);
    handle.commands.push(Command::Arm(late)).ok().unwrap();
    (0..300).for_each(|_| producer.push(0.5).unwrap());
    let (first, _) = pull(&mut desk, 0, 480, 480);
    assert!(first[..300].iter().all(|s| *s == 0.5) && first[300..].iter().all(|s| *s == 0.0));
    (0..200).for_each(|_| producer.push(0.5).unwrap());
    drop(producer);
    pull(&mut desk, 480, 480, 480);
    // Nobody will ever write the rest: the voice is over.
    pull(&mut desk, 960, 480, 480);
    let seen = events(&mut handle);
    assert!(seen[1].starts_with("1 ends") && seen[1].contains("500 left"), "{seen:?}");
    assert!(handle.progress.starved_frames.load(Ordering::Relaxed) >= 180);
}

#[test]
fn a_fifth_voice_waits_for_a_place() {
    let (mut handle, mut desk) = desk();
    for id in 1..=5 {
        handle.commands.push(Command::Arm(voice(id, at(0), 100 * id as usize, 0.1))).ok().unwrap();
    }
    pull(&mut desk, 0, 2_000, 50);
    assert_eq!(events(&mut handle).iter().filter(|e| e.contains("ends")).count(), 5);
}
