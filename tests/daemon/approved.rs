//! Emergencies on the signatures of two approvers, and keys that change under a running daemon.

use std::os::unix::process::CommandExt as _;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use crate::county::{Daemon, Home, eventually, text, wait};

/// Accounts that every Debian machine has, and who works with them here.
const PEOPLE: [(u32, &str, &str); 2] = [(65_534, "nobody", "卓玛"), (1, "daemon", "阿普")];

/// A county with two approvers, each with a key and a passphrase in a file; long airings.
fn county() -> (Home, Daemon) {
    let home = Home::new();
    let chats = home.read("config/chats.toml");
    home.write("config/chats.toml", chats.split("[[chat]]\nid = \"group\"").next().unwrap());
    home.on_order("flood", "flood-warning", "emergency", "I", "repeat = 10\ngap = \"5s\"\npost = \"once\"");
    home.set_mode("", 0o755);
    let daemon = home.start("2026-11-24T09:30:00+08:00");
    home.set_mode("data", 0o755);
    for (_, account, name) in PEOPLE {
        home.say(&["people", "add", name, "--account", account, "--role", "approver"]);
    }
    (home, daemon)
}

fn make_key(home: &Home, name: &str) -> String {
    home.write(&format!("{name}.pass"), &format!("{name}的口令 四个词 很长很长\n"));
    home.set_mode(&format!("{name}.pass"), 0o644);
    let (key, pass) = (home.path(&format!("{name}.key")), home.path(&format!("{name}.pass")));
    let said = home.say(&[
        "keys",
        "approver",
        name,
        "--out",
        key.to_str().unwrap(),
        "--passphrase-file",
        pass.to_str().unwrap(),
    ]);
    home.set_mode(&format!("{name}.key"), 0o644);
    said
}

/// A command of one of [`PEOPLE`], with the key file and passphrase of `key`.
fn say_as(home: &Home, who: usize, arguments: &[&str], key: Option<(usize, usize)>) -> (Option<i32>, String) {
    let mut command = Command::new(home.program());
    command.arg("--home").arg(home.path("")).args(arguments).uid(PEOPLE[who].0).gid(0);
    if let Some((key, passphrase)) = key {
        command.arg("--key").arg(home.path(&format!("{}.key", PEOPLE[key].2)));
        command.arg("--passphrase-file").arg(home.path(&format!("{}.pass", PEOPLE[passphrase].2)));
    }
    let output = command.output().unwrap();
    (output.status.code(), text(&output.stdout) + &text(&output.stderr))
}

fn sounding(home: &Home) -> usize {
    home.status()["stations"].as_array().unwrap().iter().filter(|station| station["sounding"].is_string()).count()
}

fn keys(home: &Home) -> Value {
    serde_json::from_str(&home.say(&["keys", "show", "--format", "json"])).unwrap()
}

fn key_of<'v>(keys: &'v Value, person: &str) -> &'v str {
    let all = keys["keys"].as_array().unwrap();
    all.iter().find(|key| key["person"] == person && key["state"] == "valid").unwrap()["id"].as_str().unwrap()
}

#[test]
fn two_people_with_keys_raise_an_emergency_and_one_does_not() {
    if !rustix::process::geteuid().is_root() {
        println!("left out: only root may act as several people");
        return;
    }
    let (home, daemon) = county();
    assert!(home.say(&["status"]).contains("whoever holds the rundown key could raise an emergency"));
    assert!(home.say(&["keys", "show"]).contains("no approver has a key"));
    assert!(home.refuse(2, &["keys", "approver", "李明"]).contains("李明 is not an approver among the people"));

    let said = make_key(&home, "卓玛");
    assert!(said.contains("only 1 has a key: make a second one now"), "{said}");
    make_key(&home, "阿普");
    daemon.wait_for("version=3");
    assert_eq!(keys(&home)["approvals_required"], true);
    assert!(!home.say(&["status"]).contains("could raise an emergency"));
    assert!(daemon.get("/metrics").1.contains("person=\"卓玛\""));

    // Not in the very first second of these stations.
    wait(Duration::from_secs(1));
    let (status, told) = say_as(&home, 0, &["announce", "flood"], Some((0, 0)));
    assert_eq!(status, Some(0), "{told}");
    assert!(told.contains("You sign:") && told.contains("emergency, level I, `flood`"), "{told}");
    assert!(told.contains("order 1 is signed by 卓玛; it waits for a second person: `cunxiang confirm 1`"), "{told}");
    let (status, told) = say_as(&home, 0, &["confirm", "1"], Some((0, 0)));
    assert_eq!(status, Some(2));
    assert!(told.contains("卓玛 signed order 1 already"), "{told}");
    for (key, says) in [
        // Another's key, and another's passphrase.
        ((0, 0), "and the county knows"),
        ((1, 0), "the passphrase is wrong"),
    ] {
        let (status, told) = say_as(&home, 1, &["confirm", "1"], Some(key));
        assert_eq!(status, Some(2), "{told}");
        assert!(told.contains(says), "{told}");
    }
    assert_eq!(sounding(&home), 0);
    let (status, told) = say_as(&home, 1, &["confirm", "1"], Some((1, 1)));
    assert_eq!(status, Some(0), "{told}");
    assert!(told.contains("order 1 is signed by two people and confirmed: announce flood"), "{told}");
    eventually("it sounds everywhere", || (sounding(&home) == 3).then_some(()));
    let orders = home.say(&["orders"]);
    assert!(orders.contains("卓玛, 阿普"), "{orders}");
    home.say(&["cancel", "1"]);
    eventually("it is quiet", || (sounding(&home) == 0).then_some(()));

    // One of them leaves.
    let id = key_of(&keys(&home), "阿普").to_owned();
    assert!(home.say(&["keys", "revoke", &id]).contains("is revoked"));
    daemon.wait_for("version=4");
    let (status, told) = say_as(&home, 1, &["announce", "flood"], Some((1, 1)));
    assert_eq!(status, Some(2));
    assert!(told.contains("阿普 has no approver's key that is valid now"), "{told}");
    assert!(home.say(&["keys", "show"]).contains("1 of the 2 approvers needed has a valid key"));
}

#[test]
fn keys_change_under_a_running_daemon() {
    let (home, daemon) = county();
    let rundown = |home: &Home| home.status()["stations"][0]["rundown"]["version"].as_u64().unwrap();
    eventually("a rundown is in force", || (rundown(&home) > 0).then_some(()));
    let before = rundown(&home);
    // The root key on a stick.
    std::fs::rename(home.path("data/keys/root.key"), home.path("root.key")).unwrap();
    let refused = home.refuse(2, &["keys", "rotate"]);
    assert!(refused.contains("the root key is not at hand"), "{refused}");
    let stick = home.path("root.key");
    let said = home.say(&["keys", "rotate", "--root", stick.to_str().unwrap()]);
    assert!(said.contains("signs from now on") && said.contains("may be verified with until"), "{said}");
    daemon.wait_for("the keys document was changed, and is in use");
    eventually("it is sealed again and accepted", || (rundown(&home) > before).then_some(()));
    assert!(home.status()["stations"].as_array().unwrap().iter().all(|station| station["refused"].is_null()));

    // The key that was in use is stolen.
    let shown = keys(&home);
    let in_use = shown["keys"].as_array().unwrap().iter().find(|key| key["use"] == "rundown" && key["in_use"] == true);
    let stolen = in_use.unwrap()["id"].as_str().unwrap().to_owned();
    let before = rundown(&home);
    let said = home.say(&["keys", "revoke", &stolen, "--root", stick.to_str().unwrap()]);
    assert!(said.contains("signs in its place"), "{said}");
    eventually("it is sealed once more", || (rundown(&home) > before).then_some(()));
    assert!(home.status()["stations"].as_array().unwrap().iter().all(|station| station["refused"].is_null()));
    assert!(
        home.refuse(2, &["keys", "revoke", &stolen, "--root", stick.to_str().unwrap()]).contains("revoked already")
    );
    // A second start takes them up as they are.
    assert_eq!(daemon.stop().1, Some(0));
    let daemon = home.start("2026-11-24T10:30:00+08:00");
    assert!(home.status()["stations"].as_array().unwrap().iter().all(|station| station["refused"].is_null()));
    drop(daemon);
}
