//! `cunxiang clip listened`: who heard a clip and found it right. It changes one line an entry of
//! `broadcasts/recordings.toml`, and nothing else of it.

use anyhow::{Context, bail};
use toml_edit::{Item, Table, value};

use crate::base::{Digest, durable};
use crate::catalog::binding::entries;
use crate::catalog::recordings;
use crate::cmd::clip::{document, heard_by_another};
use crate::cmd::{FINE, Place};

#[derive(clap::Args)]
pub struct Listened {
    /// The clip, as `clip list` names it: clips/wear-mask.bo.2c963ca3.opus
    file: String,
    /// The second person, who is not the speaker
    #[arg(long, value_name = "NAME")]
    by: String,
}

pub fn run(place: &Place, args: &Listened) -> anyhow::Result<u8> {
    let by = args.by.trim();
    if by.is_empty() {
        bail!("say who listened with --by NAME");
    }
    let path = place.home.join(recordings::PATH);
    let mut document = document(&path)?;
    let file = args.file.rsplit_once("broadcasts/").map_or(args.file.as_str(), |(_, below)| below);
    let is_meant = |entry: &Table| {
        let named = entry.get("file").and_then(Item::as_str);
        named.is_some_and(|named| named == file || named.strip_prefix("clips/") == Some(file))
    };
    let meant: Vec<&Table> = entries(&document).filter(|entry| is_meant(entry)).collect();
    let Some(first) = meant.first() else {
        bail!("no recording is of the clip `{}`; `cunxiang clip list` prints their files", args.file);
    };
    for entry in &meant {
        heard_by_another(entry.get("speaker").and_then(Item::as_str), by)?;
    }
    // What was listened to is the clip that airs, not another under its name.
    let named = first.get("file").and_then(Item::as_str).unwrap_or_default().to_owned();
    let bytes = std::fs::read(place.home.join("broadcasts").join(&named))
        .with_context(|| format!("broadcasts/{named} cannot be read"))?;
    if first.get("clip").and_then(Item::as_str) != Some(&Digest::of(&bytes).to_string()) {
        bail!("broadcasts/{named} is not the clip that was imported; import the recording again");
    }
    let count = meant.len();
    for key in ["chime", "recording"] {
        let tables = document.get_mut(key).and_then(Item::as_array_of_tables_mut);
        for entry in tables.into_iter().flat_map(|tables| tables.iter_mut()).filter(|entry| is_meant(entry)) {
            entry["listened_by"] = value(by);
        }
    }
    durable::write(&path, document.to_string().as_bytes(), 0o644)
        .with_context(|| format!("{} cannot be written", path.display()))?;
    let entries = if count == 1 { "1 recording".to_owned() } else { format!("{count} recordings") };
    anstream::println!("broadcasts/{named}: {by} listened ({entries})");
    Ok(FINE)
}
