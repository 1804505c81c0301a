//! Reviews in the browser: what waits, what changed, a verdict on each part.

use super::world::World;
use crate::console::web::Options;
use crate::ledger::Role;
use crate::rundown::Verdict;

/// The sample county with names under its texts, one broadcast of which reads another text.
fn catalog(title: &str) -> crate::catalog::Catalog {
    let files = crate::catalog::Files::read(std::path::Path::new(env!("CARGO_MANIFEST_DIR")), None).unwrap();
    let path = "locales/zh-CN/epidemic.ftl";
    let text = files.text(path).unwrap().replace("出门戴好口罩\n", &format!("{title}\n"));
    let files = files.with_text(path, &format!("### @written-by Li\n{text}"));
    crate::catalog::load(&files, &Default::default()).catalog.unwrap()
}

async fn world(title: &str) -> World {
    let world = World::of(catalog(title), Options::default()).await;
    for (name, role) in [("Li", Role::Reviewer), ("Tashi", Role::Reviewer), ("Wang", Role::Writer)] {
        world.person(name, &[role]).await;
    }
    world
}

fn edition(page: &str) -> String {
    page.split("name=\"edition\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_verdict_is_on_the_edition_that_was_shown() {
    let world = world("出门戴好口罩").await;
    let tashi = world.browser("Tashi", false).await;
    let queue = world.get(&tashi, "/review").await;
    assert!(
        queue.text.contains("/review/epidemic-daily") && queue.text.contains("等您审") && queue.text.len() < 100 << 10
    );
    let page = world.get(&tashi, "/review/epidemic-daily").await.text;
    assert!(page.contains("以前没有批准过") && page.contains("[when] at") && page.contains("<audio"), "{page}");
    assert!(page.len() < 100 << 10);
    let clip = page.split("src=\"/clips/").nth(1).unwrap().split('"').next().unwrap();
    let sound = world.ask_bytes(&tashi, &format!("/clips/{clip}")).await;
    assert_eq!(crate::base::Digest::of(&sound).to_string(), clip);
    assert_eq!(world.get(&tashi, &format!("/clips/{}", "0".repeat(64))).await.status, 404);

    let digest = edition(&page);
    let send = async |part: &str, act: &str, comment: &str, edition: &str| {
        let fields = [("part", part), ("do", act), ("comment", comment), ("edition", edition)];
        world.post(&tashi, "/review/epidemic-daily", &fields).await
    };
    assert!(send("zh-CN", "reject", " ", &digest).await.text.contains("退回要写明原因"));
    assert!(send("zh-CN", "approve", "", &"0".repeat(64)).await.text.contains("您看的时候内容改了"));
    assert_eq!(send("xx", "approve", "", &digest).await.status, 409);
    assert_eq!(send("zh-CN", "maybe", "", &digest).await.status, 403);
    let number = world.site.ledger().reviews_count().await.unwrap();
    assert_eq!(number, 0, "nothing was recorded");

    assert!(send("zh-CN", "reject", "“及时” 两字 <b>", &digest).await.to().ends_with("review-said-rejected"));
    let page = world.get(&tashi, "/review/epidemic-daily").await.text;
    assert!(page.contains("已退回") && page.contains("&lt;b&gt;") && !page.contains("两字 <b>"));
    assert!(send("zh-CN", "approve", "", &digest).await.to().ends_with("review-said-approved"));
    assert!(send("", "approve", "", &digest).await.to().ends_with("review-said-approved"));
    let edition = world.site.catalog().editions["epidemic-daily"].digest;
    let reviews = world.site.ledger().reviews_of(edition).await.unwrap();
    let said: Vec<_> = reviews.iter().map(|r| (r.language.as_ref().map(|t| t.to_string()), r.verdict)).collect();
    let zh = || Some("zh-CN".to_owned());
    assert_eq!(said, [(zh(), Verdict::Rejected), (zh(), Verdict::Approved), (None, Verdict::Approved)]);
}

#[tokio::test]
async fn nobody_reviews_what_is_their_own() {
    let world = world("出门戴好口罩").await;
    let (li, wang) = (world.browser("Li", false).await, world.browser("Wang", false).await);
    let page = world.get(&li, "/review/epidemic-daily").await.text;
    assert!(!page.contains("value=\"approve\""), "Li wrote all that the Chinese is part of");
    let digest = world.site.catalog().editions["epidemic-daily"].digest.to_string();
    let fields = [("part", "zh-CN"), ("do", "approve"), ("edition", digest.as_str())];
    assert_eq!(world.post(&li, "/review/epidemic-daily", &fields).await.status, 409);
    assert_eq!(world.post(&wang, "/review/epidemic-daily", &fields).await.status, 403);
    assert!(!world.get(&wang, "/review/epidemic-daily").await.text.contains("value=\"approve\""));
    assert_eq!(world.get(&wang, "/review/no-such").await.status, 404);
}

/// What was approved stands beside what is to be approved now.
#[tokio::test]
async fn what_changed_since_is_marked() {
    let world = world("出门戴好口罩").await;
    let tashi = world.browser("Tashi", false).await;
    let digest = world.site.catalog().editions["epidemic-daily"].digest.to_string();
    for part in ["", "zh-CN", "bo"] {
        let fields = [("part", part), ("do", "approve"), ("edition", digest.as_str())];
        assert!(world.post(&tashi, "/review/epidemic-daily", &fields).await.to().contains("said-approved"), "{part}");
    }
    let after = std::sync::Arc::new(catalog("出门请戴口罩"));
    world.site.control.board.update(|board| board.catalog = after);
    let page = world.get(&tashi, "/review/epidemic-daily").await.text;
    assert!(page.contains("<del>") && page.contains("<ins>"), "{page}");
    let plan = page.split("<section").nth(1).unwrap();
    assert!(!plan.contains("<ins>"), "when, where and how stayed: {plan}");
}
