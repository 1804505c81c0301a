//! Emergencies and the two people behind them: refused at the station, one airing at a time.

use super::*;
use crate::rundown::Statement;
use crate::rundown::statement::{FORMAT as STATEMENT_FORMAT, ORDER_TYPE};

fn people() -> [Signer; 2] {
    [Signer::from_secret(&[11; 32]), Signer::from_secret(&[12; 32])]
}

fn approver(signer: &Signer, person: &str, revoked: bool) -> Key {
    Key {
        id: signer.id().clone(),
        purpose: Use::Approver,
        public: signer.public(),
        not_before: at(-1e6),
        not_after: at(1e6),
        revoked,
        person: Some(person.to_owned()),
    }
}

fn keys(world: &World, version: u64, second_is_revoked: bool) -> Envelope {
    let [tashi, drolma] = people();
    let mut keys: Keys = serde_json::from_slice(&world.keys(version, 21, 7).payload).unwrap();
    keys.keys.extend([approver(&tashi, "tashi", false), approver(&drolma, "drolma", second_is_revoked)]);
    Envelope::seal(KEYS_TYPE, serde_json::to_vec(&keys).unwrap(), &[&world.root])
}

/// An emergency of order `order` that repeats each minute from `second` on, and its airing there.
fn flood(order: u64, second: f64, programme: &Programme, signers: &[Signer]) -> (Airing, Envelope) {
    let statement = Statement {
        format: STATEMENT_FORMAT,
        order,
        broadcast: format!("flood-{order}").parse().unwrap(),
        class: Class::Emergency,
        level: Some(Level::I),
        edition: programme.edition,
        stations: ["a".parse().unwrap()].into(),
        clips: programme.clips().map(|part| part.clip).collect(),
        filed: at(second),
        expires: at(second + 3600.0),
        every: Some(Length::minutes(1)),
        must: vec![],
    };
    let mut airing = airing(&format!("flood-{order}"), "a", second, Class::Emergency, Some(Level::I));
    (airing.order, airing.expires) = (Some(order), Some(statement.expires));
    (airing, Envelope::seal(ORDER_TYPE, statement.bytes(), &signers.iter().collect::<Vec<_>>()))
}

#[test]
fn an_emergency_without_its_two_people_is_refused_and_the_rest_airs() {
    let mut world = World::new();
    let programme = Programme { repeat: 1, chime: None, ..world.programme() };
    let [tashi, _] = people();
    let (both, one) = (flood(1, 0.0, &programme, &people()), flood(2, 30.0, &programme, &[tashi]));
    let bare = airing("flood-3", "a", 60.0, Class::Emergency, Some(Level::I));
    let mut airings = vec![both.0, one.0, bare, daily("masks", "a", 90.0)];
    let late = flood(4, 120.0, &programme, &people());
    airings.push(late.0);
    let mut rundown = world.rundown("a", vec![programme], airings);
    rundown.orders = vec![both.1, one.1, late.1];
    let mut machine = world.machine(vec![world.wav("a")]);
    machine.renew_keys(keys(&world, 2, false));
    machine.offer(world.seal(&rundown));
    world.run(&mut machine, at(100.0));
    // One of them leaves while the rundown is in force.
    machine.renew_keys(keys(&world, 3, true));
    world.run(&mut machine, at(130.0));
    let expected = [
        ("flood-1", Outcome::Played),
        ("flood-2", Outcome::Refused(Reason::Unsigned)),
        ("flood-3", Outcome::Refused(Reason::Unsigned)),
        ("masks", Outcome::Played),
        ("flood-4", Outcome::Refused(Reason::Unsigned)),
    ];
    let receipts = machine.receipts();
    assert_eq!(outcomes(&receipts), expected.map(|(name, outcome)| (name.to_owned(), outcome)));
    let said: Vec<_> = receipts.iter().filter_map(|receipt| receipt.detail.as_deref()).collect();
    let one_of_two = "1 of the 2 people needed signed it with a key that is valid now";
    assert_eq!(said, [one_of_two, "no approvers' signatures came with it", one_of_two]);
}
