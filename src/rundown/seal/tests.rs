//! Every way in which a sealed rundown can be wrong is refused.

use chrono::NaiveTime;
use proptest::prelude::*;

use super::*;
use crate::base::Length;

fn at(second: i64) -> Timestamp {
    Timestamp::from_timestamp(1_800_000_000 + second, 0).unwrap()
}

fn quiet() -> Quiet {
    let time = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
    Quiet { from: time(21), until: time(7), zone: chrono_tz::Asia::Shanghai }
}

fn key(signer: &Signer, purpose: Use) -> Key {
    Key {
        id: signer.id().clone(),
        purpose,
        public: signer.public(),
        not_before: at(0),
        not_after: at(1_000_000),
        revoked: false,
    }
}

fn keys_of(root: &Signer, version: u64, keys: Vec<Key>) -> Envelope {
    let keys = Keys { version, keys, quiet: quiet() };
    Envelope::seal(KEYS_TYPE, serde_json::to_vec(&keys).unwrap(), &[root])
}

fn rundown(station: &str, epoch: u64, version: u64) -> Vec<u8> {
    let rundown = Rundown {
        format: crate::rundown::document::FORMAT,
        station: station.parse().unwrap(),
        edge: Edge { epoch, version },
        issued: at(10),
        valid_until: at(100_000),
        programmes: vec![],
        airings: vec![],
        stop: vec![],
        keep: vec![],
        min_gap: Length::minutes(30),
        airings_per_day_max: 6,
        must: vec![],
    };
    serde_json::to_vec(&rundown).unwrap()
}

struct World {
    root: Signer,
    worker: Signer,
    trust: Trust,
}

fn world() -> World {
    let (root, worker) = (Signer::from_secret(&[1; 32]), Signer::from_secret(&[2; 32]));
    let trust = Trust::begin(&root.public(), &keys_of(&root, 2, vec![key(&worker, Use::Rundown)])).unwrap();
    World { root, worker, trust }
}

const HELD: Edge = Edge { epoch: 5, version: 7 };

fn check(envelope: &Envelope, trust: &Trust, now: i64, expected: Result<(), Refusal>) {
    let opened = trust.open(envelope, &"a".parse().unwrap(), HELD, at(now));
    assert_eq!(opened.map(|_| ()), expected);
}

#[test]
fn a_rundown_is_accepted_only_when_everything_is_right() {
    let World { root, worker, mut trust } = world();
    let seal = |payload| Envelope::seal(RUNDOWN_TYPE, payload, &[&worker]);
    check(&seal(rundown("a", 5, 8)), &trust, 20, Ok(()));
    check(&seal(rundown("a", 5, 7)), &trust, 20, Ok(()));
    check(&seal(rundown("a", 6, 0)), &trust, 20, Ok(()));
    check(&seal(rundown("a", 5, 6)), &trust, 20, Err(Refusal::Older));
    check(&seal(rundown("a", 4, 99)), &trust, 20, Err(Refusal::Older));
    check(&seal(rundown("b", 5, 8)), &trust, 20, Err(Refusal::OtherStation("b".parse().unwrap())));
    check(&seal(rundown("a", 5, 8)), &trust, -200, Err(Refusal::NoTrustedSignature));
    check(&seal(rundown("a", 5, 8)), &trust, 200_000, Err(Refusal::Outdated(at(100_000))));
    check(&seal(rundown("a", 5, 8)), &trust, 2_000_000, Err(Refusal::NoTrustedSignature));
    let by_root = Envelope::seal(RUNDOWN_TYPE, rundown("a", 5, 8), &[&root]);
    check(&by_root, &trust, 20, Err(Refusal::NoTrustedSignature));
    let as_keys = Envelope::seal(KEYS_TYPE, rundown("a", 5, 8), &[&worker]);
    check(&as_keys, &trust, 20, Err(Refusal::WrongType(KEYS_TYPE.into())));

    let mut revoked = key(&worker, Use::Rundown);
    revoked.revoked = true;
    trust.renew(&keys_of(&root, 3, vec![revoked])).unwrap();
    check(&seal(rundown("a", 5, 8)), &trust, 20, Err(Refusal::NoTrustedSignature));
    assert_eq!(trust.renew(&keys_of(&root, 2, vec![key(&worker, Use::Rundown)])), Err(Refusal::Older));
    trust.renew(&keys_of(&root, 4, vec![key(&worker, Use::Approver)])).unwrap();
    check(&seal(rundown("a", 5, 8)), &trust, 20, Err(Refusal::NoTrustedSignature));
    assert_eq!(trust.renew(&keys_of(&worker, 5, vec![])), Err(Refusal::NoTrustedSignature));
}

#[test]
fn an_envelope_survives_json() {
    let World { worker, trust, .. } = world();
    let envelope = Envelope::seal(RUNDOWN_TYPE, rundown("a", 5, 8), &[&worker]);
    let text = serde_json::to_string(&envelope).unwrap();
    check(&serde_json::from_str(&text).unwrap(), &trust, 20, Ok(()));
}

proptest! {
    #[test]
    fn a_flipped_bit_anywhere_is_refused(bit in 0usize..4000) {
        let World { worker, trust, .. } = world();
        let mut envelope = Envelope::seal(RUNDOWN_TYPE, rundown("a", 5, 8), &[&worker]);
        let signature_bits = envelope.signatures[0].sig.len() * 8;
        if bit < signature_bits {
            envelope.signatures[0].sig[bit / 8] ^= 1 << (bit % 8);
        } else {
            let byte = (bit - signature_bits) / 8 % envelope.payload.len();
            envelope.payload[byte] ^= 1 << (bit % 8);
        }
        check(&envelope, &trust, 20, Err(Refusal::NoTrustedSignature));
    }
}
