//! What waits for a review and for whom; each part of an edition beside what was approved before; a verdict on each.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::super::asked::{Answered, Asked, Stop};
use super::super::words::Words;
use super::shown;
use crate::base::{Id, Tag};
use crate::catalog::changes::leaves;
use crate::catalog::edition::Said;
use crate::catalog::{Broadcast, Catalog, Written};
use crate::console::control::{Answer, Ask, Judgement, ReviewRow};
use crate::lang::language::SOURCE;
use crate::rundown::{Review, Verdict};

/// Broadcasts on a page; the next ones come when these are done.
const BROADCASTS_MAX: usize = 60;
/// As the control socket bounds it.
const COMMENT_CHARS_MAX: usize = 2000;

async fn rows(asked: &Asked, all: bool) -> Result<Vec<ReviewRow>, Stop> {
    match asked.order(Ask::ReviewList { all }).await? {
        Answer::Reviews(rows) => Ok(rows),
        _ => Err(Stop::NotFound),
    }
}

fn part_word(words: Words, part: Option<&Tag>) -> String {
    match part {
        Some(tag) => words.say_with("people-language", &[("tag", tag.as_str())]),
        None => words.say("review-plan"),
    }
}

pub async fn show(asked: Asked) -> Answered {
    let (words, catalog, all) = (asked.words, asked.site.catalog(), asked.query.one("all") == "yes");
    let name = asked.who().name();
    let mut queue: BTreeMap<Id, Vec<ReviewRow>> = BTreeMap::new();
    for row in rows(&asked, all).await? {
        queue.entry(row.broadcast.clone()).or_default().push(row);
    }
    // What waits for whoever looks comes first.
    let mut queue: Vec<(Id, Vec<ReviewRow>)> = queue.into_iter().collect();
    let is_mine = |rows: &[ReviewRow]| {
        rows.iter().any(|row| row.state != "approved" && row.reviewers.iter().any(|who| who == name))
    };
    queue.sort_by_key(|(id, rows)| (!is_mine(rows), id.clone()));
    let body = html! {
        nav.choice {
            a href="/review" aria-current=[(!all).then_some("true")] { (words.say("review-waiting")) }
            a href="/review?all=yes" aria-current=[all.then_some("true")] { (words.say("review-all")) }
        }
        @if queue.is_empty() { p { (words.say("review-none")) } }
        @for (id, rows) in queue.iter().take(BROADCASTS_MAX) {
            section.card {
                h2 { a href={ "/review/" (id) } lang="zh-CN" { (catalog.broadcasts.get(id).map_or(id.as_str(), |broadcast| broadcast.title.as_str())) } }
                ul { @for row in rows { li { (stands(words, row, name)) } } }
            }
        }
        @if queue.len() > BROADCASTS_MAX { p { (words.say_with("today-more", &[("count", &(queue.len() - BROADCASTS_MAX).to_string())])) } }
    };
    asked.page("review-title", &body)
}

/// How a part stands, on a line.
fn stands(words: Words, row: &ReviewRow, name: &str) -> Markup {
    html! {
        b { (part_word(words, row.language.as_ref())) } " – "
        span.good[row.state == "approved"].bad[row.state == "rejected"] { (words.say_with("review-state", &[("state", &row.state)])) }
        @if row.missing > 1 { " " (words.say_with("review-missing", &[("count", &row.missing.to_string())])) }
        @if !row.by.is_empty() { " (" (row.by.join(" · ")) ")" }
        @if let Some(comment) = &row.comment { ": " q lang="zh-CN" { (comment) } }
        @if row.state != "approved" && row.reviewers.iter().any(|who| who == name) { " " mark { (words.say("review-yours")) } }
    }
}

/// An edition with what it is held against.
struct Looked {
    broadcast: Broadcast,
    edition: String,
    written: Written,
    rows: Vec<ReviewRow>,
    /// What was approved last of each part, in another edition.
    before: BTreeMap<Option<Tag>, (Review, Option<Written>)>,
}

async fn look(asked: &Asked, catalog: &Catalog) -> Result<Looked, Stop> {
    let id: Id = asked.param("id").parse().map_err(|_| Stop::NotFound)?;
    let (Some(broadcast), Some(edition)) = (catalog.broadcasts.get(&id), catalog.editions.get(&id)) else {
        return Err(Stop::NotFound);
    };
    let mut rows = rows(asked, true).await?;
    rows.retain(|row| row.broadcast == id);
    let ledger = asked.site.ledger();
    let mut before: BTreeMap<Option<Tag>, (Review, Option<Written>)> = BTreeMap::new();
    for approval in ledger.approvals_of_broadcast(&id).await? {
        // The newest comes first.
        if approval.edition == edition.digest || before.contains_key(&approval.language) {
            continue;
        }
        let bytes = ledger.edition(approval.edition).await?.map(|edition| edition.bytes);
        let written = bytes.and_then(|bytes| Written::read(&bytes));
        before.insert(approval.language.clone(), (approval, written));
    }
    let written = Written::read(&edition.bytes).expect("this version wrote it");
    Ok(Looked { broadcast: broadcast.clone(), edition: edition.digest.to_string(), written, rows, before })
}

pub async fn one(asked: Asked) -> Answered {
    render(&asked, None).await
}

async fn render(asked: &Asked, fault: Option<&str>) -> Answered {
    let (words, catalog) = (asked.words, asked.site.catalog());
    let looked = look(asked, &catalog).await?;
    let body = html! {
        @if let Some(why) = fault { p.said.bad role="alert" { (words.say_with("review-fault", &[("why", why)])) } }
        p { b lang="zh-CN" { (looked.broadcast.title) } " · " code { (looked.broadcast.id) } " · " small { code { (&looked.edition[..16]) } } }
        @for row in &looked.rows { (part(asked, &catalog, &looked, row)) }
        p { a href="/review" { (words.say("review-title")) } }
    };
    asked.page("review-title", &body)
}

fn part(asked: &Asked, catalog: &Catalog, looked: &Looked, row: &ReviewRow) -> Markup {
    let (words, name) = (asked.words, asked.who().name());
    let before = looked.before.get(&row.language);
    let may = row.reviewers.iter().any(|who| who == name) || row.by.iter().any(|who| who == name);
    html! {
        section.card {
            h2 { (stands(words, row, name)) }
            @if !row.authors.is_empty() { p { small { (words.say("review-authors")) " " (row.authors.join(" · ")) } } }
            @if row.unsigned { p.bad { (words.say("review-unsigned")) } }
            @match before {
                None => p { (words.say("review-new")) },
                Some((review, written)) => {
                    p { small { (words.say("review-before")) " " (review.reviewer) " "
                        (review.at.with_timezone(&catalog.county.zone).format("%Y-%m-%d %H:%M")) } }
                    @if written.is_none() { p { (words.say("review-unreadable")) } }
                }
            }
            @let old = before.and_then(|(_, written)| written.as_ref());
            @match &row.language {
                None => (plan(words, old, &looked.written)),
                Some(tag) => (language(words, catalog, tag, old, &looked.written)),
            }
            @if may { (form(asked, looked, row)) }
        }
    }
}

/// When, where and how: each key of the file, as it was and as it is.
fn plan(words: Words, old: Option<&Written>, new: &Written) -> Markup {
    let was = old.map(|old| leaves(&old.broadcast)).unwrap_or_default();
    let is = leaves(&new.broadcast);
    let keys: std::collections::BTreeSet<&String> = was.keys().chain(is.keys()).collect();
    html! {
        table {
            thead { tr { th scope="col" {} @if old.is_some() { th scope="col" { (words.say("review-before")) } } th scope="col" { (words.say("review-now")) } } }
            tbody { @for key in keys {
                @let (a, b) = (was.get(key), is.get(key));
                tr {
                    th scope="row" { code { (key) } }
                    @if old.is_some() { td lang="zh-CN" { @if a == b { (a.map_or("", String::as_str)) } @else if let Some(a) = a { del { (a) } } } }
                    td lang="zh-CN" { @if old.is_none() || a == b { (b.map_or("", String::as_str)) } @else if let Some(b) = b { ins { (b) } } }
                }
            } }
        }
        @if old.is_some_and(|old| old.chime != new.chime) { p { ins { (words.say("review-chime")) } } }
    }
}

/// What residents read and hear in a language, beside the Chinese and beside what was approved.
fn language(words: Words, catalog: &Catalog, tag: &Tag, old: Option<&Written>, new: &Written) -> Markup {
    let said = |written: &Written, tag: &str, message: &Id| -> Option<Said> {
        let (_, all) = written.languages.iter().find(|(found, _)| found.as_str() == tag)?;
        all.iter().find(|said| said.message == *message).cloned()
    };
    let messages = new.languages.get(tag).into_iter().flatten();
    let gone: Vec<Said> = old
        .and_then(|old| old.languages.get(tag))
        .into_iter()
        .flatten()
        .filter(|before| said(new, tag.as_str(), &before.message).is_none())
        .cloned()
        .collect();
    let is_source = tag.as_str() == SOURCE.tag;
    html! {
        @for now in messages {
            @let before = old.and_then(|old| said(old, tag.as_str(), &now.message));
            @let chinese = said(new, SOURCE.tag, &now.message).filter(|_| !is_source);
            h3 { code { (now.message) } }
            @if catalog.bundle(tag.as_str()).is_some_and(|bundle| bundle.is_draft(&now.message)) { p.bad { (words.say("notices-file-draft")) } }
            div.beside {
                @if let Some(chinese) = &chinese { div { p { small { (words.say_with("people-language", &[("tag", SOURCE.tag)])) } } (text(words, chinese, SOURCE.tag)) } }
                @if let Some(before) = before.as_ref().filter(|before| *before != now) {
                    div { p { small { (words.say("review-before")) } } (text(words, before, tag.as_str())) }
                    div { p { small { (words.say("review-now")) } } (changes(words, before, now, tag.as_str())) }
                } @else {
                    div { p { small { (words.say("review-now")) } @if old.is_some() { " " (words.say(if before.is_some() { "review-same" } else { "review-added" })) } } (text(words, now, tag.as_str())) }
                }
            }
            (recordings(words, now, before.as_ref()))
        }
        @for before in &gone { h3 { code { (before.message) } } p.bad { (words.say("review-gone")) } (text(words, before, tag.as_str())) }
    }
}

/// The pieces of a message as residents get it; what is read aloud only where it is another text.
fn pieces(said: &Said) -> [(&'static str, &str); 4] {
    fn of(piece: &Option<String>) -> &str {
        piece.as_deref().unwrap_or_default()
    }
    let aloud = if said.spoken == said.body { "" } else { of(&said.spoken) };
    [("title", of(&said.title)), ("", of(&said.body)), ("short", of(&said.short)), ("voice", aloud)]
}

fn text(words: Words, said: &Said, language: &str) -> Markup {
    html! { @for (piece, text) in pieces(said) { @if !text.is_empty() {
        small { (shown::piece_word(words, piece)) }
        p.text lang=(language) dir="ltr" { (text) }
    } } }
}

fn changes(words: Words, before: &Said, now: &Said, language: &str) -> Markup {
    html! { @for ((piece, old), (_, new)) in pieces(before).into_iter().zip(pieces(now)) { @if !old.is_empty() || !new.is_empty() {
        small { (shown::piece_word(words, piece)) }
        (shown::changed(old, new, language))
    } } }
}

fn recordings(words: Words, now: &Said, before: Option<&Said>) -> Markup {
    html! {
        @if now.clips.is_empty() { p.bad { (words.say("review-no-recording")) } }
        @for clip in &now.clips {
            p { (words.say_with("review-recording", &[("kind", &clip.kind)]))
                @if let Some(voice) = &clip.voice { " (" (voice) ")" }
                @if before.is_some_and(|before| !before.clips.contains(clip)) { " " ins { (words.say("review-added")) } } }
            audio controls preload="none" src={ "/clips/" (clip.clip) } {}
        }
    }
}

fn form(asked: &Asked, looked: &Looked, row: &ReviewRow) -> Markup {
    let words = asked.words;
    html! {
        form method="post" action={ "/review/" (looked.broadcast.id) } {
            (asked.token())
            input type="hidden" name="edition" value=(looked.edition);
            input type="hidden" name="part" value=(row.language.as_ref().map_or("", Tag::as_str));
            label { (words.say("review-comment")) input name="comment" maxlength=(COMMENT_CHARS_MAX) autocomplete="off"; }
            div.row {
                button.main name="do" value="approve" { (words.say("review-approve")) }
                button.stop name="do" value="reject" { (words.say("review-reject")) }
            }
        }
    }
}

pub async fn judge(asked: Asked) -> Answered {
    let broadcast: Id = asked.param("id").parse().map_err(|_| Stop::NotFound)?;
    let verdict = match asked.form.one("do") {
        "approve" => Verdict::Approved,
        "reject" => Verdict::Rejected,
        _ => return Err(Stop::Foreign),
    };
    let edition = asked.form.one("edition").to_owned();
    let (catalog, comment) = (asked.site.catalog(), asked.form.one("comment").trim().to_owned());
    let now = catalog.editions.get(&broadcast).ok_or(Stop::NotFound)?.digest.to_string();
    // Whoever judges has seen this very edition.
    if edition != now {
        return render(&asked, Some("changed")).await;
    }
    if verdict == Verdict::Rejected && comment.is_empty() {
        return render(&asked, Some("comment")).await;
    }
    let part = asked.form.one("part");
    let languages = if part.is_empty() { Vec::new() } else { vec![part.parse().map_err(|_| Stop::Foreign)?] };
    let comment = Some(comment).filter(|comment| !comment.is_empty());
    let plan = languages.is_empty();
    let judgement =
        Judgement { broadcast: broadcast.clone(), verdict, plan, languages, comment, edition: Some(edition) };
    asked.order(Ask::Review(judgement)).await?;
    let said = if verdict == Verdict::Approved { "review-said-approved" } else { "review-said-rejected" };
    asked.back(&format!("/review/{broadcast}"), said)
}
