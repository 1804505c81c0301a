//! Every way in which an emergency can lack its two people is refused.

use super::*;
use crate::rundown::document::{Edge, FORMAT as RUNDOWN_FORMAT};
use crate::rundown::quiet::Quiet;
use crate::rundown::seal::Signer;
use crate::rundown::{AiringId, Part, Programme};

const FILED: i64 = 1_795_476_600;

fn at(second: i64) -> Timestamp {
    Timestamp::from_timestamp(FILED + second, 0).unwrap()
}

fn id(text: &str) -> Id {
    text.parse().unwrap()
}

fn signer(number: u8) -> Signer {
    Signer::from_secret(&[number; 32])
}

fn key(number: u8, person: &str) -> Key {
    let signer = signer(number);
    Key {
        id: signer.id().clone(),
        purpose: Use::Approver,
        public: signer.public(),
        not_before: at(-1000),
        not_after: at(100_000),
        revoked: false,
        person: Some(person.to_owned()),
    }
}

fn keys(keys: Vec<Key>) -> Keys {
    let time = |hour| chrono::NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
    Keys { version: 1, keys, quiet: Quiet { from: time(21), until: time(7), zone: chrono_tz::Asia::Shanghai } }
}

fn statement() -> Statement {
    Statement {
        format: FORMAT,
        order: 7,
        broadcast: id("flood"),
        class: Class::Emergency,
        level: Some(Level::II),
        edition: Digest::of(b"edition"),
        stations: [id("a"), id("b")].into(),
        clips: [Digest::of(b"chime"), Digest::of(b"bo"), Digest::of(b"zh")].into(),
        filed: at(0),
        expires: at(3600),
        every: Some(Length::minutes(10)),
        must: vec![],
    }
}

fn sealed(statement: &Statement, signers: &[u8]) -> Envelope {
    let signers: Vec<Signer> = signers.iter().map(|&number| signer(number)).collect();
    Envelope::seal(ORDER_TYPE, statement.bytes(), &signers.iter().collect::<Vec<_>>())
}

/// One airing of a rundown of station `a`, 20 minutes after the filing, begun 90 s late, and its statements.
fn rundown(orders: Vec<Envelope>) -> Rundown {
    let part =
        |clip: &[u8]| Part { message: None, language: None, voice: None, clip: Digest::of(clip), frames: 48_000 };
    let airing = Airing {
        id: AiringId { broadcast: id("flood"), instant: at(1200), station: id("a") },
        at: at(1290),
        programme: 0,
        late: Length::minutes(5),
        expires: Some(at(3600)),
        class: Class::Emergency,
        level: Some(Level::II),
        volume: 100,
        order: Some(7),
    };
    let (chime, parts) = (Some(part(b"chime")), vec![part(b"bo")]);
    let programme =
        Programme { edition: Digest::of(b"e"), notice: None, chime, parts, repeat: 1, gap: Length::seconds(1) };
    Rundown {
        format: RUNDOWN_FORMAT,
        station: id("a"),
        edge: Edge { epoch: 1, version: 1 },
        issued: at(0),
        valid_until: at(1_000_000),
        programmes: vec![programme],
        airings: vec![airing],
        stop: vec![],
        keep: vec![],
        orders,
        min_gap: Length::minutes(30),
        airings_per_day_max: 6,
        must: vec![],
    }
}

fn two() -> Keys {
    keys(vec![key(1, "tashi"), key(2, "drolma")])
}

fn check(keys: &Keys, rundown: &Rundown, expected: Result<(), Lack>) {
    let found = Warrants::of(keys, &rundown.orders).allow(rundown, &rundown.airings[0], at(1290));
    assert_eq!(found, expected);
}

#[test]
fn two_people_let_an_emergency_sound_and_less_does_not() {
    let signed_by = |signers: &[u8]| rundown(vec![sealed(&statement(), signers)]);
    check(&two(), &signed_by(&[1, 2]), Ok(()));
    check(&two(), &rundown(vec![]), Err(Lack::NoStatement));
    check(&two(), &signed_by(&[1]), Err(Lack::Signatures(1)));
    check(&two(), &signed_by(&[1, 1]), Err(Lack::Signatures(1)));
    check(&two(), &signed_by(&[1, 3]), Err(Lack::Signatures(1)));
    // Two keys of one person, and one key under two names.
    let same = keys(vec![key(1, "tashi"), key(2, "tashi")]);
    check(&same, &signed_by(&[1, 2]), Err(Lack::Signatures(1)));
    let shared = keys(vec![key(1, "tashi"), key(1, "drolma")]);
    check(&shared, &signed_by(&[1]), Err(Lack::Signatures(1)));
    let nameless = keys(vec![key(1, "tashi"), Key { person: None, ..key(2, "x") }]);
    check(&nameless, &signed_by(&[1, 2]), Err(Lack::Signatures(1)));
    for spoilt in [
        Key { revoked: true, ..key(2, "drolma") },
        Key { not_after: at(1289), ..key(2, "drolma") },
        Key { not_before: at(1500), ..key(2, "drolma") },
        Key { purpose: Use::Rundown, ..key(2, "drolma") },
        Key { purpose: Use::Time, ..key(2, "drolma") },
    ] {
        check(&keys(vec![key(1, "tashi"), spoilt]), &signed_by(&[1, 2]), Err(Lack::Signatures(1)));
    }
    // A third person stands in for one whose key was revoked.
    let three = keys(vec![key(1, "tashi"), Key { revoked: true, ..key(2, "drolma") }, key(3, "pema")]);
    check(&three, &signed_by(&[1, 2, 3]), Ok(()));
}

#[test]
fn signatures_are_asked_for_once_any_approver_was_named() {
    let bare = rundown(vec![]);
    check(&keys(vec![]), &bare, Ok(()));
    check(&keys(vec![Key { purpose: Use::Rundown, ..key(1, "x") }]), &bare, Ok(()));
    check(&keys(vec![Key { revoked: true, ..key(1, "tashi") }]), &bare, Err(Lack::NoStatement));
    for class in [Class::Daily, Class::Drill] {
        let mut other = bare.clone();
        other.airings[0].class = class;
        check(&two(), &other, Ok(()));
    }
}

#[test]
fn only_what_was_signed_sounds() {
    let changed = |change: &dyn Fn(&mut Statement)| {
        let mut statement = statement();
        change(&mut statement);
        rundown(vec![sealed(&statement, &[1, 2])])
    };
    check(&two(), &changed(&|s| s.order = 8), Err(Lack::NoStatement));
    check(&two(), &changed(&|s| s.broadcast = id("fire")), Err(Lack::OtherBroadcast(id("fire"))));
    check(&two(), &changed(&|s| s.stations = [id("b")].into()), Err(Lack::OtherStation));
    check(&two(), &changed(&|s| s.level = Some(Level::III)), Err(Lack::HigherLevel));
    check(&two(), &changed(&|s| s.class = Class::Drill), Err(Lack::HigherLevel));
    check(&two(), &changed(&|s| s.level = Some(Level::I)), Ok(()));
    for clip in [&b"bo"[..], b"chime"] {
        let clip = Digest::of(clip);
        check(&two(), &changed(&|s| assert!(s.clips.remove(&clip))), Err(Lack::OtherClip(clip)));
    }
    check(&two(), &changed(&|s| s.format = 2), Err(Lack::NoStatement));
    check(&two(), &changed(&|s| s.must = vec!["new".into()]), Err(Lack::NoStatement));
    check(&two(), &changed(&|s| s.expires = s.filed), Err(Lack::NoStatement));
    check(&two(), &changed(&|s| s.every = Some(Length::ms(999))), Err(Lack::NoStatement));
    // What is sealed as something else was not signed as an order.
    let mut other = sealed(&statement(), &[1, 2]);
    other.payload_type = crate::rundown::seal::RUNDOWN_TYPE.to_owned();
    check(&two(), &rundown(vec![other]), Err(Lack::NoStatement));
    // Another order's statement beside the right one is no hindrance.
    let both = vec![sealed(&Statement { order: 8, ..statement() }, &[1, 2]), sealed(&statement(), &[1, 2])];
    check(&two(), &rundown(both), Ok(()));
}

#[test]
fn it_sounds_at_the_signed_instants_alone() {
    let moved = |change: &dyn Fn(&mut Airing)| {
        let mut rundown = rundown(vec![sealed(&statement(), &[1, 2])]);
        change(&mut rundown.airings[0]);
        rundown
    };
    let begins = |instant: i64, begin: i64| moved(&|airing| (airing.id.instant, airing.at) = (at(instant), at(begin)));
    for (instant, begin, fits) in [
        (0, 0, true),
        (0, 599, true),
        // That is the next one's.
        (0, 600, false),
        (600, 600, true),
        (1, 1, false),
        (1199, 1290, false),
        (600, 599, false),
        (-600, 0, false),
        (3000, 3599, true),
        (3600, 3600, false),
    ] {
        check(&two(), &begins(instant, begin), if fits { Ok(()) } else { Err(Lack::OtherInstant) });
    }
    check(&two(), &moved(&|airing| airing.expires = None), Err(Lack::OtherInstant));
    check(&two(), &moved(&|airing| airing.expires = Some(at(3601))), Err(Lack::OtherInstant));
    // Of a level that waits for the morning.
    let waits = |begin| {
        let mut rundown = rundown(vec![sealed(&statement(), &[1, 2])]);
        (rundown.airings[0].level, rundown.airings[0].at) = (Some(Level::III), at(begin));
        rundown
    };
    check(&two(), &waits(3500), Ok(()));
    check(&two(), &waits(3600), Err(Lack::OtherInstant));
    // One airing in all.
    let once = Statement { every: None, ..statement() };
    for (instant, fits) in [(0, true), (600, false)] {
        let mut rundown = rundown(vec![sealed(&once, &[1, 2])]);
        rundown.airings[0].id.instant = at(instant);
        check(&two(), &rundown, if fits { Ok(()) } else { Err(Lack::OtherInstant) });
    }
}

#[test]
fn every_single_flipped_bit_takes_the_signatures_away() {
    let whole = sealed(&statement(), &[1, 2]);
    let refused = |envelope: Envelope, what: &str, bit: usize| {
        let rundown = rundown(vec![envelope]);
        let found = Warrants::of(&two(), &rundown.orders).allow(&rundown, &rundown.airings[0], at(1290));
        assert!(matches!(found, Err(Lack::NoStatement | Lack::Signatures(_))), "{what} {bit}: {found:?}");
    };
    for bit in 0..whole.payload.len() * 8 {
        let mut flipped = whole.clone();
        flipped.payload[bit / 8] ^= 1 << (bit % 8);
        refused(flipped, "payload", bit);
    }
    for (number, signature) in whole.signatures.iter().enumerate() {
        for bit in 0..signature.sig.len() * 8 {
            let mut flipped = whole.clone();
            flipped.signatures[number].sig[bit / 8] ^= 1 << (bit % 8);
            refused(flipped, "signature", bit);
        }
    }
}

#[test]
fn documents_of_before_there_were_statements_still_read() {
    let mut bare = rundown(vec![]);
    let text = serde_json::to_string(&bare).unwrap();
    assert!(!text.contains("orders"));
    assert_eq!(serde_json::from_str::<Rundown>(&text).unwrap(), bare);
    bare.orders = vec![sealed(&statement(), &[1, 2])];
    assert_eq!(serde_json::from_slice::<Rundown>(&serde_json::to_vec(&bare).unwrap()).unwrap(), bare);
    let old = Key { person: None, ..key(1, "x") };
    let text = serde_json::to_string(&old).unwrap();
    assert!(!text.contains("person"));
    assert_eq!(serde_json::from_str::<Key>(&text).unwrap(), old);
    assert_eq!(Statement::read(&sealed(&statement(), &[1])).unwrap(), statement());
}
