//! The bytes of a copy: records in, whatever can be read out, a new file in the place of the old.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use rustix::fs::{FallocateFlags, fallocate};

use super::{HEAD, Record};

/// Begins a record. No JSON text holds these bytes.
const MARK: [u8; 4] = [0xc1, 0xfe, 0x9a, 0x5e];
const RECORD_HEAD_BYTES: usize = 4 + 4 + 4 + 8;
/// The longest record: what the county says of a lost past may be a thousand airings.
const RECORD_BYTES_MAX: usize = 1 << 20;

pub(super) fn encode(sequence: u64, record: &Record, out: &mut Vec<u8>) {
    let start = out.len();
    out.extend_from_slice(&MARK);
    out.extend_from_slice(&[0; 8]);
    out.extend_from_slice(&sequence.to_le_bytes());
    serde_json::to_writer(&mut *out, record).expect("a record of plain data can be written as JSON");
    let body = start + 12;
    let length = (out.len() - body) as u32;
    let crc = crc32fast::hash(&out[body..]);
    out[start + 4..start + 8].copy_from_slice(&length.to_le_bytes());
    out[start + 8..start + 12].copy_from_slice(&crc.to_le_bytes());
}

/// What one copy held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Scan {
    pub headed: bool,
    pub records: usize,
    /// Nothing but zeros was between and after the records.
    pub clean: bool,
}

/// Takes every whole record out of a copy, whatever stands between them.
pub(super) fn recover(bytes: &[u8], into: &mut BTreeMap<u64, Record>) -> Scan {
    let headed = bytes.starts_with(HEAD);
    let mut scan = Scan { headed, records: 0, clean: true };
    let mut at = if headed { HEAD.len() } else { 0 };
    while at < bytes.len() {
        match record_at(&bytes[at..]) {
            Some((sequence, record, length)) => {
                into.entry(sequence).or_insert(record);
                scan.records += 1;
                at += length;
            }
            None => {
                scan.clean &= bytes[at] == 0;
                at += 1;
            }
        }
    }
    scan
}

pub(super) fn record_at(bytes: &[u8]) -> Option<(u64, Record, usize)> {
    if !bytes.starts_with(&MARK) {
        return None;
    }
    let number = |at: usize| Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    let length = number(4)? as usize;
    if !(8..=RECORD_BYTES_MAX).contains(&length) {
        return None;
    }
    let body = bytes.get(12..12 + length)?;
    if crc32fast::hash(body) != number(8)? {
        return None;
    }
    let sequence = u64::from_le_bytes(body[..8].try_into().ok()?);
    Some((sequence, serde_json::from_slice(&body[8..]).ok()?, RECORD_HEAD_BYTES + length - 8))
}

/// A whole new file of `capacity` bytes on disk, then under `name`.
pub(super) fn write_file(folder: &Path, name: &str, bytes: &[u8], capacity: u64) -> io::Result<File> {
    let beside = folder.join(format!("{name}.new"));
    let result = (|| {
        let file = File::options().read(true).write(true).create(true).truncate(true).open(&beside)?;
        match fallocate(&file, FallocateFlags::empty(), 0, capacity) {
            Ok(()) => {}
            // A file system without preallocation (NFS, some FUSE): zeros that are written are as good.
            Err(rustix::io::Errno::OPNOTSUPP | rustix::io::Errno::NOSYS) => {
                let zeros = vec![0u8; 1 << 16];
                for at in (0..capacity).step_by(zeros.len()) {
                    file.write_all_at(&zeros, at)?;
                }
            }
            Err(e) => return Err(e.into()),
        }
        file.write_all_at(bytes, 0)?;
        file.sync_all()?;
        std::fs::rename(&beside, folder.join(name))?;
        File::open(folder)?.sync_all()?;
        Ok(file)
    })();
    if result.is_err() {
        let _ = std::fs::remove_file(&beside);
    }
    result
}
