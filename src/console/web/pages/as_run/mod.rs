//! The as-run log: what was planned and what sounded, for each notice, village and language; re-air beside what was missed
//! or cut. `table` gives the same rows to an office program, `proof` to a printer.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono_tz::Tz;
use maud::{Markup, html};

use super::super::asked::{Answered, Asked, Stop};
use super::super::form::{Form, encoded};
use super::super::layout::{language_name, name};
use super::super::words::Words;
use super::today::title;
use crate::base::{Id, Timestamp};
use crate::catalog::Catalog;
use crate::console::control::Ask;
use crate::county::reach;
use crate::ledger::tally::{By, Tallies, Tally, heard, is_late};
use crate::ledger::{AiringRow, LedgerFault, Role};
use crate::rundown::{AiringId, Class, OrderKind, Outcome};

mod filter;
pub mod proof;
pub mod table;

use filter::{DAYS_MAX, Filter};

/// Airings on one page.
const ROWS_MAX: usize = 100;
/// Villages that are counted on the page: those where the most went wrong.
const VILLAGES_MAX: usize = 40;
/// Who re-airs, as the control socket has it.
pub const MAY_REAIR: [Role; 3] = [Role::Writer, Role::Approver, Role::Engineer];

/// What the address asks for, and what it is asked of.
struct Question {
    filter: Filter,
    catalog: Arc<Catalog>,
    zone: Tz,
    now: Timestamp,
}

impl Question {
    fn of(asked: &Asked, fields: &Form) -> Question {
        let catalog = asked.site.catalog();
        let zone = catalog.county.zone;
        let filter = Filter::read(fields, asked.now.with_timezone(&zone).date_naive());
        Question { filter, catalog, zone, now: asked.now }
    }
}

/// Which stations have nobody to play there: their airings are not simply planned.
struct Unserved(Option<std::collections::BTreeSet<Id>>);

impl Unserved {
    async fn of(asked: &Asked) -> Result<Unserved, LedgerFault> {
        Ok(Unserved(reach::served(asked.site.ledger()).await?))
    }

    /// How an airing ended, or stands, as the words choose by it.
    fn word(&self, row: &AiringRow) -> &'static str {
        match row.outcome {
            Some(outcome) => outcome.word(),
            None if self.0.as_ref().is_some_and(|served| !served.contains(&row.id.station)) => reach::NO_BOX,
            None => "planned",
        }
    }
}

pub async fn show(asked: Asked) -> Answered {
    let question = Question::of(&asked, &asked.query);
    let Question { filter, catalog, zone, now } = &question;
    let page = asked.query.one("page").parse::<usize>().unwrap_or(1).clamp(1, 100_000);
    let (words, first) = (asked.words, (page - 1) * ROWS_MAX);
    let (mut rows, mut count) = (Vec::new(), 0);
    let mut tallies = [By::Broadcast, By::Language, By::Station].map(Tallies::new);
    // The newest first: that is what somebody looks for.
    for span in filter.spans(*zone, *now).into_iter().rev() {
        for row in filter.rows(asked.site.ledger(), catalog, span).await?.into_iter().rev() {
            tallies.iter_mut().for_each(|tallies| tallies.add(&row));
            count += 1;
            if count > first && rows.len() < ROWS_MAX {
                rows.push(row);
            }
        }
    }
    let [notices, languages, villages] = tallies.map(Tallies::done);
    let unserved = Unserved::of(&asked).await?;
    let ordered = reairs(&asked).await?;
    let body = html! {
        (filter.form(catalog, words))
        @if filter.is_cut { p.mark { (words.say_with("as-run-days-cut", &[("days", &DAYS_MAX.to_string())])) } }
        p.links {
            a download href={ "/as-run.csv?" (filter.query()) } { (words.say("as-run-csv")) } " "
            a href={ "/as-run/proof?" (filter.query()) } { (words.say("as-run-proof")) }
        }
        @if count == 0 { p { (words.say("as-run-none")) } } @else {
            (counted(words, &words.say("layout-broadcast"), &notices, &|id| html! { span lang="zh-CN" { (title_of(catalog, id)) } }))
            (counted(words, &words.say("layout-language"), &languages, &|tag| html! { (language_name(words, tag)) }))
            (of_villages(words, catalog, villages))
            h2 { (words.say("as-run-airings")) " " small { (words.say_with("as-run-count", &[("count", &count.to_string())])) } }
            (listed(&asked, &question, &rows, &unserved, &ordered))
            (pager(words, &format!("/as-run?{}", filter.query()), page, count.div_ceil(ROWS_MAX)))
        }
    };
    asked.page("as-run-title", &body)
}

/// Which airings are ordered again, and by which order.
async fn reairs(asked: &Asked) -> Result<BTreeMap<AiringId, u64>, LedgerFault> {
    let orders = asked.site.ledger().orders(asked.now - chrono::TimeDelta::days(DAYS_MAX)).await?;
    let of = |order: crate::rundown::Order| match order.kind {
        OrderKind::Reair { airing } => Some((airing, order.id)),
        _ => None,
    };
    Ok(orders.into_iter().filter_map(of).collect())
}

/// A broadcast's title by the text of its id.
fn title_of(catalog: &Catalog, id: &str) -> String {
    id.parse().map_or_else(|_| id.to_owned(), |id| title(catalog, &id))
}

/// Planned against played, a row a name.
fn counted(words: Words, first: &str, tallies: &[Tally], shown: &dyn Fn(&str) -> Markup) -> Markup {
    let heading = Tally::default().counts().map(|(word, _)| word);
    html! {
        div.wide tabindex="0" role="region" aria-label=(first) { table.counts {
            thead { tr { th scope="col" { (first) } @for word in heading {
                th scope="col" { (words.say_with("as-run-outcome", &[("outcome", word)])) }
            } } }
            tbody { @for tally in tallies { tr {
                th scope="row" { (shown(&tally.name)) }
                @for (word, number) in tally.counts() {
                    td.number.bad[number > 0 && ["partial", "missed", "refused", "unreported"].contains(&word)] {
                        @if number == 0 { "–" } @else { (number) }
                    }
                }
            } } }
        } }
    }
}

/// The villages where the most went wrong; the others are counted.
fn of_villages(words: Words, catalog: &Catalog, mut villages: Vec<Tally>) -> Markup {
    let all = villages.len();
    villages.sort_by_key(|tally| std::cmp::Reverse(tally.planned - tally.played - tally.cancelled - tally.open));
    villages.truncate(VILLAGES_MAX);
    let shown = |id: &str| {
        let station = catalog.stations.get(id);
        html! { @match station { Some(station) => (name(&station.name, words.language())), None => (id) } }
    };
    html! {
        details {
            summary { (words.say("layout-station")) " (" (all) ")" }
            (counted(words, &words.say("layout-station"), &villages, &shown))
            @if all > VILLAGES_MAX { p { small { (words.say_with("as-run-villages-cut", &[("count", &(all - VILLAGES_MAX).to_string())])) } } }
        }
    }
}

/// The airings, one a row, in one form: each button re-airs its own.
fn listed(
    asked: &Asked,
    question: &Question,
    rows: &[AiringRow],
    unserved: &Unserved,
    ordered: &BTreeMap<AiringId, u64>,
) -> Markup {
    let words = asked.words;
    let may = asked.who().may(&MAY_REAIR);
    let label = |word: &str| words.say(word);
    html! {
        form method="post" action="/as-run/reair" {
            (asked.token())
            input type="hidden" name="back" value=(question.filter.query());
            table.cards {
                thead { tr {
                    th scope="col" { (label("as-run-at")) }
                    th scope="col" { (label("layout-station")) }
                    th scope="col" { (label("layout-broadcast")) }
                    th scope="col" { (label("layout-language")) }
                    th scope="col" { (label("as-run-how")) }
                    th scope="col" { (label("as-run-again")) }
                } }
                tbody { @for row in rows { tr {
                    td.number { (row.at.with_timezone(&question.zone).format("%m-%d %H:%M")) }
                    td { (village(&question.catalog, words, row)) }
                    td { (notice(&question.catalog, row)) }
                    td { (languages(words, row)) }
                    td { (ended(words, question.zone, row, unserved.word(row))) }
                    td {
                        @if let Some(order) = ordered.get(&row.id) {
                            (words.say_with("as-run-ordered", &[("order", &order.to_string())]))
                        } @else if may && can_reair(row) {
                            button name="airing" value=(row.id) { (label("as-run-reair")) }
                        } @else { "–" }
                    }
                } } }
            }
        }
    }
}

/// What did not sound whole, and was not taken back by a person.
fn can_reair(row: &AiringRow) -> bool {
    let outcome = row.outcome.filter(|outcome| !matches!(outcome, Outcome::Played | Outcome::Cancelled(_)));
    outcome.is_some()
}

fn village(catalog: &Catalog, words: Words, row: &AiringRow) -> Markup {
    match catalog.stations.get(&row.id.station) {
        Some(station) => name(&station.name, words.language()),
        None => html! { (row.id.station) },
    }
}

fn notice(catalog: &Catalog, row: &AiringRow) -> Markup {
    html! {
        span lang="zh-CN" { (title(catalog, &row.id.broadcast)) }
        @if let Some(number) = &row.notice { " " small { (number) } }
    }
}

/// The languages in their order; of one that was cut, how each was heard.
fn languages(words: Words, row: &AiringRow) -> Markup {
    html! { @for tag in &row.languages {
        span.one { (language_name(words, tag.as_str()))
            @if matches!(row.outcome, Some(Outcome::Partial(_))) && !row.parts.is_empty() {
                " " small { (words.say_with("as-run-outcome", &[("outcome", heard(row, tag))])) }
            }
        } " "
    } }
}

/// How it ended, why, and when it began.
fn ended(words: Words, zone: Tz, row: &AiringRow, word: &str) -> Markup {
    let is_bad = ["missed", "partial", "refused", "unreported", "no-box", "expired"].contains(&word);
    let emergency = matches!(row.class, Some(Class::Emergency | Class::Drill));
    html! {
        @if emergency { b { (words.say_with("layout-class", &[("class", &row.class.expect("looked at above").to_string())])) } " " }
        span.bad[is_bad].good[word == "played"] { (words.say_with("as-run-outcome", &[("outcome", word)])) }
        @if let Some(reason) = row.outcome.and_then(|outcome| outcome.reason()) {
            " " (words.say_with("as-run-reason", &[("reason", &reason.to_string())]))
        }
        @if let Some(started) = row.started {
            " " small.bad[is_late(row)] { (started.with_timezone(&zone).format("%H:%M:%S")) }
        }
    }
}

/// Links to the other pages of a list.
fn pager(words: Words, address: &str, page: usize, pages: usize) -> Markup {
    html! { @if pages > 1 {
        p.pager {
            @if page > 1 { a rel="prev" href={ (address) "&page=" (page - 1) } { (words.say("layout-earlier-page")) } }
            " " span { (page) "/" (pages) } " "
            @if page < pages { a rel="next" href={ (address) "&page=" (page + 1) } { (words.say("layout-later-page")) } }
        }
    } }
}

/// Orders one airing again, as `cunxiang reair` does.
pub async fn reair(asked: Asked) -> Answered {
    let airing: AiringId = asked.form.one("airing").parse().map_err(|_| Stop::Foreign)?;
    asked.order(Ask::Reair { airing }).await?;
    let back = Form::read(asked.form.one("back").as_bytes()).unwrap_or_default();
    let back = Question::of(&asked, &back).filter.query();
    asked.redirect(&format!("/as-run?{back}&said={}", encoded("as-run-said-reair")))
}
