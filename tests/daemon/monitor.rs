//! What a monitor, an init system and a collector of logs see.

use std::os::unix::net::UnixDatagram;

use crate::county::{Home, eventually};

/// The samples of an OpenMetrics text, `name{labels}` to value, once its form holds: each family has a type, no line is
/// of another form, the last says that it is the last.
fn metrics(text: &str) -> std::collections::BTreeMap<String, f64> {
    assert!(text.ends_with("# EOF\n"), "{text}");
    let mut families = std::collections::BTreeSet::new();
    let mut samples = std::collections::BTreeMap::new();
    for line in text.lines().filter(|line| *line != "# EOF") {
        if let Some(described) = line.strip_prefix("# ") {
            let words: Vec<&str> = described.splitn(3, ' ').collect();
            assert!(["HELP", "TYPE", "UNIT"].contains(&words[0]) && words.len() == 3, "{line}");
            families.insert(words[1].to_owned());
            continue;
        }
        let (name, value) = line.rsplit_once(' ').expect("a sample has a value");
        let family = name.split('{').next().unwrap();
        assert!(families.contains(family), "{line}: no family");
        assert!(family.starts_with("cunxiang_"), "{line}");
        let before = samples.insert(name.to_owned(), value.parse().unwrap());
        assert!(before.is_none(), "{name} stands twice");
    }
    samples
}

#[test]
fn pages_and_the_init_system_are_told() {
    let home = Home::new();
    home.daily("masks", "wear-mask", "at = [\"09:00:07\"]", "repeat = 1\ngap = \"0s\"");
    home.write("broadcasts/draft.toml", "title = 1\n");
    let notify = home.path("notify.sock");
    let socket = UnixDatagram::bind(&notify).unwrap();
    socket.set_read_timeout(Some(std::time::Duration::from_secs(60))).unwrap();
    let environment = [("NOTIFY_SOCKET", notify.to_str().unwrap()), ("WATCHDOG_USEC", "30000000")];
    let daemon = home.start_with(&["run", "--clock", "2026-11-24T09:00:00+08:00"], &environment);
    let mut heard = String::new();
    while !heard.contains("READY=1") || !heard.contains("WATCHDOG=1") {
        let mut buffer = [0; 4096];
        let length = socket.recv(&mut buffer).expect("the init system is told");
        heard += &String::from_utf8_lossy(&buffer[..length]);
    }

    let (status, health) = daemon.get("/healthz");
    assert_eq!((status, &*health), (200, "ok (sample county) (shifted clock)\n"));
    assert_eq!(daemon.get("/").0, 404);
    let (status, text) = daemon.get("/metrics");
    assert_eq!(status, 200);
    let samples = metrics(&text);
    let faults = samples["cunxiang_content_faults"];
    assert!(faults >= 1.0, "{text}");
    for (name, value) in [("sample", 1.0), ("clock_shifted", 1.0), ("hold", 0.0), ("broadcasts", 1.0)] {
        assert_eq!(samples[&format!("cunxiang_{name}")], value, "{name}");
    }
    assert!(samples.contains_key("cunxiang_device_open{station=\"upper\"}"), "{text}");
    let played = "cunxiang_airings_ended{outcome=\"played\"}";
    eventually("three airings are counted", || {
        let (_, text) = daemon.get("/metrics");
        (metrics(&text).get(played) == Some(&3.0)).then_some(())
    });
    assert_eq!(daemon.stop().1, Some(0));
    let mut buffer = [0; 4096];
    while !heard.contains("STOPPING=1") {
        let length = socket.recv(&mut buffer).expect("the init system is told");
        heard += &String::from_utf8_lossy(&buffer[..length]);
    }
}

#[test]
fn logs_are_lines_of_text_or_json_and_never_colour_a_file() {
    let home = Home::new();
    home.daily("masks", "wear-mask", "at = [\"12:00\"]", "");
    let daemon = home.start("2026-11-24T09:00:00+08:00");
    let log = daemon.log();
    assert!(!log.contains('\u{1b}'), "{log}");
    assert!(log.contains("this is a sample county") && log.contains("the clock is shifted"), "{log}");
    assert!(log.lines().all(|line| line.contains("2026-11-24T09:00:") && line.contains("+08:00 SHIFTED")), "{log}");
    assert_eq!(daemon.stop().1, Some(0));

    home.write("config/machine.toml", &(home.read("config/machine.toml") + "[log]\nformat = \"json\"\n"));
    let daemon = home.start("2026-11-24T09:01:00+08:00");
    for line in daemon.log().lines() {
        let value: serde_json::Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        for key in ["timestamp", "level", "fields"] {
            assert!(!value[key].is_null(), "{key}: {line}");
        }
    }
    // Nothing that a program prints into a file or a pipe has colour either, whatever NO_COLOR says.
    for environment in [None, Some(("NO_COLOR", "1"))] {
        let mut command = home.command(&["check"]);
        command.envs(environment).env("TERM", "xterm-256color");
        let output = command.output().unwrap();
        assert!(!output.stdout.contains(&0x1b), "{environment:?}");
    }
}
