//! What stands between a box and its county ends TLS and lies: no rundown that the county did not make for this box, now,
//! is taken, none is played, and the county hears of each; a clip that was changed on the way is asked for again.

use chrono::TimeDelta;
use cunxiang::base::Digest;
use cunxiang::county::keys::CountyKeys;
use cunxiang::link::wire;
use cunxiang::rundown::seal::{Envelope, KEYS_TYPE, KeyId, RUNDOWN_TYPE, Signer};
use serde_json::{Value, json};

use crate::county::{Home, eventually, instant};
use crate::middle::Middle;
use crate::village::{Certificate, Runs, Village, county_of_boxes, free_port};

const BEGIN: &str = "2026-11-24T11:00:00+08:00";
const UNTRUSTED: &str = "no signature on it is by a key that may sign this now";

/// The county's own signers, which a thief does not have.
pub struct Secrets {
    pub root: Signer,
    pub rundown: Signer,
    pub time: Signer,
}

impl Secrets {
    pub fn of(home: &Home) -> Secrets {
        use base64::Engine as _;
        let read = |name: &str| {
            let text = home.read(&format!("data/keys/{name}.key"));
            let bytes = base64::engine::general_purpose::STANDARD.decode(text.trim()).unwrap();
            Signer::from_secret(&bytes.try_into().unwrap())
        };
        Secrets { root: read("root"), rundown: read("rundown"), time: read("time") }
    }
}

fn served(rundown: &Envelope) -> Vec<u8> {
    serde_json::to_vec(&json!({ "rundown": rundown })).unwrap()
}

/// The county's rundown with an airing that is due now, and what else `change` does to it.
fn with_an_airing_of_mine(genuine: &Envelope, change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let mut body: Value = serde_json::from_slice(&genuine.payload).unwrap();
    let at = instant(BEGIN) + TimeDelta::seconds(5);
    let mut airing = body["airings"][0].clone();
    airing["id"] = json!(format!("forged.{}.upper", at.format("%Y%m%dT%H%M%SZ")));
    airing["at"] = json!(at.to_rfc3339());
    airing["late"] = json!("30m");
    body["airings"].as_array_mut().unwrap().insert(0, airing);
    change(&mut body);
    serde_json::to_vec(&body).unwrap()
}

/// Every way to be wrong, with what the box says of it. `old` was the county's own once.
fn forgeries(secrets: &Secrets, genuine: &Envelope, old: &Envelope) -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let (mine, own) = (Signer::generate(), &secrets.rundown);
    let plain = || with_an_airing_of_mine(genuine, |_| {});
    let seal = |payload, signer: &Signer| Envelope::seal(RUNDOWN_TYPE, payload, &[signer]);
    let changed = |change: &dyn Fn(&mut Value)| seal(with_an_airing_of_mine(genuine, |body| change(body)), own);
    let mut renamed = seal(plain(), &mine);
    renamed.signatures[0].keyid = KeyId::clone(own.id());
    let mut grafted = genuine.clone();
    grafted.payload = plain();
    let mut found = vec![
        ("replayed", served(old), "it is older than what was accepted before"),
        ("a stranger's", served(&seal(plain(), &mine)), UNTRUSTED),
        ("a stranger's under the county's name", served(&renamed), UNTRUSTED),
        ("under another one's signature", served(&grafted), UNTRUSTED),
        ("signed by the time key", served(&seal(plain(), &secrets.time)), UNTRUSTED),
        ("signed by the root", served(&seal(plain(), &secrets.root)), UNTRUSTED),
        ("sealed as keys", served(&Envelope::seal(KEYS_TYPE, plain(), &[own])), "it is sealed as `"),
        ("for another village", served(&changed(&|body| body["station"] = json!("lower"))), "it is for station lower"),
        ("of an older epoch", served(&changed(&|body| body["epoch"] = json!(1))), "it is older than"),
        (
            "over",
            served(&changed(&|body| body["valid_until"] = json!("2026-11-24T10:00:00+08:00"))),
            "it was valid until",
        ),
        (
            "of tomorrow",
            served(&changed(&|body| body["issued"] = json!("2026-11-25T11:00:00+08:00"))),
            "it is dated after now",
        ),
        (
            "with what is not understood",
            served(&changed(&|body| body["must"] = json!(["x"]))),
            "its content is at fault",
        ),
        (
            "with a stranger's keys",
            serde_json::to_vec(&json!({
                "keys": Envelope::seal(KEYS_TYPE, b"{}".to_vec(), &[&mine]),
                "rundown": seal(plain(), &mine),
            }))
            .unwrap(),
            UNTRUSTED,
        ),
    ];
    // Bit by bit: src/rundown/seal/tests.rs. Here some of them go all the way.
    let length = genuine.payload.len();
    for (at, bit) in [(0, 0), (length / 3, 3), (length - 1, 7)] {
        let mut flipped = genuine.clone();
        flipped.payload[at] ^= 1 << bit;
        found.push(("with a flipped bit", served(&flipped), UNTRUSTED));
    }
    for at in [0, 40, 63] {
        let mut flipped = genuine.clone();
        flipped.signatures[0].sig[at] ^= 1;
        found.push(("with a flipped bit in its signature", served(&flipped), UNTRUSTED));
    }
    found
}

/// The rundown that the box holds.
fn held(village: &Village) -> Envelope {
    serde_json::from_slice(&std::fs::read(village.path("data/rundowns/upper.json")).unwrap()).unwrap()
}

/// Has the box meet a lie and then the truth, and waits until it has said what it thinks of the first.
fn check(middle: &Middle, runs: &Runs, truth: &[u8], (what, lie, why): &(&str, Vec<u8>, &str)) {
    let before = runs.log().len();
    middle.forge(wire::RUNDOWN, lie.clone());
    middle.forge(wire::RUNDOWN, truth.to_vec());
    let log = eventually(&format!("a rundown {what} is refused"), || {
        let log = runs.log()[before..].to_owned();
        (log.contains("asking for the rundown") && log.contains("it goes again")).then_some(log)
    });
    let refused = format!("a document of the county was not taken: refused: {why}");
    assert!(log.contains(&refused), "a rundown {what}: {log}");
}

/// What the county says of its boxes.
fn problems(home: &Home) -> String {
    home.say(&["stations", "--format", "json"])
}

#[test]
fn a_proxy_that_lies_has_no_say_in_a_village() {
    let (certificate, port) = (Certificate::new(), free_port());
    let middle = Middle::before(port, &certificate);
    let home = county_of_boxes(port, middle.port, None);
    home.daily("masks", "wear-mask", "at = [\"18:00\"]", "repeat = 1\ngap = \"0s\"");
    home.daily("taken-back", "wash-hands", "on = [2026-11-24T11:02:00]", "late = \"1h\"");
    let daemon = home.start(BEGIN);
    let village = Village::new("upper", &certificate.ca);
    village.enter(&home);

    // Clips that were changed on the way are noticed, thrown away, and come whole in the end.
    middle.spoil_clips(2);
    let runs = village.boot(BEGIN);
    runs.wait_for("came corrupt; it is thrown away and asked for again");
    village.is_ready();
    let mut clips = 0;
    for folder in std::fs::read_dir(village.path("data/clips")).unwrap() {
        for file in std::fs::read_dir(folder.unwrap().path()).into_iter().flatten() {
            let path = file.unwrap().path();
            let digest = Digest::of(&std::fs::read(&path).unwrap()).to_string();
            assert_eq!(path.file_name().unwrap().to_str(), Some(&*digest));
            clips += 1;
        }
    }
    assert!(clips >= 4, "{clips}");

    // The county takes an airing back: who plays the older rundown again would have it sound.
    let old = held(&village);
    assert!(String::from_utf8_lossy(&old.payload).contains("taken-back."));
    home.edit("broadcasts/taken-back.toml", "ready", "paused");
    let truth = eventually("the box has the newer rundown", || Some(held(&village)).filter(|newest| *newest != old));
    let secrets = Secrets::of(&home);
    assert!(CountyKeys::look(&home.path("data/keys")).is_ok());
    let forgeries = forgeries(&secrets, &truth, &old);
    forgeries.iter().for_each(|forgery| check(&middle, &runs, &served(&truth), forgery));

    // While it goes on, the county is told; when it ends, too.
    let lie = &forgeries[1].1;
    eventually("the county hears of the refusal", || {
        if middle.left() == 0 {
            middle.forge(wire::RUNDOWN, lie.clone());
        }
        problems(&home).contains(&format!("upper: rundown refused: refused: {UNTRUSTED}")).then_some(())
    });
    middle.forge(wire::RUNDOWN, served(&truth));
    eventually("and of its end", || (!problems(&home).contains("rundown refused")).then_some(()));
    // A time that nobody signed for this question is none: the box has its own.
    let time = middle.said(wire::TIME).unwrap();
    middle.forge(wire::TIME, time);
    runs.stop();
    assert_eq!(village.files(), Vec::<String>::new(), "something sounded that the county did not want");
    let runs = village.boot("2026-11-24T11:03:00+08:00");
    runs.wait_for("asking the time: the time was not taken: it answers another question");

    // The same content under the county's own key is what would have sounded.
    let signed = Envelope::seal(
        RUNDOWN_TYPE,
        with_an_airing_of_mine(&truth, |body| {
            body["version"] = json!(body["version"].as_u64().unwrap() + 1);
        }),
        &[&secrets.rundown],
    );
    middle.forge(wire::RUNDOWN, served(&signed));
    eventually("what is signed sounds", || village.files().first().filter(|id| id.starts_with("forged.")).map(drop));
    runs.stop();
    assert_eq!(daemon.stop().1, Some(0));
}
