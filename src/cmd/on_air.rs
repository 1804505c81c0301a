//! The content as commands that only read it see it: the form that is on air. Where a file has a fault that is the last
//! good form a daemon kept, as the daemon itself airs it.

use std::io;

use crate::catalog::{self, Catalog, load::Texts};
use crate::cmd::{Place, check, page};
use crate::county::content;

/// Reads the content. None when there is none: `config/` has faults and no good form is known. These faults, and what is
/// not as the files have it, are told on standard error.
///
/// Errors: there is no content folder, or it cannot be listed.
pub fn read(place: &Place) -> anyhow::Result<Option<Catalog>> {
    let files = check::read(place)?;
    let folder = content::kept_in(&place.data());
    let kept = match content::read_kept(&folder) {
        // Another account's data folder: the files alone have to do.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Texts::new(),
        kept => kept.map_err(|error| anyhow::anyhow!("{} cannot be read: {error}", folder.display()))?,
    };
    let loaded = catalog::load(&files, &kept);
    for name in content::other_form(&files, &loaded.good) {
        anstream::eprintln!(
            "cunxiang: {name} has faults; this is the form that is on air; `cunxiang check` tells the faults"
        );
    }
    if loaded.catalog.is_none() {
        page::problems_aside(&loaded.problems);
    }
    Ok(loaded.catalog)
}
