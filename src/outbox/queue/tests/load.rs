//! The queue when there is much to send.

use super::*;

#[tokio::test]
async fn a_flood_becomes_a_digest() {
    let place = place(Scripted::new("fake", false, BUDGET)).await;
    let text = |n: u32| format!("题目{n}\n{}。\n\n通知{n}号", "正文".repeat(5));
    let posts = (0..9).map(|n| place.post(&format!("x{n}"), "a", Class::Daily, &[&text(n)])).collect();
    place.enqueue(posts).await;
    place.enqueue(vec![place.post("flood", "b", Class::Drill, &["演习"])]).await;
    place.for_seconds(3599).await;
    // Two go at once, two with each minute, and what is left after ten minutes would not: nine are over before.
    assert!(place.all(CallState::Delivered).await);
    assert_eq!(place.outbox.counts().digested, 0);

    // The robot may send nothing for a while, as after an outage.
    place.channel.script([retry(Some(TimeDelta::minutes(12)))]);
    let posts = (0..9).map(|n| place.post(&format!("y{n}"), "a", Class::Daily, &[&text(n)])).collect();
    place.enqueue(posts).await;
    let before = place.channel.sent().len();
    place.for_seconds(3000).await;
    let texts = place.channel.texts()[before..].to_vec();
    assert_eq!(texts.len(), 5, "{texts:?}");
    assert_eq!(texts[0], text(0), "refused for now: it was begun, and goes by itself");
    let digest: String = texts[1..].iter().filter(|sent| **sent != text(0)).cloned().collect();
    assert!(digest.starts_with("(1/3) 8 bo\n\n1. 题目1\n"), "{digest}");
    assert!((1..9).all(|n| digest.contains(&format!("题目{n}"))), "{digest}");
    assert_eq!(place.outbox.counts().digested, 8);
    assert!(place.all(CallState::Delivered).await, "{:?}", place.states().await);
}

/// Under load one commit ends a batch and begins the next: 32 calls take no more than 1.1 waits for the disk.
#[tokio::test]
async fn many_calls_share_a_commit() {
    let mut place = place(Scripted::new("fake", false, &[])).await;
    for n in 0..64 {
        let chat = Chat {
            id: format!("c{n}").parse().unwrap(),
            name: String::new(),
            channel: "fake".into(),
            address: json!({ "chat": format!("c{n}") }),
        };
        place.chats.insert(chat.id.clone(), chat);
    }
    // A line that carries well.
    let warm = (0..64).map(|n| place.post("warm", &format!("c{n}"), Class::Daily, &["x"])).collect();
    place.enqueue(warm).await;
    place.now().await;
    let before = place.ledger.write_count();
    let posts: Vec<Post> =
        (0..3200).map(|n| place.post(&format!("x{}", n / 64), &format!("c{}", n % 64), Class::Daily, &["x"])).collect();
    place.enqueue(posts).await;
    place.now().await;
    let commits = place.ledger.write_count() - before;
    assert_eq!(place.channel.sent().len(), 3264);
    assert!(commits * 32 * 10 <= 3200 * 11, "{commits} commits for 3200 calls");
    assert!(place.all(CallState::Delivered).await);
}
