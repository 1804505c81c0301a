//! The keys document on the box's disk, twice: without one that the pinned root signed a box believes nobody, and a card of
//! flash loses a file now and then. Whatever lies there, the box goes on.

use super::folder::{Folder, FolderFault, KEYS, KEYS_COPY};
use crate::rundown::seal::{Envelope, PublicKey, Trust};

/// What the disk gives a box to trust.
#[derive(Debug)]
pub struct Kept {
    /// Under the newest document of the pinned root; under none where there is none, until the county sends it.
    pub trust: Trust,
    pub document: Option<Envelope>,
    /// What is wrong with `keys.json`, if anything is.
    pub fault: Option<String>,
}

/// Reads both copies, and changes neither.
pub fn look(folder: &Folder, root: &PublicKey) -> Kept {
    let read = |name: &str| {
        let document = folder.envelope(name).map_err(|fault| match fault {
            FolderFault::NotJoined { .. } => format!("{name} is missing"),
            FolderFault::Damaged { .. } => format!("{name} is not what was written there"),
            fault => fault.to_string(),
        })?;
        let trust = Trust::begin(root, &document).map_err(|refusal| format!("{name} is refused: {refusal}"))?;
        Ok::<_, String>((trust, document))
    };
    let (first, copy) = (read(KEYS), read(KEYS_COPY));
    let fault = first.as_ref().err().map(|why| match &copy {
        Ok(_) => format!("{why}; its copy took its place"),
        Err(_) => format!("{why}; nobody is believed until the county has sent it again"),
    });
    let best = first.into_iter().chain(copy).max_by_key(|(trust, _)| trust.keys().version);
    match best {
        Some((trust, document)) => Kept { trust, document: Some(document), fault },
        None => Kept { trust: Trust::in_nobody(root), document: None, fault },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rundown::quiet::Quiet;
    use crate::rundown::seal::{KEYS_TYPE, Keys, Signer};

    fn root() -> Signer {
        Signer::from_secret(&[1; 32])
    }

    fn document(version: u64, signer: &Signer) -> Vec<u8> {
        let night = chrono::NaiveTime::from_hms_opt(21, 0, 0).unwrap();
        let quiet = Quiet { from: night, until: night, zone: chrono_tz::Asia::Shanghai };
        let payload = serde_json::to_vec(&Keys { version, keys: Vec::new(), quiet }).unwrap();
        serde_json::to_vec(&Envelope::seal(KEYS_TYPE, payload, &[signer])).unwrap()
    }

    #[test]
    fn the_newest_document_of_the_root_is_what_counts() {
        let (ours, other) = (|version| document(version, &root()), document(9, &Signer::from_secret(&[2; 32])));
        let nobody = "nobody is believed until the county has sent it again";
        for (first, copy, version, fault) in [
            (Some(ours(3)), Some(ours(3)), 3, None),
            // As before there was a copy; and a power cut between the two.
            (Some(ours(3)), None, 3, None),
            (Some(ours(4)), Some(ours(3)), 4, None),
            (Some(ours(2)), Some(ours(3)), 3, None),
            (Some(other.clone()), Some(ours(3)), 3, Some("keys.json is refused: no signature on it")),
            (Some(b"{".to_vec()), Some(ours(3)), 3, Some("its copy took its place")),
            (None, Some(ours(3)), 3, Some("its copy took its place")),
            (Some(ours(3)), Some(other.clone()), 3, None),
            (Some(other.clone()), Some(other.clone()), 0, Some(nobody)),
            (None, None, 0, Some(nobody)),
        ] {
            let home = tempfile::tempdir().unwrap();
            for (name, bytes) in [(KEYS, first), (KEYS_COPY, copy)] {
                bytes.inspect(|bytes| std::fs::write(home.path().join(name), bytes).unwrap());
            }
            let kept = look(&Folder::new(home.path()), &root().public());
            assert_eq!((kept.trust.keys().version, kept.document.is_some()), (version, version > 0));
            let told = kept.fault.as_deref();
            assert_eq!(told.is_some(), fault.is_some(), "{told:?}");
            assert!(told.zip(fault).is_none_or(|(told, fault)| told.contains(fault)), "{told:?}");
        }
    }
}
