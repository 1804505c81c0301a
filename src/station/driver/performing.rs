//! Does what the player decided.

use super::*;
use crate::station::player::TONE;
use crate::station::tone::tone;

impl Driver {
    pub(super) fn perform(&mut self, effects: Vec<Effect>, now: Timestamp) {
        let mut pump_rings = false;
        for effect in effects {
            match effect {
                Effect::Prepare { speaker, voice, rundown, airing } => self.prepare((speaker, voice), rundown, airing),
                Effect::Discard { speaker, voice } => {
                    // The decoder sees that nobody listens any more.
                    self.outlets[speaker].loaded.remove(&voice);
                }
                Effect::Open { speaker } => {
                    self.changed.push(speaker);
                    let (handle, desk) = desk::desk();
                    let progress = handle.progress.clone();
                    self.outlets[speaker].desk = Some(handle);
                    self.outlets[speaker].state = DeviceState::Opening;
                    match self.links.cards.get(&speaker) {
                        Some(card) => drop(card.send(sound_card::Request::Open(desk, progress))),
                        None => drop(self.links.pump.send(pump::Request::Open { speaker, desk })),
                    }
                    pump_rings = true;
                }
                Effect::Close { speaker } => {
                    self.changed.push(speaker);
                    self.outlets[speaker].close();
                    match self.links.cards.get(&speaker) {
                        Some(card) => drop(card.send(sound_card::Request::Close)),
                        None => drop(self.links.pump.send(pump::Request::Close { speaker })),
                    }
                    pump_rings = true;
                }
                Effect::PowerOn { speaker } => {
                    let outlet = &mut self.outlets[speaker];
                    outlet.switch = Some(Switch::start(&outlet.options.power_on, self.clock.monotonic()));
                    self.switching.push(speaker);
                }
                Effect::PowerOff { speaker } => {
                    let argv = &self.outlets[speaker].options.power_off;
                    if !argv.is_empty() {
                        self.switches_off.push(Switch::start(argv, self.clock.monotonic()));
                    }
                }
                Effect::Claim(claims) => self.claim(claims, now),
                Effect::Arm { speaker, voice, start, until, volume } => {
                    self.arm(speaker, voice, start, until, volume);
                    pump_rings = true;
                }
                Effect::Tone { speaker, voice, until, volume } => {
                    let (head, frames) = tone(TONE.num_seconds().unsigned_abs());
                    self.sound(speaker, voice, (head, frames), (now, until), volume);
                    pump_rings = true;
                }
                Effect::Cut { speaker, voice, by } => {
                    let by = monotonic_of(&*self.clock, by);
                    if let Some(desk) = &mut self.outlets[speaker].desk {
                        let _ = desk.commands.push(Command::Cut { voice, by });
                    }
                    pump_rings = true;
                }
                Effect::Receipt(receipt) => self.records.push(Record::Outcome(receipt)),
            }
        }
        if pump_rings {
            self.links.pump_bell.ring();
        }
    }

    pub(super) fn prepare(&mut self, key: Key, rundown: Arc<Rundown>, airing: usize) {
        let listed = &rundown.airings[airing];
        let frames = rundown.programmes[listed.programme as usize].frames();
        // A short programme needs no more room than it has frames; none at all is no ring.
        let (sound, head) = rtrb::RingBuffer::new(AHEAD_FRAMES.min(frames as usize).max(1));
        self.outlets[key.0].loaded.insert(key.1, Loaded { head, frames, airing: listed.id.clone() });
        let _ = self.links.decoder.send(decode::Request { key, rundown, airing, sound });
    }

    /// One commit for all claims of this turn, and for whatever else waits to be durable.
    pub(super) fn claim(&mut self, claims: Vec<(SpeakerIndex, u64, crate::station::player::Claim)>, now: Timestamp) {
        let waiting = std::mem::take(&mut self.records);
        let records: Vec<Record> =
            waiting.iter().cloned().chain(claims.iter().map(|(.., claim)| Record::Claim(claim.clone()))).collect();
        let durable = self.commit(records, now).map_err(|fault| fault.to_string());
        if let Err(fault) = &durable {
            tracing::error!("{} airings cannot be claimed: {fault}", claims.len());
            self.records = waiting;
        }
        let voices = claims.iter().map(|(speaker, voice, _)| (*speaker, *voice)).collect();
        let effects = self.player.step([Event::Claimed { voices, durable }], self.clock.now());
        self.perform(effects, now);
    }

    pub(super) fn arm(&mut self, speaker: SpeakerIndex, voice: u64, start: Timestamp, until: Timestamp, volume: u8) {
        let outlet = &mut self.outlets[speaker];
        let (Some(_), Some(loaded)) = (&outlet.desk, outlet.loaded.remove(&voice)) else { return };
        let Loaded { head, frames, airing } = loaded;
        if !self.links.cards.contains_key(&speaker) {
            let _ = self.links.pump.send(pump::Request::Name { speaker, voice, airing });
        }
        self.sound(speaker, voice, (head, frames), (start, until), volume);
    }

    /// Gives the desk a voice.
    fn sound(
        &mut self,
        speaker: SpeakerIndex,
        voice: u64,
        (sound, frames): (Consumer<f32>, u64),
        (start, until): (Timestamp, Timestamp),
        volume: u8,
    ) {
        let window = until - start;
        let start = monotonic_of(&*self.clock, start);
        let until = start + window.to_std().unwrap_or_default() + START_GRACE;
        let outlet = &mut self.outlets[speaker];
        let Some(desk) = &mut outlet.desk else { return };
        let amplitude = (f32::from(volume) / 100.0).powi(2) * 10f32.powf(outlet.options.gain_db / 20.0);
        let armed = Voice {
            id: voice,
            start,
            until,
            gain: amplitude,
            frames,
            sound,
            started: None,
            left: 0,
            starved_frames: 0,
        };
        // The ring takes more commands than the player gives before the desk reads them.
        let _ = desk.commands.push(Command::Arm(Box::new(armed)));
    }
}
