//! A restored county waits in HOLD, and does nothing a second time.

use chrono::TimeDelta;

use crate::county::{Home, TOKEN, eventually, instant};
use crate::fake_telegram::FakeTelegram;

#[test]
fn what_went_out_after_the_backup_does_not_go_out_again_after_a_restore() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let telegram = runtime.block_on(FakeTelegram::start(TOKEN));
    let home = Home::new();
    home.machine("wav", Some(&telegram.url));
    let how = "gap = \"0s\"\npost = \"each\"";
    home.daily("masks", "wear-mask", "at = [\"09:00:06\"]", how);
    home.daily("hands", "wash-hands", "at = [\"09:40:10\"]", how);
    let daemon = home.start("2026-11-24T09:00:00+08:00");
    let backup = home.path("county.tar.gz");
    let told = home.say(&["backup", backup.to_str().unwrap()]);
    assert!(told.contains("private keys, tokens and config/machine*.toml are not in it"), "{told}");
    let epoch = || home.status()["stations"][0]["rundown"]["epoch"].as_u64().unwrap();
    let before = epoch();
    eventually("three airings after the backup", || (home.files_aired().len() == 3).then_some(()));
    assert_eq!(daemon.stop().1, Some(0));
    // The group is some minutes behind the airing.
    let daemon = home.start(&(instant("2026-11-24T09:00:06+08:00") + TimeDelta::minutes(9)).to_rfc3339());
    eventually("the group has it", || (telegram.arrived().len() == 6).then_some(()));
    let refused = home.refuse(2, &["restore", backup.to_str().unwrap(), "--replace"]);
    assert!(refused.contains("another daemon runs on"), "{refused}");
    assert_eq!(daemon.stop().1, Some(0));

    let refused = home.refuse(2, &["restore", backup.to_str().unwrap()]);
    assert!(refused.contains("to put this one in its place, add --replace"), "{refused}");
    let told = home.say(&["restore", backup.to_str().unwrap(), "--replace"]);
    assert!(told.contains("the county starts in HOLD"), "{told}");
    let posts = home.path("posts/files");
    std::fs::remove_dir_all(&posts).unwrap();
    std::fs::remove_dir_all(home.path("aired")).unwrap();

    // In HOLD, shortly before `hands`: the stations still air what they hold, and nothing new; no group gets anything.
    let daemon = home.start("2026-11-24T09:40:00+08:00");
    let (status, health) = daemon.get("/healthz");
    assert_eq!(status, 503);
    assert!(health.starts_with("HOLD: restored from a backup of "), "{health}");
    let told = home.say(&["announce", "masks"]);
    assert!(told.contains("the county is in HOLD: it works after `cunxiang release`"), "{told}");
    crate::county::wait(std::time::Duration::from_secs(12));
    assert_eq!(home.files_aired(), [""; 0], "a daemon that was just started has no rundown to air in HOLD");
    assert!(!posts.exists());
    home.say(&["cancel", "1"]);

    let told = home.say(&["release"]);
    assert!(told.contains("the HOLD is released"), "{told}");
    eventually("a new epoch", || (epoch() > before).then_some(()));
    assert_eq!(daemon.get("/healthz").0, 200);
    assert_eq!(daemon.stop().1, Some(0));
    // Long after every delay: what was due before the release is nobody's to repeat.
    let daemon = home.start("2026-11-24T10:00:00+08:00");
    daemon.wait_for("ready");
    crate::county::wait(std::time::Duration::from_secs(2));
    assert_eq!(home.files_aired(), [""; 0]);
    assert!(!posts.exists());
    assert_eq!(daemon.stop().1, Some(0));
    // What was due in the group only after the release goes out; nothing goes out that did before.
    let mut arrived: Vec<(String, Option<Vec<u8>>)> =
        telegram.arrived().into_iter().map(|call| (call.text, call.voice)).collect();
    arrived.sort();
    let count = arrived.len();
    arrived.dedup();
    assert_eq!(arrived.len(), count, "something arrived twice");
    // The next day goes its way.
    let _daemon = home.start("2026-11-25T09:00:00+08:00");
    eventually("three airings of the next day", || (home.files_aired().len() == 3).then_some(()));
    eventually("a post of the next day", || posts.exists().then_some(()));
}
