//! The engineer's pages: what doctor finds, metrics, keys, backups, HOLD; and nothing of a machine that could be changed.

use super::world::World;
use crate::console::web::routes::{Method, ROUTES};
use crate::county::keys::CountyKeys;
use crate::ledger::Role;

async fn world() -> World {
    let world = World::new().await;
    world.person("drolma", &[Role::Engineer]).await;
    world.person("tashi", &[Role::Writer, Role::Translator, Role::Reviewer]).await;
    world
}

#[tokio::test]
async fn findings_and_metrics_are_shown_as_they_are() {
    let world = world().await;
    let (drolma, tashi) = (world.browser("drolma", false).await, world.browser("tashi", false).await);
    for path in ["/engineer", "/engineer/doctor", "/engineer/metrics"] {
        assert_eq!(world.get(&tashi, path).await.status, 403, "{path}");
    }
    let page = world.get(&drolma, "/engineer/doctor").await.text;
    for text in ["有1处要处理", "✓ </span>磁盘", "700 MB free", "✗ </span>数据目录", "chmod 750 on &lt;it&gt;"]
    {
        assert!(page.contains(text), "{text}\n{page}");
    }
    let page = world.get(&drolma, "/engineer/metrics").await.text;
    assert!(page.contains("cunxiang_hold") && page.contains("1 while the county is in HOLD."), "{page}");
    // One look at a time.
    let at_work = world.site.at_work.try_acquire().unwrap();
    assert_eq!(world.get(&drolma, "/engineer/doctor").await.status, 503);
    assert_eq!(world.post(&drolma, "/engineer/backup", &[]).await.status, 503);
    drop(at_work);
    assert_eq!(world.get(&drolma, "/engineer/doctor").await.status, 200);
}

#[tokio::test]
async fn keys_are_listed_with_the_days_that_are_left() {
    let world = world().await;
    let browser = world.browser("drolma", false).await;
    assert!(world.get(&browser, "/engineer").await.text.contains("还没有密钥"));
    let quiet = world.site.catalog().county.quiet;
    let (keys, _) = CountyKeys::open(&world.site.home.join("keys"), quiet, world.now()).unwrap();
    world.site.control.board.update(|board| board.keys = Some(keys.keys().clone()));
    let page = world.get(&browser, "/engineer").await.text;
    for text in ["节目单", "授时", "400天", "只有0位审批人有密钥", "cunxiang keys rotate"] {
        assert!(page.contains(text), "{text}\n{page}");
    }
    world.clock.advance(std::time::Duration::from_secs(375 * 24 * 3600));
    let browser = world.browser("drolma", false).await;
    let page = world.get(&browser, "/engineer").await.text;
    assert!(page.contains("<td class=\"number bad\">25天"), "{page}");
}

#[tokio::test]
async fn a_backup_is_made_and_listed_and_a_hold_released() {
    let world = world().await;
    let browser = world.browser("drolma", false).await;
    assert!(world.get(&browser, "/engineer").await.text.contains("还没有在这里做过备份"));
    let done = world.post(&browser, "/engineer/backup", &[]).await;
    let page = world.get(&browser, done.to()).await.text;
    assert!(
        page.contains("备份已做好。") && page.contains("2026-11-24 12:00 <code>county-1.tar.gz</code> 3 MiB"),
        "{page}"
    );
    let audit = world.site.ledger().audit_rows(1).await.unwrap();
    assert_eq!((audit[0].who.as_str(), audit[0].action.as_str()), ("drolma", "make backup"));

    let (ledger, now) = (world.site.ledger(), world.now());
    ledger.set_hold(Some("restored <from> a backup"), "test", now).await.unwrap();
    let hold = ledger.hold().await.unwrap();
    world.site.control.board.update(|board| board.hold = hold);
    assert!(world.get(&browser, "/engineer").await.text.contains("restored &lt;from&gt; a backup"));
    assert_eq!(world.post(&browser, "/engineer/release", &[]).await.status, 403);
    world.post(&browser, "/engineer/release", &[("sure", "yes")]).await;
    assert!(ledger.hold().await.unwrap().is_none());
    assert_eq!(world.post(&browser, "/engineer/release", &[("sure", "yes")]).await.status, 409);
}

/// The engineer's forms take a backup and release a HOLD: no address, path, command or device is among their fields.
#[tokio::test]
async fn nothing_of_the_machine_can_be_changed() {
    let world = world().await;
    let browser = world.browser("drolma", false).await;
    for route in ROUTES.iter().filter(|route| route.path.starts_with("/engineer") && route.method == Method::Get) {
        let page = world.get(&browser, route.path).await.text;
        let main = page.split_once("<main").unwrap().1;
        let fields: Vec<&str> = main.split("name=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        assert!(fields.iter().all(|field| ["token", "sure"].contains(field)), "{} {fields:?}", route.path);
    }
    let forms: Vec<&str> = ROUTES
        .iter()
        .filter(|route| route.path.starts_with("/engineer") && route.method == Method::Post)
        .map(|route| route.path)
        .collect();
    assert_eq!(forms, ["/engineer/backup", "/engineer/release"]);
}
