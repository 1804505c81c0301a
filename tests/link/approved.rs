//! An emergency in a village: it sounds on the signatures of two approvers and on nothing less. A thief who has the key that
//! signs rundowns, and the line, makes up what he likes; the box refuses each of it, and the county hears of that.
//!
//! Needs an account that may act as several people: root, as in a container's build.

use std::os::unix::process::CommandExt as _;
use std::process::Command;

use chrono::TimeDelta;
use cunxiang::base::{Length, Timestamp};
use cunxiang::county::keys::approver::ApproverKey;
use cunxiang::link::wire;
use cunxiang::rundown::seal::{Envelope, RUNDOWN_TYPE, Signer};
use cunxiang::rundown::statement::ORDER_TYPE;
use cunxiang::rundown::{Airing, Rundown, Statement};
use serde_json::json;

use crate::county::{CLIP_FRAMES, Home, correlation, eventually, instant, text};
use crate::hostile::Secrets;
use crate::middle::Middle;
use crate::village::{Certificate, Village, county_of_boxes, free_port};

const BEGIN: &str = "2026-11-24T09:30:00+08:00";
/// Accounts that every Debian machine has, and who works with them here.
const PEOPLE: [(u32, &str, &str); 3] = [(65_534, "nobody", "卓玛"), (1, "daemon", "阿普"), (2, "bin", "李明")];
/// From one made-up airing to the next: each is over by then.
const APART: TimeDelta = TimeDelta::seconds(3);
const ONE_OF_TWO: &str = "1 of the 2 people needed signed it with a key that is valid now";
const NONE_OF_TWO: &str = "0 of the 2 people needed signed it with a key that is valid now";

/// What one of the people signs with, and how.
fn make_key(home: &Home, name: &str) -> Signer {
    let passphrase = format!("{name}的口令 四个词 很长很长");
    home.write(&format!("{name}.pass"), &format!("{passphrase}\n"));
    let (key, pass) = (home.path(&format!("{name}.key")), home.path(&format!("{name}.pass")));
    let arguments = ["keys", "approver", name, "--out", key.to_str().unwrap(), "--passphrase-file"];
    home.say(&[&arguments[..], &[pass.to_str().unwrap()]].concat());
    // Each of them reads their own only; here that is all the same.
    [format!("{name}.key"), format!("{name}.pass")].iter().for_each(|file| home.set_mode(file, 0o644));
    ApproverKey::read(&key).unwrap().open(&passphrase).unwrap()
}

/// A command of one of [`PEOPLE`] with their own key.
fn say_as(home: &Home, who: usize, arguments: &[&str]) -> String {
    let (uid, _, name) = PEOPLE[who];
    let mut command = Command::new(home.program());
    command.arg("--home").arg(home.path("")).args(arguments).uid(uid).gid(0);
    command.arg("--key").arg(home.path(&format!("{name}.key")));
    command.arg("--passphrase-file").arg(home.path(&format!("{name}.pass")));
    let output = command.output().unwrap();
    let told = text(&output.stdout) + &text(&output.stderr);
    assert!(output.status.success(), "{told}");
    told
}

fn held(village: &Village) -> Rundown {
    let envelope = std::fs::read(village.path("data/rundowns/upper.json")).unwrap();
    let envelope: Envelope = serde_json::from_slice(&envelope).unwrap();
    serde_json::from_slice(&envelope.payload).unwrap()
}

/// How an airing ended, as the county has it, with what the station says of it.
fn ended(home: &Home, airing: &str) -> Option<(String, String)> {
    let rows = home.json(&["log", "--from", "2026-11-24", "--to", "2026-11-25"]);
    let row = rows.into_iter().find(|row| row["airing"] == airing)?;
    let (outcome, reason) = (row["outcome"].as_str()?, row["reason"].as_str().unwrap_or_default());
    Some((format!("{outcome} {reason}").trim().to_owned(), row["detail"].as_str().unwrap_or_default().to_owned()))
}

/// An emergency that the thief makes up: its airing, and whatever comes with it as the people's word.
fn made_up(
    genuine: &(Airing, Statement),
    order: u64,
    at: Timestamp,
    sign: impl FnOnce(Vec<u8>) -> Envelope,
) -> (Airing, Envelope) {
    let (airing, statement) = genuine.clone();
    let statement = Statement { order, filed: at, expires: at + TimeDelta::minutes(30), every: None, ..statement };
    let mut airing =
        Airing { at, order: Some(order), expires: Some(statement.expires), late: Length::minutes(1), ..airing };
    airing.id.instant = at;
    (airing, sign(statement.bytes()))
}

#[test]
fn an_emergency_sounds_in_a_village_on_the_word_of_two_people_and_on_nothing_less() {
    if !rustix::process::geteuid().is_root() {
        println!("left out: only root may act as several people");
        return;
    }
    let (certificate, port) = (Certificate::new(), free_port());
    let middle = Middle::before(port, &certificate);
    let home = county_of_boxes(port, middle.port, None);
    home.daily("masks", "wear-mask", "at = [\"18:00\"]", "repeat = 1\ngap = \"0s\"\npost = \"none\"");
    home.on_order("flood", "flood-warning", "emergency", "I", "repeat = 1\ngap = \"0s\"\npost = \"none\"");
    home.set_mode("", 0o755);
    let daemon = home.start(BEGIN);
    home.set_mode("data", 0o755);
    let [zhuoma, apu, liming] = PEOPLE.map(|(_, account, name)| {
        home.say(&["people", "add", name, "--account", account, "--role", "approver"]);
        make_key(&home, name)
    });
    daemon.wait_for("version=4");
    let village = Village::new("upper", &certificate.ca);
    village.enter(&home);
    let runs = village.boot(BEGIN);
    village.is_ready();

    // Two people, with commands of theirs.
    let told = say_as(&home, 0, &["announce", "flood", "--station", "upper"]);
    assert!(told.contains("it waits for a second person"), "{told}");
    assert_eq!(village.files(), Vec::<String>::new());
    let told = say_as(&home, 1, &["confirm", "1"]);
    assert!(told.contains("is signed by two people and confirmed"), "{told}");
    let first =
        eventually("it sounds in the village", || village.files().into_iter().find(|id| id.starts_with("flood.")));
    let sound = eventually("to its end", || village.aired(&first));
    for (sound, language) in sound[sound.len() - 2 * CLIP_FRAMES..].chunks(CLIP_FRAMES).zip(["bo", "zh-CN"]) {
        let alike = correlation(sound, &home.clip("flood", language).1);
        assert!(alike > 0.999, "{language}: {alike}");
    }
    eventually("the county knows", || (ended(&home, &first)?.0 == "played").then_some(()));
    let genuine = held(&village);
    let airing = genuine.airings.iter().find(|airing| airing.id.to_string() == first).unwrap().clone();
    let statement = Statement::read(&genuine.orders[0]).unwrap();
    home.say(&["cancel", "1"]);
    eventually("it is over", || held(&village).orders.is_empty().then_some(()));
    // One of them leaves.
    home.say(&["keys", "revoke", &liming.id().to_string()]);
    eventually("the box knows that", || {
        let keys: Envelope = serde_json::from_slice(&std::fs::read(village.path("data/keys.json")).ok()?).ok()?;
        let keys: serde_json::Value = serde_json::from_slice(&keys.payload).unwrap();
        (keys["version"] == 5).then_some(())
    });

    // The thief's turn. What two people signed sounds, first and last: all between is refused for its signatures alone.
    let (zhuoma, apu, liming) = (&zhuoma, &apu, &liming);
    let by = |signers: &[&Signer], statement: Vec<u8>| Envelope::seal(ORDER_TYPE, statement, signers);
    let genuine_one = (airing, statement);
    let changed = Statement { expires: genuine_one.1.expires + TimeDelta::days(1), ..genuine_one.1.clone() };
    type Sign<'a> = Box<dyn Fn(Vec<u8>) -> Envelope + 'a>;
    let flipped = |at: usize, bit: u8, signature: usize| -> Sign<'_> {
        Box::new(move |statement| {
            let mut both = by(&[zhuoma, apu], statement);
            both.signatures[signature].sig[at] ^= 1 << bit;
            both
        })
    };
    let cases: Vec<(&str, Sign<'_>, &str, &str)> = vec![
        ("by two", Box::new(|statement| by(&[zhuoma, apu], statement)), "played", ""),
        ("by one", Box::new(|statement| by(&[zhuoma], statement)), "refused unsigned", ONE_OF_TWO),
        ("by one, twice", Box::new(|statement| by(&[zhuoma, zhuoma], statement)), "refused unsigned", ONE_OF_TWO),
        ("by one who left", Box::new(|statement| by(&[zhuoma, liming], statement)), "refused unsigned", ONE_OF_TWO),
        ("with a bit flipped early", flipped(0, 0, 1), "refused unsigned", ONE_OF_TWO),
        ("with a bit flipped late", flipped(63, 6, 0), "refused unsigned", ONE_OF_TWO),
        (
            "by two, of something else",
            Box::new(move |statement| {
                let signed = by(&[zhuoma, apu], changed.bytes());
                Envelope { payload: statement, ..signed }
            }),
            "refused unsigned",
            NONE_OF_TWO,
        ),
        (
            "by two, without a word",
            Box::new(|statement| Envelope { payload_type: RUNDOWN_TYPE.to_owned(), ..by(&[zhuoma, apu], statement) }),
            "refused unsigned",
            "no approvers' signatures came with it",
        ),
        ("by two again", Box::new(|statement| by(&[apu, zhuoma], statement)), "played", ""),
    ];
    let now = instant(home.status()["clock"].as_str().unwrap());
    let begin = Timestamp::from_timestamp(now.timestamp() + 8, 0).unwrap();
    let mut lie = genuine;
    lie.edge = held(&village).edge;
    lie.edge.version += 1;
    lie.issued = now;
    let made = cases
        .iter()
        .enumerate()
        .map(|(i, (_, sign, ..))| made_up(&genuine_one, 101 + i as u64, begin + APART * i as i32, sign));
    (lie.airings, lie.orders) = made.unzip();
    let names: Vec<String> = lie.airings.iter().map(|airing| airing.id.to_string()).collect();
    let signer = Secrets::of(&home).rundown;
    let sealed = Envelope::seal(RUNDOWN_TYPE, serde_json::to_vec(&lie).unwrap(), &[&signer]);
    middle.forge(wire::RUNDOWN, serde_json::to_vec(&json!({ "rundown": sealed })).unwrap());

    for ((what, _, outcome, detail), name) in cases.iter().zip(&names) {
        let found = eventually(&format!("the county hears of one {what}"), || ended(&home, name));
        assert_eq!(found, ((*outcome).to_owned(), (*detail).to_owned()), "{what}");
    }
    let mut sounded = vec![first, names[0].clone(), names[cases.len() - 1].clone()];
    sounded.sort();
    assert_eq!(village.files(), sounded, "only these were ever begun");
    // The box holds what this county never made: nobody is served before a person has looked at that.
    assert!(home.say(&["status"]).contains("HOLD"));
    runs.stop();
    assert_eq!(daemon.stop().1, Some(0));
}
