//! `log --by`: planned against aired, for each broadcast, village or language.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use clap::ValueEnum;
use serde::Serialize;

use crate::base::Tag;
use crate::cmd::{Format, page};
use crate::ledger::AiringRow;
use crate::rundown::Outcome;

/// What began later than this after its instant is told as late: a village notices a second or two, not less.
const LATE: TimeDelta = TimeDelta::seconds(2);
/// Of the planned frames of a language, so many percent make it heard whole, as for an airing (`played`).
const WHOLE_PERCENT: u64 = 99;

/// What the airings are counted by.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum By {
    Broadcast,
    Station,
    /// A language counts by its own parts: one that sounded whole before a cut was played.
    Language,
}

/// How the airings of one name ended.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
struct Tally {
    name: String,
    planned: u64,
    played: u64,
    /// Of those that began.
    late: u64,
    partial: u64,
    missed: u64,
    cancelled: u64,
    expired: u64,
    refused: u64,
    unreported: u64,
    /// Without an outcome yet.
    open: u64,
}

impl Tally {
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

/// Prints the airings counted.
pub fn print(rows: &[AiringRow], by: By, format: Format) -> anyhow::Result<()> {
    let tallies = tallies(rows, by);
    if format == Format::Json {
        page::json(&tallies)?;
        return Ok(());
    }
    let cells: Vec<Vec<String>> = tallies
        .iter()
        .map(|t| {
            let counts = [
                t.planned,
                t.played,
                t.late,
                t.partial,
                t.missed,
                t.cancelled,
                t.expired,
                t.refused,
                t.unreported,
                t.open,
            ];
            let shown = counts.iter().map(|count| if *count == 0 { "-".to_owned() } else { count.to_string() });
            std::iter::once(t.name.clone()).chain(shown).collect()
        })
        .collect();
    let first = match by {
        By::Broadcast => "BROADCAST",
        By::Station => "STATION",
        By::Language => "LANGUAGE",
    };
    let heading = [
        first,
        "PLANNED",
        "PLAYED",
        "LATE",
        "PARTIAL",
        "MISSED",
        "CANCELLED",
        "EXPIRED",
        "REFUSED",
        "UNREPORTED",
        "OPEN",
    ];
    page::table(&heading, &cells);
    Ok(())
}

fn tallies(rows: &[AiringRow], by: By) -> Vec<Tally> {
    let mut found: BTreeMap<String, Tally> = BTreeMap::new();
    for row in rows {
        let is_late = row.started.is_some_and(|started| started - row.at > LATE);
        let word = row.outcome.map_or("open", |outcome| outcome.word());
        let mut add = |name: &str, word: &str| {
            let tally =
                found.entry(name.to_owned()).or_insert_with(|| Tally { name: name.to_owned(), ..Tally::default() });
            tally.add(word, is_late);
        };
        match by {
            By::Broadcast => add(row.id.broadcast.as_str(), word),
            By::Station => add(row.id.station.as_str(), word),
            By::Language => {
                row.languages.iter().for_each(|language| add(language.as_str(), heard(row, language).unwrap_or(word)))
            }
        }
    }
    found.into_values().collect()
}

/// How one language of an airing that began was heard; none where the airing's own outcome says it.
fn heard(row: &AiringRow, language: &Tag) -> Option<&'static str> {
    if !matches!(row.outcome, Some(Outcome::Partial(_))) || row.parts.is_empty() {
        return None;
    }
    let parts = row.parts.iter().filter(|part| part.language.as_ref() == Some(language));
    let (frames, planned) = parts.fold((0, 0), |(f, p), part| (f + part.frames, p + part.frames_planned));
    Some(match frames {
        0 => "missed",
        _ if frames * 100 >= planned * WHOLE_PERCENT => "played",
        _ => "partial",
    })
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
            tallies(&rows, by).iter().map(counts).collect()
        };
        assert_eq!(text(By::Broadcast), ["masks 7: 2 1 2 1 1 1"]);
        assert_eq!(text(By::Station), ["a 3: 2 1 1 0 0 0", "b 4: 0 0 1 1 1 1"]);
        assert_eq!(text(By::Language), ["bo 7: 3 1 1 1 1 1", "zh-CN 7: 2 1 1 2 1 1"]);
    }
}
