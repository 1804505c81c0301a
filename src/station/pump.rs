//! Pulls the desks of every loudspeaker that has no clock of its own: files, programs, nothing.
//!
//! Knows no airing rules. One thread for all of them. It wakes exactly when a voice is to begin, and from then on each
//! [`BLOCK_FRAMES`]; a loudspeaker at which nothing is to sound costs nothing.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender};
use std::time::Duration;

use super::desk::{Desk, frames_between, time_of};
use super::player::{SpeakerIndex, VoiceId};
use super::sink::Paced;
use crate::base::clock::Bell;
use crate::rundown::AiringId;

/// 10 ms: what is pulled at a time while something sounds.
const BLOCK_FRAMES: usize = 480;
/// How often a program is given silence while nothing sounds, so that its device stays awake.
const IDLE_EVERY: Duration = Duration::from_millis(100);

pub(super) enum Request {
    Open {
        speaker: SpeakerIndex,
        desk: Desk,
    },
    Close {
        speaker: SpeakerIndex,
    },
    /// What a voice is called.
    Name {
        speaker: SpeakerIndex,
        voice: VoiceId,
        airing: AiringId,
    },
}

/// What became of a device.
pub(super) enum News {
    Opened(SpeakerIndex),
    OpenFailed(SpeakerIndex, String),
    Lost(SpeakerIndex, String),
    /// A desk that the pump pulls has something to say.
    Told(SpeakerIndex),
}

pub(super) struct Pump {
    lanes: HashMap<SpeakerIndex, Lane>,
    requests: Receiver<Request>,
    news: Sender<News>,
    bell: Arc<Bell>,
    block: Vec<f32>,
}

struct Lane {
    paced: Paced,
    desk: Option<Desk>,
    /// The time of the next frame to be pulled, as frames since `origin`.
    origin: Duration,
    frames: u64,
    names: HashMap<VoiceId, AiringId>,
    /// The voice that the sink was told of last.
    marked: Option<VoiceId>,
}

impl Pump {
    pub fn new(
        sinks: HashMap<SpeakerIndex, Paced>,
        requests: Receiver<Request>,
        news: Sender<News>,
        bell: Arc<Bell>,
    ) -> Pump {
        let lane =
            |paced| Lane { paced, desk: None, origin: Duration::ZERO, frames: 0, names: HashMap::new(), marked: None };
        let lanes = sinks.into_iter().map(|(speaker, paced)| (speaker, lane(paced))).collect();
        Pump { lanes, requests, news, bell, block: vec![0.0; BLOCK_FRAMES] }
    }

    /// Pulls whatever is due at monotonic time `now`. Says when to come back; none: when rung.
    pub fn turn(&mut self, now: Duration) -> Option<Duration> {
        // A voice is named before it is armed: heard first and asked second, no voice begins without its name.
        self.lanes.values_mut().filter_map(|lane| lane.desk.as_mut()).for_each(Desk::listen);
        while let Ok(request) = self.requests.try_recv() {
            self.take(request, now);
        }
        let mut next: Option<Duration> = None;
        let mut told = false;
        for (speaker, lane) in &mut self.lanes {
            if lane.desk.is_none() {
                continue;
            }
            match lane.pull(&mut self.block, now) {
                Ok((wake, spoke)) => {
                    if spoke {
                        let _ = self.news.send(News::Told(*speaker));
                    }
                    told |= spoke;
                    next = [next, wake].into_iter().flatten().min();
                }
                Err(fault) => {
                    lane.close();
                    let _ = self.news.send(News::Lost(*speaker, fault.0));
                    told = true;
                }
            }
        }
        if told {
            self.bell.ring();
        }
        next
    }

    fn take(&mut self, request: Request, now: Duration) {
        const KNOWN: &str = "the driver names clock-paced loudspeakers only";
        match request {
            Request::Open { speaker, desk } => {
                let lane = self.lanes.get_mut(&speaker).expect(KNOWN);
                let news = match lane.paced.sink.open() {
                    Ok(()) => {
                        (lane.desk, lane.origin, lane.frames) = (Some(desk), now, 0);
                        News::Opened(speaker)
                    }
                    Err(fault) => {
                        lane.paced.sink.close();
                        News::OpenFailed(speaker, fault.0)
                    }
                };
                let _ = self.news.send(news);
                self.bell.ring();
            }
            Request::Close { speaker } => self.lanes.get_mut(&speaker).expect(KNOWN).close(),
            Request::Name { speaker, voice, airing } => {
                self.lanes.get_mut(&speaker).expect(KNOWN).names.insert(voice, airing);
            }
        }
    }

    /// Ends every sink.
    pub fn close(&mut self) {
        for lane in self.lanes.values_mut() {
            lane.close();
        }
    }
}

impl Lane {
    fn edge(&self) -> Duration {
        self.origin + time_of(self.frames)
    }

    fn anchor(&mut self, at: Duration) {
        (self.origin, self.frames) = (at, 0);
    }

    fn close(&mut self) {
        if self.desk.take().is_some() {
            self.paced.sink.close();
        }
        self.names.clear();
        self.marked = None;
    }

    /// Pulls what is due. Says when to come back, and whether the desk told anything.
    fn pull(&mut self, block: &mut [f32], now: Duration) -> Result<(Option<Duration>, bool), super::sink::SinkFault> {
        let mut told = false;
        loop {
            let desk = self.desk.as_ref().expect("only a lane with a desk is pulled");
            let (sounding, start) = (desk.sounding(), desk.next_start());
            if sounding {
                if now.saturating_sub(self.edge()) > self.paced.late_max {
                    self.anchor(now);
                }
                let edge = self.edge();
                if edge > now {
                    return Ok((Some(edge), told));
                }
                // A voice that is to begin inside this block begins the next one, on its own wake-up.
                let until = start.map_or(i64::MAX, |start| frames_between(edge, start));
                let frames = if until > 0 { (until as usize).min(block.len()) } else { block.len() };
                told |= self.pull_block(&mut block[..frames], edge)?;
                continue;
            }
            if start.is_some_and(|start| start <= now) {
                // Nothing sounded until now: the voice's own start is as good a frame 0 as any.
                let edge = if self.paced.fed_when_idle { self.feed(block, start.unwrap_or(now))? } else { self.edge() };
                if let Some(start) = start.filter(|start| *start >= edge) {
                    self.anchor(if now.saturating_sub(start) > self.paced.late_max { now } else { start });
                }
                let edge = self.edge();
                told |= self.pull_block(block, edge)?;
                continue;
            }
            if !self.paced.fed_when_idle {
                return Ok((start, told));
            }
            self.feed(block, now)?;
            let next = now + IDLE_EVERY;
            return Ok((Some(start.map_or(next, |start| start.min(next))), told));
        }
    }

    /// Gives a program the silence up to `until`; says how far it came.
    fn feed(&mut self, block: &mut [f32], until: Duration) -> Result<Duration, super::sink::SinkFault> {
        if until.saturating_sub(self.edge()) > self.paced.late_max {
            self.anchor(until);
        }
        loop {
            let left = frames_between(self.edge(), until);
            if left <= 0 {
                return Ok(self.edge());
            }
            let frames = block.len().min(left as usize);
            let edge = self.edge();
            self.pull_block(&mut block[..frames], edge)?;
        }
    }

    /// Fills one block and hands it on, cut where airings begin and end.
    fn pull_block(&mut self, block: &mut [f32], at: Duration) -> Result<bool, super::sink::SinkFault> {
        let desk = self.desk.as_mut().expect("only a lane with a desk is pulled");
        let mut marks = desk.fill(block, at);
        self.frames += block.len() as u64;
        marks.sort_by_key(|mark| mark.map_or((1, None), |mark| (0, Some(mark))));
        self.paced.sink.at(at);
        let mut done = 0;
        for mark in marks.iter().flatten() {
            if mark.offset > done {
                self.paced.sink.write(&block[done..mark.offset])?;
                done = mark.offset;
            }
            if mark.begins {
                self.marked = Some(mark.voice);
                self.paced.sink.mark(self.names.get(&mark.voice))?;
                continue;
            }
            self.names.remove(&mark.voice);
            // A voice that never began has nothing to end, and one that fades under another ended when that began.
            if self.marked == Some(mark.voice) {
                self.marked = None;
                self.paced.sink.mark(None)?;
            }
        }
        if done < block.len() {
            self.paced.sink.write(&block[done..])?;
        }
        Ok(marks.iter().any(Option::is_some))
    }
}
