//! What leaves the ledger is in the archive, once, and the audit goes on from where it was cut.

use std::io::Read as _;

use chrono::TimeDelta;
use serde_json::Value;

use super::*;

/// Every line of every file, by file, each member of it unpacked.
fn lines(folder: &std::path::Path) -> Vec<(String, Value)> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let mut lines = Vec::new();
    for path in paths {
        let mut text = String::new();
        // A torn member at the end of a file costs nothing that is before it.
        let _ = flate2::read::MultiGzDecoder::new(std::fs::File::open(&path).unwrap()).read_to_string(&mut text);
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        lines.extend(text.lines().map(|line| (name.clone(), serde_json::from_str(line).unwrap())));
    }
    lines
}

fn planned(seconds: i64) -> PlannedAiring {
    PlannedAiring {
        id: airing_id("masks", seconds, "upper"),
        at: at(seconds),
        until: at(seconds + 300),
        class: Class::Daily,
        level: None,
        notice: Some("2026-0001".to_owned()),
        languages: vec!["bo".parse::<Tag>().unwrap()],
        order: None,
    }
}

#[tokio::test]
async fn old_rows_go_to_a_file_and_the_rest_stays() {
    const DAY: i64 = 86_400;
    let folder = tempfile::tempdir().unwrap();
    let archive = folder.path().join("archive");
    let ledger = Ledger::open(&folder.path().join("ledger.db")).await.unwrap();
    // 500 days, one airing and one row of the audit each.
    let airings: Vec<PlannedAiring> = (0..500).map(|day| planned(day * DAY)).collect();
    ledger.plan_airings(&airings).await.unwrap();
    ledger.mark_unreported(at(600 * DAY)).await.unwrap();
    // This one has not ended, however old it is.
    ledger.plan_airings(&[planned(DAY / 2)]).await.unwrap();
    for day in 0..500 {
        ledger.audit_append("tashi", "looked", &json!({ "day": day }), at(day * DAY)).await.unwrap();
    }
    let before = at(500 * DAY) - KEPT;
    let moved = ledger.archive(&archive, before).await.unwrap();
    assert_eq!(moved, Archived { airings: 100, posts: 0, audit: 100, more: false });
    let kept =
        |from: i64| AiringFilter { from: at(from), to: at(600 * DAY), station: None, broadcast: None, state: None };
    assert_eq!(ledger.airings(&kept(-DAY)).await.unwrap().len(), 401);
    assert!(matches!(ledger.audit_verify().await.unwrap(), AuditCheck::Whole { rows: 500, .. }));
    // Nothing twice: a second batch finds nothing, and leaves the file alone.
    assert_eq!(ledger.archive(&archive, before).await.unwrap(), Archived::default());
    let written = lines(&archive);
    assert_eq!(written.len(), 200);
    let ids: BTreeSet<&str> = written.iter().filter_map(|(_, line)| line["id"].as_str()).collect();
    assert_eq!(ids.len(), 100);
    let airing = &written.iter().find(|(_, line)| line["table"] == "airings").unwrap().1;
    assert_eq!(airing["state"], "unreported");
    assert_eq!(airing["notice"], "2026-0001");
    assert_eq!(airing["at"], at(0).timestamp_millis());
    // The archived rows are the chain up to the one that the ledger begins with.
    let mut head = Digest([0; 32]);
    for (_, line) in written.iter().filter(|(_, line)| line["table"] == "audit") {
        head = Digest::of(&[&head.0, line["row"].as_str().unwrap().as_bytes()].concat());
        assert_eq!(line["digest"], head.to_string());
    }

    // The next day's batch follows in the same file, in its year's.
    ledger.archive(&archive, before + TimeDelta::days(1)).await.unwrap();
    assert_eq!(lines(&archive).len(), 202);
    assert!(lines(&archive).iter().all(|(name, _)| name == "2026.jsonl.gz" || name == "2027.jsonl.gz"));

    // A batch that was torn by a crash: the file is left as it is, and nothing after it is lost in it.
    let last = lines(&archive).pop().unwrap().0;
    let torn = archive.join(&last);
    let mut bytes = std::fs::read(&torn).unwrap();
    bytes.extend_from_slice(&[0x1f, 0x8b, 8, 0, 0]);
    std::fs::write(&torn, &bytes).unwrap();
    ledger.archive(&archive, before + TimeDelta::days(2)).await.unwrap();
    assert_eq!(std::fs::read(&torn).unwrap(), bytes);
    assert_eq!(lines(&archive).len(), 204);
    assert!(archive.join(last.replace(".jsonl", "-2.jsonl")).exists());
    assert!(matches!(ledger.audit_verify().await.unwrap(), AuditCheck::Whole { rows: 500, .. }));

    // All of the audit may be old: the newest row stays, and the next one is chained to it.
    ledger.archive(&archive, at(900 * DAY)).await.unwrap();
    ledger.audit_append("tashi", "looked again", &json!({}), at(901 * DAY)).await.unwrap();
    assert!(matches!(ledger.audit_verify().await.unwrap(), AuditCheck::Whole { rows: 501, .. }));
    assert_eq!(ledger.audit_rows(9).await.unwrap().len(), 2);
}

#[tokio::test]
async fn nothing_leaves_the_ledger_while_the_archive_cannot_be_written() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(&folder.path().join("ledger.db")).await.unwrap();
    ledger.plan_airings(&[planned(0)]).await.unwrap();
    ledger.mark_unreported(at(9999)).await.unwrap();
    // A file in the way, which not even root makes a folder of.
    let archive = folder.path().join("archive");
    std::fs::write(&archive, "in the way").unwrap();
    let fault = ledger.archive(&archive, at(9999)).await.unwrap_err();
    assert!(fault.to_string().contains("old rows stay in the ledger"), "{fault}");
    assert!(ledger.airing(&airing_id("masks", 0, "upper")).await.unwrap().is_some());
}
