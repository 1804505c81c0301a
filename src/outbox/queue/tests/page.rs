//! Links to public pages, below posts that lack voice notes and cards.

use super::*;

#[tokio::test]
async fn a_service_of_texts_alone_leads_to_the_notices_page() {
    let clip = Digest::of(b"a clip");
    let part = |language: &str, voice: bool| {
        let language: crate::base::Tag = language.parse().unwrap();
        let note = PostPart::Voice { language: language.clone(), clip, frames: 48_000, title: "t".into() };
        let text = PostPart::Text { language, text: "请戴口罩。".repeat(40) };
        if voice { vec![text, note] } else { vec![text] }
    };
    for (kind, voices, has_page, wanted) in [
        ("dingtalk", [true, true], true, ["https://n/2026-0412 bo", "https://n/2026-0412 zh-CN"]),
        ("dingtalk", [true, false], true, ["https://n/2026-0412 bo", ""]),
        ("dingtalk", [true, true], false, ["", ""]),
        ("folder", [true, true], true, ["", ""]),
    ] {
        let mut place = place(Scripted::new(kind, false, &[])).await;
        if has_page {
            let outbox = open(&place.ledger, &place.store, &place.channel, &place.clock).await;
            place.outbox = outbox.linking(Arc::new(|post| Some(format!("https://n/{}", post.notice.as_ref()?))));
        }
        let mut post = place.post("x", "a", Class::Daily, &[]);
        post.parts = [part("bo", voices[0]), part("zh-CN", voices[1])].concat();
        let enqueued = place.enqueue(vec![post.clone()]).await;
        assert_eq!(enqueued, Enqueued { new_count: 1, refused: vec![] });
        let row = place.ledger.posts(&PostFilter::default()).await.unwrap().remove(0);
        assert_eq!(row.post, post, "what was planned stays what it is");
        for (language, link) in ["bo", "zh-CN"].into_iter().zip(wanted) {
            let texts = row.calls.iter().filter(|call| call.body["language"] == language);
            let texts: Vec<&str> = texts.filter_map(|call| call.body["text"].as_str()).collect();
            assert!(texts.len() > 1, "a long text in parts");
            assert!(
                texts.last().unwrap().ends_with(link)
                    && (link.is_empty() || texts.join("").matches("https").count() == 1)
            );
            assert_eq!(texts.join("").contains("https"), !link.is_empty(), "{kind} {texts:?}");
        }
    }
}
