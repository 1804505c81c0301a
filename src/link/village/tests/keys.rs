//! A keys document on disk that the pinned root did not sign: the box goes on under the last good one, and says so.

use super::super::keys as kept;
use super::*;
use crate::base::durable;

/// What somebody, or a card of flash, puts into a file.
fn put(world: &World, name: &str, document: &Envelope) {
    durable::write(&world.home.path().join(name), &serde_json::to_vec(document).unwrap(), 0o644).unwrap();
}

fn on_disk(world: &World, name: &str) -> Envelope {
    serde_json::from_slice(&std::fs::read(world.home.path().join(name)).unwrap()).unwrap()
}

fn refusal(link: &Link<Scripted, Noted>) -> Option<String> {
    link.status().stations[0].refusal.clone()
}

#[tokio::test]
async fn keys_of_a_stranger_on_disk_stop_nothing_and_are_told() {
    let world = World::new();
    world.serve(sealed(&rundown(1, &[("a", 60, Class::Daily)])), None);
    poll(&world.link()).await.unwrap();
    // Before a start.
    put(&world, "keys.json", &keys(9, 4));
    let link = world.link();
    assert_eq!(world.offered(), [1, 1], "what is held is aired");
    let told = refusal(&link).unwrap();
    assert!(told.starts_with("keys.json is refused: no signature") && told.ends_with("took its place"), "{told}");
    assert_eq!(on_disk(&world, "keys.json"), keys(1, 1), "it is mended");
    link.report().await.unwrap();
    assert_eq!(refusal(&link), None, "the county knows");
    assert_eq!(world.county.0.lock().unwrap().statuses[0].stations[0].refusal.as_deref(), Some(&*told));

    // While it runs: both of them; and an older one, which the root did sign.
    for document in [keys(9, 4), Envelope { signatures: Vec::new(), ..keys(2, 1) }] {
        put(&world, "keys.json", &document);
        put(&world, "keys.copy.json", &document);
        link.look();
        assert!(refusal(&link).unwrap().starts_with("keys.json is refused: no signature"));
        assert_eq!((on_disk(&world, "keys.json"), on_disk(&world, "keys.copy.json")), (keys(1, 1), keys(1, 1)));
        link.report().await.unwrap();
        link.look();
        assert_eq!(refusal(&link), None);
    }
    world.serve(sealed(&rundown(2, &[("a", 60, Class::Daily)])), Some(keys(2, 1)));
    assert_eq!(poll(&link).await.unwrap(), Polled::New);
    put(&world, "keys.json", &keys(1, 1));
    link.look();
    assert_eq!((on_disk(&world, "keys.json"), refusal(&link)), (keys(2, 1), None), "no way back");
}

#[tokio::test]
async fn a_box_without_any_good_keys_believes_nobody_until_the_county_has_sent_them() {
    let world = World::new();
    world.serve(sealed(&rundown(1, &[("a", 60, Class::Daily)])), None);
    poll(&world.link()).await.unwrap();
    for name in ["keys.json", "keys.copy.json"] {
        put(&world, name, &keys(9, 4));
    }
    let link = world.link();
    assert_eq!((world.offered(), kept::look(&world.folder(), &signer(1).public()).document), (vec![1], None));
    link.report().await.unwrap();
    assert!(refusal(&link).unwrap().contains("nobody is believed until the county has sent it again"));
    // A stranger's do not help; the root's do, and with them what was held.
    world.serve(sealed(&rundown(1, &[("a", 60, Class::Daily)])), Some(keys(9, 4)));
    assert!(matches!(poll(&link).await, Err(ErrandFault::NotTaken(_))));
    world.serve(sealed(&rundown(1, &[("a", 60, Class::Daily)])), Some(keys(1, 1)));
    assert_eq!(poll(&link).await.unwrap(), Polled::New);
    let polls = world.county.0.lock().unwrap().polls.clone();
    assert_eq!(polls.last().unwrap().keys, 0, "it asks for any");
    link.report().await.unwrap();
    assert_eq!((world.offered(), refusal(&link)), (vec![1, 1], None));
    assert_eq!((on_disk(&world, "keys.json"), on_disk(&world, "keys.copy.json")), (keys(1, 1), keys(1, 1)));
}
