//! What kind of file this is, and whether its container is whole: the decoders take a file that breaks off for one that
//! ends.

use std::io::{self, Read, Seek, SeekFrom};

use super::fault::ImportFault;

/// Bytes of the beginning that [`sniff`] needs.
pub const MAGIC_BYTES: u64 = 16;

/// The containers that are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Wav,
    Flac,
    Ogg,
    Mp3,
    Adts,
    Mp4,
    Mkv,
}

/// Tells the kind by the first bytes.
///
/// Errors: [`ImportFault::Format`] for a known kind that is not taken, [`ImportFault::NotAudio`] for the rest.
pub fn sniff(magic: &[u8]) -> Result<Kind, ImportFault> {
    let at = |from: usize, text: &[u8]| magic.get(from..).is_some_and(|rest| rest.starts_with(text));
    if at(0, b"RIFF") && at(8, b"WAVE") {
        return Ok(Kind::Wav);
    }
    let refused: [(&[u8], &str); 9] = [
        (b"#!AMR", "AMR"),
        (b"#!SILK", "WeChat voice (SILK)"),
        (b"\x02#!SILK", "WeChat voice (SILK)"),
        (b"\x30\x26\xb2\x75", "WMA"),
        (b"FORM", "AIFF"),
        (b"caff", "CAF"),
        (b"RF64", "RF64"),
        (b"MAC ", "APE"),
        (b"MThd", "MIDI"),
    ];
    if let Some((_, name)) = refused.iter().find(|(text, _)| at(0, text)) {
        return Err(ImportFault::Format(name));
    }
    let known: [(usize, &[u8], Kind); 9] = [
        (0, b"fLaC", Kind::Flac),
        (0, b"OggS", Kind::Ogg),
        (0, b"ID3", Kind::Mp3),
        (0, b"\x1a\x45\xdf\xa3", Kind::Mkv),
        (4, b"ftyp", Kind::Mp4),
        (4, b"styp", Kind::Mp4),
        (4, b"moov", Kind::Mp4),
        (4, b"mdat", Kind::Mp4),
        (4, b"free", Kind::Mp4),
    ];
    if let Some((.., kind)) = known.iter().find(|(from, text, _)| at(*from, text)) {
        return Ok(*kind);
    }
    match magic {
        // The layer bits of MPEG audio are zero in AAC's own framing (ISO 13818-7) and reserved in MP3.
        [0xff, second, ..] if second & 0xf6 == 0xf0 => Ok(Kind::Adts),
        [0xff, second, ..] if second & 0xe0 == 0xe0 => Ok(Kind::Mp3),
        _ => Err(ImportFault::NotAudio),
    }
}

/// Why the container is not whole, if it is not. For wav, flac, mp3 and adts the decoded length tells instead.
pub fn broken_off(kind: Kind, from: &mut (impl Read + Seek)) -> io::Result<Option<&'static str>> {
    let length = from.seek(SeekFrom::End(0))?;
    from.rewind()?;
    let fault = match kind {
        Kind::Mp4 => boxes(from, length)?,
        Kind::Mkv => elements(from, length)?,
        Kind::Ogg => pages(from, length)?,
        Kind::Wav | Kind::Flac | Kind::Mp3 | Kind::Adts => None,
    };
    from.rewind()?;
    Ok(fault)
}

/// The top-level boxes of ISO 14496-12: size, type, body.
fn boxes(from: &mut (impl Read + Seek), length: u64) -> io::Result<Option<&'static str>> {
    let mut at = 0;
    let mut described = false;
    while at < length {
        if length - at < 8 {
            return Ok(Some("its last part is incomplete"));
        }
        let head: [u8; 8] = take(from)?;
        let size = match u32::from_be_bytes([head[0], head[1], head[2], head[3]]) {
            0 => length - at,
            1 if length - at < 16 => return Ok(Some("its last part is incomplete")),
            1 => u64::from_be_bytes(take(from)?),
            n => n.into(),
        };
        described |= &head[4..] == b"moov";
        if size < 8 || size > length - at {
            return Ok(Some("its last part is incomplete"));
        }
        at += size;
        from.seek(SeekFrom::Start(at))?;
    }
    Ok(if described { None } else { Some("the description of its sound, at its end, is missing") })
}

/// The elements of Matroska (RFC 8794): id, size, body. Segments and clusters are entered, the rest is stepped over.
fn elements(from: &mut (impl Read + Seek), length: u64) -> io::Result<Option<&'static str>> {
    const SEGMENT: u64 = 0x1853_8067;
    const CLUSTER: u64 = 0x1f43_b675;
    let mut at = 0;
    while at < length {
        let Some((id, id_bytes)) = number(from, length - at, true)? else {
            return Ok(Some("its last part is incomplete"));
        };
        let Some((size, size_bytes)) = number(from, length - at - id_bytes, false)? else {
            return Ok(Some("its last part is incomplete"));
        };
        at += id_bytes + size_bytes;
        let unknown = size == (1 << (7 * size_bytes)) - 1;
        if !unknown && size > length - at {
            return Ok(Some("its last part is incomplete"));
        }
        if id == SEGMENT || id == CLUSTER {
            continue;
        }
        if unknown {
            return Ok(Some("a part of it has no length"));
        }
        at += size;
        from.seek(SeekFrom::Start(at))?;
    }
    Ok(None)
}

/// A number of 1 to 8 bytes whose leading zeros tell its length; an id keeps its length marker. `None` if cut off.
fn number(from: &mut impl Read, left: u64, id: bool) -> io::Result<Option<(u64, u64)>> {
    if left == 0 {
        return Ok(None);
    }
    let [first] = take(from)?;
    let bytes = u64::from(first.leading_zeros()) + 1;
    if bytes > 8 || bytes > left {
        return Ok(None);
    }
    let mut value = u64::from(first) & if id { 0xff } else { 0xff >> bytes };
    for _ in 1..bytes {
        let [next] = take(from)?;
        value = value << 8 | u64::from(next);
    }
    Ok(Some((value, bytes)))
}

/// The pages of Ogg: the last one must say that it is the last (RFC 3533 section 6).
fn pages(from: &mut (impl Read + Seek), length: u64) -> io::Result<Option<&'static str>> {
    const LAST: u8 = 4;
    let mut at = 0;
    let mut ended = false;
    while at < length {
        if length - at < 27 {
            break;
        }
        let head: [u8; 27] = take(from)?;
        if &head[..4] != b"OggS" {
            // Tags that some programs append; the decoder looks past junk between pages.
            break;
        }
        let mut lacing = [0u8; 255];
        let lacing = &mut lacing[..usize::from(head[26])];
        if length - at < 27 + lacing.len() as u64 {
            ended = false;
            break;
        }
        from.read_exact(lacing)?;
        let size = 27 + lacing.len() as u64 + lacing.iter().map(|n| u64::from(*n)).sum::<u64>();
        ended = head[5] & LAST != 0 && size <= length - at;
        at += size;
        from.seek(SeekFrom::Start(at))?;
    }
    Ok(if ended { None } else { Some("its end is missing") })
}

fn take<const N: usize>(from: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0u8; N];
    from.read_exact(&mut bytes)?;
    Ok(bytes)
}
