//! The stations: how they are, and that boxes are let in, compared and revoked by the ledger's own rules.

use super::world::{World, sample};
use crate::base::{Digest, Id};
use crate::console::web::{Health, Options, StationSeen};
use crate::ledger::{BoxState, Role};
use crate::rundown::seal::Signer;

fn id(text: &str) -> Id {
    text.parse().unwrap()
}

async fn world() -> World {
    let world = World::linked(sample(), Options::default(), Box::new(village)).await;
    world.person("drolma", &[Role::Engineer]).await;
    world.person("tashi", &[Role::Writer, Role::Reviewer, Role::Translator]).await;
    world
}

fn village() -> Vec<StationSeen> {
    let seen = |station, health, heard: Option<&str>, clock_offset_ms| StationSeen {
        station: id(station),
        health,
        sounding: None,
        heard: heard.map(|at| at.parse().unwrap()),
        clock_offset_ms,
    };
    vec![
        seen("foshan-nagu", Health::Silent, Some("2026-11-24T01:02:03Z"), Some(-125_000)),
        seen("foshan-bamei", Health::Clock, Some("2026-11-24T03:59:00Z"), Some(2_400)),
        seen("benzilan-shusong", Health::Well, Some("2026-11-24T03:59:30Z"), Some(12)),
        seen("benzilan-xiashe", Health::Well, None, None),
    ]
}

/// A box that came in with a code of the console's, as over the link.
async fn comes_in(world: &World, number: u8, stations: &[&str]) -> Signer {
    let (ledger, signer) = (world.site.ledger(), Signer::from_secret(&[number; 32]));
    let stations: Vec<Id> = stations.iter().map(|text| id(text)).collect();
    ledger.make_code(Digest::of(&[number]), &stations, "drolma", world.now()).await.unwrap();
    ledger.enrol(Digest::of(&[number]), &signer.public(), world.now()).await.unwrap();
    world.site.control.boxes.as_ref().unwrap().gate.reload().await.unwrap();
    signer
}

#[tokio::test]
async fn the_board_has_what_is_not_well_first() {
    let world = world().await;
    let (drolma, tashi) = (world.browser("drolma", false).await, world.browser("tashi", false).await);
    assert_eq!(world.get(&tashi, "/stations").await.status, 403);
    let page = world.get(&drolma, "/stations").await.text;
    let place = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text}\n{page}"));
    let row = |id: &str| {
        let at = place(&format!("href=\"/stations/{id}\""));
        page[at..].split("</tr>").next().unwrap().to_owned()
    };
    assert!(place("/stations/foshan-nagu\"") < place("/stations/foshan-bamei\""));
    assert!(place("/stations/foshan-bamei\"") < place("/stations/benzilan-shusong\""));
    assert!(place("/stations/benzilan-shusong\"") < place("/stations/shengping-adong\""));
    assert!(row("foshan-nagu").contains("失联") && row("foshan-nagu").contains("2026-11-24 09:02"));
    assert!(row("foshan-nagu").contains("−2 min") && row("foshan-bamei").contains("+2 s"));
    assert!(row("benzilan-shusong").contains("+12 ms") && row("benzilan-shusong").contains("已到齐"));
    assert!(row("benzilan-xiashe").contains("本机") && row("shengping-adong").contains("没有设备"));
    let page = world.get(&drolma, "/stations?township=foshan&health=clock").await.text;
    assert!(page.contains("/stations/foshan-bamei\"") && !page.contains("/stations/foshan-nagu\""));
}

#[tokio::test]
async fn a_box_is_enrolled_compared_and_revoked() {
    let world = world().await;
    let browser = world.browser("drolma", false).await;
    let page = world.get(&browser, "/stations/foshan-nagu").await.text;
    assert!(
        page.contains("value=\"foshan-bamei\"") && page.contains("失联") && !page.contains("value=\"benzilan-xiashe\"")
    );
    let page =
        world.post(&browser, "/stations/enrol", &[("station", "foshan-nagu"), ("station", "foshan-bamei")]).await;
    assert!(page.text.contains("cunxiang station join https://county.example:8443 "), "{}", page.text);
    assert!(page.text.contains("<svg") && page.text.contains("2026-11-24 12:15"));
    let audit = world.site.ledger().audit_rows(1).await.unwrap();
    assert_eq!((audit[0].who.as_str(), audit[0].action.as_str()), ("drolma", "make enrolment code"));
    assert_eq!(world.post(&browser, "/stations/enrol", &[("station", "atlantis")]).await.status, 409);

    let signer = comes_in(&world, 7, &["foshan-nagu"]).await;
    let page = world.get(&browser, "/stations").await.text;
    let fingerprint = page.split("name=\"fingerprint\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    assert!(page.contains(&format!("lang=\"en\">{fingerprint}</strong>")));
    let state = async || {
        let boxes = world.site.ledger().boxes().await.unwrap();
        boxes.into_iter().find(|row| row.key == *signer.id()).unwrap().state
    };
    // Not compared, or with other digits: nobody is let in.
    let of = |digits: &str, same: &str| {
        [("station", "foshan-nagu".to_owned()), ("fingerprint", digits.to_owned()), ("same", same.to_owned())]
    };
    for (fields, status) in [(of(&fingerprint, ""), 403), (of("00000 00000", "yes"), 409)] {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(world.post(&browser, "/stations/confirm", &fields).await.status, status);
        assert_eq!(state().await, BoxState::Pending);
    }
    let fields = [("station", "foshan-nagu"), ("fingerprint", &fingerprint), ("same", "yes")];
    let done = world.post(&browser, "/stations/confirm", &fields).await;
    assert_eq!(state().await, BoxState::Confirmed);
    let page = world.get(&browser, done.to()).await.text;
    for text in ["设备已接入。", "已接入的设备", &fingerprint, "确认设备", "drolma"] {
        assert!(page.contains(text), "{text}\n{page}");
    }
    assert_eq!(world.post(&browser, "/stations/revoke", &[("station", "foshan-nagu")]).await.status, 403);
    let fields = [("station", "foshan-nagu"), ("sure", "yes")];
    let done = world.post(&browser, "/stations/revoke", &fields).await;
    assert_eq!(state().await, BoxState::Revoked);
    let page = world.get(&browser, done.to()).await.text;
    assert!(page.contains("设备已撤销。") && page.contains("已撤销的设备") && page.contains("撤销设备"), "{page}");
    assert_eq!(world.post(&browser, "/stations/revoke", &fields).await.status, 409, "there is none any more");
}

#[tokio::test]
async fn a_station_has_its_log_and_one_that_is_not_there_has_none() {
    let world = world().await;
    super::as_run::plant(&world, &super::as_run::DAY).await;
    let browser = world.browser("drolma", false).await;
    let page = world.get(&browser, "/stations/foshan-nagu").await.text;
    assert!(page.contains("疫情防控每日播报") && page.contains("漏播") && page.contains("设备当时没有运行"), "{page}");
    assert_eq!(world.get(&browser, "/stations/atlantis").await.status, 404);
    assert_eq!(world.get(&browser, "/stations/%22%3E").await.status, 404);
}

#[tokio::test]
async fn without_a_link_it_says_what_to_do() {
    let world = World::new().await;
    world.person("drolma", &[Role::Engineer]).await;
    let browser = world.browser("drolma", false).await;
    for path in ["/stations", "/stations/foshan-nagu"] {
        assert!(world.get(&browser, path).await.text.contains("请在本机的配置文件里开通"));
    }
    assert_eq!(world.post(&browser, "/stations/enrol", &[("station", "foshan-nagu")]).await.status, 409);
}
