//! Samples in, RTP packets out (RFC 3550 section 5.1). Knows no network.

use std::time::Duration;

use super::super::to_i16;
use super::{Codec, RtpOptions};
use crate::audio::{Downsampler, g711};
use crate::station::desk::time_of;

const HEADER_BYTES: usize = 12;
/// Version 2, no padding, no extension, no further sources.
const FIRST_BYTE: u8 = 0x80;
const MARKER: u8 = 0x80;
/// Times are whole nanoseconds of frames: what differs by more was a gap.
const GAP_MIN: Duration = Duration::from_millis(1);
/// Blocks of the pump are 10 ms; room for some of them, so that nothing is allocated while it sounds.
const PENDING_FRAMES: usize = 9_600;

/// One stream of one source: it lives as long as the station does, through every pause.
pub struct Stream {
    codec: Codec,
    rate: u32,
    payload_type: u8,
    packet_frames: usize,
    downsampler: Downsampler,
    /// At the stream's own rate, not sent yet; those before `sent` are.
    pending: Vec<f32>,
    sent: usize,
    bytes: Vec<u8>,
    ssrc: u32,
    sequence: u16,
    /// The timestamp of position 0: random, as RFC 3550 asks for.
    first_timestamp: u32,
    /// Frames since position 0 of the next packet's first.
    position: u64,
    /// The time of position 0.
    zero: Option<Duration>,
    /// The next packet is the first of an airing, or after a gap.
    marker: bool,
    /// An airing sounds.
    live: bool,
    /// The time of the block that is written, and how many frames of it are.
    block: Duration,
    block_frames: u64,
}

impl Stream {
    pub fn new(options: &RtpOptions) -> Stream {
        let packet_frames = (options.sample_rate * options.packet_ms / 1000) as usize;
        let downsampler = Downsampler::new(options.sample_rate);
        let room = PENDING_FRAMES + downsampler.held_frames_max() + packet_frames;
        Stream {
            codec: options.codec,
            rate: options.sample_rate,
            payload_type: options.payload_type(),
            packet_frames,
            downsampler,
            pending: Vec::with_capacity(room),
            sent: 0,
            bytes: Vec::with_capacity(HEADER_BYTES + 2 * packet_frames),
            ssrc: rand::random(),
            sequence: rand::random(),
            first_timestamp: rand::random(),
            position: 0,
            zero: None,
            marker: false,
            live: false,
            block: Duration::ZERO,
            block_frames: 0,
        }
    }

    /// The time of the next sample.
    pub fn now(&self) -> Duration {
        self.block + time_of(self.block_frames)
    }

    /// The next sample sounds at `time`. When that is not where the last one ended, there was a gap.
    pub fn at(&mut self, time: Duration) {
        let gap = self.live && time.abs_diff(self.now()) > GAP_MIN;
        if gap {
            self.end();
        }
        (self.block, self.block_frames) = (time, 0);
        if gap {
            self.begin();
        }
    }

    /// The next sample is the first of an airing.
    pub fn begin(&mut self) {
        self.marker = true;
        if self.live {
            return;
        }
        self.live = true;
        let now = self.now();
        let passed = now.saturating_sub(*self.zero.get_or_insert(now));
        let position = passed.as_nanos() * u128::from(self.rate) / 1_000_000_000;
        // The last packet before a pause was filled up, and may reach a little into this airing's time.
        self.position = self.position.max(position as u64);
    }

    /// The last sample was the last of its airing: the rest goes into packets, the last filled up with silence.
    pub fn end(&mut self) {
        if !self.live {
            return;
        }
        self.live = false;
        self.downsampler.end(&mut self.pending);
        let over = (self.pending.len() - self.sent) % self.packet_frames;
        if over > 0 {
            self.pending.resize(self.pending.len() + self.packet_frames - over, 0.0);
        }
    }

    /// Takes samples at 48 kHz. What belongs to no airing is dropped.
    pub fn push(&mut self, samples: &[f32]) {
        if self.live {
            self.downsampler.push(samples, &mut self.pending);
        }
        self.block_frames += samples.len() as u64;
    }

    /// The next packet, when it is full.
    pub fn packet(&mut self) -> Option<&[u8]> {
        let end = self.sent + self.packet_frames;
        if end > self.pending.len() {
            self.pending.drain(..self.sent);
            self.sent = 0;
            return None;
        }
        let marker = if std::mem::take(&mut self.marker) { MARKER } else { 0 };
        let timestamp = self.first_timestamp.wrapping_add(self.position as u32);
        self.bytes.clear();
        self.bytes.extend([FIRST_BYTE, marker | self.payload_type]);
        self.bytes.extend(self.sequence.to_be_bytes());
        self.bytes.extend(timestamp.to_be_bytes());
        self.bytes.extend(self.ssrc.to_be_bytes());
        let samples = self.pending[self.sent..end].iter().map(|sample| to_i16(*sample));
        match self.codec {
            Codec::L16 => self.bytes.extend(samples.flat_map(i16::to_be_bytes)),
            Codec::Pcma => self.bytes.extend(samples.map(g711::a_law)),
            Codec::Pcmu => self.bytes.extend(samples.map(g711::mu_law)),
        }
        self.sequence = self.sequence.wrapping_add(1);
        self.position += self.packet_frames as u64;
        self.sent = end;
        Some(&self.bytes)
    }
}
