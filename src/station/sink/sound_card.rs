//! A sound card, or whatever ALSA reaches under a device's name.
//!
//! The card paces itself: its callback fills the desk and says, from the driver's own timestamps, when each block will be
//! heard. The device is chosen by name and there is never a fallback. One thread a card opens it, watches its frame
//! clock and closes it. A dead device makes cpal's error callback spin, so the callback tells once, and a stream whose
//! clock stands still after that is dropped soon.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, sync_channel};
use std::time::Duration;

use rodio::cpal::traits::{DeviceTrait, HostTrait, StreamTrait};
use rodio::cpal::{
    self, BufferSize, Device, ErrorKind, FromSample, OutputCallbackInfo, SampleFormat, SizedSample, Stream,
    StreamConfig, SupportedBufferSize, SupportedStreamConfigRange,
};

use super::SinkFault;
use crate::base::Clock;
use crate::base::clock::{Bell, go_first};
use crate::rundown::programme::FRAMES_PER_SECOND;
use crate::station::desk::{Desk, Progress};
use crate::station::player::SpeakerIndex;
use crate::station::pump::News;

/// Small enough that an unplanned emergency starts within a few hundredths of a second, large enough for a weak box.
const PERIOD_FRAMES: u32 = 512;
/// The library holds two periods. A machine that let them run dry gets longer ones at the next opening: 85 ms, then
/// 171 ms, which outlasts a core that is taken away for 95 ms of each 100. Starts are placed ahead and stay exact.
const PERIODS_LONGER: u32 = 4;
const PERIOD_FRAMES_MAX: u32 = 4096;
/// A clock of frames that stands this long belongs to a dead device.
const STILL_MAX: Duration = Duration::from_secs(2);
/// How long the frame clock may take to begin to move after opening; a sound server needs up to 1.4 s.
const BEGIN_MAX: Duration = Duration::from_secs(3);
/// An error after which the clock does not move for so long was no passing one. PulseAudio's plugin of ALSA answers a
/// question about the delay with EIO whenever the server has told it no time yet (`pulse_delay` of alsa-plugins'
/// pcm_pulse.c), and plays on.
const FAILING_MAX: Duration = Duration::from_millis(300);
/// How often an open card is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// The most channels a voice is copied to.
const CHANNELS_MAX: u16 = 8;

pub(in crate::station) enum Request {
    Open(Desk, Arc<Progress>),
    Close,
}

/// The supervisor of one card.
pub(in crate::station) struct Card {
    pub device: String,
    pub speaker: SpeakerIndex,
    pub clock: Arc<dyn Clock>,
    pub requests: Receiver<Request>,
    pub news: Sender<News>,
    pub bell: Arc<Bell>,
}

/// How an open card came to its end.
enum End {
    Closed,
    Lost(String),
    Over,
}

impl Card {
    /// Serves requests until nobody is left to make them.
    pub fn run(self) {
        let mut period = PERIOD_FRAMES;
        while let Ok(request) = self.requests.recv() {
            let Request::Open(desk, progress) = request else { continue };
            let dry = Arc::new(AtomicU32::new(0));
            match self.open(desk, &progress, period, dry.clone()) {
                Ok((stream, faults)) => match self.watch(&progress, &faults, stream) {
                    End::Closed => {}
                    End::Lost(detail) => self.tell(News::Lost(self.speaker, detail)),
                    End::Over => return,
                },
                Err(fault) => self.tell(News::OpenFailed(self.speaker, fault.0)),
            }
            let times = dry.load(Ordering::Relaxed);
            if times > 0 {
                period = longer(period);
                let device = &self.device;
                tracing::warn!(
                    "the sound device `{device}` ran dry {times} times; it is opened with a longer buffer next"
                );
            }
        }
    }

    fn tell(&self, news: News) {
        let _ = self.news.send(news);
        self.bell.ring();
    }

    /// Opens the device and waits until its frame clock moves.
    fn open(
        &self,
        desk: Desk,
        progress: &Progress,
        period: u32,
        dry: Arc<AtomicU32>,
    ) -> Result<(Stream, Receiver<Said>), SinkFault> {
        let fault = |what: &dyn std::fmt::Display| {
            SinkFault(format!(
                "the sound device `{}` cannot be used: {what}; see that it is plugged in, and run `cunxiang doctor`",
                self.device
            ))
        };
        let device = find(&self.device).map_err(|e| fault(&e))?;
        let (config, format) = choose(&device, period).map_err(|e| fault(&e))?;
        let (errors, faults) = sync_channel(1);
        let faulty = First::new(errors, dry);
        let stream = self.stream(&device, config, format, desk, faulty).map_err(|e| fault(&e))?;
        stream.play().map_err(|e| fault(&e))?;
        let deadline = self.clock.monotonic() + BEGIN_MAX;
        let mut failing = Failing::default();
        while progress.frames.load(Ordering::Acquire) == 0 {
            let heard = match faults.recv_timeout(LOOK_EVERY / 5) {
                Ok(said) => Some(said),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return Err(fault(&"its stream ended")),
            };
            let now = self.clock.monotonic();
            if let Some(said) = failing.look(heard, 0, now) {
                return Err(fault(&said));
            }
            if now > deadline {
                return Err(fault(&"it takes no sound"));
            }
        }
        self.tell(News::Opened(self.speaker));
        Ok((stream, faults))
    }

    fn watch(&self, progress: &Progress, faults: &Receiver<Said>, stream: Stream) -> End {
        let (mut frames, mut moved) = (0, self.clock.monotonic());
        let mut failing = Failing::default();
        let end = loop {
            match self.requests.recv_timeout(LOOK_EVERY) {
                Ok(Request::Close) => break End::Closed,
                // The driver closes before it opens again.
                Ok(Request::Open(..)) | Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break End::Over,
            }
            let (now, seen) = (self.clock.monotonic(), progress.frames.load(Ordering::Acquire));
            if let Some(said) = failing.look(faults.try_recv().ok(), seen, now) {
                break End::Lost(format!("the sound device `{}` failed: {said}", self.device));
            }
            if seen != frames {
                (frames, moved) = (seen, now);
            } else if now.saturating_sub(moved) > STILL_MAX {
                break End::Lost(format!("the sound device `{}` takes no more sound", self.device));
            }
        };
        drop(stream);
        end
    }

    fn stream(
        &self,
        device: &Device,
        config: StreamConfig,
        format: SampleFormat,
        desk: Desk,
        errors: First,
    ) -> Result<Stream, cpal::Error> {
        match format {
            SampleFormat::F32 => self.stream_of::<f32>(device, config, desk, errors),
            SampleFormat::I32 => self.stream_of::<i32>(device, config, desk, errors),
            SampleFormat::U16 => self.stream_of::<u16>(device, config, desk, errors),
            SampleFormat::U8 => self.stream_of::<u8>(device, config, desk, errors),
            _ => self.stream_of::<i16>(device, config, desk, errors),
        }
    }

    fn stream_of<T: SizedSample + FromSample<f32>>(
        &self,
        device: &Device,
        config: StreamConfig,
        mut desk: Desk,
        errors: First,
    ) -> Result<Stream, cpal::Error> {
        let mut hurried = false;
        let channels = usize::from(config.channels);
        let (clock, bell) = (self.clock.clone(), self.bell.clone());
        let mut block = [0f32; PERIOD_FRAMES as usize];
        let fill = move |out: &mut [T], info: &OutputCallbackInfo| {
            // The thread is the library's own: it is met here first.
            if !std::mem::replace(&mut hurried, true) {
                go_first();
            }
            let stamp = info.timestamp();
            let mut at = clock.monotonic() + stamp.playback.duration_since(stamp.callback);
            // A device may ask for more than one period at a time.
            for out in out.chunks_mut(block.len() * channels) {
                let block = &mut block[..out.len() / channels];
                desk.listen();
                let marks = desk.fill(block, at);
                for (frame, sample) in out.chunks_mut(channels).zip(block.iter()) {
                    frame.fill(T::from_sample(*sample));
                }
                at += crate::station::desk::time_of(block.len() as u64);
                if marks.iter().any(Option::is_some) {
                    // One write to an eventfd: it neither waits nor allocates.
                    bell.ring();
                }
            }
        };
        let failed = move |error: cpal::Error| {
            if error.kind() == ErrorKind::Xrun {
                errors.dry.fetch_add(1, Ordering::Relaxed);
            } else if error.kind() != ErrorKind::RealtimeDenied {
                errors.tell(ends(error.kind()), &error);
            }
        };
        device.build_output_stream::<T, _, _>(config, fill, failed, None)
    }
}

/// Whether an error is the end of a stream whatever comes after it. One that ran dry is filled again by the library; what
/// was not heard in time shows in the length of the airing.
fn ends(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::DeviceNotAvailable | ErrorKind::StreamInvalidated | ErrorKind::DeviceChanged)
}

/// What a device said is wrong.
struct Said {
    text: String,
    ends: bool,
    /// The callback may tell the next.
    heard: Arc<AtomicBool>,
}

impl Drop for Said {
    fn drop(&mut self) {
        self.heard.store(true, Ordering::Release);
    }
}

/// An error that may pass, and since when the frame clock stands.
#[derive(Default)]
struct Failing(Option<(Said, u64, Duration)>);

impl Failing {
    /// Takes what was said since the last look, with the frame clock as it stands at `now`. What ended the stream, if
    /// something did.
    fn look(&mut self, said: Option<Said>, frames: u64, now: Duration) -> Option<String> {
        if self.0.as_ref().is_some_and(|(_, then, _)| *then != frames) {
            self.0 = None;
        }
        if let (None, Some(said)) = (&self.0, said) {
            self.0 = Some((said, frames, now));
        }
        let (said, _, since) = self.0.as_ref()?;
        (said.ends || now.saturating_sub(*since) > FAILING_MAX).then(|| said.text.clone())
    }
}

/// Tells an error and makes no text of those that follow before it was heard: a dead device calls back 100,000 times a
/// second.
struct First {
    heard: Arc<AtomicBool>,
    errors: SyncSender<Said>,
    /// How often the device had nothing to play.
    dry: Arc<AtomicU32>,
}

impl First {
    fn new(errors: SyncSender<Said>, dry: Arc<AtomicU32>) -> First {
        First { heard: Arc::new(AtomicBool::new(true)), errors, dry }
    }

    fn tell(&self, ends: bool, error: &dyn std::fmt::Display) {
        if self.heard.swap(false, Ordering::AcqRel) {
            let _ = self.errors.try_send(Said { text: error.to_string(), ends, heard: self.heard.clone() });
        }
    }
}

/// The period after one that was too short.
fn longer(period: u32) -> u32 {
    (period * PERIODS_LONGER).min(PERIOD_FRAMES_MAX)
}

/// ALSA's library writes a dozen lines on standard error for each device that is not there; what matters of them comes
/// back as an error. The handler is the thread's own: it is set wherever devices are looked for.
fn hush() {
    // Without memory for it the lines are written as before.
    let _ = alsa::Output::local_error_handler();
}

fn find(name: &str) -> Result<Device, String> {
    hush();
    let host = cpal::default_host();
    if name == "default" {
        return host.default_output_device().ok_or_else(|| "no default device is configured".to_owned());
    }
    let mut devices = host.output_devices().map_err(|e| e.to_string())?;
    devices
        .find(|device| names(device).iter().any(|n| n == name))
        .ok_or_else(|| "there is none of that name".to_owned())
}

fn names(device: &Device) -> Vec<String> {
    let id = device.id().ok().map(|id| id.id().to_owned());
    let description = device.description().ok().map(|d| d.name().to_owned());
    id.into_iter().chain(description).collect()
}

/// The names under which sound devices can be chosen. That one is listed is no proof that it works.
pub fn devices() -> Vec<String> {
    hush();
    let listed = cpal::default_host()
        .output_devices()
        .map(|devices| devices.filter_map(|d| names(&d).into_iter().next()).collect());
    listed.unwrap_or_default()
}

/// Opens a device with silence and lets it go again: the only proof that it can be used.
///
/// Errors: there is no such device, or it does not open; with what it said.
pub fn probe(name: &str) -> Result<(), SinkFault> {
    let told = |why: String| {
        SinkFault(format!("the sound device `{name}` cannot be used: {why}; `cunxiang doctor` lists the devices"))
    };
    let device = find(name).map_err(told)?;
    let (config, _) = choose(&device, PERIOD_FRAMES).map_err(told)?;
    let silence = |samples: &mut [f32], _: &cpal::OutputCallbackInfo| samples.fill(0.0);
    device
        .build_output_stream::<f32, _, _>(config, silence, |_| {}, None)
        .map(drop)
        .map_err(|error| told(error.to_string()))
}

/// 48 kHz in the fewest channels and the plainest format that the device takes.
fn choose(device: &Device, period: u32) -> Result<(StreamConfig, SampleFormat), String> {
    let formats = [SampleFormat::I16, SampleFormat::F32, SampleFormat::I32, SampleFormat::U16, SampleFormat::U8];
    let rank = |range: &SupportedStreamConfigRange| {
        let format = formats.iter().position(|f| *f == range.sample_format())?;
        let rate = (range.min_sample_rate()..=range.max_sample_rate()).contains(&FRAMES_PER_SECOND);
        let channels = range.channels();
        // Stereo first: many cards that offer one channel play it on the left only.
        (rate && channels <= CHANNELS_MAX).then_some(((channels as i32 - 2).abs(), format))
    };
    let ranges = device.supported_output_configs().map_err(|e| e.to_string())?;
    let best = ranges.filter_map(|range| Some((rank(&range)?, range))).min_by_key(|(rank, _)| *rank);
    let (_, range) = best.ok_or_else(|| "it cannot play 48 kHz".to_owned())?;
    let buffer_size = match *range.buffer_size() {
        SupportedBufferSize::Range { min, max } => BufferSize::Fixed(period.clamp(min, max.max(min))),
        SupportedBufferSize::Unknown => BufferSize::Fixed(period),
    };
    let config = StreamConfig { channels: range.channels(), sample_rate: FRAMES_PER_SECOND, buffer_size };
    Ok((config, range.sample_format()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_busy_machine_is_no_lost_device() {
        for (kind, over) in [
            (ErrorKind::Xrun, false),
            (ErrorKind::RealtimeDenied, false),
            (ErrorKind::DeviceNotAvailable, true),
            (ErrorKind::StreamInvalidated, true),
            // Never a fallback: another device is a lost one.
            (ErrorKind::DeviceChanged, true),
            (ErrorKind::BackendError, false),
        ] {
            assert_eq!(ends(kind), over, "{kind:?}");
        }
    }

    #[test]
    fn a_buffer_that_ran_dry_grows_to_a_bound() {
        let periods: Vec<u32> = std::iter::successors(Some(PERIOD_FRAMES), |p| Some(longer(*p))).take(4).collect();
        assert_eq!(periods, [512, 2048, 4096, 4096]);
    }

    fn said(text: &str, ends: bool) -> Option<Said> {
        Some(Said { text: text.into(), ends, heard: Arc::default() })
    }

    #[test]
    fn an_error_passes_where_sound_goes_on() {
        let at = Duration::from_millis;
        let mut failing = Failing::default();
        assert_eq!(failing.look(said("EIO", false), 100, at(0)), None);
        assert_eq!(failing.look(None, 600, at(200)), None, "it plays on");
        assert_eq!(failing.look(said("EIO again", false), 900, at(1000)), None);
        assert_eq!(failing.look(None, 900, at(1200)), None);
        assert_eq!(failing.look(None, 900, at(1301)).as_deref(), Some("EIO again"));
        assert_eq!(Failing::default().look(said("gone", true), 5, at(0)).as_deref(), Some("gone"));
    }

    #[test]
    fn of_many_errors_one_becomes_text_until_it_is_heard() {
        struct Counted(std::cell::Cell<u32>);
        impl std::fmt::Display for Counted {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.set(self.0.get() + 1);
                f.write_str("unplugged")
            }
        }
        let (errors, faults) = sync_channel(1);
        let (first, error) = (First::new(errors, Arc::default()), Counted(std::cell::Cell::new(0)));
        (0..1000).for_each(|_| first.tell(true, &error));
        let told: Vec<String> = faults.try_iter().map(|said| said.text.clone()).collect();
        assert_eq!((error.0.get(), told), (1, vec!["unplugged".to_owned()]));
        first.tell(false, &error);
        assert_eq!(faults.try_iter().count(), 1, "the next is told");
    }
}
