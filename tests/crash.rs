//! SIGKILL at random moments of a busy minute, each time started again on the same folder: nothing sounds twice, nothing
//! is without a final state, no call is made again on a channel that answered, none is lost.
//!
//! `CUNXIANG_CRASH_SEED` repeats a run's choices, `CUNXIANG_CRASH_COUNT` says how often to kill.
#![allow(clippy::unwrap_used)]

mod county;
mod fake_telegram;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::TimeDelta;
use county::{Home, STATIONS, TOKEN, eventually, instant, wait};
use cunxiang::base::clock::RealClock;
use cunxiang::base::{Clock, Timestamp};
use cunxiang::planner::{Planner, Registry};
use fake_telegram::FakeTelegram;
use serde_json::Value;

const KILLS: u64 = 200;
const BEGIN: &str = "2026-11-24T09:00:00+08:00";
/// Broadcasts that air, one a second in turn at every station, each so many times.
const AIRED: i64 = 45;
const ROUNDS: i64 = 3;
/// Broadcasts that are posted to one group each, one a second, and to the files.
const POSTED: i64 = 60;
/// Groups on the service with a budget: one alone takes 15 posts a minute.
const GROUPS: usize = 6;
/// Longer than a restart, so that what was due meanwhile still sounds.
const LATE: TimeDelta = TimeDelta::seconds(20);

/// The county's time goes on at the pace of the machine's, through every restart.
struct Pace {
    clock: RealClock,
    begun: Duration,
    at: Timestamp,
}

impl Pace {
    fn now(&self) -> Timestamp {
        self.at + TimeDelta::from_std(self.clock.monotonic() - self.begun).unwrap()
    }
}

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.parse().unwrap())
}

/// Pseudo-random numbers below `bound`.
fn random(state: &mut u64, bound: u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    (*state >> 16) % bound
}

fn local(at: Timestamp) -> String {
    at.with_timezone(&chrono_tz::Asia::Shanghai).format("%Y-%m-%dT%H:%M:%S").to_string()
}

fn group(number: usize) -> String {
    format!("group-{number}")
}

/// How long after an airing each group gets its notice: the planner knows.
fn spreads(home: &Home, begin: Timestamp) -> BTreeMap<String, TimeDelta> {
    home.daily("probe", "wear-mask", &format!("on = [{}]", local(begin)), "post = \"each\"");
    let (catalog, registry) = (home.catalog(), Registry::default());
    let posts = Planner::new(&catalog, &[], &registry, begin - TimeDelta::hours(1)).posts();
    std::fs::remove_file(home.path("broadcasts/probe.toml")).unwrap();
    posts.into_iter().map(|post| (post.chat.to_string(), post.due - begin)).collect()
}

fn county(telegram: &str, begin: Timestamp) -> Home {
    let home = Home::new();
    home.machine("wav", Some(telegram));
    let mut chats = String::new();
    for i in 0..GROUPS {
        chats += &format!(
            "[[chat]]\nid = \"{}\"\nname = {{ zh-CN = \"群\" }}\nlanguages = [\"zh-CN\"]\nsend = [\"text\"]\n\
             channel = {{ kind = \"telegram\", chat = -{} }}\n",
            group(i),
            1001 + i
        );
    }
    chats += "[[chat]]\nid = \"files\"\nname = { zh-CN = \"文件\" }\nlanguages = [\"zh-CN\"]\nsend = [\"text\", \"voice\"]\n\
              channel = { kind = \"folder\" }\n";
    home.write("config/chats.toml", &chats);
    let spreads = spreads(&home, begin);
    assert_eq!(spreads.len(), GROUPS + 1);
    let write = |id: &str, on: &[Timestamp], stations: &str, chat: &str, late: TimeDelta| {
        let on: Vec<String> = on.iter().map(|at| local(*at)).collect();
        let text = format!(
            "title = \"{id}\"\nstate = \"ready\"\nmessages = [\"wear-mask\"]\nclass = \"daily\"\n[when]\non = [{}]\n\
             [where]\nstations = [\"{stations}\"]\nchats = [\"{chat}\"]\n[how]\nmissing_language = \"hold\"\n\
             late = \"{}s\"\ngap = \"0s\"\npost = \"daily\"\n",
            on.join(", "),
            late.num_seconds()
        );
        std::fs::write(home.path(&format!("broadcasts/{id}.toml")), text).unwrap();
    };
    for i in 0..AIRED {
        let on: Vec<Timestamp> = (0..ROUNDS).map(|round| begin + TimeDelta::seconds(i + round * AIRED)).collect();
        write(&format!("aired-{i}"), &on, "all", "files", LATE);
    }
    for i in 0..POSTED {
        let group = group(i as usize % GROUPS);
        // Due at the group in the busy minute; its airing is long before that, when nothing runs.
        let on = begin + TimeDelta::seconds(i) - spreads[&group];
        write(&format!("posted-{i}"), &[on], "upper", &group, TimeDelta::seconds(1));
    }
    home.record();
    home
}

/// What sounded since the last look, each as often as a file of it was begun; the files are taken away.
fn sounded(home: &Home, counts: &mut BTreeMap<String, usize>) {
    let Ok(entries) = std::fs::read_dir(home.path("aired")) else { return };
    for entry in entries {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        *counts.entry(name.trim_start_matches('.').trim_end_matches(".wav").to_owned()).or_default() += 1;
        std::fs::remove_file(path).unwrap();
    }
}

#[test]
fn a_daemon_killed_at_any_moment_neither_repeats_nor_forgets() {
    let count = number("CUNXIANG_CRASH_COUNT", KILLS);
    let clock = RealClock::default();
    let mut seed = number("CUNXIANG_CRASH_SEED", clock.now().timestamp_micros() as u64) | 1;
    println!("CUNXIANG_CRASH_SEED={seed} CUNXIANG_CRASH_COUNT={count}");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let telegram = runtime.block_on(FakeTelegram::start(TOKEN));
    let begin = instant(BEGIN);
    let home = county(&telegram.url, begin);

    // The broadcasts become known before any of them is due.
    let (_, status) = home.start(&(begin - TimeDelta::minutes(10)).to_rfc3339()).stop();
    assert_eq!(status, Some(0));

    let mut counts = BTreeMap::new();
    let pace = Pace { clock, begun: clock.monotonic(), at: begin - TimeDelta::seconds(1) };
    for i in 0..count {
        let now = pace.now().to_rfc3339();
        let daemon = if i % 2 == 0 {
            // Somewhere in its start, or soon after.
            home.spawn(&["run", "--clock", &now], &[])
        } else {
            home.start(&now)
        };
        // From a claim to its first sample a second may pass: some live long enough to be killed while they sound.
        let (least, span) = if i % 5 == 1 { (500, 1300) } else { (10, 260) };
        wait(Duration::from_millis(least + random(&mut seed, span)));
        daemon.kill();
        sounded(&home, &mut counts);
    }
    let killed_for = pace.now() - begin;
    let begun = counts.len();
    assert!(begun > 0 || count < 20, "no airing ever sounded before a kill: this proves nothing");

    // Left alone, it brings everything to its end.
    let last = begin + TimeDelta::seconds(AIRED * ROUNDS);
    let daemon = home.start(&pace.now().max(last).to_rfc3339());
    let (aired, posts) = eventually("everything has ended", || {
        let log = home.json(&["log", "--to", &(last + TimeDelta::hours(1)).to_rfc3339()]);
        let posts = home.json(&["log", "--posts"]);
        let waits = |call: &Value| call["state"] == "waiting" || call["state"] == "sending";
        let ended = log.iter().all(|row| row["state"] == "ended")
            && posts.iter().all(|post| !post["calls"].as_array().unwrap().iter().any(waits));
        ended.then_some((log, posts))
    });
    let (_, status) = daemon.stop();
    assert_eq!(status, Some(0));
    sounded(&home, &mut counts);

    // None sounded twice, none is without a final state, none is lost.
    let twice: Vec<_> = counts.iter().filter(|(_, count)| **count > 1).collect();
    assert!(twice.is_empty(), "sounded more than once: {twice:?}");
    let ids: BTreeSet<&str> = aired.iter().map(|row| row["airing"].as_str().unwrap()).collect();
    let of_aired = ids.iter().filter(|id| id.starts_with("aired-")).count();
    assert_eq!(of_aired, (AIRED * ROUNDS) as usize * STATIONS.len());
    assert_eq!(ids.len(), of_aired + POSTED as usize);
    let mut outcomes: BTreeMap<String, usize> = BTreeMap::new();
    for row in &aired {
        let outcome = format!("{} {}", row["outcome"].as_str().unwrap(), row["reason"].as_str().unwrap_or("-"));
        let has_sounded = counts.contains_key(row["airing"].as_str().unwrap());
        match outcome.as_str() {
            "played -" => assert!(has_sounded, "{row}"),
            // A claim whose first frame never left is not told apart from one that broke off in it.
            "partial crash" | "partial shutdown" => {}
            "missed down" | "missed clash" => assert!(!has_sounded, "{row}"),
            other => panic!("{other}: {row}"),
        }
        *outcomes.entry(outcome).or_default() += 1;
    }
    for needed in ["played -", "partial crash"] {
        assert!(outcomes.contains_key(needed), "{needed} never came: {outcomes:?}");
    }

    // No call twice on a service that answered, none lost.
    let mut arrived: BTreeMap<(String, String), usize> = BTreeMap::new();
    for call in telegram.arrived() {
        *arrived.entry((call.chat, call.text)).or_default() += 1;
    }
    let twice: Vec<_> = arrived.iter().filter(|(_, count)| **count > 1).collect();
    assert!(twice.is_empty(), "arrived more than once: {twice:?}");
    assert_eq!(posts.len(), (AIRED + POSTED) as usize);
    let mut states: BTreeMap<String, usize> = BTreeMap::new();
    for post in &posts {
        let notice = post["notice"].as_str().unwrap();
        let is_file = post["chat"] == "files";
        for call in post["calls"].as_array().unwrap() {
            let state = call["state"].as_str().unwrap();
            *states.entry(format!("{} {state}", if is_file { "files" } else { "group" })).or_default() += 1;
            let times: usize =
                arrived.iter().filter(|((_, text), _)| text.contains(notice)).map(|(_, count)| count).sum();
            match (is_file, state) {
                (true, "delivered") => {}
                (false, "delivered") => assert_eq!(times, 1, "{post}"),
                (false, "unknown") => assert!(times <= 1, "{post}"),
                _ => panic!("{state}: {post}"),
            }
        }
        if is_file {
            let folder = home.path("posts/files").join(post["post"].as_str().unwrap());
            assert_eq!(std::fs::read_dir(folder).unwrap().count(), 3, "a text, a voice note and the post itself");
        }
    }
    println!("{count} kills in {killed_for}, {begun} airings began to sound meanwhile; {outcomes:?}; {states:?}");
}
