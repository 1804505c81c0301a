//! The station's own memory: which airings it claimed, how they ended, which rundowns it accepted.
//!
//! Knows no airing rules. Two copies of one file, each preallocated so that a full disk cannot lose a claim, appended to,
//! every record with its own mark and CRC. A commit is one write and one `fdatasync` a copy, however many records it
//! holds. Reading takes every whole record out of either copy, wherever it stands, so that a torn tail or a bad sector
//! costs at most what both copies lost; then both are written anew.
//!
//! A record on disk: `MARK`, length of the rest after the CRC (u32), CRC-32 (u32) over what follows, sequence (u64), JSON.
//! All numbers are little-endian.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};

use super::player::{Claim, MEMORY, Memory};
use crate::base::{Id, Timestamp};
use crate::rundown::document::Edge;
use crate::rundown::{AiringId, Receipt};

mod copies;
use copies::{encode, recover, write_file};

/// The two copies, in the journal's folder.
const NAMES: [&str; 2] = ["journal-a", "journal-b"];
/// Begins a file.
const HEAD: &[u8; 8] = b"cxjrnl1\n";
/// What is preallocated at least: months of a busy station.
const FILE_BYTES_MIN: u64 = 1 << 20;
/// Half a million receipts that nobody fetched. Past this the station refuses to claim more.
const FILE_BYTES_MAX: u64 = 256 << 20;
/// Claims leave this much room, so that the outcomes of what is claimed always fit.
const OUTCOME_BYTES: u64 = 64 << 10;

/// One durable fact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Record {
    /// A station accepted a rundown; `since` is when its first one ever was issued.
    Edge {
        station: Id,
        #[serde(flatten)]
        edge: Edge,
        since: Timestamp,
    },
    Claim(Claim),
    Outcome(Receipt),
    /// Receipts up to this number are kept elsewhere.
    Acknowledged(u64),
    /// A box that knew nothing of its past was told of it.
    Settled(Settled),
}

/// What the county said of a past that the journal does not hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Settled {
    /// What was due before this stays silent.
    pub at: Timestamp,
    /// Airings that have ended, with when they began.
    pub ended: Vec<(AiringId, Option<Timestamp>)>,
    /// Rundowns older than these are refused.
    #[serde(default)]
    pub floors: Vec<(Id, Edge)>,
    /// Receipts are numbered from here on.
    pub number_next: u64,
}

/// Why the journal cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalFault {
    #[error(
        "the journal in {folder} cannot be written ({source}); free some disk space there or check its permissions"
    )]
    Io { folder: PathBuf, source: io::Error },
    #[error("the journal in {folder} is full: receipts have not been fetched for very long; connect the county")]
    Full { folder: PathBuf },
    #[error("another cunxiang uses the journal in {folder}; stop it first")]
    InUse { folder: PathBuf },
}

/// What a start found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// No journal: a new station, or one whose disk was replaced.
    Nothing,
    /// Both copies, equal.
    Whole,
    /// One copy was missing or damaged and is whole again.
    Repaired,
    /// Files are there, and nothing in them can be read: what sounded before is not known.
    Lost,
}

/// Holds the folder for this process, until it is dropped. Closing the file is not enough: a child of this process that is
/// just being started, the switch of an amplifier, say, has a copy of every descriptor until it begins to run.
struct Lock(File);

impl Lock {
    fn hold(file: File) -> Option<Lock> {
        flock(&file, FlockOperation::NonBlockingLockExclusive).ok().map(|()| Lock(file))
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Where this fails, the end of the last copy frees it.
        let _ = flock(&self.0, FlockOperation::Unlock);
    }
}

pub(super) struct Journal {
    folder: PathBuf,
    /// A copy that failed is none until the journal is written anew.
    copies: [Option<File>; 2],
    _lock: Lock,
    capacity: u64,
    at: u64,
    sequence_next: u64,
    number_next: u64,
    acknowledged: u64,
    /// What a new pair of files has to hold, by sequence.
    live: BTreeMap<u64, Record>,
    commits: u64,
    syncs: u64,
}

impl Journal {
    /// Opens the journal in `folder`, or makes one. Repairs what can be repaired.
    pub fn open(folder: &Path, now: Timestamp) -> Result<(Journal, Found), JournalFault> {
        let fault = |source| JournalFault::Io { folder: folder.to_owned(), source };
        std::fs::create_dir_all(folder).map_err(fault)?;
        let lock = File::create(folder.join("lock")).map_err(fault)?;
        let lock = Lock::hold(lock).ok_or_else(|| JournalFault::InUse { folder: folder.to_owned() })?;
        let read = NAMES.map(|name| std::fs::read(folder.join(name)));
        let mut live = BTreeMap::new();
        let mut counts = [None, None];
        for (i, bytes) in read.iter().enumerate() {
            match bytes {
                Ok(bytes) => counts[i] = Some(recover(bytes, &mut live)),
                Err(e) if e.kind() == io::ErrorKind::NotFound => {}
                Err(e) => return Err(fault(io::Error::new(e.kind(), e.to_string()))),
            }
        }
        let found = match counts {
            [None, None] => Found::Nothing,
            _ if live.is_empty() && counts.iter().flatten().all(|scan| !scan.headed) => Found::Lost,
            [Some(a), Some(b)] if a == b && a.headed && a.clean && a.records == live.len() => Found::Whole,
            _ => Found::Repaired,
        };
        let number_of = |record: &Record| match record {
            Record::Outcome(receipt) => receipt.number,
            Record::Acknowledged(number) => *number,
            Record::Settled(settled) => settled.number_next.saturating_sub(1),
            _ => 0,
        };
        let acknowledged = |record: &Record| if let Record::Acknowledged(n) = record { *n } else { 0 };
        let mut journal = Journal {
            folder: folder.to_owned(),
            copies: [None, None],
            _lock: lock,
            capacity: 0,
            at: 0,
            sequence_next: live.keys().next_back().map_or(1, |last| last + 1),
            number_next: live.values().map(number_of).max().unwrap_or(0) + 1,
            acknowledged: live.values().map(acknowledged).max().unwrap_or(0),
            live,
            commits: 0,
            syncs: 0,
        };
        // A station that boots on a full disk airs on, in the room that is left in its old pair.
        journal.write_anew(&[], now).or_else(|fault| if journal.go_on(&read) { Ok(()) } else { Err(fault) })?;
        Ok((journal, found))
    }

    /// Takes up the old pair, to append behind all that is in it. False where no copy can be written to.
    fn go_on(&mut self, read: &[io::Result<Vec<u8>>; 2]) -> bool {
        let opened = |(bytes, name): (&io::Result<Vec<u8>>, &str)| {
            let bytes = bytes.as_ref().ok().filter(|bytes| bytes.starts_with(HEAD))?;
            let file = File::options().read(true).write(true).open(self.folder.join(name)).ok()?;
            let end = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
            Some((file, end as u64, bytes.len() as u64))
        };
        let found: Vec<_> = read.iter().zip(NAMES).map(opened).collect();
        let each = || found.iter().flatten();
        self.at = each().map(|(_, end, _)| *end).max().unwrap_or(0);
        self.capacity = each().map(|(_, _, length)| *length).min().unwrap_or(0);
        for (copy, found) in self.copies.iter_mut().zip(found) {
            *copy = found.map(|(file, ..)| file);
        }
        self.copy_count() > 0
    }

    pub fn memory(&self) -> Memory {
        let mut memory = Memory::default();
        let mut edges: BTreeMap<Id, (Edge, Timestamp)> = BTreeMap::new();
        for record in self.live.values() {
            match record {
                Record::Edge { station, edge, since } => {
                    let known = edges.entry(station.clone()).or_insert((*edge, *since));
                    *known = (known.0.max(*edge), known.1.min(*since));
                }
                Record::Claim(claim) => memory.claims.push(claim.clone()),
                Record::Outcome(receipt) => memory.ended.push(receipt.airing.clone()),
                Record::Acknowledged(_) => {}
                Record::Settled(settled) => {
                    memory.silent_before = memory.silent_before.max(Some(settled.at));
                    memory.floors.extend(settled.floors.iter().cloned());
                    memory.ended.extend(settled.ended.iter().map(|(id, _)| id.clone()));
                    let started = settled.ended.iter().filter_map(|(id, at)| at.map(|at| (id.clone(), at)));
                    memory.started.extend(started);
                }
            }
        }
        memory.edges = edges.into_iter().map(|(station, (edge, since))| (station, edge, since)).collect();
        memory
    }

    /// Receipts after a number, oldest first. Those that nobody acknowledged are all here, and others for [`MEMORY`].
    pub fn receipts_after(&self, number: u64) -> impl Iterator<Item = &Receipt> {
        self.live.values().filter_map(move |record| match record {
            Record::Outcome(receipt) if receipt.number > number => Some(receipt),
            _ => None,
        })
    }

    /// Whether the county ever said what it knows of this box's past.
    pub fn is_settled(&self) -> bool {
        self.live.values().any(|record| matches!(record, Record::Settled(_)))
    }

    /// The number of the next receipt. It is used up only by a commit that succeeds.
    pub fn number_next(&self) -> u64 {
        self.number_next
    }

    pub fn acknowledged(&self) -> u64 {
        self.acknowledged
    }

    /// How many copies are written to.
    pub fn copy_count(&self) -> usize {
        self.copies.iter().flatten().count()
    }

    /// Commits so far, and `fdatasync` calls so far.
    pub fn counts(&self) -> (u64, u64) {
        (self.commits, self.syncs)
    }

    /// Makes all records durable, in one write and one `fdatasync` a copy.
    ///
    /// Errors: neither copy could be written. None of the records counts then.
    pub fn commit(&mut self, records: &[Record], now: Timestamp) -> Result<(), JournalFault> {
        if records.is_empty() {
            return Ok(());
        }
        let mut bytes = Vec::with_capacity(records.len() * 256);
        let first = self.sequence_next;
        for record in records {
            encode(self.sequence_next, record, &mut bytes);
            self.sequence_next += 1;
        }
        let claims = records.iter().any(|record| matches!(record, Record::Claim(_)));
        let room = bytes.len() as u64 + if claims { OUTCOME_BYTES } else { 0 };
        if self.at + room > self.capacity || self.copy_count() < 2 {
            // A journal that lost a copy is written anew on a commit, so that a mended disk is used again.
            let result = self.write_anew(records, now);
            if result.is_ok() || self.at + room > self.capacity {
                return result.map(|()| self.take(first, records));
            }
        }
        let at = self.at;
        let mut fault = None;
        for copy in &mut self.copies {
            let Some(file) = copy else { continue };
            self.syncs += 1;
            if let Err(e) = file.write_all_at(&bytes, at).and_then(|()| file.sync_data()) {
                fault = Some(e);
                *copy = None;
            }
        }
        if self.copy_count() == 0 {
            let source = fault.unwrap_or_else(|| io::ErrorKind::BrokenPipe.into());
            return Err(JournalFault::Io { folder: self.folder.clone(), source });
        }
        self.at += bytes.len() as u64;
        self.commits += 1;
        self.take(first, records);
        Ok(())
    }

    /// Remembers records that are on disk.
    fn take(&mut self, first: u64, records: &[Record]) {
        for (sequence, record) in (first..).zip(records) {
            match record {
                Record::Outcome(receipt) => self.number_next = self.number_next.max(receipt.number + 1),
                Record::Acknowledged(number) => self.acknowledged = self.acknowledged.max(*number),
                Record::Settled(settled) => self.number_next = self.number_next.max(settled.number_next),
                _ => {}
            }
            self.live.insert(sequence, record.clone());
        }
    }

    /// Writes a new pair of files: what is still needed, then `records`.
    fn write_anew(&mut self, records: &[Record], now: Timestamp) -> Result<(), JournalFault> {
        self.forget_old(now);
        let mut bytes = HEAD.to_vec();
        for (sequence, record) in &self.live {
            encode(*sequence, record, &mut bytes);
        }
        let first = self.sequence_next - records.len() as u64;
        for (sequence, record) in (first..).zip(records) {
            encode(sequence, record, &mut bytes);
        }
        let capacity = (4 * (bytes.len() as u64 + OUTCOME_BYTES)).max(FILE_BYTES_MIN).next_power_of_two();
        if capacity > FILE_BYTES_MAX {
            return Err(JournalFault::Full { folder: self.folder.clone() });
        }
        let mut fault = None;
        let mut copies = [None, None];
        for (copy, name) in copies.iter_mut().zip(NAMES) {
            self.syncs += 1;
            match write_file(&self.folder, name, &bytes, capacity) {
                Ok(file) => *copy = Some(file),
                Err(e) => fault = Some(e),
            }
        }
        match fault {
            // The old pair is in use still, and whole.
            Some(source) if copies.iter().all(Option::is_none) || self.copy_count() == 2 => {
                Err(JournalFault::Io { folder: self.folder.clone(), source })
            }
            _ => {
                self.copies = copies;
                (self.at, self.capacity) = (bytes.len() as u64, capacity);
                self.commits += 1;
                Ok(())
            }
        }
    }

    /// Drops what no rule needs any more. The newest edges and the highest number always stay.
    fn forget_old(&mut self, now: Timestamp) {
        let memory = self.memory();
        let (oldest, acknowledged) = (now - MEMORY, self.acknowledged);
        let unended: std::collections::HashSet<_> = {
            let ended: std::collections::HashSet<_> = memory.ended.iter().collect();
            memory.claims.iter().map(|c| c.airing.clone()).filter(|id| !ended.contains(id)).collect()
        };
        let edges: std::collections::HashMap<&Id, _> = memory.edges.iter().map(|known| (&known.0, known)).collect();
        let mut kept: std::collections::HashSet<Id> = std::collections::HashSet::new();
        let mut drop = Vec::new();
        for (sequence, record) in self.live.iter_mut().rev() {
            let keep = match record {
                Record::Edge { station, edge, since } => {
                    if let Some(known) = edges.get(station) {
                        (*edge, *since) = (known.1, known.2);
                    }
                    kept.insert(station.clone())
                }
                Record::Claim(claim) => {
                    // The instant, not the start: a start read off a wrong clock must not shorten the memory.
                    claim.airing.instant > oldest || claim.start > oldest || unended.contains(&claim.airing)
                }
                Record::Outcome(receipt) => {
                    receipt.airing.instant > oldest || receipt.at > oldest || receipt.number > acknowledged
                }
                Record::Acknowledged(number) => *number == acknowledged,
                Record::Settled(settled) => {
                    settled.ended.retain(|(id, _)| id.instant > oldest);
                    true
                }
            };
            if !keep {
                drop.push(*sequence);
            }
        }
        let highest = self.number_next - 1;
        for sequence in drop {
            let keeps_number = matches!(&self.live[&sequence], Record::Outcome(receipt) if receipt.number == highest);
            if !keeps_number {
                self.live.remove(&sequence);
            }
        }
    }
}

#[cfg(test)]
mod tests;
