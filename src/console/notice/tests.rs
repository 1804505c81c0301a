//! What a stranger with a browser gets.

use axum::http::Request;
use chrono::TimeDelta;
use http_body_util::BodyExt as _;
use serde_json::json;
use tower::ServiceExt as _;

use super::*;
use crate::base::clock::SimulatedClock;
use crate::ledger::{Lane, NewCall, NewEdition, NewPost, TakeBack};
use crate::rundown::{Class, OrderKind, PostPart};

struct Town {
    router: Router,
    ledger: Ledger,
    clock: Arc<SimulatedClock>,
    link: String,
    clip: Vec<u8>,
    _folder: tempfile::TempDir,
}

fn tag(text: &str) -> Tag {
    text.parse().unwrap()
}

/// A notice in three languages, with a voice note and a card in Chinese.
fn parts(clip: Digest) -> Vec<PostPart> {
    let card = CardText {
        county: None,
        date: None,
        items: vec![("口罩".into(), "请戴口罩。".into())],
        hotline: None,
        link: None,
        is_draft: false,
        is_sample: false,
    };
    vec![
        PostPart::Text { language: tag("bo"), text: "ཁ་རས།\nགོན།".into() },
        PostPart::Text {
            language: tag("zh-CN"), text: "【演练】\n<script>口罩\n请戴口罩。& \"它\"".into()
        },
        PostPart::Voice { language: tag("zh-CN"), clip, frames: 48_000, title: "口罩".into() },
        PostPart::Card { language: tag("zh-CN"), title: "口罩".into(), card },
        PostPart::Text { language: tag("lis"), text: "ꓐꓯ ꓟ".into() },
    ]
}

async fn town(by_number: bool) -> Town {
    let folder = tempfile::tempdir().unwrap();
    let (ledger, store) = (Ledger::in_memory().await.unwrap(), Store::open(folder.path()).unwrap());
    let clock = SimulatedClock::at(Timestamp::from_timestamp(1_795_000_000, 0).unwrap());
    let edition = NewEdition { digest: Digest::of(b"e"), broadcast: "masks".parse().unwrap(), bytes: b"e".to_vec() };
    ledger.register_editions(&[edition], clock.now(), 2026).await.unwrap();
    let other = NewEdition { digest: Digest::of(b"f"), broadcast: "secret".parse().unwrap(), bytes: b"f".to_vec() };
    ledger.register_editions(&[other], clock.now(), 2026).await.unwrap();
    let clip: Vec<u8> = b"OggS".iter().copied().chain(0..200).collect();
    let digest = store.put(&clip).unwrap();
    let post = Post {
        broadcast: "masks".parse().unwrap(),
        occasion: "1".into(),
        chat: "a".parse().unwrap(),
        class: Class::Daily,
        level: None,
        notice: Some("2026-0001".into()),
        due: clock.now(),
        expires: clock.now() + TimeDelta::hours(1),
        parts: parts(digest),
        order: None,
    };
    let call = NewCall {
        position: 0,
        repeat: 0,
        lane: Lane::Ordinary,
        robot: "r".into(),
        chat: post.chat.clone(),
        channel: "dingtalk".into(),
        address: json!({}),
        body: serde_json::to_value(&post.parts[0]).unwrap(),
        heavy: false,
        harmless: false,
        due: post.due,
        expires: post.expires,
    };
    ledger.enqueue(&[NewPost { post, calls: vec![call] }], clock.now()).await.unwrap();
    let links = Links::open(&ledger, "https://notices.example.org", by_number).await.unwrap();
    let link = links.of("2026-0001").strip_prefix("https://notices.example.org").unwrap().to_owned();
    let draw: Draw =
        Arc::new(|post, language, card| Ok(format!("{} {language} {}", post.chat, card.items[0].0).into()));
    let from = Notices { ledger: ledger.clone(), store, clock: clock.clone(), links, draw };
    Town { router: router(from), ledger, clock, link, clip, _folder: folder }
}

impl Town {
    async fn get(&self, path: &str, headers: &[(&str, &str)]) -> (StatusCode, HeaderMap, Vec<u8>) {
        let mut request = Request::builder().uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::empty()).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none';") && !policy.contains("script"), "{policy}");
        assert_eq!(headers["referrer-policy"], "no-referrer");
        assert_eq!(headers["x-robots-tag"], "noindex");
        (status, headers, response.into_body().collect().await.unwrap().to_bytes().to_vec())
    }

    async fn sent(&self) {
        let now = self.clock.now();
        self.ledger.claim_calls(now, now + TimeDelta::minutes(5), 9, |_| true).await.unwrap();
        self.clock.advance(Duration::from_secs(60));
    }
}

#[tokio::test]
async fn who_has_the_link_reads_hears_and_sees() {
    let town = town(false).await;
    let (status, ..) = town.get(&town.link, &[]).await;
    assert_eq!(status, StatusCode::NOT_FOUND, "nobody was sent it yet");
    town.sent().await;
    let (status, headers, body) = town.get(&town.link, &[]).await;
    let page = String::from_utf8(body).unwrap();
    assert_eq!(status, StatusCode::OK);
    assert_eq!(headers["cache-control"], "public, max-age=60");
    for says in [
        "<html lang=\"bo\">",
        "<section id=\"bo\" lang=\"bo\"><h1>ཁ་རས།</h1>",
        "<section id=\"zh-CN\" lang=\"zh-CN\"><h1>&lt;script&gt;口罩</h1>",
        "请戴口罩。&amp; &quot;它&quot;",
        "<section id=\"lis\" lang=\"lis\"><h1>ꓐꓯ ꓟ</h1>",
        &format!("src=\"{}/zh-CN/1.opus\"", town.link),
        &format!("src=\"{}/zh-CN.png\"", town.link),
    ] {
        assert!(page.contains(says), "{says} in {page}");
    }
    assert!(!page.contains("<script") && !page.contains("style="), "{page}");
    assert_eq!(page.matches("<audio").count(), 1, "{page}");
    // Asked again, it says that nothing changed.
    let mark = headers["etag"].to_str().unwrap();
    let (status, _, body) = town.get(&town.link, &[("if-none-match", mark)]).await;
    assert_eq!((status, body.len()), (StatusCode::NOT_MODIFIED, 0));

    let opus = format!("{}/zh-CN/1.opus", town.link);
    let (status, headers, body) = town.get(&opus, &[]).await;
    assert_eq!(
        (status, &headers["content-type"], body),
        (StatusCode::OK, &"audio/ogg".parse().unwrap(), town.clip.clone())
    );
    for (range, from, to) in
        [("bytes=4-9", 4, 9), ("bytes=200-", 200, 203), ("bytes=-3", 201, 203), ("bytes=9-900", 9, 203)]
    {
        let (status, headers, body) = town.get(&opus, &[("range", range)]).await;
        assert_eq!((status, body), (StatusCode::PARTIAL_CONTENT, town.clip[from..=to].to_vec()), "{range}");
        assert_eq!(headers["content-range"], format!("bytes {from}-{to}/204"));
    }
    for range in ["bytes=x-", "bytes=900-", "bytes=9-4", "pages=1-2", "bytes=-0"] {
        assert_eq!(town.get(&opus, &[("range", range)]).await.0, StatusCode::OK, "{range}");
    }
    let (status, _, body) = town.get(&format!("{}/zh-CN.png", town.link), &[]).await;
    assert_eq!((status, body), (StatusCode::OK, "a zh-CN 口罩".into()));
    let (status, headers, _) = town.get("/style.css", &[]).await;
    assert_eq!((status, &headers["content-type"]), (StatusCode::OK, &"text/css; charset=utf-8".parse().unwrap()));
}

#[tokio::test]
async fn nobody_finds_what_they_were_not_sent() {
    let town = town(false).await;
    town.sent().await;
    let token = town.link.rsplit_once('-').unwrap().1;
    let base = town.link.clone();
    for path in [
        "/".to_owned(),
        "/n/2026-0001".to_owned(),
        format!("/n/2026-0002-{token}"),
        base[..base.len() - 1].to_owned(),
        format!("{base}/bo/1.opus"),
        format!("{base}/zh-CN/0.opus"),
        format!("{base}/zh-CN/2.opus"),
        format!("{base}/bo.png"),
        format!("{base}/en.png"),
        format!("{base}/zh-CN"),
        "/n/..%2f..%2fledger.db".to_owned(),
    ] {
        let (status, _, body) = town.get(&path, &[]).await;
        assert_eq!((status, body), (StatusCode::NOT_FOUND, b"404\n".to_vec()), "{path}");
    }
    let town = self::town(true).await;
    town.sent().await;
    assert_eq!(town.get("/n/2026-0001", &[]).await.0, StatusCode::OK, "by its number, where that is wanted");
    assert_eq!(town.get("/n/2026-0002", &[]).await.0, StatusCode::NOT_FOUND, "nobody was sent that one");
}

#[tokio::test]
async fn a_withdrawn_notice_says_so_and_nothing_else() {
    let town = town(false).await;
    town.sent().await;
    assert_eq!(town.get(&town.link, &[]).await.0, StatusCode::OK);
    let kind = OrderKind::Withdraw { broadcast: "masks".parse().unwrap() };
    let order = town.ledger.file_order(kind, "tashi", town.clock.now()).await.unwrap();
    let since = town.clock.now() - TimeDelta::days(1);
    let what = TakeBack { order: order.id, broadcast: "masks".parse().unwrap(), since };
    town.ledger.take_back(&what, town.clock.now(), |_| Vec::new()).await.unwrap();
    town.clock.advance(FRESH_FOR.to_std().unwrap());
    let (status, _, body) = town.get(&town.link, &[]).await;
    let page = String::from_utf8(body).unwrap();
    assert_eq!(status, StatusCode::OK);
    for says in ["此通知已撤回，请不要再转发。", "通知第2026-0001号", "བརྡ་ཐོ་འདི་ཕྱིར་བསྡུས་ཟིན།", "ཁ་རས།"]
    {
        assert!(page.contains(says), "{says} in {page}");
    }
    assert!(!page.contains("请戴口罩") && !page.contains("<audio") && !page.contains("<img"), "{page}");
    for path in [format!("{}/zh-CN/1.opus", town.link), format!("{}/zh-CN.png", town.link)] {
        assert_eq!(town.get(&path, &[]).await.0, StatusCode::GONE, "{path}");
    }
}
