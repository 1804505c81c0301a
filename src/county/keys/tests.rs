//! Keys on disk: made once, kept, changed under the root's signature.

use super::*;
use crate::rundown::seal::{Key, KeyId};

fn quiet(from: u32) -> Quiet {
    let time = |hour| chrono::NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
    Quiet { from: time(from), until: time(7), zone: chrono_tz::Asia::Shanghai }
}

#[test]
fn keys_are_made_once_kept_and_renewed_while_the_root_is_here() {
    let folder = tempfile::tempdir().unwrap();
    let now = Timestamp::from_timestamp(1_800_000_000, 0).unwrap();
    let (first, ceremony) = CountyKeys::open(folder.path(), quiet(21), now).unwrap();
    assert_eq!(ceremony, Ceremony::FirstStart);
    let (again, ceremony) = CountyKeys::open(folder.path(), quiet(21), now).unwrap();
    assert_eq!((ceremony, again.rundown.id()), (Ceremony::Unchanged, first.rundown.id()));
    let (later, ceremony) = CountyKeys::open(folder.path(), quiet(22), now).unwrap();
    assert_eq!(ceremony, Ceremony::Renewed);
    assert_eq!(*later.trust().unwrap().quiet(), quiet(22));
    let mut trust = first.trust().unwrap();
    trust.renew(&later.document).unwrap();

    std::fs::remove_file(folder.path().join("root.key")).unwrap();
    let (kept, ceremony) = CountyKeys::open(folder.path(), quiet(20), now).unwrap();
    assert_eq!((ceremony, *kept.trust().unwrap().quiet()), (Ceremony::RootNeeded, quiet(22)));

    std::fs::write(folder.path().join("keys.json"), "{}").unwrap();
    assert!(matches!(CountyKeys::open(folder.path(), quiet(21), now), Err(KeysFault::Damaged { .. })));
}

#[test]
fn a_county_older_than_the_link_gets_a_time_key_while_the_root_is_here() {
    let folder = tempfile::tempdir().unwrap();
    let now = Timestamp::from_timestamp(1_800_000_000, 0).unwrap();
    let (keys, _) = CountyKeys::open(folder.path(), quiet(21), now).unwrap();
    assert!(keys.time_signer().is_some());
    let root_path = folder.path().join("root.key");
    let root = read_secret(&root_path).unwrap();
    std::fs::remove_file(folder.path().join("time.key")).unwrap();
    let only_rundown = change::listed(&[], &working(&keys.rundown, None), now);
    sign(folder.path(), &root, Keys { version: 2, keys: only_rundown, quiet: quiet(21) }).unwrap();

    let away = folder.path().join("away");
    std::fs::rename(&root_path, &away).unwrap();
    let (keys, ceremony) = CountyKeys::open(folder.path(), quiet(21), now).unwrap();
    assert_eq!((ceremony, keys.time_signer().is_none(), keys.version()), (Ceremony::RootNeeded, true, 2));
    std::fs::rename(&away, &root_path).unwrap();
    let (keys, ceremony) = CountyKeys::open(folder.path(), quiet(21), now).unwrap();
    let time = keys.time_signer().unwrap();
    assert_eq!((ceremony, keys.version()), (Ceremony::Renewed, 3));
    let named = |key: &Key| key.purpose == Use::Time && key.id == *time.id();
    assert!(keys.trust().unwrap().keys().keys.iter().any(named));
    let (_, ceremony) = CountyKeys::open(folder.path(), quiet(21), now).unwrap();
    assert_eq!(ceremony, Ceremony::Unchanged);
}

#[test]
fn a_key_that_others_may_read_is_not_used() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let now = Timestamp::from_timestamp(1_800_000_000, 0).unwrap();
    CountyKeys::open(folder.path(), quiet(21), now).unwrap();
    let path = folder.path().join("rundown.key");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    assert!(matches!(CountyKeys::open(folder.path(), quiet(21), now), Err(KeysFault::Open { .. })));
}

fn at(day: i64) -> Timestamp {
    Timestamp::from_timestamp(1_800_000_000 + day * 86_400, 0).unwrap()
}

#[test]
fn a_rotated_key_is_good_to_verify_with_for_a_while_and_a_revoked_one_never_again() {
    let folder = tempfile::tempdir().unwrap();
    let (mut keys, _) = CountyKeys::open(folder.path(), quiet(21), at(0)).unwrap();
    let mut daemon = CountyKeys::look(folder.path()).unwrap();
    let root = keys.root_key(None).unwrap();
    let first = keys.rundown.id().clone();
    let valid = |keys: &CountyKeys, id: &KeyId, day: i64| {
        keys.trust().unwrap().keys().keys.iter().any(|key| key.id == *id && key.is_valid(at(day)))
    };

    assert!(!daemon.take_up().unwrap());
    let changed = keys.rotate(&root, Use::Rundown, at(1)).unwrap();
    let second = keys.rundown.id().clone();
    assert_eq!((changed.made.as_ref(), changed.ends), (Some(&second), Some((first.clone(), at(16)))));
    assert!(first != second && daemon.take_up().unwrap() && !daemon.take_up().unwrap());
    assert_eq!(daemon.rundown.id(), &second);
    for (id, day, expected) in [(&first, 15, true), (&first, 17, false), (&second, 17, true)] {
        assert_eq!(valid(&daemon, id, day), expected, "{id} on day {day}");
    }

    // The one in use is replaced at once.
    let changed = keys.revoke(&root, &second.to_string(), at(2)).unwrap();
    let third = keys.rundown.id().clone();
    assert_eq!((changed.made.as_ref(), changed.version), (Some(&third), 3));
    assert!(!valid(&keys, &second, 2) && valid(&keys, &third, 2));
    assert!(matches!(keys.revoke(&root, &second.to_string(), at(2)), Err(KeysFault::Revoked(_))));
    assert!(matches!(keys.revoke(&root, "ed25519:0", at(2)), Err(KeysFault::Unknown(_))));
    let time = keys.time.as_ref().unwrap().id().clone();
    keys.rotate(&root, Use::Time, at(2)).unwrap();
    assert!(keys.time_signer().is_some_and(|signer| *signer.id() != time));

    // Long after, new quiet hours: what ended is listed no more.
    let (later, ceremony) = CountyKeys::open(folder.path(), quiet(22), at(500)).unwrap();
    assert_eq!(ceremony, Ceremony::Renewed);
    assert!(later.keys().keys.iter().all(|key| ![&first, &second, &time].contains(&&key.id)));
    assert!(valid(&later, &third, 500));
}

#[test]
fn a_change_that_broke_off_is_finished_or_never_was() {
    let folder = tempfile::tempdir().unwrap();
    let (mut keys, _) = CountyKeys::open(folder.path(), quiet(21), at(0)).unwrap();
    let root = keys.root_key(None).unwrap();
    let first = keys.rundown.id().clone();
    // Before the document was signed: the old key stays.
    write_secret(&folder.path().join("rundown.key.next"), &Signer::generate()).unwrap();
    let (same, _) = CountyKeys::open(folder.path(), quiet(21), at(0)).unwrap();
    assert_eq!(*same.rundown.id(), first);
    // After it: the new one takes its place.
    let old = std::fs::read(folder.path().join("rundown.key")).unwrap();
    keys.rotate(&root, Use::Rundown, at(1)).unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::rename(path("rundown.key"), path("rundown.key.next")).unwrap();
    durable::write(&path("rundown.key"), &old, 0o600).unwrap();
    let (finished, _) = CountyKeys::open(folder.path(), quiet(21), at(1)).unwrap();
    assert_eq!(finished.rundown.id(), keys.rundown.id());
    assert!(!path("rundown.key.next").exists());
}

#[test]
fn approvers_are_named_one_key_each_and_never_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let (mut keys, _) = CountyKeys::open(folder.path(), quiet(21), at(0)).unwrap();
    assert!(!keys.keys().approvals_required());
    let away = folder.path().join("stick");
    std::fs::rename(folder.path().join("root.key"), &away).unwrap();
    assert!(matches!(keys.root_key(None), Err(KeysFault::NoRoot { .. })));
    let root = keys.root_key(Some(&away)).unwrap();
    let stranger = folder.path().join("stranger");
    write_secret(&stranger, &Signer::generate()).unwrap();
    assert!(matches!(keys.root_key(Some(&stranger)), Err(KeysFault::OtherRoot { .. })));

    let [first, second] = [Signer::generate(), Signer::generate()];
    keys.name_approver(&root, "tashi", first.public(), at(0)).unwrap();
    assert_eq!(keys.approver_key("tashi", at(1)).map(|key| &key.id), Some(first.id()));
    let changed = keys.name_approver(&root, "tashi", second.public(), at(1)).unwrap();
    assert_eq!(changed.ends, Some((first.id().clone(), at(1))));
    assert_eq!(keys.approver_key("tashi", at(1)).map(|key| &key.id), Some(second.id()));
    keys.revoke(&root, &second.id().to_string(), at(2)).unwrap();
    assert!(keys.approver_key("tashi", at(2)).is_none());
    // Years later, through a renewal.
    std::fs::rename(&away, folder.path().join("root.key")).unwrap();
    let (later, _) = CountyKeys::open(folder.path(), quiet(21), at(1000)).unwrap();
    assert!(later.keys().approvals_required());
}
