//! The data folder: closed to other accounts, held by one daemon.

use std::fs::{File, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use anyhow::{Context, bail};
use rustix::fs::Mode;

/// What others get of what this process makes: nothing. Files are 0640 and folders 0750 then, for the daemon's account
/// and its group.
const OTHERS_GET: u32 = 0o027;

/// Keeps whatever this process makes from other accounts, also where no service manager does.
pub fn close_to_others() {
    rustix::process::umask(Mode::from_raw_mode(OTHERS_GET));
}

/// Makes the folder where there is none, and closes one that is this program's and open to others; what it may not
/// close, `doctor` tells.
///
/// Errors: it cannot be made.
pub fn open(data: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(data)
        .with_context(|| format!("{} cannot be made; give this user the right to write there", data.display()))?;
    if let Some(mode) = open_to_others(data).filter(|_| is_ours(data)) {
        let _ = std::fs::set_permissions(data, Permissions::from_mode(mode & !OTHERS_GET));
    }
    Ok(())
}

/// The mode of a folder in which other accounts may read or write more than they should; none when they may not.
pub fn open_to_others(data: &Path) -> Option<u32> {
    let mode = std::fs::metadata(data).ok()?.permissions().mode() & 0o7777;
    (mode & OTHERS_GET != 0).then_some(mode)
}

/// Whether a folder is this program's alone: a wrong --data must not close somebody else's.
fn is_ours(data: &Path) -> bool {
    let is_empty = std::fs::read_dir(data).is_ok_and(|mut entries| entries.next().is_none());
    is_empty || data.join("ledger.db").exists()
}

/// Holds the data folder for this process alone, until it ends in whatever way.
pub fn lock(data: &Path) -> anyhow::Result<File> {
    let path = data.join("cunxiang.lock");
    let file =
        File::options().create(true).truncate(false).write(true).open(&path).with_context(|| {
            format!("{} cannot be written; give this user the right to write there", path.display())
        })?;
    match rustix::fs::flock(&file, rustix::fs::FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(file),
        Err(rustix::io::Errno::WOULDBLOCK) => {
            bail!(
                "another daemon runs on {}; stop it first, or give this one a folder of its own with --data",
                data.display()
            )
        }
        Err(error) => Err(error).with_context(|| format!("{} cannot be locked", path.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_of_ours_is_closed_and_another_is_left() {
        let home = tempfile::tempdir().unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        for (name, file, before, after) in [
            ("empty", None, 0o755, 0o750),
            ("ours", Some("ledger.db"), 0o777, 0o750),
            ("closed", Some("ledger.db"), 0o700, 0o700),
            ("another", Some("accounts.ods"), 0o755, 0o755),
        ] {
            let folder = home.path().join(name);
            std::fs::create_dir(&folder).unwrap();
            std::fs::set_permissions(&folder, Permissions::from_mode(before)).unwrap();
            file.inspect(|file| std::fs::write(folder.join(file), "x").unwrap());
            open(&folder).unwrap();
            assert_eq!(mode(&folder), after, "{name}");
            assert_eq!(open_to_others(&folder).is_some(), name == "another");
        }
    }
}
