//! What people ask for over the control socket, each as the account they work with.

use std::os::unix::process::CommandExt as _;
use std::process::Command;
use std::time::Duration;

use cunxiang::base::Clock as _;
use cunxiang::base::clock::RealClock;
use serde_json::Value;

use crate::county::{Home, eventually, text, wait};

/// Accounts that every Debian machine has.
const NOBODY: u32 = 65_534;
const DAEMON: u32 = 1;
const BIN: u32 = 2;

/// A home where airings are long enough to be cut: each language sounds ten times.
fn home() -> Home {
    let home = Home::new();
    let chats = home.read("config/chats.toml");
    home.write("config/chats.toml", chats.split("[[chat]]\nid = \"group\"").next().unwrap());
    home.daily("masks", "wear-mask", "at = [\"12:00\"]", "repeat = 10\ngap = \"5s\"");
    home.daily("hands", "wash-hands", "at = [\"09:00:08\"]", "repeat = 1\ngap = \"0s\"\nlate = \"10s\"");
    home.on_order("flood", "flood-warning", "emergency", "I", "repeat = 10\ngap = \"5s\"\npost = \"once\"");
    home
}

/// A command under another account, which is of the group that may use the socket.
fn say_as(home: &Home, uid: u32, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(home.program());
    command.arg("--home").arg(home.path("")).args(arguments).uid(uid).gid(0);
    let output = command.output().unwrap();
    (output.status.code(), text(&output.stdout) + &text(&output.stderr))
}

/// Lets other accounts reach the socket and the program, as an engineer does on a machine with several people.
fn open_to_others(home: &Home) {
    home.set_mode("", 0o755);
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

fn sounding(home: &Home) -> Vec<String> {
    let status = home.status();
    let stations = status["stations"].as_array().unwrap();
    stations.iter().filter_map(|station| station["sounding"].as_str().map(str::to_owned)).collect()
}

fn outcomes(home: &Home, broadcast: &str) -> Vec<String> {
    let word = |row: &Value| match row["reason"].as_str() {
        Some(reason) => format!("{}({reason})", row["outcome"].as_str().unwrap()),
        None => row["outcome"].as_str().unwrap_or("none").to_owned(),
    };
    let to = "2026-12-01T00:00:00+08:00";
    home.json(&["log", "--broadcast", broadcast, "--to", to, "--from", "2026-11-24T00:00:00+08:00"])
        .iter()
        .filter(|row| row["state"] == "ended")
        .map(word)
        .collect()
}

#[test]
fn one_person_announces_cancels_skips_silences_and_airs_again() {
    let home = home();
    let daemon = home.start("2026-11-24T09:00:00+08:00");
    let clock = RealClock::default();

    // An order's instant is a whole second; one before the very first start of a station is not its to air.
    wait(Duration::from_secs(1));

    // Skipped: it airs where it was not skipped only.
    let told = home.say(&["skip", "hands.20261124T010008Z.upper"]);
    assert!(told.contains("order 1: skip hands"), "{told}");

    let told = home.say(&["announce", "masks"]);
    assert!(told.contains("order 2: announce masks"), "{told}");
    eventually("three stations sound", || (sounding(&home).len() == 3).then_some(()));
    eventually("it is posted too", || home.path("posts/files").is_dir().then_some(()));
    let begin = clock.monotonic();
    home.say(&["cancel", "2"]);
    eventually("it is quiet", || sounding(&home).is_empty().then_some(()));
    assert!(clock.monotonic() - begin < Duration::from_secs(5));
    eventually("that is recorded", || (outcomes(&home, "masks") == ["partial(cancelled)"; 3]).then_some(()));

    // `hands` at 09:00:08 airs at two stations, and is skipped at the third.
    eventually("hands aired", || (outcomes(&home, "hands").len() == 3).then_some(()));
    assert_eq!(outcomes(&home, "hands"), ["played", "played", "cancelled(unlisted)"]);
    let log = home.say(&["log", "--broadcast", "hands", "--format", "json"]);
    let rows: serde_json::Value = serde_json::from_str(&log).unwrap();
    let skipped = rows.as_array().unwrap().iter().find(|row| row["station"] == "upper").unwrap();
    assert_eq!(skipped["detail"], "skipped by order 1", "{log}");
    // An airing is known by its second: one of the same second would be the skipped one.
    wait(Duration::from_secs(1));
    let again = home.say(&["reair", "hands.20261124T010008Z.upper"]);
    assert!(again.contains("order 4: reair hands"), "{again}");
    eventually("it aired after all", || (outcomes(&home, "hands").len() == 4).then_some(()));
    assert_eq!(outcomes(&home, "hands")[3], "played");
    let refused = home.refuse(2, &["reair", "hands.20261124T010008Z.lower"]);
    assert!(refused.contains("was played; `announce` airs the broadcast again"), "{refused}");

    // Silence stops sound and holds what comes, until somebody lifts it.
    home.say(&["announce", "masks", "--station", "lower"]);
    eventually("it sounds", || (sounding(&home).len() == 1).then_some(()));
    let begin = clock.monotonic();
    let told = home.say(&["silence", "--all"]);
    assert!(told.contains("order 6: silence all until"), "{told}");
    eventually("it is silent", || sounding(&home).is_empty().then_some(()));
    assert!(clock.monotonic() - begin < Duration::from_secs(5));
    eventually("that is recorded", || (outcomes(&home, "masks") == ["partial(cancelled)"; 4]).then_some(()));
    let refused = home.refuse(2, &["announce", "hands"]);
    assert!(refused.contains("silenced now, by order 6; `cunxiang cancel 6` ends that"), "{refused}");
    home.say(&["cancel", "6"]);
    // An announcement's instant is its second, which must not begin inside the silence.
    wait(Duration::from_secs(1));
    home.say(&["announce", "hands"]);
    eventually("it sounds again", || (outcomes(&home, "hands").len() == 7).then_some(()));
    assert_eq!(outcomes(&home, "hands")[4..], ["played", "played", "played"]);

    for (arguments, says) in [
        (&["announce", "nothing"][..], "there is no broadcast `nothing` without faults"),
        (
            &["announce", "masks", "--station", "nowhere"],
            "there is no station `nowhere`; config/stations.toml lists them",
        ),
        (&["announce", "masks", "--station", "a:b"], "names no stations"),
        (&["cancel", "99"], "there is no order 99"),
        (&["confirm", "2"], "order 2 has been cancelled; file a new one"),
        (&["confirm", "8"], "order 8 is confirmed already"),
        (&["reair", "masks.20261124T040000Z.upper"], "has not ended, or was never planned"),
        (&["skip", "masks.20261123T040000Z.upper"], "is past"),
        (&["silence"], "say where: --station STATION, or --all"),
        (&["silence", "--all", "--until", "2026-11-20T00:00:00+08:00"], "--until lies in the past"),
        (&["release"], "there is no HOLD to release"),
        (&["log", "--station", "uper"], "know a station `uper`; did you mean `upper`?"),
        (&["log", "--broadcast", "maks"], "know a broadcast `maks`; did you mean `masks`?"),
        (&["log", "--outcome", "lost"], "[possible values: planned, played, partial,"),
    ] {
        let refused = home.refuse(2, arguments);
        assert!(refused.contains(says), "{arguments:?}: {refused}");
    }
    // Instants are written and told in the county's time, by the daemon's clock.
    let told = home.say(&["silence", "--station", "upper", "--until", "09:30"]);
    assert!(told.ends_with(": silence upper until 2026-11-24T09:30:00+08:00\n"), "{told}");
    let orders = home.say(&["orders"]);
    assert!(orders.contains("announce masks") && orders.contains("released"), "{orders}");
    let silence = orders.lines().find(|line| line.contains("silence upper")).unwrap();
    assert!(silence.contains("until 2026-11-24T09:30:00+08:00"), "{orders}");
    assert!(silence.ends_with("+08:00") && silence.matches("2026-11-24T09:").count() == 2, "{orders}");
    let log = |arguments: &[&str]| home.say(&[&["log"], arguments].concat());
    assert!(log(&["--until", "2026-11-24 08:59"]).ends_with("0 airings\n"));
    assert!(
        log(&["--from", "2026-11-24 09:00", "--broadcast", "hands", "--outcome", "played"]).ends_with("6 airings\n")
    );
    let status = home.say(&["status"]);
    assert!(status.starts_with("county    deqin (sample county)\nclock     2026-11-24T09:0"), "{status}");
    assert!(status.lines().any(|line| line.starts_with("STATION")) && status.contains("\nupper  "), "{status}");
    assert_eq!(daemon.stop().1, Some(0));
}

#[test]
fn an_emergency_takes_two_people_and_sounds_through_a_silence() {
    if !is_root() {
        println!("left out: only root may act as several people");
        return;
    }
    let home = home();
    open_to_others(&home);
    let _daemon = home.start("2026-11-24T09:30:00+08:00");
    home.set_mode("data", 0o755);

    // As above: not in the very first second of these stations.
    wait(Duration::from_secs(1));
    let (status, told) = say_as(&home, NOBODY, &["announce", "masks"]);
    assert_eq!(status, Some(2));
    assert!(told.contains("the account nobody belongs to none of the people here"), "{told}");
    home.say(&["people", "add", "卓玛", "--account", "nobody", "--role", "approver"]);
    home.say(&["people", "add", "阿普", "--account", "daemon", "--role", "approver"]);
    home.say(&["silence", "--all"]);

    let (status, told) = say_as(&home, NOBODY, &["announce", "flood"]);
    assert_eq!(status, Some(0), "{told}");
    assert!(told.contains("it waits for a second person: `cunxiang confirm 2`"), "{told}");
    let (status, told) = say_as(&home, NOBODY, &["confirm", "2"]);
    assert_eq!(status, Some(2));
    assert!(told.contains("order 2 was filed by 卓玛: an emergency needs a second person"), "{told}");
    assert!(sounding(&home).is_empty());
    let (status, told) = say_as(&home, DAEMON, &["confirm", "2"]);
    assert_eq!(status, Some(0), "{told}");
    eventually("the emergency sounds everywhere", || (sounding(&home).len() == 3).then_some(()));

    // Who is no approver announces none, and adds nobody.
    home.say(&["people", "add", "李明", "--account", "bin", "--role", "writer"]);
    let (status, told) = say_as(&home, BIN, &["announce", "flood"]);
    assert_eq!(status, Some(2));
    assert!(told.contains("李明 is not an approver, and only approvers file and confirm emergencies"), "{told}");
    let (status, told) = say_as(&home, NOBODY, &["people", "add", "我", "--role", "engineer"]);
    assert_eq!(status, Some(2), "{told}");

    // It says so in the groups, at once.
    let folder = home.path("posts/files");
    let post =
        eventually("the group has it", || std::fs::read_dir(&folder).ok()?.next().map(|entry| entry.unwrap().path()));
    let written = eventually("the Chinese text", || std::fs::read_to_string(post.join("05-zh-CN.txt")).ok());
    assert!(written.contains("紧急"), "{written}");

    // Cancelled, it stops with all of its repeats.
    let (status, told) = say_as(&home, NOBODY, &["cancel", "2"]);
    assert_eq!(status, Some(0), "{told}");
    eventually("it is quiet", || sounding(&home).is_empty().then_some(()));
    eventually("that is recorded", || {
        let found = outcomes(&home, "flood");
        (found.iter().filter(|outcome| *outcome == "partial(cancelled)").count() == 3).then_some(())
    });
    let next: Vec<Value> = home.status()["stations"].as_array().unwrap().iter().map(|s| s["next"].clone()).collect();
    assert!(next.iter().all(|next| !next.to_string().contains("flood")), "{next:?}");
    let orders = home.say(&["log", "--orders"]);
    assert!(orders.contains("卓玛, 阿普"), "{orders}");
}

#[test]
fn an_all_clear_ends_it_and_says_so_in_one_command() {
    let home = home();
    home.daily("over", "wash-hands", "on = []", "repeat = 1\ngap = \"0s\"");
    home.on_order("drill", "flood-warning", "drill", "IV", "repeat = 10\ngap = \"5s\"\nall_clear = \"over\"");
    let _daemon = home.start("2026-11-24T10:00:00+08:00");
    // As above: not in the very first second of these stations.
    wait(Duration::from_secs(1));
    let refused = home.refuse(2, &["all-clear", "drill"]);
    assert!(refused.contains("no emergency or drill `drill` is on"), "{refused}");
    home.say(&["announce", "drill"]);
    eventually("the drill sounds", || (sounding(&home).len() == 3).then_some(()));
    let told = home.say(&["all-clear", "drill"]);
    assert!(told.contains("order 1: drill ends, by order 2") && told.contains("order 3: announce over"), "{told}");
    eventually("the notice aired", || (outcomes(&home, "over") == ["played"; 3]).then_some(()));
    assert_eq!(outcomes(&home, "drill"), ["partial(cancelled)"; 3]);
    // And the groups have it in writing, as the notice it is.
    let notice = home.json(&["log"]);
    let notice = notice.iter().find(|row| row["broadcast"] == "over").unwrap()["notice"].as_str().unwrap().to_owned();
    let written = eventually("the group has the all-clear", || {
        let posts = std::fs::read_dir(home.path("posts/files")).ok()?.map(|post| post.unwrap().path());
        let post = posts.into_iter().find(|post| post.file_name().unwrap().to_str().unwrap().starts_with("over."))?;
        let parts = std::fs::read_dir(post).ok()?.map(|part| part.unwrap().path());
        let text = parts.into_iter().find(|part| part.to_str().unwrap().ends_with("-zh-CN.txt"))?;
        std::fs::read_to_string(text).ok().filter(|text| !text.is_empty())
    });
    assert!(written.contains("洗手") && written.contains(&notice), "{written}");
    assert!(home.refuse(2, &["all-clear", "1"]).contains("order 1 is no emergency or drill that is still on"));
    assert!(home.refuse(2, &["all-clear", "9"]).contains("there is no order 9"));
    assert!(!home.say(&["check"]).contains("all-clear"));
}

/// Whoever takes a notice away first and takes it back then is helped just the same.
#[test]
fn a_broadcast_whose_file_is_gone_is_stopped_where_it_sounds() {
    let home = home();
    let daemon = home.start("2026-11-24T09:00:00+08:00");
    wait(Duration::from_secs(1));
    home.say(&["announce", "masks"]);
    let masks = || sounding(&home).iter().filter(|airing| airing.starts_with("masks.")).count();
    eventually("three stations sound", || (masks() == 3).then_some(()));
    std::fs::remove_file(home.path("broadcasts/masks.toml")).unwrap();
    let gone = "there is no broadcast `masks`";
    let is_noticed = || text(&home.output(&["correct", "masks"]).stderr).contains(gone).then_some(());
    eventually("the county knows that it is gone", is_noticed);
    assert_eq!(masks(), 3, "what sounds goes on until somebody says otherwise");

    let clock = RealClock::default();
    let begin = clock.monotonic();
    let told = home.say(&["withdraw", "masks"]);
    assert!(told.contains("withdraw masks"), "{told}");
    eventually("it is quiet", || (masks() == 0).then_some(()));
    assert!(clock.monotonic() - begin < Duration::from_secs(5));
    eventually("that is recorded", || (outcomes(&home, "masks") == ["partial(cancelled)"; 3]).then_some(()));
    assert_eq!(daemon.stop().1, Some(0));
}

#[test]
fn quiet_hours_refuse_an_order() {
    let home = home();
    let _daemon = home.start("2026-11-24T23:00:00+08:00");
    let refused = home.refuse(2, &["announce", "masks"]);
    assert!(refused.contains("these are quiet hours until 07:00; only emergencies sound now"), "{refused}");
}
