//! Opus as foreign files hold it: any channel count, in Ogg or in Matroska. Symphonia has no Opus decoder.

use std::io::{Read, Seek, Write};

use opus::Channels;

use super::RATE;
use super::canonical::PACKET_FRAMES_MAX;
use super::wire::{Sender, Verdict};

/// A decoder made from an identification header (RFC 7845 section 5.1).
pub struct OpusStream {
    decoder: Decoder,
    pub channels: u32,
    gain: f32,
    skip: usize,
    block: Vec<f32>,
}

enum Decoder {
    One(opus::Decoder),
    Many(opus::MSDecoder),
}

impl OpusStream {
    /// `None` if the header is none or asks for what is not known here.
    pub fn new(head: &[u8]) -> Option<OpusStream> {
        if head.len() < 19 || !head.starts_with(b"OpusHead") || head[8] >> 4 != 0 {
            return None;
        }
        let channels = head[9];
        let decoder = match (head[18], channels) {
            (0, 1) => Decoder::One(opus::Decoder::new(RATE, Channels::Mono).ok()?),
            (0, 2) => Decoder::One(opus::Decoder::new(RATE, Channels::Stereo).ok()?),
            (1, 1..=8) => {
                let mapping = head.get(21..21 + usize::from(channels))?;
                Decoder::Many(opus::MSDecoder::new(RATE, head[19], head[20], mapping).ok()?)
            }
            _ => return None,
        };
        let gain_db = f32::from(i16::from_le_bytes([head[16], head[17]])) / 256.0;
        Some(OpusStream {
            decoder,
            channels: channels.into(),
            gain: 10f32.powf(gain_db / 20.0),
            skip: u16::from_le_bytes([head[10], head[11]]).into(),
            block: vec![0.0; PACKET_FRAMES_MAX * usize::from(channels)],
        })
    }

    pub fn pre_skip(&self) -> u64 {
        self.skip as u64
    }

    /// The interleaved samples of a packet, the pre-skip taken off.
    pub fn decode(&mut self, packet: &[u8]) -> opus::Result<&[f32]> {
        let frames = match &mut self.decoder {
            Decoder::One(decoder) => decoder.decode_float(packet, &mut self.block, false)?,
            Decoder::Many(decoder) => decoder.decode_float(packet, &mut self.block, false)?,
        };
        let skipped = self.skip.min(frames);
        self.skip -= skipped;
        let channels = self.channels as usize;
        let sound = &mut self.block[skipped * channels..frames * channels];
        if self.gain != 1.0 {
            sound.iter_mut().for_each(|s| *s *= self.gain);
        }
        Ok(sound)
    }
}

/// Decodes an Ogg Opus file that [`super::complete`] found whole. `None` if the file is Ogg but not Opus.
pub fn decode_ogg(from: impl Read + Seek, to: &mut Sender<impl Write>) -> std::io::Result<Option<Verdict>> {
    let mut packets = ogg::PacketReader::new(from);
    let Ok(Some(first)) = packets.read_packet() else {
        return Ok(None);
    };
    if !first.data.starts_with(b"OpusHead") {
        return Ok(None);
    }
    let serial = first.stream_serial();
    let Some(mut stream) = OpusStream::new(&first.data) else {
        return Ok(Some(Verdict::Codec("Opus with an unusual channel layout".into())));
    };
    to.header(RATE, stream.channels, None)?;
    let pre_skip = stream.pre_skip();
    let channels = stream.channels as usize;
    let (mut sent, mut bad, mut good) = (0u64, 0u32, 0u32);
    let mut tags = true;
    loop {
        let packet = match packets.read_packet() {
            Ok(Some(packet)) => packet,
            Ok(None) => return Ok(Some(Verdict::Truncated("its end is missing".into()))),
            Err(e) => return Ok(Some(Verdict::Damaged(e.to_string()))),
        };
        if packet.stream_serial() != serial || std::mem::take(&mut tags) {
            continue;
        }
        match stream.decode(&packet.data) {
            Ok(sound) => {
                good += 1;
                // The last page's position cuts the padding of the last packet (RFC 7845 section 4.4).
                let mut frames = (sound.len() / channels) as u64;
                if packet.last_in_stream() {
                    frames = frames.min(packet.absgp_page().saturating_sub(pre_skip).saturating_sub(sent));
                }
                sent += frames;
                to.samples(&sound[..frames as usize * channels])?;
            }
            Err(_) => bad += 1,
        }
        if packet.last_in_stream() {
            return Ok(Some(super::foreign::judge(good, bad)));
        }
    }
}
