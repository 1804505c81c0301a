//! Boxes that boot in 1970, a day ahead and a day behind, and a county whose clock steps by a day while boxes run: all air
//! at the right time, once.

use serde_json::Value;

use crate::county::{eventually, instant};
use crate::line::Line;
use crate::village::{Certificate, Runs, Village, county_of_boxes, free_port, outcome, villages};

const NOON: &str = "masks.20261124T040000Z";

fn is_trusted(village: &Village) -> Option<bool> {
    village.status()?["box"]["clock_trusted"].as_bool()
}

/// The box's own time.
fn at(village: &Village) -> Option<chrono::DateTime<chrono::Utc>> {
    village.status()?["box"]["at"].as_str()?.parse().ok()
}

#[test]
fn boxes_that_boot_at_any_time_air_at_the_county_s() {
    let (certificate, port) = (Certificate::new(), free_port());
    let line = Line::to(port);
    let home = county_of_boxes(port, line.port, Some(&certificate));
    home.daily("masks", "wear-mask", "at = [\"12:00\"]", "repeat = 1\ngap = \"0s\"");
    let daemon = home.start("2026-11-24T11:00:00+08:00");
    let villages = villages(&certificate.ca);
    let boots = ["1970-01-01T00:00:20Z", "2026-11-25T09:00:00+08:00", "2026-11-23T12:00:00+08:00"];
    for village in &villages {
        village.enter(&home);
        village.settings(false);
        let runs = village.boot("2026-11-24T11:00:00+08:00");
        village.is_ready();
        runs.stop();
    }
    daemon.kill();
    // No line, no battery: they hold what airs at noon, and wait for somebody who knows the time. The one of 1970 has a
    // battery, which is flat.
    villages[0].settings(true);
    line.cut();
    let daemon = home.start("2026-11-24T11:59:55+08:00");
    let runs: Vec<Runs> = villages.iter().zip(boots).map(|(village, at)| village.boot(at)).collect();
    for village in &villages {
        eventually("it says that it does not know", || (!is_trusted(village)?).then_some(()));
    }
    let past_noon = instant("2026-11-24T12:00:05+08:00");
    eventually("noon has passed", || (instant(home.status()["clock"].as_str()?) > past_noon).then_some(()));
    for village in &villages {
        assert_eq!(village.files(), Vec::<String>::new());
    }
    line.mend();
    for village in &villages {
        let airing = format!("{NOON}.{}", village.station);
        eventually("it sounds within its window", || village.aired(&airing));
        eventually("and is told", || (outcome(&home, &airing)? == "played").then_some(()));
        assert_eq!(village.files(), [airing]);
    }
    runs.into_iter().for_each(Runs::stop);
    assert_eq!(daemon.stop().1, Some(0));
}

#[test]
fn a_county_whose_clock_steps_by_a_day_brings_no_burst_and_nothing_twice() {
    let (certificate, port) = (Certificate::new(), free_port());
    let home = county_of_boxes(port, port, Some(&certificate));
    home.daily("masks", "wear-mask", "at = [\"12:00\"]", "repeat = 1\ngap = \"0s\"\npost = \"none\"");
    // What the step passes over.
    home.daily(
        "hands",
        "wash-hands",
        "at = [\"13:00\", \"14:00\", \"18:00\"]",
        "repeat = 1\ngap = \"0s\"\npost = \"none\"",
    );
    let mut daemon = home.start("2026-11-24T11:59:00+08:00");
    let village = Village::new("upper", &certificate.ca);
    village.enter(&home);
    let runs = village.boot("2026-11-24T11:59:00+08:00");
    village.is_ready();
    let noon = |day: u32| format!("masks.202611{day}T040000Z.upper");
    let restart = |daemon: crate::county::Daemon, at: &str| {
        daemon.kill();
        home.start(at)
    };
    daemon = restart(daemon, "2026-11-24T11:59:57+08:00");
    eventually("today's noon sounds", || village.aired(&noon(24)));

    // A day ahead: the box's proofs are refused, it asks the time, and follows.
    daemon = restart(daemon, "2026-11-25T11:59:55+08:00");
    eventually("tomorrow's noon sounds", || village.aired(&noon(25)));
    eventually("what was passed over is missed", || {
        let log: Vec<Value> = home.json(&["log", "--from", "2026-11-24", "--to", "2026-11-25T12:30:00+08:00"]);
        let hands = log.iter().filter(|row| row["broadcast"] == "hands");
        (hands.filter(|row| row["outcome"] == "missed").count() == 3).then_some(())
    });
    assert_eq!(village.files(), [noon(24), noon(25)]);

    // And back: nothing is said again, and what is ordered now sounds now.
    let _daemon = restart(daemon, "2026-11-24T11:59:57+08:00");
    let back = "2026-11-24T04:00:05Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    eventually("the box follows", || (at(&village)? < back + chrono::TimeDelta::minutes(5)).then_some(()));
    let past_noon = instant("2026-11-24T12:00:05+08:00");
    eventually("noon has passed", || (instant(home.status()["clock"].as_str()?) > past_noon).then_some(()));
    assert_eq!(village.files(), [noon(24), noon(25)]);
    home.say(&["announce", "masks", "--station", "upper"]);
    eventually("the order sounds", || (village.files().len() == 3).then_some(()));
    runs.stop();
}
