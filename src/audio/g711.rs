//! G.711: 16-bit samples in 8 bits each, as telephones and IP loudspeakers take them.
//!
//! ITU-T G.711 (11/88), tables 1a and 2a: a sign, three bits of segment, four bits of place within it. Where a sample
//! lies exactly at a decision value, the Recommendation leaves the choice; the larger magnitude is taken.

/// Magnitude in fourteen bits.
fn magnitude(sample: i16) -> u16 {
    (sample >> 2).unsigned_abs()
}

/// A-law. Table 1a counts in thirteen bits, of which the last tells nothing; even bits are turned over on the line.
pub fn a_law(sample: i16) -> u8 {
    const MOST: u16 = 2047;
    let magnitude = (magnitude(sample) >> 2).min(MOST);
    let segment = 12 - magnitude.leading_zeros().min(12);
    let place = if segment == 0 { magnitude } else { magnitude >> (segment - 1) };
    let sign = if sample < 0 { 0 } else { 0x80 };
    (sign | (segment as u8) << 4 | (place & 0x0f) as u8) ^ 0x55
}

/// µ-law. Table 2a counts in fourteen bits; every bit is turned over on the line.
pub fn mu_law(sample: i16) -> u8 {
    /// What is added so that each segment begins at a power of two.
    const BIAS: u16 = 33;
    const MOST: u16 = 8158;
    let magnitude = magnitude(sample).min(MOST) + BIAS;
    let segment = 10 - magnitude.leading_zeros();
    let place = magnitude >> (segment + 1);
    let sign = if sample < 0 { 0x80 } else { 0 };
    !(sign | (segment as u8) << 4 | (place & 0x0f) as u8)
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::process::{Command, Stdio};

    use super::*;

    /// Every sample there is, encoded by FFmpeg.
    fn by_ffmpeg(codec: &str) -> Vec<u8> {
        let mut child = Command::new("ffmpeg")
            .args(["-v", "error", "-f", "s16le", "-ar", "8000", "-ac", "1", "-i", "pipe:0", "-c:a", codec])
            .args(["-f", codec.trim_start_matches("pcm_"), "pipe:1"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("`ffmpeg` is missing: apt-get install ffmpeg");
        let mut stdin = child.stdin.take().unwrap();
        let feed = std::thread::spawn(move || {
            let all: Vec<u8> = (i16::MIN..=i16::MAX).flat_map(i16::to_le_bytes).collect();
            stdin.write_all(&all).unwrap();
        });
        let output = child.wait_with_output().unwrap();
        feed.join().unwrap();
        output.stdout
    }

    /// Byte by byte, but where a segment ends: there ffmpeg takes the nearer of two values, and the Recommendation has a
    /// decision value that is not halfway between them.
    #[test]
    fn every_sample_is_encoded_as_ffmpeg_does() {
        for (codec, law, at_edges) in [("pcm_alaw", a_law as fn(i16) -> u8, 504), ("pcm_mulaw", mu_law, 512)] {
            let theirs = by_ffmpeg(codec);
            assert_eq!(theirs.len(), 65_536, "{codec}");
            // Without what the line turns over, codes are in the order of their values.
            let plain = |byte: u8| if codec == "pcm_alaw" { byte ^ 0x55 } else { !byte };
            let mut others = 0;
            for (sample, theirs) in (i16::MIN..=i16::MAX).zip(&theirs) {
                let (ours, theirs) = (plain(law(sample)), plain(*theirs));
                if ours != theirs {
                    others += 1;
                    // The first place of a segment, and the last of the one before.
                    assert_eq!((ours, ours & 0x0f), (theirs + 1, 0), "{codec} {sample}");
                }
            }
            assert_eq!(others, at_edges, "{codec}");
        }
    }

    #[test]
    fn silence_and_the_loudest_are_as_the_tables_have_them() {
        assert_eq!([a_law(0), a_law(i16::MAX), a_law(i16::MIN)], [0xd5, 0xaa, 0x2a]);
        assert_eq!([mu_law(0), mu_law(i16::MAX), mu_law(i16::MIN)], [0xff, 0x80, 0x00]);
    }
}
