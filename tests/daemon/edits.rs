//! People edit while the daemon runs: what is good takes effect, what is faulty does not, says why, and holds nothing
//! else back.

use serde_json::Value;

use crate::county::{Home, eventually};

fn home() -> Home {
    let home = Home::new();
    home.daily("masks", "wear-mask", "at = [\"12:00\"]", "");
    home.daily("hands", "wash-hands", "at = [\"13:00\"]", "");
    home
}

/// What the stations air next, as the daemon tells: station and airing, without the date.
fn next(home: &Home) -> Vec<String> {
    let status = home.status();
    let stations = status["stations"].as_array().unwrap().clone();
    let of = |station: Value| station["next"]["airing"].as_str().unwrap_or("nothing").to_owned();
    stations.into_iter().map(of).collect()
}

fn faults(home: &Home) -> Vec<String> {
    home.status()["faults"].as_array().unwrap().iter().map(|fault| fault.as_str().unwrap().to_owned()).collect()
}

fn comes_next(home: &Home, what: &str) {
    eventually(what, || next(home).iter().all(|airing| airing.starts_with(what)).then_some(()));
}

fn is_told(home: &Home, fault: &str) {
    eventually(fault, || faults(home).iter().any(|told| told.contains(fault)).then_some(()));
}

const MASKS: &str = "masks.20261124T0400";
const MASKS_LATER: &str = "masks.20261124T0330";
const HANDS: &str = "hands.20261124T0300";

#[test]
fn a_good_change_takes_effect_and_a_faulty_one_holds_nothing_else_back() {
    let home = home();
    let daemon = home.start("2026-11-24T09:00:00+08:00");
    comes_next(&home, MASKS);

    home.edit("broadcasts/masks.toml", "12:00", "11:30");
    comes_next(&home, MASKS_LATER);

    // A broadcast with a fault keeps its last good form; the other one's good change goes live in the same moment.
    home.edit("broadcasts/masks.toml", "11:30", "10:00\", \"35:00");
    home.edit("broadcasts/hands.toml", "13:00", "11:00");
    comes_next(&home, HANDS);
    is_told(&home, "broadcasts/masks.toml:6:16: `35:00` is neither a time of day nor a slot");
    assert!(daemon.log().contains("broadcasts/masks.toml:6:16"), "{}", daemon.log());
    assert!(daemon.get("/metrics").1.contains("cunxiang_content_faults 1"));

    // A text with a fault, a file that is no TOML, and a key nobody knows: each told with its place.
    home.edit("locales/bo/epidemic.ftl", "wear-mask =", "wear-mask { =");
    is_told(&home, "locales/bo/epidemic.ftl:");
    home.write("broadcasts/rooms.toml", "title = \"rooms\nstate = 1");
    is_told(&home, "broadcasts/rooms.toml:1:");
    home.edit("config/chats.toml", "[[chat]]", "[[chat]]\ncolour = \"red\"");
    is_told(&home, "config/chats.toml:3:1: ");
    // Whoever reads beside the daemon sees what it has on air, and is told so.
    let log = home.output(&["log"]);
    let told = String::from_utf8_lossy(&log.stderr).into_owned();
    assert!(log.status.success() && told.contains("config/ has faults; this is the form that is on air"), "{told}");
    // config/ changes whole or not at all: a good change of another of its files waits for the faulty one.
    home.edit("config/stations.toml", "languages = [\"bo\", \"lis\", \"zh-CN\"]", "languages = [\"zh-CN\"]");
    home.edit("broadcasts/hands.toml", "11:00", "10:30");
    comes_next(&home, "hands.20261124T0230");
    let plan_of_cross = || {
        let status = home.status();
        status["stations"].as_array().unwrap().iter().find(|s| s["station"] == "cross").unwrap()["rundown"].clone()
    };
    let before = plan_of_cross();
    home.edit("config/chats.toml", "colour = \"red\"\n", "");
    eventually("the station's languages change", || (plan_of_cross() != before).then_some(()));

    // The last good forms outlive a restart while the files are still faulty.
    assert_eq!(daemon.stop().1, Some(0));
    home.edit("broadcasts/hands.toml", "10:30", "25:30");
    let daemon = home.start("2026-11-24T09:10:00+08:00");
    comes_next(&home, "hands.20261124T0230");
    is_told(&home, "broadcasts/masks.toml:6:16");
    is_told(&home, "broadcasts/hands.toml:6:7");

    // Mended: what was written last is what airs. Deleted: it airs no more.
    home.edit("broadcasts/masks.toml", "\"10:00\", \"35:00\"", "\"09:45\"");
    comes_next(&home, "masks.20261124T0145");
    std::fs::remove_file(home.path("broadcasts/masks.toml")).unwrap();
    comes_next(&home, "hands.20261124T0230");
    std::fs::remove_file(home.path("broadcasts/hands.toml")).unwrap();
    eventually("nothing is left", || next(&home).iter().all(|airing| airing == "nothing").then_some(()));
    assert_eq!(daemon.stop().1, Some(0));
}
