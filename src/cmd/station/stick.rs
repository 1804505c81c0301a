//! A rundown carried on a stick: written at the county, taken in at the box.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use super::{Export, Import, OwnBox};
use crate::base::Id;
use crate::cmd::{FAULTS, FINE, Place, data};
use crate::county::keys::CountyKeys;
use crate::ledger::Ledger;
use crate::link::village::stick;
use crate::rundown::seal::Envelope;
use crate::store::Store;

pub fn import(args: &Import, own: &OwnBox) -> anyhow::Result<u8> {
    let membership = own.folder.membership()?;
    data::open(own.data())?;
    if args.file.is_dir() {
        bail!("{} is a folder; name the file in it that `cunxiang station export` wrote", args.file.display());
    }
    let store = Store::open(own.data().join("clips"))?;
    let file = std::fs::File::open(&args.file)
        .with_context(|| format!("{} cannot be read; look at the stick", args.file.display()))?;
    let now = own.clock().now();
    // Before it is replaced.
    let unreadable: Vec<&Id> = membership.stations.iter().filter(|id| own.folder.is_rundown_damaged(id)).collect();
    let carried = stick::read(std::io::BufReader::new(file), (&own.folder, &store), &membership, now)
        .with_context(|| format!("{} is not taken, and nothing changed", args.file.display()))?;
    anstream::println!("{}: rundown {}.{}", carried.station, carried.edge.epoch, carried.edge.version);
    anstream::println!("{} clips taken", carried.clips);
    for station in unreadable {
        let left = if *station == carried.station {
            "this one takes its place; whether it is newer could not be seen here"
        } else {
            "bring that one, too, over the link or on a stick"
        };
        anstream::eprintln!("the rundown of {station} that this box kept did not read: look at its disk; {left}");
    }
    tell_missing(&carried, "bring them over the link, or on a newer stick");
    Ok(if carried.missing.is_empty() { FINE } else { FAULTS })
}

pub fn export(place: &Place, args: &Export) -> anyhow::Result<u8> {
    let data = place.data();
    let path = data.join("ledger.db");
    if !path.exists() {
        bail!("{} is missing: export at the county, where `cunxiang run` has run", path.display());
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let saved = runtime.block_on(async { Ledger::open(&path).await?.latest_rundowns().await })?;
    let saved = saved.into_iter().find(|saved| saved.station == args.station);
    let saved = saved
        .with_context(|| format!("there is no rundown of {}; `cunxiang plan` lists the stations", args.station))?;
    let rundown: Envelope = serde_json::from_slice(&saved.envelope).context("the ledger's rundown does not read")?;
    let keys = CountyKeys::look(&data.join("keys"))?;
    let store = Store::open(data.join("clips"))?;
    let written = whole_or_none(&args.file, |file| Ok(stick::write(file, &keys.document, &rundown, &store)?));
    let carried = written.with_context(|| format!("{} cannot be written; look at the stick", args.file.display()))?;
    anstream::println!("{}: rundown {}.{}", carried.station, carried.edge.epoch, carried.edge.version);
    anstream::println!("{} clips written", carried.clips);
    tell_missing(&carried, "`cunxiang clip verify` tells why");
    Ok(if carried.missing.is_empty() { FINE } else { FAULTS })
}

/// Writes a file beside `path` and puts it in its place once it is on the stick. What failed leaves nothing behind; a
/// stick that is pulled out early has a file that says `.part`.
fn whole_or_none<T>(
    path: &Path,
    write: impl FnOnce(std::io::BufWriter<&std::fs::File>) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    let file = std::fs::File::create(&part)?;
    let written = write(std::io::BufWriter::new(&file)).and_then(|written| {
        file.sync_all()?;
        std::fs::rename(&part, path)?;
        Ok(written)
    });
    if written.is_err() {
        let _ = std::fs::remove_file(&part);
    }
    written
}

fn tell_missing(carried: &stick::Carried, help: &str) {
    if !carried.missing.is_empty() {
        anstream::eprintln!("{} clips of the rundown are missing; {help}", carried.missing.len());
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn an_export_that_fails_leaves_the_stick_as_it_was() {
        let stick = tempfile::tempdir().unwrap();
        let names = || -> Vec<_> { stick.path().read_dir().unwrap().map(|entry| entry.unwrap().file_name()).collect() };
        let path = stick.path().join("upper.part");
        let failed = whole_or_none(&path, |mut file| {
            file.write_all(b"half of it")?;
            file.flush()?;
            bail!("the stick is full")
        });
        let failed: anyhow::Result<()> = failed;
        assert_eq!((failed.unwrap_err().to_string().as_str(), names().len()), ("the stick is full", 0));
        whole_or_none(&path, |mut file| Ok((file.write_all(b"all of it")?, file.flush()?))).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"all of it");
        // The one that was there stays, and a folder under that name is none of ours.
        assert!(whole_or_none(&path, |_| -> anyhow::Result<()> { bail!("gone") }).is_err());
        assert_eq!(std::fs::read(&path).unwrap(), b"all of it");
        assert!(whole_or_none(stick.path(), |_| Ok(())).is_err());
        assert_eq!(names(), ["upper.part"]);
    }
}
