//! A clip is kept whole or not at all, and is what its digest says.

use super::*;

fn store() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("clips")).unwrap();
    (folder, store)
}

#[test]
fn keeps_bytes_under_their_digest() {
    let (_folder, store) = store();
    let digest = store.put(b"sound").unwrap();
    assert_eq!(digest, Digest::of(b"sound"));
    assert_eq!(store.read(&digest).unwrap(), b"sound");
    assert!(store.contains(&digest) && store.verify(&digest).is_ok());
    let name = digest.to_string();
    assert!(store.path(&digest).ends_with(format!("{}/{name}", &name[..2])));
    let mut text = String::new();
    store.get(&digest).unwrap().read_to_string(&mut text).unwrap();
    assert_eq!(text, "sound");
}

#[test]
fn putting_again_changes_nothing_on_disk() {
    use std::os::unix::fs::MetadataExt;
    let (_folder, store) = store();
    let digest = store.put(b"sound").unwrap();
    let inode = fs::metadata(store.path(&digest)).unwrap().ino();
    store.put(b"sound").unwrap();
    assert_eq!(fs::metadata(store.path(&digest)).unwrap().ino(), inode);
}

#[test]
fn finds_damage_and_putting_again_heals_it() {
    let (_folder, store) = store();
    let digest = store.put(b"sound").unwrap();
    fs::write(store.path(&digest), b"soun!").unwrap();
    assert!(matches!(store.read(&digest), Err(StoreFault::Damaged { .. })));
    assert!(matches!(store.verify(&digest), Err(StoreFault::Damaged { .. })));
    store.put(b"sound").unwrap();
    assert_eq!(store.read(&digest).unwrap(), b"sound");
}

#[test]
fn an_open_file_outlives_its_removal() {
    let (_folder, store) = store();
    let digest = store.put(b"sound").unwrap();
    let mut open = store.get(&digest).unwrap();
    store.remove(&digest).unwrap();
    store.remove(&digest).unwrap();
    assert!(!store.contains(&digest));
    assert!(matches!(store.get(&digest), Err(StoreFault::Missing { .. })));
    let mut text = String::new();
    open.read_to_string(&mut text).unwrap();
    assert_eq!(text, "sound");
}

#[test]
fn lists_its_own_files_only() {
    let (folder, store) = store();
    let mut all: Vec<Digest> = (0..40u8).map(|n| store.put(&[n]).unwrap()).collect();
    all.sort_unstable();
    fs::write(folder.path().join("clips/readme"), "").unwrap();
    let shelf = store.path(&all[0]).parent().unwrap().to_owned();
    fs::write(shelf.join("note.txt"), "").unwrap();
    fs::write(shelf.join(Digest([0xff; 32]).to_string()), "on the wrong shelf").unwrap();
    assert_eq!(store.list().unwrap(), all);
}

#[test]
fn opening_clears_what_an_interrupted_put_left() {
    let (folder, store) = store();
    let mut gone = std::process::Command::new("true").spawn().unwrap();
    gone.wait().unwrap();
    let left = folder.path().join(format!("clips/.put-{}.00.x", gone.id()));
    let running = folder.path().join(format!("clips/.put-{}.00.x", std::process::id()));
    fs::write(&left, "half").unwrap();
    fs::write(&running, "half").unwrap();
    Store::open(folder.path().join("clips")).unwrap();
    assert!(!left.exists() && running.exists());
    assert!(store.list().unwrap().is_empty());
}

#[test]
fn a_folder_that_cannot_be_is_a_clear_error() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    let fault = Store::open(folder.path().join("file/clips")).unwrap_err().to_string();
    assert!(fault.contains("file/clips") && fault.contains("check that"), "{fault}");
}
