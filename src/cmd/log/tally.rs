//! `log --by`: planned against aired, for each broadcast, village or language, as a table.

use clap::ValueEnum;

use crate::cmd::{Format, page};
use crate::ledger::{AiringRow, tally};

/// What the airings are counted by.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum By {
    Broadcast,
    Station,
    /// A language counts by its own parts: one that sounded whole before a cut was played.
    Language,
}

impl By {
    fn counted(self) -> (tally::By, &'static str) {
        match self {
            By::Broadcast => (tally::By::Broadcast, "BROADCAST"),
            By::Station => (tally::By::Station, "STATION"),
            By::Language => (tally::By::Language, "LANGUAGE"),
        }
    }
}

/// Prints the airings counted.
pub fn print(rows: &[AiringRow], by: By, format: Format) -> anyhow::Result<()> {
    let (by, first) = by.counted();
    let mut tallies = tally::Tallies::new(by);
    rows.iter().for_each(|row| tallies.add(row));
    let tallies = tallies.done();
    if format == Format::Json {
        page::json(&tallies)?;
        return Ok(());
    }
    let shown = |(_, count): (&str, u64)| if count == 0 { "-".to_owned() } else { count.to_string() };
    let cells: Vec<Vec<String>> =
        tallies.iter().map(|t| std::iter::once(t.name.clone()).chain(t.counts().map(shown)).collect()).collect();
    let words = tally::Tally::default().counts().map(|(word, _)| word.to_uppercase());
    let heading: Vec<&str> = std::iter::once(first).chain(words.iter().map(String::as_str)).collect();
    page::table(&heading, &cells);
    Ok(())
}
