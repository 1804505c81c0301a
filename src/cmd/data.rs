//! The data folder: its own account's, closed to the others, held by one daemon.

use std::ffi::OsString;
use std::fs::{File, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;

use anyhow::{Context, bail};
use rustix::fs::Mode;

use crate::console::control::account_of;

/// What others get of what this process makes: nothing. Files are 0640 and folders 0750 then, for the daemon's account
/// and its group: those who ask the daemon through its socket are in that.
const OTHERS_GET: u32 = 0o027;
/// What tells a folder of this program's from somebody else's.
const OURS: [&str; 3] = ["cunxiang.lock", "ledger.db", "county.json"];

/// Keeps whatever this process makes from other accounts, also where no service manager does.
fn close_to_others() {
    rustix::process::umask(Mode::from_raw_mode(OTHERS_GET));
}

/// For whoever is about to write into the folder: makes it where there is none, and closes one that is this program's
/// and open to others; what it may not close, `doctor` tells.
///
/// Errors: it cannot be made, or root would leave files in it that the daemon's account may not read.
pub fn open(data: &Path) -> anyhow::Result<()> {
    close_to_others();
    not_for_another(data)?;
    make(data)
}

fn make(data: &Path) -> anyhow::Result<()> {
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
    is_empty || OURS.iter().any(|name| data.join(name).exists())
}

/// Errors: this is root, and the folder is another account's.
fn not_for_another(data: &Path) -> anyhow::Result<()> {
    let Some(owner) = owner(data).filter(|owner| *owner != 0 && rustix::process::geteuid().is_root()) else {
        return Ok(());
    };
    let words: Vec<OsString> = std::env::args_os().collect();
    bail!("{}", as_owner(data, owner, account_of(owner).as_deref(), &words))
}

/// Whose the folder is, or the one that it would be made in.
fn owner(data: &Path) -> Option<u32> {
    let data = std::path::absolute(data).ok()?;
    Some(data.ancestors().find_map(|folder| std::fs::metadata(folder).ok())?.uid())
}

/// What to type instead.
fn as_owner(data: &Path, owner: u32, account: Option<&str>, words: &[OsString]) -> String {
    let account = account.map_or_else(|| format!("#{owner}"), str::to_owned);
    let words: Vec<String> = words.iter().map(|word| quoted(&word.to_string_lossy())).collect();
    format!(
        "{} is the account {account}'s, which could not read what root makes there; run: sudo -u {} {}",
        data.display(),
        quoted(&account),
        words.join(" ")
    )
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"-_./:=@%+,".contains(&b);
    if !word.is_empty() && word.bytes().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
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
            ("a box's", Some("county.json"), 0o755, 0o750),
            ("closed", Some("ledger.db"), 0o700, 0o700),
            ("another", Some("accounts.ods"), 0o755, 0o755),
        ] {
            let folder = home.path().join(name);
            std::fs::create_dir(&folder).unwrap();
            std::fs::set_permissions(&folder, Permissions::from_mode(before)).unwrap();
            file.inspect(|file| std::fs::write(folder.join(file), "x").unwrap());
            make(&folder).unwrap();
            assert_eq!(mode(&folder), after, "{name}");
            assert_eq!(open_to_others(&folder).is_some(), name == "another");
        }
    }

    #[test]
    fn root_is_told_what_to_type_in_another_accounts_folder() {
        let words = ["cunxiang", "--home", "/srv/a county", "station", "join", "https://c:8443", "it's"];
        let words = words.map(OsString::from);
        let told = as_owner(Path::new("/var/lib/cunxiang"), 1, Some("daemon"), &words);
        assert_eq!(
            told,
            "/var/lib/cunxiang is the account daemon's, which could not read what root makes there; run: sudo -u daemon \
             cunxiang --home '/srv/a county' station join https://c:8443 'it'\\''s'"
        );
        assert!(as_owner(Path::new("/d"), 4711, None, &words).contains("sudo -u '#4711' cunxiang"));
    }

    #[test]
    fn a_folder_that_is_not_there_yet_is_whose_it_would_be_made_in() {
        let home = tempfile::tempdir().unwrap();
        let mine = std::fs::metadata(home.path()).unwrap().uid();
        assert_eq!(owner(&home.path().join("new/data")), Some(mine));
        assert_eq!(owner(Path::new("/no-such-folder/data")), Some(0));
        not_for_another(&home.path().join("new/data")).unwrap();
        if rustix::process::geteuid().is_root() {
            std::os::unix::fs::chown(home.path(), Some(1), None).unwrap();
            let told = not_for_another(&home.path().join("new/data")).unwrap_err().to_string();
            assert!(told.contains("run: sudo -u daemon "), "{told}");
        }
    }
}
