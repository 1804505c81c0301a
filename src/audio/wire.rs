//! What the decoding child writes to the parent: a header, blocks of samples, and a verdict. The parent trusts none of it.

use std::io::{self, Read, Write};

use super::fault::ImportFault;
use super::pcm::Pcm;

const HEADER: u8 = b'H';
const SAMPLES: u8 = b'S';
const END: u8 = b'E';

/// Bytes of one message: more than any decoder makes of one packet, little enough to hold.
const MESSAGE_BYTES_MAX: usize = 1 << 20;

/// How the child's work ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Whole,
    NotAudio,
    Codec(String),
    Truncated(String),
    Damaged(String),
    Rate(u32),
}

/// The child's end.
pub struct Sender<W> {
    to: W,
    block: Vec<u8>,
}

impl<W: Write> Sender<W> {
    pub fn new(to: W) -> Sender<W> {
        Sender { to, block: Vec::new() }
    }

    pub fn header(&mut self, rate: u32, channels: u32, claimed_ms: Option<u64>) -> io::Result<()> {
        let mut body = [0u8; 16];
        body[..4].copy_from_slice(&rate.to_le_bytes());
        body[4..8].copy_from_slice(&channels.to_le_bytes());
        body[8..].copy_from_slice(&claimed_ms.unwrap_or(u64::MAX).to_le_bytes());
        self.message(HEADER, &body)
    }

    /// Whole frames of interleaved samples.
    pub fn samples(&mut self, interleaved: &[f32]) -> io::Result<()> {
        // A multiple of every channel count up to 8, so that no message splits a frame.
        const AT_ONCE: usize = 840 * 64;
        for part in interleaved.chunks(AT_ONCE) {
            let mut block = std::mem::take(&mut self.block);
            block.clear();
            block.extend(part.iter().flat_map(|s| s.to_le_bytes()));
            self.message(SAMPLES, &block)?;
            self.block = block;
        }
        Ok(())
    }

    pub fn end(&mut self, verdict: &Verdict) -> io::Result<()> {
        let (code, text) = match verdict {
            Verdict::Whole => (0, String::new()),
            Verdict::NotAudio => (1, String::new()),
            Verdict::Codec(text) => (2, text.clone()),
            Verdict::Truncated(text) => (3, text.clone()),
            Verdict::Damaged(text) => (4, text.clone()),
            Verdict::Rate(rate) => (5, rate.to_string()),
        };
        let body: Vec<u8> = std::iter::once(code).chain(text.bytes().take(200)).collect();
        self.message(END, &body)?;
        self.to.flush()
    }

    fn message(&mut self, kind: u8, body: &[u8]) -> io::Result<()> {
        let mut head = [kind, 0, 0, 0, 0];
        head[1..].copy_from_slice(&(body.len() as u32).to_le_bytes());
        self.to.write_all(&head)?;
        self.to.write_all(body)
    }
}

/// The parent's end: everything up to the verdict, at most `length_max_ms` of sound. `None` if the child stopped short of
/// a verdict.
pub fn receive(from: &mut impl Read, length_max_ms: u64) -> Result<Option<Pcm>, ImportFault> {
    let mut pcm = None;
    let mut body = Vec::new();
    let mut block = Vec::new();
    loop {
        let mut head = [0u8; 5];
        if !whole(from.read_exact(&mut head))? {
            return Ok(None);
        }
        let length = u32::from_le_bytes([head[1], head[2], head[3], head[4]]) as usize;
        if length > MESSAGE_BYTES_MAX {
            return Err(ImportFault::Answer("a message is too long"));
        }
        body.resize(length, 0);
        if !whole(from.read_exact(&mut body))? {
            return Ok(None);
        }
        match (head[0], &mut pcm) {
            (HEADER, none @ None) if length == 16 => *none = Some(start(&body)?),
            (SAMPLES, Some(pcm)) if length.is_multiple_of(4 * pcm.channels()) => {
                block.clear();
                block.extend(body.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])));
                pcm.push(&block);
                if pcm.length_ms() > length_max_ms {
                    return Err(ImportFault::TooLong { max_s: length_max_ms / 1000 });
                }
            }
            (END, _) if length >= 1 => {
                let text = String::from_utf8_lossy(&body[1..]).into_owned();
                return match body[0] {
                    0 => pcm.map(Some).ok_or(ImportFault::NotAudio),
                    1 => Err(ImportFault::NotAudio),
                    2 => Err(ImportFault::Codec(text)),
                    3 => Err(ImportFault::Truncated(text)),
                    4 => Err(ImportFault::Damaged(text)),
                    5 => Err(ImportFault::Rate(text.parse().unwrap_or(0))),
                    _ => Err(ImportFault::Answer("an unknown verdict")),
                };
            }
            _ => return Err(ImportFault::Answer("a message out of place")),
        }
    }
}

fn start(body: &[u8]) -> Result<Pcm, ImportFault> {
    let rate = u32::from_le_bytes(body[..4].try_into().expect("four bytes were sliced"));
    let channels = u32::from_le_bytes(body[4..8].try_into().expect("four bytes were sliced"));
    let claimed = u64::from_le_bytes(body[8..16].try_into().expect("eight bytes were sliced"));
    Pcm::new(rate, channels, Some(claimed).filter(|ms| *ms != u64::MAX)).ok_or(ImportFault::Rate(rate))
}

/// False at the end of the stream.
fn whole(read: io::Result<()>) -> io::Result<bool> {
    match read {
        Ok(()) => Ok(true),
        Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(e) => Err(e),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn carries_sound_and_verdicts() {
        let mut bytes = Vec::new();
        let mut sender = Sender::new(&mut bytes);
        sender.header(44_100, 2, Some(20)).unwrap();
        let sound: Vec<f32> = (0..200_000).map(|i| (i % 100) as f32 / 100.0).collect();
        sender.samples(&sound).unwrap();
        sender.end(&Verdict::Whole).unwrap();
        let pcm = receive(&mut &bytes[..], 10_000).unwrap().unwrap();
        assert_eq!((pcm.rate(), pcm.channels(), pcm.frames(), pcm.claimed_ms()), (44_100, 2, 100_000, Some(20)));
        assert_eq!(pcm.samples()[1], (0.02 + 0.03) / 2.0);
        assert!(matches!(receive(&mut &bytes[..], 100), Err(ImportFault::TooLong { .. })));
        assert!(receive(&mut &bytes[..bytes.len() - 1], 10_000).unwrap().is_none());
    }

    proptest! {
        #[test]
        fn takes_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = receive(&mut &bytes[..], 1000);
        }
    }
}
