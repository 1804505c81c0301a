//! `cunxiang backup` and `restore`: one file with the ledger and the content. Private keys are left out: whoever holds
//! a backup must not be able to speak in a village.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, bail};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};

use crate::base::clock::RealClock;
use crate::base::{Clock, Digest, Timestamp, durable};
use crate::cmd::{FINE, Place, data};
use crate::config::machine;
use crate::ledger::Ledger;

/// The format this version writes and reads.
const FORMAT: u16 = 1;
/// A backup with more than this unpacked is none of ours.
const UNPACKED_BYTES_MAX: u64 = 64 << 30;
/// The name of the list inside.
const MANIFEST: &str = "manifest.json";
const LEDGER: &str = "data/ledger.db";
/// What of the home folder goes in. Secrets lie in config/ beside the county's files: those are left out.
const FOLDERS: [&str; 3] = ["config", "locales", "broadcasts"];
/// A file in config/ with one of these in its name is none for a backup.
const SECRETS: [&str; 4] = ["token", "key", "secret", "password"];
/// The ledger of a backup, until it is known to be whole and in HOLD.
const RESTORING: &str = ".restore.db";

#[derive(clap::Args)]
pub struct BackupArgs {
    /// The file to write, such as county-2026-11-24.tar.gz
    file: PathBuf,
}

#[derive(clap::Args)]
pub struct RestoreArgs {
    /// The backup
    file: PathBuf,
    /// Put the ledger in the place of the one that is there; that one is kept beside it
    #[arg(long)]
    replace: bool,
}

#[derive(Serialize, Deserialize)]
struct Manifest {
    format: u16,
    made_at: Timestamp,
    program: String,
    /// By path: the digest of the file's bytes.
    files: BTreeMap<String, Digest>,
}

pub fn backup(place: &Place, args: &BackupArgs) -> anyhow::Result<u8> {
    let count = write(place, &args.file)?;
    anstream::println!(
        "{}: {count} files; private keys, tokens and config/machine*.toml are not in it",
        args.file.display()
    );
    Ok(FINE)
}

/// Writes a backup of the ledger and the content, and reads it again; how many files are in it. Blocks.
pub fn write(place: &Place, file: &Path) -> anyhow::Result<usize> {
    let data = place.data();
    let ledger_path = data.join("ledger.db");
    if !ledger_path.exists() {
        bail!("there is no ledger in {}; nothing has run here yet", data.display());
    }
    let copy = data.join(".backup.db");
    runtime()?.block_on(async {
        let ledger = Ledger::open(&ledger_path).await?;
        ledger.backup_into(&copy).await?;
        ledger.close().await;
        anyhow::Ok(())
    })?;
    let written = write_archive(place, &copy, file);
    std::fs::remove_file(&copy).context("the copy of the ledger cannot be removed")?;
    written
}

fn write_archive(place: &Place, ledger_copy: &Path, file: &Path) -> anyhow::Result<usize> {
    let mut names: BTreeMap<String, PathBuf> = BTreeMap::new();
    for folder in FOLDERS {
        collect(&place.home.join(folder), folder, &mut names)?;
    }
    let tokens = token_files(place)?;
    names.retain(|name, path| !is_secret(name) && !path.canonicalize().is_ok_and(|path| tokens.contains(&path)));
    names.insert(LEDGER.to_owned(), ledger_copy.to_owned());
    for public in ["root.pub", "keys.json"] {
        let path = place.data().join("keys").join(public);
        if path.is_file() {
            names.insert(format!("data/keys/{public}"), path);
        }
    }
    let beside = file.with_extension("new");
    // What an interrupted backup left may be readable by others.
    let _ = std::fs::remove_file(&beside);
    let out = File::options()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&beside)
        .with_context(|| format!("{} cannot be written", beside.display()))?;
    let mut archive = tar::Builder::new(GzEncoder::new(out, Compression::default()));
    let mut files = BTreeMap::new();
    let bar = super::check::progress(names.len(), "packing");
    for (name, path) in &names {
        bar.inc(1);
        let bytes = std::fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
        files.insert(name.clone(), Digest::of(&bytes));
        append(&mut archive, name, &bytes)?;
    }
    bar.finish_and_clear();
    let made_at = RealClock::default().now();
    let manifest = Manifest { format: FORMAT, made_at, program: env!("CARGO_PKG_VERSION").into(), files };
    append(&mut archive, MANIFEST, &serde_json::to_vec_pretty(&manifest)?)?;
    archive.into_inner()?.finish()?.sync_all()?;
    // A backup is one only when it can be read again.
    read_archive(&beside, &mut |_, _| Ok(())).context("the backup just written does not read")?;
    std::fs::rename(&beside, file).with_context(|| format!("{} cannot be written", file.display()))?;
    Ok(names.len())
}

/// Secrets by their name, and what belongs to one machine, where a proxy's password may stand.
fn is_secret(name: &str) -> bool {
    let Some(below) = name.strip_prefix("config/") else { return false };
    let below = below.to_lowercase();
    let is_machine = below.starts_with("machine") && below.ends_with(".toml");
    is_machine || SECRETS.iter().any(|word| below.contains(word))
}

/// The files that this machine's config names as `token_file`, wherever they lie.
///
/// Errors: the config cannot be read, so that it is not known which.
fn token_files(place: &Place) -> anyhow::Result<Vec<PathBuf>> {
    let path = place.home.join(machine::PATH);
    if !path.exists() {
        return Ok(Vec::new());
    }
    let text = std::fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    let document: toml_edit::DocumentMut =
        text.parse().with_context(|| format!("{} cannot be read; mend it first", path.display()))?;
    let channels = document.get("channel").and_then(toml_edit::Item::as_table_like);
    let named = channels.into_iter().flat_map(|channels| channels.iter()).filter_map(|(_, channel)| {
        channel.as_table_like()?.get("token_file")?.as_str().map(|file| place.home.join(file))
    });
    Ok(named.filter_map(|file| file.canonicalize().ok()).collect())
}

fn append<W: std::io::Write>(archive: &mut tar::Builder<W>, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
    let mut header = tar::Header::new_gnu();
    header.set_size(bytes.len() as u64);
    header.set_mode(0o600);
    header.set_cksum();
    Ok(archive.append_data(&mut header, name, bytes)?)
}

fn collect(folder: &Path, name: &str, names: &mut BTreeMap<String, PathBuf>) -> anyhow::Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in std::fs::read_dir(folder).with_context(|| format!("{} cannot be listed", folder.display()))? {
        let entry = entry?;
        let Ok(part) = entry.file_name().into_string() else { continue };
        let path = format!("{name}/{part}");
        if part.starts_with('.') {
            continue;
        }
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &path, names)?;
        } else if entry.file_type()?.is_file() {
            names.insert(path, entry.path());
        }
    }
    Ok(())
}

/// Reads a backup whole, holding each file against the manifest; `take` gets each name and its bytes.
fn read_archive(file: &Path, take: &mut dyn FnMut(&str, Vec<u8>) -> anyhow::Result<()>) -> anyhow::Result<Manifest> {
    let open = File::open(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let mut archive = tar::Archive::new(GzDecoder::new(open).take(UNPACKED_BYTES_MAX));
    let mut found = BTreeMap::new();
    let mut manifest: Option<Manifest> = None;
    for entry in archive.entries()? {
        let mut entry = entry.context("the backup breaks off")?;
        let path = entry.path()?.into_owned();
        if !path.components().all(|part| matches!(part, Component::Normal(_))) {
            bail!("the backup names a file outside of it: {}", path.display());
        }
        let name = path.to_str().context("the backup names a file that is no text")?.to_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).context("the backup breaks off")?;
        if name == MANIFEST {
            manifest = Some(serde_json::from_slice(&bytes).context("the backup's list does not read")?);
        } else {
            found.insert(name.clone(), Digest::of(&bytes));
            take(&name, bytes)?;
        }
    }
    let manifest = manifest.context("the backup breaks off: its list is missing")?;
    if manifest.format != FORMAT {
        bail!("the backup is of format {}; this program reads {FORMAT}", manifest.format);
    }
    if manifest.files != found {
        bail!("the backup is damaged: its files are not those of its list");
    }
    Ok(manifest)
}

pub fn restore(place: &Place, args: &RestoreArgs) -> anyhow::Result<u8> {
    // Looked at whole before anything is touched.
    let manifest = read_archive(&args.file, &mut |_, _| Ok(()))?;
    if !manifest.files.contains_key(LEDGER) {
        bail!("there is no ledger in {}", args.file.display());
    }
    let data = place.data();
    data::open(&data)?;
    let _lock = data::lock(&data)?;
    let target = data.join("ledger.db");
    let now = RealClock::default().now();
    if target.exists() && !args.replace {
        bail!("there is a ledger in {} already; to put this one in its place, add --replace", data.display());
    }
    let restoring = data.join(RESTORING);
    for left in ["", "-wal", "-shm"] {
        // What an interrupted restore left.
        let _ = std::fs::remove_file(data.join(format!("{RESTORING}{left}")));
    }
    let has_content = place.home.join("config/county.toml").exists();
    let mut restored = 0;
    read_archive(&args.file, &mut |name, bytes| {
        let (base, below) = match name.strip_prefix("data/") {
            Some(below) => (&data, below),
            None if has_content => return Ok(()),
            None => (&place.home, name),
        };
        let path = if name == LEDGER { restoring.clone() } else { base.join(below) };
        if below.starts_with("keys/") && path.exists() {
            return Ok(());
        }
        let folder = path.parent().context("a file in a backup has a folder")?;
        std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        durable::write(&path, &bytes, if name == LEDGER { 0o600 } else { 0o644 })
            .with_context(|| format!("{} cannot be written", path.display()))?;
        restored += 1;
        Ok(())
    })?;
    runtime()?.block_on(async {
        let ledger = Ledger::open(&restoring).await?;
        ledger.integrity_check().await?;
        let reason = format!("restored from a backup of {}", manifest.made_at.to_rfc3339());
        ledger.set_hold(Some(&reason), "cunxiang", now).await?;
        ledger.meta_set(crate::county::NEW_EPOCH, "wanted").await?;
        ledger.close().await;
        anyhow::Ok(())
    })?;
    put_in_place(&data, &restoring, &target, now)?;
    anstream::println!(
        "{restored} files restored, as of {}{}",
        manifest.made_at.to_rfc3339(),
        if has_content { "; the content that was here stays" } else { "" }
    );
    if !data.join("keys/rundown.key").exists() {
        anstream::println!(
            "the private keys are not here: put data/keys/rundown.key back before `cunxiang run`, or remove data/keys to begin with new keys and new stations"
        );
    }
    anstream::println!("the county starts in HOLD: nothing airs anew and nothing is posted until `cunxiang release`");
    Ok(FINE)
}

/// Puts the restored ledger, in HOLD by now, where the daemon looks; one that was there stays beside it. At every
/// instant `ledger.db` is either of the two.
fn put_in_place(data: &Path, restoring: &Path, target: &Path, now: Timestamp) -> anyhow::Result<()> {
    let log = |of: &str| data.join(format!("{of}-wal"));
    if log(RESTORING).exists() {
        bail!("the restored ledger was not written out whole; try again");
    }
    File::open(restoring)?.sync_all()?;
    if target.exists() {
        let aside = format!("ledger.before-restore-{}.db", now.timestamp());
        std::fs::hard_link(target, data.join(&aside)).context("the old ledger cannot be kept")?;
        // The old ledger's log goes first: beside the new one it would be taken for its own.
        if log("ledger.db").exists() {
            std::fs::rename(log("ledger.db"), log(&aside))?;
        }
        let _ = std::fs::remove_file(data.join("ledger.db-shm"));
    }
    std::fs::rename(restoring, target).context("the restored ledger cannot be put in place")?;
    Ok(File::open(data)?.sync_all()?)
}

fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_and_the_machines_own_file_are_left_out() {
        let home = tempfile::tempdir().unwrap();
        let place = Place { home: home.path().to_owned(), data: None };
        for folder in ["config", "broadcasts", "data"] {
            std::fs::create_dir(home.path().join(folder)).unwrap();
        }
        for file in ["bot-Token.txt", "proxy.password", "my_secret", "county.toml", "machine.two.toml", "robot"] {
            std::fs::write(home.path().join("config").join(file), "x").unwrap();
        }
        std::fs::write(home.path().join("broadcasts/turkey.toml"), "x").unwrap();
        std::fs::write(home.path().join(machine::PATH), "[channel.telegram]\ntoken_file = \"config/robot\"").unwrap();
        let (ledger, file) = (home.path().join("data/copy.db"), home.path().join("b.tar.gz"));
        std::fs::write(&ledger, "x").unwrap();
        write_archive(&place, &ledger, &file).unwrap();
        let mode = std::os::unix::fs::MetadataExt::mode(&std::fs::metadata(&file).unwrap());
        assert_eq!(mode & 0o777, 0o600);
        let manifest = read_archive(&file, &mut |_, _| Ok(())).unwrap();
        let names: Vec<&str> = manifest.files.keys().map(String::as_str).collect();
        assert_eq!(names, ["broadcasts/turkey.toml", "config/county.toml", LEDGER]);
    }
}
