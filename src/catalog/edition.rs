//! Editions: a broadcast as it is written now, with everything that will be heard and read of it, as exact bytes.

use crate::base::Digest;
use crate::catalog::Catalog;
use crate::catalog::load::Load;
use crate::catalog::model::{Broadcast, Edition};

impl Load<'_> {
    /// The edition's exact bytes: the broadcast as written, the source of its texts, and the clips it sounds with.
    pub(super) fn edition(&self, catalog: &Catalog, broadcast: &Broadcast) -> Edition {
        let mut texts = serde_json::Map::new();
        let mut clips = serde_json::Map::new();
        for (tag, bundle) in &catalog.bundles {
            let sources: Vec<&str> = broadcast
                .messages
                .iter()
                .filter_map(|message| bundle.entry(message))
                .map(|entry| &*entry.source)
                .collect();
            texts.insert(tag.to_string(), sources.into());
            let parts = broadcast.messages.iter().map(|message| {
                catalog
                    .voice_note(broadcast, message, tag)
                    .map_or(serde_json::Value::Null, |part| part.clip.to_string().into())
            });
            clips.insert(tag.to_string(), parts.collect());
        }
        let text_bytes = serde_json::to_vec(&(&texts, format!("{:?}", broadcast.arguments)))
            .expect("JSON of texts is always written");
        let body = serde_json::json!({
            "id": broadcast.id, "broadcast": self.editions.get(&broadcast.id), "texts": texts, "clips": clips,
        });
        let bytes = serde_json::to_vec(&body).expect("JSON of texts is always written");
        Edition {
            broadcast: broadcast.id.clone(),
            digest: Digest::of(&bytes),
            bytes: bytes.into(),
            text_digest: Digest::of(&text_bytes),
        }
    }
}
