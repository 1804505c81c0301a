//! The console in a real Chromium: the real program on a small county, and scripts that do what people do.
#![allow(clippy::unwrap_used)]

#[path = "../county/mod.rs"]
mod county;

use std::path::Path;
use std::process::Command;

use chrono::{DateTime, FixedOffset};
use cunxiang::base::Clock as _;
use cunxiang::base::clock::RealClock;

use county::{Daemon, Home, text};

/// A county with something on every page, and its console.
fn home() -> Home {
    let home = Home::new();
    home.machine("null", None);
    home.daily("epidemic", "wear-mask", "at = [\"morning\", \"noon\"]", "");
    home.on_order("flood", "flood-warning", "emergency", "I", "chime = \"chime\"\nrepeat = 10\ngap = \"5s\"");
    home.on_order("drill", "evacuation-drill", "drill", "III", "repeat = 10\ngap = \"5s\"");
    let machine = home.read("config/machine.toml") + "[console]\nlisten = \"127.0.0.1:0\"\n";
    home.write("config/machine.toml", &machine);
    home
}

/// Runs a script of this folder in a browser on the county's console. It fails where the script does.
fn browse(home: &Home, daemon: &Daemon, script: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let node = root.join("target/test-node");
    assert!(node.join("node_modules/playwright-core").exists(), "run scripts/test-node.sh first");
    let log = daemon.log();
    let (_, link) = log.split_once("within 15 minutes, open ").expect("it tells the link");
    let status = home.status();
    let clock: DateTime<FixedOffset> = status["clock"].as_str().unwrap().parse().unwrap();
    let ahead = clock.to_utc() - RealClock::default().now();
    let output = Command::new("node")
        .arg(root.join("tests/browser").join(script))
        .env("TEST_NODE", &node)
        .env("BINARY", county::BINARY)
        .env("COUNTY", home.path(""))
        .env("LINK", link.split_whitespace().next().unwrap())
        .env("CLOCK_AHEAD_MS", ahead.num_milliseconds().to_string())
        .output()
        .expect("node is installed: scripts/test-node.sh");
    let told = format!("{}{}", text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{script}: {}\n{told}", output.status);
    told
}

#[test]
fn every_page_is_sound_in_every_language_and_width() {
    let home = home();
    let daemon = home.start("2026-11-24T10:00:00+08:00");
    let told = browse(&home, &daemon, "pages.mjs");
    assert!(told.contains("looked at"), "{told}");
}

#[test]
fn two_people_raise_an_emergency_and_end_it() {
    let home = home();
    let daemon = home.start("2026-11-24T10:00:00+08:00");
    let told = browse(&home, &daemon, "emergency.mjs");
    assert!(told.contains("all of it"), "{told}");
    let orders = home.say(&["orders"]);
    assert!(orders.contains("announce flood") && orders.contains("announce drill"), "{orders}");
}
