//! What approvers signed is what airs: at the instants, stations and with the clips that they signed, and the plan says
//! what waits.

use std::collections::BTreeSet;

use super::county::{Content, announce, at, id, order, registry, shown};
use crate::base::Digest;
use crate::catalog::Catalog;
use crate::planner::plan::{Planner, Registry};
use crate::rundown::document::Edge;
use crate::rundown::quiet::Quiet;
use crate::rundown::seal::{Key, Keys, Signer, Use};
use crate::rundown::statement::{FORMAT, Warrants};
use crate::rundown::{Agreed, AgreedLanguage, AiringId, Class, Level, Order, OrderKind, Signed, Statement};

fn clip(language: &str) -> Digest {
    Digest::of(format!("clips/short.{language}.opus").as_bytes())
}

/// An order of ten o'clock for n1, in Chinese: Tibetan was not recorded then. Each ten minutes until four.
fn signed(catalog: &Catalog, level: Level, released: &str) -> Order {
    let edition = &catalog.editions[&id("flood")];
    let chinese = "zh-CN".parse().unwrap();
    let language = AgreedLanguage { texts: edition.languages[&chinese], clips: [clip("zh-CN")].into() };
    let agreed = Agreed {
        edition: Digest::of(b"before it was recorded"),
        plan: edition.plan,
        languages: [(chinese, language)].into(),
        stations: vec![id("n1")],
    };
    let statement = Statement {
        format: FORMAT,
        order: 7,
        broadcast: id("flood"),
        class: Class::Emergency,
        level: Some(level),
        edition: agreed.edition,
        stations: [id("n1")].into(),
        clips: [clip("zh-CN")].into(),
        filed: at("24T10:00"),
        expires: at("24T16:00"),
        every: Some(crate::base::Length::minutes(10)),
        must: vec![],
    };
    let OrderKind::Announce { broadcast, stations, class, .. } = announce("flood", &["n1"], Class::Emergency) else {
        unreachable!()
    };
    let mut signed = Signed::new(statement);
    signed.envelope.signatures = signers().iter().map(|signer| signed.envelope.sign(signer)).collect();
    let kind = OrderKind::Announce { broadcast, stations, class, agreed: Some(agreed) };
    Order { signed: Some(signed), ..order(7, released, kind) }
}

fn signers() -> [Signer; 2] {
    [Signer::from_secret(&[1; 32]), Signer::from_secret(&[2; 32])]
}

fn keys(quiet: Quiet) -> Keys {
    let key = |(signer, person): (Signer, &str)| Key {
        id: signer.id().clone(),
        purpose: Use::Approver,
        public: signer.public(),
        not_before: at("01T00:00"),
        not_after: at("30T00:00"),
        revoked: false,
        person: Some(person.to_owned()),
    };
    Keys { version: 1, keys: signers().into_iter().zip(["tashi", "drolma"]).map(key).collect(), quiet }
}

fn content(level: &str) -> Content {
    Content::new().on_order("flood", "short", "emergency", level)
}

fn required(catalog: &Catalog) -> Registry {
    Registry { signatures_required: true, ..registry(catalog) }
}

#[test]
fn what_two_people_signed_is_planned_so_that_a_station_takes_it() {
    for (level, written, released) in [
        (Level::I, "I", "24T10:00"),
        (Level::I, "I", "24T10:07:30"),
        (Level::II, "II", "24T10:45:10"),
        (Level::III, "III", "24T10:45:10"),
    ] {
        let catalog = content(written).catalog();
        let orders = [signed(&catalog, level, released)];
        let known = required(&catalog);
        let planner = Planner::new(&catalog, &orders, &known, at("24T11:00"));
        let rundown = planner.station(&id("n1")).unwrap().rundown(Edge::default(), at("24T11:00"));
        let warrants = Warrants::of(&keys(catalog.county.quiet), &rundown.orders);
        assert!(rundown.airings.len() > 20);
        for airing in &rundown.airings {
            assert_eq!(warrants.allow(&rundown, airing, at("24T11:00")), Ok(()), "{airing:?}");
        }
        assert_eq!(rundown.airings[0].at, at(released));
        let apart: BTreeSet<i64> =
            rundown.airings.windows(2).map(|two| (two[1].at - two[0].at).num_minutes()).collect();
        assert_eq!(apart, [10].into());
        assert!(planner.station(&id("n2")).unwrap().airings.is_empty());
    }
}

#[test]
fn the_first_airing_is_the_instant_before_the_second_signature() {
    let catalog = content("I").catalog();
    let orders = [signed(&catalog, Level::I, "24T10:17:30")];
    let known = required(&catalog);
    let plan = Planner::new(&catalog, &orders, &known, at("24T10:18")).station(&id("n1")).unwrap();
    let found: Vec<String> =
        plan.airings.iter().take(2).map(|a| format!("{} as {}", shown(a.at), shown(a.id.instant))).collect();
    assert_eq!(found, ["24T10:17:30 as 24T10:10", "24T10:27:30 as 24T10:20"]);
}

#[test]
fn a_language_recorded_after_the_signing_waits_and_is_told() {
    let catalog = content("I").catalog();
    let orders = [signed(&catalog, Level::I, "24T10:05")];
    let known = required(&catalog);
    let planner = Planner::new(&catalog, &orders, &known, at("24T10:06"));
    let plan = planner.station(&id("n1")).unwrap();
    let languages: Vec<_> = plan.programmes.iter().flat_map(|programme| programme.languages()).collect();
    assert_eq!(languages, ["zh-CN".parse().unwrap()]);
    let told: Vec<String> =
        planner.problems().iter().filter(|p| p.rule == "unsigned-language").map(|p| p.message.clone()).collect();
    assert_eq!(told, ["order 7 does not air `flood` in bo: two approvers signed it before that could sound"]);
}

#[test]
fn an_emergency_that_nobody_signed_is_not_planned_where_signatures_are_a_must() {
    let catalog = content("I").catalog();
    let bare = Order { signed: None, ..signed(&catalog, Level::I, "24T10:00") };
    let airing = AiringId { broadcast: id("flood"), instant: at("24T10:00"), station: id("n1") };
    let again = order(8, "24T10:05", OrderKind::Reair { airing });
    let check = |orders: &[Order], known: &Registry, airings: usize, says: &[&str]| {
        let planner = Planner::new(&catalog, orders, known, at("24T10:06"));
        assert_eq!(planner.station(&id("n1")).unwrap().airings.len(), airings);
        let problems: Vec<String> = planner.problems().into_iter().map(|problem| problem.message).collect();
        for said in says {
            assert!(problems.iter().any(|problem| problem.contains(said)), "{said}: {problems:?}");
        }
    };
    check(&[bare.clone(), again.clone()], &registry(&catalog), 37, &[]);
    let says = ["and nobody signed this one", "is repeated by itself and not aired again"];
    check(&[bare, again], &required(&catalog), 0, &says);
}
