//! The inputs that fuzzing begins with, and each one that ever broke something, on every test run.
//!
//! `fuzz/seeds/<target>/`: names that begin with `good` are accepted, all others refused.

#[path = "../fuzz/checks/link.rs"]
mod link;
#[path = "../fuzz/checks/sealed.rs"]
mod sealed;

use std::path::Path;

fn replay(target: &str, check: fn(&[u8]) -> bool) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(target);
    let (mut good, mut bad) = (0, 0);
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        let expected = path.file_name().unwrap().to_str().unwrap().starts_with("good");
        assert_eq!(check(&bytes), expected, "{}", path.display());
        *(if expected { &mut good } else { &mut bad }) += 1;
        // Neighbours of each seed: a byte gone, doubled, or another. Most are refused; none may panic.
        for at in (0..bytes.len()).step_by(7) {
            for changed in [vec![], vec![bytes[at]; 2], vec![bytes[at] ^ 0x11]] {
                check(&[&bytes[..at], &changed, &bytes[at + 1..]].concat());
            }
        }
    }
    assert!(good > 2 && bad > 5, "{good} good seeds, {bad} bad ones");
}

#[test]
fn sealed_rundowns() {
    replay("sealed", sealed::check);
}

#[test]
fn receipts_of_boxes() {
    replay("receipts", link::receipts);
}

#[test]
fn boxes_that_ask_to_be_let_in() {
    replay("enrolment", link::enrolment);
}
