//! Every way in which a sealed rundown can be wrong is refused.

use chrono::NaiveTime;

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
        person: None,
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
        orders: vec![],
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

/// As a station reads it from the wire or a disk.
fn read(bytes: &[u8], trust: &Trust, now: i64) -> Result<Rundown, String> {
    let envelope: Envelope = serde_json::from_slice(bytes).map_err(|e| e.to_string())?;
    trust.open(&envelope, &"a".parse().unwrap(), HELD, at(now)).map_err(|refusal| refusal.to_string())
}

#[test]
fn every_single_flipped_bit_is_refused() {
    let World { worker, trust, .. } = world();
    let envelope = Envelope::seal(RUNDOWN_TYPE, rundown("a", 5, 8), &[&worker]);
    let text = serde_json::to_vec(&envelope).unwrap();
    assert!(read(&text, &trust, 20).is_ok());
    for bit in 0..text.len() * 8 {
        let mut flipped = text.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert!(read(&flipped, &trust, 20).is_err(), "bit {bit}: {}", String::from_utf8_lossy(&flipped));
    }
    for bytes in [envelope.payload.len(), envelope.signatures[0].sig.len()] {
        assert!(bytes > 0);
    }
    // Bit by bit below the encoding as well: base64 must not be what refuses them.
    for bit in 0..envelope.payload.len() * 8 {
        let mut flipped = envelope.clone();
        flipped.payload[bit / 8] ^= 1 << (bit % 8);
        check(&flipped, &trust, 20, Err(Refusal::NoTrustedSignature));
    }
    for bit in 0..envelope.signatures[0].sig.len() * 8 {
        let mut flipped = envelope.clone();
        flipped.signatures[0].sig[bit / 8] ^= 1 << (bit % 8);
        check(&flipped, &trust, 20, Err(Refusal::NoTrustedSignature));
    }
}

#[test]
fn a_cut_or_lengthened_envelope_is_refused() {
    let World { worker, trust, .. } = world();
    let text = serde_json::to_vec(&Envelope::seal(RUNDOWN_TYPE, rundown("a", 5, 8), &[&worker])).unwrap();
    for length in 0..text.len() {
        assert!(read(&text[..length], &trust, 20).is_err(), "{length}");
    }
    assert!(read(&[&text[..], b"x"].concat(), &trust, 20).is_err());
}

#[test]
fn parts_of_two_envelopes_do_not_mix() {
    let World { root, worker, trust } = world();
    let seal =
        |station, version, signer: &Signer| Envelope::seal(RUNDOWN_TYPE, rundown(station, 5, version), &[signer]);
    let (ours, next, theirs) = (seal("a", 8, &worker), seal("a", 9, &worker), seal("b", 8, &worker));
    let mixes = [
        Envelope { signatures: next.signatures.clone(), ..ours.clone() },
        Envelope { payload: theirs.payload.clone(), ..ours.clone() },
        Envelope { signatures: vec![], ..ours.clone() },
        // Another's signature under the trusted key's name.
        Envelope {
            signatures: vec![Signature { keyid: worker.id().clone(), ..seal("a", 8, &root).signatures[0].clone() }],
            ..ours.clone()
        },
        // The right signature after more of them than are looked at.
        Envelope {
            signatures: [vec![next.signatures[0].clone(); SIGNATURES_MAX], ours.signatures.clone()].concat(),
            ..ours.clone()
        },
    ];
    for mix in &mixes {
        check(mix, &trust, 20, Err(Refusal::NoTrustedSignature));
    }
    // One good signature among others is enough.
    let both = Envelope { signatures: [next.signatures, ours.signatures.clone()].concat(), ..ours };
    check(&both, &trust, 20, Ok(()));
}

#[test]
fn a_signed_document_that_no_station_can_play_is_refused() {
    let World { worker, trust, .. } = world();
    let part = r#"{"clip":"CLIP","frames":48000}"#.replace("CLIP", &Digest::of(b"clip").to_string());
    let programme = format!(r#"{{"edition":"{}","parts":[{part}],"repeat":1,"gap":"1s"}}"#, Digest::of(b"e"));
    let airing = r#"{"id":"masks.20270115T080100Z.a","at":"2027-01-15T08:01:00Z","programme":0,"late":"5m","class":"daily","volume":80}"#;
    let whole = String::from_utf8(rundown("a", 5, 8)).unwrap();
    let whole = whole.replace(r#""programmes":[]"#, &format!(r#""programmes":[{programme}]"#));
    let whole = whole.replace(r#""airings":[]"#, &format!(r#""airings":[{airing}]"#));
    let check_changed = |from: &str, to: &str, fits: bool| {
        let text = whole.replace(from, to);
        assert_eq!(text == whole, from == to, "{from}");
        let envelope = Envelope::seal(RUNDOWN_TYPE, text.into_bytes(), &[&worker]);
        let opened = trust.open(&envelope, &"a".parse().unwrap(), HELD, at(20));
        let refused = matches!(opened, Err(Refusal::Content(_) | Refusal::Unreadable(_)));
        assert_eq!((opened.is_ok(), refused), (fits, !fits), "{to}: {opened:?}");
    };
    check_changed("x", "x", true);
    for (from, to) in [
        (r#""format":1"#, r#""format":2"#),
        (r#""programme":0"#, r#""programme":1"#),
        (r#""volume":80"#, r#""volume":101"#),
        (r#"Z.a""#, r#"Z.b""#),
        ("48000", "18446744073709551615"),
        (r#""repeat":1"#, r#""repeat":0"#),
        (r#""at":"2027-"#, r#""at":"+262141-"#),
        (r#""late":"5m""#, r#""late":"99999d""#),
        (r#""format""#, r#""must":["a-new-rule"],"format""#),
    ] {
        check_changed(from, to, false);
    }
}
