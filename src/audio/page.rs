//! Pages of an Ogg stream (RFC 3533), read strictly: one stream, no gap, no junk between pages, every checksum right.
//!
//! Knows nothing of what the packets hold. Foreign files, which may be laid out more freely, go through the `ogg` crate.

use std::io::{self, Read};

/// The first page of the stream, and the last.
pub const FIRST: u8 = 2;
pub const LAST: u8 = 4;
const CONTINUED: u8 = 1;

/// A page is at most a header, 255 lacing values and 255 segments of 255 bytes.
pub const PAGE_BYTES_MAX: usize = HEADER + 255 + 255 * 255;
const HEADER: usize = 27;

/// Why a page could not be read.
#[derive(Debug, thiserror::Error)]
pub enum PageFault {
    #[error("it cannot be read: {0}")]
    Io(#[from] io::Error),
    #[error("it ends in the middle")]
    Truncated,
    #[error("it is not an Ogg file, or holds something between its pages")]
    NoPage,
    #[error("a checksum is wrong, so it was damaged on disk or on the way")]
    Checksum,
    #[error("a packet runs over the end of a page")]
    Split,
}

/// A page, in a buffer that is used again for the next one.
#[derive(Default)]
pub struct Page {
    bytes: Vec<u8>,
    lacing: usize,
}

impl Page {
    /// Reads the next page into this buffer; false at a clean end.
    pub fn read(&mut self, from: &mut impl Read) -> Result<bool, PageFault> {
        self.bytes.resize(HEADER, 0);
        match fill(from, &mut self.bytes)? {
            0 => return Ok(false),
            n if n < HEADER => return Err(PageFault::Truncated),
            _ => {}
        }
        if self.bytes[..4] != *b"OggS" || self.bytes[4] != 0 {
            return Err(PageFault::NoPage);
        }
        self.lacing = usize::from(self.bytes[26]);
        self.more(from, self.lacing)?;
        let body = self.lacing_values().iter().map(|n| usize::from(*n)).sum();
        self.more(from, body)?;
        if checksum(&self.bytes) != self.u32_at(22) {
            return Err(PageFault::Checksum);
        }
        if self.flags() & CONTINUED != 0 || self.lacing_values().last() == Some(&255) {
            return Err(PageFault::Split);
        }
        Ok(true)
    }

    fn more(&mut self, from: &mut impl Read, count: usize) -> Result<(), PageFault> {
        let start = self.bytes.len();
        self.bytes.resize(start + count, 0);
        if fill(from, &mut self.bytes[start..])? < count { Err(PageFault::Truncated) } else { Ok(()) }
    }

    fn lacing_values(&self) -> &[u8] {
        &self.bytes[HEADER..HEADER + self.lacing]
    }

    fn u32_at(&self, at: usize) -> u32 {
        u32::from_le_bytes(self.bytes[at..at + 4].try_into().expect("four bytes were sliced"))
    }

    pub fn flags(&self) -> u8 {
        self.bytes[5]
    }

    /// For Opus: 48 kHz frames up to the end of this page, pre-skip counted (RFC 7845 section 4).
    pub fn granule(&self) -> u64 {
        u64::from_le_bytes(self.bytes[6..14].try_into().expect("eight bytes were sliced"))
    }

    pub fn serial(&self) -> u32 {
        self.u32_at(14)
    }

    pub fn sequence(&self) -> u32 {
        self.u32_at(18)
    }

    /// The packet that begins at `cursor`, which moves on to the next one. Begin with `Cursor::default()`.
    pub fn packet(&self, cursor: &mut Cursor) -> Option<&[u8]> {
        let lacing = self.lacing_values();
        if cursor.segment >= lacing.len() {
            return None;
        }
        let mut length = 0;
        while let Some(n) = lacing.get(cursor.segment) {
            cursor.segment += 1;
            length += usize::from(*n);
            if *n < 255 {
                break;
            }
        }
        let start = HEADER + self.lacing + cursor.byte;
        cursor.byte += length;
        Some(&self.bytes[start..start + length])
    }
}

/// How far the packets of a page have been taken.
#[derive(Debug, Default, Clone, Copy)]
pub struct Cursor {
    segment: usize,
    byte: usize,
}

/// Reads until `into` is full or the source ends; says how many bytes came.
fn fill(from: &mut impl Read, into: &mut [u8]) -> io::Result<usize> {
    let mut done = 0;
    while done < into.len() {
        match from.read(&mut into[done..]) {
            Ok(0) => break,
            Ok(n) => done += n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(done)
}

/// The CRC of RFC 3533 section 6: polynomial 0x04c11db7, not reflected, the field itself counted as zero.
fn checksum(page: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| (crc << 8) ^ TABLE[usize::from((crc >> 24) as u8 ^ byte)];
    let crc = page[..22].iter().fold(0, step);
    let crc = [0u8; 4].iter().fold(crc, step);
    page[26..].iter().fold(crc, step)
}

const TABLE: [u32; 256] = {
    let mut table = [0u32; 256];
    let mut i = 0;
    while i < 256 {
        let mut crc = (i as u32) << 24;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 0x8000_0000 != 0 { (crc << 1) ^ 0x04c1_1db7 } else { crc << 1 };
            bit += 1;
        }
        table[i] = crc;
        i += 1;
    }
    table
};
