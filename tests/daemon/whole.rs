//! A broadcast that is due in a few seconds is aired and posted, and everybody tells the same of it.

use std::time::Duration;

use serde_json::Value;

use crate::county::{CHIME_FRAMES, CLIP_FRAMES, Home, TOKEN, correlation, eventually, instant};
use crate::fake_telegram::FakeTelegram;

const DUE: &str = "2026-11-24T07:30:00+08:00";
const HEAD_FRAMES: usize = 48_000;
const GAP_FRAMES: usize = 9_600;

#[test]
fn a_broadcast_is_aired_and_posted_and_all_accounts_of_it_agree() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let telegram = runtime.block_on(FakeTelegram::start(TOKEN));
    let home = Home::new();
    home.machine("wav", Some(&telegram.url));
    let how = "chime = \"chime\"\nrepeat = 2\ngap = \"200ms\"\nvolume = 100";
    home.daily("masks", "wear-mask", "at = [\"morning\"]", how);

    let daemon = home.start("2026-11-24T07:29:54+08:00");
    let ids: Vec<String> =
        ["cross", "lower", "upper"].map(|station| format!("masks.20261123T233000Z.{station}")).into();
    eventually("all three have sounded", || (home.files_aired() == ids).then_some(()));
    eventually("the receipts are in", || {
        let rows = home.json(&["log"]);
        (rows.len() == 3 && rows.iter().all(|row| row["outcome"] == "played")).then_some(())
    });

    // The sound: a second of silence, the chime, each language in the station's order, all of it twice.
    for (id, languages) in ids.iter().zip([&["bo", "lis", "zh-CN"][..], &["lis", "zh-CN"], &["bo", "zh-CN"]]) {
        let sound = home.aired(id);
        assert!(sound[..HEAD_FRAMES].iter().all(|sample| *sample == 0.0), "{id} begins with a second of silence");
        let mut at = HEAD_FRAMES;
        let (_, chime) = home.clip_file("chime");
        let mut parts = vec![("chime", chime)];
        for _ in 0..2 {
            parts.extend(languages.iter().map(|language| (*language, home.clip("masks", language).1)));
        }
        for (i, (name, clip)) in parts.iter().enumerate() {
            let alike = correlation(&sound[at..at + clip.len()], clip);
            assert!(alike > 0.999, "{id}: part {i} ({name}) at frame {at}: {alike}");
            for (other, sound_of_other) in
                parts.iter().filter(|(other, clip)| other != name && clip.len() == CLIP_FRAMES)
            {
                let end = (at + sound_of_other.len()).min(sound.len());
                let alike = correlation(&sound[at..end], &sound_of_other[..end - at]);
                assert!(alike.abs() < 0.1, "{id}: part {i} is {name}, not {other}: {alike}");
            }
            at += clip.len();
            if i + 1 < parts.len() {
                assert!(sound[at..at + GAP_FRAMES].iter().all(|sample| *sample == 0.0), "{id}: the gap at {at}");
                at += GAP_FRAMES;
            }
        }
        assert_eq!(sound.len(), at, "{id} ends with its last part");
        assert_eq!(at, HEAD_FRAMES + CHIME_FRAMES + 2 * languages.len() * (GAP_FRAMES + CLIP_FRAMES));
    }

    // What was planned, what the ledger holds, what was posted.
    let log = home.json(&["log"]);
    let plan = home.json(&["plan", "--from", "2026-11-24", "--days", "1"]);
    let notice = log[0]["notice"].as_str().unwrap().to_owned();
    assert_eq!(notice, "2026-0001");
    for (row, id) in log.iter().zip(&ids) {
        assert_eq!((row["airing"].as_str(), row["at"].as_str()), (Some(&**id), Some(DUE)));
        let planned = plan.iter().find(|planned| planned["airing"] == row["airing"]).expect("it is in the plan");
        for key in ["broadcast", "station", "at", "until", "class", "level", "languages", "notice"] {
            assert_eq!(planned[key], row[key], "{id}: {key}");
        }
        let started = instant(row["started"].as_str().unwrap());
        assert!(started >= instant(DUE), "{id} began at {started}");
        let parts = row["parts"].as_array().unwrap();
        assert!(parts.iter().all(|part| part["frames"] == part["frames_planned"]), "{parts:?}");
    }

    let files = post_of(&home, "files");
    let folder = home.path("posts/files").join(files["post"].as_str().unwrap());
    let written: Value = serde_json::from_slice(&std::fs::read(folder.join("post.json")).unwrap()).unwrap();
    assert_eq!((&written["notice"], &files["notice"]), (&Value::from(&*notice), &Value::from(&*notice)));
    let mut texts = Vec::new();
    for (i, language) in ["bo", "lis", "zh-CN"].iter().enumerate() {
        let text = std::fs::read_to_string(folder.join(format!("{:02}-{language}.txt", 2 * i + 1))).unwrap();
        let voice = std::fs::read(folder.join(format!("{:02}-{language}.opus", 2 * i + 2))).unwrap();
        assert!(text.contains(&notice), "{text}");
        assert!(voice == home.clip("masks", language).0, "the voice note in {language} is the clip that aired");
        texts.push((text.trim_end().to_owned(), voice));
    }
    assert!(files["calls"].as_array().unwrap().iter().all(|call| call["state"] == "delivered"), "{files}");

    let (took, status) = daemon.stop();
    assert_eq!(status, Some(0));
    assert!(took < Duration::from_secs(10), "{took:?}");

    // A group on a service with a budget gets it some minutes later: the same texts, the same clips, the same number.
    let group = post_of(&home, "group");
    let due = instant(group["due"].as_str().unwrap());
    assert!(due > instant(DUE), "{due}");
    assert!(telegram.received().is_empty());
    let _daemon = home.start(&(due - chrono::TimeDelta::seconds(1)).to_rfc3339());
    let arrived = eventually("the group has it all", || Some(telegram.arrived()).filter(|calls| calls.len() == 6));
    for ((text, voice), calls) in texts.iter().zip(arrived.chunks(2)) {
        assert_eq!((&*calls[0].chat, &*calls[0].text, &calls[0].voice), ("-1001", &**text, &None));
        assert_eq!((&*calls[1].chat, calls[1].voice.as_ref()), ("-1001", Some(voice)));
    }
    let group = eventually("the ledger has it", || {
        let group = post_of(&home, "group");
        group["calls"].as_array().unwrap().iter().all(|call| call["state"] == "delivered").then_some(group)
    });
    assert_eq!(group["notice"], &*notice);
    assert_eq!(home.files_aired(), ids, "the restart airs nothing again");
}

fn post_of(home: &Home, chat: &str) -> Value {
    let posts = home.json(&["log", "--posts"]);
    let mut of_chat: Vec<Value> = posts.into_iter().filter(|post| post["chat"] == chat).collect();
    // Of today's airing: tomorrow's may be in the outbox already.
    of_chat.sort_by_key(|post| post["due"].as_str().unwrap().to_owned());
    of_chat.remove(0)
}
