//! Rules of logging in, by simulated time.

use std::time::Duration;

use chrono::TimeDelta;
use proptest::prelude::*;

use super::code::Generator;
use super::session::{IDLE_MAX, LENGTH_MAX, Token, begin, is_good};
use super::tries::{KEPT_MAX, OF_A_NAME, Tries, WAIT_FIRST, WAIT_MAX};
use super::{password, same};
use crate::base::Timestamp;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_timestamp(seconds, 0).unwrap()
}

#[test]
fn a_password_fits_itself_alone() {
    let kept = password::hash("three yaks by the river");
    assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
    assert!(password::fits("three yaks by the river", Some(&kept)));
    assert_ne!(password::hash("three yaks by the river"), kept, "each has its own salt");
    for (other, of) in [
        ("three yaks by the rivers", Some(kept.as_str())),
        ("", Some(kept.as_str())),
        ("three yaks by the river", None),
        ("three yaks by the river", Some("")),
        ("three yaks by the river", Some("$argon2id$v=19$m=1,t=2,p=1$AAAA$AAAA")),
    ] {
        assert!(!password::fits(other, of), "{other} {of:?}");
    }
}

#[test]
fn a_password_that_would_be_guessed_is_not_taken() {
    use password::Weak::{Long, Plain, Short};
    for (text, expected) in [
        ("三头牦牛在河边吃草呢", Ok(())),
        ("correct horse", Ok(())),
        ("ninechars", Err(Short)),
        ("aaaaaaaaaaaaaaa", Err(Plain)),
        ("1212121212", Err(Plain)),
        ("0123456789", Err(Plain)),
        ("Tashi12345", Err(Plain)),
        (&"yak ".repeat(51), Err(Long)),
    ] {
        assert_eq!(password::check(text, "tashi"), expected, "{text}");
    }
}

#[test]
fn whoever_is_wrong_too_often_waits_and_for_longer() {
    let mut tries = Tries::new(OF_A_NAME);
    let mut now = Duration::from_secs(1000);
    for _ in 1..OF_A_NAME {
        assert!(!tries.wrong("tashi", now));
        assert_eq!(tries.wait("tashi", now), None);
    }
    let mut expected = WAIT_FIRST;
    for _ in 0..12 {
        assert!(tries.wrong("tashi", now));
        assert_eq!(tries.wait("tashi", now), Some(expected));
        assert_eq!(tries.wait("norbu", now), None, "nobody else waits");
        now += expected - Duration::from_millis(1);
        assert_eq!(tries.wait("tashi", now), Some(Duration::from_millis(1)));
        now += Duration::from_millis(1);
        assert_eq!(tries.wait("tashi", now), None);
        expected = (expected * 2).min(WAIT_MAX);
    }
    assert_eq!(expected, WAIT_MAX);
    tries.right("tashi");
    assert!(!tries.wrong("tashi", now), "what was wrong before is forgotten");
    now += Duration::from_secs(24 * 3600);
    for _ in 1..OF_A_NAME {
        assert!(!tries.wrong("tashi", now), "a day later it counts from the beginning");
    }
}

#[test]
fn strangers_neither_fill_the_memory_nor_free_a_name() {
    let mut tries = Tries::new(OF_A_NAME);
    let now = Duration::from_secs(5);
    (0..OF_A_NAME).for_each(|_| {
        tries.wrong("tashi", now);
    });
    for i in 0..2 * KEPT_MAX {
        tries.wrong(&format!("stranger {i}"), now);
    }
    assert_eq!(tries.len(), KEPT_MAX);
    assert!(tries.wait("tashi", now).is_some());
}

/// RFC 6238, appendix B, of which six digits are asked for here.
#[test]
fn codes_are_those_of_the_standard() {
    let generator = Generator::read("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ").unwrap();
    for (seconds, code) in
        [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (2_000_000_000, "279037")]
    {
        assert_eq!(generator.code_at(at(seconds)), code);
        let step = seconds as u64 / 30;
        for (off, taken) in [(-60, false), (-30, true), (0, true), (30, true), (60, false)] {
            assert_eq!(generator.step_of(code, at(seconds + off), 0), taken.then_some(step), "{seconds} {off}");
        }
        assert_eq!(generator.step_of(code, at(seconds), step), None, "a code is taken once");
        assert_eq!(generator.step_of(&code[..5], at(seconds), 0), None);
        let spaced = format!(" {} {}", &code[..3], &code[3..]);
        assert_eq!(generator.step_of(&spaced, at(seconds), 0), Some(step));
    }
    assert_eq!(Generator::read("not base32!").map(drop), None);
    let random = Generator::random();
    assert_eq!(Generator::read(&random.secret()).unwrap().secret(), random.secret());
    assert!(random.link("德钦县", "A B").starts_with("otpauth://totp/%E5%BE%B7%E9%92%A6%E5%8E%BF:A%20B?secret="));
}

#[test]
fn a_session_ends_when_it_is_not_used_and_after_a_day() {
    let token = Token::random();
    assert_ne!(token, Token::random());
    assert_eq!(Token::read(token.secret()), Some(token.clone()));
    for text in ["", "abc", &"g".repeat(64), &"a".repeat(65)] {
        assert_eq!(Token::read(text), None);
    }
    assert_ne!(token.of_forms(), token.digest().to_string());
    let now = at(1_795_000_000);
    let mut row = begin(&token, "tashi", false, ("127.0.0.1", &"x\n".repeat(500)), now);
    assert_eq!(row.browser, "x".repeat(200));
    assert!(is_good(&row, now + IDLE_MAX - TimeDelta::seconds(1)) && !is_good(&row, now + IDLE_MAX));
    row.seen = now + LENGTH_MAX - TimeDelta::seconds(1);
    assert!(is_good(&row, row.seen) && !is_good(&row, now + LENGTH_MAX));
    assert!(is_good(&row, now - TimeDelta::hours(3)), "a clock that was set back ends none");
}

proptest! {
    #[test]
    fn same_is_equality(a in prop::collection::vec(0u8..4, 0..6), b in prop::collection::vec(0u8..4, 0..6)) {
        prop_assert_eq!(same(&a, &b), a == b);
    }
}
