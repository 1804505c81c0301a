//! Makes canonical clips. The same samples give the same bytes, on the same build and kind of processor.

use ogg::writing::{PacketWriteEndInfo, PacketWriter};
use opus::{Application, Bitrate, Channels};

use super::canonical::Head;
use super::{FRAMES_MAX, RATE};

/// Bits per second of a clip: Opus speech is transparent to most listeners from about 32 kbit/s.
pub const BITRATE: i32 = 32_000;

/// How hard libopus works (0 to 10). A clip is encoded once and aired for months: the best.
pub const COMPLEXITY: i32 = 10;

/// One packet: 20 ms.
const PACKET_FRAMES: usize = 960;

/// A page a second: a reader that seeks or a listener that joins loses at most that.
const PAGE_PACKETS: usize = 50;

/// The largest packet libopus can make for one frame of sound (RFC 6716 section 3.2.1).
const PACKET_BYTES_MAX: usize = 1_275 + 7;

/// Any number will do for a file with one stream; a fixed one keeps equal sound in equal bytes ("cunx").
const SERIAL: u32 = 0x786e_7563;

/// Samples that cannot be encoded.
#[derive(Debug, thiserror::Error)]
pub enum EncodeFault {
    #[error("there is nothing to encode")]
    Empty,
    #[error("{0} frames are more than a clip may have")]
    TooLong(usize),
    #[error("libopus refused: {0}")]
    Opus(#[from] opus::Error),
}

/// The canonical clip of mono samples at 48 kHz. It decodes to exactly `pcm.len()` frames.
pub fn encode(pcm: &[f32]) -> Result<Vec<u8>, EncodeFault> {
    encode_each(pcm, COMPLEXITY, &mut |_| {})
}

/// As [`encode`], at another complexity (to measure what it costs), and telling the frames done about once a second of
/// sound.
pub fn encode_each(pcm: &[f32], complexity: i32, done: &mut dyn FnMut(u64)) -> Result<Vec<u8>, EncodeFault> {
    if pcm.is_empty() {
        return Err(EncodeFault::Empty);
    }
    if pcm.len() as u64 > FRAMES_MAX {
        return Err(EncodeFault::TooLong(pcm.len()));
    }
    let mut encoder = opus::Encoder::new(RATE, Channels::Mono, Application::Audio)?;
    encoder.set_bitrate(Bitrate::Bits(BITRATE))?;
    encoder.set_complexity(complexity)?;
    encoder.set_vbr(true)?;
    let pre_skip = encoder.get_lookahead()? as usize;

    let nominal_bytes = pcm.len() / RATE as usize * BITRATE as usize / 8;
    let mut writer = PacketWriter::new(Vec::with_capacity(nominal_bytes + nominal_bytes / 8 + 4_096));
    let memory = "writing to memory does not fail";
    let head = Head { pre_skip: pre_skip as u16 };
    writer.write_packet(head.to_bytes().to_vec(), SERIAL, PacketWriteEndInfo::EndPage, 0).expect(memory);
    writer.write_packet(tags(), SERIAL, PacketWriteEndInfo::EndPage, 0).expect(memory);

    // The decoder's first `pre_skip` frames are thrown away, so the sound ends that much later in the packets.
    let end = pcm.len() + pre_skip;
    let packets = end.div_ceil(PACKET_FRAMES);
    let mut last = [0f32; PACKET_FRAMES];
    let mut packet = [0u8; PACKET_BYTES_MAX];
    for i in 0..packets {
        let start = (i * PACKET_FRAMES).min(pcm.len());
        let block = match &pcm[start..] {
            rest if rest.len() >= PACKET_FRAMES => &rest[..PACKET_FRAMES],
            rest => {
                last.fill(0.0);
                last[..rest.len()].copy_from_slice(rest);
                &last
            }
        };
        let length = encoder.encode_float(block, &mut packet)?;
        let (info, granule) = match i + 1 {
            n if n == packets => (PacketWriteEndInfo::EndStream, end),
            n if n % PAGE_PACKETS == 0 => (PacketWriteEndInfo::EndPage, n * PACKET_FRAMES),
            n => (PacketWriteEndInfo::NormalPacket, n * PACKET_FRAMES),
        };
        writer.write_packet(packet[..length].to_vec(), SERIAL, info, granule as u64).expect(memory);
        if (i + 1) % PAGE_PACKETS == 0 {
            done(((i + 1) * PACKET_FRAMES) as u64);
        }
    }
    Ok(writer.into_inner())
}

/// The comment header of RFC 7845 section 5.2: a vendor, which does not change with versions, and no comments.
fn tags() -> Vec<u8> {
    let vendor = b"cunxiang";
    let mut tags = b"OpusTags".to_vec();
    tags.extend((vendor.len() as u32).to_le_bytes());
    tags.extend(vendor);
    tags.extend(0u32.to_le_bytes());
    tags
}
