//! Decodes the files that people bring. Runs in the child only: decoders have been crashed by files of 38 bytes.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};

use symphonia::core::audio::SampleBuffer;
use symphonia::core::codecs::{CODEC_TYPE_NULL, CODEC_TYPE_OPUS, CodecParameters, DecoderOptions};
use symphonia::core::errors::Error;
use symphonia::core::formats::{FormatOptions, FormatReader, Packet};
use symphonia::core::io::{MediaSource, MediaSourceStream};
use symphonia::core::meta::{Limit, MetadataOptions};
use symphonia::core::probe::Hint;

use super::complete::{self, Kind, MAGIC_BYTES};
use super::fault::ImportFault;
use super::opus_stream::{self, OpusStream};
use super::wire::{Sender, Verdict};
use super::{RATE, pcm};

/// Of the packets, this share may be undecodable (a bad spot on a card); with more the recording is not what was said.
const BAD_PACKETS_MAX: f64 = 0.02;

/// A wav made in a pipe has no true length: its writer puts about the largest number here.
const WAV_LENGTH_UNKNOWN: u64 = 0x7fff_0000;

/// Decodes `source` to its end. Faults of the file are the verdict; errors are those of `to`.
pub fn decode(mut source: File, to: &mut Sender<impl Write>) -> io::Result<Verdict> {
    let mut magic = Vec::new();
    if Read::by_ref(&mut source).take(MAGIC_BYTES).read_to_end(&mut magic).is_err() {
        return Ok(Verdict::Damaged("it cannot be read".into()));
    }
    let kind = match complete::sniff(&magic) {
        Ok(kind) => kind,
        Err(ImportFault::Format(name)) => return Ok(Verdict::Codec(name.into())),
        Err(_) => return Ok(Verdict::NotAudio),
    };
    match complete::broken_off(kind, &mut BufReader::new(&source)) {
        Ok(None) => {}
        Ok(Some(what)) => return Ok(Verdict::Truncated(what.into())),
        Err(e) => return Ok(Verdict::Damaged(e.to_string())),
    }
    source.rewind()?;
    if kind == Kind::Ogg {
        if let Some(verdict) = opus_stream::decode_ogg(BufReader::new(&source), to)? {
            return Ok(verdict);
        }
        source.rewind()?;
    }
    let tail = source.try_clone()?;
    let mut format = match open(source, kind) {
        Ok(format) => format,
        Err(Error::Unsupported(what)) => return Ok(Verdict::Codec(what.into())),
        Err(_) => return Ok(Verdict::NotAudio),
    };
    Run { kind, track: 0, good: 0, bad: 0, frames: 0, last: Box::default() }.all(&mut *format, tail, to)
}

/// Every packet but a few must have decoded.
pub fn judge(good: u32, bad: u32) -> Verdict {
    match (good, bad) {
        (0, 0) => Verdict::NotAudio,
        (good, bad) if f64::from(bad) > f64::from(good + bad) * BAD_PACKETS_MAX => {
            Verdict::Damaged(format!("{bad} of {} parts do not decode", good + bad))
        }
        _ => Verdict::Whole,
    }
}

/// A source that does not seek: readers then do not guess a length from the file's size.
struct Forward(File);

impl Read for Forward {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.0.read(into)
    }
}

impl Seek for Forward {
    fn seek(&mut self, _: SeekFrom) -> io::Result<u64> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

impl MediaSource for Forward {
    fn is_seekable(&self) -> bool {
        false
    }

    fn byte_len(&self) -> Option<u64> {
        None
    }
}

fn open(source: File, kind: Kind) -> Result<Box<dyn FormatReader>, Error> {
    let extension = match kind {
        Kind::Wav => "wav",
        Kind::Flac => "flac",
        Kind::Ogg => "ogg",
        Kind::Mp3 => "mp3",
        Kind::Adts => "aac",
        Kind::Mp4 => "m4a",
        Kind::Mkv => "webm",
    };
    // An mp4 often has its description at its end and must be sought in.
    let source: Box<dyn MediaSource> = match kind {
        Kind::Mp4 | Kind::Mkv => Box::new(source),
        _ => Box::new(Forward(source)),
    };
    let stream = MediaSourceStream::new(source, Default::default());
    let limits =
        MetadataOptions { limit_metadata_bytes: Limit::Maximum(1 << 20), limit_visual_bytes: Limit::Maximum(1 << 20) };
    let options = FormatOptions { enable_gapless: true, ..Default::default() };
    let probe = symphonia::default::get_probe();
    Ok(probe.format(Hint::new().with_extension(extension), stream, &options, &limits)?.format)
}

/// The work on one file.
struct Run {
    kind: Kind,
    track: u32,
    good: u32,
    bad: u32,
    frames: u64,
    /// The last packet, to find where in the file it ended.
    last: Box<[u8]>,
}

impl Run {
    fn all(mut self, format: &mut dyn FormatReader, tail: File, to: &mut Sender<impl Write>) -> io::Result<Verdict> {
        let codecs = symphonia::default::get_codecs();
        let playable = |p: &CodecParameters| p.codec == CODEC_TYPE_OPUS || codecs.get_codec(p.codec).is_some();
        let Some(track) = format.tracks().iter().find(|t| playable(&t.codec_params)) else {
            let known = format.tracks().iter().any(|t| t.codec_params.codec != CODEC_TYPE_NULL);
            let what = if known { "its codec is not one of those taken" } else { "its codec is not known" };
            return Ok(Verdict::Codec(what.into()));
        };
        self.track = track.id;
        let params = track.codec_params.clone();
        let claim = claimed_ms(&params).filter(|_| self.kind != Kind::Adts);
        let ended = if params.codec == CODEC_TYPE_OPUS {
            self.opus(format, &params, claim, to)?
        } else {
            self.symphonia(format, &params, claim, to)?
        };
        if let Err(verdict) = ended {
            return Ok(verdict);
        }
        if self.kind == Kind::Flac && params.n_frames.is_some_and(|n| n > self.frames) {
            return Ok(Verdict::Truncated("its end is missing".into()));
        }
        if matches!(self.kind, Kind::Mp3 | Kind::Adts) && part_of_a_frame_follows(tail, &self.last)? {
            return Ok(Verdict::Truncated("its last part is incomplete".into()));
        }
        Ok(judge(self.good, self.bad))
    }

    /// The next packet of the track; `Ok(None)` at the end.
    fn packet(&mut self, format: &mut dyn FormatReader) -> Result<Option<Packet>, Verdict> {
        loop {
            match format.next_packet() {
                Ok(packet) if packet.track_id() == self.track => return Ok(Some(packet)),
                Ok(_) => {}
                Err(Error::IoError(e)) if e.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
                Err(Error::ResetRequired) => return Err(Verdict::Damaged("it holds several recordings".into())),
                Err(e) => return Err(Verdict::Damaged(e.to_string())),
            }
        }
    }

    fn opus(
        &mut self,
        format: &mut dyn FormatReader,
        params: &CodecParameters,
        claim: Option<u64>,
        to: &mut Sender<impl Write>,
    ) -> io::Result<Result<(), Verdict>> {
        let Some(mut stream) = params.extra_data.as_deref().and_then(OpusStream::new) else {
            return Ok(Err(Verdict::Codec("Opus with an unusual channel layout".into())));
        };
        to.header(RATE, stream.channels, claim)?;
        loop {
            match self.packet(format) {
                Err(verdict) => return Ok(Err(verdict)),
                Ok(None) => return Ok(Ok(())),
                Ok(Some(packet)) => match stream.decode(packet.buf()) {
                    Ok(sound) => {
                        to.samples(sound)?;
                        self.good += 1;
                    }
                    Err(_) => self.bad += 1,
                },
            }
        }
    }

    fn symphonia(
        &mut self,
        format: &mut dyn FormatReader,
        params: &CodecParameters,
        claim: Option<u64>,
        to: &mut Sender<impl Write>,
    ) -> io::Result<Result<(), Verdict>> {
        let mut decoder = match symphonia::default::get_codecs().make(params, &DecoderOptions::default()) {
            Ok(decoder) => decoder,
            Err(e) => return Ok(Err(Verdict::Codec(e.to_string()))),
        };
        let mut layout = None;
        let mut block: Option<SampleBuffer<f32>> = None;
        loop {
            let packet = match self.packet(format) {
                Ok(Some(packet)) => packet,
                Ok(None) => return Ok(Ok(())),
                Err(verdict) => return Ok(Err(verdict)),
            };
            let sound = match decoder.decode(&packet) {
                Ok(sound) => sound,
                Err(Error::DecodeError(_) | Error::IoError(_)) => {
                    self.bad += 1;
                    continue;
                }
                Err(e) => return Ok(Err(Verdict::Damaged(e.to_string()))),
            };
            self.good += 1;
            let spec = *sound.spec();
            let channels = spec.channels.count() as u32;
            if *layout.get_or_insert((spec.rate, channels)) != (spec.rate, channels) {
                return Ok(Err(Verdict::Damaged("its sample rate or channels change".into())));
            }
            if self.good == 1 {
                if !(pcm::RATE_MIN..=pcm::RATE_MAX).contains(&spec.rate) {
                    return Ok(Err(Verdict::Rate(spec.rate)));
                }
                to.header(spec.rate, channels, claim)?;
            }
            let capacity = sound.capacity() as u64;
            let block = match &mut block {
                Some(block) if block.capacity() as u64 >= capacity * u64::from(channels) => block,
                none => none.insert(SampleBuffer::new(capacity, spec)),
            };
            self.frames += sound.frames() as u64;
            block.copy_interleaved_ref(sound);
            to.samples(block.samples())?;
            self.last = packet.data;
        }
    }
}

/// The length the header claims. Zero means that its writer did not know.
fn claimed_ms(params: &CodecParameters) -> Option<u64> {
    let frames = params.n_frames.filter(|n| *n > 0 && *n < WAV_LENGTH_UNKNOWN)?;
    let base = params.time_base.or_else(|| Some(symphonia::core::units::TimeBase::new(1, params.sample_rate?)))?;
    let time = base.calc_time(frames);
    Some(time.seconds.saturating_mul(1000).saturating_add((time.frac * 1000.0) as u64))
}

/// True if after the last whole packet comes the beginning of another one: the reader takes it for the end. Tags may
/// follow in a whole file, and do not look like a packet.
fn part_of_a_frame_follows(mut file: File, last: &[u8]) -> io::Result<bool> {
    const TAIL_BYTES: u64 = 16_384;
    let length = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL_BYTES)))?;
    let mut tail = Vec::new();
    file.take(TAIL_BYTES).read_to_end(&mut tail)?;
    if last.is_empty() || last.len() > tail.len() {
        return Ok(false);
    }
    let Some(start) = (0..=tail.len() - last.len()).rev().find(|i| tail[*i..].starts_with(last)) else {
        return Ok(false);
    };
    let rest = &tail[start + last.len()..];
    Ok(rest.first() == Some(&0xff) && rest.get(1).is_none_or(|second| second & 0xe0 == 0xe0))
}
