//! Planned against aired: airings counted by broadcast, village or language. Pure; for `log --by` and the console.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use serde::Serialize;

use super::AiringRow;
use crate::base::Tag;
use crate::rundown::Outcome;

/// What began later than this after its instant is told as late: a village notices a second or two, not less.
pub const LATE: TimeDelta = TimeDelta::seconds(2);
/// Of the planned frames of a language, so many percent make it heard whole, as for an airing (`played`).
const WHOLE_PERCENT: u64 = 99;

/// What the airings are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    Broadcast,
    Station,
    /// A language counts by its own parts: one that sounded whole before a cut was played.
    Language,
}

/// How the airings of one name ended.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    pub name: String,
    pub planned: u64,
    pub played: u64,
    /// Of those that began.
    pub late: u64,
    pub partial: u64,
    pub missed: u64,
    pub cancelled: u64,
    pub expired: u64,
    pub refused: u64,
    pub unreported: u64,
    /// Without an outcome yet.
    pub open: u64,
}

impl Tally {
    /// How many of each, by the word for it: planned first, then how they ended.
    pub fn counts(&self) -> [(&'static str, u64); 10] {
        [
            ("planned", self.planned),
            ("played", self.played),
            ("late", self.late),
            ("partial", self.partial),
            ("missed", self.missed),
            ("cancelled", self.cancelled),
            ("expired", self.expired),
            ("refused", self.refused),
            ("unreported", self.unreported),
            ("open", self.open),
        ]
    }

    fn add(&mut self, word: &str, is_late: bool) {
        self.planned += 1;
        self.late += u64::from(is_late);
        match word {
            "played" => self.played += 1,
            "partial" => self.partial += 1,
            "missed" => self.missed += 1,
            "cancelled" => self.cancelled += 1,
            "expired" => self.expired += 1,
            "refused" => self.refused += 1,
            "unreported" => self.unreported += 1,
            _ => self.open += 1,
        }
    }
}

/// Counts airings that are shown to it one after the other.
#[derive(Debug, Clone)]
pub struct Tallies {
    by: By,
    found: BTreeMap<String, Tally>,
}

impl Tallies {
    pub fn new(by: By) -> Tallies {
        Tallies { by, found: BTreeMap::new() }
    }

    pub fn add(&mut self, row: &AiringRow) {
        let (by, late) = (self.by, is_late(row));
        match by {
            By::Broadcast => self.count(row.id.broadcast.as_str(), word(row), late),
            By::Station => self.count(row.id.station.as_str(), word(row), late),
            By::Language => row.languages.iter().for_each(|tag| self.count(tag.as_str(), heard(row, tag), late)),
        }
    }

    fn count(&mut self, name: &str, word: &str, is_late: bool) {
        if !self.found.contains_key(name) {
            self.found.insert(name.to_owned(), Tally { name: name.to_owned(), ..Tally::default() });
        }
        self.found.get_mut(name).expect("it was put there").add(word, is_late);
    }

    /// In order of name.
    pub fn done(self) -> Vec<Tally> {
        self.found.into_values().collect()
    }
}

/// Whether it began audibly late.
pub fn is_late(row: &AiringRow) -> bool {
    row.started.is_some_and(|started| started - row.at > LATE)
}

/// How an airing ended, or `open`.
fn word(row: &AiringRow) -> &'static str {
    row.outcome.map_or("open", |outcome| outcome.word())
}

/// How one language of an airing was heard: of one that began and was cut, by its own parts; else as the airing ended.
pub fn heard(row: &AiringRow, language: &Tag) -> &'static str {
    if !matches!(row.outcome, Some(Outcome::Partial(_))) || row.parts.is_empty() {
        return word(row);
    }
    let parts = row.parts.iter().filter(|part| part.language.as_ref() == Some(language));
    let (frames, planned) = parts.fold((0, 0), |(f, p), part| (f + part.frames, p + part.frames_planned));
    match frames {
        0 => "missed",
        _ if frames * 100 >= planned * WHOLE_PERCENT => "played",
        _ => "partial",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Timestamp;
    use crate::rundown::Reason;
    use crate::rundown::outcome::PartPlayed;

    fn row(n: i64, station: &str, outcome: Option<Outcome>, late_s: i64, frames: &[(&str, u64)]) -> AiringRow {
        let at = Timestamp::from_timestamp(1_800_000_000 + n * 60, 0).unwrap();
        let part = |(language, frames): &(&str, u64)| PartPlayed {
            message: None,
            language: Some(language.parse().unwrap()),
            frames: *frames,
            frames_planned: 1000,
        };
        AiringRow {
            id: crate::rundown::AiringId {
                broadcast: "masks".parse().unwrap(),
                instant: at,
                station: station.parse().unwrap(),
            },
            at,
            until: at,
            class: None,
            level: None,
            notice: None,
            languages: vec!["bo".parse().unwrap(), "zh-CN".parse().unwrap()],
            order: None,
            outcome,
            started: matches!(outcome, Some(Outcome::Played | Outcome::Partial(_)))
                .then(|| at + TimeDelta::seconds(late_s)),
            ended: None,
            frames: None,
            frames_planned: None,
            parts: frames.iter().map(part).collect(),
            volume: None,
            sink: None,
            detail: None,
            machine: None,
        }
    }

    #[test]
    fn each_airing_counts_once_and_each_language_by_its_own_parts() {
        let cut = Some(Outcome::Partial(Reason::Shutdown));
        let rows = [
            row(0, "a", Some(Outcome::Played), 0, &[("bo", 1000), ("zh-CN", 1000)]),
            row(1, "a", Some(Outcome::Played), 3, &[("bo", 1000), ("zh-CN", 1000)]),
            row(2, "a", cut, 0, &[("bo", 995), ("zh-CN", 10)]),
            row(3, "b", cut, 0, &[("bo", 10), ("zh-CN", 0)]),
            row(4, "b", Some(Outcome::Missed(Reason::Down)), 0, &[]),
            row(5, "b", Some(Outcome::Unreported), 0, &[]),
            row(6, "b", None, 0, &[]),
        ];
        let text = |by: By| -> Vec<String> {
            let counts = |t: &Tally| {
                format!(
                    "{} {}: {} {} {} {} {} {}",
                    t.name, t.planned, t.played, t.late, t.partial, t.missed, t.unreported, t.open
                )
            };
            let mut tallies = Tallies::new(by);
            rows.iter().for_each(|row| tallies.add(row));
            tallies.done().iter().map(counts).collect()
        };
        assert_eq!(text(By::Broadcast), ["masks 7: 2 1 2 1 1 1"]);
        assert_eq!(text(By::Station), ["a 3: 2 1 1 0 0 0", "b 4: 0 0 1 1 1 1"]);
        assert_eq!(text(By::Language), ["bo 7: 3 1 1 1 1 1", "zh-CN 7: 2 1 1 2 1 1"]);
    }
}
