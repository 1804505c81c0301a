//! The proof sheet: the as-run log on paper, to be signed and filed. In the order it aired, a heading a day, as many sheets
//! as it takes.

use chrono::NaiveDate;
use maud::{Markup, html};

use super::super::super::asked::{Answered, Asked};
use super::super::super::layout::{language_name, name};
use super::super::super::words::Words;
use super::{Question, Unserved, ended, notice, pager, title, village};
use crate::ledger::AiringRow;
use crate::ledger::tally::{By, Tallies};

/// Airings on a sheet: some pages of paper.
const ROWS_MAX: usize = 150;

pub async fn show(asked: Asked) -> Answered {
    let question = Question::of(&asked, &asked.query);
    let Question { filter, catalog, zone, now } = &question;
    let sheet = asked.query.one("page").parse::<usize>().unwrap_or(1).clamp(1, 100_000);
    let (words, first) = (asked.words, (sheet - 1) * ROWS_MAX);
    let (mut rows, mut count) = (Vec::new(), 0);
    let mut tallies = Tallies::new(By::Broadcast);
    for span in filter.spans(*zone, *now) {
        for row in filter.rows(asked.site.ledger(), catalog, span).await? {
            tallies.add(&row);
            count += 1;
            if count > first && rows.len() < ROWS_MAX {
                rows.push(row);
            }
        }
    }
    let tallies = tallies.done();
    let total = |word: &str| -> u64 {
        let of = |tally: &crate::ledger::tally::Tally| tally.counts().into_iter().find(|(found, _)| *found == word);
        tallies.iter().filter_map(of).map(|(_, number)| number).sum()
    };
    let unserved = Unserved::of(&asked).await?;
    let sheets = count.div_ceil(ROWS_MAX).max(1);
    let mut days: Vec<(NaiveDate, Vec<&AiringRow>)> = Vec::new();
    for row in &rows {
        let day = row.at.with_timezone(zone).date_naive();
        match days.last_mut().filter(|(last, _)| *last == day) {
            Some((_, of_day)) => of_day.push(row),
            None => days.push((day, vec![row])),
        }
    }
    let body = html! {
        p.facts {
            b { (name(&catalog.county.name, words.language())) } " · "
            (words.say_with("as-run-span", &[("from", &filter.from.to_string()), ("to", &filter.to.to_string())]))
            (asked_for(&question, words))
        }
        p.facts {
            @for word in ["planned", "played", "late", "partial", "missed", "cancelled", "expired", "refused", "unreported", "open"] {
                span.one { (words.say_with("as-run-outcome", &[("outcome", word)])) " " b { (total(word)) } } " "
            }
        }
        p.screen { a href={ "/as-run?" (filter.query()) } { (words.say("as-run-title")) } " " (words.say("as-run-print")) }
        @if rows.is_empty() { p { (words.say("as-run-none")) } }
        @for (day, rows) in &days {
            table.proof {
                caption { (day) }
                thead { tr {
                    th scope="col" { (words.say("as-run-at")) }
                    th scope="col" { (words.say("layout-station")) }
                    th scope="col" { (words.say("layout-broadcast")) }
                    th scope="col" { (words.say("layout-language")) }
                    th scope="col" { (words.say("as-run-how")) }
                } }
                tbody { @for row in rows { tr {
                    td.number { (row.at.with_timezone(zone).format("%H:%M")) }
                    td { (village(catalog, words, row)) }
                    td { (notice(catalog, row)) }
                    td { @for tag in &row.languages { (language_name(words, tag.as_str())) " " } }
                    td { (ended(words, *zone, row, unserved.word(row))) }
                } } }
            }
        }
        p.facts {
            (words.say_with("as-run-sheet", &[("sheet", &sheet.to_string()), ("sheets", &sheets.to_string())])) " · "
            (words.say_with("as-run-printed", &[("at", &now.with_timezone(zone).format("%Y-%m-%d %H:%M").to_string())]))
            " " (asked.who().name())
        }
        p.sign { span { (words.say("as-run-made-by")) } span { (words.say("as-run-checked-by")) } }
        div.screen { (pager(words, &format!("/as-run/proof?{}", filter.query()), sheet, sheets)) }
    };
    asked.page("as-run-proof", &body)
}

/// What narrows the sheet: it must not be taken for the whole.
fn asked_for(question: &Question, words: Words) -> Markup {
    let Question { filter, catalog, .. } = question;
    let township = filter.places.township.as_ref().and_then(|id| catalog.townships.get(id));
    html! {
        @if let Some(id) = &filter.broadcast { " · " span lang="zh-CN" { (title(catalog, id)) } }
        @if let Some(township) = township { " · " (name(&township.name, words.language())) }
        @if !filter.places.village.is_empty() { " · “" span lang="zh-CN" { (filter.places.village) } "”" }
        @if let Some(tag) = &filter.language { " · " (language_name(words, tag.as_str())) }
        @if let Some(word) = filter.outcome { " · " (words.say_with("as-run-outcome", &[("outcome", word)])) }
    }
}
