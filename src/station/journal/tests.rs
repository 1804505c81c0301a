//! Whatever happens to the files, what was committed is remembered as long as one copy holds it.

use super::*;
use crate::rundown::{Outcome, Reason};

fn now() -> Timestamp {
    Timestamp::from_timestamp(1_795_476_600, 0).unwrap()
}

fn claim(i: usize) -> Record {
    let airing = format!("n{i}.20261124T233000Z.a").parse().unwrap();
    Record::Claim(Claim { airing, start: now(), daily: true, frames_planned: 48_000, volume: 80 })
}

fn outcome(i: usize, number: u64) -> Record {
    Record::Outcome(Receipt {
        number,
        airing: format!("n{i}.20261124T233000Z.a").parse().unwrap(),
        at: now(),
        outcome: Outcome::Partial(Reason::DeviceLost),
        started: Some(now()),
        frames: 1,
        frames_planned: 2,
        parts: vec![],
        volume: 80,
        sink: "null".to_owned(),
        detail: Some("声音设备".to_owned()),
    })
}

fn edge(version: u64) -> Record {
    Record::Edge { station: "a".parse().unwrap(), edge: Edge { epoch: 1, version }, since: now() }
}

fn open(folder: &Path) -> (Journal, Found) {
    Journal::open(folder, now()).unwrap()
}

/// A journal with some of everything; the used bytes of its first copy.
fn sample(folder: &Path) -> Vec<u8> {
    let (mut journal, found) = open(folder);
    assert_eq!(found, Found::Nothing);
    journal.commit(&[edge(1)], now()).unwrap();
    journal.commit(&[claim(1), claim(2)], now()).unwrap();
    journal.commit(&[outcome(1, 1), edge(2)], now()).unwrap();
    journal.commit(&[claim(3)], now()).unwrap();
    journal.commit(&[outcome(2, 2), Record::Acknowledged(1)], now()).unwrap();
    let mut bytes = std::fs::read(folder.join(NAMES[0])).unwrap();
    bytes.truncate(journal.at as usize);
    bytes
}

fn names(memory: &Memory) -> (Vec<String>, Vec<String>, Vec<u64>) {
    (
        memory.claims.iter().map(|c| c.airing.broadcast.to_string()).collect(),
        memory.ended.iter().map(|id| id.broadcast.to_string()).collect(),
        memory.edges.iter().map(|(_, edge, _)| edge.version).collect(),
    )
}

fn check_whole(journal: &Journal) {
    let (claims, ended, edges) = names(&journal.memory());
    assert_eq!((claims.join(" "), ended.join(" "), edges), ("n1 n2 n3".into(), "n1 n2".into(), vec![2]));
    assert_eq!(journal.receipts_after(journal.acknowledged()).map(|r| r.number).collect::<Vec<_>>(), [2]);
    assert_eq!((journal.number_next(), journal.acknowledged()), (3, 1));
}

#[test]
fn what_was_committed_is_read_again() {
    let folder = tempfile::tempdir().unwrap();
    sample(folder.path());
    let (journal, found) = open(folder.path());
    assert_eq!(found, Found::Whole);
    check_whole(&journal);
    assert!(matches!(Journal::open(folder.path(), now()), Err(JournalFault::InUse { .. })));
}

#[test]
fn the_folder_is_free_once_the_journal_is_closed_whatever_child_is_being_started() {
    let folder = tempfile::tempdir().unwrap();
    let (journal, _) = open(folder.path());
    // What a child has between fork and exec.
    let copy = journal._lock.0.try_clone().unwrap();
    assert!(matches!(Journal::open(folder.path(), now()), Err(JournalFault::InUse { .. })));
    drop(journal);
    let (again, _) = open(folder.path());
    // The copy goes later, and takes nothing away from whoever holds the folder now.
    drop(copy);
    assert!(matches!(Journal::open(folder.path(), now()), Err(JournalFault::InUse { .. })));
    drop(again);
}

/// The copies as they are after damage; both are whole again after opening.
#[track_caller]
fn check_repair(a: Option<&[u8]>, b: Option<&[u8]>, found: Found) -> Journal {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in NAMES.iter().zip([a, b]) {
        if let Some(bytes) = bytes {
            std::fs::write(folder.path().join(name), bytes).unwrap();
        }
    }
    let (journal, seen) = open(folder.path());
    assert_eq!(seen, found);
    let copies = NAMES.map(|name| std::fs::read(folder.path().join(name)).unwrap());
    assert!(copies[0] == copies[1]);
    journal
}

#[test]
fn one_good_copy_is_enough() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = sample(folder.path());
    check_whole(&check_repair(Some(&bytes), None, Found::Repaired));
    check_whole(&check_repair(None, Some(&bytes), Found::Repaired));
    check_whole(&check_repair(Some(&bytes[..bytes.len() / 2]), Some(&bytes), Found::Repaired));
    check_whole(&check_repair(Some(&[]), Some(&bytes), Found::Repaired));
    let lost = check_repair(Some(b"nothing of use"), Some(&[0; 4096]), Found::Lost);
    assert_eq!(lost.number_next(), 1);
}

/// The records that the bytes of both copies still give.
fn recovered(copies: [&[u8]; 2]) -> Vec<u64> {
    let mut live = BTreeMap::new();
    for copy in copies {
        recover(copy, &mut live);
    }
    live.into_keys().collect()
}

#[test]
fn every_prefix_gives_every_record_that_is_whole_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = sample(folder.path());
    let all = recovered([&bytes, &[]]);
    let mut ends = vec![];
    let mut at = HEAD.len();
    while let Some((_, _, length)) = copies::record_at(&bytes[at..]) {
        at += length;
        ends.push(at);
    }
    assert_eq!((at, ends.len()), (bytes.len(), all.len()));
    for length in 0..bytes.len() {
        let whole = ends.iter().filter(|end| **end <= length).count();
        assert_eq!(recovered([&bytes[..length], &bytes[..length]]), all[..whole], "both torn at {length}");
        assert_eq!(recovered([&bytes[..length], &bytes]), all, "one torn at {length}");
    }
}

#[test]
fn every_flipped_byte_costs_one_record_of_one_copy() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = sample(folder.path());
    let all = recovered([&bytes, &[]]);
    for i in 0..bytes.len() {
        for flip in [0x01, 0x80, 0xff] {
            let mut bad = bytes.clone();
            bad[i] ^= flip;
            assert_eq!(recovered([&bad, &bytes]), all, "byte {i} of the first copy");
            assert_eq!(recovered([&bytes, &bad]), all, "byte {i} of the second copy");
            assert!(recovered([&bad, &bad]).len() + 1 >= all.len(), "byte {i} of both copies");
        }
    }
}

#[test]
fn all_claims_of_an_instant_are_one_commit() {
    let folder = tempfile::tempdir().unwrap();
    let (mut journal, _) = open(folder.path());
    let claims: Vec<_> = (0..10_000).map(claim).collect();
    for _ in 0..2 {
        let before = journal.counts();
        journal.commit(&claims, now()).unwrap();
        let after = journal.counts();
        assert_eq!((after.0 - before.0, after.1 - before.1), (1, 2));
    }
    drop(journal);
    assert_eq!(open(folder.path()).0.memory().claims.len(), 20_000);
}

#[test]
fn old_records_go_and_what_is_needed_stays() {
    let folder = tempfile::tempdir().unwrap();
    sample(folder.path());
    let month = now() + chrono::TimeDelta::days(30);
    let (journal, _) = Journal::open(folder.path(), month).unwrap();
    // The third claim has no outcome yet, the second receipt is not acknowledged.
    let (claims, ended, edges) = names(&journal.memory());
    assert_eq!((claims.join(" "), ended.join(" "), edges), ("n3".into(), "n2".into(), vec![2]));
    assert_eq!((journal.number_next(), journal.acknowledged()), (3, 1));
    drop(journal);
    let (mut journal, _) = Journal::open(folder.path(), month).unwrap();
    for i in 0..200 {
        let edges: Vec<_> = (0..100).map(|k| edge(100 * i + k + 3)).collect();
        journal.commit(&edges, month).unwrap();
    }
    assert!(journal.capacity <= 2 * FILE_BYTES_MIN, "{} bytes for one edge", journal.capacity);
    assert_eq!(names(&journal.memory()).2, [20_002]);
}

#[test]
fn a_copy_that_fails_is_told_and_the_other_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let (mut journal, _) = open(folder.path());
    journal.copies[1] = Some(File::open(folder.path().join(NAMES[1])).unwrap());
    journal.commit(&[claim(1)], now()).unwrap();
    assert_eq!(journal.copy_count(), 1);
    journal.commit(&[claim(2)], now()).unwrap();
    assert_eq!(journal.copy_count(), 2);
    drop(journal);
    assert_eq!(open(folder.path()).0.memory().claims.len(), 2);
}

const FULL: &str = "CUNXIANG_TEST_FULL_DISK";

/// No file of this process may grow beyond what is preallocated: as on a full disk.
#[test]
fn a_full_disk_loses_no_claim() {
    if let Some(folder) = std::env::var_os(FULL) {
        return fill_up(Path::new(&folder));
    }
    let folder = tempfile::tempdir().unwrap();
    let script = "trap '' XFSZ; exec \"$0\" \"$@\"";
    let name = "station::journal::tests::a_full_disk_loses_no_claim";
    let output = std::process::Command::new("sh")
        .args(["-c", script])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture"])
        .env(FULL, folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let claimed: usize =
        said.split("claimed ").nth(1).and_then(|s| s.split_whitespace().next()).unwrap().parse().unwrap();
    let memory = open(folder.path()).0.memory();
    assert!(claimed > 1_000, "{claimed}");
    assert_eq!((memory.claims.len(), memory.ended.len()), (claimed, 101));
}

fn fill_up(folder: &Path) {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let (mut journal, _) = open(folder);
    let limit = Rlimit { current: Some(journal.capacity), maximum: Some(journal.capacity) };
    setrlimit(Resource::Fsize, limit).unwrap();
    let mut claimed = 0;
    let fault = loop {
        let claims: Vec<_> = (claimed..claimed + 50).map(claim).collect();
        match journal.commit(&claims, now()) {
            Ok(()) => claimed += 50,
            Err(fault) => break fault,
        }
    };
    assert!(fault.to_string().contains("free some disk space"), "{fault}");
    // Outcomes of what was claimed have room still.
    let outcomes: Vec<_> = (0..100).map(|i| outcome(i, 1 + i as u64)).collect();
    journal.commit(&outcomes, now()).unwrap();
    drop(journal);
    // A station that starts again on the full disk knows all of it, and has room for outcomes.
    let (mut journal, found) = open(folder);
    assert_eq!((found, journal.copy_count(), journal.memory().claims.len()), (Found::Whole, 2, claimed));
    journal.commit(&[outcome(100, 101)], now()).unwrap();
    assert!(journal.commit(&[claim(claimed)], now()).is_err());
    println!("claimed {claimed} ");
}
