//! A box whose disk is full: what it holds still sounds, also after a boot; what it cannot keep it does not take, and once
//! there is room everything is as if nothing had been.
//!
//! Needs an account that may mount a tmpfs; elsewhere the test says that it was left out.

use crate::county::eventually;
use crate::disk::Disk;
use crate::village::{Certificate, Village, county_of_boxes, free_port, outcome};

#[test]
fn a_box_with_a_full_disk_airs_on() {
    let (certificate, port) = (Certificate::new(), free_port());
    let home = county_of_boxes(port, port, Some(&certificate));
    let village = Village::new("upper", &certificate.ca);
    let Some(disk) = Disk::mount(village.path("data"), 8) else { return };
    let airings = ["010020", "010040", "010050"].map(|time| format!("masks.20261124T{time}Z.upper"));
    let when = "on = [2026-11-24T09:00:20, 2026-11-24T09:00:40, 2026-11-24T09:00:50]";
    home.daily("masks", "wear-mask", when, "repeat = 1\ngap = \"0s\"\nlate = \"1m\"\npost = \"none\"");
    let daemon = home.start("2026-11-24T08:00:00+08:00");
    village.enter(&home);
    let runs = village.boot("2026-11-24T08:00:00+08:00");
    village.is_ready();
    daemon.kill();
    disk.fill();
    // The box learns what time it is now, too, and can keep that as little as anything else.
    let daemon = home.start("2026-11-24T09:00:14+08:00");
    eventually("it sounds on a full disk", || village.aired(&airings[0]));
    runs.wait_for("the disk is full");

    // The power fails while the disk is full; a newer rundown cannot be kept, and is not taken.
    runs.kill();
    home.daily("hands", "wash-hands", "at = [\"12:00\"]", "repeat = 1\npost = \"none\"");
    let runs = village.boot(home.status()["clock"].as_str().unwrap());
    eventually("it sounds after a boot, too", || village.aired(&airings[1]));
    runs.wait_for("the disk is full");
    let held = |text: &str| {
        let served = std::fs::read_to_string(village.path("data/rundowns/upper.json")).unwrap();
        let served: cunxiang::rundown::seal::Envelope = serde_json::from_str(&served).unwrap();
        String::from_utf8_lossy(&served.payload).contains(text)
    };
    assert!(!held("\"hands."));

    disk.free();
    eventually("the newer rundown is taken", || held("\"hands.").then_some(()));
    eventually("it goes on", || village.aired(&airings[2]));
    for airing in &airings {
        eventually("the county hears of it", || (outcome(&home, airing)? == "played").then_some(()));
    }
    eventually("and the box knows that", || (village.acknowledged() == 3).then_some(()));
    runs.stop();
    assert_eq!(daemon.stop().1, Some(0));
}
