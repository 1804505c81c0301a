//! Files instead of a chat service: what a fresh machine uses, and what a person can look at.
//!
//! `<folder>/<chat>/<post id>/01-bo.txt`, `02-bo.opus`, and `post.json` with the whole post. A file is complete or not
//! there, and the same call writes the same file.

use std::path::{Path, PathBuf};

use chrono::TimeDelta;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use serde_json::Value;

use super::{Answer, Channel, Content, Limit, Parcel, TextMax, Unit};
use crate::base::durable;

pub const KIND: &str = "folder";

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    pub folder: PathBuf,
}

#[derive(Debug)]
pub struct Folder {
    options: Options,
}

/// A person has to make room or give a right; each minute is soon enough to notice.
const RETRY: TimeDelta = TimeDelta::minutes(1);

impl Folder {
    pub fn new(options: Options) -> Folder {
        Folder { options }
    }

    /// Where a file lies that a call was sent as.
    pub(super) fn path_of(&self, id: &str) -> String {
        let path = self.options.folder.join(id);
        std::path::absolute(&path).unwrap_or(path).display().to_string()
    }
}

impl Channel for Folder {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn robot(&self, _: &Value) -> String {
        KIND.to_owned()
    }

    fn idempotent(&self) -> bool {
        true
    }

    fn budget(&self) -> &'static [Limit] {
        &[]
    }

    fn text_max(&self) -> TextMax {
        TextMax { size: usize::MAX, unit: Unit::Bytes }
    }

    fn send<'a>(&'a self, parcel: &'a Parcel) -> BoxFuture<'a, Answer> {
        let (folder, parcel) = (self.options.folder.clone(), parcel.clone());
        async move {
            match tokio::task::spawn_blocking(move || write(&folder, &parcel)).await {
                Ok(answer) => answer,
                Err(_) => Answer::Retry {
                    after: None,
                    code: "interrupted".into(),
                    detail: "writing the file was interrupted".into(),
                },
            }
        }
        .boxed()
    }
}

/// Removes what a process that was killed while it wrote has left. The calls of a post come one after the other.
fn clear_away(here: &Path) -> std::io::Result<()> {
    for entry in std::fs::read_dir(here)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with('.') {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn write(folder: &Path, parcel: &Parcel) -> Answer {
    let post_id = &parcel.id.post;
    if post_id.contains(['/', '\0']) || post_id.starts_with('.') {
        let detail = format!("`{post_id}` can be no name of a folder");
        return Answer::Refused { code: "bad-name".into(), detail };
    }
    let here = folder.join(parcel.chat.as_str()).join(post_id);
    let (language, ending, bytes) = match &parcel.content {
        Content::Text { language, text } => (language, "txt", format!("{text}\n").into_bytes()),
        Content::Voice { language, bytes, .. } => (language, "opus", bytes.clone()),
        Content::Card { language, bytes, .. } => (language, "png", bytes.clone()),
    };
    let repeat = if parcel.id.repeat > 0 { format!("-repeat-{}", parcel.id.repeat) } else { String::new() };
    let name = format!("{:02}-{language}{repeat}.{ending}", parcel.id.position + 1);
    let post = serde_json::to_vec_pretty(&parcel.post).expect("a post is plain data");
    let written = std::fs::create_dir_all(&here)
        .and_then(|()| clear_away(&here))
        .and_then(|()| durable::write(&here.join("post.json"), &post, 0o644))
        .and_then(|()| durable::write(&here.join(&name), &bytes, 0o644));
    match written {
        Ok(()) => Answer::Sent { ids: vec![format!("{}/{post_id}/{name}", parcel.chat)] },
        Err(error) => Answer::Retry {
            after: Some(RETRY),
            code: "unwritable".into(),
            detail: format!(
                "{} cannot be written ({error}); check that the folder may be written and that the disk is not full",
                here.display()
            ),
        },
    }
}
