//! The canonical clip: mono 48 kHz Ogg Opus (RFC 7845), one stream, an exact number of frames.
//!
//! What a clip is and whether these bytes are one; making one is `encode`'s, playing one `decode`'s.

use std::io::Read;

use super::page::{self, Cursor, Page, PageFault};
use super::{ClipDecoder, FRAMES_MAX, RATE};
use crate::base::Digest;

/// Clips above this are not read: five times the nominal 32 kbit/s for the longest recording.
pub const CLIP_BYTES_MAX: u64 = 5 * 4_000 * super::LENGTH_MAX_MS / 1000;

/// The shortest packet of Opus is 2.5 ms; the longest, 120 ms, is 5,760 frames (RFC 6716 section 3.2).
pub const PACKET_FRAMES_MAX: usize = 5_760;

/// What is known of a clip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Facts {
    pub digest: Digest,
    pub bytes: u64,
    /// Frames at 48 kHz that a decoder gives, pre-skip and end padding taken off.
    pub frames: u64,
}

impl Facts {
    pub fn length_ms(&self) -> u64 {
        self.frames * 1000 / u64::from(RATE)
    }
}

/// Why bytes are not a canonical clip.
#[derive(Debug, thiserror::Error)]
pub enum ClipFault {
    #[error("the clip is damaged: {0}; import the recording again or copy the clip from the county again")]
    Page(#[from] PageFault),
    #[error("the clip breaks off before its end; copy it again from where it came from")]
    Truncated,
    #[error("this is no canonical clip: {0}; bring it in with `cunxiang clip import`")]
    Foreign(&'static str),
    #[error("the clip says it has {claimed} frames but decodes to {found}; import the recording again")]
    Frames { claimed: u64, found: u64 },
    #[error("a packet of the clip does not decode ({0}); copy the clip from the county again")]
    Packet(#[from] opus::Error),
}

/// The facts of a clip, from its container alone: page checksums, header, lengths of packets. Decodes nothing.
///
/// Errors: truncated, damaged, not mono Ogg Opus, or longer than any clip may be.
pub fn inspect(bytes: &[u8]) -> Result<Facts, ClipFault> {
    let mut walk = Walk::default();
    let mut rest = bytes;
    let mut page = Page::default();
    while page.read(&mut rest)? {
        walk.take(&page)?;
    }
    let frames = walk.finish()?;
    Ok(Facts { digest: Digest::of(bytes), bytes: bytes.len() as u64, frames })
}

/// Like [`inspect`], and decodes the whole clip: what comes out must be exactly what the container claims.
pub fn verify(bytes: &[u8]) -> Result<Facts, ClipFault> {
    let facts = inspect(bytes)?;
    let mut decoder = ClipDecoder::open(std::io::Cursor::new(bytes))?;
    let mut block = [0f32; 4 * PACKET_FRAMES_MAX];
    let mut found = 0;
    loop {
        match decoder.read(&mut block)? {
            0 => break,
            n => found += n as u64,
        }
    }
    if found == facts.frames { Ok(facts) } else { Err(ClipFault::Frames { claimed: facts.frames, found }) }
}

/// The identification header of RFC 7845 section 5.1, as far as a canonical clip may vary in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Frames at 48 kHz that a decoder throws away at the start.
    pub pre_skip: u16,
}

impl Head {
    pub fn to_bytes(self) -> [u8; 19] {
        let mut head = [0u8; 19];
        head[..8].copy_from_slice(b"OpusHead");
        (head[8], head[9]) = (1, 1);
        head[10..12].copy_from_slice(&self.pre_skip.to_le_bytes());
        head[12..16].copy_from_slice(&RATE.to_le_bytes());
        head
    }

    fn parse(packet: &[u8]) -> Result<Head, ClipFault> {
        if packet.len() < 19 || packet[..8] != *b"OpusHead" {
            return Err(ClipFault::Foreign("it does not hold Opus"));
        }
        match (packet[8] >> 4, packet[9], &packet[16..18], packet[18], packet.len()) {
            (0, 1, [0, 0], 0, 19) => Ok(Head { pre_skip: u16::from_le_bytes([packet[10], packet[11]]) }),
            (0, 1, [0, 0], _, _) => Err(ClipFault::Foreign("it uses a channel mapping")),
            (0, 1, ..) => Err(ClipFault::Foreign("it asks for a gain at playback")),
            (0, ..) => Err(ClipFault::Foreign("it is not mono")),
            _ => Err(ClipFault::Foreign("it is of a later version of Ogg Opus")),
        }
    }
}

/// Reads the two header pages and leaves `from` at the first page of sound.
pub(super) fn read_headers(from: &mut impl Read, page: &mut Page) -> Result<Head, ClipFault> {
    let mut walk = Walk::default();
    for _ in 0..2 {
        if !page.read(from)? {
            return Err(ClipFault::Truncated);
        }
        walk.take(page)?;
    }
    walk.head.ok_or(ClipFault::Truncated)
}

/// What has been seen of a clip, page by page.
#[derive(Default)]
struct Walk {
    pages: u32,
    serial: u32,
    head: Option<Head>,
    granule: u64,
    /// Frames in all packets so far, and in the last one.
    frames: u64,
    last_packet: u64,
    ended: bool,
}

impl Walk {
    fn take(&mut self, page: &Page) -> Result<(), ClipFault> {
        if self.ended {
            return Err(ClipFault::Foreign("something follows its end"));
        }
        let mut cursor = Cursor::default();
        match self.pages {
            0 if page.flags() & page::FIRST == 0 => {
                return Err(ClipFault::Foreign("its first page is not a beginning"));
            }
            0 => {
                self.serial = page.serial();
                let packet = page.packet(&mut cursor).ok_or(ClipFault::Foreign("its header is empty"))?;
                self.head = Some(Head::parse(packet)?);
            }
            _ if page.flags() & page::FIRST != 0 || page.serial() != self.serial => {
                return Err(ClipFault::Foreign("it holds several streams"));
            }
            1 => {
                let packet = page.packet(&mut cursor).unwrap_or_default();
                if !packet.starts_with(b"OpusTags") {
                    return Err(ClipFault::Foreign("its second page holds no tags"));
                }
            }
            _ => self.sound(page, &mut cursor)?,
        }
        if page.packet(&mut cursor).is_some() {
            return Err(ClipFault::Foreign("a header page holds more than the header"));
        }
        if page.sequence() != self.pages {
            return Err(ClipFault::Foreign("a page is missing"));
        }
        self.pages += 1;
        self.ended = page.flags() & page::LAST != 0;
        Ok(())
    }

    fn sound(&mut self, page: &Page, cursor: &mut Cursor) -> Result<(), ClipFault> {
        while let Some(packet) = page.packet(cursor) {
            if packet.is_empty() {
                return Err(ClipFault::Foreign("it has an empty packet"));
            }
            self.last_packet = opus::packet::get_nb_samples(packet, RATE)? as u64;
            self.frames += self.last_packet;
        }
        if page.granule() < self.granule || page.granule() > self.frames {
            return Err(ClipFault::Foreign("its positions do not fit its packets"));
        }
        self.granule = page.granule();
        Ok(())
    }

    /// The exact number of frames: the position of the last page without the pre-skip (RFC 7845 section 4.5). The last
    /// packet, and only it, may be cut short.
    fn finish(self) -> Result<u64, ClipFault> {
        let Some(head) = self.head else {
            return Err(ClipFault::Truncated);
        };
        if !self.ended {
            return Err(ClipFault::Truncated);
        }
        let frames = self.granule.saturating_sub(head.pre_skip.into());
        if self.frames - self.granule >= self.last_packet.max(1) {
            return Err(ClipFault::Foreign("its end lies before its last packet"));
        }
        match frames {
            0 => Err(ClipFault::Foreign("it is empty")),
            n if n > FRAMES_MAX => Err(ClipFault::Foreign("it is longer than a clip may be")),
            n => Ok(n),
        }
    }
}
