//! A rundown with its clips in one file, for a village whose line is down: written at the county, carried on a stick, and
//! verified at the box like anything that comes over the link.
//!
//! The file is a tar archive (POSIX ustar): `keys.json`, `rundown.json`, then `clips/<sha256>`.

use std::collections::BTreeSet;
use std::io::{self, Read, Write};

use super::folder::{Folder, FolderFault, Membership};
use super::keys as keys_here;
use super::parts::CLIP_BYTES_MAX;
use super::wanted;
use crate::base::{Digest, Id, Timestamp};
use crate::rundown::Rundown;
use crate::rundown::document::Edge;
use crate::rundown::seal::{Envelope, Refusal};
use crate::store::{Store, StoreFault};

const KEYS: &str = "keys.json";
const RUNDOWN: &str = "rundown.json";
const CLIPS: &str = "clips/";
/// As over the link.
const DOCUMENT_BYTES_MAX: u64 = 16 << 20;

/// Why a file was not written or not taken.
#[derive(Debug, thiserror::Error)]
pub enum StickFault {
    #[error("the file cannot be read or written ({0}); try another stick")]
    Io(#[from] io::Error),
    #[error("it is no file that `cunxiang station export` wrote ({0}); export it again")]
    NotOurs(String),
    #[error("it is for station {0}, which is not this box's; export it for one of these: {1}")]
    OtherStation(Id, String),
    #[error("its rundown was refused: {0}; export it again at the county, and look at this box's clock")]
    Refused(#[from] Refusal),
    #[error("clip {0} on it is damaged; export it again")]
    Damaged(Digest),
    #[error(transparent)]
    Folder(#[from] FolderFault),
    #[error(transparent)]
    Store(#[from] StoreFault),
}

/// What was written or taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carried {
    pub station: Id,
    pub edge: Edge,
    /// Clips in the file.
    pub clips: usize,
    /// Clips that the rundown names and that are neither in the file nor here.
    pub missing: Vec<Digest>,
}

/// Writes a sealed rundown with its clips.
pub fn write(out: impl Write, keys: &Envelope, rundown: &Envelope, store: &Store) -> Result<Carried, StickFault> {
    let body: Rundown = serde_json::from_slice(&rundown.payload).map_err(|e| StickFault::NotOurs(e.to_string()))?;
    let mut tar = tar::Builder::new(out);
    for (name, document) in [(KEYS, keys), (RUNDOWN, rundown)] {
        append(&mut tar, name, &serde_json::to_vec(document).expect("an envelope is always written"))?;
    }
    let mut carried = Carried { station: body.station.clone(), edge: body.edge, clips: 0, missing: Vec::new() };
    for clip in wanted::kept([&body]) {
        match store.read(&clip) {
            Ok(bytes) => {
                append(&mut tar, &format!("{CLIPS}{clip}"), &bytes)?;
                carried.clips += 1;
            }
            Err(StoreFault::Missing { .. } | StoreFault::Damaged { .. }) => carried.missing.push(clip),
            Err(fault) => return Err(fault.into()),
        }
    }
    tar.into_inner()?.flush()?;
    Ok(carried)
}

fn append(tar: &mut tar::Builder<impl Write>, name: &str, bytes: &[u8]) -> io::Result<()> {
    let mut header = tar::Header::new_ustar();
    header.set_size(bytes.len() as u64);
    header.set_mode(0o644);
    header.set_cksum();
    tar.append_data(&mut header, name, bytes)
}

/// Takes a file in: every check of the seal first, then its clips, the rundown last. A running box finds it by itself.
///
/// Errors: the first thing that is wrong. Clips that were whole stay in the store; the rundown in force stays.
pub fn read(
    input: impl Read,
    (folder, store): (&Folder, &Store),
    membership: &Membership,
    now: Timestamp,
) -> Result<Carried, StickFault> {
    let mut tar = tar::Archive::new(input);
    let mut entries = tar.entries()?;
    let mut document = |name: &str| -> Result<Envelope, StickFault> {
        let entry = entries.next().ok_or_else(|| StickFault::NotOurs(format!("it has no {name}")))?;
        let mut entry = entry.map_err(|error| StickFault::NotOurs(error.to_string()))?;
        if entry.path().ok().is_none_or(|path| path.as_os_str() != name) {
            return Err(StickFault::NotOurs(format!("{name} is not where it should be")));
        }
        let bytes = bounded(&mut entry, DOCUMENT_BYTES_MAX)?;
        serde_json::from_slice(&bytes).map_err(|error| StickFault::NotOurs(error.to_string()))
    };
    let (keys, rundown) = (document(KEYS)?, document(RUNDOWN)?);
    let mut trust = keys_here::look(folder, &membership.root).trust;
    let version = trust.keys().version;
    // An older stick may hold an older document: the newer one that is here stays.
    let is_newer = match trust.renew(&keys) {
        Ok(()) => trust.keys().version > version,
        Err(Refusal::Older) => false,
        Err(refusal) => return Err(refusal.into()),
    };
    let station = for_whom(&rundown, membership)?;
    let body = trust.open(&rundown, &station, folder.edge(&station), now)?;
    let mut missing: BTreeSet<Digest> = wanted::kept([&body]);
    let mut clips = 0;
    for entry in entries {
        let mut entry = entry.map_err(|error| StickFault::NotOurs(error.to_string()))?;
        let name = entry.path().map_err(|error| StickFault::NotOurs(error.to_string()))?.into_owned();
        let clip = name.to_str().and_then(|name| name.strip_prefix(CLIPS)?.parse::<Digest>().ok());
        let Some(clip) = clip.filter(|clip| missing.remove(clip)) else {
            return Err(StickFault::NotOurs(format!("`{}` is not of this rundown", name.display())));
        };
        let bytes = bounded(&mut entry, CLIP_BYTES_MAX)?;
        if Digest::of(&bytes) != clip {
            return Err(StickFault::Damaged(clip));
        }
        store.put(&bytes)?;
        clips += 1;
    }
    missing.retain(|clip| !store.contains(clip));
    let lock = folder.hold_rundowns()?;
    // Again, now that nobody else writes: the link may have brought a newer one meanwhile.
    trust.open(&rundown, &station, folder.edge(&station), now)?;
    if is_newer {
        folder.write_keys(&keys)?;
    }
    folder.write_rundown(&station, &rundown, &lock)?;
    Ok(Carried { station, edge: body.edge, clips, missing: missing.into_iter().collect() })
}

/// The station it says it is for, which the seal then vouches for.
fn for_whom(rundown: &Envelope, membership: &Membership) -> Result<Id, StickFault> {
    #[derive(serde::Deserialize)]
    struct Addressed {
        station: Id,
    }
    let addressed: Addressed =
        serde_json::from_slice(&rundown.payload).map_err(|error| StickFault::NotOurs(error.to_string()))?;
    if membership.stations.contains(&addressed.station) {
        return Ok(addressed.station);
    }
    let ours: Vec<&str> = membership.stations.iter().map(Id::as_str).collect();
    Err(StickFault::OtherStation(addressed.station, ours.join(", ")))
}

fn bounded(entry: &mut impl Read, bytes_max: u64) -> Result<Vec<u8>, StickFault> {
    let mut bytes = Vec::new();
    entry.take(bytes_max + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > bytes_max {
        return Err(StickFault::NotOurs("something in it is too large".to_owned()));
    }
    Ok(bytes)
}
