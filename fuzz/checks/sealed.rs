//! Any bytes as a sealed rundown, as the content of a rightly sealed one, and as a keys document: nothing panics, and what
//! is accepted is what a station can play. Shared by the fuzz target and the test that replays its seeds.

use cunxiang::base::Timestamp;
use cunxiang::rundown::Rundown;
use cunxiang::rundown::document::Edge;
use cunxiang::rundown::quiet::Quiet;
use cunxiang::rundown::seal::{Envelope, KEYS_TYPE, Key, Keys, RUNDOWN_TYPE, Signer, Trust, Use};

const HELD: Edge = Edge { epoch: 5, version: 7 };

/// True if the bytes were accepted in any of the three ways.
pub fn check(bytes: &[u8]) -> bool {
    let (root, worker) = (Signer::from_secret(&[1; 32]), Signer::from_secret(&[2; 32]));
    let now = Timestamp::from_timestamp(1_800_000_020, 0).expect("a valid instant");
    let hours = |hour| chrono::NaiveTime::from_hms_opt(hour, 0, 0).expect("a valid hour");
    let key = Key {
        id: worker.id().clone(),
        purpose: Use::Rundown,
        public: worker.public(),
        not_before: now,
        not_after: now + chrono::TimeDelta::days(400),
        revoked: false,
        person: None,
    };
    let quiet = Quiet { from: hours(21), until: hours(7), zone: chrono_tz::Asia::Shanghai };
    let keys = serde_json::to_vec(&Keys { version: 1, keys: vec![key], quiet }).expect("keys are always written");
    let trust = Trust::begin(&root.public(), &Envelope::seal(KEYS_TYPE, keys, &[&root])).expect("the root signed it");
    let open = |envelope: &Envelope| {
        let opened = trust.open(envelope, &"a".parse().expect("an id"), HELD, now);
        opened.is_ok_and(|rundown| {
            play(&rundown, now);
            true
        })
    };
    let as_sealed = serde_json::from_slice::<Envelope>(bytes).is_ok_and(|envelope| open(&envelope));
    let as_content = open(&Envelope::seal(RUNDOWN_TYPE, bytes.to_vec(), &[&worker]));
    let as_keys = Trust::begin(&root.public(), &Envelope::seal(KEYS_TYPE, bytes.to_vec(), &[&root])).is_ok();
    as_sealed || as_content || as_keys
}

/// Whatever a station reckons with.
fn play(rundown: &Rundown, now: Timestamp) {
    assert!(rundown.edge >= HELD && rundown.station.as_str() == "a" && rundown.valid_until >= now);
    for airing in &rundown.airings {
        let programme = &rundown.programmes[airing.programme as usize];
        let length = programme.length();
        assert!(programme.frames() <= 86_400 * 48_000 && airing.until() + length.delta() >= airing.at - length.delta());
        assert_eq!(airing.id.station, rundown.station);
        let _ = (airing.rank(), rundown.min_gap.delta(), programme.languages());
    }
}
