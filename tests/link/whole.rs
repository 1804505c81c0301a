//! From the code of a new box to the receipt of what it aired, by every path once: refused, pending, a stick, a clip gone
//! bad at rest, a county that dies.

use serde_json::Value;

use crate::county::{CHIME_FRAMES, CLIP_FRAMES, Home, correlation, eventually};
use crate::village::{Certificate, Village, county_of_boxes, free_port, outcome};

const NOON: &str = "masks.20261124T040000Z.upper";
const LATER: &str = "masks.20261124T040018Z.upper";
/// Silence before the first sound of an airing.
const HEAD_FRAMES: usize = 48_000;

#[test]
fn a_village_airs_what_its_county_plans_and_says_so_through_every_cut() {
    let (certificate, port) = (Certificate::new(), free_port());
    let home = county_of_boxes(port, port, Some(&certificate));
    let when = "on = [2026-11-24T12:00:00, 2026-11-24T12:00:18]";
    home.daily("masks", "wear-mask", when, "chime = \"chime\"\ngap = \"200ms\"\nvolume = 100");
    let village = Village::new("upper", &certificate.ca);
    let ca_file = village.path("ca.pem").display().to_string();

    let daemon = home.start("2026-11-24T11:00:00+08:00");
    let enrolment: Value = serde_json::from_str(&home.say(&["enrol", "upper", "--format", "json"])).unwrap();
    let (url, code) = (enrolment["url"].as_str().unwrap(), enrolment["code"].as_str().unwrap());
    // Before it has joined, a box says so; with a wrong code, or a CA that does not vouch, it does not join.
    let (status, told) = village.say(&["run"]);
    assert!(status == Some(2) && told.contains("this box has joined no county"), "{told}");
    let (status, told) = village.say(&["join", url, "wrong-code", "--ca", &ca_file]);
    assert!(status == Some(2) && told.contains("the county refused"), "{told}");
    let (status, told) = village.say(&["join", url, code]);
    assert!(status == Some(2) && told.contains("the county cannot be reached"), "{told}");
    let (status, told) = village.say(&["join", url, code, "--ca", &ca_file]);
    assert!(status == Some(0) && told.contains("joined as upper"), "{told}");
    let fingerprint = told.lines().find_map(|line| line.strip_prefix("fingerprint: ")).unwrap().to_owned();

    let runs = village.start();
    eventually("the box is told that it waits", || {
        let fault = village.status()?["link"]["fault"].as_str()?.to_owned();
        fault.contains("the county refused").then_some(())
    });
    assert!(village.say(&["status"]).1.contains(&fingerprint));
    home.say(&["stations", "confirm", "upper", "--fingerprint", &fingerprint]);
    village.is_ready();

    // A stick holds the same, and is taken while the box runs.
    let stick = village.path("stick.tar");
    home.say(&["station", "export", "--station", "upper", stick.to_str().unwrap()]);
    let (status, told) = village.say(&["import", stick.to_str().unwrap()]);
    assert!(status == Some(0) && told.contains("clips taken"), "{told}");
    let mut bytes = std::fs::read(&stick).unwrap();
    let (clip, _) = home.clip("masks", "bo");
    let at = bytes.windows(clip.len()).position(|window| window == clip).unwrap();
    bytes[at + 100] ^= 1;
    std::fs::write(&stick, bytes).unwrap();
    let (status, told) = village.say(&["import", stick.to_str().unwrap()]);
    assert!(status == Some(2) && told.contains("nothing changed"), "{told}");

    // Both start again shortly before noon; a clip went bad at rest meanwhile.
    runs.stop();
    assert_eq!(daemon.stop().1, Some(0));
    let (spoilt, _) = home.clip("masks", "bo");
    let digest = cunxiang::base::Digest::of(&spoilt).to_string();
    let spoilt = village.path("data/clips").join(&digest[..2]).join(&digest);
    let mut bytes = std::fs::read(&spoilt).unwrap();
    bytes[100] ^= 1;
    std::fs::write(&spoilt, bytes).unwrap();
    let daemon = home.start("2026-11-24T11:59:54+08:00");
    let runs = village.boot("2026-11-24T11:59:54+08:00");
    let sound = eventually("noon sounds in the village", || village.aired(NOON));
    let mut at = HEAD_FRAMES;
    let mut parts = vec![home.clip_file("chime").1];
    parts.extend(["bo", "zh-CN"].map(|language| home.clip("masks", language).1));
    for (i, part) in parts.iter().enumerate() {
        let alike = correlation(&sound[at..at + part.len()], part);
        assert!(alike > 0.999, "part {i} at frame {at}: {alike}");
        at += part.len() + 9_600;
    }
    assert_eq!(sound.len(), HEAD_FRAMES + CHIME_FRAMES + 2 * (9_600 + CLIP_FRAMES));
    eventually("the county knows", || (outcome(&home, NOON)? == "played").then_some(()));

    // The county dies; the village airs on, and tells it when it is back.
    daemon.kill();
    eventually("the village airs by itself", || village.aired(LATER));
    let _daemon = home.start("2026-11-24T12:01:00+08:00");
    eventually("the county hears of it", || (outcome(&home, LATER)? == "played").then_some(()));
    assert_eq!(outcome(&home, NOON).as_deref(), Some("played"));
    runs.stop();

    // It joins again with all it has: a new key, the old one taken back with the confirmation, nothing forgotten.
    let claims = std::fs::read(village.path("data/journal/journal-a")).unwrap();
    let enrolment: Value = serde_json::from_str(&home.say(&["enrol", "upper", "--format", "json"])).unwrap();
    let code = enrolment["code"].as_str().unwrap();
    let (status, told) = village.say(&["join", url, code, "--ca", &ca_file]);
    assert!(status == Some(0) && told.contains("It has a new key"), "{told}");
    let anew = told.lines().find_map(|line| line.strip_prefix("fingerprint: ")).unwrap().to_owned();
    assert_ne!(anew, fingerprint);
    let (_, again) = village.say(&["join", url, code, "--ca", &ca_file]);
    assert!(again.contains("the county refused"), "a code is used once: {again}");
    assert_eq!(std::fs::read(village.path("data/journal/journal-a")).unwrap(), claims, "the journal stays");
    let port = free_port();
    let settings = std::fs::read_to_string(village.path("station.toml")).unwrap();
    village.write("station.toml", &format!("{settings}[page]\nlisten = \"127.0.0.1:{port}\"\n"));
    let runs = village.start();
    home.say(&["stations", "confirm", "upper", "--fingerprint", &anew]);
    let boxes = home.json(&["stations", "--all"]);
    let of = |digits: &str| boxes.iter().find(|one| one["fingerprint"] == digits).map(|one| one["state"].clone());
    assert_eq!((of(&anew), of(&fingerprint)), (Some("confirmed".into()), Some("revoked".into())));
    village.is_ready();
    eventually("it is served under the new key", || {
        let heard = home.json(&["stations"]);
        heard
            .first()
            .is_some_and(|one| one["last_heard"].is_string() && one["problems"] == serde_json::json!([]))
            .then_some(())
    });
    assert!(village.say(&["status"]).1.contains(&anew));
    on_the_spot(&home, &village, port);
    runs.stop();
}

/// What a person at the loudspeaker sees and does, on the page and by commands.
fn on_the_spot(home: &Home, village: &Village, port: u16) {
    let page = eventually("the page shows today's airings", || {
        let page = http(port, "GET", "/?lang=en", "");
        (page.starts_with("HTTP/1.1 200") && page.contains("masks")).then_some(page)
    });
    let token = &page[page.find("name=\"token\" value=\"").unwrap() + 20..][..32];
    let muted = || {
        let boxes = home.json(&["stations"]);
        boxes.first()?["problems"]
            .as_array()?
            .iter()
            .find_map(|one| one.as_str()?.strip_prefix("upper: muted there: ").map(str::to_owned))
    };
    let form = format!("token={token}&station=upper&lang=en&reason=a+funeral+next+door");
    let answer = http(port, "POST", "/mute", &form.replace(token, &"0".repeat(32)));
    assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
    let answer = http(port, "POST", "/mute", &form);
    assert!(answer.contains("/?lang=en&said=done"), "{answer}");
    eventually("the county knows why", || (muted()? == "a funeral next door").then_some(()));
    assert!(http(port, "GET", "/?lang=zh-CN", "").contains("a funeral next door"));
    let (status, told) = village.say(&["sound-check"]);
    assert!(status == Some(1) && told.contains("muted"), "{told}");
    let (status, told) = village.say(&["unmute"]);
    assert!(status == Some(0) && told.contains("sounds again"), "{told}");
    eventually("the county knows that", || muted().is_none().then_some(()));
    let (status, told) = village.say(&["volume", "40"]);
    assert!(status == Some(0) && told.contains("40"), "{told}");
    assert!(http(port, "GET", "/?lang=en", "").contains("value=\"40\" aria-pressed=\"true\""));
    let (status, told) = village.say(&["mute", "--reason", " "]);
    assert!(status == Some(1) && told.contains("needs a reason"), "{told}");
    assert_eq!(village.say(&["sound-check", "--station", "nowhere"]).0, Some(1));
}

/// An answer of the page as it comes.
fn http(port: u16, method: &str, path: &str, body: &str) -> String {
    use std::io::{Read as _, Write as _};
    let Ok(mut page) = std::net::TcpStream::connect(("127.0.0.1", port)) else { return String::new() };
    let head = format!("{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n");
    let length = format!("Content-Length: {}\r\n\r\n{body}", body.len());
    page.write_all((head + &length).as_bytes()).unwrap();
    let mut answer = String::new();
    let _ = page.read_to_string(&mut answer);
    answer
}
