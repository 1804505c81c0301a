//! The as-run log as a table for office programs, from the same filter, as long as the days asked for have it: it is
//! written while it is read, and nothing holds it whole.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::header;
use axum::response::IntoResponse;
use futures::stream;

use super::super::super::asked::{Answered, Asked};
use super::super::super::layout::plain_name;
use super::super::super::sheet;
use super::super::super::site::Site;
use super::super::super::words::Words;
use super::{Question, Unserved, title};
use crate::base::{Tag, Timestamp};
use crate::ledger::tally::heard;
use crate::ledger::{AiringRow, LedgerFault};
use crate::planner::rows::local_time;

/// The columns, by the ends of their words.
const COLUMNS: [&str; 15] = [
    "at",
    "township",
    "village",
    "broadcast",
    "notice",
    "class",
    "level",
    "languages",
    "outcome",
    "reason",
    "started",
    "ended",
    "heard",
    "detail",
    "airing",
];

/// What is left to write.
struct Writing {
    site: Arc<Site>,
    question: Question,
    unserved: Unserved,
    words: Words,
    spans: std::vec::IntoIter<(Timestamp, Timestamp)>,
    heading: Option<Vec<u8>>,
}

impl Writing {
    /// The next bytes; none when all is written. A ledger that fails breaks the table off, which a browser tells.
    async fn next(&mut self) -> Option<Result<Bytes, LedgerFault>> {
        if let Some(heading) = self.heading.take() {
            return Some(Ok(heading.into()));
        }
        let span = self.spans.next()?;
        let Question { filter, catalog, .. } = &self.question;
        let rows = match filter.rows(self.site.ledger(), catalog, span).await {
            Ok(rows) => rows,
            Err(fault) => {
                tracing::error!("the as-run table broke off: {fault}");
                return Some(Err(fault));
            }
        };
        Some(Ok(sheet::rows(rows.iter().map(|row| self.cells(row))).into()))
    }

    fn cells(&self, row: &AiringRow) -> Vec<String> {
        let Question { catalog, zone, .. } = &self.question;
        let (words, language) = (self.words, self.words.language());
        let station = catalog.stations.get(&row.id.station);
        let township = station.and_then(|station| catalog.townships.get(&station.township));
        let local = |at: Option<Timestamp>| at.map_or_else(String::new, |at| local_time(at, *zone));
        let each = |tag: &Tag| format!("{tag} {}", words.say_with("as-run-outcome", &[("outcome", heard(row, tag))]));
        let reason = row.outcome.and_then(|outcome| outcome.reason());
        vec![
            local_time(row.at, *zone),
            township.map_or_else(String::new, |township| plain_name(&township.name, language).to_owned()),
            station.map_or_else(|| row.id.station.to_string(), |found| plain_name(&found.name, language).to_owned()),
            title(catalog, &row.id.broadcast),
            row.notice.clone().unwrap_or_default(),
            row.class
                .map_or_else(String::new, |class| words.say_with("layout-class", &[("class", &class.to_string())])),
            row.level.map_or_else(String::new, |level| level.to_string()),
            row.languages.iter().map(Tag::as_str).collect::<Vec<_>>().join(" "),
            words.say_with("as-run-outcome", &[("outcome", self.unserved.word(row))]),
            reason
                .map_or_else(String::new, |reason| words.say_with("as-run-reason", &[("reason", &reason.to_string())])),
            local(row.started),
            local(row.ended),
            row.languages.iter().map(each).collect::<Vec<_>>().join(", "),
            row.detail.clone().unwrap_or_default(),
            row.id.to_string(),
        ]
    }
}

pub async fn show(asked: Asked) -> Answered {
    let question = Question::of(&asked, &asked.query);
    let (words, filter) = (asked.words, &question.filter);
    let name = format!("as-run-{}-{}.csv", filter.from, filter.to);
    let heading = COLUMNS.map(|column| words.say_with("as-run-column", &[("column", column)]));
    let spans = filter.spans(question.zone, question.now).into_iter();
    let writing = Writing {
        site: asked.site.clone(),
        unserved: Unserved::of(&asked).await?,
        words,
        spans,
        heading: Some(sheet::heading(&heading)),
        question,
    };
    let parts = stream::unfold(writing, |mut writing| async {
        let next = writing.next().await?;
        Some((next, writing))
    });
    let head = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    Ok((head, Body::from_stream(parts)).into_response())
}
