//! The floor of playing a clip: its packets through libopus, with no container and no exact end.

use std::hint::black_box;
use std::path::Path;

use cunxiang::audio::RATE;

/// Decodes packets that [`packets`] took out of a clip.
pub fn decode(packets: &Path) {
    let bytes = std::fs::read(packets).expect("the packets are there");
    let mut decoder = opus::Decoder::new(RATE, opus::Channels::Mono).expect("libopus decodes mono");
    let mut block = [0f32; 5_760];
    let mut rest = &bytes[..];
    while let [low, high, tail @ ..] = rest {
        let (packet, after) = tail.split_at(usize::from(u16::from_le_bytes([*low, *high])));
        decoder.decode_float(packet, &mut block, false).expect("the packet is whole");
        black_box(&block);
        rest = after;
    }
}

/// The packets of a clip, each after its length.
pub fn packets(clip: &[u8]) -> Vec<u8> {
    let mut reader = ogg::PacketReader::new(std::io::Cursor::new(clip));
    let mut out = Vec::new();
    let mut index = 0;
    while let Some(packet) = reader.read_packet().expect("the clip is whole") {
        if index >= 2 {
            out.extend((packet.data.len() as u16).to_le_bytes());
            out.extend(packet.data);
        }
        index += 1;
    }
    out
}
