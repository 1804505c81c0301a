//! Which airings the as-run page, its table and its proof sheet are about: as the form asks, and as the address has it.

use chrono::{NaiveDate, TimeDelta};
use chrono_tz::Tz;
use maud::{Markup, html};

use super::super::super::form::{Form, encoded};
use super::super::super::layout::language_name;
use super::super::super::words::Words;
use super::super::places::Places;
use super::super::today::title;
use crate::base::{Id, Tag, Timestamp};
use crate::catalog::Catalog;
use crate::ledger::{AiringFilter, AiringRow, Ledger, LedgerFault};
use crate::planner::recurrence::day_begins;

/// Two thousand stations have half a million airings in so many days: a page, or a table, is counted from no more.
pub const DAYS_MAX: i64 = 31;
/// Without dates: today and the day before.
const DAYS_BACK: i64 = 1;
/// Read at a time: what all stations of a large county air in it is far below what one read returns.
const CHUNK: TimeDelta = TimeDelta::hours(6);
/// Broadcasts in the list to choose from.
const BROADCASTS_MAX: usize = 300;
/// How airings end, as the form offers them, and `planned` for those that have not.
const OUTCOMES: [&str; 8] = ["planned", "played", "partial", "missed", "cancelled", "expired", "refused", "unreported"];

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// Local days, both inclusive.
    pub from: NaiveDate,
    pub to: NaiveDate,
    /// More days were asked for than [`DAYS_MAX`].
    pub is_cut: bool,
    pub broadcast: Option<Id>,
    pub places: Places,
    pub language: Option<Tag>,
    pub outcome: Option<&'static str>,
}

impl Filter {
    /// What makes no sense is left out; days the wrong way round are turned.
    pub fn read(query: &Form, today: NaiveDate) -> Filter {
        let day = |name: &str| query.one(name).parse::<NaiveDate>().ok();
        let to = day("to").or_else(|| day("from").map(|from| from.max(today))).unwrap_or(today);
        let from = day("from").unwrap_or(to - TimeDelta::days(DAYS_BACK));
        let (from, to) = (from.min(to), from.max(to));
        let first = to - TimeDelta::days(DAYS_MAX - 1);
        Filter {
            from: from.max(first),
            to,
            is_cut: from < first,
            broadcast: query.one("broadcast").parse().ok(),
            places: Places::read(query),
            language: query.one("language").parse().ok(),
            outcome: OUTCOMES.into_iter().find(|word| *word == query.one("outcome")),
        }
    }

    /// The spans of time to read, the earliest first. What is yet to come is no as-run, unless it is asked for.
    pub fn spans(&self, zone: Tz, now: Timestamp) -> Vec<(Timestamp, Timestamp)> {
        let mut from = day_begins(self.from, zone);
        let end = day_begins(self.to + TimeDelta::days(1), zone);
        let end = if self.outcome == Some("planned") { end } else { end.min(now) };
        let mut spans = Vec::new();
        while from < end {
            spans.push((from, (from + CHUNK).min(end)));
            from += CHUNK;
        }
        spans
    }

    /// The airings of one span, the earliest first.
    ///
    /// Errors: the ledger cannot be read.
    pub async fn rows(
        &self,
        ledger: &Ledger,
        catalog: &Catalog,
        (from, to): (Timestamp, Timestamp),
    ) -> Result<Vec<AiringRow>, LedgerFault> {
        let state = self.outcome.map(str::to_owned);
        let asked = AiringFilter { from, to, station: None, broadcast: self.broadcast.clone(), state };
        let mut rows = ledger.airings(&asked).await?;
        let is_everywhere = self.places.is_everywhere();
        rows.retain(|row| {
            self.language.as_ref().is_none_or(|language| row.languages.contains(language))
                && (is_everywhere || self.places.holds(catalog, &row.id.station))
        });
        Ok(rows)
    }

    /// As an address has it, without what stands before the question mark.
    pub fn query(&self) -> String {
        let mut text = format!("from={}&to={}", self.from, self.to);
        text += &self.broadcast.as_ref().map_or_else(String::new, |id| format!("&broadcast={id}"));
        text += &self.places.query();
        text += &self.language.as_ref().map_or_else(String::new, |tag| format!("&language={}", encoded(tag.as_str())));
        text += &self.outcome.map_or_else(String::new, |word| format!("&outcome={word}"));
        text
    }

    /// The form that asks for it.
    pub fn form(&self, catalog: &Catalog, words: Words) -> Markup {
        let mut broadcasts: Vec<(&Id, String)> = catalog.broadcasts.keys().map(|id| (id, title(catalog, id))).collect();
        broadcasts.sort_by(|a, b| a.1.cmp(&b.1));
        broadcasts.truncate(BROADCASTS_MAX);
        // One that is in no file any more stays chosen.
        if let Some(asked) = self.broadcast.as_ref().filter(|id| !broadcasts.iter().any(|(known, _)| known == id)) {
            broadcasts.push((asked, title(catalog, asked)));
        }
        let languages: std::collections::BTreeSet<&Tag> =
            catalog.stations.values().flat_map(|station| &station.languages).collect();
        html! {
            form.filter method="get" action="/as-run" {
                label { (words.say("as-run-from")) input type="date" name="from" value=(self.from); }
                label { (words.say("as-run-to")) input type="date" name="to" value=(self.to); }
                label { (words.say("layout-broadcast"))
                    select name="broadcast" {
                        option value="" { (words.say("layout-all")) }
                        @for (id, title) in &broadcasts {
                            option value=(id) lang="zh-CN" selected[self.broadcast.as_ref() == Some(id)] { (title) }
                        }
                    }
                }
                (self.places.fields(catalog, words))
                label { (words.say("layout-language"))
                    select name="language" {
                        option value="" { (words.say("layout-all")) }
                        @for tag in languages {
                            option value=(tag) selected[self.language.as_ref() == Some(tag)] { (language_name(words, tag.as_str())) }
                        }
                    }
                }
                label { (words.say("as-run-how"))
                    select name="outcome" {
                        option value="" { (words.say("layout-all")) }
                        @for word in OUTCOMES {
                            option value=(word) selected[self.outcome == Some(word)] { (words.say_with("as-run-outcome", &[("outcome", word)])) }
                        }
                    }
                }
                button.main { (words.say("layout-show")) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_is_read_bounded_and_written_back() {
        let today: NaiveDate = "2026-11-24".parse().unwrap();
        for (asked, expected, is_cut) in [
            ("", "from=2026-11-23&to=2026-11-24", false),
            ("to=2026-11-10", "from=2026-11-09&to=2026-11-10", false),
            ("from=2026-11-10", "from=2026-11-10&to=2026-11-24", false),
            ("from=2026-11-12&to=2026-11-10", "from=2026-11-10&to=2026-11-12", false),
            ("from=2020-01-01&to=2026-11-24", "from=2026-10-25&to=2026-11-24", true),
            ("from=x&to=%22%3E&outcome=heard&broadcast=%3Cb%3E", "from=2026-11-23&to=2026-11-24", false),
            (
                "from=2026-11-24&to=2026-11-24&broadcast=masks&township=benzilan&village=%E4%B8%8B&language=bo&outcome=missed",
                "from=2026-11-24&to=2026-11-24&broadcast=masks&township=benzilan&village=%E4%B8%8B&language=bo&outcome=missed",
                false,
            ),
        ] {
            let filter = Filter::read(&Form::read(asked.as_bytes()).unwrap(), today);
            assert_eq!((filter.query().as_str(), filter.is_cut), (expected, is_cut), "{asked}");
            assert_eq!(
                Filter { is_cut, ..Filter::read(&Form::read(filter.query().as_bytes()).unwrap(), today) },
                filter
            );
        }
    }

    #[test]
    fn what_is_yet_to_come_is_read_where_it_is_asked_for() {
        let (zone, now) = (chrono_tz::Asia::Shanghai, "2026-11-24T04:00:00Z".parse().unwrap());
        let today = "2026-11-24".parse().unwrap();
        let spans = |asked: &str| Filter::read(&Form::read(asked.as_bytes()).unwrap(), today).spans(zone, now);
        let today_alone = spans("from=2026-11-24");
        assert_eq!(today_alone.len(), 2);
        assert_eq!(today_alone[0].0, "2026-11-23T16:00:00Z".parse::<Timestamp>().unwrap());
        assert_eq!(today_alone[1].1, now);
        assert_eq!(
            spans("from=2026-11-24&outcome=planned").last().unwrap().1.to_rfc3339(),
            "2026-11-24T16:00:00+00:00"
        );
        assert_eq!(spans("from=2026-11-25&to=2026-11-25"), []);
    }
}
