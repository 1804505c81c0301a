//! Plays a canonical clip: blocks of f32 out of a file, a page of about a second in memory at a time.

use std::io::{Read, Seek, SeekFrom};

use opus::Channels;

use super::canonical::{ClipFault, PACKET_FRAMES_MAX, read_headers};
use super::page::{self, Cursor, PAGE_BYTES_MAX, Page};
use super::{FRAMES_MAX, RATE};

/// Decodes one clip from its start to its end. Whole packets go straight into the caller's slice where they fit.
pub struct ClipDecoder<R> {
    from: R,
    page: Page,
    cursor: Cursor,
    decoder: opus::Decoder,
    frames: u64,
    /// Frames not handed out yet.
    left: u64,
    /// Frames of pre-skip still to throw away.
    skip: usize,
    /// A decoded packet of which `spare_from..spare_to` is not handed out yet.
    spare: Box<[f32; PACKET_FRAMES_MAX]>,
    spare_from: usize,
    spare_to: usize,
}

impl<R: Read + Seek> ClipDecoder<R> {
    /// Reads the headers and the last page; decodes nothing yet.
    ///
    /// Errors: unreadable, truncated, no canonical clip. Damage in the middle shows when [`read`](Self::read) gets there;
    /// the store's digest tells it sooner.
    pub fn open(mut from: R) -> Result<ClipDecoder<R>, ClipFault> {
        let mut page = Page::default();
        let end = last_granule(&mut from, &mut page)?;
        from.rewind().map_err(page::PageFault::Io)?;
        let head = read_headers(&mut from, &mut page)?;
        let frames = end.saturating_sub(head.pre_skip.into());
        if frames == 0 || frames > FRAMES_MAX {
            return Err(ClipFault::Foreign("its length is not a clip's"));
        }
        // The tags' page is in `page` still: let the next packet come from the page after it.
        let mut cursor = Cursor::default();
        while page.packet(&mut cursor).is_some() {}
        Ok(ClipDecoder {
            from,
            page,
            cursor,
            decoder: opus::Decoder::new(RATE, Channels::Mono)?,
            frames,
            left: frames,
            skip: head.pre_skip.into(),
            spare: Box::new([0.0; PACKET_FRAMES_MAX]),
            spare_from: 0,
            spare_to: 0,
        })
    }

    /// Frames of the whole clip, at 48 kHz.
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// Fills `out` with the next frames, less only at the end; says how many, 0 when the clip is over. Exactly
    /// [`frames`](Self::frames) come in all.
    ///
    /// Errors: the clip breaks off or a page or packet is damaged.
    pub fn read(&mut self, out: &mut [f32]) -> Result<usize, ClipFault> {
        let wanted = out.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        let mut done = 0;
        while done < wanted {
            if self.spare_from < self.spare_to {
                let n = (self.spare_to - self.spare_from).min(wanted - done);
                out[done..done + n].copy_from_slice(&self.spare[self.spare_from..self.spare_from + n]);
                self.spare_from += n;
                done += n;
            } else {
                done += self.decode_packet(&mut out[done..wanted])?;
            }
        }
        self.left -= done as u64;
        Ok(done)
    }

    /// Decodes the next packet into `out` if it fits there whole, else into the spare buffer. Says how many frames went
    /// into `out`.
    fn decode_packet(&mut self, out: &mut [f32]) -> Result<usize, ClipFault> {
        while self.page.packet(&mut self.cursor.clone()).is_none() {
            if self.page.flags() & page::LAST != 0 || !self.page.read(&mut self.from)? {
                return Err(ClipFault::Truncated);
            }
            self.cursor = Cursor::default();
        }
        let packet = self.page.packet(&mut self.cursor).ok_or(ClipFault::Truncated)?;
        if packet.is_empty() {
            return Err(ClipFault::Foreign("it has an empty packet"));
        }
        let frames = opus::packet::get_nb_samples(packet, RATE)?;
        if self.skip == 0 && frames <= out.len() {
            return Ok(self.decoder.decode_float(packet, &mut out[..frames], false)?);
        }
        let frames = self.decoder.decode_float(packet, &mut self.spare[..], false)?;
        self.spare_from = self.skip.min(frames);
        self.skip -= self.spare_from;
        self.spare_to = frames;
        Ok(0)
    }
}

/// The position of the last page, which ends the file. It is found from the end, so that a long clip opens at once.
fn last_granule(from: &mut (impl Read + Seek), page: &mut Page) -> Result<u64, ClipFault> {
    let io = page::PageFault::Io;
    let length = from.seek(SeekFrom::End(0)).map_err(io)?;
    let tail_bytes = length.min(PAGE_BYTES_MAX as u64);
    from.seek(SeekFrom::Start(length - tail_bytes)).map_err(io)?;
    let mut tail = Vec::with_capacity(tail_bytes as usize);
    from.take(tail_bytes).read_to_end(&mut tail).map_err(io)?;
    for start in (0..tail.len()).rev().filter(|i| tail[*i..].starts_with(b"OggS")) {
        let mut rest = &tail[start..];
        if page.read(&mut rest).is_ok_and(|found| found) && rest.is_empty() {
            let whole = page.flags() & page::LAST != 0;
            return if whole { Ok(page.granule()) } else { Err(ClipFault::Truncated) };
        }
    }
    if length == 0 || tail.starts_with(b"OggS") {
        Err(ClipFault::Truncated)
    } else {
        Err(page::PageFault::NoPage.into())
    }
}
