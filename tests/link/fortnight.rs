//! The line is cut for a fortnight, with a boot each day: three boxes air from what they hold, and say so once it is back.

use chrono::TimeDelta;

use crate::county::{CLIP_FRAMES, STATIONS, correlation, eventually, instant};
use crate::line::Line;
use crate::village::{Certificate, Runs, county_of_boxes, free_port, villages};

const DAYS: i64 = 14;
/// Days on which the power fails before noon, too.
const TWICE: i64 = 5;
/// Connections on which a byte is spoilt while the boxes fetch what they need.
const NOISY: usize = 6;

#[test]
fn a_fortnight_without_a_line_is_aired_and_told_once_afterwards() {
    let certificate = Certificate::new();
    let port = free_port();
    let line = Line::to(port);
    let home = county_of_boxes(port, line.port, Some(&certificate));
    home.daily("masks", "wear-mask", "at = [\"12:00\"]", "repeat = 1\ngap = \"0s\"\nvolume = 100");
    let daemon = home.start("2026-11-24T11:00:00+08:00");
    let villages = villages(&certificate.ca);
    villages.iter().for_each(|village| village.enter(&home));

    // A slow line that spoils what passes: TLS notices, and the boxes ask again.
    line.slow(true);
    line.spoil(NOISY);
    let boot = |at: &str| -> Vec<Runs> { villages.iter().map(|village| village.boot(at)).collect() };
    let runs = boot("2026-11-24T11:00:30+08:00");
    villages.iter().for_each(|village| village.is_ready());
    assert!(line.spoilt() > 0, "nothing was spoilt");
    line.cut();
    runs.into_iter().for_each(Runs::stop);
    // Nobody is there either.
    daemon.kill();

    let noon = instant("2026-11-24T12:00:00+08:00");
    for day in 0..DAYS {
        let noon = noon + TimeDelta::days(day);
        if day % TWICE == 1 {
            let runs = boot(&(noon - TimeDelta::hours(6)).to_rfc3339());
            runs.iter().for_each(|runs| runs.wait_for("ready"));
            runs.into_iter().for_each(Runs::kill);
        }
        let runs = boot(&(noon - TimeDelta::seconds(1)).to_rfc3339());
        for village in &villages {
            let airing = format!("masks.{}.{}", noon.format("%Y%m%dT%H%M%SZ"), village.station);
            let sound = eventually("it sounds", || village.aired(&airing));
            let (_, languages) = STATIONS.iter().find(|(id, _)| *id == village.station).unwrap();
            let sound = &sound[sound.len() - CLIP_FRAMES * languages.len()..];
            for (sound, language) in sound.chunks(CLIP_FRAMES).zip(*languages) {
                let alike = correlation(sound, &home.clip("masks", language).1);
                assert!(alike > 0.999, "{airing} {language}: {alike}");
            }
        }
        runs.into_iter().for_each(Runs::stop);
    }

    // The line is back: what was aired is told, each airing once.
    let after = "2026-12-08T09:00:00+08:00";
    let _daemon = home.start(after);
    line.slow(false);
    line.mend();
    let runs = boot(after);
    let log = eventually("the county knows everything", || {
        let mut log = home.json(&["log", "--from", "2026-11-24", "--to", after]);
        log.retain(|row| row["outcome"] == "played");
        (log.len() >= DAYS as usize * villages.len()).then_some(log)
    });
    assert_eq!(log.len(), DAYS as usize * villages.len());
    for village in &villages {
        eventually("the box knows that", || (village.acknowledged() == DAYS as u64).then_some(()));
        assert_eq!(village.files().len(), DAYS as usize);
    }
    let ended = home.json(&["log", "--from", "2026-11-24", "--to", after]);
    let others: Vec<_> = ended.iter().filter(|row| row["outcome"] != "played").collect();
    assert!(others.is_empty(), "{others:#?}");
    runs.into_iter().for_each(Runs::stop);
}
