//! What will become of each airing at one loudspeaker: the station's own rule, run ahead of time.

use crate::base::{Id, Timestamp};
use crate::rundown::Rank;
use crate::rundown::precedence::{Bid, decide};

/// An airing that wants the loudspeaker, and how long it would hold it.
#[derive(Debug, Clone)]
pub struct Turn {
    pub rank: Rank,
    pub at: Timestamp,
    /// The last instant at which it may start.
    pub until: Timestamp,
    pub broadcast: Id,
    pub length: chrono::TimeDelta,
    /// It does not go on after this.
    pub expires: Option<Timestamp>,
}

/// What becomes of an airing if nothing fails. Others are named by their index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forecast {
    /// It starts on time and ends at `until`.
    Airs { until: Timestamp },
    /// It starts at `from`, behind another.
    Waits { behind: usize, from: Timestamp, until: Timestamp },
    /// It starts at `from`, and an emergency cuts it at `until`.
    Cut { by: usize, from: Timestamp, until: Timestamp },
    /// Another holds the loudspeaker for its whole late window.
    Missed { by: usize },
}

impl Forecast {
    /// As `plan` prints it.
    pub fn word(&self) -> &'static str {
        match self {
            Forecast::Airs { .. } => "airs",
            Forecast::Waits { .. } => "waits",
            Forecast::Cut { .. } => "cut",
            Forecast::Missed { .. } => "missed",
        }
    }

    /// From when to when it sounds; none when it does not.
    pub fn sounds(&self, at: Timestamp) -> Option<(Timestamp, Timestamp)> {
        match *self {
            Forecast::Airs { until } => Some((at, until)),
            Forecast::Waits { from, until, .. } | Forecast::Cut { from, until, .. } => Some((from, until)),
            Forecast::Missed { .. } => None,
        }
    }
}

/// What holds the loudspeaker.
struct Sounding {
    turn: usize,
    from: Timestamp,
    until: Timestamp,
}

/// Runs [`decide`] over `turns`, which are in order of `at`. One forecast for each turn.
pub fn forecast(turns: &[Turn]) -> Vec<Forecast> {
    let Some(first) = turns.first() else { return Vec::new() };
    let mut forecasts = vec![Forecast::Missed { by: 0 }; turns.len()];
    let mut waiting: Vec<usize> = Vec::new();
    let mut bids: Vec<Bid> = Vec::new();
    let mut sounding: Option<Sounding> = None;
    // The last to start: whoever is missed is missed because of it.
    let mut holder = 0;
    let mut behind: Option<usize> = None;
    let mut next = 0;
    let mut now = first.at;
    loop {
        if let Some(ended) = sounding.take_if(|s| s.until <= now) {
            behind = Some(ended.turn);
        }
        while let Some(turn) = turns.get(next).filter(|turn| turn.at <= now) {
            waiting.push(next);
            bids.push(Bid { rank: turn.rank, at: turn.at, until: turn.until, broadcast: turn.broadcast.clone() });
            next += 1;
        }
        let decision = decide(now, sounding.as_ref().map(|s| turns[s.turn].rank), &bids);
        let mut gone = decision.missed;
        for &bid in &gone {
            forecasts[waiting[bid]] = Forecast::Missed { by: holder };
        }
        if let Some(bid) = decision.start {
            let turn = waiting[bid];
            if let Some(cut) = sounding.take() {
                forecasts[cut.turn] = Forecast::Cut { by: turn, from: cut.from, until: now };
                behind = Some(cut.turn);
            }
            let until = now + turns[turn].length;
            let until = turns[turn].expires.map_or(until, |expires| until.min(expires.max(now)));
            forecasts[turn] = match behind.filter(|_| turns[turn].at < now) {
                Some(behind) => Forecast::Waits { behind, from: now, until },
                None => Forecast::Airs { until },
            };
            sounding = Some(Sounding { turn, from: now, until });
            holder = turn;
            gone.push(bid);
        }
        gone.sort_unstable_by(|a, b| b.cmp(a));
        for bid in gone {
            waiting.swap_remove(bid);
            bids.swap_remove(bid);
        }
        // Nothing changes before one of these; each lies after `now` or takes one turn off the list.
        let wakes = [
            turns.get(next).map(|turn| turn.at),
            sounding.as_ref().map(|s| s.until),
            decision.again.filter(|_| !bids.is_empty()),
        ];
        match wakes.into_iter().flatten().min() {
            Some(at) => now = at,
            None => return forecasts,
        }
    }
}

#[cfg(test)]
mod tests;
