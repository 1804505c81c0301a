//! One loudspeaker as the driver handles it: its desk, the voices on their way, its switch, how it is.

use super::*;

/// One loudspeaker as the driver handles it.
pub(super) struct Outlet {
    pub options: Loudspeaker,
    pub desk: Option<Handle>,
    /// Voices that are prepared and not armed.
    pub loaded: HashMap<VoiceId, Loaded>,
    pub switch: Option<Switch>,
    pub state: DeviceState,
    pub starved_frames: u64,
    pub refusal: Option<Refusal>,
}

/// A voice that is prepared: its decoded head, the length of its programme, its name.
pub(super) struct Loaded {
    pub head: Consumer<f32>,
    pub frames: u64,
    pub airing: AiringId,
}

impl Outlet {
    pub fn new(options: Loudspeaker) -> Outlet {
        Outlet {
            options,
            desk: None,
            loaded: HashMap::new(),
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

    /// What the desk has to say; `scales` is one moment of wall and monotonic time.
    pub fn heard(&mut self, speaker: SpeakerIndex, events: &mut Vec<Event>, scales: (Timestamp, Duration)) {
        while let Some(event) = self.desk.as_mut().and_then(|desk| desk.events.pop().ok()) {
            events.push(match event {
                desk::Event::Started { voice, at, .. } => Event::Started { speaker, voice, at: wall_of(scales, at) },
                desk::Event::Done { voice, at, .. } => {
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
    }

    /// Whether the amplifier's switch is done.
    pub fn switched(&mut self, speaker: SpeakerIndex, events: &mut Vec<Event>, monotonic: Duration) {
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
            muted: None,
            volume_max: 100,
        }
    }
}
