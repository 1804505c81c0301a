//! What happened since the last turn: rundowns that were offered, and what desks, devices, decoder and switches say.

use super::*;

impl Driver {
    pub(super) fn events(&mut self, now: Timestamp) -> Vec<Event> {
        let inbox = {
            let mut inbox = self.shared.inbox.lock().expect("no holder of the inbox panics");
            let taken = OFFERS_MAX.min(inbox.offers.len());
            let later = inbox.offers.split_off(taken);
            self.offers_wait = !later.is_empty();
            std::mem::replace(&mut *inbox, Inbox { offers: later, ..Inbox::default() })
        };
        let mut events = Vec::new();
        for keys in inbox.keys {
            match self.trust.renew(&keys) {
                Ok(()) => {
                    events.push(Event::Renewed(*self.trust.quiet()));
                    let board = self.shared.board.lock().expect("no holder of the board panics");
                    events.extend(board.rundowns.iter().map(|(&speaker, rundown)| Event::Warranted {
                        speaker,
                        warrants: Arc::new(self.trust.warrants(rundown)),
                    }));
                    self.retry_at = Some(now);
                }
                Err(refusal) => tracing::warn!("a keys document is refused: {refusal}"),
            }
        }
        self.settle = inbox.settle.or(self.settle.take());
        for (station, limit) in inbox.limits {
            let speaker = self.by_station.get(&station);
            events.extend(speaker.map(|&speaker| Event::Limited { speaker, limit }));
        }
        for (station, answer) in inbox.checks {
            let speaker = self.by_station.get(&station).copied();
            let checked = speaker.ok_or(NoCheck::NotHere).and_then(|speaker| self.player.check(speaker, now));
            tracing::info!(%station, "sound check: {}", checked.err().map_or("begins".to_owned(), |no| no.to_string()));
            // Who asked may have gone.
            let _ = answer.send(checked);
        }
        for envelope in inbox.offers {
            self.offered(envelope, now, &mut events);
        }
        if self.retry_at.is_some_and(|at| at <= now || at > now + RETRY_EVERY) {
            self.retry_at = Some(now + RETRY_EVERY);
            for envelope in std::mem::take(&mut self.held_back).into_values().flatten() {
                self.offered(envelope, now, &mut events);
            }
        }
        if let Some(after) = inbox.receipts_after {
            self.show_receipts_after(after);
        }
        if inbox.acknowledged > self.journal.acknowledged() {
            self.records.push(Record::Acknowledged(inbox.acknowledged));
        }
        self.heard(&mut events);
        if inbox.shutdown {
            events.push(Event::Shutdown);
        }
        if inbox.abandon {
            events.push(Event::Abandon);
        }
        events
    }

    /// What the desks, the devices, the decoder and the switches have to say.
    pub(super) fn heard(&mut self, events: &mut Vec<Event>) {
        let scales = both_scales(&*self.clock);
        let monotonic = scales.1;
        while let Ok(answer) = self.links.answers.try_recv() {
            events.push(match answer {
                Answer::Ready((speaker, voice)) => Event::Prepared { speaker, voice },
                Answer::Failed { key: (speaker, voice), reason, detail } => {
                    Event::Unplayable { speaker, voice, reason, detail }
                }
            });
        }
        // A card's callback must not wait or allocate and so only rings; the pump says whose desk has something to say.
        for speaker in self.links.cards.keys() {
            self.outlets[*speaker].heard(*speaker, events, scales);
        }
        for speaker in &self.switching {
            self.outlets[*speaker].switched(*speaker, events, monotonic);
        }
        let outlets = &self.outlets;
        self.switching.retain(|speaker| outlets[*speaker].switch.is_some());
        while let Ok(news) = self.links.news.try_recv() {
            let (speaker, event, state) = match news {
                News::Told(speaker) => {
                    self.outlets[speaker].heard(speaker, events, scales);
                    continue;
                }
                News::Opened(speaker) => (speaker, Event::Opened { speaker }, DeviceState::Open),
                News::OpenFailed(speaker, detail) => {
                    self.outlets[speaker].desk = None;
                    let event = Event::OpenFailed { speaker, detail: detail.clone() };
                    (speaker, event, DeviceState::Failed(detail))
                }
                News::Lost(speaker, detail) => {
                    let outlet = &mut self.outlets[speaker];
                    // What the desk told before it died comes first.
                    outlet.heard(speaker, events, scales);
                    let left = outlet.desk.take().map(|desk| desk.progress.left()).unwrap_or_default();
                    let event = Event::Lost { speaker, detail: detail.clone(), left };
                    (speaker, event, DeviceState::Failed(detail))
                }
            };
            self.outlets[speaker].state = state;
            events.push(event);
        }
        self.switches_off.retain_mut(|switch| switch.look(monotonic).is_none());
        for event in events.iter() {
            self.changed.extend(speaker_of(event));
        }
    }

    /// Verifies an envelope for the loudspeaker it is for.
    pub(super) fn offered(&mut self, envelope: Arc<Envelope>, now: Timestamp, events: &mut Vec<Event>) {
        // The station is read before the signature is checked, to know for whom to check it.
        #[derive(serde::Deserialize)]
        struct Addressed {
            station: Id,
        }
        let Ok(Addressed { station }) = serde_json::from_slice(&envelope.payload) else {
            tracing::warn!("a sealed document is refused: it names no station");
            return;
        };
        let Some(&speaker) = self.by_station.get(&station) else {
            tracing::debug!(%station, "a rundown of a station that is not attached here");
            return;
        };
        self.changed.push(speaker);
        if self.hold == Some(Reason::ClockUntrusted) {
            // Without the time nobody can say whether it is outdated.
            return self.hold_back(speaker, envelope);
        }
        // What was accepted earlier in this turn counts already, though the player has not heard of it.
        let held = events.iter().fold(self.player.edge(speaker), |held, event| match event {
            Event::Accepted { speaker: other, rundown, .. } if *other == speaker => held.max(rundown.edge),
            _ => held,
        });
        match self.trust.open(&envelope, &station, held, now) {
            Ok(rundown) => {
                self.outlets[speaker].refusal = None;
                if rundown.edge > held {
                    let Rundown { edge, issued, .. } = rundown;
                    self.records.push(Record::Edge { station, edge, since: issued });
                }
                let warrants = Arc::new(self.trust.warrants(&rundown));
                let rundown = Arc::new(rundown);
                let mut board = self.shared.board.lock().expect("no holder of the board panics");
                board.rundowns.insert(speaker, rundown.clone());
                events.push(Event::Accepted { speaker, rundown, warrants });
            }
            Err(refusal) => {
                let outlet = &mut self.outlets[speaker];
                if outlet.refusal.as_ref() != Some(&refusal) {
                    tracing::warn!(%station, "a rundown is refused: {refusal}; the last good one stays");
                }
                outlet.refusal = Some(refusal.clone());
                // Only these may end by waiting: the clock was wrong, or newer keys are on their way.
                if matches!(refusal, Refusal::FromTheFuture | Refusal::NoTrustedSignature) {
                    self.hold_back(speaker, envelope);
                    self.retry_at.get_or_insert(now + RETRY_EVERY);
                }
            }
        }
    }
}
