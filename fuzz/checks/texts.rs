//! What a file of messages goes through, whatever bytes it holds: reading, checking, mending and rendering never panic,
//! every fault has its words, and mending twice is mending once. The fuzz target feeds it; a test feeds it the seeds.

use std::sync::Arc;

use cunxiang::lang::lint::{self, File, sample_arguments};
use cunxiang::lang::{Bundle, LANGUAGES, Piece, Topic};

const CHINESE: &str = "call = 请拨打{ $phone }，11月23日。\n    .title = 电话\n    .short = 电话{ $phone }\n";

pub fn go(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    for language in LANGUAGES {
        let file = File { language, path: "a.ftl", text };
        let chinese = File { language: &LANGUAGES[0], path: "z.ftl", text: CHINESE };
        for problem in lint::files(&[file, chinese]) {
            assert!(!problem.message.is_empty() && !problem.help.is_empty());
        }
        let (once, _) = lint::mend(file);
        let (twice, made) = lint::mend(File { text: &once, ..file });
        assert!(once == twice && made.is_empty());
        let Ok(topic) = Topic::parse("a.ftl", text) else { continue };
        let (bundle, _) = Bundle::build(language, &[Arc::new(topic)]);
        for entry in bundle.entries() {
            for pattern in entry.patterns.values() {
                for piece in [Piece::Body, Piece::Title, Piece::Short, Piece::Spoken] {
                    let _ = bundle.render(entry.id.as_str(), piece, &sample_arguments(pattern));
                }
            }
        }
    }
}
