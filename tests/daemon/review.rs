//! With review required, only what was approved airs: by people other than its authors, and by two for an emergency.

use std::os::unix::process::CommandExt as _;
use std::process::Command;

use crate::county::{COUNTY, Home, eventually, text};

/// Accounts that every Debian machine has.
const ZHUOMA: u32 = 65_534;
const APU: u32 = 1;
const LIMING: u32 = 2;
const HELI: u32 = 3;

const TOPICS: [&str; 2] = ["epidemic", "disaster"];

/// A county that requires review. Its texts are no drafts here, and all are signed: 李明 wrote the daily broadcast, and 王芳,
/// who is none of the people, the texts of the emergency.
fn home() -> Home {
    let home = Home::new();
    let chats = home.read("config/chats.toml");
    home.write("config/chats.toml", chats.split("[[chat]]\nid = \"group\"").next().unwrap());
    home.write("config/county.toml", &COUNTY.replace("required = false", "required = true"));
    for (language, topic) in ["bo", "lis", "zh-CN"].into_iter().flat_map(|tag| TOPICS.map(|topic| (tag, topic))) {
        let name = format!("locales/{language}/{topic}.ftl");
        let note = if language == "zh-CN" { "written-by" } else { "translated-by" };
        let author = if topic == "epidemic" { "李明" } else { "王芳" };
        let texts = home.read(&name).replace("### review = \"draft\"\n", "");
        let written = format!("### @{note} {author}\n{texts}");
        home.write(&name, &written);
    }
    home.daily("masks", "wear-mask", "at = [\"12:00\"]", "repeat = 1");
    home.on_order("flood", "flood-warning", "emergency", "I", "repeat = 10\ngap = \"5s\"");
    home.edit("broadcasts/masks.toml", "state = \"ready\"", "written_by = \"李明\"\nstate = \"draft\"");
    home.edit("broadcasts/flood.toml", "state = \"ready\"", "written_by = \"李明\"\nstate = \"ready\"");
    home
}

/// A command under another account; what it says when it ends with `status`.
fn as_of(home: &Home, uid: u32, status: i32, arguments: &[&str]) -> String {
    let mut command = Command::new(home.program());
    command.arg("--home").arg(home.path("")).args(arguments).uid(uid).gid(0);
    let output = command.output().unwrap();
    let told = text(&output.stdout) + &text(&output.stderr);
    assert_eq!(output.status.code(), Some(status), "{arguments:?}: {told}");
    told
}

fn next(home: &Home) -> Vec<String> {
    let status = home.status();
    let of = |station: &serde_json::Value| station["next"]["airing"].as_str().unwrap_or("nothing").to_owned();
    status["stations"].as_array().unwrap().iter().map(of).collect()
}

fn comes_next(home: &Home, what: &str) {
    eventually(what, || next(home).iter().all(|airing| airing.starts_with(what)).then_some(()));
}

#[test]
fn only_what_was_approved_airs() {
    if !rustix::process::geteuid().is_root() {
        println!("left out: only root may act as several people");
        return;
    }
    let home = home();
    home.set_mode("", 0o755);
    let daemon = home.start("2026-11-24T09:00:00+08:00");
    home.set_mode("data", 0o755);
    for (name, account, roles) in [
        ("卓玛", "nobody", &["reviewer", "approver"][..]),
        ("阿普", "daemon", &["approver"]),
        ("李明", "bin", &["writer", "reviewer"]),
    ] {
        let roles: Vec<&str> = roles.iter().flat_map(|role| ["--role", role]).collect();
        home.say(&[&["people", "add", name, "--account", account], &roles[..]].concat());
    }
    let all = ["--language", "bo", "--language", "lis", "--language", "zh-CN"];
    let approve = |broadcast| [&["review", "approve", broadcast][..], &all].concat();

    // Who may not: a person without the role, the writer, and nobody by name.
    let told = as_of(&home, ZHUOMA, 0, &["review", "list"]);
    assert!(told.contains("masks") && told.contains("when, where and how") && told.contains("卓玛"), "{told}");
    for line in told.lines().filter(|line| line.contains("masks")) {
        assert!(
            line.contains("卓玛") && line.matches("李明").count() == 1,
            "nobody is asked to review their own: {line}"
        );
    }
    let told = as_of(&home, LIMING, 2, &approve("masks"));
    assert!(told.contains("李明 wrote or translated bo of `masks`, and nobody reviews their own work"), "{told}");
    let told = as_of(&home, APU, 2, &["review", "approve", "masks"]);
    assert!(told.contains("may not review when, where and how of `masks`: it takes the role reviewer"), "{told}");
    let told = home.refuse(2, &["review", "approve", "masks"]);
    assert!(told.contains("root is none of the people here, and a review has a name"), "{told}");
    let told = as_of(&home, ZHUOMA, 2, &["review", "approve", "masks", "--language", "en"]);
    assert!(told.contains("`masks` has no text in `en`"), "{told}");

    // Approved as a draft, it airs as soon as it is ready.
    let told = as_of(&home, ZHUOMA, 0, &["review", "show", "masks", "--language", "bo"]);
    assert!(told.contains("ཁ་རས་གྱོན") && told.contains("recording, person: broadcasts/clips/"), "{told}");
    let told = as_of(&home, ZHUOMA, 0, &approve("masks"));
    assert!(told.contains("approved bo, lis, zh-CN of `masks`, edition "), "{told}");
    assert!(told.contains("still not approved: when, where and how"), "{told}");
    let told = as_of(&home, ZHUOMA, 0, &["review", "approve", "masks"]);
    assert!(
        told.contains("all of it is approved")
            && !told.contains("nobody is named")
            && !told.contains("none of the people"),
        "{told}"
    );
    assert!(next(&home).iter().all(|airing| airing == "nothing"), "it is a draft");
    home.edit("broadcasts/masks.toml", "\"draft\"", "\"ready\"");
    comes_next(&home, "masks.20261124T0400");

    // Any change lapses it; the difference is what is left to look at.
    home.edit("locales/bo/epidemic.ftl", "ཕྱི་ལ་འགྲོ་སྐབས་ཁ་རས་གྱོན་ནས", "ཁྱིམ་ནས་ཐོན་སྐབས་ཁ་རས་གྱོན་ནས");
    home.record();
    eventually("nothing airs", || next(&home).iter().all(|airing| airing == "nothing").then_some(()));
    daemon.wait_for("`masks` waits for review: when, where and how; bo, lis, zh-CN");
    let told = eventually("the new recording is there", || {
        let told = as_of(&home, ZHUOMA, 0, &["review", "diff", "masks"]);
        told.contains("another recording").then_some(told)
    });
    let of = |part: &str| told.split("\n\n").find(|block| block.starts_with(part)).unwrap().to_owned();
    assert!(of("bo").contains("wear-mask: text: [-ཕྱི་ལ་འགྲོ་-]{+ཁྱིམ་ནས་ཐོན་+}སྐབས་"), "{told}");
    assert!(of("lis").contains("      nothing") && of("when").contains("      nothing"), "{told}");
    let told = as_of(&home, ZHUOMA, 2, &["review", "approve", "masks", "--edition", "000000"]);
    assert!(told.contains("look at it again with `cunxiang review diff masks`"), "{told}");
    as_of(&home, ZHUOMA, 0, &approve("masks"));
    as_of(&home, ZHUOMA, 0, &["review", "approve", "masks"]);
    comes_next(&home, "masks.20261124T0400");
    as_of(&home, ZHUOMA, 0, &["review", "reject", "masks", "--language", "lis", "--comment", "方言不对"]);
    eventually("what is rejected airs no more", || next(&home).contains(&"nothing".to_owned()).then_some(()));
    let told = as_of(&home, ZHUOMA, 0, &["review", "list"]);
    assert!(told.contains("rejected") && told.contains("卓玛: 方言不对"), "{told}");
    let rows = home.json(&["review", "list", "--all"]);
    let lis = rows.iter().find(|row| row["broadcast"] == "masks" && row["language"] == "lis").unwrap();
    assert_eq!((lis["state"].as_str(), lis["comment"].as_str()), (Some("rejected"), Some("方言不对")));

    // Nobody switches it off unseen.
    home.edit("config/county.toml", "required = true", "required = false");
    daemon.wait_for("review is no longer required: what nobody approved airs and is posted from now on");
    assert_eq!(daemon.stop().1, Some(0));
}

#[test]
fn an_emergency_is_approved_by_two_and_airs_what_they_agreed_to() {
    if !rustix::process::geteuid().is_root() {
        println!("left out: only root may act as several people");
        return;
    }
    let home = home();
    home.set_mode("", 0o755);
    let daemon = home.start("2026-11-24T09:30:00+08:00");
    home.set_mode("data", 0o755);
    for (name, account, role) in
        [("卓玛", "nobody", "approver"), ("阿普", "daemon", "approver"), ("李明", "bin", "reviewer")]
    {
        home.say(&["people", "add", name, "--account", account, "--role", role]);
    }
    home.edit("broadcasts/flood.toml", "written_by = \"李明\"\n", "");
    let all = ["--language", "bo", "--language", "lis", "--language", "zh-CN"];
    let waits = |what: &str| {
        let told = as_of(&home, ZHUOMA, 2, &["announce", "flood"]);
        assert!(told.contains(&format!("`flood` waits for review: {what}; ")), "{told}");
    };
    eventually("the edit is read", || {
        as_of(&home, ZHUOMA, 0, &["review", "show", "flood"]).contains("nobody is named as the author").then_some(())
    });
    waits("when, where and how; bo, lis, zh-CN");
    let told = as_of(&home, LIMING, 0, &[&["review", "approve", "flood"][..], &all].concat());
    assert!(told.contains("王芳 is named as an author and is none of the people here"), "{told}");
    waits("when, where and how");
    let told = as_of(&home, LIMING, 2, &["review", "approve", "flood", "--plan"]);
    assert!(told.contains("it takes the role approver"), "{told}");
    // What names nobody is approved by nobody, and the list says which it is.
    let told = as_of(&home, ZHUOMA, 2, &["review", "approve", "flood"]);
    assert!(told.contains("write `written_by = \"NAME\"` into broadcasts/flood.toml; then review it"), "{told}");
    let told = as_of(&home, ZHUOMA, 0, &["review", "list"]);
    let unsigned: Vec<&str> = told.lines().filter(|line| line.contains("NOT NAMED")).collect();
    assert!(unsigned.len() == 1 && unsigned[0].contains("flood"), "{told}");
    home.edit("broadcasts/flood.toml", "state = \"ready\"", "written_by = \"李明\"\nstate = \"ready\"");
    eventually("the writer is read", || {
        as_of(&home, ZHUOMA, 0, &["review", "show", "flood"]).contains("; by 李明").then_some(())
    });
    as_of(&home, LIMING, 2, &[&["review", "approve", "flood"][..], &all].concat());
    let told = as_of(&home, APU, 2, &[&["review", "approve", "flood"][..], &all].concat());
    assert!(told.contains("it takes the role reviewer"), "{told}");
    home.say(&["people", "add", "和丽", "--account", "sys", "--role", "reviewer"]);
    as_of(&home, HELI, 0, &[&["review", "approve", "flood"][..], &all].concat());
    waits("when, where and how");
    as_of(&home, ZHUOMA, 0, &["review", "approve", "flood"]);
    as_of(&home, ZHUOMA, 0, &["review", "approve", "flood"]);
    waits("when, where and how");
    as_of(&home, APU, 0, &["review", "approve", "flood"]);

    let edition = home.catalog().editions["flood"].digest.short();
    let told = as_of(&home, ZHUOMA, 0, &["announce", "flood"]);
    let agreed = format!("; edition {edition} in bo, lis, zh-CN, 3 stations: cross, lower, upper");
    assert!(told.contains(&agreed) && told.contains("`cunxiang confirm 1`"), "{told}");
    let told = as_of(&home, APU, 0, &["confirm", "1", "--show"]);
    assert!(told.contains("order 1, filed by 卓玛: announce flood") && told.contains(&agreed), "{told}");

    // What would be confirmed is not what was filed any more. A changed Chinese text would leave its translations out too.
    let file = "locales/lis/disaster.ftl";
    let before = home.read(file);
    let line = before.lines().find(|line| line.starts_with("flood-warning =")).unwrap();
    home.write(file, &before.replace(line, &format!("{line} !")));
    let told = eventually("the change is seen", || {
        let told = as_of(&home, APU, 0, &["confirm", "1", "--show"]);
        told.contains("but what it says in lis changed").then_some(told)
    });
    assert!(told.contains("it cannot be confirmed"), "{told}");
    let told = as_of(&home, APU, 2, &["confirm", "1"]);
    assert!(
        told.contains("what it says in lis changed since order 1 was filed; look at it and announce it anew"),
        "{told}"
    );
    home.write(file, &before);
    eventually("it is as it was", || {
        (!as_of(&home, APU, 0, &["confirm", "1", "--show"]).contains("but ")).then_some(())
    });
    let told = as_of(&home, APU, 0, &["confirm", "1"]);
    assert!(told.contains("order 1 is confirmed: announce flood") && told.contains(&agreed), "{told}");
    let sounding = || {
        let status = home.status();
        status["stations"].as_array().unwrap().iter().filter(|station| station["sounding"].is_string()).count()
    };
    eventually("it sounds at the three", || (sounding() == 3).then_some(()));

    // How it airs changes: what comes is not what was agreed to, and it is told.
    home.edit("broadcasts/flood.toml", "repeat = 10", "repeat = 9");
    daemon.wait_for("order 1 does nothing with `flood`: how it airs changed since the order was agreed to");
    comes_next(&home, "nothing");
    assert_eq!(daemon.stop().1, Some(0));
}
