//! One loudspeaker as the driver handles it: its desk, the voices on their way, its switch, how it is.

use super::*;

/// One loudspeaker as the driver handles it.
pub(super) struct Outlet {
    pub options: Loudspeaker,
    pub desk: Option<Handle>,
    /// Decoded heads of voices that are not armed.
    pub loaded: HashMap<u64, Consumer<f32>>,
    /// The programme of each voice: its length, its name.
    pub voices: HashMap<u64, (u64, AiringId)>,
    pub switch: Option<Switch>,
    pub state: DeviceState,
    pub starved_frames: u64,
    pub refusal: Option<Refusal>,
}

impl Outlet {
    pub fn new(options: Loudspeaker) -> Outlet {
        Outlet {
            options,
            desk: None,
            loaded: HashMap::new(),
            voices: HashMap::new(),
            switch: None,
            state: DeviceState::Closed,
            starved_frames: 0,
            refusal: None,
        }
    }

    pub fn close(&mut self) {
        self.desk = None;
        self.state = DeviceState::Closed;
    }

    pub fn heard(&mut self, speaker: SpeakerIndex, events: &mut Vec<Event>, now: Timestamp, monotonic: Duration) {
        let wall = |at: Duration| now + TimeDelta::nanoseconds(at.as_nanos() as i64 - monotonic.as_nanos() as i64);
        while let Some(event) = self.desk.as_mut().and_then(|desk| desk.events.pop().ok()) {
            events.push(match event {
                desk::Event::Started { voice, at, .. } => Event::Started { speaker, voice, at: wall(at) },
                desk::Event::Done { voice, at, .. } => {
                    self.voices.remove(&voice.id);
                    self.starved_frames += voice.starved_frames;
                    Event::Ended {
                        speaker,
                        voice: voice.id,
                        frames: voice.left,
                        elapsed: voice.started.map_or(Duration::ZERO, |started| at.saturating_sub(started)),
                        starved_frames: voice.starved_frames,
                    }
                }
            });
        }
        if let Some(detail) = self.switch.as_mut().and_then(|switch| switch.look(monotonic)) {
            self.switch = None;
            events.push(Event::Powered { speaker, detail });
        }
    }

    pub fn status(&self) -> Status {
        let sounding = self.desk.as_ref().map_or(0, |desk| desk.progress.starved_frames.load(Ordering::Relaxed));
        Status {
            station: self.options.station.clone(),
            sink: self.options.sink.name(),
            device: self.state.clone(),
            sounding: None,
            next: None,
            held: Edge::default(),
            starved_frames: self.starved_frames.max(sounding),
            refusal: self.refusal.as_ref().map(Refusal::to_string),
        }
    }
}
